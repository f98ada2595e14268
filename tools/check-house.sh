#!/bin/sh
# Checks that the files of the house agree with each other.  make runs it
# before every build; its arguments are the parts of the install script.
set -eu
cd "$(dirname "$0")/.."

wrong=0
complain()
{
	echo "chs: $*" >&2
	wrong=1
}

# --- one version, written in chs.control -------------------------------------
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" chs.control)
[ -n "$version" ] || complain "chs.control has no line default_version = '...'"

# The extension's version stands twice in META.json, as PGXN wants it; the
# third "version" is that of the PGXN specification itself.
in_meta=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' META.json | sort -u | tr '\n' ' ')
expected=$(printf '1.0.0\n%s\n' "$version" | sort -u | tr '\n' ' ')
[ "$in_meta" = "$expected" ] ||
	complain "META.json names the versions $in_meta; chs.control says $version"

# --- sql/ holds parts/, type.sql.in and scripts with -- in their name, nothing else
# (pg_regress would take sql/NAME.sql for the test NAME)
for file in sql/* sql/.[!.]*; do
	case $file in
		sql/parts | sql/type.sql.in | 'sql/*' | 'sql/.[!.]*') ;;
		sql/chs--*.sql) ;;
		*) complain "$file must not lie there: tests belong to test/sql, parts to sql/parts" ;;
	esac
done

# --- every part is one the Makefile knows --------------------------------
for file in sql/parts/*; do
	family=$(basename "$file" .sql)
	case " head $* " in
		*" $family "*) ;;
		*) complain "$file is in neither list, SHARED or FAMILIES, of the Makefile" ;;
	esac
done

exit $wrong
