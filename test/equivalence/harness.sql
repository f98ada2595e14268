-- Equivalence harness: is an aggregate the same whichever way the server
-- computes it?
--
-- test/sql/equivalence.sql describes the aggregates; a new family adds a few
-- lines there and nothing here:
--
--	dataset    name, columns: SQL that makes the aggregates' input columns of the
--	           row number id and u(id, n), a random number 0 <= u < 1 for each n.
--	           The rows also have part (0-9, evenly), segment (0-11, most rows in
--	           0), many (800 values, fewer for fewer rows) and flag.
--	aggregate  signature, dataset, the arguments as in the call, and whether it has
--	           inverse transitions.  Every aggregate of the extension but rollup
--	           must be there, or the test fails and names it.
--	refusal    signature, dataset, arguments: forms that exist to refuse, with the way
--	           to do it in their hint.  They are no aggregates to compare.
--	demanding  signature, why: aggregates that small groups cannot answer.  Their state
--	           is compared, by an aggregate of this test that ends with it.
--	question   which aggregates (LIKE their signatures), an expression over s (what
--	           the aggregate returned), its definition in plain SQL over the rows,
--	           and a relative tolerance (0 if left out: all digits).  Both sides
--	           must print alike, so cast the definition.  Every aggregate needs
--	           one at least.  An aggregate that returns its state is also rolled up.
--
-- A failure prints the aggregate, the case, the group, both answers and the
-- seed.  CHS_SEED=number in the environment takes another seed, CHS_ORACLE_ROWS=number
-- another number of rows, 400 at least.
--
-- An answer is compared by its text and by a hash of its bytes.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS equivalence CASCADE;
CREATE SCHEMA equivalence;
SET search_path = equivalence, public;
SET extra_float_digits = 1;
SET datestyle = 'ISO';
SET max_parallel_workers_per_gather = 0;
SET max_parallel_workers = 8;

CREATE TABLE dataset (name text PRIMARY KEY, columns text NOT NULL);
CREATE TABLE aggregate (
  n int GENERATED ALWAYS AS IDENTITY, signature regprocedure PRIMARY KEY, dataset text NOT NULL REFERENCES dataset,
  args text NOT NULL, moving boolean NOT NULL);
CREATE TABLE refusal (signature regprocedure PRIMARY KEY, dataset text NOT NULL REFERENCES dataset, args text NOT NULL);
CREATE TABLE demanding (signature regprocedure PRIMARY KEY, why text NOT NULL);
CREATE TABLE question (aggregate text NOT NULL, answer text NOT NULL, oracle text NOT NULL, tolerance float8 NOT NULL DEFAULT 0);
CREATE TABLE failure (aggregate text, "case" text, key text, answer text, wanted text);
CREATE TABLE done (aggregate text, "case" text, groups bigint, id int GENERATED ALWAYS AS IDENTITY);

-- what there is to know of an aggregate
CREATE VIEW entry AS
  SELECT a.*, signature::text AS title, prorettype = aggtranstype AS is_builder, aggtranstype::regtype AS state, aggminvtransfn <> 0 AS has_inverse,
         (SELECT format('%I.%I', nspname, proname) FROM pg_namespace n WHERE n.oid = pronamespace) AS fn,
         (SELECT string_agg('a' || i, ', ' ORDER BY i) FROM generate_series(1, pronargs) i) AS columns,
         (SELECT string_agg(format('a%s::%s', i, type::regtype), ', ' ORDER BY i) FROM unnest(proargtypes) WITH ORDINALITY AS x(type, i)) AS cast_columns
    FROM aggregate a JOIN pg_proc p ON p.oid = signature JOIN pg_aggregate g ON g.aggfnoid = p.oid;

CREATE FUNCTION u(id bigint, n int) RETURNS float8 LANGUAGE sql STABLE AS
  $$ SELECT (hashint8extended(id * 64 + n, current_setting('equivalence.seed')::bigint) & 1099511627775) / 1099511627776.0::float8 $$;
CREATE FUNCTION seen(value anyelement) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT value::text || ' ' || hash_record_extended(ROW(value), 0) $$;

CREATE FUNCTION make_rows() RETURNS void LANGUAGE plpgsql AS $$
DECLARE d text; columns text; total int := current_setting('equivalence.rows');
BEGIN
  FOR d, columns IN SELECT name, dataset.columns FROM dataset LOOP
    EXECUTE format($q$CREATE TABLE %I AS
      SELECT id, trunc(10 * u(id, 60))::int AS part, trunc(12 * u(id, 61) ^ 4)::int AS segment, id %% %s AS many, u(id, 62) < 0.5 AS flag, %s
        FROM generate_series(1, %s) AS id ORDER BY id$q$, 'rows_' || d, greatest(total / 5, 200), columns, total);
    EXECUTE format('CREATE TABLE %I (LIKE %I) PARTITION BY LIST (segment)', 'parted_' || d, 'rows_' || d);
    -- one with most of the rows, one with none
    EXECUTE format('CREATE TABLE %1$I PARTITION OF %4$I FOR VALUES IN (0); CREATE TABLE %2$I PARTITION OF %4$I FOR VALUES IN (99);
                    CREATE TABLE %3$I PARTITION OF %4$I DEFAULT', 'parted_zero_' || d, 'parted_none_' || d, 'parted_rest_' || d, 'parted_' || d);
    EXECUTE format('INSERT INTO %I TABLE %I', 'parted_' || d, 'rows_' || d);
    EXECUTE format('CREATE UNIQUE INDEX ON %1$I (id); ANALYZE %1$I; ANALYZE %2$I', 'rows_' || d, 'parted_' || d);
  END LOOP;
END $$;

-- how many workers a scan of a data set's tables shall have
CREATE FUNCTION plan_workers(d text, workers int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t regclass;
BEGIN
  FOR t IN SELECT c.oid FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'equivalence'::regnamespace AND relname ~ ('_' || d || '$') LOOP
    EXECUTE format('ALTER TABLE %s SET (parallel_workers = %s)', t, workers);
  END LOOP;
END $$;

-- A template with its tokens replaced, for some aggregates of a data set.
--	@rows@ @parted@ @stored@ @copied@   tables
--	@plain@ ...                         an array of answers, one for each aggregate
--	@reference SCOPE@                   a query of (key, array of answers), see make_reference
CREATE FUNCTION expand(template text, d text, ns int[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text := template; token text; form text; list text;
BEGIN
  FOR token, form IN VALUES
    ('@rows@', format('%I', 'rows_' || d)), ('@parted@', format('%I', 'parted_' || d)),
    ('@stored@', format('%I', 'stored_' || d)), ('@copied@', format('%I', 'copied_' || d))
  LOOP
    result := replace(result, token, form);
  END LOOP;
  FOR token, form IN VALUES
    ('@plain@', 'seen(%1$s(%2$s))'),
    ('@all@', 'seen(%1$s(ALL %2$s))'),
    ('@distinct@', 'seen(%1$s(DISTINCT %2$s))'),
    ('@unique@', '(SELECT seen(%1$s(%6$s)) FROM (SELECT DISTINCT %2$s FROM q) AS x(%3$s))'),
    ('@backwards@', 'seen(%1$s(%2$s ORDER BY flag, id DESC))'),
    ('@filter@', 'seen(%1$s(%2$s) FILTER (WHERE flag))'),
    ('@over@', 'seen(%1$s(%2$s) OVER w)'),
    ('@rollup@', 'seen(rollup(s%4$s))'),
    ('@rollup_text@', 'seen(rollup(s%4$s::text::%5$s))'),
    ('@rollup_backwards@', 'seen(rollup(s%4$s ORDER BY key DESC))'),
    ('@rollup_twice@', 'seen(rollup(r%4$s))'),
    ('@rollup_over@', 'seen(rollup(s%4$s) OVER w)'),
    ('@combine@', 'seen(combine(a.s%4$s, b.s%4$s))')
  LOOP
    SELECT 'ARRAY[' || string_agg(format(form, fn, args, columns, n, state, cast_columns), ', ' ORDER BY n) || ']::text[]' INTO list FROM entry WHERE n = ANY (ns);
    result := replace(result, token, list);
  END LOOP;
  result := regexp_replace(result, '@reference (\w+)@', format(
    $q$SELECT key, array_agg(answer ORDER BY n) FROM reference WHERE scope = '\1' AND n = ANY (%L) GROUP BY key$q$, ns), 'g');
  -- and lists of columns
  SELECT string_agg(format('%s(%s) AS s%s', fn, args, n), ', ' ORDER BY n) INTO list FROM entry WHERE n = ANY (ns);
  result := replace(result, '@build@', list);
  SELECT string_agg(format('rollup(s%1$s) AS r%1$s', n), ', ' ORDER BY n) INTO list FROM entry WHERE n = ANY (ns);
  RETURN replace(result, '@build_rollup@', list);
END $$;

-- The nodes of a plan, in a line.
CREATE FUNCTION outline(explained jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', node ->> 'Partial Mode', node ->> 'Strategy', node ->> 'Node Type', node ->> 'Relation Name',
                              (node ->> 'Workers Planned') || ' workers', (node ->> 'Workers Launched') || ' launched', (node ->> 'HashAgg Batches') || ' batches'), ' < ')
    FROM jsonb_path_query(explained, 'strict $.** ? (exists (@."Node Type"))') AS node $$;

-- Do two queries of (key, array of answers) agree?  The first runs with the
-- settings, and its plan must have every jsonpath of plan, none with a leading !.
CREATE FUNCTION verify(name text, d text, got text, want text, settings text[] = '{}', plan text[] = '{}', builders boolean = false, chosen int[] = NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ns int[] := coalesce(chosen, (SELECT array_agg(n ORDER BY n) FROM entry WHERE dataset = d AND (is_builder OR NOT builders)));
  titles text[] := (SELECT array_agg(title ORDER BY n) FROM entry WHERE n = ANY (ns));
  query text; answers jsonb; wanted jsonb; explained jsonb; path text; setting text; before text[] := '{}'; n int;
BEGIN
  IF ns IS NULL THEN RETURN; END IF;
  BEGIN
    EXECUTE format('SELECT jsonb_object_agg(key, to_jsonb(answers)) FROM (%s) AS q(key, answers)', expand(want, d, ns)) INTO wanted;
    query := format('SELECT jsonb_object_agg(key, to_jsonb(answers)) FROM (%s) AS q(key, answers)', expand(got, d, ns));
    FOREACH setting IN ARRAY settings LOOP
      before := before || format('%s=%s', split_part(setting, '=', 1), current_setting(split_part(setting, '=', 1)));
      PERFORM set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), false);
    END LOOP;
    EXECUTE query INTO answers;
    IF plan <> '{}' THEN
      EXECUTE format('EXPLAIN (FORMAT json, COSTS off, TIMING off, ANALYZE %s) ', CASE WHEN plan::text ~ 'Launched|Batches' THEN 'on' ELSE 'off' END) || query INTO explained;
      FOREACH path IN ARRAY plan LOOP
        IF jsonb_path_exists(explained, ltrim(path, '!')::jsonpath) = (path ~ '^!') THEN
          INSERT INTO failure VALUES ('data set ' || d, name, 'the plan', outline(explained), path);
        END IF;
      END LOOP;
    END IF;
    FOREACH setting IN ARRAY before LOOP
      PERFORM set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), false);
    END LOOP;
  EXCEPTION WHEN OTHERS THEN  -- which takes the settings back
    IF cardinality(ns) > 1 THEN  -- whose error?
      FOREACH n IN ARRAY ns LOOP
        PERFORM verify(name, d, got, want, settings, plan, builders, ARRAY[n]);
      END LOOP;
    ELSE
      INSERT INTO failure VALUES (titles[1], name, 'error', SQLSTATE || ' ' || SQLERRM, 'no error');
    END IF;
    RETURN;
  END;
  INSERT INTO failure
    SELECT titles[i], name, key, coalesce(g.value ->> (i - 1), 'NULL'), coalesce(w.value ->> (i - 1), CASE WHEN w.key IS NULL THEN 'no group' ELSE 'NULL' END)
      FROM jsonb_each(answers) AS g FULL JOIN jsonb_each(wanted) AS w USING (key), generate_subscripts(titles, 1) AS i
     WHERE g.value ->> (i - 1) IS DISTINCT FROM w.value ->> (i - 1) OR (g.value IS NULL) <> (w.value IS NULL);
  INSERT INTO done SELECT t, name, (SELECT count(*) FROM jsonb_object_keys(wanted)) FROM unnest(titles) AS t;
END $$;


-- Every aggregate alone, in a serial plan: what all else is compared with.
CREATE TABLE reference (scope text, n int, key text, answer text);
CREATE FUNCTION make_reference() RETURNS void LANGUAGE plpgsql AS $$
DECLARE scope text; e record;
BEGIN
  FOR e IN SELECT * FROM entry LOOP
    FOREACH scope IN ARRAY '{whole,segment,part,many}'::text[] LOOP
      EXECUTE expand(format('INSERT INTO reference SELECT %1$L, %2$s, %3$s, (@plain@)[1] FROM @rows@ %4$s', scope, e.n,
                            CASE scope WHEN 'whole' THEN quote_literal('') ELSE scope END, CASE scope WHEN 'whole' THEN '' ELSE 'GROUP BY ' || scope END),
                     e.dataset, ARRAY[e.n]);
    END LOOP;
  END LOOP;
END $$;

-- The definition in plain SQL, for groups of every size.
CREATE FUNCTION ask_questions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  e record;
  sets text := 'GROUP BY GROUPING SETS ((), (segment), (segment, flag), (many))';
  key text := 'ROW(GROUPING(segment), GROUPING(flag), GROUPING(many), segment, flag, many)::text AS key';
BEGIN
  FOR e IN SELECT entry.*, q.* FROM entry JOIN question q ON title LIKE q.aggregate LOOP
    BEGIN
      EXECUTE format($q$
        INSERT INTO failure
        SELECT %1$L, %2$L, key, coalesce(answer, 'NULL'), coalesce(wanted, 'NULL')
          FROM (SELECT key, (%10$s)::text AS answer FROM (SELECT %3$s, %4$s(%5$s) AS s FROM %6$I %7$s) AS x) AS got
          FULL JOIN (SELECT %3$s, (%8$s)::text AS wanted FROM %6$I %7$s) AS definition USING (key)
         WHERE answer IS DISTINCT FROM wanted
           AND CASE WHEN %9$L::float8 > 0 THEN (abs(answer::float8 - wanted::float8) <= %9$L * greatest(1, abs(wanted::float8))) IS NOT TRUE ELSE true END$q$,
        e.title, 'its definition, ' || left(e.answer, 40), key, e.fn, e.args, 'rows_' || e.dataset, sets, e.oracle, e.tolerance, e.answer);
    EXCEPTION WHEN OTHERS THEN
      INSERT INTO failure VALUES (e.title, 'its definition, ' || left(e.answer, 40), 'error', SQLSTATE || ' ' || SQLERRM, 'no error');
    END;
    INSERT INTO done VALUES (e.title, 'its definition', 1);
  END LOOP;
END $$;

-- Summaries of the parts of random partitions, stored, and the same after COPY BINARY.
CREATE FUNCTION store(d text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE scope text; ns int[] := (SELECT array_agg(n ORDER BY n) FROM entry WHERE dataset = d AND is_builder);
BEGIN
  IF ns IS NULL THEN RETURN; END IF;
  EXECUTE expand('CREATE TABLE @stored@ AS SELECT $$$$::text AS scope, $$$$::text AS key, 0 AS segment, @build@ FROM @rows@ WHERE false', d, ns);
  -- few parts, many, and single rows: the first 300
  FOR scope IN VALUES ('part'), ('many') LOOP
    EXECUTE expand(format('INSERT INTO @stored@ SELECT %L, %s, segment, @build@ FROM @rows@ GROUP BY segment, %2$s', scope, scope), d, ns);
  END LOOP;
  EXECUTE expand('INSERT INTO @stored@ SELECT $$row$$, id, segment, @build@ FROM @rows@ WHERE id <= 300 GROUP BY id, segment', d, ns);
  EXECUTE expand('INSERT INTO @stored@ (scope, key, segment) SELECT scope, $$none$$, segment FROM @stored@ GROUP BY scope, segment', d, ns);
  EXECUTE expand('ANALYZE @stored@; CREATE TABLE @copied@ (LIKE @stored@)', d, ns);
  PERFORM pg_temp.copy_binary(format('%I', 'stored_' || d)::regclass, format('%I', 'copied_' || d)::regclass);
END $body$;

CREATE FUNCTION run(d text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  parallel text[] := '{parallel_setup_cost=0,parallel_tuple_cost=0,min_parallel_table_scan_size=0}';
  partial text := '$.** ? (@."Partial Mode" == "Partial")';
  in_append text := '$.** ? (@."Node Type" == "Append").Plans[*] ? (@."Node Type" == "Aggregate")';
  frame text; n int;
BEGIN
  -- rows in another order, in one query with aggregates that share the state
  PERFORM verify('in one query', d, 'SELECT segment, @all@ FROM @rows@ GROUP BY segment', '@reference segment@');
  PERFORM verify('twice on one state', d, 'SELECT segment, CASE WHEN @filter@ IS NOT NULL AND @backwards@ IS NOT NULL THEN @plain@ END FROM @rows@ GROUP BY segment', '@reference segment@');
  PERFORM verify('rows backwards', d, 'SELECT segment, @backwards@ FROM @rows@ GROUP BY segment', '@reference segment@');

  -- workers: all of them busy, all but one without a row, none with a row
  FOREACH n IN ARRAY '{0,1,2,8}'::int[] LOOP
    PERFORM plan_workers(d, n);
    frame := format('%s workers', n);
    parallel[4] := 'max_parallel_workers_per_gather=' || n;
    parallel[5] := 'parallel_leader_participation=' || CASE WHEN n = 1 THEN 'on' ELSE 'off' END;
    PERFORM verify(frame, d, 'SELECT $$$$::text, @plain@ FROM @rows@', '@reference whole@', parallel,
      CASE n WHEN 0 THEN ARRAY['!$.** ? (@."Workers Planned" > 0)']
        ELSE ARRAY[format('$.** ? (@."Workers Planned" == %s)', n), '$.** ? (@."Workers Launched" > 0)', partial] END);
    PERFORM verify(frame || ', grouped', d, 'SELECT segment, @plain@ FROM @rows@ GROUP BY segment', '@reference segment@', parallel,
      CASE WHEN n > 0 THEN ARRAY[format('$.** ? (@."Workers Planned" == %s)', n), partial] ELSE '{}' END);
  END LOOP;
  PERFORM verify('8 workers, few rows', d, 'SELECT 1, @plain@ FROM @rows@ WHERE id + 0 <= 5', 'SELECT 1, @plain@ FROM (SELECT * FROM @rows@ WHERE id <= 5 OFFSET 0) AS q', parallel, ARRAY[partial]);
  PERFORM verify('8 workers, no rows', d, 'SELECT 1, @plain@ FROM @rows@ WHERE id + 0 < 0', 'SELECT 1, @plain@ FROM @rows@ WHERE false', parallel, ARRAY[partial]);
  -- the whole of it in one worker
  PERFORM verify('in one worker', d, 'SELECT segment, @plain@ FROM @rows@ GROUP BY segment', '@reference segment@',
    ARRAY['max_parallel_workers_per_gather=2', CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode=on' ELSE 'debug_parallel_query=on' END],
    ARRAY['$.** ? (@."Single Copy" == true)']);

  -- partitions, one with most of the rows and one with none; what a row of Append costs makes the plan
  PERFORM verify('partitionwise', d, 'SELECT segment, @plain@ FROM @parted@ GROUP BY segment', '@reference segment@',
    '{enable_partitionwise_aggregate=on,cpu_tuple_cost=0.1}', ARRAY[in_append, '!' || partial]);
  PERFORM verify('partitionwise, partial', d, 'SELECT part, @plain@ FROM @parted@ GROUP BY part', '@reference part@',
    '{enable_partitionwise_aggregate=on}', ARRAY[in_append, partial]);
  PERFORM plan_workers(d, 2);
  parallel[4] := 'max_parallel_workers_per_gather=2';
  PERFORM verify('partitionwise, 2 workers', d, 'SELECT part, @plain@ FROM @parted@ GROUP BY part', '@reference part@',
    parallel || '{enable_partitionwise_aggregate=on}', ARRAY[partial, '$.** ? (@."Workers Planned" == 2)']);
  PERFORM verify('no partitionwise', d, 'SELECT $$$$::text, @plain@ FROM @parted@', '@reference whole@');

  -- which rows
  PERFORM verify('FILTER', d, 'SELECT segment, @filter@ FROM @rows@ GROUP BY segment',
    'SELECT k, (SELECT @plain@ FROM @rows@ AS q WHERE q.segment = k AND q.flag) FROM (SELECT DISTINCT segment FROM @rows@) AS x(k)');
  PERFORM verify('DISTINCT', d, 'SELECT part, @distinct@ FROM @rows@ GROUP BY part',
    'SELECT k, (WITH q AS MATERIALIZED (SELECT * FROM @rows@ WHERE part = k) SELECT @unique@) FROM (SELECT DISTINCT part FROM @rows@) AS x(k)');

  -- how groups are found
  FOREACH frame IN ARRAY '{enable_sort=on,enable_hashagg=off}'::text[] LOOP
    PERFORM verify('CUBE, ' || frame, d, 'SELECT concat(GROUPING(segment, part), segment, $$/$$, part), @plain@ FROM @rows@ GROUP BY CUBE (segment, part)',
      'SELECT $$3/$$ || key, a FROM (@reference whole@) AS w(key, a) UNION ALL SELECT concat(1, key, $$/$$), a FROM (@reference segment@) AS s(key, a)
       UNION ALL SELECT concat(2, $$/$$, key), a FROM (@reference part@) AS p(key, a)
       UNION ALL SELECT concat(0, segment, $$/$$, part), @plain@ FROM @rows@ GROUP BY segment, part', ARRAY[frame]);
  END LOOP;
  PERFORM verify('ROLLUP', d, 'SELECT segment, @plain@ FROM @rows@ GROUP BY ROLLUP (segment) HAVING GROUPING(segment) = 0', '@reference segment@');
  PERFORM verify('hashed', d, 'SELECT many, @plain@ FROM @rows@ GROUP BY many', '@reference many@', '{enable_sort=off}', ARRAY['$.** ? (@."Strategy" == "Hashed")']);
  PERFORM verify('hashed, to disk', d, 'SELECT many, @plain@ FROM @rows@ GROUP BY many', '@reference many@', '{enable_sort=off,work_mem=64kB,hash_mem_multiplier=1}',
    ARRAY['$.** ? (@."HashAgg Batches" > 1)']);
  PERFORM verify('sorted', d, 'SELECT many, @plain@ FROM @rows@ GROUP BY many', '@reference many@', '{enable_hashagg=off}', ARRAY['$.** ? (@."Strategy" == "Sorted")']);

  -- windows, against each frame computed alone
  FOREACH frame IN ARRAY '{1000 PRECEDING AND CURRENT ROW,5 PRECEDING AND 1 PRECEDING,2 PRECEDING AND 3 FOLLOWING,1 FOLLOWING AND 1000 FOLLOWING}'::text[] LOOP
    PERFORM verify('OVER ' || frame, d,
      format('SELECT id, @over@ FROM @rows@ WHERE id <= 120 WINDOW w AS (ORDER BY id ROWS BETWEEN %s)', frame),
      format('SELECT k, (SELECT @plain@ FROM @rows@ AS q WHERE q.id <= 120 AND q.id BETWEEN k + %s AND k + %s) FROM generate_series(1, 120) AS k',
        edge[1], edge[2]))
      FROM (SELECT ARRAY(SELECT CASE WHEN e ~ 'CURRENT' THEN '0' WHEN e ~ 'PRECEDING' THEN '-' || split_part(e, ' ', 1) ELSE split_part(e, ' ', 1) END
                           FROM unnest(string_to_array(frame, ' AND ')) WITH ORDINALITY AS x(e, i) ORDER BY i)) AS x(edge);
  END LOOP;
  PERFORM verify('OVER a partition', d, 'SELECT DISTINCT segment, @over@ FROM @rows@ WINDOW w AS (PARTITION BY segment)', '@reference segment@');

  -- summaries of disjoint parts make the whole
  FOREACH frame IN ARRAY '{part,many}'::text[] LOOP
    PERFORM verify('rollup by ' || frame, d, format('SELECT $$$$::text, @rollup@ FROM @stored@ WHERE scope = %L', frame), '@reference whole@', builders => true);
  END LOOP;
  PERFORM verify('rollup backwards', d, 'SELECT segment, @rollup_backwards@ FROM @stored@ WHERE scope = $$many$$ GROUP BY segment', '@reference segment@', builders => true);
  PERFORM verify('rollup through text', d, 'SELECT segment, @rollup_text@ FROM @stored@ WHERE scope = $$many$$ GROUP BY segment', '@reference segment@', builders => true);
  PERFORM verify('rollup through binary', d, 'SELECT segment, @rollup@ FROM @copied@ WHERE scope = $$many$$ GROUP BY segment', '@reference segment@', builders => true);
  PERFORM verify('rollup of rollups', d, 'SELECT $$$$::text, @rollup_twice@ FROM (SELECT segment, @build_rollup@ FROM @stored@ WHERE scope = $$part$$ GROUP BY segment) AS x',
    '@reference whole@', builders => true);
  PERFORM verify('rollup with workers', d, 'SELECT $$$$::text, @rollup@ FROM @stored@ WHERE scope = $$many$$', '@reference whole@', parallel, ARRAY[partial], builders => true);
  PERFORM verify('rollup OVER', d, 'SELECT key::int, @rollup_over@ FROM @stored@ WHERE scope = $$row$$ AND key <> $$none$$ AND key::int <= 100 WINDOW w AS (ORDER BY key::int ROWS 5 PRECEDING)',
    'SELECT k, (SELECT @plain@ FROM @rows@ AS q WHERE q.id BETWEEN k - 5 AND k) FROM generate_series(1, 100) AS k', builders => true);
  PERFORM verify('combine', d, 'SELECT concat(a.key, $$/$$, b.key), @combine@ FROM @stored@ AS a, @stored@ AS b
      WHERE a.scope = $$row$$ AND b.scope = $$row$$ AND a.key <> $$none$$ AND b.key <> $$none$$ AND a.key::int <= 20 AND b.key::int <= 20 AND a.key <> b.key',
    'SELECT concat(a, $$/$$, b), (SELECT @plain@ FROM @rows@ AS q WHERE id IN (a, b)) FROM generate_series(1, 20) AS a, generate_series(1, 20) AS b WHERE a <> b', builders => true);
END $body$;

-- Do they refuse, for one row and for many, as bad input and with a hint?
CREATE FUNCTION refuse() RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record; rows text; hint text; answer text;
BEGIN
  FOR r IN SELECT * FROM refusal LOOP
    FOREACH rows IN ARRAY '{1,4000}'::text[] LOOP
      answer := 'an answer';
      BEGIN
        EXECUTE format('SELECT %s(%s) FROM (SELECT * FROM %I WHERE %s LIMIT %s) AS x',
                       (SELECT format('%I.%I', nspname, proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE p.oid = r.signature),
                       r.args, 'rows_' || r.dataset, (SELECT string_agg(format('(%s) IS NOT NULL', a), ' AND ') FROM regexp_split_to_table(r.args, ', ') a), rows);
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        answer := SQLSTATE || ' ' || SQLERRM || ' ' || hint;
      END;
      INSERT INTO failure SELECT r.signature, 'refuses', rows || ' rows', answer, 'an error of class 22 with a hint' WHERE answer !~ '^22' OR hint = '';
    END LOOP;
  END LOOP;
END $$;

-- What the tables above do not cover.
CREATE FUNCTION forgotten() RETURNS void LANGUAGE sql AS $$
  INSERT INTO failure (aggregate, "case")
  SELECT p.oid::regprocedure, CASE WHEN NOT EXISTS (SELECT FROM aggregate WHERE signature = p.oid) THEN 'has no line in the table aggregate' ELSE 'has no question' END
    FROM pg_aggregate g JOIN pg_proc p ON p.oid = aggfnoid JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension x ON x.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND extname = 'chs'
   WHERE CASE WHEN proname = 'rollup' THEN NOT EXISTS (SELECT FROM entry WHERE is_builder AND state = aggtranstype)
         ELSE NOT EXISTS (SELECT FROM entry JOIN question q ON title LIKE q.aggregate WHERE signature = p.oid)
              AND NOT EXISTS (SELECT FROM refusal WHERE signature = p.oid)
              AND NOT EXISTS (SELECT FROM demanding WHERE signature = p.oid) END;
  INSERT INTO failure (aggregate, "case", answer, wanted)
  SELECT title, 'inverse transitions', has_inverse, moving FROM entry WHERE has_inverse <> moving;
$$;
