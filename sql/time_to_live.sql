-- Time to Live: UpdateTimeToLive, DescribeTimeToLive, which items expire, and the records of their deletion
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.make(name text) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.create_table(format('{"TableName":"%s","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST",
		"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}', name)) -> 'TableDescription' ->> 'TableName' $$;
CREATE FUNCTION pg_temp.update_ttl(name text, enabled boolean, attribute text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('update_time_to_live', json_build_object('TableName', name, 'TimeToLiveSpecification',
		json_build_object('Enabled', enabled, 'AttributeName', attribute))::text) $$;
CREATE FUNCTION pg_temp.ids(name text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(i -> 'id' ->> 'S', ' ' ORDER BY i -> 'id' ->> 'S')
	FROM json_array_elements(dynapg.scan(json_build_object('TableName', name)) -> 'Items') i $$;
-- An item with that value of the attribute, in which NOW+n is a time.
CREATE FUNCTION pg_temp.put(name text, id text, attribute text, value text) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.put_item(json_build_object('TableName', name, 'Item', json_build_object('id', json_build_object('S', id), attribute,
		(CASE WHEN value ~ '^[-+0-9.]+s$' THEN format('{"N":"%s"}', floor(extract(epoch FROM now())) + rtrim(value, 's')::numeric) ELSE value END)::json))) $$;
\set ECHO all

SELECT pg_temp.make('ttl_t');
SELECT dynapg.describe_time_to_live('{"TableName":"ttl_t"}');
SELECT pg_temp.answer('describe_time_to_live', '{"TableName":"ttl_none"}');
SELECT pg_temp.update_ttl('ttl_none', true, 'ttl');
SELECT pg_temp.update_ttl('ttl_t', false, 'ttl');
SELECT pg_temp.update_ttl('ttl_t', true, '');
SELECT pg_temp.update_ttl('ttl_t', true, repeat('x', 256));
SELECT pg_temp.update_ttl('ttl_t', true, NULL);
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"ttl_t"}');
SELECT pg_temp.update_ttl('ttl_t', true, 'ttl');
SELECT dynapg.describe_time_to_live('{"TableName":"ttl_t"}');
SELECT dynapg.describe_time_to_live('{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/ttl_t"}');
SELECT pg_temp.update_ttl('ttl_t', true, 'ttl');
SELECT pg_temp.update_ttl('ttl_t', true, 'other');
SELECT pg_temp.update_ttl('ttl_t', false, 'other');
SELECT dynapg.describe_table('{"TableName":"ttl_t"}') -> 'Table' ->> 'TableStatus';

-- what expires: a number of seconds that has passed, by five years at most
SELECT count(pg_temp.put('ttl_t', id, attribute, value)) FROM (VALUES
	('expired', 'ttl', '-10s'), ('expired-fraction', 'ttl', '-10.5s'), ('expired-long-ago', 'ttl', '-150000000s'),
	('kept-future', 'ttl', '+3600s'), ('kept-milliseconds', 'ttl', '{"N":"1700000000000"}'), ('kept-six-years', 'ttl', '-190000000s'),
	('kept-zero', 'ttl', '{"N":"0"}'), ('kept-negative', 'ttl', '{"N":"-5"}'), ('kept-string', 'ttl', '{"S":"1700000000"}'),
	('kept-huge', 'ttl', '{"N":"9E125"}'), ('kept-tiny', 'ttl', '{"N":"1E-130"}'), ('kept-set', 'ttl', '{"NS":["1700000000"]}'),
	('kept-null', 'ttl', '{"NULL":true}'), ('kept-other', 'other', '-10s'), ('kept-nested', 'm', '{"M":{"ttl":{"N":"1700000000"}}}')) v (id, attribute, value);
SELECT pg_temp.ids('ttl_t');
SELECT dynapg.run_jobs();
SELECT pg_temp.ids('ttl_t');

-- the records of deletions by the service say so, those of others do not
SELECT dynapg.delete_item('{"TableName":"ttl_t","Key":{"id":{"S":"kept-zero"}}}');
SELECT event, keys, old_item IS NOT NULL, by_service FROM dynapg.stream_records('ttl_t') WHERE event = 'REMOVE' ORDER BY keys::text COLLATE "C";
SELECT r ->> 'eventName', r ->> 'userIdentity', count(*) FROM dynapg.describe_stream(json_build_object('StreamArn',
	dynapg.describe_table('{"TableName":"ttl_t"}') -> 'Table' ->> 'LatestStreamArn')) s, json_array_elements(s -> 'StreamDescription' -> 'Shards') h,
	dynapg.get_shard_iterator(json_build_object('StreamArn', s -> 'StreamDescription' ->> 'StreamArn', 'ShardId', h ->> 'ShardId',
	'ShardIteratorType', 'TRIM_HORIZON')) i, json_array_elements(dynapg.get_records(i) -> 'Records') r
	GROUP BY 1, 2 ORDER BY 1, 2;

-- more than a window, and several tables; an attribute with any name
SELECT pg_temp.make('ttl_many'), pg_temp.make('ttl_named');
SELECT pg_temp.update_ttl('ttl_many', true, 'ttl'), pg_temp.update_ttl('ttl_named', true, 'it''s "this"');
INSERT INTO dynamodb.ttl_many SELECT i, json_build_object('id', json_build_object('S', i::text), 'ttl', json_build_object('N',
	floor(extract(epoch FROM now()))::bigint + CASE WHEN i % 10 = 0 THEN 1000 ELSE -1000 END || ''))::text::dynapg.item FROM generate_series(1, 30000) i;
SELECT count(pg_temp.put('ttl_named', id, 'it''s "this"', value)) FROM (VALUES ('a', '-1s'), ('b', '+3600s')) v (id, value);
SELECT dynapg.run_jobs();
SELECT count(*) FROM dynamodb.ttl_many;
SELECT pg_temp.ids('ttl_named');
SELECT count(*), count(DISTINCT keys::text) FROM dynapg.stream_records('ttl_many', "limit" => NULL) WHERE by_service;

-- disabled, nothing expires; a deleted table leaves nothing, also one dropped by SQL
SELECT pg_temp.update_ttl('ttl_t', false, 'ttl');
SELECT dynapg.describe_time_to_live('{"TableName":"ttl_t"}');
SELECT pg_temp.put('ttl_t', 'expired', 'ttl', '-10s');
SELECT dynapg.run_jobs();
SELECT pg_temp.ids('ttl_t') LIKE 'expired %';
SELECT dynapg.delete_table('{"TableName":"ttl_many"}') IS NOT NULL;
DROP TABLE dynamodb.ttl_named;
SELECT count(*) FROM dynapg.time_to_live;

-- the owner's right; triggers run as the owner, who gets at nothing else
CREATE ROLE regress_ttl_owner;
CREATE ROLE regress_ttl_other;
GRANT CREATE ON SCHEMA dynamodb TO regress_ttl_owner;
SET ROLE regress_ttl_other;
SELECT pg_temp.update_ttl('ttl_t', true, 'ttl');
SET ROLE regress_ttl_owner;
SELECT pg_temp.make('ttl_owned');
SELECT pg_temp.update_ttl('ttl_owned', true, 'ttl');
CREATE TABLE dynamodb.ttl_seen (who text, what text);
CREATE FUNCTION dynamodb.ttl_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO dynamodb.ttl_seen VALUES (current_user, OLD.pk);
	BEGIN
		RESET ROLE;
		INSERT INTO dynamodb.ttl_seen VALUES (current_user, 'after RESET ROLE');
	EXCEPTION WHEN OTHERS THEN
		INSERT INTO dynamodb.ttl_seen VALUES (current_user, SQLERRM);
	END;
	RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER look AFTER DELETE ON dynamodb.ttl_owned DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dynamodb.ttl_look();
SELECT pg_temp.put('ttl_owned', 'x', 'ttl', '-10s');
RESET ROLE;
SELECT dynapg.run_jobs();
SELECT * FROM dynamodb.ttl_seen;
SELECT pg_temp.ids('ttl_owned') IS NULL;

SELECT dynapg.delete_table(json_build_object('TableName', name)) IS NOT NULL FROM dynapg.tables WHERE name ~ '^ttl_';
DROP TABLE dynamodb.ttl_seen;
DROP FUNCTION dynamodb.ttl_look();
REVOKE CREATE ON SCHEMA dynamodb FROM regress_ttl_owner;
DROP ROLE regress_ttl_owner, regress_ttl_other;
