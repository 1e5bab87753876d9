-- hostile_rows: whoever may insert rows of his tables into the catalogs, as the owner who restores a dump, harms nobody with what the rows say.
\set ECHO none
\i sql/common.psql
CREATE ROLE hostile_rows;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO hostile_rows;
GRANT INSERT ON dynapg.tables, dynapg.indexes, dynapg.streams, dynapg.backups TO hostile_rows;
SET ROLE hostile_rows;
CREATE TABLE dynamodb.hostile_rows (pk text COLLATE "C" PRIMARY KEY, item dynapg.item NOT NULL);

-- The error, or what the API and the views show of a table with those settings; nothing of it stays.
CREATE FUNCTION pg_temp.show(definition text, definitions text DEFAULT '[]', index_definition text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	operation text;
	described text;
	shown text := '';
BEGIN
	INSERT INTO dynapg.tables (name, relid, pk_name, pk_type, attribute_definitions, deletion_protection, definition)
		VALUES ('HostileRows', 'dynamodb.hostile_rows', 'id', 'S', definitions::json, false, definition::json);
	INSERT INTO dynapg.indexes (table_relid, name, relation_name, is_global, partition_keys, key_names, key_types, projection, include, definition, position)
		VALUES ('dynamodb.hostile_rows', 'by-g', 'hostile_rows_g', true, 1, '{g}', '{S}', 'ALL', '{}', index_definition::json, 1);
	FOREACH operation IN ARRAY '{describe_table,describe_time_to_live,describe_continuous_backups,describe_contributor_insights,update_contributor_insights,
			update_table,scan,create_backup,describe_kinesis_streaming_destination,list_contributor_insights}'::text[] LOOP
		described := pg_temp.answer(operation, '{"TableName":"HostileRows","ContributorInsightsAction":"ENABLE","DeletionProtectionEnabled":true,"BackupName":"any"}');
		PERFORM described::json WHERE described LIKE '{%';
		shown := concat_ws(' ', shown, CASE WHEN described LIKE '{%' THEN 'ok' ELSE substr(described, 1, 200) END);
	END LOOP;
	FOREACH operation IN ARRAY '{list_tags_of_resource,get_resource_policy,delete_resource_policy}'::text[] LOOP
		described := pg_temp.answer(operation, '{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/HostileRows"}');
		shown := concat_ws(' ', shown, CASE WHEN described LIKE '{%' THEN 'ok' ELSE substr(described, 1, 5) END);
	END LOOP;
	PERFORM dynapg.run_jobs();
	PERFORM count(*) FROM dynapg.tags;
	PERFORM count(*) FROM dynapg.job_list;
	PERFORM count(*) FROM dynapg.ttl_list;
	PERFORM count(*) FROM dynapg.recovery_list;
	RAISE EXCEPTION USING MESSAGE = shown;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;

-- an empty definition is one without any settings
SELECT pg_temp.show('{}');
-- settings that lack what belongs to them do not exist
SELECT pg_temp.show('{"ContributorInsights":{"Enabled":true,"LastUpdateDateTime":5},"TimeToLive":{"Enabled":true},"ResourcePolicy":"{}",
	"StreamSpecification":{"StreamEnabled":true},"PointInTimeRecovery":{"EnabledDateTime":5},"SSESpecification":{"Enabled":true}}');
-- values of every kind, in every place: the outcomes
SELECT DISTINCT pg_temp.show(format(place, value)) AS shown
	FROM unnest(ARRAY['{"BillingMode":%s}', '{"ProvisionedThroughput":%s}', '{"ProvisionedThroughput":{"ReadCapacityUnits":%1$s,"LastIncreaseDateTime":%1$s}}',
			'{"OnDemandThroughput":%s}', '{"OnDemandThroughput":{"MaxReadRequestUnits":%s}}', '{"WarmThroughput":{"ReadUnitsPerSecond":%s}}',
			'{"SSESpecification":{"Enabled":%1$s,"KMSMasterKeyId":%1$s}}', '{"LatestStreamLabel":%s}',
			'{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":%1$s},"LatestStreamLabel":%1$s}', '{"TableClass":%s}',
			'{"TableClassLastUpdateDateTime":%1$s,"LastUpdateToPayPerRequestDateTime":%1$s}', '{"Tags":%s}', '{"Tags":[{"Key":%1$s,"Value":%1$s}]}',
			'{"ResourcePolicy":%1$s,"PolicyRevisionId":%1$s}', '{"KinesisDataStreamDestinations":%s}', '{"RestoreSummary":%s}',
			'{"RestoreSummary":{"SourceBackupArn":%1$s,"RestoreDateTime":%1$s}}', '{"ContributorInsights":%s}',
			'{"ContributorInsights":{"Enabled":true,"Mode":%1$s,"LastUpdateDateTime":%1$s}}', '{"TimeToLive":%s}',
			'{"TimeToLive":{"Enabled":true,"AttributeName":%1$s,"LastUpdateDateTime":%1$s}}',
			'{"PointInTimeRecovery":{"EnabledDateTime":5,"RecoveryPeriodInDays":%s}}', '{"PointInTimeRecovery":{"EnabledDateTime":%s}}', '%s', '[%s]']) AS place,
		unnest(ARRAY['null', '5', '-5', '1e999', '1e30', 'true', '"x"', '[]', '[5,{"Key":5}]', '{}', '{"x":1}']) AS value
	ORDER BY shown;
-- the same of indexes
SELECT DISTINCT pg_temp.show('{}', '[]', format(place, value)) AS shown
	FROM unnest(ARRAY['{"ContributorInsights":%s}', '{"ContributorInsights":{"Enabled":true,"Mode":%s}}', '{"ProvisionedThroughput":{"WriteCapacityUnits":%s}}', '%s']) AS place,
		unnest(ARRAY['null', '5', '1e999', 'true', '"x"', '[]', '{}', '{"x":1}']) AS value;
-- definitions of attributes that are none; texts that PostgreSQL cannot read
SELECT pg_temp.show('{}', '5');
SELECT pg_temp.show('{}', '[{"AttributeName":{"a":1},"AttributeType":"S"}]');
SELECT pg_temp.show('{}', '[{"AttributeName":"a","AttributeType":"L"}]');
SELECT pg_temp.show('{"Tags":[{"Key":"\u0000","Value":"x"}]}');
SELECT pg_temp.show('{}', '[]', '{"ContributorInsights":{"Mode":"\u0000"}}');
-- vector indexes that are none, which would stop every list of all tables
CREATE FUNCTION pg_temp.show_vector(vector text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO dynapg.indexes (table_relid, name, relation_name, is_global, partition_keys, key_names, key_types, projection, include, definition, position, vector)
		VALUES ('dynamodb.hostile_rows', 'by-v', 'hostile_rows_v', true, 0, '{}', '{}', 'ALL', '{}', '{}', 1, vector::json);
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;
SELECT vector, pg_temp.show_vector(vector) FROM unnest(ARRAY['5', '{}', '{"attribute":{},"distance":"COSINE","dimensions":3}', '{"attribute":"v","distance":5,"dimensions":3}',
	'{"attribute":"v","distance":"COSINE","dimensions":-3}', '{"attribute":"v","distance":"COSINE","dimensions":1e30}', '{"attribute":"v","distance":"COSINE","dimensions":"3"}']) AS vector;
-- the jobs of all tables go on
INSERT INTO dynapg.tables (name, relid, pk_name, pk_type, attribute_definitions, deletion_protection, definition) VALUES
	('HostileRows', 'dynamodb.hostile_rows', 'id', 'S', '[]', false, '{"PointInTimeRecovery":{"EnabledDateTime":5,"RecoveryPeriodInDays":"many"},
	"TimeToLive":{"AttributeName":"t","Enabled":"a"},"Tags":"none"}');
RESET ROLE;
SELECT dynapg.run_jobs();
SELECT days FROM dynapg.recovery_list WHERE table_name = 'HostileRows';
SELECT (SELECT count(*) FROM dynapg.tags WHERE table_name = 'HostileRows'), (SELECT count(*) FROM dynapg.job_list WHERE table_name = 'HostileRows');
SET ROLE hostile_rows;
SELECT dynapg.delete_table('{"TableName":"HostileRows"}') IS NOT NULL;
-- a stream has the name of its table, whether that of another role is there or is made later
RESET ROLE;
SELECT dynapg.create_table(format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}', 'HostileThere')::json) IS NOT NULL;
SET ROLE hostile_rows;
CREATE TABLE dynamodb.hostile_stream (pk text COLLATE "C" PRIMARY KEY, item dynapg.item NOT NULL);
INSERT INTO dynapg.streams (stream_id, table_name, label, relid, view, pk_name, pk_type)
	VALUES (1000001, 'HostileThere', '2099-01-01T00:00:00.000', 'dynamodb.hostile_stream', 'NEW_IMAGE', 'id', 'S');
INSERT INTO dynapg.streams (stream_id, table_name, label, relid, view, pk_name, pk_type)
	VALUES (1000001, 'HostileLater', '2099-01-01T00:00:00.000', 'dynamodb.hostile_stream', 'NEW_IMAGE', 'id', 'S');
RESET ROLE;
SELECT dynapg.create_table(format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}', 'HostileLater')::json) IS NOT NULL;
SELECT name, json_array_length(dynapg.list_streams(json_build_object('TableName', name)) -> 'Streams'),
	dynapg.list_streams(json_build_object('TableName', name)) #>> '{Streams,0,StreamArn}' = dynapg.describe_table(json_build_object('TableName', name)) #>> '{Table,LatestStreamArn}' AS latest
	FROM unnest(ARRAY['HostileThere', 'HostileLater']) AS name;
SELECT dynapg.put('HostileLater', '{"id":"a"}');
SELECT count(*) FROM dynapg.stream_records('HostileLater');
SELECT dynapg.delete_table(json_build_object('TableName', name)) IS NOT NULL FROM unnest(ARRAY['HostileThere', 'HostileLater']) AS name;
SET ROLE hostile_rows;
DROP TABLE dynamodb.hostile_stream;
-- a backup has the name of a table
CREATE TABLE dynamodb.hostile_rows (pk text, item dynapg.item);
INSERT INTO dynapg.backups (id, name, table_name, table_id, copy, created_at, definition)
	VALUES ('01', 'any', 'no/table/name', gen_random_uuid(), 'dynamodb.hostile_rows', now(), '{}');
INSERT INTO dynapg.backups (id, name, table_name, table_id, copy, created_at, definition)
	VALUES ('01', 'any', 'HostileRows', gen_random_uuid(), 'dynamodb.hostile_rows', now(), '"\u0000"');
INSERT INTO dynapg.backups (id, name, table_name, table_id, copy, created_at, definition)
	VALUES ('01', 'any', 'HostileRows', gen_random_uuid(), 'dynamodb.hostile_rows', now(), '{"SourceTableDetails":5,"TimeToLiveDescription":[],"KeySchema":{}}');
SELECT dynapg.list_backups('{"TableName":"HostileRows"}') #> '{BackupSummaries,0,BackupName}';
SELECT pg_temp.answer('restore_table_from_backup', '{"TargetTableName":"HostileRows2","BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/HostileRows/backup/01"}');
DROP TABLE dynamodb.hostile_rows;
RESET ROLE;
DROP OWNED BY hostile_rows;
DROP ROLE hostile_rows;
