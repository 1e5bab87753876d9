# 173_streams_docs.pl - the commands of docs/streams.md and docs/time-to-live.md do what is said there
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $streams = slurp_file('docs/streams.md');
my ($node, $port) = http_node('docs');

# ---- SQL, in one session as a reader has it; records expected of Python and JavaScript are those of the first block ----

my (@blocks, %program);
push @blocks, [ $1, $2 // '' ] while $streams =~ /^```sql\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/msg;
$program{$1} = $2 while $streams =~ /^```(python|js)\n(.*?)^```\n/msg;
cmp_ok(scalar @blocks, '>=', 4, 'there are blocks of SQL');

sub run_blocks
{
	my ($first, $last) = @_;
	my $session = "\\set VERBOSITY terse\n";

	for my $block (@blocks[ $first .. $last ])
	{
		$session .= "$block->[0]\\echo END OF BLOCK\n";
	}
	my ($status, $out, $err) = $node->psql('postgres', $session, extra_params => [ '-q', '-t', '-A' ]);
	my @out = split /^END OF BLOCK\n?/m, $out, -1;
	is($err, '', 'no errors');
	for my $i ($first .. $last)
	{
		my ($name) = $blocks[$i][0] =~ /^(.*)/;
		my $found = $out[ $i - $first ] =~ s/^Asynchronous notification "orders_changed" with payload "Orders".*\n//mr;
		is($found, $blocks[$i][1], $name) unless $name =~ /stream_notify/;
		like($out[ $i - $first ], qr/^Asynchronous notification "orders_changed" with payload "Orders"/m, $name) if $name =~ /stream_notify/;
	}
	return;
}
run_blocks(0, 0);

# ---- programs ----

sub run_program
{
	my ($name, $text, @command) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . "/$name";

	append_to_file($file, $text =~ s{http://localhost:8000}{http://127.0.0.1:$port}gr);
	local %ENV = (%ENV, AWS_ACCESS_KEY_ID => 'key', AWS_SECRET_ACCESS_KEY => 'secret', AWS_DEFAULT_REGION => 'us-east-1', AWS_REGION => 'us-east-1');
	my $out = `timeout 20 @command $file 2>&1`;
	return $out;
}

SKIP:
{
	my ($python) = grep { system("$_ -c 'import boto3' >/dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3';
	skip 'there is no Python with boto3', 1 unless $python;
	my ($expected) = $streams =~ /^It prints\n\n```text\n(.*?)^```/ms;
	my $text = $program{python} =~ s/^follow\(arn, lambda.*/
import sys
seen = []
def handle(record):
    print(record["eventName"], record["dynamodb"].get("NewImage"))
    seen.append(record)
    if len(seen) == 3:
        sys.exit()
follow(arn, handle)/mr;
	is(run_program('follow.py', $text, $python), $expected, 'the program with boto3');
}

run_blocks(1, $#blocks);

# ---- settings and commands that print nothing ----

# Blocks of no language.
sub plain_blocks
{
	my ($text) = @_;
	my @found;

	while ($text =~ /^```(\w*)\n(.*?)^```\n/msg)
	{
		push @found, $2 if $1 eq '';
	}
	return @found;
}

for my $block (plain_blocks($streams))
{
	my ($status, $out, $err) = $node->psql('postgres', $block);
	is("$status $err", '0 ', $block);
}
my $ttl = slurp_file('docs/time-to-live.md');
$node->safe_psql('postgres', q(SELECT dynapg.create_table('{"TableName":"Sessions","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}')));
for my $block (plain_blocks($ttl))
{
	my ($status, $out, $err) = $node->psql('postgres', $block);
	is("$status $err", '0 ', $block);
}
is($node->safe_psql('postgres', q(SELECT status FROM dynapg.ttl_list WHERE table_name = 'Sessions')), 'ENABLED', 'Time to Live works');

$node->stop;
done_testing();
