# 081_http_memory.pl - incomplete requests, and replies that clients do not read, stay within a worker's memory limit, and
# ordinary requests are answered meanwhile; slow senders lose their place.
#
# HTTP_ATTACK_SECONDS (6) is the length of each attack.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX ':sys_wait_h';
use Test::More;
use Time::HiRes qw(sleep time);

use constant MB => 1024 * 1024;

my ($python) = grep { system("$_ -c 'import select' >/dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3';
BAIL_OUT('there is no python3') unless $python;
my $seconds = $ENV{HTTP_ATTACK_SECONDS} // 6;

my ($node, $port) = http_node('http_memory', "dynapg.http_memory = '32MB'");
create_table($port, 'Things');
my $get = request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"a"}}}');
my $large = 'x' x 390_000;
is(call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"large"},"v":{"S":"$large"}}}))->{status}, 200, 'a large item');
my ($pid) = worker_pids($node);
my $sixteen = '{"TableName":"Things","Key":{"pk":{"S":"a"}},"Other":"' . ('y' x (15 * MB)) . '"}';
is(call($port, 'GetItem', $sixteen)->{status}, 200, 'a body of 15 MB');
my $before = memory_of($pid);

# Is a large body served?  The worker may still be about to notice that the attackers have gone: 503 says to try again.
sub has_room
{
	for (1 .. 50)
	{
		my $status = call($port, 'GetItem', $sixteen)->{status};
		return $status == 200 if $status != 503;
		sleep 0.2;
	}
	return 0;
}

# Runs the attack and watches the worker's memory, which must stay within that above what it was.
sub attack
{
	my ($bound, $name, @options) = @_;
	my $child = fork // die "cannot fork: $!";
	exec "exec $python test/fuzz/http_attack.py @options --port $port --seconds $seconds" if $child == 0;
	my $most = 0;
	while (waitpid($child, WNOHANG) == 0)
	{
		my $now = memory_of($pid);
		$most = $now if $now > $most;
		sleep 0.02;
	}
	is($?, 0, "$name: ordinary requests are answered meanwhile");
	is_deeply([ worker_pids($node) ], [$pid], "$name: the worker lives");
  SKIP:
	{
		skip 'the sanitizer keeps what is freed', 1 if $ENV{CHECK_ASAN};
		cmp_ok($most - $before, '<', $bound, "$name: memory is bounded");
	}
	note sprintf '%s: %.1f MB more at most', $name, ($most - $before) / MB;
	ok(has_room(), "$name: then there is room for a large body again");
	return;
}

# 150 times 16 MB
attack(64 * MB, 'bodies short of their end', 'hoard', '--attackers', 1, '--noise', 2);
# 150 times 60 times 390 kB
attack(96 * MB, 'replies that nobody takes', 'deaf', '--attackers', 1, '--noise', 2);
attack(128 * MB, 'bodies of all sizes', 'bodies', '--attackers', 6, '--noise', 2);
attack(64 * MB, 'drips', 'drips', '--noise', 2);

# Many honest ones at once: each gets an answer, which is that it may try again where there is no memory.
my @many = map { dial($port) } 1 .. 8;
my @pids;
for my $i (0 .. $#many)
{
	my $child = fork // die "cannot fork: $!";
	next if $child && push @pids, $child;
	my $reply = eval { exchange($many[$i], request_text('GetItem', $sixteen)) };
	POSIX::_exit(!$reply ? 3 : $reply->{status} == 200 ? 0 : $reply->{status} == 503 ? 1 : 2);
}
my %outcomes;
$outcomes{ waitpid($_, 0) && $? >> 8 }++ for @pids;
cmp_ok($outcomes{0} // 0, '>', 0, 'of many large bodies some are served');
is($outcomes{2} // 0, 0, 'and no other is answered with anything but 503');
note join ' ', map { "$_: $outcomes{$_}" } sort keys %outcomes;

# Time is limited, whatever the number of bytes: 16 kB before each timeout do not count as progress.
$node->append_conf('postgresql.conf', "dynapg.http_transfer_timeout = 1500ms\ndynapg.http_idle_timeout = 60s");
$node->reload;
sleep 0.5;
sub is_ended_by_drips
{
	my ($name, $head, $piece) = @_;
	my $connection = dial($port);
	send_text($connection, $head);
	my $sent = 0;
	my $end = time + 20;
	while (time < $end && $sent < 20)
	{
		last if IO::Select->new($connection->{socket})->can_read(0.5);
		send_text($connection, $piece) or last;
		$sent++;
	}
	cmp_ok($sent, '<', 12, "$name: who sends too slowly is ended");
	return;
}
my $head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n";
is_ended_by_drips('a body, 6 kB at a time', "$head\r\n", 'x' x 6_000);
is_ended_by_drips('headers', $head, "X: 1\r\n");
is_ended_by_drips('empty lines', '', "\r\n");
my $steady = dial($port);
send_text($steady, request_text('GetItem', '', 'Content-Length' => 60 * 32_768));
send_text($steady, ' ' x 32_768), sleep 0.1 for 1 .. 59;
is(exchange($steady, ' ' x 32_768)->{status}, 400, 'who sends for longer than the timeout, but fast enough, is not');
my $often = dial($port);
for (1 .. 8)
{
	send_text($often, substr $get, 0, 40);
	sleep 0.5;
	is(exchange($often, substr $get, 40)->{status}, 200, 'each request has its own time');
}

close $_->{socket} for $steady, $often;

# More connections than allowed.  Slow senders make room when no connection is idle.
$node->append_conf('postgresql.conf', "dynapg.http_transfer_timeout = 60s\ndynapg.http_max_connections = 10");
$node->reload;
sleep 0.5;
my @held = map { dial($port) } 1 .. 10;
is(exchange($held[0], $get)->{status}, 200, 'one was served');
send_text($_, $head) for @held;
sleep 2.5;
my @late = map { dial($port) } 1 .. 5;
is(exchange($_, $get)->{status}, 200, 'who comes late is served') for @late;
send_text($held[0], "\r\n" . (' ' x 16_000_000));
is(read_reply($held[0])->{status}, 404, 'who was served before keeps its place');
ok(is_closed($held[1]), 'the slowest others have lost theirs');
# Idle ones with which nothing has succeeded go before those.
my @silent = map { dial($port) } 1 .. 3;
sleep 2.5;
my @more = map { dial($port) } 1 .. 3;
is(exchange($_, $get)->{status}, 200, 'again') for @more;
is(exchange($_, $get)->{status}, 200, 'idle clients that were served keep theirs') for @late;
is(scalar(grep { eval { is_closed($_) } } @silent), 3, 'idle clients that were not lose them');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|AddressSanitizer|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
