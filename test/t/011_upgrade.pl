# 011_upgrade.pl - ALTER EXTENSION UPDATE from every released version gives the database that CREATE EXTENSION gives, and
# older tables, items and access keys go on working.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = slurp_file('dynapg.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my @released = sort map { m{/dynapg--([^-]+)\.sql$} && $1 ne $version ? $1 : () } glob('sql/dynapg--*.sql');
cmp_ok(scalar @released, '>', 0, 'there are released versions');

my $node = PostgreSQL::Test::Cluster->new('upgrade');
$node->init;
$node->start;

# All the extension's objects, described by name and never by number.
my $surface = <<'SQL';
SET search_path = pg_catalog;
CREATE TEMPORARY VIEW members AS
	SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'dynapg';
SELECT 'member', pg_describe_object(classid, objid, 0) FROM members ORDER BY 2;
SELECT 'function', pg_get_functiondef(p.oid), p.proacl, p.proleakproof, p.prosupport, obj_description(p.oid, 'pg_proc')
	FROM members m JOIN pg_proc p ON p.oid = m.objid WHERE m.classid = 'pg_proc'::regclass AND p.prokind <> 'a'
	ORDER BY p.oid::regprocedure::text;
SELECT 'relation', c.relname, c.relkind, c.relacl, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relpersistence,
	c.reloptions, obj_description(c.oid, 'pg_class'), CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END
	FROM pg_class c WHERE c.relnamespace = 'dynapg'::regnamespace AND c.relkind <> 'i' ORDER BY c.relname;
SELECT 'column', a.attrelid::regclass, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), a.attname,
	format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation::regcollation, a.attacl, pg_get_expr(d.adbin, d.adrelid),
	col_description(a.attrelid, a.attnum)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	WHERE c.relnamespace = 'dynapg'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY c.relname, a.attnum;
SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
	WHERE connamespace = 'dynapg'::regnamespace ORDER BY conrelid::regclass::text, 3;
SELECT 'index', pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
	WHERE c.relnamespace = 'dynapg'::regnamespace ORDER BY 2;
SELECT 'trigger', pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
	WHERE c.relnamespace = 'dynapg'::regnamespace AND NOT t.tgisinternal ORDER BY 2;
SELECT 'policy', polrelid::regclass, polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
	FROM pg_policy ORDER BY polrelid::regclass::text, 3;
SELECT 'event trigger', evtname, evtevent, evtfoid::regprocedure, evtenabled, evttags FROM pg_event_trigger ORDER BY 2;
SELECT 'schema', nspname, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname LIKE 'dyna%' ORDER BY 2;
SELECT 'operator', o.oid::regoperator, o.oprcode, o.oprcom::regoper, o.oprnegate::regoper, o.oprrest, o.oprjoin, o.oprcanhash,
	o.oprcanmerge FROM pg_operator o WHERE o.oprnamespace = 'dynapg'::regnamespace ORDER BY 2;
SELECT 'type', t.oid::regtype, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typstorage, t.typalign, t.typlen
	FROM pg_type t WHERE t.typnamespace = 'dynapg'::regnamespace AND t.typrelid = 0 AND t.typelem = 0 ORDER BY 2;
SELECT 'comment', pg_describe_object(classid, objid, 0), obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid))
	FROM members ORDER BY 2;
SELECT 'dumped', r::regclass, c FROM pg_extension e, unnest(e.extconfig, e.extcondition) AS u (r, c)
	WHERE e.extname = 'dynapg' ORDER BY 2;
SELECT 'extension', extversion, extrelocatable, extnamespace::regnamespace FROM pg_extension WHERE extname = 'dynapg';
SQL

sub surface
{
	my ($db) = @_;
	return $node->safe_psql($db, $surface);
}

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION dynapg');
my $fresh = surface('fresh');
like($fresh, qr/^member\|function dynapg\.put_item\(json\)$/m, 'the comparison sees functions');
like($fresh, qr/^extension\|\Q$version\E\|/m, "CREATE EXTENSION gives $version");

for my $old (@released)
{
	my $db = "from_$old" =~ tr/./_/r;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "CREATE EXTENSION dynapg VERSION '$old'");
	# They are made as the old version left them, without its operations: the module's are those of the new one.
	$node->safe_psql($db, slurp_file("test/data/made_by_$old.sql"));
	my $rights = 'CREATE ON SCHEMA dynamodb %1$s keeper; %2$s ALL ON FUNCTION dynapg.refill_throughput %1$s keeper';
	$node->safe_psql($db, 'GRANT ' . sprintf($rights, 'TO', 'GRANT'));
	$node->safe_psql($db, "ALTER EXTENSION dynapg UPDATE");
	is($node->safe_psql($db, q(SELECT has_schema_privilege('keeper', 'dynamodb', 'CREATE'),
		has_function_privilege('keeper', 'dynapg.refill_throughput(text, integer)', 'EXECUTE'))), 't|t', "$old: granted rights stay");
	$node->safe_psql($db, 'REVOKE ' . sprintf($rights, 'FROM', 'REVOKE'));
	is($node->safe_psql($db, q(SELECT string_agg(format('%s %s', conname, convalidated), ', ' ORDER BY conname COLLATE "C") FROM pg_constraint
		WHERE conrelid = 'dynamodb."Kept"'::regclass AND contype = 'c')), 'dynapg fits t, dynapg index by_n t, dynapg index by_other t',
		"$old: the CHECK constraints");
	my $updated = surface($db);
	is($updated, $fresh, "the update from $old gives what CREATE EXTENSION gives");
	if ($updated ne $fresh)
	{
		my %fresh = map { $_ => 1 } split /\n/, $fresh;
		my %updated = map { $_ => 1 } split /\n/, $updated;
		diag("only after CREATE EXTENSION: $_") for grep { !$updated{$_} } split /\n/, $fresh;
		diag("only after the update from $old: $_") for grep { !$fresh{$_} } split /\n/, $updated;
	}
	is($node->safe_psql($db, q(SELECT dynapg.get_item('{"TableName":"Kept","Key":{"id":{"S":"a"},"n":{"N":"1"}}}'))),
		'{"Item":{"id":{"S":"a"},"n":{"N":"1"},"other":{"S":"x"}}}', "$old: an item");
	is($node->safe_psql($db, q(SELECT dynapg.query('{"TableName":"Kept","IndexName":"by_other","KeyConditionExpression":"#o = :x",
		"ExpressionAttributeNames":{"#o":"other"},"ExpressionAttributeValues":{":x":{"S":"x"}},"Select":"COUNT"}'))), '{"Count":2,"ScannedCount":2}', "$old: a secondary index");
	is($node->safe_psql($db, q(SELECT dynapg.put_item('{"TableName":"Kept","Item":{"id":{"S":"a"},"n":{"N":"3"}}}'))), '{}',
		"$old: a write");
	is($node->safe_psql($db, q(SELECT dynapg.describe_table('{"TableName":"Kept"}') #>> '{Table,TableStatus}')), 'ACTIVE',
		"$old: DescribeTable");
	is($node->safe_psql($db, q(SELECT access_key_id, role, enabled FROM dynapg.access_key_list)), 'AKIAKEPT|keeper|t',
		"$old: an access key");
	$node->safe_psql($db, q(SELECT dynapg.put_item('{"TableName":"Streamed","Item":{"id":{"S":"x"}}}')));
	is($node->safe_psql($db, q(SELECT event, keys, new_item IS NULL FROM dynapg.stream_records('Streamed'))), 'INSERT|{"id":{"S":"x"}}|t',
		"$old: a stream that was only described has records now");
	is($node->safe_psql($db, q(SELECT count(r) FROM dynapg.describe_stream(json_build_object('StreamArn', dynapg.describe_table('{"TableName":"Streamed"}')
		-> 'Table' ->> 'LatestStreamArn')) s, json_array_elements(s -> 'StreamDescription' -> 'Shards') h, dynapg.get_shard_iterator(json_build_object(
		'StreamArn', s -> 'StreamDescription' ->> 'StreamArn', 'ShardId', h ->> 'ShardId', 'ShardIteratorType', 'TRIM_HORIZON')) i,
		json_array_elements(dynapg.get_records(i) -> 'Records') r)), '1', "$old: and a shard that has them");
	$node->safe_psql($db, qq(SELECT dynapg.delete_table('{"TableName":"$_"}'))) for qw(Kept Streamed);
	is($node->safe_psql($db, q(SELECT count(*) FROM pg_class WHERE relnamespace = 'dynamodb'::regnamespace)), '0',
		"$old: DeleteTable leaves nothing");
}

# What users have made of dynapg.partiql of 0.3.0 stays, and roles that could not call it cannot call the new function of that name.
$node->safe_psql('postgres', 'CREATE DATABASE partiql');
$node->safe_psql('partiql', q(CREATE EXTENSION dynapg VERSION '0.3.0'; CREATE VIEW songs AS SELECT dynapg.partiql('SELECT * FROM Songs WHERE id = ?', '{"S":"a"}') AS item;
	REVOKE EXECUTE ON FUNCTION dynapg.partiql(text, json[]) FROM PUBLIC; GRANT EXECUTE ON FUNCTION dynapg.partiql(text, json[]) TO keeper));
$node->safe_psql('partiql', 'CREATE ROLE stranger; ALTER EXTENSION dynapg UPDATE');
$node->safe_psql('partiql', q(SELECT dynapg.create_table('{"TableName":"Songs","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'); SELECT dynapg.put_item('{"TableName":"Songs","Item":{"id":{"S":"a"}}}')));
is($node->safe_psql('partiql', 'SELECT item FROM songs'), '{"id":{"S":"a"}}', 'a view on dynapg.partiql of 0.3.0');
is($node->safe_psql('partiql', q(SELECT string_agg(role || ' ' || has_function_privilege(role, f, 'EXECUTE'), ', ' ORDER BY f::text, role)
	FROM unnest(ARRAY['keeper', 'stranger']) role, unnest(ARRAY['dynapg.partiql(text)', 'dynapg.partiql(text, "any")', 'dynapg.partiql_json(text, json[])']::regprocedure[]) f)),
	join(', ', ('keeper true, stranger false') x 3), 'the rights on it');

done_testing();
