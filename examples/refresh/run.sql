-- The nightly run: CALL kpi.refresh().

-- In this order; a step whose need failed is not run.
create table kpi.steps (
    place    int primary key,
    step     text not null unique,
    command  text not null,
    need     text references kpi.steps (step)
);
comment on table kpi.steps is 'What a run does, in order';
insert into kpi.steps values
    (1, 'usage_daily', 'call kpi.recompute_usage()', null),
    (2, 'customer_scores', 'refresh materialized view concurrently kpi.customer_scores', null),
    (3, 'bands', 'refresh materialized view concurrently kpi.bands', 'customer_scores'),
    (4, 'mrr_movements', 'refresh materialized view concurrently kpi.mrr_movements', null),
    (5, 'retention', 'refresh materialized view concurrently kpi.retention', null),
    (6, 'usage_rolling', 'refresh materialized view concurrently kpi.usage_rolling', 'usage_daily'),
    (7, 'usage_cohorts', 'refresh materialized view concurrently kpi.usage_cohorts', 'usage_daily'),
    (8, 'score_history', 'call kpi.keep_history()', 'customer_scores'),
    (9, 'alerts', 'call kpi.raise_alerts()', 'score_history');

create table kpi.runs (
    step      text not null,
    as_of     date not null,
    started   timestamptz not null,
    finished  timestamptz not null,
    problem   text                            -- NULL: done
);
create index on kpi.runs (step, finished);
comment on table kpi.runs is 'Every step of every run: for which day, when, and what went wrong';

-- One transaction: all views change to the new day at the same moment, and a
-- notification arrives when its numbers can be read.  A step that fails is undone
-- alone and keeps yesterday's numbers; the others go on.
create procedure kpi.refresh(day date default kpi.newest_day())
language plpgsql as $$
declare
    s kpi.steps;
    began timestamptz;
    problem text;
    failed text[] := '{}';
begin
    -- a run that goes on elsewhere is an error at once: "could not obtain lock"
    lock table kpi.known in exclusive mode nowait;
    update kpi.known set as_of = refresh.day;

    for s in select * from kpi.steps order by place loop
        began := clock_timestamp();
        problem := null;
        begin
            if s.need = any (failed) then
                raise exception 'not run, because % failed', s.need;
            end if;
            -- the first time there is nothing that readers could go on with
            execute case when exists (select from pg_class
                                      where oid = to_regclass('kpi.' || s.step) and relkind = 'm' and not relispopulated)
                         then replace(s.command, ' concurrently', '') else s.command end;
        exception when others then
            problem := sqlerrm;
            failed := failed || s.step;
            raise warning 'kpi.%: %', s.step, problem;
        end;
        insert into kpi.runs values (s.step, refresh.day, began, clock_timestamp(), problem);
    end loop;
    delete from kpi.runs where finished < now() - interval '90 days';
end
$$;
comment on procedure kpi.refresh(date) is 'Renews the schema kpi as of a day; one transaction';

-- How old is what I see?  One row per step; the state is for an alarm.
create view kpi.staleness as
select s.step, good.as_of, good.finished as refreshed_at, kpi.newest_day() - good.as_of as days_behind,
       case when good.as_of is null then 'never' when last.problem is not null then 'failed'
            when good.as_of < kpi.newest_day() then 'stale' else 'fresh' end as state,
       good.finished - good.started as took, last.problem
from kpi.steps s
left join lateral (select * from kpi.runs r where r.step = s.step
                   order by r.finished desc limit 1) last on true
left join lateral (select * from kpi.runs r where r.step = s.step and r.problem is null
                   order by r.finished desc limit 1) good on true
order by s.place;
comment on view kpi.staleness is 'For each step the day it speaks of, when that was computed, and whether it is fresh, stale, failed or never run';
