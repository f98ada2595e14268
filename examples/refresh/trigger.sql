-- A daily summary that is current at any moment, kept by statement triggers.
--
-- An INSERT is combined into the days it touches; nothing is read but the new
-- rows.  UPDATE and DELETE cannot be: no summary gives back what was merged into
-- it.  So the days they touch are counted again from the rows, and TRUNCATE
-- empties the table.  What no trigger sees (ALTER TABLE ... DISABLE TRIGGER, a
-- subscriber of logical replication, pg_restore --disable-triggers) shows in the
-- view kpi.nps_daily_differs.
--
-- Two transactions that answer on the same day wait for each other from the
-- statement to the commit.  Where hundreds of sessions insert at once, let the
-- nightly run count the newest days instead, as rollup.sql does.

set local role kpi_owner;
create table kpi.nps_daily (
    day  date primary key,
    s    surveysummary                        -- NULL only inside a transaction that counts again
);
comment on table kpi.nps_daily is 'Answers to the NPS question by day, kept by triggers on saas.surveys';

-- The triggers act for whoever writes answers, and need no rights of theirs.  The
-- search_path of such a function is fixed, and holds the schema of chs.
select quote_ident(n.nspname) as chs
from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.oid = e.extnamespace
where e.extname = 'chs' \gset

create function kpi.nps_inserted() returns trigger
language plpgsql security definer set search_path = pg_catalog, :chs, pg_temp as $$
begin
    -- in the order of days, so that two statements wait but do not deadlock
    insert into kpi.nps_daily as t (day, s)
    select n.answered_on, survey_agg(n.answer)
    from new_rows n
    where n.kind = 'nps' and n.answer is not null
    group by n.answered_on
    order by n.answered_on
    on conflict (day) do update set s = combine(t.s, excluded.s);
    return null;
end
$$;
comment on function kpi.nps_inserted() is 'Combines inserted answers into kpi.nps_daily';

-- Two statements: the first makes and locks the days, so that an INSERT that runs
-- at the same time is over before the second one reads the rows, or comes after.
create function kpi.recount_nps(days date[]) returns void
language plpgsql security definer set search_path = pg_catalog, :chs, pg_temp as $$
begin
    insert into kpi.nps_daily as t (day)
    select d from unnest(days) as d order by d
    on conflict (day) do update set s = t.s;

    update kpi.nps_daily t
    set s = (select survey_agg(a.answer) from saas.surveys a where a.kind = 'nps' and a.answered_on = t.day)
    where t.day = any (days);
    delete from kpi.nps_daily where day = any (days) and s is null;
end
$$;
comment on function kpi.recount_nps(date[]) is 'Counts these days of kpi.nps_daily again from the rows';

create function kpi.nps_updated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform kpi.recount_nps(array(select answered_on from old_rows where kind = 'nps'
                                  union select answered_on from new_rows where kind = 'nps'));
    return null;
end
$$;
comment on function kpi.nps_updated() is 'Counts the days of changed answers again';

create function kpi.nps_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform kpi.recount_nps(array(select distinct answered_on from old_rows where kind = 'nps'));
    return null;
end
$$;
comment on function kpi.nps_deleted() is 'Counts the days of deleted answers again';

create function kpi.nps_truncated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from kpi.nps_daily;
    return null;
end
$$;
comment on function kpi.nps_truncated() is 'Empties kpi.nps_daily';

insert into kpi.nps_daily
select answered_on, survey_agg(answer)
from saas.surveys
where kind = 'nps' and answer is not null
group by answered_on;

create view kpi.nps_daily_differs as
select day, t.s as kept, r.s as counted
from kpi.nps_daily t
full join (select answered_on as day, survey_agg(answer) as s
           from saas.surveys
           where kind = 'nps' and answer is not null
           group by answered_on) r using (day)
where t.s is distinct from r.s;
comment on view kpi.nps_daily_differs is 'Days of kpi.nps_daily that differ from the rows: none, unless the triggers were off';

-- For reports, a view is enough: a rollup of days takes milliseconds.
create view kpi.nps_monthly as
select date_trunc('month', day::timestamp)::date as month, nps(rollup(s)) as nps, nps_margin(rollup(s)) as margin,
       responses(rollup(s)) as answers
from kpi.nps_daily
group by 1
order by 1;
comment on view kpi.nps_monthly is 'Net promoter score by month, current to the last answer';

-- the owner of saas.surveys makes its triggers
reset role;
create index if not exists surveys_nps_day on saas.surveys (answered_on) where kind = 'nps';
create trigger nps_inserted after insert on saas.surveys referencing new table as new_rows
    for each statement execute function kpi.nps_inserted();
create trigger nps_updated after update on saas.surveys referencing old table as old_rows new table as new_rows
    for each statement execute function kpi.nps_updated();
create trigger nps_deleted after delete on saas.surveys referencing old table as old_rows
    for each statement execute function kpi.nps_deleted();
create trigger nps_truncated after truncate on saas.surveys
    for each statement execute function kpi.nps_truncated();
