-- How well does health_fit choose between the expert and the data?  Samples of 10, 20, 40,
-- 80 and 320 churned customers, of whom 10 % churn, with five signals whose weights are
-- known; a good, a medium and a bad expert.  pg_temp.simulated has the mean log loss on
-- fresh data of three models:
--	chosen		health_fit as it is called
--	expert		the weights of the expert, only scaled (a prior of endless strength)
--	likelihood	the maximum under weights that are not negative (a prior of no strength)
-- Fresh data are customers whose probability of leaving is known, so the loss is its mean
-- over what may happen to them.  The caller sets :repetitions, :sizes, :seed and
-- :fresh, the number of fresh customers: with 2,000 of them a difference of losses is right to 0.002.
SET client_min_messages = error;	-- ten churned customers are few for five signals
SET max_parallel_workers_per_gather = 0;
SELECT setseed(:seed / 1e9) IS NULL AS seeded \gset

-- scores 0-100 that go together, and the log odds 1.29 - 0.035 a - 0.025 b - 0.015 c - 0.008 d - 0.002 e
CREATE FUNCTION pg_temp.normal() RETURNS float8 LANGUAGE sql AS $$ SELECT sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) $$;
CREATE FUNCTION pg_temp.draw(n bigint) RETURNS TABLE (i bigint, scores float8[], p float8) LANGUAGE sql AS $$
  SELECT i, s, 1 / (1 + exp(0.035 * s[1] + 0.025 * s[2] + 0.015 * s[3] + 0.008 * s[4] + 0.002 * s[5] - 1.29))
    FROM (SELECT i, ARRAY[round(greatest(0, least(100, 50 + 25 * (z + 0.8 * pg_temp.normal())))::numeric, 3), round(greatest(0, least(100, 50 + 25 * (z + 0.8 * pg_temp.normal())))::numeric, 3),
                          round(greatest(0, least(100, 50 + 25 * (z + 0.8 * pg_temp.normal())))::numeric, 3), round(greatest(0, least(100, 50 + 25 * (z + 0.8 * pg_temp.normal())))::numeric, 3),
                          round(greatest(0, least(100, 50 + 25 * (z + 0.8 * pg_temp.normal())))::numeric, 3)]::float8[] AS s
            FROM (SELECT i, 0.6 * pg_temp.normal() AS z FROM generate_series(1, n) AS i OFFSET 0) AS common OFFSET 0) AS x $$;
CREATE TEMP TABLE fresh AS SELECT scores[1] AS a, scores[2] AS b, scores[3] AS c, scores[4] AS d, scores[5] AS e, p FROM pg_temp.draw(:fresh);

-- rows up to the last churned customer that a sample has
CREATE TEMP TABLE customers AS
  SELECT repetition, size, scores, churned
    FROM (SELECT repetition, size, scores, churned, count(*) FILTER (WHERE churned) OVER (PARTITION BY repetition, size ORDER BY i) - churned::int AS before
            FROM (SELECT repetition, size, i, scores, random() < p AS churned
                    FROM generate_series(1, :repetitions) AS repetition, unnest(:'sizes'::int[]) AS size, pg_temp.draw(size * 14 + 150) OFFSET 0) AS x) AS y
   WHERE before < size;
CREATE TEMP TABLE experts (expert text, shares int[]);
INSERT INTO experts VALUES ('good', '{40,30,18,9,3}'), ('medium', '{20,20,20,20,20}'), ('bad', '{3,9,18,30,40}');

CREATE TEMP TABLE models AS
  SELECT expert, model, size, repetition, health_fit(hand_made, churned, scores, 90, 'expert', strength)::jsonb->'fit' AS fit
    FROM (SELECT expert, (SELECT jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', name, 'worst', 0, 'best', 100, 'weight', share))) FROM unnest('{a,b,c,d,e}'::text[], shares) AS s(name, share))::healthmodel AS hand_made FROM experts) AS e,
         (VALUES ('chosen', NULL::float8), ('expert', 1e12), ('likelihood', 1e-9)) AS v(model, strength), customers
   GROUP BY expert, model, size, repetition, hand_made, strength;
-- log(1 + exp(x)) of the log odds against what happens
CREATE TEMP TABLE losses AS
  SELECT expert, model, size, repetition, avg(p * ln(1 + exp(-odds)) + (1 - p) * ln(1 + exp(odds))) AS loss
    FROM (SELECT expert, model, size, repetition, (fit->>'intercept')::float8 AS i, (w->>'a')::float8 AS wa, (w->>'b')::float8 AS wb, (w->>'c')::float8 AS wc, (w->>'d')::float8 AS wd, (w->>'e')::float8 AS we
            FROM models, LATERAL (SELECT fit->'coefficients' AS w) AS x OFFSET 0) AS m,
         fresh, LATERAL (SELECT greatest(-500, least(500, i - wa * a - wb * b - wc * c - wd * d - we * e)) AS odds OFFSET 0) AS o
   GROUP BY expert, model, size, repetition;
-- and the standard error of the mean difference between the chosen model and the better one of the others
CREATE TEMP TABLE simulated AS
  SELECT expert, size, avg(chosen) AS chosen, min(expert_mean) AS by_expert, min(likelihood_mean) AS likelihood,
         stddev(chosen - CASE WHEN expert_mean < likelihood_mean THEN by_expert ELSE likelihood END) / sqrt(count(*)) AS error
    FROM (SELECT *, avg(by_expert) OVER kind AS expert_mean, avg(likelihood) OVER kind AS likelihood_mean
            FROM (SELECT expert, size, repetition, min(loss) FILTER (WHERE model = 'chosen') AS chosen, min(loss) FILTER (WHERE model = 'expert') AS by_expert, min(loss) FILTER (WHERE model = 'likelihood') AS likelihood
                    FROM losses GROUP BY expert, size, repetition) AS x WINDOW kind AS (PARTITION BY expert, size)) AS y
   GROUP BY expert, size;
