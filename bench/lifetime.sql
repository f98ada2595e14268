-- Lifetime: what fits and predictions cost beside count() over the same rows:
-- 100,000 customers who buy and leave as BG/NBD says, in days.  The likelihood in
-- plain SQL is evaluated once, at one point; a general search evaluates it
-- some five hundred times.
-- tools/bench.pl explains the form of this file.

CREATE FUNCTION bench_u(id bigint, n int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT ((hashint8extended(id * 128 + n, 5) & 1099511627775) + 1) / 1099511627777.0::float8 $$;
CREATE TABLE bench_buyers AS
  WITH customer AS (
    SELECT c AS id, 140 + trunc(140 * bench_u(c + :seed * 1000000, 100)) AS age, -0.03 * ln(bench_u(c + :seed * 1000000, 101)) AS rate,
           1 - sqrt(bench_u(c + :seed * 1000000, 102)) AS p, bench_u(c + :seed * 1000000, 103) AS u FROM generate_series(1::bigint, 100000) AS c),
  repeat AS (
    SELECT DISTINCT id, trunc(t) AS day
      FROM (SELECT id, age, i, 1 + ln(u) / ln(1 - p) AS last, sum(-ln(bench_u(id + :seed * 1000000, i)) / rate) OVER (PARTITION BY id ORDER BY i) AS t FROM customer, generate_series(1, 40) AS i) AS x
     WHERE i <= last AND t >= 1 AND t < age + 1)
  SELECT id, count(day)::int AS frequency, coalesce(max(day), 0) / 7 AS recency, age / 7 AS age, (20 * exp(bench_u(id, 104) + bench_u(id, 105)))::numeric(10, 2) AS monetary, 1 + (hashint8(id) & 7) AS periods
    FROM customer LEFT JOIN repeat USING (id) GROUP BY id, age;
CREATE TABLE bench_model AS SELECT bgnbd_fit(frequency, recency, age) AS m, gamma_gamma_fit(frequency, monetary) AS g FROM bench_buyers;
VACUUM (FREEZE, ANALYZE) bench_buyers;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET jit = off;

-- @lifetime_count
SELECT count(recency) FROM bench_buyers;

-- @lifetime_bgnbd_fit / lifetime_count
SELECT (m).status FROM (SELECT bgnbd_fit(frequency, recency, age) AS m FROM bench_buyers OFFSET 0) AS x;

-- @lifetime_mbgnbd_fit / lifetime_bgnbd_fit <= 3
SELECT (m).status FROM (SELECT bgnbd_fit(frequency, recency, age, 7, 'mbg') AS m FROM bench_buyers OFFSET 0) AS x;

-- @lifetime_likelihood_sql / lifetime_bgnbd_fit >= 0.5
-- once; what depends on the frequency alone is joined
WITH model(r, alpha, a, b) AS (VALUES (0.7::float8, 4.6::float8, 1::float8, 2.4::float8)),
of_frequency AS (SELECT x, coalesce((SELECT sum(ln(r + j) + ln(b + j) - ln(a + b + j)) FROM generate_series(0, x - 1) AS j), 0) AS term FROM model, generate_series(0, 60) AS x)
SELECT sum(term + r * ln(alpha) - (r + x) * ln(alpha + age) + ln(1 + CASE WHEN x > 0 THEN a / (b + x - 1) * exp((r + x) * ln((alpha + age) / (alpha + recency))) ELSE 0 END))
  FROM model, bench_buyers JOIN of_frequency ON frequency = x;

-- @lifetime_gamma_gamma_fit / lifetime_count
SELECT (m).status FROM (SELECT gamma_gamma_fit(frequency, monetary) AS m FROM bench_buyers OFFSET 0) AS x;

-- @lifetime_sbg_fit / lifetime_count
SELECT (m).status FROM (SELECT sbg_fit(periods, frequency > 2) AS m FROM bench_buyers OFFSET 0) AS x;

-- @lifetime_alive / lifetime_count
SELECT sum(bgnbd_alive(m, frequency, recency, age)) FROM bench_model, bench_buyers;

-- @lifetime_purchases / lifetime_count
-- a tenth of the customers
SELECT sum(bgnbd_purchases(m, 52, frequency, recency, age)) FROM bench_model, bench_buyers WHERE id <= 10000;

-- @lifetime_purchases_interval / lifetime_purchases <= 4
SELECT sum(low) FROM bench_model, bench_buyers, bgnbd_purchases_interval(m, 52, frequency, recency, age) WHERE id <= 10000;

-- @lifetime_clv / lifetime_purchases <= 12
SELECT sum(clv(m, g, frequency, recency, age, monetary, 12, 1)) FROM bench_model, bench_buyers WHERE id <= 10000;
