-- Rules that every object of chs keeps, read from the catalogs: whoever adds
-- an object is judged here without a line of test.  Each query lists those
-- that break its rule, so each must return no rows.
--
-- What a new family may have to add, and is told by a row that it must:
--   sample      two values or more of a new type
--   arguments   arguments for a routine that general samples do not suit
--   not_strict  a function that is called for NULL, and why
--   refuses     a form that is there to say why there is none
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all
-- (a fit says in a NOTICE what it left out)
SET client_min_messages = warning;
CREATE TEMP VIEW own AS
  SELECT classid, objid, pg_describe_object(classid, objid, 0) AS object
    FROM pg_depend
   WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
     AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs');
CREATE TEMP VIEW type AS
  SELECT own.object, t.*
    FROM own JOIN pg_type t ON own.classid = 'pg_type'::regclass AND t.oid = own.objid
   WHERE typcategory <> 'A';
CREATE TEMP VIEW routine AS
  SELECT own.object, p.*, l.lanname, p.oid::regprocedure::text AS routine,
         (SELECT format('%I.%I', nspname, proname) FROM pg_namespace n WHERE n.oid = pronamespace) AS name
    FROM own JOIN pg_proc p ON own.classid = 'pg_proc'::regclass AND p.oid = own.objid
    JOIN pg_language l ON l.oid = p.prolang;
CREATE TEMP VIEW aggregate AS
  SELECT routine.object, routine.routine, routine.name, routine.proname, routine.proargtypes, routine.pronamespace, a.*
    FROM routine JOIN pg_aggregate a ON a.aggfnoid = routine.oid;
-- functions that types, operators, casts and aggregates are made of
CREATE TEMP VIEW part AS
  SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend])::oid AS oid, 'a type' AS of FROM type
  UNION SELECT oprcode::oid, 'an operator' FROM own JOIN pg_operator o ON classid = 'pg_operator'::regclass AND o.oid = objid
  UNION SELECT amproc::oid, 'an operator class' FROM pg_amproc
         WHERE amproclefttype IN (SELECT oid FROM type)
  UNION SELECT castfunc, 'a cast' FROM own JOIN pg_cast c ON classid = 'pg_cast'::regclass AND c.oid = objid
  UNION SELECT unnest(ARRAY[aggtransfn, aggcombinefn, aggmtransfn, aggminvtransfn])::oid, 'transitions' FROM aggregate
  UNION SELECT unnest(ARRAY[aggfinalfn, aggmfinalfn])::oid, 'an end' FROM aggregate;

--
-- Every object
--

-- has a comment of one line
SELECT object FROM own
 WHERE coalesce(obj_description(objid, classid::regclass::name), '') !~ '^[^\n]+$'
   AND NOT (classid = 'pg_type'::regclass
            AND (SELECT typelem <> 0 AND typlen = -1 FROM pg_type WHERE oid = objid))
 ORDER BY 1;

-- which says what becomes of NULL, where NULL can be given
SELECT object, obj_description(objid, classid::regclass::name) AS comment FROM own
 WHERE classid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_cast'::regclass)
   AND obj_description(objid, classid::regclass::name) !~ '\mNULL\M'
 ORDER BY 1;

-- and in which unit a number comes
SELECT r.object, obj_description(r.oid, 'pg_proc') AS comment FROM routine r
 WHERE oid NOT IN (SELECT oid FROM part WHERE of NOT IN ('an end'))
   AND ARRAY[prorettype] || coalesce((SELECT array_agg(proallargtypes[i]) FROM generate_subscripts(proargmodes, 1) i
                                       WHERE proargmodes[i] IN ('o', 't')), '{}')
       && '{bigint,double precision,numeric}'::regtype[]::oid[]
   AND obj_description(r.oid, 'pg_proc') !~
       '%|\mpercent|\mpoints\M|\mcounts?\M|\m(share|probability)\M|[0-9](-|\.\.)[0-9]|\mscale of\M|\m(days?|months?|years?|hours|seconds)\M|\mmoney\M|\mcurrency\M|\mlikelihood\M|\munit'
 ORDER BY 1;

-- no relation: chs stores nothing of its own
SELECT own.object FROM own JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
 WHERE relkind <> 'c' ORDER BY 1;

--
-- Functions
--

-- C symbols begin with chs_; no function has the rights or settings of its owner
SELECT object, prosrc FROM routine
 WHERE lanname = 'c' AND prosrc !~ '^chs_' ORDER BY 1;
SELECT object FROM routine
 WHERE prosecdef OR proconfig IS NOT NULL OR proleakproof ORDER BY 1;

-- nothing reads tables, clocks or settings: immutable and safe in parallel
SELECT object, provolatile, proparallel FROM routine
 WHERE provolatile <> 'i' OR proparallel <> 's' ORDER BY 1;

-- whole numbers are bigint, for that is what drivers send; a narrower form stands beside one for bigint
SELECT r.object FROM routine r
 WHERE proargtypes::oid[] && '{smallint,integer,smallint[],integer[]}'::regtype[]::oid[]
   AND NOT EXISTS (SELECT FROM routine b WHERE b.proname = r.proname
                      AND array_to_string(b.proargtypes::regtype[], ',') = regexp_replace(array_to_string(r.proargtypes::regtype[], ','), '\m(integer|smallint)\M', 'bigint', 'g'))
 ORDER BY 1;

-- languages: C, aggregates, and SQL whose body is parsed when it is created
SELECT object, lanname FROM routine
 WHERE NOT (lanname = 'c' OR prokind = 'a' OR lanname = 'sql' AND prosqlbody IS NOT NULL)
 ORDER BY 1;

-- whose calls fit exactly, without an implicit cast: else a function or operator that fits
-- better, made beforehand in the schema of the extension by another role, would be called
SELECT object FROM routine WHERE prosqlbody::text ~ ':(func|relabel|coerce)format 2' ORDER BY 1;
-- (tools/check-house.sh wants pg_catalog. before the others; these answer "is there any?")
SELECT count(*) > 0 AS bodies FROM routine WHERE prosqlbody IS NOT NULL;

-- Strict, so that the server answers NULL for NULL, are all functions but these
-- (a pattern of routines, and why).  What types, operators and casts are made of
-- is always strict; a combine function never is, for a NULL side counts nothing.
CREATE TEMP TABLE not_strict (pattern text PRIMARY KEY, why text NOT NULL);
INSERT INTO not_strict VALUES
  ('^ticketsummary_(accum|accum_inv)\(', 'resolved is NULL for an open ticket'),
  ('^ratiosummary_sla_(accum|accum_inv)\(', 'responded is NULL for a ticket that is not answered'),
  ('^ratiosummary_sla_refuse\(', 'refuses for NULL too'),
  ('^(combine|\w+_combine_inv)\(', 'a NULL side counts nothing'),
  ('^flowsummary_(accum|accum_inv)\(', 'ended is NULL for an open end'),
  ('^changesummary_accum\(', 'a segment may be absent on a side'),
  ('^cox_fit_accum\(', 'a row with a NULL counts nothing, before any other row too'),
  ('^logistic_fit_accum\(', 'a row with a NULL argument counts nothing'),
  ('^health_(fit|normalize)_accum\(', 'a row with a NULL model, churned or signals counts nothing, and as_of may be NULL'),
  ('^subscriptionsummary_accum\(', 'ended is NULL for an open end'),
  ('^auc_difference_accum\(', 'a row with a NULL argument counts nothing'),
  ('^churned_within\(', 'ended is NULL for a customer who is still there'),
  ('^profilesummary_accum\(', 'as_of is NULL where nothing becomes stale'),
  ('^warningsummary_accum\(', 'churned_on is NULL for a customer who has not left'),
  ('^local_day\((timestamp without time zone|date),', 'refuses for NULL too'),
  ('^business_(time|seconds|add)\(businesshours,(timestamp with time zone,)?(timestamp without time zone|date)[,)]', 'refuses for NULL too'),
  ('^activitysummary_accum\(', 'a row whose customer, day or zone is NULL counts nothing'),
  ('^purchasesummary_accum\(', 'a row whose customer, day, amount or zone is NULL counts nothing'),
  ('^(customers|orders|gross_revenue|refunds|revenue|average_order_value|purchases_per_customer)\(purchasesummary,', 'period is NULL for all days'),
  ('^repeat_purchase_rate\(purchasesummary,', 'period is NULL for all days'),
  ('^mrr_movements\(', 'reactivation_days is NULL where a returning customer is never new'),
  ('^health_(score|coverage|explain|drivers|groups|change|change_text|sql)\(healthmodel,(record|jsonb|text)', 'as_of is NULL where nothing becomes stale'),
  ('^health_score\(healthmodel,(double precision|numeric)(,"any")?\)$', 'a NULL value is a missing signal'),
  ('^paymentsummary_(accum|accum_inv)\(', 'paid is NULL where nothing was paid'),
  ('^ratiosummary_on_time_(accum|accum_inv)\(', 'paid is NULL where nothing was paid'),
  ('^days_late\(', 'paid is NULL where nothing was paid'),
  ('^(rfm_score|value_quartile)\(', 'a window function is never strict'),
  ('^(bgnbd|gamma_gamma|sbg)_fit_accum\(', 'a row with a NULL counts nothing'),
  ('^(gamma_gamma_value\(|clv\(bgnbd_model,)', 'monetary is NULL for a customer without a repeat purchase'),
  ('^health_(quartile|alert)\(', 'a window function is never strict');
SELECT r.routine, r.proisstrict, p.of FROM routine r LEFT JOIN part p USING (oid)
 WHERE prokind <> 'a'
   AND proisstrict IS DISTINCT FROM
       CASE WHEN p.of IN ('a type', 'an operator', 'an operator class', 'a cast') THEN true
            WHEN r.oid IN (SELECT aggcombinefn FROM aggregate) THEN false
            ELSE NOT EXISTS (SELECT FROM not_strict WHERE r.routine ~ pattern) END
 ORDER BY 1;
-- Forms that always refuse, with the right way in their hint: a call that would
-- otherwise find another form and be wrong without a word.
CREATE TEMP TABLE refuses (pattern text PRIMARY KEY, why text NOT NULL);
INSERT INTO refuses VALUES
  ('^(sla_(rate|agg)\(.*\m(timestamp without time zone|date)\M|ratiosummary_sla_refuse\()', 'would become a timestamptz by the TimeZone of the session'),
  ('^(logistic_fit\(|logistic_fit_accum\(samplesummary,)boolean,double precision\[\],text,double precision\)', 'Firth''s penalty has no weighted form'),
  ('^(activity_agg\(|activitysummary_accum\(activitysummary,)(bigint|uuid|text),(timestamp without time zone|date),text\)', 'would become a timestamptz by the TimeZone of the session'),
  ('^(activity_agg\(|activitysummary_accum\(activitysummary,)(bigint|uuid|text),timestamp with time zone\)', 'a moment has a day only in a time zone'),
  ('^(purchase_agg\(|purchasesummary_accum\(purchasesummary,)(bigint|uuid|text),timestamp with time zone,numeric\)', 'a moment has a day only in a time zone'),
  ('^(purchase_agg\(|purchasesummary_accum\(purchasesummary,)(bigint|uuid|text),(timestamp without time zone|date),numeric,text\)', 'would become a timestamptz by the TimeZone of the session'),
  ('^business_(time|seconds|add)\(businesshours,(timestamp with time zone,)?(timestamp without time zone|date)[,)]', 'would become a timestamptz by the TimeZone of the session'),
  ('^local_day\((timestamp without time zone|date),text\)', 'would become a timestamptz by the TimeZone of the session');
CREATE TEMP VIEW refusing AS SELECT oid, routine FROM routine WHERE EXISTS (SELECT FROM refuses WHERE routine ~ pattern);
-- (an exception that nothing needs any more)
SELECT pattern FROM refuses WHERE NOT EXISTS (SELECT FROM refusing WHERE routine ~ pattern) ORDER BY 1;
SELECT pattern FROM not_strict
 WHERE NOT EXISTS (SELECT FROM routine WHERE routine ~ pattern AND NOT proisstrict) ORDER BY 1;

--
-- Aggregates
--

-- work in parallel on a state that can be stored, sent and read again
SELECT object, 'has no combine function' AS complaint FROM aggregate WHERE aggcombinefn = 0
UNION ALL
SELECT object, 'keeps a state of type ' || typname FROM aggregate JOIN pg_type t ON t.oid = aggtranstype
 WHERE typtype = 'p' OR typsend = 0 OR typreceive = 0
UNION ALL
SELECT object, 'has a moving state of another type, start or end' FROM aggregate
 WHERE aggmtransfn <> 0 AND (aggmtranstype <> aggtranstype OR aggminitval IS DISTINCT FROM agginitval OR aggmfinalfn <> aggfinalfn
                             OR aggmtransspace <> aggtransspace)
UNION ALL
SELECT object, 'says that a state that grows stays at ' || aggtransspace || ' bytes' FROM aggregate JOIN pg_type t ON t.oid = aggtranstype
 WHERE typstorage <> 'p' AND aggtransspace < 4096
UNION ALL
SELECT object, 'changes its state at the end, or looks at its arguments there' FROM aggregate
 WHERE aggfinalmodify <> 'r' OR aggmfinalmodify <> 'r' OR aggfinalextra OR aggmfinalextra
UNION ALL
SELECT object, 'is an ordered-set aggregate' FROM aggregate WHERE aggkind <> 'n'
UNION ALL
SELECT object, format('has no rollup(%s)', aggtranstype::regtype) FROM aggregate a
 WHERE NOT EXISTS (SELECT FROM aggregate r WHERE r.proname = 'rollup' AND r.proargtypes::text = a.aggtranstype::text
                      AND r.aggtranstype = a.aggtranstype AND r.aggcombinefn = a.aggcombinefn)
UNION ALL
SELECT object, format('does not merge by combine(%1$s, %1$s)', aggtranstype::regtype) FROM aggregate a
 WHERE aggcombinefn <> 0 AND NOT EXISTS (SELECT FROM routine c WHERE c.oid = a.aggcombinefn AND c.proname = 'combine')
ORDER BY 1, 2;

-- of functions that fit exactly, as above (one that refuses takes any types)
SELECT a.object, p.oid::regprocedure AS part
  FROM aggregate a,
       LATERAL (VALUES (aggtransfn, aggtranstype || proargtypes::oid[]), (aggminvtransfn, aggtranstype || proargtypes::oid[]),
                       (aggcombinefn, ARRAY[aggtranstype, aggtranstype]), (aggfinalfn, ARRAY[aggtranstype])) AS x(fn, types)
  JOIN pg_proc p ON p.oid = fn
 WHERE array_to_string(p.proargtypes, ' ') <> array_to_string(types, ' ') AND aggfnoid NOT IN (SELECT oid FROM refusing) ORDER BY 1, 2;

-- no polymorphic argument: a distributed planner and some drivers cannot resolve it
SELECT object, argument::regtype FROM aggregate, unnest(proargtypes) AS argument
 WHERE argument::regtype::text ~ '^any' ORDER BY 1;

-- no name of a built-in aggregate
SELECT object FROM aggregate
 WHERE proname IN (SELECT proname FROM pg_proc WHERE prokind = 'a' AND pronamespace = 'pg_catalog'::regnamespace)
 ORDER BY 1;

--
-- Types
--

-- text and binary forms both ways; no underscore in the name (composites are models, like bgnbd_model)
SELECT object FROM type
 WHERE typinput = 0 OR typoutput = 0 OR typreceive = 0 OR typsend = 0 OR typtype = 'b' AND typname ~ '_'
 ORDER BY 1;

-- =, <>, <, <=, >, >= among themselves, a default btree class and a default hash class with seeds
SELECT t.object, o AS operator FROM type t, unnest('{=,<>,<,<=,>,>=}'::text[]) AS o
 WHERE typtype = 'b' AND NOT EXISTS (
       SELECT FROM pg_operator WHERE oprname = o AND oprleft = t.oid AND oprright = t.oid AND oprresult = 'bool'::regtype
          AND oprcom <> 0 AND oprnegate <> 0 AND oprrest <> 0 AND oprjoin <> 0 AND (o <> '=' OR oprcanhash AND oprcanmerge))
 ORDER BY 1, 2;
SELECT t.object, am.amname FROM type t, pg_am am
 WHERE typtype = 'b' AND amname IN ('btree', 'hash') AND NOT EXISTS (
       SELECT FROM pg_opclass c WHERE opcmethod = am.oid AND opcintype = t.oid AND opcdefault
          AND (SELECT count(*) FROM pg_amproc WHERE amprocfamily = opcfamily AND amprocnum = CASE amname WHEN 'hash' THEN 2 ELSE 1 END) = 1
          AND (SELECT count(*) FROM pg_amop WHERE amopfamily = opcfamily) = CASE amname WHEN 'hash' THEN 1 ELSE 5 END)
 ORDER BY 1, 2;

--
-- Values to call everything with: expressions, at least two for each type of
-- chs.  Of several arguments of one type the first takes the k-th value, the
-- second the one after it and so on, round and round; so values of one kind
-- stand side by side.
--
CREATE TEMP TABLE sample (type text NOT NULL, value text NOT NULL, id serial);
INSERT INTO sample (type, value) VALUES
  ('ticketsummary', $$(SELECT ticket_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i) FROM generate_series(0, 50) i)$$),
  ('ticketsummary', $$(SELECT ticket_agg('2024-12-31'::date + i, NULL) FROM generate_series(0, 400) i)$$),
  ('ticketsummary', $$'1:AQAAAAA='$$),
  ('surveysummary', $$(SELECT survey_agg(1 + i % 5) FROM generate_series(0, 50) i)$$),
  ('surveysummary', $$(SELECT survey_agg(9) FROM generate_series(0, 50) i)$$),
  ('surveysummary', $$'1:0{}'$$),
  ('surveysummary', $$(SELECT survey_agg(i % 11) FROM generate_series(0, 50) i)$$),
  ('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, NULL, daterange('2025-01-01', '2025-07-01')) FROM generate_series(0, 50) i)$$),
  ('flowsummary', $$(SELECT flow_agg('2024-12-31'::date, '2025-02-01'::date, daterange('2025-01-01', '2025-07-01')))$$),
  ('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i, 'month') FROM generate_series(0, 50) i)$$),
  ('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, NULL, 'month') FROM generate_series(0, 400) i)$$),
  ('flowsummary', $$'1:AQA='$$),
  ('subscriptionsummary', $$(SELECT subscription_agg(i, '2024-12-31'::date + i, NULL, i * 1.000001) FROM generate_series(1, 50) i)$$),
  ('subscriptionsummary', $$(SELECT subscription_agg(i % 400, '2024-12-31'::date + i % 70, '2025-03-20'::date + i % 90, 7) FROM generate_series(0, 999) i)$$),
  ('subscriptionsummary', $$(SELECT subscription_agg(md5(i::text)::uuid, '2024-12-31'::date + i, '2025-01-20'::date + 2 * i) FROM generate_series(0, 50) i)$$),
  ('subscriptionsummary', $$(SELECT subscription_agg('only'::text, '2024-12-31', NULL, 0))$$),
  ('activitysummary', $$(SELECT activity_agg(i % 7, '2024-12-31'::date + i) FROM generate_series(1, 50) i)$$),
  ('activitysummary', $$(SELECT activity_agg(i % 400, '2024-12-31'::date + i % 170) FROM generate_series(0, 1999) i)$$),
  ('activitysummary', $$(SELECT activity_agg(md5((i % 9)::text)::uuid, '2024-12-31'::date + i) FROM generate_series(0, 50) i)$$),
  ('activitysummary', $$(SELECT activity_agg('only'::text, '2025-02-03'::date))$$),
  ('activityentry', $$(SELECT activity_agg(i % 7, '2024-12-31'::date + i) FROM generate_series(1, 50) i)$$),
  ('activityentry', $$(SELECT activity_agg(i, '2025-01-31'::date + i) FROM generate_series(0, 200) i)$$),
  ('purchasesummary', $$(SELECT purchase_agg(i % 7, '2024-12-31'::date + i, i * 0.125 - 1) FROM generate_series(1, 50) i)$$),
  ('purchasesummary', $$(SELECT purchase_agg(i % 400, '2024-12-31'::date + i % 170, i % 50) FROM generate_series(0, 1999) i)$$),
  ('purchasesummary', $$(SELECT purchase_agg(md5('one')::uuid, '2024-12-31'::date + i, 9.99) FROM generate_series(0, 50) i)$$),
  ('purchasesummary', $$(SELECT purchase_agg('only'::text, '2025-02-03'::date, 5))$$),
  ('paymentsummary', $$(SELECT payment_agg('2025-01-01'::date + 3 * i, CASE WHEN i % 3 > 0 THEN '2024-12-20'::date + 4 * i END, 100 + i, '2025-03-31') FROM generate_series(0, 50) i)$$),
  ('paymentsummary', $$(SELECT payment_agg('2025-01-01'::date, '2025-02-01'::date, 7.5, '2025-03-31'))$$),
  ('paymentsummary', $$'1:AQA='$$),
  ('ratiosummary', $$(SELECT renewal_agg('2025-01-01', i < 3, '2025-01-01') FROM generate_series(0, 50) i)$$),
  ('ratiosummary', $$'1:1/2'$$),
  ('ratiosummary', $$'1:0/0'$$),
  ('changesummary', $$(SELECT change_agg('s' || i, i, i % 7, 50 - i, i % 5) FROM generate_series(1, 50) i)$$),
  ('changesummary', $$(SELECT change_agg(NULL, 5, 7, 6, 9))$$),
  ('changesummary', $$(SELECT change_agg('t' || i, i, i % 7, 50 - i, i % 5) FROM generate_series(1, 50) i)$$),
  ('effectsummary', $$(SELECT effect_agg(i % 3 = 0, i % 5 = 0, (i % 4)::text) FROM generate_series(1, 50) i)$$),
  ('effectsummary', $$(SELECT effect_agg(i % 2 = 0, i % 5 = 0, (i % 2)::text) FROM generate_series(1, 50) i)$$),
  ('effectsummary', $$'1:AQAAAAA='$$),
  ('survivalsummary', $$(SELECT survival_agg(i % 7, i % 9, i % 3) FROM generate_series(1, 50) i WHERE i % 7 < i % 9)$$),
  ('survivalsummary', $$(SELECT survival_agg(5 * i, i % 4 > 0) FROM generate_series(1, 50) i)$$),
  ('survivalsummary', $$'1:AQA='$$),
  ('survivalsummary', $$(SELECT survival_agg(5 * i, i % 4 > 0, i * 1.000001) FROM generate_series(1, 50) i)$$),
  ('survivalsummary[]', $$(SELECT array_agg(s) FROM (SELECT survival_agg(i, i % 4 > 0) AS s FROM generate_series(1, 50) i GROUP BY i % 3) x)$$),
  ('cox_model', $$(SELECT cox_fit(i, i % 4 > 0, ARRAY[i % 7]) FROM generate_series(1, 50) i)$$),
  ('cox_model', $$(SELECT cox_fit(i, i % 3 > 0, ARRAY[i % 5]) FROM generate_series(1, 50) i)$$),
  ('healthmodel', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'$$),
  ('healthmodel', $$'{"signals": [{"name": "usage", "curve": [[0, 0], [5, 80], [9, 100]]}], "title": "curve"}'$$),
  ('healthmodel', $$'{"signals": [{"name": "usage", "curve": [[0, 0], [5, 80], [9, 100]], "weight": 3}, {"name": "nps", "worst": 0, "best": 10}], "title": "two"}'$$),
  ('businesshours', $$'{"timezone": "UTC", "week": {"wed": [["09:00", "17:00"]]}}'$$),
  ('businesshours', $$'{"timezone": "Europe/Warsaw", "week": {"wed": [["09:00", "12:00"], ["13:00", "17:00"]], "sun": [["00:00", "24:00"]]}, "holidays": ["2025-12-25", {"day": "2025-12-24", "hours": [["09:00", "13:00"]]}], "versions": [{"from": "2025-03-01", "week": {"sun": [["10:00", "20:00"]]}}]}'$$),
  ('businesshours', $$'{"timezone": "Asia/Kolkata", "week": {"wed": [["09:00", "17:00"]]}}'$$),
  ('samplesummary', $$(SELECT rollup(logistic_fit_accum(NULL, i % 3 = 0, ARRAY[i % 7])) FROM generate_series(1, 50) i)$$),
  ('samplesummary', $$(SELECT rollup(logistic_fit_accum(NULL, i % 3 = 0, ARRAY[nullif(i % 11, 0)])) FROM generate_series(1, 20) i)$$),
  ('samplesummary', $$(SELECT rollup(logistic_fit_accum(NULL, i % 3 = 0, ARRAY[i % 7, i % 5], 1, i)) FROM generate_series(1, 50) i)$$),
  ('logistic_model', $$(SELECT logistic_fit(i % 3 = 0, ARRAY[i % 7]) FROM generate_series(1, 50) i)$$),
  ('logistic_model', $$(SELECT logistic_fit(i % 3 = 0, ARRAY[i % 7, i % 5], 'firth') FROM generate_series(1, 50) i)$$),
  ('logistic_model', $$(SELECT logistic_fit(i > 20, ARRAY[i]) FROM generate_series(1, 50) i)$$),
  ('bgnbd_model', $$ROW('bg', 7, 0.25, 4.5, 0.8, 2.5, NULL, '{{0.1,0,0,0},{0,0.1,0,0},{0,0,0.1,0},{0,0,0,0.1}}', -5, 9, 3, 'converged')$$),
  ('bgnbd_model', $$ROW('mbg', 1, 1.5, 30, 1, 9, NULL, NULL, NULL, NULL, NULL, NULL)$$),
  ('gamma_gamma_model', $$ROW(6.25, 3.74, 15.44, NULL, 0.1, -5, 9, 'converged')$$), ('gamma_gamma_model', $$ROW(2, 0.9, 7, NULL, NULL, NULL, NULL, 'mean not finite')$$),
  ('sbg_model', $$ROW(0.668, 3.806, NULL, NULL, -5, 9, 'converged')$$), ('sbg_model', $$ROW(2, 9, NULL, NULL, NULL, NULL, NULL)$$),
  ('validationsummary', $$(SELECT validation_agg(i % 17, i % 5 = 0) FROM generate_series(0, 100) i)$$),
  ('validationsummary', $$(SELECT validation_agg(i / 100.0, i % 7 = 0) FROM generate_series(0, 100) i)$$),
  ('validationsummary', $$'1:AQAAAAA='$$),
  ('warningsummary', $$(SELECT warning_agg(i % 7, '2024-12-01'::date + i, i % 11, CASE i % 7 WHEN 3 THEN '2025-03-01'::date END) FROM generate_series(1, 90) i)$$),
  ('warningsummary', $$(SELECT warning_agg(100 + i % 400, '2024-12-01'::date + i, i % 11, NULL) FROM generate_series(1, 900) i)$$),
  ('warningsummary', $$(SELECT warning_agg('only'::text, '2024-12-01', 5, '2025-01-01'))$$),
  ('forecastsummary', $$(SELECT forecast_agg(0.5 + i / 50.0, i * 100.5) FROM generate_series(1, 20) i)$$),
  ('forecastsummary', $$(SELECT forecast_agg(1, 5))$$),
  ('forecastsummary', $$'1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA'$$),
  ('profilesummary', $$(SELECT health_profile('{"signals": [{"name": "usage", "worst": 0, "best": 10}]}', jsonb_build_object('usage', i)) FROM generate_series(-3, 50) i)$$),
  ('profilesummary', $$(SELECT health_profile('{"signals": [{"name": "usage", "worst": 0, "best": 10}]}', jsonb_build_object('usage', i % 9)) FROM generate_series(1, 50) i)$$),
  ('profilesummary', $$(SELECT health_profile('{"signals": [{"name": "usage", "worst": 0, "best": 10}, {"name": "nps", "worst": 0, "best": 10}]}', '{"usage": 5}'::jsonb))$$),
  ('auc_difference_result', '(SELECT auc_difference(i % 7, i % 5, i % 3 = 0) FROM generate_series(1, 50) i)'), ('auc_difference_result', 'ROW(0.1, NULL, NULL, NULL)'),
  ('samplesummary', '(SELECT rollup(auc_difference_accum(NULL, i % 7, i % 5, i % 3 = 0)) FROM generate_series(1, 50) i)'),
  ('forecast_interval', $$ROW(5, 4, 6)$$), ('forecast_interval', $$ROW(5, NULL, NULL)$$),
  ('boolean', 'true'), ('boolean', 'false'),
  ('smallint', '5'), ('smallint', '9'),
  ('integer', '5'), ('integer', '4'), ('integer', '5'), ('integer', '7'),
  ('bigint', '5'), ('bigint', '4'), ('bigint', '9'),
  ('numeric', '5'), ('numeric', '4'), ('numeric', '10'),
  ('real', '5'), ('real', '4'),
  ('double precision', '5'), ('double precision', '4'), ('double precision', '9'), ('double precision', '95'),
  ('bigint[]', $$'{1,7,30}'$$), ('numeric[]', $$'{5,4,10}'$$),
  ('double precision[]', $$'{5}'$$), ('double precision[]', $$'{50}'$$), ('double precision[]', $$'{5, 40}'$$),
  ('text', $$'month'$$), ('text[]', $$'{usage}'$$),
  ('uuid', $$'00000000-0000-0000-0000-000000000001'$$), ('uuid', $$'00000000-0000-0000-0000-000000000002'$$),
  ('date', $$'2025-01-01'$$), ('date', $$'2025-03-01'$$), ('date', $$'2025-06-30'$$), ('date', $$'2025-12-31'$$),
  ('date[]', $$'{2025-01-01,2025-04-01,2025-07-01}'$$),
  ('daterange', $$'[2025-01-01,2025-07-01)'$$),
  ('timestamp without time zone', $$'2025-01-01 10:00'$$), ('timestamp without time zone', $$'2025-03-30 16:00'$$),
  ('timestamp with time zone', $$'2025-01-01 10:00+00'$$), ('timestamp with time zone', $$'2025-03-30 16:00+00'$$),
  ('tstzmultirange', $$'{[2025-01-01 10:00+00,2025-03-30 16:00+00)}'$$), ('tstzmultirange', $$'{}'$$),
  ('interval', $$'1 month'$$), ('interval', $$'3 months'$$),
  ('jsonb', $$'{"usage": 5}'$$), ('jsonb', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'$$), ('jsonb', $$'{"usage": 3}'$$),
  ('record', '(SELECT x FROM (SELECT 5::float8 AS usage) AS x)');
-- (they may use the number g of the row, 1 to 5)
CREATE TEMP TABLE arguments (routine regprocedure NOT NULL, args text[] NOT NULL, id serial);
INSERT INTO arguments
  SELECT format('sla_%s(timestamptz,timestamptz,interval,timestamptz,businesshours)', name)::regprocedure, ARRAY[$$'2025-03-05 10:00+00'::timestamptz$$, responded, target, $$'2025-03-31 00:00+00'::timestamptz$$, value || '::businesshours']
    FROM unnest('{rate,agg}'::text[]) AS x(name), (SELECT value FROM sample WHERE type = 'businesshours' ORDER BY id LIMIT 1) AS s,
         (VALUES ($$'2025-03-05 12:00+00'::timestamptz$$, $$'4 hours'::interval$$), ($$'2025-03-05 12:00+00'::timestamptz$$, $$'1 hour'::interval$$), ($$NULL::timestamptz$$, $$'20 hours'::interval$$)) AS y(responded, target);
INSERT INTO arguments
  SELECT format('sla_%s(timestamptz,timestamptz,interval,timestamptz)', name)::regprocedure, ARRAY[$$'2025-03-03 10:00+00'::timestamptz$$, responded, target, $$'2025-03-31 00:00+00'::timestamptz$$]
    FROM unnest('{rate,agg}'::text[]) AS x(name),
         (VALUES ($$'2025-03-03 12:00+00'::timestamptz$$, $$'4 hours'::interval$$), ($$'2025-03-03 12:00+00'::timestamptz$$, $$'1 hour'::interval$$), ($$NULL::timestamptz$$, $$'24 hours'::interval$$)) AS y(responded, target);
INSERT INTO arguments VALUES
  ('local_day(timestamptz,text)', ARRAY[$$'2025-01-01 23:30+00'::timestamptz$$, $$'Europe/Berlin'::text$$]),
  ('businesshours(jsonb)', ARRAY[$$'{"timezone": "UTC", "week": {"wed": [["09:00", "17:00"]]}, "holidays": ["2025-01-01"]}'::jsonb$$]),
  ('business_add(businesshours,timestamptz,interval)', ARRAY[$$'{"timezone": "Europe/Warsaw", "week": {"wed": [["09:00", "17:00"]]}}'::businesshours$$, $$'2025-03-30 16:00+00'::timestamptz$$, $$'12 hours'::interval$$]),
  ('rate_difference(numeric,numeric,numeric,numeric,double precision)', ARRAY['5', '9', '4', '10', '95']),
  ('change_agg(text,double precision,double precision,double precision,double precision)', ARRAY[$$'a' || g$$, '5::float8', '40::float8', '6::float8', 'NULL::float8']),
  ('change_agg(text,double precision,double precision,double precision,double precision)', ARRAY[$$'b' || g$$, '7::float8', '30::float8', '6::float8', '35::float8']),
  ('rollup(changesummary)', ARRAY[$$(SELECT change_agg('a' || g || ' ' || i, i, i % 7, 50 - i, i % 5) FROM generate_series(1, 50) i)$$]),
  ('rollup(changesummary)', ARRAY[$$(SELECT change_agg('b' || g || ' ' || i, i, i % 7, 50 - i, i % 5) FROM generate_series(1, 50) i)$$]),
  ('cox_fit_final(samplesummary)', ARRAY[$$(SELECT rollup(cox_fit_accum(NULL, i, i % 3 > 0, ARRAY[i % 7])) FROM generate_series(1, 50) i)$$]),
  ('cox_fit(bigint,bigint,boolean,double precision[])', ARRAY['5::bigint', '9::bigint', 'true', $$'{5}'::float8[]$$]),
  ('cox_fit(bigint,bigint,boolean,double precision[])', ARRAY['4::bigint', '7::bigint', 'true', $$'{50}'::float8[]$$]),
  ('survey_summary(bigint[])', ARRAY[$$'{15,0,0,0,0,0,0,25,0,60,0}'::bigint[]$$]),
  ('health_alert(healthmodel,double precision,date)', ARRAY[$$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel$$, '100 - 20 * g', $$'2025-01-01'::date + g$$]),
  ('on_time_rate(paymentsummary,text)', ARRAY[$$(SELECT payment_agg('2025-01-01'::date + i, '2025-01-20'::date, i, '2025-03-31') FROM generate_series(0, 50) i)$$, $$'amount'::text$$]),
  ('average_payment_delay(paymentsummary,text)', ARRAY[$$(SELECT payment_agg('2025-01-01'::date + i, '2025-01-20'::date, i, '2025-03-31') FROM generate_series(0, 50) i)$$, $$'amount'::text$$]),
  ('payment_agg(date,date,numeric,date)', ARRAY[$$'2025-01-01'::date$$, $$'2025-03-01'::date$$, '10.5::numeric', $$'2025-06-30'::date$$]),
  ('payment_agg(date,date,numeric,date)', ARRAY[$$'2025-01-01'::date$$, $$NULL::date$$, '4::numeric', $$'2025-06-30'::date$$]),
  ('payment_agg(date,date,numeric,date)', ARRAY[$$'2025-07-01'::date$$, $$'2025-06-01'::date$$, '-4::numeric', $$'2025-06-30'::date$$]),
  ('on_time_agg(date,date,date)', ARRAY[$$'2025-01-01'::date$$, $$'2025-03-01'::date$$, $$'2025-06-30'::date$$]),
  ('on_time_agg(date,date,date)', ARRAY[$$'2025-02-01'::date$$, $$'2025-02-01'::date$$, $$'2025-06-30'::date$$]),
  ('on_time_agg(date,date,date)', ARRAY[$$'2025-02-01'::date$$, $$NULL::date$$, $$'2025-06-30'::date$$]),
  ('health_sql(healthmodel,text,text)', ARRAY[$$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel$$, $$'ansi'$$, $$'current_date'$$]);
INSERT INTO arguments VALUES
  ('bgnbd_fit(float8,float8,float8,bigint)', ARRAY['5::float8', '4::float8', '9::float8', '7::bigint']), ('bgnbd_fit(float8,float8,float8,bigint)', ARRAY['0::float8', '0::float8', '9::float8', '7::bigint']),
  ('bgnbd_fit(float8,float8,float8,bigint,text)', ARRAY['5::float8', '4::float8', '9::float8', '7::bigint', $$'mbg'::text$$]), ('bgnbd_fit(float8,float8,float8,bigint,text)', ARRAY['0::float8', '0::float8', '9::float8', '7::bigint', $$'mbg'::text$$]),
  ('bgnbd_fit_accum(samplesummary,float8,float8,float8,bigint,text)', ARRAY['NULL::samplesummary', '5::float8', '4::float8', '9::float8', '7::bigint', $$'bg'::text$$]),
  ('bgnbd_fit_final(samplesummary)', ARRAY['bgnbd_fit_accum(NULL, 5, 4, 9)']),
  ('gamma_gamma_fit_final(samplesummary)', ARRAY['gamma_gamma_fit_accum(NULL, 5, 4)']),
  ('sbg_fit_final(samplesummary)', ARRAY['sbg_fit_accum(NULL, 5, true)']);
INSERT INTO arguments
  SELECT 'bgnbd_fit(purchasesummary,date,bigint,text)'::regprocedure, ARRAY[value || '::purchasesummary', $$'2025-03-31'::date$$, '7::bigint', variant]
    FROM sample, (VALUES ($$'bg'::text$$), ($$'mbg'::text$$)) AS v(variant) WHERE type = 'purchasesummary' ORDER BY variant, id;
INSERT INTO arguments
  SELECT format('survival_agg(bigint,bigint,%s%s)', type, CASE WHEN weight THEN ',numeric' END)::regprocedure, ARRAY[entry || '::bigint', duration || '::bigint', CASE type WHEN 'bigint' THEN '1::bigint' ELSE 'true' END] || CASE WHEN weight THEN ARRAY['5::numeric'] END
    FROM unnest('{boolean,bigint}'::text[]) AS t(type), (VALUES (false), (true)) AS w(weight), (VALUES (5, 9), (4, 7)) AS x(entry, duration);
INSERT INTO arguments
  SELECT format('%s(subscriptionsummary,date,text)', name)::regprocedure, ARRAY[value || '::subscriptionsummary', $$'2025-06-30'::date$$, churn]
    FROM unnest('{lifetimes,subscription_lives}'::text[]) AS n(name), (SELECT value, id FROM sample WHERE type = 'subscriptionsummary') AS s(value, id), (VALUES ($$'last'::text$$), ($$'first'::text$$)) AS c(churn)
   ORDER BY churn, id;
INSERT INTO arguments
  SELECT routine::regprocedure, args || (ARRAY['90::float8', '0.1::float8'])[:pronargs - 2]
    FROM (VALUES (ARRAY['0.9::float8', '50::numeric']), (ARRAY['0.25::float8', '0.5::numeric']), (ARRAY['1::float8', '7::numeric'])) AS v(args),
         (SELECT oid AS routine, pronargs FROM pg_proc WHERE oid = ANY ('{"forecast_agg(float8,numeric)","renewal_forecast(float8,numeric)","renewal_forecast(float8,numeric,float8)","renewal_forecast(float8,numeric,float8,float8)"}'::regprocedure[])) AS x;
INSERT INTO arguments
  SELECT format('health_profile(healthmodel,%s%s)', type, CASE WHEN as_of THEN ',date' END)::regprocedure, ARRAY[$$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel$$, value] || CASE WHEN as_of THEN ARRAY[$$'2025-03-01'::date$$] END
    FROM (VALUES ('record', '(SELECT x FROM (SELECT 5::float8 AS usage) AS x)'), ('record', '(SELECT x FROM (SELECT NULL::float8 AS usage) AS x)'), ('jsonb', $$'{"usage": 5}'::jsonb$$), ('jsonb', $$'{}'::jsonb$$)) AS t(type, value), (VALUES (true), (false)) AS a(as_of);
INSERT INTO arguments VALUES
  ('renewal_forecast(forecastsummary,float8,float8)', ARRAY['(SELECT forecast_agg(0.5 + i / 50.0, i * 100.5) FROM generate_series(1, 20) i)', '90::float8', '0.1::float8']),
  ('probability_at_least(forecastsummary,numeric,float8)', ARRAY['(SELECT forecast_agg(0.5 + i / 50.0, i * 100.5) FROM generate_series(1, 20) i)', '9000::numeric', '0.1::float8']),
  ('warning_agg(text,date,float8,date)', ARRAY[$$'one'::text$$, $$'2025-01-01'::date$$, '5::float8', $$'2025-03-01'::date$$]), ('warning_agg(text,date,float8,date)', ARRAY[$$'two'::text$$, $$'2025-02-01'::date$$, '4::float8', $$NULL::date$$]),
  ('brier_score(float8,boolean)', ARRAY['0.75::float8', 'true']), ('brier_score(float8,boolean)', ARRAY['0.25::float8', 'false']), ('brier_score(float8,boolean)', ARRAY['1::float8', 'true']);
INSERT INTO arguments
  SELECT routine::regprocedure, ARRAY[value, bucket, $$'2025-01-01'::date$$, $$'2025-06-30'::date$$, $$'2025-03-31'::date$$, definition, days]
    FROM (VALUES ('mrr_movements(subscriptionsummary,text,date,date,date,text,bigint)', $$'month'::text$$),
                 ('mrr_movements(subscriptionsummary,date[],date,date,date,text,bigint)', $$'{2025-01-01,2025-02-15,2025-07-01}'::date[]$$)) AS x(routine, bucket),
         (SELECT value || '::subscriptionsummary', id FROM sample WHERE type = 'subscriptionsummary') AS s(value, id),
         (VALUES ($$'boundary'::text$$, 'NULL::bigint'), ($$'event'::text$$, '30::bigint')) AS y(definition, days)
   ORDER BY definition, id;
INSERT INTO arguments
  SELECT routine::regprocedure, ARRAY[value] || middle || ARRAY[$$'2025-01-01'::date$$, $$'2025-06-30'::date$$, $$'2025-03-31'::date$$, mode]
    FROM (VALUES ('cohort_retention(activitysummary,text,date,date,date,text)', ARRAY[$$'month'::text$$]),
                 ('cohort_retention(activitysummary,date[],date,date,date,text)', ARRAY[$$'{2025-01-01,2025-02-15,2025-07-01}'::date[]$$]),
                 ('day_retention(activitysummary,bigint[],date,date,date,text)', ARRAY[$$'{0,1,30}'::bigint[]$$]),
                 ('day_retention(activityentry,activitysummary,bigint[],date,date,date,text)', ARRAY[$$(SELECT activity_agg(i % 9, '2025-02-01'::date + i) FROM generate_series(1, 50) i)$$, $$'{0,1,30}'::bigint[]$$]),
                 ('cohort_retention(activityentry,activitysummary,text,date,date,date,text)', ARRAY[$$(SELECT activity_agg(i % 9, '2025-02-01'::date + i) FROM generate_series(1, 50) i)$$, $$'month'::text$$]),
                 ('cohort_retention(activityentry,activitysummary,date[],date,date,date,text)', ARRAY[$$(SELECT activity_agg(i % 9, '2025-02-01'::date + i) FROM generate_series(1, 50) i)$$, $$'{2025-01-01,2025-02-15,2025-07-01}'::date[]$$])) AS x(routine, middle),
         LATERAL (SELECT value || '::' || type, id FROM sample WHERE type = CASE WHEN routine ~ 'entry' THEN 'activityentry' ELSE 'activitysummary' END) AS s(value, id),
         (VALUES ($$'on'::text$$), ($$'on_or_after'::text$$)) AS y(mode)
   ORDER BY mode, id;
INSERT INTO arguments
  SELECT format('day_retention(%sactivitysummary,bigint[],date,date,date,text,%s)', CASE WHEN entry THEN 'activityentry,' END, type)::regprocedure,
         CASE WHEN entry THEN ARRAY[$$(SELECT activity_agg(i % 9, '2025-02-01'::date + i) FROM generate_series(1, 50) i)$$] END ||
         ARRAY[value, $$'{0,1,30}'::bigint[]$$, $$'2025-01-01'::date$$, $$'2025-06-30'::date$$, $$'2025-03-31'::date$$, mode, bucket]
    FROM (SELECT value || '::activitysummary', id FROM sample WHERE type = 'activitysummary') AS s(value, id), (VALUES ($$'within'::text$$), ($$'between'::text$$)) AS m(mode), (VALUES (false), (true)) AS e(entry),
         (VALUES ('text', $$'month'::text$$), ('date[]', $$'{2025-01-01,2025-02-15,2025-07-01}'::date[]$$)) AS b(type, bucket)
   ORDER BY mode, id;
INSERT INTO arguments
  SELECT format('activity_agg(%s,timestamptz,text)', type)::regprocedure, ARRAY[key, at, zone]
    FROM (VALUES ('bigint', '7::bigint'), ('uuid', $$'00000000-0000-0000-0000-000000000001'::uuid$$), ('text', $$'seven'::text$$)) AS x(type, key),
         (VALUES ($$'2025-01-01 10:00+00'::timestamptz$$, $$'Europe/Berlin'::text$$), ($$'2025-03-30 16:00+00'::timestamptz$$, $$'Asia/Tokyo'::text$$)) AS y(at, zone);
INSERT INTO arguments
  SELECT format('purchase_agg(%s,timestamptz,numeric,text)', type)::regprocedure, ARRAY[key, at, '5::numeric', zone]
    FROM (VALUES ('bigint', '7::bigint'), ('uuid', $$'00000000-0000-0000-0000-000000000001'::uuid$$), ('text', $$'seven'::text$$)) AS x(type, key),
         (VALUES ($$'2025-01-01 10:00+00'::timestamptz$$, $$'Europe/Berlin'::text$$), ($$'2025-03-30 16:00+00'::timestamptz$$, $$'Asia/Tokyo'::text$$)) AS y(at, zone);
INSERT INTO arguments
  SELECT 'repeat_purchase_rate(purchasesummary,text,daterange,date)'::regprocedure, ARRAY[value || '::purchasesummary', by, $$'[2025-01-01,2025-07-01)'::daterange$$, $$'2025-03-31'::date$$]
    FROM sample, (VALUES ($$'orders'::text$$), ($$'days'::text$$)) AS y(by) WHERE type = 'purchasesummary' ORDER BY by, id;
INSERT INTO arguments
  SELECT 'rfm(purchasesummary,date,bigint)'::regprocedure, ARRAY[value || '::purchasesummary', $$'2025-03-31'::date$$, '7::bigint']
    FROM sample WHERE type = 'purchasesummary' AND value ~ 'on(e|ly)' ORDER BY id;
INSERT INTO arguments
  SELECT format('%s(date,date,daterange,date)', name)::regprocedure, ARRAY[started, ended, $$'[2025-01-01,2025-07-01)'::daterange$$, $$'2025-03-31'::date$$]
    FROM unnest('{flow_agg,retention_rate,churn_rate}'::text[]) AS x(name),
         (VALUES ($$'2024-12-01'::date$$, $$'2025-03-01'::date$$), ($$'2025-02-01'::date$$, $$'2025-04-01'::date$$), ($$'2024-12-01'::date$$, $$NULL::date$$)) AS y(started, ended);
INSERT INTO arguments
  SELECT format('health_normalize%s', form)::regprocedure, ARRAY[$$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel$$, '(SELECT x FROM (SELECT 5::float8 AS usage) AS x)'] || day
    FROM (VALUES ('(healthmodel,record)', '{}'::text[]), ('(healthmodel,record,date)', ARRAY[$$'2025-03-31'::date$$])) AS x(form, day);
INSERT INTO arguments
  SELECT 'health_normalize_final(samplesummary)'::regprocedure, ARRAY[$$health_normalize_accum(NULL, '{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, (SELECT x FROM (SELECT 5::float8 AS usage) AS x))$$];
INSERT INTO arguments
  SELECT 'health_fit_final(samplesummary)'::regprocedure, ARRAY[$$(SELECT rollup(health_fit_accum(NULL, '{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, i % 4 = 0, ARRAY[i % 11]::float8[])) FROM generate_series(1, 60) i)$$];
INSERT INTO arguments
  SELECT 'logistic_fit(boolean,float8[],text)'::regprocedure, ARRAY[outcome, features, $$'firth'::text$$]
    FROM (VALUES ('true', $$'{1}'::float8[]$$), ('false', $$'{2}'::float8[]$$), ('false', $$'{3}'::float8[]$$), ('true', $$'{NULL}'::float8[]$$)) AS x(outcome, features);
INSERT INTO arguments
  SELECT format('logistic_fit(boolean,float8[]%s)', more)::regprocedure, ARRAY[outcome, features] || args
    FROM (VALUES ('true', $$'{1}'::float8[]$$), ('false', $$'{2}'::float8[]$$), ('false', $$'{3}'::float8[]$$), ('true', $$'{NULL}'::float8[]$$)) AS x(outcome, features),
         (VALUES ('', '{}'::text[]), (',float8', '{2::float8}'), (',float8,float8', '{2::float8,3::float8}')) AS y(more, args);

-- the k-th value of a type; for a C string, what the type of the result prints
CREATE FUNCTION pg_temp.sample(wanted regtype, k bigint, result regtype) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  CASE wanted::text
    WHEN 'internal' THEN RETURN 'NULL::internal';
    WHEN '"any"' THEN RETURN pg_temp.sample('double precision', k, result);
    WHEN 'cstring' THEN
      RETURN (SELECT format('%s(%s)', typoutput::oid::regproc, pg_temp.sample(result, k, result)) FROM pg_type WHERE oid = result);
    ELSE
      RETURN (SELECT value || CASE type WHEN 'record' THEN '' ELSE '::' || type END
                FROM sample WHERE type = wanted::text ORDER BY id
              OFFSET k % (SELECT greatest(count(*), 1) FROM sample WHERE type = wanted::text) LIMIT 1);
  END CASE;
END $$;

-- the k-th list of arguments for a routine
CREATE FUNCTION pg_temp.args(called oid, k bigint) RETURNS text[] LANGUAGE sql AS $$
  SELECT coalesce(
    (SELECT args FROM arguments WHERE routine = called ORDER BY id
     OFFSET k % (SELECT greatest(count(*), 1) FROM arguments WHERE routine = called) LIMIT 1),
    (SELECT array_agg(pg_temp.sample(type, k + before, prorettype::regtype) ORDER BY position)
       FROM (SELECT type::regtype, position, prorettype, row_number() OVER (PARTITION BY type ORDER BY position) - 1 AS before
               FROM pg_proc, unnest(proargtypes) WITH ORDINALITY AS a(type, position) WHERE oid = called) AS a)) $$;

-- types without samples: add them to the table above
SELECT type.object, count(sample) AS samples FROM type LEFT JOIN sample ON sample.type = type.oid::regtype::text
 GROUP BY type.object HAVING count(sample) < 2 ORDER BY 1;
SELECT DISTINCT argument::regtype AS type_without_samples FROM routine, unnest(proargtypes) AS argument
 WHERE argument::regtype::text NOT IN (SELECT type FROM sample) AND argument::regtype::text NOT IN ('internal', '"any"', 'cstring')
 ORDER BY 1;

-- the values of the types of chs, stored
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT typname, oid::regtype AS type FROM type WHERE oid::regtype::text IN (SELECT sample.type FROM sample) LOOP
    EXECUTE format('CREATE TEMP TABLE %I (id int, v %s)', 'kept_' || t.typname, t.type);
    EXECUTE format('CREATE TEMP TABLE %I (id int, v %s)', 'copy_' || t.typname, t.type);
    EXECUTE (SELECT format('INSERT INTO %I ', 'kept_' || t.typname) || string_agg(format('SELECT %s, %s::%s', id, value, type), ' UNION ALL ')
               FROM sample WHERE type = t.type::text);
    PERFORM pg_temp.copy_binary(format('%I', 'kept_' || t.typname)::regclass, format('%I', 'copy_' || t.typname)::regclass);
  END LOOP;
END $$;
CREATE FUNCTION pg_temp.of_types(query text) RETURNS TABLE (type regtype, answer text) LANGUAGE plpgsql AS $$
BEGIN
  FOR type, answer IN SELECT t.oid::regtype, pg_temp.answer(format(query, t.oid::regtype, format('%I', 'kept_' || typname), format('%I', 'copy_' || typname)))
                        FROM pg_temp.type t WHERE t.oid::regtype::text IN (SELECT s.type FROM sample s) LOOP
    RETURN NEXT;
  END LOOP;
END $$;

-- every type comes back from its text and from its binary form
SELECT * FROM pg_temp.of_types($$SELECT count(*) || ' changed' FROM %2$s WHERE record_send(ROW(v)) IS DISTINCT FROM record_send(ROW(v::text::%1$s))$$)
 WHERE answer <> '0 changed';
SELECT * FROM pg_temp.of_types($$SELECT count(*) || ' changed' FROM %2$s a FULL JOIN %3$s b USING (id)
  WHERE record_send(ROW(a.v)) IS DISTINCT FROM record_send(ROW(b.v)) OR a.v::text IS DISTINCT FROM b.v::text OR a.v IS DISTINCT FROM b.v$$)
 WHERE answer <> '0 changed';

-- and compares with itself and others by its bytes, sorted and hashed
SELECT * FROM pg_temp.of_types($$SELECT count(*) || ' wrong' FROM %2$s a, %3$s b
  WHERE (a.v = b.v) IS DISTINCT FROM (record_send(ROW(a.v)) = record_send(ROW(b.v))) OR (a.v <> b.v) IS NOT DISTINCT FROM (a.v = b.v)
     OR (a.v < b.v)::int + (a.v > b.v)::int + (a.v = b.v)::int <> 1 OR (a.v <= b.v) <> (b.v >= a.v)$$)
 WHERE answer <> '0 wrong';
SET enable_sort = off;
SELECT * FROM pg_temp.of_types($$SELECT (count(*) - (SELECT count(DISTINCT record_send(ROW(v))) FROM %2$s)) || ' too many'
  FROM (SELECT v FROM (TABLE %2$s UNION ALL TABLE %3$s) x GROUP BY v) y$$) WHERE answer <> '0 too many';
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM pg_temp.of_types($$SELECT (count(*) - (SELECT count(DISTINCT record_send(ROW(v))) FROM %2$s)) || ' too many'
  FROM (SELECT v FROM (TABLE %2$s UNION ALL TABLE %3$s) x GROUP BY v) y$$) WHERE answer <> '0 too many';
RESET enable_hashagg;

--
-- Every routine is called: with values, with NULL in each argument, with NULL
-- only.  Errors of class 22 are answers; others, and crashes, are not.
--
CREATE FUNCTION pg_temp.query(called oid, args text[]) RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT %s(%s)%s FROM (SELECT %s FROM generate_series(1, %s) AS g OFFSET 0) AS i',
                name, (SELECT string_agg('a' || i, ', ' ORDER BY i) FROM generate_subscripts(args, 1) AS i),
                CASE prokind WHEN 'w' THEN ' OVER (ORDER BY g)' ELSE '' END,
                (SELECT string_agg(args[i] || ' AS a' || i || ', ', '' ORDER BY i) FROM generate_subscripts(args, 1) AS i) || 'g',
                CASE prokind WHEN 'f' THEN 1 ELSE 5 END)
    FROM pg_temp.routine WHERE oid = called $$;
CREATE TEMP TABLE call AS
  SELECT r.oid, r.routine, k, nulls, pg_temp.query(r.oid, given) AS query
    FROM routine r, generate_series(0, 3) AS k, generate_series(-1, pronargs) AS nulls,
         LATERAL (SELECT array_agg(CASE WHEN nulls IN (0, i) THEN 'NULL::' || CASE type WHEN '"any"' THEN 'float8' ELSE type END ELSE value END ORDER BY i) AS given
                    FROM (SELECT i, value, type::regtype::text FROM unnest(pg_temp.args(r.oid, k), proargtypes::oid[]) WITH ORDINALITY AS x(value, type, i)) AS x) AS y
   WHERE pronargs > 0 AND NOT 'internal'::regtype = ANY (proargtypes::oid[]);
-- (nobody can call one with an internal argument; only receive functions and those that the planner asks have one)
SELECT routine FROM routine
 WHERE 'internal'::regtype = ANY (proargtypes::oid[]) AND oid NOT IN (SELECT typreceive FROM type UNION SELECT prosupport FROM routine) ORDER BY 1;
-- aggregates also over moving frames
INSERT INTO call
  SELECT oid, routine, k, nulls, regexp_replace(query, '\) FROM \(SELECT', ') OVER (ORDER BY g ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM (SELECT')
    FROM call WHERE oid IN (SELECT aggfnoid FROM aggregate);
ALTER TABLE call ADD outcome text;
UPDATE call SET outcome = pg_temp.outcome(query);
SELECT routine, query, outcome FROM call WHERE pg_temp.is_error(outcome) AND outcome !~ '^22' ORDER BY 1, 2;

-- (other tests want the calls and their answers: psql -v calls_only=1)
\if :{?calls_only}
CREATE TABLE kept_call AS SELECT routine, query, outcome FROM call;
\quit
\endif

-- those that refuse never answer
SELECT routine, query, outcome FROM call WHERE oid IN (SELECT oid FROM refusing) AND nulls = -1 AND outcome !~ '^22' ORDER BY 1, 2;

-- Aggregates that no five rows suit, with an answer of their own in a test (and why).
CREATE TEMP TABLE needs_many (pattern text PRIMARY KEY, why text NOT NULL);
INSERT INTO needs_many VALUES ('^health_fit\(', 'needs ten customers of each kind: health_fit');
CREATE TEMP VIEW demanding AS SELECT oid, routine FROM routine WHERE EXISTS (SELECT FROM needs_many WHERE routine ~ pattern);
SELECT pattern FROM needs_many WHERE NOT EXISTS (SELECT FROM demanding WHERE routine ~ pattern) ORDER BY 1;

-- routines that no values suited: add samples, or a line in the table arguments
-- (transitions have a check of their own, below)
SELECT r.routine, min(outcome) AS error FROM routine r LEFT JOIN call ON call.oid = r.oid AND nulls = -1
 WHERE pronargs > 0 AND r.oid NOT IN (SELECT oid FROM refusing UNION SELECT oid FROM demanding UNION SELECT oid FROM part WHERE of = 'transitions' UNION SELECT typreceive FROM type UNION SELECT prosupport FROM routine)
 GROUP BY r.routine HAVING coalesce(bool_and(pg_temp.is_error(outcome)), true) ORDER BY 1;

-- (so many that the checks above are not empty)
SELECT count(DISTINCT oid) > 150 AS routines, count(*) FILTER (WHERE NOT pg_temp.is_error(outcome)) > 1500 AS answers FROM call;

-- aggregates answer NULL for no rows, and for rows of NULL only
SELECT routine, query, answer
  FROM (SELECT routine, query || ' WHERE g < 0' FROM call WHERE query !~ 'OVER' AND nulls = -1 AND k = 0
        UNION ALL SELECT routine, query FROM call WHERE nulls = 0) AS none(routine, query), LATERAL (SELECT pg_temp.answer(query) OFFSET 0) AS a(answer)
 WHERE routine IN (SELECT routine FROM aggregate) AND answer !~ '^NULL( NULL)*$'
   AND NOT (routine IN (SELECT routine FROM refusing) AND answer ~ '^22') ORDER BY 1, 2;

-- no setting changes an answer
SET datestyle = 'German, DMY';
SET intervalstyle = 'iso_8601';
SET timezone = 'Asia/Kolkata';
SET extra_float_digits = -3;
SET bytea_output = 'escape';
SELECT routine, query, outcome, now FROM call, LATERAL (SELECT pg_temp.outcome(query) AS now OFFSET 0) AS again
 WHERE nulls = -1 AND outcome <> now ORDER BY 1, 2;
RESET datestyle;
RESET intervalstyle;
RESET timezone;
RESET extra_float_digits;
RESET bytea_output;

-- who calls a function on a stored value does not change it
DO $$
DECLARE c record;
BEGIN
  FOR c IN
    SELECT a.name, format('%I', 'kept_' || t.typname) AS kept, array_replace(pg_temp.args(a.oid, k), NULL, 'NULL') AS args, i
      FROM routine a, generate_series(0, 3) AS k, unnest(proargtypes) WITH ORDINALITY AS x(argument, i) JOIN type t ON t.oid = argument
     WHERE prokind = 'f'
  LOOP
    c.args[c.i] := 'v';
    PERFORM pg_temp.outcome(format('SELECT %s(%s) FROM %s', c.name, array_to_string(c.args, ', '), c.kept));
  END LOOP;
END $$;
SELECT * FROM pg_temp.of_types($$SELECT count(*) || ' changed' FROM %2$s a FULL JOIN %3$s b USING (id)
  WHERE record_send(ROW(a.v)) IS DISTINCT FROM record_send(ROW(b.v))$$) WHERE answer <> '0 changed';

--
-- A message shows of a value no more than a line holds, and cuts no character:
-- every routine is called with a very long value in each argument that can have
-- one.
--
CREATE TEMP TABLE long_value (type text NOT NULL, value text NOT NULL);
INSERT INTO long_value VALUES
  ('numeric', $$('1e' || 100000)::numeric$$), ('numeric', $$('-1e' || 100000)::numeric$$),
  ('numeric', $$('5.' || repeat('3', 16000))::numeric$$), ('numeric', $$('0.' || repeat('3', 16000))::numeric$$), ('numeric', $$('-1e-' || 16000)::numeric$$),
  ('text', $$repeat('é', 100000)$$), ('text', $$'a' || repeat('é', 100000)$$), ('text', $$'ab' || repeat('€', 100000)$$),
  ('cstring', $$textout(repeat('é', 100000))$$), ('cstring', $$textout('a' || repeat('é', 100000))$$), ('cstring', $$textout('1:' || repeat('9', 100000))$$),
  ('cstring', $$textout('{"signals": [{"name": "usage", "worst": "' || repeat('é', 100000) || '"}]}')$$),
  ('cstring', $$textout('{"signals": [{"name": "usage", "worst": 0, "best": 1' || repeat('0', 100000) || '}]}')$$),
  ('cstring', $$textout('{"timezone": "' || repeat('é', 100000) || '", "week": {}}')$$), ('cstring', $$textout('{"timezone": "UTC", "week": {"' || repeat('é', 100000) || '": []}}')$$),
  ('cstring', $$textout('{"timezone": "UTC", "week": {"mon": [["' || repeat('é', 100000) || '", "17:00"]]}}')$$), ('cstring', $$textout('{"timezone": "UTC", "week": {}, "holidays": ["a' || repeat('é', 100000) || '"]}')$$),
  ('jsonb', $$to_jsonb(repeat('é', 100000))$$), ('jsonb', $$jsonb_build_object('usage', 'a' || repeat('é', 100000))$$),
  ('jsonb', $$jsonb_build_object('usage', ('1e' || 100000)::numeric)$$), ('jsonb', $$jsonb_build_object('usage', array_fill('é'::text, '{50000}'))$$),
  ('jsonb', $$jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', repeat('é', 100000))))$$),
  ('jsonb', $$jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', 'x', 'a' || repeat('é', 100000), 1)))$$),
  ('jsonb', $$jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', 'x', 'worst', array_fill('é'::text, '{50000}'))))$$),
  ('jsonb', $$jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', 'x', 'worst', 0, 'best', ('1e' || 100000)::numeric)))$$),
  ('jsonb', $$jsonb_build_object('a' || repeat('é', 100000), 1)$$),
  ('bigint[]', $$array_fill(-1::bigint, '{50000}')$$), ('numeric[]', $$array_fill(-1::numeric, '{50000}')$$), ('numeric[]', $$ARRAY[5, ('1e' || 100000)::numeric, 4]$$), ('date[]', $$array_fill('2025-01-01'::date, '{5000}')$$), ('double precision[]', $$array_fill('NaN'::float8, '{50000}')$$),
  ('record', $$(SELECT x FROM (SELECT repeat('é', 100000) AS usage) AS x)$$), ('record', $$(SELECT x FROM (SELECT ('1e' || 100000)::numeric AS usage) AS x)$$);
CREATE TEMP TABLE long_call AS
  SELECT r.oid, r.routine, a.type, pg_temp.fails(pg_temp.query(r.oid, given)) AS message
    FROM routine r, unnest(proargtypes::oid[]) WITH ORDINALITY AS a(type, i), long_value v, generate_series(0, 1) AS k,
         LATERAL (SELECT pg_temp.args(r.oid, k) AS args OFFSET 0) AS x,
         LATERAL (SELECT args[:i - 1] || v.value || args[i + 1:] AS given) AS y
   WHERE NOT 'internal'::regtype = ANY (proargtypes::oid[])
     AND v.type IN (a.type::regtype::text, CASE a.type::regtype::text WHEN '"any"' THEN 'numeric' END);
-- (of a text that is no JSON, PostgreSQL itself shows the token that is none)
SELECT DISTINCT routine, octet_length(message) AS bytes, left(message, 300) AS message FROM long_call
 WHERE octet_length(message) > 1000 AND message !~ '^22P02 \| invalid input syntax for type json' ORDER BY 1, 2 DESC;
-- (cut inside a character the bytes are no text of this encoding)
SELECT routine FROM long_call WHERE convert_from(convert_to(message, 'UTF8'), 'UTF8') <> message;
SELECT count(DISTINCT oid) > 50 AS routines, count(*) FILTER (WHERE message ~ '\.\.\.|[0-9]e[+-][0-9]{5}') > 100 AS shortened FROM long_call;

--
-- What aggregates are made of, called by hand over two rows x and y, answers
-- as the aggregate does: T transition, C combine, M its inverse, F the end.
--
CREATE TEMP TABLE law AS
  SELECT a.routine, k, law, pg_temp.outcome(by_hand) AS by_hand, pg_temp.outcome(format('SELECT %s(%s) FROM (%s) AS i', a.name, columns, rows)) AS aggregated, by_hand AS query
    FROM aggregate a, generate_series(0, 3) AS k,
         LATERAL (SELECT regexp_replace(array_to_string(pg_temp.args(aggfnoid, k), ', '), '\mg\M', '1', 'g') AS x, regexp_replace(array_to_string(pg_temp.args(aggfnoid, k + 1), ', '), '\mg\M', '1', 'g') AS y) AS xy,
         LATERAL (SELECT string_agg('a' || i, ', ' ORDER BY i) AS columns FROM generate_series(1, cardinality(proargtypes)) AS i) AS cols,
         LATERAL (SELECT 'SELECT ' || x AS only_x, 'SELECT ' || y AS only_y, coalesce(quote_literal(agginitval), 'NULL') || '::' || aggtranstype::regtype AS start,
                         CASE WHEN aggfinalfn = 0 THEN '' ELSE aggfinalfn::oid::regproc::text END AS f,
                         aggtransfn::oid::regproc AS t, aggcombinefn::oid::regproc AS c, aggminvtransfn::oid::regproc AS m) AS parts,
         LATERAL (VALUES ('F(T(T(start, x), y))', format('SELECT %s(%s(%s(%s, %s), %s))', f, t, t, start, x, y), 'xy'),
                         ('F(C(T(start, x), T(start, y)))', format('SELECT %s(%s(%s(%s, %s), %s(%s, %s)))', f, c, t, start, x, t, start, y), 'xy'),
                         ('F(C(T(start, y), T(start, x)))', format('SELECT %s(%s(%s(%s, %s), %s(%s, %s)))', f, c, t, start, y, t, start, x), 'xy'),
                         ('F(C(NULL, C(T(start, x), NULL)))', format('SELECT %s(%s(NULL, %s(%s(%s, %s), NULL)))', f, c, c, t, start, x), 'x'),
                         ('F(C(start, C(T(start, x), start)))', format('SELECT %1$s(%2$s(%3$s, %2$s(%4$s(%3$s, %5$s), %3$s)))', f, c, start, t, x), 'x'),
                         ('F(M(T(T(start, x), y), x))', CASE WHEN aggminvtransfn <> 0 THEN format('SELECT %s(%s(%s(%s(%s, %s), %s), %s))', f, m, t, t, start, x, y, x) END, 'y')
                 ) AS laws(law, by_hand, over),
         LATERAL (SELECT format('SELECT * FROM (%s) AS r(%s)', CASE over WHEN 'xy' THEN only_x || ' UNION ALL ' || only_y WHEN 'x' THEN only_x ELSE only_y END, columns) AS rows) AS r
   WHERE by_hand IS NOT NULL;
SELECT routine, law, query, by_hand, aggregated FROM law
 WHERE by_hand <> aggregated AND NOT (pg_temp.is_error(by_hand) AND pg_temp.is_error(aggregated) AND left(by_hand, 5) = left(aggregated, 5))
       -- what was never taken in cannot be taken back
   AND NOT (law ~ 'M' AND (SELECT pg_temp.is_error(l.aggregated) FROM law AS l WHERE l.routine = law.routine AND l.k = law.k AND l.law = 'F(T(T(start, x), y))'))
 ORDER BY 1, 2, 3;
-- aggregates that no two rows suited: add a line in the table arguments
SELECT routine, law, min(by_hand) FROM law WHERE routine NOT IN (SELECT routine FROM refusing UNION SELECT routine FROM demanding) GROUP BY 1, 2 HAVING bool_and(pg_temp.is_error(by_hand)) ORDER BY 1, 2;

--
-- A stored value that was cut short is refused wherever it is read, for what is
-- behind its end belongs to another value.  Only order and hash answer, by its
-- bytes, so that an index with one can be read.  (byteacat looks at no type, and the
-- shortest values have 20 bytes behind the length word.)
--
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT typname FROM type WHERE typtype = 'b' LOOP
    EXECUTE format('CREATE FUNCTION pg_temp.bytes(%I, bytea) RETURNS bytea LANGUAGE internal STRICT AS ''byteacat''', t.typname);
    EXECUTE format('CREATE FUNCTION pg_temp.as_%s(bytea, bytea) RETURNS %I LANGUAGE internal STRICT AS ''byteacat''', t.typname, t.typname);
  END LOOP;
END $$;
CREATE TEMP TABLE cut AS
  SELECT r.routine, length, pg_temp.outcome(format('SELECT %s(%s)%s', r.name, regexp_replace(array_to_string(args[:a.i - 1] || value || args[a.i + 1:], ', '), '\mg\M', '1', 'g'), CASE r.prokind WHEN 'w' THEN ' OVER ()' ELSE '' END)) AS outcome
    FROM routine r, unnest(proargtypes::oid[]) WITH ORDINALITY AS a(type, i) JOIN type t ON t.oid = a.type AND t.typtype = 'b',
         LATERAL (SELECT pg_temp.args(r.oid, 0) AS args OFFSET 0) AS x, unnest('{0,1,3,4,8,12,16,19}'::int[]) AS length,
         LATERAL (SELECT format('pg_temp.as_%s(substring(pg_temp.bytes(%s, '''') FOR %s), '''')', t.typname, args[a.i], length) AS value) AS v
   WHERE NOT 'internal'::regtype = ANY (proargtypes::oid[]) AND args[a.i] !~ '^NULL'
     AND r.oid NOT IN (SELECT oid FROM part WHERE of IN ('an operator', 'an operator class'));
SELECT routine, count(*), min(length), max(length), min(outcome) FROM cut WHERE outcome !~ '^22|^54' OR NOT pg_temp.is_error(outcome) GROUP BY routine ORDER BY 1;
SELECT count(DISTINCT routine) > 300 AS routines, count(*) > 3000 AS calls, count(*) FILTER (WHERE outcome ~ 'is damaged|unknown version') > 2000 AS refused FROM cut;
