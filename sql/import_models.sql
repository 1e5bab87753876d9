-- Tables from files of tools: models of NoSQL Workbench, templates of CloudFormation.
\set ECHO none
\i sql/common.psql

CREATE FUNCTION pg_temp.shown(name text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', t -> 'AttributeDefinitions', t -> 'KeySchema', t #> '{BillingModeSummary,BillingMode}',
		t #>> '{ProvisionedThroughput,ReadCapacityUnits}', t #>> '{ProvisionedThroughput,WriteCapacityUnits}', t -> 'OnDemandThroughput',
		t #> '{StreamSpecification}', t #> '{SSEDescription,SSEType}', t #> '{TableClassSummary,TableClass}', t -> 'DeletionProtectionEnabled',
		(SELECT string_agg(concat_ws(' ', E'\n ', i -> 'IndexName', i -> 'KeySchema', i -> 'Projection', i #>> '{ProvisionedThroughput,ReadCapacityUnits}',
			i #>> '{ProvisionedThroughput,WriteCapacityUnits}', i -> 'OnDemandThroughput'), '') FROM json_array_elements((t ->> 'GlobalSecondaryIndexes')::json) i),
		(SELECT string_agg(concat_ws(' ', E'\n ', i -> 'IndexName', i -> 'KeySchema', i -> 'Projection'), '') FROM json_array_elements((t ->> 'LocalSecondaryIndexes')::json) i))
	FROM (SELECT dynapg.describe_table(json_build_object('TableName', name)) -> 'Table' AS t) s $$;

-- ---- NoSQL Workbench ----
SELECT dynapg.import_workbench('{"ModelName": "Forums", "ModelMetadata": {"Author": "a", "DateCreated": "Sep 01, 2024, 10:00 AM", "Version": "3.0"},
	"DataModel": [
		{"TableName": "WbForum", "KeyAttributes": {"PartitionKey": {"AttributeName": "ForumName", "AttributeType": "S"}},
			"NonKeyAttributes": [{"AttributeName": "Threads", "AttributeType": "N"}], "TableFacets": [], "DataAccess": {"MySql": {}}},
		{"TableName": "WbThread",
			"KeyAttributes": {"PartitionKey": {"AttributeName": "ForumName", "AttributeType": "S"}, "SortKey": {"AttributeName": "Subject", "AttributeType": "S"}},
			"NonKeyAttributes": [{"AttributeName": "Replies", "AttributeType": "N"}, {"AttributeName": "Message", "AttributeType": "S"}],
			"GlobalSecondaryIndexes": [{"IndexName": "by_replies", "KeyAttributes": {"PartitionKey": {"AttributeName": "Subject", "AttributeType": "S"},
				"SortKey": {"AttributeName": "Replies", "AttributeType": "N"}}, "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Message"]}}],
			"LocalSecondaryIndexes": [{"IndexName": "local", "KeyAttributes": {"PartitionKey": {"AttributeName": "ForumName", "AttributeType": "S"},
				"SortKey": {"AttributeName": "Replies", "AttributeType": "N"}}, "Projection": {"ProjectionType": "KEYS_ONLY"}}],
			"TableData": [{"ForumName": {"S": "f"}, "Subject": {"S": "s"}, "Replies": {"N": "0"}}, {"ForumName": {"S": "f"}, "Subject": {"S": "t"}, "Items": {"S": "x"}},
				{"ForumName": {"S": "no subject"}}],
			"BillingMode": "PROVISIONED", "ProvisionedCapacitySettings": {"ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
				"AutoScalingRead": {"ScalableTargetRequest": {"MinCapacity": 1}}}}]}');
SELECT pg_temp.shown('WbForum');
SELECT pg_temp.shown('WbThread');
SELECT d FROM dynapg.dump_items('WbThread') d ORDER BY d;
-- A model that does not fit, or whose second table exists, makes nothing.
SELECT dynapg.import_workbench('{"DataModel": [{"TableName": "WbNew", "KeyAttributes": {"PartitionKey": {"AttributeName": "a", "AttributeType": "S"}}},
	{"TableName": "WbForum", "KeyAttributes": {"PartitionKey": {"AttributeName": "a", "AttributeType": "S"}}}]}');
SELECT dynapg.import_workbench('{"DataModel": [{"TableName": "WbNew", "KeyAttributes": {"PartitionKey": {"AttributeName": "a", "AttributeType": "M"}}}]}');
SELECT dynapg.import_workbench('{"DataModel": [{"TableName": "WbNew"}]}');
SELECT dynapg.import_workbench('{"DataModel": {}}');
SELECT dynapg.import_workbench('[]');
SELECT dynapg.import_workbench('{}');
SELECT count(*) FROM dynapg.tables WHERE name = 'WbNew';

-- ---- CloudFormation ----
SELECT dynapg.create_tables_from_cloudformation('{"AWSTemplateFormatVersion": "2010-09-09",
	"Parameters": {"Stage": {"Type": "String", "Default": "CfDev"}, "Reads": {"Type": "Number", "Default": "7"}, "Protect": {"Type": "String", "Default": "false"},
		"Needed": {"Type": "String"}},
	"Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
	"Resources": {
		"Bucket": {"Type": "AWS::S3::Bucket", "Condition": "IsProd", "Properties": {"BucketName": {"Fn::Sub": "${Stage}"}}},
		"CfOrders": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Metadata": {"aws:cdk:path": "x"}, "Properties": {
			"TableName": {"Ref": "Stage"},
			"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "b", "AttributeType": "N"}, {"AttributeName": {"Ref": "Needed"}, "AttributeType": "B"}],
			"KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
			"ProvisionedThroughput": {"ReadCapacityUnits": {"Ref": "Reads"}, "WriteCapacityUnits": 8},
			"GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": [{"AttributeName": {"Ref": "Needed"}, "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"},
				"ProvisionedThroughput": {"ReadCapacityUnits": "9", "WriteCapacityUnits": "10"}, "ContributorInsightsSpecification": {"Enabled": true}}],
			"LocalSecondaryIndexes": [{"IndexName": "local", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": {"Ref": "Needed"}, "KeyType": "RANGE"}],
				"Projection": {"ProjectionType": "KEYS_ONLY"}}],
			"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}, "SSESpecification": {"SSEEnabled": "true"}, "TableClass": "STANDARD_INFREQUENT_ACCESS",
			"DeletionProtectionEnabled": {"Ref": "Protect"}, "Tags": [{"Key": "team", "Value": {"Ref": "Stage"}}, {"Ref": "AWS::NoValue"}],
			"TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true}, "OnDemandThroughput": {"Ref": "AWS::NoValue"},
			"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}, "KinesisStreamSpecification": {"StreamArn": {"Fn::GetAtt": ["S", "Arn"]}}}},
		"CfGlobal": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {
			"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
			"BillingMode": "PROVISIONED", "WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": {"MinCapacity": 2, "MaxCapacity": 20, "SeedCapacity": 4}},
			"GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"},
				"WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": {"MinCapacity": 5, "MaxCapacity": 20}}}],
			"Replicas": [{"Region": "eu-west-1", "TableClass": "STANDARD", "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 1}},
				{"Region": {"Ref": "AWS::Region"}, "TableClass": "STANDARD_INFREQUENT_ACCESS", "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 6},
					"GlobalSecondaryIndexes": [{"IndexName": "global", "ReadProvisionedThroughputSettings": {"ReadCapacityAutoScalingSettings": {"MinCapacity": "7", "MaxCapacity": 9}}}]}]}},
		"CfDemand": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"TableName": "CfDemand2",
			"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
			"BillingMode": "PAY_PER_REQUEST", "WriteOnDemandThroughputSettings": {"MaxWriteRequestUnits": 50},
			"Replicas": [{"Region": "eu-west-1", "ReadOnDemandThroughputSettings": {"MaxReadRequestUnits": 60}}]}}}}',
	'{"Needed": "c", "Unused": 5}');
SELECT pg_temp.shown('CfDev');
SELECT dynapg.describe_time_to_live('{"TableName": "CfDev"}');
SELECT dynapg.list_tags_of_resource(json_build_object('ResourceArn', dynapg.describe_table('{"TableName": "CfDev"}') #>> '{Table,TableArn}'));
SELECT pg_temp.shown('CfGlobal');
SELECT pg_temp.shown('CfDemand2');

-- What cannot be resolved is refused by name, and nothing is made.
CREATE FUNCTION pg_temp.template(properties text, more text DEFAULT '', parameters text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN dynapg.create_tables_from_cloudformation(format('{"Parameters": {"None": {"Type": "String"}, "List": {"Default": ["a"]}, "Self": {"Default": {"Ref": "Self"}}}, "Resources": {
		"First": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "CfFirst", "BillingMode": "PAY_PER_REQUEST",
			"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]}},
		"Second": {"Type": "AWS::DynamoDB::Table", "Properties": {%s} %s}}}', properties, more)::json, parameters::json);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT pg_temp.template('"TableName": {"Fn::Sub": "${AWS::StackName}-orders"}');
SELECT pg_temp.template('"TableName": {"Ref": "None"}');
SELECT pg_temp.template('"TableName": {"Ref": "AWS::StackName"}');
SELECT pg_temp.template('"TableName": {"Ref": "List"}');
SELECT pg_temp.template('"TableName": {"Ref": "Self"}');
SELECT pg_temp.template('"TableName": {"Ref": ["a"]}');
SELECT pg_temp.template('"TableName": {"Ref": "None"}', '', '{"None": {"Ref": "None"}}');
SELECT pg_temp.template('"KeySchema": [{"AttributeName": {"Fn::If": ["c", "a", "b"]}, "KeyType": "HASH"}]');
SELECT pg_temp.template('"Fn::Transform": {}');
SELECT pg_temp.template('"TableName": "CfSecond"', ', "Condition": "IsProd"');
SELECT pg_temp.template('"TableName": "CfSecond", "KeySchema": 5');
SELECT pg_temp.template('"TableName": "CfSecond", "StreamSpecification": 5, "SSESpecification": [], "Replicas": 5, "TimeToLiveSpecification": "x", "GlobalSecondaryIndexes": {}');
SELECT pg_temp.template('"TableName": "CfFirst", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]');
SELECT dynapg.create_tables_from_cloudformation('{"Resources": []}');
SELECT dynapg.create_tables_from_cloudformation('[]');
SELECT dynapg.create_tables_from_cloudformation('{"Resources": {"A": {"Type": 5}, "B": [], "C": null, "D": {"Type": "AWS::DynamoDB::Table", "Properties": []}}}');
SELECT dynapg.create_tables_from_cloudformation('{"Resources": {"Fn::ForEach::Tables": []}}');
SELECT count(*) FROM dynapg.tables WHERE name IN ('CfFirst', 'CfSecond', 'Second');

SELECT count(dynapg.delete_table(json_build_object('TableName', name))) FROM unnest('{WbForum,WbThread,CfDev,CfGlobal,CfDemand2}'::text[]) AS name;
