-- health: the data gate and drift
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 0;
SET datestyle = 'ISO';

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Eight customers by hand
--
CREATE TEMP TABLE signal (customer int, logins int, paying boolean, plan text, pulse numeric, pulse_on date);
INSERT INTO signal VALUES (1, 0, true, 'gold', 4, '2026-05-01'), (2, 5, true, 'gold', 5, '2026-01-01'), (3, 10, true, 'basic', NULL, '2026-05-01'), (4, 20, false, NULL, 3, NULL),
  (5, 40, true, 'basic', NULL, NULL), (6, NULL, true, 'gold', NULL, NULL), (7, 20, true, 'gold', NULL, NULL), (8, 20, true, 'gold', NULL, NULL);
CREATE TEMP TABLE model AS SELECT '{"signals": [{"name": "logins", "weight": 50, "worst": 0, "best": 20}, {"name": "paying", "worst": 0, "best": 1, "missing": "fail"}, {"name": "plan", "values": {"gold": 100, "basic": 40}},
  {"name": "pulse", "worst": 1, "best": 5, "at": "pulse_on", "expires_after_days": 90}]}'::healthmodel AS model;
-- logins: scores 0 25 50 100 100 100 100, mean 475/7, 1 of 7 at worst, 4 of 7 at best; pulse of 1 is 75, of 2 is stale, of 4 has no day
SELECT t.* FROM (SELECT health_profile(model, signal, '2026-05-31') AS s FROM signal, model) AS x, health_profile_table(s) AS t;
SELECT signal, mean_score, sd FROM (SELECT health_profile(model, signal, '2026-05-31') AS s FROM signal, model) AS x, health_profile_table(s) AS t WHERE signal = 'logins';
SELECT avg(v), stddev(v) FROM unnest('{0,25,50,100,100,100,100}'::numeric[]) AS v;
-- what "missing": "fail" refuses in a score, the profile counts; rows, jsonb and both with a day that none needs
SELECT health_profile(m, r) = health_profile(m, to_jsonb(r)) AS a, health_profile(m, r) = health_profile(m, r, NULL) AS b, health_profile(m, r) = health_profile(m, to_jsonb(r), '2026-05-31') AS c, max(t.known_percent) AS known
  FROM (SELECT '{"signals": [{"name": "logins", "worst": 0, "best": 20, "missing": "fail"}]}'::healthmodel AS m) AS x, (SELECT logins FROM signal) AS r, LATERAL (SELECT known_percent FROM health_profile_table((SELECT health_profile(m, y) FROM (SELECT logins FROM signal) AS y))) AS t GROUP BY m;
-- warnings: what never varies, what few have; a boolean and a text are never clamped
SELECT signal, warning FROM health_profile_table((SELECT health_profile('{"signals": [{"name": "a", "worst": 0, "best": 20}, {"name": "b", "worst": 0, "best": 10}, {"name": "c", "worst": 0, "best": 1}, {"name": "d", "values": {"x": 0, "y": 100}}, {"name": "e", "worst": 5, "best": 6}]}'::healthmodel, v)
  FROM (SELECT 7 AS a, CASE WHEN i = 1 THEN 12 END AS b, i % 2 = 0 AS c, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS d, i AS e FROM generate_series(1, 11) AS i) AS v)) AS t;

--
-- NULL, no rows, merging
--
SELECT health_profile(model, signal, '2026-05-31') FROM signal, model WHERE customer > 8;
SELECT health_profile(NULL, signal), health_profile(model, NULL::jsonb, '2026-05-31') FROM signal, model;
SELECT * FROM health_profile_table(NULL);
SELECT * FROM health_drift(NULL, (SELECT health_profile(model, signal, '2026-05-31') FROM signal, model));
SELECT combine(NULL::profilesummary, NULL), combine(s, NULL) = s AS a, combine(NULL, s) = s AS b, combine(s, '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA') = s AS c, combine('1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA', s) = s AS d, rollup('1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA'::profilesummary)
  FROM (SELECT health_profile(model, signal, '2026-05-31') AS s FROM signal, model) AS x GROUP BY s;
SELECT (SELECT rollup(s) FROM (SELECT health_profile(model, signal, '2026-05-31') AS s FROM signal, model GROUP BY customer % 3) AS p) = health_profile(model, signal, '2026-05-31') AS parts,
       (SELECT rollup(s::text::profilesummary) FROM (SELECT health_profile(model, signal, '2026-05-31') AS s FROM signal, model GROUP BY customer) AS p) = health_profile(model, signal, '2026-05-31') AS through_text FROM signal, model;
SELECT health_profile(m, v) = health_profile(m, v ORDER BY random()) AS any_order FROM (SELECT '{"signals": [{"name": "a", "worst": 0, "best": 7}]}'::healthmodel AS m) AS x, (SELECT sqrt(i) AS a FROM generate_series(1, 60) AS i) AS v;

--
-- Bad input: the exact words
--
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$health_profile(model, signal) FROM signal, model$$, $$health_profile(model, signal, 'infinity') FROM signal, model$$,
  $$health_profile('{"method": "points", "base": 50, "signals": [{"name": "logins", "points": 5}]}'::healthmodel, signal) FROM signal$$,
  $$health_profile(m::healthmodel, '{}'::jsonb) FROM (VALUES ('{"signals": [{"name": "a", "worst": 0, "best": 1}]}'), ('{"signals": [{"name": "b", "worst": 0, "best": 1}]}')) AS v(m)$$,
  $$combine(health_profile('{"signals": [{"name": "a", "worst": 0, "best": 1}]}', '{}'::jsonb), health_profile('{"signals": [{"name": "a", "worst": 0, "best": 1}, {"name": "b", "worst": 0, "best": 1}]}', '{}'::jsonb))$$,
  $$health_profile('{"signals": [{"name": "a", "worst": 0, "best": 1}]}', '{"a": "x"}'::jsonb)$$, $$health_profile('{"signals": [{"name": "a", "worst": 0, "best": 1}]}'::healthmodel, v) FROM (SELECT 1 AS b) AS v$$]) AS q;
SELECT q, pg_temp.fails(format('SELECT %L::profilesummary', '1:' || translate(encode(decode(changed, 'hex'), 'base64'), E'\n', '')))
  FROM (SELECT encode(profilesummary_send(health_profile('{"signals": [{"name": "a", "worst": 0, "best": 10}]}', '{"a": 5}'::jsonb)), 'hex') AS h) AS x,
       LATERAL (VALUES ('as it is', h), ('cut', left(h, -2)), ('longer', h || '00'), ('no signal', left(h, 34) || '00000000'), ('rows', left(h, 18) || '0000000000000000' || substr(h, 35)), ('more rows', left(h, 18) || 'ffffffffffffffff' || substr(h, 35)),
                       ('name', left(h, 42) || '000000ff' || substr(h, 51)), ('no text', left(h, 50) || 'ff' || substr(h, 53)), ('known', left(h, 52) || '0000000000000002' || substr(h, 69)), ('sum', left(h, -64) || 'ffffffffffffffff' || right(h, 48))) AS v(q, changed);

--
-- Drift.  Before: 40, 40 and 20 of 100 in three bins; after: 10, 40 and 50.  (0.1 - 0.4) ln(0.1/0.4) + (0.5 - 0.2) ln(0.5/0.2) = 0.690776
--
CREATE FUNCTION pg_temp.profile(counts int[]) RETURNS profilesummary LANGUAGE sql AS $$
  SELECT health_profile('{"signals": [{"name": "a", "worst": 0, "best": 100}, {"name": "gone", "worst": 0, "best": 1}]}', jsonb_build_object('a', 10 * (bin - 1) + i % 10)) FROM unnest(counts) WITH ORDINALITY AS c(n, bin), generate_series(1, n) AS i $$;
SELECT d.*, 0.3 * ln(4::float8) + 0.3 * ln(2.5::float8) AS by_hand FROM health_drift(pg_temp.profile('{40,40,20,0,0,0,0,0,0,0}'), pg_temp.profile('{10,40,50,0,0,0,0,0,0,0}')) AS d;
-- a bin that is empty on one side counts a half; some from 0.1, much from 0.25
SELECT signal, psi, 0.02 * ln((0.02 / 0.005)::float8) - 0.005 * ln((0.02 / 0.005)::float8) + (0.98 - 1) * ln(0.98::float8) AS by_hand, moved FROM health_drift(pg_temp.profile('{100,0,0,0,0,0,0,0,0,0}'), pg_temp.profile('{98,2,0,0,0,0,0,0,0,0}')) AS d WHERE signal = 'a';
SELECT n, round(psi::numeric, 4) AS psi, moved FROM unnest('{50,35,34,28,20}'::int[]) AS n, health_drift(pg_temp.profile('{50,50,0,0,0,0,0,0,0,0}'), pg_temp.profile(ARRAY[n, 100 - n])) AS d WHERE signal = 'a';
-- another model: signals are found by name
SELECT * FROM health_drift(pg_temp.profile('{5,5}'), (SELECT health_profile('{"signals": [{"name": "new", "worst": 0, "best": 1}, {"name": "a", "worst": 0, "best": 100}]}', '{"a": 5, "new": 1}'::jsonb)));

--
-- The definition in plain SQL on random data
--
SELECT setseed(0.4711);
CREATE TEMP TABLE many AS SELECT i, CASE WHEN random() < 0.8 THEN random() * 30 - 5 END AS x, CASE WHEN random() < 0.6 THEN (random() * 9)::int END AS y, '2026-01-01'::date + (random() * 200)::int AS y_on FROM generate_series(1, 3000) AS i;
WITH p AS (SELECT health_profile('{"signals": [{"name": "x", "worst": 0, "best": 20}, {"name": "y", "worst": 10, "best": 0, "at": "y_on", "expires_after_days": 60, "half_life_days": 30}]}'::healthmodel, many, '2026-06-15') AS s FROM many),
     v AS (SELECT 'x' AS signal, x IS NOT NULL AS known, false AS stale, least(100, greatest(0, x * 5)) AS score FROM many
           UNION ALL SELECT 'y', y IS NOT NULL AND y_on <= '2026-06-15' AND '2026-06-15' - y_on <= 60, y IS NOT NULL AND y_on <= '2026-06-15' AND '2026-06-15' - y_on > 60, 100 - y * 10 FROM many)
SELECT signal, rows = count(*) AS rows, abs(known_percent - 100.0 * count(*) FILTER (WHERE known) / count(*)) < 1e-9 AS known, abs(stale_percent - 100.0 * count(*) FILTER (WHERE stale) / count(*)) < 1e-9 AS stale,
       abs(at_worst_percent - 100.0 * count(*) FILTER (WHERE known AND score = 0) / count(*) FILTER (WHERE known)) < 1e-9 AS worst, abs(at_best_percent - 100.0 * count(*) FILTER (WHERE known AND score = 100) / count(*) FILTER (WHERE known)) < 1e-9 AS best,
       abs(mean_score - avg(score) FILTER (WHERE known)) < 1e-9 AS mean, abs(sd - stddev(score) FILTER (WHERE known)) < 1e-9 AS sd
  FROM p, health_profile_table(s) JOIN v USING (signal) GROUP BY signal, rows, known_percent, stale_percent, at_worst_percent, at_best_percent, mean_score, sd ORDER BY 1;
