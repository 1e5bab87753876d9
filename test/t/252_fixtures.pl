# 252_fixtures.pl - resets and snapshots over HTTP and by the command dynapg: what docs/testing.md shows does what it says, and no page, other
# host or server with access keys lets anybody destroy tables
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use File::Temp qw(tempdir);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('fixtures');

# A request to that path, with the header that it needs; headers may replace the usual ones.
sub control
{
	my ($path, $body, %headers) = @_;
	return exchange(dial($port), request_text('', $body, 'X-Amz-Target' => undef, 'X-Dynapg-Control' => 'yes', %headers) =~ s{^POST /}{POST /dynapg/$path}r);
}

sub items
{
	my ($table) = @_;
	my $reply = call($port, 'Scan', qq({"TableName":"$table","Select":"COUNT"}));
	return $reply->{status} == 200 ? decode_json($reply->{body})->{Count} : 'no table';
}

sub put
{
	my ($table, $key) = @_;
	is(call($port, 'PutItem', qq({"TableName":"$table","Item":{"pk":{"S":"$key"}}}))->{status}, 200, "$key is put into $table");
	return;
}

create_table($port, 'one');
create_table($port, 'two');
put('one', 'a');

# Whoever must not.
for my $case (
	[ 'without the header', 403, 'reset', 'X-Dynapg-Control' => undef ],
	[ 'from a page of another host', 403, 'reset', 'Origin' => 'http://example.com' ],
	[ 'from a page of this machine', 403, 'reset', 'Origin' => 'http://localhost:3000' ],
	[ 'from a page without a host', 403, 'reset', 'Origin' => 'null' ],
	[ 'from a page whose browser sends no origin', 403, 'reset', 'Sec-Fetch-Site' => 'same-origin' ],
	[ 'to a name that resolves to this machine', 403, 'reset', 'Host' => 'rebound.example.com' ],
	[ 'to a path that is none', 404, 'reset?', () ],
	[ 'to a path that begins as one', 404, 'resets', () ],
	[ 'to no path', 404, '', () ])
{
	my ($name, $status, $path, %headers) = @$case;
	is(control($path, '{}', %headers)->{status}, $status, "a reset $name is refused");
}
for my $method (qw(GET PUT DELETE OPTIONS))
{
	my $reply = exchange(dial($port), "$method /dynapg/reset HTTP/1.1\r\nHost: localhost\r\nX-Dynapg-Control: yes\r\n\r\n");
	ok(defined $reply, "$method is answered");
}
is(items('one'), 1, 'nothing has happened');

# Bad requests.
is(control('reset', '{"Tables":"all"}')->{status}, 400, 'a way of resetting that is none');
is(control('reset', '{"Tables":')->{status}, 400, 'no JSON');
is(control('save-snapshot', '{}')->{status}, 400, 'a snapshot without a name');
my $missing = control('restore-snapshot', '{"Name":"missing"}');
is($missing->{status}, 400, 'a snapshot that is none');
like($missing->{body}, qr/ResourceNotFoundException.*Snapshot: missing not found/, 'is an exception');
is(items('one'), 1, 'nothing has happened');

# A test's life.
is(control('save-snapshot', '{"Name":"base"}')->{body}, '{"Tables":2}', 'a snapshot');
put('one', 'b');
put('two', 'c');
create_table($port, 'three');
is(control('restore-snapshot', '{"Name":"base"}')->{body}, '{"Tables":3}', 'is restored');
is(join(' ', map { items($_) } qw(one two three)), '1 0 no table', 'items and tables are as they were');
is(control('restore-snapshot', '{"Name":"base"}')->{body}, '{"Tables":0}', 'restored again, nothing has changed');
is(control('reset', '', 'X-Dynapg-Control' => '')->{body}, '{"Tables":2}', 'a reset; the header may be empty');
is(join(' ', map { items($_) } qw(one two)), '0 0', 'removes the items');
is(control('restore-snapshot', '{"Name":"base"}')->{body}, '{"Tables":1}', 'and a restore brings them back');
$node->restart;
wait_for_http($port);
is(control('restore-snapshot', '{"Name":"base"}')->{body}, '{"Tables":0}', 'a snapshot outlives the server');
put('one', 'd');
$node->stop('immediate');
$node->start;
wait_for_http($port);
is(control('restore-snapshot', '{"Name":"base"}')->{body}, '{"Tables":1}', 'and its crash');
is(items('one'), 1, 'with the items of before');
is(control('reset', '{"Tables":"drop"}')->{body}, '{"Tables":2}', 'all tables are dropped');
is(call($port, 'ListTables', '{}')->{body}, '{"TableNames":[]}', 'no table is left');
is(control('restore-snapshot', '{"Name":"base"}')->{body}, '{"Tables":2}', 'a restore makes them again');
is(items('one'), 1, 'with their items');
is(control('drop-snapshot', '{"Name":"base"}')->{body}, '{}', 'the snapshot is dropped');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname ~ ' snapshot ')), '0', 'with its copies');

# A large table, whose items are toasted, and one with many rows: emptied by TRUNCATE, and put back.
$node->safe_psql('postgres', q(SELECT dynapg.put_item(json_build_object('TableName', 'two', 'Item', json_build_object('pk', json_build_object('S', i::text),
	'text', json_build_object('S', (SELECT string_agg(md5(i * j || ''), '') FROM generate_series(1, 200) j))))) FROM generate_series(1, 2000) i));
my $checksum = q(SELECT md5(string_agg(item::text, '' ORDER BY pk)) FROM dynamodb.two);
my $sum = $node->safe_psql('postgres', $checksum);
control('save-snapshot', '{"Name":"large"}');
is(control('reset', '{}')->{status}, 200, 'a large table is emptied');
is(items('two'), 0, 'it is empty');
control('restore-snapshot', '{"Name":"large"}');
is($node->safe_psql('postgres', $checksum), $sum, 'and has its items again');
$node->safe_psql('postgres', q(DELETE FROM dynamodb.two WHERE pk = '2000'; VACUUM dynamodb.two));
control('restore-snapshot', '{"Name":"large"}');
is($node->safe_psql('postgres', $checksum), $sum, 'also when VACUUM has given up its last block');
$node->safe_psql('postgres', q(SET synchronous_commit = off; UPDATE dynamodb.two SET item = dynapg.item_update(item, 'SET a = :a', NULL, '{":a": {"N": "1"}}') WHERE pk = '7'));
control('restore-snapshot', '{"Name":"large"}');
is($node->safe_psql('postgres', $checksum), $sum, 'and when one item of it was changed');

# A server with access keys has no such paths.
$node->append_conf('postgresql.conf', "dynapg.http_auth = 'sigv4'\n");
$node->restart;
wait_for_http($port, 400);
is(control('reset', '{"Tables":"drop"}')->{status}, 404, 'with access keys there is no reset');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynapg.tables'), '2', 'and no table is gone');
$node->stop;

# What the page shows, by a shell.
SKIP:
{
	my ($bin) = run_command([ 'pg_config', '--bindir' ]);
	my $scratch = tempdir(CLEANUP => 1);
	my $page = slurp_file('docs/testing.md');
	my $pg = PostgreSQL::Test::Cluster::get_free_port();
	my ($http) = grep { my $from = $_; 4 == grep { PostgreSQL::Test::Cluster::can_bind('127.0.0.1', $_) } $from .. $from + 3 } map { 30000 + 4 * int rand 500 } 1 .. 50;
	my $commands = join '', $page =~ /^```sh\n(.*?)^```\n/msg;

	skip 'there is no curl', 1 if system('curl --version >/dev/null 2>&1') != 0;
	$commands =~ s/--port 8123/--port $http --pg-port $pg/g;
	append_to_file("$scratch/fixture.sql", <<'SQL');
DO $$ BEGIN IF NOT EXISTS (SELECT FROM dynapg.tables) THEN PERFORM dynapg.create_table('{"TableName": "Notes", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}'); END IF; END $$;
SELECT 'loaded' FROM dynapg.put_item('{"TableName": "Notes", "Item": {"id": {"S": "1"}}}');
SQL
	append_to_file("$scratch/commands", "set -e\ncd '$scratch'\ndynapg() { '$bin/dynapg' \"\$@\"; }\n$commands\n");
	my $output = qx(env -u DYNAPG_DATA bash '$scratch/commands' 2>'$scratch/errors');
	is($?, 0, 'the commands of docs/testing.md succeed') or diag slurp_file("$scratch/errors");
	like($output, qr/^Removed the items of 1 tables\.$/m, 'reset');
	like($output, qr/^Dropped 1 tables\.$/m, 'reset --drop');
	like($output, qr/^Saved 1 tables as base\.$/m, 'save');
	like($output, qr/^Restored base: 0 tables had changed\.$/m, 'restore');
	like($output, qr/^base\|1\|1\|/m, 'snapshots');
	like($output, qr/^Removed base\.$/m, 'forget');
	like($output, qr/\{"Tables":1\}\{"Tables":1\}\{"Tables":0\}\{\}\{"Tables":1\}\{"Tables":0\}$/, 'over HTTP');
	my $failed = qx('$bin/dynapg' restore --data '$scratch/testdata' 2>&1);
	like($failed, qr/restore takes the name of one snapshot/, 'a restore of nothing');
	$failed = qx('$bin/dynapg' restore "it's" --data '$scratch/testdata' 2>&1);
	isnt($?, 0, 'a restore of what is not there fails');
	system "$bin/dynapg", 'remove', '--quiet', '--data', "$scratch/testdata";
}

done_testing();
