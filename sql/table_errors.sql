-- Table operations: what they refuse, each with its text.
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.answer(operation, request), '^{.*$', 'accepted')
$$;
-- CreateTable of a valid request with members replaced; a JSON null takes one out.
CREATE FUNCTION pg_temp.create_with(change text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('create_table', ('{"TableName":"table_errors","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]}'::jsonb || change::jsonb)::text)
$$;
-- The same with a sort key and one index of that list.
CREATE FUNCTION pg_temp.create_index(list text, index text, change text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.create_with((jsonb_build_object('KeySchema', '[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}]'::jsonb,
    'AttributeDefinitions', '[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"},{"AttributeName":"c","AttributeType":"N"}]'::jsonb,
    list, jsonb_build_array('{"IndexName":"idx","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],
      "Projection":{"ProjectionType":"ALL"}}'::jsonb || index::jsonb)) || change::jsonb)::text)
$$;

-- JSON types, before anything else
SELECT t, pg_temp.call('create_table', t) FROM unnest(ARRAY['[]', '1', '"x"', '{"TableName":1}', '{"TableName":1.5}', '{"TableName":true}',
  '{"TableName":false}', '{"TableName":{}}', '{"TableName":[]}', '{"KeySchema":"x"}', '{"KeySchema":{}}', '{"KeySchema":["x"]}', '{"KeySchema":[[]]}',
  '{"KeySchema":[{"AttributeName":5}]}', '{"ProvisionedThroughput":"x"}', '{"ProvisionedThroughput":[]}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":"1"}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":true}}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":[]}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":{}}}',
  '{"DeletionProtectionEnabled":"true"}', '{"DeletionProtectionEnabled":1}', '{"DeletionProtectionEnabled":0.5}',
  '{"DeletionProtectionEnabled":[]}', '{"DeletionProtectionEnabled":{}}', '{"Tags":[{"Key":[]}]}', '{']) t;
SELECT pg_temp.call('list_tables', '{"Limit":"5"}'), pg_temp.call('list_tables', '{"Limit":false}');

-- Names of tables
SELECT t, pg_temp.call('describe_table', t) FROM unnest(ARRAY['{}', '{"TableName":null}', '{"TableName":""}', '{"TableName":"ab"}', '{"TableName":"a b c"}',
  '{"TableName":"tablé"}', '{"TableName":"no-such-table"}',
  '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/no-such-table"}', '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/ab"}',
  '{"TableName":"arn:aws:dynamodb:eu-west-1:000000000000:table/no-such-table"}',
  '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/def"}', '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:global/abc"}',
  '{"TableName":"arn:aws:dynamodb:us-east-1"}']) t;
SELECT regexp_replace(pg_temp.call('describe_table', '{"TableName":"arn:aws:dynamodb:eu-west-1:123456789012:table/abc"}'), 'user/\S+', 'user/NAME');
SELECT replace(pg_temp.call('describe_table', json_build_object('TableName', repeat('x', 256))::text), repeat('x', 256), 'x*256');
SELECT replace(pg_temp.call('describe_table', json_build_object('TableName', repeat('x', 1025))::text), repeat('x', 1025), 'x*1025');
SELECT op, pg_temp.call(op, '{"TableName":"no-such-table","DeletionProtectionEnabled":true}') FROM unnest(ARRAY['delete_table', 'update_table']) op;
SELECT pg_temp.call('get_item', '{"TableName":"no-such-table","Key":{"a":{"S":"x"}}}');

-- ListTables
SELECT t, pg_temp.call('list_tables', t) FROM unnest(ARRAY['{"Limit":0}', '{"Limit":101}', '{"Limit":-1e300}', '{"Limit":99999999999}',
  '{"ExclusiveStartTableName":""}', '{"ExclusiveStartTableName":"a;"}', '{"ExclusiveStartTableName":";","Limit":0}']) t;
SELECT replace(pg_temp.call('list_tables', json_build_object('ExclusiveStartTableName', repeat('x', 256))::text), repeat('x', 256), 'x*256');

-- Constraints, all in one message, ten at the most
SELECT t, pg_temp.call('create_table', t) FROM unnest(ARRAY['{}', '{"TableName":"abc","KeySchema":[],"AttributeDefinitions":[]}',
  '{"TableName":"abc","KeySchema":[{}],"AttributeDefinitions":[{}]}',
  '{"TableName":"abc","KeySchema":[{"AttributeName":"","KeyType":"hash"}],"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"SS"}],"BillingMode":"x"}',
  '{"TableName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[],"ProvisionedThroughput":{"ReadCapacityUnits":0}}',
  '{"TableName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[],
    "GlobalSecondaryIndexes":[{"IndexName":"a;","KeySchema":[],"Projection":{"ProjectionType":"x","NonKeyAttributes":[]}},{}]}',
  '{"TableName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[],
    "LocalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"NonKeyAttributes":["a",""]}}]}',
  '{"TableName":"abc","KeySchema":[null],"AttributeDefinitions":[]}',
  '{"StreamSpecification":{},"SSESpecification":{"SSEType":"x"},"TableClass":"x","Tags":[{"Key":""},{}],"GlobalSecondaryIndexes":[{},{}]}']) t;

-- Billing
SELECT t, pg_temp.create_with(t) FROM unnest(ARRAY['{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}',
  '{"BillingMode":null}', '{"BillingMode":"PROVISIONED"}', '{"BillingMode":null,"ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":1}}',
  '{"BillingMode":null,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1000000000001}}',
  '{"BillingMode":null,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"OnDemandThroughput":{"MaxReadRequestUnits":1}}',
  '{"OnDemandThroughput":{"MaxReadRequestUnits":-1}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":0}}', '{"OnDemandThroughput":{"MaxWriteRequestUnits":-2}}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":11999}}', '{"WarmThroughput":{"ReadUnitsPerSecond":12000,"WriteUnitsPerSecond":1}}']) t;

-- Key schema and attribute definitions
SELECT t, pg_temp.create_with(t) FROM unnest(ARRAY[
  '{"KeySchema":[{"AttributeName":"b","KeyType":"HASH"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}]}',
  '{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"}]}',
  '{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"a","AttributeType":"N"}]}',
  '{"AttributeDefinitions":[]}']) t;

-- U+0000: shown in messages, refused in names that are stored in columns
SELECT pg_temp.call('create_table', '{"TableName":"nul\u0000","Key\u0000Schema":1,"BillingMode":"PROVISIONED\u0000","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[]}');
SELECT pg_temp.call('create_table', '{"TableName":"nul","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a\u0000b","KeyType":"HASH"}],
  "AttributeDefinitions":[{"AttributeName":"a\u0000b","AttributeType":"S"}]}');

-- Local indexes
SELECT pg_temp.create_with('{"LocalSecondaryIndexes":[]}');
SELECT pg_temp.create_with('{"LocalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{}}]}');
SELECT t, pg_temp.create_index('LocalSecondaryIndexes', t) FROM unnest(ARRAY[
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}', '{"KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"d","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"d","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}]}',
  '{"Projection":{}}', '{"Projection":{"ProjectionType":"ALL","NonKeyAttributes":["x"]}}', '{"Projection":{"ProjectionType":"KEYS_ONLY","NonKeyAttributes":["x"]}}',
  '{"Projection":{"ProjectionType":"INCLUDE"}}', '{"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","x"]}}']) t;
SELECT pg_temp.create_with(json_build_object('KeySchema', '[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}]'::json,
  'AttributeDefinitions', '[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"}]'::json, 'LocalSecondaryIndexes',
  (SELECT json_agg(json_build_object('IndexName', 'idx' || i, 'KeySchema', '[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}]'::json,
    'Projection', '{"ProjectionType":"ALL"}'::json)) FROM generate_series(1, 6) i))::text);

-- Global indexes
SELECT pg_temp.create_with('{"GlobalSecondaryIndexes":[]}');
SELECT t, pg_temp.create_index('GlobalSecondaryIndexes', t) FROM unnest(ARRAY[
  '{"KeySchema":[{"AttributeName":"d","KeyType":"HASH"}]}', '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"d","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"RANGE"}]}', '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"},{"AttributeName":"c","KeyType":"HASH"}]}',
  '{"Projection":{"ProjectionType":"INCLUDE"}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}']) t;
SELECT pg_temp.create_index('GlobalSecondaryIndexes', '{}', '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}');
SELECT pg_temp.create_index('GlobalSecondaryIndexes', '{"ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":1}}',
  '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}');
SELECT pg_temp.create_index('GlobalSecondaryIndexes', '{}', '{"LocalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},
  {"AttributeName":"c","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}');
-- too many attributes of one kind, too many indexes, too many projected attributes
SELECT kind, pg_temp.create_with(json_build_object(
  'AttributeDefinitions', (SELECT json_agg(json_build_object('AttributeName', n, 'AttributeType', 'S')) FROM unnest(string_to_array('a,b,c,d,e,f', ',')) n),
  'GlobalSecondaryIndexes', json_build_array(json_build_object('IndexName', 'idx', 'Projection', '{"ProjectionType":"ALL"}'::json, 'KeySchema',
    (SELECT json_agg(json_build_object('AttributeName', n, 'KeyType', CASE WHEN n = 'a' THEN 'HASH' ELSE kind END)) FROM unnest(string_to_array('a,b,c,d,e,f', ',')) n))))::text)
  FROM unnest(ARRAY['HASH', 'RANGE']) kind;
CREATE FUNCTION pg_temp.many(n int, projection text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.create_with(json_build_object('GlobalSecondaryIndexes', (SELECT json_agg(json_build_object('IndexName', 'idx' || i,
    'KeySchema', '[{"AttributeName":"a","KeyType":"HASH"}]'::json, 'Projection', projection::json)) FROM generate_series(1, n) i))::text)
$$;
SELECT pg_temp.many(21, '{"ProjectionType":"ALL"}');
SELECT pg_temp.many(6, '{"ProjectionType":"INCLUDE","NonKeyAttributes":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]}');
SELECT pg_temp.many(1, '{"ProjectionType":"INCLUDE","NonKeyAttributes":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]}');

-- The other settings
SELECT t, pg_temp.create_with(t) FROM unnest(ARRAY['{"StreamSpecification":{"StreamEnabled":false,"StreamViewType":"KEYS_ONLY"}}', '{"StreamSpecification":{"StreamEnabled":true}}',
  '{"SSESpecification":{"Enabled":false,"SSEType":"KMS"}}', '{"SSESpecification":{"KMSMasterKeyId":"x"}}', '{"SSESpecification":{"Enabled":true,"SSEType":"AES256"}}',
  '{"Tags":[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]}', '{"ResourcePolicy":"x"}', '{"GlobalTableSourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/abc"}']) t;
SELECT pg_temp.create_with(json_build_object('Tags', (SELECT json_agg(json_build_object('Key', i::text, 'Value', '')) FROM generate_series(1, 51) i))::text);

-- The name is taken
SELECT pg_temp.create_with('{}'), pg_temp.create_with('{}');

-- UpdateTable: what names replicas, of which there are none
SELECT t, pg_temp.call('update_table', ('{"TableName":"table_errors"}'::jsonb || t::jsonb)::text) FROM unnest(ARRAY[
  '{"ReplicaUpdates":[{"Create":{"RegionName":"us-east-1"}}]}', '{"ReplicaUpdates":[{"Delete":{"RegionName":"us-east-1"}}]}',
  '{"ReplicaUpdates":[{"Delete":{"RegionName":"eu-west-1"}}]}', '{"ReplicaUpdates":[{"Update":{"RegionName":"eu-west-1","TableClassOverride":"STANDARD"}}]}',
  '{"MultiRegionConsistency":"STRONG","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}]}',
  '{"MultiRegionConsistency":"STRONG","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}},{"Create":{"RegionName":"eu-west-2"}}]}',
  '{"MultiRegionConsistency":"STRONG","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}],"GlobalTableWitnessUpdates":[{"Create":{"RegionName":"eu-west-2"}}]}',
  '{"ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}],"GlobalTableWitnessUpdates":[{"Create":{"RegionName":"eu-west-2"}}]}']) t;

-- UpdateTable
SELECT t, pg_temp.call('update_table', ('{"TableName":"table_errors"}'::jsonb || t::jsonb)::text) FROM unnest(ARRAY['{}', '{"GlobalSecondaryIndexUpdates":[]}',
  '{"AttributeDefinitions":[{"AttributeName":"b","AttributeType":"S"}]}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}', '{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}',
  '{"BillingMode":"PROVISIONED"}', '{"StreamSpecification":{"StreamEnabled":false}}', '{"StreamSpecification":{"StreamEnabled":true}}',
  '{"StreamSpecification":{"StreamEnabled":false,"StreamViewType":"KEYS_ONLY"}}', '{"ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}]}', '{"ReplicaUpdates":[]}',
  '{"GlobalSecondaryIndexUpdates":[{}]}', '{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"idx"}}]}', '{"GlobalSecondaryIndexUpdates":[{"Delete":{}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"idx"},"Delete":{"IndexName":"idx"}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"idx"}},{"Delete":{"IndexName":"idx"}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"id2"}},{"Delete":{"IndexName":"idx"}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"idx","KeySchema":[{"AttributeName":"z","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}',
  '{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"N"}],
    "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"idx","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}']) t;
-- a distributed table has no stream
SELECT pg_temp.keep_local('table_errors');
SELECT t, pg_temp.call('update_table', ('{"TableName":"table_errors"}'::jsonb || t::jsonb)::text) FROM unnest(ARRAY[
  '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}',
  '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}', '{"WarmThroughput":{"ReadUnitsPerSecond":13000}}']) t;
SELECT t, pg_temp.call('update_table', ('{"TableName":"table_errors"}'::jsonb || t::jsonb)::text) FROM unnest(ARRAY[
  '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}', '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":12999}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":1}}',
  '{"AttributeDefinitions":[{"AttributeName":"b","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"idx",
    "KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}',
  '{"AttributeDefinitions":[{"AttributeName":"b","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"idx",
    "KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"idx"}}]}', '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"no-such-index",
    "ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"idx","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}',
  '{"BillingMode":"PAY_PER_REQUEST"}', '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}',
  '{"DeletionProtectionEnabled":true}']) t;

-- Deletion protection
SELECT pg_temp.call('delete_table', '{"TableName":"table_errors"}');
SELECT pg_temp.call('update_table', '{"TableName":"table_errors","DeletionProtectionEnabled":false}'), pg_temp.call('delete_table', '{"TableName":"table_errors"}'),
  pg_temp.call('delete_table', '{"TableName":"table_errors"}');

-- Rights: creating needs CREATE on the schema, changing and deleting the ownership of the data table.
CREATE ROLE regress_table_user LOGIN;
SELECT pg_temp.create_with('{}');
SET ROLE regress_table_user;
SELECT pg_temp.call('create_table', '{"TableName":"table_errors2","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
  "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]}');
SELECT pg_temp.call('describe_table', '{"TableName":"table_errors"}');
SELECT pg_temp.call('update_table', '{"TableName":"table_errors","DeletionProtectionEnabled":true}');
SELECT pg_temp.call('delete_table', '{"TableName":"table_errors"}');
SELECT pg_temp.call('get_item', '{"TableName":"table_errors","Key":{"a":{"S":"x"}}}');
RESET ROLE;
SELECT pg_temp.call('delete_table', '{"TableName":"table_errors"}');
DROP ROLE regress_table_user;
