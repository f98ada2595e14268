-- Calibration: what a fit costs beside count() of the column it reads, and
-- validation beside sorting the scores.
-- tools/bench.pl explains the form of this file.
-- duck: bench_scores

-- ten features of a variance of about 1, and an outcome that depends on five
CREATE TABLE bench_features AS
  SELECT x, (hashint4(i + 77000000 * :seed)::float8 / 4294967296.0 + 0.5) < 1 / (1 + exp(1.5 - 0.5 * x[1] + 0.3 * x[2] - 0.8 * x[3] + 0.1 * x[4] - 0.05 * x[5])) AS y
  FROM (SELECT i, (SELECT array_agg(1.7 * hashint4(i + 1000000 * j * :seed)::float8 / 2147483648.0 ORDER BY j) FROM generate_series(1, 10) AS j) AS x FROM generate_series(1, 1000000) AS i) AS s;
-- scores of customers, and their history
CREATE TABLE bench_scores AS
  SELECT i AS id, score, hashint4(i + 5 * :seed) & 1023 < 1024 / (1 + exp(score / 15)) AS churned, round(score) AS whole
  FROM (SELECT i, (hashint8extended(i, :seed) & 1048575) / 10485.76::float8 AS score FROM generate_series(1, 1000000) AS i) AS x;
CREATE TABLE bench_snapshots AS
  SELECT c AS customer, '2024-01-01'::date + 30 * m AS day, ((hashint4(c * 32 + m + :seed) & 65535) / 655.36)::float8 AS score, CASE WHEN c % 5 = 0 THEN '2024-02-01'::date + (hashint4(c) & 511) END AS churned_on
  FROM generate_series(1, 50000) AS c, generate_series(0, 19) AS m;
VACUUM (FREEZE, ANALYZE) bench_scores;
VACUUM (FREEZE, ANALYZE) bench_snapshots;
VACUUM (FREEZE, ANALYZE) bench_features;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET jit = off;

-- @calibration_count
SELECT count(x) FROM bench_features;

-- @calibration_logistic_fit / calibration_count <= 12
SELECT (m).status FROM (SELECT logistic_fit(y, x) AS m FROM bench_features OFFSET 0) AS fit;

-- @calibration_scores_count
SELECT count(score) FROM bench_scores;

-- @calibration_auc / calibration_scores_count
SELECT round(roc_auc(-score, churned)::numeric, 9) FROM bench_scores;

-- @calibration_order / calibration_auc >= 1
-- what no query that looks at scores in order can do without: sorting them
SELECT count(*) FROM (SELECT score FROM bench_scores ORDER BY score OFFSET 0) AS x;

-- @calibration_auc_whole / calibration_scores_count
-- a hundred different scores
SELECT roc_auc(-whole, churned) FROM bench_scores;

-- by ranks, the mean rank of ties
-- @calibration_auc_sql / calibration_auc >= 1.5 same
SELECT round(1 - (sum(rank) FILTER (WHERE churned) - count(*) FILTER (WHERE churned) * (count(*) FILTER (WHERE churned) + 1) / 2.0)
       / (count(*) FILTER (WHERE churned)::numeric * count(*) FILTER (WHERE NOT churned)), 9)
FROM (SELECT churned, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS rank FROM bench_scores) AS x;

-- @calibration_auc_duck / calibration_auc same
SELECT round(1 - (sum(rank) FILTER (WHERE churned) - count(*) FILTER (WHERE churned) * (count(*) FILTER (WHERE churned) + 1) / 2.0)
       / (count(*) FILTER (WHERE churned)::float8 * count(*) FILTER (WHERE NOT churned)), 9)
FROM (SELECT churned, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS rank FROM bench_scores) AS x

-- @calibration_snapshots_count
SELECT count(score) FROM bench_snapshots;

-- @calibration_warning / calibration_snapshots_count
SELECT sum(caught) FROM warning_table((SELECT warning_agg(customer, day, score, churned_on) FROM bench_snapshots), '{10,20,30,40,50}', 90, '2025-12-31');
