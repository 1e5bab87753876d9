# 010_dump_restore.pl - pg_dump and pg_restore carry items, catalogs and settings; DROP EXTENSION CASCADE and DROP TABLE
# leave nothing behind.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;

my $long_name = 'Long.Name-' . ('x' x 200);
my $plain = 'Orders.2026-eu';

# What a user can see of a database: every description and every item.
my $everything = <<'SQL';
CREATE FUNCTION pg_temp.all_rows(data_table regclass) RETURNS SETOF text LANGUAGE plpgsql AS
	$$ BEGIN RETURN QUERY EXECUTE format('SELECT r::text FROM %s r', data_table); END $$;
SELECT t.name, dynapg.describe_table(json_build_object('TableName', t.name)) FROM dynapg.tables t ORDER BY t.name;
SELECT t.name, r FROM dynapg.tables t, pg_temp.all_rows(t.relid) r ORDER BY t.name, r COLLATE "C";
SELECT i.table_relid, i.name, i.relation_name, i.key_names, i.key_types, pg_get_indexdef(c.oid)
	FROM dynapg.indexes i JOIN pg_class c ON c.relname = i.relation_name ORDER BY 1, 2;
SQL

# The same operations after every restore: do they still work?
my %updates;

sub check_writes
{
	my ($db) = @_;
	my $n = 42 + ++$updates{$db};
	my $put = qq(SELECT dynapg.put_item('{"TableName":"$plain","Item":{"customer":{"S":"new"},"number":{"N":"1"}}}'));
	is($node->safe_psql($db, $put), '{}', "$db: put");
	is($node->safe_psql($db,
			qq(SELECT dynapg.update_item('{"TableName":"$long_name","Key":{"id":{"B":"AAE="}},"UpdateExpression":"ADD n :n",
			"ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}'))),
		qq({"Attributes":{"n":{"N":"$n"}}}), "$db: update");
	is($node->safe_psql($db,
			qq(SELECT dynapg.delete_item('{"TableName":"$plain","Key":{"customer":{"S":"new"},"number":{"N":"1"}},
			"ConditionExpression":"attribute_exists(customer)","ReturnValues":"ALL_OLD"}'))),
		'{"Attributes":{"customer":{"S":"new"},"number":{"N":"1"}}}', "$db: delete");
	my ($status, undef, $err) = $node->psql($db, create_table($plain));
	isnt($status, 0, "$db: the name is taken");
	like($err, qr/Table already exists: \Q$plain\E/, "$db: and the error says so");
}

sub create_table
{
	my ($name) = @_;
	return qq(SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PROVISIONED",
		"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6},
		"AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"number","AttributeType":"N"},
			{"AttributeName":"state","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"number","KeyType":"RANGE"}],
		"LocalSecondaryIndexes":[{"IndexName":"by-state","KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},
			{"AttributeName":"state","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["total"]}}],
		"Tags":[{"Key":"team","Value":"ours +-=._:/@ ü"}],
		"DeletionProtectionEnabled":true}'));
}

sub fill
{
	my ($db) = @_;
	$node->safe_psql($db, create_table($plain));
	$node->safe_psql($db,
		qq(SELECT dynapg.create_table('{"TableName":"$long_name","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}')));
	$node->safe_psql($db, <<"SQL");
SELECT count(dynapg.put_item(json_build_object('TableName', '$plain', 'Item', json_build_object(
	'customer', json_build_object('S', 'c' || i % 7), 'number', json_build_object('N', i::text),
	'state', json_build_object('S', CASE i % 2 WHEN 0 THEN 'open' ELSE 'done' END),
	'total', json_build_object('N', (i * 1.25)::text))))) FROM generate_series(1, 300) i;
SELECT dynapg.put_item('{"TableName":"$plain","Item":{"customer":{"S":"\\u0000\\u0001\\t\\"\\\\"},"number":{"N":"-1E-130"},
	"all":{"L":[{"NULL":true},{"BOOL":false},{"SS":["b","a"]},{"NS":["2","1.50"]},{"BS":["AA==","AQI="]},{"M":{"ü":{"B":""}}}]}}}');
SELECT dynapg.put_item('{"TableName":"$long_name","Item":{"id":{"B":"AAE="},"n":{"N":"42"}}}');
SELECT dynapg.put_item(json_build_object('TableName', '$long_name', 'Item', json_build_object(
	'id', json_build_object('B', 'Ag=='), 'big', json_build_object('S', repeat('wide ', 60000)))));
SQL
	return;
}

$node->safe_psql('postgres', 'CREATE DATABASE source');
$node->safe_psql('source', 'CREATE EXTENSION dynapg');
fill('source');
my $before = $node->safe_psql('source', $everything);
cmp_ok(length($before), '>', 300_000, 'there is something to dump');

# A row whose data table is gone says nothing elsewhere, so it is not dumped.
$node->safe_psql('source', q(INSERT INTO dynapg.tables (name, relid, pk_name, pk_type, deletion_protection, attribute_definitions, definition)
	VALUES ('gone', 4000000000, 'id', 'S', false, '[]', '{}')));

my $dir = PostgreSQL::Test::Utils::tempdir;

# As a script.
$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok([ 'pg_dump', '-f', "$dir/dump.sql", '-d', 'source' ], 'pg_dump as a script');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/dump.sql", '-d', 'plain' ], 'psql restores it');
ok($node->safe_psql('plain', $everything) eq $before, 'script: all is as it was');
is($node->safe_psql('plain', q(SELECT count(*) FROM dynapg.tables WHERE name = 'gone')), '0', 'script: no row without its data table');
check_writes('plain');

# As an archive, restored by two workers.
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/dump.custom", '-d', 'source' ], 'pg_dump as an archive');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-j2', '-d', 'parallel', "$dir/dump.custom" ], 'pg_restore -j2 restores it');
ok($node->safe_psql('parallel', $everything) eq $before, 'archive: all is as it was');
check_writes('parallel');

# A restored database can be dumped again.
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/again.custom", '-d', 'parallel' ], 'pg_dump of the restored database');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'again', "$dir/again.custom" ], 'pg_restore of that');
ok($node->safe_psql('again', $everything) eq $node->safe_psql('parallel', $everything), 'second generation: all is as it was');

# DROP TABLE on a data table: the table is gone for every operation, the others are not.
$node->safe_psql('plain', qq(DROP TABLE dynamodb."$plain"));
is($node->safe_psql('plain', 'SELECT count(*) FROM dynapg.tables'), '1', 'DROP TABLE removes the catalog row');
is($node->safe_psql('plain', 'SELECT count(*) FROM dynapg.indexes'), '0', 'and those of its indexes');
my ($status, undef, $err) = $node->psql('plain', qq(SELECT dynapg.get_item('{"TableName":"$plain","Key":{"customer":{"S":"c1"},"number":{"N":"1"}}}')));
like($err, qr/Requested resource not found/, 'and the table with them');
$node->safe_psql('plain', create_table($plain));
check_writes('plain');

# The same where the event trigger does not fire.
$node->safe_psql('plain', qq(SET session_replication_role = replica; DROP TABLE dynamodb."$plain"));
is($node->safe_psql('plain', qq(SELECT dynapg.list_tables('{}') ->> 'TableNames')), qq(["$long_name"]),
	'a catalog row that was left behind is no table');
$node->safe_psql('plain', create_table($plain));
check_writes('plain');

# DROP EXTENSION: refused while there are tables, complete with CASCADE, and a new CREATE EXTENSION starts clean.  All in one
# session, which must not remember anything.
($status, undef, $err) = $node->psql('plain', 'DROP EXTENSION dynapg');
isnt($status, 0, 'DROP EXTENSION is refused while there are tables');
my $cycle = join(";\n", map { $_ =~ s/;\s*\z//r }
		qq(SELECT dynapg.put_item('{"TableName":"$long_name","Item":{"id":{"B":"AAE="},"n":{"N":"1"}}}')),
	'SET client_min_messages = warning',
	'DROP EXTENSION dynapg CASCADE',
	q(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('dynamodb', 'dynapg')),
	'CREATE EXTENSION dynapg',
	q(SELECT dynapg.list_tables('{}')),
	qq(SELECT dynapg.create_table('{"TableName":"$long_name","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}') IS NOT NULL),
	qq(SELECT dynapg.put_item('{"TableName":"$long_name","Item":{"id":{"B":"AAE="},"n":{"N":"42"}}}')),
	qq(SELECT dynapg.get_item('{"TableName":"$long_name","Key":{"id":{"B":"AAE="}}}')));
is($node->safe_psql('plain', $cycle), join("\n", '{}', '0', '{"TableNames":[]}', 't', '{}', '{"Item":{"id":{"B":"AAE="},"n":{"N":"42"}}}'),
	'DROP EXTENSION CASCADE and CREATE EXTENSION in one session');

$updates{plain} = 0;

# A crash leaves catalog and data table together.
$node->safe_psql('plain', create_table($plain));
$node->stop('immediate');
$node->start;
check_writes('plain');

$node->stop;
done_testing();
