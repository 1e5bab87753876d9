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
	return $path . $self->pick(' IS ', ' IS ', ' IS NOT ', ' IS NOT ', ' = ', ' <> ') . $self->pick('MISSING', 'NULL') if $kind < 7;
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

# An action of UPDATE, and the clause and action of UpdateExpression that are the same.
sub twin_action
{
	my ($self, $parameters, $values) = @_;
	my $path = $self->pick('n', 's', 'm', 'l', 'x', 'm.a', 'm.q', 'l[0]', 'l[1].a', 'l[7]', 'ss', 'ns', 'g', 'h', 'a');
	my $kind = $self->random(9);
	return ("REMOVE $path", 'REMOVE', $path) if $kind == 0;
	my $other = $kind < 5 ? $self->pick('n', 'n', 'n', $path, 'nothing') : $self->pick('l', 'l', $path);
	$path = $self->pick('ss', 'ns', 'fresh') if $kind > 5 && $self->random(3);
	my $value = $kind < 3 ? $self->pick($self->value, object('N', '5'), object('L', [])) : $kind < 5 ? object('N', $self->pick('1', '-2.5', '0')) : $kind < 6 ? object('L', [ $self->value ])
	  : $self->pick(object('SS', [ 'a', $self->pick('b', 'z') ]), object('NS', [ '1', $self->pick('2', '7') ]), object('SS', ['a']), object('N', '1'), $self->value);
	push @$parameters, $value;
	push @$values, $value;
	my $name = ':v' . $#$values;
	return ("SET $path = ?", 'SET', "$path = $name") if $kind < 3;
	if ($kind < 5)
	{
		my $op = $self->pick('+', '-');
		return ("SET $path = $other $op ?", 'SET', "$path = $other $op $name");
	}
	if ($kind == 5)
	{
		return ("SET $path = list_append($other, ?)", 'SET', "$path = list_append($other, $name)") if $self->random(2);
		return ("SET $path = list_append(?, $other)", 'SET', "$path = list_append($name, $other)");
	}
	return ("SET $path = set_add($path, ?)", 'ADD', "$path $name") if $self->random(2);
	return ("SET $path = set_delete($path, ?)", 'DELETE', "$path $name");
}

# A statement of UPDATE or DELETE for one item, and the native operation.
sub twin_change
{
	my ($self, $pk, $sk) = @_;
	my (@parameters, @values, %clauses, @actions);
	my $update = $self->random(3);
	my $native = object('TableName', 'FuzzS', 'Key', object('pk', $pk, 'sk', $sk));
	my $presence = $update ? 'attribute_exists(pk)' : 'attribute_not_exists(pk)';
	my $returning = '';

	for (1 .. ($update ? $self->pick(1, 1, 1, 2, 3) : 0))
	{
		my ($action, $clause, $same) = $self->twin_action(\@parameters, \@values);
		push @actions, $action;
		push @{ $clauses{$clause} }, $same;
	}
	my @terms = $self->random(2) ? ('pk = ?', 'sk = ?') : ('? = sk', '? = pk');
	push @parameters, $terms[0] =~ /pk/ ? ($pk, $sk) : ($sk, $pk);
	if ($self->random(3) == 0)
	{
		my ($term, $same) = $self->twin_condition(\@parameters, \@values, 1);
		push @terms, $term;
		$presence .= ($update ? ' AND ' : ' OR ') . $same;
	}
	push @$native, 'ConditionExpression', $presence if $update || @terms > 2;
	push @$native, 'UpdateExpression', join(' ', map { "$_ " . join(', ', @{ $clauses{$_} }) } sort keys %clauses) if $update;
	push @$native, 'ExpressionAttributeValues', object(map { (":v$_", $values[$_]) } 0 .. $#values) if @values;
	if ($self->random(2))
	{
		my ($all, $when) = $update ? ($self->pick('ALL', 'MODIFIED'), $self->pick('OLD', 'NEW')) : ('ALL', 'OLD');
		$returning = " RETURNING $all $when *";
		push @$native, 'ReturnValues', ($all eq 'ALL' ? 'ALL' : 'UPDATED') . "_$when";
	}
	my $text = ($update ? 'UPDATE FuzzS ' . join(' ', @actions) : 'DELETE FROM FuzzS') . ' WHERE ' . join(' AND ', @terms) . $returning;
	return object('Statement', $text, 'Parameters', [@parameters], 'Operation', $update ? 'update_item' : 'delete_item', 'Native', $native);
}

# The same of INSERT: its item as a parameter, or with its attributes as parameters.
sub twin_insert
{
	my ($self, $pk, $sk) = @_;
	my @members = ('pk', $pk, 'sk', $sk);
	my $native = object('TableName', 'FuzzS', 'ConditionExpression', 'attribute_not_exists(pk)');

	push @members, $_, $self->random(3) ? $self->value : object('S', 'a') for grep { $self->random(2) } qw(n s m l x a ss ns);
	push @members, 'g', object('S', 'a') if $self->random(2);
	push @members, 'h', $self->pick(object('N', '1'), object('N', '2'), $self->value) if $self->random(2);
	push @$native, 'Item', object(@members);
	return object('Statement', 'INSERT INTO FuzzS VALUE ?', 'Parameters', [ object('M', object(@members)) ], 'Operation', 'put_item', 'Native', $native) if $self->random(2);
	my @names = map { $members[ 2 * $_ ] } 0 .. $#members / 2;
	return object('Statement', "INSERT INTO FuzzS VALUE {" . join(', ', map { "'$_': ?" } @names) . '}', 'Parameters', [ map { $members[ 2 * $_ + 1 ] } 0 .. $#members / 2 ],
		'Operation', 'put_item', 'Native', $native);
}

# {"Statement", "Parameters", "Operation", "Native"}: a write, and the operation that does the same.
sub twin_write_request
{
	my ($self) = @_;
	my $pk = object('S', $self->pick('a', 'b'));
	my $sk = object('N', $self->pick('1', '2', '-3', '1.0'));
	my $request = $self->random(3) ? $self->twin_change($pk, $sk) : $self->twin_insert($pk, $sk);
	my ($native) = map { $request->[ $_ + 1 ] } grep { $request->[$_] eq 'Native' } 1 .. $#$request;
	for my $options ([ ReturnConsumedCapacity => 'INDEXES' ], [ ReturnValuesOnConditionCheckFailure => 'ALL_OLD' ])
	{
		next if $self->random(2);
		push @$_, @$options for $request, $native;
	}
	return $request;
}

1;
