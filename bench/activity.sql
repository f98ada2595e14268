-- Activity: what cohort matrices and rolling active customers cost beside
-- count() and beside plain SQL: 10 million events of 200,000 customers in 365
-- days, some customers far more active than others, first ones all through the
-- year; in the order of time and in random order.  The SQL of cohorts is of a
-- tenth of the customers and that of rolling windows of a hundredth, for of them
-- all it takes half a minute and far longer.
-- tools/bench.pl explains the form of this file.
-- duck: bench_events (customer, day)

CREATE TABLE bench_events AS
  SELECT customer, day, (day + interval '1 second' * (hashint8extended(i, 3) & 65535)) AT TIME ZONE 'UTC' AS at
    FROM (SELECT i, floor(200000 * power((hashint8extended(i, :seed) & 16777215) / 16777216.0::float8, 2))::bigint AS customer FROM generate_series(1::bigint, 10000000) AS i) AS e,
         LATERAL (SELECT (hashint8(customer) & 255)::int AS first) AS f,
         LATERAL (SELECT date '2025-01-01' + first + floor((365 - first) * ((hashint8extended(i, :seed + 1) & 16777215) / 16777216.0::float8))::int AS day) AS d
   ORDER BY at;
CREATE TABLE bench_shuffled AS SELECT * FROM bench_events ORDER BY hashint8extended(customer * 7 + extract(epoch FROM at)::bigint, :seed);
CREATE TABLE bench_tenth AS SELECT * FROM bench_events WHERE customer % 10 = 7;
CREATE TABLE bench_hundredth AS SELECT * FROM bench_events WHERE customer % 100 = 7;
CREATE TABLE bench_tiny AS
  SELECT i / 1000 AS g, i AS customer, date '2025-01-01' + (hashint8(i) & 255) AS day, activity_agg(i, date '2025-01-01' + (hashint8(i) & 255)) AS s FROM generate_series(0::bigint, 199999) AS i GROUP BY i;
CREATE TABLE bench_months AS SELECT date_trunc('month', day)::date AS month, activity_agg(customer, day) AS s FROM bench_events GROUP BY 1;
-- what a dashboard reads when the night has added the months up
CREATE TABLE bench_year AS SELECT rollup(s) AS s FROM bench_months;
VACUUM (FREEZE, ANALYZE) bench_year;
VACUUM (FREEZE, ANALYZE) bench_events;
VACUUM (FREEZE, ANALYZE) bench_shuffled;
VACUUM (FREEZE, ANALYZE) bench_tenth;
VACUUM (FREEZE, ANALYZE) bench_hundredth;
VACUUM (FREEZE, ANALYZE) bench_months;
VACUUM (FREEZE, ANALYZE) bench_tiny;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET jit = off;

-- @activity_count
SELECT count(day) FROM bench_events;

-- @activity_cohorts / activity_count <= 2.2
SELECT c.cohort, c.size, c.period, c.retained FROM (SELECT activity_agg(customer, day) AS s FROM bench_events) AS x, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c ORDER BY 1, 3;

-- @activity_cohorts_tenth
SELECT c.cohort, c.size, c.period, c.retained FROM (SELECT activity_agg(customer, day) AS s FROM bench_tenth) AS x, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c ORDER BY 1, 3;

-- @activity_cohorts_tenth_sql / activity_cohorts_tenth >= 12 same
WITH first AS (SELECT customer, date_trunc('month', min(day))::date AS cohort FROM bench_tenth GROUP BY customer),
sizes AS (SELECT cohort, count(*) AS size FROM first GROUP BY cohort),
visits AS (SELECT customer, cohort, age(date_trunc('month', day), cohort) AS since FROM bench_tenth JOIN first USING (customer))
SELECT cohort, size, (extract(year FROM since) * 12 + extract(month FROM since))::int, count(DISTINCT customer) FROM visits JOIN sizes USING (cohort) GROUP BY cohort, size, since ORDER BY 1, 3;

-- the months of each customer as bits
-- @activity_cohorts_tenth_best_sql / activity_cohorts_tenth same
WITH customers AS (SELECT customer, bit_or(1 << (date_part('month', day::timestamp)::int - 1)) AS months FROM bench_tenth GROUP BY customer),
kinds AS (SELECT months, count(*) AS n FROM customers GROUP BY months),
cells AS (SELECT month, min(month) OVER (PARTITION BY months) AS cohort, n FROM kinds, generate_series(1, 12) AS m(month) WHERE months >> (month - 1) & 1 = 1)
SELECT make_date(2025, cohort, 1) AS cohort, max(sum(n)) OVER (PARTITION BY cohort) AS size, month - cohort AS period, sum(n) FROM cells GROUP BY cells.cohort, month ORDER BY 1, 3;

-- @activity_cohorts_year_stored / activity_cohorts same
SELECT c.cohort, c.size, c.period, c.retained FROM bench_year, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c ORDER BY 1, 3;

-- @activity_cohorts_duck / activity_cohorts same / activity_cohorts_year_stored same
WITH customers AS (SELECT customer, bit_or(1 << (month(day) - 1)) AS months FROM bench_events GROUP BY customer),
kinds AS (SELECT months, count(*) AS n FROM customers GROUP BY months),
cells AS (SELECT month, min(month) OVER (PARTITION BY months) AS cohort, n FROM kinds, generate_series(1, 12) AS m(month) WHERE months >> (month - 1) & 1 = 1)
SELECT make_date(2025, cohort, 1) AS cohort, max(sum(n)) OVER (PARTITION BY cohort) AS size, month - cohort AS period, sum(n) FROM cells GROUP BY cells.cohort, month ORDER BY 1, 3

-- @activity_cohorts_distinct_duck / activity_cohorts same
WITH months AS (SELECT DISTINCT customer, date_trunc('month', day)::date AS month FROM bench_events),
since AS (SELECT month, min(month) OVER (PARTITION BY customer) AS cohort FROM months)
SELECT cohort, max(count(*)) OVER (PARTITION BY cohort), datediff('month', cohort, month), count(*) FROM since GROUP BY cohort, month ORDER BY 1, 3

-- @activity_count_shuffled
SELECT count(day) FROM bench_shuffled;

-- @activity_cohorts_shuffled / activity_count_shuffled <= 2.8
SELECT c.cohort, c.size, c.period, c.retained FROM (SELECT activity_agg(customer, day) AS s FROM bench_shuffled) AS x, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c ORDER BY 1, 3;

-- @activity_rolling / activity_count <= 2.5
SELECT sum(active_in_window), sum(lapsed), sum(resurrected) FROM (SELECT activity_agg(customer, day) AS s FROM bench_events) AS x, activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31');

-- @activity_rolling_hundredth
SELECT r.day, r.active_in_window FROM (SELECT activity_agg(customer, day) AS s FROM bench_hundredth) AS x, activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31') AS r ORDER BY 1;

-- @activity_rolling_hundredth_sql / activity_rolling_hundredth >= 12 same
SELECT d.day, count(DISTINCT customer)
  FROM (SELECT generate_series(timestamp '2025-01-01', '2025-12-31', '1 day')::date AS day) AS d LEFT JOIN bench_hundredth AS e ON e.day > d.day - 30 AND e.day <= d.day
 GROUP BY d.day ORDER BY 1;

-- each visit keeps a customer active until the next one, or for 30 days: running sums
-- @activity_rolling_hundredth_best_sql / activity_rolling_hundredth same
WITH visits AS (SELECT day, lead(day) OVER (PARTITION BY customer ORDER BY day) AS next FROM bench_hundredth),
pairs AS (SELECT day, next, count(*) AS n FROM visits GROUP BY day, next),
changes AS (SELECT day, n AS active, 0 AS lapsed, 0 AS resurrected FROM pairs UNION ALL SELECT least(day + 30, next), -n, 0, 0 FROM pairs
            UNION ALL SELECT day + 30, 0, n, 0 FROM pairs WHERE next IS NULL OR next > day + 30 UNION ALL SELECT least(day + 60, next), 0, -n, 0 FROM pairs WHERE next IS NULL OR next > day + 30
            UNION ALL SELECT greatest(next, day + 60), 0, 0, n FROM pairs WHERE next > day + 30 UNION ALL SELECT next + 30, 0, 0, -n FROM pairs WHERE next > day + 30
            UNION ALL SELECT day::date, 0, 0, 0 FROM generate_series(timestamp '2025-01-01', '2025-12-31', '1 day') AS day),
rolling AS (SELECT day, sum(sum(active)) OVER w AS active, sum(sum(lapsed)) OVER w AS lapsed, sum(sum(resurrected)) OVER w AS resurrected FROM changes GROUP BY day WINDOW w AS (ORDER BY day))
SELECT day, active FROM rolling WHERE day BETWEEN '2025-01-01' AND '2025-12-31' ORDER BY day;

-- @activity_rolling_year_stored / activity_rolling same
SELECT sum(active_in_window), sum(lapsed), sum(resurrected) FROM bench_year, activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31');

-- @activity_rolling_duck / activity_rolling same / activity_rolling_year_stored same
WITH visits AS (SELECT day, lead(day) OVER (PARTITION BY customer ORDER BY day) AS next FROM bench_events),
pairs AS (SELECT day, next, count(*) AS n FROM visits GROUP BY day, next),
changes AS (SELECT day, n AS active, 0 AS lapsed, 0 AS resurrected FROM pairs UNION ALL SELECT least(day + 30, next), -n, 0, 0 FROM pairs
            UNION ALL SELECT day + 30, 0, n, 0 FROM pairs WHERE next IS NULL OR next > day + 30 UNION ALL SELECT least(day + 60, next), 0, -n, 0 FROM pairs WHERE next IS NULL OR next > day + 30
            UNION ALL SELECT greatest(next, day + 60), 0, 0, n FROM pairs WHERE next > day + 30 UNION ALL SELECT next + 30, 0, 0, -n FROM pairs WHERE next > day + 30
            UNION ALL SELECT unnest(generate_series(date '2025-01-01', date '2025-12-31', interval 1 day))::date, 0, 0, 0),
rolling AS (SELECT day, sum(sum(active)) OVER w AS active, sum(sum(lapsed)) OVER w AS lapsed, sum(sum(resurrected)) OVER w AS resurrected FROM changes GROUP BY day WINDOW w AS (ORDER BY day))
SELECT sum(active), sum(lapsed), sum(resurrected) FROM rolling WHERE day BETWEEN '2025-01-01' AND '2025-12-31'

-- @activity_monthly_active / activity_count
SELECT (SELECT sum(active_in_window) FROM activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31'))
  FROM (SELECT activity_agg(customer, day) AS s FROM bench_events OFFSET 0) AS x;

-- @activity_daily_weekly_monthly_active / activity_monthly_active <= 1.2
SELECT (SELECT sum(active_in_window) FROM activity_rolling(s, 1, '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(active_in_window) FROM activity_rolling(s, 7, '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(active_in_window) FROM activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31'))
  FROM (SELECT activity_agg(customer, day) AS s FROM bench_events OFFSET 0) AS x;

-- @activity_windows / activity_daily_weekly_monthly_active <= 1 same
SELECT sum(active_in_window) FILTER (WHERE window_days = 1), sum(active_in_window) FILTER (WHERE window_days = 7), sum(active_in_window) FILTER (WHERE window_days = 30)
  FROM (SELECT activity_agg(customer, day) AS s FROM bench_events OFFSET 0) AS x, activity_rolling(s, ARRAY[1, 7, 30], '2025-01-01', '2026-01-01', '2025-12-31');

-- @activity_timeline / activity_count
SELECT sum(active), sum(lost), sum(stickiness) FROM (SELECT activity_agg(customer, day) AS s FROM bench_events) AS x, activity_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31');

-- @activity_days_from_entry / activity_count
SELECT d.cohort, d.day, d.eligible, d.retained
  FROM (SELECT activity_agg(customer, day) AS s FROM bench_events OFFSET 0) AS x, day_retention(s, s, ARRAY[1, 8, 15, 31, 91], '2025-01-01', '2026-01-01', '2025-12-31', 'between', 'month') AS d ORDER BY 1, 2;

-- @activity_zone / activity_cohorts <= 1.5 same
SELECT c.cohort, c.size, c.period, c.retained FROM (SELECT activity_agg(customer, at, 'Europe/Berlin') AS s FROM bench_events) AS x, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c ORDER BY 1, 3;

-- @activity_dashboard
SELECT (SELECT sum(active + new * 3 + lost * 5) FROM activity_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(retained) FROM cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(active_in_window) FROM activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31'))
  FROM (SELECT activity_agg(customer, day) AS s FROM bench_events OFFSET 0) AS x;

-- @activity_dashboard_stored / activity_dashboard <= 0.2 same
SELECT (SELECT sum(active + new * 3 + lost * 5) FROM activity_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(retained) FROM cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(active_in_window) FROM activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31'))
  FROM (SELECT rollup(s) AS s FROM bench_months OFFSET 0) AS x;

-- @activity_dashboard_year_stored / activity_dashboard same
SELECT (SELECT sum(active + new * 3 + lost * 5) FROM activity_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(retained) FROM cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31')),
       (SELECT sum(active_in_window) FROM activity_rolling(s, 30, '2025-01-01', '2026-01-01', '2025-12-31'))
  FROM bench_year;

-- @activity_dashboard_duck / activity_dashboard same / activity_dashboard_stored same / activity_dashboard_year_stored >= 20 same
WITH visits AS (SELECT day, lead(day) OVER (PARTITION BY customer ORDER BY day) AS next FROM bench_events),
pairs AS (SELECT day, next, count(*) AS n FROM visits GROUP BY day, next),
changes AS (SELECT day, n FROM pairs UNION ALL SELECT least(day + 30, next), -n FROM pairs
            UNION ALL SELECT unnest(generate_series(date '2025-01-01', date '2025-12-31', interval 1 day))::date, 0),
rolling AS (SELECT day, sum(sum(n)) OVER (ORDER BY day) AS active FROM changes GROUP BY day),
customers AS (SELECT customer, bit_or(1 << (month(day) - 1)) AS months FROM bench_events GROUP BY customer),
kinds AS (SELECT months, count(*) AS n FROM customers GROUP BY months),
cells AS (SELECT month, lag(month) OVER w AS before, n FROM kinds, generate_series(1, 12) AS m(month) WHERE months >> (month - 1) & 1 = 1 WINDOW w AS (PARTITION BY months ORDER BY month)),
timeline AS (SELECT month, sum(n) AS active, sum(n) FILTER (WHERE before IS NULL) AS new, sum(n) FILTER (WHERE before = month - 1) AS retained FROM cells GROUP BY month),
months AS (SELECT active + coalesce(new, 0) * 3 + 5 * (coalesce(lag(active) OVER (ORDER BY month), 0) - coalesce(retained, 0)) AS points FROM timeline)
SELECT (SELECT sum(points) FROM months), (SELECT sum(n) FROM cells), (SELECT sum(active) FROM rolling WHERE day BETWEEN '2025-01-01' AND '2025-12-31')

-- @activity_tiny_groups
SELECT sum(active_customers(s, daterange('2025-03-01', '2025-04-01'))) FROM (SELECT g, activity_agg(customer, day) AS s FROM bench_tiny GROUP BY g OFFSET 0) AS x;

-- @activity_tiny_groups_rollup / activity_tiny_groups <= 1.5 same
SELECT sum(active_customers(s, daterange('2025-03-01', '2025-04-01'))) FROM (SELECT g, rollup(s) AS s FROM bench_tiny GROUP BY g OFFSET 0) AS x;

-- @activity_tiny_total
SELECT active_customers(activity_agg(customer, day), daterange('2025-03-01', '2025-04-01')) FROM bench_tiny;

-- @activity_tiny_total_rollup / activity_tiny_total <= 3 same
SELECT active_customers(rollup(s), daterange('2025-03-01', '2025-04-01')) FROM bench_tiny;

-- @activity_text_keys / activity_count
SELECT count(c) FROM (SELECT activity_agg(customer::text, day) AS s FROM bench_events) AS x, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c;

-- @activity_bytes_per_customer
SELECT round(pg_column_size(s) / 200000.0, 1) FROM (SELECT activity_agg(customer, day) AS s FROM bench_events) AS x;

-- @activity_cohorts_parallel / activity_cohorts <= 1
SET max_parallel_workers_per_gather = 2; SELECT c.cohort, c.size, c.period, c.retained FROM (SELECT activity_agg(customer, day) AS s FROM bench_events) AS x, cohort_retention(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS c ORDER BY 1, 3;
