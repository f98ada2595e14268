-- value: lifetime value and costs from plain numbers, and where a customer stands among the others
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 1;

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Lifetime value
--
-- margin m = 80 a month, 5 % leave: m / 0.05 = 1600; discounted by 1 % a month m x 1.01 / 0.06
SELECT clv(100, 80, 5), clv(100, 80, 5, 1) AS discounted, clv(250, 100, 2.5, 0.8) AS revenue, clv(79.90, 72.5, 3.1) AS literals;
-- 1 + d - r is 0 where customers stay for ever; of those who leave at once only the first payment counts
SELECT clv(100, 80, 0) AS for_ever, clv(100, 80, 0, 1) AS for_ever_discounted, clv(100, 80, 100, 10) AS one_payment, clv(100, 80, 5, -3) AS grows, clv(100, 80, 5, -5) AS grows_as_fast, clv(0, 80, 5) AS nothing, clv(100, -20, 5) AS loss;
-- answers that were computed elsewhere, to 1e-12
SELECT bool_and(abs(clv(a, m, c, d) / truth - 1) < 1e-12) AS same FROM (VALUES (100, 80, 5, 0, 1600), (100, 80, 5, 1, 1346.666666666666666666667), (250, 100, 2.5, 0.8, 7636.363636363636363636364), (100, 80, 0, 1, 8080), (100, 80, 100, 10, 80)) AS v(a, m, c, d, truth);
-- the sum of a thousand payments
SELECT abs(clv(100, 80, 5, 1) / (SELECT sum(80 * power(0.95 / 1.01, t)) FROM generate_series(0, 1000) AS t) - 1) < 1e-15 AS sum_of_payments, abs(clv(100, 80, 5, 1) - 80 - 80 * 0.95 / (1.01 - 0.95)) < 1e-12 AS a_period_later;
-- no digit is lost where churn is small: 80 / 0.00000000001 %
SELECT clv(100, 80, 1e-11) AS small, clv(1e-8, 80, 3) AS tiny, clv(1e300, 100, 50) / 2e300 AS large;
-- numeric, int, bigint, float8 rates; NULL
SELECT clv(100::bigint, 80::float8, 5::smallint) AS mixed, clv(arpa(300, 3), 80, churn_rate(5, 100)) AS composed, clv('100', '80', '5') AS untyped;
SELECT clv(NULL, 80, 5), clv(100, NULL, 5), clv(100, 80, NULL), clv(100, 80, 5, NULL);

-- 1600 / 3; 500 of 80 a month; 4,500 for 300 customers
SELECT acquisition_limit(1600), acquisition_limit(1600, 4) AS of_four, acquisition_limit(clv(100, 80, 5)) AS composed, acquisition_limit(1600, 0) AS zero, acquisition_limit(-30) AS loss;
SELECT payback_months(500, 100, 80), payback_months(500, 0, 80) AS no_revenue, payback_months(500, 100, 0) AS no_margin, payback_months(500, 100, -5) AS loss, payback_months(0, 100, 80) AS free;
SELECT retention_cost(4500, 300), retention_cost(4500, 0) AS nobody, retention_cost(0, 300) AS nothing, arpa(1000, 3), arpa(1000, 0) AS nobody, arpa(sum(m), count(*)) AS rows FROM unnest('{79.90,120.10}'::numeric[]) AS m;
SELECT acquisition_limit(NULL), acquisition_limit(1600, NULL), payback_months(NULL, 1, 1), payback_months(1, NULL, 1), payback_months(1, 1, NULL), retention_cost(NULL, 1), retention_cost(1, NULL), arpa(NULL, 1), arpa(1::numeric, NULL);
-- beside the form of a summary
SELECT arpa(s, '2026-01-31') = arpa(mrr(s, '2026-01-31'), customers(s, '2026-01-31')) AS same FROM (SELECT subscription_agg(c, '2026-01-01', NULL, 10 + c) AS s FROM generate_series(1, 7) AS c) AS x;
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'clv(-1, 80, 5)', 'clv(100, 101, 5)', 'clv(100, -1001, 5)', 'clv(100, 80, -1)', 'clv(100, 80, 100.5)', 'clv(100, 80, 5, -101)', 'clv(100, 80, 5, 1001)', $$clv('NaN', 80, 5)$$, $$clv('Infinity', 80, 5)$$, $$clv(100, 'NaN', 5)$$, $$clv(100, 80, 'Infinity')$$, $$clv(100, 80, 5, 'NaN')$$, 'clv(1e400, 80, 5)',
  $$acquisition_limit('NaN')$$, $$acquisition_limit('-Infinity')$$, 'acquisition_limit(1600, -3)', $$acquisition_limit(1600, 'NaN')$$, $$acquisition_limit(1600, 'Infinity')$$,
  'payback_months(-1, 100, 80)', 'payback_months(500, -1, 80)', 'payback_months(500, 100, 800)', $$payback_months('NaN', 100, 80)$$, 'payback_months(1e300, 1e-300, 80)',
  'retention_cost(-1, 5)', 'retention_cost(1, -5)', 'retention_cost(1, 0.5)', 'arpa(-1, 5)', 'arpa(1, 2.5)', $$arpa('NaN', 5)$$, 'arpa(1, 1e30)']) AS q;

--
-- Scores: 1 + floor(bins (2 below + ties) / (2 n))
--
CREATE TEMP TABLE cases (name text, bins bigint, values float8[], truth bigint[]);
INSERT INTO cases VALUES
  ('distinct ten', 5, '{10,20,30,40,50,60,70,80,90,100}', '{1,1,2,2,3,3,4,4,5,5}'), ('all equal', 5, '{7,7,7,7,7,7}', '{3,3,3,3,3,3}'), ('one value', 5, '{3}', '{3}'), ('two', 5, '{1,2}', '{2,4}'),
  ('ties at the cut', 5, '{1,1,1,2,2,3,3,3,3,9}', '{1,1,1,3,3,4,4,4,4,5}'), ('NULLs do not count', 5, '{5,NULL,1,NULL,9,9,2,4,4,8}', '{3,NULL,1,NULL,5,5,1,2,2,4}'), ('seven', 5, '{1,2,3,4,5,6,7}', '{1,2,2,3,4,4,5}'),
  ('four bins', 4, '{1,1,2,2,3,3,4,4,4,4}', '{1,1,2,2,3,3,4,4,4,4}'), ('only NULL', 5, '{NULL,NULL}', '{NULL,NULL}'), ('zeros and the ends', 3, '{-0,0,-1e308,1e308}', '{2,2,1,3}'), ('a thousand bins', 1000, '{1,2}', '{251,751}');
SELECT name, scores = truth AS same, CASE WHEN scores <> truth THEN scores END AS scores FROM cases, LATERAL (SELECT array_agg(score ORDER BY i) AS scores FROM (SELECT i, rfm_score(v, bins) OVER () AS score FROM unnest(values) WITH ORDINALITY AS u(v, i)) AS x) AS y;
-- five bins if none are named; the partition counts, not the frame nor the order; int, numeric and ages
SELECT array_agg(rfm_score ORDER BY v) AS plain, array_agg(ordered ORDER BY v) AS ordered, array_agg(framed ORDER BY v) AS framed, array_agg(of_int ORDER BY v) AS of_int, array_agg(recent ORDER BY v) AS recent
  FROM (SELECT v, rfm_score(v) OVER (), rfm_score(v, 5) OVER (ORDER BY v DESC) AS ordered, rfm_score(v) OVER (ORDER BY v ROWS CURRENT ROW) AS framed, rfm_score(v::int) OVER () AS of_int, rfm_score(-v) OVER () AS recent FROM generate_series(1, 10) AS v) AS x;
-- a volatile value is read twice, and may be NULL or smaller than it is later
CREATE SEQUENCE rising;
SELECT rfm_score(CASE WHEN nextval('rising') > 1 THEN 1.0::float8 END) OVER ();
SELECT rfm_score(nextval('rising')::float8, 5) OVER () FROM generate_series(1, 3);
SELECT p, v, rfm_score(v, b) OVER (PARTITION BY p) AS score FROM (VALUES (1, 10.5, 5), (1, 20, NULL), (1, 30, 2), (2, 7, 5)) AS x(p, v, b) ORDER BY p, v;
SELECT rfm_score(v) OVER () FROM (SELECT 1.0 AS v WHERE false) AS x;
-- the definition on random data with many ties
SELECT setseed(0.77);
CREATE TEMP TABLE scored AS SELECT i, floor(random() * 20) AS p, CASE WHEN random() < 0.95 THEN floor(random() * random() * 50) END AS v, 2 + floor(random() * 9)::bigint AS bins FROM generate_series(1, 1500) AS i;
SELECT count(*) AS rows, count(score) AS scores, bool_and(score IS NOT DISTINCT FROM CASE WHEN v IS NOT NULL THEN 1 + floor(bins * (2 * (SELECT count(*) FROM scored b WHERE b.p = a.p AND b.v < a.v) + (SELECT count(*) FROM scored b WHERE b.p = a.p AND b.v = a.v)) / (2.0 * (SELECT count(v) FROM scored b WHERE b.p = a.p))) END) AS equal
  FROM (SELECT *, rfm_score(v, bins) OVER (PARTITION BY p) AS score FROM scored) AS a;
-- quarters: the rule of health_quartile under other names
SELECT v, value_quartile(v) OVER () FROM generate_series(1, 5) AS v;
SELECT array_agg(value_quartile ORDER BY v) AS ties FROM (SELECT v, value_quartile(v) OVER () FROM unnest('{1,3,NULL,1,2}'::float8[]) AS v) AS x;
SELECT array_agg(value_quartile) AS equal FROM (SELECT value_quartile(5) OVER () FROM generate_series(1, 4)) AS x;
SELECT array_agg(value_quartile) AS too_few FROM (SELECT value_quartile(v) OVER () FROM unnest('{1,2,3,NULL}'::float8[]) AS v) AS x;
SELECT count(*) AS rows, bool_and(value IS NOT DISTINCT FROM CASE health WHEN 'healthy' THEN 'top' WHEN 'at risk' THEN 'middle' WHEN 'unhealthy' THEN 'bottom' END) AS same, count(DISTINCT value) AS bands
  FROM (SELECT value_quartile(v) OVER (PARTITION BY p) AS value, health_quartile(v) OVER (PARTITION BY p) AS health FROM scored) AS x;
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$rfm_score(v) OVER () FROM unnest('{1,NaN}'::float8[]) AS v$$, $$rfm_score(v) OVER () FROM unnest('{1,-Infinity}'::float8[]) AS v$$, 'rfm_score(1, 1) OVER ()', 'rfm_score(1, 1001) OVER ()', 'rfm_score(1, -5) OVER ()', $$value_quartile(v) OVER () FROM unnest('{1,Infinity}'::float8[]) AS v$$, 'rfm_score(1)', 'value_quartile(1)']) AS q;
