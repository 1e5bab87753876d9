# 117_http_addresses.pl - the addresses that the HTTP front listens on: with trust they are this machine's own, whatever names
# stand for later; localhost is both of its addresses, and the absence of one is no fault.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use IO::Socket::IP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'the sanitizer has to be preloaded first' if $ENV{CHECK_ASAN};

my $scratch = PostgreSQL::Test::Utils::tempdir();
my $preload = "$scratch/addresses.so";
system_or_bail('cc', '-shared', '-fPIC', '-o', $preload, 'test/t/lib/addresses.c', '-ldl');

my $node = PostgreSQL::Test::Cluster->new('addresses');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node);
$node->start;
is($node->safe_psql('postgres', q{SELECT boot_val FROM pg_settings WHERE name = 'dynapg.http_listen_addresses'}), 'localhost', 'the default');
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
$node->stop;

sub start_on
{
	my ($addresses, %environment) = @_;
	local %ENV = (%ENV, LD_PRELOAD => $preload, ADDRESSES_FILE => "$scratch/addresses", %environment);
	$node->append_conf('postgresql.conf', "dynapg.http_listen_addresses = '$addresses'");
	my $logged = -s $node->logfile;
	return ($node->start(fail_ok => 1), slurp_file($node->logfile, $logged));
}

sub moving_is
{
	open my $out, '>', "$scratch/addresses" or die "cannot write: $!";
	print $out map { "$_\n" } @_;
	close $out;
	return;
}

sub answers
{
	my ($address) = @_;
	my $socket = IO::Socket::IP->new(PeerHost => $address, PeerPort => $port, Timeout => 10) or return 0;
	my $reply = exchange({ socket => $socket, buffer => '' }, request_text('ListTables', '{}'));
	return $reply->{status} == 200;
}

sub restart_workers
{
	my ($old) = worker_pids($node);
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($old)") if defined $old;
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND pid <> } . ($old // 0)),
		'workers start again');
	ok(wait_for_http($port), 'and serve');
	return;
}

# -- trust: names that move --

moving_is('127.0.0.1');
my ($started, $log) = start_on('moving.test');
ok($started && wait_for_http($port), 'a name of this machine');
ok(!answers('127.0.0.2'), 'and no other address');
moving_is('0.0.0.0');
restart_workers();
ok(!answers('127.0.0.2'), 'when it stands for every address later, nothing more is opened');
moving_is();
restart_workers();
$node->stop;

moving_is();
($started, $log) = start_on('moving.test');
ok($started, 'a name that stands for nothing at the start');
like($log, qr/could not translate host name "moving\.test" of dynapg\.http_listen_addresses/, 'is in the log');
like($log, qr/WARNING:  dynapg does not serve HTTP: there is no address in dynapg\.http_listen_addresses, which is "moving\.test"/, 'with what follows');
moving_is('0.0.0.0');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dynapg http'}), 0, 'nothing tries again');
$node->stop;

moving_is();
($started, $log) = start_on('localhost, moving.test');
ok($started && wait_for_http($port), 'beside another name');
moving_is('0.0.0.0');
restart_workers();
ok(!answers('127.0.0.2'), 'it opens nothing later');
$node->stop;

moving_is('127.0.0.1', '10.255.255.254');
($started, $log) = start_on('moving.test');
ok(!$started, 'a name with an address of another machine among its addresses: no start');
like($log, qr/FATAL:  dynapg.http_auth must not be "trust" when dynapg.http_listen_addresses is "moving\.test"/, 'with a clear error');

# -- localhost --

my $has_ipv6 = defined IO::Socket::IP->new(LocalHost => '::1', LocalPort => 0, Listen => 1);
for my $localhost ('127.0.0.1', '::1', '10.255.255.254')
{
	($started, $log) = start_on('LocalHost', ADDRESSES_LOCALHOST => $localhost);
	ok($started && wait_for_http($port), "where localhost is $localhost: 127.0.0.1 answers");
	is(answers('::1'), $has_ipv6 ? 1 : 0, 'and ::1, if there is one');
	ok(!answers('127.0.0.2'), 'and nothing else');
	$node->stop;
}
($started, $log) = start_on('localhost', ADDRESSES_NO_IPV6 => 1);
ok($started && wait_for_http($port), 'without IPv6 127.0.0.1 answers');
ok(!answers('::1'), 'and ::1 does not');
$node->stop;
unlike(slurp_file($node->logfile), qr/could not listen for HTTP on the IPv6/, 'which is no fault');
($started, $log) = start_on('127.0.0.1, ::1', ADDRESSES_NO_IPV6 => 1);
ok($started && wait_for_http($port), 'an address that was asked for and is missing');
$node->stop;
like(slurp_file($node->logfile), qr/LOG:  could not listen for HTTP on the IPv6 address of "::1", port $port: Address family not supported/, 'is in the log');
($started, $log) = start_on('127.0.0.1, localhost, 127.0.0.1');
ok($started && wait_for_http($port), 'an address may be there twice');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
