# 206_open_transactions.pl - who keeps old versions of items: the view dynapg.open_transactions, who may see what in it, and the warning
# that the log has once for each old transaction.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('open');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'dynapg'
max_prepared_transactions = 5
dynapg.jobs_interval = '100ms'
dynapg.old_transaction_warning = '1s'
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg; CREATE ROLE app LOGIN; CREATE ROLE other LOGIN; CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher');

# A session that stays, with what it has printed.
sub session
{
	my ($role, $application, $sql) = @_;
	my %session = (in => "$sql;\n\\echo ready\n", out => '');
	$session{run} = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres') . " user=$role application_name='$application'" ],
		'<', \$session{in}, '>', \$session{out}, IPC::Run::timeout(60));
	$session{run}->pump until $session{out} =~ /ready/;
	($session{pid}) = $session{out} =~ /^(\d+)$/m;
	return \%session;
}

sub finish
{
	my ($session) = @_;
	$session->{in} .= "\\q\n";
	$session->{run}->finish;
	return;
}

# The view as a role sees it.
sub view
{
	my ($role) = @_;
	return $node->safe_psql('postgres', "SET ROLE $role; SELECT kind, pid, role, name, state, transactions >= 0, started < now()
		FROM dynapg.open_transactions WHERE name IN ('a report', 'forgotten') ORDER BY kind DESC");
}

sub warnings_of
{
	my ($pattern) = @_;
	my $log = slurp_file($node->logfile);
	return scalar(() = $log =~ /WARNING: .*$pattern/g);
}

sub wait_for_warning
{
	my ($pattern) = @_;
	for (1 .. 300)
	{
		return 1 if warnings_of($pattern) > 0;
		select undef, undef, undef, 0.1;
	}
	return 0;
}

my $report = session('app', 'a report', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_backend_pid()');
my $row = "session|$report->{pid}|app|a report|idle in transaction|t|t";
is(view('postgres'), $row, 'an open transaction is seen');
is(view('watcher'), $row, 'by members of pg_monitor');
is(view('app'), $row, 'by its role');
is(view('other'), "session|$report->{pid}|app|a report||t|", 'by others as pg_stat_activity shows it: without state and start');
ok(wait_for_warning(qr/that of process $report->{pid} \(role "app", application "a report"\), open for \d+ seconds/), 'the log warns of it');
like(slurp_file($node->logfile), qr/HINT: .*idle_in_transaction_session_timeout/, 'and says what helps');

# Another one, of which the log has a warning too, shows that the worker has looked again.
$node->safe_psql('postgres', "BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'forgotten'");
ok(wait_for_warning(qr/that of the prepared transaction "forgotten" \(role "postgres"\)/), 'and of a prepared transaction');
is(view('postgres'), "$row\nprepared transaction||postgres|forgotten||t|t", 'which the view has, too');
is(warnings_of(qr/application "a report"/), 1, 'one warning of each');

# A transaction whose snapshot is gone keeps nothing.
my $read = session('app', 'a report', 'BEGIN; SELECT pg_backend_pid()');
is(view('postgres'), "$row\nprepared transaction||postgres|forgotten||t|t", 'a session without a snapshot keeps nothing');
finish($read);

finish($report);
$node->safe_psql('postgres', "ROLLBACK PREPARED 'forgotten'");
is(view('postgres'), '', 'the view is empty when they have ended');

# The next transaction of a role is another one.
$report = session('app', 'a second report', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_backend_pid()');
ok(wait_for_warning(qr/application "a second report"/), 'the next one has a warning of its own');
finish($report);

is(warnings_of(qr/that of process/), 2, 'no other process has been named');

# What the documentation says to run.
my ($section) = slurp_file('docs/operations.md') =~ /^## Old transactions\n(.*?)(?:^## |\z)/ms;
my @blocks = $section =~ /^```sql\n(.*?)^```\n/msg;
is(scalar @blocks, 2, 'docs/operations.md has two blocks of SQL');
like($node->safe_psql('postgres', $blocks[0]), qr/\A(?:session\|[^\n]*\n?)*\z/, 'the view is read as it says');
is($node->safe_psql('postgres', $blocks[1]), 't', 'the timeout is set as it says');
ok($node->poll_query_until('postgres', 'SHOW idle_in_transaction_session_timeout', '5min'), 'and holds');
($section) = slurp_file('docs/performance.md') =~ /^## Checkpoints and full-page writes\n(.*?)^## /ms;
@blocks = $section =~ /^```sql\n(.*?)^```\n/msg;
is(scalar @blocks, 1, 'docs/performance.md has a block of SQL');
is($node->safe_psql('postgres', $blocks[0]), 't', 'its settings are set as it says');
ok($node->poll_query_until('postgres', 'SHOW checkpoint_timeout', '30min'), 'and hold');

done_testing();
