-- Violations that are reported alone, with newer texts, and what comes before and after them
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.try(operation text, VARIADIC members text[]) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer(operation, '{' || array_to_string(members, ',') || '}') $$;
-- each of PutItem, UpdateItem, DeleteItem with these members
CREATE FUNCTION pg_temp.write(members text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT operation || ': ' || pg_temp.try(operation, CASE WHEN members ~ '"TableName"' THEN members ELSE '"TableName":"fidelity.none",' || members END, CASE operation WHEN 'put_item' THEN '"Item"' ELSE '"Key"' END || ':{"pk":{"S":"a"}}')
	FROM unnest(ARRAY['put_item', 'update_item', 'delete_item']) operation $$;
\set K '"TableName":"fidelity.none","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}'
\echo == ReturnValues: alone in UpdateItem, after the other violations in PutItem and DeleteItem
SELECT pg_temp.write('"ReturnValues":"NEW"');
SELECT pg_temp.write('"ReturnValues":"NEW","ReturnConsumedCapacity":"x"');
SELECT pg_temp.write('"ReturnValues":"NEW","ConditionExpression":""');
\echo == ConditionalOperator: the same
SELECT pg_temp.write('"ConditionalOperator":"XOR"');
SELECT pg_temp.write('"ConditionalOperator":"XOR","ReturnConsumedCapacity":"x"');
\echo == an empty table name, before all others
SELECT pg_temp.write('"TableName":""');
SELECT pg_temp.write('"TableName":"","ReturnConsumedCapacity":"x","ReturnValues":"NEW"');
SELECT pg_temp.write('"TableName":"' || repeat('t', 1025) || '"');
SELECT pg_temp.try('get_item', '"TableName":""', '"Key":{"pk":{"S":"a"}}');
SELECT pg_temp.try('delete_table', '"TableName":""');
\echo == Query: ConditionalOperator without an envelope, before Select; Limit
SELECT pg_temp.try('query', :'K', '"ConditionalOperator":"XOR","Select":"x"');
SELECT pg_temp.try('query', :'K', '"Select":"x"');
SELECT pg_temp.try('query', :'K', '"Limit":0');
SELECT pg_temp.try('query', :'K', '"Limit":-5.5,"Select":"x"');
\echo == Scan shows values
SELECT pg_temp.try('scan', '"TableName":"fidelity.none"', '"ConditionalOperator":"XOR","Limit":0');
\echo == BatchGetItem: the number of tables and keys
SELECT pg_temp.try('batch_get_item', '"RequestItems":{}');
SELECT pg_temp.try('batch_get_item', '"RequestItems":{"fidelity.none":{"Keys":[]}}');
SELECT pg_temp.try('batch_get_item', '"RequestItems":{"fidelity.a":{"Keys":[{"pk":{"S":"a"}}]},"fidelity.none":{"Keys":[' || repeat('{"pk":{"S":"a"}},', 100) || '{}]}}');
SELECT pg_temp.try('batch_get_item', '"RequestItems":{"fidelity.none":{"Keys":[]}}', '"ReturnConsumedCapacity":"x"');
SELECT pg_temp.try('batch_get_item', '"RequestItems":{"fidelity.none":{"Keys":[null]}}');
SELECT pg_temp.try('batch_get_item', '"RequestItems":{"fidelity.none":{}}');
SELECT pg_temp.try('batch_write_item', '"RequestItems":{}');
\echo == an invalid table name in a batch; an ARN is a name
SELECT regexp_replace(pg_temp.try('batch_get_item', '"RequestItems":{"' || t || '":{"Keys":[{"pk":{"S":"a"}}]}}'), '@[0-9a-f]+|t{99,}', '@', 'g') FROM unnest(ARRAY['a b', '', repeat('t', 256), 'fidelity.none', 'arn:aws:dynamodb:us-east-1:000000000000:table/fidelity.none', 'arn:aws:dynamodb:us-east-1:000000000000:table/a b']) t;
SELECT regexp_replace(pg_temp.try('batch_write_item', '"RequestItems":{"' || t || '":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}'), '@[0-9a-f]+', '@') FROM unnest(ARRAY['a b', 'fidelity.none', 'arn:aws:dynamodb:us-east-1:000000000000:table/fidelity.none']) t;
