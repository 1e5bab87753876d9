# 267_citus_outage.pl - while a node of Citus is down, what needs it is answered with an InternalServerError, which SDKs repeat, and with no
# text of Citus or PostgreSQL; what does not need it is served, by every front that is left; afterwards all is as before
#
# Skipped where no Citus is installed.
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

my ($coordinator, $port, @nodes) = citus_cluster();
my ($down, $up) = @nodes;
my @fronts = ($port, front_of($up));

is(call($port, 'CreateTable', request_json({ TableName => 'Things', BillingMode => 'PAY_PER_REQUEST', KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } 'id', 'kind' ], GlobalSecondaryIndexes => [ { IndexName => 'kinds',
		KeySchema => [ { AttributeName => 'kind', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' } } ] }))->{status}, 200, 'there is a table');
$coordinator->safe_psql('postgres', q(SELECT dynapg.distribute('Things')));

# Keys by the port of their node.
my %keys;
for my $line (split /\n/, $coordinator->safe_psql('postgres', q(SELECT nodeport || ' k' || g FROM generate_series(1, 60) g
	JOIN citus_shards ON shardid = get_shard_id_for_distribution_column('dynamodb."Things"', 'k' || g) ORDER BY g)))
{
	my ($node, $key) = split / /, $line;
	push @{ $keys{$node} }, $key;
}
my ($there, $here) = map { $keys{ $_->port } } $down, $up;

sub item
{
	my ($key) = @_;
	return { id => { S => $key }, kind => { S => 'thing' } };
}

sub key
{
	my ($key) = @_;
	return { TableName => 'Things', Key => { id => { S => $key } } };
}

sub put_request
{
	return [ map { { PutRequest => { Item => item($_) } } } @_ ];
}

# Requests for items with these keys.
sub keyed
{
	my (@keys) = @_;
	my ($first) = @keys;
	my $statement = sub { return { Statement => qq(SELECT * FROM "Things" WHERE id = '$_[0]') } };
	return (
		[ PutItem => { TableName => 'Things', Item => item($first) } ],
		[ PutItem => { TableName => 'Things', Item => item($first), ConditionExpression => 'attribute_exists(id)', ReturnValues => 'ALL_OLD' } ],
		[ UpdateItem => { %{ key($first) }, UpdateExpression => 'ADD n :one', ExpressionAttributeValues => { ':one' => { N => 1 } }, ReturnValues => 'ALL_NEW' } ],
		[ GetItem => key($first) ],
		[ GetItem => { %{ key($first) }, ConsistentRead => JSON::PP::true } ],
		[ Query => { TableName => 'Things', KeyConditionExpression => 'id = :id', ExpressionAttributeValues => { ':id' => { S => $first } } } ],
		[ BatchGetItem => { RequestItems => { Things => { Keys => [ map { { id => { S => $_ } } } @keys ] } } } ],
		[ BatchWriteItem => { RequestItems => { Things => put_request(@keys) } } ],
		[ TransactGetItems => { TransactItems => [ map { { Get => key($_) } } @keys ] } ],
		[ TransactWriteItems => { TransactItems => [ map { { Put => { TableName => 'Things', Item => item($_) } } } @keys ] } ],
		[ ExecuteStatement => $statement->($first) ],
		[ ExecuteTransaction => { TransactStatements => [ map { $statement->($_) } @keys ] } ],
		[ DeleteItem => key($first) ]);
}

my @of_all = (
	[ Scan => { TableName => 'Things' } ],
	[ Query => { TableName => 'Things', IndexName => 'kinds', KeyConditionExpression => 'kind = :k', ExpressionAttributeValues => { ':k' => { S => 'thing' } } } ],
	[ ExecuteStatement => { Statement => 'SELECT * FROM "Things"' } ]);

# What the front replies, without the body of a success.
sub answer
{
	my ($front, $operation, $request) = @_;
	my $reply = call($front, $operation, request_json($request));
	return $reply->{status} == 200 ? 200 : "$reply->{status} $reply->{body}";
}

my $error = qr/^500 \{"__type":"com\.amazonaws\.dynamodb\.v20120810#InternalServerError","message":"The request could not be completed\.(?: Please try again\.)?"\}$/;

sub all_serve
{
	my ($what, @requests) = @_;
	for my $front (@fronts)
	{
		is(answer($front, @$_), 200, "$what: $_->[0]") for @requests;
	}
	return;
}

# The last key of each node: those before it stay.
my @everything = (keyed($there->[-1]), keyed($here->[-1]), keyed($there->[-1], $here->[-1]), @of_all);
for my $keys ($there, $here)
{
	is(answer($port, BatchWriteItem => { RequestItems => { Things => put_request(@{$keys}[ 0 .. 3 ]) } }), 200, 'there are items');
}
all_serve('before', @everything);

$down->stop('immediate');
for my $round (1, 2)
{
	for my $front (@fronts)
	{
		like(answer($front, @$_), $error, "without the node: $_->[0]") for keyed($there->[-1]), @of_all;
		like(answer($front, @$_), $error, "of both nodes: $_->[0]") for grep { $_->[0] =~ /^Transact|Transaction$/ } keyed($here->[-1], $there->[-1]);
	}
	all_serve('of the other node', keyed($here->[-1]));
}

$down->start;
wait_for_http(front_of($down));
for my $front (@fronts)
{
	# a connection that the front still has may be of the time before
	answer($front, @$_) for $of_all[0], keyed($there->[0]);
}
push @fronts, front_of($down);
all_serve('afterwards', @everything);
my $count = decode_json(call($port, 'Scan', request_json({ TableName => 'Things', Select => 'COUNT' }))->{body})->{Count};
cmp_ok($count, '>=', 6, 'no item is lost');

done_testing();
