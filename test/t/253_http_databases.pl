# 253_http_databases.pl - one server serves several databases, each on its port: tables of one are not there for another, background work is done
# in all of them, and bad lists are refused
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use File::Temp qw(tempdir);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('databases');
my @ports = map { PostgreSQL::Test::Cluster::get_free_port() } 1 .. 3;
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
http_configure($node, "dynapg.jobs_interval = 200ms", "dynapg.http_databases = 'postgres:$ports[0], \"test:2:$ports[1]\"'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
wait_for_http($ports[0]);
is(call($ports[1], 'ListTables', '{}')->{status}, 503, 'a port whose database is not there') if eval { dial($ports[1]) };
$node->safe_psql('postgres', 'CREATE DATABASE "test:2"');
$node->safe_psql('test:2', 'CREATE EXTENSION dynapg');
ok(wait_for_http($ports[1]), 'a database that comes later is served');

create_table($ports[0], 'one');
create_table($ports[1], 'two');
is(call($ports[0], 'ListTables', '{}')->{body}, '{"TableNames":["one"]}', 'the tables of the first');
is(call($ports[1], 'ListTables', '{}')->{body}, '{"TableNames":["two"]}', 'the tables of the second');
is($node->safe_psql('postgres', q(SELECT string_agg(DISTINCT datname, ' ' ORDER BY datname) FROM pg_stat_activity WHERE backend_type ~ 'dynapg housekeeper')),
	'postgres test:2', 'each has a housekeeper');

# Items that have expired go in both.
for my $case ([ $ports[0], 'one' ], [ $ports[1], 'two' ])
{
	my ($port, $table) = @$case;

	call($port, 'UpdateTimeToLive', qq({"TableName":"$table","TimeToLiveSpecification":{"AttributeName":"until","Enabled":true}}));
	is(call($port, 'PutItem', qq({"TableName":"$table","Item":{"pk":{"S":"a"},"until":{"N":"${\ (time - 10)}"}}}))->{status}, 200, "an item in $table");
	my $left = 1;
	for (my $tries = 0; $left > 0 && $tries < 300; $tries++)
	{
		$left = decode_json(call($port, 'Scan', qq({"TableName":"$table"}))->{body})->{Count};
		select undef, undef, undef, 0.1 if $left > 0;
	}
	is($left, 0, "which expires there");
}

# What one leaves does not concern the other.
my ($first) = $node->safe_psql('postgres', q(SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND datname = 'postgres'));
$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE "test:2"');
is($node->safe_psql('postgres', q(SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND datname = 'postgres')), $first,
	'the workers of a database stay while another one is copied');
ok(wait_for_http($ports[1]), 'those of the copied one come back');
is(call($ports[1], 'ListTables', '{}')->{body}, '{"TableNames":["two"]}', 'to their own tables');
$node->safe_psql('postgres', 'DROP DATABASE "test:2"');
is(call($ports[0], 'ListTables', '{}')->{body}, '{"TableNames":["one"]}', 'a database may be dropped while others are served');

# Bad lists.
for my $case (
	[ 'without a port', 'app' ],
	[ 'with a port that is none', 'app:0' ],
	[ 'with one that is too large', 'app:65536' ],
	[ 'with text after it', 'app:8000x' ],
	[ 'without a name', ':8000' ],
	[ 'with a database twice', 'app:8000, app:8001' ],
	[ 'with a port twice', 'app:8000, test:8000' ],
	[ 'of too many', join(', ', map { "d$_:" . (8000 + $_) } 1 .. 17) ],
	[ 'that is no list', 'app:8000,,' ])
{
	my ($name, $list) = @$case;
	my (undef, undef, $error) = $node->psql('postgres', "ALTER SYSTEM SET dynapg.http_databases = E'$list'");
	like($error, qr/invalid value for parameter "dynapg.http_databases"/, "a list $name is refused");
}
$node->stop;
$node->append_conf('postgresql.conf', "dynapg.http_databases = '" . join(', ', map { "d$_:" . (8000 + $_) } 1 .. 16) . "'\ndynapg.http_workers = 5\n");
ok(!$node->start(fail_ok => 1), 'nor one with too many processes');

# The command dynapg: a database for each worker of a suite of tests.
my ($bin) = run_command([ 'pg_config', '--bindir' ]);
my $scratch = tempdir(CLEANUP => 1);
my ($base) = grep { my $from = $_; 3 == grep { PostgreSQL::Test::Cluster::can_bind('127.0.0.1', $_) } $from .. $from + 2 } map { 30000 + 3 * int rand 9000 } 1 .. 50;
my $pg = PostgreSQL::Test::Cluster::get_free_port();
my $fixture = "$scratch/fixture.sql";
append_to_file($fixture, q(SELECT 1 FROM dynapg.create_table('{"TableName": "Notes", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}');));
delete $ENV{DYNAPG_DATA};
my @start = ("$bin/dynapg", 'start', '--quiet', '--data', "$scratch/data", '--port', $base, '--pg-port', $pg, '--no-sync', '--load', $fixture);
is(system(@start, '--databases', 3), 0, 'dynapg start --databases 3');
for my $worker (0 .. 2)
{
	is(call($base + $worker, 'PutItem', qq({"TableName":"Notes","Item":{"pk":{"S":"worker $worker"}}}))->{status}, 200, "worker $worker has the fixture");
}
like(call($base + 1, 'Scan', '{"TableName":"Notes"}')->{body}, qr/"Items":\[\{"pk":\{"S":"worker 1"\}\}\]/, 'and sees no item of another');
is(system("$bin/dynapg", 'restart', '--quiet', '--data', "$scratch/data"), 0, 'a restart');
ok(wait_for_http($base + 2), 'serves all of them again');
like(call($base + 2, 'Scan', '{"TableName":"Notes"}')->{body}, qr/worker 2/, 'with their items');
is(system("$bin/dynapg", 'remove', '--quiet', '--data', "$scratch/data"), 0, 'remove');
isnt(system("$bin/dynapg start --data '$scratch/data' --databases 17 2>/dev/null"), 0, 'there are 16 databases at most');
isnt(system("$bin/dynapg start --data '$scratch/data' --port $base --pg-port ${\ ($base + 1)} --databases 2 2>/dev/null"), 0, 'a port is for one thing');
ok(!-e "$scratch/data", 'nothing is made');

done_testing();
