#!/usr/bin/env bash
# make format-check: tells which C files are not in the layout of .clang-format.
# make format: brings them into it.  Other versions of clang-format than the
# one below lay out a few things otherwise, so only that one judges.
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

files=$(find src test bench -name '*.[ch]' 2>/dev/null | sort)
if [ "${1:-}" = format ]; then
	# shellcheck disable=SC2086	# no C file has a space in its name
	"$tool" -i $files
else
	# shellcheck disable=SC2086
	"$tool" --dry-run -Werror $files || fail "make format brings these files into layout"
fi
