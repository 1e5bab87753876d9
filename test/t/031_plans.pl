# 031_plans.pl - every key operation stays a scan of the intended index from the first item to the last, without ANALYZE
#
# A table grows from nothing to GROWTH items (100,000) in one session, whose kept plans were made while it was empty.  At each
# size that session, and a new one, run every kind of read and write; PostgreSQL's own counters show which index each used
# and how many rows it fetched.  The table is analysed when it has one item, so the statistics are as wrong as they can be
# afterwards, and so would be plans that trust them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $growth = $ENV{GROWTH} || 100_000;

my $node = PostgreSQL::Test::Cluster->new('plans');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nshared_buffers = 256MB\nmax_wal_size = 4GB");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
SELECT dynapg.create_table('{"TableName":"growing","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},
		{"AttributeName":"h","AttributeType":"N"},{"AttributeName":"t","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"GlobalSecondaryIndexes":[
		{"IndexName":"gSort","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"gText","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"gOnly","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
		{"IndexName":"gMany","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"},
			{"AttributeName":"s","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}');

CREATE FUNCTION grow(low integer, high integer) RETURNS void LANGUAGE sql AS $$
	SELECT count(dynapg.put_item(json_build_object('TableName', 'growing', 'Item', json_build_object('p', json_build_object('S', 'p' || i % 97),
		's', json_build_object('N', i::text), 'g', json_build_object('S', 'g' || i % 5), 'h', json_build_object('N', (i % 3)::text),
		't', json_build_object('S', 't' || i % 1000), 'n', '{"N":"0"}'::json)))) FROM generate_series(low, high) i
$$;

-- what runs, the index that it must use, and the most rows that it may fetch
CREATE TABLE probe (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, operation text, index text, rows integer, request jsonb);
INSERT INTO probe (operation, index, rows, request) VALUES
	('get_item', 'key', 1, '{"Key":{"p":{"S":"p0"},"s":{"N":"0"}}}'),
	('put_item', 'key', 2, '{"Item":{"p":{"S":"p0"},"s":{"N":"0"},"g":{"S":"g0"},"h":{"N":"0"},"t":{"S":"t0"}},"ReturnValues":"ALL_OLD"}'),
	('update_item', 'key', 2, '{"Key":{"p":{"S":"p0"},"s":{"N":"0"}},"UpdateExpression":"ADD n :v","ConditionExpression":"attribute_exists(p)","ExpressionAttributeValues":{":v":{"N":"1"}}}'),
	('delete_item', 'key', 1, '{"Key":{"p":{"S":"nobody"},"s":{"N":"0"}}}'),
	('batch_get_item', 'key', 3, '{"RequestItems":{"growing":{"Keys":[{"p":{"S":"p3"},"s":{"N":"3"}},{"p":{"S":"p0"},"s":{"N":"97"}},{"p":{"S":"p0"},"s":{"N":"0"}}]}}}'),
	('batch_write_item', 'key', 6, '{"RequestItems":{"growing":[{"PutRequest":{"Item":{"p":{"S":"p0"},"s":{"N":"0"},"g":{"S":"g0"},"h":{"N":"0"},"t":{"S":"t0"}}}},
		{"DeleteRequest":{"Key":{"p":{"S":"nobody"},"s":{"N":"0"}}}},{"DeleteRequest":{"Key":{"p":{"S":"nobody"},"s":{"N":"1"}}}}]}}'),
	('transact_get_items', 'key', 2, '{"TransactItems":[{"Get":{"TableName":"growing","Key":{"p":{"S":"p3"},"s":{"N":"3"}}}},{"Get":{"TableName":"growing","Key":{"p":{"S":"p0"},"s":{"N":"97"}}}}]}'),
	('transact_write_items', 'key', 6, '{"TransactItems":[{"Put":{"TableName":"growing","Item":{"p":{"S":"p0"},"s":{"N":"0"},"g":{"S":"g0"},"h":{"N":"0"},"t":{"S":"t0"}}}},
		{"Delete":{"TableName":"growing","Key":{"p":{"S":"nobody"},"s":{"N":"0"}}}}]}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"p0"}}}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"p0"}},"ScanIndexForward":false}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p AND s = :s","ExpressionAttributeValues":{":p":{"S":"p0"},":s":{"N":"0"}}}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p AND s > :s","ExpressionAttributeValues":{":p":{"S":"p0"},":s":{"N":"5"}}}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p AND s BETWEEN :s AND :t","ExpressionAttributeValues":{":p":{"S":"p0"},":s":{"N":"0"},":t":{"N":"1e9"}}}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p AND s <= :s","ExpressionAttributeValues":{":p":{"S":"p0"},":s":{"N":"1e9"}},"ScanIndexForward":false}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"p0"}},"ExclusiveStartKey":{"p":{"S":"p0"},"s":{"N":"97"}}}'),
	('query', 'key', 6, '{"KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"p0"}},"ExclusiveStartKey":{"p":{"S":"p0"},"s":{"N":"97"}},"ScanIndexForward":false}'),
	('query', 'local', 6, '{"KeyConditionExpression":"p = :p AND begins_with(t, :t)","ExpressionAttributeValues":{":p":{"S":"p0"},":t":{"S":"t"}}}'),
	('query', 'local', 6, '{"KeyConditionExpression":"p = :p AND t < :t","ExpressionAttributeValues":{":p":{"S":"p0"},":t":{"S":"u"}},"ExclusiveStartKey":{"p":{"S":"p0"},"s":{"N":"97"},"t":{"S":"t97"}},"ScanIndexForward":false}'),
	('query', 'gSort', 6, '{"KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g0"}}}'),
	('query', 'gSort', 6, '{"KeyConditionExpression":"g = :g AND s >= :s","ExpressionAttributeValues":{":g":{"S":"g0"},":s":{"N":"0"}},"ScanIndexForward":false}'),
	('query', 'gText', 6, '{"KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g0"}}}'),
	('query', 'gText', 6, '{"KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g0"}},"ExclusiveStartKey":{"p":{"S":"p3"},"s":{"N":"100"},"g":{"S":"g0"},"t":{"S":"t100"}}}'),
	('query', 'gOnly', 6, '{"KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g0"}}}'),
	('query', 'gOnly', 6, '{"KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g0"}},"ExclusiveStartKey":{"p":{"S":"p3"},"s":{"N":"100"},"g":{"S":"g0"}}}'),
	('query', 'gMany', 6, '{"KeyConditionExpression":"g = :g AND h = :h","ExpressionAttributeValues":{":g":{"S":"g0"},":h":{"N":"0"}}}'),
	('query', 'gMany', 6, '{"KeyConditionExpression":"g = :g AND h = :h AND t = :t AND s > :s","ExpressionAttributeValues":{":g":{"S":"g0"},":h":{"N":"0"},":t":{"S":"t0"},":s":{"N":"0"}}}'),
	('scan', 'key', 6, '{}'),
	('scan', 'key', 6, '{"ExclusiveStartKey":{"p":{"S":"p3"},"s":{"N":"100"}}}'),
	('scan', 'key', 6, '{"TotalSegments":3,"Segment":1}'),
	('scan', 'key', 6, '{"TotalSegments":3,"Segment":2}'),
	('scan', 'local', 6, '{}'),
	('scan', 'gText', 6, '{}'),
	('scan', 'gText', 6, '{"ExclusiveStartKey":{"p":{"S":"p3"},"s":{"N":"100"},"g":{"S":"g0"},"t":{"S":"t100"}}}'),
	('scan', 'gOnly', 6, '{"TotalSegments":2,"Segment":1}'),
	('scan', 'gMany', 6, '{"Select":"COUNT"}');
UPDATE probe SET request = request || '{"TableName":"growing"}' || CASE WHEN operation IN ('query', 'scan') THEN '{"Limit":5}' ELSE '{}' END::jsonb
	|| CASE WHEN index <> 'key' THEN jsonb_build_object('IndexName', index) ELSE '{}' END;

CREATE FUNCTION index_scans() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_object_agg(CASE WHEN indisprimary THEN 'key' ELSE split_part(relname, ':', 2) END, pg_stat_get_xact_numscans(c.oid))
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE indrelid = 'dynamodb.growing'::regclass
$$;

-- live rows that were read, however they were found
CREATE FUNCTION rows_read() RETURNS bigint LANGUAGE sql VOLATILE AS $$
	SELECT pg_stat_get_xact_tuples_returned('dynamodb.growing'::regclass) + sum(pg_stat_get_xact_tuples_fetched(indexrelid))
		FROM pg_index WHERE indrelid = 'dynamodb.growing'::regclass
$$;

CREATE TABLE result (session text, items integer, probe integer, seq_scans bigint, rows bigint, scans jsonb);
CREATE FUNCTION run_probes(session text, items integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	p probe;
	before jsonb;
	seq bigint;
	before_rows bigint;
	t oid := 'dynamodb.growing'::regclass;
BEGIN
	FOR p IN SELECT * FROM probe ORDER BY id LOOP
		before := index_scans();
		seq := pg_stat_get_xact_numscans(t);
		before_rows := rows_read();
		EXECUTE format('SELECT dynapg.%I($1)', p.operation) USING p.request::json;
		INSERT INTO result SELECT session, items, p.id, pg_stat_get_xact_numscans(t) - seq, rows_read() - before_rows,
			(SELECT jsonb_object_agg(key, value::integer - (before ->> key)::integer) FROM jsonb_each_text(index_scans()) WHERE value::integer > (before ->> key)::integer);
	END LOOP;
END
$$;
SQL

my @sizes = grep { $_ <= $growth } (0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000);
push @sizes, $growth if $sizes[-1] < $growth;

my $script = PostgreSQL::Test::Utils::tempdir . '/grow.sql';
my $connection = '-h ' . $node->host . ' -p ' . $node->port;
# a session whose settings are all against indexes
my $against = 'SET enable_indexscan = off; SET random_page_cost = 10000; SET cpu_index_tuple_cost = 1000; SET plan_cache_mode = force_custom_plan;';
my $text = "\\set ON_ERROR_STOP on\n";
for my $k (0 .. $#sizes)
{
	$text .= sprintf "SELECT grow(%d, %d);\n", $sizes[ $k - 1 ], $sizes[$k] - 1 if $k > 0;
	$text .= "VACUUM ANALYZE dynamodb.growing;\n" if $sizes[$k] == 1;
	$text .= "SELECT run_probes('kept plans', $sizes[$k]);\n";
	$text .= "\\! psql -X -q -At -v ON_ERROR_STOP=1 $connection -d postgres -c \"SELECT run_probes('new session', $sizes[$k])\"\n";
	$text .= "\\! psql -X -q -At -v ON_ERROR_STOP=1 $connection -d postgres -c \"$against\" -c \"SELECT run_probes('against indexes', $sizes[$k])\"\n";
}
$text .= "VACUUM ANALYZE dynamodb.growing;\nSELECT run_probes('kept plans, analysed', $growth);\n";
PostgreSQL::Test::Utils::append_to_file($script, $text);
$node->command_ok([ 'psql', '-X', '-q', '-At', '-d', 'postgres', '-f', $script ], "growth to $growth items");

is($node->safe_psql('postgres', 'SELECT count(*) = (SELECT count(*) FROM probe) * ' . (3 * @sizes + 1) . ' FROM result'), 't', 'every probe ran at every size');
sub none
{
	my ($title, $condition) = @_;
	is( $node->safe_psql('postgres',
			"SELECT session, items, operation, request, seq_scans, r.rows, scans FROM result r JOIN probe p ON p.id = r.probe WHERE $condition ORDER BY r.items LIMIT 5"),
		'', $title);
	return;
}
none('no sequential scan', 'seq_scans > 0');
# a segment without bounds of its own, since the table had no items to find some, is known to be empty
none('each uses the index that is asked', 'NOT coalesce(scans ? p.index, request ? $$TotalSegments$$)');
none('and no other', 'scans - p.index <> $${}$$');
none('a page fetches what it evaluates', 'r.rows > p.rows');
is( $node->safe_psql('postgres', "SELECT count(*) FROM result r JOIN probe p ON p.id = r.probe WHERE operation IN ('query', 'scan') AND items >= 10000 AND NOT request ? 'TotalSegments' AND r.rows < 1"),
	'0', 'there was something to read for each');

$node->stop;
done_testing();
