#!/usr/bin/env bash
# make accept TESTS="name ...": takes the results of the last make test of these
# SQL tests into expected/, after you have read what changed.
. "$(dirname "$0")/common.sh"

read -r -d '' -a names <<<"${TESTS:-}"
[ ${#names[@]} -gt 0 ] ||
	fail "which results?" 'Name the tests whose new results are right: make accept TESTS="health survey"'
for name in "${names[@]}"; do
	result=build/regress/results/$name.out
	[ -f "test/sql/$name.sql" ] || fail "there is no SQL test $name"
	[ -f "$result" ] || fail "there is no result of $name" "Run first: make test TESTS=$name"
	[ "$result" -nt "test/sql/$name.sql" ] ||
		fail "the result of $name is older than the test" "Run again: make test TESTS=$name"
	same=''
	for file in "expected/$name.out" "expected/$name"_[0-9].out; do
		! cmp -s "$result" "$file" || same=$file
	done
	if [ -n "$same" ]; then
		say "$same: as before"
	else
		touch "expected/$name.out"
		say "expected/$name.out: $(diff "expected/$name.out" "$result" | grep -c '^>') new lines, $(
			diff "expected/$name.out" "$result" | grep -c '^<') old lines gone"
		cp "$result" "expected/$name.out"
	fi
done
