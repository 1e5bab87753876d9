-- Operations about tables beside the data: tags, resource policies, contributor insights, Kinesis destinations, limits,
-- global tables; what is kept stays with the table, and what is not here is refused in words.
\set ECHO none
\i sql/common.psql

SELECT pg_temp.answer('create_table', '{"TableName":"Ctl","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"},{"AttributeName":"c","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by_c","KeySchema":[{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],
	"Tags":[{"Key":"first","Value":"1"}]}')::json #>> '{TableDescription,TableName}';
\set arn arn:aws:dynamodb:us-east-1:000000000000:table/Ctl
CREATE FUNCTION pg_temp.on_arn(operation text, members json DEFAULT '{}', arn text DEFAULT 'arn:aws:dynamodb:us-east-1:000000000000:table/Ctl')
	RETURNS text LANGUAGE sql AS
	$$ SELECT pg_temp.answer(operation, (jsonb_build_object('ResourceArn', arn) || members::jsonb)::text) $$;

-- Tags: a key that is there gets the new value, others stay in their order.
SELECT pg_temp.on_arn('list_tags_of_resource');
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[{"Key":"second","Value":""},{"Key":"first","Value":"one"}]}');
SELECT pg_temp.on_arn('list_tags_of_resource');
SELECT pg_temp.on_arn('untag_resource', '{"TagKeys":["first","not there"]}');
SELECT pg_temp.on_arn('list_tags_of_resource');
SELECT pg_temp.on_arn('tag_resource', json_build_object('Tags',
	(SELECT json_agg(json_build_object('Key', 'k' || i, 'Value', 'v')) FROM generate_series(1, 50) i)));
SELECT pg_temp.on_arn('list_tags_of_resource');
-- The same as rows, in their order, for everybody.
SELECT key, value FROM dynapg.tags WHERE table_name = 'Ctl' LIMIT 3;
SET ROLE pg_read_all_stats;
SELECT count(*) FROM dynapg.tags WHERE table_name = 'Ctl';
RESET ROLE;
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[{"Key":"aws:mine","Value":"v"}]}');
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[{"Key":"","Value":"v"}]}');
SELECT pg_temp.on_arn('tag_resource');
SELECT pg_temp.on_arn('untag_resource', '{"TagKeys":["second"]}');
SELECT pg_temp.on_arn('list_tags_of_resource');
SELECT pg_temp.on_arn('list_tags_of_resource', '{"NextToken":"x"}');

-- ARNs that name no table of this server, in the service's order of checks.
SELECT arn, pg_temp.on_arn('list_tags_of_resource', '{}', arn) FROM unnest(ARRAY[
	'Ctl',
	'arn:aws:s3:us-east-1:000000000000:table/Ctl',
	'arn:aws:dynamodb:us-east-1:000000000000:stream/Ctl',
	'arn:aws:dynamodb:us-east-1:000000000000:table/Ctl/index/by_c',
	'arn:aws:dynamodb:eu-west-1:111111111111:table/Ctl',
	'arn:aws:dynamodb:eu-west-1:000000000000:table/Ctl',
	'arn:aws:dynamodb:us-east-1:000000000000:table/None']) arn;

-- Resource policies: kept with a revision, the same text keeps it, and an expected revision has to be the present one.
SELECT pg_temp.on_arn('get_resource_policy');
SELECT pg_temp.on_arn('put_resource_policy', '{"Policy":"{\"Version\":\"2012-10-17\"}","ExpectedRevisionId":"1"}');
SELECT pg_temp.on_arn('put_resource_policy', '{"Policy":"{\"Version\":\"2012-10-17\"}","ExpectedRevisionId":"NO_POLICY"}')::json
	->> 'RevisionId' AS revision \gset
SELECT :'revision' ~ '^\d{13}$';
SELECT pg_temp.on_arn('put_resource_policy', '{"Policy":"{\"Version\":\"2012-10-17\"}"}')::json ->> 'RevisionId' = :'revision';
SELECT pg_temp.on_arn('get_resource_policy')::json ->> 'Policy';
SELECT pg_temp.on_arn('put_resource_policy', '{"Policy":"no JSON"}');
SELECT pg_temp.on_arn('put_resource_policy', '{"Policy":"[]"}');
SELECT pg_temp.on_arn('put_resource_policy', json_build_object('Policy', '{"a":"' || repeat('x', 20480) || '"}'));
SELECT pg_temp.on_arn('delete_resource_policy', '{"ExpectedRevisionId":"1"}');
SELECT pg_temp.on_arn('delete_resource_policy')::json ->> 'RevisionId' = :'revision';
SELECT pg_temp.on_arn('delete_resource_policy');
SELECT pg_temp.on_arn('get_resource_policy');

-- Contributor insights, of the table and of an index.
CREATE FUNCTION pg_temp.on_table(operation text, members json DEFAULT '{}', name text DEFAULT 'Ctl') RETURNS text LANGUAGE sql AS
	$$ SELECT regexp_replace(pg_temp.answer(operation, (jsonb_build_object('TableName', name) || members::jsonb)::text),
		'\d{10}\.\d+|\d{13}', 'TIME', 'g') $$;
SELECT pg_temp.on_table('describe_contributor_insights');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE"}');
SELECT pg_temp.on_table('describe_contributor_insights');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE","IndexName":"by_c","ContributorInsightsMode":"THROTTLED_KEYS"}');
SELECT pg_temp.on_table('describe_contributor_insights', '{"IndexName":"by_c"}');
SELECT pg_temp.answer('list_contributor_insights', '{}');
SELECT pg_temp.answer('list_contributor_insights', '{"MaxResults":1}');
SELECT pg_temp.answer('list_contributor_insights', '{"NextToken":"Ctl"}');
SELECT pg_temp.on_table('list_contributor_insights');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"DISABLE"}');
SELECT pg_temp.on_table('describe_contributor_insights');
SELECT pg_temp.on_table('describe_contributor_insights', '{"IndexName":"none"}');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ON"}');

-- Kinesis destinations: there is no Kinesis, so none becomes active.
\set stream '{"StreamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/changes"}'
SELECT pg_temp.on_table('describe_kinesis_streaming_destination');
SELECT pg_temp.on_table('enable_kinesis_streaming_destination', :'stream');
SELECT pg_temp.on_table('enable_kinesis_streaming_destination', (:'stream'::jsonb ||
	'{"EnableKinesisStreamingConfiguration":{"ApproximateCreationDateTimePrecision":"MICROSECOND"}}')::json);
SELECT pg_temp.on_table('describe_kinesis_streaming_destination');
SELECT pg_temp.on_table('disable_kinesis_streaming_destination', :'stream');
SELECT pg_temp.on_table('update_kinesis_streaming_destination', :'stream');
SELECT pg_temp.on_table('enable_kinesis_streaming_destination', '{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Ctl"}');

-- Limits and endpoints.
SELECT pg_temp.answer('describe_limits', '{}');
SELECT pg_temp.answer('describe_endpoints', '{}');

-- Global tables.
SELECT pg_temp.answer('list_global_tables', '{}');
SELECT pg_temp.answer(operation, '{"GlobalTableName":"Ctl","ReplicaUpdates":[]}') FROM unnest(ARRAY['describe_global_table',
	'describe_global_table_settings', 'update_global_table', 'update_global_table_settings']) operation;
SELECT pg_temp.answer('create_global_table', '{"GlobalTableName":"Ctl","ReplicationGroup":[{"RegionName":"eu-west-1"}]}');
SELECT pg_temp.answer('create_global_table', '{"GlobalTableName":"None","ReplicationGroup":[]}');
SELECT pg_temp.on_table(operation) FROM unnest(ARRAY['describe_table_replica_auto_scaling', 'update_table_replica_auto_scaling']) operation;
SELECT pg_temp.on_table('update_table_replica_auto_scaling', '{"ProvisionedWriteCapacityAutoScalingUpdate":{"ScalingPolicyUpdate":
	{"TargetTrackingScalingPolicyConfiguration":{"TargetValue":"50"}}}}');

-- Only the owner changes what is kept; anybody may read it.
CREATE ROLE control_guest;
SET ROLE control_guest;
SELECT pg_temp.on_arn('list_tags_of_resource');
SELECT pg_temp.on_arn(operation, '{"Tags":[],"TagKeys":[],"Policy":"{}"}') FROM unnest(ARRAY['tag_resource', 'untag_resource',
	'put_resource_policy', 'delete_resource_policy']) operation;
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE"}');
SELECT pg_temp.on_table('enable_kinesis_streaming_destination', :'stream');
RESET ROLE;
DROP ROLE control_guest;

-- A policy given with CreateTable.
SELECT pg_temp.answer('create_table', '{"TableName":"Ctl2","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"ResourcePolicy":"{}"}')::json #>> '{TableDescription,TableName}';
SELECT pg_temp.on_arn('get_resource_policy', '{}', :'arn' || '2')::json ->> 'Policy';

SELECT pg_temp.answer('delete_table', json_build_object('TableName', name)::text)::json #>> '{TableDescription,TableStatus}'
	FROM unnest(ARRAY['Ctl', 'Ctl2']) name;
