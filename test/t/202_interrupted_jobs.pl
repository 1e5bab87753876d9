# 202_interrupted_jobs.pl - imports, exports, backups and restores whose workers are cancelled and terminated at random moments: each goes on
# and is complete, or fails cleanly; no half table is ACTIVE, and nothing stays behind.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgImport;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $seed = $ENV{SEED} // 20261126;
my $rounds = $ENV{ROUNDS} // 4;
srand $seed;
note "SEED=$seed ROUNDS=$rounds";
my ($node, $folder) = bucket_server('interrupted', settings => "dynapg.jobs_interval = '200ms'\n");
my $items = 12_000;
sub sql { return $node->safe_psql('postgres', $_[0]) }

sql(<<'SQL');
-- Sends up to three signals to workers at random moments of their work; returns how many met one.
CREATE FUNCTION disturb(seed double precision) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	patience timestamptz := clock_timestamp() + interval '1 s';
	worker integer;
	met integer := 0;
BEGIN
	PERFORM setseed(seed);
	WHILE met < 3 AND clock_timestamp() < patience LOOP
		PERFORM pg_stat_clear_snapshot();
		SELECT pid INTO worker FROM pg_stat_activity WHERE backend_type IN ('dynapg job', 'dynapg index builder') LIMIT 1;
		IF worker IS NULL THEN
			PERFORM pg_sleep(0.001);
			CONTINUE;
		END IF;
		PERFORM pg_sleep(random() * random() * 0.2);
		IF (CASE WHEN random() < 0.3 THEN pg_cancel_backend(worker) ELSE pg_terminate_backend(worker) END) THEN
			met := met + 1;
			patience := clock_timestamp() + interval '1 s';
		END IF;
	END LOOP;
	RETURN met;
END $$;
SQL

my $disturber;
my $met;

# From now on workers are disturbed.
sub disturb
{
	$met = '';
	$disturber = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SELECT disturb(' . rand() . ')' ], '>', \$met, '2>', '/dev/null');
	return;
}

# Waits until it is over; the number of signals that met a worker.
sub settle
{
	my ($is_over) = @_;
	my $end = time + 120;
	$disturber->finish;
	while (time < $end)
	{
		return $met if $is_over->();
		sleep 0.05;
	}
	fail('it ends');
	return $met;
}

sub state_of { return sql("SELECT state || COALESCE(' ' || failure_code, '') FROM dynapg.job_progress WHERE id = '$_[0]'") }

sub over { my ($id) = @_; return sub { return state_of($id) !~ /^(?:IN_PROGRESS|CANCELLING)/ } }

sub table_status
{
	my $reply = call('describe_table', { TableName => $_[0] });
	return ref $reply ? $reply->{Table}{TableStatus} : 'NONE';
}

# A table that a job makes: all of it, or nothing.
sub check_table
{
	my ($table, $state, $title) = @_;
	my $status = table_status($table);
	if ($state eq 'COMPLETED')
	{
		is($status, 'ACTIVE', "$title: the table is ACTIVE");
		is(sql(qq(SELECT count(*) || ' ' || count(DISTINCT pk) FROM dynamodb."$table")), "$items $items", '.. with each item once');
		is(sql(qq(SELECT count(*) FROM pg_index WHERE indrelid = 'dynamodb."$table"'::regclass AND NOT indisvalid)), '0', '.. and valid indexes');
		is(call('query', { TableName => $table, IndexName => 'by-g', KeyConditionExpression => 'g = :g', Select => 'COUNT',
			ExpressionAttributeValues => { ':g' => { S => 'g1' } } })->{Count}, $items / 10, '.. that have all of it');
		ok(ref call('delete_table', { TableName => $table }), '.. and it can be deleted');
	}
	else
	{
		like($state, qr/^(?:FAILED|CANCELLED)/, "$title: it fails");
		is($status, 'NONE', '.. without a table');
		is(sql(qq(SELECT pg_catalog.to_regclass('dynamodb."$table"') IS NULL)), 't', '.. or a relation');
	}
	return;
}

put_object("items/$_", join '', map { my $i = $_; qq({"Item":{"id":{"S":"i$i"},"g":{"S":"g@{[ $i % 10 ]}"}}}\n) } ($_ - 1) * 4000 + 1 .. $_ * 4000) for 1 .. 3;
my %with_index = (
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' }, { AttributeName => 'g', AttributeType => 'S' } ],
	GlobalSecondaryIndexes => [ { IndexName => 'by-g', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' } } ]);
is(do_import('Source', 'items/', table => \%with_index)->{ImportStatus}, 'COMPLETED', 'a table');
sql(q(SET ROLE app; SELECT dynapg.update_continuous_backups('{"TableName":"Source","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}')));

my %sent;
# Repeats until it has met a job of each kind: a backup may be over before a signal is sent.
for (my $round = 1; $round <= $rounds || ($round <= 10 * $rounds && grep { !$sent{$_} } qw(import export backup restore)); $round++)
{
	# an import
	disturb();
	my $reply = call('import_table', import_request('Target', 'items/', table => \%with_index));
	my ($id) = $reply->{ImportTableDescription}{ImportArn} =~ m{([^/]+)$};
	$sent{import} += settle(over($id));
	check_table('Target', state_of($id), "import $round");

	# an export
	disturb();
	$reply = sql(q(SET ROLE app; SELECT dynapg.export_table_to_point_in_time('{"TableArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Source","S3Bucket":"output"}')
		#>> '{ExportDescription,ExportArn}'));
	($id) = $reply =~ m{([^/]+)$};
	$sent{export} += settle(over($id));
	my $complete = -e "$folder/output/AWSDynamoDB/$id/manifest-summary.json";
	my $state = state_of($id);
	if ($state eq 'COMPLETED')
	{
		ok($complete, "export $round: it is complete");
		my $described = sql(qq(SET ROLE app; SELECT dynapg.describe_export('{"ExportArn":"$reply"}') #>> '{ExportDescription,ItemCount}'));
		is($described, $items, '.. with all items');
	}
	else
	{
		like($state, qr/^(?:FAILED|CANCELLED)/, "export $round: it fails");
		ok(!$complete, '.. without a summary');
	}

	# a backup, which is made again until it is there
	disturb();
	$reply = sql(q(SET ROLE app; SET dynapg.index_build = background; SELECT dynapg.create_backup('{"TableName":"Source","BackupName":"now"}') #>> '{BackupDetails,BackupArn}'));
	my $backup_status = sub { return sql(qq(SET ROLE app; SELECT dynapg.describe_backup('{"BackupArn":"$reply"}') #>> '{BackupDescription,BackupDetails,BackupStatus}')) };
	$sent{backup} += settle(sub { return $backup_status->() eq 'AVAILABLE' });
	is($backup_status->(), 'AVAILABLE', "backup $round: it is there");
	is(sql(qq(SELECT dynapg.describe_backup('{"BackupArn":"$reply"}') #>> '{BackupDescription,SourceTableDetails,ItemCount}')), $items, '.. with all items');

	# a restore of it
	disturb();
	sql(qq(SET ROLE app; SET dynapg.index_build = background; SELECT dynapg.restore_table_from_backup('{"TargetTableName":"Restored","BackupArn":"$reply"}')));
	$id = sql(q(SELECT id FROM dynapg.long_jobs WHERE table_name = 'Restored' ORDER BY id DESC LIMIT 1));
	$sent{restore} += settle(over($id));
	check_table('Restored', state_of($id), "restore $round");
	ok(ref call('delete_backup', { BackupArn => $reply }), 'and the backup goes');
}
# A cancel that comes before the worker has read its job: the job's row is locked meanwhile, and another session sees the worker wait.
sub cancel_before_the_job_is_read
{
	my $reply = call('import_table', import_request('Target', 'items/', table => \%with_index));
	my ($id) = $reply->{ImportTableDescription}{ImportArn} =~ m{([^/]+)$};
	my $holder = $node->background_psql('postgres');
	my $state = $holder->query("BEGIN; SELECT state FROM dynapg.long_jobs WHERE id = '$id' FOR UPDATE");
	if ($state eq 'IN_PROGRESS')
	{
		sql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE backend_type = 'dynapg job'");
		my $waits = "backend_type = 'dynapg job' AND wait_event_type = 'Lock'";
		ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE $waits"), 'the next worker waits for the row');
		sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE $waits");
	}
	$holder->query('ROLLBACK');
	$holder->quit;
	ok($node->poll_query_until('postgres', "SELECT state NOT IN ('IN_PROGRESS', 'CANCELLING') FROM dynapg.long_jobs WHERE id = '$id'"), 'it ends');
	my $end = state_of($id);
	check_table('Target', $end, 'a cancel before the job is read');
	return $end =~ /^CANCELLED/;
}
ok(scalar(grep { cancel_before_the_job_is_read() } 1 .. 3), 'a worker was cancelled before it read its job');

note join ' ', map { "$_: $sent{$_} signals" } sort keys %sent;
is((grep { $_ > 0 } values %sent), 4, 'signals met jobs of each kind');
is(sql(q(SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'dynamodb'::regnamespace AND relkind = 'r')), 'Source', 'nothing stays behind');
$node->stop;
done_testing();
