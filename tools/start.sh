#!/usr/bin/env bash
# make start: the demo's cluster, made if there is none, keeps running on
# 127.0.0.1 for notebooks, BI tools and drivers; says how to reach it.
# PORT=n: on this port.  make stop ends it.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"

tell()
{
	printf '  %-13s%s\n' "$1" "$2"
}

tell_access()
{
	echo
	say "The sample companies are in the database demo, for programs of this machine, until ${bold}make stop${plain}:"
	tell 'connection' "$(url postgresql)"
	tell 'psql' "PGPASSFILE='$pgpass' psql -h 127.0.0.1 -p $port -U demo demo"
	tell 'Jupyter' "sqlalchemy.create_engine(\"$(url postgresql+psycopg2)\")"
	tell 'JDBC' "jdbc:postgresql://127.0.0.1:$port/demo?user=demo&password=$password"
	tell 'Metabase' "PostgreSQL, host 127.0.0.1, port $port, database demo, user demo, password $password, no SSL"
	tell '' "(in a container: run it with --network host)"
	tell 'schemas' 'saas, shop: the tables; saas_health, worklists, reports: what a tool shows'
	say "The password is kept in build/demo.pgpass; ${bold}make psql${plain} needs none."
}

if find_samples demo && port=$(served_port); then
	read_access demo
	[ "${PORT:-$port}" = "$port" ] || fail "the server is running on port $port" "End it first: make stop"
	tell_access
	exit
fi

need build
hold demo
trap '[ -z "$room" ] || stop_room; rm -f build/demo.pid' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if find_samples demo; then
	stop_room
else
	new_sample_cluster demo
	step "stopping the cluster" stop_room
fi
serve demo "${PORT:-5499}" "${PORT:-5598}"
tell_access

trap 'rm -f build/demo.pid' EXIT
