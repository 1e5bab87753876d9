# 091_installation.pl - the front serves an extension, not names: schemas, tables and functions that somebody has made under dynapg's names
# give nobody anything, CREATE EXTENSION builds on nothing that was there, and library and extension are of one version.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = slurp_file('dynapg.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my $node = PostgreSQL::Test::Cluster->new('installation');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'sigv4'", "dynapg.http_database = 'app'");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE eve LOGIN; CREATE ROLE victim SUPERUSER LOGIN; CREATE DATABASE app; GRANT CREATE ON DATABASE app TO eve');

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('app', $query);
}

# The error of a statement; its hint comes after it.
sub error_of
{
	my ($query) = @_;
	my (undef, undef, $error) = $node->psql('app', $query);
	return $error;
}

sub ask
{
	my ($id, $secret, $operation, $body) = @_;
	return answer_of(signed_call($port, $id, $secret, $operation, $body));
}

my $make = '{"TableName":"Things","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],'
  . '"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}';

# What eve makes: catalogs of dynapg's names, whose code makes her a superuser when a superuser looks at them.
my $trap = <<'SQL';
SET ROLE eve;
CREATE SCHEMA IF NOT EXISTS dynapg;
CREATE FUNCTION dynapg.rise() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
	IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN ALTER ROLE eve SUPERUSER; END IF; RETURN true;
END $$;
CREATE TABLE dynapg.access_keys (access_key_id text PRIMARY KEY, secret text, role regrole, enabled boolean DEFAULT true);
INSERT INTO dynapg.access_keys VALUES ('FORGED', 'forged', 'victim');
CREATE TABLE dynapg.access_secrets (access_key_id text PRIMARY KEY, secret text NOT NULL);
INSERT INTO dynapg.access_secrets VALUES ('FORGED', 'forged');
CREATE VIEW dynapg.tables AS SELECT 'T'::text AS name, 0::regclass AS relid, 'x'::text AS table_id, now() AS created_at, 'pk'::text AS pk_name,
	'S'::text AS pk_type, NULL::text AS sk_name, NULL::text AS sk_type, false AS deletion_protection, '[]'::json AS attribute_definitions,
	'{}'::json AS definition WHERE dynapg.rise();
CREATE VIEW dynapg.indexes AS SELECT 1 AS a WHERE dynapg.rise();
SQL

sub not_risen
{
	my ($name) = @_;
	is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'}), 'f', "$name: eve is no superuser");
	return;
}

# ---- no extension, but what looks like it ----

sql($trap);
ok(wait_for_http($port, 503), 'without an extension, with a schema of that name: 503');
is(ask('FORGED', 'forged', 'ListTables', '{}'), '503 ServiceUnavailableException: The extension dynapg is not in database app.', 'a forged key');
not_risen('a forged schema');

# ---- CREATE EXTENSION over it ----

like(error_of('CREATE EXTENSION dynapg'), qr/schema dynapg exists, and its owner is not a superuser.*HINT:  Drop or rename/s, 'a schema of somebody else');
sql('SET client_min_messages = warning; DROP SCHEMA dynapg CASCADE');
sql('SET ROLE eve; CREATE SCHEMA dynapg');
like(error_of('CREATE EXTENSION dynapg'), qr/schema dynapg exists, and its owner is not a superuser/, 'an empty one, too: it could be renamed');
sql('ALTER SCHEMA dynapg OWNER TO postgres; GRANT CREATE ON SCHEMA dynapg TO eve');
like(error_of('CREATE EXTENSION dynapg'), qr/schema dynapg exists, and others may create objects in it/, 'one that others may create in');
sql('REVOKE CREATE ON SCHEMA dynapg FROM eve; GRANT CREATE ON SCHEMA dynapg TO PUBLIC');
like(error_of('CREATE EXTENSION dynapg'), qr/schema dynapg exists, and others may create objects in it/, 'one that everybody may create in');
sql('REVOKE CREATE ON SCHEMA dynapg FROM PUBLIC');
for my $object (
	'FUNCTION dynapg.apply(integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$', 'TYPE dynapg.other AS (a integer)',
	'OPERATOR dynapg.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)', 'TABLE dynapg.tables (a integer)',
	'VIEW dynapg.indexes AS SELECT 1', 'DOMAIN dynapg.item AS text', 'COLLATION dynapg.c FROM "C"')
{
	sql("CREATE $object");
	like(error_of('CREATE EXTENSION dynapg'), qr/schema dynapg exists, and there are objects in it/, 'one with a ' . ($object =~ /^(\w+)/)[0]);
	sql('SET client_min_messages = warning; DROP SCHEMA dynapg CASCADE; CREATE SCHEMA dynapg');
}
sql('SET ROLE eve; CREATE SCHEMA dynamodb');
like(error_of('CREATE EXTENSION dynapg'), qr/schema dynamodb exists.*HINT:  Drop or rename/s, 'a schema dynamodb');
sql('DROP SCHEMA dynamodb');
is(sql(q{SELECT count(*) FROM pg_depend d JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
	WHERE n.nspname = 'dynapg'}), '0', 'what was refused has left nothing');

# ---- a real one, on an empty schema of a superuser, as a restore makes it ----

# Default privileges of the installing role give nobody anything of it.
my %given_to = (TABLES => 'eve, PUBLIC', SEQUENCES => 'eve, PUBLIC', FUNCTIONS => 'eve', TYPES => 'eve', SCHEMAS => 'eve');
my $give = join '', map { "ALTER DEFAULT PRIVILEGES GRANT ALL ON $_ TO $given_to{$_};\n" } sort keys %given_to;
my $take = join '', map { "ALTER DEFAULT PRIVILEGES REVOKE ALL ON $_ FROM $given_to{$_};\n" } sort keys %given_to;
sql("$give CREATE EXTENSION dynapg; $take");
my $rights = q{SELECT string_agg(DISTINCT c.relname || ' ' || coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type, ', ' ORDER BY
	c.relname || ' ' || coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type)
	FROM pg_class c CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
	WHERE c.relnamespace = 'dynapg'::regnamespace AND a.grantee <> c.relowner};
my $given = sql($rights);
unlike($given, qr/eve|(?:access_keys|access_secrets|tokens|scan_bounds) /, 'default privileges: nothing to others');
is(join(', ', grep { !/ SELECT$/ } split /, /, $given), '', 'and nothing but SELECT');
is(sql(q{SELECT count(*) FROM pg_proc, aclexplode(proacl) a WHERE pronamespace = 'dynapg'::regnamespace AND a.grantee = 'eve'::regrole}), '0',
	'and not to call functions');
is(sql(q{SELECT has_schema_privilege('eve', 'dynamodb', 'CREATE')}), 'f', 'and not to create tables');
sql(q{SET client_min_messages = warning; REVOKE ALL ON SCHEMA dynapg FROM eve; DROP EXTENSION dynapg CASCADE; CREATE EXTENSION dynapg});
is($given, sql($rights), 'as without them');

# 0.5.0 left some of those rights, which the update takes.
$node->safe_psql('postgres', 'CREATE DATABASE updated');
$node->safe_psql('updated', "CREATE SCHEMA dynapg; $give CREATE EXTENSION dynapg VERSION '0.5.0'; ALTER EXTENSION dynapg UPDATE");
is($node->safe_psql('updated', $rights), $given, 'nor after an update');

my @key = new_key($node, 'victim', 'app');
like(ask(@key, 'CreateTable', $make), qr/^200/, 'a real installation is served');
is(ask('FORGED', 'forged', 'ListTables', '{}'), '400 UnrecognizedClientException: The security token included in the request is invalid.', 'a forged key');

# ---- moved away ----

sql('SET session_replication_role = replica; ALTER SCHEMA dynapg RENAME TO elsewhere');	# event triggers refuse it
sql($trap);
is(ask('FORGED', 'forged', 'ListTables', '{}'), '503 ServiceUnavailableException: The extension dynapg of database app is not in a schema of that name.',
	'another schema in the place of the extension\'s: 503');
like(error_of(q{SELECT elsewhere.list_tables('{}')}), qr/The extension dynapg of database app is not in a schema of that name/, 'SQL functions say so, too');
like(error_of(q{SELECT elsewhere.create_access_key('victim')}), qr/is not in a schema of that name/, 'those of access keys, too');
sql('CREATE TABLE public.dropped (a integer); DROP TABLE public.dropped');
not_risen('another schema');
sql('SET client_min_messages = warning; DROP SCHEMA dynapg CASCADE; ALTER SCHEMA elsewhere RENAME TO dynapg');
is(ask(@key, 'ListTables', '{}'), '200 {"TableNames":["Things"]}', 'moved back');
sql('ALTER SCHEMA dynapg OWNER TO eve');
like(ask(@key, 'ListTables', '{}'), qr/^503 ServiceUnavailableException: The owner of schema dynapg of database app is not a superuser/, 'a schema given away');
sql('ALTER SCHEMA dynapg OWNER TO postgres');
sql('ALTER EXTENSION dynapg DROP TABLE dynapg.access_keys; ALTER TABLE dynapg.access_keys RENAME TO others');
like(ask(@key, 'ListTables', '{}'), qr/^503 ServiceUnavailableException: The extension dynapg of database app lacks a catalog/, 'a catalog that is no member');
sql('ALTER TABLE dynapg.others RENAME TO access_keys; ALTER EXTENSION dynapg ADD TABLE dynapg.access_keys');
is(ask(@key, 'ListTables', '{}'), '200 {"TableNames":["Things"]}', 'one again');

# ---- another version ----

sql('SET client_min_messages = warning; DROP EXTENSION dynapg CASCADE; DROP SCHEMA IF EXISTS dynapg');
my $session = $node->background_psql('app', on_error_die => 1);
sql(q{CREATE EXTENSION dynapg VERSION '0.1.0'});
sql(q{INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('AKIAOLD', 'old secret', 'victim')});
my $both = qr/The extension dynapg of database app is of version 0\.1\.0, the server's library dynapg of version \Q$version\E\. ALTER EXTENSION dynapg UPDATE/;
like(ask('AKIAOLD', 'old secret', 'ListTables', '{}'), qr/^503 ServiceUnavailableException: $both/, 'an extension of another version: 503 that says so');
for my $call (q{list_tables('{}')}, q{put_item('{"TableName":"Things","Item":{"id":{"S":"a"}}}')}, q{create_access_key('victim')}, q{drop_access_key('AKIAOLD')},
	q{refill_throughput('Things')})
{
	like(error_of("SELECT dynapg.$call"), $both, "SQL: $call");
}
is(sql(q{SELECT dynapg.item_size('{"a":{"S":"b"}}')}), '2', 'items are still read');
$session->query_safe(q{DO $$ BEGIN PERFORM dynapg.list_tables('{}'); EXCEPTION WHEN OTHERS THEN NULL; END $$});
sql('ALTER EXTENSION dynapg UPDATE');
is(ask('AKIAOLD', 'old secret', 'ListTables', '{}'), '200 {"TableNames":[]}', 'served after ALTER EXTENSION UPDATE, with the keys of before');
is($session->query_safe(q{SELECT dynapg.list_tables('{}')}), '{"TableNames":[]}', 'a session of before works, too');
$session->quit;
is(sql(q{SELECT secret IS NULL FROM dynapg.access_keys}), 't', 'no secret is left in its former place');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
