# 155_exports.pl - exports to a folder: the files are those of DynamoDB and load again with equal items; errors, rights, links, a cancel, a crash
#
# A session that locks the table holds an export at its beginning for as long as a test needs it.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgExports;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = PostgreSQL::Test::Utils::tempdir;
mkdir "$root/$_" for qw(files files/bucket files/bucket/inside outside);
symlink "$root/outside", "$root/files/linked";
symlink "$root/outside", "$root/files/bucket/link";
my $node = PostgreSQL::Test::Cluster->new('exports');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "max_worker_processes = 8\n");
$node->start;
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION dynapg;
CREATE ROLE app LOGIN;
CREATE ROLE reader LOGIN;
CREATE ROLE other LOGIN;
GRANT pg_write_server_files TO app, reader, other;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app;
SQL

sub create
{
	my ($name) = @_;
	$node->safe_psql('postgres', qq(SET ROLE app; SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}]}')));
	return;
}

sub put
{
	my ($table, $item) = @_;
	$node->safe_psql('postgres', qq(SELECT dynapg.put_item(\$\${"TableName":"$table","Item":$item}\$\$)));
	return;
}

sub recovery
{
	my ($table, $enabled) = @_;
	$node->psql('postgres', qq(SELECT dynapg.update_continuous_backups('{"TableName":"$table","PointInTimeRecoverySpecification":
		{"PointInTimeRecoveryEnabled":$enabled}}')));
	return;
}

create($_) for qw(Orders Empty);
my $text = 'x' x 409_000;
my $digits = '12345678901234567890123456789012345678';
my @items = (
	q({"id":{"S":"all"},"n":{"N":"1"},"s":{"S":""},"b":{"B":"AAEC/w=="},"empty":{"B":""},"t":{"BOOL":true},"f":{"BOOL":false},"null":{"NULL":true},
		"ss":{"SS":["a","b\"\\\\"]},"ns":{"NS":["1","-2.5"]},"bs":{"BS":["AA==","/w=="]},"l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},
		"m":{"M":{"a b":{"S":"x\u0000y\n\t"},"ü":{"N":"0"},"$x":{"S":"\u007f"},"true":{"S":"€"}}}}),
	qq({"id":{"S":"numbers"},"n":{"N":"-1"},"d":{"N":"$digits"},"e":{"N":"0.$digits"},"big":{"N":"9.99E+125"},"small":{"N":"-1E-130"},"z":{"N":"600"}}),
	qq({"id":{"S":"large"},"n":{"N":"2"},"s":{"S":"$text"}}));
put('Orders', $_) for @items;

# ---- What is refused at once

my $to = '"S3Bucket":"bucket"';
like(export($node, 'Orders', $to, 'app'), qr/^Point in time recovery is not enabled for table 'Orders'/, 'without point-in-time recovery');
recovery($_, 'true') for qw(Orders Empty);
like(export($node, 'Orders', $to, 'app'), qr/^This server has no buckets: set dynapg.s3_directory or dynapg.s3_endpoint/, 'a server without buckets');
$node->append_conf('postgresql.conf', "dynapg.s3_directory = '$root/files'\n");
$node->reload;
ok($node->poll_query_until('postgres', q(SELECT current_setting('dynapg.s3_directory') <> '')), 'buckets are folders');
like(export($node, 'Missing', $to, 'app'), qr{^Table not found: arn:aws:dynamodb:us-east-1:000000000000:table/Missing$}, 'no such table');
like(export($node, 'Orders', $to, 'reader'), qr/^permission denied for table "Orders"/, 'a role that may not read the table');
$node->safe_psql('postgres', 'GRANT SELECT ON dynamodb."Orders" TO reader; REVOKE pg_write_server_files FROM reader');
like(export($node, 'Orders', $to, 'reader'), qr/^permission denied for buckets/, 'a role that may not write files');
like(export($node, 'Orders', "$to,\"ExportTime\":4102444800", 'app'), qr/^Export Time is invalid/, 'a moment in the future');
like(export($node, 'Orders', "$to,\"ExportTime\":1577836800", 'app'), qr/^Export Time is invalid/, 'one before recovery began');
like(export($node, 'Orders', "$to,\"ExportFormat\":\"CSV\"", 'app'), qr/^1 validation error detected: Value 'CSV' at 'exportFormat' failed/, 'another format');
like(export($node, 'Orders', '"S3Bucket":"../x"', 'app'), qr/^1 validation error detected: Value '..\/x' at 's3Bucket' failed/, 'no name of a bucket');
like(describe($node, arn_of('Orders') . '/export/01700000000000-00000000', 'app'), qr/^Export not found: Export not found: arn:/, 'no such export');
like(describe($node, $_->[0], 'app'), $_->[1], "no export's ARN: $_->[0]") for [ arn_of('Orders'), qr/^Invalid Export ARN/ ], [ 'x' x 48, qr/^Invalid Export ARN/ ],
	[ arn_of('Orders') . '/backup/01700000000000-00000000', qr/^Invalid Export ARN/ ], [ arn_of('Orders') =~ s/us-east-1/eu-west-1/r . '/export/x', qr/^Export not found: Invalid export arn/ ],
	[ arn_of('Orders') =~ s/0{12}/1{12}/r . '/export/x', qr/^Access is denied/ ];
for ([ '', qr/^Invalid TableArn: Invalid Table ARN/ ], [ 'Orders', qr/^One or more parameter values were invalid: tableArn is not a valid ARN/ ],
	[ arn_of('Orders') . '/index/by-g', qr/^Invalid Request: Table ARN is invalid\.$/ ], [ arn_of('Orders') =~ s/us-east-1/eu-west-1/r, qr{^Table not found: arn:aws:dynamodb:eu-west-1:} ],
	[ arn_of('Orders') =~ s/0{12}/111111111111/r, qr/^Access is denied/ ])
{
	my (undef, undef, $refusal) = $node->psql('postgres', qq(SELECT dynapg.export_table_to_point_in_time('{"TableArn":"$_->[0]","S3Bucket":"bucket"}')));
	like($refusal =~ s/^psql:<stdin>:\d+: ERROR:  //r, $_->[1], "no table's ARN: $_->[0]");
}
like(export($node, 'Orders', "$to,\"S3SseKmsKeyId\":\"k\"$_", 'app'), qr/^Invalid Request: KMS Key Id is not supported for this encryption type/, "a key without its algorithm$_")
	for '', ',"S3SseAlgorithm":"AES256"';
like(export($node, 'Orders', "$to,\"FilterSpecification\":{}", 'app'), qr/^Invalid Request: Invalid FilterSpecification: The specification can not be empty/, 'an empty filter');
like(export($node, 'Orders', $to . ',"FilterSpecification":{"FilterExpression":"a ="}', 'app'), qr/^Invalid FilterExpression: Syntax error/, 'an invalid filter');
like(export($node, 'Orders', $to . ',"FilterSpecification":{"KeyConditionExpression":"z = :z","ExpressionAttributeValues":{":z":{"S":"x"}}}', 'app'),
	qr/^Query condition missed key schema element: id/, 'a condition on what is no key');

# ---- An export, and what is in the bucket

my $arn = export($node, 'Orders', "$to,\"S3Prefix\":\"exports/2026\",\"ClientToken\":\"one\"", 'app');
like($arn, qr{^arn:aws:dynamodb:us-east-1:000000000000:table/Orders/export/0\d{13}-[0-9a-f]{8}$}, 'an export has an ARN');
my $done = finished($node, $arn, 'app');
is($done->{ExportStatus}, 'COMPLETED', 'it is completed');
is(join(' ', map { $done->{$_} } qw(S3Bucket S3Prefix ExportFormat S3SseAlgorithm ClientToken ItemCount)),
	'bucket exports/2026 DYNAMODB_JSON AES256 one 3', 'and described');
ok(!exists $done->{ExportType}, '.. without a type, which the request has not named');
my ($id) = $arn =~ /([^\/]+)$/;
is($done->{ExportManifest}, "exports/2026/AWSDynamoDB/$id/manifest-summary.json", 'with its manifest');
my $files = files_of("$root/files/bucket");
my $lines = check_files($files, $done->{ExportManifest});
is(ref $lines, 'ARRAY', 'whose files fit together') or diag $lines;
my $summary = decode_json($files->{ $done->{ExportManifest} });
is(join(' ', sort keys %$summary), 'billedSizeBytes endTime exportArn exportTime exportType itemCount manifestFilesS3Key outputFormat s3Bucket s3Prefix '
	. 's3SseAlgorithm s3SseKmsKeyId startTime tableArn tableId version', 'the members of the summary');
is($summary->{version}, '2020-06-30', 'its version');
like($summary->{startTime}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'its times');
is(scalar(grep { /\/data\/[a-z2-7]{26}\.json\.gz$/ } keys %$files), 1, 'the name of a data file');
is(scalar(grep { /unfinished/ } keys %$files), 0, 'nothing unfinished is left');

# The lines load again, and the items are equal.
create('Copy');
append_to_file("$root/lines", join('', map { "$_\n" } @$lines));
like($node->safe_psql('postgres', qq(CREATE TABLE raw (line text); COPY raw FROM '$root/lines' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02');
	SELECT dynapg.import_items('Copy', line) FROM raw)), qr/"Items":3|3/, 'the lines are loaded');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynamodb."Orders" o JOIN dynamodb."Copy" c USING (pk, sk) WHERE o.item::text = c.item::text'), '3', 'as equal items');

# ---- One token, one export

is(export($node, 'Orders', "$to,\"S3Prefix\":\"exports/2026\",\"ClientToken\":\"one\"", 'app'), $arn, 'the same request with its token is that export');
like(export($node, 'Orders', "$to,\"ClientToken\":\"one\"", 'app'), qr/^Export conflict: Duplicate request detected with conflicting parameters/, 'another request with it is a conflict');

# ---- Others

like(describe($node, $arn, 'other'), qr/^Export not found: /, 'others do not see it');
unlike($node->safe_psql('postgres', q(SET ROLE other; SELECT dynapg.list_exports())), qr/arn:/, 'and not in their list');

# ---- Ion, an empty table, a filter

$done = finished($node, export($node, 'Orders', "$to,\"ExportFormat\":\"ION\"", 'app'), 'app');
$files = files_of("$root/files/bucket");
$lines = check_files($files, $done->{ExportManifest});
is(ref $lines, 'ARRAY', 'an export in Ion') or diag $lines;
my ($all) = grep { /id:"all"/ } @$lines;
is($all, q($ion_1_0 {Item:{b:{{AAEC/w==}},bs:$dynamodb_BS::[{{AA==}},{{/w==}}],empty:{{}},f:false,id:"all",l:["x",[],{}],m:{'$x':"\\x7f",'a b':"x\\x00y\\n\\t",)
	. q('true':"€",'ü':0.},n:1.,ns:$dynamodb_NS::[-2.5,1.],'null':null,s:"",ss:$dynamodb_SS::["a","b\\"\\\\"],t:true}}), 'its types');
my ($numbers) = grep { /id:"numbers"/ } @$lines;
is($numbers, '$ion_1_0 {Item:{big:999d123,d:' . $digits . '.,e:0.' . $digits . ',id:"numbers",n:-1.,small:-1d-130,z:6d2}}', 'and numbers');

$done = finished($node, export($node, 'Empty', $to, 'app'), 'app');
is("$done->{ExportStatus} $done->{ItemCount}", 'COMPLETED 0', 'a table without items');
$lines = check_files(files_of("$root/files/bucket"), $done->{ExportManifest});
is(ref $lines ? scalar @$lines : $lines, 0, 'has an empty file');

$done = finished($node, export($node, 'Orders', $to . ',"FilterSpecification":{"FilterExpression":"attribute_exists(#z) AND n < :n","ProjectionExpression":"id, z",
	"ExpressionAttributeNames":{"#z":"z"},"ExpressionAttributeValues":{":n":{"N":"1"}}}', 'app'), 'app');
$lines = check_files(files_of("$root/files/bucket"), $done->{ExportManifest});
is(ref $lines ? "@$lines" : $lines, '{"Item":{"id":{"S":"numbers"},"z":{"N":"600"}}}', 'a filter and a projection');
ok($done->{BilledSizeBytes} > 409_000, 'what is read is billed');
$done = finished($node, export($node, 'Orders', $to . ',"FilterSpecification":{"KeyConditionExpression":"id = :i AND n BETWEEN :a AND :b","ProjectionExpression":"n",
	"ExpressionAttributeValues":{":i":{"S":"all"},":a":{"N":"0"},":b":{"N":"10"}}}', 'app'), 'app');
$lines = check_files(files_of("$root/files/bucket"), $done->{ExportManifest});
is(ref $lines ? "@$lines" : $lines, '{"Item":{"n":{"N":"1"}}}', 'a key condition');

# ---- Lists

my $page = decode_json($node->safe_psql('postgres', q(SET ROLE app; SELECT dynapg.list_exports('{"MaxResults":2}'))));
is(scalar @{ $page->{ExportSummaries} }, 2, 'a page of the list');
my $rest = decode_json($node->safe_psql('postgres', qq(SET ROLE app; SELECT dynapg.list_exports('{"NextToken":"$page->{NextToken}"}'))));
my @arns = map { $_->{ExportArn} } @{ $page->{ExportSummaries} }, @{ $rest->{ExportSummaries} };
is(scalar @arns, 5, 'and the rest');
is($arns[-1], $arn, 'the newest first');
my $empty = arn_of('Empty');
is($node->safe_psql('postgres', qq(SET ROLE app; SELECT string_agg(e ->> 'ExportType', ' ') FROM json_array_elements(
	dynapg.list_exports('{"TableArn":"$empty"}') -> 'ExportSummaries') e)), 'FULL_EXPORT', 'of one table');

# ---- What fails later

sub failure
{
	my ($more) = @_;
	my $failed = finished($node, export($node, 'Orders', $more, 'app'), 'app');
	return ref $failed ? "$failed->{ExportStatus} $failed->{FailureCode}: $failed->{FailureMessage}" : $failed;
}

sub looks_complete
{
	return scalar grep { /manifest/ } keys %{ files_of($_[0]) };
}

like(failure('"S3Bucket":"nowhere"'), qr/^FAILED S3NoSuchBucket: The specified bucket does not exist/, 'no such bucket');
like(failure('"S3Bucket":"linked"'), qr/^FAILED S3AccessDenied: .*symbolic link/, 'a bucket that is a link');
like(failure("$to,\"S3Prefix\":\"link\""), qr/^FAILED S3AccessDenied: .*symbolic link/, 'a link on the way');
like(failure("$to,\"S3Prefix\":\"../outside\""), qr/^FAILED S3InvalidKey: /, 'a way out');
like(failure("$to,\"S3Prefix\":\"/tmp\""), qr/^FAILED S3InvalidKey: /, 'another one');
is(join(' ', keys %{ files_of("$root/outside") }), '', 'nothing has come out of the folder');
mkdir "$root/files/locked", 0555;
like(failure('"S3Bucket":"locked"'), qr/^FAILED S3AccessDenied: Access denied: could not open/, 'a folder that cannot be written');

# ---- A cancel

my $gate = $node->background_psql('postgres', on_error_die => 1);

# Begins an export and locks its table before the export is committed, so that its worker waits at the beginning.
sub hold
{
	my ($more) = @_;
	my $asker = $node->background_psql('postgres', on_error_die => 1);
	my $request = '{"TableArn":"' . arn_of('Orders') . qq(",$more});
	my $reply = $asker->query_safe("SET ROLE app; BEGIN; SELECT FROM dynamodb.\"Orders\" LIMIT 0; SELECT dynapg.export_table_to_point_in_time(\$\$$request\$\$)");
	$gate->query_until(qr/at it/, "\\echo at it\nBEGIN;\nLOCK TABLE dynamodb.\"Orders\" IN ACCESS EXCLUSIVE MODE;\n");
	ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'dynamodb."Orders"'::regclass AND NOT granted)),
		'the lock is asked for');
	$asker->query_safe('COMMIT');
	$asker->quit;
	return $reply =~ /"ExportArn":"([^"]+)"/ ? $1 : $reply;
}

sub release
{
	$gate->query_safe('COMMIT');
	return;
}

sub held_up
{
	return $node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dynapg job' AND wait_event_type = 'Lock'));
}

mkdir "$root/files/held";
my $held = hold('"S3Bucket":"held"');
ok(held_up(), 'an export at its beginning');
is($node->safe_psql('postgres', q(SET ROLE app; SELECT kind, table_name, state FROM dynapg.job_progress WHERE state = 'IN_PROGRESS')), 'export|Orders|IN_PROGRESS', 'is shown');
is($node->safe_psql('postgres', q(SET ROLE other; SELECT count(*) FROM dynapg.job_progress)), '0', 'to nobody else');
my ($held_id) = $held =~ /([^\/]+)$/;
is($node->safe_psql('postgres', "SET ROLE app; SELECT dynapg.cancel_job('$held_id')"), 't', 'and cancelled');
my $cancelled = finished($node, $held, 'app');
is("$cancelled->{ExportStatus} $cancelled->{FailureCode}", 'FAILED Cancelled', 'it has failed');
is(looks_complete("$root/files/held"), 0, 'and does not look complete');
is($node->safe_psql('postgres', "SET ROLE app; SELECT dynapg.cancel_job('$held_id')"), 'f', 'it cannot be cancelled twice');
release();
$held = hold('"S3Bucket":"held"');
ok(held_up(), 'another one');
$node->safe_psql('postgres', q(SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg job'));
is(finished($node, $held, 'app')->{ExportStatus}, 'FAILED', 'that an administrator cancels');

# ---- A crash, a stop, a worker that ends

release();
$held = hold('"S3Bucket":"held"');
ok(held_up(), 'an export');
$node->safe_psql('postgres', q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg job'));
$node->poll_query_until('postgres', q(SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dynapg job'));
is($node->safe_psql('postgres', "SELECT state FROM dynapg.long_jobs WHERE id = '" . ($held =~ /([^\/]+)$/)[0] . "'"), 'IN_PROGRESS', 'goes on when its worker ends');
like(describe($node, $held, 'app'), qr/"ExportStatus":"IN_PROGRESS"/, 'who looks starts it again');
ok(held_up(), 'so that it goes on');
eval { $gate->quit };
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', 'SET ROLE app; SELECT dynapg.run_jobs()');
$done = finished($node, $held, 'app');
is("$done->{ExportStatus} $done->{ItemCount}", 'COMPLETED 3', 'after a crash it is done again');
$lines = check_files(files_of("$root/files/held"), $done->{ExportManifest});
is(ref $lines ? scalar @$lines : $lines, 3, 'and complete');

# A table dropped during the export.
$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
$held = export($node, 'Empty', '"S3Bucket":"held"', 'app');
like(describe($node, $held, 'app'), qr/"ExportStatus":"IN_PROGRESS"/, 'without a worker it waits');
$node->safe_psql('postgres', 'DROP TABLE dynamodb."Empty"');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;
$done = finished($node, $held, 'app');
is("$done->{ExportStatus} $done->{FailureCode}", 'FAILED TableNotFoundException', 'its table is gone');

$node->stop;
done_testing();
