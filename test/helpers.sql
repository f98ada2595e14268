-- What several SQL tests share.  They include it quietly:
--
--	\getenv testdir PG_ABS_SRCDIR
--	\if :{?testdir} \else \set testdir test \endif
--	\set helpers :testdir '/helpers.sql'
--	\set ECHO none
--	\i :helpers
--	\set ECHO all
--
-- Everything lives in pg_temp and is gone with the session.

-- The values of a query of one column, as bytes that no setting changes; an
-- error as its SQLSTATE and message.  "no rows" for none.
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
  EXECUTE format($q$SELECT string_agg(encode(record_send(ROW(v)), 'hex'), ' ') FROM (%s) AS o(v)$q$, query) INTO answer;
  RETURN coalesce(answer, 'no rows');
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- The same for people to read.
CREATE FUNCTION pg_temp.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
  EXECUTE format($q$SELECT string_agg(coalesce(v::text, 'NULL'), ' ') FROM (%s) AS o(v)$q$, query) INTO answer;
  RETURN coalesce(answer, 'no rows');
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE FUNCTION pg_temp.is_error(outcome text) RETURNS boolean LANGUAGE sql AS
  $$ SELECT outcome ~ '^[0-9A-Z]{5} ' AND outcome !~ '^[0-9a-f]{8}' $$;

-- Empties a table and fills it with the rows of another, which travel through
-- their types' send and receive functions (COPY BINARY, by a file of the server).
CREATE FUNCTION pg_temp.copy_binary(source regclass, target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE file text := format('%s/chs_test_%s.bin', current_setting('data_directory'), pg_backend_pid());
BEGIN
  EXECUTE format('TRUNCATE %s', target);
  EXECUTE format('COPY %s TO %L (FORMAT binary)', source, file);
  EXECUTE format('COPY %s FROM %L (FORMAT binary)', target, file);
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', file));
END $$;

-- What an error says, on one line: SQLSTATE, message, detail, hint
CREATE FUNCTION pg_temp.fails(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
  EXECUTE query;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
    detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', state, message, detail, hint);
END $$;

-- Does the plan of a query show a pattern?
CREATE FUNCTION pg_temp.plan_has(query text, pattern text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS off, VERBOSE) ' || query LOOP
    IF line ~ pattern THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $$;

-- What the bytes of a binary form give, as text: through COPY BINARY from a file
-- that the server writes, into the table wire or wire_TYPE with one column s.
CREATE FUNCTION pg_temp.receive(type text, payload bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE target text := concat_ws('_', 'wire', type); oid oid; result text;
BEGIN
  oid := lo_from_bytea(0, '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'::bytea
                          || int4send(length(payload)) || payload || '\xffff'::bytea);
  PERFORM lo_export(oid, file);
  PERFORM lo_unlink(oid);
  EXECUTE format('TRUNCATE %I', target);
  EXECUTE format('COPY %I FROM %L (FORMAT binary)', target, file);
  EXECUTE format('SELECT s::text FROM %I', target) INTO result;
  RETURN result;
END $$;

CREATE FUNCTION pg_temp.receive(payload bytea, file text) RETURNS text LANGUAGE sql AS
  $$ SELECT pg_temp.receive(NULL, payload, file) $$;
