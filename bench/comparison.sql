-- Comparison: what a treatment's effect and the parts of a change cost beside
-- count() and beside plain SQL.
-- tools/bench.pl explains the form of this file.
-- duck: bench_calls

-- two million customers in 50 strata, a quarter of whom were called
CREATE TABLE bench_calls AS
  SELECT hashint4(i + 3 * :seed) & 3 = 0 AS called, hashint4(i + 5 * :seed) & 7 = 0 AS has_left, 'stratum ' || abs(hashint4(i + 7 * :seed) % 50) AS stratum FROM generate_series(1, 2000000) AS i;
-- ten thousand changes of ten segments each
CREATE TABLE bench_segments AS
  SELECT i / 10 AS month, 'segment ' || i % 10 AS segment, (hashint4(i + 3 * :seed) & 1023) / 100.0::float8 AS before_value, (1 + (hashint4(i + 5 * :seed) & 1023))::float8 AS before_size,
         (hashint4(i + 7 * :seed) & 1023) / 100.0::float8 AS after_value, (1 + (hashint4(i + 11 * :seed) & 1023))::float8 AS after_size FROM generate_series(0, 99999) AS i;
VACUUM (FREEZE, ANALYZE) bench_calls;
VACUUM (FREEZE, ANALYZE) bench_segments;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @comparison_count
SELECT count(has_left) FROM bench_calls;

-- @comparison_effect / comparison_count
SELECT round(e.difference::numeric, 6) FROM effect((SELECT effect_agg(called, has_left, stratum) FROM bench_calls)) AS e;

-- @comparison_effect_sql / comparison_effect >= 1 same
-- the difference of Mantel and Haenszel, without its interval and p-value
SELECT round(100 * sum((y1 * n2 - y2 * n1) / n) / sum(n1 * n2 / n), 6)
FROM (SELECT count(*) FILTER (WHERE called)::numeric AS n1, count(*) FILTER (WHERE NOT called) AS n2,
             count(*) FILTER (WHERE called AND has_left) AS y1, count(*) FILTER (WHERE NOT called AND has_left) AS y2, count(*) AS n
      FROM bench_calls GROUP BY stratum) AS strata;

-- @comparison_effect_duck / comparison_effect same
SELECT round(100 * sum((y1 * n2 - y2 * n1) / n) / sum(n1 * n2 / n), 6)
FROM (SELECT count(*) FILTER (WHERE called)::float8 AS n1, count(*) FILTER (WHERE NOT called) AS n2,
             count(*) FILTER (WHERE called AND has_left) AS y1, count(*) FILTER (WHERE NOT called AND has_left) AS y2, count(*) AS n
      FROM bench_calls GROUP BY stratum) AS strata

-- @comparison_segments_count
SELECT count(segment) FROM bench_segments;

-- @comparison_change / comparison_segments_count
SELECT round(sum(mix)::numeric, 6), round(sum(rate)::numeric, 6)
FROM (SELECT change_agg(segment, before_value, before_size, after_value, after_size) AS s FROM bench_segments GROUP BY month) AS x, change_parts(s);

-- @comparison_change_sql / comparison_change same
SELECT round(sum((a1 - a0) * ((v0 + v1) / 2 - (w0 + w1) / 2))::numeric, 6), round(sum((v1 - v0) * (a0 + a1) / 2)::numeric, 6)
FROM (SELECT before_value AS v0, after_value AS v1, before_size / sum(before_size) OVER w AS a0, after_size / sum(after_size) OVER w AS a1,
             sum(before_value * before_size) OVER w / sum(before_size) OVER w AS w0, sum(after_value * after_size) OVER w / sum(after_size) OVER w AS w1
      FROM bench_segments WINDOW w AS (PARTITION BY month)) AS x;
