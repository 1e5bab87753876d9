-- Resetting all tables of a role, and named snapshots of them.
\set ECHO none
\i sql/common.psql

CREATE ROLE regress_fixtures LOGIN;
GRANT CREATE ON SCHEMA dynamodb TO regress_fixtures;
SET ROLE regress_fixtures;

SELECT dynapg.create_table('{"TableName": "FixA", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"},
		{"AttributeName": "g", "AttributeType": "S"}],
	"GlobalSecondaryIndexes": [{"IndexName": "ByG", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}],
	"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
	"Tags": [{"Key": "team", "Value": "blue"}]}') #>> '{TableDescription,TableName}';
SELECT dynapg.create_table('{"TableName": "FixB", "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}]}')
	#>> '{TableDescription,TableName}';
SELECT dynapg.update_time_to_live('{"TableName": "FixB", "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": true}}') IS NOT NULL;
SELECT dynapg.put_item(json_build_object('TableName', 'FixA', 'Item', json_build_object('id', json_build_object('S', 'a'),
	'n', json_build_object('N', i::text), 'g', json_build_object('S', 'g' || i % 2)))) FROM generate_series(1, 4) i;
SELECT dynapg.put_item('{"TableName": "FixB", "Item": {"id": {"B": "AQI="}, "until": {"N": "99999999999"}}}');

-- What there is: items, records of the stream, and what the API describes.
CREATE FUNCTION pg_temp.contents() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', name, item::text) FROM (
		SELECT 'FixA' AS name, item FROM dynapg.scan_items('FixA') item UNION ALL
		SELECT 'FixB', item FROM dynapg.scan_items('FixB') item) i ORDER BY name, item::text;
$$;
CREATE FUNCTION pg_temp.described() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg((((dynapg.describe_table(json_build_object('TableName', t.name)) -> 'Table')::jsonb - 'ItemCount' - 'TableSizeBytes')
		#- '{GlobalSecondaryIndexes,0,ItemCount}' #- '{GlobalSecondaryIndexes,0,IndexSizeBytes}')::text
		|| dynapg.describe_time_to_live(json_build_object('TableName', t.name))::text
		|| (SELECT string_agg(key || value, ',') FROM dynapg.tags WHERE table_name = t.name), ' ' ORDER BY t.name)
	FROM dynapg.tables t JOIN pg_class c ON c.oid = t.relid WHERE pg_has_role(c.relowner, 'USAGE');
$$;
CREATE FUNCTION pg_temp.records() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM dynapg.stream_records('FixA') $$;
SELECT pg_temp.contents();

-- A snapshot, and no change: nothing to do.
SELECT dynapg.save_snapshot('base');
CREATE TEMPORARY TABLE before AS SELECT pg_temp.described() AS described, pg_temp.records() AS records;
SELECT name, role, tables, items, bytes > 0 FROM dynapg.snapshot_list;
SELECT dynapg.restore_snapshot('base');

-- Items written, changed and deleted; the stream has its ARN and its records of before.
SELECT dynapg.update_item('{"TableName": "FixA", "Key": {"id": {"S": "a"}, "n": {"N": "1"}}, "UpdateExpression": "SET g = :g",
	"ExpressionAttributeValues": {":g": {"S": "g9"}}}');
SELECT dynapg.delete_item('{"TableName": "FixA", "Key": {"id": {"S": "a"}, "n": {"N": "2"}}}');
SELECT dynapg.put_item('{"TableName": "FixA", "Item": {"id": {"S": "new"}, "n": {"N": "1"}}}');
SELECT records - (SELECT records FROM before) FROM (SELECT pg_temp.records() AS records) r;
SELECT dynapg.restore_snapshot('base');
SELECT pg_temp.contents();
SELECT pg_temp.described() = described, pg_temp.records() = records FROM before;
SELECT dynapg.query('{"TableName": "FixA", "IndexName": "ByG", "Select": "COUNT", "KeyConditionExpression": "g = :g",
	"ExpressionAttributeValues": {":g": {"S": "g1"}}}');

-- All items removed: the tables stay, and so do the streams, without records.
SELECT dynapg.reset();
SELECT pg_temp.contents();
SELECT pg_temp.described() = described, pg_temp.records() FROM before;
SELECT dynapg.restore_snapshot('base');
SELECT count(*) FROM pg_temp.contents();

-- Tables changed, dropped and created. Those that are protected stay, unless told otherwise. They come back undistributed, for the triggers
-- and rules below: these would write on other nodes.
SET dynapg.distribute_tables = off;
SELECT dynapg.tag_resource('{"ResourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/FixA", "Tags": [{"Key": "team", "Value": "red"}]}');
SELECT dynapg.update_table('{"TableName": "FixB", "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}, {"AttributeName": "x", "AttributeType": "S"}],
	"GlobalSecondaryIndexUpdates": [{"Create": {"IndexName": "ByX", "KeySchema": [{"AttributeName": "x", "KeyType": "HASH"}],
	"Projection": {"ProjectionType": "ALL"}}}]}') IS NOT NULL;
SELECT dynapg.create_table('{"TableName": "FixNew", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}') IS NOT NULL;
SELECT dynapg.restore_snapshot('base');
SELECT dynapg.restore_snapshot('base', even_protected => true);
SELECT pg_temp.described() = described FROM before;
SELECT count(*) FROM pg_temp.contents();
SELECT dynapg.delete_table('{"TableName": "FixA"}') IS NOT NULL;
SELECT dynapg.restore_snapshot('base');
SELECT pg_temp.described() = described FROM before;
SELECT pg_temp.contents();

-- A token of a transaction is forgotten: the same request runs again.
SELECT dynapg.transact_write_items('{"ClientRequestToken": "t1", "TransactItems": [{"Put": {"TableName": "FixA",
	"Item": {"id": {"S": "t"}, "n": {"N": "1"}}}}]}');
SELECT dynapg.restore_snapshot('base');
SELECT dynapg.transact_write_items('{"ClientRequestToken": "t1", "TransactItems": [{"Put": {"TableName": "FixA",
	"Item": {"id": {"S": "t"}, "n": {"N": "1"}}}}]}');
SELECT count(*) FROM pg_temp.contents();

-- Within a transaction, and rolled back.
BEGIN;
SELECT dynapg.reset();
SELECT count(*) FROM pg_temp.contents();
ROLLBACK;
SELECT count(*) FROM pg_temp.contents();

-- A snapshot of the same name takes the place of the first; rows put by SQL, and a table rewritten.
SELECT dynapg.save_snapshot('base');
DELETE FROM dynamodb."FixA" WHERE pk = 't';
VACUUM FULL dynamodb."FixA";
SELECT dynapg.restore_snapshot('base');
SELECT count(*) FROM pg_temp.contents();
VACUUM FULL dynamodb."FixA";
SELECT dynapg.restore_snapshot('base');
SELECT count(*) FROM pg_temp.contents();

-- Tables of others, and snapshots of others, are not there.
RESET ROLE;
CREATE ROLE regress_fixtures_other LOGIN;
SET ROLE regress_fixtures_other;
SELECT dynapg.reset();
SELECT dynapg.reset('drop');
SELECT name FROM dynapg.snapshot_list;
SELECT dynapg.restore_snapshot('base');
SELECT dynapg.drop_snapshot('base');
SELECT * FROM dynapg.snapshots;
SELECT * FROM dynapg.snapshot_tables;
RESET ROLE;
GRANT pg_write_all_data, pg_read_all_data TO regress_fixtures_other;
SET ROLE regress_fixtures_other;
SELECT count(*) FROM dynapg.snapshots;
DELETE FROM dynapg.snapshot_tables;
RESET ROLE;
SET ROLE regress_fixtures;
SELECT count(*) FROM pg_temp.contents();

-- A trigger runs as the owner of its table, whoever resets it.
RESET ROLE;
CREATE TABLE public.fix_seen (who name);
GRANT INSERT ON public.fix_seen TO PUBLIC;
GRANT regress_fixtures TO regress_fixtures_other;
CREATE FUNCTION public.fix_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.fix_seen VALUES (current_user);
	RETURN OLD;
END $$;
CREATE TRIGGER note BEFORE DELETE ON dynamodb."FixB" FOR EACH ROW EXECUTE FUNCTION public.fix_note();
SET ROLE regress_fixtures_other;
SELECT dynapg.reset();
RESET ROLE;
SELECT DISTINCT who FROM public.fix_seen;
DROP TABLE public.fix_seen;
DROP TRIGGER note ON dynamodb."FixB";
DROP FUNCTION public.fix_note;
REVOKE regress_fixtures FROM regress_fixtures_other;
SET ROLE regress_fixtures;

-- Rules and triggers that turn statements into nothing: a reset empties the table all the same, a restore that they keep from its work fails.
SELECT dynapg.restore_snapshot('base');
SELECT count(*) FROM pg_temp.contents();
CREATE RULE keep AS ON DELETE TO dynamodb."FixB" DO INSTEAD NOTHING;
SELECT dynapg.reset();
SELECT count(*) FROM pg_temp.contents();
DROP RULE keep ON dynamodb."FixB";
CREATE FUNCTION pg_temp.fix_nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER nothing BEFORE INSERT OR DELETE ON dynamodb."FixB" FOR EACH ROW EXECUTE FUNCTION pg_temp.fix_nothing();
SELECT dynapg.restore_snapshot('base');
SELECT count(*) FROM pg_temp.contents();
DROP TRIGGER nothing ON dynamodb."FixB";
SELECT dynapg.restore_snapshot('base');
CREATE TRIGGER nothing BEFORE DELETE ON dynamodb."FixB" FOR EACH ROW EXECUTE FUNCTION pg_temp.fix_nothing();
SELECT dynapg.put_item('{"TableName": "FixB", "Item": {"id": {"B": "AQM="}}}');
SELECT dynapg.restore_snapshot('base');
SELECT dynapg.reset();
SELECT count(*) FROM pg_temp.contents();
DROP TRIGGER nothing ON dynamodb."FixB";
CREATE RULE keep AS ON INSERT TO dynamodb."FixB" WHERE NEW.pk IS NOT NULL DO INSTEAD NOTHING;
SELECT dynapg.restore_snapshot('base');
DROP RULE keep ON dynamodb."FixB";

-- Bad input.
SELECT dynapg.reset('everything');
SELECT dynapg.save_snapshot('');
SELECT dynapg.save_snapshot('a b');
SELECT count(dynapg.save_snapshot('s' || i)) FROM generate_series(1, 100) i;
SELECT dynapg.restore_snapshot('none');
SELECT dynapg.drop_snapshot('none');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT dynapg.reset();
ROLLBACK;

-- A copy that somebody has dropped: the restore says so, and drops nothing.
DROP TABLE dynamodb."FixB snapshot base";
SELECT dynapg.restore_snapshot('base');
SELECT count(*) FROM dynapg.tables WHERE name LIKE 'Fix_';
SELECT dynapg.drop_snapshot('base');
SELECT name FROM dynapg.snapshot_list;
SELECT relname FROM pg_class WHERE relname LIKE 'Fix% snapshot%';

-- Who is no member of a table's owner any more does not make it again as that owner.
RESET ROLE;
GRANT regress_fixtures TO regress_fixtures_other;
SET ROLE regress_fixtures_other;
SELECT dynapg.save_snapshot('lent');
RESET ROLE;
REVOKE regress_fixtures FROM regress_fixtures_other;
SET ROLE regress_fixtures;
SELECT dynapg.delete_table('{"TableName": "FixA"}') IS NOT NULL;
SET ROLE regress_fixtures_other;
SELECT dynapg.restore_snapshot('lent');
RESET ROLE;
SELECT relname FROM pg_class WHERE relname LIKE 'FixA%';
GRANT regress_fixtures TO regress_fixtures_other;
SET ROLE regress_fixtures_other;
SELECT dynapg.restore_snapshot('lent');

-- Policies of a copy do not run as another owner of the table.
RESET ROLE;
CREATE TABLE public.fix_seen (who name);
GRANT INSERT ON public.fix_seen TO PUBLIC;
CREATE FUNCTION public.fix_look() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.fix_seen VALUES (current_user);
	RETURN true;
END $$;
ALTER TABLE dynamodb."FixA" OWNER TO regress_fixtures_other;
SET ROLE regress_fixtures;
ALTER TABLE dynamodb."FixA snapshot lent" ENABLE ROW LEVEL SECURITY;
CREATE POLICY look ON dynamodb."FixA snapshot lent" USING (public.fix_look());
GRANT SELECT ON dynamodb."FixA snapshot lent" TO regress_fixtures_other;
SET ROLE regress_fixtures_other;
SELECT dynapg.put_item('{"TableName": "FixA", "Item": {"id": {"S": "x"}, "n": {"N": "1"}}}');
SELECT dynapg.restore_snapshot('lent');
RESET ROLE;
SELECT who FROM public.fix_seen;
DROP POLICY look ON dynamodb."FixA snapshot lent";
DROP FUNCTION public.fix_look;
DROP TABLE public.fix_seen;
ALTER TABLE dynamodb."FixA" OWNER TO regress_fixtures;

-- A copy that has become a table is not read, nor dropped as one that the snapshot does not have.
SET ROLE regress_fixtures;
ALTER TABLE dynamodb."FixB snapshot lent" ADD PRIMARY KEY (pk), ALTER item SET NOT NULL;
SELECT dynapg.attach_table('dynamodb."FixB snapshot lent"', '{"TableName": "FixB.attached", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}]}') IS NOT NULL;
SET ROLE regress_fixtures_other;
SELECT dynapg.restore_snapshot('lent', even_protected => true);
SELECT dynapg.drop_snapshot('lent');
RESET ROLE;
REVOKE regress_fixtures FROM regress_fixtures_other;
SET ROLE regress_fixtures;

-- A table with a child by inheritance: what is written to the child is not missed.
CREATE TABLE dynamodb."FixA child" () INHERITS (dynamodb."FixA");
SELECT dynapg.save_snapshot('child');
INSERT INTO dynamodb."FixA child" (pk, sk, item) VALUES ('child', 1, '{"id": {"S": "child"}, "n": {"N": "1"}}');
SELECT dynapg.restore_snapshot('child');
SELECT count(*) FROM dynamodb."FixA child";
DROP TABLE dynamodb."FixA child";
SELECT dynapg.drop_snapshot('child');

-- Whom row security keeps from items does not find them in a snapshot.
ALTER TABLE dynamodb."FixA" ENABLE ROW LEVEL SECURITY;
SELECT dynapg.put_item('{"TableName": "FixA", "Item": {"id": {"S": "hidden"}, "n": {"N": "1"}}}');
SELECT dynapg.save_snapshot('rows');
SET ROLE regress_fixtures_other;
SELECT (SELECT count(*) FROM dynamodb."FixA"), (SELECT count(*) FROM dynamodb."FixA snapshot rows"),
	(SELECT relrowsecurity FROM pg_class WHERE relname = 'FixB snapshot rows');
SET ROLE regress_fixtures;
SELECT dynapg.delete_item('{"TableName": "FixA", "Key": {"id": {"S": "hidden"}, "n": {"N": "1"}}}');
SELECT dynapg.restore_snapshot('rows');
SELECT count(*) FROM dynamodb."FixA" WHERE pk = 'hidden';
ALTER TABLE dynamodb."FixA" DISABLE ROW LEVEL SECURITY;
SELECT dynapg.drop_snapshot('rows');

-- A reset forgets tokens whatever a backslash means in the session's statements.
SELECT dynapg.transact_write_items('{"ClientRequestToken": "again", "TransactItems": [{"Delete": {"TableName": "FixA", "Key": {"id": {"S": "x"}, "n": {"N": "1"}}}}]}');
SET standard_conforming_strings = off;
SELECT dynapg.reset('empty');
RESET standard_conforming_strings;
SELECT dynapg.transact_write_items('{"ClientRequestToken": "again", "TransactItems": [{"Delete": {"TableName": "FixA", "Key": {"id": {"S": "y"}, "n": {"N": "1"}}}}]}');

-- An empty server: no tables, no streams, no backups.
SELECT dynapg.create_backup('{"TableName": "FixA", "BackupName": "one"}') IS NOT NULL;
SELECT dynapg.update_continuous_backups('{"TableName": "FixA", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}') IS NOT NULL;
SELECT dynapg.reset('empty');
SELECT dynapg.reset('drop');
SELECT dynapg.reset('drop', even_protected => true);
SELECT dynapg.list_tables('{}')::jsonb @> '{"TableNames": ["FixA"]}', (SELECT count(*) FROM dynapg.streams WHERE table_name LIKE 'Fix%'),
	dynapg.list_backups('{}') #>> '{BackupSummaries,0}';
RESET ROLE;
DROP OWNED BY regress_fixtures, regress_fixtures_other;
DROP ROLE regress_fixtures, regress_fixtures_other;
