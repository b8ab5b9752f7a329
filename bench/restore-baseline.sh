#!/bin/sh
# The restore that people do today, as good as plain shell gets: what Backout's is measured against. The service is
# stopped, a safety copy made (two processes: dump and gzip), the backup restored in one transaction, the service
# started, and its health with the database awaited. No fixed sleeps but for the next look.
#
# usage: restore-baseline.sh PID_FILE HEALTH_URL DATABASE BACKUP.sql.gz SAFETY.sql.gz START…
# PGHOST, PGPORT and PGUSER say where PostgreSQL is; its programs are on the PATH.
set -eu
pid_file=$1 health=$2 database=$3 backup=$4 safety=$5
shift 5
pid=$(cat "$pid_file")
kill "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
pg_dump -d "$database" | gzip -1 >"$safety"
dropdb --force "$database"
createdb "$database"
gunzip -c "$backup" | psql -X -q -1 -v ON_ERROR_STOP=1 -o /dev/null -d "$database"
setsid "$@" >/dev/null 2>&1 </dev/null &
until curl -sf -o /dev/null "$health"; do sleep 0.02; done
