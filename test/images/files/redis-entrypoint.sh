#!/bin/sh
# Flags or a configuration alone are for the server. Unlike Debian's, it serves other hosts too.
set -e
case "$1" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
  shift
  exec redis-server "$@" --protected-mode no
fi
exec "$@"
