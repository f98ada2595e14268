-- Health: what a score costs beside the SQL that an analyst would write.
-- tools/bench.pl explains the form of this file.
--
-- Two million customers, eight linear signals, 1 of 32 values unknown.  Every
-- value is a hash of its row and the seed.  The analyst's expression leaves
-- unknown signals out of the mean, as the model does, and is spared every
-- conversion: all its literals are float8, and 100 / (best - worst) is
-- computed beforehand.
-- duck: bench_health (s1, s2, s3, s4, s5, s6, s7, s8)
-- duck: bench_scores

CREATE FUNCTION draw(i bigint, n int, seed int) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN hashint8extended(i, 100 * seed + n) & 31 > 0
				THEN (hashint8extended(i, 100 * seed + n) >> 8 & 4095)::float8 / 4095 END;

CREATE TABLE bench_health AS
	SELECT i AS id,
		   draw(i, 1, :seed) * 24 - 2 AS s1, draw(i, 2, :seed) AS s2,
		   draw(i, 3, :seed) * 10 AS s3, draw(i, 4, :seed) * 100 AS s4,
		   draw(i, 5, :seed) * 8 AS s5, draw(i, 6, :seed) * 80 AS s6,
		   draw(i, 7, :seed) * 4 + 1 AS s7, draw(i, 8, :seed) * 2 AS s8
	FROM generate_series(1, 2000000) AS i;
CREATE TABLE bench_numeric AS
	SELECT id, round(s1::numeric, 2) AS s1, round(s2::numeric, 2) AS s2, round(s3::numeric, 2) AS s3,
		   round(s4::numeric, 2) AS s4, round(s5::numeric, 2) AS s5, round(s6::numeric, 2) AS s6,
		   round(s7::numeric, 2) AS s7, round(s8::numeric, 2) AS s8
	FROM bench_health;
-- no two scores are equal, so that percent_rank() and the mean rank agree
CREATE TABLE bench_scores AS
	SELECT i AS id, ((i * 1299709 + :seed) % 2000003)::float8 / 20000.03 AS score
	FROM generate_series(1, 2000000::bigint) AS i;
-- 40 signals and a model of them as it lies in its table: compressed
CREATE TABLE bench_wide AS
	SELECT i AS id,
		   draw(i, 11, :seed) AS t1, draw(i, 12, :seed) AS t2, draw(i, 13, :seed) AS t3, draw(i, 14, :seed) AS t4, draw(i, 15, :seed) AS t5,
		   draw(i, 16, :seed) AS t6, draw(i, 17, :seed) AS t7, draw(i, 18, :seed) AS t8, draw(i, 19, :seed) AS t9, draw(i, 20, :seed) AS t10,
		   draw(i, 21, :seed) AS t11, draw(i, 22, :seed) AS t12, draw(i, 23, :seed) AS t13, draw(i, 24, :seed) AS t14, draw(i, 25, :seed) AS t15,
		   draw(i, 26, :seed) AS t16, draw(i, 27, :seed) AS t17, draw(i, 28, :seed) AS t18, draw(i, 29, :seed) AS t19, draw(i, 30, :seed) AS t20,
		   draw(i, 31, :seed) AS t21, draw(i, 32, :seed) AS t22, draw(i, 33, :seed) AS t23, draw(i, 34, :seed) AS t24, draw(i, 35, :seed) AS t25,
		   draw(i, 36, :seed) AS t26, draw(i, 37, :seed) AS t27, draw(i, 38, :seed) AS t28, draw(i, 39, :seed) AS t29, draw(i, 40, :seed) AS t30,
		   draw(i, 41, :seed) AS t31, draw(i, 42, :seed) AS t32, draw(i, 43, :seed) AS t33, draw(i, 44, :seed) AS t34, draw(i, 45, :seed) AS t35,
		   draw(i, 46, :seed) AS t36, draw(i, 47, :seed) AS t37, draw(i, 48, :seed) AS t38, draw(i, 49, :seed) AS t39, draw(i, 50, :seed) AS t40
	FROM generate_series(1, 200000) AS i;
CREATE FUNCTION wide_model() RETURNS healthmodel
	LANGUAGE sql IMMUTABLE
	AS $$SELECT jsonb_build_object('title', 'Forty signals', 'signals', jsonb_agg(jsonb_build_object(
			'name', 't' || i, 'label', 'Signal number ' || i, 'group', 'group ' || i % 7, 'weight', i % 5 + 1, 'worst', 0, 'best', 1)))::healthmodel
		FROM generate_series(1, 40) AS i$$;
CREATE TABLE bench_stored (id int, model healthmodel);
INSERT INTO bench_stored VALUES (1, wide_model());
-- 64 models that differ, and 64 times the same, of eight signals
CREATE TABLE bench_models (id int PRIMARY KEY, one healthmodel, other healthmodel);
INSERT INTO bench_models
	SELECT n, jsonb_build_object('title', 'Stage 1', 'signals', signals), jsonb_build_object('title', 'Stage ' || n, 'signals', signals)
	FROM generate_series(0, 63) AS n,
		 (SELECT jsonb_agg(jsonb_build_object('name', 's' || i, 'weight', i, 'worst', 0, 'best', 10 * i)) AS signals
		  FROM generate_series(1, 8) AS i) AS s;
VACUUM (FREEZE, ANALYZE) bench_wide;
VACUUM (FREEZE, ANALYZE) bench_stored;
VACUUM (FREEZE, ANALYZE) bench_models;
VACUUM (FREEZE, ANALYZE) bench_health;
VACUUM (FREEZE, ANALYZE) bench_numeric;
VACUUM (FREEZE, ANALYZE) bench_scores;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '512MB';

\set model '''{"signals": [{"name": "s1", "weight": 25, "worst": 0, "best": 20}, {"name": "s2", "weight": 15, "worst": 0, "best": 0.8}, {"name": "s3", "weight": 10, "worst": 0, "best": 10}, {"name": "s4", "weight": 10, "worst": 0, "best": 100}, {"name": "s5", "weight": 15, "worst": 6, "best": 0}, {"name": "s6", "weight": 10, "worst": 60, "best": 0}, {"name": "s7", "weight": 10, "worst": 1, "best": 5}, {"name": "s8", "weight": 5, "worst": 0, "best": 1.6}]}''::healthmodel'

SELECT health_sql(:model) AS exported \gset

CREATE TABLE bench_model AS SELECT :model AS model;
VACUUM (FREEZE, ANALYZE) bench_model;

\set points '(CASE WHEN s1 IS NULL THEN 0 ELSE 25::float8 * greatest(0::float8, least(100::float8, (s1 - 0::float8) * 5::float8)) END + CASE WHEN s2 IS NULL THEN 0 ELSE 15::float8 * greatest(0::float8, least(100::float8, (s2 - 0::float8) * 125::float8)) END + CASE WHEN s3 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s3 - 0::float8) * 10::float8)) END + CASE WHEN s4 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s4 - 0::float8) * 1::float8)) END + CASE WHEN s5 IS NULL THEN 0 ELSE 15::float8 * greatest(0::float8, least(100::float8, (s5 - 6::float8) * (-100/6.0)::float8)) END + CASE WHEN s6 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s6 - 60::float8) * (-100/60.0)::float8)) END + CASE WHEN s7 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s7 - 1::float8) * 25::float8)) END + CASE WHEN s8 IS NULL THEN 0 ELSE 5::float8 * greatest(0::float8, least(100::float8, (s8 - 0::float8) * 62.5::float8)) END)'
\set weights '(CASE WHEN s1 IS NULL THEN 0 ELSE 25::float8 END + CASE WHEN s2 IS NULL THEN 0 ELSE 15::float8 END + CASE WHEN s3 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s4 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s5 IS NULL THEN 0 ELSE 15::float8 END + CASE WHEN s6 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s7 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s8 IS NULL THEN 0 ELSE 5::float8 END)'

-- @health_count
SELECT count(s1) FROM bench_health;

-- @health_by_position / health_count
SELECT round(sum(health_score(:model, s1, s2, s3, s4, s5, s6, s7, s8))::numeric, 2) FROM bench_health;

-- @health_by_position_sql / health_by_position >= 2.5 same
SELECT round(sum(:points / nullif(:weights, 0))::numeric, 2) FROM bench_health;

-- the text of health_sql, which also tells infinities and NaN: no slower than the SQL by hand
-- @health_exported / health_by_position_sql <= 1 same
SELECT round(sum(:exported)::numeric, 2) FROM bench_health;

-- the planner writes it by position
-- @health_by_name / health_by_position <= 1.1 same
SELECT round(sum(health_score(:model, t))::numeric, 2) FROM bench_health AS t;

-- @health_by_name_sql / health_by_name >= 3 same
SELECT round(sum(:points / nullif(:weights, 0))::numeric, 2) FROM bench_health AS t;

-- @health_duck / health_by_position same / health_by_name >= 1.5 same
SELECT round(sum(:points / nullif(:weights, 0)), 2) FROM bench_health

-- a model that is no constant: rows are made, and read by name
-- @health_from_table / health_count
SELECT round(sum(health_score(m.model, t))::numeric, 2) FROM bench_health AS t, bench_model AS m;

-- @health_from_table_sql / health_from_table >= 1.5 same
SELECT round(sum(:points / nullif(:weights, 0))::numeric, 2) FROM bench_health AS t;

-- whole numbers and divisions, as they are written first
-- @health_usual_sql / health_by_position same
SELECT round(sum((coalesce(25 * greatest(0, least(100, 100 * (s1 - 0) / (20 - 0))), 0) * (s1 IS NOT NULL)::int + coalesce(15 * greatest(0, least(100, 100 * (s2 - 0) / (0.8 - 0))), 0) * (s2 IS NOT NULL)::int
  + coalesce(10 * greatest(0, least(100, 100 * (s3 - 0) / (10 - 0))), 0) * (s3 IS NOT NULL)::int + coalesce(10 * greatest(0, least(100, 100 * (s4 - 0) / (100 - 0))), 0) * (s4 IS NOT NULL)::int
  + coalesce(15 * greatest(0, least(100, 100 * (s5 - 6) / (0 - 6))), 0) * (s5 IS NOT NULL)::int + coalesce(10 * greatest(0, least(100, 100 * (s6 - 60) / (0 - 60))), 0) * (s6 IS NOT NULL)::int
  + coalesce(10 * greatest(0, least(100, 100 * (s7 - 1) / (5 - 1))), 0) * (s7 IS NOT NULL)::int + coalesce(5 * greatest(0, least(100, 100 * (s8 - 0) / (1.6 - 0))), 0) * (s8 IS NOT NULL)::int)
  / nullif(25 * (s1 IS NOT NULL)::int + 15 * (s2 IS NOT NULL)::int + 10 * (s3 IS NOT NULL)::int + 10 * (s4 IS NOT NULL)::int + 15 * (s5 IS NOT NULL)::int + 10 * (s6 IS NOT NULL)::int + 10 * (s7 IS NOT NULL)::int + 5 * (s8 IS NOT NULL)::int, 0))::numeric, 2) FROM bench_health;

-- @health_wide_count
SELECT count(t1) FROM bench_wide;

-- @health_wide_constant / health_wide_count
SELECT round(sum(health_score(wide_model(), t))::numeric, 2) FROM bench_wide AS t;

-- @health_wide_stored / health_wide_constant <= 1.2 same
SELECT round(sum(health_score(m.model, t))::numeric, 2) FROM bench_wide AS t, bench_stored AS m;

-- the same customers in turns under 64 models, through one join
-- @health_one_model
SELECT round(sum(health_score(m.one, t))::numeric, 2) FROM bench_health AS t JOIN bench_models AS m ON m.id = t.id % 64;

-- @health_64_models / health_one_model <= 1.3 same
SELECT round(sum(health_score(m.other, t))::numeric, 2) FROM bench_health AS t JOIN bench_models AS m ON m.id = t.id % 64;

-- @health_numeric_count
SELECT count(s1) FROM bench_numeric;

-- @health_numeric / health_numeric_count
SELECT round(sum(health_score(:model, s1, s2, s3, s4, s5, s6, s7, s8))::numeric, 2) FROM bench_numeric;

-- @health_numeric_sql / health_numeric >= 1.5 same
SELECT round(sum(:points / nullif(:weights, 0))::numeric, 2) FROM bench_numeric;

-- @health_quartile_count
SELECT count(score) FROM bench_scores;

-- who is in which band: the ids are added up
-- @health_quartile / health_quartile_count
SELECT sum(id) FILTER (WHERE band = 'healthy'), sum(id) FILTER (WHERE band = 'at risk'), sum(id) FILTER (WHERE band = 'unhealthy')
FROM (SELECT id, health_quartile(score) OVER () AS band FROM bench_scores) AS x;

-- @health_quartile_sql / health_quartile >= 2.2 same
SELECT sum(id) FILTER (WHERE band = 'healthy'), sum(id) FILTER (WHERE band = 'at risk'), sum(id) FILTER (WHERE band = 'unhealthy')
FROM (SELECT id, CASE WHEN percent_rank() OVER (ORDER BY score) >= 0.75 THEN 'healthy'
                      WHEN percent_rank() OVER (ORDER BY score) <= 0.25 THEN 'unhealthy'
                      ELSE 'at risk' END AS band
      FROM bench_scores) AS x;

-- @health_quartile_duck / health_quartile same
SELECT sum(id) FILTER (WHERE band = 'healthy'), sum(id) FILTER (WHERE band = 'at risk'), sum(id) FILTER (WHERE band = 'unhealthy')
FROM (SELECT id, CASE WHEN rank >= 0.75 THEN 'healthy' WHEN rank <= 0.25 THEN 'unhealthy' ELSE 'at risk' END AS band FROM (SELECT id, percent_rank() OVER (ORDER BY score) AS rank FROM bench_scores) AS x) AS y
