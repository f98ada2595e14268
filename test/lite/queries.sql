-- Each query is asked of chs and of chs_lite, which must give the same rows.
-- Together they call every public function of chs_lite.

-- survey
select part, nps(answer), nps(answer::bigint) as b, nps(answer::numeric) as n, nps(answer::float8) as f, csat(stars), csat(stars::bigint) as cb, csat(stars::numeric) as cn, csat(stars::float8) as cf from data.answers group by part;
select part, ces(effort), ces(effort::bigint) as b, ces(effort::numeric) as n, ces(effort::float8) as f, csat(answer, 9), csat(answer::bigint, 8) as cb, csat(answer::numeric, 0) as cn, csat(answer::float8, 10) as cf from data.answers group by part;
select nps(answer), csat(answer), ces(answer), csat(answer, 5) as from_5, nps(survey_agg(answer)) as s from data.answers where i < 0;
select nps(answer), ces(answer), csat(answer, 5) as from_5, nps(survey_agg(answer)) as s from data.answers where answer is null;
select part, responses(s), promoters(s), passives(s), detractors(s), nps(s), csat(s, 9), csat(s, 0) as all_of_them, ces(s) from (select part, survey_agg(answer) as s from data.answers group by part) as x;
select nps(rollup(s)), nps(rollup(s) filter (where part < 0)) as nobody, nps(combine(rollup(s), null)) as one from (select part, survey_agg(answer) as s from data.answers group by part) as x;
select csat(a), ces_agree(a, 5), ces_index(a, 5), ces_agree(b, 7) as agree_7, ces_index(b, 7) as index_7, nps(combine(a, b)), nps(combine(a, null)) as left_alone, combine(null::surveysummary, null) is null as none
from (select survey_agg(stars::bigint) as a, survey_agg(effort::numeric) as b, survey_agg(effort::float8) as c from data.answers) as x;
select d.* from (select survey_agg(answer) as s from data.answers) as x, survey_distribution(s) as d;
select i, nps(answer) over (order by i rows between 20 preceding and current row), csat(stars) over (partition by part order by i) from data.answers where i < 120;
select nps(50, 30, 20), nps(0, 0, 0) as nobody, nps(sum(answer), 3, 7) as sums, nps(null, 1, 2) as unknown from data.answers;
select nps(s), responses(s) from survey_summary('{1,0,0,0,0,2,0,7,8,9,10}') as s;
select survey_summary('{0,0,0,0,0,0,0,0,0,0,0}') is null as nobody;

-- rates
select rate(outcome), rate(ratio_agg(outcome)) as s, successes(ratio_agg(outcome)), trials(ratio_agg(outcome)), rate(outcome) filter (where i < 0) as nobody from data.cases;
select rate(rollup(s)), rate(combine(rollup(s), null)) as one, rate(combine(null, null::ratiosummary)) as none from (select ratio_agg(outcome) as s from data.cases group by i / 40) as x;
select as_of, renewal_rate(due, outcome, as_of), trials(renewal_agg(due, outcome, as_of)), on_time_rate(due, paid, as_of), successes(on_time_agg(due, paid, as_of)) from data.cases, (values (date '2024-01-01'), ('2025-01-20'), ('2025-02-28'), (null), ('2026-01-01')) as d(as_of) group by as_of;
select at, sla_rate(opened, responded, target, at), trials(sla_agg(opened, responded, target, at)) from data.cases, (values (timestamptz '2024-01-01 00:00+00'), ('2025-01-20 00:00+00'), ('2026-01-01 00:00+00'), (null)) as d(at) group by at;
select first_contact_resolution(contacts, outcome), first_contact_resolution(contacts::bigint, outcome) as b, first_contact_resolution(contacts::numeric, outcome) as n, first_contact_resolution(contacts::float8, outcome) as f from data.cases;
select first_contact_resolution(contacts, outcome, 2), first_contact_resolution(contacts::bigint, outcome, 3) as b, first_contact_resolution(contacts::numeric, outcome, 0) as n, first_contact_resolution(contacts::float8, outcome, 9) as f from data.cases;
select i, rate(outcome) over (order by i rows 9 preceding), renewal_rate(due, outcome, '2025-02-01') over (order by i rows 9 preceding) from data.cases where i < 60;

-- retention
select retention_rate(195, 10, 200), churn_rate(15, 200), growth_rate(195, 200), growth_rate(0.1::float8, 0.3) as f, growth_rate(12.5, 10.0) as n, retention_rate(0, 0, 0) as none, churn_rate(0, 0) as nobody, growth_rate(5, 0) as from_nothing;
select as_of, period, retention_rate(started, ended, period), churn_rate(started, ended, period), retention_rate(started, ended, period, as_of) as cut, churn_rate(started, ended, period, as_of) as cut_churn
from data.flows, (select daterange(from_day, to_day) as period, as_of from data.questions) as q group by as_of, period;
select q, customers_at_start(s), new_customers(s), new_kept_customers(s), lost_customers(s), customers_at_end(s), retention_rate(s), churn_rate(s)
from (select q, flow_agg(started, ended, daterange(from_day, to_day)) as s from data.flows, data.questions group by q) as x;
select q, day, customers_at_start(s, day), new_customers(s, day), new_kept_customers(s, day), lost_customers(s, day), customers_at_end(s, day), retention_rate(s, day), churn_rate(s, day)
from (select q, as_of, flow_agg(started, ended, daterange(from_day, to_day)) as s, flow_agg(started, ended, daterange(from_day, to_day), as_of) as cut from data.flows, data.questions group by q, as_of) as x, lateral (values (as_of), (as_of + 20)) as d(day);
select q, day, customers_at_start(s, day), new_customers(s, day), customers_at_end(s, day), churn_rate(s), retention_rate(s, day)
from (select q, as_of, flow_agg(started, ended, daterange(from_day, to_day), as_of) as s from data.flows, data.questions group by q, as_of) as x, lateral (values (as_of - 9), (as_of + 20)) as d(day);
select q, t.* from data.questions, lateral retention_timeline((select flow_agg(started, ended, bucket) from data.flows), from_day, to_day, as_of) as t;
select q, t.* from data.fiscal, lateral retention_timeline((select flow_agg(started, ended, boundaries) from data.flows), from_day, to_day, as_of) as t;
select q, t.* from data.questions, lateral retention_timeline((select flow_agg(started, ended, daterange(from_day, to_day)) from data.flows), from_day, to_day, as_of) as t;
select q, t.* from data.questions, lateral retention_timeline((select flow_agg(started, ended, daterange(from_day, to_day), as_of) from data.flows), from_day, to_day, as_of + 30) as t;
select q, t.* from data.questions, lateral retention_timeline((select rollup(s) from (select flow_agg(started, ended, bucket) as s from data.flows group by started) as x), from_day, to_day, as_of) as t;
select t.* from (select flow_agg(started, ended, 'month') as a from data.flows where started < '2024-06-01') as x, (select flow_agg(started, ended, 'month') as b from data.flows where started >= '2024-06-01') as y, retention_timeline(combine(a, b), '2024-01-01', '2025-12-01', '2025-06-30') as t;
select flow_agg(started, ended, 'month') is null as nobody, retention_rate(started, ended, '[2024-01-01,2024-02-01)') as rate, flow_agg(started, ended, '[2024-01-01,2024-02-01)'::daterange, '2023-12-31') is null as not_known from data.flows where started is null;
select flow_agg(started, ended, '[2024-01-01,2024-02-01)'::daterange, '2023-12-31') is null as not_known, combine(null::flowsummary, null) is null as none from data.flows;
select count(*) as no_rows from retention_timeline(null, '2024-01-01', '2025-01-01', '2024-06-01');

-- subscriptions
select q, m.* from data.questions, lateral mrr_movements((select subscription_agg(customer, started, ended, mrr) from data.subs where part = 1), bucket, from_day, to_day, as_of, definition, gap) as m;
select q, m.* from data.questions, lateral mrr_movements((select subscription_agg(customer::text, started, ended, mrr) from data.subs where part = 2), bucket, from_day, to_day, as_of, definition, gap) as m;
select q, m.* from data.questions, lateral mrr_movements((select subscription_agg(md5(customer::text)::uuid, started, ended, mrr) from data.subs where part = 3), bucket, from_day, to_day, as_of, definition, gap) as m;
select q, m.* from data.questions, lateral mrr_movements((select subscription_agg(customer, started, ended) from data.subs), bucket, from_day, to_day, as_of) as m where q <= 20;
select q, m.* from data.fiscal, lateral mrr_movements((select subscription_agg(customer, started, ended, mrr) from data.subs), boundaries, from_day, to_day, as_of, definition) as m;
select customer, m.* from (select customer, subscription_agg(customer::text, started, ended) as s from data.subs where part = 1 group by customer) as x, lateral mrr_movements(s, 'quarter', '2024-01-01', '2026-01-01', '2025-09-09') as m;
select m.* from mrr_movements((select rollup(s) from (select subscription_agg(customer, started, ended, mrr) as s from data.subs group by customer) as x), 'month', '2024-01-01', '2027-01-01', '2026-05-05', 'event', 30) as m;
select m.* from (select subscription_agg(customer, started, ended, mrr) as a from data.subs where part = 1) as x, (select subscription_agg(customer, started, ended, mrr) as b from data.subs where part = 2) as y, mrr_movements(combine(a, b), 'month', '2024-01-01', '2024-09-01', '2026-05-05') as m;
select count(*) as no_rows from mrr_movements(null::subscriptionsummary, 'month', '2024-01-01', '2025-01-01', '2024-06-01');
select count(*) as no_rows from mrr_movements((select subscription_agg(customer, started, ended, mrr) from data.subs), 'month', '2024-01-01', '2025-01-01', null);
select count(*) as rows, max(closing_mrr) from mrr_movements((select subscription_agg(1, date '2024-01-01', null, 0)), 'month', '2024-01-01', '2025-01-01', '2024-06-01');
select day, mrr(s, day), arr(s, day), customers(s, day), arpa(s, day), mrr(s, day, '2025-01-15') as known, arr(s, day, '2025-01-15') as known_arr, customers(s, day, '2025-01-15') as known_customers, arpa(s, day, '2025-01-15') as known_arpa
from (select subscription_agg(customer, started, ended, mrr) as s from data.subs) as x, generate_series(timestamp '2023-11-01', '2027-01-01', '11 days') as d(t), lateral (select t::date as day) as y;
select q, retention_rate(s, p), churn_rate(s, p), net_revenue_retention(s, p), gross_revenue_retention(s, p), retention_rate(s, p, as_of) as r, churn_rate(s, p, as_of) as c, net_revenue_retention(s, p, as_of) as n, gross_revenue_retention(s, p, as_of) as g
from (select subscription_agg(customer, started, ended, mrr) as s from data.subs) as x, data.questions, lateral (select daterange(from_day, to_day) as p) as y;
select mrr(subscription_agg(md5(customer::text)::uuid, started, ended), '2025-01-01') from data.subs;
select subscription_agg(customer, started, ended, mrr) is null as none, combine(null::subscriptionsummary, null) is null as nothing from data.subs where customer is null;
select amount, billing, mrr(amount, billing) from (values (1200, interval '1 year'), (10, '1 month'), (30, '3 months'), (7, '1 week'), (1, '1 day'), (100, '1 year 6 mons 10 days'), (0, '1 month'), (-5, '1 month')) as b(amount, billing);
select amount, billing, mrr(amount, billing) from (values (1200, 'annual'), (10, 'Monthly'), (30, ' 3 months '), (7, 'weekly'), (1, 'day'), (100, '1 year 6 mons 10 days'), (60, 'semiannual'), (9, 'quarterly'), (3, '2QUARTERS 1 week'), (5, 'daily'), (6, 'yearly'), (8, 'year month')) as b(amount, billing);

-- activity
select q, active_customers(s, p), stickiness(s, p), repeat_rate(s, p), active_customers(s, p, as_of) as a, stickiness(s, p, as_of) as st, repeat_rate(s, p, as_of) as r
from (select activity_agg(customer, day) as s from data.events) as x, data.questions, lateral (select daterange(from_day, to_day) as p) as y;
select q, d.* from (select activity_agg(customer, day) as s from data.events) as x, data.questions, lateral active_days(s, daterange(from_day, to_day)) as d where q <= 12;
select q, d.* from (select activity_agg(customer, day) as s from data.events) as x, data.questions, lateral active_days(s, daterange(from_day, to_day), as_of) as d;
select q, adoption_rate(f, b, p), adoption_rate(f, b, p, as_of) as known from (select activity_agg(customer, day) filter (where customer % 3 = 0 or customer > 40) as f, activity_agg(customer, day) filter (where customer < 50) as b from data.events) as x, data.questions, lateral (select daterange(from_day, to_day) as p) as y;
select q, t.* from data.questions, lateral activity_timeline((select activity_agg(customer, day) from data.events), bucket, from_day, to_day, as_of) as t;
select q, t.* from data.fiscal, lateral activity_timeline((select activity_agg(customer::text, day) from data.events), boundaries, from_day, to_day, as_of) as t;
select q, t.* from data.questions, lateral cohort_retention((select activity_agg(customer, day) from data.events), bucket, from_day, to_day, as_of, mode) as t;
select q, t.* from data.fiscal, lateral cohort_retention((select activity_agg(md5(customer::text)::uuid, day) from data.events), boundaries, from_day, to_day, as_of, mode) as t;
select t.* from cohort_retention((select activity_agg(customer, day) from data.events), 'month', '2024-01-01', '2026-01-01', '2025-03-31') as t;
select q, t.* from data.questions, lateral cohort_retention((select activity_agg(customer, day) from data.sign_ups), (select activity_agg(customer, day) from data.events), bucket, from_day, to_day, as_of, mode) as t;
select q, t.* from data.fiscal, lateral cohort_retention((select activity_agg(customer, day) from data.sign_ups), (select activity_agg(customer, day) from data.events), boundaries, from_day, to_day, as_of, mode) as t;
select active_customers(activity_agg(customer, at), p), active_customers(activity_agg(customer::text, at), p) as t, active_customers(activity_agg(md5(customer::text)::uuid, at), p) as u, repeat_rate(activity_agg(customer, at), p) as r from data.events, daterange('2024-06-01', '2024-06-08') as p group by p;
select p, active_customers(a, p), active_customers(b, p) as t, active_customers(c, p) as u from (select activity_agg(customer, moment, zone) as a, activity_agg(customer::text, moment, zone) as b, activity_agg(md5(customer::text)::uuid, moment, 'UTC') as c from data.events) as x, generate_series(timestamp '2024-03-01', '2024-07-01', '1 day') as d(t), lateral daterange(t::date, t::date + 1) as p;
select active_customers(rollup(s), '[2024-05-01,2024-06-01)'), active_customers(combine(rollup(s), null), '[2024-05-01,2024-06-01)') as one from (select activity_agg(customer, day) as s from data.events group by day) as x;
select activity_agg(customer, day) is null as none, combine(null::activitysummary, null) is null as nothing, count(*) from data.events where customer is null;
select local_day(moment, zone), count(*) from data.events group by 1;
select local_day(at, zone) from (values (timestamptz 'infinity', 'UTC'), ('-infinity', 'Asia/Tokyo'), (null, 'UTC'), ('2024-03-31 00:59+00', 'europe/warsaw'), ('2024-12-31 23:30+00', coalesce((select name from pg_timezone_names where name = 'GB'), 'GMT'))) as v(at, zone);
select adoption_rate(30, 120), adoption_rate(0, 0) as nobody, usage_rate(45, 50), usage_rate(0.3::float8, 0.7) as f, usage_rate(60.5, 50) as above, usage_rate(1, 0) as nothing;

-- purchases
select q, customers(s, p), orders(s, p), gross_revenue(s, p), refunds(s, p), revenue(s, p), average_order_value(s, p), purchases_per_customer(s, p), repeat_purchase_rate(s, 'orders', p), repeat_purchase_rate(s, 'days', p) as by_days
from (select purchase_agg(customer, day, amount) as s from data.orders) as x, data.questions, lateral (select daterange(from_day, to_day) as p) as y;
select q, customers(s, p, as_of), orders(s, p, as_of), gross_revenue(s, p, as_of), refunds(s, p, as_of), revenue(s, p, as_of), average_order_value(s, p, as_of), purchases_per_customer(s, p, as_of), repeat_purchase_rate(s, 'orders', p, as_of), repeat_purchase_rate(s, 'days', null, as_of) as by_days
from (select purchase_agg(customer::text, day, amount) as s from data.orders) as x, data.questions, lateral (select daterange(from_day, to_day) as p) as y;
select customers(s), orders(s), gross_revenue(s), refunds(s), revenue(s), average_order_value(s), purchases_per_customer(s), repeat_purchase_rate(s), orders(s, null, null) as not_known from (select rollup(s) as s from (select purchase_agg(md5(customer::text)::uuid, day, amount) as s from data.orders group by day) as x) as y;
select orders(purchase_agg(customer, at, 5), p), orders(purchase_agg(customer::text, at, 5.5), p) as t, orders(purchase_agg(md5(customer::text)::uuid, at, 6), p) as u from data.events, daterange('2024-06-01', '2024-06-08') as p group by p;
select orders(purchase_agg(customer, moment, 5, zone), p), orders(purchase_agg(customer::text, moment, 5.5, zone), p) as t, orders(purchase_agg(md5(customer::text)::uuid, moment, 6, zone), p) as u from data.events, daterange('2024-06-01', '2024-06-08') as p group by p;
select purchase_agg(customer, day, amount) is null as none, revenue(combine(purchase_agg(1, date '2024-01-01', 5), purchase_agg(1, date '2024-01-01', -3))) as both_, combine(null::purchasesummary, null) is null as nothing from data.orders where customer is null;
select clv(100, 80, 5), clv(100, 80, 5, 1) as discounted, clv(79.90, 72.5, 3.1) as literal, clv(100, 80, 0) as for_ever, clv(50, 0.1::float8 + 0.2, 3.3, 0.8) as digits, acquisition_limit(1600), acquisition_limit(100, 7) as ratio, acquisition_limit(5, 0) as none, payback_months(300, 50, 80), payback_months(300, 0, 80) as never, retention_cost(10000, 300), arpa(1000, 7), arpa(0, 0) as nobody;

-- payments, scores
select i, days_late(due, paid, '2025-02-15'), days_late(due, paid, due + 5) as soon from data.cases;
select dso(50000, 100000, 90), best_possible_dso(30000, 100000, 90), collection_effectiveness(1000, 500, 700, 300), dso(1, 0, 30) as nothing, collection_effectiveness(0, 0, 0, 0) as none, dso(1, 3, 31) as third;
select i, scale_score(i, 0, 20), scale_score(i, 20, 0) as back, scale_score(i / 7.0, 0.1, 0.9) as fraction from data.answers where i < 30;

-- the sample
select kind, nps(answer), survey_agg(answer) is null as none, ces(survey_agg(answer)), responses(survey_agg(answer)) from saas.surveys group by kind;
select m.* from mrr_movements((select subscription_agg(customer_id, started, ended, mrr) from saas.subscriptions), 'month', '2024-01-01', '2026-07-01', '2026-06-30') as m;
select m.* from mrr_movements((select subscription_agg(customer_id, started, ended, mrr) from saas.subscriptions), 'quarter', '2024-01-01', '2026-07-01', '2026-05-15', 'event', 90) as m;
select t.* from retention_timeline((select flow_agg(started, ended, 'month') from (select min(started) as started, case when count(ended) = count(*) then max(ended) end as ended from saas.subscriptions group by customer_id) as x), '2024-01-01', '2026-07-01', '2026-06-30') as t;
select t.* from cohort_retention((select rollup(s) from (select activity_agg(customer_id, started_at, 'Europe/Warsaw') as s from saas.sessions where customer_id % 5 = 0 group by customer_id) as x), 'month', '2025-01-01', '2026-07-01', '2026-06-15') as t;
select t.* from activity_timeline((select rollup(s) from (select activity_agg(customer_id, started_at, 'Europe/Warsaw') as s from saas.sessions where customer_id % 5 = 0 group by customer_id) as x), 'week', '2026-01-01', '2026-07-01', '2026-06-15') as t;
select on_time_rate(due, paid, '2026-06-30') from saas.invoices;
select renewal_rate(due, renewed, '2026-06-30') from saas.renewals;
