# 080_http_resets.pl - a client that resets its connection while requests of it wait to be executed harms nobody, plain or over TLS.
#
# HTTP_ATTACK_SECONDS (4) is the length of each run.  `make check-asan TESTS=080_http_resets` sees a use of what was freed.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($python) = grep { system("$_ -c 'import ssl' >/dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3';
BAIL_OUT('there is no python3') unless $python;
my $seconds = $ENV{HTTP_ATTACK_SECONDS} // 4;

sub attack
{
	my ($node, $port, $name, @options) = @_;
	my @before = worker_pids($node);
	is(scalar @before, 1, "$name: a worker");
	my $text = `$python test/fuzz/http_attack.py resets --port $port --seconds $seconds @options 2>&1`;
	is($?, 0, "$name: ordinary requests are answered meanwhile") or diag $text;
	note $text;
	is_deeply([ worker_pids($node) ], \@before, "$name: the worker lives");
	ok($node->poll_query_until('postgres', 'SELECT sum(connections) = 0 FROM dynapg.http_activity'), "$name: no connection is left behind");
	unlike(slurp_file($node->logfile), qr/PANIC|TRAP|AddressSanitizer|terminated by signal/, "$name: no crash in the log");
	return;
}

my ($node, $port) = http_node('http_resets', 'restart_after_crash = on');
attack($node, $port, 'plain');

SKIP:
{
	skip 'there is no program openssl', 1 if system('openssl version >/dev/null 2>&1') != 0;
	my $data = $node->data_dir;
	system_or_bail('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-keyout', "$data/http.key", '-out', "$data/http.crt");
	chmod 0600, "$data/http.key";
	$node->append_conf('postgresql.conf', "dynapg.http_tls_cert_file = '$data/http.crt'\ndynapg.http_tls_key_file = '$data/http.key'");
	$node->restart;
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND state = 'idle'}),
		'a worker with TLS');
	attack($node, $port, 'TLS', '--tls');
}

$node->stop;
done_testing();
