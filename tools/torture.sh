#!/usr/bin/env bash
# make torture: random SQL, MINUTES (30) of each kind, in a private cluster.
#
# typed     calls of every function and aggregate of chs, by type, with plausible and
#           hostile arguments, written in ways that must give the same answer, and
#           random queries that score rows by name (test/torture/typed.pl)
# sqlsmith  random queries over the samples and small tables of all types of chs, by
#           the program of that name (test/torture/sqlsmith.pl)
#
# A finding is printed with its SQL and how to repeat it: another answer, a crash, an
# internal error, a backend above its memory bound, a late cancel.  SEED (printed)
# repeats a run; TESTS=typed or TESTS=sqlsmith runs one kind; CASE=n (with SEED) the
# case n of the typed calls, CASES=m the m from there on.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/sample.sh"

need test
hold torture
trap '[ -z "$room" ] || remove_room; rm -f build/torture.pid build/torture.room' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

! wanted sqlsmith || packages_for 'command -v sqlsmith:sqlsmith'

export SEED=${SEED:-$((RANDOM * 32768 + RANDOM))} MINUTES=${MINUTES:-30} CASE=${CASE:-} CASES=${CASES:-}
say "seed $SEED (SEED=$SEED MINUTES=$MINUTES make torture repeats this)"

# The log has one line for each error and its SQLSTATE, from which sqlsmith's are counted.
conf="autovacuum = off
jit = off
max_parallel_workers = 4
log_line_prefix = '%n %p %e '
log_error_verbosity = verbose
statement_timeout = '60s'
track_functions = all"
if wanted sqlsmith; then
	new_sample_cluster torture "$conf"
else
	new_cluster torture "$conf"
	step "creating the database demo" make_sample_database
fi
step "building the module of the tests" build_test_module "$room"

# A statement that wants more addresses than this gets an error, and the machine lives.
if command -v prlimit >/dev/null 2>&1; then
	as_server prlimit --pid="$(as_server head -n 1 data/postmaster.pid)" --as=8589934592
fi

# make_database NAME: a copy of demo with chs and what the generator needs of the tests' module
make_database()
{
	sample_psql -d postgres -c "CREATE DATABASE $1 TEMPLATE demo" &&
		sample_psql -d "$1" -c "CREATE FUNCTION test_damaged(anyelement, seed bigint) RETURNS anyelement AS '$room/chs_test' LANGUAGE C STRICT" \
			-c "CREATE FUNCTION test_crafted_bigints(bits int, n int) RETURNS SETOF bigint AS '$room/chs_test' LANGUAGE C STRICT"
}

export PSQL=$bindir/psql SERVER_LOG=$room/run/server.log
[ -z "$library_path" ] || export LD_LIBRARY_PATH=$library_path
ran=0 status=0
for kind in typed sqlsmith; do
	wanted $kind || continue
	ran=$((ran + 1))
	step "making the database $kind" make_database $kind
	PGDATABASE=$kind perl test/torture/$kind.pl </dev/null || status=1
done
[ $ran -gt 0 ] || fail "there is no kind ${TESTS:-}" "TESTS is typed, sqlsmith or both."
exit $status
