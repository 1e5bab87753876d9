-- BatchGetItem and BatchWriteItem refused: SQLSTATE and message; nothing is written in any of these
\set ECHO none
\i sql/common.psql
-- w: what is to be written, by table. g: keys, by table.
CREATE FUNCTION pg_temp.w(items text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('batch_write_item', '{"RequestItems":' || items || '}') $$;
CREATE FUNCTION pg_temp.g(items text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('batch_get_item', '{"RequestItems":' || items || '}') $$;
SELECT dynapg.create_table('{"TableName":"batcherr","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"batcherr2","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"batcherr3","KeySchema":[{"AttributeName":"n","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"b","AttributeType":"B"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.puts(low int, high int) RETURNS text LANGUAGE sql AS $$ SELECT '[' || string_agg(format('{"PutRequest":{"Item":{"pk":{"S":"%s"}}}}', i), ',') || ']' FROM generate_series(low, high) i $$;
CREATE FUNCTION pg_temp.keys(low int, high int) RETURNS text LANGUAGE sql AS $$ SELECT '{"Keys":[' || string_agg(format('{"pk":{"S":"%s"}}', i), ',') || ']}' FROM generate_series(low, high) i $$;
\echo # malformed requests
SELECT pg_temp.w('[]');
SELECT pg_temp.g('"x"');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":"1"}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":[]}]}');
SELECT pg_temp.w('{"batcherr":[7]}');
SELECT pg_temp.g('{"batcherr":{"Keys":{"pk":{"S":"1"}}}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ConsistentRead":"yes"}}');
\echo # shapes
SELECT pg_temp.answer('batch_write_item', '{}');
SELECT pg_temp.answer('batch_get_item', '{}');
SELECT pg_temp.w('{}');
SELECT pg_temp.g('{}');
SELECT pg_temp.w('{"batcherr":[]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[]}}');
SELECT pg_temp.g('{"batcherr":{}}');
SELECT pg_temp.w('{"batcherr":{}}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{}}]}');
SELECT pg_temp.w('{"batcherr":[{"DeleteRequest":{}}]}');
SELECT regexp_replace(pg_temp.w('{"a":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}'), '@[0-9a-f]+', '@hash');
SELECT pg_temp.w('{"batcherr":[null]}');
SELECT pg_temp.w('{"batcherr":null}');
SELECT pg_temp.g('{"batcherr":{"Keys":[null]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"AttributesToGet":[]}}');
SELECT regexp_replace(pg_temp.w('{"a b":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}'), '@[0-9a-f]+', '@hash');
SELECT regexp_replace(pg_temp.g('{"":{"Keys":[{"pk":{"S":"1"}}]}}'), '@[0-9a-f]+', '@hash');
SELECT pg_temp.w('{"arn:aws:dynamodb:eu-west-1:000000000000:table/batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.answer('batch_write_item', '{"RequestItems":{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]},"ReturnConsumedCapacity":"ALL","ReturnItemCollectionMetrics":"YES"}');
SELECT pg_temp.answer('batch_get_item', '{"RequestItems":{"batcherr":{"Keys":[{"pk":{"S":"1"}}]}},"ReturnConsumedCapacity":"ALL"}');
\echo # counts
SELECT regexp_replace(left(answer, 310), '@[0-9a-f]+', '@hash', 'g'), right(answer, 170) FROM pg_temp.w('{"batcherr":[{"DeleteRequest":{"Key":{"pk":{"S":"0"}}}},' || substr(pg_temp.puts(1, 25), 2) || '}') answer;
SELECT left(answer, 60), right(answer, 120) FROM pg_temp.g('{"batcherr":' || pg_temp.keys(1, 101) || '}') answer;
SELECT pg_temp.w('{"batcherr":' || pg_temp.puts(1, 25) || ',"batcherr2":' || pg_temp.puts(1, 1) || '}');
SELECT pg_temp.g('{"batcherr":' || pg_temp.keys(1, 100) || ',"batcherr2":' || pg_temp.keys(1, 1) || '}');
SELECT right(pg_temp.w('{' || (SELECT string_agg(format('"batchnone%s":[{}]', i), ',') FROM generate_series(1, 26) i) || '}'), 96);
SELECT right(pg_temp.g('{' || (SELECT string_agg(format('"batchnone%s":{"Keys":[{}]}', i), ',') FROM generate_series(1, 101) i) || '}'), 96);
\echo # neither or both kinds of request
SELECT pg_temp.w('{"batcherr":[{}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}},"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"UpdateRequest":{"Key":{"pk":{"S":"1"}}}}]}');
\echo # duplicates
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"},"v":{"S":"a"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"}}}},{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}],"arn:aws:dynamodb:us-east-1:000000000000:table/batcherr":[{"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":"2"}},{"pk":{"S":"1"}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":"2"}}]},"arn:aws:dynamodb:us-east-1:000000000000:table/batcherr":{"Keys":[{"pk":{"S":"2"}}]}}');
SELECT pg_temp.g('{"batcherr3":{"Keys":[{"n":{"N":"1"},"b":{"B":"AQ=="}},{"b":{"B":"AQ=="},"n":{"N":"1.0"}}]}}');
SELECT pg_temp.w('{"batcherr3":[{"PutRequest":{"Item":{"n":{"N":"100"},"b":{"B":"AQ=="},"v":{"S":"x"}}}},{"DeleteRequest":{"Key":{"b":{"B":"AQ=="},"n":{"N":"1E2"}}}}]}');
\echo # missing tables
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}],"batchnone":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}}]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}]},"batchnone":{"Keys":[{"pk":{"S":"1"}}]}}');
\echo # one bad item or key
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"v":{"S":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"N":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":""}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"g":{"S":"x"}}}}]}');
SELECT pg_temp.w('{"batcherr3":[{"PutRequest":{"Item":{"n":{"N":"1"},"b":{"B":"AQ=="}}}},{"PutRequest":{"Item":{"n":{"N":"1"}}}}]}');
SELECT pg_temp.w('{"batcherr3":[{"PutRequest":{"Item":{"n":{"N":"1"},"b":{"B":"AQ=="}}}},{"PutRequest":{"Item":{"n":{"N":"2"},"b":{"B":""}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"' || repeat('k', 2049) || '"}}}}]}');
SELECT pg_temp.w('{"batcherr3":[{"PutRequest":{"Item":{"n":{"N":"1"},"b":{"B":"AQ=="}}}},{"DeleteRequest":{"Key":{"n":{"N":"1"},"b":{"B":"' || repeat('AAAA', 342) || '"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{"N":"x"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{"BS":[]}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{"NULL":false}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":' || repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32) || '}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"2"},"v":{"S":"' || repeat('v', 409600) || '"}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"2"},"v":{"S":"2"}}}}]}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"N":"1"}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":""}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1","N":"1"}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}},{}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"},"sk":{"S":"1"}}]},"batcherr3":{"Keys":[{"n":{"N":"1"}}]}}');
\echo # projections
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a","AttributesToGet":["a"]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ExpressionAttributeNames":{"#a":"a"}}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"#a"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":""}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a, a"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"pk.a"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"size"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a b"}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a","ExpressionAttributeNames":{}}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"a","ExpressionAttributeNames":{"#a":"a"}}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"AttributesToGet":["a","a"]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"#a","ExpressionAttributeNames":{"#a":"a"}},"batcherr2":{"Keys":[{"pk":{"S":"1"}}],"ProjectionExpression":"#a"}}');
\echo # what is checked first: shapes, counts, values, tables, keys, duplicates
SELECT pg_temp.w('{"batchnone":[{"PutRequest":{}},{"PutRequest":{"Item":{"pk":{}}}}]}');
SELECT pg_temp.w('{"batcherr":' || pg_temp.puts(1, 25) || ',"batchnone":[{}]}');
SELECT pg_temp.w('{"batchnone":[{"DeleteRequest":{"Key":{}}}],"batcherr":[{"PutRequest":{"Item":{"pk":{}}}}]}');
SELECT pg_temp.w('{"batcherr":[{"DeleteRequest":{"Key":{}}}],"batchnone":[{"DeleteRequest":{"Key":{}}}]}');
SELECT pg_temp.w('{"batcherr":[{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"1"}}}},{"PutRequest":{"Item":{}}}]}');
SELECT pg_temp.g('{"batchnone":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":"1"}}]}}');
SELECT pg_temp.g('{"batcherr":{"Keys":[{}]},"batchnone":{"Keys":[{}]}}');
\echo # nothing was written
SELECT dynapg.scan(('{"TableName":"' || t || '"}')::json) FROM unnest('{batcherr,batcherr2,batcherr3}'::text[]) t;
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{batcherr,batcherr2,batcherr3}'::text[]) t;
