#!/usr/bin/env bash
# make dashboard: builds the pages of examples/dashboard from the sample, in
# build/dashboard/dist.  The server of make start is used, or started for it.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"
. "$(dirname "$0")/npm.sh"

node_is_new || fail "the dashboard needs Node.js 20 or newer, and npm" \
	"On Debian 13 and later: apt-get install nodejs npm"
npm_packages examples/dashboard || fail "npm cannot install what examples/dashboard/package.json names"

serves()
{
	find_samples demo && port=$(served_port)
}

started=
if ! serves; then
	started=yes
	bash tools/start.sh >/dev/null || exit 1
	serves || fail "the server of make start does not run"
fi
read_access demo
PGHOST=127.0.0.1 PGPORT=$port PGUSER=demo PGDATABASE=demo PGPASSFILE=$pgpass \
	step "building the pages" build_dashboard build/dashboard
[ -z "$started" ] || bash tools/stop.sh >/dev/null
say "The pages are in build/dashboard/dist. To read them:"
say "    python3 -m http.server --bind 127.0.0.1 --directory build/dashboard/dist 8000"
