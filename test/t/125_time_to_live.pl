# 125_time_to_live.pl - the housekeeper: it deletes what has expired, as the table's owner; nothing that one table does to it keeps it
# from the others; it leaves a database that is to be dropped.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('ttl');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.jobs_interval = '200ms'", "dynapg.http_auth = 'sigv4'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE app LOGIN;
CREATE ROLE other LOGIN;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app, other;
GRANT CREATE ON SCHEMA public TO app, other;
SQL
my %key = map { $_ => [ new_key($node, $_) ] } qw(app other);

sub call_as
{
	my ($role, $operation, $body) = @_;
	return answer_of(signed_call($port, @{ $key{$role} }, $operation, $body));
}

sub make_table
{
	my ($role, $name) = @_;
	like(call_as($role, 'CreateTable', qq({"TableName":"$name","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]})), qr/^200 /, "table $name");
	return;
}

sub set_ttl
{
	my ($role, $name, $enabled) = @_;
	return call_as($role, 'UpdateTimeToLive', qq({"TableName":"$name","TimeToLiveSpecification":{"Enabled":$enabled,"AttributeName":"until"}}));
}

sub status_of
{
	my ($role, $name) = @_;
	return call_as($role, 'DescribeTimeToLive', qq({"TableName":"$name"})) =~ /"TimeToLiveStatus":"(\w+)"/ ? $1 : '';
}

sub wait_for_status
{
	my ($role, $name, $status) = @_;
	for (1 .. 300)
	{
		return 1 if status_of($role, $name) eq $status;
		sleep 0.1;
	}
	return 0;
}

# Items of a table that expired this number of seconds ago, by SQL.
sub add_items
{
	my ($name, $prefix, $count, $ago) = @_;
	$node->safe_psql('postgres', <<"SQL");
INSERT INTO dynamodb."$name" (pk, item) SELECT '$prefix' || n, json_build_object('id', json_build_object('S', '$prefix' || n),
	'until', json_build_object('N', (extract(epoch FROM now())::bigint - $ago)::text))::dynapg.item FROM generate_series(1, $count) AS n
SQL
	return;
}

sub is_left
{
	my ($name, $expected, $test) = @_;
	ok($node->poll_query_until('postgres', qq(SELECT COALESCE(string_agg(pk, ' ' ORDER BY pk), '') FROM dynamodb."$name"), $expected), $test);
	return;
}

# ---- from enabling to disabling ----

make_table('app', 'Sessions');
add_items('Sessions', 'old', 3000, 60);
add_items('Sessions', 'new', 1, -3600);
like(set_ttl('app', 'Sessions', 'true'), qr/^200 .*"Enabled":true/, 'Time to Live is enabled');
is_left('Sessions', 'new1', 'what has expired goes, the rest stays');
is(status_of('app', 'Sessions'), 'ENABLED', 'its status');
is($node->safe_psql('postgres', q(SELECT table_name, kind, items, failures FROM dynapg.job_list WHERE kind = 'ttl')), 'Sessions|ttl|3000|0', 'the job is seen');
like(call_as('app', 'PutItem', sprintf '{"TableName":"Sessions","Item":{"id":{"S":"soon"},"until":{"N":"%d"}}}', time), qr/^200/, 'an item that expires now');
is_left('Sessions', 'new1', 'goes by itself');

# an item that somebody holds is left until he is done, and one that he saves stays
my $session = $node->background_psql('postgres', on_error_die => 1);
add_items('Sessions', 'later', 2, -2);
$session->query_safe(q(BEGIN; UPDATE dynamodb."Sessions" SET item = dynapg.item_update(item, 'REMOVE #u', '{"#u":"until"}') WHERE pk = 'later1'));
is_left('Sessions', 'later1 new1', 'an item that a transaction holds is passed over');
$session->query_safe('COMMIT');
sleep 1;
is_left('Sessions', 'later1 new1', 'and stays when that has saved it');
$session->quit;

like(set_ttl('app', 'Sessions', 'false'), qr/^200/, 'Time to Live is disabled');
ok(wait_for_status('app', 'Sessions', 'DISABLED'), 'the status gets DISABLED');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_indexes WHERE tablename = 'Sessions')), '1', 'the index is gone');
add_items('Sessions', 'old', 1, 60);
sleep 1;
is_left('Sessions', 'later1 new1 old1', 'nothing is deleted any more');

# ---- whose code runs, and as whom ----

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE public.log (who text, session text, what text);
GRANT INSERT ON public.log TO PUBLIC;
SET ROLE app;
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN INSERT INTO public.log VALUES (current_user, session_user, OLD.pk); RETURN OLD; END $$;
CREATE TRIGGER note AFTER DELETE ON dynamodb."Sessions" FOR EACH ROW EXECUTE FUNCTION public.note();
SQL
like(set_ttl('app', 'Sessions', 'true'), qr/^200/, 'enabled again');
is_left('Sessions', 'later1 new1', 'the trigger does not keep the item');
is($node->safe_psql('postgres', 'SELECT * FROM public.log'), 'app|app|old1', 'a trigger runs as the owner of the table');

# a table whose trigger fails for one item, one that leaves a temporary table, one that never ends
make_table('other', $_) for qw(Failing Slow Last);
$node->safe_psql('postgres', <<'SQL');
SET ROLE other;
CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN IF OLD.pk = 'bad1' THEN RAISE 'not this one'; END IF; CREATE TEMP TABLE IF NOT EXISTS log (who text, session text, what text); RETURN OLD; END $$;
CREATE TRIGGER fail BEFORE DELETE ON dynamodb."Failing" FOR EACH ROW EXECUTE FUNCTION public.fail();
CREATE FUNCTION public.hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN OLD; END $$;
CREATE TRIGGER hang BEFORE DELETE ON dynamodb."Slow" FOR EACH ROW EXECUTE FUNCTION public.hang();
SQL
$node->append_conf('postgresql.conf', "dynapg.http_statement_timeout = '500ms'");
$node->reload;
add_items('Failing', 'bad', 3, 100);
add_items('Failing', 'good', 30, 50);
add_items('Slow', 'slow', 1, 60);
add_items('Last', 'last', 5, 60);
like(set_ttl('other', $_, 'true'), qr/^200/, "enabled on $_") for qw(Failing Slow Last);
is_left('Failing', 'bad1', 'an item that cannot be deleted does not keep the others');
is_left('Last', '', 'tables that fail do not keep others');
ok($node->poll_query_until('postgres', q(SELECT string_agg(table_name || ' ' || failure, ', ' ORDER BY table_name) FROM dynapg.job_list WHERE failures > 0),
	'Failing not this one, Slow canceling statement due to statement timeout'), 'the failures are seen');
is($node->safe_psql('postgres', q(SET ROLE app; SELECT count(*) FROM dynapg.job_list WHERE table_name = 'Failing')), '0', 'by the owner alone');
add_items('Sessions', 'old', 1, 60);
is_left('Sessions', 'later1 new1', 'work goes on');
is($node->safe_psql('postgres', q(SELECT count(*) FROM public.log WHERE who = 'app' AND session = 'app')), '2', 'and meets no temporary table of another role');

# a superuser's table runs nobody's code but superusers'
$node->safe_psql('postgres', <<'SQL');
SELECT dynapg.create_table('{"TableName":"Admin","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
SELECT dynapg.update_time_to_live('{"TableName":"Admin","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"until"}}');
GRANT TRIGGER ON dynamodb."Admin" TO other;
SET ROLE other;
CREATE TRIGGER note BEFORE DELETE ON dynamodb."Admin" FOR EACH ROW EXECUTE FUNCTION public.note();
SQL
add_items('Admin', 'old', 1, 60);
ok($node->poll_query_until('postgres', q(SELECT count(*) FROM dynapg.job_list WHERE table_name = 'Admin' AND failures > 0), '1'), 'a trigger on a superuser\'s table is refused');
is($node->safe_psql('postgres', q(SELECT count(*) FROM public.log WHERE who NOT IN ('app', 'other'))), '0', 'and did not run');

# ---- in a stream ----

like(call_as('app', 'UpdateTable', '{"TableName":"Sessions","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}'), qr/^200/, 'a stream');
add_items('Sessions', 'old', 2, 60);
is_left('Sessions', 'later1 new1', 'the items go');
$node->safe_psql('postgres', q(DELETE FROM dynamodb."Sessions" WHERE pk = 'later1'));
is($node->safe_psql('postgres', q(SELECT string_agg(event || ' ' || (keys OPERATOR(dynapg.->>) 'id') || ' ' || by_service, ', ' ORDER BY keys OPERATOR(dynapg.->>) 'id', event)
	FROM dynapg.stream_records('Sessions'))),
	'REMOVE later1 false, INSERT old1 false, REMOVE old1 true, INSERT old2 false, REMOVE old2 true', 'records say who deleted an item');

# ---- its life ----

my $worker = q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dynapg housekeeper' AND datname = 'postgres');
is($node->safe_psql('postgres', $worker), '1', 'there is one');
$node->safe_psql('postgres', q(SELECT dynapg.delete_table('{"TableName":"Failing"}')));
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynapg.jobs j WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = j.relation))), '0',
	'what is noted of a table goes with it');
$node->safe_psql('template1', 'ALTER DATABASE postgres RENAME TO renamed');
$node->safe_psql('template1', 'ALTER DATABASE renamed RENAME TO postgres');
ok($node->poll_query_until('postgres', $worker, '1'), 'it lets the database go, and comes back');
$node->append_conf('postgresql.conf', "dynapg.jobs_interval = 0\ndynapg.http_statement_timeout = '60s'");
$node->restart;
add_items('Last', 'last', 1, 60);
sleep 1;
is_left('Last', 'last1', 'without an interval nothing is deleted');
is($node->safe_psql('postgres', 'SET ROLE other; DROP TRIGGER hang ON dynamodb."Slow"; SELECT dynapg.run_jobs()'), '2', 'but by dynapg.run_jobs()');

$node->stop;
done_testing();
