# 172_stream_faults.pl - faults around a stream: a full disk, a damaged row of the log, a sequence that somebody sets; and changes that
# logical replication brings, on request
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgStreams;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('faults', 'dynapg.jobs_interval = 0', 'wal_level = logical', 'autovacuum = off', 'max_wal_size = 64MB');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub error
{
	my ($stdout, $stderr);
	$node->psql('postgres', $_[0], stdout => \$stdout, stderr => \$stderr);
	return $stderr;
}

sub put
{
	my ($key, $text) = @_;
	return call($port, 'PutItem', qq({"TableName":"Full","Item":{"pk":{"S":"$key"},"v":{"S":"$text"}}}));
}

# ---- the disk is full: here, files of the server may not grow beyond a size, which the log meets first ----

SKIP:
{
	skip 'there is no prlimit (package util-linux)', 7 if system('prlimit --version >/dev/null 2>&1') != 0;
	my $arn = create_stream_table($node, 'Full');
	my @failed;

	$node->stop;
	system("prlimit --pid $$ --fsize=17000000:unlimited") == 0 or die 'prlimit fails';
	$node->start;
	system("prlimit --pid $$ --fsize=unlimited:unlimited") == 0 or die 'prlimit fails';
	wait_for_http($port);

	# rows of the data table are few, and take the place of older ones
	for my $i (1 .. 400)
	{
		my ($status, $stdout, $stderr) = $node->psql('postgres', sprintf <<'SQL', $i);
SELECT dynapg.put_item(json_build_object('TableName', 'Full', 'Item', json_build_object('pk', json_build_object('S', 'k' || n % 5),
	'v', json_build_object('S', %1$d || '-' || n || repeat('x', 800))))) FROM generate_series(1, 100) n
SQL
		next if $status == 0;
		push @failed, $stderr;
		last;
	}
	like($failed[0] // 'none', qr/could not extend file "[^"]*"/, 'a write fails');
	my $records = sql(q(SELECT count(*) FROM dynapg.stream_records('Full', "limit" => NULL)));
	my ($done, $reply, %last) = (0);

	for my $i (1 .. 1000)
	{
		my $key = 'k' . $i % 5;
		my $text = 'after ' . join '', map { chr 97 + rand 26 } 1 .. 1500;

		$reply = put($key, $text);
		last if $reply->{status} != 200;
		$done++;
		$last{$key} = $text;
	}
	is($reply->{status}, 500, 'over HTTP, too');
	like($reply->{body}, qr/InternalServerError/, 'as an internal error');
	is(sql(q(SELECT count(*) FROM dynapg.stream_records('Full', "limit" => NULL))), $records + $done, 'the records are those of the writes that were done');
	is(sql(q(SELECT string_agg(dynapg.item_get_text(item, 'v'), ' ' ORDER BY pk) FROM dynamodb."Full" WHERE dynapg.item_get_text(item, 'v') LIKE 'after%')),
		join(' ', map { $last{$_} } sort keys %last), 'and so are the items');
	$node->restart;
	wait_for_http($port);
	is(put('k1', 'later')->{status}, 200, 'with space, writes go on');
	my ($shard) = shards_of($node, $arn);
	my $start = sql(qq(SELECT dynapg.get_shard_iterator('{"StreamArn":"$arn","ShardId":"$shard->{ShardId}","ShardIteratorType":"TRIM_HORIZON"}')->>'ShardIterator'));
	is_history(read_rest($node, $start), final_items($node, 'Full'), 'nothing is half there');
}

# ---- a damaged row ----

my $arn = create_stream_table($node, 'Damaged');
sql(q(SELECT dynapg.put_item('{"TableName":"Damaged","Item":{"pk":{"S":"good"}}}')));
sql(q(SELECT dynapg.put_item('{"TableName":"Damaged","Item":{"pk":{"S":"k"},"v":{"L":[{"S":"MARKER-MARKER"}]}}}')));
my ($relation, $row) = split /\|/, sql(q(SELECT tableoid::regclass, ctid FROM dynapg.changes ORDER BY number DESC LIMIT 1));
sql("UPDATE $relation SET event = 'X' WHERE ctid = '$row'");
($relation, $row) = split /\|/, sql(q(SELECT tableoid::regclass, ctid FROM dynapg.changes ORDER BY number DESC LIMIT 1));
like(error(q(SELECT * FROM dynapg.stream_records('Damaged'))), qr/ERROR:  row \Q$row\E of table "\Q$relation\E" is damaged: there is no event with code 88/, 'an unknown event');
is(sql(q(SELECT count(*) FROM dynapg.stream_records('Damaged', "limit" => 1))), '1', 'what comes before it can be read');
sql("UPDATE $relation SET event = 'I' WHERE event = 'X'");
my $path = $node->data_dir . '/' . sql("SELECT pg_relation_filepath('$relation')");
($row) = sql(q(SELECT ctid FROM dynapg.changes ORDER BY number DESC LIMIT 1));
my ($shard) = shards_of($node, $arn);
my $iterator = sql(qq(SELECT dynapg.get_shard_iterator('{"StreamArn":"$arn","ShardId":"$shard->{ShardId}","ShardIteratorType":"TRIM_HORIZON"}')->>'ShardIterator'));
$node->stop;
my $bytes = slurp_file($path);
my $at = rindex $bytes, 'MARKER-MARKER';
cmp_ok($at, '>', 0, 'the row is in the file');
open my $file, '+<:raw', $path or die $!;
seek $file, $at - 4, 0;
print $file "\xfe" x 4;
close $file;
$node->start;
wait_for_http($port);
like(error(q(SELECT * FROM dynapg.stream_records('Damaged'))), qr/row \Q$row\E of table "\Q$relation\E" is damaged|invalid page in block/, 'damaged bytes of an item');
my $reply = call($port, 'GetRecords', qq({"ShardIterator":"$iterator"}), 'X-Amz-Target' => 'DynamoDBStreams_20120810.GetRecords');
is($reply->{status}, 500, 'over HTTP as well');
is(sql(q(SELECT dynapg.put_item('{"TableName":"Damaged","Item":{"pk":{"S":"later"}}}'))), '{}', 'writes go on');

# ---- logical replication ----

my $source = PostgreSQL::Test::Cluster->new('source');
$source->init(allows_streaming => 'logical');
$source->start;
$source->safe_psql('postgres', 'CREATE EXTENSION dynapg');
create_stream_table($source, 'Copied');
create_stream_table($node, 'Copied');
$source->safe_psql('postgres', 'CREATE PUBLICATION copied FOR TABLE dynamodb."Copied"');
my $connection = $source->connstr('postgres') =~ s{'}{}gr;
sql("CREATE SUBSCRIPTION copied CONNECTION '$connection' PUBLICATION copied");
$source->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Copied","Item":{"pk":{"S":"a"}}}')));
$source->wait_for_catchup('copied');
ok($node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM dynamodb."Copied")), 'an item is replicated');
is(sql(q(SELECT count(*) FROM dynapg.stream_records('Copied'))), '0', 'without a record');
sql(q(ALTER TABLE dynamodb."Copied" ENABLE ALWAYS TRIGGER "!dynapg_capture"));
$source->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Copied","Item":{"pk":{"S":"a"},"v":{"N":"1"}}}')));
$source->safe_psql('postgres', q(SELECT dynapg.put_item('{"TableName":"Copied","Item":{"pk":{"S":"b"}}}')));
$source->safe_psql('postgres', q(SELECT dynapg.delete_item('{"TableName":"Copied","Key":{"pk":{"S":"b"}}}')));
$source->wait_for_catchup('copied');
is(sql(q(SELECT string_agg(event || ' ' || keys::text, ', ' ORDER BY sequence_number) FROM dynapg.stream_records('Copied'))),
	'MODIFY {"pk":{"S":"a"}}, INSERT {"pk":{"S":"b"}}, REMOVE {"pk":{"S":"b"}}', 'with records, where the trigger is to fire always');
sql(q(SELECT dynapg.put_item('{"TableName":"Copied","Item":{"pk":{"S":"own"}}}')));
is(sql(q(SELECT count(*) FROM dynapg.stream_records('Copied'))), '4', 'own writes are recorded once');
sql('DROP SUBSCRIPTION copied');

$source->stop;
$node->stop;
done_testing();
