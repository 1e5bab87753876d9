# 166_partiql_throttling.pl - dynapg.throttling counts statements of PartiQL as the operations that they become, alone, in batches and
# in transactions.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $json = JSON::PP->new->canonical;
my $node = PostgreSQL::Test::Cluster->new('throttling');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $port = http_configure($node, 'dynapg.http_workers = 1', 'dynapg.throttling = on');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
wait_for_http($port);

sub ask
{
	my ($operation, $request) = @_;
	my $reply = call($port, $operation, $json->encode($request));
	my $body = $json->decode($reply->{body});
	return $reply->{status} == 200 ? $body : $body->{__type} =~ s/.*#//r;
}

# What becomes of statements: an error's name, or 'ok'.
sub alone
{
	my ($statement) = @_;
	my $reply = ask('ExecuteStatement', { Statement => $statement });
	return ref $reply ? 'ok' : $reply;
}

sub in_batch
{
	return join ' ', map { $_->{Error} ? $_->{Error}{Code} : 'ok' } @{ ask('BatchExecuteStatement', { Statements => [ map { { Statement => $_ } } @_ ] })->{Responses} };
}

sub in_transaction
{
	my $reply = ask('ExecuteTransaction', { TransactStatements => [ map { { Statement => $_ } } @_ ] });
	return ref $reply ? 'ok' : $reply;
}

ask('CreateTable', {
	TableName => $_, ProvisionedThroughput => { ReadCapacityUnits => 5, WriteCapacityUnits => 5 }, KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
	AttributeDefinitions => [ map { { AttributeName => $_, AttributeType => 'S' } } 'id', 'g' ],
	GlobalSecondaryIndexes => [ { IndexName => 'by-g', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ], Projection => { ProjectionType => 'ALL' },
		ProvisionedThroughput => { ReadCapacityUnits => 5, WriteCapacityUnits => 5 } } ] }) for 'Full', 'Free';
is(alone("INSERT INTO $_ VALUE {'id':'a','g':'x'}"), 'ok', "an item of $_") for 'Full', 'Free';

# A debt of five minutes.
$node->safe_psql('postgres', q(SELECT dynapg.refill_throughput('Full', -300)));
my @reads = ("SELECT * FROM Full WHERE id='a'", "SELECT * FROM Full WHERE id='a' AND g='none'", "SELECT * FROM Full WHERE id IN ('a','b')", 'SELECT * FROM Full', q(SELECT * FROM "Full"."by-g" WHERE g='x'));
my @writes = ("INSERT INTO Full VALUE {'id':'b'}", "UPDATE Full SET x=1 WHERE id='a'", "DELETE FROM Full WHERE id='a'");
is(alone($_), 'ProvisionedThroughputExceededException', $_) for @reads, @writes;
is(alone("SELECT * FROM Free WHERE id='a'"), 'ok', 'another table has what it had');
is(in_batch($reads[0], "SELECT * FROM Free WHERE id='a'"), 'ProvisionedThroughputExceeded ok', 'a batch of reads');
is(in_batch("UPDATE Free SET x=1 WHERE id='a'", "UPDATE Full SET x=1 WHERE id='a'"), 'ok ProvisionedThroughputExceeded', 'a batch of writes');
like(in_transaction("UPDATE Free SET x=2 WHERE id='a'", "UPDATE Full SET x=2 WHERE id='a'"), qr/^(?:TransactionCanceledException|ProvisionedThroughputExceededException)$/, 'a transaction of writes');
like(in_transaction("SELECT * FROM Free WHERE id='a'", $reads[0]), qr/^(?:TransactionCanceledException|ProvisionedThroughputExceededException)$/, 'a transaction of reads');
is($node->safe_psql('postgres', q(SELECT string_agg(item ->> 'x', ',') FROM dynamodb."Full" WHERE item -> 'x' IS NOT NULL) =~ s/(item) (->>?)/$1 OPERATOR(dynapg.$2)/gr), '', 'nothing was written');
$node->safe_psql('postgres', q(SELECT dynapg.refill_throughput('Full', 300)));
is(alone($_), 'ok', "$_, with throughput again") for @reads, @writes;

$node->stop;
done_testing();
