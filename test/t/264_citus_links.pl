# 264_citus_links.pl - a node asks another one for an item by a connection of its own: it finds what Citus finds, as the role, and where
# there is no connection, Citus is asked
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
use Time::HiRes qw(sleep);

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
	return request(get_item => { Key => { id => { S => $key }, at => { N => '1.0' } } }) . q( #>> '{Item,n,N}');
}

sub put
{
	my ($key, $value) = @_;
	return request(put_item => { Item => { id => { S => $key }, at => { N => '1' }, n => { N => $value } } });
}

sub told
{
	my ($node, @statements) = @_;
	my ($status, $out, $error) = $node->psql('postgres', join '', map { "$_;\n" } @statements);
	return "$error";
}

sub on
{
	my ($node, $sql) = @_;
	return $node->safe_psql('postgres', $sql) =~ s/\s+/ /gr;
}

# The number of links that lead to a node, of a role or of all; below, whether it becomes a number within seconds.
sub links
{
	my ($node, $role) = @_;
	return on($node, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dynapg'" . ($role ? " AND usename = '$role'" : ''));
}

sub links_become
{
	my ($count, $node, $title) = @_;
	my $end = time + 30;
	sleep 0.1 while links($node) != $count && time < $end;
	is(links($node), $count, $title);
	return;
}

# Citus writes its metadata to a node again where something has changed it: until it has, the node may not know where shards are.
sub synced
{
	my $end = time + 90;
	my $waiting = 'SELECT count(*) FROM pg_dist_node WHERE NOT metadatasynced';
	sleep 0.1 while on($coordinator, $waiting) != 0 && time < $end;
	return on($coordinator, $waiting) == 0;
}

$coordinator->safe_psql('postgres', 'SELECT ' . request(create_table => { BillingMode => 'PAY_PER_REQUEST',
	KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' }, { AttributeName => 'at', KeyType => 'RANGE' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' }, { AttributeName => 'at', AttributeType => 'N' } ] })
	. q(; SELECT dynapg.distribute('Things')));
$coordinator->safe_psql('postgres', 'SELECT ' . put($_, 1)) for @keys;
my $show = 'SET citus.log_remote_commands = on';
my $none = 'SET dynapg.node_connections = 0';
my $session = $coordinator->background_psql('postgres', on_error_stop => 0);

# ---- who is asked ----

for my $key (@keys)
{
	is(told($coordinator, $show, 'SELECT ' . get($key)), '', "Citus is not asked for $key");
	like(told($coordinator, $none, $show, 'SELECT ' . get($key)), qr/issuing SELECT/, 'but without links');
	is($session->query('SELECT ' . get($key)), '1', 'the item is found');
}
is(links($_), 1, 'a session has one link to each node') for @nodes;
is($session->query('SELECT ' . get('nothing')), '', 'an item that is not there');
is($session->query('SELECT ' . request(get_item => { Key => { id => { S => $keys[0] }, at => { N => 2 } } }) . q( #>> '{Item}')), '', 'nor with another sort key');
my $long = 'k' x 2000;
$coordinator->safe_psql('postgres', 'SELECT ' . put($long, 7));
is($session->query('SELECT ' . get($long)), '7', 'a key that its column does not hold whole');

# ---- what the transaction has written ----

my ($key) = grep { on($nodes[0], "SET dynapg.node_connections = 0; SET citus.log_remote_commands = on; SELECT " . get($_)) ne '' && told($nodes[0], $none, $show, 'SELECT ' . get($_)) eq '' } @keys;
my ($first, $second) = @nodes;	# the first one has the key
is(on($coordinator, 'BEGIN; SELECT ' . put($key, 2) . '; SELECT ' . get($key) . '; ROLLBACK; SELECT ' . get($key)), '{} 2 1', 'a transaction sees what it has written');
is(on($coordinator, 'BEGIN; SELECT ' . get($key) . '; SELECT ' . put($key, 2) . '; SELECT ' . get($key) . '; ROLLBACK'), '1 {} 2', 'if it has read before, too');
is(on($coordinator, qq(BEGIN; UPDATE dynamodb."Things" SET item = '{"at":{"N":"1"},"id":{"S":"$key"},"n":{"N":"3"}}' WHERE pk = '$key'; SELECT ) . get($key) . '; ROLLBACK'), '3', 'by SQL');
$coordinator->safe_psql('postgres', 'CREATE FUNCTION write_and_read(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; EXECUTE $2 INTO $1; RETURN $1; END $$');
is(on($coordinator, 'SELECT write_and_read($$SELECT ' . put($key, 4) . '$$, $$SELECT ' . get($key) . '$$)'), '4', 'and so does a function');
like(told($coordinator, 'BEGIN ISOLATION LEVEL REPEATABLE READ', $show, 'SELECT ' . get($key)), qr/issuing SELECT/, 'Citus reads under the snapshot of a transaction');
$coordinator->safe_psql('postgres', 'SELECT ' . put($key, 1));

# ---- rights ----

$coordinator->safe_psql('postgres', 'CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA dynamodb, dynapg TO reader, stranger; '
	  . 'GRANT SELECT ON dynamodb."Things" TO reader');
is($session->query('SET ROLE reader; SELECT ' . get($key)), '1', 'a role that may read');
is(links($first, 'reader'), 1, 'has a link of its own');
like(told($coordinator, 'SET ROLE stranger', 'SELECT ' . get($key)), qr/permission denied for table Things$/m, 'one that may not read');
my $node_item = sub { my ($table, $key) = @_; return "SELECT dynapg.node_item('$table', '$key')" };
my $at = qq({"id":{"S":"$key"},"at":{"N":"1"}});
like(told($first, 'SET ROLE stranger', $node_item->('Things', $at)), qr/permission denied for table Things$/m, 'does not get it from the node either');
is(on($first, 'SET ROLE reader; ' . $node_item->('Things', $at)), qq({"at":{"N":"1"},"id":{"S":"$key"},"n":{"N":"1"}}), 'but one that may');
like(told($first, $node_item->('Nothing', $at)), qr/ERROR:  there is no such table/, 'a table that the node does not know');
like(told($first, $node_item->('Things', $_)), qr/ERROR:  the key has no attribute \w+ of type [SN]/, "no key: $_")
  for '{}', qq({"id":{"S":"$key"}}), qq({"id":{"N":"1"},"at":{"N":"1"}}), qq({"id":{"S":"$key"},"at":{"S":"1"}});
is(on($first, $node_item->('Things', $at =~ s/"1"/"3"/r)), '', 'no item');
$coordinator->safe_psql('postgres', 'REVOKE SELECT ON dynamodb."Things" FROM reader');
$session->query('SELECT ' . get($key));
like($session->{stderr}, qr/permission denied/, 'a role that may no longer read');
$session->{stderr} = '';
$session->query('RESET ROLE');
$coordinator->safe_psql('postgres', 'GRANT SELECT ON dynamodb."Things" TO reader');

# ---- how many ----

my ($other) = grep { told($second, $none, $show, 'SELECT ' . get($_)) eq '' } @keys;	# a key of the second node
my $link = q(SELECT pid FROM pg_stat_activity WHERE application_name = 'dynapg');
is($session->query('SET dynapg.node_connections = 0; SELECT ' . get($key)), '1', 'without links');
is($session->query('SET dynapg.node_connections = 1; SELECT ' . get($key)), '1', 'with one link for all nodes');
my $first_link = on($first, $link);
is($session->query('SELECT ' . get($other)), '1', 'another node is asked by Citus');
is(on($first, $link), $first_link, 'while the link is in use');
is(links($first) + links($second), 1, 'there is one');
is(join(' ', map { scalar $session->query('SELECT ' . get($_)) } @keys), join(' ', (1) x @keys), 'all keys are found');
is(links($first) + links($second), 1, 'and stays one');
is($session->query("SET citus.max_cached_connection_lifetime = '0'; SELECT " . get($key)), '1', 'when Citus would keep no connection');
links_become(1, $first, 'there is one in the place of the old one');
isnt(on($first, $link), $first_link, 'which is another one');
$session->query('RESET citus.max_cached_connection_lifetime; SET dynapg.node_connections = 0; SELECT ' . get($key));
links_become(0, $_, 'and none with none') for @nodes;
$session->query('RESET dynapg.node_connections');

# ---- shards that move ----

sub move
{
	my ($from, $to, $mode) = @_;
	my $shard = qq(get_shard_id_for_distribution_column('dynamodb."Things"', '$key'));
	$coordinator->safe_psql('postgres', "SELECT citus_move_shard_placement($shard, '127.0.0.1', " . $from->port . ", '127.0.0.1', " . $to->port . ", '$mode')");
	return;
}
my $number = q(SELECT dynapg.item_get_text(dynapg.node_item('Things', '{"id":{"S":"KEY"},"at":{"N":"1"}}'), 'n')) =~ s/KEY/$key/r;
my $value = 1;
for my $mode (qw(block_writes force_logical))
{
	my ($from, $to) = $value % 2 ? ($first, $second) : ($second, $first);
	is($session->query('SELECT ' . get($key)), $value, 'before a move');
	move($from, $to, $mode);
	$coordinator->safe_psql('postgres', 'SELECT ' . put($key, ++$value));
	is($session->query('SELECT ' . get($key)), $value, "what was written after it ($mode)");
	is(on($from, $number), $value, 'is found by the node that had the shard');
	is(on($to, $number), $value, 'and by the one that has it');
}

# ---- nodes that go and come ----

$first->restart;
is($session->query('SELECT ' . get($key)), $value, 'after a restart of the node');
is($session->query('SELECT ' . get($key)), $value, 'and again');
is(links($first), 1, 'by a new link');
$first->stop('immediate');
my $refused = told($coordinator, 'SELECT ' . get($key));
like($refused, qr/ERROR:  connection to the remote node .* failed/, 'while it is down Citus says so');
$first->start;
is($session->query('SELECT ' . get($key)), $value, 'when it is up again');

# Another name of the same host: the link follows the address.
my $was = on($first, $link);
$coordinator->safe_psql('postgres', q(SELECT citus_update_node(nodeid, 'localhost', nodeport) FROM pg_dist_node WHERE nodeport = ) . $first->port);
is($session->query('SELECT ' . get($key)), $value, 'after the node has got another address');
ok(synced(), 'which it gets to know');
is($session->query('SELECT ' . get($key)), $value, 'then, too');
is(links($first), 1, 'a link leads there');
isnt(on($first, $link), $was, 'a new one');
$coordinator->safe_psql('postgres', q(SELECT citus_update_node(nodeid, '127.0.0.1', nodeport) FROM pg_dist_node WHERE nodename = 'localhost'));
ok(synced(), 'and when it has the first one again');

# ---- waiting ----

my $shard = on($first, qq(SELECT shard_name('dynamodb."Things"', get_shard_id_for_distribution_column('dynamodb."Things"', '$key'))));
my $blocker = $first->background_psql('postgres');
$blocker->query_safe("SET citus.enable_manual_changes_to_shards = on; BEGIN; LOCK TABLE $shard IN ACCESS EXCLUSIVE MODE");
like(told($coordinator, 'SET statement_timeout = 300', 'SELECT ' . get($key)), qr/canceling statement due to statement timeout/, 'a read that waits can be canceled');
my $waiting = q(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dynapg' AND wait_event_type = 'Lock');
my $end = time + 30;
sleep 0.1 while on($first, $waiting) != 0 && time < $end;
is(on($first, $waiting), 0, 'and waits at the node no longer');
$blocker->query_safe('COMMIT');
$blocker->quit;
is($session->query('SELECT ' . get($key)), $value, 'others go on');

# A statement that changes the table locks it on one node after the other. A read of the second node holds its lock there, and asks the first.
my $transaction = $second->background_psql('postgres', on_error_stop => 0);
is($transaction->query("SET statement_timeout = '60s'; BEGIN; SELECT " . get($other)), '1', 'a transaction that reads on the second node');
my $changing = $coordinator->background_psql('postgres');
$changing->query_until(qr/begun/, "\\echo begun\nBEGIN; TRUNCATE dynamodb.\"Things\";\n");
my $blocked = q(SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'dynamodb."Things"'::regclass);
$end = time + 30;
sleep 0.1 while on($second, $blocked) == 0 && time < $end;
is(on($second, $blocked), 1, 'a statement that changes the table waits for it');
is($transaction->query('SELECT ' . get($key)), $value, 'and it can go on with an item of the first node');
is($transaction->{stderr}, '', 'without an error');
$transaction->query('COMMIT');
$changing->query_safe('ROLLBACK');
$_->quit for $transaction, $changing;

# ---- transactions between their two phases ----

$first->safe_psql('postgres', qq(SET citus.enable_manual_changes_to_shards = on; BEGIN; UPDATE $shard SET item = '{"at":{"N":"1"},"id":{"S":"$key"},"n":{"N":"99"}}' WHERE pk = '$key';
	PREPARE TRANSACTION 'changed'));
is($session->query('SELECT ' . get($key)), $value, 'a transaction that stays prepared is waited for, but not for ever');
my $reader = $first->background_psql('postgres');
my $reading = $reader->query_until(qr/asked/, "\\echo asked\nSELECT " . get($key) . ";\n");
$first->safe_psql('postgres', q(SELECT pg_sleep(0.1); COMMIT PREPARED 'changed'));
is($reader->query('SELECT 1') =~ s/\s+/ /gr, '99 1', 'what is committed meanwhile is read');
$first->safe_psql('postgres', qq(SET citus.enable_manual_changes_to_shards = on; BEGIN; SAVEPOINT s; DELETE FROM $shard WHERE pk = '$key'; RELEASE s;
	INSERT INTO $shard VALUES ('$key', 2, '{"at":{"N":"2"},"id":{"S":"$key"},"n":{"N":"7"}}'); PREPARE TRANSACTION 'deleted'));
my $second_item = request(get_item => { Key => { id => { S => $key }, at => { N => 2 } } }) . q( #>> '{Item,n,N}');
is($reader->query("SELECT 'old:' || (" . get($key) . ")"), 'old:99', 'so is a transaction that deletes the item');
is($reader->query("SELECT coalesce($second_item, 'none')"), 'none', 'or makes it');
$first->safe_psql('postgres', q(COMMIT PREPARED 'deleted'));
is($reader->query("SELECT coalesce(" . get($key) . ", 'none') || ' ' || ($second_item)"), 'none 7', 'which is seen when it is committed');
$blocker = $first->background_psql('postgres');
$blocker->query_safe(qq(SET citus.enable_manual_changes_to_shards = on; BEGIN; DELETE FROM $shard WHERE pk = '$key'));
is($reader->query("SELECT $second_item"), '7', 'one that still runs is not seen');
$blocker->query_safe('ROLLBACK');
$_->quit for $reader, $blocker;
$coordinator->safe_psql('postgres', 'SELECT ' . put($key, $value));

# ---- tables of the same name ----

$coordinator->safe_psql('postgres', "SELECT stop_metadata_sync_to_node('127.0.0.1', " . $first->port . ')');
$first->safe_psql('postgres', 'SELECT ' . request(create_table => { BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' }, { AttributeName => 'at', KeyType => 'RANGE' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' }, { AttributeName => 'at', AttributeType => 'N' } ] }) . '; SELECT ' . put($key, 666));
is($session->query('SELECT ' . get($key)), $value, 'a node that no longer knows the table is not asked for its own one of that name');
like(told($first, $node_item->('Things', $at)), qr/ERROR:  there is no such table/, 'nor does it answer');
$first->safe_psql('postgres', 'SELECT ' . request(delete_table => {}));
$coordinator->safe_psql('postgres', "SELECT start_metadata_sync_to_node('127.0.0.1', " . $first->port . ')');
$coordinator->safe_psql('postgres', 'SELECT dynapg.inform_nodes()');
is(told($coordinator, $show, 'SELECT ' . get($key)), '', 'when it knows the table again, it is asked');

# ---- passwords and poolers ----

for my $node ($first, $second)
{
	$node->safe_psql('postgres', q(SET citus.enable_ddl_propagation = off; ALTER ROLE reader PASSWORD 'of the reader'));
	unlink $node->data_dir . '/pg_hba.conf';
	$node->append_conf('pg_hba.conf', "host all reader all scram-sha-256\nlocal all all trust\nhost all all all trust\n");
	$node->reload;
}
my $as_reader = "SET ROLE reader; SET dynapg.node_connections = %d; SELECT " . get($key);
like(told($coordinator, sprintf $as_reader, 16), qr/ERROR:  connection to the remote node reader.*failed/, 'without its password the role is not let in');
$coordinator->safe_psql('postgres', q(INSERT INTO pg_dist_authinfo VALUES (0, 'reader', 'password=wrong')));
$coordinator->safe_psql('postgres', "INSERT INTO pg_dist_authinfo SELECT nodeid, 'reader', \$\$password='of the reader'\$\$ FROM pg_dist_node WHERE groupid > 0");
is(on($coordinator, sprintf $as_reader, 16), $value, 'with it, it is');
is(told($coordinator, $show, sprintf $as_reader, 16), '', 'by a link');
$coordinator->safe_psql('postgres', "INSERT INTO pg_dist_poolinfo SELECT nodeid, 'port=' || nodeport FROM pg_dist_node WHERE groupid > 0");
is($session->query('SELECT ' . get($key)), $value, 'a session that has a link');
links_become(0, $first, 'ends it where a pooler leads to the node');
like(told($coordinator, $show, 'SELECT ' . get($key)), qr/issuing SELECT/, 'and Citus is asked');
$coordinator->safe_psql('postgres', 'DELETE FROM pg_dist_poolinfo');

my $text = request_json({ TableName => 'Things', Key => { id => { S => $key }, at => { N => 1 } } });
is(join(' ', map { decode_json(call($_, GetItem => $text)->{body})->{Item}{n}{N} // 'none' } $port, map { front_of($_) } @nodes), "$value $value $value", 'all fronts find it');

# ---- descriptors ----

$session->quit;
my @roles = map { "many$_" } 1 .. 12;
$coordinator->append_conf('postgresql.conf', 'max_files_per_process = 64');
$coordinator->restart;
$coordinator->safe_psql('postgres', "CREATE ROLE $_ LOGIN; GRANT USAGE ON SCHEMA dynamodb, dynapg TO $_; GRANT SELECT ON dynamodb.\"Things\" TO $_") for @roles;
is(on($coordinator, 'SET dynapg.node_connections = 64; ' . join '; ', map { my $role = $_; "SET ROLE $role", map { 'SELECT ' . get($_) } $key, $other } @roles),
	join(' ', ("$value 1") x @roles), 'links leave descriptors to Citus');

unlike(slurp_file($_->logfile), qr/TRAP|server process .* was terminated/, 'no crash in the log of ' . $_->name) for $coordinator, @nodes;

done_testing();
