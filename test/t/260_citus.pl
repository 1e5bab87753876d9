# 260_citus.pl - a table that Citus distributes over two nodes answers like a local one, by the coordinator's front and by those of the nodes:
# the same requests on all, over HTTP
#
# Each request is sent for a local table and for two distributed ones, of which one is used by the fronts of the nodes in turn. Status and
# body are compared, with the tables' names made equal. What may differ is named below. Skipped where no Citus is installed.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgCitus;
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

if (my $why = citus_missing())
{
	note "counted: skipped: $why";
	plan skip_all => $why;
}

my ($coordinator, $port, @nodes) = citus_cluster("dynapg.jobs_interval = '200ms'");
my ($requests, $succeeded, @different) = (0, 0);

# What only the coordinator does.
my %coordinated = map { $_ => 1 } qw(CreateTable UpdateTable DeleteTable UpdateTimeToLive);
my $turn = 0;

# The same request for the local tables (Near...), the distributed ones (Far_...) and those of the nodes' fronts (Node...); Tab_ stands
# for all.
sub reply_of
{
	my ($prefix, $operation, $request) = @_;
	my $text = ref $request ? request_json($request) : $request;
	my $front = $prefix eq 'Node' && !$coordinated{$operation} ? front_of($nodes[ $turn++ % @nodes ]) : $port;
	$text =~ s/Tab_/$prefix/g;
	my $reply = call($front, $operation, $text);
	my $body = $reply->{body} =~ s/$prefix/Tab_/gr =~ s/"TableId":"[^"]*"|"\w+DateTime":[0-9.]+/moment/gr;
	return "$reply->{status} $body";
}

# Compares one request; returns the reply for the distributed table.
sub same
{
	my ($operation, $request) = @_;
	my ($near, %other) = reply_of('Near', $operation, $request);
	for my $prefix (qw(Far_ Node))
	{
		$other{$prefix} = reply_of($prefix, $operation, $request);
		$requests++;
		$succeeded++ if $near =~ /^200/;
		push @different, "$operation " . (ref $request ? request_json($request) : $request) . "\n  local: $near\n  $prefix:  $other{$prefix}"
		  if $near ne $other{$prefix};
	}
	return $other{Far_};
}

sub key
{
	my ($table, $pk, $sk) = @_;
	return { id => { S => $pk }, pos => { N => $sk } } if $table eq 'Tab_Pair';
	return { id => { N => $pk } } if $table eq 'Tab_Number';
	return { id => { B => $pk }, pos => { S => "s$sk" } };
}

my %form = (
	Tab_Pair => { keys => [ [ id => 'S' ], [ pos => 'N' ] ], more => [ [ color => 'S' ], [ weight => 'N' ] ] },
	Tab_Number => { keys => [ [ id => 'N' ] ] },
	Tab_Bytes => { keys => [ [ id => 'B' ], [ pos => 'S' ] ] });

sub schema
{
	my (@names) = @_;
	return [ map { { AttributeName => $names[$_], KeyType => $_ ? 'RANGE' : 'HASH' } } 0 .. $#names ];
}

sub table_request
{
	my ($table) = @_;
	my $form = $form{$table};
	my $request = {
		TableName => $table,
		BillingMode => 'PAY_PER_REQUEST',
		KeySchema => schema(map { $_->[0] } @{ $form->{keys} }),
		AttributeDefinitions => [ map { { AttributeName => $_->[0], AttributeType => $_->[1] } } @{ $form->{keys} }, @{ $form->{more} // [] } ] };
	return $request unless $form->{more};
	$request->{GlobalSecondaryIndexes} =
	  [ { IndexName => 'by_color', KeySchema => schema('color', 'weight'), Projection => { ProjectionType => 'ALL' } } ];
	$request->{LocalSecondaryIndexes} =
	  [ { IndexName => 'by_weight', KeySchema => schema('id', 'weight'), Projection => { ProjectionType => 'KEYS_ONLY' } } ];
	return $request;
}

# Creates all kinds, with different names.
for my $table (sort keys %form)
{
	for my $prefix (qw(Near Far_ Node))
	{
		(my $text = request_json(table_request($table))) =~ s/Tab_/$prefix/g;
		is(call($port, 'CreateTable', $text)->{status}, 200, "$prefix of $table is made");
		next if $prefix eq 'Near';
		(my $far = $table) =~ s/Tab_/$prefix/;
		$coordinator->safe_psql('postgres', "SELECT dynapg.distribute('$far', colocate_with => 'none')");
	}
}
is($coordinator->safe_psql('postgres', 'SELECT count(DISTINCT n.nodeport) FROM pg_dist_partition p JOIN pg_dist_shard s USING (logicalrelid) '
	  . 'JOIN pg_dist_placement l USING (shardid) JOIN pg_dist_node n USING (groupid)'), 2, 'the shards are on two nodes');

# ---- single items ----

my @returns = qw(NONE ALL_OLD UPDATED_OLD ALL_NEW UPDATED_NEW);
for my $table (sort keys %form)
{
	my $here = key($table, $table eq 'Tab_Bytes' ? 'aGVyZQ==' : 1, 1);
	my $none = key($table, $table eq 'Tab_Bytes' ? 'bm9uZQ==' : 2, 2);
	my %item = (%$here, color => { S => 'red' }, weight => { N => '3.50' }, tags => { SS => [ 'b', 'a' ] }, deep => { M => { l => { L => [ { N => 1 }, { NULL => JSON::PP::true } ] } } });

	same(GetItem => { TableName => $table, Key => $here });
	same(PutItem => { TableName => $table, Item => \%item, ReturnValues => $_ }) for qw(NONE ALL_OLD ALL_NEW);
	same(PutItem => { TableName => $table, Item => \%item, ReturnConsumedCapacity => $_, ReturnItemCollectionMetrics => 'SIZE' }) for qw(TOTAL INDEXES);
	for my $condition ('attribute_not_exists(id)', 'attribute_exists(id)', 'weight > :n', 'weight < :n', 'nonsense(', 'absent = :n')
	{
		my %values = $condition =~ /:n/ ? (ExpressionAttributeValues => { ':n' => { N => 3 } }) : ();

		for my $key ($here, $none)
		{
			same(PutItem => { TableName => $table, Item => { %item, %$key }, ConditionExpression => $condition, ReturnValues => 'ALL_OLD',
					ReturnValuesOnConditionCheckFailure => 'ALL_OLD', ReturnConsumedCapacity => 'TOTAL', %values });
			same(UpdateItem => { TableName => $table, Key => $key, ConditionExpression => $condition, UpdateExpression => 'SET seen = if_not_exists(seen, :one) + :one',
					ExpressionAttributeValues => { ':one' => { N => 1 }, $condition =~ /:n/ ? (':n' => { N => 3 }) : () },
					ReturnValues => 'ALL_NEW', ReturnValuesOnConditionCheckFailure => 'ALL_OLD' });
			same(DeleteItem => { TableName => $table, Key => $key, ConditionExpression => $condition, ReturnValues => 'ALL_OLD',
					ReturnValuesOnConditionCheckFailure => 'ALL_OLD', ReturnConsumedCapacity => 'INDEXES', %values });
			same(GetItem => { TableName => $table, Key => $key, ConsistentRead => JSON::PP::true, ReturnConsumedCapacity => 'TOTAL' });
		}
	}
	same(DeleteItem => { TableName => $table, Key => $_, ReturnValues => 'ALL_OLD' }) for $here, $none, $none;
	for my $returns (@returns)
	{
		same(UpdateItem => { TableName => $table, Key => $_, UpdateExpression => 'SET v = :v REMOVE color ADD n :v', ReturnValues => $returns,
				ReturnConsumedCapacity => 'TOTAL', ExpressionAttributeValues => { ':v' => { N => 7 } } }) for $here, $none;
	}
	for my $update ('SET v = v + :s', 'SET deep.l[0] = :s', 'SET id = :s', 'ADD tags :s', 'DELETE n :s', 'REMOVE v', 'SET x = :s, x = :s', 'SET a.b.c = :s')
	{
		same(UpdateItem => { TableName => $table, Key => $here, UpdateExpression => $update, ReturnValues => 'UPDATED_NEW',
				$update =~ /:s/ ? (ExpressionAttributeValues => { ':s' => { S => 'text' } }) : () });
	}
	same(UpdateItem => { TableName => $table, Key => $none });
	same(GetItem => { TableName => $table, Key => $here, ProjectionExpression => 'tags, deep.l[1], v' });
	same(GetItem => { TableName => $table, Key => { id => { BOOL => JSON::PP::true } } });
	same(PutItem => { TableName => $table, Item => { other => { S => 'x' } } });
	same(PutItem => { TableName => $table, Item => { %item, big => { S => 'x' x 410_000 } } });
	same(DeleteItem => { TableName => $table, Key => { %$here, more => { S => 'x' } } });
}

# ---- many items ----

for my $part (0 .. 3)
{
	same(BatchWriteItem => { ReturnConsumedCapacity => 'INDEXES', RequestItems => { Tab_Pair => [ map { { PutRequest => { Item => {
		%{ key('Tab_Pair', "p" . $_ % 5, $_ - 30) }, color => { S => qw(red green blue)[ $_ % 3 ] }, weight => { N => $_ % 7 }, pad => { S => 'x' x (300 * ($_ % 4)) } } } } }
		$part * 20 .. $part * 20 + 19 ] } });
}
same(BatchWriteItem => { RequestItems => { Tab_Number => [ (map { { PutRequest => { Item => { id => { N => $_ * 10 } } } } } 1 .. 10), map { { DeleteRequest => { Key => { id => { N => $_ } } } } } 1 .. 3 ] } });
same(BatchWriteItem => { RequestItems => { Tab_Number => [ map { { PutRequest => { Item => { id => { N => 1 } } } } } 1, 1 ] } });
same(BatchGetItem => { ReturnConsumedCapacity => 'TOTAL', RequestItems => { Tab_Number => { Keys => [ { id => { N => $_ } } ] } } }) for 10, 11;
same(BatchGetItem => { RequestItems => { Tab_Number => { Keys => [ map { { id => { N => 10 } } } 1, 1 ] } } });

# Lists in which some items are there and others are not, in an order that is not theirs.
sub pair_item
{
	my ($number, $size) = @_;
	return { %{ key('Tab_Pair', 'many' . $number % 7, $number) }, color => { S => qw(red green)[ $number % 2 ] }, pad => { S => 'x' x $size } };
}
for my $round (1 .. 3)
{
	same(BatchWriteItem => { ReturnConsumedCapacity => 'INDEXES', RequestItems => { Tab_Pair => [ map { { PutRequest => { Item => pair_item($_ * $round, 900 * ($_ % 4)) } } } reverse 1 .. 25 ] } });
	same(BatchGetItem => { ReturnConsumedCapacity => $_, RequestItems => { Tab_Pair => { Keys => [ map { key('Tab_Pair', 'many' . $_ % 7, $_) } map { $_ * 37 % 80 } 1 .. 79 ], ConsistentRead => JSON::PP::true },
		Tab_Number => { Keys => [ map { { id => { N => $_ * 7 % 120 } } } 1 .. 20 ], ProjectionExpression => 'id' } } }) for qw(TOTAL NONE);
}
for my $first (1, 20, 20)
{
	same(BatchWriteItem => { ReturnConsumedCapacity => 'INDEXES', RequestItems => { Tab_Pair => [ map { { DeleteRequest => { Key => key('Tab_Pair', 'many' . $_ % 7, $_) } } } $first .. $first + 12 ],
		Tab_Number => [ map { { DeleteRequest => { Key => { id => { N => $_ } } } } } $first .. $first + 5 ] } });
}
same(Query => { TableName => 'Tab_Pair', KeyConditionExpression => 'id = :p', ExpressionAttributeValues => { ':p' => { S => "many$_" } } }) for 0 .. 6;

# Follows the pages of a read, each of which is compared.
sub pages
{
	my ($operation, $request, $most) = @_;
	my %request = %$request;
	for (1 .. $most // 60)
	{
		my $reply = same($operation, \%request);
		my ($body) = $reply =~ /^200 (.*)/s or last;
		$request{ExclusiveStartKey} = decode_json($body)->{LastEvaluatedKey} or last;
	}
	return;
}

my %p1 = (ExpressionAttributeValues => { ':p' => { S => 'p1' } });
for my $forward (JSON::PP::true, JSON::PP::false)
{
	my %both = (TableName => 'Tab_Pair', ScanIndexForward => $forward, ReturnConsumedCapacity => 'INDEXES');
	pages(Query => { %both, %p1, KeyConditionExpression => 'id = :p' });
	pages(Query => { %both, %p1, KeyConditionExpression => 'id = :p', Limit => $_ }) for 1, 5, 16, 17;
	for my $range ('pos > :a', 'pos >= :a', 'pos < :a', 'pos <= :a', 'pos = :a', 'pos BETWEEN :a AND :b')
	{
		pages(Query => { %both, Limit => 6, KeyConditionExpression => "id = :p AND $range",
				ExpressionAttributeValues => { ':p' => { S => 'p1' }, ':a' => { N => -9 }, $range =~ /:b/ ? (':b' => { N => 21 }) : () } });
	}
	pages(Query => { %both, Limit => 4, KeyConditionExpression => 'id = :p', FilterExpression => 'color = :c',
			ExpressionAttributeValues => { ':p' => { S => 'p2' }, ':c' => { S => 'red' } } });
	pages(Query => { %both, IndexName => 'by_color', KeyConditionExpression => 'color = :c', Limit => $_,
			ExpressionAttributeValues => { ':c' => { S => 'green' } } }) for 3, 100;
	pages(Query => { %both, IndexName => 'by_color', KeyConditionExpression => 'color = :c AND weight > :n', ProjectionExpression => 'id, weight',
			ExpressionAttributeValues => { ':c' => { S => 'blue' }, ':n' => { N => 2 } } });
	pages(Query => { %both, %p1, IndexName => 'by_weight', KeyConditionExpression => 'id = :p', Limit => 5 });
	pages(Query => { %both, %p1, IndexName => 'by_weight', KeyConditionExpression => 'id = :p', Select => 'ALL_ATTRIBUTES' });
}
same(Query => { TableName => 'Tab_Pair', KeyConditionExpression => 'id = :p', Select => 'COUNT', %p1 });
same(Query => { TableName => 'Tab_Pair', KeyConditionExpression => 'pos = :p', %p1 });
same(Query => { TableName => 'Tab_Bytes', KeyConditionExpression => 'id = :p AND begins_with(pos, :s)', ExpressionAttributeValues => { ':p' => { B => 'aGVyZQ==' }, ':s' => { S => 's' } } });
pages(Scan => { TableName => $_, Limit => 7 }) for sort keys %form;
same(Scan => { TableName => $_, ReturnConsumedCapacity => 'TOTAL' }) for sort keys %form;
same(Scan => { TableName => 'Tab_Pair', FilterExpression => 'weight > :n', ExpressionAttributeValues => { ':n' => { N => 4 } } });
pages(Scan => { TableName => 'Tab_Pair', IndexName => 'by_color', Limit => 30 });

# Segments begin elsewhere, but together they are the table.
sub by_segments
{
	my ($table) = @_;
	my @ids;
	for my $segment (0 .. 3)
	{
		my $front = $table =~ /^Node/ ? front_of($nodes[0]) : $port;
		my $body = decode_json(call($front, 'Scan', request_json({ TableName => $table, TotalSegments => 4, Segment => $segment }))->{body});
		push @ids, map { "$_->{id}{S} $_->{pos}{N}" } @{ $body->{Items} };
	}
	return join ',', sort @ids;
}
is(by_segments("${_}Pair"), by_segments('NearPair'), "the segments of a scan of $_ have the same items") for qw(Far_ Node);

# ---- transactions ----

my @actions = (
	[ Put => { Item => { %{ key('Tab_Pair', 't1', 1) }, v => { N => 1 } } } ],
	[ Update => { Key => key('Tab_Pair', 't2', 1), UpdateExpression => 'ADD v :n', ExpressionAttributeValues => { ':n' => { N => 2 } } } ],
	[ Delete => { Key => key('Tab_Pair', 't3', 1) } ],
	[ ConditionCheck => { Key => key('Tab_Pair', 't4', 1), ConditionExpression => 'attribute_not_exists(id)' } ],
	[ ConditionCheck => { Key => key('Tab_Pair', 't1', 1), ConditionExpression => 'attribute_exists(id)', ReturnValuesOnConditionCheckFailure => 'ALL_OLD' } ],
	[ Put => { Item => { %{ key('Tab_Pair', 't5', 1) } }, ConditionExpression => 'attribute_exists(id)' } ],
	[ Update => { Key => key('Tab_Pair', 't1', 1), UpdateExpression => 'SET v = v + :n', ExpressionAttributeValues => { ':n' => { S => 'x' } } } ],
	[ Delete => { Key => key('Tab_Pair', 'p1', -29), ConditionExpression => 'attribute_not_exists(id)', ReturnValuesOnConditionCheckFailure => 'ALL_OLD' } ],
	[ Delete => { Key => key('Tab_Pair', 'p1', -29), ConditionExpression => 'color = :c', ExpressionAttributeValues => { ':c' => { S => 'green' } } } ]);
for my $first (0 .. $#actions)
{
	for my $second (0 .. $#actions)
	{
		same(TransactWriteItems => { ReturnConsumedCapacity => 'TOTAL', TransactItems => [ map { my ($kind, $action) = @{ $actions[$_] }; +{ $kind => { TableName => 'Tab_Pair', %$action } } } $first, $second ] });
	}
	same(TransactGetItems => { ReturnConsumedCapacity => 'TOTAL', TransactItems => [ map { { Get => { TableName => 'Tab_Pair', Key => key('Tab_Pair', "t$_", 1) } } } 1 .. 5 ] });
}
same(TransactWriteItems => { ClientRequestToken => 'Tab_token', TransactItems => [ { Update => { TableName => 'Tab_Pair', Key => key('Tab_Pair', 't7', 1), UpdateExpression => 'ADD v :n', ExpressionAttributeValues => { ':n' => { N => 1 } } } } ] }) for 1, 2;
same(Scan => { TableName => 'Tab_Pair' });

# ---- PartiQL ----

for my $statement ('SELECT * FROM "Tab_Pair" WHERE id = \'p1\'', 'SELECT color FROM "Tab_Pair"."by_color" WHERE color = \'red\'', 'SELECT * FROM "Tab_Number"',
	'INSERT INTO "Tab_Number" VALUE {\'id\': 77, \'a\': \'b\'}', 'INSERT INTO "Tab_Number" VALUE {\'id\': 77}', 'UPDATE "Tab_Number" SET a = \'c\' WHERE id = 77 RETURNING ALL NEW *',
	'UPDATE "Tab_Number" SET a = \'c\' WHERE id = 78', 'DELETE FROM "Tab_Number" WHERE id = 77 RETURNING ALL OLD *', 'DELETE FROM "Tab_Number" WHERE id = 77', 'SELECT * FROM "Tab_Number" WHERE id IN [10, 20, 30]',
	'EXISTS(SELECT * FROM "Tab_Number" WHERE id = 10)')
{
	same(ExecuteStatement => { Statement => $statement });
}
same(BatchExecuteStatement => { Statements => [ map { { Statement => "SELECT * FROM \"Tab_Number\" WHERE id = $_" } } 10, 11, 20 ] });
same(BatchExecuteStatement => { Statements => [ map { { Statement => "INSERT INTO \"Tab_Number\" VALUE {'id': $_}" } } 10, 101, 102 ] });
same(ExecuteTransaction => { TransactStatements => [ map { { Statement => "INSERT INTO \"Tab_Number\" VALUE {'id': $_}" } } @$_ ] }) for [ 201, 202 ], [ 203, 202 ];
same(ExecuteTransaction => { TransactStatements => [ map { { Statement => "SELECT * FROM \"Tab_Number\" WHERE id = $_" } } 201, 203 ] });

# ---- what is refused ----

my @refused = (
	[ 'a stream' => UpdateTable => { StreamSpecification => { StreamEnabled => JSON::PP::true, StreamViewType => 'NEW_IMAGE' } } ],
	[ 'a vector index' => UpdateTable => { VectorIndexUpdates => [ { Create => { IndexName => 'by-meaning', VectorAttribute => { AttributeName => 'meaning' },
		Dimensions => 3, DistanceFunction => 'COSINE', Projection => { ProjectionType => 'KEYS_ONLY' } } } ] } ],
	[ 'point-in-time recovery' => UpdateContinuousBackups => { PointInTimeRecoverySpecification => { PointInTimeRecoveryEnabled => JSON::PP::true } } ]);
for my $refused (@refused)
{
	my ($what, $operation, $request) = @$refused;
	my $reply = call($port, $operation, request_json({ TableName => 'Far_Pair', %$request }));
	is($reply->{status}, 400, "$what is refused");
	like($reply->{body}, qr/"A table that is distributed over several nodes cannot have $what"/, 'with the reason');
}

# ---- rights ----

$coordinator->safe_psql('postgres', 'CREATE ROLE silent; GRANT ALL ON SCHEMA dynamodb TO silent; GRANT ALL ON ALL TABLES IN SCHEMA dynamodb TO silent');
my (undef, undef, $error) = $coordinator->psql('postgres', q(SET ROLE silent; SELECT dynapg.get_item('{"TableName": "Far_Number", "Key": {"id": {"N": "10"}}}')));
like($error, qr/may not log in cannot use distributed tables/, 'a role that may not log in is refused');

# ---- what the background does, and counts ----

sub counts
{
	my ($table, $front) = @_;
	my $body = decode_json(call($front, 'DescribeTable', request_json({ TableName => $table }))->{body});
	return "$body->{Table}{ItemCount} $body->{Table}{TableSizeBytes}";
}
is(counts('Far_Pair', $port), counts('NearPair', $port), 'items are counted on all shards');
is(counts('NodePair', front_of($nodes[0])), counts('NearPair', $port), 'and by the front of a node');
same(UpdateTimeToLive => { TableName => 'Tab_Number', TimeToLiveSpecification => { Enabled => JSON::PP::true, AttributeName => 'until' } });
same(PutItem => { TableName => 'Tab_Number', Item => { id => { N => $_ }, until => { N => time - 100 } } }) for 901 .. 905;
for my $table (qw(Far_Number NodeNumber))
{
	ok($coordinator->poll_query_until('postgres', qq(SELECT count(*) = 0 FROM dynamodb."$table" WHERE pk > 900)), "items of $table that have expired are deleted on the nodes");
}

# ---- tables change ----

# Until the table is as the condition wants it; returns its description.
sub wait_for_table
{
	my ($table, $condition) = @_;
	for (1 .. 300)
	{
		my $description = decode_json(call($port, 'DescribeTable', request_json({ TableName => $table }))->{body})->{Table};
		return $description if $description && $condition->($description);
		select undef, undef, undef, 0.1;
	}
	return;
}

same(UpdateTable => { TableName => 'Tab_Bytes', TableClass => 'STANDARD_INFREQUENT_ACCESS' }) =~ /^200/ or diag 'UpdateTable failed';
for my $prefix (qw(Near Far_ Node))
{
	my $reply = call($port, 'UpdateTable', request_json({ TableName => "${prefix}Number", AttributeDefinitions => [ { AttributeName => 'a', AttributeType => 'S' } ],
		GlobalSecondaryIndexUpdates => [ { Create => { IndexName => 'by_a', KeySchema => schema('a'), Projection => { ProjectionType => 'ALL' } } } ] }));
	is($reply->{status}, 200, "$prefix gets an index");
	ok(wait_for_table("${prefix}Number", sub { $_[0]{GlobalSecondaryIndexes} && $_[0]{GlobalSecondaryIndexes}[0]{IndexStatus} eq 'ACTIVE' }), "which is built for $prefix");
}
same(PutItem => { TableName => 'Tab_Number', Item => { id => { N => 600 + $_ }, a => { S => 'x' } } }) for 1 .. 3;
same(PutItem => { TableName => 'Tab_Number', Item => { id => { N => 600 }, a => { N => 1 } } });
pages(Query => { TableName => 'Tab_Number', IndexName => 'by_a', KeyConditionExpression => 'a = :a', Limit => 2, ExpressionAttributeValues => { ':a' => { S => 'x' } } });
for my $prefix (qw(Near Far_ Node))
{
	is(call($port, 'UpdateTable', request_json({ TableName => "${prefix}Number", GlobalSecondaryIndexUpdates => [ { Delete => { IndexName => 'by_a' } } ] }))->{status}, 200, "$prefix loses it");
	ok(wait_for_table("${prefix}Number", sub { !$_[0]{GlobalSecondaryIndexes} }), "and it is gone for $prefix");
}
my $backup = decode_json(call($port, 'CreateBackup', request_json({ TableName => 'Far_Number', BackupName => 'copy' }))->{body});
ok(wait_for_table('Far_Number', sub { decode_json(call($port, 'DescribeBackup', request_json({ BackupArn => $backup->{BackupDetails}{BackupArn} }))->{body})->{BackupDescription}{BackupDetails}{BackupStatus} eq 'AVAILABLE' }),
	'a distributed table is backed up');
is(call($port, 'RestoreTableFromBackup', request_json({ TargetTableName => 'Restored', BackupArn => $backup->{BackupDetails}{BackupArn} }))->{status}, 200, 'and restored');
ok(wait_for_table('Restored', sub { $_[0]{TableStatus} eq 'ACTIVE' }), 'to a table');
is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM dynamodb."Restored"'), $coordinator->safe_psql('postgres', 'SELECT count(*) FROM dynamodb."Far_Number"'), 'with all items');

# ---- Citus makes other relations of a table ----

for my $change (q(alter_distributed_table('dynamodb."%sPair"', shard_count => 3)), q(undistribute_table('dynamodb."%sPair"')))
{
	my $ends = $change =~ /^undistribute/;
	$coordinator->safe_psql('postgres', 'SELECT ' . sprintf($change, $_)) for qw(Far_ Node);
	@coordinated{qw(GetItem Query UpdateItem)} = (1, 1, 1) if $ends;
	same(GetItem => { TableName => 'Tab_Pair', Key => key('Tab_Pair', 'p1', 1) });
	pages(Query => { TableName => 'Tab_Pair', IndexName => 'by_color', KeyConditionExpression => 'color = :c', ExpressionAttributeValues => { ':c' => { S => 'green' } } });
	same(UpdateItem => { TableName => 'Tab_Pair', Key => key('Tab_Pair', 'p1', 1), UpdateExpression => 'ADD changed :n', ReturnValues => 'ALL_NEW', ExpressionAttributeValues => { ':n' => { N => 1 } } });
}

# ---- the page on scaling out ----

{
	my ($sql, $expected) = slurp_file('docs/scale-out.md') =~ /^## Distribute a table\n.*?^```sql\n(.*?)^```\n```text\n(.*?)\n```/ms;
	is($coordinator->safe_psql('postgres', $sql), $expected, 'docs/scale-out.md distributes a table');
}

# ---- by SQL, in the caller's transaction ----

is($coordinator->safe_psql('postgres', q(
	BEGIN;
	SELECT dynapg.put_item('{"TableName": "Far_Number", "Item": {"id": {"N": "500"}}}');
	SAVEPOINT s;
	SELECT dynapg.put_item('{"TableName": "Far_Number", "Item": {"id": {"N": "501"}}}');
	ROLLBACK TO s;
	COMMIT;
	SELECT count(*) FROM dynamodb."Far_Number" WHERE pk IN (500, 501))), "{}\n{}\n1", 'savepoints hold on the nodes');

for my $prefix (qw(Near Far_ Node))
{
	is(call($port, 'DeleteTable', request_json({ TableName => "${prefix}Number" }))->{status}, 200, "$prefix is deleted");
}
is($coordinator->safe_psql('postgres', q(SELECT count(*) FROM pg_dist_partition WHERE logicalrelid::text LIKE '%Far_Number%')), 0, 'with its shards');

is(scalar @different, 0, 'all replies are the same') or diag(join "\n", splice @different, 0, 40);
ok($succeeded >= 200, "$requests requests were compared, of which $succeeded succeeded");
note "counted: $requests requests on a local and a distributed table, half of them by the fronts of the nodes, " . scalar(@different) . ' differences';

done_testing();
