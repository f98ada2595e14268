#!/usr/bin/env bash
# make test: builds chs, starts a private cluster and runs the whole suite:
# SQL tests (test/sql, pg_regress), then Perl tests (test/t, prove).  One line
# per test; the last line is the sum.  TESTS="name ..." runs only these.
# CHS_HUGE=1 (make huge): test/huge in place of all that; CHS_SIMULATE=1 (make
# simulate): test/simulate, whose tables are shown.
# CHS_FAULTS=1 (make faults): test/faults in place of all that.
# CHS_OLD_SERVER=FOLDER (make test-versions): test/versions in place of all that.
# CHS_COVERAGE=1 (make coverage): which lines of src/ do the SQL tests run, and
# the Perl tests that TESTS names?
# CHS_CASSERT=1 (make test-cassert): the SQL tests, and the Perl tests that TESTS
# names, on a server with assertions, which is built; CHS_VALGRIND=1 (make
# test-valgrind): the SQL tests on it under valgrind.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/coverage.sh"
. "$(dirname "$0")/checked-server.sh"
. "$(dirname "$0")/checked-tests.sh"

need test
hold test

# A disk that is full soon, for test/faults/disk.pl; only root can make one.
small_disk=''
mount_small_disk()
{
	small_disk=$room/run/small
	as_server mkdir "$small_disk" && mount -t tmpfs -o size=32m,mode=700,uid="$(stat -c %u "$room/run")" chs-test "$small_disk" ||
		small_disk=''
}

unmount_small_disk()
{
	[ -z "$small_disk" ] || { stop_room && umount "$small_disk"; }
}

trap '[ -z "$room" ] || { unmount_small_disk; remove_room; }; rm -f build/test.pid build/test.room' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

passed=0 failed=0
pass()
{
	passed=$((passed + 1))
	printf '%-44s%sok%s      %s\n' "$1" "$green" "$plain" "$2"
}

flunk()
{
	failed=$((failed + 1))
	printf '%-44s%sFAILED%s  %s\n' "$1" "$red" "$plain" "$2"
}

# A query that never ends must not hang the suite.
[ -z "${CHS_COVERAGE:-}" ] || prepare_coverage
[ -z "${CHS_CASSERT:-}${CHS_VALGRIND:-}" ] || need_checked_server
[ -z "${CHS_VALGRIND:-}" ] || patience=$((100 * patience))
new_cluster test "statement_timeout = '$((10 * patience))min'${CHS_VALGRIND:+
		autovacuum = off}"

# Files that tests may read when they are there, and must do without.
if [ -d ../shared ]; then
	CHS_SHARED=$(cd ../shared && pwd -P)
	export CHS_SHARED
fi

# --- SQL tests ------------------------------------------------------------------

sql_tests=()
for file in test/sql/*.sql; do
	name=$(basename "$file" .sql)
	if [ ! -f "$file" ] || ! wanted "$name" || [ -n "${CHS_HUGE:-}${CHS_SIMULATE:-}${CHS_FAULTS:-}${CHS_OLD_SERVER:-}" ]; then
		continue
	elif [ -f "expected/$name.out" ]; then
		sql_tests+=("$name")
	else
		flunk "sql   $name" "there is no expected/$name.out (begin with: touch expected/$name.out)"
	fi
done
without_expected=$failed

# pg_regress of PostgreSQL 15 says `test NAME ... ok 12 ms`, later ones speak
# TAP: `ok 1 - NAME 12 ms`.
read_regress()
{
	local line state name ms
	while IFS= read -r line; do
		if [[ $line =~ ^test\ ([^ ]+)\ +\.\.\.\ (ok|FAILED)(\ \(test\ process.*\))?\ +([0-9]+\ ms) ]]; then
			name=${BASH_REMATCH[1]} state=${BASH_REMATCH[2]} ms=${BASH_REMATCH[4]}
		elif [[ $line =~ ^(ok|not\ ok)\ +[0-9]+\ +[-+]\ +([^ ]+)\ +([0-9]+\ ms) ]]; then
			name=${BASH_REMATCH[2]} state=${BASH_REMATCH[1]} ms=${BASH_REMATCH[3]}
		else
			continue
		fi
		if [ "$state" = ok ]; then
			pass "sql   $name" "$ms"
		else
			flunk "sql   $name" "$ms"
		fi
	done
}

run_regress()
{
	"$bindir/pg_regress" --bindir="$bindir" --host="$PGHOST" --port="$PGPORT" --user=postgres \
		--dbname=contrib_regression --inputdir=test --outputdir=build/regress \
		--load-extension=chs "$@" 2>&1 </dev/null | tee build/regress/log
	return "${PIPESTATUS[0]}"
}

rm -rf build/regress build/tap
mkdir -p build/regress
# pg_regress of PostgreSQL 15 looks for expected files in the output folder
ln -s ../../expected build/regress/expected
if [ -n "${CHS_CASSERT:-}${CHS_VALGRIND:-}" ]; then
	run_checked_tests "${sql_tests[@]}"
elif [ ${#sql_tests[@]} -gt 0 ]; then
	read_regress < <(run_regress "${sql_tests[@]}"; echo $? >build/regress/status)
	status=$(cat build/regress/status)
	# a test that pg_regress did not come to has failed
	missed=$((${#sql_tests[@]} + without_expected - passed - failed))
	if [ $missed -gt 0 ]; then
		tail -n 20 build/regress/log
		for ((; missed > 0; missed--)); do
			flunk "sql   (not run)" "pg_regress ended early"
		done
	elif [ $failed -eq $without_expected ] && [ "$status" -ne 0 ]; then
		flunk "sql   pg_regress" "exit status $status"
	fi
	if [ $failed -gt $without_expected ]; then
		if [ -s build/regress/regression.diffs ]; then
			head -n 300 build/regress/regression.diffs
			say "(up to 300 lines of build/regress/regression.diffs)"
		else
			cat build/regress/log
		fi
	fi
fi

# An error is an answer, a crash is not, whatever the test expected.
if as_server grep -E 'terminated by signal|PANIC:|TRAP:' server.log >build/crashes 2>/dev/null; then
	flunk "sql   no crash in the server's log" ''
	cat build/crashes
fi

# --- Perl tests -----------------------------------------------------------------
# PostgreSQL::Test::Cluster refuses root, and its servers' user may not be able
# to read the clone: it works in ROOM/run on a copy of what tests read.

copy_sources()
{
	local item
	mkdir "$room/src" && chmod 755 "$room/src" || return 1
	for item in chs.control Makefile README.md docs bench examples lite test expected sql tools; do
		[ ! -e "$item" ] || cp -RL "$item" "$room/src/" || return 1
	done
	chmod -R a+rX "$room/src"
}

# another version of chs beside this one, for the test of upgrades
install_base()
{
	local folder=.

	# a checked or covered build has a folder of its own
	[ "${make_options[0]:-}" != -C ] || folder=${make_options[1]}
	run_make upgrade-scripts && cp "$folder"/build/upgrade/chs--base*.sql "$tree$("$PG_CONFIG" --sharedir)/extension/"
}

# minutes: how long one may take, before PATIENCE
folder=test/t minutes=15
[ -z "${CHS_HUGE:-}" ] || folder=test/huge minutes=120
[ -z "${CHS_SIMULATE:-}" ] || folder=test/simulate minutes=120
[ -z "${CHS_FAULTS:-}" ] || folder=test/faults minutes=60
[ -z "${CHS_OLD_SERVER:-}" ] || folder=test/versions
sql_only=${CHS_QUICK:-}${CHS_VALGRIND:-}
[ -n "${TESTS:-}" ] || sql_only+=${CHS_COVERAGE:-}${CHS_CASSERT:-}
perl_tests=()
for file in "$folder"/*.pl; do
	name=$(basename "$file" .pl)
	[ ! -f "$file" ] || ! wanted "$name" || [ -n "$sql_only" ] || perl_tests+=("$name")
done

run_perl_test()
{
	local name=$1 log=build/tap/$1.log started status sum why
	started=$(milliseconds)
	as_server mkdir -p "$room/run/tap/$name"
	# shellcheck disable=SC2016	# the variables are the inner shell's
	as_server env PERL5LIB="$tree$("$PG_CONFIG" --pkglibdir)/pgxs/src/test/perl" \
		PG_REGRESS="$bindir/pg_regress" PG_TEST_PORT_DIR="$room/run/tap" \
		TESTDIR="$room/run/tap/$name" TESTDATADIR="$room/run/tap/$name/data" \
		TESTLOGDIR="$room/run/tap/$name/log" top_builddir="$room/run/tap" \
		CHS_SOURCE="$room/src" CHS_TEST_MODULE="$room/src/chs_test" ${CHS_SHARED:+CHS_SHARED="$CHS_SHARED"} \
		${CHS_SEED:+CHS_SEED="$CHS_SEED"} ${CHS_FUZZ:+CHS_FUZZ="$CHS_FUZZ"} ${CHS_REPETITIONS:+CHS_REPETITIONS="$CHS_REPETITIONS"} ${CHS_CASE:+CHS_CASE="$CHS_CASE"} ${CHS_SECONDS:+CHS_SECONDS="$CHS_SECONDS"} \
		${CHS_ROUNDS:+CHS_ROUNDS="$CHS_ROUNDS"} ${small_disk:+CHS_SMALL_DISK="$small_disk"} \
		${CHS_OLD_SERVER:+CHS_OLD_SERVER="$CHS_OLD_SERVER"} PERL_TEST="$folder/$name.pl" \
		PG_TEST_TIMEOUT_DEFAULT=$((180 * patience)) \
		timeout -k 10 "$((minutes * patience))m" sh -c 'cd "$CHS_SOURCE" && exec prove --verbose --nocolor "$PERL_TEST"' \
		>"$log" 2>&1 </dev/null
	status=$?
	sum=$(sed -n 's/^Files=.* Tests=\([0-9]*\),.*/\1 checks, /p' "$log")
	why=$(sed -n 's/.* skipped: \(.*\)/\1/p' "$log" | head -n 1)
	if [ $status -ne 0 ]; then
		flunk "perl  $name" "$sum$(seconds_since "$started")"
		mkdir -p "build/tap/$name"
		cp -R "$room/run/tap/$name" build/tap/ 2>/dev/null
		grep -vE '^ok ' "$log" | tail -n 80
		say "(all of it: $log, servers' logs: build/tap/$name)"
	elif [ -n "$why" ]; then
		skipped+=("$name: $why")
		printf '%-44s%sskipped%s  %s\n' "perl  $name" "$yellow" "$plain" "$why"
	else
		pass "perl  $name" "$sum$(seconds_since "$started")"
	fi
	[ -z "${CHS_SIMULATE:-}${CHS_FAULTS:-}" ] || sed -n 's/^# //p' "$log"
	as_server rm -rf "$room/run/tap/$name"
}

skipped=()
if [ ${#perl_tests[@]} -gt 0 ]; then
	stop_room
	mkdir -p build/tap
	step "copying the sources for the Perl tests" copy_sources
	step "making scripts to upgrade from" install_base
	step "building the module of the Perl tests" build_test_module "$room/src"
	[ -z "${CHS_FAULTS:-}" ] || [ "$(id -u)" -ne 0 ] || mount_small_disk
	for name in "${perl_tests[@]}"; do
		run_perl_test "$name"
	done
fi

if [ -n "${CHS_COVERAGE:-}" ]; then
	stop_room
	report_coverage
fi
if [ $((passed + failed)) -eq 0 ]; then
	flunk "there is no test ${TESTS:-}" ''
fi
if [ ${#skipped[@]} -gt 0 ]; then
	say "${#skipped[@]} skipped"
fi
say "$passed passed, $failed failed"
[ $failed -eq 0 ]
