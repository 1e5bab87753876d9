# 195_altered_tables.pl - columns that a table's owner has altered: nothing takes a value of another type for an item or a key
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgExports;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = PostgreSQL::Test::Utils::tempdir;
mkdir "$root/$_" for qw(files files/bucket);
my $node = PostgreSQL::Test::Cluster->new('altered');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "dynapg.s3_directory = '$root/files'\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE app;
GRANT pg_write_server_files TO app;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app;
SQL

# The error of a statement of the role, or ''.
sub as_app
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "SET ROLE app; $sql");
	return $err =~ s/^psql:<stdin>:\d+: ERROR: +//r;
}

# A table with one item, and with point-in-time recovery.
sub create
{
	my ($name) = @_;
	is(as_app(<<"SQL"), '', "$name is made");
SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},
	{"AttributeName":"n","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"S"}]}');
SELECT dynapg.put_item('{"TableName":"$name","Item":{"id":{"S":"a"},"n":{"S":"1"}}}');
SELECT dynapg.update_continuous_backups('{"TableName":"$name","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}');
SQL
	return;
}

create('Item');
my $arn = export($node, 'Item', '"S3Bucket":"bucket"', 'app');
is(finished($node, $arn, 'app')->{ExportStatus}, 'COMPLETED', 'an export of the table as it was made');
is(as_app('ALTER TABLE dynamodb."Item" RENAME item TO other; ALTER TABLE dynamodb."Item" ADD item bigint DEFAULT 5'), '', 'the item is a number');
like(as_app('UPDATE dynamodb."Item" SET item = 3'), qr/column "item" of a table with point-in-time recovery cannot be of type bigint/, 'which is not recorded');
my $failed = finished($node, export($node, 'Item', '"S3Bucket":"bucket"', 'app'), 'app');
is("$failed->{ExportStatus}: $failed->{FailureMessage}", 'FAILED: column "item" of the table is not of type dynapg.item', 'and not exported');
isnt(as_app(q(SELECT dynapg.items_at('Item', now()))), '', 'and not shown');
isnt(as_app(q(SELECT dynapg.changes_between('Item', now() - '1 s'::interval, now()))), '', 'and not its changes');

create('Key');
is(as_app('ALTER TABLE dynamodb."Key" DROP CONSTRAINT "dynapg fits"; ALTER TABLE dynamodb."Key" ALTER pk TYPE bigint USING 5'), '', 'the key is a number');
like(as_app('UPDATE dynamodb."Key" SET item = item, pk = 6'), qr/column "pk" of a table with point-in-time recovery cannot be of type bigint/, 'which is not recorded');

create('Sort');
is(as_app('ALTER TABLE dynamodb."Sort" DROP CONSTRAINT "Sort primary key", DROP CONSTRAINT "dynapg fits"; ALTER TABLE dynamodb."Sort" ALTER sk DROP NOT NULL'), '', 'the sort key can be missing');
is(as_app('UPDATE dynamodb."Sort" SET sk = NULL; UPDATE dynamodb."Sort" SET sk = NULL; UPDATE dynamodb."Sort" SET sk = $$1$$; DELETE FROM dynamodb."Sort"'), '', 'which is recorded');
is($node->safe_psql('postgres', q(SELECT string_agg(h.event::text || coalesce(h.sk, '-'), ' ' ORDER BY h.number)
	FROM dynapg.history h JOIN dynapg.recoveries r USING (recovery_id) WHERE r.relid = 'dynamodb."Sort"'::regclass)),
	'R1 I- R- I1 R1', 'as a row that goes and one that comes');

# ---- A table that its owner has made a view, as PostgreSQL before 16 lets it: what exports it does not run the view's code

create('Trap');
is(as_app(<<'SQL'), '', 'a table without items, triggers and constraints');
DELETE FROM dynamodb."Trap";
DROP TRIGGER "!dynapg_history" ON dynamodb."Trap";
DROP TRIGGER "!dynapg_history_truncate" ON dynamodb."Trap";
ALTER TABLE dynamodb."Trap" DROP CONSTRAINT "Trap primary key", DROP CONSTRAINT "dynapg fits";
SQL
$node->safe_psql('postgres', 'CREATE TABLE public.ran (role text); GRANT ALL ON public.ran TO app; GRANT CREATE ON SCHEMA public TO app');
$node->safe_psql('postgres', 'VACUUM dynamodb."Trap"');
my $refused = as_app(<<'SQL');
CREATE FUNCTION public.trap(i dynapg.item) RETURNS dynapg.item LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.ran VALUES (current_user); RETURN i; END';
CREATE RULE "_RETURN" AS ON SELECT TO dynamodb."Trap" DO INSTEAD SELECT 'k'::text COLLATE "C" AS pk, 'k'::text COLLATE "C" AS sk,
	public.trap(dynapg.item_from_json('{"id":{"S":"k"},"n":{"S":"k"}}')) AS item;
SQL
SKIP:
{
	skip 'this PostgreSQL makes no table a view', 4 if $refused ne '';
	$failed = finished($node, export($node, 'Trap', '"S3Bucket":"bucket"'));
	is("$failed->{ExportStatus}: $failed->{FailureMessage}", 'FAILED: the relation of table "Trap" has become a view', 'a superuser does not export a view');
	my (undef, undef, $err) = $node->psql('postgres', q(SELECT dynapg.items_at('Trap', now())));
	like($err, qr/the relation of table "Trap" has become a view/, 'and does not read its items');
	(undef, undef, $err) = $node->psql('postgres', q(SELECT dynapg.changes_between('Trap', now() - '1 s'::interval, now())));
	like($err, qr/the relation of table "Trap" has become a view/, 'and not its changes');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM public.ran'), '0', "so that the owner's code has not run");
}

unlike(slurp_file($node->logfile), qr/terminated by signal/, 'no process has crashed');
done_testing();
