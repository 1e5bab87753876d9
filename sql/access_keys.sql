-- Access keys: who creates, lists, disables and drops them, and who sees what.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;

-- A statement's result as text, or its SQLSTATE and message; ids that were made are not shown.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN coalesce(nullif(result, ''), 'done');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || regexp_replace(SQLERRM, 'AKIA[A-Z2-7]{16}', 'AKIA...');
END $$;
GRANT EXECUTE ON FUNCTION attempt(text) TO PUBLIC;

CREATE ROLE regress_key_app LOGIN;
CREATE ROLE "regress Key Boss" LOGIN;
CREATE ROLE regress_key_other LOGIN;
CREATE ROLE regress_key_super SUPERUSER LOGIN;
GRANT regress_key_app TO "regress Key Boss" WITH ADMIN OPTION;
GRANT regress_key_super TO "regress Key Boss" WITH ADMIN OPTION;
GRANT regress_key_app TO regress_key_other;

-- What is created: an id, a secret, a row.
CREATE TEMP TABLE made AS SELECT * FROM dynapg.create_access_key('regress_key_app');
SELECT access_key_id ~ '^AKIA[A-Z2-7]{16}$' AS id, secret_access_key ~ '^[A-Za-z0-9+/]{40}$' AS secret FROM made;
SELECT k.access_key_id = m.access_key_id AS id, k.secret AS in_its_row, s.secret = m.secret_access_key AS secret, k.role, k.enabled,
	k.created_at = now() AS now FROM dynapg.access_keys k JOIN dynapg.access_secrets s USING (access_key_id), made m;
INSERT INTO made SELECT * FROM dynapg.create_access_key('regress_key_app');
SELECT count(DISTINCT access_key_id), count(DISTINCT secret_access_key) FROM made;
SELECT access_key_id FROM dynapg.create_access_key('"regress Key Boss"') \gset boss_
SELECT access_key_id FROM dynapg.create_access_key('regress_key_super') \gset super_
SELECT access_key_id FROM made LIMIT 1 \gset app_

-- Not a role.
SELECT attempt($$SELECT dynapg.create_access_key('regress_key_nobody')$$);
SELECT attempt($$SELECT dynapg.create_access_key('4000000000')$$);
SELECT dynapg.create_access_key(NULL);

-- A role that cannot log in: its keys would not work yet.
ALTER ROLE regress_key_other NOLOGIN;
SELECT length(access_key_id) FROM dynapg.create_access_key('regress_key_other');
ALTER ROLE regress_key_other LOGIN;
DELETE FROM dynapg.access_keys WHERE role = 'regress_key_other'::regrole;

-- A role manages its own keys, and nobody else's.
SET ROLE regress_key_app;
SELECT role, enabled, count(*) FROM dynapg.access_key_list GROUP BY 1, 2;
SELECT attempt($$SELECT length(access_key_id) FROM dynapg.create_access_key('regress_key_app')$$);
SELECT attempt(format('SELECT dynapg.disable_access_key(%L)', :'app_access_key_id'));
SELECT enabled FROM dynapg.access_key_list WHERE access_key_id = :'app_access_key_id';
SELECT attempt(format('SELECT dynapg.enable_access_key(%L)', :'app_access_key_id'));
SELECT enabled FROM dynapg.access_key_list WHERE access_key_id = :'app_access_key_id';
SELECT attempt($$SELECT dynapg.create_access_key('regress_key_other')$$);
SELECT attempt($$SELECT dynapg.create_access_key('regress_key_super')$$);
SELECT attempt(format('SELECT dynapg.disable_access_key(%L)', :'boss_access_key_id'));
SELECT attempt(format('SELECT dynapg.enable_access_key(%L)', :'boss_access_key_id'));
SELECT attempt(format('SELECT dynapg.drop_access_key(%L)', :'super_access_key_id'));
SELECT attempt($$SELECT dynapg.drop_access_key('AKIAIOSFODNN7EXAMPLE')$$);
RESET ROLE;

-- Membership alone is not enough, the ADMIN option is, but not for a superuser's keys.
SET ROLE regress_key_other;
SELECT count(*) FROM dynapg.access_key_list;
SELECT attempt($$SELECT dynapg.create_access_key('regress_key_app')$$);
SELECT attempt(format('SELECT dynapg.drop_access_key(%L)', :'app_access_key_id'));
SET ROLE "regress Key Boss";
SELECT role, count(*) FROM dynapg.access_key_list GROUP BY 1 ORDER BY role::text COLLATE "C";
SELECT attempt($$SELECT length(secret_access_key) FROM dynapg.create_access_key('regress_key_app')$$);
SELECT attempt(format('SELECT dynapg.drop_access_key(%L)', :'app_access_key_id'));
SELECT attempt(format('SELECT dynapg.drop_access_key(%L)', :'app_access_key_id'));
SELECT attempt($$SELECT dynapg.create_access_key('regress_key_super')$$);
SELECT attempt(format('SELECT dynapg.disable_access_key(%L)', :'super_access_key_id'));
RESET ROLE;

-- The list shows no secrets to anybody, and lets no condition look at rows that it does not show.
SELECT attname FROM pg_attribute WHERE attrelid = 'dynapg.access_key_list'::regclass AND attnum > 0 ORDER BY attnum;
CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
SET ROLE regress_key_other;
SELECT count(*) FROM dynapg.access_key_list WHERE leak(access_key_id);
RESET ROLE;
DROP FUNCTION leak;

-- Nobody else reads or writes the table, whatever rights he has on all tables, under whatever name.
GRANT pg_read_all_data, pg_write_all_data TO regress_key_other;
SET ROLE regress_key_other;
SELECT count(*) FROM dynapg.access_keys;
SELECT attempt($$INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('forged', 's', 'regress_key_super')$$);
SELECT attempt($$UPDATE dynapg.access_keys SET role = 'regress_key_other' RETURNING 1$$);
SELECT attempt($$DELETE FROM dynapg.access_keys RETURNING 1$$);
SELECT attempt($$TRUNCATE dynapg.access_keys$$);
SET ROLE regress_key_app;
SELECT attempt($$SELECT count(*) FROM dynapg.access_keys$$);
SELECT attempt($$SELECT count(*) FROM dynapg.access_secrets$$);
SET ROLE regress_key_other;
SELECT count(*) FROM dynapg.access_secrets;
SELECT attempt($$DELETE FROM dynapg.access_secrets RETURNING 1$$);
RESET ROLE;
SELECT count(*) > 0 AS still_there FROM dynapg.access_keys;

-- The user's search_path and operators do not get in between.
CREATE SCHEMA regress_key_trap;
CREATE TABLE regress_key_trap.access_keys (access_key_id text, secret text, role oid, enabled boolean);
CREATE FUNCTION regress_key_trap.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped as %', current_user; END $$;
CREATE OPERATOR regress_key_trap.= (FUNCTION = regress_key_trap.trap, LEFTARG = text, RIGHTARG = text);
GRANT USAGE ON SCHEMA regress_key_trap TO PUBLIC;
SET ROLE regress_key_app;
SET search_path = regress_key_trap, pg_catalog, public;
SELECT attempt(format('SELECT dynapg.enable_access_key((SELECT access_key_id FROM dynapg.access_key_list LIMIT 1))'));
RESET search_path;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_key_trap CASCADE;
RESET client_min_messages;

-- What a superuser may put into the table himself.
SELECT attempt($$INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('local', 'secret', 'regress_key_app') RETURNING access_key_id$$);
SELECT attempt($$INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('with/slash', 'secret', 'regress_key_app') RETURNING access_key_id$$);
SELECT attempt(format($$INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES (%L, 'secret', 'regress_key_app') RETURNING access_key_id$$, repeat('x', 129)));
SELECT attempt($$INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('empty', '', 'regress_key_app') RETURNING access_key_id$$);
SELECT attempt($$INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('local', 'other', 'regress_key_app') RETURNING access_key_id$$);

-- Keys are created and dropped with their transaction.
BEGIN;
SELECT access_key_id FROM dynapg.create_access_key('regress_key_app') \gset gone_
ROLLBACK;
SELECT attempt(format('SELECT dynapg.drop_access_key(%L)', :'gone_access_key_id'));

-- Secrets that SQL writes go where secrets are kept, and follow their key.
CREATE FUNCTION secrets(OUT id text, OUT secret text) RETURNS SETOF record LANGUAGE sql AS
	$$ SELECT access_key_id, secret FROM dynapg.access_secrets WHERE length(access_key_id) < 20 ORDER BY 1 $$;
SELECT * FROM secrets();
UPDATE dynapg.access_keys SET secret = 'another' WHERE access_key_id = 'local';
SELECT * FROM secrets();
UPDATE dynapg.access_keys SET enabled = false WHERE access_key_id = 'local';
UPDATE dynapg.access_keys SET access_key_id = 'remote' WHERE access_key_id = 'local';
SELECT * FROM secrets();
SELECT access_key_id, secret, enabled FROM dynapg.access_keys WHERE access_key_id = 'remote';
SELECT attempt($$INSERT INTO dynapg.access_keys (access_key_id, role) VALUES ('none', 'regress_key_app')$$);
SELECT attempt(format($$UPDATE dynapg.access_keys SET secret = %L WHERE access_key_id = 'remote' RETURNING 1$$, repeat('s', 129)));
BEGIN;
TRUNCATE dynapg.access_keys;
SELECT count(*) FROM dynapg.access_secrets;
ROLLBACK;
SELECT * FROM secrets();
-- With triggers off, too.
SET session_replication_role = replica;
INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('applied', 'secret', 'regress_key_app');
SELECT access_key_id, secret FROM dynapg.access_keys WHERE access_key_id = 'applied';
INSERT INTO dynapg.access_secrets VALUES ('passed over', 'secret');
RESET session_replication_role;
SELECT * FROM secrets();
DELETE FROM dynapg.access_keys WHERE access_key_id IN ('applied', 'remote');
SELECT * FROM secrets();

-- Nobody else writes them, not by the triggers' functions either.
SELECT attempt($$INSERT INTO dynapg.access_secrets VALUES ('x', 'y')$$);
SELECT attempt($$UPDATE dynapg.access_secrets SET secret = 'y' RETURNING 1$$);
SELECT attempt($$DELETE FROM dynapg.access_secrets RETURNING 1$$);
SET ROLE regress_key_app;
CREATE TEMP TABLE access_keys (access_key_id text, secret text, role oid, enabled boolean);
SELECT attempt($$CREATE TRIGGER forge BEFORE INSERT ON access_keys FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret()$$);
RESET ROLE;
CREATE TRIGGER forge BEFORE INSERT ON pg_temp.access_keys FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret();
CREATE TRIGGER forget AFTER DELETE ON pg_temp.access_keys FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret();
SET ROLE regress_key_app;
SELECT attempt(format($$INSERT INTO access_keys (access_key_id, secret) VALUES (%L, 'forged')$$, :'super_access_key_id'));
RESET ROLE;
DROP TABLE pg_temp.access_keys;

-- Keys that clients have already: for superusers, and those whom they let.
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_app', 'brought_1', 'along')$$);
SELECT * FROM secrets();
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_app', 'brought_1', 'again')$$);
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_app', 'no id', 'x')$$);
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_app', 'brought_2', '')$$);
SELECT attempt($$SELECT dynapg.import_access_key('4000000000', 'brought_2', 'x')$$);
SET ROLE regress_key_app;
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_app', 'brought_2', 'x')$$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION dynapg.import_access_key(regrole, text, text) TO regress_key_app;
SET ROLE regress_key_app;
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_app', 'brought_2', 'x')$$);
SELECT attempt($$SELECT dynapg.import_access_key('regress_key_other', 'brought_3', 'x')$$);
SELECT attempt($$SELECT dynapg.drop_access_key('brought_2')$$);
RESET ROLE;
REVOKE EXECUTE ON FUNCTION dynapg.import_access_key(regrole, text, text) FROM regress_key_app;

-- ANALYZE keeps no secrets, which pg_read_all_data could read.
ANALYZE dynapg.access_keys;
ANALYZE dynapg.access_secrets;
SELECT tablename, attname FROM pg_stats WHERE schemaname = 'dynapg' AND attname = 'secret' AND null_frac < 1;

-- A key of somebody else and one that is not there: the same error.
SET ROLE regress_key_other;
SELECT attempt($$SELECT dynapg.drop_access_key('brought_1')$$);
SELECT attempt($$SELECT dynapg.disable_access_key('brought_9')$$);
RESET ROLE;

-- A dropped role takes its keys along; where the library was not there to see it, nobody sees them, and the next key removes them.
REVOKE regress_key_app FROM "regress Key Boss", regress_key_other;
SELECT count(*) > 0 AS has_keys FROM dynapg.access_keys WHERE role = 'regress_key_app'::regrole;
BEGIN;
DROP ROLE regress_key_app;
SELECT count(*) FROM dynapg.access_keys WHERE role::text ~ '^[0-9]+$';
SELECT * FROM secrets();
ROLLBACK;
SELECT count(*) > 0 AS has_keys FROM dynapg.access_keys WHERE role = 'regress_key_app'::regrole;
DROP ROLE regress_key_app;
SELECT count(*) FROM dynapg.access_keys WHERE role::text ~ '^[0-9]+$';
INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('dead', 'secret', 4000000000);
SELECT count(*) FROM dynapg.access_key_list WHERE access_key_id = 'dead';
SELECT attempt($$SELECT dynapg.enable_access_key('dead')$$);
SET ROLE "regress Key Boss";
SELECT role, count(*) FROM dynapg.access_key_list GROUP BY 1 ORDER BY role::text COLLATE "C";
SELECT length(access_key_id) FROM dynapg.create_access_key('"regress Key Boss"');
RESET ROLE;
SELECT count(*) FROM dynapg.access_keys WHERE access_key_id = 'dead';
SELECT * FROM secrets();
SELECT role, count(*) FROM dynapg.access_key_list GROUP BY 1 ORDER BY role::text COLLATE "C";

SET client_min_messages = warning;
DELETE FROM dynapg.access_keys;
DROP ROLE "regress Key Boss", regress_key_other, regress_key_super;
SELECT count(*) FROM dynapg.access_secrets;
DROP FUNCTION attempt(text);
DROP FUNCTION secrets();
DROP TABLE made;
