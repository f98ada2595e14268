-- lifetime against independent answers, computed with 20 digits and more on the customers of CDNOW, a shop of music.
-- They are no part of this project; where ../shared is absent the test ends here, and
-- expected/lifetime_truth_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv DATA :shared/data
\setenv CLV :shared/truth/clv
\setenv TRUTH :shared/truth/lifetime
\set found `test -e "$DATA/CDNOW_sample.txt" && test -e "$DATA/cdnow_customers_summary.csv" && test -e "$CLV/bgnbd_cdnow.json" && test -e "$TRUTH/predictions.csv" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
set datestyle = 'ISO';
create schema lifetime_truth;
set search_path = lifetime_truth, public;
create table customer (id int, frequency int, recency float8, age float8);
\set load '\\copy customer from program ''cat "$DATA/cdnow_customers_summary.csv"'' (format csv, header)'
:load
create table loaded (line text);
\set load '\\copy loaded from program ''cat "$DATA/CDNOW_sample.txt"'''
:load
-- id in the whole file, id in the sample, day, CDs, dollars
create table shop as select purchase_agg(part[2]::int, part[3]::date, part[5]::numeric) as s from (select string_to_array(regexp_replace(trim(line), '\s+', ' ', 'g'), ' ') as part from loaded) x;
create table buyer as select r.* from (select purchase_agg(part[2]::int, part[3]::date, part[5]::numeric) as s from (select string_to_array(regexp_replace(trim(line), '\s+', ' ', 'g'), ' ') as part from loaded) x group by part[2]) c, rfm(s, '1997-09-30') r;
\set csv_bg `cat "$CLV/bgnbd_cdnow.json"`
\set csv_mbg `cat "$TRUTH/fit_mbg_csv.json"`
\set raw_bg `cat "$TRUTH/fit_bg_raw_1997-09-30.json"`
\set spending `cat "$TRUTH/gamma_gamma.json"`
\set intervals `cat "$TRUTH/purchases_interval.json"`
\set values `cat "$TRUTH/clv.json"`
\set contracts `cat "$TRUTH/sbg.json"`
create function near(answer float8, truth text, tolerance float8) returns boolean language sql as $$ select coalesce(abs(answer - truth::float8) <= tolerance * abs(truth::float8), answer is null and truth is null) $$;
create function near(answers float8[], truth jsonb, tolerance float8) returns boolean language sql as $$
	select bool_and(near(a, t #>> '{}', tolerance)) from (select row_number() over () as n, a from unnest(answers) as a) as a full join jsonb_path_query(truth, 'strict $.** ? (@.type() != "array")') with ordinality as t(t, n) using (n) $$;

--
-- The three fits of BG/NBD; published for the first: 0.243, 4.414, 0.793, 2.426, -9582.4 (Fader, Hardie and Lee 2005)
--
create table fit as
	select 'csv, bg' as name, bgnbd_fit(frequency, recency, age) as m, jsonb_build_object('params', j -> 'params_exact', 'log_likelihood', j -> 'loglik_exact', 'covariance', j -> 'covariance', 'standard_errors', jsonb_build_array(j #> '{std_err,r}', j #> '{std_err,alpha}', j #> '{std_err,a}', j #> '{std_err,b}')) as truth
	  from customer, (select :'csv_bg'::jsonb -> 'bgnbd_cdnow' as j) as j group by j
	union all select 'csv, mbg', bgnbd_fit(frequency, recency, age, 7, 'mbg'), :'csv_mbg'::jsonb from customer
	union all select 'summary, bg', bgnbd_fit(s, '1997-09-30'), :'raw_bg'::jsonb from shop;
select name, (m).status, (m).customers, near((m).r, truth #>> '{params,r}', 1e-11) and near((m).alpha, truth #>> '{params,alpha}', 1e-11) and near((m).a, truth #>> '{params,a}', 1e-11) and near((m).b, truth #>> '{params,b}', 1e-11) as parameters,
	near((m).log_likelihood, truth ->> 'log_likelihood', 1e-14) as log_likelihood, near((m).standard_errors, truth -> 'standard_errors', 1e-10) as errors, near((m).covariance, truth -> 'covariance', 1e-9) as covariance from fit;
select round((m).r::numeric, 3) as r, round((m).alpha::numeric, 3) as alpha, round((m).a::numeric, 3) as a, round((m).b::numeric, 3) as b, round((m).log_likelihood::numeric, 1) as log_likelihood from fit where name = 'csv, bg';
-- the same from frequency, recency and age of rfm
select bgnbd_fit(frequency, recency, age) = (select m from fit where name = 'summary, bg') as same from buyer;

--
-- Predictions
--
create table prediction (variant text, name text, r float8, alpha float8, a float8, b float8, frequency float8, recency float8, age float8, horizon float8, alive text, after text, purchases text, new text);
\set load '\\copy prediction from program ''cat "$TRUTH/predictions.csv"'' (format csv, header)'
:load
select count(*), bool_and(near(bgnbd_alive(m, frequency, recency, age), alive, 1e-13)) as alive, bool_and(near(bgnbd_alive(m, frequency, recency, age, horizon), after, 1e-13)) as after,
	bool_and(near(bgnbd_purchases(m, horizon, frequency, recency, age), purchases, 1e-13)) as purchases, bool_and(near(bgnbd_purchases_new(m, horizon), new, 1e-13)) as new
from (select *, row(variant, 7, r, alpha, a, b, null, null, null, null, null, null)::bgnbd_model as m from prediction) as p;
-- with the parameters of the first fit
select count(*), bool_and(near(bgnbd_alive(m, (c ->> 'x')::int, (c ->> 't_x')::numeric, (c ->> 'T')::numeric), c ->> 'p_alive', 1e-12)) as alive, bool_and(near(bgnbd_purchases(m, t::float8, (c ->> 'x')::int, (c ->> 't_x')::numeric, (c ->> 'T')::numeric), e, 1e-12)) as purchases
from fit, jsonb_array_elements(:'csv_bg'::jsonb #> '{bgnbd_cdnow,customers}') as c, jsonb_each_text(c -> 'expected') as x(t, e) where name = 'csv, bg';
select count(*), bool_and(near(bgnbd_purchases_new(m, t::float8), e, 1e-12)) as new from fit, jsonb_each_text(:'csv_bg'::jsonb #> '{bgnbd_cdnow,unconditional_expected}') as x(t, e) where name = 'csv, bg';
select near(sum(bgnbd_purchases(m, 39, frequency, recency, age)), :'csv_bg'::jsonb #>> '{bgnbd_cdnow,sum_expected_39_all_customers}', 1e-11) as all_customers from fit, customer where name = 'csv, bg';
select c ->> 'frequency' as frequency, near(low, c -> 'log scale low, high' ->> 0, 1e-9) as low, near(high, c -> 'log scale low, high' ->> 1, 1e-9) as high
from fit, jsonb_array_elements(:'intervals'::jsonb -> 'cases') as c, lateral bgnbd_purchases_interval(m, (c ->> 'horizon')::numeric, (c ->> 'frequency')::int, (c ->> 'recency')::numeric, (c ->> 'age')::numeric) where name = 'summary, bg';
create table tracking (period_start date, actual bigint, expected text, cumulative_actual bigint, cumulative_expected text, complete boolean);
\set load '\\copy tracking from program ''cat "$TRUTH/tracking_bg_weeks_1_78.csv"'' (format csv, header)'
:load
select count(*), bool_and(t.actual = o.actual and t.cumulative_actual = o.cumulative_actual and t.complete = o.complete) as actual, bool_and(near(o.expected, t.expected, 1e-11) and near(o.cumulative_expected, t.cumulative_expected, 1e-11)) as expected
from tracking t left join (select o.* from shop, fit, bgnbd_tracking(m, s, array(select date '1997-01-01' + 7 * i from generate_series(0, 78) as i), '1997-01-01', '1998-07-01', '1998-06-30') as o where name = 'summary, bg') as o using (period_start);

--
-- Gamma-Gamma; published: p = 6.25, q = 3.74, v = 15.44 (Fader and Hardie 2013)
--
create table spending as select gamma_gamma_fit(frequency, monetary) as g from buyer;
select (g).status, (g).customers, near((g).p, j #>> '{params,p}', 1e-11) and near((g).q, j #>> '{params,q}', 1e-11) and near((g).v, j #>> '{params,v}', 1e-11) as parameters, near((g).log_likelihood, j ->> 'log_likelihood', 1e-14) as log_likelihood,
	near((g).covariance, j -> 'covariance', 1e-9) as covariance, near((g).correlation, j ->> 'correlation of frequency and monetary (Pearson)', 1e-13) as correlation, round((g).p::numeric, 2) as p, round((g).q::numeric, 2) as q, round((g).v::numeric, 2) as v
from spending, (select :'spending'::jsonb as j) as j;
select v ->> 'frequency' as frequency, near(gamma_gamma_value(g, (v ->> 'frequency')::int, (v ->> 'monetary')::numeric)::float8, v ->> 'value', 1e-13) as value from spending, jsonb_array_elements(:'spending'::jsonb -> 'values') as v;
-- (near q = 1 the mean keeps the digits that q - 1 has as a double: 10 of 1.000001)
select v ->> 'q' as q, v ->> 'frequency' as frequency, near(gamma_gamma_value(row((v ->> 'p')::float8, (v ->> 'q')::float8, (v ->> 'v')::float8, null, null, null, null, null)::gamma_gamma_model, (v ->> 'frequency')::int, (v ->> 'monetary')::numeric)::float8, v ->> 'value', 1e-10) as value
from jsonb_array_elements(:'spending'::jsonb -> 'hand-made models') as v;
select c ->> 'months' as months, c ->> 'frequency' as frequency, near(clv(m, g, (c ->> 'frequency')::int, (c ->> 'recency_days')::int / 7.0, (c ->> 'age_days')::int / 7.0, (c ->> 'monetary')::numeric, (c ->> 'months')::int, (c ->> 'monthly_discount')::numeric, (c ->> 'margin')::numeric)::float8, c ->> 'clv', 1e-12) as clv
from fit, spending, jsonb_array_elements(:'values'::jsonb -> 'cases') as c where name = 'summary, bg';

--
-- Shifted-beta-geometric
--
create table contract as
	select key as name, j, case when j ? 'rows (periods, churned, customers)' then (select sbg_fit((r ->> 0)::int, (r ->> 1)::boolean, (r ->> 2)::int) from jsonb_array_elements(j -> 'rows (periods, churned, customers)') as r) end as m
	from jsonb_each(:'contracts'::jsonb) as e(key, j) where jsonb_typeof(j) = 'object' and j ? 'alpha';
select name, (m).status, near((m).alpha, j ->> 'alpha', 1e-12) as alpha, near((m).beta, j ->> 'beta', 1e-12) as beta, near((m).log_likelihood, j ->> 'log_likelihood', 1e-14) as log_likelihood, near((m).standard_errors, j -> 'standard_errors', 1e-10) as errors, near((m).covariance, j -> 'covariance', 1e-10) as covariance,
	(select bool_and(near(sbg_survival(m, n - 1), v, 1e-12)) from jsonb_array_elements_text(j -> 'sbg_survival 0..12') with ordinality as x(v, n)) as survival, (select bool_and(near(sbg_retention(m, n), v, 1e-12)) from jsonb_array_elements_text(j -> 'sbg_retention 1..12') with ordinality as x(v, n)) as retention,
	(select bool_and(near(sbg_residual_lifetime(m, (v ->> 'renewals')::int, (v ->> 'discount_percent')::numeric), v ->> 'value', 1e-12)) from jsonb_array_elements(j -> 'sbg_residual_lifetime') as v) as lifetime
from contract order by name;

set client_min_messages = warning;
drop schema lifetime_truth cascade;
