# 102_http_settings.pl - ALTER DATABASE ... SET and RESET reach the workers that run, as the configuration file and the command
# line have it for new sessions.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $port) = http_node('http_settings', 'dynapg.http_workers = 2', 'dynapg.http_lock_timeout = 600ms');
$node->stop;
my @start = ('pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile, '-o', '--cluster-name=settings -c work_mem=5MB');
system_or_bail(@start, 'start');
$node->_update_pid(1);
wait_for_http($port);
create_table($port, 'Things');
my @names = qw(synchronous_commit work_mem dynapg.index_build lock_timeout);
my $values = join q{ || ' ' || }, map { "current_setting('$_')" } @names;
$node->safe_psql('postgres', qq{
	CREATE TABLE seen (pid int, settings text);
	CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
		INSERT INTO public.seen VALUES (pg_backend_pid(), $values); RETURN NULL; END \$\$;
	CREATE TRIGGER watch AFTER INSERT OR UPDATE ON dynamodb."Things" FOR EACH ROW EXECUTE FUNCTION watch();});
my $put = request_text('PutItem', '{"TableName":"Things","Item":{"pk":{"S":"a"}}}');
my @connections = map { dial($port) } 1 .. 12;
my @pids = worker_pids($node);

# The workers look once a second; then all of them have these settings.
sub reaches
{
	my ($expected, $name) = @_;
	sleep 1.2;
	$node->safe_psql('postgres', 'TRUNCATE seen');
	is(scalar(grep { exchange($_, $put)->{status} == 200 } @connections), scalar(@connections), "$name: requests");
	is($node->safe_psql('postgres', 'SELECT count(DISTINCT pid), string_agg(DISTINCT settings, $$, $$) FROM seen'), "2|$expected", $name);
	return;
}

sub alter
{
	my ($what) = @_;
	$node->safe_psql('postgres', $what);
	return;
}

my $fixed = 'background 600ms';
reaches("on 5MB $fixed", 'as it is');
alter('ALTER DATABASE postgres SET synchronous_commit = off');
reaches("off 5MB $fixed", 'SET');
alter('ALTER DATABASE postgres SET work_mem = $$7MB$$');
reaches("off 7MB $fixed", 'another SET');
$node->append_conf('postgresql.conf', 'synchronous_commit = local');
$node->reload;
reaches("off 7MB $fixed", 'a reload does not replace it');
alter('ALTER DATABASE postgres RESET synchronous_commit');
reaches("local 7MB $fixed", 'RESET: the value of the file');
alter('ALTER DATABASE postgres RESET ALL');
reaches("local 5MB $fixed", 'RESET ALL: the value of the command line');
alter('ALTER DATABASE postgres SET synchronous_commit = remote_write');
reaches("remote_write 5MB $fixed", 'SET once more');
$node->adjust_conf('postgresql.conf', 'synchronous_commit', undef, 1);
$node->reload;
alter('ALTER DATABASE postgres RESET synchronous_commit');
reaches("on 5MB $fixed", 'RESET: the default, when the file has none any more');
alter('ALTER ROLE ALL SET synchronous_commit = off');
reaches("off 5MB $fixed", 'ALTER ROLE ALL');
alter('ALTER DATABASE postgres SET synchronous_commit = local');
reaches("local 5MB $fixed", 'the database is stronger');
alter('ALTER DATABASE postgres RESET ALL; ALTER ROLE ALL RESET ALL');
alter($_) for q{ALTER DATABASE postgres SET lock_timeout = '7s'}, q{ALTER DATABASE template1 SET work_mem = '9MB'};
reaches("on 5MB $fixed", 'settings of the front stay, other databases do not matter');
alter('ALTER DATABASE postgres SET dynapg.index_build = immediate');
reaches('on 5MB immediate 600ms', 'settings of dynapg');
alter('ALTER DATABASE postgres RESET dynapg.index_build');
reaches("on 5MB $fixed", 'and their defaults');
is(join(' ', worker_pids($node)), join(' ', @pids), 'all that in the same workers');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|WARNING/, 'no crash in the log');
done_testing();
