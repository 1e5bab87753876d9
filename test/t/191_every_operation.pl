# 191_every_operation.pl - no operation of the API is unknown: each one gets a valid request over HTTP and does it, or refuses with its exception.
#
# The names are those of the service's newest models, DynamoDB's 62 and DynamoDB Streams' 4.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = PostgreSQL::Test::Utils::tempdir;
mkdir "$root/$_" for qw(files files/bucket);
my $node = PostgreSQL::Test::Cluster->new('operations');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'trust'", "dynapg.s3_directory = '$root/files'", 'max_worker_processes = 16');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
wait_for_http($port);

my %seen;

# Calls the operation; returns the reply's JSON, and the exception's name or an empty string.
sub try
{
	my ($operation, $request) = @_;
	my $reply = call($port, $operation, encode_json($request));
	my $body = $reply->{body} eq '' ? {} : decode_json($reply->{body});
	my ($exception) = ($body->{__type} // '') =~ /#(\w+)$/;

	$seen{$operation} = 1;
	return ($body, $reply->{status} == 200 ? '' : $exception // "status $reply->{status}");
}

# An operation that succeeds; its reply has the member.
sub does
{
	my ($operation, $request, $member) = @_;
	my ($body, $exception) = try($operation, $request);

	# a background job may hold the table at that moment: as SDKs do
	for (my $again = 0; $exception eq 'ThrottlingException' && $again < 10; $again++)
	{
		($body, $exception) = try($operation, $request);
	}
	is($exception, '', $operation) or diag(encode_json($body));
	ok(!defined $member || exists $body->{$member}, "$operation: the reply" . (defined $member ? " has $member" : ''));
	return $body;
}

# An operation that is refused with the exception.
sub refuses
{
	my ($operation, $request, $expected) = @_;
	my ($body, $exception) = try($operation, $request);

	is($exception, $expected, "$operation is refused") or diag(encode_json($body));
	return;
}

# Calls an operation until the reply's text matches.
sub wait_until
{
	my ($operation, $request, $expected) = @_;
	my $body;

	for (1 .. 600)
	{
		($body) = try($operation, $request);
		last if encode_json($body) =~ $expected;
		select undef, undef, undef, 0.1;
	}
	like(encode_json($body), $expected, "$operation in the end");
	return $body;
}

my %table = (BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ]);
my $arn = does('CreateTable', { TableName => 'Things', %table, StreamSpecification => { StreamEnabled => JSON::PP::true, StreamViewType => 'KEYS_ONLY' },
	VectorIndexes => [ { IndexName => 'near', VectorAttribute => { AttributeName => 'v' }, Dimensions => 2, DistanceFunction => 'EUCLIDEAN',
		Projection => { ProjectionType => 'ALL' } } ] }, 'TableDescription')->{TableDescription}{TableArn};
my $key = { id => { S => 'a' } };
my $item = { id => { S => 'a' }, v => { L => [ { N => '1' }, { N => '2' } ] } };
my $stream = does('DescribeTable', { TableName => 'Things' }, 'Table')->{Table}{LatestStreamArn};

does('ListTables', {}, 'TableNames');
does('UpdateTable', { TableName => 'Things', DeletionProtectionEnabled => JSON::PP::false }, 'TableDescription');
does('DescribeLimits', {}, 'AccountMaxReadCapacityUnits');
does('DescribeEndpoints', {}, 'Endpoints');

does('PutItem', { TableName => 'Things', Item => $item });
does('GetItem', { TableName => 'Things', Key => $key }, 'Item');
does('UpdateItem', { TableName => 'Things', Key => $key, UpdateExpression => 'SET n = :n', ExpressionAttributeValues => { ':n' => { N => '1' } } });
does('Query', { TableName => 'Things', KeyConditionExpression => 'id = :i', ExpressionAttributeValues => { ':i' => { S => 'a' } } }, 'Items');
does('Scan', { TableName => 'Things' }, 'Items');
does('BatchGetItem', { RequestItems => { Things => { Keys => [$key] } } }, 'Responses');
does('BatchWriteItem', { RequestItems => { Things => [ { PutRequest => { Item => { id => { S => 'b' } } } } ] } }, 'UnprocessedItems');
does('TransactGetItems', { TransactItems => [ { Get => { TableName => 'Things', Key => $key } } ] }, 'Responses');
does('TransactWriteItems', { TransactItems => [ { Put => { TableName => 'Things', Item => $item } } ] });
does('ExecuteStatement', { Statement => q(SELECT * FROM "Things" WHERE id = 'a') }, 'Items');
does('BatchExecuteStatement', { Statements => [ { Statement => q(SELECT * FROM "Things" WHERE id = 'a') } ] }, 'Responses');
does('ExecuteTransaction', { TransactStatements => [ { Statement => q(SELECT * FROM "Things" WHERE id = 'a') } ] }, 'Responses');
does('SearchVectors', { TableName => 'Things', IndexName => 'near', SearchVector => [ { N => '1' }, { N => '2' } ], TopK => 1 }, 'SearchResults');

does('TagResource', { ResourceArn => $arn, Tags => [ { Key => 'k', Value => 'v' } ] });
does('ListTagsOfResource', { ResourceArn => $arn }, 'Tags');
does('UntagResource', { ResourceArn => $arn, TagKeys => ['k'] });
does('PutResourcePolicy', { ResourceArn => $arn, Policy =>
	'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"dynamodb:DeleteTable","Resource":"*"}]}' }, 'RevisionId');
does('GetResourcePolicy', { ResourceArn => $arn }, 'Policy');
does('DeleteResourcePolicy', { ResourceArn => $arn });
does('UpdateContributorInsights', { TableName => 'Things', ContributorInsightsAction => 'ENABLE' }, 'ContributorInsightsStatus');
does('DescribeContributorInsights', { TableName => 'Things' }, 'ContributorInsightsStatus');
does('ListContributorInsights', {}, 'ContributorInsightsSummaries');
does('UpdateTimeToLive', { TableName => 'Things', TimeToLiveSpecification => { Enabled => JSON::PP::true, AttributeName => 'until' } },
	'TimeToLiveSpecification');
does('DescribeTimeToLive', { TableName => 'Things' }, 'TimeToLiveDescription');

my $kinesis = { TableName => 'Things', StreamArn => 'arn:aws:kinesis:us-east-1:000000000000:stream/s' };
does('EnableKinesisStreamingDestination', $kinesis, 'DestinationStatus');
does('DescribeKinesisStreamingDestination', { TableName => 'Things' }, 'KinesisDataStreamDestinations');
refuses('DisableKinesisStreamingDestination', $kinesis, 'ValidationException');
refuses('UpdateKinesisStreamingDestination', { %$kinesis, UpdateKinesisStreamingConfiguration => { ApproximateCreationDateTimePrecision => 'MICROSECOND' } },
	'ValidationException');

does('ListGlobalTables', {}, 'GlobalTables');
my %global = (GlobalTableName => 'Things');
refuses('CreateGlobalTable', { %global, ReplicationGroup => [ { RegionName => 'us-east-1' } ] }, 'ValidationException');
refuses('DescribeGlobalTable', {%global}, 'GlobalTableNotFoundException');
refuses('DescribeGlobalTableSettings', {%global}, 'GlobalTableNotFoundException');
refuses('UpdateGlobalTable', { %global, ReplicaUpdates => [ { Delete => { RegionName => 'us-east-1' } } ] }, 'GlobalTableNotFoundException');
refuses('UpdateGlobalTableSettings', {%global}, 'GlobalTableNotFoundException');
refuses('DescribeTableReplicaAutoScaling', { TableName => 'Things' }, 'ResourceNotFoundException');
refuses('UpdateTableReplicaAutoScaling', { TableName => 'Things' }, 'ResourceNotFoundException');

does('UpdateContinuousBackups', { TableName => 'Things', PointInTimeRecoverySpecification => { PointInTimeRecoveryEnabled => JSON::PP::true } },
	'ContinuousBackupsDescription');
does('DescribeContinuousBackups', { TableName => 'Things' }, 'ContinuousBackupsDescription');
my $backup = does('CreateBackup', { TableName => 'Things', BackupName => 'nightly' }, 'BackupDetails')->{BackupDetails}{BackupArn};
wait_until('DescribeBackup', { BackupArn => $backup }, qr/"AVAILABLE"/);
does('ListBackups', {}, 'BackupSummaries');
does('RestoreTableFromBackup', { TargetTableName => 'Restored', BackupArn => $backup }, 'TableDescription');
wait_until('DescribeTable', { TableName => 'Restored' }, qr/"TableStatus":"ACTIVE"/);
does('DeleteBackup', { BackupArn => $backup }, 'BackupDescription');
does('RestoreTableToPointInTime', { SourceTableName => 'Things', TargetTableName => 'Then', UseLatestRestorableTime => JSON::PP::true }, 'TableDescription');
wait_until('DescribeTable', { TableName => 'Then' }, qr/"TableStatus":"ACTIVE"/);

my $export = does('ExportTableToPointInTime', { TableArn => $arn, S3Bucket => 'bucket' }, 'ExportDescription')->{ExportDescription}{ExportArn};
my $done = wait_until('DescribeExport', { ExportArn => $export }, qr/"COMPLETED"/)->{ExportDescription};
does('ListExports', {}, 'ExportSummaries');
my ($id) = $export =~ m{/export/(.*)};
my $import = does('ImportTable', { S3BucketSource => { S3Bucket => 'bucket', S3KeyPrefix => "AWSDynamoDB/$id" }, InputFormat => 'DYNAMODB_JSON',
	InputCompressionType => 'GZIP', TableCreationParameters => { TableName => 'Imported', %table } }, 'ImportTableDescription');
wait_until('DescribeImport', { ImportArn => $import->{ImportTableDescription}{ImportArn} }, qr/"COMPLETED"/);
does('ListImports', {}, 'ImportSummaryList');
my $bulk = does('StartBulkPutItems', { TableName => 'Imported', InputS3Configuration => { S3Bucket => 'bucket', S3KeyPrefix => "AWSDynamoDB/$id/data",
	InputFormat => 'DYNAMODB_JSON', InputCompressionType => 'GZIP' }, OutputS3Configuration => { OutputType => ['ERROR'], S3Bucket => 'bucket' } });
my ($bulk_arn) = encode_json($bulk) =~ /"BulkOperationArn":"([^"]+)"/;
wait_until('DescribeBulkOperation', { BulkOperationArn => $bulk_arn }, qr/"COMPLETED"/);
does('ListBulkOperations', {}, 'BulkOperationsSummaryList');
refuses('CancelBulkOperation', { BulkOperationArn => $bulk_arn =~ s/.{4}$/0000/r }, 'ResourceNotFoundException');
($done) = try('Scan', { TableName => 'Imported', Select => 'COUNT' });
is($done->{Count}, 2, 'what was exported is imported');

# DynamoDB Streams has its own target.
sub streams
{
	my ($operation, $request, $member) = @_;
	my $reply = call($port, $operation, encode_json($request), 'X-Amz-Target' => "DynamoDBStreams_20120810.$operation");

	$seen{$operation} = 1;
	is($reply->{status}, 200, $operation) or diag($reply->{body});
	return decode_json($reply->{body})->{$member};
}
is(ref streams('ListStreams', {}, 'Streams'), 'ARRAY', 'ListStreams: the reply');
my $shard = streams('DescribeStream', { StreamArn => $stream }, 'StreamDescription')->{Shards}[0]{ShardId};
my $iterator = streams('GetShardIterator', { StreamArn => $stream, ShardId => $shard, ShardIteratorType => 'TRIM_HORIZON' }, 'ShardIterator');
is(scalar @{ streams('GetRecords', { ShardIterator => $iterator }, 'Records') }, 4, 'GetRecords: a put, an update, a put, and a put over the first item');

does('DeleteItem', { TableName => 'Things', Key => $key });
does('DeleteTable', { TableName => 'Restored' }, 'TableDescription');

my @operations = map { /^DYN_OPERATION\((\w+),/ ? $1 : () } split /\n/, slurp_file('src/api/operations.def');
is(scalar @operations, 66, 'the operations of the newest models');
is_deeply([ grep { !$seen{$_} } @operations ], [], 'each was called');
my ($reply, $exception) = try('DescribeEverything', {});
is($exception, 'UnknownOperationException', 'another one is unknown');
$node->stop;
done_testing();
