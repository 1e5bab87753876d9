# 115_http_hosts.pl - with trust, a request that names a foreign Host or Origin is refused before anything runs: a page of
# another site cannot use a server on this machine, through a name that resolves to it, or without reading the reply.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('hosts', 'dynapg.http_metrics = on');
my $put = '{"TableName":"Things","Item":{"pk":{"S":"%s"}}}';
my $key = 0;
create_table($port, 'Things');

# Writes an item with those headers; returns the reply, after a look at whether the item is there as the status says.
sub put_with
{
	my (%headers) = @_;
	my $name = 'k' . ++$key;
	my $reply = call($port, 'PutItem', sprintf($put, $name), %headers);
	is($node->safe_psql('postgres', qq{SELECT count(*) FROM dynamodb."Things" WHERE pk = '$name'}),
		$reply->{status} == 200 ? 1 : 0, 'what the status says is true of the table');
	return $reply;
}

sub is_served
{
	my ($name, %headers) = @_;
	is(put_with(%headers)->{status}, 200, "served: $name");
	return;
}

sub is_refused
{
	my ($name, %headers) = @_;
	my $reply = put_with(%headers);
	is($reply->{status}, 403, "refused: $name");
	like($reply->{body}, qr/^\{"__type":"com\.amazon\.coral\.service#AccessDeniedException","Message":"The request's (?:Host|Origin) /, 'as an exception');
	is($reply->{headers}{'access-control-allow-origin'}, undef, 'which a page cannot read') if $headers{Origin};
	return $reply;
}

# Restores the default, or sets another list, and waits until it is in force.
sub allow
{
	my ($hosts, %headers) = @_;
	$node->append_conf('postgresql.conf', "dynapg.http_allowed_hosts = '$hosts'");
	$node->reload;
	ok(wait_for_http($port, 200, %headers), "allowed are: $hosts");
	return;
}

# -- names of this machine, and others --

is_served($_, Host => $_) for 'localhost', "localhost:$port", 'LocalHost', 'localhost.', 'localhost.:8000', 'localhost:',
  'app.localhost', "a.b.LOCALHOST:$port", '127.0.0.1', "127.0.0.1:$port", '127.1.2.3', '[::1]', "[::1]:$port",
  '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '';
is_refused($_, Host => $_) for 'rebound.example', "rebound.example:$port", 'localhost.example', 'notlocalhost', '.localhost',
  '127.0.0.1.example', '127.0.0.1@rebound.example', 'localhost@rebound.example', 'localhost:80@rebound.example', 'localhost/x',
  'localhost, rebound.example', '128.0.0.1', '0.0.0.0', '10.0.0.1:8000', '127.0.0', '[::2]', '[::1', '[::1]x', '::1', '[fe80::1]', ':8000',
  '*', "\xff\xfe", 'x"y', 'a' x 300;
like(is_refused('a name', Host => 'rebound.example:1')->{body}, qr/Host \\"rebound\.example:1\\" is not allowed\..*dynapg\.http_allowed_hosts\."\}$/,
	'the text names the host and the setting');
unlike(is_refused('bytes', Host => "x\xff\xfe<y>")->{body}, qr/x\xff|<y>/, 'but no bytes that are no host');

is(exchange(dial($port), request_text('ListTables', '{}', Host => undef) =~ s/1\.1/1.0/r)->{status}, 200, 'HTTP/1.0 without a Host: no browser');

# -- origins --

is_served("from $_", Origin => $_) for 'http://localhost', 'http://localhost:3000', 'https://127.0.0.1:8443', 'http://[::1]:3000',
  'http://app.localhost', 'tauri://localhost';
is_refused("from $_", Origin => $_) for 'https://foreign.example', 'http://localhost.example:3000', 'http://rebound.example',
  'null', 'localhost', '', 'file://', 'http://', 'chrome-extension://abcdefghijklmnop', 'http://0.0.0.0:8000', 'http://localhost:3000/x';
is_refused('own Host, foreign Origin', Host => "127.0.0.1:$port", Origin => 'https://foreign.example');
is(put_with(Host => 'rebound.example', Origin => 'http://localhost')->{status}, 403, 'refused: foreign Host, own Origin');
my @origins = ("Origin: http://localhost\r\n", "Origin: https://foreign.example\r\n");
for my $two (join('', @origins), join('', reverse @origins))
{
	my $text = request_text('ListTables', '{}') =~ s/(?=Host: )/$two/r;
	is(exchange(dial($port), $text)->{status}, 403, 'of two Origins neither hides the other');
}

# -- nothing of the request is looked at --

is(call($port, 'Nonsense', '{', Host => 'rebound.example')->{status}, 403, 'before the operation and its body');
my $connection = dial($port);
is(exchange($connection, request_text('ListTables', '{}', Host => 'rebound.example'))->{status}, 403, 'refused on a connection');
is(exchange($connection, request_text('ListTables', '{}'))->{status}, 200, 'which lives on');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynapg.stat_operations WHERE operation = 'Nonsense'}), '0', 'it is not counted');

# -- what is no operation --

my $get = "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n";
my $reply = exchange(dial($port), sprintf $get, '/metrics', 'rebound.example');
is($reply->{status}, 403, '/metrics shows names of tables: refused');
unlike($reply->{body}, qr/Things/, 'without them');
is(exchange(dial($port), sprintf $get, '/metrics', 'localhost')->{status}, 200, 'served by a name of this machine');
is(exchange(dial($port), sprintf $get, '/', 'load-balancer.example')->{status}, 200, 'GET / reveals nothing and is for everybody');

# -- hosts that are allowed --

my $preflight = "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\n\r\n";
is(exchange(dial($port), $preflight)->{headers}{'access-control-allow-origin'}, undef, 'no page of another host by default');
allow('db, App.example,10.1.2.3 , fd00::7', Host => 'db');
is_served($_, Host => $_) for 'db', 'DB:8000', 'app.example', 'app.example.:80', '10.1.2.3:8000', '[fd00::7]:8000', 'localhost';
is_refused($_, Host => $_) for 'db.example', 'xapp.example', 'example', '10.1.2.4', '[fd00::8]';
is_served('from a host that is allowed', Host => 'db', Origin => 'https://app.example');
is_refused('from another one', Host => 'db', Origin => 'https://other.example');
is_refused('from none', Host => 'db', Origin => 'null');
is(exchange(dial($port), $preflight)->{headers}{'access-control-allow-origin'}, '*', 'a page of an allowed host may read replies');
allow('[fd00::7]', Host => '[fd00::7]');
ok(wait_for_http($port, 403, Host => 'db'), 'the list is in force');	# [fd00::7] was in the earlier one, too
is_refused('a host that is no longer allowed', Host => 'db');
allow('*', Host => 'rebound.example');
is_served('all', Host => $_->[0], Origin => $_->[1]) for [ 'x', 'https://foreign.example' ], [ "\xff", 'null' ];

for my $list ('http://db', 'db:8000', 'db/x', '*.example', '[db]', '[fd00::7]:8000', 'db,,app', '""')
{
	my ($status, $out, $error) = $node->psql('postgres', "ALTER SYSTEM SET dynapg.http_allowed_hosts = '$list'");
	isnt($status, 0, "no list of hosts: $list");
	like($error, qr/invalid value for parameter "dynapg\.http_allowed_hosts"/, 'with the setting in the error');
}
$node->stop;

# -- with signatures every name will do --

$node->append_conf('postgresql.conf', "dynapg.http_allowed_hosts = ''\ndynapg.http_auth = 'sigv4'");
$node->start;
ok(wait_for_http($port, 400), 'a server that checks signatures');
$reply = call($port, 'ListTables', '{}', Host => 'db.example', Origin => 'https://foreign.example');
like($reply->{body}, qr/MissingAuthenticationToken/, 'looks at them, whatever the host');
is($reply->{headers}{'access-control-allow-origin'}, '*', 'and pages of all hosts may use it');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
