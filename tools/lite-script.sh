#!/bin/sh
# Writes chs_lite as a script for servers where no file can be installed:
#
#	lite-script.sh chs_lite.plain.sql SCRIPT CONTROL	for psql
#	lite-script.sh chs_lite.pgtle.sql SCRIPT CONTROL	for pg_tle
#
# SCRIPT is the one of CREATE EXTENSION, whose first lines refuse psql.
set -eu
comment=$(sed -n "s/^comment = \(.*\)/\1/p" "$3")
version=$(sed -n "s/^default_version = \(.*\)/\1/p" "$3")
case $1 in
	*.plain.sql)
		cat <<-END
			-- chs_lite in a schema of its own.  It is made by
			--
			--	psql -d mydb -v ON_ERROR_STOP=1 -f chs_lite.plain.sql
			--
			-- and used with SET search_path = public, chs_lite.  It goes with
			-- DROP SCHEMA chs_lite CASCADE.
			BEGIN;
			CREATE SCHEMA chs_lite;
			COMMENT ON SCHEMA chs_lite IS $comment;
			SET LOCAL search_path = chs_lite;
			SET LOCAL client_min_messages = warning;

		END
		sed '1,/\\quit$/d' "$2"
		echo
		echo 'COMMIT;'
		;;
	*.pgtle.sql)
		cat <<-END
			-- chs_lite for pg_tle.  The extension pg_tle must be there; then
			--
			--	psql -d mydb -v ON_ERROR_STOP=1 -f chs_lite.pgtle.sql -c 'CREATE EXTENSION chs_lite'
			--
			SELECT pgtle.install_extension('chs_lite', $version, $comment, \$_chs_lite_\$
		END
		sed '1,/\\quit$/d' "$2"
		echo "\$_chs_lite_\$);"
		;;
	*)
		echo "chs: lite-script.sh knows no $1" >&2
		exit 1
		;;
esac
