# 263_citus_reads.pl - a node of Citus reads the shards that it has by itself: never an old one, with the caller's rights, and without keeping
# their locks; and what a session keeps of plans does not grow with its requests
#
# Skipped where no Citus is installed.
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

my ($coordinator, $port, @nodes) = citus_cluster('dynapg.http_workers = 1');
my @keys = map { "key$_" } 1 .. 8;

sub request
{
	my ($operation, $request) = @_;
	return "dynapg.$operation('" . request_json({ TableName => 'Things', %$request }) . "')";
}

sub get
{
	my ($key) = @_;
	return request(get_item => { Key => { id => { S => $key } } });
}

sub put
{
	my ($key, $value) = @_;
	return request(put_item => { Item => { id => { S => $key }, n => { N => $value } } });
}

# What the fronts of all nodes, each with one process, read of an item.
sub read_by_all
{
	my ($key) = @_;
	my $text = request_json({ TableName => 'Things', Key => { id => { S => $key } } });
	return join ' ', map { decode_json(call($_, GetItem => $text)->{body})->{Item}{n}{N} // 'none' } $port, map { front_of($_) } @nodes;
}

# The errors and notices of statements on a node.
sub told
{
	my ($node, @statements) = @_;
	my ($status, $out, $error) = $node->psql('postgres', join '', map { "$_;\n" } @statements);
	return "$error";
}

$coordinator->safe_psql('postgres', 'SELECT ' . request(create_table => { BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ] }) . q(; SELECT dynapg.distribute('Things')));
$coordinator->safe_psql('postgres', 'SELECT ' . put($_, 1)) for @keys;

# ---- who reads ----

# without connections of its own to the other node, which 264_citus_links looks at
my $show = 'SET dynapg.node_connections = 0; SET citus.log_remote_commands = on; SET citus.log_local_commands = on';
my %here = map { my $node = $_; $node->name => { map { $_ => told($node, $show, 'SELECT ' . get($_)) eq '' } @keys } } @nodes;
for my $key (@keys)
{
	my @by = map { $here{$_}{$key} ? 'itself' : 'Citus' } map { $_->name } @nodes;
	is(join(' ', sort @by), 'Citus itself', "one node reads $key by itself");
	is(read_by_all($key), '1 1 1', 'all find it');
}
my ($key) = grep { $here{node1}{$_} } @keys;
my $node = $nodes[0];
is(read_by_all('nothing'), 'none none none', 'an item that is not there');
unlike(told($node, 'BEGIN', 'SELECT ' . put($key, 2), $show, 'SELECT ' . get($key), 'ROLLBACK'), qr/ERROR/, 'a read after a write');
is($node->safe_psql('postgres', 'BEGIN; SELECT ' . put($key, 2) . '; SELECT ' . get($key) . q( #>> '{Item,n,N}'; ROLLBACK)) =~ s/\s+/ /gr, '{} 2', 'sees it');
like(told($node, 'BEGIN ISOLATION LEVEL REPEATABLE READ', $show, 'SELECT ' . get($key)), qr/executing the command locally/, 'Citus reads under the snapshot of a transaction');

# ---- locks ----

my $held = q(SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND c.relname ~ '^Things_');
is($node->safe_psql('postgres', 'BEGIN; SELECT ' . get($key) . q( #>> '{Item,n,N}'; ) . $held) =~ s/\s+/ /gr, '1 0', 'a read keeps no lock of the shard');

# ---- rights ----

$coordinator->safe_psql('postgres', 'CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA dynamodb, dynapg TO reader, stranger; '
	  . 'GRANT SELECT ON dynamodb."Things" TO reader');
is($node->safe_psql('postgres', "SET ROLE reader; SELECT " . get($key) . q( #>> '{Item,n,N}')), '1', 'a role that may read');
like(told($node, 'SET ROLE stranger', 'SELECT ' . get($key)), qr/permission denied/, 'one that may not');
$coordinator->safe_psql('postgres', 'REVOKE SELECT ON dynamodb."Things" FROM reader');
like(told($node, 'SET ROLE reader', 'SELECT ' . get($key)), qr/permission denied/, 'and one that may no longer');

# ---- shards that move ----

sub move
{
	my ($key, $from, $to, $mode) = @_;
	my $shard = qq(get_shard_id_for_distribution_column('dynamodb."Things"', '$key'));
	$coordinator->safe_psql('postgres', join ', ', "SELECT citus_move_shard_placement($shard", "'127.0.0.1'", $from->port, "'127.0.0.1'", $to->port, "'$mode')");
	return;
}
my $value = 1;
for my $mode (qw(block_writes force_logical block_writes force_logical))
{
	my ($from, $to) = $value % 2 ? @nodes : reverse @nodes;
	move($key, $from, $to, $mode);
	$value++;
	is(read_by_all($key), join(' ', ($value - 1) x 3), "an item whose shard has moved ($mode)");
	$coordinator->safe_psql('postgres', 'SELECT ' . put($key, $value));
	is(read_by_all($key), join(' ', ($value) x 3), 'and was written then');
	is(told($to, $show, 'SELECT ' . get($key)), '', 'the node that has it reads it by itself');
	like(told($from, $show, 'SELECT ' . get($key)), qr/issuing SELECT/, 'the other one asks');
}

# ---- memory ----

my $kept = q(SELECT pg_size_pretty(sum(total_bytes)) || ' of plans' FROM pg_backend_memory_contexts WHERE name = 'CachedPlan' HAVING sum(total_bytes) > 8e6);
my @requests = map { ('SELECT ' . put($key, $_), 'SELECT ' . get($key), 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT ' . get($key), 'COMMIT') } 1 .. 400;
is($node->safe_psql('postgres', 'SET client_min_messages = error; ' . join('', map { "$_ \\g /dev/null\n" } @requests) . $kept), '', 'plans do not grow');

done_testing();
