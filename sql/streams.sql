-- DynamoDB Streams: what makes a record, what records hold, streams and shards, iterators, errors, rights
\set ECHO none
\i sql/common.psql

-- The latest stream of a table, a shard of it, an iterator, and the records from there on.
CREATE FUNCTION pg_temp.arn(name text) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.describe_table(json_build_object('TableName', name)) -> 'Table' ->> 'LatestStreamArn' $$;
CREATE FUNCTION pg_temp.stream(arn text) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.describe_stream(json_build_object('StreamArn', arn)) -> 'StreamDescription' $$;
CREATE FUNCTION pg_temp.shard(arn text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.stream(arn) -> 'Shards' -> 0 ->> 'ShardId' $$;
CREATE FUNCTION pg_temp.iterator(arn text, kind text, number text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.get_shard_iterator(json_build_object('StreamArn', arn, 'ShardId', pg_temp.shard(arn),
		'ShardIteratorType', kind, 'SequenceNumber', number)) ->> 'ShardIterator' $$;
CREATE FUNCTION pg_temp.get(iterator text, "limit" integer DEFAULT NULL) RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.get_records(json_build_object('ShardIterator', iterator, 'Limit', "limit")) $$;
CREATE FUNCTION pg_temp.records(arn text) RETURNS TABLE (record text) LANGUAGE sql AS $$
	SELECT concat_ws(' ', r ->> 'eventName', r -> 'dynamodb' -> 'Keys', 'new ' || (r -> 'dynamodb' -> 'NewImage'),
		'old ' || (r -> 'dynamodb' -> 'OldImage'), r -> 'dynamodb' -> 'SizeBytes', r -> 'dynamodb' ->> 'StreamViewType')
	FROM json_array_elements(pg_temp.get(pg_temp.iterator(arn, 'TRIM_HORIZON')) -> 'Records') r $$;
CREATE FUNCTION pg_temp.create_with(name text, stream text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('create_table', format('{"TableName":"%s","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST","StreamSpecification":%s}',
		name, stream)) $$;
-- A stream's label varies.
CREATE FUNCTION pg_temp.masked(answer text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(answer, '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}', 'LABEL', 'g'),
		'"(\w*DateTime)":[0-9.]+', '"\1":TIME', 'g'), 'shardId-\d{20}-[0-9a-f]{8}', 'SHARD', 'g') $$;
\set ECHO all

-- what CreateTable and UpdateTable refuse
SELECT pg_temp.create_with('streams_bad', '{"StreamEnabled":false,"StreamViewType":"KEYS_ONLY"}');
SELECT pg_temp.create_with('streams_bad', '{"StreamEnabled":true}');
SELECT pg_temp.create_with('streams_bad', '{"StreamEnabled":true,"StreamViewType":"ALL"}');
SELECT pg_temp.masked(pg_temp.create_with('streams_t', '{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}')::json
	-> 'TableDescription' ->> 'LatestStreamArn');
SELECT pg_temp.answer('update_table', '{"TableName":"streams_t","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}');
SELECT pg_temp.create_with('streams_none', '{"StreamEnabled":false}')::json -> 'TableDescription' -> 'LatestStreamArn' IS NULL;
SELECT pg_temp.answer('update_table', '{"TableName":"streams_none","StreamSpecification":{"StreamEnabled":false}}');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'dynamodb.streams_none'::regclass AND NOT tgisinternal;

-- an insert, a change, a write that changes nothing, a removal, a removal of nothing
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"a"},"n":{"N":"1"},"s":{"SS":["x","y"]}}}');
SELECT dynapg.update_item('{"TableName":"streams_t","Key":{"id":{"S":"a"}},"UpdateExpression":"SET n = n + :one",
	"ExpressionAttributeValues":{":one":{"N":"1"}}}');
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"s":{"SS":["y","x"]},"n":{"N":"2.0"},"id":{"S":"a"}}}');
SELECT dynapg.update_item('{"TableName":"streams_t","Key":{"id":{"S":"a"}}}');
SELECT dynapg.delete_item('{"TableName":"streams_t","Key":{"id":{"S":"a"}}}');
SELECT dynapg.delete_item('{"TableName":"streams_t","Key":{"id":{"S":"a"}}}');
SELECT dynapg.update_item('{"TableName":"streams_t","Key":{"id":{"S":"b"}}}');
SELECT * FROM pg_temp.records(pg_temp.arn('streams_t'));

-- a failed condition, a cancelled transaction, what is rolled back: no record; batches and transactions: one each
SELECT pg_temp.answer('put_item', '{"TableName":"streams_t","Item":{"id":{"S":"b"}},"ConditionExpression":"attribute_not_exists(id)"}');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":{"TableName":"streams_t","Item":{"id":{"S":"c"}}}},
	{"ConditionCheck":{"TableName":"streams_t","Key":{"id":{"S":"b"}},"ConditionExpression":"attribute_not_exists(id)"}}]}');
BEGIN;
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"d"}}}');
SAVEPOINT s;
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"e"}}}');
ROLLBACK TO s;
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"f"}}}');
COMMIT;
SELECT dynapg.transact_write_items('{"TransactItems":[{"Put":{"TableName":"streams_t","Item":{"id":{"S":"g"}}}},
	{"Delete":{"TableName":"streams_t","Key":{"id":{"S":"d"}}}},
	{"ConditionCheck":{"TableName":"streams_t","Key":{"id":{"S":"b"}},"ConditionExpression":"attribute_exists(id)"}}]}');
SELECT dynapg.batch_write_item('{"RequestItems":{"streams_t":[{"PutRequest":{"Item":{"id":{"S":"h"}}}},
	{"DeleteRequest":{"Key":{"id":{"S":"f"}}}},{"DeleteRequest":{"Key":{"id":{"S":"nothing"}}}}]}}');
SELECT * FROM pg_temp.records(pg_temp.arn('streams_t')) OFFSET 4;

-- plain SQL is seen, too; a changed key is one item less and another more; TRUNCATE would be missed
INSERT INTO dynamodb.streams_t SELECT 'k' || i, json_build_object('id', json_build_object('S', 'k' || i))::text::dynapg.item
	FROM generate_series(1, 2) i;
UPDATE dynamodb.streams_t SET item = item WHERE pk = 'k1';
UPDATE dynamodb.streams_t SET item = '{"id":{"S":"k1"},"v":{"BOOL":true}}' WHERE pk = 'k1';
UPDATE dynamodb.streams_t SET pk = 'k3', item = '{"id":{"S":"k3"}}' WHERE pk = 'k2';
DELETE FROM dynamodb.streams_t WHERE pk LIKE 'k%';
COPY dynamodb.streams_t FROM STDIN;
l	{"id":{"S":"l"}}
\.
TRUNCATE dynamodb.streams_t;
SELECT * FROM pg_temp.records(pg_temp.arn('streams_t')) OFFSET 10;

-- a trigger that writes the row once more comes after the record of what it saw
CREATE FUNCTION pg_temp.again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE dynamodb.streams_t SET item = '{"id":{"S":"m"},"by":{"S":"trigger"}}' WHERE pk = 'm';
	RETURN NULL;
END $$;
CREATE TRIGGER again AFTER INSERT ON dynamodb.streams_t FOR EACH ROW EXECUTE FUNCTION pg_temp.again();
INSERT INTO dynamodb.streams_t VALUES ('m', '{"id":{"S":"m"}}');
DROP TRIGGER again ON dynamodb.streams_t;
SELECT * FROM pg_temp.records(pg_temp.arn('streams_t')) OFFSET 18;

-- what the views show
SELECT pg_temp.create_with('streams_' || view, format('{"StreamEnabled":true,"StreamViewType":"%s"}', upper(view))) ~ '^{"Table'
	FROM unnest(ARRAY['keys_only', 'new_image', 'old_image']) view;
SELECT dynapg.put_item(json_build_object('TableName', 'streams_' || view, 'Item', json_build_object('id', json_build_object('S', 'ß'),
	'v', json_build_object('N', v)))) FROM unnest(ARRAY['keys_only', 'new_image', 'old_image']) view, unnest(ARRAY['1', '2']) v;
SELECT dynapg.delete_item(json_build_object('TableName', 'streams_' || view, 'Key', json_build_object('id', json_build_object('S', 'ß'))))
	FROM unnest(ARRAY['keys_only', 'new_image', 'old_image']) view;
SELECT pg_temp.records(pg_temp.arn('streams_' || view)) FROM unnest(ARRAY['keys_only', 'new_image', 'old_image']) view;

-- a record, whole; and its stream
SELECT regexp_replace(regexp_replace((pg_temp.get(pg_temp.iterator(pg_temp.arn('streams_t'), 'TRIM_HORIZON'), 1) -> 'Records' -> 0)::text,
	'"eventID":"[0-9a-f]{32}"', '"eventID":"ID"'), '"(ApproximateCreationDateTime":|SequenceNumber":")\d+', '"\1NUMBER', 'g');
SELECT regexp_replace(pg_temp.masked(pg_temp.stream(pg_temp.arn('streams_t'))::text), '"\d{21,}"', '"NUMBER"');
SELECT pg_temp.stream(arn) -> 'Shards' -> 0 ->> 'ShardId' ~ '^shardId-\d{20}-[0-9a-f]{8}$',
	(pg_temp.stream(arn) -> 'Shards' -> 0 -> 'SequenceNumberRange' ->> 'StartingSequenceNumber')::numeric <=
		(pg_temp.get(pg_temp.iterator(arn, 'TRIM_HORIZON')) -> 'Records' -> 0 -> 'dynamodb' ->> 'SequenceNumber')::numeric
	FROM pg_temp.arn('streams_t') arn;

-- reading goes on where it ended, in pieces of any size, and in order
CREATE FUNCTION pg_temp.read_all(arn text, "limit" integer) RETURNS TABLE (number numeric) LANGUAGE plpgsql AS $$
DECLARE
	iterator text := pg_temp.iterator(arn, 'TRIM_HORIZON');
	page json;
	empty integer := 0;
BEGIN
	WHILE iterator IS NOT NULL AND empty < 3 LOOP
		page := pg_temp.get(iterator, "limit");
		RETURN QUERY SELECT (r -> 'dynamodb' ->> 'SequenceNumber')::numeric FROM json_array_elements(page -> 'Records') r;
		empty := CASE WHEN json_array_length(page -> 'Records') = 0 THEN empty + 1 ELSE 0 END;
		iterator := page ->> 'NextShardIterator';
	END LOOP;
END $$;
SELECT DISTINCT array_agg(number) = array_agg(number ORDER BY number), count(DISTINCT number), count(*)
	FROM unnest(ARRAY[1, 2, 7, 1000]) size, pg_temp.read_all(pg_temp.arn('streams_t'), size) GROUP BY size;
SELECT count(*) FROM dynapg.stream_records('streams_t');
SELECT r.event, r.keys, r.old_item, r.new_item, r.by_service FROM dynapg.stream_records('streams_t', "limit" => 2) r;
SELECT count(*) FROM dynapg.stream_records('streams_t', (SELECT max(sequence_number) FROM dynapg.stream_records('streams_t', "limit" => 5)));

-- LATEST has what comes afterwards; AT and AFTER a number, AT a moment
SELECT pg_temp.iterator(pg_temp.arn('streams_t'), 'LATEST') AS latest \gset
SELECT json_array_length(pg_temp.get(:'latest') -> 'Records');
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"n1"}}}');
SELECT pg_sleep(0.01);
SELECT extract(epoch FROM clock_timestamp()) AS moment \gset
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"n2"}}}');
SELECT r -> 'dynamodb' -> 'Keys' FROM json_array_elements(pg_temp.get(:'latest') -> 'Records') r;
SELECT pg_temp.get(:'latest') -> 'Records' -> 0 -> 'dynamodb' ->> 'SequenceNumber' AS number \gset
SELECT kind, r -> 'dynamodb' -> 'Keys' FROM unnest(ARRAY['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']) kind,
	json_array_elements(pg_temp.get(pg_temp.iterator(pg_temp.arn('streams_t'), kind, :'number')) -> 'Records') r;
SELECT r -> 'dynamodb' -> 'Keys' FROM json_array_elements(pg_temp.get(dynapg.get_shard_iterator(json_build_object('StreamArn',
	pg_temp.arn('streams_t'), 'ShardId', pg_temp.shard(pg_temp.arn('streams_t')), 'ShardIteratorType', 'AT_TIMESTAMP',
	'Timestamp', :moment)) ->> 'ShardIterator') -> 'Records') r;
SELECT json_array_length(pg_temp.get(dynapg.get_shard_iterator(json_build_object('StreamArn', arn, 'ShardId', pg_temp.shard(arn),
	'ShardIteratorType', 'AT_TIMESTAMP', 'Timestamp', 1)) ->> 'ShardIterator') -> 'Records') =
	json_array_length(pg_temp.get(pg_temp.iterator(arn, 'TRIM_HORIZON')) -> 'Records') FROM pg_temp.arn('streams_t') arn;

-- what iterators and numbers are refused
CREATE FUNCTION pg_temp.bad_iterator(more jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.masked(pg_temp.answer('get_shard_iterator', (jsonb_build_object('StreamArn', pg_temp.arn('streams_t'), 'ShardId',
		pg_temp.shard(pg_temp.arn('streams_t')), 'ShardIteratorType', 'AT_SEQUENCE_NUMBER') || more)::text)) $$;
SELECT pg_temp.bad_iterator('{}');
SELECT pg_temp.bad_iterator('{"ShardIteratorType":"LATEST","SequenceNumber":"100000000000000000001"}');
SELECT pg_temp.bad_iterator('{"ShardIteratorType":"AT_TIMESTAMP"}');
SELECT pg_temp.bad_iterator('{"ShardIteratorType":"AT_TIMESTAMP","Timestamp":99999999999}');
SELECT pg_temp.bad_iterator('{"SequenceNumber":"123"}');
SELECT pg_temp.bad_iterator('{"SequenceNumber":"10000000000000000000x"}');
SELECT pg_temp.bad_iterator('{"SequenceNumber":"999999999999999999900000000000000000001"}');
SELECT pg_temp.bad_iterator('{"SequenceNumber":"9999999999999999999900000000000000000001"}');
SELECT pg_temp.bad_iterator('{"SequenceNumber":"000000000000000000001"}');
SELECT pg_temp.bad_iterator('{"ShardIteratorType":"OLDEST"}');
SELECT pg_temp.bad_iterator('{"ShardId":"shard"}');
SELECT pg_temp.bad_iterator('{"ShardId":"shardId-00000001414562045508-2bac9cd2","ShardIteratorType":"LATEST"}');
SELECT pg_temp.bad_iterator('{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/streams_t/stream/2015-05-20T20:51:10.252"}');
SELECT pg_temp.bad_iterator(jsonb_build_object('StreamArn', replace(pg_temp.arn('streams_t'), 'us-east-1', 'eu-west-1')));
SELECT pg_temp.bad_iterator('{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/streams_t"}');
SELECT pg_temp.answer('get_records', '{}');
SELECT pg_temp.answer('get_records', '{"ShardIterator":"x"}');
SELECT pg_temp.answer('get_records', '{"ShardIterator":"x","Limit":0}');
SELECT pg_temp.answer('get_records', '{"ShardIterator":"x","Limit":1001}');
CREATE FUNCTION pg_temp.forged(content text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.masked(pg_temp.answer('get_records', json_build_object('ShardIterator', pg_temp.arn('streams_t') || '|1|' ||
		translate(encode(replace(replace(content, 'SHARD', pg_temp.shard(pg_temp.arn('streams_t'))), 'NOW',
			(extract(epoch FROM clock_timestamp()) * 1000)::bigint::text)::bytea, 'base64'), E'\n', ''))::text)) $$;
SELECT pg_temp.forged('SHARD A 0 9223372036854775807 1');
SELECT pg_temp.forged('shardId-00000001414562045508-2bac9cd2 H 0 0 NOW');
SELECT pg_temp.forged('SHARD A -1 0 NOW');
SELECT pg_temp.forged('SHARD A 1 2 NOW more');
SELECT pg_temp.forged('SHARD B 1 2 NOW');
SELECT pg_temp.forged('SHARD A 99999999999999999999999 2 NOW');
SELECT pg_temp.forged('SHARD A 1');
SELECT pg_temp.forged('');
SELECT pg_temp.forged('SHARD A 9223372036854775807 9223372036854775807 NOW') ~ '^{"Records":\[\],"NextShardIterator"';

-- disabled, a stream can be read to its end; enabled again, there is another one
SELECT pg_temp.arn('streams_t') AS first \gset
SELECT pg_temp.masked((dynapg.update_table('{"TableName":"streams_t","StreamSpecification":{"StreamEnabled":false}}')
	-> 'TableDescription')::jsonb - 'TableId' - 'CreationDateTime' - 'ProvisionedThroughput' - 'BillingModeSummary' ->> 'LatestStreamArn');
SELECT dynapg.describe_table('{"TableName":"streams_t"}') -> 'Table' -> 'StreamSpecification' IS NULL,
	pg_temp.arn('streams_t') = :'first';
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'dynamodb.streams_t'::regclass;
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"unseen"}}}');
SELECT s ->> 'StreamStatus', s -> 'Shards' -> 0 -> 'SequenceNumberRange' ->> 'EndingSequenceNumber' IS NOT NULL
	FROM pg_temp.stream(:'first') s;
SELECT count(*), bool_and(number <= (pg_temp.stream(:'first') -> 'Shards' -> 0 -> 'SequenceNumberRange' ->> 'EndingSequenceNumber')::numeric)
	FROM pg_temp.read_all(:'first', 7);
SELECT pg_temp.get(pg_temp.iterator(:'first', 'LATEST'));
SELECT pg_temp.get(pg_temp.iterator(:'first', 'AFTER_SEQUENCE_NUMBER',
	pg_temp.stream(:'first') -> 'Shards' -> 0 -> 'SequenceNumberRange' ->> 'EndingSequenceNumber'));
SELECT pg_temp.answer('update_table', '{"TableName":"streams_t","StreamSpecification":{"StreamEnabled":false}}');
SELECT dynapg.update_table('{"TableName":"streams_t","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}')
	-> 'TableDescription' ->> 'LatestStreamArn' <> :'first';
SELECT dynapg.put_item('{"TableName":"streams_t","Item":{"id":{"S":"seen"}}}');
SELECT * FROM pg_temp.records(pg_temp.arn('streams_t'));

-- lists, paged
SELECT s ->> 'TableName' FROM json_array_elements(dynapg.list_streams('{}') -> 'Streams') s WHERE s ->> 'TableName' ~ '^streams_';
SELECT pg_temp.masked(dynapg.list_streams('{"TableName":"streams_keys_only"}')::text);
SELECT dynapg.list_streams('{"TableName":"streams_nothing"}');
CREATE FUNCTION pg_temp.list_by_one() RETURNS TABLE (arn text) LANGUAGE sql AS $$
	WITH RECURSIVE page AS (SELECT dynapg.list_streams('{"Limit":1}') AS p UNION ALL
		SELECT dynapg.list_streams(json_build_object('Limit', 1, 'ExclusiveStartStreamArn', p ->> 'LastEvaluatedStreamArn')) FROM page
		WHERE p -> 'LastEvaluatedStreamArn' IS NOT NULL)
	SELECT p -> 'Streams' -> 0 ->> 'StreamArn' FROM page $$;
SELECT array(SELECT pg_temp.list_by_one()) = array(SELECT s ->> 'StreamArn' FROM json_array_elements(dynapg.list_streams() -> 'Streams') s);
SELECT pg_temp.answer('list_streams', '{"Limit":0}');
SELECT pg_temp.answer('list_streams', '{"Limit":101,"ExclusiveStartStreamArn":"arn"}');
SELECT pg_temp.masked(pg_temp.answer('describe_stream', '{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/streams_x/stream/2015-05-20T20:51:10.252"}'));
SELECT pg_temp.answer('describe_stream', json_build_object('StreamArn', pg_temp.arn('streams_t'), 'ShardFilter', json_build_object('Type', 'CHILD_SHARDS'))::text);
SELECT dynapg.describe_stream(json_build_object('StreamArn', arn, 'ShardFilter', json_build_object('Type', 'CHILD_SHARDS', 'ShardId',
	pg_temp.shard(arn)))) -> 'StreamDescription' ->> 'Shards', dynapg.describe_stream(json_build_object('StreamArn', arn,
	'ExclusiveStartShardId', pg_temp.shard(arn))) -> 'StreamDescription' ->> 'Shards' FROM pg_temp.arn('streams_t') arn;

-- records are for those who may read the whole table; a stream's description is for all
CREATE ROLE regress_streams_reader LOGIN;
CREATE ROLE regress_streams_owner LOGIN;
SELECT pg_temp.iterator(pg_temp.arn('streams_t'), 'TRIM_HORIZON') AS iterator \gset
SELECT json_build_object('ShardIterator', :'iterator') AS get, pg_temp.arn('streams_t') AS arn \gset
SET ROLE regress_streams_reader;
SELECT pg_temp.stream(:'arn') ->> 'StreamStatus';
SELECT pg_temp.answer('get_records', :'get');
SELECT pg_temp.answer('get_shard_iterator', json_build_object('StreamArn', :'arn', 'ShardId', pg_temp.shard(:'arn'), 'ShardIteratorType', 'LATEST')::text);
SELECT count(*) FROM dynapg.stream_records('streams_t');
SELECT count(*) FROM dynapg.changes;
SELECT count(*) FROM dynapg.changes_0;
SELECT count(*) FROM dynapg.ticks;
SELECT dynapg.run_jobs();
RESET ROLE;
GRANT SELECT (pk) ON dynamodb.streams_t TO regress_streams_reader;
SET ROLE regress_streams_reader;
SELECT pg_temp.answer('get_records', :'get');
RESET ROLE;
GRANT SELECT ON dynamodb.streams_t TO regress_streams_reader;
SET ROLE regress_streams_reader;
SELECT json_array_length(dynapg.get_records(:'get') -> 'Records'), (SELECT count(*) FROM dynapg.stream_records('streams_t'));
RESET ROLE;
ALTER TABLE dynamodb.streams_t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_streams_reader;
SELECT pg_temp.answer('get_records', :'get');
RESET ROLE;
-- a trigger of a table without a stream, whoever made it, writes into no stream
CREATE SCHEMA regress_streams AUTHORIZATION regress_streams_reader;
SET ROLE regress_streams_reader;
CREATE TABLE regress_streams.other (LIKE dynamodb.streams_t);
CREATE TRIGGER capture AFTER INSERT ON regress_streams.other FOR EACH ROW EXECUTE FUNCTION dynapg.capture();
INSERT INTO regress_streams.other VALUES ('x', '{"id":{"S":"x"}}');
RESET ROLE;
DROP SCHEMA regress_streams CASCADE;
SELECT count(*) FROM pg_temp.records(pg_temp.arn('streams_t'));
-- who writes needs no right on the log
GRANT INSERT ON dynamodb.streams_keys_only TO regress_streams_reader;
SET ROLE regress_streams_reader;
INSERT INTO dynamodb.streams_keys_only VALUES ('by reader', '{"id":{"S":"by reader"}}');
RESET ROLE;
SELECT * FROM pg_temp.records(pg_temp.arn('streams_keys_only')) OFFSET 3;

-- the stream of a deleted table stays for a while, for its owner
ALTER TABLE dynamodb.streams_new_image OWNER TO regress_streams_owner;
GRANT SELECT ON dynamodb.streams_new_image TO regress_streams_reader;
SELECT pg_temp.arn('streams_new_image') AS deleted, pg_temp.arn('streams_old_image') AS dropped \gset
SELECT dynapg.delete_table('{"TableName":"streams_new_image"}') -> 'TableDescription' ->> 'TableStatus';
DROP TABLE dynamodb.streams_old_image;
SELECT pg_temp.stream(arn) ->> 'StreamStatus', count(*) FROM unnest(ARRAY[:'deleted', :'dropped']) arn, pg_temp.read_all(arn, 2) GROUP BY arn;
SET ROLE regress_streams_owner;
SELECT count(*) FROM pg_temp.read_all(:'deleted', 2);
SET ROLE regress_streams_reader;
SELECT count(*) FROM pg_temp.read_all(:'deleted', 2);
SET ROLE regress_streams_owner;
SELECT count(*) FROM pg_temp.read_all(:'dropped', 2);
RESET ROLE;

-- one transaction that creates, writes and ends a stream
BEGIN;
SELECT pg_temp.create_with('streams_short', '{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}') ~ '^{"Table';
SELECT dynapg.put_item('{"TableName":"streams_short","Item":{"id":{"S":"x"}}}');
SELECT pg_temp.arn('streams_short') AS short \gset
SELECT dynapg.update_table('{"TableName":"streams_short","StreamSpecification":{"StreamEnabled":false}}') IS NOT NULL;
SELECT dynapg.put_item('{"TableName":"streams_short","Item":{"id":{"S":"y"}}}');
SELECT dynapg.update_table('{"TableName":"streams_short","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}') IS NOT NULL;
SELECT dynapg.put_item('{"TableName":"streams_short","Item":{"id":{"S":"z"}}}');
SELECT count(*) FROM dynapg.stream_records('streams_short');
COMMIT;
SELECT * FROM pg_temp.records(:'short');
SELECT * FROM pg_temp.records(pg_temp.arn('streams_short'));

-- rows without an item, which SQL can write, are no items
SELECT pg_temp.create_with('streams_null', '{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}') ~ '^{"Table';
ALTER TABLE dynamodb.streams_null DROP CONSTRAINT "dynapg fits", ALTER item DROP NOT NULL;
INSERT INTO dynamodb.streams_null (pk) VALUES ('a'), ('b');
UPDATE dynamodb.streams_null SET item = NULL;
UPDATE dynamodb.streams_null SET item = '{"id":{"S":"a"}}' WHERE pk = 'a';
UPDATE dynamodb.streams_null SET item = NULL;
SELECT dynapg.put_item('{"TableName":"streams_null","Item":{"id":{"S":"b"}}}');
DELETE FROM dynamodb.streams_null;
SELECT event, keys, old_item, new_item FROM dynapg.stream_records('streams_null');

-- however many triggers of the function a table has, each change is one record: renamed, made by hand, of a condition; enabled again there is one
SELECT pg_temp.create_with('streams_triggers', '{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}') ~ '^{"Table';
ALTER TRIGGER "!dynapg_capture" ON dynamodb.streams_triggers RENAME TO mine;
INSERT INTO dynamodb.streams_triggers VALUES ('renamed', '{"id":{"S":"renamed"}}');
CREATE TRIGGER " first" AFTER INSERT ON dynamodb.streams_triggers FOR EACH ROW WHEN (NEW.pk = 'x') EXECUTE FUNCTION dynapg.capture();
CREATE TRIGGER another AFTER INSERT OR UPDATE OR DELETE ON dynamodb.streams_triggers FOR EACH ROW EXECUTE FUNCTION dynapg.capture();
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON dynamodb.streams_triggers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dynapg.capture();
CREATE TRIGGER columns AFTER UPDATE OF pk ON dynamodb.streams_triggers FOR EACH ROW EXECUTE FUNCTION dynapg.capture();
INSERT INTO dynamodb.streams_triggers VALUES ('x', '{"id":{"S":"x"}}');
UPDATE dynamodb.streams_triggers SET pk = 'y', item = '{"id":{"S":"y"}}' WHERE pk = 'x';
ALTER TABLE dynamodb.streams_triggers DISABLE TRIGGER another;
INSERT INTO dynamodb.streams_triggers VALUES ('by mine', '{"id":{"S":"by mine"}}');
SELECT event, keys FROM dynapg.stream_records('streams_triggers');
CREATE TRIGGER before BEFORE INSERT ON dynamodb.streams_triggers FOR EACH ROW EXECUTE FUNCTION dynapg.capture();
INSERT INTO dynamodb.streams_triggers VALUES ('before', '{"id":{"S":"before"}}');
SELECT dynapg.update_table('{"TableName":"streams_triggers","StreamSpecification":{"StreamEnabled":false}}') IS NOT NULL;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'dynamodb.streams_triggers'::regclass;

-- MERGE is seen as any other write; PostgreSQL 14 has none
CREATE FUNCTION pg_temp.merge(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('server_version_num')::int >= 150000 THEN
		EXECUTE statement;
	ELSE
		UPDATE dynamodb.streams_merge SET item = '{"id":{"S":"a"},"v":{"S":"merged"}}' WHERE pk = 'a';
		DELETE FROM dynamodb.streams_merge WHERE pk = 'c';
		INSERT INTO dynamodb.streams_merge VALUES ('b', '{"id":{"S":"b"}}');
	END IF;
END $$;
SELECT pg_temp.create_with('streams_merge', '{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}') ~ '^{"Table';
INSERT INTO dynamodb.streams_merge VALUES ('a', '{"id":{"S":"a"}}'), ('c', '{"id":{"S":"c"}}'), ('d', '{"id":{"S":"d"}}');
SELECT pg_temp.merge($$MERGE INTO dynamodb.streams_merge t USING (VALUES ('a'), ('b'), ('c'), ('d')) s (id) ON t.pk = s.id
	WHEN MATCHED AND s.id = 'a' THEN UPDATE SET item = '{"id":{"S":"a"},"v":{"S":"merged"}}' WHEN MATCHED AND s.id = 'c' THEN DELETE
	WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (s.id, dynapg.item_update('{"id":{"S":"b"}}'::dynapg.item, 'REMOVE x'))$$);
SELECT event, keys, new_item FROM dynapg.stream_records('streams_merge') OFFSET 3;

-- PartiQL and imports are seen
SELECT pg_temp.create_with('streams_others', '{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}') ~ '^{"Table';
SELECT dynapg.import_items('streams_others', '{"Item":{"id":{"S":"imported"}}}') ->> 'ImportedItemCount';
SELECT dynapg.execute_statement(json_build_object('Statement', statement)) ->> 'Items' FROM unnest(ARRAY[$$INSERT INTO streams_others VALUE {'id':'p','n':1}$$,
	$$UPDATE streams_others SET n = 2 WHERE id = 'p'$$, $$UPDATE streams_others SET n = 2 WHERE id = 'p'$$]) statement;
SELECT dynapg.execute_transaction('{"TransactStatements":[{"Statement":"DELETE FROM streams_others WHERE id = ''p''"}]}');
SELECT event, keys FROM dynapg.stream_records('streams_others');

SELECT dynapg.delete_table(json_build_object('TableName', name)) IS NOT NULL FROM dynapg.tables WHERE name ~ '^streams_';
DROP ROLE regress_streams_reader, regress_streams_owner;
