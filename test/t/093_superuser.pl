# 093_superuser.pl - a request that runs as a superuser, as all do by default with dynapg.http_auth = 'trust', runs no code but
# superusers': whatever another role has attached to a table, the request is refused, and the log says why.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('superuser');

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres', "SET client_min_messages = warning; $query");
}

sub ask
{
	my ($operation, $body) = @_;
	return answer_of(call($port, $operation, $body));
}

# What eve tries to have run: it makes her a superuser.
sql(<<'SQL');
CREATE ROLE eve LOGIN;
CREATE ROLE app LOGIN;
GRANT CREATE ON SCHEMA dynamodb, public TO eve;
SET ROLE eve;
CREATE FUNCTION public.rise() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
	IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN ALTER ROLE eve SUPERUSER; END IF; RETURN true;
END $$;
CREATE FUNCTION public.rise(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN public.rise(); END $$;
CREATE FUNCTION public.rise_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.rise(); RETURN NEW; END $$;
CREATE DOMAIN public.riser AS text CHECK (public.rise(value));
SQL
my @writes = (
	[ 'PutItem', '{"TableName":"%s","Item":{"id":{"S":"a"},"n":{"N":"1"}}}' ],
	[ 'UpdateItem', '{"TableName":"%s","Key":{"id":{"S":"a"}},"UpdateExpression":"SET m = :m","ExpressionAttributeValues":{":m":{"S":"x"}}}' ],
	[ 'DeleteItem', '{"TableName":"%s","Key":{"id":{"S":"a"}}}' ],
	[ 'BatchWriteItem', '{"RequestItems":{"%s":[{"PutRequest":{"Item":{"id":{"S":"a"}}}}]}}' ],
	[ 'TransactWriteItems', '{"TransactItems":[{"Put":{"TableName":"%s","Item":{"id":{"S":"a"}}}}]}' ],
	[ 'TransactWriteItems', '{"TransactItems":[{"ConditionCheck":{"TableName":"%s","Key":{"id":{"S":"z"}},"ConditionExpression":"attribute_not_exists(id)"}}]}' ]);
my @reads = (
	[ 'GetItem', '{"TableName":"%s","Key":{"id":{"S":"a"}}}' ],
	[ 'Query', '{"TableName":"%s","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"a"}}}' ],
	[ 'Scan', '{"TableName":"%s"}' ], [ 'Scan', '{"TableName":"%s","Segment":1,"TotalSegments":2}' ],
	[ 'BatchGetItem', '{"RequestItems":{"%s":{"Keys":[{"id":{"S":"a"}}]}}}' ],
	[ 'TransactGetItems', '{"TransactItems":[{"Get":{"TableName":"%s","Key":{"id":{"S":"a"}}}}]}' ]);
my $denied = qr/^400 AccessDeniedException: User: arn:aws:iam::000000000000:user\/postgres is not authorized to perform: /;

# All operations on items of the table, each of which is answered like that; and nobody has become a superuser by it.
sub all_are
{
	my ($table, $expected, $name) = @_;
	my @other = grep { $_->[1] !~ $expected } map { [ $_->[0], ask($_->[0], sprintf $_->[1], $table) ] } @reads, @writes;
	is_deeply(\@other, [], $name);
	is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'}), 'f', 'and eve is no superuser');
	sql('ALTER ROLE eve NOSUPERUSER');
	return;
}

my $make = '{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},'
  . '{"AttributeName":"n","AttributeType":"N"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{"IndexName":"by_n",'
  . '"KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}';
my $served = qr/^200 /;

# ---- tables of superusers ----

like(ask('CreateTable', sprintf $make, 'Mine'), $served, 'a superuser makes a table');
all_are('Mine', $served, 'and uses it');
sql(q{CREATE FUNCTION public.fine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
	CREATE TRIGGER fine BEFORE INSERT OR UPDATE ON dynamodb."Mine" FOR EACH ROW EXECUTE FUNCTION public.fine();
	CREATE FUNCTION public.good(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
	ALTER TABLE dynamodb."Mine" ADD CONSTRAINT good CHECK (public.good(pk))});
all_are('Mine', $served, 'with a trigger and a constraint of a superuser\'s functions');

# Of each: how it is attached, and detached.
my @attachments = (
	[ 'a trigger', q{CREATE TRIGGER rise BEFORE INSERT ON dynamodb."Mine" FOR EACH ROW EXECUTE FUNCTION public.rise_trigger()},
		q{DROP TRIGGER rise ON dynamodb."Mine"} ],
	[ 'a deferred one', q{CREATE CONSTRAINT TRIGGER rise AFTER INSERT ON dynamodb."Mine" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		EXECUTE FUNCTION public.rise_trigger()}, q{DROP TRIGGER rise ON dynamodb."Mine"} ],
	[ 'one of statements', q{CREATE TRIGGER rise AFTER DELETE ON dynamodb."Mine" EXECUTE FUNCTION public.rise_trigger()}, q{DROP TRIGGER rise ON dynamodb."Mine"} ],
	[ 'one that is enabled for replicas', q{CREATE TRIGGER rise AFTER DELETE ON dynamodb."Mine" EXECUTE FUNCTION public.rise_trigger();
		ALTER TABLE dynamodb."Mine" ENABLE REPLICA TRIGGER rise}, q{DROP TRIGGER rise ON dynamodb."Mine"} ],
	[ 'the condition of a trigger', q{CREATE TRIGGER rise BEFORE INSERT ON dynamodb."Mine" FOR EACH ROW WHEN (public.rise(NEW.pk)) EXECUTE FUNCTION public.fine()},
		q{DROP TRIGGER rise ON dynamodb."Mine"} ],
	[ 'a constraint', q{ALTER TABLE dynamodb."Mine" ADD CONSTRAINT rise CHECK (public.rise(pk)) NOT VALID}, q{ALTER TABLE dynamodb."Mine" DROP CONSTRAINT rise} ],
	[ 'a default', q{ALTER TABLE dynamodb."Mine" ADD extra text; ALTER TABLE dynamodb."Mine" ALTER extra SET DEFAULT public.rise()}, q{ALTER TABLE dynamodb."Mine" DROP extra} ],
	[ 'a generated column', q{DELETE FROM dynamodb."Mine"; ALTER TABLE dynamodb."Mine" ADD extra boolean GENERATED ALWAYS AS (public.rise(pk)) STORED},
		q{ALTER TABLE dynamodb."Mine" DROP extra} ],
	[ 'a domain', q{ALTER TABLE dynamodb."Mine" ADD extra public.riser}, q{ALTER TABLE dynamodb."Mine" DROP extra} ],
	[ 'an index', q{DELETE FROM dynamodb."Mine"; CREATE INDEX rise ON dynamodb."Mine" (public.rise(pk))}, q{DROP INDEX dynamodb.rise} ],
	[ 'the predicate of an index', q{DELETE FROM dynamodb."Mine"; CREATE INDEX rise ON dynamodb."Mine" (pk) WHERE public.rise(pk)}, q{DROP INDEX dynamodb.rise} ],
	[ 'an index in the place of a secondary one', q{SET session_replication_role = replica; ALTER INDEX dynamodb."Mine:by_n" RENAME TO away;
		CREATE INDEX "Mine:by_n" ON dynamodb."Mine" (public.rise('x'), pk)}, q{DROP INDEX dynamodb."Mine:by_n"; ALTER INDEX dynamodb.away RENAME TO "Mine:by_n"} ],
	[ 'a child', q{CREATE TABLE public.child () INHERITS (dynamodb."Mine"); ALTER TABLE public.child OWNER TO eve}, q{DROP TABLE public.child} ],
	[ 'a foreign key of another\'s table', q{GRANT REFERENCES, SELECT ON dynamodb."Mine" TO eve; SET ROLE eve;
		CREATE TABLE public.referencing (pk text COLLATE "C" REFERENCES dynamodb."Mine" ON DELETE CASCADE);
		CREATE TRIGGER rise AFTER DELETE ON public.referencing FOR EACH ROW EXECUTE FUNCTION public.rise_trigger()}, q{DROP TABLE public.referencing} ],
	[ 'one of a table of one\'s own, with a trigger', q{CREATE TABLE public.referencing (pk text COLLATE "C" REFERENCES dynamodb."Mine" ON DELETE CASCADE);
		CREATE TRIGGER rise AFTER DELETE ON public.referencing FOR EACH ROW EXECUTE FUNCTION public.rise_trigger()}, q{DROP TABLE public.referencing} ],
	[ 'a function that was given away', q{ALTER FUNCTION public.fine() OWNER TO eve}, q{ALTER FUNCTION public.fine() OWNER TO postgres} ]);
for my $case (@attachments)
{
	my ($name, $attach, $detach) = @$case;
	sql($attach);
	sql('ALTER ROLE eve NOSUPERUSER');
	all_are('Mine', $denied, "$name: refused");
	sql($detach);
	like(ask(@{ $writes[0] }[0], sprintf $writes[0][1], 'Mine'), $served, 'served again without');
}
for my $case (
	[ 'a trigger that is off', q{CREATE TRIGGER rise BEFORE INSERT ON dynamodb."Mine" FOR EACH ROW EXECUTE FUNCTION public.rise_trigger();
		ALTER TABLE dynamodb."Mine" DISABLE TRIGGER rise}, q{DROP TRIGGER rise ON dynamodb."Mine"} ],
	[ 'a foreign key that changes nothing', q{CREATE TABLE public.referencing (pk text COLLATE "C" REFERENCES dynamodb."Mine"); ALTER TABLE public.referencing OWNER TO eve},
		q{DROP TABLE public.referencing} ])
{
	sql($case->[1]);
	all_are('Mine', $served, "$case->[0]: served");
	sql($case->[2]);
}

# A trigger that is made while the request waits for its lock.
$node->append_conf('postgresql.conf', "dynapg.http_lock_timeout = 30s");
$node->reload;
sleep 1;
sql('GRANT TRIGGER ON dynamodb."Mine" TO eve');
for my $write (@writes[0 .. 4])
{
	my $holder = $node->background_psql('postgres', on_error_die => 1);
	$holder->query_safe(q{SET ROLE eve; BEGIN; CREATE TRIGGER rise AFTER INSERT OR UPDATE OR DELETE ON dynamodb."Mine" FOR EACH STATEMENT
		EXECUTE FUNCTION public.rise_trigger()});
	my $waiting = dial($port);
	send_text($waiting, request_text($write->[0], sprintf $write->[1], 'Mine'));
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dynapg http' AND wait_event_type = 'Lock'});
	$holder->query_safe('COMMIT');
	$holder->quit;
	like(answer_of(read_reply($waiting)), $denied, "$write->[0]: a trigger that was made while it waited");
	is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'}), 'f', 'did not run');
	sql('DROP TRIGGER rise ON dynamodb."Mine"; ALTER ROLE eve NOSUPERUSER');
}

# ---- tables of others ----

sql(q{SET ROLE eve; SELECT dynapg.create_table('} . sprintf($make, 'Eves') . q{')});
all_are('Eves', $denied, 'a table of another role: refused');
sql(q{SET ROLE eve; CREATE TRIGGER rise BEFORE INSERT ON dynamodb."Eves" FOR EACH ROW EXECUTE FUNCTION public.rise_trigger();
	CREATE POLICY rise ON dynamodb."Eves" USING (public.rise()); ALTER TABLE dynamodb."Eves" ENABLE ROW LEVEL SECURITY});
all_are('Eves', $denied, 'with traps: refused');
like(ask('DescribeTable', '{"TableName":"Eves"}'), $served, 'it is described');
like(ask('UpdateTable', '{"TableName":"Eves","DeletionProtectionEnabled":true}'), $served, 'and administrated');
is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'}), 'f', 'eve is no superuser');
my $log = slurp_file($node->logfile);
like($log, qr/LOG:  HTTP request PutItem failed: a request of a superuser does not touch table "Eves"\n.*DETAIL:  Relation "Eves" belongs to role "eve"/,
	'the log says why');
like($log, qr/DETAIL:  Relation "Mine" calls function "rise_trigger", whose owner is not a superuser/, 'of functions, too');
like($log, qr/HINT:  Use the access key of an ordinary role, or set dynapg\.http_trust_role\./, 'and what helps');
is(sql(q{SELECT dynapg.get_item('{"TableName":"Eves","Key":{"id":{"S":"a"}}}')}), '{}', 'SQL is not concerned');

# A column that has become something else, with a cast of eve's to what it should be: nobody runs that by asking how large the table is.
sql(q{ALTER ROLE eve NOSUPERUSER; GRANT USAGE ON SCHEMA dynapg TO eve; SET ROLE eve;
	SELECT dynapg.create_table('} . sprintf($make, 'Cast') . q{'); GRANT SELECT ON dynamodb."Cast" TO PUBLIC;
	CREATE TABLE public.runs (who text); GRANT INSERT ON public.runs TO PUBLIC;
	CREATE TYPE public.lookalike AS (a text);
	CREATE FUNCTION public.alike(public.lookalike) RETURNS dynapg.item LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO public.runs VALUES (current_user); PERFORM public.rise(); RETURN '{}'; END $$;
	CREATE CAST (public.lookalike AS dynapg.item) WITH FUNCTION public.alike(public.lookalike) AS IMPLICIT;
	DROP INDEX dynamodb."Cast:by_n"; ALTER TABLE dynamodb."Cast" DROP CONSTRAINT "dynapg fits", DROP CONSTRAINT "dynapg index by_n", DROP COLUMN keys, ALTER item TYPE public.lookalike USING ROW('x')::public.lookalike;
	INSERT INTO dynamodb."Cast" VALUES ('a', ROW('x'))});
like(ask('DescribeTable', '{"TableName":"Cast"}'), $served, 'it is described');
sql(q{SELECT dynapg.describe_table('{"TableName":"Cast"}'); SET ROLE app; SELECT dynapg.describe_table('{"TableName":"Cast"}')});
is(sql('SELECT count(*) FROM public.runs'), '0', 'and nobody runs its owner\'s code by that');
is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'}), 'f', 'eve is no superuser');

# An ordinary role, and the same superuser by a key.
sql('GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Eves" TO app; ALTER TABLE dynamodb."Eves" DISABLE ROW LEVEL SECURITY');
$node->append_conf('postgresql.conf', "dynapg.http_trust_role = 'app'");
$node->reload;
sleep 1;
all_are('Eves', $served, 'an ordinary role: served');
$node->append_conf('postgresql.conf', "dynapg.http_auth = 'sigv4'");
$node->restart;
ok(wait_for_http($port, 400), 'signatures');
my @key = new_key($node, 'postgres');
like(answer_of(signed_call($port, @key, 'GetItem', '{"TableName":"Mine","Key":{"id":{"S":"a"}}}')), $served, 'a superuser\'s key');
like(answer_of(signed_call($port, @key, 'PutItem', '{"TableName":"Eves","Item":{"id":{"S":"a"}}}')), $denied, 'is refused just so');
@key = new_key($node, 'app');
like(answer_of(signed_call($port, @key, 'PutItem', '{"TableName":"Eves","Item":{"id":{"S":"a"}}}')), $served, 'an ordinary one is not');
is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'eve'}), 'f', 'eve is no superuser');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
