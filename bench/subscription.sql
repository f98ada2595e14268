-- Subscriptions: what the movement table costs beside count() and beside the
-- same in plain SQL (of a tenth of the customers, because that takes minutes):
-- 1 million customers, 2 million rows, 24 months.  tools/bench.pl explains the form
-- of this file.
-- duck: bench_subscriptions

CREATE TABLE bench_subscriptions AS
  SELECT customer, started, ended, mrr
    FROM (SELECT c AS customer, date '2024-01-01' + (hashint8(c + 5000000 * :seed) & 511) AS first_day, 100 + (hashint8(c * 3 # (:seed - 1)) & 127) AS days,
                 CASE WHEN c % 5 = 0 THEN 40 ELSE 0 END AS pause, 20 + (hashint8(c + 9 * :seed) & 255) * 1.25 AS price FROM generate_series(1::bigint, 1000000) AS c) AS x,
         LATERAL (VALUES (first_day, first_day + days, price::numeric(12,2)),
                         (first_day + days + pause, CASE WHEN customer % 3 = 0 THEN first_day + 400 END, (price + customer % 3 * 10)::numeric(12,2))) AS v(started, ended, mrr)
   ORDER BY hashint8((customer * 7 # (:seed - 1)) + extract(day FROM started)::int);
CREATE TABLE bench_subscription_parts AS
  SELECT customer % 12 AS part, subscription_agg(customer, started, ended, mrr) AS s FROM bench_subscriptions GROUP BY customer % 12;
CREATE TABLE bench_stored AS SELECT rollup(s) AS s FROM bench_subscription_parts;
CREATE TABLE bench_tiny AS
  SELECT i / 1000 AS g, i AS customer, date '2025-01-01' + (hashint8(i) & 255) AS started, 10::numeric AS mrr, subscription_agg(i, date '2025-01-01' + (hashint8(i) & 255), NULL, 10) AS s FROM generate_series(0::bigint, 199999) AS i GROUP BY i;
CREATE TABLE bench_single AS SELECT i AS g, i::bigint AS customer, date '2025-01-01' AS started, NULL::date AS ended, 10::numeric AS mrr FROM generate_series(1, 1000000) AS i;
CREATE TABLE bench_hundred AS SELECT i % 20000 AS g, i::bigint AS customer, date '2025-01-01' + i % 100 AS started, NULL::date AS ended, 10::numeric AS mrr FROM generate_series(1, 2000000) AS i;
CREATE TABLE bench_tenth AS SELECT * FROM bench_subscriptions WHERE customer % 10 = 7;
VACUUM (FREEZE, ANALYZE) bench_subscriptions;
VACUUM (FREEZE, ANALYZE) bench_tenth;
VACUUM (FREEZE, ANALYZE) bench_subscription_parts;
VACUUM (FREEZE, ANALYZE) bench_stored;
VACUUM (FREEZE, ANALYZE) bench_single;
VACUUM (FREEZE, ANALYZE) bench_tiny;
VACUUM (FREEZE, ANALYZE) bench_hundred;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET jit = off;

-- @subscription_count
SELECT count(mrr) FROM bench_subscriptions;

-- @subscription_movements / subscription_count <= 5
SELECT period_start, round(opening_mrr, 2), round(new_mrr, 2), round(expansion_mrr, 2), round(contraction_mrr, 2), round(churned_mrr, 2), round(reactivation_mrr, 2), round(closing_mrr, 2)
  FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM bench_subscriptions) AS x, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31');

-- @subscription_movements_parallel / subscription_movements <= 1
SET max_parallel_workers_per_gather = 2; SELECT count(m) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM bench_subscriptions) AS x, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31') AS m;

-- @subscription_tenth
SELECT period_start, round(opening_mrr, 2), round(new_mrr, 2), round(expansion_mrr, 2), round(contraction_mrr, 2), round(churned_mrr, 2), round(reactivation_mrr, 2), round(closing_mrr, 2)
  FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM bench_tenth) AS x, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31');

-- @subscription_tenth_sql / subscription_tenth >= 50 same
WITH bound AS (SELECT b::date FROM generate_series(timestamp '2024-01-01', '2026-01-01', '1 month') AS b),
state AS (SELECT customer, b, coalesce(sum(mrr) FILTER (WHERE started < b AND (ended IS NULL OR ended >= b)), 0) AS mrr, min(started) FILTER (WHERE mrr > 0) AS first_day
            FROM bench_tenth CROSS JOIN bound GROUP BY customer, b),
moved AS (SELECT b, mrr, lag(mrr) OVER w AS before, lag(b) OVER w AS opening, first_day FROM state WINDOW w AS (PARTITION BY customer ORDER BY b))
SELECT opening, round(sum(before), 2), round(coalesce(sum(mrr) FILTER (WHERE before = 0 AND mrr > 0 AND first_day >= opening), 0), 2),
       round(coalesce(sum(mrr - before) FILTER (WHERE before > 0 AND mrr > before), 0), 2), round(coalesce(sum(before - mrr) FILTER (WHERE mrr > 0 AND mrr < before), 0), 2),
       round(coalesce(sum(before) FILTER (WHERE mrr = 0), 0), 2), round(coalesce(sum(mrr) FILTER (WHERE before = 0 AND mrr > 0 AND first_day < opening), 0), 2), round(sum(mrr), 2)
  FROM moved WHERE opening IS NOT NULL GROUP BY opening ORDER BY opening;

-- sums of changes per customer and month
-- @subscription_tenth_best_sql / subscription_tenth same
WITH changes AS (SELECT customer, date_trunc('month', started::timestamp)::date AS month, mrr AS change FROM bench_tenth UNION ALL SELECT customer, date_trunc('month', ended::timestamp)::date, -mrr FROM bench_tenth WHERE ended IS NOT NULL),
monthly AS (SELECT customer, month, sum(change) AS change FROM changes GROUP BY customer, month),
states AS (SELECT month, change, sum(change) OVER w AS mrr, row_number() OVER w = 1 AS first FROM monthly WINDOW w AS (PARTITION BY customer ORDER BY month)),
movements AS (SELECT month, sum(change) AS net, sum(mrr) FILTER (WHERE mrr = change AND first) AS new_mrr, sum(change) FILTER (WHERE change > 0 AND mrr > change) AS expansion,
                     -sum(change) FILTER (WHERE change < 0 AND mrr > 0) AS contraction, -sum(change) FILTER (WHERE change < 0 AND mrr = 0) AS churned, sum(mrr) FILTER (WHERE mrr = change AND NOT first) AS reactivation
                FROM states GROUP BY month),
timeline AS (SELECT *, sum(net) OVER (ORDER BY month) AS closing FROM movements)
SELECT month, round(closing - net, 2), round(coalesce(new_mrr, 0), 2), round(coalesce(expansion, 0), 2), round(coalesce(contraction, 0), 2), round(coalesce(churned, 0), 2), round(coalesce(reactivation, 0), 2), round(closing, 2) FROM timeline WHERE month BETWEEN '2024-01-01' AND '2025-12-01' ORDER BY month;

-- @subscription_event / subscription_count
SELECT count(m) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM bench_subscriptions) AS x, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31', 'event', 90) AS m;

-- @subscription_cohorts / subscription_count
SELECT count(m) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM bench_subscriptions) AS x, revenue_cohorts(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31') AS m;

-- @subscription_text_keys / subscription_count
SELECT count(m) FROM (SELECT subscription_agg(customer::text, started, ended, mrr) AS s FROM bench_subscriptions) AS x, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31') AS m;

-- @subscription_store / subscription_count
SELECT pg_column_size(s::text) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM bench_subscriptions) AS x;

-- @subscription_rollup / subscription_movements <= 0.5 same
SELECT period_start, round(opening_mrr, 2), round(new_mrr, 2), round(expansion_mrr, 2), round(contraction_mrr, 2), round(churned_mrr, 2), round(reactivation_mrr, 2), round(closing_mrr, 2)
  FROM (SELECT rollup(s) AS s FROM bench_subscription_parts) AS x, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31');

-- @subscription_stored / subscription_movements same
SELECT period_start, round(opening_mrr, 2), round(new_mrr, 2), round(expansion_mrr, 2), round(contraction_mrr, 2), round(churned_mrr, 2), round(reactivation_mrr, 2), round(closing_mrr, 2)
  FROM bench_stored, mrr_movements(s, 'month', '2024-01-01', '2026-01-01', '2025-12-31');

-- @subscription_movements_duck / subscription_movements same / subscription_rollup same / subscription_stored >= 15 same
WITH changes AS (SELECT customer, date_trunc('month', started)::date AS month, mrr AS change FROM bench_subscriptions UNION ALL SELECT customer, date_trunc('month', ended)::date, -mrr FROM bench_subscriptions WHERE ended IS NOT NULL),
monthly AS (SELECT customer, month, sum(change) AS change FROM changes GROUP BY customer, month),
states AS (SELECT month, change, sum(change) OVER w AS mrr, row_number() OVER w = 1 AS first FROM monthly WINDOW w AS (PARTITION BY customer ORDER BY month)),
movements AS (SELECT month, sum(change) AS net, sum(mrr) FILTER (WHERE mrr = change AND first) AS new_mrr, sum(change) FILTER (WHERE change > 0 AND mrr > change) AS expansion,
                     -sum(change) FILTER (WHERE change < 0 AND mrr > 0) AS contraction, -sum(change) FILTER (WHERE change < 0 AND mrr = 0) AS churned, sum(mrr) FILTER (WHERE mrr = change AND NOT first) AS reactivation
                FROM states GROUP BY month),
timeline AS (SELECT *, sum(net) OVER (ORDER BY month) AS closing FROM movements)
SELECT month, closing - net, coalesce(new_mrr, 0), coalesce(expansion, 0), coalesce(contraction, 0), coalesce(churned, 0), coalesce(reactivation, 0), closing FROM timeline WHERE month BETWEEN '2024-01-01' AND '2025-12-01' ORDER BY month

-- @subscription_tiny_groups
SELECT sum(mrr(s, '2025-06-01')) FROM (SELECT g, subscription_agg(customer, started, NULL, mrr) AS s FROM bench_tiny GROUP BY g OFFSET 0) AS x;

-- @subscription_tiny_groups_rollup / subscription_tiny_groups <= 1.5 same
SELECT sum(mrr(s, '2025-06-01')) FROM (SELECT g, rollup(s) AS s FROM bench_tiny GROUP BY g OFFSET 0) AS x;

-- @subscription_tiny_total
SELECT mrr(subscription_agg(customer, started, NULL, mrr), '2025-06-01') FROM bench_tiny;

-- @subscription_tiny_total_rollup / subscription_tiny_total <= 3 same
SELECT mrr(rollup(s), '2025-06-01') FROM bench_tiny;

-- @subscription_single_sorted
SET enable_hashagg = off; SELECT count(s) FROM (SELECT g, subscription_agg(customer, started, ended, mrr) AS s FROM bench_single GROUP BY g OFFSET 0) AS x;

-- @subscription_single_hashed / subscription_single_sorted <= 2
SET enable_sort = off; SELECT count(s) FROM (SELECT g, subscription_agg(customer, started, ended, mrr) AS s FROM bench_single GROUP BY g OFFSET 0) AS x;

-- @subscription_hundred_sorted
SET enable_hashagg = off; SELECT count(s) FROM (SELECT g, subscription_agg(customer, started, ended, mrr) AS s FROM bench_hundred GROUP BY g OFFSET 0) AS x;

-- @subscription_hundred_hashed / subscription_hundred_sorted <= 2
SET enable_sort = off; SELECT count(s) FROM (SELECT g, subscription_agg(customer, started, ended, mrr) AS s FROM bench_hundred GROUP BY g OFFSET 0) AS x;
