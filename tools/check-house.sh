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

# The extension's version stands twice in META.json, as PGXN wants it, and in the
# name of the install script; the third "version" is that of the PGXN
# specification itself.
in_meta=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' META.json | sort -u | tr '\n' ' ')
expected=$(printf '1.0.0\n%s\n' "$version" | sort -u | tr '\n' ' ')
[ "$in_meta" = "$expected" ] ||
	complain "META.json names the versions $in_meta; chs.control says $version"
grep -qF "\"sql/chs--$version.sql\"" META.json || complain "META.json does not name sql/chs--$version.sql"

for file in debian/changelog packaging/chs.spec; do
	grep -qE "^(chs \\($version\\) |Version: +$version\$)" $file ||
		complain "$file does not name the version $version, as chs.control does"
done

# --- one maintainer, written in META.json
maintainer=$(sed -n 's/.*"maintainer": *"\([^"]*\)".*/\1/p' META.json)
for file in debian/control debian/control.in debian/changelog; do
	grep -qF -- "$maintainer" $file || complain "$file does not name the maintainer of META.json, $maintainer"
done

in_lite=$(sed -n "s/^default_version = '\(.*\)'/\1/p" lite/chs_lite.control)
[ "$in_lite" = "$version" ] || complain "lite/chs_lite.control names the version $in_lite; chs.control says $version"

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

# --- the body of a function in SQL calls what is not ours as pg_catalog.NAME(...): an install
# script looks names up in the schema of the extension, where another role may have put
# a function that fits better (test/sql/contract.sql has the rule for operators and casts)
unqualified=$(cat sql/parts/*.sql | awk '
	/^CREATE (FUNCTION|AGGREGATE) / { name = $3; sub(/\(.*/, "", name); ours[name] = 1 }
	/BEGIN ATOMIC/ { body = 1 }
	/^[ \t]+RETURN / { text = text $0 "\n" }
	body { text = text $0 "\n" }
	/^[ \t]*END;/ { body = 0 }
	END {
		split("as and or not in from where select values using over filter by on coalesce greatest least nullif materialized join lateral return", words, " ")
		for (i in words)
			ours[words[i]] = 1
		while (match(text, /[A-Za-z_.0-9]+ *\(/))
		{
			name = substr(text, RSTART, RLENGTH)
			sub(/ *\($/, "", name)
			if (!(tolower(name) in ours) && name !~ /^pg_catalog\./)
				print name
			text = substr(text, RSTART + RLENGTH)
		}
	}' | sort -u)
for name in $unqualified; do
	complain "a function in SQL calls $name(): write pg_catalog.$name()"
done

# --- a function reads no table and no file, and runs no SQL and no program
if grep -nE '\b(SPI_[a-z]+|[a-z_]*table_open(rv)?|relation_open|heap_open|table_beginscan|systable_beginscan|OpenTransientFile|AllocateFile|BasicOpenFile|PathNameOpenFile|OpenPipeStream|fopen|open|popen|system|execve?|getenv|socket|DirectFunctionCall[0-9]*\((pg_read|lo_|pg_ls))\(' src/*.[ch] src/*/*.[ch]; then
	complain "src/ reads tables or files, or runs SQL or programs"
fi

# --- no script replaces what is there, or lends rights
if grep -rnE --include='*.sql' --include=type.sql.in '^[^-]*\b(OR REPLACE|IF NOT EXISTS|SECURITY DEFINER)\b' sql | grep -v 'COMMENT ON'; then
	complain "sql/: CREATE OR REPLACE, IF NOT EXISTS and SECURITY DEFINER let another role's object or rights in"
fi

# --- the floors of src/ --------------------------------------------------------
# shared/ includes PostgreSQL and itself, customer/ shared/ too, a family both
# and itself.  A C file includes the header of its name, which declares what it
# defines (of an activity_state.c also activity.h may).  No two C files have one name, because backtraces show no folder.
awk '
	function base(path) { sub(/.*\//, "", path); return path }
	function complain(what) { print "chs: " what > "/dev/stderr"; wrong = 1 }
	BEGIN {
		for (i = 1; i < ARGC; i++)
		{
			name = base(ARGV[i])
			if (name in path)
				complain(ARGV[i] " and " path[name] " have one name")
			path[name] = ARGV[i]
			split(ARGV[i], part, "/")
			ours[part[2]] = 1
		}
	}
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, quoted, "\"")
		included = quoted[2]
		split(FILENAME, part, "/")
		split(included, to, "/")
		if (included == base(included))
		{
			if (included in path)
				complain(FILENAME ":" FNR ": " included " lacks its folder")
		}
		else if (to[1] in ours && to[1] != part[2] && part[3] != "" &&
				 to[1] != "shared" && !(to[1] == "customer" && part[2] != "shared"))
			complain(FILENAME ":" FNR ": a file of " part[2] "/ includes " included)
		includes[FILENAME, "src/" included] = 1
	}
	# what headers declare, and what C files define beside SQL functions
	FILENAME ~ /\.h$/ {
		rest = $0
		while (match(rest, /chs_[a-z0-9_]+/))
		{
			declared[FILENAME, substr(rest, RSTART, RLENGTH)] = 1
			rest = substr(rest, RSTART + RLENGTH)
		}
	}
	FILENAME ~ /\.c$/ && /^chs_[a-z0-9_]+\(/ && !/PG_FUNCTION_ARGS/ && before !~ /static/ {
		name = $0
		sub(/\(.*/, "", name)
		defined[FILENAME, name] = 1
	}
	{ before = $0 }
	END {
		for (key in defined)
		{
			split(key, part, SUBSEP)
			header = part[1]
			sub(/\.c$/, ".h", header)
			family = header
			sub(/_[a-z0-9]+\.h$/, ".h", family)
			if (!((header, part[2]) in declared) && !((family, part[2]) in declared))
				complain(header " does not declare " part[2] "(), which " part[1] " defines")
		}
		for (name in path)
		{
			header = path[name]
			if (sub(/\.c$/, ".h", header) && base(header) in path && !((path[name], header) in includes))
				complain(path[name] " does not include " header)
		}
		exit wrong
	}' src/*.[ch] src/*/*.[ch] || wrong=1

# No header includes itself through others.
awk '/^[ \t]*#[ \t]*include[ \t]*"/ { split($0, quoted, "\""); print FILENAME, "src/" quoted[2] }' src/*/*.h |
	tsort >/dev/null 2>&1 || complain "headers of src/ include each other in a circle: grep '#include \"' src/*/*.h"

exit $wrong
