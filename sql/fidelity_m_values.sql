-- How every operation refuses a bad number, set or other value, wherever the value stands
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.m","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
-- Where a value may stand: V is the value, T the table's name, K a good key.
CREATE TEMP TABLE places (n int GENERATED ALWAYS AS IDENTITY, operation text, place text, request text);
INSERT INTO places (operation, place, request) VALUES
	('put_item', 'Item', '{T,"Item":{"pk":{"S":"a"},"v":V}}'),
	('put_item', 'Item''s key', '{T,"Item":{"pk":V}}'),
	('put_item', 'values', '{T,"Item":{"pk":{"S":"a"}},"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":V}}'),
	('put_item', 'Expected', '{T,"Item":{"pk":{"S":"a"}},"Expected":{"v":{"Value":V}}}'),
	('put_item', 'Expected''s list', '{T,"Item":{"pk":{"S":"a"}},"Expected":{"v":{"ComparisonOperator":"EQ","AttributeValueList":[V]}}}'),
	('update_item', 'Key', '{T,"Key":{"pk":V}}'),
	('update_item', 'values', '{T,K,"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":V}}'),
	('update_item', 'values of the condition', '{T,K,"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":V}}'),
	('update_item', 'AttributeUpdates', '{T,K,"AttributeUpdates":{"v":{"Value":V}}}'),
	('update_item', 'AttributeUpdates ADD', '{T,K,"AttributeUpdates":{"v":{"Action":"ADD","Value":V}}}'),
	('update_item', 'AttributeUpdates DELETE', '{T,K,"AttributeUpdates":{"v":{"Action":"DELETE","Value":V}}}'),
	('update_item', 'Expected', '{T,K,"Expected":{"v":{"Value":V}}}'),
	('delete_item', 'Key', '{T,"Key":{"pk":V}}'),
	('delete_item', 'values', '{T,K,"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":V}}'),
	('delete_item', 'Expected', '{T,K,"Expected":{"v":{"ComparisonOperator":"NE","AttributeValueList":[V]}}}'),
	('get_item', 'Key', '{T,"Key":{"pk":V}}'),
	('batch_get_item', 'Keys', '{"RequestItems":{"fidelity.m":{"Keys":[{"pk":{"S":"a"}},{"pk":V}]}}}'),
	('query', 'values', '{T,"KeyConditionExpression":"pk = :v","ExpressionAttributeValues":{":v":V}}'),
	('query', 'values of the filter', '{T,"KeyConditionExpression":"pk = :k","FilterExpression":"v = :v","ExpressionAttributeValues":{":k":{"S":"a"},":v":V}}'),
	('query', 'KeyConditions', '{T,"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[V]}}}'),
	('query', 'QueryFilter', '{T,"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}},"QueryFilter":{"v":{"ComparisonOperator":"EQ","AttributeValueList":[V]}}}'),
	('query', 'ExclusiveStartKey', '{T,"KeyConditionExpression":"pk = :k","ExpressionAttributeValues":{":k":{"S":"a"}},"ExclusiveStartKey":{"pk":V}}'),
	('scan', 'values', '{T,"FilterExpression":"v = :v","ExpressionAttributeValues":{":v":V}}'),
	('scan', 'ScanFilter', '{T,"ScanFilter":{"v":{"ComparisonOperator":"EQ","AttributeValueList":[V]}}}'),
	('scan', 'ExclusiveStartKey', '{T,"ExclusiveStartKey":{"pk":V}}'),
	('batch_write_item', 'Item', '{"RequestItems":{"fidelity.m":[{"PutRequest":{"Item":{"pk":{"S":"a"},"v":V}}}]}}'),
	('batch_write_item', 'Key', '{"RequestItems":{"fidelity.m":[{"DeleteRequest":{"Key":{"pk":V}}}]}}'),
	('transact_get_items', 'Key', '{"TransactItems":[{"Get":{T,"Key":{"pk":V}}}]}'),
	('transact_write_items', 'Item', '{"TransactItems":[{"Put":{T,"Item":{"pk":{"S":"a"},"v":V}}}]}'),
	('transact_write_items', 'values of Put', '{"TransactItems":[{"Put":{T,"Item":{"pk":{"S":"a"}},"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":V}}}]}'),
	('transact_write_items', 'Key of Update', '{"TransactItems":[{"Update":{T,"Key":{"pk":V},"UpdateExpression":"REMOVE v"}}]}'),
	('transact_write_items', 'values of Update', '{"TransactItems":[{"Update":{T,K,"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":V}}}]}'),
	('transact_write_items', 'Key of Delete', '{"TransactItems":[{"Delete":{T,"Key":{"pk":V}}}]}'),
	('transact_write_items', 'values of Delete', '{"TransactItems":[{"Delete":{T,K,"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":V}}}]}'),
	('transact_write_items', 'Key of ConditionCheck', '{"TransactItems":[{"ConditionCheck":{T,"Key":{"pk":V},"ConditionExpression":"attribute_exists(v)"}}]}'),
	('transact_write_items', 'values of ConditionCheck', '{"TransactItems":[{"ConditionCheck":{T,K,"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":V}}}]}');
CREATE FUNCTION pg_temp.tried(operation text, request text, value text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer(operation, replace(replace(replace(request, '{T,', '{"TableName":"fidelity.m",'), ',K,', ',"Key":{"pk":{"S":"a"}},'), 'V}', value || '}')) $$;
-- Each text that a flawed value gets, in brackets, and where it gets it.
CREATE FUNCTION pg_temp.flaw(value text) RETURNS SETOF text LANGUAGE sql AS $$
	WITH answers AS (SELECT *, pg_temp.tried(operation, replace(request, '[V]', '[' || value || ']'), value) AS answer FROM places),
	operations AS (SELECT answer, operation, min(n) AS n, string_agg(place, ', ' ORDER BY n) AS places, count(*) = (SELECT count(*) FROM places p WHERE p.operation = a.operation) AS everywhere
		FROM answers a GROUP BY answer, operation)
	SELECT '[' || answer || E']\n    ' || string_agg(operation || CASE WHEN everywhere THEN '' ELSE ' (' || places || ')' END, ', ' ORDER BY n) FROM operations GROUP BY answer ORDER BY min(n) $$;
\echo == numbers
SELECT pg_temp.flaw('{"N":"abc"}');
SELECT pg_temp.flaw('{"N":""}');
SELECT pg_temp.flaw('{"N":"1e126"}');
SELECT pg_temp.flaw('{"N":"-1e-131"}');
SELECT pg_temp.flaw('{"N":"123456789012345678901234567890123456789"}');
-- the exponent with which 32 bits are no longer enough for the magnitude, and its neighbours
SELECT pg_temp.flaw('{"N":"1e2147483646"}');
SELECT pg_temp.flaw('{"N":"1e2147483647"}');
SELECT pg_temp.flaw('{"N":"-12.5e2147483646"}');
-- a zero has the magnitude of its last place
SELECT pg_temp.flaw('{"N":"0e126"}');
SELECT pg_temp.flaw('{"N":"-0e-131"}');
SELECT pg_temp.flaw('{"N":"0e2147483647"}');
SELECT pg_temp.flaw('{"NS":["1","000e126"]}');
\echo == numbers in sets, lists and maps
SELECT pg_temp.flaw('{"NS":["1","x"]}');
SELECT pg_temp.flaw('{"NS":["","1"]}');
SELECT pg_temp.flaw('{"L":[{"M":{"a":{"NS":["1e999"]}}}]}');
\echo == members that are equal
SELECT pg_temp.flaw('{"SS":["b","a","b"]}');
SELECT pg_temp.flaw('{"BS":["AA==","/w==","AA=="]}');
SELECT pg_temp.flaw('{"NS":["1","2","1.0"]}');
SELECT pg_temp.flaw('{"M":{"a":{"L":[{"SS":["é","\"","\\","é"]}]}}}');
\echo == sets, NULL and names
SELECT pg_temp.flaw('{"SS":[]}');
SELECT pg_temp.flaw('{"NULL":false}');
SELECT pg_temp.flaw('{"M":{"":{"S":"x"}}}');
\echo == no type, two types
SELECT pg_temp.flaw('{}');
SELECT pg_temp.flaw('{"S":"x","N":"1"}');
\echo == depth
SELECT pg_temp.flaw(repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32));
\echo == a name that is too long: as values are
SELECT pg_temp.flaw('{"M":{"' || repeat('x', 65536) || '":{"S":"x"}}}');
\echo == the text of a value may look like anything
SELECT pg_temp.flaw('{"N":"ExpressionAttributeValues contains invalid value: x for key :v"}');
\echo == SQL functions have no envelope and not the newer texts
SELECT '{"v":{"N":""}}'::dynapg.item;
SELECT '{"v":{"SS":["b","a","b"]}}'::dynapg.item;
SELECT '{"v":{"N":"1e2147483647"}}'::dynapg.item;
-- a zero of SQL is displayed with its scale, which is no magnitude
SELECT dynapg.from_jsonb(json_build_object('v', round(0, 200))::jsonb);
SELECT dynapg.from_jsonb('{"v":0e126}'), dynapg.from_jsonb('{"v":-0e-131}');
SELECT dynapg.item_matches('{"v":{"N":"1"}}', 'v = :v', NULL, '{":v":{"N":"x"}}');
SELECT dynapg.delete_table('{"TableName":"fidelity.m"}') IS NOT NULL;
