# 057_http_faults.pl - out of memory, disk full and their like: they end the one request with an error that clients repeat;
# other connections, requests in the same packet among them, notice nothing.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $port) = http_node('http_faults');
create_table($port, 'Things');
my ($pid) = worker_pids($node);
my $put = '{"TableName":"Things","Item":{"pk":{"S":"%s"}}}';
my $get = '{"TableName":"Things","Key":{"pk":{"S":"%s"}}}';
my @others = map { dial($port) } 1 .. 5;

# The status and the exception of a reply.
sub verdict
{
	my ($reply) = @_;
	return 'none' unless $reply;
	return $reply->{status} . ($reply->{body} =~ /"__type":"[^"]*#(\w+)"/ ? " $1" : '');
}

sub others_go_on
{
	my ($name) = @_;
	is(join(' ', map { verdict(exchange($_, request_text('GetItem', sprintf $get, 'good'))) } @others), '200 200 200 200 200', "$name: other connections go on");
	is_deeply([ worker_pids($node) ], [$pid], "$name: so does the worker");
	return;
}

# -- raised within a request, in the statement or at its transaction's end --

$node->safe_psql('postgres', q{
	CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.pk ~ '^[0-9A-Z]{5}$' THEN RAISE 'private text' USING ERRCODE = NEW.pk; END IF;
		RETURN NEW; END $$;
	CREATE TRIGGER now BEFORE INSERT ON dynamodb."Things" FOR EACH ROW EXECUTE FUNCTION fail();
	CREATE CONSTRAINT TRIGGER later AFTER INSERT ON dynamodb."Things" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
	ALTER TABLE dynamodb."Things" DISABLE TRIGGER later});
my %verdicts = (
	'53200' => '500 InternalServerError',             # out of memory
	'53100' => '500 InternalServerError',             # disk full
	'53400' => '500 InternalServerError',             # a limit of the configuration
	'57014' => '500 InternalServerError',             # cancelled
	'58030' => '500 InternalServerError',             # an error of input or output
	'55P03' => '400 TransactionConflictException',    # a lock that is not available
	'40P01' => '400 TransactionConflictException',    # a deadlock
	'40001' => '400 TransactionConflictException');
for my $trigger ('now', 'later')
{
	for my $code (sort keys %verdicts)
	{
		my $one = dial($port);
		send_text($one, join '', map { request_text('PutItem', sprintf $put, $_) } 'good', $code, 'better');
		my @replies = map { read_reply($one) } 1 .. 3;
		is(join(', ', map { verdict($_) } @replies), "200, $verdicts{$code}, 200", "$code ($trigger): one request of the three fails");
		unlike($replies[1]->{body}, qr/private/, "$code ($trigger): PostgreSQL's text is not shown");
		is(call($port, 'GetItem', sprintf $get, $code)->{body}, '{}', "$code ($trigger): nothing was written");
	}
	others_go_on($trigger);
	$node->safe_psql('postgres', 'ALTER TABLE dynamodb."Things" DISABLE TRIGGER now; ALTER TABLE dynamodb."Things" ENABLE TRIGGER later');
}
$node->safe_psql('postgres', 'DROP FUNCTION fail CASCADE');

# -- real ones: the kernel refuses the worker --

# Limits what the worker may have; undef: as much as it likes.
sub limit
{
	my ($what, $bytes) = @_;
	return system('prlimit', '--pid', $pid, "--$what=" . ($bytes // 'unlimited') . ':') == 0;
}

sub address_space
{
	open my $in, '<', "/proc/$pid/statm" or die "cannot read the size of the worker: $!";
	my ($pages) = split / /, <$in>;
	return $pages * 4096;
}

SKIP:
{
	skip 'there is no prlimit', 1 if system('prlimit --version >/dev/null 2>&1') != 0;
	skip 'the sanitizer needs address space', 1 if $ENV{CHECK_ASAN};

	# Memory: first for what a request is parsed into, then for the request itself.
	my $deep = sprintf '{"TableName":"Things","Item":{"pk":{"S":"x"},"l":{"L":[%s]}}}', join ',', ('{"S":""}') x 300_000;
	limit('as', address_space() + 12 * 1024 * 1024);
	my $one = dial($port);
	is(verdict(exchange($one, request_text('PutItem', $deep))), '500 InternalServerError', 'no memory for the operation');
	is(verdict(exchange($one, request_text('GetItem', sprintf $get, 'good'))), '200', 'the connection goes on');
	others_go_on('no memory for the operation');
	limit('as', address_space() + 1024 * 1024);
	my $reply = eval { exchange(dial($port), request_text('PutItem', 'x' x (15 * 1024 * 1024))) };
	ok(!$reply || $reply->{status} >= 500, 'no memory for the request: its connection ends');
	others_go_on('no memory for the request');
	limit('as');
	is(verdict(exchange($one, request_text('PutItem', $deep))), '200', 'with memory again');

	# Disk: the table's file may not grow.
	my $large = join '', map { chr(48 + int rand 40) } 1 .. 350_000;
	my $fill = qq({"TableName":"Things","Item":{"pk":{"S":"%s"},"v":{"S":"$large"}}});
	is(scalar(grep { verdict(call($port, 'PutItem', sprintf $fill, "large$_")) ne '200' } 1 .. 60), 0, 'large items');
	my $size = $node->safe_psql('postgres', q{SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'dynamodb."Things"'::regclass});
	cmp_ok($size, '>', 16 * 1024 * 1024, 'the table is larger than a segment of the write-ahead log, which must not be limited');
	limit('fsize', $size + 4096);
	my %seen;
	$seen{ verdict(exchange($one, request_text('PutItem', sprintf $fill, "more$_"))) }++ for 1 .. 3;
	is_deeply(\%seen, { '500 InternalServerError' => 3 }, 'no room on disk') or diag explain \%seen;
	others_go_on('no room on disk');
	limit('fsize');
	is(verdict(exchange($one, request_text('PutItem', sprintf $fill, 'more1'))), '200', 'with room again');
}

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
