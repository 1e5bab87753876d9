# 162_bulk_puts.pl - StartBulkPutItems, DescribeBulkOperation, ListBulkOperations, CancelBulkOperation: items with and without conditions
# into a table that is there, a report of those that were not written; dynapg.apply_export: incremental exports.
use strict;
use warnings;
use lib 'test/t/lib';
use Digest::MD5 qw(md5_base64);
use DynapgImport;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my ($node, $folder) = bucket_server('bulk');
my $json = JSON::PP->new->canonical;

ok(ref call('create_table', {
	TableName => 'Orders', BillingMode => 'PAY_PER_REQUEST',
	KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' }, { AttributeName => 'g', AttributeType => 'S' } ],
	GlobalSecondaryIndexes => [ { IndexName => 'by-g', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ],
		Projection => { ProjectionType => 'KEYS_ONLY' } } ] }), 'a table');
call('put_item', { TableName => 'Orders', Item => { id => { S => 'there' }, v => { N => '1' } } });

sub bulk_request
{
	my ($prefix, %more) = @_;

	return {
		TableName => 'Orders',
		InputS3Configuration => { S3Bucket => 'source', S3KeyPrefix => $prefix, InputFormat => 'DYNAMODB_JSON', %{ delete $more{input} // {} } },
		OutputS3Configuration => { S3Bucket => 'output', S3KeyPrefix => 'reports', OutputType => [ 'ERROR', 'CONDITION_CHECK_FAILURE' ],
			%{ delete $more{output} // {} } },
		%more };
}

sub do_bulk
{
	my $reply = call('start_bulk_put_items', bulk_request(@_));

	return { Error => $reply } unless ref $reply;
	return ends('describe_bulk_operation', 'BulkOperationStatus', { BulkOperationArn => $reply->{BulkOperationDescription}{BulkOperationArn} });
}

sub get
{
	my ($id) = @_;
	return call('get_item', { TableName => 'Orders', Key => { id => { S => $id } } })->{Item};
}

# ---- an operation ----

put_object('plain/1', qq({"Item":{"id":{"S":"a"},"g":{"S":"xy"}}}\n{"Item":{"id":{"S":"b"}}}\n{"Item":{"id":{"S":"a"},"g":{"S":"last"}}}\n));
my $request = bulk_request('plain/', ClientToken => 'token-1', MaxWriteRequestUnits => 5000, PerformanceTier => 'ACCELERATED');
my $started = call('start_bulk_put_items', $request)->{BulkOperationDescription};
like($started->{BulkOperationArn}, qr{^arn:aws:dynamodb:us-east-1:000000000000:table/Orders/bulk-operation/0\d{13}-[0-9a-f]{8}$}, 'the ARN of an operation');
is_deeply([ @$started{qw(BulkOperationStatus ClientToken MaxWriteRequestUnits PerformanceTier)} ], [ 'IN_PROGRESS', 'token-1', 5000, 'ACCELERATED' ],
	'.. and what was asked');
is_deeply($started->{InputS3Configuration}, $request->{InputS3Configuration}, '.. of the input');
is_deeply($started->{OutputS3Configuration}, $request->{OutputS3Configuration}, '.. and the output');
is($started->{TableDetails}[0]{TableId}, call('describe_table', { TableName => 'Orders' })->{Table}{TableId}, '.. of the table');
my $arn = { BulkOperationArn => $started->{BulkOperationArn} };
my $ended = ends('describe_bulk_operation', 'BulkOperationStatus', $arn);
is_deeply([ @$ended{qw(BulkOperationStatus ProcessedItemCount FailedItemCount ProcessedInputBytes TotalInputBytes)} ],
	[ 'COMPLETED', 3, 0, (-s "$folder/source/plain/1") x 2 ], 'the operation has ended');
is_deeply($ended->{BulkOperationUsage}, [ { TableName => 'Orders', BulkPutBytes => 19, Table => { BulkPutBytes => 11 },
	GlobalSecondaryIndexes => { 'by-g' => { BulkPutBytes => 8 } } } ], '.. with its usage')
  or diag $json->encode($ended->{BulkOperationUsage});
is_deeply(get('a'), { id => { S => 'a' }, g => { S => 'last' } }, 'of two items with one key the last one stays');
is_deeply(call('start_bulk_put_items', $request)->{BulkOperationDescription}{BulkOperationArn}, $arn->{BulkOperationArn}, 'the token is known');
is(call('start_bulk_put_items', { %$request, MaxWriteRequestUnits => 6000 }), 'A bulk operation with the same ClientToken and other parameters exists',
	'.. with these parameters alone');

ok(ref call('create_table', {
	TableName => 'Listed', BillingMode => 'PAY_PER_REQUEST',
	KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } qw(id g h) ],
	GlobalSecondaryIndexes => [ map { { IndexName => $_->[0], KeySchema => [ { AttributeName => $_->[1], KeyType => 'HASH' } ],
		Projection => { ProjectionType => 'KEYS_ONLY' } } } [ 'second', 'g' ], [ 'first', 'h' ] ] }), 'a table whose indexes are not listed in the order of their names');
is_deeply(do_bulk('plain/', TableName => 'Listed')->{BulkOperationUsage}[0]{GlobalSecondaryIndexes},
	{ second => { BulkPutBytes => 8 }, first => { BulkPutBytes => 0 } }, '.. has the usage of each');

# ---- conditions and errors ----

put_object('mixed/1', <<'LINES');
{"Item":{"id":{"S":"there"},"v":{"N":"2"}},"ConditionExpression":"attribute_not_exists(id)"}
{"Item":{"id":{"S":"new"},"v":{"N":"2"}},"ConditionExpression":"attribute_not_exists(#i)","ExpressionAttributeNames":{"#i":"id"}}
{"Item":{"id":{"S":"there"},"v":{"N":"3"}},"ConditionExpression":"v = :one","ExpressionAttributeValues":{":one":{"N":"1"}}}
{"Item":{"id":{"S":"wrong"}},"ConditionExpression":"v = = 1"}
{"Item":{"id":{"N":"5"}}}
no JSON
{"Item":{"id":{"S":"fine"}}}
LINES
put_object('mixed/2', qq({"Item":{"id":{"S":"mixed2"},"g":{"N":"1"}}}\n));
my $mixed = do_bulk('mixed/');
is_deeply([ @$mixed{qw(BulkOperationStatus ProcessedItemCount FailedItemCount)} ], [ 'COMPLETED_WITH_ERRORS', 8, 4 ], 'conditions and errors');
ok(!exists $mixed->{FailureCode}, '.. without a failure of the whole');
is(get('there')->{v}{N}, 3, 'a condition that held');
is(get('new')->{v}{N}, 2, '.. on an item that was not there');
is(get('wrong'), undef, 'an invalid condition');
ok(get('fine'), 'the others are written');
my ($id) = $mixed->{BulkOperationArn} =~ m{([^/]+)$};
my $manifest = $json->decode(get_object("output/reports/AWSDynamoDB/$id/manifest.json"));
is_deeply([ @$manifest{qw(bulkOperationArn processedItemCount failedItemCount conditionCheckFailureCount)} ], [ $mixed->{BulkOperationArn}, 8, 4, 1 ],
	'the manifest counts');
is_deeply({ map { $_->{outputType} => $_->{itemCount} } @{ $manifest->{files} } }, { ERROR => 4, CONDITION_CHECK_FAILURE => 1 }, '.. and names files');
my %report = map { my $text = get_object("output/$_->{dataFileS3Key}"); is(md5_base64($text) . '==', $_->{md5Checksum}, 'a file with its checksum');
	$_->{outputType} => [ map { $json->decode($_) } split /\n/, $text ] } @{ $manifest->{files} };
is_deeply($report{CONDITION_CHECK_FAILURE}, [ {
	itemS3Pointer => { bucket => 'source', key => 'mixed/1', itemIndex => 1 },
	errorMessages => ['The conditional request failed'],
	record => { Item => { id => { S => 'there' }, v => { N => '2' } }, ConditionExpression => 'attribute_not_exists(id)' } } ], 'a failed condition');
is_deeply([ map { "$_->{itemS3Pointer}{key} $_->{itemS3Pointer}{itemIndex}" } @{ $report{ERROR} } ], [ 'mixed/1 4', 'mixed/1 5', 'mixed/1 6', 'mixed/2 1' ],
	'the errors');
like($report{ERROR}[3]{errorMessages}[0], qr/^One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g$/,
	'.. with their texts');
is(scalar(split /\n/, errors_of($mixed->{BulkOperationArn})), 4, '.. which SQL shows, too');

put_object('ion/1', <<'ION');
{Item:{id:"ion",v:7.},ConditionExpression:"attribute_not_exists(id)"}
{Item:{id:"there",v:7.},ConditionExpression:"#v = :v",ExpressionAttributeNames:{'#v':"v"},ExpressionAttributeValues:{':v':3.}}
ION
is_deeply([ @{ do_bulk('ion/', input => { InputFormat => 'ION' }, output => { OutputType => ['ERROR'] }) }{qw(BulkOperationStatus ProcessedItemCount)} ],
	[ 'COMPLETED', 2 ], 'Ion with conditions');
is(get('there')->{v}{N}, 7, '.. which held');
put_gzip('gzip/1', qq({"Item":{"id":{"S":"gzip"}}}\n));
is(do_bulk('gzip/', input => { InputCompressionType => 'GZIP' })->{BulkOperationStatus}, 'COMPLETED', 'gzip');
ok(get('gzip'), '.. is written');

# ---- checks and triggers of the table ----

$node->safe_psql('postgres', q{SET ROLE app; ALTER TABLE dynamodb."Orders" ADD CONSTRAINT no_nines CHECK (pk NOT LIKE '9%')});
put_object('check/1', join '', map { qq({"Item":{"id":{"S":"$_"}}}\n) } 88 .. 92);
my $check = do_bulk('check/');
is_deeply([ @$check{qw(BulkOperationStatus ProcessedItemCount FailedItemCount)} ], [ 'COMPLETED_WITH_ERRORS', 5, 3 ], 'a CHECK refuses items of a batch');
ok(get('88') && get('89') && !get('90'), '.. and the others are written');

# A superuser's operation does not run the code of the table's owner.
$node->safe_psql('postgres', <<'SQL');
GRANT CREATE ON SCHEMA public TO app;
SET ROLE app;
CREATE TABLE public.ran (who text);
GRANT ALL ON public.ran TO PUBLIC;
CREATE FUNCTION public.note_user() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES (current_user); RETURN new; END $$;
CREATE TRIGGER note_user BEFORE INSERT ON dynamodb."Orders" FOR EACH ROW EXECUTE FUNCTION public.note_user();
SQL
my $super = $node->safe_psql('postgres', 'SELECT current_user');
put_object('trigger/1', qq({"Item":{"id":{"S":"trigger"}}}\n));
my $as_super = call('start_bulk_put_items', bulk_request('trigger/'), $super)->{BulkOperationDescription};
my $super_ended = ends('describe_bulk_operation', 'BulkOperationStatus', { BulkOperationArn => $as_super->{BulkOperationArn} }, $super);
is_deeply([ @$super_ended{qw(BulkOperationStatus FailureCode)} ], [ 'FAILED', 'AccessDeniedException' ], "a superuser's operation on a table of another");
is($node->safe_psql('postgres', 'SELECT count(*) FROM public.ran'), '0', '.. runs no code of his');
is(do_bulk('trigger/')->{BulkOperationStatus}, 'COMPLETED', "the owner's own operation");
is($node->safe_psql('postgres', 'SELECT string_agg(DISTINCT who, $$,$$) FROM public.ran'), 'app', '.. runs his code as himself');
$node->safe_psql('postgres', 'DROP TRIGGER note_user ON dynamodb."Orders"; GRANT pg_read_server_files, pg_write_server_files TO other');
my $of_other = call('start_bulk_put_items', bulk_request('trigger/'), 'other')->{BulkOperationDescription};
is_deeply([ @{ ends('describe_bulk_operation', 'BulkOperationStatus', { BulkOperationArn => $of_other->{BulkOperationArn} }, 'other') }{qw(BulkOperationStatus FailureCode)} ],
	[ 'FAILED', 'AccessDeniedException' ], 'who may not write the table does not');

# ---- what is refused, what fails ----

is(call('start_bulk_put_items', { %{ bulk_request('plain/') }, TableName => 'Nothing' }), 'Requested resource not found', 'no such table');
is(call('start_bulk_put_items', bulk_request('plain/', output => { OutputType => [] })),
	'One or more parameter values were invalid: OutputType must not be empty', 'no kind of report');
is(call('start_bulk_put_items', { %{ bulk_request('plain/') }, OutputS3Configuration => { OutputType => ['ERROR'] } }),
	'One or more parameter values were invalid: OutputS3Configuration must have an S3Bucket', 'no bucket for the report');
like(call('start_bulk_put_items', bulk_request('plain/', MaxWriteRequestUnits => 1000)), qr/greater than or equal to 1024/, 'too slow');
like(call('start_bulk_put_items', bulk_request('plain/', input => { InputFormat => 'CSV' })), qr/'CSV' at 'inputS3Configuration.inputFormat' failed to satisfy/, 'no CSV');
my $nowhere = "$started->{BulkOperationArn}0";
is(call($_, { BulkOperationArn => $nowhere }), "Requested resource not found: Bulk operation: $nowhere not found", "$_ of none")
  for qw(describe_bulk_operation cancel_bulk_operation);
is(do_bulk('plain/', input => { S3Bucket => 'nowhere' })->{FailureCode}, 'S3NoSuchBucket', 'no such bucket');
is(do_bulk('plain/', output => { S3Bucket => 'nowhere' })->{FailureCode}, 'S3NoSuchBucket', '.. for the report');
is(call('cancel_bulk_operation', $arn), 'The bulk operation is not in progress: its status is COMPLETED', 'a finished operation cannot be cancelled');

# ---- rate and cancel ----

put_object('slow/1', join '', map { qq({"Item":{"id":{"S":"slow$_"}}}\n) } 1 .. 30_000);
my $slow = call('start_bulk_put_items', bulk_request('slow/', MaxWriteRequestUnits => 1024))->{BulkOperationDescription};
my $slow_arn = { BulkOperationArn => $slow->{BulkOperationArn} };
for (1 .. 600)
{
	last if call('describe_bulk_operation', $slow_arn)->{BulkOperationDescription}{ProcessedItemCount} > 0;
	sleep 0.1;
}
is(call('cancel_bulk_operation', $slow_arn)->{BulkOperationStatus}, 'CANCELLING', 'an operation is cancelled');
my $cancelled = ends('describe_bulk_operation', 'BulkOperationStatus', $slow_arn);
is($cancelled->{BulkOperationStatus}, 'CANCELLED', '.. is CANCELLED');
cmp_ok($cancelled->{ProcessedItemCount}, '<', 30_000, '.. on the way');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamodb."Orders" WHERE pk LIKE 'slow%'}), $cancelled->{ProcessedItemCount}, '.. with what it had written');

# ---- a crash ----

put_object("crash/$_", join '', map { qq({"Item":{"id":{"S":"crash$_"},"g":{"S":"x"}}}\n) . ($_ % 1000 ? '' : "bad\n") } $_ * 100_000 + 1 .. $_ * 100_000 + 100_000)
  for 1 .. 2;
my $crash = call('start_bulk_put_items', bulk_request('crash/'))->{BulkOperationDescription};
my $crash_arn = { BulkOperationArn => $crash->{BulkOperationArn} };
for (1 .. 600)
{
	last if call('describe_bulk_operation', $crash_arn)->{BulkOperationDescription}{ProcessedItemCount} > 0;
	sleep 0.1;
}
$node->stop('immediate');
$node->start;
my $recovered = ends('describe_bulk_operation', 'BulkOperationStatus', $crash_arn);
is_deeply([ @$recovered{qw(BulkOperationStatus ProcessedItemCount FailedItemCount)} ], [ 'COMPLETED_WITH_ERRORS', 200_200, 200 ],
	'after a crash the operation goes on where it was');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamodb."Orders" WHERE pk LIKE 'crash%'}), '200000', '.. and all is written');
($id) = $crash->{BulkOperationArn} =~ m{([^/]+)$};
$manifest = $json->decode(get_object("output/reports/AWSDynamoDB/$id/manifest.json"));
my $reported = 0;
$reported += scalar(split /\n/, get_object("output/$_->{dataFileS3Key}")) for @{ $manifest->{files} };
is($reported, 200, '.. and reported once');

my @listed;
my $page = call('list_bulk_operations', { MaxResults => 5 });
push @listed, @{ $page->{BulkOperationsSummaryList} };
is(scalar @listed, 5, 'a page of operations');
while ($page->{NextToken})
{
	$page = call('list_bulk_operations', { NextToken => $page->{NextToken} });
	push @listed, @{ $page->{BulkOperationsSummaryList} };
}
is($listed[0]{BulkOperationArn}, $crash->{BulkOperationArn}, 'the newest first');
is($listed[-1]{BulkOperationArn}, $started->{BulkOperationArn}, '.. to the oldest');
is_deeply([ sort keys %{ $listed[0] } ], [qw(BulkOperationArn BulkOperationStatus EndTime StartTime)], '.. each with these members');

# ---- dynapg.apply_export ----

sub put_export
{
	my ($prefix, $lines, %summary) = @_;
	my $key = "$prefix/AWSDynamoDB/data/abcdefghijklmnopqrstuvwxyz.json.gz";

	put_gzip($key, $lines);
	put_object("$prefix/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-files.json", $json->encode({ itemCount => scalar(split /\n/, $lines),
		md5Checksum => md5_base64(get_object("source/$key")) . '==', dataFileS3Key => $key }) . "\n");
	put_object("$prefix/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-summary.json", $json->encode({ version => '2023-08-01',
		exportType => 'INCREMENTAL_EXPORT', outputFormat => 'DYNAMODB_JSON',
		manifestFilesS3Key => "$prefix/AWSDynamoDB/01234567890123-0a1b2c3d/manifest-files.json", %summary }));
	return;
}

# Applies; how the job ended.
sub apply
{
	my ($prefix) = @_;
	my $job = $node->safe_psql('postgres', "SET ROLE app; SELECT dynapg.apply_export('Orders', 'source', '$prefix')");
	my $state;

	for (1 .. 600)
	{
		$state = $node->safe_psql('postgres', "SET ROLE app; SELECT state, items, errors, failure_code FROM dynapg.job_progress WHERE id = '$job'");
		last unless $state =~ /^IN_PROGRESS/;
		sleep 0.1;
	}
	return $state;
}

put_export('inc', <<'LINES');
{"Metadata":{"WriteTimestampMicros":{"N":"1680109764000000"}},"Keys":{"id":{"S":"new2"}},"NewImage":{"id":{"S":"new2"},"v":{"N":"1"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1680109764000001"}},"Keys":{"id":{"S":"there"}},"NewImage":{"id":{"S":"there"},"v":{"N":"8"}},"OldImage":{"id":{"S":"there"},"v":{"N":"7"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1680109764000002"}},"Keys":{"id":{"S":"fine"}},"OldImage":{"id":{"S":"fine"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1680109764000003"}},"Keys":{"id":{"S":"never"}}}
LINES
is(apply('inc/'), 'COMPLETED|4|0|', 'an incremental export is applied');
is_deeply([ get('new2')->{v}{N}, get('there')->{v}{N}, get('fine') ], [ 1, 8, undef ], '.. puts and deletes');
put_export('bad', qq({"Keys":{"id":{"N":"1"}}}\n{"Keys":{"id":{"S":"new2"},"x":{"S":"y"}}}\n{"Keys":{"id":{"S":"new2"}}}\n));
is(apply('bad/'), 'COMPLETED|3|2|', 'bad keys are counted');
is(get('new2'), undef, '.. and the rest is applied');
is(apply('plain/'), 'FAILED|0|0|InvalidManifest', 'what is no export is not applied');
put_export('full', qq({"Item":{"id":{"S":"full"}}}\n), exportType => 'FULL_EXPORT');
is(apply('full/'), 'COMPLETED|1|0|', 'a full export goes into a table that is there');
like((split /\n/, ($node->psql('postgres', "SET ROLE app; SELECT dynapg.apply_export('Nothing', 'source', 'inc/')"))[2])[0],
	qr/Requested resource not found/, 'no such table');

$node->stop;
done_testing();
