# 033_item_collections.pl - SizeEstimateRangeGB of large tables: from ANALYZE's statistics of the partition key, of each key type.
#
# The tables become large by empty pages at the end of their files, which take no room on the disk.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $large = 900 * 1024 * 1024;

my $node = PostgreSQL::Test::Cluster->new('collections');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

my $long = 'k' x 600;    # is cut in the key column
my %common = (S => qq("$long"), N => '"1.50"', B => '"AAEC"');
my %rare = (S => '"k"', N => '"-7"', B => '"AAE="');
my %type = (strings => 'S', numbers => 'N', binaries => 'B', unknown => 'S', retyped => 'S');    # of the tables' keys

sub put
{
	my ($table, $keys, $sort) = @_;
	my $type = $type{$table};
	my $key = $keys->{$type};
	return qq(dynapg.put_item(('{"TableName":"$table","Item":{"p":{"$type":$key},"s":{"N":"$sort"},"a":{"S":"x"}},"ReturnItemCollectionMetrics":"SIZE"}')::json));
}

sub range_of
{
	my ($table, $keys) = @_;
	return $node->safe_psql('postgres', "SELECT " . put($table, $keys, 1) . "->'ItemCollectionMetrics'->>'SizeEstimateRangeGB'");
}

# Of 100 items 90 have the common key; whole items are held by the table and by one of its two local indexes.
sub create
{
	my ($table) = @_;
	my $index = sub { qq({"IndexName":"$_[0]","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}],"Projection":{"ProjectionType":"$_[1]"}}) };
	my $indexes = $index->('all', 'ALL') . ',' . $index->('keys', 'KEYS_ONLY');
	$node->safe_psql('postgres', <<"SQL");
SELECT dynapg.create_table('{"TableName":"$table","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"$type{$table}"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"a","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"LocalSecondaryIndexes":[$indexes]}');
SELECT ${\ put($table, \%common, "' || i || '") } FROM generate_series(1, 90) i;
SELECT ${\ put($table, \%rare, "' || i || '") } FROM generate_series(1, 10) i;
SQL
}

sub file_of
{
	my ($table) = @_;
	return $node->data_dir . '/' . $node->safe_psql('postgres', qq(SELECT pg_relation_filepath('dynamodb.$table')));
}

for my $table (sort keys %type)
{
	create($table);
	is(range_of($table, \%common), '[0.0,1.0]', "$table: a small table");
}
# A common key that is not a valid DynamoDB number is ignored.
$node->safe_psql('postgres', q{ALTER TABLE dynamodb.numbers DROP CONSTRAINT "dynapg fits"; INSERT INTO dynamodb.numbers SELECT 'NaN', i, '{}' FROM generate_series(1, 30) i});
$node->safe_psql('postgres', "ANALYZE dynamodb.$_") for qw(strings numbers binaries);
$node->safe_psql('postgres', q{CREATE ROLE tenant; GRANT SELECT, INSERT, UPDATE ON dynamodb.strings TO tenant;
	CREATE POLICY own ON dynamodb.strings TO tenant USING (sk < 2)});

# A column made later is the partition key, and the first column holds numbers: they must not be taken for texts.
$node->safe_psql('postgres', <<'SQL');
ALTER TABLE dynamodb.retyped DROP CONSTRAINT "retyped primary key", DROP CONSTRAINT "dynapg fits";
ALTER TABLE dynamodb.retyped RENAME pk TO former;
ALTER TABLE dynamodb.retyped ALTER former DROP NOT NULL, ALTER former TYPE int8 USING 5,
	ADD pk text COLLATE "C";
UPDATE dynamodb.retyped SET pk = dynapg.part_s(item, 'p');
ALTER TABLE dynamodb.retyped ADD PRIMARY KEY (pk, sk);
VACUUM (ANALYZE) dynamodb.retyped;
SQL
my @files = map { file_of($_) } keys %type;
$node->stop;
for my $file (@files)
{
	truncate($file, $large) or die "truncate $file: $!";
}
$node->start;

# Whole items twice are 2 * 900 MB, 1.76 GB.
for my $table (qw(strings numbers binaries))
{
	is(range_of($table, \%common), '[1.0,2.0]', "$table: 0.9 of a large table");
	is(range_of($table, \%rare), '[0.0,1.0]', "$table: 0.1 of it");
}
# The size does not reveal common keys to a role that sees only some rows.
sub range_for_tenant
{
	my ($keys) = @_;
	return $node->safe_psql('postgres', "SET ROLE tenant; SELECT " . put('strings', $keys, 1) . "->'ItemCollectionMetrics'->>'SizeEstimateRangeGB'");
}
is(range_for_tenant(\%common), '[1.0,2.0]', 'a tenant of a table without row security');
$node->safe_psql('postgres', 'ALTER TABLE dynamodb.strings ENABLE ROW LEVEL SECURITY');
is(range_for_tenant(\%common), range_for_tenant(\%rare), 'with row security a common key is like a rare one');
is(range_of('strings', \%common), '[1.0,2.0]', 'for the owner it is a common one');
is(range_of('retyped', \%common), '[1.0,2.0]', 'statistics are found by the name of the column');
is(range_of('retyped', \%rare), '[0.0,1.0]', 'and those of another column are passed over');
is(range_of('unknown', \%common), '[0.0,1.0]', 'never analyzed: any key has a 200th');
$node->stop;
done_testing();
