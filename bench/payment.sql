-- Payments: what the on-time rate and the summary cost beside count(), and the
-- plain SQL that they replace.
-- tools/bench.pl explains the form of this file.
-- duck: bench_due
-- duck: bench_invoices

CREATE TABLE bench_due AS
  SELECT d AS due, CASE WHEN hashint4(i + 3 * :seed) & 7 < 7 THEN d - 10 + (hashint4(i + 5 * :seed) & 63) END AS paid
  FROM (SELECT i, date '2022-01-01' + (hashint4(i # (:seed - 1)) & 65535) % 1461 AS d FROM generate_series(1, 4000000) AS i) AS x;
CREATE TABLE bench_invoices AS
  SELECT due, paid, ((hashint4(i + 7 * :seed) & 1048575) / 100.0)::numeric(12, 2) AS amount FROM (SELECT row_number() OVER ()::int AS i, * FROM bench_due LIMIT 2000000) AS x;
VACUUM (FREEZE, ANALYZE) bench_due;
VACUUM (FREEZE, ANALYZE) bench_invoices;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @payment_count
SELECT count(paid) FROM bench_due;

-- @payment_on_time_rate / payment_count <= 1.15
SELECT on_time_rate(due, paid, '2025-06-30') FROM bench_due;

-- @payment_on_time_rate_sql / payment_on_time_rate same
SELECT 100.0::float8 * count(*) FILTER (WHERE due < '2025-06-30' AND paid <= due) / nullif(count(*) FILTER (WHERE due < '2025-06-30'), 0) FROM bench_due;

-- @payment_on_time_rate_duck / payment_on_time_rate same
SELECT 100.0::float8 * count(*) FILTER (WHERE due < '2025-06-30' AND paid <= due) / nullif(count(*) FILTER (WHERE due < '2025-06-30'), 0) FROM bench_due

-- @payment_count_amount
SELECT count(amount) FROM bench_invoices;

-- @payment_all / payment_count_amount
SELECT on_time_rate(s), average_days_late(s), average_payment_delay(s, 'amount'), overdue_amount(s), overdue_count(s), open_amount(s), array(SELECT a.amount FROM ageing(s) AS a)
FROM (SELECT payment_agg(due, paid, amount, '2025-06-30') AS s FROM bench_invoices) AS x;

-- @payment_all_sql / payment_all
SELECT 100.0::float8 * count(*) FILTER (WHERE due < '2025-06-30' AND paid <= due) / nullif(count(*) FILTER (WHERE due < '2025-06-30'), 0),
  avg(least(paid, '2025-06-30') - due) FILTER (WHERE least(paid, '2025-06-30') > due),
  sum(amount * (least(paid, '2025-06-30') - due)) FILTER (WHERE paid <= '2025-06-30' OR due < '2025-06-30') / sum(amount) FILTER (WHERE paid <= '2025-06-30' OR due < '2025-06-30'),
  sum(amount) FILTER (WHERE due < '2025-06-30' AND (paid IS NULL OR paid > '2025-06-30')),
  count(*) FILTER (WHERE due < '2025-06-30' AND (paid IS NULL OR paid > '2025-06-30')),
  sum(amount) FILTER (WHERE paid IS NULL OR paid > '2025-06-30'),
  sum(amount) FILTER (WHERE due >= '2025-06-30' AND (paid IS NULL OR paid > '2025-06-30')),
  sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 1 AND 30 AND (paid IS NULL OR paid > '2025-06-30')),
  sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 31 AND 60 AND (paid IS NULL OR paid > '2025-06-30')),
  sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 61 AND 90 AND (paid IS NULL OR paid > '2025-06-30')),
  sum(amount) FILTER (WHERE date '2025-06-30' - due > 90 AND (paid IS NULL OR paid > '2025-06-30'))
FROM bench_invoices;

-- @payment_all_duck / payment_all same
SELECT 100.0::float8 * count(*) FILTER (WHERE due < '2025-06-30' AND paid <= due) / nullif(count(*) FILTER (WHERE due < '2025-06-30'), 0),
  avg(least(paid, '2025-06-30') - due) FILTER (WHERE least(paid, '2025-06-30') > due),
  sum(amount * (least(paid, '2025-06-30') - due)) FILTER (WHERE paid <= '2025-06-30' OR due < '2025-06-30') / sum(amount) FILTER (WHERE paid <= '2025-06-30' OR due < '2025-06-30'),
  sum(amount) FILTER (WHERE due < '2025-06-30' AND (paid IS NULL OR paid > '2025-06-30')),
  count(*) FILTER (WHERE due < '2025-06-30' AND (paid IS NULL OR paid > '2025-06-30')),
  sum(amount) FILTER (WHERE paid IS NULL OR paid > '2025-06-30'),
  '{' || sum(amount) FILTER (WHERE due >= '2025-06-30' AND (paid IS NULL OR paid > '2025-06-30')) || ',' ||
  sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 1 AND 30 AND (paid IS NULL OR paid > '2025-06-30')) || ',' ||
  sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 31 AND 60 AND (paid IS NULL OR paid > '2025-06-30')) || ',' ||
  sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 61 AND 90 AND (paid IS NULL OR paid > '2025-06-30')) || ',' ||
  sum(amount) FILTER (WHERE date '2025-06-30' - due > 90 AND (paid IS NULL OR paid > '2025-06-30')) || '}'
FROM bench_invoices
