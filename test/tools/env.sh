# env.sh - what the scripts behind `make run`, `make check` and `make bench` share; sourced by them.
#
# Nothing is written into PostgreSQL's own directories, and no server but our own is touched.  Each checkout has a
# private PostgreSQL: a copy of the programs in bin with links to everything else, laid out under a folder as it lies
# under /.  PostgreSQL finds its libraries and share files relative to its program, so it looks there, and the
# extension is installed there by `make install DESTDIR=...`.
#
# PostgreSQL refuses to run as root, so root runs it as the account postgres.  That account must reach what it
# uses; where it cannot reach the checkout (below /root, say) the private server lives in /var/lib/dynapg instead.
# PGXS's test programs dislike spaces; where the checkout's path has one the server lives elsewhere, too.

set -euo pipefail
export LANG=C.UTF-8 LC_ALL=C.UTF-8

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
server_account=postgres

# The caller's make and libpq settings must reach neither the nested make nor the private servers.
requested_port=${PGPORT:-}
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
for name in ${!PG*}; do
	case $name in
		PG_CONFIG) ;;
		*) unset "$name" ;;
	esac
done
[ -n "${PG_CONFIG:-}" ] || unset PG_CONFIG

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf 'dynapg: %s\n' "$*" >&2
	exit 1
}

is_root()
{
	[ "$(id -u)" = 0 ]
}

# The words before a command that make it run as the account that may run PostgreSQL; the process stays the same.
server_prefix=(env)
if is_root; then
	server_prefix=(setpriv "--reuid=$server_account" "--regid=$server_account" --init-groups
		env HOME=/tmp "USER=$server_account" "LOGNAME=$server_account")
fi

as_server()
{
	"${server_prefix[@]}" "$@"
}

# The pg_config to build with: PG_CONFIG, else the newest one that has both a server and its headers.
# Prints nothing when there is none.
find_pg_config()
{
	local candidate
	for candidate in ${PG_CONFIG:+"$PG_CONFIG"} \
		$([ -n "${PG_CONFIG:-}" ] || ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -t/ -k5,5nr) \
		$([ -n "${PG_CONFIG:-}" ] || command -v pg_config || true); do
		if [ -f "$("$candidate" --pgxs 2>/dev/null)" ] && [ -x "$("$candidate" --bindir)/postgres" ] &&
			[ -f "$("$candidate" --includedir-server)/postgres.h" ]; then
			printf '%s\n' "$candidate"
			return
		fi
	done
}

# Sets PG_CONFIG and what it says; after setup.
load_pg_config()
{
	PG_CONFIG=$(find_pg_config)
	[ -n "$PG_CONFIG" ] || die "no PostgreSQL with its server headers found"
	export PG_CONFIG
	bindir=$("$PG_CONFIG" --bindir)
	pkglibdir=$("$PG_CONFIG" --pkglibdir)
	sharedir=$("$PG_CONFIG" --sharedir)
	pgxs_src=$(dirname "$(dirname "$("$PG_CONFIG" --pgxs)")")
	if is_root && ! id "$server_account" >/dev/null 2>&1; then
		die "PostgreSQL does not run as root, and there is no account $server_account to run it as"
	fi
}

# reachable: can the account that runs the server enter and read the checkout?
reachable()
{
	as_server test -r "$top" -a -x "$top"
}

# work_folder NAME: creates the folder for one purpose (run, check, bench) and prints its path, free of spaces
# and reachable for the account that runs the server.
work_folder()
{
	local base=$top/build tag
	tag=$(printf '%s' "$top" | cksum | cut -d' ' -f1)
	if is_root; then
		if [[ $top =~ [^A-Za-z0-9_/.+-] ]] || ! reachable; then
			base=/var/lib/dynapg/$tag
		fi
		(umask 022 && mkdir -p "$base/$1")
	elif [[ $top =~ [^A-Za-z0-9_/.+-] ]]; then
		base=/var/tmp/dynapg-$(id -u)-$tag
		mkdir -m 700 "$base" 2>/dev/null || [ -O "$base" ] || die "$base belongs to somebody else"
		mkdir -p "$base/$1"
	else
		mkdir -p "$base/$1"
	fi
	printf '%s\n' "$base/$1"
}

# server_folder PATH: creates a folder that the server's account owns.
server_folder()
{
	mkdir -p "$1"
	if is_root; then
		chown "$server_account:" "$1"
	fi
}

# build: compiles with all cores.
build()
{
	make -s -C "$top" -j"$(nproc)" all
}

# install_private PREFIX: the private PostgreSQL with the extension just built; sets bin to its programs.
install_private()
{
	local prefix=$1 stamp
	stamp="$(cksum <"$top/test/tools/env.sh") $bindir $(stat -c '%Y %s' "$bindir/postgres") $(stat -c '%Y' "$pkglibdir" "$sharedir/extension" | tr '\n' ' ')"
	bin=$prefix$bindir
	if [ "$(cat "$prefix/stamp" 2>/dev/null)" != "$stamp" ]; then
		rm -rf "$prefix"
		(
			umask 022
			mkdir -p "$bin" "$prefix$pkglibdir" "$prefix$sharedir"
			cp -pL "$bindir"/* "$bin/"
			ln -s "$pkglibdir"/* "$prefix$pkglibdir/"
			cp -rs "$sharedir"/. "$prefix$sharedir/"
			rm -f "$prefix$pkglibdir"/dynapg.so "$prefix$sharedir"/extension/dynapg[.-]*
			printf '%s\n' "$stamp" >"$prefix/stamp"
		)
	fi
	(umask 022 && make -s -C "$top" install DESTDIR="$prefix")
}

# preload_asan: puts a script in the place of the private server's program that starts it with the address sanitizer's
# library, which has to come first.  On Debian the library deadlocks in the C library's bindtextdomain when the server
# starts, so that does nothing here.  Leaks are no errors: PostgreSQL leaves its memory to the end of the process.
preload_asan()
{
	local library
	library=$(cc -print-file-name=libasan.so)
	[ -e "$library" ] || die "there is no libasan.so: install the compiler's sanitizers"
	(
		umask 022
		printf '%s\n' 'char *bindtextdomain(const char *domain, const char *folder) { return (char *) folder; }' |
			cc -shared -fPIC -x c -o "$bin/no-bindtextdomain.so" -
		[ -e "$bin/postgres.program" ] || mv "$bin/postgres" "$bin/postgres.program"
		cat >"$bin/postgres" <<-SCRIPT
			#!/bin/bash
			export LD_PRELOAD="$library $bin/no-bindtextdomain.so"
			export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
			exec -a "\$0" "$bin/postgres.program" "\$@"
		SCRIPT
		chmod 755 "$bin/postgres"
	)
}

# init_server DATADIR: a new, empty data directory.
init_server()
{
	as_server "$bin/initdb" -D "$1" -A trust -U postgres --locale=C.UTF-8 -E UTF8 --no-sync >/dev/null
}

# start_private_server WORK LOG: a server on new data in WORK/data, with the settings on standard input.  It listens in
# the folder that `socket` then names, and on no port, so nothing can collide with it.
start_private_server()
{
	rm -rf "$1/data"
	server_folder "$1/data"
	init_server "$1/data" || return 1
	socket=$(mktemp -d /tmp/dynapg.XXXXXX)
	server_folder "$socket"
	{
		printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$socket'" "logging_collector = off"
		cat
	} >>"$1/data/postgresql.conf"
	private_data=$1/data
	# No descriptor of ours, a lock's above all, may live on in the server.
	as_server "$bin/pg_ctl" -D "$private_data" -l "$2" -w start >/dev/null 2>&1 9>&-
}

# stop_private_server: ends it at once, whether or not it came up; what it worked on is of no further use.
stop_private_server()
{
	if [ -n "${private_data:-}" ]; then
		as_server "$bin/pg_ctl" -D "$private_data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	[ -z "${socket:-}" ] || rm -rf "$socket"
}

# The account that runs the server may be unable to enter the caller's working directory.
cd /
