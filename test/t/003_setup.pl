# 003_setup.pl - make setup: which PostgreSQL it takes or completes, what it installs for that, and what it leaves alone.
#
# On a root folder of its own, with programs that stand for PostgreSQL's, apt's and sudo: DYNAPG_SYSTEM_ROOT names it.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use PostgreSQL::Test::Utils;
use Test::More;

my $root;
my @tools = qw(awk basename bash cat chmod cksum cut dirname env find getconf grep head id ls make mkdir mktemp mv paste perl ps readlink
  rm rmdir sed seq sh sort stat tail tee test touch tr true);

sub put
{
	my ($file, $text) = @_;
	make_path(dirname("$root$file"));
	open my $out, '>', "$root$file" or die "cannot write $root$file: $!";
	print $out $text;
	close $out or die "cannot write $root$file: $!";
	chmod 0755, "$root$file";
	return;
}

sub program
{
	my ($file, $text) = @_;
	return put($file, "#!/bin/bash\n$text\n");
}

# The parts of a PostgreSQL, as Debian's packages have them.
my %part = (
	client => sub {
		my ($major) = @_;
		my $folder = "/usr/lib/postgresql/$major";
		program("$folder/bin/pg_config", <<"SH");
case \$1 in
	--version) echo "PostgreSQL $major.1" ;;
	--bindir) echo "$root$folder/bin" ;;
	--pgxs) echo "$root$folder/lib/pgxs/src/makefiles/pgxs.mk" ;;
	--includedir-server) echo "$root/usr/include/postgresql/$major/server" ;;
esac
SH
		program("$folder/bin/psql", "echo 'psql (PostgreSQL) $major.1'");
		put("$folder/lib/pgxs/src/makefiles/pgxs.mk", '');
	},
	server => sub {
		my ($major) = @_;
		program("/usr/lib/postgresql/$major/bin/postgres", "echo 'postgres (PostgreSQL) $major.1'");
		program("/usr/lib/postgresql/$major/bin/initdb", '');
	},
	headers => sub {
		my ($major) = @_;
		put("/usr/include/postgresql/$major/server/postgres.h", '');
		put("/usr/include/postgresql/$major/server/pg_config.h", qq(#define PG_MAJORVERSION "$major"\n));
	});

# A system with the given parts of PostgreSQLs ("15 client server") in which only these are missing.  Its apt knows the
# versions of @$known, the first as the distribution's own; what it installs is there afterwards.
sub fresh_system
{
	my ($known, @installed) = @_;
	$root = tempdir(CLEANUP => 1);
	chmod 0755, $root;
	make_path("$root/path");
	for my $tool (@tools)
	{
		my ($path) = grep { -x } map { "$_/$tool" } qw(/usr/bin /bin /usr/sbin);
		symlink $path, "$root/path/$tool" if defined $path;
	}
	program("/path/$_", '') for qw(gcc prove python3);
	put("/usr/include/$_", '') for qw(stdio.h cjson/cJSON.h openssl/ssl.h zlib.h zstd.h libdeflate.h curl/curl.h llhttp.h);
	for my $installed (@installed)
	{
		my ($major, @parts) = split ' ', $installed;
		$part{$_}->($major) for @parts;
		$part{client}->($major);
	}
	# The parts that a package brings are prepared aside, to be linked to where they belong.
	my $packages = join "\n", map { "postgresql-$_\npostgresql-server-dev-$_\npostgresql-client-$_" } @$known;
	put('/known', "$packages\npostgresql\ngcc\nlibcjson-dev\nlibllhttp-dev\n");
	program('/path/apt-cache', <<"SH");
case "\$1 \$2" in
	"show --no-all-versions") ! grep -qx "\$3" $root/known || echo "Package: \$3" ;;
	"show "*) ! grep -qx "\$2" $root/known || echo "Package: \$2" ;;
	"depends postgresql") [ ! -s $root/known ] || echo "  Depends: postgresql-$known->[0]" ;;
esac
SH
	program('/path/apt-get', <<"SH");
echo "\$*" | sed 's/^.*-o [^ ]* //' >>$root/apt.log
echo "two hundred lines"
[[ " \$* " != *" update "* ]] || exit 0
[ ! -e $root/apt.fails ] || { echo "no space left" >&2; exit 100; }
! cat $root/etc/postgresql-common/createcluster.d/*.conf 2>/dev/null || touch $root/forbidden
for package in "\$@"; do
	case \$package in
		postgresql-server-dev-*) perl $root/bring.pl headers "\${package##*-}" ;;
		postgresql-client-*) perl $root/bring.pl client "\${package##*-}" ;;
		postgresql-*) perl $root/bring.pl server "\${package##*-}" && perl $root/bring.pl client "\${package##*-}" ;;
		libcjson-dev) mkdir -p $root/usr/include/cjson && touch $root/usr/include/cjson/cJSON.h ;;
		gcc) cp $root/path/prove $root/path/gcc ;;
	esac
done
SH
	symlink '/bin/cp', "$root/path/cp";
	program('/path/sudo', qq([[ \$1 != -* ]] || shift\n[ ! -e $root/sudo.refuses ] || { echo "you may not" >&2; exit 1; }\nexec "\$@"));
	# What the packages bring is made beforehand in a folder of its own, since the programs above know no Perl of this file.
	my $system = $root;
	my $stock = tempdir(CLEANUP => 1);
	chmod 0755, $stock;
	for my $major (@$known)
	{
		for my $kind (keys %part)
		{
			$root = "$stock/$kind-$major";
			make_path($root);
			$part{$kind}->($major);
		}
	}
	$root = $system;
	put('/bring.pl', <<"PERL");
my (\$kind, \$major) = \@ARGV;
my \$from = "$stock/\$kind-\$major";
system('cp', '-a', "\$from/.", "$root/") == 0 or die;
system('sed', '-i', "s|\$from|$root|g", "$root/usr/lib/postgresql/\$major/bin/pg_config") if \$kind eq 'client';
PERL
	return;
}

# setup's exit status, output, and the packages that apt was asked for.
sub setup
{
	my (%option) = @_;
	my @command = ('env', '-i', "PATH=$root/path", "DYNAPG_SYSTEM_ROOT=$root", "TMPDIR=$root",
		($option{pg_config} ? "PG_CONFIG=$option{pg_config}" : ()), 'bash', 'test/tools/setup', @{ $option{arguments} // [] });
	my $output = '';
	IPC::Run::run(\@command, '<', '/dev/null', '>', \$output, '2>&1');
	my $status = $? >> 8;
	my $log = -e "$root/apt.log" ? slurp_file("$root/apt.log") : '';
	my ($packages) = $log =~ /^install .*--no-install-recommends --no-upgrade (.*)$/m;
	return { status => $status, output => $output, packages => $packages // '', asked => $log };
}

sub takes
{
	my ($packages, $name, %option) = @_;
	my $result = setup(%option);
	is($result->{packages}, $packages, $name);
	is($result->{status}, 0, "$name: it succeeds") or diag $result->{output};
	return $result;
}

my @all = qw(client server headers);

fresh_system([15], "15 @all");
is(setup()->{asked}, '', 'with all of one version apt is not touched');

fresh_system([15]);
my $result = takes('postgresql-15 postgresql-server-dev-15 postgresql-client-15', 'no PostgreSQL');
ok(-e "$root/forbidden", 'while a server is installed a settings file says that no cluster is to be created');
ok(!-e "$root/etc/postgresql-common", 'which is gone afterwards');
unlike($result->{output}, qr/two hundred lines/, "apt's output is not shown");
is_deeply([ glob "$root/dynapg-setup.*" ], [], 'its log is removed when all went well');

fresh_system([15], '15 client server');
put('/etc/postgresql-common/createcluster.conf', "create_main_cluster = true\n");
takes('postgresql-server-dev-15', 'a server without headers');
ok(!-e "$root/forbidden", 'the settings of clusters are not touched when no server is installed');
is(slurp_file("$root/etc/postgresql-common/createcluster.conf"), "create_main_cluster = true\n", 'the file of the administrator is unchanged');

fresh_system([15], '15 client');
takes('postgresql-15 postgresql-server-dev-15', 'a client alone');

fresh_system([15], '15 headers');
takes('postgresql-15', 'headers without a server');

fresh_system([17], "15 @all", '17 client server');
is(setup()->{asked}, '', 'a newer server without headers does not shut out a complete version');

fresh_system([17], "15 @all", '17 client headers');
is(setup()->{asked}, '', 'newer headers without a server install nothing either');

fresh_system([ 17, 15 ], '15 server', '17 client');
takes('postgresql-server-dev-15', 'a server is cheaper to complete than a newer client');

fresh_system([17], '15 server', '17 client');
takes('postgresql-17 postgresql-server-dev-17', 'a server whose headers apt does not have is passed over');

fresh_system([17], "13 @all", "19 @all");
takes('postgresql-17 postgresql-server-dev-17 postgresql-client-17', 'versions that are too old or too new are passed over');

fresh_system([ 19, 18 ]);
takes('postgresql-18 postgresql-server-dev-18 postgresql-client-18', "so is the distribution's own");

# The client says 17, while the server and its headers beside it are of another version.
fresh_system([15]);
$part{$_}->(17) for @all;
program('/usr/lib/postgresql/17/bin/postgres', "echo 'postgres (PostgreSQL) 16.1'");
takes('postgresql-15 postgresql-server-dev-15 postgresql-client-15', 'parts of two versions are not complete');

# Two versions, of which the older one runs.
fresh_system([ 17, 15 ], '15 server', '17 server');
my $pid = fork // die "cannot fork: $!";
if ($pid == 0)
{
	exec { '/bin/sleep' } "$root/usr/lib/postgresql/15/bin/postgres", '300' or POSIX::_exit(1);
}
select undef, undef, undef, 0.1 until slurp_file("/proc/$pid/cmdline") =~ m{/bin/postgres};
takes('postgresql-server-dev-15', 'a server that runs is the first to be completed');
kill 'KILL', $pid;
waitpid $pid, 0;

fresh_system([ 17, 15 ], "17 @all", '15 server');
takes('postgresql-server-dev-15', 'data made by an older version gets that version', arguments => [15]);

fresh_system([17], "17 @all");
$result = setup(arguments => [15]);
isnt($result->{status}, 0, 'a version that is not to be had fails');
like($result->{output}, qr/^dynapg: apt has no PostgreSQL 15 with its server headers; /m, 'with a clear line');

fresh_system([ 17, 15 ], "17 @all", '15 server');
takes('postgresql-server-dev-15', "PG_CONFIG of one of Debian's versions has that completed",
	pg_config => "$root/usr/lib/postgresql/15/bin/pg_config");

fresh_system([17], "17 @all");
program('/opt/bin/pg_config', "case \$1 in --version) echo PostgreSQL 16.2 ;; --bindir) echo $root/opt/bin ;; esac");
$result = setup(pg_config => "$root/opt/bin/pg_config");
isnt($result->{status}, 0, 'PG_CONFIG of an incomplete PostgreSQL of another kind fails');
like($result->{output}, qr/^dynapg: PG_CONFIG=\S+ lacks server, headers, client of its own version$/m, 'and says what is missing');

# An account that may not install gets a line for its administrator, in names that apt takes.
fresh_system([15], '15 client server');
unlink "$root/usr/include/cjson/cJSON.h";
put('/sudo.refuses', '');
$result = setup();
isnt($result->{status}, 0, 'without the right to install it fails');
my ($line) = $result->{output} =~ /^    (.*)$/m;
is($line, 'sudo apt-get update && sudo apt-get install -y --no-install-recommends libcjson-dev postgresql-server-dev-15',
	'the line for the administrator');
is($result->{asked}, '', 'apt was not touched');
unlink "$root/sudo.refuses";
is(system('env', '-i', "PATH=$root/path", 'bash', '-c', $line), 0, 'the line works when it is pasted');
is(setup()->{status}, 0, 'and nothing is missing then');

# A container without lists of packages.
fresh_system([15]);
put('/known', '');
put('/sudo.refuses', '');
put('/etc/os-release', "VERSION_CODENAME=bookworm\n");
unlink "$root/usr/include/llhttp.h";
like(setup()->{output}, qr/install -y --no-install-recommends node-llhttp postgresql postgresql-server-dev-all$/m,
	'without lists of packages the line has names that every release has');

fresh_system([15]);
put('/apt.fails', '');
$result = setup();
isnt($result->{status}, 0, 'an installation that fails fails');
like($result->{output}, qr/two hundred lines\nno space left\ndynapg: apt-get install failed; the whole output is in \S+$/m, "with the end of apt's output");
ok(!-e "$root/etc/postgresql-common", 'and no settings are left then, either');

fresh_system([15], "15 @all");
unlink "$root/path/prove";
is(setup(arguments => ['run'])->{status}, 0, 'make run needs nothing that only tests need');

done_testing();
