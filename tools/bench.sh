#!/usr/bin/env bash
# make bench: runs bench/*.sql and bench/*.sh, one after the other, in a
# private cluster: database bench, chs installed.  A bench/*.sh finds PGHOST,
# PGPORT, PGUSER, PGDATABASE and the programs of the cluster in PATH.
# TESTS="name ..." runs only these.  Reports go to the terminal.
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
shared_buffers = '512MB'
autovacuum = off"

export PATH=$bindir:$PATH PSQLRC=/dev/null
[ -z "$library_path" ] || export LD_LIBRARY_PATH=$library_path

make_database()
{
	psql -X -q -d postgres -c 'CREATE DATABASE bench' &&
		psql -X -q -d bench -c 'CREATE EXTENSION chs'
}

step "creating the database bench" make_database
export PGDATABASE=bench

ran=0 status=0
for file in bench/*.sql bench/*.sh; do
	name=$(basename "${file%.*}")
	[ -f "$file" ] || continue
	[ -z "${TESTS:-}" ] || [[ " $TESTS " == *" $name "* ]] || continue
	ran=$((ran + 1))
	say "${bold}== $file${plain}"
	case $file in
		*.sql) psql -X -q -v ON_ERROR_STOP=1 -P pager=off -f "$file" </dev/null ;;
		*) bash "$file" </dev/null ;;
	esac || { say "${red}$file failed${plain}"; status=1; }
done
[ $ran -gt 0 ] || fail "there is no benchmark ${TESTS:-in bench/}"
exit $status
