# 116_http_ports.pl - one server alone serves HTTP on an address and port: a second one of the same account says so and serves
# none, also while the first one's workers are away; a server that ended, in whatever way, leaves nothing in the way of the next.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $first = PostgreSQL::Test::Cluster->new('first');
$first->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($first, 'dynapg.http_workers = 2', 'restart_after_crash = on');
$first->start;
$first->safe_psql('postgres', 'CREATE EXTENSION dynapg');
ok(wait_for_http($port), 'the first server serves');
create_table($port, 'OfFirst');

# The second is as a copy beside the primary would be: the same account, the same settings.
my $second = PostgreSQL::Test::Cluster->new('second');
$second->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
http_configure($second, 'dynapg.http_workers = 2', "dynapg.http_port = $port");
my $refusal = qr/WARNING:  dynapg does not serve HTTP: another server has port $port on the IPv[46] address of/;

sub workers_of
{
	my ($node) = @_;
	return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dynapg http'});
}

# The tables that separate connections see; with two servers at the port they would differ.
sub tables_seen
{
	my %seen;
	$seen{ call($port, 'ListTables', '{}')->{body} }++ for 1 .. 60;
	return join ' and ', sort keys %seen;
}

sub is_refused
{
	my ($node, $name, $pattern) = @_;
	my $logged = -s $node->logfile || 0;
	$node->start;
	my ($text) = slurp_file($node->logfile, $logged);
	like($text, $pattern // $refusal, "$name: the second server says so");
	is(workers_of($node), 0, "$name: it has no workers");
	return $text;
}

sub serves
{
	my ($node, $name) = @_;
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'dynapg http'}), "$name: it has workers");
	ok(wait_for_http($port), "$name: it serves");
	return;
}

# Ends a node at once, and waits until no process of it is left at the port.
sub kill_server
{
	my ($node) = @_;
	my @workers = worker_pids($node);
	$node->kill9;
	for (my $tries = 0; grep { kill 0, $_ } @workers; $tries++)
	{
		if ($tries == 600)
		{
			# PostgreSQL cannot start again there either: its processes are still there.
			diag 'the first process of this container takes no note of processes that have ended: the rest is left out';
			$_->stop('immediate', fail_ok => 1) for $first, $second;
			done_testing();
			exit 0;
		}
		sleep 0.05;
	}
	return;
}

# -- the first keeps the port --

my $text = is_refused($second, 'beside the first');
my $postmaster = (split /\n/, slurp_file($first->data_dir . '/postmaster.pid'))[0];
like($text, qr/DETAIL:  It is the server with process ID $postmaster\.$/m, 'with the process that has it');
$second->safe_psql('postgres', 'CREATE EXTENSION dynapg');
is($second->safe_psql('postgres', 'SELECT dynapg.list_tables()'), '{"TableNames":[]}', 'SQL works in the second');
is($second->safe_psql('postgres', 'SELECT count(*) FROM dynapg.http_activity'), 0, 'which reports no workers');
is(tables_seen(), '{"TableNames":["OfFirst"]}', 'the first answers every request');
$second->stop;

# The first one's workers are away for a second.
my @old = worker_pids($first);
$first->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http'});
is_refused($second, 'while workers start again');
serves($first, 'the first after that');
isnt(join(' ', worker_pids($first)), join(' ', @old), 'with new workers');
is(tables_seen(), '{"TableNames":["OfFirst"]}', 'it answers every request');
$second->stop;

# A crash: the postmaster starts everything again.
my ($worker) = worker_pids($first);
kill 'KILL', $worker;
ok($first->poll_query_until('postgres', qq{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND pid <> $worker}),
	'the first server recovers from a crash');
is_refused($second, 'after a crash of the first');
serves($first, 'the first after its crash');
is(tables_seen(), '{"TableNames":["OfFirst"]}', 'it answers every request');

# -- an end of the first --

sub lock_files
{
	return glob "/dev/shm/dynapg-http.*.$port.*";
}

is(scalar(my @files = lock_files()), 1, 'the lock is a file') if -d '/dev/shm';
$first->stop;
$second->restart;
serves($second, 'the second after the end of the first');
is_refused($first, 'then the first is the second');
is(tables_seen(), '{"TableNames":[]}', 'the second answers every request');
$first->stop;
kill_server($second);
$first->start;
serves($first, 'after a SIGKILL of the other server');
$first->restart;
serves($first, 'after a restart');
kill_server($first);
$first->start;
serves($first, 'after a SIGKILL of its own');
$first->stop('immediate');
$first->start;
serves($first, 'after an immediate stop');
$first->stop;
is_deeply([ lock_files() ], [], 'a server that ends leaves no lock file');

# -- what is the same address --

# Starts both with these addresses; the second is refused, or not.
sub try_both
{
	my ($one, $other, $refused) = @_;
	$_->[0]->append_conf('postgresql.conf', "dynapg.http_auth = 'sigv4'\ndynapg.http_listen_addresses = '$_->[1]'")
	  for [ $first, $one ], [ $second, $other ];
	$first->start;
	if ($refused)
	{
		is_refused($second, "$one and $other");
	}
	else
	{
		$second->start;
		ok($second->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'dynapg http'}), "$one and $other: both serve");
	}
	$_->stop for $second, $first;
	return;
}

try_both('127.0.0.1', '127.0.0.2', 0);
try_both('*', '127.0.0.2', 1);
try_both('127.0.0.2', '*', 1);
try_both('127.0.0.2, 127.0.0.3', '127.0.0.4,127.0.0.3', 1);
try_both('::1', '127.0.0.1', 0);
try_both('0.0.0.0', '::1', 0);
try_both('::', '::1', 1);
try_both('::1', '::', 1);
try_both('localhost', '::1', 1);

# Two servers that may share the port's file: the end of one does not take the other's lock along.
$_->[0]->append_conf('postgresql.conf', "dynapg.http_auth = 'trust'\ndynapg.http_listen_addresses = '$_->[1]'")
  for [ $first, '127.0.0.1' ], [ $second, '127.0.0.2' ];
$second->start;
$first->start;
$second->stop;
$second->append_conf('postgresql.conf', "dynapg.http_listen_addresses = '127.0.0.1'");
is_refused($second, 'after one of two with addresses of their own ended');
$_->stop for $second, $first;

# -- without a lock --

SKIP:
{
	skip 'the lock is no file here', 4 unless -d '/dev/shm' && -e '/proc/self/ns/net' && $> != 0;
	my $squatted = sprintf '/dev/shm/dynapg-http.%d.%d.%d', $>, $port, (stat '/proc/self/ns/net')[1];
	append_to_file($squatted, '');
	chmod 0, $squatted;
	my $logged = -s $first->logfile;
	$first->start;
	like(slurp_file($first->logfile, $logged), qr/WARNING:  could not reserve port $port for HTTP: Permission denied/, 'a file that cannot be opened: a warning');
	serves($first, 'without a lock');
	$first->stop;
	unlink $squatted;
}

unlike(slurp_file($_->logfile), qr/PANIC|TRAP/, 'no crash in the log') for $first, $second;
done_testing();
