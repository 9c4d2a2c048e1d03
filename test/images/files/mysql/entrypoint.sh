#!/bin/sh
# Makes an empty volume a database whose root has the password of the environment, from everywhere.
# MariaDB stands for MySQL; with small buffers and without a sync for each commit, as nobody keeps
# much in a test, nor pulls its plug.
set -e
data=/var/lib/mysql
[ "$1" = mysqld ] || exec "$@"
shift
mkdir -p /run/mysqld
chown mysql:mysql $data /run/mysqld
set -- --user=mysql --datadir=$data --skip-name-resolve --performance-schema=off \
  --innodb-buffer-pool-size=16M --innodb-log-file-size=4M --innodb-flush-log-at-trx-commit=0 "$@"
if [ ! -d $data/mysql ]; then
  if [ -z "$MYSQL_ROOT_PASSWORD" ]; then
    echo >&2 "error: database is uninitialized and MYSQL_ROOT_PASSWORD is not set"
    exit 1
  fi
  echo "Initializing database"
  mariadb-install-db --user=mysql --datadir=$data --skip-test-db --force --skip-name-resolve \
    --auth-root-authentication-method=normal --innodb-log-file-size=4M > /dev/null
  password=$(printf %s "$MYSQL_ROOT_PASSWORD" | sed "s/['\\\\]/\\\\&/g")
  {
    echo "CREATE USER root@'%' IDENTIFIED BY '$password';"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    echo "ALTER USER root@localhost IDENTIFIED BY '$password';"
    [ -z "$MYSQL_DATABASE" ] || echo "CREATE DATABASE \`$MYSQL_DATABASE\`;"
  } > /tmp/first.sql
  chmod 644 /tmp/first.sql
  set -- --init-file=/tmp/first.sql "$@"
fi
exec mariadbd "$@"
