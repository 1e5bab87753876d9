# DynapgCitus.pm - a cluster of Citus on this machine: a coordinator and nodes that hold shards, each with an HTTP front
package DynapgCitus;
use strict;
use warnings;
use Exporter 'import';
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(distributed citus_missing citus_cluster citus_node front_of request_json);

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

# Does the test run in the mode in which each new table is distributed (make check DISTRIBUTED=1)?
sub distributed
{
	return $ENV{DISTRIBUTED} ? 1 : 0;
}

my %front;

# The port of a node's front.
sub front_of
{
	my ($node) = @_;
	return $front{ $node->name };
}

# A node that no other one knows yet.
sub citus_node
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
	$front{$name} = $port;
	return $node;
}

# The coordinator, the port of its front, and two nodes that hold shards; all fronts answer.
sub citus_cluster
{
	my (@settings) = @_;
	my $coordinator = citus_node('coordinator', @settings);
	my @nodes = map { citus_node("node$_", @settings) } 1, 2;
	$coordinator->safe_psql('postgres', join ';', "SELECT citus_set_coordinator_host('127.0.0.1', " . $coordinator->port . ')',
		map { "SELECT citus_add_node('127.0.0.1', " . $_->port . ')' } @nodes);
	$coordinator->safe_psql('postgres', 'CREATE EXTENSION dynapg');
	wait_for_http(front_of($_)) for $coordinator, @nodes;
	return ($coordinator, front_of($coordinator), @nodes);
}

1;
