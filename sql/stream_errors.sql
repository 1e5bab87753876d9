-- stream_errors: what the operations of streams and of Time to Live refuse, beyond streams.sql and ttl.sql
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.create_with(name text, stream boolean) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.create_table((jsonb_build_object('TableName', name, 'BillingMode', 'PAY_PER_REQUEST',
		'KeySchema', '[{"AttributeName":"id","KeyType":"HASH"}]'::jsonb, 'AttributeDefinitions', '[{"AttributeName":"id","AttributeType":"S"}]'::jsonb)
		|| CASE WHEN stream THEN '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}' ELSE '{}' END::jsonb)::json)
		-> 'TableDescription' ->> 'LatestStreamArn' $$;
CREATE FUNCTION pg_temp.shard(arn text) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.describe_stream(json_build_object('StreamArn', arn)) -> 'StreamDescription' -> 'Shards' -> 0 ->> 'ShardId' $$;
CREATE FUNCTION pg_temp.iterator(arn text, kind text DEFAULT 'TRIM_HORIZON') RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.get_shard_iterator(json_build_object('StreamArn', arn, 'ShardId', pg_temp.shard(arn), 'ShardIteratorType', kind)) ->> 'ShardIterator' $$;
CREATE FUNCTION pg_temp.get(iterator text, "limit" integer DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(pg_temp.answer('get_records', json_build_object('ShardIterator', iterator, 'Limit', "limit")::text),
		'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}', 'LABEL', 'g') $$;
\set ECHO all

SELECT pg_temp.create_with('stream_errors_a', true) AS a, pg_temp.create_with('stream_errors_b', true) AS b \gset
SELECT dynapg.put_item('{"TableName":"stream_errors_a","Item":{"id":{"S":"a"}}}');
SELECT pg_temp.iterator(:'a') AS iterator \gset

-- an iterator is one of its stream and shard
SELECT pg_temp.get(replace(:'iterator', 'stream_errors_a', 'stream_errors_b'));
SELECT pg_temp.get(replace(:'iterator', :'a', :'b'));
SELECT pg_temp.get(replace(:'iterator', 'us-east-1', 'eu-west-1'));
SELECT pg_temp.get(replace(:'iterator', '000000000000', '111111111111'));
SELECT pg_temp.get(replace(:'iterator', '|1|', '|2|'));
SELECT pg_temp.get(:'iterator' || 'A');
SELECT pg_temp.get(:'iterator' || E'\n');
SELECT pg_temp.get(' ' || :'iterator');
SELECT pg_temp.get('');
SELECT left(pg_temp.get(repeat('x', 2049)), 200);

-- cut off anywhere it is invalid
SELECT n, answer FROM generate_series(1, length(:'iterator') - 1) n, pg_temp.get(left(:'iterator', n)) answer WHERE answer !~ '^ND0\d\d: ';
-- with any character changed it is refused, trimmed, expired or a position
SELECT count(*) FROM generate_series(position('|1|' IN :'iterator') + 3, length(:'iterator')) n, unnest(ARRAY['A', 'z', '9', '+', '/', '=', '!', ' ']) c,
	pg_temp.get(overlay(:'iterator' PLACING c FROM n FOR 1)) answer WHERE answer !~ '^(ND0\d\d: |\{"Records")';

-- limits
SELECT pg_temp.get(:'iterator', 0);
SELECT pg_temp.get(:'iterator', 1001);
SELECT pg_temp.get(:'iterator', -1);
SELECT pg_temp.get(:'iterator', 1) LIKE '{"Records":[{%', pg_temp.get(:'iterator', 1000) LIKE '{"Records":[{%';
SELECT pg_temp.answer('describe_stream', json_build_object('StreamArn', :'a', 'Limit', 0)::text), pg_temp.answer('describe_stream', json_build_object('StreamArn', :'a', 'Limit', 101)::text);
SELECT pg_temp.answer('list_streams', '{"TableName":"x"}');
SELECT pg_temp.answer('describe_stream', json_build_object('StreamArn', :'a', 'ExclusiveStartShardId', 'short')::text);
SELECT pg_temp.answer('describe_stream', json_build_object('StreamArn', :'a', 'ShardFilter', '{"Type":"ALL","ShardId":"shardId-00000001414562045508-2bac9cd2"}'::json)::text);
SELECT pg_temp.answer('list_streams', '{"ExclusiveStartStreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/none"}');

-- by SQL
SELECT * FROM dynapg.stream_records('stream_errors_none');
SELECT * FROM dynapg.stream_records('stream_errors_a', "limit" => -1);
SELECT * FROM dynapg.stream_records('stream_errors_a', -1);
SELECT * FROM dynapg.stream_records('stream_errors_a', 0.5);
SELECT * FROM dynapg.stream_records('stream_errors_a', 'NaN');
SELECT count(*) FROM dynapg.stream_records('stream_errors_a', 0) a, dynapg.stream_records('stream_errors_a', NULL, 1) b;
SELECT count(*) FROM dynapg.stream_records(NULL);
SELECT count(*) FROM dynapg.stream_records('stream_errors_a', 1e39);

-- a table of another role
CREATE ROLE regress_stream_owner LOGIN;
CREATE ROLE regress_stream_other LOGIN;
ALTER TABLE dynamodb.stream_errors_a OWNER TO regress_stream_owner;
SET ROLE regress_stream_other;
SELECT pg_temp.get(:'iterator');
SELECT pg_temp.answer('update_table', '{"TableName":"stream_errors_a","StreamSpecification":{"StreamEnabled":false}}');
SELECT * FROM dynapg.stream_records('stream_errors_a');
SELECT dynapg.stream_notify('stream_errors_a', 'x');
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_a","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"x"}}');
RESET ROLE;

-- Kinesis destinations
SELECT pg_temp.answer('disable_kinesis_streaming_destination', '{"TableName":"stream_errors_b","StreamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/s"}');
SELECT pg_temp.answer('describe_kinesis_streaming_destination', '{"TableName":"stream_errors_b"}');
SELECT pg_temp.answer('enable_kinesis_streaming_destination', '{"TableName":"stream_errors_b","StreamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/s"}');
SELECT pg_temp.answer('describe_kinesis_streaming_destination', '{"TableName":"stream_errors_b"}');
SELECT pg_temp.answer('describe_kinesis_streaming_destination', '{"TableName":"stream_errors_none"}');
SELECT pg_temp.answer('enable_kinesis_streaming_destination', '{"TableName":"stream_errors_b","StreamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/s",
	"EnableKinesisStreamingConfiguration":{"ApproximateCreationDateTimePrecision":"SECOND"}}');

-- Time to Live: a second change within the interval, where there is one
SET dynapg.ttl_change_interval = '1h';
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_b","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"x"}}');
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_b","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"x"}}');
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_b","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"y"}}');
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_b","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"x"}}');
SET dynapg.ttl_change_interval = 0;
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_b","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"x"}}');
SELECT pg_temp.answer('update_time_to_live', '{"TableName":"stream_errors_b","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"x"}}');
SELECT pg_temp.answer('describe_time_to_live', '{"TableName":"stream_errors_b"}');
\set VERBOSITY sqlstate
SET dynapg.ttl_change_interval = 86401;
\set VERBOSITY terse

SELECT dynapg.delete_table(json_build_object('TableName', name)) IS NOT NULL FROM dynapg.tables WHERE name ~ '^stream_errors_';
DROP ROLE regress_stream_owner, regress_stream_other;
