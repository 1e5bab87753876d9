# 161_import_table.pl - ImportTable, DescribeImport and ListImports: replies, tokens, what is refused; the table is CREATING until it is
# filled and its indexes are built, and whatever breaks an import off leaves no half table.
use strict;
use warnings;
use lib 'test/t/lib';
use Digest::MD5 qw(md5_base64);
use DynapgImport;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $folder) = bucket_server('importtable');

# An event trigger holds the build of an index for as long as the test holds an advisory lock.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION public.gate() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_catalog.pg_advisory_xact_lock_shared(42);
END $$;
CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.gate();
SQL

my %with_index = (
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' }, { AttributeName => 'g', AttributeType => 'S' } ],
	GlobalSecondaryIndexes => [ { IndexName => 'by-g', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ],
		Projection => { ProjectionType => 'ALL' } } ]);

sub lines
{
	my ($from, $to) = @_;
	return join '', map { qq({"Item":{"id":{"S":"i$_"},"g":{"S":"g@{[ $_ % 10 ]}"}}}\n) } $from .. $to;
}

sub status
{
	my ($table) = @_;
	my $reply = call('describe_table', { TableName => $table });
	return ref $reply ? $reply->{Table}{TableStatus} : $reply;
}

sub wait_until
{
	my ($true, $what) = @_;

	for (1 .. 600)
	{
		return 1 if $true->();
		sleep 0.1;
	}
	fail("waited for: $what");
	return 0;
}

# ---- a whole import ----

put_object('whole/1', lines(1, 500));
put_object('whole/2', lines(401, 1000));
my $lock = $node->background_psql('postgres');
$lock->query_safe('SELECT pg_advisory_lock(42)');
my $request = import_request('Whole', 'whole/', ClientToken => 'token-1', InputCompressionType => 'NONE', table => \%with_index);
my $started = call('import_table', $request)->{ImportTableDescription};
like($started->{ImportArn}, qr{^arn:aws:dynamodb:us-east-1:000000000000:table/Whole/import/0\d{13}-[0-9a-f]{8}$}, 'the ARN of an import');
is($started->{ImportStatus}, 'IN_PROGRESS', '.. is in progress');
is($started->{TableArn}, 'arn:aws:dynamodb:us-east-1:000000000000:table/Whole', '.. of a table');
is($started->{CloudWatchLogGroupArn}, 'arn:aws:logs:us-east-1:000000000000:log-group:/aws-dynamodb/imports:*', '.. with a log group');
is_deeply([ @$started{qw(ClientToken InputFormat InputCompressionType ErrorCount)} ], [ 'token-1', 'DYNAMODB_JSON', 'NONE', 0 ], '.. and what was asked');
is_deeply($started->{S3BucketSource}, { %{ $request->{S3BucketSource} }, S3BucketOwner => '000000000000' }, '.. of the source, with its owner');
is_deeply($started->{TableCreationParameters}, $request->{TableCreationParameters}, '.. and of the table');
ok(!exists $started->{EndTime}, '.. without an end');

my $arn = { ImportArn => $started->{ImportArn} };
wait_until(sub { call('describe_import', $arn)->{ImportTableDescription}{ProcessedItemCount} // 0 eq '1100' }, 'all items');
my $described = call('describe_table', { TableName => 'Whole' })->{Table};
is($described->{TableStatus}, 'CREATING', 'the table is CREATING');
is($described->{GlobalSecondaryIndexes}[0]{IndexStatus}, 'CREATING', '.. and so is its index');
is($described->{TableId}, $started->{TableId}, '.. with the id of the import');
my $in_use = 'Attempt to change a resource which is still in use: Table is being created: Whole';
is(call('get_item', { TableName => 'Whole', Key => { id => { S => 'i1' } } }), 'Requested resource not found', 'nobody reads it');
is(call('put_item', { TableName => 'Whole', Item => { id => { S => 'mine' } } }), 'Requested resource not found', '.. or writes it');
is(call('scan', { TableName => 'Whole' }), 'Requested resource not found', '.. or scans it');
is(call('delete_table', { TableName => 'Whole' }), $in_use, '.. or deletes it');
is(call('update_table', { TableName => 'Whole', DeletionProtectionEnabled => JSON::PP::true }), $in_use, '.. or changes it');
is(call('create_backup', { TableName => 'Whole', BackupName => 'none' }), 'Backups are being enabled for the table: Whole. Please retry later', '.. or backs it up');
is(call($_, { ResourceArn => $started->{TableArn}, Tags => [ { Key => 'k', Value => 'v' } ], TagKeys => ['k'] }),
	"Requested resource not found: ResourceArn: $started->{TableArn} not found", ".. or calls $_") for qw(tag_resource untag_resource list_tags_of_resource);
is(call('update_time_to_live', { TableName => 'Whole', TimeToLiveSpecification => { Enabled => JSON::PP::true, AttributeName => 'until' } }),
	'Attempt to change a resource which is still in use: Table Whole is being created', '.. or gives it a Time to Live');
is(call('describe_time_to_live', { TableName => 'Whole' }),
	'Cannot describe time to live while table is in CREATING state: Current table state is CREATING', '.. which is not described');
is(call('update_contributor_insights', { TableName => 'Whole', ContributorInsightsAction => 'ENABLE' }),
	'Table or Index is not in a valid state to update Key Access Insights: TableStatus must be ACTIVE to enable ContributorInsights.', '.. or enables insights');
is(call('create_table', $request->{TableCreationParameters}), $in_use, 'its name is taken');
is(call('import_table', import_request('Whole', 'whole/')), 'Table already exists: Whole', '.. for another import, too');

is_deeply(call('import_table', $request)->{ImportTableDescription}{ImportArn}, $started->{ImportArn}, 'the same request is the same import');
like(call('import_table', import_request('Other', 'whole/', ClientToken => 'token-1')),
	qr/^Import conflict: Duplicate request detected with conflicting parameters/, 'the token with another request is a conflict');

$lock->query_safe('SELECT pg_advisory_unlock(42)');
my $ended = ends('describe_import', 'ImportStatus', $arn);
is_deeply([ @$ended{qw(ImportStatus ProcessedItemCount ImportedItemCount ErrorCount ProcessedSizeBytes)} ],
	[ 'COMPLETED', 1100, 1100, 0, (-s "$folder/source/whole/1") + (-s "$folder/source/whole/2") ], 'the import has ended');
ok($ended->{EndTime} >= $ended->{StartTime}, '.. with an end');
is(status('Whole'), 'ACTIVE', 'the table is ACTIVE');
is(call('scan', { TableName => 'Whole', Select => 'COUNT' })->{Count}, 1000, '.. of two items with one key one stays');
is(call('query', { TableName => 'Whole', IndexName => 'by-g', KeyConditionExpression => 'g = :g', ExpressionAttributeValues => { ':g' => { S => 'g3' } } })
	->{Count}, 100, '.. and its index is there');
like(call('put_item', { TableName => 'Whole', Item => { id => { S => 'x' }, g => { N => '1' } } }), qr/^One or more parameter values were invalid: Type mismatch/,
	'.. and kept');

put_object('vector/1', qq({"Item":{"id":{"S":"a"},"v":{"L":[{"N":"1"},{"N":"0"}]}}}\n{"Item":{"id":{"S":"b"},"v":{"L":[{"N":"0"},{"N":"1"}]}}}
{"Item":{"id":{"S":"c"},"v":{"L":[{"N":"1"}]}}}\n));
my $vector = do_import('Vector', 'vector/', table => { VectorIndexes => [ { IndexName => 'by-v', VectorAttribute => { AttributeName => 'v' }, Dimensions => 2,
	DistanceFunction => 'EUCLIDEAN', Projection => { ProjectionType => 'ALL' } } ] });
is_deeply([ @$vector{qw(ImportStatus ImportedItemCount ErrorCount)} ], [ 'FAILED', 2, 1 ], 'a table with a vector index');
is(call('search_vectors', { TableName => 'Vector', IndexName => 'by-v', SearchVector => [ { N => '0' }, { N => '2' } ], TopK => 1 })
	->{SearchResults}[0]{Item}{id}{S}, 'b', '.. which is built');

# ---- what is refused ----

is(call('describe_import', { ImportArn => "$arn->{ImportArn}0" }), "Import not found: Import not found: $arn->{ImportArn}0", 'no such import');
is(call('describe_import', { ImportArn => $_->[0] }), $_->[1], "no import's ARN: $_->[0]") for [ $started->{TableArn}, 'Invalid Import ARN' ],
	[ "$started->{TableArn}/export/01700000000000-00000000", 'Invalid Import ARN' ], [ $arn->{ImportArn} =~ s/0{12}/111111111111/r, 'Access is denied' ];
is(call('describe_import', $arn, 'other'), "Import not found: Import not found: $arn->{ImportArn}", "so is another role's");
is_deeply(call('list_imports', {}, 'other'), { ImportSummaryList => [] }, '.. listed');
like(call('import_table', import_request('Rights', 'whole/'), 'other'), qr/^permission denied for buckets$/, 'reading buckets needs a right');
is(status('Rights'), 'Requested resource not found: Table: Rights not found', '.. and no table is made');
like(call('import_table', import_request('x', 'whole/')), qr/'x' at 'tableCreationParameters.tableName' failed to satisfy constraint: Member must have length greater/,
	'the shape');
like(call('import_table', import_request('Shape', 'whole/', InputFormat => 'CSV', InputFormatOptions => { Csv => { Delimiter => '-' } })), qr/regular expression pattern: \[,;:|\\t \]/,
	'.. of a delimiter');
is(call('import_table', import_request('Shape', 'whole/', InputFormatOptions => { Csv => { Delimiter => ';' } })),
	'Invalid Request: Unsupported InputFormatOptions for the given input format: DYNAMODB_JSON.', '.. of options that belong to another format');
like(call('import_table', import_request('Shape', 'whole/', S3BucketSource => { S3Bucket => '../x' })), qr/at 's3BucketSource.s3Bucket' failed to satisfy/, '.. of a bucket');
is(call('import_table', import_request('Keys', 'whole/', table => { KeySchema => [ { AttributeName => 'none', KeyType => 'HASH' } ] })),
	'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [none], AttributeDefinitions: [id]',
	'keys without a definition');

# ---- imports that fail ----

sub fails
{
	my ($table, $expected_code, $expected_message, @request) = @_;
	my $import = do_import($table, @request);

	is($import->{ImportStatus}, 'FAILED', "$table fails");
	is($import->{FailureCode}, $expected_code, '.. with a code');
	like($import->{FailureMessage}, $expected_message, '.. with a reason');
	is(status($table), "Requested resource not found: Table: $table not found", '.. and leaves no table');
	is($node->safe_psql('postgres', "SELECT pg_catalog.to_regclass('dynamodb.\"$table\"') IS NULL"), 't', '.. and no relation');
	return;
}

fails('NoBucket', 'S3NoSuchBucket', qr/^The specified bucket does not exist/, '', S3BucketSource => { S3Bucket => 'nowhere' });
fails('NoObject', 'S3NoSuchKey', qr/^The bucket source has no object with the prefix "no-such\/"\.$/, 'no-such/');
symlink '/etc/passwd', "$folder/source/link" or die;
mkdir "$folder/source/links";
symlink "$folder/source/whole", "$folder/source/links/whole" or die;
symlink "$folder/source/links", "$folder/source/links/circle" or die;
fails('Symlink', 'S3AccessDenied', qr/^Access denied: the path of/, 'link');
fails('Circle', 'S3AccessDenied', qr/^Access denied: the path of/, 'links/');
fails('Above', 'S3NoSuchKey', qr/no object with the prefix/, '../source/whole/');

# ---- an export ----

my $export = 'AWSDynamoDB/01234567890123-0a1b2c3d';

# Writes an export as AWS lays it out, below the prefix; the folder of its manifest.
sub put_export
{
	my ($prefix, %change) = @_;
	my $at = "$prefix$export";
	my @files;

	for my $number (1, 2)
	{
		my $key = "$at/data/" . chr(96 + $number) x 26 . '.json.gz';
		put_gzip($key, lines($number * 10 + 1, $number * 10 + 10));
		push @files, { itemCount => 10, md5Checksum => md5_base64(get_object("source/$key")) . '==', etag => 'x', dataFileS3Key => $key };
	}
	$change{files}->(\@files) if $change{files};
	my $json = JSON::PP->new->canonical;
	put_object("$at/manifest-files.json", join '', map { $json->encode($_) . "\n" } @files);
	put_object("$at/manifest-summary.json", $json->encode({ version => '2020-06-30', itemCount => $change{items} // 20, outputFormat => 'DYNAMODB_JSON',
		manifestFilesS3Key => "$at/manifest-files.json", %{ $change{summary} // {} } }));
	put_object("$at/manifest-summary.md5", 'x');
	put_object("$at/_started", '');
	return "$at/";
}

is(do_import('Export', put_export('export/'))->{ImportedItemCount}, 20, 'an export as it is');
is(status('Export'), 'ACTIVE', '.. is a table');
put_export('moved/');
mkdir "$folder/source/copy";
rename "$folder/source/moved/AWSDynamoDB", "$folder/source/copy/AWSDynamoDB" or die;
is(do_import('Moved', 'copy/')->{ImportedItemCount}, 20, '.. also in another place of the bucket');
fails('Sums', 'ChecksumMismatch', qr/^The MD5 checksum of the object sums\/.* is not the one of the manifest\.$/,
	put_export('sums/', files => sub { $_[0][1]{md5Checksum} = 'AAAAAAAAAAAAAAAAAAAAAA==' }));
fails('Counts', 'InvalidManifest', qr/^The summary of the export counts 21 items, and its list of files 20\.$/, put_export('counts/', items => 21));
fails('Items', 'InvalidManifest', qr/^The object items\/.* has 10 items, and the manifest counts 9\.$/,
	put_export('items/', items => 19, files => sub { $_[0][0]{itemCount} = 9 }));
fails('Missing', 'InvalidManifest', qr/^The manifest names the object no\/such\/file, which does not exist\.$/,
	put_export('missing/', files => sub { $_[0][0]{dataFileS3Key} = 'no/such/file' }));
my $cut = put_export('cut/');
put_object("${cut}manifest-files.json", substr(get_object("source/${cut}manifest-files.json"), 0, 250));
fails('Cut', 'InvalidManifest', qr/^Line 2 of the list of files of cut\/.* is no JSON object\.$/, $cut);
put_object("${cut}manifest-summary.json", '{"version":');
fails('Summary', 'InvalidManifest', qr/^The object cut\/.*manifest-summary\.json is no summary of an export/, $cut);
fails('Incremental', 'InvalidManifest', qr/dynapg\.apply_export\(\)/, put_export('incremental/', summary => { exportType => 'INCREMENTAL_EXPORT' }));

# ---- cancel, crash ----

sub hold
{
	my ($table) = @_;

	$lock->query_safe('SELECT pg_advisory_lock(42)');
	my $import = call('import_table', import_request($table, 'whole/', table => \%with_index))->{ImportTableDescription};
	wait_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 42") eq '1' },
		'the build of the index');
	return $import;
}

my $held = hold('Cancelled');
my ($id) = $held->{ImportArn} =~ m{([^/]+)$};
is($node->safe_psql('postgres', "SET ROLE app; SELECT dynapg.cancel_job('$id')"), 't', 'an import is cancelled');
is(ends('describe_import', 'ImportStatus', { ImportArn => $held->{ImportArn} })->{ImportStatus}, 'CANCELLED', '.. is CANCELLED');
is(status('Cancelled'), 'Requested resource not found: Table: Cancelled not found', '.. and leaves no table');
$lock->query_safe('SELECT pg_advisory_unlock(42)');

$held = hold('Killed');
my $pid = $node->safe_psql('postgres', "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 42");
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
wait_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") eq '0' }, 'the end of the worker');
is(status('Killed'), 'CREATING', 'a worker that ends leaves the table CREATING');
$lock->query_safe('SELECT pg_advisory_unlock(42)');
is(ends('describe_import', 'ImportStatus', { ImportArn => $held->{ImportArn} })->{ImportStatus}, 'COMPLETED', '.. and the next one goes on');
is(call('scan', { TableName => 'Killed', Select => 'COUNT' })->{Count}, 1000, '.. with all items');

# In the middle of the load: the items of a table count what the import says, after a crash of the whole server.
put_object("crash/$_", join '', map { qq({"Item":{"id":{"S":"$_"},"g":{"S":"x"}}}\n) } $_ * 100_000 + 1 .. $_ * 100_000 + 100_000) for 1 .. 3;
put_object('crash/4', qq(bad\n) x 10);
my $crash = call('import_table', import_request('Crashed', 'crash/', table => \%with_index))->{ImportTableDescription};
wait_until(sub { (call('describe_import', { ImportArn => $crash->{ImportArn} })->{ImportTableDescription}{ProcessedItemCount} // 0) > 0 }, 'a chunk');
$lock->{run}->kill_kill;
$node->stop('immediate');
$node->start;
like(status('Crashed'), qr/^(?:CREATING|ACTIVE)$/, 'after a crash the table is there');
my $recovered = ends('describe_import', 'ImportStatus', { ImportArn => $crash->{ImportArn} });
is_deeply([ @$recovered{qw(ImportStatus FailureCode ProcessedItemCount ImportedItemCount ErrorCount)} ],
	[ 'FAILED', 'ItemValidationError', 300_010, 300_000, 10 ], '.. and the import goes on where it was');
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT pk) FROM dynamodb."Crashed"'), '300000|300000', '.. with each item once');
is(scalar(split /\n/, errors_of($crash->{ImportArn})), 10, '.. and each error');

# ---- a dump in the middle ----

$node->safe_psql('postgres', qq(UPDATE dynapg.tables SET filled_by = 'of another cluster' WHERE name = 'Killed'));
is(status('Killed'), 'CREATING', 'a table whose import is gone stays CREATING');
is(ref call('delete_table', { TableName => 'Killed' }), 'HASH', '.. and can be deleted');

# ---- lists ----

my @all;
my $page = call('list_imports', { PageSize => 2 });
push @all, @{ $page->{ImportSummaryList} };
is(scalar @all, 2, 'a page of imports');
while ($page->{NextToken})
{
	like($page->{NextToken}, qr/^(?:[0-9a-f]{16}){7,64}$/, 'a token') if @all == 2;
	$page = call('list_imports', { PageSize => 25, NextToken => $page->{NextToken} });
	push @all, @{ $page->{ImportSummaryList} };
}
is_deeply([ map { $_->{ImportArn} =~ m{/(\d+)-} } @all ], [ sort { $b <=> $a } map { $_->{ImportArn} =~ m{/(\d+)-} } @all ], 'all of them, the newest first');
is($all[-1]{ImportArn}, $arn->{ImportArn}, '.. to the oldest');
is_deeply([ sort keys %{ $all[0] } ],
	[ sort qw(ImportArn ImportStatus TableArn S3BucketSource CloudWatchLogGroupArn InputFormat StartTime EndTime) ], '.. each with these members');
is(scalar @{ call('list_imports', { TableArn => $started->{TableArn} })->{ImportSummaryList} }, 1, 'those of a table');
is(call('list_imports', { NextToken => '0' x 112 . '0' x 16 }), 'Invalid Request: Provided nextToken is invalid: ' . '0' x 128, 'an invalid token');
is(call('list_imports', { NextToken => '0' x 112 }), 'Invalid Request: Provided nextToken is invalid: ' . '0' x 112, '.. of the right length');

$node->stop;
done_testing();
