-- health_fit: weights of a health model from the customers who left.
set extra_float_digits = 0;
set datestyle = 'ISO';
\pset null NULL
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all
create schema health_fit;
set search_path = health_fit, public;
create function near(a float8, b float8, tolerance float8) returns boolean language sql immutable as $$ select abs(a - b) <= tolerance * greatest(abs(b), 1e-300) $$;
create table m as select '{"signals": [{"name": "usage", "weight": 50, "worst": 0, "best": 100}, {"name": "voice", "weight": 30, "worst": 0, "best": 100}, {"name": "noise", "weight": 20, "worst": 0, "best": 100}]}'::healthmodel as m;
-- 1,500 customers whose log odds of leaving are 2 - 0.05 usage - 0.03 voice
create table customer as select i, u.usage, u.voice, u.noise, (hashint4(i + 4000000) & 1023) / 1024.0 < 1 / (1 + exp(0.05 * usage + 0.03 * voice - 2)) as churned
from (select i, (hashint4(i) & 1023) / 10.24::float8 as usage, (hashint4(i + 1000000) & 1023) / 10.24::float8 as voice, 100 - (hashint4(i + 2000000) & 1023) / 10.24::float8 as noise from generate_series(1, 1500) i) u;
create table fitted as select health_fit(m, churned, c, null, 90) as f, health_fit(m, churned, c, null, 90, 'none') as n, health_fit(m, churned, c, null, 90, 'expert', 1e15) as e from m, customer c;

-- the weights: the order of the true ones is found, they add up to 100, and usage : voice is about 5 : 3
select j->>'name' as name, round((j->>'weight')::numeric) as weight from fitted, jsonb_array_elements(f::jsonb->'signals') j;
select round(sum((j->>'weight')::numeric), 9) as total from fitted, jsonb_array_elements(f::jsonb->'signals') j;
select f::jsonb->'fit'->>'status' as status, f::jsonb->'fit'->>'prior' as prior, f::jsonb->'fit'->'rows' as rows, (f::jsonb->'fit'->>'events')::int = (select count(*) filter (where churned) from customer) as events,
  f::jsonb->'fit'->'horizon_days' as horizon, f::jsonb->'fit'->'unscored_rows' as unscored, f::jsonb->'fit'->'capped_rows' as capped, n::jsonb->'fit'->'prior_strength' as no_strength from fitted;
-- a prior of any weight: the hand-made weights; without one: the maximum of the likelihood, where every weight that is free has gradient 0
select j->>'name' as name, round((j->>'weight')::numeric, 6) as hand_made from fitted, jsonb_array_elements(e::jsonb->'signals') j;
select j.key, near(j.value::text::float8, -(l).coefficients[1 + p], 1e-9) as as_logistic_fit, near((n::jsonb->'fit'->'standard_errors'->>j.key)::float8, (l).standard_errors[1 + p], 1e-8) as error
from fitted, (select logistic_fit(churned, array[usage, voice]) as l from customer) q, jsonb_each(n::jsonb->'fit'->'coefficients') j, (values ('usage', 1), ('voice', 2)) v(key, p) where v.key = j.key and n::jsonb->'fit'->'dropped' = '["noise"]';
select n::jsonb->'fit'->'dropped' as dropped, n::jsonb->'fit'->'standard_errors'->'noise' as error_of_the_bound from fitted;
-- in between: strength / 2 times the squared distance is what the gradient of the likelihood is
select j.name, abs(gradient - 2e5 * (w - prior)) < 1e-6 * 2e5 as at_maximum from (select health_fit(m, churned, c, null, 90, 'expert', 2e5) as f from m, customer c) q, (select health_fit(m, churned, c, null, 90, 'expert', 1e15) as e from m, customer c) r,
  lateral (select (value->>'name') as name, (f::jsonb->'fit'->'coefficients'->>(value->>'name'))::float8 as w, (e::jsonb->'fit'->'coefficients'->>(value->>'name'))::float8 as prior from jsonb_array_elements(f::jsonb->'signals')) j,
  lateral (select sum(-(to_jsonb(c)->>j.name)::float8 * (churned::int - 1 / (1 + exp((f::jsonb->'fit'->>'slope')::float8 * health_score(f, c) - (f::jsonb->'fit'->>'intercept')::float8)))) as gradient from customer c) g;

-- the score is the predictor: its log odds are intercept - slope * score
select bool_and(near(churn_probability(n, health_score(n, c)), logistic_probability(l, array[c.usage, c.voice]), 1e-9)) as same from fitted, customer c, (select logistic_fit(churned, array[usage, voice]) as l from customer) q;
select round(sum(churn_probability(n, health_score(n, c)))::numeric, 6) = count(*) filter (where churned) as as_many_as_churned from fitted, customer c;
select churn_probability(m, 50) as not_fitted, churn_probability(null, 50), churn_probability(f, null) from m, fitted;
-- it goes through jsonb and text unchanged
select f::jsonb::healthmodel = f as jsonb, f::text::healthmodel = f as text, churn_probability(f::jsonb::healthmodel, 50) = churn_probability(f, 50) as probability from fitted;

-- apparent: the area of all rows by its definition
select near((f::jsonb->'fit'->>'auc_apparent')::float8, auc, 1e-12) as auc, (f::jsonb->'fit'->>'auc_low')::float8 < (f::jsonb->'fit'->>'auc_corrected')::float8 as low, (f::jsonb->'fit'->>'auc_high')::float8 > (f::jsonb->'fit'->>'auc_corrected')::float8 as high from fitted,
  lateral (select avg(case when a.s < b.s then 1 when a.s = b.s then 0.5 else 0 end)::float8 as auc from (select health_score(f, c) as s from customer c where churned) a, (select health_score(f, c) as s from customer c where not churned) b) x;
select (f::jsonb->'fit'->>'calibration_slope')::float8 between 0.8 and 1.25 as slope, (f::jsonb->'fit'->>'brier_skill')::float8 between 0.1 and 0.5 as skill from fitted;

-- the form that distributes, any order, any parts
select health_fit(m, churned, array[usage, voice, noise], 90) = f as array_form from m, customer, fitted group by f;
select health_fit(m, churned, c, null, 90 order by i desc) = f as any_order from m, customer c, fitted group by f;
create aggregate keep(healthmodel, boolean, float8[], bigint) (sfunc = health_fit_accum, stype = samplesummary, combinefunc = combine);
select health_fit_final(rollup(s)) = f as parts from (select i % 3 as part, keep(m, churned, array[usage, voice, noise], 90) as s from m, customer group by 1) p, fitted group by f;

-- what is missing: under skip the mean score of those who have it, its share is told; worst and neutral are scores
create table gaps as select i, case when i % 4 > 0 then usage end as usage, voice, noise, churned from customer;
select round((f::jsonb->'fit'->'missing_percent'->>'usage')::numeric, 1) as missing, near((f::jsonb->'fit'->'coefficients'->>'usage')::float8, -(l).coefficients[2], 1e-8) as mean_for_missing
from (select health_fit(m, churned, g, null, 90, 'none') as f from m, gaps g) q, (select logistic_fit(churned, array[coalesce(usage, mean), voice]) as l from gaps, (select avg(usage) as mean from gaps) a) r;
select near((f::jsonb->'fit'->'coefficients'->>'usage')::float8, -(l).coefficients[2], 1e-8) as neutral, f::jsonb->'fit'->'missing_percent'->'usage' as missing
from (select health_fit(jsonb_set(m::jsonb, '{signals,0,missing}', '"neutral"')::healthmodel, churned, g, null, 90, 'none') as f from m, gaps g) q, (select logistic_fit(churned, array[coalesce(usage, 50), voice]) as l from gaps) r;
-- rows without a score, caps
select f::jsonb->'fit'->'unscored_rows' as unscored, f::jsonb->'fit'->'capped_rows' as capped, (select count(*) from gaps where usage is null) as gaps, (select count(*) from gaps where voice < 20 and usage is not null) <= (f::jsonb->'fit'->>'capped_rows')::int as caps
from (select health_fit(jsonb_set(jsonb_set(m::jsonb, '{min_coverage}', '60'), '{caps}', '[{"signal": "voice", "below": 20, "score": 1}]')::healthmodel, churned, g, null, 90, 'none') as f from m, gaps g) q;
-- groups: weights inside and between them
select g::jsonb->'groups' is not null as groups, near((g::jsonb->'groups'->'a'->>'weight')::float8, (select sum((j->>'weight')::float8) from jsonb_array_elements(g::jsonb->'signals') j where j->>'group' = 'a'), 1e-12) as of_group,
  (select bool_and(near(health_score(g, c), health_score(n, c), 1e-9)) from customer c, fitted) as same_scores
from (select health_fit('{"signals": [{"name": "usage", "worst": 0, "best": 100, "group": "a"}, {"name": "voice", "worst": 0, "best": 100, "group": "b"}, {"name": "noise", "worst": 0, "best": 100, "group": "a"}], "groups": {"a": {"weight": 1}, "b": {"weight": 2}}}', churned, c, null, 90, 'none') as g from customer c) q;
-- text, and dates with an age
select (f::jsonb->'fit'->>'status') as status, (select string_agg(j->>'name', ' ' order by (j->>'weight')::float8 desc) from jsonb_array_elements(f::jsonb->'signals') j) as by_weight
from (select health_fit('{"signals": [{"name": "mood", "values": {"good": 100, "bad": 0}, "otherwise": 50}, {"name": "voice", "worst": 0, "best": 100, "at": "asked", "half_life_days": 30, "expires_after_days": 60}]}', churned, s, '2026-06-30', 90) as f
  from (select churned, case when usage > 60 then 'good' when usage < 30 then 'bad' else 'other' end as mood, voice, '2026-06-30'::date - (i % 80) as asked from customer) s) q;
-- few values: rows of one kind go to all folds in turn.  A refit of one slope changes no rank, so of one flag the corrected area is the apparent one
select n, near(corrected, apparent, 0.01) as area, low < apparent and apparent < high as inside, slope between 0.8 and 1.2 as calibrated
from (select n, (f->>'auc_apparent')::float8 as apparent, (f->>'auc_corrected')::float8 as corrected, (f->>'auc_low')::float8 as low, (f->>'auc_high')::float8 as high, (f->>'calibration_slope')::float8 as slope
  from generate_series(1, 3) n, lateral (select health_fit(('{"signals": ' || (array['[{"name": "a", "worst": 0, "best": 1}]', '[{"name": "a", "worst": 0, "best": 1}, {"name": "b", "worst": 0, "best": 1}, {"name": "d", "worst": 0, "best": 1}]', '[{"name": "csat", "worst": 1, "best": 5}]'])[n] || '}')::healthmodel, churned, s)::jsonb->'fit' as f
    from (select i % 2 as a, i / 2 % 2 as b, i / 4 % 2 as d, 1 + (1.5 * (i % 2) + (i / 2 % 2) + 0.7 * (i / 4 % 2))::int as csat, i * 7919 % 1000 < 1000 / (1 + exp(0.5 + 1.5 * (i % 2) + (i / 2 % 2) + 0.7 * (i / 4 % 2))) as churned from generate_series(1, 5000) i) s) q) x;
-- and of flags that tell hardly anything the corrected figures say so (five random folds: a slope of 0.18 on average, a skill below 0; in the rows themselves 1 and 0.0026)
select (f->>'calibration_slope')::float8 < 0.8 as slope, (f->>'brier_skill')::float8 < 0.001 as skill
from (select health_fit('{"signals": [{"name": "x", "worst": 0, "best": 100}]}', churned, h, null, 90, 'none')::jsonb->'fit' as f from (select 100 * x as x, i <= 25 - 10 * x as churned from generate_series(0, 1) x, generate_series(1, 500) i) h) q;
-- a flag that few customers lack, all of whom left: the prior's slope is Firth's, so that of the score is near it, and without a prior there is none
select near((f->>'slope')::float8, 0.0649, 0.5) as slope, near((f->>'calibration_slope')::float8, 1, 0.2) as calibration
from (select health_fit('{"signals": [{"name": "paid", "worst": 0, "best": 1}]}', i <= 13, array[(i > 3)::int], 90)::jsonb->'fit' as f from generate_series(1, 1000) i) q;
select pg_temp.fails($$select health_fit('{"signals": [{"name": "paid", "worst": 0, "best": 1}]}', i <= 13, array[(i > 3)::int], 90, 'none') from generate_series(1, 1000) i$$);
-- shares of a whole: the hand-made score is the same for all, so the prior is 0, in whatever order the signals are
create table shares as select a, b, 100 - a - b as c, i * 7919 % 1000 < 1000 / (1 + exp(-1 + 0.05 * (100 - a - b))) as churned from (select i, i * 37 % 51 as a, i * 53 % 47 as b from generate_series(1, 2000) i) q;
select prior, names, f->>'status' as status, near((f->'coefficients'->>'c')::float8, 0.0495, 0.02) as c, near((f->'coefficients'->>'a')::float8 + (f->'coefficients'->>'b')::float8 + 1, 1, 0.004) as others
from unnest('{expert,none}'::text[]) prior, unnest('{a b c,c a b,b c a}'::text[]) names, lateral (select health_fit((select jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', name, 'worst', 0, 'best', 100))) from string_to_table(names, ' ') name)::text::healthmodel, churned, s, null, 90, prior)::jsonb->'fit' as f from shares s) q;
-- opposites: bounds take the one that rises, whichever comes first
select names, f->>'status' as status, near((f->'coefficients'->>'c')::float8, (f->>'slope')::float8, 1e-12) as all_of_it, near((f->>'slope')::float8, -(l).coefficients[2], 1e-9) as as_logistic_fit
from unnest('{c d,d c}'::text[]) names, (select logistic_fit(churned, array[c]) as l from shares) y, lateral (select health_fit((select jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', name, 'worst', case name when 'd' then 100 else 0 end, 'best', case name when 'd' then 0 else 100 end))) from string_to_table(names, ' ') name)::text::healthmodel, churned, s, null, 90, 'none')::jsonb->'fit' as f from (select *, c as d from shares) s) q;
-- an empty text is a text
select listed, capped, f->'fit'->>'capped_rows' as capped_rows, near((f->'fit'->>'slope')::float8, lag((f->'fit'->>'slope')::float8) over (order by listed), 1e-9) as same
from (values ('', 'a'), ('none', 'b')) v(listed, capped), lateral (select health_fit(format('{"signals": [{"name": "tone", "values": {%s: 10, "ok": 50, "good": 100}, "otherwise": 70}], "caps": [{"signal": "tone", "is": %s, "score": 5}]}', to_json(listed), to_json(listed))::healthmodel, churned, s)::jsonb as f
  from (select churned, (array[listed, 'ok', 'good'])[1 + c % 3] as tone from shares) s) q;
drop table shares;
-- nothing to learn: the hand-made model comes back, and the probability is the share that left
select f::jsonb->'fit'->>'status' as status, f::jsonb - 'fit' = m::jsonb as as_it_was, near(churn_probability(f, 30), 0.3, 1e-12) as base_rate, f::jsonb->'fit'->'auc_corrected' as auc from m, (select health_fit(m, i <= 30, array[greatest(100 - i, 50), 100 - i, 50], 90, 'none') as f from m, generate_series(1, 100) i) q;

-- few
select pg_temp.fails(call) from (values ($$select health_fit(m, i <= 9, array[i, i, i]) from m, generate_series(1, 100) i$$), ($$select health_fit(m, i <= 95, array[i, i, i]) from m, generate_series(1, 100) i$$),
  ($$select health_fit(m, i <= 50, array[i, 1, 1], 90, 'none') from m, generate_series(1, 100) i$$), ($$select health_fit('{"method": "points", "signals": [{"name": "usage", "points": 1}]}', churned, c) from customer c$$),
  ($$select health_fit(m, churned, c, null, 0) from m, customer c$$), ($$select health_fit(m, churned, c, null, 90, 'mine') from m, customer c$$), ($$select health_fit(m, churned, c, null, 90, 'expert', -1) from m, customer c$$),
  ($$select health_fit(m, churned, array[1, 2]) from m, customer$$), ($$select health_fit(case when i > 700 then m else jsonb_set(m::jsonb, '{signals,0,weight}', '51')::healthmodel end, churned, c) from m, customer c$$),
  ($$select health_fit(m, churned, c, null, i) from m, customer c$$), ($$select health_fit(m, churned, array[usage, 'NaN', 1]) from m, customer$$),
  ($$select '{"signals": [{"name": "usage", "worst": 0, "best": 1}], "fit": {"slope": 1}}'::healthmodel$$), ($$select '{"signals": [{"name": "usage", "worst": 0, "best": 1}], "fit": {"slop": 1}}'::healthmodel$$),
  ($$select churn_probability(f, 101) from fitted$$)) v(call);
select f::jsonb->'fit'->>'status' as status from (select health_fit(m, (i * 7919) % 100 < 12 + i % 5, array[(i * 37) % 100, (i * 61) % 97, (i * 11) % 89]) as f from m, generate_series(1, 150) i) q;
select health_fit(m, churned, c) from m, customer c where false;
select health_fit(null, churned, c), health_fit(m, null, c) from m, customer c;


--
-- health_normalize: the score is the share of customers who are worse, ties counting half
--
-- 0 to 100, each ten times: the value v has 10 v + 5 of 1,010 below it; lower is better for tickets
create table population as select i % 101 as logins, i % 101 as tickets, 'x' as plan, 7 as constant from generate_series(1, 1010) i;
create table normalized as select health_normalize('{"signals": [{"name": "logins", "worst": 0, "best": 10}, {"name": "tickets", "steps": [[0, 100], [30, 50], [60, 0]], "weight": 3}, {"name": "plan", "values": {"x": 10}}, {"name": "constant", "worst": 0, "best": 10}]}', p) as n from population p;
select j->>'name' as name, j->'curve'->0 as first, j->'curve'->5 as middle, j->'curve'->10 as last, j ? 'worst' as linear, j ? 'steps' as steps, j->'weight' as weight, j->'values' as "values" from normalized, jsonb_array_elements(n::jsonb->'signals') j;
select round(avg(health_score(n, p))::numeric, 9) as mean_of_logins from population p, (select health_normalize('{"signals": [{"name": "logins", "worst": 0, "best": 10}]}', p order by p.tickets desc) as n from population p) q;
-- where all have one score by the model's rule, the rule's own ends tell what is better; a rule that rises and falls does not tell, and stays
select j->>'name' as name, j->'curve' as curve from (select health_normalize('{"signals": [{"name": "overdue", "worst": 30, "best": 0}, {"name": "delay", "steps": [[0, 100], [20, 0]]}, {"name": "logins", "curve": [[0, 0], [5, 100]]}, {"name": "seats", "curve": [[0, 0], [50, 100], [60, 0]]}]}', p) as n
  from (select x as overdue, x as delay, x as logins, x * 3 as seats from unnest('{31,45,90}'::int[]) x) p) q, jsonb_array_elements(n::jsonb->'signals') j;
-- missing and expired values do not count; any order, any parts; no rows
select n::jsonb->'signals'->0->'curve' as curve from (select health_normalize('{"signals": [{"name": "x", "worst": 0, "best": 1, "at": "seen", "expires_after_days": 10}]}', r, '2026-01-31') as n
  from (select case when i <= 3 then i end as x, '2026-01-30'::date as seen from generate_series(1, 5) i union all select 99, '2025-01-01') r) q;
select health_normalize('{"signals": [{"name": "logins", "worst": 0, "best": 1}]}', p) is null as none from population p where false;
select pg_temp.fails($$select health_normalize('{"method": "points", "signals": [{"name": "logins", "points": 1}]}', p) from population p$$);
select pg_temp.fails($$select combine(health_normalize_accum(null, m, c), health_fit_accum(null, m, true, c)) from m, customer c limit 1$$);
-- models that begin alike: they are shown from where they part, and no character is cut
select pg_temp.fails($$select health_fit(('{"signals": [{"name": "a", "worst": 0, "best": 10, "label": "a long label of this signal with ' || l || '"}]}')::healthmodel, true, array[1]) from unnest('{é,è}'::text[]) l$$);
-- a label whose bytes are no text
select pg_temp.fails(format('select %L::samplesummary', '1:' || replace(encode(set_byte(b, position('#'::bytea in b) - 1, 233), 'base64'), E'\n', '')))
from (select samplesummary_send(keep('{"signals": [{"name": "a", "worst": 0, "best": 10, "label": "caf#"}]}', i % 3 = 0, array[i], 90)) as b from generate_series(1, 60) i) s;

-- a signal that nobody has gets no weight from the expert either: what is predicted is what was
create table nobody as select i, null::float8 as a, i * 7 % 11 / 2.0 as b, i * 7 % 11 + i * 5 % 7 > 9 as churned from generate_series(1, 300) i;
select m::jsonb->'fit'->'dropped' as dropped, m::jsonb->'signals'->0->'weight' as weight, abs(avg(churn_probability(m, health_score(m, n))) - avg(churned::int)) < 1e-9 as calibrated
from nobody n, (select health_fit('{"signals": [{"name": "a", "weight": 2, "worst": 0, "best": 10}, {"name": "b", "worst": 5, "best": 0}]}'::healthmodel, churned, z) as m from nobody z) q group by m;

set client_min_messages = warning;
drop schema health_fit cascade;
