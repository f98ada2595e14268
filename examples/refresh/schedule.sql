-- The nightly run in the hands of pg_cron (Debian: postgresql-15-cron).
--
-- postgresql.conf, then a restart of the server:
--
--   shared_preload_libraries = 'pg_cron'
--   cron.database_name = 'postgres'       # where the extension pg_cron lives
--   cron.use_background_workers = on      # no connection, so no password and no pg_hba line
--
-- Without background workers pg_cron connects as any client does, to cron.host
-- (localhost unless it is set, which may be a folder with the socket), as the
-- role that scheduled the job: pg_hba.conf or ~/.pgpass of the server's user must
-- let it in.
--
--   psql -d postgres -v database=demo -f examples/refresh/schedule.sql

create extension if not exists pg_cron;
grant usage on schema cron to kpi_owner;
grant execute on all functions in schema cron to kpi_owner;

-- 02:30, in UTC; a job is not started again while it still runs
select cron.schedule_in_database('kpi refresh', '30 2 * * *', 'CALL kpi.refresh()', :'database', 'kpi_owner');
