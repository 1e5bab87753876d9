# 001_readme.pl - README and docs are true: what they say about a server of your own leads to one that answers signed requests, their links
# lead somewhere, and their tables match the product.  174_docs runs their other commands.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgSign;
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

my @files = ('README.md', sort glob('docs/*.md'));
my $readme = join '', map { slurp($_) . "\n" } @files;
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

# The blocks of SQL of a section.
sub blocks_of
{
	my ($section) = @_;
	my ($text) = $readme =~ /^#+ \Q$section\E\n(.*?)(?:^#+ |\z)/ms or die "there is no section $section";
	my @blocks;
	push @blocks, $1 while $text =~ /^```sql\n(.*?)^```\n/msg;
	return @blocks;
}

# Links between the files, and to their sections.
for my $file (@files)
{
	my $text = slurp($file) =~ s/^```.*?^```//msgr;
	my ($folder) = $file =~ m{^(.*/)};
	while ($text =~ /\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)
	{
		my ($path, $anchor) = ($1 eq '' ? $file : ($folder // '') . $1, $2);
		$path =~ s{[^/]+/\.\./}{};
		ok(-e $path, "$file links to $path") or next;
		next unless defined $anchor;
		my @anchors = map { lc =~ s/[^a-z0-9 -]//gr =~ tr/ /-/r } slurp($path) =~ /^#+ (.*)/mg;
		ok((grep { $_ eq $anchor } @anchors), "$file links to $path#$anchor");
	}
}

# ---- a PostgreSQL of your own: the sections' settings and SQL, in the order of the README ----

# Runs the next block of SQL of the section in database app; returns its output.
my $own = PostgreSQL::Test::Cluster->new('own');
my $http_port = PostgreSQL::Test::Cluster::get_free_port();
my %left;

sub run_next
{
	my ($section) = @_;
	$left{$section} //= [ blocks_of($section) ];
	my $block = shift @{ $left{$section} } or die "no block of SQL is left in $section";
	return $own->safe_psql('app', $block);
}

$own->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$own->start;
$own->safe_psql('postgres', 'CREATE DATABASE app');
run_next('Into a PostgreSQL of your own');
is($own->safe_psql('app', q(SET ROLE app; SELECT dynapg.list_tables('{}'))), '{"TableNames":[]}', 'SQL functions work without a restart');

my ($settings) = $readme =~ /^#+ Into a PostgreSQL of your own\n.*?^```ini\n(.*?)^```/ms;
like($settings, qr/^dynapg\.http_port = 8000$/m, 'the settings for HTTP');
$own->append_conf('postgresql.conf', $settings =~ s/8000/$http_port/r);
$own->restart;
my ($id, $secret) = split /\|/, run_next('Into a PostgreSQL of your own');
my $reply;
for (1 .. 600)
{
	$reply = eval { signed_call($http_port, $id, $secret, 'ListTables', '{}') };
	last if $reply && $reply->{status} == 200;
	select undef, undef, undef, 0.1;
}
is(answer_of($reply), '200 {"TableNames":[]}', 'the key signs requests');
$reply = signed_call($http_port, $id, $secret, 'CreateTable', '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}]}');
is($reply->{status}, 200, 'its role may create tables');
is(signed_call($http_port, $id, "x$secret", 'ListTables', '{}')->{status}, 400, 'another secret is refused');
is(exchange(dial($http_port), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 200, 'the health check');
ok($own->poll_query_until('app', q(SELECT count(*) > 0 FROM dynapg.stat_operations WHERE operation = 'CreateTable')), 'requests are counted');
like(run_next('Monitoring and connection poolers'), qr/^CreateTable\|Orders\|1\|/m, 'monitoring: operations and tables');

my ($version) = slurp('dynapg.control') =~ /^default_version\s*=\s*'([^']+)'/m;
is(run_next('Upgrade and uninstall'), $version, 'ALTER EXTENSION UPDATE');
my $drop = $left{'Upgrade and uninstall'}[0];
isnt($own->psql('app', $drop), 0, 'DROP EXTENSION is refused while there are tables');
my ($copy) = $readme =~ /`(CREATE TABLE orders AS SELECT[^`]*)`/;
$own->safe_psql('app', q(SELECT dynapg.put_item('{"TableName":"Orders","Item":{"id":{"N":"7"},"x":{"S":"y"}}}')));
$own->safe_psql('app', $copy =~ s/sk, //r);
$own->safe_psql('app', q(SELECT dynapg.delete_table('{"TableName":"Orders"}')));
run_next('Upgrade and uninstall');
is($own->safe_psql('app', q(SELECT item FROM orders)), '{"id":{"N":"7"},"x":{"S":"y"}}', 'items stay as JSON');
is($own->safe_psql('app', q(SELECT count(*) FROM pg_extension WHERE extname = 'dynapg')), 0, 'and the extension is gone');
is_deeply([ map { @$_ } values %left ], [], 'every block of SQL of these sections ran');
$own->stop;

# The table of errors is that of the source.
my %rows = $readme =~ /^\| `(\w+)` \| `(\w{5})` \|/mg;
my %errors;
for (slurp('src/base/errors.def') =~ /^DYN_EXCEPTION\((.*?)\)$/msg)
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
