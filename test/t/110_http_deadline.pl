# 110_http_deadline.pl - code of users that goes on after its cancel does not keep a worker: the worker ends and is started again.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('http_deadline', 'dynapg.http_statement_timeout = 300ms');
create_table($port, 'Things');
my $put = '{"TableName":"Things","Item":{"pk":{"S":"%s"}}}';
my $get = '{"TableName":"Things","Key":{"pk":{"S":"%s"}}}';
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
$node->safe_psql('postgres', q{
	CREATE TABLE cancels (n integer);
	CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		FOR i IN 1 .. CASE NEW.pk WHEN 'once' THEN 1 ELSE 100000 END LOOP
			BEGIN
				IF NEW.pk = 'loop' THEN LOOP NULL; END LOOP; END IF;
				PERFORM pg_sleep(100);
			EXCEPTION WHEN query_canceled THEN INSERT INTO cancels VALUES (i);
			END;
		END LOOP;
		RETURN NEW; END $$;
	CREATE FUNCTION stubborn_later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		LOOP BEGIN PERFORM pg_sleep(100); EXCEPTION WHEN query_canceled THEN SET LOCAL statement_timeout = 0; END; END LOOP; END $$;
	CREATE TRIGGER stubborn BEFORE INSERT ON dynamodb."Things" FOR EACH ROW WHEN (NEW.pk IN ('once', 'for ever', 'loop')) EXECUTE FUNCTION stubborn();
	CREATE CONSTRAINT TRIGGER later AFTER INSERT ON dynamodb."Things" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (NEW.pk = 'deferred') EXECUTE FUNCTION stubborn_later()});

# Code that tidies up after the cancel and returns has not failed.
my ($pid) = worker_pids($node);
is(call($port, 'PutItem', sprintf $put, 'once')->{status}, 200, 'a trigger that catches one cancel and returns');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cancels'), 1, 'it was cancelled');
is_deeply([ worker_pids($node) ], [$pid], 'its worker goes on');

for my $kind ('for ever', 'loop', 'deferred')
{
	my ($before) = worker_pids($node);
	my $log = -s $node->logfile;
	my $other = dial($port);
	is(exchange($other, request_text('GetItem', sprintf $get, 'once'))->{status}, 200, "$kind: another connection");
	my $one = dial($port);
	send_text($one, request_text('PutItem', sprintf $put, $kind));
	ok(is_closed($one), "$kind: the connection is closed, without a reply");
	ok(is_closed($other), "$kind: those of the same worker, too");
	ok(wait_for_http($port), "$kind: HTTP is served again");
	isnt((worker_pids($node))[0], $before, "$kind: by another process");
	is(call($port, 'GetItem', sprintf $get, $kind)->{body}, '{}', "$kind: nothing was written");
	like(slurp_file($node->logfile, $log), qr/LOG:  an HTTP worker ends because its request PutItem did not stop when it was cancelled/, "$kind: the log says why");
	like(slurp_file($node->logfile, $log), qr/PL\/pgSQL function stubborn/, "$kind: and where");
}
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server went on');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|crash/, 'no crash in the log');

# Without a timeout there is no deadline. PostgreSQL 17 and later have one of transactions, which ends processes.
my $limit = $node->safe_psql('postgres', q{SELECT name || ' = 1s' FROM pg_settings WHERE name = 'transaction_timeout'});
$node->append_conf('postgresql.conf', "dynapg.http_statement_timeout = 0\n$limit");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('dynapg.http_statement_timeout') = '0'});
$node->safe_psql('postgres', q{
	CREATE OR REPLACE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(7); RETURN NEW; END $$});
wait_for_http($port);
($pid) = worker_pids($node);
is(call($port, 'PutItem', sprintf $put, 'once more')->{status}, 200, 'another item');
is(call($port, 'DeleteItem', sprintf $get, 'once')->{status}, 200, 'the item is gone');
is(call($port, 'PutItem', sprintf $put, 'once')->{status}, 200, 'a long request without a timeout');
is_deeply([ worker_pids($node) ], [$pid], 'in the same worker');
$node->stop;
done_testing();
