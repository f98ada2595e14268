-- value against its definitions in plain SQL, on random orders: every accessor,
-- with and without a period, at several as_of.  CHS_SEED=n tries other data.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
CREATE SCHEMA value_oracle;
RESET client_min_messages;
SET search_path = value_oracle, public;
SET datestyle = 'ISO';
SET jit = off;
\set seed 20260101
\getenv seed CHS_SEED

-- 400 customers, a few with most of the orders; amounts of 0, refunds, eight
-- decimals and very large ones; every fortieth customer has refunds only; a
-- quarter of the rows share 30 days, a few lie decades apart
CREATE FUNCTION u(id bigint, k int) RETURNS float8 LANGUAGE sql AS $$ SELECT (hashint8extended(id * 8 + k, current_setting('value_oracle.seed')::bigint) & 1048575) / 1048576.0::float8 $$;
SELECT set_config('value_oracle.seed', :'seed', false) <> '' AS seeded;
CREATE TABLE purchase AS
  SELECT customer,
         CASE WHEN u(id, 1) < 0.02 THEN date '1985-06-15' + floor(u(id, 2) * 20000)::int WHEN u(id, 1) < 0.25 THEN date '2024-01-01' + 30 * floor(u(id, 2) * 30)::int ELSE date '2024-01-01' + floor(u(id, 2) * 900)::int END AS day,
         CASE WHEN u(id, 3) < 0.15 OR customer % 40 = 39 THEN -round((u(id, 4) * 50)::numeric, 2) - 0.01 WHEN u(id, 3) < 0.2 THEN 0 WHEN u(id, 3) < 0.25 THEN round((u(id, 4) * 3)::numeric, 8)
              WHEN u(id, 3) < 0.26 THEN round((u(id, 4) * 9000000000)::numeric, 2) ELSE round((u(id, 4) * 200)::numeric, 2) END AS amount
    FROM (SELECT id, floor(u(id, 5) ^ 3 * 400)::bigint AS customer FROM generate_series(1::bigint, 4000) AS id) AS x;
ANALYZE purchase;
CREATE TABLE shop AS SELECT purchase_agg(customer, day, amount) AS s FROM purchase;
SELECT count(*) > 3000 AS many, count(DISTINCT customer) > 250 AS customers, count(*) FILTER (WHERE amount < 0) > 300 AS refunds, count(*) - count(DISTINCT (customer, day)) > 100 AS same_days FROM purchase;
-- as of a day: what lies after it does not exist
CREATE TABLE known (a date);
INSERT INTO known VALUES ('1980-01-01'), ('1999-12-31'), ('2024-02-29'), ('2024-12-31'), ('2025-08-17'), ('2026-12-31');
CREATE FUNCTION first_order(a date) RETURNS TABLE (customer bigint, first date) LANGUAGE sql STABLE AS $$ SELECT customer, min(day) FROM value_oracle.purchase WHERE amount >= 0 AND day <= a GROUP BY customer $$;

--
-- Totals
--
CREATE TABLE period (p daterange);
INSERT INTO period VALUES (NULL), ('[2024-02-01,2024-03-01)'), ('[2024-06-01,2025-06-01)'), ('[2026-01-31,2026-02-01)'), ('[1985-01-01,2040-01-01)'), ('[2027-01-01,2028-01-01)');
CREATE FUNCTION totals(p daterange, a date) RETURNS text LANGUAGE sql STABLE AS $$
  WITH c AS (SELECT count(*) FILTER (WHERE amount >= 0) AS orders, count(DISTINCT day) FILTER (WHERE amount >= 0) AS days, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS refunds
               FROM value_oracle.purchase WHERE day <= a AND (p IS NULL OR day <@ p) GROUP BY customer),
       t AS (SELECT count(*) FILTER (WHERE orders > 0) AS customers, coalesce(sum(orders), 0) AS orders, coalesce(sum(gross), 0) AS gross, coalesce(sum(refunds), 0) AS refunds,
                    count(*) FILTER (WHERE orders > 1) AS by_orders, count(*) FILTER (WHERE days > 1) AS by_days FROM c)
  SELECT CASE WHEN p IS NULL OR lower(p) <= a THEN concat_ws(' ', customers, orders, trim_scale(gross), trim_scale(refunds), trim_scale(gross - refunds), round(gross / nullif(orders, 0), 6),
         round(orders / nullif(customers, 0)::numeric, 9), round(100.0 * by_orders / nullif(customers, 0), 9), round(100.0 * by_days / nullif(customers, 0), 9)) ELSE '' END FROM t $$;
CREATE FUNCTION answers(s purchasesummary, p daterange, a date) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(' ', customers(s, p, a), orders(s, p, a), trim_scale(gross_revenue(s, p, a)), trim_scale(refunds(s, p, a)), trim_scale(revenue(s, p, a)), round(average_order_value(s, p, a), 6),
         round(purchases_per_customer(s, p, a)::numeric, 9), round(repeat_purchase_rate(s, 'orders', p, a)::numeric, 9), round(repeat_purchase_rate(s, 'days', p, a)::numeric, 9)) $$;
SELECT p, a, answers(s, p, a) AS chs, totals(p, a) AS in_sql FROM shop, period, known WHERE answers(s, p, a) IS DISTINCT FROM totals(p, a);
SELECT count(*) AS compared, count(*) FILTER (WHERE totals(p, a) = '') AS unknown, count(*) FILTER (WHERE length(totals(p, a)) > 40) AS with_quotients FROM period, known;
-- without arguments, and with a period only
SELECT customers(s) = customers(s, NULL, '2040-12-31') AS customers, revenue(s, p) = revenue(s, p, '2040-12-31') AS revenue, repeat_purchase_rate(s, 'days', p) = repeat_purchase_rate(s, 'days', p, '2040-12-31') AS rate FROM shop, daterange('2024-06-01', '2025-06-01') p;

--
-- Timelines, by bucket and by boundaries
--
CREATE FUNCTION timeline(starts date[], a date) RETURNS TABLE (period_start date, answer text) LANGUAGE sql STABLE AS $$
  WITH bucket AS (SELECT b, e FROM unnest(starts[:cardinality(starts) - 1], starts[2:]) AS x(b, e)),
       sold AS (SELECT p.*, f.first FROM value_oracle.purchase p LEFT JOIN value_oracle.first_order(a) f USING (customer) WHERE day <= a),
       t AS (SELECT b, e, count(DISTINCT customer) FILTER (WHERE amount >= 0) AS buyers, count(DISTINCT customer) FILTER (WHERE amount >= 0 AND first >= b) AS new, count(*) FILTER (WHERE amount >= 0) AS orders,
                    coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS refunds,
                    coalesce(sum(amount) FILTER (WHERE first >= b AND first < e), 0) AS revenue_new
               FROM bucket LEFT JOIN sold ON day >= b AND day < e GROUP BY b, e)
  SELECT b, concat_ws(' ', buyers, new, buyers - new, orders, trim_scale(gross), trim_scale(refunds), trim_scale(gross - refunds), trim_scale(revenue_new), trim_scale(gross - refunds - revenue_new), round(gross / nullif(orders, 0), 6), e - 1 <= a) FROM t $$;
CREATE FUNCTION starts(bucket text, f date, t date) RETURNS date[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(b::date ORDER BY b) FROM generate_series(date_trunc(bucket, f::timestamp), date_trunc(bucket, (t - 1)::timestamp) + ('1 ' || replace(bucket, 'quarter', 'month') )::interval * CASE bucket WHEN 'quarter' THEN 3 ELSE 1 END, ('1 ' || replace(bucket, 'quarter', 'month'))::interval * CASE bucket WHEN 'quarter' THEN 3 ELSE 1 END) b $$;
CREATE TABLE shown (bucket text, f date, t date);
INSERT INTO shown VALUES ('day', '2024-05-20', '2024-06-10'), ('week', '2024-01-03', '2024-07-01'), ('month', '2023-12-15', '2026-08-02'), ('quarter', '2023-12-15', '2027-01-01'), ('year', '1985-01-01', '2027-01-01');
CREATE TABLE timelines AS
  SELECT bucket, a, b,
         (SELECT array_agg(concat_ws(' ', c.period_start, c.buyers, c.new_buyers, c.returning_buyers, c.orders, trim_scale(c.gross), trim_scale(c.refunds), trim_scale(c.revenue), trim_scale(c.revenue_new), trim_scale(c.revenue_returning), round(c.average_order_value, 6), c.complete) ORDER BY c.period_start)
            FROM purchase_timeline(s, bucket, f, t, a) c) AS chs,
         (SELECT array_agg(concat_ws(' ', c.period_start, c.buyers, c.new_buyers, c.returning_buyers, c.orders, trim_scale(c.gross), trim_scale(c.refunds), trim_scale(c.revenue), trim_scale(c.revenue_new), trim_scale(c.revenue_returning), round(c.average_order_value, 6), c.complete) ORDER BY c.period_start)
            FROM purchase_timeline(s, b, b[1], b[cardinality(b)], a) c) AS by_boundaries,
         (SELECT array_agg(concat_ws(' ', period_start, answer) ORDER BY period_start) FROM timeline(b, a)) AS in_sql
    FROM shop, shown, known, LATERAL (SELECT starts(bucket, f, t) AS b OFFSET 0) AS x;
SELECT bucket, a, c AS chs, o AS in_sql FROM timelines, unnest(chs, in_sql) AS x(c, o) WHERE c IS DISTINCT FROM o ORDER BY 1, 2, 3 LIMIT 10;
SELECT bucket, count(*) AS timelines, sum(cardinality(chs)) AS rows, bool_and(chs = by_boundaries) AS by_boundaries FROM timelines GROUP BY bucket ORDER BY bucket;

--
-- Cohorts
--
CREATE FUNCTION cohorts(starts date[], shown int, a date) RETURNS text[] LANGUAGE sql STABLE AS $$
  WITH bucket AS (SELECT b, e, n::int FROM unnest(starts[:cardinality(starts) - 1], starts[2:]) WITH ORDINALITY AS x(b, e, n)),
       member AS (SELECT customer, n AS own FROM value_oracle.first_order(a), bucket WHERE first >= b AND first < e AND n <= shown),
       cohort AS (SELECT own, count(*) AS customers FROM member GROUP BY own),
       sold AS (SELECT own, n - own AS period, customer, amount FROM member JOIN value_oracle.purchase USING (customer), bucket WHERE day <= a AND day >= b AND day < e AND n >= own),
       cell AS (SELECT own, period, count(DISTINCT customer) FILTER (WHERE amount >= 0) AS buyers, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue FROM sold GROUP BY own, period),
       filled AS (SELECT starts[own] AS cohort, n - own AS period, customers, coalesce(buyers, 0) AS buyers, coalesce(orders, 0) AS orders, coalesce(revenue, 0) AS revenue,
                         sum(coalesce(revenue, 0)) OVER (PARTITION BY own ORDER BY n) AS cumulative, e - 1 <= a AS complete
                    FROM cohort JOIN bucket ON n >= own AND b <= a LEFT JOIN (SELECT own AS c, period, buyers, orders, revenue FROM cell) AS cell ON c = own AND period = n - own)
  SELECT array_agg(concat_ws(' ', cohort, period, customers, CASE WHEN complete THEN concat_ws(' ', buyers, orders, trim_scale(revenue), trim_scale(cumulative), round(cumulative / customers, 6)) END, complete) ORDER BY cohort, period) FROM filled $$;
CREATE TABLE followed AS
  SELECT bucket, a,
         (SELECT array_agg(concat_ws(' ', c.cohort, c.period, c.customers, c.buyers, c.orders, trim_scale(c.revenue), trim_scale(c.cumulative_revenue), round(c.revenue_per_customer, 6), c.complete) ORDER BY c.cohort, c.period)
            FROM value_cohorts(s, bucket, f, t, a) c) AS chs,
         (SELECT array_agg(concat_ws(' ', c.cohort, c.period, c.customers, c.buyers, c.orders, trim_scale(c.revenue), trim_scale(c.cumulative_revenue), round(c.revenue_per_customer, 6), c.complete) ORDER BY c.cohort, c.period)
            FROM value_cohorts(s, b, f, t, a) c) AS by_boundaries,
         cohorts(b, cardinality(starts(bucket, f, t)) - 1, a) AS in_sql
    FROM shop, shown, known, LATERAL (SELECT starts(bucket, f, greatest(t, a + 1)) AS b OFFSET 0) AS x WHERE a >= f - 400;
SELECT bucket, a, c AS chs, o AS in_sql FROM followed, unnest(chs, in_sql) AS x(c, o) WHERE c IS DISTINCT FROM o ORDER BY 1, 2, 3 LIMIT 10;
SELECT bucket, count(*) AS triangles, sum(cardinality(chs)) AS cells, bool_and(chs IS NOT DISTINCT FROM by_boundaries) AS by_boundaries FROM followed GROUP BY bucket ORDER BY bucket;

--
-- One customer: rfm, and the days
--
CREATE TABLE person AS SELECT customer, purchase_agg(customer, day, amount) AS s FROM purchase GROUP BY customer;
CREATE TABLE expected AS
  WITH d AS (SELECT customer, a, day, sum(amount) FILTER (WHERE amount >= 0) AS gross, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue,
                    min(min(day) FILTER (WHERE amount >= 0)) OVER (PARTITION BY customer, a) AS first
               FROM purchase, known WHERE day <= a GROUP BY customer, a, day)
  SELECT customer, a, count(*) FILTER (WHERE orders > 0) - 1 AS frequency, max(day) FILTER (WHERE orders > 0) - first AS recency_days, a - first AS age_days,
         sum(gross) FILTER (WHERE orders > 0 AND day > first) / nullif(count(*) FILTER (WHERE orders > 0 AND day > first), 0) AS monetary, sum(orders)::bigint AS orders, sum(revenue) AS revenue,
         first AS first_day, max(day) FILTER (WHERE orders > 0) AS last_day, a - max(day) FILTER (WHERE orders > 0) AS days_since_last,
         (SELECT count(*) FROM purchase p WHERE p.customer = d.customer AND p.day > a AND amount >= 0) AS after_as_of
    FROM d WHERE first IS NOT NULL GROUP BY customer, a, first;
CREATE TABLE said AS SELECT customer, a, unit, r.* FROM person, known, unnest('{1,7,30}'::bigint[]) AS unit, rfm(s, a, unit) AS r;
SELECT s.*, e.* FROM said s LEFT JOIN expected e USING (customer, a)
 WHERE ROW(s.frequency, s.orders, s.first_day, s.last_day, s.days_since_last::int, s.after_as_of) IS DISTINCT FROM ROW(e.frequency, e.orders, e.first_day, e.last_day, e.days_since_last, e.after_as_of)
    OR trim_scale(s.revenue) IS DISTINCT FROM trim_scale(e.revenue) OR round(s.monetary, 9) IS DISTINCT FROM round(e.monetary, 9)
    OR s.recency IS DISTINCT FROM e.recency_days / unit::float8 OR s.age IS DISTINCT FROM e.age_days / unit::float8 LIMIT 5;
SELECT count(*) AS compared, count(*) FILTER (WHERE frequency IS NULL) > 100 AS without_orders, count(*) FILTER (WHERE monetary IS NOT NULL) > 1000 AS with_repeats, (SELECT 3 * count(*) FROM expected) = count(frequency) AS all_expected FROM said;
-- customers by rfm add up to the totals
SELECT a, count(frequency) = customers(s, NULL, a) AS customers, sum(r.orders) IS NOT DISTINCT FROM nullif(orders(s, NULL, a), 0) AS orders, 100.0::float8 * count(*) FILTER (WHERE frequency > 0) / nullif(count(frequency), 0) IS NOT DISTINCT FROM repeat_purchase_rate(s, 'days', NULL, a) AS rate
  FROM shop, said r WHERE unit = 7 GROUP BY a, s ORDER BY a;
SELECT count(*) AS days, bool_and(d.orders = o.orders AND d.gross = o.gross AND d.refunds = o.refunds) AS same
  FROM (SELECT customer, d.* FROM person, purchase_days(s) d) d
  FULL JOIN (SELECT customer, day, count(*) FILTER (WHERE amount >= 0) AS orders, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS refunds FROM purchase GROUP BY customer, day) o USING (customer, day);
-- all customers in one value hold the same days as one by one
SELECT count(*) AS differences FROM ((SELECT d.* FROM shop, purchase_days(s) d EXCEPT ALL SELECT d.* FROM person, purchase_days(s) d) UNION ALL (SELECT d.* FROM person, purchase_days(s) d EXCEPT ALL SELECT d.* FROM shop, purchase_days(s) d)) x;

SET client_min_messages = warning;
DROP SCHEMA value_oracle CASCADE;
