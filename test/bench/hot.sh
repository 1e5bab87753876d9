#!/bin/sh
# hot.sh - what an index on attributes costs updates that change none of its attributes
#
# PostgreSQL makes an update without new index entries (HOT) when no column that an index names has changed, in its columns, its
# expressions or its predicate.  For each kind of index, on a table of its own with the same items of about 500 bytes, UpdateItem
# changes another attribute; printed are the share of HOT updates, the write-ahead log of one, the rate, and by how much
# table and indexes have grown without VACUUM.  Nothing is asserted.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      items in each table (default: 50000)
#   UPDATES    of each table (default: 100000)
#   FSYNC      on: writes wait for the disk (default: off)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-50000}
UPDATES=${UPDATES:-100000}
FSYNC=${FSYNC:-off}

. "$(dirname "$0")/common.sh"

# Every second item has the attribute g; the table is hot_KIND.
load()
{
	sql -v name="hot_$1" -v items="$ITEMS" <<-'SQL'
		SET client_min_messages = warning;
		CREATE EXTENSION IF NOT EXISTS dynapg;
		SELECT dynapg.create_table(json_build_object('TableName', :'name', 'BillingMode', 'PAY_PER_REQUEST',
			'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"}]'::json, 'AttributeDefinitions', '[{"AttributeName":"pk","AttributeType":"S"}]'::json)) \g /dev/null
		ALTER TABLE dynamodb.:"name" SET (autovacuum_enabled = off);
		INSERT INTO dynamodb.:"name" (pk, item)
		SELECT i::text, dynapg.from_jsonb(jsonb_build_object('pk', i::text, 'n', i, 'customer', 'customer number ' || i, 'note', repeat(md5(i::text), 12))
			|| CASE WHEN i % 2 = 0 THEN jsonb_build_object('g', 'g' || i % 1000) ELSE '{}' END) FROM generate_series(0, :items - 1) i;
	SQL
}

measure()
{
	cat > "$dir/$1.sql" <<-SQL
		\set i random(0, $ITEMS - 1)
		\set v random(1, 1000000)
		SELECT dynapg.update_item(('{"TableName":"hot_$1","Key":{"pk":{"S":"' || :i || '"}},"UpdateExpression":"SET n = \u003av","ExpressionAttributeValues":{"\u003av":{"N":"' || :v || '"}}}')::json);
	SQL
	sql -c "VACUUM (ANALYZE, FREEZE) dynamodb.hot_$1" -c CHECKPOINT
	before=$(sql -c "SELECT pg_table_size('dynamodb.hot_$1') || ' ' || pg_indexes_size('dynamodb.hot_$1') || ' ' || (pg_current_wal_insert_lsn() - '0/0')")
	tps=$("$bin/pgbench" -n -M prepared -c 1 -t "$UPDATES" -f "$dir/$1.sql" | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
	wal=$(sql -c "SELECT pg_current_wal_insert_lsn() - '0/0'")
	after=$(sql -c "SELECT pg_sleep(1)" -c "SELECT n_tup_hot_upd * 100.0 / n_tup_upd, pg_table_size(relid), pg_indexes_size(relid)
		FROM pg_stat_user_tables WHERE relid = 'dynamodb.hot_$1'::regclass" | tail -1 | tr '|' ' ')
	echo "$before $wal $after $tps" | awk -v title="$2" -v updates="$UPDATES" '{
		printf "%-58s %5.0f %9.0f %9.0f %+8.0f%% %+8.0f%%\n", title, $5, ($4 - $3) / updates, $8, ($6 / $1 - 1) * 100, ($7 / $2 - 1) * 100 }'
}

for kind in none global predicate expression column; do
	load $kind
done
sql -c "SELECT dynapg.update_table('{\"TableName\":\"hot_global\",\"AttributeDefinitions\":[{\"AttributeName\":\"g\",\"AttributeType\":\"S\"}],
	\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"by_g\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}')" \
	-c "CREATE INDEX ON dynamodb.hot_predicate (pk) WHERE dynapg.in_index(item, 1, 'S', 'g')" \
	-c "CREATE INDEX ON dynamodb.hot_expression (dynapg.part_s(item, 'g') COLLATE \"C\")" \
	-c "ALTER TABLE dynamodb.hot_column ADD COLUMN g text COLLATE \"C\" GENERATED ALWAYS AS (dynapg.part_s(item, 'g')) STORED" \
	-c "CREATE INDEX ON dynamodb.hot_column (g, pk) WHERE g IS NOT NULL" >/dev/null
printf '%s items, %s updates, fsync %s, PostgreSQL %s\n' "$ITEMS" "$UPDATES" "$(sql -c 'SHOW fsync')" "$(sql -c 'SHOW server_version')"
printf '%-58s %5s %9s %9s %9s %9s\n' index 'HOT%' 'WAL bytes' updates/s table indexes
measure none 'none'
measure global 'a secondary index of the API'
measure predicate 'a column, with a predicate over item'
measure expression 'an expression over item, without a predicate'
measure column 'a stored generated column, with a predicate over itself'
