#!/bin/sh
# Puts WordPress on an empty volume and waits for its database, which it makes; then serves.
set -e
[ "$1" = apache2-foreground ] || exec "$@"
cd /var/www/html
if [ ! -e index.php ]; then
  echo >&2 "WordPress not found in $PWD - copying now..."
  cp -RL /usr/share/wordpress/. .
  cp /usr/src/wp-config.php wp-config.php
  chown -R www-data:www-data wp-content
  echo >&2 "Complete! WordPress has been successfully copied to $PWD"
fi
# Debian names it by its version alone, until its packages are configured.
set -- /usr/bin/php[0-9]*
"$1" /usr/src/wait-for-database.php
exec apache2-foreground
