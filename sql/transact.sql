-- TransactGetItems and TransactWriteItems: all actions, reasons, capacity, the caller's transaction
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
SELECT dynapg.create_table('{"TableName":"tx.t","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"tx.u","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.tx(items text, more text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	RETURN dynapg.transact_write_items(('{"TransactItems":[' || items || ']' || more || '}')::json);
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || E'\n' || detail;
END $$;
CREATE FUNCTION pg_temp.put(id text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT '{"Put":{"TableName":"tx.u","Item":{"id":{"S":"' || id || '"}}' || more || '}}' $$;
CREATE FUNCTION pg_temp.act(what text, id text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT '{"' || what || '":{"TableName":"tx.u","Key":{"id":{"S":"' || id || '"}}' || more || '}}' $$;
\echo # puts, an update that makes its item, a delete and a check of nothing
SELECT pg_temp.tx('{"Put":{"TableName":"tx.t","Item":{"pk":{"S":"a"},"sk":{"N":"1.0"},"v":{"N":"10"}}}},' || pg_temp.put('p') || ',' ||
	pg_temp.act('Update', 'u', ',"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"5"}}') || ',' || pg_temp.act('Delete', 'd') || ',' ||
	pg_temp.act('ConditionCheck', 'c', ',"ConditionExpression":"attribute_not_exists(id)"'), ',"ReturnConsumedCapacity":"TOTAL"');
SELECT dynapg.scan('{"TableName":"tx.u"}');
\echo # read together
SELECT dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"tx.u","Key":{"id":{"S":"u"}},"ProjectionExpression":"#n","ExpressionAttributeNames":{"#n":"n"}}},{"Get":{"TableName":"tx.t","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}},
	{"Get":{"TableName":"tx.u","Key":{"id":{"S":"none"}}}},{"Get":{"TableName":"tx.u","Key":{"id":{"S":"p"}},"ProjectionExpression":"x"}}],"ReturnConsumedCapacity":"INDEXES"}');
\echo # reasons by position; nothing is done
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.put('p', ',"ConditionExpression":"attribute_not_exists(id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"') || ',' ||
	pg_temp.act('ConditionCheck', 'none', ',"ConditionExpression":"attribute_exists(id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"') || ',' ||
	pg_temp.act('Delete', 'u', ',"ConditionExpression":"n = :n","ExpressionAttributeValues":{":n":{"N":"6"}}') || ',' || pg_temp.act('ConditionCheck', 'c', ',"ConditionExpression":"attribute_not_exists(id)"'));
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.act('Update', 'u', ',"UpdateExpression":"SET n = absent + :n","ExpressionAttributeValues":{":n":{"N":"6"}}'));
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.act('Update', 'u', ',"UpdateExpression":"SET g = :n","ExpressionAttributeValues":{":n":{"N":"6"}}'));
SELECT pg_temp.tx(pg_temp.put('z') || ',{"Put":{"TableName":"tx.u","Item":{"id":{"N":"1"}}}},{"Delete":{"TableName":"tx.t","Key":{"pk":{"S":"1"}}}}');
SELECT dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"tx.u","Key":{"id":{"S":"u"}}}},{"Get":{"TableName":"tx.u","Key":{"id":{"N":"1"}}}}]}');
\echo # the whole request
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.act('Delete', 'z'));
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.put(''));
SELECT pg_temp.tx(pg_temp.put('z') || ',{}');
SELECT pg_temp.tx('{"Put":{"TableName":"tx.u","Item":{"id":{"S":"z"}}},"Delete":{"TableName":"tx.u","Key":{"id":{"S":"y"}}}}');
SELECT pg_temp.tx(pg_temp.put('z') || ',{"Put":{"TableName":"tx.none","Item":{"id":{"S":"z"}}}}');
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.put('y', ',"ConditionExpression":"bad ("'));
SELECT pg_temp.tx(pg_temp.put('z') || ',{"Put":{"TableName":"tx.u","Item":{"id":{"S":"y"},"v":{"S":"' || repeat('v', 409600) || '"}}}}');
SELECT pg_temp.tx('');
SELECT dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"tx.u","Key":{"id":{"S":"u"}}}},{"Get":{"TableName":"tx.u","Key":{"id":{"S":"u"}}}}]}');
\echo # capacity: doubled on the table, not on the index
SELECT pg_temp.tx('{"Put":{"TableName":"tx.u","Item":{"id":{"S":"p"},"g":{"S":"x"}}}},' || pg_temp.act('Delete', 'u') || ',' || pg_temp.act('ConditionCheck', 'x', ',"ConditionExpression":"attribute_not_exists(id)"'), ',"ReturnConsumedCapacity":"INDEXES"');
\echo # in a transaction of the caller
BEGIN;
SELECT pg_temp.tx(pg_temp.put('later'));
SELECT dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"tx.u","Key":{"id":{"S":"later"}}}}]}');
ROLLBACK;
SELECT dynapg.scan('{"TableName":"tx.u"}');
\echo # a token: the same request again does nothing, another one is refused, a cancelled one leaves no token
SELECT pg_temp.tx(pg_temp.act('Update', 'count', ',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}'), ',"ClientRequestToken":"tok"') FROM generate_series(1, 2);
SELECT pg_temp.tx(pg_temp.act('Update', 'count', ',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"2"}}'), ',"ClientRequestToken":"tok"');
SELECT pg_temp.tx(pg_temp.put('p', ',"ConditionExpression":"attribute_not_exists(id)"'), ',"ClientRequestToken":"tok2"') FROM generate_series(1, 2);
SELECT pg_temp.tx(pg_temp.put('p'), ',"ClientRequestToken":"' || repeat('t', 37) || '"');
SELECT dynapg.get_item('{"TableName":"tx.u","Key":{"id":{"S":"count"}}}');
UPDATE dynapg.tokens SET expires_at = now();
SELECT pg_temp.tx(pg_temp.act('Update', 'count', ',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"2"}}'), ',"ClientRequestToken":"tok"');
SELECT dynapg.get_item('{"TableName":"tx.u","Key":{"id":{"S":"count"}}}');
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{tx.t,tx.u}'::text[]) t;
