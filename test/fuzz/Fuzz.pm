# Fuzz.pm - seeded mutations of valid requests.
#
# Model.  A request is a Perl structure or, once broken as text, a string.  `request` takes a valid request from the
# corpus and changes it one to four times: in its structure (members dropped, doubled, renamed, put elsewhere, of another
# type), in the texts of its expressions (tokens and bytes), in numbers, keys and names, or in the JSON text itself.
# Everything comes from one generator of random numbers of our own, so a seed is a run on any machine and any Perl.
package Fuzz;

use strict;
use warnings;
use utf8;
use Statements;

my $WHOLE = 4294967296;

sub new
{
	my ($class, $seed) = @_;
	return bless { state => ($seed * 2654435761 + 12345) % $WHOLE }, $class;
}

# random N: 0 .. N-1; xorshift on 32 bits.
sub random
{
	my ($self, $n) = @_;
	my $x = $self->{state} || 88172645;
	$x ^= ($x << 13) & 0xffffffff;
	$x ^= $x >> 17;
	$x ^= ($x << 5) & 0xffffffff;
	$self->{state} = $x;
	return $x % $n;
}

sub pick
{
	my ($self, @from) = @_;
	return $from[ $self->random(scalar @from) ];
}

# ---- JSON out ----
# Objects are array references that begin with \'object', so that members keep their order and may be doubled.

sub object
{
	return [ \'object', @_ ];
}

sub is_object
{
	my ($v) = @_;
	return ref $v eq 'ARRAY' && @$v > 0 && ref $v->[0] eq 'SCALAR';
}

sub raw
{
	my ($text) = @_;
	return { raw => $text };
}

my %escapes = ("\"" => '\\"', "\\" => '\\\\', "\n" => '\\n', "\t" => '\\t');

sub json
{
	my ($v) = @_;
	return 'null' if !defined $v;
	return $v->{raw} if ref $v eq 'HASH';
	if (is_object($v))
	{
		my @parts;
		for (my $i = 1; $i < @$v; $i += 2)
		{
			push @parts, json($v->[$i]) . ':' . json($v->[ $i + 1 ]);
		}
		return '{' . join(',', @parts) . '}';
	}
	return '[' . join(',', map { json($_) } @$v) . ']' if ref $v;
	my $s = "$v";
	$s =~ s/([\x00-\x1f"\\])/$escapes{$1} || sprintf('\\u%04x', ord $1)/ge;
	return "\"$s\"";
}

sub copy
{
	my ($v) = @_;
	return { raw => $v->{raw} } if ref $v eq 'HASH';
	return $v if ref $v ne 'ARRAY';
	return [ map { copy($_) } @$v ];
}

# ---- what values are made of ----

my @names = ('pk', 'sk', 'g', 'h', 'n', 's', 'm', 'l', 'ss', 'ns', 'bs', 'b', 'a', 'x', 'deep', 'ü', 'size', 'a.b', '#', ':', '', 'pkk',
	"\x{1F600}", 'a b', "\0");
my @numbers = ('0', '1', '-1', '5', '1.5', '-0', '1e5', '1E-130', '9.9999999999999999999999999999999999999E125', '1E126', '1E-131',
	'12345678901234567890123456789012345678', '123456789012345678901234567890123456789', '.5', '5.', '+5', '00007', '1e', 'e5', '-', '',
	' 1', '1 ', 'NaN', 'Infinity', '0x10', '1e999999999999', '1e-999999999999', '1_000', '٣', '0e0', '-0.0e-0');
my @strings = ('', 'a', 'b', 'ab', 'abc', "\0", "\x{7f}", "ü", "\x{1F600}", "e\x{301}", "\x{ffff}", "\x{10ffff}", '"', '\\', 'null', '1', '{}');
my @binaries = ('', 'AA==', 'AAE=', 'AQI=', '/w==', '/////w==', 'AAA', 'A', '=', '====', 'AA=', '*', 'AA==AA==', "AA=\n=");

sub long_string
{
	my ($self) = @_;
	return $self->pick('x', 'ü', "\x{1F600}") x $self->pick(255, 256, 512, 1023, 1024, 1025, 2047, 2048, 2049, 5000, 65535, 65536);
}

# A valid attribute value, as a rule.
sub value
{
	my ($self, $depth) = @_;
	$depth //= 0;
	my $kind = $self->random($depth > 3 ? 12 : 18);
	return object('S', $self->pick('a', 'b', 'ab', 'ü', '')) if $kind < 3;
	return object('N', $self->pick('0', '1', '-7', '1.5', '1e5', '42')) if $kind < 6;
	return object('B', $self->pick('', 'AA==', 'AQI=')) if $kind == 6;
	return object('BOOL', raw($self->pick('true', 'false'))) if $kind == 7;
	return object('NULL', raw('true')) if $kind == 8;
	return object('SS', [ 'a', $self->pick('b', 'c') ]) if $kind == 9;
	return object('NS', [ '1', $self->pick('2', '3.5') ]) if $kind == 10;
	return object('BS', [ 'AA==', $self->pick('AQ==', 'AQI=') ]) if $kind == 11;
	return object('L', [ map { $self->value($depth + 1) } 1 .. $self->random(4) ]) if $kind < 15;
	my %seen;
	return object('M', object(map { $_ => $self->value($depth + 1) } grep { !$seen{$_}++ } map { $self->pick('a', 'b', 'c', 'ü') } 1 .. $self->random(4)));
}

sub deep_value
{
	my ($self) = @_;
	my $levels = $self->pick(30, 31, 32, 33, 100, 1000, 20000);
	my $v = json(object('S', 'x'));
	return $self->random(2) ? raw('{"L":[' x $levels . $v . ']}' x $levels) : raw('{"M":{"a":' x $levels . $v . '}}' x $levels);
}

# The key of one of few items, so that writes meet.
sub key
{
	my ($self, $table) = @_;
	return object('pk', object('B', $self->pick('AA==', 'AQ=='))) if $table eq 'FuzzB';
	return object('pk', object('S', $self->pick('a', 'b', 'ü')), 'sk', object('N', $self->pick('1', '2', '2.0', '-3', '1e2')));
}

sub item
{
	my ($self, $table) = @_;
	my $item = $self->key($table);
	push @$item, 'g', object('S', $self->pick('g1', 'g2')) if $self->random(2);
	push @$item, 'h', object('N', $self->pick('1', '2')) if $self->random(2);
	push @$item, $_, $self->value for grep { $self->random(3) == 0 } qw(n s m l a b x deep);
	push @$item, 'ss', object('SS', [ 'a', 'b' ]) if $self->random(3) == 0;
	push @$item, 'ns', object('NS', [ '1', '2' ]) if $self->random(3) == 0;
	return $item;
}

# ---- expressions ----

my @paths = ('n', 's', 'm', 'l', 'a', 'x', 'm.a', 'm.b.c', 'l[0]', 'l[1].a', 'm.l[2][3]', '#n', '#m.#a', 'deep.a.b.c.d', 'ss', 'ns', 'g', 'h', 'pk', 'sk');

sub path
{
	my ($self) = @_;
	return $self->pick(@paths);
}

sub operand
{
	my ($self) = @_;
	return $self->pick($self->path, $self->path, ':v' . $self->random(5), 'size(' . $self->path . ')');
}

sub condition
{
	my ($self, $depth) = @_;
	$depth //= 0;
	my $kind = $self->random($depth > 4 ? 9 : 13);
	return $self->operand . ' ' . $self->pick('=', '<>', '<', '<=', '>', '>=') . ' ' . $self->operand if $kind < 3;
	return $self->operand . ' BETWEEN ' . $self->operand . ' AND ' . $self->operand if $kind == 3;
	return $self->operand . ' IN (' . join(', ', map { $self->operand } 0 .. $self->random(4)) . ')' if $kind == 4;
	return $self->pick('attribute_exists(', 'attribute_not_exists(') . $self->path . ')' if $kind < 7;
	return 'attribute_type(' . $self->path . ', :t)' if $kind == 7;
	return $self->pick('begins_with(', 'contains(') . $self->path . ', ' . $self->operand . ')' if $kind == 8;
	return 'NOT ' . $self->condition($depth + 1) if $kind == 9;
	return '(' . $self->condition($depth + 1) . ' OR ' . $self->condition($depth + 1) . ')' if $kind == 10;
	return $self->condition($depth + 1) . $self->pick(' AND ', ' OR ') . $self->condition($depth + 1);
}

sub right_side
{
	my ($self, $depth) = @_;
	$depth //= 0;
	my $kind = $self->random($depth > 3 ? 4 : 9);
	return $self->path if $kind < 2;
	return ':v' . $self->random(5) if $kind < 4;
	return 'if_not_exists(' . $self->path . ', ' . $self->right_side($depth + 1) . ')' if $kind < 6;
	return 'list_append(' . $self->right_side($depth + 1) . ', ' . $self->right_side($depth + 1) . ')' if $kind == 6;
	return $self->right_side(9) . $self->pick(' + ', ' - ') . $self->right_side(9);
}

sub update
{
	my ($self) = @_;
	my @clauses;
	push @clauses, 'SET ' . join(', ', map { $self->path . ' = ' . $self->right_side } 0 .. $self->random(3)) if $self->random(3);
	push @clauses, 'REMOVE ' . join(', ', map { $self->path } 0 .. $self->random(2)) if $self->random(4) == 0;
	push @clauses, 'ADD ' . join(', ', map { $self->pick('n', 'ss', 'ns', 'x', 'm.a') . ' :v' . $self->random(5) } 0 .. $self->random(2))
	  if $self->random(4) == 0;
	push @clauses, 'DELETE ' . $self->pick('ss', 'ns', 'bs') . ' :v' . $self->random(5) if $self->random(4) == 0;
	return join(' ', @clauses) || 'REMOVE x';
}

my @tokens = ('=', '<>', '<', '<=', '>', '>=', '(', ')', '((', '))', ',', '.', '[', ']', '[0]', '[99999999999]', '[-1]', '+', '-', '#', ':', '#n', ':v0',
	'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'SET', 'REMOVE', 'ADD', 'DELETE', 'size', 'contains', 'attribute_exists', 'if_not_exists', 'list_append',
	'name', 'status', 'a', '0', '1e5', "'x'", '"x"', '!', '%', ' ', "\t", "\x{00a0}", 'ü', "\x{1F600}", '--', ';');

# Gives the expression's text a flaw, or another meaning.
sub mutate_text
{
	my ($self, $text) = @_;
	my $at = $self->random(length($text) + 1);
	my $how = $self->random(7);
	return substr($text, 0, $at) if $how == 0;
	return substr($text, 0, $at) . $self->pick(@tokens) . substr($text, $at) if $how == 1;
	return substr($text, 0, $at) . substr($text, $self->random(length($text) + 1)) if $how == 2;
	my @words = split /( +|(?=[(),.\[\]=<>+-])|(?<=[(),.\[\]=<>+-]))/, $text;
	return $text if !@words;
	my $word = $self->random(scalar @words);
	$words[$word] = $self->pick(@tokens) if $how == 3;
	splice @words, $word, 1 if $how == 4;
	splice @words, $word, 0, @words[ $self->random(scalar @words) .. $#words ] if $how == 5;
	($words[0], $words[$word]) = ($words[$word], $words[0]) if $how == 6;
	return join('', map { $_ // '' } @words);
}

# Long and deep expressions.
sub big_text
{
	my ($self) = @_;
	my $n = $self->pick(50, 100, 101, 149, 150, 151, 299, 300, 301, 500);
	return $self->pick(
		join(' AND ', ('n = :v0') x $n),
		'NOT ' x $n . 'n = :v0',
		'(' x $n . 'n = :v0' . ')' x $n,
		'n IN (' . join(',', (':v0') x $n) . ')',
		'a' . '.a' x $n,
		'a' . '[1]' x $n,
		'SET ' . join(', ', map { "a$_ = :v0" } 1 .. $n),
		'SET a = ' . 'if_not_exists(a, ' x $n . ':v0' . ')' x $n,
		'SET a = ' . 'list_append(l, ' x $n . ':v0' . ')' x $n,
		'SET a = ' . join(' + ', ('n') x $n),
		'REMOVE ' . join(', ', map { "l[$_]" } 1 .. $n),
		'x' x (8 * $n));
}

# Names and values of the placeholders that the texts use, so that most requests get beyond that check.
sub bind_texts
{
	my ($self, $request) = @_;
	my $all = '';
	for (my $i = 1; $i < @$request; $i += 2)
	{
		$all .= ' ' . $request->[ $i + 1 ] if $request->[$i] =~ /Expression$/ && !ref $request->[ $i + 1 ];
	}
	my %seen;
	my @used_names = grep { !$seen{$_}++ } $all =~ /#\w+/g;
	my @used_values = grep { !$seen{$_}++ } $all =~ /:\w+/g;
	push @$request, 'ExpressionAttributeNames', object(map { $_ => $self->pick('n', 'm', 'a', 'ss', 'a.b', 'ü') } @used_names) if @used_names;
	push @$request, 'ExpressionAttributeValues',
	  object(map { $_ => $_ eq ':t' ? object('S', $self->pick('S', 'N', 'M', 'SS')) : $_ eq ':p' ? object('S', 'a') : $self->value } @used_values)
	  if @used_values;
	return $request;
}

# ---- requests ----

sub options
{
	my ($self, $request, %options) = @_;
	for my $name (sort keys %options)
	{
		push @$request, $name, $self->pick(@{ $options{$name} }) if $self->random(4) == 0;
	}
	return $request;
}

my @returns = ('NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW');
my %common = (ReturnConsumedCapacity => [ 'NONE', 'TOTAL', 'INDEXES' ]);

sub expected
{
	my ($self) = @_;
	return object(map { $_ => $self->pick(
			object('Value', $self->value),
			object('Exists', raw('false')),
			object('ComparisonOperator', $self->pick('EQ', 'NE', 'LT', 'GE', 'CONTAINS', 'BEGINS_WITH', 'IN'), 'AttributeValueList', [ $self->value ]),
			object('ComparisonOperator', $self->pick('NULL', 'NOT_NULL')),
			object('ComparisonOperator', 'BETWEEN', 'AttributeValueList', [ object('N', '1'), object('N', '5') ])) } $self->pick('n', 's', 'x'));
}

sub write_request
{
	my ($self, $op, $table) = @_;
	my $request = object('TableName', $table, $op eq 'put_item' ? ('Item', $self->item($table)) : ('Key', $self->key($table)));
	my $legacy = $self->random(5) == 0;
	push @$request, 'Expected', $self->expected if $legacy;
	push @$request, 'ConditionExpression', $self->condition if !$legacy && $self->random(3) == 0;
	if ($op eq 'update_item')
	{
		push @$request, 'UpdateExpression', $self->update if !$legacy;
		push @$request, 'AttributeUpdates',
		  object(map { $_ => object('Action', $self->pick('PUT', 'ADD', 'DELETE'), 'Value', $self->value) } $self->pick('n', 'ss', 'l'))
		  if $legacy;
	}
	return $self->bind_texts($self->options($request, %common, ReturnValues => [ $op eq 'update_item' ? @returns : @returns[ 0, 1 ] ],
			ReturnValuesOnConditionCheckFailure => [ 'ALL_OLD', 'NONE' ], ReturnItemCollectionMetrics => ['SIZE']));
}

sub read_request
{
	my ($self, $op, $table) = @_;
	my $request = object('TableName', $table);
	push @$request, 'Key', $self->key($table) if $op eq 'get_item';
	push @$request, 'KeyConditionExpression', $table eq 'FuzzB' ? 'pk = :k' : 'pk = :p' . $self->pick('', ' AND sk > :w', ' AND sk BETWEEN :w AND :w')
	  if $op eq 'query';
	push @$request, 'FilterExpression', $self->condition if $op ne 'get_item' && $self->random(2);
	push @$request, 'ProjectionExpression', join(', ', map { $self->path } 0 .. $self->random(3)) if $self->random(3) == 0;
	push @$request, 'ExclusiveStartKey', $self->key($table) if $op ne 'get_item' && $self->random(3) == 0;
	my $bound = $self->bind_texts($self->options($request, %common, ConsistentRead => [ raw('true'), raw('false') ],
			$op eq 'get_item' ? () : (
				Limit => [ raw('1'), raw('2'), raw('1000') ],
				Select => [ 'COUNT', 'ALL_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES' ],
				IndexName => [ 'by-g', 'by-h', 'none' ]),
			$op eq 'query' ? (ScanIndexForward => [ raw('true'), raw('false') ]) : (),
			$op eq 'scan' ? (Segment => [ raw('0'), raw('1') ], TotalSegments => [ raw('1'), raw('3') ]) : ()));
	set_member($bound->[-1], ':w', object('N', $self->pick('1', '2', '-5'))) if $op eq 'query' && is_object($bound->[-1]);
	set_member($bound->[-1], ':k', object('B', 'AA==')) if $op eq 'query' && is_object($bound->[-1]);
	return $bound;
}

# Sets a member that is there.
sub set_member
{
	my ($object, $name, $value) = @_;
	for (my $i = 1; $i < @$object; $i += 2)
	{
		$object->[ $i + 1 ] = $value if $object->[$i] eq $name;
	}
	return;
}

# ---- requests of several items ----

# A list of some pairs of a table and a key, as a rule of different items.
sub several_keys
{
	my ($self) = @_;
	my @found;
	my %seen;
	for (0 .. $self->random(5))
	{
		my $table = $self->pick('FuzzS', 'FuzzS', 'FuzzB');
		my $key = $self->key($table);
		my $same = $seen{ $table . json($key) =~ s/"2\.0"/"2"/r }++;
		push @found, [ $table, $key ] if !$same || $self->random(20) == 0;
	}
	return @found;
}

# An item under that key.
sub item_of
{
	my ($self, $table, $key) = @_;
	my $item = $self->item($table);
	set_member($item, $key->[$_], $key->[ $_ + 1 ]) for grep { $_ % 2 } 1 .. $#$key;
	return $item;
}

# Expressions of the simpler kind, since one bad one hides what the other actions do; some do not fit many items.
my @simple_updates = ('SET a = :v0', 'SET a = :v0 REMOVE x', 'SET n = n + n', 'SET l = list_append(l, l)', 'SET m.a = :v1', 'SET g = s', 'SET h = n', 'REMOVE l[0], s');
my @simple_conditions = ('attribute_exists(pk)', 'attribute_not_exists(pk)', 'attribute_exists(a) OR n < h', 'a = :v0', 'NOT contains(ss, s)');

sub transact_action
{
	my ($self, $table, $key) = @_;
	my $kind = $self->pick('Put', 'Update', 'Update', 'Delete', 'ConditionCheck');
	my $action = object('TableName', $table, $kind eq 'Put' ? ('Item', $self->item_of($table, $key)) : ('Key', $key));
	push @$action, 'UpdateExpression', $self->random(8) ? $self->pick(@simple_updates) : $self->update if $kind eq 'Update';
	push @$action, 'ConditionExpression', $self->random(8) ? $self->pick(@simple_conditions) : $self->condition
	  if $kind eq 'ConditionCheck' || $self->random(4) == 0;
	return object($kind, $self->bind_texts($self->options($action, ReturnValuesOnConditionCheckFailure => [ 'ALL_OLD', 'NONE' ])));
}

sub transact_get
{
	my ($self, $table, $key) = @_;
	my $get = object('TableName', $table, 'Key', $key);
	push @$get, 'ProjectionExpression', join(', ', map { $self->path } 0 .. $self->random(3)) if $self->random(3) == 0;
	return object('Get', $self->bind_texts($get));
}

sub transact_request
{
	my ($self, $op) = @_;
	my @keys = $self->several_keys;
	return $self->options(object('TransactItems', [ map { $self->transact_get(@$_) } @keys ]), %common) if $op eq 'transact_get_items';
	return $self->options(object('TransactItems', [ map { $self->transact_action(@$_) } @keys ]), %common,
		ReturnItemCollectionMetrics => ['SIZE'], ClientRequestToken => [ 'one', 'two', 'x' x 36 ]);
}

# The requests' parts by table, as a rule each table once; sometimes one by its ARN, too.
sub batch_request
{
	my ($self, $op) = @_;
	my @names;
	my %parts;
	for ($self->several_keys)
	{
		my ($table, $key) = @$_;
		my $name = $self->random(10) ? $table : "arn:aws:dynamodb:us-east-1:000000000000:table/$table";
		push @names, $name if !$parts{$name};
		push @{ $parts{$name} },
		  $op eq 'batch_get_item' ? $key :
		  $self->random(3) ? object('PutRequest', object('Item', $self->item_of($table, $key))) :
		  object('DeleteRequest', object('Key', $key));
	}
	return $self->options(object('RequestItems', object(map { $_ => $parts{$_} } @names)), %common, ReturnItemCollectionMetrics => ['SIZE'])
	  if $op eq 'batch_write_item';
	return $self->options(object('RequestItems', object(map { $_ => $self->keys_and_attributes($parts{$_}) } @names)), %common);
}

sub keys_and_attributes
{
	my ($self, $keys) = @_;
	my $part = object('Keys', $keys);
	push @$part, 'ProjectionExpression', join(', ', map { $self->path } 0 .. $self->random(3)) if $self->random(3) == 0;
	push @$part, 'AttributesToGet', [ 'pk', $self->pick('n', 'm', 'pk') ] if $self->random(8) == 0;
	return $self->bind_texts($self->options($part, ConsistentRead => [ raw('true'), raw('false') ]));
}

sub table_request
{
	my ($self, $op) = @_;
	my $table = 'Fuzz.' . $self->pick('a', 'b', 'c');
	return object('TableName', $self->pick($table, 'FuzzS')) if $op eq 'describe_table';
	return object('TableName', $table) if $op eq 'delete_table';
	return $self->options(object, ExclusiveStartTableName => [ $table, 'Fuzz' ], Limit => [ raw('1'), raw('100') ]) if $op eq 'list_tables';
	return $self->options(object('TableName', $self->pick($table, 'FuzzS', 'FuzzB'),
			$self->pick('DeletionProtectionEnabled', 'Unknown'), raw('false')),
		BillingMode => [ 'PAY_PER_REQUEST', 'PROVISIONED' ], TableClass => [ 'STANDARD', 'STANDARD_INFREQUENT_ACCESS' ],
		ProvisionedThroughput => [ object('ReadCapacityUnits', raw('2'), 'WriteCapacityUnits', raw('3')) ])
	  if $op eq 'update_table';
	my $type = $self->pick('S', 'N', 'B');
	my $request = object('TableName', $table, 'BillingMode', 'PAY_PER_REQUEST',
		'AttributeDefinitions', [ object('AttributeName', 'pk', 'AttributeType', $type), object('AttributeName', 'g', 'AttributeType', 'S') ],
		'KeySchema', [ object('AttributeName', 'pk', 'KeyType', 'HASH') ],
		'GlobalSecondaryIndexes', [ object('IndexName', 'by-g', 'KeySchema', [ object('AttributeName', 'g', 'KeyType', 'HASH') ],
				'Projection', object('ProjectionType', $self->pick('ALL', 'KEYS_ONLY'))) ]);
	return $self->options($request, Tags => [ [ object('Key', 'k', 'Value', 'v') ] ],
		StreamSpecification => [ object('StreamEnabled', raw('true'), 'StreamViewType', 'KEYS_ONLY') ]);
}

sub valid_request
{
	my ($self, $op) = @_;
	my $table = $self->pick('FuzzS', 'FuzzS', 'FuzzB');
	return $self->write_request($op, $table) if $op =~ /^(put|update|delete)_item$/;
	return $self->read_request($op, $table) if $op =~ /^(get_item|query|scan)$/;
	return $self->transact_request($op) if $op =~ /^transact_/;
	return $self->statement_request($op) if $op =~ /execute_/;
	return $self->batch_request($op) if $op =~ /^batch_/;
	return $self->table_request($op);
}

# ---- mutation ----

# Every place of the structure: pairs of a container and a position in it.
sub places
{
	my ($v, $found) = @_;
	return if ref $v ne 'ARRAY';
	for my $i ((is_object($v) ? 1 : 0) .. $#$v)
	{
		push @$found, [ $v, $i ];
		places($v->[$i], $found);
	}
	return;
}

sub odd_value
{
	my ($self) = @_;
	my $kind = $self->random(16);
	return undef if $kind == 0;
	return raw($self->pick('true', 'false', '0', '-1', '1.5', '1e400', '99999999999999999999', '-0')) if $kind == 1;
	return '' if $kind == 2;
	return [] if $kind == 3;
	return object if $kind == 4;
	return $self->long_string if $kind == 5;
	return $self->deep_value if $kind == 6;
	return object('N', $self->pick(@numbers)) if $kind == 7;
	return object('S', $self->pick(@strings)) if $kind == 8;
	return object('B', $self->pick(@binaries)) if $kind == 9;
	return object('SS', [ map { $self->pick(@strings) } 0 .. $self->random(4) ]) if $kind == 10;
	return object('NS', [ map { $self->pick(@numbers) } 0 .. $self->random(4) ]) if $kind == 11;
	return object('BS', [ map { $self->pick(@binaries) } 0 .. $self->random(4) ]) if $kind == 12;
	return object('S', 'a', 'N', '1') if $kind == 13;
	return object($self->pick('X', 'null', 's', ''), $self->pick(@strings)) if $kind == 14;
	return $self->value;
}

sub mutate
{
	my ($self, $request) = @_;
	my @found;
	places($request, \@found);
	return $request if !@found;
	my ($in, $i) = @{ $self->pick(@found) };
	my $is_name = is_object($in) && $i % 2 == 1;
	my $old = $in->[$i];

	# the texts of expressions deserve more than their share
	my @texts = grep { is_object($_->[0]) && $_->[1] % 2 == 0 && ($_->[0][ $_->[1] - 1 ] // '') =~ /Expression$/ && !ref $_->[0][ $_->[1] ] } @found;
	if (@texts && $self->random(2))
	{
		my ($holder, $position) = @{ $self->pick(@texts) };
		$holder->[$position] = $self->random(20) ? $self->mutate_text($holder->[$position] // '') : $self->big_text;
		return $request;
	}
	my $how = $self->random(6);
	if ($is_name)
	{
		$in->[$i] = $self->pick(@names, $self->long_string) if $how < 2;
		splice @$in, $i, 2 if $how == 2;
		push @$in, copy($old), copy($in->[ $i + 1 ]) if $how == 3;
		push @$in, $self->pick(@names), $self->odd_value if $how > 3;
		return $request;
	}
	$in->[$i] = $self->odd_value if $how < 3;
	$in->[$i] = $self->mutate_text($old) if $how == 3 && defined $old && !ref $old;
	$in->[$i] = copy($self->pick(@found)->[0]) if $how == 4;
	$in->[$i] = [$old] if $how == 5;
	return $request;
}

# Breaks the JSON text itself; octets in, octets out.
sub mutate_bytes
{
	my ($self, $octets) = @_;
	for (0 .. $self->random(3))
	{
		my $at = $self->random(length($octets) + 1);
		my $how = $self->random(5);
		if ($how == 0) { $octets = substr($octets, 0, $at); }
		elsif ($how == 1) { $octets = substr($octets, 0, $at) . chr($self->random(256)) . substr($octets, $at); }
		elsif ($how == 2) { substr($octets, $at, 1) = chr($self->random(256)) if $at < length $octets; }
		elsif ($how == 3) { $octets = substr($octets, 0, $at) . $self->pick('"', '{', '[', '}', ']', ',', ':', '\\u0000', '\\ud800', '\\x', "\xc3", 'null', '1e9999') . substr($octets, $at); }
		else { $octets = substr($octets, 0, $at) . substr($octets, $self->random(length($octets) + 1)); }
	}
	return substr($octets, 0, 1_000_000);
}

my @operations = ((qw(put_item update_item transact_write_items) x 4), (qw(get_item delete_item query scan transact_get_items batch_get_item batch_write_item execute_statement twin twin_write) x 2),
	qw(execute_statement batch_execute_statement execute_transaction create_table update_table describe_table delete_table list_tables));

sub json_octets
{
	my ($request) = @_;
	my $octets = json($request);
	utf8::encode($octets);
	return $octets;
}

# One request: the operation and the octets of its JSON text.
sub request
{
	my ($self) = @_;
	my $op = $self->pick(@operations);
	return ($op, json_octets($self->twin_request)) if $op eq 'twin';
	return ($op, json_octets($self->twin_write_request)) if $op eq 'twin_write';
	my $request = $self->valid_request($op);
	my $changes = $self->pick(0, 1, 1, 1, 2, 3);
	$request = $self->mutate($request) for 1 .. $changes;
	my $octets = json_octets($request);
	$octets = $self->mutate_bytes($octets) if $self->random(8) == 0;
	return ($op, $octets);
}

1;
