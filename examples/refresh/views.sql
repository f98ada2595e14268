-- What dashboards read: materialized views of base types.  Each has a unique
-- index, which REFRESH MATERIALIZED VIEW CONCURRENTLY needs: readers go on while
-- it computes, and rows that did not change are not written.  Without data until
-- the first run.

-- One row per customer: the score, its band and what costs most points
create materialized view kpi.customer_scores as
select s.as_of, s.customer_id, s.name as customer, s.segment, s.success_manager, s.stage, s.mrr, s.renewal_date,
       m.id as model_id, h.score, coalesce(health_band(m.model, h.score), 'no score') as band,
       coalesce(health_color(m.model, h.score), 'grey') as color, health_coverage(m.model, s, s.as_of) as coverage,
       health_drivers(m.model, s, s.as_of) as drivers,
       jsonb_strip_nulls(to_jsonb(s)) - array['as_of', 'customer_id', 'name', 'segment', 'country', 'success_manager',
                                              'stage', 'plan', 'billing', 'mrr', 'renewal_date'] as signals
from kpi.known k
cross join lateral saas.customer_signals(k.as_of) s
join lateral saas_health.models_on(k.as_of) m using (stage)
cross join lateral (select health_score(m.model, s, s.as_of) as score offset 0) h
with no data;
create unique index on kpi.customer_scores (customer_id);
comment on materialized view kpi.customer_scores is 'One row per customer: score, band, reasons; mrr in EUR per month';

-- Customers and revenue by stage and band
create materialized view kpi.bands as
select as_of, stage, band, count(*) as customers, sum(mrr) as mrr,
       count(*) filter (where renewal_date < as_of + 90) as renew_in_90_days
from kpi.customer_scores
group by as_of, stage, band
with no data;
create unique index on kpi.bands (stage, band);
comment on materialized view kpi.bands is 'Customers and EUR per month by stage and band';

-- The MRR movement table, month by month
create materialized view kpi.mrr_movements as
select k.as_of, m.*
from kpi.known k
cross join lateral mrr_movements((select subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur)
                                  from saas.subscriptions s
                                  join saas.reporting_rates r using (currency)),
                                 'month', saas.first_day(), k.as_of + 1, k.as_of) m
with no data;
create unique index on kpi.mrr_movements (period_start);
comment on materialized view kpi.mrr_movements is 'MRR movements, NRR and GRR by month, EUR; the last month to date';

-- Retention of paying customers by segment and month
create materialized view kpi.retention as
with lives as (
    -- contracts that touch or overlap are one life
    select s.customer_id, unnest(range_agg(daterange(s.started, s.ended))) as life
    from saas.subscriptions s
    where s.mrr > 0
    group by s.customer_id
), flows as (
    select c.segment, flow_agg(lower(l.life), upper(l.life), 'month') as s
    from lives l
    join saas.customers c on c.id = l.customer_id
    group by c.segment
)
select k.as_of, f.segment, t.*
from kpi.known k
cross join flows f
cross join lateral retention_timeline(f.s, saas.first_day(), k.as_of + 1, k.as_of) t
with no data;
create unique index on kpi.retention (segment, period_start);
comment on materialized view kpi.retention is 'Customers kept and lost by segment and month; rates in percent';

-- DAU, WAU and MAU of the last 90 days, from the stored days.  The longest window
-- looks back 30 days, and lapsed customers are those of the window before.
create materialized view kpi.usage_rolling as
select k.as_of, u.*
from kpi.known k
cross join lateral activity_rolling((select rollup(d.s) from kpi.usage_daily d where d.day > k.as_of - 150 and d.day <= k.as_of),
                                    array[1, 7, 30], k.as_of - 89, k.as_of + 1, k.as_of) u
with no data;
create unique index on kpi.usage_rolling (day, window_days);
comment on materialized view kpi.usage_rolling is 'Active customers of the last 90 days in windows of 1, 7 and 30 days';

-- The cohort triangle by month of first use needs the whole history
create materialized view kpi.usage_cohorts as
select k.as_of, c.*
from kpi.known k
cross join lateral cohort_retention((select rollup(d.s) from kpi.usage_daily d where d.day <= k.as_of),
                                    'month', saas.first_day(), k.as_of + 1, k.as_of) c
with no data;
create unique index on kpi.usage_cohorts (cohort, period);
comment on materialized view kpi.usage_cohorts is 'Percent of each month''s new users who came back in later months';
