# 056_auth.pl - who sends a request over HTTP: signatures in both forms and all that can be wrong with them, access keys,
# the role that a request runs as, what takes effect at once, dynapg.http_auth = 'trust'.
#
# The signer below is checked against the examples of AWS's own documentation of Signature Version 4 first.
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_base64 sha256_hex hmac_sha256 hmac_sha256_hex);
use IO::Compress::Gzip qw(gzip);
use IO::Socket::INET;
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::Local qw(timegm);

# ---- the signer ----

sub encode
{
	my ($text) = @_;
	return $text =~ s/([^A-Za-z0-9\-._~])/sprintf('%%%02X', ord $1)/ger;
}

# The canonical request; headers are a list of pairs, query too (decoded).
sub canonical
{
	my (%r) = @_;
	my @headers = @{ $r{headers} };
	my (%values, @query);
	while (my ($name, $value) = splice @headers, 0, 2)
	{
		$value =~ s/^\s+|\s+$//g;
		$value =~ s/[ \t]+/ /g;
		push @{ $values{ lc $name } }, $value;
	}
	my @pairs = @{ $r{query} // [] };
	while (my ($name, $value) = splice @pairs, 0, 2)
	{
		push @query, [ encode($name), encode($value) ];
	}
	my @signed = @{ $r{signed} // [ sort keys %values ] };
	return join("\n",
		$r{method} // 'POST',
		$r{path} // '/',
		join('&', map { "$_->[0]=$_->[1]" } sort { $a->[0] cmp $b->[0] || $a->[1] cmp $b->[1] } @query),
		(map { "$_:" . join(',', @{ $values{$_} // [] }) } @signed),
		'',
		join(';', @signed),
		$r{payload} // sha256_hex($r{body} // ''));
}

sub signing_key
{
	my ($secret, $date, $region, $service) = @_;
	return hmac_sha256('aws4_request', hmac_sha256($service, hmac_sha256($region, hmac_sha256($date, "AWS4$secret"))));
}

sub signature
{
	my (%r) = @_;
	my $date = substr $r{time}, 0, 8;
	return hmac_sha256_hex(
		join("\n", 'AWS4-HMAC-SHA256', $r{time}, "$date/$r{region}/$r{service}/aws4_request", sha256_hex(canonical(%r))),
		signing_key($r{secret}, $date, $r{region}, $r{service}));
}

my $example_secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

is(unpack('H*', signing_key($example_secret, '20150830', 'us-east-1', 'iam')),
	'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9', 'example: signing key');
my %list_users = (
	method => 'GET', region => 'us-east-1', service => 'iam', secret => $example_secret, time => '20150830T123600Z',
	query => [ Action => 'ListUsers', Version => '2010-05-08' ],
	headers => [ Host => 'iam.amazonaws.com', 'Content-Type' => 'application/x-www-form-urlencoded; charset=utf-8',
		'X-Amz-Date' => '20150830T123600Z' ]);
is(sha256_hex(canonical(%list_users)), 'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59', 'example: canonical request');
is(signature(%list_users), '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7', 'example: signature');
for my $case (
	[ 'vanilla', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31', 'GET', [], [] ],
	[ 'vanilla POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b', 'POST', [], [] ],
	[ 'query in order of keys', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500', 'GET',
		[ Param2 => 'value2', Param1 => 'value1' ], [] ],
	[ 'header that comes thrice', 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea', 'GET', [],
		[ 'My-Header1' => 'value2', 'My-Header1' => 'value2', 'My-Header1' => 'value1' ] ],
	[ 'blanks in headers', 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736', 'GET', [],
		[ 'My-Header1' => ' value1', 'My-Header2' => ' "a   b   c"' ] ])
{
	my ($name, $expected, $method, $query, $headers) = @$case;
	is(signature(method => $method, region => 'us-east-1', service => 'service', secret => $example_secret, time => '20150830T123600Z',
			query => $query, headers => [ Host => 'example.amazonaws.com', 'X-Amz-Date' => '20150830T123600Z', @$headers ]),
		$expected, "example: $name");
}

# ---- the server ----

my $node = PostgreSQL::Test::Cluster->new('auth');
our $http_port = PostgreSQL::Test::Cluster::get_free_port();
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'dynapg'
dynapg.http_port = $http_port
dynapg.http_listen_addresses = '127.0.0.1'
dynapg.http_workers = 2
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

sub sql { return $node->safe_psql('postgres', @_); }

# Sends bytes and returns status and body of the reply.
sub exchange
{
	my ($bytes) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $http_port, Timeout => 20) or die "cannot connect: $!";
	$socket->autoflush(1);
	print $socket $bytes;
	local $/;
	local $SIG{ALRM} = sub { die "no reply\n" };
	alarm 30;
	my $reply = <$socket>;
	alarm 0;
	my ($head, $body) = split /\r\n\r\n/, $reply // '', 2;
	my ($status) = ($head // '') =~ m{^HTTP/1\.1 (\d+)};
	return ($status // 0, $body // '');
}

my %key = (id => 'AKIDEXAMPLE', secret => $example_secret);

# A signed request as bytes.  What it is made of can be overridden: some before it is signed (headers, query, body, time, id,
# secret, region, service, presign, expires), some after (sent_*, authorization: a function of the header).
sub request
{
	my (%r) = (operation => 'ListTables', body => '{}', region => 'us-east-1', service => 'dynamodb', %key, @_);
	$r{time} //= strftime('%Y%m%dT%H%M%SZ', gmtime);
	my $scope = $r{scope} // join('/', substr($r{time}, 0, 8), $r{region}, $r{service}, 'aws4_request');
	my @date = $r{http_date} ? (Date => $r{http_date}) : ('X-Amz-Date' => $r{sent_time} // $r{time});
	my @headers = (Host => "127.0.0.1:$http_port", 'Content-Type' => 'application/x-amz-json-1.0',
		'X-Amz-Target' => "DynamoDB_20120810.$r{operation}", ($r{presign} ? () : @date), @{ $r{headers} // [] });
	my %names = map { lc $headers[ 2 * $_ ] => 1 } 0 .. $#headers / 2;
	my @signed = grep { my $n = $_; !grep { $_ eq $n } @{ $r{unsigned} // [] } } sort keys %names;
	my @query = @{ $r{query} // [] };
	push @query, 'X-Amz-Algorithm' => 'AWS4-HMAC-SHA256', 'X-Amz-Credential' => "$r{id}/$scope", 'X-Amz-Date' => $r{sent_time} // $r{time},
		'X-Amz-SignedHeaders' => join(';', @signed), (defined $r{expires} ? ('X-Amz-Expires' => $r{expires}) : ())
	  if $r{presign};
	my $signature = signature(%r, headers => \@headers, signed => \@signed, query => \@query);
	if ($r{presign})
	{
		@query = $r{presign}->(@query, 'X-Amz-Signature' => $signature) if ref $r{presign};
		push @query, 'X-Amz-Signature' => $signature if !ref $r{presign};
	}
	else
	{
		my $authorization = "AWS4-HMAC-SHA256 Credential=$r{id}/$scope, SignedHeaders=" . join(';', @signed) . ", Signature=$signature";
		$authorization = $r{authorization}->($authorization) if $r{authorization};
		push @headers, Authorization => $authorization if defined $authorization;
	}
	push @headers, @{ $r{sent_headers} // [] };
	my @pairs;
	push @pairs, encode($query[ 2 * $_ ]) . '=' . encode($query[ 2 * $_ + 1 ]) for 0 .. @query / 2 - 1;
	my $body = $r{sent_body} // $r{body};
	@headers = $r{rewrite}->(@headers) if $r{rewrite};
	return 'POST /' . ($r{sent_query} // (@pairs ? '?' . join('&', @pairs) : '')) . " HTTP/1.1\r\n"
	  . join('', map { "$headers[2 * $_]: $headers[2 * $_ + 1]\r\n" } 0 .. $#headers / 2)
	  . ($r{chunked} ? "Transfer-Encoding: chunked\r\n" : 'Content-Length: ' . length($body) . "\r\n")
	  . "Connection: close\r\n\r\n"
	  . ($r{chunked} ? sprintf("%x\r\n%s\r\n0\r\n\r\n", length $body, $body) : $body);
}

# "200 {...}", or of an error "400 Exception: message".
sub ask
{
	my ($status, $body) = exchange(request(@_));
	return "$status $body" if $status == 200;
	my ($type) = $body =~ /"__type":"([^"]*)"/;
	my ($message) = $body =~ /"[Mm]essage":"((?:[^"\\]|\\.)*)"/;
	return "$status " . (($type // '?') =~ s/^com\.amazon\.coral\.service#//r) . ': ' . ($message // '');
}

my $mismatch = '400 InvalidSignatureException: The request signature we calculated does not match the signature you provided. '
  . 'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
my $unrecognized = '400 UnrecognizedClientException: The security token included in the request is invalid.';

sql(<<SQL);
CREATE ROLE app LOGIN;
CREATE ROLE reader LOGIN;
GRANT CREATE ON SCHEMA dynamodb TO app;
INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('$key{id}', '$key{secret}', 'app'), ('reader_1', 'r', 'reader');
SQL
my %reader = (id => 'reader_1', secret => 'r');
my $ok = '200 {"TableNames":[]}';

# The workers may still be starting.
$node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type LIKE 'dynapg http%'})
  or die 'the HTTP workers do not start';

# ---- what is right ----

is(ask(), $ok, 'a signed request');
is(ask(region => $_), $ok, "region $_") for qw(eu-central-1 localhost local ddblocal);
is(ask(authorization => sub { $_[0] =~ s/, /,/gr }), $ok, 'no blanks after the commas of Authorization');
is(ask(authorization => sub { $_[0] =~ s/, /   ,\t/gr }), $ok, 'many blanks there');
is(ask(authorization => sub { $_[0] =~ s/(Credential=\S+), (SignedHeaders=\S+), (Signature=.*)/$3,$2,$1/r }), $ok, 'its parts in another order');
is(ask(rewrite => sub { my @h = @_; $h[ 2 * $_ ] = lc $h[ 2 * $_ ] for 0 .. $#h / 2; return @h }), $ok, 'names of headers in lower case');
is(ask(headers => [ 'X-Many' => 'b', 'x-other' => 'z', 'x-many' => 'a' ]), $ok, 'a header that comes twice');
is(ask(headers => [ 'X-Blanks' => "  a \t  b   c ", 'X-Empty' => '' ]), $ok, 'blanks in headers, an empty one');
is(ask(sent_headers => [ 'X-Amzn-Trace-Id' => 'Root=1', 'Accept-Encoding' => 'identity' ]), $ok, 'headers that are not signed');
is(ask(headers => [ 'X-Amz-Content-Sha256' => sha256_hex('{}') ]), $ok, 'with the hash of the body');
is(ask(chunked => 1), $ok, 'a chunked body');
is(ask(body => ''), $ok, 'no body');
is(ask(query => [ b => '2', 'a b' => "\xc3\xa9/+~", a => '', b => '1' ]), $ok, 'a query');
is(ask(query => [ a => 'x y' ], sent_query => '?a=x%20y&'), $ok, 'a query with an empty parameter');
is(ask(query => [ a => '' ], sent_query => '?a'), $ok, 'a parameter without a value');
is(ask(http_date => strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime)), $ok, 'the date in header Date');
{
	my $zipped;
	gzip(\'{"Limit": 5}' => \$zipped);
	is(ask(body => $zipped, headers => [ 'Content-Encoding' => 'gzip' ]), $ok, 'a compressed body is signed as it is sent');
}
my $now = time;
for my $shift (-890, 890)
{
	is(ask(time => strftime('%Y%m%dT%H%M%SZ', gmtime($now + $shift))), $ok, "a clock that is $shift s off");
}
is(ask(presign => 1), $ok, 'presigned');
is(ask(presign => 1, expires => 60, query => [ Zeta => '1', alpha => '2' ]), $ok, 'presigned, with an expiry and other parameters');
is(ask(presign => sub { my @q = @_; return (@q[ -2, -1 ], @q[ 0 .. $#q - 2 ]) }), $ok, 'presigned, the signature first');
is(ask(presign => 1, expires => 604800, time => strftime('%Y%m%dT%H%M%SZ', gmtime($now - 600_000))), $ok, 'presigned almost a week ago');

# ---- what is wrong ----

sub refused
{
	my ($expected, $name, @args) = @_;
	is(ask(@args), $expected, "refused: $name");
	return;
}

my $none = '400 MissingAuthenticationTokenException: Request is missing Authentication Token';
refused($none, 'no signature', authorization => sub { undef });
refused($none, 'another kind of Authorization', authorization => sub { 'Basic YTpi' });
refused($none, 'an empty Authorization', authorization => sub { '' });
refused($none, 'a query without X-Amz-Algorithm', authorization => sub { undef }, query => [ 'X-Amz-Signature' => 'x' ]);
refused(q{400 InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.},
	'both forms', presign => 1, sent_headers => [ Authorization => 'AWS4-HMAC-SHA256 x' ]);

sub incomplete
{
	my ($parts, $authorization) = @_;
	return '400 IncompleteSignatureException: ' . join('', map { "Authorization header requires $_. " } @$parts)
	  . '(Hashed with SHA-256 and encoded with Base64) Authorization=' . sha256_base64($authorization) . '=';
}
my ($credential, $signed, $signature, $date) = ("'Credential' parameter", "'SignedHeaders' parameter", "'Signature' parameter",
	"existence of either a 'X-Amz-Date' or a 'Date' header");
refused(incomplete([ $credential, $signature, $signed ], 'AWS4-HMAC-SHA256'), 'nothing but the algorithm', authorization => sub { 'AWS4-HMAC-SHA256' });
refused(incomplete([$signed], 'AWS4-HMAC-SHA256 Credential=a, Signature=b'), 'no SignedHeaders', authorization => sub { 'AWS4-HMAC-SHA256 Credential=a, Signature=b' });
refused(incomplete([$credential], 'AWS4-HMAC-SHA256 Credential=, SignedHeaders=a, Signature=b'), 'an empty Credential',
	authorization => sub { 'AWS4-HMAC-SHA256 Credential=, SignedHeaders=a, Signature=b' });
refused(incomplete([ $signature, $date ], 'AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host'), 'no Signature and no date',
	authorization => sub { 'AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host' },
	rewrite => sub { my @h = @_; return map { $h[ 2 * $_ ] eq 'X-Amz-Date' ? () : @h[ 2 * $_, 2 * $_ + 1 ] } 0 .. $#h / 2 });
refused('400 IncompleteSignatureException: Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and '
	  . "encoded with Base64): '" . sha256_base64('AWS4-HMAC-SHA256 Credential=my key/x') . "='.",
	'a word without a value', authorization => sub { 'AWS4-HMAC-SHA256 Credential=my key/x' });
refused(q{400 IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). },
	'another algorithm', authorization => sub { $_[0] =~ s/SHA256/SHA1/r });
refused(q{400 IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'},
	'a credential of two parts', authorization => sub { $_[0] =~ s/Credential=[^,]*/Credential=a\/b/r });
refused(q{400 IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must }
	  . q{include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.},
	'presigned with parts missing', presign => 1, sent_query => '?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1');
refused('400 IncompleteSignatureException: X-Amz-Expires should be a number', 'an expiry that is no number', presign => 1, expires => '1h');
refused('400 IncompleteSignatureException: X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be '
	  . 'less than 604800 seconds', 'an expiry of years', presign => 1, expires => '99999999999999999999');

refused(q{400 IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got '2015-08-30'. See http://en.wikipedia.org/wiki/ISO_8601},
	'a date of another form', sent_time => '2015-08-30');
for my $bad ('20150230T000000Z', '20151301T000000Z', '20150830T240000Z', '20150830T123600', '20150830T123600ZZ', '2015083', 'Sun, 30 Aug 2015 12:36:00 CET')
{
	like(ask(sent_time => $bad), qr/^400 IncompleteSignatureException: Date must be in ISO-8601 'basic format'\. Got '\Q$bad\E'/, "refused: date $bad");
}

my $past = strftime('%Y%m%dT%H%M%SZ', gmtime($now - 1000));
my $future = strftime('%Y%m%dT%H%M%SZ', gmtime($now + 1000));
my $any = '\d{8}T\d{6}Z';
like(ask(time => $past), qr/^400 InvalidSignatureException: Signature expired: $past is now earlier than $any \($any - 15 min\.\)$/, 'refused: expired');
like(ask(time => $future), qr/^400 InvalidSignatureException: Signature not yet current: $future is still later than $any \($any \+ 15 min\.\)$/,
	'refused: of the future');
like(ask(presign => 1, expires => 300, time => strftime('%Y%m%dT%H%M%SZ', gmtime($now - 310))),
	qr/^400 InvalidSignatureException: Signature expired: $any is now earlier than $any \($any - 5 min\.\)$/, 'refused: presigned, expired');

my $scope_of = sub { my ($place, $text) = @_; my @s = (substr(strftime('%Y%m%d', gmtime), 0, 8), qw(us-east-1 dynamodb aws4_request)); $s[$place] = $text; join '/', @s };
refused(q{400 InvalidSignatureException: Credential should be scoped to correct service: 'dynamodb'. }, 'another service', service => 'sqs');
refused(q{400 InvalidSignatureException: Credential should be scoped to a valid region. }, 'no region', scope => $scope_of->(1, ''));
refused(q{400 InvalidSignatureException: Credential should be scoped to a valid region. Credential should be scoped to correct service: 'dynamodb'. },
	'no region and another service', region => 'us_east', service => 'dynamodbstreams');
refused(q{400 InvalidSignatureException: Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. }, 'another terminator',
	scope => $scope_of->(3, 'aws5'));
like(ask(scope => $scope_of->(0, '20150830')),
	qr/^400 InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150830' != '\d{8}', from '$any'\. $/,
	'refused: another date in the scope');

refused(q{400 InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.}, 'host not signed', unsigned => ['host']);
refused(q{400 InvalidSignatureException: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.}, 'operation not signed', unsigned => ['x-amz-target']);

refused($unrecognized, 'an unknown key', id => 'AKIANOBODY');
refused($unrecognized, 'a key that cannot be', id => 'A' x 5000);
refused($unrecognized, 'a session token', headers => [ 'X-Amz-Security-Token' => 'FQoGZXIvYXdzE' ]);
refused($unrecognized, 'a session token, presigned', presign => 1, query => [ 'X-Amz-Security-Token' => 'x' ]);

refused($mismatch, 'another secret', secret => 'wrong');
refused($mismatch, 'another body', body => '{"Limit":1}', sent_body => '{"Limit":2}');
refused($mismatch, 'another operation', headers => [], rewrite => sub { map { s/ListTables/ListStreams/r =~ s/ListStreams/CreateTable/r } @_ });
refused($mismatch, 'a header more of a signed name', headers => [ 'X-Many' => 'a' ], sent_headers => [ 'X-Many' => 'b' ]);
refused($mismatch, 'a signed header that is not there', headers => [ 'X-Gone' => 'a' ], rewrite => sub { map { s/^X-Gone$/X-Come/r } @_ });
refused($mismatch, 'a parameter more', query => [ a => 1 ], sent_query => '?a=1&b=2');
refused($mismatch, 'a presigned request with another expiry', presign => sub { map { s/^60$/6000/r } @_ }, expires => 60);
refused($mismatch, 'names signed over and over', headers => [ 'X-Long' => 'x' x 7_000 ],
	authorization => sub { $_[0] =~ s/(SignedHeaders=[^,]*)/$1 . ';x-long' x 1000/er });
refused($mismatch, 'a signature in capitals', authorization => sub { $_[0] =~ s/(Signature=)(.*)/$1 . uc $2/er });
refused($mismatch, 'a short signature', authorization => sub { substr $_[0], 0, -1 });
refused($mismatch, 'a long signature', authorization => sub { "$_[0]0" });
refused($mismatch, 'a body declared unsigned', headers => [ 'X-Amz-Content-Sha256' => 'UNSIGNED-PAYLOAD' ]);
refused($mismatch, 'an unsigned body', headers => [ 'X-Amz-Content-Sha256' => 'UNSIGNED-PAYLOAD' ], payload => 'UNSIGNED-PAYLOAD');
refused($mismatch, 'with the hash of another body', headers => [ 'X-Amz-Content-Sha256' => sha256_hex('x') ]);

# Bytes that are not text, at every place: an error in valid JSON, and every worker survives.
my $pids = sql(q{SELECT string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity WHERE backend_type LIKE 'dynapg http%'});
srand(56);
my $odd = 0;
for my $i (1 .. 400)
{
	my $mutate = sub {
		my ($text) = @_;
		while ($text eq $_[0])
		{
			substr($text, int rand(length $text), 1) = chr(33 + int rand 223) for 0 .. int rand 3;
		}
		return $text;
	};
	my $reply = ask($i % 2 ? (authorization => $mutate) : (presign => 1, sent_query => '?' . $mutate->('X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/d/e&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00%ff')));
	next if $reply =~ /^400 (?:MissingAuthenticationToken|IncompleteSignature|InvalidSignature|UnrecognizedClient)Exception: [\x20-\x7e]+$/ || $reply =~ /^400 \?: $/;
	$odd++;
	diag("request $i: $reply");
}
is($odd, 0, 'garbled signatures are refused');
is(sql(q{SELECT string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity WHERE backend_type LIKE 'dynapg http%'}), $pids, 'and no worker ends');

# ---- the role that a request runs as ----

my $make = '{"TableName":"Mine","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}';
my $get = '{"TableName":"Mine","Key":{"id":{"S":"a"}}}';
my $put = '{"TableName":"Mine","Item":{"id":{"S":"a"}}}';

sub denied
{
	my ($role, $operation, $resource) = @_;
	return "400 AccessDeniedException: User: arn:aws:iam::000000000000:user/$role is not authorized to perform: dynamodb:$operation on resource: "
	  . "arn:aws:dynamodb:us-east-1:000000000000:$resource because no identity-based policy allows the dynamodb:$operation action";
}

is(ask(%reader, operation => 'CreateTable', body => $make), denied('reader', 'CreateTable', 'table/Mine'), 'CREATE on the schema decides on CreateTable');
like(ask(operation => 'CreateTable', body => $make), qr/^200 /, 'a role that has it');
is(sql(q{SELECT relowner::regrole FROM pg_class WHERE oid = 'dynamodb."Mine"'::regclass}), 'app', 'the table is the role\'s');
is(ask(operation => 'PutItem', body => $put), '200 {}', 'its owner writes');
is(ask(%reader, operation => 'GetItem', body => $get), denied('reader', 'GetItem', 'table/Mine'), 'others do not read');
is(ask(%reader, operation => 'GetItem', body => '{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Mine","Key":{"id":{"S":"a"}}}'),
	denied('reader', 'GetItem', 'table/Mine'), 'the ARN does not help');
is(ask(%reader, operation => 'DeleteTable', body => '{"TableName":"Mine"}'), denied('reader', 'DeleteTable', 'table/Mine'), 'a reader cannot drop it');
sql('GRANT SELECT ON dynamodb."Mine" TO reader');
is(ask(%reader, operation => 'GetItem', body => $get), '200 {"Item":{"id":{"S":"a"}}}', 'GRANT decides, at once');
is(ask(%reader, operation => 'PutItem', body => $put), denied('reader', 'PutItem', 'table/Mine'), 'on writing, too');
sql(q{ALTER TABLE dynamodb."Mine" ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON dynamodb."Mine" TO reader USING (pk LIKE 'reader%')});
is(ask(%reader, operation => 'GetItem', body => $get), '200 {}', 'row security decides');
is(ask(operation => 'GetItem', body => $get), '200 {"Item":{"id":{"S":"a"}}}', 'and not for the owner');
sql('ALTER TABLE dynamodb."Mine" DISABLE ROW LEVEL SECURITY');

# What runs within a request cannot leave its role, and leaves nothing behind.
sql(<<'SQL');
CREATE FUNCTION escape() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.pk = 'who' THEN
		RAISE EXCEPTION 'I am %', current_user USING ERRCODE = 'ND001';
	ELSIF NEW.pk = 'set role' THEN
		EXECUTE 'SET ROLE postgres';
	ELSIF NEW.pk = 'reset role' THEN
		EXECUTE 'RESET ROLE';
	ELSIF NEW.pk = 'session' THEN
		EXECUTE 'RESET SESSION AUTHORIZATION';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER escape BEFORE INSERT ON dynamodb."Mine" FOR EACH ROW EXECUTE FUNCTION escape();
SQL
like(ask(operation => 'PutItem', body => '{"TableName":"Mine","Item":{"id":{"S":"who"}}}'), qr/I am app$/, 'a trigger runs as the role');
for my $try ('set role', 'reset role', 'session')
{
	unlike(ask(operation => 'PutItem', body => qq({"TableName":"Mine","Item":{"id":{"S":"$try"}}})), qr/^200/, "it cannot leave it: $try");
	is(ask(%reader, operation => 'PutItem', body => $put), denied('reader', 'PutItem', 'table/Mine'), 'and the next request is another\'s');
}

# ---- what takes effect at once, in every worker ----

sub each_worker
{
	my ($expected, $name, @args) = @_;
	my %seen;
	$seen{ ask(@args) }++ for 1 .. 8;
	is_deeply([ keys %seen ], [$expected], $name);
	return;
}
my @list = (operation => 'ListTables', body => '{"Limit":1}');
my $listed = '200 {"TableNames":["Mine"]}';

sql(q{SELECT dynapg.disable_access_key('reader_1')});
each_worker($unrecognized, 'a disabled key', %reader, @list);
sql(q{SELECT dynapg.enable_access_key('reader_1')});
each_worker($listed, 'an enabled one', %reader, @list);
sql('ALTER ROLE reader NOLOGIN');
each_worker($unrecognized, 'a role without LOGIN', %reader, @list);
sql(q{ALTER ROLE reader LOGIN VALID UNTIL '2020-01-01'});
each_worker('400 ExpiredTokenException: The security token included in the request is expired', 'VALID UNTIL has passed', %reader, @list);
is(ask(%reader, @list, secret => 'x'), $mismatch, 'reported only to those who know the secret');
sql(q{ALTER ROLE reader VALID UNTIL '2100-01-01'});
each_worker($listed, 'VALID UNTIL has not passed', %reader, @list);
sql('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
each_worker(denied('reader', 'ListTables', 'table/*'), 'no CONNECT to the database', %reader, @list);
sql('CREATE ROLE staff; GRANT CONNECT ON DATABASE postgres TO staff; GRANT staff TO reader');
each_worker($listed, 'CONNECT by a membership', %reader, @list);
sql('GRANT CONNECT ON DATABASE postgres TO PUBLIC');
sql('ALTER ROLE reader RENAME TO lector');
is(ask(%reader, operation => 'PutItem', body => $put), denied('lector', 'PutItem', 'table/Mine'), 'a renamed role keeps its key');
sql(q{UPDATE dynapg.access_keys SET secret = 's' WHERE access_key_id = 'reader_1'});
each_worker($mismatch, 'another secret', %reader, @list);
each_worker($listed, 'which is good', id => 'reader_1', secret => 's', @list);
my ($id, $secret) = split /\|/, sql(q{SELECT * FROM dynapg.create_access_key('lector')});
each_worker($listed, 'a new key', id => $id, secret => $secret, @list);
sql(qq{SELECT dynapg.drop_access_key('$id')});
each_worker($unrecognized, 'a dropped key', id => $id, secret => $secret, @list);
sql('DROP OWNED BY lector; DROP ROLE lector');
each_worker($unrecognized, 'a dropped role', id => 'reader_1', secret => 's', @list);
($id, $secret) = split /\|/, sql(q{SELECT * FROM dynapg.create_access_key('app')});
is(sql(q{SELECT count(*) FROM dynapg.access_keys WHERE access_key_id = 'reader_1'}), '0', 'its key goes with the next that is created');
sql('TRUNCATE dynapg.access_keys');
each_worker($unrecognized, 'all keys gone', id => $id, secret => $secret, @list);

# ---- who can read secrets ----

($id, $secret) = split /\|/, sql(q{SELECT * FROM dynapg.create_access_key('app')});
sql('CREATE ROLE nosy LOGIN; GRANT pg_read_all_data, pg_write_all_data TO nosy');
is(sql('SET ROLE nosy; SELECT count(*) FROM dynapg.access_keys'), '0', 'pg_read_all_data does not read keys');
my (undef, undef, $error) = $node->psql('postgres', q{SET ROLE nosy; INSERT INTO dynapg.access_keys VALUES ('forged', 's', 'app')});
like($error, qr/violates row-level security/, 'pg_write_all_data does not write them');
(undef, undef, $error) = $node->psql('postgres', 'SET ROLE app; SELECT * FROM dynapg.access_keys');
like($error, qr/permission denied/, 'nobody else does');
my $dump = PostgreSQL::Test::Utils::tempdir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', 'postgres' ], 'pg_dump');
unlike(slurp_file($dump), qr/\Q$secret\E|\Q$id\E/, 'does not dump them');

# ---- a new beginning, a restart ----

sql('SET client_min_messages = warning; DROP EXTENSION dynapg CASCADE; CREATE EXTENSION dynapg');
each_worker($unrecognized, 'a new extension knows no keys', id => $id, secret => $secret);
($id, $secret) = split /\|/, sql(q{SELECT * FROM dynapg.create_access_key('app')});
each_worker($ok, 'but its own', id => $id, secret => $secret);
sql('SELECT dynapg.disable_access_key(access_key_id) FROM dynapg.access_keys');
each_worker($unrecognized, 'and what becomes of them', id => $id, secret => $secret);
sql('SELECT dynapg.enable_access_key(access_key_id) FROM dynapg.access_keys');
$node->restart;
$node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type LIKE 'dynapg http%'});
each_worker($ok, 'keys survive a restart', id => $id, secret => $secret);

# ---- a standby ----

{
	local $http_port = PostgreSQL::Test::Cluster::get_free_port();
	$node->backup('standby');
	my $standby = PostgreSQL::Test::Cluster->new('auth_standby');
	$standby->init_from_backup($node, 'standby', has_streaming => 1);
	$standby->append_conf('postgresql.conf', "dynapg.http_port = $http_port\n");
	$standby->start;
	$standby->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type LIKE 'dynapg http%'});
	each_worker($ok, 'keys are good on a standby', id => $id, secret => $secret);
	sql('SELECT dynapg.disable_access_key(access_key_id) FROM dynapg.access_keys');
	$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
	each_worker($unrecognized, 'what happens to them on the primary happens there', id => $id, secret => $secret);
	sql('SELECT dynapg.enable_access_key(access_key_id) FROM dynapg.access_keys; ALTER ROLE app NOLOGIN');
	$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
	each_worker($unrecognized, 'what happens to their roles, too', id => $id, secret => $secret);
	sql('ALTER ROLE app LOGIN');
	$standby->stop;
}

# ---- trust ----

$node->append_conf('postgresql.conf', "dynapg.http_auth = 'trust'\n");
$node->restart;
$node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type LIKE 'dynapg http%'});
sql('GRANT CREATE ON SCHEMA dynamodb TO app');
is(ask(authorization => sub { undef }), $ok, 'trust: no credentials');
is(ask(id => 'any', secret => 'thing'), $ok, 'trust: any credentials');
is(ask(authorization => sub { 'Bearer x' }), $ok, 'trust: any Authorization');
like(ask(operation => 'CreateTable', body => $make), qr/^200 /, 'trust: a table');
is(sql(q{SELECT c.relowner = d.datdba FROM pg_class c, pg_database d WHERE c.oid = 'dynamodb."Mine"'::regclass AND datname = 'postgres'}), 't',
	'trust: requests run as the owner of the database');
$node->append_conf('postgresql.conf', "dynapg.http_trust_role = 'app'\n");
$node->reload;
my $second = $make =~ s/Mine/Second/r;
my $seen = '';
for (1 .. 100)
{
	last if ($seen = ask(operation => 'GetItem', body => $get)) =~ /user\/app/;
	select undef, undef, undef, 0.1;
}
is($seen, denied('app', 'GetItem', 'table/Mine'), 'trust: requests run as dynapg.http_trust_role');

$node->append_conf('postgresql.conf', "dynapg.http_listen_addresses = '0.0.0.0'\n");
$node->stop;
ok(!$node->start(fail_ok => 1), 'trust: the server does not start on other addresses');
like(slurp_file($node->logfile), qr/dynapg\.http_auth must not be "trust"/, 'trust: and says why');

done_testing();
