# 121_streams_shards.pl - shards that others follow, several at a time, while sessions write and read; old records are
# trimmed; a dump and restore begins again
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgStreams;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('shards');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynapg'\ndynapg.jobs_interval = 0\nmax_prepared_transactions = 20\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
my $arn = create_stream_table($node, 'Shards');

sub set
{
	$node->safe_psql('postgres', "ALTER SYSTEM SET $_[0]");
	$node->safe_psql('postgres', 'SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', "SELECT current_setting('" . ($_[0] =~ s/ =.*//r) . "') = '" . ($_[0] =~ s/.*= //r =~ s/'//gr) . "'");
}

sub iterator
{
	my ($shard, $kind, $more) = @_;
	return $node->safe_psql('postgres', sprintf q(SELECT dynapg.get_shard_iterator('{"StreamArn":"%s","ShardId":"%s","ShardIteratorType":"%s"%s}')->>'ShardIterator'),
		$arn, $shard, $kind, $more // '');
}

sub error
{
	my ($stdout, $stderr);
	$node->psql('postgres', $_[0], stdout => \$stdout, stderr => \$stderr);
	return $stderr;
}

sub run_jobs { $node->safe_psql('postgres', 'SELECT dynapg.run_jobs()') }

# -- followed while sessions write: the first job doubles the shards, later ones keep their number

set("dynapg.stream_shard_age = '1s'");
my @writers = map { start_psql($node, "writer$_", random_script('Shards', "w$_", 160)) } 1 .. 4;
for my $shards (1, 2, 4, 3)
{
	sleep 1.2;
	$node->safe_psql('postgres', "SET dynapg.stream_shards = $shards; SELECT dynapg.run_jobs()");
}
finish_psql($_) for @writers;
$node->safe_psql('postgres', "COMMIT PREPARED '$_'") for split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts');

# the writers may have been done before the last shards began
$node->safe_psql('postgres', q(INSERT INTO dynamodb."Shards" SELECT 's' || n, json_build_object('pk', json_build_object('S', 's' || n))::dynapg.item
	FROM generate_series(1, 64) AS n));

my @shards = shards_of($node, $arn);
my %children;
push @{ $children{ $_->{ParentShardId} // '' } }, $_ for @shards;
my ($root) = @{ $children{''} };
is(scalar(@shards), 1 + 1 + 2 + 4 + 4, 'shards');
is(scalar(@{ $children{''} }), 1, 'one of them without a parent');
is(scalar(grep { !$_->{SequenceNumberRange}{EndingSequenceNumber} } @shards), 4, 'four of them open');

# Each shard after its parent, as consumers read: the histories of all items.
sub read_tree
{
	my ($shard) = @_;
	my $records = read_rest($node, iterator($shard->{ShardId}, 'TRIM_HORIZON'));
	my $range = $shard->{SequenceNumberRange};

	for my $number (map { $_->{dynamodb}{SequenceNumber} } @$records)
	{
		my $in = $node->safe_psql('postgres', sprintf 'SELECT %s BETWEEN %s AND %s', $number, $range->{StartingSequenceNumber},
			$range->{EndingSequenceNumber} // $number) if rand() < 0.02;
		is($in, 't', 'a number is in the range of its shard') if defined $in;
	}
	return ($records, map { read_tree($_) } @{ $children{ $shard->{ShardId} } // [] });
}
my @by_shard = read_tree($root);
my @all = map { @$_ } @by_shard;
is_history(\@all, final_items($node, 'Shards'), 'the history, shard after shard');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.stream_records('Shards', "limit" => NULL))), scalar(@all), 'nothing is left out');
cmp_ok(scalar(grep { @$_ > 0 } @by_shard), '>=', 4, 'the records are spread');

# -- an iterator of a closed shard ends; LATEST, too; children are listed, pages of shards are complete

my $decode = sub { JSON::PP->new->decode($node->safe_psql('postgres', "SELECT dynapg.$_[0]('$_[1]')")) };
is_deeply($decode->('get_records', sprintf '{"ShardIterator":"%s"}', iterator($root->{ShardId}, 'LATEST')), { Records => [] }, 'LATEST of a closed shard is its end');
is_deeply([ map { $_->{ShardId} } @{ $decode->('describe_stream', qq({"StreamArn":"$arn","ShardFilter":{"Type":"CHILD_SHARDS","ShardId":"$root->{ShardId}"}}))
	->{StreamDescription}{Shards} } ], [ map { $_->{ShardId} } @{ $children{ $root->{ShardId} } } ], 'children of a shard');
my @paged;
my $start = '';
while (1)
{
	my $page = $decode->('describe_stream', qq({"StreamArn":"$arn","Limit":5$start}))->{StreamDescription};

	push @paged, @{ $page->{Shards} };
	last unless $page->{LastEvaluatedShardId};
	$start = qq(,"ExclusiveStartShardId":"$page->{LastEvaluatedShardId}");
}
is_deeply(\@paged, \@shards, 'pages of shards');

# -- a reader that is at a shard's end when it is closed sees its end then

set("dynapg.stream_shard_age = '4h'");
my ($open) = grep { !$_->{SequenceNumberRange}{EndingSequenceNumber} } @shards;
my $waiting = iterator($open->{ShardId}, 'LATEST');
ok($decode->('get_records', qq({"ShardIterator":"$waiting"}))->{NextShardIterator}, 'an open shard goes on');
run_jobs();
ok($decode->('get_records', qq({"ShardIterator":"$waiting"}))->{NextShardIterator}, 'a young one is not closed');
set("dynapg.stream_shard_age = '1s'");
sleep 1;
my $closer = $node->background_psql('postgres', on_error_die => 1);
$closer->query_safe('BEGIN; SELECT dynapg.run_jobs()');
$node->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Shards","Item":{"pk":{"S":"while it closes"}}}')));
my $then = $decode->('get_records', qq({"ShardIterator":"$waiting"}));
ok($then->{NextShardIterator}, 'the same for a shard that is being closed');
$closer->query_safe('COMMIT');
$closer->quit;
is($decode->('get_records', qq({"ShardIterator":"$then->{NextShardIterator}"}))->{NextShardIterator}, undef, 'then it ends');
%children = ();
push @{ $children{ $_->{ParentShardId} // '' } }, $_ for shards_of($node, $arn);
is_history([ map { @$_ } read_tree($root) ], final_items($node, 'Shards'), 'no record is in both');

# -- a dump and restore: the table's stream begins again, with shards of its own and without the records

my $folder = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-Fc', '-f', "$folder/dump" ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), "$folder/dump" ], 'pg_restore');
$node->safe_psql('restored', q(SELECT dynapg.put_item('{"TableName":"Shards","Item":{"pk":{"S":"restored"},"v":{"S":"x"}}}')));
is($node->safe_psql('restored', q(SELECT event, keys FROM dynapg.stream_records('Shards'))), 'INSERT|{"pk":{"S":"restored"}}', 'a restored stream has what is written');
my ($restored) = map { JSON::PP->new->decode($_) } $node->safe_psql('restored', qq(SELECT dynapg.describe_stream('{"StreamArn":"$arn"}') -> 'StreamDescription'));
is($restored->{StreamStatus}, 'ENABLED', 'it is enabled');
is(scalar(@{ $restored->{Shards} }), 1, 'it has a shard of its own');
ok(!(grep { $_->{ShardId} eq $restored->{Shards}[0]{ShardId} } shards_of($node, $arn)), 'that is no former one');
is($node->safe_psql('restored', sprintf q(SELECT count(*) FROM dynapg.get_shard_iterator('{"StreamArn":"%s","ShardId":"%s","ShardIteratorType":"TRIM_HORIZON"}') i,
	json_array_elements(dynapg.get_records(i) -> 'Records')), $arn, $restored->{Shards}[0]{ShardId}), '1', 'and the record is in it');
$node->safe_psql('restored', q(SELECT dynapg.update_table('{"TableName":"Shards","StreamSpecification":{"StreamEnabled":false}}')));
$node->safe_psql('restored', q(SELECT dynapg.update_table('{"TableName":"Shards","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}')));
is($node->safe_psql('restored', 'SELECT count(*) FROM dynapg.streams'), '2', 'further streams have numbers of their own');

# -- what is too old goes: ticks, then the tables that hold nothing else; a stream that ended long ago is forgotten

set("dynapg.stream_shard_age = '4h'");
my $early = iterator((shards_of($node, $arn))[-1]{ShardId}, 'LATEST');
my ($first) = map { $_->{dynamodb}{SequenceNumber} } @all;
my $current = $node->safe_psql('postgres', 'SELECT floor(extract(epoch FROM now()) / 10800)::int') - 10957 * 8;
my $earlier = sprintf 'dynapg.changes_%d', ($current - 2) % 10;
my $held = sprintf 'dynapg.changes_%d', $current % 10;
$node->safe_psql('postgres', "WITH moved AS (DELETE FROM dynapg.changes RETURNING *) INSERT INTO $earlier SELECT * FROM moved");
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.stream_records('Shards', "limit" => NULL))), scalar(@all) + 1, 'records are read from any of the tables');
my $reader = $node->background_psql('postgres', on_error_die => 1);
$reader->query_safe("BEGIN; SELECT 1 FROM $earlier LIMIT 1");
set("dynapg.stream_retention = '2s'");
$node->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Shards","Item":{"pk":{"S":"later"},"v":{"S":"x"}}}')));
run_jobs();
sleep 3;
$node->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Shards","Item":{"pk":{"S":"latest"},"v":{"S":"x"}}}')));
run_jobs();
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM $earlier"), '>', 0, 'a table that somebody reads is left alone');
$reader->query_safe('COMMIT');
$reader->quit;
run_jobs();
is($node->safe_psql('postgres', "SELECT count(*) FROM $earlier"), '0', 'a table with old records is emptied');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM $held"), '>', 0, 'the one in its turn is not');
like(error(qq(SELECT dynapg.get_records('{"ShardIterator":"$early"}'))), qr/The data you are trying to access has been trimmed/, 'an iterator into what is gone');
like(error(sprintf q(SELECT dynapg.get_shard_iterator('{"StreamArn":"%s","ShardId":"%s","ShardIteratorType":"AT_SEQUENCE_NUMBER","SequenceNumber":"%s"}')),
	$arn, $root->{ShardId}, $first), qr/Shard does not exist/, 'a shard that is gone');
like(error(sprintf q(SELECT * FROM dynapg.stream_records('Shards', %s)), $first), qr/has been trimmed/, 'a number that is gone, in SQL');
my ($young) = reverse shards_of($node, $arn);
my @kept = map { @{ read_rest($node, iterator($_->{ShardId}, 'TRIM_HORIZON')) } } shards_of($node, $arn);
is($kept[-1]{dynamodb}{Keys}{pk}{S} // 'none', 'latest', 'TRIM_HORIZON begins with what is left');
$node->safe_psql('postgres', q(SELECT dynapg.delete_table('{"TableName":"Shards"}')));
run_jobs();
like($node->safe_psql('postgres', qq(SELECT dynapg.describe_stream('{"StreamArn":"$arn"}'))), qr/DISABLED/, 'the stream of a deleted table stays');
sleep 3;
run_jobs();
like(error(qq(SELECT dynapg.describe_stream('{"StreamArn":"$arn"}'))), qr/Requested resource not found: Stream: \Q$arn\E not found/, 'and is forgotten later');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.shards'), '0', 'with its shards');

done_testing();
