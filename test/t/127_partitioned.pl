# 127_partitioned.pl - a partitioned table as a DynamoDB table: PostgreSQL builds and drops no index of it concurrently, and it has no stream.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('partitioned');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.jobs_interval = '200ms'", "dynapg.http_auth = 'trust'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE TABLE dynamodb."Parts" (pk text COLLATE "C" PRIMARY KEY, item dynapg.item NOT NULL) PARTITION BY HASH (pk);
CREATE TABLE dynamodb.parts_0 PARTITION OF dynamodb."Parts" FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE dynamodb.parts_1 PARTITION OF dynamodb."Parts" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO dynamodb."Parts" SELECT 'k' || n, json_build_object('id', json_build_object('S', 'k' || n), 'g', json_build_object('S', 'g' || n % 2),
	'until', json_build_object('N', (extract(epoch FROM now())::bigint + CASE WHEN n % 4 = 0 THEN 3600 ELSE -60 END)::text))::dynapg.item
	FROM generate_series(1, 100) AS n;
SELECT dynapg.attach_table('dynamodb."Parts"');
SQL
wait_for_http($port);

sub api
{
	my ($operation, $body) = @_;
	my $reply = call($port, $operation, $body);
	return "$reply->{status} $reply->{body}";
}

sub wait_for
{
	my ($operation, $expected, $test) = @_;
	my $got;
	for (1 .. 300)
	{
		$got = api($operation, '{"TableName":"Parts"}');
		last if $got =~ $expected;
		select undef, undef, undef, 0.1;
	}
	like($got, $expected, $test);
	return;
}

like(api('UpdateTimeToLive', '{"TableName":"Parts","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"until"}}'), qr/^200 /, 'Time to Live');
wait_for('DescribeTimeToLive', qr/"TimeToLiveStatus":"ENABLED"/, 'gets enabled');
ok($node->poll_query_until('postgres', 'SELECT count(*) FROM dynamodb."Parts"', '25'), 'what has expired goes from all partitions');
like(api('UpdateTimeToLive', '{"TableName":"Parts","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"until"}}'), qr/^200 /, 'no longer');
wait_for('DescribeTimeToLive', qr/"TimeToLiveStatus":"DISABLED"/, 'gets disabled');

like(api('UpdateTable', '{"TableName":"Parts","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":
	{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}'), qr/^200 /, 'a global index');
wait_for('DescribeTable', qr/"IndexName":"by-g".*"IndexStatus":"ACTIVE"/, 'gets active');
like(api('Query', '{"TableName":"Parts","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g0"}},"Select":"COUNT"}'),
	qr/"Count":25/, 'and is used');
like(api('UpdateTable', '{"TableName":"Parts","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]}'), qr/^200 /, 'dropped');
wait_for('DescribeTable', qr/^200 (?!.*by-g)/, 'is gone');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_indexes WHERE tablename = 'Parts')), '1', 'and its relation, too');

like(api('UpdateTable', '{"TableName":"Parts","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}'),
	qr/^400 .*ValidationException.*Table Parts cannot have a stream/, 'a stream is refused');
unlike(slurp_file($node->logfile), qr/concurrently/, 'nothing failed');

$node->stop;
done_testing();
