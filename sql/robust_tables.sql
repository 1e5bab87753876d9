-- Item tables are PostgreSQL tables: their owners put constraints, triggers, indexes, policies and columns on them, and alter
-- them, while sessions have plans for them.  Whose error comes out, and what is left.
\set ECHO none
\i sql/common.psql
\pset format aligned
\pset tuples_only off
SET client_min_messages = warning;
\set VERBOSITY terse

CREATE FUNCTION pg_temp.make(name text) RETURNS boolean LANGUAGE sql AS $$
	SELECT dynapg.create_table(replace('{"TableName":"NAME","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
		{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}', 'NAME', name)::json) IS NOT NULL
$$;
CREATE FUNCTION pg_temp.put(name text, sk int, n int) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.put_item(format('{"TableName":"%s","Item":{"pk":{"S":"a"},"sk":{"N":"%s"},"n":{"N":"%s"}},"ReturnValues":"ALL_OLD"}', name, sk, n)::json)
$$;
CREATE FUNCTION pg_temp.add(name text, sk int, n int) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.update_item(format('{"TableName":"%s","Key":{"pk":{"S":"a"},"sk":{"N":"%s"}},"UpdateExpression":"ADD n :n",
		"ExpressionAttributeValues":{":n":{"N":"%s"}},"ReturnValues":"UPDATED_NEW"}', name, sk, n)::json)
$$;
CREATE FUNCTION pg_temp.remove(name text, sk int) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.delete_item(format('{"TableName":"%s","Key":{"pk":{"S":"a"},"sk":{"N":"%s"}},"ReturnValues":"ALL_OLD"}', name, sk)::json)
$$;
CREATE FUNCTION pg_temp.get(name text, sk int) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.get_item(format('{"TableName":"%s","Key":{"pk":{"S":"a"},"sk":{"N":"%s"}}}', name, sk)::json)
$$;
CREATE FUNCTION pg_temp.query(name text) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.query(format('{"TableName":"%s","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}}', name)::json)
$$;
-- SQLSTATE and message of a statement, or its result.
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- Constraints and indexes of the user's: their error, and nothing written.
SELECT pg_temp.make('Robust');
-- Citus has no unique index without the partition key, and no requests in triggers.
SELECT pg_temp.keep_local('Robust');
SELECT pg_temp.put('Robust', 1, 1);
ALTER TABLE dynamodb."Robust" ADD CONSTRAINT small CHECK (dynapg.key_n(item, 'n') < 100);
CREATE UNIQUE INDEX robust_unique ON dynamodb."Robust" (dynapg.key_n(item, 'n'));
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 2, 100)$$);
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 2, 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.add('Robust', 1, 99)$$);
SELECT pg_temp.put('Robust', 2, 2);
SELECT pg_temp.try($$SELECT pg_temp.add('Robust', 2, -1)$$);
SELECT pg_temp.query('Robust');
DROP INDEX dynamodb.robust_unique;
ALTER TABLE dynamodb."Robust" DROP CONSTRAINT small;

-- Triggers that call dynapg: an audit table, failing calls inside, and the same table.
SELECT pg_temp.make('RobustAudit');
CREATE FUNCTION pg_temp.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.add('RobustAudit', 1, 1);
	BEGIN
		PERFORM dynapg.get_item('{"TableName":"RobustNone","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');
	EXCEPTION WHEN SQLSTATE 'ND004' THEN
		PERFORM pg_temp.put('RobustAudit', 2, 7);
	END;
	BEGIN
		PERFORM dynapg.put_item('{"TableName":"RobustAudit","Item":{"pk":{"S":"a"},"sk":{"N":"2"}},"ConditionExpression":"n = pk"}');
	EXCEPTION WHEN SQLSTATE 'ND003' THEN
		NULL;
	END;
	PERFORM pg_temp.query('Robust');
	RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER audit_before BEFORE INSERT OR UPDATE OR DELETE ON dynamodb."Robust" FOR EACH ROW EXECUTE FUNCTION pg_temp.audit();
CREATE TRIGGER audit_after AFTER INSERT OR UPDATE OR DELETE ON dynamodb."Robust" FOR EACH ROW EXECUTE FUNCTION pg_temp.audit();
SELECT pg_temp.put('Robust', 1, 10);
SELECT pg_temp.put('Robust', 3, 30);
SELECT pg_temp.add('Robust', 1, 5);
SELECT pg_temp.remove('Robust', 3);
SELECT dynapg.update_item('{"TableName":"Robust","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET n = n + :o",
	"ConditionExpression":"n = :n","ExpressionAttributeValues":{":o":{"N":"1"},":n":{"N":"15"}},"ReturnValues":"ALL_OLD"}');
SELECT pg_temp.query('RobustAudit');
-- A failed condition shows only the caller's item, not what the triggers saw.
SELECT pg_temp.try($$SELECT dynapg.put_item('{"TableName":"Robust","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"n = pk"}')$$);
DROP TRIGGER audit_before ON dynamodb."Robust";
DROP TRIGGER audit_after ON dynamodb."Robust";

-- A trigger that refuses, by an error and silently.
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF dynapg.key_n(NEW.item, 'n') = 66 THEN
		RAISE 'not 66' USING ERRCODE = 'U0066';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON dynamodb."Robust" FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 4, 66)$$);
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 4, 67)$$);
SELECT pg_temp.try($$SELECT pg_temp.add('Robust', 1, 1)$$);
DROP TRIGGER refuse ON dynamodb."Robust";
SELECT pg_temp.query('Robust');

-- A trigger that changes what is stored.
CREATE FUNCTION pg_temp.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.item := dynapg.item_update(NEW.item, 'SET stamped = :t', NULL, '{":t":{"BOOL":true}}');
	RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON dynamodb."Robust" FOR EACH ROW EXECUTE FUNCTION pg_temp.stamp();
SELECT pg_temp.put('Robust', 5, 5);
SELECT pg_temp.get('Robust', 5);
DROP TRIGGER stamp ON dynamodb."Robust";

-- Altered tables.
SELECT pg_temp.keep_distributed('Robust');
ALTER TABLE dynamodb."Robust" ADD COLUMN note text DEFAULT 'x', ADD COLUMN made timestamptz NOT NULL DEFAULT now();
SELECT pg_temp.put('Robust', 6, 6), pg_temp.get('Robust', 6), pg_temp.add('Robust', 6, 1);
ALTER TABLE dynamodb."Robust" ADD COLUMN must text NOT NULL DEFAULT 'x';
ALTER TABLE dynamodb."Robust" ALTER COLUMN must DROP DEFAULT;
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 7, 7)$$);
SELECT pg_temp.add('Robust', 6, 1);
ALTER TABLE dynamodb."Robust" DROP COLUMN must, DROP COLUMN note;
SELECT pg_temp.put('Robust', 7, 7), pg_temp.get('Robust', 7);
ALTER TABLE dynamodb."Robust" RENAME TO "Elsewhere";
SELECT pg_temp.put('Robust', 8, 8), pg_temp.get('Robust', 8), pg_temp.remove('Robust', 7);
CREATE SCHEMA robust_elsewhere;
ALTER TABLE dynamodb."Elsewhere" SET SCHEMA robust_elsewhere;
SELECT pg_temp.add('Robust', 8, 1), pg_temp.query('Robust') -> 'Count', dynapg.scan('{"TableName":"Robust"}') -> 'Count';
SELECT dynapg.describe_table('{"TableName":"Robust"}') #>> '{Table,TableName}';
ALTER TABLE robust_elsewhere."Elsewhere" SET SCHEMA dynamodb;
ALTER TABLE dynamodb."Elsewhere" RENAME TO "Robust";
SELECT pg_temp.query('Robust') -> 'Count';

-- A table that is no longer a table of items.
BEGIN;
ALTER TABLE dynamodb."Robust" RENAME COLUMN item TO thing;
SELECT pg_temp.try($$SELECT pg_temp.get('Robust', 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 1, 1)$$);
ROLLBACK;
BEGIN;
ALTER TABLE dynamodb."Robust" RENAME COLUMN pk TO thing;
SELECT pg_temp.try($$SELECT pg_temp.get('Robust', 1)$$);
ROLLBACK;
BEGIN;
ALTER TABLE dynamodb."Robust" DROP CONSTRAINT "Robust primary key";
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 1, 1)$$);
SELECT pg_temp.get('Robust', 1);
SELECT pg_temp.query('Robust') -> 'Count';
ROLLBACK;
BEGIN;
ALTER TABLE dynamodb."Robust" DROP CONSTRAINT "dynapg fits", ALTER COLUMN sk TYPE text USING sk::text;
SELECT pg_temp.try($$SELECT pg_temp.get('Robust', 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.query('Robust')$$);
ROLLBACK;
BEGIN;
ALTER TABLE dynamodb."Robust" DROP CONSTRAINT "dynapg fits", ALTER COLUMN item TYPE jsonb USING item::jsonb;
SELECT pg_temp.try($$SELECT pg_temp.get('Robust', 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 1, 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.query('Robust')$$);
ROLLBACK;
SELECT pg_temp.query('Robust') -> 'Count';

-- TRUNCATE, CLUSTER and VACUUM FULL with plans kept.
CLUSTER dynamodb."Robust" USING "Robust primary key";
SELECT pg_temp.query('Robust') -> 'Count', pg_temp.add('Robust', 8, 1);
VACUUM (FULL, ANALYZE) dynamodb."Robust";
SELECT pg_temp.query('Robust') -> 'Count', pg_temp.add('Robust', 8, 1);
REINDEX TABLE dynamodb."Robust";
SELECT pg_temp.query('Robust') -> 'Count', pg_temp.add('Robust', 8, 1);
TRUNCATE dynamodb."Robust";
SELECT pg_temp.query('Robust'), pg_temp.add('Robust', 8, 1);

-- Transactions, savepoints, exception blocks.
BEGIN;
SELECT pg_temp.put('Robust', 1, 1);
SAVEPOINT s;
SELECT pg_temp.put('Robust', 1, 2);
SELECT dynapg.put_item('{"TableName":"Robust","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk)"}');
ROLLBACK TO s;
SELECT pg_temp.get('Robust', 1);
SELECT pg_temp.make('RobustNew'), pg_temp.put('RobustNew', 1, 1);
ROLLBACK TO s;
SELECT pg_temp.try($$SELECT pg_temp.put('RobustNew', 1, 1)$$);
SELECT pg_temp.add('Robust', 1, 1);
COMMIT;
SELECT pg_temp.get('Robust', 1);
BEGIN;
SELECT dynapg.delete_table('{"TableName":"Robust"}') IS NOT NULL;
SELECT pg_temp.try($$SELECT pg_temp.get('Robust', 1)$$);
SELECT pg_temp.make('Robust'), pg_temp.get('Robust', 1);
ROLLBACK;
SELECT pg_temp.get('Robust', 1);
BEGIN READ ONLY;
SELECT pg_temp.get('Robust', 1), pg_temp.query('Robust') -> 'Count', dynapg.scan('{"TableName":"Robust","Segment":0,"TotalSegments":2}') IS NOT NULL;
SELECT pg_temp.try($$SELECT pg_temp.put('Robust', 1, 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.add('Robust', 1, 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.remove('Robust', 1)$$);
SELECT pg_temp.try($$SELECT pg_temp.make('RobustNew')$$);
SELECT pg_temp.try($$SELECT dynapg.delete_table('{"TableName":"Robust"}')$$);
COMMIT;

-- A session whose search_path leads elsewhere.
CREATE SCHEMA robust_trap;
CREATE FUNCTION robust_trap.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION robust_trap.trap(numeric, numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION robust_trap.trap(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION robust_trap.holds(dynapg.item, bytea) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION robust_trap.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION robust_trap.count(text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR robust_trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = robust_trap.trap);
CREATE OPERATOR robust_trap.= (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = robust_trap.trap);
CREATE OPERATOR robust_trap.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = robust_trap.trap);
CREATE OPERATOR robust_trap.> (LEFTARG = text, RIGHTARG = text, FUNCTION = robust_trap.trap);
CREATE OPERATOR robust_trap.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = robust_trap.trap);
CREATE TABLE robust_trap.pg_class (oid oid, relkind text);
CREATE TABLE robust_trap.tables (name text);
CREATE DOMAIN robust_trap.text AS pg_catalog.int4;
CREATE DOMAIN robust_trap.numeric AS pg_catalog.int4;
CREATE DOMAIN robust_trap.json AS pg_catalog.int4;
CREATE DOMAIN robust_trap.bytea AS pg_catalog.int4;
DO $do$
BEGIN
	SET LOCAL search_path = robust_trap, pg_catalog;
	PERFORM dynapg.create_table('{"TableName":"RobustTrap","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
		{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}');
	FOR i IN 1 .. 2 LOOP
		PERFORM dynapg.put_item('{"TableName":"RobustTrap","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"g":{"S":"x"}},"ReturnValues":"ALL_OLD"}');
		PERFORM dynapg.put_item('{"TableName":"RobustTrap","Item":{"pk":{"S":"a"},"sk":{"N":"2"},"g":{"S":"x"}},"ConditionExpression":"n = pk OR attribute_not_exists(n)"}');
		PERFORM dynapg.update_item('{"TableName":"RobustTrap","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET h = g","ConditionExpression":"attribute_exists(pk)","ReturnConsumedCapacity":"INDEXES"}');
		PERFORM dynapg.get_item('{"TableName":"RobustTrap","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');
		PERFORM dynapg.query('{"TableName":"RobustTrap","IndexName":"by-g","KeyConditionExpression":"g = :g AND sk > :s","ExpressionAttributeValues":{":g":{"S":"x"},":s":{"N":"0"}},"Limit":1}');
		PERFORM dynapg.scan('{"TableName":"RobustTrap","Segment":1,"TotalSegments":3}');
		PERFORM dynapg.scan('{"TableName":"RobustTrap","ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"1"}}}');
		PERFORM dynapg.describe_table('{"TableName":"RobustTrap"}');
		PERFORM dynapg.list_tables('{"ExclusiveStartTableName":"Aaa"}');
		PERFORM dynapg.update_table('{"TableName":"RobustTrap","DeletionProtectionEnabled":false}');
		PERFORM dynapg.delete_item('{"TableName":"RobustTrap","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"h = g"}');
	END LOOP;
	PERFORM dynapg.delete_table('{"TableName":"RobustTrap"}');
END $do$;
DROP SCHEMA robust_trap CASCADE;

-- Row security decides for each row, for whoever asks, with the plans of one session.
SELECT pg_temp.make('RobustRows');
CREATE ROLE regress_dynapg_robust LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."RobustRows" TO regress_dynapg_robust;
SELECT pg_temp.put('RobustRows', i, i * 10) FROM generate_series(1, 4) i;
ALTER TABLE dynamodb."RobustRows" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON dynamodb."RobustRows" TO regress_dynapg_robust USING (sk > 2) WITH CHECK (dynapg.key_n(item, 'n') < 100);
SELECT pg_temp.query('RobustRows') -> 'Count', pg_temp.get('RobustRows', 1) IS NOT NULL;
SET ROLE regress_dynapg_robust;
SELECT dynapg.query('{"TableName":"RobustRows","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}}') -> 'Count' AS count,
	dynapg.get_item('{"TableName":"RobustRows","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}') AS hidden,
	dynapg.get_item('{"TableName":"RobustRows","Key":{"pk":{"S":"a"},"sk":{"N":"3"}}}') AS shown;
SELECT dynapg.put_item('{"TableName":"RobustRows","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"n":{"N":"0"}}}');
SELECT dynapg.put_item('{"TableName":"RobustRows","Item":{"pk":{"S":"a"},"sk":{"N":"3"},"n":{"N":"100"}}}');
SELECT dynapg.update_item('{"TableName":"RobustRows","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET x = pk","ConditionExpression":"attribute_exists(pk)"}');
SELECT dynapg.delete_item('{"TableName":"RobustRows","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnValues":"ALL_OLD"}');
SELECT dynapg.put_item('{"TableName":"RobustRows","Item":{"pk":{"S":"a"},"sk":{"N":"3"},"n":{"N":"99"}},"ReturnValues":"ALL_OLD"}');
-- Another role's table cannot be changed, and neither can its catalog row.
SELECT dynapg.update_table('{"TableName":"RobustRows","DeletionProtectionEnabled":true}');
SELECT dynapg.delete_table('{"TableName":"RobustRows"}');
SELECT dynapg.get_item('{"TableName":"Robust","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');
UPDATE dynapg.tables SET deletion_protection = true;
RESET ROLE;
SELECT pg_temp.query('RobustRows');

-- Parallel plans with the item functions.
CREATE TABLE robust_parallel (item dynapg.item);
INSERT INTO robust_parallel SELECT format('{"pk":{"S":"p%s"},"n":{"N":"%s"},"l":{"L":[{"N":"%s"}]}}', i, i % 100, i % 7)::dynapg.item FROM generate_series(1, 20000) i;
ALTER TABLE robust_parallel SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT count(*) FROM robust_parallel WHERE dynapg.item_matches(item, 'n < :n AND l[0] = :o', NULL, '{":n":{"N":"50"},":o":{"N":"3"}}');
SELECT count(*) FROM robust_parallel WHERE dynapg.item_matches(item, 'n < :n AND l[0] = :o', NULL, '{":n":{"N":"50"},":o":{"N":"3"}}');
SELECT count(*) FROM generate_series(1, 20000) i WHERE i % 100 < 50 AND i % 7 = 3;
SELECT count(*), sum(dynapg.item_size(item)), sum(dynapg.key_n(item, 'n')), count(DISTINCT dynapg.item_project(item, 'n')::text) FROM robust_parallel;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE robust_parallel;

\echo == a great many attribute definitions: those that the new index uses are kept
SELECT dynapg.update_table(json_build_object('TableName', 'RobustRows', 'AttributeDefinitions',
  (SELECT json_agg(json_build_object('AttributeName', 'a' || i, 'AttributeType', 'S')) FROM generate_series(1, 30000) i), 'GlobalSecondaryIndexUpdates',
  '[{"Create":{"IndexName":"many","KeySchema":[{"AttributeName":"a30000","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]'::json))
  #>> '{TableDescription,AttributeDefinitions}';

DROP SCHEMA robust_elsewhere;
SELECT dynapg.delete_table(json_build_object('TableName', name)) IS NOT NULL FROM unnest(ARRAY['Robust', 'RobustAudit', 'RobustRows']) name;
DROP ROLE regress_dynapg_robust;
