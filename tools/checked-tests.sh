# shellcheck shell=bash disable=SC2034,SC2154
# make test-cassert and make test-valgrind, sourced by test.sh: the SQL tests run
# on the server that checked-server.sh builds, one after the other, the oracles
# on a tenth of their rows.  For test-valgrind the server runs under valgrind, and
# so does every process of it, because they are forked; a test fails if its answers
# differ or if valgrind reports anything.

valgrind=build/valgrind

# what measures time: under valgrind nothing is in time
timed_tests='forecast'

# called when the cluster is made and before it starts
begin_valgrind()
{
	rm -rf $valgrind
	mkdir -p $valgrind
	cp "$checked_source/src/tools/valgrind.supp" "$room/run/" && chmod a+r "$room/run/valgrind.supp" || exit 1
	as_server mkdir "$room/run/valgrind"
	server_program=$room/run/postgres-valgrind
	cat >"$server_program" <<-SCRIPT
		#!/bin/sh
		exec valgrind --quiet --leak-check=no --num-callers=25 --error-limit=no \\
			--suppressions='$room/run/valgrind.supp' --log-file='$room/run/valgrind/%p.log' '$bindir/postgres' "\$@"
	SCRIPT
	chmod a+rx "$server_program"
}

# a tenth of the rows that an oracle says at its head; nothing for other tests
tenth()
{
	local rows
	rows=$(sed -n 's/^\\set rows \([0-9]*\)$/\1/p' "test/sql/$1.sql")
	[ -z "$rows" ] || echo $((rows > 20 ? rows / 10 : 2))
}

# An oracle on fewer rows says so, and that some things do not happen often;
# it agrees if its last table, that of differences, is empty or counts none.
oracle_agrees()
{
	[ -n "$(tenth "$1")" ] && grep -v '^$' "build/regress/results/$1.out" | tail -n 2 | grep -qE '^\(0 rows\)$|\| +0$' &&
		! grep -qE '^(ERROR|FATAL|server closed)' "build/regress/results/$1.out"
}

# valgrind is quiet: what it wrote is a report
save_reports()
{
	local log found=1
	[ -n "${CHS_VALGRIND:-}" ] || return 1
	for log in "$room"/run/valgrind/*.log; do
		[ -s "$log" ] || continue
		mkdir -p "$valgrind/$1"
		cat "$log" >>"$valgrind/$1/$(basename "$log")" && : >"$log"
		found=0
	done
	return $found
}

run_checked_test()
{
	local name=$1 started rows answers=differ
	started=$(milliseconds)
	rows=$(tenth "$name")
	if CHS_ORACLE_ROWS=$rows run_regress --use-existing "$name" >/dev/null || oracle_agrees "$name"; then
		answers=agree
	fi
	if save_reports "$name"; then
		flunk "sql   $name" "$(seconds_since "$started"), reports: $valgrind/$name"
		head -n 60 "$valgrind/$name"/*
	elif [ $answers = agree ]; then
		pass "sql   $name" "$(seconds_since "$started")${rows:+, $rows rows}"
	else
		flunk "sql   $name" "$(seconds_since "$started")"
		[ ! -s build/regress/regression.diffs ] || head -n 100 build/regress/regression.diffs
	fi
}

run_checked_tests()
{
	local name
	[ $# -gt 0 ] || return 0
	step "making the database of the tests" as_server "$bindir/psql" -X -q -h "$room/run" -U postgres -d postgres \
		-c 'CREATE DATABASE contrib_regression' -c '\c contrib_regression' -c 'CREATE EXTENSION chs'
	for name in "$@"; do
		[[ -n "${CHS_VALGRIND:-}" && -z "${TESTS:-}" && " $timed_tests " == *" $name "* ]] || run_checked_test "$name"
	done
	stop_room
	! save_reports server || { flunk "sql   no report of another process" ''; cat "$valgrind/server"/*; }
}
