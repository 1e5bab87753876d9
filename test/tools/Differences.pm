# Differences.pm - the named differences of the distributed mode, test/distributed/differences, whose head describes its form
package Differences;

use strict;
use warnings;

# The entries of the list, {"SUITE NAME"}, each with {suite}, {name}, {why} and {lines}; a subroutine gets what is wrong with it.
sub entries
{
	my ($text, $finding) = @_;
	my (%entries, $current);
	my $number = 0;
	for my $line (split /\n/, $text)
	{
		$number++;
		next if $line =~ /^(?:#|$)/;
		if ($line =~ /^(?|(regress|wire) (\w+)|(everywhere)()): (\S.*)$/)
		{
			my $title = $2 eq '' ? $1 : "$1 $2";
			$finding->("line $number: $title is there twice") if $entries{$title};
			$current = $entries{$title} = { suite => $1, name => $2, why => $3, lines => [] };
		}
		elsif ($current && $line =~ /^\t(.*)$/)
		{
			push @{ $current->{lines} }, $1;
			$finding->("line $number begins with neither - nor +") if $current->{suite} eq 'regress' && $1 !~ /^[-+]/;
		}
		else
		{
			$finding->("line $number is neither a test nor a line of one");
		}
	}
	@{ $entries{$_}{lines} } or $finding->("$_ names no difference") for sort keys %entries;
	return \%entries;
}

1;
