# 094_dropped_roles.pl - DROP ROLE takes the role's access keys along, in whichever database and session it runs, and a later role of the
# same number has none of them.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dropped_roles');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'sigv4'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE other; CREATE ROLE stays LOGIN; CREATE EXTENSION dynapg');
my @stays = new_key($node, 'stays');
ok(wait_for_http($port, 400), 'the front serves');

sub keys_and_secrets
{
	return $node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM dynapg.access_keys), (SELECT count(*) FROM dynapg.access_secrets)');
}

sub listed
{
	my (@key) = @_;
	return answer_of(signed_call($port, @key, 'ListTables', '{}'));
}
my $unrecognized = '400 UnrecognizedClientException: The security token included in the request is invalid.';

sub new_role
{
	my ($name) = @_;
	$node->safe_psql('postgres', "CREATE ROLE $name LOGIN");
	my @key = new_key($node, $name);
	like(listed(@key), qr/^200/, "a key of $name");
	return @key;
}

my @key = new_role('here');
is(keys_and_secrets(), '2|2', 'two keys');
$node->safe_psql('postgres', 'BEGIN; DROP ROLE here; ROLLBACK');
is(keys_and_secrets(), '2|2', 'a DROP ROLE that is rolled back');
$node->safe_psql('postgres', 'DROP ROLE here');
is(keys_and_secrets(), '1|1', 'DROP ROLE takes the keys along, at once');
is(listed(@key), $unrecognized, 'a request with it');

@key = new_role('elsewhere');
$node->safe_psql('other', 'DROP ROLE elsewhere');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.access_key_list'), '1', 'dropped in another database: nobody sees the keys');
is(listed(@key), $unrecognized, 'and a request with it is refused');
is(keys_and_secrets(), '1|1', 'which has the worker remove it');
like(listed(@stays), qr/^200/, 'others stay');

# A later role of the same number, as after a restore into a cluster whose numbers are others.
@key = new_role('reborn');
my $oid = $node->safe_psql('postgres', q{SELECT oid FROM pg_roles WHERE rolname = 'reborn'});
$node->safe_psql('other', 'DROP ROLE reborn');
is(listed(@key), $unrecognized, 'a request with a dropped role\'s key');
$node->safe_psql('other', qq{INSERT INTO pg_authid (oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
	rolbypassrls, rolconnlimit) VALUES ($oid, 'heir', true, true, false, false, true, false, false, -1)});
is(listed(@key), $unrecognized, 'is refused, too, when a role has its number');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynapg.access_key_list WHERE role = 'heir'::regrole}), '0', 'which has no keys');

# While the server is away from the database.
@key = new_role('away');
$node->append_conf('postgresql.conf', 'dynapg.http_port = 0');
$node->restart;
$node->safe_psql('other', 'DROP ROLE away');
$node->append_conf('postgresql.conf', "dynapg.http_port = $port");
$node->restart;
ok(wait_for_http($port, 400), 'the front serves again');
is(keys_and_secrets(), '1|1', 'a worker that starts removes what it finds');

# A standby finds them when it is promoted.
@key = new_role('last');
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('dropped_roles_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
my $standby_port = PostgreSQL::Test::Cluster::get_free_port();
$standby->append_conf('postgresql.conf', "dynapg.http_port = $standby_port");
$standby->start;
$node->safe_psql('other', 'DROP ROLE last');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
ok(wait_for_http($standby_port, 400), 'a standby serves');
is(answer_of(signed_call($standby_port, @key, 'ListTables', '{}')), $unrecognized, 'a key of a role that is gone');
$standby->promote;
like(answer_of(signed_call($standby_port, @stays, 'ListTables', '{}')), qr/^200/, 'promoted');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM dynapg.access_keys'), '1', 'it removes the keys');
$standby->stop;

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
