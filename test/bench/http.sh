#!/bin/sh
# http.sh - one HTTP worker under wrk (one thread, 64 connections) against pgbench -M prepared with plain SQL
#
# Starts a private server in a temporary folder with the items of items.sh and reads.sh and measures in short
# alternating runs, so that
# the machine's ups and downs fall on both; prints the medians of the rates and of the ratios of neighbouring runs.
# Nothing is asserted.  Needs wrk.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   HTTP_PORT  a free port (default: 8009)
#   ITEMS      items in each table (default: 20000)
#   ROUNDS     alternations of each pair (default: 5)
#   DURATION   seconds of a run (default: 3)
#   CLIENTS    of pgbench (default: 16)
#   ONLY       operations (default: "get_item put_item query")
#   FSYNC      off: writes do not wait for the disk (default: on)
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
HTTP_PORT=${HTTP_PORT:-8009}
ITEMS=${ITEMS:-20000}
ROUNDS=${ROUNDS:-5}
DURATION=${DURATION:-3}
CLIENTS=${CLIENTS:-16}
ONLY=${ONLY:-get_item put_item query}
FSYNC=${FSYNC:-on}

command -v wrk >/dev/null || { echo "http.sh: there is no wrk" >&2; exit 1; }
. "$(dirname "$0")/common.sh"

as_owner "cat >> data/postgresql.conf" <<-CONF
	shared_preload_libraries = 'dynapg'
	dynapg.http_port = $HTTP_PORT
	dynapg.http_listen_addresses = '127.0.0.1'
	dynapg.http_workers = 1
	dynapg.http_auth = 'trust'
CONF
as_owner "'$bin/pg_ctl' -D '$dir/data' -l '$dir/log' -w restart" >/dev/null
sql -v items="$ITEMS" -f "$here/items/load.sql"
sql -v items="$ITEMS" -f "$here/reads/load.sql"

# run_http OPERATION: the rate of one run
run_http()
{
	wrk -t 1 -c 64 -d "$DURATION" -s "$here/http.lua" "http://127.0.0.1:$HTTP_PORT/" -- "$1" "$ITEMS" > "$dir/wrk"
	if grep -q '^errors' "$dir/wrk"; then
		cat "$dir/wrk" >&2
		exit 1
	fi
	sed -n 's/^rate //p' "$dir/wrk"
}

printf '%s items, median of %s runs of %s s, fsync %s, PostgreSQL %s\n' "$ITEMS" "$ROUNDS" "$DURATION" "$FSYNC" "$(sql -c 'SHOW server_version')"
printf '%-26s %12s %12s %7s\n' operation http/s plain/s ratio
for op in $ONLY; do
	case $op in
		get_item) name=GetItem plain=items/plain_get_item ;;
		put_item) name=PutItem plain=items/plain_put_item ;;
		query) name=Query plain=reads/plain_query ;;
		*) echo "http.sh: no operation $op" >&2; exit 1 ;;
	esac
	: > "$dir/ours"; : > "$dir/other"
	for round in $(seq "$ROUNDS"); do
		run_http "$name" >> "$dir/ours"
		run "$plain" "$CLIENTS" >> "$dir/other"
	done
	paste "$dir/ours" "$dir/other" | awk '{ print $1 / $2 }' > "$dir/ratios"
	printf '%-26s %12.0f %12.0f %7.2f\n' "$op" "$(median "$dir/ours")" "$(median "$dir/other")" "$(median "$dir/ratios")"
done
