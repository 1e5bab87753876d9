# 260_recipes.pl - the recipes of docs/recipes.md do what is said there, and the list of clients in docs/clients.md is the one that make clients runs
#
# What only needs another port, folder or file is replaced; everything else runs as it stands in the document.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant PATIENCE => 30;    # seconds

my $text = slurp_file('docs/recipes.md');
my $scratch = tempdir(CLEANUP => 1);
my ($python) = grep { system("$_ -c 'import boto3' >/dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3';
my $orders = '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}';
local %ENV = (%ENV, AWS_ACCESS_KEY_ID => 'key', AWS_SECRET_ACCESS_KEY => 'secret', AWS_DEFAULT_REGION => 'us-east-1', AWS_REGION => 'us-east-1',
	AWS_CONFIG_FILE => '/dev/null', AWS_SHARED_CREDENTIALS_FILE => '/dev/null');

# The blocks of a language in a section, in their order.
sub blocks_of
{
	my ($section, $language) = @_;
	my ($body) = $text =~ /^#+ \Q$section\E\n(.*?)(?=^#+ [A-Z]|\z)/ms or die "there is no section $section";
	my @blocks = $body =~ /^```\Q$language\E\n(.*?)^```$/msg;
	ok(scalar @blocks, "$section: $language");
	return @blocks;
}

sub write_file
{
	my ($name, $content) = @_;
	open my $out, '>', "$scratch/$name" or die "$name: $!";
	print $out $content;
	close $out;
	return "$scratch/$name";
}

# ---- from another emulator: a server of our own is the other one ----

my ($node, $port) = http_node('recipes');
my ($bin) = run_command([ 'pg_config', '--bindir' ]);
my ($command) = grep { -x } map { "$_/dynapg" } split(/:/, $ENV{PATH}), $bin;

# A bare statement in a database; an error is part of the result.
sub sql
{
	my ($statement) = @_;
	my (undef, $out, $err) = $node->psql('postgres', $statement, extra_params => [ '-q', '-A', '-t' ], on_error_stop => 0);
	return $out . ($err ? "\n$err" : '');
}

SKIP:
{
	my $section = 'From LocalStack or another emulator';
	my ($script) = blocks_of($section, 'sh');
	my ($copy) = blocks_of($section, 'sql');
	skip 'there is no AWS CLI', 5 if system('aws --version >/dev/null 2>&1') != 0;
	my ($new_port, $pg_port) = map { PostgreSQL::Test::Cluster::get_free_port() } 1, 2;
	my $data = "$scratch/data";
	$node->safe_psql('postgres', "SELECT dynapg.create_table('$orders'); SELECT dynapg.put_item('{\"TableName\":\"Orders\",\"Item\":{\"id\":{\"S\":\"1\"},\"text\":{\"S\":\"it''s \\\\ here\"}}}')");

	$script =~ s/^(dynapg start) --port 4566/$1 --data '$data' --pg-port $pg_port --no-sync --quiet --port $new_port/m;
	$script =~ s/dynapg env/dynapg env --data '$data'/;
	local $ENV{PATH} = $command =~ s{/dynapg$}{}r . ":$ENV{PATH}";
	my $printed = `sh -ec "\$(cat '${\write_file('emulator.sh', $script)}')" 2>&1`;
	is_deeply(eval { decode_json($printed) }, { TableNames => [] }, 'three lines lead to a server without tables') or diag $printed;
	my $file = write_file('copy.sql', $copy =~ s/localhost:4567/127.0.0.1:$port/gr);
	$printed = `dynapg sql --data '$data' -- -X -q -A -t -v ON_ERROR_STOP=1 -f '$file' 2>&1`;
	like($printed, qr/^CREATING\n\{"ImportedItemCount":1,/, 'a table moves by three more');
	is(`dynapg sql --data '$data' -- -X -q -A -t -c "SELECT item OPERATOR(dynapg.->>) 'text' FROM dynamodb.\\"Orders\\""`, "it's \\ here\n", 'with its items as they were');

	my ($load) = blocks_of('NoSQL Workbench', 'sh');
	my $model = write_file('model.json', encode_json({ ModelName => 'Shop', DataModel => [ { TableName => 'Baskets', KeyAttributes => {
		PartitionKey => { AttributeName => 'id', AttributeType => 'S' } }, NonKeyAttributes => [], TableData => [ { id => { S => 'a' } } ] } ] }));
	$load =~ s/load model\.json/load --data '$data' '$model'/;
	like(`$load 2>&1`, qr/^Loaded /, 'a model of NoSQL Workbench is loaded');
	is(`dynapg sql --data '$data' -- -X -q -A -t -c 'SELECT count(*) FROM dynamodb."Baskets"'`, "1\n", 'with its sample data');
	system 'dynapg', 'remove', '--quiet', '--data', $data;
	$node->safe_psql('postgres', q(SELECT dynapg.delete_table('{"TableName":"Orders"}')));
}

# ---- a role for each tenant ----

my ($definition, $use) = blocks_of('One table, a role for each tenant', 'sql');
is(sql($definition), 'CREATING', 'the table and its policy');
is_deeply([ split /\n/, sql("\\set VERBOSITY sqlstate\n$use") ],
	[ '{}', '{}', '{"Items":[{"number":{"N":"1"},"owner":{"S":"globex"}}],"Count":1,"ScannedCount":1}', '{}', 'psql:<stdin>:4: ERROR:  42501' ],
	'in SQL each role has its own items');
my %key = map { $_ => [ split /\|/, $node->safe_psql('postgres', "SELECT * FROM dynapg.create_access_key('$_')") ] } qw(acme globex);
$node->append_conf('postgresql.conf', "dynapg.http_auth = 'sigv4'");
$node->restart;
for (1 .. 600)
{
	last if (eval { signed_call($port, @{ $key{acme} }, 'ListTables', '{}')->{status} } // 0) == 200;
	select undef, undef, undef, 0.05;
}

sub as_tenant
{
	my ($role, $operation, $body) = @_;
	return answer_of(signed_call($port, @{ $key{$role} }, $operation, $body));
}
my $item = sub { qq({"TableName":"Invoices","Item":{"owner":{"S":"$_[0]"},"number":{"N":"$_[1]"}}}) };
is(as_tenant('acme', 'PutItem', $item->('acme', 2)), '200 {}', 'over HTTP: an item of its own');
like(as_tenant('acme', 'PutItem', $item->('acmes', 2)), qr/^400 .*AccessDeniedException/, 'one whose name only begins alike');
like(as_tenant('acme', 'PutItem', $item->('globex', 1)), qr/^400 .*AccessDeniedException/, 'one of another tenant');
like(as_tenant('acme', 'UpdateItem', '{"TableName":"Invoices","Key":{"owner":{"S":"globex"},"number":{"N":"1"}},"UpdateExpression":"SET a = :a",
	"ExpressionAttributeValues":{":a":{"S":"mine"}}}'), qr/^400 .*AccessDeniedException/, 'an update of one');
is(as_tenant('acme', 'DeleteItem', '{"TableName":"Invoices","Key":{"owner":{"S":"globex"},"number":{"N":"1"}}}'), '200 {}', 'a delete of one');
is(as_tenant('globex', 'GetItem', '{"TableName":"Invoices","Key":{"owner":{"S":"globex"},"number":{"N":"1"}}}'),
	'200 {"Item":{"number":{"N":"1"},"owner":{"S":"globex"}}}', 'which is still there');
is(as_tenant('acme', 'Query', '{"TableName":"Invoices","KeyConditionExpression":"#o = :o","ExpressionAttributeNames":{"#o":"owner"},
	"ExpressionAttributeValues":{":o":{"S":"globex"}}}'), '200 {"Items":[],"Count":0,"ScannedCount":0}', 'a query of another tenant');
like(as_tenant('acme', 'Scan', '{"TableName":"Invoices","Select":"COUNT"}'), qr/"Count":2,/, 'a scan');
like(as_tenant('acme', 'ExecuteStatement', '{"Statement":"SELECT * FROM \"Invoices\" WHERE owner = \'globex\'"}'), qr/^200 \{"Items":\[\]/, 'PartiQL');
like(as_tenant('acme', 'TransactWriteItems', '{"TransactItems":[{"Put":{"TableName":"Invoices","Item":{"owner":{"S":"globex"},"number":{"N":"3"}}}}]}'),
	qr/^400 .*(AccessDenied|TransactionCanceled)/, 'a transaction');
$node->append_conf('postgresql.conf', "dynapg.http_auth = 'trust'");
$node->restart;
wait_for_http($port);

# ---- webhooks: a listener that refuses the first post ----

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "cannot listen: $!";
my $hook = 'http://127.0.0.1:' . $listener->sockport . '/changes';

# Answers the next request with that status; returns its body, decoded, or undef when none comes.
sub next_post
{
	my ($status) = @_;
	IO::Select->new($listener)->can_read(PATIENCE) or return;
	my $connection = $listener->accept;
	my ($head, $body, $length) = ('', '', 0);

	while (my $line = <$connection>)
	{
		$length = $1 if $line =~ /^Content-Length: (\d+)/i;
		$head .= $line;
		last if $line eq "\r\n";
	}
	read $connection, $body, $length;
	print $connection "HTTP/1.1 $status \r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	close $connection;
	like($head, qr{^POST /changes HTTP/1\.1\r\n.*Content-Type: application/json}si, 'a post of JSON');
	return decode_json($body);
}

# Runs the program in a process of its own, which ends when it does or when it is stopped.
sub start_program
{
	my (@program) = @_;
	my $pid = fork // die "fork: $!";

	return $pid if $pid;
	open STDIN, '<', '/dev/null';
	open STDOUT, '>>', "$scratch/worker.log";
	open STDERR, '>&', \*STDOUT;
	exec @program or POSIX::_exit(127);
}

sub write_orders
{
	$node->safe_psql('postgres', join ';', map { qq(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"id":{"S":"$_"},"s":{"S":"back\\\\slash, \\"quote\\""}}}')) } @_);
	return;
}

$node->safe_psql('postgres', "SELECT dynapg.create_table('$orders')");
my ($place) = blocks_of('With psql and curl', 'sql');
my ($worker) = blocks_of('With psql and curl', 'psql');
my ($loop) = blocks_of('With psql and curl', 'sh');
like($loop, qr/psql -X -q -f webhook\.psql app/, 'the loop runs the file');
SKIP:
{
	skip 'there is no curl', 8 if system('curl --version >/dev/null 2>&1') != 0;
	$node->safe_psql('postgres', $place);
	my $file = write_file('webhook.psql', $worker =~ s{http://localhost:9000/changes >webhook\.log}{$hook >$scratch/webhook.log}r);
	my @psql = ('psql', '-X', '-q', '-f', $file, $node->connstr('postgres'));
	write_orders('a', 'b');
	my $pid = start_program(@psql);
	is(scalar @{ next_post(503) }, 2, 'two changes');
	waitpid $pid, 0;
	isnt($?, 0, 'are refused');
	$pid = start_program(@psql);
	my $posted = next_post(200);
	waitpid $pid, 0;
	is($?, 0, 'and come again');
	is_deeply([ map { "$_->{event} $_->{new}{id}{S} $_->{new}{s}{S}" } @$posted ], [ map { "INSERT $_ back\\slash, \"quote\"" } qw(a b) ], 'as they are');
	write_orders('c');
	$pid = start_program(@psql);
	is_deeply([ map { $_->{keys}{id}{S} } @{ next_post(200) } ], ['c'], 'then what is new');
	waitpid $pid, 0;
	is(system(@psql), 0, 'without changes nothing is posted');
	ok(!IO::Select->new($listener)->can_read(0), 'nothing at all');
}

SKIP:
{
	my ($program) = blocks_of('With an SDK', 'python');
	skip 'there is no Python with boto3', 6 unless $python;
	$node->safe_psql('postgres', q(SELECT dynapg.create_table('{"TableName":"Places","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"shard","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"shard","AttributeType":"S"}]}')));
	$program =~ s{http://localhost:9000/changes}{$hook};
	$program =~ s{http://localhost:8000}{http://127.0.0.1:$port}g;
	my $file = write_file('webhook.py', $program);
	write_orders('d');
	my $pid = start_program($python, $file);
	my $posted = next_post(500);
	waitpid $pid, 0;
	isnt($?, 0, 'the worker ends when the other side refuses');
	$pid = start_program($python, $file);
	is_deeply(next_post(200), $posted, 'and sends the same when it starts again');
	write_orders('e');
	is_deeply([ map { $_->{dynamodb}{NewImage}{id}{S} } @{ next_post(200) } ], ['e'], 'then what is new');
	$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM dynamodb."Places" WHERE (item OPERATOR(dynapg.->>) 'after')::numeric =
		(SELECT max(sequence_number) FROM dynapg.stream_records('Orders'))));
	kill 'TERM', $pid;
	waitpid $pid, 0;
	write_orders('f');
	$pid = start_program($python, $file);
	is_deeply([ map { $_->{dynamodb}{NewImage}{id}{S} } @{ next_post(200) } ], ['f'], 'also after a stop');
	kill 'TERM', $pid;
	waitpid $pid, 0;
	diag slurp_file("$scratch/worker.log") unless Test::More->builder->is_passing;
}

# ---- PartiQL as consoles send it; test/wire/js/admin.mjs starts dynamodb-admin as its recipe says ----

my ($statements) = blocks_of('PartiQL in IntelliJ, DataGrip and DBeaver', 'partiql');
for my $statement (split /\n/, $statements)
{
	my $reply = call($port, 'ExecuteStatement', encode_json({ Statement => $statement }));
	is($reply->{status}, 200, $statement) or diag $reply->{body};
}

# ---- the list of clients ----

my @clients = split /\n/, `bash test/clients/run --list`;
is($?, 0, 'make clients lists its clients');
cmp_ok(scalar @clients, '>=', 20, 'many');
my $table = slurp_file('docs/clients.md');
for my $client (@clients)
{
	my ($name, $language, $library, $steps) = split /\|/, $client;
	like($steps, qr/^[a-z]+( [a-z]+)*$/, "$name has steps");
	like($table, qr/^\| \Q$language\E \| \Q$library\E \|/m, "$library has its row in docs/clients.md");
}

$node->stop;
done_testing();
