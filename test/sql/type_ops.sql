-- Equality, order and hash are those of what a value holds.
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

-- An aggregate of a user's own over a transition function, without the final
-- function, stores the form in which a state grows: rows as they came, with
-- room for more.  Whatever the order of rows, equal content is equal, also to
-- the sorted form, and so are its hash, its binary form and its text.
CREATE AGGREGATE pg_temp.growing(bigint, date) (SFUNC = activitysummary_accum, STYPE = activitysummary);
CREATE AGGREGATE pg_temp.growing(bigint, date, date, numeric) (SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary);
CREATE AGGREGATE pg_temp.growing(date, date, text) (SFUNC = flowsummary_accum, STYPE = flowsummary, INITCOND = '1:AQA=');
CREATE TEMP TABLE rows AS SELECT i, i % 7 AS c, '2025-01-01'::date + i AS d, row_number() OVER (ORDER BY hashint4(i)) AS other FROM generate_series(1, 50) i;
CREATE TEMP TABLE activities AS
  SELECT 'by i' AS form, pg_temp.growing(c, d ORDER BY i) AS s FROM rows
  UNION ALL SELECT 'by hash', pg_temp.growing(c, d ORDER BY other) FROM rows
  UNION ALL SELECT 'sorted', activity_agg(c, d) FROM rows;
CREATE TEMP TABLE subscriptions AS
  SELECT 'by i' AS form, pg_temp.growing(c, d, NULL, 5 ORDER BY i) AS s FROM rows
  UNION ALL SELECT 'by hash', pg_temp.growing(c, d, NULL, 5 ORDER BY other) FROM rows
  UNION ALL SELECT 'sorted', subscription_agg(c, d, NULL, 5) FROM rows;
CREATE TEMP TABLE flows AS
  SELECT 'by i' AS form, pg_temp.growing(d, d + 40 + c, 'month' ORDER BY i) AS s FROM rows
  UNION ALL SELECT 'by hash', pg_temp.growing(d, d + 40 + c, 'month' ORDER BY other) FROM rows
  UNION ALL SELECT 'sorted', flow_agg(d, d + 40 + c, 'month') FROM rows;
-- (the forms do differ: sizes of stored values)
SELECT (SELECT count(DISTINCT pg_column_size(s)) > 1 FROM activities) AS activity, (SELECT count(DISTINCT pg_column_size(s)) > 1 FROM subscriptions) AS subscription,
       (SELECT count(DISTINCT pg_column_size(s)) > 1 FROM flows) AS flow;
SELECT a.form, b.form, a.s = b.s AS eq, a.s <> b.s AS ne, a.s < b.s AS lt, a.s >= b.s AS ge, activitysummary_cmp(a.s, b.s) AS cmp,
       activitysummary_hash(a.s) = activitysummary_hash(b.s) AS hash, activitysummary_hash_extended(a.s, 7) = activitysummary_hash_extended(b.s, 7) AS extended,
       activitysummary_send(a.s) = activitysummary_send(b.s) AS send, a.s::text = b.s::text AS text
  FROM activities a JOIN activities b ON a.form < b.form ORDER BY 1, 2;
SELECT a.form, b.form, a.s = b.s AS eq, a.s <> b.s AS ne, a.s < b.s AS lt, a.s >= b.s AS ge, subscriptionsummary_cmp(a.s, b.s) AS cmp,
       subscriptionsummary_hash(a.s) = subscriptionsummary_hash(b.s) AS hash, subscriptionsummary_hash_extended(a.s, 7) = subscriptionsummary_hash_extended(b.s, 7) AS extended,
       subscriptionsummary_send(a.s) = subscriptionsummary_send(b.s) AS send, a.s::text = b.s::text AS text
  FROM subscriptions a JOIN subscriptions b ON a.form < b.form ORDER BY 1, 2;
SELECT a.form, b.form, a.s = b.s AS eq, a.s <> b.s AS ne, a.s < b.s AS lt, a.s >= b.s AS ge, flowsummary_cmp(a.s, b.s) AS cmp,
       flowsummary_hash(a.s) = flowsummary_hash(b.s) AS hash, flowsummary_hash_extended(a.s, 7) = flowsummary_hash_extended(b.s, 7) AS extended,
       flowsummary_send(a.s) = flowsummary_send(b.s) AS send, a.s::text = b.s::text AS text
  FROM flows a JOIN flows b ON a.form < b.form ORDER BY 1, 2;
-- Grouped and joined, by hash and by sort: three equal values are one group,
-- and each finds all three.
SET enable_sort = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT s FROM flows GROUP BY s;
EXPLAIN (COSTS OFF) SELECT count(*) FROM flows a JOIN flows b USING (s);
SELECT (SELECT count(*) FROM (SELECT s FROM activities GROUP BY s) x) AS activity, (SELECT count(*) FROM (SELECT s FROM subscriptions GROUP BY s) x) AS subscription,
       (SELECT count(*) FROM (SELECT s FROM flows GROUP BY s) x) AS flow;
SELECT (SELECT count(*) FROM activities a JOIN activities b USING (s)) AS activity, (SELECT count(*) FROM subscriptions a JOIN subscriptions b USING (s)) AS subscription,
       (SELECT count(*) FROM flows a JOIN flows b USING (s)) AS flow;
RESET enable_sort;
RESET enable_mergejoin;
SET enable_hashagg = off;
SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT s FROM flows GROUP BY s;
EXPLAIN (COSTS OFF) SELECT count(*) FROM flows a JOIN flows b USING (s);
SELECT (SELECT count(*) FROM (SELECT s FROM activities GROUP BY s) x) AS activity, (SELECT count(*) FROM (SELECT s FROM subscriptions GROUP BY s) x) AS subscription,
       (SELECT count(*) FROM (SELECT s FROM flows GROUP BY s) x) AS flow;
SELECT (SELECT count(*) FROM activities a JOIN activities b USING (s)) AS activity, (SELECT count(*) FROM subscriptions a JOIN subscriptions b USING (s)) AS subscription,
       (SELECT count(*) FROM flows a JOIN flows b USING (s)) AS flow;
RESET enable_hashagg;
RESET enable_hashjoin;
RESET enable_nestloop;
-- one day, one cent more is another value
SELECT s = (SELECT activity_agg(c, d) FROM (SELECT c, d FROM rows UNION ALL SELECT 1, '2030-01-01') x) AS another_day FROM activities WHERE form = 'sorted';
SELECT s = (SELECT subscription_agg(c, d, NULL, 5 + (i = 50)::int * 0.01) FROM rows) AS another_cent FROM subscriptions WHERE form = 'sorted';
SELECT s = (SELECT flow_agg(d, d + 40 + c + (i = 50)::int, 'month') FROM rows) AS another_end FROM flows WHERE form = 'sorted';
-- segments and strata, whose forms grow flat
CREATE AGGREGATE pg_temp.growing(text, float8, float8, float8, float8) (SFUNC = changesummary_accum, STYPE = changesummary, INITCOND = '1:AQAAAAA=');
CREATE AGGREGATE pg_temp.growing(boolean, boolean, text) (SFUNC = effectsummary_accum, STYPE = effectsummary, INITCOND = '1:AQAAAAA=');
SELECT count(DISTINCT pg_column_size(s)) > 1 AS sizes, count(DISTINCT s) AS sorted, count(DISTINCT changesummary_hash(s)) AS hashes, count(DISTINCT changesummary_send(s)) AS binary, count(DISTINCT s::text) AS text
  FROM (SELECT pg_temp.growing('s' || i, i, 1, c, 1 ORDER BY i) AS s FROM rows UNION ALL SELECT pg_temp.growing('s' || i, i, 1, c, 1 ORDER BY other) FROM rows UNION ALL SELECT change_agg('s' || i, i, 1, c, 1) FROM rows) x;
SELECT count(DISTINCT pg_column_size(s)) > 1 AS sizes, count(DISTINCT s) AS sorted, count(DISTINCT effectsummary_hash(s)) AS hashes, count(DISTINCT effectsummary_send(s)) AS binary, count(DISTINCT s::text) AS text
  FROM (SELECT pg_temp.growing(c > 3, i > 20, i::text ORDER BY i) AS s FROM rows UNION ALL SELECT pg_temp.growing(c > 3, i > 20, i::text ORDER BY other) FROM rows UNION ALL SELECT effect_agg(c > 3, i > 20, i::text) FROM rows) x;
-- lives, with their weights
CREATE AGGREGATE pg_temp.growing(bigint, bigint, bigint, numeric) (SFUNC = survivalsummary_accum, STYPE = survivalsummary, INITCOND = '1:AQA=');
SELECT count(DISTINCT pg_column_size(s)) > 1 AS sizes, count(DISTINCT s) AS sorted, count(DISTINCT survivalsummary_hash(s)) AS hashes, count(DISTINCT survivalsummary_send(s)) AS binary, count(DISTINCT s::text) AS text
  FROM (SELECT pg_temp.growing(c, 10 + i, i % 3, i ORDER BY i) AS s FROM rows UNION ALL SELECT pg_temp.growing(c, 10 + i, i % 3, i ORDER BY other) FROM rows UNION ALL SELECT survival_agg(c, 10 + i, i % 3, i) FROM rows) x;
