#!/usr/bin/env bash
# make bench: measures bench/*.sql (see bench.pl) and runs bench/*.sh, one after
# the other, in a private cluster, each in a fresh database with chs.  A
# bench/*.sh finds PGHOST, PGPORT, PGUSER, PGDATABASE and the programs of the
# cluster in PATH.  TESTS="name ..." runs only these; ROUNDS (7) and SEED (1).
# The report, in markdown, goes to standard output.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"

need build
hold bench
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
	say "Seed $seed; medians of $rounds rounds after one to warm up; a ratio is query / reference"
}

echo
describe_machine

ran=0 status=0
for file in bench/*.sql bench/*.sh; do
	name=$(basename "${file%.*}")
	[ -f "$file" ] || continue
	[ -z "${TESTS:-}" ] || [[ " $TESTS " == *" $name "* ]] || continue
	ran=$((ran + 1))
	echo
	say "${bold}### $name${plain}"
	echo
	make_database >build/bench.log 2>&1 || { cat build/bench.log; fail "cannot make the database bench"; }
	case $file in
		*.sql) perl tools/bench.pl "$file" "$rounds" "$seed" </dev/null ;;
		*) bash "$file" </dev/null ;;
	esac || { say "${red}$file failed${plain}"; status=1; }
done
[ $ran -gt 0 ] || fail "there is no benchmark ${TESTS:-in bench/}"
exit $status
