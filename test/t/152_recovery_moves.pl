# 152_recovery_moves.pl - the history of a table stays where its transactions are: after a restore of a dump recovery begins again; what the
# apply worker of a subscription writes is kept; a promoted standby has the history
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 'logical');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
my $create = q(SELECT dynapg.create_table('{"TableName":"Moves","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}'));
my $enable = q(SELECT dynapg.update_continuous_backups('{"TableName":"Moves","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}'));

sub put
{
	my ($where, $db, $value) = @_;
	return $where->safe_psql($db, qq(SELECT dynapg.put_item('{"TableName":"Moves","Item":{"pk":{"S":"a"},"v":{"S":"$value"}}}')));
}

# The present moment, apart from those before and after.
sub moment
{
	my ($where, $db) = @_;
	return $where->safe_psql($db, 'SELECT m FROM (SELECT pg_sleep(0.05), clock_timestamp() AS m, pg_sleep(0.05)) s');
}

sub value_at
{
	my ($where, $db, $moment) = @_;
	return $where->safe_psql($db, qq(SELECT dynapg.item_get_text(i, 'v') FROM dynapg.items_at('Moves', '$moment') i));
}

$node->safe_psql('postgres', "$create; $enable");
put($node, 'postgres', 'one');
my $one = moment($node, 'postgres');
put($node, 'postgres', 'two');

# a standby, promoted later
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

# a dump
$node->safe_psql('postgres', 'CREATE DATABASE restored');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'a dump');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), $dump ], 'is restored');
is($node->safe_psql('restored', 'SELECT count(*) FROM dynapg.history'), '0', 'without a history');
like($node->safe_psql('restored', q(SELECT dynapg.describe_continuous_backups('{"TableName":"Moves"}'))), qr/"PointInTimeRecoveryStatus":"ENABLED"/,
	'recovery is on');
like(($node->psql('restored', q(SELECT dynapg.restore_table_to_point_in_time('{"SourceTableName":"Moves","TargetTableName":"Then","UseLatestRestorableTime":true}'))))[2],
	qr/is about to begin/, 'and has not started');
$node->safe_psql('restored', 'SELECT dynapg.run_jobs()');
my $begun = moment($node, 'restored');
put($node, 'restored', 'there');
is(value_at($node, 'restored', $begun), 'two', 'the jobs begin it');
like(($node->psql('restored', "SELECT dynapg.items_at('Moves', '$one')"))[2], qr/does not go back to that moment/, 'from then on');

# a subscription
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql('postgres', "CREATE EXTENSION dynapg; $create; $enable");
$node->safe_psql('postgres', 'CREATE PUBLICATION moves FOR TABLE dynamodb."Moves"');
$subscriber->safe_psql('postgres', sprintf "CREATE SUBSCRIPTION moves CONNECTION '%s' PUBLICATION moves", $node->connstr('postgres') =~ s{'}{''}gr);
$subscriber->wait_for_subscription_sync($node, 'moves');
my $copied = moment($subscriber, 'postgres');
put($node, 'postgres', 'three');
$node->wait_for_catchup('moves');
is(value_at($subscriber, 'postgres', $copied), 'two', 'what an apply worker changes is kept');
is(value_at($subscriber, 'postgres', moment($subscriber, 'postgres')), 'three', 'and seen');
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION moves');

# the standby reads up to the last look of the jobs
$node->safe_psql('postgres', 'SELECT dynapg.run_jobs()');
$node->wait_for_catchup($standby);
is(value_at($standby, 'postgres', $one), 'one', 'a standby has the history');
$node->stop('fast');
$standby->promote;
is(value_at($standby, 'postgres', $one), 'one', 'promoted, too');
my $three = moment($standby, 'postgres');
put($standby, 'postgres', 'four');
is(value_at($standby, 'postgres', $three), 'three', 'and goes on with it');

done_testing();
