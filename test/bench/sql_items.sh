#!/bin/sh
# sql_items.sh - reading items in SQL against the same data as jsonb
#
# Loads items as a shop has them into a table (pk, item dynapg.item) and the same documents into (pk, item jsonb), with a primary key and a
# GIN index each, and prints for each operation the medians of alternating rounds and their ratio (above 1: items are faster):
#
#   text          ->> of a string attribute, all rows, one process
#   sum           sum of a number attribute; of jsonb by the faster cast, (item -> 'price')::numeric
#   path          #>> of a document path through a list
#   parallel      sum with two parallel workers
#   contains      @> through the index: item_path_ops against jsonb_path_ops, 200 searches
#   bytes         of both tables with their indexes, items over jsonb
#   gin_build     CREATE INDEX of item_path_ops against jsonb_path_ops over to_jsonb(item): which GIN is better for items
#   gin_search    the same searches through those
#
# Nothing is asserted.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      rows in each table (default: 1000000)
#   ROUNDS     alternations of each pair (default: 5)
#   ONLY       which of them (default: all)
#   FSYNC      on: writes wait for the disk (default: off)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-1000000}
ROUNDS=${ROUNDS:-5}
ONLY=${ONLY:-text sum path parallel contains bytes gin_build gin_search}
FSYNC=${FSYNC:-off}
SHARED_BUFFERS=${SHARED_BUFFERS:-2GB}
DURATION=1

. "$(dirname "$0")/common.sh"

sql -v items="$ITEMS" -f "$here/sql_items/load.sql"

# milliseconds SETTINGS STATEMENT
milliseconds()
{
	sql -c "SET jit = off" -c "$1" -c '\timing on' -c "$2" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1
}

# ratio TITLE SETTINGS OURS OTHER
ratio()
{
	: > "$dir/ours"; : > "$dir/other"
	for round in $(seq "$ROUNDS"); do
		milliseconds "$2" "$3" >> "$dir/ours"
		milliseconds "$2" "$4" >> "$dir/other"
	done
	paste "$dir/ours" "$dir/other" | awk '{ print $2 / $1 }' > "$dir/ratios"
	printf '%-28s %12.1f %12.1f %7.2f\n' "$1" "$(median "$dir/ours")" "$(median "$dir/other")" "$(median "$dir/ratios")"
}

serial='SET max_parallel_workers_per_gather = 0'
parallel='SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0'
searches()
{
	echo "DO \$do\$ DECLARE n bigint; BEGIN FOR i IN 1 .. 200 LOOP EXECUTE format(\$f\$$1\$f\$, i * 37) INTO n; END LOOP; END \$do\$"
}

printf '%s items, median of %s rounds, PostgreSQL %s\n' "$ITEMS" "$ROUNDS" "$(sql -c 'SHOW server_version')"
printf '%-28s %12s %12s %7s\n' operation 'dynapg ms' 'jsonb ms' ratio
for op in $ONLY; do
	case $op in
		text)
			ratio text "$serial" "SELECT count(item OPERATOR(dynapg.->>) 'status') FROM bench_items" \
				"SELECT count(item ->> 'status') FROM bench_jsonb" ;;
		sum)
			ratio sum "$serial" "SELECT sum(dynapg.item_get_numeric(item, 'price')) FROM bench_items" \
				"SELECT sum((item -> 'price')::numeric) FROM bench_jsonb"
			ratio 'sum, by text' "$serial" "SELECT sum((item OPERATOR(dynapg.->>) 'price')::numeric) FROM bench_items" \
				"SELECT sum((item ->> 'price')::numeric) FROM bench_jsonb" ;;
		path)
			ratio path "$serial" "SELECT count(item OPERATOR(dynapg.#>>) 'positions[1].sku') FROM bench_items" \
				"SELECT count(item #>> '{positions,1,sku}') FROM bench_jsonb"
			ratio 'path, text[]' "$serial" "SELECT count(item OPERATOR(dynapg.#>>) '{positions,1,sku}'::text[]) FROM bench_items" \
				"SELECT count(item #>> '{positions,1,sku}') FROM bench_jsonb" ;;
		parallel)
			ratio parallel "$parallel" "SELECT sum(dynapg.item_get_numeric(item, 'price')) FROM bench_items" \
				"SELECT sum((item -> 'price')::numeric) FROM bench_jsonb"
			sql -c "$parallel" -c "EXPLAIN (COSTS OFF) SELECT sum(dynapg.item_get_numeric(item, 'price')) FROM bench_items" | sed -n 's/.*\(Workers Planned.*\)/  \1/p' ;;
		contains)
			ratio contains "$serial" \
				"$(searches "SELECT count(*) FROM bench_items WHERE item OPERATOR(dynapg.@>) '{\"customer\":{\"S\":\"customer %s\"}}'")" \
				"$(searches "SELECT count(*) FROM bench_jsonb WHERE item @> '{\"customer\":\"customer %s\"}'")" ;;
		bytes)
			sql -F ' ' -c "SELECT pg_catalog.pg_table_size('bench_items'), pg_catalog.pg_indexes_size('bench_items'),
				pg_catalog.pg_table_size('bench_jsonb'), pg_catalog.pg_indexes_size('bench_jsonb')" |
				awk '{ printf "bytes: table %.0f against %.0f, indexes %.0f against %.0f, together %.2f\n", $1, $3, $2, $4, ($1 + $2) / ($3 + $4) }' ;;
		gin_build)
			ROUNDS=1 ratio 'gin_build, jsonb over items' "$serial" "CREATE INDEX bench_own ON bench_items USING gin (item)" \
				"CREATE INDEX bench_cast ON bench_items USING gin (dynapg.to_jsonb(item) jsonb_path_ops)"
			sql -F ' ' -c "SELECT pg_catalog.pg_relation_size('bench_own'), pg_catalog.pg_relation_size('bench_cast')" |
				awk '{ printf "  bytes %.0f against %.0f\n", $1, $2 }' ;;
		gin_search)
			ratio 'gin_search, jsonb over items' "$serial" \
				"$(searches "SELECT count(*) FROM bench_items WHERE item OPERATOR(dynapg.@>) '{\"customer\":{\"S\":\"customer %s\"}}'")" \
				"$(searches "SELECT count(*) FROM bench_items WHERE dynapg.to_jsonb(item) @> '{\"customer\":\"customer %s\"}'")" ;;
	esac
done
sql -c "DROP TABLE bench_items, bench_jsonb"
