#!/usr/bin/env bash
# psql reaches the samples on 127.0.0.1 with the password; without it, as another
# role or on another address it does not.
. test/lib/clients.sh

count='SELECT count(*) FROM saas.customers'
without_variables()
{
	env -u PGHOST -u PGPORT -u PGUSER -u PGPASSWORD -u PGDATABASE PGPASSFILE=/dev/null "$@"
}

is 'by the variables' "$(sql "$count")" 5000
is 'by the connection string' "$(without_variables psql -X -A -t "$CHS_URL" -c "$count")" 5000
is 'the superuser, by socket' "$(without_variables psql -X -A -t "$CHS_ADMIN" -c 'SHOW is_superuser')" on
is 'the role owns the database and is no superuser' \
	"$(sql 'SELECT usename, usesuper, datdba = usesysid FROM pg_user, pg_database
			WHERE usename = current_user AND datname = current_database()')" 'demo|f|t'
is 'it may create a table' "$(sql 'CREATE TABLE made_by_psql AS SELECT nps(answer) FROM saas.surveys; DROP TABLE made_by_psql')" ''

fails 'without a password' 'no password supplied' \
	without_variables psql -X -w -h 127.0.0.1 -p "$PGPORT" -U demo demo -c "$count"
fails 'with a wrong password' 'password authentication failed' env PGPASSWORD=guess psql -X -w -c "$count"
fails 'as the superuser' 'no pg_hba.conf entry' psql -X -w -U postgres -c "$count"
fails 'another database' 'no pg_hba.conf entry' psql -X -w -d postgres -c "$count"

is 'the server listens on 127.0.0.1 only' "$(sql 'SHOW listen_addresses')" 127.0.0.1
# state 0A: listens; addresses are in hexadecimal, the bytes of a word in the machine's order
is 'the system knows no other socket of this port' \
	"$(awk -v port=":$(printf '%04X' "$PGPORT")" '$4 == "0A" && index($2, port) {print $2}' /proc/net/tcp /proc/net/tcp6 2>/dev/null)" \
	"$(printf '0100007F:%04X' "$PGPORT")"
for address in $(hostname -I 2>/dev/null) ::1; do
	fails "nothing answers on $address" 'Connection refused\|unreachable\|Cannot assign' \
		psql -X -w -h "$address" -c "$count"
done
