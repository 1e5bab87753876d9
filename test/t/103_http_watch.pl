# 103_http_watch.pl - what load balancers and monitoring ask: /ready, /primary, and /metrics, which stays of bounded size.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use constant { TABLES => 230, MOST => 200 };

my $node = PostgreSQL::Test::Cluster->new('http_watch');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, 'dynapg.http_metrics = on', 'max_locks_per_transaction = 1000');
$node->start;
wait_for_http($port, 503);

sub get
{
	my ($at, $target, $method) = @_;
	my $text = join ' ', $method // 'GET', $target, "HTTP/1.1\r\nHost: localhost\r\n\r\n";
	my $reply = exchange(dial($at), $text, head => defined $method);
	return "$reply->{status} $reply->{body}";
}

# The lines of a metric, or the value of the one line that there is.
sub lines
{
	my ($metric) = @_;
	return grep { /^\Q$metric\E/ } split /\n/, get($port, '/metrics') =~ s/^200 //r;
}

sub value
{
	my ($metric) = @_;
	my @lines = lines("$metric ");
	return @lines == 1 ? (split / /, $lines[0])[-1] : scalar(@lines) . ' lines';
}

# -- without and with the extension --

is(get($port, '/'), '200 healthy: dynamodb.us-east-1.amazonaws.com ', 'without the extension: the worker is healthy');
is(get($port, '/ready'), "503 The extension dynapg is not in database postgres.\n", 'not ready');
is(get($port, '/primary'), "200 primary\n", 'a primary');
is(value('dynapg_up'), 0, 'not up');
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
is(get($port, '/ready'), "200 ready\n", 'with the extension: ready');
is(get($port, '/ready?x=1'), '200 healthy: dynamodb.us-east-1.amazonaws.com ', 'any other path is the health check');
is(value('dynapg_up'), 1, 'up');
is(value('dynapg_in_recovery'), 0, 'not in recovery');

# -- a standby --

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
my $standby_port = PostgreSQL::Test::Cluster::get_free_port();
$standby->append_conf('postgresql.conf', "dynapg.http_port = $standby_port");
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
ok(wait_for_http($standby_port), 'a standby serves');
is(get($standby_port, '/ready'), "200 ready\n", 'it is ready');
is(get($standby_port, '/primary'), "503 standby\n", 'and no primary');
is(get($standby_port, '/primary', 'HEAD'), '503 ', 'by HEAD, too');
like(get($standby_port, '/metrics'), qr/^dynapg_in_recovery 1$/m, 'as the metrics say');
$standby->promote;
is(get($standby_port, '/primary'), "200 primary\n", 'after the promotion it is one');
$standby->stop;

# -- workers and times --

create_table($port, 'Things');
my $put = request_text('PutItem', '{"TableName":"Things","Item":{"pk":{"S":"a"}}}');
my @open = map { dial($port) } 1 .. 3;
is(exchange($_, $put)->{status}, 200, 'a write') for @open;
sleep 1.2;
is_deeply([ lines('dynapg_http_worker_up') ], [ 'dynapg_http_worker_up{worker="1"} 1' ], 'the worker');
is(scalar(grep { /^dynapg_http_connections\{worker="1",state="(?:idle|receiving|sending|waiting|closing)"\} \d+$/ } lines('dynapg_http_connections')),
	5, 'connections by state');
cmp_ok(value('dynapg_http_connections{worker="1",state="idle"}'), '>=', 3, 'those that are idle');
is(value("dynapg_http_$_" . '{worker="1"}'), 0, "$_: nothing") for qw(buffered_bytes unflushed_lsn);
my @counts = map { (split / /)[-1] } lines('dynapg_http_request_duration_seconds_bucket{operation="PutItem"');
is_deeply(\@counts, [ sort { $a <=> $b } @counts ], 'a histogram is cumulative');
is($counts[-1], 3, 'and has all requests');
is(value('dynapg_http_request_duration_seconds_count{operation="PutItem"}'), 3, 'as its count says');
cmp_ok(value('dynapg_http_request_duration_seconds_sum{operation="PutItem"}'), '>', 0, 'and their time');

# -- many tables --

$node->safe_psql('postgres', q{SELECT count(dynapg.create_table(format('{"TableName":"Many%s","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}', i)::json))
	FROM generate_series(1, } . TABLES . ') i');
my $connection = dial($port);
for my $table (1 .. TABLES)
{
	my $text = request_text('GetItem', qq({"TableName":"Many$table","Key":{"pk":{"S":"a"}}}));
	exchange($connection, $text) for 1 .. ($table == TABLES ? 5 : 1);
}
my @pairs = lines('dynapg_http_requests_total');
is(scalar(@pairs), MOST, 'a bounded number of tables');
is(scalar(grep { /\{operation="GetItem",table="Many${\TABLES}"\} 5$/ } @pairs), 1, 'among them the one with the most requests');
is(value('dynapg_http_request_duration_seconds_count{operation="GetItem"}'), TABLES + 4, 'histograms count all of them');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynapg.stat_operations WHERE operation = 'GetItem' AND table_name <> ''}), TABLES,
	'as does the view');

# -- an end --

my ($pid) = worker_pids($node);
kill 'STOP', $pid;
send_text($open[0], "GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
kill 'TERM', $pid;
kill 'CONT', $pid;
my $reply = read_reply($open[0]);
is("$reply->{status} $reply->{headers}{connection} $reply->{body}", "503 close the server stops\n", 'a worker that ends is not ready');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
