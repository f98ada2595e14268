-- retention: retention, churn, growth and renewal
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 1;
SET datestyle = 'ISO';

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- From counts
--

-- (CE - CN) / CS by hand: 200 at start, 195 at end, 10 of them new: 185 / 200 = 92.5 %
SELECT retention_rate(195, 10, 200), churn_rate(15, 200), growth_rate(195, 200);
SELECT retention_rate(0, 0, 10), retention_rate(10, 0, 10), churn_rate(0, 10), churn_rate(10, 10), growth_rate(0, 10), growth_rate(12.5, 10);
SELECT retention_rate(5, 5, 0), churn_rate(0, 0), growth_rate(5, 0), retention_rate(NULL, 1, 1), churn_rate(1, NULL), growth_rate(NULL, NULL);
-- every numeric type alone and mixed, and amounts near the end of float8
SELECT growth_rate(12.5::float8, 10), growth_rate(12.5::real, 10::numeric), growth_rate(12.5::numeric, 10::bigint), growth_rate(5::float8, 0), growth_rate(NULL::float8, 1), growth_rate(9e307::float8, 3e307);
-- what differs by less than float8 tells apart: 100 * 1 / 1e16 and 100 * 0.01 / 1e12 percent
SELECT growth_rate(10000000000000001::numeric, 10000000000000000), growth_rate(1000000000000.01, 1000000000000.00);
SELECT growth_rate(sum(a), sum(b)) AS of_float8, growth_rate(sum(a)::numeric, sum(b)::numeric) AS of_numeric FROM (VALUES (1.5::float8, 1::float8), (3.5, 3)) v(a, b);
SELECT retention_rate(9223372036854775807, 0, 9223372036854775807), churn_rate(9223372036854775807, 9223372036854775807);
-- sums of bigint arrive as they are
SELECT retention_rate(sum(e), sum(n), sum(s)), churn_rate(sum(s) - sum(e) + sum(n), sum(s)) FROM (VALUES (100::bigint, 5::bigint, 100::bigint), (95, 5, 100)) AS x(e, n, s);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'retention_rate(10, 11, 20)', 'retention_rate(25, 3, 20)', 'churn_rate(21, 20)', 'retention_rate(1.5, 0, 2)', 'retention_rate(-1, 0, 2)',
  'churn_rate(1, 9223372036854775808)', $$churn_rate('NaN', 1)$$, 'growth_rate(-1, 5)', $$growth_rate(1, 'Infinity')$$, $$growth_rate('NaN', 5)$$, 'growth_rate(1e400, 5)', 'growth_rate(1e300, 1e-300)', 'growth_rate(-1::float8, 5)', $$growth_rate(1::float8, 'NaN')$$, $$growth_rate('Infinity'::float8, 1)$$,
  'rate_interval(3, 2)', 'rate_interval(1.5, 2)', 'rate_interval(-1, 2)', 'rate_interval(1, 2, 0.9)', 'rate_interval(1, 2, 100)', $$rate_interval(1, 2, 'NaN')$$]) AS q;

-- Wilson intervals.  Expected values: statsmodels.stats.proportion.proportion_confint(k, 10, alpha, method='wilson')
WITH truth(k, n, confidence, low, high) AS (VALUES
  (0, 10, 95, 0.0::float8, 0.27753279986288926::float8), (1, 10, 95, 0.017876213095072924, 0.40415002679523854),
  (5, 10, 95, 0.23659309051256394, 0.7634069094874361), (10, 10, 95, 0.7224672001371106, 1.0),
  (0, 10, 90, 0.0, 0.2129419700834071), (1, 10, 90, 0.02263490873086718, 0.34771866733585843),
  (5, 10, 90, 0.26927182113826714, 0.7307281788617328), (10, 10, 90, 0.7870580299165928, 1.0))
SELECT k, n, confidence, abs(i.low / 100 - t.low) < 1e-12 AS low, abs(i.high / 100 - t.high) < 1e-12 AS high
  FROM truth t, LATERAL rate_interval(k, n, confidence) i ORDER BY confidence DESC, k;
SELECT * FROM rate_interval(0, 0);
SELECT * FROM rate_interval(NULL, 1);
-- the quantile: the margin of one promoter and one detractor is z * 100 * sqrt(1/2); known values of z
SELECT c, abs(nps_margin('1:2{0:1,9:1}', c) / 100 * sqrt(2::float8) / z - 1) < 1e-15 AS equal
  FROM (VALUES (50::float8, 0.6744897501960817::float8), (90, 1.6448536269514722), (95, 1.959963984540054), (99, 2.5758293035489004)) AS x(c, z);
-- near certainty the percentage itself has few digits left: the z of the double nearest to 99.9999, in 40 digits
SELECT abs(nps_margin('1:2{0:1,9:1}', 99.9999) / 100 * sqrt(2::float8) / 4.891638475692057881535 - 1) < 1e-15 AS equal;
-- both ends behave for rare events in large numbers
SELECT low > 0 AND low < 0.0000001 AS low, high < 0.0000012 AS high FROM rate_interval(1, 1000000000);
-- to the last digits; expected values by the textbook formula in 40 digits
SELECT k, n, abs(i.low - t.low) <= 1e-14 * t.low AS low, abs(i.high / t.high - 1) < 1e-14 AS high
  FROM (VALUES (1, 1000000000, 1.7652455495696313174e-8::float8, 5.6649342432974394003e-7::float8), (999999999, 1000000000, 99.99999943350657567, 99.999999982347544504),
               (0, 9223372036854775807, 0, 4.1649179989101752009e-17)) AS t(k, n, low, high), LATERAL rate_interval(k, n) i;
SELECT low, high FROM rate_interval(9223372036854775807, 9223372036854775807);

--
-- One period, by hand
--
-- February 2026, from the rules of the state on a day
CREATE TEMP TABLE customers (n integer, started date, ended date, what text);
INSERT INTO customers VALUES
  (1, '2025-06-01', NULL, 'at start, stays'), (2, '2025-06-01', '2026-02-01', 'lost on the first day of the period'),
  (3, '2025-06-01', '2026-02-28', 'lost on the last day'), (4, '2025-06-01', '2026-03-01', 'ends the day after: kept'),
  (5, '2025-06-01', '2026-01-31', 'ended before'), (6, '2026-01-31', NULL, 'at start, by a day'),
  (7, '2026-02-01', NULL, 'new, kept'), (8, '2026-02-28', '2026-03-01', 'new on the last day, kept'),
  (9, '2026-02-03', '2026-02-04', 'came and went: new, not kept, not lost'), (10, '2026-03-01', NULL, 'later'),
  (11, '2026-02-10', '2026-02-10', 'never a customer'), (12, NULL, '2026-02-10', 'no start: skipped'),
  (13, '2026-02-01', '2026-02-28', 'new, ended on the last day: not kept'), (14, '2025-01-01', '2025-01-01', 'never a customer');
-- at start 1,2,3,4,6 = 5; lost 2,3; new 7,8,9,13 = 4; kept of them 7,8; at end 5 - 2 + 2 = 5; churn 40 %
SELECT customers_at_start(s), new_customers(s), new_kept_customers(s), lost_customers(s), customers_at_end(s), retention_rate(s), churn_rate(s)
  FROM (SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')) s FROM customers) x;
SELECT retention_rate(started, ended, daterange('2026-02-01', '2026-03-01')), churn_rate(started, ended, '[2026-02-01,2026-02-28]'::daterange) FROM customers;
SELECT t.* FROM (SELECT flow_agg(started, ended, 'month') s FROM customers) x, retention_timeline(s, '2026-01-15', '2026-03-15', '2026-02-28') t;
SELECT t.* FROM (SELECT flow_agg(started, ended, '{2026-02-01,2026-02-04,2026-03-01}'::date[]) s FROM customers) x, retention_timeline(s, '2026-02-02', '2026-02-28', '2026-02-03') t;
-- a period is a timeline of one bucket
SELECT t.* FROM (SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')) s FROM customers) x, retention_timeline(s, '2026-02-01', '2026-03-01', '2026-03-01') t;
CREATE FUNCTION pg_temp.counts(s flowsummary) RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY[customers_at_start(s), new_customers(s), new_kept_customers(s), lost_customers(s), customers_at_end(s)] $$;
CREATE FUNCTION pg_temp.counts(s flowsummary, as_of date) RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY[customers_at_start(s, as_of), new_customers(s, as_of), new_kept_customers(s, as_of), lost_customers(s, as_of), customers_at_end(s, as_of)] $$;
-- a running month: on 10 February what starts on the 25th and ends on the 20th has not happened (D6)
SELECT d AS as_of, t.* FROM (SELECT flow_agg(s, e, 'month') AS s FROM (VALUES (date '2025-01-01', date '2026-02-20'), ('2026-02-25', NULL)) AS v(s, e)) AS x,
  unnest('{2024-12-31,2026-01-31,2026-02-10,2026-02-19,2026-02-20,2026-02-25,2026-02-28}'::date[]) AS d, retention_timeline(s, '2026-02-01', '2026-03-01', d) AS t;
-- the customers of February by hand, day by day: on the 1st customer 2 is lost and 7 and 13 are new; on the 3rd 9 comes, on the 4th it is gone
SELECT as_of, pg_temp.counts(s, as_of) AS counts, retention_rate(s, as_of), churn_rate(s, as_of), pg_temp.counts(c) AS cut, retention_rate(c), r, u
  FROM unnest('{2026-01-31,2026-02-01,2026-02-02,2026-02-03,2026-02-04,2026-02-27,2026-02-28,2026-03-01,NULL}'::date[]) AS as_of,
  LATERAL (SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')) AS s, flow_agg(started, ended, daterange('2026-02-01', '2026-03-01'), as_of) AS c,
                  retention_rate(started, ended, daterange('2026-02-01', '2026-03-01'), as_of) AS r, churn_rate(started, ended, daterange('2026-02-01', '2026-03-01'), as_of) AS u FROM customers) AS x;
-- a timeline of one period under an as_of before it: on the day before it the state is known, on earlier days it is not
SELECT as_of, t.* FROM (SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')) AS s, flow_agg(started, ended, daterange('2026-02-01', '2026-03-01'), '2026-02-03') AS c FROM customers) AS x,
  unnest('{2026-01-30,2026-01-31,2026-02-01}'::date[]) AS as_of, retention_timeline(s, '2026-02-01', '2026-03-01', as_of) AS t
UNION ALL SELECT NULL, t.* FROM (SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01'), '2026-02-03') AS c FROM customers) AS x, retention_timeline(c, '2026-02-01', '2026-03-01', '2026-12-31') AS t;
-- a row that touches the next at a month's end does not churn
SELECT churn_rate(started, ended, daterange('2026-01-01', '2026-02-01')), churn_rate(started, ended, daterange('2026-02-01', '2026-03-01'))
  FROM (VALUES ('2025-01-01'::date, '2026-02-01'::date)) AS x(started, ended);

-- renewal: due by as_of only
SELECT renewal_rate(due, renewed, '2026-06-30'), renewal_agg(due, renewed, '2026-06-30') AS s, rate_interval(renewal_agg(due, renewed, '2026-06-30')),
       successes(renewal_agg(due, renewed, '2026-06-30')), trials(renewal_agg(due, renewed, '2026-06-30'))
  FROM (VALUES ('2026-06-30'::date, true), ('2026-07-01', false), ('2026-01-01', true), ('2026-01-01', false), ('2026-02-01', NULL), (NULL, true), ('2026-03-01', true)) AS x(due, renewed);

--
-- NULL, no rows, nobody there
--
SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')) AS p, flow_agg(started, ended, 'month') AS m, flow_agg(started, ended, '{2026-01-01,2026-02-01}'::date[]) AS b,
       retention_rate(started, ended, daterange('2026-02-01', '2026-03-01')) AS r, churn_rate(started, ended, daterange('2026-02-01', '2026-03-01')) AS c FROM customers WHERE n < 0;
SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')), flow_agg(started, ended, 'month'), retention_rate(started, ended, daterange('2026-02-01', '2026-03-01')) FROM customers WHERE n IN (11, 12, 14);
SELECT flow_agg(started, ended, NULL::daterange), flow_agg(started, ended, NULL::text), flow_agg(started, ended, NULL::date[]), retention_rate(started, ended, NULL) FROM customers;
SELECT customers_at_start(s), retention_rate(s), churn_rate(s), customers_at_end(s) FROM (SELECT flow_agg(started, ended, daterange('2026-02-01', '2026-03-01')) s FROM customers WHERE n = 7) x;
SELECT customers_at_start(s), new_customers(s), new_kept_customers(s), lost_customers(s), customers_at_end(s), retention_rate(s), churn_rate(s) FROM (VALUES (NULL::flowsummary), ('1:AQA=')) AS x(s);
SELECT t.* FROM retention_timeline(NULL, '2026-01-01', '2026-02-01', '2026-02-01') t UNION ALL SELECT t.* FROM retention_timeline('1:AQA=', '2026-01-01', '2026-02-01', '2026-02-01') t;
SELECT rollup(s) FROM (VALUES (NULL::flowsummary), ('1:AQA=')) AS x(s);
SELECT combine(NULL::flowsummary, NULL), combine(NULL, '1:AQA='::flowsummary), combine('1:AQA='::flowsummary, NULL), combine('1:AQA='::flowsummary, '1:AQA=');
SELECT combine(s, NULL) = s AS a, combine(NULL, s) = s AS b, combine(s, '1:AQA=') = s AS c, combine('1:AQA=', s) = s AS d FROM (SELECT flow_agg(started, ended, 'month') s FROM customers) x;
SELECT renewal_rate(d, true, '2026-01-01'), renewal_agg(d, true, '2026-01-01') FROM unnest('{2026-01-02}'::date[]) d;
SELECT renewal_rate(d, true, NULL), rate('1:0/0'::ratiosummary), rate_interval('1:0/0'::ratiosummary), rate(NULL::ratiosummary), rollup('1:0/0'::ratiosummary) FROM unnest('{2026-01-02}'::date[]) d;

--
-- Bad input: the exact words
--
SELECT flow_agg('2026-02-01', '2026-01-31'::date, 'month');
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$flow_agg('2026-01-01', NULL, 'months')$$, $$flow_agg('2026-01-01', NULL, 'Month')$$, $$flow_agg('2026-01-01', NULL, '')$$, $$flow_agg('2026-01-01', NULL, E'mon\nth\t\x7f')$$, $$flow_agg('2026-01-01', NULL, '[2026-01-01,2026-02-01)')$$, $$flow_agg('2026-01-01', NULL, '{2026-01-01,2026-02-01}')$$,
  $$flow_agg('infinity', NULL, 'month')$$, $$flow_agg('2026-01-01', 'infinity', 'month')$$, $$flow_agg('-infinity', '2026-01-01', 'day')$$,
  $$flow_agg('2026-01-01', NULL, 'empty'::daterange)$$, $$flow_agg('2026-01-01', NULL, daterange('2026-01-01', NULL))$$, $$flow_agg('2026-01-01', NULL, daterange(NULL, '2026-01-01'))$$,
  $$flow_agg('2026-01-01', NULL, daterange(NULL, NULL))$$, $$flow_agg('2026-01-01', NULL, daterange('-infinity', '2026-01-01'))$$, $$flow_agg('2026-01-01', NULL, daterange('2026-01-01', 'infinity', '[]'))$$,
  $$flow_agg('2026-01-01', NULL, daterange('2026-02-01', '2026-01-01'))$$, $$retention_rate('2026-01-01', '2025-01-01', daterange('2026-01-01', '2026-02-01'))$$,
  $$churn_rate('2026-01-01', NULL, 'empty'::daterange)$$,
  $$flow_agg('2026-01-01', NULL, '{}'::date[])$$, $$flow_agg('2026-01-01', NULL, '{2026-01-01}'::date[])$$, $$flow_agg('2026-01-01', NULL, '{2026-01-01,2026-01-01}'::date[])$$,
  $$flow_agg('2026-01-01', NULL, '{2026-02-01,2026-01-01}'::date[])$$, $$flow_agg('2026-01-01', NULL, '{2026-01-01,NULL}'::date[])$$, $$flow_agg('2026-01-01', NULL, '{2026-01-01,infinity}'::date[])$$,
  $$flow_agg('2026-01-01', NULL, '{{2026-01-01,2026-02-01},{2026-03-01,2026-04-01}}'::date[])$$, $$flow_agg('2026-01-01', NULL, array(SELECT '2026-01-01'::date + i FROM generate_series(0, 10000) i))$$,
  $$flow_agg('2026-01-01', NULL, daterange('2026-01-01', '2026-01-01' ::date + i)) FROM generate_series(1, 2) i$$,
  $$flow_agg('2026-01-01', NULL, CASE i WHEN 1 THEN 'month' ELSE 'year' END) FROM generate_series(1, 2) i$$,
  $$flow_agg('2026-01-01', NULL, CASE i WHEN 1 THEN '{2026-01-01,2026-02-01,2026-03-01}'::date[] ELSE '{2026-01-01,2026-02-02,2026-03-01}' END) FROM generate_series(1, 2) i$$,
  $$flow_agg('2026-01-01', NULL, CASE i WHEN 1 THEN '{2026-01-01,2026-02-01,2026-03-01}'::date[] ELSE '{2026-01-01,2026-03-01}' END) FROM generate_series(1, 2) i$$,
  $$combine(flow_agg('2026-01-01'::date, NULL, daterange('2026-01-01', '2026-02-01')), flow_agg('2026-01-01'::date, NULL, daterange('2026-02-01', '2026-03-01')))$$,
  $$combine(flow_agg('2026-01-01'::date, NULL, daterange('2026-01-01', '2026-02-01')), flow_agg('2026-01-01'::date, NULL, 'week'))$$,
  $$flow_agg('2026-01-01', NULL, daterange('2026-01-01', '2026-02-01'), '2026-01-01'::date + i) FROM generate_series(1, 2) i$$,
  $$flow_agg('2026-01-01', NULL, daterange('2026-01-01', '2026-02-01'), '2025-01-01'::date + i) FROM generate_series(1, 2) i$$,
  $$combine(flow_agg('2026-01-01'::date, NULL, daterange('2026-01-01', '2026-02-01'), '2026-01-20'), flow_agg('2026-01-01'::date, NULL, daterange('2026-01-01', '2026-02-01')))$$,
  $$flow_agg('2026-01-01', NULL, daterange('2026-01-01', '2026-02-01'), 'infinity')$$, $$churn_rate('2026-01-01', NULL, daterange('2026-01-01', '2026-02-01'), '-infinity')$$,
  $$churn_rate(flow_agg('2026-01-01'::date, NULL, daterange('2026-01-01', '2026-02-01')), 'infinity'::date)$$, $$customers_at_end(flow_agg('2026-01-01'::date, NULL, 'month'), '2026-01-01')$$,
  $$customers_at_start(flow_agg('2026-01-01'::date, NULL, 'month'))$$, $$retention_rate(flow_agg('2026-01-01'::date, NULL, 'day'))$$,
  $$churn_rate(flow_agg('2026-01-01'::date, NULL, '{2026-01-01,2026-02-01,2026-03-01}'::date[]))$$,
  $$retention_timeline(flow_agg('2026-01-01'::date, NULL, 'month'), '2026-02-01', '2026-02-01', '2026-02-01')$$, $$retention_timeline(flow_agg('2026-01-01'::date, NULL, 'month'), '2026-02-01', '2026-01-01', '2026-02-01')$$,
  $$retention_timeline(flow_agg('2026-01-01'::date, NULL, 'month'), '-infinity', '2026-02-01', '2026-02-01')$$, $$retention_timeline(flow_agg('2026-01-01'::date, NULL, 'month'), '2026-01-01', 'infinity', '2026-02-01')$$,
  $$retention_timeline(flow_agg('2026-01-01'::date, NULL, 'month'), '2026-01-01', '2026-02-01', 'infinity')$$,
  $$retention_timeline(flow_agg('2026-01-01'::date, NULL, 'day'), '4713-01-01 BC', '5874897-01-01', '2026-02-01')$$,
  $$retention_timeline(flow_agg('2026-01-01'::date, NULL, '{2026-01-01,2026-02-01,2026-03-01}'::date[]), '2025-12-31', '2026-02-01', '2026-02-01')$$,
  $$retention_timeline(flow_agg('2026-01-01'::date, NULL, daterange('2026-01-01','2026-02-01')), '2026-01-01', '2026-02-02', '2026-02-01')$$,
  $$renewal_rate('infinity', true, '2026-01-01')$$, $$renewal_rate('2026-01-01', true, '-infinity')$$]) AS q;
-- the hint works
SELECT churn_rate(started, ended, daterange('2026-02-01', '2026-03-01')) FILTER (WHERE ended IS NULL OR ended >= started)
  FROM (VALUES ('2026-01-01'::date, '2025-01-01'::date), ('2026-01-01', '2026-02-02')) AS x(started, ended);

--
-- Calendar: one customer per day, every bucket holds its days
--
CREATE TEMP TABLE days AS SELECT d::date AS day FROM generate_series('1880-01-01'::timestamp, '2120-12-31', '1 day') AS d;
SELECT k, count(*) AS buckets, bool_and(t.new = o.n AND t.period_start = o.first) AS equal
  FROM unnest('{day,week,month,quarter,year}'::text[]) AS k,
  LATERAL (SELECT flow_agg(day, NULL, k) AS s FROM days) AS x,
  LATERAL retention_timeline(s, '1880-01-05', '2120-12-28', '2120-12-31') AS t
  JOIN LATERAL (SELECT date_trunc(k, day)::date AS first, count(*) AS n FROM days GROUP BY 1) AS o ON t.period_start = o.first
  WHERE t.period_start > '1880-01-01' AND t.period_start < '2120-01-01' GROUP BY k ORDER BY min(t.new), max(t.new);
-- the ends of the calendar
SELECT k, t.period_start, t.new FROM (VALUES ('4714-11-24 BC'::date), ('5874897-12-31')) AS c(d), unnest('{day,week,month,quarter,year}'::text[]) AS k,
  LATERAL (SELECT flow_agg(u, NULL, k) AS s FROM unnest(ARRAY[d]) AS u) AS x,
  LATERAL retention_timeline(s, CASE WHEN d < '0001-01-01' THEN d ELSE d - 1 END, CASE WHEN d < '0001-01-01' THEN d + 1 ELSE d END, d) AS t ORDER BY d, t.period_start, k;
SELECT t.period_start, t.at_start, t.new, t.complete FROM retention_timeline((SELECT flow_agg('4714-11-24 BC'::date, '5874897-12-31', daterange('4713-01-01 BC', '5874897-12-31'))), '4713-01-01 BC', '5874897-12-31', '5874897-12-30') t;
-- leap years and ISO weeks: 2024-02-29 was a Thursday, 2021-01-03 the Sunday of week 53
SELECT k, d, t.period_start FROM (VALUES ('2024-02-29'::date), ('1900-02-28'), ('2000-02-29'), ('2021-01-03'), ('2021-01-04'), ('0001-01-01'), ('0001-12-31 BC')) AS c(d), unnest('{week,month,quarter,year}'::text[]) AS k,
  LATERAL retention_timeline((SELECT flow_agg(u, NULL, k) FROM unnest(ARRAY[d]) AS u), d, d + 1, d) AS t
  WHERE t.period_start IS DISTINCT FROM date_trunc(k, d::timestamp)::date OR k = 'week' ORDER BY d, k;
-- an end in the year 9999 stands for "open" and costs one more day
SELECT (octet_length(flowsummary_send(flow_agg(day, '9999-12-31', 'day'))) - 15) / 32 AS days, count(*) FROM days WHERE day >= '2020-01-01' AND day < '2020-02-01';

--
-- The definition in plain SQL on random data
--
\set seed 0.4711
SELECT setseed(:seed);
CREATE TABLE chs_retention_rows AS
  SELECT i AS id, (random() * 30)::int AS part, (random() * 5)::int AS segment,
         CASE WHEN random() < 0.01 THEN NULL ELSE '2023-06-15'::date + (random() * 800)::int END AS started, NULL::date AS ended
  FROM generate_series(1, 12000) AS i;
UPDATE chs_retention_rows SET ended = CASE WHEN random() < 0.6 THEN started + floor(random() * random() * 500)::int END;
INSERT INTO chs_retention_rows SELECT 12000 + i, 31, 6, '2024-01-01', '9999-12-31' FROM generate_series(1, 10) i;
CREATE INDEX ON chs_retention_rows (id);
ANALYZE chs_retention_rows;
-- days after as_of do not exist: what starts later is not there, what ends later has not ended
CREATE FUNCTION pg_temp.definition(bounds date[], as_of date) RETURNS TABLE (period_start date, at_start bigint, new bigint, new_kept bigint, lost bigint, at_end bigint, retention_rate float8, churn_rate float8, complete boolean) LANGUAGE sql AS $$
  SELECT c.*, CASE WHEN from_day <= as_of THEN 100.0::float8 * (at_start - lost) / nullif(at_start, 0) END, CASE WHEN from_day <= as_of THEN 100.0::float8 * lost / nullif(at_start, 0) END,
         (SELECT min(b) FROM unnest(bounds) b WHERE b > from_day) - 1 <= as_of
  FROM (SELECT b.from_day, count(*) FILTER (WHERE started < b.from_day AND (ended IS NULL OR ended >= b.from_day)) AS at_start,
               count(*) FILTER (WHERE started >= b.from_day AND started < b.to_day),
               count(*) FILTER (WHERE started >= b.from_day AND started < b.to_day AND (ended IS NULL OR ended > b.to_day - 1)),
               count(*) FILTER (WHERE started < b.from_day AND ended >= b.from_day AND ended < b.to_day) AS lost,
               count(*) FILTER (WHERE started <= b.to_day - 1 AND (ended IS NULL OR ended > b.to_day - 1))
        FROM (SELECT bounds[i] AS from_day, bounds[i + 1] AS to_day FROM generate_series(1, cardinality(bounds) - 1) i) b
        LEFT JOIN (SELECT started, CASE WHEN ended <= as_of THEN ended END AS ended FROM chs_retention_rows WHERE started <= as_of AND (ended IS NULL OR ended > started)) r ON true
        GROUP BY 1) AS c $$;
CREATE FUNCTION pg_temp.bounds_of(kind text, from_day date, to_day date) RETURNS date[] LANGUAGE sql AS $$
  SELECT array_agg(b::date ORDER BY b) FROM generate_series(from_day::timestamp, to_day, CASE kind WHEN 'quarter' THEN '3 months' ELSE '1 ' || kind END::interval) b $$;
-- every kind of bucket under an as_of before all rows, before, on and behind the edges of buckets, inside them, and after all
-- rows; 2023-07-03 and 2025-10-06 are Mondays
SELECT k, count(*) AS buckets, bool_and(t IS NOT DISTINCT FROM o) AS equal, bool_and(t.at_end = t.at_start - t.lost + t.new_kept) AS identity,
       bool_and(abs(t.retention_rate + t.churn_rate - 100) < 1e-9) AS hundred, count(DISTINCT t.complete) = 2 AND count(t.churn_rate) < count(*) AND sum(t.new) > 0 AND sum(t.lost) > 0 AS lively
  FROM (VALUES ('day', '2024-01-01'::date, '2024-03-01'::date), ('week', '2023-07-03', '2025-10-06'), ('month', '2023-01-01', '2026-02-01'),
               ('quarter', '2023-01-01', '2026-01-01'), ('year', '2023-01-01', '2026-01-01')) AS c(k, f, u),
  LATERAL (SELECT flow_agg(started, ended, k) AS s FROM chs_retention_rows) x,
  unnest('{2020-01-01,2023-12-31,2024-01-01,2024-01-15,2024-01-31,2024-02-01,2024-02-29,2024-03-01,2024-06-30,2024-07-01,2024-12-30,2024-12-31,2025-01-01,9999-12-30,9999-12-31}'::date[]) AS as_of,
  LATERAL retention_timeline(s, f, u, as_of) t
  FULL JOIN LATERAL pg_temp.definition(pg_temp.bounds_of(k, f, u), as_of) o ON o.period_start = t.period_start GROUP BY k ORDER BY 2;
-- a 4-4-5 calendar, and each of its buckets as a period of its own: of all days that are known, of those that the
-- accessors are told, and of those that the aggregate is told
CREATE TEMP TABLE calendar AS SELECT array_agg('2024-01-29'::date + 7 * w ORDER BY w) AS bounds FROM unnest('{0,4,8,13,17,21,26,30,34,39,43,47,52}'::int[]) w;
SELECT count(*) AS buckets, bool_and(t IS NOT DISTINCT FROM o) AS equal, count(*) FILTER (WHERE t.period_start <= as_of) AS known,
       bool_and(CASE WHEN t.period_start <= as_of
                THEN pg_temp.counts(p.s, as_of) = ARRAY[o.at_start, o.new, o.new_kept, o.lost, o.at_end] AND pg_temp.counts(p.cut) = pg_temp.counts(p.s, as_of) AND pg_temp.counts(p.cut, '9999-12-31') = pg_temp.counts(p.cut)
                     AND retention_rate(p.s, as_of) = o.retention_rate AND churn_rate(p.s, as_of) = o.churn_rate AND p.r = o.retention_rate AND p.c = o.churn_rate
                     AND pg_temp.counts(p.two, as_of) = pg_temp.counts(p.s, as_of)
                ELSE p.cut IS NULL AND p.r IS NULL AND p.c IS NULL AND pg_temp.counts(p.s, as_of) = array_fill(NULL::bigint, '{5}') AND retention_rate(p.s, as_of) IS NULL AND churn_rate(p.s, as_of) IS NULL END) AS periods
  FROM calendar, LATERAL (SELECT flow_agg(started, ended, bounds) AS s FROM chs_retention_rows) x,
  unnest('{2020-01-01,2024-01-27,2024-01-28,2024-01-29,2024-02-25,2024-02-26,2024-03-10,2024-12-30,2025-01-26,2025-01-27,9999-12-31}'::date[]) AS as_of,
  LATERAL retention_timeline(s, '2024-01-29', '2025-01-27', as_of) t
  JOIN LATERAL pg_temp.definition(bounds, as_of) o ON o.period_start = t.period_start,
  LATERAL (SELECT daterange(t.period_start, (SELECT min(b) FROM unnest(bounds) b WHERE b > t.period_start)) AS period) q,
  LATERAL (SELECT flow_agg(started, ended, period) AS s, flow_agg(started, ended, period, as_of) AS cut, flow_agg(started, ended, ARRAY[lower(period), upper(period)]) AS two,
                  retention_rate(started, ended, period, as_of) AS r, churn_rate(started, ended, period, as_of) AS c FROM chs_retention_rows) p;
-- complete, and days shown outward to whole buckets
SELECT period_start, complete FROM retention_timeline((SELECT flow_agg(started, ended, 'quarter') FROM chs_retention_rows), '2024-02-10', '2024-07-02', '2024-06-30');
SELECT period_start, complete FROM retention_timeline((SELECT flow_agg(started, ended, 'quarter') FROM chs_retention_rows), '2024-04-01', '2024-07-01', '2024-06-29');

-- a million customers: the identities for every kind
SELECT setseed(:seed);
CREATE TEMP TABLE million AS SELECT started, CASE WHEN r < 0.7 THEN started + (r * 1000)::int END AS ended
  FROM (SELECT '2020-01-01'::date + (random() * 2000)::int AS started, random() AS r FROM generate_series(1, 1000000)) x;
SELECT k, count(*) AS buckets, bool_and(at_end = at_start - lost + new_kept) AS within, bool_and(at_start = previous_end OR previous_end IS NULL) AS between,
       bool_and(new_kept <= new AND lost <= at_start) AS ordered, bool_and(abs(retention_rate + churn_rate - 100) < 1e-9) AS hundred,
       sum(new) = (SELECT count(*) FROM million WHERE ended IS DISTINCT FROM started) AS all_came, (array_agg(at_end ORDER BY period_start DESC))[1] = (SELECT count(*) FROM million WHERE ended IS NULL) AS all_left
  FROM (SELECT k, t.*, lag(at_end) OVER (PARTITION BY k ORDER BY period_start) AS previous_end
          FROM (SELECT k, (SELECT flow_agg(started, ended, k) FROM million) AS s FROM unnest('{day,week,month,quarter,year}'::text[]) k
                UNION ALL SELECT 'date[]', flow_agg(started, ended, ARRAY(SELECT '2020-01-01'::date + 28 * i FROM generate_series(0, 110) i)) FROM million) x,
               LATERAL retention_timeline(s, '2020-01-01', '2028-01-01', '2028-01-01') t) y
  GROUP BY k ORDER BY 2 DESC;

--
-- Row order, FILTER, DISTINCT, parts, text and binary, windows, parallel plans
--
SELECT (SELECT flow_agg(started, ended, 'week') FROM chs_retention_rows) = (SELECT flow_agg(started, ended, 'week' ORDER BY ended NULLS FIRST, id) FROM chs_retention_rows) AS any_order,
       (SELECT flow_agg(started, ended, 'month') FILTER (WHERE segment = 1) FROM chs_retention_rows) = (SELECT flow_agg(started, ended, 'month') FROM chs_retention_rows WHERE segment = 1) AS filter,
       (SELECT flow_agg(DISTINCT started, ended, 'month') FROM chs_retention_rows) = (SELECT flow_agg(started, ended, 'month') FROM (SELECT DISTINCT started, ended FROM chs_retention_rows) d) AS distinct;
CREATE TEMP TABLE parts AS SELECT part, flow_agg(started, ended, 'week') AS s, flow_agg(started, ended, daterange('2024-02-01', '2024-03-01')) AS p,
       renewal_agg(started, ended IS NULL, '2024-12-31') AS r FROM chs_retention_rows GROUP BY part;
SELECT (SELECT rollup(s) FROM parts) = flow_agg(started, ended, 'week') AS whole, (SELECT rollup(s::text::flowsummary) FROM parts) = flow_agg(started, ended, 'week') AS through_text,
       (SELECT rollup(p) FROM parts) = flow_agg(started, ended, daterange('2024-02-01', '2024-03-01')) AS period, (SELECT rollup(r::text::ratiosummary) FROM parts) = renewal_agg(started, ended IS NULL, '2024-12-31') AS renewal
  FROM chs_retention_rows;
SELECT rate(rollup(r)) = (SELECT 100.0::float8 * count(*) FILTER (WHERE ended IS NULL) / count(*) FROM chs_retention_rows WHERE started <= '2024-12-31') AS renewal FROM parts;
SELECT bool_and(combine(a.s, b.s) = combine(b.s, a.s) AND combine(combine(a.s, b.s), c.s) = combine(a.s, combine(b.s, c.s))) AS flows,
       bool_and(combine(a.r, b.r) = combine(b.r, a.r) AND combine(combine(a.r, b.r), c.r) = combine(a.r, combine(b.r, c.r))) AS ratios FROM parts a, parts b, parts c WHERE a.part < 5 AND b.part < 5 AND c.part < 5;
SELECT bool_and(s = t) AS equal, count(DISTINCT s) = count(*) AS distinct_hash, bool_and(octet_length(s::text) <= 1.4 * octet_length(flowsummary_send(s))) AS short_text
  FROM (SELECT s, s::text::flowsummary AS t FROM parts) x;
SELECT (SELECT count(*) FROM parts a JOIN parts b USING (s)) = count(*) AS joins, count(*) = (SELECT count(*) FROM (SELECT s FROM parts UNION SELECT s FROM parts) u) AS union FROM parts;
CREATE INDEX ON parts USING hash (p);
CREATE INDEX ON parts USING btree (r);

-- windows: the same as a group of the frame's rows
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS moving, bool_and(rate IS NOT DISTINCT FROM churn_rate(again_p)) AS rate, bool_or(moved IS NULL) AS with_empty, bool_and(rolled IS NOT DISTINCT FROM moved) AS rollup, bool_and(ratio IS NOT DISTINCT FROM ratio_again) AS renewal FROM (
  SELECT flow_agg(started, ended, 'month') OVER w AS moved, churn_rate(started, ended, daterange('2024-02-01', '2024-08-01')) OVER w AS rate,
         rollup(one) OVER w AS rolled, renewal_rate(started, ended IS NULL, '2024-12-31') OVER w AS ratio, x.*
  FROM (SELECT r.*, (SELECT flow_agg(v.s, v.e, 'month') FROM (VALUES (r.started, r.ended)) v(s, e)) AS one,
               (SELECT flow_agg(q.started, q.ended, 'month') FROM chs_retention_rows q WHERE q.id BETWEEN r.id - 5 AND r.id - 1) AS again,
               (SELECT flow_agg(q.started, q.ended, daterange('2024-02-01', '2024-08-01')) FROM chs_retention_rows q WHERE q.id BETWEEN r.id - 5 AND r.id - 1) AS again_p,
               (SELECT renewal_rate(q.started, q.ended IS NULL, '2024-12-31') FROM chs_retention_rows q WHERE q.id BETWEEN r.id - 5 AND r.id - 1) AS ratio_again
          FROM (SELECT * FROM chs_retention_rows WHERE id <= 150) r) x
  WINDOW w AS (ORDER BY id ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING)) y;
SELECT bool_and(g = again) AS growing FROM (SELECT flow_agg(started, ended, 'week') OVER (ORDER BY id) AS g, (SELECT flow_agg(started, ended, 'week') FROM chs_retention_rows q WHERE q.id <= r.id) AS again
  FROM (SELECT * FROM chs_retention_rows WHERE id <= 60) r) x;

-- a frame that leaves thousands of buckets behind
SELECT count(*) AS rows, bool_and(responses = 3 AND moved = again) AS equal FROM (
  SELECT day, flow_agg(day, day + 1, 'day') OVER (ORDER BY day ROWS 2 PRECEDING) AS moved, count(*) OVER (ORDER BY day ROWS 2 PRECEDING) AS responses FROM days) AS w
  JOIN LATERAL (SELECT flow_agg(d, d + 1, 'day') AS again FROM unnest(ARRAY[day - 2, day - 1, day]) AS d) AS a ON true WHERE day >= '2000-01-01';

SET max_parallel_workers_per_gather = 0;
SELECT flow_agg(started, ended, 'day') AS day, retention_rate(started, ended, daterange('2024-02-01', '2024-03-01')) AS rate, flow_agg(started, ended, '{2024-01-01,2024-02-01,2024-03-01}'::date[]) AS bounds,
       renewal_agg(started, ended IS NULL, '2024-12-31') AS renewal FROM chs_retention_rows \gset serial_
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has($$SELECT flow_agg(started, ended, 'day') FROM chs_retention_rows$$, 'Partial Aggregate') AS partial,
       pg_temp.plan_has($$SELECT segment, flow_agg(started, ended, 'day') FROM chs_retention_rows GROUP BY segment$$, 'Partial HashAggregate') AS grouped;
SELECT flow_agg(started, ended, 'day') = :'serial_day' AS day, retention_rate(started, ended, daterange('2024-02-01', '2024-03-01')) = :serial_rate AS rate,
       flow_agg(started, ended, '{2024-01-01,2024-02-01,2024-03-01}'::date[]) = :'serial_bounds' AS bounds, renewal_agg(started, ended IS NULL, '2024-12-31') = :'serial_renewal' AS renewal FROM chs_retention_rows;
SELECT flow_agg(started, ended, 'day') FROM chs_retention_rows WHERE id < 0;
SELECT customers_at_end(flow_agg(started, ended, daterange('2024-02-01', '2024-03-01'))) FROM chs_retention_rows WHERE id = 12001;
SELECT (SELECT rollup(s) FROM (SELECT flow_agg(started, ended, 'day') s FROM chs_retention_rows GROUP BY segment) x) = :'serial_day' AS grouped;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- Text and binary form: damage
--
SELECT t, pg_temp.fails(format('SELECT %L::flowsummary', t)) FROM unnest(ARRAY['', '1', '1:', '1:AQ', '1:AQA', '1:AQA=x', '1:AQAA', '1:!!!!', '2:AQA=', '1:AgA=', '1:AW0=', '1:AXo=']) AS t;
SELECT t, pg_temp.fails(format('SELECT %L::ratiosummary', t)) FROM unnest(ARRAY['', '1:', '1:1', '1:1/', '1:2/1', '1:-1/1', '1:1/1 ', '3:1/1', '1:1/9223372036854775808']) AS t;
SELECT current_setting('data_directory') || '/chs_retention_test.bin' AS file \gset
CREATE TEMP TABLE wire_flowsummary (s flowsummary);
CREATE TEMP TABLE wire_ratiosummary (s ratiosummary);
SELECT bool_and(pg_temp.receive('flowsummary', flowsummary_send(s), :'file') = s::text AND pg_temp.receive('flowsummary', flowsummary_send(p), :'file') = p::text
   AND pg_temp.receive('ratiosummary', ratiosummary_send(r), :'file') = r::text) AS round_trip FROM parts;
-- version, kind, of one period or not, its as_of, boundaries, days: day, starts, ends, passed
CREATE FUNCTION pg_temp.flow(kind text, bounds int[], days bigint[], one_period int DEFAULT 0, as_of int DEFAULT 2147483647) RETURNS bytea LANGUAGE sql AS $$
  SELECT '\x01'::bytea || kind::bytea || substr(int4send(one_period), 4) || int4send(as_of) || int4send(cardinality(bounds)) || coalesce((SELECT string_agg(int4send(b), '') FROM unnest(bounds) b), '')
         || int4send(cardinality(days) / 4) || coalesce((SELECT string_agg(int8send(days[4*i+1]) || int8send(days[4*i+2]) || int8send(days[4*i+3]) || int8send(days[4*i+4]), '' ORDER BY i) FROM generate_series(0, cardinality(days) / 4 - 1) i), '') $$;
-- 2025-01-01 is day 9132
SELECT pg_temp.receive('flowsummary', pg_temp.flow('m', '{}', '{9132,1,0,0,9134,1,0,0,9135,0,1,1,9162,1,0,0,9163,0,1,0}'), :'file')::flowsummary
     = flow_agg(s, e, 'month') AS by_hand FROM (VALUES ('2025-01-01'::date, NULL::date), ('2025-01-31', '2025-02-01'), ('2025-01-03', '2025-01-04')) AS x(s, e);
-- one period keeps what lies before it as one day and what lies after it, or after its as_of, as another
SELECT pg_temp.receive('flowsummary', pg_temp.flow('b', '{9132,9163}', '{9131,2,1,1,9135,1,0,0,9163,1,2,1}', 1), :'file')::flowsummary
     = flow_agg(s, e, '[2025-01-01,2025-02-01)'::daterange) AS period,
       pg_temp.receive('flowsummary', pg_temp.flow('b', '{9132,9163}', '{9131,2,1,1,9134,2,2,2}', 1, 9133), :'file')::flowsummary = flow_agg(s, e, '[2025-01-01,2025-02-01)'::daterange, '2025-01-02') AS cut
  FROM (VALUES ('2020-01-01'::date, NULL::date), ('2021-03-01', '2022-01-01'), ('2025-01-04', '2026-02-01'), ('2027-01-03', '2028-01-04')) AS x(s, e);
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'flowsummary', payload, :'file')) FROM (VALUES
  ('empty', ''::bytea), ('version 2', '\x026d'), ('no kind', '\x01'), ('kind z', pg_temp.flow('z', '{}', '{300,1,0,0}')), ('no days', pg_temp.flow('m', '{}', '{}')),
  ('bounds of months', pg_temp.flow('m', '{1,2}', '{300,1,0,0}')), ('one bound', pg_temp.flow('b', '{1}', '{0,1,0,0}')), ('many bounds said', pg_temp.flow('b', array(SELECT generate_series(1, 10001)), '{0,1,0,0}')),
  ('bounds fall', pg_temp.flow('b', '{2,1}', '{0,1,0,0}')), ('infinite bound', pg_temp.flow('b', '{1,2147483647}', '{0,1,0,0}')), ('day after the last boundary', pg_temp.flow('b', '{1,3}', '{4,1,0,0}')),
  ('day long before the period', pg_temp.flow('b', '{1,3}', '{-1,1,0,0}', 1)), ('day long after as_of', pg_temp.flow('b', '{1,9}', '{4,1,0,0}', 1, 2)), ('day outside the calendar', pg_temp.flow('m', '{}', '{2145031949,1,0,0}')),
  ('day beyond an integer', pg_temp.flow('m', '{}', '{4294967296,1,0,0}')), ('lowest day', pg_temp.flow('m', '{}', '{-9223372036854775808,1,0,0}')),
  ('period of months', pg_temp.flow('m', '{}', '{300,1,0,0}', 1)), ('period of three boundaries', pg_temp.flow('b', '{1,2,3}', '{1,1,0,0}', 1)), ('two periods', pg_temp.flow('b', '{1,2}', '{1,1,0,0}', 2)),
  ('as_of of months', pg_temp.flow('m', '{}', '{300,1,0,0}', 0, 300)), ('as_of of boundaries', pg_temp.flow('b', '{1,2}', '{1,1,0,0}', 0, 1)), ('as_of outside the calendar', pg_temp.flow('b', '{1,2}', '{1,1,0,0}', 1, -2147483648)),
  ('days fall', pg_temp.flow('m', '{}', '{300,1,0,0,299,1,0,0}')), ('day twice', pg_temp.flow('m', '{}', '{300,1,0,0,300,1,0,0}')), ('negative starts', pg_temp.flow('m', '{}', '{300,-1,0,0}')), ('negative ends', pg_temp.flow('m', '{}', '{300,1,0,0,301,1,-1,0}')),
  ('empty day', pg_temp.flow('m', '{}', '{300,1,0,0,301,0,0,0}')), ('ended before it started', pg_temp.flow('m', '{}', '{300,0,1,0,301,1,0,0}')), ('ended on the day it started', pg_temp.flow('m', '{}', '{300,1,1,1}')),
  ('lost of the same bucket', pg_temp.flow('m', '{}', '{9132,1,0,0,9134,0,1,0}')), ('passed of another bucket', pg_temp.flow('m', '{}', '{9132,1,0,0,9164,0,1,1}')), ('more passed than ended', pg_temp.flow('m', '{}', '{9132,1,0,0,9134,0,0,1}')),
  ('overflow', pg_temp.flow('m', '{}', '{300,9223372036854775807,0,0,301,1,0,0}')), ('cut short', substr(pg_temp.flow('m', '{}', '{300,1,0,0}'), 1, 40)),
  ('too long', pg_temp.flow('m', '{}', '{300,1,0,0}') || '\x00'), ('many days said', substr(pg_temp.flow('m', '{}', '{300,1,0,0}'), 1, 11) || int4send(8000000)), ('negative days said', substr(pg_temp.flow('m', '{}', '{300,1,0,0}'), 1, 11) || int4send(-1))) AS x(n, payload);
-- flipped bits: an error of class 22, or a value that is as sound as any
SELECT count(*) AS flips, count(*) FILTER (WHERE e NOT LIKE '22%' AND e <> 'no error') AS wrong, count(*) FILTER (WHERE e LIKE '22%') > 500 AS mostly_refused FROM (
  SELECT pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'flowsummary', set_bit(w, i, 1 - get_bit(w, i)), :'file')) AS e
  FROM (SELECT pg_temp.flow('m', '{}', '{9132,15,0,0,9135,0,5,5,9163,7,1,0,9300,11,6,0,9301,0,3,3}')) x(w), generate_series(0, length(w) * 8 - 1) AS i) x;
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'ratiosummary', payload, :'file')) FROM (VALUES
  ('more hits', '\x01'::bytea || int8send(2) || int8send(1)), ('negative', '\x01'::bytea || int8send(-2) || int8send(1)), ('short', '\x01'::bytea || int8send(1)), ('long', '\x01'::bytea || int8send(1) || int8send(1) || '\x01'::bytea), ('version', '\x00')) AS x(n, payload);

--
-- Direct calls of what aggregates use
--
SELECT retention_rate(flowsummary_accum(flowsummary_accum(NULL, '2025-01-01', NULL, daterange('2026-01-01', '2026-02-01')), '2025-01-01', '2026-01-02', daterange('2026-01-01', '2026-02-01'))) AS half,
       flowsummary_accum(NULL, NULL, NULL, 'month'::text) AS nothing, flowsummary_accum('1:AQA=', '2025-01-01', '2025-01-01', 'month'::text) AS never, flowsummary_accum(NULL, '2025-01-01', NULL, daterange('2025-01-01', '2026-01-01')) = flow_agg(d, NULL, daterange('2025-01-01', '2026-01-01')) AS same
  FROM unnest('{2025-01-01}'::date[]) d;
SELECT flowsummary_accum_inv(flowsummary_accum(NULL, '2025-01-01', NULL, 'month'::text), '2025-01-01', NULL, 'month'::text) AS empty, flowsummary_final('1:AQA='), flowsummary_combine_inv(NULL, s) AS a, flowsummary_combine_inv(s, s) AS b, flowsummary_combine_inv(s, NULL) = s AS c
  FROM (SELECT flow_agg('2025-01-01'::date, '2025-02-01', 'month')) x(s);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$flowsummary_accum_inv('1:AQA=', '2025-01-01', NULL, 'month'::text)$$, $$flowsummary_accum_inv(flow_agg('2025-01-01'::date, NULL, 'month'), '2025-02-01', NULL, 'month'::text)$$,
  $$flowsummary_accum_inv(flow_agg('2025-01-01'::date, NULL, 'month'), '2025-01-01', '2025-01-02', 'month'::text)$$,
  $$flowsummary_accum(flow_agg('2025-01-01'::date, NULL, 'month'), '2025-01-01', NULL, 'year'::text)$$, $$flowsummary_accum(flow_agg('2025-01-01'::date, NULL, 'month'), '2025-01-01', NULL, 'years'::text)$$,
  $$flowsummary_accum_inv(flow_agg('2025-01-01'::date, '2025-03-01', 'month'), '2025-01-01', NULL, 'month'::text)$$,
  $$flowsummary_accum_inv(s, '2025-01-01', NULL, 'month'::text) FROM (SELECT flow_agg(a, b, 'month') FROM (VALUES ('2025-01-01'::date, '2025-02-01'::date), ('2025-03-01', NULL)) v(a, b)) AS x(s)$$,
  $$flowsummary_combine_inv(s, flow_agg('2025-01-01'::date, NULL, 'month')) FROM (SELECT flow_agg(a, b, 'month') FROM (VALUES ('2025-01-01'::date, '2025-02-01'::date), ('2025-03-01', NULL)) v(a, b)) AS x(s) GROUP BY s$$,
  $$flowsummary_combine_inv('1:AQA=', flow_agg('2025-01-01'::date, NULL, 'month'))$$, $$flowsummary_combine_inv(flow_agg('2025-01-01'::date, NULL, 'month'), flow_agg('2025-01-01'::date, NULL, 'year'))$$,
  $$ratiosummary_renewal_accum_inv('1:1/1', '2025-01-01', false, '2025-01-01')$$, $$ratiosummary_combine_inv('1:1/1', '1:0/1')$$, $$combine('1:0/9223372036854775807'::ratiosummary, '1:0/1')$$,
  $$ratiosummary_renewal_accum('1:0/9223372036854775807', '2025-01-01', true, '2025-01-01')$$]) AS q;
SELECT ratiosummary_renewal_accum('1:0/0', '2025-01-01', true, '2025-01-01'), ratiosummary_renewal_accum('1:0/0', '2025-01-02', true, '2025-01-01'), ratiosummary_combine_inv('1:3/5', '1:1/2'), ratiosummary_combine_inv(NULL, '1:1/2'), ratiosummary_final('1:0/0');
SELECT pg_temp.fails(format($$SELECT flowsummary_accum(%L, '2025-01-01', NULL, 'month'::text)$$, pg_temp.receive('flowsummary', pg_temp.flow('m', '{}', '{300,9223372036854775807,0,0}'), :'file')));
SELECT pg_temp.fails(format($$SELECT combine(%1$L::flowsummary, %1$L)$$, pg_temp.receive('flowsummary', pg_temp.flow('m', '{}', '{300,9223372036854775807,0,0}'), :'file')));
-- a stored value, toasted too, is not written into
CREATE TEMP TABLE kept AS SELECT flow_agg(day, day + 40, 'day') AS s, flow_agg(day, day + 40, 'day') AS t FROM days;
SELECT pg_column_size(s) > 10000 AS big FROM kept;
SELECT combine(s, s) = s AS changed, flowsummary_accum(s, '2025-01-01', NULL, 'day'::text) = s AS changed FROM kept;
SELECT s = t AS same FROM kept;

-- no setting changes a result
SET datestyle = 'German, DMY';
SET timezone = 'Asia/Kolkata';
SELECT pg_temp.fails($$SELECT flow_agg('2026-02-01'::date, '2026-01-31', 'month')$$);
SELECT flow_agg(started, ended, 'day') = :'serial_day' AS same FROM chs_retention_rows;
RESET datestyle;
RESET timezone;
CREATE FUNCTION pg_temp.remove(file text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', file));
END $$;
SELECT pg_temp.remove(:'file');
DROP TABLE chs_retention_rows;
