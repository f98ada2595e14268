-- health: every function and rule, with values computed by hand in the comments.
-- test/sql/health_oracle.sql compares random models with a second implementation,
-- test/sql/health_errors.sql shows what is refused.
\pset null '<null>'
set extra_float_digits = 1;
set datestyle = 'ISO, MDY';
create schema health_test;
set search_path = health_test, public;

-- name, model: read by the queries below
create table model (name text primary key, model healthmodel);

--
-- 1. The rule of a signal
--

-- Linear: 100 * (value - worst) / (best - worst), flat outside.
select v, health_score('{"signals": [{"name": "a", "worst": 0, "best": 20}]}', v) as higher_is_better,
	health_score('{"signals": [{"name": "a", "worst": 60, "best": 0}]}', v) as lower_is_better
from unnest(array[-1, 0, 5, 15, 20, 60, 61, null]::float8[]) v;
-- 154 of 385 is 40 exactly, and so belongs to the band that starts there; likewise 21 of 30
select health_score('{"signals": [{"name": "a", "worst": 0, "best": 385}]}', 154),
	health_score('{"signals": [{"name": "a", "worst": 0, "best": 30}]}', 21),
	scale_score(154, 0, 385), scale_score(21, 0, 30);
-- whatever part of d is a whole score is that score: none misses it by the last bit
select count(*) as parts, count(*) filter (where scale_score(v, 0, d) <> 100 * v / d) as scale_score_differs,
	count(*) filter (where health_score(format('{"signals": [{"name": "a", "worst": 0, "best": %s}]}', d)::healthmodel, v) <> 100 * v / d) as health_score_differs
from generate_series(1, 400) d, generate_series(0, d) v where 100 * v % d = 0;

-- Curve: straight between its points, flat outside.  0.15 is half way to 40; 0.55 half way from 40 to 100.
select v, health_score('{"signals": [{"name": "a", "curve": [[0, 0], [0.3, 40], [0.8, 100]]}]}', v) as curve,
	health_score('{"signals": [{"name": "a", "curve": [[5, 30]]}]}', v) as one_point
from unnest(array[-1, 0, 0.15, 0.3, 0.55, 0.8, 9, null]::float8[]) v;
-- Steps: the last step at or below the value; below the first step its score.
select v, health_score('{"signals": [{"name": "a", "steps": [[0, 100], [1, 80], [3, 40], [6, 0]]}]}', v) as steps
from unnest(array[-1, 0, 0.9, 1, 2.99, 3, 6, 1000, null]::float8[]) v;
-- Values: text to score; the empty text is a text.
select v, health_score('{"signals": [{"name": "v", "values": {"negative": 0, "neutral": 50, "positive": 100, "": 7, "żółty": 33}}]}', r) as "values"
from (values ('negative'), ('neutral'), ('positive'), (''), ('żółty'), (null)) r (v);
-- "otherwise" is the score of texts not listed; an unknown text is missing all the same
select v, health_score('{"signals": [{"name": "v", "values": {"gold": 100, "": 7}, "otherwise": 40}]}', r) as "values", health_score('{"signals": [{"name": "v", "values": {"gold": 100}, "otherwise": 0}]}', to_jsonb(r)) as zero
from (values ('gold'), ('Two year'), ('GOLD'), (''), (null)) r (v);
-- Booleans are 1 and 0.
select v, health_score('{"signals": [{"name": "v", "worst": 0, "best": 1}]}', r) as good,
	health_score('{"signals": [{"name": "v", "steps": [[0, 90], [1, 20]]}]}', to_jsonb(r)) as bad
from (values (true), (false), (null)) r (v);

--
-- 2. Mean, weights, missing, coverage
--

-- (3 * 100 + 1 * 50) / 4 = 87.5; b missing: 100; a missing: 50; both: NULL.  Weights need not add up to 100.
insert into model values ('two', '{"signals": [{"name": "a", "weight": 3, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}');
select a, b, health_score(model, a, b), health_coverage(model, r) from model,
	(values (10, 5), (10, null), (null, 5), (null::float8, null::float8)) r (a, b) where name = 'two';
-- decimal weights: (0.1 * 100 + 0.2 * 40) / 0.3 = 60
select health_score('{"signals": [{"name": "a", "weight": 0.1, "worst": 0, "best": 10}, {"name": "b", "weight": 0.2, "worst": 0, "best": 10}]}', 10, 4);

-- Each policy, a = 10 (100, weight 3), b missing (weight 1): skip 100; worst 300/4 = 75; neutral 350/4 = 87.5.
-- Coverage is 75 whatever the policy, and all missing is NULL whatever the policy.
select policy, health_score(m, 10, null) as b_missing, health_score(m, null::float8, null) as all_missing,
	health_coverage(m, '{"a": 10}'::jsonb) as coverage, health_coverage(m, '{}'::jsonb) as of_nothing
from unnest(array['skip', 'worst', 'neutral']) policy, lateral (select format('{"missing": "%s", "signals": [
	{"name": "a", "weight": 3, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}', policy)::healthmodel as m) x;
-- a signal's own policy comes before the model's: c scores 0 (weight 1), b is left out: 300/4 = 75
select health_score('{"missing": "skip", "signals": [{"name": "a", "weight": 3, "worst": 0, "best": 10},
	{"name": "b", "worst": 0, "best": 10}, {"name": "c", "missing": "worst", "worst": 0, "best": 10}]}', 10, null, null);
-- A number is the score of an unknown value, with its full weight: (3 * 100 + 20)/4 = 80; a stale one too;
-- of the signal: (3 * 100 + 40 + 0)/5 = 68; coverage does not count it; all missing is NULL
select health_score(m, 10, null) as of_model, health_score(m, null::float8, null) as all_missing, health_coverage(m, '{"a": 10}'::jsonb) as coverage
from (select '{"missing": 20, "signals": [{"name": "a", "weight": 3, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}'::healthmodel as m) x;
select health_score(m, '{"a": 10, "b": 10, "d": "2026-01-01"}'::jsonb, '2026-07-01') as of_signal, (select sum(contribution) from health_explain(m, '{"a": 10}'::jsonb, '2026-07-01')) as explained
from (select '{"missing": "worst", "signals": [{"name": "a", "weight": 3, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10, "missing": 40, "at": "d", "expires_after_days": 9}, {"name": "c", "worst": 0, "best": 1}]}'::healthmodel as m) x;
-- "fail" only where it is missing; the error is in health_errors
select health_score('{"missing": "fail", "signals": [{"name": "a", "worst": 0, "best": 10}]}', 7);
-- a signal of weight 0 is not enough for a score
select health_score('{"signals": [{"name": "a", "weight": 0, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}', 10, null);

-- min_coverage: at the edge there is a score, just below there is none.  0.1 + 0.2 of 0.1 + 0.2 + 0.3 is 50 %.
select min_coverage, health_score(format('{"min_coverage": %s, "signals": [{"name": "a", "weight": 0.1, "worst": 0, "best": 10},
	{"name": "b", "weight": 0.2, "worst": 0, "best": 10}, {"name": "c", "weight": 0.3, "worst": 0, "best": 10}]}', min_coverage)::healthmodel, 10, 10, null)
from unnest(array['0', '49.9', '50', '50.000001', '100']) min_coverage;

-- weights 0.1 and 0.5 of 0.8 are 75 % on paper and less in binary; that has reached 75
select health_coverage(m, '{"a": 1, "c": 1}'::jsonb) < 75 as below_in_binary, health_score(m, 10, null, 10), health_score(m, 10, null, null)
from (select '{"min_coverage": 75, "signals": [{"name": "a", "weight": 0.1, "worst": 0, "best": 10}, {"name": "b", "weight": 0.2, "worst": 0, "best": 10}, {"name": "c", "weight": 0.5, "worst": 0, "best": 10}]}'::healthmodel as m) x;

--
-- 3. Staleness: age = as_of - at, the weight halves every half_life_days, beyond expires_after_days it is missing
--
insert into model values ('aged', '{"signals": [{"name": "a", "worst": 0, "best": 10},
	{"name": "p", "worst": 0, "best": 10, "at": "p_on", "half_life_days": 30, "expires_after_days": 90}]}');
-- a = 10: 100, p = 0: 0.  Fresh: 100/2 = 50, coverage 100.  After 30 days p weighs 0.5: 100/1.5 = 66.67, 1.5/2 = 75 %.
-- 60: 0.25: 100/1.25 = 80, 62.5 %.  90 days is not yet expired: 0.125: 100/1.125 = 88.89, 56.25 %.  91: 100, 50 %.
-- A day later than as_of is not known yet; a NULL day has no known age: missing.
select date '2026-07-01' - p_on as age, round(health_score(model, r, '2026-07-01')::numeric, 10) as score,
	health_coverage(model, r, '2026-07-01') as coverage, round(health_score(model, to_jsonb(r), '2026-07-01')::numeric, 10) as from_jsonb,
	(select status from health_explain(model, r, '2026-07-01') where signal = 'p') as status
from model, (values (10, 0, date '2026-07-01'), (10, 0, '2026-06-01'), (10, 0, '2026-05-02'), (10, 0, '2026-04-02'), (10, 0, '2026-04-01'),
	(10, 0, '2026-07-02'), (10, 0, null), (10, null, '2026-07-01')) r (a, p, p_on) where name = 'aged';
-- expires_after_days 0: only the day itself counts; without half_life_days it does not fade
select d, health_score('{"signals": [{"name": "p", "worst": 0, "best": 10, "at": "d", "expires_after_days": 0}]}', r, '2026-07-01')
from (values (5, date '2026-07-01'), (5, '2026-06-30')) r (p, d);
-- one date column may serve several signals, and may be a signal's name in another model
select health_score('{"signals": [{"name": "a", "worst": 0, "best": 10, "at": "d"}, {"name": "b", "worst": 0, "best": 10, "at": "d"}]}', r, '2026-07-01')
from (values (5, 7, date '2026-06-30')) r (a, b, d);
-- stale with policy worst: 0 with full weight: 100/2 = 50
select health_score('{"missing": "worst", "signals": [{"name": "a", "worst": 0, "best": 10}, {"name": "p", "worst": 0, "best": 10, "at": "d", "expires_after_days": 9}]}',
	'{"a": 10, "p": 10, "d": "2026-01-01"}'::jsonb, '2026-07-01');
-- faded over 1,074 half lives the weight is the least that a double can be; the score is as it was
select health_score(m, j, d + 1074), health_score(m, j, d + 1080), (select sum(contribution) from health_explain(m, j, d + 1074))
from (select '{"signals": [{"name": "p", "worst": 0, "best": 100, "at": "d", "half_life_days": 1}]}'::healthmodel as m,
	jsonb '{"p": 33.3, "d": "2020-01-01"}' as j, date '2020-01-01' as d) x;
-- within a group a tiny weight fades below the least double while its part of the coverage does not: no weight, no score
select health_score(m, j, '2026-03-20') as score, health_coverage(m, j, '2026-03-20') > 0 as covered
from (select '{"groups": {"g": {"weight": 10}}, "signals": [{"name": "p", "group": "g", "weight": 1e-310, "worst": 0, "best": 10, "at": "d", "half_life_days": 1}]}'::healthmodel as m,
	jsonb '{"p": 10, "d": "2026-01-01"}' as j) x;

--
-- 4. Groups: the weighted mean of the groups' means
--
-- usage: (100 + 0)/2 = 50, voice: 100.  (3 * 50 + 1 * 100)/4 = 62.5; the mean without groups would be 66.67.
insert into model values ('grouped', '{"groups": {"usage": {"weight": 3}, "voice": {"weight": 1, "note": "what they say"}}, "signals": [
	{"name": "a", "group": "usage", "worst": 0, "best": 10}, {"name": "b", "group": "usage", "worst": 0, "best": 10},
	{"name": "c", "group": "voice", "weight": 7, "worst": 0, "best": 10}]}');
-- b missing: usage is 100 and weighs 3 still: 100; coverage: 1.5 + 1 of 4 = 62.5 %.
-- c missing: 50, coverage 75 %.  a, b missing: 100 from voice alone, 25 %.
select a, b, c, health_score(model, r), health_coverage(model, r) from model,
	(values (10, 0, 10), (10, null, 10), (10, 0, null), (null::int, null::int, 10), (null, null, null)) r (a, b, c) where name = 'grouped';
select a, b, c, g.* from model, (values (10, 0, 10), (10, null, null), (null::int, null::int, null::int)) r (a, b, c), health_groups(model, r) g where name = 'grouped';
-- health_groups without "groups": a: 3 of 4; b, without a group, is 1 of 4; with points there is no weight
select g.* from health_groups('{"signals": [{"name": "a", "group": "x", "weight": 3, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}', '{"a": 10, "b": 5}'::jsonb) g;
select g.* from health_groups('{"method": "points", "signals": [{"name": "a", "group": "x", "points": 3}, {"name": "b", "group": "x", "points": -1}, {"name": "c", "points": 1}]}', '{"a": 10, "b": 5}'::jsonb) g;
-- a group of weight 0, a signal of weight 0
select health_score('{"groups": {"x": {"weight": 0}, "y": {"weight": 2}}, "signals": [{"name": "a", "group": "x", "worst": 0, "best": 10},
	{"name": "b", "group": "y", "weight": 0, "worst": 0, "best": 10}, {"name": "c", "group": "y", "worst": 0, "best": 10}]}', 10, 10, 3);

--
-- 5. Points: base + points * value, each within its min and max, clamped to 0-100
--
insert into model values ('points', '{"method": "points", "base": 50, "signals": [{"name": "reviews", "points": 5, "max": 20}, {"name": "complaints", "points": -10, "min": -30, "missing": "worst"}]}');
-- 50 + 10 - 10 = 50; 50 + 20 (max) - 0 = 70; 50 + 0 - 30 (min) = 20; reviews missing: 50 - 10 = 40, half of the weight;
-- complaints missing: worst is -30: 50 + 5 - 30 = 25; all missing: NULL; -10 reviews are -50: no min, so 50 - 50 - 30 = -30, clamped to 0
select reviews, complaints, health_score(model, reviews, complaints), health_coverage(model, r) from model,
	(values (2, 1), (9, 0), (0, 9), (null, 1), (1, null), (null, null), (-10, 9)) r (reviews, complaints) where name = 'points';
-- neutral and skip give 0 points; without base it starts at 0
select health_score('{"method": "points", "signals": [{"name": "a", "points": 5}, {"name": "b", "points": 5, "missing": "neutral"}, {"name": "c", "points": -2}]}', 4, null, null);
-- 30 * 5 = 150 is clamped to 100
select health_score('{"method": "points", "signals": [{"name": "a", "points": 5}]}', 30);

--
-- 6. Clamp, floors, caps: in this order; the highest floor, the lowest cap; a cap beats a floor
--
insert into model values ('limits', '{"signals": [{"name": "a", "worst": 0, "best": 100}, {"name": "late", "weight": 0, "worst": 90, "best": 0, "label": "Days late", "action": "call accounting"}],
	"caps": [{"signal": "late", "above": 30, "score": 40}, {"signal": "late", "above": 60, "score": 20, "reason": "very late"}],
	"floors": [{"signal": "a", "above": 90, "score": 95, "reason": "very active"}, {"signal": "late", "below": 0, "score": 60}]}');
-- strict comparison: 30 is not above 30; a cap of 40 does nothing to a score of 35; a missing signal fires nothing
select a, late, health_score(model, a, late) from model, (values (80, 30), (80, 31), (80, 61), (35, 31), (91, 0), (90, 0), (91, 31), (30, -1), (30, 0), (80, null)) r (a, late) where name = 'limits';
select a, late, e.* from model, (values (91, 0), (91, 61)) r (a, late), health_explain(model, r) e where name = 'limits';
-- a text by "is": bad caps at 30, an unlisted one lifts to 60; missing and stale trigger nothing
insert into model values ('texts', '{"signals": [{"name": "a", "worst": 0, "best": 100}, {"name": "mood", "weight": 0, "values": {"good": 100, "bad": 0, "": 50}, "otherwise": 50, "label": "Tone", "action": "call", "at": "d", "expires_after_days": 9}],
	"caps": [{"signal": "mood", "is": "bad", "score": 30, "reason": "bad tone"}, {"signal": "mood", "is": "", "score": 45}],
	"floors": [{"signal": "mood", "is": "unheard of", "score": 60}]}');
select a, mood, d, health_score(model, r, '2026-07-01') as score, (select string_agg(concat_ws(' ', label, contribution, action), '; ') from health_explain(model, r, '2026-07-01') where status = 'capped') as limits
from model, (values (80, 'bad', date '2026-07-01'), (80, 'bad', '2026-06-21'), (80, null, '2026-07-01'), (80, 'Bad', '2026-07-01'), (80, '', '2026-07-01'), (20, 'unheard of', '2026-07-01'), (20, 'good', '2026-07-01'), (10, 'bad', '2026-07-01')) r (a, mood, d) where name = 'texts';
-- points: clamp, floor and cap each a row.  base 90, a = 30: 120, clamped to 100, capped at 55
select e.* from health_explain('{"method": "points", "base": 90, "signals": [{"name": "a", "points": 1, "label": "Visits", "group": "use"}],
	"caps": [{"signal": "a", "above": 20, "score": 55}]}', '{"a": 30}'::jsonb) e;
-- -20 is clamped to 0, the floor lifts it to 10
select e.* from health_explain('{"method": "points", "signals": [{"name": "a", "points": -1, "max": 5}], "floors": [{"signal": "a", "above": 1, "score": 10}]}', '{"a": 20}'::jsonb) e;

--
-- 7. Bands and colours
--
insert into model values ('banded', '{"signals": [{"name": "a", "worst": 0, "best": 1}], "bands": [{"name": "low", "from": 0, "color": "black"}, {"name": "high", "from": 60.5}]}');
select score, health_band(two.model, score) as band, health_color(two.model, score) as color, health_band(banded.model, score) as own_band, health_color(banded.model, score) as own_color
from model two, model banded, unnest(array[0, 39.999, 40, 60.499, 60.5, 69.999, 70, 100, null]::float8[]) score where two.name = 'two' and banded.name = 'banded';

--
-- 8. Without a model
--
-- (25 * 80 + 75 * 60)/100 = 65; NULL scores are left out with their weight: 80; nothing: NULL
select health_score(array[80, 60], array[25, 75]) as mean, health_score(array[80, null]::float8[], array[25, 75]) as one_missing,
	health_score(array[null, null]::float8[], array[1, 1]) as all_missing, health_score('{}'::float8[], '{}'::float8[]) as empty,
	health_score(array[80], array[0]) as no_weight, health_score(null::float8[], array[1.0]) as null_array,
	health_score('[0:1]={80,60}'::float8[], '[5:6]={25,75}'::float8[]) as other_bounds,
	health_score(array[33.3], array[5e-324]) as least_weight;
-- 5 of 0..20 is 25; downwards 5 of 60..0 is 91.67; flat outside
select scale_score(5, 0, 20), round(scale_score(5, 60, 0)::numeric, 10), scale_score(-5, 0, 20), scale_score(50, 0, 20), scale_score(null, 0, 20), scale_score(5, null, 20);

--
-- 9. The extremes of double precision
--
select health_score('{"signals": [{"name": "a", "worst": -1e299, "best": 1e299}]}', v) as wide,
	health_score('{"signals": [{"name": "a", "curve": [[-1e308, 0], [1e308, 100]]}]}', v) as curve,
	scale_score(v, -1e308, 1e308) as scale
from unnest(array[-1.7e308, -1e308, -5e298, 0, 5e307, 1e308, 1.7e308]::float8[]) v;
-- 0 is the first point; 5e-324 the last: nothing is divided by zero
select health_score('{"signals": [{"name": "a", "curve": [[0, 10], [5e-324, 100]]}]}', v) as curve,
	health_score('{"signals": [{"name": "a", "worst": 0, "best": 5e-324}]}', v) as linear, scale_score(v, 0, 5e-324) as scale
from unnest(array[0, 5e-324, 1]::float8[]) v;
-- weights from 5e-324 to 1e15: the light one does not matter, and alone it is enough
select health_score(m, 33.3, 70), health_score(m, 33.3, null), health_coverage(m, '{"b": 1}'::jsonb)
from (select '{"signals": [{"name": "a", "weight": 5e-324, "worst": 0, "best": 100}, {"name": "b", "weight": 1e15, "worst": 0, "best": 100}]}'::healthmodel as m) x;
-- points: 1e308 * 1 is within its max
select health_score('{"method": "points", "signals": [{"name": "a", "points": 1e10, "max": 30}]}', 1e308);

--
-- 10. health_explain, health_drivers
--
insert into model values ('saas', '{"title": "SaaS, adopted customers", "version": "2026-11", "owner": "success team", "signals": [
   {"name": "logins_30d", "label": "Logins in 30 days", "group": "usage", "weight": 25, "worst": 0, "best": 20},
   {"name": "adoption",   "group": "usage", "weight": 15, "curve": [[0,0],[0.3,40],[0.8,100]]},
   {"name": "sentiment",  "group": "voice", "weight": 10, "values": {"negative": 0, "neutral": 50, "positive": 100}},
   {"name": "nps",        "group": "voice", "weight": 10, "worst": 0, "best": 10, "missing": "neutral"},
   {"name": "open_tickets", "group": "support", "weight": 15, "steps": [[0,100],[1,80],[3,40],[6,0]]},
   {"name": "days_overdue", "label": "Invoice overdue", "unit": "days", "group": "payments", "weight": 15, "worst": 60, "best": 0, "action": "call accounting"},
   {"name": "pulse", "weight": 10, "worst": 1, "best": 5, "at": "pulse_on", "half_life_days": 45, "expires_after_days": 90}],
 "missing": "skip", "min_coverage": 50,
 "caps":  [{"signal": "days_overdue", "above": 60, "score": 30, "reason": "invoice over 60 days late"}],
 "bands": [{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40}, {"name": "healthy", "color": "green", "from": 70}],
 "alerts": {"drop": 15, "within_days": 30, "hysteresis": 3}}');
create table customer (id int, logins_30d int, adoption numeric, sentiment text, nps smallint, open_tickets bigint, days_overdue float4, pulse float8, pulse_on date);
insert into customer values
	(1, 10, 0.55, 'positive', 9, 2, 0, 3, '2026-05-17'),
	(2, 20, 0.9, 'negative', null, 6, 75, 5, '2026-04-01'),
	(3, 20, null, null, 10, null, null, null, null),
	(4, null, null, null, null, null, null, null, null);
-- 1: 25*50 + 15*70 + 10*100 + 10*90 + 15*80 + 15*100 + 5*50 = 7150 over 95 = 75.263; pulse is 45 days old
-- 2: no nps: neutral; pulse is 91 days old: stale; 25*100 + 15*100 + 0 + 10*50 + 0 + 0 = 4500 over 90 = 50, capped at 30
-- 3: 35 of 100 is known, below 50: no score.  4: nothing is known.
select c.id, round(e.contribution::numeric, 4) as contribution, round(e.points_lost::numeric, 4) as lost, round(e.weight::numeric, 4) as weight,
	e.score, e.signal, e.label, e.signal_group, e.value, e.status, e.action
from model, customer c, health_explain(model, c, '2026-07-01') with ordinality e where name = 'saas' order by id, ordinality;
-- the contributions add up to the score, the weights to 100
select id, health_score(model, c, '2026-07-01') as score, health_coverage(model, c, '2026-07-01') as coverage, health_band(model, health_score(model, c, '2026-07-01')) as band,
	abs(sum(contribution) - health_score(model, c, '2026-07-01')) < 1e-9 as adds_up, round(sum(weight)::numeric, 9) as weight
from model, customer c, health_explain(model, c, '2026-07-01') e where name = 'saas' group by id, model, c order by id;
select id, g.* from model, customer c, health_groups(model, c, '2026-07-01') g where name = 'saas' and id in (2, 4) order by id;
-- the most first, ties in model order; a cap is named by its reason; n is 3 unless told; no score: NULL
select id, health_drivers(model, c, '2026-07-01') as drivers from model, customer c where name = 'saas' order by id;
select id, n, health_drivers(model, c, '2026-07-01', n) as drivers from model, customer c, unnest(array[1, 2, 100, null]) n where name = 'saas' and id = 2;
-- nothing lost: NULL; less than what shows as 0.1 is nothing
select health_drivers(model, '{"a": 10, "b": 10}'::jsonb) as nothing, health_drivers(model, '{"a": 10, "b": 9.99}'::jsonb) as next_to_nothing, health_drivers(model, '{"a": 10, "b": 9.96}'::jsonb) as a_little from model where name = 'two';
select health_drivers('{"method": "points", "base": 50, "signals": [{"name": "a", "label": "Reviews", "max": 20, "points": 5}, {"name": "b", "label": "Complaints", "points": -10, "action": "call"}]}', '{"a": 1, "b": 2}'::jsonb);
-- NULL model, NULL row
select health_score(null::healthmodel, c), health_score(model, null::customer, '2026-07-01'), health_score(model, null::jsonb), health_coverage(model, null::customer), health_drivers(model, null::jsonb),
	health_score(null::healthmodel, 1), health_score(null::healthmodel, array[1.0]::float8[]), health_score(model, null::float8[])
from model, customer c where name = 'saas' and id = 1;
select count(*) from model, health_explain(model, null::jsonb) where name = 'saas';
select count(*) from health_explain(null::healthmodel, '{}'::jsonb);
select count(*) from model, health_groups(model, null::customer) where name = 'saas';

--
-- 11. health_change
--
-- two: (3a + b)/4 * 10.  a 10 -> 4: 0.75 * -60 = -45; b 5 -> 8: 0.25 * 30 = 7.5; 87.5 -> 50
select c.* from model, health_change(model, '{"a": 10, "b": 5}'::jsonb, null, model, '{"a": 4, "b": 8}'::jsonb, null) c where name = 'two';
-- b becomes known, 20 worse than a: c = 100, 0.25 * (80 - 100) = -5;
-- and gone again, c = 95: a: (1 - 0.75) * (100 - 95) = 1.25, b: -0.25 * (80 - 95) = 3.75
select c.* from model, health_change(model, '{"a": 10}'::jsonb, null, model, '{"a": 10, "b": 8}'::jsonb, null) c where name = 'two';
select c.* from model, health_change(model, '{"a": 10, "b": 8}'::jsonb, null, model, '{"a": 10}'::jsonb, null) c where name = 'two';
-- nothing changed: no rows
select c.* from model, health_change(model, '{"a": 10, "b": 8}'::jsonb, null, model, '{"a": 10, "b": 8}'::jsonb, null) c where name = 'two';
-- the new model: a weighs 1 of 2, not 3 of 4.  c = 95: a: 50 - 75 - 95 * -0.25 = -1.25, b: 40 - 20 - 95 * 0.25 = -3.75; 95 -> 90
select c.* from model, health_change(model, '{"a": 10, "b": 8}'::jsonb, null,
	'{"signals": [{"name": "a", "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}', '{"a": 10, "b": 8}'::jsonb, null) c where name = 'two';
-- fading alone is coverage: customer 1, 45 days later, pulse (50) weighs 2.5 instead of 5, so 7150/95 becomes 7025/92.5: +0.682788;
-- pulse, below the mean of 75.263, raises it: (2.5/92.5 - 5/95) * (50 - 75.263) = 0.646852
select round(points::numeric, 9), signal, cause from model, customer r, health_change(model, r, '2026-07-01', model, r, '2026-08-15') c where name = 'saas' and id = 1;
-- a cap: 0 -> 75 days late: 15 of 95 * -100 = -15.79; 7150/95 - 15.79 = 59.47, capped at 30: -29.47
select round(points::numeric, 9), signal, cause from model, customer r, health_change(model, to_jsonb(r), '2026-07-01', model, to_jsonb(r) || '{"days_overdue": 75}', '2026-07-01') c where name = 'saas' and id = 1;
-- points: base, value, coverage, clamp: 50 + 10 - 10 = 50 -> (60 + 4 * 30 - 20 = 160, clamped to 100)
select c.* from model, health_change(model, '{"reviews": 2, "complaints": 1}'::jsonb, null,
	'{"method": "points", "base": 60, "signals": [{"name": "reviews", "points": 30}, {"name": "complaints", "points": -10}, {"name": "new", "points": 1}]}',
	'{"reviews": 4, "complaints": 2}'::jsonb, null) c where name = 'points';
-- from or to NULL: a row per signal of both models, points NULL
select c.* from model, health_change(model, '{}'::jsonb, null, model, '{"a": 1}'::jsonb, null) c where name = 'two';
select c.* from model, health_change(model, null::jsonb, null, '{"signals": [{"name": "b", "worst": 0, "best": 1}, {"name": "z", "worst": 0, "best": 1}]}', '{"b": 1}'::jsonb, null) c where name = 'two';
select count(*) from health_change(null, '{}'::jsonb, null, null, '{}'::jsonb, null);
-- records: three pairs of a model and a row type on one call site.  100 -> a: 50, b: 20, under the new model 20
select c.* from health_change('{"signals": [{"name": "a", "worst": 0, "best": 10}]}', (select r from (select 10 as a) r), null,
	'{"signals": [{"name": "b", "worst": 0, "best": 10}]}', (select r from (select 2.0 as b, 5::int8 as a) r), null) c;
-- over all pairs of customers and days the points add up
select count(*) as pairs, max(abs(moved - (after - before))) < 1e-9 as adds_up from (
	select health_score(m, a, d1) as before, health_score(m, b, d2) as after, (select sum(points) from health_change(m, a, d1, m, b, d2)) as moved
	from (select model from model where name = 'saas') m (m), customer a, customer b, (values (date '2026-07-01', date '2026-08-15'), ('2026-06-01', '2026-07-01')) d (d1, d2)
	where a.id <= 2 and b.id <= 2) x;

-- the short form is the long one without days, from records and from jsonb
select c.* from model, health_change(model, '{"a": 10, "b": 5}'::jsonb, '{"a": 4, "b": 8}'::jsonb) c where name = 'two';
select c.* from model, (select 10 as a, 5 as b) x, (select 8.0 as b, 1 as a, 'z' as other) y, health_change(model, x, y) c where name = 'two';
select c.* from model, health_change(model, null::jsonb, '{"a": 4}'::jsonb) c where name = 'two';
select count(*) from health_change(null::healthmodel, '{}'::jsonb, '{}'::jsonb);
-- labels, values and actions; a cap by its reason; a signal that the new model forgot is read by the old one
select c.* from model, health_change(model, '{"a": 80, "mood": "good", "d": "2026-07-01"}'::jsonb, '2026-07-01', model, '{"a": 90, "mood": "bad", "d": "2026-07-01"}'::jsonb, '2026-07-01') c where name = 'texts';
select c.* from model, health_change(model, '{"a": 10, "b": 5}'::jsonb, null, '{"signals": [{"name": "b", "worst": 0, "best": 10, "label": "Bees", "action": "feed"}]}', '{"a": 4, "b": 8}'::jsonb, null) c where name = 'two';
-- in words, the largest first: 80 + 10 - 60 for the cap
select health_change_text(model, '{"a": 80, "mood": "good", "d": "2026-07-01"}'::jsonb, '2026-07-01', model, '{"a": 90, "mood": "bad", "d": "2026-07-01"}'::jsonb, '2026-07-01') from model where name = 'texts';
select n, health_change_text(model, '{"a": 10, "b": 5}'::jsonb, '{"a": 4, "b": 8}'::jsonb, n) from model, unnest(array[1, 2, 9, null]) n where name = 'two';
select health_change_text(model, x, y) as became_unknown, health_change_text(model, y, x, 1) as became_known, health_change_text(model, x, x) as nothing, health_change_text(model, x, null) as no_score
from model, (select 10 as a, 8 as b) x, (select 10 as a, null::int as b) y where name = 'two';
select health_change_text(model, '{"a": 10, "b": 8}'::jsonb, null, '{"signals": [{"name": "a", "worst": 0, "best": 10, "action": "ask"}, {"name": "b", "worst": 0, "best": 10}]}', '{"a": 10, "b": 8}'::jsonb, null) from model where name = 'two';

--
-- 12. health_review
--
select r.* from model, health_review(model) r where name = 'saas';
select r.* from health_review('{"method": "points", "signals": [{"name": "a", "points": 5, "max": 20}, {"name": "b", "points": -1, "min": -9, "missing": "worst"}, {"name": "c", "points": 0, "missing": "fail"}],
	"floors": [{"signal": "a", "above": 3, "score": 20}]}') r;
select r.* from health_review('{"missing": "worst", "signals": [{"name": "a", "weight": 51, "worst": 0, "best": 1}, {"name": "b", "weight": 49, "steps": [[0, 0], [1, 100], [2, 50]]}, {"name": "c", "weight": 0, "worst": 0, "best": 1}]}') r;

-- what is not refused but suspicious: scores of one rule, one cap or one band below 1
select r.signal, r.rule, r.when_missing, r.warning from health_review('{"missing": 40, "signals": [{"name": "a", "curve": [[0, 0], [1, 0.5], [2, 1]]}, {"name": "b", "values": {"x": 0.4}, "otherwise": 1}, {"name": "c", "values": {"x": 0.4}, "otherwise": 2},
	{"name": "d", "worst": 0, "best": 1, "missing": 0.5}, {"name": "e", "steps": [[0, 0], [1, 1]]}, {"name": "f", "worst": 0, "best": 1}],
	"caps": [{"signal": "e", "above": 1, "score": 0.5}, {"signal": "c", "is": "x", "score": 50}], "bands": [{"name": "low", "from": 0}, {"name": "mid", "from": 0.4}, {"name": "high", "from": 70}]}') r;
select r.signal, r.warning from health_review('{"signals": [{"name": "a", "worst": 0, "best": 1}], "alerts": {"drop": 0.15}}') r;

--
-- 12b. health_sql: test/sql/health_oracle.sql executes it for random models
--
select health_sql(model) from model where name = 'two';
select health_sql(model, 'ansi') from model where name = 'two';
select health_sql(null) as no_model, health_sql(model, null, null) = health_sql(model) as defaults, health_sql(model, as_of => 'anything; at all') = health_sql(model) as day_not_needed from model where name = 'two';
-- rows of the examples above, and what is refused there: NULL here
create function by_sql(m text, columns text, dialect text default 'postgres', day text default null) returns setof float8 language plpgsql as $$
begin return query execute (select format('select %s from (values %s', health_sql(model, dialect, day), columns) from model where name = m); end $$;
select n, array(select by_sql(n, c)) as postgres, array(select by_sql(n, c, 'ansi')) as ansi from (values
	('two', '(10, 5), (10, null), (null, 5), (null, null), (''NaN''::float8, 5), (''-Infinity'', 5)) v (a, b)'),
	('two', '(1e400, 5), (10, 1e308)) v (a, b)'),
	('grouped', '(10, 0, 10), (10, null, 10), (10, 0, null), (null::int, null::int, 10), (null, null, null)) v (a, b, c)'),
	('points', '(2, 1), (9, 0), (0, 9), (null, 1), (1, null), (null, null), (-10, 9)) v (reviews, complaints)'),
	('limits', '(80, 30), (80, 31), (80, 61), (35, 31), (91, 0), (90, 0), (91, 31), (30, -1), (30, 0), (80, null)) v (a, late)')) x (n, c);
select array(select by_sql('aged', c, d, 'date ''2026-07-01''')) as scores, array(select by_sql('aged', c, d, 'd')) as with_column, array(select by_sql('aged', c, d, 'null')) as unknown_day
from unnest(array['postgres', 'ansi']) d, (values ('(10, 0, date ''2026-07-01'', date ''2026-07-02''), (10, 0, ''2026-06-01'', null), (10, 0, ''2026-04-02'', ''2026-04-02''), (10, 0, ''2026-04-01'', ''2026-07-01''), (10, 0, ''2026-07-02'', ''2026-07-02''), (10, 0, null, ''2026-07-02''), (null, null, null, ''2026-07-02'')) v (a, p, p_on, d)')) x (c);
select array(select by_sql('aged', '(10, 0, date ''infinity''), (10, null, ''infinity''), (10, 0, ''-infinity'')) v (a, p, p_on)', 'postgres', 'date ''2026-07-01''')) as infinite_date,
	array(select by_sql('aged', '(10, 0, date ''2026-01-01'')) v (a, p, p_on)', 'postgres', '''infinity''')) as infinite_day,
	array(select by_sql('aged', '(10, 0, date ''2026-01-01'')) v (a, p, p_on)', 'postgres', '''2026-01-31''')) as literal;
-- faded over 1,074 half lives; weights from 5e-324 to 1e15; points beyond a double without and with their limit; the width of doubles
insert into model values ('faded', '{"signals": [{"name": "p", "worst": 0, "best": 100, "at": "d", "half_life_days": 1}]}'),
	('tiny', '{"signals": [{"name": "a", "weight": 5e-324, "worst": 0, "best": 100}, {"name": "b", "weight": 1e15, "worst": 0, "best": 100}]}'),
	('burst', '{"method": "points", "base": 1, "signals": [{"name": "a", "points": 1e10, "max": 30}, {"name": "b", "points": -1e10, "max": 30}]}'),
	('wide', '{"signals": [{"name": "a", "worst": -1e299, "best": 1e299}, {"name": "b", "curve": [[-1e308, 0], [1e308, 100]]}]}');
select array(select by_sql('faded', '(33.3, date ''2020-01-01''), (33.3, ''2019-12-26'')) v (p, d)', d, 'date ''2020-01-01'' + 1074')) as faded, array(select by_sql('tiny', '(33.3, 70), (33.3, null)) v (a, b)', d)) as tiny,
	array(select by_sql('burst', '(1e308, null), (-1e308, null), (null, 1e308), (null, -1e308), (1, 0)) v (a, b)', d)) as burst,
	array(select by_sql('wide', '(1.7e308, null), (-1.7e308, 1.7e308), (5e298, 5e307), (null, -1.7e308)) v (a, b)', d)) as wide
from unnest(array['postgres', 'ansi']) d;
-- a name and texts with quotes, backslashes, keywords; texts byte by byte; missing: fail, otherwise, is
insert into model values ('quoted', $m${"missing": 20, "signals": [{"name": "Se\"lect\\ 'x' -- ;", "values": {"it's": 100, "back\\slash": 60, "a": 10}, "otherwise": 5}, {"name": "from", "missing": "fail", "worst": 0, "best": 10}],
	"caps": [{"signal": "Se\"lect\\ 'x' -- ;", "is": "it's", "score": 33}]}$m$);
select health_sql(model) from model where name = 'quoted';
select array(select by_sql('quoted', $v$('it''s', 10), (E'back\\slash', 10), ('a', 10), ('A', 10), (null, 10), ('a', null)) v ("Se""lect\ 'x' -- ;", "from")$v$, d)) from unnest(array['postgres', 'ansi']) d;
-- 63 bytes are a column
select health_score(m, 5), health_sql(m) like '%"' || repeat('ü', 31) || 'x"%' as named from (select format('{"signals": [{"name": "%s", "worst": 0, "best": 10}]}', repeat('ü', 31) || 'x')::healthmodel as m) x;

--
-- 13. health_quartile: p = (below + (ties - 1)/2)/(n - 1)
--
-- 1..5: p = 0, .25, .5, .75, 1
select v, health_quartile(v) over () from generate_series(1, 5) v;
-- ties share a band: 1, 2, 2, 2, 3: p of 2 = (1 + 1)/4 = .5; 1, 1, 2, 3, 4: p of 1 = 0.5/4; 1, 1, 1, 2, 3: p of 1 = 1/4; 1, 1, 1, 1, 5: p of 1 = 1.5/4
select p, array_agg(v order by o) as scores, array_agg(q order by o) as bands from (
	select p, o, v, health_quartile(v) over (partition by p) as q
	from (values (1, array[1, 2, 2, 2, 3]), (2, array[1, 1, 2, 3, 4]), (3, array[1, 1, 1, 2, 3]), (4, array[1, 1, 1, 1, 5]), (5, array[7, 7, 7, 7]), (6, array[1, 2, 3]),
		(7, array[1, 2, 3, null]), (8, array[4, null, 3, 2, null, 1]), (9, array[5]), (10, array[null, null]::int[]), (11, array[1, 1, 2, 2]), (12, array[1, 2, 2, 2])) t (p, a), unnest(a) with ordinality u (v, o)) x
group by p order by p;
-- any order of rows and any window; infinities and NaN are in health_errors
select array_agg(q order by v) from (select v, health_quartile(v) over (order by v desc rows between 1 preceding and current row) as q from generate_series(1, 8) v) x;
select health_quartile(v) over () from (values (-0.0::float8), (0.0), (0.0), (-1e308), (1e308)) t (v);
-- against the definition, over 300 partitions with many ties
select setseed(0.25);
create temp table scored as select p, n, case when random() < 0.1 then null else floor(random() * spread)::float8 end as v
from generate_series(1, 300) p, lateral (select 1 + (p % 4) * (p % 7) * 3 as spread, p % 41 as size) s, generate_series(1, size) n;
create index on scored (p);
select count(*), count(*) filter (where said is distinct from case when v is null or scores < 4 then null
	when (below + (ties - 1) / 2.0) / (scores - 1) >= 0.75 then 'healthy' when (below + (ties - 1) / 2.0) / (scores - 1) <= 0.25 then 'unhealthy' else 'at risk' end) as differ
from (select *, health_quartile(v) over (partition by p) as said from scored) a, lateral
	(select count(b.v) as scores, count(*) filter (where b.v < a.v) as below, count(*) filter (where b.v = a.v) as ties from scored b where b.p = a.p) c;

--
-- 14. health_alert
--
create temp table plain as select model from model where name = 'two';
create function alerts(scores float8[], days int[] default null, m healthmodel default null) returns text[] language sql as $$
	select array_agg(alert order by o) from (
		select o, health_alert(coalesce(m, model), score, date '2026-01-01' + coalesce(days[o], o::int)) over (order by o) as alert
		from plain, unnest(scores) with ordinality s (score, o)) x $$;
-- the first row never alerts; 40 is the edge, hysteresis 3: 38 and 37 stay, 36.9 fell, 42.9 is still there, 43 is out (no text), 36 fell
select alerts(array[41, 38, 37, 36.9, 42.9, 43, 36]);
-- recovered at 73 and not before; falls out of it below 67 (no text: not the lowest)
select alerts(array[50, 70, 72.9, 73, 67, 66.9, 72, 73]);
-- the first score's band is the plain one: 38 is unhealthy, 70 is healthy; 0 is always the lowest band
select alerts(array[38, 36, 38]), alerts(array[70, 67, 71, 80]), alerts(array[2, 0]);
-- from top to bottom at once: fell, though it is a sharp drop too; from the bottom to the top: recovered
select alerts(array[90, 10, 90]);
-- sharp drop: 15 points within 31 days, by any number of steps; told once, then from there anew
select alerts(array[90, 76, 75]), alerts(array[90, 75.1]), alerts(array[90, 86, 82, 78, 74, 70, 66, 62, 58, 44]);
-- however often snapshots are taken: the same days with five more between
select array_remove(alerts(array[95, 90, 85, 81, 80, 79]), null) = array_remove(alerts(array[95, 80, 79], array[1, 5, 6]), null) as same;
-- exactly 31 days are within 31 days, 32 are not: ends of months compare
select alerts(array[90, 75], array[0, 31]), alerts(array[90, 75], array[0, 32]);
select day, health_alert(model, score, day) over (order by day) from plain, (values (date '2026-03-31', 90), ('2026-04-30', 90), ('2026-05-31', 70)) t (day, score);
-- the day counts, not the row before: 90 is forgotten, 80 is not
select alerts(array[90, 80, 70], array[0, 10, 32]), alerts(array[90, 80, 65], array[0, 10, 32]);
-- score lost: once; compared with the last score after that; nothing to lose at the start
select alerts(array[80, null, null, 80, null]), alerts(array[null, 80, null, 60]), alerts(array[null, null]::float8[]);
-- a NULL day is passed over, as is a NULL model
select alert from (select o, health_alert(model, score, day) over (order by o) as alert from plain,
	(values (1, 90, date '2026-01-01'), (2, 10, null), (3, 10, '2026-01-03')) t (o, score, day)) x order by o;
select health_alert(null, 10, day) over (order by day) from (values (date '2026-01-01')) t (day);
-- own bands and limits: one band has no edges; 100 is reached by a band whose start and hysteresis lie beyond
select alerts(array[0, 100, 0], null, '{"signals": [{"name": "a", "worst": 0, "best": 1}], "bands": [{"name": "all", "from": 0}], "alerts": {"drop": 100}}');
select alerts(array[50, 99, 100, 97, 96], null, '{"signals": [{"name": "a", "worst": 0, "best": 1}], "bands": [{"name": "low", "from": 0}, {"name": "top", "from": 99}], "alerts": {"drop": 100}}');
select alerts(array[50, 49.9, 50, 40, 39], null, '{"signals": [{"name": "a", "worst": 0, "best": 1}], "bands": [{"name": "low", "from": 0}, {"name": "high", "from": 50}], "alerts": {"drop": 10, "within_days": 1, "hysteresis": 0}}');
-- another model: no drop from 99 to 80, nor to 70 (the drop counts from 80), though 64 is one
create function model_of(title text, bands text default '[{"name": "low", "from": 0}, {"name": "mid", "from": 40}, {"name": "high", "from": 70}]') returns healthmodel language sql as $$
	select format('{"title": "%s", "signals": [{"name": "a", "worst": 0, "best": 1}], "bands": %s}', title, bands)::healthmodel $$;
create function alerts_by_model(models healthmodel[], scores float8[]) returns text[] language sql as $$
	select array_agg(alert order by o) from (select o, health_alert(m, score, date '2026-01-01' + o::int) over (order by o) as alert
		from unnest(models, scores) with ordinality t (m, score, o)) x $$;
select alerts_by_model(array[model_of('a'), model_of('b'), model_of('b'), model_of('b')], array[99, 80, 70, 64]);
-- a worse band is told by its name, the same or a better one is not; without hysteresis: 39 and 41 are what they are
select alerts_by_model(array[model_of('a'), model_of('b'), model_of('a'), model_of('b'), model_of('a')], array[70, 69, 39, 41, 100]);
-- after a NULL score the model of the last score counts, not that of the row without one; a loss is told first
select alerts_by_model(array[model_of('a'), model_of('b'), model_of('a')], array[90, null, 74]), alerts_by_model(array[model_of('a'), model_of('a'), model_of('b')], array[90, null, 30]);
-- other bands are compared by their names, then by their place: mid of three is no worse than the third of four called mid;
-- poor, the second of four (1/3), is worse than mid, the second of three (1/2), and mid is better; with one band nothing is worse
select alerts_by_model(array[model_of('a', '[{"name": "bad", "from": 0}, {"name": "poor", "from": 20}, {"name": "mid", "from": 50}, {"name": "top", "from": 90}]'), model_of('b')], array[60, 60]) as same_name,
	alerts_by_model(array[model_of('b'), model_of('a', '[{"name": "bad", "from": 0}, {"name": "poor", "from": 20}, {"name": "fair", "from": 70}, {"name": "top", "from": 90}]'), model_of('b')], array[60, 60, 60]) as place,
	alerts_by_model(array[model_of('b'), model_of('a', '[{"name": "all", "from": 0}]'), model_of('b')], array[60, 1, 1]) as one_band;
-- partitions are apart
select c, day, health_alert(model, score, day) over (partition by c order by day) from plain, (values (1, date '2026-01-01', 90), (1, '2026-01-02', 60), (2, '2026-01-01', 60), (2, '2026-01-02', 59)) t (c, day, score) order by c, day;
-- 2,000 days falling by 0.01: the queue grows and is walked round
select count(*) as days, count(alert) as alerts, min(day) filter (where alert is not null) - date '2026-01-01' as first from (
	select day, health_alert(model, 90 - 0.01 * d, day) over (order by day) as alert from plain,
	lateral (select d, date '2026-01-01' + d as day from generate_series(0, 1999) d) t) x;
select count(alert) from (select health_alert('{"signals": [{"name": "a", "worst": 0, "best": 1}], "alerts": {"drop": 15, "within_days": 5000, "hysteresis": 0}}', 90 - 0.01 * d, date '2026-01-01' + d) over (order by d) as alert from generate_series(0, 1999) d) x;

--
-- 15. The same answer from a record, jsonb, by position and from an array, whatever the types
--
create type mood as enum ('bad', 'fine', 'bad ');
create domain whole as int check (value >= 0);
create domain word as varchar(20);
create domain feeling as mood;
create table typed (dropped_1 text, i2 int2, dropped_2 int, i4 int4, i8 int8, f4 float4, f8 float8, num numeric, b bool, d whole, t text, vc varchar(9), ch char(9), e mood, n name, w word, fe feeling, day date, unused json);
alter table typed drop column dropped_1, drop column dropped_2;
insert into typed values (3, 4, 5, 1.5, 2.5, 3.25, true, 6, 'fine', 'fine', 'fine', 'fine', 'fine', 'fine', 'fine', '2026-06-01', '{}'), (-3, -4, -5, -1.5, -2.5, -3.25, false, 0, 'bad', 'bad', 'bad', 'bad', 'bad', 'bad', 'bad', null, null), (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
-- a column added later is NULL or its default in older rows
alter table typed add column late float8, add column late_default numeric default 7.5;
update typed set late = 2 where i2 = 3;
create temp table numbers as select format('{"signals": [%s]}', string_agg(format('{"name": "%s", "weight": %s, "worst": -10, "best": 10}', c, w), ',' order by w))::healthmodel as model,
	format('{"signals": [%s]}', string_agg(format('{"name": "%s", "weight": %s, "worst": -10, "best": 10}', c, w), ',' order by w desc))::healthmodel as turned
from (values ('i2', 1), ('i4', 2.5), ('i8', 3), ('f4', 4), ('f8', 5), ('num', 6), ('b', 7), ('d', 8), ('late', 9), ('late_default', 10)) s (c, w);
-- first row: 65, 70, 75, 57.5, 62.5, 66.25, 55, 80, 60, 87.5 by weight: 65 + 175 + 225 + 230 + 312.5 + 397.5 + 385 + 640 + 540 + 875 = 3845 over 55.5 = 69.2793
-- second: 35, 30, 25, 42.5, 37.5, 33.75, 50, 50, -, 87.5: 35 + 75 + 75 + 170 + 187.5 + 202.5 + 350 + 400 + 875 = 2370 over 46.5 = 50.9677; third: 87.5
select round(health_score(model, y)::numeric, 4) as record, health_score(model, y) = health_score(model, to_jsonb(y)) as jsonb, health_score(model, y) = health_score(model, i2, i4, i8, f4, f8, num, b, d, late, late_default) as position,
	health_score(model, y) = health_score(model, array[i2, i4, i8, f4, f8, num, b::int, d, late, late_default]::float8[]) as "array",
	abs(health_score(model, y) - health_score(turned, y)) < 1e-9 as other_order
from numbers, typed y;
select c as column, (select array_agg(health_score(format('{"signals": [{"name": "%s", "values": {"bad": 10, "fine": 80}}]}', c)::healthmodel, y)) from typed y) as scores
from unnest(array['t', 'vc', 'ch', 'e', 'n', 'w', 'fe']) c;
-- trailing spaces belong to a text and to an enum's label, not to character(n)
select health_score('{"signals": [{"name": "x", "values": {"bad": 10, "bad ": 90}}]}', r) from (select mood 'bad ' as x) r;
select health_score('{"signals": [{"name": "x", "values": {"bad": 10, "bad ": 90}}]}', r) from (select text 'bad ' as x) r;
select health_score('{"signals": [{"name": "x", "values": {"bad": 10, "bad ": 90}}]}', r) from (select char(9) 'bad ' as x) r;
-- numbers of jsonb and numeric are read as PostgreSQL reads them
select setseed(0.5);
select count(*), count(*) filter (where health_score(m, r) is distinct from scale_score(x::float8, -1e6, 1e6)) as record_differs,
	count(*) filter (where health_score(m, to_jsonb(r)) is distinct from scale_score(x::float8, -1e6, 1e6)) as jsonb_differs
from (select '{"signals": [{"name": "x", "worst": -1e6, "best": 1e6}]}'::healthmodel as m) m,
	(select ((random() - 0.5) * 2 * 10 ^ (n % 7))::numeric * (10::numeric ^ -(n % 25)) as x from generate_series(1, 3000) n
	 union all values (0), (0.0), (-0.1), (9007199254740993), (9007199254740992.5), (1e-300), (123456789.123456789123456789), (1e22), (-1e300)) r;

-- whole numbers of 16 digits beyond 2^53, also with decimals behind them: rounded once
select count(*), count(*) filter (where (select value from health_explain(m, r))::float8 is distinct from x::float8) as record_differs,
	count(*) filter (where (select value from health_explain(m, to_jsonb(r)))::float8 is distinct from x::float8) as jsonb_differs
from (select '{"signals": [{"name": "x", "worst": 0, "best": 1}]}'::healthmodel as m) m,
	(select (9007199254740993 + 314159265358 * n) * 10::numeric ^ p as x from generate_series(0, 999) n, unnest(array[0, -4, -8, 4]) p) r;

--
-- 16. Records of every kind
--
create view two_columns as select i4 as a, f8 as b, day from typed;
create type pair as (a int, b numeric);
create function pairs() returns setof pair language sql as $$ values (10, 5.0), (4, null) $$;
create function made(out a int, out b int) language sql as $$ select 10, 5 $$;
create domain pair_domain as pair;
select health_score(model, v) as view from model, two_columns v where name = 'two' limit 1;
select health_score(model, p) as function from model, pairs() p where name = 'two';
select health_score(model, made()) as out_parameters from model where name = 'two';
select health_score(model, row(10, 5)::pair) as "row", health_score(model, row(null, null)::pair) as row_of_nulls, health_score(model, null::pair) as no_row, health_score(model, row(10, 5)::pair::pair_domain) as domain from model where name = 'two';
select health_score('{"signals": [{"name": "f1", "worst": 0, "best": 10}, {"name": "f2", "worst": 0, "best": 10}]}', row(10, 5)) as anonymous;
select health_score(model, r) as subquery from model, (select 5 as b, 'x' as other, 10 as a) r where name = 'two';
select health_score(model, r) as unordered from model, (select b, a from (values (10, 5)) v (a, b) order by 1 offset 0) r where name = 'two';
-- a join with names twice that the model does not use
select health_score(model, r) as joined from model, (select * from (values (1, 10)) x (id, a) join (values (1, 5)) y (id, b) on x.id = y.id) r where name = 'two';
-- stored rows that are older than their type
create table holds (p pair);
insert into holds values (row(10, 5));
alter type pair add attribute c int;
insert into holds values (row(10, 5, 2));
select p, health_score('{"signals": [{"name": "a", "worst": 0, "best": 10}, {"name": "c", "worst": 0, "best": 10}]}', p) from holds;
alter type pair drop attribute b;
select p, health_score('{"signals": [{"name": "a", "worst": 0, "best": 10}, {"name": "c", "worst": 0, "best": 10}]}', p) from holds;
-- a column of a table whose rows are compressed and kept outside
create table wide (a int, pad text, b int);
alter table wide alter pad set storage external;
insert into wide values (10, repeat('x', 10000), 5);
select health_score(model, w) from model, wide w where name = 'two';
-- partitions whose columns lie in another order
create table parted (k int, a int, b int) partition by list (k);
create table part_1 partition of parted for values in (1);
create table part_2 (b int, junk int, a int, k int);
alter table part_2 drop column junk;
alter table parted attach partition part_2 for values in (2);
insert into parted values (1, 10, 5), (2, 10, 5);
select k, health_score(model, p) from model, parted p where name = 'two' order by k;
-- inheritance: rows of children are read as rows of the parent
create table child (extra text) inherits (wide);
insert into child values (4, 'p', 8, 'x');
select health_score(model, w) from model, wide w where name = 'two' order by 1;

-- A prepared statement, a cached plan and a loop outlive changes of the row type.
create table changing (a int, b int);
insert into changing values (10, 5);
prepare score as select health_score(model, c) from model, changing c where name = 'two';
execute score;
alter table changing drop column a, add column a numeric default 4;
execute score;
alter table changing alter b type float8 using b + 3;
execute score;
alter table changing rename b to other;
execute score;
alter table changing rename other to b;
execute score;
create function loop_score() returns setof text language plpgsql set client_min_messages = warning as $$
declare m healthmodel; r record; begin
	for i in 1..8 loop
		m := format('{"signals": [{"name": "%s", "worst": 0, "best": 10}]}', case when i % 2 = 0 then 'a' else 'b' end);
		case i % 4
			when 0 then select 1 as a, 2 as b into r;
			when 1 then select 3 as b, 4 as a into r;
			when 2 then select 5.5::numeric as a, true as b into r;
			else select * into r from changing;
		end case;
		return next i || ': ' || health_score(m, r) || ' ' || health_score(m, to_jsonb(r)) || ' ' || health_coverage(m, r);
		if i = 5 then
			alter table changing drop column if exists c, drop column b;
			alter table changing add column c int, add column b int default 9;
		end if;
	end loop;
end $$;
select * from loop_score();
select * from loop_score();

-- a row type that changes while one call site meets its rows
create table turning (a int, b int);
insert into turning values (10, 5);
create function turning_score() returns setof float8 language plpgsql set client_min_messages = warning as $$
declare t turning; m healthmodel := '{"signals": [{"name": "a", "weight": 3, "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}'; begin
	for i in 1..4 loop
		select * into t from turning;
		return next health_score(m, t);
		if i = 2 then
			alter table turning drop column a, add column a numeric default 4;
		end if;
	end loop;
end $$;
select * from turning_score();
-- rows of two tables whose columns lie in another order, on one call site
create table there (b float8, a int);
insert into there values (4, 8);
create function here_or_there(i int) returns record language plpgsql as $$
declare h turning; t there; begin
	select * into h from turning;
	select * into t from there;
	if i % 2 = 0 then return h; else return t; end if;
end $$;
select i, health_score(model, here_or_there(i)) from model, generate_series(1, 4) i where name = 'two' order by i;

--
-- 17. Many models, small and large, on one call site
--
-- 40 models, one of which fits: more than a call site keeps.  The score of stage i is i * 100/40.
create table stage (id int primary key, model healthmodel);
insert into stage select i, format('{"signals": [{"name": "%s", "worst": 0, "best": 40}, {"name": "d", "weight": 0, "worst": 0, "best": 1, "at": "day"}]}', (array['a', 'b', 'c'])[i % 3 + 1])::healthmodel from generate_series(1, 40) i;
create temp table many as select n as id, n % 40 + 1 as stage, n % 40 + 1 as a, (n % 40 + 1)::numeric as b, (n % 40 + 1)::float8 as c, 1 as d, date '2026-01-01' as day from generate_series(1, 4000) n;
select count(*), count(*) filter (where health_score(model, t, '2026-01-02') <> stage * 100.0 / 40) as record_differs,
	count(*) filter (where health_score(model, to_jsonb(t), '2026-01-02') <> stage * 100.0 / 40) as jsonb_differs
from many t join stage on stage.id = stage;
-- 17 models large enough to be compressed, and 17 kept outside of their rows
create table large (id int, kind text, model healthmodel);
alter table large alter model set storage main;
insert into large select i, 'compressed', jsonb_build_object('note', repeat('words ', 3000) || i, 'signals', jsonb_build_array(jsonb_build_object('name', 'a', 'worst', 0, 'best', i)))::healthmodel from generate_series(1, 17) i;
alter table large alter model set storage external;
insert into large select id, 'outside', model from large;
select kind, bool_and(pg_column_size(model) < 2000) as is_small, count(*) from large group by kind order by kind;
select kind, count(*), count(*) filter (where health_score(model, t) <> 100.0 / id) as record_differs, count(*) filter (where health_score(model, 1) <> 100.0 / id) as position_differs,
	count(distinct model) as models, count(*) filter (where health_score(model, t) <> (select sum(contribution) from health_explain(model, t))) as explain_differs
from (select g, l.id, kind, model from generate_series(1, 20) g, large l order by g, l.id offset 0) l, (select 1 as a) t group by kind order by kind;
-- more signals than fit on the stack, and the most that are allowed: all at 50, then one at 100
select n, health_score(m, array_fill(5::float8, array[n])) as same, round(health_score(m, array_fill(5::float8, array[n - 1]) || 10::float8)::numeric, 6) as one_better, pg_column_size(m) > 10000 as large
from unnest(array[32, 33, 1000]) n, lateral (select jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', 's' || i, 'worst', 0, 'best', 10)))::healthmodel as m from generate_series(1, n) i) x;
select n, health_score(m, (select jsonb_object_agg('s' || i, 5) from generate_series(1, n) i)), health_coverage(m, (select jsonb_object_agg('s' || i, 5) from generate_series(1, n / 2) i))
from unnest(array[32, 33, 1000]) n, lateral (select jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', 's' || i, 'worst', 0, 'best', 10)))::healthmodel as m from generate_series(1, n) i) x;
-- two models with other signals of the same size over one row type, and over two row types
select array_agg(health_score(m, r) order by id) as scores, array_agg(health_score(m, q) order by id) as of_other_columns, array_agg(health_coverage(m, r) order by id) as coverage
from (values (1, '{"signals": [{"name": "a", "worst": 0, "best": 10}]}'::healthmodel), (2, '{"signals": [{"name": "b", "worst": 0, "best": 10}]}'), (3, '{"signals": [{"name": "a", "worst": 0, "best": 10}]}')) v (id, m),
	(select 10::float8 as a, 0::float8 as b) r, (select 0::int as b, 'x' as c, 10::numeric as a) q;
-- 200 models in turns; more than are kept: 60 of 300 kB each, in turns too
select count(*), count(*) filter (where health_score(m, r) <> i % 40 * 2.5) as differ
from (select i, format('{"title": "%s", "signals": [{"name": "%s", "worst": 0, "best": 40}]}', i, case when i % 2 = 0 then 'a' else 'b' end)::healthmodel as m from generate_series(1, 200) i) m,
	generate_series(1, 3) g, lateral (select (i % 40)::float8 as a, i % 40 as b offset 0) r;
create table huge (i int, m healthmodel);
insert into huge select i, format('{"note": "%s", "title": "%s", "signals": [{"name": "%s", "worst": 0, "best": 40}]}', repeat('n', 300000), i, case when i % 2 = 0 then 'a' else 'b' end)::healthmodel from generate_series(1, 60) i;
select count(*), count(*) filter (where health_score(m, r) <> i % 40 * 2.5) as differ, count(*) filter (where health_score(m, i % 40) <> i % 40 * 2.5) as position_differs
from (select g, i, m from generate_series(1, 3) g, huge order by g, i offset 0) h, lateral (select i % 40 as a, (i % 40)::numeric as b offset 0) r;
-- with models in turns on both sides of a change
select count(*), count(*) filter (where round(points::numeric, 9) is distinct from (y.i % 40 - x.i % 40) * 2.5) as differ
from (select i, m, i % 40 as a, i % 40 as b from huge where i < 20) x, (select i, m, i % 40 as a, i % 40 as b from huge where i > 40) y,
	lateral (select coalesce(sum(points), 0) as points from health_change(x.m, x, null, y.m, y, null)) c;
-- a constant model is read once, whatever the rows are
select count(distinct health_score('{"signals": [{"name": "a", "worst": 0, "best": 40}]}', t)) as constant, count(distinct health_score(s.model, t)) as from_a_table
from many t, (select '{"signals": [{"name": "a", "worst": 0, "best": 40}]}'::healthmodel as model offset 0) s;
-- generic and custom plans of one statement
prepare by_model(healthmodel) as select sum(health_score($1, t)) from many t;
execute by_model('{"signals": [{"name": "a", "worst": 0, "best": 40}]}');
set plan_cache_mode = force_generic_plan;
execute by_model('{"signals": [{"name": "b", "worst": 0, "best": 40}]}');
execute by_model('{"signals": [{"name": "d", "worst": 0, "best": 2}]}');
reset plan_cache_mode;

-- Parallel workers give the same sum, in the same plan shape.
create table big as select n as id, n % 40 + 1 as stage, (n * 7919) % 1000 / 10.0 as a, ((n * 104729) % 1000)::int as b, n % 97 as c, n % 2 = 0 as d, date '2026-01-01' - n % 400 as day from generate_series(1, 6000) n;
set max_parallel_workers_per_gather = 0;
create temp table serial as select x.id, health_score(model, x, '2026-01-01') as score, health_drivers(model, x, '2026-01-01') as drivers from big x join stage on stage.id = stage;
set max_parallel_workers_per_gather = 2;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
set max_parallel_workers = 8;
analyze big;
explain (costs off) select count(*), min(health_score('{"signals": [{"name": "a", "worst": 0, "best": 40}]}', x)) from big x;
create table parallel as select x.id, health_score(model, x, '2026-01-01') as score, health_drivers(model, x, '2026-01-01') as drivers from big x join stage on stage.id = stage;
reset max_parallel_workers_per_gather;
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;
reset max_parallel_workers;
select count(*), count(*) filter (where s is distinct from p) as differ from serial s full join parallel p using (id);

--
-- 18. The type: text, json, jsonb, binary; equality, order, hash
--
select m::text from (values (healthmodel '{"signals":[{"best":20.50,"worst":0.0,"name":"a","weight":1e1}], "note" : "a \u00e9 \" \\ \n"}')) t (m);
select name, model::text::healthmodel = model as text, model::text::json::healthmodel = model as json, model::text::jsonb::healthmodel = model as jsonb, model::jsonb::healthmodel = model as cast, model::json::healthmodel = model as to_json,
	model::jsonb = model::text::jsonb as same_jsonb from model order by name;
-- numbers and spaces may be written in several ways; one model has one form
select count(distinct m) as models, count(distinct md5(healthmodel_send(m))) as forms from (values
	(healthmodel '{"signals":[{"name":"a","worst":0,"best":20}]}'), ('{ "signals" : [ { "best" : 20.0 , "worst" : -0.0, "name" : "\u0061" } ] }'), ('{"signals": [{"name": "a", "worst": 0e5, "best": 2e1}]}'),
	('{"signals": [{"name": "x", "name": "a", "worst": 0, "best": 20}]}')) t (m);
-- assignment casts from json and jsonb, explicit ones to them
create temp table assigned (m healthmodel);
insert into assigned values (jsonb '{"signals": [{"name": "a", "worst": 0, "best": 20}]}'), (json '{"signals": [{"name": "a", "worst": 0, "best": 20.0}]}');
select count(distinct m), min(m::text) from assigned;
-- operators, DISTINCT, GROUP BY, ORDER BY, joins by hash and merge, an index
select a.m = b.m as eq, a.m <> b.m as ne, a.m < b.m as lt, a.m <= b.m as le, a.m > b.m as gt, a.m >= b.m as ge, healthmodel_cmp(a.m, b.m) as cmp,
	healthmodel_hash(a.m) = healthmodel_hash(b.m) as hash, healthmodel_hash_extended(a.m, 7) = healthmodel_hash_extended(b.m, 7) as hash_extended
from assigned a, assigned b limit 1;
select count(*) from (select distinct model from (select model from model union all select model from model) x) y;
select count(*), sum(n) from (select model, count(*) as n from (select model from model union all select model from model) x group by model) y;
select bool_and(healthmodel_cmp(a.model, b.model) = -healthmodel_cmp(b.model, a.model) and (a.model < b.model) = (healthmodel_cmp(a.model, b.model) < 0)) as total_order from model a, model b;
set enable_mergejoin = off;
set enable_nestloop = off;
explain (costs off) select count(*) from model a join model b using (model);
select count(*) from model a join model b using (model);
reset enable_mergejoin;
set enable_hashjoin = off;
select count(*) from model a join model b using (model);
reset enable_hashjoin;
reset enable_nestloop;
create unique index on model (model);
create index on model using hash (model);
set enable_seqscan = off;
select name from model where model = (select model from model where name = 'limits');
reset enable_seqscan;
select null::healthmodel is distinct from model as differs from model where name = 'two';
-- COPY, text and binary, there and back
\getenv abs_builddir PG_ABS_BUILDDIR
\set there '\\copy model to ''' :abs_builddir '/results/health.copy'' (format binary)'
\set back '\\copy copied from ''' :abs_builddir '/results/health.copy'' (format binary)'
create table copied (like model);
:there
:back
\set there '\\copy large (model) to ''' :abs_builddir '/results/health.copy'''
\set back '\\copy copied_text from ''' :abs_builddir '/results/health.copy'''
create table copied_text (model healthmodel);
:there
:back
select count(*), count(*) filter (where model.model <> copied.model or md5(healthmodel_send(model.model)) <> md5(healthmodel_send(copied.model))) as differ from model join copied using (name);
select count(*), count(distinct model) from copied_text;
-- the binary form is a version and the text
select name, get_byte(healthmodel_send(model), 0) as version, convert_from(substr(healthmodel_send(model), 2), 'UTF8') = model::text as text from model order by name limit 1;

--
-- 19. No setting changes an answer
--
create temp table answers as select 1 as run, c.id, health_score(model, c, '2026-07-01')::text, e.*::text as explained, health_drivers(model, c, '2026-07-01'), (select string_agg(r::text, ',') from health_review(model) r) as review, model::text as model
	from model, customer c, health_explain(model, c, '2026-07-01') e where name = 'saas';
set datestyle = 'German, DMY';
set intervalstyle = 'sql_standard';
set timezone = 'Pacific/Kiritimati';
set bytea_output = 'escape';
set lc_numeric = 'C';
set standard_conforming_strings = off;
set search_path = pg_catalog;
insert into pg_temp.answers select 2, c.id, public.health_score(model, c, '2026-07-01')::text, e.*::text, public.health_drivers(model, c, '2026-07-01'), (select string_agg(r::text, ',') from public.health_review(model) r), model::text
	from health_test.model, health_test.customer c, public.health_explain(model, c, '2026-07-01') e where name = 'saas';
select public.health_score('{"signals": [{"name": "a", "worst": 0, "best": 10, "at": "d"}]}', '{"a": 5, "d": "2026-02-01"}'::pg_catalog.jsonb, '2026-02-01'::pg_catalog.date) as year_month_day;
reset datestyle; reset intervalstyle; reset timezone; reset bytea_output; reset lc_numeric; reset standard_conforming_strings;
set extra_float_digits = -10;
set search_path = health_test, public;
-- what the functions themselves write: values, drivers, rules
insert into answers select 3, c.id, null, null, health_drivers(model, c, '2026-07-01'), (select string_agg(concat_ws('|', signal, rule, when_missing), ',') from health_review(model) r), model::text from model, customer c where name = 'saas';
set extra_float_digits = 3;
insert into answers select 4, c.id, null, null, health_drivers(model, c, '2026-07-01'), (select string_agg(concat_ws('|', signal, rule, when_missing), ',') from health_review(model) r), model::text from model, customer c where name = 'saas';
reset extra_float_digits;
select run, count(*), count(distinct (health_drivers, review, model, id)) as rows from answers group by run order by run;
select count(*) as from_one_to_two from (select id, health_score, explained, health_drivers, review, model from answers where run = 1 except select id, health_score, explained, health_drivers, review, model from answers where run = 2) x;
select count(*) as from_three_to_four from (select id, health_drivers, review, model from answers where run = 3 except select id, health_drivers, review, model from answers where run = 4) x;
-- a small work_mem: the rows of set-returning functions and windows go to disk
set work_mem = '64kB';
select count(*), round(sum(contribution)::numeric, 3) as contributions, round((select sum(health_score(model, x)) from big x, plain)::numeric, 3) as scores from plain, big x, health_explain(model, x);
select q, count(*) from (select health_quartile(a) over () as q from big) x group by q order by q;
reset work_mem;
-- no index, no cache: an expression index over a score is kept up to date
create index on big (health_score('{"signals": [{"name": "a", "worst": 0, "best": 100}]}'::healthmodel, a::float8));
set enable_seqscan = off;
select count(*) from big where health_score('{"signals": [{"name": "a", "worst": 0, "best": 100}]}'::healthmodel, a::float8) > 90;
set enable_seqscan = on;
set enable_indexscan = off;
set enable_bitmapscan = off;
select count(*) from big where health_score('{"signals": [{"name": "a", "worst": 0, "best": 100}]}'::healthmodel, a::float8) > 90;

-- Weights 0.1, 0.2 and 0.3 do not add up to 0.6 in binary, so that 70 from all three
-- is 70 less a last bit; it is 70 all the same for bands and alerts.
with m(model) as (values ('{"signals": [{"name": "a", "weight": 0.1, "worst": 0, "best": 100}, {"name": "b", "weight": 0.2, "worst": 0, "best": 100}, {"name": "c", "weight": 0.3, "worst": 0, "best": 100}]}'::healthmodel))
select x, health_band(model, health_score(model, x, x, x)) as band, health_band(model, x - 0.001) as below
from m, unnest('{40,70,100}'::float8[]) as x;
select health_band(m, 100.00000000000001), health_color(m, -1e-12) from (values ('{"signals": [{"name": "a", "worst": 0, "best": 100}]}'::healthmodel)) as v(m);

-- a row that is older than its columns, as OLD of a trigger has it, has their defaults: (1 of 10) 10 and 100 are 55
create table older (id int, a float8);
insert into older values (1, 1);
alter table older add column b float8 default 10, add column c text default 'gold';
create table seen (score float8, change text);
create function see() returns trigger language plpgsql as $$
declare m healthmodel = '{"signals": [{"name": "a", "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}';
begin
  insert into seen values (health_score(m, old), health_change_text(m, old, new)),
    (health_score('{"signals": [{"name": "c", "values": {"gold": 80}, "otherwise": 0}]}', old), null);
  return null;
end $$;
create trigger see after update on older for each row execute function see();
update older set a = a;
table seen;

set client_min_messages = warning;
drop schema health_test cascade;
