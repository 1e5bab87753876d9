-- PutItem, GetItem, DeleteItem, UpdateItem: what they do
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"items.one","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
	{"AttributeName":"sk","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
	{"AttributeName":"sk","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- All ten types, there and back
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"types"},"sk":{"N":"1.50"},
	"string":{"S":"a\"\\\u0000\u00e9\ud83d\ude00"},"empty":{"S":""},"number":{"N":"-0012.3400e2"},"binary":{"B":"AAECAw=="},
	"yes":{"BOOL":true},"no":{"BOOL":false},"null":{"NULL":true},
	"lst":{"L":[{"N":"1"},{"S":"two"},{"L":[]}]},"mp":{"M":{"b":{"N":"2"},"a":{"M":{}}}},
	"ss":{"SS":["z","a","m"]},"ns":{"NS":["10","9.0","-1"]},"bs":{"BS":["/w==","AA=="]}}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"types"},"sk":{"N":"1.5"}}}');
-- equal numbers are one key
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"types"},"sk":{"N":"15e-1"}},"ConsistentRead":true,
	"ProjectionExpression":"sk"}');

-- No such item: no Item. A projection that matches nothing: an empty one.
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"types"},"sk":{"N":"2"}}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"types"},"sk":{"N":"1.5"}},
	"ProjectionExpression":"nothing, mp.nothing, lst[9]"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"types"},"sk":{"N":"1.5"}},
	"ProjectionExpression":"#n, mp.b, lst[1], lst[2]","ExpressionAttributeNames":{"#n":"number"}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"types"},"sk":{"N":"1.5"}},
	"AttributesToGet":["ss","nothing","null"]}');

-- Put replaces the whole item and can give the old one back
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"1"},"w":{"S":"x"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"2"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"3"}},"ReturnValues":"NONE"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');

-- Conditions: insert only, replace only, and what failed them
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"4"}},
	"ConditionExpression":"attribute_not_exists(pk)"}');
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"4"}},
	"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}');
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"2"},"v":{"N":"4"}},
	"ConditionExpression":"attribute_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}');
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"2"},"v":{"N":"4"}},
	"ConditionExpression":"attribute_not_exists(pk)"}');
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"a"},"sk":{"N":"2"},"v":{"N":"5"}},
	"ConditionExpression":"v BETWEEN :low AND :high","ExpressionAttributeValues":{":low":{"N":"3"},":high":{"N":"4"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"2"}},"ProjectionExpression":"v"}');

-- Delete: gone or never there is the same
SELECT dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"2"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"2"}},"ReturnValues":"ALL_OLD"}');
SELECT pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"2"}},"ConditionExpression":"attribute_exists(pk)"}');
SELECT pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"2"}},"ConditionExpression":"attribute_not_exists(pk)"}');
SELECT pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"v = :v",
	"ExpressionAttributeValues":{":v":{"N":"4"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}');
SELECT pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"v = :v",
	"ExpressionAttributeValues":{":v":{"N":"3"}}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');

-- Update creates: the key alone without any action, what is set with one
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"1"}}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"1"}}}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"1"}},"ReturnValues":"ALL_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"2"}},"UpdateExpression":"SET a = :a",
	"ExpressionAttributeValues":{":a":{"S":"new"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"2"}}}');
-- but one that only takes away does not
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"3"}},"UpdateExpression":"REMOVE a, b","ReturnValues":"ALL_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"3"}},"UpdateExpression":"DELETE a :s",
	"ExpressionAttributeValues":{":s":{"SS":["x"]}}}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"3"}},"AttributeUpdates":{"a":{"Action":"DELETE"}}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"3"}}}');

-- Every action, and right sides that read the old item
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"u"},"sk":{"N":"4"},"n":{"N":"10"},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]},
	"m":{"M":{"x":{"N":"1"},"y":{"M":{"z":{"S":"deep"}}}}},"ss":{"SS":["a","b"]},"gone":{"BOOL":true}}}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"4"}},
	"UpdateExpression":"SET n = n + :one, was = n, fresh = if_not_exists(fresh, :one) + :one, l[1] = :s, l = list_append(l, :l) REMOVE gone",
	"ExpressionAttributeValues":{":one":{"N":"1"},":s":{"S":"s"},":l":{"L":[{"NULL":true}]}}}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"4"}},
	"UpdateExpression":"SET n = n - :one, was = n, fresh = if_not_exists(fresh, :one) + :one, l[1] = :s, l[7] = was, m.y.z = :s, #m.w = :l REMOVE gone, l[0] ADD c :one, ss :ss DELETE bs :bs",
	"ExpressionAttributeNames":{"#m":"m"},"ExpressionAttributeValues":{":one":{"N":"1"},":s":{"S":"s"},":l":{"L":[{"NULL":true}]},":ss":{"SS":["c"]},":bs":{"BS":["AA=="]}}}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"4"}},
	"UpdateExpression":"SET n = n - :one, was = n, fresh = if_not_exists(fresh, :one) + :one, l[1] = :s, l[7] = n, m.y.z = :s, #m.w = :l REMOVE gone, l[0] ADD c :one, ss :ss DELETE bs :bs",
	"ExpressionAttributeNames":{"#m":"m"},"ExpressionAttributeValues":{":one":{"N":"1"},":s":{"S":"s"},":l":{"L":[{"NULL":true}]},":ss":{"SS":["c"]},":bs":{"BS":["AA=="]}},
	"ReturnValues":"ALL_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"4"}},"UpdateExpression":"SET l = list_append(:l, l) DELETE ss :ss",
	"ExpressionAttributeValues":{":l":{"L":[{"S":"front"}]},":ss":{"SS":["a","b","c"]}},"ReturnValues":"UPDATED_NEW"}');

-- ReturnValues of an update
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"u"},"sk":{"N":"5"},"a":{"N":"1"},"b":{"N":"2"},"m":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}}');
SELECT r, dynapg.update_item(json_build_object('TableName', 'items.one', 'Key', '{"pk":{"S":"u"},"sk":{"N":"5"}}'::json,
	'UpdateExpression', 'SET a = a + :one, m.x = :one, fresh = :one REMOVE b', 'ExpressionAttributeValues', '{":one":{"N":"1"}}'::json,
	'ReturnValues', r))
FROM unnest('{NONE,ALL_OLD,UPDATED_OLD,ALL_NEW,UPDATED_NEW}'::text[]) r;
-- nothing to show: no Attributes
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"5"}},"UpdateExpression":"REMOVE a","ReturnValues":"UPDATED_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"5"}},"UpdateExpression":"SET a2 = :v",
	"ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"UPDATED_OLD"}');

-- A conditional update: on an item, on a missing one
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"5"}},"UpdateExpression":"SET v = :v","ConditionExpression":"a2 = :v",
	"ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}');
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"5"}},"UpdateExpression":"SET v = :v","ConditionExpression":"a2 <> :v",
	"ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}');
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"6"}},"UpdateExpression":"SET v = :v","ConditionExpression":"attribute_exists(pk)",
	"ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"6"}}}');
-- where condition and update both fail on the missing item, the condition comes first
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"6"}},"UpdateExpression":"SET v = w","ConditionExpression":"attribute_exists(pk)"}');
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"6"}},"UpdateExpression":"SET v = w","ConditionExpression":"attribute_not_exists(pk)"}');
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"5"}},"UpdateExpression":"SET v = w"}');
SELECT pg_temp.answer('update_item', '{"TableName":"items.one","Key":{"pk":{"S":"u"},"sk":{"N":"5"}},"UpdateExpression":"SET v = pk"}');

-- Legacy parameters
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"l"},"sk":{"N":"1"}},"AttributeUpdates":{"a":{"Action":"PUT","Value":{"S":"x"}},
	"n":{"Action":"ADD","Value":{"N":"5"}},"ss":{"Action":"ADD","Value":{"SS":["a","b"]}},"d":{"Value":{"N":"1"}}},"ReturnValues":"ALL_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"l"},"sk":{"N":"1"}},"AttributeUpdates":{"a":{"Action":"DELETE"},
	"n":{"Action":"ADD","Value":{"N":"-2"}},"ss":{"Action":"DELETE","Value":{"SS":["a","q"]}}},
	"Expected":{"a":{"Value":{"S":"x"}},"n":{"ComparisonOperator":"GE","AttributeValueList":[{"N":"5"}]}},"ReturnValues":"UPDATED_NEW"}');
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"l"},"sk":{"N":"1"}},"Expected":{"pk":{"Exists":false}}}');
SELECT pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"l"},"sk":{"N":"1"},"v":{"N":"7"}},"ConditionalOperator":"OR",
	"Expected":{"pk":{"Exists":false},"n":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"3"}]}},"ReturnValues":"ALL_OLD"}');
SELECT pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"l"},"sk":{"N":"1"}},"Expected":{"v":{"ComparisonOperator":"NE","AttributeValueList":[{"N":"7"}]}}}');
SELECT pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"l"},"sk":{"N":"1"}},"Expected":{"v":{"ComparisonOperator":"NOT_NULL"}},"ReturnValues":"ALL_OLD"}');

-- Consumed capacity: 4 KB to read, 1 KB to write, by the larger image
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"c"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.put_item(json_build_object('TableName', 'items.one', 'ReturnConsumedCapacity', 'INDEXES',
	'Item', json_build_object('pk', '{"S":"c"}'::json, 'sk', '{"N":"1"}'::json, 'v', json_build_object('S', repeat('x', 8192)))));
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"1"}},"ProjectionExpression":"pk","ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"1"}},"ProjectionExpression":"pk","ConsistentRead":true,"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"9"}},"ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"9"}},"ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"1"}},"UpdateExpression":"REMOVE v","ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL","ReturnValues":"ALL_OLD"}');
SELECT dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"NONE"}');
SELECT dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"c"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL","ReturnItemCollectionMetrics":"SIZE"}');

-- A table by its ARN, which the reply repeats
SELECT dynapg.put_item(json_build_object('TableName', d->'Table'->>'TableArn', 'Item', '{"pk":{"S":"arn"},"sk":{"N":"1"}}'::json,
	'ReturnConsumedCapacity', 'TOTAL'))->'ConsumedCapacity'->>'TableName' = d->'Table'->>'TableArn'
FROM dynapg.describe_table('{"TableName":"items.one"}') d;
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"arn"},"sk":{"N":"1"}}}');

-- A failed request leaves the caller's transaction usable after a savepoint, and nothing half written
BEGIN;
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"tx"},"sk":{"N":"1"},"v":{"N":"1"}}}');
SAVEPOINT s;
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"tx"},"sk":{"N":"1"},"v":{"N":"2"}},"ConditionExpression":"attribute_not_exists(pk)"}');
ROLLBACK TO s;
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"tx"},"sk":{"N":"1"}},"UpdateExpression":"SET v = v + :n","ExpressionAttributeValues":{":n":{"N":"10"}},"ReturnValues":"UPDATED_NEW"}');
COMMIT;
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"tx"},"sk":{"N":"1"}}}');

-- Keys of every type, and of one attribute only
SELECT dynapg.create_table('{"TableName":"items.bin","KeySchema":[{"AttributeName":"k y\"","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"k y\"","AttributeType":"B"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.put_item('{"TableName":"items.bin","Item":{"k y\"":{"B":"AAD/"},"v":{"N":"1"}}}');
SELECT dynapg.update_item('{"TableName":"items.bin","Key":{"k y\"":{"B":"AAD/"}},"UpdateExpression":"ADD v :v","ExpressionAttributeValues":{":v":{"N":"0.5"}},"ReturnValues":"ALL_NEW"}');
SELECT dynapg.delete_item('{"TableName":"items.bin","Key":{"k y\"":{"B":"AAD/"}},"ReturnValues":"ALL_OLD"}');
-- an S key with the characters that a text column cannot hold, or escapes
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"a\u0000b\u0001c"},"sk":{"N":"-1E-130"}}}');
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"a\u0000b\u0001c"},"sk":{"N":"-1E-130"}}}');

-- Secondary indexes: charged for what they store, each on its own
SELECT dynapg.create_table('{"TableName":"items.idx","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"l","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"gsi1","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
		{"IndexName":"gsi2","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["inc"]}}],
	"LocalSecondaryIndexes":[{"IndexName":"lsi1","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
-- in no index, in one, in all
SELECT dynapg.put_item('{"TableName":"items.idx","Item":{"pk":{"S":"a"},"sk":{"S":"1"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.put_item('{"TableName":"items.idx","Item":{"pk":{"S":"a"},"sk":{"S":"1"},"g":{"S":"x"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"UpdateExpression":"SET l = :l","ExpressionAttributeValues":{":l":{"N":"1"}},"ReturnConsumedCapacity":"INDEXES"}');
-- an attribute that only ALL stores, one that INCLUDE names, a key that moves, one that goes
SELECT dynapg.update_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"UpdateExpression":"SET more = :l","ExpressionAttributeValues":{":l":{"N":"1"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"UpdateExpression":"SET inc = :l","ExpressionAttributeValues":{":l":{"N":"1"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"UpdateExpression":"SET inc = :l","ExpressionAttributeValues":{":l":{"N":"1"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":{"S":"y"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"UpdateExpression":"REMOVE g","ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.delete_item('{"TableName":"items.idx","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE"}');

-- Conditions without an update, updates without an action, members that are null, what each costs
SELECT dynapg.create_table('{"TableName":"items.edge","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST",
	"GlobalSecondaryIndexes":[{"IndexName":"gsi2","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}')->'TableDescription'->>'TableStatus';
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)","ReturnValues":"ALL_OLD"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_not_exists(pk)","ReturnValues":"ALL_NEW","ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_not_exists(pk)","ReturnValues":"ALL_NEW","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)","ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"TOTAL"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"a"}},"ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"a"}},"ReturnValues":"UPDATED_OLD"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"b"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.put_item('{"TableName":"items.edge","Item":{"pk":{"S":"c"},"g":{"S":"x"}},"ConditionExpression":"attribute_not_exists(pk)","ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.put_item('{"TableName":"items.edge","Item":{"pk":{"S":"c"},"g":{"S":"y"}},"ConditionExpression":"attribute_exists(pk)","ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.put_item('{"TableName":"items.edge","Item":{"pk":{"S":"c"},"g":{"S":"y"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.delete_item('{"TableName":"items.edge","Key":{"pk":{"S":"c"}},"ConditionExpression":"g = :y","ExpressionAttributeValues":{":y":{"S":"y"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"d"}},"UpdateExpression":"SET x = x + :o","ExpressionAttributeValues":{":o":{"N":"1"}}}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"d"}},"UpdateExpression":"ADD x :o","ExpressionAttributeValues":{":o":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"e"}},"UpdateExpression":"REMOVE a.b"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"d"}},"UpdateExpression":"REMOVE x","ReturnValues":"UPDATED_OLD"}');
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"d"}},"AttributeUpdates":{},"ReturnValues":"ALL_NEW"}');
SELECT dynapg.put_item('{"TableName":"items.edge","Item":{"pk":{"S":"d"}},"Expected":{}, "ConditionExpression":null}');
SELECT dynapg.get_item('{"TableName":"items.edge","Key":{"pk":{"S":"d"}},"AttributesToGet":null,"ProjectionExpression":null}');
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT dynapg.update_item('{"TableName":"items.edge","Key":{"pk":{"S":"d"}},"UpdateExpression":"ADD x :o","ExpressionAttributeValues":{":o":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}');
COMMIT;

-- Rights are those of the data table
CREATE ROLE dynapg_items_reader LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO dynapg_items_reader;
GRANT SELECT ON dynamodb."items.one" TO dynapg_items_reader;
SET ROLE dynapg_items_reader;
SELECT dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"tx"},"sk":{"N":"1"}},"ProjectionExpression":"v"}');
SELECT dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"tx"},"sk":{"N":"1"}}}');
SELECT dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"tx"},"sk":{"N":"1"}}}');
SELECT dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"tx"},"sk":{"N":"1"}}}');
SELECT dynapg.get_item('{"TableName":"items.bin","Key":{"k y\"":{"B":"AAD/"}}}');
RESET ROLE;
REVOKE ALL ON dynamodb."items.one" FROM dynapg_items_reader;
REVOKE ALL ON SCHEMA dynamodb FROM dynapg_items_reader;
DROP ROLE dynapg_items_reader;

-- Memory does not grow with the number of calls, failed ones among them
CREATE PROCEDURE pg_temp.calls(n int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..n LOOP
		PERFORM dynapg.put_item('{"TableName":"items.one","Item":{"pk":{"S":"m"},"sk":{"N":"1"},"v":{"N":"1"},"l":{"L":[{"S":"abc"}]}},"ReturnValues":"ALL_OLD"}');
		PERFORM dynapg.update_item('{"TableName":"items.one","Key":{"pk":{"S":"m"},"sk":{"N":"1"}},"UpdateExpression":"SET v = v + :v, l = list_append(l, :l)","ConditionExpression":"attribute_exists(pk)",
			"ExpressionAttributeValues":{":v":{"N":"1"},":l":{"L":[{"S":"x"}]}},"ReturnValues":"ALL_NEW"}');
		PERFORM dynapg.get_item('{"TableName":"items.one","Key":{"pk":{"S":"m"},"sk":{"N":"1"}},"ProjectionExpression":"v, l[0]"}');
		PERFORM pg_temp.answer('delete_item', '{"TableName":"items.one","Key":{"pk":{"S":"m"},"sk":{"N":"1"}},"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":{"N":"1"}}}');
		PERFORM pg_temp.answer('put_item', '{"TableName":"items.one","Item":{"pk":{"S":"m"},"sk":{"N":"x"}}}');
		PERFORM dynapg.delete_item('{"TableName":"items.one","Key":{"pk":{"S":"m"},"sk":{"N":"1"}}}');
		COMMIT;
	END LOOP;
END $$;
CALL pg_temp.calls(200);
SELECT sum(total_bytes) AS before FROM pg_catalog.pg_backend_memory_contexts \gset
CALL pg_temp.calls(1000);
SELECT sum(total_bytes) - :before < 65536 FROM pg_catalog.pg_backend_memory_contexts;

SELECT dynapg.delete_table(json_build_object('TableName', t))->'TableDescription'->>'TableName'
FROM unnest('{items.one,items.bin,items.idx,items.edge}'::text[]) t;
