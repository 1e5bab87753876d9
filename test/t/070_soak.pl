# 070_soak.pl - transfers between accounts by many clients over HTTP and SQL while clients and backends are killed and the server
# crashes, and others attack the HTTP front: what they saw and did is strictly serializable, nothing acknowledged is lost, the
# sum stays, and who follows the table's stream reads the same history, each change once.
#
# In the distributed mode the table's rows are on two nodes, which are killed, too, and shards move between them; there is no stream.
#
# SOAK_SECONDS (60) and SOAK_CLIENTS (4 processes) choose the length and the load; `make soak` runs a longer one, and shows its counts.
# SOAK_SEED repeats the choices of a run, not what comes of them.  The checker is proven first: it has to find planted
# violations in the history of a short run, and a change made behind the API's back in another.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use DynapgHttp;
use File::Path qw(make_path remove_tree);
use PostgreSQL::Test::Utils;
use Test::More;

my ($python) = grep { system("$_ -c 'import json, select' >/dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3';
BAIL_OUT('there is no python3') unless $python;
$ENV{PYTHONDONTWRITEBYTECODE} = 1;

my @settings = ('dynapg.http_workers = 4', 'fsync = on', 'restart_after_crash = on', 'max_connections = 60',
	'dynapg.http_memory = 64MB', 'log_min_messages = log', 'log_min_error_statement = panic', 'log_statement = none',
	"dynapg.jobs_interval = '500ms'", "dynapg.stream_shard_age = '5s'", 'dynapg.stream_shards = 4', 'log_connections = off', 'log_disconnections = off');
# the trigger that makes pauses runs on the nodes
push @settings, 'dynapg.distribute_tables = on', 'citus.enable_unsafe_triggers = on', "citus.recover_2pc_interval = '500ms'" if distributed();
my ($node, $port, @nodes) = distributed() ? citus_cluster(@settings) : http_node('soak', @settings);

# Lets the soak run.  Returns the folder of its histories.
sub soak
{
	my ($name, @options) = @_;
	my $out = "$PostgreSQL::Test::Utils::tmp_check/soak-$name";
	remove_tree($out);
	make_path($out);
	my $log = $node->logfile;
	my ($status, $text) = run_python('run.py', '--out', $out, '--http-port', $port, '--sql-host', $node->host, '--sql-port', $node->port, '--user', 'postgres',
		'--data', $node->data_dir, '--log', $log, (map { ('--node', join ':', $_->port, front_of($_), $_->data_dir, $_->logfile) } @nodes), @options);
	is($status, 0, "$name: the clients ran") or BAIL_OUT("the soak does not run: $text");
	return ($out, $text);
}

# Its status, and what it wrote.
sub run_python
{
	my ($program, @arguments) = @_;
	my $command = join ' ', map { s/'/'\\''/gr =~ s/(.*)/'$1'/r } "test/soak/$program", @arguments;
	my $text = `$python $command 2>&1`;
	return ($? >> 8 || $? & 127, $text);
}

# Clients that mean harm, for that long; returns their processes.
sub attack
{
	my ($seconds) = @_;
	my @pids;
	for my $attack (qw(resets bodies drips))
	{
		my $pid = fork // die "cannot fork: $!";
		exec $python, 'test/fuzz/http_attack.py', $attack, '--port', $port, '--seconds', $seconds, '--attackers', 1, '--noise', 0 if $pid == 0;
		push @pids, $pid;
	}
	return @pids;
}

sub delete_table
{
	my $reply = call($port, 'DeleteTable', '{"TableName":"Soak"}');
	is($reply->{status}, 200, 'the table is deleted');
	return;
}

# -- the checker --

my ($out, $status, $text, @missing);
for my $seconds (2, 8, 30)
{
	($out) = soak('good', '--seconds', $seconds, '--kill-every', 0, '--crash-every', 0);
	($status, $text) = run_python('check.py', $out);
	is($status, 0, 'a short run is in order') or diag $text;
	(undef, $text) = run_python('plant.py', $out, @missing);
	@missing = $text =~ /^not ok - (\w+): no place for it$/mg;
	@missing = grep { !/record|^wrong_old_image$/ } @missing if @nodes;	# those of the stream
	for my $line (grep { !/: no place for it$/ } split /\n/, $text)
	{
		like($line, qr/^ok - /, "planted: $line");
	}
	remove_tree($out);
	delete_table();
	last unless @missing;
}
is("@missing", '', 'every plant had its place');

($out) = soak('plant', '--seconds', 3, '--kill-every', 0, '--crash-every', 0, '--plant');
($status, $text) = run_python('check.py', $out);
isnt($status, 0, 'a change behind the API is found') or diag $text;
like($text, qr/^VIOLATION: wrong value: .*\ba00\b/m, 'and printed');
remove_tree($out);
delete_table();

# -- the server --

# In rounds of a minute, so that a history and its check stay within bounds.
my $left = $ENV{SOAK_SECONDS} || 60;
my $clients = $ENV{SOAK_CLIENTS} || 4;
for (my $round = 1; $left > 0; $round++)
{
	my $seconds = $left < 90 ? $left : 60;
	$left -= $seconds;
	my @seed = $ENV{SOAK_SEED} ? ('--seed', $ENV{SOAK_SEED} . '0' x ($round - 1)) : ();
	my @attackers = attack($seconds);
	my ($folder, $kills) = soak("round-$round", '--seconds', $seconds, '--clients', $clients, @seed);
	is(scalar(grep { waitpid($_, 0) && $? != 0 } @attackers), 0, "round $round: the attackers did what they could");
	($status, $text) = run_python('check.py', $folder);
	note("counted: $_") for split /\n/, $kills . $text;
	is($status, 0, "round $round is in order") or diag $text;
	like($kills, qr/\b\d+ $_\b/, "there were $_") for 'clients killed', 'crashes', 'immediate stops', 'sessions terminated', 'workers terminated',
	  @nodes ? ('crashes on nodes', 'immediate stops on nodes', 'sessions terminated on nodes', 'moves by block_writes', 'moves by force_logical') : ();
	like($text, qr/^stream-1: [1-9]\d+ records from (?:[5-9]|\d\d+) shards$/m, 'the stream was followed') unless @nodes;
	like($text, qr/^TransactWriteItems: [1-9]\d* done, [1-9]\d* refused, [1-9]\d* lost$/m, 'transactions were done, refused and lost');
	is($node->safe_psql('postgres', q{SELECT count(*) || ' ' || sum((dynapg.item_get_text(item, 'bal'))::int + (dynapg.item_get_text(item, 'res'))::int)
		FROM dynamodb."Soak" WHERE pk LIKE 'a%'}), '24 24000', 'SQL finds the same sum');
	last if $status != 0;
	remove_tree($folder);
	delete_table();
}
for my $server ($node, @nodes)
{
	unlike(slurp_file($server->logfile), qr/PANIC|TRAP|terminated by signal (?!9\b)/, 'no process died by itself');
}
like(slurp_file($node->logfile), qr/terminated by signal 9/, 'processes of the server were killed');
$_->stop for $node, @nodes;
done_testing();
