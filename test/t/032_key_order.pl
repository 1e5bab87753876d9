# 032_key_order.pl - the order of keys and every range condition, for keys that PostgreSQL's text and jsonb cannot hold
#
# Strings with U+0000, U+0001 and the last code points, binaries of zeros and 0xff, in the sort key of a table, in the
# sort key of an index, and in the partition key of an index.  What is expected is worked out here, on the bytes.
use strict;
use warnings;
use utf8;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use JSON::PP;
use Encode qw(encode decode);
use MIME::Base64;

my $node = PostgreSQL::Test::Cluster->new('key_order');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

my $json = JSON::PP->new->ascii->canonical;
my $utf8 = JSON::PP->new->utf8;
srand(4711);

# Runs the statements of one file in one session; returns a decoded reply a line.
sub replies
{
	my @requests = @_;
	my $file = PostgreSQL::Test::Utils::tempdir . '/requests.sql';
	open my $out, '>', $file or die $!;
	print $out "SELECT dynapg.$_->[0](\$json\$" . $json->encode($_->[1]) . "\$json\$);\n" for @requests;
	close $out;
	my ($stdout, $stderr) = run_command([ 'psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr('postgres') ]);
	is($stderr, '', 'no error');
	return map { $utf8->decode($_) } split /\n/, $stdout;
}

my %alphabet = (
	S => [ map { encode('UTF-8', chr $_) } 0, 1, 2, 3, 0x61, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0x10000, 0x10ffff ],
	B => [ map { chr } 0, 1, 0x7f, 0x80, 0xfe, 0xff ]);

sub value
{
	my ($type, $bytes) = @_;
	return { $type => $type eq 'S' ? decode('UTF-8', $bytes) : encode_base64($bytes, '') };
}

# Of each type: 150 distinct keys, most of them prefixes of others.
for my $type ('S', 'B')
{
	my %keys;
	my @letters = @{ $alphabet{$type} };
	while (keys %keys < 150)
	{
		my $key = join '', map { $letters[ rand @letters ] } 0 .. rand 4;
		$keys{$key} = 1;
	}
	# perl's cmp compares bytes here
	my @sorted = sort keys %keys;
	my @shuffled = sort { rand() <=> 0.5 } @sorted;

	replies(
		[   create_table => {
				TableName => "keys$type",
				BillingMode => 'PAY_PER_REQUEST',
				AttributeDefinitions => [ { AttributeName => 'p', AttributeType => 'S' }, { AttributeName => 'k', AttributeType => $type } ],
				KeySchema => [ { AttributeName => 'p', KeyType => 'HASH' }, { AttributeName => 'k', KeyType => 'RANGE' } ],
				GlobalSecondaryIndexes => [
					{ IndexName => 'by_key', KeySchema => [ { AttributeName => 'k', KeyType => 'HASH' }, { AttributeName => 'p', KeyType => 'RANGE' } ],
						Projection => { ProjectionType => 'ALL' } } ] } ],
		[   create_table => {
				TableName => "sorts$type",
				BillingMode => 'PAY_PER_REQUEST',
				AttributeDefinitions => [ map { { AttributeName => $_->[0], AttributeType => $_->[1] } } [ 'p', $type ], [ 'g', 'S' ], [ 'k', $type ] ],
				KeySchema => [ { AttributeName => 'p', KeyType => 'HASH' } ],
				GlobalSecondaryIndexes => [
					{ IndexName => 'by_key', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' }, { AttributeName => 'k', KeyType => 'RANGE' } ],
						Projection => { ProjectionType => 'KEYS_ONLY' } } ] } ],
		(map { [ put_item => { TableName => "keys$type", Item => { p => { S => 'x' }, k => value($type, $_) } } ] } @shuffled),
		(map { [ put_item => { TableName => "sorts$type", Item => { p => value($type, $_), g => { S => 'x' }, k => value($type, $_) } } ] } @shuffled));

	my (@requests, @expected);
	my %holds = (
		'=' => sub { $_[0] eq $_[1] },
		'<' => sub { $_[0] lt $_[1] },
		'<=' => sub { $_[0] le $_[1] },
		'>' => sub { $_[0] gt $_[1] },
		'>=' => sub { $_[0] ge $_[1] },
		'begins_with(k, :v)' => sub { substr($_[0], 0, length $_[1]) eq $_[1] },
		'k BETWEEN :v AND :w' => sub { $_[0] ge $_[1] && $_[0] le $_[2] });
	for (1 .. 60)
	{
		for my $op (sort keys %holds)
		{
			# an operand is a key, or a key and a letter
			my ($v, $w) = sort map { $sorted[ rand @sorted ] . (rand() < 0.3 ? $letters[ rand @letters ] : '') } 1, 2;
			my $forward = rand() < 0.5;
			my $index = rand() < 0.5;
			my @found = grep { $holds{$op}->($_, $v, $w) } @sorted;
			my %values = (':p' => { S => 'x' }, ':v' => value($type, $v), $op =~ /:w/ ? (':w' => value($type, $w)) : ());
			push @requests, [
				query => {
					TableName => ($index ? 'sorts' : 'keys') . $type,
					$index ? (IndexName => 'by_key') : (),
					KeyConditionExpression => ($index ? 'g = :p AND ' : 'p = :p AND ') . ($op =~ /:v/ ? $op : "k $op :v"),
					ExpressionAttributeValues => \%values,
					ScanIndexForward => $forward ? JSON::PP::true : JSON::PP::false } ];
			push @expected, [ map { values %{ value($type, $_) } } $forward ? @found : reverse @found ];
		}
	}
	# a partition of the index each
	for my $key (@sorted)
	{
		push @requests, [
			query => { TableName => "keys$type", IndexName => 'by_key', KeyConditionExpression => 'k = :v',
				ExpressionAttributeValues => { ':v' => value($type, $key) } } ];
		push @expected, [ values %{ value($type, $key) } ];
	}

	my @got = replies(@requests);
	is(scalar @got, scalar @requests, "$type: a reply each");
	my @wrong = grep { $json->encode([ map { $_->{k}{$type} } @{ $got[$_]{Items} } ]) ne $json->encode($expected[$_]) } 0 .. $#got;
	is(scalar @wrong, 0, "$type: " . @requests . ' range conditions');
	diag($json->encode($requests[ $wrong[0] ]), "\nexpected ", $json->encode($expected[ $wrong[0] ]), "\ngot ", $json->encode($got[ $wrong[0] ])) if @wrong;

	# pages of seven keep the order and lose nothing
	my @collected;
	my %start;
	my $pages = 0;
	while ($pages++ < 100)
	{
		my ($page) = replies([
				query => { TableName => "sorts$type", IndexName => 'by_key', KeyConditionExpression => 'g = :p', Limit => 7, %start,
					ExpressionAttributeValues => { ':p' => { S => 'x' } } } ]);
		push @collected, map { $_->{k}{$type} } @{ $page->{Items} };
		last if !$page->{LastEvaluatedKey};
		%start = (ExclusiveStartKey => $page->{LastEvaluatedKey});
	}
	is($json->encode(\@collected), $json->encode([ map { values %{ value($type, $_) } } @sorted ]), "$type: paging keeps the order");
}

$node->stop;
done_testing();
