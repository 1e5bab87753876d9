-- Which errors of a request have an envelope: all those of PutItem, UpdateItem and DeleteItem, none in reads and transactions
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.e","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
-- A good request of each kind, with an expression (X) that uses nothing, where M stands for more members.
CREATE TEMP TABLE kinds (n int GENERATED ALWAYS AS IDENTITY, kind text, operation text, condition text, request text);
INSERT INTO kinds (kind, operation, condition, request) VALUES
	('PutItem', 'put_item', 'ConditionExpression', '{T,"Item":{"pk":{"S":"a"}}M}'),
	('UpdateItem', 'update_item', 'ConditionExpression', '{T,KM}'),
	('DeleteItem', 'delete_item', 'ConditionExpression', '{T,KM}'),
	('GetItem', 'get_item', 'ProjectionExpression', '{T,KM}'),
	('Query', 'query', 'FilterExpression', '{T,"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}M}'),
	('Scan', 'scan', 'FilterExpression', '{TM}'),
	('Put', 'transact_write_items', 'ConditionExpression', '{"TransactItems":[{"Put":{T,"Item":{"pk":{"S":"a"}}M}}]}'),
	('Update', 'transact_write_items', 'UpdateExpression', '{"TransactItems":[{"Update":{T,KM}}]}'),
	('Delete', 'transact_write_items', 'ConditionExpression', '{"TransactItems":[{"Delete":{T,KM}}]}'),
	('ConditionCheck', 'transact_write_items', 'ConditionExpression', '{"TransactItems":[{"ConditionCheck":{T,KM}}]}'),
	('Get', 'transact_get_items', 'ProjectionExpression', '{"TransactItems":[{"Get":{T,KM}}]}');
-- Each text that requests with these members get, in brackets, and which do; C is the name of the expression.
CREATE FUNCTION pg_temp.flaw(members text, only_kinds text DEFAULT '.') RETURNS SETOF text LANGUAGE sql AS $$
	SELECT '[' || answer || E']\n    ' || string_agg(kind, ', ' ORDER BY n)
	FROM kinds, pg_temp.answer(operation, replace(replace(replace(replace(request, 'M}', ',' || members || '}'), 'C:', to_json(condition) || ':'),
		'{T', '{"TableName":"fidelity.e"'), ',K', ',"Key":{"pk":{"S":"a"}}')) answer
	WHERE kind ~ only_kinds GROUP BY answer ORDER BY min(n) $$;
-- The operations that have legacy parameters, and those of transactions that have a ConditionExpression of their own choice.
\set legacy '''^(PutItem|UpdateItem|DeleteItem)$'''
\set conditions '''^(PutItem|UpdateItem|DeleteItem|Query|Scan|Put|Delete|ConditionCheck)$'''
\echo == names and values without an expression; in a transaction they are ignored
SELECT pg_temp.flaw('"ExpressionAttributeNames":{"#a":"a"}', 'Item|Query|Scan');
SELECT pg_temp.flaw('"ExpressionAttributeValues":{":a":{"S":"a"}}', 'teItem|PutItem|Query|Scan');
\echo == empty maps
SELECT pg_temp.flaw('C:"a","ExpressionAttributeNames":{}');
SELECT pg_temp.flaw('C:"attribute_exists(a)","ExpressionAttributeValues":{}', :conditions);
\echo == names and values that are not used, not defined, not right
SELECT pg_temp.flaw('C:"attribute_exists(a)","ExpressionAttributeNames":{"#b":"b"}', :conditions);
SELECT pg_temp.flaw('C:"attribute_exists(a)","ExpressionAttributeValues":{":b":{"S":"b"}}', :conditions);
SELECT pg_temp.flaw('C:"#a = :a","ExpressionAttributeNames":{"#b":"b"}', :conditions);
SELECT pg_temp.flaw('C:"a = :a"', :conditions);
SELECT pg_temp.flaw('C:"a = :a","ExpressionAttributeValues":{"a":{"S":"a"}}', :conditions);
SELECT pg_temp.flaw('C:"#a","ExpressionAttributeNames":{"#a":""}');
\echo == expressions
SELECT pg_temp.flaw('C:""');
SELECT pg_temp.flaw('C:"a b c"');
SELECT pg_temp.flaw('C:"size(a"');
SELECT pg_temp.flaw('C:"attribute_exists(name)"', :conditions);
SELECT pg_temp.flaw('C:"a = a"', :conditions);
SELECT pg_temp.flaw('C:"' || repeat('a', 4097) || '"');
SELECT pg_temp.flaw('"UpdateExpression":"SET a"', '^Update');
SELECT pg_temp.flaw('"UpdateExpression":"SET a = b REMOVE a"', '^Update');
\echo == a value that nests too deeply
SELECT pg_temp.flaw('"UpdateExpression":"SET a = :a","ExpressionAttributeValues":{":a":' || repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32) || '}', '^Update');
\echo == parameters that exclude each other
SELECT pg_temp.flaw('C:"attribute_exists(a)","Expected":{}', :legacy);
SELECT pg_temp.flaw('C:"a","AttributesToGet":["a"]', '^GetItem|Query|Scan');
\echo == ReturnValues
SELECT pg_temp.flaw('"ReturnValues":"UPDATED_NEW"', '^(Put|Delete)Item');
\echo == legacy parameters
SELECT pg_temp.flaw('"Expected":{"a":{}}', :legacy);
SELECT pg_temp.flaw('"Expected":{"a":{"Exists":true}}', :legacy);
SELECT pg_temp.flaw('"Expected":{"a":{"Exists":false,"Value":{"S":"a"}}}', :legacy);
SELECT pg_temp.flaw('"Expected":{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}}', :legacy);
SELECT pg_temp.flaw('"Expected":{"a":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"2"},{"S":"1"}]}}', :legacy);
SELECT pg_temp.flaw('"Expected":{"":{"Exists":false}}', :legacy);
SELECT pg_temp.flaw('"Expected":{"a":{"Exists":false}},"ConditionalOperator":"OR"', :legacy);
SELECT pg_temp.flaw('"ConditionalOperator":"OR"', 'teItem|PutItem|Query|Scan');
SELECT pg_temp.flaw('"AttributeUpdates":{"a":{"Action":"ADD","Value":{"S":"a"}}}', '^UpdateItem');
SELECT pg_temp.flaw('"AttributesToGet":["a","a"]', '^GetItem|Query|Scan');
\echo == what is wrong with the data has none
SELECT pg_temp.flaw('"UpdateExpression":"SET a = b"', '^Update');
SELECT pg_temp.flaw('"UpdateExpression":"REMOVE pk"', '^Update');
SELECT pg_temp.flaw('C:"attribute_exists(pk.a)"', :conditions);
SELECT dynapg.delete_table('{"TableName":"fidelity.e"}') IS NOT NULL;
