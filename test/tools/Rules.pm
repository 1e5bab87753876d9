# Rules.pm - a rule of the source tree: collects findings, reports "ok - rule" or "not ok - rule".
package Rules;

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find;

use constant MAX_SHOWN => 20;

# The checks look at the tree that holds them.
my $top = dirname(dirname(dirname(abs_path(__FILE__))));
chdir $top or die "cannot enter $top: $!";

sub new
{
	my ($class, $name) = @_;
	return bless { name => $name, findings => [] }, $class;
}

sub finding
{
	my ($self, $text) = @_;
	push @{ $self->{findings} }, $text;
	return;
}

# The tree's own files whose path matches, sorted; nothing that was built.
sub files
{
	my ($pattern) = @_;
	my @found;
	find(
		{
			no_chdir => 1,
			wanted => sub {
				my $path = $File::Find::name =~ s{^\./}{}r;
				if (-d $_ && $path =~ m{^(?:\.git|build|results|node_modules|tmp_check|log)$|/(?:results|output_iso|node_modules|__pycache__)$})
				{
					$File::Find::prune = 1;
					return;
				}
				push @found, $path if -f $_ && $path =~ $pattern && $path !~ m{\.(?:o|d|so|bc|pyc|gz|bin|png)$|/\.flags};
			}
		},
		'.');
	return sort @found;
}

sub content
{
	my ($file) = @_;
	open my $in, '<', $file or die "cannot read $file: $!";
	local $/;
	return <$in> // '';
}

# The text of a C file with comments and the insides of strings and character constants made blank.
sub code_of
{
	my ($text) = @_;
	$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)*')}
	          {my $c = $1; defined $c ? $c =~ s/[^\n]/ /gr : defined $2 ? $2 : "' '"}gse;
	return $text;
}

# Prints the verdicts and ends the program: status 1 when a rule is broken.
sub report
{
	my @rules = @_;
	my $broken = 0;
	for my $rule (@rules)
	{
		my @findings = @{ $rule->{findings} };
		if (@findings)
		{
			$broken = 1;
			print "$_\n" for @findings[0 .. (@findings > MAX_SHOWN ? MAX_SHOWN : @findings) - 1];
			print "and ", @findings - MAX_SHOWN, " more\n" if @findings > MAX_SHOWN;
		}
		print @findings ? "not ok" : "ok", " - $rule->{name}\n";
	}
	exit $broken;
}

1;
