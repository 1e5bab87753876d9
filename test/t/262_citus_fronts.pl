# 262_citus_fronts.pl - the front of every node of Citus serves distributed tables: nodes know them, also after they change and when a node is
# added later; what makes tables is for the coordinator; a token is known everywhere; nobody makes a node know what is not true
#
# 260_citus.pl compares the replies.  Skipped where no Citus is installed.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

if (my $why = citus_missing())
{
	note "counted: skipped: $why";
	plan skip_all => $why;
}

my ($coordinator, $port, @nodes) = citus_cluster("dynapg.jobs_interval = '200ms'");
my @fronts = map { front_of($_) } @nodes;

sub requested
{
	my ($front, $operation, $request) = @_;
	my $reply = call($front, $operation, request_json($request));
	return ($reply->{status}, decode_json($reply->{body} || '{}'));
}

sub table
{
	my ($name, @more) = @_;
	return { TableName => $name, BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
		AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ], @more };
}

sub names
{
	my ($front) = @_;
	return join ' ', @{ (requested($front, 'ListTables', {}))[1]{TableNames} };
}

sub all_know
{
	my ($names, $what) = @_;
	is(join(' | ', map { names($_) } @fronts), join(' | ', ($names) x @fronts), $what);
	return;
}

# ---- tables come and go ----

is((requested($port, CreateTable => table('Local')))[0], 200, 'a table of the coordinator');
is((requested($port, CreateTable => table('Things')))[0], 200, 'a table');
all_know('', 'nodes know no table that is not distributed');
$coordinator->safe_psql('postgres', q(SELECT dynapg.distribute('Things')));
all_know('Things', 'nodes know a table that is');
$coordinator->safe_psql('postgres', qq(BEGIN; SELECT dynapg.create_table('${\ request_json(table('Undone')) }'); SELECT dynapg.distribute('Undone'); ROLLBACK));
all_know('Things', 'and none that was rolled back');
my $long = 'L' x 200;
is((requested($port, CreateTable => table($long)))[0], 200, 'a table with a long name');
$coordinator->safe_psql('postgres', qq(SELECT dynapg.distribute('$long')));
all_know("$long Things", 'is known, too');
is((requested($fronts[0], PutItem => { TableName => $long, Item => { id => { S => 'a' } } }))[0], 200, 'and written');
is((requested($port, DeleteTable => { TableName => $long }))[0], 200, 'it is deleted');
all_know('Things', 'and forgotten');
is((requested($fronts[0], PutItem => { TableName => 'Things', Item => { id => { S => 'a' }, n => { N => 1 } } }))[0], 200, 'one node writes');
is_deeply((requested($fronts[1], GetItem => { TableName => 'Things', Key => { id => { S => 'a' } } }))[1], { Item => { id => { S => 'a' }, n => { N => '1' } } }, 'the other one reads');
is_deeply((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'a' } } }))[1]{Item}{n}, { N => '1' }, 'and the coordinator');
is((requested($fronts[0], GetItem => { TableName => 'Local', Key => { id => { S => 'a' } } }))[1]{message}, 'Requested resource not found', 'nodes serve no local table of the coordinator');

# ---- what describes them ----

sub description
{
	my ($front) = @_;
	return (requested($front, DescribeTable => { TableName => 'Things' }))[1]{Table};
}
is((requested($port, TagResource => { ResourceArn => description($port)->{TableArn}, Tags => [ { Key => 'k', Value => 'v' } ] }))[0], 200, 'a tag');
is((requested($port, UpdateTable => { TableName => 'Things', %$_ }))[0], 200, 'a setting') for { DeletionProtectionEnabled => JSON::PP::true }, { TableClass => 'STANDARD_INFREQUENT_ACCESS' };
is((requested($port, UpdateTable => { TableName => 'Things', AttributeDefinitions => [ { AttributeName => 'a', AttributeType => 'S' } ],
	GlobalSecondaryIndexUpdates => [ { Create => { IndexName => 'by_a', KeySchema => [ { AttributeName => 'a', KeyType => 'HASH' } ], Projection => { ProjectionType => 'INCLUDE', NonKeyAttributes => [ 'n' ] } } } ] }))[0], 200, 'an index');
for (1 .. 300)
{
	my $indexes = description($port)->{GlobalSecondaryIndexes};
	last if $indexes && $indexes->[0]{IndexStatus} eq 'ACTIVE';
	select undef, undef, undef, 0.1;
}
is_deeply(description($_), description($port), 'are known') for @fronts;
is(description($fronts[0])->{GlobalSecondaryIndexes}[0]{IndexStatus}, 'ACTIVE', 'so is that the index can be used');
is((requested($fronts[1], PutItem => { TableName => 'Things', Item => { id => { S => 'b' }, a => { S => 'x' } } }))[0], 200, 'an item of the index');
is((requested($fronts[0], Query => { TableName => 'Things', IndexName => 'by_a', KeyConditionExpression => 'a = :a', ExpressionAttributeValues => { ':a' => { S => 'x' } } }))[1]{Count}, 1, 'is found by it');
is_deeply((requested($fronts[0], ListTagsOfResource => { ResourceArn => description($port)->{TableArn} }))[1]{Tags}, [ { Key => 'k', Value => 'v' } ], 'so is the tag');
$coordinator->safe_psql('postgres', 'DROP INDEX dynamodb."Things:by_a"');
is_deeply([ map { description($_)->{GlobalSecondaryIndexes} } $port, @fronts ], [ undef, undef, undef ], 'an index that SQL drops is gone everywhere');
is((requested($port, UpdateTable => { TableName => 'Things', DeletionProtectionEnabled => JSON::PP::false }))[0], 200, 'settings back');

# ---- what is the coordinator's ----

my $place = '127.0.0.1:' . $coordinator->port;
for my $operation (qw(CreateTable DeleteTable UpdateTable UpdateTimeToLive CreateBackup ListBackups TagResource ListExports))
{
	my $request = $operation eq 'CreateTable' ? table('Other') : $operation =~ /^List/ ? {} : { TableName => 'Things' };
	$request->{BackupName} = 'copy' if $operation eq 'CreateBackup';
	$request->{TableClass} = 'STANDARD' if $operation eq 'UpdateTable';
	$request = { ResourceArn => description($port)->{TableArn}, Tags => [ { Key => 'x', Value => 'y' } ] } if $operation eq 'TagResource';
	$request->{TimeToLiveSpecification} = { AttributeName => 'until', Enabled => JSON::PP::true } if $operation eq 'UpdateTimeToLive';
	my ($status, $reply) = requested($fronts[0], $operation, $request);
	is("$status $reply->{message}", "400 $operation is for the coordinator of Citus, whose PostgreSQL is $place: this node serves the items of distributed tables", "$operation is refused");
}
like(($nodes[0]->psql('postgres', q(SELECT dynapg.distribute('Things'))))[2], qr/dynapg.distribute is for the coordinator/, 'so is distribute');
like(($nodes[0]->psql('postgres', q(SELECT dynapg.inform_nodes())))[2], qr/dynapg.inform_nodes is for the coordinator/, 'and inform_nodes');

# ---- the second phase of a commit ----

# A key of each node's shards.
sub key_of
{
	my ($node) = @_;
	return (grep { $node->safe_psql('postgres', qq(SELECT to_regclass(shard_name('dynamodb."Things"', get_shard_id_for_distribution_column('dynamodb."Things"', '$_')))
		IS NOT NULL)) eq 't' } map { "key$_" } 1 .. 40)[0];
}

sub standbys
{
	my ($names) = @_;
	$coordinator->append_conf('postgresql.conf', "synchronous_standby_names = '$names'");
	$coordinator->reload;
	sleep 1;	# the front reads it within a second
	return;
}

# The reply to a transaction on both nodes, the last one of which meets with something between the phases: the coordinator waits there for a standby.
sub between_phases
{
	my ($value, $accident) = @_;
	my $last = $nodes[1];
	standbys('nobody');
	my $connection = dial($port);
	send_text($connection, request_text(TransactWriteItems => request_json({ TransactItems => [ map { { Put => { TableName => 'Things',
		Item => { id => { S => key_of($_) }, n => { N => $value } } } } } @nodes ] })));
	ok($last->poll_query_until('postgres', 'SELECT count(*) = 1 FROM pg_prepared_xacts'), 'the first phase is over');
	$accident->($last);
	standbys('');
	return read_reply($connection);
}

sub values_of
{
	return join ' ', map { (requested($port, GetItem => { TableName => 'Things', Key => { id => { S => key_of($_) } } }))[1]{Item}{n}{N} // 'none' } @nodes;
}

my $reply = between_phases(1, sub { $_[0]->safe_psql('postgres', q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity
	WHERE application_name ~ '^citus_internal' AND backend_type = 'client backend')) });
is($reply->{status}, 200, 'a node that loses its connection between the phases');
is(values_of(), '1 1', 'has the transaction when the reply comes');
$reply = between_phases(2, sub { $_[0]->stop('immediate') });
is($reply->{status} . $reply->{body}, '500{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"The request could not be completed."}',
	'where the node is down the outcome is open');
$nodes[1]->start;
$coordinator->safe_psql('postgres', 'SELECT recover_prepared_transactions()');
is(values_of(), '2 2', 'which here is a success');
requested($port, DeleteItem => { TableName => 'Things', Key => { id => { S => key_of($_) } } }) for @nodes;
wait_for_http($_) for @fronts;

# ---- tokens ----

ok($coordinator->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_dist_partition WHERE logicalrelid = 'dynapg.node_tokens'::regclass)), 'tokens are distributed');
sub add
{
	my ($front, $token, $units) = @_;
	my ($status, $reply) = requested($front, TransactWriteItems => { ClientRequestToken => $token, TransactItems => [ { Update => { TableName => 'Things', Key => { id => { S => 'sum' } },
		UpdateExpression => 'ADD n :u', ExpressionAttributeValues => { ':u' => { N => $units } } } } ] });
	return $status == 200 ? 200 : $reply->{__type} =~ s/.*#//r;
}
is(join(' ', map { add($_, 'first', 1) } $port, @fronts, @fronts), '200 200 200 200 200', 'a transaction that comes again at other nodes succeeds');
is((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}{N}, 1, 'and is carried out once');
is(join(' ', map { add($_, 'first', 2) } $port, @fronts), join(' ', ('IdempotentParameterMismatchException') x 3), 'another one with its token is a mismatch everywhere');
is(join(' ', map { add($_, 'second', 1) } reverse @fronts), '200 200', 'another token');
is((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}{N}, 2, 'counts again');

$coordinator->safe_psql('postgres', q(UPDATE dynapg.node_tokens SET expires_at = now() WHERE token = 'first'));
is(add($fronts[1], 'first', 0), 200, 'a token whose time is over can be used again');
$coordinator->safe_psql('postgres', q(UPDATE dynapg.node_tokens SET expires_at = now() WHERE token = 'second'; SELECT dynapg.run_jobs()));
is($coordinator->safe_psql('postgres', q(SELECT string_agg(convert_from(token, 'UTF8'), ' ' ORDER BY token) FROM dynapg.node_tokens)), 'first', 'what has expired is removed');
$coordinator->safe_psql('postgres', q(INSERT INTO dynapg.node_tokens VALUES (1, 'postgres', 'of another time', now() + interval '1 day', 'x'),
	(2, 'postgres', 'for ever', 'infinity', 'x'); SELECT dynapg.run_jobs()));
is($coordinator->safe_psql('postgres', q(SELECT string_agg(convert_from(token, 'UTF8'), ' ' ORDER BY token) FROM dynapg.node_tokens)), 'first', 'and what never would');

is($coordinator->safe_psql('postgres', q(SELECT dynapg.transact_write_items('{"ClientRequestToken": "twice", "TransactItems": [{"Update": {"TableName": "Things", "Key": {"id": {"S": "twice"}},
	"UpdateExpression": "ADD n :u", "ExpressionAttributeValues": {":u": {"N": "1"}}}}]}') FROM generate_series(1, 2);
	SELECT dynapg.get_item('{"TableName": "Things", "Key": {"id": {"S": "twice"}}}') #>> '{Item,n,N}')), "{}\n{}\n1", 'one that comes again in the same transaction is carried out once');

# Two at once on different nodes: the second one waits for the first one's item, and is undone.
my $first = $nodes[0]->background_psql('postgres');
$first->query_safe(q(BEGIN; SELECT dynapg.transact_write_items('{"ClientRequestToken": "both", "TransactItems": [{"Update": {"TableName": "Things", "Key": {"id": {"S": "sum"}},
	"UpdateExpression": "ADD n :u", "ExpressionAttributeValues": {":u": {"N": "10"}}}}]}')));
my $second = $nodes[1]->background_psql('postgres', on_error_stop => 0);
$second->query_until(qr/asked/, qq(\\echo asked\nSELECT dynapg.transact_write_items('{"ClientRequestToken": "both", "TransactItems": [{"Update": {"TableName": "Things", "Key": {"id": {"S": "sum"}},
	"UpdateExpression": "ADD n :u", "ExpressionAttributeValues": {":u": {"N": "10"}}}}]}');\n));
select undef, undef, undef, 1;
$first->query_safe('COMMIT');
$second->query('SELECT 1');
like($second->{stderr}, qr/TransactionInProgressException|still in progress/, 'a transaction that runs twice at once is undone once');
$_->quit for $first, $second;
is((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}{N}, 12, 'and counts once');

# ---- in a transaction that has written ----

is($coordinator->safe_psql('postgres', q(BEGIN; SELECT dynapg.put_item('{"TableName": "Things", "Item": {"id": {"S": "uncommitted"}}}');
	SELECT dynapg.describe_table('{"TableName": "Things"}') #>> '{Table,ItemCount}'; ROLLBACK)), "{}\n5", 'items are counted');

# ---- rights ----

$coordinator->safe_psql('postgres', q(CREATE ROLE user_a LOGIN; CREATE ROLE owner_b LOGIN; GRANT USAGE, CREATE ON SCHEMA dynamodb TO owner_b; GRANT SELECT ON dynamodb."Things" TO user_a));
$_->safe_psql('postgres', 'GRANT USAGE, CREATE ON SCHEMA dynamodb TO owner_b') for @nodes;
is($nodes[0]->safe_psql('postgres', q(SET SESSION AUTHORIZATION user_a; SELECT dynapg.get_item('{"TableName": "Things", "Key": {"id": {"S": "a"}}}') #>> '{Item,n,N}')), 1, 'a grant holds on every node');
like(($nodes[0]->psql('postgres', q(SET SESSION AUTHORIZATION user_a; SELECT dynapg.put_item('{"TableName": "Things", "Item": {"id": {"S": "a"}}}'))))[2], qr/permission denied|not authorized/, 'and its absence');
is($nodes[0]->safe_psql('postgres', q(SET SESSION AUTHORIZATION user_a; SELECT count(*) FROM dynapg.node_tokens)), 0, 'nobody sees the tokens of others');
is($coordinator->safe_psql('postgres', q(SELECT count(*) > 0 FROM dynapg.node_tokens)), 't', 'which are there');
like(($nodes[0]->psql('postgres', q(SET SESSION AUTHORIZATION user_a; INSERT INTO dynapg.node_tokens VALUES (1, 'postgres', 'x', now(), 'x'))))[2], qr/row-level security/, 'nor makes any');
# a reset forgets the tokens of the role's requests, and of nobody else's
$coordinator->safe_psql('postgres', q(INSERT INTO dynapg.node_tokens SELECT hash, 'user_a', token, expires_at, digest, note FROM dynapg.node_tokens WHERE token = 'first'));
is($coordinator->safe_psql('postgres', q(SET SESSION AUTHORIZATION user_a; SELECT dynapg.reset())), 0, 'a role without tables resets what is its own');
is($coordinator->safe_psql('postgres', q(SELECT string_agg(DISTINCT role::text, ' ') FROM dynapg.node_tokens WHERE token = 'first')), 'postgres', 'and forgets its own tokens alone');
is(add($fronts[0], 'reset', 1), 200, 'a transaction before a reset');
cmp_ok($coordinator->safe_psql('postgres', q(SELECT dynapg.reset())), '>', 0, 'a reset');
is(add($fronts[1], 'reset', 12), 200, 'another one with its token');
is((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}{N}, 12, 'is carried out');
is(add($fronts[1], 'first', 0), 200, 'so is one with a token of long ago');

my $owned = request_json(table('Owned'));
$coordinator->safe_psql('postgres', qq(SET SESSION AUTHORIZATION owner_b; SELECT dynapg.create_table('$owned'); SELECT dynapg.distribute('Owned')));
all_know('Owned Things', 'an owner who is no superuser distributes a table');
is($coordinator->safe_psql('postgres', q(SET SESSION AUTHORIZATION owner_b; SELECT dynapg.update_table('{"TableName": "Owned", "DeletionProtectionEnabled": true}') #>> '{TableDescription,DeletionProtectionEnabled}')), 'true', 'and changes it');
is((requested($fronts[1], DescribeTable => { TableName => 'Owned' }))[1]{Table}{DeletionProtectionEnabled}, JSON::PP::true, 'which nodes know');
is($coordinator->safe_psql('postgres', 'SET SESSION AUTHORIZATION owner_b; SELECT dynapg.inform_nodes()'), 1, 'inform_nodes informs of the tables of its user');

my $rows = q('{"name": "%s", "table_id": "00000000-0000-0000-0000-000000000000", "created_at": "2026-01-01", "pk_name": "%s", "pk_type": "%s", "deletion_protection": false, "attribute_definitions": [], "definition": {}}');
for my $case (
	[ 'dynamodb."Things"', 'Things', 'id', 'S', '[]', qr/must be owner of table Things/, 'a table of somebody else' ],
	[ 'dynamodb."Owned"', 'Things', 'id', 'S', '[]', qr/duplicate key value/, 'the name of another table' ],
	[ 'dynamodb."Owned"', 'a b', 'id', 'S', '[]', qr/permission denied for a row/, 'a name that is none' ],
	[ 'dynamodb."Owned"', 'Owned', 'id', 'X', '[]', qr/permission denied for a row|violates check/, 'a type that is none' ],
	[ 'dynamodb."Owned"', 'Owned', 'id', 'N', '[]', qr/column|type/, 'a type that the column does not have' ],
	[ 'dynamodb."Owned"', 'Owned', 'id', 'S', '[{"name": "i", "relation_name": "r", "is_global": true, "partition_keys": 1, "key_names": ["a"], "key_types": ["Q"], "projection": "ALL", "include": [], "definition": {}, "status": "ACTIVE", "position": 1}]',
		qr/permission denied for a row/, 'an index with a key that has no type' ])
{
	my ($relation, $name, $key, $type, $indexes, $error, $what) = @$case;
	like(($nodes[0]->psql('postgres', "SET SESSION AUTHORIZATION owner_b; SELECT dynapg.accept_table('$relation', " . sprintf($rows, $name, $key, $type) . ", '$indexes')"))[2], $error, "no node accepts $what");
}
like(($coordinator->psql('postgres', q(SELECT dynapg.accept_table('dynamodb."Things"', '{}', '[]'))))[2], qr/is for distributed tables on the nodes/, 'the coordinator accepts nothing');
all_know('Owned Things', 'nothing has changed by that');

# ---- a node that is added, and one that has forgotten ----

my $third = citus_node('node3', "dynapg.jobs_interval = '200ms'");
$coordinator->safe_psql('postgres', sprintf(q{SELECT citus_add_node('127.0.0.1', %d)}, $third->port));
wait_for_http(front_of($third));
for (1 .. 100)
{
	last if names(front_of($third)) eq 'Owned Things';
	select undef, undef, undef, 0.1;
}
is(names(front_of($third)), 'Owned Things', 'a node that is added later gets to know the tables');
is_deeply((requested(front_of($third), GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}, { N => '12' }, 'and serves them');
is(add(front_of($third), 'first', 0), 200, 'and knows the tokens');
is((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}{N}, 12, 'all of them');
$nodes[0]->safe_psql('postgres', 'DELETE FROM dynapg.tables');
is($coordinator->safe_psql('postgres', 'SELECT dynapg.inform_nodes()'), 2, 'inform_nodes informs of all tables');
all_know('Owned Things', 'again');

# ---- tables that are no longer distributed ----

$coordinator->safe_psql('postgres', q(SELECT undistribute_table('dynamodb."Things"')));
all_know('Owned', 'nodes forget a table that the coordinator takes back');
is_deeply((requested($port, GetItem => { TableName => 'Things', Key => { id => { S => 'sum' } } }))[1]{Item}{n}, { N => '12' }, 'which the coordinator serves');
$coordinator->safe_psql('postgres', q(SELECT dynapg.distribute('Things')));
all_know('Owned Things', 'until it is distributed again');

# ---- which new tables are distributed ----

sub made
{
	my ($role, $name, @more) = @_;
	my $create = request_json(table($name, @more));
	return $coordinator->safe_psql('postgres', qq(SET ROLE $role; SET dynapg.distribute_tables = on; SELECT FROM dynapg.create_table('$create');
		SELECT count(*) FROM pg_dist_partition WHERE logicalrelid = 'dynamodb."$name"'::regclass));
}
$coordinator->safe_psql('postgres', 'CREATE ROLE sleeper; GRANT USAGE, CREATE ON SCHEMA dynamodb TO sleeper');
is(made('postgres', 'Plain'), '1', 'a new table is distributed');
is(made('postgres', 'Streamed', StreamSpecification => { StreamEnabled => JSON::PP::true, StreamViewType => 'KEYS_ONLY' }), '0', 'not one with a stream');
is(made('sleeper', 'Slept'), '0', 'nor that of a role that may not log in');

# ---- a node that does not answer ----

$third->stop;
my $described = q(SELECT dynapg.describe_table('{"TableName":"Things"}'););
my ($status, $output, $errors) = $coordinator->psql('postgres', "$described SELECT 'goes on';", on_error_stop => 0);
like($errors, qr/could not connect/, 'its part of a table cannot be counted');
is($output, 'goes on', 'and the session goes on after that');

done_testing();
