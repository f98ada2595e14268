#!/usr/bin/env bash
# make psql: psql in the cluster that make demo or make start made.  The server
# runs as long as psql does, or until make stop if make start started it.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"

if ! find_samples demo; then
	fail "there is no demo cluster in this folder yet" "Run first: make demo"
fi

# A second psql joins the first and leaves the server to it.
port=5432
if served=$(served_port); then
	port=$served
elif other=$(holder demo) && server_runs; then
	say "The server is already running for process $other; it stops when that ends."
else
	hold demo
	trap 'stop_room; rm -f build/demo.pid' EXIT
	trap 'exit 143' TERM HUP
	stop_room
	step "starting the demo cluster" start_server
fi
export PGHOST=$room/run PGPORT=$port PGUSER=postgres PSQL_HISTORY=$CHS_DIR/build/psql_history
[ -z "$library_path" ] || export LD_LIBRARY_PATH=$library_path

# Ctrl-C belongs to psql, which cancels the query and goes on.
trap : INT
if [ -t 0 ]; then
	say "psql in the database demo: \\dt saas.* and \\dt shop.* list the tables of the samples, \\q leaves."
fi
"$bindir/psql" -X -d demo
