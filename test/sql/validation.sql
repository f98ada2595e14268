-- calibration: labels, and how well a score tells who churns
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
-- The label: a horizon of 90 days from 1 January ends on 1 April 2026
--
SELECT ended, known, churned_within(ended, '2026-01-01', 90, known) AS churned, what
  FROM (VALUES (NULL::date, '2026-06-30'::date, 'still a customer'), ('2026-04-01', '2026-06-30', 'left on the last day of the horizon'),
               ('2026-04-02', '2026-06-30', 'left a day later'), ('2026-01-02', '2026-06-30', 'left a day after as_of'),
               ('2026-01-01', '2026-06-30', 'already gone'), ('2025-12-31', '2026-06-30', 'already gone'),
               (NULL, '2026-04-01', 'the horizon is just over'), (NULL, '2026-03-31', 'it is not over yet'),
               ('2026-01-02', '2026-03-31', 'not over: a known leaver has no label either'), ('2026-01-02', '2026-04-01', 'over')) AS v(ended, known, what);
SELECT churned_within(NULL, NULL, 90, '2026-06-30'), churned_within(NULL, '2026-01-01', NULL, '2026-06-30'), churned_within(NULL, '2026-01-01', 90, NULL);
-- a label never depends on what happens after the horizon
SELECT bool_and(churned_within(ended, '2026-01-01', 90, known) IS NOT DISTINCT FROM
                CASE WHEN '2026-01-01'::date + 90 > known OR ended <= '2026-01-01' THEN NULL ELSE coalesce(ended <= '2026-01-01'::date + 90, false) END) AS by_rule, count(*)
  FROM generate_series('2025-12-01'::date, '2026-06-01', '1 day') AS e(e), generate_series('2026-03-01'::date, '2026-05-01', '1 day') AS k(k),
       LATERAL (SELECT nullif(e::date, '2026-02-14') AS ended, k::date AS known) AS x;
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$churned_within(NULL, '2026-01-01', 0, '2026-06-30')$$, $$churned_within(NULL, '2026-01-01', -1, '2026-06-30')$$, $$churned_within(NULL, '2026-01-01', 36526, '2026-06-30')$$,
  $$churned_within('infinity', '2026-01-01', 90, '2026-06-30')$$, $$churned_within(NULL, 'infinity', 90, '2026-06-30')$$, $$churned_within(NULL, '2026-01-01', 90, '-infinity')$$]) AS q;
SELECT churned_within(NULL, '5874897-12-31', 36525, '5874897-12-31');

--
-- Ten customers by hand: the lowest scores are the riskiest
--
CREATE TEMP TABLE ten (score float8, churned boolean);
INSERT INTO ten VALUES (0, true), (0, true), (10, true), (10, false), (10, false), (20, false), (30, false), (30, true), (40, false), (50, false);
-- 24 pairs: each 0 is below all six kept; the 10 is below four and ties with two; the 30 is below two and ties with one:
-- 6 + 6 + 5 + 2.5 = 19.5, of 24 = 0.8125.  At 0 half of the churned and none of the kept: the greatest distance, 0.5.
-- Precision where the churned are: 2/2, 2/2, 3/5, 4/8, on average 0.775
SELECT auc(s), roc_auc(s), 1 - roc_auc(s) = auc(s) AS mirrored, ks(s), average_precision(s) FROM (SELECT validation_agg(score, churned) AS s FROM ten) AS x;
SELECT health_auc(score, churned), roc_auc(-score, churned), roc_auc(score, NOT churned) FROM ten;
SELECT * FROM auc_interval((SELECT validation_agg(score, churned) FROM ten));
SELECT * FROM auc_interval((SELECT validation_agg(score, churned) FROM ten), 50);
-- the definition of the interval in plain SQL
WITH place AS (
  SELECT t.churned, avg(CASE WHEN o.score = t.score THEN 0.5 WHEN (o.score > t.score) = t.churned THEN 1 ELSE 0 END)::float8 AS place
    FROM (SELECT row_number() OVER () AS id, * FROM ten) AS t JOIN ten AS o ON o.churned <> t.churned GROUP BY id, t.churned)
SELECT abs(low - (auc - 1.959963984540054 * error)) < 1e-12 AS low, abs(high - least(1, auc + 1.959963984540054 * error)) < 1e-12 AS high
  FROM (SELECT avg(place) FILTER (WHERE churned) AS auc, sqrt(var_samp(place) FILTER (WHERE churned) / count(*) FILTER (WHERE churned) + var_samp(place) FILTER (WHERE NOT churned) / count(*) FILTER (WHERE NOT churned)) AS error FROM place) AS d,
       auc_interval((SELECT validation_agg(score, churned) FROM ten)) AS i;
-- the riskiest 20 % are the two with 0; of the 30 % one third of the customers with 10, one third of the one of them who churned
SELECT p, lift(s, p) FROM (SELECT validation_agg(score, churned) AS s FROM ten) AS x, unnest('{0,10,20,30,35,50,100}'::float8[]) AS p;
SELECT * FROM gains((SELECT validation_agg(score, churned) FROM ten), 5);
SELECT * FROM calibration_table((SELECT validation_agg(score, churned) FROM ten), 2);
SELECT * FROM calibration_table((SELECT validation_agg(score, churned) FROM ten), 1000);
-- the same beside a model's predictions: a slope of ln 2 / 10 gives the scores 0, 10, ... 50 the probabilities 1/2, 1/3, 1/5, 1/9, 1/17, 1/33,
-- so the means are (2/2 + 3/3) / 5 = 40 % and (1/5 + 2/9 + 1/17 + 1/33) / 5 = 4303/42075 = 10.2270 %
CREATE TEMP TABLE model AS SELECT '{"signals": [{"name": "a", "worst": 0, "best": 100}], "fit": {"intercept": 0, "slope": 0.069314718055994531}}'::healthmodel AS m;
SELECT bin, low, high, customers, churned, churn_percent, round(predicted_percent::numeric, 10) AS predicted_percent FROM model, calibration_table(m, (SELECT validation_agg(score, churned) FROM ten), 2);
SELECT bin, low, churn_percent, round(predicted_percent::numeric, 10) AS predicted_percent FROM model, calibration_table(m, (SELECT validation_agg(score, churned) FROM ten), 1000);
SELECT bin, customers, churn_percent, predicted_percent FROM calibration_table('{"signals": [{"name": "a", "worst": 0, "best": 100}]}', (SELECT validation_agg(score, churned) FROM ten), 2);
SELECT count(*) AS no_rows FROM model, (VALUES (NULL::validationsummary), ('1:AQAAAAA=')) AS v(s), calibration_table(m, s, 2);
SELECT count(*) AS no_rows FROM calibration_table(NULL::healthmodel, (SELECT validation_agg(score, churned) FROM ten), 2);
SELECT customers, churn_percent, round(predicted_percent::numeric, 10) AS predicted_percent FROM model, calibration_table(m, (SELECT validation_agg(10, true)), 10);
SELECT t, c.* FROM (SELECT validation_agg(score, churned) AS s FROM ten) AS x, unnest('{-1,0,10,10.5,51}'::float8[]) AS t, confusion(s, t) AS c;
SELECT * FROM validation_scores((SELECT validation_agg(score, churned) FROM ten));
-- probabilities: (0.1)^2, (0.8)^2, (0.3)^2, 1^2 on average
SELECT brier_score(p, o), brier_score(validation_agg(p, o)), roc_auc(p, o) FROM (VALUES (0.9, true), (0.2, true), (0.3, false), (1, false), (NULL, true), (0.5, NULL)) AS v(p, o);

-- two scores of the same customers: 0.8125 of the score; cut at 20, the churned one of 30 ties with four kept instead of beating two: 19 of 24
SELECT (d).* FROM (SELECT auc_difference(score, least(score, 20), churned) AS d FROM ten) AS x;
SELECT abs((auc_difference(score, least(score, 20), churned)).difference - (health_auc(score, churned) - health_auc(least(score, 20), churned))) < 1e-15 AS difference, auc_difference(score, score, churned) AS with_itself, auc_difference(score, 2 * score - 7, churned) AS same_order FROM ten;
-- the definition in plain SQL
WITH place AS (
  SELECT t.churned, avg(CASE WHEN o.score = t.score THEN 0.5 WHEN (o.score > t.score) = t.churned THEN 1 ELSE 0 END - CASE WHEN o.other = t.other THEN 0.5 WHEN (o.other > t.other) = t.churned THEN 1 ELSE 0 END)::float8 AS place
    FROM (SELECT row_number() OVER () AS id, score, abs(score - 23) AS other, churned FROM ten) AS t JOIN (SELECT score, abs(score - 23) AS other, churned FROM ten) AS o ON o.churned <> t.churned GROUP BY id, t.churned)
SELECT abs((d).difference - o.difference) < 1e-12 AS difference, abs((d).low - (o.difference - 1.959963984540054 * error)) < 1e-12 AS low, abs((d).high - least(1, o.difference + 1.959963984540054 * error)) < 1e-12 AS high
  FROM (SELECT avg(place) FILTER (WHERE churned) AS difference, sqrt(var_samp(place) FILTER (WHERE churned) / count(*) FILTER (WHERE churned) + var_samp(place) FILTER (WHERE NOT churned) / count(*) FILTER (WHERE NOT churned)) AS error FROM place) AS o,
       (SELECT auc_difference(score, abs(score - 23), churned) AS d FROM ten) AS x;
SELECT auc_difference(score, score, true), auc_difference(score, NULL, churned), auc_difference(score, -score, score = 0) FILTER (WHERE score IN (0, 50)) AS two_and_one FROM ten;

--
-- NULL, no rows, one kind, one row
--
SELECT validation_agg(score, churned), health_auc(score, churned), roc_auc(score, churned), brier_score(score, churned) FROM ten WHERE score < 0;
SELECT validation_agg(NULL, churned), health_auc(score, NULL), brier_score(NULL, true) FROM ten;
SELECT k, auc(s), roc_auc(s), i.*, ks(s), average_precision(s), lift(s, 50), c.*
  FROM (SELECT 'churned' AS k, validation_agg(score, true) AS s FROM ten UNION ALL SELECT 'kept', validation_agg(score, false) FROM ten
        UNION ALL SELECT 'one of each', validation_agg(score, score = 0) FROM (VALUES (0), (1)) AS v(score) UNION ALL SELECT 'one', validation_agg(7, true)
        UNION ALL SELECT 'tied', validation_agg(5, churned) FROM ten UNION ALL SELECT 'empty', '1:AQAAAAA=' UNION ALL SELECT 'NULL', NULL) AS x, auc_interval(s) AS i, confusion(s, 5) AS c;
SELECT * FROM gains((SELECT validation_agg(score, false) FROM ten), 2);
SELECT * FROM gains(NULL, 2) UNION ALL SELECT * FROM gains('1:AQAAAAA=', 2);
SELECT * FROM calibration_table(NULL, 2) UNION ALL SELECT * FROM calibration_table('1:AQAAAAA=', 2);
SELECT * FROM calibration_table((SELECT validation_agg(5, churned) FROM ten), 10);
SELECT combine(NULL::validationsummary, NULL), combine('1:AQAAAAA='::validationsummary, NULL), rollup(s), rollup(NULL::validationsummary) FROM (VALUES ('1:AQAAAAA='::validationsummary)) AS v(s);
-- extremes; the two zeros are one score
SELECT score, churned, kept FROM validation_scores((SELECT validation_agg(x, x > 0) FROM unnest('{0,-0,1e308,-1e308,4.9e-324,-4.9e-324,0}'::float8[]) AS x));

--
-- Bad input: the exact words
--
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$validation_agg('NaN', true)$$, $$health_auc('Infinity', true)$$, $$auc_difference('NaN', 1, true)$$, $$auc_difference(1, '-Infinity', true)$$, $$brier_score('-Infinity', true)$$, 'brier_score(55, true)', 'brier_score(-0.1, true)', 'brier_score(validation_agg(55, true))',
  'lift(validation_agg(1, true), -1)', 'lift(validation_agg(1, true), 101)', $$lift(validation_agg(1, true), 'NaN')$$, 'gains(validation_agg(1, true), 0)', 'calibration_table(validation_agg(1, true), 1001)',
  $$p FROM model, calibration_table(m, (SELECT validation_agg(1, true)), 0) AS p$$, $$p FROM model, calibration_table(m, (SELECT validation_agg(101, true)), 10) AS p$$,
  'auc_interval(validation_agg(1, true), 0.95)', $$confusion(validation_agg(1, true), 'NaN')$$, $$validationsummary_accum_inv('1:AQAAAAA=', 5, true)$$,
  $$validationsummary_combine_inv('1:AQAAAAA=', validation_agg(2.5, true))$$, $$validationsummary_combine_inv(validation_agg(2.5, true), validation_agg(2.5, false))$$]) AS q;
-- text and binary forms that no aggregate gives
SELECT q, pg_temp.fails(format('SELECT %L::validationsummary', q)) FROM unnest(ARRAY['', '1', '2:AQAAAAA=', '1:AQAAAA==', '1:AgAAAAA=', '1:AQAAAAAA', '1:xx'] ||
  ARRAY(SELECT '1:' || encode(decode('01' || h, 'hex'), 'base64') FROM unnest('{000000017ff00000000000000000000000000001,00000001ffffffffffffffff00000000000000010000000000000000,00000001000000000000000000000000000000000000000000000000,000000010000000000000000ffffffffffffffff0000000000000000,000000017ff000000000000000000000000000010000000000000000,00000001000000000000000000000000000000007fffffffffffffff}'::text[]) AS h)) AS q;
SELECT pg_temp.fails($$SELECT '1:$$ || encode(decode('01' || '00000001' || '4014000000000000' || '7fffffffffffffff' || '0000000000000001', 'hex'), 'base64') || $$'::validationsummary$$);
-- the largest counts
SELECT auc(s), ks(s), average_precision(s), lift(s, 50), c.* FROM (SELECT ('1:' || encode(decode('01' || '00000002' || '4014000000000000' || '3ffffffffffffffe' || '0000000000000001' || '4024000000000000' || '0000000000000001' || '3ffffffffffffffe', 'hex'), 'base64'))::validationsummary AS s) AS x, confusion(s, 6) AS c;
SELECT pg_temp.fails($$SELECT combine(s, s) FROM (SELECT '1:$$ || encode(decode('01' || '00000001' || '4014000000000000' || '7000000000000000' || '0000000000000000', 'hex'), 'base64') || $$'::validationsummary AS s) AS x$$);

--
-- The definitions in plain SQL on random data: ties, both kinds of shape
--
SELECT setseed(0.4711);
CREATE TABLE chs_validation_rows AS
  SELECT i AS id, i % 7 AS part, round((60 + 25 * (random() + random() - random() - random() - c::int * 0.4) )::numeric, CASE WHEN i % 3 = 0 THEN 0 ELSE 1 END)::float8 AS score, c AS churned
    FROM (SELECT i, random() < 0.2 AS c FROM generate_series(1, 3000) AS i) AS x;
INSERT INTO chs_validation_rows SELECT i, 0, NULL, true FROM generate_series(3001, 3005) AS i;
INSERT INTO chs_validation_rows SELECT i, 1, 50, NULL FROM generate_series(3006, 3010) AS i;
ANALYZE chs_validation_rows;
WITH r AS MATERIALIZED (SELECT score, churned FROM chs_validation_rows WHERE score IS NOT NULL AND churned IS NOT NULL),
     d AS (SELECT score, count(*) FILTER (WHERE churned) AS c, count(*) FILTER (WHERE NOT churned) AS k FROM r GROUP BY score),
     cum AS (SELECT score, c, k, sum(c) OVER w AS cc, sum(k) OVER w AS ck FROM d WINDOW w AS (ORDER BY score)),
     t AS (SELECT count(*) FILTER (WHERE churned) AS m, count(*) FILTER (WHERE NOT churned) AS n FROM r)
SELECT abs(auc(s) - (SELECT avg(CASE WHEN a.score < b.score THEN 1 WHEN a.score = b.score THEN 0.5 ELSE 0 END) FROM r a, r b WHERE a.churned AND NOT b.churned)) < 1e-12 AS auc,
       abs(ks(s) - (SELECT max(abs(cc::float8 / m - ck::float8 / n)) FROM cum, t)) < 1e-12 AS ks,
       abs(average_precision(s) - (SELECT sum(c::float8 / m * (cc::float8 / (cc + ck))) FROM cum, t)) < 1e-12 AS average_precision,
       (SELECT bool_and(f.caught = (SELECT count(*) FROM r WHERE churned AND score < th) AND f.false_alarms = (SELECT count(*) FROM r WHERE NOT churned AND score < th) AND f.missed = m - f.caught AND f.passed = n - f.false_alarms)
          FROM t, unnest('{-100,30,49.5,50,62,200}'::float8[]) AS th, confusion(s, th) AS f) AS confusion,
       -- every customer in the cut with the part of it that lies before the cut
       (SELECT bool_and(abs(g.captured - o.captured) < 1e-9 AND abs(g.lift - o.captured / (bin / 7.0 * (m + n)) / (m::float8 / (m + n))) < 1e-12 AND abs(g.captured_percent - 100 * o.captured / m) < 1e-9 AND abs(g.lift - lift(s, g.customers_percent)) < 1e-9)
          FROM t, gains(s, 7) AS g, LATERAL (SELECT sum(c * least(1, greatest(0, (bin * (m + n) / 7.0 - (cc + ck - c - k)) / (c + k)))) AS captured FROM cum, t) AS o) AS gains,
       (SELECT bool_and(b.customers = o.customers AND b.churned = o.churned AND b.low = o.low AND b.high = o.high AND abs(b.churn_percent - 100.0 * o.churned / o.customers) < 1e-12) AND count(*) = 9
          FROM calibration_table(s, 9) AS b FULL JOIN (
            SELECT dense_rank() OVER (ORDER BY bin) AS bin, min(score) AS low, max(score) AS high, sum(c + k) AS customers, sum(c) AS churned
              FROM (SELECT *, floor(9 * (2 * (cc + ck - c - k) + c + k) / (2 * (m + n))) AS bin FROM cum, t) AS y GROUP BY y.bin) AS o USING (bin)) AS calibration_table,
       (SELECT count(*) = (SELECT count(*) FROM d) AND bool_and(v.churned = d.c AND v.kept = d.k) FROM validation_scores(s) AS v JOIN d USING (score)) AS scores
  FROM (SELECT validation_agg(score, churned) AS s FROM chs_validation_rows) AS x;
-- predictions: each customer's own probability, on average over the customers of a bin
SELECT bool_and(b.bin = p.bin AND b.customers = o.customers AND b.churned = o.churned AND abs(p.predicted_percent - 100 * o.predicted) < 1e-10) AND count(*) = bins AS predicted, bins
  FROM (SELECT validation_agg(score, churned) AS s FROM chs_validation_rows WHERE score BETWEEN 0 AND 100) AS x, model, unnest('{1,7,50}'::bigint[]) AS bins,
       calibration_table(s, bins) AS b JOIN LATERAL calibration_table(m, s, bins) AS p USING (low, high),
       LATERAL (SELECT count(*) AS customers, count(*) FILTER (WHERE r.churned) AS churned, avg(1 / (1 + 2 ^ (score / 10))) AS predicted
                  FROM chs_validation_rows AS r WHERE score BETWEEN low AND high AND r.churned IS NOT NULL) AS o GROUP BY bins ORDER BY bins;
SELECT brier_score(score / 200, churned) - avg((score / 200 - churned::int) ^ 2) BETWEEN -1e-14 AND 1e-14 AS brier FROM chs_validation_rows WHERE score BETWEEN 0 AND 200;

--
-- Row order, parts, text and binary, windows, parallel plans
--
SELECT (SELECT validation_agg(score, churned) FROM chs_validation_rows) = (SELECT validation_agg(score, churned ORDER BY score DESC, id) FROM chs_validation_rows) AS any_order,
       (SELECT rollup(s) FROM (SELECT validation_agg(score, churned) AS s FROM chs_validation_rows GROUP BY part) p) = (SELECT validation_agg(score, churned) FROM chs_validation_rows) AS parts,
       (SELECT rollup(s::text::validationsummary) FROM (SELECT validation_agg(score, churned) AS s FROM chs_validation_rows GROUP BY part) p) = (SELECT validation_agg(score, churned) FROM chs_validation_rows) AS through_text;
SELECT bool_and(w IS NOT DISTINCT FROM g) AS moving
  FROM (SELECT id, health_auc(score, churned) OVER (ORDER BY id ROWS BETWEEN 40 PRECEDING AND 3 FOLLOWING) AS w FROM chs_validation_rows) AS a,
       LATERAL (SELECT health_auc(score, churned) AS g FROM chs_validation_rows AS b WHERE b.id BETWEEN a.id - 40 AND a.id + 3) AS c WHERE id % 50 = 0;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has('SELECT auc(validation_agg(score, churned)) FROM chs_validation_rows', 'Partial Aggregate') AS parallel;
CREATE TEMP TABLE in_parallel AS SELECT validation_agg(score, churned) AS s FROM chs_validation_rows;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT (SELECT s FROM in_parallel) = validation_agg(score, churned) AS same FROM chs_validation_rows;
-- half a million different scores: the log grows again and again
SELECT auc(s), (SELECT count(*) FROM validation_scores(s)) AS scores FROM (SELECT validation_agg(sqrt(i), i <= 100000) AS s FROM generate_series(1, 500000) AS i) AS x;
-- a log: what GROUP BY counts; what tables of parts give, and the table of a window; two answers from one state; workers
CREATE TABLE chs_validation_many AS SELECT i AS id, (hashint4(i / 3) & 131071) / 7.0::float8 - 9000 AS score, hashint4(i + 1) & 7 = 0 AS churned FROM generate_series(1, 300000) AS i;
CREATE TEMP TABLE of_many AS SELECT validation_agg(score, churned) AS s, health_auc(score, churned) AS auc, roc_auc(-score, churned) AS roc FROM chs_validation_many;
SELECT (SELECT count(*) > 60000 AND bool_and(v.churned = d.churned AND v.kept = d.kept) FROM validation_scores(s) AS v FULL JOIN
          (SELECT score, count(*) FILTER (WHERE churned) AS churned, count(*) FILTER (WHERE NOT churned) AS kept FROM chs_validation_many GROUP BY score) AS d USING (score)) AS counts,
       s = (SELECT rollup(part) FROM (SELECT validation_agg(score, churned) AS part FROM chs_validation_many GROUP BY id % 30) AS p) AS parts,
       s = (SELECT validation_agg(score, churned) OVER () FROM chs_validation_many LIMIT 1) AS of_window, auc(s) = auc AS auc, abs(auc - roc) < 1e-14 AS roc FROM of_many;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT s = (SELECT validation_agg(score, churned) FROM chs_validation_many) AS parallel FROM of_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
DROP TABLE chs_validation_many;
DROP TABLE chs_validation_rows;
