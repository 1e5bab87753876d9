# common.sh - what the benchmarks share; sourced by them after their settings.
#
# Works as root (the server runs as the account postgres) and as an ordinary user.  With --connect a benchmark uses the
# running server that PGHOST, PGUSER and PGDATABASE lead to, and the programs in PATH; else it starts one of its own in a
# temporary folder, from the PostgreSQL of PG_CONFIG, in which the extension must be installed.
#
#   sql ...                             psql, unaligned
#   run SCRIPT CLIENTS                  the rate of one run of pgbench; DURATION seconds; a SCRIPT of this folder or a whole path;
#                                       in it :items is the number of items, :first is 1
#   median FILE                         of its numbers
#   compare TITLE CLIENTS OURS OTHER [ITEMS]
#                                       ROUNDS short runs of both scripts in turn, so that the machine's ups and downs fall on
#                                       both; prints the medians of the rates and of the ratios of neighbouring runs; a run of
#                                       OURS counts as ITEMS

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
	cat > "$dir/bench.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$dir'
		shared_buffers = ${SHARED_BUFFERS:-512MB}
		max_wal_size = 8GB
		checkpoint_timeout = 1h
		fsync = $FSYNC
		jit = off
	CONF
	as_owner "cat bench.conf >> data/postgresql.conf"
	own_server=yes
	as_owner "'$bin/pg_ctl' -D '$dir/data' -l '$dir/log' -w start" >/dev/null
	PGHOST=$dir PGUSER=postgres PGDATABASE=postgres
	export PGHOST PGUSER PGDATABASE
}

sql()
{
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

run()
{
	case $1 in
		/*) script=$1 ;;
		*) script=$here/$1 ;;
	esac
	"$bin/pgbench" -n -M prepared -c "$2" -j "$2" -T "$DURATION" -D items="$ITEMS" -D first=1 -f "$script.sql" 2>"$dir/err" |
		sed -n 's/^tps = \([0-9.]*\).*/\1/p' > "$dir/tps"
	[ -s "$dir/tps" ] || { cat "$dir/err" >&2; exit 1; }
	cat "$dir/tps"
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

compare()
{
	: > "$dir/ours"; : > "$dir/other"
	for round in $(seq "$ROUNDS"); do
		run "$3" "$2" | awk -v items="${5:-1}" '{ print $1 * items }' >> "$dir/ours"
		run "$4" "$2" >> "$dir/other"
	done
	paste "$dir/ours" "$dir/other" | awk '{ print $1 / $2 }' > "$dir/ratios"
	printf '%-38s %7d %12.0f %12.0f %7.2f\n' "$1" "$2" "$(median "$dir/ours")" "$(median "$dir/other")" "$(median "$dir/ratios")"
}

if [ "${1:-}" = --connect ]; then
	bin=$(dirname "$(command -v pgbench)")
else
	bin=$("$PG_CONFIG" --bindir)
	start_server
fi
