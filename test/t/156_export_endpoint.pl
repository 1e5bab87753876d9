# 156_export_endpoint.pl - exports to an endpoint that stalls, answers 500 and 403, breaks off, or does not exist: each is tried again or
# fails cleanly, and what failed never looks complete
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgExports;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'this build has no libcurl' if system('ldconfig -p 2>/dev/null | grep -q libcurl') != 0;
my $root = PostgreSQL::Test::Utils::tempdir;
mkdir "$root/s3";
my $pid = fork // die "fork: $!";
if ($pid == 0)
{
	delete $ENV{PERL5OPT};
	exec 'python3', 'test/t/lib/faulty_s3.py', "$root/s3", "$root/port" or exit 1;
}
END { kill 'KILL', $pid if $pid }
for (1 .. 300) { last if -e "$root/port"; sleep 0.1 }
my $port = slurp_file("$root/port");

my $node = PostgreSQL::Test::Cluster->new('endpoint');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "dynapg.s3_endpoint = 'http://127.0.0.1:$port/'\ndynapg.s3_timeout = 1\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE app LOGIN;
GRANT pg_write_server_files TO app;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app;
INSERT INTO dynapg.s3_credentials (access_key_id, secret_access_key) VALUES ('AKIDEXAMPLE', 'secret');
SQL
for my $table (qw(Small Large))
{
	$node->safe_psql('postgres', qq(SET ROLE app; SELECT dynapg.create_table('{"TableName":"$table","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
		SELECT dynapg.update_continuous_backups('{"TableName":"$table","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}')));
}
$node->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Small","Item":{"id":{"S":"1"}}}')));
# 12 MB that cannot be compressed much
$node->safe_psql('postgres', <<'SQL');
SELECT count(dynapg.put_item(json_build_object('TableName', 'Large', 'Item', json_build_object('id', json_build_object('S', i::text),
	'v', json_build_object('B', translate(encode((SELECT string_agg(decode(md5(concat(i, n)), 'hex'), '') FROM generate_series(1, 12000) n), 'base64'), E'\n', ''))))))
	FROM generate_series(1, 64) i
SQL

sub outcome
{
	my ($bucket, $table) = @_;
	my $done = finished($node, export($node, $table // 'Small', "\"S3Bucket\":\"$bucket\"", 'app'), 'app');
	return ref $done ? join(' ', grep { defined } @{$done}{qw(ExportStatus FailureCode FailureMessage)}) : $done;
}

sub looks_complete
{
	return scalar grep { /manifest-summary\.json/ } keys %{ files_of("$root/s3/$_[0]") };
}

my $done = finished($node, export($node, 'Small', '"S3Bucket":"good","S3Prefix":"a b/%+"', 'app'), 'app');
is($done->{ExportStatus}, 'COMPLETED', 'an endpoint without a fault');
my $lines = check_files(files_of("$root/s3/good"), $done->{ExportManifest} // '');
is(ref $lines ? "@$lines" : $lines, '{"Item":{"id":{"S":"1"}}}', 'has the files');
unlike(slurp_file("$root/s3/requests.log"), qr/signed=False/, 'by requests that are signed');
$done = finished($node, export($node, 'Large', '"S3Bucket":"good"', 'app'), 'app');
$lines = check_files(files_of("$root/s3/good"), $done->{ExportManifest} // '');
is(ref $lines ? scalar @$lines : $lines, 64, 'a large file');
like(slurp_file("$root/s3/requests.log"), qr/^PUT good .*partNumber=2/m, 'is written in parts');
is(outcome('flaky'), 'COMPLETED', 'requests that fail are made again');

like(outcome('broken'), qr/^FAILED S3Unavailable The endpoint of the bucket answers with status 503/, 'an endpoint that answers 503');
like(outcome('stalled'), qr/^FAILED S3Unavailable The endpoint of the bucket does not answer: /, 'one that stalls');
like(outcome('half'), qr/^FAILED S3Unavailable The endpoint of the bucket does not answer: /, 'half of a reply');
like(outcome('denied'), qr/^FAILED S3AccessDenied AccessDenied for a test/, '403');
like(outcome('nowhere'), qr/^FAILED S3NoSuchBucket The specified bucket does not exist/, 'no such bucket');
like(outcome('late'), qr/^FAILED S3AccessDenied/, '403 at the very end');
is(looks_complete('late'), 0, 'leaves nothing that looks complete');
like(outcome('parts', 'Large'), qr/^FAILED S3AccessDenied/, '403 for a part');
is(looks_complete('parts'), 0, 'neither does that');
like(slurp_file("$root/s3/requests.log"), qr/^DELETE parts .*uploadId=u1/m, 'and the upload is aborted');

# A cancel does not wait for the endpoint.
$node->append_conf('postgresql.conf', "dynapg.s3_timeout = 600\n");
$node->reload;
ok($node->poll_query_until('postgres', q(SELECT current_setting('dynapg.s3_timeout') IN ('600', '10min'))), 'a patient server');
my $arn = export($node, 'Small', '"S3Bucket":"stalled"', 'app');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dynapg job' AND query LIKE 'dynapg: export%')), 'an export that waits');
$node->safe_psql('postgres', "SET ROLE app; SELECT dynapg.cancel_job('" . ($arn =~ /([^\/]+)$/)[0] . "')");
$done = finished($node, $arn, 'app');
is("$done->{ExportStatus} $done->{FailureCode}", 'FAILED Cancelled', 'is cancelled');

# No endpoint, and no folder either.
$node->append_conf('postgresql.conf', "dynapg.s3_endpoint = 'http://127.0.0.1:1'\ndynapg.s3_timeout = 1\n");
$node->reload;
ok($node->poll_query_until('postgres', q(SELECT current_setting('dynapg.s3_endpoint') LIKE '%:1')), 'another endpoint');
like(outcome('good'), qr/^FAILED S3Unavailable The endpoint of the bucket does not answer: /, 'where nobody listens');
is($node->psql('postgres', q(SET ROLE app; SELECT * FROM dynapg.s3_credentials)), 3, 'credentials are nobody\'s to read');
isnt($node->psql('postgres', q(LOAD 'dynapg'; ALTER SYSTEM SET dynapg.s3_endpoint = 'ftp://x')), 0, 'an endpoint is a URL of HTTP');

$node->stop;
done_testing();
