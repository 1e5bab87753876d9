# 150_recovery.pl - a table with point-in-time recovery can be seen as it was at any moment of commit, whoever wrote it, in transactions
# of all kinds, with a stream and without, across a crash, and after its ticks were thinned out
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgRecovery;
use DynapgStreams;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{RECOVERY_SEED} // int(time);
srand $seed;
note "RECOVERY_SEED=$seed";

my $node = PostgreSQL::Test::Cluster->new('recovery');
$node->init;
$node->append_conf('postgresql.conf', "max_connections = 40\nmax_prepared_transactions = 20\ntrack_commit_timestamp = on\nautovacuum_naptime = 1s\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
create_model($node);
create_stream_table($node, 'Both');
$node->safe_psql('postgres', q(SELECT dynapg.create_table('{"TableName":"Only","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}')));

my $enabled = '{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":1}';
for my $table (qw(Both Only))
{
	watch_table($node, $table);
	# items from before recovery was on
	$node->safe_psql('postgres', qq(SELECT dynapg.put_item('{"TableName":"$table","Item":{"pk":{"S":"k1"},"v":{"S":"first"}}}')));
	$node->safe_psql('postgres', qq(SELECT dynapg.update_continuous_backups('{"TableName":"$table","PointInTimeRecoverySpecification":$enabled}')));
	$node->safe_psql('postgres', qq(SELECT dynapg.update_time_to_live('{"TableName":"$table","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"end"}}')));
}

# Writers of both tables; each notes the transactions that it prepares.  One changes keys by SQL, one lets items expire.
sub writers
{
	my ($round) = @_;
	my @sessions;

	for my $i (1 .. 3)
	{
		my $script = random_script('Both', "b$round$i", 40) =~ s/^(PREPARE TRANSACTION)/INSERT INTO public.prepared VALUES (pg_current_xact_id());\n$1/gmr;
		push @sessions, start_psql($node, "both$round$i", $script);
		$script = random_script('Only', "o$round$i", 40) =~ s/^(PREPARE TRANSACTION)/INSERT INTO public.prepared VALUES (pg_current_xact_id());\n$1/gmr;
		push @sessions, start_psql($node, "only$round$i", $script);
	}
	my $sql = "SET client_min_messages = panic;\n";
	for my $i (1 .. 25)
	{
		for my $table (qw(Both Only))
		{
			$sql .= qq(UPDATE dynamodb."$table" SET pk = 'moved $i', item = dynapg.item_update(item, 'SET pk = :p', NULL, '{":p":{"S":"moved $i"}}') WHERE pk = 'k2';\n);
			$sql .= qq(UPDATE dynamodb."$table" SET item = item;\n);
			$sql .= sprintf qq(SELECT dynapg.put_item('{"TableName":"%s","Item":{"pk":{"S":"brief %d"},"end":{"N":"%d"}}}');\n), $table, $i, time - 100;
		}
		$sql .= "SELECT pg_sleep(random() * 0.1);\nSELECT dynapg.run_jobs();\n";
	}
	push @sessions, start_psql($node, "sql$round", $sql);
	return @sessions;
}

sub all_end
{
	finish_psql($_) for @_;
	$node->safe_psql('postgres', "COMMIT PREPARED '$_'") for split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts');
	$node->safe_psql('postgres', 'SELECT dynapg.run_jobs(); SELECT public.note_commits()');
	return;
}

my $since = $node->safe_psql('postgres', 'SELECT max(since) FROM dynapg.recoveries');
# a transaction that is open all the time
my $long = $node->background_psql('postgres', on_error_die => 1);
$long->query_safe(q(BEGIN; SELECT dynapg.put_item('{"TableName":"Only","Item":{"pk":{"S":"long"},"v":{"S":"x"}}}')));
all_end(writers('a'));
my $before = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
unlike($node->safe_psql('postgres', "SELECT public.actual('Only', '$before')"), qr/long/, 'what is open is not seen');
$long->query_safe('COMMIT');
$long->quit;
my @moments = (quiet_moments($node, $since, 120), $before);
cmp_ok(scalar(@moments), '>', 30, 'there are moments between commits');
is_past($node, $_, 'after writing', @moments) for qw(Both Only);
cmp_ok($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.history)), '>', 200, 'there is a history');
cmp_ok($node->safe_psql('postgres', q(SELECT count(*) FROM public.prepared JOIN public.commits USING (xid))), '>', 0, 'with prepared transactions');

# a table without a stream has no records of one
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.streams WHERE table_name = 'Only')), '0', 'recovery is no stream');

# a crash in the middle of writing
my @writers = writers('b');
sleep 1;
$node->stop('immediate');
finish_psql($_) for @writers;
$node->start;
$node->safe_psql('postgres', "ROLLBACK PREPARED '$_'") for split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts');
is_past($node, $_, 'after a crash', @moments) for qw(Both Only);
push @moments, quiet_moments($node, $before, 60);
all_end(writers('c'));
is_past($node, $_, 'after more was written', @moments) for qw(Both Only);

# most ticks go, one of ten seconds stays
$node->append_conf('postgresql.conf', "dynapg.stream_retention = 1\n");
$node->restart;
sleep 2;
$node->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Only","Item":{"pk":{"S":"late"}}}')));
sleep 2;
$node->safe_psql('postgres', 'SELECT dynapg.run_jobs()');
sleep 2;
$node->safe_psql('postgres', 'SELECT dynapg.run_jobs()');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.moments'), '>', 0, 'ticks have become moments');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.ticks'), '<', 10, 'the others have gone');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.history_commits WHERE prepared)), '0', 'prepared transactions are settled');
is_past($node, $_, 'after the ticks have gone', @moments) for qw(Both Only);

done_testing();
