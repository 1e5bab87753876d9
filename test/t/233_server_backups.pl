# 233_server_backups.pl - the commands of docs/server-backups.md: all forms of pg_dump restore a database that serves, and a base backup with the
# write-ahead log brings back a moment; PgBouncer in transaction mode, and the queries of docs/operations.md; the way out of docs/security.md.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgDocs;
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = 'server-backups.md';
my $folder = PostgreSQL::Test::Utils::tempdir;
my %here = map { ("/srv/$_" => "$folder/$_") } qw(archive base recovered);
my ($archiving, $base, $recover) = docs_blocks($page, 'The server at a moment');
mkdir "$folder/archive";

my $node = PostgreSQL::Test::Cluster->new('dumped');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_database = 'app'");
$node->append_conf('postgresql.conf', $archiving->[1] =~ s/\Q$_\E/$here{$_}/gr) for '/srv/archive';
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', 'CREATE EXTENSION dynapg; CREATE ROLE program LOGIN');
wait_for_http($port);
is(call($port, 'CreateTable', '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"status","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},
	"GlobalSecondaryIndexes":[{"IndexName":"by-status","KeySchema":[{"AttributeName":"status","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}')->{status}, 200, 'a table');

sub put { return call($port, 'PutItem', qq({"TableName":"Orders","Item":{"id":{"S":"$_[0]"},"status":{"S":"open"}}}))->{status} }
is(put($_), 200, "item $_") for 1 .. 3;
$node->safe_psql('app', 'GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Orders" TO program');

# ---- dumps ----

# The items by their index, as the role, and a write.
sub serves
{
	my ($database, $count) = @_;
	is($node->safe_psql($database, q(SET ROLE program; SELECT dynapg.query('{"TableName":"Orders","IndexName":"by-status","KeyConditionExpression":"#s = :o","Select":"COUNT",
		"ExpressionAttributeNames":{"#s":"status"},"ExpressionAttributeValues":{":o":{"S":"open"}}}') ->> 'Count';
		SELECT dynapg.put_item('{"TableName":"Orders","Item":{"id":{"S":"new"}}}'))), "$count\n{}", "$database serves");
	return;
}
docs_sh($node, $folder, $_) for docs_blocks($page, 'Dumps');
serves($_, 3) for qw(from_script from_archive from_folder);
my ($empty, $two, $one, $items) = docs_blocks($page, 'Parts of a dump');
docs_sh($node, $folder, $_) for $empty, $two, $one;
serves('no_items', 0);
serves($_, 3) for qw(two_steps one_table);
# the stream of a table refuses TRUNCATE
$node->safe_psql('no_items', q(SELECT dynapg.update_table('{"TableName":"Orders","StreamSpecification":{"StreamEnabled":false}}')));
docs_sh($node, $folder, $items);
serves('no_items', 3);
is($node->safe_psql($_, 'SELECT count(*) FROM dynapg.streams WHERE disabled_at IS NULL'), '1', "$_ has the stream") for qw(from_script from_archive from_folder two_steps);

# ---- the server at a moment ----

docs_sh($node, $folder, $base, %here);
is(put('before'), 200, 'an item before the moment');
my $moment = $node->safe_psql('app', 'SELECT clock_timestamp()');
select undef, undef, undef, 0.2;
is(put('after'), 200, 'and one after it');
$node->safe_psql('app', 'SELECT pg_switch_wal()');
$node->poll_query_until('app', 'SELECT last_archived_wal IS NOT NULL AND archived_count > 0 FROM pg_stat_archiver');

my $again = PostgreSQL::Test::Cluster->new('recovered');
my $again_port = PostgreSQL::Test::Cluster::get_free_port();
my ($copy, $start) = split /^(?=pg_ctl)/m, $recover->[1];
{
	local $ENV{MOMENT} = $moment;
	docs_sh($node, $folder, [ 'sh', $copy ], %here);
	append_to_file("$folder/recovered/postgresql.conf", join "\n", 'port = ' . $again->port, "dynapg.http_port = $again_port", 'archive_mode = off', '');
	docs_sh($node, $folder, [ 'sh', $start ], %here);
}
wait_for_http($again_port);
for my $wait (1 .. 100)
{
	last if call($again_port, 'PutItem', '{"TableName":"Orders","Item":{"id":{"S":"again"}}}')->{status} == 200;
	select undef, undef, undef, 0.1;
}
is(call($again_port, 'Scan', '{"TableName":"Orders","ProjectionExpression":"id"}')->{body} =~ s/.*"Count"/"Count"/r, '"Count":5,"ScannedCount":5}', 'the recovered server has what was there, and takes writes');
is(call($again_port, 'GetItem', '{"TableName":"Orders","Key":{"id":{"S":"after"}}}')->{body}, '{}', 'and nothing after the moment');
is(system('pg_ctl', '-D', "$folder/recovered", '-m', 'fast', '-w', 'stop'), 0, 'it stops');

# ---- monitoring ----

$node->poll_query_until('app', 'SELECT count(*) > 0 FROM dynapg.stat_operations');
docs_sql($node, 'app', (grep { $_->[0] eq 'sql' } docs_blocks('operations.md', 'Monitoring and connection poolers'))[0]);
is(docs_sql($node, 'app', (docs_blocks('operations.md', 'Alerts'))[0]), '', 'nothing is wrong');

# ---- a sequence that somebody has set ----

$node->safe_psql('app', q(GRANT pg_write_all_data TO program; SET ROLE program; SELECT setval('dynapg.change_number', 9223372036854775807)));
is(put('failed'), 400, 'with the sequence at its end writes fail');
docs_sql($node, 'app', (docs_blocks('security.md', 'What a writer of all data can stop'))[0]);
is(put('mended'), 200, 'until it is set');
is($node->safe_psql('app', q(SELECT count(*) FROM dynapg.stream_records('Orders', 0) WHERE keys::text LIKE '%mended%')), '1', 'and the stream goes on');

# ---- PgBouncer ----

my ($ini) = map { $_->[1] } grep { $_->[1] =~ /^\[databases\]/ } docs_blocks('operations.md', 'PgBouncer');
local $ENV{PATH} = "$ENV{PATH}:/usr/sbin";
SKIP:
{
	unless (system('pgbouncer --version >/dev/null 2>&1') == 0)
	{
		note 'counted: there is no PgBouncer (package pgbouncer), so its part is skipped';
		skip 'there is no PgBouncer (package pgbouncer)', 1;
	}
	my $pooler = PostgreSQL::Test::Cluster::get_free_port();
	$ini =~ s/host=127\.0\.0\.1/'host=' . $node->host . ' port=' . $node->port/e;
	$ini =~ s/listen_port = 6432/listen_port = $pooler/;
	$ini =~ s/scram-sha-256/trust/;
	$ini =~ s{/etc/pgbouncer/}{$folder/};
	append_to_file("$folder/userlist.txt", qq("postgres" ""\n));
	append_to_file("$folder/pgbouncer.ini", $ini . "default_pool_size = 2\nunix_socket_dir = $folder\nlogfile = $folder/pgbouncer.log\npidfile = $folder/pgbouncer.pid\n");
	is(system('pgbouncer', '-q', '-d', "$folder/pgbouncer.ini"), 0, 'PgBouncer starts');
	my $to = "host=127.0.0.1 port=$pooler user=postgres dbname=app";
	my @clients = map { my %c = (out => ''); $c{h} = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $to ], '<', \join('',
		map { "SELECT dynapg.update_item('{\"TableName\":\"Orders\",\"Key\":{\"id\":{\"S\":\"pooled\"}},\"UpdateExpression\":\"ADD n :one\",\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}');\n" } 1 .. 20),
		'>', \$c{out}, '2>&1'); \%c } 1 .. 6;
	ok((grep { $_->{h}->finish } @clients) == 6, 'six clients share two sessions') or diag map { $_->{out} } @clients;
	is(call($port, 'GetItem', '{"TableName":"Orders","Key":{"id":{"S":"pooled"}},"ProjectionExpression":"n"}')->{body}, '{"Item":{"n":{"N":"120"}}}', 'and each update counts');
	kill 'INT', slurp_file("$folder/pgbouncer.pid") =~ /(\d+)/;
}

$node->stop;
done_testing();
