-- calibration: independent answers to the last digits.
-- The files are no part of this project; where ../shared is absent the test ends
-- here, and expected/validation_truth_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TELCO :shared/data/telco_A.csv
\setenv TRUTH :shared/truth/calibration
\set found `test -e "$TELCO" -a -d "$TRUTH" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
set extra_float_digits = 0;
set datestyle = 'ISO';
set client_min_messages = warning;
create schema validation_truth;
set search_path = validation_truth, public;
create extension if not exists chs schema public;
create table telco (customer text, tenure float8, monthly_charges float8, senior float8, contract_1y float8, contract_2y float8, churn int);
\set load '\\copy telco from program ''cat "$TELCO"'' (format csv, header)'
:load
create table truth (name text primary key, answer jsonb);
\set file `cat "$TRUTH/discrimination.json"`
insert into truth values ('discrimination', :'file');
\set file `cat "$TRUTH/renewal_forecast.json"`
insert into truth values ('renewal_forecast', :'file');
\set file `cat "$TRUTH/renewal_overdispersion.json"`
insert into truth values ('renewal_overdispersion', :'file');
\set file `cat "$TRUTH/warning_table.json"`
insert into truth values ('warning_table', :'file');
\set file `cat "$TRUTH/churned_within.json"`
insert into truth values ('churned_within', :'file');
\set file `cat "$TRUTH/psi.json"`
insert into truth values ('psi', :'file');
create function near(a float8, b jsonb, tolerance float8) returns boolean language sql as $$ select coalesce(abs(a - (b #>> '{}')::float8) <= tolerance * greatest(1, abs(a)), false) $$;

-- the label
select count(*), bool_and(churned_within((c ->> 0)::date, (c ->> 1)::date, (c ->> 2)::bigint, (c ->> 3)::date) is not distinct from (c ->> 4)::boolean) as equal
  from truth, jsonb_array_elements(answer -> 'cases (ended, as_of, horizon_days, known, result)') as c where name = 'churned_within';

-- discrimination: two scores of telco, and ten rows with ties
create table summary as
  select 'telco_A, score a' as name, validation_agg(tenure, churn = 1) as s from telco
  union all select 'telco_A, score b', validation_agg(20 * contract_1y + 40 * contract_2y + tenure / 2, churn = 1) from telco;
insert into summary select 'small with ties', validation_agg(score, churned)
  from (values (0, true), (0, true), (10, true), (10, false), (10, false), (20, true), (30, false), (30, false), (40, false), (50, false)) as v(score, churned);
select s.name, near(auc(s), t -> 'auc_interval 95' -> 'auc', 1e-12) as auc, near(i95.low, t -> 'auc_interval 95' -> 'low', 1e-12) and near(i95.high, t -> 'auc_interval 95' -> 'high', 1e-12) as interval_95,
       near(i90.low, t -> 'auc_interval 90' -> 'low', 1e-12) and near(i90.high, t -> 'auc_interval 90' -> 'high', 1e-12) as interval_90,
       near(ks(s), t -> 'ks', 1e-12) as ks, near(average_precision(s), t -> 'average_precision', 1e-12) as average_precision,
       (select bool_and(near(lift(s, key::float8), value, 1e-12)) and count(*) > 5 from jsonb_each(t -> 'lift (top percent)')) as lift,
       (select bool_and(near(g.customers_percent, r -> 1, 1e-12) and near(g.captured, r -> 2, 1e-12) and near(g.captured_percent, r -> 3, 1e-12) and near(g.lift, r -> 4, 1e-12)) and count(*) = 10
          from jsonb_array_elements(t -> 'gains 10') as r join gains(s, 10) as g on g.bin = (r ->> 0)::bigint) as gains,
       (select bool_and(c.caught = (r ->> 'below and churned')::bigint and c.false_alarms = (r ->> 'below and kept')::bigint and c.missed = (r ->> 'at or above and churned')::bigint and c.passed = (r ->> 'at or above and kept')::bigint) and count(*) >= 3
          from jsonb_array_elements(t -> 'confusion (flag: score below the threshold)') as r, confusion(s, (r ->> 'threshold')::float8) as c) as confusion
  from summary s join truth on truth.name = 'discrimination', lateral (select answer -> s.name as t) as x, auc_interval(s) as i95, auc_interval(s, 90) as i90 order by 1;

-- two scores of the same customers
select near((d).difference, t -> 'difference (auc_a - auc_b)', 1e-12) as difference, near((d).low, t -> 'low', 1e-12) as low, near((d).high, t -> 'high', 1e-12) as high, abs((d).p_value / (t ->> 'p_value (two-sided normal)')::float8 - 1) < 1e-10 as p_value
  from (select auc_difference(tenure, 20 * contract_1y + 40 * contract_2y + tenure / 2, churn = 1) as d from telco) as x, (select answer -> 'auc_difference a, b' as t from truth where name = 'discrimination') as y;

-- forecasts: exact with 12 contracts and with 200
create table contract as
  select n, (c ->> 0)::float8 as p, (c ->> 1)::numeric as mrr from truth, unnest('{12 contracts,200 contracts}'::text[]) as n, jsonb_array_elements(answer -> n -> 'contracts (probability, mrr)') as c where name = 'renewal_forecast';
select n, count(*) as intervals, bool_and(f.low = (i ->> 'low')::numeric and f.high = (i ->> 'high')::numeric and f.expected = (t ->> 'expected')::numeric) as equal
  from (select n, forecast_agg(p, mrr) as s from contract group by n) as x join truth on name = 'renewal_forecast', lateral (select answer -> n as t) as y, jsonb_array_elements(t -> 'intervals') as i,
       renewal_forecast(s, (i ->> 'confidence')::float8) as f group by n order by n;
select n, count(*) as amounts, bool_and(near(probability_at_least(s, (i ->> 'amount')::numeric), i -> 'value', 1e-13)) as equal
  from (select n, forecast_agg(p, mrr) as s from contract group by n) as x join truth on name = 'renewal_forecast', jsonb_array_elements(answer -> n -> 'probability_at_least') as i group by n order by n;
select count(*) as rhos, bool_and(f.low = (i ->> 'low')::numeric and f.high = (i ->> 'high')::numeric and f.expected = round((i ->> 'expected')::numeric, 6)) as equal
  from (select forecast_agg(p, mrr) as s from contract where n = '12 contracts') as x join truth on name = 'renewal_overdispersion', jsonb_array_elements(answer -> '12 contracts of renewal_forecast.json') as i,
       renewal_forecast(s, (i ->> 'confidence')::float8, (i ->> 'rho')::float8) as f;

-- drift: counts of ten bins on both sides
create function profile(counts jsonb) returns profilesummary language sql as $$
  select health_profile('{"signals": [{"name": "a", "worst": 0, "best": 100}]}', jsonb_build_object('a', 10 * (bin - 1) + 5)) from jsonb_array_elements_text(counts) with ordinality as c(n, bin), generate_series(1, n::int) $$;
select count(*) as cases, bool_and(near(d.psi, c -> 'psi (zero count taken as 0.5, shares of the unchanged total, bins empty in both left out)', 1e-12) and d.moved is not distinct from c ->> 'moved') as equal
  from truth, jsonb_array_elements(answer -> 'cases') as c, health_drift(profile(c -> 'before'), profile(c -> 'after')) as d where name = 'psi';

-- early warning, on rows that every side makes for itself
\set snapshots :shared '/truth/calibration/warning_snapshots.sql'
\set ECHO none
\i :snapshots
\set ECHO all
select as_of, count(*) as thresholds, bool_and(w.churned = (r ->> 1)::bigint and w.caught = (r ->> 2)::bigint and w.missed = (r ->> 3)::bigint and near(w.caught_percent, r -> 4, 1e-12)
         and w.alarms = (r ->> 5)::bigint and w.false_alarms = (r ->> 6)::bigint and near(w.false_per_100_customer_months, r -> 7, 1e-12) and near(w.median_days_of_warning, r -> 8, 0) and w.customer_months = (r ->> 9)::bigint) as equal
  from (select warning_agg(customer, day, score, churned_on) as s from snapshots) as x join truth on name = 'warning_table', (values (date '2026-03-31'), ('2025-09-15')) as v(as_of),
       jsonb_each(answer) as e(key, value), jsonb_array_elements(value) as r, warning_table(s, array[(r ->> 0)::float8], 90, as_of) as w
 where key ~ ('^horizon 90, as_of ' || as_of) group by as_of order by as_of;

drop schema validation_truth cascade;
