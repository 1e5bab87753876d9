# 232_failover.pl - the commands of docs/replication.md: a synchronous standby that reads, one endpoint by HAProxy, and a failover under load of an
# SDK's client: no acknowledged write is lost, and the client goes on by itself.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgDocs;
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = 'replication.md';
my $folder = PostgreSQL::Test::Utils::tempdir;
my $first = PostgreSQL::Test::Cluster->new('first');
$first->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($first, "dynapg.http_database = 'app'", "dynapg.http_auth = 'sigv4'");
$first->start;
$first->safe_psql('postgres', 'CREATE DATABASE app');
$first->safe_psql('app', 'CREATE EXTENSION dynapg; CREATE ROLE program LOGIN; GRANT CREATE ON SCHEMA dynamodb TO program');
wait_for_http($port, 400);
my ($id, $secret) = new_key($first, 'program', 'app');

sub ask
{
	my ($to, $operation, $body) = @_;
	return answer_of(signed_call($to, $id, $secret, $operation, $body));
}
my $create = '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}]}';
like(ask($port, 'CreateTable', $create), qr/^200 /, 'a table');

# ---- a standby ----

my ($role, $copy, $lag) = docs_blocks($page, 'A standby');
my ($wait, $promote) = docs_blocks($page, 'Failover without loss');
docs_sql($first, 'app', $role);

my $second = PostgreSQL::Test::Cluster->new('second');
my $second_port = PostgreSQL::Test::Cluster::get_free_port();
mkdir $second->basedir unless -d $second->basedir;
my %here = ('/srv/second' => $second->data_dir, 'host=first' => 'host=' . $first->host . ' port=' . $first->port);
my ($backup, $start) = split /^(?=pg_ctl)/m, $copy->[1];
docs_sh($first, $folder, [ 'sh', $backup ], %here);
$second->append_conf('postgresql.conf', 'port = ' . $second->port . "\ndynapg.http_port = $second_port\nunix_socket_directories = '" . $second->host . "'\n");
docs_sh($first, $folder, [ 'sh', $start ], %here);
$second->_update_pid(1);
wait_for_http($second_port, 400);
docs_sql($first, 'app', $wait);
ok($first->poll_query_until('app', q(SELECT sync_state = 'sync' FROM pg_stat_replication)), 'the standby is synchronous');
like(docs_sql($first, 'app', $lag), qr/^second\|streaming\|\d+\|/, 'how far it is');
is(ask($port, 'PutItem', '{"TableName":"Orders","Item":{"id":{"N":"0"},"a":{"S":"b"}}}'), '200 {}', 'a write');
ok($second->poll_query_until('app', 'SELECT count(*) = 1 FROM dynamodb."Orders"'), 'arrives');
is(ask($second_port, 'GetItem', '{"TableName":"Orders","Key":{"id":{"N":"0"}}}'), '200 {"Item":{"a":{"S":"b"},"id":{"N":"0"}}}', 'the standby reads, with the same key');
like(ask($second_port, 'PutItem', '{"TableName":"Orders","Item":{"id":{"N":"9"}}}'), qr/^5\d\d ServiceUnavailableException/, 'and refuses writes');

# ---- one endpoint ----

my $endpoint = PostgreSQL::Test::Cluster::get_free_port();
my $proxy = grep { -x "$_/haproxy" } split(/:/, $ENV{PATH}), '/usr/sbin';
$ENV{PATH} .= ':/usr/sbin';
my $config = slurp_file('docs/examples/haproxy.cfg') =~ s/127\.0\.0\.1:8001/127.0.0.1:$endpoint/r =~ s/127\.0\.0\.1:8000/127.0.0.1:$port/gr
  =~ s/127\.0\.0\.1:8010/127.0.0.1:$second_port/gr;
append_to_file("$folder/haproxy.cfg", $config);

sub count_of
{
	my ($node, $operation) = @_;
	return $node->safe_psql('app', "SELECT COALESCE(sum(calls), 0) FROM dynapg.stat_operations WHERE operation = '$operation'");
}
my $written = 0;
SKIP:
{
	unless ($proxy)
	{
		note 'counted: there is no HAProxy (package haproxy), so its part is skipped';
		skip 'there is no HAProxy (package haproxy)', 1;
	}
	docs_sh($first, $folder, (docs_blocks($page, 'One endpoint'))[0]);
	wait_for_http($endpoint, 400);
	select undef, undef, undef, 2;
	is(ask($endpoint, 'PutItem', '{"TableName":"Orders","Item":{"id":{"N":"-1"}}}'), '200 {}', 'a write by the endpoint');
	my @queries = ('{"TableName":"Orders","Key":{"id":{"N":"0"}}}', '{"TableName":"Orders","Key":{"id":{"N":"0"}},"ConsistentRead":true}');
	is(ask($endpoint, 'GetItem', $queries[0]), '200 {"Item":{"a":{"S":"b"},"id":{"N":"0"}}}', 'an eventually consistent read') for 1 .. 3;
	is(ask($endpoint, 'GetItem', $queries[1]), '200 {"Item":{"a":{"S":"b"},"id":{"N":"0"}}}', 'a consistent one') for 1 .. 2;
	ok($second->poll_query_until('app', q(SELECT calls = 4 FROM dynapg.stat_operations WHERE operation = 'GetItem' AND table_name = 'Orders')), 'the standby had the first');
	ok($first->poll_query_until('app', q(SELECT calls = 2 FROM dynapg.stat_operations WHERE operation = 'GetItem' AND table_name = 'Orders')), 'the primary the others');

	# ---- failover under load ----

	my ($python) = grep { system("$_ -c 'import boto3' >/dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3';
	skip 'there is no Python with boto3', 1 unless $python;
	append_to_file("$folder/writer.py", <<'PYTHON');
import os, sys, time
import boto3
from botocore.config import Config

db = boto3.client("dynamodb", endpoint_url=sys.argv[1], config=Config(retries={"max_attempts": 12, "mode": "standard"}, connect_timeout=2, read_timeout=5))
number = 0
while not os.path.exists(sys.argv[2]):
    number += 1
    db.put_item(TableName="Orders", Item={"id": {"N": str(number)}})
    print(number, flush=True)
PYTHON
	local %ENV = (%ENV, AWS_ACCESS_KEY_ID => $id, AWS_SECRET_ACCESS_KEY => $secret, AWS_DEFAULT_REGION => 'us-east-1');
	my ($out, $err) = ('', '');
	my $client = IPC::Run::start([ $python, "$folder/writer.py", "http://127.0.0.1:$endpoint", "$folder/stop" ], '<', '/dev/null', '>', \$out, '2>', \$err);
	my $acknowledge = sub {
		my ($wanted) = @_;
		for (1 .. 300)
		{
			$client->pump_nb;
			return 1 if $out =~ tr/\n// >= $wanted;
			select undef, undef, undef, 0.1;
		}
		return 0;
	};
	ok($acknowledge->(50), 'a client writes');
	$first->stop('immediate');
	docs_sh($second, $folder, $promote, %here);
	$client->pump_nb;
	my $before = $out =~ tr/\n//;
	ok($acknowledge->($before + 50), 'and goes on by itself after the failover');
	append_to_file("$folder/stop", '');
	$client->finish;
	is("$err", '', 'without an error');
	my @acknowledged = split /\n/, $out;
	is($second->safe_psql('app', 'SELECT count(*) FROM dynamodb."Orders" WHERE pk = ANY (\'{' . join(',', @acknowledged) . '}\')'), scalar(@acknowledged),
		'no acknowledged write is lost');
	is(ask($endpoint, 'GetItem', $queries[0]), '200 {"Item":{"a":{"S":"b"},"id":{"N":"0"}}}', 'and the endpoint reads');
}
my $pid = -e "$folder/haproxy.pid" ? slurp_file("$folder/haproxy.pid") : '';
kill 'TERM', split /\n/, $pid if $pid;

# ---- logical replication ----

my $source = PostgreSQL::Test::Cluster->new('source');
$source->init(allows_streaming => 'logical');
$source->start;
my $target = PostgreSQL::Test::Cluster->new('target');
$target->init;
$target->start;
for my $node ($source, $target)
{
	$node->safe_psql('postgres', 'CREATE DATABASE app');
	$node->safe_psql('app', "CREATE EXTENSION dynapg; SELECT dynapg.create_table('$create')");
}
$source->safe_psql('app', q(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"id":{"N":"1"}}}')));
my ($publish, $subscribe) = docs_blocks($page, 'Logical replication');
docs_sql($source, 'app', $publish);
docs_sql($target, 'app', $subscribe, 'host=first' => 'host=' . $source->host . ' port=' . $source->port);
$source->safe_psql('app', q(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"id":{"N":"2"}}}')));
ok($target->poll_query_until('app', q(SELECT dynapg.scan('{"TableName":"Orders","Select":"COUNT"}') ->> 'Count' = '2')), 'items arrive, old and new');

$target->safe_psql('app', 'DROP SUBSCRIPTION orders');
$_->stop for $target, $source, $second;
$first->stop('immediate', fail_ok => 1);
done_testing();
