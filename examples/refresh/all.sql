-- Numbers that are computed once a night and read all day: materialized views,
-- a history of scores, alerts, an incremental rollup, a daily summary kept by a
-- trigger, and the run that renews them.
-- Load saas.sql, models.sql and health.sql first; a superuser runs this file.
--
--   psql -f examples/refresh/all.sql      (drops and rebuilds the schema kpi)
--   psql -c 'CALL kpi.refresh()'          (the nightly run)
--
-- schedule.sql hands the nightly run to pg_cron; docs/refresh.md explains all of it.

begin;
set local client_min_messages = warning;
\echo 'refresh: roles, rollup, views, history'
\ir roles.sql
set local role kpi_owner;
\ir rollup.sql
\ir views.sql
\ir history.sql
\ir run.sql
reset role;
\echo 'refresh: the trigger'
\ir trigger.sql
commit;
\echo 'refresh: ready'
