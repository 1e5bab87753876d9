-- Which of two flaws of one request is reported
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.o","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.tw(actions text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('transact_write_items', replace('{"TransactItems":[' || actions || ']' || members || '}', '{T,', '{"TableName":"fidelity.o",')) $$;
CREATE FUNCTION pg_temp.tg(actions text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('transact_get_items', replace('{"TransactItems":[' || actions || ']}', '{T,', '{"TableName":"fidelity.o",')) $$;
\echo == the expression of an action before its key, whatever is wrong with that
SELECT k, pg_temp.tw('{"Update":{T,"Key":' || k || ',"UpdateExpression":"SET"}}') FROM unnest(ARRAY['{"pk":{"N":"x"}}', '{"pk":{}}', '{"pk":{"SS":["a","a"]}}', '{"pk":{"S":""}}', '{"pk":{"N":"1"}}', '{}', '{"pk":{"S":"a"},"x":{"S":"a"}}']) k;
SELECT k, pg_temp.tw('{"Delete":{T,"Key":' || k || ',"ConditionExpression":"a ="}}') FROM unnest(ARRAY['{"pk":{"N":"x"}}', '{"pk":{}}', '{"pk":{"S":""}}', '{}']) k;
SELECT k, pg_temp.tw('{"ConditionCheck":{T,"Key":' || k || ',"ConditionExpression":"' || repeat('a', 4097) || '"}}') FROM unnest(ARRAY['{"pk":{"N":"x"}}', '{"pk":{}}', '{"pk":{"S":""}}', '{}']) k;
SELECT k, pg_temp.tw('{"Put":{T,"Item":' || k || ',"ConditionExpression":""}}') FROM unnest(ARRAY['{"pk":{"N":"x"}}', '{"pk":{}}', '{"pk":{"S":""}}', '{}']) k;
SELECT k, pg_temp.tg('{"Get":{T,"Key":' || k || ',"ProjectionExpression":"a,"}}') FROM unnest(ARRAY['{"pk":{"N":"x"}}', '{"pk":{}}', '{"pk":{"S":""}}', '{}']) k;
\echo == the size of an item before its key
SELECT k, pg_temp.tw('{"Put":{T,"Item":{' || k || '"v":{"S":"' || repeat('v', 409600) || '"}}}}') FROM unnest(ARRAY['"pk":{"S":""},', '"pk":{"N":"1"},', '']) k;
\echo == the first action before the second one
SELECT pg_temp.tw('{"Delete":{T,"Key":{"pk":{"N":"x"}}}},{"Update":{T,"Key":{"pk":{"S":"a"}},"UpdateExpression":"SET"}}');
SELECT pg_temp.tw('{"Update":{T,"Key":{"pk":{"S":"a"}},"UpdateExpression":"SET"}},{"Delete":{T,"Key":{"pk":{"N":"x"}}}}');
\echo == in the operations on one item values of the key come first
SELECT pg_temp.answer('update_item', '{"TableName":"fidelity.o","Key":{"pk":{"N":"x"}},"UpdateExpression":"SET"}');
SELECT pg_temp.answer('get_item', '{"TableName":"fidelity.o","Key":{"pk":{"N":"x"}},"ProjectionExpression":"a,"}');
\echo == the length of the token before ReturnConsumedCapacity and ReturnItemCollectionMetrics
SELECT pg_temp.tw('{"Delete":{T,"Key":{"pk":{"S":"a"}}}}', ',"ReturnConsumedCapacity":"x","ReturnItemCollectionMetrics":"y","ClientRequestToken":"' || t || '"') FROM unnest(ARRAY['', repeat('t', 37)]) t;
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[],"ReturnConsumedCapacity":"x","ClientRequestToken":""}');
\echo == the names of global indexes before those of local ones
CREATE FUNCTION pg_temp.create_with(globals text, locals text) RETURNS text LANGUAGE sql AS $$
	WITH names (kind, name, n) AS (SELECT 'g', * FROM unnest(string_to_array(globals, ',')) WITH ORDINALITY UNION ALL SELECT 'l', * FROM unnest(string_to_array(locals, ',')) WITH ORDINALITY),
	indexes AS (SELECT kind, json_agg(json_build_object('IndexName', name, 'Projection', '{"ProjectionType":"ALL"}'::json, 'KeySchema',
		json_build_array('{"AttributeName":"pk","KeyType":"HASH"}'::json, '{"AttributeName":"r","KeyType":"RANGE"}'::json)) ORDER BY n) AS list FROM names GROUP BY kind)
	SELECT pg_temp.answer('create_table', json_build_object('TableName', 'fidelity.o2', 'BillingMode', 'PAY_PER_REQUEST',
		'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]'::json,
		'AttributeDefinitions', '[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"r","AttributeType":"S"}]'::json,
		'LocalSecondaryIndexes', (SELECT list FROM indexes WHERE kind = 'l'), 'GlobalSecondaryIndexes', (SELECT list FROM indexes WHERE kind = 'g'))::text) $$;
SELECT pg_temp.create_with('g', 'l');
SELECT pg_temp.create_with('a;b', 'c;d');
SELECT pg_temp.create_with('ggg,ggg', 'lll,lll');
SELECT pg_temp.create_with('ggg,both', 'both,lll,lll');
SELECT pg_temp.create_with('both', 'lll,both');
SELECT pg_temp.answer('create_table', '{"LocalSecondaryIndexes":[{}],"GlobalSecondaryIndexes":[{}]}');
\echo == Query: what needs no table before a table that does not exist, what its key says after that
CREATE FUNCTION pg_temp.q(conditions text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('query', '{"TableName":"fidelity.none","KeyConditions":{' || conditions || '}}') $$;
SELECT c, pg_temp.q(c) FROM unnest(ARRAY['"pk":{"ComparisonOperator":"NE","AttributeValueList":[{"S":"a"}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"x"}]}']) c;
SELECT c, pg_temp.q(c) FROM unnest(ARRAY['', '"pk":{"ComparisonOperator":"LT","AttributeValueList":[{"S":"a"}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":""}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"BOOL":true}]}',
	'"a":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]},"b":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]},"c":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}']) c;
SELECT c, pg_temp.answer('query', '{"TableName":"fidelity.none","KeyConditionExpression":"' || c || '","ExpressionAttributeValues":{":v":{"S":""}}}') FROM unnest(ARRAY['pk = :v OR sk = :v', 'pk > :v', 'pk = :v']) c;
SELECT dynapg.delete_table('{"TableName":"fidelity.o"}') IS NOT NULL;
