-- Rows that plain SQL has left with another key than their item's, or none: nothing fails, Scan and Query pass them over.
\set ECHO none
\i sql/common.psql
-- All pages of a Query or Scan, of Limit items each, in one segment or several: how many items, how many different ones, and the pages.
CREATE FUNCTION public.misfits_read(operation text, request jsonb, segments int DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  reply text;
  page jsonb;
  asked jsonb;
  items jsonb[] := '{}';
  pages int := 0;
BEGIN
  FOR segment IN 0 .. segments - 1 LOOP
    asked := CASE WHEN segments > 1 THEN request || jsonb_build_object('TotalSegments', segments, 'Segment', segment) ELSE request END;
    LOOP
      reply := pg_temp.answer(operation, asked::text);
      IF reply NOT LIKE '{%' THEN RETURN reply; END IF;
      page := reply;
      pages := pages + 1;
      items := items || ARRAY(SELECT jsonb_array_elements(page -> 'Items'));
      EXIT WHEN NOT page ? 'LastEvaluatedKey' OR pages > 100;
      asked := asked || jsonb_build_object('ExclusiveStartKey', page -> 'LastEvaluatedKey');
    END LOOP;
  END LOOP;
  RETURN format('%s items, %s different, %s pages', cardinality(items), (SELECT count(DISTINCT item) FROM unnest(items) item), pages);
END $$;
SELECT count(pg_temp.answer('create_table', format('{"TableName":"misfits%s%s","BillingMode":"PAY_PER_REQUEST",
  "AttributeDefinitions":[{"AttributeName":"p","AttributeType":"%1$s"},{"AttributeName":"s","AttributeType":"%2$s"},{"AttributeName":"g","AttributeType":"S"}],
  "KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
  "GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
    {"IndexName":"by-s","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}', pk, sk)))
  FROM (VALUES ('S', 'N'), ('N', 'B'), ('B', 'S')) t (pk, sk);
-- no constraint keeps such rows out
ALTER TABLE dynamodb."misfitsSN" DROP CONSTRAINT "dynapg fits", DROP CONSTRAINT "dynapg index by-g", DROP CONSTRAINT "dynapg index by-s";
ALTER TABLE dynamodb."misfitsNB" DROP CONSTRAINT "dynapg fits", DROP CONSTRAINT "dynapg index by-g", DROP CONSTRAINT "dynapg index by-s";
ALTER TABLE dynamodb."misfitsBS" DROP CONSTRAINT "dynapg fits", DROP CONSTRAINT "dynapg index by-g", DROP CONSTRAINT "dynapg index by-s";
-- four items each
SELECT count(dynapg.put_item(format('{"TableName":"misfitsSN","Item":{"p":{"S":"p"},"s":{"N":"%s"},"g":{"S":"g"}}}', i)::json)),
  count(dynapg.put_item(format('{"TableName":"misfitsNB","Item":{"p":{"N":"%s"},"s":{"B":"AA=="},"g":{"S":"g"}}}', i)::json)),
  count(dynapg.put_item(format('{"TableName":"misfitsBS","Item":{"p":{"B":"AA=="},"s":{"S":"\u0001%s"},"g":{"S":"g"}}}', i)::json)) FROM generate_series(1, 4) i;
\echo == no keys, keys of other types, other keys, invalid keys, keys that are too long
INSERT INTO dynamodb."misfitsSN" VALUES ('p', 0, '{}'), ('p', 1.5, '{"g":{"S":"g"}}'), ('p', 2.5, '{"p":{"N":"1"},"s":{"S":"2.5"},"g":{"S":"g"}}'),
  ('p', 3.5, '{"p":{"S":"p"},"s":{"N":"-1"},"g":{"S":"g"}}'), ('p', 'NaN', '{"p":{"S":"p"},"s":{"N":"9"},"g":{"S":"g"}}'), ('p', 'Infinity', '{"g":{"S":"g"}}'),
  ('p', '-Infinity', '{"p":{"S":"p"}}'), ('p', 1e200, '{"p":{"S":"p"},"s":{"N":"1"}}'), ('p', repeat('7', 50)::numeric, '{"p":{"S":"p"},"s":{"N":"7"}}'),
  ('', 1, '{"p":{"S":""},"s":{"N":"1"},"g":{"S":"g"}}'), ('zz', 1, '{"p":{"S":"p"},"s":{"N":"1"},"g":{"S":"g"}}');
INSERT INTO dynamodb."misfitsNB" VALUES ('NaN', '\x00', '{}'), ('Infinity', '\x00', '{"g":{"S":"g"}}'), (1e200, '\x00', '{"p":{"N":"1"},"s":{"B":"AA=="}}'),
  (2.5, '', '{"p":{"N":"2.5"},"s":{"B":""},"g":{"S":"g"}}'), (2.5, '\x01', '{"p":{"N":"2.5"},"s":{"B":"AA=="},"g":{"S":"g"}}'),
  (3.5, convert_to(repeat('x', 1025), 'UTF8'), ('{"p":{"N":"3.5"},"s":{"B":"' || translate(encode(convert_to(repeat('x', 1025), 'UTF8'), 'base64'), E'\n', '') || '"},"g":{"S":"g"}}')::dynapg.item);
INSERT INTO dynamodb."misfitsBS" VALUES ('\x00', E'\x01', '{"p":{"B":"AA=="},"s":{"S":"\u0001"},"g":{"S":"g"}}'), ('\x00', E'\x01\x01', '{"p":{"B":"AA=="},"s":{"S":"\u0001"},"g":{"S":"g"}}'),
  ('\x00', '3', '{"p":{"B":"AA=="},"s":{"SS":["3"]},"g":{"S":"g"}}'), ('\x0000', '3', '{}');
\echo == a warning, once in a while for a table, that says how to find them, and that works
\set VERBOSITY default
SELECT dynapg.scan('{"TableName":"misfitsSN","Select":"COUNT"}');
SELECT dynapg.scan('{"TableName":"misfitsSN","Select":"COUNT"}');
SELECT dynapg.query('{"TableName":"misfitsNB","Select":"COUNT","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"N":"2.5"}}}');
\set VERBOSITY terse
SELECT count(*) FROM dynamodb."misfitsSN" WHERE pk IS DISTINCT FROM dynapg.part_s(item, 'p') COLLATE pg_catalog."C" OR sk IS DISTINCT FROM dynapg.key_n(item, 's');
SELECT count(*) FROM dynamodb."misfitsNB" WHERE pk IS DISTINCT FROM dynapg.key_n(item, 'p') OR sk IS DISTINCT FROM dynapg.key_b(item, 's');
SELECT count(*) FROM dynamodb."misfitsBS" WHERE pk IS DISTINCT FROM dynapg.part_b(item, 'p') OR sk IS DISTINCT FROM dynapg.key_s(item, 's') COLLATE pg_catalog."C";
\echo == Scan goes on page by page, also of an index, and in segments
SELECT t, public.misfits_read('scan', jsonb_build_object('TableName', 'misfits' || t, 'Limit', n)), n FROM unnest('{SN,NB,BS}'::text[]) t, unnest('{1,2,100}'::int[]) n ORDER BY 1, 3;
SELECT t, i, public.misfits_read('scan', jsonb_build_object('TableName', 'misfits' || t, 'IndexName', i, 'Limit', 1)) FROM unnest('{SN,NB,BS}'::text[]) t, unnest('{by-g,by-s}'::text[]) i ORDER BY 1, 2;
SELECT t, s, public.misfits_read('scan', jsonb_build_object('TableName', 'misfits' || t, 'Limit', 1), s) <> '' AS read,
  substring(public.misfits_read('scan', jsonb_build_object('TableName', 'misfits' || t, 'Limit', 1), s) FROM '^[^,]*, [^,]*') FROM unnest('{SN,NB,BS}'::text[]) t, unnest('{2,3,20}'::int[]) s ORDER BY 1, 2;
SELECT t, s, substring(public.misfits_read('scan', jsonb_build_object('TableName', 'misfits' || t, 'IndexName', 'by-g'), s) FROM '^[^,]*, [^,]*') FROM unnest('{SN,NB,BS}'::text[]) t, unnest('{2,20}'::int[]) s ORDER BY 1, 2;
\echo == so does Query, in both directions
SELECT forward, t, public.misfits_read('query', jsonb_build_object('TableName', 'misfits' || t, 'Limit', 1, 'ScanIndexForward', forward, 'KeyConditionExpression', 'p = :p', 'ExpressionAttributeValues', v))
  FROM (VALUES ('SN', '{":p":{"S":"p"}}'::jsonb), ('NB', '{":p":{"N":"2"}}'), ('NB', '{":p":{"N":"2.5"}}'), ('BS', '{":p":{"B":"AA=="}}')) t (t, v), unnest('{t,f}'::boolean[]) forward ORDER BY 1, 2, 3;
SELECT i, forward, t, public.misfits_read('query', jsonb_build_object('TableName', 'misfits' || t, 'IndexName', i, 'Limit', 1, 'ScanIndexForward', forward, 'KeyConditionExpression', 'g = :g', 'ExpressionAttributeValues', '{":g":{"S":"g"}}'::jsonb))
  FROM unnest('{SN,NB,BS}'::text[]) t, unnest('{by-g,by-s}'::text[]) i, unnest('{t,f}'::boolean[]) forward ORDER BY 1, 2, 3;
\echo == a request for a key gets what its row holds
SELECT pg_temp.answer('get_item', '{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"0"}}}'), pg_temp.answer('get_item', '{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"2.5"}}}'),
  pg_temp.answer('get_item', '{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"0"}},"ProjectionExpression":"p, g"}');
SELECT pg_temp.answer('batch_get_item', '{"RequestItems":{"misfitsSN":{"Keys":[{"p":{"S":"p"},"s":{"N":"0"}},{"p":{"S":"p"},"s":{"N":"3.5"}}]}}}'),
  pg_temp.answer('transact_get_items', '{"TransactItems":[{"Get":{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"0"}}}}]}');
SELECT pg_temp.answer('describe_table', format('{"TableName":"misfits%s"}', t))::jsonb #> '{Table,ItemCount}' AS items,
  (SELECT jsonb_agg(i -> 'ItemCount') FROM jsonb_array_elements(pg_temp.answer('describe_table', format('{"TableName":"misfits%s"}', t))::jsonb #> '{Table,GlobalSecondaryIndexes}') i) AS of_indexes
  FROM unnest('{SN,NB,BS}'::text[]) t;
\echo == an index is built on such a table, and dropped
SELECT pg_temp.answer('update_table', '{"TableName":"misfitsNB","AttributeDefinitions":[{"AttributeName":"s","AttributeType":"B"}],
  "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"s-only","KeySchema":[{"AttributeName":"s","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}') LIKE '{%';
SELECT public.misfits_read('scan', '{"TableName":"misfitsNB","IndexName":"s-only","Limit":1}');
\echo == writes: a condition sees what the row holds; a put mends it, an update changes what the row holds
SELECT pg_temp.answer('put_item', '{"TableName":"misfitsSN","Item":{"p":{"S":"p"},"s":{"N":"2.5"}},"ConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"p"}}}'),
  pg_temp.answer('put_item', '{"TableName":"misfitsSN","Item":{"p":{"S":"p"},"s":{"N":"2.5"}},"ReturnValues":"ALL_OLD"}'),
  pg_temp.answer('delete_item', '{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"3.5"}},"ReturnValues":"ALL_OLD"}'),
  pg_temp.answer('update_item', '{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"0"}},"UpdateExpression":"SET a = :a","ExpressionAttributeValues":{":a":{"N":"1"}},"ReturnValues":"ALL_NEW"}'),
  pg_temp.answer('update_item', '{"TableName":"misfitsSN","Key":{"p":{"S":"p"},"s":{"N":"1.5"}}}');
SELECT pg_temp.answer('batch_write_item', '{"ReturnConsumedCapacity":"TOTAL","RequestItems":{"misfitsSN":[{"PutRequest":{"Item":{"p":{"S":"p"},"s":{"N":"0"}}}},{"DeleteRequest":{"Key":{"p":{"S":"p"},"s":{"N":"1.5"}}}}]}}'),
  pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":{"TableName":"misfitsBS","Item":{"p":{"B":"AA=="},"s":{"S":"3"}}}},{"Delete":{"TableName":"misfitsNB","Key":{"p":{"N":"2.5"},"s":{"B":"AQ=="}}}}]}');
SELECT t, public.misfits_read('scan', jsonb_build_object('TableName', 'misfits' || t, 'Limit', 1)) FROM unnest('{SN,NB,BS}'::text[]) t ORDER BY 1;
\echo == a key column that is NULL, where the owner has allowed it
ALTER TABLE dynamodb."misfitsNB" DROP CONSTRAINT "misfitsNB primary key", ALTER pk DROP NOT NULL, ALTER sk DROP NOT NULL, ALTER item DROP NOT NULL;
INSERT INTO dynamodb."misfitsNB" VALUES (NULL, '\x00', '{"p":{"N":"1"},"s":{"B":"AA=="}}'), (5, NULL, '{"p":{"N":"5"},"s":{"B":"AA=="}}'), (6, '\x00', NULL);
SELECT public.misfits_read('scan', '{"TableName":"misfitsNB","Limit":1}'), public.misfits_read('scan', '{"TableName":"misfitsNB"}', 3) ~ '^4 items, 4 different';
SELECT count(pg_temp.answer('delete_table', format('{"TableName":"misfits%s"}', t))) FROM unnest('{SN,NB,BS}'::text[]) t;
DROP FUNCTION public.misfits_read;
