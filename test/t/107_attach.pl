# 107_attach.pl - a table that was dumped and restored alone is adopted by dynapg.attach_table: as it was, as far as the table shows that, and
# exactly with its CreateTable request. Other tables are refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('attach');
$node->init;
$node->start;
for my $db ('source', 'target')
{
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION dynapg');
}
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sql
{
	my ($query, $db) = @_;
	return $node->safe_psql($db // 'target', $query);
}

sub error_of
{
	my ($query) = @_;
	my (undef, undef, $error) = $node->psql('target', $query);
	return $error =~ s/^psql:<stdin>:\d+: ERROR: +//r;
}

# Dumps a relation of the source alone, and restores it in the target.
sub move
{
	my ($relation, $more) = @_;
	$node->command_ok([ 'pg_dump', '-f', "$dir/one.sql", '-t', qq(dynamodb."$relation"), '-d', 'source' ], "pg_dump -t $relation");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/one.sql", '-d', 'target' ], 'is restored');
	return;
}

# What DescribeTable says that is not of this very table.
sub description
{
	my ($name, $db) = @_;
	return sql(qq(SELECT jsonb_pretty((dynapg.describe_table('{"TableName":"$name"}') -> 'Table')::jsonb - 'TableId' - 'CreationDateTime'
		- 'BillingModeSummary' #- '{GlobalSecondaryIndexes,0,IndexSizeBytes}')), $db);
}

sub attach
{
	my ($relation, $request) = @_;
	return qq(SELECT dynapg.attach_table('dynamodb."$relation"') #>> '{TableDescription,TableStatus}') unless defined $request;
	return qq(SELECT dynapg.attach_table('dynamodb."$relation"', \$\$$request\$\$) #>> '{TableDescription,TableStatus}');
}

my $orders = '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"it\'s \\\\ \\"number\\"","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"it\'s \\\\ \\"number\\"","AttributeType":"N"},
		{"AttributeName":"state","AttributeType":"S"},{"AttributeName":"g","AttributeType":"B"},{"AttributeName":"h","AttributeType":"N"}],
	"LocalSecondaryIndexes":[{"IndexName":"by-state","KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"state","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"ALL"}}],
	"GlobalSecondaryIndexes":[
		{"IndexName":"by-g.h","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"many","KeySchema":[{"AttributeName":"h","KeyType":"HASH"},{"AttributeName":"state","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"},
			{"AttributeName":"customer","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"turned","KeySchema":[{"AttributeName":"it\'s \\\\ \\"number\\"","KeyType":"HASH"},{"AttributeName":"customer","KeyType":"RANGE"}],
			"Projection":{"ProjectionType":"ALL"}}]}';
sql("SELECT dynapg.create_table(\$\$$orders\$\$)", 'source');
# The keys are not the only attributes that are like the key columns in many rows.
sql(q(SELECT count(dynapg.put_item(json_build_object('TableName', 'Orders', 'Item', json_build_object(
	'customer', json_build_object('S', 'c' || i % 7 || CASE WHEN i % 5 = 0 THEN repeat('long', 200) ELSE '' END), E'it\'s \\\\ "number"', json_build_object('N', i::text),
	'copy', json_build_object('S', 'c' || CASE i WHEN 299 THEN 99 ELSE i % 7 END || CASE WHEN i % 5 = 0 THEN repeat('long', 200) ELSE '' END),
	'state', json_build_object('S', CASE i % 2 WHEN 0 THEN 'open' ELSE 'done' END), 'g', json_build_object('B', 'AAE='),
	'h', json_build_object('N', (i / 2)::text))))) FROM generate_series(1, 300) i), 'source');
sql('CREATE INDEX mine ON dynamodb."Orders" (dynapg.key_s(item, \'state\')); ANALYZE dynamodb."Orders"', 'source');

# ---- made out from the table ----

move('Orders');
like(error_of(q(SELECT dynapg.describe_table('{"TableName":"Orders"}'))), qr/Requested resource not found: Table: Orders not found/, 'the API does not know it');
like(error_of("SELECT dynapg.create_table(\$\$$orders\$\$)"), qr/Table already exists: Orders/, 'and its name is taken');
my $relations = sql(q(SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_index WHERE indrelid = 'dynamodb."Orders"'::regclass));
is(sql(attach('Orders')), 'ACTIVE', 'attach_table');
is(sql(q(SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_index WHERE indrelid = 'dynamodb."Orders"'::regclass)), $relations,
	'builds no index that is there');
sql('ANALYZE dynamodb."Orders"');
sub sorted { return join("\n", sort map { s/,\s*$//r } split /\n/, shift) }
is(sorted(description('Orders', 'target')), sorted(description('Orders', 'source')), 'the table is described as it was');
is(sql(q(SELECT dynapg.query('{"TableName":"Orders","IndexName":"by-state","KeyConditionExpression":"customer = :c AND #s = :o",
	"ExpressionAttributeNames":{"#s":"state"},"ExpressionAttributeValues":{":c":{"S":"c1"},":o":{"S":"open"}},"Select":"COUNT"}') ->> 'Count')), '17', 'a query by an index');
is(sql(q(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"customer":{"S":"new"},"it''s \\\\ \\"number\\"":{"N":"1"}}}'))), '{}', 'a write');
like(error_of(attach('Orders')), qr/table "Orders" is the DynamoDB table "Orders" already/, 'not twice');
like(sql(q(SELECT dynapg.delete_table('{"TableName":"Orders"}'))), qr/DELETING/, 'and deleted');
is(sql(q(SELECT count(*) FROM dynapg.indexes)), '0', 'with its indexes');

# ---- with its request: what a table does not show ----

my $long = 'Long.Name-' . ('x' x 200);
my $request = qq({"TableName":"$long","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6},"BillingMode":"PROVISIONED",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"one","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"},
		"ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}},
		{"IndexName":"two","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a"]},
		"ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}}],
	"Tags":[{"Key":"team","Value":"ours"}],"DeletionProtectionEnabled":true});
sql("SELECT dynapg.create_table(\$\$$request\$\$)", 'source');
my $relation = sql(q(SELECT relname FROM pg_class WHERE relname LIKE 'Long%' AND relkind = 'r'), 'source');
move($relation);
like(error_of(attach($relation)), qr/^the name of table "Long.Name-x+~\w+" does not show which DynamoDB table it is.*HINT: +Give the request/s, 'a shortened name');
is(sql(attach($relation, $request)), 'ACTIVE', 'attach_table with its request');
is(description($long, 'target'), description($long, 'source'), 'describes it as it was');
is(sql(qq(SELECT count(*) FROM pg_index WHERE indrelid = 'dynamodb."$relation"'::regclass)), '3', 'and takes each index for one');
like(error_of(qq(SELECT dynapg.delete_table('{"TableName":"$long"}'))), qr/protected against deletion/, 'its settings hold');

# An index that is not there is made.
my $plain = '{"TableName":"Plain","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}';
my $indexed = '{"TableName":"Plain","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"gsi","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}';
sql("SELECT dynapg.create_table(\$\$$plain\$\$)", 'source');
move('Plain');
like(error_of(attach('Plain')), qr/^the rows of table "Plain" do not show which attribute column "pk" holds.*HINT: +Give the request/s, 'an empty table');
sql(q(INSERT INTO dynamodb."Plain" VALUES ('a', '{"id":{"S":"a"},"g":{"S":"x"},"same":{"S":"a"}}')));
like(error_of(attach('Plain')), qr/^the rows of table "Plain" do not show/, 'one whose rows leave a choice');
is(sql(attach('Plain', $indexed)), 'ACTIVE', 'attach_table with a request that has an index more');
is(sql(q(SELECT dynapg.query('{"TableName":"Plain","IndexName":"gsi","KeyConditionExpression":"g = :x","ExpressionAttributeValues":{":x":{"S":"x"}},
	"Select":"COUNT"}') ->> 'Count')), '1', 'which is made');

# Undone with its transaction, and in the memory of its session.
sql(q(SELECT dynapg.delete_table('{"TableName":"Plain"}')));
move('Plain');
like(error_of('BEGIN; ' . attach('Plain', $plain) . q(; SELECT dynapg.put_item('{"TableName":"Plain","Item":{"id":{"S":"a"}}}'); ROLLBACK;
	SELECT dynapg.get_item('{"TableName":"Plain","Key":{"id":{"S":"a"}}}'))), qr/Requested resource not found/, 'rolled back');

# ---- refused ----

sql(q(ALTER TABLE dynamodb."Plain" DROP CONSTRAINT "dynapg fits"; INSERT INTO dynamodb."Plain" VALUES ('b', '{"id":{"S":"a"}}')));
like(error_of(attach('Plain', $plain)), qr/^table "Plain" has rows whose column "pk" does not hold the key "id" of the item/, 'rows whose key is another');
sql('TRUNCATE dynamodb."Plain"');
like(error_of(attach('Plain', $plain =~ s/"S"/"N"/r)), qr/^column "pk" of data table "Plain" is of type text, not numeric/, 'a key of another type');
for my $case (
	[ 'CREATE VIEW dynamodb.odd AS SELECT * FROM dynamodb."Plain"', qr/^"odd" is not a table/ ],
	[ 'CREATE TABLE dynamodb.odd (id integer)', qr/^column "item" of data table "odd" does not exist/ ],
	[ 'CREATE TABLE dynamodb.odd (pk text COLLATE "C" PRIMARY KEY, item jsonb NOT NULL)', qr/^column "item" of data table "odd" is of type jsonb/ ],
	[ 'CREATE TABLE dynamodb.odd (pk text PRIMARY KEY, item dynapg.item NOT NULL)', qr/^column "pk" of table "odd" is not of collation "C"/ ],
	[ 'CREATE TABLE dynamodb.odd (pk text COLLATE "C" PRIMARY KEY, item dynapg.item)', qr/^column "item" of table "odd" is not NOT NULL/ ],
	[ 'CREATE TABLE dynamodb.odd (pk text COLLATE "C" NOT NULL, item dynapg.item NOT NULL)', qr/^table "odd" does not have the primary key \(pk\)/ ],
	[ 'CREATE TABLE dynamodb.odd (pk text COLLATE "C" PRIMARY KEY DEFERRABLE, item dynapg.item NOT NULL)', qr/^table "odd" does not have the primary key/ ],
	[ 'CREATE TABLE dynamodb.odd (pk text COLLATE "C" PRIMARY KEY, sk numeric, item dynapg.item NOT NULL)', qr/^table "odd" has a column "sk", but no sort key/ ])
{
	my ($create, $error) = @$case;
	sql($create);
	like(error_of(attach('odd', $plain =~ s/Plain/odd/r)), $error, $create);
	sql($create =~ /VIEW/ ? 'DROP VIEW dynamodb.odd' : 'DROP TABLE dynamodb.odd');
}
like(error_of(q(SELECT dynapg.attach_table('pg_catalog.pg_class'))), qr/^table "pg_class" is not in schema dynamodb/, 'a table elsewhere');
sql(q(CREATE TABLE dynamodb."it's/T" (pk text COLLATE "C" NOT NULL, item dynapg.item NOT NULL)));
like(error_of(q(SELECT dynapg.attach_table('dynamodb."it''s/T"'))), qr/^table "it's\/T" is in another namespace\nHINT:  SET dynapg.namespace = 'it''s' is for its tables/, 'a name with a quote in another namespace: the hint is a statement');
sql(q(DROP TABLE dynamodb."it's/T"));
like(error_of(q(SELECT dynapg.attach_table(0))), qr/^relation with OID 0 does not exist/, 'no table');
like(error_of(q(SELECT dynapg.attach_table(NULL))), qr/^the relation must not be NULL/, 'NULL');
like(error_of(attach('Plain', '{}')), qr/validation error/, 'a request that CreateTable would refuse');
like(error_of(attach('Plain', $plain =~ s/Plain/$long/r)), qr/^Table already exists: Long/, 'a name that another table has');

# Rights: ownership of the table, and CREATE on the schema, as for CreateTable.
sql('CREATE ROLE other; CREATE ROLE owner; GRANT ALL ON dynamodb."Plain" TO other; GRANT CREATE ON SCHEMA dynamodb TO other');
like(error_of('SET ROLE other; ' . attach('Plain', $plain)), qr/^must be owner of table Plain/, 'others may not');
sql('GRANT CREATE ON SCHEMA dynamodb TO owner; ALTER TABLE dynamodb."Plain" OWNER TO owner; REVOKE CREATE ON SCHEMA dynamodb FROM owner');
like(error_of('SET ROLE owner; ' . attach('Plain', $plain)), qr/^permission denied for schema dynamodb/, 'so is the owner without CREATE on the schema');
sql('GRANT CREATE ON SCHEMA dynamodb TO owner');
is(sql('SET ROLE owner; ' . attach('Plain', $indexed)), 'ACTIVE', 'with it the owner may');
is(sql(q(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'Plain:gsi')), 'owner', 'and what is made is his');

$node->stop;
done_testing();
