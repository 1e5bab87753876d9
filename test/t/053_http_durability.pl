# 053_http_durability.pl - group commit: what was acknowledged, and what was read, is there after a crash; synchronous standbys
# are waited for; synchronous_commit is respected.
#
# The walwriter sleeps for 10 seconds at a time, so that only the front itself makes its commits durable, and a crash
# (an immediate stop) loses what is only in the buffers of the write-ahead log.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use File::Temp qw(tempdir);
use IO::Handle;
use IO::Select;
use PostgreSQL::Test::Utils;
use POSIX qw(_exit);
use Test::More;
use Time::HiRes qw(sleep time);

use constant { WRITERS => 4, READERS => 4, ROUNDS => 3 };

my $scratch = tempdir(CLEANUP => 1);
my ($node, $port) = http_node('http_durability', 'dynapg.http_workers = 2', 'wal_writer_delay = 10s', 'fsync = on',
	'autovacuum = off', 'checkpoint_timeout = 1h', 'wal_level = replica', 'max_wal_senders = 5');
create_table($port, 'Things');

# Runs the code in a process of its own, with a file for the last number that it saw.
sub in_process
{
	my ($name, $code) = @_;
	my $pid = fork // die "cannot fork: $!";
	return $pid if $pid;
	open my $out, '>', "$scratch/$name" or _exit(1);
	$out->autoflush(1);
	eval { $code->($out) };
	_exit(0);
}

sub last_number
{
	my ($name) = @_;
	open my $in, '<', "$scratch/$name" or return 0;
	my @lines = grep { /\n\z/ } <$in>;
	return @lines ? $lines[-1] + 0 : 0;
}

# The replies to reads of some items are so large that they leave as soon as nothing holds them, not with those of their turn.
my $note = 'x' x 20_000;
call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"w$_"},"note":{"S":"$note"}}}))
	for grep { $_ % 2 == 0 } 1 .. WRITERS;

my $number_of = sub { my ($reply) = @_; return $reply && $reply->{body} =~ /"n":\{"N":"(\d+)"/ ? $1 : 0 };
for my $round (1 .. ROUNDS)
{
	my @pids;
	for my $i (1 .. WRITERS)
	{
		push @pids, in_process("write$i", sub {
			my ($out) = @_;
			my $connection = dial($port);
			while (1)
			{
				my $reply = exchange($connection, request_text('UpdateItem', qq({"TableName":"Things","Key":{"pk":{"S":"w$i"}},
					"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}))) or last;
				print $out $number_of->($reply), "\n";
			}
		});
	}
	for my $i (1 .. READERS)
	{
		push @pids, in_process("read$i", sub {
			my ($out) = @_;
			my $connection = dial($port);
			while (1)
			{
				my $reply = exchange($connection,
					request_text('GetItem', qq({"TableName":"Things","ConsistentRead":true,"Key":{"pk":{"S":"w$i"}}}))) or last;
				print $out $number_of->($reply), "\n";
			}
		});
	}
	sleep 1.5;
	$node->stop('immediate');
	waitpid $_, 0 for @pids;
	$node->start;
	ok(wait_for_http($port), "round $round: served again after the crash");
	for my $i (1 .. WRITERS)
	{
		my $kept = $number_of->(call($port, 'GetItem', qq({"TableName":"Things","Key":{"pk":{"S":"w$i"}}})));
		my ($acknowledged, $read) = (last_number("write$i"), last_number("read$i"));
		cmp_ok($acknowledged, '>', 0, "writes happened ($acknowledged)");
		cmp_ok($kept, '>=', $acknowledged, 'what was acknowledged is there');
		cmp_ok($kept, '>=', $read, 'what was read is there');
	}
}

sub answered
{
	my ($connection, $seconds) = @_;
	return scalar IO::Select->new($connection->{socket})->can_read($seconds);
}

# A large reply does not leave before the flush of what it shows, which takes a tenth of a second here: that of a write, that of a read that
# came with one.
$node->append_conf('postgresql.conf', "commit_delay = 100000\ncommit_siblings = 0");
$node->reload;
sleep 0.5;
my $put_large = qq({"TableName":"Things","Item":{"pk":{"S":"large"},"note":{"S":"$note"}},"ReturnValues":"ALL_OLD"});
call($port, 'PutItem', $put_large);
my $large = dial($port);
send_text($large, request_text('PutItem', $put_large));
ok(!answered($large, 0.05), 'a large reply to a write waits for the flush');
like(read_reply($large)->{body}, qr/xx/, 'and comes');
send_text($large, request_text('PutItem', $put_large =~ s/,"ReturnValues":"ALL_OLD"//r) . request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"large"}}}'));
ok(!answered($large, 0.05), 'one to a read waits, too');
is(read_reply($large)->{body}, '{}', 'the write is answered');
like(read_reply($large)->{body}, qr/xx/, 'and the read');
$node->append_conf('postgresql.conf', 'commit_delay = 0');
$node->reload;

# A missing synchronous standby: the reply waits, and the worker ends when it is asked to.
my $put = request_text('PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"a"},"note":{"S":"$note"}}}));
$node->append_conf('postgresql.conf', "dynapg.http_statement_timeout = 0\nsynchronous_standby_names = 'nobody'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('synchronous_standby_names') = 'nobody'");
sleep 0.5;
my $waiting = dial($port);
send_text($waiting, $put);
ok(!answered($waiting, 1), 'a write waits for the synchronous standby');
my @readers = map { dial($port) } 1 .. 12;    # on both workers
send_text($_, request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"a"}}}')) for @readers;
sleep 1;
is(scalar(grep { answered($_, 0) } @readers), 0, 'no worker shows a write that is not durable yet');
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->reload;
is(read_reply($waiting)->{status}, 200, 'and is answered when none is asked for any more');
is(scalar(grep { read_reply($_)->{body} eq qq({"Item":{"note":{"S":"$note"},"pk":{"S":"a"}}}) } @readers), 12, 'as are those that read it');
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nobody'");
$node->reload;
sleep 0.5;
my $lost = dial($port);
send_text($lost, $put);
ok(!answered($lost, 1), 'another one waits');
my $start = time;
$node->stop('fast');
cmp_ok(time - $start, '<', 3, 'a shutdown is not held up');
ok(is_closed($lost), 'the client gets no reply');

# Without durability nobody waits for anything.
$node->append_conf('postgresql.conf', 'synchronous_commit = off');
$node->start;
wait_for_http($port);
is(call($port, 'PutItem', '{"TableName":"Things","Item":{"pk":{"S":"b"}}}')->{status}, 200, 'synchronous_commit = off is respected');
$node->stop;
done_testing();
