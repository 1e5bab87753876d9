# 112_hot.pl - what the documentation says of HOT updates: an index over item ends them in whatever form, an index on a column of its own does not.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('hot');
$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

my $gsi = q(,"GlobalSecondaryIndexes":[{"IndexName":"by_g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]);
my $number = 0;

# Updates of an attribute that no index names, all and HOT ones, in a table with that index: the API's, or the SQL's.
sub updates
{
	my ($index, @sql) = @_;
	my $name = 'Hot' . ++$number;
	my $definitions = '{"AttributeName":"id","AttributeType":"S"}' . ($index ? ',{"AttributeName":"g","AttributeType":"S"}' : '');
	$node->safe_psql('postgres', qq(SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[$definitions]$index}')));
	$node->safe_psql('postgres', $_ =~ s/TABLE_/dynamodb."$name"/gr) for @sql;
	$node->safe_psql('postgres', qq(SELECT dynapg.put_item('{"TableName":"$name","Item":{"id":{"S":"a"},"g":{"S":"x"},"n":{"N":"0"}}}')));
	my $out = $node->safe_psql('postgres', qq(BEGIN;
		SELECT count(dynapg.update_item('{"TableName":"$name","Key":{"id":{"S":"a"}},"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}'))
			FROM generate_series(1, 10);
		SELECT pg_stat_get_xact_tuples_updated(oid) || ' of which HOT ' || pg_stat_get_xact_tuples_hot_updated(oid) FROM pg_class WHERE oid = 'dynamodb."$name"'::regclass;
		COMMIT));
	is($node->safe_psql('postgres', qq(SELECT dynapg.scan('{"TableName":"$name"}') #>> '{Items,0,n,N}')), '10', "$name: the updates are there");
	return $out =~ s/^10\n//r;
}

my $hot = '10 of which HOT 10';
my $cold = '10 of which HOT 0';
is(updates(''), $hot, 'no index');
is(updates($gsi), $cold, 'a secondary index of the API');
is(updates('', q(CREATE INDEX ON TABLE_ (pk) WHERE dynapg.in_index(item, 1, 'S', 'g'))), $cold, 'an index whose predicate alone looks at the item');
is(updates('', q(CREATE INDEX ON TABLE_ (dynapg.part_s(item, 'g') COLLATE "C"))), $cold, 'an index without a predicate');

my @column = (q(ALTER TABLE TABLE_ ADD COLUMN g text COLLATE "C" GENERATED ALWAYS AS (dynapg.part_s(item, 'g')) STORED), 'CREATE INDEX ON TABLE_ (g, pk) WHERE g IS NOT NULL');
is(updates('', @column), $hot, 'an index on a stored generated column');
is(updates($gsi, @column), $cold, 'the same beside an index of the API');
$node->stop;
done_testing();
