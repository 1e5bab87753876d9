# 021_standby_reads.pl - a hot standby queries and scans, in segments too, where nothing can be written
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
SELECT dynapg.create_table('{"TableName": "copied", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "N"}, {"AttributeName": "g", "AttributeType": "B"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"GlobalSecondaryIndexes": [{"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
		"Projection": {"ProjectionType": "ALL"}}]}');
SELECT count(dynapg.put_item(format('{"TableName": "copied", "Item": {"p": {"S": "p%s"}, "s": {"N": "%s"}, "g": {"B": "%s"}}}',
	i % 10, i, encode(sha256(int4send(i % 7)), 'base64'))::json)) FROM generate_series(1, 300) i;
SQL
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# The sort keys of a request's items on all pages.
sub read_all
{
	my ($node, $operation, $members) = @_;
	my $start = '';
	my @keys;

	while (1)
	{
		my $reply = $node->safe_psql('postgres', qq(SELECT dynapg.$operation('{"TableName":"copied",$members$start}')));
		push @keys, $reply =~ /"Items":\[(.*?)\],"Count"/ ? $1 =~ /"s":\{"N":"(\d+)"\}/g : ();
		last unless $reply =~ /"LastEvaluatedKey":(\{.*\})\}$/;
		$start = qq(,"ExclusiveStartKey":$1);
	}
	return @keys;
}

# The same of each segment.
sub segments
{
	my ($node, $total, $more) = @_;
	return map { [ read_all($node, 'scan', qq("Limit":50,"Segment":$_,"TotalSegments":$total$more)) ] } 0 .. $total - 1;
}

sub holds_all
{
	my ($name, @segments) = @_;
	is_deeply([ sort { $a <=> $b } map { @$_ } @segments ], [ 1 .. 300 ], $name);
}

is_deeply([ read_all($standby, 'query', qq("KeyConditionExpression":"p = :p","Limit":7,"ExpressionAttributeValues":{":p":{"S":"p3"}})) ],
	[ map { 10 * $_ + 3 } 0 .. 29 ], 'query');
is(scalar(read_all($standby, 'scan', '"Limit":90')), 300, 'scan');
is(scalar(read_all($standby, 'scan', '"Limit":90,"IndexName":"by-g"')), 300, 'scan of an index');

for my $more ('', ',"IndexName":"by-g"')
{
	my $what = $more ? 'an index' : 'the table';
	holds_all("segments of $what without bounds", segments($standby, 3, $more));

	my @bounded = segments($primary, 4, $more);
	holds_all("segments of $what on the primary", @bounded);
	$primary->wait_for_catchup($standby);
	is_deeply([ segments($standby, 4, $more) ], \@bounded, "the standby has the primary's segments of $what");
	is(scalar(grep { @$_ == 75 } @bounded), 4, "which are equal");
}

my ($status, $out, $err) = $standby->psql('postgres', q(SELECT dynapg.put_item('{"TableName":"copied","Item":{"p":{"S":"p"},"s":{"N":"1"}}}')));
like($err, qr/standby|read-only/, 'a write is refused');

# Statements of PartiQL read there, alone and together, and do not write.
sub statement
{
	my ($operation, $request) = @_;
	my ($state, $reply, $error) = $standby->psql('postgres', "SELECT dynapg.$operation(\$\$$request\$\$)");
	return $reply || $error;
}
my $select = q("Statement":"SELECT s FROM copied WHERE p='p3' AND s=13");
is(statement('execute_statement', "{$select}"), '{"Items":[{"s":{"N":"13"}}]}', 'SELECT');
is(statement('batch_execute_statement', qq({"Statements":[{$select}]})), '{"Responses":[{"TableName":"copied","Item":{"s":{"N":"13"}}}]}', 'a batch of SELECT');
is(statement('execute_transaction', qq({"TransactStatements":[{$select}]})), '{"Responses":[{"Item":{"s":{"N":"13"}}}]}', 'a transaction of SELECT');
my $delete = q("Statement":"DELETE FROM copied WHERE p='p3' AND s=13");
like(statement(@$_), qr/ writes, and this server is a standby that only reads/, "$_->[0] writes nothing")
  for [ 'execute_statement', "{$delete}" ], [ 'batch_execute_statement', qq({"Statements":[{$delete}]}) ], [ 'execute_transaction', qq({"TransactStatements":[{$delete}]}) ];

done_testing();
