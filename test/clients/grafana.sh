#!/usr/bin/env bash
# The panels of examples/grafana answer to a role with the rights that the page
# gives it.  test/t/010_docs.pl looks into what they answer.
# needs: perl -MCPAN::Meta::YAML -MJSON::PP -e 1 : perl
. test/lib/clients.sh

reading_role grafana examples/grafana/README.md
perl -Itest/lib -MChsBoards=write_panels -e 'write_panels(@ARGV)' . "$CHS_WORK" || exit 1
for panel in "$CHS_WORK"/*.sql; do
	rows=$(PGOPTIONS='-c role=grafana' psql -X -A -t -q -v ON_ERROR_STOP=1 -f "$panel" 2>&1)
	is "$(basename "$panel" .sql): rows, and no error" "$? $([ -n "$rows" ] && echo rows)" '0 rows'
done
