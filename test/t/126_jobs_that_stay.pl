# 126_jobs_that_stay.pl - code of a table's owner that catches its cancel and goes on does not keep the housekeeper from other tables: the
# process ends, and the next one leaves that table alone for a time.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('stay');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'dynapg'
dynapg.jobs_interval = '200ms'
dynapg.http_statement_timeout = '300ms'
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE app LOGIN;
CREATE ROLE other LOGIN;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app, other;
GRANT CREATE ON SCHEMA public TO other;
CREATE FUNCTION public.make(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL dynapg.index_build = 'immediate';
	PERFORM dynapg.create_table(json_build_object('TableName', name, 'BillingMode', 'PAY_PER_REQUEST',
		'KeySchema', '[{"AttributeName":"id","KeyType":"HASH"}]'::json, 'AttributeDefinitions', '[{"AttributeName":"id","AttributeType":"S"}]'::json));
	PERFORM dynapg.put_item(json_build_object('TableName', name, 'Item', json_build_object('id', '{"S":"x"}'::json,
		'until', json_build_object('N', (extract(epoch FROM now())::bigint - 100)::text))));
END $$;
CREATE FUNCTION public.expire(name text) RETURNS void LANGUAGE sql SET dynapg.index_build = 'immediate' AS $$
	SELECT dynapg.update_time_to_live(json_build_object('TableName', name,
		'TimeToLiveSpecification', '{"Enabled":true,"AttributeName":"until"}'::json))
$$;
SET ROLE other;
CREATE FUNCTION public.stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	LOOP
		BEGIN
			PERFORM pg_sleep(3600);
		EXCEPTION WHEN query_canceled THEN
			NULL;
		END;
	END LOOP;
END $$;
SELECT public.make('Stay1'), public.make('Stay2');
CREATE TRIGGER stay BEFORE DELETE ON dynamodb."Stay1" FOR EACH ROW EXECUTE FUNCTION public.stay();
CREATE TRIGGER stay BEFORE DELETE ON dynamodb."Stay2" FOR EACH ROW EXECUTE FUNCTION public.stay();
SELECT public.expire('Stay1'), public.expire('Stay2');
SET ROLE app;
SELECT public.make('Victim');
SELECT public.expire('Victim');
SQL

# both of the tables come before it
ok($node->poll_query_until('postgres', 'SELECT count(*) FROM dynamodb."Victim"', '0'), 'a table that is last has its items deleted');
is($node->safe_psql('postgres', q(SELECT table_name, failures > 0, failure FROM dynapg.job_list WHERE failures > 0 ORDER BY table_name)),
	"Stay1|t|code of the table did not stop when it was cancelled\nStay2|t|code of the table did not stop when it was cancelled", 'the failures are seen');
like(slurp_file($node->logfile), qr/the dynapg housekeeper ends because code of table with OID \d+ did not stop when it was cancelled/, 'the log says why');
is($node->safe_psql('postgres', q(SELECT count(*) FROM dynamodb."Stay1")), '1', 'its item stays');

# whoever holds the shards of his own stream in a transaction does not keep the housekeeper from the streams of others
$node->append_conf('postgresql.conf', "dynapg.stream_shard_age = 1s\ndynapg.http_lock_timeout = 100ms");
$node->restart;
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION public.stream(name text, enabled boolean) RETURNS void LANGUAGE sql AS $$
	SELECT dynapg.update_table(json_build_object('TableName', name, 'StreamSpecification',
		CASE WHEN enabled THEN '{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}' ELSE '{"StreamEnabled":false}' END::json))
$$;
CREATE FUNCTION public.shards(name text) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM dynapg.shards h JOIN dynapg.streams s USING (stream_id) WHERE s.table_name = name
$$;
SET ROLE other;
SELECT public.stream('Stay1', true);
SQL
my $holder = $node->background_psql('postgres', on_error_die => 1);
$holder->query_safe(q(SET ROLE other; BEGIN; SELECT public.stream('Stay1', false)));
$node->safe_psql('postgres', q(SET ROLE app; SELECT public.stream('Victim', true)));
ok($node->poll_query_until('postgres', q(SELECT public.shards('Victim') > 2)), 'shards of another stream are followed by others');
$holder->query_safe('ROLLBACK');
$holder->quit;
ok($node->poll_query_until('postgres', q(SELECT public.shards('Stay1') > 2)), 'and then his');
unlike(slurp_file($node->logfile), qr/lock timeout/, 'nobody waits');

$node->stop;
done_testing();
