-- health on real customers: the 7,043 of a telephone company, one quarter of whom left.
-- The data is no part of this project; where ../shared/data is absent the test ends
-- here, and expected/telco_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TELCO :shared/data/Telco-Customer-Churn.csv
\set found `test -e "$TELCO" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
set extra_float_digits = 0;
set datestyle = 'ISO';
create schema telco;
set search_path = telco, public;
create table loaded (customer text primary key, gender text, senior int, partner text, dependents text, tenure int, phone text, lines text,
	internet text, security text, backup text, protection text, support text, tv text, movies text, contract text, paperless text,
	payment text, monthly numeric, total text, churn text);
\set load '\\copy loaded from program ''cat "$TELCO"'' (format csv, header)'
:load
select count(*), count(*) filter (where churn = 'Yes') as churned, count(*) filter (where trim(total) = '') as without_total from loaded;

-- TotalCharges is blank for customers in their first month: an unknown value, not 0.
create table customer as select customer, tenure, monthly, contract, payment, internet,
	(security = 'Yes')::int + (backup = 'Yes')::int + (protection = 'Yes')::int + (support = 'Yes')::int as services,
	nullif(trim(total), '')::numeric / nullif(tenure, 0) as paid_per_month, churn = 'Yes' as churned
from loaded;
create table model as select '{"title": "Telephone and internet customers", "version": "1", "signals": [
	{"name": "tenure", "label": "Months with us", "group": "relation", "weight": 30, "unit": "months", "curve": [[0, 0], [12, 40], [24, 60], [48, 90], [72, 100]]},
	{"name": "contract", "label": "Contract", "group": "relation", "weight": 30, "values": {"Month-to-month": 0, "One year": 70, "Two year": 100}, "action": "offer a yearly contract"},
	{"name": "payment", "label": "Way to pay", "group": "payments", "weight": 10, "values": {"Electronic check": 0, "Mailed check": 60, "Bank transfer (automatic)": 100, "Credit card (automatic)": 100}, "action": "offer automatic payment"},
	{"name": "monthly", "label": "Monthly charges", "group": "payments", "weight": 10, "worst": 110, "best": 20},
	{"name": "paid_per_month", "label": "Paid per month", "group": "payments", "weight": 5, "worst": 110, "best": 20},
	{"name": "services", "label": "Services used", "group": "usage", "weight": 15, "steps": [[0, 20], [1, 40], [2, 70], [3, 100]], "action": "show what is included"}],
	"bands": [{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40}, {"name": "healthy", "color": "green", "from": 70}]}'::healthmodel as model;
select signal, weight_percent, rule, warning from model, health_review(model);

create table scored as select c.*, health_score(model, c) as score, health_coverage(model, c) as coverage, health_drivers(model, c) as drivers, model from customer c, model;
-- The 11 without a total are scored all the same, with 95 % of the weight.
select coverage, count(*), count(score) as scores from scored group by coverage order by coverage;
-- The lower the band, the more have left.
select health_band(model, score) as band, health_color(model, score) as color, count(*) as customers, round(avg(score)::numeric, 2) as score, round(100.0 * count(*) filter (where churned) / count(*), 2) as churn_rate
from scored group by 1, 2 order by min(score);
select array_agg(rate order by band) = array_agg(rate order by rate desc) as monotone, count(distinct rate) as rates
from (select width_bucket(score, 0, 100.001, 10) as band, avg(churned::int) as rate from scored group by 1 having count(*) > 50) b;
select health_quartile, count(*), round(avg(churned::int) * 100, 2) as churn_rate from (select churned, health_quartile(score) over () from scored) q group by 1 order by 3 desc;
-- by name, by key and by the plain SQL of the definition
select max(abs(score - health_score(model, to_jsonb(scored)))) < 1e-9 as same_from_jsonb, max(abs(score - (30 * t + 30 * c + 10 * p + 10 * m + coalesce(5 * d, 0) + 15 * s) / case when d is null then 95 else 100 end)) < 1e-9 as same_in_sql
from scored, lateral (select
	case when tenure >= 72 then 100 when tenure >= 48 then 90 + (tenure - 48) * 10.0 / 24 when tenure >= 24 then 60 + (tenure - 24) * 30.0 / 24 when tenure >= 12 then 40 + (tenure - 12) * 20.0 / 12 else tenure * 40.0 / 12 end as t,
	case contract when 'Month-to-month' then 0 when 'One year' then 70 when 'Two year' then 100 end as c,
	case payment when 'Electronic check' then 0 when 'Mailed check' then 60 else 100 end as p,
	least(greatest((110 - monthly) / 0.9, 0), 100) as m, case when paid_per_month is not null then least(greatest((110 - paid_per_month) / 0.9, 0), 100) end as d,
	case services when 0 then 20 when 1 then 40 when 2 then 70 else 100 end as s) x;
-- the contributions add up for every customer
select count(*), max(abs(total - score)) < 1e-9 as adds_up from (select score, (select sum(contribution) from health_explain(model, scored)) as total from scored) x;
-- Who is worst, and why?
select customer, round(score::numeric, 2) as score, monthly, drivers from scored order by scored.score, customer limit 5;
select health_drivers(model, scored, null, 1) ~ 'Contract' as contract_costs_most, count(*) from scored where score < 40 group by 1 order by 2 desc;
select e.signal, round(avg(e.points_lost) filter (where churned)::numeric, 2) as lost_by_those_who_left, round(avg(e.points_lost) filter (where not churned)::numeric, 2) as lost_by_those_who_stayed
from scored, health_explain(model, scored) e group by e.signal order by 2 desc;

set client_min_messages = warning;
drop schema telco cascade;
