# 265_citus_keys.pl - the access keys of the coordinator of Citus are valid at the fronts of all nodes, as they are there; nobody else can
# give a node a key or read a secret, and a node's own keys stay
#
# Skipped where no Citus is installed.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

if (my $why = citus_missing())
{
	note "counted: skipped: $why";
	plan skip_all => $why;
}

my ($coordinator, $port, @nodes) = citus_cluster("dynapg.jobs_interval = '200ms'");
for my $node ($coordinator, @nodes)
{
	$node->append_conf('postgresql.conf', "dynapg.http_auth = 'sigv4'\n");
	$node->restart;
}
my @fronts = ($port, map { front_of($_) } @nodes);
my $seconds = 30;

sub sql
{
	my ($node, $statement) = @_;
	return $node->safe_psql('postgres', $statement);
}

sub refused
{
	my ($node, $statement) = @_;
	my ($status, $out, $error) = $node->psql('postgres', $statement);
	return $error;
}

# What the front says to a request with the key: "served", or the exception.
sub answer
{
	my ($front, $id, $secret) = @_;
	my $reply = signed_call($front, $id, $secret, 'ListTables', '{}');
	return $reply->{status} == 200 ? 'served' : $reply->{body} =~ /#(\w+)"/ ? $1 : $reply->{status};
}

sub answers
{
	return join ' ', map { answer($_, @_) } @fronts;
}

sub become
{
	my ($expected, $title, @key) = @_;
	my $end = time + $seconds;
	my $found;
	sleep 0.1 while ($found = answers(@key)) ne $expected && time < $end;
	is($found, $expected, $title);
	return;
}

my ($served, $unknown) = (join(' ', ('served') x 3), join(' ', ('UnrecognizedClientException') x 3));

# ---- keys come and go ----

sql($coordinator, 'CREATE ROLE app LOGIN; CREATE ROLE other LOGIN');
my @key = new_key($coordinator, 'app');
become($served, 'a key of the coordinator is valid everywhere', @key);
is(answers($key[0], 'x' x 40), join(' ', ('InvalidSignatureException') x 3), 'with its secret alone');
sql($coordinator, "SELECT dynapg.disable_access_key('$key[0]')");
become($unknown, 'one that is disabled nowhere', @key);
sql($coordinator, "SELECT dynapg.enable_access_key('$key[0]')");
become($served, 'until it is enabled', @key);
my @imported = ('OLDKEY', 'a secret of elsewhere');
sql($coordinator, "SELECT dynapg.import_access_key('other', '$imported[0]', '$imported[1]')");
become($served, 'a key that was imported', @imported);
sql($coordinator, "SELECT dynapg.drop_access_key('$imported[0]')");
become($unknown, 'and dropped', @imported);
sql($coordinator, "SELECT dynapg.import_access_key('app', '$imported[0]', 'another secret')");
become($served, 'and imported with another secret, for another role', $imported[0], 'another secret');
is(sql($nodes[0], "SELECT role FROM dynapg.access_keys WHERE access_key_id = '$imported[0]'"), 'app', 'the role');
sql($coordinator, "UPDATE dynapg.access_keys SET role = 'other' WHERE access_key_id = '$imported[0]'");
ok($nodes[0]->poll_query_until('postgres', "SELECT role = 'other'::regrole FROM dynapg.access_keys WHERE access_key_id = '$imported[0]'"), 'a change by SQL');
sql($coordinator, 'ALTER ROLE other RENAME TO another');
ok($nodes[0]->poll_query_until('postgres', "SELECT count(*) = 1 FROM dynapg.access_keys WHERE access_key_id = '$imported[0]' AND role::text = 'another'"),
	'a role with another name');
sql($coordinator, 'DROP ROLE another');
become($unknown, 'a role that is dropped', $imported[0], 'another secret');

# ---- a node's own keys ----

my @own = new_key($nodes[0], 'app');
is(join(' ', map { answer($_, @own) } @fronts), 'UnrecognizedClientException served UnrecognizedClientException', "a node's own key is for it alone");
like(refused($nodes[0], q{SELECT count(*) FROM dynapg.create_access_key('app')}), qr/NOTICE:  the access key is for this node of Citus alone/, 'which is said');
sql($coordinator, "SELECT dynapg.import_access_key('app', '$own[0]', 'not the same')");
my $end = time + $seconds;
sleep 0.1 while answer($fronts[2], $own[0], 'not the same') ne 'served' && time < $end;
is(answer($fronts[2], $own[0], 'not the same'), 'served', 'a key of the same name is valid where there is no other');
is(answer($fronts[1], @own), 'served', 'and takes no key away');
sql($coordinator, "SELECT dynapg.drop_access_key('$own[0]')");
$end = time + $seconds;
sleep 0.1 while answer($fronts[2], $own[0], 'not the same') eq 'served' && time < $end;
is(answer($fronts[1], @own), 'served', 'nor does its end');
sql($coordinator, "SELECT dynapg.import_access_key('app', '$own[0]', '$own[1]')");
become($served, 'the same key is valid everywhere', @own);
ok($nodes[0]->poll_query_until('postgres', "SELECT of_coordinator FROM dynapg.access_keys WHERE access_key_id = '$own[0]'"), 'and taken over');
like(refused($nodes[0], "SELECT dynapg.$_('$own[0]')"), qr/ERROR:  access key "$own[0]" is managed on the coordinator of Citus/, "$_ of it is refused")
  for qw(drop_access_key disable_access_key enable_access_key);
sql($nodes[0], "DELETE FROM dynapg.access_keys WHERE access_key_id = '$own[0]'");
sql($coordinator, "SELECT dynapg.disable_access_key('$key[0]'); SELECT dynapg.enable_access_key('$key[0]')");
become($served, 'what a superuser removes there comes back', @own);

# ---- nobody else ----

like(refused($coordinator, q(SET ROLE app; SELECT dynapg.node_access_keys(''))), qr/permission denied for function node_access_keys/, 'a role cannot read secrets');
sql($coordinator, q(GRANT EXECUTE ON FUNCTION dynapg.node_access_keys TO app));
like(refused($coordinator, q(SET ROLE app; SELECT dynapg.node_access_keys(''))), qr/ERROR:  only superusers can read the secrets of access keys/, 'even if it may call the function');
sql($coordinator, q(REVOKE EXECUTE ON FUNCTION dynapg.node_access_keys FROM app));
is(sql($coordinator, q(SELECT position(convert_to('another secret', 'UTF8') IN coalesce(dynapg.node_access_keys(''), '')))), '0', 'what is gone is not in the list');
for my $node ($coordinator, @nodes)
{
	unlike(slurp_file($node->logfile), qr/\Q$key[1]\E/, 'the log of ' . $node->name . ' has no secret of a key that was made');
}

# ---- nodes that go and come ----

$coordinator->stop('fast');
is(join(' ', map { answer($_, @key) } @fronts[1, 2]), 'served served', 'while the coordinator is down its keys are valid');
$coordinator->start;
my $third = citus_node('node3', "dynapg.jobs_interval = '200ms'", "dynapg.http_auth = 'sigv4'");
push @fronts, front_of($third);
sql($coordinator, q{SELECT citus_add_node('127.0.0.1', } . $third->port . ')');
become(join(' ', ('served') x 4), 'a node that is added later knows them', @key);
my @late = new_key($coordinator, 'app');
become(join(' ', ('served') x 4), 'a key that is made then', @late);
sql($coordinator, q{SELECT citus_remove_node('127.0.0.1', } . $third->port . ')');

done_testing();
