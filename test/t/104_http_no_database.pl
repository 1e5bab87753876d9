# 104_http_no_database.pl - while the served database is missing, the log says so once, and the front begins when it is there.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('http_no_database');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_database = 'app'", 'dynapg.http_workers = 3', 'log_statement = none');
$node->start;

# What the log says of it since that byte.
sub entries
{
	my ($since) = @_;
	return grep { /app|dynapg/ && !/\.pl / } split /\n/, slurp_file($node->logfile, $since);
}

sub are_told_once
{
	my ($since, $name) = @_;
	my $missing = qr/FATAL:  database "app" does not exist/;
	for (1 .. 200)
	{
		last if 2 == grep { /$missing/ } entries($since);
		sleep 0.1;
	}
	sleep 2;    # the entries of its process's end
	my $later = -s $node->logfile;
	sleep 9;    # longer than any pause before another attempt
	is(scalar(grep { /$missing/ } entries($since)), 2, "$name: the front says so once, and the housekeeper");
	is(join("\n", entries($later)), '', 'and nothing more of it');
	return;
}

are_told_once(0, 'without the database');
ok(!eval { call($port, 'ListTables', '{}') }, 'nobody listens');
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', 'CREATE EXTENSION dynapg');
ok(wait_for_http($port), 'it is served when it is there');
my $workers = q{SELECT count(*) = 3 FROM pg_stat_activity WHERE datname = 'app' AND backend_type = 'dynapg http'};
ok($node->poll_query_until('postgres', $workers), 'by all workers');
my $dropped = -s $node->logfile;
$node->safe_psql('postgres', 'DROP DATABASE app');
are_told_once($dropped, 'after its drop');
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', 'CREATE EXTENSION dynapg');
ok(wait_for_http($port), 'another one is served');
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http'});
ok($node->poll_query_until('postgres', $workers), 'all workers come back after an end');
ok(wait_for_http($port), 'and serve');

$node->safe_psql('postgres', 'DROP DATABASE app');
sleep 3;
$node->stop('fast');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log, also when it stops without the database');
done_testing();
