-- When the last page of a Query has no LastEvaluatedKey: the item after the page is one that the sort key's condition leaves out
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.p","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"global","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
	{"IndexName":"many","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"},{"AttributeName":"n","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}')->'TableDescription'->>'TableStatus';
-- Partition P: a1 a2 b1 b2 c1 with n 1 1 2 2 3; partitions before and after it.
SELECT count(dynapg.put_item(json_build_object('TableName', 'fidelity.p', 'Item', json_build_object('pk', json_build_object('S', p), 'sk', json_build_object('S', s), 'g', json_build_object('S', p), 'h', json_build_object('S', 'h'), 'n', json_build_object('N', n)))))
FROM unnest(ARRAY['O', 'P', 'Q']) p, (VALUES ('a1', '1'), ('a2', '1'), ('b1', '2'), ('b2', '2'), ('c1', '3')) AS i (s, n);
-- The sort keys of a page and its LastEvaluatedKey's; x, y and z are values.
CREATE FUNCTION pg_temp.page(condition text, lim int, x text DEFAULT NULL, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT string_agg(i->'sk'->>'S', ' ') FROM json_array_elements(r->'Items') i), '-') || ' ' || (r->>'ScannedCount') || coalesce(' LastEvaluatedKey ' || (r#>>'{LastEvaluatedKey,sk,S}'), '')
	FROM (SELECT dynapg.query(('{"TableName":"fidelity.p","KeyConditionExpression":"' || condition || '","Limit":' || lim || ',"ExpressionAttributeValues":{":p":{"S":"P"}' || coalesce(',' || x, '') || '}' || more || '}')::json) AS r) q $$;
\set A '":x":{"S":"a"}'
\set B '":x":{"S":"b"}'
\set C '":x":{"S":"c"}'
\set back ',"ScanIndexForward":false'
\echo == a prefix: another item follows, one that is left out follows, nothing follows in the partition
SELECT l, pg_temp.page('pk = :p AND begins_with(sk, :x)', l, :'A') FROM generate_series(1, 3) l;
SELECT l, pg_temp.page('pk = :p AND begins_with(sk, :x)', l, :'C') FROM generate_series(1, 2) l;
SELECT l, pg_temp.page('pk = :p AND begins_with(sk, :x)', l, :'C', :'back') FROM generate_series(1, 2) l;
SELECT l, pg_temp.page('pk = :p AND begins_with(sk, :x)', l, :'A', :'back') FROM generate_series(1, 2) l;
\echo == nothing is in the range
SELECT pg_temp.page('pk = :p AND begins_with(sk, :x)', 1, '":x":{"S":"aa"}');
\echo == the whole partition: without a condition on the sort key, or with one that does not end
SELECT l, pg_temp.page('pk = :p', l), pg_temp.page('pk = :p', l, NULL, :'back') FROM generate_series(4, 6) l;
SELECT pg_temp.page('pk = :p AND sk >= :x', 3, :'B'), pg_temp.page('pk = :p AND sk > :x', 4, '":x":{"S":"a1"}'), pg_temp.page('pk = :p AND sk < :x', 2, :'B', :'back'), pg_temp.page('pk = :p AND sk <= :x', 1, '":x":{"S":"a1"}', :'back');
\echo == each comparison in the direction in which it ends
SELECT pg_temp.page('pk = :p AND sk < :x', 2, :'B'), pg_temp.page('pk = :p AND sk <= :x', 2, '":x":{"S":"a2"}'), pg_temp.page('pk = :p AND sk > :x', 3, '":x":{"S":"a2"}', :'back'), pg_temp.page('pk = :p AND sk >= :x', 1, :'C', :'back');
SELECT pg_temp.page('pk = :p AND sk BETWEEN :x AND :y', 2, :'B' || ',":y":{"S":"bz"}'), pg_temp.page('pk = :p AND sk BETWEEN :x AND :y', 2, :'B' || ',":y":{"S":"bz"}', :'back'), pg_temp.page('pk = :p AND sk BETWEEN :x AND :y', 5, :'A' || ',":y":{"S":"c1"}');
\echo == equality on the sort key: the last item of the partition, and one before
SELECT k, pg_temp.page('pk = :p AND sk = :x', 1, '":x":{"S":"' || k || '"}'), pg_temp.page('pk = :p AND sk = :x', 1, '":x":{"S":"' || k || '"}', :'back') FROM unnest(ARRAY['a1', 'b1', 'c1']) k;
\echo == indexes: entries of one sort key
SELECT i, l, pg_temp.page(replace('H = :p AND n = :x', 'H', CASE i WHEN 'local' THEN 'pk' ELSE 'g' END), l, '":x":{"N":"1"}', ',"IndexName":"' || i || '"'),
	pg_temp.page(replace('H = :p AND n = :x', 'H', CASE i WHEN 'local' THEN 'pk' ELSE 'g' END), l, '":x":{"N":"1"}', ',"ScanIndexForward":false,"IndexName":"' || i || '"'),
	pg_temp.page(replace('H = :p AND n <= :x', 'H', CASE i WHEN 'local' THEN 'pk' ELSE 'g' END), l, '":x":{"N":"2"}', ',"IndexName":"' || i || '"') FROM unnest(ARRAY['local', 'global']) i, unnest(ARRAY[1, 2, 4]) l;
\echo == several sort keys: the partition is that of all hash keys
SELECT pg_temp.page('g = :p AND h = :h AND sk = :x AND n >= :n', 1, '":x":{"S":"a1"},":n":{"N":"0"},":h":{"S":"h"}', ',"IndexName":"many"'), pg_temp.page('g = :p AND h = :h AND sk = :x AND n < :n', 1, '":x":{"S":"c1"},":n":{"N":"9"},":h":{"S":"h"}', ',"IndexName":"many"'),
	pg_temp.page('g = :p AND h = :h', 5, '":h":{"S":"h"}', ',"IndexName":"many"');
\echo == a page behind a start key, a filter that keeps nothing
SELECT pg_temp.page('pk = :p AND begins_with(sk, :x)', 1, :'A', ',"ExclusiveStartKey":{"pk":{"S":"P"},"sk":{"S":"a1"}}'), pg_temp.page('pk = :p AND begins_with(sk, :x)', 2, :'A', ',"FilterExpression":"attribute_exists(z)"');
\echo == legacy conditions, and Select COUNT
SELECT r->>'Count', r->'LastEvaluatedKey' FROM dynapg.query('{"TableName":"fidelity.p","Limit":2,"Select":"COUNT","KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"P"}]},"sk":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":"a"}]}}}'::json) r;
\echo == a Scan looks at nothing
SELECT l, r->>'Count', r->'LastEvaluatedKey'->'sk' FROM unnest(ARRAY[14, 15, 16]) l, dynapg.scan(json_build_object('TableName', 'fidelity.p', 'Select', 'COUNT', 'Limit', l)) r;
\echo == the item that is looked at is not counted and not charged
SELECT pg_temp.answer('query', '{"TableName":"fidelity.p","KeyConditionExpression":"pk = :p AND begins_with(sk, :x)","Limit":1,"Select":"COUNT","ReturnConsumedCapacity":"TOTAL","ExpressionAttributeValues":{":p":{"S":"P"},' || x || '}}') FROM unnest(ARRAY[:'A', :'C', '":x":{"S":"a2"}']) x;
SELECT count(dynapg.put_item(json_build_object('TableName', 'fidelity.p', 'Item', json_build_object('pk', json_build_object('S', 'P'), 'sk', json_build_object('S', s), 'v', json_build_object('S', repeat('v', 300000)))))) FROM unnest(ARRAY['a2', 'b1']) s;
SELECT x, pg_temp.answer('query', '{"TableName":"fidelity.p","KeyConditionExpression":"pk = :p AND begins_with(sk, :x)","Limit":1,"Select":"COUNT","ReturnConsumedCapacity":"TOTAL","ExpressionAttributeValues":{":p":{"S":"P"},":x":{"S":"' || x || '"}}}') FROM unnest(ARRAY['a', 'a1', 'a2']) x;
\echo == a page of a megabyte that ends with its range
SELECT count(dynapg.put_item(json_build_object('TableName', 'fidelity.p', 'Item', json_build_object('pk', json_build_object('S', 'big'), 'sk', json_build_object('S', s), 'v', json_build_object('S', repeat('v', 400000)))))) FROM unnest(ARRAY['a1', 'a2', 'a3', 'b1', 'b2', 'b3']) s;
SELECT s, r->>'Count', r->'LastEvaluatedKey'->'sk' FROM unnest(ARRAY['a', 'b']) s, dynapg.query(json_build_object('TableName', 'fidelity.p', 'KeyConditionExpression', 'pk = :p AND begins_with(sk, :s)', 'Select', 'COUNT', 'ExpressionAttributeValues', json_build_object(':p', '{"S":"big"}'::json, ':s', json_build_object('S', s)))) r;
SELECT dynapg.delete_table('{"TableName":"fidelity.p"}') IS NOT NULL;
