-- Random samples of customers, fitted by every model: pg_temp.ends says how each
-- fit ended.  The caller sets :samples and :seed.
--
-- Kinds of samples: times in weeks, tiny, huge, denormal, of all magnitudes,
-- equal, small whole numbers, and near each other.  Every fifth has customers who
-- never come back, some have a frequency that fills a double.
SET extra_float_digits = 1;
CREATE FUNCTION pg_temp.v(sample bigint, n bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT (hashint8extended(sample * 1000003 + n, current_setting('chs_fuzz.seed')::bigint) & 1099511627775) / 1099511627776.0::float8 $$;
SELECT set_config('chs_fuzz.seed', :'seed', false) IS NULL AS seeded \gset
CREATE TEMP TABLE fuzzed AS
  SELECT g AS sample, i, kind, variant, frequency, age,
         CASE WHEN frequency = 0 OR age < 1e-290 OR share < 0.1 THEN 0 WHEN share < 0.2 THEN age ELSE age * share END AS recency
    FROM (SELECT g, i, kind, CASE WHEN pg_temp.v(g, 4) < 0.5 THEN 'bg' ELSE 'mbg' END AS variant, pg_temp.v(g * 13, i) AS share,
                 floor(CASE WHEN pg_temp.v(g, 5) < 0.2 THEN 0 WHEN pg_temp.v(g, 5) < 0.3 AND pg_temp.v(g * 77, i) < 0.1 THEN 9e15 * pg_temp.v(g * 31, i)
                            ELSE -ln(1 - pg_temp.v(g * 31, i)) * 5 * pg_temp.v(g, 6) END) AS frequency,
                 CASE kind WHEN 0 THEN 40 * pg_temp.v(g * 11, i) WHEN 1 THEN 1e-290 * (1 + pg_temp.v(g * 11, i)) WHEN 2 THEN 1e300 * (0.01 + pg_temp.v(g * 11, i))
                           WHEN 3 THEN 5e-324 * floor(100 * pg_temp.v(g * 11, i)) WHEN 4 THEN power(10, 600 * pg_temp.v(g * 11, i) - 300)
                           WHEN 5 THEN 10 WHEN 6 THEN floor(3 * pg_temp.v(g * 11, i)) ELSE 1 + pg_temp.v(g * 11, i) END AS age
            FROM (SELECT g, floor(8 * pg_temp.v(g, 1))::int AS kind, 1 + floor(60 * pg_temp.v(g, 2) * pg_temp.v(g, 3))::bigint AS n FROM generate_series(1::bigint, :samples) AS g) AS s,
                 LATERAL generate_series(1, n) AS i) AS x;
CREATE TEMP TABLE ends AS
  SELECT 'bgnbd' AS fit, sample, (m).status, (m).r AS parameter FROM (SELECT sample, bgnbd_fit(frequency, recency, age, 7, variant) AS m FROM fuzzed GROUP BY sample OFFSET 0) AS x
  UNION ALL
  SELECT 'gamma_gamma', sample, (m).status, (m).p FROM (SELECT sample, gamma_gamma_fit(frequency + 1, greatest(age, 5e-324)) AS m FROM fuzzed GROUP BY sample OFFSET 0) AS x
  UNION ALL
  SELECT 'sbg', sample, (m).status, (m).alpha
    FROM (SELECT sample, sbg_fit(least(frequency + 1, 1000000000)::bigint, pg_temp.v(sample, 7) + pg_temp.v(sample, i + 100) < 1, CASE kind WHEN 1 THEN floor(1e12 * pg_temp.v(sample, i + 200))::bigint ELSE 1 END) AS m
            FROM fuzzed GROUP BY sample OFFSET 0) AS x;
