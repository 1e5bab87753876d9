# 190_read_ahead.pl - pages of a table that is not in memory are the same with blocks asked for ahead and without, and the walk that asks
# really goes ahead: by the table, by an index, in both directions, in segments, beside writers, after errors.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('ahead');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "shared_buffers = 1MB\neffective_io_concurrency = 4\nstats_fetch_consistency = none\n")
  if $node->pg_version >= 15;
$node->append_conf('postgresql.conf', "shared_buffers = 1MB\neffective_io_concurrency = 4\n") if $node->pg_version < 15;
$node->start;

sub sql
{
	my ($query, $mode) = @_;
	return $node->safe_psql('postgres', ($mode ? "SET dynapg.read_ahead = $mode; " : '') . $query);
}

sql('CREATE EXTENSION dynapg');
sql(q(SELECT dynapg.create_table('{"TableName":"Far","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by_g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"ALL"}}]}')));
# Three partitions of 4,000 items, each item in another block than its neighbours in key order.
sql(q(INSERT INTO dynamodb."Far" SELECT 'p' || i % 3, h, ('{"id":{"S":"p' || i % 3 || '"},"n":{"N":"' || h || '"},"g":{"S":"g' || i % 2
		|| '"},"d":{"S":"' || repeat('x', 700) || '"}}')::dynapg.item
	FROM generate_series(1, 12000) AS i, LATERAL (SELECT hashint8(i)::bigint AS h) AS hashed; VACUUM ANALYZE dynamodb."Far"));

# All pages of a request, as one row: the count, and a digest of the sort keys in their order.
sql(q(CREATE FUNCTION read_all(operation text, request jsonb) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		page json;
		keys text := '';
		items bigint := 0;
	BEGIN
		LOOP
			EXECUTE format('SELECT dynapg.%I($1)', operation) INTO page USING request;
			items := items + (page ->> 'Count')::bigint;
			keys := md5(keys || (SELECT coalesce(string_agg(i -> 'n' ->> 'N', ',' ORDER BY o), '') FROM json_array_elements(page -> 'Items') WITH ORDINALITY AS e (i, o)));
			EXIT WHEN page -> 'LastEvaluatedKey' IS NULL;
			request := jsonb_set(request, '{ExclusiveStartKey}', (page -> 'LastEvaluatedKey')::jsonb);
		END LOOP;
		RETURN items || ' ' || keys;
	END $$));

# Scans of an index since the last call, as the session's end reports them.
my $seen = 0;
sub scans_of
{
	my ($index) = @_;
	my $now;

	for (1 .. 100)
	{
		$now = sql(qq(SELECT pg_stat_get_numscans('dynamodb."$index"'::regclass)));
		last if $now > $seen;
		select undef, undef, undef, 0.1;
	}
	my $new = $now - $seen;
	$seen = $now;
	return $new;
}

my @requests = (
	['scan', '{"TableName":"Far"}', 12000],
	['scan', '{"TableName":"Far","Limit":333}', 12000],
	['scan', '{"TableName":"Far","TotalSegments":3,"Segment":1}'],
	['scan', '{"TableName":"Far","IndexName":"by_g"}', 12000],
	['query', '{"TableName":"Far","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"p1"}}}', 4000],
	['query', '{"TableName":"Far","KeyConditionExpression":"id = :i","ScanIndexForward":false,"ExpressionAttributeValues":{":i":{"S":"p1"}}}', 4000],
	['query', '{"TableName":"Far","KeyConditionExpression":"id = :i AND n BETWEEN :a AND :b","ExpressionAttributeValues":{":i":{"S":"p2"},
		":a":{"N":"-1000000000"},":b":{"N":"1000000000"}}}'],
	['query', '{"TableName":"Far","IndexName":"by_g","KeyConditionExpression":"g = :g","ScanIndexForward":false,
		"ExpressionAttributeValues":{":g":{"S":"g1"}}}', 6000]);
for (@requests)
{
	my ($operation, $request, $count) = @$_;
	my $call = "SELECT read_all('$operation', '$request')";
	my $without = sql($call, 'off');

	is(sql($call, 'on'), $without, "$operation $request: the same items in the same order");
	is(sql($call, 'auto'), $without, 'and while it measures');
	like($without, qr/^\Q$count\E /, "$count items") if $count;
}

# A walk is a scan of its own.
my $page = q(SELECT dynapg.scan('{"TableName":"Far","Limit":200}') ->> 'Count');
my $key = 'Far primary key';
scans_of($key);
is(sql($page, 'off'), '200', 'a page');
is(scans_of($key), 1, 'takes one scan of the index');
is(sql($page, 'on'), '200', 'with blocks asked for ahead');
is(scans_of($key), 2, 'it takes two');
is(sql("SET effective_io_concurrency = 0; $page", 'on'), '200', 'where PostgreSQL shall not ask ahead');
is(scans_of($key), 1, 'it takes one');
is(sql("BEGIN ISOLATION LEVEL SERIALIZABLE; $page; COMMIT", 'on'), '200', 'a serializable transaction');
is(scans_of($key), 1, 'takes one');

# An error in the middle leaves nothing behind: a row that row security calls a failing function for.
sql(q(CREATE ROLE reader; GRANT SELECT ON dynamodb."Far" TO reader; GRANT USAGE ON SCHEMA dynamodb TO reader;
	CREATE FUNCTION fails(n numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
		IF current_setting('my.rows', true)::int >= 150 THEN RAISE 'no more'; END IF;
		PERFORM set_config('my.rows', (coalesce(nullif(current_setting('my.rows', true), ''), '0')::int + 1)::text, false);
		RETURN true; END $$;
	CREATE POLICY p ON dynamodb."Far" USING (fails(sk)); ALTER TABLE dynamodb."Far" ENABLE ROW LEVEL SECURITY));
my ($status, $out, $err) = $node->psql('postgres', qq(SET dynapg.read_ahead = on; SET my.rows = 0; SET ROLE reader; $page; SET my.rows = -1000; $page), on_error_stop => 0);
is($out, '200', 'after an error the session goes on');
like($err, qr/no more/, 'which was raised in the middle of a page');
unlike($err, qr/WARNING|leak/, 'and nothing leaked');
sql('ALTER TABLE dynamodb."Far" DISABLE ROW LEVEL SECURITY');

# A DELETE and a VACUUM meanwhile: the walk gives advice only.
sql(q(DELETE FROM dynamodb."Far" WHERE sk < 0));
my $left = sql('SELECT count(*) FROM dynamodb."Far"');
like(sql(q(SELECT read_all('scan', '{"TableName":"Far"}')), 'on'), qr/^$left /, 'dead entries are passed over');
sql('VACUUM dynamodb."Far"');
like(sql(q(SELECT read_all('scan', '{"TableName":"Far"}')), 'on'), qr/^$left /, 'and gone');
$node->stop;
done_testing();
