# 203_small_table_cache.pl - the regress files of items, queries, batches, transactions and PartiQL are green when sessions keep one table
# only: whatever is evicted while statements run, nothing depends on what was kept.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @files = qw(item items query scan gsi batch transact transact_caller partiql partiql_batch streams updates);
my $node = PostgreSQL::Test::Cluster->new('small');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "session_preload_libraries = 'dynapg'\ndynapg.table_cache_size = 1\n");
$node->start;

for my $file (@files)
{
	next unless -e "sql/$file.sql";
	$node->safe_psql('postgres', "CREATE DATABASE $file TEMPLATE template0 ENCODING 'UTF8'");
	# as pg_regress has it
	$node->safe_psql('postgres', "ALTER DATABASE $file SET $_") for "lc_messages TO 'C'", "lc_monetary TO 'C'", "lc_numeric TO 'C'", "lc_time TO 'C'", "timezone TO 'PST8PDT'",
	  "datestyle TO 'Postgres, MDY'", "bytea_output TO 'hex'", "timezone_abbreviations TO 'Default'";
	my $out = PostgreSQL::Test::Utils::tempdir . "/$file.out";
	local $ENV{PGTZ} = 'PST8PDT';
	local $ENV{PGDATESTYLE} = 'Postgres, MDY';
	my $status = system("psql -X -a -q -d '" . $node->connstr($file) . "' < sql/$file.sql > $out 2>&1");
	my ($diff) = run_command([ 'diff', '-U', '3', "expected/$file.out", $out ]);
	is($diff, '', $file);
}
is($node->safe_psql('item', 'SHOW dynapg.table_cache_size'), '1', 'one table is kept');
$node->stop;
done_testing();
