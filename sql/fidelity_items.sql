-- Items: which error comes first, unusual JSON, names and numbers of every kind, sizes, capacity.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.items","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}') IS NOT NULL;
SELECT dynapg.create_table('{"TableName":"fidelity.numbers","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"N"}]}') IS NOT NULL;
\echo == several things wrong at once
SELECT e, left(pg_temp.answer('put_item', e), 250) FROM unnest(ARRAY[
  '{"TableName":"fidelity.nope","Item":{"pk":{"S":"a"}},"ConditionExpression":"bad bad"}',
  '{"TableName":"fidelity.nope","Item":{"pk":{"N":"a"}},"ConditionExpression":"bad bad"}',
  '{"TableName":"fidelity.nope","Item":{"pk":{"N":"a"}},"ConditionExpression":"bad bad","Expected":{}}',
  '{"TableName":"fidelity.nope","Item":{"pk":{"N":"a"}},"ReturnValues":"ALL_NEW","ExpressionAttributeNames":{"#a":"b"}}',
  '{"TableName":"fidelity.nope","Item":{"pk":{"N":"1"}},"ReturnValues":"ALL_NEW","ConditionExpression":"bad bad"}',
  '{"TableName":"fidelity.items","Item":{"pk":{"N":"1"}},"ConditionExpression":"name = :v"}',
  '{"TableName":"fidelity.items","Item":{"pk":{"N":"1"}},"ConditionExpression":"nname = :v and "}',
  '{"TableName":"fidelity.items","Item":{"pk":{"N":"1"}},"ConditionExpression":"attribute_exists(pk)"}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":""},"sk":{"S":""}},"ConditionExpression":"attribute_exists(pk)"}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"S":"x"}}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"a = :a and name = #b","ExpressionAttributeValues":{":b":{"S":""}},"ExpressionAttributeNames":{"b":"c"}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"a = :a and foo(b)","ExpressionAttributeValues":{":b":{"S":""}}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"((a = :a)) and name = :b","ExpressionAttributeValues":{":b":{"S":""}}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"","ExpressionAttributeValues":{":b":{"N":"x"}}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_exists(a, b) and c = :x"}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"a < :b and c = :x","ExpressionAttributeValues":{":b":{"BOOL":true}}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"q":{"SS":[]}},"ConditionExpression":"a a"}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnValues":"ALL_NEW","Expected":{"a":{}}}',
  '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnValues":"X","ReturnConsumedCapacity":"Y","ReturnItemCollectionMetrics":"Z","ConditionalOperator":"W"}',
  '{"TableName":5,"Item":{"pk":{"S":5}}}', '{"Item":{"pk":{"S":5}},"TableName":5}', '{"TableName":"","Item":{"pk":{"S":5}}}']) e;
\echo == nulls, members twice, unknown members, types
SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.items","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"x"}}}');
SELECT e, pg_temp.answer('get_item', e) FROM unnest(ARRAY[
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ProjectionExpression":null,"AttributesToGet":null,"ReturnConsumedCapacity":null}',
  '{"TableName":"fidelity.nope","TableName":"fidelity.items","Key":{"pk":{"S":"zz"},"sk":{"N":"1"}}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a","S":"zz"},"sk":{"N":"1"}}}', '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"pk":{"S":"zz"},"sk":{"N":"1"}}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a","N":null},"sk":{"N":"2"}}}', '{"TableName":"fidelity.items","Key":null}', '{"TableName":"fidelity.items","Key":{}}',
  '{"TableName":"fidelity.items","Key":{"pk":null}}', '{"TableName":"fidelity.items","Key":{"pk":{}}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"abc"}}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"abc"}},"ProjectionExpression":""}',
  '{"TableName":"fidelity.nope","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ProjectionExpression":""}', '{"TableName":"fidelity.nope","Key":{"pk":{"S":""},"sk":{"N":"1"}}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":""},"sk":{"S":"1"}}}', '{"TableName":"f","Key":{"pk":{"S":""},"sk":{"S":"1"}},"ProjectionExpression":""}',
  '{"TableName":"f","Key":{"pk":{"S":""}},"ReturnConsumedCapacity":"x","AttributesToGet":[]}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConsistentRead":1}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ExpressionAttributeNames":{"#a":1}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ProjectionExpression":"#a","ExpressionAttributeNames":{"#a":null}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ExpressionAttributeNames":[]}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ExpressionAttributeNames":{}}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ProjectionExpression":["a"]}',
  '{"TableName":"fidelity.items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ExpressionAttributeValues":5}']) e;
\echo == equal numbers are one key
SELECT put, key, pg_temp.answer('put_item', '{"TableName":"fidelity.numbers","Item":{"pk":{"N":"' || put || '"}}}'), pg_temp.answer('get_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"' || key || '"}}}')
FROM (VALUES ('1e2', '+100.00'), ('-0', '0e125'), ('0e-130', '0.0'), ('-9.9999999999999999999999999999999999999e125', '-99999999999999999999999999999999999999e88'), ('1e-130', '0.1E-129'), ('.5', '5.e-1'), ('007', '7')) AS n (put, key);
SELECT pk FROM dynamodb."fidelity.numbers" ORDER BY pk;
\echo == numbers that arithmetic cannot hold
SELECT a, b, op, pg_temp.answer('update_item', json_build_object('TableName', 'fidelity.numbers', 'Key', '{"pk":{"N":"7"}}'::json, 'UpdateExpression', 'SET v = :a ' || op || ' :b', 'ReturnValues', 'UPDATED_NEW',
  'ExpressionAttributeValues', json_build_object(':a', json_build_object('N', a), ':b', json_build_object('N', b)))::text) FROM (VALUES ('9.9999999999999999999999999999999999999E+125', '+', '9E125'), ('9.9999999999999999999999999999999999999E+125', '-', '9.9999999999999999999999999999999999999E+125'),
  ('1E38', '+', '0.1'), ('1E37', '+', '1'), ('1E38', '+', '1'), ('1E-130', '-', '1.1E-130'), ('0.1', '+', '0.2'), ('-1', '-', '-1'), ('1E125', '+', '1E-130')) AS n (a, op, b);
\echo == names: any text but the empty one; dots and brackets mean nothing behind a placeholder
SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.numbers","Item":{"pk":{"N":"4"},"é":{"S":"1"},"日本":{"S":"2"},"😀":{"S":"3"}," ":{"S":"4"},"a b":{"S":"5"},"\u0000":{"S":"6"},"\"":{"S":"7"},"\\":{"S":"8"},"\n":{"S":"9"}}}');
SELECT pg_temp.answer('get_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"4"}}}');
SELECT pg_temp.answer('update_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"4"}},"UpdateExpression":"REMOVE #a, #b, #c, #d SET #e = #f","ExpressionAttributeNames":{"#a":"\u0000","#b":"😀","#c":"é","#d":"\n","#e":"日本.x[0]","#f":"日本"},"ReturnValues":"ALL_NEW"}');
SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.numbers","Item":{"pk":{"N":"5"},"v":{"S":"\ud83d\ude00"},"w":{"S":"\u00e9\/\b\f\t"}}}'), pg_temp.answer('get_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"5"}}}');
\echo == nesting: 31 lists or maps around a value, wherever it comes from
SELECT d, left(pg_temp.answer('put_item', '{"TableName":"fidelity.numbers","Item":{"pk":{"N":"1"},"v":' || repeat('{"L":[{"M":{"a":', d / 2) || repeat('{"L":[', d % 2) || '{"S":"x"}' || repeat(']}', d % 2) || repeat('}}]}', d / 2) || '}}'), 60),
  left(pg_temp.answer('update_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"2"}},"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":' || repeat('{"L":[', d) || '{"S":"x"}' || repeat(']}', d) || '}}'), 60) FROM unnest('{31,32}'::int[]) d;
SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.numbers","Item":{"pk":{"N":"3"},"v":{"M":{"a":{"M":{}}}}}}');
SELECT d, left(pg_temp.answer('update_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"3"}},"UpdateExpression":"SET v.a.b = :v","ExpressionAttributeValues":{":v":' || repeat('{"L":[', d) || '{"S":"x"}' || repeat(']}', d) || '}}'), 60),
  left(pg_temp.answer('update_item', '{"TableName":"fidelity.numbers","Key":{"pk":{"N":"3"}},"UpdateExpression":"SET v.c = list_append(:e, :v)","ExpressionAttributeValues":{":e":{"L":[]},":v":' || repeat('{"L":[', d + 1) || '{"S":"x"}' || repeat(']}', d + 1) || '}}'), 60) FROM unnest('{29,30}'::int[]) d;
\echo == the size of a value
SELECT v, dynapg.item_size(('{"v":' || v || '}')::dynapg.item) - 1 FROM unnest(ARRAY['{"NULL":true}', '{"BOOL":true}', '{"S":""}', '{"S":"é"}', '{"S":"😀"}', '{"B":"AAEC"}', '{"L":[]}', '{"M":{}}', '{"L":[{"NULL":true}]}', '{"L":[{"S":"ab"},{"N":"1"}]}',
  '{"M":{"ab":{"S":"c"}}}', '{"SS":["a","bc"]}', '{"NS":["1","22"]}', '{"BS":["AA==","AAA="]}', '{"N":"0"}', '{"N":"1"}', '{"N":"-1"}', '{"N":"12"}', '{"N":"123"}', '{"N":"100"}', '{"N":"1.5"}', '{"N":"0.5"}', '{"N":"0.001"}', '{"N":"10.01"}', '{"N":"-123.456"}',
  '{"N":"1E100"}', '{"N":"1E-130"}', '{"N":"-12345678901234567890123456789012345678"}', '{"N":"-1.2345678901234567890123456789012345678"}', '{"M":{"a":{"M":{"b":{"L":[{"L":[]}]}}}}}']) v;
\echo == capacity at the boundaries: 1,024 bytes written, 4,096 read
SELECT n, pg_temp.answer('put_item', '{"TableName":"fidelity.items","Item":{"pk":{"S":"cc"},"sk":{"N":"1"},"p":{"S":"' || repeat('x', n) || '"}},"ReturnConsumedCapacity":"TOTAL"}')::json -> 'ConsumedCapacity' ->> 'CapacityUnits',
  pg_temp.answer('get_item', '{"TableName":"fidelity.items","Key":{"pk":{"S":"cc"},"sk":{"N":"1"}},"ProjectionExpression":"pk","ReturnConsumedCapacity":"INDEXES"}') FROM unnest('{1015,1016,4087,4088,8183,8184}'::int[]) n;
SELECT pg_temp.answer(op, '{"TableName":"fidelity.items","Key":{"pk":{"S":"none"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL"}') FROM unnest('{get_item,delete_item,update_item,update_item,delete_item}'::text[]) op;
SELECT dynapg.delete_table('{"TableName":"fidelity.items"}') IS NOT NULL;
SELECT dynapg.delete_table('{"TableName":"fidelity.numbers"}') IS NOT NULL;
