# shellcheck shell=bash disable=SC2034,SC2154
# make coverage, sourced by test.sh: chs is built with gcc's --coverage in
# build/coverage, the SQL tests run (or the SQL and Perl tests that TESTS names),
# and gcov, which comes with gcc, counts the lines of src/ they reached.  Each line
# with its count is in build/coverage/lines/FILE.gcov; lcov, if it is there, makes
# pages of it.

coverage=build/coverage

prepare_coverage()
{
	rm -rf $coverage
	mkdir -p $coverage/counts $coverage/lines
	# no optimisation: it moves and merges lines
	make_options=(-C "$coverage" -f ../../Makefile VPATH=../.. COPT='-O0 --coverage' with_llvm=no)
}

# The server's processes, which belong to another user if we are root, write
# their counts below GCOV_PREFIX when they end.
begin_coverage()
{
	GCOV_PREFIX=$room/run/counts
	as_server mkdir "$GCOV_PREFIX"
}

report_coverage()
{
	local object
	cp -R "$room/run/counts$CHS_DIR/$coverage/src" $coverage/ || fail "the server counted no lines"
	(
		cd $coverage || exit 1
		for object in src/*/*.gcda; do
			gcov -o "$(dirname "$object")" "$object"
		done
		mv ./*.gcov lines/
	) >$coverage/gcov.log 2>&1
	# gcov's report: File '../../src/survey/survey.c', then Lines executed:97.50% of 240
	awk -v quote="'" '
		/^File / { split($0, part, quote); file = part[2] }
		/^Lines executed:/ && file ~ /src\/.*\.c$/ {
			sub(/.*src\//, "src/", file)
			percent = $0
			sub(/^Lines executed:/, "", percent)
			sub(/%.*/, "", percent)
			lines[file] = $NF
			ran[file] = $NF * percent / 100
		}
		END {
			for (file in lines)
			{
				printf "%-44s%5.1f %% of %d lines\n", file, 100 * ran[file] / lines[file], lines[file] | "sort"
				all_lines += lines[file]
				all_ran += ran[file]
			}
			close("sort")
			printf "%-44s%5.1f %% of %d lines\n", "src/", 100 * all_ran / all_lines, all_lines
		}' $coverage/gcov.log
	say "(counts of each line: $coverage/lines)"
	if command -v genhtml >/dev/null 2>&1; then
		lcov -q -c -d $coverage -o $coverage/lcov.info >>$coverage/gcov.log 2>&1 &&
			genhtml -q -o $coverage/html $coverage/lcov.info >>$coverage/gcov.log 2>&1 &&
			say "(as pages: $coverage/html/index.html)"
	fi
}
