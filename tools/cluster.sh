# shellcheck shell=bash
# A private throw-away cluster.  Sourced after common.sh.
#
# Everything of it lives in one fresh folder, the room, which mktemp makes
# outside the clone, because the server's user may not be able to enter the
# clone.  build/KIND.room remembers where it is (KIND: demo, test, bench ...):
#
#	ROOM/tree	the server's programs, copied; its libraries and shared
#				files, linked; chs, installed.  PostgreSQL finds its files
#				relative to the real path of its program: nothing has to be
#				installed in the system's tree.
#	ROOM/run	owned by the server's user, mode 0700: data, socket, logs
#
# The server listens on the socket in ROOM/run only, unless sample.sh starts it
# on 127.0.0.1, too.  Programs of ROOM/tree
# are ours alone, so whatever still runs from there after a crash of these
# scripts is found by its path and ended.

server_user=''		# set when we are root, for a server refuses to run as root
room=''
tree=''
bindir=''			# the programs in the tree
server_program=''	# what starts the server in place of its own program (checked-tests.sh)
library_path=''		# where libpq is, if the programs do not find it themselves

# --- users --------------------------------------------------------------------

choose_server_user()
{
	[ "$(id -u)" -eq 0 ] || return 0
	if [ -n "$room" ] && [ -d "$room/run" ]; then
		server_user=$(stat -c %U "$room/run")
	elif id postgres >/dev/null 2>&1; then
		server_user=postgres
	else
		server_user=nobody
	fi
}

# as_server COMMAND ARGS...: as the server's user, in a clean environment
as_server()
{
	local -a become=()
	if [ -n "$server_user" ] && [ "$server_user" != root ]; then
		if command -v runuser >/dev/null 2>&1; then
			become=(runuser -u "$server_user" --)
		else
			become=(setpriv --reuid="$server_user" --regid="$(id -g "$server_user")" --init-groups)
		fi
	fi
	(
		cd "$room/run" &&
			exec "${become[@]}" env -i HOME="$room/run" TMPDIR="$room/run" LANG=C LC_ALL="$LC_ALL" \
				PATH="${bindir:-/nonexistent}:/usr/local/bin:/usr/bin:/bin" \
				${library_path:+LD_LIBRARY_PATH="$library_path"} CHS_ROOM="$room" \
				${GCOV_PREFIX:+GCOV_PREFIX="$GCOV_PREFIX"} "$@"
	)
}

# --- one script at a time -------------------------------------------------------

# the script that works with the cluster KIND, if it is alive
holder()
{
	local pid
	pid=$(cat "build/$1.pid" 2>/dev/null) || return 1
	[ -n "$pid" ] && [ "$pid" != $$ ] || return 1
	tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q 'tools/' || return 1
	echo "$pid"
}

hold()
{
	local pid
	mkdir -p build || fail "cannot write to $CHS_DIR/build"
	if pid=$(holder "$1"); then
		fail "another run uses the $1 cluster of this folder (process $pid)" \
			"Wait for it to end, or end it: kill $pid"
	fi
	echo $$ 2>/dev/null >"build/$1.pid" ||
		fail "cannot write to $CHS_DIR/build" "It belongs to another user; remove it as that user: make clean"
}

# --- the room -------------------------------------------------------------------

# set_room DIR: the paths in a room
set_room()
{
	room=$1
	tree=$room/tree
	bindir=$tree$("$PG_CONFIG" --bindir 2>/dev/null)
	library_path=''
	choose_server_user
	[ ! -f "$room/library_path" ] || library_path=$(cat "$room/library_path")
	[ ! -f "$room/bindir" ] || bindir=$(cat "$room/bindir")
	export CHS_ROOM=$room
}

# find_room KIND: the room that build/KIND.room remembers, if it is really ours
find_room()
{
	local dir
	dir=$(cat "build/$1.room" 2>/dev/null) || return 1
	[[ $dir =~ ^/[A-Za-z0-9/._-]*/chs-$1\.[A-Za-z0-9]{10}$ ]] || return 1
	[ -d "$dir" ] && [ ! -L "$dir" ] || return 1
	[ -O "$dir" ] || [ "$(id -u)" -eq 0 ] || return 1
	set_room "$dir"
}

make_room()
{
	local kind=$1 base
	for base in "${TMPDIR:-}" /tmp /var/tmp; do
		# the path of a socket must stay below 108 characters
		[[ $base =~ ^/[A-Za-z0-9/._-]{0,40}$ ]] || continue
		room=$(mktemp -d "${base%/}/chs-$kind.XXXXXXXXXX" 2>/dev/null) || continue
		echo "$room" >"build/$kind.room"
		set_room "$room"
		chmod 711 "$room" && mkdir "$room/run" && chmod 700 "$room/run"
		choose_server_user
		# can the server's user enter it and run programs there?
		cp "$(type -P true)" "$room/probe"
		if { [ "$(id -u)" -ne 0 ] || { server_user_is_fit && chown "$server_user" "$room/run"; }; } &&
			as_server "$room/probe" 2>/dev/null; then
			rm -f "$room/probe"
			return
		fi
		rm -rf "$room"
	done
	fail "no folder for the private cluster" \
		"Neither TMPDIR nor /tmp nor /var/tmp lets ${server_user:-this user} run programs in it."
}

server_user_is_fit()
{
	if [ "$server_user" = root ] || ! id "$server_user" >/dev/null 2>&1; then
		server_user=nobody
		! id postgres >/dev/null 2>&1 || server_user=postgres
	fi
}

# Programs that a cluster and its tests use: copies, see above.
programs='postgres initdb pg_ctl psql pg_dump pg_dumpall pg_restore createdb dropdb
	createuser dropuser pg_isready pg_config pg_basebackup pg_controldata pg_resetwal
	pg_waldump pg_rewind pg_verifybackup pg_checksums pg_receivewal pg_recvlogical
	pg_amcheck pg_upgrade pgbench vacuumdb reindexdb clusterdb'

# link_tree DIR: the entries of DIR as links in the tree, as copies where the
# server's user cannot read the original; without a chs that is installed
# there.  Folders that our own installation writes to are folders in the tree.
link_tree()
{
	local from=$1 folder
	if ! as_server test -r "$from/."; then
		mkdir -p "$tree$from" && cp -RL "$from/." "$tree$from/" || return 1
	else
		for folder in "$from" "$from/extension" "$from/bitcode"; do
			[ -d "$folder" ] || continue
			rm -f "$tree$folder"
			mkdir -p "$tree$folder"
			find "$folder" -mindepth 1 -maxdepth 1 -exec ln -s -t "$tree$folder" {} + || return 1
		done
	fi
	rm -rf "$tree$from"/extension/chs[.-]* "$tree$from"/chs.so "$tree$from"/bitcode/chs "$tree$from"/bitcode/chs.*
}

fill_tree()
{
	local from sharedir pkglibdir libdir program
	from=$("$PG_CONFIG" --bindir)
	sharedir=$("$PG_CONFIG" --sharedir)
	pkglibdir=$("$PG_CONFIG" --pkglibdir)
	libdir=$("$PG_CONFIG" --libdir)

	mkdir -p "$bindir"
	for program in $programs; do
		[ ! -x "$from/$program" ] || cp -L "$from/$program" "$bindir/" || return 1
	done
	if [ -x "$pkglibdir/pgxs/src/test/regress/pg_regress" ]; then
		cp -L "$pkglibdir/pgxs/src/test/regress/pg_regress" "$bindir/" || return 1
	fi
	link_tree "$sharedir" && link_tree "$pkglibdir" || return 1

	# a server that was moved after its build finds libpq by this only
	if ! as_server "$bindir/psql" --version >/dev/null 2>&1; then
		library_path=$libdir
		if ! as_server test -r "$libdir/."; then
			library_path=$tree$libdir
			mkdir -p "$library_path" && cp -L "$libdir"/libpq.so.* "$library_path/" || return 1
		fi
		echo "$library_path" >"$room/library_path"
	fi
	echo "$bindir" >"$room/bindir"
	as_server "$bindir/psql" --version && as_server "$bindir/postgres" --version
}

install_extension()
{
	run_make install DESTDIR="$tree"
}

# build_test_module FOLDER: the module of the tests, never installed, loaded by its path
build_test_module()
{
	# shellcheck disable=SC2034	# run_make reads it
	local -a make_options=()
	[ -z "${CHS_CASSERT:-}" ] || rm -rf build/c
	mkdir -p build/c && run_make -C build/c -f ../../test/c/Makefile VPATH=../../test/c all &&
		cp build/c/chs_test.so "$1/" && chmod a+rx "$1/chs_test.so"
}

# --- the server -----------------------------------------------------------------

make_data()
{
	as_server "$bindir/initdb" -D "$room/run/data" -U postgres -A trust -E UTF8 \
		--locale=C --no-sync --no-instructions || return 1
	as_server sh -c 'cat >>data/postgresql.conf' <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$room/run'
		port = 5432
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_wal_size = '1GB'
		shared_buffers = '256MB'
		max_connections = 40
		timezone = 'UTC'
		log_timezone = 'UTC'
		lc_messages = 'C'
		${1:-}
	CONF
}

# start_server [PORT]: with a PORT it listens on 127.0.0.1, too
start_server()
{
	local -a options=()

	[ $# -eq 0 ] || options=(-o "-c port=$1 -c listen_addresses=127.0.0.1")
	as_server "$bindir/pg_ctl" -D "$room/run/data" -l "$room/run/server.log" -w -t 120 \
		${server_program:+-p "$server_program"} "${options[@]}" start </dev/null ||
		{ as_server tail -n 20 server.log 2>/dev/null; return 1; }
	export PGHOST=$room/run PGPORT=${1:-5432} PGUSER=postgres
}

server_runs()
{
	[ -x "$bindir/pg_ctl" ] && [ -f "$room/run/data/postmaster.pid" ] &&
		as_server "$bindir/pg_ctl" -D "$room/run/data" status >/dev/null 2>&1
}

# pids of this room: programs of its tree, and what its tests started.  Two
# programs look at all processes; two per process took seconds.
room_pids()
{
	local self=$BASHPID pid
	local -a procs=(/proc/[0-9]*)	# listed before they start: neither finds itself

	{
		find "${procs[@]/%//exe}" -maxdepth 0 -lname "$room/*"
		grep -lszxF "CHS_ROOM=$room" "${procs[@]/%//environ}"
	} 2>/dev/null | cut -d/ -f3 | sort -u | while read -r pid; do
		[ "$pid" = $$ ] || [ "$pid" = "$self" ] || echo "$pid"
	done
}

# end everything of this room, the server first and in order
stop_room()
{
	local pid tries
	if server_runs; then
		as_server "$bindir/pg_ctl" -D "$room/run/data" -m fast -w -t 60 stop >/dev/null 2>&1
	fi
	for pid in $(room_pids); do
		case $(readlink "/proc/$pid/exe" 2>/dev/null) in
			*/postgres | */postgres\ *) kill -INT "$pid" 2>/dev/null ;;
			*) kill -TERM "$pid" 2>/dev/null ;;
		esac
	done
	for ((tries = 0; tries < 50; tries++)); do
		[ -n "$(room_pids)" ] || break
		sleep 0.1
	done
	for pid in $(room_pids); do
		kill -KILL "$pid" 2>/dev/null
	done
	return 0
}

remove_room()
{
	stop_room
	# a process that dies may still write for a moment
	rm -rf "$room" 2>/dev/null || { sleep 1; rm -rf "$room"; }
	room=''
}

# new_cluster KIND [CONF]: build chs, make the cluster, start it
new_cluster()
{
	local kind=$1 conf=${2:-}
	if find_room "$kind"; then
		remove_room
	fi
	step "building chs for $("$PG_CONFIG" --version | cut -d' ' -f1,2)" run_make all
	make_room "$kind"
	step "making a private server tree" fill_tree
	step "installing chs into it" install_extension
	step "making a private cluster" make_data "$conf"
	[ -z "${CHS_COVERAGE:-}" ] || begin_coverage
	[ -z "${CHS_VALGRIND:-}" ] || begin_valgrind
	step "starting it" start_server
}
