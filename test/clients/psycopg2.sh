#!/usr/bin/env bash
# psycopg2: the calls of drivers/calls.txt, the types and the program of
# docs/clients.md.
# needs: "$CHS_PYTHON" -c 'import psycopg2' : python3-psycopg2
. test/lib/clients.sh

make_kept
"$CHS_PYTHON" test/clients/drivers/calls.py 2 || exit 1
is 'the program of docs/clients.md' "$(page_code psycopg2 | "$CHS_PYTHON" - 2>&1)" "$(page_result psycopg2)"
