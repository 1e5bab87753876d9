# 261_citus_moves.pl - while shards move between nodes in both modes, sessions are killed and a node crashes, transactions over HTTP, by the
# fronts of all nodes, stay whole: no acknowledged write is lost, none is half done, and TransactGetItems never sees half of one
#
# Each pair of accounts has 200 units; transfers move units within a pair, so every consistent read of a pair sums up to 200.  Counters
# are increased without conditions. CITUS_SECONDS says how long; skipped where no Citus is installed.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use constant {
	SECONDS => $ENV{CITUS_SECONDS} // 12,
	PAIRS => 8,
	UNITS => 200,
	WRITERS => 2,
	READERS => 2,
	COUNTERS => 2
};

if (my $why = citus_missing())
{
	note "counted: skipped: $why";
	plan skip_all => $why;
}

my ($coordinator, $port, @nodes) = citus_cluster("citus.recover_2pc_interval = '500ms'", 'dynapg.http_workers = 3');
my $folder = PostgreSQL::Test::Utils::tempdir();

is(call($port, 'CreateTable', request_json({ TableName => 'Accounts', BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ] }))->{status}, 200, 'there is a table');
$coordinator->safe_psql('postgres', q(SELECT dynapg.distribute('Accounts')));

sub account
{
	my ($pair, $side) = @_;
	return { id => { S => "pair$pair-$side" } };
}

for my $pair (1 .. PAIRS)
{
	for my $side (0, 1)
	{
		call($port, 'PutItem', request_json({ TableName => 'Accounts', Item => { %{ account($pair, $side) }, units => { N => UNITS / 2 } } }))->{status} == 200 or die 'no account';
	}
}

my @fronts = ($port, map { front_of($_) } @nodes);

# A request to any of the fronts.
sub ask
{
	my ($operation, $request) = @_;
	return call($fronts[ rand @fronts ], $operation, request_json($request));
}

my $end = time + SECONDS;

# Runs the work in a process of its own until the end; its numbers go to a file.
sub start
{
	my ($name, $work) = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	srand($$);
	my %count;
	while (time < $end)
	{
		eval { $work->(\%count); 1 } or $count{lost}++;
	}
	append_to_file("$folder/$name", encode_json(\%count));
	require POSIX;
	POSIX::_exit(0);
}

sub add
{
	my ($key, $units, $least) = @_;
	return { Update => { TableName => 'Accounts', Key => $key, UpdateExpression => 'ADD units :u', ConditionExpression => 'units >= :l',
		ExpressionAttributeValues => { ':u' => { N => $units }, ':l' => { N => $least } } } };
}

sub transfer
{
	my ($count) = @_;
	my ($pair, $side, $units) = (1 + int rand PAIRS, int rand 2, 1 + int rand 60);
	my $reply = ask('TransactWriteItems', { TransactItems => [ add(account($pair, $side), -$units, $units), add(account($pair, 1 - $side), $units, 0) ] });
	$count->{"transfer $reply->{status}"}++;
	return;
}

sub read_pair
{
	my ($count) = @_;
	my $pair = 1 + int rand PAIRS;
	my $reply = ask('TransactGetItems', { TransactItems => [ map { { Get => { TableName => 'Accounts', Key => account($pair, $_) } } } 0, 1 ] });
	$count->{"read $reply->{status}"}++;
	return if $reply->{status} != 200;
	my $sum = 0;
	$sum += $_->{Item}{units}{N} // 0 for @{ decode_json($reply->{body})->{Responses} };
	$count->{violations}++ if $sum != UNITS;
	return;
}

my @workers;
push @workers, start("writer$_", \&transfer) for 1 .. WRITERS;
push @workers, start("reader$_", \&read_pair) for 1 .. READERS;
for my $number (1 .. COUNTERS)
{
	push @workers, start("counter$number", sub {
			my ($count) = @_;
			$count->{tried}++;
			my $reply = ask('UpdateItem', { TableName => 'Accounts', Key => { id => { S => "counter$number" } }, UpdateExpression => 'ADD n :one',
				ExpressionAttributeValues => { ':one' => { N => 1 } } });
			$count->{acknowledged}++ if $reply->{status} == 200;
			my $read = ask('GetItem', { TableName => 'Accounts', Key => { id => { S => "counter$number" } } });
			$count->{"get $read->{status}"}++;
			return if $read->{status} != 200;
			$count->{stale}++ if (decode_json($read->{body})->{Item}{n}{N} // 0) < ($count->{acknowledged} // 0);
		});
}

# ---- disturbances ----

my %done;
for (my $round = 0; time < $end - 3; $round++)
{
	my $mode = $round % 2 ? 'force_logical' : 'block_writes';
	my ($from, $to) = map { $_->port } $round % 4 < 2 ? @nodes : reverse @nodes;
	my ($status) = $coordinator->psql('postgres', "SELECT citus_move_shard_placement(shardid, '127.0.0.1', $from, '127.0.0.1', $to, shard_transfer_mode := '$mode') "
		  . "FROM (SELECT shardid FROM citus_shards WHERE nodeport = $from AND table_name::text LIKE '%Accounts%' ORDER BY random() LIMIT 1) s");
	$done{ $status == 0 ? "moves by $mode" : 'moves that failed' }++;
	my $node = $nodes[ $round % @nodes ];
	$node->psql('postgres', q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'citus_internal%' ORDER BY random() LIMIT 1));
	$done{'sessions killed'}++;
	if ($round == 2)
	{
		$node->stop('immediate');
		$node->start;
		$done{'crashes of a node'}++;
	}
	sleep 0.2;
}
waitpid $_, 0 for @workers;

# ---- the books ----

$coordinator->safe_psql('postgres', 'SELECT recover_prepared_transactions()');
my %total;
for my $file (glob "$folder/*")
{
	my $count = decode_json(slurp_file($file));
	$total{$_} += $count->{$_} for keys %$count;
}

# Strongly consistent, and again while a node still finishes a transaction.
sub item
{
	my ($key) = @_;
	for (1 .. 50)
	{
		my $reply = call($port, 'GetItem', request_json({ TableName => 'Accounts', Key => $key, ConsistentRead => JSON::PP::true }));
		return decode_json($reply->{body})->{Item} if $reply->{status} == 200;
		sleep 0.2;
	}
	die 'no item';
}

my $wrong = 0;
for my $pair (1 .. PAIRS)
{
	$wrong++ if item(account($pair, 0))->{units}{N} + item(account($pair, 1))->{units}{N} != UNITS;
}
is($wrong, 0, 'every pair of accounts has its units');
is($total{violations} // 0, 0, 'no read saw half of a transfer');
my ($counted, $acknowledged, $tried) = (0, $total{acknowledged} // 0, $total{tried} // 0);
$counted += (item({ id => { S => "counter$_" } }) // {})->{n}{N} // 0 for 1 .. COUNTERS;
cmp_ok($counted, '>=', $acknowledged, 'no acknowledged increment is lost');
cmp_ok($counted, '<=', $tried, 'and none was done twice');
is($total{stale} // 0, 0, 'every read has seen the writes before it');
ok($total{'transfer 200'}, 'transfers were made');
ok($total{'read 200'}, 'pairs were read');
note 'counted: ' . join ', ', map { "$_ $total{$_}" } sort keys %total;
note 'counted: ' . join ', ', map { "$done{$_} $_" } sort keys %done;

done_testing();
