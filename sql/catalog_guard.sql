-- Who may change the rows of dynapg.tables and dynapg.indexes with SQL: superusers, and the owner of a data table the rows of it. A grant
-- such as that of pg_write_all_data is not enough, as what stands in the catalogs decides what is read, built and dropped as the owner.
\set SHOW_CONTEXT never
\set ECHO none
\i sql/common.psql
\pset format aligned
\pset tuples_only off
SET client_min_messages = warning;
\set VERBOSITY default

CREATE ROLE regress_dynapg_guarded LOGIN;
CREATE ROLE regress_dynapg_writer LOGIN;
GRANT CREATE ON SCHEMA dynamodb TO regress_dynapg_guarded, regress_dynapg_writer;
GRANT pg_write_all_data TO regress_dynapg_writer;
CREATE FUNCTION pg_temp.make(name text) RETURNS boolean LANGUAGE sql AS $$
	SELECT dynapg.create_table(replace('{"TableName":"NAME","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
		{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"N"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"GlobalSecondaryIndexes":[{"IndexName":"gsi","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}',
		'NAME', name)::json) IS NOT NULL
$$;
SET ROLE regress_dynapg_guarded;
SELECT pg_temp.make('GuardTheirs');
SET ROLE regress_dynapg_writer;
SELECT pg_temp.make('GuardOwn');
CREATE TABLE dynamodb."GuardPlain" (pk text COLLATE "C" PRIMARY KEY, item dynapg.item NOT NULL);
CREATE TABLE dynamodb."GuardOther" (id integer);
CREATE TEMPORARY TABLE guard_elsewhere (LIKE dynamodb."GuardPlain");
CREATE VIEW dynamodb."GuardView" AS SELECT * FROM dynamodb."GuardPlain";

-- Rows of others' tables, of missing tables, and rows that move to others' tables.
UPDATE dynapg.tables SET definition = '{}' WHERE name = 'GuardTheirs';
DELETE FROM dynapg.tables WHERE name = 'GuardTheirs';
UPDATE dynapg.indexes SET status = 'DELETING', relation_name = 'GuardTheirs primary key' WHERE table_relid = 'dynamodb."GuardTheirs"'::regclass;
DELETE FROM dynapg.indexes WHERE table_relid = 'dynamodb."GuardTheirs"'::regclass;
UPDATE dynapg.tables SET relid = 'dynamodb."GuardTheirs"' WHERE name = 'GuardOwn';
UPDATE dynapg.tables SET relid = 'pg_catalog.pg_class' WHERE name = 'GuardOwn';
UPDATE dynapg.indexes SET table_relid = 'dynamodb."GuardTheirs"', name = 'mine' WHERE table_relid = 'dynamodb."GuardOwn"'::regclass;
INSERT INTO dynapg.indexes (table_relid, name, relation_name, is_global, partition_keys, key_names, key_types, projection, include, definition, position)
	VALUES ('dynamodb."GuardTheirs"', 'mine', 'x', true, 1, '{g}', '{N}', 'ALL', '{}', '{}', 2);
INSERT INTO dynapg.tables (name, relid, pk_name, pk_type, deletion_protection, attribute_definitions, definition)
	VALUES ('GuardNone', 4000000000, 'id', 'S', false, '[]', '{}');

-- For its own table, rows that CreateTable could not have written.
CREATE FUNCTION pg_temp.add(name text, relation regclass, pk_type text DEFAULT 'S', sk_type text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
	INSERT INTO dynapg.tables (name, relid, pk_name, pk_type, sk_name, sk_type, deletion_protection, attribute_definitions, definition)
		VALUES (name, relation, 'id', pk_type, CASE WHEN sk_type IS NOT NULL THEN 'sk' END, sk_type, false, '[{"AttributeName":"id","AttributeType":"S"}]', '{}')
$$;
SELECT pg_temp.add('no', 'dynamodb."GuardPlain"');
SELECT pg_temp.add('Guard"Plain', 'dynamodb."GuardPlain"');
SELECT pg_temp.add('GuardPlain', 'guard_elsewhere');
SELECT pg_temp.add('GuardPlain', 'dynamodb."GuardView"');
SELECT pg_temp.add('GuardPlain', 'dynamodb."GuardOther"');
SELECT pg_temp.add('GuardPlain', 'dynamodb."GuardPlain"', 'N');
SELECT pg_temp.add('GuardPlain', 'dynamodb."GuardPlain"', 'SS');
SELECT pg_temp.add('GuardPlain', 'dynamodb."GuardPlain"', 'S', 'N');
UPDATE dynapg.indexes SET key_types = '{SS}' WHERE table_relid = 'dynamodb."GuardOwn"'::regclass;
UPDATE dynapg.indexes SET key_names = '{NULL}' WHERE table_relid = 'dynamodb."GuardOwn"'::regclass;
UPDATE dynapg.indexes SET key_names = array_fill('x'::text, '{9}'), key_types = array_fill('S'::text, '{9}') WHERE table_relid = 'dynamodb."GuardOwn"'::regclass;

-- A row that it could, as a restore would write it; every session sees it.
SELECT dynapg.get_item('{"TableName":"GuardOwn","Key":{"id":{"S":"x"}}}');
SELECT pg_temp.add('GuardPlain', 'dynamodb."GuardPlain"');
SELECT dynapg.put_item('{"TableName":"GuardPlain","Item":{"id":{"S":"x"}}}');
UPDATE dynapg.indexes SET key_names = '{h}' WHERE table_relid = 'dynamodb."GuardOwn"'::regclass;
SELECT dynapg.put_item('{"TableName":"GuardOwn","Item":{"id":{"S":"x"},"h":{"S":"no number"}}}');
DELETE FROM dynapg.indexes WHERE table_relid = 'dynamodb."GuardOwn"'::regclass;
SELECT dynapg.put_item('{"TableName":"GuardOwn","Item":{"id":{"S":"x"},"h":{"S":"no number"}}}');
DELETE FROM dynapg.tables WHERE name = 'GuardOwn';
SELECT dynapg.get_item('{"TableName":"GuardOwn","Key":{"id":{"S":"x"}}}');

-- Streams: a row that named another table would have its records read by who may read that one. The log is the extension's alone.
RESET ROLE;
SET ROLE regress_dynapg_guarded;
SELECT pg_temp.keep_local('GuardTheirs');
SELECT dynapg.update_table('{"TableName":"GuardTheirs","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}') IS NOT NULL;
SELECT dynapg.put_item('{"TableName":"GuardTheirs","Item":{"id":{"S":"secret"}}}');
RESET ROLE;
SET ROLE regress_dynapg_writer;
UPDATE dynapg.streams SET relid = 'dynamodb."GuardPlain"' WHERE table_name = 'GuardTheirs';
DELETE FROM dynapg.streams WHERE table_name = 'GuardTheirs';
INSERT INTO dynapg.streams (table_name, label, relid, view, pk_name, pk_type)
	VALUES ('GuardTheirs', 'z', 'dynamodb."GuardTheirs"', 'NEW_IMAGE', 'id', 'S');
SELECT dynapg.stream_records('GuardTheirs');
INSERT INTO dynapg.streams (table_name, label, relid, view, pk_name, pk_type)
	VALUES ('GuardPlain', 'a', 'dynamodb."GuardPlain"', 'NEW_IMAGE', 'id', 'SS');
INSERT INTO dynapg.streams (table_name, label, relid, view, pk_name, pk_type)
	VALUES ('GuardPlain', 'a', 'dynamodb."GuardPlain"', 'NEW_IMAGE', 'id', 'S');
UPDATE dynapg.streams SET stream_id = stream_id - 1000000 WHERE table_name = 'GuardPlain';
DELETE FROM dynapg.streams WHERE table_name = 'GuardPlain';
UPDATE dynapg.shards SET slots = 7 RETURNING slots;
DELETE FROM dynapg.shards RETURNING true AS deleted;
DELETE FROM dynapg.ticks;
INSERT INTO dynapg.ticks SELECT 1000000, 0, 0, '{NULL}', 0, 0, now(), true;
INSERT INTO dynapg.changes_0 SELECT 1, n, 1, now(), 'I', false, 0, '{"id":{"S":"forged"}}' FROM generate_series(1, 3) n;
UPDATE dynapg.changes SET stream_id = 0;
DELETE FROM dynapg.changes_0;
RESET ROLE;
SELECT s.relid, count(*) FROM dynapg.streams s JOIN dynapg.shards h USING (stream_id) WHERE s.table_name = 'GuardTheirs' GROUP BY s.relid;
SELECT keys FROM dynapg.stream_records('GuardTheirs');
SET ROLE regress_dynapg_guarded;
SELECT dynapg.update_table('{"TableName":"GuardTheirs","StreamSpecification":{"StreamEnabled":false}}') IS NOT NULL;

-- Replication does not pass it, a superuser does.
RESET ROLE;
SET session_replication_role = replica;
SET ROLE regress_dynapg_writer;
DELETE FROM dynapg.tables WHERE name = 'GuardTheirs';
RESET ROLE;
RESET session_replication_role;
SELECT count(*) FROM dynapg.tables WHERE name = 'GuardTheirs';
UPDATE dynapg.tables SET deletion_protection = true WHERE name = 'GuardTheirs' RETURNING name;

-- The trigger's function is for the catalogs.
SET ROLE regress_dynapg_writer;
CREATE TRIGGER guard BEFORE INSERT ON dynamodb."GuardPlain" FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('relid');
RESET ROLE;
SELECT dynapg.on_catalog_change();

DROP OWNED BY regress_dynapg_guarded, regress_dynapg_writer;
SELECT name FROM dynapg.tables WHERE name LIKE 'Guard%';
DROP ROLE regress_dynapg_guarded, regress_dynapg_writer;
