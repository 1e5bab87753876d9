#!/bin/sh
# hot.sh - what indexes on attributes cost updates that change none of their attributes, and puts
#
# PostgreSQL makes an update without new index entries (HOT) when no column that an index names has changed, in its columns, its
# expressions or its predicate.  Each kind of table has the same items of about 500 bytes.  UpdateItem changes another attribute, and
# PutItem adds items; the kinds take turns in ROUNDS rounds, so that the machine's ups and downs fall on all.  Printed are the medians of
# the rates and of their ratios to a table without an index in the same round; for updates also the share of HOT ones, the write-ahead log
# of one, and by how much table and indexes have grown without VACUUM.  Nothing is asserted.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      items in each table (default: 20000)
#   UPDATES    of each table in a round (default: 5000)
#   PUTS       the same (default: 2000)
#   ROUNDS     (default: 9)
#   KINDS      those to measure, "none" first (default: all)
#   FSYNC      on: writes wait for the disk (default: off)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-20000}
UPDATES=${UPDATES:-5000}
PUTS=${PUTS:-2000}
ROUNDS=${ROUNDS:-9}
FSYNC=${FSYNC:-off}
KINDS=${KINDS:-none keys_1 keys_5 keys_20 item_1 item_5 item_20 predicate expression column}

. "$(dirname "$0")/common.sh"

title()
{
	case $1 in
		none) echo 'no index' ;;
		keys_*) echo "indexes of the API over keys: ${1#keys_}" ;;
		item_*) echo "indexes of the API over item: ${1#item_}" ;;
		predicate) echo 'on a column, with a predicate over item' ;;
		expression) echo 'on an expression over item, without a predicate' ;;
		column) echo 'on a stored generated column, with a predicate over it' ;;
	esac
}

# The table hot_KIND with its indexes of the API, on g1, g2 and so on; every second item has all of these.
load()
{
	case $1 in *_*) indexes=${1#*_} ;; *) indexes=0 ;; esac
	case $1 in item_*) store=off ;; *) store=on ;; esac
	sql -v name="hot_$1" -v items="$ITEMS" -v indexes="$indexes" -v store="$store" <<-'SQL'
		SET client_min_messages = warning;
		CREATE EXTENSION IF NOT EXISTS dynapg;
		SET dynapg.store_index_keys = :store;
		SELECT dynapg.create_table(json_strip_nulls(json_build_object('TableName', :'name', 'BillingMode', 'PAY_PER_REQUEST',
			'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"}]'::json,
			'AttributeDefinitions', (SELECT json_agg(json_build_object('AttributeName', a, 'AttributeType', 'S'))
				FROM (SELECT 'pk' UNION ALL SELECT 'g' || i FROM generate_series(1, :indexes) i) t (a)),
			'GlobalSecondaryIndexes', (SELECT json_agg(json_build_object('IndexName', 'by_g' || i,
				'KeySchema', json_build_array(json_build_object('AttributeName', 'g' || i, 'KeyType', 'HASH')),
				'Projection', '{"ProjectionType":"ALL"}'::json)) FROM generate_series(1, :indexes) i)))) \g /dev/null
		ALTER TABLE dynamodb.:"name" SET (autovacuum_enabled = off);
		INSERT INTO dynamodb.:"name" (pk, item)
		SELECT i::text, dynapg.from_jsonb(jsonb_build_object('pk', i::text, 'n', i, 'customer', 'customer number ' || i, 'note', repeat(md5(i::text), 4))
			|| CASE WHEN i % 2 = 0 THEN (SELECT jsonb_object_agg('g' || k, 'g' || (i * 31 + k * 7) % 1000) FROM generate_series(1, 20) k) ELSE '{}' END)
			FROM generate_series(0, :items - 1) i;
	SQL
}

scripts()
{
	cat > "$dir/update_$1.sql" <<-SQL
		\set i random(0, $ITEMS - 1)
		\set v random(1, 1000000)
		SELECT dynapg.update_item(('{"TableName":"hot_$1","Key":{"pk":{"S":"' || :i || '"}},"UpdateExpression":"SET n = \u003av","ExpressionAttributeValues":{"\u003av":{"N":"' || :v || '"}}}')::json);
	SQL
	attributes=$(for k in $(seq 20); do printf ',"g%d":{"S":"g'"'"' || (:i %% %d) || '"'"'"}' "$k" $((1000 + k)); done)
	cat > "$dir/put_$1.sql" <<-SQL
		\set i random(1000000, 1000000000)
		SELECT dynapg.put_item(('{"TableName":"hot_$1","Item":{"pk":{"S":"' || :i || '"},"n":{"N":"1"},"note":{"S":"$(printf 'note%.0s' $(seq 30))"}$attributes}}')::json);
	SQL
}

# rounds WHAT TRANSACTIONS: the rates of all kinds, a file of each.
rounds()
{
	for round in $(seq "$ROUNDS"); do
		for kind in $KINDS; do
			wal=$(sql -c "SELECT pg_current_wal_insert_lsn() - '0/0'")
			"$bin/pgbench" -n -M prepared -c 1 -t "$2" -f "$dir/$1_$kind.sql" | sed -n 's/^tps = \([0-9.]*\).*/\1/p' > "$dir/rate"
			cat "$dir/rate" >> "$dir/$1.$kind"
			paste "$dir/rate" "$dir/base" 2>/dev/null | awk '{ print $1 / $2 }' > "$dir/ratio"
			[ "$kind" != none ] || { cp "$dir/rate" "$dir/base"; echo 1 > "$dir/ratio"; }
			cat "$dir/ratio" >> "$dir/$1.$kind.ratio"
			echo "$wal $(sql -c "SELECT pg_current_wal_insert_lsn() - '0/0'")" | awk -v n="$2" '{ print ($2 - $1) / n }' >> "$dir/$1.$kind.wal"
		done
	done
}

sizes()
{
	sql -F ' ' -c "SELECT pg_table_size('dynamodb.hot_$1'), pg_indexes_size('dynamodb.hot_$1')"
}

printf '%s items, %s rounds of %s updates and %s puts, fsync %s, PostgreSQL %s\n' "$ITEMS" "$ROUNDS" "$UPDATES" "$PUTS" "$(sql -c 'SHOW fsync')" \
	"$(sql -c 'SHOW server_version')"
for kind in $KINDS; do
	load "$kind"
	scripts "$kind"
done
for kind in $KINDS; do
	case $kind in
		predicate) sql -c "CREATE INDEX ON dynamodb.hot_predicate (pk) WHERE dynapg.in_index(item, 1, 'S', 'g1')" ;;
		expression) sql -c "CREATE INDEX ON dynamodb.hot_expression (dynapg.part_s(item, 'g1') COLLATE \"C\")" ;;
		column) sql -c "ALTER TABLE dynamodb.hot_column ADD COLUMN g text COLLATE \"C\" GENERATED ALWAYS AS (dynapg.part_s(item, 'g1')) STORED" \
			-c "CREATE INDEX ON dynamodb.hot_column (g, pk) WHERE g IS NOT NULL" ;;
	esac
	sql -c "VACUUM (ANALYZE, FREEZE) dynamodb.hot_$kind"
	sizes "$kind" > "$dir/sizes.$kind"
done
sql -c CHECKPOINT

rounds update "$UPDATES"
printf '%-54s %9s %6s %5s %9s %9s %9s\n' updates updates/s ratio HOT% 'WAL bytes' table indexes
sql -c 'SELECT pg_sleep(1)' > /dev/null
for kind in $KINDS; do
	hot=$(sql -c "SELECT n_tup_hot_upd * 100.0 / n_tup_upd FROM pg_stat_user_tables WHERE relid = 'dynamodb.hot_$kind'::regclass")
	echo "$(cat "$dir/sizes.$kind") $(sizes "$kind")" | awk -v title="$(title "$kind")" -v rate="$(median "$dir/update.$kind")" \
		-v ratio="$(median "$dir/update.$kind.ratio")" -v hot="$hot" -v wal="$(median "$dir/update.$kind.wal")" '{
		printf "%-54s %9.0f %6.2f %5.0f %9.0f %+8.0f%% %+8.0f%%\n", title, rate, ratio, hot, wal, ($3 / $1 - 1) * 100, ($4 / $2 - 1) * 100 }'
done
rounds put "$PUTS"
printf '%-54s %9s %6s %15s\n' puts puts/s ratio 'WAL bytes'
for kind in $KINDS; do
	printf '%-54s %9.0f %6.2f %15.0f\n' "$(title "$kind")" "$(median "$dir/put.$kind")" "$(median "$dir/put.$kind.ratio")" "$(median "$dir/put.$kind.wal")"
done
