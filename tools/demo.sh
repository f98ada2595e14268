#!/usr/bin/env bash
# make demo: brings what is missing, builds, starts a private cluster, loads
# the samples and shows the main job.  The data stays for make psql.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"

need build
hold demo
trap '[ -z "$room" ] || stop_room; rm -f build/demo.pid' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

new_cluster demo "wal_level = minimal
max_wal_senders = 0"

demo_psql()
{
	LD_LIBRARY_PATH=${library_path:-${LD_LIBRARY_PATH:-}} \
		"$bindir/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}

make_database()
{
	demo_psql -d postgres -c 'CREATE DATABASE demo' &&
		demo_psql -d demo -c 'CREATE EXTENSION chs'
}

step "creating the database demo" make_database
# a sample says by \echo what it is about to do
load()
{
	local started
	started=$(milliseconds)
	say "loading $1"
	demo_psql -d demo -f "$1" 2>&1 </dev/null | sed -u 's/^/    /' || fail "$1 failed"
	printf '%-44s%s\n' "    loaded in" "$(seconds_since "$started")"
}

for sample in saas shop models health worklists reports; do
	[ ! -f "examples/$sample.sql" ] || load "examples/$sample.sql"
done
touch "$room/demo-is-ready"

if [ -f examples/demo.sql ]; then
	started=$(milliseconds)
	echo
	demo_psql -d demo -f examples/demo.sql 2>&1 </dev/null | perl tools/colour.pl ||
		fail "examples/demo.sql failed"
	say "The demo took $(seconds_since "$started")."
fi

step "stopping the cluster" stop_room
echo
say "The data is still there: ${bold}make psql${plain} starts the cluster again and opens psql in it."
say "${bold}make help${plain} lists the rest; ${bold}make clean${plain} removes everything."
