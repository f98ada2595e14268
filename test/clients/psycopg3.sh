#!/usr/bin/env bash
# psycopg 3: the calls of drivers/calls.txt, the types and the program of
# docs/clients.md.
# needs: "$CHS_PYTHON" -c 'import psycopg' : python3-psycopg
. test/lib/clients.sh

make_kept
"$CHS_PYTHON" test/clients/drivers/calls.py 3 || exit 1
is 'the program of docs/clients.md' "$(page_code 'psycopg 3' | "$CHS_PYTHON" - 2>&1)" "$(page_result 'psycopg 3')"
