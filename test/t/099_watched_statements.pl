# 099_watched_statements.pl - an extension that watches statements sees those of every request: a session that reads items without
# the executor returns to it as soon as one is loaded.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'this PostgreSQL has no auto_explain' unless -e (`pg_config --pkglibdir` =~ s/\n//r) . '/auto_explain.so';
my $node = PostgreSQL::Test::Cluster->new('watched');
$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', q(CREATE EXTENSION dynapg; SELECT dynapg.create_table('{"TableName":"Items","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
	SELECT dynapg.put_item('{"TableName":"Items","Item":{"id":{"S":"a"}}}')));

my $get = q(SELECT dynapg.get_item('{"TableName":"Items","Key":{"id":{"S":"a"}}}'););
my $watch = q(LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET client_min_messages = log;);

# What two reads leave in a session after these statements: the replies, and how often their statement was seen.
sub seen
{
	my ($before) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "$before $get $get");
	is($status, 0, 'the requests succeed');
	return ($out, scalar(() = $err =~ /Query Text: SELECT t\.item FROM dynamodb\."Items"/g));
}

my $item = '{"Item":{"id":{"S":"a"}}}';
is_deeply([ seen($watch) ], [ "$item\n$item", 2 ], 'an extension that is loaded before the first read');
is_deeply([ seen("$get $get $watch") ], [ join("\n", ($item) x 4), 2 ], 'one that is loaded after some');
done_testing();
