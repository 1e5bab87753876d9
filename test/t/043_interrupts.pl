# 043_interrupts.pl - cancelled and timed out calls: PostgreSQL's own error comes out, nothing is written, the session goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use IPC::Run ();
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('interrupts');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
$node->safe_psql('postgres', <<'SQL');
SELECT dynapg.create_table('{"TableName":"Slow","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}');
SELECT count(dynapg.put_item(format('{"TableName":"Slow","Item":{"pk":{"S":"a"},"sk":{"N":"%s"},"n":{"N":"0"},"g":{"S":"x"}}}', i)::json)) FROM generate_series(1, 2000) i;
-- What a row costs may be the user's own doing.
CREATE FUNCTION slow(sk numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN true; END $$;
CREATE ROLE slow_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Slow" TO slow_reader;
ALTER TABLE dynamodb."Slow" ENABLE ROW LEVEL SECURITY;
CREATE POLICY slow ON dynamodb."Slow" TO slow_reader USING (slow(sk));
SQL

my $key = q("TableName":"Slow","Key":{"pk":{"S":"a"},"sk":{"N":"1"}});
my $item = q("TableName":"Slow","Item":{"pk":{"S":"a"},"sk":{"N":"1"}});
my $p = q("ExpressionAttributeValues":{":p":{"S":"a"}});
my $everything = q(SELECT md5(string_agg(t::text, '' ORDER BY pk, sk)) FROM dynamodb."Slow" t);
my $before = $node->safe_psql('postgres', $everything);

# ends SQL STATE NAME: the statement ends with that SQLSTATE, and the session goes on as before.
sub ends
{
	my ($sql, $state, $name) = @_;
	my (undef, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql;\nRESET ALL; RESET ROLE; SELECT dynapg.get_item('{$key}');", on_error_stop => 0);
	like($err, qr/^psql:\S+ ERROR:  $state:/m, "$name: $state");
	is(() = $err =~ /ERROR:/g, 1, "$name: the only error");
	is($out, '{"Item":{"g":{"S":"x"},"n":{"N":"0"},"pk":{"S":"a"},"sk":{"N":"1"}}}', "$name: the session goes on");
	return;
}

# ---- long reads ----

ends(qq(SET statement_timeout = '300ms'; SET ROLE slow_reader; SELECT dynapg.query('{"TableName":"Slow","KeyConditionExpression":"pk = :p",$p}')), '57014', 'query');
ends(qq(SET statement_timeout = '300ms'; SET ROLE slow_reader; SELECT dynapg.scan('{"TableName":"Slow","FilterExpression":"n = :p",$p}')), '57014', 'scan');
ends(qq(SET statement_timeout = '300ms'; SELECT count(dynapg.scan('{"TableName":"Slow","FilterExpression":"n = :p",$p}')) FROM generate_series(1, 100000)),
	'57014', 'many scans');
ends(qq(SET statement_timeout = '300ms'; DO \$\$ BEGIN LOOP BEGIN PERFORM dynapg.put_item('{$item,"ConditionExpression":"attribute_not_exists(pk)"}');
	EXCEPTION WHEN SQLSTATE 'ND003' THEN NULL; END; END LOOP; END \$\$), '57014', 'failing puts without end');

my $gets = join ',', map { qq({"Get":{"TableName":"Slow","Key":{"pk":{"S":"a"},"sk":{"N":"$_"}}}}) } 1 .. 100;
ends(qq(SET statement_timeout = '300ms'; SET ROLE slow_reader; SELECT dynapg.transact_get_items('{"TransactItems":[$gets]}')), '57014', 'transaction of reads');
my $checks = join ',', map { qq({"ConditionCheck":{"TableName":"Slow","Key":{"pk":{"S":"a"},"sk":{"N":"$_"}},"ConditionExpression":"attribute_exists(pk)"}}) } 2 .. 100;
my $put = qq({"Put":{"TableName":"Slow","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}});
ends(qq(SET statement_timeout = '300ms'; SET ROLE slow_reader; SELECT dynapg.transact_write_items('{"TransactItems":[$checks,$put]}')), '57014', 'transaction of writes');

# ---- writes that wait ----

my ($holder_in, $holder_out) = ('', '');
my $patience = IPC::Run::timeout(120);
my $holder = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', '-' ], '<', \$holder_in, '>', \$holder_out, $patience);

# hold SQL: runs it in the session that keeps its transaction open.
sub hold
{
	my ($sql) = @_;
	$holder_out = '';
	$holder_in .= "$sql;\n\\echo done\n";
	$holder->pump until $holder_out =~ /^done$/m;
	return;
}

my %writes = (
	put => qq(dynapg.put_item('{$item}')),
	'conditional put' => qq(dynapg.put_item('{$item,"ConditionExpression":"attribute_exists(pk)"}')),
	update => qq(dynapg.update_item('{$key,"UpdateExpression":"SET n = pk"}')),
	'conditional update' => qq(dynapg.update_item('{$key,"UpdateExpression":"SET n = pk","ConditionExpression":"attribute_exists(n)"}')),
	delete => qq(dynapg.delete_item('{$key}')));
hold(qq(BEGIN; SELECT dynapg.update_item('{$key,"UpdateExpression":"SET held = pk"}')));
for my $write (sort keys %writes)
{
	ends("SET statement_timeout = '200ms'; SELECT $writes{$write}", '57014', "$write of a locked item, statement_timeout");
	ends("SET lock_timeout = '100ms'; SELECT $writes{$write}", '55P03', "$write of a locked item, lock_timeout");
}

my $transaction = qq(dynapg.transact_write_items('{"TransactItems":[{"Put":{"TableName":"Slow","Item":{"pk":{"S":"A"},"sk":{"N":"1"}}}},$put]}'));
ends("SET statement_timeout = '200ms'; SELECT $transaction", '57014', 'transaction with a locked item, statement_timeout');
ends("SET lock_timeout = '100ms'; SELECT $transaction", 'ND011', 'transaction with a locked item, lock_timeout');

# pg_cancel_backend
my ($in, $out, $err) = ('', '', '');
my $waiting = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', '\set VERBOSITY verbose', '-c', "SELECT $writes{update}" ],
	'<', \$in, '>', \$out, '2>', \$err, $patience);
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%update_item%')), 'an update waits');
$node->safe_psql('postgres', q(SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%update_item%'));
$waiting->finish;
like($err, qr/57014/, 'and is cancelled');

# A locked table.
hold('ROLLBACK; BEGIN; LOCK TABLE dynamodb."Slow"');
for my $call (
	qq(dynapg.get_item('{$key}')),
	qq(dynapg.put_item('{$item}')),
	qq(dynapg.query('{"TableName":"Slow","KeyConditionExpression":"pk = :p",$p}')),
	q(dynapg.delete_table('{"TableName":"Slow"}')))
{
	my (undef, undef, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET lock_timeout = '100ms'; SELECT $call");
	like($error, qr/ERROR:  55P03:/, substr($call, 0, 24) . ' of a locked table');
}
hold('ROLLBACK');
$holder_in .= "\\q\n";
$holder->finish;

is($node->safe_psql('postgres', $everything), $before, 'nothing was written');

# ---- no space: the error of a full disk, raised after the row has been stored ----

my $limit = q(CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
	CREATE TRIGGER no_space AFTER INSERT OR UPDATE ON dynamodb."Slow" FOR EACH ROW EXECUTE FUNCTION no_space());
$node->safe_psql('postgres', $limit);
ends("SELECT $writes{$_}", '53100', "$_, no space") for grep { $_ ne 'delete' } sort keys %writes;
my $action = qq({"Update":{$key,"UpdateExpression":"SET n = n + n"}},{"Delete":{"TableName":"Slow","Key":{"pk":{"S":"a"},"sk":{"N":"2"}}}});
ends(qq(SELECT dynapg.transact_write_items('{"TransactItems":[$action]}')), '53100', 'transaction, no space');
is($node->safe_psql('postgres', $everything), $before, 'nothing was written');

$node->stop;
done_testing();
