#!/usr/bin/env bash
# SQLAlchemy and pandas: the program of docs/clients.md, and what the page warns
# of.
# needs: "$CHS_PYTHON" -c 'import psycopg2' : python3-psycopg2
# needs: "$CHS_PYTHON" -c 'import sqlalchemy' : python3-sqlalchemy
# needs: "$CHS_PYTHON" -c 'import pandas' : python3-pandas
. test/lib/clients.sh

is 'the program of docs/clients.md' "$(page_code 'SQLAlchemy and pandas' | "$CHS_PYTHON" - 2>&1)" \
	"$(page_result 'SQLAlchemy and pandas')"

fails 'a parameter before :: is not seen' 'syntax error at or near ":"' "$CHS_PYTHON" -c '
from sqlalchemy import create_engine, text
with create_engine("postgresql+psycopg2://").connect() as connection:
    connection.execute(text("SELECT :signals::jsonb"), {"signals": "{}"})'
