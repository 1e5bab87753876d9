# 266_citus_sql.pl - what SQL does with distributed tables as with local ones: snapshots, plans that are shown, tables made after reads in the
# same transaction, reads of indexes by long keys; and what it cannot, with a sentence
#
# Skipped where no Citus is installed.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use PostgreSQL::Test::Utils;
use Test::More;

if (my $why = citus_missing())
{
	note "counted: skipped: $why";
	plan skip_all => $why;
}

my ($coordinator, undef, @nodes) = citus_cluster("dynapg.jobs_interval = '200ms'");

sub sql
{
	my ($sql) = @_;
	return $coordinator->safe_psql('postgres', $sql);
}

# The error of a statement.
sub error_of
{
	my ($sql) = @_;
	my ($status, $out, $error) = $coordinator->psql('postgres', $sql);
	return $error =~ /ERROR:  (.*)/ ? $1 : "none: $out";
}

# A request that makes a table with a partition key and perhaps an index by several attributes.
sub table_request
{
	my ($name, @index) = @_;
	my %request = (TableName => $name, BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
		AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } 'id', grep { $_ ne 'id' } @index ]);
	$request{GlobalSecondaryIndexes} = [ { IndexName => 'by_all', KeySchema => [ map { { AttributeName => $_, KeyType => 'HASH' } } @index ],
		Projection => { ProjectionType => 'ALL' } } ] if @index;
	return "dynapg.create_table('" . request_json(\%request) . "') IS NOT NULL";
}

sub is_distributed
{
	my ($name) = @_;
	return sql(qq(SELECT count(*) FROM pg_dist_partition WHERE logicalrelid = 'dynamodb."$name"'::regclass));
}

$coordinator->append_conf('postgresql.conf', 'dynapg.distribute_tables = on');
$coordinator->reload;
sql('SELECT ' . table_request('Things', 'g', 'id'));
sql(qq(SELECT count(dynapg.put_item(json_build_object('TableName', 'Things', 'Item', json_build_object('id', json_build_object('S', 'key' || i)))))
	FROM generate_series(1, 20) AS i));
is(is_distributed('Things'), 1, 'the table is a distributed one');

# ---- snapshots ----

sql(q(SELECT dynapg.save_snapshot('base')));
is(sql(q(SELECT dynapg.restore_snapshot('base'))), 0, 'nothing is restored where nothing has changed');
sql(q(SELECT dynapg.put_item('{"TableName": "Things", "Item": {"id": {"S": "key1"}, "n": {"N": "1"}}}');
	SELECT dynapg.delete_item('{"TableName": "Things", "Key": {"id": {"S": "key2"}}}')));
is(sql(q(SELECT dynapg.restore_snapshot('base'); SELECT count(*), count(dynapg.item_get_text(item, 'n')) FROM dynamodb."Things")), "1\n20|0", 'a snapshot brings back what the nodes have');
is(is_distributed('Things'), 1, 'and the table stays distributed');

sql(q(SELECT dynapg.delete_table('{"TableName": "Things"}')));
is(sql(q(SELECT dynapg.restore_snapshot('base'); SELECT count(*) FROM dynamodb."Things")), "1\n20", 'a table that is gone comes back');
is(is_distributed('Things'), 1, 'as a distributed one');
is($nodes[0]->safe_psql('postgres', q(SELECT table_id FROM dynapg.tables WHERE name = 'Things')), sql(q(SELECT table_id FROM dynapg.tables WHERE name = 'Things')), 'which the nodes know');

# ---- tables that are filled ----

my $backup = sql(q(SELECT dynapg.create_backup('{"TableName": "Things", "BackupName": "copy"}') #>> '{BackupDetails,BackupArn}'));
sql(qq(SELECT dynapg.restore_table_from_backup('{"TargetTableName": "Restored", "BackupArn": "$backup"}')));
ok($coordinator->poll_query_until('postgres', q(SELECT dynapg.describe_table('{"TableName": "Restored"}') #>> '{Table,TableStatus}' = 'ACTIVE')), 'a backup is restored');
is(is_distributed('Restored'), 1, 'as a distributed table');
is(sql(q(SELECT count(*) FROM dynamodb."Restored")), 20, 'with its items');
sql('SET dynapg.distribute_tables = off; SELECT ' . table_request('Moving'));
sql(q(INSERT INTO dynamodb."Moving" SELECT pk, dynapg.from_jsonb(jsonb_build_object('id', pk)) FROM generate_series(1, 100) AS i, LATERAL (SELECT 'item' || i AS pk) AS k));
is($coordinator->psql('postgres', q(SELECT dynapg.distribute('Moving')), stderr => \my $notices), 0, 'a table with items is distributed');
is($notices, '', 'without a word');
is(sql(q(SELECT pg_relation_size('dynamodb."Moving"'), count(*) FROM dynamodb."Moving")), '0|100', 'and leaves no rows behind');

# ---- plans ----

like(sql(q(SELECT dynapg.explain('Scan', '{"TableName": "Things"}'))), qr/Statement 1.*Citus Adaptive.*Index Scan using "Things primary key/s, 'a read of all shards is explained');
like(sql(q(SELECT dynapg.explain_statement('SELECT * FROM "Things"'))), qr/Citus Adaptive.*Index Scan using "Things primary key/s, 'and so is a statement');
like(sql(q(SELECT dynapg.explain('BatchGetItem', '{"RequestItems": {"Things": {"Keys": [{"id": {"S": "a"}}, {"id": {"S": "b"}}, {"id": {"S": "c"}}, {"id": {"S": "d"}}]}}}'))),
	qr/Statement 1.*Citus Adaptive/s, 'and a list of keys');

# ---- an index with several partition keys, among them the table's, whose long values are cut ----

my %long = map { $_ => substr($_, 0, 1) x 900 } qw(id g);
sql(qq(SELECT dynapg.put_item('{"TableName": "Things", "Item": {"id": {"S": "$long{id}"}, "g": {"S": "$long{g}"}}}')));
is(sql(qq(SELECT dynapg.query('{"TableName": "Things", "IndexName": "by_all", "Select": "COUNT", "KeyConditionExpression": "id = :i AND g = :g",
	"ExpressionAttributeValues": {":i": {"S": "$long{id}"}, ":g": {"S": "$long{g}"}}}') ->> 'Count')), 1, 'a long partition key is found in an index, too');

# ---- tables that are made after reads of all shards ----

sql(qq(BEGIN; SELECT count(*) FROM dynamodb."Things"; SELECT count(dynapg.scan('{"TableName": "Things"}')); SELECT ) . table_request('AfterReads', 'g') . '; COMMIT');
is(is_distributed('AfterReads'), 1, 'a table is distributed in a transaction that has read others');

# ---- the column of index keys ----

sql('SET dynapg.store_index_keys = off; SELECT ' . table_request('Moved', 'g'));
sql(q(SELECT dynapg.put_item('{"TableName": "Moved", "Item": {"id": {"S": "a"}, "g": {"S": "x"}}}')));
is(sql(q(SELECT dynapg.store_index_keys('dynamodb."Moved"'))), 't', 'a distributed table gets the column of index keys');
sql(q(SELECT dynapg.update_time_to_live('{"TableName": "Moved", "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": true}}')));
is(sql(q(SELECT dynapg.store_index_keys('dynamodb."Moved"'))), 't', 'and another one, with one more attribute');
is(sql(q(SELECT dynapg.query('{"TableName": "Moved", "IndexName": "by_all", "Select": "COUNT", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}}') ->> 'Count')),
	1, 'by which its index finds items');

# ---- items that are older than an index which they do not fit ----

sub index_request
{
	my ($name) = @_;
	return 'dynapg.update_table(\'' . request_json({ TableName => $name, AttributeDefinitions => [ { AttributeName => 'g', AttributeType => 'S' } ],
		GlobalSecondaryIndexUpdates => [ { Create => { IndexName => 'by_all', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' } } } ] }) . "') IS NOT NULL";
}

sub constraints
{
	my ($name) = @_;
	return sql(qq(SELECT string_agg(conname, ', ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'dynamodb."$name"'::regclass AND contype = 'c'));
}

# Moves a shard to another node in each way.
sub move
{
	my ($name) = @_;
	for my $mode (qw(block_writes force_logical))
	{
		sql(qq(SELECT citus_move_shard_placement(s.shardid, f.nodename, f.nodeport, t.nodename, t.nodeport, '$mode')
			FROM (SELECT min(shardid) AS shardid FROM pg_dist_shard WHERE logicalrelid = 'dynamodb."$name"'::regclass) s JOIN pg_dist_placement p USING (shardid)
			JOIN pg_dist_node f ON f.groupid = p.groupid JOIN pg_dist_node t ON t.groupid NOT IN (0, f.groupid)));
	}
	return sql(qq(SELECT count(*) FROM dynamodb."$name"));
}

my %make = (Older => 'SET dynapg.distribute_tables = off; ', OlderNow => '', OlderLater => '');
for my $name (sort keys %make)
{
	sql("$make{$name}SELECT " . table_request($name));
	sql(qq(SELECT count(dynapg.put_item(json_build_object('TableName', '$name', 'Item', json_build_object('id', json_build_object('S', 'key' || i), 'g', '{"N": "1"}'::json)))) FROM generate_series(1, 30) AS i));
	sql(($name eq 'OlderLater' ? 'SET dynapg.index_build = background; ' : '') . 'SELECT ' . index_request($name));
}
is(constraints('Older'), 'dynapg fits, dynapg index by_all', 'a local table keeps the constraint that some items violate');
sql(q(SELECT dynapg.distribute('Older')));
ok($coordinator->poll_query_until('postgres', q(SELECT status = 'ACTIVE' FROM dynapg.indexes WHERE table_relid = 'dynamodb."OlderLater"'::regclass)), 'an index is built in the background');
for my $name (sort keys %make)
{
	ok($coordinator->poll_query_until('postgres', qq(SELECT count(*) = 1 FROM pg_constraint WHERE conrelid = 'dynamodb."$name"'::regclass AND contype = 'c')), "$name has one constraint");
	is(constraints($name), 'dynapg fits', 'that of the rows');
	is(move($name), 30, 'so its shards can be moved');
	is(error_of(qq(SELECT dynapg.update_item('{"TableName": "$name", "Key": {"id": {"S": "key1"}}, "UpdateExpression": "SET g = g"}'))),
		'The update expression attempted to update the secondary index key to unsupported type', 'and the operations judge its items');
	sql(qq(SELECT undistribute_table('dynamodb."$name"')));
	is(sql(qq(SELECT count(*) FROM dynamodb."$name")), 30, 'the table comes back to one node');
}

# ---- rights of checks on items that are not there ----

sql(q(CREATE ROLE checker LOGIN; GRANT USAGE ON SCHEMA dynamodb TO checker; GRANT SELECT, UPDATE ON dynamodb."Things" TO checker));
my $check = 'SET ROLE checker; SELECT dynapg.transact_write_items(\'' . request_json({ TransactItems => [ { ConditionCheck => { TableName => 'Things', Key => { id => { S => 'nothing' } },
	ConditionExpression => 'attribute_not_exists(id)' } } ] }) . "')";
like(error_of($check), qr/permission denied for table Things/, 'a check of an item that is not there needs the rights to make and delete it');
sql('GRANT INSERT, DELETE ON dynamodb."Things" TO checker');
is(error_of($check), 'none: {}', 'which are enough');

# ---- what a node is asked to do, by hand: no program, and one index with the key a of type S ----

my $task = '00000000' . '0001' . '0101' . '53' . '0001' . '61';
my ($update, $indexes) = (4, 16);
is(sql(qq(SELECT dynapg.node_write('{"a":{"S":"x"}}', NULL, '\\x$task', $update + $indexes))), '{"a":{"S":"x"}}', 'an item that fits stays');
for my $bytes (map { substr $task, 0, 2 * $_ } 0 .. length($task) / 2 - 1)
{
	like(error_of(qq(SELECT dynapg.node_write('{"a":{"S":"x"}}', NULL, '\\x$bytes', $update + $indexes))), qr/^(?:no|insufficient) data left in message/, "bytes that end early: '$bytes'");
}
like(error_of(qq(SELECT dynapg.node_write('{"a":{"S":"x"}}', NULL, '\\x${task}00', $update + $indexes))), qr/^invalid message format/, 'bytes too many');
like(error_of(q(SELECT dynapg.node_write('{"a":{"S":"x"}}', NULL, '\\xffffffff00', 20))), qr/^insufficient data left in message/, 'a program of negative length');
like(error_of(q(SELECT dynapg.node_write('{"a":{"S":"x"}}', NULL, '\\x00000004deadbeef0000', 20))), qr/^invalid compiled expression/, 'bytes that are no program');

# ---- views ----

sql(q(SELECT dynapg.create_view('Things', '{"n": "numeric"}', 'things'); INSERT INTO things (id, n) VALUES ('viewed', 5)));
is(sql(q(SELECT n FROM things WHERE id = 'viewed')), 5, 'a view reads and inserts items of a distributed table');
isnt(error_of(q(UPDATE things SET n = 6 WHERE id = 'viewed')), 'none: ', 'but Citus updates none through it');
is(sql(q(SELECT n FROM things WHERE id = 'viewed')), 5, 'and so they stay');

# ---- counts ----

sql(q(SELECT ) . table_request('Counted'));
sql(q(INSERT INTO dynamodb."Counted" SELECT pk, dynapg.from_jsonb(jsonb_build_object('id', pk, 'pad', repeat(md5(i::text), 40))) FROM generate_series(1, 6000) AS i, LATERAL (SELECT 'item' || i AS pk) AS k));
my $items = sql(q(SELECT dynapg.describe_table('{"TableName": "Counted"}') #>> '{Table,ItemCount}'));
cmp_ok(abs($items - 6000), '<=', 600, 'the items of a larger table are counted by a part of its blocks');

# ---- segments ----

my $sum = join ' + ', map { qq((dynapg.scan('{"TableName": "Counted", "TotalSegments": 3, "Segment": $_, "Select": "COUNT"}') ->> 'Count')::bigint) } 0 .. 2;
cmp_ok(sql("SET search_path = pg_temp; SELECT $sum"), '>', 0, 'segments are found, whatever the search_path is');
is(sql(q(SELECT pages = citus_relation_size('dynamodb."Counted"') / current_setting('block_size')::int FROM dynapg.scan_bounds WHERE relation = 'dynamodb."Counted"'::regclass)), 't',
	'by a part of the blocks that the nodes have');

# ---- entries of indexes that are too long ----

sql(q(CREATE INDEX own ON dynamodb."Counted" (dynapg.item_get_text(item, 'x'))));
like(error_of(q(SELECT dynapg.put_item(json_build_object('TableName', 'Counted', 'Item', json_build_object('id', '{"S": "long"}'::json, 'x', json_build_object('S', string_agg(md5(i::text), ''))))) FROM generate_series(1, 200) AS i)),
	qr/^One or more parameter values were invalid: The key attributes are too long together for an entry of an index/, 'an entry of an index that is too long is the fault of the request');

done_testing();
