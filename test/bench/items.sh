#!/bin/sh
# items.sh - single-item operations against the same statements in plain SQL
#
# Starts a private server in a temporary folder, loads the same items of about 500 bytes into a DynamoDB table and
# into plain (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk)), then runs pgbench -M prepared
# on both in short alternating runs, so that the machine's ups and downs fall on both, and prints the medians of
# the rates and of the ratios of neighbouring runs. Nothing is asserted.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      items in each table (default: 100000)
#   ROUNDS     alternations of each pair (default: 9)
#   DURATION   seconds of a run (default: 2)
#   CLIENTS    numbers of clients (default: "1 4")
#   ONLY       operations (default: "get_item put_item update_item")
#   FSYNC      on: writes wait for the disk (default: off, so that the work of the processor is what counts)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-100000}
ROUNDS=${ROUNDS:-9}
DURATION=${DURATION:-2}
CLIENTS=${CLIENTS:-1 4}
ONLY=${ONLY:-get_item put_item update_item}
FSYNC=${FSYNC:-off}

. "$(dirname "$0")/common.sh"
sql -v items="$ITEMS" -f "$here/items/load.sql"

printf '%s items, median of %s runs of %s s, fsync %s, %s\n' "$ITEMS" "$ROUNDS" "$DURATION" "$(sql -c 'SHOW fsync')" "PostgreSQL $(sql -c 'SHOW server_version')"
printf '%-38s %7s %12s %12s %7s\n' operation clients dynapg/s plain/s ratio
for op in $ONLY; do
	for c in $CLIENTS; do
		compare "$op" "$c" "items/$op" "items/plain_$op"
	done
done
