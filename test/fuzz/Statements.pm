# Statements.pm - Fuzz's statements of PartiQL, by its grammar: alone, in batches, in transactions, and beside the native
# operation that they are to be like.
package Fuzz;

use strict;
use warnings;
use utf8;

my @paths = ('n', 's', 'm', 'l', 'a', 'x', 'm.a', 'm.b.c', 'l[0]', 'l[1].a', 'm."ü"', '"deep".a.b', 'ss', 'ns', 'g', 'h', 'pk', 'sk', '"pk"');

# A value as a literal, or as a parameter, which is put on the list.
sub statement_value
{
	my ($self, $parameters, $value) = @_;
	my @literals = ("'a'", "'it''s'", "''", '1', '-7', '1.5e2', '.5', 'TRUE', 'false', 'NULL', '[]', "[1,'x',[2]]", "{'a':1,'b':{'c':[]}}", "<<'a','b'>>", '<<1,2>>', '<<>>', "<<1,'a'>>");
	return $self->pick(@literals) if !defined $value && $self->random(2);
	push @$parameters, $value // $self->value;
	return '?';
}

sub statement_operand
{
	my ($self, $parameters) = @_;
	my $kind = $self->random(6);
	return $self->pick(@paths) if $kind < 2;
	return 'size(' . $self->pick(@paths) . ')' if $kind == 2;
	return $self->statement_value($parameters);
}

sub statement_condition
{
	my ($self, $parameters, $depth) = @_;
	my $kind = $self->random($depth > 4 ? 9 : 13);
	my $path = $self->pick(@paths);
	return $path . $self->pick(' = ', '<>', ' != ', '<', '<=', '>', '>=') . $self->statement_operand($parameters) if $kind < 3;
	return "$path " . $self->pick('', 'NOT ') . 'BETWEEN ' . $self->statement_operand($parameters) . ' AND ' . $self->statement_operand($parameters) if $kind == 3;
	if ($kind == 4)
	{
		my ($open, $close) = @{ $self->pick([ '(', ')' ], [ '[', ']' ]) };
		return "$path " . $self->pick('', 'not ') . "IN $open" . join(', ', map { $self->statement_operand($parameters) } 0 .. $self->random(4)) . $close;
	}
	return "$path IS " . $self->pick('', 'NOT ') . $self->pick('MISSING', 'NULL') if $kind < 7;
	return "attribute_type($path, " . $self->pick("'S'", "'SS'", "'X'", 'n') . ')' if $kind == 7;
	return $self->pick('begins_with(', 'CONTAINS(') . "$path, " . $self->statement_operand($parameters) . ')' if $kind == 8;
	return 'NOT ' . $self->statement_condition($parameters, $depth + 1) if $kind == 9;
	return '(' . $self->statement_condition($parameters, $depth + 1) . ' OR ' . $self->statement_condition($parameters, $depth + 1) . ')' if $kind == 10;
	return $self->statement_condition($parameters, $depth + 1) . $self->pick(' AND ', ' or ') . $self->statement_condition($parameters, $depth + 1);
}

# The terms that give a table's key its values, in any order, with others sometimes.
sub statement_key
{
	my ($self, $parameters, $table) = @_;
	my @terms = ('pk = ' . $self->statement_value($parameters, $table eq 'FuzzB' ? object('B', $self->pick('AA==', 'AQ==')) : object('S', $self->pick('a', 'b', 'ü'))));
	push @terms, 'sk = ' . $self->statement_value($parameters, object('N', $self->pick('1', '2', '-3'))) if $table ne 'FuzzB';
	push @terms, $self->statement_condition($parameters, 3) if $self->random(3) == 0;
	return join(' AND ', @terms);
}

sub statement_where
{
	my ($self, $parameters, $table) = @_;
	my $kind = $self->random(6);
	return '' if $kind == 0;
	return ' WHERE ' . $self->statement_key($parameters, $table) if $kind == 1;
	return ' WHERE ' . $self->statement_condition($parameters, 0) if $kind == 2;
	my $terms = $kind == 3 && $table ne 'FuzzB' ? "pk IN ('a', 'b')" : 'pk = ' . $self->statement_value($parameters, $table eq 'FuzzB' ? object('B', 'AA==') : object('S', 'a'));
	$terms .= ' AND sk ' . $self->pick('>', '>=', '<', '<=') . ' ' . $self->statement_value($parameters, object('N', $self->pick('0', '2'))) if $self->random(2);
	$terms .= ' AND ' . $self->statement_condition($parameters, 2) if $self->random(3) == 0;
	$terms .= ' ORDER BY ' . $self->pick('pk', 'sk', 'sk DESC', 'pk, sk ASC', 'n') if $self->random(4) == 0;
	return " WHERE $terms";
}

sub statement_action
{
	my ($self, $parameters) = @_;
	my $path = $self->pick(@paths);
	my $kind = $self->random(8);
	return "REMOVE $path" if $kind == 0;
	return "SET $path = $path" . $self->pick(' + ', ' - ') . $self->statement_operand($parameters) if $kind == 1;
	return "SET $path = list_append(" . $self->pick($path, '[1]') . ', ' . $self->statement_value($parameters) . ')' if $kind == 2;
	return "SET $path = " . $self->pick('set_add', 'set_delete') . "($path, " . $self->pick("<<'a'>>", '<<1>>', '5', $self->statement_value($parameters)) . ')' if $kind == 3;
	return "SET $path = " . $self->statement_operand($parameters);
}

# A statement with its parameters; kind: 'reads', 'writes' or undef.  whole: as a rule with the whole key.
sub statement_entry
{
	my ($self, $kind, $whole) = @_;
	my $table = $self->pick('FuzzS', 'FuzzS', 'FuzzB');
	my @parameters;
	my $text;
	my $form = !defined $kind ? $self->random(8) : $kind eq 'reads' ? 0 : 4 + $self->random(4);

	if ($form < 4)
	{
		my $shown = $self->pick('*', '*', join(', ', map { $self->pick(@paths) } 0 .. $self->random(3)));
		my $from = $whole || $self->random(4) ? $table : "\"$table\"." . $self->pick('"by-g"', '"by-h"', 'none');
		$text = "SELECT $shown FROM $from" . ($whole ? ' WHERE ' . $self->statement_key(\@parameters, $table) : $self->statement_where(\@parameters, $table));
		$text = "EXISTS($text)" if $whole && $self->random(10) == 0;
	}
	elsif ($form == 4)
	{
		my $item = $self->item($table);
		if ($self->random(2))
		{
			$text = "INSERT INTO $table VALUE ?";
			push @parameters, object('M', $item);
		}
		else
		{
			my @members;
			for (my $i = 1; $i < @$item; $i += 2)
			{
				push @members, "'$item->[$i]': " . $self->statement_value(\@parameters, $self->random(4) || $item->[$i] =~ /k$/ ? $item->[ $i + 1 ] : undef);
			}
			$text = "INSERT INTO $table VALUE {" . join(', ', @members) . '}';
		}
	}
	elsif ($form == 5)
	{
		$text = "DELETE FROM $table WHERE " . $self->statement_key(\@parameters, $table);
		$text .= ' RETURNING ALL OLD *' if $self->random(4) == 0;
	}
	else
	{
		$text = "UPDATE $table " . join(' ', map { $self->statement_action(\@parameters) } 0 .. $self->random(3)) . ' WHERE ' . $self->statement_key(\@parameters, $table);
		$text .= ' RETURNING ' . $self->pick('ALL', 'MODIFIED') . ' ' . $self->pick('OLD', 'NEW') . ' *' if $self->random(3) == 0;
	}
	$text = $self->mutate_text($text) if $self->random(6) == 0;
	return $self->options(object('Statement', $text, @parameters ? ('Parameters', [@parameters]) : ()), ReturnValuesOnConditionCheckFailure => [ 'ALL_OLD', 'NONE' ]);
}

sub statement_request
{
	my ($self, $op) = @_;
	my %capacity = (ReturnConsumedCapacity => [ 'NONE', 'TOTAL', 'INDEXES' ]);
	return $self->options($self->statement_entry, %capacity, ConsistentRead => [ raw('true'), raw('false') ], Limit => [ raw('1'), raw('2'), raw('50') ], NextToken => ['x'])
	  if $op eq 'execute_statement';
	my $kind = $self->pick('reads', 'writes', 'writes');
	my @entries = map { $self->statement_entry($self->random(20) ? $kind : undef, 1) } 0 .. $self->random(4);
	return $self->options(object('Statements', [@entries]), %capacity) if $op eq 'batch_execute_statement';
	return $self->options(object('TransactStatements', [@entries]), %capacity, ClientRequestToken => [ 'one', 'two' ]);
}

# ---- statements that are to be like a native operation ----

# A condition in both languages, over attributes that are no keys; values are bound in both.
sub twin_condition
{
	my ($self, $parameters, $values, $depth) = @_;
	my $path = $self->pick('n', 's', 'm', 'l', 'x', 'm.a', 'l[0]', 'l[1].a', 'ss', 'ns', 'a');
	my $kind = $self->random($depth > 3 ? 8 : 12);
	my $bind = sub {
		my ($value) = @_;
		push @$parameters, $value;
		push @$values, $value;
		return ':v' . $#$values;
	};
	if ($kind < 3)
	{
		my $op = $self->pick('=', '<>', '<', '<=', '>', '>=');
		my $value = $op =~ /^(=|<>)$/ ? $self->value : $self->pick(object('N', $self->pick('1', '5')), object('S', 'a'), object('B', 'AA=='));
		my $name = $bind->($value);
		return ("$path $op ?", $op eq '<>' ? "(attribute_exists($path) AND $path <> $name)" : "$path $op $name");
	}
	if ($kind == 3)
	{
		my ($low, $high) = map { $bind->(object('N', $_)) } $self->pick('0', '1'), $self->pick('1', '42');
		return ("$path BETWEEN ? AND ?", "$path BETWEEN $low AND $high");
	}
	if ($kind == 4)
	{
		my @names = map { $bind->($self->value) } 0 .. $self->random(3);
		return ("$path IN (" . join(', ', ('?') x @names) . ')', "$path IN (" . join(', ', @names) . ')');
	}
	if ($kind == 5)
	{
		my $not = $self->random(2);
		return ("$path IS " . ($not ? 'NOT ' : '') . 'MISSING', ($not ? 'attribute_exists' : 'attribute_not_exists') . "($path)");
	}
	if ($kind == 6)
	{
		my $name = $bind->(object('S', $self->pick('a', 'b')));
		my $function = $self->pick('begins_with', 'contains');
		return ("$function($path, ?)", "$function($path, $name)");
	}
	if ($kind == 7)
	{
		my $name = $bind->(object('N', $self->pick('1', '2')));
		return ("size($path) >= ?", "size($path) >= $name");
	}
	my ($left, $native_left) = $self->twin_condition($parameters, $values, $depth + 1);
	return ("NOT ($left)", "(NOT $native_left)") if $kind == 8;
	my ($right, $native_right) = $self->twin_condition($parameters, $values, $depth + 1);
	my $word = $self->pick('AND', 'OR');
	return ("($left $word $right)", "($native_left $word $native_right)");
}

# {"Statement", "Parameters", "Operation", "Native"}: a SELECT, and the Query or Scan that finds the same.
sub twin_request
{
	my ($self) = @_;
	my (@parameters, @values, @terms, @key, $filter);
	my $native = object('TableName', 'FuzzS');
	my $order = '';

	if ($self->random(3))
	{
		my $pk = object('S', $self->pick('a', 'b'));
		push @parameters, $pk;
		push @values, $pk;
		push @terms, 'pk = ?';
		push @key, 'pk = :v' . $#values;
		if ($self->random(2))
		{
			my $sk = object('N', $self->pick('1', '2'));
			my $op = $self->pick('=', '<', '<=', '>', '>=');
			push @parameters, $sk;
			push @values, $sk;
			push @terms, "sk $op ?";
			push @key, "sk $op :v" . $#values;
		}
		if ($self->random(3) == 0)
		{
			$order = ' ORDER BY sk DESC';
			push @$native, 'ScanIndexForward', raw('false');
		}
	}
	if (!@key || $self->random(3))
	{
		my ($term, $condition) = $self->twin_condition(\@parameters, \@values, 0);
		push @terms, $term;
		$filter = $condition;
	}
	push @$native, 'KeyConditionExpression', join(' AND ', @key) if @key;
	push @$native, 'FilterExpression', $filter if defined $filter;
	push @$native, 'ExpressionAttributeValues', object(map { (":v$_", $values[$_]) } 0 .. $#values) if @values;
	return object('Statement', 'SELECT * FROM FuzzS WHERE ' . join(' AND ', @terms) . $order, @parameters ? ('Parameters', [@parameters]) : (),
		'Operation', @key ? 'query' : 'scan', 'Native', $native);
}

1;
