#!/usr/bin/env bash
# The cards of examples/metabase: their SQL runs through JDBC as Metabase runs it,
# by a role with the rights that the page gives it.
# needs: javac -version : default-jdk-headless
# needs: test -r /usr/share/java/postgresql.jar : libpostgresql-jdbc-java
# needs: perl -MCPAN::Meta::YAML -MJSON::PP -e 1 : perl
. test/lib/clients.sh

reading_role metabase examples/metabase/README.md
perl -Itest/lib -MChsBoards=write_cards -e 'write_cards(@ARGV)' . "$CHS_WORK" || exit 1
# none is left out
is 'cards have their SQL' "$(find "$CHS_WORK" -name '*.sql' | wc -l)" "$(grep -rl 'model: Card$' examples/metabase/collections | wc -l)"
java -cp /usr/share/java/postgresql.jar test/clients/metabase/Cards.java \
	"jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?user=$PGUSER&password=$PGPASSWORD&options=-c%20role=metabase" "$CHS_WORK"
