# shellcheck shell=bash
# Checks for test/clients/*.sh in shell.  Sourced; tools/test-clients.sh says
# what a test prints.

set -u -o pipefail

# is LABEL HAVE WANT
is()
{
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		printf '  have: %s\n  want: %s\n' "$2" "$3"
	fi
}

# ok LABEL COMMAND ARGS...: it succeeds; its output is shown if it does not
ok()
{
	local label=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok - $label"
	else
		echo "not ok - $label"
		printf '%s\n' "$output" | sed 's/^/  /'
	fi
}

# fails LABEL PATTERN COMMAND ARGS...: it fails, and says what matches PATTERN
fails()
{
	local label=$1 pattern=$2 output
	shift 2
	if output=$("$@" 2>&1); then
		echo "not ok - $label: it succeeds"
	elif grep -q -e "$pattern" <<<"$output"; then
		echo "ok - $label"
	else
		echo "not ok - $label"
		printf '%s\n' "$output" | sed 's/^/  /'
	fi
}

# skip WHY: ends the test
skip()
{
	echo "skip: $1"
	exit 77
}

# sql STATEMENT: one column a field, divided by |
sql()
{
	psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"
}

# page_code SECTION: the program in this section of docs/clients.md
page_code()
{
	awk -v heading="## $1" '/^## / {inside = $0 == heading}
		inside && /^```/ {code = /^```[a-z]/ && !/^```text/; next}
		inside && code' docs/clients.md
}

# page_result SECTION: what the page says that the program prints
page_result()
{
	awk -v heading="## $1" '/^## / {inside = $0 == heading}
		inside && /^```/ {text = /^```text/; next}
		inside && text' docs/clients.md
}

# make_kept: the summaries that the calls of test/clients/drivers ask
make_kept()
{
	psql -X -q -v ON_ERROR_STOP=1 -f test/clients/drivers/kept.sql || exit 1
}

# reading_role ROLE PAGE: the role that the first SQL of this page creates, which
# the role demo may become; it is gone when the test ends
reading_role()
{
	local statements
	statements=$(awk '/^```/ {if (inside) exit; inside = /^```sql/; next} inside' "$2")
	is "$2 gives the role $1 its rights" "$(psql -X -q -v ON_ERROR_STOP=1 -c "$statements" -c "GRANT $1 TO demo" "$CHS_ADMIN" 2>&1)" ''
	# shellcheck disable=SC2064	# the name of now
	trap "psql -X -q -c 'DROP OWNED BY $1' -c 'DROP ROLE $1' '$CHS_ADMIN'" EXIT
}
