# 020_index_build.pl - indexes built and dropped in the background: writers go on, states are reported, no state outlives
# a crash, a cancellation or a failure for ever.
#
# A prepared transaction that wrote to the table holds a build at its first wait for as long as a test needs it.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('build');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
max_prepared_transactions = 5
dynapg.index_build = background
lock_timeout = 5s
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

sub call
{
	my ($operation, $request, $more) = @_;
	my ($status, $out, $err) = $node->psql('postgres', ($more // '') . "SELECT dynapg.$operation(\$\$$request\$\$)");
	return $status == 0 ? $out : $err =~ s/^psql:<stdin>:\d+: ERROR: +//r;
}

sub put
{
	my ($key, $attributes) = @_;
	return call('put_item', qq({"TableName":"built","Item":{"id":{"S":"$key"}$attributes}}));
}

sub create_index
{
	my ($name, $attribute, $type) = @_;
	return call('update_table', qq({"TableName":"built","AttributeDefinitions":[{"AttributeName":"$attribute","AttributeType":"$type"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"$name","KeySchema":[{"AttributeName":"$attribute","KeyType":"HASH"}],
		"Projection":{"ProjectionType":"ALL"}}}]}));
}

sub drop_index
{
	my ($name) = @_;
	return call('update_table', qq({"TableName":"built","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"$name"}}]}));
}

# "STATUS Backfilling" of an index as DescribeTable reports it, "none" without an index.
sub state_of
{
	my ($name) = @_;
	return $node->safe_psql('postgres', qq(SELECT coalesce((SELECT concat_ws(' ', i ->> 'IndexStatus', i ->> 'Backfilling') FROM
		json_array_elements(dynapg.describe_table('{"TableName":"built"}') #> '{Table,GlobalSecondaryIndexes}') i
		WHERE i ->> 'IndexName' = '$name'), 'none')));
}

sub becomes
{
	my ($name, $state, $what) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return pass($what) if state_of($name) eq $state;
		select(undef, undef, undef, 0.1);
	}
	return is(state_of($name), $state, $what);
}

sub definitions
{
	return $node->safe_psql('postgres', q(SELECT attribute_definitions FROM dynapg.tables WHERE name = 'built'));
}

# Keys that a query by the index finds, in order; or the error.
sub find
{
	my ($name, $attribute, $value) = @_;
	my $reply = call('query', qq({"TableName":"built","IndexName":"$name","KeyConditionExpression":"#a = :v","ProjectionExpression":"id",
		"ExpressionAttributeNames":{"#a":"$attribute"},"ExpressionAttributeValues":{":v":$value}}));
	return $reply =~ /"Items"/ ? join(' ', sort($reply =~ /"id":\{"S":"(\w+)"\}/g)) : $reply;
}

sub indexes
{
	return $node->safe_psql('postgres', q(SELECT string_agg(concat_ws(' ', c.relname, CASE WHEN NOT i.indisvalid THEN 'invalid' END), ', ' ORDER BY c.relname)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'dynamodb.built'::regclass));
}

sub hold
{
	$node->safe_psql('postgres', q(BEGIN; SELECT dynapg.put_item('{"TableName":"built","Item":{"id":{"S":"held"},"g":{"S":"x"}}}'); PREPARE TRANSACTION 'held'));
	return;
}

sub release
{
	$node->safe_psql('postgres', "COMMIT PREPARED 'held'");
	return;
}

# Waits until a builder waits for the held transaction.
sub held_up
{
	$node->poll_query_until('postgres', q(SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE a.backend_type = 'dynapg index builder' AND NOT l.granted)) or die 'no builder waits';
	return;
}

like(call('create_table', '{"TableName":"built","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'), qr/CREATING/, 'a table');
is(put('s1', ',"g":{"S":"x"}'), '{}', 'an item for the index');
is(put('n1', ',"g":{"N":"1"}'), '{}', 'one of another type');
is(put('e1', ',"g":{"S":""}'), '{}', 'one with an empty key');
is(put('l1', ',"g":{"S":"' . ('x' x 2049) . '"}'), '{}', 'one with a key that is too long');
is(put('m1', ''), '{}', 'one without it');

# ---- While it is built

hold();
like(create_index('by-g', 'g', 'S'), qr/"IndexName":"by-g".*"IndexStatus":"CREATING","Backfilling":false/, 'UpdateTable says CREATING');
held_up();
is(state_of('by-g'), 'CREATING true', 'DescribeTable says CREATING, Backfilling');
is(put('s2', ',"g":{"S":"x"}'), '{}', 'a put during the build');
is(call('update_item', '{"TableName":"built","Key":{"id":{"S":"s1"}},"UpdateExpression":"SET h = :h","ExpressionAttributeValues":{":h":{"N":"1"}}}'),
	'{}', 'an update');
is(call('delete_item', '{"TableName":"built","Key":{"id":{"S":"m1"}}}'), '{}', 'a delete');
is(put('n2', ',"g":{"N":"1"}'), 'One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g',
	'a put of a wrong type');
is(find('by-g', 'g', '{"S":"x"}'), 'Cannot read from backfilling global secondary index: by-g', 'Query is refused');
is(call('scan', '{"TableName":"built","IndexName":"by-g"}'), 'Cannot read from backfilling global secondary index: by-g', 'so is Scan');
is(create_index('by-h', 'h', 'N'),
	'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table', 'one at a time');
is(create_index('by-g', 'g', 'S'), 'Attempting to create an index which already exists', 'its name is taken');
is(call('delete_table', '{"TableName":"built"}'),
	'Attempt to change a resource which is still in use: Cannot delete table while indexes are being created, updated, or deleted.',
	'the table cannot be deleted');
release();
becomes('by-g', 'ACTIVE', 'then it becomes ACTIVE');
is(find('by-g', 'g', '{"S":"x"}'), 'held s1 s2', 'and holds what was there and what was written meanwhile');
is(indexes(), 'built primary key, built:by-g', 'there is a valid index');

# Put, changed and deleted by others all the time: the index holds what the table does.
my $work = PostgreSQL::Test::Utils::tempdir . '/work.sql';
PostgreSQL::Test::Utils::append_to_file($work, <<'SQL');
\set id random(1, 400)
\set value random(1, 5)
\set what random(1, 4)
\if :what = 1
SELECT dynapg.delete_item(format('{"TableName":"built","Key":{"id":{"S":"w%s"}}}', :id)::json);
\elif :what = 2
SELECT dynapg.update_item(format('{"TableName":"built","Key":{"id":{"S":"w%s"}},"UpdateExpression":"REMOVE w"}', :id)::json);
\else
SELECT dynapg.put_item(format('{"TableName":"built","Item":{"id":{"S":"w%s"},"w":{"S":"%s"}}}', :id, :value)::json);
\endif
SQL
my $bench_output = '';
my $bench = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-T', '600', '-f', $work, $node->connstr('postgres') . ' application_name=writers' ], '>&', \$bench_output);
$node->poll_query_until('postgres', q(SELECT count(*) > 100 FROM dynamodb.built));
create_index('by-w', 'w', 'S');
becomes('by-w', 'ACTIVE', 'built while others write');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'writers')), '3', 'who all go on') or diag($bench_output);
$bench->kill_kill;
$node->poll_query_until('postgres', q(SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'writers'));
my $in_table = $node->safe_psql('postgres', q(SELECT count(*) FROM dynamodb.built WHERE dynapg.item_get_text(item, 'w') IS NOT NULL));
cmp_ok($in_table, '>', 50, 'they leave items');
is(call('scan', '{"TableName":"built","IndexName":"by-w","Select":"COUNT"}'), qq({"Count":$in_table,"ScannedCount":$in_table}), 'all in the index');
for my $value (1 .. 5)
{
	is(find('by-w', 'w', qq({"S":"$value"})), $node->safe_psql('postgres', qq(SELECT coalesce(string_agg(pk, ' ' ORDER BY pk), '')
		FROM dynamodb.built WHERE dynapg.item_get_text(item, 'w') = '$value')), "under the right key, $value");
}
drop_index('by-w');
becomes('by-w', 'none', 'and it can be dropped');
$node->safe_psql('postgres', q(DELETE FROM dynamodb.built WHERE pk LIKE 'w%'));

# ---- While it is dropped

hold();
like(drop_index('by-g'), qr/"IndexName":"by-g".*"IndexStatus":"DELETING"/, 'UpdateTable says DELETING');
held_up();
is(state_of('by-g'), 'DELETING', 'so does DescribeTable');
is(find('by-g', 'g', '{"S":"x"}'), 'The table does not have the specified index: by-g', 'Query no longer finds it');
is(put('n2', ',"g":{"N":"1"}'), '{}', 'a put of any type');
is(drop_index('by-g'), 'Attempt to change a resource which is still in use: Index is being deleted.  Table: built Index: by-g', 'once is enough');
is(create_index('by-h', 'h', 'N'),
	'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table', 'one at a time');
release();
becomes('by-g', 'none', 'then it is gone');
is(indexes(), 'built primary key', 'with its index');
is(definitions(), '[{"AttributeName":"id","AttributeType":"S"}]', 'and the definition that only it used');

# ---- Dropped before it is built: the builder is stopped

hold();
create_index('by-g', 'g', 'S');
held_up();
like(drop_index('by-g'), qr/DELETING/, 'an index that is being built can be dropped');
release();
becomes('by-g', 'none', 'and is gone');
is(indexes(), 'built primary key', 'and so is the part that was built');

# The same within the caller's transaction.
hold();
create_index('by-g', 'g', 'S');
held_up();
release();
like(call('update_table', '{"TableName":"built","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]}', 'SET dynapg.index_build = immediate;'),
	qr/DELETING/, 'dropped at once');
is(state_of('by-g'), 'none', 'it is gone at once');
is(indexes(), 'built primary key', 'and so is the part that was built');

# ---- Interrupted

hold();
create_index('by-g', 'g', 'S');
held_up();
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', 'SELECT status FROM dynapg.indexes'), 'CREATING', 'after a crash the state is CREATING');
is(state_of('by-g'), 'CREATING true', 'DescribeTable says so');
held_up();
pass('and starts a builder');
$node->safe_psql('postgres', q(SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg index builder'));
$node->poll_query_until('postgres', q(SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dynapg index builder'));
is($node->safe_psql('postgres', 'SELECT status, failures FROM dynapg.indexes'), 'CREATING|0', 'a cancelled build is no failed one');
release();
becomes('by-g', 'ACTIVE', 'the next look starts it again');
is(indexes(), 'built primary key, built:by-g', 'and there is one valid index');
like(find('by-g', 'g', '{"S":"x"}'), qr/^held s1 s2$/, 'which holds what it should');
drop_index('by-g');
becomes('by-g', 'none', 'and can be dropped');

# ---- Failed

$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION no_index() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no index today'; END $$;
CREATE EVENT TRIGGER no_index ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION no_index();
SQL
create_index('by-g', 'g', 'S');
$node->poll_query_until('postgres', 'SELECT failures = 1 FROM dynapg.indexes');
is($node->safe_psql('postgres', 'SELECT status, failure FROM dynapg.indexes'), 'CREATING|no index today', 'a failure is noted');
ok(PostgreSQL::Test::Utils::slurp_file($node->logfile) =~ /ERROR: +no index today/, 'and logged');
is(state_of('by-g'), 'CREATING true', 'the state stays CREATING');
select(undef, undef, undef, 0.5);
is($node->safe_psql('postgres', 'SELECT failures FROM dynapg.indexes'), '1', 'no new attempt before its time');
$node->safe_psql('postgres', q(DROP EVENT TRIGGER no_index; UPDATE dynapg.indexes SET failed_at = now() - interval '10 s'));
becomes('by-g', 'ACTIVE', 'the next attempt succeeds');
is($node->safe_psql('postgres', 'SELECT status, failures, failed_at, failure FROM dynapg.indexes'), 'ACTIVE|0||', 'which leaves no trace of the failure');

drop_index('by-g');
becomes('by-g', 'none', 'and can be dropped');

# A build that fails half-way: no room for the sort.
$node->safe_psql('postgres', q(ALTER DATABASE postgres SET temp_file_limit = '64kB'; ALTER DATABASE postgres SET maintenance_work_mem = '1MB'));
$node->safe_psql('postgres', q(SELECT count(dynapg.put_item(json_build_object('TableName', 'built', 'Item',
	json_build_object('id', json_build_object('S', 'big' || i), 'big', json_build_object('S',
		(SELECT string_agg(md5(concat(i, n)), '') FROM generate_series(1, 15) n)))))) FROM generate_series(1, 5000) i));
create_index('by-big', 'big', 'S');
$node->poll_query_until('postgres', 'SELECT failures = 1 FROM dynapg.indexes');
like($node->safe_psql('postgres', 'SELECT status, failure FROM dynapg.indexes'), qr/^CREATING\|temporary file size exceeds "?temp_file_limit/,
	'a failure half-way');
$node->poll_query_until('postgres', q(SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dynapg index builder'));
is(indexes(), 'built primary key', 'leaves no invalid index');
$node->safe_psql('postgres', q(ALTER DATABASE postgres RESET temp_file_limit; UPDATE dynapg.indexes SET failed_at = now() - interval '10 s'));
is(find('by-big', 'big', '{"S":"x"}'), 'Cannot read from backfilling global secondary index: by-big', 'a read is a look at it, too');
ok($node->poll_query_until('postgres', q(SELECT status = 'ACTIVE' FROM dynapg.indexes)), 'the next attempt succeeds');
is(call('scan', '{"TableName":"built","IndexName":"by-big","Select":"COUNT"}') =~ /"ScannedCount":\d+/, 1, 'and can be read');
drop_index('by-big');
becomes('by-big', 'none', 'and dropped');

# No free worker: built when there is one.
$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
like(create_index('by-g', 'g', 'S'), qr/CREATING/, 'no worker to be had');
is(state_of('by-g'), 'CREATING true', 'the index waits');
ok(PostgreSQL::Test::Utils::slurp_file($node->logfile) =~ /LOG: +could not start an index builder/, 'and the log says so');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;
becomes('by-g', 'ACTIVE', 'until there is one');

# ---- Other sessions see the change

my ($status, $out, $err) = $node->psql('postgres', <<'SQL');
SELECT dynapg.query('{"TableName":"built","IndexName":"by-g","Select":"COUNT","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}}');
\! psql -XAtqc "SELECT dynapg.update_table('{\"TableName\":\"built\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"by-g\"}}]}') IS NULL" postgres
SELECT dynapg.query('{"TableName":"built","IndexName":"by-g","Select":"COUNT","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}}');
SQL
like($out, qr/^\{"Count":3,"ScannedCount":3\}/, 'a session that uses the index');
like($err, qr/The table does not have the specified index: by-g/, 'sees it go');
becomes('by-g', 'none', 'it is gone');

# ---- The owner, who may not log in, and others

$node->safe_psql('postgres', q(CREATE ROLE owner NOLOGIN; CREATE ROLE other NOLOGIN; GRANT CREATE ON SCHEMA dynamodb TO owner;
	ALTER TABLE dynamodb.built OWNER TO owner));
my $request = '{"TableName":"built","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":
	{"IndexName":"owned","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}';
is(call('update_table', $request, 'SET ROLE other;'), 'must be owner of table built', 'others may not add an index');
like(call('update_table', $request, 'SET ROLE owner;'), qr/"IndexStatus":"CREATING"/, 'the owner may');
becomes('owned', 'ACTIVE', 'and it is built');
is($node->safe_psql('postgres', q(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'built:owned')), 'owner', 'and his');

# ---- A rolled back request leaves nothing, a dumped one is taken up

$node->safe_psql('postgres', q(BEGIN; SELECT dynapg.update_table('{"TableName":"built","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"owned"}}]}'); ROLLBACK));
is(state_of('owned'), 'ACTIVE', 'rolled back');
hold();
drop_index('owned');
becomes('owned', 'DELETING', 'a drop that waits');
my $dump = PostgreSQL::Test::Utils::tempdir . '/dump.sql';
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', 'postgres' ], 'is dumped');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', 'copy' ], 'and restored');
is($node->safe_psql('copy', 'SELECT status FROM dynapg.indexes'), 'DELETING', 'as it is');
$node->safe_psql('copy', q(SELECT dynapg.describe_table('{"TableName":"built"}')));
ok($node->poll_query_until('copy', 'SELECT count(*) = 0 FROM dynapg.indexes'), 'and finished there');
release();
becomes('owned', 'none', 'and here');
is($node->safe_psql('copy', 'SELECT attribute_definitions FROM dynapg.tables'), '[{"AttributeName":"id","AttributeType":"S"}]', 'definitions, too');
like(call('delete_table', '{"TableName":"built"}'), qr/"TableStatus":"DELETING"/, 'the table can be deleted');

$node->stop;
done_testing();
