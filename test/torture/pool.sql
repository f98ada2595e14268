-- What both kinds of `make torture` work on, in the schema torture: rows with a
-- column of every base type, and a table of values for each type of chs.
--
-- test_damaged and test_crafted_bigints must exist in public.  The variable "copies"
-- (500) says how many times the rows stand in the large table.
\if :{?copies} \else \set copies 500 \endif
CREATE SCHEMA torture;
SET search_path = public;

-- Plausible and hostile columns.  Rows 1 to 8 of each hundred are hostile.
CREATE TYPE torture.signals AS (usage float8, nps bigint, mood text, seen date);
CREATE TABLE torture.plain AS
  SELECT id, id % 7 AS g, (id * 7919) % 41 AS n, ((id * 104729) % 1000 - 100) / 8.0::float8 AS x,
         round(((id * 7919) % 9973) / 7.0, 2) AS m, (id * 31) % 3 = 0 AS b, 'customer ' || (id * 7919) % 43 AS t,
         md5(((id * 7919) % 47)::text)::uuid AS u, date '2025-01-01' + (id * 7919 % 400)::int AS d,
         timestamp '2025-01-01 08:00' + (id * 7919 % 9600) * interval '1 hour' AS ts,
         (id * 7919 % 90) * interval '1 hour' AS i
    FROM generate_series(1::bigint, 400) AS id;
CREATE TABLE torture.hostile (k int, n bigint, x float8, m numeric, b boolean, t text, u uuid, d date, ts timestamp, i interval);
INSERT INTO torture.hostile VALUES
  (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (2, 0, 'NaN', 'NaN', true, '', '00000000-0000-0000-0000-000000000000', 'infinity', 'infinity', '0'),
  (3, -1, 'Infinity', 'Infinity', false, repeat('x', 3000), 'ffffffff-ffff-ffff-ffff-ffffffffffff', '-infinity', '-infinity', '-1 day'),
  (4, 9223372036854775807, '-Infinity', '-Infinity', true, 'month', NULL, '4713-01-01 BC', '4713-01-01 BC', '1 mon -1 day'),
  (5, -9223372036854775808, 1e308, 92233720368.54775807, false, 'UTC', NULL, '5874897-12-31', '294276-12-31', '178000000 years'),
  (6, 2147483648, 4.9e-324, -92233720368.54775808, true, 'x', NULL, '2024-02-29', '2025-03-30 01:30', '1 microsecond'),
  (7, 1, -1e308, 1e40, NULL, E'a\n''b', NULL, '0001-01-01', '1900-01-01', '-178000000 years'),
  (8, 10, '-0', 0.000000004, false, 'customer 1', NULL, '2025-12-31', '2025-10-26 02:30', '999 hours');

CREATE FUNCTION torture.day(timestamp) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT $1 AT TIME ZONE 'UTC' $$;
CREATE TABLE torture.rows AS
  SELECT id, g, 0 AS k1, id % 3 AS k3, id % 50 AS k50, CASE h WHEN true THEN w.n ELSE p.n END AS n, CASE h WHEN true THEN w.x ELSE p.x END AS x,
         CASE h WHEN true THEN w.m ELSE p.m END AS m, CASE h WHEN true THEN w.b ELSE p.b END AS b,
         CASE h WHEN true THEN w.t ELSE p.t END AS t, CASE h WHEN true THEN w.u ELSE p.u END AS u,
         CASE h WHEN true THEN w.d ELSE p.d END AS d, CASE h WHEN true THEN w.ts ELSE p.ts END AS ts,
         CASE h WHEN true THEN w.i ELSE p.i END AS i, h AS hostile
    FROM torture.plain AS p LEFT JOIN torture.hostile AS w ON w.k = p.id % 100, LATERAL (SELECT w.k IS NOT NULL AS h) AS x;
ALTER TABLE torture.rows ADD PRIMARY KEY (id), ADD COLUMN c bigint;

-- customers whose keys begin with the same bits
UPDATE torture.rows SET c = k.c FROM (SELECT row_number() OVER () AS id, c FROM test_crafted_bigints(16383, 400) AS c) AS k WHERE k.id = rows.id;

-- for statements that run long enough to be cancelled, and for parallel plans
CREATE UNLOGGED TABLE torture.big AS
  SELECT 400 * k + id AS id, g, k1, k3, k50, n * 1000 + k % 1000 AS n, x, m, b, t || k % 500 AS t, md5((k % 700 + id)::text)::uuid AS u,
         d + (k % 300)::int AS d, ts + k * interval '1 minute' AS ts, i, false AS hostile, c + k % 3 AS c
    FROM torture.rows, generate_series(0::bigint, :copies - 1) AS k WHERE NOT hostile;
CREATE INDEX ON torture.big (id);
ANALYZE torture.rows; ANALYZE torture.big;

-- for scores by name: the same columns in other orders, of other types, some computed
CREATE TABLE torture.first (id bigint PRIMARY KEY, usage float8, nps bigint, note text, g bigint);
INSERT INTO torture.first SELECT id, nullif(n % 12, 11), nullif(id * 31 % 13, 12), nullif(t, 'customer 7'), g FROM torture.plain WHERE id <= 100;
CREATE TABLE torture.second (note text, gone int, g int, nps numeric, usage int, id int PRIMARY KEY);
ALTER TABLE torture.second DROP COLUMN gone;
INSERT INTO torture.second SELECT note, g, nps / 2.0, 11 - usage, id + 20 FROM torture.first;
CREATE TABLE torture.parted (g bigint, usage float8, id bigint, nps int2, note text) PARTITION BY RANGE (g);
CREATE TABLE torture.part_a PARTITION OF torture.parted FOR VALUES FROM (MINVALUE) TO (3);
CREATE TABLE torture.part_b (note text, gone int, id bigint, nps int2, g bigint, usage float8);
ALTER TABLE torture.part_b DROP COLUMN gone;
ALTER TABLE torture.parted ATTACH PARTITION torture.part_b FOR VALUES FROM (3) TO (MAXVALUE);
INSERT INTO torture.parted SELECT g, nps, id, usage, note FROM torture.first;
CREATE INDEX ON torture.part_b (health_score('{"signals": [{"name": "usage", "worst": 0, "best": 10, "weight": 3}]}', part_b));
CREATE VIEW torture.shown AS SELECT nps + 1 AS nps, id, g, coalesce(usage, 1) AS usage, note FROM torture.first WHERE id % 7 > 0;
CREATE FUNCTION torture.listed() RETURNS SETOF torture.second LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM torture.second; END;
CREATE FUNCTION torture.told() RETURNS TABLE (nps int, usage float8, g int, id int, note text) LANGUAGE plpgsql STABLE ROWS 50 AS
  $$ BEGIN RETURN QUERY SELECT i % 10, (i % 4)::float8, i % 7, i, i::text FROM generate_series(1, 50) AS i; END $$;
ANALYZE torture.first; ANALYZE torture.second; ANALYZE torture.parted;
-- a model that is no constant to the planner
CREATE FUNCTION torture.as_written(model healthmodel) RETURNS healthmodel LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS
  $$ BEGIN RETURN model; END $$;

CREATE FUNCTION torture.pause() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS
  $$ BEGIN PERFORM pg_sleep(0.004); RETURN true; END $$;

-- arrays that no literal should spell out
CREATE FUNCTION torture.series(n int) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
  $$ BEGIN RETURN (SELECT '{' || string_agg(i::text, ',' ORDER BY i) || '}' FROM generate_series(1, n) AS i); END $$;
CREATE FUNCTION torture.days(n int) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
  $$ BEGIN RETURN (SELECT '{' || string_agg((date '2000-01-01' + i)::text, ',' ORDER BY i) || '}' FROM generate_series(1, n) AS i); END $$;

-- The bytes of a value as those of another type, behind the back of its input
-- function: byteacat looks at neither.
CREATE FUNCTION torture.make_pool(type regtype) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE torture.pool_%1$s (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, v %1$s)', type);
  EXECUTE format('CREATE FUNCTION torture.v_%1$s(k int) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET max_parallel_workers_per_gather = 0 AS
                  ''BEGIN RETURN (SELECT v FROM torture.pool_%1$s WHERE id = k); END''', type);
  IF (SELECT typtype = 'b' FROM pg_type WHERE oid = type) THEN
    EXECUTE format('CREATE FUNCTION torture.bytes(%1$s, bytea) RETURNS bytea LANGUAGE internal STRICT AS ''byteacat''', type);
    EXECUTE format('CREATE FUNCTION torture.of_%1$s(bytea, bytea) RETURNS %1$s LANGUAGE internal STRICT AS ''byteacat''', type);
  END IF;
END $$;
CREATE VIEW torture.type AS
  SELECT t.oid::regtype AS type, typtype FROM pg_depend d JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
   WHERE d.deptype = 'e' AND typtype IN ('b', 'c', 'd') AND typcategory <> 'A'
     AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs') AND d.refclassid = 'pg_extension'::regclass;
SELECT torture.make_pool(type) FROM torture.type;

-- 40 damaged values and 20 of other types for each type
CREATE FUNCTION torture.damage(type regtype, seed bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE other regtype; whole int; bytes bytea;
BEGIN
  EXECUTE format('SELECT count(*) FROM torture.pool_%1$s WHERE kind = ''whole''', type) INTO whole;
  EXECUTE format('INSERT INTO torture.pool_%1$s (kind, v)
                  SELECT ''damaged'', test_damaged(p.v, $1 + i) FROM generate_series(1, 40) AS i
                    JOIN (SELECT row_number() OVER (ORDER BY id) AS r, v FROM torture.pool_%1$s WHERE kind = ''whole'') AS p ON p.r = 1 + i %% $2', type)
    USING seed, whole;
  FOR other IN SELECT t.type FROM torture.type AS t WHERE typtype = 'b' AND t.type <> damage.type ORDER BY t.type::text LOOP
    EXECUTE format('SELECT torture.bytes(v, '''') FROM torture.pool_%1$s WHERE kind = ''whole'' AND v IS NOT NULL ORDER BY pg_column_size(v), id OFFSET 1 LIMIT 1', other) INTO bytes;
    EXECUTE format('INSERT INTO torture.pool_%1$s (kind, v) SELECT ''foreign'', torture.of_%1$s($1, '''')', type)
      USING substring(bytes FOR CASE (SELECT typstorage FROM pg_type WHERE oid = damage.type) WHEN 'p' THEN 2000 ELSE 1000000 END);
  END LOOP;
END $$;
