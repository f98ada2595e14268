-- The history of scores, one snapshot a day, and the alerts that it gives.

create table kpi.score_history (
    as_of        date,
    customer_id  bigint,
    model_id     text not null,
    score        float8,                      -- 0-100; NULL: too little is known
    band         text not null,
    mrr          numeric not null,
    signals      jsonb not null,              -- what the model was given: explains the score later
    primary key (customer_id, as_of)
);
create index on kpi.score_history (as_of);
comment on table kpi.score_history is 'The scores that dashboards showed, by day';

-- The month ends that health.sql kept, so that the first alerts have a past.
insert into kpi.score_history
select l.as_of, l.customer_id, l.model_id, l.score, coalesce(l.band, 'no score'), coalesce(c.mrr, 0), l.signals
from saas_health.latest l
cross join lateral (select sum(s.mrr * r.to_eur) as mrr
                    from saas.subscriptions s
                    join saas.reporting_rates r using (currency)
                    where s.customer_id = l.customer_id and s.started <= l.as_of and (s.ended is null or s.ended > l.as_of)) c
where l.as_of < kpi.newest_day();

-- The snapshot of a day is replaced as a whole: a second run of the day changes
-- nothing or mends it.
create procedure kpi.keep_history()
language sql
begin atomic
    delete from kpi.score_history h using kpi.known k where h.as_of = k.as_of;
    insert into kpi.score_history
    select s.as_of, s.customer_id, s.model_id, s.score, s.band, s.mrr, s.signals
    from kpi.customer_scores s;
end;
comment on procedure kpi.keep_history() is 'Writes customer_scores into score_history, in place of the snapshot of the same day';

-- ---------------------------------------------------------------------------
-- Alerts
-- ---------------------------------------------------------------------------
create table kpi.alerts (
    entry        bigint generated always as identity primary key,
    as_of        date not null,
    customer_id  bigint not null,
    alert        text not null,
    score        float8,
    band         text not null,
    mrr          numeric not null,
    raised_at    timestamptz not null default now(),
    unique (as_of, customer_id)
);
comment on table kpi.alerts is 'What happened to a score on a day; a listener that was away reads on behind its last entry';

-- health_alert walks each customer's days in order.  A band depends on all that
-- came before (hysteresis), so the window begins with the first snapshot.
create view kpi.alert_history as
select h.as_of, h.customer_id, h.score, h.band, h.mrr,
       health_alert(m.model, h.score, h.as_of) over (partition by h.customer_id order by h.as_of) as alert
from kpi.score_history h
join saas_health.models m on m.id = h.model_id;
comment on view kpi.alert_history is 'What health_alert says of every snapshot; NULL: nothing happened';

-- A notification says that something is there.  The table is what counts, because a
-- program that does not listen at that moment misses it.  It is sent when the run
-- commits.
create procedure kpi.raise_alerts()
language plpgsql as $$
declare
    raised kpi.alerts;
begin
    for raised in
        insert into kpi.alerts as a (as_of, customer_id, alert, score, band, mrr)
        select h.as_of, h.customer_id, h.alert, h.score, h.band, h.mrr
        from kpi.alert_history h
        join kpi.known k on k.as_of = h.as_of
        where h.alert is not null
        order by h.mrr desc, h.customer_id
        on conflict (as_of, customer_id) do update
            set alert = excluded.alert, score = excluded.score, band = excluded.band, mrr = excluded.mrr,
                raised_at = default, entry = default
            where a.alert <> excluded.alert
        returning *
    loop
        perform pg_notify('kpi_alert', json_build_object('entry', raised.entry, 'as_of', raised.as_of,
                          'customer_id', raised.customer_id, 'alert', raised.alert)::text);
    end loop;
end
$$;
comment on procedure kpi.raise_alerts() is 'Alerts of the known day that are new or changed: into kpi.alerts, and NOTIFY kpi_alert for each';
