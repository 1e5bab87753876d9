# 135_moving_data.pl - the documentation's commands for moving from AWS, and back, as they are printed. AWS is another server with the HTTP front.
use strict;
use warnings;
use lib 'test/t/lib';
use Cwd;
use IPC::Run;
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $section = slurp_file('docs/migration.md');
my @psql = $section =~ /^<!-- test: 135_moving_data -->\n```sql\n(.*?)^```\n/msg;
my @shell = $section =~ /^```sh\n(.*?)^```\n/msg;
is(scalar @psql, 3, 'psql: two ways here, and a dump');
is(scalar @shell, 1, 'shell: the way back');
is(($_ =~ tr/\n//), 5, 'five commands') for @psql[ 0, 1 ], $shell[0];

my ($aws, $port) = http_node('aws');
my ($node) = http_node('moved');
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', 'CREATE EXTENSION dynapg');

# The first aws on the path sends every call to the other server, whatever the version of the real one.
my $dir = PostgreSQL::Test::Utils::tempdir;
my $top = getcwd;
my ($real) = grep { -x $_ } map { "$_/aws" } split /:/, $ENV{PATH};
my $has_aws = defined $real && system("'$real' --version >/dev/null 2>&1") == 0;
mkdir "$dir/bin";
append_to_file("$dir/bin/aws", qq(#!/bin/sh\nexec '@{[$real // 'false']}' --endpoint-url http://127.0.0.1:$port "\$@"\n));
chmod 0755, "$dir/bin/aws";
@ENV{qw(PATH HOME AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION AWS_REGION AWS_PAGER)} =
  ("$dir/bin:$ENV{PATH}", $dir, 'any', 'any', 'us-east-1', 'us-east-1', '');
delete @ENV{qw(AWS_ENDPOINT_URL AWS_PROFILE AWS_CONFIG_FILE)};
@ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'app');

# Items with what copies tend to spoil: backslashes, quotes, control characters, every type. 103 are more than four batches.
my $create = q({"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by_g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]});
my $fill = q(SELECT count(dynapg.put_item(('{"TableName":"Orders","Item":{"id":{"S":"a\\\\b\\n\\t\\"\\u0001'',;' || i || '"},"n":{"N":"' || i || '.50"},
	"g":{"S":"\\\\.\\r\\n"},"b":{"B":"AAE="},"l":{"L":[{"NULL":true},{"BOOL":false},{"M":{"m \\\\":{"SS":["x","é😀"]}}}]},"ns":{"NS":["1e3","2"]},"zero":{"S":"\\u0000"}}}')::text))
	FROM generate_series(1, 103) i);
my $items = 'SELECT item FROM dynamodb."Orders" ORDER BY pk COLLATE "C", sk';
$aws->safe_psql('postgres', "SELECT dynapg.create_table(\$\$$create\$\$)");
is($aws->safe_psql('postgres', $fill), '103', 'items in AWS');
my $original = $aws->safe_psql('postgres', $items);

sub psql_block
{
	my ($block) = @_;
	my ($out, $err);
	chdir $dir;
	my $ok = IPC::Run::run [ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', 'app', '-f', '-' ], '<', \$block, '>', \$out, '2>', \$err;
	chdir $top;
	is($err, '', 'no messages');
	return $out;
}

sub is_moved
{
	my ($where, $what) = @_;
	is($where->safe_psql($where == $node ? 'app' : 'postgres', $items), $original, "$what: the items");
	is($where->safe_psql($where == $node ? 'app' : 'postgres', q(SELECT t ->> 'AttributeDefinitions', t ->> 'KeySchema', t #>> '{GlobalSecondaryIndexes,0,KeySchema}',
		t #>> '{BillingModeSummary,BillingMode}' FROM (SELECT dynapg.describe_table('{"TableName":"Orders"}') -> 'Table' AS t) s)),
		$aws->safe_psql('postgres', q(SELECT t ->> 'AttributeDefinitions', t ->> 'KeySchema', t #>> '{GlobalSecondaryIndexes,0,KeySchema}',
		t #>> '{BillingModeSummary,BillingMode}' FROM (SELECT dynapg.describe_table('{"TableName":"Orders"}') -> 'Table' AS t) s)), "$what: the table");
	return;
}

my $counts = '{"ImportedItemCount":103,"DeletedItemCount":0,"ErrorCount":0,"Errors":[]}';

# An export of AWS: gzipped lines in a folder of its own. The dump command writes one, too, from the copy that is made of it.
mkdir "$dir/$_" for 'AWSDynamoDB', 'AWSDynamoDB/01693685827463-2d8752fd', 'AWSDynamoDB/01693685827463-2d8752fd/data';
my $lines = join '', map { qq({"Item":$_}\n) } split /\n/, $original;
my $data = "$dir/AWSDynamoDB/01693685827463-2d8752fd/data/asdl123dasas.json";
append_to_file($data, $lines);
system_or_bail('gzip', $data);

SKIP:
{
	skip 'there is no AWS CLI (package awscli)', 1 unless $has_aws;
	is(psql_block($psql[0]), "CREATING\n$counts\n103\n", 'here, by a scan');
	is_moved($node, 'by a scan');
	$node->safe_psql('app', q(SELECT dynapg.delete_table('{"TableName":"Orders"}')));
	is(psql_block($psql[1]), "CREATING\n$counts\n", 'here, by an export');
	is_moved($node, 'by an export');
}

# Without the CLI as well: the lines of the export, by the same \copy.
my ($copy) = $psql[1] =~ /^(\\copy .*\n)/m;
$node->safe_psql('app', "SELECT dynapg.create_table(\$\$$create\$\$)") unless $has_aws;
is(psql_block("CREATE TEMPORARY TABLE lines (line text);\n${copy}SELECT dynapg.import_items('Orders', line) FROM lines;\n"), "$counts\n", 'the lines load again');
is_moved($node, 'by lines');
is(psql_block($psql[2]), '', 'the dump');
my $dumped = `gunzip -c '$dir/Orders.json.gz'`;
is(join("\n", sort split /\n/, $dumped), join("\n", sort split /\n/, $lines), 'has the lines of an export');

# Back to AWS, where the table is gone.
SKIP:
{
	skip 'there is no AWS CLI (package awscli)', 1 unless $has_aws;
	my $described = $aws->safe_psql('postgres', q(SELECT t ->> 'KeySchema' FROM (SELECT dynapg.describe_table('{"TableName":"Orders"}') -> 'Table' AS t) s));
	$aws->safe_psql('postgres', q(SELECT dynapg.delete_table('{"TableName":"Orders"}')));
	chdir $dir;
	my ($out, $err);
	my $ok = IPC::Run::run [ 'sh', '-eu', '-c', $shell[0] ], '<', \'', '>', \$out, '2>', \$err;
	chdir $top;
	ok($ok, 'back');
	is($err, '', 'no messages');
	is($out, "CREATING\n", 'nothing is left unprocessed');
	is($aws->safe_psql('postgres', $items), $original, 'back: the items');
	is($aws->safe_psql('postgres', q(SELECT t ->> 'KeySchema' FROM (SELECT dynapg.describe_table('{"TableName":"Orders"}') -> 'Table' AS t) s)), $described, 'back: the table');
}

# A large import: memory does not grow with it, and a cancel leaves nothing.
$node->safe_psql('app', q(SELECT dynapg.create_table_like('Orders', 'Many')));
is($node->safe_psql('app', q(SELECT dynapg.import_items('Many', '{"Item":{"id":{"S":"' || i % 100 || '"},"n":{"N":"' || i || '"},"x":{"S":"' || repeat('x', 900) || '"}}}')
	->> 'ImportedItemCount', (SELECT sum(total_bytes) < 60000000 FROM pg_backend_memory_contexts) FROM generate_series(1, 20000) i)), '20000|t', 'many lines');
is($node->safe_psql('app', q(SELECT r ->> 'ImportedItemCount', r ->> 'ErrorCount', r #>> '{Errors,0,Line}', r #>> '{Errors,0,Message}' FROM (
	SELECT dynapg.import_items('Many', '{"id":{"S":"long"},"n":{"N":"' || i || '"},"x":{"S":"' || repeat('x', CASE i WHEN 2 THEN 17000000 ELSE 5 END) || '"}}') AS r
	FROM generate_series(1, 3) i) s)), '2|1|2|Item size has exceeded the maximum allowed size', 'a line of 17 MB');
my ($code, undef, $error) = $node->psql('app', q(SET statement_timeout = 500; SELECT dynapg.import_items('Many', '{"id":{"S":"new"},"n":{"N":"' || i || '"}}') FROM generate_series(1, 10000000) i));
like($error, qr/canceling statement due to statement timeout/, 'a cancel ends an import');
is($node->safe_psql('app', q(SELECT count(*) FROM dynamodb."Many" WHERE pk = 'new')), '0', 'which leaves nothing');

# A body over HTTP may begin with a byte order mark.
is(call($port, 'DescribeTable', qq(\xEF\xBB\xBF{"TableName":"Orders"}))->{status}, 200, 'a body with a byte order mark');
is(call($port, 'DescribeTable', qq(\xEF\xBB{"TableName":"Orders"}))->{status}, 400, 'half a mark is not a mark');

# With throttling an import waits for its share: nothing is lost or refused.
my $slow = PostgreSQL::Test::Cluster->new('slow');
$slow->init;
$slow->append_conf('postgresql.conf', "shared_preload_libraries = 'dynapg'\ndynapg.throttling = on\n");
$slow->start;
$slow->safe_psql('postgres', 'CREATE EXTENSION dynapg');
$slow->safe_psql('postgres', q(SELECT dynapg.create_table('{"TableName":"Slow","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":20},
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}]}')));
$slow->safe_psql('postgres', q(SELECT dynapg.refill_throughput('Slow', 1)));
is($slow->safe_psql('postgres', q(SELECT dynapg.import_items('Slow', '{"id":{"N":"' || i || '"}}') FROM generate_series(1, 60) i)),
	'{"ImportedItemCount":60,"DeletedItemCount":0,"ErrorCount":0,"Errors":[]}', 'throttled');
is($slow->safe_psql('postgres', 'SELECT count(*) FROM dynamodb."Slow"'), '60', 'every item is there');

done_testing();
