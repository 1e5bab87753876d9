# DynapgDocs.pm - the commands of a page of docs, in their order, against a server of the test's
package DynapgDocs;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(docs_blocks docs_sql docs_sh);

# The blocks of the page's section, up to the next heading: [language, text, output expected after it, or undef].
sub docs_blocks
{
	my ($page, $section) = @_;
	my ($text) = slurp_file("docs/$page") =~ /^#+ \Q$section\E\n(.*?)(?:^#+ |\z)/ms or die "$page has no section $section";
	my @blocks;
	push @blocks, [ $1, $2, $3 ] while $text =~ /^```(\w*)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/msg;
	return @blocks;
}

# Runs a block of SQL with psql, as a reader has it; the output is what the page says.
sub docs_sql
{
	my ($node, $database, $block, %replace) = @_;
	my (undef, $sql, $expected) = @$block;
	my ($name) = $sql =~ /^(.*)/;

	$sql =~ s/\Q$_\E/$replace{$_}/g for keys %replace;
	my ($status, $out, $err) = $node->psql($database, $sql, extra_params => [ '-q', '-t', '-A' ]);
	is("$status " . join("\n", grep { !/NOTICE/ } split /\n/, $err), '0 ', "SQL: $name");
	is("$out\n", $expected, "and its output") if defined $expected;
	return $out;
}

# Runs a block of shell commands in the folder, with the server in PGHOST and PGPORT.
sub docs_sh
{
	my ($node, $folder, $block, %replace) = @_;
	my $commands = $block->[1];
	my ($name) = $commands =~ /^(.*)/;

	$commands =~ s/\Q$_\E/$replace{$_}/g for keys %replace;
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port);
	my ($out, $err);
	my $done = IPC::Run::run([ 'sh', '-e', '-c', "cd $folder\n$commands" ], '<', '/dev/null', '>', \$out, '2>', \$err);
	ok($done, "sh: $name") or diag "$commands\n$out\n$err";
	return $out . $err;
}

1;
