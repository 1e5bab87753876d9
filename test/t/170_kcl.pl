# 170_kcl.pl - an application of the Kinesis Client Library follows a stream while its shards are followed by others, the application is
# killed and started again, and the server is stopped and started: it processes each of 10,000 changes, those of an item in their order
#
# Skipped where there is no JDK, no Maven, or no registry of Maven: see test/wire/java.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgStreams;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use constant {
	CHANGES => 10_000,
	ITEMS => 100,
	PATIENCE => 240,    # seconds
};

my $folder = $ENV{DYNAPG_JAVA} // PostgreSQL::Test::Utils::tempdir();
my $problem = `test/wire/java/prepare '$folder' 2>&1`;
if ($? != 0)
{
	chomp $problem;
	note "counted: skipped: $problem";
	plan skip_all => $problem;
}

my ($node, $port) = http_node('kcl', 'dynapg.http_workers = 2', "dynapg.jobs_interval = '200ms'", "dynapg.stream_shard_age = '6s'", 'dynapg.stream_shards = 2',
	'max_connections = 40');
my $arn = create_stream_table($node, 'Followed');
my $out = PostgreSQL::Test::Utils::tempdir() . '/processed';
append_to_file($out, '');

my $started = 0;

sub start_consumer
{
	my $worker = 'worker' . ++$started;
	my $pid = fork // die "fork: $!";

	return $pid if $pid;
	@ENV{qw(AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED)} = qw(key secret true);
	open STDOUT, '>', "$out.$worker" or die $!;
	open STDERR, '>&', \*STDOUT or die $!;
	exec 'java', '-Xmx256m', '-cp', "$folder/classes:$folder/lib/*", 'Consumer', "http://127.0.0.1:$port", $arn, 'Leases', $worker, $out or die $!;
}

sub stop_consumer
{
	kill 'KILL', $_[0];
	waitpid $_[0], 0;
	return;
}

# The lines of the records, each number once, in the order in which they were processed first.
sub processed
{
	my (%seen, @records);

	for my $line (grep { !/ end$/ } split /\n/, slurp_file($out))
	{
		my %record;
		@record{qw(shard number key n event)} = split / /, $line;
		push @records, \%record unless $seen{ $record{number} }++;
	}
	return @records;
}

sub wait_for_processed
{
	my ($count) = @_;
	my $end = time + PATIENCE;
	my @records;

	while ((@records = processed()) < $count && time < $end)
	{
		sleep 0.2;
	}
	cmp_ok(scalar(@records), '>=', $count, "$count changes are processed");
	return @records;
}

# Writes changes first..last, which go round the items; the one of a round before the last deletes.
sub write_changes
{
	my ($first, $last) = @_;
	my $rounds = CHANGES / ITEMS;

	for (my $at = $first; $at <= $last; $at += 250)
	{
		$node->safe_psql('postgres', sprintf <<'SQL', $rounds - 2, $at, $at + 249 > $last ? $last : $at + 249, ITEMS, ITEMS);
SELECT count(CASE WHEN n = %d THEN dynapg.delete_item(json_build_object('TableName', 'Followed', 'Key', json_build_object('pk', json_build_object('S', pk))))
	ELSE dynapg.put_item(json_build_object('TableName', 'Followed', 'Item', json_build_object('pk', json_build_object('S', pk), 'n', json_build_object('N', n::text)))) END)
FROM (SELECT 'k' || i %% %4$d AS pk, i / %5$d AS n FROM generate_series(%2$d, %3$d) AS i) AS c
SQL
		sleep 0.15;
	}
	return;
}

my $consumer = start_consumer();
write_changes(0, 2999);
wait_for_processed(2000);
stop_consumer($consumer);
write_changes(3000, 4999);
$consumer = start_consumer();
wait_for_processed(5000);
$node->stop('immediate');
sleep 1;
$node->start;
wait_for_http($port);
write_changes(5000, CHANGES - 1);
my @records = wait_for_processed(CHANGES);
stop_consumer($consumer);

is(scalar(@records), CHANGES, 'no change more');
my (%next, @flaws, %shards);
for my $record (@records)
{
	my $expected = $next{ $record->{key} }++ // 0;
	my $event = $expected == 0 || $expected == CHANGES / ITEMS - 1 ? 'INSERT' : $expected == CHANGES / ITEMS - 2 ? 'REMOVE' : 'MODIFY';

	# the image of a removal is the one before
	$expected-- if $event eq 'REMOVE';
	push @flaws, "$record->{key}: $record->{event} $record->{n} instead of $event $expected" if $record->{n} != $expected || $record->{event} ne $event;
	$shards{ $record->{shard} } = 1;
}
is_deeply([ @flaws[ 0 .. ($#flaws > 9 ? 9 : $#flaws) ] ], [], 'the changes of each item in their order');
cmp_ok(scalar(keys %shards), '>=', 6, 'from shards that followed each other');
is($node->safe_psql('postgres', q(SELECT count(*) > 0 FROM dynamodb."Leases")), 't', 'the leases are in a table');
note sprintf 'counted: %d changes from %d shards', scalar(@records), scalar(keys %shards);
$node->stop;
done_testing();
