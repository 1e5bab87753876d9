#!/bin/sh
# items.sh - single-item operations against the same statements in plain SQL
#
# Starts a private server in a temporary folder, loads the same items of about 500 bytes into a DynamoDB table and
# into plain (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk)), then runs pgbench -M prepared
# on both in short alternating runs, so that the machine's ups and downs fall on both, and prints the medians of
# the rates and of the ratios of neighbouring runs. Nothing is asserted.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      items in each table (default: 100000)
#   ROUNDS     alternations of each pair (default: 9)
#   DURATION   seconds of a run (default: 2)
#   CLIENTS    numbers of clients (default: "1 4")
#   ONLY       operations (default: "get_item put_item update_item")
#   FSYNC      on: writes wait for the disk (default: off, so that the work of the processor is what counts)
#
# Works as root (the server runs as the account postgres) and as an ordinary user. With --connect it uses the
# running server that PGHOST, PGUSER and PGDATABASE lead to, and the programs in PATH.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-100000}
ROUNDS=${ROUNDS:-9}
DURATION=${DURATION:-2}
CLIENTS=${CLIENTS:-1 4}
ONLY=${ONLY:-get_item put_item update_item}
FSYNC=${FSYNC:-off}

here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/dynapg-bench.XXXXXX")
own_server=
trap finish EXIT
trap 'exit 1' INT TERM

as_owner()
{
	if [ "$(id -u)" = 0 ]; then
		(cd "$dir" && su postgres -s /bin/sh -c "$1")
	else
		(cd "$dir" && sh -c "$1")
	fi
}

finish()
{
	if [ -n "$own_server" ]; then
		as_owner "'$bin/pg_ctl' -D '$dir/data' -m immediate -w stop" >/dev/null 2>&1 || true
	fi
	rm -rf "$dir"
}

start_server()
{
	[ "$(id -u)" != 0 ] || chown postgres "$dir"
	chmod 755 "$dir"
	as_owner "'$bin/initdb' -D '$dir/data' -A trust -U postgres --locale=C -E UTF8" >/dev/null
	cat > "$dir/bench.conf" <<-EOF
		listen_addresses = ''
		unix_socket_directories = '$dir'
		shared_buffers = 512MB
		max_wal_size = 8GB
		checkpoint_timeout = 1h
		fsync = $FSYNC
		jit = off
	EOF
	as_owner "cat bench.conf >> data/postgresql.conf"
	own_server=yes
	as_owner "'$bin/pg_ctl' -D '$dir/data' -l '$dir/log' -w start" >/dev/null
	PGHOST=$dir PGUSER=postgres PGDATABASE=postgres
	export PGHOST PGUSER PGDATABASE
}

if [ "${1:-}" = --connect ]; then
	bin=$(dirname "$(command -v pgbench)")
else
	bin=$("$PG_CONFIG" --bindir)
	start_server
fi
sql()
{
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}
sql -v items="$ITEMS" -f "$here/items/load.sql"

# The rate of one run.
run()
{
	"$bin/pgbench" -n -M prepared -c "$2" -j "$2" -T "$DURATION" -D items="$ITEMS" -f "$here/items/$1.sql" 2>"$dir/err" |
		sed -n 's/^tps = \([0-9.]*\).*/\1/p' > "$dir/tps"
	[ -s "$dir/tps" ] || { cat "$dir/err" >&2; exit 1; }
	cat "$dir/tps"
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

printf '%s items, median of %s runs of %s s, fsync %s, %s\n' "$ITEMS" "$ROUNDS" "$DURATION" "$(sql -c 'SHOW fsync')" "PostgreSQL $(sql -c 'SHOW server_version')"
printf '%-12s %7s %12s %12s %7s\n' operation clients dynapg/s plain/s ratio
for op in $ONLY; do
	for c in $CLIENTS; do
		: > "$dir/ours"; : > "$dir/plain"
		for round in $(seq "$ROUNDS"); do
			run "$op" "$c" >> "$dir/ours"
			run "plain_$op" "$c" >> "$dir/plain"
		done
		paste "$dir/ours" "$dir/plain" | awk '{ print $1 / $2 }' > "$dir/ratios"
		printf '%-12s %7d %12.0f %12.0f %7.2f\n' "$op" "$c" "$(median "$dir/ours")" "$(median "$dir/plain")" "$(median "$dir/ratios")"
	done
done
