# 051_http_bad_input.pl - malformed HTTP of every kind: the right answer, the connection closed where HTTP demands it, no
# memory kept, the worker unharmed; slow and silent clients are timed out.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my ($node, $port) = http_node('http_bad_input', 'dynapg.http_idle_timeout = 60s', 'dynapg.http_transfer_timeout = 60s');
create_table($port, 'Things');
my ($pid) = worker_pids($node);
my $get = '{"TableName":"Things","Key":{"pk":{"S":"a"}}}';
my $text = request_text('GetItem', $get);
my $head = "POST / HTTP/1.1\r\nHost: localhost\r\n";

# What breaks HTTP: answered with the status and closed; undef: closed, whether answered or not.
my @broken = (
	[ 'garbage', "\x00\x01\x02\x03\xff\xfe garbage\r\n\r\n", 400 ],
	[ 'a TLS greeting', "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" . ("\x55" x 200), 400 ],
	[ 'an unknown method', "FROB / HTTP/1.1\r\nHost: x\r\n\r\n", 400 ],
	[ 'HTTP/2', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 ],
	[ 'no version', "POST /\r\n\r\n", 400 ],
	[ 'a bad version', "POST / HTTP/9.x\r\n\r\n", 400 ],
	[ 'a NUL in a header', "${head}X: a\x00b\r\n\r\n", 400 ],
	[ 'a blank before the colon', "${head}X : a\r\n\r\n", 400 ],
	[ 'two different lengths', "${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", 400 ],
	[ 'a length and chunks', "${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400 ],
	[ 'a negative length', "${head}Content-Length: -1\r\n\r\n", 400 ],
	[ 'a length that is no number', "${head}Content-Length: 2x\r\n\r\n{}", 400 ],
	[ 'an enormous length', "${head}Content-Length: 99999999999999999999999\r\n\r\n{}", 400 ],
	[ 'a length over the limit', "${head}Content-Length: 9999999999\r\n\r\n{}", 413 ],
	[ 'an unknown transfer coding', "${head}Transfer-Encoding: magic\r\n\r\n{}", 400 ],
	[ 'a bad chunk size', "${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400 ],
	[ 'an enormous chunk size', "${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n", 400 ],
	[ 'a chunk longer than its size says', "${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", 400 ],
	[ 'no host', "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400 ],
	[ 'two hosts', "${head}Host: x\r\nContent-Length: 0\r\n\r\n", 400 ],
	[ 'two hosts, and HTTP/1.0', ($head =~ s/1\.1/1.0/r) . "Host: y\r\nContent-Length: 0\r\n\r\n", 400 ],
	[ 'the same length twice', "${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400 ],
	[ 'a list of lengths', "${head}Content-Length: 2, 2\r\n\r\n{}", 400 ],
	[ 'a folded length', "${head}Content-Length:\r\n 2\r\n\r\n{}", 400 ],
	[ 'a length folded behind its value', "${head}Content-Length: 2\r\n \r\n\r\n{}", 400 ],
	[ 'a header folded by a tab', "${head}X: a\r\n\tb\r\nContent-Length: 2\r\n\r\n{}", 400 ],
	[ 'a folded header without a value', "${head}X:\r\n \r\nContent-Length: 2\r\n\r\n{}", 400 ],
	[ 'a folded host', "POST / HTTP/1.1\r\nHost:\r\n x\r\nContent-Length: 2\r\n\r\n{}", 400 ],
	[ 'chunks and a length', "${head}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400 ],
	[ 'chunks twice', "${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400 ],
	[ 'chunks of another coding', "${head}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400 ],
	[ 'chunks, and HTTP/1.0', ($head =~ s/1\.1/1.0/r) . "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400 ],
	[ 'headers just over the limit', $head . join('', map { "X-$_: " . ('y' x 1000) . "\r\n" } 1 .. 17) . "\r\n", 431 ],
	[ 'one header of 17 kB', $head . 'X: ' . ('y' x 17_000) . "\r\n\r\n", 431 ],
	[ 'a target of 17 kB', 'GET /?' . ('y' x 17_000) . " HTTP/1.1\r\nHost: x\r\n\r\n", 431 ],
	[ 'empty lines without end', "\r\n" x 20_000, 431 ],
	[ 'headers over the limit', $head . join('', map { "X-$_: " . ('y' x 2000) . "\r\n" } 1 .. 50) . "\r\n", 431 ],
	[ 'one endless header', $head . 'X: ' . ('y' x 200_000), 431 ],
	[ 'an endless target', 'POST /' . ('y' x 200_000), 431 ],
	[ 'too many headers', $head . join('', map { "X-$_: y\r\n" } 1 .. 200) . "\r\n", 431 ]);
for my $case (@broken)
{
	my ($name, $bytes, $status) = @$case;
	my $connection = dial($port);
	my $reply = eval { exchange($connection, $bytes) };
	is($reply ? $reply->{status} : undef, $status, "$name: status");
	is($reply ? $reply->{headers}{connection} : undef, 'close', "$name: the reply says that it closes");
	ok(is_closed($connection), "$name: closed");
}

# Valid HTTP keeps its connection.
my $one = dial($port);
for my $body ('', '{', "\x00", "\xff\xfe", '[]', 'null', '"x"', '{"TableName":"Things"', '[' x 5000, '{"TableName":"Things","Key":{"pk":{"S":"\ud800"}}}')
{
	my $reply = exchange($one, request_text('GetItem', $body));
	is($reply->{status}, 400, 'a body that is no request: ' . (substr($body, 0, 12) =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ger));
}
is(exchange($one, $text)->{status}, 200, 'the connection goes on');

# Characters at both ends of each range that UTF-8 has, and what is none, at every place of a string and in strings of every length.
my @characters = ("\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xe1\x80\x80", "\xec\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
	"\xf0\x90\x80\x80", "\xf1\x80\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf");
my @no_characters = ("\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\xc0", "\xc2\x80\x80", "\xdf\x7f", "\xe0\x9f\xbf", "\xe0\xa0", "\xe1\x80", "\xe1\x80\xc0",
	"\xe1\x80\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xef\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf1\x80\x80", "\xf1\x80", "\xf1\x80\x80\x80\x80", "\xf3\xbf\xbf\x7f",
	"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff");
my @wrong;
for my $case ((map { [ $_, 'ResourceNotFoundException' ] } @characters), (map { [ $_, 'SerializationException' ] } @no_characters))
{
	my ($bytes, $exception) = @$case;
	for my $before (0 .. 18)
	{
		for my $after (0, 1, 14, 40)
		{
			my $string = ('x' x $before) . $bytes . ('y' x $after);
			my $reply = exchange($one, request_text('GetItem', qq({"TableName":"Missing","Key":{"pk":{"S":"$string"}}})));
			push @wrong, unpack('H*', $string) . ": $reply->{body}" if $reply->{body} !~ /#$exception"/;
		}
	}
}
is(join("\n", @wrong), '', 'a string is UTF-8, or the request is malformed');
is(exchange($one, $text =~ s/Host: localhost/Host:/r)->{status}, 200, 'an empty host is one');
is(exchange($one, $text =~ s/\r\n/\r\nX: @{[ 'y' x 15_000 ]}\r\n/r)->{status}, 200, 'headers of 15 kB are read');
is(exchange(dial($port), "GET / HTTP/1.0\r\n\r\n")->{status}, 200, 'HTTP/1.0 does without a host');

$node->append_conf('postgresql.conf', "dynapg.http_allowed_hosts = '*'");
$node->reload;
ok(wait_for_http($port, 200, Host => 'db.example'), 'any host is allowed');

# DescribeEndpoints names the host that the request was sent to, but no bytes that are no host.
for my $case ([ "db.example:8000", 'db.example:8000' ], [ "x\xff\xfe", 'dynamodb.us-east-1.amazonaws.com' ], [ 'x"y', 'dynamodb.us-east-1.amazonaws.com' ])
{
	my ($host, $address) = @$case;
	is(exchange($one, request_text('DescribeEndpoints', '{}', Host => $host))->{body},
		qq({"Endpoints":[{"Address":"$address","CachePeriodInMinutes":1440}]}), "the endpoint is $address");
}

# Early ends at every place of a request.
for my $length (map { $_ * 10 } 1 .. int(length($text) / 10))
{
	my $connection = dial($port);
	send_text($connection, substr $text, 0, $length);
	close $connection->{socket};
}
for (1 .. 20)
{
	my $connection = dial($port);
	send_text($connection, $text x 20);
	setsockopt $connection->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
	close $connection->{socket};    # a reset while replies are on their way
}
is(exchange($one, $text)->{status}, 200, 'ends and resets of others do no harm');

# A hundred thousand of them leave the worker as it was.
my $bodies = join '', map { request_text('GetItem', $_) } ('{', '{}', '[', "\xff") x 10;
my $count = 0;
sub bad_ones
{
	my ($rounds) = @_;
	for (1 .. $rounds)
	{
		for my $case (@broken[0 .. 17])
		{
			my $connection = dial($port);
			send_text($connection, $case->[1]);
			eval { read_reply($connection) };
			close $connection->{socket};
		}
		my $connection = dial($port);
		for (1 .. 25)
		{
			send_text($connection, $bodies);
			read_reply($connection) for 1 .. 40;
		}
		$count += 18 + 25 * 40;
	}
	return;
}
bad_ones(10);
my $before = memory_of($pid);
my $began = time;
bad_ones(90);
my $grown = memory_of($pid) - $before;
cmp_ok($count, '>=', 100_000, 'a hundred thousand bad requests');
SKIP:
{
	skip 'the sanitizer keeps what is freed', 1 if $ENV{CHECK_ASAN};
	cmp_ok($grown, '<', 512 * 1024, 'leave no memory behind') or diag $grown;
}
cmp_ok(time - $began, '<', 120, 'in bounded time');
is_deeply([ worker_pids($node) ], [$pid], 'the worker is the same');

# Idle connections cost little.
my @idle = map { dial($port) } 1 .. 500;
is(exchange($_, $text)->{status}, 200, 'the last of many connections is served') for $idle[-1];
exchange($_, $text) for @idle;
my $each = (memory_of($pid) - $before) / @idle;
SKIP:
{
	skip 'the sanitizer keeps what is freed', 1 if $ENV{CHECK_ASAN};
	cmp_ok($each, '<', 40_000, 'an idle connection costs below 40 kB') or diag $each;
}
diag sprintf 'memory: %.1f MB, %.1f kB an idle connection', $before / 1048576, $each / 1024;
close $_->{socket} for @idle;

# Time is limited.
$node->append_conf('postgresql.conf', "dynapg.http_idle_timeout = 500ms\ndynapg.http_transfer_timeout = 700ms");
$node->reload;
sleep 0.5;
my $start = time;
my $silent = dial($port);
my $slow = dial($port);
send_text($slow, substr $text, 0, 30);
my $deaf = dial($port);
my $large = 'x' x 390_000;
call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"large"},"v":{"S":"$large"}}}));
send_text($deaf, request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"large"}}}') x 100);
my $used = dial($port);
is(exchange($used, $text)->{status}, 200, 'a connection that was used');
ok(is_closed($_->[0]), "$_->[1] is closed") for [ $silent, 'a silent client' ], [ $slow, 'a slow one' ], [ $used, 'an idle one' ];
cmp_ok(time - $start, '<', 5, 'in time');
sleep 1;
my $received = 0;
eval { $received++ while read_reply($deaf) };
cmp_ok($received, '<', 100, 'a client that takes no replies is closed');
is(call($port, 'GetItem', $get)->{status}, 200, 'the others are served');

# A great many definitions: refused in time that grows with their number, not with its square, which would be minutes.
my $definitions = join ',', map { qq({"AttributeName":"a$_","AttributeType":"S"}) } 1 .. 200_000;
my $table = '{"TableName":"Wide","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a1","KeyType":"HASH"}],"AttributeDefinitions":[%s]}';
like(call($port, 'CreateTable', sprintf $table, $definitions)->{body}, qr/Number of attributes in KeySchema does not exactly match/, 'too many definitions');
like(call($port, 'CreateTable', sprintf $table, qq($definitions,{"AttributeName":"a7","AttributeType":"S"},{"AttributeName":"a2","AttributeType":"S"}))->{body},
	qr/Attribute Name is duplicated: a7"/, 'of two that are there twice, the first is named');

my $changes = join ',', map { qq({"Delete":{"IndexName":"ix$_"}}) } 1 .. 60_000;
like(call($port, 'UpdateTable', qq({"TableName":"Things","GlobalSecondaryIndexUpdates":[$changes]}))->{body}, qr/^\{"__type":"\S+#LimitExceededException"/,
	'too many changes of indexes');
like(call($port, 'UpdateTable', qq({"TableName":"Things","GlobalSecondaryIndexUpdates":[$changes,{"Delete":{"IndexName":"ix9"}}]}))->{body},
	qr/ Index: ix9"/, 'of two changes of one index, the index is named');

# More connections than allowed: the idle ones make room.
$node->append_conf('postgresql.conf', "dynapg.http_idle_timeout = 60s\ndynapg.http_transfer_timeout = 60s\ndynapg.http_max_connections = 10");
$node->reload;
sleep 0.5;
my @many = map { dial($port) } 1 .. 40;
is(exchange($many[-1], $text)->{status}, 200, 'with too many connections the latest is served');
ok(is_closed($many[0]), 'and the oldest idle one ended');

$node->stop;
done_testing();
