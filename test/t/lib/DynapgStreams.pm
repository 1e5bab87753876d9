# DynapgStreams.pm - sessions that write at random to a table with a stream, sessions that read the stream meanwhile, and the proof
# that what was read is the history of each item
package DynapgStreams;

use strict;
use warnings;
use Exporter 'import';
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(create_stream_table random_script reader_script start_psql finish_psql read_rest records_of shards_of is_history
  final_items keys_of_records);

my $json = JSON::PP->new->canonical;

# A table with a stream of both images; returns the stream's ARN.
sub create_stream_table
{
	my ($node, $name) = @_;

	return $node->safe_psql('postgres', qq(SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}') -> 'TableDescription' ->> 'LatestStreamArn'));
}

# One write of an item among few, as the API or SQL does it; each value is written once only.
my $value = 0;

sub random_write
{
	my ($table, $writer) = @_;
	my $key = 'k' . int rand 6;
	my $kind = int rand 8;
	my $text = "$writer-" . ++$value;

	return qq(SELECT dynapg.delete_item('{"TableName":"$table","Key":{"pk":{"S":"$key"}}}');\n) if $kind == 0;
	return qq(DELETE FROM dynamodb."$table" WHERE pk = '$key';\n) if $kind == 1;
	return qq(INSERT INTO dynamodb."$table" VALUES ('$key', '{"pk":{"S":"$key"},"v":{"S":"$text"}}') ON CONFLICT (pk) DO UPDATE SET item = EXCLUDED.item;\n)
	  if $kind == 2;
	return qq(SELECT dynapg.transact_write_items('{"TransactItems":[{"Put":{"TableName":"$table","Item":{"pk":{"S":"$key"},"v":{"S":"$text"}}}},
		{"Delete":{"TableName":"$table","Key":{"pk":{"S":"other $key"}}}},{"Put":{"TableName":"$table","Item":{"pk":{"S":"another $key"},"v":{"S":"$text"}}}}]}');\n)
	  if $kind == 3;
	return qq(SELECT dynapg.update_item('{"TableName":"$table","Key":{"pk":{"S":"$key"}},"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"S":"$text"}}}');\n);
}

# A script of transactions: short and long ones, with savepoints, prepared ones, and some that are rolled back.
sub random_script
{
	my ($table, $writer, $count) = @_;
	my $script = "\\set ON_ERROR_STOP off\nSET deadlock_timeout = '20ms';\nSET client_min_messages = panic;\nSET lock_timeout = '2s';\n";

	for my $i (1 .. $count)
	{
		my $writes = 1 + int rand 3;
		my $prepared = rand() < 0.1 ? "'$writer $i'" : undef;

		# a transaction that has its id long before it writes
		$script .= "BEGIN;\n";
		$script .= "SELECT pg_current_xact_id();\nSELECT pg_sleep(random() * 0.05);\n" if rand() < 0.3;
		for (1 .. $writes)
		{
			$script .= "SAVEPOINT s;\n" if (my $savepoint = rand() < 0.3);
			$script .= random_write($table, $writer);
			$script .= rand() < 0.5 ? "ROLLBACK TO s;\n" : "RELEASE s;\n" if $savepoint;
			$script .= "SELECT pg_sleep(random() * 0.02);\n" if rand() < 0.3;
		}
		$script .= $prepared ? "PREPARE TRANSACTION $prepared;\nSELECT pg_sleep(random() * 0.05);\n" . (rand() < 0.7 ? 'COMMIT' : 'ROLLBACK') . " PREPARED $prepared;\n"
		  : rand() < 0.15 ? "ROLLBACK;\n" : "COMMIT;\n";
	}
	return $script;
}

# A script that polls a shard: a line of output per poll with where to go on and the records.  Some polls are in transactions that are
# rolled back: what they have read stays read.
sub reader_script
{
	my ($iterator, $polls) = @_;
	my $script = "\\set ON_ERROR_STOP on\n\\pset footer off\n\\set it '$iterator'\n";

	for my $i (1 .. $polls)
	{
		$script .= "BEGIN;\nSELECT pg_current_xact_id() \\gset ignored_\n" if $i % 20 == 1;
		$script .= "ROLLBACK;\n" if $i % 20 == 7;
		$script .= sprintf "SELECT r ->> 'NextShardIterator' AS it, r ->> 'Records' AS records FROM dynapg.get_records(json_build_object("
		  . "'ShardIterator', :'it', 'Limit', %d)) r \\gset\n\\qecho :it :records\n", 1 + int rand 30;
		$script .= sprintf "SELECT pg_sleep(%f) \\gset ignored_\n", rand 0.02;
	}
	return $script . "ROLLBACK;\n";
}

# psql in the background; what it prints goes to a file.
sub start_psql
{
	my ($node, $name, $script) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir();
	my $out = "$folder/$name.out";
	my $pid;

	append_to_file("$folder/$name.sql", $script);
	$pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		open STDOUT, '>', $out or die $!;
		open STDERR, '>', "$folder/$name.err" or die $!;
		exec 'psql', '-XAtq', '-f', "$folder/$name.sql", '-d', $node->connstr('postgres') or die $!;
	}
	return { pid => $pid, out => $out, error => "$folder/$name.err" };
}

# Its output, when it has ended.
sub finish_psql
{
	my ($session) = @_;

	waitpid $session->{pid}, 0;
	$session->{status} = $? >> 8;
	return slurp_file($session->{out});
}

# The records and the last iterator of a reader's output.
sub records_of
{
	my ($output) = @_;
	my (@records, $iterator);

	for my $line (split /\n/, $output)
	{
		next unless $line =~ /^(arn\S*)? ?(\[.*\])$/;
		$iterator = $1;
		push @records, @{ $json->decode($2) };
	}
	return (\@records, $iterator);
}

# Reads on from an iterator until there is nothing more.
sub read_rest
{
	my ($node, $iterator) = @_;
	my @records;
	my $empty = 0;

	while (defined $iterator && $empty < 3)
	{
		my $reply = $json->decode($node->safe_psql('postgres', qq(SELECT dynapg.get_records('{"ShardIterator":"$iterator"}'))));
		push @records, @{ $reply->{Records} };
		$empty = @{ $reply->{Records} } ? 0 : $empty + 1;
		$iterator = $reply->{NextShardIterator};
	}
	return \@records;
}

sub shards_of
{
	my ($node, $arn) = @_;
	return @{ $json->decode($node->safe_psql('postgres', qq(SELECT dynapg.describe_stream('{"StreamArn":"$arn"}'))))->{StreamDescription}{Shards} };
}

sub keys_of_records
{
	return [ map { $_->{dynamodb}{SequenceNumber} } @{ $_[0] } ];
}

# What the items are, by key.
sub final_items
{
	my ($node, $table) = @_;
	my $items = $json->decode($node->safe_psql('postgres', qq(SELECT dynapg.scan('{"TableName":"$table"}'))))->{Items};

	return { map { $_->{pk}{S} => $_ } @$items };
}

# Do the records of each item begin with none, follow from one another, and end with the item as it is?
sub is_history
{
	my ($records, $items, $name) = @_;
	my (%now, %seen, @flaws);

	for my $record (@$records)
	{
		my $change = $record->{dynamodb};
		my $key = $change->{Keys}{pk}{S};
		my $before = $now{$key};
		my $event = !$change->{OldImage} ? 'INSERT' : !$change->{NewImage} ? 'REMOVE' : 'MODIFY';

		push @flaws, "$change->{SequenceNumber} twice" if $seen{ $change->{SequenceNumber} }++ || $seen{ $record->{eventID} }++;
		push @flaws, "$change->{SequenceNumber} is no $record->{eventName}" if $event ne $record->{eventName};
		push @flaws, "$change->{SequenceNumber} of $key does not follow" if $json->encode([$before]) ne $json->encode([ $change->{OldImage} ]);
		$now{$key} = $change->{NewImage};
		delete $now{$key} unless $change->{NewImage};
	}
	push @flaws, 'the items are others' if $json->encode(\%now) ne $json->encode($items);
	is_deeply([ @flaws[ 0 .. ($#flaws > 9 ? 9 : $#flaws) ] ], [], $name . ' (' . @$records . ' records)');
}

1;
