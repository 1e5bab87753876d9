# 054_http_tls.pl - TLS: requests over it, a new certificate with a reload, bad files, clients that do not speak it.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use IPC::Run qw(run timeout);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'there is no program openssl' if system('openssl version >/dev/null 2>&1') != 0;

my $node = PostgreSQL::Test::Cluster->new('http_tls');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $data = $node->data_dir;

sub make_certificate
{
	my ($name) = @_;
	system_or_bail('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', "/CN=$name",
		'-keyout', "$data/http.key", '-out', "$data/http.crt");
	chmod 0600, "$data/http.key";
	return;
}

make_certificate('first');
my $port = http_configure($node, "dynapg.http_tls_cert_file = '$data/http.crt'", "dynapg.http_tls_key_file = '$data/http.key'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

# Sends bytes over TLS, with the client's own end of the stream after the replies; returns what comes back.
sub over_tls
{
	my ($input, @options) = @_;
	my ($out, $err) = ('', '');
	run([ 'openssl', 's_client', '-connect', "127.0.0.1:$port", '-quiet', '-ign_eof', @options ], '<', \$input, '>', \$out, '2>', \$err, timeout(30));
	return $out;
}

sub subject
{
	my ($in, $out, $err) = ('', '', '');
	run([ 'openssl', 's_client', '-connect', "127.0.0.1:$port" ], '<', \$in, '>', \$out, '2>', \$err, timeout(30));
	return $out =~ /subject=CN ?= ?(\w+)/ ? $1 : "none: $err";
}

my $create = request_text('CreateTable', '{"TableName":"Things","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}');
my $large = 'x' x 300_000;
my $put = request_text('PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"a"},"v":{"S":"$large"}}}));
my $last = request_text('GetItem', '{"TableName":"Things","Key":{"pk":{"S":"a"}}}', Connection => 'close');
my $replies = over_tls($create . $put . $last);
is(() = $replies =~ /HTTP\/1\.1 200 /g, 3, 'three requests on a connection');
cmp_ok(index($replies, $large), '>', 0, 'with a large item there and back');
like(over_tls($last, '-tls1_2'), qr/^HTTP\/1\.1 200 /, 'TLS 1.2');
unlike(over_tls($last, '-tls1_1', '-cipher', 'ALL@SECLEVEL=0'), qr/HTTP/, 'but not 1.1');

for my $garbage ($last, "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x00" x 100)
{
	my $plain = dial($port);
	send_text($plain, $garbage);
	my $reply = eval { read_reply($plain) };
	is($reply ? $reply->{status} : 0, 0, 'a client that does not speak TLS gets no reply');
}
my $silent = dial($port);
like(over_tls($last), qr/^HTTP\/1\.1 200 /, 'and others are served meanwhile');

is(subject(), 'first', 'the certificate');
make_certificate('second');
is(subject(), 'first', 'a new file is not read by itself');
$node->reload;
sleep 0.5;
is(subject(), 'second', 'but with a reload');
append_to_file("$data/empty", '');
$node->append_conf('postgresql.conf', "dynapg.http_tls_cert_file = '$data/empty'");
$node->reload;
sleep 0.5;
is(subject(), 'second', 'a file that is no certificate changes nothing');
like(slurp_file($node->logfile), qr/could not load certificate file/, 'and the log says so');
$node->append_conf('postgresql.conf', "dynapg.http_tls_cert_file = '$data/http.crt'");

# Waits until the log has a line since the offset.
sub is_logged
{
	my ($offset, $pattern, $name) = @_;
	for (1 .. 300)
	{
		last if slurp_file($node->logfile, $offset) =~ $pattern;
		sleep 0.1;
	}
	like(slurp_file($node->logfile, $offset), $pattern, $name);
	return;
}
my $refusal = qr/ERROR:  could not load private key file "\Q$data\E\/http\.key": it/;

# A key that others can read is refused, as PostgreSQL refuses its own: with a reload, and at the start of a worker.
make_certificate('third');
for my $mode (0644, 0640, 0604, 0620, 0602, 0610, 0601)
{
	chmod $mode, "$data/http.key";
	my $logged = -s $node->logfile;
	$node->reload;
	is_logged($logged, qr/$refusal has group or world access\n.*DETAIL:  .*u=rw \(0600\)/, sprintf 'a key of mode %04o is refused', $mode);
	is(subject(), 'second', 'and changes nothing');
}
rename "$data/http.key", "$data/kept.key" or die "cannot rename: $!";
mkdir "$data/http.key";
my $logged = -s $node->logfile;
$node->restart;
is_logged($logged, qr/$refusal is not a regular file/, 'a folder is no key');
rmdir "$data/http.key";
rename "$data/kept.key", "$data/http.key" or die "cannot rename: $!";
chmod 0644, "$data/http.key";
$logged = -s $node->logfile;
$node->restart;
is_logged($logged, qr/$refusal has group or world access/, 'no worker starts with a key that others can read');
ok(!eval { dial($port) }, 'the port is closed: it does not become HTTP');
chmod 0600, "$data/http.key";
$node->restart;
sleep 0.1 until eval { dial($port) };
is(subject(), 'third', 'a key of its own account alone is taken');
make_certificate('fourth');
chmod 0400, "$data/http.key";
$node->reload;
sleep 0.5;
is(subject(), 'fourth', 'also of mode 0400');
$node->append_conf('postgresql.conf', "dynapg.http_tls_cert_file = ''\ndynapg.http_tls_key_file = ''");
$node->reload;
sleep 0.5;
is(call($port, 'ListTables', '{}')->{status}, 200, 'without files it is HTTP again');
$node->stop;
done_testing();
