# 002_run.pl - make run: starts once, also when two start at the same time, keeps its data and updates the extension in it,
# refuses a port that is taken, stops cleanly on Ctrl-C.
#
# Runs in the top folder of a tree that is built.  Ctrl-C is a SIGINT to the whole process group, as a terminal
# sends it.
use strict;
use warnings;
use File::Temp qw(tempdir);
use HTTP::Tiny;
use IO::Socket::INET;
use POSIX qw(WNOHANG _exit setpgid);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

use constant PATIENCE => 180;    # seconds

# The private server must not see what the caller's tests run with.
delete @ENV{ grep { /^PG(?!_CONFIG$)/ } keys %ENV };

my $scratch = tempdir(CLEANUP => 1);
my $datadir = "$scratch/data with a space";
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $http_port = PostgreSQL::Test::Cluster::get_free_port();
my $runs = 0;
my %process;

sub slurp
{
	my ($file) = @_;
	open my $in, '<', $file or return '';
	local $/;
	return <$in> // '';
}

# Starts make run in a process group of its own; returns its handle.
sub start_run
{
	my (@settings) = @_;
	my $output = "$scratch/output" . ++$runs;
	my $pid = fork // die "cannot fork: $!";
	if ($pid == 0)
	{
		setpgid(0, 0);
		$SIG{INT} = 'DEFAULT';
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', $output;
		open STDERR, '>&', \*STDOUT;
		exec 'make', '--no-print-directory', 'run', @settings or _exit(127);
	}
	my $run = { pid => $pid, output => $output };
	$process{$pid} = $run;
	return $run;
}

# Waits for the end and returns the exit status, or undef when it does not end.
sub wait_for_end
{
	my ($run) = @_;
	for (1 .. PATIENCE * 10)
	{
		if (waitpid($run->{pid}, WNOHANG) == $run->{pid})
		{
			delete $process{ $run->{pid} };
			return $?;
		}
		sleep 0.1;
	}
	return;
}

# Waits until the output matches; false when the run ends or times out first.
sub wait_for_output
{
	my ($run, $pattern) = @_;
	for (1 .. PATIENCE * 10)
	{
		return 1 if slurp($run->{output}) =~ $pattern;
		if (waitpid($run->{pid}, WNOHANG) == $run->{pid})
		{
			delete $process{ $run->{pid} };
			diag slurp($run->{output});
			return 0;
		}
		sleep 0.1;
	}
	return 0;
}

sub port_is_open
{
	return defined IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
}

# Runs SQL by the psql line that the output prints.
sub query
{
	my ($run, $sql) = @_;
	my ($line) = slurp($run->{output}) =~ /^\s+(psql -h 127\.0\.0\.1 -p $port .*)$/m;
	return 'no psql line' unless defined $line;
	open my $psql, '-|', split(' ', $line), '-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-c', $sql or die "cannot run psql: $!";
	local $/;
	my $answer = <$psql> // '';
	close $psql;
	$answer =~ s{\s+\z}{};
	return $answer;
}

END
{
	my $status = $?;
	for my $pid (keys %process)
	{
		kill 'INT', -$pid;
		waitpid $pid, 0;
	}
	$? = $status;
}

my @settings = ("PGPORT=$port", "HTTP_PORT=$http_port", "DATADIR=$datadir");
my $run = start_run(@settings);
ok(wait_for_output($run, qr/dynapg is ready/), 'make run starts');
is(query($run, "SELECT extname FROM pg_extension WHERE extname = 'dynapg'"), 'dynapg', 'the printed line reaches the extension');
query($run, q{SELECT dynapg.create_table('{"TableName": "kept", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
	"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}')});
query($run, q{SELECT dynapg.put_item('{"TableName": "kept", "Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}')});

my $reply = HTTP::Tiny->new->post("http://127.0.0.1:$http_port/", {
	headers => { 'Content-Type' => 'application/x-amz-json-1.0', 'X-Amz-Target' => 'DynamoDB_20120810.GetItem' },
	content => '{"TableName": "kept", "Key": {"pk": {"S": "a"}}}' });
is($reply->{content}, '{"Item":{"n":{"N":"1"},"pk":{"S":"a"}}}', 'the HTTP front serves it');
like(HTTP::Tiny->new->get("http://127.0.0.1:$http_port/console")->{content}, qr/<script type="module" src="console\.js">/, 'and the console');

my $again = start_run(@settings);
is(wait_for_end($again), 0, 'a second make run on the same data succeeds');
my $reach = qr/psql -h 127\.0\.0\.1 -p $port -U postgres dynapg\n.*--endpoint-url http:\/\/127\.0\.0\.1:$http_port /s;
like(slurp($again->{output}), qr/runs already \(process \d+\) on the data in \Q$datadir\E:\n\s+$reach/, 'and says how to reach the first');
$again = start_run('PGPORT=' . PostgreSQL::Test::Cluster::get_free_port(), 'HTTP_PORT=' . PostgreSQL::Test::Cluster::get_free_port(), "DATADIR=$datadir");
is(wait_for_end($again), 0, 'so does one that asks for other ports');
like(slurp($again->{output}), qr/runs already.*$reach/s, 'and names the ports of the first');

my $other = start_run("PGPORT=$port", "DATADIR=$scratch/other");
isnt(wait_for_end($other), 0, 'a taken port is refused');
like(slurp($other->{output}), qr/^dynapg: port $port is taken/m, 'with a clear line');
ok(!-e "$scratch/other", 'before anything is created');

kill 'INT', -$run->{pid};
ok(defined wait_for_end($run), 'Ctrl-C ends make run');
ok(!port_is_open(), 'and the server');
like(slurp($run->{output}), qr/^Stopped\. The data stays in \Q$datadir\E$/m, 'which says so');
my ($control) = run_command([ 'pg_controldata', $datadir ]);
like($control, qr/cluster state:\s+shut down$/m, 'the shutdown was clean');
ok(!-e "$datadir/postmaster.pid", 'no lock file is left');

$run = start_run(@settings);
ok(wait_for_output($run, qr/dynapg is ready/), 'it starts again on the same data');
is(query($run, q{SELECT dynapg.get_item('{"TableName": "kept", "Key": {"pk": {"S": "a"}}}')::jsonb #>> '{Item,n,N}'}),
	'1', 'the data was kept');

# The data goes back to what a released version left, which the same tree then finds.
my ($version) = slurp('dynapg.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my @released = map { m{made_by_(.+)\.sql$} } glob('test/data/made_by_*.sql');
cmp_ok(scalar @released, '>', 0, 'there are released versions');
for my $old (@released)
{
	query($run, 'SET client_min_messages = warning; DROP EXTENSION dynapg CASCADE; DROP SCHEMA IF EXISTS dynamodb CASCADE');
	query($run, "CREATE EXTENSION dynapg VERSION '$old'");
	query($run, slurp("test/data/made_by_$old.sql"));
	query($run, 'ALTER TABLE dynamodb."Kept" OWNER TO postgres');
	is(query($run, q{SELECT extversion FROM pg_extension WHERE extname = 'dynapg'}), $old, "the kept data is of version $old");
	kill 'TERM', -$run->{pid};
	ok(defined wait_for_end($run), 'SIGTERM ends it, too');
	ok(!port_is_open(), 'and the server');
	$run = start_run(@settings);
	ok(wait_for_output($run, qr/dynapg is ready/), "it starts on data of version $old");
	like(slurp($run->{output}), qr/^Updated the extension in the kept data from \Q$old\E to \Q$version\E\.$/m, 'says that it updates the extension');
	is(query($run, q{SELECT extversion FROM pg_extension WHERE extname = 'dynapg'}), $version, 'and has done so');
	my $kept = HTTP::Tiny->new->post("http://127.0.0.1:$http_port/", {
		headers => { 'Content-Type' => 'application/x-amz-json-1.0', 'X-Amz-Target' => 'DynamoDB_20120810.GetItem' },
		content => '{"TableName": "Kept", "Key": {"id": {"S": "c"}, "n": {"N": "2"}}}' });
	is($kept->{content}, '{"Item":{"id":{"S":"c"},"n":{"N":"2"}}}', 'the HTTP front serves the items');
}
kill 'INT', -$run->{pid};
ok(defined wait_for_end($run), 'it ends');

# Two at a time: one starts the server, the other waits for it and says so.
my @fresh = ("PGPORT=$port", "HTTP_PORT=$http_port", "DATADIR=$scratch/fresh");
my @two = map { start_run(@fresh) } 1 .. 2;
my ($ended, $status);
for (1 .. PATIENCE * 10)
{
	for my $one (grep { !$ended } @two)
	{
		next unless waitpid($one->{pid}, WNOHANG) == $one->{pid};
		($ended, $status) = ($one, $?);
		delete $process{ $one->{pid} };
	}
	last if $ended;
	sleep 0.1;
}
ok(defined $ended, 'of two runs at a time one ends');
is($status, 0, 'without an error');
my ($first) = grep { $_ != $ended } @two;
ok(wait_for_output($first, qr/dynapg is ready/), 'the other starts the server');
like(slurp($ended->{output}), qr/runs already \(process \d+\) on the data in \Q$scratch\E\/fresh:\n\s+$reach/, 'which the one that ended names');
like(query($first, 'SELECT dynapg.list_tables()'), qr/TableNames/, 'and which works');
unlike(slurp($_->{output}), qr/unbound|error|failed|No such/i, 'no error is printed') for @two;
kill 'INT', -$first->{pid};
ok(defined wait_for_end($first), 'it ends');

# In the background: the commands of docs/installation.md, with ports and data of this test.
my ($commands) = slurp('docs/installation.md') =~ /^<!-- test: 002_run -->\n```sh\n(.*?)^```$/ms;
$commands =~ s/^make (\w+)$/make --no-print-directory $1 PGPORT=$port HTTP_PORT=$http_port DATADIR='$scratch\/background'/mg;
my ($background) = run_command([ 'sh', '-euc', $commands ]);
is($?, 0, 'make start, status and stop');
like($background, qr/^dynapg is ready .*^dynapg is ready .*^Stopped\. The data stays in \Q$scratch\E\/background\.$/ms, 'say what they do');

my $bad = start_run('PGPORT=70000', "DATADIR=$datadir");
isnt(wait_for_end($bad), 0, 'an invalid port is refused');
like(slurp($bad->{output}), qr/^dynapg: PGPORT=70000 is not a port/m, 'with a clear line');

$bad = start_run("PGPORT=$port", 'HTTP_PORT=http', "DATADIR=$datadir");
isnt(wait_for_end($bad), 0, 'so is an invalid HTTP port');
like(slurp($bad->{output}), qr/^dynapg: HTTP_PORT=http is not a port/m, 'with a clear line');

mkdir "$scratch/full" or die "cannot make a folder: $!";
append_to_file("$scratch/full/letter", "dear reader\n");
$bad = start_run("PGPORT=$port", "DATADIR=$scratch/full");
isnt(wait_for_end($bad), 0, 'a folder with something else in it is refused');
like(slurp($bad->{output}), qr/^dynapg: .*neither empty nor a data directory/m, 'with a clear line');

done_testing();
