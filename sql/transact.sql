-- TransactGetItems and TransactWriteItems: all actions and legal shapes, reasons, capacity, tokens
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"tx.t","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"tx.u","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.tx(items text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[' || items || ']' || more || '}') $$;
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
\echo # a token: the same request again does nothing, another one is refused, a cancelled one leaves no token
SELECT pg_temp.tx(pg_temp.act('Update', 'count', ',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}'), ',"ClientRequestToken":"tok"') FROM generate_series(1, 2);
SELECT pg_temp.tx(pg_temp.act('Update', 'count', ',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"2"}}'), ',"ClientRequestToken":"tok"');
SELECT pg_temp.tx(pg_temp.put('p', ',"ConditionExpression":"attribute_not_exists(id)"'), ',"ClientRequestToken":"tok2"') FROM generate_series(1, 2);
SELECT pg_temp.tx(pg_temp.put('p'), ',"ClientRequestToken":"' || repeat('t', 37) || '"');
SELECT dynapg.get_item('{"TableName":"tx.u","Key":{"id":{"S":"count"}}}');
UPDATE dynapg.tokens SET expires_at = now();
SELECT pg_temp.tx(pg_temp.act('Update', 'count', ',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"2"}}'), ',"ClientRequestToken":"tok"');
SELECT dynapg.get_item('{"TableName":"tx.u","Key":{"id":{"S":"count"}}}');
\echo # conditions alone, of all kinds of verdicts
SELECT pg_temp.tx(pg_temp.act('ConditionCheck', 'p', ',"ConditionExpression":"attribute_exists(id) AND g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}') || ',' || pg_temp.act('ConditionCheck', 'none', ',"ConditionExpression":"attribute_not_exists(#i)","ExpressionAttributeNames":{"#i":"id"}'));
SELECT pg_temp.tx(pg_temp.act('ConditionCheck', 'p', ',"ConditionExpression":"attribute_exists(id)"') || ',' || pg_temp.act('ConditionCheck', 'none', ',"ConditionExpression":"attribute_exists(id)"'));
\echo # puts and deletes with conditions that hold, on an item and on none; updates with and without their item
SELECT pg_temp.tx(pg_temp.put('p', ',"ConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}') || ',' || pg_temp.put('q', ',"ConditionExpression":"attribute_not_exists(id)"') || ',' ||
	pg_temp.act('Delete', 'count', ',"ConditionExpression":"n > :z","ExpressionAttributeValues":{":z":{"N":"0"}}') || ',' || pg_temp.act('Delete', 'none', ',"ConditionExpression":"attribute_not_exists(id)"') || ',' ||
	pg_temp.act('Update', 'made', ',"UpdateExpression":"SET a = :a, b = if_not_exists(b, :a) ADD n :n","ExpressionAttributeValues":{":a":{"L":[]},":n":{"N":"2"}}'));
SELECT pg_temp.tx(pg_temp.act('Update', 'made', ',"UpdateExpression":"SET a = :a, g = if_not_exists(g, :g) ADD n :n, s :s","ConditionExpression":"attribute_exists(id)","ExpressionAttributeValues":{":a":{"L":[]},":n":{"N":"2"},":g":{"S":"y"},":s":{"SS":["a"]}}') || ',' ||
	pg_temp.act('Update', 'q', ',"UpdateExpression":"SET #n = :n","ConditionExpression":"attribute_exists(id)","ExpressionAttributeNames":{"#n":"name"},"ExpressionAttributeValues":{":n":{"S":"Q"}}') || ',' ||
	pg_temp.act('Update', 'unmade', ',"UpdateExpression":"REMOVE a"') || ',' || pg_temp.act('Update', 'unmade2', ',"UpdateExpression":"DELETE s :s","ExpressionAttributeValues":{":s":{"SS":["a"]}}'));
SELECT dynapg.scan('{"TableName":"tx.u"}');
SELECT dynapg.query('{"TableName":"tx.u","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"y"}}}');
\echo # binary and number keys, equal numbers, a table by its ARN
SELECT dynapg.create_table('{"TableName":"tx.bn","KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"b","AttributeType":"B"},{"AttributeName":"n","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.describe_table('{"TableName":"tx.bn"}')->'Table'->>'TableArn' AS arn \gset
CREATE FUNCTION pg_temp.bn(b text, n text) RETURNS text LANGUAGE sql AS $$ SELECT '{"b":{"B":"' || b || '"},"n":{"N":"' || n || '"}}' $$;
SELECT pg_temp.tx('{"Put":{"TableName":"tx.bn","Item":' || pg_temp.bn('AP8=', '1.50') || '}},{"Put":{"TableName":"' || :'arn' || '","Item":' || pg_temp.bn('AP8=', '-1') || '}},{"Put":{"TableName":"tx.bn","Item":' || pg_temp.bn('AP8=', '9.9E125') || '}}', ',"ReturnConsumedCapacity":"TOTAL"') ~ '"CapacityUnits":6';
SELECT pg_temp.tx('{"Update":{"TableName":"' || :'arn' || '","Key":' || pg_temp.bn('AP8=', '15e-1') || ',"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"BOOL":true}}}},{"Delete":{"TableName":"tx.bn","Key":' || pg_temp.bn('AP8=', '-1.0') || '}}');
SELECT pg_temp.tx('{"Put":{"TableName":"tx.bn","Item":' || pg_temp.bn('AP8=', '1') || '}},{"Delete":{"TableName":"' || :'arn' || '","Key":' || pg_temp.bn('AP8=', '1.0') || '}}');
SELECT dynapg.transact_get_items(('{"TransactItems":[{"Get":{"TableName":"' || :'arn' || '","Key":' || pg_temp.bn('AP8=', '1.5') || ',"ProjectionExpression":"#v, n","ExpressionAttributeNames":{"#v":"v"}}},{"Get":{"TableName":"tx.bn","Key":' || pg_temp.bn('AP8=', '-1') || '}},{"Get":{"TableName":"tx.bn","Key":' || pg_temp.bn('AP8=', '9.9e125') || '}}]}')::json);
\echo # keys of any legal length, and one byte more
SELECT pg_temp.tx(pg_temp.put(repeat('k', 513)) || ',' || pg_temp.put(repeat('k', 2048), ',"ConditionExpression":"attribute_not_exists(id)"') || ',' || pg_temp.act('ConditionCheck', repeat('k', 2047), ',"ConditionExpression":"attribute_not_exists(id)"'));
SELECT pg_temp.tx(pg_temp.act('Update', repeat('k', 513), ',"UpdateExpression":"SET n = :n","ConditionExpression":"attribute_exists(id)","ExpressionAttributeValues":{":n":{"N":"1"}}') || ',' || pg_temp.act('ConditionCheck', repeat('k', 2048), ',"ConditionExpression":"attribute_exists(id)"') || ',' || pg_temp.act('Delete', repeat('k', 2047)));
SELECT length(r->'Item'->'id'->>'S'), r->'Item'->'n' FROM json_array_elements(dynapg.transact_get_items(('{"TransactItems":[{"Get":{"TableName":"tx.u","Key":{"id":{"S":"' || repeat('k', 2048) || '"}}}},{"Get":{"TableName":"tx.u","Key":{"id":{"S":"' || repeat('k', 513) || '"}}}},
	{"Get":{"TableName":"tx.u","Key":{"id":{"S":"' || repeat('k', 512) || '"}}}}]}')::json)->'Responses') r;
SELECT pg_temp.tx(pg_temp.act('Delete', repeat('k', 513)) || ',' || pg_temp.act('Delete', repeat('k', 2048)));
SELECT pg_temp.tx(pg_temp.put('z') || ',' || pg_temp.put(repeat('k', 2049)) || ',' || pg_temp.act('Delete', repeat('k', 2049)));
\echo # a hundred actions over three tables
SELECT pg_temp.tx((SELECT string_agg(CASE i % 4 WHEN 0 THEN pg_temp.put('h' || i) WHEN 1 THEN pg_temp.act('Update', 'h' || i, ',"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"' || i || '"}}')
		WHEN 2 THEN '{"Put":{"TableName":"tx.t","Item":{"pk":{"S":"h"},"sk":{"N":"' || i || '"}}}}' ELSE '{"Delete":{"TableName":"tx.bn","Key":' || pg_temp.bn('AP8=', i::text) || '}}' END, ',' ORDER BY md5(i::text)) FROM generate_series(1, 100) i));
SELECT (SELECT count(*) FROM dynamodb."tx.u" WHERE pk ~ '^h'), (SELECT count(*) FROM dynamodb."tx.t" WHERE pk = 'h');
SELECT count(*), count(r->'Item'), count(DISTINCT r->'Item'->'n'->>'N'), count(*) FILTER (WHERE n % 2 = 0 AND r->'Item' IS NOT NULL) FROM json_array_elements(dynapg.transact_get_items(('{"TransactItems":[' ||
	(SELECT string_agg(CASE i % 2 WHEN 0 THEN '{"Get":{"TableName":"tx.t","Key":{"pk":{"S":"h"},"sk":{"N":"' || i || '"}}}}' ELSE '{"Get":{"TableName":"tx.u","Key":{"id":{"S":"h' || i || '"}}}}' END, ',' ORDER BY i) FROM generate_series(1, 100) i) || ']}')::json)->'Responses') WITH ORDINALITY t (r, n);
\echo # members that these operations do not have are ignored
SELECT pg_temp.tx('{"Put":{"TableName":"tx.u","Item":{"id":{"S":"m"}},"Expected":{"id":{"Exists":false}},"ConditionalOperator":"AND","ReturnValues":"ALL_OLD","Unknown":{}}},' || pg_temp.act('Update', 'm2', ',"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"1"}},"AttributeUpdates":{"x":{"Action":"DELETE"}},"ReturnValues":"ALL_NEW"') ||
	',' || pg_temp.act('Delete', 'm3', ',"Expected":{"id":{"Exists":true}},"ReturnItemCollectionMetrics":"SIZE"') || ',' || pg_temp.act('ConditionCheck', 'm4', ',"ConditionExpression":"attribute_not_exists(id)","Expected":{}'), ',"Unknown":1');
SELECT dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"tx.u","Key":{"id":{"S":"m2"}},"ConsistentRead":false,"AttributesToGet":["id"],"ExpressionAttributeValues":1,"Unknown":1},"Unknown":1},
	{"Get":{"TableName":"tx.u","Key":{"id":{"S":"m"}},"AttributesToGet":{"no":[5]},"ProjectionExpression":"id"}}],"Unknown":1}');
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{tx.t,tx.u,tx.bn}'::text[]) t;
