-- BatchGetItem and BatchWriteItem refused: nothing is written in any of these
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
SELECT dynapg.create_table('{"TableName":"batcherr","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"batcherr2","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.refused(writes boolean, request text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF writes THEN RETURN dynapg.batch_write_item(request::json); END IF;
	RETURN dynapg.batch_get_item(request::json);
EXCEPTION WHEN others THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.w(items text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.refused(true, '{"RequestItems":' || items || '}') $$;
CREATE FUNCTION pg_temp.g(items text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.refused(false, '{"RequestItems":' || items || '}') $$;
CREATE FUNCTION pg_temp.puts(low int, high int) RETURNS text LANGUAGE sql AS $$ SELECT '[' || string_agg(format('{"PutRequest":{"Item":{"pk":{"S":"%s"}}}}', i), ',') || ']' FROM generate_series(low, high) i $$;
CREATE FUNCTION pg_temp.keys(low int, high int) RETURNS text LANGUAGE sql AS $$ SELECT '{"Keys":[' || string_agg(format('{"pk":{"S":"%s"}}', i), ',') || ']}' FROM generate_series(low, high) i $$;
\echo # shapes
SELECT pg_temp.refused(true, '{}');
SELECT pg_temp.refused(false, '{}');
SELECT pg_temp.w('{}');
SELECT pg_temp.g('{}');
SELECT pg_temp.w('{"batcherr":[]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[]}}');
SELECT pg_temp.g('{"batcherr":{}}');
SELECT pg_temp.w('{"batcherr":{}}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{}}]}');
SELECT pg_temp.w('{"batcherr":[{"DeleteRequest":{}}]}');
SELECT pg_temp.w('{"a":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}');
\echo # counts
SELECT left(pg_temp.w('{"batcherr":' || pg_temp.puts(1, 26) || '}'), 60), right(pg_temp.w('{"batcherr":' || pg_temp.puts(1, 26) || '}'), 120);
SELECT left(pg_temp.g('{"batcherr":' || pg_temp.keys(1, 101) || '}'), 60), right(pg_temp.g('{"batcherr":' || pg_temp.keys(1, 101) || '}'), 120);
SELECT pg_temp.w('{"batcherr":' || pg_temp.puts(1, 25) || ',"batcherr2":' || pg_temp.puts(1, 1) || '}');
SELECT pg_temp.g('{"batcherr":' || pg_temp.keys(1, 100) || ',"batcherr2":' || pg_temp.keys(1, 1) || '}');
\echo # neither or both kinds of request
SELECT pg_temp.w('{"batcherr":[{}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}},"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}');
\echo # duplicates
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"},"v":{"S":"a"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"}}}},{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}],"arn:aws:dynamodb:us-east-1:000000000000:table/batcherr":[{"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":"2"}},{"pk":{"S":"1"}}]}}');
\echo # tables that are not there
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}],"batchnone":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}]},"batchnone":{"Keys":[{"pk":{"S":"1"}}]}}');
\echo # one bad item or key
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"v":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"N":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":""}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"g":{"S":"x"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{"N":"x"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{"S":"' || repeat('v', 409600) || '"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"2"},"v":{"S":"2"}}}}]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"N":"1"}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":""}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1","N":"1"}}]}}');
\echo # projections
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a","AttributesToGet":["a"]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ExpressionAttributeNames":{"#a":"a"}}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"#a"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":""}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a, a"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"pk.a"}}');
\echo # nothing was written
SELECT dynapg.scan(('{"TableName":"' || t || '"}')::json) FROM unnest('{batcherr,batcherr2}'::text[]) t;
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{batcherr,batcherr2}'::text[]) t;
