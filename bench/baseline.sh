#!/bin/sh
# The rollback that people run today, as good as plain shell gets: what Backout is measured against.
# One SSH session (none with HOST=local), no fixed sleeps, and the same job in the same order: switch, test, reload,
# wait until blue answers ten new connections in a row, keep green's log, stop green, wait until it is gone, check
# blue's health.
#
# usage: baseline.sh HOST SITE NGINX_CONF FRONT_URL BLUE_URL GREEN_PORT BLUE_PORT GREEN_PID_FILE GREEN_LOG KEEP_DIR
# SSH_OPTIONS: options for ssh. No argument may hold a space: they pass through the remote shell as they are.
set -eu
host=$1; shift
script='
set -eu
site=$1 conf=$2 front=$3 blue=$4 green_port=$5 blue_port=$6 pid_file=$7 log=$8 keep=$9
cp -p "$site" "$site.bak"
sed -e "s/\(server 127\.0\.0\.1:$blue_port[^;]*\) down;/\1;/" \
    -e "s/\(server 127\.0\.0\.1:$green_port[^;]*\);/\1 down;/" \
    -e "s/\(X-Blue-Weight\) \"0\"/\1 \"100\"/; s/\(X-Green-Weight\) \"100\"/\1 \"0\"/" "$site.bak" > "$site"
nginx -t -q -c "$conf" || { cp -p "$site.bak" "$site"; exit 1; }
nginx -s reload -c "$conf"
# One answer by blue is not enough: old workers of nginx take connections for a moment longer, and send them to green.
until [ "$(curl -s -o /dev/null -D - -H "Connection: close" "$front?[1-10]" | grep -ci "^x-release: blue")" = 10 ]; do :; done
gzip -c "$log" > "$keep/green.log.gz"
pid=$(cat "$pid_file")
kill "$pid" 2>/dev/null || true
while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
curl -sf -o /dev/null "$blue/health"
'
case $host in
  local) exec sh -c "$script" baseline "$@" ;;
esac
# shellcheck disable=SC2086 # SSH_OPTIONS is a list of options
exec ssh ${SSH_OPTIONS:-} "$host" sh -s -- "$@" <<END
$script
END
