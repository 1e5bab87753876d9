-- What the item operations refuse: SQLSTATE, message and detail of every kind of bad input
\set ECHO none
\i sql/common.psql
-- With the table and key that most cases share: members are what differs.
CREATE FUNCTION pg_temp.put(value text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('put_item', '{"TableName":"errors.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":' || value || '}' || members || '}') $$;
CREATE FUNCTION pg_temp.get(members text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}' || members || '}') $$;
CREATE FUNCTION pg_temp.condition(expression text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('delete_item', '{"TableName":"errors.one","Key":{"pk":{"S":"none"},"sk":{"N":"1"}},"ConditionExpression":' || to_json(expression) || members || '}') $$;
CREATE FUNCTION pg_temp.update(expression text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('update_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":' || to_json(expression) || members || '}') $$;

SELECT dynapg.create_table('{"TableName":"errors.one","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"B"}],
	"GlobalSecondaryIndexes":[{"IndexName":"gsi2","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"gsi1","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"errors.str","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"B"},{"AttributeName":"sk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT pg_temp.put('{"N":"1"}', ',"ReturnConsumedCapacity":"NONE"');

\echo # malformed requests
SELECT pg_temp.answer('get_item', '[]');
SELECT pg_temp.answer('get_item', '"x"');
SELECT pg_temp.answer('get_item', '{"TableName":');
SELECT pg_temp.answer('get_item', '{}');
SELECT pg_temp.answer('put_item', '{}');
SELECT pg_temp.answer('update_item', '{}');
SELECT pg_temp.answer('delete_item', '{}');
SELECT pg_temp.answer('get_item', '{"TableName":5,"Key":{}}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":[]}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":{"pk":"a"}}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"}},"ConsistentRead":"yes"}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"}},"AttributesToGet":[]}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"}},"ReturnConsumedCapacity":"ALL"}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnValues":"EVERYTHING"}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnValuesOnConditionCheckFailure":"ALL_NEW"}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnItemCollectionMetrics":"YES"}');
-- unknown members are ignored
SELECT pg_temp.answer('get_item', '{"TableName":"errors.one","Key":{"pk":{"S":"?"},"sk":{"N":"1"}},"Whatever":{"a":[1]}}');

\echo # table names
SELECT pg_temp.answer('get_item', '{"TableName":"","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.answer('get_item', '{"TableName":"ab","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.answer('get_item', '{"TableName":"a b c","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.none","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.none","Item":{"pk":{"S":"a"}}}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.none","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.answer('delete_item', '{"TableName":"Errors.one","Key":{"pk":{"S":"a"}}}');

\echo # Key: missing, extra, of another type, empty, too long
SELECT pg_temp.answer(o, json_build_object('TableName', 'errors.one', 'Key', k)::text) FROM unnest('{get_item,delete_item,update_item}'::text[]) o,
	unnest(ARRAY['{}', '{"pk":{"S":"a"}}', '{"pk":{"S":"a"},"x":{"N":"1"}}', '{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"1"}}',
		'{"pk":{"S":"a"},"sk":{"S":"1"}}', '{"pk":{"L":[]},"sk":{"N":"1"}}', '{"pk":{"S":""},"sk":{"N":"1"}}']::json[]) k;
SELECT pg_temp.answer('get_item', '{"TableName":"errors.str","Key":{"pk":{"B":""},"sk":{"S":"x"}}}');
SELECT pg_temp.answer('get_item', '{"TableName":"errors.str","Key":{"pk":{"B":"AA=="},"sk":{"S":""}}}');
SELECT pg_temp.answer('get_item', format('{"TableName":"errors.one","Key":{"pk":{"S":"%s"},"sk":{"N":"1"}}}', repeat('k', n))) FROM unnest('{2048,2049}'::int[]) n;
SELECT pg_temp.answer('get_item', format('{"TableName":"errors.str","Key":{"pk":{"B":"AA=="},"sk":{"S":"%s"}}}', repeat('k', n))) FROM unnest('{1024,1025}'::int[]) n;

\echo # Item: missing key, wrong type, empty, too long
SELECT pg_temp.answer('put_item', json_build_object('TableName', 'errors.one', 'Item', i)::text) FROM
	unnest(ARRAY['{}', '{"pk":{"S":"a"}}', '{"sk":{"N":"1"}}', '{"pk":{"N":"1"},"sk":{"N":"1"}}', '{"pk":{"S":"a"},"sk":{"NULL":true}}',
		'{"pk":{"S":""},"sk":{"N":"1"}}']::json[]) i;
SELECT pg_temp.answer('put_item', '{"TableName":"errors.str","Item":{"pk":{"B":""},"sk":{"S":"x"}}}');
SELECT pg_temp.answer('put_item', format('{"TableName":"errors.one","Item":{"pk":{"S":"%s"},"sk":{"N":"1"}}}', repeat('k', n))) FROM unnest('{2048,2049}'::int[]) n;
SELECT pg_temp.answer('put_item', format('{"TableName":"errors.str","Item":{"pk":{"B":"AA=="},"sk":{"S":"%s"}}}', repeat('k', n))) FROM unnest('{1024,1025}'::int[]) n;

\echo # keys of secondary indexes
SELECT pg_temp.put('{"N":"1"},"g":{"N":"1"}');
SELECT pg_temp.put('{"N":"1"},"h":{"M":{}}');
SELECT pg_temp.put('{"N":"1"},"g":{"S":""}');
SELECT pg_temp.put('{"N":"1"},"h":{"B":""}');
SELECT pg_temp.update('SET g = :v', ',"ExpressionAttributeValues":{":v":{"N":"1"}}');
SELECT pg_temp.update('ADD h :v', ',"ExpressionAttributeValues":{":v":{"SS":["x"]}}');
SELECT pg_temp.update('SET g = :v', ',"ExpressionAttributeValues":{":v":{"S":""}}');
SELECT pg_temp.update('SET h = :v', ',"ExpressionAttributeValues":{":v":{"B":""}}');
SELECT pg_temp.update('SET g = v');
SELECT pg_temp.update('SET g = if_not_exists(nothing, :v)', ',"ExpressionAttributeValues":{":v":{"S":""}}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.one","Key":{"pk":{"S":"none"},"sk":{"N":"1"}},"UpdateExpression":"SET g = sk"}');
SELECT pg_temp.get(',"ProjectionExpression":"g, h"');

\echo # attribute values
SELECT v, pg_temp.put(v) FROM unnest(ARRAY['{}', '{"X":"a"}', '{"S":"a","N":"1"}', '{"S":5}', '{"N":5}', '{"N":"1e999"}', '{"N":"1e-999"}',
	'{"N":"123456789012345678901234567890123456789"}', '{"N":"abc"}', '{"N":" 1"}', '{"N":""}', '{"N":"0x10"}', '{"N":"NaN"}', '{"N":"Infinity"}',
	'{"B":"AA="}', '{"B":"A-_A"}', '{"B":"AA==AA=="}', '{"BOOL":"true"}', '{"BOOL":1}', '{"NULL":false}', '{"NULL":"true"}',
	'{"SS":[]}', '{"NS":[]}', '{"BS":[]}', '{"SS":["a","b","a"]}', '{"NS":["1","1.0"]}', '{"BS":["AA==","AA=="]}', '{"SS":["a",5]}', '{"NS":["x"]}', '{"SS":"a"}',
	'{"L":{}}', '{"M":[]}', '{"L":[{}]}', '{"M":{"a":{"N":"x"}}}', '{"S":null}', 'null', '[]', '"a"']) v;
SELECT pg_temp.put('{"S":"x"},"":{"S":"y"}');
-- the largest and the smallest numbers are fine
SELECT pg_temp.put('{"NS":["9.9999999999999999999999999999999999999E+125","-1E-130","12345678901234567890123456789012345678","+5",".5","6."]}');
SELECT pg_temp.get(',"ProjectionExpression":"v"');

\echo # nesting and size
SELECT n, length(pg_temp.put(repeat('{"L":[', n) || '{"S":"x"}' || repeat(']}', n))) > 2, pg_temp.put(repeat('{"M":{"a":', n) || '{"S":"x"}' || repeat('}}', n)) FROM unnest('{31,32}'::int[]) n;
-- names and values: pk 2 + 1, sk 2 + 2, v 1
SELECT n, pg_temp.put('{"S":"' || repeat('x', n - 8) || '"}') FROM unnest('{409600,409601}'::int[]) n;
SELECT (pg_temp.get(',"ReturnConsumedCapacity":"TOTAL"')::json->'ConsumedCapacity'->>'CapacityUnits');
SELECT pg_temp.update('SET w = :w', ',"ExpressionAttributeValues":{":w":{"S":"x"}}');
SELECT pg_temp.put('{"N":"1"}');

\echo # invalid text
SELECT pg_temp.put('{"S":"' || '\ud800' || '"}');
SELECT pg_temp.put('{"S":"' || '\u0000' || '"}');
SELECT pg_temp.get(',"ProjectionExpression":"v"');
SELECT dynapg.get_item(convert_from('\x7b2261223a22ff227d', 'UTF8')::json);

\echo # parameters that exclude each other, or need another
SELECT pg_temp.put('{"N":"1"}', ',"Expected":{"v":{"Exists":false}},"ConditionExpression":"attribute_not_exists(pk)"');
SELECT pg_temp.put('{"N":"1"}', ',"ConditionalOperator":"AND","ConditionExpression":"attribute_not_exists(pk)"');
SELECT pg_temp.get(',"AttributesToGet":["v"],"ProjectionExpression":"v"');
SELECT pg_temp.update('SET v = :v', ',"AttributeUpdates":{"v":{"Action":"DELETE"}},"Expected":{"v":{"Exists":false}}');
SELECT pg_temp.update('SET v = :v', ',"ConditionExpression":"a = :v","AttributeUpdates":{"v":{"Action":"DELETE"}}');
SELECT pg_temp.put('{"N":"1"}', ',"ConditionalOperator":"AND"');
SELECT pg_temp.put('{"N":"1"}', ',"ExpressionAttributeNames":{"#a":"b"}');
SELECT pg_temp.put('{"N":"1"}', ',"ExpressionAttributeValues":{":a":{"S":"b"}}');
SELECT pg_temp.answer('delete_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ExpressionAttributeValues":{":a":{"S":"b"}}}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ExpressionAttributeValues":{":a":{"S":"b"}}}');
SELECT pg_temp.get(',"ExpressionAttributeNames":{"#a":"b"}');
SELECT pg_temp.condition('a = :a', ',"ExpressionAttributeValues":{}');
SELECT pg_temp.condition('#a = b', ',"ExpressionAttributeNames":{}');
SELECT pg_temp.condition('a = :a', ',"ExpressionAttributeValues":{"a":{"S":"b"}}');
SELECT pg_temp.condition('#a = b', ',"ExpressionAttributeNames":{"a":"b"}');
SELECT pg_temp.condition('a = :a', ',"ExpressionAttributeValues":{":a":{"N":"x"}}');
SELECT pg_temp.update('SET a = :a', format(',"ExpressionAttributeValues":{":a":%s}', v)) FROM unnest(ARRAY['{}', '{"S":"a","N":"1"}', '{"N":"x"}', '{"SS":[]}', '{"NULL":false}', '{"N":" for key "}']) v;
SELECT pg_temp.update('SET a = :a', ',"ExpressionAttributeValues":{":a":{"S":"x"},":b":{"S":"x"}}');
SELECT pg_temp.condition('a = :a', ',"ExpressionAttributeValues":{":a":{"S":"x"},":b":{"S":"x"}}');
SELECT pg_temp.condition('#a = b', ',"ExpressionAttributeNames":{"#a":"a","#b":"a"}');
SELECT pg_temp.condition('a = :b', ',"ExpressionAttributeValues":{":a":{"S":"x"}}');
SELECT pg_temp.condition('#b = a', ',"ExpressionAttributeNames":{"#a":"a"}');
SELECT pg_temp.put('{"N":"1"}', format(',"ReturnValues":"%s"', r)) FROM unnest('{UPDATED_OLD,ALL_NEW,UPDATED_NEW}'::text[]) r;
SELECT pg_temp.condition('attribute_exists(pk)', ',"ReturnValues":"ALL_NEW"');

\echo # conditions
SELECT e, pg_temp.condition(e, CASE WHEN e LIKE '%:%' THEN ',"ExpressionAttributeValues":{' ||
		(SELECT string_agg(DISTINCT format('"%s":%s', p[1], CASE p[1] WHEN ':n' THEN '{"N":"1"}' WHEN ':m' THEN '{"N":"0"}' WHEN ':l' THEN '{"L":[]}' WHEN ':ss' THEN '{"SS":["x"]}'
			WHEN ':z' THEN '{"BOOL":true}' ELSE '{"S":"x"}' END), ',') FROM regexp_matches(e, ':[a-z]+', 'g') p) || '}' ELSE '' END)
FROM unnest(ARRAY['', ' ', 'a', 'a =', 'a = :s extra', '= :s', 'a == :s', 'a = :s AND', 'a = :s AND OR b = :s', '(a = :s', 'a = :s)', '((a = :s))', 'NOT', 'a ! :s', 'a = "x"', 'a = 1',
	'attribute_exists(', 'attribute_exists()', 'attribute_exists(a, b)', 'attribute_exists(:s)', 'attribute_type(a, :n)', 'attribute_type(a, :s)', 'attribute_type(a, b)', 'begins_with(a, :n)',
	'contains(a, a)', 'a = a', 'size(a)', 'size(:n) = :n', 'nonsense(a)', 'ATTRIBUTE_EXISTS(a)', 'a < :z', 'a > :l', 'a BETWEEN :n AND :m', 'a BETWEEN :s AND :n', 'a BETWEEN :ss AND :ss', 'a IN ()', 'a IN :s', 'a IN (:s,)',
	'a[:n] = :s', 'a[-1] = :s', 'a[1.5] = :s', 'a[b] = :s', 'a. = :s', '.a = :s', 'a..b = :s', 'a[ = :s', 'a[1 = :s', 'a.:s = :s', 'name = :s', 'a.count = :s', 'NOT size = :s', '1a = :s', '# = :s', 'a = :s AND NOT (b = :s OR)', 'a ⊂ :s']) e;
SELECT pg_temp.condition(': = a');
SELECT pg_temp.condition('a = :v' || repeat(' ', 4096), ',"ExpressionAttributeValues":{":v":{"S":"x"}}');
SELECT pg_temp.condition('a IN (' || string_agg(':v', ',') || ')', ',"ExpressionAttributeValues":{":v":{"S":"x"}}') FROM generate_series(1, 101);
-- comparisons and ORs count: 299, 301
SELECT n, pg_temp.condition(string_agg('a=:v', ' OR '), ',"ExpressionAttributeValues":{":v":{"S":"x"}}') FROM unnest('{150,151}'::int[]) n, generate_series(1, n) GROUP BY n ORDER BY n;

\echo # updates
SELECT pg_temp.put('{"N":"1"}');
SELECT e, pg_temp.update(e, CASE WHEN e LIKE '%:%' THEN ',"ExpressionAttributeValues":{' ||
		(SELECT string_agg(DISTINCT format('"%s":%s', p[1], CASE p[1] WHEN ':n' THEN '{"N":"1"}' WHEN ':big' THEN '{"N":"9e125"}' WHEN ':l' THEN '{"L":[]}' WHEN ':ss' THEN '{"SS":["x"]}' ELSE '{"S":"x"}' END), ',') FROM regexp_matches(e, ':[a-z]+', 'g') p) || '}' ELSE '' END)
FROM unnest(ARRAY['', 'SET', 'SET a', 'SET a =', 'SET a = :s,', 'SET a = :s b = :s', 'a = :s', 'SET a = :s SET b = :s', 'SET a = :s REMOVE', 'REMOVE a = :s', 'REMOVE a b', 'ADD a', 'ADD a b', 'ADD a :s', 'ADD a :l', 'DELETE a :n', 'DELETE a :l',
	'SET a = :n * :n', 'SET a = :n + :n + :n', 'SET a = :s + :n', 'SET a = list_append(:l)', 'SET a = list_append(:l, :s)', 'SET a = list_append(a, :l)', 'SET a = if_not_exists(:n, :n)', 'SET a = if_not_exists(a)', 'SET a = size(a)', 'SET a = contains(a, :s)', 'SET a = nonsense(a)',
	'SET a = absent', 'SET a = v + absent', 'SET a = v + pk', 'SET a = list_append(v, :l)', 'SET a.b = :s', 'SET v.b = :s', 'SET v[0] = :s', 'REMOVE a.b', 'REMOVE v.b', 'ADD pk.x :n', 'ADD v :ss', 'DELETE v :ss', 'SET v = v + :big, w = :big + :big',
	'SET a = :s, a = :n', 'SET a = :s, a.b = :n', 'SET a.b = :s, a[1] = :n', 'SET a = :s REMOVE a', 'SET a[0] = :s REMOVE a',
	'SET pk = :s', 'SET sk = :n', 'REMOVE pk', 'ADD sk :n', 'SET name = :s', 'REMOVE size', 'SET :s = a', 'SET a = b = c', 'FOO a = :s']) e;
SELECT pg_temp.get('');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"AttributeUpdates":{"pk":{"Action":"PUT","Value":{"S":"x"}}}}');
SELECT u, pg_temp.answer('update_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"AttributeUpdates":{"a":' || u || '}}')
FROM unnest(ARRAY['{}', '{"Action":"PUT"}', '{"Action":"ADD"}', '{"Action":"FIX","Value":{"S":"x"}}', '{"Action":"ADD","Value":{"S":"x"}}', '{"Action":"DELETE","Value":{"S":"x"}}', '{"Action":"PUT","Value":{}}']) u;

\echo # projections
SELECT e, pg_temp.get(format(',"ProjectionExpression":%s', to_json(e))) FROM unnest(ARRAY['', ' ', ',', 'a,', 'a b', 'a,,b', 'a.b, a', 'a, a', 'a[0], a.b', '#a', 'name', 'a = b', 'a[99999999999]']) e;
SELECT pg_temp.get(',"AttributesToGet":["a","a"]');

\echo # legacy conditions
SELECT e, pg_temp.put('{"N":"1"}', ',"Expected":{"v":' || e || '}') FROM unnest(ARRAY['{}', '{"Exists":true}', '{"Exists":false,"Value":{"N":"1"}}', '{"Value":{"N":"1"},"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}',
	'{"ComparisonOperator":"EQ"}', '{"AttributeValueList":[{"N":"1"}]}', '{"ComparisonOperator":"EQ","AttributeValueList":[]}', '{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"1"}]}', '{"ComparisonOperator":"NULL","AttributeValueList":[{"N":"1"}]}',
	'{"ComparisonOperator":"LT","AttributeValueList":[{"SS":["a"]}]}', '{"ComparisonOperator":"LIKE","AttributeValueList":[{"S":"a"}]}', '{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}', '{"Value":{}}']) e;
SELECT pg_temp.put('{"N":"1"}', ',"Expected":{"v":{"Exists":false}},"ConditionalOperator":"OR"');
SELECT pg_temp.put('{"N":"1"}', ',"Expected":{"v":{"Exists":false}},"ConditionalOperator":"XOR"');

\echo # the order of checks
-- values before names of tables, expressions before values of keys, the condition before the update's own errors
SELECT pg_temp.answer('put_item', '{"TableName":"errors.none","Item":{"pk":{"N":"x"}}}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.none","Item":{"pk":{"S":"x"}},"ConditionExpression":"a ="}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.none","Item":{"pk":{}},"Expected":{},"ConditionExpression":"a ="}');
SELECT pg_temp.answer('put_item', format('{"TableName":"errors.none","Item":{"pk":{"S":"%s"}}}', repeat('x', 409600)));
SELECT pg_temp.answer('put_item', '{"TableName":"errors.none","Item":{"pk":{"S":"x"}},"ReturnValues":"ALL_NEW"}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.one","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET pk = :v","ExpressionAttributeValues":{":v":{"S":"x"}}}');

-- nothing was written by any of these but what was said
SELECT pg_temp.get('');
SELECT count(*) FROM dynamodb."errors.one";
SELECT count(*) FROM dynamodb."errors.str";
SELECT dynapg.delete_table(json_build_object('TableName', t))->'TableDescription'->>'TableName' FROM unnest('{errors.one,errors.str}'::text[]) t;
