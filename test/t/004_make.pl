# 004_make.pl - what the commands of make refuse, and which PostgreSQL and which folders they take.
#
# Runs in the top folder of a tree that is built.  make and the scripts get an environment of their own.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;

my $scratch = tempdir(CLEANUP => 1);

# Runs a command with only these settings and the PATH; returns its exit status and its output.
sub run_with
{
	my ($settings, @command) = @_;
	my $output = '';
	my @environment = map { "$_=$settings->{$_}" } sort keys %$settings;
	IPC::Run::run([ 'env', '-i', "PATH=$ENV{PATH}", @environment, @command ], '<', '/dev/null', '>', \$output, '2>&1');
	return ($? >> 8, $output);
}

sub program
{
	my ($file, $text) = @_;
	make_path(dirname($file));
	open my $out, '>', $file or die "cannot write $file: $!";
	print $out "#!/bin/sh\n$text\n";
	close $out or die "cannot write $file: $!";
	chmod 0755, $file;
	return;
}

# ---- make check: an unknown test name fails ----

my ($status, $output) = run_with({ TESTS => 'item no_such_test dynapg--0.1.0' }, 'bash', 'test/tools/check');
isnt($status, 0, 'make check fails for a name of no test');
is($output, "FAILED   there is no test no_such_test\nFAILED   there is no test dynapg--0.1.0\n0 passed, 2 failed\n",
	'it names those and runs nothing');

# ---- make install: into the PostgreSQL for which make built, whatever PATH says now ----

my $built_for = slurp_file('src/.flags.pg_config');
chomp $built_for;
chomp(my $library_folder = `'$built_for' --pkglibdir`);
program("$scratch/path/pg_config", "echo $scratch/elsewhere");
($status, $output) = run_with({ PATH => "$scratch/path:$ENV{PATH}" }, 'make', '-n', 'install');
is($status, 0, 'make install without PG_CONFIG') or diag $output;
like($output, qr/^PG_CONFIG=\Q$built_for\E, for which dynapg was built$/m, 'names the PostgreSQL that make built for');
like($output, qr/install.*\Q$library_folder\E/, 'installs into its folders');
unlike($output, qr/\Q$scratch\E/, 'and not into those of the pg_config that is in the PATH now');
unlike($output, qr/ -c .*\.c\b/, 'compiles nothing');

# ---- make run: a port that is not free is refused before anything is installed ----

program("$scratch/path/$_", "echo \"\$0 \$*\" >>$scratch/apt.log") for qw(apt-get sudo);
my %fresh = (PATH => "$scratch/path:$ENV{PATH}", DYNAPG_SYSTEM_ROOT => "$scratch/fresh", PG_CONFIG => "$scratch/fresh/pg_config",
	DATADIR => "$scratch/data");
my $taken = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "cannot listen: $!";
for my $name (qw(PGPORT HTTP_PORT))
{
	($status, $output) = run_with({ %fresh, $name => $taken->sockport }, 'bash', 'test/tools/run');
	isnt($status, 0, "$name: a port that is taken is refused");
	like($output, qr/^dynapg: port @{[$taken->sockport]} is taken; choose another one: make run $name=\d+$/m, "$name: with a free one");
}
SKIP:
{
	my $lowest = -e '/proc/sys/net/ipv4/ip_unprivileged_port_start' ? slurp_file('/proc/sys/net/ipv4/ip_unprivileged_port_start') : 1024;
	skip 'every port is free for everybody here', 2 if $lowest <= 80;
	($status, $output) = run_with({ %fresh, HTTP_PORT => 80 }, 'bash', 'test/tools/run');
	isnt($status, 0, 'port 80 is refused');
	like($output, qr/^dynapg: port 80 needs root, .*; choose another one: make run HTTP_PORT=8080$/m, 'for its own reason');
}
ok(!-e "$scratch/apt.log", 'nothing was installed');
ok(!-e "$scratch/data", 'no data folder was made');

# ---- folders: where another account made one, ours has another name ----

my $account = getpwuid($>);
my $ours = "$scratch/build";
for my $case ([ $ours, $ours, 'one that is not there yet' ], [ '/proc/1', "/proc/1-$account", 'one of another account' ])
{
	my ($folder, $expected, $name) = @$case;
	($status, $output) = run_with({}, 'bash', '-c', '. test/tools/env.sh; own_folder "$1"', 'test', $folder);
	is($output, "$expected\n", "the folder for $name");
}
mkdir $ours or die "cannot make $ours: $!";
($status, $output) = run_with({}, 'bash', '-c', '. test/tools/env.sh; own_folder "$1"', 'test', $ours);
is($output, "$ours\n", 'the folder for one of our own');

done_testing();
