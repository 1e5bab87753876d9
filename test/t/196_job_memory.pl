# 196_job_memory.pl - the memory of jobs has a limit: an import of objects that are small while packed and large or damaged inside, and
# an export, an import, a backup and a restore of a table that is larger than the limit
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgImport;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'memory is read from /proc' unless -e '/proc/self/status';

my ($node, $folder) = bucket_server('import_memory');
my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];

# The most memory of its own, in kB, that a job of the server has now.
sub memory_of_jobs
{
	my $most = 0;
	for my $path (glob '/proc/[0-9]*')
	{
		open(my $status, '<', "$path/status") or next;
		my %status = map { /^(\w+):\s+(\d+)/ ? ($1 => $2) : () } <$status>;
		next unless ($status{PPid} // 0) == $postmaster;
		open(my $line, '<', "$path/cmdline") or next;
		next unless (<$line> // '') =~ /dynapg (?:job|index builder)/;
		$most = $status{RssAnon} if ($status{RssAnon} // 0) > $most;
	}
	return $most;
}

# Runs the function while a second process looks at the memory of jobs; the most that one had, in MB, and what the function returns.
sub watch
{
	my ($function) = @_;
	my $most = 0;
	pipe(my $reader, my $writer) or die $!;
	my $child = fork // die $!;
	if ($child == 0)
	{
		my $end = 0;
		local $SIG{TERM} = sub { $end = 1 };
		while (!$end)
		{
			my $now = memory_of_jobs();
			$most = $now if $now > $most;
			select undef, undef, undef, 0.02;
		}
		syswrite $writer, int($most / 1024);
		require POSIX;
		POSIX::_exit(0);
	}
	my $result = eval { $function->() };
	my $error = $@;
	kill 'TERM', $child;
	close $writer;
	my $megabytes = <$reader>;
	waitpid $child, 0;
	die $error if $error;
	return ($megabytes, $result);
}

sub watch_import
{
	my ($table, $prefix, %more) = @_;

	return watch(sub { return do_import($table, $prefix, InputCompressionType => 'GZIP', %more) });
}

my ($megabytes, $import);

# objects that are small while packed
put_gzip('lines/1', "id,a\n" . "x\n" x 3_000_000);
($megabytes, $import) = watch_import('Lines', 'lines/', InputFormat => 'CSV');
is($import->{ErrorCount}, 3_000_000, 'lines of CSV with too few cells');
note "$megabytes MB"; cmp_ok($megabytes, '<', 200, '.. in little memory');

put_gzip('symbols/1', '$ion_1_0 ' . '$ion_symbol_table::{symbols:[]} ' x 1_500_000 . '{Item:{id:"x"}}');
($megabytes, $import) = watch_import('Symbols', 'symbols/', InputFormat => 'ION');
is("$import->{ImportStatus} $import->{ImportedItemCount}", 'COMPLETED 1', 'symbol tables of Ion');
note "$megabytes MB"; cmp_ok($megabytes, '<', 200, '.. in little memory');

put_gzip('growing/1', '$ion_1_0 ' . ('$ion_symbol_table::{imports:$ion_symbol_table,symbols:["' . 'x' x 1_000_000 . '"]} ') x 300);
($megabytes, $import) = watch_import('Growing', 'growing/', InputFormat => 'ION');
is(errors_of($import->{ImportArn}), 'growing/1||The object cannot be read further, after record 0: a symbol table has too many symbols',
	'a symbol table that grows');
note "$megabytes MB"; cmp_ok($megabytes, '<', 200, '.. has an end');

put_gzip('header/1', join ',', map { $_ . 'x' x 1_000_000 } 1 .. 300);
($megabytes, $import) = watch_import('Header', 'header/', InputFormat => 'CSV');
is(errors_of($import->{ImportArn}), 'header/1||The object cannot be read further, after record 0: the header is too long', 'a header of 300 MB');
note "$megabytes MB"; cmp_ok($megabytes, '<', 200, '.. has an end');

# A table of 150 MB that gzip cannot make much smaller.
my $items = 120_000;
sub sql { return $node->safe_psql('postgres', "SET ROLE app; $_[0]") }
sql(<<'SQL');
SELECT dynapg.create_table('{"TableName":"Large","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}');
SELECT dynapg.update_continuous_backups('{"TableName":"Large","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}');
SQL
sql(<<"SQL");
INSERT INTO dynamodb."Large" (pk, item)
SELECT 'item ' || i, dynapg.from_jsonb(jsonb_build_object('id', 'item ' || i, 'text', t.long))
FROM generate_series(1, $items) i, LATERAL (SELECT string_agg(md5(random()::text || i || j), '') AS long FROM generate_series(1, 36) j) t
SQL

# Waits for the job of the table; its state and the number of its items.
sub job_ends
{
	my ($kind, $table) = @_;
	my $of = "FROM dynapg.long_jobs WHERE kind = '$kind' AND table_name = '$table'";

	$node->poll_query_until('postgres', "SELECT state NOT IN ('IN_PROGRESS', 'CANCELLING') $of") or die "no job $kind of $table ends";
	return $node->safe_psql('postgres', "SELECT state || ' ' || items $of");
}

my $state;
($megabytes, $state) = watch(sub {
	sql(q(SELECT dynapg.export_table_to_point_in_time('{"TableArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Large","S3Bucket":"source","S3Prefix":"large"}')));
	return job_ends('export', 'Large');
});
is($state, "COMPLETED $items", 'an export of a large table');
note "$megabytes MB"; cmp_ok($megabytes, '<', 100, '.. in little memory');

my ($data) = glob "$folder/source/large/AWSDynamoDB/*/data";
cmp_ok(-s (glob "$data/*")[0], '>', 1_000_000, '.. which has large files');
($megabytes, $import) = watch_import('Imported', substr("$data/", length "$folder/source/"));
is("$import->{ImportStatus} $import->{ImportedItemCount}", "COMPLETED $items", 'an import of them');
note "$megabytes MB"; cmp_ok($megabytes, '<', 100, '.. in little memory');

my $backup;
($megabytes, $backup) = watch(sub {
	my $arn = sql(q(SET dynapg.index_build = background;
		SELECT dynapg.create_backup('{"TableName":"Large","BackupName":"large"}') #>> '{BackupDetails,BackupArn}'));
	$node->poll_query_until('postgres',
		qq(SELECT dynapg.describe_backup('{"BackupArn":"$arn"}') #>> '{BackupDescription,BackupDetails,BackupStatus}' = 'AVAILABLE')) or die 'no backup';
	return $arn;
});
like($backup, qr/:table\/Large\/backup\//, 'a backup of a large table');
note "$megabytes MB"; cmp_ok($megabytes, '<', 100, '.. in little memory');

($megabytes, $state) = watch(sub {
	sql(qq(SET dynapg.index_build = background;
		SELECT dynapg.restore_table_from_backup('{"TargetTableName":"Restored","BackupArn":"$backup"}')));
	return job_ends('restore', 'Restored');
});
is($state, "COMPLETED $items", 'a restore of it');
note "$megabytes MB"; cmp_ok($megabytes, '<', 100, '.. in little memory');

done_testing();
