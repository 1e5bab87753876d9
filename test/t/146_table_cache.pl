# 146_table_cache.pl - a session keeps a bounded number of tables and their plans, and what it keeps is never out of date.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cache');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE FUNCTION name(i integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'Cached' || i $$;
CREATE FUNCTION make(i integer) RETURNS void LANGUAGE sql AS $$
	SELECT dynapg.create_table(format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},
		{"AttributeName":"g","AttributeType":"N"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"GlobalSecondaryIndexes":[
		{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}', name(i))::json);
	SELECT dynapg.put_item(format('{"TableName":"%s","Item":{"id":{"S":"k"},"g":{"N":"%s"}}}', name(i), i)::json);
$$;
-- the number of the item that a key leads to, by the table and by its index
CREATE FUNCTION number(i integer) RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.get_item(format('{"TableName":"%s","Key":{"id":{"S":"k"}}}', name(i))::json) #>> '{Item,g,N}' || ' ' ||
		(dynapg.query(format('{"TableName":"%s","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"N":"%s"}}}', name(i), i)::json) #>> '{Items,0,g,N}')
$$;
CREATE FUNCTION put(i integer, condition text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.put_item(format('{"TableName":"%s","Item":{"id":{"S":"k"},"g":{"N":"%s"}},"ConditionExpression":"%s"}', name(i), i, condition)::json);
	RETURN 'written';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END $$;
SQL
$node->safe_psql('postgres', "SELECT make(i) FROM generate_series(1, 40) i");

# session(size, SQL...): what each statement prints, in one session whose cache has that size
sub session
{
	my ($size, @statements) = @_;
	my $out = $node->safe_psql('postgres', join("\n", "SET dynapg.table_cache_size = $size;", "SET search_path = public;", map { "$_;\n\\echo --" } @statements));
	return map { s/^\n//r } split /\n?--(?:\n|$)/, $out;
}

my $wrong = 'SELECT count(*) FROM generate_series(1, 40) i WHERE number(i) IS DISTINCT FROM i || \' \' || i';
my $tables = q(SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'dynapg table');
my $plans = q(SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'SPI Plan'
	AND level = (SELECT level + 1 FROM pg_backend_memory_contexts WHERE name = 'CacheMemoryContext'));

for my $size (1, 10, 1000)
{
	# what a transaction has used goes at the beginning of the next one
	my @got = session($size, $wrong, $wrong, 'SELECT number(1)', $tables, $plans, $wrong);
	is("@got[0, 1, 5]", '0 0 0', "with $size tables every read finds its item");
	cmp_ok($got[3], '<=', $size + 1, "and no more than $size and one are kept") if $size < 40;
	is($got[3], 40, 'all are kept where there is room') if $size > 40;
	cmp_ok($got[4], '<=', ($size < 40 ? $size + 1 : 40) * 2 + 20, 'the plans go with them');
}
my @shrunk = session(1000, $wrong, 'SET dynapg.table_cache_size = 5', 'SELECT number(1)', 'SELECT make(41)', 'SELECT number(41)', 'SELECT number(41)', $tables);
cmp_ok($shrunk[6], '<=', 6, 'a smaller cache is heeded from the next table on');
is($node->safe_psql('postgres', 'BEGIN; SET LOCAL dynapg.table_cache_size = 1; ' . $wrong . '; ' . $wrong . '; COMMIT'), "0\n0", 'also within one transaction');

# ---- what changes under a session that keeps a plan ----

my ($in, $out, $err) = ('', '', '');
my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err,
	IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

# ask(SQL): the answer of the session that goes on
sub ask
{
	my ($sql) = @_;
	($out, $err) = ('', '');
	$in .= "$sql;\n\\echo done\n";
	$session->pump until $out =~ /done\n/ || $err =~ /lost/;
	return $out =~ s/\n?done\n$//r;
}

is(ask('SELECT number(1)'), '1 1', 'a session has plans');
is(ask(q(SELECT put(1, 'attribute_exists(id)'))), 'written', 'and one with a condition');
my @changes = (
	'ANALYZE' => 'ANALYZE dynamodb."Cached1"',
	'VACUUM' => 'VACUUM dynamodb."Cached1"',
	'another index' => 'CREATE INDEX extra ON dynamodb."Cached1" (pk)',
	'an index rebuilt' => 'REINDEX TABLE CONCURRENTLY dynamodb."Cached1"',
	'the table rewritten' => 'VACUUM FULL dynamodb."Cached1"',
	'a column more' => 'ALTER TABLE dynamodb."Cached1" ADD COLUMN note text DEFAULT \'x\'',
	'a check' => 'ALTER TABLE dynamodb."Cached1" ADD CHECK (note IS NOT NULL)',
	'a schema' => 'CREATE SCHEMA another');
while (my ($change, $command) = splice(@changes, 0, 2))
{
	$node->safe_psql('postgres', $command);
	is(ask('SELECT number(1)'), '1 1', "$change: reads go on");
	is(ask(q(SELECT put(1, 'attribute_exists(id)'))), 'written', "$change: writes go on");
}
$node->safe_psql('postgres', q(CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
	CREATE TRIGGER refuse BEFORE UPDATE ON dynamodb."Cached1" FOR EACH ROW EXECUTE FUNCTION refuse()));
is(ask(q(SELECT put(1, 'attribute_exists(id)'))), 'refused', 'a new trigger is seen');
$node->safe_psql('postgres', 'DROP TRIGGER refuse ON dynamodb."Cached1"');
is(ask(q(SELECT put(1, 'attribute_exists(id)'))), 'written', 'its end, too');

# The function that judges conditions becomes another one, planned as SQL into the statement.
is(ask(q(SELECT put(1, 'attribute_not_exists(id)'))), 'The conditional request failed', 'a condition is judged');
$node->safe_psql('postgres', q(CREATE OR REPLACE FUNCTION dynapg.holds(item dynapg.item, program bytea) RETURNS boolean LANGUAGE sql STRICT IMMUTABLE AS 'SELECT true'));
is(ask(q(SELECT put(1, 'attribute_not_exists(id)'))), 'written', 'a function that is replaced is planned again');

# A table made again under its name, with another type of key.
$node->safe_psql('postgres', q(SELECT dynapg.delete_table('{"TableName":"Cached2"}'); SELECT dynapg.create_table('{"TableName":"Cached2","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}')));
is(ask(q(SELECT put(2, 'attribute_exists(id)'))), 'One or more parameter values were invalid: Type mismatch for key id expected: N actual: S', 'a table that is made again is read again');

# Row security: plans that PostgreSQL has to watch itself.
$node->safe_psql('postgres', q(CREATE TABLE public.shown (pk text); INSERT INTO shown VALUES ('k'); CREATE ROLE reader; GRANT USAGE ON SCHEMA dynamodb TO reader;
	GRANT SELECT ON dynamodb."Cached3", shown TO reader; ALTER TABLE dynamodb."Cached3" ENABLE ROW LEVEL SECURITY;
	CREATE POLICY p ON dynamodb."Cached3" USING (pk IN (SELECT s.pk FROM shown s)); GRANT CREATE, USAGE ON SCHEMA public TO reader));
is(ask('SELECT number(3)'), '3 3', 'the owner sees the row');
is(ask('SET ROLE reader; SELECT number(3)'), '3 3', 'a role sees what the policy shows');
$node->safe_psql('postgres', 'DELETE FROM shown; ALTER TABLE shown ADD COLUMN x integer DEFAULT 1');
is(ask('SELECT number(3)'), '', 'and no more when its table changes');
is(ask('RESET ROLE; SELECT number(3)'), '3 3', 'the owner sees the row still');

# An error inside of a statement, many times over, leaves the plan as it was.
is(ask(q(SELECT count(*) FROM generate_series(1, 2000) i WHERE put(4, 'attribute_exists(id) AND size(id) < :x') = 'written')), '0', 'statements that fail');
is(ask(q(SELECT put(4, 'attribute_exists(id)'), number(4))), 'written|4 4', 'and the next one is done');

# A page of names costs what the page has, not what there is.
$node->safe_psql('postgres', qq(SELECT count(dynapg.create_table(format('{"TableName":"Listed%s","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id",
	"AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}', i)::json)) FROM generate_series(${_}00, ${_}99) i)) for 1 .. 4;
$node->safe_psql('postgres', 'VACUUM ANALYZE dynapg.tables');
my $rows = $node->safe_psql('postgres', q(BEGIN; SELECT dynapg.list_tables('{"Limit":10}') \gset
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relid = 'dynapg.tables'::regclass; COMMIT));
cmp_ok($rows, '<', 50, 'ListTables reads a page');

$in .= "\\q\n";
$session->finish;
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|server process .* exited/, 'no process of the server died');
$node->stop;

done_testing();
