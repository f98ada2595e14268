\set ECHO none
-- health against the oracle: the same answers from the C code and from
-- test/oracle/health.sql, over 2,500 random models with two rows each.
--
-- CHS_SEED=n in the environment tries other data; CHS_ORACLE_ROWS=n another
-- number of models.  When an answer differs, its first seeds are printed with
-- both answers; oracle.triple(seed) gives the model and rows to try by hand.
\set QUIET on
set client_min_messages = warning;
set jit = off;
set plan_cache_mode = force_generic_plan;
\getenv abs_srcdir PG_ABS_SRCDIR
\set f :abs_srcdir '/oracle/health.sql'
\i :f
create extension if not exists chs;
reset client_min_messages;

\set seed 20260101
\set rows 2500
\getenv seed CHS_SEED
\getenv rows CHS_ORACLE_ROWS
select :seed as seed, :rows as models;

create temp table result (ord int generated always as identity, check_name text, compared bigint, mismatches bigint);
create temp table mismatch (check_name text, seed int, chs text, oracle text);

create function pg_temp.same(a float8, b float8) returns boolean language sql immutable as
$$ select coalesce(abs(a - b) <= 1e-9, a is null and b is null) $$;

--
-- 1. The oracle itself, on rows computed by hand
--

-- The example model of the documentation.
create temp table example as select jsonb '{"signals": [
	{"name": "logins_30d", "weight": 25, "worst": 0, "best": 20},
	{"name": "adoption", "weight": 15, "curve": [[0,0],[0.3,40],[0.8,100]]},
	{"name": "sentiment", "weight": 10, "values": {"negative": 0, "neutral": 50, "positive": 100}},
	{"name": "nps", "weight": 10, "worst": 0, "best": 10, "missing": "neutral"},
	{"name": "open_tickets", "weight": 15, "steps": [[0,100],[1,80],[3,40],[6,0]]},
	{"name": "days_overdue", "weight": 15, "worst": 60, "best": 0},
	{"name": "pulse", "weight": 10, "worst": 1, "best": 5, "at": "pulse_on", "half_life_days": 45, "expires_after_days": 90}],
	"missing": "skip", "min_coverage": 50,
	"caps": [{"signal": "days_overdue", "above": 60, "score": 30, "reason": "invoice over 60 days late"}]}' as m,
	-- pulse is 45 days old: weight 5.  Weight times score:
	-- 25*50 + 15*70 + 10*100 + 10*90 + 15*80 + 15*100 + 5*50 = 7150, over 95
	jsonb '{"logins_30d": 10, "adoption": 0.55, "sentiment": "positive", "nps": 9, "open_tickets": 2, "days_overdue": 0,
			"pulse": 3, "pulse_on": "2026-05-17"}' as a,
	-- no NPS: 50 points of full weight; pulse is 91 days old: stale; 75 days late: capped
	-- 25*100 + 15*100 + 10*0 + 10*50 + 15*0 + 15*0 = 4500, over 90, is 50, capped at 30; 80 of 100 is present
	jsonb '{"logins_30d": 20, "adoption": 0.9, "sentiment": "negative", "nps": null, "open_tickets": 6, "days_overdue": 75,
			"pulse": 5, "pulse_on": "2026-04-01"}' as b,
	-- logins and nps only: 35 of 100, below 50
	jsonb '{"logins_30d": 20, "nps": 10}' as c,
	date '2026-07-01' as d;

create temp table by_hand (what text, said float8, expected float8);
insert into by_hand
select 'A score', oracle.health_score(m, a, d), 7150 / 95.0 from example union all
select 'A coverage', oracle.health_coverage(m, a, d), 95 from example union all
select 'A pulse weight', (select weight from oracle.health_explain(m, a, d) where signal = 'pulse'), 500 / 95.0 from example union all
select 'A pulse lost', (select points_lost from oracle.health_explain(m, a, d) where signal = 'pulse'), 250 / 95.0 from example union all
select 'B score', oracle.health_score(m, b, d), 30 from example union all
select 'B coverage', oracle.health_coverage(m, b, d), 80 from example union all
select 'B nps', (select contribution from oracle.health_explain(m, b, d) where signal = 'nps'), 50 * 10 / 90.0 from example union all
select 'B cap', (select contribution from oracle.health_explain(m, b, d) where status = 'capped'), -20 from example union all
select 'B stale', (select count(*) from oracle.health_explain(m, b, d) where status = 'stale' and signal = 'pulse'), 1 from example union all
select 'B a day earlier', (select count(*) from oracle.health_explain(m, b, d - 1) where status = 'stale'), 0 from example union all
select 'B 60 days late', oracle.health_score(m, b || '{"days_overdue": 60}', d), 50 from example union all
select 'C score', oracle.health_score(m, c, d), null from example union all
select 'C coverage', oracle.health_coverage(m, c, d), 35 from example union all
select 'C logins weight', (select weight from oracle.health_explain(m, c, d) where ord = 1), 100 * 25 / 35.0 from example union all
select 'nothing', oracle.health_score(m, '{}', d), null from example union all
select 'A to B', (select sum(points) from oracle.health_change(m, a, d, m, b, d)), 30 - 7150 / 95.0 from example union all
select 'A to B logins', (select points from oracle.health_change(m, a, d, m, b, d) where signal = 'logins_30d' and cause = 'value'), 1250 / 95.0 from example union all
-- c = (7150 - 2000) / 95: what A would score with B's values
select 'A to B pulse', (select points from oracle.health_change(m, a, d, m, b, d) where signal = 'pulse'), - 5 / 95.0 * (50 - 5150 / 95.0) from example union all
select 'A to B cap', (select points from oracle.health_change(m, a, d, m, b, d) where cause = 'cap'), -20 from example union all
select 'A to C', (select count(*) from oracle.health_change(m, a, d, m, c, d) where points is null and cause = 'coverage'), 7 from example;

-- Single rules: at, between, below and above the points.
insert into by_hand
select 'rule ' || s::text || ' ' || v::text, oracle.signal_score(s, v), e
from (values
	('{"worst": 0, "best": 20}'::jsonb, '5'::jsonb, 25.0), ('{"worst": 60, "best": 0}', '15', 75), ('{"worst": 60, "best": 0}', '90', 0),
	('{"worst": 0, "best": 1}', 'true', 100), ('{"worst": 0, "best": 20}', '-1', 0), ('{"worst": 0, "best": 20}', '21', 100),
	('{"curve": [[0,0],[0.3,40],[0.8,100]]}', '-1', 0), ('{"curve": [[0,0],[0.3,40],[0.8,100]]}', '0.15', 20),
	('{"curve": [[0,0],[0.3,40],[0.8,100]]}', '0.3', 40), ('{"curve": [[0,0],[0.3,40],[0.8,100]]}', '9', 100), ('{"curve": [[7,33]]}', '1', 33),
	('{"steps": [[0,100],[1,80],[3,40],[6,0]]}', '-2', 100), ('{"steps": [[0,100],[1,80],[3,40],[6,0]]}', '0.99', 100),
	('{"steps": [[0,100],[1,80],[3,40],[6,0]]}', '1', 80), ('{"steps": [[0,100],[1,80],[3,40],[6,0]]}', '5.5', 40),
	('{"steps": [[0,100],[1,80],[3,40],[6,0]]}', '6', 0), ('{"values": {"no": 12.5}}', '"no"', 12.5)) t(s, v, e);

-- Points: 50 + min(6*5, 20) - 10 = 60; 50 + 20 - 90 is clamped to 0; a floor
-- of 15 lifts that; a cap beats the floor; nothing known is NULL, not 50.
with p(m) as (select jsonb '{"method": "points", "base": 50, "signals": [{"name": "reviews", "points": 5, "max": 20},
	{"name": "complaints", "points": -10}]}'),
l(m) as (select m || '{"floors": [{"signal": "complaints", "above": 5, "score": 10}, {"signal": "reviews", "above": 5, "score": 15}]}' from p),
k(m) as (select m || '{"caps": [{"signal": "complaints", "above": 8, "score": 12}]}' from l)
insert into by_hand
select 'points', oracle.health_score(m, '{"reviews": 6, "complaints": 1}', null), 60 from p union all
select 'points, one', oracle.health_score(m, '{"complaints": 1}', null), 40 from p union all
select 'points, none', oracle.health_score(m, '{}', null), null from p union all
select 'points, clamped', oracle.health_score(m, '{"reviews": 6, "complaints": 9}', null), 0 from p union all
select 'clamp row', (select contribution from oracle.health_explain(m, '{"reviews": 6, "complaints": 9}', null) where signal = 'clamp'), 20 from p union all
select 'floor', oracle.health_score(m, '{"reviews": 6, "complaints": 9}', null), 15 from l union all
select 'floor row', (select contribution from oracle.health_explain(m, '{"reviews": 6, "complaints": 9}', null) where signal = 'reviews' and status = 'capped'), 15 from l union all
select 'cap beats floor', oracle.health_score(m, '{"reviews": 6, "complaints": 9}', null), 12 from k union all
select 'cap row', (select contribution from oracle.health_explain(m, '{"reviews": 6, "complaints": 9}', null) where signal = 'complaints' and status = 'capped'), -3 from k union all
-- reviews 30 -> 20 is max both times: 0; complaints -10 -> -90: -80; clamp 20; floor 15
select 'points change', (select sum(points) from oracle.health_change(m, '{"reviews": 6, "complaints": 1}', null, m, '{"reviews": 7, "complaints": 9}', null)), 15 - 60 from l union all
select 'points change, value', (select points from oracle.health_change(m, '{"reviews": 6, "complaints": 1}', null, m, '{"reviews": 7, "complaints": 9}', null) where cause = 'value'), -80 from l;

-- Groups: usage is (3*100 + 1*0)/4 = 75, voice 60, payments unknown: (50*75 + 30*60)/80.
with g(m, s) as (select jsonb '{"groups": {"usage": {"weight": 50}, "voice": {"weight": 30}, "payments": {"weight": 20}}, "signals": [
	{"name": "a", "group": "usage", "weight": 3, "worst": 0, "best": 1}, {"name": "b", "group": "usage", "worst": 0, "best": 1},
	{"name": "c", "group": "voice", "weight": 9, "worst": 0, "best": 10}, {"name": "d", "group": "payments", "worst": 0, "best": 1}]}',
	jsonb '{"a": 1, "b": 0, "c": 6}')
insert into by_hand
select 'groups', oracle.health_score(m, s, null), 69.375 from g union all
select 'groups, coverage', oracle.health_coverage(m, s, null), 80 from g union all
select 'groups, weight of a', (select weight from oracle.health_explain(m, s, null) where signal = 'a'), 46.875 from g union all
select 'groups, usage', (select score from oracle.health_groups(m, s, null) where signal_group = 'usage'), 75 from g union all
select 'groups, usage weight', (select weight from oracle.health_groups(m, s, null) where signal_group = 'usage'), 62.5 from g;

-- Change, two equal signals: 80 and 40, then 60 and unknown.  Value -10,
-- middle 50, and the lost 40 was below the middle: +5 for each signal.  With
-- weights 3 and 1 instead, 80 and 40: 60 becomes 70, +5 for each.
with t(m, n) as (select jsonb '{"signals": [{"name": "a", "worst": 0, "best": 100}, {"name": "b", "worst": 0, "best": 100}]}',
	jsonb '{"signals": [{"name": "a", "weight": 3, "worst": 0, "best": 100}, {"name": "b", "worst": 0, "best": 100}]}')
insert into by_hand
select 'change ' || c.signal || ' ' || c.cause, c.points, case c.cause when 'value' then -10 else 5 end
from t, oracle.health_change(m, '{"a": 80, "b": 40}', null, m, '{"a": 60}', null) c union all
select 'new model ' || c.signal, c.points, case c.cause when 'model' then 5 end
from t, oracle.health_change(m, '{"a": 80, "b": 40}', null, n, '{"a": 80, "b": 40}', null) c union all
select 'change rows', count(*), 5
from t, lateral (select from oracle.health_change(m, '{"a": 80, "b": 40}', null, m, '{"a": 60}', null) union all
	select from oracle.health_change(m, '{"a": 80, "b": 40}', null, n, '{"a": 80, "b": 40}', null)) c;

insert into result (check_name, compared, mismatches)
select 'oracle by hand', count(*), count(*) filter (where not pg_temp.same(said, expected)) from by_hand;
insert into mismatch select 'oracle by hand: ' || what, null, said::text, expected::text from by_hand where not pg_temp.same(said, expected);

with said(what, said, expected) as (values
	('quartile', oracle.health_quartile('{10,50,20,40,30}'), '{unhealthy,healthy,unhealthy,healthy,at risk}'::text[]),
	('quartile ties', oracle.health_quartile('{1,3,NULL,1,2}'), '{unhealthy,healthy,NULL,unhealthy,at risk}'),
	('quartile equal', oracle.health_quartile('{5,5,5,5}'), '{at risk,at risk,at risk,at risk}'),
	('quartile three', oracle.health_quartile('{1,2,3,NULL}'), '{NULL,NULL,NULL,NULL}'),
	('bands', array[oracle.health_band('{}', 0), oracle.health_band('{}', 39.9), oracle.health_band('{}', 40), oracle.health_band('{}', 70), oracle.health_band('{}', null)],
			'{unhealthy,unhealthy,at risk,healthy,NULL}'),
	-- 66 is at risk (below 67) and 14 lower than 80; 64 is 16 lower; 38 stays at risk (37) but is 26
	-- lower than 64; 42 has not risen (43); 72 has not recovered (73); both unknown days are one loss
	('alert', oracle.health_alert('{}'::jsonb, '{80,69,66,64,38,36,42,43,NULL,NULL,72,73,0}', (select array_agg(date '2026-01-01' + i) from generate_series(1, 13) i)),
			'{NULL,NULL,NULL,sharp drop,sharp drop,fell to unhealthy,NULL,NULL,score lost,NULL,NULL,recovered to healthy,fell to unhealthy}'),
	-- the day 32 days before is out of the window, the one 31 days before is in it
	('alert window', oracle.health_alert('{}'::jsonb, '{100,100,84,85}', '{2026-01-01,2026-02-02,2026-03-06,2026-03-07}'), '{NULL,NULL,NULL,NULL}'),
	('alert window 2', oracle.health_alert('{}'::jsonb, '{100,85}', '{2026-01-01,2026-02-01}'), '{NULL,sharp drop}'),
	-- 50 by another model is at risk, worse than healthy, and no drop; 60 by the first one is no worse than at risk;
	-- a low band of two is worse than the middle one of three, a middle one of the same name is not
	('alert models', oracle.health_alert(array['{}', '{"title": "b"}', '{}', '{"bands": [{"name": "low", "from": 0}, {"name": "high", "from": 90}]}', '{}',
			'{"bands": [{"name": "low", "from": 0}, {"name": "at risk", "from": 10}, {"name": "c", "from": 90}, {"name": "d", "from": 95}]}']::jsonb[],
			'{80,50,60,80,60,50}', (select array_agg(date '2026-01-01' + i) from generate_series(1, 6) i)),
			'{NULL,new model: at risk,NULL,new model: low,NULL,NULL}'))
, done as (insert into mismatch select 'oracle by hand: ' || what, null, said::text, expected::text from said where said is distinct from expected)
insert into result (check_name, compared, mismatches)
select 'oracle by hand, series', count(*), count(*) filter (where said is distinct from expected) from said;

--
-- 2. The random triples: a model, a row before, a model and a row after
--

create temp table triple as
select i, seed, t.*, f.*, case when not fails0 then oracle.evaluate(m0, s0, d0) end as e0,
	case when not fails then oracle.evaluate(m0, s1, d1) end as e1,
	case when not fails2 then oracle.evaluate(m1, s1, d1) end as e2
from (select i, ('x' || substr(md5(:seed || '/' || i), 1, 7))::bit(28)::int as seed from generate_series(1, :rows) i) n,
	oracle.triple(seed) t,
	lateral (select f0 as fails0, f2 as fails2, f0 or f2 or oracle.health_fails(m0, s1, d1) as fails		-- the old model also looks at the new row
			 from (select oracle.health_fails(m0, s0, d0) as f0, oracle.health_fails(m1, s1, d1) as f2 offset 0) q offset 0) f;

-- One row of signals per line: before and after.
create temp table line as
select i, seed, side, m, s, d, e, (e[1]).final as score, (e[1]).coverage
from triple, lateral (values (0, m0, s0, d0, e0), (2, m1, s1, d1, e2)) v(side, m, s, d, e)
where e is not null;
create temp table oracle_explain as
select l.seed, l.side, x.* from line l, oracle.explain_of(e) x;
analyze triple, line, oracle_explain;

-- That the data are worth the comparison: each kind of thing happens often.
create temp table happens as
select 'models' as thing, count(*) as n, 1.0 as least from line union all
select 'method points', count(*), 0.2 from line where m->>'method' = 'points' union all
select 'groups', count(*), 0.1 from line where m ? 'groups' union all
select 'no score', count(*), 0.1 from line where score is null union all
select 'no score for coverage', count(*), 0.05 from line where score is null and coverage > 0 union all
select 'a score', count(*), 0.5 from line where score is not null union all
select 'another model after', count(*), 0.2 from triple where m0 <> m1 union all
select 'an error for a missing signal', count(*), 0.02 from triple where fails union all
select 'row: ' || case when label like 'because c%' then 'cap' when label like 'because f%' then 'floor' else label end, count(*), 0.01
from oracle_explain where status = 'capped' or signal = 'base' group by 1 union all
select 'signal: ' || status, count(*), 0.1 from oracle_explain where status <> 'capped' group by 1;
select thing, n >= least * :rows as often_enough from happens order by thing collate "C";

--
-- 3. The comparison
--

-- score, coverage; an error where the oracle has an answer is a mismatch too,
-- and its row takes no part in what follows
create function pg_temp.try_score(m jsonb, s jsonb, d date, out chs_score float8, out chs_coverage float8, out failure text)
language plpgsql as $$
begin
	chs_score := health_score(m::healthmodel, s, d);
	chs_coverage := health_coverage(m::healthmodel, s, d);
exception when others then
	chs_score := null;
	failure := sqlstate || ' ' || sqlerrm;
end $$;
create temp table said as
select l.*, t.* from line l, pg_temp.try_score(m, s, d) t;
with c as (insert into mismatch select 'no error', seed, failure, score::text from said where failure is not null returning 1)
insert into result (check_name, compared, mismatches) select 'no error', (select count(*) from said), count(*) from c;
update triple set fails = true where seed in (select seed from said where failure is not null);
delete from line where seed in (select seed from said where failure is not null);
delete from oracle_explain where seed in (select seed from said where failure is not null);
delete from said where seed in (select seed from said where failure is not null);

with c as (insert into mismatch select 'health_score', seed, chs_score::text, score::text from said where not pg_temp.same(chs_score, score) returning 1)
insert into result (check_name, compared, mismatches) select 'health_score', (select count(*) from said), count(*) from c;
with c as (insert into mismatch select 'health_coverage', seed, chs_coverage::text, coverage::text from said where not pg_temp.same(chs_coverage, coverage) returning 1)
insert into result (check_name, compared, mismatches) select 'health_coverage', (select count(*) from said), count(*) from c;

-- the bands of the score itself, and of every line and what lies next to it
with b as (
	select seed, m, x from said, lateral (
		select chs_score union select null union select 0 union select 100 union
		select f + e from (select oracle.num(b->'from') from jsonb_array_elements(m->'bands') b union values (40.0), (70.0)) t(f),
			(values (0), (1e-9), (-1e-9)) v(e) where f + e between 0 and 100) q(x)
	where i <= :rows / 4
), d as (select *, health_band(m::healthmodel, x) as chs, oracle.health_band(m, x) as ora from b),
c as (insert into mismatch select 'health_band', seed, x || ': ' || chs, ora from d where chs is distinct from ora returning 1)
insert into result (check_name, compared, mismatches) select 'health_band', (select count(*) from d), count(*) from c;

-- the model is its own JSON
with c as (insert into mismatch select 'model to jsonb', seed, (m::healthmodel)::jsonb::text, m::text from line where (m::healthmodel)::jsonb <> m returning 1)
insert into result (check_name, compared, mismatches) select 'model to jsonb', (select count(*) from line), count(*) from c;
with c as (insert into mismatch select 'text form reads back', seed, m::healthmodel::text, m::text from line where m::healthmodel::text::healthmodel <> m::healthmodel returning 1)
insert into result (check_name, compared, mismatches) select 'text form reads back', (select count(*) from line), count(*) from c;

-- explain, row by row
create temp table chs_explain as
select l.seed, l.side, e.ord::int, e.signal, e.label, e.signal_group, e.score, e.weight, e.contribution, e.points_lost, e.status, e.action
from line l, lateral rows from (health_explain(m::healthmodel, s, d)) with ordinality
	e (signal, label, signal_group, value, score, weight, contribution, points_lost, status, action, ord);

create temp table explained as
select coalesce(c.seed, o.seed) as seed, c, o,
	c.signal is not distinct from o.signal as signal_same,
	c.label is not distinct from o.label and c.signal_group is not distinct from o.signal_group and c.action is not distinct from o.action as text_same,
	c.status is not distinct from o.status as status_same,
	pg_temp.same(c.score, o.score) as score_same,
	pg_temp.same(c.weight, o.weight) as weight_same,
	pg_temp.same(c.contribution, o.contribution) as contribution_same,
	pg_temp.same(c.points_lost, o.points_lost) as lost_same
from chs_explain c full join oracle_explain o on c.seed = o.seed and c.side = o.side and c.ord = o.ord;
with k(name, same) as (values ('rows', 1), ('texts', 2), ('status', 3), ('score', 4), ('weight', 5), ('contribution', 6), ('points_lost', 7)),
d as (select 'explain ' || name as name, seed, c, o, (array[signal_same, text_same, status_same, score_same, weight_same, contribution_same, lost_same])[same] as ok
	  from explained, k),
c as (insert into mismatch select name, seed, c::text, o::text from d where not ok)
insert into result (check_name, compared, mismatches) select name, count(*), count(*) filter (where not ok) from d group by name order by name collate "C";

-- the contributions add up to the score of chs itself
with d as (select seed, min(chs_score) as score, case when count(contribution) > 0 then sum(contribution) end as added
		   from said l join chs_explain e using (seed, side) group by seed, side),
c as (insert into mismatch select 'contributions add up', seed, added::text, score::text from d where not pg_temp.same(added, score) returning 1)
insert into result (check_name, compared, mismatches) select 'contributions add up', (select count(*) from d), count(*) from c;

-- drivers, from what explain says; not where a half is to be rounded
with e as (select seed, side, array_agg(label order by ord) as labels, array_agg(points_lost order by ord) as lost, array_agg(action order by ord) as actions
		   from chs_explain group by seed, side
		   having not coalesce(bool_or(abs(points_lost * 10 - floor(points_lost * 10) - 0.5) < 1e-6), false)),
d as (select seed, health_drivers(m::healthmodel, s, d, n) as chs, case when score is not null then oracle.health_drivers(labels, lost, actions, n) end as ora
	  from line join e using (seed, side), lateral (select oracle.whole(seed, 'drivers', 1, 4)) q(n)),
c as (insert into mismatch select 'health_drivers', seed, chs, ora from d where chs is distinct from ora returning 1)
insert into result (check_name, compared, mismatches) select 'health_drivers', (select count(*) from d), count(*) from c;

-- groups
with chs as (select l.seed, l.side, g.* from line l, lateral rows from (health_groups(m::healthmodel, s, d)) with ordinality g (signal_group, score, weight, coverage, ord)),
ora as (select l.seed, l.side, g.* from line l, oracle.groups_of(e) g),
k as (select coalesce(c.seed, o.seed) as seed, c, o, c.seed is not null and o.seed is not null and c.signal_group is not distinct from o.signal_group
		and pg_temp.same(c.score, o.score) and pg_temp.same(c.weight, o.weight) and pg_temp.same(c.coverage, o.coverage) as ok
	  from chs c full join ora o on c.seed = o.seed and c.side = o.side and c.ord = o.ord),
c as (insert into mismatch select 'health_groups', seed, c::text, o::text from k where not ok returning 1)
insert into result (check_name, compared, mismatches) select 'health_groups', (select count(*) from k), count(*) from c;

-- change, per signal and cause; rows of rounding errors (below 1e-9) may be there or not
create temp table chs_change as
select seed, c.*
from triple, lateral rows from (health_change(m0::healthmodel, s0, d0, m1::healthmodel, s1, d1)) with ordinality
	c (signal, cause, points, label, value_before, value_after, action, ord)
where not fails;
create temp table oracle_change as
select seed, c.* from triple, oracle.change_of(e0, e1, e2) c where not fails;
with k as (select coalesce(c.seed, o.seed) as seed, c, o,
		case when c.seed is null or o.seed is null then coalesce(abs(coalesce(c.points, o.points)) <= 1e-9, false)
			 else pg_temp.same(c.points, o.points) end as ok
	  from chs_change c full join oracle_change o on c.seed = o.seed and c.signal = o.signal and c.cause = o.cause),
c as (insert into mismatch select 'health_change', seed, c::text, o::text from k where not ok returning 1)
insert into result (check_name, compared, mismatches) select 'health_change', (select count(*) from k), count(*) from c;

-- label and action are those of the new model, else of the old one; of a cap the reason; values are those of the rows
create function pg_temp.signal_of(m jsonb, name text) returns jsonb language sql immutable as
$$ select s from jsonb_array_elements(m->'signals') s where s->>'name' = name $$;
create function pg_temp.same_value(said text, given jsonb) returns boolean language sql immutable as
$$ select case when coalesce(given, 'null') = 'null' then said is null when jsonb_typeof(given) = 'number' then said::float8 = given::text::float8 else said = given #>> '{}' end $$;
with d as (select seed, c, m0, m1,
				case when c.signal in ('base', 'clamp') then c.label = c.signal and concat(c.value_before, c.value_after, c.action) = ''
					 else (c.cause = 'cap' or c.label = coalesce(after->>'label', after->>'name', before->>'label', before->>'name'))
						and c.action is not distinct from case when after is null then before->>'action' else after->>'action' end
						and pg_temp.same_value(c.value_before, case when before is not null then s0->c.signal end)
						and (after is null and c.points is null or pg_temp.same_value(c.value_after, s1->c.signal)) end as ok
		   from chs_change c join triple using (seed), pg_temp.signal_of(m0, c.signal) before, pg_temp.signal_of(m1, c.signal) after),
c as (insert into mismatch select 'change values', seed, c::text, null from d where ok is not true returning 1)
insert into result (check_name, compared, mismatches) select 'change values', (select count(*) from d), count(*) from c;

-- the short form, and the text
with t as (select * from triple where not fails and m0 = m1 and not jsonb_path_exists(m0, '$.signals[*].at')),
d as (select coalesce(c.seed, e.seed) as seed, c, e
	  from (select seed, r::text as row, ord from t, lateral rows from (health_change(m0::healthmodel, s0, s1)) with ordinality
			r (signal, cause, points, label, value_before, value_after, action, ord)) c
	  full join (select seed, c::text as row, ord from (select signal, cause, points, label, value_before, value_after, action, ord, seed from chs_change) c join t using (seed)) e
		on c.seed = e.seed and c.ord = e.ord),
c as (insert into mismatch select 'change without dates', seed, c::text, e::text from d where c is null or e is null returning 1)
insert into result (check_name, compared, mismatches) select 'change without dates', (select count(*) from d), count(*) from c;
with e as (select seed, array_agg(label order by ord) as labels, array_agg(points order by ord) as points, array_agg(cause order by ord) as causes,
				array_agg(value_before order by ord) as before, array_agg(value_after order by ord) as after, array_agg(action order by ord) as actions
		   from chs_change group by seed
		   having not coalesce(bool_or(abs(points * 10 - floor(points * 10) - 0.5) < 1e-6), false)),
d as (select seed, n, health_change_text(m0::healthmodel, s0, d0, m1::healthmodel, s1, d1, n) as chs,
			case when m0 = m1 and d0 is null then health_change_text(m0::healthmodel, s0, s1, n) else health_change_text(m0::healthmodel, s0, d0, m1::healthmodel, s1, d1, n) end as short,
			oracle.health_change_text(labels, points, causes, before, after, actions, n) as ora
	  from triple join e using (seed), lateral (select oracle.whole(seed, 'changes', 1, 4)) q(n)),
c as (insert into mismatch select 'health_change_text', seed, concat_ws(' / ', chs, short), ora from d where chs is distinct from ora or short is distinct from ora returning 1)
insert into result (check_name, compared, mismatches) select 'health_change_text', (select count(*) from d), count(*) from c;

with d as (select t.seed, a.chs_score as before, z.chs_score as after, (select sum(points) from chs_change c where c.seed = t.seed) as points
		   from triple t join said a on a.seed = t.seed and a.side = 0 join said z on z.seed = t.seed and z.side = 2
		   where not fails),
c as (insert into mismatch select 'change adds up', seed, points::text, (after - before)::text from d
	  where not pg_temp.same(case when after is not null and before is not null then coalesce(points, 0) else points end, after - before) returning 1)
insert into result (check_name, compared, mismatches) select 'change adds up', (select count(*) from d), count(*) from c;

-- causes come in order, a (signal, cause) comes once, points are never 0, equal models change nothing
with d as (select seed, ord, signal, cause, points, array_position('{value,coverage,model,cap}', cause) as k,
				max(array_position('{value,coverage,model,cap}', cause)) over (partition by seed order by ord) as highest,
				count(*) over (partition by seed, signal, cause) as times
		   from chs_change),
c as (insert into mismatch select 'change rows in order', seed, d::text, m0 = m1 from d join triple using (seed)
	  where k < highest or times > 1 or points = 0 or k is null or (cause = 'model' and m0 = m1) returning 1)
insert into result (check_name, compared, mismatches) select 'change rows in order', (select count(*) from d), count(*) from c;

-- a missing signal that must not be missing is an error of class 22 that names it
do $$
declare
	t record;
	states text[];
	wanted int := 0;
	wrong int := 0;
begin
	for t in select seed, m, s, d from triple, lateral (values (m0, s0, d0, fails0), (m1, s1, d1, fails2)) v(m, s, d, f) where f loop
		wanted := wanted + 1;
		begin
			perform health_score(t.m::healthmodel, t.s, t.d);
			wrong := wrong + 1;
			insert into mismatch values ('missing: fail', t.seed, health_score(t.m::healthmodel, t.s, t.d)::text, 'an error');
		exception when others then
			if sqlstate not like '22%' then
				wrong := wrong + 1;
				insert into mismatch values ('missing: fail', t.seed, sqlstate || ' ' || sqlerrm, 'an error of class 22');
			end if;
		end;
	end loop;
	insert into result (check_name, compared, mismatches) values ('missing: fail', wanted, wrong);
end $$;

-- the same by column name
create temp table customer as
select l.seed, l.side, l.m::healthmodel as m, l.d, l.chs_score, c.*
from said l, jsonb_populate_record(null::oracle.customer, l.s) c;
-- an own table of exactly the customer's type, with its dropped column
create temp table line_no as select row_number() over (order by seed, side) as n, seed, side, m, d, chs_score, s from said;
analyze line_no;
insert into oracle.customer select c.* from line_no, jsonb_populate_record(null::oracle.customer, s || jsonb_build_object('note', n)) c;

with d as (select n.seed, n.chs_score, health_score(n.m::healthmodel, c, n.d) as by_name, health_coverage(n.m::healthmodel, c, n.d) as coverage, s.chs_coverage
		   from line_no n join oracle.customer c on c.note = n.n::text join said s using (seed, side)),
c as (insert into mismatch select 'by column name', seed, by_name || ' ' || coverage, chs_score || ' ' || chs_coverage from d
	  where by_name is distinct from chs_score or coverage is distinct from chs_coverage returning 1)
insert into result (check_name, compared, mismatches) select 'by column name', (select count(*) from d), count(*) from c;

-- by a row of a subquery (a record of another shape), models mixed from row to row
with d as (select r.seed, r.chs_score, health_score(r.m, r, r.d) as by_name from (select * from customer order by md5(seed::text), side) r),
c as (insert into mismatch select 'by subquery row', seed, by_name::text, chs_score::text from d where by_name is distinct from chs_score returning 1)
insert into result (check_name, compared, mismatches) select 'by subquery row', (select count(*) from d), count(*) from c;

-- explain and change by column name
with a as (select n.seed, n.side, e.ord, e.signal, e.contribution, e.status
		   from line_no n join oracle.customer c on c.note = n.n::text,
		   lateral rows from (health_explain(n.m::healthmodel, c, n.d)) with ordinality
				e (signal, label, signal_group, value, score, weight, contribution, points_lost, status, action, ord)),
d as (select coalesce(a.seed, b.seed) as seed, a, b, (a.signal, a.contribution, a.status) is not distinct from (b.signal, b.contribution, b.status) as ok
	  from a full join chs_explain b on a.seed = b.seed and a.side = b.side and a.ord = b.ord),
c as (insert into mismatch select 'explain by column name', seed, a::text, b::text from d where not ok returning 1)
insert into result (check_name, compared, mismatches) select 'explain by column name', (select count(*) from d), count(*) from c;
with a as (select t.seed, e.signal, e.cause, e.points from triple t
		   join line_no n0 on n0.seed = t.seed and n0.side = 0 join oracle.customer c0 on c0.note = n0.n::text
		   join line_no n2 on n2.seed = t.seed and n2.side = 2 join oracle.customer c2 on c2.note = n2.n::text,
		   lateral health_change(m0::healthmodel, c0, t.d0, m1::healthmodel, c2, t.d1) e
		   where not fails),
d as (select coalesce(a.seed, b.seed) as seed, a, b, a.seed is not null and b.seed is not null and a.points is not distinct from b.points as ok
	  from a full join chs_change b on a.seed = b.seed and a.signal = b.signal and a.cause = b.cause),
c as (insert into mismatch select 'change by column name', seed, a::text, b::text from d where not ok returning 1)
insert into result (check_name, compared, mismatches) select 'change by column name', (select count(*) from d), count(*) from c;

-- one constant model over many rows: parsed once, columns resolved once
do $$
declare
	t record;
	rows_seen bigint := 0;
	wrong bigint := 0;
	seen int;
	bad int;
begin
	for t in select * from line_no l where l.side = 0 order by l.n limit 25 loop
		-- by column name and by key, against the oracle, on rows drawn for other models
		execute format($q$
			with d as (select r.seed, health_score(%1$L::healthmodel, c, %2$L::date) as by_name, health_score(%1$L::healthmodel, r.s, %2$L::date) as by_key,
							oracle.health_score(%1$L::jsonb, r.s, %2$L::date) as score
					   from line_no r join oracle.customer c on c.note = r.n::text
					   where r.n %% 101 = %3$s and not oracle.health_fails(%1$L, r.s, %2$L)
						 -- no extremes in sums of points: 1e-9 would drown in rounding
						 and (%4$L or not jsonb_path_exists(r.s, '$.* ? (@ > 100000 || @ < -100000)'))),
			c as (insert into mismatch select 'constant model', %5$s, by_name || ' ' || by_key, score::text from d
				  where not pg_temp.same(by_name, score) or by_name is distinct from by_key returning 1)
			select (select count(*) from d), (select count(*) from c)$q$,
			t.m, coalesce(t.d, '2026-06-30'), t.n % 101, coalesce(t.m->>'method', 'mean') <> 'points', t.seed) into seen, bad;
		rows_seen := rows_seen + seen;
		wrong := wrong + bad;
	end loop;
	insert into result (check_name, compared, mismatches) values ('constant model', rows_seen, wrong);
end $$;

-- health_sql: the text of the model, executed over the columns of rows drawn for other models (booleans as numbers)
create temp view plain_row as select c.note::int as n, s1, s2, s3, s4, s5::int as s5, s6, s7, s8, s9, "S ""10""", s11, s12,
	d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11, d12, "at" from oracle.customer c;
create function pg_temp.score_or_null(m healthmodel, s jsonb, d date) returns float8 language plpgsql as $$
begin
	return health_score(m, s, d);
exception when others then
	return null;
end $$;
do $$
declare
	t record;
	seen int;
	bad int;
	total bigint := 0;
	wrong bigint := 0;
begin
	for t in select *, coalesce(d, '2026-06-30') as day from line_no l where l.side = 0 order by l.n limit 250 loop
		execute format($q$
			with d as (select s.seed, pg_temp.score_or_null(%1$L::healthmodel, s.s, %2$L) as score, r.n, (%3$s) as postgres, (%4$s) as ansi
					   from plain_row r join line_no s on s.n = r.n
					   where (r.n %% 97 = %5$s or r.n between %6$s and %6$s + 1)
						 and (%7$L or not jsonb_path_exists(s.s, '$.* ? (@ > 100000 || @ < -100000)'))),
			c as (insert into mismatch select 'health_sql', %8$s, concat_ws(' ', n, score), concat_ws(' ', postgres, ansi) from d
				  where not pg_temp.same(score, postgres) or not pg_temp.same(score, ansi) returning 1)
			select count(*), (select count(*) from c) from d$q$,
			t.m, t.day, health_sql(t.m::healthmodel, 'postgres', format('%L', t.day)), health_sql(t.m::healthmodel, 'ansi', format('%L', t.day)),
			t.n % 97, t.n, coalesce(t.m->>'method', 'mean') <> 'points', t.seed) into seen, bad;
		total := total + seen;
		wrong := wrong + bad;
	end loop;
	insert into result (check_name, compared, mismatches) values ('health_sql', total, wrong);
end $$;

-- the same by position: models without dates and without texts
create temp table positional as
select seed, m::healthmodel as m, oracle.by_position(m, s) as v, jsonb_array_length(m->'signals') as n, chs_score
from said where not jsonb_path_exists(m, '$.signals[*].at') and not jsonb_path_exists(m, '$.signals[*].values');
do $$
declare
	seen int;
	bad int;
	wrong bigint := 0;
	total bigint := 0;
begin
	for width in 1 .. 12 loop
		execute format($q$
			with d as (select seed, health_score(m, %s) as by_position, health_score(m, v) as by_array, chs_score from positional where n = %s),
			c as (insert into mismatch select 'by position', seed, by_position || ' ' || by_array, chs_score::text from d
				  where by_position is distinct from chs_score or by_array is distinct from chs_score returning 1)
			select (select count(*) from d), (select count(*) from c)$q$,
			(select string_agg(format(case when w % 3 = 2 then 'v[%s]::numeric' else 'v[%s]' end, w), ', ' order by w) from generate_series(1, width) w), width) into seen, bad;
		total := total + seen;
		wrong := wrong + bad;
	end loop;
	insert into result (check_name, compared, mismatches) values ('by position', total, wrong);
end $$;

-- JSON booleans are the numbers 0 and 1
with b as (select seed, m, d, chs_score, (select jsonb_object_agg(key, case when value = '0' then 'false' when value = '1' then 'true' else value end) from jsonb_each(s)) as s
		   from said where s::text ~ ': [01][,}]'),
d as (select seed, chs_score, health_score(m::healthmodel, s, d) as by_boolean from b),
c as (insert into mismatch select 'booleans are 0 and 1', seed, by_boolean::text, chs_score::text from d where by_boolean is distinct from chs_score returning 1)
insert into result (check_name, compared, mismatches) select 'booleans are 0 and 1', (select count(*) from d), count(*) from c;

-- quartiles: series of 0 to 40, many ties
create temp table series as
select i as seed, oracle.random_scores(i, n) as scores, oracle.random_days(i, n) as days, oracle.random_days(i, n, true) as days_with_nulls, oracle.random_models(i, n, m0, m1) as models
from (select i, t.seed, m0, m1, oracle.whole(t.seed, 'length', 0, 40) as n from triple t where i <= 2000) t;
with chs as (select s.seed, o, health_quartile(x) over (partition by s.seed) as q from series s, unnest(scores) with ordinality a(x, o)),
ora as (select s.seed, o, q from series s, unnest(oracle.health_quartile(scores)) with ordinality a(q, o)),
d as (select * from (select seed, o, q from chs) c full join (select seed, o, q as expected from ora) r using (seed, o)),
c as (insert into mismatch select 'health_quartile', seed, q, expected from d where q is distinct from expected returning 1)
insert into result (check_name, compared, mismatches) select 'health_quartile', (select count(*) from d), count(*) from c;

-- alerts: rows with a day in order of the day; those without come last and say nothing
with v as (select s.seed, m::healthmodel as hm, o, x, y from series s, unnest(models, scores, days_with_nulls) with ordinality a(m, x, y, o)),
chs as (select seed, y, x, o, health_alert(hm, x, y) over (partition by seed order by y) as said from v),
ora as (select s.seed, o, a.said from series s, unnest(oracle.health_alert(models, scores, days_with_nulls)) with ordinality a(said, o)),
d as (select * from chs full join (select seed, o, said as expected from ora) r using (seed, o)),
c as (insert into mismatch select 'health_alert', seed, concat_ws(' ', o, y, x, said), expected from d where said is distinct from expected returning 1)
insert into result (check_name, compared, mismatches) select 'health_alert', (select count(*) from d), count(*) from c;
select said, n > 20 as often from (
	select regexp_replace(said, ' band .*', '') as said, count(*) as n from series, unnest(oracle.health_alert(models, scores, days)) said group by 1) t
order by said collate "C";

--
-- 4. What came out
--
select check_name, compared > 0 as compared, mismatches from result order by ord;
select check_name, seed, chs, oracle from (
	select *, row_number() over (partition by check_name order by seed) as n from mismatch) m
where n <= 5 order by check_name collate "C", seed;

set client_min_messages = warning;
drop schema oracle cascade;
