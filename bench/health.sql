-- Health: what a score costs beside the SQL that an analyst would write.
-- tools/bench.pl explains the form of this file.
--
-- Two million customers, eight linear signals, 1 of 32 values unknown.  Every
-- value is a hash of its row and the seed.  The analyst's expression leaves
-- unknown signals out of the mean, as the model does, and is spared every
-- conversion: all its literals are float8, and 100 / (best - worst) is
-- computed beforehand.

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
VACUUM (FREEZE, ANALYZE) bench_health;
VACUUM (FREEZE, ANALYZE) bench_numeric;
VACUUM (FREEZE, ANALYZE) bench_scores;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '512MB';

\set model '''{"signals": [{"name": "s1", "weight": 25, "worst": 0, "best": 20}, {"name": "s2", "weight": 15, "worst": 0, "best": 0.8}, {"name": "s3", "weight": 10, "worst": 0, "best": 10}, {"name": "s4", "weight": 10, "worst": 0, "best": 100}, {"name": "s5", "weight": 15, "worst": 6, "best": 0}, {"name": "s6", "weight": 10, "worst": 60, "best": 0}, {"name": "s7", "weight": 10, "worst": 1, "best": 5}, {"name": "s8", "weight": 5, "worst": 0, "best": 1.6}]}''::healthmodel'

\set points '(CASE WHEN s1 IS NULL THEN 0 ELSE 25::float8 * greatest(0::float8, least(100::float8, (s1 - 0::float8) * 5::float8)) END + CASE WHEN s2 IS NULL THEN 0 ELSE 15::float8 * greatest(0::float8, least(100::float8, (s2 - 0::float8) * 125::float8)) END + CASE WHEN s3 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s3 - 0::float8) * 10::float8)) END + CASE WHEN s4 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s4 - 0::float8) * 1::float8)) END + CASE WHEN s5 IS NULL THEN 0 ELSE 15::float8 * greatest(0::float8, least(100::float8, (s5 - 6::float8) * (-100/6.0)::float8)) END + CASE WHEN s6 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s6 - 60::float8) * (-100/60.0)::float8)) END + CASE WHEN s7 IS NULL THEN 0 ELSE 10::float8 * greatest(0::float8, least(100::float8, (s7 - 1::float8) * 25::float8)) END + CASE WHEN s8 IS NULL THEN 0 ELSE 5::float8 * greatest(0::float8, least(100::float8, (s8 - 0::float8) * 62.5::float8)) END)'
\set weights '(CASE WHEN s1 IS NULL THEN 0 ELSE 25::float8 END + CASE WHEN s2 IS NULL THEN 0 ELSE 15::float8 END + CASE WHEN s3 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s4 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s5 IS NULL THEN 0 ELSE 15::float8 END + CASE WHEN s6 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s7 IS NULL THEN 0 ELSE 10::float8 END + CASE WHEN s8 IS NULL THEN 0 ELSE 5::float8 END)'

-- @health_count
SELECT count(s1) FROM bench_health;

-- @health_by_position / health_count
SELECT round(sum(health_score(:model, s1, s2, s3, s4, s5, s6, s7, s8))::numeric, 2) FROM bench_health;

-- @health_by_position_sql / health_by_position >= 2.5 same
SELECT round(sum(:points / nullif(:weights, 0))::numeric, 2) FROM bench_health;

-- @health_by_name / health_count
SELECT round(sum(health_score(:model, t))::numeric, 2) FROM bench_health AS t;

-- @health_by_name_sql / health_by_name >= 1.4 same
SELECT round(sum(:points / nullif(:weights, 0))::numeric, 2) FROM bench_health AS t;

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
