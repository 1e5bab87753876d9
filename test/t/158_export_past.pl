# 158_export_past.pl - exports of a past moment, and of what changed between two moments, which bring a copy of the one to the other
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgExports;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = PostgreSQL::Test::Utils::tempdir;
mkdir "$root/$_" for qw(files files/bucket);
my $node = PostgreSQL::Test::Cluster->new('past');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "dynapg.s3_directory = '$root/files'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
$node->safe_psql('postgres', qq(SELECT dynapg.create_table('{"TableName":"$_","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}]}'))) for qw(Orders Copy);

sub run_all
{
	$node->safe_psql('postgres', "SELECT dynapg.execute_statement(\$\${\"Statement\":\"$_\"}\$\$)") for @_;
	return;
}

# The present moment, between two seconds' worth of quiet.
sub moment
{
	return $node->safe_psql('postgres', 'SELECT pg_sleep(0.3); SELECT extract(epoch FROM clock_timestamp())::numeric(20,3) FROM pg_sleep(0.3)') =~ s/\s//gr;
}

run_all(q(INSERT INTO Orders VALUE {'id':'before','n':1,'v':'x'}));
$node->safe_psql('postgres', q(SELECT dynapg.update_continuous_backups('{"TableName":"Orders","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}')));
run_all(map { "INSERT INTO Orders VALUE {'id':'$_','n':1,'v':'old'}" } qw(kept changed deleted));
my $first = moment();
run_all(q(UPDATE Orders SET v = 'new' WHERE id = 'changed' AND n = 1), q(DELETE FROM Orders WHERE id = 'deleted' AND n = 1),
	q(INSERT INTO Orders VALUE {'id':'added','n':2,'v':'a'}), q(UPDATE Orders SET v = 'b' WHERE id = 'added' AND n = 2),
	q(INSERT INTO Orders VALUE {'id':'passing','n':1}), q(DELETE FROM Orders WHERE id = 'passing' AND n = 1));
my $second = moment();
run_all(q(UPDATE Orders SET v = 'later' WHERE id = 'kept' AND n = 1));

my $to = '"S3Bucket":"bucket"';

sub lines
{
	my ($more) = @_;
	my $done = finished($node, export($node, 'Orders', "$to,$more"));
	return ($done) unless ref $done && $done->{ExportStatus} eq 'COMPLETED';
	my $lines = check_files(files_of("$root/files/bucket"), $done->{ExportManifest});
	return ($done, ref $lines ? sort @$lines : $lines);
}

my ($done, @lines) = lines(qq("ExportTime":$first));
is(join(' ', map { /"id":\{"S":"(\w+)"\}.*"v":\{"S":"(\w+)"\}/ ? "$1=$2" : $_ } @lines), 'before=x changed=old deleted=old kept=old', 'an export of a moment');
is($done->{ExportTime}, $first + 0, 'which is described');
my @at_first = @lines;
($done, @lines) = lines(qq("ExportTime":$second,"FilterSpecification":{"KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"kept"}}}));
is("@lines", '{"Item":{"id":{"S":"kept"},"n":{"N":"1"},"v":{"S":"old"}}}', 'with a key condition');

# ---- Incremental

my $incremental = qq("ExportType":"INCREMENTAL_EXPORT","IncrementalExportSpecification":{"ExportFromTime":$first,"ExportToTime":$second);
($done, @lines) = lines("$incremental}");
my %changes = map { my $line = decode_json($_); ($line->{Keys}{id}{S} => $line) } @lines;
is(join(' ', sort keys %changes), 'added changed deleted', 'an incremental export has each item that changed once');
is(join(' ', map { join(',', sort keys %{ $changes{$_} }) } qw(added changed deleted)),
	'Keys,Metadata,NewImage Keys,Metadata,NewImage,OldImage Keys,Metadata,OldImage', 'with its images');
is("$changes{added}{NewImage}{v}{S} $changes{changed}{OldImage}{v}{S} $changes{changed}{NewImage}{v}{S}", 'b old new', 'of the two moments');
my $micros = $changes{changed}{Metadata}{WriteTimestampMicros}{N};
ok($micros > $first * 1_000_000 && $micros < $second * 1_000_000, 'and the time of the write');
is($done->{ExportType}, 'INCREMENTAL_EXPORT', 'it is described');
my $files = files_of("$root/files/bucket");
my $summary = decode_json($files->{ $done->{ExportManifest} });
is("$summary->{version} $summary->{exportType} $summary->{outputView}", '2023-08-01 INCREMENTAL_EXPORT NEW_AND_OLD_IMAGES', 'its summary');
ok(!exists $summary->{exportTime} && exists $summary->{exportFromTime} && exists $summary->{exportToTime}, 'has its moments');
is(scalar(grep { m{^AWSDynamoDB/data/[a-z2-7]{26}\.json\.gz$} } keys %$files), 1, 'its data is in the shared folder');

# A full export and what changed since then make the later state.
my @later = lines(qq("ExportTime":$second));
append_to_file("$root/lines", join('', map { "$_\n" } @at_first));
append_to_file("$root/changes", join('', map { "$_\n" } @lines));
$node->safe_psql('postgres', qq(CREATE TABLE raw (line text);
	COPY raw FROM '$root/lines' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'); SELECT dynapg.import_items('Copy', line) FROM raw;
	TRUNCATE raw; COPY raw FROM '$root/changes' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'); SELECT dynapg.import_items('Copy', line) FROM raw));
is($node->safe_psql('postgres', q(SELECT '{"Item":' || item::text || '}' FROM dynamodb."Copy" ORDER BY 1)), join("\n", @later[ 1 .. $#later ]),
	'a full and an incremental export make the state of the later moment');

($done, @lines) = lines("$incremental,\"ExportViewType\":\"NEW_IMAGE\"}");
is(scalar(grep { /OldImage/ } @lines), 0, 'new images alone');
($done, @lines) = lines("$incremental},\"ExportFormat\":\"ION\"");
like((grep { /changed/ } @lines)[0], qr/^\$ion_1_0 \{Record:\{Metadata:\{WriteTimestampMicros:\d+\.\},Keys:\{id:"changed",n:1\.\},NewImage:\{id:"changed",n:1\.,v:"new"\},OldImage:\{.*\}\}\}$/,
	'in Ion');

# without an end, the period ends with the request
($done, @lines) = lines(qq("ExportType":"INCREMENTAL_EXPORT","IncrementalExportSpecification":{"ExportFromTime":$first}));
is(join(' ', sort map { decode_json($_)->{Keys}{id}{S} } @lines), 'added changed deleted kept', 'an incremental export that ends now');
cmp_ok($done->{IncrementalExportSpecification}{ExportToTime}, '>', $second, '.. which is described');
ok(exists decode_json(files_of("$root/files/bucket")->{ $done->{ExportManifest} })->{exportToTime}, '.. and in the summary');

# ---- What is refused

like(export($node, 'Orders', "$to,\"ExportTime\":1577836800"), qr/^Export Time is invalid/, 'a moment before recovery');
like(export($node, 'Orders', "$to,\"ExportType\":\"INCREMENTAL_EXPORT\""), qr/^Invalid Request: Incremental Export Specification expected when export type is set as Incremental Export/, 'an incremental export of no time');
like(export($node, 'Orders', "$to,\"ExportType\":\"INCREMENTAL_EXPORT\",\"IncrementalExportSpecification\":{}"),
	qr/^Invalid Request: ExportFromTime must be provided in IncrementalExportSpecification/, 'one without a beginning');
like(export($node, 'Orders', "$to,\"ExportType\":\"INCREMENTAL_EXPORT\",\"IncrementalExportSpecification\":{\"ExportFromTime\":1577836800}"),
	qr/^Incremental export period from time cannot be less than the table creation time : 2020-01-01T00:00:00Z/, 'one that begins before the table');
like(export($node, 'Orders', "$to,\"ExportType\":\"INCREMENTAL_EXPORT\",\"IncrementalExportSpecification\":{\"ExportFromTime\":$first,\"ExportToTime\":4102444800}"),
	qr/^Incremental export period to time cannot be greater than the current time : 2100-01-01T00:00:00Z/, 'one that ends in the future');
like(export($node, 'Orders', "$to,\"ExportType\":\"INCREMENTAL_EXPORT\",\"IncrementalExportSpecification\":{\"ExportFromTime\":$second,\"ExportToTime\":$first}"),
	qr/^Difference between export period from time and export period to time is less than 15 minutes/, 'one that runs backwards');
like(export($node, 'Orders', "$to,$incremental},\"ExportTime\":$first"), qr/^Invalid Request: ExportTime cannot be specified for INCREMENTAL_EXPORT/, 'with the other time');
like(export($node, 'Orders', "$to,\"IncrementalExportSpecification\":{\"ExportFromTime\":$first}"), qr/^Invalid Request: Export Type expected to be Incremental Export when incremental/, 'one of two without its type');
like(export($node, 'Orders', "$to,\"ExportType\":\"FULL_EXPORT\",\"IncrementalExportSpecification\":{\"ExportFromTime\":$first}"),
	qr/^Invalid Request: When Export Type is Full Export , Incremental Export Specification should not be provided/, 'a full one of two');

$node->stop;
done_testing();
