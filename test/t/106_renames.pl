# 106_renames.pl - indexes and tables that SQL renames are followed, also in dumps, and the schemas keep their names.
# No event trigger is relied on: an index is found by what it is.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('renames');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE eve;
GRANT CREATE ON DATABASE app TO eve;
GRANT CREATE ON SCHEMA dynamodb TO eve;
SQL

sub sql
{
	my ($query, $db) = @_;
	return $node->safe_psql($db // 'app', $query);
}

sub error_of
{
	my ($query) = @_;
	my (undef, undef, $error) = $node->psql('app', $query);
	return $error;
}

sub create_table
{
	my ($name, $index) = @_;
	return qq(SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}],
		"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"by-gh","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}') IS NOT NULL);
}

sub put
{
	my ($name) = @_;
	return qq(SELECT dynapg.put_item('{"TableName":"$name","Item":{"id":{"S":"a"},"g":{"S":"x"},"h":{"N":"1"}}}'));
}

# The number of items that each index finds; "-" where there is no such index.
sub find
{
	my ($name, $db) = @_;
	my $counts = '';
	for my $index ('by-g', 'by-gh')
	{
		my ($status, $out, $err) = $node->psql($db // 'app', qq(SELECT dynapg.query('{"TableName":"$name","IndexName":"$index",
			"KeyConditionExpression":"g = :x","ExpressionAttributeValues":{":x":{"S":"x"}},"Select":"COUNT"}') ->> 'Count'));
		$counts .= $status == 0 ? $out : '-';
	}
	return $counts;
}

sub relations
{
	my ($name, $db) = @_;
	return sql(qq(SELECT string_agg(i.name || '=' || i.relation_name || CASE WHEN x.indrelid IS NULL THEN '?' ELSE '' END, ' ' ORDER BY i.name)
		FROM dynapg.indexes i JOIN dynapg.tables t ON t.relid = i.table_relid LEFT JOIN (pg_index x JOIN pg_class c ON c.oid = x.indexrelid)
		ON x.indrelid = t.relid AND c.relname = i.relation_name WHERE t.name = '$name'), $db) . '';
}

sub dump_and_restore
{
	my ($db) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir . "/$db.sql";
	$node->command_ok([ 'pg_dump', '-f', $file, '-d', 'app' ], "a dump for $db");
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $db ], 'is restored');
	return;
}

sql(create_table($_) . ';' . put($_)) for ('one', 'two', 'three');

# ---- indexes ----

sql('ALTER INDEX dynamodb."one:by-g" RENAME TO "other"; ALTER TABLE dynamodb."one:by-gh" RENAME TO "one:by-g"');
is(relations('one'), 'by-g=other by-gh=one:by-g', 'ALTER INDEX and ALTER TABLE: the catalog follows');
is(find('one'), '11', 'queries by the indexes');

# In a session that has used the index before.
is(sql(put('one') . q(; ALTER INDEX dynamodb.other RENAME TO again;) . put('one')), "{}\n{}", 'in one session');
is(relations('one'), 'by-g=again by-gh=one:by-g', 'once more');

# Undone with its transaction.
sql('BEGIN; ALTER INDEX dynamodb.again RENAME TO never; ROLLBACK');
is(relations('one'), 'by-g=again by-gh=one:by-g', 'a rename that is rolled back');

# A rebuilt index is another relation.
sql('REINDEX INDEX CONCURRENTLY dynamodb.again');
sql('ALTER INDEX dynamodb.again RENAME TO rebuilt');
is(relations('one'), 'by-g=rebuilt by-gh=one:by-g', 'after REINDEX CONCURRENTLY');
is(find('one'), '11', 'queries by the indexes');

# By hand: a new index, the old one dropped, the new one in its place.
sql(q(DO $$ BEGIN EXECUTE replace(pg_get_indexdef('dynamodb.rebuilt'::regclass), 'rebuilt', 'twin'); END $$));
sql('DROP INDEX dynamodb.rebuilt');
is(relations('one'), 'by-g=twin by-gh=one:by-g', 'an index that is built as the dropped one takes its place');
is(find('one'), '11', 'queries by the indexes');

dump_and_restore('renamed_indexes');
is(find('one', 'renamed_indexes'), '11', 'where its indexes are found');
is(relations('one', 'renamed_indexes'), relations('one'), 'under their names');

# Dropped by the operation, and by SQL.
like(sql(q(SELECT dynapg.update_table('{"TableName":"one","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]}'))), qr/by-gh/,
	'UpdateTable drops a renamed index');
is(sql(q(SELECT count(*) FROM pg_class WHERE relname = 'twin')), '0', 'with its relation');
is(find('one'), '-1', 'and no other');
sql('DROP INDEX dynamodb."one:by-g"');
is(relations('one'), '', 'DROP INDEX drops a renamed one');

# ---- where no event trigger has fired ----

my $replica = 'SET session_replication_role = replica';
sql("$replica; ALTER INDEX dynamodb.\"two:by-g\" RENAME TO away; ALTER INDEX dynamodb.\"two:by-gh\" RENAME TO \"two:by-g\"");
sql('SET ROLE eve; CREATE TABLE dynamodb."two:by-gh" (id integer); CREATE TABLE dynamodb."eve" (id integer); CREATE INDEX "eve:i" ON dynamodb.eve (id)');
is(find('two'), '11', 'queries by indexes that have been renamed unseen');
sql('SET ROLE eve; DROP TABLE dynamodb."two:by-gh"; DROP INDEX dynamodb."eve:i"');
is(find('two'), '11', 'and after others have dropped something');
dump_and_restore('unseen');
is(find('two', 'unseen'), '11', 'where they are found as well');
sql('ALTER INDEX dynamodb.away SET (fillfactor = 80)');
unlike(relations('two'), qr/\?/, 'the next ALTER INDEX has the catalog follow');
like(sql(q(SELECT dynapg.delete_table('{"TableName":"two"}'))), qr/DELETING/, 'DeleteTable');
is(sql(q(SELECT count(*) FROM pg_class WHERE relname IN ('away', 'two:by-g'))), '0', 'takes them along');

# ---- tables ----

sql('ALTER TABLE dynamodb.three RENAME TO four');
is(find('three'), '11', 'a renamed table keeps its name of the API');
is(sql(put('three')), '{}', 'and is written');
like(error_of(create_table('four')), qr/Table already exists: four/, 'the relation takes its name');
dump_and_restore('renamed_table');
is(find('three', 'renamed_table'), '11', 'a table that is restored, too');
is(sql(q(SELECT dynapg.list_tables() ->> 'TableNames'), 'renamed_table'), '["one","three"]', 'and all of its kind');
sql('ALTER TABLE dynamodb.four RENAME TO three');

# ---- schemas ----

like(error_of('ALTER SCHEMA dynamodb RENAME TO other'), qr/ERROR: +schema "dynamodb" of the extension dynapg cannot be renamed\n.*DETAIL: +The extension/s,
	'schema dynamodb keeps its name');
like(error_of('ALTER SCHEMA dynapg RENAME TO other'), qr/ERROR: +schema "dynapg" of the extension dynapg cannot be renamed/, 'so does dynapg');
sql('CREATE SCHEMA a; ALTER SCHEMA a RENAME TO b; ALTER SCHEMA b OWNER TO eve; DROP SCHEMA b; ALTER SCHEMA dynamodb OWNER TO postgres');
pass('other schemas get others, and owners change');
is(find('three'), '11', 'all goes on');

# Where that was not refused, one that somebody makes under the name does not get the tables.
sql("$replica; ALTER SCHEMA dynamodb RENAME TO other; SET ROLE eve; CREATE SCHEMA dynamodb");
is(find('three'), '11', 'a schema renamed in spite of that: its tables are there');
like(error_of(create_table('five')), qr/The schema dynamodb of the extension dynapg of database app has another name: ALTER SCHEMA/, 'CreateTable says what is wrong');
sql('DROP SCHEMA dynamodb; ALTER SCHEMA other RENAME TO dynamodb');
is(sql(create_table('five')), 't', 'and goes on when it is right again');

$node->stop;
done_testing();
