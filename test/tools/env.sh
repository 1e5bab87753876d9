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
oldest_major=14
newest_major=18

# Where Debian's packages put things; the tests of these scripts look below a folder of their own instead of /.
system_root=${DYNAPG_SYSTEM_ROOT:-}
debian_versions=$system_root/usr/lib/postgresql

# The caller's make and libpq settings must reach neither the nested make nor the private servers.
requested_port=${PGPORT:-}
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
for name in ${!PG*}; do
	case $name in
		PG_CONFIG) ;;
		*) unset "$name" ;;
	esac
done
case ${PG_CONFIG:-} in
	'') unset PG_CONFIG ;;
	/*) ;;
	*/*) PG_CONFIG=$PWD/$PG_CONFIG ;;
esac

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

# Root builds a tree of an ordinary user as that user, who can then go on with what was built.
builder_prefix=(env)
if is_root && [ "$(stat -c %u "$top")" != 0 ]; then
	builder_prefix=(setpriv "--reuid=$(stat -c %u "$top")" "--regid=$(stat -c %g "$top")" --clear-groups env HOME=/tmp)
	"${builder_prefix[@]}" test -w "$top" 2>/dev/null || builder_prefix=(env)
fi

as_builder()
{
	"${builder_prefix[@]}" "$@"
}

# major_of PROGRAM: the major version that `PROGRAM --version` tells; nothing when it does not run.
major_of()
{
	"$1" --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9][0-9]*\).*/\1/p'
}

# lacks_of PG_CONFIG: what it takes to build for that PostgreSQL and to run it, and is not there, all of one version:
# "server", "headers", "client".  Debian has these in packages of their own, and pgxs.mk comes with the client.
lacks_of()
{
	local major bin include
	major=$(major_of "$1")
	[ -n "$major" ] || { echo server headers client; return 0; }
	bin=$("$1" --bindir)
	include=$("$1" --includedir-server)
	[ "$(major_of "$bin/postgres")" = "$major" ] && [ -x "$bin/initdb" ] || echo server
	[ -f "$include/postgres.h" ] && grep -qsE "^#define PG_MAJORVERSION \"$major\"" "$include"/pg_config*.h || echo headers
	[ -f "$("$1" --pgxs)" ] && [ "$(major_of "$bin/psql")" = "$major" ] || echo client
}

is_supported()
{
	[ "$1" -ge "$oldest_major" ] && [ "$1" -le "$newest_major" ]
}

# installed_majors PATTERN: the versions of Debian's folder that have a file below them, the newest first.
installed_majors()
{
	local file
	for file in "$debian_versions"/*/$1; do
		[ ! -e "$file" ] || (file=${file#"$debian_versions/"} && printf '%s\n' "${file%%/*}")
	done | { grep -E '^[0-9]+$' || true; } | sort -rn
}

# real_pg_config PG_CONFIG: the one beside its programs; Debian's /usr/bin/pg_config stands for another one with each
# version that comes or goes.
real_pg_config()
{
	local real
	real=$("$1" --bindir)/pg_config
	[ -x "$real" ] || real=$(command -v "$1")
	printf '%s\n' "$real"
}

# find_pg_config [MAJOR]: the pg_config to build with, of that version if one is given: PG_CONFIG, else the one in the
# PATH, else the newest of Debian's, in each case with nothing missing.  Prints nothing when there is none.
find_pg_config()
{
	local candidate major
	local -a candidates
	if [ -n "${PG_CONFIG:-}" ]; then
		candidates=("$PG_CONFIG")
	else
		mapfile -t candidates < <(command -v pg_config || true
			installed_majors bin/pg_config | sed "s|.*|$debian_versions/&/bin/pg_config|")
	fi
	for candidate in "${candidates[@]}"; do
		major=$(major_of "$candidate")
		[ -n "$major" ] && [ "$major" = "${1:-$major}" ] || continue
		[ -n "${PG_CONFIG:-}" ] || is_supported "$major" || continue
		if [ -z "$(lacks_of "$candidate")" ]; then
			real_pg_config "$candidate"
			return 0
		fi
	done
}

# load_pg_config [MAJOR]: sets PG_CONFIG and what it says; after setup.
load_pg_config()
{
	PG_CONFIG=$(find_pg_config "$@")
	[ -n "$PG_CONFIG" ] || die "no PostgreSQL with its server headers found"
	export PG_CONFIG
	pg_major=$(major_of "$PG_CONFIG")
	[ "$pg_major" -ge "$oldest_major" ] || die "$PG_CONFIG is of PostgreSQL $pg_major; dynapg needs $oldest_major to $newest_major"
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
	as_server test -r "$top" -a -x "$top" 2>/dev/null
}

# own_folder PATH: that path, or, when another account made it already, PATH-ACCOUNT.
own_folder()
{
	if [ -e "$1" ] && [ ! -O "$1" ]; then
		printf '%s\n' "$1-$(id -un)"
	else
		printf '%s\n' "$1"
	fi
}

# have_build_folder: is there, or can there be, a folder build in the tree that we may write to?
have_build_folder()
{
	as_builder mkdir -p "$top/build" 2>/dev/null && [ -w "$top/build" ]
}

# work_path NAME: the folder for one purpose (run, check, bench), free of spaces and reachable for the account that runs
# the server.
work_path()
{
	local base=$top/build tag odd=
	tag=$(printf '%s' "$top" | cksum | cut -d' ' -f1)
	! [[ $top =~ [^A-Za-z0-9_/.+-] ]] || odd=yes
	if is_root; then
		if [ -n "$odd" ] || ! reachable; then
			base=/var/lib/dynapg/$tag
		fi
	elif [ -n "$odd" ] || ! have_build_folder; then
		base=/var/tmp/dynapg-$(id -u)-$tag
		[ ! -e "$base" ] || [ -O "$base" ] || die "$base belongs to somebody else"
	fi
	own_folder "$base/$1"
}

# work_folder NAME: creates that folder and prints its path.
work_folder()
{
	local folder
	folder=$(work_path "$1")
	case $folder in
		"$top"/*) have_build_folder || true ;;
		/var/tmp/*) mkdir -m 700 "$(dirname "$folder")" 2>/dev/null || true ;;
	esac
	(umask 022 && mkdir -p "$folder")
	printf '%s\n' "$folder"
}

# server_folder PATH: creates a folder that the server's account owns.
server_folder()
{
	mkdir -p "$1"
	if is_root; then
		chown "$server_account:" "$1"
	fi
}

# build: compiles with all cores.  What another account built here is built again where it cannot be overwritten.
build()
{
	as_builder test -w "$top/src" ||
		die "$(id -un) may not write in $top, which belongs to $(stat -c %U "$top"): clone the repository as $(id -un), or run make as $(stat -c %U "$top")"
	as_builder find "$top/src" "$top/dynapg.so" -type f \( -name '*.o' -o -name '*.d' -o -name 'dynapg.so' -o -name '.flags*' \) \
		! -writable -delete 2>/dev/null || true
	as_builder make -s -C "$top" -j"$(nproc)" ${WERROR:+WERROR=1} all
}

# install_private PREFIX [TREE]: the private PostgreSQL with the extension that was built in that tree, else in this one; sets bin
# to its programs.
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
	(umask 022 && make -s -C "${2:-$top}" install DESTDIR="$prefix")
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
