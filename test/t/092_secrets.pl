# 092_secrets.pl - secrets of access keys and items stay out of places where they do not belong: logical decoding,
# publications of all tables, logs of statements and plans, errors, statistics, dumps.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'this PostgreSQL has no auto_explain' unless -e (`pg_config --pkglibdir` =~ s/\n//r) . '/auto_explain.so';
my $node = PostgreSQL::Test::Cluster->new('secrets');
$node->init(allows_streaming => 'logical', extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, "dynapg.http_auth = 'sigv4'", "shared_preload_libraries = 'dynapg, auto_explain'",
	'auto_explain.log_min_duration = 0', 'auto_explain.log_nested_statements = on', 'auto_explain.log_analyze = on',
	'auto_explain.log_verbose = on', "log_statement = 'all'", 'log_min_duration_statement = 0', 'log_error_verbosity = verbose',
	'log_parameter_max_length = -1', 'log_parameter_max_length_on_error = -1', 'max_replication_slots = 10');
$node->append_conf('postgresql.conf', 'auto_explain.log_parameter_max_length = -1') if $node->pg_version >= 16;
$node->start;

sub sql
{
	my ($query, $database) = @_;
	return $node->safe_psql($database // 'postgres', $query);
}

# All that a slot has.
sub decoded
{
	my ($slot) = @_;
	return sql($slot =~ /^pgoutput/
		? "SELECT string_agg(encode(data, 'escape'), ' ') FROM pg_logical_slot_get_binary_changes('$slot', NULL, NULL, 'proto_version', '1', 'publication_names', 'everything')"
		: "SELECT string_agg(data, ' ') FROM pg_logical_slot_get_changes('$slot', NULL, NULL)");
}

# ---- secrets of 0.1.0, moved by the update while somebody decodes ----

my $old = 'old+secret+of+forty+characters/000000000';
sql('CREATE ROLE app LOGIN; CREATE ROLE other LOGIN');
sql("CREATE EXTENSION dynapg VERSION '0.1.0'");
# how the secret comes in is not what this is about
sql("SET log_statement = 'none'; SET log_min_duration_statement = -1; SET auto_explain.log_min_duration = -1;
	INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('AKIAOLD', '$old', 'app'); ANALYZE dynapg.access_keys");
sql('CREATE PUBLICATION everything FOR ALL TABLES');
sql("SELECT pg_create_logical_replication_slot('plain', 'test_decoding'), pg_create_logical_replication_slot('pgoutput', 'pgoutput')");
my $log_before = -s $node->logfile;
sql('ALTER EXTENSION dynapg UPDATE');
sql('CREATE TABLE public.shown (a text PRIMARY KEY); INSERT INTO public.shown VALUES (\'a row for everybody\')');
for my $slot (qw(plain pgoutput))
{
	my $changes = decoded($slot);
	like($changes, qr/a row for everybody/, "$slot decodes");
	like($changes, qr/AKIAOLD/, "$slot: the update of the key");
	unlike($changes, qr/\Q$old\E/, "$slot: not its secret");
}
unlike(substr(slurp_file($node->logfile), $log_before), qr/\Q$old\E/, 'and not in the log');
ok(wait_for_http($port, 400), 'the front serves');
like(answer_of(signed_call($port, 'AKIAOLD', $old, 'ListTables', '{}')), qr/^200/, 'the key is good');
is(sql(q{SELECT count(*) FROM pg_statistic WHERE starelid = 'dynapg.access_keys'::regclass}), '0', 'its statistics are gone');

# ---- keys that are made, used, changed and dropped ----

my ($id, $secret) = new_key($node, 'app');
like(answer_of(signed_call($port, $id, $secret, 'ListTables', '{}')), qr/^200/, 'a new key');
sql("SELECT dynapg.disable_access_key('$id'); SELECT dynapg.enable_access_key('$id')");
like(answer_of(signed_call($port, $id, $secret, 'ListTables', '{}')), qr/^200/, 'enabled again');
sql('ANALYZE; VACUUM FULL dynapg.access_secrets; CLUSTER dynapg.access_keys USING access_keys_pkey');
like(answer_of(signed_call($port, $id, $secret, 'ListTables', '{}')), qr/^200/, 'after VACUUM FULL');
answer_of(signed_call($port, $id, "x$secret", 'ListTables', '{}'));
$node->psql('postgres', "SET ROLE other; SELECT dynapg.drop_access_key('$id')");
sql("UPDATE dynapg.access_keys SET access_key_id = 'renamed_key' WHERE access_key_id = '$id'");
like(answer_of(signed_call($port, 'renamed_key', $secret, 'ListTables', '{}')), qr/^200/, 'renamed');
sql("SELECT dynapg.drop_access_key('renamed_key')");
my ($second_id, $second) = new_key($node, 'app');
sql('TRUNCATE dynapg.access_keys');
my ($third_id, $third) = new_key($node, 'other');
sql('DROP ROLE other');
is(sql('SELECT count(*) FROM dynapg.access_secrets'), '0', 'all are gone');
sql("INSERT INTO public.shown VALUES ('another')");
my $log = slurp_file($node->logfile);
for my $slot (qw(plain pgoutput))
{
	my $changes = decoded($slot);
	like($changes, qr/another/, "$slot decodes");
	like($changes, qr/\Q$id\E/, "$slot: keys");
	unlike($changes, qr/\Q$_\E/, "$slot: not their secrets") for $secret, $second, $third, $old;
}
like($log, qr/Query Text: .*dynapg\.access_keys/, 'plans are in the log');
unlike($log, qr/\Q$_\E/, 'secrets are not') for $secret, $second, $third;
($id, $secret) = new_key($node, 'app');
my $statistics = sql('SET client_min_messages = warning; ANALYZE; SELECT string_agg(s::text, \' \') FROM pg_statistic s');
unlike($statistics, qr/\Q$secret\E/, 'and not in statistics');

# A subscriber of everything gets no secrets, and goes on.
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical', extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$subscriber->start;
my $source = $node->connstr('postgres') =~ s{'}{''}gr;
$subscriber->safe_psql('postgres', 'CREATE ROLE app LOGIN; CREATE EXTENSION dynapg; CREATE TABLE public.shown (a text PRIMARY KEY)');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION all_of_it CONNECTION '$source' PUBLICATION everything");
$subscriber->poll_query_until('postgres', q{SELECT count(*) = 2 FROM public.shown});
my ($fourth_id, $fourth) = new_key($node, 'app');
sql("INSERT INTO public.shown VALUES ('a third')");
ok($subscriber->poll_query_until('postgres', q{SELECT count(*) = 3 FROM public.shown}), 'a subscriber of everything goes on');
ok($subscriber->poll_query_until('postgres', "SELECT count(*) = 1 FROM dynapg.access_keys WHERE access_key_id = '$fourth_id'"), 'it has keys');
is($subscriber->safe_psql('postgres', "SELECT count(*) FROM dynapg.access_secrets"), '0', 'and none of their secrets');
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION all_of_it');
$subscriber->stop;

# ---- items ----

# Refused by the database: its text is in the log, what the client has sent is not.
sql('GRANT CREATE ON SCHEMA dynamodb TO app');
($id, $secret) = new_key($node, 'app');
like(answer_of(signed_call($port, $id, $secret, 'CreateTable', '{"TableName":"Notes","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}')), qr/^200/, 'a table');
sql(q{ALTER TABLE dynamodb."Notes" ADD CONSTRAINT short CHECK (length(pk) < 8); CREATE UNIQUE INDEX one ON dynamodb."Notes" ((item ->> 'one'))}
	=~ s/item ->> 'one'/dynapg.item_get_text(item, 'one')/r);
$log_before = -s $node->logfile;
$node->append_conf('postgresql.conf', "log_statement = 'none'\nauto_explain.log_min_duration = -1\nlog_min_duration_statement = -1\n");
$node->reload;
sleep 1;
$log_before = -s $node->logfile;
for my $item ('{"id":{"S":"far too long"},"card":{"S":"private text 1"}}', '{"id":{"S":"a"},"one":{"S":"private text 2"}}', '{"id":{"S":"b"},"one":{"S":"private text 2"}}')
{
	answer_of(signed_call($port, $id, $secret, 'PutItem', qq({"TableName":"Notes","Item":$item})));
}
$log = substr slurp_file($node->logfile), $log_before;
like($log, qr/HTTP request PutItem failed: new row for relation "Notes" violates check constraint "short"/, 'the log names the constraint');
like($log, qr/HTTP request PutItem failed: duplicate key value violates unique constraint "one"/, 'and of a unique index');
unlike($log, qr/private text|far too long/, 'but not the items');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
