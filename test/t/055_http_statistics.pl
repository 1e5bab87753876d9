# 055_http_statistics.pl - stat_operations and /metrics: what is counted, for which table, and who may see it.
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

# /metrics
my $metrics = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
like(exchange(dial($port), $metrics)->{body}, qr/^healthy/, 'without the setting there are no metrics');
$node->append_conf('postgresql.conf', 'dynapg.http_metrics = on');
$node->reload;
sleep 0.5;
my $reply = exchange(dial($port), $metrics);
like($reply->{headers}{'content-type'}, qr{^text/plain; version=0\.0\.4$}, 'content type');
like($reply->{body}, qr/^dynapg_http_requests_total\{operation="PutItem",table="Things"\} 9$/m, 'requests');
like($reply->{body}, qr/^dynapg_http_errors_total\{operation="PutItem",table="Things",error="ConditionalCheckFailedException"\} 3$/m, 'errors');
is(scalar(grep { !/^(?:# (?:HELP|TYPE) \w+ .*|\w+\{[^}]*\} [0-9.e+-]+)$/ } split /\n/, $reply->{body}), 0, 'nothing but the format');

# Rights
$node->safe_psql('postgres', 'CREATE ROLE stranger LOGIN; CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher; GRANT USAGE ON SCHEMA dynapg TO PUBLIC');
my ($status) = $node->psql('postgres', 'TABLE dynapg.stat_operations', extra_params => [ '-U', 'stranger' ]);
isnt($status, 0, 'not everybody may see them');
($status) = $node->psql('postgres', 'TABLE dynapg.stat_operations', extra_params => [ '-U', 'watcher' ]);
is($status, 0, 'monitoring may');

$node->stop;
done_testing();
