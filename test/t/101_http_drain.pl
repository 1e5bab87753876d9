# 101_http_drain.pl - a worker that is asked to end answers what has arrived and says that it closes; it does not delay a stop.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use File::Temp qw(tempdir);
use IO::Handle;
use PostgreSQL::Test::Utils;
use POSIX qw(_exit);
use Test::More;
use Time::HiRes qw(sleep);

use constant CLIENTS => 8;

my $scratch = tempdir(CLEANUP => 1);
my ($node, $port) = http_node('http_drain');
create_table($port, 'Things');
my $get = request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"a"}}}');
my $put = request_text('PutItem', '{"TableName":"Things","Item":{"pk":{"S":"a"}}}');
is(exchange(dial($port), $put)->{status}, 200, 'an item');

# Ends the one worker while it stands still and the code is run; the postmaster starts another one.
sub meanwhile
{
	my ($code) = @_;
	my ($pid) = worker_pids($node);
	kill 'STOP', $pid;
	$code->();
	kill 'TERM', $pid;
	kill 'CONT', $pid;
	return $pid;
}

sub comes_back
{
	my ($pid, $name) = @_;
	ok($node->poll_query_until('postgres', qq{SELECT count(*) = 1 AND bool_and(pid <> $pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http'}),
		"$name: the worker ends, and another one starts");
	wait_for_http($port);
	return;
}

sub says_close
{
	my ($reply) = @_;
	return $reply ? join ' ', $reply->{status}, $reply->{headers}{connection} // 'keep-alive' : 'nothing';
}

# -- what has arrived is answered --

my ($idle, $sent, $many, $half) = map { dial($port) } 1 .. 4;
is(exchange($_, $get)->{status}, 200, 'a connection') for $idle, $sent, $many, $half;
sleep 0.3;
my $fresh;
my $pid = meanwhile(sub {
	send_text($sent, $get);
	send_text($many, $get . $put . $get);
	send_text($half, substr $put, 0, -5);
	$fresh = dial($port);
	send_text($fresh, $get);
});
is(says_close(read_reply($sent)), '200 close', 'a request that has arrived is answered');
is(join(', ', map { says_close(read_reply($many)) } 1 .. 3), '200 keep-alive, 200 keep-alive, 200 close', 'all of them are');
is(says_close(read_reply($fresh)), '200 close', 'one on a new connection is');
ok(is_closed($_), 'then the connection is closed') for $sent, $many, $fresh;
ok(is_closed($idle), 'an idle one is');
send_text($half, substr $put, -5);
is(says_close(read_reply($half)), '200 close', 'a request that was on its way is answered');
ok(is_closed($half), 'then its connection is closed');
comes_back($pid, 'all was answered');

# -- what takes too long is not waited for --

$half = dial($port);
$pid = meanwhile(sub { send_text($half, substr $put, 0, -5) });
ok(is_closed($half), 'a client that does not go on');
comes_back($pid, 'nobody waits for it');

my $holder = $node->background_psql('postgres', on_error_die => 1);
my $waits = q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND wait_event_type = 'Lock'};
for my $case ([ '400ms', '400 close', 'a request that ends soon is answered' ], [ '60s', 'nothing', 'one that does not is ended' ])
{
	my ($timeout, $expected, $name) = @$case;
	$node->append_conf('postgresql.conf', "dynapg.http_lock_timeout = $timeout");
	$node->reload;
	sleep 0.5;
	$holder->query_safe(q{BEGIN; SELECT dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"a"}}}')});
	my $waiting = dial($port);
	send_text($waiting, $put);
	ok($node->poll_query_until('postgres', $waits), 'a request waits for a lock') if $timeout eq '60s';
	($pid) = worker_pids($node);
	kill 'TERM', $pid;
	is(says_close(read_reply($waiting)), $expected, $name);
	$holder->query_safe('ROLLBACK');
	comes_back($pid, $name);
}
$holder->quit;

# -- clients that keep their connections, and a shutdown --

$node->append_conf('postgresql.conf', 'dynapg.http_workers = 2');
$node->restart;
wait_for_http($port);
my @pids;
for my $client (1 .. CLIENTS)
{
	my $child = fork // die "cannot fork: $!";
	if ($child)
	{
		push @pids, $child;
		next;
	}
	open my $out, '>', "$scratch/$client" or _exit(1);
	eval {
		my $connection = dial($port);
		my ($reply, $count) = (undef, 0);
		do { $reply = exchange($connection, $client % 2 ? $get : $put); $count++ } until says_close($reply) ne '200 keep-alive';
		print $out $count > 5 ? says_close($reply) : 'too few';
	};
	close $out;
	_exit(0);
}
$idle = dial($port);
is(exchange($idle, $get)->{status}, 200, 'an idle connection');
$half = dial($port);
send_text($half, substr $put, 0, -5);
sleep 0.5;
$node->stop('fast');
ok(is_closed($_), 'the server stops in spite of a connection') for $idle, $half;
waitpid $_, 0 for @pids;
is(join(', ', map { slurp_file("$scratch/$_") } 1 .. CLIENTS), join(', ', ('200 close') x CLIENTS), 'no client loses a request');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
