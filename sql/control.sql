-- Operations about tables beside the data: tags, contributor insights, Kinesis destinations, limits,
-- global tables; what is kept stays with the table, and what is not here is refused in words.
\set ECHO none
\i sql/common.psql

SELECT pg_temp.answer('create_table', '{"TableName":"Ctl","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"},{"AttributeName":"c","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"by_local","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"by_c","KeySchema":[{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],
	"Tags":[{"Key":"first","Value":"1"}]}')::json #>> '{TableDescription,TableName}';
SELECT pg_temp.answer('create_table', '{"TableName":"Ctl3","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]}')::json #>> '{TableDescription,TableName}';
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
-- At least one, and what a key or a value may be: letters, digits and white space of any script, and few signs.
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[]}');
SELECT pg_temp.on_arn('untag_resource', '{"TagKeys":[]}');
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[{}]}');
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[{"Key":"k"}]}');
SELECT pg_temp.on_arn('tag_resource', '{"Tags":[{"Value":"v"}]}');
SELECT pg_temp.on_arn('untag_resource', json_build_object('TagKeys', json_build_array(key))) FROM unnest(ARRAY['', 'aws:foo', 'AWS:foo', repeat('k', 129), 'a#b',
	'never there', 'größe', '日本 語']) key;
SELECT pg_temp.on_arn('untag_resource', json_build_object('TagKeys', (SELECT json_agg('k' || i) FROM generate_series(1, 51) i)));
SELECT key, pg_temp.on_arn('tag_resource', json_build_object('Tags', json_build_array(json_build_object('Key', key, 'Value', 'v')))),
	pg_temp.on_arn('tag_resource', json_build_object('Tags', json_build_array(json_build_object('Key', 'value', 'Value', key)))) FROM unnest(ARRAY['a,b', '100%', '"', '(x)',
	U&'\00A9', U&'\00D7', U&'\20AC', U&'\2019', U&'\2192', U&'\3002', U&'\+01F600', U&'e\FE0F', U&'\FFFD', 'größe', 'ñandú', U&'\00A0', '日本 語', '١٢', 'a+-=._:/@b']) key;
SELECT pg_temp.on_arn('untag_resource', '{"TagKeys":["größe","ñandú","\u00a0","日本 語","١٢","a+-=._:/@b","value"]}');
SELECT pg_temp.on_arn('list_tags_of_resource');

-- ARNs that name no table of this server, in the service's order of checks.
SELECT arn, pg_temp.on_arn('list_tags_of_resource', '{}', arn) FROM unnest(ARRAY[
	'Ctl',
	'arn:aws:s3:us-east-1:000000000000:table/Ctl',
	'arn:aws:dynamodb:us-east-1:000000000000',
	'arn:aws:dynamodb:us-east-1:000000000000:stream/Ctl',
	'arn:aws:dynamodb:us-east-1:000000000000:table/no',
	'arn:aws:dynamodb:us-east-1:000000000000:table/Ctl/backup/01576616366715-b4e58d3a',
	'arn:aws:dynamodb:us-east-1:000000000000:table/Ctl/index/by_c',
	'arn:aws:dynamodb:us-east-1:000000000000:table/Ctl/stream/2026-01-31T23:59:59.999',
	'arn:aws-cn:dynamodb:us-east-1:000000000000:table/Ctl',
	'arn:aws:dynamodb:eu-west-1:111111111111:table/Ctl',
	'arn:aws:dynamodb:eu-west-1:000000000000:table/Ctl',
	'arn:aws:dynamodb:us-east-1:000000000000:table/None']) arn;

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
-- what is on stays as it is; another mode, which is the first one again if none is given, changes it, and the rules keep their names
CREATE FUNCTION pg_temp.insights(name text) RETURNS TABLE (updated numeric, rule text) LANGUAGE sql AS $$
	SELECT (r ->> 'LastUpdateDateTime')::numeric, substring(r #>> '{ContributorInsightsRuleList,0}' FROM '\d+$')
	FROM dynapg.describe_contributor_insights(json_build_object('TableName', 'Ctl', 'IndexName', name)) AS r
$$;
SELECT updated, rule FROM pg_temp.insights('by_c') \gset
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE","IndexName":"by_c","ContributorInsightsMode":"THROTTLED_KEYS"}');
SELECT updated = :updated, rule = :'rule' FROM pg_temp.insights('by_c');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE","IndexName":"by_c"}');
SELECT updated > :updated, rule = :'rule' FROM pg_temp.insights('by_c');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"DISABLE"}');
SELECT pg_temp.on_table('describe_contributor_insights');
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"DISABLE"}');
-- a page goes on after an index that has gone meanwhile
SELECT pg_temp.answer('list_contributor_insights', '{"NextToken":"Ctl/by_aa"}');
-- what is off is not listed
SELECT pg_temp.answer('list_contributor_insights', '{}');
-- a local index has none, and one that never had them stays so
SELECT pg_temp.on_table(operation, '{"IndexName":"by_local","ContributorInsightsAction":"DISABLE"}') FROM unnest(ARRAY['describe_contributor_insights', 'update_contributor_insights']) operation;
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"DISABLE"}', 'Ctl3');
SELECT pg_temp.on_table('describe_contributor_insights', '{}', 'Ctl3');
SELECT pg_temp.on_table(operation, '{"IndexName":"","ContributorInsightsAction":"DISABLE"}') FROM unnest(ARRAY['describe_contributor_insights', 'update_contributor_insights']) operation;
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE","ContributorInsightsMode":""}');
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
SELECT pg_temp.on_table('disable_kinesis_streaming_destination', (:'stream'::jsonb || '{"EnableKinesisStreamingConfiguration":{}}')::json);
SELECT pg_temp.on_table('update_kinesis_streaming_destination', :'stream');
SELECT pg_temp.on_table('update_kinesis_streaming_destination', (:'stream'::jsonb || '{"UpdateKinesisStreamingConfiguration":{}}')::json);
SELECT pg_temp.on_table('update_kinesis_streaming_destination', (:'stream'::jsonb ||
	'{"UpdateKinesisStreamingConfiguration":{"ApproximateCreationDateTimePrecision":"MICROSECOND"}}')::json);
-- the name of the stream is not looked at
SELECT pg_temp.on_table('enable_kinesis_streaming_destination', '{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Ctl"}');

-- Limits and endpoints.
SELECT pg_temp.answer('describe_limits', '{}');
SELECT pg_temp.answer('describe_endpoints', '{}');

-- Global tables: those of version 2017.11.29 are refused, and none is found.
SELECT pg_temp.answer('list_global_tables', '{}');
SELECT pg_temp.answer(operation, json_build_object('GlobalTableName', name)::text) FROM unnest(ARRAY['Ctl', 'None', 'x']) name,
	unnest(ARRAY['describe_global_table', 'describe_global_table_settings', 'update_global_table_settings']) operation;
SELECT pg_temp.answer('update_global_table', json_build_object('GlobalTableName', 'Ctl', 'ReplicaUpdates', updates)::text) FROM unnest(ARRAY['[]', '[{}]',
	'[{"Delete":{"RegionName":"eu-west-1"}}]', '[{"Delete":{"RegionName":"eu-west-1"}},{"Create":{"RegionName":"eu-west-1"}}]']::json[]) updates;
SELECT pg_temp.answer('create_global_table', json_build_object('GlobalTableName', name, 'ReplicationGroup', json_build_array())::text) FROM unnest(ARRAY['Ctl', 'None']) name;
SELECT pg_temp.on_table(operation, '{}', name) FROM unnest(ARRAY['Ctl', 'None', :'arn']) name, unnest(ARRAY['describe_table_replica_auto_scaling', 'update_table_replica_auto_scaling']) operation;
SELECT pg_temp.on_table('update_table_replica_auto_scaling', '{"ProvisionedWriteCapacityAutoScalingUpdate":{"ScalingPolicyUpdate":
	{"TargetTrackingScalingPolicyConfiguration":{"TargetValue":"50"}}}}');

-- Only the owner changes what is kept; anybody may read it.
CREATE ROLE control_guest LOGIN;
SET ROLE control_guest;
SELECT pg_temp.on_arn('list_tags_of_resource');
SELECT pg_temp.on_arn(operation, '{"Tags":[{"Key":"k","Value":"v"}],"TagKeys":["k"]}') FROM unnest(ARRAY['tag_resource', 'untag_resource']) operation;
SELECT pg_temp.on_table('update_contributor_insights', '{"ContributorInsightsAction":"ENABLE"}');
SELECT pg_temp.on_table('enable_kinesis_streaming_destination', :'stream');
RESET ROLE;
DROP ROLE control_guest;

SELECT pg_temp.answer('delete_table', json_build_object('TableName', name)::text)::json #>> '{TableDescription,TableStatus}'
	FROM unnest(ARRAY['Ctl', 'Ctl3']) name;
