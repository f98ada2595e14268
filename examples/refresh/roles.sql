-- Who may do what.  kpi_owner owns the schema kpi and everything in it, reads the
-- company's tables and runs the refresh.  kpi_reader reads the schema kpi and
-- nothing else: make the login of the BI tool a member of it,
--
--   CREATE ROLE metabase LOGIN PASSWORD '...' IN ROLE kpi_reader;
--
-- Roles belong to the whole server, so they stay when the database is dropped.

do $$
begin
    -- it has no password: pg_cron's background workers and the socket need none
    create role kpi_owner login;
exception when duplicate_object then
    null;
end
$$;
do $$
begin
    create role kpi_reader nologin;
exception when duplicate_object then
    null;
end
$$;

drop schema if exists kpi cascade;
create schema kpi authorization kpi_owner;
comment on schema kpi is 'Sample: numbers of the software company, renewed every night';

grant usage on schema saas, saas_health to kpi_owner;
grant select on all tables in schema saas, saas_health to kpi_owner;

grant usage on schema kpi to kpi_reader;
alter default privileges for role kpi_owner in schema kpi grant select on tables to kpi_reader;
alter default privileges for role kpi_owner revoke execute on routines from public;
