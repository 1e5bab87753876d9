# 108_restore_by_owner.pl - the owner of a database who is not a superuser dumps and restores it, as the documentation says; the rights for that give him
# nothing of others. And an uninstalled extension leaves nothing.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('owner');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE app LOGIN;
CREATE ROLE other;
CREATE ROLE reader;
CREATE DATABASE app OWNER app;
CREATE DATABASE restored OWNER app;
SQL

my $readme = slurp_file('docs/server-backups.md') . slurp_file('docs/installation.md');
my ($prepare) = $readme =~ /^```sql\n(CREATE EXTENSION dynapg;\nGRANT .*?)^```/ms;
my ($restore) = $readme =~ /^```sh\n(pg_restore -l app\.dump .*?)^```/ms;
ok($prepare && $restore, 'the documentation says how');

sub sql
{
	my ($db, $query) = @_;
	return $node->safe_psql($db, $query);
}

# Everything that the API shows of the tables and their items.
sub everything
{
	my ($db) = @_;
	return sql($db, q(SELECT t.name, dynapg.describe_table(json_build_object('TableName', t.name)), dynapg.scan(json_build_object('TableName', t.name))
		FROM dynapg.tables t ORDER BY t.name));
}

sub find
{
	my ($db) = @_;
	return sql($db, q(SET ROLE app; SELECT dynapg.query('{"TableName":"Things","IndexName":"by-g","KeyConditionExpression":"g = :x",
		"ExpressionAttributeValues":{":x":{"S":"x"}},"Select":"COUNT"}') ->> 'Count'));
}

my $make = q(SELECT dynapg.create_table('{"TableName":"NAME","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},
	{"AttributeName":"n","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"},
	{"AttributeName":"g","AttributeType":"S"}],"Tags":[{"Key":"team","Value":"ours"}],
	"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"GlobalSecondaryIndexes":[{"IndexName":"by-g",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a"]}}]}'););
my $put = q(SELECT dynapg.put_item('{"TableName":"NAME","Item":{"id":{"S":"a"},"n":{"N":"1"},"g":{"S":"x"}}}'););

sql('app', 'CREATE EXTENSION dynapg; GRANT CREATE ON SCHEMA dynamodb TO app; GRANT EXECUTE ON FUNCTION dynapg.refill_throughput TO other');
sql('app', 'SET ROLE app;' . ($make . $put) =~ s/NAME/Things/gr . ($make . $put) =~ s/NAME/More.Things/gr . 'GRANT SELECT ON dynamodb."Things" TO reader;
	SELECT dynapg.create_backup(\'{"TableName":"Things","BackupName":"nightly"}\')');

my $stream = q(SELECT dynapg.update_table('{"TableName":"Things","StreamSpecification":{"StreamEnabled":ENABLED}}') IS NOT NULL;);

# ---- restored by the owner ----

my $dir = PostgreSQL::Test::Utils::tempdir;
local $ENV{PGUSER} = 'app';
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/app.dump", '-d', 'app' ], 'the owner dumps it');
{
	local $ENV{PGUSER} = 'postgres';
	sql('restored', $prepare);
}
$node->command_ok([ 'sh', '-e', '-c', "cd $dir\n$restore" ], 'and restores it');
$ENV{PGUSER} = 'postgres';
is(everything('restored'), everything('app'), 'all is as it was');
is(find('restored'), '1', 'with its indexes');
is(sql('restored', q(SET ROLE app;) . $put =~ s/NAME/Things/r =~ s/"a"/"b"/r), '{}', 'and is written');
is(sql('restored', q(SET ROLE app; SELECT count(*) FROM dynapg.stream_records('Things'))), '1', 'its stream goes on');
like(sql('restored', q(SET ROLE app;) . $make =~ s/NAME/Later/r), qr{"LatestStreamArn":"[^"]*:table/Later/stream/}, 'and another one begins');
is(sql('restored', 'SET ROLE app;' . $stream =~ s/ENABLED/false/r . $stream =~ s/ENABLED/true,"StreamViewType":"KEYS_ONLY"/r), "t\nt", 'which another one can follow');
is(sql('restored', q(SET ROLE reader; SELECT dynapg.get_item('{"TableName":"Things","Key":{"id":{"S":"a"},"n":{"N":"1"}}}') IS NULL)), 'f', 'grants, too');
is(sql('restored', q(SET ROLE app; SELECT dynapg.delete_table('{"TableName":"More.Things"}') #>> '{TableDescription,TableStatus}')), 'DELETING', 'it is his');

is(sql('restored', q(SET ROLE app; SELECT dynapg.restore_table_from_backup(json_build_object('TargetTableName', 'Again', 'BackupArn',
	dynapg.list_backups() #> '{BackupSummaries,0,BackupArn}')) #>> '{TableDescription,TableStatus}')), 'CREATING', 'backups are there, too');
is(sql('restored', q(SELECT pk FROM dynamodb."Again")), 'a', 'with their items');

# ---- what he got for it ----

sql('restored', 'GRANT CREATE ON SCHEMA dynamodb TO other; SET ROLE other; ' . $make =~ s/NAME/Others/r);
for my $insert (
	q(INSERT INTO dynapg.tables (name, relid, pk_name, pk_type, sk_name, sk_type, deletion_protection, attribute_definitions, definition)
		VALUES ('Mine', 'dynamodb."Others"', 'id', 'S', 'n', 'N', false, '[]', '{}')),
	q(INSERT INTO dynapg.indexes (table_relid, name, relation_name, is_global, partition_keys, key_names, key_types, projection, include, definition, status, position)
		VALUES ('dynamodb."Others"', 'mine', 'Others primary key', true, 1, '{g}', '{S}', 'ALL', '{}', '{}', 'DELETING', 2)),
	q(INSERT INTO dynapg.backups (id, name, table_name, table_id, copy, created_at, definition)
		VALUES ('mine', 'mine', 'Mine', '00000000-0000-0000-0000-000000000000', 'dynamodb."Others"', now(), '{}')))
{
	my (undef, undef, $error) = $node->psql('restored', "SET ROLE app; $insert");
	like($error, qr/ERROR: +permission denied for a row of dynapg\./, 'no rows of tables of others');
}

# ---- uninstalled ----

my $left = q(SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dyna%') + (SELECT count(*) FROM pg_event_trigger) +
	(SELECT count(*) FROM pg_proc WHERE probin = '$libdir/dynapg') + (SELECT count(*) FROM pg_extension WHERE extname = 'dynapg'));
my ($uninstall) = $readme =~ /^```sql\n(DROP EXTENSION dynapg;\n.*?)^```/ms;
my ($status) = $node->psql('restored', $uninstall);
isnt($status, 0, 'DROP EXTENSION is refused while there are tables');
sql('restored', q(SELECT dynapg.delete_backup(json_build_object('BackupArn', s -> 'BackupArn')) FROM json_array_elements(dynapg.list_backups() -> 'BackupSummaries') s));
sql('restored', q(SELECT dynapg.delete_table(json_build_object('TableName', t.name)) FROM dynapg.tables t));
isnt(sql('restored', $left), '0', 'before it is dropped there is something');
sql('restored', $uninstall);
is(sql('restored', $left), '0', 'what the documentation says leaves nothing');
sql('app', 'SET client_min_messages = warning; DROP SCHEMA dynapg CASCADE');
is(sql('app', $left), '0', 'DROP SCHEMA dynapg CASCADE leaves nothing either');
sql('app', 'CREATE EXTENSION dynapg; GRANT CREATE ON SCHEMA dynamodb TO app; SET ROLE app; ' . ($make . $put) =~ s/NAME/Things/gr);
is(find('app'), '1', 'and everything can be created again');

$node->stop;
done_testing();
