-- What Query and Scan refuse: SQLSTATE and message of every kind of bad input
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"errors.r","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"B"},
		{"AttributeName":"r1","AttributeType":"S"},{"AttributeName":"r2","AttributeType":"N"},{"AttributeName":"r3","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"r1","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"all","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"r1","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"some","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["v"]}},
		{"IndexName":"many","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"HASH"},{"AttributeName":"r1","KeyType":"RANGE"},{"AttributeName":"r2","KeyType":"RANGE"},{"AttributeName":"r3","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"errors.h","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- with the table and the key condition that most cases share: members are what differs
CREATE FUNCTION pg_temp.query(members text, condition text DEFAULT 'pk = :p', vals text DEFAULT '":p":{"S":"a"}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('query', '{"TableName":"errors.r","KeyConditionExpression":' || to_json(condition) || coalesce(',"ExpressionAttributeValues":{' || vals || '}', '') || members || '}') $$;
CREATE FUNCTION pg_temp.key(condition text, vals text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.query(members, condition, vals) $$;
CREATE FUNCTION pg_temp.scan(members text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('scan', '{"TableName":"errors.r"' || members || '}') $$;

\echo # malformed requests
SELECT pg_temp.answer(o, '{}') FROM unnest('{query,scan}'::text[]) o;
SELECT pg_temp.answer(o, '{"TableName":""}') FROM unnest('{query,scan}'::text[]) o;
SELECT pg_temp.answer(o, '{"TableName":"x"}') FROM unnest('{query,scan}'::text[]) o;
SELECT pg_temp.answer(o, '{"TableName":5}') FROM unnest('{query,scan}'::text[]) o;
SELECT pg_temp.query(m) FROM unnest(ARRAY[',"Limit":0', ',"Limit":-1', ',"Limit":"1"', ',"Limit":true', ',"IndexName":"x"', ',"IndexName":"a b c"', ',"IndexName":5', ',"Select":"ALL"', ',"Select":1', ',"ConsistentRead":"true"', ',"ScanIndexForward":0',
	',"ExclusiveStartKey":[]', ',"ExclusiveStartKey":{"pk":"a"}', ',"ReturnConsumedCapacity":"ALL"', ',"AttributesToGet":[]', ',"FilterExpression":5', ',"ProjectionExpression":{}', ',"ExpressionAttributeNames":[]',
	',"QueryFilter":{"a":{}}', ',"QueryFilter":{"a":{"ComparisonOperator":"LIKE"}}', ',"ConditionalOperator":"XOR"', ',"KeyConditions":{"pk":{"AttributeValueList":[{"S":"a"}]}}', ',"KeyConditions":[]']) m;
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"Limit":0', ',"Segment":-1,"TotalSegments":1', ',"Segment":0,"TotalSegments":0', ',"Segment":1000000,"TotalSegments":1000001', ',"Segment":"0","TotalSegments":1', ',"Limit":0,"Segment":-1,"TotalSegments":0,"Select":"SOME","ReturnConsumedCapacity":"x"',
	',"ScanFilter":{"a":{"ComparisonOperator":"EQUALS","AttributeValueList":[{"S":"a"}]}}', ',"ScanFilter":{"a":{"ComparisonOperator":"EQ","AttributeValueList":["a"]}}']) m;

\echo # what cannot stand together
SELECT pg_temp.query(m) FROM unnest(ARRAY[',"AttributesToGet":["a"]', ',"QueryFilter":{}', ',"ConditionalOperator":"AND"', ',"KeyConditions":{}',
	',"AttributesToGet":["a"],"QueryFilter":{},"ConditionalOperator":"AND","KeyConditions":{},"FilterExpression":"a = :p","ProjectionExpression":"a"']) m;
SELECT pg_temp.answer('query', '{"TableName":"errors.r","KeyConditions":{},"ProjectionExpression":"a","QueryFilter":{}}');
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"AttributesToGet":["a"],"FilterExpression":"a"', ',"ScanFilter":{},"ProjectionExpression":"a"', ',"ConditionalOperator":"OR","AttributesToGet":["b"],"ScanFilter":{},"ProjectionExpression":"a","FilterExpression":"a"']) m;
SELECT pg_temp.answer('query', '{"TableName":"errors.r"' || m || '}') FROM unnest(ARRAY[',"ExpressionAttributeNames":{"#a":"a"}', ',"ExpressionAttributeValues":{":a":{"S":"a"}}', ',"ProjectionExpression":"a","ExpressionAttributeValues":{":a":{"S":"a"}}', ',"KeyConditions":{},"ExpressionAttributeValues":{":a":{"S":"a"}}']) m;
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"ExpressionAttributeNames":{"#a":"a"}', ',"ExpressionAttributeValues":{":a":{"S":"a"}}', ',"ProjectionExpression":"a","ExpressionAttributeValues":{":a":{"S":"a"}}']) m;

\echo # Select
SELECT pg_temp.query(m) FROM unnest(ARRAY[',"Select":"ALL_ATTRIBUTES","ProjectionExpression":"a"', ',"Select":"ALL_PROJECTED_ATTRIBUTES","ProjectionExpression":"a"', ',"Select":"COUNT","ProjectionExpression":"a"', ',"Select":"SPECIFIC_ATTRIBUTES"', ',"Select":"ALL_PROJECTED_ATTRIBUTES"',
	',"IndexName":"all","Select":"SPECIFIC_ATTRIBUTES"', ',"IndexName":"all","Select":"ALL_PROJECTED_ATTRIBUTES","ProjectionExpression":"a"']) m;
SELECT pg_temp.answer('query', '{"TableName":"errors.r","KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}},"AttributesToGet":["a"],"Select":"' || s || '"}') FROM unnest('{ALL_ATTRIBUTES,ALL_PROJECTED_ATTRIBUTES,COUNT,SPECIFIC_ATTRIBUTES}'::text[]) s;
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"Select":"ALL_ATTRIBUTES","ProjectionExpression":"a"', ',"Select":"ALL_PROJECTED_ATTRIBUTES","ProjectionExpression":"a"', ',"Select":"COUNT","ProjectionExpression":"a"', ',"Select":"SPECIFIC_ATTRIBUTES"', ',"Select":"ALL_PROJECTED_ATTRIBUTES"',
	',"Select":"ALL_ATTRIBUTES","AttributesToGet":["a"]', ',"Select":"COUNT","AttributesToGet":["a"]', ',"Select":"SPECIFIC_ATTRIBUTES","AttributesToGet":["a"]']) m;

\echo # expressions
SELECT pg_temp.query(m) FROM unnest(ARRAY[',"FilterExpression":""', ',"FilterExpression":"v ="', ',"FilterExpression":"v = :x"', ',"FilterExpression":"#x = :p"', ',"FilterExpression":"size(v)"', ',"FilterExpression":"v = :p","ExpressionAttributeNames":{"#x":"x"}', ',"ProjectionExpression":""', ',"ProjectionExpression":"a,"', ',"ProjectionExpression":"a, a.b"', ',"ProjectionExpression":"name"']) m;
SELECT pg_temp.key('', '":p":{"S":"a"}');
SELECT pg_temp.key('pk = :x', '":p":{"S":"a"}');
SELECT pg_temp.key('pk = :p', '":p":{"S":"a"},":q":{"S":"b"}');
SELECT pg_temp.key('pk = :p', NULL);
SELECT pg_temp.key('pk == :p', '":p":{"S":"a"}');
SELECT pg_temp.key('((pk = :p))', '":p":{"S":"a"}');
SELECT pg_temp.key('pk = :p', '":p":{"N":"a"}');
SELECT pg_temp.key('pk = :p', '":p":{"S":5}');
SELECT pg_temp.key('pk = :p AND sk BETWEEN :a AND :b', '":p":{"S":"a"},":a":{"N":"2"},":b":{"N":"1"}');
SELECT pg_temp.key('pk = :p AND sk BETWEEN :a AND :b', '":p":{"S":"a"},":a":{"N":"2"},":b":{"S":"3"}');
SELECT pg_temp.key('pk = :p AND begins_with(sk, :a)', '":p":{"S":"a"},":a":{"N":"2"}');
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"FilterExpression":""', ',"FilterExpression":"v = :x"', ',"FilterExpression":"v IN ()"', ',"ProjectionExpression":"a[x]"', ',"FilterExpression":"v = :v","ExpressionAttributeValues":{":v":{"S":"a"},":w":{"S":"b"}}']) m;

\echo # what a key condition may be
SELECT pg_temp.answer('query', '{"TableName":"errors.r"}');
SELECT pg_temp.answer('query', '{"TableName":"errors.none","FilterExpression":"v = :v","ExpressionAttributeValues":{":v":{"S":"a"}}}');
SELECT c, pg_temp.key(c, '":p":{"S":"a"},":s":{"N":"1"}') FROM unnest(ARRAY['pk = :p OR sk = :s', 'pk = :p AND NOT sk = :s', 'pk = :p AND sk <> :s', 'pk = :p AND sk IN (:s)', 'pk = :p AND attribute_exists(sk) AND sk = :s', 'pk = :p AND contains(sk, :s)', 'pk = :p AND size(sk) = :s', 'pk = :p AND sk.a = :s', 'pk = :p AND sk = pk AND v = :s',
	'pk = :p AND :p = :s', 'pk = :p AND pk = :s', 'pk = :p AND sk > :s AND sk < :s', 'pk = :p AND sk BETWEEN :s AND v', 'pk = :p AND :s BETWEEN sk AND sk']) c;

\echo # key attributes
SELECT c, pg_temp.key(c, v) FROM (VALUES ('sk = :s', '":s":{"N":"1"}'), ('v = :s', '":s":{"N":"1"}'), ('v = :s AND sk = :p', '":s":{"N":"1"},":p":{"S":"a"}'), ('pk = :p AND v = :s', '":s":{"N":"1"},":p":{"S":"a"}'),
	('pk > :p', '":p":{"S":"a"}'), ('pk BETWEEN :p AND :p', '":p":{"S":"a"}'), ('begins_with(pk, :p)', '":p":{"S":"a"}'), ('pk > :p AND sk = :s', '":s":{"N":"1"},":p":{"S":"a"}'),
	('pk = :p AND sk = :s AND v = :s', '":s":{"N":"1"},":p":{"S":"a"}')) x(c, v);
SELECT pg_temp.answer('query', '{"TableName":"errors.h","KeyConditionExpression":"id = :i AND v = :i","ExpressionAttributeValues":{":i":{"S":"a"}}}');
SELECT pg_temp.answer('query', '{"TableName":"errors.h","KeyConditionExpression":"id = :i AND v = :i AND w = :i","ExpressionAttributeValues":{":i":{"S":"a"}}}');
SELECT c, pg_temp.key(c, '":g":{"S":"a"},":s":{"S":"b"}', ',"IndexName":"all"') FROM unnest(ARRAY['g = :g AND pk = :s', 'pk = :g AND r1 = :s', 'r1 = :s AND r1 = :g', 'g > :g AND r1 = :s']) c;

\echo # key attributes of indexes that have several
SELECT c, pg_temp.key(c, v, ',"IndexName":"many"') FROM (VALUES ('g = :g', '":g":{"S":"a"}'), ('h = :h', '":h":{"B":"AA=="}'), ('g = :g AND h > :h', '":g":{"S":"a"},":h":{"B":"AA=="}'), ('g = :g AND r1 = :g', '":g":{"S":"a"}'),
	('g = :g AND h = :h AND r2 = :n', '":g":{"S":"a"},":h":{"B":"AA=="},":n":{"N":"1"}'), ('g = :g AND h = :h AND r1 = :g AND r3 = :g', '":g":{"S":"a"},":h":{"B":"AA=="}'),
	('g = :g AND h = :h AND r1 > :g AND r2 = :n', '":g":{"S":"a"},":h":{"B":"AA=="},":n":{"N":"1"}'), ('g = :g AND h = :h AND r1 = :g AND r2 < :n AND r3 > :g', '":g":{"S":"a"},":h":{"B":"AA=="},":n":{"N":"1"}'),
	('g = :g AND h = :h AND r1 = :g AND r2 = :n AND r3 = :g AND pk = :g', '":g":{"S":"a"},":h":{"B":"AA=="},":n":{"N":"1"}'), ('g = :g AND h = :h AND r1 = :h', '":g":{"S":"a"},":h":{"B":"AA=="}'), ('g = :g AND h = :h AND r3 = :g', '":g":{"S":"a"},":h":{"B":"AA=="}'), ('r1 = :g AND r2 = :n', '":g":{"S":"a"},":n":{"N":"1"}'),
	('g > :g AND h = :h', '":g":{"S":"a"},":h":{"B":"AA=="}'), ('g = :g AND h = :h AND v = :g', '":g":{"S":"a"},":h":{"B":"AA=="}'), ('g = :g AND h = :h AND r1 > :g AND v = :g', '":g":{"S":"a"},":h":{"B":"AA=="}'),
	('g = :g AND h = :h AND r1 = :g AND r2 = :n AND r3 BETWEEN :g AND :g', '":g":{"S":"a"},":h":{"B":"AA=="},":n":{"N":"1"}')) x(c, v);

\echo # operands
SELECT c, pg_temp.key(c, v) FROM (VALUES ('pk = :p', '":p":{"N":"1"}'), ('pk = :p', '":p":{"NULL":true}'), ('pk = :p', '":p":{"SS":["a"]}'), ('pk = :p AND sk = :s', '":p":{"S":"a"},":s":{"S":"1"}'), ('pk = :p AND sk < :s', '":p":{"S":"a"},":s":{"S":"1"}'),
	('pk = :p AND sk BETWEEN :s AND :t', '":p":{"S":"a"},":s":{"B":"AA=="},":t":{"B":"AQ=="}'), ('pk = :p AND begins_with(sk, :s)', '":p":{"S":"a"},":s":{"S":"1"}'), ('pk = :p', '":p":{"S":""}')) x(c, v);
SELECT pg_temp.key(c, v, ',"IndexName":"local"') FROM (VALUES ('pk = :p AND r1 = :s', '":p":{"S":"a"},":s":{"S":""}'), ('pk = :p AND begins_with(r1, :s)', '":p":{"S":"a"},":s":{"S":""}'), ('pk = :p AND r1 BETWEEN :s AND :p', '":p":{"S":"a"},":s":{"S":""}'), ('pk = :s AND r1 > :p', '":p":{"S":"a"},":s":{"S":""}')) x(c, v);
SELECT pg_temp.key('g = :g AND h = :h', '":g":{"S":"a"},":h":{"B":""}', ',"IndexName":"many"');
SELECT pg_temp.key('pk = :p', '":p":{"S":"' || repeat('a', n) || '"}') FROM unnest('{2048,2049}'::int[]) n;
SELECT pg_temp.key('pk = :p AND r1 > :s', '":p":{"S":"a"},":s":{"S":"' || repeat('a', n) || '"}', ',"IndexName":"local"') FROM unnest('{1024,1025}'::int[]) n;

\echo # legacy key conditions and filters
CREATE FUNCTION pg_temp.legacy(conditions text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('query', '{"TableName":"errors.r","KeyConditions":{' || conditions || '}' || members || '}') $$;
SELECT pg_temp.legacy(c) FROM unnest(ARRAY['', '"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}', '"pk":{"ComparisonOperator":"GT","AttributeValueList":[{"S":"a"}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"},{"S":"b"}]}', '"pk":{"ComparisonOperator":"EQ"}',
	'"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"x"}]}', '"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":""}]}']) c;
SELECT o, pg_temp.legacy('"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]},"sk":{"ComparisonOperator":"' || o || '"' || coalesce(',"AttributeValueList":[' || v || ']', '') || '}')
	FROM (VALUES ('NE', '{"N":"1"}'), ('IN', '{"N":"1"},{"N":"2"}'), ('NULL', NULL), ('NOT_NULL', NULL), ('CONTAINS', '{"N":"1"}'), ('NOT_CONTAINS', '{"N":"1"}'), ('BETWEEN', '{"N":"1"}'), ('BETWEEN', '{"N":"2"},{"N":"1"}'), ('BETWEEN', '{"N":"1"},{"S":"2"}'), ('BEGINS_WITH', '{"N":"1"}'), ('BEGINS_WITH', '{"S":"1"}'), ('EQ', '{"SS":["a"]}')) x(o, v);
SELECT pg_temp.legacy('"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]},"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]},"v":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}');
SELECT pg_temp.legacy('"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]},"v":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}');
SELECT pg_temp.legacy('"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}', m) FROM unnest(ARRAY[',"QueryFilter":{"v":{"ComparisonOperator":"EQ"}}', ',"QueryFilter":{"v":{"ComparisonOperator":"NULL","AttributeValueList":[{"S":"a"}]}}', ',"QueryFilter":{"v":{"ComparisonOperator":"LT","AttributeValueList":[{"BOOL":true}]}}',
	',"QueryFilter":{"v":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}}', ',"QueryFilter":{"v":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"2"},{"S":"1"}]}}', ',"QueryFilter":{"pk":{"ComparisonOperator":"NOT_NULL"}}', ',"QueryFilter":{"v":{"ComparisonOperator":"NOT_NULL"},"sk":{"ComparisonOperator":"NOT_NULL"}}',
	',"ConditionalOperator":"OR"', ',"ConditionalOperator":"AND","QueryFilter":{"v":{"ComparisonOperator":"NOT_NULL"}}', ',"AttributesToGet":["a","b","a"]', ',"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}']) m;
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"ScanFilter":{"v":{"ComparisonOperator":"GE"}}', ',"ScanFilter":{"v":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"N":"1"},{"N":"2"}]}}', ',"ConditionalOperator":"AND"', ',"ConditionalOperator":"OR","ScanFilter":{"v":{"ComparisonOperator":"NOT_NULL"}}', ',"AttributesToGet":["x","x"]']) m;

\echo # table and index
SELECT pg_temp.answer('query', '{"TableName":"errors.none","KeyConditionExpression":"v = :v","ExpressionAttributeValues":{":v":{"S":"a"}}}');
SELECT pg_temp.answer('scan', '{"TableName":"errors.none"}');
SELECT pg_temp.answer('scan', '{"TableName":"arn:aws:dynamodb:eu-west-1:000000000000:table/errors.r"}');
SELECT pg_temp.query(',"IndexName":"none"'), pg_temp.scan(',"IndexName":"none"');
SELECT pg_temp.key('g = :g', '":g":{"S":"a"}', m) FROM unnest(ARRAY[',"IndexName":"all","ConsistentRead":true', ',"IndexName":"some","Select":"ALL_ATTRIBUTES"', ',"IndexName":"some","ProjectionExpression":"v, w"', ',"IndexName":"some","ProjectionExpression":"w.a, pk, x[0], v.b","Select":"SPECIFIC_ATTRIBUTES"', ',"IndexName":"some","Select":"ALL_ATTRIBUTES","ConsistentRead":true']) m;
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"IndexName":"all","ConsistentRead":true', ',"IndexName":"some","Select":"ALL_ATTRIBUTES"', ',"IndexName":"many","AttributesToGet":["pk","v","w"]']) m;

\echo # filters and paths
SELECT pg_temp.query(m) FROM unnest(ARRAY[',"FilterExpression":"pk = :p"', ',"FilterExpression":"attribute_exists(v) AND sk > :p"', ',"FilterExpression":"attribute_exists(v) OR NOT (size(sk) > :p)"', ',"FilterExpression":"v = sk AND w = pk"', ',"FilterExpression":"#k = :p","ExpressionAttributeNames":{"#k":"sk"}', ',"FilterExpression":"pk.a = :p"', ',"FilterExpression":"g[0] = :p"', ',"ProjectionExpression":"v, sk[1]"', ',"ProjectionExpression":"r1.x"']) m;
SELECT pg_temp.query(',"FilterExpression":"r1 = :p OR attribute_exists(g)","Select":"COUNT"');
SELECT pg_temp.key('g = :g', '":g":{"S":"a"}', ',"FilterExpression":"r1 = :g","IndexName":"all"');
SELECT pg_temp.key('g = :g', '":g":{"S":"a"}', ',"FilterExpression":"pk = :g AND sk <> :g","IndexName":"all","Select":"COUNT"');
SELECT pg_temp.scan(',"FilterExpression":"pk.a = :p","ExpressionAttributeValues":{":p":{"S":"a"}}');
SELECT pg_temp.scan(',"ProjectionExpression":"g.a"');

-- the same for single items
SELECT pg_temp.answer('get_item', '{"TableName":"errors.r","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ProjectionExpression":"v, pk[0]"}');
SELECT pg_temp.answer('delete_item', '{"TableName":"errors.r","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_exists(sk.a)"}');
SELECT pg_temp.answer('put_item', '{"TableName":"errors.r","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(h.a)"}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.r","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET r1.a = :v","ExpressionAttributeValues":{":v":{"S":"x"}}}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.r","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET v = pk.a"}');
SELECT pg_temp.answer('update_item', '{"TableName":"errors.r","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"REMOVE pk.a"}');

\echo # start keys
SELECT pg_temp.query(',"ExclusiveStartKey":' || k) FROM unnest(ARRAY['{}', '{"pk":{"S":"a"}}', '{"sk":{"N":"1"}}', '{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"x"}}', '{"pk":{"S":"a"},"v":{"N":"1"}}', '{"pk":{"N":"1"},"sk":{"N":"1"}}', '{"pk":{"S":"a"},"sk":{"S":"1"}}', '{"pk":{"S":""},"sk":{"N":"1"}}',
	'{"pk":{"S":"a"},"sk":{"N":"one"}}', '{"pk":{"S":"a"},"sk":{}}', '{"pk":{"S":"a"},"sk":{"NS":[]}}', '{"pk":{"S":"b"},"sk":{"N":"1"}}']) k;
SELECT c, pg_temp.key('pk = :p AND ' || c, '":p":{"S":"a"},":s":{"N":"5"}', ',"ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"' || k || '"}}') FROM (VALUES ('sk = :s', 6), ('sk > :s', 5), ('sk >= :s', 4), ('sk < :s', 5), ('sk <= :s', 6), ('sk BETWEEN :s AND :s', 4), ('sk > :s', 6), ('sk <= :s', 5)) x(c, k);
SELECT pg_temp.key('pk = :p AND begins_with(r1, :s)', '":p":{"S":"a"},":s":{"S":"x"}', ',"IndexName":"local","ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"1"},"r1":{"S":"' || k || '"}}') FROM unnest('{a,xy,y}'::text[]) k;
SELECT pg_temp.key('g = :g', '":g":{"S":"a"}', ',"IndexName":"all","ExclusiveStartKey":' || k) FROM unnest(ARRAY['{"pk":{"S":"a"},"sk":{"N":"1"}}', '{"g":{"S":"a"},"r1":{"S":"a"}}', '{"g":{"S":"a"},"pk":{"S":"a"},"sk":{"N":"1"}}', '{"g":{"S":"a"},"r1":{"S":"x"},"pk":{"S":"a"},"sk":{"N":"1"},"h":{"B":"AA=="}}', '{"g":{"S":"a"},"r1":{"N":"1"},"pk":{"S":"a"},"sk":{"N":"1"}}',
	'{"g":{"S":"b"},"r1":{"S":"x"},"pk":{"S":"a"},"sk":{"N":"1"}}', '{"g":{"S":"a"},"r1":{"S":"x"},"pk":{"S":"a"},"sk":{"N":"1"}}']) k;
SELECT pg_temp.scan(',"ExclusiveStartKey":' || k) FROM unnest(ARRAY['{}', '{"pk":{"S":"a"}}', '{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"x"}}', '{"pk":{"N":"1"},"sk":{"N":"1"}}', '{"pk":{"S":""},"sk":{"N":"1"}}', '{"pk":{"S":"a"},"sk":{"N":"1e400"}}', '{"pk":{"S":"' || repeat('a', 2049) || '"},"sk":{"N":"1"}}', '{"pk":{"S":"a"},"sk":{"N":"1"}}']) k;
SELECT pg_temp.scan(',"IndexName":"some","ExclusiveStartKey":' || k) FROM unnest(ARRAY['{"pk":{"S":"a"},"sk":{"N":"1"}}', '{"g":{"N":"1"},"pk":{"S":"a"},"sk":{"N":"1"}}', '{"g":{"S":"a"},"pk":{"S":"a"},"sk":{"N":"1"}}']) k;

\echo # segments
SELECT pg_temp.scan(m) FROM unnest(ARRAY[',"Segment":0', ',"TotalSegments":1', ',"Segment":1,"TotalSegments":1', ',"Segment":999999,"TotalSegments":5']) m;

\echo # the first of several
SELECT pg_temp.answer('query', '{"TableName":"errors.none","ExpressionAttributeNames":{"#a":"a"}}');
SELECT pg_temp.query(',"Select":"SPECIFIC_ATTRIBUTES","FilterExpression":"v ="');
SELECT pg_temp.query(',"ExclusiveStartKey":{"pk":{}},"FilterExpression":"v ="');
SELECT pg_temp.key('pk > :p AND', '":p":{"S":"a"}', ',"ProjectionExpression":"a a"');
SELECT pg_temp.key('v = :p', '":p":{"S":"a"}', ',"ExclusiveStartKey":{"pk":{"S":"a"}}');
SELECT pg_temp.scan(',"Segment":0,"FilterExpression":"v ="');
SELECT pg_temp.scan(',"Segment":0,"IndexName":"none"');

SELECT dynapg.delete_table(json_build_object('TableName', t))->'TableDescription'->>'TableName' FROM unnest('{errors.r,errors.h}'::text[]) t;
