-- Survival: what a curve and a Cox fit cost beside count() and beside plain SQL.
-- tools/bench.pl explains the form of this file.
-- duck: bench_lives (duration, ended)

CREATE TABLE bench_lives AS
  SELECT i AS id, 1 + (hashint4(i + 3 * :seed) & 1023) AS duration, hashint4(i + 5 * :seed) & 3 > 0 AS ended FROM generate_series(1, 1000000) AS i;
-- 43,200 customers of 52 weeks, a quarter of whom leave, with seven features
CREATE TABLE bench_risks AS
  SELECT i AS id, 1 + (hashint4(i + 3 * :seed) & 1023) % 52 AS duration, hashint4(i + 5 * :seed) & 3 = 0 AS ended,
         ARRAY(SELECT hashint4(i * 8 + n + :seed) & 15 FROM generate_series(1, 7) AS n)::float8[] AS features
    FROM generate_series(1, 43200) AS i;
VACUUM (FREEZE, ANALYZE) bench_lives;
VACUUM (FREEZE, ANALYZE) bench_risks;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @survival_count
SELECT count(duration) FROM bench_lives;

-- @survival_curve / survival_count
SELECT sum(survival) FROM survival_curve((SELECT survival_agg(duration, ended) FROM bench_lives));

-- @survival_curve_sql / survival_curve >= 1.5
SELECT sum(survival) FROM (
  SELECT exp(sum(ln(CASE WHEN d < n THEN 1 - d / n END)) OVER (ORDER BY t)) AS survival
    FROM (SELECT duration AS t, count(*) FILTER (WHERE ended)::float8 AS d, sum(count(*)) OVER (ORDER BY duration DESC)::float8 AS n FROM bench_lives GROUP BY duration) AS x) AS y;

-- @survival_curve_duck / survival_curve same
SELECT sum(survival) FROM (
  SELECT exp(sum(ln(CASE WHEN d < n THEN 1 - d / n END)) OVER (ORDER BY t)) AS survival
    FROM (SELECT duration AS t, count(*) FILTER (WHERE ended)::float8 AS d, (sum(count(*)) OVER (ORDER BY duration DESC))::float8 AS n FROM bench_lives GROUP BY duration) AS x) AS y

-- @survival_features_count
SELECT count(features) FROM bench_risks;

-- @survival_cox / survival_features_count
SELECT (cox_fit(duration, ended, features)).events FROM bench_risks;
