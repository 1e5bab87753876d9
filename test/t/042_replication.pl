# 042_replication.pl - items on other servers: a streaming standby reads and refuses to write, logical replication carries items
# as text and binary, COPY does, and prepared transactions hold writes back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
my $table = q(SELECT dynapg.create_table('{"TableName":"Things","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}') IS NOT NULL);
$node->safe_psql('postgres', $table);
$node->safe_psql('postgres', <<'SQL');
SELECT count(dynapg.put_item(format('{"TableName":"Things","Item":{"pk":{"S":"p%s"},"sk":{"N":"%s"},"g":{"S":"g%s"},
	"all":{"L":[{"NULL":true},{"BOOL":false},{"SS":["b","a",""]},{"NS":["2","1.50","-1E-130"]},{"BS":["AA==","AQI="]},{"M":{"ü":{"B":""}}},{"S":"\u0000\\"}]}}}',
	i % 7, i, i % 3)::json)) FROM generate_series(1, 300) i;
SELECT dynapg.put_item(json_build_object('TableName', 'Things', 'Item', json_build_object('pk', json_build_object('S', 'big'),
	'sk', json_build_object('N', '1'), 'big', json_build_object('S', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 10000) i)))));
SQL
my $all = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY pk, sk)), count(*) FROM dynamodb."Things" t';
my $key = q("TableName":"Things","Key":{"pk":{"S":"p1"},"sk":{"N":"1"}});

# ---- a standby ----

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"new"},"sk":{"N":"1"}}}')));
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));

is($standby->safe_psql('postgres', $all), $node->safe_psql('postgres', $all), 'standby: the same items');
for my $read (
	qq(dynapg.get_item('{$key}')),
	q(dynapg.query('{"TableName":"Things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p1"}}}')),
	q(dynapg.query('{"TableName":"Things","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g1"}},"Limit":20}')),
	q(dynapg.scan('{"TableName":"Things","FilterExpression":"sk > :n","ExpressionAttributeValues":{":n":{"N":"250"}}}')),
	q(dynapg.list_tables('{}')),
	q((dynapg.describe_table('{"TableName":"Things"}') -> 'Table')::jsonb - 'ItemCount' - 'TableSizeBytes' - 'GlobalSecondaryIndexes'))
{
	is($standby->safe_psql('postgres', "SELECT $read"), $node->safe_psql('postgres', "SELECT $read"), "standby: $read");
}
is($standby->safe_psql('postgres', q(SELECT sum((dynapg.scan(format('{"TableName":"Things","Segment":%s,"TotalSegments":4,"Select":"COUNT"}', i)::json) ->> 'Count')::int)
	FROM generate_series(0, 3) i)), '302', 'standby: the segments of a parallel scan are complete');

my %writes = (
	PutItem => q(dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"x"},"sk":{"N":"1"}}}')),
	UpdateItem => qq(dynapg.update_item('{$key,"UpdateExpression":"REMOVE g"}')),
	DeleteItem => qq(dynapg.delete_item('{$key}')),
	CreateTable => $table =~ s/^SELECT //r,
	UpdateTable => q(dynapg.update_table('{"TableName":"Things","DeletionProtectionEnabled":true}')),
	DeleteTable => q(dynapg.delete_table('{"TableName":"Things"}')));
for my $operation (sort keys %writes)
{
	my (undef, undef, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT $writes{$operation}");
	like($err, qr/ERROR:  ND022: $operation writes, and this server is a standby/, "standby: $operation is refused");
}

$standby->stop;

# ---- logical replication ----

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql('postgres', 'CREATE EXTENSION dynapg');
$subscriber->safe_psql('postgres', $table);
$node->safe_psql('postgres', 'CREATE PUBLICATION things FOR TABLE dynamodb."Things"');
my $source = $node->connstr('postgres') =~ s{'}{''}gr;
for my $form ('text', 'binary')
{
	$subscriber->safe_psql('postgres', 'TRUNCATE dynamodb."Things"');
	$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION things_$form CONNECTION '$source' PUBLICATION things WITH (binary = "
		  . ($form eq 'binary' ? 'true' : 'false') . ')');
	ok($subscriber->poll_query_until('postgres', q(SELECT bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel)), "$form: the tables are copied");
	$node->safe_psql('postgres', <<'SQL');
SELECT dynapg.update_item('{"TableName":"Things","Key":{"pk":{"S":"big"},"sk":{"N":"1"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1.5"}}}');
SELECT dynapg.delete_item('{"TableName":"Things","Key":{"pk":{"S":"new"},"sk":{"N":"1"}}}');
SELECT dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"new"},"sk":{"N":"1"},"g":{"S":"replicated"}}}');
SQL
	$node->wait_for_catchup("things_$form");
	is($subscriber->safe_psql('postgres', $all), $node->safe_psql('postgres', $all), "$form: the same items");
	is($subscriber->safe_psql('postgres', q(SELECT dynapg.query('{"TableName":"Things","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"replicated"}}}') -> 'Count')),
		'1', "$form: and the index knows them");
	$subscriber->safe_psql('postgres', "DROP SUBSCRIPTION things_$form");
}

# The column keys, which PostgreSQL fills itself, is there on one side alone, whichever that is.
my $older = $table =~ s/Things/Older/r;
$node->safe_psql('postgres', "SET dynapg.store_index_keys = off; $older");
$subscriber->safe_psql('postgres', $older);
$subscriber->safe_psql('postgres', q(SELECT dynapg.delete_table('{"TableName":"Things"}')));
$subscriber->safe_psql('postgres', "SET dynapg.store_index_keys = off; $table");
$node->safe_psql('postgres', 'ALTER PUBLICATION things ADD TABLE dynamodb."Older"');
my $keys = q(SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
	WHERE attname = 'keys' AND relnamespace = 'dynamodb'::regnamespace AND relkind = 'r');
is($node->safe_psql('postgres', $keys) . ' ' . $subscriber->safe_psql('postgres', $keys), 'Things Older', 'each side has the column in one table');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION crossed CONNECTION '$source' PUBLICATION things");
ok($subscriber->poll_query_until('postgres', q(SELECT count(*) = 2 AND bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel)), 'the tables are copied');
$node->safe_psql('postgres', qq(SELECT dynapg.put_item('{"TableName":"$_","Item":{"pk":{"S":"crossed"},"sk":{"N":"1"},"g":{"S":"crossed"}}}'),
	dynapg.update_item('{"TableName":"$_","Key":{"pk":{"S":"crossed"},"sk":{"N":"1"}},"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":{"S":"changed"}}}'))) for 'Things', 'Older';
$node->wait_for_catchup('crossed');
for my $name ('Things', 'Older')
{
	my $items = qq(SELECT md5(string_agg(item::text, chr(10) ORDER BY pk, sk)), count(*) FROM dynamodb."$name");
	is($subscriber->safe_psql('postgres', $items), $node->safe_psql('postgres', $items), "$name: the same items");
	is($subscriber->safe_psql('postgres', qq(SELECT dynapg.query('{"TableName":"$name","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"changed"}}}') -> 'Count')),
		'1', "$name: and the index knows them");
}
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION crossed');
$subscriber->stop;

# ---- COPY ----

my $dir = PostgreSQL::Test::Utils::tempdir;
for my $form ('text', 'csv', 'binary')
{
	my $before = $node->safe_psql('postgres', $all);
	$node->safe_psql('postgres', qq(COPY dynamodb."Things" TO '$dir/things' (FORMAT $form); TRUNCATE dynamodb."Things"; COPY dynamodb."Things" FROM '$dir/things' (FORMAT $form)));
	is($node->safe_psql('postgres', $all), $before, "COPY as $form and back");
}

# ---- prepared transactions ----

is($node->safe_psql('postgres', <<"SQL"), "{}\n{}\n1\n0", 'a prepared transaction holds its writes back');
BEGIN;
SELECT dynapg.update_item('{$key,"UpdateExpression":"SET prepared = pk"}');
SELECT dynapg.delete_item('{"TableName":"Things","Key":{"pk":{"S":"new"},"sk":{"N":"1"}}}');
PREPARE TRANSACTION 'things';
SELECT dynapg.query('{"TableName":"Things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"new"}}}') -> 'Count';
COMMIT PREPARED 'things';
SELECT dynapg.query('{"TableName":"Things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"new"}}}') -> 'Count';
SQL
like($node->safe_psql('postgres', qq(SELECT dynapg.get_item('{$key}'))), qr/"prepared":\{"S":"p1"\}/, 'until it is committed');

$node->stop;
done_testing();
