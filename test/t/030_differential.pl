# 030_differential.pl - random requests of Query and Scan give what plain SQL over the decoded items gives
#
# The generator of test/data fills the tables of an application; test/differential holds the oracle, the random requests
# and their comparison.  Settings of the environment, with what `make check` takes:
#   DATA_SIZE  number of items, about (8000)
#   QUERIES    number of queries (2000)
#   SCANS      number of scans, and of paged reads while items change (60)
#   SEED       of the requests; each value asks different ones (1)
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;

my $size = $ENV{DATA_SIZE} || 8000;
my $queries = $ENV{QUERIES} || 2000;
my $seed = $ENV{SEED} || 1;
my $scans = $ENV{SCANS} || 60;

my @settings = ('autovacuum = off', 'fsync = off', 'shared_buffers = 256MB', 'max_wal_size = 4GB');

# In the distributed mode each new table has its rows on two nodes.
sub server
{
	return citus_cluster(@settings, 'dynapg.distribute_tables = on') if distributed();
	my $node = PostgreSQL::Test::Cluster->new('differential');
	$node->init;
	$node->append_conf('postgresql.conf', join "\n", @settings, '');
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
	return ($node);
}
my ($node, undef, @nodes) = server();

for my $file ('data/generate', 'differential/oracle', 'differential/requests', 'differential/check', 'differential/moving')
{
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', "test/$file.sql" ], "$file.sql");
}

# differences(title, SQL that returns them): none is expected; the first ones are printed.
sub differences
{
	my ($title, $sql) = @_;
	my $found = $node->safe_psql('postgres', $sql, timeout => 3600);
	my @lines = split /\n/, $found;
	is(join("\n", @lines[0 .. ($#lines < 30 ? $#lines : 30)]), '', $title);
	return;
}

# the generator
my $digest = q(SELECT md5(string_agg(md5(item::text), '' ORDER BY item::text COLLATE "C")) FROM testdata.items(1000, %s));
my $first = $node->safe_psql('postgres', sprintf $digest, 7);
is($node->safe_psql('postgres', sprintf $digest, 7), $first, 'the same seed makes the same items');
isnt($node->safe_psql('postgres', sprintf $digest, 8), $first, 'another makes others');

my $loaded = $node->safe_psql('postgres', "SELECT testdata.load($size, $seed)", timeout => 3600);
cmp_ok($loaded, '>', $size * 0.9, "$loaded items");
$node->safe_psql('postgres', "CALL oracle.build($size, $seed)", timeout => 3600);
is($node->safe_psql('postgres', 'SELECT count(*) FROM oracle.layout WHERE items < 10'), '0', 'every table and index has items');
is( $node->safe_psql('postgres',
		'SELECT count(*) FROM oracle.layout l WHERE l.idx <> $$$$ AND items >= (SELECT items FROM oracle.layout t WHERE t.tab = l.tab AND t.idx = $$$$)'),
	'0', 'every index lacks some');

# what is stored is what was given, in size, too
for my $table (qw(app readings flat))
{
	differences("$table: items and their sizes",
		qq{SELECT left(coalesce(doc, stored)::text, 1000) || ' has size ' || coalesce(size::text, '?')
		FROM (SELECT doc, size FROM oracle."at $table ") o FULL JOIN (SELECT item::json::jsonb AS stored, dynapg.item_size(item) AS stored_size FROM dynamodb.$table) d ON doc = stored
		WHERE doc IS NULL OR stored IS NULL OR size <> stored_size LIMIT 3});
}

# requests
my $half = int($queries / 2);
differences("$half queries in one session", "SELECT differential.run($seed, 1, $half, false)");
for my $part (1 .. 5)
{
	my ($from, $to) = ($half + 1 + int(($part - 1) * $half / 5), $half + int($part * $half / 5));
	differences("queries $from to $to in a new one", "SELECT differential.run($seed, $from, $to, false)");
}
differences("$scans scans", "SELECT differential.run($seed, 1, $scans, true)");
differences("$scans paged reads while items change",
	"SELECT w FROM (SELECT differential.check_moving($seed, q) AS w FROM generate_series(1, $scans) q OFFSET 0) c WHERE w IS NOT NULL");

# the proof that an error would be found: replies falsified in one respect
for my $how ('lose an item', 'repeat an item', 'swap items', 'change a value', 'miscount', 'miscount the scanned', 'end too early', 'end too late')
{
	my ($found, $missed) = split /\|/, $node->safe_psql('postgres', "SELECT * FROM differential.falsified($seed, 60, '$how', false)");
	cmp_ok($found, '>', 10, "queries: $how: found $found times");
	is($missed, '0', "queries: $how: never missed");
	# a scan has no order between partitions
	next if $how eq 'swap items';
	($found, $missed) = split /\|/, $node->safe_psql('postgres', "SELECT * FROM differential.falsified($seed, 8, '$how', true)");
	cmp_ok($found, '>', 2, "scans: $how: found $found times");
	is($missed, '0', "scans: $how: never missed");
}

# and the same for stored items: one that is changed, one that is lost, one in the wrong place
sub planted
{
	my ($title, $plant) = @_;
	my $found = $node->safe_psql('postgres',
		"BEGIN; $plant; SELECT count(*) FROM (SELECT differential.run($seed, 1, 300, false) UNION ALL SELECT differential.run($seed, 1, 8, true)) r; ROLLBACK",
		timeout => 3600);
	cmp_ok($found, '>', 0, "planted: $title: $found requests found it");
	return;
}
# one item, and a thousandth of all, so that a larger table has no fewer requests that meet one
my $first = $node->safe_psql('postgres', q(SELECT format('pk = %L AND sk = %L', pk, sk) FROM dynamodb.readings ORDER BY pk, sk LIMIT 1));
my $some = "($first) OR hashtext(encode(pk, 'hex') || ' ' || sk::text) % 1000 = 0";
planted('an attribute that changed', qq(UPDATE dynamodb.readings SET item = dynapg.item_update(item, 'SET planted = :x', NULL, '{":x":{"N":"1"}}') WHERE $some));
planted('a lost item', "DELETE FROM dynamodb.readings WHERE $some");
planted('a sort key that is not that of the item', q(ALTER TABLE dynamodb.readings DROP CONSTRAINT "dynapg fits"; ) . "UPDATE dynamodb.readings SET sk = -sk - 0.123456789 WHERE $some");

# other sessions that put, update and delete while this one pages
$node->safe_psql('postgres', 'SELECT differential.create_moving()');
my $script = PostgreSQL::Test::Utils::tempdir . '/change.sql';
PostgreSQL::Test::Utils::append_to_file($script, "SELECT differential.change_moving(random(), random());\n");
my ($out, $err) = ('', '');
my $writers = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-T', '8', '-M', 'prepared', '-f', $script, '-h', $node->host, '-p', $node->port, 'postgres' ],
	'>', \$out, '2>', \$err);
$node->safe_psql('postgres', 'CALL differential.page_moving(5)', timeout => 300);
ok($writers->finish, 'writers did not fail') or diag($err);
my ($transactions) = $out =~ /transactions actually processed: (\d+)/;
cmp_ok($transactions // 0, '>', 100, 'writers wrote');
my ($requests, $wrong) = split /\|/, $node->safe_psql('postgres', 'TABLE differential.moving_result');
is($wrong, '', 'items that nobody touched come exactly once');
cmp_ok($requests, '>', 5, "$requests reads to the end against $transactions changes");

$_->stop for $node, @nodes;
done_testing();
