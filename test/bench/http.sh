#!/bin/sh
# http.sh - one HTTP worker under wrk (one thread, 64 connections) against pgbench -M prepared with plain SQL, and batches
# against single items
#
# Starts a private server in a temporary folder with the items of items.sh and reads.sh and measures in short
# alternating runs, so that the machine's ups and downs fall on both; prints the medians of the rates and of the ratios of neighbouring runs.
# Nothing is asserted.  Needs wrk; perl for get_item_signed and a C compiler for put_item_slow_sync.
#
#   get_item, put_item    with the authentication "trust"
#   get_item_signed       signed requests, against the same plain SELECT
#   query                 100 items, against the plain range read
#   put_item_slow_sync    on a disk whose sync takes a millisecond, against one client of pgbench: one commit per sync
#   hot_update            16 connections that add to 10 items, against the same UPDATE
#   batch_get, batch_put, transact_put
#                         items by BatchGetItem of 100, BatchWriteItem of 25 and TransactWriteItems of 10 puts, against GetItem
#                         and PutItem over HTTP; one connection each
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   HTTP_PORT  a free port (default: 8009)
#   ITEMS      items in each table (default: 20000)
#   ROUNDS     alternations of each pair (default: 5)
#   DURATION   seconds of a run (default: 3)
#   CLIENTS    of pgbench (default: 16)
#   ONLY       operations (default: all of the above)
#   FSYNC      off: writes do not wait for the disk (default: on)
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
HTTP_PORT=${HTTP_PORT:-8009}
ITEMS=${ITEMS:-20000}
ROUNDS=${ROUNDS:-5}
DURATION=${DURATION:-3}
CLIENTS=${CLIENTS:-16}
ONLY=${ONLY:-get_item get_item_signed put_item query put_item_slow_sync hot_update batch_get batch_put transact_put}
FSYNC=${FSYNC:-on}

command -v wrk >/dev/null || { echo "http.sh: there is no wrk" >&2; exit 1; }
. "$(dirname "$0")/common.sh"

as_owner "cat >> data/postgresql.conf" <<-CONF
	shared_preload_libraries = 'dynapg'
	dynapg.http_port = $HTTP_PORT
	dynapg.http_listen_addresses = '127.0.0.1'
	dynapg.http_workers = 1
CONF

# restart AUTH [LIBRARY]: the server again, with that authentication; a library, if given, is loaded first and has
# syncs to see.  Waits for the worker
restart()
{
	as_owner "LD_PRELOAD='${2:-}' '$bin/pg_ctl' -D '$dir/data' -l '$dir/log' -o '-c dynapg.http_auth=$1 ${2:+-c fsync=on}' -w restart" >/dev/null
	for try in $(seq 100); do
		[ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND state = 'idle'")" != 1 ] || return 0
		sleep 0.1
	done
	echo "http.sh: the worker does not start" >&2
	cat "$dir/log" >&2
	exit 1
}

restart trust
sql -v items="$ITEMS" -f "$here/items/load.sql"
sql -v items="$ITEMS" -f "$here/reads/load.sql"

# prepare CASE: what a case needs beside the data
prepare()
{
	case $1 in
		get_item_signed)
			command -v perl >/dev/null || { echo "http.sh: there is no perl" >&2; exit 1; }
			restart sigv4
			sql -c "CREATE ROLE bench_signer LOGIN; GRANT USAGE ON SCHEMA dynamodb TO bench_signer;
				GRANT SELECT ON dynamodb.bench TO bench_signer"
			sql -F ' ' -c "SELECT * FROM dynapg.create_access_key('bench_signer')" > "$dir/key"
			read -r id secret < "$dir/key"
			;;
		put_item_slow_sync)
			cc -shared -fPIC -O2 -o "$dir/slow_sync.so" "$here/slow_sync.c"
			restart trust "$dir/slow_sync.so"
			;;
		*)
			restart trust
			;;
	esac
}

# run_http OPERATION CONNECTIONS ITEMS: the rate of one run, in items where a request is about several
run_http()
{
	# signed again each time: signatures grow old
	[ "$1" != SignedGetItem ] || perl "$here/sign.pl" "$id" "$secret" "$HTTP_PORT" "$ITEMS" > "$dir/signed"
	wrk -t 1 -c "$2" -d "$DURATION" -s "$here/http.lua" "http://127.0.0.1:$HTTP_PORT/" -- "$1" "$ITEMS" "$dir/signed" > "$dir/wrk"
	if grep -q '^errors' "$dir/wrk"; then
		cat "$dir/wrk" >&2
		exit 1
	fi
	sed -n 's/^rate //p' "$dir/wrk" | awk -v items="$3" '{ print $1 * items }'
}

printf '%s items, median of %s runs of %s s, fsync %s, PostgreSQL %s\n' "$ITEMS" "$ROUNDS" "$DURATION" "$FSYNC" "$(sql -c 'SHOW server_version')"
printf '%-26s %12s %12s %7s\n' operation http/s other/s ratio
for op in $ONLY; do
	clients=$CLIENTS connections=64 items=1 single=
	case $op in
		get_item) name=GetItem plain=items/plain_get_item ;;
		get_item_signed) name=SignedGetItem plain=items/plain_get_item ;;
		put_item) name=PutItem plain=items/plain_put_item ;;
		put_item_slow_sync) name=PutItem plain=items/plain_put_item clients=1 ;;
		query) name=Query plain=reads/plain_query ;;
		hot_update) name=UpdateItem plain=items/plain_hot_update connections=16 clients=16 ;;
		batch_get) name=BatchGetItem single=GetItem connections=1 items=100 ;;
		batch_put) name=BatchWriteItem single=PutItem connections=1 items=25 ;;
		transact_put) name=TransactWriteItems single=PutItem connections=1 items=10 ;;
		*) echo "http.sh: no operation $op" >&2; exit 1 ;;
	esac
	prepare "$op"
	: > "$dir/ours"; : > "$dir/other"
	for round in $(seq "$ROUNDS"); do
		run_http "$name" "$connections" "$items" >> "$dir/ours"
		if [ -n "$single" ]; then
			run_http "$single" "$connections" 1 >> "$dir/other"
		else
			run "$plain" "$clients" >> "$dir/other"
		fi
	done
	paste "$dir/ours" "$dir/other" | awk '{ print $1 / $2 }' > "$dir/ratios"
	printf '%-26s %12.0f %12.0f %7.2f\n' "$op" "$(median "$dir/ours")" "$(median "$dir/other")" "$(median "$dir/ratios")"
done
