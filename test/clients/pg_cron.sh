#!/usr/bin/env bash
# examples/refresh/: pg_cron starts the nightly run, and a program that listens
# hears the alerts.  One run of `* * * * *`, at most 130 seconds away.
# needs: test -f "$("$PG_CONFIG" --pkglibdir)/pg_cron.so" : postgresql-NN-cron
# server: shared_preload_libraries = 'pg_cron'
# server: cron.database_name = 'postgres'
# server: cron.use_background_workers = on
. test/lib/clients.sh

unset PGPASSWORD
database='refresh'
admin()
{
	psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$CHS_ADMIN dbname=$1" "${@:2}"
}

clean_up()
{
	admin postgres -c "SELECT cron.unschedule(jobid) FROM cron.job" >/dev/null
	[ -z "${listener:-}" ] || kill "$listener" 2>/dev/null
	admin postgres -c "DROP DATABASE IF EXISTS $database (FORCE)" -c 'DROP EXTENSION IF EXISTS pg_cron' \
		-c 'DROP ROLE IF EXISTS kpi_owner, kpi_reader' 2>/dev/null
}
trap clean_up EXIT

# a database of its own: the triggers and roles are no business of other tests
ok 'a copy of the samples' admin postgres -c "CREATE DATABASE $database TEMPLATE demo"
ok 'examples/refresh/all.sql' admin "$database" -f examples/refresh/all.sql
ok 'the first run, of the day before' admin "$database" -c "SET ROLE kpi_owner" -c "CALL kpi.refresh('2026-06-29')"
is 'everything is a day behind' \
	"$(admin "$database" -c "SELECT DISTINCT as_of, days_behind, state FROM kpi.staleness")" '2026-06-29|1|stale'

# a program that listens: psql prints what it heard with the next statement
{
	echo "LISTEN kpi_alert;"
	for ((i = 0; i < 200; i++)); do
		sleep 1
		echo "SELECT;"
	done
} | admin "$database" -f - >"$CHS_WORK/heard" 2>&1 &
listener=$!

ok 'examples/refresh/schedule.sql' admin postgres -v database="$database" -f examples/refresh/schedule.sql
is 'the job is the owner'\''s, at half past two' \
	"$(admin postgres -c "SELECT schedule, command, database, username, active FROM cron.job WHERE jobname = 'kpi refresh'")" \
	"30 2 * * *|CALL kpi.refresh()|$database|kpi_owner|t"
# the same job, every minute
admin postgres -c "SELECT cron.alter_job(jobid, schedule => '* * * * *') FROM cron.job" >/dev/null
state=''
for ((i = 0; i < 130; i++)); do
	state=$(admin "$database" -c "SELECT string_agg(DISTINCT concat_ws(' ', as_of, state, problem), '; ') FROM kpi.staleness")
	[[ $state == *2026-06-29* ]] || break
	sleep 1
done
is 'pg_cron ran it' "$state" '2026-06-30 fresh'
admin postgres -c "SELECT cron.alter_job(jobid, active => false) FROM cron.job" >/dev/null
for ((i = 0; i < 30; i++)); do
	[ "$(admin postgres -c "SELECT count(*) FROM cron.job_run_details WHERE status IN ('starting', 'running')")" != 0 ] || break
	sleep 1
done
is 'and says that it succeeded' \
	"$(admin postgres -c "SELECT DISTINCT status, username, database FROM cron.job_run_details")" "succeeded|kpi_owner|$database"

sleep 2
alerts=$(admin "$database" -c "SELECT count(*) FROM kpi.alerts WHERE as_of = '2026-06-30'")
[ "$alerts" -gt 10 ] && echo 'ok - there are alerts' || echo "not ok - there are alerts: $alerts"
is 'the program that listens heard each of them once' "$(grep -c 'Asynchronous notification "kpi_alert"' "$CHS_WORK/heard")" "$alerts"
is 'from a process of pg_cron' \
	"$(grep -o 'server process with PID [0-9]*' "$CHS_WORK/heard" | sort -u | wc -l)" 1
