#!/usr/bin/env bash
# make bench: measures bench/*.sql (see bench.pl), one after the other, in a
# private cluster, each in a fresh database with chs.  TESTS="name ..." runs only
# these; growth (see bench-growth.pl) runs only if TESTS names it.  ROUNDS (7) and
# SEED (1).  DUCK=FOLDER: DuckDB beside it, from FOLDER/node_modules.  The report, in
# markdown, goes to standard output.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"

need build
hold bench
# DuckDB is asked for its version, before anything takes time
duck=''
if [ -n "${DUCK:-}" ]; then
	duck=$(printf '%s\n' 'SELECT version()' '@@ end' | node tools/bench-duck.mjs "$DUCK" | sed -n 2p)
	[ -n "$duck" ] || fail "there is no DuckDB in $DUCK" "Bring it: npm install --prefix $DUCK @duckdb/node-api"
fi

trap '[ -z "$room" ] || remove_room; rm -f build/bench.pid build/bench.room' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

new_cluster bench "wal_level = minimal
max_wal_senders = 0
shared_buffers = '2GB'
autovacuum = off"

export PATH=$bindir:$PATH PSQLRC=/dev/null
[ -z "$library_path" ] || export LD_LIBRARY_PATH=$library_path

make_database()
{
	psql -X -q -d postgres -c 'DROP DATABASE IF EXISTS bench' -c 'CREATE DATABASE bench' 2>/dev/null &&
		psql -X -q -d bench -c 'CREATE EXTENSION chs'
}

rounds=${ROUNDS:-7} seed=${SEED:-1}
export PGDATABASE=bench

# what the numbers depend on
describe_machine()
{
	local model cores
	model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1)
	cores=$(nproc 2>/dev/null || echo '?')
	say "Processor: ${model:-unknown}, $cores cores (load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo '?') at the start)"
	say "PostgreSQL: $(psql -X -A -t -d postgres -c 'SHOW server_version')"
	say "DuckDB: ${duck:-left out (DUCK=FOLDER brings it, see bench/README.md)}"
	say "Seed $seed; medians of $rounds rounds after one to warm up; a ratio is query / reference"
}

echo
describe_machine

# measure NAME: the report of one bench/NAME.sql
measure()
{
	if [ "$1" = growth ]; then
		perl tools/bench-growth.pl </dev/null
	else
		perl tools/bench.pl "bench/$1.sql" "$rounds" "$seed" "${DUCK:-}" </dev/null
	fi
}

names=${TESTS:-$(cd bench && printf '%s\n' ./*.sql | sed 's|^\./||; s|\.sql$||')}
status=0
for name in $names; do
	[ -f "bench/$name.sql" ] || [ "$name" = growth ] || fail "there is no benchmark $name"
	echo
	say "${bold}### $name${plain}"
	echo
	make_database >build/bench.log 2>&1 || { cat build/bench.log; fail "cannot make the database bench"; }
	measure "$name" || { say "${red}$name failed${plain}"; status=1; }
done
exit $status
