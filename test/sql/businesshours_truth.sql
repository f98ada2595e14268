-- business time against answers that were computed outside of this project,
-- minute by minute, for three zones.  Where ../shared/truth is absent the test
-- ends here, and expected/businesshours_truth_1.out is the answer (which is why
-- that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TRUTH :shared/truth/support/business_time.json
\set found `test -e "$TRUTH" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
\set truth `cat "$TRUTH"`
CREATE TEMP TABLE truth AS
  SELECT name, (value -> 'calendar')::businesshours AS c, value FROM jsonb_each(:'truth'::jsonb -> 'calendars') AS x(name, value);
SELECT count(*) AS cases, count(*) FILTER (WHERE seconds <> (t ->> 'seconds')::float8 OR hours <> make_interval(secs => (t ->> 'seconds')::float8)) AS wrong
  FROM truth, jsonb_array_elements(value -> 'business_seconds') AS t,
       LATERAL (SELECT business_seconds(c, (t ->> 'from')::timestamptz, (t ->> 'to')::timestamptz) AS seconds, business_time(c, (t ->> 'from')::timestamptz, (t ->> 'to')::timestamptz) AS hours) AS x;
SELECT count(*) AS cases, count(*) FILTER (WHERE business_add(c, (t ->> 'from')::timestamptz, make_interval(secs => (t ->> 'seconds')::float8)) <> (t ->> 'deadline')::timestamptz) AS wrong
  FROM truth, jsonb_array_elements(value -> 'business_add') AS t;
-- pauses: the periods between them, and the whole less the pauses
SELECT count(*) AS cases, count(*) FILTER (WHERE business_seconds(c, periods) <> (t ->> 'seconds')::float8) AS wrong,
       count(*) FILTER (WHERE business_seconds(c, tstzmultirange(range_merge(periods))) <> (t ->> 'without_pauses')::float8) AS wrong_whole,
       count(*) FILTER (WHERE tstzmultirange(range_merge(periods)) - (SELECT range_agg(p::tstzrange) FROM jsonb_array_elements_text(t -> 'pauses') AS p) <> periods) AS other_periods
  FROM truth, jsonb_array_elements(value -> 'pauses') AS t, LATERAL (SELECT (t ->> 'multirange')::tstzmultirange AS periods) AS x;
-- slots at the changes of the clock
SELECT t ->> 'why' AS why, business_seconds((t -> 'calendar')::businesshours, (t ->> 'from')::timestamptz, (t ->> 'to')::timestamptz) AS seconds, (t ->> 'seconds')::float8 AS truth
  FROM jsonb_array_elements(:'truth'::jsonb -> 'dst edges') AS t;
