-- Query: key conditions of every form, order, filters, what is shown, indexes, capacity
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"query.s","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"query.n","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"N"},{"AttributeName":"sk","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"query.b","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"B"},{"AttributeName":"sk","AttributeType":"B"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"query.hash","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- an item whose key is pk and sk, with further members
CREATE FUNCTION pg_temp.put(tab text, pk json, sk json, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.put_item(('{"TableName":"' || tab || '","Item":{"pk":' || pk || ',"sk":' || sk || members || '}}')::json) $$;

-- the sort keys that a query finds, its counts where they differ, its last key
CREATE FUNCTION pg_temp.find(tab text, condition text, vals text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT string_agg(coalesce(i->'sk'->>'S', i->'sk'->>'N', i->'sk'->>'B', i::text), ' ' ORDER BY n) FROM json_array_elements(r->'Items') WITH ORDINALITY x(i, n)), '-')
		|| CASE WHEN r->>'Count' = r->>'ScannedCount' THEN '' ELSE ' | ' || (r->>'Count') || ' of ' || (r->>'ScannedCount') END
		|| coalesce(' | last ' || (r->'LastEvaluatedKey')::text, '')
	FROM dynapg.query(('{"TableName":"' || tab || '","KeyConditionExpression":' || to_json(condition) || ',"ExpressionAttributeValues":' || vals || members || '}')::json) r $$;

\echo # order: UTF-8 bytes, numeric value, unsigned bytes
SELECT count(pg_temp.put('query.s', '{"S":"p"}', json_build_object('S', s))) FROM unnest(ARRAY['a', 'B', 'b', 'Z', 'ä', '~', 'ab', 'aB', 'a b', '0', '10', '9', U&'\FFFD', U&'\+01F600', '€']) s;
SELECT pg_temp.find('query.s', 'pk = :p', '{":p":{"S":"p"}}');
SELECT pg_temp.find('query.s', 'pk = :p', '{":p":{"S":"p"}}', ',"ScanIndexForward":false');
SELECT count(pg_temp.put('query.n', '{"N":"1"}', json_build_object('N', s))) FROM unnest('{0,-1,1,-1.5,2,10,9,0.001,-0.001,1e20,-1e20,9.9999999999999999999999999999999999999e125,-9.9999999999999999999999999999999999999e125,1e-130,-1e-130,12345678901234567890123456789012345678}'::text[]) s;
SELECT regexp_replace(pg_temp.find('query.n', 'pk = :p', '{":p":{"N":"1.0"}}'), '(\d)\1{20,}', '\1..\1', 'g');
SELECT count(pg_temp.put('query.b', '{"B":"AA=="}', json_build_object('B', encode(s, 'base64')))) FROM unnest('{"\\x00","\\x01","\\x7f","\\x80","\\xff","\\xff00","\\x0000","\\x80ff"}'::bytea[]) s;
SELECT pg_temp.find('query.b', 'pk = :p', '{":p":{"B":"AA=="}}');
SELECT pg_temp.find('query.b', 'pk = :p', '{":p":{"B":"AA=="}}', ',"ScanIndexForward":false');

\echo # every comparator, on each type
SELECT o, pg_temp.find('query.s', 'pk = :p AND sk ' || o || ' :v', '{":p":{"S":"p"},":v":{"S":"a"}}') FROM unnest('{=,<,<=,>,>=}'::text[]) o;
SELECT o, regexp_replace(pg_temp.find('query.n', 'pk = :p AND sk ' || o || ' :v', '{":p":{"N":"1"},":v":{"N":"1.50e0"}}'), '\d{10,}', '..', 'g') FROM unnest('{=,<,<=,>,>=}'::text[]) o;
SELECT o, pg_temp.find('query.b', 'pk = :p AND sk ' || o || ' :v', '{":p":{"B":"AA=="},":v":{"B":"gA=="}}') FROM unnest('{=,<,<=,>,>=}'::text[]) o;
SELECT pg_temp.find('query.s', 'pk = :p AND sk BETWEEN :a AND :b', '{":p":{"S":"p"},":a":{"S":"a"},":b":{"S":"b"}}');
SELECT pg_temp.find('query.s', 'pk = :p AND sk BETWEEN :a AND :a', '{":p":{"S":"p"},":a":{"S":"a"}}');
SELECT pg_temp.find('query.n', 'pk = :p AND sk BETWEEN :a AND :b', '{":p":{"N":"1"},":a":{"N":"-1.5"},":b":{"N":"2"}}');
SELECT pg_temp.find('query.b', 'pk = :p AND sk BETWEEN :a AND :b', '{":p":{"B":"AA=="},":a":{"B":"AQ=="},":b":{"B":"gA=="}}');
SELECT pg_temp.find('query.s', 'pk = :p AND begins_with(sk, :a)', '{":p":{"S":"p"},":a":{"S":"a"}}');
SELECT pg_temp.find('query.s', 'pk = :p AND begins_with(sk, :a)', '{":p":{"S":"p"},":a":{"S":"€"}}');
SELECT pg_temp.find('query.b', 'pk = :p AND begins_with(sk, :a)', '{":p":{"B":"AA=="},":a":{"B":"/w=="}}');
SELECT pg_temp.find('query.b', 'pk = :p AND begins_with(sk, :a)', '{":p":{"B":"AA=="},":a":{"B":"gA=="}}', ',"ScanIndexForward":false');
SELECT pg_temp.find('query.s', 'pk = :p', '{":p":{"S":"nobody"}}');

\echo # the last code points and bytes of a prefix
SELECT count(pg_temp.put('query.s', '{"S":"edge"}', json_build_object('S', s))) FROM unnest(ARRAY['a', U&'a\D7FF', U&'a\D7FFx', U&'a\E000', U&'a\+10FFFF', U&'a\+10FFFF\+10FFFF', U&'a\+10FFFFx', 'b', U&'\+10FFFF', U&'\+10FFFFx']) s;
SELECT octet_length(prefix), (dynapg.query(json_build_object('TableName', 'query.s', 'KeyConditionExpression', 'pk = :p AND begins_with(sk, :a)', 'ExpressionAttributeValues', json_build_object(':p', '{"S":"edge"}'::json, ':a', json_build_object('S', prefix)))))->>'Count'
FROM unnest(ARRAY['a', U&'a\D7FF', U&'a\E000', U&'a\+10FFFF', U&'a\+10FFFF\+10FFFF', U&'\+10FFFF', 'b', 'c']) prefix;
SELECT count(pg_temp.put('query.s', '{"S":"nul"}', s)) FROM unnest(ARRAY['{"S":"a"}', '{"S":"a\u0000"}', '{"S":"a\u0000b"}', '{"S":"a\u0001"}', '{"S":"a\u0002"}', '{"S":"ab"}']::json[]) s;
SELECT dynapg.query(('{"TableName":"query.s","KeyConditionExpression":"pk = :p AND begins_with(sk, :a)","ExpressionAttributeValues":{":p":{"S":"nul"},":a":' || a || '},"ProjectionExpression":"sk"}')::json) FROM unnest(ARRAY['{"S":"a"}', '{"S":"a\u0000"}', '{"S":"a\u0001"}']) a;

\echo # forms of the expression
SELECT c, pg_temp.find('query.n', c, '{":p":{"N":"1"},":v":{"N":"2"}}') FROM unnest(ARRAY['pk = :p AND sk = :v', 'sk = :v AND pk = :p', ':p = pk AND :v = sk', '(pk = :p) AND (sk = :v)', '(pk = :p AND sk = :v)', 'pk=:p and sk=:v', ' pk
	= :p	AND sk = :v ']) c;
SELECT c, pg_temp.find('query.n', c, '{":p":{"N":"1"},":v":{"N":"9"}}', ',"ScanIndexForward":false,"Limit":1') FROM unnest(ARRAY['pk = :p AND :v > sk', 'pk = :p AND :v >= sk', 'pk = :p AND (sk <= :v)']) c;
SELECT c, pg_temp.find('query.n', c, '{":p":{"N":"1"},":v":{"N":"9"}}', ',"Limit":1') FROM unnest(ARRAY['pk = :p AND :v < sk', 'pk = :p AND :v <= sk']) c;
SELECT pg_temp.find('query.n', '#p = :p AND #s BETWEEN :v AND :v', '{":p":{"N":"1"},":v":{"N":"2"}}', ',"ExpressionAttributeNames":{"#p":"pk","#s":"sk"}');

\echo # filters: evaluated items count, kept ones are shown
SELECT count(pg_temp.put('query.n', '{"N":"7"}', json_build_object('N', i::text), format(',"v":{"N":"%s"},"m":{"M":{"l":{"L":[{"S":"x%s"},{"N":"%s"}]}}},"t":{"SS":["a","b%s"]}', i % 3, i, i, i))) FROM generate_series(1, 10) i;
SELECT pg_temp.find('query.n', 'pk = :p', '{":p":{"N":"7"},":v":{"N":"1"}}', ',"FilterExpression":"v = :v"');
SELECT pg_temp.find('query.n', 'pk = :p', '{":p":{"N":"7"},":v":{"N":"1"}}', ',"FilterExpression":"v = :v","Limit":4');
SELECT pg_temp.find('query.n', 'pk = :p', '{":p":{"N":"7"},":v":{"N":"5"}}', ',"FilterExpression":"v = :v","Limit":4');
SELECT pg_temp.find('query.n', 'pk = :p', '{":p":{"N":"7"},":v":{"S":"b4"}}', ',"FilterExpression":"contains(t, :v) OR m.l[0] = :v OR NOT attribute_exists(m.l[1])"');
SELECT pg_temp.find('query.n', 'pk = :p AND sk > :s', '{":p":{"N":"7"},":s":{"N":"5"},":v":{"N":"1"}}', ',"FilterExpression":"v >= :v","ScanIndexForward":false');

\echo # what is shown
CREATE FUNCTION pg_temp.show(members text) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.query(('{"TableName":"query.n","KeyConditionExpression":"pk = :p AND sk <= :s","ExpressionAttributeValues":{":p":{"N":"7"},":s":{"N":"2"}}' || members || '}')::json) $$;
SELECT pg_temp.show('');
SELECT pg_temp.show(',"Select":"ALL_ATTRIBUTES"')::text = pg_temp.show('')::text;
SELECT pg_temp.show(',"Select":"COUNT"');
SELECT pg_temp.show(',"ProjectionExpression":"sk"');
SELECT pg_temp.show(',"ProjectionExpression":"m.l[1], v","Select":"SPECIFIC_ATTRIBUTES"');
SELECT pg_temp.show(',"ProjectionExpression":"nothing, m.n.o"');
SELECT pg_temp.show(',"ProjectionExpression":"#m.#l[0]","ExpressionAttributeNames":{"#m":"m","#l":"l"},"ConsistentRead":true,"ReturnConsumedCapacity":"NONE"');
SELECT pg_temp.show(',"Limit":1,"Select":"COUNT"');
-- a Limit that ends the page at the last item of the range: the next item of the partition is beyond it, so there is no key
SELECT pg_temp.show(',"Limit":2,"Select":"COUNT"');
SELECT pg_temp.show(',"Limit":3,"Select":"COUNT"');
SELECT pg_temp.show(',"ExclusiveStartKey":{"pk":{"N":"7"},"sk":{"N":"2"}}');

\echo # a key of one attribute
SELECT dynapg.put_item('{"TableName":"query.hash","Item":{"id":{"S":"x"},"v":{"BOOL":true}}}');
SELECT dynapg.query('{"TableName":"query.hash","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"x"}}}');
SELECT dynapg.query('{"TableName":"query.hash","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"y"}}}');
SELECT dynapg.query('{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/query.hash","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"x"}},"Limit":1}');

\echo # legacy parameters
CREATE FUNCTION pg_temp.legacy(condition text, members text DEFAULT '') RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.query(('{"TableName":"query.n","KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"7"}]}' || condition || '}' || members || '}')::json) $$;
SELECT pg_temp.legacy('', ',"Select":"COUNT"');
SELECT o, pg_temp.legacy(format(',"sk":{"ComparisonOperator":"%s","AttributeValueList":[{"N":"4"}]}', o), ',"AttributesToGet":["sk"]')->'Items' FROM unnest('{EQ,LT,LE,GT,GE}'::text[]) o;
SELECT pg_temp.legacy(',"sk":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"4"},{"N":"6"}]}', ',"AttributesToGet":["sk","m"],"ScanIndexForward":false');
SELECT dynapg.query('{"TableName":"query.s","KeyConditions":{"sk":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":"a"}]},"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]}},"AttributesToGet":["sk"]}')->'Items';
SELECT pg_temp.legacy('', ',"QueryFilter":{"v":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"0"}]}},"AttributesToGet":["sk"]');
SELECT pg_temp.legacy('', ',"QueryFilter":{"v":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"0"}]},"t":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"b9"}]}},"Select":"COUNT"');
SELECT pg_temp.legacy('', ',"QueryFilter":{"v":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"0"}]},"t":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"b8"}]}},"ConditionalOperator":"OR","Select":"COUNT"');
-- conditions on keys are older than the other expressions, so they may stand beside them
SELECT pg_temp.legacy('', ',"FilterExpression":"v = :v","ExpressionAttributeValues":{":v":{"N":"0"}},"ProjectionExpression":"sk"');

\echo # indexes
SELECT dynapg.create_table('{"TableName":"query.indexed","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"amount","AttributeType":"N"},{"AttributeName":"status","AttributeType":"S"},
		{"AttributeName":"country","AttributeType":"S"},{"AttributeName":"city","AttributeType":"S"},{"AttributeName":"year","AttributeType":"N"},{"AttributeName":"month","AttributeType":"N"},{"AttributeName":"code","AttributeType":"B"}],
	"LocalSecondaryIndexes":[{"IndexName":"amounts","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"amount","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
		{"IndexName":"codes","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"code","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["note"]}}],
	"GlobalSecondaryIndexes":[{"IndexName":"statuses","KeySchema":[{"AttributeName":"status","KeyType":"HASH"},{"AttributeName":"amount","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"bare","KeySchema":[{"AttributeName":"status","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
		{"IndexName":"noted","KeySchema":[{"AttributeName":"code","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["note","amount"]}},
		{"IndexName":"places","KeySchema":[{"AttributeName":"country","KeyType":"HASH"},{"AttributeName":"city","KeyType":"HASH"},{"AttributeName":"year","KeyType":"RANGE"},{"AttributeName":"month","KeyType":"RANGE"},{"AttributeName":"sk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT count(pg_temp.put('query.indexed', json_build_object('S', 'c' || i % 3), json_build_object('S', lpad(i::text, 2, '0')),
	CASE WHEN i % 5 = 0 THEN '' ELSE format(',"amount":{"N":"%s"}', (i * 7) % 10 - 5) END
	|| format(',"status":{"S":"%s"}', (ARRAY['open', 'paid', 'sent'])[i % 3 + 1])
	|| CASE WHEN i % 4 = 0 THEN format(',"code":{"B":"%s"}', encode(decode(lpad(to_hex(i * 12), 2, '0'), 'hex'), 'base64')) ELSE '' END
	|| format(',"note":{"S":"note %s"},"long":{"S":"%s"},"m":{"M":{"i":{"N":"%s"}}}', i, repeat('x', 500), i)
	|| format(',"country":{"S":"%s"},"city":{"S":"%s"},"year":{"N":"%s"},"month":{"N":"%s"}', (ARRAY['IT', 'FR'])[i % 2 + 1], (ARRAY['Rome', 'Nice'])[i % 2 + 1], 2020 + i / 10, i % 12 + 1))) FROM generate_series(1, 30) i;
CREATE FUNCTION pg_temp.via(index text, condition text, vals text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.find('query.indexed', condition, vals, ',"IndexName":"' || index || '"' || members) $$;
-- a local index: sorted by its own key, without the items that lack it; ties by the table's key
SELECT pg_temp.via('amounts', 'pk = :p', '{":p":{"S":"c0"}}');
SELECT pg_temp.via('amounts', 'pk = :p', '{":p":{"S":"c0"}}', ',"ScanIndexForward":false,"ConsistentRead":true');
SELECT pg_temp.via('amounts', 'pk = :p AND amount BETWEEN :a AND :b', '{":p":{"S":"c0"},":a":{"N":"-2"},":b":{"N":"1"}}');
SELECT pg_temp.via('statuses', '#s = :s', '{":s":{"S":"paid"}}', ',"ExpressionAttributeNames":{"#s":"status"}');
SELECT pg_temp.via('statuses', '#s = :s AND amount < :a', '{":s":{"S":"paid"},":a":{"N":"0"}}', ',"ExpressionAttributeNames":{"#s":"status"},"ScanIndexForward":false,"Limit":3');
SELECT pg_temp.via('noted', 'code = :c', '{":c":{"B":"MA=="}}');
-- what each projection shows
CREATE FUNCTION pg_temp.first(index text, condition text, vals text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(k, ' ' ORDER BY k COLLATE "C") FROM json_object_keys(dynapg.query(('{"TableName":"query.indexed","IndexName":"' || index || '","KeyConditionExpression":"' || condition || '","ExpressionAttributeValues":' || vals || members || ',"Limit":1}')::json)->'Items'->0) k $$;
SELECT pg_temp.first('amounts', 'pk = :p', '{":p":{"S":"c0"}}');
SELECT pg_temp.first('amounts', 'pk = :p', '{":p":{"S":"c0"}}', ',"Select":"ALL_PROJECTED_ATTRIBUTES"');
SELECT pg_temp.first('amounts', 'pk = :p', '{":p":{"S":"c0"}}', ',"Select":"ALL_ATTRIBUTES"');
SELECT pg_temp.first('amounts', 'pk = :p', '{":p":{"S":"c0"}}', ',"ProjectionExpression":"m, amount"');
SELECT pg_temp.first('codes', 'pk = :p', '{":p":{"S":"c0"}}');
SELECT pg_temp.first('noted', 'code = :p', '{":p":{"B":"MA=="}}');
SELECT pg_temp.first('noted', 'code = :p', '{":p":{"B":"MA=="}}', ',"ProjectionExpression":"note, pk"');
SELECT pg_temp.first('statuses', '#s = :p', '{":p":{"S":"paid"}}', ',"Select":"ALL_ATTRIBUTES","ExpressionAttributeNames":{"#s":"status"}');
SELECT pg_temp.first('bare', '#s = :p', '{":p":{"S":"paid"}}', ',"ExpressionAttributeNames":{"#s":"status"}');
SELECT pg_temp.first('places', 'country = :p AND city = :c', '{":p":{"S":"FR"},":c":{"S":"Nice"}}');
-- a filter may name what the index shows, whether it is global or local
SELECT pg_temp.via('bare', '#s = :s', '{":s":{"S":"paid"},":a":{"S":"2"}}', ',"ExpressionAttributeNames":{"#s":"status"},"FilterExpression":"begins_with(sk, :a)"');
SELECT pg_temp.via('amounts', 'pk = :p', '{":p":{"S":"c0"},":s":{"S":"2"}}', ',"FilterExpression":"begins_with(#s, :s)","ExpressionAttributeNames":{"#s":"sk"}');
SELECT i, f, pg_temp.answer('query', format('{"TableName":"query.indexed","IndexName":"%s","KeyConditions":{"%s":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"c0"}]}},%s}', i, k, f))
  FROM (VALUES ('bare', 'status'), ('amounts', 'pk')) v (i, k), unnest(ARRAY['"FilterExpression":"m.i > note AND (m.j < v OR attribute_exists(zz) OR size(note) < v)"',
    '"QueryFilter":{"note":{"ComparisonOperator":"NULL"}}', '"FilterExpression":"attribute_exists(m)","Select":"ALL_ATTRIBUTES"', '"FilterExpression":"attribute_exists(m)","ProjectionExpression":"m"']) f;
-- several partition attributes, several sort attributes
SELECT pg_temp.via('places', 'country = :p AND city = :c', '{":p":{"S":"FR"},":c":{"S":"Nice"}}');
SELECT pg_temp.via('places', 'city = :c AND country = :p', '{":p":{"S":"FR"},":c":{"S":"Rome"}}');
SELECT pg_temp.via('places', 'country = :p AND #y = :y AND city = :c', '{":p":{"S":"FR"},":c":{"S":"Nice"},":y":{"N":"2021"}}', ',"ExpressionAttributeNames":{"#y":"year"}');
SELECT pg_temp.via('places', 'country = :p AND #y >= :y AND city = :c', '{":p":{"S":"FR"},":c":{"S":"Nice"},":y":{"N":"2021"}}', ',"ExpressionAttributeNames":{"#y":"year"}');
SELECT pg_temp.via('places', 'country = :p AND city = :c AND #y = :y AND #m BETWEEN :m AND :n', '{":p":{"S":"FR"},":c":{"S":"Nice"},":y":{"N":"2021"},":m":{"N":"4"},":n":{"N":"8"}}', ',"ExpressionAttributeNames":{"#y":"year","#m":"month"},"ScanIndexForward":false');
SELECT pg_temp.via('places', 'country = :p AND city = :c AND #y = :y AND #m = :m AND begins_with(sk, :s)', '{":p":{"S":"FR"},":c":{"S":"Nice"},":y":{"N":"2021"},":m":{"N":"4"},":s":{"S":"1"}}', ',"ExpressionAttributeNames":{"#y":"year","#m":"month"}');
SELECT dynapg.query('{"TableName":"query.indexed","IndexName":"places","KeyConditions":{"country":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"FR"}]},"city":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"Nice"}]},
	"year":{"ComparisonOperator":"LT","AttributeValueList":[{"N":"2021"}]}},"Select":"COUNT"}');
-- last keys hold the keys of index and table
SELECT dynapg.query('{"TableName":"query.indexed","IndexName":"places","KeyConditionExpression":"country = :p AND city = :c","ExpressionAttributeValues":{":p":{"S":"FR"},":c":{"S":"Nice"}},"Limit":2,"Select":"COUNT"}');
SELECT dynapg.query('{"TableName":"query.indexed","IndexName":"amounts","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"c1"}},"Limit":2,"ProjectionExpression":"amount"}');

\echo # an item leaves an index with its key, and comes back with it
SELECT dynapg.update_item('{"TableName":"query.indexed","Key":{"pk":{"S":"c1"},"sk":{"S":"04"}},"UpdateExpression":"REMOVE code"}');
SELECT pg_temp.via('noted', 'code = :c', '{":c":{"B":"MA=="}}');
SELECT dynapg.update_item('{"TableName":"query.indexed","Key":{"pk":{"S":"c2"},"sk":{"S":"05"}},"UpdateExpression":"SET code = :c","ExpressionAttributeValues":{":c":{"B":"MA=="}}}');
SELECT pg_temp.via('noted', 'code = :c', '{":c":{"B":"MA=="}}');

\echo # capacity: what was read, filtered or not, in units of 4 KB
CREATE FUNCTION pg_temp.cost(members text) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.query(('{"TableName":"query.indexed","ReturnConsumedCapacity":"INDEXES","ExpressionAttributeValues":{":p":{"S":"c0"}},"KeyConditionExpression":"pk = :p"' || members || '}')::json)->'ConsumedCapacity' $$;
SELECT sum(dynapg.item_size(item)) FROM dynamodb."query.indexed" WHERE pk = 'c0';
SELECT pg_temp.cost('');
SELECT pg_temp.cost(',"ConsistentRead":true');
SELECT pg_temp.cost(',"FilterExpression":"attribute_exists(nothing)","ProjectionExpression":"note","ConsistentRead":true');
SELECT pg_temp.cost(',"Select":"COUNT","ConsistentRead":true,"Limit":1');
SELECT pg_temp.cost(',"ExclusiveStartKey":{"pk":{"S":"c0"},"sk":{"S":"30"}}');
SELECT pg_temp.cost(',"IndexName":"amounts"');
SELECT pg_temp.cost(',"IndexName":"amounts","ConsistentRead":true');
-- a local index that fetches is charged for each item of the table
SELECT pg_temp.cost(',"IndexName":"amounts","Select":"ALL_ATTRIBUTES","ConsistentRead":true');
SELECT pg_temp.cost(',"IndexName":"amounts","ProjectionExpression":"note"');
SELECT pg_temp.cost(',"IndexName":"codes","ProjectionExpression":"note"');
SELECT dynapg.query('{"TableName":"query.indexed","IndexName":"statuses","ReturnConsumedCapacity":"INDEXES","ExpressionAttributeNames":{"#s":"status"},"ExpressionAttributeValues":{":p":{"S":"paid"}},"KeyConditionExpression":"#s = :p","Select":"COUNT"}')->'ConsumedCapacity';
SELECT dynapg.query('{"TableName":"query.indexed","IndexName":"bare","ReturnConsumedCapacity":"TOTAL","ExpressionAttributeNames":{"#s":"status"},"ExpressionAttributeValues":{":p":{"S":"paid"}},"KeyConditionExpression":"#s = :p","Select":"COUNT"}')->'ConsumedCapacity';
SELECT dynapg.query('{"TableName":"query.hash","ReturnConsumedCapacity":"TOTAL","ExpressionAttributeValues":{":p":{"S":"nobody"}},"KeyConditionExpression":"id = :p"}');

\echo # rights: those of a SELECT on the data table
CREATE ROLE query_reader LOGIN;
SET ROLE query_reader;
SELECT dynapg.query('{"TableName":"query.hash","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"x"}}}');
RESET ROLE;
GRANT SELECT ON dynamodb."query.hash" TO query_reader;
SET ROLE query_reader;
SELECT dynapg.query('{"TableName":"query.hash","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"x"}}}');
RESET ROLE;
ALTER TABLE dynamodb."query.hash" ENABLE ROW LEVEL SECURITY;
CREATE POLICY named ON dynamodb."query.hash" USING (pk = 'y');
SET ROLE query_reader;
SELECT dynapg.query('{"TableName":"query.hash","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"x"}}}');
RESET ROLE;

SELECT dynapg.delete_table(json_build_object('TableName', t))->'TableDescription'->>'TableName' FROM unnest('{query.s,query.n,query.b,query.hash,query.indexed}'::text[]) t;
DROP ROLE query_reader;
