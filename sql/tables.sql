-- Table operations: what they keep, change and describe back.
\set ECHO none
\i sql/common.psql
-- The answer, with what differs from run to run masked after a check of its form.
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(regexp_replace(regexp_replace(pg_temp.answer(operation, request),
    '"TableId":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"', '"TableId":"ID"', 'g'),
    'DateTime":1[0-9]{9}\.[0-9]{3}\y', 'DateTime":"T"', 'g'),
    '20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}"', 'LABEL"', 'g')
$$;
-- Chosen members of a table's description.
CREATE FUNCTION pg_temp.show(name text, VARIADIC members text[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(m || ': ' || coalesce(regexp_replace((pg_temp.call('describe_table', json_build_object('TableName', name)::text)::json
    -> 'Table' -> m)::text, ':key/[0-9a-f]{8}-[0-9a-f]{4}-4[-0-9a-f]{21}', ':key/uuid'), 'absent'), E'\n' ORDER BY o) FROM unnest(members) WITH ORDINALITY AS x(m, o)
$$;

-- The smallest table, provisioned: created, described, in the list, deleted.
SELECT pg_temp.call('create_table', '{"TableName":"tables.Simple","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
  "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
  "ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6}}');
SELECT pg_temp.call('describe_table', '{"TableName":"tables.Simple"}');
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_attribute a
  WHERE a.attrelid = 'dynamodb."tables.Simple"'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT pg_temp.call('put_item', '{"TableName":"tables.Simple","Item":{"id":{"S":"abc"},"n":{"N":"12"}}}');
SELECT pg_temp.show('tables.Simple', 'ItemCount', 'TableSizeBytes');
SELECT pg_temp.call('delete_table', '{"TableName":"tables.Simple"}');
SELECT pg_temp.call('describe_table', '{"TableName":"tables.Simple"}');
SELECT to_regclass('dynamodb."tables.Simple"') IS NULL, count(*) FROM dynapg.tables WHERE name = 'tables.Simple';

-- Everything at once, on demand.
SELECT pg_temp.call('create_table', '{"TableName":"tables_Full-1","BillingMode":"PAY_PER_REQUEST",
  "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},
    {"AttributeName":"g","AttributeType":"B"},{"AttributeName":"l","AttributeType":"S"}],
  "LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],
    "Projection":{"ProjectionType":"KEYS_ONLY"}}],
  "GlobalSecondaryIndexes":[{"IndexName":"global","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"l","KeyType":"HASH"},
      {"AttributeName":"sk","KeyType":"RANGE"}],
    "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y"]},
    "OnDemandThroughput":{"MaxReadRequestUnits":10},
    "WarmThroughput":{"ReadUnitsPerSecond":13000,"WriteUnitsPerSecond":5000}}],
  "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},
  "SSESpecification":{"Enabled":true,"SSEType":"KMS","KMSMasterKeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"},
  "Tags":[{"Key":"team","Value":"a"},{"Key":"empty","Value":""}],
  "TableClass":"STANDARD_INFREQUENT_ACCESS","DeletionProtectionEnabled":true,
  "OnDemandThroughput":{"MaxReadRequestUnits":100},"WarmThroughput":{"ReadUnitsPerSecond":12345}}');
SELECT pg_temp.call('describe_table', '{"TableName":"tables_Full-1"}');
SELECT definition -> 'Tags' FROM dynapg.tables WHERE name = 'tables_Full-1';

-- An ARN names the table wherever a name does.
SELECT pg_temp.call('describe_table', '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/tables_Full-1"}') =
  pg_temp.call('describe_table', '{"TableName":"tables_Full-1"}');
SELECT pg_temp.call('put_item', '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/tables_Full-1",
  "Item":{"pk":{"S":"a"},"sk":{"N":"1"},"g":{"B":"AA=="},"l":{"S":"x"}}}');
SELECT pg_temp.call('put_item', '{"TableName":"tables_Full-1","Item":{"pk":{"S":"a"},"sk":{"N":"2"},"l":{"S":"x"}}}');
SELECT i ->> 'IndexName', i ->> 'ItemCount', i ->> 'IndexSizeBytes' FROM json_array_elements(
  pg_temp.call('describe_table', '{"TableName":"tables_Full-1"}')::json -> 'Table' -> 'GlobalSecondaryIndexes') i
UNION ALL SELECT i ->> 'IndexName', i ->> 'ItemCount', i ->> 'IndexSizeBytes' FROM json_array_elements(
  pg_temp.call('describe_table', '{"TableName":"tables_Full-1"}')::json -> 'Table' -> 'LocalSecondaryIndexes') i;

-- UpdateTable: each setting. Deletion protection alone leaves the table ACTIVE.
SELECT pg_temp.call('delete_table', '{"TableName":"tables_Full-1"}');
SELECT pg_temp.call('update_table', '{"TableName":"tables_Full-1","DeletionProtectionEnabled":false}')::json -> 'TableDescription' ->> 'TableStatus';
SELECT pg_temp.show('tables_Full-1', 'DeletionProtectionEnabled');
SELECT pg_temp.call('update_table', '{"TableName":"tables_Full-1","TableClass":"STANDARD"}')::json -> 'TableDescription' ->> 'TableStatus';
SELECT pg_temp.show('tables_Full-1', 'TableStatus', 'TableClassSummary');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","SSESpecification":{"Enabled":false}}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'SSEDescription');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","SSESpecification":{"Enabled":true,"SSEType":"KMS"}}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'SSEDescription');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","StreamSpecification":{"StreamEnabled":false}}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'StreamSpecification', 'LatestStreamArn', 'LatestStreamLabel');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'StreamSpecification');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","OnDemandThroughput":{"MaxWriteRequestUnits":7}}')) > 0;
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","WarmThroughput":{"WriteUnitsPerSecond":4567}}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'OnDemandThroughput', 'WarmThroughput');
-- to provisioned, with units for the index; up, down, up and down; back to on-demand
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":3},
  "GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"global","ProvisionedThroughput":{"ReadCapacityUnits":4,"WriteCapacityUnits":5}}}]}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'BillingModeSummary', 'ProvisionedThroughput', 'OnDemandThroughput', 'WarmThroughput', 'GlobalSecondaryIndexes');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":3}}')) > 0;
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":1}}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'ProvisionedThroughput');
SELECT length(pg_temp.call('update_table', '{"TableName":"tables_Full-1","BillingMode":"PAY_PER_REQUEST"}')) > 0;
SELECT pg_temp.show('tables_Full-1', 'BillingModeSummary', 'ProvisionedThroughput');
-- a new index, which brings its attribute; dropping an index takes what only it used
SELECT i ->> 'IndexName', i ->> 'IndexStatus', i ->> 'Backfilling' FROM json_array_elements(pg_temp.call('update_table', '{"TableName":"tables_Full-1",
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"new","AttributeType":"N"}],
  "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"another","KeySchema":[{"AttributeName":"new","KeyType":"HASH"}],
    "Projection":{"ProjectionType":"ALL"}}}]}')::json -> 'TableDescription' -> 'GlobalSecondaryIndexes') i;
SELECT pg_temp.show('tables_Full-1', 'AttributeDefinitions');
SELECT i ->> 'IndexName', i ->> 'IndexStatus' FROM json_array_elements(pg_temp.call('update_table', '{"TableName":"tables_Full-1",
  "GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"global"}}]}')::json -> 'TableDescription' -> 'GlobalSecondaryIndexes') i;
SELECT pg_temp.show('tables_Full-1', 'AttributeDefinitions', 'GlobalSecondaryIndexes');
SELECT pg_temp.call('delete_table', '{"TableName":"tables_Full-1"}');

-- Names: case matters, all legal characters, 3 to 255 of them.
CREATE FUNCTION pg_temp.make(name text) RETURNS text LANGUAGE sql AS $$
  SELECT substring(r from '"TableStatus":"\w+"|^ND.*') FROM pg_temp.call('create_table', json_build_object('TableName', name,
    'BillingMode', 'PAY_PER_REQUEST', 'KeySchema', '[{"AttributeName":"id","KeyType":"HASH"}]'::json,
    'AttributeDefinitions', '[{"AttributeName":"id","AttributeType":"S"}]'::json)::text) r
$$;
SELECT name, pg_temp.make(name) FROM unnest(ARRAY['tables-L', 'tables-l', 'tables-1._-', '0tables']) name;
SELECT pg_temp.make('tables-' || repeat('x', 248));
SELECT length(json_array_elements_text(pg_temp.call('list_tables', '{"ExclusiveStartTableName":"tables-l"}')::json -> 'TableNames'));

-- ListTables: in byte order, paged; LastEvaluatedTableName only when more follow.
SELECT pg_temp.call('list_tables', '{"ExclusiveStartTableName":"0ta","Limit":1}');
SELECT pg_temp.call('list_tables', '{"ExclusiveStartTableName":"tables-0","Limit":2}');
SELECT pg_temp.call('list_tables', '{"ExclusiveStartTableName":"tables-1._-","Limit":2}');
SELECT pg_temp.call('list_tables', '{"ExclusiveStartTableName":"tables-x-not-there"}') = pg_temp.call('list_tables', '{"ExclusiveStartTableName":"tables-x-not-there","Limit":100}');
SELECT (dynapg.list_tables(NULL)::jsonb -> 'TableNames') @> '["tables-L"]', dynapg.list_tables('{}')::text = dynapg.list_tables(NULL)::text,
  dynapg.list_tables('{"Limit":null,"Unknown":[{}]}')::text = dynapg.list_tables(NULL)::text;

-- A failed creation leaves nothing; the caller's transaction goes on.
BEGIN;
SELECT pg_temp.make('tables-tx');
SELECT pg_temp.make('tables-tx');
SELECT pg_temp.call('put_item', '{"TableName":"tables-tx","Item":{"id":{"S":"x"}}}');
ROLLBACK;
SELECT pg_temp.call('describe_table', '{"TableName":"tables-tx"}');

SELECT name, pg_temp.call('delete_table', json_build_object('TableName', name)::text)::json -> 'TableDescription' ->> 'TableStatus'
  FROM unnest(ARRAY['tables-L', 'tables-l', 'tables-1._-', '0tables', 'tables-' || repeat('x', 248)]) name;
SELECT count(*) FROM dynapg.tables WHERE name ~ 'tables';
