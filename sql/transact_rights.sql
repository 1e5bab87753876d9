-- Who may do what in a transaction: privileges by action, row security, and what others' triggers and constraints see of items
-- that are found missing
\set ECHO none
\i sql/common.psql
-- Keys without an item are locked as the owner; those of distributed tables as the caller: test/t/266_citus_sql.pl.
SET dynapg.distribute_tables = off;
\set ECHO none
-- A transaction of the actions given as "Kind key more"; Remove is an Update that makes no item.
CREATE FUNCTION public.txr(VARIADIC actions text[]) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[' || string_agg(format('{"%s":{"TableName":"tx.rights","%s":{"pk":{"S":"%s"}%s}%s}}',
		replace(part[1], 'Remove', 'Update'), CASE part[1] WHEN 'Put' THEN 'Item' ELSE 'Key' END, part[2],
		CASE part[1] WHEN 'Put' THEN ',"o":{"S":"' || current_user || '"}' ELSE '' END,
		CASE part[1] WHEN 'Update' THEN ',"UpdateExpression":"SET o = :o","ExpressionAttributeValues":{":o":{"S":"' || current_user || '"}}' WHEN 'Remove' THEN ',"UpdateExpression":"REMOVE o"' ELSE '' END ||
		CASE part[3] WHEN 'new' THEN ',"ConditionExpression":"attribute_not_exists(pk)"' WHEN 'there' THEN ',"ConditionExpression":"attribute_exists(pk)"' ELSE '' END ||
		',"ReturnValuesOnConditionCheckFailure":"ALL_OLD"'), ',' ORDER BY n) || ']}')
	FROM unnest(actions) WITH ORDINALITY AS a (action, n), regexp_split_to_array(action, ' ') AS part
$$;
CREATE FUNCTION public.txr_batch(more text, VARIADIC writes text[]) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('batch_write_item', '{"RequestItems":{"tx.rights":[' || string_agg(CASE part[1]
		WHEN 'Put' THEN format('{"PutRequest":{"Item":{"pk":{"S":"%s"},"o":{"S":"%s"}}}}', part[2], current_user)
		ELSE format('{"DeleteRequest":{"Key":{"pk":{"S":"%s"}}}}', part[2]) END, ',' ORDER BY n) || ']}' || more || '}')
	FROM unnest(writes) WITH ORDINALITY AS w (write, n), regexp_split_to_array(write, ' ') AS part
$$;
SELECT pg_temp.answer('create_table', '{"TableName":"tx.rights","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}') LIKE '{%';
CREATE ROLE regress_txr_owner LOGIN;
CREATE ROLE regress_txr_reader LOGIN;
CREATE ROLE regress_txr_checker LOGIN;
CREATE ROLE regress_txr_deleter LOGIN;
CREATE ROLE regress_txr_putter LOGIN;
CREATE ROLE regress_txr_user LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO PUBLIC;
ALTER TABLE dynamodb."tx.rights" OWNER TO regress_txr_owner;
GRANT SELECT ON dynamodb."tx.rights" TO regress_txr_reader;
GRANT SELECT, UPDATE ON dynamodb."tx.rights" TO regress_txr_checker;
GRANT SELECT, DELETE ON dynamodb."tx.rights" TO regress_txr_deleter;
GRANT SELECT, INSERT, UPDATE ON dynamodb."tx.rights" TO regress_txr_putter;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."tx.rights" TO regress_txr_user;
INSERT INTO dynamodb."tx.rights" VALUES ('there', '{"pk":{"S":"there"}}');
\pset fieldsep ' : '
\set ECHO all

-- Each action needs the rights of its statement; an item that is missing asks for no more.
\set actions 'SELECT a, public.txr(a) FROM unnest(ARRAY[''Put there'', ''Put none'', ''Put none there'', ''Update there'', ''Update none'', ''Update none there'', ''Delete none'', ''Delete none new'', ''Remove none5'', ''ConditionCheck none new'', ''ConditionCheck there there'']) AS a;'
SET ROLE regress_txr_reader;
:actions
SET ROLE regress_txr_checker;
:actions
SET ROLE regress_txr_deleter;
:actions
SET ROLE regress_txr_putter;
:actions
SET ROLE regress_txr_user;
SELECT public.txr('Delete none', 'Put none2', 'ConditionCheck none3 new', 'Update there', 'Delete none4 new');
-- Nothing is done when one of the actions is not allowed.
SET ROLE regress_txr_checker;
SELECT public.txr('ConditionCheck none2 new', 'Update there there', 'Delete zero');
SET ROLE regress_txr_deleter;
SELECT public.txr_batch('', 'Delete none2', 'Delete there', 'Put none');
SELECT public.txr_batch('', 'Delete none2', 'Delete none3');
RESET ROLE;
SELECT pk, item FROM dynamodb."tx.rights" ORDER BY pk;

-- Row security: what is hidden from the caller.
SET search_path = public, dynapg;
CREATE POLICY own ON dynamodb."tx.rights" TO regress_txr_user USING (item ->> 'o' = current_user) WITH CHECK (item ->> 'o' = current_user);
ALTER TABLE dynamodb."tx.rights" ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynamodb."tx.rights" FORCE ROW LEVEL SECURITY;
RESET search_path;
TRUNCATE dynamodb."tx.rights";
INSERT INTO dynamodb."tx.rights" VALUES ('hidden', '{"pk":{"S":"hidden"},"o":{"S":"x"},"secret":{"S":"s"}}'), ('mine', '{"pk":{"S":"mine"},"o":{"S":"regress_txr_user"}}');
SET ROLE regress_txr_user;
-- Missing items are found missing, although the policy would not let anybody have the key alone.
SELECT public.txr('ConditionCheck none new', 'Delete none2', 'Put none3', 'Delete none4 new', 'Update none5', 'Remove none6');
-- A condition that the hidden item fails shows nothing of it; what would replace it, or asks whether it is missing, is refused; what would take
-- away does nothing.
SELECT a, public.txr(a) FROM unnest(ARRAY['Put hidden', 'Put hidden new', 'Put hidden there', 'Update hidden', 'Update hidden new', 'Update hidden there', 'Delete hidden', 'Delete hidden new', 'Delete hidden there',
	'Remove hidden', 'Remove hidden new', 'Remove hidden there', 'ConditionCheck hidden new', 'ConditionCheck hidden there']) AS a;
-- What is seen is shown.
SELECT public.txr('Put mine new', 'ConditionCheck none there', 'Delete hidden there', 'ConditionCheck none2 new');
-- An action refuses the item that it would make or leave.
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":{"TableName":"tx.rights","Item":{"pk":{"S":"a"}}}},{"Delete":{"TableName":"tx.rights","Key":{"pk":{"S":"mine"}}}}]}'),
	pg_temp.answer('transact_write_items', '{"TransactItems":[{"Update":{"TableName":"tx.rights","Key":{"pk":{"S":"mine"}},"UpdateExpression":"SET o = :o","ExpressionAttributeValues":{":o":{"S":"y"}}}}]}');
SELECT pg_temp.answer('transact_get_items', '{"TransactItems":[{"Get":{"TableName":"tx.rights","Key":{"pk":{"S":"hidden"}}}},{"Get":{"TableName":"tx.rights","Key":{"pk":{"S":"mine"}}}}]}');
-- Batches.
SELECT m, public.txr_batch(m, 'Put b', 'Put hidden', 'Put c'), public.txr_batch(m, 'Put b', 'Delete hidden', 'Put c'), public.txr_batch(m, 'Delete b', 'Delete hidden', 'Delete c')
FROM unnest(ARRAY['', ',"ReturnConsumedCapacity":"TOTAL"']) AS m;
RESET ROLE;
SELECT pk, item FROM dynamodb."tx.rights" ORDER BY pk;
-- Items that may be seen and not changed: a check would have to lock them.
SET search_path = public, dynapg;
DROP POLICY own ON dynamodb."tx.rights";
CREATE POLICY sees ON dynamodb."tx.rights" FOR SELECT TO regress_txr_user USING (true);
CREATE POLICY changes ON dynamodb."tx.rights" FOR UPDATE TO regress_txr_user USING (item ->> 'o' = current_user);
CREATE POLICY makes ON dynamodb."tx.rights" FOR INSERT TO regress_txr_user WITH CHECK (true);
RESET search_path;
SET ROLE regress_txr_user;
SELECT a, public.txr(a) FROM unnest(ARRAY['Put hidden', 'Put hidden there', 'Update hidden', 'Update hidden there', 'Delete hidden', 'Delete mine', 'Delete none',
	'ConditionCheck hidden new', 'ConditionCheck hidden there', 'ConditionCheck mine new', 'ConditionCheck mine there', 'ConditionCheck none new']) AS a;
-- The owner, whom row security holds for as well; the session's role and settings stay.
SET ROLE regress_txr_owner;
SELECT a, public.txr(a) FROM unnest(ARRAY['ConditionCheck none new', 'ConditionCheck hidden new', 'Delete none']) AS a;
SELECT current_user, current_setting('session_replication_role');
RESET ROLE;
ALTER TABLE dynamodb."tx.rights" DISABLE ROW LEVEL SECURITY;
ALTER TABLE dynamodb."tx.rights" NO FORCE ROW LEVEL SECURITY;
SELECT pk FROM dynamodb."tx.rights" ORDER BY pk;

-- Triggers and foreign keys do not see items that are found missing, unless a trigger is enabled for replicas.
CREATE FUNCTION public.txr_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% % %', TG_NAME, TG_OP, CASE TG_LEVEL WHEN 'ROW' THEN (COALESCE(NEW, OLD)).pk END; RETURN COALESCE(NEW, OLD); END $$;
CREATE TRIGGER before BEFORE INSERT OR UPDATE OR DELETE ON dynamodb."tx.rights" FOR EACH ROW EXECUTE FUNCTION public.txr_tell();
CREATE TRIGGER statement AFTER INSERT OR UPDATE OR DELETE ON dynamodb."tx.rights" EXECUTE FUNCTION public.txr_tell();
CREATE TABLE public.txr_parents (pk text COLLATE "C" PRIMARY KEY);
INSERT INTO public.txr_parents VALUES ('hidden'), ('mine'), ('none3'), ('none5');
ALTER TABLE dynamodb."tx.rights" ADD FOREIGN KEY (pk) REFERENCES public.txr_parents;
SELECT public.txr('ConditionCheck none new', 'Delete none5', 'Delete none6', 'Put none3');
SELECT public.txr('ConditionCheck none new');
ALTER TABLE dynamodb."tx.rights" ENABLE ALWAYS TRIGGER before;
SELECT public.txr('ConditionCheck none new');
-- A trigger that keeps items from being deleted.
CREATE OR REPLACE FUNCTION public.txr_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
ALTER TABLE dynamodb."tx.rights" ENABLE TRIGGER before;
SELECT public.txr('Delete mine'), public.txr('Delete none');
SELECT pk FROM dynamodb."tx.rights" ORDER BY pk;
-- One that is enabled for replicas as well keeps missing items from being claimed; over HTTP that is its refusal, as any trigger's.
ALTER TABLE dynamodb."tx.rights" ENABLE ALWAYS TRIGGER before;
SELECT public.txr('ConditionCheck none new'), public.txr('Delete none');
DROP TRIGGER before ON dynamodb."tx.rights";
CREATE TRIGGER before BEFORE DELETE ON dynamodb."tx.rights" FOR EACH ROW EXECUTE FUNCTION public.txr_tell();
ALTER TABLE dynamodb."tx.rights" ENABLE ALWAYS TRIGGER before;
SELECT public.txr('ConditionCheck none new'), public.txr('Delete none');
SELECT pk FROM dynamodb."tx.rights" ORDER BY pk;
DROP FUNCTION public.txr_tell CASCADE;
-- A constraint holds for the key alone, too.
ALTER TABLE dynamodb."tx.rights" ADD CONSTRAINT has_owner CHECK (dynapg.key_s(item, 'o') IS NOT NULL) NOT VALID;
SELECT public.txr('ConditionCheck none new'), public.txr('Delete mine'), public.txr('Delete mine');
-- Nothing has to be kept when there is a reason already.
SELECT public.txr('ConditionCheck another there', 'ConditionCheck none new');
ALTER TABLE dynamodb."tx.rights" DROP CONSTRAINT has_owner;

-- What constraints call runs as the owner: it finds nothing of the caller's, and leaves nothing that the caller runs later.
CREATE SCHEMA txr_callers AUTHORIZATION regress_txr_user;
GRANT USAGE ON SCHEMA txr_callers TO PUBLIC;
GRANT CREATE ON SCHEMA public TO regress_txr_owner;
SET ROLE regress_txr_user;
CREATE FUNCTION txr_callers.fine(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'run as %', current_user; RETURN true; END $$;
SET ROLE regress_txr_owner;
CREATE FUNCTION public.txr_check(key text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN fine(key); END $$;
ALTER TABLE dynamodb."tx.rights" ADD CONSTRAINT fine CHECK (public.txr_check(pk)) NOT VALID;
SET ROLE regress_txr_user;
SET search_path = txr_callers, public;
SELECT public.txr('Put none3');
SELECT public.txr('ConditionCheck none new');
SELECT current_user, current_setting('search_path');
RESET search_path;
SET ROLE regress_txr_owner;
CREATE TABLE public.txr_later (n integer);
CREATE FUNCTION public.txr_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'run as %', current_user; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON public.txr_later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.txr_tell();
ALTER TABLE public.txr_later ENABLE ALWAYS TRIGGER later;
CREATE OR REPLACE FUNCTION public.txr_check(key text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.txr_later VALUES (1); RETURN true; END $$;
RESET ROLE;
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"ConditionCheck":{"TableName":"tx.rights","Key":{"pk":{"S":"none"}},"ConditionExpression":"attribute_not_exists(pk)"}}]}');
-- A temporary relation of the caller's, which no search_path hides, is not what the owner's function finds.
SET ROLE regress_txr_owner;
CREATE OR REPLACE FUNCTION public.txr_check(key text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT allowed FROM txr_limits); END $$;
SET ROLE regress_txr_user;
CREATE FUNCTION txr_callers.steal() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'stolen as %', current_user; RETURN true; END $$;
CREATE TEMPORARY VIEW txr_limits AS SELECT txr_callers.steal() AS allowed;
GRANT SELECT ON txr_limits TO PUBLIC;
SELECT public.txr('ConditionCheck none new');
SELECT public.txr('Delete none');
CREATE TYPE pg_temp.txr_type AS (a integer);
DROP VIEW txr_limits;
SELECT public.txr('ConditionCheck none new');
DROP TYPE pg_temp.txr_type;
SELECT public.txr('ConditionCheck none new');
-- Where there is only code that looks up no names, temporary relations are in nobody's way.
SET ROLE regress_txr_owner;
ALTER TABLE dynamodb."tx.rights" DROP CONSTRAINT fine, ADD CONSTRAINT fine CHECK (length(pk) < 100) NOT VALID;
SET ROLE regress_txr_user;
CREATE TEMPORARY TABLE txr_limits (allowed boolean);
SELECT public.txr('ConditionCheck none new');
DROP TABLE txr_limits;
SET ROLE regress_txr_owner;
ALTER TABLE dynamodb."tx.rights" DROP CONSTRAINT fine, ADD CONSTRAINT fine CHECK (public.txr_check(pk)) NOT VALID;
-- The owner may be the caller: these are its own settings.
SET ROLE regress_txr_owner;
CREATE OR REPLACE FUNCTION public.txr_check(key text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN fine(key); END $$;
SET search_path = txr_callers, public;
SELECT public.txr('ConditionCheck none new');
RESET search_path;
RESET ROLE;
DROP OWNED BY regress_txr_owner, regress_txr_reader, regress_txr_checker, regress_txr_deleter, regress_txr_putter, regress_txr_user CASCADE;
DROP ROLE regress_txr_owner, regress_txr_reader, regress_txr_checker, regress_txr_deleter, regress_txr_putter, regress_txr_user;
DROP TABLE public.txr_parents;
DROP FUNCTION public.txr, public.txr_batch;
