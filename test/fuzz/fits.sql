-- Random samples of customers, given to every fit: pg_temp.ends says how each fit ended.
-- The caller sets :samples and :seed.
--
-- Kinds of samples, of times and of features alike: ordinary, tiny, huge, denormal, of all
-- magnitudes, equal, small whole numbers, and near each other.  Many samples have few rows
-- or one, every fifth has customers who never come back, in some nobody leaves or all do.
SET extra_float_digits = 1;
SET client_min_messages = error;
CREATE FUNCTION pg_temp.v(sample bigint, n bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT (hashint8extended(sample * 1000003 + n, current_setting('chs_fuzz.seed')::bigint) & 1099511627775) / 1099511627776.0::float8 $$;
CREATE FUNCTION pg_temp.hostile(kind int, v float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE kind WHEN 0 THEN 40 * v WHEN 1 THEN 1e-290 * (1 + v) WHEN 2 THEN 1e300 * (0.01 + v) WHEN 3 THEN 5e-324 * floor(100 * v)
                      WHEN 4 THEN power(10, 600 * v - 300) WHEN 5 THEN 10 WHEN 6 THEN floor(3 * v) ELSE 1 + v END $$;
CREATE FUNCTION pg_temp.is_finite(numbers float8[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT coalesce(bool_and(x NOT IN ('NaN', 'Infinity', '-Infinity')), true) FROM unnest(numbers) AS x $$;
SELECT set_config('chs_fuzz.seed', :'seed', false) IS NULL AS seeded \gset
CREATE TEMP TABLE sampled AS
  SELECT g AS sample, floor(8 * pg_temp.v(g, 1))::int AS kind, 1 + floor(60 * pg_temp.v(g, 2) * pg_temp.v(g, 3))::bigint AS n FROM generate_series(1::bigint, :samples) AS g;

-- lifetime: frequency, recency and age; some have a frequency that fills a double
CREATE TEMP TABLE buyers AS
  SELECT g AS sample, i, kind, variant, frequency, age,
         CASE WHEN frequency = 0 OR age < 1e-290 OR share < 0.1 THEN 0 WHEN share < 0.2 THEN age ELSE age * share END AS recency
    FROM (SELECT sample AS g, i, kind, CASE WHEN pg_temp.v(sample, 4) < 0.5 THEN 'bg' ELSE 'mbg' END AS variant, pg_temp.v(sample * 13, i) AS share,
                 floor(CASE WHEN pg_temp.v(sample, 5) < 0.2 THEN 0 WHEN pg_temp.v(sample, 5) < 0.3 AND pg_temp.v(sample * 77, i) < 0.1 THEN 9e15 * pg_temp.v(sample * 31, i)
                            ELSE -ln(1 - pg_temp.v(sample * 31, i)) * 5 * pg_temp.v(sample, 6) END) AS frequency, pg_temp.hostile(kind, pg_temp.v(sample * 11, i)) AS age
            FROM sampled, LATERAL generate_series(1, n) AS i) AS x;
CREATE TEMP TABLE ends AS
  SELECT 'bgnbd' AS fit, sample, (m).status, (m).r IS NOT NULL AS answered, pg_temp.is_finite(ARRAY[(m).r, (m).alpha, (m).a, (m).b]) AS finite
    FROM (SELECT sample, bgnbd_fit(frequency, recency, age, 7, variant) AS m FROM buyers GROUP BY sample OFFSET 0) AS x
  UNION ALL
  SELECT 'gamma_gamma', sample, (m).status, (m).p IS NOT NULL, pg_temp.is_finite(ARRAY[(m).p, (m).q, (m).v])
    FROM (SELECT sample, gamma_gamma_fit(frequency + 1, greatest(age, 5e-324)) AS m FROM buyers GROUP BY sample OFFSET 0) AS x
  UNION ALL
  SELECT 'sbg', sample, (m).status, (m).alpha IS NOT NULL, pg_temp.is_finite(ARRAY[(m).alpha, (m).beta])
    FROM (SELECT sample, sbg_fit(least(frequency + 1, 1000000000)::bigint, pg_temp.v(sample, 7) + pg_temp.v(sample, i + 100) < 1, CASE kind WHEN 1 THEN floor(1e12 * pg_temp.v(sample, i + 200))::bigint ELSE 1 END) AS m
            FROM buyers GROUP BY sample OFFSET 0) AS x;

-- regressions: one to four features, each of a kind of its own in half of the samples and of signs of its
-- own; weights of all magnitudes; durations of days, equal ones among them, of bigint's size in some
CREATE TEMP TABLE leavers AS
  SELECT sample, kind, i, n, pg_temp.v(sample, 7) + pg_temp.v(sample, i + 100) < 1 AS churned,
         ARRAY(SELECT CASE WHEN pg_temp.v(sample, j + 20) < 0.3 AND pg_temp.v(sample * 17, i * 8 + j) < 0.5 THEN -1 ELSE 1 END
                      * pg_temp.hostile(CASE WHEN pg_temp.v(sample, 8) < 0.5 THEN kind ELSE floor(8 * pg_temp.v(sample, j + 10))::int END, pg_temp.v(sample * 19, i * 8 + j))
                 FROM generate_series(1, 1 + floor(4 * pg_temp.v(sample, 9))::int) AS j) AS features,
         CASE WHEN pg_temp.v(sample, 30) < 0.2 THEN 1 ELSE pg_temp.hostile(floor(8 * pg_temp.v(sample, 31))::int, pg_temp.v(sample * 23, i)) END AS weight,
         CASE WHEN pg_temp.v(sample, 32) < 0.5 THEN 0 ELSE (array[1e-300, 1e-9, 1, 1e9, 1e300]::float8[])[1 + floor(5 * pg_temp.v(sample, 33))::int] END AS l2,
         floor(CASE WHEN pg_temp.v(sample, 34) < 0.1 THEN 9e18 ELSE 1 + 400 * pg_temp.v(sample, 35) END * pg_temp.v(sample * 29, i) ^ (1 + 3 * pg_temp.v(sample, 36)))::bigint AS entry,
         1 + floor(CASE WHEN pg_temp.v(sample, 37) < 0.1 THEN 9e16 ELSE 200 * pg_temp.v(sample, 38) END * pg_temp.v(sample * 37, i))::bigint AS duration
    FROM sampled, LATERAL generate_series(1, n) AS i;
INSERT INTO ends
  SELECT fit, sample, (m).status, (m).coefficients[1] IS NOT NULL,
         -- a maximum is not below the intercept alone, whose likelihood may have lost a few percent to weights of all magnitudes
         pg_temp.is_finite((m).coefficients) AND (fit = 'firth' OR (m).log_likelihood IS NULL OR (m).log_likelihood >= 1.1 * greatest((m).null_log_likelihood, -1e308))
    FROM (SELECT 'logistic' AS fit, sample, logistic_fit(churned, features) AS m FROM leavers GROUP BY sample
          UNION ALL SELECT 'logistic, l2', sample, logistic_fit(churned, features, l2) FROM leavers GROUP BY sample
          UNION ALL SELECT 'logistic, weights', sample, logistic_fit(churned, features, l2, weight) FROM leavers WHERE weight > 0 GROUP BY sample
          UNION ALL SELECT 'firth', sample, logistic_fit(churned, features, 'firth') FROM leavers GROUP BY sample) AS x
  UNION ALL
  SELECT fit, sample, (m).status, (m).log_likelihood IS NOT NULL AND (m).status IN ('converged', 'aliased'), pg_temp.is_finite((m).coefficients)
    FROM (SELECT 'cox' AS fit, sample, cox_fit(duration, churned, features) AS m FROM leavers GROUP BY sample
          UNION ALL SELECT 'cox, entry', sample, cox_fit(entry, entry + duration, churned, features) FROM leavers GROUP BY sample) AS x;

-- health_fit refuses by name what has too few customers of a kind, or no maximum
CREATE FUNCTION pg_temp.fit_health(which bigint, model healthmodel, prior text, strength float8) RETURNS TABLE (status text, answered boolean, finite boolean) LANGUAGE plpgsql AS $$
DECLARE fit jsonb;
BEGIN
  SELECT health_fit(model, churned, features || array_fill(features[1], ARRAY[4 - cardinality(features)]), 90, prior, strength)::jsonb->'fit' INTO fit
    FROM (SELECT features, churned FROM leavers WHERE sample = which UNION ALL SELECT features, (i + 1) % 2 = 0 FROM leavers WHERE sample = which AND n BETWEEN 10 AND 20) AS twice;
  RETURN QUERY SELECT fit->>'status', true, (SELECT bool_and(abs(value::text::float8) <= 1.7976931348623157e308) FROM jsonb_each(fit->'coefficients'));
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN QUERY SELECT CASE WHEN sqlerrm ~ '^(too few (churned|kept) customers to fit|the signals tell churned and kept customers apart|the fit of the health model did not converge)' THEN 'refused' ELSE sqlerrm END, false, true;
END $$;
CREATE INDEX ON leavers (sample);
ANALYZE leavers;
CREATE TEMP TABLE hand_made (number int, model healthmodel);
INSERT INTO hand_made VALUES
  (0, '{"signals": [{"name": "a", "worst": 0, "best": 40}, {"name": "b", "worst": 2, "best": 0}, {"name": "c", "worst": -1e100, "best": 1e100}, {"name": "d", "worst": 0, "best": 1e-290}]}'),
  (1, '{"signals": [{"name": "a", "worst": 40, "best": 0, "weight": 1e-300}, {"name": "b", "worst": 1, "best": 2, "weight": 1e15}, {"name": "c", "worst": 5e-324, "best": 0}, {"name": "d", "steps": [[0, 0], [1, 100]]}]}'),
  (2, '{"signals": [{"name": "a", "curve": [[0, 0], [1e-300, 50], [1e300, 100]]}, {"name": "b", "curve": [[0, 0], [1e-300, 50], [1e300, 100]]}, {"name": "c", "worst": 0, "best": 3, "weight": 0}, {"name": "d", "worst": 1, "best": 2}], "caps": [{"signal": "d", "above": 1.5, "score": 30}]}');
INSERT INTO ends
  SELECT 'health, ' || prior, sample, f.*
    FROM sampled JOIN hand_made ON number = sample % 3, unnest('{expert,none}'::text[]) AS prior,
         LATERAL pg_temp.fit_health(sample, model, prior, CASE WHEN pg_temp.v(sample, 40) < 0.3 THEN (array[0, 5e-324, 1e-300, 1, 1e300, 1.7e308]::float8[])[1 + floor(6 * pg_temp.v(sample, 41))::int] END) AS f;
