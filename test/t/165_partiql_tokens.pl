# 165_partiql_tokens.pl - a NextToken is good in the database that made it, and on its standbys; in no other database or cluster.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $statement = q(SELECT * FROM tokens WHERE id = ?);
my $table = q(CREATE EXTENSION dynapg; SELECT FROM dynapg.create_table('{"TableName":"tokens","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}]}'::json);
	SELECT FROM generate_series(1, 3) n, dynapg.put_item(json_build_object('TableName', 'tokens', 'Item', json_build_object('id', json_build_object('S', 'a'),
		'n', json_build_object('N', n::text)))););

# The reply's items and token, or its error.
sub read_page
{
	my ($node, $database, $token) = @_;
	my $request = qq({"Statement":"$statement","Parameters":[{"S":"a"}],"Limit":1) . (defined $token ? qq(,"NextToken":"$token"}) : '}');
	my ($status, $out, $err) = $node->psql($database, qq(SELECT r->'Items'->0->'n'->>'N', r->>'NextToken' FROM dynapg.execute_statement('$request'::json) r));
	return $status == 0 ? split(/\|/, $out) : $err =~ /ERROR:\s+(.*)/;
}

my $node = PostgreSQL::Test::Cluster->new('first');
$node->init(allows_streaming => 1);
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE $_") for 'one', 'two';
$node->safe_psql($_, $table) for 'one', 'two';
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->start;
$other->safe_psql('postgres', 'CREATE DATABASE one');
$other->safe_psql('one', $table);

my ($first, $token) = read_page($node, 'one');
is($first, 1, 'the first page');
is((read_page($node, 'one', $token))[0], 2, 'a token goes on in another session');
is((read_page($standby, 'one', $token))[0], 2, 'and on a standby');
is((read_page($node, 'one', (read_page($standby, 'one', $token))[1]))[0], 3, 'and from a standby on the primary');
is((read_page($node, 'two', $token))[0], 'Invalid NextToken', 'not in another database with the same items');
is((read_page($other, 'one', $token))[0], 'Invalid NextToken', 'and not in another cluster');
$node->restart;
is((read_page($node, 'one', $token))[0], 2, 'a restart of the server changes nothing');

$_->stop for $standby, $node, $other;
done_testing();
