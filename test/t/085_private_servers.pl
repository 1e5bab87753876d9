# 085_private_servers.pl - servers that are not for clients serve no HTTP: those of pg_upgrade, which would lose what they
# acknowledge; the single-user mode; servers that only their own account may reach.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(_exit);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $put = '{"TableName":"Things","Item":{"pk":{"S":"%d"}}}';
my $scan = '{"TableName":"Things","Select":"COUNT"}';

my @extra = (extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $old = PostgreSQL::Test::Cluster->new('old');
$old->init(@extra);
my $port = http_configure($old);
$old->start;
$old->safe_psql('postgres', 'CREATE EXTENSION dynapg');
ok(wait_for_http($port), 'the old cluster serves');
create_table($port, 'Things');

# -- a client that writes all the time --

my $acknowledged = tempdir(CLEANUP => 1) . '/acknowledged';
append_to_file($acknowledged, '');
my $test = $$;
my $writer = fork // die "cannot fork: $!";
if ($writer == 0)
{
	my $running = 1;
	local $SIG{TERM} = sub { $running = 0 };
	open my $out, '>>', $acknowledged or _exit(1);
	$out->autoflush(1);
	for (my $number = 1; $running && getppid == $test; $number++)
	{
		my $reply = eval { call($port, 'PutItem', sprintf $put, $number) };
		if ($reply && $reply->{status} == 200)
		{
			print $out "$number\n";
		}
		else
		{
			sleep 0.01;
		}
	}
	_exit(0);
}

sub count_acknowledged
{
	my $text = slurp_file($acknowledged);
	return $text =~ tr/\n//;
}

# Until the client has got some more acknowledgements; false when it does not.
sub client_writes
{
	my $before = count_acknowledged();
	my $end = time + 30;
	while (time < $end)
	{
		return 1 if count_acknowledged() > $before + 20;
		sleep 0.05;
	}
	return 0;
}

ok(client_writes(), 'a client writes to it');
$old->stop;

# -- pg_upgrade --

my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(@extra);
$new->append_conf('postgresql.conf', join "\n", grep { /dynapg/ } split /\n/, slurp_file($old->data_dir . '/postgresql.conf'));
my $before = count_acknowledged();
my ($bindir) = slurp_file($old->data_dir . '/postmaster.opts') =~ m{^(/.*)/postgres};
my ($out, $err) = ('', '');
my $folder = tempdir(CLEANUP => 1);
my $socket_folder = tempdir(CLEANUP => 1);
IPC::Run::run([ "$bindir/pg_upgrade", '--no-sync', '-U', 'postgres', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bindir, '-B', $bindir,
	'-p', $old->port, '-P', $new->port, '-s', $socket_folder, '--link' ], '<', \undef, '>', \$out, '2>', \$err,
	init => sub { chdir $folder });
is($?, 0, 'pg_upgrade succeeds') or diag "$out$err";
is(count_acknowledged(), $before, 'nothing is acknowledged while it runs');
my $log = join '', map { slurp_file($_) } glob($new->data_dir . '/pg_upgrade_output.d/*/log/pg_upgrade_server.log'), glob("$folder/pg_upgrade_output.d/*/log/pg_upgrade_server.log"),
	grep { -e $_ } "$folder/pg_upgrade_server.log";
ok($log eq '' || $log =~ /dynapg does not serve HTTP: the server runs in binary upgrade mode/, 'its servers say so');

$new->start;
ok(wait_for_http($port), 'the new cluster serves');
ok(client_writes(), 'the client goes on');
kill 'TERM', $writer;
waitpid $writer, 0;
my %there = map { $_ => 1 } split /\n/, $new->safe_psql('postgres', 'SELECT pk FROM dynamodb."Things"');
my @lost = grep { !$there{$_} } split /\n/, slurp_file($acknowledged);
is(scalar @lost, 0, 'every write that was acknowledged is there') or diag "lost: @lost";
$new->stop;

# -- the same without pg_upgrade: its server, and others that are closed --

sub serves
{
	my ($node) = @_;
	for (1 .. 20)
	{
		return 1 if IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
		sleep 0.1;
	}
	return 0;
}

sub start_with
{
	my (@options) = @_;
	return system_log('pg_ctl', '-D', $new->data_dir, '-l', $new->logfile, '-w', '-o', join(' ', '--cluster-name=new', @options), 'start') == 0;
}

sub stop
{
	system_or_bail('pg_ctl', '-D', $new->data_dir, '-m', 'fast', '-w', 'stop');
	return;
}

for my $case ([ 'binary upgrade mode', '-b', 'the server runs in binary upgrade mode' ],
	[ 'a socket for its own account alone', q{-c listen_addresses='' -c unix_socket_permissions=0700}, 'listen_addresses is empty, and ' ])
{
	my ($name, $options, $reason) = @$case;
	my $offset = -s $new->logfile;
	ok(start_with($options), "$name: the server starts");
	ok(!serves(), "$name: nobody serves HTTP");
	is($new->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'dynapg%'}), '0', "$name: no worker is there");
	like(substr(slurp_file($new->logfile), $offset), qr/LOG:  dynapg does not serve HTTP: $reason/, "$name: the log says why");
	stop();
}
ok(start_with(q{-c listen_addresses=''}), 'a socket for everybody');
ok(serves(), 'is a server for clients');
stop();

my $single = '';
IPC::Run::run([ "$bindir/postgres", '--single', '-D', $new->data_dir, '-c', 'dynapg.http_listen_addresses=*', 'postgres' ],
	'<', \'SELECT 40 + 2 AS answer', '>', \$single, '2>', \$err);
like($single, qr/answer = "42"/, 'the single-user mode works, whatever HTTP is set to');

done_testing();
