# 060_transaction_tokens.pl - ClientRequestToken between sessions and workers: a request that is under way, one that comes again
# after a restart, a crash, a failover, a prepared transaction; several at once; what removes expired tokens waits for nobody.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, 'dynapg.http_workers = 2', 'max_prepared_transactions = 5', "statement_timeout = '60s'", 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
wait_for_http($port);
create_table($port, 'Things');

# A request that adds to n of an item, and its call from SQL.
sub request
{
	my ($token, $pk, $step) = @_;
	$step //= 1;
	return qq({"TransactItems":[{"Update":{"TableName":"Things","Key":{"pk":{"S":"$pk"}},"UpdateExpression":"ADD n :n",)
	  . qq("ExpressionAttributeValues":{":n":{"N":"$step"}}}}],"ClientRequestToken":"$token"});
}

sub statement
{
	return "SELECT dynapg.transact_write_items('" . request(@_) . "')";
}

# What a session answers: the reply, or the error's first line.
sub ask
{
	my ($on, @request) = @_;
	my ($status, $out, $err) = $on->psql('postgres', statement(@request));
	return $status == 0 ? $out : $err =~ s/^.*?ERROR:  (\N*).*$/$1/sr;
}

# What the HTTP front answers: status and body without the error's text, which the regress tests have.
sub ask_http
{
	my (@request) = @_;
	my $reply = call($port, 'TransactWriteItems', request(@request));
	return "$reply->{status} " . ($reply->{body} =~ /"__type":"([^"]*)"/ ? $1 : $reply->{body});
}

sub n_of
{
	my ($pk, $on) = @_;
	return ($on // $node)->safe_psql('postgres', qq(SELECT dynapg.get_item('{"TableName":"Things","Key":{"pk":{"S":"$pk"}}}')->'Item'->'n'->>'N'));
}

my $api = 'com.amazonaws.dynamodb.v20120810';
my $busy = 'Transaction from previous request is still in progress';
my $mismatch = qr/^The request uses the same client token as a previous, but non-identical request/;

# -- while the first one is under way --

my $first = $node->background_psql('postgres', on_error_die => 1);
my $strict = $node->background_psql('postgres', on_error_die => 1);
$strict->query_safe('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM dynamodb."Things"');
$first->query_safe('BEGIN; ' . statement('a', 'a'));
is(ask($node, 'a', 'a'), $busy, 'another session does not wait');
is(ask($node, 'a', 'other', 2), $busy, 'whatever it wants to do');
is(ask_http('a', 'a'), "400 $api#TransactionInProgressException", 'a worker does not wait either');
like(call($port, 'TransactWriteItems', request('a', 'a'))->{body}, qr/"Message":"\Q$busy\E"}$/, 'with the text in the member that the model has');
is(ask($node, 'b', 'b'), '{}', 'another token is free');
my $hash = $node->safe_psql('postgres', q(SELECT hash FROM dynapg.tokens WHERE token = 'b'));
is($node->safe_psql('postgres', "BEGIN; SELECT pg_advisory_xact_lock($hash); " . statement('b', 'b')), "\n{}", 'its lock is not one of the users\' own');
$first->query_safe('COMMIT');
is(ask($node, 'a', 'a'), '{}', 'when it has ended its token is known');
like(ask($node, 'a', 'a', 2), $mismatch, 'for nothing else');
is(ask_http('a', 'a', 2), "400 $api#IdempotentParameterMismatchException", 'over HTTP, too');
like(call($port, 'TransactWriteItems', request('a', 'a', 2))->{body}, qr/"Message":"The request uses/, 'and its member');
is($strict->query_safe(statement('a', 'a') . '; COMMIT'), '{}', 'also to a transaction whose snapshot is older');
is(n_of('a'), 1, 'it was done once');

$first->query_safe('BEGIN; ' . statement('rolled', 'back'));
$first->query_safe('ROLLBACK');
is(ask_http('rolled', 'back', 2), '200 {}', 'one that was rolled back leaves its token to others');
is(n_of('back'), 2, 'which are done');
$first->query_safe('BEGIN; SAVEPOINT s; ' . statement('saved', 's') . '; ROLLBACK TO s');
is(ask($node, 'saved', 's'), '{}', 'as one that was rolled back to a savepoint');
$first->query_safe('COMMIT');
my $pid = $first->query_safe('BEGIN; ' . statement('killed', 'k') . '; SELECT pg_backend_pid()') =~ /(\d+)\s*\z/ ? $1 : 0;
is(ask_http('killed', 'k'), "400 $api#TransactionInProgressException", 'one is under way');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
is(ask_http('killed', 'k'), '200 {}', 'until its session is gone');
is(n_of('k'), 1, 'and is done by the next');
$first->quit;
$strict->quit;

# -- many at once, and other workers --

my @connections = map { dial($port) } 1 .. 12;
send_text($_, request_text('TransactWriteItems', request('many', 'many'))) for @connections;
my %replies;
$replies{ read_reply($_)->{body} =~ /^\{\}$/ ? 'done' : 'busy' }++ for @connections;
cmp_ok($replies{done}, '>=', 1, 'of several at once one is done');
is(n_of('many'), 1, 'and no other');
is(scalar(grep { exchange($_, request_text('TransactWriteItems', request('many', 'many')))->{body} eq '{}' } @connections), 12,
	'a repeated one gets that answer on every connection and worker');
is(n_of('many'), 1, 'and nothing is done');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.tokens WHERE token = 'many')), '1', 'the token is kept once');

# Sessions that contend for a hundred tokens, with rollbacks: each is done exactly once in the end.
$node->safe_psql('postgres', q{
	CREATE FUNCTION attempt(token int, fails boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
		PERFORM dynapg.transact_write_items(replace('} . request('race#', 'race#') . q{', '#', token::text)::json);
		IF fails THEN RAISE SQLSTATE 'ND013'; END IF;
	EXCEPTION WHEN SQLSTATE 'ND013' THEN NULL; END $$;});
my $script = PostgreSQL::Test::Utils::tempdir . '/race.sql';
append_to_file($script, "\\set token random(1, 100)\n\\set fails random(1, 3)\nSELECT attempt(:token, :fails = 1);\n");
$node->command_ok([ 'pgbench', '-n', '-c', 6, '-t', 300, '-f', $script, '-h', $node->host, '-p', $node->port, 'postgres' ], 'a race for tokens');
$node->safe_psql('postgres', 'SELECT attempt(i, false) FROM generate_series(1, 100) i');
is($node->safe_psql('postgres', q{SELECT count(*), min(dynapg.item_get_text(item, 'n')), max(dynapg.item_get_text(item, 'n')) FROM dynamodb."Things" WHERE pk LIKE 'race%'}), '100|1|1', 'each was done once');
is($node->safe_psql('postgres', q{SELECT count(*), count(DISTINCT token) FROM dynapg.tokens WHERE convert_from(token, 'UTF8') LIKE 'race%'}), '100|100', 'and kept once');

# -- prepared transactions, restart and crash --

$node->safe_psql('postgres', 'BEGIN; ' . statement('prepared', 'p') . q(; PREPARE TRANSACTION 'p'));
is(ask_http('prepared', 'p'), "400 $api#TransactionInProgressException", 'a prepared transaction is under way');
is(ask_http('fast', 'f'), '200 {}', 'before the restart');
$node->restart;
wait_for_http($port);
is(ask_http('fast', 'f'), '200 {}', 'after it the token is known');
is(n_of('f'), 1, 'and nothing is done again');
is(ask_http('prepared', 'p'), "400 $api#TransactionInProgressException", 'the prepared transaction is still under way');

my $open = $node->background_psql('postgres', on_error_die => 1);
$open->query_safe('BEGIN; ' . statement('open', 'o'));
is(ask_http("crash$_", "c$_"), '200 {}', 'before the crash') for 1 .. 5;
$node->stop('immediate');
eval { $open->quit };
$node->start;
wait_for_http($port);
is(ask_http("crash$_", "c$_"), '200 {}', 'after it the token is known') for 1 .. 5;
is(n_of("c$_"), 1, 'and nothing is done again') for 1 .. 5;
is(n_of('o'), '', 'what was not committed is gone');
is(ask_http('open', 'o'), '200 {}', 'with its token');
is(n_of('o'), 1, 'so it is done');
is(ask_http('prepared', 'p'), "400 $api#TransactionInProgressException", 'the prepared transaction survives that, too');
$node->safe_psql('postgres', q(COMMIT PREPARED 'p'));
is(ask_http('prepared', 'p'), '200 {}', 'until it is committed');
is(n_of('p'), 1, 'once');

# -- a standby, and what dumps hold --

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'dynapg.http_port = 0');
$standby->start;
is(ask($node, 'moved', 'm'), '{}', 'a request');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
like(ask($standby, $_, 'm'), qr/standby/, 'a standby refuses a token, known or not') for 'moved', 'unknown';
is($node->safe_psql('postgres', 'BEGIN READ ONLY; SELECT 1'), '1', 'a read-only transaction');
like(($node->psql('postgres', 'BEGIN READ ONLY; ' . statement($_, 'm')))[2], qr/cannot execute TransactWriteItems in a read-only transaction/, 'refuses it as well')
  for 'moved', 'unknown';
$standby->promote;
is(ask($standby, 'moved', 'm'), '{}', 'when it is promoted it knows the token');
is(n_of('m', $standby), 1, 'and has the item');
$standby->stop;

my ($dump) = run_command([ 'pg_dump', '-h', $node->host, '-p', $node->port, 'postgres' ]);
like($dump, qr/CREATE EXTENSION[^;]* dynapg/, 'a dump');
unlike($dump, qr/crash1|63726173683[1-5]|dynapg\.tokens/, 'holds no tokens');
like($dump, qr/"pk":\{"S":"c1"\}/, 'but what they stood for');

# -- removing what has expired --

my $now = 'clock_timestamp()';
my $expire = "UPDATE dynapg.tokens SET expires_at = expires_at - interval '1 day'";
my $expired = "SELECT count(*) FROM dynapg.tokens WHERE expires_at <= $now";
my $many = q(DO $$ BEGIN FOR i IN 1..%d LOOP PERFORM dynapg.transact_write_items(replace('%s', '#', %d || '-' || i)::json); COMMIT; END LOOP; END $$);

sub use_tokens
{
	my ($round, $count) = @_;
	$node->safe_psql('postgres', sprintf $many, $count, request('round#', 'x'), $round);
	return;
}
$node->safe_psql('postgres', 'VACUUM FULL dynapg.tokens');    # the sessions that contended made it larger, in steps of many pages
use_tokens(0, 300);
$node->safe_psql('postgres', $expire);
my $deleting = $node->background_psql('postgres', on_error_die => 1);
$deleting->query_safe(q(BEGIN; SET LOCAL enable_seqscan = on; DELETE FROM dynapg.tokens));
is(ask_http('a', 'again', 5), '200 {}', 'a token whose row is being deleted does not wait for that');
is(n_of('again'), 5, 'and may be used for another request');
use_tokens(1, 500);
pass('removing tokens does not wait either');
$deleting->query_safe('ROLLBACK');
$deleting->quit;
is(ask($node, 'a', 'again', 5), '{}', 'its new row is the one that counts');
is(n_of('again'), 5, 'nothing is done');
# A backend looks at a page after each 16 tokens.
use_tokens(2, 24 * (10 + $node->safe_psql('postgres', q(SELECT pg_relation_size('dynapg.tokens') / current_setting('block_size')::int))));
is($node->safe_psql('postgres', $expired), '0', 'then they are removed');

my @sizes;
for my $round (3 .. 8)
{
	use_tokens($round, 600);
	$node->safe_psql('postgres', "$expire; VACUUM dynapg.tokens") if $round % 2;
	$node->safe_psql('postgres', $expire);
	$node->safe_psql('postgres', 'VACUUM dynapg.tokens');
	push @sizes, $node->safe_psql('postgres', q(SELECT pg_relation_size('dynapg.tokens')));
}
cmp_ok($sizes[-1], '<=', 2 * $sizes[0], "the table does not grow with what has gone through it (@sizes)");
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.tokens WHERE token = 'a' AND expires_at > clock_timestamp())), '0', 'and is emptied');

$node->stop;
done_testing();
