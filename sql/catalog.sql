-- Data tables, catalogs, rights, the table cache and kept plans: what store/ promises.
SET client_min_messages = warning;
\set ECHO none
\i sql/common.psql
\pset format aligned
\pset tuples_only off
\set VERBOSITY default
RESET client_min_messages;

-- An operation's reply, or the exception with its SQLSTATE.
CREATE FUNCTION attempt(operation text, request text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply text;
BEGIN
	EXECUTE format('SELECT dynapg.%I(%L)', operation, request) INTO reply;
	RETURN CASE WHEN operation LIKE '%_table' AND operation <> 'list_tables' THEN 'done' ELSE reply END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- Creates a table with keys given as "name type [name type]".
CREATE FUNCTION make(name text, keys text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	k text[] := string_to_array(keys, ' ');
	attributes json;
	schema json;
BEGIN
	SELECT json_agg(json_build_object('AttributeName', k[i], 'AttributeType', k[i + 1])),
		json_agg(json_build_object('AttributeName', k[i], 'KeyType', CASE i WHEN 1 THEN 'HASH' ELSE 'RANGE' END))
		INTO attributes, schema FROM generate_series(1, cardinality(k), 2) i;
	RETURN attempt('create_table', json_build_object('TableName', name, 'BillingMode', 'PAY_PER_REQUEST',
		'AttributeDefinitions', attributes, 'KeySchema', schema)::text);
END $$;

-- One ordinary table per DynamoDB table; column types follow the key types.
SELECT make('Cat.S-1', 'Id S'), make('Cat.SN_2', 'Id S When N'), make('Cat.BB', 'a B b B');
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type, l.collname, a.attnotnull, a.attstorage
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_collation l ON l.oid = a.attcollation
	WHERE c.relnamespace = 'dynamodb'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'Cat.%' ORDER BY c.relname COLLATE "C", a.attnum;
SELECT conrelid::regclass, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint
	WHERE connamespace = 'dynamodb'::regnamespace AND contype <> 'n' AND conname LIKE 'Cat.%' ORDER BY conrelid::regclass::text COLLATE "C", conname;
SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'dynamodb'::regnamespace AND relkind = 'r' AND relname LIKE 'Cat.%' ORDER BY relname COLLATE "C";
SELECT name, relid, pk_name, pk_type, sk_name, sk_type FROM dynapg.tables WHERE name LIKE 'Cat.%' ORDER BY name;
SELECT make('Cat.S-1', 'Id S');

-- Names are case-sensitive, and no name collides with another table's indexes, row types or array types.
SELECT make('cat.s-1', 'Id S'), make('_Cat.S-1', 'Id S'), make('Cat.S-1_pkey', 'Id S'), make('pg_class', 'Id S');
SELECT attempt('put_item', '{"TableName":"cat.s-1","Item":{"Id":{"S":"lower"}}}'), attempt('get_item', '{"TableName":"Cat.S-1","Key":{"Id":{"S":"lower"}}}');

-- Names longer than an identifier: two that share their first 100 characters are two tables.
SELECT make(repeat('Long', 60) || '.1', 'Id S'), make(repeat('Long', 60) || '.2', 'Id S'), make(repeat('Long', 60) || '.1', 'Id S');
SELECT length(name), right(name, 2), length(relid::regclass::text) FROM dynapg.tables WHERE name LIKE 'LongLong%' ORDER BY name;
SELECT attempt('put_item', json_build_object('TableName', repeat('Long', 60) || '.2', 'Item', '{"Id":{"S":"x"}}'::json)::text);
SELECT attempt('get_item', json_build_object('TableName', repeat('Long', 60) || n, 'Key', '{"Id":{"S":"x"}}'::json)::text) FROM unnest(ARRAY['.1', '.2']) n;
SELECT attempt('delete_table', json_build_object('TableName', repeat('Long', 60) || n)::text) FROM unnest(ARRAY['.1', '.2', '.1']) n;

-- A relation made by hand takes its name, and is not a DynamoDB table.
CREATE TABLE dynamodb."ByHand" (id int);
SELECT make('ByHand', 'Id S'), attempt('describe_table', '{"TableName":"ByHand"}');
DROP TABLE dynamodb."ByHand";
SELECT make('ByHand', 'Id S');

-- Secondary indexes are ordinary indexes, partial so that they are sparse.  Key attributes of the table are its columns.
SELECT attempt('create_table', '{"TableName":"Indexed","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"It''s","AttributeType":"N"},
		{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"B"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"It''s","KeyType":"RANGE"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"both","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y"]}},
	{"IndexName":"turned","KeySchema":[{"AttributeName":"It''s","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"ALL"}}]}');
SELECT i.name, i.is_global, i.partition_keys, i.key_names, i.key_types, i.projection, i.include, pg_get_indexdef(c.oid)
	FROM dynapg.indexes i JOIN pg_class c ON c.relname = i.relation_name AND c.relnamespace = 'dynamodb'::regnamespace
	WHERE i.table_relid = 'dynamodb."Indexed"'::regclass ORDER BY i.name;

-- A rolled back CreateTable leaves nothing, also not in this session's memory.
BEGIN;
SELECT make('Undone', 'Id S');
SELECT attempt('put_item', '{"TableName":"Undone","Item":{"Id":{"S":"x"}}}');
ROLLBACK;
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Id":{"S":"x"}}}');
BEGIN;
SAVEPOINT s;
SELECT make('Undone', 'Id S'), attempt('put_item', '{"TableName":"Undone","Item":{"Id":{"S":"x"}}}');
ROLLBACK TO s;
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Id":{"S":"x"}}}');
SELECT make('Undone', 'Key N'), attempt('put_item', '{"TableName":"Undone","Item":{"Key":{"N":"7"}}}');
COMMIT;
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Key":{"N":"7.0"}}}');

-- So does a rolled back change and a rolled back DeleteTable.
BEGIN;
SELECT attempt('update_table', '{"TableName":"Undone","DeletionProtectionEnabled":true}'), attempt('delete_table', '{"TableName":"Undone"}');
ROLLBACK;
BEGIN;
SELECT attempt('delete_table', '{"TableName":"Undone"}'), attempt('get_item', '{"TableName":"Undone","Key":{"Key":{"N":"7"}}}');
ROLLBACK;
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Key":{"N":"7"}}}');

-- DROP TABLE, renaming and moving by SQL: the catalog follows.
ALTER TABLE dynamodb."Undone" RENAME TO "Renamed";
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Key":{"N":"7"}}}'), make('Renamed', 'Id S');
CREATE SCHEMA elsewhere;
ALTER TABLE dynamodb."Renamed" SET SCHEMA elsewhere;
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Key":{"N":"7"}}}'), make('Undone', 'Id S');
DROP TABLE elsewhere."Renamed";
SELECT attempt('get_item', '{"TableName":"Undone","Key":{"Key":{"N":"7"}}}'), count(*) FROM dynapg.tables WHERE name = 'Undone';
DROP SCHEMA elsewhere;

-- A catalog row that outlived its table (its event trigger off) does not count, and gives way to a new one.
SELECT make('Stale', 'Id S');
ALTER EVENT TRIGGER dynapg_on_sql_drop DISABLE;
DROP TABLE dynamodb."Stale";
ALTER EVENT TRIGGER dynapg_on_sql_drop ENABLE;
SELECT count(*) FROM dynapg.tables WHERE name = 'Stale';
SELECT attempt('describe_table', '{"TableName":"Stale"}'), attempt('delete_table', '{"TableName":"Stale"}'), attempt('list_tables', '{"ExclusiveStartTableName":"Stal","Limit":1}') LIKE '%"Stale"%' AS listed;
SELECT make('Stale', 'Id N'), attempt('put_item', '{"TableName":"Stale","Item":{"Id":{"N":"1"}}}');
SELECT count(*) FROM dynapg.tables WHERE name = 'Stale';

-- What depends on a data table keeps it, as with DROP TABLE.
CREATE VIEW stale_items AS SELECT item FROM dynamodb."Stale";
SELECT attempt('delete_table', '{"TableName":"Stale"}');
DROP VIEW stale_items;
SELECT attempt('delete_table', '{"TableName":"Stale"}');

-- One statement sees what its earlier calls did.
SELECT make('Seen', 'Id S');
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"x"},"n":{"N":"1"}}}'),
	attempt('update_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"2"}}}'),
	attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');

-- Kept plans are scans of the primary key from the first row on, also when they were made again for a tiny table. Other nodes count their own.
SELECT pg_temp.keep_local('Seen');
VACUUM ANALYZE dynamodb."Seen";
CREATE FUNCTION scans(OUT sequential bigint, OUT index bigint) LANGUAGE sql AS $$
	SELECT seq_scan, idx_scan FROM pg_stat_xact_all_tables WHERE relid = 'dynamodb."Seen"'::regclass $$;
BEGIN;
CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM scans();
DO $$
BEGIN
	FOR i IN 1 .. 20 LOOP
		PERFORM attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
		PERFORM attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"x"},"n":{"N":"1"}},"ConditionExpression":"attribute_exists(Id)"}');
		PERFORM attempt('update_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}},"UpdateExpression":"SET n = n + n","ConditionExpression":"n = n2 OR attribute_exists(n)"}');
		PERFORM attempt('delete_item', '{"TableName":"Seen","Key":{"Id":{"S":"y"}},"ConditionExpression":"attribute_not_exists(n)"}');
		-- A changed function makes PostgreSQL plan again by itself.
		ALTER FUNCTION dynapg.holds(dynapg.item, bytea) COST 10;
	END LOOP;
END $$;
SELECT scans.sequential - before.sequential AS sequential, scans.index - before.index AS index FROM scans(), before;
ROLLBACK;
SELECT pg_temp.keep_distributed('Seen');
-- The session's settings are as they were.
SHOW enable_seqscan;
SHOW enable_bitmapscan;

-- No search_path can change what a statement means.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.never);
CREATE FUNCTION hostile.holds(dynapg.item, bytea) RETURNS boolean LANGUAGE sql AS 'SELECT false';
SET search_path = hostile, pg_catalog, public;
SELECT public.attempt('update_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}},"UpdateExpression":"SET n = :n","ConditionExpression":"attribute_exists(Id)","ExpressionAttributeValues":{":n":{"N":"8"}},"ReturnValues":"ALL_NEW"}');
SELECT public.attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}'), public.make('Seen', 'Id S');
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA hostile CASCADE;
RESET client_min_messages;

-- Rights: those of the data table, in PostgreSQL's own words.
CREATE ROLE regress_dynapg_reader LOGIN;
CREATE ROLE regress_dynapg_owner LOGIN;
SET ROLE regress_dynapg_reader;
SELECT make('Forbidden', 'Id S');
SELECT attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"x"}}}');
SELECT attempt('delete_table', '{"TableName":"Seen"}'), attempt('update_table', '{"TableName":"Seen","DeletionProtectionEnabled":true}');
SELECT attempt('describe_table', '{"TableName":"Seen"}');
INSERT INTO dynapg.tables SELECT * FROM dynapg.tables;
RESET ROLE;
GRANT SELECT ON dynamodb."Seen" TO regress_dynapg_reader;
SET ROLE regress_dynapg_reader;
SELECT attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
SELECT attempt('delete_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
SELECT attempt('update_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
RESET ROLE;
GRANT INSERT, UPDATE, DELETE ON dynamodb."Seen" TO regress_dynapg_reader;
SET ROLE regress_dynapg_reader;
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"r"}}}'), attempt('delete_item', '{"TableName":"Seen","Key":{"Id":{"S":"r"}},"ReturnValues":"ALL_OLD"}');
RESET ROLE;

-- A role with CREATE on the schema makes, changes and drops tables of its own; the catalogs stay out of its reach.
GRANT CREATE ON SCHEMA dynamodb TO regress_dynapg_owner;
SET ROLE regress_dynapg_owner;
SELECT make('Owned', 'Id S'), pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'dynamodb."Seen"'::regclass;
SELECT pg_get_userbyid(relowner), current_user FROM pg_class WHERE oid = 'dynamodb."Owned"'::regclass;
SELECT attempt('update_table', '{"TableName":"Owned","DeletionProtectionEnabled":true}'), attempt('update_table', '{"TableName":"Owned","DeletionProtectionEnabled":false}');
DELETE FROM dynapg.tables;
SELECT attempt('delete_table', '{"TableName":"Owned"}'), make('Owned', 'Id S');
DROP TABLE dynamodb."Owned";
SELECT count(*) FROM dynapg.tables WHERE name = 'Owned';
RESET ROLE;
REVOKE CREATE ON SCHEMA dynamodb FROM regress_dynapg_owner;

-- Row security decides which items there are, for one session under different roles.
ALTER TABLE dynamodb."Seen" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON dynamodb."Seen" TO regress_dynapg_reader USING (pk LIKE 'r%');
SET ROLE regress_dynapg_reader;
SELECT attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}'), attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"r1"}}}');
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"z"}}}');
SELECT attempt('delete_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}},"ConditionExpression":"attribute_exists(Id)"}');
SELECT attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"r1"}}}');
RESET ROLE;
SELECT attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
SET ROLE regress_dynapg_reader;
SELECT attempt('get_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}}}');
RESET ROLE;
DROP POLICY own ON dynamodb."Seen";
ALTER TABLE dynamodb."Seen" DISABLE ROW LEVEL SECURITY;
DROP OWNED BY regress_dynapg_reader, regress_dynapg_owner;
DROP ROLE regress_dynapg_reader, regress_dynapg_owner;

-- A user's trigger may call operations itself, and fail; images stay those of the outer write. On the nodes of Citus it may not.
SELECT pg_temp.keep_local('Seen');
SELECT make('Log', 'Id S');
CREATE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.item OPERATOR(dynapg.->) 'bad' IS NOT NULL THEN
		PERFORM dynapg.put_item('{"TableName":"Log","Item":{"Id":{"S":"x"}},"ConditionExpression":"attribute_exists(nothing)"}');
	END IF;
	PERFORM dynapg.update_item('{"TableName":"Log","Key":{"Id":{"S":"count"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"ALL_OLD"}');
	RETURN NEW;
END $$;
CREATE TRIGGER log BEFORE INSERT OR UPDATE ON dynamodb."Seen" FOR EACH ROW EXECUTE FUNCTION log_write();
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"x"},"v":{"N":"1"}},"ReturnValues":"ALL_OLD"}');
SELECT attempt('update_item', '{"TableName":"Seen","Key":{"Id":{"S":"x"}},"UpdateExpression":"SET v = :v","ConditionExpression":"v < :v","ExpressionAttributeValues":{":v":{"N":"2"}},"ReturnValues":"UPDATED_OLD"}');
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"x"},"bad":{"N":"1"}},"ReturnValues":"ALL_OLD"}');
SELECT attempt('put_item', '{"TableName":"Seen","Item":{"Id":{"S":"x"},"v":{"N":"3"}},"ReturnValues":"ALL_OLD"}');
-- Of an upsert that finds its item, BEFORE INSERT triggers fire too.
SELECT attempt('get_item', '{"TableName":"Log","Key":{"Id":{"S":"count"}}}');
DROP TRIGGER log ON dynamodb."Seen";
DROP FUNCTION log_write();

-- A table counted exactly.
SELECT dynapg.describe_table('{"TableName":"Seen"}') #>> '{Table,ItemCount}', dynapg.describe_table('{"TableName":"Seen"}') #>> '{Table,TableSizeBytes}',
	sum(dynapg.item_size(item)) FROM dynamodb."Seen";

-- Cleaning up; the list ends empty.
SELECT count(attempt('delete_table', json_build_object('TableName', name)::text)) > 10 FROM dynapg.tables
	WHERE name IN ('Cat.S-1', 'Cat.SN_2', 'Cat.BB', 'cat.s-1', '_Cat.S-1', 'Cat.S-1_pkey', 'pg_class', 'ByHand', 'Indexed', 'Seen', 'Log', 'Stale', 'Undone');
SELECT name FROM dynapg.tables WHERE name IN ('Cat.S-1', 'Cat.SN_2', 'Cat.BB', 'cat.s-1', '_Cat.S-1', 'Cat.S-1_pkey', 'pg_class', 'ByHand', 'Indexed', 'Seen', 'Log', 'Stale', 'Undone');
SELECT table_relid FROM dynapg.indexes WHERE name IN ('local', 'both', 'turned');
DROP FUNCTION scans(), make(text, text), attempt(text, text);
