# 098_statements.pl - the number of statements that pg_stat_statements keeps for a table: one for each kind of request, and none
# for DescribeTable.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('statements');
$node->init;
plan skip_all => 'this PostgreSQL has no pg_stat_statements'
  unless -e (`pg_config --sharedir` =~ s/\n//r) . '/extension/pg_stat_statements.control';
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = all\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg; CREATE EXTENSION pg_stat_statements');
$node->safe_psql('postgres', q(SELECT dynapg.create_table('{"TableName":"Items","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}')));

# The statements about the table that the requests leave.
sub statements
{
	my (@calls) = @_;
	$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
	$node->safe_psql('postgres', "SELECT $_") for @calls;
	return $node->safe_psql('postgres', q(SELECT query FROM pg_stat_statements WHERE query LIKE '%dynamodb."Items"%' AND query NOT LIKE '%jsonb_build_object%' ORDER BY 1));
}

my $describe = q(dynapg.describe_table('{"TableName":"Items"}'));
my $key = '"Key":{"id":{"S":"a"}}';

is(statements($describe), '', 'DescribeTable of a small table');
$node->safe_psql('postgres', q(INSERT INTO dynamodb."Items" SELECT 'i' || i, dynapg.from_jsonb(jsonb_build_object('id', 'i' || i, 'v', repeat(md5(i::text), 30)))
	FROM generate_series(1, 4000) AS i));
is(statements($describe), '', 'DescribeTable of a large table');

my $work = statements(
	(map { qq(dynapg.put_item('{"TableName":"Items","Item":{"id":{"S":"$_"}}}')) } qw(a b c)),
	(map { qq(dynapg.update_item('{"TableName":"Items",$key,"UpdateExpression":"SET $_ = :v","ExpressionAttributeValues":{":v":{"S":"$_"}}}')) } qw(x y z)),
	(map { qq(dynapg.update_item('{"TableName":"Items",$key,"UpdateExpression":"ADD n :v","ConditionExpression":"$_","ExpressionAttributeValues":{":v":{"N":"1"}}}')) }
		'attribute_exists(id)', 'n >= :v AND x <> :v', 'attribute_not_exists(n) OR n >= :v', 'attribute_not_exists(w)'),
	(map { qq(dynapg.get_item('{"TableName":"Items",$key,"ProjectionExpression":"$_"}')) } qw(x y)),
	(map { qq(dynapg.query('{"TableName":"Items","Limit":$_,"KeyConditionExpression":"id = :k","ExpressionAttributeValues":{":k":{"S":"a"}}}')) } 1, 2),
	(map { qq(dynapg.scan('{"TableName":"Items","Limit":$_}')) } 1, 2),
	qq(dynapg.delete_item('{"TableName":"Items",$key}')));
# Two of them for the conditional update: whether its condition can hold for an item that is not there or not.
is(scalar(split /\n/, $work), 7, 'a statement for each kind of request, whatever its expressions') or diag($work);

# The forms of one operation: with a condition and without, with the former item wanted and not.
sub forms
{
	my ($operation, $request, @members) = @_;
	return scalar split /\n/, statements(map { qq(dynapg.$operation('{"TableName":"Items",$request$_}')) } '', map { ",$_" } @members);
}
my @conditions = map { qq("ConditionExpression":"$_") } 'attribute_exists(id)', 'attribute_not_exists(zz)';
my $old = '"ReturnValues":"ALL_OLD"';
my $set = '"UpdateExpression":"SET x = :v","ExpressionAttributeValues":{":v":{"S":"x"}}';
my $remove = '"UpdateExpression":"REMOVE x"';
sub item { return '"Item":{"id":{"S":"a"},"x":{"S":"y"}}' }
is(forms('put_item', item(), $old, @conditions, map { "$old,$_" } @conditions), 3, 'PutItem: as it is; with a condition or the former item; of an item that is there');
is(forms('update_item', $key, $old, $set, $remove, "$set,$old", map { ($_, "$_,$old", "$set,$_", "$remove,$_,$old") } @conditions), 2,
	'UpdateItem: of an item that may be missing; of one that is there');
is(forms('delete_item', $key, $old, $conditions[1], "$conditions[1],$old"), 1, 'DeleteItem');

done_testing();
