# 040_fuzz.pl - mutated requests, items and programs: the server survives, errors are DynamoDB's, stored items are valid.
#
# FUZZ_SEED (1) chooses the run, FUZZ_REQUESTS (24000) its length; `make fuzz` runs a longer one.
use strict;
use warnings;
use lib 'test/fuzz';
use Fuzz;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{FUZZ_SEED} || 1;
my $requests = $ENV{FUZZ_REQUESTS} || 24_000;
my $batch = 3_000;
note("seed $seed, $requests requests");

my $node = PostgreSQL::Test::Cluster->new('fuzz');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nstatement_timeout = '300s'\nlog_min_messages = fatal\nlog_min_error_statement = fatal\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE fuzz');
$node->safe_psql('fuzz', PostgreSQL::Test::Utils::slurp_file('test/fuzz/setup.sql'));
my $dir = PostgreSQL::Test::Utils::tempdir;

# run SQL: its output; if the server dies, the test ends and shows its last output.
sub run_sql
{
	my ($sql, $what) = @_;
	my ($status, $out, $err) = $node->psql('fuzz', $sql);
	return $out if $status == 0;
	diag("$what: $err");
	return "failed: $err";
}

# ---- requests ----

my $fuzz = Fuzz->new($seed);
my $judge = q(SELECT number, operation, wrong, left(encode(request, 'escape'), 600) FROM (
	SELECT number, operation, request, left(fuzz.judge_request(operation, request), 300) AS wrong FROM fuzz.requests ORDER BY number OFFSET 0) r
	WHERE wrong IS NOT NULL LIMIT 20);

for (my $first = 1; $first <= $requests; $first += $batch)
{
	open my $file, '>', "$dir/requests" or die "$dir/requests: $!";
	for my $number ($first .. $first + $batch - 1)
	{
		my ($operation, $octets) = $fuzz->request;
		print $file "$number\t$operation\t\\\\x", unpack('H*', $octets), "\n";
	}
	close $file or die $!;
	my $range = "requests from $first of seed $seed";
	run_sql(qq(TRUNCATE fuzz.requests; COPY fuzz.requests FROM '$dir/requests'), $range);
	is(run_sql($judge, $range), '', $range);
	is(run_sql('SELECT * FROM fuzz.judge_tables() LIMIT 5', $range), '', 'what they stored is in order');
}

my $outcomes = run_sql(q(SELECT operation, outcome, calls FROM fuzz.outcomes ORDER BY 1, 2), 'outcomes');
note($outcomes);
for my $operation (qw(put_item get_item update_item delete_item query scan batch_get_item batch_write_item transact_write_items transact_get_items execute_statement batch_execute_statement execute_transaction explained compared twin twin_write create_table update_table describe_table delete_table list_tables))
{
	my ($ok) = $outcomes =~ /^\Q$operation\E\|ok\|(\d+)/m;
	cmp_ok($ok // 0, '>', 0, "some requests of $operation are good ones");
}

# ---- binary forms ----

my @items = (
	'{}',
	'{"pk":{"S":"a"},"n":{"N":"-12.50"}}',
	'{"a":{"S":"ü\u0000"},"b":{"B":"AAEC"},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true}}',
	'{"l":{"L":[{"S":"x"},{"N":"1E-130"},{"L":[{"L":[]},{"M":{}}]},{"M":{"a":{"S":"b"}}}]}}',
	'{"ss":{"SS":["a","","ü"]},"ns":{"NS":["1","-1","9.9E125"]},"bs":{"BS":["","AA==","//8="]}}',
	'{"m":{"M":{"a":{"M":{"b":{"SS":["x"]},"c":{"N":"0"}}},"ü":{"S":""}}}}');
for my $item (@items)
{
	is(run_sql(qq(SELECT w, left(m::text, 1000) FROM (SELECT fuzz.judge_binary_item(m, '$dir/item') AS w, m
		FROM fuzz.mutants(dynapg.item_send('$item'::dynapg.item)) m OFFSET 0) t WHERE w IS NOT NULL LIMIT 5), $item), '', "binary forms near $item");
}

# The programs of some writes, seen by a function in the place of dynapg.holds and dynapg.apply.
run_sql(<<'SQL', 'watching programs');
CREATE FUNCTION fuzz.holds(dynapg.item, bytea) RETURNS boolean LANGUAGE c IMMUTABLE STRICT AS '$libdir/dynapg', 'dynapg_holds';
CREATE FUNCTION fuzz.apply(dynapg.item, bytea) RETURNS dynapg.item LANGUAGE c IMMUTABLE STRICT AS '$libdir/dynapg', 'dynapg_apply';
CREATE OR REPLACE FUNCTION dynapg.holds(item dynapg.item, program bytea) RETURNS boolean LANGUAGE plpgsql STRICT AS
	$$ BEGIN INSERT INTO fuzz.programs VALUES (program) ON CONFLICT DO NOTHING; RETURN fuzz.holds(item, program); END $$;
CREATE OR REPLACE FUNCTION dynapg.apply(item dynapg.item, program bytea) RETURNS dynapg.item LANGUAGE plpgsql STRICT AS
	$$ BEGIN INSERT INTO fuzz.programs VALUES (program) ON CONFLICT DO NOTHING; RETURN fuzz.apply(item, program); END $$;
SQL
my $subject = '{"pk":{"S":"p"},"sk":{"N":"1"},"n":{"N":"5"},"s":{"S":"abc"},"l":{"L":[{"N":"1"},{"M":{"a":{"S":"b"}}}]},"m":{"M":{"a":{"N":"1"}}},"ss":{"SS":["a","b"]}}';
my %values = (
	':n' => '{"N":"1"}', ':s' => '{"S":"a"}', ':l' => '{"L":[{"S":"x"},{"M":{"q":{"SS":["y"]}}}]}', ':ss' => '{"SS":["b","c"]}', ':t' => '{"S":"SS"}');
my @programs = (
	[ 'SET n = n + :n, l[0] = :s, m.b = if_not_exists(m.a, :n) REMOVE l[1].a, s ADD ss :ss', 'attribute_exists(pk) AND n BETWEEN :n AND :n OR NOT s = :s' ],
	[ 'SET l = list_append(:l, l), m.c = :n', 'size(s) > :n OR contains(ss, :s) OR begins_with(s, :s) OR attribute_type(ss, :t)' ],
	[ 'DELETE ss :ss ADD n :n, x :n', 'n IN (:n, :n, m.a) OR attribute_not_exists(l[3].q) OR l[1] <> :l' ]);
for my $program (@programs)
{
	my ($update, $condition) = @$program;
	my %used = map { $_ => 1 } "$update $condition" =~ /(:\w+)/g;
	my $bound = join(',', map { qq("$_":$values{$_}) } sort keys %used);
	my $base = qq("TableName":"FuzzS","Key":{"pk":{"S":"p"},"sk":{"N":"1"}});
	run_sql(qq(DO \$do\$ BEGIN PERFORM dynapg.put_item('{"TableName":"FuzzS","Item":$subject}');
		PERFORM dynapg.update_item('{$base,"UpdateExpression":"$update","ConditionExpression":"$condition","ExpressionAttributeValues":{$bound}}');
		END \$do\$), $update);
}
cmp_ok(run_sql('SELECT count(*) FROM fuzz.programs', 'programs'), '>=', scalar @programs, 'there are programs');
run_sql(<<'SQL', 'unwatching programs');
CREATE OR REPLACE FUNCTION dynapg.holds(item dynapg.item, program bytea) RETURNS boolean LANGUAGE c IMMUTABLE STRICT AS '$libdir/dynapg', 'dynapg_holds';
CREATE OR REPLACE FUNCTION dynapg.apply(item dynapg.item, program bytea) RETURNS dynapg.item LANGUAGE c IMMUTABLE STRICT AS '$libdir/dynapg', 'dynapg_apply';
SQL
is(run_sql(qq(SELECT w, left(m::text, 1000) FROM (SELECT fuzz.judge_program('$subject', m) AS w, m FROM fuzz.programs, fuzz.mutants(program) m OFFSET 0) t
	WHERE w IS NOT NULL LIMIT 5), 'programs'), '', 'programs near real ones');

is(run_sql('SELECT * FROM fuzz.judge_tables() LIMIT 5', 'end'), '', 'what is stored is in order');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|server process .* exited/, 'no process of the server died');

$node->stop;
done_testing();
