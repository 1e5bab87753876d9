# 130_backups.pl - backups over HTTP, made by the table's builder: writers go on, others see nothing, a crash, a failure and a dropped table
# leave nothing half made; a dump carries backups.
#
# An event trigger holds a copy at its beginning for as long as a test holds an advisory lock, or makes it fail.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('backups');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'sigv4'");
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
	PERFORM pg_catalog.pg_advisory_xact_lock(42);
	IF EXISTS (SELECT FROM public.broken) THEN
		RAISE EXCEPTION 'the disk is full';
	END IF;
END $$;
CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('CREATE TABLE AS') EXECUTE FUNCTION public.gate();
SQL
my %key = map { $_ => [ new_key($node, $_) ] } qw(app other);

sub call_as
{
	my ($role, $operation, $body) = @_;
	return answer_of(signed_call($port, @{ $key{$role} }, $operation, $body));
}

sub make_table
{
	my ($name) = @_;
	like(call_as('app', 'CreateTable', qq({"TableName":"$name","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexes":[{"IndexName":"by-g",
		"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]})), qr/^200 /, "table $name");
	return;
}

sub put
{
	my ($name, $id) = @_;
	return call_as('app', 'PutItem', qq({"TableName":"$name","Item":{"id":{"S":"$id"},"g":{"S":"x"}}}));
}

# The ARN of a new backup.
sub back_up
{
	my ($name) = @_;
	my $reply = call_as('app', 'CreateBackup', qq({"TableName":"$name","BackupName":"nightly"}));
	like($reply, qr/^200 .*"BackupStatus":"CREATING"/, "a backup of $name starts");
	return $reply =~ /"BackupArn":"([^"]+)"/ ? $1 : '';
}

sub status_of
{
	my ($arn) = @_;
	my $reply = call_as('app', 'DescribeBackup', qq({"BackupArn":"$arn"}));
	return $reply =~ /"BackupStatus":"(\w+)"/ ? $1 : $reply;
}

sub becomes
{
	my ($arn, $status, $test) = @_;
	my $now = '';
	for (1 .. 300)
	{
		$now = status_of($arn);
		last if $now eq $status;
		sleep 0.1;
	}
	return is($now, $status, $test);
}

sub restore
{
	my ($role, $arn, $target) = @_;
	return call_as($role, 'RestoreTableFromBackup', qq({"TargetTableName":"$target","BackupArn":"$arn"}));
}

sub ids_of
{
	my ($name, $db) = @_;
	return $node->safe_psql($db // 'postgres', qq(SELECT string_agg(pk, ' ' ORDER BY pk) FROM dynamodb."$name"));
}

sub copies
{
	return $node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname LIKE '% backup %'));
}

# ---- in the background ----

make_table('Orders');
put('Orders', "before-$_") for 1 .. 3;
my $gate = $node->background_psql('postgres', on_error_die => 1);
$gate->query_safe('SELECT pg_advisory_lock(42)');
my $arn = back_up('Orders');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted)), 'the builder is at it');
is(status_of($arn), 'CREATING', 'its status');
like(put('Orders', 'meanwhile'), qr/^200/, 'the table is written meanwhile');
like(restore('app', $arn, 'Early'), qr/^400 .*BackupInUseException/, 'it cannot be restored yet');
is(call_as('app', 'DeleteBackup', qq({"BackupArn":"$arn"})), "400 BackupInUseException: Backup is being created: $arn", 'and not deleted');
like(call_as('app', 'DeleteTable', '{"TableName":"Orders"}'), qr/^400 .*ResourceInUseException.*backup/, 'and the table is not deleted');
$gate->query_safe('SELECT pg_advisory_unlock(42)');
becomes($arn, 'AVAILABLE', 'it gets AVAILABLE');
put('Orders', 'after');
is($node->safe_psql('postgres', q(SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relname LIKE '% backup %')), 'app', 'the copy is the owner\'s');
like(restore('app', $arn, 'Restored'), qr/^200 .*"RestoreInProgress":true/, 'it is restored');
my $table;
for (1 .. 200)
{
	$table = call_as('app', 'DescribeTable', '{"TableName":"Restored"}');
	last if $table =~ /"ACTIVE"/;
	sleep 0.1;
}
like($table, qr/"TableStatus":"ACTIVE".*"RestoreInProgress":false/, 'and the table is complete');
is(ids_of('Restored'), 'before-1 before-2 before-3', 'with the items of the moment at which the copy began');
like(call_as('app', 'Query', '{"TableName":"Restored","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}},"Select":"COUNT"}'),
	qr/"Count":3/, 'and the index');

# several of a table, one after the other
my @arns = map { back_up('Orders') } 1 .. 3;
becomes($_, 'AVAILABLE', 'each is made') for @arns;
like(call_as('app', 'ListBackups', '{"TableName":"Orders"}'), qr/^200 (?:.*?"BackupStatus":"AVAILABLE"){4}/, 'and listed');

# ---- another role ----

like(call_as('other', 'DescribeBackup', qq({"BackupArn":"$arn"})), qr/^400 .*BackupNotFoundException.*Backup not found: \Q$arn\E/, 'others do not see it');
like(restore('other', $arn, 'Stolen'), qr/^400 .*BackupNotFoundException/, 'and not restore it');
like(call_as('other', 'DeleteBackup', qq({"BackupArn":"$arn"})), qr/^400 .*BackupNotFoundException/, 'and not delete it');
like(call_as('other', 'ListBackups', '{}'), qr/^200 \{"BackupSummaries":\[\]\}/, 'and not list it');
like(call_as('other', 'CreateBackup', '{"TableName":"Orders","BackupName":"mine"}'), qr/^400 .*AccessDeniedException/, 'and not make one');
like(call_as('app', 'UpdateContinuousBackups', '{"TableName":"Orders","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}'),
	qr/^200 .*"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":35,"EarliestRestorableDateTime":\d+\.0,/, 'the setting of point-in-time recovery');
like(call_as('app', 'RestoreTableToPointInTime', '{"SourceTableName":"Orders","TargetTableName":"Then","UseLatestRestorableTime":true}'),
	qr/^200 .*"TableStatus":"CREATING".*"RestoreInProgress":true/, 'of which a restore is made');
like(call_as('other', 'RestoreTableToPointInTime', '{"SourceTableName":"Orders","TargetTableName":"Mine","UseLatestRestorableTime":true}'),
	qr/^400 .*AccessDeniedException/, 'by its owner alone');

# ---- what cannot be made ----

$node->safe_psql('postgres', q(INSERT INTO public.broken VALUES ('disk')));
my $failing = back_up('Orders');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM dynapg.backups WHERE failures > 0 AND failure = 'the disk is full')), 'why it fails is noted');
is(status_of($failing), 'CREATING', 'it stays CREATING');
is(copies(), '4', 'without a copy');
$node->safe_psql('postgres', 'DELETE FROM public.broken');
like(call_as('app', 'DeleteBackup', qq({"BackupArn":"$failing"})), qr/^200 .*"BackupStatus":"DELETED"/, 'and can be given up');
like(status_of($failing), qr/BackupNotFoundException/, 'then it is gone');
# it does not keep an index from being built
$node->safe_psql('postgres', q(INSERT INTO public.broken VALUES ('disk')));
$failing = back_up('Restored');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM dynapg.backups WHERE failures > 0)), 'another one fails');
like(call_as('app', 'UpdateTable', '{"TableName":"Restored","AttributeDefinitions":[{"AttributeName":"h","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-h",
	"KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}'), qr/^200/, 'an index is added');
ok($node->poll_query_until('postgres', q(SELECT status = 'ACTIVE' FROM dynapg.indexes WHERE name = 'by-h')), 'and built');
$node->safe_psql('postgres', 'DELETE FROM public.broken');
becomes($failing, 'AVAILABLE', 'and a later attempt makes the backup');

# ---- a crash ----

$gate->query_safe('SELECT pg_advisory_lock(42)');
my $crashed = back_up('Orders');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted)), 'the copy is at its beginning');
eval { $gate->quit };
$gate = $node->background_psql('postgres', on_error_die => 1);
$node->stop('immediate');
$node->start;
wait_for_port();
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.backups WHERE copy IS NULL AND source IS NULL)), '0', 'no row is half made after a crash');
becomes($crashed, 'AVAILABLE', 'a backup that the crash broke off is made when it is described');
eval { $gate->quit };

sub wait_for_port
{
	for (1 .. 300)
	{
		return if (eval { call_as('app', 'ListTables', '{}') } // '') =~ /^200/;
		sleep 0.1;
	}
	fail('the HTTP front does not answer');
	return;
}

# ---- a table that is dropped before its backup is made ----

make_table('Short');
$node->safe_psql('postgres', q(INSERT INTO public.broken VALUES ('disk')));
my $lost = back_up('Short');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM dynapg.backups WHERE table_name = 'Short' AND failures > 0)), 'its backup fails');
$node->safe_psql('postgres', 'DROP TABLE dynamodb."Short"; DELETE FROM public.broken');
like(status_of($lost), qr/BackupNotFoundException/, 'its backup is gone with it');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.backups WHERE table_name = 'Short')), '0', 'without a trace');

# ---- dumped and restored ----

$node->safe_psql('postgres', q(INSERT INTO public.broken VALUES ('disk')));
my $unmade = back_up('Orders');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM dynapg.backups WHERE failures > 0)), 'one that is not made');
$node->safe_psql('postgres', 'DELETE FROM public.broken; CREATE DATABASE restored');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', 'postgres' ], 'a dump');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $dump ], 'and its restore');
is($node->safe_psql('restored', qq(SET ROLE app; SELECT dynapg.describe_backup('{"BackupArn":"$arn"}')::text)),
	$node->safe_psql('postgres', qq(SET ROLE app; SELECT dynapg.describe_backup('{"BackupArn":"$arn"}')::text)), 'the backup is described as before');
is($node->safe_psql('restored', q(SELECT count(*) FROM dynapg.backups WHERE copy IS NULL)), '0', 'what was not made yet is not in a dump');
$node->safe_psql('restored', qq(SET ROLE app; SELECT dynapg.delete_table('{"TableName":"Orders"}');
	SELECT dynapg.restore_table_from_backup('{"TargetTableName":"Orders","BackupArn":"$arn"}')));
is(ids_of('Orders', 'restored'), 'before-1 before-2 before-3', 'and restores the table there');

$node->stop;
done_testing();
