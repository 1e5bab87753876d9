# 260_console.pl - the console's files and requests as the server gives them: off by default, headers that keep foreign scripts and
# frames out, nothing for foreign hosts with trust, and for a role what that role may see.
#
# Its pages are tested in a browser: test/wire/js/console.mjs.
use strict;
use warnings;
use lib 'test/t/lib';
use Compress::Zlib qw(memGunzip);
use DynapgHttp;
use DynapgSign;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('console');

sub get
{
	my ($target, %headers) = @_;
	my $method = delete $headers{method} // 'GET';
	my $lines = join '', map { "$_: $headers{$_}\r\n" } sort keys %headers;
	$lines = "Host: localhost\r\n$lines" unless $headers{Host};
	return exchange(dial($port), "$method $target HTTP/1.1\r\n$lines\r\n", head => $method eq 'HEAD');
}

# A request of the console, as text.
sub console_text
{
	my ($name, $body, %headers) = @_;
	return request_text('', $body, 'X-Amz-Target' => undef, %headers) =~ s{^POST / }{POST /console/api/$name }r;
}

sub ask
{
	return exchange(dial($port), console_text(@_));
}

# Sets the settings, and restarts the server.
sub restart_with
{
	$node->append_conf('postgresql.conf', join "\n", @_);
	$node->restart;
	wait_for_http($port, $_[0] =~ /sigv4/ ? 400 : 200);
	return;
}

# -- off --

is(get('/console/')->{body}, 'healthy: dynamodb.us-east-1.amazonaws.com ', 'off by default: the path is like any other');
is(ask('role', '{}')->{status}, 404, 'and there are no requests');
$node->append_conf('postgresql.conf', 'dynapg.http_console = on');
$node->reload;
ok($node->poll_query_until('postgres', q(SELECT current_setting('dynapg.http_console') = 'on')), 'switched on by a reload');
for (1 .. 100)
{
	last if get('/console')->{status} == 308;
	select undef, undef, undef, 0.05;
}

# -- files --

my $reply = get('/console');
is("$reply->{status} $reply->{headers}{location}", '308 /console/', 'the path without a slash leads to the one with it');
my $page = get('/console/');
is("$page->{status} $page->{headers}{'content-type'}", '200 text/html; charset=utf-8', 'the page');
unlike($page->{body}, qr/<script(?![^>]* src=)|<style|\son\w+\s*=|\sstyle\s*=|javascript:/i, 'nothing in it is inline');
unlike($page->{body}, qr{(?:src|href)="(?:https?:|//)}, 'nothing of it is elsewhere');
my @files = $page->{body} =~ /(?:src|href)="([^"]+)"/g;
is_deeply([ sort @files ], [qw(console.css console.js icon.svg)], 'what it refers to');

my %type = (css => 'text/css; charset=utf-8', js => 'text/javascript; charset=utf-8', svg => 'image/svg+xml');
for my $file ('', @files)
{
	my $plain = get("/console/$file");
	my $packed = get("/console/$file", 'Accept-Encoding' => 'gzip');
	is($plain->{headers}{'content-type'}, $type{ $file =~ s/.*\.//r }, "$file: its type") if $file;
	is($packed->{headers}{'content-encoding'}, 'gzip', "'$file': compressed for those who accept it");
	is(memGunzip($packed->{body}), $plain->{body}, 'and the same for others');
	is($plain->{headers}{'content-encoding'}, undef, 'who get it as it is');
	my $etag = $plain->{headers}{etag};
	my $known = get("/console/$file", 'If-None-Match' => $etag);
	is("$known->{status} $known->{body}", '304 ', 'a browser that has it keeps it');
	is($known->{headers}{'content-length'}, undef, 'without a length that would be wrong');
	is(get("/console/$file", 'If-None-Match' => '"other"')->{status}, 200, 'one that has another gets this one');
	my $head = get("/console/$file", method => 'HEAD');
	is("$head->{status} $head->{headers}{'content-length'}", '200 ' . length $plain->{body}, 'HEAD');
	is(get("/console/$file?x=/y")->{body}, $plain->{body}, 'a query changes nothing');
	unlike($plain->{body} =~ s{http://www\.w3\.org/\S+}{}gr =~ s{^/\*.*?\*/}{}sr, qr{https?://\w|//\w+\.\w+/}, 'it names no other server');

	my $policy = $plain->{headers}{'content-security-policy'};
	like($policy, qr/(?:^|; )$_(?:;|$)/, "its policy: $_")
	  for "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
	  "form-action 'none'", "require-trusted-types-for 'script'";
	unlike($policy, qr/unsafe|\*|https?:|data:/, 'and nothing more');
	is($plain->{headers}{ lc $_->[0] }, $_->[1], "$_->[0]")
	  for [ 'X-Frame-Options' => 'DENY' ], [ 'X-Content-Type-Options' => 'nosniff' ], [ 'Referrer-Policy' => 'no-referrer' ],
	  [ 'Cross-Origin-Opener-Policy' => 'same-origin' ], [ 'Cross-Origin-Resource-Policy' => 'same-origin' ], [ 'Cache-Control' => 'no-cache' ];
}
for my $path ('x', '../', '..%2f', 'console.js/', 'api/', 'api/role', "console.js%00", '<script>')
{
	$reply = get("/console/$path");
	is($reply->{status}, 404, "no file: $path");
	like($reply->{headers}{'content-security-policy'}, qr/default-src 'none'/, 'with the policy');
	unlike($reply->{body}, qr/script|%/, 'the path is not repeated');
}
is(get('/consoles')->{body}, 'healthy: dynamodb.us-east-1.amazonaws.com ', 'a path that only begins like it is another one');

# -- hosts and origins --

for my $target ('/console', '/console/', '/console/console.js', '/console/none')
{
	is(get($target, Host => 'rebound.example')->{status}, 403, "$target: not by the name of another machine");
	is(get($target, Origin => 'https://foreign.example')->{status}, 403, 'nor for a foreign page');
}
for my $name ('role', 'statistics')
{
	is(ask($name, '{}', Host => 'rebound.example')->{status}, 403, "$name: not by the name of another machine");
	is(ask($name, '{}', Origin => 'https://foreign.example')->{status}, 403, 'nor for a foreign page');
	is(ask($name, '{}', 'Content-Type' => 'text/plain')->{status}, 404, 'nor as a form could send it');
}

# -- clients that ask for files and take none --

my ($pid) = worker_pids($node);
my $before = memory_of($pid);
my $greedy = "GET /console/console.js HTTP/1.1\r\nHost: localhost\r\n\r\n" x 100;
my @greedy = map { dial($port) } 1 .. 20;
send_text($_, $greedy) for @greedy;
is(get('/console/')->{status}, 200, 'others are served');
cmp_ok(memory_of($pid) - $before, '<', 64 * 1024 * 1024, 'and what waits for the clients is bounded');
is(read_reply($greedy[0])->{status}, 200, 'who then may take it') for 1 .. 100;
close $_->{socket} for @greedy;

# -- requests, with trust --

create_table($port, $_) for 'Things', '__proto__', 'constructor';
my $role = decode_json(ask('role', '{}')->{body});
is("$role->{Role} $role->{SignsRequests} $role->{Superuser}", 'postgres 0 1', 'the role that everybody is');
is_deeply([ map { $_->{TableName} } @{ $role->{Tables} } ], [qw(Things __proto__ constructor)], 'tables, in the order of ListTables');
$role = decode_json(ask('role', '{"ExclusiveStartTableName":"__proto__"}')->{body});
is_deeply([ map { $_->{TableName} } @{ $role->{Tables} } ], ['constructor'], 'after one of them');
is($role->{LastTableName}, undef, 'there are no more');
my $statistics = decode_json(ask('statistics', '{}')->{body});
ok(scalar(grep { $_->{operation} eq 'CreateTable' } @{ $statistics->{Operations} }) || $statistics->{Workers}[0]{pid}, 'statistics');
is(ref $statistics->{Operations}, 'ARRAY', 'with operations');
ok($statistics->{WrittenBytes} >= $statistics->{FlushedBytes}, 'and positions in the write-ahead log');
like(answer_of(ask('role', '{"ExclusiveStartTableName":7}')), qr/^400 SerializationException/, 'requests are checked as those of the API are');
like(answer_of(ask('role', '{"ExclusiveStartTableName":"x\\u0027; DROP"}')), qr/^400 ValidationException/, 'a name has the characters of names');
like(answer_of(ask('role', '{')), qr/^400 SerializationException/, 'no JSON');
like(answer_of(ask($_, '{}')), qr/^400 UnknownOperationException/, "no request: '$_'") for '', 'Role', 'role/', 'plan', '..', 'role%00';
is(ask('role?x=1', '{}')->{status}, 200, 'a query changes nothing');
is_deeply($role->{ManagesKeysOf}, [], 'without signatures nobody manages keys here');
like(answer_of(ask('create-key', '{"RoleName":"postgres"}')), qr/^400 ValidationException/, 'nor makes one');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.access_keys'), '0', 'there is none');

# -- signed --

restart_with("dynapg.http_auth = 'sigv4'");
$node->safe_psql('postgres', q(CREATE ROLE "a<b>&'c" LOGIN; CREATE ROLE other LOGIN; CREATE ROLE watcher LOGIN IN ROLE pg_monitor;
	GRANT SELECT ON dynamodb."Things" TO "a<b>&'c"));
my @key = new_key($node, q("a<b>&''c"));
my @other = new_key($node, 'other');
my @watcher = new_key($node, 'watcher');

# A signed request of the console.
sub signed
{
	my ($key, $name, $body) = @_;
	my $text = signed_text(@$key, '', $body, path => "/console/api/$name");
	return exchange(dial($port), $text);
}

is(get('/console/')->{status}, 200, 'the page needs no signature');
like(answer_of(ask($_, '{}')), qr/^400 MissingAuthenticationTokenException/, "$_ does") for 'role', 'statistics';
$role = decode_json(signed(\@key, 'role', '{}')->{body});
is($role->{Role}, q(a<b>&'c), 'the role is that of the key');
is_deeply($role->{ManagesKeysOf}, [q(a<b>&'c)], 'and manages its own keys');
is_deeply([ map { $_->{AccessKeyId} } @{ $role->{AccessKeys} } ], [ $key[0] ], 'with its own keys alone');
unlike(encode_json($role), qr/\Q$key[1]\E/, 'without their secrets');
my ($things) = grep { $_->{TableName} eq 'Things' } @{ $role->{Tables} };
is(join(' ', map { $things->{$_} ? 1 : 0 } qw(Select Insert Update Delete OwnsIt)), '1 0 0 0 0', 'and its rights');
ok(!$role->{MaySeeStatistics} && !$role->{MayCreateTables}, 'what it may not do is said');
like(answer_of(signed(\@key, 'statistics', '{}')), qr/^400 AccessDeniedException/, 'statistics are for pg_monitor');
is(signed(\@watcher, 'statistics', '{}')->{status}, 200, 'whose members see them');
like(answer_of(signed([ $other[0], $key[1] ], 'role', '{}')), qr/^400 InvalidSignatureException/, 'a signature has to fit');
like(answer_of(exchange(dial($port), signed_text(@key, '', '{}', path => '/console/api/role') =~ s{/api/role }{/api/statistics }r)),
	qr/^400 InvalidSignatureException/, 'and is for one path');

# Access keys, with the rights of the role.
sub key_works
{
	my ($made) = @_;
	return answer_of(signed([ @$made{qw(AccessKeyId SecretAccessKey)} ], 'role', '{}')) =~ /^200/ ? 1 : 0;
}

my $own = encode_json({ RoleName => q(a<b>&'c) });
my $made = decode_json(signed(\@key, 'create-key', $own)->{body});
is(join(' ', sort keys %$made), 'AccessKeyId SecretAccessKey', 'a new key');
is(key_works($made), 1, 'works');
my $named = encode_json({ AccessKeyId => $made->{AccessKeyId} });
my $switched = sub { encode_json({ AccessKeyId => $made->{AccessKeyId}, Enabled => $_[0] ? JSON::PP::true : JSON::PP::false }) };
is(answer_of(signed(\@key, 'change-key', $switched->(0))), '200 {}', 'is disabled');
is(key_works($made), 0, 'and works no more');
like(answer_of(signed(\@other, 'change-key', $switched->(1))), qr/^400 ResourceNotFoundException/, 'another role does not know it');
like(answer_of(signed(\@other, 'drop-key', $named)), qr/^400 ResourceNotFoundException/, 'and cannot drop it');
is(answer_of(signed(\@key, 'change-key', $switched->(1))), '200 {}', 'is enabled');
is(key_works($made), 1, 'and works again');
for my $role (q(a<b>&'c), 'postgres', 'no_such_role')
{
	is(answer_of(signed(\@other, 'create-key', encode_json({ RoleName => $role }))) =~ s/\Q$role\E/ROLE/r,
		'400 ResourceNotFoundException: Requested resource not found: Role: ROLE not found', "a role makes no keys of $role and does not learn whether that is a role");
}
like(answer_of(signed(\@key, 'create-key', '{}')), qr/^400 ValidationException/, 'no role');
like(answer_of(signed(\@key, 'change-key', $named)), qr/^400 ValidationException/, 'enabled or not has to be said');
like(answer_of(signed(\@key, 'drop-key', '{"AccessKeyId":"x\u0027 OR true"}')), qr/^400 ResourceNotFoundException/, 'a key that is none');
like(answer_of(ask($_, '{}')), qr/^400 MissingAuthenticationTokenException/, "$_ has to be signed") for qw(create-key change-key drop-key);
$node->safe_psql('postgres', q(GRANT "a<b>&'c" TO other WITH ADMIN OPTION));
my $managed = decode_json(signed(\@other, 'create-key', $own)->{body});
is(key_works($managed), 1, 'who has the ADMIN option makes keys of the role');
is_deeply(decode_json(signed(\@other, 'role', '{}')->{body})->{ManagesKeysOf}, [ q(a<b>&'c), 'other' ], 'and sees that it does');
$node->safe_psql('postgres', q(REVOKE "a<b>&'c" FROM other; REVOKE EXECUTE ON FUNCTION dynapg.create_access_key(regrole) FROM PUBLIC));
like(answer_of(signed(\@key, 'create-key', $own)), qr/^400 AccessDeniedException/, 'who may not call the function makes none here either');
is(answer_of(signed(\@key, 'drop-key', $named)), '200 {}', 'is dropped');
is(key_works($made), 0, 'and is none');
unlike(slurp_file($node->logfile), qr/\Q$made->{SecretAccessKey}\E|\Q$managed->{SecretAccessKey}\E/, 'no secret is in the log');
$node->safe_psql('postgres', "SELECT dynapg.drop_access_key('$key[0]')");
like(answer_of(signed(\@key, 'role', '{}')), qr/^400 UnrecognizedClientException/, 'a dropped key is none');
$node->safe_psql('postgres', q(ALTER ROLE other VALID UNTIL '2020-01-01'));
like(answer_of(signed(\@other, 'role', '{}')), qr/^400 ExpiredTokenException/, 'an expired role has none');

# -- many tables --

$node->safe_psql('postgres', q(DO $$BEGIN FOR i IN 1..1100 LOOP
	PERFORM dynapg.create_table(pg_catalog.format('{"TableName":"Many%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}', i)::json); COMMIT; END LOOP; END$$));
$role = decode_json(signed(\@watcher, 'role', '{}')->{body});
is(scalar @{ $role->{Tables} }, 1000, 'a page has a thousand tables');
my $rest = decode_json(signed(\@watcher, 'role', encode_json({ ExclusiveStartTableName => $role->{LastTableName} }))->{body});
is(scalar @{ $rest->{Tables} }, 103, 'the next one the rest');
is($rest->{LastTableName}, undef, 'which is all');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
