-- The history of health scores of the sample SaaS.
-- Load saas.sql and models.sql first.
--
--   psql -f examples/health.sql      (drops and rebuilds the schema saas_health)
--
-- Scores are kept, not only computed: what was said in May stays what was said
-- in May.  One append-only table holds every score that was ever reported, with
-- the signals and the model it came from, so that each can be explained again.

begin;
set local client_min_messages = warning;
set local jit = off;
set local work_mem = '64MB';
drop schema if exists saas_health cascade;
create schema saas_health;
comment on schema saas_health is 'Sample: health scores of the software company, month by month';

\echo 'health: models, one per lifecycle stage'

-- jsonb becomes healthmodel here, once: a model that is wrong never gets in,
-- and no query has to read JSON again.
create table saas_health.models (
    id          text primary key,
    stage       text not null,
    valid_from  date not null,                -- the first day that it scores
    model       healthmodel not null,
    unique (stage, valid_from)
);
comment on table saas_health.models is 'Every version of every model; for a day the newest that is valid counts';

insert into saas_health.models
select id || ' ' || (model ->> 'version'), stage, saas.first_day(), model
from saas.health_models
where segment is null and stage <> 'adopted';

-- Until May 2026 the model of adopted customers had no caps.
insert into saas_health.models
select id || ' 2025-06', stage, saas.first_day(), model - 'caps' || '{"version": "2025-06"}'
from saas.health_models
where stage = 'adopted' and segment is null
union all
select id || ' ' || (model ->> 'version'), stage, date '2026-06-01', model
from saas.health_models
where stage = 'adopted' and segment is null;

create function saas_health.models_on(day date)
returns table (stage text, id text, model healthmodel)
language sql stable parallel safe
begin atomic
    select distinct on (m.stage) m.stage, m.id, m.model
    from saas_health.models m
    where m.valid_from <= $1
    order by m.stage, m.valid_from desc;
end;
comment on function saas_health.models_on(date) is 'The model of each stage that is valid on a day';

-- ---------------------------------------------------------------------------
-- The history
-- ---------------------------------------------------------------------------
create table saas_health.scores (
    as_of        date not null,               -- what was known at the end of this day
    customer_id  bigint not null,
    model_id     text not null,
    score        float8,                      -- 0-100; NULL: too little is known
    band         text,
    coverage     float8 not null,             -- percent of the weight that is known
    signals      jsonb not null,              -- what the model was given
    computed_at  timestamptz not null default now(),
    entry        bigint generated always as identity
);
comment on table saas_health.scores is 'Every score ever reported; append-only';

create function saas_health.refuse() returns trigger
language plpgsql as $$
begin
    raise exception 'saas_health.scores is append-only'
        using hint = 'Insert the new score with the same as_of; the view saas_health.latest shows the newest.';
end
$$;
comment on function saas_health.refuse() is 'Keeps saas_health.scores append-only';
create trigger append_only before update or delete or truncate on saas_health.scores
    for each statement execute function saas_health.refuse();

create view saas_health.latest as
select distinct on (as_of, customer_id) *
from saas_health.scores
order by as_of, customer_id, entry desc;
comment on view saas_health.latest is 'The newest score for each day and customer: to compare months with each other';

create view saas_health.as_first_reported as
select distinct on (as_of, customer_id) *
from saas_health.scores
order by as_of, customer_id, entry;
comment on view saas_health.as_first_reported is 'What was said first for each day and customer, whatever was computed later';

-- One month: the customers of that day, each with the model of their stage.
-- Three columns are base functions of one row; a LATERAL keeps the score from
-- being computed twice.
create procedure saas_health.take_snapshot(day date, models_of date)
language sql
begin atomic
    insert into saas_health.scores (as_of, customer_id, model_id, score, band, coverage, signals)
    select s.as_of, s.customer_id, m.id, h.score, health_band(m.model, h.score),
           health_coverage(m.model, s, s.as_of),
           jsonb_strip_nulls(to_jsonb(s)) - array['as_of', 'customer_id', 'name', 'segment', 'country', 'success_manager',
                                                  'stage', 'plan', 'billing', 'mrr', 'renewal_date']
    from saas.customer_signals(take_snapshot.day) s
    join saas_health.models_on(take_snapshot.models_of) m using (stage)
    cross join lateral (select health_score(m.model, s, s.as_of) as score offset 0) h
    order by s.customer_id;
end;
comment on procedure saas_health.take_snapshot(date, date) is
    'Appends the scores of all customers as of a day, by the models valid on the other day';

\echo 'health: thirteen monthly snapshots, each by the models of its day'
select format('call saas_health.take_snapshot(%L, %1$L)', month_end)
from (select (date_trunc('month', saas.last_day()::timestamp) - make_interval(months => back - 1))::date - 1 as month_end
      from generate_series(12, 0, -1) back) m \gexec

\echo 'health: the year again by the models of June, so that months compare'
-- only the stage whose model changed
insert into saas_health.scores (as_of, customer_id, model_id, score, band, coverage, signals)
select f.as_of, f.customer_id, n.id, h.score, health_band(n.model, h.score),
       health_coverage(n.model, f.signals, f.as_of), f.signals
from saas_health.as_first_reported f
join saas_health.models o on o.id = f.model_id
join saas_health.models_on(saas.last_day()) n using (stage)
cross join lateral (select health_score(n.model, f.signals, f.as_of) as score offset 0) h
where n.id <> o.id
order by f.as_of, f.customer_id;

-- checked once, after the load
alter table saas_health.scores add foreign key (model_id) references saas_health.models;
create index on saas_health.scores (as_of, customer_id, entry);
create index on saas_health.scores (customer_id, as_of);

-- ---------------------------------------------------------------------------
-- The current scores, for a dashboard that must answer at once
-- ---------------------------------------------------------------------------
\echo 'health: the current scores'
create materialized view saas_health.current_scores as
select l.as_of, l.customer_id, c.name, c.segment, c.success_manager, m.stage, l.model_id,
       l.score, l.band, health_color(m.model, l.score) as color, l.coverage,
       health_drivers(m.model, l.signals, l.as_of) as drivers
from saas_health.latest l
join saas_health.models m on m.id = l.model_id
join saas.customers c on c.id = l.customer_id
where l.as_of = (select max(as_of) from saas_health.scores);
comment on materialized view saas_health.current_scores is 'One row per customer: the newest score with its reasons, base types only';

-- REFRESH ... CONCURRENTLY, which lets readers go on, needs a unique index.
create unique index on saas_health.current_scores (customer_id);
commit;

vacuum (analyze) saas_health.scores, saas_health.models, saas_health.current_scores;
refresh materialized view concurrently saas_health.current_scores;
\echo 'health: ready'
