-- Items of tables with vector indexes: every path of writing checks them, and what an entry costs.
\set ECHO none
\i sql/vectors.psql
SELECT pg_temp.create('t:S n:N', jsonb_build_array(pg_temp.index('plain'), pg_temp.index('tenants', 't|n', 3, 'COSINE', '{"ProjectionType":"KEYS_ONLY"}')));

-- PutItem: without a vector, without the HASH, without the filter, with more digits than 32 bits have, too small for them
SELECT pg_temp.put('{"id":{"S":"none"},"t":{"S":"a"}}');
SELECT pg_temp.put('{"id":{"S":"no hash"}}' || jsonb_build_object('v', pg_temp.vec(1, 2, 3)));
SELECT pg_temp.put('{"id":{"S":"no filter"},"t":{"S":"a"}}' || jsonb_build_object('v', pg_temp.vec(1, 0.12345678901234567890123456789, 3)));
SELECT pg_temp.put('{"id":{"S":"small"},"t":{"S":"a"},"n":{"N":"1"}}' || jsonb_build_object('v', pg_temp.vec(1, 1e-100, 3)));
SELECT dynapg.get_item('{"TableName":"Vectors","Key":{"id":{"S":"no filter"}},"ProjectionExpression":"v[1]"}');
SELECT i ->> 'IndexName', i ->> 'ItemCount' FROM (SELECT pg_temp.described()::jsonb AS i) AS d;

-- what is refused
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"S":"1,2,3"}}');
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"NS":["1","2","3"]}}');
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"NS":["1","1","3"]}}');
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"L":[]}}');
SELECT pg_temp.put('{"id":{"S":"x"}}' || jsonb_build_object('v', pg_temp.vec(1, 2)));
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"L":[{"N":"1"},{"S":"2"},{"N":"3"}]}}');
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"L":[{"N":"1"},{"N":"2"},{"NULL":true}]}}');
SELECT pg_temp.put('{"id":{"S":"x"},"v":{"L":[{"N":"1"},{"N":"NaN"},{"N":"3"}]}}');
SELECT pg_temp.put('{"id":{"S":"x"}}' || jsonb_build_object('v', pg_temp.vec(1e39, 2, 3)));
SELECT pg_temp.put('{"id":{"S":"x"},"t":{"N":"1"}}');
SELECT pg_temp.put('{"id":{"S":"x"},"n":{"S":"1"}}');
SELECT pg_temp.put('{"id":{"S":"x"},"t":{"S":""}}');

-- the other paths
CREATE FUNCTION pg_temp.bad() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"id":{"S":"x"}}' || jsonb_build_object('v', pg_temp.vec(1, 2)) $$;
SELECT pg_temp.call('batch_write_item', jsonb_build_object('RequestItems', jsonb_build_object('Vectors', jsonb_build_array(jsonb_build_object('PutRequest', jsonb_build_object('Item', pg_temp.bad()))))));
SELECT pg_temp.call('transact_write_items', jsonb_build_object('TransactItems', jsonb_build_array(jsonb_build_object('Put', jsonb_build_object('TableName', 'Vectors', 'Item', pg_temp.bad())))));
SELECT pg_temp.call('transact_write_items', '{"TransactItems":[{"Update":{"TableName":"Vectors","Key":{"id":{"S":"small"}},"UpdateExpression":"REMOVE v[0]"}}]}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"small"}},"UpdateExpression":"SET v[0] = :s","ExpressionAttributeValues":{":s":{"S":"1"}}}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"new"}},"UpdateExpression":"SET v = :s","ExpressionAttributeValues":{":s":{"S":"1"}}}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"small"}},"UpdateExpression":"SET n = :s","ExpressionAttributeValues":{":s":{"S":"1"}}}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"small"}},"AttributeUpdates":{"v":{"Action":"PUT","Value":{"L":[]}}}}');
SELECT pg_temp.call('execute_statement', '{"Statement":"INSERT INTO \"Vectors\" VALUE {''id'': ''x'', ''v'': [1, 2]}"}');
SELECT pg_temp.call('execute_statement', '{"Statement":"UPDATE \"Vectors\" SET v = [1] WHERE id = ''small''"}');
SELECT pg_temp.call('batch_execute_statement', '{"Statements":[{"Statement":"INSERT INTO \"Vectors\" VALUE {''id'': ''x'', ''v'': [1, ''b'', 3]}"}]}');
SELECT dynapg.import_items('Vectors', '{"id":{"S":"x"},"v":{"L":[{"N":"1"}]}}'::json);
-- nothing came of it
SELECT count(*) FROM dynamodb."Vectors";

-- plain SQL is refused as the API is
INSERT INTO dynamodb."Vectors" (pk, item) VALUES ('misfit', '{"id":{"S":"misfit"},"t":{"S":"a"},"v":{"L":[{"N":"1"}]}}');
INSERT INTO dynamodb."Vectors" (pk, item) VALUES ('misfit', '{"id":{"S":"misfit"},"t":{"N":"1"}}');
-- an update is judged by what it changes: a table without the constraints, or an index that is younger, may have left something
ALTER TABLE dynamodb."Vectors" DROP CONSTRAINT "dynapg index plain", DROP CONSTRAINT "dynapg index tenants";
INSERT INTO dynamodb."Vectors" (pk, item) VALUES ('misfit', '{"id":{"S":"misfit"},"t":{"S":"a"},"v":{"L":[{"N":"1"}]}}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"misfit"}},"UpdateExpression":"SET x = :x","ExpressionAttributeValues":{":x":{"S":"1"}}}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"misfit"}},"UpdateExpression":"SET v[1] = :x","ExpressionAttributeValues":{":x":{"N":"1"}}}');
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('younger', '|n'))), 'n:N');
SELECT i ->> 'IndexName', i ->> 'ItemCount' FROM (SELECT pg_temp.described()::jsonb AS i) AS d;
-- removing a vector drops the entry
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"no hash"}},"UpdateExpression":"REMOVE v"}');
SELECT i ->> 'IndexName', i ->> 'ItemCount' FROM (SELECT pg_temp.described()::jsonb AS i) AS d;
SELECT pg_temp.search('plain', pg_temp.list(1, 2, 3), 9);

-- capacity: bytes of the entry, 1,024 at least, and nothing where the entry stays
SELECT pg_temp.put('{"id":{"S":"c"},"t":{"S":"a"}}' || jsonb_build_object('v', pg_temp.vec(1, 2, 3), 'big', jsonb_build_object('S', repeat('x', 3000))), '{"ReturnConsumedCapacity":"INDEXES"}');
SELECT pg_temp.put('{"id":{"S":"c"},"t":{"S":"a"}}' || jsonb_build_object('v', pg_temp.vec(1, 2, 3), 'big', jsonb_build_object('S', repeat('y', 3000))), '{"ReturnConsumedCapacity":"INDEXES"}');
SELECT pg_temp.put('{"id":{"S":"c"},"t":{"S":"a"}}' || jsonb_build_object('v', pg_temp.vec(1, 2, 3), 'big', jsonb_build_object('S', repeat('y', 3000))), '{"ReturnConsumedCapacity":"INDEXES"}');
SELECT pg_temp.put('{"id":{"S":"d"}}', '{"ReturnConsumedCapacity":"INDEXES"}');
SELECT pg_temp.call('update_item', '{"TableName":"Vectors","Key":{"id":{"S":"c"}},"UpdateExpression":"REMOVE t","ReturnConsumedCapacity":"INDEXES"}');
SELECT pg_temp.call('delete_item', '{"TableName":"Vectors","Key":{"id":{"S":"c"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT pg_temp.call('transact_write_items', jsonb_build_object('ReturnConsumedCapacity', 'INDEXES', 'TransactItems', jsonb_build_array(jsonb_build_object('Put',
  jsonb_build_object('TableName', 'Vectors', 'Item', '{"id":{"S":"e"}}' || jsonb_build_object('v', pg_temp.vec(1, 2, 3)))))));
SELECT pg_temp.call('batch_write_item', jsonb_build_object('ReturnConsumedCapacity', 'INDEXES', 'RequestItems', jsonb_build_object('Vectors', jsonb_build_array(
  jsonb_build_object('PutRequest', jsonb_build_object('Item', '{"id":{"S":"f"}}' || jsonb_build_object('v', pg_temp.vec(1, 2, 3))))))));

-- vectors in SQL
SELECT dynapg.item_reals(item, 'v') FROM dynamodb."Vectors" WHERE pk IN ('no filter', 'misfit', 'none') ORDER BY pk;
SELECT dynapg.item_reals(item, 'v', 3), dynapg.item_unit_reals(item, 'v', 3) FROM dynamodb."Vectors" WHERE pk IN ('small', 'misfit') ORDER BY pk;
-- each number is rounded once, to the nearest of 32 bits: what PostgreSQL makes of the same text
SELECT count(*), count(*) FILTER (WHERE (dynapg.item_reals(jsonb_build_object('v', jsonb_build_object('L', jsonb_build_array(jsonb_build_object('N', n))))::text::dynapg.item, 'v'))[1]::text <> n::real::text)
FROM (SELECT ((i * 7919 % 1000003) / power(10::numeric, i % 20 - 5) * (CASE WHEN i % 3 = 0 THEN -1 ELSE 1 END))::numeric(60, 20)::text AS n FROM generate_series(1, 3000) AS i
  UNION ALL SELECT unnest(ARRAY['1.000000059604644775390625', '1.0000000596046447753906250000000001', '1.000000059604644775390624999', '340282346638528859811704183484516925440',
    '340282356779733661637539395458142568440', '1.1754943508222875e-38', '1e-45', '1e-44', '1.401298464324817e-45', '16777217', '16777219', '-33554435', '0.1', '-0', '123456789012345678901234567890'])) AS s
WHERE n::numeric <> 0;
SELECT dynapg.item_reals('{"v":{"L":[{"N":"340282356779733661637539395458142568450"}]}}', 'v') IS NULL;
SELECT pg_temp.drop_table();
