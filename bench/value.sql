-- Value: what orders per customer cost beside count() and beside plain SQL:
-- 10 million orders of 2 million customers in two years, one in sixteen a
-- refund, in random order.  The SQL of cohorts is of a tenth of the customers,
-- because of all of them it takes a minute.  rfm is asked of each of a million
-- customers, who have five orders each.
-- tools/bench.pl explains the form of this file.
-- duck: bench_orders
-- duck: bench_tenth

CREATE TABLE bench_orders AS
  SELECT customer, date '2024-01-01' + first + floor((731 - first) * ((hashint8extended(i, :seed + 1) & 16777215) / 16777216.0::float8))::int AS day,
         (((hashint8extended(i, :seed + 2) & 16383) - 1024) / 100.0)::numeric(12,2) AS amount
    FROM (SELECT i, floor(2000000 * ((hashint8extended(i, :seed) & 16777215) / 16777216.0::float8))::bigint AS customer FROM generate_series(1::bigint, 10000000) AS i) AS o,
         LATERAL (SELECT (hashint8(customer) & 511)::int AS first) AS f
   ORDER BY hashint8extended(i, :seed + 3);
CREATE TABLE bench_tenth AS SELECT * FROM bench_orders WHERE customer % 10 = 7;
CREATE TABLE bench_million AS SELECT * FROM bench_orders WHERE customer < 1000000;
CREATE TABLE bench_stored AS SELECT purchase_agg(customer, day, amount) AS s FROM bench_orders;
CREATE TABLE bench_parts AS SELECT date_trunc('quarter', day)::date AS part, purchase_agg(customer, day, amount) AS s FROM bench_orders GROUP BY 1;
VACUUM (FREEZE, ANALYZE) bench_orders;
VACUUM (FREEZE, ANALYZE) bench_tenth;
VACUUM (FREEZE, ANALYZE) bench_million;
VACUUM (FREEZE, ANALYZE) bench_parts;
VACUUM (FREEZE, ANALYZE) bench_stored;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET jit = off;

-- @value_count
SELECT count(amount) FROM bench_orders;

-- @value_repeat / value_count <= 3
SELECT round(repeat_purchase_rate(purchase_agg(customer, day, amount))::numeric, 6) FROM bench_orders;

-- @value_repeat_sql / value_repeat >= 2.5 same
SELECT round(100.0 * count(*) FILTER (WHERE orders > 1) / count(*), 6) FROM (SELECT customer, count(*) AS orders FROM bench_orders WHERE amount >= 0 GROUP BY customer) AS x;

-- @value_repeat_tenth
SELECT round(repeat_purchase_rate(purchase_agg(customer, day, amount))::numeric, 6) FROM bench_tenth;

-- as it is written with HAVING, two counts of customers
-- @value_repeat_tenth_usual_sql / value_repeat_tenth same
SELECT round(100.0 * (SELECT count(*) FROM (SELECT customer FROM bench_tenth WHERE amount >= 0 GROUP BY customer HAVING count(*) > 1) AS x) / (SELECT count(DISTINCT customer) FROM bench_tenth WHERE amount >= 0), 6);

-- @value_repeat_duck / value_repeat same / value_repeat_stored same
SELECT round(100.0 * count(*) FILTER (WHERE orders > 1) / count(*), 6) FROM (SELECT customer, count(*) AS orders FROM bench_orders WHERE amount >= 0 GROUP BY customer) AS x

-- @value_repeat_days / value_count
SELECT round(repeat_purchase_rate(purchase_agg(customer, day, amount), 'days')::numeric, 6) FROM bench_orders;

-- @value_repeat_days_sql / value_repeat_days >= 2.5 same
SELECT round(100.0 * count(*) FILTER (WHERE days > 1) / count(*), 6) FROM (SELECT customer, count(DISTINCT day) AS days FROM bench_orders WHERE amount >= 0 GROUP BY customer) AS x;

-- @value_timeline / value_count
SELECT sum(new_buyers), sum(revenue) FROM (SELECT purchase_agg(customer, day, amount) AS s FROM bench_orders) AS x, purchase_timeline(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31');

-- @value_cohorts / value_count
SELECT count(c) FROM (SELECT purchase_agg(customer, day, amount) AS s FROM bench_orders) AS x, value_cohorts(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31') AS c;

-- @value_cohorts_tenth
SELECT cohort, period, customers, buyers, orders, revenue, cumulative_revenue FROM (SELECT purchase_agg(customer, day, amount) AS s FROM bench_tenth) AS x, value_cohorts(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31') WHERE buyers > 0 ORDER BY 1, 2;

-- @value_cohorts_tenth_sql / value_cohorts_tenth >= 10 same
WITH first AS (SELECT customer, date_trunc('month', min(day))::date AS cohort FROM bench_tenth WHERE amount >= 0 GROUP BY customer),
size AS (SELECT cohort, count(*) AS customers FROM first GROUP BY cohort),
sold AS (SELECT customer, cohort, amount, ((extract(year FROM day) - extract(year FROM cohort)) * 12 + extract(month FROM day) - extract(month FROM cohort))::int AS period FROM bench_tenth JOIN first USING (customer) WHERE day >= cohort),
cell AS (SELECT cohort, period, count(DISTINCT customer) FILTER (WHERE amount >= 0) AS buyers, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue FROM sold GROUP BY cohort, period)
SELECT * FROM (SELECT cohort, period, customers, buyers, orders, revenue, sum(revenue) OVER (PARTITION BY cohort ORDER BY period) FROM cell JOIN size USING (cohort)) AS x WHERE buyers > 0 ORDER BY 1, 2;

-- @value_cohorts_tenth_duck / value_cohorts_tenth same
WITH first AS (SELECT customer, date_trunc('month', min(day))::date AS cohort FROM bench_tenth WHERE amount >= 0 GROUP BY customer),
size AS (SELECT cohort, count(*) AS customers FROM first GROUP BY cohort),
sold AS (SELECT customer, cohort, amount, datediff('month', cohort, day) AS period FROM bench_tenth JOIN first USING (customer) WHERE day >= cohort),
cell AS (SELECT cohort, period, count(DISTINCT customer) FILTER (WHERE amount >= 0) AS buyers, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue FROM sold GROUP BY cohort, period)
SELECT * FROM (SELECT cohort, period, customers, buyers, orders, revenue, sum(revenue) OVER (PARTITION BY cohort ORDER BY period) FROM cell JOIN size USING (cohort)) AS x WHERE buyers > 0 ORDER BY 1, 2

-- @value_four_aggregates
SELECT count(first), sum(days) FROM (SELECT customer, min(day) AS first, max(day) AS last, count(DISTINCT day) AS days, avg(amount) AS mean FROM bench_million GROUP BY customer) AS x;

-- @value_rfm / value_four_aggregates <= 1.5
SELECT count((r).first_day), sum((r).frequency) FROM (SELECT customer, rfm(purchase_agg(customer, day, amount), '2025-12-31') AS r FROM bench_million GROUP BY customer) AS x;

-- @value_repeat_stored / value_repeat same
SELECT round(repeat_purchase_rate(s)::numeric, 6) FROM bench_stored;

-- @value_rollup / value_repeat
SELECT round(repeat_purchase_rate(rollup(s))::numeric, 6) FROM bench_parts;

-- @value_text_keys / value_count
SELECT round(repeat_purchase_rate(purchase_agg(customer::text, day, amount))::numeric, 6) FROM bench_orders;

-- @value_bytes_per_customer
SELECT round(pg_column_size(s) / 2000000.0, 1) FROM (SELECT purchase_agg(customer, day, amount) AS s FROM bench_orders) AS x;

-- @value_repeat_parallel / value_repeat <= 1
SET max_parallel_workers_per_gather = 2; SELECT round(repeat_purchase_rate(purchase_agg(customer, day, amount))::numeric, 6) FROM bench_orders;
