# 001_readme.pl - the README tells the truth: its quick start runs as printed, and its tables match the product.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

sub slurp
{
	my ($file) = @_;
	open my $in, '<', $file or die "cannot read $file: $!";
	local $/;
	return <$in>;
}

my $readme = slurp('README.md');
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

# Each block of SQL, with the block of output that may follow it at once; errors without their context.
my ($quick_start) = $readme =~ /^## Quick start\n(.*?)^## /ms;
my $blocks = 0;
while ($quick_start =~ /^```sql\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/msg)
{
	my ($sql, $expected) = ($1, $2 // '');
	my ($first_line) = $sql =~ /^(.*)/;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY terse\n$sql", on_error_stop => 1, extra_params => [ '-q', '-t', '-A' ]);
	my $got = $out . ($out ne '' && $err ne '' ? "\n" : '') . $err;
	$got =~ s/^psql:<stdin>:\d+: //mg;
	chomp($got, $expected);
	is($got, $expected, "quick start: $first_line");
	$blocks++;
}
cmp_ok($blocks, '>=', 8, 'the quick start has its blocks');

# The table of errors is that of the source.
my %rows = $readme =~ /^\| `(\w+)` \| `(\w{5})` \|/mg;
my %errors;
for (slurp('src/base/errors.def') =~ /^DYN_EXCEPTION\((.*)\)$/mg)
{
	my ($name) = /^\w+, (\w+),/;
	my @digits = /ND\('(\d)', '(\d)', '(\d)'\)/;
	$errors{$name} = @digits ? join('', 'ND', @digits) : '42501';
}
is_deeply(\%rows, \%errors, 'the table of errors');

# Every SQL function that a user may call and every setting is described.
my $functions = $node->safe_psql('postgres', q{
	SELECT DISTINCT p.proname FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
	JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	WHERE e.extname = 'dynapg' AND p.prorettype NOT IN ('event_trigger'::regtype, 'trigger'::regtype, 'cstring'::regtype)
	AND 'internal'::regtype <> ALL (p.proargtypes) AND 'cstring'::regtype <> ALL (p.proargtypes)
	AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
	AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
	AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typsend, t.typreceive))});
for my $function (split /\n/, $functions)
{
	ok($readme =~ /`(?:dynapg\.)?\Q$function\E(?:\(|`)/, "function $function is described");
}
for my $setting (split /\n/, $node->safe_psql('postgres', q{LOAD 'dynapg'; SELECT name FROM pg_settings WHERE name LIKE 'dynapg.%'}))
{
	like($readme, qr/^\| `\Q$setting\E` \|/m, "setting $setting is described");
}

done_testing();
