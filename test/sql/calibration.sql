-- calibration: the fits.  Their answers on real data are in calibration_truth.
set extra_float_digits = 0;
set datestyle = 'ISO';
\pset null NULL
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all
create schema calibration;
set search_path = calibration, public;
-- numbers to so many digits, for answers that are computed by hand
create function digits(float8[]) returns text language sql immutable as
  $$ select string_agg(coalesce(round(v::numeric, 9)::text, 'NULL'), ' ' order by i) from unnest($1) with ordinality as u(v, i) $$;
create function near(a float8[], b float8[], tolerance float8) returns boolean language sql immutable as
  $$ select cardinality(a) = cardinality(b) and coalesce(bool_and(x is not distinct from y or abs(x - y) <= tolerance * greatest(abs(y), 1e-300)), true) from unnest(a, b) as u(x, y) $$;

--
-- logistic_fit by hand
--

-- 3 of 4: the intercept is ln 3, its variance 1 / (4 * 3/4 * 1/4) = 4/3, and the likelihood 3 ln(3/4) + ln(1/4)
select digits((m).coefficients) as "ln 3", digits((m).standard_errors) as "root of 4/3", round((m).log_likelihood::numeric, 9) as "-2.249340578",
  (m).log_likelihood = (m).null_log_likelihood as same, round((m).aic::numeric, 9) as aic, (m).rows, (m).skipped_rows, (m).events, (m).status
from (select logistic_fit(y, '{}') as m from unnest('{t,t,t,f}'::boolean[]) y) q;
-- 1 of 4 without, 3 of 4 with the feature: intercept ln(1/3), slope ln 9; variances 4/3, and 4/3 + 4/3
create table small as select x, y from (values (0, true), (0, false), (0, false), (0, false), (1, true), (1, true), (1, true), (1, false)) v(x, y);
select digits((m).coefficients) as "-ln 3, ln 9", digits((m).standard_errors) as "roots of 4/3 and 8/3", digits((m).covariance) as "4/3 -4/3 -4/3 8/3",
  array_dims((m).covariance), round((m).log_likelihood::numeric, 9) as "2 * -2.249340578", round((m).null_log_likelihood::numeric, 9) as "8 ln(1/2)", round((m).aic::numeric, 9) as aic, (m).status
from (select logistic_fit(y, array[x]) as m from small) q;
select term, round(coefficient::numeric, 6) as coefficient, round(std_error::numeric, 6) as std_error, round(z::numeric, 6) as z, round(p_value::numeric, 6) as p_value,
  round(odds_ratio::numeric, 6) as odds_ratio, round(low::numeric, 6) as low, round(high::numeric, 6) as high
from logistic_summary((select logistic_fit(y, array[x]) from small), '{feature}');
select term from logistic_summary((select logistic_fit(y, array[x, 2 * x]) from small));
select round(logistic_probability((select logistic_fit(y, array[x]) from small), array[x])::numeric, 12) as probability from unnest('{0,1,NULL}'::int[]) x;
-- Firth of 1 in 1 + 1 rows apart: (n1 + 1/2) / (n + 1) = 3/4 and 1/4, so the intercept is -ln 3 and the slope ln 9
select digits((m).coefficients) as "-ln 3, ln 9", (m).status from (select logistic_fit(y, array[x], 'firth') as m from (values (0, false), (1, true)) v(x, y)) q;
-- a weight of n is n rows, one of 0 none
select (a).coefficients = (b).coefficients and near((a).standard_errors, (b).standard_errors, 1e-14) as same, (a).rows, (b).rows as repeated
from (select logistic_fit(y, array[x], 0, w) as a from (values (0, true, 1), (0, false, 3), (1, true, 3), (1, false, 1), (9, true, 0)) v(x, y, w)) q, (select logistic_fit(y, array[x]) as b from small) r;

--
-- NULL, no rows, one row
--
select logistic_fit(y, array[x]) from small where false;
select (m).rows, (m).skipped_rows, digits((m).coefficients) from (select logistic_fit(y, x) as m from (select y, array[x]::float8[] as x from small
  union all select null, '{1}' union all select true, null union all select true, '{NULL}' union all select false, '{NULL}') r) q;
select logistic_fit(true, array[null::float8]);
select (logistic_fit(y, array[x], null)) is null as no_penalty, (logistic_fit(y, array[x], 1, null)) is null as no_weight, logistic_fit(y, array[x], null::text) is null as no_word from small;
select (logistic_fit(true, '{1,2}')).*;
select logistic_probability(null, '{1}'), logistic_probability((select logistic_fit(y, array[x]) from small), null);
select * from logistic_summary(null);
-- of a feature in very small numbers the ratio per unit is no double
select term, coefficient is not null as known, odds_ratio is null as ratio, low is null as low, high is null as high from (select * from logistic_summary((select logistic_fit(y, array[x]) from small), '{units}') union all select * from logistic_summary((select logistic_fit(y, array[x / 16384.0]) from small), '{small}')) q order by ratio;

--
-- What has no answer, or only part of one
--
-- separated: completely, in part, by the outcome itself
select x.title, (m).status, (m).coefficients, (m).log_likelihood, (m).rows from (values ('complete', '{1,2,3,4}'::float8[], '{f,f,t,t}'::boolean[]), ('in part', '{1,2,2,3}', '{f,f,t,t}'), ('all true', '{1,2,3,4}', '{t,t,t,t}'), ('all false', '{1,2,3,4}', '{f,f,f,f}'),
    ('overlapping', '{1,3,2,4}', '{f,f,t,t}')) x(title, features, outcomes), lateral (select logistic_fit(y, array[v]) as m from unnest(features, outcomes) u(v, y)) q;
select logistic_probability(m, '{1}') from (select logistic_fit(y, array[v]) as m from unnest('{1,2,3,4}'::float8[], '{f,f,t,t}'::boolean[]) u(v, y)) q;
-- a value far from all others separates nothing: it is sure, and the others decide, as with one that is not so far; others that are separated stay it
select far, abs((m).coefficients[1] + 1.264622668354276) < 1e-12 as intercept, abs((m).coefficients[2] - 0.361320762386936) < 1e-12 as slope, (m).status from unnest('{1e4,2147483647,1e11}'::float8[]) far,
  lateral (select logistic_fit(y, array[x]) as m from (values (1, false), (2, true), (3, false), (4, true), (5, false), (6, true), (far, true)) v(x, y)) q;
select far, (logistic_fit(y, array[x])).status from unnest('{1e4,2147483647,1e11}'::float8[]) far, lateral (values (1, false), (2, false), (3, false), (3, true), (5, true), (far, true)) v(x, y) group by far order by far;
set client_min_messages = warning;
-- a flag that few rows have: m of n, of which "kept" stay, and "base" others leave, so the coefficients are log odds of the four counts, with half a row more in each for Firth's
select pen, count(*) as fits, count(distinct m.status) as statuses, min(m.status) as status, bool_and(abs(coefficients[1] - other) < 1e-11 and abs(coefficients[2] - flagged + other) < 1e-11) as odds
from unnest('{500,3000}'::int[]) n, unnest('{1,10,40}'::int[]) base, unnest('{10,15,40}'::int[]) m_, generate_series(0, 2) kept, unnest('{none,firth}'::text[]) pen,
  lateral (select (case pen when 'none' then logistic_fit(i <= base + m_ - kept, array[(i > base and i <= base + m_)::int]) else logistic_fit(i <= base + m_ - kept, array[(i > base and i <= base + m_)::int], 'firth') end).* from generate_series(1, n) i) m,
  lateral (select case pen when 'firth' then 0.5 else 0 end as more) x, lateral (select ln((base + more) / (n - m_ - base + more)) as other, case when kept + more > 0 then ln((m_ - kept + more) / (kept + more)) end as flagged) q
where kept > 0 or pen = 'firth' group by pen order by pen desc;
-- separated, if none of them stay
select count(*) as fits, count(distinct (m).status) as statuses, min((m).status) as status
from unnest('{100,500,3000}'::int[]) n, unnest('{1,10}'::int[]) base, unnest('{1,2,9}'::int[]) flagged, lateral (select logistic_fit(i <= base + flagged, array[(i > base and i <= base + flagged)::int]) as m from generate_series(1, n) i) q;
-- also beside a flag that only a customer far from all others has, whose rows say nothing
select far, (logistic_fit(case when i > 198 then i = 200 else i > 3 and i % 7 = 0 and i % 40 < 25 end, array[case i when 199 then far when 200 then 0 else i % 40 end, (i > 198)::int, (i <= 3)::int])).status
from unnest('{100,5000}'::int[]) far, generate_series(1, 200) i group by far order by far;
-- Firth's likelihood of 14 flags on 40 rows rises slowly (the intercept by BFGS and Newton's method elsewhere)
select (m).status, (m).iterations > 500 as slow, abs((m).coefficients[1] + 1.2698523753246833) < 1e-10 as maximum
from (select logistic_fit((hashint4(i * 7919 + 133) & 1023) < 200, (select array_agg(((hashint4(i * 1000 + j + 133000000) & 1023) < 256)::int::float8 order by j) from generate_series(1, 14) j), 'firth') as m from generate_series(1, 40) i) q;
-- weights as the rows repeated
select near((m).coefficients, (r).coefficients, 1e-12) as same, (m).status, round((m).coefficients[3]::numeric, 4) as coefficient from
  (values ('{0,0,1,0,1,0}'::int[], '{0,1,0,0,1,1}'::int[], '{t,f,f,f,t,t}'::boolean[], '{3,1,390,813,13,8}'::int[])) v(a_, b_, y_, n_),
  lateral (select logistic_fit(y, array[a, b], 0, n) as m from unnest(a_, b_, y_, n_) u(a, b, y, n)) q, lateral (select logistic_fit(y, array[a, b]) as r from unnest(a_, b_, y_, n_) u(a, b, y, n), generate_series(1, n)) p;
select (logistic_fit(x = 1, array[x], 0, n)).status from (values (0, 51), (1, 1)) v(x, n);
reset client_min_messages;
-- aliased: constant, a sum of others; the order of the columns decides
create table made as select i, (hashint4(i) & 1023) / 1024.0::float8 as a, (hashint4(i + 1000000) & 1023) / 1024.0::float8 as b, (hashint4(i + 2000000) & 1023) / 1024.0::float8 as c from generate_series(1, 600) i;
alter table made add y boolean, add n float8;
update made set y = (hashint4(i + 3000000) & 1023) / 1024.0 < 1 / (1 + exp(1 - 2 * a + b)), n = 1 + i % 3;
select digits((m).coefficients), (m).status from (select logistic_fit(y, array[7, a, b, a + b, c, a - 3 * b + 2]) as m from made) q;
select digits((m).coefficients), (m).status from (select logistic_fit(y, array[a + b, c, b, a]) as m from made) q;
select near(array_remove((m).coefficients, null), (n).coefficients, 1e-12) as same, near(array_remove((m).standard_errors, null), (n).standard_errors, 1e-12) as errors,
  abs(logistic_probability(m, '{7,0.5,0.5,1}') - logistic_probability(n, '{0.5,0.5}')) < 1e-15 as probability
from (select logistic_fit(y, array[a, b]) as n, logistic_fit(y, array[7, a, b, a + b]) as m from made) q;
-- with a penalty there is one answer for all of them: equal columns share
select digits((m).coefficients) from (select logistic_fit(y, array[7, a, a, b], 0.5) as m from made) q;
select digits((m).coefficients) from (select logistic_fit(y, array[a * sqrt(2), b], 0.5) as m from made) q;
-- a penalty of 0 is none, a huge one leaves the intercept
select (logistic_fit(y, array[a, b], 0)).coefficients = (logistic_fit(y, array[a, b])).coefficients as none from made;
select near((m).coefficients[1:1], array[ln(p / (1 - p))], 1e-9) as intercept, abs((m).coefficients[2]) < 1e-9 as nothing_else from (select logistic_fit(y, array[a, b], 1e12) as m, avg(y::int)::float8 as p from made) q;

--
-- Units, order, parts
--
-- in other units, shifted and scaled by 1e9: the same fit
select near(array[(m).coefficients[2] , (m).coefficients[3] * 1e9], (n).coefficients[2:3], 1e-8) as same, near(array[(m).standard_errors[2], (m).standard_errors[3] * 1e9], (n).standard_errors[2:3], 1e-8) as errors
from (select logistic_fit(y, array[a + 1000, b * 1e9]) as m, logistic_fit(y, array[a, b]) as n from made) q;
-- far from 0 beside the spread, where a double still holds each value to the last bit: the same slopes, with weights and a penalty, too
select s.by, (m).status, near((m).coefficients[2:2], (n).coefficients[2:2], 1e-12) as same, near((w).coefficients[2:2], (v).coefficients[2:2], 1e-12) as weighted, near((p).coefficients[2:2], (q).coefficients[2:2], 1e-12) as penalised
from unnest('{1e13,1e15,-4e15}'::float8[]) s(by), lateral (select logistic_fit(y, array[s.by + i % 17]) as m, logistic_fit(y, array[i % 17]) as n, logistic_fit(y, array[s.by + i % 17], 0, n) as w, logistic_fit(y, array[i % 17], 0, n) as v,
  logistic_fit(y, array[s.by + i % 17], 3) as p, logistic_fit(y, array[i % 17], 3) as q from made where i <= 300) r;
-- four rows, solved with 30 digits: 0.908184262560095083
select (m).coefficients[2] between 0.908184262560094 and 0.908184262560096 as slope, (m).status
from (select logistic_fit(y, array[x]) as m from (values (true, 1e15 + 1), (false, 1e15 + 2), (true, 1e15 + 3), (false, 1e15)) v(y, x)) q;
-- two columns, times in milliseconds and in microseconds: one varies by 1, the other by much more
select s.by, (m).status, near((m).coefficients[2:3], (n).coefficients[2:3], 1e-12) as same
from (values (1.7e12::float8, 1000::float8), (1.7e15, 1e12)) s(by, unit), lateral (select logistic_fit(y, array[s.by + i % 7, s.by + s.unit * (i * i % 11)]) as m, logistic_fit(y, array[i % 7, s.unit * (i * i % 11)]) as n from made where i <= 30) r;
-- in other units of weights, up to the largest: the same coefficients, errors by the root of the unit
select unit, (m).status, near((m).coefficients, (n).coefficients, 1e-13) as same, near(array(select e * sqrt(unit) from unnest((m).standard_errors) e), (n).standard_errors, 1e-12) as errors, near(array[(m).log_likelihood / unit, (m).null_log_likelihood / unit], array[(n).log_likelihood, (n).null_log_likelihood], 1e-12) as likelihood
from (select logistic_fit(y, array[a, b, c], 0, n) as n from made) r, lateral (select unit, logistic_fit(y, array[a, b, c], 0, n * unit) as m from made, unnest('{1e-300,1e-9,1,1e9,1e12,1e20,1e150,1e304}'::float8[]) unit group by unit) q order by unit;
-- one class a trillion times the other and more, on either side: no feature, so both likelihoods are -(log(1 + w) + w log(1 + 1/w)), by 50 digits
select w, y, status, abs(log_likelihood / exact - 1) < 1e-14 as log_likelihood, abs(null_log_likelihood / exact - 1) < 1e-14 as null_log_likelihood
from (values (1e12::float8, -28.6310211159290482), (1e17, -40.1439465808987766)) s(w, exact), unnest('{true,false}'::boolean[]) y, lateral (select (logistic_fit(v.y, '{}'::float8[], 0, v.w)).* from (values (y, 1::float8), (not y, s.w)) v(y, w)) m;
-- columns of a condition of 1e5: powers of one number
select near((m).coefficients, (n).coefficients, 1e-10) as same, (m).status from (
  select logistic_fit(y, array[a, a^2, a^3, a^4, a^5, a^6] order by i) as m, logistic_fit(y, array[a, a^2, a^3, a^4, a^5, a^6] order by c desc) as n from made) q;
-- any order and any parts: to the last bit
select count(distinct m) as answers from (
  select logistic_fit(y, array[a, b, c] order by i) as m from made union all select logistic_fit(y, array[a, b, c] order by i desc) from made union all select logistic_fit(y, array[a, b, c] order by c) from made) q;
-- 200,000 rows, which are not sorted: to 1e-12
select near((m).coefficients, (n).coefficients, 1e-12) and near((m).standard_errors, (n).standard_errors, 1e-12) and near(array[(m).log_likelihood], array[(n).log_likelihood], 1e-12) as same
from (select logistic_fit(y, array[a, b + k, c] order by i, k) as m, logistic_fit(y, array[a, b + k, c] order by c, k desc, i) as n from made, generate_series(1, 340) k) q;
-- and there the first steps on a part of the rows change nothing
select near((m).coefficients, (n).coefficients, 1e-11) as same, (m).rows, (n).rows as once, near((m).standard_errors, array[(n).standard_errors[1], (n).standard_errors[2], (n).standard_errors[3]], 1e-11) as errors
from (select logistic_fit(y, array[a, b] order by y) as m from made, generate_series(1, 100)) q, (select logistic_fit(y, array[a, b], 0, 100) as n from made) r;

--
-- The definition, in SQL: at the maximum residuals have no correlation with any feature
--
select max(abs(g)) < 1e-10 as gradient_is_zero, count(*) from (select logistic_fit(y, array[a, b, c]) as m from made) q, lateral (
  select sum(f * (y::int - logistic_probability(m, array[a, b, c]))) as g from made, unnest(array[1, a, b, c]) with ordinality as u(f, j) group by j) r;
select max(abs(g)) < 1e-10 as penalised_gradient_is_zero from (select logistic_fit(y, array[a, b, c], 2.5) as m from made) q, lateral (
  select sum(f * (y::int - logistic_probability(m, array[a, b, c]))) - case when j > 1 then 2.5 * (m).coefficients[j] else 0 end as g from made, unnest(array[1, a, b, c]) with ordinality as u(f, j) group by j, m) r;
select max(abs(g)) < 1e-9 as weighted_gradient_is_zero from (select logistic_fit(y, array[a, b, c], 0, n) as m from made) q, lateral (
  select sum(n * f * (y::int - logistic_probability(m, array[a, b, c]))) as g from made, unnest(array[1, a, b, c]) with ordinality as u(f, j) group by j) r;
select abs((m).log_likelihood - ll) < 1e-10 as likelihood from (select logistic_fit(y, array[a, b, c]) as m from made) q, lateral (select sum(ln(case when y then p else 1 - p end)) as ll from made, logistic_probability(m, array[a, b, c]) p) r;

--
-- Natural calls
--
select (logistic_fit(y, array[x::int])).status, (logistic_fit(y, array[x::numeric], 1)).status, (logistic_fit(y, array[x::real]::real[], 1::bigint, 2)).status, (logistic_fit(y, '{1,2}', 'firth')).status from small;

--
-- Errors
--
select pg_temp.fails(call) from (values ($$select logistic_fit(y, array[x], 'ridge') from small$$), ($$select logistic_fit(y, array[x], 'firth', 2) from small$$),
  ($$select logistic_fit(y, array[x], -1) from small$$), ($$select logistic_fit(y, array[x], 'NaN'::float8) from small$$), ($$select logistic_fit(y, array[x], 1, -2) from small$$),
  ($$select logistic_fit(y, array[x, float8 'Infinity']) from small$$), ($$select logistic_fit(y, array[[x, 1]]) from small$$), ($$select logistic_fit(y, case when x = 0 then '{1}' else '{1,2}' end::float8[]) from small$$),
  ($$select logistic_fit(y, array[x], x) from small$$), ($$select logistic_fit(y, array_fill(1::float8, array[1001])) from small$$),
  ($$select logistic_probability(m, '{1,2}') from (select logistic_fit(y, array[x]) as m from small) q$$), ($$select logistic_probability(m, '{Infinity}') from (select logistic_fit(y, array[x]) as m from small) q$$),
  ($$select logistic_probability(row('{1,2}', '{1}', null, 1, 1, 1, 1, 1, 1, 1, 'converged')::logistic_model, '{1}')$$),
  ($$select * from logistic_summary((select logistic_fit(y, array[x]) from small), '{a,b}')$$), ($$select * from logistic_summary((select logistic_fit(y, array[x]) from small), '{NULL}')$$)) v(call);

--
-- The sample
--
create aggregate keep(boolean, float8[], float8) (sfunc = logistic_fit_accum, stype = samplesummary, combinefunc = combine);
create table kept as select i % 5 as part, keep(y, array[a, b], 1) as s from made group by 1;
-- a text and a binary form that give it back; parts give the whole, in any order
create table copied (like kept);
select pg_temp.copy_binary('kept', 'copied');
select count(*), bool_and(s = t and s::text = t::text and s::text::samplesummary = t) as same from kept join (select part, s as t from copied) c using (part);
select rollup(s) = (select keep(y, array[a, b], 1) from made) as whole, rollup(s order by part desc) = rollup(s order by part) as any_order, logistic_fit_final(rollup(s)) = (select logistic_fit(y, array[a, b], 1) from made) as fit from kept;
-- groups share a context: a hash aggregate looks at all there are for each new group
set enable_sort = off;
select max(n) as contexts, count(*) as groups from (select (select count(*) from pg_backend_memory_contexts where name ~ '^chs state' and s is not null) as n from (select keep(i % 2 = 0, array[i], 1) as s from generate_series(1, 50) i group by i) g) c;
reset enable_sort;
select combine(s, null) = s as none_more, combine(null, s) = s as none_before, combine(null::samplesummary, null) is null as none from kept where part = 0;
select (select keep(true, '{1}', 0)) = (select keep(true, '{1}', 0)) as same, (select keep(true, '{1}', 0)) = (select keep(true, '{1}', 1)) as other_l2, (select keep(true, '{0}', 0)) = (select keep(true, '{-0}', 0)) as zeros,
  (select keep(true, '{NULL}', 0)) = (select keep(true, '{1}', 0)) as skipped;
select pg_temp.fails(call) from (values ($$select combine((select keep(true, '{1}', 0)), (select keep(true, '{1}', 1)))$$), ($$select combine((select keep(true, '{1}', 0)), (select keep(true, '{1,2}', 0)))$$),
  ($$select '2:AA=='::samplesummary$$), ($$select '1:'::samplesummary$$), ($$select '1:AQ=='::samplesummary$$), ($$select left((select keep(true, '{1}', 0))::text, -12)::samplesummary$$)) v(call);
-- version, length and name of the fit (to byte 14), columns (2 bytes), parameters (1 + 3 * 8), extra (4), skipped and rows (8 each), values from byte 62 on
create function changed(bytes bytea, at int) returns samplesummary language sql as $$ select ('1:' || replace(encode(overlay(samplesummary_send(keep(y, array[x], 0)) placing bytes from at), 'base64'), E'\n', ''))::samplesummary from (values (true, 1), (false, 5)) v(y, x) $$;
select at, what, pg_temp.fails(format('select logistic_fit_final(changed(%L::bytea, %s))', bytes, at)) from (values (3, 'another fit', '\x6d'), (3, 'no fit', '\x20'), (15, 'no columns', '\x0000'), (15, 'other columns', '\x0001'), (17, 'parameters', '\x09'), (17, 'other parameters', '\x02'),
  (42, 'a length', '\xffffffff'), (46, 'skipped', '\xff'), (54, 'rows', '\x7f'), (61, 'more rows', '\x03'), (62, 'order', '\x3ff0000000000000'), (62, 'minus zero', '\x80'), (62, 'infinite', '\x7ff0000000000000')) v(at, what, bytes) order by at, what;

set client_min_messages = warning;
-- every fit ends, whatever it is given
create table hostile as select g, i, hashint4(g * 1000 + i) & 1 = 1 as y, array(select (array[0, 1, -1, 1e300, -1e300, 5e-324, 1e-300, 1.7976931348623157e308, 1e9 + 1e-6 * (hashint4(g + i + j) & 255), (hashint4(g * 31 + i * 7 + j) & 65535) / 65536.0, 1e17, -5e-320]::float8[])
    [1 + (hashint8(g::bigint * 1000003 + i * 17 + j) & 1023) % 12] from generate_series(1, 1 + (hashint4(g) & 3)) j) as x
  from generate_series(1, 1000) g, generate_series(1, 1 + (hashint4(g + 7) & 31)) i;
select count(*), bool_and(status in ('converged', 'aliased', 'separated', 'not converged')) as ended, bool_and((status in ('converged', 'aliased')) = (coefficients[1] is not null)) as told,
  bool_or(c in ('NaN', 'Infinity', '-Infinity')) as not_finite, count(*) filter (where status = 'not converged') < 60 as few
from (select (logistic_fit(y, x)).* from hostile group by g) q, unnest(coefficients) c;
select count(distinct g) as fits, bool_and(status in ('converged', 'aliased', 'separated', 'not converged')) as ended, bool_or(c in ('NaN', 'Infinity', '-Infinity')) as not_finite
from (select g, (logistic_fit(y, x, 1)).* from hostile group by g union all select g + 1000, (logistic_fit(y, x, 'firth')).* from hostile group by g) q, unnest(coefficients) c;
-- weights of all magnitudes: the last digits are not polished into infinity
select (m).status, (m).log_likelihood > '-Infinity' as finite_likelihood, (select bool_or(c in ('NaN', 'Infinity', '-Infinity')) from unnest((m).coefficients) c) as not_finite
from (select logistic_fit(y, array[a, b, c], 0, weight) as m from (values
  (false, 4.7101673966990616e-228::float8, 1.8690434440568425e-290::float8, 1.759212943246894e-290::float8, 1.0758625976804979e-290::float8),
  (true, 3.079652769212415e-261::float8, 1.1777629856715068e-290::float8, 1.1080020313947899e-290::float8, -1.6834612961256427e-290::float8),
  (false, 9.947943650719196e-50::float8, 1.9711309772046663e-290::float8, 1.533335117420393e-290::float8, 1.229363295507028e-290::float8),
  (false, 5.442361977477731e+52::float8, 1.8444526274161036e-290::float8, 1.8819047980114192e-290::float8, -1.4591767963602252e-290::float8),
  (false, 1.4115962203648373e-55::float8, 1.295401836295241e-290::float8, 1.3731935536370658e-290::float8, 1.8143237542344653e-290::float8),
  (false, 2.0558616928216935e-198::float8, 1.6666089343461865e-290::float8, 1.7206329589162126e-290::float8, -1.2940825348723593e-290::float8),
  (true, 1.568086320208872e+102::float8, 1.8175390122778483e-290::float8, 1.6454590923049183e-290::float8, -1.0906160857020951e-290::float8),
  (false, 2.8364561750600246e-168::float8, 1.6888509316877392e-290::float8, 1.043495580060153e-290::float8, 1.5582182127918715e-290::float8),
  (false, 1.676331985457684e+86::float8, 1.1400290149667853e-290::float8, 1.9687801041291097e-290::float8, -1.4129851494226386e-290::float8),
  (false, 4.788711509319374e+48::float8, 1.0117263135352915e-290::float8, 1.2584918021402701e-290::float8, 1.8319444004237084e-290::float8),
  (false, 8.213334281809534e-196::float8, 1.6183336238091216e-290::float8, 1.2479291656036368e-290::float8, 1.6891959439999483e-290::float8),
  (false, 1.065761990650697e+265::float8, 1.0510479525883058e-290::float8, 1.657648439593686e-290::float8, 1.1066849809094494e-290::float8),
  (false, 6.324749725643472e+202::float8, 1.3794062505312467e-290::float8, 1.9583093259152522e-290::float8, -1.5241391923073027e-290::float8)) v(y, weight, a, b, c)) q;
-- a constant one beside extreme ones, with hardly a penalty: what is a step of rounding there leads nowhere
select (m).status, coalesce((m).log_likelihood >= (m).null_log_likelihood, true) as maximum, coalesce(abs((m).coefficients[1]) < 1e6, true) as sane
from (select logistic_fit(y, x, 1e-300) as m from (values (false, '{1.4582524394190841,10,1.489044071000535e-290,7.48391858232717e+299}'::float8[]), (true, '{1.1729326989297988,10,1.356210585592635e-290,2.3658901203249116e+299}'),
  (true, '{1.919938612380065,10,1.8480530912311224e-290,3.043770889304142e+298}'), (false, '{1.2626950216554178,10,1.4195846926932065e-290,9.040463054168504e+299}')) v(y, x)) q;
drop schema calibration cascade;
