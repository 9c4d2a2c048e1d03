#!/bin/sh
# A copy of the leader, which is found by its Service's name or by the environment.
case "$GET_HOSTS_FROM" in
  env) leader=$REDIS_LEADER_SERVICE_HOST ;;
  *) leader=redis-leader ;;
esac
exec redis-server --protected-mode no --replicaof "$leader" 6379
