-- Reports that a customer-success team reads every month.
-- Load saas.sql, shop.sql, models.sql and health.sql first.
--
--   psql -f examples/reports.sql     (drops and rebuilds the schema reports)
--
-- Each is a view over the tables of the samples with base types only, so that a
-- BI tool shows it without a cast.  The last one is a data check to run on a
-- company's own subscriptions before any number is believed.

begin;
set local client_min_messages = warning;
set local jit = off;
drop schema if exists reports cascade;
create schema reports;
comment on schema reports is 'Sample: monthly reports of a customer-success team';

-- ---------------------------------------------------------------------------
-- The journey map: the stage and band of customers, and whether they stay
-- ---------------------------------------------------------------------------
\echo 'reports: the journey map'
-- Stage and band as reported a quarter ago, and the customers lost in the 90 days
-- since.
create view reports.journey_map as
with day as (
    select max(as_of) as said_on from saas_health.as_first_reported where as_of <= saas.last_day() - 90
), said as (
    select f.customer_id, m.stage, coalesce(f.band, 'no score') as band, m.model, f.signals, f.as_of
    from day d
    join saas_health.as_first_reported f on f.as_of = d.said_on
    join saas_health.models m on m.id = f.model_id
), money as (
    select f.stage, f.band, subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur) as s
    from said f
    join saas.subscriptions s using (customer_id)
    join saas.reporting_rates r using (currency)
    group by f.stage, f.band
), lost as (
    -- the signal that costs the most customers the most points
    select distinct on (stage, band) stage, band, label
    from (select f.stage, f.band, e.label, count(*) as customers
          from said f
          cross join lateral (select x.label from health_explain(f.model, f.signals, f.as_of) x
                              where x.points_lost > 0 order by x.points_lost desc, x.signal collate "C" limit 1) e
          group by f.stage, f.band, e.label) t
    order by stage, band, customers desc, label collate "C"
)
select m.stage, m.band, said_on, customers(m.s, said_on) as customers, round(mrr(m.s, said_on), 2) as mrr,
       round(churn_rate(m.s, daterange(said_on + 1, said_on + 91))::numeric, 1)::float8 as churn_90_days,
       l.label as top_driver
from day
cross join money m
left join lost l using (stage, band)
order by array_position(array['onboarding', 'adopted', 'mature'], m.stage),
         array_position(array['unhealthy', 'at risk', 'healthy', 'no score'], m.band);
comment on view reports.journey_map is 'Stage by band a quarter ago: paying customers, EUR per month, percent of them lost within 90 days, and what costs most points';

-- ---------------------------------------------------------------------------
-- Why they left, by the band that the score had given them
-- ---------------------------------------------------------------------------
\echo 'reports: churn reasons, ticket topics'
create view reports.churn_reasons as
select coalesce(f.band, 'no score') as band, coalesce(r.reason, 'not known') as reason, count(*) as customers,
       round(100.0 * count(*) / sum(count(*)) over (partition by coalesce(f.band, 'no score')), 1)::float8 as share
from saas.churn_reasons r
join lateral (select x.band from saas_health.as_first_reported x
              where x.customer_id = r.customer_id and x.as_of < r.churned_on and x.as_of >= r.churned_on - 62
              order by x.as_of desc limit 1) f on true
group by 1, 2
order by array_position(array['unhealthy', 'at risk', 'healthy', 'no score'], coalesce(f.band, 'no score')), customers desc, reason;
comment on view reports.churn_reasons is 'Churned customers by the last band before they left and by reason; share in percent of the band';

-- ---------------------------------------------------------------------------
-- Ticket topics: how many, how long they take, and how satisfied customers are
-- ---------------------------------------------------------------------------
create view reports.ticket_topics as
select t.topic, count(*) as tickets,
       round((percentile_cont(0.5) within group (order by extract(epoch from t.resolved - t.opened)::float8 / 3600))::numeric, 1)::float8 as median_hours,
       count(v.answer) as answers, round(csat(v.answer, 4)::numeric, 1)::float8 as csat
from saas.tickets t
left join saas.surveys v on v.ticket_id = t.id
where t.resolved >= saas.end_of(saas.last_day() - 365) and t.resolved < saas.end_of(saas.last_day())
group by t.topic
order by csat nulls last, t.topic;
comment on view reports.ticket_topics is 'Tickets resolved within 365 days by topic: median hours to solve, percent of satisfied answers (4 and 5 of 5)';

-- ---------------------------------------------------------------------------
-- Customers whose score slides, although every single month looks harmless
-- ---------------------------------------------------------------------------
\echo 'reports: trends, cost and value'
create view reports.score_trend as
select s.customer_id, c.name as customer, c.success_manager as owner, count(s.score) as months,
       round((array_agg(s.score order by s.as_of))[1]::numeric, 1)::float8 as first_score,
       round((array_agg(s.score order by s.as_of desc))[1]::numeric, 1)::float8 as last_score,
       -- 30.4375 days are a month
       round((30.4375 * regr_slope(s.score, s.as_of - date '2000-01-01'))::numeric, 2)::float8 as points_per_month
from saas_health.latest s
join saas.customers c on c.id = s.customer_id
where s.as_of > saas.last_day() - 190 and s.score is not null
group by s.customer_id, c.name, c.success_manager
having count(s.score) >= 4 and max(s.as_of) = saas.last_day()
order by points_per_month, s.customer_id;
comment on view reports.score_trend is 'Slope of the score over the last half-year, in points per month, the steepest fall first';

-- ---------------------------------------------------------------------------
-- The cost of keeping a customer for a year
-- ---------------------------------------------------------------------------
create view reports.retention_cost as
with m as (
    select * from mrr_movements((select subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur)
                                 from saas.subscriptions s join saas.reporting_rates r using (currency)),
                                'month', saas.first_day(), saas.last_day() + 1, saas.last_day())
)
select extract(year from m.period_start)::int as year, count(*) as months, round(sum(p.retention_spend), 2) as retention_spend,
       round(avg(m.closing_customers), 1) as customers,
       -- twelve times the cost of a customer's month, so that a year that has only begun compares
       round(12 * retention_cost(sum(p.retention_spend), sum(m.closing_customers)), 2) as cost_per_customer,
       round(12 * arpa(sum(m.closing_mrr), sum(m.closing_customers)), 2) as revenue_per_customer
from m
join saas.spend p on p.month = m.period_start
group by 1
order by 1;
comment on view reports.retention_cost is 'Spend on keeping customers per paying customer and year, EUR, beside their revenue; a running year extrapolated from its months';

-- ---------------------------------------------------------------------------
-- Customer lifetime value against acquisition cost, by channel
-- ---------------------------------------------------------------------------
-- The shop earns 40 % on what it sells.  The period of the formula is 90 days:
-- revenue of a buyer in them, and the share of the buyers of the 90 days before
-- who did not buy again.
create view reports.clv_by_channel as
with bought as (
    select c.segment as channel, purchase_agg(p.customer_id, p.day, p.amount) as s,
           activity_agg(p.customer_id, p.day) filter (where p.amount >= 0) as days
    from shop.purchases p
    join shop.customers c on c.id = p.customer_id
    group by c.segment
), spent as (
    select channel, sum(spend) as spend
    from shop.campaigns
    where month > shop.last_day() - 365
    group by channel
), won as (
    select channel, sum(new_buyers) as buyers
    from bought
    cross join lateral purchase_timeline(s, 'month', shop.last_day() - 364, shop.last_day() + 1, shop.last_day())
    group by channel
), worth as (
    select channel, revenue(s, ninety) / customers(s, ninety) as arpa,
           100 - (select retention_rate from activity_rolling(days, 90, shop.last_day(), shop.last_day() + 1, shop.last_day(), 90)) as churn
    from bought
    cross join daterange(shop.last_day() - 89, shop.last_day() + 1) as ninety
)
select channel, w.buyers as new_buyers, round(s.spend / nullif(w.buyers, 0), 2) as acquisition_cost,
       round(v.arpa, 2) as revenue_90_days, round(v.churn::numeric, 1)::float8 as churn_90_days,
       round(c.clv, 2) as clv, round(c.clv * w.buyers / nullif(s.spend, 0), 1) as clv_to_cost,
       round(acquisition_limit(c.clv), 2) as acquisition_limit
from worth v
join won w using (channel)
left join spent s using (channel)
cross join lateral (select clv(v.arpa, 40, v.churn) as clv) c
order by clv_to_cost, channel;
comment on view reports.clv_by_channel is 'The shop''s channels of the last year: cost of a new buyer, simple lifetime value at a margin of 40 %, and their ratio; EUR';

-- ---------------------------------------------------------------------------
-- The data check of subscription rows
-- ---------------------------------------------------------------------------
\echo 'reports: the data check'
-- Point it at your own table: the five columns below are all it needs.
create view reports.subscription_check as
with rows as (
    select customer_id, started, ended, mrr, plan from saas.subscription_export
), seen as (
    select r.*,
           row_number() over (partition by customer_id, started, ended, mrr, plan) as copy,
           lag(plan) over w as plan_before,
           -- the latest end of the earlier rows, infinity for one that still runs
           max(coalesce(ended, 'infinity')) over (w rows between unbounded preceding and 1 preceding) as end_before
    from rows r
    window w as (partition by customer_id order by started, ended nulls last, plan, mrr)
)
select v.problem, s.customer_id, s.started, s.ended, s.mrr, s.plan, v.advice
from seen s
cross join lateral (values
    ('no start', started is null, 'find the first day of service'),
    ('no price', mrr is null, 'subscription_agg skips the row: write 0 for a free plan'),
    ('ends before it starts', ended < started, 'subscription_agg refuses the row'),
    ('duplicate', copy > 1, 'the customer''s revenue counts twice: SELECT DISTINCT'),
    ('overlap', copy = 1 and ended > started is distinct from false and end_before > started,
     'revenue adds up while both run: right for an add-on, wrong for a change of plan'),
    ('gap of one day', started - nullif(end_before, 'infinity') = 1,
     'an end is the first day without service: write ended + 1 if yours is the last day with it')
) as v(problem, found, advice)
where v.found
order by v.problem, s.customer_id, s.started;
comment on view reports.subscription_check is 'Rows of a subscription table to look at before numbers are believed: one row per problem';

commit;
\echo 'reports: ready'
