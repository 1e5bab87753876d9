# 120_streams_order.pl - while many sessions write the same items in transactions of all kinds, and whenever readers come, the records
# of a stream are each item's committed history, whole and in order, for every reader; across a crash, and on a promoted standby
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgStreams;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{STREAMS_SEED} // int(time);
srand $seed;
note "STREAMS_SEED=$seed";

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_connections = 40\nmax_prepared_transactions = 20\nmax_wal_senders = 5\nautovacuum_naptime = 1s\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
my $arn = create_stream_table($node, 'Order');
my ($shard) = map { $_->{ShardId} } shards_of($node, $arn);

sub iterator
{
	my ($where, $kind, $more) = @_;
	return $where->safe_psql('postgres', sprintf q(SELECT dynapg.get_shard_iterator('{"StreamArn":"%s","ShardId":"%s","ShardIteratorType":"%s"%s}')->>'ShardIterator'),
		$arn, $shard, $kind, $more // '');
}

sub start_readers
{
	return map { start_psql($node, "reader$_[0]$_", reader_script(iterator($node, 'TRIM_HORIZON'), 300)) } 1 .. 3;
}

sub start_writers
{
	return map { start_psql($node, "writer$_[0]$_", random_script('Order', "w$_[0]$_", 60)) } 1 .. 6;
}

# a transaction that is open all the time, and has written before all others
my $long = $node->background_psql('postgres', on_error_die => 1);
$long->query_safe(q(BEGIN; SELECT dynapg.put_item('{"TableName":"Order","Item":{"pk":{"S":"long"},"v":{"S":"before"}}}')));

my @readers = start_readers('a');
my @writers = start_writers('a');
my $latest = iterator($node, 'LATEST');
finish_psql($_) for @writers;
$node->safe_psql('postgres', "COMMIT PREPARED '$_'") for split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts');
my $before = read_rest($node, iterator($node, 'TRIM_HORIZON'));
cmp_ok(scalar(@$before), '>', 100, 'records are read while a transaction is open');
ok(!(grep { $_->{dynamodb}{Keys}{pk}{S} eq 'long' } @$before), 'its own are not');
$long->query_safe('COMMIT');
$long->quit;

my $reference = read_rest($node, iterator($node, 'TRIM_HORIZON'));
is_history($reference, final_items($node, 'Order'), 'the history');
is_deeply([ map { $_->{dynamodb}{SequenceNumber} } @$reference[ 0 .. $#$before ] ], keys_of_records($before), 'it has grown at its end');
for my $reader (@readers)
{
	my ($records, $iterator) = records_of(finish_psql($reader));
	my $rest = read_rest($node, $iterator);

	is($reader->{status}, 0, 'a reader meets no error') or diag slurp_file($reader->{error});
	cmp_ok(scalar(@$records), '>', 0, 'it reads meanwhile');
	is_deeply(keys_of_records([ @$records, @$rest ]), keys_of_records($reference), 'and reads the same');
}
my $since = keys_of_records(read_rest($node, $latest));
is_deeply($since, [ @{ keys_of_records($reference) }[ @$reference - @$since .. $#$reference ] ], 'from LATEST on it is the end of the same');
my $rows = $node->safe_psql('postgres', q(SELECT sequence_number FROM dynapg.stream_records('Order', "limit" => NULL)));
is_deeply([ split /\n/, $rows ], keys_of_records($reference), 'as rows, too');

# an idle stream makes no ticks
my $ticks = $node->safe_psql('postgres', 'SELECT max(tick) FROM dynapg.ticks');
my $end = iterator($node, 'LATEST');
$node->safe_psql('postgres', qq(SELECT dynapg.get_records('{"ShardIterator":"$end"}'))) for 1 .. 5;
is($node->safe_psql('postgres', 'SELECT max(tick) FROM dynapg.ticks'), $ticks, 'polls without news write nothing');

# a crash in the middle: who has read goes on with his iterator
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
@readers = start_readers('b');
@writers = start_writers('b');
sleep 2;
$node->stop('immediate');
my @read = map { [ records_of(finish_psql($_)) ] } @readers;
finish_psql($_) for @writers;
$node->start;
$node->safe_psql('postgres', "ROLLBACK PREPARED '$_'") for split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts');
$reference = read_rest($node, iterator($node, 'TRIM_HORIZON'));
is_history($reference, final_items($node, 'Order'), 'the history after a crash');
for my $read (@read)
{
	my ($records, $iterator) = @$read;

	cmp_ok(scalar(@$records), '>', 0, 'a reader has read before the crash');
	is_deeply(keys_of_records([ @$records, @{ read_rest($node, $iterator) } ]), keys_of_records($reference), 'he goes on where he was');
}

# a standby reads what has ticked, and goes on when it is promoted
$node->wait_for_catchup($standby);
is_deeply(keys_of_records(read_rest($standby, iterator($standby, 'TRIM_HORIZON'))), keys_of_records($reference), 'a standby reads the same');
my $there = iterator($standby, 'LATEST');
my $script = random_script('Order', 'wc', 30);
finish_psql(start_psql($node, 'writerc', $script));
$node->safe_psql('postgres', "COMMIT PREPARED '$_'") for split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts');
$node->wait_for_catchup($standby);
is_deeply(read_rest($standby, $there), [], 'what has not ticked is not read there');
$node->stop('fast');
$standby->promote;
$standby->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Order","Item":{"pk":{"S":"promoted"},"v":{"S":"x"}}}')));
my $rest = read_rest($standby, $there);
is($rest->[-1]{dynamodb}{Keys}{pk}{S}, 'promoted', 'a promoted standby reads on');
is_history([ @$reference, @$rest ], final_items($standby, 'Order'), 'the history across the promotion');

done_testing();
