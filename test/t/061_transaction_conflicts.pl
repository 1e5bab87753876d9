# 061_transaction_conflicts.pl - requests that meet a lock of another session: which exception, at which position, that nothing is
# half written, and that the worker goes on
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('transaction_conflicts', 'dynapg.http_lock_timeout = 300ms');
create_table($port, 'Things');
my ($pid) = worker_pids($node);
my @others = map { dial($port) } 1 .. 3;
my $conflict = '400 {"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"Transaction is ongoing for the item"}';
my $throttled = '400 {"__type":"com.amazon.coral.availability#ThrottlingException","message":"The item or table is locked by another transaction. Please try again."}';

# The reply of TransactWriteItems with these reasons: 1 is a conflict, 0 none.
sub cancelled
{
	my @reasons = map { $_ ? '{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}' : '{"Code":"None"}' } @_;
	my $codes = join ', ', map { $_ ? 'TransactionConflict' : 'None' } @_;
	return sprintf '400 {"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[%s],'
	  . '"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [%s]"}', join(',', @reasons), $codes;
}

# The status and body of a reply.
sub told
{
	my ($reply) = @_;
	return $reply ? "$reply->{status} $reply->{body}" : 'none';
}

sub ask
{
	my ($operation, $body) = @_;
	return told(call($port, $operation, $body));
}

sub item
{
	my ($key, $more) = @_;
	return sprintf '{"pk":{"S":"%s"}%s}', $key, $more // '';
}

# One action of a transaction.
sub action
{
	my ($kind, $key, $more) = @_;
	return sprintf '{"%s":{"TableName":"Things","%s":%s%s}}', $kind, $kind eq 'Put' ? 'Item' : 'Key', item($key), $more // '';
}

sub transaction
{
	return sprintf '{"TransactItems":[%s]}', join ',', @_;
}

sub holder
{
	my $session = $node->background_psql('postgres', on_error_die => 1);
	$session->query_safe('BEGIN');
	return $session;
}

sub rows
{
	return $node->safe_psql('postgres', q{SELECT string_agg(pk || coalesce(':' || (item OPERATOR(dynapg.->>) 'by'), ''), ' ' ORDER BY pk) FROM dynamodb."Things"});
}

# Waits until this number of sessions wait for a lock.
sub waiting
{
	my ($count, $name) = @_;
	ok($node->poll_query_until('postgres', "SELECT count(*) = $count FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), $name);
	return;
}

sub others_go_on
{
	my ($name) = @_;
	is(join(' ', map { exchange($_, request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"m"}}}'))->{status} } @others),
		'200 200 200', "$name: other connections go on");
	is_deeply([ worker_pids($node) ], [$pid], "$name: so does the worker");
	return;
}

my $if_new = ',"ConditionExpression":"attribute_not_exists(pk)"';
my $if_there = ',"ConditionExpression":"attribute_exists(pk)"';
my $mark = ',"UpdateExpression":"SET #b = :h","ExpressionAttributeNames":{"#b":"by"},"ExpressionAttributeValues":{":h":{"S":"http"}}';
my $key_m = '{"TableName":"Things","Key":{"pk":{"S":"m"}}';
is(ask('PutItem', '{"TableName":"Things","Item":' . item('m') . '}'), '200 {}', 'an item');

# -- an item that another session's transaction has written --

my $holder = holder();
$holder->query_safe(q{SELECT dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"m"},"by":{"S":"psql"}}}'), dynapg.put_item('{"TableName":"Things","Item":{"pk":{"S":"n"}}}')});
my %writes = (
	PutItem => '{"TableName":"Things","Item":' . item('m') . '}',
	UpdateItem => "$key_m$mark}",
	DeleteItem => "$key_m}");
for my $operation (sort keys %writes)
{
	my $one = dial($port);
	send_text($one, request_text($operation, $writes{$operation}) . request_text('GetItem', "$key_m}"));
	is(told(read_reply($one)), $conflict, "$operation of a held item");
	is(told(read_reply($one)), '200 {"Item":{"pk":{"S":"m"}}}', "$operation: the next request on the connection");
}
is(ask('PutItem', '{"TableName":"Things","Item":' . item('n') . "$if_new}"), $conflict, 'a conditional put of an item that is being made');
like(ask('UpdateItem', "$key_m$mark,\"ConditionExpression\":\"attribute_exists(absent)\"}"), qr/#ConditionalCheckFailedException/, 'a condition that is false needs no lock');
others_go_on('held items');

my %actions = (
	Put => action('Put', 'm'),
	Update => action('Update', 'm', $mark),
	Delete => action('Delete', 'm'),
	ConditionCheck => action('ConditionCheck', 'm', $if_there),
	'Put of a new item' => action('Put', 'n', $if_new),
	'Delete of a new item' => action('Delete', 'n'),
	'ConditionCheck of a new item' => action('ConditionCheck', 'n', $if_new));
for my $name (sort keys %actions)
{
	is(ask('TransactWriteItems', transaction(action('Put', 'z'), $actions{$name}, action('Put', 'a'), action('ConditionCheck', 'none', $if_new))),
		cancelled(0, 1, 0, 0), "TransactWriteItems: $name");
}
is(ask('TransactWriteItems', transaction(action('Put', 'n'), action('Put', 'm'))), cancelled(0, 1), 'two of them: the first in the order of keys');
is(ask('TransactWriteItems', transaction(action('Put', 'm'), action('Put', 'b', $if_there))) =~ s/.*\[(.*)\]"\}$/$1/r,
	'TransactionConflict, ConditionalCheckFailed', 'a reason found before is reported, too');
is(ask('BatchWriteItem', '{"RequestItems":{"Things":[' . join(',', map { '{"PutRequest":{"Item":' . item($_) . '}}' } 'z', 'm', 'a') . ']}}'), $throttled, 'BatchWriteItem');
is(ask('BatchWriteItem', '{"RequestItems":{"Things":[{"PutRequest":{"Item":' . item('a') . '}},{"DeleteRequest":{"Key":' . item('m') . '}}]}}'), $throttled, 'BatchWriteItem with a delete');
is(ask('TransactGetItems', transaction('{"Get":' . $key_m . '}}')), '200 {"Responses":[{"Item":{"pk":{"S":"m"}}}]}', 'TransactGetItems reads what is committed');
is(rows(), 'm', 'nothing is half written');
others_go_on('transactions');

# A repeated request succeeds when the other session has ended.
$holder->query_safe('COMMIT');
is(ask('TransactWriteItems', transaction(action('Put', 'z'), action('Update', 'm', $mark), action('Delete', 'n'))), '200 {}', 'then it is done');
is(rows(), 'm:http z', 'all of it');

# -- a locked table --

$holder->query_safe('BEGIN; LOCK TABLE dynamodb."Things" IN SHARE MODE');
is(ask('TransactWriteItems', transaction(action('ConditionCheck', 'm', $if_there), action('Put', 'a'), action('Put', 'b'))), cancelled(0, 1, 0), 'a table that nobody may write: the first write');
is(ask('DeleteItem', "$key_m}"), $conflict, 'DeleteItem');
$holder->query_safe('ROLLBACK; BEGIN; LOCK TABLE dynamodb."Things"');
is(ask('PutItem', $writes{PutItem}), $conflict, 'a table that nobody may read: PutItem');
for my $request ([ 'GetItem', "$key_m}" ], [ 'TransactWriteItems', transaction(action('Put', 'a')) ], [ 'TransactGetItems', transaction('{"Get":' . $key_m . '}}') ],
	[ 'Scan', '{"TableName":"Things"}' ], [ 'BatchGetItem', '{"RequestItems":{"Things":{"Keys":[' . item('m') . ']}}}' ],
	[ 'UpdateTable', '{"TableName":"Things","DeletionProtectionEnabled":true}' ], [ 'DeleteTable', '{"TableName":"Things"}' ])
{
	is(ask(@$request), $throttled, $request->[0]);
}
$holder->query_safe('ROLLBACK');
is(rows(), 'm:http z', 'nothing was written');
others_go_on('a locked table');

# -- a deadlock with plain SQL, found by the worker: it holds "a" and waits for "m", and whoever has "m" waits for "a" --

$node->safe_psql('postgres', q{ALTER SYSTEM SET deadlock_timeout = '10ms'; ALTER SYSTEM SET dynapg.http_lock_timeout = '1h'; SELECT pg_reload_conf()});
$node->poll_query_until('postgres', q{SELECT current_setting('deadlock_timeout') = '10ms'});
sleep 1;
is(ask('PutItem', '{"TableName":"Things","Item":' . item('a') . '}'), '200 {}', 'with other timeouts');
my %victims = (
	TransactWriteItems => [ transaction(action('Put', 'z'), action('Put', 'm'), action('Update', 'b', $mark), action('Update', 'a', $mark)), cancelled(0, 1, 0, 0) ],
	BatchWriteItem => [ '{"RequestItems":{"Things":[' . join(',', map { '{"PutRequest":{"Item":' . item($_, ',"by":{"S":"http"}') . '}}' } 'm', 'b', 'a') . ']}}', $throttled ]);
for my $operation (sort keys %victims)
{
	my ($request, $expected) = @{ $victims{$operation} };
	my $gate = holder();
	$gate->query_safe(q{INSERT INTO dynamodb."Things" VALUES ('b', '{"pk":{"S":"b"}}')});
	$holder->query_safe(q{BEGIN; SET LOCAL deadlock_timeout = '1h'; DELETE FROM dynamodb."Things" WHERE pk = 'm'});
	my $one = dial($port);
	send_text($one, request_text($operation, $request));
	waiting(1, "$operation has the first item and waits for the second one");
	$holder->query_until(qr/^/, qq(DELETE FROM dynamodb."Things" WHERE pk = 'a';\n));
	waiting(2, 'somebody who has the third one waits for the first one');
	$gate->query_safe('ROLLBACK');
	is(told(read_reply($one)), $expected, "$operation: a deadlock");
	$gate->quit;
	$holder->query_safe('ROLLBACK');
	is(rows(), 'a m:http z', 'nothing was written');
}
others_go_on('deadlocks');
$holder->quit;

# -- transactions and batches of the same items, each in an order of its own, never end in a deadlock --

create_table($port, 'Others');
my $script = PostgreSQL::Test::Utils::tempdir() . '/orders.sql';
append_to_file($script, <<'SQL');
SELECT dynapg.transact_write_items(('{"TransactItems":[' || string_agg(format(CASE (random() * 3)::int
	WHEN 0 THEN '{"Put":{"TableName":"%s","Item":{"pk":{"S":"%s"}}}}'
	WHEN 1 THEN '{"Delete":{"TableName":"%s","Key":{"pk":{"S":"%s"}}}}'
	WHEN 2 THEN '{"Update":{"TableName":"%s","Key":{"pk":{"S":"%s"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}}}'
	ELSE '{"ConditionCheck":{"TableName":"%s","Key":{"pk":{"S":"%s"}},"ConditionExpression":"attribute_exists(pk) OR attribute_not_exists(pk)"}}' END,
	t, k), ',') || ']}')::json)
FROM (SELECT t, k FROM unnest('{Things,Others}'::text[]) t, generate_series(1, 8) k ORDER BY random() LIMIT 10) a;
SELECT dynapg.batch_write_item(('{"RequestItems":{' || string_agg(format('"%s":[%s]', t, writes), ',') || '}}')::json)
FROM (SELECT t, string_agg(format(CASE WHEN random() < 0.5 THEN '{"PutRequest":{"Item":{"pk":{"S":"%s"}}}}' ELSE '{"DeleteRequest":{"Key":{"pk":{"S":"%s"}}}}' END, k), ',' ORDER BY random()) AS writes
	FROM (SELECT t, k FROM unnest('{Others,Things}'::text[]) t, generate_series(1, 8) k ORDER BY random() LIMIT 10) a GROUP BY t) w;
SQL
$node->command_like([ 'pgbench', '-n', '-c', '4', '-t', '150', '-f', $script, $node->connstr('postgres') ], qr{processed: 600/600\n}, 'ten items in any order');

# -- a role that may check and not write; row security hides an item from it --

$node->safe_psql('postgres', q{
	CREATE ROLE checker;
	GRANT USAGE ON SCHEMA dynamodb TO checker;
	GRANT SELECT, UPDATE ON dynamodb."Things" TO checker;
	TRUNCATE dynamodb."Things";
	INSERT INTO dynamodb."Things" VALUES ('m', '{"pk":{"S":"m"}}'), ('hidden', '{"pk":{"S":"hidden"}}');
	CREATE POLICY most ON dynamodb."Things" USING (pk <> 'hidden');
	ALTER TABLE dynamodb."Things" ENABLE ROW LEVEL SECURITY;
	ALTER SYSTEM SET dynapg.http_trust_role = 'checker'});
$node->reload;
my $denied = qr/^400 \{"__type":"com\.amazon\.coral\.service#AccessDeniedException","Message":"User: .* is not authorized to perform: dynamodb:TransactWriteItems on resource: /;
for (1 .. 100)
{
	last if ask('PutItem', $writes{PutItem}) =~ /AccessDenied/;
	select undef, undef, undef, 0.1;
}
is(ask('TransactWriteItems', transaction(action('ConditionCheck', 'm', $if_there), action('ConditionCheck', 'none', $if_new))), '200 {}', 'checks, one of a missing item');
like(ask('TransactWriteItems', transaction(action('ConditionCheck', 'none', $if_new), action('Delete', 'none2'))), $denied, 'a delete');
like(ask('TransactWriteItems', transaction(action('ConditionCheck', 'none', $if_new), action('ConditionCheck', 'hidden', $if_new))), $denied, 'a check that asks for a hidden item');
is(ask('TransactWriteItems', transaction(action('ConditionCheck', 'hidden', $if_there . ',"ReturnValuesOnConditionCheckFailure":"ALL_OLD"'))) =~ s/^.*"CancellationReasons":(\[.*?\]).*$/$1/r,
	'[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}]', 'a condition says nothing of it');
is(rows(), 'hidden m', 'nothing was written');
others_go_on('a role');
$node->stop;
done_testing();
