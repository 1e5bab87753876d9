-- ttl: Time to Live: the two operations, which items have expired, and dynapg.run_jobs, which deletes them
\set VERBOSITY terse
\set ECHO none
\i sql/common.psql
\pset format aligned
\pset tuples_only off
SET client_min_messages = warning;
CREATE ROLE regress_ttl_owner LOGIN;
CREATE ROLE regress_ttl_other LOGIN;
GRANT CREATE ON SCHEMA dynamodb TO regress_ttl_owner;
SET ROLE regress_ttl_owner;
SELECT dynapg.create_table('{"TableName":"Sessions","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}') IS NOT NULL AS created;

CREATE FUNCTION pg_temp.ttl(enabled boolean, attribute text DEFAULT 'until') RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.update_time_to_live(json_build_object('TableName', 'Sessions',
		'TimeToLiveSpecification', json_build_object('Enabled', enabled, 'AttributeName', attribute)))
$$;
CREATE FUNCTION pg_temp.put(id text, attributes json) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.put_item(json_build_object('TableName', 'Sessions',
		'Item', (attributes::jsonb || jsonb_build_object('id', jsonb_build_object('S', id)))::json))
$$;
CREATE FUNCTION pg_temp.at(seconds numeric) RETURNS json LANGUAGE sql AS $$
	SELECT json_build_object('until', json_build_object('N', (trunc(extract(epoch FROM now())) + seconds)::text))
$$;

-- the status, and what is refused; another relation has the name of the index
RESET ROLE;
CREATE TABLE dynamodb."Sessions::d275745c9211db4a" ();
SET ROLE regress_ttl_owner;
SELECT dynapg.describe_time_to_live('{"TableName":"Sessions"}');
SELECT pg_temp.ttl(false);
SELECT pg_temp.ttl(true);
SELECT dynapg.describe_time_to_live('{"TableName":"Sessions"}');
SELECT pg_temp.ttl(true);
SELECT pg_temp.ttl(true, 'other');
SELECT pg_temp.ttl(false, 'other');
SELECT dynapg.describe_time_to_live('{"TableName":"Missing"}');
SELECT dynapg.update_time_to_live('{"TableName":"Missing","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"a"}}');
SELECT dynapg.update_time_to_live('{"TableName":"Sessions"}');
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{}}');
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{"Enabled":true,"AttributeName":""}}');
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{"AttributeName":"a"}}');
SELECT dynapg.describe_time_to_live('{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Sessions"}');

-- which items have expired: numbers in the past, but no more than five years
SELECT count(pg_temp.put(id, attributes)) FROM (VALUES
	('a second ago', pg_temp.at(-1)), ('half a second ago', pg_temp.at(-0.5)), ('a year ago', pg_temp.at(-31536000)), ('nearly five years ago', pg_temp.at(-157679000)),
	('over five years ago', pg_temp.at(-157681000)), ('zero', '{"until":{"N":"0"}}'::json), ('negative', '{"until":{"N":"-5"}}'),
	('in an hour', pg_temp.at(3600)), ('in milliseconds', json_build_object('until', json_build_object('N', trunc(extract(epoch FROM now()) * 1000 - 5)::text))),
	('a string', json_build_object('until', json_build_object('S', trunc(extract(epoch FROM now()) - 5)::text))), ('none', '{}'),
	('another name', json_build_object('Until', pg_temp.at(-5) -> 'until')), ('in a map', json_build_object('m', json_build_object('M', pg_temp.at(-5))))) AS v(id, attributes);
-- they are there until they are deleted
SELECT dynapg.scan('{"TableName":"Sessions","Select":"COUNT"}');
RESET ROLE;
SELECT dynapg.run_jobs() AS of_nobody_else;
SET ROLE regress_ttl_other;
SELECT dynapg.run_jobs() AS of_nobody_else;
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"until"}}');
SET ROLE regress_ttl_owner;
SELECT dynapg.run_jobs();
SELECT dynapg.run_jobs();
SELECT pk FROM dynamodb."Sessions" ORDER BY pk;

-- the index finds them
INSERT INTO dynamodb."Sessions" (pk, item)
	SELECT 'n' || n, json_build_object('id', json_build_object('S', 'n' || n), 'until', json_build_object('N', (extract(epoch FROM now())::bigint - n - 5)::text))::dynapg.item
	FROM generate_series(1, 2500) AS n;
SELECT pg_temp.keep_local('Sessions');
ANALYZE dynamodb."Sessions";
EXPLAIN (COSTS off) SELECT pk FROM dynamodb."Sessions" WHERE dynapg.key_n(item, 'until') < 1000 AND dynapg.key_n(item, 'until') >= 0
	ORDER BY dynapg.key_n(item, 'until') LIMIT 5;
SELECT pg_temp.keep_distributed('Sessions');
SELECT dynapg.run_jobs();
SELECT count(*) FROM dynamodb."Sessions";

-- triggers run, and may keep an item
CREATE FUNCTION dynamodb.ttl_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.pk LIKE 'kept%' THEN RETURN NULL; END IF;
	RETURN OLD;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON dynamodb."Sessions" FOR EACH ROW EXECUTE FUNCTION dynamodb.ttl_keep();
SELECT count(pg_temp.put(id, pg_temp.at(-10))) FROM (VALUES ('kept 1'), ('kept 2'), ('gone')) AS v(id);
SELECT dynapg.run_jobs();
SELECT pk FROM dynamodb."Sessions" WHERE pk LIKE 'kept%' OR pk = 'gone' ORDER BY pk;
DROP TRIGGER keep ON dynamodb."Sessions";
DROP FUNCTION dynamodb.ttl_keep;

-- while the index is being dropped, Time to Live cannot be enabled again; an attribute's name is a text
BEGIN;
SET LOCAL dynapg.index_build = background;
SELECT pg_temp.ttl(false);
SELECT dynapg.describe_time_to_live('{"TableName":"Sessions"}');
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"until"}}');
ROLLBACK;
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"a\u0000b"}}');

-- disabled: the index goes, and nothing is deleted
SELECT pg_temp.ttl(false);
SELECT dynapg.describe_time_to_live('{"TableName":"Sessions"}');
SELECT count(*) FROM pg_indexes WHERE tablename = 'Sessions';
SELECT dynapg.run_jobs();
SELECT pg_temp.ttl(true, 'it''s "odd" \ é');
SELECT dynapg.describe_time_to_live('{"TableName":"Sessions"}');
SELECT dynapg.put_item(json_build_object('TableName', 'Sessions', 'Item', json_build_object('id', json_build_object('S', 'odd'),
	'it''s "odd" \ é', pg_temp.at(-5) -> 'until')));
SELECT dynapg.run_jobs();
SELECT dynapg.delete_table('{"TableName":"Sessions"}') IS NOT NULL AS deleted;

-- the long names have an index each
SELECT dynapg.create_table(json_build_object('TableName', repeat('T', 255), 'BillingMode', 'PAY_PER_REQUEST', 'KeySchema', '[{"AttributeName":"id","KeyType":"HASH"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"id","AttributeType":"N"}]'::json)) IS NOT NULL AS created;
SELECT dynapg.update_time_to_live(json_build_object('TableName', repeat('T', 255), 'TimeToLiveSpecification',
	json_build_object('Enabled', true, 'AttributeName', repeat('a', 255)))) ->> 'TimeToLiveSpecification' LIKE '{"Enabled":true,"AttributeName":"aaa%' AS enabled;
SELECT dynapg.describe_time_to_live(json_build_object('TableName', repeat('T', 255))) #>> '{TimeToLiveDescription,TimeToLiveStatus}' AS status;
SELECT dynapg.delete_table(json_build_object('TableName', repeat('T', 255))) IS NOT NULL AS deleted;
RESET ROLE;
DROP TABLE dynamodb."Sessions::d275745c9211db4a";
REVOKE CREATE ON SCHEMA dynamodb FROM regress_ttl_owner;
SET client_min_messages = error;
DROP OWNED BY regress_ttl_owner;
DROP ROLE regress_ttl_owner, regress_ttl_other;
