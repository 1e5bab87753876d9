# 052_http_worker.pl - the life of a worker: before the extension and across its drop and update, reload, cancel and terminate,
# commands that need the database for themselves, locks, shutdown, a hot standby.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $get = '{"TableName":"Things","Key":{"pk":{"S":"a"}}}';
my $put = '{"TableName":"Things","Item":{"pk":{"S":"a"},"n":{"N":"%d"}}}';
my $coral = 'com.amazon.coral.service';

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_database = 'app'", 'dynapg.http_workers = 2', 'dynapg.http_lock_timeout = 300ms');
$node->start;

# Waits until a query gives the result.
sub soon
{
	my ($query, $expected, $name) = @_;
	ok($node->poll_query_until('postgres', $query, $expected), $name);
	return;
}
my $count = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dynapg http'};

# -- before there is anything --

ok(!eval { call($port, 'ListTables', '{}') }, 'without its database nobody listens');
$node->safe_psql('postgres', 'CREATE DATABASE app');
ok(wait_for_http($port, 503), 'without the extension: 503');
my $reply = call($port, 'ListTables', '{}');
like($reply->{body}, qr/^\{"__type":"$coral#ServiceUnavailableException"/, 'as an exception of the API');
is(exchange(dial($port), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")->{status}, 200, 'GET is answered');
$node->safe_psql('app', 'CREATE EXTENSION dynapg');
is(call($port, 'ListTables', '{}')->{status}, 200, 'with the extension, at once');
soon($count, '2', 'two workers share the port');
create_table($port, 'Things');
is(call($port, 'PutItem', sprintf $put, 1)->{status}, 200, 'a write');

# -- the extension goes and comes --

my @stays = map { dial($port) } 1 .. 8;    # on both workers
is(exchange($_, request_text('GetItem', $get))->{status}, 200, 'a connection that stays') for @stays;
$node->safe_psql('app', 'SET client_min_messages = warning; DROP EXTENSION dynapg CASCADE');
is(exchange($_, request_text('GetItem', $get))->{status}, 503, 'after DROP EXTENSION: 503') for @stays;
$node->safe_psql('app', 'CREATE EXTENSION dynapg');
is(exchange($_, request_text('GetItem', $get))->{status}, 400, 'after CREATE EXTENSION: no such table') for @stays;
create_table($port, 'Things');
is(exchange($_, request_text('PutItem', sprintf $put, 1))->{status}, 200, 'and a new one') for @stays;
$node->safe_psql('app', 'ALTER EXTENSION dynapg UPDATE');
is(exchange($_, request_text('GetItem', $get))->{status}, 200, 'after ALTER EXTENSION UPDATE') for @stays;

# -- what is seen of it --

$node->safe_psql('app', q{SELECT pg_sleep(0.1)});
is($node->safe_psql('postgres', q{SELECT DISTINCT datname || ' ' || application_name || ' ' || state || ' ' || query
	FROM pg_stat_activity WHERE backend_type = 'dynapg http'}), 'app dynapg http idle GetItem Things', 'pg_stat_activity');
ok($node->poll_query_until('app', q{SELECT seq_scan + idx_scan > 8 FROM pg_stat_user_tables WHERE relname = 'Things'}), 'statistics');

# -- locks and cancels --

my $holder = $node->background_psql('app', on_error_die => 1);
$holder->query_safe(q{BEGIN; SELECT dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"a"}}}')});
my $start = time;
$reply = call($port, 'PutItem', sprintf $put, 2);
like($reply->{body}, qr/"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException"/, 'a lock is not waited for longer than the timeout');
cmp_ok(time - $start, '<', 3, 'in time');
is(call($port, 'GetItem', $get)->{status}, 200, 'reads are not concerned');
$node->append_conf('postgresql.conf', 'dynapg.http_lock_timeout = 60s');
$node->reload;
sleep 0.5;
my $waiting = dial($port);
send_text($waiting, request_text('PutItem', sprintf $put, 3));
my $waits = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND wait_event_type = 'Lock'};
soon("SELECT count(*) FROM ($waits) w", '1', 'with a longer timeout (reloaded) it waits');
my $queries = q{SELECT query FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND state = 'active'};
is($node->safe_psql('postgres', $queries), 'PutItem Things', 'and is seen');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM ($waits) w");
$reply = read_reply($waiting);
is($reply->{status}, 500, 'pg_cancel_backend ends the request');
like($reply->{body}, qr/#InternalServerError","message":"The request could not be completed\. Please try again\."/, 'with an error that is repeated');
is(exchange($waiting, request_text('GetItem', $get))->{status}, 200, 'and nothing else');
send_text($waiting, request_text('PutItem', sprintf $put, 4));
soon("SELECT count(*) FROM ($waits) w", '1', 'another one waits');
$holder->query_safe('COMMIT');
is(read_reply($waiting)->{status}, 200, 'and goes on when the lock is released');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http'");
is(exchange($_, request_text('GetItem', $get))->{status}, 200, 'a cancel while nothing runs is without effect') for @stays;
$holder->query_safe(q{BEGIN; SELECT dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"a"}}}')});
$node->append_conf('postgresql.conf', 'dynapg.http_statement_timeout = 400ms');
$node->reload;
sleep 0.5;
is(call($port, 'PutItem', sprintf $put, 5)->{status}, 500, 'a request that runs for too long is ended');
is(call($port, 'GetItem', $get)->{status}, 200, 'the next one is not');
$holder->query_safe('ROLLBACK');
$holder->quit;

# -- roles, triggers, constraints --

$node->safe_psql('app', q{
	CREATE ROLE clerk;
	GRANT SELECT ON dynapg.tables, dynapg.indexes TO clerk;
	GRANT USAGE ON SCHEMA dynamodb TO clerk;
	GRANT SELECT ON dynamodb."Things" TO clerk;
	ALTER TABLE dynamodb."Things" ADD CONSTRAINT small CHECK (length(pk) < 10);
	CREATE TABLE seen (who text, setting text);
	GRANT INSERT ON seen TO clerk;
	CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.pk = 'bad' THEN RAISE 'secret text'; END IF;
		IF NEW.pk = 'role' THEN SET ROLE postgres; END IF;
		IF NEW.pk = 'division' THEN PERFORM 1 / (length(NEW.pk) - 8); END IF;
		INSERT INTO public.seen VALUES (current_user, current_setting('work_mem'));
		SET work_mem = '77MB';
		RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER watch AFTER INSERT OR UPDATE ON dynamodb."Things" DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION watch();});
my $put_key = '{"TableName":"Things","Item":{"pk":{"S":"%s"}}}';
$node->append_conf('postgresql.conf', "dynapg.http_trust_role = 'clerk'");
$node->reload;
sleep 0.5;
is(exchange($_, request_text('GetItem', $get))->{status}, 200, 'a role that may read') for @stays;
like(exchange($_, request_text('PutItem', sprintf $put, 1))->{body}, qr/"__type":"$coral#AccessDeniedException","Message":"/, 'and may not write') for @stays;
$node->safe_psql('app', 'GRANT INSERT, UPDATE ON dynamodb."Things" TO clerk');
is(exchange($_, request_text('PutItem', sprintf $put, 1))->{status}, 200, 'until it may') for @stays;
is($node->safe_psql('app', 'SELECT DISTINCT who FROM seen'), 'clerk', 'deferred triggers run as the role');
is($node->safe_psql('app', q{SELECT count(*) FROM seen WHERE setting = '77MB'}), '0', 'what they set is forgotten');
for my $case ([ 'bad', 'a constraint or trigger' ], [ 'much too long', 'the constraint \\"small\\"' ])
{
	$reply = call($port, 'PutItem', sprintf $put_key, $case->[0]);
	like($reply->{body}, qr/#ValidationException","message":"One or more parameter values were invalid: \Q$case->[1]\E of the database refuses them"\}$/,
		"refused by the database: $case->[0]");
}
for my $case ([ 'role', '400 AccessDeniedException' ], [ 'division', '400 ValidationException' ])
{
	$reply = call($port, 'PutItem', sprintf $put_key, $case->[0]);
	is("$reply->{status} " . ($reply->{body} =~ /#(\w+)"/)[0], $case->[1], "an error of the database: $case->[0]");
}
is(call($port, 'GetItem', sprintf '{"TableName":"Things","Key":{"pk":{"S":"%s"}}}', 'bad')->{body}, '{}', 'nothing was written');
like(slurp_file($node->logfile), qr/LOG:  HTTP request PutItem failed: secret text/, 'the text is in the log');
like(slurp_file($node->logfile), qr/LOG:  HTTP request PutItem failed: cannot set parameter "role"/, 'roles cannot be switched');
$node->append_conf('postgresql.conf', "dynapg.http_trust_role = ''");
$node->reload;
sleep 0.5;
$node->safe_psql('app', 'DROP TRIGGER watch ON dynamodb."Things"');

# -- a hot standby --

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
my $standby_port = PostgreSQL::Test::Cluster::get_free_port();
$standby->append_conf('postgresql.conf', "dynapg.http_port = $standby_port");
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
ok(wait_for_http($standby_port), 'a hot standby serves');
is(call($standby_port, 'GetItem', $get)->{body}, call($port, 'GetItem', $get)->{body}, 'reads');
$reply = call($standby_port, 'PutItem', sprintf $put, 9);
is("$reply->{status} " . ($reply->{body} =~ /#(\w+)"/)[0], '503 ServiceUnavailableException', 'and refuses writes so that they are repeated');
my $promoted = dial($standby_port);
is(exchange($promoted, request_text('GetItem', $get))->{status}, 200, 'a connection');
$standby->promote;
is(exchange($promoted, request_text('PutItem', sprintf $put, 9))->{status}, 200, 'writes after the promotion, on the same connection');
$standby->stop;

# -- commands that need the database for themselves --

$node->safe_psql('app', 'CREATE ROLE stranger LOGIN');
my @before = worker_pids($node);
my ($status) = $node->psql('postgres', 'DROP DATABASE app', extra_params => [ '-U', 'stranger' ]);
isnt($status, 0, 'a stranger cannot drop the database');
is_deeply([ worker_pids($node) ], \@before, 'its workers go on');
$start = time;
$node->safe_psql('postgres', 'CREATE DATABASE twin TEMPLATE app');
cmp_ok(time - $start, '<', 3, 'the database is copied');
ok(wait_for_http($port), 'the workers come back');
is($node->safe_psql('twin', 'SELECT count(*) FROM dynamodb."Things"'), '1', 'the copy has the items');
$start = time;
$node->safe_psql('postgres', 'DROP DATABASE app');
cmp_ok(time - $start, '<', 3, 'the database is dropped');
$node->safe_psql('postgres', 'ALTER DATABASE twin RENAME TO app');
ok(wait_for_http($port), 'another one of its name is served');
is(call($port, 'GetItem', $get)->{status}, 200, 'with its items');

# -- ends --

my $open = dial($port);
is(exchange($open, request_text('GetItem', $get))->{status}, 200, 'an open connection');
soon($count, '2', 'both workers');
my @old = worker_pids($node);
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'dynapg http'");
ok(is_closed($open), 'pg_terminate_backend ends a worker');
soon($count, '2', 'which is started again');
isnt(join(' ', worker_pids($node)), join(' ', @old), 'as another process');
ok(wait_for_http($port), 'and serves');
$open = dial($port);
is(exchange($open, request_text('GetItem', $get))->{status}, 200, 'an open connection');
my $busy = dial($port);
send_text($busy, request_text('GetItem', $get) x 2000);
$start = time;
$node->stop('fast');
cmp_ok(time - $start, '<', 3, 'a fast shutdown is not held up');
ok(is_closed($open), 'the connection ends');

# -- a start that is refused --

$node->append_conf('postgresql.conf', "dynapg.http_listen_addresses = '*'");
is($node->start(fail_ok => 1), 0, 'trust on every address: no start');
like(slurp_file($node->logfile), qr/FATAL:  dynapg.http_auth must not be "trust" when dynapg.http_listen_addresses is "\*"/, 'with a clear error');
$node->append_conf('postgresql.conf', "dynapg.http_listen_addresses = '127.0.0.1, ::1'");
$node->start;
ok(wait_for_http($port), 'local ones will do');
$node->stop;

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
