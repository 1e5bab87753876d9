# 180_vectors.pl - vector indexes through what happens to a server: built and dropped in the background while writers go on, a crash, a
# standby, a dump and a restore, a backup; and throttling and the statistics of SearchVectors.
#
# A prepared transaction that wrote to the table holds a build at its first wait for as long as a test needs it; a lock on the table keeps
# it from beginning.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('vectors');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
max_prepared_transactions = 5
dynapg.index_build = background
shared_preload_libraries = 'dynapg'
lock_timeout = 5s
autovacuum = off
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

sub call
{
	my ($operation, $request, $where) = @_;
	my ($status, $out, $err) = ($where // $node)->psql('postgres', "SELECT dynapg.$operation(\$\$$request\$\$)");
	return $status == 0 ? $out : $err =~ s/^psql:<stdin>:\d+: ERROR: +//r;
}

sub vector
{
	return '[' . join(',', map { qq({"N":"$_"}) } @_) . ']';
}

sub put
{
	my ($key, $attributes, @vector) = @_;
	return call('put_item', qq({"TableName":"Vectors","Item":{"id":{"S":"$key"}$attributes,"v":{"L":${\ vector(@vector)}}}}));
}

sub create_index
{
	my ($name, $schema, $table) = @_;
	$table //= 'Vectors';
	return call('update_table', qq({"TableName":"$table","AttributeDefinitions":[{"AttributeName":"t","AttributeType":"S"}],
		"VectorIndexUpdates":[{"Create":{"IndexName":"$name","VectorAttribute":{"AttributeName":"v"},"Dimensions":3,
		"DistanceFunction":"EUCLIDEAN","Projection":{"ProjectionType":"ALL"},
		"SearchSchema":[{"AttributeName":"t","SearchSchemaElementType":"$schema"}]}}]}));
}

sub drop_index
{
	my ($name) = @_;
	return call('update_table', qq({"TableName":"Vectors","VectorIndexUpdates":[{"Delete":{"IndexName":"$name"}}]}));
}

# "STATUS Backfilling" of an index as DescribeTable reports it, "none" without an index.
sub state_of
{
	my ($name) = @_;
	return $node->safe_psql('postgres', qq(SELECT coalesce((SELECT concat_ws(' ', i ->> 'IndexStatus', i ->> 'Backfilling') FROM
		json_array_elements(dynapg.describe_table('{"TableName":"Vectors"}') #> '{Table,VectorIndexes}') i
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

# The keys that a search finds, the nearest first, or the error.
sub search
{
	my ($name, $where, $table, @vector) = @_;
	@vector = (1, 0, 0) unless @vector;
	my $reply = call('search_vectors', qq({"TableName":"${\ ($table // 'Vectors')}","IndexName":"$name","TopK":5,"SearchVector":${\ vector(@vector)},
		"SearchConditionExpression":"t = :t","ExpressionAttributeValues":{":t":{"S":"a"}}}), $where);
	return $reply =~ /"SearchResults"/ ? join(' ', $reply =~ /"id":\{"S":"(\w+)"\}/g) : $reply;
}

call('create_table', q({"TableName":"Vectors","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}));
put("i$_", ',"t":{"S":"a"}', $_, 0, 0) for 1 .. 4;
put('short', ',"t":{"S":"a"}', 1);
put('elsewhere', ',"t":{"S":"b"}', 1, 0, 0);

# Allocation: the build has not started.
$node->safe_psql('postgres', q(BEGIN; LOCK TABLE dynamodb."Vectors" IN SHARE UPDATE EXCLUSIVE MODE; PREPARE TRANSACTION 'blocker'));
like(create_index('near', 'HASH'), qr/"IndexStatus":"CREATING","Backfilling":false/, 'a new index is being allocated');
is(state_of('near'), 'CREATING false', 'and stays so until its building begins');
is(search('near'), 'Cannot search backfilling vector index: near', 'it cannot be searched');
is(create_index('near', 'HASH'), 'Attempt to change a resource which is still in use: Index is being created.  Table: Vectors Index: near',
	'an index of its name is refused');
is(create_index('other', 'HASH'), 'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
	'and any other one');
is(drop_index('near'), 'Attempt to change a resource which is still in use: Index creation is in resource allocation phase. '
	  . 'Retry deletion during backfilling phase or when the index is active. Table: Vectors Index: near', 'it cannot be deleted');
like(put('bad', ',"t":{"S":"a"}', 1, 2), qr/Invalid size for parameter v, Expected: 3, Actual: 2. IndexName: near/, 'writes are checked against it');
$node->safe_psql('postgres', "COMMIT PREPARED 'blocker'");
becomes('near', 'ACTIVE', 'then it is built');
is(search('near'), 'i1 i2 i3 i4', 'without the vector that does not fit it');

# Backfilling: writers go on, it can be deleted.
$node->safe_psql('postgres', q(BEGIN; SELECT dynapg.put_item('{"TableName":"Vectors","Item":{"id":{"S":"held"}}}'); PREPARE TRANSACTION 'held'));
create_index('second', 'INLINE_FILTER');
becomes('second', 'CREATING true', 'an index is being filled');
is(search('second'), 'Cannot search backfilling vector index: second', 'and cannot be searched');
is(put('i5', ',"t":{"S":"a"}', 5, 0, 0), '{}', 'writers go on');
like(drop_index('second'), qr/"IndexStatus":"DELETING"/, 'it can be deleted');
$node->safe_psql('postgres', "ROLLBACK PREPARED 'held'");
becomes('second', 'none', 'and is gone then');
$node->safe_psql('postgres', q(BEGIN; SELECT dynapg.put_item('{"TableName":"Vectors","Item":{"id":{"S":"held"}}}'); PREPARE TRANSACTION 'held'));
create_index('second', 'INLINE_FILTER');
becomes('second', 'CREATING true', 'an index is being filled');
put('i6', ',"t":{"S":"a"}', 1.5, 0, 0);
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', "COMMIT PREPARED 'held'");
becomes('second', 'ACTIVE', 'a crash only delays it');
is(search('second'), 'i1 i6 i2 i3 i4', 'what was written meanwhile is in it');
like(drop_index('second'), qr/"IndexStatus":"DELETING"/, 'an active index is deleted');
becomes('second', 'none', 'in the background');
is($node->safe_psql('postgres', q(SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname LIKE 'Vectors:%')), 'Vectors:near', 'with its relation');

# Crash and standby: each change of a page is in the log.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', q(SELECT count(dynapg.put_item(format('{"TableName":"Vectors","Item":{"id":{"S":"n%s"},"t":{"S":"a"},"v":{"L":[{"N":"%s"},{"N":"9"},{"N":"0"}]}}}', i, i)::json))
	FROM generate_series(1, 3000) i));
$node->safe_psql('postgres', q(DELETE FROM dynamodb."Vectors" WHERE pk LIKE 'n%' AND substr(pk, 2)::int % 3 = 0; VACUUM dynamodb."Vectors"));
$node->safe_psql('postgres', q(SELECT count(dynapg.put_item(format('{"TableName":"Vectors","Item":{"id":{"S":"m%s"},"t":{"S":"a"},"v":{"L":[{"N":"%s"},{"N":"9"},{"N":"0"}]}}}', i, i)::json))
	FROM generate_series(3, 900, 3) i));
is(search('near', undef, undef, 300, 9, 0), 'm300 n299 n301 n298 n302', 'search after many changes');
$node->wait_for_catchup($standby);
is(search('near', $standby, undef, 300, 9, 0), 'm300 n299 n301 n298 n302', 'a standby finds the same');
$node->stop('immediate');
$node->start;
is(search('near', undef, undef, 300, 9, 0), 'm300 n299 n301 n298 n302', 'and so does the server after a crash');
$standby->stop;

# A dump.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'a dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), $dump ], 'is restored');
is($node->safe_psql('restored', q(SELECT string_agg(dynapg.item_get_text(item, 'id'), ' ') FROM dynapg.search_vectors_items('Vectors', 'near', '{300,9,0}', 3, 't = :t', '{":t":{"S":"a"}}'))),
	'm300 n299 n301', 'and searched');
is($node->safe_psql('restored', 'SELECT count(*) FROM dynapg.indexes'), '1', 'one index is in the catalog');

# A backup, restored with and without.
my ($arn) = call('create_backup', '{"TableName":"Vectors","BackupName":"vectors"}') =~ /"BackupArn":"([^"]+)"/;
ok($node->poll_query_until('postgres', qq(SELECT dynapg.describe_backup('{"BackupArn":"$arn"}')::text LIKE '%"BackupStatus":"AVAILABLE"%')), 'a backup');
like(call('describe_backup', qq({"BackupArn":"$arn"})), qr/"VectorIndexes":\[\{"IndexName":"near",.*"Dimensions":3,"DistanceFunction":"EUCLIDEAN"/, 'has the index');
like(call('restore_table_from_backup', qq({"TargetTableName":"Whole","BackupArn":"$arn"})), qr/"VectorIndexes"/, 'it is restored');
$node->poll_query_until('postgres', q(SELECT dynapg.describe_table('{"TableName":"Whole"}') #>> '{Table,TableStatus}' = 'ACTIVE'));
is(search('near', undef, 'Whole', 300, 9, 0), 'm300 n299 n301 n298 n302', 'with its index');
unlike(call('restore_table_from_backup', qq({"TargetTableName":"Bare","BackupArn":"$arn","VectorIndexOverride":[]})), qr/"VectorIndexes"/, 'or without');
$node->poll_query_until('postgres', q(SELECT dynapg.describe_table('{"TableName":"Bare"}') #>> '{Table,TableStatus}' = 'ACTIVE'));
is(search('near', undef, 'Bare'), 'The table does not have the specified index: near', 'and has none then');
like(call('restore_table_from_backup', qq({"TargetTableName":"Other","BackupArn":"$arn","VectorIndexOverride":[{"IndexName":"near",
	"VectorAttribute":{"AttributeName":"v"},"Dimensions":4,"DistanceFunction":"EUCLIDEAN","Projection":{"ProjectionType":"ALL"}}]})),
	qr/Index near does not match a secondary index that existed in the source table/, 'another index is refused');

# A table of 2 units that were used up: a search is refused as a Query is.
call('update_table', '{"TableName":"Vectors","OnDemandThroughput":{"MaxReadRequestUnits":2}}');
my ($status, undef, $refused) = $node->psql('postgres', q(SET dynapg.throttling = on; SELECT dynapg.refill_throughput('Vectors', -5);
	SELECT dynapg.search_vectors('{"TableName":"Vectors","IndexName":"near","TopK":5,"SearchVector":[{"N":"1"},{"N":"0"},{"N":"0"}],
	"SearchConditionExpression":"t = :t","ExpressionAttributeValues":{":t":{"S":"a"}}}')));
like($refused, qr/hroughput/, 'a search of a table without throughput left is refused');
done_testing();
