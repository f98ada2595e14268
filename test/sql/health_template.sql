-- A model as a spreadsheet: the sheet becomes a model, the model the same
-- sheet, and models that were never a sheet come through one unchanged.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv abs_builddir PG_ABS_BUILDDIR
\set examples :abs_srcdir '/../examples'
\set models :abs_srcdir '/../examples/models.sql'
\cd :examples
\set ECHO none
\i health_template.sql
\set ECHO all

CREATE TEMP VIEW sheet AS
	SELECT what, name, value, label, unit, "group", weight, worst, best, curve, steps, "values",
		   otherwise, points, min, max, missing, at, half_life_days, expires_after_days, "from", color,
		   above, below, "is", score, reason, action, note
	FROM health_template.sheet;

-- The model in full, and its score by hand: logins 10 of 20 is 50, weight 25;
-- adoption 0.3 is 40, weight 15; nps is not known, so neutral: 50, weight 10;
-- the others are left out: (50 * 25 + 40 * 15 + 50 * 10) / 50 = 47, but only 40
-- of 100 points of weight are known, less than 50; with days_overdue 0 they are 55:
-- (1250 + 600 + 500 + 100 * 15) / 65 = 59.23.
SELECT jsonb_pretty(health_template.model()::jsonb);
SELECT health_score(health_template.model(), '{"logins_30d": 10, "adoption": 0.3}'::jsonb, '2026-11-22') AS too_little_known,
	   round(health_score(health_template.model(), '{"logins_30d": 10, "adoption": 0.3, "days_overdue": 0}'::jsonb, '2026-11-22')::numeric, 2) AS score;

-- Back: the same rows, in the same order, as a file with the same bytes.
SELECT count(*) AS rows, count(*) FILTER (WHERE a IS DISTINCT FROM b) AS different
FROM (SELECT row_number() OVER () AS n, x::text AS a FROM health_template.sheet_of(health_template.model()) AS x) AS x
FULL JOIN (SELECT row_number() OVER () AS n, y::text AS b FROM sheet AS y) AS y USING (n);
\cd :abs_builddir
\copy (SELECT * FROM health_template.sheet_of(health_template.model())) TO 'health_template.csv' WITH (FORMAT csv, HEADER)
CREATE TEMP TABLE bytes (file text, nr int GENERATED ALWAYS AS IDENTITY, line text);
\copy bytes (line) FROM 'health_template.csv' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
UPDATE bytes SET file = 'written';
\cd :examples
\copy bytes (line) FROM 'health_template.csv' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
SELECT count(*) FILTER (WHERE file IS NULL) AS lines_of_the_template,
	   string_agg(line, E'\n' ORDER BY nr) FILTER (WHERE file IS NULL)
	   = string_agg(line, E'\n' ORDER BY nr) FILTER (WHERE file = 'written') AS same_bytes
FROM bytes;

-- and in again from the written file
CREATE TEMP TABLE first AS SELECT health_template.model() AS model;
TRUNCATE health_template.sheet;
\cd :abs_builddir
\copy health_template.sheet (what, name, value, label, unit, "group", weight, worst, best, curve, steps, "values", otherwise, points, min, max, missing, at, half_life_days, expires_after_days, "from", color, above, below, "is", score, reason, action, note) FROM 'health_template.csv' WITH (FORMAT csv, HEADER)
SELECT health_template.model() = model AS same_model FROM first;

-- The models of the sample companies, with groups, floors, points and bands of
-- their own, through a sheet and back.
CREATE FUNCTION pg_temp.through_a_sheet(model healthmodel) RETURNS healthmodel
LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM health_template.sheet;
	INSERT INTO health_template.sheet SELECT * FROM health_template.sheet_of(model);
	RETURN health_template.model();
END
$$;
CREATE SCHEMA saas;
CREATE SCHEMA shop;
\set ECHO none
\i :models
\set ECHO all
SELECT id, pg_temp.through_a_sheet(model::healthmodel) = model::healthmodel AS same
FROM (SELECT * FROM saas.health_models UNION ALL SELECT * FROM shop.health_models) AS m
ORDER BY id COLLATE "C";

-- scores of other texts, of what is missing, and limits that a text triggers
SELECT pg_temp.through_a_sheet(model) = model AS same
FROM CAST('{"missing": 30, "signals": [{"name": "plan", "values": {"gold": 100, "basic": 20}, "otherwise": 40},
			{"name": "nps", "worst": 0, "best": 10, "missing": 55.5}],
			"caps": [{"signal": "plan", "is": "basic", "score": 50}]}' AS healthmodel) AS model;

-- What a slip of the pen says.
DELETE FROM health_template.sheet;
INSERT INTO health_template.sheet (what, name, worst, best) VALUES ('signal', 'a', '0', '10'), ('signl', 'b', '0', '10');
SELECT health_template.model();
UPDATE health_template.sheet SET what = 'signal', best = 'ten' WHERE name = 'b';
SELECT health_template.model();
UPDATE health_template.sheet SET best = '0' WHERE name = 'b';
SELECT health_template.model();
UPDATE health_template.sheet SET worst = NULL, best = NULL, curve = '0: 0; 10' WHERE name = 'b';
SELECT health_template.model();
UPDATE health_template.sheet SET curve = '10: 100; 0: 0' WHERE name = 'b';
SELECT health_template.model();
UPDATE health_template.sheet SET curve = '0:0 ;10:  100' WHERE name = 'b';
SELECT health_template.model();
TRUNCATE health_template.sheet;
SELECT health_template.model();

\set ECHO none
SET client_min_messages = warning;
DROP SCHEMA health_template, saas, shop CASCADE;
