-- The fits against answers that were computed outside of chs, to 30 digits.
-- The data is no part of this project; where ../shared/truth is absent the test
-- ends here, and expected/calibration_truth_1.out is the answer (which is why that
-- variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TRUTH :shared/truth/logistic/telco_A.json
\set found `test -e "$TRUTH" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
create schema calibration_truth;
set search_path = calibration_truth, public;
create table telco (customer text, tenure float8, charges float8, senior float8, c1 float8, c2 float8, churn int, n serial);
\setenv TELCO :shared/data/telco_A.csv
\set load '\\copy telco(customer, tenure, charges, senior, c1, c2, churn) from program ''cat "$TELCO"'' (format csv, header)'
:load
create function worst(got float8[], wanted jsonb) returns float8 language sql as
  $$ select case when cardinality(got) = jsonb_array_length(wanted) then (select max(abs(g / w::float8 - 1)) from unnest(got) with ordinality as x(g, i) join jsonb_array_elements_text(wanted) with ordinality as y(w, i) using (i)) end $$;
create function flat(wanted jsonb) returns jsonb language sql as
  $$ select jsonb_agg(v order by i, j) from jsonb_array_elements(wanted) with ordinality as x(r, i), jsonb_array_elements(r) with ordinality as y(v, j) $$;
create function in_order(wanted jsonb) returns jsonb language sql as
  $$ select jsonb_build_array(wanted -> 'intercept', wanted -> 'tenure', wanted -> 'monthly_charges', wanted -> 'senior', wanted -> 'contract_1y', wanted -> 'contract_2y') $$;

-- maximum likelihood: coefficients 1e-10, errors 1e-9
\set truth `cat "$TRUTH"`
create table t as select :'truth'::jsonb -> 'telco_A' as t;
create table fit as select logistic_fit(churn = 1, array[tenure, charges, senior, c1, c2]) as m from telco;
select worst((m).coefficients, in_order(t -> 'coef')) < 1e-13 as coefficients, worst((m).standard_errors, in_order(t -> 'std_err')) < 1e-12 as errors,
  worst((m).covariance, flat(t -> 'covariance')) < 1e-11 as covariance, abs((m).log_likelihood / (t ->> 'loglik')::float8 - 1) < 1e-14 as likelihood,
  abs((m).null_log_likelihood / (t ->> 'loglik_null')::float8 - 1) < 1e-14 as null_likelihood, abs((m).aic / (t ->> 'aic')::float8 - 1) < 1e-14 as aic, (m).rows, (m).events, (m).status from fit, t;
select term, abs(z / (in_order(t -> 'z') ->> (i - 1)::int)::float8 - 1) < 1e-12 as z, case when i > 1 then abs(odds_ratio / (in_order(t -> 'odds_ratio') ->> (i - 1)::int)::float8 - 1) < 1e-13 end as odds_ratio
from fit, t, logistic_summary(m, '{tenure,charges,senior,one_year,two_years}') with ordinality as s(term, coefficient, std_error, z, p_value, odds_ratio, low, high, i);
-- with a penalty, C = 1 and 0.01 of scikit-learn
select c, worst((m).coefficients, in_order(t -> ('l2_raw_C=' || c) -> 'coef')) < 1e-12 as coefficients from t, (values ('1', 1), ('0.01', 100)) v(c, l2), lateral (select logistic_fit(churn = 1, array[tenure, charges, senior, c1, c2], l2) as m from telco) q;
-- with weights
\setenv TRUTH :shared/truth/calibration/weighted_telco_A.json
\set truth `cat "$TRUTH"`
select worst((m).coefficients, t -> 'coefficients (intercept first)') < 1e-12 as coefficients, worst((m).standard_errors, t -> 'standard_errors') < 1e-11 as errors, worst((m).covariance, flat(t -> 'covariance')) < 1e-10 as covariance, abs((m).log_likelihood / (t ->> 'log_likelihood')::float8 - 1) < 1e-13 as likelihood
from (select :'truth'::jsonb as t) x, (select logistic_fit(churn = 1, array[tenure, charges, senior, c1, c2], 0, 1 + (n - 1) % 3) as m from telco) q;
-- a fit to half of the customers, checked on the other half
\setenv TRUTH :shared/truth/calibration/calibration_slope.json
\set truth `cat "$TRUTH"`
select (train).rows as train_rows, (slope).rows as test_rows, worst((train).coefficients, t -> 'coefficients of the training fit') < 1e-12 as coefficients,
  worst((slope).coefficients, jsonb_build_array(t -> 'intercept of that fit', t -> 'calibration_slope (test)')) < 1e-10 as slope, worst(array[(slope).standard_errors[2]], jsonb_build_array(t -> 'slope std_error')) < 1e-11 as error,
  worst(array[brier, 1 - brier / base], jsonb_build_array(t -> 'brier (test)', t -> 'brier_skill (1 - brier / brier of the test base rate)')) < 1e-12 as brier
from (select :'truth'::jsonb as t) x, (select logistic_fit(churn = 1, array[tenure, charges, senior, c1, c2]) as train from telco where n % 2 = 1) y,
  lateral (select logistic_fit(churn = 1, array[ln(p / (1 - p))]) as slope, brier_score(p, churn = 1) as brier, avg(churn) * (1 - avg(churn)) as base
    from (select churn, logistic_probability(train, array[tenure, charges, senior, c1, c2]) as p from telco where n % 2 = 0) q) z;
-- with a Gaussian prior of given means: a penalty on the distances from the means, while the means times the features are in the log odds.  A feature of
-- that sum puts them there when its coefficient is held by rows of great weight, which have an intercept of their own and no other feature.  What the
-- weight leaves free falls with it: twice the fit at twice the weight less the fit
\setenv TRUTH :shared/truth/calibration/map_telco_A.json
\set truth `cat "$TRUTH"`
create table prior as select t, array(select (t -> 'prior mean' ->> name)::float8 from unnest('{tenure,monthly_charges,senior,contract_1y,contract_2y}'::text[]) with ordinality as x(name, i) order by i) as mean from (select :'truth'::jsonb -> 'fits' -> 0 as t) x;
create table held as
  select churn = 1 as y, array[tenure, charges, senior, c1, c2, 1e6 * (mean[1] * tenure + mean[2] * charges + mean[3] * senior + mean[4] * c1 + mean[5] * c2), 0] as x, null::float8 as share from telco, prior
  union all select y, array[0, 0, 0, 0, 0, 1e6 * side, 1e6], 1 / (1 + exp(case when y then -side else side end)) from (values (true), (false)) a(y), (values (1), (-1)) b(side);
create function limits(once float8[], twice float8[]) returns float8[] language sql as $$ select array_agg(2 * t - o order by i) from unnest(once, twice) with ordinality as x(o, t, i) $$;
select (once).status, (twice).status, worst(limits((once).coefficients[1:6], (twice).coefficients[1:6]), distances) < 1e-10 as distances,
  worst(limits((once).standard_errors[1:6], (twice).standard_errors[1:6]), t -> 'standard_errors') < 1e-9 as errors, worst(limits((once).covariance[1:6][1:6], (twice).covariance[1:6][1:6]), flat(t -> 'covariance')) < 5e-9 as covariance
from prior, lateral (select jsonb_agg(c::numeric - coalesce(mean[i - 1], 0)::numeric order by i) as distances from jsonb_array_elements_text(t -> 'coefficients (intercept first)') with ordinality as c(c, i)) d,
  lateral (select logistic_fit(y, x, 100, coalesce(3e7 * share, 1)) as once, logistic_fit(y, x, 100, coalesce(6e7 * share, 1)) as twice from held) q;
-- Firth
\setenv TRUTH :shared/truth/calibration/firth_separated.json
\set truth `cat "$TRUTH"`
create table separated as select (r ->> 0)::float8 as x1, (r ->> 1)::float8 as x2, r ->> 2 = '1' as y, t from (select :'truth'::jsonb as t) x, jsonb_array_elements(t -> 'rows (x1, x2, outcome)') r;
select worst((m).coefficients, t -> 'coefficients (intercept first)') < 1e-12 as coefficients, worst((m).standard_errors, t -> 'standard_errors') < 1e-12 as errors, worst((m).covariance, flat(t -> 'covariance')) < 1e-10 as covariance, abs((m).log_likelihood / (t ->> 'log_likelihood (unpenalised, at the solution)')::float8 - 1) < 1e-12 as likelihood
from (select logistic_fit(y, array[x1, x2], 'firth') as m, min(t::text)::jsonb as t from separated) q;
select (logistic_fit(y, array[x1, x2])).status from separated;
-- weights >= 0 of a health model, without a prior and with one
\setenv TRUTH :shared/truth/calibration/health_weights_telco_A.json
\set truth `cat "$TRUTH"`
create table model as select '{"signals": [{"name": "tenure", "weight": 40, "worst": 0, "best": 72}, {"name": "charges", "weight": 20, "worst": 118.75, "best": 18.25}, {"name": "senior", "weight": 10, "worst": 1, "best": 0}, {"name": "contract", "weight": 30, "worst": 0, "best": 2}]}'::healthmodel as m;
create function weights(fit jsonb) returns float8[] language sql as $$ select array[(fit->>'intercept')::float8] || array_agg((fit->'coefficients'->>name)::float8 order by i) from unnest('{tenure,charges,senior,contract}'::text[]) with ordinality as x(name, i) $$;
select prior, worst(weights(f::jsonb->'fit'), t -> title -> 'logit P(churn) = c0 - sum w_j s_j; c0, w') < 1e-10 as weights, abs((f::jsonb->'fit'->>'slope')::float8 / (t -> title ->> 'slope of the 0-100 score (sum of w)')::float8 - 1) < 1e-10 as slope,
  abs((f::jsonb->'fit'->>'auc_corrected')::float8 - (select (sum(r) filter (where churn = 1) - 1869 * 1870 / 2) / (1869 * 5174.0) from (select churn, rank() over (order by p) + (count(*) over (partition by p) - 1) / 2.0 as r
    from (select churn, logistic_probability(m, array[tenure, charges, senior, c1, c2]) as p from telco, fit) a) b)) < 0.01 as auc_as_unconstrained
from (select :'truth'::jsonb as t) x, (select 'none' as prior, 'prior ''none'', weights >= 0' as title, health_fit(m, churn = 1, array[tenure, charges, senior, c1 + 2 * c2], 90, 'none') as f from model, telco union all
  select 'expert', 'shrunk to the hand-set weights, strength 1e6', health_fit(m, churn = 1, array[tenure, charges, senior, c1 + 2 * c2], 90, 'expert', 1e6) from model, telco) q;
set client_min_messages = warning;
drop schema calibration_truth cascade;
