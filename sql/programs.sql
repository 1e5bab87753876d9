-- Five programs as their users wrote them, request by request
\set ECHO none
\i sql/common.psql
\echo # 1. image collections
SELECT dynapg.create_table('{"TableName":"user-images-test","KeySchema":[{"AttributeName":"userId","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"userId","AttributeType":"S"}],"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}')->'TableDescription'->>'TableStatus';
SELECT dynapg.put_item('{"TableName":"user-images-test","Item":{"userId":{"S":"user-1"},"imagesCollection":{"L":[]}}}');
SELECT dynapg.update_item('{"TableName":"user-images-test","Key":{"userId":{"S":"user-1"}},"UpdateExpression":"SET #images = list_append(#images, :new_images)",
	"ExpressionAttributeNames":{"#images":"imagesCollection"},"ExpressionAttributeValues":{":new_images":{"L":[{"M":{
	"images":{"L":[{"M":{"imageId":{"S":"img-1"},"url":{"S":"https://example.com/1.png"}}},{"M":{"imageId":{"S":"img-2"},"url":{"S":"https://example.com/2.png"}}}]},
	"imagesCollectionId":{"S":"c-1"},"timestamp":{"S":"2021-05-04T10:00:00.000Z"}}}]}}}');
SELECT dynapg.update_item('{"TableName":"user-images-test","Key":{"userId":{"S":"user-1"}},"UpdateExpression":"SET #images = list_append(#images, :new_images)",
	"ExpressionAttributeNames":{"#images":"imagesCollection"},"ExpressionAttributeValues":{":new_images":{"L":[{"M":{
	"images":{"L":[{"M":{"imageId":{"S":"img-3"},"url":{"S":"https://example.com/3.png"}}}]},
	"imagesCollectionId":{"S":"c-2"},"timestamp":{"S":"2021-05-04T11:00:00.000Z"}}}]}},"ReturnValues":"UPDATED_NEW"}');
SELECT dynapg.get_item('{"TableName":"user-images-test","Key":{"userId":{"S":"user-1"}}}')->'Item'->'imagesCollection';
SELECT dynapg.get_item('{"TableName":"user-images-test","Key":{"userId":{"S":"user-1"}},"ProjectionExpression":"imagesCollection[1].images[0].#u","ExpressionAttributeNames":{"#u":"url"}}');
-- a user without a collection yet, and the published sample with its misspelt parameter
SELECT pg_temp.answer('update_item', '{"TableName":"user-images-test","Key":{"userId":{"S":"user-2"}},"UpdateExpression":"SET #images = list_append(#images, :new_images)",
	"ExpressionAttributeNames":{"#images":"imagesCollection"},"ExpressionAttributeValues":{":new_images":{"L":[]}}}');
SELECT pg_temp.answer('update_item', '{"TableName":"user-images-test","Key":{"userId":{"S":"user-1"}},"UpdateExpression":"SET #images = list_append(#images, :new_images)",
	"ExpressionAttributeNames":{"#images":"imagesCollection"},"EExpressionAttributeValues":{":new_images":{"L":[]}}}');

\echo # 2. notes
SELECT dynapg.create_table('{"TableName":"Notes","KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"SK","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},{"AttributeName":"SK","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.put_item('{"TableName":"Notes","Item":{"PK":{"S":"alice"},"SK":{"S":"7f2f3b60-8f0c-4a57-9b4a-1d7c1b0d2a11"},"noteContent":{"S":"Buy milk"}}}');
SELECT dynapg.get_item('{"TableName":"Notes","Key":{"PK":{"S":"alice"},"SK":{"S":"7f2f3b60-8f0c-4a57-9b4a-1d7c1b0d2a11"}}}');
SELECT dynapg.get_item('{"TableName":"Notes","Key":{"PK":{"S":"alice"},"SK":{"S":"none"}}}');
SELECT dynapg.put_item('{"TableName":"Notes","Item":{"PK":{"S":"alice"},"SK":{"S":"7f2f3b60-8f0c-4a57-9b4a-1d7c1b0d2a11"},"noteContent":{"S":"Buy bread"},"title":{"S":"Shopping"},"date":{"S":"2023-01-01"}}}');
SELECT dynapg.get_item('{"TableName":"Notes","Key":{"PK":{"S":"alice"},"SK":{"S":"7f2f3b60-8f0c-4a57-9b4a-1d7c1b0d2a11"}}}');
-- a user's notes, in one go and page by page
SELECT count(dynapg.put_item(n::json)) FROM unnest(ARRAY['{"TableName":"Notes","Item":{"PK":{"S":"alice"},"SK":{"S":"0b6dbd20-2c53-4c8e-8d4e-6a3f0c1e9b22"},"noteContent":{"S":"Call Bob"},"title":{"S":"Phone"},"date":{"S":"2023-01-02"}}}',
	'{"TableName":"Notes","Item":{"PK":{"S":"bob"},"SK":{"S":"3c1f5f11-92a7-4a6e-9b0f-5d2e8c7f1a33"},"noteContent":{"S":"Call Alice"}}}']) n;
SELECT dynapg.query('{"TableName":"Notes","KeyConditionExpression":"PK = :userId","ExpressionAttributeValues":{":userId":{"S":"alice"}}}');
SELECT dynapg.query('{"TableName":"Notes","KeyConditionExpression":"PK = :userId","ExpressionAttributeValues":{":userId":{"S":"carol"}}}');
SELECT dynapg.query('{"TableName":"Notes","KeyConditionExpression":"PK = :userId","ExpressionAttributeValues":{":userId":{"S":"alice"}},"ProjectionExpression":"title","Limit":1}');
SELECT dynapg.query('{"TableName":"Notes","KeyConditionExpression":"PK = :userId","ExpressionAttributeValues":{":userId":{"S":"alice"}},"ProjectionExpression":"title","Limit":1,
	"ExclusiveStartKey":{"PK":{"S":"alice"},"SK":{"S":"0b6dbd20-2c53-4c8e-8d4e-6a3f0c1e9b22"}}}');
SELECT dynapg.delete_item('{"TableName":"Notes","Key":{"PK":{"S":"alice"},"SK":{"S":"7f2f3b60-8f0c-4a57-9b4a-1d7c1b0d2a11"}}}');
SELECT dynapg.get_item('{"TableName":"Notes","Key":{"PK":{"S":"alice"},"SK":{"S":"7f2f3b60-8f0c-4a57-9b4a-1d7c1b0d2a11"}}}');

\echo # 3. a low-code data source
SELECT dynapg.create_table('{"TableName":"four","KeySchema":[{"AttributeName":"pkey","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pkey","AttributeType":"S"}],
	"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}')->'TableDescription'->>'TableName';
SELECT d->'Table'->>'TableName', d->'Table'->>'TableStatus', d->'Table'->'KeySchema' FROM dynapg.describe_table('{"TableName":"four"}') d;
SELECT dynapg.put_item('{"TableName":"four","Item":{"pkey":{"S":"a"},"name":{"S":"Sherlock"},"friends":{"SS":["Sherlock"]}}}');
SELECT dynapg.update_item('{"TableName":"four","Key":{"pkey":{"S":"a"}},"UpdateExpression":"set friends = :new_friends",
	"ExpressionAttributeValues":{":new_friends":{"SS":["Watson","Mycroft","Sherlock"]}},"ReturnValues":"ALL_NEW"}');
SELECT dynapg.get_item('{"TableName":"four","Key":{"pkey":{"S":"a"}}}');
SELECT pg_temp.answer('get_item', '{"TableName":"four","Key":{"pkey":"a"}}');
-- pages of at most 100 names
SELECT count(dynapg.create_table(json_build_object('TableName', 'list.' || to_char(i, 'FM000'), 'KeySchema', '[{"AttributeName":"k","KeyType":"HASH"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"k","AttributeType":"S"}]'::json, 'BillingMode', 'PAY_PER_REQUEST'))) FROM generate_series(1, 101) i;
SELECT json_array_length(l->'TableNames'), l->>'LastEvaluatedTableName' IS NOT NULL FROM dynapg.list_tables('{}') l;
SELECT dynapg.list_tables('{"ExclusiveStartTableName":"list.098","Limit":2}');
SELECT dynapg.list_tables('{"ExclusiveStartTableName":"list.100","Limit":2}')->'TableNames'->>0;
SELECT pg_temp.answer('list_tables', '{"Limit":101}');
SELECT count(dynapg.delete_table(json_build_object('TableName', 'list.' || to_char(i, 'FM000')))) FROM generate_series(1, 101) i;

\echo # 4. user administration
SELECT dynapg.create_table('{"TableName":"user","KeySchema":[{"AttributeName":"emailAddress","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"emailAddress","AttributeType":"S"}],
	"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}')->'TableDescription'->'ProvisionedThroughput'->>'WriteCapacityUnits';
-- is the address free? then insert; the condition makes it safe, too
SELECT dynapg.get_item('{"TableName":"user","Key":{"emailAddress":{"S":"ann@example.com"}}}');
SELECT dynapg.put_item('{"TableName":"user","Item":{"emailAddress":{"S":"ann@example.com"},"firstName":{"S":"Ann"},"lastName":{"S":"Lee"},"password":{"S":"$2b$10$hash"},"dateCreated":{"S":"2022-02-01T00:00:00.000Z"}},
	"ConditionExpression":"attribute_not_exists(emailAddress)"}');
SELECT pg_temp.answer('put_item', '{"TableName":"user","Item":{"emailAddress":{"S":"ann@example.com"},"firstName":{"S":"Eve"}},"ConditionExpression":"attribute_not_exists(emailAddress)"}');
SELECT dynapg.get_item('{"TableName":"user","Key":{"emailAddress":{"S":"ann@example.com"}}}');
-- all users
SELECT dynapg.put_item('{"TableName":"user","Item":{"emailAddress":{"S":"bob@example.com"},"firstName":{"S":"Bob"}}}');
SELECT dynapg.scan('{"TableName":"user"}');
-- an update built from the fields that came, with a fresh dateUpdated
WITH fields(name, value) AS (VALUES ('firstName', 'Anna'), ('password', '$2b$10$other'), ('dateUpdated', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
request AS (SELECT json_build_object('TableName', 'user', 'Key', '{"emailAddress":{"S":"ann@example.com"}}'::json, 'ReturnValues', 'ALL_NEW',
	'UpdateExpression', 'SET ' || string_agg(format('%s = :%s', name, name), ', '), 'ExpressionAttributeValues', json_object_agg(':' || name, json_build_object('S', value))) r FROM fields)
SELECT a->'firstName', a->'lastName', a->'password', (a->'dateUpdated'->>'S')::timestamptz > now() - interval '1 minute'
FROM request, LATERAL (SELECT dynapg.update_item(r)->'Attributes') u(a);
SELECT dynapg.delete_item('{"TableName":"user","Key":{"emailAddress":{"S":"ann@example.com"}}}');
SELECT dynapg.get_item('{"TableName":"user","Key":{"emailAddress":{"S":"ann@example.com"}}}');

\echo # 5. a schema layer: conditions and updates on lists
SELECT dynapg.create_table('{"TableName":"schema.users","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.reset() RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.put_item('{"TableName":"schema.users","Item":{"id":{"S":"u1"},"age":{"N":"30"},"friendId":{"L":[{"S":"f0"},{"S":"f1"},{"S":"f2"},{"S":"f3"},{"S":"f4"},{"S":"f5"},{"S":"f6"},{"S":"f7"},{"S":"f8"},{"S":"f9"}]},
		"address":{"M":{"city":{"S":"Rome"},"zip":{"N":"184"}}},"tags":{"SS":["x","y"]},"mixed":{"L":[{"S":"a"},{"N":"1"},{"BOOL":true},{"NULL":true},{"M":{"k":{"B":"AA=="}}}]},
		"one":{"L":[{"S":"only"}]},"nothing":{"NULL":true},"flag":{"BOOL":false},"bin":{"B":"AAEC"},"nums":{"NS":["1","2"]},"bins":{"BS":["AA=="]}}}') $$;
SELECT pg_temp.reset();
-- the placeholders of a condition: #name is the name, :n5 the number 5, :list a list, any other :text the text
CREATE FUNCTION pg_temp.names(condition text) RETURNS json LANGUAGE sql AS $$
	SELECT json_object_agg(p[1], substr(p[1], 2)) FROM (SELECT DISTINCT regexp_matches(condition, '#[a-z]+', 'ig')) m(p) $$;
CREATE FUNCTION pg_temp.vals(condition text) RETURNS json LANGUAGE sql AS $$
	SELECT json_object_agg(p[1], CASE WHEN p[1] LIKE ':n%' THEN json_build_object('N', substr(p[1], 3)) WHEN p[1] = ':list' THEN '{"L":[{"S":"only"}]}'::json
		ELSE json_build_object('S', substr(p[1], 2)) END) FROM (SELECT DISTINCT regexp_matches(condition, ':[a-z0-9]+', 'ig')) m(p) $$;
-- does the condition hold? A delete that is rolled back shows it.
CREATE FUNCTION pg_temp.holds(condition text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.delete_item(json_build_object('TableName', 'schema.users', 'Key', '{"id":{"S":"u1"}}'::json, 'ConditionExpression', condition,
		'ExpressionAttributeNames', pg_temp.names(condition), 'ExpressionAttributeValues', pg_temp.vals(condition)));
	RAISE EXCEPTION USING ERRCODE = 'P0HLD';
EXCEPTION
	WHEN SQLSTATE 'P0HLD' THEN RETURN 'holds';
	WHEN OTHERS THEN RETURN SQLERRM;
END $$;
-- the same as the filter of a scan: how many of two items does it let through? The second one has none of the attributes.
CREATE FUNCTION pg_temp.found(condition text) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.scan(json_build_object('TableName', 'schema.users', 'FilterExpression', condition, 'Select', 'COUNT',
		'ExpressionAttributeNames', pg_temp.names(condition), 'ExpressionAttributeValues', pg_temp.vals(condition)))->>'Count' $$;
SELECT dynapg.put_item('{"TableName":"schema.users","Item":{"id":{"S":"bare"}}}');
SELECT c, pg_temp.holds(c), pg_temp.found(c) FROM unnest(ARRAY['one = :list', 'one <> :list', 'friendId = :list', 'friendId <> :list', 'attribute_exists(friendId)', 'attribute_not_exists(friendId)', 'attribute_exists(friendId[9])', 'attribute_exists(friendId[10])',
	'contains(friendId, :f3)', 'contains(friendId, :f33)', 'NOT contains(friendId, :f33)', 'contains(mixed, :n1)', 'contains(tags, :x)', 'size(friendId) = :n10', 'size(friendId) <> :n10', 'size(friendId) < :n11', 'size(friendId) <= :n9', 'size(friendId) > :n9', 'size(friendId) >= :n11',
	'size(friendId) IN (:n1, :n10)', 'size(friendId) BETWEEN :n9 AND :n11', 'size(friendId) BETWEEN :n1 AND :n9', 'friendId[9] = :f9', 'friendId[9] = :f8', 'friendId[9] <> :f8', 'friendId[9] IN (:f7, :f8, :f9)', 'begins_with(friendId[0], :f)', 'mixed[4].k = mixed[0]',
	'address.city = :Rome', 'address.zip >= :n184 AND address.zip < :n185', '(age > :n40 OR contains(tags, :y)) AND NOT (size(one) = :n2 OR attribute_exists(gone))', 'age > :n40 OR (contains(tags, :q) AND size(one) = :n1)']) c;
-- the type of everything against all ten
SELECT a, string_agg(t, ',') FROM unnest('{id,age,bin,flag,nothing,friendId,address,tags,nums,bins,gone,mixed[4]}'::text[]) WITH ORDINALITY AS x(a, o), unnest('{S,N,B,BOOL,NULL,L,M,SS,NS,BS}'::text[]) t
WHERE pg_temp.holds(format('attribute_type(%s, :%s)', a, t)) = 'holds' GROUP BY a, o ORDER BY o;
CREATE FUNCTION pg_temp.change(expression text, vals text DEFAULT NULL) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.update_item(json_strip_nulls(json_build_object('TableName', 'schema.users', 'Key', '{"id":{"S":"u1"}}'::json, 'UpdateExpression', expression,
		'ExpressionAttributeValues', vals::json)));
	SELECT dynapg.get_item('{"TableName":"schema.users","Key":{"id":{"S":"u1"}},"ProjectionExpression":"friendId, one, fresh"}')->'Item' $$;
SELECT pg_temp.change('SET friendId = :l', '{":l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]}}');
SELECT pg_temp.change('SET friendId[1] = :v', '{":v":{"S":"B"}}');
SELECT pg_temp.change('SET friendId[20] = :v', '{":v":{"S":"end"}}');
SELECT pg_temp.change('SET friendId = if_not_exists(friendId, :l), fresh = if_not_exists(fresh, :l)', '{":l":{"L":[{"S":"new"}]}}');
SELECT pg_temp.change('SET friendId = list_append(friendId, :l)', '{":l":{"L":[{"S":"y"},{"S":"z"}]}}');
SELECT pg_temp.change('SET friendId = list_append(:l, friendId)', '{":l":{"L":[{"S":"0"}]}}');
SELECT pg_temp.change('SET fresh = list_append(if_not_exists(fresh, :none), :l), one[0] = :v', '{":none":{"L":[]},":l":{"L":[{"N":"1"},{"N":"2"}]},":v":{"M":{"k":{"S":"v"}}}}');
SELECT pg_temp.change('REMOVE friendId[0]');
SELECT pg_temp.change('REMOVE friendId[1], friendId[3], friendId[99]');
SELECT pg_temp.change('SET one[0].k = :v, one[5] = :v REMOVE fresh, friendId[0]', '{":v":{"N":"1"}}');

SELECT dynapg.delete_table(json_build_object('TableName', t))->'TableDescription'->>'TableName' FROM unnest('{user-images-test,Notes,four,user,schema.users}'::text[]) t;
