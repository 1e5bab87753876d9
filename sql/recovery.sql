-- recovery: point-in-time recovery: what is kept, RestoreTableToPointInTime with its overrides and errors, rights, DDL on the table
\set ECHO none
\i sql/common.psql
-- A distributed table has no point-in-time recovery.
SET dynapg.distribute_tables = off;

-- A reply without what differs from run to run.
CREATE FUNCTION pg_temp.plainly(operation text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(pg_temp.answer(operation, request), '("\w*(DateTime|TableId)"):("[^"]*"|[0-9.]+)', '\1:"T"', 'g'),
		'(key/)[-0-9a-f]{36}', '\1K', 'g'), '\d+-\d\d-\d\dT\d\d:\d\d:\d\dZ', 'T', 'g')
$$;
CREATE FUNCTION pg_temp.plain_backup(backup json) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', backup ->> 'TableName', backup ->> 'BackupName', backup ->> 'BackupType', backup ->> 'BackupStatus',
		round((backup ->> 'BackupExpiryDateTime')::numeric - (backup ->> 'BackupCreationDateTime')::numeric) / 86400)
$$;
CREATE FUNCTION pg_temp.enable(name text, enabled boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.plainly('update_continuous_backups', json_build_object('TableName', name, 'PointInTimeRecoverySpecification',
		json_build_object('PointInTimeRecoveryEnabled', enabled))::text)
$$;
CREATE FUNCTION pg_temp.items(name text, moment timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(i::text, ' ' ORDER BY i::text) FROM dynapg.items_at(name, moment) AS i
$$;
CREATE FUNCTION pg_temp.restore(source text, target text, moment timestamptz, more json DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.plainly('restore_table_to_point_in_time', (jsonb_build_object('SourceTableName', source, 'TargetTableName', target, 'RestoreDateTime',
		extract(epoch FROM moment)) || more::jsonb)::text)
$$;

CREATE ROLE regress_recovery_owner LOGIN;
CREATE ROLE regress_recovery_other LOGIN;
GRANT CREATE ON SCHEMA dynamodb TO regress_recovery_owner;
SET ROLE regress_recovery_owner;
SELECT count(dynapg.create_table('{"TableName":"Past","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"by-g-local","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}'));

-- without it
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Restored","UseLatestRestorableTime":true}');
SELECT pg_temp.items('Past', now());
SELECT count(dynapg.put_item('{"TableName":"Past","Item":{"id":{"S":"a"},"n":{"N":"1.50"},"v":{"S":"before"}}}'));
SELECT clock_timestamp() AS before \gset
SELECT pg_sleep(1.1);
SELECT pg_temp.enable('Past');
SELECT clock_timestamp() AS start, pg_sleep(0.02) \gset
SELECT count(dynapg.put_item('{"TableName":"Past","Item":{"id":{"S":"a"},"n":{"N":"1.5"},"v":{"S":"one"},"g":{"S":"x"}}}'));
SELECT count(dynapg.put_item('{"TableName":"Past","Item":{"id":{"S":"b"},"n":{"N":"-7"},"v":{"S":"one"}}}'));
SELECT pg_sleep(0.02), clock_timestamp() AS one, pg_sleep(0.02) \gset
BEGIN;
SELECT count(dynapg.delete_item('{"TableName":"Past","Key":{"id":{"S":"a"},"n":{"N":"1.5"}}}'));
SELECT clock_timestamp() AS inside \gset
SELECT count(dynapg.put_item('{"TableName":"Past","Item":{"id":{"S":"c"},"n":{"N":"1e30"},"v":{"S":"two"}}}'));
SAVEPOINT s;
SELECT count(dynapg.put_item('{"TableName":"Past","Item":{"id":{"S":"b"},"n":{"N":"-7"},"v":{"S":"never"}}}'));
ROLLBACK TO s;
UPDATE dynamodb."Past" SET sk = 2, item = dynapg.item_update(item, 'SET n = :n', NULL, '{":n":{"N":"2"}}') WHERE pk = 'b';
COMMIT;
SELECT pg_sleep(0.02), clock_timestamp() AS two \gset
SELECT pg_temp.items('Past', :'start');
SELECT pg_temp.items('Past', :'one');
SELECT pg_temp.items('Past', :'inside') = pg_temp.items('Past', :'one') AS all_or_nothing;
SELECT pg_temp.items('Past', :'two');
SELECT pg_temp.items('Past', :'before');
SELECT old_item, new_item FROM dynapg.changes_between('Past', :'start', :'one') ORDER BY new_item::text;
SELECT old_item, new_item FROM dynapg.changes_between('Past', :'one', :'two') ORDER BY old_item::text, new_item::text;
SELECT old_item, new_item FROM dynapg.changes_between('Past', :'two', :'two');
SELECT old_item, new_item FROM dynapg.changes_between('Past', :'two', :'one');

-- a restore
SELECT pg_temp.restore('Past', 'Restored', :'one');
SELECT pk, sk, item FROM dynamodb."Restored" ORDER BY pk, sk;
SELECT regexp_replace(dynapg.describe_table('{"TableName":"Restored"}')::text, '.*("RestoreSummary":.*?\}).*', '\1') ~ '"RestoreInProgress":false';
SELECT dynapg.query('{"TableName":"Restored","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}}');
SELECT to_timestamp((dynapg.describe_table('{"TableName":"Restored"}') #>> '{Table,RestoreSummary,RestoreDateTime}')::float8)
	- :'one'::timestamptz BETWEEN '-2 ms' AND '2 ms';
SELECT pg_temp.restore('Past', 'Restored', :'one');
SELECT pg_temp.plainly('restore_table_to_point_in_time', '{"SourceTableArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Past","TargetTableName":"Overridden",
	"UseLatestRestorableTime":true,"BillingModeOverride":"PROVISIONED","ProvisionedThroughputOverride":{"ReadCapacityUnits":3,"WriteCapacityUnits":4},
	"GlobalSecondaryIndexOverride":[],"LocalSecondaryIndexOverride":[],"SSESpecificationOverride":{"Enabled":true,"SSEType":"KMS"}}');
SELECT pk, sk, item FROM dynamodb."Overridden" ORDER BY pk, sk;
SELECT pg_temp.plainly('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Third","UseLatestRestorableTime":true,"OnDemandThroughputOverride":{"MaxReadRequestUnits":5},
	"GlobalSecondaryIndexOverride":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}');

-- errors
SELECT pg_temp.restore('Past', 'Wrong', :'before');
SELECT pg_temp.restore('Past', 'Wrong', clock_timestamp() + '10 s');
SELECT pg_temp.plainly('restore_table_to_point_in_time', format('{"SourceTableName":"Past","TargetTableName":"Wrong","RestoreDateTime":%s}', n))
	FROM unnest(ARRAY['-1', '1e300', '0']) AS n;
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Wrong"}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Wrong","UseLatestRestorableTime":false}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Wrong","UseLatestRestorableTime":true,"RestoreDateTime":1}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"TargetTableName":"Wrong","UseLatestRestorableTime":true}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Missing","TargetTableName":"Wrong","UseLatestRestorableTime":true}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Past","UseLatestRestorableTime":true}');
SELECT pg_temp.answer('restore_table_to_point_in_time', json_build_object('SourceTableName', 'Past', 'TargetTableName', name, 'UseLatestRestorableTime', true)::text)
	FROM unnest(ARRAY['', 'no', 'bad name!', 'arn:aws:dynamodb:us-east-1:000000000000:table/New']) AS name;
-- the time is looked at before the table, the table before the name that is taken
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Missing","TargetTableName":"Past"}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Missing","TargetTableName":"Past","UseLatestRestorableTime":true}');
SELECT pg_temp.plainly('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Past","RestoreDateTime":1}');
-- the source by its ARN
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","SourceTableArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Past","TargetTableName":"Wrong",
	"UseLatestRestorableTime":true}');
SELECT arn, pg_temp.answer('restore_table_to_point_in_time', json_build_object('SourceTableArn', arn, 'TargetTableName', 'Past', 'UseLatestRestorableTime', true)::text)
	FROM unnest(ARRAY['Past', 'arn:aws:dynamodb:us-east-1:000000000000', 'arn:aws:dynamodb:us-east-1:000000000000:table/Past/index/by-g', 'arn:aws:dynamodb:us-east-1:111111111111:table/Past',
	'arn:aws:dynamodb:eu-west-1:000000000000:table/Past', 'arn:aws:dynamodb:us-east-1:000000000000:table/Missing', 'arn:aws:dynamodb:us-east-1:000000000000:table/Past']) AS arn;
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableArn":"arn:aws:dynamodb:eu-west-1:000000000000:table/Past","TargetTableName":"Wrong","UseLatestRestorableTime":true,
	"SSESpecificationOverride":{"Enabled":false}}');
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Missing","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":false,"RecoveryPeriodInDays":7}}');
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Wrong","UseLatestRestorableTime":true,"GlobalSecondaryIndexOverride":
	[{"IndexName":"other","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}');
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Past","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":36}}');
SELECT pg_temp.answer('update_continuous_backups', '{"TableName":"Past","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":0}}');
SELECT pg_temp.items('Missing', now());
TRUNCATE dynamodb."Past";
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM dynamodb."Past";
SELECT pg_temp.items('Past', :'one') IS NOT NULL;
COMMIT;

-- in the transaction that enables it there is nothing to restore yet
BEGIN;
SELECT count(dynapg.create_table('{"TableName":"Young","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"}]}'));
SELECT pg_temp.enable('Young');
SELECT pg_temp.plainly('restore_table_to_point_in_time', '{"SourceTableName":"Young","TargetTableName":"Wrong","UseLatestRestorableTime":true}');
COMMIT;

-- binary keys; items that are stored apart; an item that is written twice by one transaction, also by a trigger before the log sees the first write
SELECT count(dynapg.put_item(format('{"TableName":"Young","Item":{"id":{"B":"AP9c"},"v":{"S":"%s"}}}', repeat('0123456789', 1000))));
SELECT count(dynapg.put_item('{"TableName":"Young","Item":{"id":{"B":"AQ=="},"v":{"S":"one"}}}'));
SELECT count(dynapg.put_item('{"TableName":"Young","Item":{"id":{"B":"Ag=="},"v":{"S":"one"}}}'));
SELECT pg_sleep(0.02), clock_timestamp() AS three, pg_sleep(0.02) \gset
CREATE FUNCTION pg_temp.again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		INSERT INTO dynamodb."Young" SELECT '\x02', '{"id":{"B":"Ag=="},"v":{"S":"came again"}}' WHERE OLD.pk = '\x01';
	ELSE
		UPDATE dynamodb."Young" SET item = dynapg.item_update(item, 'SET v = :v', NULL, '{":v":{"S":"again"}}') WHERE pk = '\x02' AND NEW.pk = '\x01' AND pg_trigger_depth() = 1;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER again AFTER UPDATE OR DELETE ON dynamodb."Young" FOR EACH ROW EXECUTE FUNCTION pg_temp.again();
UPDATE dynamodb."Young" SET item = dynapg.item_update(item, 'SET v = :v', NULL, '{":v":{"S":"two"}}') WHERE pk <> '\x00ff5c';
SELECT pg_sleep(0.02), clock_timestamp() AS four, pg_sleep(0.02) \gset
DELETE FROM dynamodb."Young";
SELECT pg_sleep(0.02), clock_timestamp() AS five \gset
SELECT pg_temp.items('Young', :'five');
SELECT pg_temp.items('Young', :'four') LIKE '%"Ag=="},"v":{"S":"again"%', replace(pg_temp.items('Young', :'three'), repeat('0123456789', 1000), 'long');
SELECT count(pg_temp.restore('Young', 'Young-Restored', :'three'));
SELECT pk, length(item::text) FROM dynamodb."Young-Restored" ORDER BY pk;

-- another name, another column, a table that is built again: the history goes on
ALTER TABLE dynamodb."Past" ADD COLUMN note text DEFAULT random()::text;
ALTER TABLE dynamodb."Past" RENAME TO "Elsewhere";
UPDATE dynamodb."Elsewhere" SET item = dynapg.item_update(item, 'SET v = :v', NULL, '{":v":{"S":"renamed"}}') WHERE pk = 'c';
ALTER TABLE dynamodb."Elsewhere" DROP COLUMN note;
SELECT pg_temp.items('Past', :'two');
ALTER TABLE dynamodb."Elsewhere" RENAME TO "Past";
SELECT pg_temp.items('Past', clock_timestamp());

SELECT table_name, days, records, bytes > 0, earliest = since FROM dynapg.recovery_list ORDER BY table_name;

-- who may not read the table sees no history of it, and who is not its owner restores nothing
SET ROLE regress_recovery_other;
SELECT pg_temp.items('Past', :'one');
-- nothing but the message
\set VERBOSITY default
SELECT * FROM dynapg.items_at('Past', :'one');
SELECT * FROM dynapg.changes_between('Past', :'one', :'one');
\set VERBOSITY terse
SELECT * FROM dynapg.recovery_rows('dynamodb."Past"', '\x');
SELECT count(*) FROM dynapg.history;
SELECT count(*) FROM dynapg.recoveries;
SELECT count(*) FROM dynapg.recovery_list;
SELECT pg_temp.answer('restore_table_to_point_in_time', '{"SourceTableName":"Past","TargetTableName":"Wrong","UseLatestRestorableTime":true}');
SELECT pg_temp.enable('Past', false);
RESET ROLE;
GRANT SELECT ON dynamodb."Past" TO regress_recovery_other;
SET ROLE regress_recovery_other;
SELECT pg_temp.items('Past', :'one') IS NOT NULL;
SELECT * FROM dynapg.recovery_rows('dynamodb."Past"', '\x00', NULL);
RESET ROLE;
ALTER TABLE dynamodb."Past" ENABLE ROW LEVEL SECURITY;
SET ROLE regress_recovery_other;
\set VERBOSITY default
SELECT * FROM dynapg.items_at('Past', :'one');
\set VERBOSITY terse
RESET ROLE;
ALTER TABLE dynamodb."Past" DISABLE ROW LEVEL SECURITY;
-- nobody writes into another table's history
SET ROLE regress_recovery_other;
CREATE TEMPORARY TABLE mine (pk text, item dynapg.item);
CREATE TRIGGER forged AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION dynapg.record_history();
INSERT INTO mine VALUES ('a', '{"a":{"S":"b"}}');
SELECT dynapg.record_history();
RESET ROLE;

-- a row that has lost its item is named by its number
SELECT count(set_config('test.one', :'one', false));
BEGIN;
UPDATE dynapg.history SET old_item = NULL WHERE event = 'R' AND pk = 'a';
DO $$
BEGIN
	PERFORM dynapg.items_at('Past', current_setting('test.one')::timestamptz);
EXCEPTION WHEN data_corrupted THEN
	RAISE NOTICE '%', regexp_replace(SQLERRM, '[0-9]+', 'N');
END $$;
ROLLBACK;

-- it ends, begins again, and goes with the table; rows that no table needs any more go with their day
SET ROLE regress_recovery_owner;
SELECT pg_temp.enable('Past', false);
SELECT pg_temp.restore('Past', 'Wrong', :'two');
SELECT pg_temp.items('Past', :'two');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'dynamodb."Past"'::regclass;
SELECT pg_temp.enable('Past');
SELECT pg_temp.restore('Past', 'Wrong', :'three');
SELECT pg_temp.restore('Past', 'Again', to_timestamp((dynapg.describe_continuous_backups('{"TableName":"Past"}')
	#>> '{ContinuousBackupsDescription,PointInTimeRecoveryDescription,EarliestRestorableDateTime}')::float8)) ~ '"TableStatus":"CREATING"';
RESET ROLE;
CREATE FUNCTION pg_temp.old(recovery integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('INSERT INTO dynapg.history_%s VALUES ($1, 1, 1, now(), ''I'', false, ''old'', NULL, NULL)',
		(extract(epoch FROM now() - '2000-01-01 00:00+00') / 86400)::bigint % 40 + 36) USING recovery;
EXCEPTION WHEN undefined_table THEN
	EXECUTE format('INSERT INTO dynapg.history_%s VALUES ($1, 1, 1, now(), ''I'', false, ''old'', NULL, NULL)',
		(extract(epoch FROM now() - '2000-01-01 00:00+00') / 86400)::bigint % 40 - 4) USING recovery;
END $$;
SELECT pg_temp.old(recovery_id) FROM dynapg.recoveries WHERE relid = 'dynamodb."Past"'::regclass;
SELECT pg_temp.old(0);
UPDATE dynapg.recoveries SET days = 1 WHERE relid = 'dynamodb."Past"'::regclass;
SELECT dynapg.run_jobs();
SELECT count(*) FROM dynapg.history WHERE pk = 'old';
SET ROLE regress_recovery_owner;
SELECT count(dynapg.delete_table(json_build_object('TableName', name))) FROM dynapg.tables WHERE name ~ '^(Past|Restored|Overridden|Third|Again|Young|Young-Restored)$';

-- what is deleted leaves a backup, for 35 days
SELECT pg_temp.plain_backup(b) FROM json_array_elements(dynapg.list_backups('{"BackupType":"SYSTEM"}') -> 'BackupSummaries') AS b ORDER BY 1;
SELECT json_array_length(dynapg.list_backups() -> 'BackupSummaries'), json_array_length(dynapg.list_backups('{"BackupType":"ALL"}') -> 'BackupSummaries'),
	json_array_length(dynapg.list_backups('{"BackupType":"AWS_BACKUP"}') -> 'BackupSummaries');
SELECT dynapg.restore_table_from_backup(json_build_object('TargetTableName', 'Past', 'BackupArn', b ->> 'BackupArn')) #>> '{TableDescription,TableStatus}'
	FROM json_array_elements(dynapg.list_backups('{"BackupType":"SYSTEM","TableName":"Past"}') -> 'BackupSummaries') AS b;
SELECT pk, sk, item FROM dynamodb."Past" ORDER BY pk, sk;
SELECT count(dynapg.delete_table('{"TableName":"Past"}'));
SELECT count(dynapg.delete_backup(json_build_object('BackupArn', b -> 'BackupArn'))) FROM json_array_elements(dynapg.list_backups('{"BackupType":"ALL"}') -> 'BackupSummaries') AS b;
RESET ROLE;
SELECT count(*) FROM dynapg.recoveries;
REVOKE CREATE ON SCHEMA dynamodb FROM regress_recovery_owner;
DROP OWNED BY regress_recovery_owner, regress_recovery_other;
DROP ROLE regress_recovery_owner, regress_recovery_other;
