# distributed.sh - the mode of `make check DISTRIBUTED=1`: a server is the coordinator of Citus with two nodes, and CreateTable
# distributes; sourced by check, after env.sh.
#
# The three servers find each other by the folders of their sockets, so that they listen on no port either.  What a suite
# gives otherwise than with local tables is in test/distributed/differences, which test/distributed/compare reads.

distributed_taps="030_differential 070_soak"
node_data=()
node_sockets=()

# have_citus: is Citus installed for this PostgreSQL?
have_citus()
{
	[ -e "$sharedir/extension/citus.control" ]
}

# cluster_settings LIBRARIES: of each server; the regress files expect that dynapg is no library of the server's start.
cluster_settings()
{
	cat <<-CONF
		shared_preload_libraries = '$1'
		wal_level = logical
		max_connections = 100
		max_prepared_transactions = 100
		max_worker_processes = 32
		citus.shard_count = 6
		citus.enable_unsafe_triggers = on
		citus.node_conninfo = 'sslmode=prefer'
		dynapg.distribute_tables = on
	CONF
}

# in_server SOCKET DATABASE: runs the SQL on standard input.
in_server()
{
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$1" -U postgres "$2" >/dev/null
}

# use_citus DATABASE: creates it on all servers, if need be, and makes it one that is distributed.
use_citus()
{
	local server database=$1
	for server in "$socket" "${node_sockets[@]}"; do
		# as pg_regress sets up a database
		[ "$database" = postgres ] || in_server "$server" postgres <<-SQL || return 1
			CREATE DATABASE $database TEMPLATE template0;
			ALTER DATABASE $database SET lc_messages TO 'C';
			ALTER DATABASE $database SET lc_monetary TO 'C';
			ALTER DATABASE $database SET lc_numeric TO 'C';
			ALTER DATABASE $database SET lc_time TO 'C';
			ALTER DATABASE $database SET bytea_output TO 'hex';
			ALTER DATABASE $database SET timezone_abbreviations TO 'Default';
		SQL
		in_server "$server" "$database" <<<'SET client_min_messages = warning; CREATE EXTENSION citus;' || return 1
	done
	in_server "$socket" "$database" <<<"SELECT citus_set_coordinator_host('$socket', 5432);" || return 1
	for server in "${node_sockets[@]}"; do
		in_server "$socket" "$database" <<<"SELECT citus_add_node('$server', 5432);" || return 1
	done
	in_server "$socket" "$database" <<<"CREATE EXTENSION dynapg;" || return 1
	# Citus carries no privileges on this schema to the nodes: those on the coordinator decide
	for server in "${node_sockets[@]}"; do
		in_server "$server" "$database" <<<"GRANT USAGE, CREATE ON SCHEMA dynamodb TO PUBLIC;" || return 1
	done
}

# start_cluster WORK LOG DATABASE: like start_private_server, which it makes a coordinator; the nodes' logs are LOG.node1 and .node2.
start_cluster()
{
	local settings number libraries=citus
	settings=$(cat)
	[[ $settings != *"'dynapg'"* ]] || libraries=citus,dynapg
	settings+=$'\n'$(cluster_settings $libraries)
	for number in 1 2; do
		server_folder "$1/node$number"
		start_private_server "$1/node$number" "$2.node$number" <<<"fsync = off"$'\n'"$(cluster_settings $libraries)" || return 1
		node_data+=("$private_data")
		node_sockets+=("$socket")
	done
	start_private_server "$1" "$2" <<<"$settings" && use_citus "$3"
}

# stop_cluster: as stop_private_server, for all of them.
stop_cluster()
{
	local number
	stop_private_server
	for number in "${!node_data[@]}"; do
		private_data=${node_data[number]}
		socket=${node_sockets[number]}
		stop_private_server
	done
	node_data=()
	node_sockets=()
}

# compare SUITE ARGUMENTS...: counts each test by what the list of differences says of its result.
compare()
{
	"$tree/test/distributed/compare" "$tree/test/distributed/differences" "$@" >"$work/out/compare-$1.log" 2>&1 || fail "$1: the comparison"
	count_rules "$work/out/compare-$1.log"
}
