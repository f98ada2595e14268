-- The incremental rollup: one summary per day and segment in a table.  A run
-- computes the newest days from the events again and replaces them; everything
-- older stays as it is, however long the history is.

-- One row: the last day that is known.  Every view takes it from here, so they
-- all speak of the same day.
create table kpi.known (
    as_of  date not null,
    one    boolean primary key default true check (one)
);
comment on table kpi.known is 'The day up to which the schema kpi knows the company: one row';
insert into kpi.known values ('-infinity');

-- The sample ends on a day of its own.  A company writes
--   return local_day(now(), 'Europe/Warsaw') - 1;
-- and makes the function STABLE: the last day that is over.
create function kpi.newest_day() returns date
language sql immutable parallel safe
return saas.last_day();
comment on function kpi.newest_day() is 'The day up to which a run without an argument goes';
grant execute on function kpi.newest_day() to public;

-- A phone that was offline delivers its sessions up to 13.5 days later.
create function kpi.longest_delay() returns int
language sql immutable parallel safe
return 14;
comment on function kpi.longest_delay() is 'After this many days a day of usage no longer changes';
grant execute on function kpi.longest_delay() to public;

create table kpi.usage_daily (
    day      date,
    segment  text,
    s        activitysummary not null,
    primary key (day, segment)
);
comment on table kpi.usage_daily is 'The customers who were active, by day and segment';

-- From the last day that is there minus the delay: a run that was missed is
-- caught up with, and the first run starts with the first event.  Days that are
-- there after the known one go: then the run is one of the past.
create procedure kpi.recompute_usage()
language plpgsql as $$
declare
    to_day date := (select as_of from kpi.known);
    from_day date := least((select max(day) from kpi.usage_daily), to_day) - kpi.longest_delay();
begin
    if not exists (select from kpi.usage_daily) then
        from_day := date '-infinity';
    end if;
    delete from kpi.usage_daily where day >= from_day;
    insert into kpi.usage_daily select * from kpi.usage_of_days(from_day, to_day);
end
$$;
comment on procedure kpi.recompute_usage() is 'Replaces the newest days of usage_daily by what the events say as of the known day';

-- A body in BEGIN ATOMIC finds its functions when it is made, whatever the
-- search_path is when it is called: a refresh of PostgreSQL 17 sees pg_catalog only.
create function kpi.usage_of_days(from_day date, to_day date)
returns table (day date, segment text, s activitysummary)
language sql stable parallel safe
begin atomic
    select local_day(e.started_at, 'Europe/Warsaw'), c.segment, activity_agg(e.customer_id, e.started_at, 'Europe/Warsaw')
    from saas.sessions e
    join saas.customers c on c.id = e.customer_id
    where e.started_at >= saas.end_of($1 - 1) and e.started_at < saas.end_of($2)
      and e.recorded_at < saas.end_of($2)
    group by 1, 2;
end;
comment on function kpi.usage_of_days(date, date) is 'Usage by day and segment, from the events that were recorded by the end of to_day';
