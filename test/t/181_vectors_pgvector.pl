# 181_vectors_pgvector.pl - vector indexes with pgvector: recall against brute force, filters and partitions, what pgvector cannot take, the
# extension created later, dropped, or a fake, and which index a search uses.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'this PostgreSQL has no auto_explain' unless -e (`pg_config --pkglibdir` =~ s/\n//r) . '/auto_explain.so';
my $node = PostgreSQL::Test::Cluster->new('pgvector');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
max_prepared_transactions = 5
autovacuum = off
shared_preload_libraries = 'auto_explain'
auto_explain.log_nested_statements = on
CONF
$node->start;
if ($node->safe_psql('postgres', q(SELECT count(*) FROM pg_available_extensions WHERE name = 'vector')) eq '0')
{
	print "# counted: vectors with pgvector: skipped, there is no extension vector (on Debian 13: postgresql-17-pgvector)\n";
	plan skip_all => 'there is no extension vector';
}
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

sub call
{
	my ($operation, $request, $settings) = @_;
	my ($status, $out, $err) = $node->psql('postgres', ($settings // '') . " SELECT dynapg.$operation(\$\$$request\$\$)");
	return $status == 0 ? $out : $err =~ s/^psql:<stdin>:\d+: ERROR: +//r;
}

sub create_table
{
	my ($name, @indexes) = @_;
	return call('create_table', qq({"TableName":"$name","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"t","AttributeType":"S"},{"AttributeName":"f","AttributeType":"N"}],
		"VectorIndexes":[) . join(',', @indexes) . ']}');
}

sub index_of
{
	my ($name, $dimensions, $distance, $hash) = @_;
	my $type = $hash ? 'HASH' : 'INLINE_FILTER';
	return qq({"IndexName":"$name","VectorAttribute":{"AttributeName":"v"},"Dimensions":$dimensions,"DistanceFunction":"$distance",
		"Projection":{"ProjectionType":"KEYS_ONLY"},"SearchSchema":[{"AttributeName":"t","SearchSchemaElementType":"$type"},
		{"AttributeName":"f","SearchSchemaElementType":"INLINE_FILTER"}]});
}

# Indexes of pgvector that a table has.
sub hnsw_of
{
	my ($table) = @_;
	return $node->safe_psql('postgres', qq(SELECT coalesce(string_agg(c.relname || CASE WHEN x.indisvalid THEN '' ELSE ' invalid' END, ' ' ORDER BY c.relname), 'none')
		FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE x.indrelid = 'dynamodb."$table"'::regclass AND a.amname = 'hnsw'));
}

# Runs a search and returns the index that its statement used.
sub used_by
{
	my ($settings, $request) = @_;
	my $offset = -s $node->logfile;
	call('search_vectors', $request, "SET auto_explain.log_min_duration = 0; $settings");
	my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile, $offset);
	my @used = $log =~ /Index Scan using "([^"]+)" on "Docs"/g;
	return join(' ', @used);
}

# Vectors in clusters, as those of texts are: 3,000 of 48 dimensions around 60 centers, of 3 tenants, a small one among them.
$node->safe_psql('postgres', <<'SQL');
SELECT setseed(0.25);
CREATE FUNCTION near(center real[], width float8) RETURNS real[] LANGUAGE sql VOLATILE AS
$$ SELECT array_agg((c + (random() - 0.5) * width)::real ORDER BY i) FROM unnest(center) WITH ORDINALITY AS u (c, i) $$;
CREATE TABLE centers AS SELECT k, near(array_fill(0::real, ARRAY[48]), 1 + 0 * k) AS center FROM generate_series(0, 59) AS k;
CREATE TABLE truth AS SELECT i AS id, CASE WHEN i % 100 = 0 THEN 'small' ELSE 't' || i % 2 END AS t, i % 10 AS f, near(c.center, 0.5 + 0 * i) AS v
	FROM generate_series(1, 3000) AS i JOIN centers AS c ON c.k = i % 60;
CREATE TABLE queries AS SELECT i, near(c.center, 0.5 + 0 * i) AS v FROM generate_series(0, 59) AS i JOIN centers AS c ON c.k = i;
CREATE FUNCTION as_list(v real[]) RETURNS json LANGUAGE sql AS
$$ SELECT json_agg(json_build_object('N', r::text) ORDER BY o) FROM unnest(v) WITH ORDINALITY AS u (r, o) $$;
-- Whom a search finds, and whom one that looks at everything in plain SQL does; the share that both have.
CREATE FUNCTION found(index text, q real[], k int, condition text, vals json) RETURNS text[] LANGUAGE sql AS
$$ SELECT array_agg(dynapg.item_get_text(item, 'id')) FROM dynapg.search_vectors_items('Docs', index, q, k, condition, vals) $$;
CREATE FUNCTION recall(index text, distance text, k int, condition text, vals json, filter text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	share numeric;
BEGIN
	EXECUTE format('SELECT avg((SELECT count(*) FROM (SELECT id::text FROM truth WHERE %s ORDER BY dynapg.%I(v, q.v) LIMIT $1) AS e
		WHERE e.id = ANY (found($2, q.v, $1, $3, $4))) / least($1, (SELECT count(*) FROM truth WHERE %1$s))::numeric) FROM queries AS q', filter, distance)
		INTO share USING k, index, condition, vals;
	RETURN round(share, 4);
END $$;
CREATE FUNCTION load() RETURNS bigint LANGUAGE sql AS
$$ SELECT count(dynapg.put_item(json_build_object('TableName', 'Docs', 'Item', json_build_object('id', json_build_object('S', id::text),
	't', json_build_object('S', t), 'f', json_build_object('N', f::text), 'v', json_build_object('L', as_list(v)))))) FROM truth $$;
SQL

# ---- another role's things of these names are not pgvector

$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA vector;
CREATE TYPE vector.vector AS (x real);
CREATE TYPE public.vector AS (x real);
SQL
create_table('Docs', index_of('cosine', 48, 'COSINE'), index_of('product', 48, 'DOT_PRODUCT'), index_of('tenant', 48, 'EUCLIDEAN', 1));
is(hnsw_of('Docs'), 'none', 'without the extension there is no HNSW index');
is($node->safe_psql('postgres', 'SELECT load()'), '3000', 'vectors');
my $cosine = $node->safe_psql('postgres', q(SELECT json_build_object('TableName', 'Docs', 'IndexName', 'cosine', 'TopK', 5, 'SearchVector', as_list(v)) FROM queries LIMIT 1));
is(used_by('', $cosine), 'Docs:cosine', 'a search is exact');
my $exact = call('search_vectors', $cosine);

# ---- the extension comes later: a builder makes the indexes when the table is described

$node->safe_psql('postgres', 'DROP TYPE public.vector; CREATE EXTENSION vector SCHEMA vector') if 0;
$node->safe_psql('postgres', 'DROP TYPE public.vector; DROP SCHEMA vector CASCADE; CREATE SCHEMA "odd schema"; CREATE EXTENSION vector SCHEMA "odd schema"');
is(call('search_vectors', $cosine), $exact, 'the same answer once the extension is there');
for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
{
	call('describe_table', '{"TableName":"Docs"}', 'SET dynapg.index_build = background;');
	last if hnsw_of('Docs') eq 'Docs:cosine hnsw Docs:product hnsw Docs:tenant hnsw';
	select(undef, undef, undef, 0.1);
}
is(hnsw_of('Docs'), 'Docs:cosine hnsw Docs:product hnsw Docs:tenant hnsw', 'DescribeTable has HNSW indexes built');

# ---- which one a search uses, and how well

is(used_by('', $cosine), 'Docs:cosine', 'a small table is searched exactly');
is(used_by('SET dynapg.vector_search = approximate;', $cosine), 'Docs:cosine hnsw', 'unless a setting says otherwise');
is(used_by('SET dynapg.vector_search = exact;', $cosine), 'Docs:cosine', 'and exact is exact');
is(call('search_vectors', $cosine, 'SET dynapg.vector_search = approximate;'), $exact, 'with the same scores, to the last digit');
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET dynapg.vector_search = approximate');
for my $case (
	[ 'cosine', 'cosine_distance', 10, 'NULL', 'NULL', 'true', 'COSINE' ],
	[ 'product', 'negative_inner_product', 10, 'NULL', 'NULL', 'true', 'DOT_PRODUCT' ],
	[ 'cosine', 'cosine_distance', 100, 'NULL', 'NULL', 'true', 'a hundred' ],
	[ 'cosine', 'cosine_distance', 10, q('f = :f'), q('{":f":{"N":"3"}}'), 'f = 3', 'a filter' ],
	[ 'cosine', 'cosine_distance', 10, q('f = :f AND t = :t'), q('{":f":{"N":"3"},":t":{"S":"t1"}}'), q(f = 3 AND t = 't1'), 'two filters' ],
	[ 'tenant', 'euclidean_distance', 10, q('t = :t'), q('{":t":{"S":"t0"}}'), q(t = 't0'), 'a partition' ],
	[ 'tenant', 'euclidean_distance', 10, q('t = :t AND f = :f'), q('{":t":{"S":"t0"},":f":{"N":"4"}}'), q(t = 't0' AND f = 4), 'a partition and a filter' ])
{
	my ($index, $function, $k, $condition, $values, $filter, $what) = @$case;
	my $recall = $node->safe_psql('postgres', qq(SELECT recall('$index', '$function', $k, $condition, $values, \$\$$filter\$\$)));
	cmp_ok($recall, '>=', 0.98, "recall of the $k nearest, $what: $recall");
}
is($node->safe_psql('postgres', q(SELECT recall('tenant', 'euclidean_distance', 40, 't = :t', '{":t":{"S":"small"}}', $$t = 'small'$$))), '1.0000',
	'a small partition is found as a whole');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.search_vectors_items('Docs', 'tenant', (SELECT v FROM queries LIMIT 1), 5, 't = :t', '{":t":{"S":"nobody"}}'))), '0', 'of an empty one nothing');

# ---- writes that pgvector alone would refuse, and vectors that it does not index

for my $case ([ 'zeros', '0' ], [ 'large', '3.4e38' ], [ 'tiny', '1e-45' ], [ 'negative', '-3.4e38' ])
{
	my ($id, $n) = @$case;
	my $list = join(',', map { qq({"N":"$n"}) } 1 .. 48);
	is(call('put_item', qq({"TableName":"Docs","Item":{"id":{"S":"$id"},"t":{"S":"odd"},"v":{"L":[$list]}}})), '{}', "an item of $id");
	like(call('search_vectors', qq({"TableName":"Docs","IndexName":"tenant","TopK":1,"SearchVector":[$list],"SearchConditionExpression":"t = :t",
		"ExpressionAttributeValues":{":t":{"S":"odd"}}})), qr/"S":"$id"\}.*"Score":0\}/, 'is found');
	unlike(call('search_vectors', qq({"TableName":"Docs","IndexName":"cosine","TopK":2,"SearchVector":[$list]})), qr/NaN|ERROR/, 'and no search fails for it');
}
is(call('put_item', '{"TableName":"Docs","Item":{"id":{"S":"none"},"v":{"L":[{"N":"1"}]}}}'),
	'One or more parameter values were invalid. Invalid size for parameter v, Expected: 48, Actual: 1. IndexName: cosine', 'a wrong length is refused');
$node->safe_psql('postgres', q(ALTER TABLE dynamodb."Docs" DROP CONSTRAINT IF EXISTS "dynapg index cosine",
	DROP CONSTRAINT IF EXISTS "dynapg index product", DROP CONSTRAINT IF EXISTS "dynapg index tenant";
	INSERT INTO dynamodb."Docs" VALUES ('plain', '{"id":{"S":"plain"},"v":{"L":[{"N":"1"}]}}'), ('none', '{"id":{"S":"none"}}')));

# ---- a role that may not use the extension's schema still writes, and searches exactly

is($node->safe_psql('postgres', q(CREATE ROLE app; GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Docs" TO app; SET ROLE app;
	SELECT dynapg.put_item('{"TableName":"Docs","Item":{"id":{"S":"app"},"t":{"S":"app"}}}'))), '{}', 'a write without USAGE');
is(used_by('SET ROLE app;', $cosine), 'Docs:cosine', 'a search without it is exact');

# ---- many dimensions: 16-bit numbers of unit vectors for COSINE; none for others, and none beyond 4,000

create_table('Half', index_of('half', 2500, 'COSINE'), index_of('long', 2500, 'EUCLIDEAN'));
is(hnsw_of('Half'), 'Half:half hnsw', '2,500 dimensions: COSINE alone');
like($node->safe_psql('postgres', q(SELECT indexdef FROM pg_indexes WHERE indexname = 'Half:half hnsw')), qr/item_unit_reals.*halfvec\(2500\)/, 'as 16-bit numbers of unit vectors');
$node->safe_psql('postgres', q(SELECT count(dynapg.put_item(json_build_object('TableName', 'Half', 'Item', json_build_object('id', json_build_object('S', 'i' || i), 'v',
	json_build_object('L', (SELECT json_agg(json_build_object('N', CASE WHEN d = i THEN '1e6' ELSE '1' END) ORDER BY d) FROM generate_series(1, 2500) d)))))) FROM generate_series(1, 30) i));
like($node->safe_psql('postgres', q(SELECT dynapg.search_vectors(json_build_object('TableName', 'Half', 'IndexName', 'half', 'TopK', 2, 'SearchVector',
	(SELECT json_agg(json_build_object('N', CASE WHEN d = 7 THEN '3' WHEN d = 8 THEN '1' ELSE '0' END) ORDER BY d) FROM generate_series(1, 2500) d))))),
	qr/"S":"i7"\},?.*"Score":0\.05\d+\},\{"Item":\{"id":\{"S":"i8"\}.*"Score":0\.6/, 'are searched, with exact scores');
create_table('Longest', index_of('longest', 4096, 'COSINE'));
is(hnsw_of('Longest'), 'none', 'none for 4,096 dimensions');

# ---- indexes on the same vectors share one; it goes with the last of them

call('update_table', '{"TableName":"Docs","VectorIndexUpdates":[{"Create":' . (index_of('second', 48, 'COSINE') =~ s/,"SearchSchema".*\]\}/}/sr) . '}]}');
is(hnsw_of('Docs'), 'Docs:cosine hnsw Docs:product hnsw Docs:tenant hnsw', 'a second index on the same vectors shares the first one\'s');
call('update_table', '{"TableName":"Docs","VectorIndexUpdates":[{"Delete":{"IndexName":"cosine"}}]}');
is(hnsw_of('Docs'), 'Docs:cosine hnsw Docs:product hnsw Docs:tenant hnsw', 'which stays when the first one goes');
like(used_by('', $cosine =~ s/"cosine"/"second"/r), qr/^Docs:cosine hnsw$/, 'and is used');
call('update_table', '{"TableName":"Docs","VectorIndexUpdates":[{"Delete":{"IndexName":"second"}}]}', 'SET dynapg.index_build = background;');
$node->poll_query_until('postgres', q(SELECT count(*) = 2 FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam
	WHERE x.indrelid = 'dynamodb."Docs"'::regclass AND a.amname = 'hnsw'));
is(hnsw_of('Docs'), 'Docs:product hnsw Docs:tenant hnsw', 'and goes with the last one');

# ---- a dump carries them

my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'a dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), $dump ], 'is restored');
is($node->safe_psql('restored', q(SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE amname IN ('hnsw', 'dynapg_flat'))),
	$node->safe_psql('postgres', q(SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE amname IN ('hnsw', 'dynapg_flat'))), 'with all relations');

# ---- the extension goes while indexes exist

my $product = $cosine =~ s/"cosine"/"product"/r;
my $before = call('search_vectors', $product, 'SET dynapg.vector_search = exact;');
isnt(($node->psql('postgres', 'DROP EXTENSION vector'))[0], 0, 'the extension is needed');
$node->safe_psql('postgres', 'DROP EXTENSION vector CASCADE');
is(hnsw_of('Docs'), 'none', 'without it there are no HNSW indexes');
is(call('search_vectors', $product), $before, 'and searches are exact');
is(call('put_item', '{"TableName":"Docs","Item":{"id":{"S":"after"}}}'), '{}', 'writes go on');
is($node->safe_psql('postgres', q(SELECT string_agg(name || ' ' || status, ' ') FROM dynapg.indexes WHERE table_relid = 'dynamodb."Docs"'::regclass)),
	'product ACTIVE tenant ACTIVE', 'the indexes are what they were');
done_testing();
