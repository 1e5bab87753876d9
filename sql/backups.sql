-- backups: CreateBackup, DescribeBackup, ListBackups, DeleteBackup, RestoreTableFromBackup, and the setting of point-in-time recovery
\set ECHO none
\i sql/common.psql
CREATE ROLE regress_backup_owner LOGIN;
CREATE ROLE regress_backup_member LOGIN IN ROLE regress_backup_owner;
CREATE ROLE regress_backup_other LOGIN;
GRANT CREATE ON SCHEMA dynamodb TO regress_backup_owner, regress_backup_other;
CREATE TEMPORARY TABLE arns (key text PRIMARY KEY, arn text NOT NULL);
GRANT ALL ON arns TO PUBLIC;
-- Makes a backup and keeps its ARN under that key.
CREATE FUNCTION pg_temp.backup(key text, table_name text, name text DEFAULT 'nightly') RETURNS text LANGUAGE sql AS $$
	INSERT INTO arns SELECT key, dynapg.create_backup(json_build_object('TableName', table_name, 'BackupName', name)) #>> '{BackupDetails,BackupArn}'
	RETURNING 'made'
$$;
-- What is different every time is taken out of a reply.
CREATE FUNCTION pg_temp.plain(reply text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(reply, '0\d{13}-[0-9a-f]{8}', 'ID', 'g'), '(DateTime"?:)\d+\.\d+', '\1"T"', 'g'),
		'"TableId":"[-0-9a-f]{36}"', '"TableId":"U"', 'g'), '("BackupSizeBytes":)[1-9]\d*', '\1"N"', 'g'), '20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ', 'T', 'g')
$$;
-- An operation on the backup of that key.
CREATE FUNCTION pg_temp.on_backup(operation text, key text, more json DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.plain(pg_temp.answer(operation, (jsonb_build_object('BackupArn', a.arn) || more::jsonb)::text)) FROM arns a WHERE a.key = on_backup.key
$$;
CREATE FUNCTION pg_temp.plainly(operation text, request text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.plain(pg_temp.answer(operation, request)) $$;
CREATE FUNCTION pg_temp.keys(table_name text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(i #>> '{o,S}' || (i #>> '{n,N}'), ' ' ORDER BY i #>> '{o,S}', i #>> '{n,N}')
	FROM json_array_elements(dynapg.scan(json_build_object('TableName', table_name)) -> 'Items') AS i
$$;
\set ECHO all

SET ROLE regress_backup_owner;
SELECT pg_temp.answer('create_table', '{"TableName":"Backed","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6},
	"KeySchema":[{"AttributeName":"o","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"o","AttributeType":"S"},
	{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"l","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"B"}],
	"LocalSecondaryIndexes":[{"IndexName":"by-l","KeySchema":[{"AttributeName":"o","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["b","a"]},
	"ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4}},{"IndexName":"by-h","KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"KEYS_ONLY"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}],
	"Tags":[{"Key":"team","Value":"ours"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},"DeletionProtectionEnabled":true,
	"SSESpecification":{"Enabled":true,"SSEType":"KMS","KMSMasterKeyId":"some-key"},"ResourcePolicy":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}"}') IS NOT NULL;
SELECT count(dynapg.put_item(json_build_object('TableName', 'Backed', 'Item', json_build_object('o', json_build_object('S', 'a'), 'n', json_build_object('N', n::text),
	'g', json_build_object('S', 'x'), 'l', json_build_object('S', 'y'), 'long', json_build_object('S', repeat('z', n * 5000)))))) FROM generate_series(1, 5) AS n;
SELECT dynapg.update_time_to_live('{"TableName":"Backed","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"until"}}');

-- the requests
SELECT pg_temp.answer('create_backup', '{}');
SELECT pg_temp.answer('create_backup', '{"TableName":"Backed","BackupName":"no"}');
SELECT pg_temp.answer('create_backup', '{"TableName":"Backed","BackupName":"not/this"}');
SELECT pg_temp.answer('create_backup', '{"TableName":"Missing","BackupName":"nightly"}');
SELECT arn, pg_temp.answer('describe_backup', json_build_object('BackupArn', arn)::text) FROM unnest(ARRAY['', 'short', repeat('x', 48), 'arn:aws:dynamodb:us-east-1:000000000000',
	'arn:aws-cn:dynamodb:us-east-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a', 'arn:aws:s3:us-east-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a',
	'arn:aws:dynamodb:us-east-1:111111111111:table/Backed/backup/01576616366715-b4e58d3a', 'arn:aws:dynamodb:us-east-1:000000000000:table/Backed/index/by-g']) AS arn;
SELECT pg_temp.answer('describe_backup', '{"BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed"}');
SELECT pg_temp.answer('describe_backup', '{"BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a"}');
SELECT pg_temp.answer('delete_backup', '{"BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a"}');
SELECT pg_temp.answer('restore_table_from_backup', '{"TargetTableName":"New","BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a"}');
SELECT pg_temp.answer('restore_table_from_backup', '{"BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed"}');
SELECT pg_temp.answer('list_backups', '{"Limit":101,"BackupType":"NONE"}');
SELECT pg_temp.answer('list_backups', '{"ExclusiveStartBackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed"}');
SELECT pg_temp.answer('list_backups', '{"ExclusiveStartBackupArn":"arn:aws:dynamodb:eu-west-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a"}');
SELECT pg_temp.answer('list_backups', '{"ExclusiveStartBackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed/backup/01576616366715-b4e58d3a"}');
SELECT pg_temp.answer('list_backups', '{"TimeRangeLowerBound":2,"TimeRangeUpperBound":1}');
SELECT pg_temp.answer('list_backups', '{"TableName":"Missing"}');

-- a backup, and its description
SELECT pg_temp.plainly('create_backup', '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed","BackupName":"first"}');
SELECT pg_temp.backup('second', 'Backed', 'first');
SELECT pg_temp.on_backup('describe_backup', 'second');
-- its time is in its ARN
SELECT (dynapg.describe_backup(json_build_object('BackupArn', arn)) #>> '{BackupDescription,BackupDetails,BackupCreationDateTime}')::numeric * 1000
	= substring(arn FROM '/backup/0(\d{13})-')::numeric FROM arns WHERE key = 'second';
SELECT (dynapg.describe_backup(json_build_object('BackupArn', arn)) #>> '{BackupDescription,BackupDetails,BackupSizeBytes}')::bigint = pg_table_size(b.copy),
	b.copy::regclass::text ~ '^dynamodb."Backed backup 0\d{13}-[0-9a-f]{8}"$', pg_get_userbyid(c.relowner)
	FROM arns JOIN dynapg.backups b ON arn LIKE '%' || b.id JOIN pg_class c ON c.oid = b.copy WHERE key = 'second';

-- the table changes, the backup does not
SELECT dynapg.delete_item('{"TableName":"Backed","Key":{"o":{"S":"a"},"n":{"N":"1"}}}');
SELECT dynapg.update_item('{"TableName":"Backed","Key":{"o":{"S":"a"},"n":{"N":"2"}},"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":{"S":"other"}}}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Restored"}');
SELECT pg_temp.keys('Backed'), pg_temp.keys('Restored');
SELECT pg_temp.plainly('describe_table', '{"TableName":"Restored"}');
SELECT dynapg.query('{"TableName":"Restored","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}},"Select":"COUNT"}');
SELECT dynapg.query('{"TableName":"Restored","IndexName":"by-l","KeyConditionExpression":"o = :o","ExpressionAttributeValues":{":o":{"S":"a"}},"Select":"COUNT"}');
-- what is not restored
SELECT dynapg.list_tags_of_resource('{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Restored"}'), dynapg.describe_time_to_live('{"TableName":"Restored"}');
SELECT pg_temp.answer('get_resource_policy', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Restored"}');
-- it is a table as any other
SELECT dynapg.put_item('{"TableName":"Restored","Item":{"o":{"S":"a"},"n":{"N":"1"}},"ReturnValues":"ALL_OLD"}') #>> '{Attributes,g,S}';
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'dynamodb."Restored"'::regclass AND contype = 'p';
SELECT a.attname, a.attnotnull, format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, a.attcompression = b.attcompression AS compressed
	FROM pg_attribute a JOIN pg_attribute b ON b.attrelid = 'dynamodb."Backed"'::regclass AND b.attname = a.attname
	WHERE a.attrelid = 'dynamodb."Restored"'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT reloptions FROM pg_class WHERE oid = 'dynamodb."Restored"'::regclass;
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Restored"}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Backed"}');

-- overrides
CREATE FUNCTION pg_temp.restore(target text, more json) RETURNS json LANGUAGE sql AS $$
	SELECT json_build_object('billing', d #> '{BillingModeSummary,BillingMode}', 'units', d -> 'ProvisionedThroughput', 'most', d -> 'OnDemandThroughput',
		'sse', d -> 'SSEDescription', 'attributes', d -> 'AttributeDefinitions', 'local', d #> '{LocalSecondaryIndexes,0,IndexName}', 'global',
		(SELECT json_agg(json_build_array(g -> 'IndexName', g -> 'ProvisionedThroughput', g -> 'OnDemandThroughput')) FROM json_array_elements(d -> 'GlobalSecondaryIndexes') AS g))
	FROM (SELECT pg_temp.on_backup('restore_table_from_backup', 'second', (more::jsonb || jsonb_build_object('TargetTableName', target))::json)::json -> 'TableDescription') AS r (d)
$$;
SELECT pg_temp.restore('No-Indexes', '{"GlobalSecondaryIndexOverride":[],"LocalSecondaryIndexOverride":[],"SSESpecificationOverride":{"Enabled":false}}');
SELECT pg_temp.restore('One-Index', '{"GlobalSecondaryIndexOverride":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["b","a"]},"ProvisionedThroughput":{"ReadCapacityUnits":30,"WriteCapacityUnits":40}}],
	"ProvisionedThroughputOverride":{"ReadCapacityUnits":50,"WriteCapacityUnits":60},"SSESpecificationOverride":{"Enabled":true,"SSEType":"KMS","KMSMasterKeyId":"new-key"}}');
-- an index keeps its keys and its projection, but may have a new name
SELECT pg_temp.restore('Renamed', '{"GlobalSecondaryIndexOverride":[{"IndexName":"new-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","b"]},"ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}}],
	"LocalSecondaryIndexOverride":[{"IndexName":"new-l","KeySchema":[{"AttributeName":"o","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}');
SELECT dynapg.query('{"TableName":"Renamed","IndexName":"new-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}},"Select":"COUNT"}');
SELECT dynapg.query('{"TableName":"Renamed","IndexName":"new-l","KeyConditionExpression":"o = :o","ExpressionAttributeValues":{":o":{"S":"a"}},"Select":"COUNT"}');
SELECT dynapg.delete_table('{"TableName":"Renamed"}') IS NOT NULL;
SELECT pg_temp.restore('On-Demand', '{"BillingModeOverride":"PAY_PER_REQUEST","OnDemandThroughputOverride":{"MaxReadRequestUnits":7}}');
SELECT pg_temp.keys('No-Indexes'), pg_temp.keys('One-Index'), pg_temp.keys('On-Demand');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","BillingModeOverride":"PAY_PER_REQUEST","ProvisionedThroughputOverride":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","OnDemandThroughputOverride":{"MaxReadRequestUnits":7}}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","GlobalSecondaryIndexOverride":[{"IndexName":"by-x",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","GlobalSecondaryIndexOverride":[{"IndexName":"by-g",
	"KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","b"]}}]}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","GlobalSecondaryIndexOverride":[{"IndexName":"by-g",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","c"]}}]}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","GlobalSecondaryIndexOverride":[{"IndexName":"by-g",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","b"]}}]}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Not","BillingModeOverride":"PAY_PER_REQUEST","GlobalSecondaryIndexOverride":[{"IndexName":"by-g",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","b"]},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]}');
SELECT pg_temp.answer('restore_table_from_backup', json_build_object('TargetTableName', name, 'BackupArn', 'x')::text) FROM unnest(ARRAY['', 'No', 'bad name!', 'Not']) AS name;
-- an on-demand table's backup
SELECT pg_temp.backup('on demand', 'On-Demand');
SELECT pg_temp.on_backup('describe_backup', 'on demand')::json #> '{BackupDescription,SourceTableDetails,ProvisionedThroughput}';
SELECT pg_temp.on_backup('restore_table_from_backup', 'on demand', '{"TargetTableName":"Not","BillingModeOverride":"PROVISIONED"}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'on demand', '{"TargetTableName":"Not","BillingModeOverride":"PROVISIONED","ProvisionedThroughputOverride":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'on demand', '{"TargetTableName":"Not","ProvisionedThroughputOverride":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}');
SELECT pg_temp.on_backup('restore_table_from_backup', 'on demand', '{"TargetTableName":"Not","OnDemandThroughputOverride":{"MaxWriteRequestUnits":0}}');
-- a table without Time to Live, a stream, indexes has no features
SELECT pg_temp.backup('plain', 'No-Indexes'), pg_temp.on_backup('describe_backup', 'plain')::json #>> '{BackupDescription,SourceTableFeatureDetails}';
SELECT pg_temp.on_backup('delete_backup', 'plain')::json #>> '{BackupDescription,BackupDetails,BackupStatus}';
SELECT pg_temp.on_backup('restore_table_from_backup', 'on demand', '{"TargetTableName":"Not","BillingModeOverride":"PROVISIONED",
	"ProvisionedThroughputOverride":{"ReadCapacityUnits":1,"WriteCapacityUnits":2},"GlobalSecondaryIndexOverride":[]}')::json #> '{TableDescription,ProvisionedThroughput}';
SELECT pg_temp.keys('Not');

-- lists, paged, by table and time
SELECT pg_temp.plainly('list_backups', '{}');
SELECT count(*) FROM json_array_elements(dynapg.list_backups('{"TableName":"Backed"}') -> 'BackupSummaries');
SELECT count(*) FROM json_array_elements(dynapg.list_backups('{"BackupType":"ALL"}') -> 'BackupSummaries');
SELECT dynapg.list_backups('{"BackupType":"SYSTEM"}'), dynapg.list_backups('{"BackupType":"AWS_BACKUP"}');
SELECT page ->> 'LastEvaluatedBackupArn' = page #>> '{BackupSummaries,1,BackupArn}', next ->> 'LastEvaluatedBackupArn', json_array_length(next -> 'BackupSummaries')
	FROM dynapg.list_backups('{"Limit":2}') AS page, LATERAL dynapg.list_backups(json_build_object('Limit', 2, 'ExclusiveStartBackupArn', page -> 'LastEvaluatedBackupArn')) AS next;
-- the lower bound is inclusive, the upper one exclusive
SELECT json_array_length(dynapg.list_backups(json_build_object('TimeRangeLowerBound', at)) -> 'BackupSummaries'),
	json_array_length(dynapg.list_backups(json_build_object('TimeRangeUpperBound', at)) -> 'BackupSummaries'),
	json_array_length(dynapg.list_backups('{"TimeRangeUpperBound":1e300,"TimeRangeLowerBound":-1e300}') -> 'BackupSummaries')
	FROM (SELECT (dynapg.describe_backup(json_build_object('BackupArn', arn)) #>> '{BackupDescription,BackupDetails,BackupCreationDateTime}')::numeric AS at
		FROM arns WHERE key = 'second') AS second;

-- members of the owner's role see backups, others do not
SET ROLE regress_backup_other;
SELECT pg_temp.on_backup('describe_backup', 'second'), pg_temp.on_backup('delete_backup', 'second');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Stolen"}');
SELECT dynapg.list_backups();
SELECT pg_temp.answer('create_backup', '{"TableName":"Backed","BackupName":"nightly"}');
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Backed","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}');
DO $$
DECLARE
	copy regclass := b.copy FROM dynapg.backups b ORDER BY id LIMIT 1;
BEGIN
	EXECUTE format('SELECT FROM %s', copy);
EXCEPTION WHEN insufficient_privilege THEN
	RAISE NOTICE 'and they do not read the copy';
END $$;
INSERT INTO dynapg.backups (id, name, table_name, table_id, copy, created_at, definition)
	VALUES ('x', 'x', 'x', '00000000-0000-0000-0000-000000000000', 'dynamodb."Backed"', now(), '{}');
SET ROLE regress_backup_member;
SELECT json_array_length(dynapg.list_backups() -> 'BackupSummaries');
SELECT pg_temp.backup('by a member', 'Backed');
SELECT pg_get_userbyid(c.relowner) FROM dynapg.backups b JOIN pg_class c ON c.oid = b.copy JOIN arns ON arn LIKE '%' || b.id WHERE key = 'by a member';
RESET ROLE;
-- a grant on the catalog gives nobody the tables of others
GRANT INSERT, UPDATE, DELETE ON dynapg.backups TO regress_backup_other;
SET ROLE regress_backup_other;
INSERT INTO dynapg.backups (id, name, table_name, table_id, copy, created_at, definition)
	VALUES ('x', 'x', 'x', '00000000-0000-0000-0000-000000000000', 'dynamodb."Backed"', now(), '{}');
INSERT INTO dynapg.backups (id, name, table_name, table_id, source, created_at, definition)
	VALUES ('x', 'x', 'x', '00000000-0000-0000-0000-000000000000', 'dynamodb."Backed"', now(), '{}');
DELETE FROM dynapg.backups;
RESET ROLE;
REVOKE ALL ON dynapg.backups FROM regress_backup_other;

-- default privileges give others no rights on a copy
ALTER DEFAULT PRIVILEGES FOR ROLE regress_backup_owner IN SCHEMA dynamodb GRANT SELECT ON TABLES TO regress_backup_other, PUBLIC;
SET ROLE regress_backup_owner;
SELECT pg_temp.backup('default privileges', 'Backed');
SELECT has_table_privilege('regress_backup_other', b.copy, 'SELECT') FROM dynapg.backups b JOIN arns ON arn LIKE '%' || b.id WHERE key = 'default privileges';
RESET ROLE;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_backup_owner IN SCHEMA dynamodb REVOKE SELECT ON TABLES FROM regress_backup_other, PUBLIC;

-- an owner who does not see all rows, or may not create tables, makes no backup
SET ROLE regress_backup_owner;
ALTER TABLE dynamodb."No-Indexes" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT pg_temp.answer('create_backup', '{"TableName":"No-Indexes","BackupName":"nightly"}');
RESET ROLE;
SELECT pg_temp.answer('create_backup', '{"TableName":"No-Indexes","BackupName":"by-superuser"}');
REVOKE CREATE ON SCHEMA dynamodb FROM regress_backup_owner;
SELECT pg_temp.answer('create_backup', '{"TableName":"Backed","BackupName":"nightly"}');
GRANT CREATE ON SCHEMA dynamodb TO regress_backup_owner;
SELECT current_user = session_user;

-- it is part of the caller's transaction
SET ROLE regress_backup_owner;
BEGIN;
SELECT pg_temp.backup('undone', 'One-Index');
SELECT json_array_length(dynapg.list_backups('{"TableName":"One-Index"}') -> 'BackupSummaries');
ROLLBACK;
SELECT dynapg.list_backups('{"TableName":"One-Index"}');

-- an index that is being dropped is not in it
BEGIN;
SET LOCAL dynapg.index_build = background;
SELECT dynapg.update_table('{"TableName":"On-Demand","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-h"}}]}') IS NOT NULL;
SET LOCAL dynapg.index_build = immediate;
SELECT pg_temp.backup('without by-h', 'On-Demand');
SELECT g ->> 'IndexName' FROM json_array_elements(pg_temp.on_backup('describe_backup', 'without by-h')::json
	#> '{BackupDescription,SourceTableFeatureDetails,GlobalSecondaryIndexes}') AS g;
SELECT pg_temp.on_backup('restore_table_from_backup', 'without by-h', '{"TargetTableName":"Fewer"}')::json #>> '{TableDescription,TableStatus}';
ROLLBACK;

-- names that are long, or taken
SELECT pg_temp.answer('create_table', format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"o","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"o","AttributeType":"B"}]}', repeat('x', 255))) IS NOT NULL;
SELECT pg_temp.backup('long', repeat('x', 255)), pg_temp.backup('longer', repeat('x', 255));
SELECT pg_temp.on_backup('restore_table_from_backup', 'longer', json_build_object('TargetTableName', repeat('y', 255)))::json #>> '{TableDescription,TableStatus}';

-- a backup outlives its table
SELECT dynapg.update_table('{"TableName":"Backed","DeletionProtectionEnabled":false}') IS NOT NULL, dynapg.delete_table('{"TableName":"Backed"}') IS NOT NULL;
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Backed"}')::json #>> '{TableDescription,TableStatus}';
SELECT pg_temp.keys('Backed');
-- deleted, it is gone
SELECT pg_temp.on_backup('delete_backup', 'second')::json #> '{BackupDescription,BackupDetails}';
SELECT pg_temp.on_backup('describe_backup', 'second');
SELECT pg_temp.on_backup('delete_backup', 'second');
SELECT pg_temp.on_backup('restore_table_from_backup', 'second', '{"TargetTableName":"Late"}');
SELECT pg_temp.keys('Backed');
-- as it is when its copy is dropped
DO $$
BEGIN
	EXECUTE (SELECT format('DROP TABLE %s', b.copy) FROM dynapg.backups b JOIN arns ON arn LIKE '%' || b.id WHERE key = 'long');
END $$;
SELECT pg_temp.on_backup('describe_backup', 'long');

-- the setting of point-in-time recovery
SELECT pg_temp.answer('describe_continuous_backups', '{"TableName":"Backed"}');
SELECT pg_temp.answer('describe_continuous_backups', '{"TableName":"Missing"}'), pg_temp.answer('update_continuous_backups',
	'{"TableName":"Missing","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}');
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Backed"}');
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Backed","PointInTimeRecoverySpecification":{"RecoveryPeriodInDays":36}}');
SELECT pg_temp.plainly('restore_table_to_point_in_time', '{"SourceTableName":"Backed","TargetTableName":"New","UseLatestRestorableTime":true}');
-- a distributed table has no point-in-time recovery
SELECT pg_temp.keep_local('Backed');
SELECT pg_temp.plainly('update_continuous_backups', '{"TableName":"Backed","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}');
SELECT d ->> 'EarliestRestorableDateTime' = d ->> 'LatestRestorableDateTime', d ->> 'EarliestRestorableDateTime' ~ '^\d{10}\.0$'
	FROM dynapg.describe_continuous_backups('{"TableName":"Backed"}') AS r, LATERAL (SELECT r #> '{ContinuousBackupsDescription,PointInTimeRecoveryDescription}') AS l (d);
SELECT pg_temp.plainly('update_continuous_backups', '{"TableName":"Backed","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":7}}');
SELECT pg_temp.plainly('describe_continuous_backups', '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed"}');
SELECT pg_temp.plainly('restore_table_to_point_in_time', '{"SourceTableArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Backed","TargetTableName":"New","RestoreDateTime":1}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"TargetTableName":"New"}'), pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Missing","TargetTableName":"New"}');
-- a later restore to then is as far back as the period, or the beginning
RESET ROLE;
UPDATE dynapg.recoveries SET since = '2020-01-01', since_xid = 1;
SELECT (d ->> 'LatestRestorableDateTime')::numeric - (d ->> 'EarliestRestorableDateTime')::numeric = 7 * 86400
	FROM dynapg.describe_continuous_backups('{"TableName":"Backed"}') AS r, LATERAL (SELECT r #> '{ContinuousBackupsDescription,PointInTimeRecoveryDescription}') AS l (d);
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Backed","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":false}}');

-- clean up
SELECT count(dynapg.delete_backup(json_build_object('BackupArn', s -> 'BackupArn'))) FROM json_array_elements(dynapg.list_backups() -> 'BackupSummaries') AS s
	WHERE EXISTS (SELECT FROM arns WHERE arn = s ->> 'BackupArn') OR s ->> 'TableName' = 'Backed';
SELECT count(*) FROM dynapg.backups;
SELECT count(dynapg.delete_table(json_build_object('TableName', name))) FROM dynapg.tables WHERE name ~ '^(Backed|Restored|No-Indexes|One-Index|On-Demand|Not|x{255}|y{255})$';
REVOKE CREATE ON SCHEMA dynamodb FROM regress_backup_owner, regress_backup_other;
DROP OWNED BY regress_backup_owner, regress_backup_other, regress_backup_member;
DROP ROLE regress_backup_owner, regress_backup_member, regress_backup_other;
