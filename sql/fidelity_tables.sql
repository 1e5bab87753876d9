-- Table operations as the service answers them: what replies show, and which requests exclude each other.
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.call(operation text, request jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer(operation, request::text)
$$;
-- Some members of a description, times as T, a UUID in an ARN as U; an error as it is.
CREATE FUNCTION pg_temp.some(reply text, VARIADIC members text[]) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN left(reply, 1) <> '{' THEN reply ELSE
    (SELECT string_agg(m || '=' || coalesce(regexp_replace(regexp_replace((coalesce(reply::json -> 'Table', reply::json -> 'TableDescription') -> m)::text,
      '(DateTime":)[0-9.]+', '\1T', 'g'), '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', 'U'), 'absent'), ' ') FROM unnest(members) m) END
$$;
CREATE FUNCTION pg_temp.create_with(change jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('create_table', '{"TableName":"fidelity.T","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]}' || change)
$$;
CREATE FUNCTION pg_temp.update_with(change jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('update_table', '{"TableName":"fidelity.T"}' || change)
$$;
CREATE FUNCTION pg_temp.described() RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('describe_table', '{"TableName":"fidelity.T"}')
$$;
\echo == empty structures and lists ask for nothing; the reply of CreateTable has no WarmThroughput and no time of the billing mode
SELECT pg_temp.some(pg_temp.create_with('{"OnDemandThroughput":{},"WarmThroughput":{},"Tags":[],"SSESpecification":{}}'),
  'TableStatus', 'BillingModeSummary', 'WarmThroughput', 'OnDemandThroughput', 'SSEDescription', 'ProvisionedThroughput', 'StreamSpecification', 'TableClassSummary', 'GlobalSecondaryIndexes');
SELECT pg_temp.some(pg_temp.described(), 'TableStatus', 'BillingModeSummary', 'WarmThroughput', 'OnDemandThroughput');
\echo == limits on demand: each on its own, -1 lifts one
SELECT t, pg_temp.some(pg_temp.update_with(t::jsonb), 'TableStatus', 'OnDemandThroughput'), pg_temp.some(pg_temp.described(), 'OnDemandThroughput') FROM unnest(ARRAY[
  '{"OnDemandThroughput":{"MaxReadRequestUnits":1000,"MaxWriteRequestUnits":500}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":2000}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":-1}}',
  '{"OnDemandThroughput":{"MaxWriteRequestUnits":-1}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":-1}}', '{"OnDemandThroughput":{"MaxWriteRequestUnits":0}}',
  '{"OnDemandThroughput":{"MaxReadRequestUnits":-2}}', '{"OnDemandThroughput":{}}']) t;
\echo == warm throughput only rises; its reply has the old units
SELECT t, pg_temp.some(pg_temp.update_with(t::jsonb), 'TableStatus', 'WarmThroughput'), pg_temp.some(pg_temp.described(), 'WarmThroughput') FROM unnest(ARRAY[
  '{"WarmThroughput":{"ReadUnitsPerSecond":12001}}', '{"WarmThroughput":{"ReadUnitsPerSecond":12000}}', '{"WarmThroughput":{"WriteUnitsPerSecond":4000}}', '{"WarmThroughput":{"ReadUnitsPerSecond":-1,"WriteUnitsPerSecond":-1}}',
  '{"WarmThroughput":{}}']) t;
\echo == billing modes: units of provisioned tables come late into the reply, the highest stay warm
SELECT t, pg_temp.some(pg_temp.update_with(t::jsonb), 'TableStatus', 'BillingModeSummary', 'ProvisionedThroughput'),
  pg_temp.some(pg_temp.described(), 'TableStatus', 'BillingModeSummary', 'ProvisionedThroughput', 'WarmThroughput') FROM unnest(ARRAY[
  '{"BillingMode":"PAY_PER_REQUEST"}', '{"BillingMode":"PROVISIONED"}', '{"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}',
  '{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}',
  '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}', '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":20000,"WriteCapacityUnits":4}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":4}}',
  '{"OnDemandThroughput":{"MaxWriteRequestUnits":5}}', '{"BillingMode":"PAY_PER_REQUEST","OnDemandThroughput":{"MaxReadRequestUnits":5}}']) t;
\echo == encryption, stream, class, protection
-- a distributed table has no stream
SELECT pg_temp.keep_local('fidelity.T');
SELECT t, pg_temp.some(pg_temp.update_with(t::jsonb), 'TableStatus', 'SSEDescription', 'StreamSpecification', 'TableClassSummary', 'DeletionProtectionEnabled') FROM unnest(ARRAY[
  '{"SSESpecification":{}}', '{"SSESpecification":{"Enabled":false}}', '{"SSESpecification":{"Enabled":true}}', '{"SSESpecification":{"SSEType":"KMS"}}', '{"SSESpecification":{"Enabled":false}}',
  '{"SSESpecification":{"Enabled":false,"KMSMasterKeyId":"x"}}', '{"SSESpecification":{"Enabled":false,"SSEType":"AES256"}}', '{"SSESpecification":{"SSEType":"KMS","KMSMasterKeyId":""}}', '{"SSESpecification":{"SSEType":"kms"}}',
  '{"StreamSpecification":{}}', '{"StreamSpecification":{"StreamEnabled":false}}', '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}', '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}',
  '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"new_image"}}', '{"StreamSpecification":{"StreamEnabled":false}}', '{"TableClass":""}', '{"TableClass":"STANDARD"}', '{"TableClass":"STANDARD_INFREQUENT_ACCESS"}', '{"TableClass":"STANDARD_INFREQUENT_ACCESS"}', '{"TableClass":"STANDARD"}',
  '{"DeletionProtectionEnabled":true}', '{"DeletionProtectionEnabled":true}', '{"DeletionProtectionEnabled":false}']) t;
\echo == the key that encrypts, by its ARN: what an alias stands for is one key, always the same
SELECT k, pg_temp.some(pg_temp.update_with(jsonb_build_object('SSESpecification', jsonb_build_object('SSEType', 'KMS', 'KMSMasterKeyId', k))), 'SSEDescription'), pg_temp.some(pg_temp.described(), 'SSEDescription') FROM unnest(ARRAY[
  'alias/aws/dynamodb', 'arn:aws:kms:us-east-1:000000000000:alias/aws/dynamodb', 'alias/mine', 'arn:aws:kms:eu-west-1:111122223333:alias/mine', 'an-id', 'arn:aws:kms:us-east-1:000000000000:key/an-id']) k;
CREATE FUNCTION pg_temp.key_of(sse jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.update_with(jsonb_build_object('SSESpecification', sse));
	RETURN pg_temp.described()::json #>> '{Table,SSEDescription,KMSMasterKeyArn}';
END $$;
SELECT count(DISTINCT pg_temp.key_of(sse::jsonb)) FROM unnest(ARRAY['{"Enabled":true}', '{"SSEType":"KMS"}', '{"SSEType":"KMS","KMSMasterKeyId":"alias/aws/dynamodb"}', '{"SSEType":"KMS","KMSMasterKeyId":"arn:aws:kms:us-east-1:000000000000:alias/aws/dynamodb"}']) sse;
SELECT pg_temp.key_of('{"Enabled":true}') <> pg_temp.key_of('{"SSEType":"KMS","KMSMasterKeyId":"alias/mine"}');
SELECT pg_temp.some(pg_temp.update_with('{"SSESpecification":{"Enabled":false}}'), 'SSEDescription'), pg_temp.some(pg_temp.described(), 'SSEDescription');
SELECT pg_temp.some(pg_temp.call('create_table', '{"TableName":"fidelity.encrypted","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"SSESpecification":{"Enabled":true}}'), 'SSEDescription');
SELECT pg_temp.some(pg_temp.call('delete_table', '{"TableName":"fidelity.encrypted"}'), 'SSEDescription');
\echo == one kind of change at a time
SELECT t, pg_temp.update_with(t::jsonb) FROM unnest(ARRAY[
  '{"SSESpecification":{"Enabled":true},"DeletionProtectionEnabled":true}', '{"TableClass":"STANDARD","DeletionProtectionEnabled":true}', '{"TableClass":"STANDARD","SSESpecification":{"Enabled":true}}',
  '{"DeletionProtectionEnabled":true,"BillingMode":"PAY_PER_REQUEST"}', '{"DeletionProtectionEnabled":true,"WarmThroughput":{"ReadUnitsPerSecond":30000}}', '{"WarmThroughput":{"ReadUnitsPerSecond":30000},"BillingMode":"PAY_PER_REQUEST"}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":30000},"OnDemandThroughput":{"MaxReadRequestUnits":1}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":1},"StreamSpecification":{"StreamEnabled":false}}',
  '{"StreamSpecification":{"StreamEnabled":false},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}',
  '{"StreamSpecification":{"StreamEnabled":false},"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"idx"}}]}',
  '{"StreamSpecification":{"StreamEnabled":false},"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"idx"}}]}', '{"DeletionProtectionEnabled":true,"GlobalSecondaryIndexUpdates":[]}']) t;
-- an index is warmed by some units at least, whatever else is wrong; what is no change of its own is not among those that are required
SELECT t, pg_temp.update_with(t::jsonb) FROM unnest(ARRAY[
  '{"TableClass":"STANDARD","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"idx","WarmThroughput":{}}}]}', '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"ghost","WarmThroughput":{}}}]}',
  '{"MultiRegionConsistency":"EVENTUAL"}', '{"MultiRegionConsistency":"EVENTUAL","DeletionProtectionEnabled":true}']) t;
SELECT pg_temp.call('update_table', '{"TableName":"fidelity.none","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"ghost","WarmThroughput":{}}}]}');
-- an empty structure is no change, and none is made
SELECT pg_temp.some(pg_temp.update_with('{"WarmThroughput":{},"DeletionProtectionEnabled":false}'), 'TableStatus', 'DeletionProtectionEnabled');
-- a mode on demand goes with a stream
SELECT pg_temp.some(pg_temp.update_with('{"BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}'), 'TableStatus', 'StreamSpecification');
-- the request is checked before the table is looked for
SELECT pg_temp.call('update_table', t::jsonb) FROM unnest(ARRAY['{"TableName":"fidelity.none"}', '{"TableName":"fidelity.none","DeletionProtectionEnabled":true,"TableClass":"x"}', '{"TableName":"fidelity.none","TableClass":"x"}',
  '{"TableName":"ab","WarmThroughput":{}}']) t;
\echo == definitions and projected attributes come back sorted, key schemas and indexes as they came
SELECT pg_temp.call('delete_table', '{"TableName":"fidelity.T"}') LIKE '{"TableDescription":{"TableName":"fidelity.T","TableStatus":"DELETING"%';
SELECT pg_temp.some(pg_temp.create_with('{"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "AttributeDefinitions":[{"AttributeName":"z","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"a","AttributeType":"B"},{"AttributeName":"pk","AttributeType":"S"}],
  "GlobalSecondaryIndexes":[{"IndexName":"g-z","KeySchema":[{"AttributeName":"z","KeyType":"HASH"},{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["zz","aa","sk"]}},
    {"IndexName":"g-a","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"},"WarmThroughput":{},"OnDemandThroughput":{}}]}'),
  'AttributeDefinitions', 'KeySchema', 'GlobalSecondaryIndexes');
\echo == indexes: settings that change
SELECT t, pg_temp.some(pg_temp.update_with(jsonb_build_object('GlobalSecondaryIndexUpdates', jsonb_build_array(jsonb_build_object('Update', '{"IndexName":"g-a"}' || t::jsonb)))), 'TableStatus', 'GlobalSecondaryIndexes') FROM unnest(ARRAY[
  '{}', '{"OnDemandThroughput":{}}', '{"WarmThroughput":{}}', '{"IndexName":"none","WarmThroughput":{"ReadUnitsPerSecond":12000}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":100}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":0}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":50}}', '{"WarmThroughput":{"ReadUnitsPerSecond":12001}}']) t;
SELECT pg_temp.some(pg_temp.described(), 'GlobalSecondaryIndexes') LIKE '%"OnDemandThroughput":{"MaxReadRequestUnits":50},"WarmThroughput":{"ReadUnitsPerSecond":12001,"WriteUnitsPerSecond":4000,"Status":"ACTIVE"}%';
SELECT pg_temp.call('delete_table', '{"TableName":"fidelity.T"}') LIKE '{%';
\echo == tags
SELECT t, left(pg_temp.create_with(jsonb_build_object('Tags', t::jsonb)), 120) FROM unnest(ARRAY['[{}]', '[{"Value":"x"}]', '[{"Key":"x"}]', '[{"Key":"","Value":"x"}]', '[{"Key":"a#b","Value":"x"}]', '[{"Key":"a","Value":"x#"}]',
  '[{"Key":"aws:a","Value":"x"}]', '[{"Key":"AWS:a","Value":"x"}]', '[{"Key":"a","Value":"x"},{"Key":"a","Value":"y"}]']) t;
SELECT left(pg_temp.create_with(jsonb_build_object('Tags', jsonb_build_array(jsonb_build_object('Key', repeat('k', 129), 'Value', '')))), 60),
  left(pg_temp.create_with(jsonb_build_object('Tags', jsonb_build_array(jsonb_build_object('Key', 'k', 'Value', repeat('v', 257))))), 60);
SELECT left(pg_temp.create_with(jsonb_build_object('Tags', jsonb_build_array(jsonb_build_object('Key', repeat('é', 128), 'Value', repeat('v', 256)),
  '{"Key":"myaws: +-=._:/@","Value":""}'::jsonb, '{"Key":"A","Value":"1"}'::jsonb, '{"Key":"a","Value":"2"}'::jsonb))), 19);
SELECT pg_temp.call('delete_table', '{"TableName":"fidelity.T"}') LIKE '{%';
\echo == names and ARNs
SELECT t, pg_temp.call('describe_table', jsonb_build_object('TableName', t)) FROM unnest(ARRAY['', 'ab', 'a;', 'a b c', 'arn:', 'arn:aws-cn:dynamodb:us-east-1:000000000000:table/abc', 'arn:aws:s3:us-east-1:000000000000:table/abc',
  'arn:aws:dynamodb:us-west-2:000000000000:table/abc', 'arn:aws:dynamodb:us-east-1:000000000000:stream/abc', 'arn:aws:dynamodb:us-east-1:000000000000:table/abc']) t;
