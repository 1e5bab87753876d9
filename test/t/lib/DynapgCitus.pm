# DynapgCitus.pm - a cluster of Citus on this machine: a coordinator with the HTTP front, and nodes that hold shards
package DynapgCitus;
use strict;
use warnings;
use Exporter 'import';
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(citus_missing citus_cluster request_json);

my $json = JSON::PP->new->canonical;

# A request as JSON: numbers of items are strings there.
sub request_json
{
	my ($request) = @_;
	return $json->encode($request) =~ s/"([SN])":(-?[0-9.]+)/"$1":"$2"/gr;
}

# Why there can be no cluster, or nothing.
sub citus_missing
{
	chomp(my $folder = `pg_config --sharedir`);
	my $config = $ENV{PG_CONFIG} // 'pg_config';
	chomp($folder = `'$config' --sharedir`) if $ENV{PG_CONFIG};
	return -e "$folder/extension/citus.control" ? '' : 'no Citus is installed for this PostgreSQL';
}

sub make_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ], allows_streaming => 'logical');
	my $port = http_configure($node, @settings);
	$node->append_conf('postgresql.conf', join "\n", "shared_preload_libraries = 'citus,dynapg'", "listen_addresses = '127.0.0.1'",
		'wal_level = logical', 'max_prepared_transactions = 100', 'max_connections = 100', 'max_worker_processes = 32',
		'citus.shard_count = 6', "citus.node_conninfo = 'sslmode=prefer'", '');
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
	return ($node, $port);
}

# The coordinator, the port of its front, and two nodes that hold shards.
sub citus_cluster
{
	my (@settings) = @_;
	my ($coordinator, $port) = make_node('coordinator', @settings);
	my @nodes = map { (make_node("node$_", @settings))[0] } 1, 2;
	$coordinator->safe_psql('postgres', join ';', "SELECT citus_set_coordinator_host('127.0.0.1', " . $coordinator->port . ')',
		map { "SELECT citus_add_node('127.0.0.1', " . $_->port . ')' } @nodes);
	$coordinator->safe_psql('postgres', 'CREATE EXTENSION dynapg');
	wait_for_http($port);
	return ($coordinator, $port, @nodes);
}

1;
