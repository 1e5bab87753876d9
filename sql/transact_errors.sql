-- TransactGetItems and TransactWriteItems refused: SQLSTATE, message and reasons; nothing is written in any of these
\set ECHO none
\i sql/common.psql
-- tw: actions, and other members of the request. tg: gets.
CREATE FUNCTION pg_temp.tw(actions text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[' || actions || ']' || more || '}') $$;
CREATE FUNCTION pg_temp.tg(gets text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('transact_get_items', '{"TransactItems":[' || gets || ']' || more || '}') $$;
-- An action on an item of txerr by key, a put of an item, a get; members are what differs.
CREATE FUNCTION pg_temp.act(what text, pk text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT format('{"%s":{"TableName":"txerr","Key":{"pk":{"S":"%s"},"sk":{"N":"1"}}%s}}', what, pk, more) $$;
CREATE FUNCTION pg_temp.put(pk text, attributes text DEFAULT '', more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT format('{"Put":{"TableName":"txerr","Item":{"pk":{"S":"%s"},"sk":{"N":"1"}%s}%s}}', pk, attributes, more) $$;
CREATE FUNCTION pg_temp.upd(pk text, expression text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.act('Update', pk, ',"UpdateExpression":' || to_json(expression) || more) $$;
CREATE FUNCTION pg_temp.cond(what text, expression text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.act(what, 'a', ',"ConditionExpression":' || to_json(expression) || more) $$;
CREATE FUNCTION pg_temp.many(low int, high int) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(pg_temp.put('m' || i), ',') FROM generate_series(low, high) i $$;
SELECT dynapg.create_table('{"TableName":"txerr","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"txerr2","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT pg_temp.tw(pg_temp.put('kept', ',"n":{"N":"1"},"s":{"S":"x"},"empty":{"S":""},"l":{"L":[]}') || ',' || pg_temp.put('large', ',"v":{"S":"' || repeat('v', 300000) || '"}'));

\echo # malformed requests
SELECT pg_temp.answer('transact_write_items', '{}');
SELECT pg_temp.answer('transact_get_items', '{}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":{}}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":"x"}');
SELECT pg_temp.answer('transact_get_items', '{"TransactItems":[7]}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":[]}]}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":{"TableName":5,"Item":{}}}]}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":{"TableName":"txerr","Item":{"pk":"a"}}}]}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[null]}');

\echo # none, and 101
SELECT pg_temp.tw('');
SELECT pg_temp.tg('');
SELECT left(answer, 60), right(answer, 98) FROM pg_temp.tw(pg_temp.many(1, 101)) answer;
SELECT left(answer, 60), right(answer, 98) FROM pg_temp.tg((SELECT string_agg(pg_temp.act('Get', 'm' || i), ',') FROM generate_series(1, 101) i)) answer;

\echo # entries: what an action must have, none, two, unknown ones
SELECT pg_temp.tw('{"Put":{}},{"Delete":{}},{"Update":{}},{"ConditionCheck":{}}');
SELECT pg_temp.tg('{"Get":{}},{}');
SELECT pg_temp.tw(pg_temp.act('Update', 'a') || ',' || pg_temp.act('ConditionCheck', 'b'));
SELECT pg_temp.tw(pg_temp.put('a') || ',{}');
SELECT pg_temp.tw(pg_temp.put('a') || ',{"Get":{"TableName":"txerr","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || regexp_replace(pg_temp.put('b'), '}$', '') || ',' || substr(pg_temp.act('Delete', 'c'), 2));
SELECT pg_temp.tg(pg_temp.put('a'));
SELECT pg_temp.tw(pg_temp.act('Delete', 'none', ',"AttributesToGet":["x"],"Expected":{"x":{"Exists":false}},"ReturnValues":"ALL_OLD"'), ',"Whatever":1');
-- null is no member, and the last of equal names counts
SELECT pg_temp.tw('{"Put":null,"Delete":{"TableName":"txerr","Key":{"pk":{"S":"none"},"sk":{"N":"1"}},"ConditionExpression":null,"ExpressionAttributeValues":null}}', ',"ClientRequestToken":null');
SELECT pg_temp.tw('{"Delete":{},"Delete":{"TableName":"txerr","Key":{"pk":{"S":"none"},"sk":{"N":"1"}}}}');

\echo # members that take one of a few values; names of tables
SELECT pg_temp.tw(pg_temp.act('Delete', 'a', ',"ReturnValuesOnConditionCheckFailure":"ALL_NEW"'));
SELECT pg_temp.tw(pg_temp.put('a'), ',"ReturnConsumedCapacity":"ALL","ReturnItemCollectionMetrics":"TOTAL"');
SELECT pg_temp.tg(pg_temp.act('Get', 'a'), ',"ReturnConsumedCapacity":"SOME"');
SELECT pg_temp.tw('{"Put":{"TableName":"t!","Item":{"pk":{"S":"a"}}}}');
SELECT pg_temp.tg('{"Get":{"TableName":"","Key":{"pk":{"S":"a"}}}}');
SELECT pg_temp.tw('{"Put":{"TableName":"arn:aws:dynamodb:eu-west-1:000000000000:table/txerr","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}}');

\echo # tokens
SELECT pg_temp.tw(pg_temp.put('a'), ',"ClientRequestToken":""');
SELECT pg_temp.tw(pg_temp.put('a'), ',"ClientRequestToken":"' || repeat('t', 37) || '"');
SELECT pg_temp.tw(pg_temp.put('a'), ',"ClientRequestToken":5');

\echo # a missing table
SELECT pg_temp.tw(pg_temp.put('a') || ',{"Delete":{"TableName":"txnone","Key":{"id":{"S":"x"}}}}');
SELECT pg_temp.tg(pg_temp.act('Get', 'a') || ',{"Get":{"TableName":"txnone","Key":{"id":{"S":"x"}}}}');

\echo # two actions on one item: any kinds, equal numbers, a table by its name and by its ARN
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b') || ',' || pg_temp.act('Delete', 'a'));
SELECT pg_temp.tw(pg_temp.cond('ConditionCheck', 'attribute_not_exists(pk)') || ',' || pg_temp.upd('a', 'REMOVE x'));
SELECT pg_temp.tw('{"Put":{"TableName":"txerr","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}},{"Delete":{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/txerr","Key":{"sk":{"N":"10E-1"},"pk":{"S":"a"}}}}');
SELECT pg_temp.tg(pg_temp.act('Get', 'a') || ',' || pg_temp.act('Get', 'b') || ',{"Get":{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/txerr","Key":{"sk":{"N":"1.0"},"pk":{"S":"a"}}}}');

\echo # values: of the whole request
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{"S":"x","N":"1"}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{"N":"x"}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{"SS":[]}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{"NS":["1","1.0"]}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{"NULL":false}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":' || repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32)));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"v":{"S":"' || repeat('v', 409600) || '"}'));
SELECT pg_temp.tg('{"Get":{"TableName":"txerr","Key":{"pk":{"S":"a"},"sk":{"N":"one"}}}}');

\echo # keys and items that do not fit the table: the first is the reason, before conditions and items that are named twice; empty values refuse the whole request
SELECT pg_temp.tw(pg_temp.put('a') || ',{"Put":{"TableName":"txerr","Item":{"pk":{"S":"b"}}}},{"Put":{"TableName":"txerr","Item":{"pk":{"N":"1"},"sk":{"N":"1"}}}},' || pg_temp.put('c', ',"g":{"N":"1"}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',{"Delete":{"TableName":"txerr","Key":{"pk":{"S":"b"}}}},{"Update":{"TableName":"txerr","Key":{"pk":{"N":"1"},"sk":{"N":"1"}},"UpdateExpression":"REMOVE x"}},{"ConditionCheck":{"TableName":"txerr","Key":{"pk":{"S":"b"},"sk":{"N":"1"},"x":{"S":"x"}},"ConditionExpression":"attribute_exists(pk)"}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',{"Put":{"TableName":"txerr","Item":{"pk":{"N":"1"},"sk":{"N":"1"}}}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('c', ',"g":{"N":"1"}'));
SELECT pg_temp.tw('{"ConditionCheck":{"TableName":"txerr","Key":{"pk":{"S":"none"},"sk":{"N":"1"}},"ConditionExpression":"attribute_exists(pk)"}},' || pg_temp.put('a') || ',' || pg_temp.put('a') || ',{"Delete":{"TableName":"txerr","Key":{"pk":{"N":"1"}}}}');
SELECT pg_temp.tw('{"Delete":{"TableName":"txerr","Key":{"pk":{"N":"1"}}}},' || pg_temp.put('a') || ',' || pg_temp.put(''));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put(repeat('k', 2049)));
SELECT pg_temp.tg(pg_temp.act('Get', 'a') || ',{"Get":{"TableName":"txerr","Key":{"pk":{"S":"b"}}}},{"Get":{"TableName":"txerr2","Key":{"id":{"S":"b"}}}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put(''));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.act('Delete', ''));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('', 'REMOVE x'));
SELECT pg_temp.tw(pg_temp.put('a') || ',{"ConditionCheck":{"TableName":"txerr2","Key":{"id":{"B":""}},"ConditionExpression":"attribute_exists(id)"}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('b', ',"g":{"S":""}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('b', 'SET g = :e', ',"ExpressionAttributeValues":{":e":{"S":""}}'));
SELECT pg_temp.tg(pg_temp.act('Get', 'a') || ',' || pg_temp.act('Get', ''));

\echo # updates of keys, and the items that updates produce: reasons
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('b', 'SET sk = :n', ',"ExpressionAttributeValues":{":n":{"N":"1"}}') || ',' || pg_temp.upd('c', 'SET g = :n', ',"ExpressionAttributeValues":{":n":{"N":"1"}}') || ',' || pg_temp.upd('d', 'SET x = :n, g.x = :n', ',"ExpressionAttributeValues":{":n":{"N":"1"}}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET x = gone'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET x.y = n'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET x = s + :n', ',"ExpressionAttributeValues":{":n":{"N":"1"}}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'ADD s :n', ',"ExpressionAttributeValues":{":n":{"N":"1"}}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET n = :n + :n', ',"ExpressionAttributeValues":{":n":{"N":"9E+125"}}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET g = n'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET g = #e', ',"ExpressionAttributeNames":{"#e":"empty"}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET l[0] = :l', ',"ExpressionAttributeValues":{":l":' || repeat('{"L":[', 31) || '{"S":"x"}' || repeat(']}', 31) || '}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET l = :l', ',"ExpressionAttributeValues":{":l":' || repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32) || '}') || ',' || pg_temp.upd('none', 'SET x = y'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('kept', 'SET l = :l', ',"ExpressionAttributeValues":{":l":' || repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32) || '}') || ',{"Delete":{"TableName":"txerr","Key":{"pk":{"N":"1"}}}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.act('ConditionCheck', 'kept', ',"ConditionExpression":"l = :l"' || ',"ExpressionAttributeValues":{":l":' || repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32) || '}'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('large', 'SET w = v'));
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.upd('new', 'SET w = :v', ',"ExpressionAttributeValues":{":v":{"S":"' || repeat('v', 409600) || '"}}'));

\echo # expressions: of the whole request
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', ''));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET count = :x', ',"ExpressionAttributeValues":{":x":{"N":"1"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET x = :x, x.y = :x', ',"ExpressionAttributeValues":{":x":{"N":"1"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET x = :x'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET #x = n'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET x = n', ',"ExpressionAttributeValues":{":x":{"N":"1"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET x = n', ',"ExpressionAttributeNames":{"#x":"x"}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.upd('a', 'SET x = :x', ',"ExpressionAttributeValues":{":x":{"N":"one"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('ConditionCheck', ''));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('ConditionCheck', 'pk ='));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', '((attribute_exists(pk)))'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', 'name = :x', ',"ExpressionAttributeValues":{":x":{"S":"x"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', 'attribute_exists(pk)', ',"ExpressionAttributeValues":{}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', 'attribute_exists(pk)', ',"ExpressionAttributeNames":{}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', '#a = :a', ',"ExpressionAttributeNames":{"a":"a"},"ExpressionAttributeValues":{":a":{"S":"a"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', 'a > :a', ',"ExpressionAttributeValues":{":a":{"BOOL":true}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', 'a = :a' || repeat(' OR a = :a', 500), ',"ExpressionAttributeValues":{":a":{"S":"a"}}'));
SELECT pg_temp.tw(pg_temp.put('b') || ',' || pg_temp.cond('Delete', 'pk.x = :a', ',"ExpressionAttributeValues":{":a":{"S":"a"}}'));
SELECT pg_temp.tg(pg_temp.act('Get', 'a', ',"ProjectionExpression":""'));
SELECT pg_temp.tg(pg_temp.act('Get', 'a', ',"ProjectionExpression":"a, a"'));
SELECT pg_temp.tg(pg_temp.act('Get', 'a', ',"ProjectionExpression":"size"'));
SELECT pg_temp.tg(pg_temp.act('Get', 'a', ',"ProjectionExpression":"#a"'));
SELECT pg_temp.tg(pg_temp.act('Get', 'a', ',"ProjectionExpression":"a","ExpressionAttributeNames":{"#a":"a"}'));

\echo # names and values that no expression could use are ignored, and so is AttributesToGet
SELECT pg_temp.tw(pg_temp.act('Delete', 'none', ',"ExpressionAttributeNames":{"#a":"a"},"ExpressionAttributeValues":{":a":{"S":"a"}}'));
SELECT pg_temp.tg(pg_temp.act('Get', 'none', ',"ExpressionAttributeNames":{"#a":"a"},"AttributesToGet":["n"]'));

\echo # what is checked first: shapes, values and expressions, tables, keys, items named twice, conditions
SELECT pg_temp.tw(pg_temp.put('', ',"v":{}') || ',{"Put":{"TableName":"txerr"}}');
SELECT pg_temp.tw('{"Put":{"TableName":"txnone","Item":{}}},' || pg_temp.put('a', ',"v":{}'));
SELECT pg_temp.tw('{"Delete":{"TableName":"txerr","Key":{}}},{"Put":{"TableName":"txnone","Item":{}}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('a') || ',{"Delete":{"TableName":"txerr","Key":{}}}');
SELECT pg_temp.tw(pg_temp.put('a') || ',' || pg_temp.put('a') || ',' || pg_temp.act('Delete', 'kept', ',"ConditionExpression":"attribute_not_exists(pk)"'));

\echo # conditions: all reasons are listed, in the order of the actions
SELECT pg_temp.tw(pg_temp.put('z') || ',' || pg_temp.act('Delete', 'kept', ',"ConditionExpression":"n = :n","ExpressionAttributeValues":{":n":{"N":"2"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"') || ',' ||
	pg_temp.upd('a', 'SET x = gone') || ',' || pg_temp.act('ConditionCheck', 'none', ',"ConditionExpression":"attribute_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"'));

\echo # 4 MB: items to be put, found, and read
CREATE FUNCTION pg_temp.large(low int, high int) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(pg_temp.put('zz' || i, ',"v":{"S":"' || repeat('v', 400000) || '"}'), ',') FROM generate_series(low, high) i $$;
SELECT pg_temp.tw(pg_temp.large(1, 11));
SELECT pg_temp.tw(pg_temp.large(1, 10));
SELECT pg_temp.tw(pg_temp.large(11, 11));
SELECT pg_temp.tw((SELECT string_agg(pg_temp.act('Delete', 'zz' || i), ',') FROM generate_series(1, 11) i));
SELECT pg_temp.tw(pg_temp.large(12, 20) || ',' || pg_temp.upd('zz1', 'SET x = :x', ',"ExpressionAttributeValues":{":x":{"N":"1"}}') || ',' || pg_temp.act('ConditionCheck', 'zz2', ',"ConditionExpression":"attribute_exists(pk)"'));
SELECT pg_temp.tg((SELECT string_agg(pg_temp.act('Get', 'zz' || i, ',"ProjectionExpression":"pk"'), ',') FROM generate_series(1, 11) i));
SELECT pg_temp.tg((SELECT string_agg(pg_temp.act('Get', 'zz' || i, ',"ProjectionExpression":"pk"'), ',') FROM generate_series(1, 10) i));
SELECT pg_temp.tw((SELECT string_agg(pg_temp.act('Delete', 'zz' || i), ',') FROM generate_series(1, 6) i));
SELECT pg_temp.tw((SELECT string_agg(pg_temp.act('Delete', 'zz' || i), ',') FROM generate_series(7, 11) i));

\echo # nothing was written
SELECT string_agg(item->'pk'->>'S', ' ' ORDER BY item->'pk'->>'S') FROM json_array_elements(dynapg.scan('{"TableName":"txerr","ProjectionExpression":"pk"}')->'Items') item;
SELECT dynapg.get_item('{"TableName":"txerr","Key":{"pk":{"S":"kept"},"sk":{"N":"1"}}}');
SELECT dynapg.scan('{"TableName":"txerr2","Select":"COUNT"}');
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{txerr,txerr2}'::text[]) t;
