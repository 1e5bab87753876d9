# 230_http_explain.pl - X-Dynapg-Explain: a request over HTTP is answered with its plan, for roles with the right to ask, and with signed
# headers alone; what it wrote is undone, and requests without the header are as they were.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('explain');
create_table($port, 'Plan');
my $query = '{"TableName":"Plan","KeyConditionExpression":"pk = :p","FilterExpression":"v > :n","ExpressionAttributeValues":{":p":{"S":"a"},":n":{"N":"1"}}}';
my $put = '{"TableName":"Plan","Item":{"pk":{"S":"a"},"v":{"N":"2"}}}';
my $lines = qr/^200 \{"Explain":\["/;

# ---- trust: everybody on this machine may ----

sub asked
{
	my ($operation, $body, $how, %headers) = @_;
	return answer_of(call($port, $operation, $body, 'X-Dynapg-Explain' => $how, %headers));
}
is(call($port, 'PutItem', $put)->{status}, 200, 'an item');
like(asked('Query', $query, 'plan'), qr/${lines}Query: its first statement, not run","Statement 1: \$1 = 'a'","  .*Index Scan.*"\]\}$/, 'a plan');
like(asked('Query', $query, 'run'), qr/${lines}Query: run, and rolled back","Statement 1: .*"Items: 1 read, 0 passed over by the filter, 1 returned","Consumed capacity: .*","Time: [\d.]+ ms"\]\}$/, 'a run');
my $reply = call($port, 'Query', $query, 'X-Dynapg-Explain' => 'run');
is($reply->{headers}{'content-type'}, 'application/x-amz-json-1.0', 'SDKs can read it');
like(asked('PutItem', $put =~ s/"a"/"b"/r, 'plan'), $lines, 'the plan of a write');
like(asked('PutItem', $put =~ s/"a"/"b"/r, 'run'), $lines, 'a write that runs');
is($node->safe_psql('postgres', 'SELECT pk FROM dynamodb."Plan"'), 'a', 'and writes nothing');
is($node->safe_psql('postgres', "SELECT dynapg.http_explain('Query', '$query')"), call($port, 'Query', $query, 'X-Dynapg-Explain' => 'plan')->{body},
	'the function returns the same');
like(asked('PutItem', $put, $_), qr/^400 ValidationException: X-Dynapg-Explain must be plan or run$/, "not \"$_\"") for '', 'Plan', 'plan, run', 'analyze';
is(asked('DescribeTable', '{"TableName":"Plan"}', 'run'), '400 ValidationException: X-Dynapg-Explain is for operations on items, and DescribeTable is none', 'other operations');
like(asked('GetItem', '{"TableName":"Plan"}', 'plan'), qr/^400 ValidationException: 1 validation error detected: Value null at 'key'/, 'errors are those of the operation');
like(asked('GetItem', '', 'run'), qr/^400 ValidationException: /, 'also without a body');
is(asked('GetItem', '{', 'run'), '400 SerializationException: ', 'or where that is no JSON');
like(asked('PutItem', substr($put, 0, -1) . ',"ConditionExpression":"attribute_not_exists(pk)"}', 'run'), qr/^400 ConditionalCheckFailedException: /, 'a condition that fails');
is(answer_of(call($port, 'Query', $query)), '200 {"Items":[{"pk":{"S":"a"},"v":{"N":"2"}}],"Count":1,"ScannedCount":1}', 'the next request is answered as ever');
like(asked('Query', $query, 'plan', Origin => 'http://elsewhere.example'), qr/^403 /, 'pages of other hosts are refused');
like(exchange(dial($port), "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\nAccess-Control-Request-Headers: x-dynapg-explain\r\n\r\n")
	  ->{headers}{'access-control-allow-headers'}, qr/x-dynapg-explain/, 'those of this machine may ask');
ok($node->poll_query_until('postgres', q(SELECT calls >= 5 FROM dynapg.stat_operations WHERE operation = 'Query' AND table_name = 'Plan')), 'they are counted');

# ---- the command of docs/http.md ----

my $docs = slurp_file('docs/http.md');
my ($command) = $docs =~ /^```sh\n(curl .*?)^```$/ms;
my ($grant) = $docs =~ /^```\n(GRANT .*?)^```$/ms;
SKIP:
{
	skip 'there is no curl', 1 unless system('curl --version >/dev/null 2>&1') == 0;
	create_table($port, 'Notes');
	my $run = $command =~ s/:8000/:$port/r =~ s/"id = :id"/"pk = :id"/r;
	like(`$run`, qr/^\{"Explain":\["Query: run, and rolled back","Statement 1: /, 'curl');
}

# ---- access keys: only with the right ----

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE asks LOGIN; CREATE ROLE uses LOGIN;
GRANT SELECT ON dynamodb."Plan" TO asks, uses;
GRANT INSERT, UPDATE ON dynamodb."Plan" TO uses;
SQL
my %key = map { $_ => [ new_key($node, $_) ] } qw(postgres asks uses);
$node->append_conf('postgresql.conf', "dynapg.http_auth = 'sigv4'");
$node->restart;
wait_for_http($port, 400);

sub asked_by
{
	my ($role, $operation, $body, $how) = @_;
	return answer_of(signed_call($port, @{ $key{$role} }, $operation, $body, 'X-Dynapg-Explain' => $how));
}
my $lacks = '400 AccessDeniedException: You are not authorized to use X-Dynapg-Explain: the role of this access key lacks EXECUTE on the function dynapg.http_explain';
is(asked_by('uses', 'Query', $query, $_), $lacks, "$_ without the right") for 'plan', 'run', 'other';
is(asked_by('asks', 'Query', $query, 'plan'), $lacks, 'also for the other role');
like(asked_by('postgres', 'Query', $query, 'plan'), $lines, 'a superuser has it');
$node->safe_psql('postgres', $grant =~ s/support/asks/r);
like(asked_by('asks', 'Query', $query, $_), $lines, "$_ with the right") for 'plan', 'run';
like(asked_by('asks', 'PutItem', $put, $_), qr/^400 AccessDeniedException: User: .*asks is not authorized to perform: dynamodb:PutItem on resource/,
	"$_ of what the role may not do") for 'plan', 'run';
is(asked_by('uses', 'Query', $query, 'plan'), $lacks, 'the grant is for one role');
is(answer_of(signed_call($port, @{ $key{uses} }, 'PutItem', $put)), '200 {}', 'which goes on without the header');
my $unsigned = signed_text(@{ $key{asks} }, 'Query', $query) =~ s/^Host:/X-Dynapg-Explain: run\r\nHost:/mr;
is(answer_of(exchange(dial($port), $unsigned)), q(400 InvalidSignatureException: 'X-Dynapg-Explain' must be a 'SignedHeader' in the AWS Authorization.),
	'nobody adds it on the way');
my $taken = signed_text(@{ $key{asks} }, 'Query', $query, 'X-Dynapg-Explain' => 'plan') =~ s/: plan/: run/r;
like(answer_of(exchange(dial($port), $taken)), qr/^400 InvalidSignatureException: The request signature we calculated does not match/, 'or changes it');

# ---- a superuser's request plans and runs no code of others ----

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE other;
CREATE TABLE public.seen (who text);
GRANT INSERT ON public.seen TO PUBLIC;
GRANT CREATE ON SCHEMA public, dynamodb TO other;
SET ROLE other;
SELECT dynapg.create_table('{"TableName":"Trap","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}');
CREATE FUNCTION public.seize() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE LOG $m$SEIZED$m$; RETURN true; END$$;
ALTER TABLE dynamodb."Trap" ADD CONSTRAINT trap CHECK (public.seize());
SQL
like(asked_by('postgres', 'PutItem', '{"TableName":"Trap","Item":{"pk":{"S":"a"}}}', $_), qr/^400 AccessDeniedException: /, "$_ of a table of others") for 'plan', 'run';
is($node->safe_psql('postgres', 'SELECT count(*) FROM public.seen'), '0', 'whose code did not run');

$node->stop;
done_testing();
