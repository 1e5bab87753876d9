# 100_http_standbys.pl - a missing synchronous standby holds back replies about what it lacks, and nothing else;
# one that is there has what was acknowledged.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use IO::Select;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use constant { CONNECTIONS => 12, PATIENCE => 30 };    # connections: enough to meet both workers

my $node = PostgreSQL::Test::Cluster->new('http_standbys');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, 'dynapg.http_workers = 2', 'dynapg.http_statement_timeout = 0', 'dynapg.jobs_interval = 0', 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
wait_for_http($port);
create_table($port, $_) for qw(Written Other Source Target);

my @open;                                              # connections whose reply waits

sub get { return request_text('GetItem', qq({"TableName":"$_[0]","Key":{"pk":{"S":"$_[1]"}}})) }
sub put { return request_text('PutItem', qq({"TableName":"$_[0]","Item":{"pk":{"S":"$_[1]"}}})) }

sub reload_with
{
	my (@lines) = @_;
	$node->append_conf('postgresql.conf', join "\n", @lines, '');
	$node->reload;
	sleep 0.5;
	return;
}

# Connections that have sent the text.
sub ask
{
	my ($text, $count) = @_;
	my @connections = map { dial($port) } 1 .. $count;
	send_text($_, $text) for @connections;
	return @connections;
}

sub are_answered
{
	my ($text, $pattern, $name) = @_;
	my @replies = map { IO::Select->new($_->{socket})->can_read(PATIENCE) ? read_reply($_) : undef } ask($text, CONNECTIONS);
	is(scalar(grep { $_ && $_->{body} =~ $pattern } @replies), CONNECTIONS, "$name: answered by every worker");
	return;
}

sub are_held
{
	my ($text, $name, $count) = @_;
	my @connections = ask($text, $count // CONNECTIONS);
	sleep 0.5;
	is(scalar(grep { IO::Select->new($_->{socket})->can_read(0) } @connections), 0, "$name: held back");
	push @open, @connections;
	return;
}

sub are_released
{
	my ($status, $name) = @_;
	is(scalar(grep { IO::Select->new($_->{socket})->can_read(PATIENCE) && read_reply($_)->{status} =~ /$status/ } @open),
		scalar(@open), $name);
	@open = ();
	return;
}

sub activity
{
	my ($what) = @_;
	sleep 1.2;                                         # it is reported once a second
	return $node->safe_psql('postgres', "SELECT $what");
}

# -- what waits, and what does not --

$node->safe_psql('postgres', q{
	CREATE FUNCTION carry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO dynamodb."Target" VALUES (NEW.pk, NEW.item); RETURN NULL; END $$;
	CREATE TRIGGER carry AFTER INSERT ON dynamodb."Source" FOR EACH ROW EXECUTE FUNCTION carry();});
is(call($port, 'PutItem', qq({"TableName":"$_","Item":{"pk":{"S":"a"}}}))->{status}, 200, "an item in $_") for qw(Written Other);
my $streamed = call($port, 'CreateTable', q({"TableName":"Streamed","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}))->{body};
my ($arn) = $streamed =~ /"LatestStreamArn":"([^"]+)"/;
my ($shard) = call($port, 'DescribeStream', qq({"StreamArn":"$arn"}))->{body} =~ /"ShardId":"([^"]+)"/;
my ($iterator) = call($port, 'GetShardIterator', qq({"StreamArn":"$arn","ShardId":"$shard","ShardIteratorType":"TRIM_HORIZON"}))->{body} =~
  /"ShardIterator":"([^"]+)"/;
my $records = request_text('GetRecords', qq({"ShardIterator":"$iterator"}));
is(read_reply((ask($records, 1))[0])->{status}, 200, 'a stream');
reload_with(q{synchronous_standby_names = 'replica'});

are_held(put('Written', 'b'), 'a write', 1);
are_answered("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", qr/^healthy/, 'the health check');
are_answered(get('Other', 'a'), qr/"a"/, 'a read of another table');
are_held(get('Written', 'a'), 'a read of the table');
are_held(request_text('PutItem', q({"TableName":"Written","Item":{"pk":{"S":"b"}},"ConditionExpression":"attribute_not_exists(pk)"})),
	'an error that shows the item');
is(activity(q{count(*) FROM dynapg.http_activity WHERE unflushed_lsn > '0/0'}), '2', 'both workers report waiting replies');
is(activity(q{sum(waiting) FROM dynapg.http_activity}), scalar(@open), 'and how many');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'}), '0', 'no worker waits');
are_held(put('Source', 'c'), 'a write with a trigger', 1);
are_held(get('Target', 'a'), 'a read of what the trigger wrote');
are_answered(get('Other', 'a'), qr/"a"/, 'a read of another table, still');
my $pipeline = dial($port);
send_text($pipeline, get('Other', 'a') . put('Other', 'd') . get('Other', 'a'));
push @open, $pipeline;

are_held(put('Streamed', 'f'), 'a write in a stream', 1);
are_held($records, 'its records', 1);
are_held($records, 'its records, when nothing has to be noted any more');
my $transaction = request_text('TransactWriteItems', q({"ClientRequestToken":"once","TransactItems":[
	{"Put":{"TableName":"Other","Item":{"pk":{"S":"e"}}}}]}));
are_held($transaction, 'a transaction', 1);
are_held($transaction, 'one that was done already', 2);
my $table = request_text('CreateTable', q({"TableName":"More","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}));
are_held($table, 'a new table', 1);
are_held(request_text('ListTables', '{}'), 'the list of tables');
are_answered("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", qr/^healthy/, 'the health check, at the end');

# -- the standby comes --

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('replica');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'dynapg.http_port = 0');
$standby->start;
are_released(qr/^(?:200|400)$/, 'the standby comes: all replies leave');
is(read_reply($pipeline)->{body}, '{}', 'pipelined ones in their order');
like(read_reply($pipeline)->{body}, qr/"a"/, 'all of them');
is(activity('count(*) FROM dynapg.http_activity WHERE unflushed_lsn IS NULL'), '2', 'nothing waits');

reload_with('synchronous_commit = remote_apply');
my $missing = 0;
for my $i (1 .. 20)
{
	is(call($port, 'PutItem', qq({"TableName":"Other","Item":{"pk":{"S":"applied $i"}}}))->{status}, 200, "write $i") or last;
	$missing += $standby->safe_psql('postgres', qq{SELECT count(*) FROM dynamodb."Other" WHERE pk = 'applied $i'}) eq '0';
}
is($missing, 0, 'with remote_apply the standby shows what was acknowledged');

# -- the wait ends --

$standby->stop;
reload_with('synchronous_commit = on', 'dynapg.http_statement_timeout = 1s');
my $log = -s $node->logfile;
are_held(put('Written', 'f'), 'without the standby, a write', 1);
are_released(qr/^200$/, 'until the statement timeout');
like(slurp_file($node->logfile, $log),
	qr/WARNING:  canceling wait for synchronous replication due to dynapg\.http_statement_timeout, of replies: 1\n.*DETAIL:  What they report has already committed locally/,
	'as the log says');
is($node->safe_psql('postgres', q{SET synchronous_commit = local; SELECT count(*) FROM dynamodb."Written" WHERE pk = 'f'}), '1', 'it is there');
reload_with('dynapg.http_statement_timeout = 0');
are_held(put('Written', 'g'), 'another one', 3);
my $gone = pop @open;
close $gone->{socket};
reload_with(q{synchronous_standby_names = ''});
are_released(qr/^200$/, 'and until no standby is asked for');
are_answered(get('Written', 'g'), qr/"g"/, 'as before');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
done_testing();
