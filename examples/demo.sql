-- The main job of chs, shown on the sample companies: how healthy is each
-- customer, why, and what changed.  make demo runs it after loading
-- the samples, their models and lists, and paints the names of bands.
--
-- Every table below is plain SQL over plain tables; nothing is prepared for the
-- demo except the monthly history of health.sql and the views of worklists.sql.

\pset footer off
\pset null ''
set jit = off;

-- the words of the models' bands and their colours, for tools/colour.pl
\pset tuples_only on
\pset format unaligned
select distinct format('@color %s %s', band ->> 'color', band ->> 'name')
from (select model from saas.health_models union all select model from shop.health_models) m
cross join lateral jsonb_array_elements(m.model -> 'bands') band
order by 1;
\pset format aligned
\pset tuples_only off

-- one row per customer with the model of its stage: what everything below reads
create temp table customers as
select s as signals, s.as_of, s.customer_id, s.name, s.segment, s.stage, s.mrr, s.success_manager, m.model
from saas.customer_signals s
join saas_health.models_on(saas.last_day()) m using (stage);

create temp view scored as
select c.*, h.score, coalesce(health_band(c.model, h.score), 'no score') as band
from customers c
cross join lateral (select health_score(c.model, c.signals, c.as_of) as score offset 0) h;

\echo '== 1. Whom to call first'
\echo 'Unhealthy customers of a software company, the largest first, with their managers: what costs points, and what to do.'
\echo
select case nr when 1 then w.name when 2 then '  ' || w.success_manager end as customer,
       case when nr = 1 then to_char(w.mrr, '999,990') end as "EUR/month",
       case when nr = 1 then to_char(w.score, '990.0') end as score,
       case when nr = 1 then w.band end as band,
       d.driver as "points lost (what to do)"
from (select * from scored where band = 'unhealthy' order by mrr desc, customer_id limit 8) w
cross join lateral regexp_split_to_table(health_drivers(w.model, w.signals, w.as_of, 3), '; ')
    with ordinality d(driver, nr)
order by w.mrr desc, w.customer_id, d.nr;

\echo '== 2. Why exactly: the first of them, signal by signal'
\echo 'The contributions add up to the score.  A weight is the share of what is known; what is missing has none.'
\echo
select e.label as signal, e.signal_group as "group",
       case when e.value ~ '^-?\d+\.\d{3}' then trim_scale(round(e.value::numeric, 2))::text else e.value end as value,
       to_char(e.score, '990') as score, to_char(e.weight, '990.0') || ' %' as weight,
       to_char(e.contribution, '990.0') as contribution, to_char(e.points_lost, '990.0') as lost, e.status
from (select * from scored where band = 'unhealthy' order by mrr desc, customer_id limit 1) w
cross join lateral health_explain(w.model, w.signals, w.as_of) with ordinality e(signal, label, signal_group, value, score,
                                                         weight, contribution, points_lost, status, action, nr)
order by e.nr;

\echo '== 3. How much revenue is at stake'
\echo 'No score: less is known about the customer than its model asks for (min_coverage).'
\echo
select band, count(*) as customers, to_char(sum(mrr), '9,999,990') as "EUR/month",
       to_char(100 * sum(mrr) / sum(sum(mrr)) over (), '990.0') || ' %' as share,
       to_char(avg(score), '990') as "mean score",
       count(*) filter (where (signals).days_to_renewal between 0 and 90) as "renew in 90 days",
       repeat('#', ceil(25 * sum(mrr) / sum(sum(mrr)) over ())::int) as "revenue"
from scored
group by band
order by min(score) nulls last;

\echo '== 4. By stage of the customer''s life'
\echo 'Each stage has a model of its own: in the first weeks logging in is nearly everything, later value and voice count.'
\echo
select stage, band, count(*) as customers, to_char(sum(mrr), '9,999,990') as "EUR/month",
       to_char(100.0 * count(*) / sum(count(*)) over (partition by stage), '990') || ' %' as "share of stage"
from scored
group by stage, band
order by array_position(array['onboarding', 'adopted', 'mature'], stage), min(score) nulls last;

\echo '== 5. What changed since last month'
\echo 'The costliest fall, the most valuable recovery, and a customer that entered another stage (score x revenue).'
\echo 'The points of a customer add up to the difference; cause: a value, what is known, another model, or a cap.'
\echo
create temp table changed as
select case when a.model_id <> b.model_id then 'stage' when a.score < b.score then 'fall' else 'rise' end as kind,
       c.name, c.mrr, c.customer_id, b.score as score_before, a.score as score_after,
       b.signals as signals_before, a.signals as signals_after, b.as_of as day_before, a.as_of as day_after,
       mb.model as model_before, ma.model as model_after, mb.stage as stage_before, ma.stage as stage_after
from saas_health.latest b
join saas_health.latest a on a.customer_id = b.customer_id and a.as_of = saas.last_day()
join saas_health.models mb on mb.id = b.model_id
join saas_health.models ma on ma.id = a.model_id
join customers c on c.customer_id = b.customer_id
where b.as_of = (date_trunc('month', saas.last_day()::timestamp))::date - 1
  and a.score is not null and b.score is not null;

with three as (
    select distinct on (kind) *
    from changed
    order by kind, case when kind = 'rise' then -1 else 1 end * (score_after - score_before) * mrr, customer_id
), moved as (
    select t.*, x.signal, x.cause, x.points, r.label,
           row_number() over (partition by kind order by abs(x.points) desc, x.signal, x.cause) as nr
    from three t
    cross join lateral health_change(model_before, signals_before, day_before, model_after, signals_after, day_after) x
    left join lateral (select distinct on (v.signal) v.signal, v.label
                       from (select 1 as side, signal, label from health_review(model_after)
                             union all
                             select 2, signal, label from health_review(model_before)) v
                       order by v.signal, v.side) r on r.signal = x.signal
)
select case when nr = 1 then name when nr = 2 then '  ' || to_char(mrr, 'FM999,990') || ' EUR/month'
            when nr = 3 and stage_before <> stage_after then '  ' || stage_before || ' -> ' || stage_after end as customer,
       case when nr = 1 then to_char(score_before, 'FM990') || ' -> ' || to_char(score_after, 'FM990') end as score,
       case when nr = 1 then health_band(model_after, score_after) end as "band now",
       case when nr = 6 then 'everything else' else coalesce(max(label), max(signal)) end as signal,
       case when nr < 6 then max(cause) end as cause,
       to_char(sum(points), 'S990.0') as points,
       -- of a signal whose value moved
       case when nr < 6 and max(cause) in ('value', 'cap') then
           coalesce(trim_scale(round((max(signals_before::text)::jsonb ->> max(signal))::numeric, 2))::text, '-')
           || ' -> ' || coalesce(trim_scale(round((max(signals_after::text)::jsonb ->> max(signal))::numeric, 2))::text, '-') end as value
from (select m.kind, m.name, m.mrr, m.score_before, m.score_after, m.stage_before, m.stage_after, m.model_after,
             m.signal, m.label, m.cause, m.points, m.signals_before, m.signals_after, least(nr, 6) as nr
      from moved m) m
group by kind, name, mrr, score_before, score_after, stage_before, stage_after, model_after, nr
order by array_position(array['fall', 'rise', 'stage'], kind), nr;

\echo '== 6. From last month''s band to this month''s'
\echo 'Rows: the band at the end of May.  Columns: the same customers at the end of June.'
\echo
select coalesce(b.band, case when b.customer_id is null then 'new' else 'no score' end) as "last month",
       count(*) filter (where a.band = 'unhealthy') as "now unhealthy",
       count(*) filter (where a.band = 'at risk') as "now at risk",
       count(*) filter (where a.band = 'healthy') as "now healthy",
       count(*) filter (where a.band is null and a.customer_id is not null) as "now no score",
       count(*) filter (where a.customer_id is null) as "now gone",
       to_char(100.0 * count(*) filter (where a.customer_id is null) / nullif(count(b.customer_id), 0), '990.0') || ' %' as "gone"
from (select * from saas_health.latest where as_of = (date_trunc('month', saas.last_day()::timestamp))::date - 1) b
full join (select * from saas_health.latest where as_of = saas.last_day()) a using (customer_id)
group by 1
order by array_position(array['unhealthy', 'at risk', 'healthy', 'no score', 'new'],
                        coalesce(min(b.band), case when count(b.customer_id) = 0 then 'new' else 'no score' end));

\echo '== 7. Alerts of a year'
\echo 'An alert comes once, in the month in which something happens; a score that wavers about a line raises none.'
\echo
create temp table alerts as
select l.customer_id, l.as_of, l.score, l.band,
       lag(l.score) over customer as score_before,
       health_alert(m.model, l.score, l.as_of) over customer as alert
from saas_health.latest l
join saas_health.models m on m.id = l.model_id
window customer as (partition by l.customer_id order by l.as_of);

select to_char(as_of, 'YYYY-MM') as month, count(*) as customers,
       count(*) filter (where alert like 'fell to%') as "fell to unhealthy",
       count(*) filter (where alert = 'sharp drop') as "sharp drop",
       count(*) filter (where alert like 'recovered to%') as "recovered to healthy",
       count(*) filter (where alert = 'score lost') as "score lost"
from alerts
where as_of > saas.last_day() - 365
group by as_of
order by as_of;

\echo 'The alerts of June with the most revenue behind them:'
\echo
select c.name as customer, to_char(c.mrr, '999,990') as "EUR/month", a.alert,
       to_char(a.score_before, 'FM990') || ' -> ' || coalesce(to_char(a.score, 'FM990'), '-') as score,
       coalesce(a.band, 'no score') as band
from alerts a
join customers c using (customer_id)
where a.as_of = saas.last_day() and a.alert is not null and a.alert not like 'recovered%'
order by c.mrr desc, c.customer_id
limit 8;

\echo '== 8. What we said in May, and what we say of May today'
\echo 'In June the model of adopted customers got two caps, and the year was computed again.  The first report is kept.'
\echo
select coalesce(f.band, 'no score') as band, count(*) as "as first reported",
       (select count(*) from saas_health.latest l
        where l.as_of = date '2026-05-31' and l.band is not distinct from f.band) as "as computed today"
from saas_health.as_first_reported f
where f.as_of = date '2026-05-31'
group by f.band
order by min(f.score) nulls last;

\echo '== 9. Where the monthly revenue went: the last twelve months'
\echo 'Thousands of EUR at the reporting rate.  opening + new + returned + expansion - contraction - churned = closing.'
\echo 'NRR and GRR: what is left of the revenue of a year before, with and without expansion.'
\echo
create temp table recurring as
select subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur) as s
from saas.subscriptions s
join saas.reporting_rates r using (currency);

select to_char(period_start, 'YYYY-MM') as month,
       round(opening_mrr / 1000, 1) as opening, round(new_mrr / 1000, 1) as new,
       round(reactivation_mrr / 1000, 1) as returned, round(expansion_mrr / 1000, 1) as expansion,
       round(contraction_mrr / 1000, 1) as contraction, round(churned_mrr / 1000, 1) as churned,
       round(closing_mrr / 1000, 1) as closing, closing_customers as customers,
       to_char(nrr_12m, '990.0') || ' %' as "NRR year", to_char(grr_12m, '990.0') || ' %' as "GRR year"
from mrr_movements((select s from recurring), 'month', saas.last_day() - 364, saas.last_day() + 1, saas.last_day()) m
order by m.period_start;

\echo '== 10. Monthly revenue at risk, and whether the bands told in time'
\echo 'Paying customers.  Today''s revenue by today''s band; and what six months made of the revenue of December''s bands, as first reported.'
\echo
create temp view recurring_by_band as
select l.as_of, coalesce(l.band, 'no score') as band, subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur) as s
from saas_health.as_first_reported l
join saas.subscriptions s using (customer_id)
join saas.reporting_rates r using (currency)
group by 1, 2;

select band, now.customers, to_char(now.mrr, '9,999,990') as "EUR/month",
       to_char(100 * now.mrr / sum(now.mrr) over (), '990.0') || ' %' as share,
       to_char(mrr(b.s, '2025-12-31'), '9,999,990') as "in December",
       to_char(mrr(b.s, '2025-12-31') * (net_revenue_retention(b.s, half) / 100)::numeric, '9,999,990') as "of it today",
       to_char(net_revenue_retention(b.s, half), '990.0') || ' %' as "NRR",
       to_char(gross_revenue_retention(b.s, half), '990.0') || ' %' as "GRR",
       to_char(churn_rate(b.s, half), '990.0') || ' %' as "customers lost"
from (select band, customers(s, as_of), mrr(s, as_of) from recurring_by_band where as_of = saas.last_day()) now
left join (select band, s from recurring_by_band where as_of = '2025-12-31') b using (band)
cross join daterange('2026-01-01', saas.last_day() + 1) half
order by array_position(array['unhealthy', 'at risk', 'healthy'], band);

\echo '== 11. Revenue of the customers of each quarter, quarter after quarter'
\echo 'Percent of what each customer paid on its first paid day, at the end of that quarter (q0) and since; blank: not over yet.'
\echo
\pset tuples_only on
\pset format unaligned
select format('@color %s %s %%', case when p < 80 then 'red' when p < 95 then 'yellow' else 'green' end, p)
from generate_series(0, 199) p;
\pset format aligned
\pset tuples_only off

select to_char(cohort, 'YYYY "Q"Q') as "first paid in", customers, to_char(initial_mrr, '999,990') as "EUR/month",
       max(cell) filter (where period = 0) as q0, max(cell) filter (where period = 1) as q1, max(cell) filter (where period = 2) as q2, max(cell) filter (where period = 3) as q3,
       max(cell) filter (where period = 4) as q4, max(cell) filter (where period = 5) as q5, max(cell) filter (where period = 6) as q6,
       max(cell) filter (where period = 7) as q7, max(cell) filter (where period = 8) as q8, max(cell) filter (where period = 9) as q9
from revenue_cohorts((select s from recurring), 'quarter', saas.first_day(), saas.last_day() + 1, saas.last_day())
cross join lateral (select to_char(mrr_rate, '990') || ' %' as cell) x
group by cohort, customers, initial_mrr
order by cohort;

\echo '== 12. Who uses the product, and how often: the last twelve months'
\echo 'Customers with a session.  Stickiness: on how many days of the month an active customer is there, in percent, and as a line.'
\echo
create temp table used as
select activity_agg(customer_id, started_at, 'Europe/Warsaw') as s from saas.sessions;

select to_char(period_start, 'YYYY-MM') as month, active, new, retained, resurrected as returned, lost,
       to_char(t.stickiness, '990.0') || ' %' as stickiness,
       repeat(' ', round(5 * t.stickiness - 60)::int) || '*' as "12 %                16 %              20 %"
from activity_timeline((select s from used), 'month', saas.last_day() - 364, saas.last_day() + 1, saas.last_day()) t
order by period_start;

\echo '== 13. Of the customers who signed up in each quarter, how many still use the product'
\echo 'Percent with a session in the quarter of the sign-up (q0) and in each one after it; blank: not over yet.'
\echo 'A customer who never came is counted, too; one who opted out of telemetry is not.'
\echo
\pset tuples_only on
\pset format unaligned
select format('@color %s %s %%', case when p < 70 then 'red' when p < 80 then 'yellow' else 'green' end, p)
from generate_series(0, 100) p;
\pset format aligned
\pset tuples_only off

select to_char(cohort, 'YYYY "Q"Q') as "signed up in", size as customers,
       max(cell) filter (where period = 0) as q0, max(cell) filter (where period = 1) as q1, max(cell) filter (where period = 2) as q2,
       max(cell) filter (where period = 3) as q3, max(cell) filter (where period = 4) as q4, max(cell) filter (where period = 5) as q5,
       max(cell) filter (where period = 6) as q6, max(cell) filter (where period = 7) as q7, max(cell) filter (where period = 8) as q8,
       max(cell) filter (where period = 9) as q9
from cohort_retention((select activity_agg(id, signed_up) from saas.customers where telemetry), (select s from used),
                      'quarter', saas.first_day(), saas.last_day() + 1, saas.last_day())
cross join lateral (select to_char(rate, '990') || ' %' as cell) x
group by cohort, size
order by cohort;

\echo '== 14. Does support answer in time: the last six months'
\echo 'SLA: of the tickets whose deadline has passed, the percent answered by it, in business hours with holidays.'
\echo 'First reply: half of the tickets were answered within that many business hours.  Backlog: open at the end of the month.'
\echo
select to_char(f.period_start, 'YYYY-MM') as month, f.opened, f.resolved, f.backlog,
       to_char(t.sla, '990.0') || ' %' as "SLA", to_char(t.urgent, '990.0') || ' %' as "SLA urgent",
       to_char(t.first_reply, '990.0') || ' h' as "first reply",
       to_char(t.first_contact, '990.0') || ' %' as "solved at first contact", to_char(c.csat, '990.0') || ' %' as "CSAT"
from ticket_flow((select ticket_agg(local_day(opened, 'Europe/Warsaw'), local_day(resolved, 'Europe/Warsaw')) from saas.tickets),
                 'month', (saas.last_day() - interval '5 months')::date, saas.last_day() + 1, saas.last_day()) f
join (select date_trunc('month', local_day(x.opened, 'Europe/Warsaw')::timestamp)::date as month,
             sla_rate(x.opened, x.first_reply, l.first_reply, saas.end_of(saas.last_day()), h.calendar) as sla,
             sla_rate(x.opened, x.first_reply, l.first_reply, saas.end_of(saas.last_day()), h.calendar) filter (where priority = 'urgent') as urgent,
             percentile_cont(0.5) within group (order by business_seconds(h.calendar, x.opened, x.first_reply) / 3600) as first_reply,
             first_contact_resolution(k.contacts, x.resolved is not null) as first_contact
      from saas.tickets x
      join saas.sla l using (priority)
      cross join saas.support_hours h
      cross join lateral (select count(*) as contacts from saas.ticket_contacts where ticket_id = x.id) k
      group by 1) t on t.month = f.period_start
left join (select date_trunc('month', answered_on::timestamp)::date as month, csat(answer, 4) as csat
           from saas.surveys where kind = 'csat' group by 1) c on c.month = f.period_start
order by f.period_start;

\echo '== 15. Who pays late'
\echo 'Open invoices by age; late means due before today.  Then each quarter: how many of its invoices were paid by their day.'
\echo
create temp table paid as
select payment_agg(i.due, i.paid, i.amount * r.to_eur, saas.last_day()) as s
from saas.invoices i
join saas.reporting_rates r using (currency)
where i.issued <= saas.last_day();

select bucket as "days overdue", invoices, to_char(amount, '9,999,990') as "EUR", to_char(share, '990.0') || ' %' as share,
       repeat('#', ceil(share / 4)::int) as "open amount"
from ageing((select s from paid));

select to_char(quarter, 'YYYY "Q"Q') as "due in", invoices, to_char(on_time, '990.0') || ' %' as "on time",
       to_char(average_days_late(s), '990.0') as "days late, if late", to_char(round(average_payment_delay(s)::numeric, 1), 'S990.0') as "days after due, all",
       to_char(overdue_amount(s), '9,999,990') as "EUR overdue"
from (select date_trunc('quarter', i.due::timestamp) as quarter, count(*) filter (where i.due < saas.last_day()) as invoices,
             on_time_rate(i.due, i.paid, saas.last_day()) as on_time, payment_agg(i.due, i.paid, i.amount * r.to_eur, saas.last_day()) as s
      from saas.invoices i
      join saas.reporting_rates r using (currency)
      where i.due > saas.last_day() - 456 and i.due <= saas.last_day()
      group by 1) q
order by quarter;

\echo '== 16. A shop without subscriptions, with models of its own'
\echo 'Nobody gives notice to a shop.  Visitors and first-time buyers collect points; regulars have a weighted mean.'
\echo
create temp view shoppers as
select s as signals, s.as_of, s.customer_id, s.name, s.stage, s.revenue_365d, m.model, h.score,
       coalesce(health_band(m.model, h.score), 'no score') as band
from shop.customer_signals s
join (select stage, model::healthmodel as model from shop.health_models where segment is null offset 0) m using (stage)
cross join lateral (select health_score(m.model, s, s.as_of) as score offset 0) h;

select stage, band, count(*) as customers, to_char(avg(score), '990') as "mean score",
       to_char(sum(revenue_365d), '9,999,990') as "EUR in a year"
from shoppers
group by stage, band
order by array_position(array['visitor', 'first order', 'regular'], stage), min(score) nulls last;

\echo 'Its best regulars about to stay away:'
\echo
select case when nr = 1 then w.name end as customer,
       case when nr = 1 then to_char(w.revenue_365d, '999,990') end as "EUR in a year",
       case when nr = 1 then to_char(w.score, '990.0') end as score,
       case when nr = 1 then w.band end as band,
       d.driver as "points lost (what to do)"
from (select * from shoppers where stage = 'regular' and band = 'unhealthy' order by revenue_365d desc, customer_id limit 3) w
cross join lateral regexp_split_to_table(health_drivers(w.model, w.signals, w.as_of, 2), '; ')
    with ordinality d(driver, nr)
order by w.revenue_365d desc, w.customer_id, d.nr;

\echo '== 17. The shop: who buys a second time, and who has lapsed'
\echo 'Of those who first bought in the quarter: a second day with an order within 30, 60, 90 days.  Blank: the days are over for fewer than half of them.'
\echo
create temp table bought as
select activity_agg(customer_id, ordered_at, 'Europe/Warsaw') as s from shop.orders;

select to_char(quarter, 'YYYY "Q"Q') as "first bought in", max(d.eligible) filter (where d.day = 0) as customers,
       max(cell) filter (where d.day = 30) as "within 30 days", max(cell) filter (where d.day = 60) as "within 60 days",
       max(cell) filter (where d.day = 90) as "within 90 days"
from (select cohort as quarter, day, eligible, rate, max(eligible) over (partition by cohort) as customers
      from day_retention((select s from bought), '{0,30,60,90}', (shop.last_day() + 1 - interval '24 months')::date,
                         shop.last_day() + 1, shop.last_day(), 'within', 'quarter')) d
cross join lateral (select case when 2 * d.eligible >= d.customers then to_char(d.rate, '990.0') || ' %' end as cell) c
group by quarter
order by quarter;

\echo 'Bought in the 90 days that end with the day.  Lapsed: bought in the 90 days before those, and not in them.'
\echo
select r.day, r.active_in_window as "bought in 90 days", r.new, r.resurrected as returned, r.lapsed,
       to_char(r.retention_rate, '990.0') || ' %' as "bought again",
       to_char(r.new + r.resurrected - r.lapsed, 'S9,990') as net
from activity_rolling((select s from bought), 90, shop.last_day() - 630, shop.last_day() + 1, shop.last_day(), 90) r
order by r.day;

\echo '== 18. What the shop''s customers are worth'
\echo 'Customers of each quarter: how much one of them has brought by now, quarter after quarter, in EUR, refunds taken off.'
\echo
create temp table purchases as
select purchase_agg(customer_id, day, amount) as s from shop.purchases;

select to_char(cohort, 'YYYY "Q"Q') as "first bought in", max(customers) as customers,
       max(cell) filter (where period = 0) as q0, max(cell) filter (where period = 1) as q1, max(cell) filter (where period = 2) as q2,
       max(cell) filter (where period = 3) as q3, max(cell) filter (where period = 4) as q4, max(cell) filter (where period = 5) as q5,
       max(cell) filter (where period = 6) as q6, max(cell) filter (where period = 7) as q7, max(cell) filter (where period = 8) as q8,
       max(cell) filter (where period = 9) as q9
from value_cohorts((select s from purchases), 'quarter', shop.first_day(), shop.last_day() + 1, shop.last_day())
cross join lateral (select to_char(revenue_per_customer, '9990') as cell) x
group by cohort
order by cohort;

\echo 'Segments by recency and frequency: a fifth of the customers has 5, the best, in each of both.'
\echo
select segment, count(*) as customers, to_char(sum(revenue), '9,999,990') as "EUR so far",
       to_char(100 * sum(revenue) / sum(sum(revenue)) over (), '990.0') || ' %' as share,
       round(avg(days_since_last)) as "days since the last order"
from (select f.*, case when r >= 4 and f >= 4 then 'champions' when f >= 4 then 'at risk of leaving' when r >= 4 then 'new or promising'
                       when r = 3 then 'need attention' else 'asleep' end as segment
      from (select x.*, rfm_score(-days_since_last) over () as r, rfm_score(frequency) over () as f
            from (select customer_id, purchase_agg(customer_id, day, amount) as s from shop.purchases group by customer_id) p
            cross join lateral rfm(p.s, shop.last_day(), 1) x
            where x.orders > 0) f) s
group by segment
order by sum(revenue) desc;

\echo '== 19. What to do today: a list for each kind of work'
\echo 'Each has customer, revenue, reason and action.  All of one: SELECT * FROM worklists.renewals_at_risk in make psql; reports.* likewise.'
\echo
select l.list, l.customers, to_char(l.revenue, '999,990') as "EUR/month", f.customer as "the first of them", f.reason, f.action
from (select 'advocates' as list, 1 as nr, count(*) as customers, sum(revenue) as revenue from worklists.advocates
      union all select 'case_studies', 2, count(*), sum(revenue) from worklists.case_studies
      union all select 'upsell', 3, count(*), sum(revenue) from worklists.upsell
      union all select 'renewals_at_risk', 4, count(*), sum(revenue) from worklists.renewals_at_risk
      union all select 'payment_reminders', 5, count(*), sum(revenue) from worklists.payment_reminders
      union all select 'low_scores', 6, count(*), sum(revenue) from worklists.low_scores) l
left join (
    select * from (select 1 as nr, * from worklists.advocates limit 1) x
    union all select * from (select 2, * from worklists.case_studies limit 1) x
    union all select * from (select 3, * from worklists.upsell limit 1) x
    union all select * from (select 4, * from worklists.renewals_at_risk limit 1) x
    union all select * from (select 5, * from worklists.payment_reminders limit 1) x
    union all select * from (select 6, * from worklists.low_scores limit 1) x) f using (nr)
order by l.nr;

\echo '== 20. Did the score tell who would leave'
\echo 'Every score of the year as first reported, against what 90 days made of the customer.  AUC: how often a customer'
\echo 'who left had the lower score; 0.5 is guessing.  Lift: churn among the tenth with the lowest scores, in multiples of the mean.'
\echo
create function pg_temp.next_churn(customer bigint, day date) returns date language sql stable
    return (select min(churned_on) from saas.churn_reasons where customer_id = customer and churned_on > day);

create temp table judged as
select m.stage, l.customer_id, l.as_of, l.score, d.churned_on, churned_within(d.churned_on, l.as_of, 90, saas.last_day()) as churned
from saas_health.as_first_reported l
join saas_health.models m on m.id = l.model_id
cross join lateral (select pg_temp.next_churn(l.customer_id, l.as_of) as churned_on) d
where l.score is not null;

select stage, sum(churned) as churned, sum(kept) as kept, to_char(auc(s), '0.00') as "AUC",
       to_char((auc_interval(s)).low, '0.00') || ' -' || to_char((auc_interval(s)).high, '0.00') as "95 %",
       to_char(lift(s, 10), '90.0') as "lift at 10 %"
from (select stage, validation_agg(score, churned) as s from judged group by stage) v
cross join lateral (select sum(churned)::bigint as churned, sum(kept)::bigint as kept from validation_scores(s)) n
group by stage, s
order by array_position(array['onboarding', 'adopted', 'mature'], stage);

\echo 'The same scores by fifths of the customers:'
\echo
select bin as fifth, to_char(low, '990') || ' -' || to_char(high, '990') as score, customers, churned, to_char(churn_percent, '990.0') || ' %' as "left within 90 days",
       repeat('#', round(2 * churn_percent)::int) as churn
from calibration_table((select validation_agg(score, churned) from judged), 5);

\echo '== 21. Was it early enough'
\echo 'Below each threshold: how many of those who left had been there in the 90 days before, and what it costs in false alarms.'
\echo
select threshold, churned, caught, to_char(caught_percent, '990.0') || ' %' as "caught", alarms, false_alarms,
       to_char(false_per_100_customer_months, '990.0') as "false per 100 customer-months", median_days_of_warning as "days of warning"
from warning_table((select warning_agg(customer_id, as_of, score, left_on)
                    from (select j.*, min(churned_on) over (partition by customer_id) as left_on from judged j) j),
                   '{30,40,50,60,70}', 90, saas.last_day());

\echo '== 22. Weights learnt from the customers who left'
\echo 'Each stage''s model with weights fitted on four quarter ends, pulled towards the hand-set ones.  Corrected: on customers the fit did not see.'
\echo
create temp table fitted as
select m.stage, health_fit(m.model, churned_within(d.churned_on, s.as_of, 90, saas.last_day()), s, s.as_of, 90) as model,
       health_auc(health_score(m.model, s, s.as_of), churned_within(d.churned_on, s.as_of, 90, saas.last_day())) as auc_by_hand
from unnest('{2025-06-30,2025-09-30,2025-12-31,2026-03-31}'::date[]) as day
cross join lateral saas.customer_signals(day) s
join saas_health.models_on(saas.last_day()) m using (stage)
cross join lateral (select pg_temp.next_churn(s.customer_id, s.as_of) as churned_on) d
group by m.stage;

select stage, (fit ->> 'events')::bigint as churned, (fit ->> 'rows')::bigint as customers, to_char(auc_by_hand, '0.000') as "AUC by hand",
       to_char((fit ->> 'auc_corrected')::float8, '0.000') as "AUC fitted, corrected",
       to_char((fit ->> 'auc_low')::float8, '0.000') || ' -' || to_char((fit ->> 'auc_high')::float8, '0.000') as "95 %",
       to_char(100 * churn_probability(model, 30), '990.0') || ' %' as "churn at score 30", to_char(100 * churn_probability(model, 80), '990.0') || ' %' as "at 80"
from (select *, model::jsonb -> 'fit' as fit from fitted) f
order by array_position(array['onboarding', 'adopted', 'mature'], stage);

\echo 'What each signal is worth to the hand-made model of adopted customers, its caps aside: the AUC when the signal is left out.'
\echo
select coalesce(x.label, 'no signal') as "left out", to_char(health_auc(health_score(x.model, c.s, '2026-03-31'), c.churned), '0.000') as "AUC"
from (with m as (select model::jsonb - 'caps' - 'floors' as model from saas_health.models_on(saas.last_day()) where stage = 'adopted')
      select null as label, m.model::healthmodel from m
      union all
      select sig ->> 'label', jsonb_set(m.model, '{signals}', jsonb_path_query_array(m.model, '$.signals[*] ? (@.name != $name)', sig))::healthmodel
      from m cross join jsonb_array_elements(m.model -> 'signals') sig) x
cross join (select s, churned_within(d.churned_on, s.as_of, 90, saas.last_day()) as churned
            from saas.customer_signals('2026-03-31') s
            cross join lateral (select pg_temp.next_churn(s.customer_id, s.as_of) as churned_on) d
            where s.stage = 'adopted' offset 0) c
group by x.label
order by x.label is not null, 2, x.label;

\echo '== 23. What the renewals would bring, and what they brought'
\echo 'A regression of renewals on the last score before them, fitted on those due in 2025, forecasts those due in 2026.'
\echo
create temp table due as
select r.customer_id, r.due, r.mrr * x.to_eur as mrr, r.renewed, l.score
from saas.renewals r
join saas.customers c on c.id = r.customer_id
join saas.reporting_rates x using (currency)
join lateral (select f.score from saas_health.as_first_reported f
              where f.customer_id = r.customer_id and f.as_of < r.due and f.as_of >= r.due - 62 and f.score is not null
              order by f.as_of desc limit 1) l on true;

select to_char(quarter, 'YYYY "Q"Q') as "due in", contracts, to_char(mrr, '999,990') as "EUR/month", to_char((f).expected, '999,990') as expected,
       to_char((f).low, '999,990') || ' -' || to_char((f).high, '999,990') as "95 %", to_char(renewed, '999,990') as renewed
from (select date_trunc('quarter', due::timestamp) as quarter, count(*) as contracts, sum(mrr) as mrr, sum(mrr) filter (where renewed) as renewed,
             renewal_forecast(logistic_probability(m, array[score]), mrr) as f
      from due
      cross join (select logistic_fit(renewed, array[score]) as m from due where due < '2026-01-01') m
      where due >= '2026-01-01'
      group by 1) q
order by quarter;

\echo '== 24. Do the signals still mean what they meant'
\echo 'Adopted customers a year ago and today: the population stability index of each signal''s scores; some drift from 0.1, much from 0.25.'
\echo
select d.signal, to_char(d.psi, '0.000') as "PSI", d.moved, to_char(b.mean_score, '990.0') as "mean score before", to_char(a.mean_score, '990.0') as "after",
       to_char(b.known_percent, '990') || ' %' as "known before", to_char(a.known_percent, '990') || ' %' as after, a.warning
from (select (select health_profile(m.model, s, s.as_of) from saas.customer_signals(saas.last_day() - 365) s where s.stage = m.stage) as before,
             (select health_profile(m.model, s, s.as_of) from saas.customer_signals(saas.last_day()) s where s.stage = m.stage) as after
      from saas_health.models_on(saas.last_day()) m where m.stage = 'adopted' offset 0) p
cross join lateral health_drift(p.before, p.after) d
left join lateral health_profile_table(p.before) b on b.signal = d.signal
left join lateral health_profile_table(p.after) a on a.signal = d.signal
order by d.psi desc nulls last, d.signal;
