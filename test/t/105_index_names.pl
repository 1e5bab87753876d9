# 105_index_names.pl - a name does not make an index: relations of other roles that have the name of a table's index are not
# taken for it and not dropped with it, and dropping them does not drop it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('names');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE owner;
CREATE ROLE eve;
GRANT CREATE ON SCHEMA dynamodb TO owner, eve;
SET ROLE eve;
CREATE TABLE dynamodb."eve's" (id integer, text text);
SQL

sub sql
{
	my ($role, $query) = @_;
	return $node->safe_psql('postgres', "SET ROLE $role; $query");
}

# The reply of an operation, or its error.
sub call
{
	my ($role, $operation, $request, $mode) = @_;
	my ($status, $out, $err) = $node->psql('postgres',
		"SET ROLE $role; SET dynapg.index_build = " . ($mode // 'immediate') . "; SELECT dynapg.$operation(\$\$$request\$\$)");
	return $status == 0 ? $out : $err;
}

my $gsi = '"IndexName":"gsi","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}';

sub create_table
{
	my ($role, $table, $indexes) = @_;
	my $g = $indexes ? ',{"AttributeName":"g","AttributeType":"S"}' : '';
	$indexes = $indexes ? qq(,"GlobalSecondaryIndexes":[{$gsi}]) : '';
	return call($role, 'create_table', qq({"TableName":"$table","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}$g]$indexes}));
}

sub add_index
{
	my ($role, $table, $mode) = @_;
	return call($role, 'update_table', qq({"TableName":"$table","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{$gsi}}]}), $mode);
}

sub drop_index
{
	my ($role, $table, $mode) = @_;
	return call($role, 'update_table', qq({"TableName":"$table","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"gsi"}}]}), $mode);
}

sub state_of
{
	my ($table) = @_;
	return $node->safe_psql('postgres', qq(SELECT coalesce((SELECT i ->> 'IndexStatus' FROM
		json_array_elements(dynapg.describe_table('{"TableName":"$table"}') #> '{Table,GlobalSecondaryIndexes}') i), 'none')));
}

sub becomes
{
	my ($table, $state, $what) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return pass($what) if state_of($table) eq $state;
		select(undef, undef, undef, 0.1);
	}
	return is(state_of($table), $state, $what);
}

# Names of the table's relations that are secondary indexes as they are defined, and valid.
sub indexes_of
{
	my ($table) = @_;
	return $node->safe_psql('postgres', qq(SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
		WHERE x.indrelid = 'dynamodb."$table"'::regclass AND x.indisvalid AND pg_get_indexdef(c.oid) LIKE '%dynapg.part_s(%, ''g''::text)%'));
}

sub find
{
	my ($role, $table) = @_;
	return join(' ', sort(call($role, 'query', qq({"TableName":"$table","IndexName":"gsi","KeyConditionExpression":"g = :v",
		"ProjectionExpression":"id","ExpressionAttributeValues":{":v":{"S":"x"}}})) =~ /"id":\{"S":"(\w+)"\}/g));
}

sub fill
{
	my ($role, $table) = @_;
	return call($role, 'put_item', qq({"TableName":"$table","Item":{"id":{"S":"a"},"g":{"S":"x"}}})) .
		call($role, 'put_item', qq({"TableName":"$table","Item":{"id":{"S":"b"},"g":{"S":"y"}}}));
}

# Whether a name still belongs to somebody else's relation.
sub eves
{
	my ($name) = @_;
	return $node->safe_psql('postgres', qq(SELECT count(*) FROM pg_class WHERE relname = '$name' AND relowner = 'eve'::regrole));
}

# What eve makes under a name, and how she drops it.
my %makes = (
	index => [ 'CREATE INDEX %s ON dynamodb."eve\'s" (id)', 'DROP INDEX dynamodb.%s' ],
	table => [ 'CREATE TABLE dynamodb.%s (id integer)', 'DROP TABLE dynamodb.%s' ]);

for my $role ('owner', 'postgres')
{
	for my $kind ('index', 'table')
	{
		for my $mode ('immediate', 'background')
		{
			my $table = "$role-$kind-$mode";
			my ($make, $drop) = map { sprintf($_, qq("$table:gsi")) } @{ $makes{$kind} };

			create_table($role, $table);
			fill($role, $table);

			# She is there first.
			sql('eve', $make);
			like(add_index($role, $table, $mode), qr/"IndexName":"gsi"/, "$table: an index is added");
			becomes($table, 'ACTIVE', "$table: it is built");
			like(indexes_of($table), qr/^\Q$table\E:gsi~[0-9a-f]{16}$/, "$table: of the table itself, under another name");
			is(find($role, $table), 'a', "$table: a query by it");
			sql('eve', $drop);
			is(state_of($table), 'ACTIVE', "$table: what eve drops is not the index");
			is(find($role, $table), 'a', "$table: which goes on");

			# It is dropped.
			sql('eve', $make);
			like(drop_index($role, $table, $mode), qr/"TableName"/, "$table: the index is dropped");
			becomes($table, 'none', "$table: it is gone");
			is(indexes_of($table), '', "$table: and its relation");
			is(eves("$table:gsi"), '1', "$table: and not eve's");
			sql('eve', $drop);
		}
	}
}

# She takes the name of an index that its owner has renamed, and gives it up again.
create_table('owner', 'renamed', 1);
fill('owner', 'renamed');
for my $kind ('index', 'table')
{
	my ($make, $drop) = map { sprintf($_, '"renamed:gsi"') } @{ $makes{$kind} };

	sql('owner', 'ALTER INDEX dynamodb."renamed:gsi" RENAME TO mine');
	sql('eve', "$make; $drop");
	is(state_of('renamed'), 'ACTIVE', "the name of a renamed index, taken and dropped as $kind: the index is there");
	is(find('owner', 'renamed'), 'a', 'and found');
	sql('owner', 'ALTER INDEX dynamodb.mine RENAME TO "renamed:gsi"');
}

# CreateTable finds all names taken.
sql('eve', 'CREATE INDEX "taken:gsi" ON dynamodb."eve\'s" (id); CREATE INDEX "taken primary key" ON dynamodb."eve\'s" (id)');
like(create_table('owner', 'taken', 1), qr/"TableName":"taken"/, 'CreateTable where the names of its indexes are taken');
fill('owner', 'taken');
is(find('owner', 'taken'), 'a', 'a query by its index');
sql('eve', 'DROP INDEX dynamodb."taken:gsi"');
is(state_of('taken'), 'ACTIVE', 'what eve drops is not the index');
sql('owner', 'DROP INDEX dynamodb."' . indexes_of('taken') . '"');
is(state_of('taken'), 'none', 'what the owner drops is');

# An index of the table that is built in another way is not the one of its name.
create_table('owner', 'other');
fill('owner', 'other');
sql('owner', 'CREATE INDEX "other:gsi" ON dynamodb.other (pk)');
add_index('owner', 'other', 'background');
becomes('other', 'ACTIVE', 'an index whose name the table has for another one');
like(indexes_of('other'), qr/^other:gsi~/, 'is built');
drop_index('owner', 'other', 'background');
becomes('other', 'none', 'and dropped');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname = 'other:gsi')), '1', 'without that one');

$node->stop;
done_testing();
