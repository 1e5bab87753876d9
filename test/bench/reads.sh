#!/bin/sh
# reads.sh - Query and Scan against the same reads in plain SQL, and writes to a table with indexes
#
# Loads a million items of about 500 bytes, a hundred to a partition, into a DynamoDB table with an index and into plain
# (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk)), and prints rates and their ratios:
#
#   query         100 items of a partition against SELECT doc FROM plain WHERE pk = $1 ORDER BY sk LIMIT 100
#   query_index   the same items by the index against by the table's key
#   filter        100 items read and none kept, against the same in plain SQL
#   scan_filter   a page of a Scan whose filter drops all, against one that only counts
#   put_five      an upsert in a table with five global indexes against plain with five indexes on expressions
#   whole         whole scans: the last tenth of the pages against the first, four segments against one scan
#
# Nothing is asserted.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      items in each table (default: 1000000)
#   ROUNDS     alternations of each pair (default: 9)
#   DURATION   seconds of a run (default: 2)
#   CLIENTS    numbers of clients (default: "1 4")
#   ONLY       which of them (default: all)
#   FSYNC      on: writes wait for the disk (default: off, so that the work of the processor is what counts)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-1000000}
ROUNDS=${ROUNDS:-9}
DURATION=${DURATION:-2}
CLIENTS=${CLIENTS:-1 4}
ONLY=${ONLY:-query query_index filter scan_filter put_five whole}
FSYNC=${FSYNC:-off}
SHARED_BUFFERS=${SHARED_BUFFERS:-4GB}

. "$(dirname "$0")/common.sh"
sql -v items="$ITEMS" -f "$here/reads/load.sql"

printf '%s items, median of %s runs of %s s, fsync %s, %s\n' "$ITEMS" "$ROUNDS" "$DURATION" "$(sql -c 'SHOW fsync')" "PostgreSQL $(sql -c 'SHOW server_version')"
printf '%-38s %7s %12s %12s %7s\n' operation clients dynapg/s other/s ratio
for op in $ONLY; do
	case $op in
		query) other=plain_query ;;
		query_index) other=query ;;
		filter) other=plain_filter ;;
		scan_filter) other=scan_count ;;
		put_five) other=plain_put_five ;;
		whole) continue ;;
	esac
	for c in $CLIENTS; do
		compare "$op / $other" "$c" "reads/$op" "reads/$other"
	done
done
case " $ONLY " in
	*" whole "*) sql -f "$here/reads/whole.sql" 2>&1 | sed 's/.*NOTICE: *//' ;;
esac
