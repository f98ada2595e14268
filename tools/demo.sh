#!/usr/bin/env bash
# make demo: brings what is missing, builds, starts a private cluster, loads
# the samples and shows the main job.  The data stays for make psql and make
# start.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"

need build
if find_samples demo && served_port >/dev/null; then
	fail "the server that make start started is running" "Programs may be using it.  End it first: make stop"
fi
hold demo
trap '[ -z "$room" ] || stop_room; rm -f build/demo.pid' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

new_sample_cluster demo

if [ -f examples/demo.sql ]; then
	started=$(milliseconds)
	echo
	sample_psql -d demo -f examples/demo.sql 2>&1 </dev/null | perl tools/colour.pl ||
		fail "examples/demo.sql failed"
	say "The demo took $(seconds_since "$started")."
fi

step "stopping the cluster" stop_room
echo
say "The data is still there: ${bold}make psql${plain} starts the cluster again and opens psql in it,"
say "${bold}make start${plain} starts it for notebooks, BI tools and drivers."
say "${bold}make help${plain} lists the rest; ${bold}make clean${plain} removes everything."
