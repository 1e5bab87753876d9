# 062_throttling.pl - dynapg.throttling: what is refused and how, what is taken, partial batches, indexes, transactions, many
# sessions, changes of the throughput, restarts and a standby.
#
# Buckets are set by refill_throughput: to a debt of minutes, which no machine is slow enough to pay off, or so low that one
# item of many units empties them for long.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->canonical;
my $table_text = 'The level of configured provisioned throughput for the table was exceeded. '
  . 'Consider increasing your provisioning level with the UpdateTable API.';
my $index_text = 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. '
  . 'Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API';
my $on_demand_text = 'Throughput exceeds the maximum OnDemandThroughput configured on table or index';
my $arn = 'arn:aws:dynamodb:us-east-1:000000000000:table';
my $service = 'com.amazonaws.dynamodb.v20120810';

my $node = PostgreSQL::Test::Cluster->new('throttling');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, 'dynapg.http_workers = 2', 'max_connections = 40', 'restart_after_crash = on');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
wait_for_http($port);

sub ask
{
	my ($operation, $request) = @_;
	my $reply = call($port, $operation, ref $request ? $json->encode($request) : $request);
	return ($reply->{status}, $json->decode($reply->{body}));
}

sub ok_of
{
	my ($operation, $request) = @_;
	my ($status, $reply) = ask($operation, $request);
	is($status, 200, "$operation is answered") or diag $json->encode($reply);
	return $reply;
}

# A table with key pk and these units; indexes are pairs of name and units, and the key of each is the attribute of its name.
sub make_table
{
	my ($name, $units, %indexes) = @_;
	my $throughput = sub { return { ReadCapacityUnits => $_[0], WriteCapacityUnits => $_[0] } };
	ok_of('CreateTable', {
		TableName => $name,
		KeySchema => [ { AttributeName => 'pk', KeyType => 'HASH' } ],
		AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } 'pk', sort keys %indexes ],
		ProvisionedThroughput => $throughput->($units),
		%indexes ? (GlobalSecondaryIndexes => [ map { {
			IndexName => $_,
			KeySchema => [ { AttributeName => $_, KeyType => 'HASH' } ],
			Projection => { ProjectionType => 'ALL' },
			ProvisionedThroughput => $throughput->($indexes{$_}) } } sort keys %indexes ]) : () });
	return;
}

sub refill
{
	my ($table, $seconds) = @_;
	$node->safe_psql('postgres', "SELECT dynapg.refill_throughput('$table', $seconds)");
	return;
}

sub left
{
	my ($table, $kind, $index) = @_;
	my $which = defined $index ? "index_name = '$index'" : 'index_name IS NULL';
	return $node->safe_psql('postgres', "SELECT units FROM dynapg.throughput WHERE table_name = '$table' AND kind = '$kind' AND $which");
}

sub item
{
	my ($pk, $bytes, %more) = @_;
	my %item = (pk => { S => $pk }, map { $_ => { S => $more{$_} } } keys %more);
	my $rest = ($bytes // 0) - 1;
	$rest -= length($_) + length($item{$_}{S}) for keys %item;
	$item{v} = { S => 'x' x $rest } if $rest > 0;
	return \%item;
}

sub key { return { pk => { S => $_[0] } } }

sub exceeded
{
	my ($text, $reason, @resources) = @_;
	return { __type => "$service#ProvisionedThroughputExceededException", message => $text,
		ThrottlingReasons => [ map { { reason => $reason, resource => "$arn/$_" } } @resources ] };
}

sub refused
{
	my ($operation, $request, $expected, $name) = @_;
	is_deeply([ ask($operation, $request) ], [ 400, $expected ], $name // "$operation is refused");
	return;
}

# -- off by default --

is($node->safe_psql('postgres', "SELECT boot_val, context FROM pg_settings WHERE name = 'dynapg.throttling'"), 'off|superuser', 'off by default');
make_table('Debts', 1);
make_table('Other', 1);
refill('Debts', -300);
ok_of('PutItem', { TableName => 'Debts', Item => item('a', 2000) });
ok_of('GetItem', { TableName => 'Debts', Key => key('a') });
cmp_ok(left('Debts', 'write'), '>', -300, 'nothing is taken then');

$node->append_conf('postgresql.conf', 'dynapg.throttling = on');
$node->reload;
ok($node->poll_query_until('postgres', 'SHOW dynapg.throttling', 'on'), 'it follows a reload');
my $until = time + 30;
sleep 0.05 while (ask('GetItem', { TableName => 'Debts', Key => key('a') }))[0] == 200 && time < $until;

make_table('Fresh', 1, other => 1);
ok_of('PutItem', { TableName => 'Fresh', Item => item('a', 409000, other => 'o') });
cmp_ok(left('Fresh', 'write'), '<', 0, 'a new table has five minutes of units for its first request');
$node->safe_psql('postgres', q{SELECT dynapg.delete_table('{"TableName":"Fresh"}')});
make_table('Fresh', 1, other => 1);
ok_of('PutItem', { TableName => 'Fresh', Item => item('a', 200000, other => 'o') });
ok_of('PutItem', { TableName => 'Fresh', Item => item('b', 200000, other => 'o') });
refused('PutItem', { TableName => 'Fresh', Item => item('c', 10, other => 'o') },
	exceeded($table_text, 'TableWriteProvisionedThroughputExceeded', 'Fresh'), 'the third one is refused');

# -- what a request is refused with --

my $read = exceeded($table_text, 'TableReadProvisionedThroughputExceeded', 'Debts');
my $write = exceeded($table_text, 'TableWriteProvisionedThroughputExceeded', 'Debts');
refill('Debts', -300);
refused('GetItem', { TableName => 'Debts', Key => key('a') }, $read);
refused('Query', { TableName => 'Debts', KeyConditionExpression => 'pk = :p', ExpressionAttributeValues => { ':p' => { S => 'a' } } }, $read);
refused('Scan', { TableName => 'Debts' }, $read);
refused('PutItem', { TableName => 'Debts', Item => item('b') }, $write);
refused('PutItem', { TableName => 'Debts', Item => item('a'), ConditionExpression => 'attribute_not_exists(pk)' }, $write);
refused('UpdateItem', { TableName => 'Debts', Key => key('b') }, $write);
refused('DeleteItem', { TableName => "$arn/Debts", Key => key('a') }, $write);
refused('BatchGetItem', { RequestItems => { Debts => { Keys => [ key('a'), key('b') ] } } }, $read);
refused('BatchWriteItem', { RequestItems => { Debts => [ { PutRequest => { Item => item('b') } }, { DeleteRequest => { Key => key('a') } } ] } }, $write);
refill('Other', -300);
refused('BatchGetItem', '{"RequestItems":{"Debts":{"Keys":[{"pk":{"S":"a"}}]},"Other":{"Keys":[{"pk":{"S":"a"}}]}}}',
	exceeded($table_text, 'TableReadProvisionedThroughputExceeded', 'Debts', 'Other'), 'BatchGetItem reports all tables');
refused('BatchWriteItem', '{"RequestItems":{"Debts":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}],"Other":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}}',
	exceeded($table_text, 'TableWriteProvisionedThroughputExceeded', 'Debts', 'Other'), 'and so does BatchWriteItem');
refill('Other', 300);

sub cancelled
{
	my @reasons = @_;
	return { __type => "$service#TransactionCanceledException",
		Message => 'Transaction cancelled, please refer cancellation reasons for specific reasons [' . join(', ', map { $_->[0] } @reasons) . ']',
		CancellationReasons => [ map { { Code => $_->[0], $_->[1] ? (Message => $_->[1]) : () } } @reasons ] };
}
my @reason = ('ProvisionedThroughputExceeded', $table_text);
refused('TransactGetItems', { TransactItems => [ map { { Get => { TableName => $_, Key => key('a') } } } 'Other', 'Debts' ] },
	cancelled(['None'], \@reason));
refused('TransactWriteItems', { TransactItems => [
	{ Put => { TableName => 'Debts', Item => item('b') } },
	{ Put => { TableName => 'Other', Item => item('b') } },
	{ ConditionCheck => { TableName => 'Debts', Key => key('c'), ConditionExpression => 'attribute_exists(pk)' } } ] },
	cancelled(\@reason, ['None'], \@reason));
is($node->safe_psql('postgres', q{SELECT (SELECT count(*) FROM dynamodb."Debts"), (SELECT count(*) FROM dynamodb."Other")}), '1|0', 'nothing was done');

# Mistakes in a request are reported first.
is((ask('GetItem', { TableName => 'Debts', Key => { x => { S => 'a' } } }))[1]{__type}, 'com.amazon.coral.validate#ValidationException', 'a wrong key first');
is((ask('PutItem', { TableName => 'Nothing', Item => item('a') }))[1]{__type}, "$service#ResourceNotFoundException", 'a missing table first');
is((ask('DescribeTable', { TableName => 'Debts' }))[0], 200, 'operations on tables are free');

# From psql: the same, with SQLSTATEs; superusers may do without.
my ($status, undef, $error) = $node->psql('postgres', q{\set VERBOSITY verbose
	SELECT dynapg.get_item('{"TableName":"Debts","Key":{"pk":{"S":"a"}}}')});
like($error, qr/ND016: \Q$table_text\E\nDETAIL:  \{"ThrottlingReasons":\[\{"reason":"TableReadProvisionedThroughputExceeded","resource":"$arn\/Debts"\}\]\}/, 'from psql');
is($node->safe_psql('postgres', q{SET dynapg.throttling = off; SELECT dynapg.get_item('{"TableName":"Debts","Key":{"pk":{"S":"a"}},"ProjectionExpression":"pk"}')}),
	'{"Item":{"pk":{"S":"a"}}}', 'a superuser turns it off');

# -- what is taken --

# Runs it between two looks at the bucket; what was left after it is what was kept, less the cost, and what flowed in meanwhile at the most.
sub costs
{
	my ($table, $kind, $cost, $run, $name) = @_;
	refill($table, 200);
	my $start = time;
	my $before = left($table, $kind);
	$run->();
	my $after = left($table, $kind);
	my $flowed = time - $start;
	ok($after >= $before - $cost && $after <= $before - $cost + $flowed, "$name costs $cost")
	  or diag "before $before, after $after, within $flowed seconds";
	return;
}
sub costs_of
{
	my ($kind, $cost, $operation, $request, $expected) = @_;
	costs('Debts', $kind, $cost, sub { is((ask($operation, $request))[0], $expected // 200, "$operation is done") }, $operation);
	return;
}
costs_of('write', 100, 'PutItem', { TableName => 'Debts', Item => item('a', 102400) });
costs_of('write', 100, 'PutItem', { TableName => 'Debts', Item => item('a', 51200) });
costs_of('write', 60, 'PutItem', { TableName => 'Debts', Item => item('a', 61440) });
costs_of('write', 60, 'PutItem', { TableName => 'Debts', Item => item('a'), ConditionExpression => 'attribute_not_exists(pk)' }, 400);
costs_of('write', 70, 'PutItem', { TableName => 'Debts', Item => item('a', 71680), ConditionExpression => 'attribute_not_exists(pk)' }, 400);
costs_of('write', 60, 'UpdateItem', { TableName => 'Debts', Key => key('a'), UpdateExpression => 'REMOVE w' });
costs_of('write', 60, 'UpdateItem', { TableName => 'Debts', Key => key('a'), ConditionExpression => 'attribute_exists(w)', UpdateExpression => 'REMOVE w' }, 400);
costs_of('write', 1, 'DeleteItem', { TableName => 'Debts', Key => key('missing') });
costs_of('write', 1, 'DeleteItem', { TableName => 'Debts', Key => key('missing'), ConditionExpression => 'attribute_exists(pk)' }, 400);
costs_of('read', 15, 'GetItem', { TableName => 'Debts', Key => key('a'), ConsistentRead => JSON::PP::true });
costs_of('read', 7.5, 'GetItem', { TableName => 'Debts', Key => key('a'), ProjectionExpression => 'pk' });
costs_of('read', 0.5, 'GetItem', { TableName => 'Debts', Key => key('missing') });
costs_of('read', 15, 'Scan', { TableName => 'Debts', ConsistentRead => JSON::PP::true, FilterExpression => 'attribute_exists(w)' });
costs_of('read', 8, 'BatchGetItem', { RequestItems => { Debts => { Keys => [ key('a'), key('missing') ] } } });
costs_of('read', 30, 'TransactGetItems', { TransactItems => [ { Get => { TableName => 'Debts', Key => key('a') } } ] });
costs_of('write', 61, 'BatchWriteItem', { RequestItems => { Debts => [ { PutRequest => { Item => item('b') } }, { PutRequest => { Item => item('a', 61440) } } ] } });
costs_of('write', 122, 'TransactWriteItems', { TransactItems => [ { Update => { TableName => 'Debts', Key => key('a'), UpdateExpression => 'REMOVE w' } },
	{ Put => { TableName => 'Debts', Item => item('c') } } ] });
costs_of('write', 122, 'TransactWriteItems', { TransactItems => [ { Put => { TableName => 'Debts', Item => item('a', 61440) } },
	{ Put => { TableName => 'Debts', Item => item('c'), ConditionExpression => 'attribute_not_exists(pk)' } } ] }, 400);
my %once = (ClientRequestToken => 'once', TransactItems => [ { Put => { TableName => 'Debts', Item => item('a', 61440) } } ]);
costs_of('write', 120, 'TransactWriteItems', \%once);
costs_of('write', 0, 'TransactWriteItems', \%once);
costs_of('read', 30, 'TransactWriteItems', \%once);
costs_of('write', 60, 'DeleteItem', { TableName => 'Debts', Key => key('a') });
costs('Debts', 'write', 50, sub {
	$node->safe_psql('postgres', 'BEGIN; SELECT dynapg.put_item(\'' . $json->encode({ TableName => 'Debts', Item => item('a', 51200) }) . '\'); ROLLBACK');
}, 'a write that is rolled back');
refill('Debts', 10);
ok_of('PutItem', { TableName => 'Debts', Item => item('a', 102400) });
cmp_ok(left('Debts', 'write'), '<', 0, 'a request may take more than is left');
refused('PutItem', { TableName => 'Debts', Item => item('b') }, $write, 'the next one waits');
refill('Debts', 300);
costs('Debts', 'write', 0, sub { left('Debts', 'write') }, 'looking');

# -- partial batches --

my @puts = map { { PutRequest => { Item => item("p$_", 40960) } } } 1 .. 6;
refill('Debts', 10);
my $reply = ok_of('BatchWriteItem', { RequestItems => { Debts => \@puts, Other => [ { PutRequest => { Item => item('o') } } ] }, ReturnConsumedCapacity => 'TOTAL' });
is_deeply($reply->{UnprocessedItems}, { Debts => [ @puts[1 .. 5] ] }, 'BatchWriteItem hands the rest back as it came');
is_deeply({ map { $_->{TableName} => $_->{CapacityUnits} } @{ $reply->{ConsumedCapacity} } }, { Debts => 40, Other => 1 }, 'and reports what it used');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamodb."Debts" WHERE pk ~ '^p'}), '1', 'one was written');

# Each of the rest waits for half a second.
ok_of('UpdateTable', { TableName => 'Debts', ProvisionedThroughput => { ReadCapacityUnits => 20, WriteCapacityUnits => 80 } });
refill('Debts', -1);
sub drain
{
	my ($operation, $member, $request, $name) = @_;
	my $rounds = 0;
	my $end = time + 120;
	my @got;
	while (%$request && time < $end)
	{
		my ($code, $answer) = ask($operation, { RequestItems => $request });
		$rounds++;
		if ($code == 200)
		{
			push @got, @{ $answer->{Responses}{$_} // [] } for keys %$request;
			$request = $answer->{$member};
		}
		elsif ($answer->{__type} ne "$service#ProvisionedThroughputExceededException")
		{
			last;
		}
		sleep 0.05;
	}
	ok(!%$request, "$name: all is done at last, after $rounds requests");
	return @got;
}
drain('BatchWriteItem', 'UnprocessedItems', { Debts => \@puts }, 'BatchWriteItem');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamodb."Debts" WHERE pk ~ '^p'}), '6', 'all were written');

my %part = (ConsistentRead => JSON::PP::true, ProjectionExpression => '#p', ExpressionAttributeNames => { '#p' => 'pk' });
ok_of('UpdateTable', { TableName => 'Debts', ProvisionedThroughput => { ReadCapacityUnits => 1, WriteCapacityUnits => 80 } });
refill('Debts', 1);
$reply = ok_of('BatchGetItem', { RequestItems => { Debts => { Keys => [ map { key("p$_") } 1 .. 6 ], %part }, Other => { Keys => [ key('o') ] } } });
is_deeply($reply->{Responses}, { Debts => [ key('p1') ], Other => [ key('o') ] }, 'BatchGetItem reads one');
is_deeply($reply->{UnprocessedKeys}, { Debts => { Keys => [ map { key("p$_") } 2 .. 6 ], %part } }, 'and hands the rest back as it came');
refill('Debts', 1);
$reply = ok_of('BatchGetItem', { RequestItems => { Debts => { Keys => [ key('none'), key('p1'), key('gone'), key('p2') ] } } });
is_deeply($reply->{UnprocessedKeys}, { Debts => { Keys => [ key('none'), key('gone'), key('p2') ] } }, 'missing items are keys like others, and come last');
ok_of('UpdateTable', { TableName => 'Debts', ProvisionedThroughput => { ReadCapacityUnits => 20, WriteCapacityUnits => 80 } });
refill('Debts', -1);
is_deeply([ sort map { $_->{pk}{S} } drain('BatchGetItem', 'UnprocessedKeys', { Debts => { Keys => [ map { key("p$_") } 1 .. 6 ], %part } }, 'BatchGetItem') ],
	[ map { "p$_" } 1 .. 6 ], 'all were read, once');

# -- indexes --

make_table('Indexed', 10000, low => 1, high => 10000);
sub exhaust_low
{
	refill('Indexed', 20);
	ok_of('PutItem', { TableName => 'Indexed', Item => item('big', 409000, low => 'l') });
	cmp_ok(left('Indexed', 'write', 'low'), '<', -300, 'the index is in debt');
	$node->safe_psql('postgres', q{SET dynapg.throttling = off; SELECT dynapg.delete_item('{"TableName":"Indexed","Key":{"pk":{"S":"big"}}}')});
	return;
}
ok_of('PutItem', { TableName => 'Indexed', Item => item('l', 100, low => 'l', high => 'h') });
ok_of('PutItem', { TableName => 'Indexed', Item => item('h', 100, high => 'h') });
exhaust_low();
$write = exceeded($index_text, 'IndexWriteProvisionedThroughputExceeded', 'Indexed/index/low');
refused('PutItem', { TableName => 'Indexed', Item => item('n', 100, low => 'l') }, $write, 'a new entry');
refused('PutItem', { TableName => 'Indexed', Item => item('l', 200, low => 'l', high => 'h') }, $write, 'a changed entry');
refused('UpdateItem', { TableName => 'Indexed', Key => key('l'), UpdateExpression => 'SET x = pk' }, $write, 'a changed entry');
refused('UpdateItem', { TableName => 'Indexed', Key => key('l'), UpdateExpression => 'REMOVE low' }, $write, 'an entry that leaves');
refused('DeleteItem', { TableName => 'Indexed', Key => key('l') }, $write, 'an entry that leaves');
refused('TransactWriteItems', { TransactItems => [ { Put => { TableName => 'Indexed', Item => item('t', 100, high => 'h') } },
	{ Delete => { TableName => 'Indexed', Key => key('l') } } ] }, cancelled(['None'], [ 'ProvisionedThroughputExceeded', $index_text ]));
is($node->safe_psql('postgres', q{SELECT string_agg(pk || ' ' || dynapg.item_size(item), ', ' ORDER BY pk) FROM dynamodb."Indexed"}), 'h 100, l 100', 'nothing was done');
ok_of('PutItem', { TableName => 'Indexed', Item => item('l', 100, low => 'l', high => 'h') });
ok_of('PutItem', { TableName => 'Indexed', Item => item('n', 100, high => 'h') });
ok_of('UpdateItem', { TableName => 'Indexed', Key => key('h'), UpdateExpression => 'SET x = pk' });
my @mixed = ({ PutRequest => { Item => item('a', 100, high => 'h') } }, { PutRequest => { Item => item('b', 100, low => 'l') } },
	{ DeleteRequest => { Key => key('h') } }, { DeleteRequest => { Key => key('l') } }, { PutRequest => { Item => item('z') } });
is_deeply(ok_of('BatchWriteItem', { RequestItems => { Indexed => \@mixed } })->{UnprocessedItems}, { Indexed => [ @mixed[1, 3] ] },
	'a batch does what does not change the index');
refused('BatchWriteItem', { RequestItems => { Indexed => [ @mixed[1, 3] ] } }, $write);
is($node->safe_psql('postgres', q{SELECT string_agg(pk, ' ' ORDER BY pk) FROM dynamodb."Indexed"}), 'a l n z', 'and nothing else');
is($node->safe_psql('postgres', q{BEGIN; SELECT dynapg.batch_write_item('} . $json->encode({ RequestItems => { Indexed => \@mixed } })
	. q{')::text ~ '"b"'; SELECT count(*) FROM dynamodb."Indexed"; ROLLBACK}), "t\n4", 'within a transaction, too');

# Reads by an index take from it alone.
refill('Indexed', -1);
ok_of('UpdateTable', { TableName => 'Indexed', GlobalSecondaryIndexUpdates => [ { Update => { IndexName => 'high',
	ProvisionedThroughput => { ReadCapacityUnits => 10001, WriteCapacityUnits => 10001 } } } ] });
refill('Indexed', 300);
ok_of('PutItem', { TableName => 'Indexed', Item => item('big', 409000, low => 'l') });
refill('Indexed', 1);
ok_of('Query', { TableName => 'Indexed', IndexName => 'low', KeyConditionExpression => 'low = :l', ExpressionAttributeValues => { ':l' => { S => 'l' } } });
refused('Scan', { TableName => 'Indexed', IndexName => 'low' }, exceeded($index_text, 'IndexReadProvisionedThroughputExceeded', 'Indexed/index/low'));
ok_of('Scan', { TableName => 'Indexed' });
ok_of('Scan', { TableName => 'Indexed', IndexName => 'high' });
ok_of('GetItem', { TableName => 'Indexed', Key => key('big') });
ok_of('DeleteTable', { TableName => 'Indexed' });
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynapg.throughput WHERE table_name = 'Indexed'}), '0', 'a dropped table is not shown');

# Local indexes take from the table.
ok_of('CreateTable', q({"TableName":"Local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"low","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"low","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"low","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}));
costs('Local', 'write', 100, sub { ok_of('PutItem', { TableName => 'Local', Item => { %{ item('a', 51100, low => 'l') }, sk => { S => 's' } } }) }, 'a write and its local index');
costs('Local', 'read', 6.5, sub { ok_of('Scan', { TableName => 'Local', IndexName => 'low' }) }, 'a read by a local index');

# -- maximums of PAY_PER_REQUEST --

create_table($port, 'OnDemand');
ok_of('PutItem', { TableName => 'OnDemand', Item => item('a') });
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynapg.throughput WHERE table_name = 'OnDemand'}), '0', 'without maximums nothing is counted');
ok_of('UpdateTable', { TableName => 'OnDemand', OnDemandThroughput => { MaxWriteRequestUnits => 1 } });
refill('OnDemand', -300);
my $throttled = { __type => 'com.amazon.coral.availability#ThrottlingException', message => $on_demand_text,
	throttlingReasons => [ { reason => 'TableWriteMaxOnDemandThroughputExceeded', resource => "$arn/OnDemand" } ] };
refused('PutItem', { TableName => 'OnDemand', Item => item('b') }, $throttled);
refused('BatchWriteItem', { RequestItems => { OnDemand => [ { DeleteRequest => { Key => key('a') } } ] } }, $throttled);
refused('TransactWriteItems', { TransactItems => [ { Delete => { TableName => 'OnDemand', Key => key('a') } } ] }, cancelled([ 'ThrottlingError', $on_demand_text ]));
ok_of('GetItem', { TableName => 'OnDemand', Key => key('a') });
ok_of('UpdateTable', { TableName => 'OnDemand', OnDemandThroughput => { MaxWriteRequestUnits => -1 } });
ok_of('PutItem', { TableName => 'OnDemand', Item => item('b') });

# -- a change of the throughput holds at once, in sessions that know the table --

make_table('Changing', 1);
refill('Changing', -300);
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $put = q{SELECT dynapg.put_item('{"TableName":"Changing","Item":{"pk":{"S":"s"}}}');};
sub from_session { return scalar $session->query($put) }
is(from_session(), '', 'refused in a session');
is((ask('PutItem', { TableName => 'Changing', Item => item('h') }))[0], 400, 'and over HTTP');
ok_of('UpdateTable', { TableName => 'Changing', ProvisionedThroughput => { ReadCapacityUnits => 1000, WriteCapacityUnits => 1000 } });
$until = time + 60;
sleep 0.05 while (ask('PutItem', { TableName => 'Changing', Item => item('h') }))[0] != 200 && time < $until;
is(from_session(), '{}', 'with a higher rate the debt is paid before five minutes are over');
$session->quit;
is($node->safe_psql('postgres', q{SELECT kind, units_per_second FROM dynapg.throughput WHERE table_name = 'Changing' AND kind = 'write'}), 'write|1000', 'the new rate');

# -- many sessions together get at most what was there and what flows in --

make_table('Shared', 20);
$node->safe_psql('postgres', q{
	CREATE TABLE admitted (n int);
	CREATE PROCEDURE race(seconds float) LANGUAGE plpgsql AS $$
	DECLARE n int := 0; ends timestamptz := clock_timestamp() + seconds * interval '1 second';
	BEGIN
		WHILE clock_timestamp() < ends LOOP
			BEGIN
				PERFORM dynapg.put_item(format('{"TableName":"Shared","Item":{"pk":{"S":"%s"}}}', pg_backend_pid())::json);
				n := n + 1;
			EXCEPTION WHEN SQLSTATE 'ND016' THEN
				NULL;
			END;
			COMMIT;
		END LOOP;
		INSERT INTO admitted VALUES (n);
	END $$});
refill('Shared', 2);
my $start = time;
my @racers = map { IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', 'CALL race(3)' ]) } 1 .. 8;
my $over_http = 0;
while (time < $start + 3)
{
	$over_http++ if (ask('PutItem', { TableName => 'Shared', Item => item('http') }))[0] == 200;
}
$_->finish for @racers;
my $bound = 40 + 20 * (time - $start);
my ($racers, $admitted) = split /\|/, $node->safe_psql('postgres', 'SELECT count(*), sum(n) FROM admitted');
is($racers, 8, 'eight sessions');
cmp_ok($admitted + $over_http, '<=', $bound + 10, 'no more writes than that');
cmp_ok($admitted + $over_http, '>=', 40, 'and not fewer than were there');

# -- who may look and refill --

$node->safe_psql('postgres', 'CREATE ROLE nobody_special LOGIN; CREATE ROLE watcher LOGIN IN ROLE pg_monitor');
for ([ nobody_special => 'SELECT * FROM dynapg.throughput', qr/permission denied/ ], [ nobody_special => q{SELECT dynapg.refill_throughput('Debts')}, qr/permission denied/ ],
	[ watcher => q{SELECT dynapg.refill_throughput('Debts')}, qr/permission denied/ ], [ nobody_special => 'SET dynapg.throttling = off', qr/permission denied/ ],
	[ watcher => 'SELECT * FROM dynapg.throughput', qr/^$/ ])
{
	my ($role, $sql, $expected) = @$_;
	(undef, undef, my $err) = $node->psql('postgres', "SET ROLE $role; $sql");
	like($err, $expected, "$role: $sql");
}

# -- a standby counts by itself; a crash forgets --

$node->safe_psql('postgres', q{SELECT dynapg.put_item('{"TableName":"Other","Item":{"pk":{"S":"a"}}}')});
refill('Other', -300);
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'dynapg.http_port = 0');
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('flush'));
my $get = q{SELECT dynapg.get_item('{"TableName":"Other","Key":{"pk":{"S":"a"}}}')};
is($standby->safe_psql('postgres', $get), '{"Item":{"pk":{"S":"a"}}}', 'a read of the standby, while the primary is in debt');
$standby->safe_psql('postgres', q{SELECT dynapg.refill_throughput('Other', -300)});
(undef, undef, $error) = $standby->psql('postgres', $get);
like($error, qr/\Q$table_text\E/, 'and in debt itself');
$standby->stop;

(undef, undef, $error) = $node->psql('postgres', $get);
like($error, qr/\Q$table_text\E/, 'before the crash');
my ($victim) = split /\n/, $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'});
kill 'KILL', $victim;
ok($node->poll_query_until('postgres', 'SELECT count(*) FROM dynapg.throughput', '0'), 'a crash forgets what was used');
wait_for_http($port);
ok_of('GetItem', { TableName => 'Other', Key => key('a') });
$node->stop('immediate');
$node->start;
wait_for_http($port);
ok_of('GetItem', { TableName => 'Other', Key => key('a') });
$node->stop;

# -- without preload --

my $plain = PostgreSQL::Test::Cluster->new('plain');
$plain->init;
$plain->append_conf('postgresql.conf', 'dynapg.throttling = on');
$plain->start;
my ($out, $err);
($status, $out, $err) = $plain->psql('postgres', q{LOAD 'dynapg'; SHOW dynapg.throttling});
is($out, 'off', 'without shared_preload_libraries the setting does not come to hold');
like($err, qr/WARNING:  invalid value for parameter "dynapg\.throttling"/, 'with a warning');

done_testing();
