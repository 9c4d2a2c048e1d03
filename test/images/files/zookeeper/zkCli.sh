#!/bin/sh
exec /usr/lib/jvm/default-java/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -Dzookeeper.root.logger=WARN -Dlog4j.rootLogger=WARN -cp "$ZK_CLASSPATH" \
  org.apache.zookeeper.ZooKeeperMain -server localhost:2181 "$@"
