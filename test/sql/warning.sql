-- calibration: early warning
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
-- Five customers by hand, monthly snapshots, horizon of 60 days, known to 30 June 2026
--
CREATE TEMP TABLE snapshots (customer bigint, day date, score float8, churned_on date);
INSERT INTO snapshots VALUES
  -- left on 15 April, fell in February and March
  (1, '2026-01-01', 80, '2026-04-15'), (1, '2026-02-01', 45, '2026-04-15'), (1, '2026-03-01', 35, '2026-04-15'), (1, '2026-04-01', 20, '2026-04-15'),
  -- left on 10 March, green to the end
  (2, '2026-01-01', 75, '2026-03-10'), (2, '2026-02-01', 70, '2026-03-10'), (2, '2026-03-01', 72, '2026-03-10'),
  -- stays, with one bad month
  (3, '2026-01-01', 60, NULL), (3, '2026-02-01', 30, NULL), (3, '2026-03-01', 65, NULL), (3, '2026-04-01', 66, NULL),
  -- leaves in July, which is not known on 30 June; snapshots of May and June have no horizon yet
  (4, '2026-04-01', 50, '2026-07-20'), (4, '2026-05-20', 10, '2026-07-20'), (4, '2026-06-10', 5, '2026-07-20'),
  -- left on the day of the only snapshot: none before it
  (5, '2026-02-01', 10, '2026-02-01'), (5, '2026-03-01', 10, '2026-02-01'), (5, NULL, 10, NULL), (NULL, '2026-03-01', 10, NULL), (3, '2026-03-02', NULL, NULL);
-- churned 2: 1 and 2.  Below 40 in the 60 days before 15 April (from 14 February): 1, by 45 days from 1 March; 2 never.
-- Months: 4 of 1, 3 of 2, 4 of 3, 1 of 4 = 12.  Below 40: 1 in March and April, which are right; 3 in February, which is false.
-- Below 50 also February of 1, 73 days before it left: false; the 50 of 4 is not below 50.
SELECT * FROM warning_table((SELECT warning_agg(customer, day, score, churned_on) FROM snapshots), '{10,40,50,100}', 60, '2026-06-30');
-- on 10 April it is not known that 1 will leave; 1, 2 and 3 have mature snapshots in January and February
SELECT * FROM warning_table((SELECT warning_agg(customer, day, score, churned_on) FROM snapshots), '{40}', 60, '2026-04-10');
SELECT * FROM warning_table((SELECT warning_agg(customer, day, score, churned_on) FROM snapshots), '{40}', 60, '2025-12-31');
-- two scores of one day: the lower counts; -0 is 0; a day of leaving that only some rows know
SELECT warning_agg(c, d, s, e) = warning_agg(c, d, s, e) FILTER (WHERE s < 5) AS lower FROM (VALUES (1, date '2026-01-01', 5, NULL::date), (1, '2026-01-01', 4.5, '2026-02-01')) AS v(c, d, s, e);
SELECT warning_agg(1, d, s, NULL) = warning_agg(1, d, abs(s), NULL) AS zero FROM (VALUES (date '2026-01-01', '-0'::float8)) AS v(d, s);
-- daily snapshots of a month are one customer-month, and one alarm
SELECT w.* FROM (SELECT warning_agg(7, '2026-01-01'::date + i, 20, NULL) AS s FROM generate_series(0, 58) AS i) AS x, warning_table(s, '{30}', 30, '2026-12-31') AS w;

--
-- NULL, no rows, keys of all types
--
SELECT warning_agg(customer, day, score, churned_on) FROM snapshots WHERE customer > 5;
SELECT warning_agg(NULL::bigint, day, score, churned_on), warning_agg(customer, NULL, score, churned_on), warning_agg(customer, day, NULL, churned_on) FROM snapshots;
SELECT * FROM warning_table(NULL, '{40}', 60, '2026-06-30');
SELECT * FROM warning_table((SELECT warning_agg(customer, day, score, churned_on) FROM snapshots), NULL, 60, '2026-06-30');
SELECT rollup(NULL::warningsummary), combine(NULL::warningsummary, NULL);
SELECT bool_and(w = v AND w = y) AS keys
  FROM (SELECT warning_agg(customer, day, score, churned_on) AS b, warning_agg(customer::text, day, score, churned_on) AS t, warning_agg(md5(customer::text)::uuid, day, score, churned_on) AS u FROM snapshots) AS x,
       LATERAL (SELECT w FROM warning_table(b, '{40}', 60, '2026-06-30') AS w) AS a, LATERAL (SELECT w AS v FROM warning_table(t, '{40}', 60, '2026-06-30') AS w) AS c, LATERAL (SELECT w AS y FROM warning_table(u, '{40}', 60, '2026-06-30') AS w) AS d;

--
-- Bad input: the exact words
--
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$warning_agg(7, 'infinity', 5, NULL)$$, $$warning_agg(7, '2026-01-01', 'NaN', NULL)$$, $$warning_agg('Alder', '2026-01-01', 5, '-infinity')$$,
  $$warning_agg(c, '2026-01-01', 5, '2026-02-01'::date + i::int) FROM unnest('{3,1,2,3}'::int[]) WITH ORDINALITY AS v(c, i)$$,
  $$warning_agg('Alder', '2026-01-01', 5, d) FROM unnest('{2026-02-01,NULL,2026-02-02}'::date[]) AS d$$,
  $$combine(warning_agg(1, '2026-01-01', 5, '2026-02-01'), warning_agg('one', '2026-01-01', 5, '2026-02-01'))$$,
  $$combine(warning_agg(1, '2026-01-01', 5, '2026-02-01'), warning_agg(1, '2026-01-01', 5, '2026-02-03'))$$,
  -- far apart
  $$warning_table(warning_agg(CASE WHEN i IN (1, 2000) THEN 0 ELSE i END, '2026-01-01', 5, '2026-02-01'::date + i), '{40}', 60, '2026-06-30') FROM generate_series(1, 2000) AS i$$,
  $$warning_table(s, '{}', 60, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$, $$warning_table(s, '{40,NULL}', 60, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$,
  $$warning_table(s, '{{40}}', 60, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$, $$warning_table(s, '{NaN}', 60, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$,
  $$warning_table(s, '{40}', 0, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$, $$warning_table(s, '{40}', 3661, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$,
  $$warning_table(s, array_fill(1, '{1001}')::float8[], 60, '2026-06-30') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$, $$warning_table(s, '{40}', 60, 'infinity') FROM (SELECT warning_agg(1, '2026-01-01', 5, NULL) AS s) AS x$$]) AS q;

--
-- The definition in plain SQL on random data: monthly and irregular snapshots, churn, unknown scores
--
SELECT setseed(0.4711);
CREATE TABLE chs_warning_rows AS
  SELECT c AS customer, i, c % 7 AS part, ('2024-01-01'::date + (30.4 * i)::int + CASE WHEN c % 3 = 0 THEN (random() * 25)::int ELSE 0 END) AS day,
         CASE WHEN random() < 0.95 THEN round((20 + 60 * (c * 7919 % 100) / 100.0 + 20 * random() - CASE WHEN c % 4 = 0 THEN greatest(0, 8 - abs(i - c % 20)) * 6 ELSE 0 END)::numeric, 0) END AS score,
         CASE WHEN c % 4 = 0 THEN '2024-01-15'::date + (30.4 * (c % 20))::int + c % 11 END AS churned_on
    FROM generate_series(1, 400) AS c, generate_series(0, 23) AS i;
INSERT INTO chs_warning_rows SELECT customer, 100 + i, part, day, score - 3, churned_on FROM chs_warning_rows WHERE customer % 10 = 0;
ANALYZE chs_warning_rows;
CREATE FUNCTION pg_temp.definition(thresholds float8[], horizon int, as_of date)
RETURNS TABLE (threshold float8, churned bigint, caught bigint, missed bigint, caught_percent float8, alarms bigint, false_alarms bigint, customer_months bigint, false_per_100 float8, median float8) LANGUAGE sql AS $$
  WITH known AS (SELECT customer, day, score, CASE WHEN churned_on <= $3 THEN churned_on END AS gone FROM chs_warning_rows WHERE score IS NOT NULL AND day <= $3),
       snapshot AS MATERIALIZED (SELECT * FROM known WHERE gone IS NULL OR day < gone),
       per AS (SELECT t, customer, gone, min(day) FILTER (WHERE score < t AND day >= gone - $2) AS first FROM snapshot, unnest($1) AS t GROUP BY t, customer, gone),
       leavers AS (SELECT t, count(gone) AS churned, count(first) AS caught, percentile_cont(0.5) WITHIN GROUP (ORDER BY gone - first) AS median FROM per GROUP BY t),
       month AS (SELECT t, customer, date_trunc('month', day), bool_or(score < t) AS alarm, coalesce(bool_or(score < t AND gone <= day + $2), false) AS was_right
                   FROM snapshot, unnest($1) AS t WHERE day + $2 <= $3 GROUP BY 1, 2, 3),
       alarm AS (SELECT t, count(*) FILTER (WHERE alarm) AS alarms, count(*) FILTER (WHERE alarm AND NOT was_right) AS false_alarms, count(*) AS months FROM month GROUP BY t)
  SELECT t, churned, caught, churned - caught, 100.0::float8 * caught / nullif(churned, 0), alarms, false_alarms, months, 100.0::float8 * false_alarms / nullif(months, 0), median
    FROM leavers JOIN alarm USING (t) $$;
SELECT as_of, horizon, count(*) AS thresholds, bool_and(w IS NOT DISTINCT FROM d) AS equal, sum(w.caught) > 0 AND sum(w.false_alarms) > 0 AS lively
  FROM (SELECT warning_agg(customer, day, score, churned_on) AS s FROM chs_warning_rows) AS x, unnest('{2025-02-28,2025-06-30,2026-12-31}'::date[]) AS as_of, unnest('{1,30,90,365}'::int[]) AS horizon,
       LATERAL warning_table(s, '{70,10,30.5,40,50,55,100}', horizon, as_of) AS w JOIN LATERAL pg_temp.definition('{70,10,30.5,40,50,55,100}', horizon, as_of) AS d USING (threshold)
 GROUP BY as_of, horizon ORDER BY 1, 2;
-- a lower threshold never catches more, and never raises more alarms
SELECT count(*), bool_and(caught >= before AND alarms >= alarms_before AND caught + missed = churned AND false_alarms <= alarms) AS monotone
  FROM (SELECT w.*, lag(caught, 1, 0::bigint) OVER (PARTITION BY as_of ORDER BY threshold) AS before, lag(alarms, 1, 0::bigint) OVER (PARTITION BY as_of ORDER BY threshold) AS alarms_before
          FROM (SELECT warning_agg(customer, day, score, churned_on) AS s FROM chs_warning_rows) AS x, unnest('{2025-02-28,2025-06-30,2026-12-31}'::date[]) AS as_of,
               LATERAL warning_table(s, ARRAY(SELECT generate_series(0, 100, 0.5)::float8), 90, as_of) AS w) AS y;
-- as_of: what is known later changes nothing that was asked as of a day before
SELECT warning_table(warning_agg(customer, day, score, CASE WHEN churned_on <= '2025-03-31' THEN churned_on END) FILTER (WHERE day <= '2025-03-31'), '{50}', 90, '2025-03-31')
     = warning_table(warning_agg(customer, day, score, churned_on), '{50}', 90, '2025-03-31') AS as_it_was FROM chs_warning_rows;

--
-- A leak.  Usage stops when a customer gives notice, 30 days before the end.  The score of the day knows usage up to the day.
-- The leaked one was computed later, from a table in which the last state of each customer is written into all its months.
--
CREATE TEMP TABLE leak AS
  SELECT customer, day, churned_on, 40 + customer * 31 % 50 - CASE WHEN churned_on - day <= 30 THEN 30 ELSE 0 END AS as_of_the_day, 40 + customer * 31 % 50 - CASE WHEN churned_on IS NOT NULL THEN 30 ELSE 0 END AS leaked
    FROM (SELECT c AS customer, ('2024-01-01'::date + interval '1 month' * m)::date AS day, CASE WHEN c % 5 = 0 THEN '2024-10-01'::date + (c * 17 % 400)::int END AS churned_on FROM generate_series(1::bigint, 1000) AS c, generate_series(0, 23) AS m) AS x
   WHERE churned_on IS NULL OR day < churned_on;
-- at 90 days the leaked score catches as many as at 30, with as much warning as there is horizon: no score of the day does
SELECT k, horizon, round(caught_percent::numeric, 1) AS caught_percent, median_days_of_warning
  FROM (SELECT 'as of the day' AS k, warning_agg(customer, day, as_of_the_day, churned_on) AS s FROM leak UNION ALL SELECT 'leaked', warning_agg(customer, day, leaked, churned_on) FROM leak) AS x,
       unnest('{30,90,180}'::bigint[]) AS horizon, LATERAL warning_table(s, '{40}', horizon, '2025-12-31') AS w ORDER BY 1, 2;
-- those who stay another 30 days have not given notice: no honest score knows who of them leaves within 90
SELECT round(health_auc(as_of_the_day, churned)::numeric, 2) AS as_of_the_day, round(health_auc(leaked, churned)::numeric, 2) AS leaked, count(*) FILTER (WHERE churned) AS churned
  FROM (SELECT *, churned_within(churned_on, day, 90, '2025-12-31') AS churned FROM leak WHERE coalesce(churned_on > day + 30, true)) AS x;

--
-- Row order, parts, text and binary, large states, parallel plans
--
SELECT (SELECT warning_agg(customer, day, score, churned_on) FROM chs_warning_rows) = (SELECT warning_agg(customer, day, score, churned_on ORDER BY score, day DESC) FROM chs_warning_rows) AS any_order,
       (SELECT rollup(s) FROM (SELECT warning_agg(customer, day, score, churned_on) AS s FROM chs_warning_rows GROUP BY part) p) = (SELECT warning_agg(customer, day, score, churned_on) FROM chs_warning_rows) AS customers,
       (SELECT rollup(s) FROM (SELECT warning_agg(customer, day, score, churned_on) AS s FROM chs_warning_rows GROUP BY i) p) = (SELECT warning_agg(customer, day, score, churned_on) FROM chs_warning_rows) AS months,
       (SELECT rollup(s::text::warningsummary) FROM (SELECT warning_agg(customer, day, score, churned_on) AS s FROM chs_warning_rows GROUP BY i) p) = (SELECT warning_agg(customer, day, score, churned_on) FROM chs_warning_rows) AS through_text;
SELECT (SELECT rollup(s) FROM (SELECT warning_agg(customer % 90000, '2026-01-01'::date + customer % 11, customer % 101, NULL) AS s FROM generate_series(1, 200000) AS customer GROUP BY customer % 3) p)
     = (SELECT warning_agg(customer % 90000, '2026-01-01'::date + customer % 11, customer % 101, NULL) FROM generate_series(1, 200000) AS customer) AS large;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has('SELECT warning_agg(customer, day, score, churned_on) FROM chs_warning_rows', 'Partial Aggregate') AS parallel;
CREATE TEMP TABLE in_parallel AS SELECT warning_agg(customer, day, score, churned_on) AS s FROM chs_warning_rows;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT (SELECT s FROM in_parallel) = warning_agg(customer, day, score, churned_on) AS same FROM chs_warning_rows;
-- forms that no aggregate gives: the customer of 2026-01-01 with score 5, changed
SELECT q, pg_temp.fails(format('SELECT %L::warningsummary', '1:' || translate(encode(decode(changed, 'hex'), 'base64'), E'\n', '')))
  FROM (SELECT encode(warningsummary_send(warning_agg(1, '2026-01-01', 5, '2026-02-01')), 'hex') AS h) AS x,
       LATERAL (VALUES ('as it is', h), ('cut', left(h, -2)), ('longer', h || '00'), ('NaN', replace(h, '4014000000000000', '7ff8000000000000')), ('-0', replace(h, '4014000000000000', '8000000000000000')), ('version', '02' || substr(h, 3)),
         ('beyond the calendar', replace(h, 'a0224014', 'feffffff0f4014')), ('before it', replace(h, 'a0224014', 'ffffffff0f4014')), ('wrapped around', replace(h, 'a0224014', 'feffffffffffffffff014014'))) AS v(q, changed);
DROP TABLE chs_warning_rows;
