-- BatchGetItem and BatchWriteItem: several tables, projections, capacity, item collections, replies that are full
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"batch.t","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"l","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"batch.u","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
\echo # puts into two tables, one of them by its ARN
SELECT dynapg.batch_write_item('{"RequestItems":{
	"batch.t":[{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"2.0"},"v":{"S":"b2"}}}},{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"a1"}}}}],
	"arn:aws:dynamodb:us-east-1:000000000000:table/batch.u":[{"PutRequest":{"Item":{"id":{"B":"AQ=="},"v":{"L":[{"N":"1"},{"M":{"x":{"BOOL":true}}}]}}}},{"DeleteRequest":{"Key":{"id":{"B":"Ag=="}}}}]}}');
SELECT dynapg.batch_get_item('{"RequestItems":{
	"batch.t":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}},{"sk":{"N":"7"},"pk":{"S":"a"}},{"pk":{"S":"b"},"sk":{"N":"2"}}]},
	"arn:aws:dynamodb:us-east-1:000000000000:table/batch.u":{"Keys":[{"id":{"B":"AQ=="}},{"id":{"B":"Ag=="}}]}}}');
\echo # a reply keeps to what each table asks for
SELECT dynapg.batch_get_item('{"RequestItems":{
	"batch.t":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}},{"pk":{"S":"b"},"sk":{"N":"2"}}],"ProjectionExpression":"v, #n","ExpressionAttributeNames":{"#n":"none"},"ConsistentRead":true},
	"batch.u":{"Keys":[{"id":{"B":"AQ=="}}],"ProjectionExpression":"#v[1].x","ExpressionAttributeNames":{"#v":"v"}}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.batch_get_item('{"RequestItems":{
	"batch.t":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}}],"AttributesToGet":["v","none"]},
	"batch.u":{"Keys":[{"id":{"B":"AQ=="}}],"AttributesToGet":["id"]}}}');
SELECT dynapg.batch_get_item('{"RequestItems":{"batch.u":{"Keys":[{"id":{"B":"AQ=="}},{"id":{"B":"AA=="}}],"ProjectionExpression":"w"}},"ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.batch_get_item('{"RequestItems":{"batch.u":{"Keys":[{"id":{"B":"AA=="}}]}},"ReturnConsumedCapacity":"NONE"}');
\echo # puts and deletes mixed, replacing, with capacity and metrics
SELECT dynapg.batch_write_item('{"RequestItems":{
	"batch.t":[{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"2"},"l":{"S":"x"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"3"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"},"sk":{"N":"4"}}}}],
	"batch.u":[{"PutRequest":{"Item":{"id":{"B":"Aw=="}}}}]},"ReturnItemCollectionMetrics":"SIZE"}');
SELECT dynapg.scan('{"TableName":"batch.t"}');
SELECT dynapg.batch_write_item(('{"RequestItems":{
	"batch.t":[{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"2"},"l":{"S":"y"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"},"sk":{"N":"3"}}}}],
	"batch.u":[{"PutRequest":{"Item":{"id":{"B":"Aw=="},"v":{"S":"' || repeat('v', 2000) || '"}}}}]},"ReturnConsumedCapacity":"INDEXES"}')::json);
SELECT dynapg.batch_write_item('{"RequestItems":{"batch.u":[{"DeleteRequest":{"Key":{"id":{"B":"Aw=="}}}},{"DeleteRequest":{"Key":{"id":{"B":"AA=="}}}}]},"ReturnConsumedCapacity":"TOTAL","ReturnItemCollectionMetrics":"SIZE"}');
\echo # keys that the key columns hold in another form: long ones, U+0000
SELECT dynapg.batch_write_item(format('{"RequestItems":{"batch.t":[{"PutRequest":{"Item":{"pk":{"S":"%s"},"sk":{"N":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"%sx"},"sk":{"N":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"\u0000"},"sk":{"N":"-1E+20"}}}}]}}', repeat('k', 2000), repeat('k', 2000))::json);
CREATE FUNCTION pg_temp.items(reply text) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM regexp_matches(reply, '"sk"', 'g') $$;
SELECT pg_temp.items(dynapg.batch_get_item(format('{"RequestItems":{"batch.t":{"Keys":[{"pk":{"S":"%sx"},"sk":{"N":"1"}},{"pk":{"S":"%s"},"sk":{"N":"1"}},{"pk":{"S":"%sy"},"sk":{"N":"1"}},{"pk":{"S":"\u0000"},"sk":{"N":"-100000000000000000000"}}]}}}', repeat('k', 2000), repeat('k', 2000), repeat('k', 2000))::json)::text);
\echo # 25 writes, 100 keys, and a reply of 16 MB
SELECT count(dynapg.batch_write_item(('{"RequestItems":{"batch.t":[' || (SELECT string_agg(format('{"PutRequest":{"Item":{"pk":{"S":"big"},"sk":{"N":"%s"},"v":{"S":"%s"}}}}', j * 25 + i, repeat('v', 390000)), ',') FROM generate_series(1, 25) i) || ']}}')::json)) FROM generate_series(0, 1) j;
CREATE FUNCTION pg_temp.get(keys text, more text DEFAULT '') RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.batch_get_item(('{"RequestItems":{"batch.t":{"Keys":[' || keys || ']' || more || '},"batch.u":{"Keys":[{"id":{"B":"AQ=="}}]}},"ReturnConsumedCapacity":"TOTAL"}')::json) $$;
SELECT json_array_length(r->'Responses'->'batch.t'), json_array_length(r->'Responses'->'batch.u'), r->'UnprocessedKeys', r->'ConsumedCapacity'
	FROM pg_temp.get((SELECT string_agg(format('{"pk":{"S":"big"},"sk":{"N":"%s"}}', i), ',') FROM generate_series(-1, 47) i), ',"ConsistentRead":true,"ProjectionExpression":"#s","ExpressionAttributeNames":{"#s":"sk"}') r;
SELECT json_array_length(r->'Responses'->'batch.t'), r->'UnprocessedKeys'
	FROM pg_temp.get((SELECT string_agg(format('{"pk":{"S":"none"},"sk":{"N":"%s"}}', i), ',') FROM generate_series(1, 99) i)) r;
\echo # in a transaction of the caller
BEGIN;
SELECT dynapg.batch_write_item('{"RequestItems":{"batch.u":[{"PutRequest":{"Item":{"id":{"B":"BA=="}}}}]}}');
SELECT dynapg.batch_get_item('{"RequestItems":{"batch.u":{"Keys":[{"id":{"B":"BA=="}}]}}}');
ROLLBACK;
SELECT dynapg.batch_get_item('{"RequestItems":{"batch.u":{"Keys":[{"id":{"B":"BA=="}}]}}}');
\echo # where row security keeps PostgreSQL from using the index of numeric keys, items come in another order than their keys
SELECT dynapg.create_table('{"TableName":"batch.n","KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"n","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT count(dynapg.put_item(format('{"TableName":"batch.n","Item":{"n":{"N":"%s"},"v":{"S":"%s"}}}', i, repeat('v', 390000))::json)) FROM generate_series(1, 45) i;
CREATE ROLE regress_batch LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO regress_batch;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."batch.n" TO regress_batch;
CREATE POLICY seen ON dynamodb."batch.n" USING (dynapg.item_get_text(item, 'n') <> '3');
ALTER TABLE dynamodb."batch.n" ENABLE ROW LEVEL SECURITY;
SET ROLE regress_batch;
SELECT json_array_length(r->'Responses'->'batch.n'), r->'UnprocessedKeys', r->'ConsumedCapacity' FROM dynapg.batch_get_item('{"RequestItems":{"batch.n":{"Keys":[{"n":{"N":"9"}},{"n":{"N":"3"}},{"n":{"N":"99"}},{"n":{"N":"1"}},{"n":{"N":"5"}}]}},"ReturnConsumedCapacity":"TOTAL"}') r;
SELECT n, n + left_over AS asked FROM (SELECT json_array_length(r->'Responses'->'batch.n') AS n, json_array_length(r->'UnprocessedKeys'->'batch.n'->'Keys') AS left_over
	FROM dynapg.batch_get_item((SELECT '{"RequestItems":{"batch.n":{"Keys":[' || string_agg('{"n":{"N":"' || i || '"}}', ',' ORDER BY i DESC) || ']}}}' FROM generate_series(1, 45) i)::json) r) x;
SELECT dynapg.batch_write_item('{"RequestItems":{"batch.n":[{"DeleteRequest":{"Key":{"n":{"N":"7"}}}},{"DeleteRequest":{"Key":{"n":{"N":"3"}}}},{"PutRequest":{"Item":{"n":{"N":"5"}}}},{"DeleteRequest":{"Key":{"n":{"N":"4"}}}}]},"ReturnConsumedCapacity":"TOTAL"}');
RESET ROLE;
SELECT dynapg.delete_table('{"TableName":"batch.n"}')->'TableDescription'->>'TableStatus';
DROP OWNED BY regress_batch;
DROP ROLE regress_batch;
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{batch.t,batch.u}'::text[]) t;
