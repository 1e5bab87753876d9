# 151_restore_jobs.pl - restores over HTTP are carried out by a job: the table is CREATING until all of it is there, a crash in the middle
# loses nothing and leaves no half table, a failure and a cancel leave no table; in a transaction block a restore begins at the commit.
#
# An event trigger holds the build of the new table's key for as long as a test holds an advisory lock, or makes it fail.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('restores');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'sigv4'\ndynapg.jobs_interval = 200ms");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE app LOGIN;
CREATE ROLE other LOGIN;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app, other;
CREATE TABLE public.broken (what text);
GRANT SELECT ON public.broken TO PUBLIC;
CREATE FUNCTION public.gate() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid() AND query LIKE 'dynapg: restore of %') THEN
		PERFORM pg_catalog.pg_advisory_xact_lock(42);
		IF EXISTS (SELECT FROM public.broken) THEN
			RAISE EXCEPTION 'something is broken';
		END IF;
	END IF;
END $$;
CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION public.gate();
SQL
my %key = map { $_ => [ new_key($node, $_) ] } qw(app other);

sub call_as
{
	my ($role, $operation, $body) = @_;
	return answer_of(signed_call($port, @{ $key{$role} }, $operation, $body));
}

sub describe
{
	my ($table) = @_;
	my $answer = call_as('app', 'DescribeTable', qq({"TableName":"$table"}));
	return $answer =~ /^200 (.*)/s ? decode_json($1)->{Table} : undef;
}

sub wait_for_status
{
	my ($table, $status) = @_;
	my $end = time + 20;
	my $described;

	while (time < $end)
	{
		$described = describe($table);
		return 1 if ($described ? $described->{TableStatus} : 'gone') eq $status;
		sleep 0.05;
	}
	diag "$table is " . ($described ? $described->{TableStatus} : 'gone') . "\n" . $node->safe_psql('postgres', 'SELECT * FROM dynapg.long_jobs');
	return 0;
}

sub items
{
	my ($table) = @_;
	return $node->safe_psql('postgres', qq(SELECT count(*), min(pk), max(pk) FROM dynamodb."$table"));
}

like(call_as('app', 'CreateTable', '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexes":[{"IndexName":"by-g",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}'), qr/^200 /, 'a table');
like(call_as('app', 'UpdateContinuousBackups', '{"TableName":"Orders","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}'), qr/^200 /,
	'with recovery');
$node->safe_psql('postgres', q(INSERT INTO dynamodb."Orders" SELECT i::text, format('{"id":{"S":"%s"},"g":{"S":"x"}}', i)::dynapg.item FROM generate_series(1001, 3000) i));
sleep 0.05;
my $moment = $node->safe_psql('postgres', 'SELECT extract(epoch FROM clock_timestamp())');
sleep 0.05;
$node->safe_psql('postgres', q(DELETE FROM dynamodb."Orders" WHERE pk >= '2000'));

my $gate = $node->background_psql('postgres', on_error_die => 1);
$gate->query_safe('SELECT pg_advisory_lock(42)');
my $body = qq({"SourceTableName":"Orders","TargetTableName":"%s","RestoreDateTime":$moment});

# ---- while it is made ----

my $answer = call_as('app', 'RestoreTableToPointInTime', sprintf $body, 'Then');
like($answer, qr/^200 .*"TableStatus":"CREATING".*"RestoreInProgress":true/, 'a restore starts');
my $id = describe('Then')->{TableId};
like($answer, qr/"TableId":"$id"/, 'its table is there');
is(describe('Then')->{TableStatus}, 'CREATING', 'and CREATING');
is(describe('Then')->{RestoreSummary}{RestoreInProgress}, JSON::PP::true, 'the restore goes on');
is(describe('Then')->{GlobalSecondaryIndexes}[0]{IndexStatus}, 'CREATING', 'so are its indexes');
like(call_as('app', 'ListTables', '{}'), qr/"Then"/, 'it is listed');
like(call_as('app', 'GetItem', '{"TableName":"Then","Key":{"id":{"S":"1001"}}}'), qr/^400 .*ResourceNotFoundException/, 'nobody reads it');
like(call_as('app', 'PutItem', '{"TableName":"Then","Item":{"id":{"S":"x"}}}'), qr/^400 .*ResourceNotFoundException/, 'and nobody writes it');
like(call_as('app', 'DeleteTable', '{"TableName":"Then"}'), qr/^400 .*ResourceInUseException/, 'or deletes it');
like(call_as('app', 'CreateTable', '{"TableName":"Then","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'), qr/^400 .*ResourceInUseException.*still in use: Table is being used: Then$/, 'or takes its name');
like(call_as('app', 'RestoreTableToPointInTime', sprintf $body, 'Then'), qr/^400 .*TableAlreadyExistsException/, 'not by another restore either');
like(call_as('app', 'UpdateContinuousBackups', '{"TableName":"Then","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}'),
	qr/^400 .*ContinuousBackupsUnavailableException.*Backups are being enabled for the table: Then/, 'it has no recovery yet');
like(call_as('app', 'PutItem', '{"TableName":"Orders","Item":{"id":{"S":"9"}}}'), qr/^200 /, 'writers of the source go on');

# ---- a crash in the middle ----

sub is_held
{
	for (1 .. 100)
	{
		return 1 if $node->safe_psql('postgres', q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted)) eq '1';
		sleep 0.1;
	}
	return 0;
}
ok(is_held(), 'the job has started');
$node->stop('immediate');
eval { $gate->quit };
$node->start;
$gate = $node->background_psql('postgres', on_error_die => 1);
ok(wait_for_status('Then', 'ACTIVE'), 'after a crash it is made');
is(items('Then'), '2000|1001|3000', 'with the items of that moment');
is(describe('Then')->{RestoreSummary}{RestoreInProgress}, JSON::PP::false, 'the restore is over');
is(describe('Then')->{TableId}, $id, 'it is the same table');
like(call_as('app', 'Query', '{"TableName":"Then","IndexName":"by-g","Select":"COUNT","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}}'),
	qr/"Count":2000/, 'its indexes are built');
is($node->safe_psql('postgres', q(SELECT tableowner FROM pg_tables WHERE tablename = 'Then')), 'app', 'it belongs to who asked');
like($node->safe_psql('postgres', q(SELECT indexdef FROM pg_indexes WHERE tablename = 'Then' AND indexname LIKE '%primary key')), qr/UNIQUE INDEX "Then primary key".*\(pk\)/,
	'its key is there');

# ---- of a backup ----

like(call_as('app', 'CreateBackup', '{"TableName":"Orders","BackupName":"nightly"}'), qr/^200 /, 'a backup');
my ($arn) = call_as('app', 'ListBackups', '{}') =~ /"BackupArn":"([^"]+)"/;
my $end = time + 60;
sleep 0.05 while call_as('app', 'DescribeBackup', qq({"BackupArn":"$arn"})) !~ /AVAILABLE/ && time < $end;
$gate->query_safe('SELECT pg_advisory_lock(42)');
like(call_as('app', 'RestoreTableFromBackup', qq({"TargetTableName":"Copy","BackupArn":"$arn"})), qr/^200 .*"TableStatus":"CREATING"/, 'is restored');
like(call_as('app', $_->[0], $_->[1]), qr/^400 TableInUseException: Table: Copy is already being restored from backup: \Q$arn\E$/, 'once at a time')
	for [ 'RestoreTableFromBackup', qq({"BackupArn":"$arn","TargetTableName":"Copy"}) ], [ 'RestoreTableToPointInTime', sprintf $body, 'Copy' ];
$gate->query_safe('SELECT pg_advisory_unlock(42)');
like(call_as('app', 'RestoreTableFromBackup', qq({"BackupArn":"$arn","TargetTableName":"Then"})), qr/^400 TableAlreadyExistsException: Table already exists: Then$/, 'not over a table');
ok(wait_for_status('Copy', 'ACTIVE'), 'it is there');
is(items('Copy'), '1000|1001|9', 'with its items');

# ---- failures ----

$node->safe_psql('postgres', q(INSERT INTO public.broken VALUES ('x')));
like(call_as('app', 'RestoreTableToPointInTime', sprintf $body, 'Broken'), qr/^200 /, 'a restore that fails');
ok(wait_for_status('Broken', 'gone'), 'leaves no table');
is($node->safe_psql('postgres', q(SELECT state, failure FROM dynapg.job_progress WHERE table_name = 'Broken' AND kind = 'restore')), 'FAILED|something is broken', 'the job says why');
$node->safe_psql('postgres', 'DELETE FROM public.broken');

$gate->query_safe('SELECT pg_advisory_lock(42)');
like(call_as('app', 'RestoreTableToPointInTime', sprintf $body, 'Cancelled'), qr/^200 /, 'a restore that is cancelled');
is($node->safe_psql('postgres', q(SET ROLE app; SELECT dynapg.cancel_job(id) FROM dynapg.job_progress WHERE table_name = 'Cancelled' AND kind = 'restore')), 't', 'by who asked');
ok(wait_for_status('Cancelled', 'gone'), 'leaves none either');
$gate->query_safe('SELECT pg_advisory_unlock(42)');
like(call_as('other', 'RestoreTableToPointInTime', sprintf $body, 'Mine'), qr/^400 .*AccessDeniedException/, 'others restore nothing');

# ---- SQL ----

my $session = $node->background_psql('postgres', on_error_die => 1);
$session->query_safe(q(SET ROLE app; SET dynapg.index_build = 'background'; BEGIN));
$session->query_safe(sprintf "SELECT count(dynapg.restore_table_to_point_in_time('$body'))", 'Block');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.long_jobs WHERE table_name = 'Block')), '0', 'in a transaction block it has not started');
$session->query_safe('ROLLBACK; BEGIN');
$session->query_safe(sprintf "SELECT count(dynapg.restore_table_to_point_in_time('$body'))", 'Block');
$session->query_safe('COMMIT');
$session->quit;
ok(wait_for_status('Block', 'ACTIVE'), 'it begins at the commit');
is(items('Block'), '2000|1001|3000', 'and has the items');
$node->safe_psql('postgres', sprintf "SET ROLE app; SELECT dynapg.restore_table_to_point_in_time('$body')", 'Now');
is(items('Now'), '2000|1001|3000', 'with dynapg.index_build = immediate it is done at once');

# ---- a table that is deleted leaves a backup ----

like(call_as('app', 'DeleteTable', '{"TableName":"Orders"}'), qr/^200 /, 'the table is deleted');
($arn) = call_as('app', 'ListBackups', '{"BackupType":"SYSTEM"}') =~ /"BackupArn":"([^"]+)"/;
like(call_as('app', 'DescribeBackup', qq({"BackupArn":"$arn"})), qr/"BackupName":"Orders\$DeletedTableBackup".*"BackupType":"SYSTEM".*"BackupExpiryDateTime":/, 'its backup');
like(call_as('app', 'RestoreTableFromBackup', qq({"TargetTableName":"Orders","BackupArn":"$arn"})), qr/^200 /, 'is restored');
ok(wait_for_status('Orders', 'ACTIVE'), 'under its own name');
is(items('Orders'), '1000|1001|9', 'with its last items');
$node->safe_psql('postgres', q(UPDATE dynapg.backups SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL; SELECT dynapg.run_jobs()));
like(call_as('app', 'DescribeBackup', qq({"BackupArn":"$arn"})), qr/^400 .*BackupNotFoundException/, 'it goes when it has expired');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname LIKE 'Orders backup %' AND relkind = 'r')), '1', 'with its copy; the other one stays');

$gate->quit;
done_testing();
