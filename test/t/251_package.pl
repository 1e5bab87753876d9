# 251_package.pl - what others install dynapg from: the versions agree, META.json has what PGXN asks for, and a Debian package that is
# built here serves a table when it is unpacked over a PostgreSQL.
#
# The package is built where debhelper is installed; lintian judges it where it is installed.
use strict;
use warnings;
use File::Temp qw(tempdir);
use HTTP::Tiny;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = slurp_file('dynapg.control') =~ /^default_version\s*=\s*'([^']+)'/m;

my $meta = decode_json(slurp_file('META.json'));
is($meta->{version}, $version, 'META.json has the version of the extension');
is($meta->{provides}{dynapg}{version}, $version, 'for the extension itself, too');
is($meta->{provides}{dynapg}{file}, "sql/dynapg--$version.sql", 'and its install script');
ok(-e $meta->{provides}{dynapg}{$_}, "its $_ is there") for qw(file docfile);
is(join(' ', grep { !defined $meta->{$_} } qw(name version abstract maintainer license provides meta-spec)), '', 'it has the members that PGXN needs');
is($meta->{'meta-spec'}{version}, '1.0.0', 'of the first version of the specification');
like(slurp_file('debian/changelog'), qr/\Adynapg \(\Q$version\E\) /, 'the Debian package has the version');
like(slurp_file('CHANGELOG.md'), qr/^## \Q$version\E /m, 'as has the changelog');

# What the container runs in new data, for a server that does not serve HTTP yet.
{
	my $node = PostgreSQL::Test::Cluster->new('container');
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	$node->init;
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE app');
	local @ENV{qw(PGHOST PGPORT POSTGRES_DB DYNAPG_HTTP_PORT DYNAPG_ACCESS_KEY_ID DYNAPG_SECRET_ACCESS_KEY)} =
		($node->host, $node->port, 'app', $port, 'AKIALOCALDEVELOPMENT', q(it's a secret of forty characters or so));
	is(system('bash', 'docs/examples/container-init.sh'), 0, 'the script of the container runs');
	$node->restart;
	is($node->safe_psql('app', 'SELECT access_key_id, role, enabled FROM dynapg.access_key_list'), 'AKIALOCALDEVELOPMENT|app|t', 'it makes the key');
	is($node->safe_psql('app', q(SELECT secret FROM dynapg.access_secrets)), q(it's a secret of forty characters or so), 'with the secret as it is');
	my $answer;
	for (1 .. 100)
	{
		$answer = HTTP::Tiny->new->get("http://127.0.0.1:$port/");
		last if $answer->{success};
		select undef, undef, undef, 0.1;
	}
	like($answer->{content}, qr/^healthy/, 'the next server serves HTTP');
	$answer = HTTP::Tiny->new->post("http://127.0.0.1:$port/", {
		headers => { 'Content-Type' => 'application/x-amz-json-1.0', 'X-Amz-Target' => 'DynamoDB_20120810.ListTables' }, content => '{}' });
	like($answer->{content}, qr/MissingAuthenticationTokenException/, 'to those with a key alone');
	$node->stop;
}

SKIP:
{
	my @missing = grep { system("command -v $_ >/dev/null") != 0 } qw(dh dpkg-buildpackage pg_buildext);
	skip "the Debian package: @missing cannot be found (apt-get install debhelper)", 1 if @missing;
	my ($pg_config) = $ENV{PG_CONFIG} // (run_command([ 'sh', '-c', 'command -v pg_config' ]))[0];
	my ($major) = (run_command([ $pg_config, '--version' ]))[0] =~ /(\d+)/;
	my ($bindir) = run_command([ $pg_config, '--bindir' ]);
	skip 'the Debian package: this is not a PostgreSQL of Debian', 1 unless $bindir =~ m{(/usr/lib/postgresql/$major/bin)$};
	my $place = $1;

	local $ENV{PG_SUPPORTED_VERSIONS} = $major;
	my ($output, $errors) = run_command([ 'bash', 'test/tools/package', 'deb' ]);
	my ($deb) = $output =~ m{^(\S+/postgresql-$major-dynapg_\Q$version\E_\w+\.deb)$}m;
	ok($deb, "a package for PostgreSQL $major is built") or diag("$output\n$errors");
	skip 'no package', 1 unless $deb;

	my ($control) = run_command([ 'dpkg-deb', '--field', $deb ]);
	like($control, qr{^Depends:.*\bpostgresql-$major \(>[>=] $major\.\d+\)}m, 'it needs that PostgreSQL, as new as the headers');
	like($control, qr/^Depends:.*\b$_/m, "and $_") for qw(libc6 libcjson1 libdeflate0 libpq5 libssl3);
	my ($list) = run_command([ 'dpkg-deb', '--contents', $deb ]);
	like($list, qr{\./usr/lib/postgresql/$major/bin/dynapg$}m, 'it has the command');
	like($list, qr{^-rw-r--r-- root/root .*\./usr/lib/postgresql/$major/lib/dynapg\.so$}m, 'and the module, which is root\'s');
	like($list, qr{\./usr/share/doc/postgresql-$major-dynapg/docs/sql\.md}m, 'and the documentation');
	if (system('command -v lintian >/dev/null') == 0)
	{
		my ($verdict) = run_command([ 'lintian', '--fail-on', 'error', $deb ]);
		unlike($verdict, qr/^E:/m, 'lintian finds no error') or diag($verdict);
	}

	# The programs of PostgreSQL look for libraries and scripts relative to their own place, so a copy of them with the package
	# unpacked over it is an installation.
	my $root = tempdir(CLEANUP => 1);
	chmod 0755, $root;
	my ($pkglibdir) = run_command([ $pg_config, '--pkglibdir' ]);
	my ($sharedir) = run_command([ $pg_config, '--sharedir' ]);
	for my $folder ([ $bindir, $place ], [ $pkglibdir, "/usr/lib/postgresql/$major/lib" ], [ $sharedir, "/usr/share/postgresql/$major" ])
	{
		my ($from, $to) = @$folder;
		system_or_bail('mkdir', '-p', "$root$to");
		system_or_bail('cp', '-RL', "$from/.", "$root$to/");
	}
	unlink "$root$place/dynapg", "$root/usr/lib/postgresql/$major/lib/dynapg.so", glob("$root/usr/share/postgresql/$major/extension/dynapg*");
	system_or_bail('dpkg-deb', '--extract', $deb, $root);

	my $port = PostgreSQL::Test::Cluster::get_free_port();
	delete local @ENV{ grep { /^PG/ } keys %ENV };
	my @command = ("$root$place/dynapg");
	my @data = ('--data', "$root/data");
	is(system(@command, 'start', '--quiet', @data, '--port', $port, '--pg-port', PostgreSQL::Test::Cluster::get_free_port()), 0, 'it starts');
	my $request = sub {
		my ($operation, $body) = @_;
		return HTTP::Tiny->new->post("http://127.0.0.1:$port/", {
			headers => { 'Content-Type' => 'application/x-amz-json-1.0', 'X-Amz-Target' => "DynamoDB_20120810.$operation" },
			content => $body })->{content};
	};
	$request->('CreateTable', '{"TableName":"Packed","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');
	is($request->('PutItem', '{"TableName":"Packed","Item":{"id":{"S":"a"}}}'), '{}', 'a table takes an item');
	is($request->('GetItem', '{"TableName":"Packed","Key":{"id":{"S":"a"}}}'), '{"Item":{"id":{"S":"a"}}}', 'and returns it');
	is((run_command([ @command, 'sql', @data, '--', '-XAtc', 'SELECT dynapg.version()' ]))[0], $version, 'of the package\'s version');
	is(system(@command, 'remove', '--quiet', @data), 0, 'it ends');
}

done_testing();
