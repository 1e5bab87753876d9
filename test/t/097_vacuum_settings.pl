# 097_vacuum_settings.pl - a table that gets a secondary index, in whichever way, is vacuumed more often; its owner's own
# setting stays.  An index over the item ends HOT updates, which is why.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('settings');
$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

my $global = '{"IndexName":"by_g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}';

sub make
{
	my ($name, $index) = @_;
	my $definitions = '{"AttributeName":"id","AttributeType":"S"}' . ($index ? ',{"AttributeName":"g","AttributeType":"S"}' : '');

	$node->safe_psql('postgres', qq(SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[$definitions]$index}')));
}

sub add_index
{
	my ($name, $how) = @_;

	$node->safe_psql('postgres', qq(SET dynapg.index_build = $how; SELECT dynapg.update_table('{"TableName":"$name",
		"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":$global}]}')));
	$node->poll_query_until('postgres', qq(SELECT dynapg.describe_table('{"TableName":"$name"}') #>> '{Table,GlobalSecondaryIndexes,0,IndexStatus}' = 'ACTIVE'))
	  or die 'the index was not built';
}

sub options
{
	my ($name, $db) = @_;
	return $node->safe_psql($db // 'postgres', qq(SELECT array_to_string(reloptions, ' ') FROM pg_class WHERE oid = 'dynamodb."$name"'::regclass));
}

make('Plain', '');
is(options('Plain'), 'fillfactor=90', 'CreateTable without an index');
make('Made', qq(,"GlobalSecondaryIndexes":[$global]));
is(options('Made'), 'fillfactor=90 autovacuum_vacuum_scale_factor=0.05', 'CreateTable with an index');
for my $how (qw(immediate background))
{
	make("Added_$how", '');
	add_index("Added_$how", $how);
	is(options("Added_$how"), 'fillfactor=90 autovacuum_vacuum_scale_factor=0.05', "UpdateTable, $how");
	make("Own_$how", '');
	$node->safe_psql('postgres', qq(ALTER TABLE dynamodb."Own_$how" SET (autovacuum_vacuum_scale_factor = 0.3, autovacuum_vacuum_threshold = 7)));
	add_index("Own_$how", $how);
	is(options("Own_$how"), 'fillfactor=90 autovacuum_vacuum_scale_factor=0.3 autovacuum_vacuum_threshold=7', "UpdateTable, $how: the owner's setting stays");
}

# Why: updates of an attribute that is in no key.
for my $name (qw(Plain Made Added_immediate))
{
	$node->safe_psql('postgres', qq(SELECT dynapg.put_item('{"TableName":"$name","Item":{"id":{"S":"x"},"g":{"S":"g"},"n":{"N":"0"}}}')));
	$node->safe_psql('postgres', qq(SELECT dynapg.update_item('{"TableName":"$name","Key":{"id":{"S":"x"}},"UpdateExpression":"ADD n :one",
		"ExpressionAttributeValues":{":one":{"N":"1"}}}'))) for 1 .. 5;
}
ok($node->poll_query_until('postgres', q(SELECT count(*) = 3 FROM pg_stat_user_tables WHERE relname IN ('Plain', 'Made', 'Added_immediate') AND n_tup_upd = 5)),
	'the updates are counted');
is($node->safe_psql('postgres', q(SELECT relname, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname IN ('Plain', 'Made', 'Added_immediate') ORDER BY 1)),
	"Added_immediate|0\nMade|5\nPlain|5", 'an index over the item ends HOT updates');

# Tables of the version before.
$node->safe_psql('postgres', 'CREATE DATABASE before');
$node->safe_psql('before', q(CREATE EXTENSION dynapg VERSION '0.1.0'));
$node->safe_psql('before', slurp_file('test/data/made_by_0.1.0.sql'));
is(options('Kept', 'before'), 'fillfactor=90', '0.1.0');
$node->safe_psql('before', 'ALTER EXTENSION dynapg UPDATE');
is(options('Kept', 'before'), 'fillfactor=90 autovacuum_vacuum_scale_factor=0.05', 'the update of the extension');

done_testing();
