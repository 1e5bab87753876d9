# 254_recorder.pl - the recorder lists the operations and parameters that requests use, over HTTP and by SQL, with what differs from DynamoDB; it keeps no
# value and no name of a user's, is bounded, and records nothing while it is off
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('recorder');

sub recorded
{
	my ($columns, $condition) = @_;
	return $node->safe_psql('postgres',
		"SELECT $columns FROM (SELECT * FROM dynapg.recorded_calls ORDER BY operation, parameter NULLS FIRST) r WHERE $condition");
}

sub works
{
	my ($operation, $body) = @_;
	is(call($port, $operation, $body)->{status}, 200, $operation);
	return;
}

works('ListTables', '{"Limit":1}');
is(recorded('count(*)', 'true'), '0', 'nothing is recorded while it is off');
$node->safe_psql('postgres', 'ALTER SYSTEM SET dynapg.recorder = on; SELECT pg_reload_conf()');
for (1 .. 100)
{
	call($port, 'ListTables', '{}');
	last if recorded('count(*)', 'true') > 0;
	select undef, undef, undef, 0.1;
}
create_table($port, 'Confidential');
works('PutItem', '{"TableName":"Confidential","Item":{"pk":{"S":"secret"},"private":{"M":{"name":{"S":"x"}}}}}');
works('GetItem', '{"TableName":"Confidential","Key":{"pk":{"S":"secret"}},"ConsistentRead":true}');
works('GetItem', '{"TableName":"Confidential","Key":{"pk":{"S":"other"}},"ConsistentRead":false}');
works('BatchGetItem', '{"RequestItems":{"Confidential":{"Keys":[{"pk":{"S":"a"}}],"ConsistentRead":true}}}');
works('TransactWriteItems', '{"TransactItems":[{"Put":{"TableName":"Confidential","Item":{"pk":{"S":"a"}}}},{"Delete":{"TableName":"Confidential","Key":{"pk":{"S":"b"}}}}]}');
is(call($port, 'GetItem', '{"Key":1}')->{status}, 400, 'a request that its shape refuses');
is(call($port, 'DescribeTable', '{"TableName":"Missing"}')->{status}, 400, 'a request that its operation refuses');
$node->safe_psql('postgres', q(SELECT dynapg.describe_limits('{}')));

is(recorded("concat_ws('|', operation, parameter, calls)", "operation IN ('GetItem', 'BatchGetItem', 'TransactWriteItems', 'DescribeTable', 'DescribeLimits')"),
	join("\n", qw(BatchGetItem|1 BatchGetItem|RequestItems|1 BatchGetItem|RequestItems.*.ConsistentRead|1 BatchGetItem|RequestItems.*.Keys|1 DescribeLimits|1
		DescribeTable|1 DescribeTable|TableName|1 GetItem|2 GetItem|ConsistentRead|2 GetItem|Key|2 GetItem|TableName|2 TransactWriteItems|1
		TransactWriteItems|TransactItems|1 TransactWriteItems|TransactItems[].Delete|1 TransactWriteItems|TransactItems[].Delete.Key|1
		TransactWriteItems|TransactItems[].Delete.TableName|1 TransactWriteItems|TransactItems[].Put|1 TransactWriteItems|TransactItems[].Put.Item|1
		TransactWriteItems|TransactItems[].Put.TableName|1)), 'operations, paths of parameters, and how often');
is(recorded("concat_ws('|', operation, parameter, difference)", "operation ~ 'Get' AND difference IS NOT NULL"),
	"BatchGetItem|RequestItems.*.ConsistentRead|every read is strongly consistent; changes only the capacity that is reported\n"
	. 'GetItem|ConsistentRead|every read is strongly consistent; changes only the capacity that is reported', 'what differs');
is(recorded('count(*)', "concat(operation, parameter) ~* 'confidential|secret|private|missing'"), '0', 'no name or value of a user');
is(recorded('bool_and(first_seen <= last_seen AND last_seen <= clock_timestamp())', 'true'), 't', 'the first time and the last');

# Whatever requests have in them, the list stays small.
my $deep = join '', map { qq("Unknown$_":{"a":[1,2,{"b":"c"}]},) } 1 .. 300;
call($port, 'GetItem', qq({$deep"TableName":"Confidential","Key":{"pk":{"S":"a"}}}));
is(recorded('count(*)', "parameter ~ 'Unknown'"), '0', 'members that the API does not have are not recorded');

# Who may see it and empty it.
$node->safe_psql('postgres', 'CREATE ROLE watcher IN ROLE pg_monitor; CREATE ROLE nobody_special');
like(($node->psql('postgres', 'SET ROLE nobody_special; SELECT * FROM dynapg.recorded_calls'))[2], qr/permission denied/, 'not everybody sees it');
like(($node->psql('postgres', 'SET ROLE watcher; SELECT dynapg.recorded_calls_reset()'))[2], qr/permission denied/, 'those who see it may not empty it');
like(($node->psql('postgres', 'SET ROLE watcher; SET dynapg.recorder = off'))[2], qr/permission denied/, 'nor switch it');
is($node->safe_psql('postgres', 'SET ROLE watcher; SELECT count(*) > 10 FROM dynapg.recorded_calls'), 't', 'members of pg_monitor see it');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET dynapg.recorder; SELECT pg_reload_conf()');
$node->safe_psql('postgres', 'SELECT dynapg.recorded_calls_reset()');
is(recorded('count(*)', "operation <> 'ListTables'"), '0', 'it is empty after a reset');
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', q(CREATE EXTENSION dynapg));
$node->safe_psql('other', q(SET dynapg.recorder = on; SELECT dynapg.list_tables('{}')));
is(recorded('count(*)', "parameter IS NULL AND operation = 'ListTables'"), '0', 'a database has its own list');

# There is room for 1,536 rows. Where it is used up, rows of databases that are gone make some.
$node->safe_psql('other', <<'SQL');
CREATE FUNCTION fill() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	request json := '{"TableName":"None","IndexName":"Index","Limit":1,"Key":{"a":{"S":"x"}},"Item":{"a":{"S":"x"}},"ReturnConsumedCapacity":"TOTAL",
		"ReturnItemCollectionMetrics":"SIZE","ReturnValues":"NONE","ExpressionAttributeNames":{"#a":"a"},"ExpressionAttributeValues":{":a":{"S":"x"}},
		"ConditionExpression":"a = b","ProjectionExpression":"a","KeyConditionExpression":"a = :a","FilterExpression":"a = b","UpdateExpression":"REMOVE b",
		"Statement":"SELECT * FROM none","Statements":[{"Statement":"SELECT * FROM none","ConsistentRead":true}],"BackupName":"backup",
		"BackupArn":"arn:aws:dynamodb:us-east-1:000000000000:table/None/backup/01","ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/None",
		"TableArn":"arn:aws:dynamodb:us-east-1:000000000000:table/None","ExportArn":"arn:aws:dynamodb:us-east-1:000000000000:table/None/export/01",
		"ImportArn":"arn:aws:dynamodb:us-east-1:000000000000:table/None/import/01","StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/None/stream/1",
		"S3Bucket":"bucket","S3Prefix":"p","ExportFormat":"ION","TargetTableName":"Target","SourceTableName":"None","Policy":"{}","TagKeys":["a"],
		"Tags":[{"Key":"a","Value":"b"}],"GlobalTableName":"Global","ConsistentRead":true,"ScanIndexForward":true,"Segment":0,"TotalSegments":1,
		"BillingMode":"PAY_PER_REQUEST","TableClass":"STANDARD","DeletionProtectionEnabled":true,"SSESpecification":{"Enabled":false},
		"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"OnDemandThroughput":{"MaxReadRequestUnits":5,"MaxWriteRequestUnits":5},
		"TimeToLiveSpecification":{"Enabled":true,"AttributeName":"a"},"PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true},
		"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"TransactItems":[{"Get":{"TableName":"None","Key":{"a":{"S":"x"}}}}]}';
	operation name;
BEGIN
	FOR operation IN SELECT proname FROM pg_proc WHERE pronamespace = 'dynapg'::regnamespace AND proargtypes = '114' AND prorettype = 'json'::regtype
	LOOP
		BEGIN
			EXECUTE format('SELECT dynapg.%I($1)', operation) USING request;
		EXCEPTION WHEN OTHERS THEN
		END;
	END LOOP;
	RETURN (SELECT count(*) FROM dynapg.recorded_calls);
END $$;
SQL
my $rows = 0;
for my $i (1 .. 40)
{
	$node->safe_psql('postgres', "CREATE DATABASE filled$i TEMPLATE other");
	$rows += $node->safe_psql("filled$i", 'SET dynapg.recorder = on; SELECT fill()');
	$node->safe_psql('postgres', "DROP DATABASE filled$i");
	last if $rows > 2000;
}
cmp_ok($rows, '>', 2000, 'databases that are gone had more rows than there is room for');
$node->safe_psql('postgres', q(SET dynapg.recorder = on; SELECT dynapg.describe_endpoints('{}')));
is(recorded('calls', "operation = 'DescribeEndpoints' AND parameter IS NULL"), '1', 'and the next request is recorded');
is($node->safe_psql('other', 'SELECT count(*) FROM dynapg.recorded_calls'), '1', 'databases that are there keep theirs');

done_testing();
