#!/usr/bin/env bash
# make format-check: is the C code in the layout of .clang-format?  Shows the
# lines that are not.  How much white space aligns declarations, comments and
# continued lines is forgiven, for there clang-format differs from pgindent;
# tabs at the beginning of lines are not.  Only one version of clang-format
# judges, for others see a few things otherwise.
. "$(dirname "$0")/common.sh"

version=14
tool=''
for name in "clang-format-$version" clang-format; do
	if "$name" --version 2>/dev/null | grep -q "version $version\."; then
		tool=$name
		break
	fi
done
[ -n "$tool" ] ||
	fail "there is no clang-format $version here" "Debian has it in the package clang-format-$version."

wrong=0
for file in src/*.[ch] test/*/*.[ch] bench/*.[ch]; do
	[ -f "$file" ] || continue
	"$tool" "$file" | diff -bu --label "$file" --label "$file as it should be" "$file" - || wrong=1
	if grep -nE '^(    |	* {4,}[^ *])|[ 	]+$' "$file"; then
		say "$file: these lines begin with blanks in place of tabs, or end with blanks"
		wrong=1
	fi
done
[ $wrong -eq 0 ] || fail "the layout of the C code is not PostgreSQL's"
