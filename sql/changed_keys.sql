-- Queries by index where the table's owner has changed the column keys, and parameters that look like those of Citus.
\set ECHO none
\i sql/common.psql

SELECT dynapg.create_table('{"TableName": "Changed", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "h", "AttributeType": "S"}],
	"GlobalSecondaryIndexes": [
		{"IndexName": "ByG", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}},
		{"IndexName": "ByH", "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}')
	#>> '{TableDescription,TableName}';
SELECT dynapg.update_time_to_live('{"TableName": "Changed", "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": true}}') IS NOT NULL;
SELECT dynapg.store_index_keys('dynamodb."Changed"');
CREATE FUNCTION pg_temp.put(id text, g text) RETURNS void LANGUAGE sql AS $$
	SELECT dynapg.put_item(json_build_object('TableName', 'Changed', 'Item', json_build_object('id', json_build_object('S', id),
		'g', json_build_object('S', g), 'h', json_build_object('S', 'h'))));
$$;
CREATE FUNCTION pg_temp.found(g text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(dynapg.item_get_text(item, 'id'), ' ' ORDER BY dynapg.item_get_text(item, 'id')) FROM dynapg.query_items('Changed', 'g = :g',
		"values" => jsonb_build_object(':g', g), index_name => 'ByG') item;
$$;
SELECT pg_temp.put('a', 'g1'), pg_temp.put('b', 'g1'), pg_temp.put('c', 'g2');
SELECT pg_temp.found('g1');

-- It is no generated column any more: it keeps what it had. Citus changes no column like that.
SELECT pg_temp.keep_local('Changed');
BEGIN;
ALTER TABLE dynamodb."Changed" ALTER keys DROP EXPRESSION;
SELECT pg_temp.put('a', 'g2');
SELECT pg_temp.found('g1'), pg_temp.found('g2');
SELECT dynapg.put_item(json_build_object('TableName', 'Changed', 'Item', json_build_object('id', json_build_object('S', 'd'),
	'until', json_build_object('N', (extract(epoch FROM now())::bigint - 1000)::text))));
SELECT backlog FROM dynapg.ttl_list WHERE table_name = 'Changed';
ROLLBACK;

-- Another one, which lacks an attribute, below an index with the name of ours.
BEGIN;
ALTER TABLE dynamodb."Changed" DROP keys, ADD keys dynapg.item GENERATED ALWAYS AS (dynapg.index_keys(item, 'h')) STORED;
CREATE INDEX "Changed:ByG" ON dynamodb."Changed" (dynapg.key_s(keys, 'g'), pk) WHERE dynapg.in_index(keys, 1, 'S', 'g');
SELECT pg_temp.found('g1'), pg_temp.found('g2');
SELECT dynapg.store_index_keys('dynamodb."Changed"');
SELECT pg_temp.found('g1'), pg_temp.found('g2');
ROLLBACK;

-- Renamed, with another one in its place.
BEGIN;
ALTER TABLE dynamodb."Changed" RENAME keys TO others;
ALTER TABLE dynamodb."Changed" ADD keys dynapg.item;
SELECT pg_temp.put('a', 'g2');
SELECT pg_temp.found('g1'), pg_temp.found('g2');
SELECT dynapg.store_index_keys('dynamodb."Changed"');
ROLLBACK;
SELECT pg_temp.found('g1'), pg_temp.found('g2');

-- Whoever sets a parameter of Citus has no Citus.
\c -
SET citus.shard_count = 4;
SET client_min_messages = warning;
SELECT dynapg.distribute('Changed');
CREATE TABLE dynamodb."Changed_1" (item dynapg.item);
SELECT dynapg.delete_table('{"TableName": "Changed"}') IS NOT NULL;
SELECT name FROM dynapg.tables WHERE name = 'Changed';
DROP TABLE dynamodb."Changed_1";
