# 055_http_statistics.pl - stat_operations, http_activity and /metrics: what is counted, for which table, and who may see it.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $port) = http_node('http_statistics', 'dynapg.http_workers = 2', "dynapg.region = 'eu-west-1'");
create_table($port, 'Things');
my $put = '{"TableName":"Things","Item":{"pk":{"S":"a"}}}';
my $condition = '{"TableName":"Things","Item":{"pk":{"S":"a"}},"ConditionExpression":"attribute_not_exists(pk)"}';
my $arn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/Things';
call($port, 'PutItem', $put) for 1 .. 5;
call($port, 'PutItem', $condition) for 1 .. 3;
call($port, 'PutItem', $put =~ s/Things/$arn/r);
call($port, 'GetItem', qq({"TableName":"Nothing$_","Key":{"pk":{"S":"a"}}})) for 1 .. 4;
sleep 1.5;

my $statistics = q{SELECT operation, table_name, calls, errors, bytes_in > 0, bytes_out > 0, seconds > 0
	FROM dynapg.stat_operations WHERE operation IN ('PutItem', 'GetItem')};
is($node->safe_psql('postgres', $statistics), <<'EOR' =~ s/\n\z//r, 'calls and errors by operation and table');
GetItem||4|{"ResourceNotFoundException":4}|t|t|t
PutItem|Things|9|{"ConditionalCheckFailedException":3}|t|t|t
EOR
is($node->safe_psql('postgres', q{SELECT bytes_in, bytes_out FROM dynapg.stat_operations WHERE operation = 'ListTables'}) =~ /^\d+\|\d+$/,
	1, 'requests without a table');

# Whatever names are tried, memory is bounded.
my $one = dial($port);
for my $batch (1 .. 60)
{
	send_text($one, join '', map { request_text('GetItem', qq({"TableName":"Fake$batch-$_","Key":{"pk":{"S":"a"}}})) } 1 .. 50);
	read_reply($one) for 1 .. 50;
}
sleep 1.5;
is($node->safe_psql('postgres', q{SELECT calls FROM dynapg.stat_operations WHERE operation = 'GetItem'}), '3004', 'tables that do not exist are one');

# Items: what reads return and writes write.
my $key = '{"TableName":"Things","Key":{"pk":{"S":"%s"}}}';
call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"$_"},"even":{"BOOL":@{[ $_ % 2 ? 'false' : 'true' ]}}}})) for 1 .. 6;
call($port, 'GetItem', sprintf $key, $_) for 1, 2, 'missing';
call($port, 'Scan', '{"TableName":"Things"}');
call($port, 'Scan', '{"TableName":"Things","Select":"COUNT","FilterExpression":"even = :t","ExpressionAttributeValues":{":t":{"BOOL":true}}}');
call($port, 'Query', '{"TableName":"Things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"1"}}}');
call($port, 'UpdateItem', qq({"TableName":"Things","Key":{"pk":{"S":"$_"}},"UpdateExpression":"SET n = :n","ConditionExpression":"attribute_exists(pk)",
	"ExpressionAttributeValues":{":n":{"N":"1"}}})) for 1, 'missing';
call($port, 'DeleteItem', sprintf $key, 6);
call($port, 'BatchGetItem', '{"RequestItems":{"Things":{"Keys":[{"pk":{"S":"1"}},{"pk":{"S":"2"}},{"pk":{"S":"missing"}}]}}}');
call($port, 'BatchWriteItem', '{"RequestItems":{"Things":[{"PutRequest":{"Item":{"pk":{"S":"7"}}}},{"PutRequest":{"Item":{"pk":{"S":"8"}}}},
	{"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}]}}');
my $there = '{"ConditionCheck":{"TableName":"Things","Key":{"pk":{"S":"%s"}},"ConditionExpression":"attribute_exists(pk)"}}';
call($port, 'TransactWriteItems', sprintf qq({"TransactItems":[{"Put":{"TableName":"Things","Item":{"pk":{"S":"7"}}}},$there,{"Delete":{"TableName":"Things","Key":{"pk":{"S":"9"}}}}]}), $_)
  for 2, 'missing';
call($port, 'TransactGetItems', '{"TransactItems":[{"Get":{"TableName":"Things","Key":{"pk":{"S":"7"}}}},{"Get":{"TableName":"Things","Key":{"pk":{"S":"missing"}}}}]}');
sleep 1.5;
is($node->safe_psql('postgres', q{SELECT operation, calls, items FROM dynapg.stat_operations WHERE table_name = 'Things' OR operation ~ '^(Batch|Transact)' ORDER BY 1}), <<'EOR' =~ s/\n\z//r, 'items');
BatchGetItem|1|2
BatchWriteItem|1|3
CreateTable|1|0
DeleteItem|1|1
GetItem|3|2
PutItem|15|12
Query|1|1
Scan|2|10
TransactGetItems|1|1
TransactWriteItems|2|2
UpdateItem|2|1
EOR

# Statements count for the table that they name, in quotes or without; the same word inside a string does not count.
my @statements = ('{"Statement":"SELECT * FROM Things"}', '{"Statement":"select pk from \\"Things\\" where pk = \'2\'"}',
	'{"Statement":"INSERT INTO Things VALUE {\'pk\':?}","Parameters":[{"S":"FROM Nothing1"}]}', '{"Statement":"UPDATE Things SET xfrom = 1 WHERE pk = \'2\'"}',
	'{"Statement":"DELETE FROM \\"Things\\" WHERE pk = \'FROM Nothing1\'"}', '{"Statement":"SELECT * FROM Nothing1"}', '{"Statement":"nonsense"}');
call($port, 'ExecuteStatement', $_) for @statements;
call($port, 'BatchExecuteStatement', '{"Statements":[{"Statement":"SELECT * FROM Things WHERE pk = \'2\'"}]}');
sleep 1.5;
is($node->safe_psql('postgres', q{SELECT operation, table_name, calls, items, errors::jsonb FROM dynapg.stat_operations WHERE operation LIKE '%ExecuteStatement' ORDER BY 1, 2}),
	<<'EOR' =~ s/\n\z//r, 'statements');
BatchExecuteStatement|Things|1|1|{}
ExecuteStatement||2|0|{"ValidationException": 1, "ResourceNotFoundException": 1}
ExecuteStatement|Things|5|11|{}
EOR

# A reset also forgets what workers have counted but not reported, and nothing that comes after it.
call($port, 'GetItem', sprintf $key, 1) for 1 .. 20;
$node->safe_psql('postgres', 'SELECT dynapg.stat_operations_reset()');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.stat_operations'), '0', 'a reset');
call($port, 'PutItem', $put) for 1 .. 9;
sleep 1.5;
is($node->safe_psql('postgres', q{SELECT operation, calls, items FROM dynapg.stat_operations}), 'PutItem|9|9', 'counting starts again');
call($port, 'PutItem', $condition) for 1 .. 3;

# What the workers are doing.
sub activity
{
	my ($columns) = @_;
	return $node->safe_psql('postgres', "SELECT $columns FROM dynapg.http_activity");
}
is($node->safe_psql('postgres', q{SELECT string_agg(worker::text, ' ' ORDER BY worker), count(DISTINCT pid), count(a.pid), bool_and(started BETWEEN backend_start AND now()),
	bool_and(last_active BETWEEN started AND now()) FROM dynapg.http_activity w LEFT JOIN pg_stat_activity a USING (pid)}), '1 2|2|2|t|t', 'workers');
close $one->{socket};
sleep 2.5;    # closed connections are gone and reported
is(activity('sum(connections), sum(buffered_bytes), bool_and(unflushed_lsn IS NULL)'), '0|0|t', 'nothing to do');
my $requests = activity('sum(requests)');
my @idle = map { dial($port) } 1 .. 7;
exchange($_, request_text('GetItem', sprintf $key, 1)) for @idle;
my @slow = map { dial($port) } 1 .. 3;
send_text($_, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" . ('x' x 50_000)) for @slow;
my $large = 'x' x 390_000;
call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"large"},"v":{"S":"$large"}}}));
my $deaf = dial($port);
send_text($deaf, request_text('GetItem', sprintf $key, 'large') x 40);
sleep 1.5;
is(activity('sum(connections), sum(idle), sum(receiving), sum(sending), sum(closing)'), '11|7|3|1|0', 'connections');
cmp_ok(activity('sum(buffered_bytes)'), '>', 150_000, 'bytes in buffers');
cmp_ok(activity("sum(requests) - $requests"), '>=', 9, 'requests');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM dynapg.http_activity WHERE last_active < clock_timestamp() - '1 s'::interval}), 'idle workers report nothing');
close $_->{socket} for @idle, @slow, $deaf;
sleep 1.5;
is(activity('sum(connections), sum(buffered_bytes)'), '0|0', 'all are gone');
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM dynapg.http_activity WHERE worker = 2});
ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 AND sum(requests) FILTER (WHERE worker = 2) = 0 FROM dynapg.http_activity}), 'a worker that was ended starts at zero');

# /metrics
my $metrics = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
like(exchange(dial($port), $metrics)->{body}, qr/^healthy/, 'without the setting there are no metrics');
$node->append_conf('postgresql.conf', 'dynapg.http_metrics = on');
$node->reload;
sleep 0.5;
my $reply = exchange(dial($port), $metrics);
like($reply->{headers}{'content-type'}, qr{^text/plain; version=0\.0\.4$}, 'content type');
like($reply->{body}, qr/^dynapg_http_requests_total\{operation="PutItem",table="Things"\} 13$/m, 'requests');
like($reply->{body}, qr/^dynapg_http_items_total\{operation="PutItem",table="Things"\} 10$/m, 'items');
like($reply->{body}, qr/^dynapg_http_errors_total\{operation="PutItem",table="Things",error="ConditionalCheckFailedException"\} 3$/m, 'errors');
is(scalar(grep { !/^(?:# (?:HELP|TYPE) \w+ .*|\w+(?:\{[^}]*\})? [0-9.e+-]+)$/ } split /\n/, $reply->{body}), 0, 'nothing but the format');

# Rights
$node->safe_psql('postgres', 'CREATE ROLE stranger LOGIN; CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher; GRANT USAGE ON SCHEMA dynapg TO PUBLIC');
for my $case ([ 'TABLE dynapg.stat_operations', 1 ], [ 'TABLE dynapg.http_activity', 1 ], [ 'SELECT dynapg.stat_operations_reset()', 0 ])
{
	my ($statement, $monitoring) = @$case;
	my ($status) = $node->psql('postgres', $statement, extra_params => [ '-U', 'stranger' ]);
	isnt($status, 0, "not for everybody: $statement");
	($status) = $node->psql('postgres', $statement, extra_params => [ '-U', 'watcher' ]);
	is($status == 0, $monitoring == 1, 'for monitoring: ' . ($monitoring ? 'yes' : 'no'));
}

$node->stop;
done_testing();
