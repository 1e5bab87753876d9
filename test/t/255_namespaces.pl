# 255_namespaces.pl - tables in namespaces: requests whose credentials have different access keys or regions do not see each other's tables,
# indexes, streams, backups, jobs, tags, tokens or snapshots, whatever names, ARNs, iterators and page tokens they send
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $root = PostgreSQL::Test::Utils::tempdir;
mkdir "$root/$_" for qw(files files/bucket);
chmod 0777, "$root/files/bucket";
my ($node, $port) = http_node('namespaces', "dynapg.http_namespaces = 'access_key,region'", "dynapg.s3_directory = '$root/files'",
	"dynapg.http_console = on", "max_worker_processes = 20", "dynapg.jobs_interval = 500ms");

# The namespaces: two keys in one region, and one of the keys in another.  Nobody has made these keys.
my %credentials = (a => [ 'gw0', 'us-east-1' ], b => [ 'gw1', 'us-east-1' ], c => [ 'gw0', 'eu-west-1' ]);
my @all = qw(a b c);
my $names_others = 0;		# do the requests have full names, which errors repeat?

sub authorization
{
	my ($key, $region) = @_;
	return ('X-Amz-Date' => '20260101T000000Z',
		'Authorization' => "AWS4-HMAC-SHA256 Credential=$key/20260101/$region/dynamodb/aws4_request, SignedHeaders=host, Signature=x");
}

sub raw
{
	my ($space, $operation, $request, %headers) = @_;
	my $target = $operation =~ /^(?:ListStreams|DescribeStream|GetShardIterator|GetRecords)$/ ? "DynamoDBStreams_20120810.$operation" :
	  "DynamoDB_20120810.$operation";
	my $reply = call($port, $operation, encode_json($request), 'X-Amz-Target' => $target, authorization(@{ $credentials{$space} }), %headers);
	unlike($reply->{body}, qr{gw\d(?:@|/)|@[a-z]+-[a-z]+-\d|(?<!table)/Orders}, "$operation in $space has no full name") unless $names_others;
	return $reply;
}

# The reply to an operation in that namespace, or its error in a line.
sub ask
{
	my $reply = raw(@_);
	return $reply->{status} == 200 ? decode_json($reply->{body}) : answer_of($reply);
}

sub arn
{
	my ($space, $rest) = @_;
	return "arn:aws:dynamodb:$credentials{$space}[1]:000000000000:table/$rest";
}

sub new_table
{
	my ($space, $name, %more) = @_;
	return ask($space, 'CreateTable', { TableName => $name, BillingMode => 'PAY_PER_REQUEST',
		KeySchema => [ { AttributeName => 'pk', KeyType => 'HASH' } ], AttributeDefinitions => [ { AttributeName => 'pk', AttributeType => 'S' } ],
		%more });
}

sub names
{
	my ($space) = @_;
	return join ' ', @{ ask($space, 'ListTables', {})->{TableNames} };
}

sub wait_until
{
	my ($what, $true) = @_;
	for (my $end = time + 60; time < $end; sleep 0.1)
	{
		return 1 if $true->();
	}
	return fail("waited for: $what");
}

# ---- tables ----

for my $space (@all)
{
	my $reply = new_table($space, 'Orders',
		AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } qw(pk kind) ],
		GlobalSecondaryIndexes => [ { IndexName => 'kinds', KeySchema => [ { AttributeName => 'kind', KeyType => 'HASH' } ],
			Projection => { ProjectionType => 'ALL' } } ],
		StreamSpecification => { StreamEnabled => JSON::PP::true, StreamViewType => 'NEW_IMAGE' })->{TableDescription};
	is($reply->{TableName}, 'Orders', "$space has a table Orders");
	is($reply->{TableArn}, arn($space, 'Orders'), 'whose ARN has the region');
	is($reply->{GlobalSecondaryIndexes}[0]{IndexArn}, arn($space, 'Orders/index/kinds'), 'as that of its index');
	like($reply->{LatestStreamArn}, qr{^\Q${\ arn($space, 'Orders/stream/')}\E}, 'and that of its stream');
	is(names($space), 'Orders', 'which is the only one there');
}
is(new_table('a', 'Orders'), '400 ResourceInUseException: Table already exists: Orders', 'a name is taken once in a namespace');
is($node->safe_psql('postgres', 'SELECT name, relid FROM dynapg.tables ORDER BY name'),
	qq(gw0\@eu-west-1/Orders|dynamodb."gw0\@eu-west-1/Orders"\ngw0\@us-east-1/Orders|dynamodb."gw0\@us-east-1/Orders"\n)
	  . qq(gw1\@us-east-1/Orders|dynamodb."gw1\@us-east-1/Orders"), 'full names in the catalog, and relations of these names');

new_table('a', $_) for qw(Early Zebra);
my $page = ask('a', 'ListTables', { Limit => 1 });
is_deeply($page, { TableNames => ['Early'], LastEvaluatedTableName => 'Early' }, 'a page of tables');
$page = ask('a', 'ListTables', { Limit => 2, ExclusiveStartTableName => 'Early' });
is_deeply($page, { TableNames => [ 'Orders', 'Zebra' ] }, 'the next one ends with the namespace');
is_deeply(ask('b', 'ListTables', { ExclusiveStartTableName => 'Aaa' }), { TableNames => ['Orders'] }, 'elsewhere none of them');
is_deeply(ask('c', 'ListTables', { ExclusiveStartTableName => 'Zebra' }), { TableNames => [] }, 'nor after the last one');
is(ref ask('a', 'DeleteTable', { TableName => $_ }), 'HASH', "$_ is deleted") for qw(Early Zebra);
is(ask('b', 'DescribeTable', { TableName => 'Early' }), '400 ResourceNotFoundException: Requested resource not found: Table: Early not found',
	'a table that another had');

# ---- items ----

sub item
{
	my ($pk, %more) = @_;
	return { pk => { S => $pk }, map { $_ => { S => $more{$_} } } keys %more };
}

sub scan
{
	my ($space, $table) = @_;
	return join ' ', sort map { $_->{pk}{S} . ($_->{v} ? "=$_->{v}{S}" : '') } @{ ask($space, 'Scan', { TableName => $table // 'Orders' })->{Items} };
}

for my $space (@all)
{
	is_deeply(ask($space, 'PutItem', { TableName => 'Orders', Item => item('k', v => $space, kind => 'x') }), {}, "PutItem in $space");
	is_deeply(ask($space, 'UpdateItem', { TableName => arn($space, 'Orders'), Key => item('u'), UpdateExpression => 'SET v = :v',
		ExpressionAttributeValues => { ':v' => { S => $space } } }), {}, 'UpdateItem by the ARN');
	is_deeply(ask($space, 'BatchWriteItem', { RequestItems => { Orders => [ { PutRequest => { Item => item('b', v => $space) } } ] } }),
		{ UnprocessedItems => {} }, 'BatchWriteItem');
	is_deeply(ask($space, 'TransactWriteItems', { ClientRequestToken => 'the same',
		TransactItems => [ { Put => { TableName => 'Orders', Item => item('t', v => 'transaction') } } ] }), {}, 'TransactWriteItems with a token');
	is_deeply(ask($space, 'ExecuteStatement', { Statement => qq(INSERT INTO "Orders" VALUE {'pk': 'p', 'v': '$space'}) }), { Items => [] }, 'PartiQL');
	is_deeply(ask($space, 'ExecuteTransaction', { ClientRequestToken => 'the same',
		TransactStatements => [ { Statement => qq(INSERT INTO "Orders" VALUE {'pk': 'e'}) } ] }), { Responses => [ {} ] }, 'a transaction of it, with a token');
}
for my $space (@all)
{
	is(scan($space), "b=$space e k=$space p=$space t=transaction u=$space", "the items in $space");
	is(ask($space, 'GetItem', { TableName => 'Orders', Key => item('k') })->{Item}{v}{S}, $space, 'GetItem');
	is(ask($space, 'Query', { TableName => 'Orders', IndexName => 'kinds', KeyConditionExpression => 'kind = :k',
		ExpressionAttributeValues => { ':k' => { S => 'x' } } })->{Items}[0]{v}{S}, $space, 'Query of the index');
	is(ask($space, 'BatchGetItem', { RequestItems => { Orders => { Keys => [ item('k') ] } } })->{Responses}{Orders}[0]{v}{S}, $space, 'BatchGetItem');
	is(ask($space, 'TransactGetItems', { TransactItems => [ { Get => { TableName => 'Orders', Key => item('k') } } ] })->{Responses}[0]{Item}{v}{S},
		$space, 'TransactGetItems');
	is(ask($space, 'ExecuteStatement', { Statement => q(SELECT v FROM "Orders"."kinds" WHERE kind = 'x') })->{Items}[0]{v}{S}, $space, 'PartiQL');
	my $capacity = ask($space, 'PutItem', { TableName => 'Orders', Item => item('k', v => $space, kind => 'x'), ReturnConsumedCapacity => 'INDEXES' });
	is($capacity->{ConsumedCapacity}{TableName}, 'Orders', 'capacity');
}

# ---- names of others ----

$names_others = 1;
for my $name ('gw1@us-east-1/Orders', '/Orders', '../gw1@us-east-1/Orders', 'gw1@us-east-1', 'gw1.us-east-1.Orders')
{
	like(ask('a', 'GetItem', { TableName => $name, Key => item('k') }), qr/^400 (?:Validation|ResourceNotFound)Exception/, "the name $name");
	like(ask('a', 'ExecuteStatement', { Statement => qq(SELECT * FROM "$name") }), qr/^400 (?:Validation|ResourceNotFound)Exception/, 'also in PartiQL');
	like(ask('a', 'CreateGlobalTable', { GlobalTableName => $name, ReplicationGroup => [ { RegionName => 'us-east-1' } ] }),
		qr/^400 (?:Validation|TableNotFound)Exception/, 'and as a global table');
	like(ask('a', 'GetItem', { TableName => arn('a', $name), Key => item('k') }), qr/^400 (?:Validation|ResourceNotFound)Exception/, 'and in an ARN');
	like(ask('a', 'ListTagsOfResource', { ResourceArn => arn('a', $name) }), qr/^400 (?:Validation|ResourceNotFound)Exception/, 'of a resource');
}
$names_others = 0;
like(ask('a', 'GetItem', { TableName => arn('c', 'Orders'), Key => item('k') }), qr/^400 ValidationException: .*Invalid AWS region/, 'an ARN of another region');
like(ask('a', 'ListTagsOfResource', { ResourceArn => arn('c', 'Orders') }), qr/^400 ValidationException: Invalid TableArn/, 'also of a resource');
like(ask('a', 'GetItem', { TableName => 'Missing', Key => item('k') }), qr/^400 ResourceNotFoundException: Requested resource not found$/, 'no table');

# ---- streams ----

my %stream;
for my $space (@all)
{
	my $list = ask($space, 'ListStreams', {});
	is(scalar @{ $list->{Streams} }, 1, "one stream in $space");
	is($list->{Streams}[0]{TableName}, 'Orders', 'of Orders');
	$stream{$space}{arn} = $list->{Streams}[0]{StreamArn};
	is_deeply(ask($space, 'ListStreams', { TableName => 'Orders' }), $list, 'the same by the name of its table');
	is_deeply(ask($space, 'ListStreams', { ExclusiveStartStreamArn => $stream{$space}{arn} }), { Streams => [] }, 'after it there is none');
	my $description = ask($space, 'DescribeStream', { StreamArn => $stream{$space}{arn} })->{StreamDescription};
	is($description->{TableName}, 'Orders', 'it is described');
	my %shard = (StreamArn => $stream{$space}{arn}, ShardId => $description->{Shards}[0]{ShardId}, ShardIteratorType => 'TRIM_HORIZON');
	$stream{$space}{shard} = \%shard;
	$stream{$space}{iterator} = ask($space, 'GetShardIterator', \%shard)->{ShardIterator};
	my $records = ask($space, 'GetRecords', { ShardIterator => $stream{$space}{iterator} })->{Records};
	is(join(' ', sort map { $_->{dynamodb}{NewImage}{pk}{S} } @$records), 'b e k p t u', 'its records');
	is_deeply([ grep { $_->{awsRegion} ne $credentials{$space}[1] } @$records ], [], 'have the region');
}
for my $pair ([ 'a', 'b' ], [ 'b', 'a' ], [ 'a', 'c' ], [ 'c', 'a' ])
{
	my ($space, $other) = @$pair;
	like(ask($space, 'DescribeStream', { StreamArn => $stream{$other}{arn} }), qr/^400 ResourceNotFoundException/, "$space does not find the stream of $other");
	like(ask($space, 'GetShardIterator', $stream{$other}{shard}), qr/^400 ResourceNotFoundException/, 'nor its shards');
	like(ask($space, 'GetRecords', { ShardIterator => $stream{$other}{iterator} }), qr/^400 ResourceNotFoundException/, 'nor its records');
	my $crafted = $stream{$other}{arn} =~ s{table/Orders}{table/$credentials{$other}[0]\@$credentials{$other}[1]/Orders}r;
	my $reply = call($port, 'DescribeStream', encode_json({ StreamArn => $crafted }), 'X-Amz-Target' => 'DynamoDBStreams_20120810.DescribeStream',
		authorization(@{ $credentials{$space} }));
	like(answer_of($reply), qr/^400 ResourceNotFoundException/, 'nor by its full name');
}

# ---- backups ----

is(ref ask($_, 'CreateBackup', { TableName => 'Orders', BackupName => 'monday' }), 'HASH', "a backup in $_") for qw(a c);
my %backup;
for my $space (qw(a c))
{
	wait_until('a backup', sub { ask($space, 'ListBackups', {})->{BackupSummaries}[0]{BackupStatus} eq 'AVAILABLE' });
	my $list = ask($space, 'ListBackups', { TableName => 'Orders' })->{BackupSummaries};
	is(scalar @$list, 1, 'it is listed');
	is($list->[0]{TableArn}, arn($space, 'Orders'), 'with the ARN of its table');
	$backup{$space} = $list->[0]{BackupArn};
}
is_deeply(ask('b', 'ListBackups', { BackupType => 'ALL' }), { BackupSummaries => [] }, 'not where there is none');
for my $pair ([ 'b', 'a' ], [ 'c', 'a' ], [ 'a', 'c' ])
{
	my ($space, $other) = @$pair;
	for my $operation (qw(DescribeBackup DeleteBackup RestoreTableFromBackup))
	{
		like(ask($space, $operation, { BackupArn => $backup{$other}, $operation =~ /Restore/ ? (TargetTableName => 'Stolen') : () }),
			qr/^400 BackupNotFoundException/, "$operation in $space of a backup in $other");
	}
}
my $restored = ask('a', 'RestoreTableFromBackup', { BackupArn => $backup{a}, TargetTableName => 'Again' });
is($restored->{TableDescription}{RestoreSummary}{SourceTableArn}, arn('a', 'Orders'), 'a restore');
wait_until('the restore', sub { ask('a', 'DescribeTable', { TableName => 'Again' })->{Table}{TableStatus} eq 'ACTIVE' });
is(scan('a', 'Again'), scan('a'), 'has the items');
is(join('|', map { names($_) } @all), 'Again Orders|Orders|Orders', 'and is in its namespace alone');
is(ask('a', 'DeleteBackup', { BackupArn => $backup{a} })->{BackupDescription}{SourceTableDetails}{TableName}, 'Orders', 'a backup is deleted');

# ---- point-in-time recovery, exports, imports, bulk puts ----

for my $space (@all)
{
	is(ref ask($space, 'UpdateContinuousBackups', { TableName => 'Orders',
		PointInTimeRecoverySpecification => { PointInTimeRecoveryEnabled => JSON::PP::true } }), 'HASH', "recovery in $space");
}
ask('a', 'PutItem', { TableName => 'Orders', Item => item('after') });
sleep 1.1;
like(ask('b', 'RestoreTableToPointInTime', { SourceTableArn => arn('c', 'Orders'), TargetTableName => 'Past', UseLatestRestorableTime => JSON::PP::true }),
	qr/^400 /, 'no recovery of a table elsewhere');

my %export;
for my $space (qw(a c))
{
	$export{$space} = ask($space, 'ExportTableToPointInTime', { TableArn => arn($space, 'Orders'), S3Bucket => 'bucket', S3Prefix => $space,
		ClientToken => 'the same' })->{ExportDescription}{ExportArn};
	like($export{$space}, qr{^\Q${\ arn($space, 'Orders/export/')}\E}, "an export in $space, with a token that the other has used");
	wait_until('the export', sub { ask($space, 'DescribeExport', { ExportArn => $export{$space} })->{ExportDescription}{ExportStatus} ne 'IN_PROGRESS' });
	my $description = ask($space, 'DescribeExport', { ExportArn => $export{$space} })->{ExportDescription};
	is($description->{ExportStatus}, 'COMPLETED', 'is made');
	is($description->{ClientToken}, 'the same', 'with its token');
	my $summary = decode_json(slurp_file("$root/files/bucket/$description->{ExportManifest}"));
	is("$summary->{tableArn} $summary->{exportArn}", arn($space, 'Orders') . " $export{$space}", 'and its files have the ARNs');
	is(scalar @{ ask($space, 'ListExports', {})->{ExportSummaries} }, 1, 'it is listed');
}
is_deeply(ask('b', 'ListExports', {}), { ExportSummaries => [] }, 'not elsewhere');
like(ask('b', 'DescribeExport', { ExportArn => $export{a} }), qr/^400 ExportNotFoundException/, 'where it is not found');
like(ask('a', 'DescribeExport', { ExportArn => "$export{a}\0x" }), qr/^400 ValidationException: .*ExportArn must not contain the character U\+0000/,
	'nor by an ARN that goes on behind a zero');

my ($data) = glob "$root/files/bucket/c/AWSDynamoDB/*/data/*.gz";
my $prefix = $data =~ s{^\Q$root/files/bucket/\E}{}r;
my $import = ask('b', 'ImportTable', { ClientToken => 'the same', InputFormat => 'DYNAMODB_JSON', InputCompressionType => 'GZIP',
	S3BucketSource => { S3Bucket => 'bucket', S3KeyPrefix => $prefix },
	TableCreationParameters => { TableName => 'Imported', BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'pk', KeyType => 'HASH' } ],
		AttributeDefinitions => [ { AttributeName => 'pk', AttributeType => 'S' } ] } });
my $import_arn = $import->{ImportTableDescription}{ImportArn};
wait_until('the import', sub { ask('b', 'DescribeImport', { ImportArn => $import_arn })->{ImportTableDescription}{ImportStatus} ne 'IN_PROGRESS' });
is(ask('b', 'DescribeImport', { ImportArn => $import_arn })->{ImportTableDescription}{ImportStatus}, 'COMPLETED', 'an import');
is(scan('b', 'Imported'), scan('c'), 'has the items');
is(join('|', map { names($_) } @all), 'Again Orders|Imported Orders|Orders', 'in its namespace alone');
is(scalar @{ ask('b', 'ListImports', {})->{ImportSummaryList} }, 1, 'it is listed');
is_deeply(ask('a', 'ListImports', {}), { ImportSummaryList => [] }, 'not elsewhere');
like(ask('a', 'DescribeImport', { ImportArn => $import_arn }), qr/^400 ImportNotFoundException/, 'where it is not found');
$names_others = 1;
for my $token ('gw1@us-east-1/the same', 'gw1@us-east-1the same')
{
	like(answer_of(call($port, 'ImportTable', encode_json({ ClientToken => $token, InputFormat => 'CSV', S3BucketSource => { S3Bucket => 'bucket' },
		TableCreationParameters => { TableName => 'Imported', BillingMode => 'PROVISIONED', KeySchema => [ { AttributeName => 'pk', KeyType => 'HASH' } ],
			AttributeDefinitions => [ { AttributeName => 'pk', AttributeType => 'S' } ] } }))), qr/^400 ValidationException: .*ReadCapacityUnits/,
		"the token '$token' in no namespace is another one");
}
$names_others = 0;
like(answer_of(call($port, 'ImportTable', encode_json({ ClientToken => 'gw1@us-east-1$the same', InputFormat => 'CSV',
	S3BucketSource => { S3Bucket => 'bucket' }, TableCreationParameters => {} }))), qr/^400 ValidationException: .*clientToken/, 'and none has a $');

my $bulk = ask('b', 'StartBulkPutItems', { ClientToken => 'the same', TableName => 'Orders',
	InputS3Configuration => { S3Bucket => 'bucket', S3KeyPrefix => $prefix, InputFormat => 'DYNAMODB_JSON', InputCompressionType => 'GZIP' },
	OutputS3Configuration => { S3Bucket => 'bucket', OutputType => ['ERROR'] } });
my $bulk_arn = ref $bulk ? $bulk->{BulkOperationDescription}{BulkOperationArn} : diag $bulk;
wait_until('the bulk put', sub { ask('b', 'DescribeBulkOperation', { BulkOperationArn => $bulk_arn })->{BulkOperationDescription}{BulkOperationStatus} !~ /PROGRESS/ });
is(ask('b', 'DescribeBulkOperation', { BulkOperationArn => $bulk_arn })->{BulkOperationDescription}{BulkOperationStatus}, 'COMPLETED', 'a bulk put');
is(scan('b'), scan('c'), 'has put the items');
is_deeply(ask('c', 'ListBulkOperations', {}), { BulkOperationsSummaryList => [] }, 'it is not listed elsewhere');
like(ask('c', $_, { BulkOperationArn => $bulk_arn }), qr/^400 ResourceNotFoundException/, "$_ does not find it") for qw(DescribeBulkOperation CancelBulkOperation);
ask('b', 'PutItem', { TableName => 'Orders', Item => item('k', v => 'b', kind => 'x') });

# ---- settings of tables ----

is(raw('a', 'TagResource', { ResourceArn => arn('a', 'Orders'), Tags => [ { Key => 'team', Value => 'one' } ] })->{status}, 200, 'a tag');
is_deeply(ask('a', 'ListTagsOfResource', { ResourceArn => arn('a', 'Orders') }), { Tags => [ { Key => 'team', Value => 'one' } ] }, 'of the table');
is_deeply(ask('b', 'ListTagsOfResource', { ResourceArn => arn('b', 'Orders') }), { Tags => [] }, 'and of no other');
ask('a', 'UpdateContributorInsights', { TableName => 'Orders', ContributorInsightsAction => 'ENABLE' });
is(ask('a', 'ListContributorInsights', {})->{ContributorInsightsSummaries}[0]{TableName}, 'Orders', 'insights');
is_deeply(ask('b', 'ListContributorInsights', {}), { ContributorInsightsSummaries => [] }, 'and none of others');
is(ref ask('a', 'PutResourcePolicy', { ResourceArn => arn('a', 'Orders'), Policy => '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
	. '"Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"dynamodb:GetItem","Resource":"' . arn('a', 'Orders') . '"}]}' }), 'HASH', 'a policy');
like(ask('b', 'GetResourcePolicy', { ResourceArn => arn('b', 'Orders') }), qr/^400 PolicyNotFoundException/, 'and no other');
like(ask('a', 'GetResourcePolicy', { ResourceArn => arn('a', 'Orders/stream/none') }), qr/^400 ResourceNotFoundException: .*not found for Table: Orders/,
	'nor of a stream that is not there');
ask($_, 'UpdateTable', { TableName => 'Orders', DeletionProtectionEnabled => $_ eq 'a' ? JSON::PP::true : JSON::PP::false }) for @all;
like(ask('a', 'DeleteTable', { TableName => 'Orders' }), qr/^400 ValidationException: .*protected against deletion/, 'a table that is protected');
is(ask('b', 'DescribeTable', { TableName => 'Orders' })->{Table}{DeletionProtectionEnabled}, JSON::PP::false, 'and one that is not');
ask('a', 'UpdateTable', { TableName => 'Orders', DeletionProtectionEnabled => JSON::PP::false });

ask('a', 'UpdateTimeToLive', { TableName => 'Orders', TimeToLiveSpecification => { AttributeName => 'until', Enabled => JSON::PP::true } });
is(ask('b', 'DescribeTimeToLive', { TableName => 'Orders' })->{TimeToLiveDescription}{TimeToLiveStatus}, 'DISABLED', 'Time to Live of another');
$node->safe_psql('postgres', q{CREATE TABLE seen (space text);
	CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO public.seen VALUES (current_setting('dynapg.namespace'));
		RETURN NULL;
	END $$;
	CREATE TRIGGER see AFTER DELETE ON dynamodb."gw0@us-east-1/Orders" FOR EACH ROW EXECUTE FUNCTION see()});
ask($_, 'PutItem', { TableName => 'Orders', Item => { pk => { S => 'old' }, until => { N => int(time - 60) . q() } } }) for qw(a b);
wait_until('an item to expire', sub { scan('a') !~ /old/ });
like(scan('b'), qr/old/, 'the item of the other stays');
is($node->safe_psql('postgres', 'SELECT DISTINCT space FROM seen'), 'gw0@us-east-1', 'triggers find tables of the namespace then, too');
$node->safe_psql('postgres', 'DROP FUNCTION see() CASCADE; DROP TABLE seen');

# ---- resets and snapshots ----

sub control
{
	my ($space, $path, $request, %headers) = @_;
	return exchange(dial($port), request_text('', encode_json($request), 'X-Amz-Target' => undef, 'X-Dynapg-Control' => 'yes',
		$space ? authorization(@{ $credentials{$space} }) : (), %headers) =~ s{^POST /}{POST /dynapg/$path}r)->{body};
}

my %before = map { $_ => scan($_) } @all;
is(control($_, 'save-snapshot', { Name => 'base' }), $_ eq 'c' ? '{"Tables":1}' : '{"Tables":2}', "a snapshot in $_") for @all;
is($node->safe_psql('postgres', q(SELECT string_agg(name, ' ' ORDER BY name) FROM dynapg.snapshot_list)),
	'gw0@eu-west-1/base gw0@us-east-1/base gw1@us-east-1/base', 'three of one name');
is(ref ask($_, 'TransactWriteItems', { ClientRequestToken => 'kept',
	TransactItems => [ { Put => { TableName => 'Orders', Item => item('token') } } ] }), 'HASH', "a token in $_") for qw(a b);
is(control('a', 'reset', {}), '{"Tables":2}', 'a reset in a');
is(scan('a'), '', 'removes its items');
ask('b', 'DeleteItem', { TableName => 'Orders', Key => item('token') });
ask($_, 'TransactWriteItems', { ClientRequestToken => 'kept', TransactItems => [ { Put => { TableName => 'Orders', Item => item('token') } } ] }) for qw(a b);
is(scan('a'), 'token', 'and its tokens');
is(scan('b'), $before{b}, 'not those of b');
is(control(undef, 'reset', { Tables => 'drop' }, 'X-Dynapg-Namespace' => 'gw0@eu-west-1'), '{"Tables":1}', 'a reset of a namespace that is named');
is(join('|', map { names($_) } @all), 'Again Orders|Imported Orders|', 'drops its tables');
is_deeply(ask('c', 'ListBackups', { BackupType => 'ALL' }), { BackupSummaries => [] }, 'and backups');
is(control('a', 'restore-snapshot', { Name => 'base' }), '{"Tables":2}', 'a restore');
is(control(undef, 'restore-snapshot', { Name => 'base' }, 'X-Dynapg-Namespace' => 'gw0@eu-west-1'), '{"Tables":1}', 'and another');
is_deeply({ map { $_ => scan($_) } @all }, \%before, 'all items are there');
like(control(undef, 'drop-snapshot', { Name => 'base' }), qr/ResourceNotFoundException/, 'a snapshot that is in no namespace');
is(control('b', 'drop-snapshot', { Name => 'base' }), '{}', 'one that is dropped');
like(control(undef, 'reset', {}, 'X-Dynapg-Namespace' => $_), qr/ValidationException/, "the namespace $_") for 'a/b', '@', 'a b', 'x' x 200, 'x' x 5000;
is(control('a', 'reset', { Tables => 'drop' }, 'X-Dynapg-Namespace' => 'none'), '{"Tables":2}', 'beside credentials the header says nothing');
is(control('a', 'restore-snapshot', { Name => 'base' }), '{"Tables":2}', 'all is there again');

# ---- SQL ----

my $in_a = q(SET dynapg.namespace = 'gw0@us-east-1'; SET search_path = dynapg; );
is($node->safe_psql('postgres', 'SELECT dynapg.list_tables()'), '{"TableNames":[]}', 'SQL sees tables without a namespace');
is($node->safe_psql('postgres', qq($in_a SELECT dynapg.list_tables())), '{"TableNames":["Again","Orders"]}', 'or those of the one that it sets');
is($node->safe_psql('postgres', qq($in_a SELECT dynapg.get('Orders', '{"pk": "k"}') ->> 'v')), 'a', 'and their items');
is($node->safe_psql('postgres', qq($in_a SELECT count(*) FROM dynapg.dump_items('Orders'))), '7', 'which it dumps');
like(($node->psql('postgres', q(SELECT dynapg.dump_items('gw0@us-east-1/Orders'))))[2], qr/not found/, 'not by their full name');

# ---- the console ----

my $role = exchange(dial($port), request_text('', '{}', 'X-Amz-Target' => undef, authorization(@{ $credentials{b} })) =~ s{^POST /}{POST /console/api/role}r);
is(join(' ', map { $_->{TableName} } @{ decode_json($role->{body})->{Tables} }), 'Imported Orders', 'the console shows those of its credentials');
is(decode_json($role->{body})->{Namespace}, 'gw1@us-east-1', 'and their namespace');

# ---- credentials ----

is(call($port, 'ListTables', '{}')->{body}, '{"TableNames":[]}', 'without credentials there is no namespace');
is(call($port, 'ListTables', '{}', 'X-Dynapg-Namespace' => 'gw1@us-east-1')->{body}, '{"TableNames":["Imported","Orders"]}', 'unless a header names one');
my %long = authorization('K' x 128, 'r' x 63);
my $name = 'T' x 255;
is(call($port, 'CreateTable', encode_json({ TableName => $name, BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'pk', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'pk', AttributeType => 'S' } ] }), %long)->{status}, 200, 'the longest names');
is(call($port, 'PutItem', encode_json({ TableName => $name, Item => item('x') }), %long)->{status}, 200, 'an item there');
like(call($port, 'Scan', encode_json({ TableName => $name }), %long)->{body}, qr/"Count":1/, 'which is found');
is(call($port, 'ListTables', '{}', %long)->{body}, qq({"TableNames":["$name"]}), 'it is listed');
is(call($port, 'DeleteTable', encode_json({ TableName => $name }), %long)->{status}, 200, 'and deleted');
for my $case ([ 'K' x 129, 'us-east-1', 'UnrecognizedClient' ], [ 'a%b', 'us-east-1', 'UnrecognizedClient' ], [ 'a@b', 'us-east-1', 'UnrecognizedClient' ],
	[ '', 'us-east-1', 'UnrecognizedClient' ], [ 'gw0', 'us_east_1', 'InvalidSignature' ], [ 'gw0', '', 'InvalidSignature' ],
	[ 'gw0', 'r' x 64, 'InvalidSignature' ], [ 'gw0/x', 'us-east-1', 'IncompleteSignature' ])
{
	my ($key, $region, $exception) = @$case;
	like(answer_of(call($port, 'ListTables', '{}', authorization($key, $region))), qr/^400 $exception/, "the key '$key' in region '$region'");
}
my $presigned = exchange(dial($port), request_text('ListTables', '{}') =~
	s{^POST /}{POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=gw1%2F20260101%2Fus-east-1%2Fdynamodb%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=x}r);
is($presigned->{body}, '{"TableNames":["Imported","Orders"]}', 'credentials in the query');

# ---- the other ways ----

sub configure
{
	my ($setting, $value) = @_;
	$node->adjust_conf('postgresql.conf', $setting, "'$value'");
	$node->reload;
	wait_until($value, sub { $node->safe_psql('postgres', "SHOW $setting") eq $value });
	sleep 0.3;
	return;
}

sub way
{
	my ($value) = @_;
	return configure('dynapg.http_namespaces', $value);
}

way('region');
is(names('a'), '', 'another way, other namespaces');
new_table('a', 'Shared');
is(join('|', map { names($_) } @all), 'Shared|Shared|', 'keys share the tables of a region');
is(ask('b', 'DescribeTable', { TableName => 'Shared' })->{Table}{TableArn}, arn('b', 'Shared'), 'its ARN');
way('access_key');
new_table('a', 'Keyed');
is(join('|', map { names($_) } @all), 'Keyed||Keyed', 'regions share the tables of a key');
is(ask('c', 'DescribeTable', { TableName => 'Keyed' })->{Table}{TableArn}, arn('a', 'Keyed'), 'whose ARNs have the region of the server');
way('none');
is(join('|', map { names($_) } @all), '||', 'without the setting there are the tables in no namespace');
is(call($port, 'ListTables', '{}', 'X-Dynapg-Namespace' => 'gw0')->{body}, '{"TableNames":[]}', 'also with the header');
$node->append_conf('postgresql.conf', q(dynapg.namespace = ''));
configure('dynapg.namespace', 'gw0');
is(names('a'), '', 'and where the configuration has a namespace for SQL');
configure('dynapg.namespace', '');
new_table('c', 'Plain');
is(join('|', map { names($_) } @all), 'Plain|Plain|Plain', 'which all share');
is($node->safe_psql('postgres', q(SELECT string_agg(name, ' ' ORDER BY name) FROM dynapg.tables WHERE name ~ 'Shared|Keyed|Plain')),
	'@us-east-1/Shared Plain gw0/Keyed', 'their full names');

# ---- a dump ----

$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-Fc', '-f', "$root/dump" ], 'a dump');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$root/dump" ], 'is restored');
my $tables = 'SELECT name, relid FROM dynapg.tables ORDER BY name';
is($node->safe_psql('copy', $tables), $node->safe_psql('postgres', $tables), 'the namespaces are there');
is($node->safe_psql('copy', qq($in_a SELECT dynapg.get('Orders', '{"pk": "k"}') ->> 'v')), 'a', 'and their items');

# ---- signatures ----

$node->safe_psql('postgres', 'CREATE ROLE app LOGIN; GRANT USAGE, CREATE ON SCHEMA dynamodb TO app');
my @keys = map { [ new_key($node, 'app') ] } 1 .. 2;
$node->adjust_conf('postgresql.conf', 'dynapg.http_auth', "'sigv4'");
$node->adjust_conf('postgresql.conf', 'dynapg.http_namespaces', "'access_key,region'");
$node->restart;
wait_for_http($port, 400);
my $create = encode_json({ TableName => 'Signed', BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'pk', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'pk', AttributeType => 'S' } ] });
is(signed_call($port, @{ $keys[0] }, 'CreateTable', $create, region => 'eu-west-1')->{status}, 200, 'a signed request');
is(signed_call($port, @{ $keys[0] }, 'ListTables', '{}', region => 'eu-west-1')->{body}, '{"TableNames":["Signed"]}', 'sees its table');
is(signed_call($port, @{ $keys[0] }, 'ListTables', '{}')->{body}, '{"TableNames":[]}', 'not in another region');
is(signed_call($port, @{ $keys[1] }, 'ListTables', '{}', region => 'eu-west-1')->{body}, '{"TableNames":[]}', 'nor by another key of the role');
is(signed_call($port, @{ $keys[1] }, 'ListTables', '{}', 'X-Dynapg-Namespace' => "$keys[0][0]\@eu-west-1")->{body}, '{"TableNames":[]}', 'nor by the header');
like(signed_call($port, @{ $keys[0] }, 'DescribeTable', '{"TableName":"Signed"}', region => 'eu-west-1')->{body},
	qr/"TableArn":"arn:aws:dynamodb:eu-west-1:000000000000:table\/Signed"/, 'its ARN has the region that was signed');
my $forged = signed_text(@{ $keys[1] }, 'ListTables', '{}') =~ s{Credential=\w+}{Credential=$keys[0][0]}r;
like(answer_of(exchange(dial($port), $forged)), qr/^400 InvalidSignatureException/, 'the key of a signature cannot be changed');
$forged = signed_text(@{ $keys[0] }, 'ListTables', '{}') =~ s{/us-east-1/}{/eu-west-1/}r;
like(answer_of(exchange(dial($port), $forged)), qr/^400 InvalidSignatureException/, 'nor its region');
$node->safe_psql('postgres', 'CREATE ROLE guest LOGIN');
my @guest = new_key($node, 'guest');
like(answer_of(signed_call($port, @guest, 'CreateTable', $create, region => 'eu-west-1')),
	qr{^400 AccessDeniedException: .* on resource: arn:aws:dynamodb:eu-west-1:000000000000:table/Signed because}, 'a refusal names the region, too');
$node->safe_psql('postgres', 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
like(answer_of(signed_call($port, @guest, 'CreateTable', $create, region => 'eu-west-1')),
	qr{^400 AccessDeniedException: .* on resource: arn:aws:dynamodb:eu-west-1:000000000000:table/Signed because}, 'also that of a role that may not connect');

done_testing();
