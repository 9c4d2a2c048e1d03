#!/bin/sh
exec /usr/lib/jvm/default-java/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -Dzookeeper.console.threshold=ERROR -cp "$ZK_CLASSPATH" \
  org.apache.zookeeper.ZooKeeperMain -server localhost:2181 "$@"
