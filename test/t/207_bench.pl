# 207_bench.pl - the driver of make bench runs a part, tiny, and writes its report as JSON, as Markdown and as a chart; the load
# generator counts what it does. Nothing is said of time.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

# The driver listens at ports that follow one another.
sub free_ports
{
	my ($count) = @_;
	for (1 .. 100)
	{
		my $first = 20000 + int rand 10000;
		my @held = grep { defined } map { IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $first + $_, Listen => 1) } 0 .. $count - 1;
		return $first if @held == $count;
	}
	die "no free ports";
}

my ($python) = grep { system("$_ -c 'import matplotlib' 2>/dev/null") == 0 } 'python3', '/usr/bin/python3';
my $charts = defined $python;
$python //= '/usr/bin/python3';

my $work = tempdir(DIR => '/tmp', CLEANUP => 1);
my $top = getcwd();
chomp(my $bin = `pg_config --bindir`);
mkdir "$work/servers" or die "cannot make a folder: $!";
command_ok([ 'gcc', '-O1', '-Wall', '-Werror', '-o', "$work/load", 'test/bench/load.c', '-lm' ], 'the load generator is built');

local %ENV = (%ENV, PYTHONDONTWRITEBYTECODE => 1, BENCH_ROUNDS => 2, BENCH_SECONDS => 0.2, BENCH_ITEMS => 500, BENCH_CONNECTIONS => 4,
	BENCH_MAX_CONNECTIONS => 4, BENCH_SHARED_BUFFERS => '32MB', BENCH_PORT => free_ports(4), BENCH_COMMIT => 'tested');
my $result = run_log([ $python, 'test/bench/main.py', $work, $bin, '--', 'growth_connections', 'goals' ]);
ok($result, 'the driver runs a part');

my $report = decode_json(slurp_file("$work/out/results.json"));
is_deeply([ sort keys %$report ], [ 'goals', 'growth_connections' ], 'the report has the parts that ran');
my $part = $report->{growth_connections};
is_deeply($part->{notes}, [], 'nothing went wrong');
is($part->{commit}, 'tested', 'it says what was measured');
my $runs = $part->{raw}{'Number of connections PutItem'};
is_deeply([ sort keys %$runs ], [ 1, 4 ], 'each number of connections was measured');
is(scalar @{ $runs->{4} }, 2, 'in each round');
for my $run (@{ $runs->{4} })
{
	is($run->{errors}, 0, 'no request failed');
	cmp_ok($run->{requests}, '>', 0, 'some were made');
	cmp_ok($run->{p50}, '<=', $run->{p99}, 'percentiles are in order');
}
my $markdown = slurp_file("$work/out/results.md");
like($markdown, qr/^## Growth: connections\n/m, 'the Markdown has the part');
like($markdown, qr/^\| operation \| connections \| .*\n\|---.*\n\| GetItem \| 1 \| .* \| 1\.00 \| .*\n\| GetItem \| 4 \| .*\n\| PutItem \| 1 \| /m, 'with its table');
like($markdown, qr/^\| PutItem over Redis SET, appendfsync always \| at least 0\.6 \|  \| not measured \|$/m, 'a goal without figures says so');

SKIP:
{
	skip 'there is no matplotlib for this Python', 2 unless $charts;
	like(slurp_file("$work/out/growth_connections.svg"), qr/<svg.*Number of connections/s, 'the chart is drawn');
	like($markdown, qr/^!\[Number of connections\]\(growth_connections\.svg\)$/m, 'and shown');
}

# Its figures in a document.
append_to_file("$work/all.md", "before\n<!-- part growth_connections -->\nold\n<!-- end -->\nbetween\n<!-- part sql -->\nkept\n<!-- end -->\n");
command_ok([ $python, 'test/bench/main.py', '--document', "$work/out", "$work/all.md" ], 'the report goes into a document');
like(slurp_file("$work/all.md"), qr/\Abefore\n<!-- part growth_connections -->\n\n`make bench PARTS=growth_connections`.*\n\| GetItem \| 1 \| .*
<!-- end -->\nbetween\n<!-- part sql -->\nkept\n<!-- end -->\n\z/s, 'a part that ran replaces its old figures, and one that did not leaves them');
is(-e "$work/all/growth_connections.svg" ? 1 : 0, $charts ? 1 : 0, 'with its chart');

command_fails_like([ "$work/load", 'NoSuchOperation' ], qr/there is no operation NoSuchOperation/, 'an operation that there is not');
command_fails_like([ "$work/load" ], qr/^load: usage: load /m, 'a load without operation');

# The parts that the scripts and the documents name are those that there are.
chomp(my $parts = `cd test/bench && '$python' -c 'from harness import parts; print(*parts.PARTS)'`);
my ($refusal) = `bash test/tools/bench no_such_part 2>&1` =~ /the parts are (.*)/;
is("$refusal compare", join(' ', (grep { $_ ne 'compare' } split / /, $parts), 'compare'), 'make bench knows every part');
my %known = map { $_ => 1 } 'growth', split / /, $parts;
for my $file ('CONTRIBUTING.md', 'README.md', 'test/bench/README.md', glob 'docs/*.md')
{
	for my $named (slurp_file($file) =~ /make bench PARTS=("[^"]*"|\S+)/g)
	{
		is_deeply([ grep { !$known{$_} } $named =~ /\w+/g ], [], "$file: PARTS=$named");
	}
}

done_testing();
