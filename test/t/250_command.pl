# 250_command.pl - the command dynapg: starts, stops and describes a server in the background, loads fixtures, may be repeated,
# and refuses what it cannot do before it makes anything.
#
# It lies beside PostgreSQL's programs in the private installation that the tests run with.
use strict;
use warnings;
use File::Temp qw(tempdir);
use HTTP::Tiny;
use JSON::PP;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{ grep { /^PG(?!_CONFIG$)/ } keys %ENV };
delete @ENV{qw(DYNAPG_DATA)};

my ($bin) = run_command([ 'pg_config', '--bindir' ]);
my ($program) = grep { -x } map { "$_/dynapg" } split(/:/, $ENV{PATH}), $bin;
ok($program, 'it is installed beside the programs of PostgreSQL');

my $scratch = tempdir(CLEANUP => 1);
my $data = "$scratch/data with a space";
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $pg_port = PostgreSQL::Test::Cluster::get_free_port();
my @ports = ('--port', $port, '--pg-port', $pg_port);

# Runs the command; returns its exit status, output and errors.
sub dynapg
{
	my (@arguments) = @_;
	my ($output, $errors) = ("$scratch/stdout", "$scratch/stderr");
	my $pid = fork // die "cannot fork: $!";
	if ($pid == 0)
	{
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', $output;
		open STDERR, '>', $errors;
		exec $program, @arguments or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	my $status = $? >> 8;
	return ($status, slurp_file($output), slurp_file($errors));
}

sub works
{
	my ($name, @arguments) = @_;
	my ($status, $output, $errors) = dynapg(@arguments);
	is("$status|$errors", '0|', $name);
	return $output;
}

sub fails
{
	my ($pattern, $name, @arguments) = @_;
	my ($status, undef, $errors) = dynapg(@arguments);
	isnt($status, 0, $name);
	like($errors, $pattern, "$name: says so");
}

sub request
{
	my ($operation, $body) = @_;
	return HTTP::Tiny->new->post("http://127.0.0.1:$port/", {
		headers => { 'Content-Type' => 'application/x-amz-json-1.0', 'X-Amz-Target' => "DynamoDB_20120810.$operation" },
		content => encode_json($body) })->{content};
}

sub write_file
{
	my ($name, $content) = @_;
	append_to_file("$scratch/$name", $content);
	return "$scratch/$name";
}

END
{
	my $status = $?;
	system $program, 'remove', '--quiet', '--data', $data if $program && -e $data;
	$? = $status;
}

# What it refuses before anything is made.
fails(qr/there is no action begin/, 'an unknown action', 'begin');
fails(qr/there is no option --color/, 'an unknown option', 'start', '--color');
fails(qr/--port takes a port from 1 to 65535, not "0"/, 'port 0', 'start', '--port', '0');
fails(qr/--port takes a port from 1 to 65535, not "8000;id"/, 'an invalid port', 'start', '--port=8000;id');
fails(qr/--data needs a value/, 'an option without its value', 'start', '--data');
fails(qr/stop takes no argument 8000/, 'an argument too many', 'stop', '8000');
fails(qr/cannot read .*missing\.sql/, 'a fixture that is not there', 'start', '--data', $data, @ports, '--load', "$scratch/missing.sql");
fails(qr/no server runs on the data/, 'the environment of no server', 'env', '--data', $data);
my ($status, $output) = dynapg('status', '--data', $data);
is($status, 3, 'the status of no server');
like($output, qr/^No server runs on the data in \Q$data\E\.$/, 'says so');
is(works('a stop without a server', 'stop', '--data', $data), "No server runs on the data in $data.\n", 'says so');
ok(!-e $data, 'nothing was made');
my $letter = "$scratch/letters";
mkdir $letter;
write_file('letters/letter', "dear reader\n");
fails(qr/neither empty nor a data folder/, 'a folder with something else in it', 'start', '--data', $letter, @ports);
fails(qr/not a data folder/, 'and it is not removed', 'remove', '--data', $letter);
ok(-e "$letter/letter", 'the letter stays');
mkdir "$scratch/others";
write_file('others/PG_VERSION', "15\n");
fails(qr/has not started a server on .*others, and does not remove it/, 'the data of another program', 'remove', '--data', "$scratch/others");
ok(-e "$scratch/others/PG_VERSION", 'which stays');

# A new server with fixtures: a table of a template, items in lines, SQL.
my $template = write_file('template.json', encode_json({ Resources => { Orders => { Type => 'AWS::DynamoDB::Table', Properties => {
	TableName => 'Orders', BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ] } } } }));
my @items = map { { id => { S => $_ }, text => { S => "line\n, tab\t, backslash \\, quote \", \x{e9}" } } } qw(a b);
my $lines = write_file('items.jsonl', join('', map { JSON::PP->new->canonical->ascii->encode($_) . "\n" } @items));
my $sql = write_file('fixture.sql', q(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"id":{"S":"c"}}}') \gset
));
$output = works('start', 'start', '--data', $data, @ports, '--no-sync', '--load', $template, '--load', "Orders=$lines", '--load', $sql);
like($output, qr/^dynapg is ready \(process \d+, PostgreSQL \d+, data in \Q$data\E\):\n.*psql -h 127\.0\.0\.1 -p $pg_port -U postgres dynapg$/m,
	'it says how to reach it');
like($output, qr/ErrorCount":0/, 'and what was loaded');
is_deeply(decode_json(request('GetItem', { TableName => 'Orders', Key => { id => { S => 'a' } } })), { Item => $items[0] },
	'the HTTP front serves the items, byte for byte');
is(decode_json(request('Scan', { TableName => 'Orders', Select => 'COUNT' }))->{Count}, 3, 'all of them');
like(HTTP::Tiny->new->get("http://127.0.0.1:$port/console")->{content}, qr/<script type="module" src="console\.js">/, 'and the console is there');
is(works('SQL', 'sql', '--data', $data, '--', '-X', '-A', '-t', '-c', q(SHOW fsync)), "off\n", 'what follows -- goes to psql');

# The documentation's commands, in a folder of their own, with the ports of this test.
my ($bindir) = $program =~ m{^(.*)/[^/]*$};
my $other_port = PostgreSQL::Test::Cluster::get_free_port();
mkdir "$scratch/docs" or die "cannot make a folder: $!";
system_or_bail('cp', $template, "$scratch/docs/template.json");
system_or_bail('cp', $lines, "$scratch/docs/orders.jsonl");

sub run_commands
{
	my ($page) = @_;
	my @blocks = slurp_file($page) =~ /^<!-- test: 250_command -->\n```sh\n(.*?)^```$/msg;
	is(scalar @blocks, 1, "$page has commands");
	my $commands = $blocks[0] =~ s/5454/$pg_port/gr =~ s/8123/$other_port/gr;
	my ($output, $errors) = run_command([ 'sh', '-euc', "cd '$scratch/docs' && PATH='$bindir':\$PATH\n$commands" ]);
	is($?, 0, "they succeed") or diag($errors);
	return $output;
}

my @server = ('-h', '127.0.0.1', '-p', $pg_port, '-U', 'postgres');
for my $page ('docs/sql-first.md', 'docs/application.md')
{
	run_commands($page);
	is((run_command([ "$bindir/psql", @server, '-XAtc', q(SELECT dynapg.scan('{"TableName":"Orders","Select":"COUNT"}')), 'restored' ]))[0],
		'{"Count":3,"ScannedCount":3}', 'a dump is complete');
	system_or_bail("$bindir/dropdb", @server, 'restored');
}
like(run_commands('docs/installation.md'), qr/^dynapg is ready .*"Orders".*^Stopped\./ms, 'a server of the documentation');

my ($process) = works('status', 'status', '--data', $data) =~ /process (\d+)/;
like(works('start again', 'start', '--data', $data), qr/^dynapg runs already \(process $process,/, 'finds the first server');
fails(qr/runs on port $port, not 1234; stop it first/, 'start on another port', 'start', '--data', $data, '--port', 1234);
is(works('the environment', 'env', '--data', $data), "export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\n"
	. "export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any\n", 'is what a shell can evaluate');
fails(qr/port $port is taken; choose another one with --port/, 'a taken port', 'start', '--data', "$scratch/other", '--port', $port);
ok(!-e "$scratch/other", 'nothing is made for it');

# Bad fixtures of a server that runs.
fails(qr/neither a model of NoSQL Workbench nor a CloudFormation template/, 'JSON of another kind', 'load', '--data', $data, write_file('other.json', '{}'));
fails(qr/not everything .* could be loaded: .*"ErrorCount":1/s, 'an item without a key', 'load', '--data', $data,
	'Orders=' . write_file('bad.jsonl', qq({"id":{"S":"d"}}\n{"other":{"S":"e"}}\n)));
fails(qr/cannot load/, 'items of a table that is not there', 'load', '--data', $data, "Nothing=$lines");
fails(qr/cannot load/, 'SQL with an error', 'load', '--data', $data, write_file('bad.sql', "SELECT 1/0;\n"));
fails(qr/neither \.sql nor \.json/, 'a file of another kind', 'load', '--data', $data, $program);
fails(qr/not everything .* could be loaded: .*"ErrorCount":[1-9]/s, 'a line that would end the items', 'load', '--data', $data,
	'Orders=' . write_file('end.jsonl', qq({"id":{"S":"a"}}\n\\.\n\\! touch "$scratch/ran"\n)));
ok(!-e "$scratch/ran", 'what follows is no command');
write_file('cut.gz', substr(qx(printf '{"id":{"S":"never"}}\n%.0s' {1..3} | gzip -c), 0, -6));
fails(qr/cannot load/, 'a compressed file that was cut off', 'load', '--data', $data, "Orders=$scratch/cut.gz");
my $quoted = write_file(q(it's.jsonl), qq({"id":{"S":"f"}}\n));
works('a file with a quote in its name', 'load', '--data', $data, "Orders=$quoted");

# Restart, a stop, and a lock file that a crash left behind.
works('restart', 'restart', '--data', $data, '--quiet');
my ($next) = works('status', 'status', '--data', $data) =~ /process (\d+)/;
isnt($next, $process, 'a restart is another process');
is(decode_json(request('Scan', { TableName => 'Orders', Select => 'COUNT' }))->{Count}, 5, 'on the same port, with the data');
like(works('stop', 'stop', '--data', $data), qr/^Stopped\. The data stays in \Q$data\E\.$/, 'says where the data is');
ok(!-e "$data/postmaster.pid", 'the server ended cleanly');
append_to_file("$data/postmaster.pid", "$$\n$data\n0\n$pg_port\n\n\n\n\n");
is((dynapg('status', '--data', $data))[0], 3, 'a file that names a process of somebody else is not a server');
unlink "$data/postmaster.pid";
works('start after all', 'start', '--data', $data, @ports, '--quiet', '--load', $sql);
is(decode_json(request('Scan', { TableName => 'Orders', Select => 'COUNT' }))->{Count}, 5, 'fixtures are for new data alone');
works('remove', 'remove', '--data', $data, '--quiet');
is(join(' ', grep { /^data/ } map { s{.*/}{}r } glob("'$scratch/'*")), '', 'nothing is left of it');

# Two at a time: one starts the server, the other finds it.
my @children;
for my $n (1, 2)
{
	my $pid = fork // die "cannot fork: $!";
	if ($pid == 0)
	{
		open STDOUT, '>', "$scratch/two$n";
		open STDERR, '>&', \*STDOUT;
		exec $program, 'start', '--data', $data, @ports or POSIX::_exit(127);
	}
	push @children, $pid;
}
is(join(' ', map { waitpid($_, 0); $? } @children), '0 0', 'two starts at a time succeed');
is(join(' ', sort map { (slurp_file("$scratch/two$_") =~ /^dynapg (.*?) \(/m)[0] } 1, 2), 'is ready runs already', 'as one server');

# A first start that failed may have left a database without the extension.
works('without the extension', 'sql', '--data', $data, '--', '-X', '-q', '-c', 'SET client_min_messages = error; DROP EXTENSION dynapg CASCADE');
works('stop', 'stop', '--data', $data);
works('the next start', 'start', '--data', $data, @ports);
is(request('ListTables', {}), '{"TableNames":[]}', 'has it again');

done_testing();
