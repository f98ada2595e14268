-- health_score by name, which the planner writes by position where model and
-- row are known: which calls it takes, that it gets the rest alone, and that
-- no answer changes.  The same call with its model behind a subquery, which
-- is no constant, is never touched: it tells what the answer is.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE SCHEMA planner;
SET search_path = planner, public;

CREATE DOMAIN amount AS numeric;
CREATE DOMAIN share AS float8 CHECK (value >= 0);
-- a column for each type, one that was dropped, and some that no model names
CREATE TABLE account (
  id int PRIMARY KEY, gone text, seats int2, logins int4, events int8, mrr numeric, score4 float4, adoption float8,
  active bool, paid amount, opened share, fee numeric(10,2), name text, seen date);
ALTER TABLE account DROP COLUMN gone;
INSERT INTO account VALUES
  (1, 5, 12, 1000, 90.50, 7.25, 0.7, true, 300, 0.5, 10.00, 'Alder', '2026-11-01'),
  (2, 0, 0, 0, 0, 0, 0, false, 0, 0, 0, 'Birch', '2026-11-02'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 32767, -2147483648, 9223372036854775807, 12345678901234567890.123456789012345678901234567890, 3.4e38, 1e300, true, 1e-400, 5e-324, 99999999.99, 'Dune', NULL);

-- The lines of a plan that call health_score, its model shortened.
CREATE FUNCTION calls(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
    IF line ~ 'health_score\(' AND line !~ 'Window:' THEN
      line := regexp_replace(ltrim(line), $r$'\{"[^']*'::(public\.)?healthmodel$r$, 'model', 'g');
      -- versions of the server write these in different ways
      RETURN NEXT regexp_replace(regexp_replace(line, ', (\$[01]|\(InitPlan [0-9]\)\.col1)\M', ', (subquery)', 'g'), 'OVER (\(\?\)|w1)', 'OVER w', 'g');
    END IF;
  END LOOP;
END $$;
-- What a query gives, as bytes, or its error.
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
  EXECUTE format($q$SELECT string_agg(coalesce(encode(float8send(v), 'hex'), 'NULL'), ' ' ORDER BY v) FROM (%s) AS o(v)$q$, query) INTO answer;
  RETURN coalesce(answer, 'no rows');
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- A query with MODEL in it, both ways.
CREATE FUNCTION same(query text, model text) RETURNS boolean LANGUAGE sql AS $$
  SELECT outcome(replace(query, 'MODEL', quote_literal(model) || '::healthmodel'))
         = outcome(replace(query, 'MODEL', '(SELECT ' || quote_literal(model) || '::healthmodel OFFSET 0)'))
$$;
CREATE FUNCTION planned(query text, model text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(c, E'\n') FROM calls(replace(query, 'MODEL', quote_literal(model) || '::healthmodel')) AS c
$$;

-- 12 of 20 logins are 60, weight 3; 0.7 of 1 is 70, weight 1; true is 100, weight 1: (180 + 70 + 100) / 5 = 70
\set model '{"signals": [{"name": "logins", "weight": 3, "worst": 0, "best": 20}, {"name": "adoption", "worst": 0, "best": 1}, {"name": "active", "worst": 0, "best": 1}]}'
SELECT planned('SELECT health_score(MODEL, a) FROM account a', :'model');
SELECT id, health_score(:'model', a) FROM account a ORDER BY id;

--
-- Roads by which a row comes, with a model of three signals
--
CREATE VIEW plain_view AS SELECT id, logins + 0 AS logins, adoption * 1 AS adoption, active, name FROM account;
CREATE VIEW barrier_view WITH (security_barrier) AS SELECT id, logins, adoption, active FROM account WHERE id < 4;
CREATE VIEW other_names (customer, logins, adoption, active) AS SELECT id, events::int % 100, adoption / 2, active FROM account WHERE id < 4;
CREATE FUNCTION accounts() RETURNS SETOF account LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM account; END;
CREATE FUNCTION more_accounts() RETURNS SETOF account LANGUAGE plpgsql STABLE AS 'BEGIN RETURN QUERY SELECT * FROM account; END';
CREATE FUNCTION scored(a account) RETURNS float8 LANGUAGE sql STABLE
  RETURN health_score('{"signals": [{"name": "logins", "weight": 3, "worst": 0, "best": 20}, {"name": "adoption", "worst": 0, "best": 1}, {"name": "active", "worst": 0, "best": 1}]}', a);
CREATE TABLE road (n int GENERATED ALWAYS AS IDENTITY, road text, query text);
INSERT INTO road (road, query) VALUES
  ('table', 'SELECT health_score(MODEL, a) FROM account a'),
  ('column aliases, which the type does not know', 'SELECT health_score(MODEL, a) FROM account a(x, adoption, logins)'),
  ('an as_of that nothing needs', 'SELECT health_score(MODEL, a, ''2026-11-22'') FROM account a'),
  ('named arguments', 'SELECT health_score(signals => a, model => MODEL) FROM account a'),
  ('view', 'SELECT health_score(MODEL, v) FROM plain_view v'),
  ('view with names of its own', 'SELECT health_score(MODEL, v) FROM other_names v'),
  ('view with a security barrier', 'SELECT health_score(MODEL, v) FROM barrier_view v'),
  ('subquery', 'SELECT health_score(MODEL, s) FROM (SELECT *, 1 AS one FROM account) s'),
  ('subquery of a view', 'SELECT health_score(MODEL, s) FROM (SELECT * FROM plain_view OFFSET 0) s'),
  ('subquery with aliases', 'SELECT health_score(MODEL, s) FROM (SELECT logins, adoption, active FROM account) s(adoption, logins, active)'),
  ('unknown values', 'SELECT health_score(MODEL, s) FROM (SELECT logins, NULL::float8 AS adoption, active FROM account) s'),
  ('aggregates', 'SELECT health_score(MODEL, s) FROM (SELECT id, max(logins) AS logins, max(adoption) AS adoption, bool_or(active) AS active FROM account GROUP BY id) s'),
  ('DISTINCT', 'SELECT health_score(MODEL, s) FROM (SELECT DISTINCT logins, adoption, active FROM account) s'),
  ('window function', 'SELECT health_score(MODEL, s) FROM (SELECT sum(logins) OVER (ORDER BY id) AS logins, adoption, active FROM account WHERE id < 4) s'),
  ('UNION ALL', 'SELECT health_score(MODEL, u) FROM (SELECT * FROM account UNION ALL SELECT * FROM account) u'),
  ('UNION', 'SELECT health_score(MODEL, u) FROM (SELECT * FROM account UNION SELECT * FROM account) u'),
  ('join', 'SELECT health_score(MODEL, a) FROM account a JOIN generate_series(1, 3) AS g ON g = a.id'),
  ('join with a name', 'SELECT health_score(MODEL, j) FROM (account a JOIN generate_series(1, 3) AS b(other) ON a.id = b.other) j'),
  ('left side of an outer join', 'SELECT health_score(MODEL, a) FROM account a LEFT JOIN plain_view b ON b.id = a.id + 2'),
  ('right side of an outer join', 'SELECT health_score(MODEL, b) FROM account a LEFT JOIN account b ON b.id = a.id + 2'),
  ('full join', 'SELECT health_score(MODEL, b) FROM account a FULL JOIN account b ON b.id = a.id + 2'),
  ('subquery of an outer join', 'SELECT health_score(MODEL, s) FROM (SELECT a.id, b.logins, coalesce(b.adoption, 0) AS adoption, b.active FROM account a LEFT JOIN account b ON b.id = a.id + 2) s'),
  ('LATERAL function', 'SELECT h FROM account a, health_score(MODEL, a) AS h'),
  ('LATERAL function behind a view', 'SELECT h FROM plain_view a, health_score(MODEL, a) AS h'),
  ('LATERAL function behind an outer join', 'SELECT h FROM account a LEFT JOIN (SELECT id, 1 AS logins, coalesce(adoption, 0) AS adoption, active FROM account) v ON v.id = a.id + 2, health_score(MODEL, v) AS h'),
  ('LATERAL subquery', 'SELECT h FROM account a, LATERAL (SELECT health_score(MODEL, a)) AS l(h)'),
  ('LATERAL ROWS FROM', 'SELECT h FROM account a, LATERAL ROWS FROM (health_score(MODEL, a), generate_series(1, 2)) AS l(h, g)'),
  ('WITH', 'WITH w AS (SELECT * FROM account) SELECT health_score(MODEL, w) FROM w'),
  ('WITH MATERIALIZED', 'WITH w AS MATERIALIZED (SELECT * FROM account) SELECT health_score(MODEL, w) FROM w'),
  ('recursive WITH', 'WITH RECURSIVE w(logins, adoption, active) AS (SELECT 1, 0.5, true UNION ALL SELECT logins + 1, adoption, active FROM w WHERE logins < 5) SELECT health_score(MODEL, w) FROM w'),
  ('VALUES', 'SELECT health_score(MODEL, v) FROM (VALUES (5, 0.25, true), (NULL, 1, false)) AS v(logins, adoption, active)'),
  ('ROW of a type', 'SELECT health_score(MODEL, ROW(id, seats, logins, events, mrr, score4, adoption, active, paid, opened, fee, name, seen)::account) FROM account'),
  ('function in SQL', 'SELECT health_score(MODEL, a) FROM accounts() AS a'),
  ('function in another language', 'SELECT health_score(MODEL, a) FROM more_accounts() AS a'),
  ('function WITH ORDINALITY', 'SELECT health_score(MODEL, a) FROM more_accounts() WITH ORDINALITY AS a'),
  ('jsonb_to_recordset', $$SELECT health_score(MODEL, r) FROM jsonb_to_recordset('[{"logins": 5, "adoption": 0.5}, {"active": true}]') AS r(logins int, adoption numeric, active bool)$$),
  ('XMLTABLE', $$SELECT health_score(MODEL, x) FROM XMLTABLE('/r/c' PASSING '<r><c><logins>5</logins></c></r>' COLUMNS logins int, adoption float8, active bool) AS x$$),
  ('WHERE', 'SELECT logins FROM account a WHERE health_score(MODEL, a) > 10'),
  ('aggregate', 'SELECT sum(health_score(MODEL, a)) FROM account a WHERE id < 4 GROUP BY active'),
  ('GROUP BY the score', 'SELECT health_score(MODEL, a) FROM account a GROUP BY 1'),
  ('GROUP BY the key', 'SELECT health_score(MODEL, a) + count(*) FROM account a GROUP BY a.id'),
  ('HAVING', 'SELECT count(*) FROM account a GROUP BY id HAVING health_score(MODEL, a) > 10'),
  ('GROUPING SETS of the score', 'SELECT health_score(MODEL, a) FROM account a GROUP BY GROUPING SETS ((1), ())'),
  -- of the set (id) logins is NULL, and the row has it
  ('ROLLUP of a column of a row with a key', 'SELECT health_score(MODEL, a) FROM account a GROUP BY id, ROLLUP (logins)'),
  ('HAVING of such a row', 'SELECT id FROM account a GROUP BY id, CUBE (logins, active) HAVING health_score(MODEL, a) > 65'),
  ('such a row in a subquery', 'SELECT * FROM (SELECT health_score(MODEL, a) AS h FROM account a GROUP BY GROUPING SETS ((id, logins), (id, active))) s WHERE h > 65'),
  ('ORDER BY', 'SELECT logins FROM account a ORDER BY health_score(MODEL, a) NULLS FIRST LIMIT 2'),
  ('window', 'SELECT rank() OVER (PARTITION BY active ORDER BY health_score(MODEL, a)) FROM account a'),
  ('TABLESAMPLE', 'SELECT health_score(MODEL, a) FROM account a TABLESAMPLE system (100)'),
  -- as they are written
  ('row that is grouped', 'SELECT health_score(MODEL, a) FROM account a GROUP BY GROUPING SETS ((a), ())'),
  ('row of an outer query', 'SELECT (SELECT health_score(MODEL, a)) FROM account a'),
  ('row of an outer query behind LATERAL', 'SELECT h FROM account a, LATERAL (SELECT health_score(MODEL, a) OFFSET 0) AS l(h)'),
  ('view under an outer join, NULL as a whole', 'SELECT health_score(MODEL, v) FROM account a LEFT JOIN plain_view v ON v.id = a.id + 2'),
  ('choice of rows', 'SELECT health_score(MODEL, coalesce(b, a)) FROM account a LEFT JOIN account b ON b.id = a.id + 2'),
  ('column of a row type', 'SELECT health_score(MODEL, s.a) FROM (SELECT a FROM account a OFFSET 0) s'),
  ('column that could fail, and is not needed', 'SELECT health_score(MODEL, s) FROM (SELECT *, 1 / id AS bad FROM account) s'),
  ('column that does fail', 'SELECT health_score(MODEL, s) FROM (SELECT *, 1 / (id - 2) AS bad FROM account) s'),
  ('column of a subquery that does fail', 'SELECT health_score(MODEL, s) FROM (SELECT *, 1 / (id - 2) AS bad FROM account OFFSET 0) s'),
  ('column of a subquery below that does fail', 'SELECT health_score(MODEL, t) FROM (SELECT s.* FROM (SELECT *, 1 / (id - 2) AS bad FROM account OFFSET 0) s OFFSET 0) t'),
  ('column of a subquery below one that is flattened', 'SELECT health_score(MODEL, t) FROM (SELECT s.* FROM (SELECT *, 1 / (id - 2) AS bad FROM account OFFSET 0) s) t'),
  ('column of an arm of UNION ALL that does fail', 'SELECT logins FROM ((SELECT *, 1 / (id - 2) AS bad FROM account OFFSET 0) UNION ALL (SELECT *, 1 / (id - 2) FROM account OFFSET 0)) u WHERE health_score(MODEL, u) >= 0'),
  ('column without columns that does fail', 'SELECT health_score(MODEL, s) FROM (SELECT *, current_setting(''no.such'') AS bad FROM account) s'),
  ('column of arrays that do not fit together', 'SELECT health_score(MODEL, s) FROM (SELECT *, ARRAY[array_fill(1, ARRAY[id]), ARRAY[1]] AS bad FROM account) s'),
  ('column of arrays of columns that do not', 'SELECT health_score(MODEL, s) FROM (SELECT a.*, ARRAY[x, ARRAY[1]] AS bad FROM account a, (SELECT ARRAY[1, 2] AS x FROM account OFFSET 0) y) s'),
  ('column of an outer query that does fail', 'SELECT (SELECT max(health_score(MODEL, x)) FROM (SELECT a.logins, a.adoption, a.active, o.bad FROM account a) x) FROM (SELECT id, 1 / (id - 2) AS bad FROM account OFFSET 0) o'),
  ('a set in the row', 'SELECT health_score(MODEL, s) FROM (SELECT *, generate_series(1, 2) AS g FROM account) s'),
  ('a subquery in the row', 'SELECT health_score(MODEL, s) FROM (SELECT *, (SELECT max(id) FROM account) AS most FROM account) s'),
  ('a name that occurs twice', 'SELECT health_score(MODEL, s) FROM (SELECT a.*, 1 AS logins FROM account a) s'),
  ('a missing column', 'SELECT health_score(MODEL, s) FROM (SELECT logins, adoption FROM account) s'),
  ('a missing column, and no rows', 'SELECT health_score(MODEL, s) FROM (SELECT logins, adoption FROM account WHERE false OFFSET 0) s'),
  ('text', 'SELECT health_score(MODEL, s) FROM (SELECT logins::text, adoption, active FROM account) s'),
  ('a day that is infinite', 'SELECT health_score(MODEL, a, ''infinity'') FROM account a'),
  ('a day that is not written in the query', 'SELECT health_score(MODEL, a, a.seen) FROM account a'),
  ('ROW without names', 'SELECT health_score(MODEL, ROW(logins, adoption, active)) FROM account'),
  ('NULL for a row', 'SELECT health_score(MODEL, NULL::account)');
SELECT road, planned(query, :'model') AS call, same(query, :'model') FROM road ORDER BY n;
-- a function in SQL that is pulled into the query
SELECT calls('SELECT scored(a) FROM account a');

--
-- An EXISTS that the planner tries as a hash table: it simplifies its WHERE as
-- one of the outer query, whose tables are others, in the order of their columns too
--
CREATE TABLE outside AS SELECT id, 0::float8 AS logins, 18::float8 AS adoption FROM generate_series(1, 1000) AS id;
CREATE TABLE inside AS SELECT id, 18::float8 AS adoption, 2::float8 AS logins FROM generate_series(1, 1000) AS id;
ANALYZE outside; ANALYZE inside;
CREATE FUNCTION scored(i inside) RETURNS float8 LANGUAGE sql STABLE
  RETURN health_score('{"missing": "fail", "signals": [{"name": "logins", "worst": 0, "best": 20}]}', i);
-- 2 of 20 logins are 10, and 18 of them would be 90: no row scores more than 50
TRUNCATE road;
INSERT INTO road (road, query) VALUES
  ('rows of a subquery', 'SELECT count(*) FROM (SELECT id, logins, adoption FROM outside OFFSET 0) p WHERE p.id = -1 OR EXISTS (SELECT FROM (SELECT id, adoption, logins FROM inside OFFSET 0) c WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('the other way round', 'SELECT count(*) FROM (SELECT id, adoption, logins FROM inside OFFSET 0) p WHERE p.id = -1 OR EXISTS (SELECT FROM (SELECT id, logins, adoption FROM outside OFFSET 0) c WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('columns of other types outside', 'SELECT count(*) FROM (SELECT logins::text, adoption, id, 1 AS one FROM outside OFFSET 0) p WHERE p.id = -1 OR EXISTS (SELECT FROM (SELECT id, adoption, logins FROM inside OFFSET 0) c WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('fewer columns outside', 'SELECT count(*) FROM (SELECT id FROM outside OFFSET 0) p WHERE p.id = -1 OR EXISTS (SELECT FROM (SELECT id, adoption, logins FROM inside OFFSET 0) c WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('rows of VALUES', 'SELECT count(*) FROM (SELECT id FROM outside) p WHERE p.id = -1 OR EXISTS (SELECT FROM (VALUES (1, 2.0::float8), (2, 20)) c(id, logins) WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('rows of WITH', 'WITH c AS MATERIALIZED (SELECT id, adoption, logins FROM inside) SELECT count(*) FROM outside p WHERE p.id = -1 OR EXISTS (SELECT FROM c WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('of a SELECT list', 'SELECT EXISTS (SELECT FROM (VALUES (1, 2.0::float8), (2, 20)) c(id, logins) WHERE c.id = p.id AND health_score(MODEL, c) > 50)::int FROM (SELECT id FROM generate_series(1, 3) AS id) p'),
  ('of an arm of UNION ALL', 'SELECT e::int FROM (SELECT EXISTS (SELECT FROM (VALUES (1, 2.0::float8), (2, 20)) c(id, logins) WHERE c.id = p.id AND health_score(MODEL, c) > 50) AS e FROM outside p UNION ALL SELECT false) u'),
  ('handed down from an outer join', 'SELECT l.e::int FROM inside a LEFT JOIN (SELECT id, EXISTS (SELECT FROM (VALUES (1, 2.0::float8), (2, 20)) c(id, logins) WHERE c.id = p.id AND health_score(MODEL, c) > 50) AS e FROM outside p) s ON s.id = a.id, LATERAL (SELECT s.e OFFSET 0) AS l'),
  ('a row that is NULL', 'SELECT count(*) FROM outside p WHERE p.id = -1 OR EXISTS (SELECT FROM inside x LEFT JOIN inside y ON y.id = x.id + 100000 WHERE x.id = p.id AND health_score(MODEL, y) IS NULL)'),
  ('a column that fails', 'SELECT count(*) FROM outside p WHERE p.id = -1 OR EXISTS (SELECT FROM (SELECT *, 1 / (id - 2) AS bad FROM inside OFFSET 0) c WHERE c.id = p.id AND health_score(MODEL, c) > 50)'),
  ('behind a function in SQL', 'SELECT count(*) FROM (SELECT id, logins, adoption FROM outside OFFSET 0) p WHERE p.id = -1 OR EXISTS (SELECT FROM inside c WHERE c.id = p.id AND scored(c) = 10 AND health_score(MODEL, c) < 50)'),
  ('calls that must stay alike, one in WHERE', 'SELECT l.score + EXISTS (SELECT FROM inside x WHERE x.id = t.id)::int FROM account t LEFT JOIN LATERAL (SELECT a.id, health_score(MODEL, t) AS score FROM account AS a WHERE a.id = t.id) AS l ON true WHERE l.score > 10'),
  ('a row of the outer query beside it', 'SELECT health_score(MODEL, p) FROM outside p WHERE p.id = 1 OR EXISTS (SELECT FROM inside c WHERE c.id = p.id AND c.logins > 2)');
\set one '{"signals": [{"name": "logins", "worst": 0, "best": 20}]}'
SELECT road, left(outcome(replace(query, 'MODEL', quote_literal(:'one'))), 60) AS outcome, same(query, :'one'), same(query, jsonb_set(:'one', '{missing}', '"fail"')::text) AS fail FROM road ORDER BY n;
-- calls that must stay alike, one in HAVING: a row each for 0 and 60, none for the total, whose score is NULL
SELECT health_score(:'one'::healthmodel, a) AS score, count(*) FROM account a WHERE id > 0 OR EXISTS (SELECT FROM inside x WHERE x.id = a.id)
GROUP BY ROLLUP (health_score(:'one'::healthmodel, a)) HAVING health_score(:'one'::healthmodel, a) IS NOT NULL OR count(*) < 0 ORDER BY 1;
-- an index is found by ON CONFLICT, beside an EXISTS too
CREATE TABLE scored_once (id int, logins int NOT NULL, seen boolean);
CREATE UNIQUE INDEX ON scored_once (health_score(:'one'::healthmodel, scored_once));
INSERT INTO scored_once VALUES (1, 1) ON CONFLICT (health_score(:'one'::healthmodel, scored_once)) DO NOTHING;
INSERT INTO scored_once VALUES (1, 1) ON CONFLICT (health_score(:'one'::healthmodel, scored_once)) DO UPDATE SET seen = EXISTS (SELECT FROM inside x WHERE x.id = excluded.id);
SELECT jsonb_set(:'one', '{missing}', '"fail"') AS strict_one \gset
CREATE UNIQUE INDEX ON scored_once (health_score(:'strict_one'::healthmodel, scored_once));
INSERT INTO scored_once VALUES (1, 1) ON CONFLICT (health_score(:'strict_one'::healthmodel, scored_once)) DO UPDATE SET id = 7;
INSERT INTO scored_once VALUES ((SELECT 1), 1) ON CONFLICT (health_score(:'strict_one'::healthmodel, scored_once)) DO NOTHING;
TABLE scored_once;
-- the hash table has the call by position once its own query is planned
SELECT road, calls(replace(query, 'MODEL', quote_literal(:'one'))) FROM road WHERE road ~ '^(rows of a subquery|rows of WITH|a row of)' ORDER BY n;

--
-- Models
--
CREATE TABLE kind (n int GENERATED ALWAYS AS IDENTITY, kind text, model text);
INSERT INTO kind (kind, model) VALUES
  ('numeric first', '{"signals": [{"name": "mrr", "worst": 0, "best": 100}, {"name": "seats", "worst": 0, "best": 10}]}'),
  ('numeric alone', '{"signals": [{"name": "mrr", "worst": 0, "best": 100}]}'),
  ('domain over numeric alone', '{"signals": [{"name": "paid", "worst": 0, "best": 500}]}'),
  ('domain over float8 first', '{"signals": [{"name": "opened", "worst": 0, "best": 1}, {"name": "paid", "worst": 0, "best": 500}]}'),
  ('boolean first', '{"signals": [{"name": "active", "worst": 0, "best": 1}, {"name": "fee", "worst": 0, "best": 100}]}'),
  ('smallint alone', '{"signals": [{"name": "seats", "worst": 0, "best": 10}]}'),
  ('bigint first', '{"signals": [{"name": "events", "worst": 0, "best": 1000}, {"name": "score4", "steps": [[0, 0], [7, 50], [8, 100]]}]}'),
  ('float4 first', '{"signals": [{"name": "score4", "curve": [[0, 0], [8, 100]]}, {"name": "events", "worst": 0, "best": 1000}]}'),
  ('points', '{"method": "points", "base": 50, "signals": [{"name": "logins", "points": 1, "min": -10, "max": 10}, {"name": "active", "points": 5}]}'),
  ('groups', '{"groups": {"x": {"weight": 1}, "y": {"weight": 2}}, "signals": [{"name": "logins", "worst": 0, "best": 20, "group": "x"}, {"name": "active", "worst": 0, "best": 1, "group": "y"}]}'),
  ('caps, coverage and policies', '{"missing": "worst", "min_coverage": 60, "caps": [{"signal": "logins", "below": 5, "score": 30}], "signals": [{"name": "logins", "worst": 0, "best": 20}, {"name": "adoption", "worst": 0, "best": 1, "missing": "neutral"}]}'),
  ('fail', '{"missing": "fail", "signals": [{"name": "logins", "worst": 0, "best": 20}]}'),
  ('worst of points, out of range', '{"method": "points", "signals": [{"name": "logins", "points": 1, "min": -1.7e308, "missing": "worst"}, {"name": "active", "points": 5, "min": -1.7e308, "missing": "worst"}]}'),
  ('name in capitals and quotes', '{"signals": [{"name": "Log\"ins", "worst": 0, "best": 20}]}'),
  ('dates', '{"signals": [{"name": "logins", "worst": 0, "best": 20, "at": "seen", "half_life_days": 10}]}'),
  ('texts', '{"signals": [{"name": "name", "values": {"Alder": 100}, "otherwise": 0}]}'),
  ('texts where numbers are', '{"signals": [{"name": "logins", "values": {"1": 100}}]}');
SELECT kind, planned('SELECT health_score(MODEL, a) FROM account a', model) AS call, same('SELECT health_score(MODEL, a) FROM account a', model)
  FROM kind ORDER BY n;
-- a row that may be NULL stays only with a model that minds
SELECT kind, planned('SELECT health_score(MODEL, b) FROM account a LEFT JOIN account b ON b.id = a.id + 4', model) AS call,
       same('SELECT health_score(MODEL, b) FROM account a LEFT JOIN account b ON b.id = a.id + 4', model)
  FROM kind WHERE kind ~ 'fail|worst|points' ORDER BY n;
-- 99 signals and the model are as many arguments as a function has; 100 stay
CREATE FUNCTION wide(n int) RETURNS text LANGUAGE sql AS $$
  SELECT jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', 'c' || i, 'worst', 0, 'best', 10 + i) ORDER BY i))::text FROM generate_series(1, n) AS i $$;
SELECT n, planned(query, wide(n)) ~ 'NULL::date' AS as_written, same(query, wide(n))
  FROM unnest(ARRAY[99, 100]) AS n,
       LATERAL (SELECT format('SELECT health_score(MODEL, s) FROM (SELECT %s FROM account) AS s', string_agg(format('logins - %s AS c%s', i % 7, i), ', ')) AS query
                  FROM generate_series(1, n) AS i) AS q;
-- a NULL model, one that a cast makes, one that a parameter brings, one from a table
SELECT calls('SELECT health_score(NULL::healthmodel, a) FROM account a');
SELECT calls($$SELECT health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}'::jsonb::healthmodel, a) FROM account a$$);
PREPARE by_parameter(healthmodel) AS SELECT health_score($1, a) FROM account a;
SET plan_cache_mode = force_custom_plan;
SELECT calls(format('EXECUTE by_parameter(%L)', :'model'));
SET plan_cache_mode = force_generic_plan;
SELECT calls(format('EXECUTE by_parameter(%L)', :'model'));
RESET plan_cache_mode;
CREATE TABLE model AS SELECT :'model'::healthmodel AS model;
SELECT calls('SELECT health_score(m.model, a) FROM account a, model m');
-- the text of a view is what was written
CREATE VIEW scores AS SELECT id, health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', a) AS score FROM account a;
SELECT pg_get_viewdef('scores') LIKE '%a.*) AS score%' AS as_written;
SELECT calls('SELECT * FROM scores');

--
-- Volatile columns are computed as often as before
--
CREATE SEQUENCE counter;
SELECT planned(query, :'model'), same(query, :'model') FROM (VALUES
  ('SELECT health_score(MODEL, s) FROM (SELECT nextval(''planner.counter'') * 0 + 1 AS logins, adoption, active FROM account WHERE id < 4) s'),
  ('SELECT health_score(MODEL, ROW(id, seats, nextval(''planner.counter''), events, mrr, score4, adoption, active, paid, opened, fee, name, seen)::account) * 0 FROM account WHERE id < 4')) AS q(query);
-- three rows, twice, by two queries
SELECT last_value FROM counter;

--
-- Statements that change rows
--
CREATE TABLE kept (LIKE account, score float8);
ALTER TABLE kept ADD PRIMARY KEY (id);
\set insert 'INSERT INTO kept SELECT * FROM account WHERE id < 4 RETURNING health_score(MODEL, kept)'
SELECT planned(:'insert', :'model');
INSERT INTO kept SELECT * FROM account WHERE id < 4 RETURNING health_score(:'model', kept);
SELECT planned('INSERT INTO kept SELECT * FROM account ON CONFLICT (id) DO UPDATE SET score = health_score(MODEL, excluded) + health_score(MODEL, kept) * 1000', :'model');
INSERT INTO kept SELECT id, seats, logins / 2, events, mrr, score4, adoption, active FROM account WHERE id < 4
  ON CONFLICT (id) DO UPDATE SET score = health_score(:'model', excluded) + health_score(:'model', kept) * 1000 RETURNING id, score;
SELECT planned('UPDATE kept SET logins = 20 WHERE health_score(MODEL, kept) > 10 RETURNING health_score(MODEL, kept)', :'model');
UPDATE kept SET logins = 20 WHERE health_score(:'model', kept) > 10 RETURNING id, health_score(:'model', kept);
SELECT planned('UPDATE kept SET score = health_score(MODEL, a) FROM account a WHERE a.id = kept.id', :'model');
UPDATE kept SET score = health_score(:'model', a) FROM account a WHERE a.id = kept.id RETURNING kept.id, kept.score;
MERGE INTO kept USING account a ON kept.id = a.id
  WHEN MATCHED AND health_score(:'model', kept) > 50 THEN UPDATE SET score = health_score(:'model', a) + 1
  WHEN NOT MATCHED AND health_score(:'model', a) > 1 THEN INSERT (id, score) VALUES (a.id, health_score(:'model', a));
SELECT id, score FROM kept ORDER BY id;
DELETE FROM kept WHERE id = 4 RETURNING health_score(:'model', kept);
-- a trigger's condition, a rule's row, a constraint of a table
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'from % to %', OLD.logins, NEW.logins; RETURN NEW; END $$;
CREATE TRIGGER falls BEFORE UPDATE ON kept FOR EACH ROW
  WHEN (health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', OLD) > health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', NEW))
  EXECUTE FUNCTION tell();
UPDATE kept SET logins = logins - 5;
UPDATE kept SET logins = logins + 5;
DROP TRIGGER falls ON kept;
CREATE TABLE fit (logins int, adoption float8, active bool,
  CHECK (health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', fit) > 10));
INSERT INTO fit VALUES (5, 0, true);
INSERT INTO fit VALUES (1, 0, true);
-- (a constraint that the planner reads, where its table is not the first of the query)
SET constraint_exclusion = on;
SELECT planned('SELECT health_score(MODEL, f) FROM account a, fit f WHERE a.id = 1 AND health_score(MODEL, f) > 10', :'model'),
       same('SELECT health_score(MODEL, f) FROM account a, fit f WHERE a.id = 1 AND health_score(MODEL, f) > 10', :'model');
RESET constraint_exclusion;

-- an index on the score serves queries that are written as it was
CREATE TABLE many AS SELECT i AS id, i % 23 AS logins FROM generate_series(1, 3000) AS i;
CREATE INDEX ON many (health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', many));
ANALYZE many;
EXPLAIN (COSTS OFF) SELECT count(*) FROM account a JOIN many m ON m.id = a.id
  WHERE health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', m) = 5;
SELECT count(*) FROM many m WHERE health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', m) = 5;
-- so does a partial one, and one by position serves calls by name
CREATE INDEX many_poor ON many (id) WHERE health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', many) < 5;
CREATE TABLE many_more AS SELECT id, logins, 1.5 AS mrr FROM many;
CREATE INDEX many_more_score ON many_more (health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}, {"name": "mrr", "worst": 0, "best": 3}]}', logins, mrr));
ANALYZE many; ANALYZE many_more;
CREATE FUNCTION indexes(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
    RETURN NEXT substring(line from 'Index.* Scan (?:on|using) (\w+)');
  END LOOP;
END $$;
SELECT array_agg(DISTINCT i) FROM indexes($$SELECT id FROM many m WHERE id < 2900 AND health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', m) < 5$$) AS i WHERE i <> '';
SELECT array_agg(DISTINCT i) FROM indexes($$SELECT id FROM many_more m WHERE health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}, {"name": "mrr", "worst": 0, "best": 3}]}', m) = 5$$) AS i WHERE i <> '';
-- so do views and functions in SQL over the table, and ON CONFLICT
CREATE VIEW of_many AS SELECT * FROM many;
CREATE FUNCTION scored(m many) RETURNS float8 LANGUAGE sql IMMUTABLE
  RETURN health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', m);
SELECT array_agg(DISTINCT i) FROM unnest(ARRAY[
  $$SELECT id FROM of_many v WHERE health_score('{"signals": [{"name": "logins", "worst": 0, "best": 20}]}', v) = 5$$,
  $$SELECT id FROM many m WHERE scored(m) = 5$$]) AS q, indexes(q) AS i WHERE i <> '';
CREATE TABLE once (id int, logins int);
CREATE VIEW of_once AS SELECT * FROM once;
CREATE UNIQUE INDEX ON once (health_score('{"missing": "fail", "signals": [{"name": "logins", "worst": 0, "best": 20}]}', logins));
INSERT INTO once VALUES (1, 1), (2, 2);
INSERT INTO once VALUES ((SELECT 3), 1) ON CONFLICT (health_score('{"missing": "fail", "signals": [{"name": "logins", "worst": 0, "best": 20}]}', once)) DO NOTHING;
INSERT INTO of_once VALUES (4, 1) ON CONFLICT (health_score('{"missing": "fail", "signals": [{"name": "logins", "worst": 0, "best": 20}]}', of_once)) DO NOTHING;
SELECT count(*) FROM once;

--
-- Inheritance, partitions, columns that are computed
--
CREATE TABLE part (region text, adoption float8, logins int, active bool) PARTITION BY LIST (region);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a');
CREATE TABLE part_b (active bool, extra int, logins int, region text, adoption float8);
ALTER TABLE part_b DROP COLUMN extra;
ALTER TABLE part ATTACH PARTITION part_b FOR VALUES IN ('b');
INSERT INTO part VALUES ('a', 0.7, 12, true), ('b', 0.7, 12, true), ('b', NULL, 6, false);
CREATE TABLE base (logins int, active bool);
CREATE TABLE derived (adoption float8) INHERITS (base);
INSERT INTO derived VALUES (12, true, 0.7);
CREATE TABLE computed (visits int, active bool, logins int GENERATED ALWAYS AS (visits * 2) STORED, adoption float8);
INSERT INTO computed VALUES (6, true, DEFAULT, 0.7);
SELECT planned(query, model), same(query, model), outcome(query_of) = outcome('SELECT health_score(m.model, v) FROM (SELECT 12 AS logins, 0.7 AS adoption, true AS active) v, model m') AS known
  FROM (VALUES ('SELECT health_score(MODEL, p) FROM part p', :'model'),
               ('SELECT health_score(MODEL, p::part) FROM part_b p', :'model'),
               ('SELECT health_score(MODEL, p) FROM part_b p', :'model'),
               ('SELECT health_score(MODEL, d) FROM derived d', :'model'),
               ('SELECT health_score(MODEL, d) FROM base d', '{"signals": [{"name": "logins", "worst": 0, "best": 20}]}'),
               ('SELECT health_score(MODEL, d::base) FROM derived d', :'model'),
               ('SELECT health_score(MODEL, c) FROM computed c', :'model')) AS q(query, model),
       LATERAL (SELECT replace(query, 'MODEL', quote_literal(model)) || ' LIMIT 1' AS query_of) AS l;
-- (from PostgreSQL 18 on a column may be computed when it is read, and is in no tuple)
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    EXECUTE 'CREATE TABLE read_only (visits int, active bool, logins int GENERATED ALWAYS AS (visits * 2) VIRTUAL, adoption float8)';
    INSERT INTO read_only VALUES (6, true, DEFAULT, 0.7);
    ASSERT (SELECT same('SELECT health_score(MODEL, c) FROM read_only c', model::text) FROM model);
    ASSERT (SELECT outcome(replace('SELECT health_score(MODEL, c) FROM read_only c', 'MODEL', quote_literal(model))) ~ '^4051' FROM model);
  END IF;
END $$;

--
-- Plans that are kept follow their tables and types
--
SET plan_cache_mode = force_generic_plan;
CREATE TABLE changing (id int, logins int, adoption float8, active bool);
INSERT INTO changing VALUES (1, 12, 0.7, true);
CREATE TYPE signals AS (logins int, adoption float8, active bool);
CREATE FUNCTION typed() RETURNS signals LANGUAGE plpgsql AS 'BEGIN RETURN ROW(12, 0.7::float8, true); END';
CREATE VIEW of_changing AS SELECT * FROM changing;
SELECT format('PREPARE of_table AS SELECT health_score(%L, c) FROM changing c', :'model') AS a,
       format('PREPARE of_view AS SELECT health_score(%L, c) FROM of_changing c', :'model') AS b,
       format('PREPARE of_function AS SELECT health_score(%L, c) FROM typed() c', :'model') AS c,
       format('PREPARE of_row AS SELECT health_score(%L, ROW(g, 0.7, true)::signals) FROM generate_series(12, 12) AS g', :'model') AS d \gexec
SELECT query, calls(query) FROM unnest(ARRAY['EXECUTE of_table', 'EXECUTE of_view', 'EXECUTE of_function', 'EXECUTE of_row']) AS query;
EXECUTE of_table;
EXECUTE of_view;
EXECUTE of_function;
EXECUTE of_row;
ALTER VIEW of_changing RENAME COLUMN logins TO visits;
EXECUTE of_view;
ALTER VIEW of_changing RENAME COLUMN visits TO logins;
EXECUTE of_view;
DROP VIEW of_changing;
-- another column of the same name, another type, none, and back
ALTER TABLE changing ADD COLUMN before int DEFAULT 7;
ALTER TABLE changing ALTER COLUMN logins TYPE numeric;
EXECUTE of_table;
ALTER TABLE changing ALTER COLUMN logins TYPE text;
EXECUTE of_table;
ALTER TABLE changing RENAME COLUMN logins TO visits;
EXECUTE of_table;
ALTER TABLE changing DROP COLUMN visits;
EXECUTE of_table;
ALTER TABLE changing RENAME COLUMN id TO logins;
EXECUTE of_table;
ALTER TYPE signals RENAME ATTRIBUTE logins TO visits;
EXECUTE of_function;
EXECUTE of_row;
ALTER TYPE signals RENAME ATTRIBUTE visits TO logins;
EXECUTE of_function;
EXECUTE of_row;
RESET plan_cache_mode;

--
-- Who may read, and what is called
--
CREATE ROLE regress_chs_planner;
GRANT USAGE ON SCHEMA planner TO regress_chs_planner;
GRANT SELECT (id, logins, adoption, active) ON account TO regress_chs_planner;
CREATE TABLE tenant (owner name, logins int, adoption float8, active bool);
INSERT INTO tenant VALUES ('regress_chs_planner', 12, 0.7, true), ('somebody', 20, 1, true);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tenant USING (owner = current_user);
GRANT SELECT ON tenant, barrier_view TO regress_chs_planner;
CREATE FUNCTION leak(score float8) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE WARNING 'score %', score; RETURN true; END $$;
SET ROLE regress_chs_planner;
-- a row needs all of its columns, though the plan reads three
SELECT health_score(:'model', a) FROM account a;
SELECT health_score(:'model', s) FROM (SELECT id, logins, adoption, active FROM account) s ORDER BY 1;
-- policies and barriers come first
SELECT health_score(:'model', t) FROM tenant t WHERE leak(health_score(:'model', t));
SELECT health_score(:'model', v) FROM barrier_view v WHERE leak(health_score(:'model', v));
RESET ROLE;
-- whoever may not execute one of the two functions gets what was written
GRANT SELECT ON account TO regress_chs_planner;
REVOKE EXECUTE ON FUNCTION health_score(healthmodel, float8, "any") FROM PUBLIC;
SET ROLE regress_chs_planner;
SELECT planned('SELECT health_score(MODEL, a) FROM account a', :'model');
SELECT health_score(:'model', a) FROM account a WHERE id = 1;
RESET ROLE;
-- in a plan that another role has made, too
PREPARE of_role AS SELECT health_score(:'model', a) FROM account a WHERE id = 1;
EXECUTE of_role;
SET ROLE regress_chs_planner;
EXECUTE of_role;
RESET ROLE;
GRANT EXECUTE ON FUNCTION health_score(healthmodel, float8, "any") TO PUBLIC;
REVOKE EXECUTE ON FUNCTION health_score(healthmodel, record, date) FROM PUBLIC;
SET ROLE regress_chs_planner;
SELECT health_score(:'model', a) FROM account a WHERE id = 1;
RESET ROLE;
GRANT EXECUTE ON FUNCTION health_score(healthmodel, record, date) TO PUBLIC;
-- functions and types of our names, in front of ours
CREATE SCHEMA hostile;
CREATE DOMAIN hostile.healthmodel AS text;
CREATE FUNCTION hostile.health_score(public.healthmodel, float8, VARIADIC more numeric[]) RETURNS float8 LANGUAGE sql AS 'SELECT -1.0::float8';
CREATE FUNCTION hostile.health_score(public.healthmodel, float8, float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT -1.0::float8';
CREATE FUNCTION hostile.float8(int) RETURNS float8 LANGUAGE sql AS 'SELECT -1.0::float8';
SET search_path = hostile, planner, public, pg_catalog;
SELECT public.health_score(:'model'::public.healthmodel, a) FROM planner.account a WHERE id = 1;
SET search_path = planner, public;
-- it is the planner's alone, as newer and older minor releases say in other words
DO $$ BEGIN PERFORM health_score_support(NULL); EXCEPTION WHEN undefined_function OR feature_not_supported THEN RAISE WARNING 'refused'; END $$;
DO $$ BEGIN PERFORM health_score_support('x'); EXCEPTION WHEN undefined_function OR feature_not_supported THEN RAISE WARNING 'refused'; END $$;

--
-- Random models over random rows
--
SELECT setseed(0.42);
CREATE TABLE random_row AS
  SELECT n, CASE WHEN random() < 0.8 THEN (random() * 100 - 50)::int2 END AS a,
         CASE WHEN random() < 0.8 THEN ('{-2147483648,2147483647,0,1,7,20}'::int4[])[1 + floor(random() * 6)::int] END AS b,
         CASE WHEN random() < 0.8 THEN ('{-9223372036854775808,9223372036854775807,9007199254740993,1,7,20}'::int8[])[1 + floor(random() * 6)::int] END AS c,
         CASE WHEN random() < 0.8 THEN ('{1e400,-1e400,1e-400,NaN,Infinity,0.1,12345678901234567890.123456789012345678901234567890,3.7,4,5.5,0.3333333333333333333333,17.000,9,1e308,2e-310}'::numeric[])[1 + floor(random() * 15)::int] END AS d,
         CASE WHEN random() < 0.8 THEN ('{NaN,Infinity,0.1,1e38,1e-45,5,7.25,9,11,3}'::float4[])[1 + floor(random() * 10)::int] END AS e,
         CASE WHEN random() < 0.8 THEN ('{NaN,-Infinity,0.1,1e308,5e-324,5,7.25,-0,11,3,1e300}'::float8[])[1 + floor(random() * 11)::int] END AS f,
         CASE WHEN random() < 0.8 THEN random() < 0.5 END AS g,
         CASE WHEN random() < 0.8 THEN (random() * 10)::numeric END::amount AS h,
         CASE WHEN random() < 0.8 THEN random() * 10 END::share AS i,
         CASE WHEN random() < 0.8 THEN (random() * 10)::numeric(10,2) END AS j, 'x'::text AS t
    FROM generate_series(1, 60) AS n;
CREATE FUNCTION pick(a anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS 'SELECT a[1 + floor(random() * cardinality(a))::int]';
CREATE FUNCTION random_model() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  names text[] := ARRAY(SELECT x FROM unnest('{a,b,c,d,e,f,g,h,i,j,missing}'::text[]) AS x WHERE random() < CASE x WHEN 'j' THEN 1 WHEN 'missing' THEN 0.03 ELSE 0.4 END ORDER BY random());
  points boolean := random() < 0.25;
  signals jsonb := '[]';
  signal jsonb;
  name text;
BEGIN
  FOREACH name IN ARRAY names LOOP
    IF points THEN
      signal := jsonb_build_object('points', pick('{-1,2,0.5,1e300}'::float8[])) || pick('{"{}","{\"min\": -30, \"max\": 40}","{\"min\": -1e308, \"missing\": \"worst\"}","{\"missing\": \"fail\"}"}'::jsonb[]);
    ELSE
      signal := pick('{"{\"worst\": 0, \"best\": 20.1}","{\"worst\": 10, \"best\": -3.3}","{\"curve\": [[0, 0], [3, 40.5], [8, 100]]}","{\"steps\": [[0, 100], [1, 80], [3, 40], [6, 0]]}"}'::jsonb[])
        || jsonb_build_object('weight', pick('{1,2,0.1,1e-200}'::float8[])) || pick('{"{}","{}","{}","{\"missing\": \"worst\"}","{\"missing\": 40}","{\"missing\": \"fail\"}"}'::jsonb[]);
    END IF;
    signals := signals || jsonb_build_array(signal || jsonb_build_object('name', name));
  END LOOP;
  RETURN jsonb_build_object('signals', signals, 'method', CASE WHEN points THEN 'points' ELSE 'mean' END,
                            'min_coverage', pick('{0,0,60}'::int[]), 'caps', pick('{"[]","[{\"signal\": \"j\", \"above\": 5, \"score\": 30}]"}'::jsonb[]));
END $$;
CREATE VIEW random_view AS SELECT n, j, i, h, g, f, e, coalesce(d, 0) AS d, c, b * 1 AS b, a FROM random_row;
CREATE TABLE result AS
  SELECT road, planned(query, model) !~ 'NULL::date\)' AS by_position, outcome(one) AS got, outcome(other) AS wanted
    FROM (SELECT i, random_model()::text AS model, 1 + floor(random() * 60)::int AS n FROM generate_series(1, 250) AS i) AS m,
         (VALUES ('table', 'SELECT health_score(MODEL, x) FROM random_row x WHERE n = ROW'),
                 ('view', 'SELECT health_score(MODEL, x) FROM random_view x WHERE n = ROW'),
                 ('rest', 'SELECT health_score(MODEL, x) FROM (SELECT * FROM random_view WHERE n = ROW OFFSET 0) x'),
                 ('outer', 'SELECT health_score(MODEL, x) FROM random_row y LEFT JOIN random_row x ON x.n = y.n + 3 WHERE y.n = ROW'),
                 ('outer view', 'SELECT health_score(MODEL, x) FROM random_row y LEFT JOIN random_view x ON x.n = y.n + 3 WHERE y.n = ROW'),
                 ('lateral', 'SELECT s FROM random_row x, health_score(MODEL, x) AS s WHERE n = ROW'),
                 ('union', 'SELECT health_score(MODEL, x) FROM (SELECT * FROM random_row UNION ALL SELECT * FROM random_row) x WHERE n = ROW'),
                 ('record', 'SELECT health_score(MODEL, x) FROM (SELECT * FROM random_row WHERE n = ROW) y, jsonb_to_record(to_jsonb(y)) AS x(a int2, b int4, c int8, d numeric, e float4, f float8, g bool, h amount, i share, j numeric)'),
                 ('aggregate', 'SELECT sum(health_score(MODEL, x)) FROM random_row x WHERE n = ROW GROUP BY g')) AS r(road, template),
         LATERAL (SELECT replace(template, 'ROW', n::text) AS query) AS q,
         LATERAL (SELECT replace(query, 'MODEL', quote_literal(model) || '::healthmodel') AS one, replace(query, 'MODEL', '(SELECT ' || quote_literal(model) || '::healthmodel OFFSET 0)') AS other) AS o;
SELECT road, count(*), count(*) FILTER (WHERE by_position) > 50 AS by_position, count(*) FILTER (WHERE got ~ '^[0-9A-Z]{5} ') > 20 AS errors,
       count(*) FILTER (WHERE got IS DISTINCT FROM wanted) AS differ
  FROM result GROUP BY road ORDER BY road;

DROP OWNED BY regress_chs_planner;
DROP ROLE regress_chs_planner;
DROP SCHEMA planner, hostile CASCADE;
