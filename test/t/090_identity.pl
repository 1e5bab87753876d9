# 090_identity.pl - nothing of a request over HTTP runs as another role than its own, and nothing of it is left for the next one.
#
# Two roles have keys, and one worker serves both.  What a trigger of one tries is the SQL that stands in the item that it is
# fired for; what it saw goes to a table.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('identity');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'sigv4'", "log_statement = 'none'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE lender;
GRANT CREATE ON SCHEMA dynamodb TO alice, bob, lender;
GRANT CREATE ON SCHEMA public TO alice, bob, lender;
CREATE TABLE public.seen (id serial, place text, who text);
GRANT INSERT, SELECT ON public.seen TO PUBLIC;
GRANT USAGE ON SEQUENCE public.seen_id_seq TO PUBLIC;
-- Who runs this: for SELECT ... FROM users' code anywhere.
CREATE FUNCTION public.note(place text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen (place, who) VALUES (note.place, concat_ws(' ', session_user, current_user, current_role,
		current_setting('is_superuser'), (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
		current_setting('session_authorization'), current_setting('role')));
	RETURN 1;
END $$;
SQL
my %key = map { $_ => [ new_key($node, $_) ] } qw(alice bob);
ok(wait_for_http($port, 400), 'the front serves');

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres', $query);
}

sub ask
{
	my ($role, $operation, $body) = @_;
	return answer_of(signed_call($port, @{ $key{$role} }, $operation, $body));
}

# Each role has a table whose triggers run, as SQL, the attribute "sql" of the item that is put; "later" is run at the end of the
# transaction.
for my $role (qw(alice bob))
{
	my $table = ucfirst $role;
	like(ask($role, 'CreateTable', qq({"TableName":"$table","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})), qr/^200 /,
		"a table of $role");
	sql(<<"SQL");
SET ROLE $role;
CREATE FUNCTION public.${role}_now() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	IF dynapg.item_get_text(NEW.item, 'sql') IS NOT NULL THEN EXECUTE dynapg.item_get_text(NEW.item, 'sql'); END IF;
	RETURN NEW;
END \$\$;
CREATE FUNCTION public.${role}_later() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	IF dynapg.item_get_text(NEW.item, 'later') IS NOT NULL THEN EXECUTE dynapg.item_get_text(NEW.item, 'later'); END IF;
	RETURN NULL;
END \$\$;
CREATE TRIGGER now BEFORE INSERT ON dynamodb."$table" FOR EACH ROW EXECUTE FUNCTION public.${role}_now();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON dynamodb."$table" DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION public.${role}_later();
SQL
}

my $count = 0;

# Runs SQL in the role's trigger; the reply.
sub run
{
	my ($role, $text, $attribute) = @_;
	my %item = (id => { S => 'i' . ++$count }, ($attribute // 'sql') => { S => $text });
	return ask($role, 'PutItem', JSON::PP->new->canonical->encode({ TableName => ucfirst $role, Item => \%item }));
}

# Runs it in alice's trigger; what it has noted.
sub noted
{
	my ($text, $attribute) = @_;
	sql('TRUNCATE public.seen');
	my $reply = run('alice', $text, $attribute);
	return $reply =~ /^200/ ? sql('SELECT DISTINCT who FROM public.seen') : $reply;
}

my $alice = 'alice alice alice off f alice none';

# ---- who code of users runs as ----

is(noted(q{DO $x$ BEGIN PERFORM public.note('now'); END $x$}), $alice, 'a trigger');
is(noted(q{DO $x$ BEGIN PERFORM public.note('later'); END $x$}, 'later'), $alice, 'a deferred trigger');
is(noted(q{DECLARE c CURSOR FOR SELECT public.note('cursor')}), '', 'a cursor that is never read');
is(noted(q{DECLARE c CURSOR WITH HOLD FOR SELECT public.note('held')}), '', 'a cursor WITH HOLD is closed before the commit');
is(noted(q{DECLARE c CURSOR WITH HOLD FOR SELECT public.note('held')}, 'later'), '', 'one of a deferred trigger, too');
is(noted(q{DO $x$ BEGIN EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT public.note(''held'')'; EXECUTE 'FETCH c'; END $x$}), $alice,
	'a cursor WITH HOLD that is read');
is(noted(q{CREATE TEMPORARY TABLE gone (a integer) ON COMMIT DELETE ROWS; INSERT INTO gone VALUES (public.note('temporary'))}), $alice,
	'a temporary table that is emptied by the commit');
is(noted(q{DO $x$ DECLARE a text; BEGIN
	SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;
	CREATE TABLE public.large AS SELECT g FROM generate_series(1, 20000) g;
	ALTER TABLE public.large SET (parallel_workers = 2);
	SELECT string_agg(DISTINCT concat_ws(' ', session_user, current_user, current_setting('is_superuser')), ',') INTO a FROM public.large WHERE g % 7 = 1;
	INSERT INTO public.seen (who) VALUES (a); DROP TABLE public.large; END $x$}), 'alice alice off', 'parallel workers');

# ---- ways to another role ----

# Each is tried in both triggers, in a block that catches errors, within a function of another owner, and in a cursor.
my @ways = (
	'SET ROLE postgres', 'SET ROLE bob', 'SET LOCAL ROLE postgres', 'RESET ROLE', 'SET ROLE NONE',
	'SET SESSION AUTHORIZATION postgres', 'SET SESSION AUTHORIZATION DEFAULT', 'RESET SESSION AUTHORIZATION',
	'SET LOCAL SESSION AUTHORIZATION postgres', 'DISCARD ALL', 'RESET ALL', 'ROLLBACK', 'COMMIT',
	q{SELECT set_config('role', 'postgres', false)}, q{SELECT set_config('session_authorization', 'postgres', false)},
	q{SELECT set_config('session_authorization', 'postgres', true)}, q{SELECT set_config('is_superuser', 'on', false)},
	q{SET is_superuser = on}, q{UPDATE pg_settings SET setting = 'postgres' WHERE name IN ('role', 'session_authorization')},
	'CALL public.committing()', 'SELECT public.as_postgres()');
sql(<<'SQL');
CREATE PROCEDURE public.committing() LANGUAGE plpgsql AS $$ BEGIN COMMIT; SET ROLE postgres; COMMIT; END $$;
SET ROLE alice;
CREATE FUNCTION public.as_postgres() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN public.note('set clause'); END $$;
DO $$ BEGIN ALTER FUNCTION public.as_postgres() SET role = 'postgres'; EXCEPTION WHEN OTHERS THEN NULL; END $$;
RESET ROLE;
SET ROLE lender;
CREATE FUNCTION public.lent(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE sql; EXCEPTION WHEN OTHERS THEN NULL; END $$;
SQL
my %escaped;
for my $way (@ways)
{
	for my $frame ('%s', q{BEGIN %s; EXCEPTION WHEN OTHERS THEN NULL; END}, q{PERFORM public.lent(%L)},
		q{BEGIN EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT public.lent(' || quote_literal(%L) || ')'; EXECUTE 'FETCH c'; END})
	{
		for my $place (qw(sql later))
		{
			my $literal = "'" . ($way =~ s/'/''/gr) . "'";
			my $framed = $frame =~ s/%s/EXECUTE $literal/r =~ s/%L/$literal/r;
			my $who = noted(qq{DO \$x\$ BEGIN $framed; PERFORM public.note('after'); END \$x\$}, $place);
			$escaped{"$way in $frame, $place"} = $who unless $who eq $alice || $who =~ /^[45]00 /;
		}
	}
}
is_deeply(\%escaped, {}, scalar(@ways) . ' ways to another role, tried in eight places');
is(noted(q{DO $x$ BEGIN PERFORM public.note('still'); END $x$}), $alice, 'after all that: still its own');
is(sql(q{SELECT count(*) FROM pg_roles WHERE rolname IN ('alice', 'bob', 'lender') AND rolsuper}), '0', 'nobody has become a superuser');

# A role that is renamed, and one that becomes a superuser, between two requests of the same one.
sql('ALTER ROLE alice RENAME TO alicia');
is(noted(q{DO $x$ BEGIN PERFORM public.note('x'); END $x$}), $alice =~ s/alice/alicia/gr, 'a renamed role');
sql('ALTER ROLE alicia RENAME TO alice');
is(noted(q{DO $x$ BEGIN PERFORM public.note('x'); END $x$}), $alice, 'renamed back');

# Names that are no plain words.
for my $name ('Odd "Name"; \\', 'default', 'Röle, with ümlauts', "o'none")
{
	my $quoted = '"' . ($name =~ s/"/""/gr) . '"';
	my $literal = $name =~ s/'/''/gr;
	sql("ALTER ROLE alice RENAME TO $quoted");
	is(noted(q{DO $x$ BEGIN PERFORM public.note('x'); END $x$}), $alice =~ s/alice/$name/gr, "a role $name");
	sql("ALTER ROLE $quoted RENAME TO alice");
}

# A role that becomes a superuser and no longer is one, and a key that lives on.
sql('ALTER ROLE alice SUPERUSER');
like(run('alice', 'SELECT 1'), qr/^200/, 'a superuser with tables and functions of its own');
is(noted(q{DO $x$ BEGIN PERFORM public.note('x'); END $x$}), 'alice alice alice on t alice none', 'it is one');
sql('ALTER ROLE alice NOSUPERUSER');
is(noted(q{DO $x$ BEGIN PERFORM public.note('x'); END $x$}), $alice, 'and no longer');

# It cannot end the process that serves others, whose user is a superuser for all that concerns signals.
for my $function (qw(pg_terminate_backend pg_cancel_backend))
{
	like(run('alice', "DO \$x\$ BEGIN PERFORM $function(pg_backend_pid()); PERFORM pg_sleep(0.1); END \$x\$"), qr/^400 AccessDenied/, "no $function");
}

# The user that the administrator sees.
is(sql(q{SELECT DISTINCT usename FROM pg_stat_activity WHERE backend_type = 'dynapg http'}), 'alice', 'pg_stat_activity');
like(ask('bob', 'ListTables', '{}'), qr/^200/, 'a request of another role');
is(sql(q{SELECT DISTINCT usename FROM pg_stat_activity WHERE backend_type = 'dynapg http'}), 'bob', 'pg_stat_activity');
is(sql(qq{SET ROLE $_->[0]; SELECT count(*) FROM pg_stat_activity WHERE query = 'ListTables '}), $_->[1], "what $_->[0] sees of it")
  for [ 'bob', 1 ], [ 'alice', 0 ];

# A database whose settings would make the session another role's.
sql('ALTER DATABASE postgres SET role = carol');
$node->restart;
ok(wait_for_http($port, 400), 'after a restart');
sql('SET ROLE NONE; ALTER DATABASE postgres RESET role');
my ($worker) = worker_pids($node);
is(noted(q{DO $x$ BEGIN PERFORM public.note('x'); END $x$}), $alice, 'ALTER DATABASE ... SET role is without effect');

# ---- what a request leaves ----

# Each: what alice's request makes, what bob's looks for as an integer, and how many he finds.
my @left = (
	[ 'a temporary table', q{CREATE TEMPORARY TABLE trap (a integer)}, q{count(*) FROM pg_class WHERE relname = 'trap'} ],
	[ 'a temporary table, by the name of its schema', q{DO $x$ BEGIN EXECUTE format('CREATE TABLE %s.trap (a integer)',
		pg_my_temp_schema()::regnamespace); END $x$}, q{count(*) FROM pg_class WHERE relname = 'trap'} ],
	[ 'a temporary view', q{CREATE TEMPORARY VIEW trap AS SELECT 1}, q{count(*) FROM pg_class WHERE relname = 'trap'} ],
	[ 'a temporary sequence', q{CREATE TEMPORARY SEQUENCE trap}, q{count(*) FROM pg_class WHERE relname = 'trap'} ],
	[ 'a function in the temporary schema', q{CREATE FUNCTION pg_temp.trap() RETURNS integer LANGUAGE sql AS 'SELECT 1'},
		q{count(*) FROM pg_proc WHERE proname = 'trap'} ],
	[ 'a function, by the name of that schema', q{DO $x$ BEGIN EXECUTE format('CREATE FUNCTION %s.trap() RETURNS integer LANGUAGE sql
		AS ''SELECT 1''', pg_my_temp_schema()::regnamespace); END $x$}, q{count(*) FROM pg_proc WHERE proname = 'trap'} ],
	[ 'a type in the temporary schema', q{CREATE TYPE pg_temp.trap AS (a integer)}, q{count(*) FROM pg_type WHERE typname = 'trap'} ],
	[ 'a temporary table of a held cursor', q{DO $x$ BEGIN PERFORM public.lent('CREATE TEMPORARY TABLE trap (a integer)'); END $x$},
		q{count(*) FROM pg_class WHERE relname = 'trap'} ],
	[ 'an advisory lock', q{DO $x$ BEGIN PERFORM pg_advisory_lock(7); PERFORM pg_advisory_lock(7); PERFORM pg_advisory_lock_shared(8); END $x$},
		q{count(*) FROM pg_locks WHERE locktype = 'advisory'} ],
	[ 'a prepared statement', q{PREPARE trap AS SELECT 1}, q{count(*) FROM pg_prepared_statements WHERE name = 'trap'} ],
	[ 'a cursor', q{DECLARE trap CURSOR WITH HOLD FOR SELECT 1}, q{count(*) FROM pg_cursors WHERE name = 'trap'} ],
	[ 'a setting', q{SET work_mem = '77MB'}, q{(current_setting('work_mem') = '77MB')::integer} ],
	[ 'a setting, by a function', q{DO $x$ BEGIN PERFORM set_config('statement_timeout', '5h', false); END $x$},
		q{(current_setting('statement_timeout') = '5h')::integer} ],
	[ 'a setting of nobody', q{SET custom.thing = 'secret'}, q{coalesce((current_setting('custom.thing', true) = 'secret')::integer, 0)} ],
	[ 'a setting of dynapg', q{SET dynapg.region = 'eu-trap-1'}, q{(current_setting('dynapg.region') = 'eu-trap-1')::integer} ],
	[ 'the isolation of later transactions', q{SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE},
		q{(current_setting('default_transaction_isolation') = 'serializable')::integer} ],
	[ 'the search_path', q{SET search_path = pg_temp, public}, q{(current_setting('search_path') ~ 'pg_temp')::integer} ],
	[ 'a channel', q{DO $x$ BEGIN BEGIN LISTEN trap; EXCEPTION WHEN OTHERS THEN NULL; END; END $x$}, q{count(*) FROM pg_listening_channels()} ],
	[ 'a temporary table of a subtransaction', q{DO $x$ BEGIN BEGIN CREATE TEMPORARY TABLE trap (a integer); EXCEPTION WHEN OTHERS THEN NULL; END;
		END $x$}, q{count(*) FROM pg_class WHERE relname = 'trap'} ]);

sub find_left
{
	my ($look) = @_;
	sql('TRUNCATE public.seen');
	my $reply = run('bob', qq{INSERT INTO public.seen (who) SELECT $look});
	return $reply =~ /^200/ ? sql('SELECT who FROM public.seen') : $reply;
}

for my $case (@left)
{
	my ($name, $make, $look) = @$case;
	for my $place (qw(sql later))
	{
		like(run('alice', $make, $place), qr/^200/, "$name ($place)");
		is(find_left($look), '0', 'and another role does not meet it');
	}
	# a request that fails: what does not belong to the transaction
	like(run('alice', qq{DO \$y\$ BEGIN EXECUTE '${\($make =~ s/'/''/gr)}'; RAISE 'over'; END \$y\$}), qr/^400 ValidationException/, "$name, and an error");
	is(find_left($look), '0', 'and another role does not meet it');
}

# Sequences: currval and lastval are of the session.
sql('CREATE SEQUENCE public.shared; GRANT ALL ON SEQUENCE public.shared TO PUBLIC');
like(run('alice', q{DO $x$ BEGIN PERFORM nextval('public.shared'); END $x$}), qr/^200/, 'a number of a sequence');
like(run('bob', q{DO $x$ BEGIN PERFORM currval('public.shared'); END $x$}), qr/^400 ValidationException/, 'is not the next one\'s current one');
like(run('bob', q{DO $x$ BEGIN PERFORM lastval(); END $x$}), qr/^400 ValidationException/, 'lastval is gone as well');

# The trap that started it: another role's name without a schema.
sql(<<'SQL');
SET ROLE bob;
CREATE TABLE public.ledger (a integer);
CREATE FUNCTION public.bob_book() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ledger VALUES (1); RETURN NEW; END $$;
CREATE TRIGGER book BEFORE INSERT ON dynamodb."Bob" FOR EACH ROW EXECUTE FUNCTION public.bob_book();
SQL
is(run('bob', 'SET work_mem = 1000'), '200 {}', 'bob books');
is(run('alice', q{CREATE TEMPORARY TABLE ledger (a integer); GRANT ALL ON ledger TO PUBLIC}), '200 {}', 'alice plants a ledger');
is(run('bob', 'SET work_mem = 1000'), '200 {}', 'bob books again');
is(sql('SELECT count(*) FROM public.ledger'), '2', 'into his own');
is(sql(q{SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ~ '^pg_temp_'}), '0', 'no temporary relation is left');

is_deeply([ worker_pids($node) ], [$worker], 'the worker that served all this has not ended');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
