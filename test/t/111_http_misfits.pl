# 111_http_misfits.pl - a row that plain SQL has left without its key does not stop a Scan over HTTP; the log says so once, without items.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('http_misfits');
create_table($port, 'Things');
call($port, 'PutItem', qq({"TableName":"Things","Item":{"pk":{"S":"good$_"}}})) for 1 .. 3;
$node->safe_psql('postgres', q{ALTER TABLE dynamodb."Things" DROP CONSTRAINT "dynapg fits";
	INSERT INTO dynamodb."Things" VALUES ('a private key', '{"secret":{"S":"private text"}}'), ('zz private key', '{}')});
my $log = -s $node->logfile;

my ($start, @found, $pages) = ('');
do
{
	my $reply = call($port, 'Scan', qq({"TableName":"Things","Limit":1$start}));
	is($reply->{status}, 200, 'a page');
	push @found, $reply->{body} =~ /"Items":\[\{"pk":\{"S":"(\w+)"\}\}\]/;
	$start = $reply->{body} =~ /"LastEvaluatedKey":(\{.*?\}\})/ ? qq(,"ExclusiveStartKey":$1) : '';
	$pages++;
} while ($start ne '' && $pages < 10);
is(join(' ', @found), 'good1 good2 good3', 'every item, once');
like(call($port, 'Query', q({"TableName":"Things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"zz private key"}}}))->{body},
	qr/"Items":\[\],"Count":0/, 'a query that finds no item');
like(call($port, 'GetItem', q({"TableName":"Things","Key":{"pk":{"S":"zz private key"}}}))->{body}, qr/^\{"Item":\{\}\}$/, 'a get of what the row holds');

my $text = slurp_file($node->logfile, $log);
is(() = $text =~ /WARNING:  rows of table "Things" are passed over/g, 1, 'one warning in the log');
like($text, qr/HINT:  Find them with: SELECT \* FROM dynamodb."Things" WHERE pk IS DISTINCT FROM/, 'with a hint');
unlike($text, qr/ERROR|private/, 'no error, and nothing of the items');
$node->stop;
done_testing();
