# 210_altered_tables.pl - whatever the owner makes of an item table, each operation over HTTP answers as DynamoDB does or with a clear error:
# never 500, never PostgreSQL's words, never a crash; and what plain SQL may write on other ways in (binary COPY, MERGE, logical replication,
# partitions) is refused.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('altered', "wal_level = 'logical'", 'max_wal_senders = 4', 'max_replication_slots = 4');

# The job of an index may wait for a lock that DROP TABLE holds, while that waits for the job's: PostgreSQL ends one of the two.
sub drop_all
{
	for (1 .. 20)
	{
		my ($status) = $node->psql('postgres', q(DROP TABLE IF EXISTS dynamodb.refers, dynamodb.child, dynamodb.whole, dynamodb."Altered", dynamodb.other, dynamodb.parent CASCADE; DROP SCHEMA IF EXISTS elsewhere CASCADE));
		return if $status == 0;
	}
	die 'the tables cannot be dropped';
}

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub error_of
{
	my ($sql, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // 'postgres', $sql);
	return $status ? $err : "none: $out";
}

my $create = '{"TableName":"Altered","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},
	{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"},
	{"AttributeName":"n","KeyType":"RANGE"}],"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"ALL"}}]}';
my $key = '"Key":{"id":{"S":"a"},"n":{"N":"1"}}';
my $item = '"Item":{"id":{"S":"a"},"n":{"N":"1"},"g":{"S":"x"}}';
my $t = '"TableName":"Altered"';
my @requests = (
	[ GetItem => "{$t,$key}" ],
	[ Query => qq({$t,"KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"a"}}}) ],
	[ Query => qq({$t,"IndexName":"by-g","KeyConditionExpression":"g = :i","ExpressionAttributeValues":{":i":{"S":"x"}}}) ],
	[ Scan => "{$t}" ],
	[ Scan => qq({$t,"TotalSegments":3,"Segment":1}) ],
	[ BatchGetItem => qq({"RequestItems":{"Altered":{"Keys":[{"id":{"S":"a"},"n":{"N":"1"}}]}}}) ],
	[ TransactGetItems => qq({"TransactItems":[{"Get":{$t,$key}}]}) ],
	[ ExecuteStatement => q({"Statement":"SELECT * FROM \"Altered\" WHERE id = 'a'"}) ],
	[ PutItem => "{$t,$item}" ],
	[ PutItem => qq({$t,$item,"ConditionExpression":"attribute_not_exists(zz)","ReturnValues":"ALL_OLD"}) ],
	[ UpdateItem => qq({$t,$key,"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"ALL_NEW"}) ],
	[ BatchWriteItem => qq({"RequestItems":{"Altered":[{"PutRequest":{$item}}]}}) ],
	[ TransactWriteItems => qq({"TransactItems":[{"Put":{$t,$item}},{"ConditionCheck":{$t,"Key":{"id":{"S":"no"},"n":{"N":"9"}},"ConditionExpression":"attribute_not_exists(id)"}}]}) ],
	[ ExecuteStatement => q({"Statement":"UPDATE \"Altered\" SET w = 1 WHERE id = 'a' AND n = 1"}) ],
	[ DescribeTable => "{$t}" ],
	[ DescribeTimeToLive => "{$t}" ],
	[ ListTables => '{}' ],
	[ UpdateTable => qq({$t,"AttributeDefinitions":[{"AttributeName":"h","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-h",
		"KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}) ],
	[ CreateBackup => qq({$t,"BackupName":"altered"}) ],
	[ DeleteItem => qq({$t,$key,"ReturnValues":"ALL_OLD"}) ]);

my %alterations = (
	'nothing' => '',
	'a row of other keys' => q(ALTER TABLE T DROP CONSTRAINT "dynapg fits"; INSERT INTO T VALUES ('x', 1, '{}'), ('', 'NaN', '{"id":{"S":""}}')),
	'no constraints' => q(ALTER TABLE T DROP CONSTRAINT "dynapg fits", DROP CONSTRAINT "dynapg index by-g"),
	'a constraint of its name that says no' => q(ALTER TABLE T DROP CONSTRAINT "dynapg fits", ADD CONSTRAINT "dynapg fits" CHECK (false) NOT VALID),
	'sk dropped' => 'ALTER TABLE T DROP COLUMN sk',
	'pk dropped' => 'ALTER TABLE T DROP COLUMN pk CASCADE',
	'item dropped' => 'ALTER TABLE T DROP COLUMN item CASCADE',
	'pk renamed' => 'ALTER TABLE T RENAME pk TO id',
	'item renamed' => 'ALTER TABLE T RENAME item TO document',
	'pk and sk swapped' => 'ALTER TABLE T RENAME pk TO x; ALTER TABLE T RENAME sk TO pk; ALTER TABLE T RENAME x TO sk',
	'pk of another type' => 'ALTER TABLE T DROP CONSTRAINT "dynapg fits", ALTER pk TYPE varchar',
	'sk of another type' => 'ALTER TABLE T DROP CONSTRAINT "dynapg fits", ALTER sk TYPE int',
	'pk of another collation' => 'ALTER TABLE T ALTER pk TYPE text COLLATE "POSIX"',
	'a column NOT NULL more' => q(ALTER TABLE T ADD must text NOT NULL DEFAULT 'x'; ALTER TABLE T ALTER must DROP DEFAULT),
	'a generated column' => 'ALTER TABLE T ADD twice numeric GENERATED ALWAYS AS (sk * 2) STORED',
	'an identity column' => 'ALTER TABLE T ADD number int GENERATED ALWAYS AS IDENTITY',
	'a column with a default that fails' => 'ALTER TABLE T ADD bad int; ALTER TABLE T ALTER bad SET DEFAULT 1 / (random() * 0)::int',
	'renamed' => 'ALTER TABLE T RENAME TO other',
	'in another schema' => 'CREATE SCHEMA IF NOT EXISTS elsewhere; ALTER TABLE T SET SCHEMA elsewhere',
	'no primary key' => 'ALTER TABLE T DROP CONSTRAINT "Altered primary key"',
	'another primary key' => 'ALTER TABLE T DROP CONSTRAINT "Altered primary key", ADD PRIMARY KEY (sk, pk)',
	'a primary key of one column' => q(ALTER TABLE T DROP CONSTRAINT "Altered primary key"; DELETE FROM T WHERE sk > 1; ALTER TABLE T ADD PRIMARY KEY (pk)),
	'a deferrable primary key' => 'ALTER TABLE T DROP CONSTRAINT "Altered primary key", ADD PRIMARY KEY (pk, sk) DEFERRABLE',
	'the index dropped' => 'DROP INDEX dynamodb."Altered:by-g"',
	'another index of its name' => 'DROP INDEX dynamodb."Altered:by-g"; CREATE INDEX "Altered:by-g" ON T (sk)',
	'truncated' => 'TRUNCATE T',
	'row security' => 'ALTER TABLE T ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
	'a rule that does nothing' => 'CREATE RULE nothing AS ON INSERT TO T DO INSTEAD NOTHING',
	'a rule that does more' => 'CREATE RULE also AS ON UPDATE TO T DO ALSO SELECT 1',
	'a trigger that fails' => q(CREATE OR REPLACE FUNCTION public.fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nothing_of_the_kind(); RETURN NEW; END $$;
		CREATE TRIGGER fails BEFORE INSERT OR UPDATE OR DELETE ON T FOR EACH ROW EXECUTE FUNCTION public.fails()),
	'a trigger that gives another key' => q(CREATE OR REPLACE FUNCTION public.swaps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.pk := 'z'; RETURN NEW; END $$;
		CREATE TRIGGER swaps BEFORE INSERT OR UPDATE ON T FOR EACH ROW EXECUTE FUNCTION public.swaps()),
	'a child' => 'CREATE TABLE dynamodb.child () INHERITS (T)',
	'a parent' => 'CREATE TABLE dynamodb.parent (item dynapg.item); ALTER TABLE T INHERIT dynamodb.parent',
	'a partition' => q(CREATE TABLE dynamodb.whole (LIKE T INCLUDING GENERATED) PARTITION BY LIST (pk); ALTER TABLE dynamodb.whole ATTACH PARTITION T DEFAULT),
	'unlogged' => 'ALTER TABLE T SET UNLOGGED',
	'an index on columns of its own' => 'CREATE UNIQUE INDEX ON T (sk)',
	'a foreign key' => 'CREATE TABLE dynamodb.refers (pk text COLLATE "C", sk numeric, FOREIGN KEY (pk, sk) REFERENCES T); INSERT INTO dynamodb.refers VALUES (\'a\', 1)',
	'dropped' => 'DROP TABLE T',
	'dropped and made again by hand' => 'DROP TABLE T; CREATE TABLE T (id int)');

my $crashes = 0;
for my $name (sort keys %alterations)
{
	drop_all();
	sql("SELECT dynapg.create_table('$create'); SELECT dynapg.put_item('{$t,\"Item\":{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"},\"g\":{\"S\":\"x\"}}}')");
	call($port, 'GetItem', "{$t,$key}");    # has a plan that was made before
	call($port, 'PutItem', "{$t,$item}");
	my $statements = $alterations{$name} =~ s/\bT\b(?=[ ()]|$|;)/dynamodb."Altered"/gr;
	sql($statements) if $statements ne '';
	my @bad;
	for my $request (@requests)
	{
		my $reply = eval { call($port, @$request) };
		my $text = $reply ? "$reply->{status} $reply->{body}" : 'no reply';
		push @bad, "$request->[0]: $text"
		  unless $text =~ /^200 |^400 \{"__type":"com\.amazonaws?\.dynamodb\.v20120810#\w+Exception"|^400 \{"__type":"com\.amazon\.coral/ &&
		  $text !~ /XX000|cache lookup|dynapg\.|relation "|column "|OPERATOR/;
	}
	is(join("\n", @bad), '', "$name: every operation answers");
	sql(q(DROP FUNCTION IF EXISTS public.fails, public.swaps CASCADE));
}
drop_all();
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|server process .* exited/, 'nothing crashed');

# ---- other ways in ----

sql("SELECT dynapg.create_table('$create'); SELECT dynapg.put_item('{$t,$item}')");
my $file = $node->basedir . '/rows';
sql(qq(COPY (SELECT 'b'::text, sk, item FROM dynamodb."Altered") TO '$file' (FORMAT binary)));
like(error_of(qq(COPY dynamodb."Altered" (pk, sk, item) FROM '$file' (FORMAT binary))), qr/key column "pk" does not agree with attribute "id"/, 'binary COPY of another key');
sql(qq(COPY (SELECT pk, sk, '\\x0100000000'::bytea FROM dynamodb."Altered") TO '$file' (FORMAT binary)));
like(error_of(qq(COPY dynamodb."Altered" (pk, sk, item) FROM '$file' (FORMAT binary))), qr/invalid binary form of an item/, 'and of bytes that are no item');
SKIP:
{
	skip 'PostgreSQL 14 has no MERGE', 2 if $node->pg_version < 15;
	my $merge = 'MERGE INTO dynamodb."Altered" t USING (VALUES (\'a\', 1::numeric)) s (pk, sk) ON t.pk = s.pk AND t.sk = s.sk WHEN MATCHED THEN UPDATE SET item =';
	like(error_of(qq($merge '{"id":{"S":"b"},"n":{"N":"1"}}')), qr/key column "pk" does not agree/, 'MERGE of another key');
	is(error_of(qq($merge '{"id":{"S":"a"},"n":{"N":"1"}}')), 'none: ', 'and of the same');
}
sql(q(CREATE TABLE dynamodb.parts (LIKE dynamodb."Altered" INCLUDING ALL) PARTITION BY HASH (pk);
	CREATE TABLE dynamodb.parts_0 PARTITION OF dynamodb.parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)));
sql(q{SELECT dynapg.attach_table('dynamodb.parts', '} . ($create =~ s/Altered/parts/r) . q{')});
like(error_of(q(INSERT INTO dynamodb.parts VALUES ('a', 2, '{"id":{"S":"a"},"n":{"N":"1"}}'))), qr/key column "sk" does not agree/, 'a partitioned table');
like(error_of(q(INSERT INTO dynamodb.parts_0 VALUES ('a', 2, '{"id":{"S":"a"},"n":{"N":"1"}}'))), qr/key column "sk" does not agree/, 'and its partition');
is(call($port, 'PutItem', "{$t,$item}" =~ s/Altered/parts/r)->{body}, '{}', 'the API writes it');

# Logical replication applies rows of a table that had no constraints.
sql('CREATE DATABASE source');
$node->safe_psql('source', 'CREATE EXTENSION dynapg');
$node->safe_psql('source', "SELECT dynapg.create_table('$create')");
$node->safe_psql('source', q(ALTER TABLE dynamodb."Altered" DROP CONSTRAINT "dynapg fits"; CREATE PUBLICATION p FOR TABLE dynamodb."Altered";
	SELECT pg_create_logical_replication_slot('s', 'pgoutput')));
my $conninfo = $node->connstr('source') =~ s/'/''/gr;
sql("TRUNCATE dynamodb.\"Altered\"");
sql("CREATE SUBSCRIPTION s CONNECTION '$conninfo' PUBLICATION p WITH (create_slot = false, slot_name = 's', copy_data = false)");
my $log = -s $node->logfile;
$node->safe_psql('source', q(INSERT INTO dynamodb."Altered" VALUES ('a', 1, '{"id":{"S":"b"},"n":{"N":"1"}}')));
ok($node->wait_for_log(qr/key column "pk" does not agree with attribute "id"/, $log), 'replication refuses the row and says why');
is(sql('SELECT count(*) FROM dynamodb."Altered"'), '0', 'and it is not there');
sql('ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s');

# ---- dumps: a table and a database come back with their constraints, under no search_path; an older database's rows that do not fit stay ----

sql(q(DROP TABLE dynamodb.parts));
sql("SELECT dynapg.put_item('{$t,$item}')");
sql(q(ALTER TABLE dynamodb."Altered" DROP CONSTRAINT "dynapg index by-g"; INSERT INTO dynamodb."Altered" VALUES ('odd', 1, '{"id":{"S":"odd"},"n":{"N":"1"},"g":{"N":"1"}}');
	SELECT dynapg.add_checks('dynamodb."Altered"')));
sql('CREATE DATABASE copy');
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'pg_dump');
$node->command_ok([ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr('copy') ], 'is restored');
my $checks = q(SELECT string_agg(conname || convalidated, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'dynamodb."Altered"'::regclass AND contype = 'c');
is($node->safe_psql('copy', $checks), 'dynapg fitstrue dynapg index by-gfalse', 'with the constraints as they were');
is(sql($checks), 'dynapg fitstrue dynapg index by-gfalse', 'which are those');
is(sql(q(SELECT pk || ' ' || sk FROM dynapg.unfit_rows('dynamodb."Altered"'))), 'odd 1', 'the row that does not fit');
done_testing();
