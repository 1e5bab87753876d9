-- What a batch is refused for as a whole, and what its reply holds beside the items
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table(json_build_object('TableName', 'fidelity.' || t, 'BillingMode', 'PAY_PER_REQUEST', 'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"pk","AttributeType":"S"}]'::json))->'TableDescription'->>'TableStatus' FROM unnest(ARRAY['b1', 'b2', 'b3']) t;
-- A BatchGetItem of key a, and more members, of each table.
CREATE FUNCTION pg_temp.get(VARIADIC members text[]) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('batch_get_item', '{"RequestItems":{' || string_agg(format('"fidelity.b%s":{"Keys":[{"pk":{"S":"a"}}]%s}', n, ',' || nullif(m, '')), ',' ORDER BY n) || '}}')
	FROM unnest(members) WITH ORDINALITY AS u (m, n) $$;
\set A '"AttributesToGet":["pk"]'
\set P '"ProjectionExpression":"pk"'
\set N '"ExpressionAttributeNames":{"#a":"a"}'
\echo == expressions of one table and legacy parameters of another one
SELECT pg_temp.get(:'P', :'A');
SELECT pg_temp.get(:'A', :'P');
SELECT pg_temp.get('', :'A', :'P');
SELECT pg_temp.get(:'A' || ',' || :'P');
SELECT pg_temp.get(:'A', :'A'), pg_temp.get(:'P', :'P'), pg_temp.get(:'A', '');
\echo == before what is wrong with a part
SELECT pg_temp.get(:'N', :'P', :'A');
SELECT pg_temp.get(:'A', '"ProjectionExpression":"a,"');
SELECT pg_temp.answer('batch_get_item', '{"RequestItems":{"fidelity.b1":{"Keys":[{"pk":{"N":"x"}}],' || :'A' || '},"fidelity.none":{"Keys":[{"pk":{"S":"a"}}],' || :'P' || '}}}');
\echo == after the number of keys
SELECT pg_temp.answer('batch_get_item', json_build_object('RequestItems', json_build_object('fidelity.b1', json_build_object('Keys', keys, 'AttributesToGet', '["pk"]'::json), 'fidelity.b2', json_build_object('Keys', keys, 'ProjectionExpression', 'pk')))::text)
FROM (SELECT json_agg(json_build_object('pk', json_build_object('S', n::text))) FROM generate_series(1, 51) n) AS k (keys);
\echo == ItemCollectionMetrics of tables without a local index: an empty map in BatchWriteItem alone, where the request asks for them
SELECT pg_temp.answer('batch_write_item', '{"RequestItems":{"fidelity.b1":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}}],"fidelity.b2":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}' || m || '}')
FROM unnest(ARRAY['', ',"ReturnItemCollectionMetrics":"NONE"', ',"ReturnItemCollectionMetrics":"SIZE"', ',"ReturnItemCollectionMetrics":"SIZE","ReturnConsumedCapacity":"TOTAL"']) m;
SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.b1","Item":{"pk":{"S":"a"}},"ReturnItemCollectionMetrics":"SIZE"}'),
	pg_temp.answer('batch_get_item', '{"RequestItems":{"fidelity.b1":{"Keys":[{"pk":{"S":"a"}}]}},"ReturnItemCollectionMetrics":"SIZE"}');
SELECT dynapg.delete_table(json_build_object('TableName', 'fidelity.' || t)) IS NOT NULL FROM unnest(ARRAY['b1', 'b2', 'b3']) t;
