# shellcheck shell=bash disable=SC2154	# cluster.sh sets room and bindir
# The database demo with the sample companies, in a private cluster, and how
# programs of this machine reach it.  Sourced after cluster.sh.
#
# On the socket in ROOM/run the superuser postgres needs no password: only the
# server's user can enter that folder.  On 127.0.0.1, and on no other interface,
# the role demo does.  It owns the database and everything in it and is no
# superuser.  build/KIND.pgpass keeps the port and the password from one start
# to the next, until make clean.

sample_psql()
{
	LD_LIBRARY_PATH=${library_path:-${LD_LIBRARY_PATH:-}} \
		"$bindir/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}

make_sample_database()
{
	sample_psql -d postgres -c 'CREATE ROLE demo LOGIN' -c 'CREATE DATABASE demo OWNER demo' &&
		PGOPTIONS='-c role=demo' sample_psql -d demo -c 'CREATE EXTENSION chs'
}

# a sample says by \echo what it is about to do
load_sample()
{
	local started
	started=$(milliseconds)
	say "loading $1"
	PGOPTIONS='-c role=demo' sample_psql -d demo -f "$1" 2>&1 </dev/null | sed -u 's/^/    /' || fail "$1 failed"
	printf '%-44s%s\n' "    loaded in" "$(seconds_since "$started")"
}

# new_sample_cluster KIND [CONF]: a new cluster with the samples, on its socket
new_sample_cluster()
{
	local sample
	new_cluster "$1" "wal_level = minimal
max_wal_senders = 0
${2:-}"
	step "creating the database demo" make_sample_database
	for sample in saas shop models health worklists reports; do
		[ ! -f "examples/$sample.sql" ] || load_sample "examples/$sample.sql"
	done
	touch "$room/samples-are-loaded"
}

# find_samples KIND: the room, if its database demo is complete
find_samples()
{
	find_room "$1" && [ -f "$room/samples-are-loaded" ]
}

# --- on 127.0.0.1 ---------------------------------------------------------------

# the port of a server that listens on 127.0.0.1; fails if none does
served_port()
{
	local -a pid_file
	server_runs && mapfile -t pid_file <"$room/run/data/postmaster.pid" || return 1
	[ "${pid_file[5]:-}" = 127.0.0.1 ] && echo "${pid_file[3]}"
}

make_password()
{
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# read_access KIND: sets pgpass, port and password to those of the last start
read_access()
{
	pgpass=$CHS_DIR/build/$1.pgpass port='' password=''
	[ ! -r "$pgpass" ] || IFS=: read -r _ port _ _ password <"$pgpass"
	[[ $port =~ ^[0-9]+$ ]] || port=''
	[[ $password =~ ^[0-9a-f]{32}$ ]] || password=$(make_password)
}

# remember_access PORT: in the form that libpq reads, for the caller's eyes only
remember_access()
{
	rm -f "$pgpass"
	(umask 077 && echo "127.0.0.1:$1:demo:demo:$password" >"$pgpass")
}

set_access()
{
	as_server sh -c 'cat >data/pg_hba.conf' <<-'CONF' || return 1
		local all  all               trust
		host  demo demo 127.0.0.1/32 scram-sha-256
	CONF
}

# start_on_loopback FIRST LAST: on the port of the last time, if it is one of
# these, else on the first one that is free.  A port may be taken between our
# look and the server's: then the next one is tried.
start_on_loopback()
{
	local candidate
	for candidate in $port $(seq "$1" "$2"); do
		((candidate >= $1 && candidate <= $2)) || continue
		! (: <"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || continue
		port=$candidate
		start_server "$port" && return
		as_server tail -n 8 server.log | grep -q 'could not bind' || return 1
	done
	say "no port from $1 to $2 is free"
	return 1
}

set_password()
{
	echo "SET password_encryption = 'scram-sha-256'; ALTER ROLE demo PASSWORD '$password'" | sample_psql -d postgres
}

# serve KIND FIRST_PORT LAST_PORT: starts the stopped server of the room; sets
# pgpass, port and password
serve()
{
	read_access "$1"
	step "allowing the role demo on 127.0.0.1" set_access
	step "starting the server on 127.0.0.1" start_on_loopback "$2" "$3"
	remember_access "$port" || fail "cannot write to $pgpass"
	step "setting the password" set_password
}

# url SCHEME: the connection string
url()
{
	echo "$1://demo:$password@127.0.0.1:$port/demo"
}
