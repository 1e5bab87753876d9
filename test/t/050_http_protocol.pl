# 050_http_protocol.pl - HTTP/1.1 and the protocol of the API: statuses, headers, bodies, framing, compression.
use strict;
use warnings;
use lib 'test/t/lib';
use Compress::Zlib;
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('http_protocol');
create_table($port, 'Things');
my $get = '{"TableName":"Things","Key":{"pk":{"S":"a"}}}';
my $put = '{"TableName":"Things","Item":{"pk":{"S":"a"},"n":{"N":"1"}}}';
my $item = '{"Item":{"n":{"N":"1"},"pk":{"S":"a"}}}';
my $coral = 'com.amazon.coral.service';
my $service = 'com.amazonaws.dynamodb.v20120810';

# -- an operation, and what every reply has --

my $reply = call($port, 'PutItem', $put);
is("$reply->{status} $reply->{body}", '200 {}', 'a write');
$reply = call($port, 'GetItem', $get);
is("$reply->{status} $reply->{body}", "200 $item", 'a read');
is($reply->{headers}{'content-type'}, 'application/x-amz-json-1.0', 'content type');
like($reply->{headers}{'x-amzn-requestid'}, qr/^[0-9A-V]{52}$/, 'request id');
is($reply->{headers}{'x-amz-crc32'}, crc32($item), 'checksum');
is($reply->{headers}{connection}, 'keep-alive', 'keep-alive');
like($reply->{headers}{date}, qr/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, 'date');
is(call($port, 'GetItem', $get, 'Content-Type' => 'application/json; charset=utf-8')->{headers}{'content-type'},
	'application/json', 'another content type of the protocol');

# -- errors --

# name, operation, body, headers, status, the reply's body
my @errors = (
	[ 'no JSON', 'GetItem', '{"TableName"', {}, 400, qr/^\{"__type":"$coral#SerializationException"\}$/ ],
	[ 'an unknown operation', 'Frobnicate', '{}', {}, 400,
		qr/^\{"__type":"$coral#UnknownOperationException","message":"Unknown operation exception: this version of dynapg has no operation Frobnicate"\}$/ ],
	[ 'an unknown operation of Streams', '', '{}', { 'X-Amz-Target' => 'DynamoDBStreams_20120810.Frobnicate' }, 400,
		qr/^\{"__type":"$coral#UnknownOperationException","message":"Unknown operation exception: this version of dynapg has no operation Frobnicate"\}$/ ],
	[ 'no name of an operation', '', '{}', { 'X-Amz-Target' => "DynamoDB_20120810.a\"\xff" }, 400,
		qr/^\{"__type":"$coral#UnknownOperationException","message":"Unknown operation exception"\}$/ ],
	[ 'a name of an operation that is too long', '', '{}', { 'X-Amz-Target' => 'DynamoDB_20120810.' . 'a' x 65 }, 400,
		qr/^\{"__type":"$coral#UnknownOperationException","message":"Unknown operation exception"\}$/ ],
	[ 'no JSON for an unknown operation', 'Frobnicate', '{', {}, 400, qr/^\{"__type":"$coral#SerializationException"\}$/ ],
	[ 'another service', '', '{}', { 'X-Amz-Target' => 'Kinesis_20131202.PutRecord' }, 400, qr/^\{"__type":"$coral#UnknownOperationException"\}$/ ],
	[ 'no target', '', '{}', { 'X-Amz-Target' => undef }, 400, qr/^\{"__type":"$coral#UnknownOperationException"\}$/ ],
	[ 'another content type', 'GetItem', $get, { 'Content-Type' => 'text/plain' }, 404, qr/^<UnknownOperationException\/>$/ ],
	[ 'JSON 1.1, which is of other services', 'GetItem', $get, { 'Content-Type' => 'application/x-amz-json-1.1' }, 404, qr/^<UnknownOperationException\/>$/ ],
	[ 'no content type', 'GetItem', $get, { 'Content-Type' => undef }, 404, qr/^<UnknownOperationException\/>$/ ],
	[ 'an unknown table', 'GetItem', '{"TableName":"None","Key":{"pk":{"S":"a"}}}', {}, 400,
		qr/^\{"__type":"$service#ResourceNotFoundException","message":"Requested resource not found"\}$/ ],
	[ 'a wrong type', 'GetItem', '{"TableName":1}', {}, 400, qr/^\{"__type":"$coral#SerializationException","Message":"/ ],
	[ 'a violated constraint', 'GetItem', '{}', {}, 400, qr/^\{"__type":"com.amazon.coral.validate#ValidationException","message":"/ ],
	[ 'a constraint of newer code, in its envelope', 'UpdateItem', '{"TableName":"","Key":{"pk":{"S":"a"}}}', {}, 400,
		qr/^\{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected: Value at 'TableName' failed / ],
	[ 'the same without an envelope', 'Query', '{"TableName":"Things","ConditionalOperator":"XOR","Select":"x"}', {}, 400,
		qr/^\{"__type":"com.amazon.coral.validate#ValidationException","message":"Failed to satisfy constraint: Member must satisfy enum / ],
	[ 'a false condition', 'PutItem', '{"TableName":"Things","Item":{"pk":{"S":"a"}},"ConditionExpression":"attribute_not_exists(pk)"}',
		{}, 400, qr/^\{"__type":"$service#ConditionalCheckFailedException","message":"The conditional request failed"\}$/ ],
	[ 'the item of a false condition', 'PutItem', '{"TableName":"Things","Item":{"pk":{"S":"a"}},
		"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}',
		{}, 400, qr/^\{"__type":"$service#ConditionalCheckFailedException","Item":\{"n":\{"N":"1"\},"pk":\{"S":"a"\}\},"message":"The/ ],
	[ 'a cancelled transaction', 'TransactWriteItems', '{"TransactItems":[{"Delete":{"TableName":"Things","Key":{"pk":{"S":"b"}}}},
		{"Put":{"TableName":"Things","Item":{"pk":{"S":"a"}},"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}]}',
		{}, 400, qr/^\{"__type":"$service\#TransactionCanceledException","CancellationReasons":\[\{"Code":"None"\},\{"Code":"ConditionalCheckFailed",
			"Item":\{"n":\{"N":"1"\},"pk":\{"S":"a"\}\},"Message":"The\ conditional\ request\ failed"\}\],"Message":"Transaction\ cancelled,\ please\ refer
			\ cancellation\ reasons\ for\ specific\ reasons\ \[None,\ ConditionalCheckFailed\]"\}$/x ],
	[ 'a token of another transaction', 'TransactWriteItems', '{"TransactItems":[{"Delete":{"TableName":"Things","Key":{"pk":{"S":"b"}}}}],"ClientRequestToken":"used"}',
		{}, 400, qr/^\{"__type":"$service#IdempotentParameterMismatchException","Message":"The request uses the same client token as / ],
	[ 'a write named twice in a batch', 'BatchWriteItem', '{"RequestItems":{"Things":[{"DeleteRequest":{"Key":{"pk":{"S":"b"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}]}}',
		{}, 400, qr/^\{"__type":"com.amazon.coral.validate#ValidationException","message":"Provided list of item keys contains duplicates"\}$/ ]);
call($port, 'TransactWriteItems', '{"TransactItems":[{"Delete":{"TableName":"Things","Key":{"pk":{"S":"none"}}}}],"ClientRequestToken":"used"}');
my $one = dial($port);
for my $case (@errors)
{
	my ($name, $operation, $body, $headers, $status, $expected) = @$case;
	my $text = request_text($operation, $body, %$headers);
	my $got = exchange($one, $text);
	is($got->{status}, $status, "$name: status");
	like($got->{body}, $expected, "$name: body");
	is($got->{headers}{'x-amz-crc32'}, crc32($got->{body}), "$name: checksum");
}
is(exchange($one, request_text('GetItem', $get))->{body}, $item, 'the connection lived through all of them');

# -- methods and paths --

$reply = exchange($one, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
is("$reply->{status} $reply->{body}", '200 healthy: dynamodb.us-east-1.amazonaws.com ', 'GET');
$reply = exchange($one, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", head => 1);
is("$reply->{status} $reply->{headers}{'content-length'}", '200 42', 'HEAD');
$reply = exchange($one, "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n");
is("$reply->{status} $reply->{headers}{allow}", '405 GET, HEAD, OPTIONS, POST', 'DELETE');
$reply = exchange($one, request_text('GetItem', $get) =~ s{POST /}{POST /other}r);
is("$reply->{status} $reply->{body}", "404 <UnknownOperationException/>\n", 'another path');
my $preflight = "OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: %s\r\nAccess-Control-Request-Headers: x-amz-target\r\n\r\n";
$reply = exchange($one, sprintf $preflight, 'http://localhost:3000');
is($reply->{status}, 200, 'OPTIONS');
is($reply->{headers}{'access-control-allow-origin'}, '*', 'a page of this machine may read replies');
is($reply->{headers}{'access-control-allow-headers'}, 'x-amz-target', 'and send the headers it asked for');
for my $origin ('https://example.com', 'http://localhost.example.com')
{
	$reply = exchange($one, sprintf $preflight, $origin);
	is($reply->{headers}{'access-control-allow-origin'}, undef, "with trust, $origin may not");
}

# -- framing --

my $text = request_text('GetItem', $get);
is(exchange($one, $text =~ s/Content-Length: \d+/Transfer-Encoding: chunked/r =~ s/\Q$get\E$//r
		  . join('', map { sprintf "%x;ext=1\r\n%s\r\n", length $_, $_ } unpack '(a7)*', $get) . "0\r\nTrailer: x\r\n\r\n")->{body},
	$item, 'a chunked body with extensions and a trailer');
for my $piece (1, 3, 100)
{
	my $connection = dial($port);
	for (unpack "(a$piece)*", $text)
	{
		send_text($connection, $_);
		select undef, undef, undef, 0.001;
	}
	is(read_reply($connection)->{body}, $item, "a request in pieces of $piece bytes");
}
send_text($one, $text x 100);
is(join(',', map { read_reply($one)->{body} eq $item ? 1 : 0 } 1 .. 100), join(',', (1) x 100), 'a hundred requests in a row');
send_text($one, request_text('PutItem', $put) . request_text('Nothing', '{}') . $text);
is(join(' ', map { read_reply($one)->{status} } 1 .. 3), '200 400 200', 'replies keep the order of requests');
send_text($one, "\r\n\r\n$text");
is(read_reply($one)->{body}, $item, 'empty lines before a request');
my $header = $text =~ s/\r\n\r\n.*/\r\nExpect: 100-continue\r\n\r\n/sr;
is(exchange($one, $header)->{status}, 100, '100 Continue is said');
is(exchange($one, $get)->{body}, $item, 'and the reply follows the body');
send_text($one, "$header$get");
is(read_reply($one)->{body}, $item, 'it is not said when the body is there');
$reply = exchange(dial($port), $text =~ s/\r\n/\r\nExpect: miracles\r\n/r);
is($reply->{status}, 417, 'another expectation fails');
$reply = exchange($one, $text =~ s/\r\n/\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n/r);
is($reply->{body}, $item, 'an offer of HTTP/2 is declined');
my ($host) = $text =~ /^Host: (\S+)\r$/m;
is(exchange($one, $text =~ s/ \/ / http:\/\/$_ /r)->{body}, $item, "a target in the absolute form, $_") for $host, uc "$host/";
is(exchange(dial($port), $text =~ s/ \/ / http:\/\/$_ /r)->{status}, 400, "of another host than the header's, $_")
  for 'example.com/', "user\@$host/", "$host?/", '/';

my $closing = dial($port);
$reply = exchange($closing, request_text('GetItem', $get, Connection => 'close'));
is("$reply->{body} $reply->{headers}{connection}", "$item close", 'Connection: close');
ok(is_closed($closing), 'closes');
$closing = dial($port);
$reply = exchange($closing, $text =~ s/1\.1\r\n/1.0\r\n/r);
is("$reply->{body} $reply->{headers}{connection}", "$item close", 'HTTP/1.0');
ok(is_closed($closing), 'closes');
my $old = dial($port);
$reply = exchange($old, $text =~ s/1\.1\r\n/1.0\r\nConnection: keep-alive\r\n/r);
is($reply->{headers}{connection}, 'keep-alive', 'HTTP/1.0 with keep-alive');
is(exchange($old, $text)->{body}, $item, 'stays');
my $half = dial($port);
send_text($half, $text x 3);
shutdown $half->{socket}, 1;
is(join(' ', map { read_reply($half)->{status} } 1 .. 3), '200 200 200', 'a client that sends no more gets its replies');
ok(is_closed($half), 'and is closed');

# -- large bodies --

my $large = 'x' x 350_000;
$reply = call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"large"},"v":{"S":"$large"}}}));
is($reply->{status}, 200, 'a large item');
my $get_large = '{"TableName":"Things","Key":{"pk":{"S":"large"}}}';
my $large_item = qq({"Item":{"v":{"S":"$large"},"pk":{"S":"large"}}});
my $patient = dial($port);
send_text($patient, request_text('GetItem', $get_large) x 40);
select undef, undef, undef, 0.3;
my $whole = grep { length(read_reply($patient)->{body}) == length $large_item } 1 .. 40;
is($whole, 40, 'a client that reads late gets every reply');
my $sixteen = '{"TableName":"Things","Other":"' . ('y' x (16 * 1024 * 1024 - 33)) . '"}';
is(call($port, 'GetItem', $sixteen)->{status}, 400, '16 MB are read');
my $over = dial($port);
$reply = exchange($over, request_text('GetItem', '', 'Content-Length' => 16 * 1024 * 1024 + 1));
is($reply->{status}, 413, 'more is refused before it is sent');
ok(is_closed($over), 'and the connection closed');
$over = dial($port);
send_text($over, $text =~ s/Content-Length: \d+/Transfer-Encoding: chunked/r =~ s/\Q$get\E$//r);
my $chunk = 'z' x (1024 * 1024);
for (1 .. 18)
{
	last unless send_text($over, "100000\r\n$chunk\r\n");
}
is(eval { read_reply($over)->{status} }, 413, 'more in chunks is refused');

# -- compression --

for my $coding ('gzip', 'deflate', 'identity')
{
	my $body = $coding eq 'gzip' ? Compress::Zlib::memGzip($get) : $coding eq 'deflate' ? compress($get) : $get;
	is(call($port, 'GetItem', $body, 'Content-Encoding' => $coding)->{body}, $item, "a request in $coding");
}
my ($raw) = deflateInit(-WindowBits => -MAX_WBITS());
my $bare = ($raw->deflate($get))[0] . ($raw->flush)[0];
is(call($port, 'GetItem', $bare, 'Content-Encoding' => 'deflate')->{body}, $item, 'bare deflate data');
my $half_way = int(length($get) / 2);
my $members = Compress::Zlib::memGzip(substr $get, 0, $half_way) . Compress::Zlib::memGzip(substr $get, $half_way);
is(call($port, 'GetItem', $members, 'Content-Encoding' => 'gzip')->{body}, $item, 'gzip in two members');
for my $bad ([ 'no gzip', $get ], [ 'cut off', substr(Compress::Zlib::memGzip($get x 50), 0, 40) ], [ 'followed by garbage', Compress::Zlib::memGzip($get) . 'more' ])
{
	$reply = call($port, 'GetItem', $bad->[1], 'Content-Encoding' => 'gzip');
	is("$reply->{status} $reply->{body}", qq(400 {"__type":"$coral#SerializationException"}), "gzip: $bad->[0]");
}
my $bomb = Compress::Zlib::memGzip('{"TableName":"' . (' ' x (200 * 1024 * 1024)) . '"}');
is(call($port, 'GetItem', $bomb, 'Content-Encoding' => 'gzip')->{status}, 413, 'a bomb does not go off');
$reply = call($port, 'GetItem', $get_large, 'Accept-Encoding' => 'deflate, gzip;q=0.8');
is($reply->{headers}{'content-encoding'}, 'gzip', 'a large reply is compressed when the client takes it');
is(Compress::Zlib::memGunzip(my $copy = $reply->{body}), call($port, 'GetItem', $get_large)->{body}, 'and right');
is($reply->{headers}{'x-amz-crc32'}, crc32($reply->{body}), 'the checksum is that of the compressed bytes');
for my $accept ('identity', 'gzip;q=0', 'br')
{
	is(call($port, 'GetItem', $get_large, 'Accept-Encoding' => $accept)->{headers}{'content-encoding'}, undef, "not for $accept");
}
is(call($port, 'GetItem', $get, 'Accept-Encoding' => 'gzip')->{headers}{'content-encoding'}, undef, 'a small reply is not compressed');

unlike(slurp_file($node->logfile), qr/ (ERROR|FATAL|PANIC|WARNING): /, 'nothing of that is an error in the log');
$node->stop;
done_testing();
