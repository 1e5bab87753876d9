# 201_job_faults.pl - imports from an endpoint that stalls, answers 500, 503 and 403, and breaks off; a disk that is full; keys that come
# again in other batches; a table that is made again under its name while a job fills it; folders of a manifest, each listed once; a
# table with Time to Live that has become a view.
use strict;
use warnings;
use lib 'test/t/lib';
use Digest::MD5 qw(md5_base64);
use DynapgImport;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $folder) = bucket_server('faults');
my $json = JSON::PP->new->canonical;

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub set
{
	my ($name, $value) = @_;
	sql("ALTER SYSTEM SET $name = '$value'");
	sql('SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', "SELECT setting = '$value' FROM pg_settings WHERE name = '$name'") or die "$name does not change";
	return;
}

# How a job of dynapg.job_progress ended, as the role app sees it.
sub job_ends
{
	my ($id, @columns) = @_;
	for (1 .. 1200)
	{
		my $state = sql("SET ROLE app; SELECT concat_ws('|', @{[ join ', ', @columns ]}) FROM dynapg.job_progress WHERE id = '$id' AND state NOT IN ('IN_PROGRESS', 'CANCELLING')");
		return $state if $state ne '';
		sleep 0.1;
	}
	return 'the job does not end';
}

sub item { return $json->encode({ Item => { id => { S => $_[0] }, v => { N => "$_[1]" } } }) . "\n" }

sub status
{
	my $reply = call('describe_table', { TableName => $_[0] });
	return ref $reply ? $reply->{Table}{TableStatus} : $reply;
}

sub fails_cleanly
{
	my ($table, $ended, $expected, $title) = @_;
	like(join(' ', map { $_ // '' } @$ended{qw(ImportStatus FailureCode FailureMessage)}), $expected, $title);
	is(status($table), "Requested resource not found: Table: $table not found", '.. and leaves no table');
	is(sql(qq(SELECT pg_catalog.to_regclass('dynamodb."$table"') IS NULL)), 't', '.. and no relation');
	return;
}

# ---- keys that come again in other batches and objects ----

my $rounds = 4;
for my $round (1 .. $rounds)
{
	put_object("again/$round", join '', map { item("k$_", $round) } 1 .. 3000);
}
put_object('again/5', join '', map { item('k1', 100 + $_) } 1 .. 5000);
my $again = do_import('Again', 'again/');
is_deeply([ @$again{qw(ImportStatus ProcessedItemCount ErrorCount)} ], [ 'COMPLETED', 17000, 0 ], 'an import of keys that come again');
is(sql(q(SELECT count(*) || ' ' || count(*) FILTER (WHERE item::text LIKE '%"N":"4"%') || ' ' || count(*) FILTER (WHERE item::text LIKE '%"N":"5100"%') FROM dynamodb."Again")),
	'3000 2999 1', '.. the last one of each');
my $bulk = call('start_bulk_put_items', { TableName => 'Again',
	InputS3Configuration => { S3Bucket => 'source', S3KeyPrefix => 'again/', InputFormat => 'DYNAMODB_JSON' },
	OutputS3Configuration => { S3Bucket => 'output', S3KeyPrefix => 'reports', OutputType => ['ERROR'] } });
$bulk = ends('describe_bulk_operation', 'BulkOperationStatus', { BulkOperationArn => $bulk->{BulkOperationDescription}{BulkOperationArn} });
is_deeply([ @$bulk{qw(BulkOperationStatus ProcessedItemCount FailedItemCount)} ], [ 'COMPLETED', 17000, 0 ], 'a bulk put of them');
is(sql(q(SELECT count(*) || ' ' || count(*) FILTER (WHERE item::text LIKE '%"N":"4"%') || ' ' || count(*) FILTER (WHERE item::text LIKE '%"N":"5100"%') FROM dynamodb."Again")),
	'3000 2999 1', '.. has the last one of each, too');

# ---- a table that is made again under its name ----

sub make_slow_table
{
	my ($role) = @_;
	sql(qq(SET ROLE $role; SELECT dynapg.create_table('{"TableName":"Again2","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
		GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Again2" TO app));
	return;
}

sub put_export
{
	my ($prefix, %files) = @_;
	my @lines;
	for my $key (sort keys %files)
	{
		put_gzip("$prefix/AWSDynamoDB/$key", $files{$key});
		push @lines, $json->encode({ itemCount => scalar(split /\n/, $files{$key}), md5Checksum => md5_base64(get_object("source/$prefix/AWSDynamoDB/$key")) . '==',
			dataFileS3Key => "$prefix/AWSDynamoDB/$key" });
	}
	put_object("$prefix/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-files.json", join('', map { "$_\n" } @lines));
	put_object("$prefix/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-summary.json", $json->encode({ version => '2020-06-30', exportType => 'FULL_EXPORT',
		outputFormat => 'DYNAMODB_JSON', manifestFilesS3Key => "$prefix/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-files.json" }));
	return;
}

put_export('slow', map { ("data/$_.json.gz" => join '', map { item("s$_", 1) } ($_ - 1) * 4000 + 1 .. $_ * 4000) } 1 .. 6);
put_object('slow2/1', join '', map { item("s$_", 1) } 1 .. 24_000);
for my $kind ('apply_export', 'start_bulk_put_items')
{
	make_slow_table('app');
	# each statement takes so long that a chunk, which is two seconds, ends before all items are written
	sql(q(SET ROLE app; CREATE OR REPLACE FUNCTION dynamodb.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END';
		CREATE TRIGGER slow AFTER INSERT ON dynamodb."Again2" FOR EACH STATEMENT EXECUTE FUNCTION dynamodb.slow()));
	my $id = $kind eq 'apply_export' ? sql(q(SET ROLE app; SELECT dynapg.apply_export('Again2', 'source', 'slow/')))
	  : call($kind, { TableName => 'Again2', InputS3Configuration => { S3Bucket => 'source', S3KeyPrefix => 'slow2/', InputFormat => 'DYNAMODB_JSON' },
		OutputS3Configuration => { S3Bucket => 'output', S3KeyPrefix => 'reports', OutputType => ['ERROR'] } })->{BulkOperationDescription}{BulkOperationArn} =~ s{.*/}{}r;
	ok($node->poll_query_until('postgres', q(SELECT count(*) > 0 FROM dynamodb."Again2")), "$kind has written a chunk");
	sql(q(BEGIN; DROP TABLE dynamodb."Again2"; SET LOCAL ROLE other; SELECT dynapg.create_table('{"TableName":"Again2","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
		GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Again2" TO app; COMMIT;));
	is(job_ends($id, 'state', 'failure_code'), 'FAILED|ResourceNotFoundException', '.. and fails when another role has made a table of that name');
	is(sql(q(SELECT count(*) FROM dynamodb."Again2")), '0', '.. which gets nothing');
	sql(q(DROP TABLE dynamodb."Again2"));
}

# ---- a table with Time to Live that has become a view ----

sql(q(SET ROLE app; SELECT dynapg.create_table('{"TableName":"Viewed","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
	SELECT dynapg.update_time_to_live('{"TableName":"Viewed","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"ttl"}}')));
my $became_view = $node->psql('postgres', q(BEGIN; SET ROLE app; CREATE VIEW dynamodb."Other" AS SELECT * FROM dynamodb."Viewed"; RESET ROLE;
	UPDATE dynapg.tables SET relid = 'dynamodb."Other"' WHERE name = 'Viewed'; COMMIT;));
SKIP:
{
	skip 'the catalog refuses views', 1 if $became_view != 0;
	my $from = -s $node->logfile;
	sleep 4;
	my $log = substr(slurp_file($node->logfile), $from);
	cmp_ok(scalar(() = $log =~ /(?:has become a view|cannot create index)/g), '<=', 1, 'the job of a table that has become a view pauses');
}

# ---- a full disk ----

SKIP:
{
	skip 'no prlimit', 8 if system('prlimit --version >/dev/null 2>&1') != 0;
	srand 201;
	put_object("full/$_", join '', map { $json->encode({ Item => { id => { S => "f$_" },
		v => { S => unpack 'H*', pack 'N*', map { int rand 2**32 } 1 .. 238 } } }) . "\n" } ($_ - 1) * 4000 + 1 .. $_ * 4000) for 1 .. 4;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	# files of the server grow to 20 MB, which is more than a file of WAL has, and less than the table
	is(system("prlimit --pid $postmaster --fsize=20971520:20971520"), 0, 'a disk of 20 MB for each file');
	my $full = do_import('Full', 'full/');
	fails_cleanly('Full', $full, qr/^FAILED \S+ could not (?:extend|write)/, 'an import that finds no room');
	is(ref call('put_item', { TableName => 'Again', Item => { id => { S => 'after' } } }), 'HASH', 'others are served');
	$node->restart;
	is(do_import('Full', 'full/')->{ImportStatus}, 'COMPLETED', 'with room it succeeds');
	($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	is(system("prlimit --pid $postmaster --fsize=20971520:20971520"), 0, 'no room again');
	sql(q(SET ROLE app; SELECT dynapg.update_continuous_backups('{"TableName": "Full", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}')));
	my $arn = sql(q(SET ROLE app; SET dynapg.index_build = background; SELECT dynapg.create_backup('{"TableName": "Full", "BackupName": "none"}') #>> '{BackupDetails,BackupArn}'));
	ok($node->poll_query_until('postgres', q(SELECT failure LIKE 'could not %' FROM dynapg.backups WHERE name = 'none')), 'a backup that finds no room says so');
	is(call('describe_backup', { BackupArn => $arn })->{BackupDescription}{BackupDetails}{BackupStatus}, 'CREATING', '.. and is never AVAILABLE');
	is(ref call('delete_backup', { BackupArn => $arn }), 'HASH', '.. until it is given up');
	$node->restart;
}

# ---- an endpoint with faults ----

SKIP:
{
	skip 'this build has no libcurl', 10 if system('ldconfig -p 2>/dev/null | grep -q libcurl') != 0;
	my $root = PostgreSQL::Test::Utils::tempdir;
	mkdir "$root/s3";
	mkdir "$root/s3/$_" for qw(good flaky);
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		delete $ENV{PERL5OPT};
		exec 'python3', 'test/t/lib/faulty_s3.py', "$root/s3", "$root/port" or exit 1;
	}
	for (1 .. 300) { last if -e "$root/port"; sleep 0.1 }
	for my $bucket (qw(good flaky))
	{
		is(system('cp', '-r', "$folder/source/again", "$folder/source/full", "$root/s3/$bucket/"), 0, "objects of $bucket");
	}
	# files in two folders by turns
	put_export('turns', map { (sprintf('%s/%02d.json.gz', $_ % 2 ? 'one/data' : 'two/data', $_) => item("t$_", 1)) } 1 .. 20);
	my $manifest = 'turns/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-files.json';
	put_object($manifest, join('', map { "$_\n" } sort { ($a =~ m{/(\d+)\.})[0] <=> ($b =~ m{/(\d+)\.})[0] } split /\n/, get_object("source/$manifest")));
	is(system('cp', '-r', "$folder/source/turns", "$root/s3/good/"), 0, 'an export');
	set('dynapg.s3_timeout', 1);
	set('dynapg.s3_endpoint', 'http://127.0.0.1:' . slurp_file("$root/port"));
	sql(q(INSERT INTO dynapg.s3_credentials (access_key_id, secret_access_key) VALUES ('AKIDEXAMPLE', 'secret')));
	my $from = sub { return { S3BucketSource => { S3Bucket => $_[0], S3KeyPrefix => $_[1] } } };

	is_deeply([ @{ do_import('Good', 'x', %{ $from->('good', 'full/') }) }{qw(ImportStatus ImportedItemCount)} ], [ 'COMPLETED', 16000 ],
		'an import of large objects from an endpoint');
	is_deeply([ @{ do_import('Flaky', 'x', %{ $from->('flaky', 'again/') }) }{qw(ImportStatus ImportedItemCount)} ], [ 'COMPLETED', 17000 ],
		'requests that fail are made again');
	fails_cleanly('Broken', do_import('Broken', 'x', %{ $from->('broken', 'a/') }), qr/^FAILED S3Unavailable The endpoint of the bucket answers with status 503/, 'an endpoint that answers 503');
	fails_cleanly('Stalled', do_import('Stalled', 'x', %{ $from->('stalled', 'a/') }), qr/^FAILED S3Unavailable The endpoint of the bucket does not answer/, 'one that stalls');
	fails_cleanly('Half', do_import('Half', 'x', %{ $from->('half', 'a/') }), qr/^FAILED S3Unavailable The endpoint of the bucket does not answer/, 'half a body');
	fails_cleanly('Denied', do_import('Denied', 'x', %{ $from->('denied', 'a/') }), qr/^FAILED S3AccessDenied/, 'one that answers 403');
	fails_cleanly('Nowhere', do_import('Nowhere', 'x', %{ $from->('nowhere', 'a/') }), qr/^FAILED S3NoSuchBucket/, 'no such bucket');

	my $before = () = slurp_file("$root/s3/requests.log") =~ /list-type/g;
	is_deeply([ @{ do_import('Turns', 'x', %{ $from->('good', 'turns/') }) }{qw(ImportStatus ImportedItemCount)} ], [ 'COMPLETED', 20 ], 'files in two folders by turns');
	my $after = () = slurp_file("$root/s3/requests.log") =~ /list-type/g;
	cmp_ok($after - $before, '<=', 3, '.. which are listed once each');
	kill 'KILL', $pid;
	waitpid $pid, 0;
}

$node->stop;
done_testing();
