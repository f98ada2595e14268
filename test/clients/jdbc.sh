#!/usr/bin/env bash
# The JDBC driver: the calls of drivers/calls.txt, the types and the program of
# docs/clients.md.
# needs: javac -version : default-jdk-headless
# needs: test -r /usr/share/java/postgresql.jar : libpostgresql-jdbc-java
. test/lib/clients.sh

url="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?user=$PGUSER&password=$PGPASSWORD"
run()
{
	java -cp /usr/share/java/postgresql.jar "$1" "$url"
}

make_kept
run test/clients/drivers/Calls.java || exit 1
page_code JDBC >"$CHS_WORK/Example.java"
is 'the program of docs/clients.md' "$(run "$CHS_WORK/Example.java" 2>&1)" "$(page_result JDBC)"
