-- The calls of test/huge/leaks.pl: rows of customers, a value of every type of chs,
-- and an argument of every type, which depends on the row c or the value v.
CREATE TABLE customer AS
	SELECT i, date '2025-01-01' + (i * 7 % 300)::integer AS day, (i % 11)::double precision AS usage, (i % 10)::double precision AS nps
	  FROM generate_series(0::bigint, 999) AS i;
CREATE TABLE again AS SELECT n FROM generate_series(1, 10000) AS n;

-- the shortest of the stored values, and a model of two signals
SELECT format('CREATE TABLE value AS SELECT %s', string_agg(format('(SELECT %I FROM %I ORDER BY length(%2$I::text) LIMIT 1) AS %I', a.attname, c.relname, t.typname), ', '))
  FROM pg_type AS t JOIN pg_attribute AS a ON a.atttypid = t.oid JOIN pg_class AS c ON c.oid = a.attrelid AND c.relname = 'kept_' || t.typname AND c.relkind = 'r' \gexec
UPDATE value SET healthmodel = '{"signals": [{"name": "usage", "worst": 0, "best": 10}, {"name": "nps", "worst": 0, "best": 9}]}',
	surveysummary = (SELECT survey_agg(1 + i % 5) FROM generate_series(1, 50) AS i);

-- by name, by function, or for every one of the type
CREATE TABLE argument (name text, type text, value text, PRIMARY KEY (name, type));
INSERT INTO argument SELECT '', attname, 'v.' || attname FROM pg_attribute WHERE attrelid = 'value'::regclass AND attnum > 0;
INSERT INTO argument VALUES
	('', 'bigint', '(1 + c.i % 9)'), ('', 'integer', '(1 + c.i % 5)::integer'), ('', 'numeric', '(1 + c.i % 5)::numeric'), ('', 'double precision', '(1 + c.i % 5)::double precision'),
	('', 'boolean', '(c.i % 3 = 0)'), ('', 'text', '(''k'' || c.i % 100)'), ('', 'uuid', 'lpad(c.i::text, 32, ''0'')::uuid'),
	('', 'date', 'c.day'), ('', 'timestamp without time zone', 'c.day::timestamp'), ('', 'timestamp with time zone', '(c.day::timestamp AT TIME ZONE ''UTC'')'),
	('', 'interval', '(1 + c.i % 7) * interval ''1 hour'''), ('', 'integer[]', 'ARRAY[0, 1, 30 + c.i % 5]::integer[]'), ('', 'bigint[]', 'ARRAY[1, 7, 30 + c.i % 5]'),
	('', 'double precision[]', 'ARRAY[c.usage, c.nps]'), ('', 'text[]', 'ARRAY[''a'', ''b'' || c.i % 3]'), ('', 'date[]', 'ARRAY[''2025-01-01'', ''2025-02-15'', c.day + 365]::date[]'),
	('', 'daterange', 'daterange(''2025-01-01'', c.day + 180)'), ('', 'tstzmultirange', '''{[2025-02-26 10:00+00,2025-03-01 10:00+00)}''::tstzmultirange'),
	('', 'jsonb', 'jsonb_build_object(''usage'', c.i % 11, ''nps'', c.i % 10)'), ('', 'record', 'c'), ('', '"any"', 'c.nps'), ('', 'cstring', 'textout(''k'' || c.i)'),
	('customer', 'bigint', 'c.i'), ('answer', 'bigint', '(1 + c.i % 5)'), ('satisfied_from', 'bigint', '4::bigint'), ('scale', 'bigint', '5::bigint'),
	('counts', 'bigint[]', 'ARRAY[0, 0, 1, 2, 3, 4, 5, 6, 7, 8, c.i]'), ('zone', 'text', '''Europe/Warsaw'''), ('timezone', 'text', '''Europe/Warsaw'''), ('bucket', 'text', '''month'''),
	('horizon_days', 'bigint', '90::bigint'), ('billing', 'interval', '(1 + c.i % 7) * interval ''1 month'''), ('billing', 'text', '(1 + c.i % 7) || '' months'''),
	('worst', 'double precision', '0::double precision'), ('best', 'double precision', '10::double precision'), ('confidence', 'double precision', '90::double precision'),
	('healthmodel', 'jsonb', 'v.healthmodel::jsonb'), ('businesshours', 'jsonb', 'v.businesshours::jsonb'), ('as_of', 'date', '''2025-12-31''::date'), ('ended', 'date', '(c.day + 1 + (c.i % 90)::integer)'),
	('flow_agg', 'daterange', 'daterange(''2025-01-01'', ''2025-07-01'')'), ('flow_agg', 'date[]', 'ARRAY[''2025-01-01'', ''2025-02-15'', ''2025-12-01'']::date[]'),
	('', 'numeric[]', 'ARRAY[100, 200, 300 + c.i % 5]::numeric[]'), ('customer', 'text', '(''k'' || c.i)'), ('renewal_probability', 'double precision', '((1 + c.i % 9) / 10.0)::double precision'),
	('overdispersion', 'double precision', '0.1::double precision'), ('entry', 'bigint', '(c.i - c.i)');

-- kind: a(ggregate) or f(unction); state: the type of an aggregate's state.  Of the
-- aggregates of one state that take the same rows one is enough, and what aggregates
-- call is tested there.
CREATE TABLE call AS
WITH own AS (
	SELECT p.*, a.aggtransfn, a.aggtranstype FROM pg_proc AS p LEFT JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
	 WHERE p.oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_extension'::regclass AND deptype = 'e'
					   AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')))
SELECT DISTINCT ON (coalesce(r.aggtransfn, r.oid), r.proargtypes)
	   r.prokind AS kind, coalesce(r.aggtranstype::regtype::text, '') AS state, r.oid::regprocedure::text AS routine,
	   (SELECT format('%s(%s)', r.oid::regproc, string_agg(coalesce((SELECT value FROM argument AS x WHERE x.type = format_type(u.type, NULL) AND x.name IN (r.proargnames[n], r.proname, '')
				ORDER BY x.name DESC LIMIT 1), 'no_argument_' || format_type(u.type, NULL)), ', ' ORDER BY n))
		  FROM unnest(r.proargtypes::oid[]) WITH ORDINALITY AS u(type, n)
		 WHERE n <= r.pronargs - r.pronargdefaults) AS call, ''::text AS refusal, 0::double precision AS cost
  FROM own AS r
 WHERE r.prokind IN ('a', 'f') AND NOT r.proretset AND r.pronargs > 0
   AND 'internal'::regtype <> ALL (r.proargtypes) AND 'cstring'::regtype <> ALL (r.proargtypes)
   AND NOT EXISTS (SELECT FROM pg_aggregate AS a, LATERAL unnest(ARRAY[aggtransfn::oid, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn]) AS f
					WHERE a.aggfnoid IN (SELECT oid FROM own) AND f = r.oid)
 ORDER BY coalesce(r.aggtransfn, r.oid), r.proargtypes, r.oid;

-- the error of a query, or the seconds it takes
CREATE FUNCTION try(query text, OUT refusal text, OUT cost double precision) LANGUAGE plpgsql AS $$
DECLARE
	started timestamptz := clock_timestamp();
BEGIN
	EXECUTE query;
	cost := extract(epoch FROM clock_timestamp() - started);
EXCEPTION WHEN OTHERS THEN
	refusal := sqlstate || ' ' || sqlerrm;
END $$;
-- twenty calls of a function, and an aggregate of twice the customers
UPDATE call SET (refusal, cost) = (SELECT t.refusal, t.cost / CASE kind WHEN 'a' THEN 2000 ELSE 20 END FROM try(format(
	CASE kind WHEN 'a' THEN 'SELECT %s FROM again, customer AS c, value AS v WHERE n <= 2' ELSE 'SELECT count(%s) FROM customer AS c, value AS v WHERE i < 20' END, call)) AS t);
