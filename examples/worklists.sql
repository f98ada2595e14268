-- Customers to write to, call or visit today: one list for each kind of work.
-- Load saas.sql, shop.sql, models.sql and health.sql first.
--
--   psql -f examples/worklists.sql   (drops and rebuilds the schema worklists)
--
-- Every list has the columns customer_id, customer, owner, revenue, reason and
-- action, the most revenue first: a BI tool shows it as it is, a script turns
-- each row into a task.  Revenue is EUR: a month's for the software company, a
-- year's for the shop.  The lists read one materialized view, so a refresh of it
-- renews them all:
--
--   REFRESH MATERIALIZED VIEW CONCURRENTLY worklists.customers;

begin;
set local client_min_messages = warning;
set local jit = off;
drop schema if exists worklists cascade;
create schema worklists;
comment on schema worklists is 'Sample: customers to act on, with revenue, reason and action';

\echo 'worklists: customers with score, band and what costs them most'
create materialized view worklists.customers as
select s.*, h.score, health_band(m.model, h.score) as band, d.label as driver, d.action as driver_action
from saas.customer_signals s
join saas_health.models_on(saas.last_day()) m using (stage)
cross join lateral (select health_score(m.model, s, s.as_of) as score offset 0) h
left join lateral (select e.label, e.action
                   from health_explain(m.model, s, s.as_of) e
                   where e.points_lost > 0 and e.action is not null
                   order by e.points_lost desc, e.signal collate "C"
                   limit 1) d on true;
create unique index on worklists.customers (customer_id);
comment on materialized view worklists.customers is 'One row per customer: signals, score, band and the costliest signal that has an action';

-- ---------------------------------------------------------------------------
-- The software company
-- ---------------------------------------------------------------------------
\echo 'worklists: the lists'

-- Healthy, full of praise, in no trouble, and not asked yet.
create view worklists.advocates as
select customer_id, name as customer, success_manager as owner, mrr as revenue,
       format('answered %s of 10 on %s, score %s', nps, nps_on, round(score)) as reason,
       case when referrals_365d > 0 then 'thank for the referral and ask to be a reference'
            when reviews_365d > 0 then 'thank for the review and ask to be a reference'
            else 'ask to be a reference' end as action
from worklists.customers
where band = 'healthy' and nps >= 9 and nps_on > as_of - 365
  and not reference_customer and urgent_90d = 0 and coalesce(days_overdue, 0) = 0
order by mrr desc, customer_id;
comment on view worklists.advocates is 'Healthy promoters to ask for a reference; revenue in EUR per month';

-- A return that the customer reported, recent and large.
create view worklists.case_studies as
select customer_id, name as customer, success_manager as owner, mrr as revenue,
       format('reported a return of %s %% on %s, %s', roi_percent, roi_on,
              case when reference_customer then 'a reference already' else 'score ' || round(score) end) as reason,
       'write a case study about the return' as action
from worklists.customers
where roi_percent >= 100 and roi_on > as_of - 365 and (band = 'healthy' or reference_customer)
order by mrr desc, customer_id;
comment on view worklists.case_studies is 'Customers with a reported return of 100 % or more within a year; revenue in EUR per month';

-- Room to grow: healthy, and more than 80 % of the seats or features in use.
create view worklists.upsell as
select customer_id, name as customer, success_manager as owner, mrr as revenue,
       concat_ws(', ', case when seat_usage > 0.8 then format('uses %s %% of the seats', round(100 * seat_usage)) end,
                 case when adoption > 0.8 then format('uses %s %% of the features', round(100 * adoption)) end) as reason,
       case when seat_usage > 1 then 'bill the seats above the contract'
            when seat_usage > 0.8 then 'offer more seats'
            else 'show what the next plan adds' end as action
from worklists.customers
where band = 'healthy' and (seat_usage > 0.8 or adoption > 0.8 and plan <> 'enterprise')
order by mrr desc, customer_id;
comment on view worklists.upsell is 'Healthy customers with more than 80 % of seats or features in use; revenue in EUR per month';

-- Contracts that end in the next calendar quarter, except the healthy ones.
create view worklists.renewals_at_risk as
select c.customer_id, c.name as customer, c.success_manager as owner, c.mrr as revenue,
       format('renews on %s, %s', c.renewal_date,
              case when c.score is null then 'too little is known for a score'
                   else c.band || ' (' || round(c.score) || ')' || coalesce(': ' || lower(c.driver), '') end) as reason,
       coalesce(c.driver_action, 'call before the renewal') as action
from worklists.customers c
cross join lateral (select (date_trunc('quarter', c.as_of::timestamp) + interval '3 months')::date as from_day,
                           (date_trunc('quarter', c.as_of::timestamp) + interval '6 months')::date as to_day) q
where c.renewal_date >= q.from_day and c.renewal_date < q.to_day and c.band is distinct from 'healthy'
order by c.mrr desc, c.customer_id;
comment on view worklists.renewals_at_risk is 'Renewals of the next quarter whose customer is not healthy; revenue in EUR per month';

-- The overdue amount of each customer, and the next step of dunning.
create view worklists.payment_reminders as
select c.id as customer_id, c.name as customer, c.success_manager as owner, k.mrr as revenue,
       format('%s EUR overdue, the oldest since %s, %s', i.overdue, i.since,
              case i.reminders when 0 then 'no reminder yet' when 1 then '1 reminder sent' else i.reminders || ' reminders sent' end) as reason,
       case when i.days > 60 then 'hand over to collections and tell the success manager'
            when i.days > 30 then 'call accounting'
            when i.reminders > 0 then 'send the second reminder'
            else 'send a friendly reminder' end as action
from (select v.customer_id, round(sum(v.amount * r.to_eur), 2) as overdue, max(v.late) as days, min(v.due) as since,
             (array_agg(v.reminders order by v.due, v.id))[1] as reminders
      from (select x.*, days_late(x.due, x.paid, saas.last_day()) as late from saas.invoices x
            where x.issued <= saas.last_day() and (x.paid is null or x.paid > saas.last_day())) v
      join saas.reporting_rates r using (currency)
      where v.late > 0
      group by v.customer_id) i
join saas.customers c on c.id = i.customer_id
left join worklists.customers k on k.customer_id = i.customer_id
order by i.overdue desc, c.id;
comment on view worklists.payment_reminders is 'Customers with overdue invoices, the most overdue first; revenue in EUR per month, NULL for former customers';

-- An unhappy answer of the last thirty days, or an unhealthy score.
create view worklists.low_scores as
select c.customer_id, c.name as customer, c.success_manager as owner, c.mrr as revenue,
       concat_ws('; ', a.answers, case when c.band = 'unhealthy' then format('score %s: %s', round(c.score), lower(c.driver)) end) as reason,
       case when a.answers is not null then 'call about the answer' else coalesce(c.driver_action, 'call') end as action
from worklists.customers c
left join (select coalesce(m.merged_into, v.customer_id) as customer_id,
                  string_agg(format('%s %s of %s on %s', upper(v.kind), v.answer, case v.kind when 'nps' then 10 else 5 end, v.answered_on),
                             ', ' order by v.answered_on desc, v.id) as answers
           from saas.surveys v
           left join saas.merged_accounts m on m.customer_id = v.customer_id and m.merged_on <= saas.last_day()
           where v.answered_on > saas.last_day() - 30 and v.answered_on <= saas.last_day()
             and (v.kind = 'nps' and v.answer <= 6 or v.kind = 'csat' and v.answer <= 2)
           group by 1) a using (customer_id)
where a.answers is not null or c.band = 'unhealthy'
order by c.mrr desc, c.customer_id;
comment on view worklists.low_scores is 'Customers to call: an unhappy answer within 30 days or an unhealthy score; revenue in EUR per month';

-- ---------------------------------------------------------------------------
-- The shop
-- ---------------------------------------------------------------------------
-- Regulars whose last order is two to five of their own usual gaps ago: later
-- than usual, and not yet lost.
create view worklists.shop_lapsing as
select c.id as customer_id, c.name as customer, null::text as owner, round(revenue(p.s, daterange(shop.last_day() - 364, shop.last_day() + 1)), 2) as revenue,
       format('no order for %s days, usually every %s', r.days_since_last, round(r.recency / r.frequency)) as reason,
       case when c.newsletter then 'send what they usually buy, with a voucher' else 'write a letter with a voucher' end as action
from (select customer_id, purchase_agg(customer_id, day, amount) as s from shop.purchases group by customer_id) p
cross join lateral rfm(p.s, shop.last_day(), 1) r
join shop.customers c on c.id = p.customer_id
where r.frequency >= 3 and r.days_since_last between 2 * greatest(7, r.recency / r.frequency) and 5 * greatest(7, r.recency / r.frequency)
order by revenue desc nulls last, c.id;
comment on view worklists.shop_lapsing is 'Regular shop customers about to lapse; revenue in EUR of the last 365 days';

commit;
vacuum (analyze) worklists.customers;
\echo 'worklists: ready'
