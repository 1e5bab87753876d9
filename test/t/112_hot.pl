# 112_hot.pl - an update that changes no key of an index is HOT, since indexes are over the column keys; those over item end HOT, until
# dynapg.store_index_keys moves them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('hot');
$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg; CREATE ROLE stranger; GRANT USAGE ON SCHEMA dynapg, dynamodb TO stranger');

my $number = 0;
my $store = 'on';				# dynapg.store_index_keys, for new tables

sub schema { return '"KeySchema":[' . join(',', map { qq({"AttributeName":"$_[$_]","KeyType":") . ($_ ? 'RANGE' : 'HASH') . '"}' } 0 .. $#_) . ']' }

sub index_of { return '{"IndexName":"' . join('_', 'by', map { s/\W/./gr } @_) . '",' . schema(@_) . ',"Projection":{"ProjectionType":"ALL"}}' }

sub attributes { return '"AttributeDefinitions":[' . join(',', map { qq({"AttributeName":"$_","AttributeType":"S"}) } @_) . ']' }

# A new table with those indexes, each a list of attributes; its name.
sub table
{
	my @indexes = @_;
	my $name = 'Hot' . ++$number;
	my %names = map { $_ => 1 } map { @$_ } @indexes;
	my $request = qq({"TableName":"$name","BillingMode":"PAY_PER_REQUEST",) . schema('id') . ',' . attributes('id', sort keys %names);
	$request .= ',"GlobalSecondaryIndexes":[' . join(',', map { index_of(@$_) } @indexes) . ']' if @indexes;
	$node->safe_psql('postgres', "SET dynapg.store_index_keys = $store; SELECT dynapg.create_table(\$\$$request}\$\$)");
	return $name;
}

sub put { my ($name, $item) = @_; $node->safe_psql('postgres', qq(SELECT dynapg.put_item(\$\$ {"TableName":"$name","Item":$item} \$\$))); return }

sub add_index
{
	my ($name, @keys) = @_;
	my $request = qq({"TableName":"$name",) . attributes('id', @keys) . ',"GlobalSecondaryIndexUpdates":[{"Create":' . index_of(@keys) . '}]}';
	$node->safe_psql('postgres', "SELECT dynapg.update_table('$request')");
	return;
}

sub move { my ($name, $database) = @_; return $node->safe_psql($database // 'postgres', qq(SELECT dynapg.store_index_keys('dynamodb."$name"'))) }

# Updates of an attribute that no index names, all and HOT ones.
sub updates
{
	my ($name, $database) = @_;
	my $out = $node->safe_psql($database // 'postgres', qq(BEGIN;
		SELECT count(dynapg.update_item('{"TableName":"$name","Key":{"id":{"S":"a"}},"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}'))
			FROM generate_series(1, 10);
		SELECT pg_stat_get_xact_tuples_updated(oid) || ' of which HOT ' || pg_stat_get_xact_tuples_hot_updated(oid) FROM pg_class WHERE oid = 'dynamodb."$name"'::regclass;
		COMMIT));
	return $out =~ s/^10\n//r;
}

# The same in a new table with those indexes, after some SQL about it.
sub updates_with
{
	my ($indexes, @sql) = @_;
	my $name = table(@$indexes);
	$node->safe_psql('postgres', $_ =~ s/TABLE_/dynamodb."$name"/gr) for @sql;
	put($name, '{"id":{"S":"a"},"g":{"S":"x"},"n":{"N":"0"}}');
	my $result = updates($name);
	is($node->safe_psql('postgres', qq(SELECT dynapg.scan('{"TableName":"$name"}') #>> '{Items,0,n,N}')), '10', "$name: the updates are there");
	return $result;
}

# The ids that an index has for a value of its first key.
sub found
{
	my ($name, $key, $value, $database, $index) = @_;
	$index //= "by_$key";
	return $node->safe_psql($database // 'postgres', qq(SELECT string_agg(i #>> '{id,S}', ' ' ORDER BY i #>> '{id,S}') FROM json_array_elements(dynapg.query(\$\$
		{"TableName":"$name","IndexName":"$index","KeyConditionExpression":"#k = :v","ExpressionAttributeNames":{"#k":"$key"},
		"ExpressionAttributeValues":{":v":{"S":"$value"}}} \$\$) -> 'Items') AS i));
}

my $hot = '10 of which HOT 10';
my $cold = '10 of which HOT 0';

# ---- new tables ----

is(updates_with([]), $hot, 'no index');
is(updates_with([['g']]), $hot, 'a secondary index of the API');
is(updates_with([['g'], ['h'], ['g', 'h'], ['i', 'g'], ['j']]), $hot, 'five of them');
is(updates_with([['g']], q(CREATE INDEX ON TABLE_ (pk) WHERE dynapg.in_index(item, 1, 'S', 'g'))), $cold, 'an index whose predicate alone looks at the item');
is(updates_with([], q(CREATE INDEX ON TABLE_ (dynapg.part_s(item, 'g') COLLATE "C"))), $cold, 'an index on an expression over the item');
is(updates_with([['g']], q(CREATE INDEX ON TABLE_ (dynapg.part_s(keys, 'g'), pk))), $hot, 'an index of the user over keys');
is(updates_with([], q(ALTER TABLE TABLE_ ADD COLUMN g text COLLATE "C" GENERATED ALWAYS AS (dynapg.part_s(item, 'g')) STORED), 'CREATE INDEX ON TABLE_ (g, pk) WHERE g IS NOT NULL'),
	$hot, 'an index on a stored generated column');

# ---- what the column holds follows every writer ----

my $name = table(['g'], ['h', 'g']);
put($name, '{"id":{"S":"a"},"g":{"S":"x"},"h":{"S":"y"},"n":{"N":"0"}}');
put($name, '{"id":{"S":"b"},"note":{"S":"no key"}}');
is($node->safe_psql('postgres', qq(SELECT pk, keys FROM dynamodb."$name" ORDER BY pk)), qq(a|{"g":{"S":"x"},"h":{"S":"y"}}\nb|), 'the keys of indexes alone, or NULL');
$node->safe_psql('postgres', qq(SELECT dynapg.update_item('{"TableName":"$name","Key":{"id":{"S":"a"}},"UpdateExpression":"SET g = :z","ExpressionAttributeValues":{":z":{"S":"z"}}}')));
is(join('|', map { found($name, 'g', $_) } qw(x z)), '|a', 'UpdateItem of a key');
$node->safe_psql('postgres', qq(
	INSERT INTO dynamodb."$name" (pk, item) SELECT r.pk, r.item FROM dynapg.table_row(NULL::dynamodb."$name", '{"id":{"S":"c"},"g":{"S":"z"}}') r;
	INSERT INTO dynamodb."$name" (pk, item) VALUES ('d', '{"id":{"S":"d"},"g":{"S":"w"}}');
	UPDATE dynamodb."$name" SET item = '{"id":{"S":"d"},"g":{"S":"z"}}' WHERE pk = 'd'));
$node->safe_psql('postgres', qq(COPY dynamodb."$name" (pk, item) FROM STDIN;\ne\t{"id":{"S":"e"},"g":{"S":"z"}}\n\\.\n));
is(found($name, 'g', 'z'), 'a c d e', 'INSERT, UPDATE and COPY');
is($node->safe_psql('postgres', qq(UPDATE dynamodb."$name" SET item = item WHERE pk = 'a'; SELECT count(*) FROM dynapg.unfit_rows('dynamodb."$name"'))), '0', 'all rows fit');
isnt($node->psql('postgres', qq(UPDATE dynamodb."$name" SET keys = NULL)), 0, 'nobody writes the column');

# An attribute that is no key, by its type or its length, is not in the column either.
$node->safe_psql('postgres', qq(ALTER TABLE dynamodb."$name" DROP CONSTRAINT "dynapg index by_g", DROP CONSTRAINT "dynapg index by_h_g";
	INSERT INTO dynamodb."$name" (pk, item) VALUES ('f', '{"id":{"S":"f"},"g":{"N":"5"},"h":{"L":[]}}'), ('g', dynapg.from_jsonb(jsonb_build_object('id', 'g', 'g', repeat('x', 2049))))));
is($node->safe_psql('postgres', qq(SELECT pk, keys FROM dynamodb."$name" WHERE pk IN ('f', 'g') ORDER BY pk)), qq(f|{"g":{"N":"5"}}\ng|), 'values that are no keys');

# A row that is too long moves the item out of line, and leaves the column as it is.
srand(1);
put($name, '{"id":{"S":"a"},"g":{"S":"' . 'k' x 300 . '"},"note":{"S":"' . join('', map { chr(65 + rand(26)) } 1 .. 3000) . '"},"n":{"N":"0"}}');
is(updates($name), $hot, 'a long row with a long key');

# ---- attributes whose names have commas, quotes and backslashes ----

$name = table(["it''s,a"]);
put($name, q({"id":{"S":"a"},"it''s,a":{"S":"x"}}));
is(updates($name) . found($name, "it''s,a", 'x', undef, 'by_it..s.a'), "${hot}a", 'a name with a comma and quotes');
is($node->safe_psql('postgres', q(SELECT dynapg.index_keys('{"a,b":{"S":"1"},"c\\\\d":{"N":"2"},"e":{"B":"AAAA"},"f":{"BOOL":true}}', 'a\\,b,c\\\\d,e,f,g'))),
	'{"a,b":{"S":"1"},"c\\\\d":{"N":"2"},"e":{"B":"AAAA"}}', 'the function');
is($node->safe_psql('postgres', q(SELECT i.keys OPERATOR(dynapg.=) '{"a":{"S":"1"},"c":{"N":"2"}}'::dynapg.item, dynapg.item_size(i.keys) FROM (SELECT dynapg.index_keys('{"a":{"S":"1"},"b":{"S":"x"},"c":{"N":"2"}}', 'a,c') AS keys) i)),
	't|5', 'makes an item like any other');
isnt($node->psql('postgres', q(SELECT dynapg.index_keys('{"a":{"S":"1"}}', 'b,a'))), 0, 'names come in order');

# ---- indexes that are added later ----

$name = table(['g', 'h']);
put($name, '{"id":{"S":"a"},"g":{"S":"x"},"h":{"S":"y"},"i":{"S":"z"},"n":{"N":"0"}}');
add_index($name, 'h', 'g');
is(updates($name), $hot, 'one on attributes that the column holds');
add_index($name, 'i');
is(updates($name), $cold, 'one on another attribute');
is(found($name, 'i', 'z'), 'a', 'which is there all the same');
is(move($name), 't', 'the table is moved');
is(updates($name), $hot, 'and its updates are HOT');
is(join('|', found($name, 'g', 'x', undef, 'by_g_h'), found($name, 'h', 'y', undef, 'by_h_g'), found($name, 'i', 'z')), 'a|a|a', 'all indexes find the item');
is($node->safe_psql('postgres', qq(SELECT string_agg(name || ' ' || status, ', ' ORDER BY position) FROM dynapg.indexes WHERE table_relid = 'dynamodb."$name"'::regclass)),
	'by_g_h ACTIVE, by_h_g ACTIVE, by_i ACTIVE', 'they are what they were');
is(move($name), 'f', 'once is enough');
is($node->psql('postgres', qq(SET ROLE stranger; SELECT dynapg.store_index_keys('dynamodb."$name"'))), 3, 'only the owner moves a table');

# ---- tables as earlier versions made them ----

$store = 'off';
$name = table(['g'], ['g', 'h']);
put($name, '{"id":{"S":"a"},"g":{"S":"x"},"h":{"S":"y"},"t":{"N":"' . (time - 100) . '"},"n":{"N":"0"}}');
is(updates($name), $cold, 'an old table');
$node->safe_psql('postgres', qq(SELECT dynapg.update_time_to_live('{"TableName":"$name","TimeToLiveSpecification":{"AttributeName":"t","Enabled":true}}');
	ALTER INDEX dynamodb."$name:by_g" RENAME TO mine; ALTER TABLE dynamodb."$name" ADD COLUMN keys int));
isnt($node->psql('postgres', qq(SELECT dynapg.store_index_keys('dynamodb."$name"'))), 0, 'a column of the user is not replaced');
$node->safe_psql('postgres', qq(ALTER TABLE dynamodb."$name" RENAME COLUMN keys TO mine));
is(move($name) . move($name), 'tf', 'is moved');
is(updates($name), $hot, 'with its index for Time to Live');
is(found($name, 'g', 'x'), 'a', 'and one whose relation had another name');
is($node->safe_psql('postgres', 'SELECT dynapg.run_jobs()') . found($name, 'g', 'x'), '1', 'its item expires');

$node->safe_psql('postgres', 'CREATE DATABASE before');
$node->safe_psql('before', q(CREATE EXTENSION dynapg VERSION '0.4.0'));
$node->safe_psql('before', slurp_file('test/data/made_by_0.4.0.sql'));
$node->safe_psql('before', 'ALTER EXTENSION dynapg UPDATE');
is(move('Kept', 'before') . move('Kept', 'before'), 'tf', 'one of 0.4.0, after the update');
is($node->safe_psql('before', q(SELECT string_agg(pk || ' ' || COALESCE(keys::text, '-'), ', ' ORDER BY pk) FROM dynamodb."Kept")),
	'a {"id":{"S":"a"},"other":{"S":"x"}}, b {"id":{"S":"b"},"other":{"S":"x"}}, c {"id":{"S":"c"}}', 'its keys');
is(found('Kept', 'other', 'x', 'before'), 'a b', 'its index');

# A vector index stays over item: searches find what they found, and what an update changed.
my $near = q(SELECT string_agg(r #>> '{Item,id,S}', ' ') FROM json_array_elements(dynapg.search_vectors(
	'{"TableName":"Placed","IndexName":"near","TopK":2,"SearchVector":[{"N":"1"},{"N":"0"},{"N":"0"}]}')::json -> 'SearchResults') r);
$node->safe_psql('postgres', q(SET dynapg.store_index_keys = off; SELECT dynapg.create_table('{"TableName":"Placed","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by_g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],
	"VectorIndexes":[{"IndexName":"near","VectorAttribute":{"AttributeName":"e"},"Dimensions":3,"DistanceFunction":"COSINE","Projection":{"ProjectionType":"ALL"}}]}');
	SELECT dynapg.put('Placed', '{"id":"a","g":"x","e":[1,0,0]}'), dynapg.put('Placed', '{"id":"b","g":"x","e":[0,1,0]}')));
is(move('Placed') . $node->safe_psql('postgres', $near), 'ta b', 'a table with a vector index is moved');
$node->safe_psql('postgres', q(SELECT dynapg.put('Placed', '{"id":"a","g":"x","e":[0,0,1]}'), dynapg.put('Placed', '{"id":"b","g":"x","e":[1,0,1]}')));
is($node->safe_psql('postgres', $near), 'b a', 'and searched by what was written then');

# ---- a dump ----

my $file = $node->basedir . '/dump';
$name = 'Hot3';
$node->command_ok(['pg_dump', '-Fc', '-f', $file, '-d', $node->connstr('postgres')], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok(['pg_restore', '-d', $node->connstr('copy'), $file], 'restore');
is(updates($name, 'copy'), $hot, 'a restored table');
is(found($name, 'g', 'x', 'copy'), 'a', 'and its index');
is(move($name, 'copy'), 'f', 'is complete');
$node->stop;
done_testing();
