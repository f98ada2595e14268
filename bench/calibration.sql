-- Calibration: what a fit costs beside count() of the column it reads.
-- tools/bench.pl explains the form of this file.

-- ten features of a variance of about 1, and an outcome that depends on five
CREATE TABLE bench_features AS
  SELECT x, (hashint4(i + 77000000 * :seed)::float8 / 4294967296.0 + 0.5) < 1 / (1 + exp(1.5 - 0.5 * x[1] + 0.3 * x[2] - 0.8 * x[3] + 0.1 * x[4] - 0.05 * x[5])) AS y
  FROM (SELECT i, (SELECT array_agg(1.7 * hashint4(i + 1000000 * j * :seed)::float8 / 2147483648.0 ORDER BY j) FROM generate_series(1, 10) AS j) AS x FROM generate_series(1, 1000000) AS i) AS s;
VACUUM (FREEZE, ANALYZE) bench_features;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @calibration_count
SELECT count(x) FROM bench_features;

-- @calibration_logistic_fit / calibration_count <= 12
SELECT (m).status FROM (SELECT logistic_fit(y, x) AS m FROM bench_features OFFSET 0) AS fit;
