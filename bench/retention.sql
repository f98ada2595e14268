-- Retention: what a timeline costs beside count() and beside plain SQL.
-- tools/bench.pl explains the form of this file.
-- duck: bench_subscriptions (started, ended)

CREATE TABLE bench_subscriptions AS
  SELECT i AS id, d AS started, CASE WHEN hashint4(i + 3 * :seed) & 7 < 5 THEN d + 1 + (hashint4(i + 5 * :seed) & 1023) END AS ended
  FROM (SELECT i, date '2022-01-01' + (hashint4(i # (:seed - 1)) & 65535) % 1461 AS d FROM generate_series(1, 2000000) AS i) AS x;
CREATE TABLE bench_flows AS SELECT id % 12 AS part, flow_agg(started, ended, 'month') AS s FROM bench_subscriptions GROUP BY id % 12;
VACUUM (FREEZE, ANALYZE) bench_flows;
VACUUM (FREEZE, ANALYZE) bench_subscriptions;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @retention_count
SELECT count(started) FROM bench_subscriptions;

-- @retention_timeline / retention_count <= 1.4
SELECT t.* FROM (SELECT flow_agg(started, ended, 'month') AS s FROM bench_subscriptions) AS x, retention_timeline(s, '2024-01-01', '2026-01-01', '2026-01-01') AS t;

-- @retention_timeline_days / retention_count
SELECT sum(lost) FROM (SELECT flow_agg(started, ended, 'day') AS s FROM bench_subscriptions) AS x, retention_timeline(s, '2024-01-01', '2026-01-01', '2026-01-01') AS t;

-- @retention_rate_period / retention_count
SELECT retention_rate(started, ended, daterange('2025-03-01', '2025-04-01')) FROM bench_subscriptions;

-- @retention_timeline_sql / retention_timeline >= 10
-- 24 months, at start and lost of each: 48 filtered counts
SELECT
  count(*) FILTER (WHERE started < '2024-01-01' AND (ended IS NULL OR ended >= '2024-01-01')),
  count(*) FILTER (WHERE started < '2024-01-01' AND ended >= '2024-01-01' AND ended < '2024-02-01'),
  count(*) FILTER (WHERE started < '2024-02-01' AND (ended IS NULL OR ended >= '2024-02-01')),
  count(*) FILTER (WHERE started < '2024-02-01' AND ended >= '2024-02-01' AND ended < '2024-03-01'),
  count(*) FILTER (WHERE started < '2024-03-01' AND (ended IS NULL OR ended >= '2024-03-01')),
  count(*) FILTER (WHERE started < '2024-03-01' AND ended >= '2024-03-01' AND ended < '2024-04-01'),
  count(*) FILTER (WHERE started < '2024-04-01' AND (ended IS NULL OR ended >= '2024-04-01')),
  count(*) FILTER (WHERE started < '2024-04-01' AND ended >= '2024-04-01' AND ended < '2024-05-01'),
  count(*) FILTER (WHERE started < '2024-05-01' AND (ended IS NULL OR ended >= '2024-05-01')),
  count(*) FILTER (WHERE started < '2024-05-01' AND ended >= '2024-05-01' AND ended < '2024-06-01'),
  count(*) FILTER (WHERE started < '2024-06-01' AND (ended IS NULL OR ended >= '2024-06-01')),
  count(*) FILTER (WHERE started < '2024-06-01' AND ended >= '2024-06-01' AND ended < '2024-07-01'),
  count(*) FILTER (WHERE started < '2024-07-01' AND (ended IS NULL OR ended >= '2024-07-01')),
  count(*) FILTER (WHERE started < '2024-07-01' AND ended >= '2024-07-01' AND ended < '2024-08-01'),
  count(*) FILTER (WHERE started < '2024-08-01' AND (ended IS NULL OR ended >= '2024-08-01')),
  count(*) FILTER (WHERE started < '2024-08-01' AND ended >= '2024-08-01' AND ended < '2024-09-01'),
  count(*) FILTER (WHERE started < '2024-09-01' AND (ended IS NULL OR ended >= '2024-09-01')),
  count(*) FILTER (WHERE started < '2024-09-01' AND ended >= '2024-09-01' AND ended < '2024-10-01'),
  count(*) FILTER (WHERE started < '2024-10-01' AND (ended IS NULL OR ended >= '2024-10-01')),
  count(*) FILTER (WHERE started < '2024-10-01' AND ended >= '2024-10-01' AND ended < '2024-11-01'),
  count(*) FILTER (WHERE started < '2024-11-01' AND (ended IS NULL OR ended >= '2024-11-01')),
  count(*) FILTER (WHERE started < '2024-11-01' AND ended >= '2024-11-01' AND ended < '2024-12-01'),
  count(*) FILTER (WHERE started < '2024-12-01' AND (ended IS NULL OR ended >= '2024-12-01')),
  count(*) FILTER (WHERE started < '2024-12-01' AND ended >= '2024-12-01' AND ended < '2025-01-01'),
  count(*) FILTER (WHERE started < '2025-01-01' AND (ended IS NULL OR ended >= '2025-01-01')),
  count(*) FILTER (WHERE started < '2025-01-01' AND ended >= '2025-01-01' AND ended < '2025-02-01'),
  count(*) FILTER (WHERE started < '2025-02-01' AND (ended IS NULL OR ended >= '2025-02-01')),
  count(*) FILTER (WHERE started < '2025-02-01' AND ended >= '2025-02-01' AND ended < '2025-03-01'),
  count(*) FILTER (WHERE started < '2025-03-01' AND (ended IS NULL OR ended >= '2025-03-01')),
  count(*) FILTER (WHERE started < '2025-03-01' AND ended >= '2025-03-01' AND ended < '2025-04-01'),
  count(*) FILTER (WHERE started < '2025-04-01' AND (ended IS NULL OR ended >= '2025-04-01')),
  count(*) FILTER (WHERE started < '2025-04-01' AND ended >= '2025-04-01' AND ended < '2025-05-01'),
  count(*) FILTER (WHERE started < '2025-05-01' AND (ended IS NULL OR ended >= '2025-05-01')),
  count(*) FILTER (WHERE started < '2025-05-01' AND ended >= '2025-05-01' AND ended < '2025-06-01'),
  count(*) FILTER (WHERE started < '2025-06-01' AND (ended IS NULL OR ended >= '2025-06-01')),
  count(*) FILTER (WHERE started < '2025-06-01' AND ended >= '2025-06-01' AND ended < '2025-07-01'),
  count(*) FILTER (WHERE started < '2025-07-01' AND (ended IS NULL OR ended >= '2025-07-01')),
  count(*) FILTER (WHERE started < '2025-07-01' AND ended >= '2025-07-01' AND ended < '2025-08-01'),
  count(*) FILTER (WHERE started < '2025-08-01' AND (ended IS NULL OR ended >= '2025-08-01')),
  count(*) FILTER (WHERE started < '2025-08-01' AND ended >= '2025-08-01' AND ended < '2025-09-01'),
  count(*) FILTER (WHERE started < '2025-09-01' AND (ended IS NULL OR ended >= '2025-09-01')),
  count(*) FILTER (WHERE started < '2025-09-01' AND ended >= '2025-09-01' AND ended < '2025-10-01'),
  count(*) FILTER (WHERE started < '2025-10-01' AND (ended IS NULL OR ended >= '2025-10-01')),
  count(*) FILTER (WHERE started < '2025-10-01' AND ended >= '2025-10-01' AND ended < '2025-11-01'),
  count(*) FILTER (WHERE started < '2025-11-01' AND (ended IS NULL OR ended >= '2025-11-01')),
  count(*) FILTER (WHERE started < '2025-11-01' AND ended >= '2025-11-01' AND ended < '2025-12-01'),
  count(*) FILTER (WHERE started < '2025-12-01' AND (ended IS NULL OR ended >= '2025-12-01')),
  count(*) FILTER (WHERE started < '2025-12-01' AND ended >= '2025-12-01' AND ended < '2026-01-01')
FROM bench_subscriptions;

-- starts and ends of each month, added up
-- @retention_timeline_best_sql / retention_timeline same
WITH starts AS (SELECT date_trunc('month', started::timestamp)::date AS month, count(*) AS new, count(*) FILTER (WHERE ended < date_trunc('month', started::timestamp) + interval '1 month') AS brief FROM bench_subscriptions GROUP BY 1),
ends AS (SELECT date_trunc('month', ended::timestamp)::date AS month, count(*) AS ended, count(*) FILTER (WHERE started < date_trunc('month', ended::timestamp)) AS lost FROM bench_subscriptions WHERE ended IS NOT NULL GROUP BY 1),
timeline AS (SELECT month, new, new - brief AS new_kept, coalesce(lost, 0) AS lost, sum(new - coalesce(ended, 0)) OVER (ORDER BY month)::bigint AS at_end, sum(new - coalesce(ended, 0)) OVER (ORDER BY month)::bigint - new + coalesce(ended, 0) AS at_start FROM starts LEFT JOIN ends USING (month))
SELECT month, at_start, new, new_kept, lost, at_end, 100.0::float8 * (at_start - lost) / nullif(at_start, 0), 100.0::float8 * lost / nullif(at_start, 0), true FROM timeline WHERE month BETWEEN '2024-01-01' AND '2025-12-01' ORDER BY month;

-- @retention_timeline_stored / retention_timeline <= 0.05 same
SELECT t.* FROM (SELECT rollup(s) AS s FROM bench_flows) AS x, retention_timeline(s, '2024-01-01', '2026-01-01', '2026-01-01') AS t;

-- @retention_timeline_duck / retention_timeline same / retention_timeline_stored >= 20 same
WITH starts AS (SELECT date_trunc('month', started)::date AS month, count(*) AS new, count(*) FILTER (WHERE ended < date_trunc('month', started) + interval '1 month') AS brief FROM bench_subscriptions GROUP BY 1),
ends AS (SELECT date_trunc('month', ended)::date AS month, count(*) AS ended, count(*) FILTER (WHERE started < date_trunc('month', ended)) AS lost FROM bench_subscriptions WHERE ended IS NOT NULL GROUP BY 1),
timeline AS (SELECT month, new, new - brief AS new_kept, coalesce(lost, 0) AS lost, sum(new - coalesce(ended, 0)) OVER (ORDER BY month)::bigint AS at_end, sum(new - coalesce(ended, 0)) OVER (ORDER BY month)::bigint - new + coalesce(ended, 0) AS at_start FROM starts LEFT JOIN ends USING (month))
SELECT month, at_start, new, new_kept, lost, at_end, 100.0::float8 * (at_start - lost) / nullif(at_start, 0), 100.0::float8 * lost / nullif(at_start, 0), true FROM timeline WHERE month BETWEEN '2024-01-01' AND '2025-12-01' ORDER BY month

-- @retention_count_parallel
SET max_parallel_workers_per_gather = 2; SELECT count(started) FROM bench_subscriptions;

-- @retention_timeline_parallel / retention_count_parallel <= 1.2
SET max_parallel_workers_per_gather = 2; SELECT t.* FROM (SELECT flow_agg(started, ended, 'month') AS s FROM bench_subscriptions) AS x, retention_timeline(s, '2024-01-01', '2026-01-01', '2026-01-01') AS t;
