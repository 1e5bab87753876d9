# 231_maintenance.pl - the commands of docs/maintenance.md: grants, tablespaces, rewrites, swaps, pg_upgrade; the API goes on after each.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgDocs;
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = 'maintenance.md';
my @locale = (extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $node = PostgreSQL::Test::Cluster->new('maintenance');
$node->init(@locale);
my $port = http_configure($node, "dynapg.http_database = 'app'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', 'CREATE EXTENSION dynapg');
wait_for_http($port);
my $folder = PostgreSQL::Test::Utils::tempdir;

my $table = '"KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"order","KeyType":"RANGE"}],"BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"order","AttributeType":"N"},{"AttributeName":"status","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-status","KeySchema":[{"AttributeName":"status","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]';
$node->safe_psql('app', qq(SELECT dynapg.create_table('{"TableName":"Orders",$table,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}')));
$node->safe_psql('app', q(SELECT count(dynapg.put_item(format('{"TableName":"Orders","Item":{"customer":{"S":"c%s"},"order":{"N":"%s"},"status":{"S":"open"}}}', i % 10, i)::json))
	FROM generate_series(1, 100) i));
my $written = 100;

# The API reads the table and its index, and writes.
sub goes_on
{
	my ($name) = @_;
	is(call($port, 'Query', '{"TableName":"Orders","IndexName":"by-status","KeyConditionExpression":"#s = :o","Select":"COUNT",
		"ExpressionAttributeNames":{"#s":"status"},"ExpressionAttributeValues":{":o":{"S":"open"}}}')->{body}, qq({"Count":$written,"ScannedCount":$written}), "$name: read");
	$written++;
	is(call($port, 'PutItem', qq({"TableName":"Orders","Item":{"customer":{"S":"new"},"order":{"N":"$written"},"status":{"S":"open"}}}))->{body}, '{}', "$name: written");
	return;
}

sub spaces
{
	return $node->safe_psql('app', q(SELECT c.relname, t.spcname FROM pg_class c LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
		WHERE c.relnamespace = 'dynamodb'::regnamespace ORDER BY c.relname COLLATE "C"));
}

docs_sql($node, 'app', (docs_blocks($page, 'Maintenance'))[0]);
docs_sql($node, 'app', $_) for docs_blocks($page, 'Roles and grants');
$node->append_conf('postgresql.conf', "dynapg.http_trust_role = 'owner_of_tables'");
$node->restart;
wait_for_http($port);
goes_on('another owner');
is($node->safe_psql('app', q(SET ROLE reports; SELECT dynapg.scan('{"TableName":"Orders","Select":"COUNT"}') ->> 'Count')), $written, 'reports reads');
is($node->safe_psql('app', q(SET ROLE program; SELECT dynapg.delete_item('{"TableName":"Orders","Key":{"customer":{"S":"new"},"order":{"N":"101"}}}'))), '{}', 'program writes');
$written--;
for my $refused ([ reports => q(dynapg.delete_item('{"TableName":"Orders","Key":{"customer":{"S":"new"},"order":{"N":"101"}}}')) ],
	[ program => q(dynapg.delete_table('{"TableName":"Orders"}')) ])
{
	my (undef, undef, $error) = $node->psql('app', "SET ROLE $refused->[0]; SELECT $refused->[1]");
	like($error, qr/permission denied|must be owner|not authorized/, "but $refused->[0] does no more");
}

# ---- tablespaces ----

mkdir "$folder/fast" or die;
my ($set, @moves) = docs_blocks($page, 'Tablespaces');
docs_sql($node, 'app', $set, '/srv/fast' => "$folder/fast");
docs_sql($node, 'app', $moves[0]);
is(spaces(), "Orders|fast\nOrders primary key|fast\nOrders:by-status|fast", 'the table is there');
goes_on('after the move');
docs_sql($node, 'app', $moves[1]);
is(spaces(), "Orders|fast\nOrders primary key|fast\nOrders:by-status|", 'and the index elsewhere');
goes_on('after the move of an index');
my $made;
for (1 .. 50)
{
	$made = call($port, 'CreateTable', qq({"TableName":"New",$table}));
	last if spaces() =~ /^New\|fast$/m;
	call($port, 'DeleteTable', '{"TableName":"New"}');
	select undef, undef, undef, 0.1;
}
like(spaces(), qr/^New\|fast\nNew primary key\|fast\nNew:by-status\|fast$/m, 'a new table over HTTP is in the default');
is(call($port, 'UpdateTable', '{"TableName":"New","AttributeDefinitions":[{"AttributeName":"x","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-x",
	"KeySchema":[{"AttributeName":"x","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}')->{status}, 200, 'an index of its own');
ok($node->poll_query_until('app', q(SELECT status = 'ACTIVE' FROM dynapg.indexes WHERE name = 'by-x')), 'which is built');
like(spaces(), qr/^New:by-x\|fast$/m, 'is there, too');
is(call($port, 'CreateBackup', '{"TableName":"Orders","BackupName":"before"}')->{status}, 200, 'a backup');
ok($node->poll_query_until('app', q(SELECT dynapg.list_backups() #>> '{BackupSummaries,0,BackupStatus}' = 'AVAILABLE')), 'is made');

# ---- rewrites ----

for my $block (docs_blocks($page, 'Rewrites'))
{
	for my $command (split /(?<=;)\n/, $block->[1])
	{
		docs_sql($node, 'app', [ 'sql', $command ]);
		goes_on($command);
	}
}
is($node->safe_psql('app', q(SELECT count(*) FILTER (WHERE event = 'INSERT') - (SELECT count(*) FROM dynamodb."Orders"), count(*) FILTER (WHERE event <> 'INSERT')
	FROM dynapg.stream_records('Orders', 0, 10000))), '1|1', 'the stream has the writes, and one delete, alone');

# ---- swaps ----

my ($repack, $swap) = docs_blocks($page, 'Swaps');
my ($has_repack) = $node->psql('app', q(SELECT 1 / count(*) FROM pg_available_extensions WHERE name = 'pg_repack'));
SKIP:
{
	unless ($has_repack == 0 && system('pg_repack --version >/dev/null 2>&1') == 0)
	{
		note 'counted: there is no pg_repack, so its part is skipped';
		skip 'there is no pg_repack', 1;
	}
	docs_sh($node, $folder, $repack);
	goes_on('pg_repack');
	$node->safe_psql('app', 'DROP EXTENSION pg_repack');
}
docs_sql($node, 'app', $swap);
goes_on('a swap');
is($node->safe_psql('app', q(SELECT name FROM dynapg.indexes WHERE table_relid = 'dynamodb."Orders"'::regclass)), 'by-status', 'the index has its name');
is($node->safe_psql('app', q(SELECT count(*) FROM pg_constraint WHERE conrelid = 'dynamodb."Orders"'::regclass AND contype = 'c')), '2', 'and each constraint is there once');
$node->safe_psql('app', 'CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO owner_of_tables; ALTER TABLE dynamodb."Orders" SET SCHEMA elsewhere');
goes_on('in another schema');
$node->safe_psql('app', 'ALTER TABLE elsewhere."Orders" SET SCHEMA dynamodb');
my (undef, undef, $error) = $node->psql('app', 'ALTER SCHEMA dynamodb RENAME TO d');
like($error, qr/schema "dynamodb" of the extension dynapg cannot be renamed/, 'the schema keeps its name');

# ---- pg_upgrade ----

$node->safe_psql('app', 'CREATE ROLE caller LOGIN; GRANT SELECT ON dynamodb."Orders" TO caller; ALTER TABLE dynamodb."New" SET TABLESPACE pg_default;
	ALTER INDEX ALL IN TABLESPACE fast SET TABLESPACE pg_default; ALTER TABLE ALL IN TABLESPACE fast SET TABLESPACE pg_default; ALTER DATABASE app RESET default_tablespace;
	DROP TABLESPACE fast');
is($node->safe_psql('app', q(SELECT dynapg.describe_table('{"TableName":"Orders"}') #>> '{Table,StreamSpecification,StreamEnabled}')), 'true', 'the stream is on');
$node->safe_psql('app', q(SELECT dynapg.update_continuous_backups('{"TableName":"Orders","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}')));
goes_on('streamed');
my ($id, $secret) = new_key($node, 'caller', 'app');
my $everything = q(SELECT t.name, dynapg.describe_table(json_build_object('TableName', t.name)), dynapg.scan(json_build_object('TableName', t.name)) FROM dynapg.tables t ORDER BY t.name;
	SELECT count(*) FROM dynapg.stream_records('Orders', after => 0); SELECT dynapg.list_backups();
	SELECT dynapg.describe_continuous_backups('{"TableName":"Orders"}')::jsonb #- '{ContinuousBackupsDescription,PointInTimeRecoveryDescription,LatestRestorableDateTime}');
my $before = $node->safe_psql('app', $everything);
my $streamed = $node->safe_psql('app', q(SELECT count(*) FROM dynapg.stream_records('Orders', after => 0)));
$node->stop;

my $new = PostgreSQL::Test::Cluster->new('upgraded');
$new->init(@locale);
$new->append_conf('postgresql.conf', "shared_preload_libraries = 'dynapg'\n");
my ($upgrade, $after) = docs_blocks($page, 'pg_upgrade');
my $bindir = $node->config_data('--bindir');
{
	local %ENV = (%ENV, OLD_BIN => $bindir, NEW_BIN => $bindir, PGUSER => 'postgres', PGPORTOLD => $node->port, PGPORTNEW => $new->port, PGSOCKETDIR => $node->host);
	docs_sh($node, $folder, $upgrade, '/srv/old' => $node->data_dir, '/srv/new' => $new->data_dir);
}
$port = http_configure($new, "dynapg.http_database = 'app'", "dynapg.http_auth = 'sigv4'");
$new->start;
docs_sh($new, $folder, $after);
is($new->safe_psql('app', $everything), $before, 'all is there');
wait_for_http($port, 400);
is(signed_call($port, $id, $secret, 'GetItem', '{"TableName":"Orders","Key":{"customer":{"S":"c1"},"order":{"N":"1"}}}')->{body},
	'{"Item":{"customer":{"S":"c1"},"order":{"N":"1"},"status":{"S":"open"}}}', 'the access key works');
is($new->safe_psql('app', q(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"customer":{"S":"after"},"order":{"N":"1"}}}');
	SELECT count(*) FROM dynapg.stream_records('Orders', after => 0))), "{}\n" . ($streamed + 1), 'the stream goes on');
is($new->safe_psql('app', q(SELECT dynapg.restore_table_from_backup(json_build_object('TargetTableName', 'Again', 'BackupArn',
	dynapg.list_backups() #> '{BackupSummaries,0,BackupArn}')) #>> '{TableDescription,TableStatus}')), 'CREATING', 'and backups are restored');

$new->stop;
done_testing();
