-- support against answers that were computed outside the project.  They are no part of
-- it; where ../shared/truth is absent the test ends here, and
-- expected/tickets_truth_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TRUTH :shared/truth/support
\set found `test -e "$TRUTH/tickets.json" && echo true || echo false`
\if :found
\else
\echo skipped: no truth
\quit
\endif
SET datestyle = 'ISO';
SET extra_float_digits = 1;
CREATE TEMP TABLE truth (name text, answer jsonb);
\set content `cat "$TRUTH/sla_rate.json"`
INSERT INTO truth VALUES ('sla', :'content');
\set content `cat "$TRUTH/business_time.json"`
INSERT INTO truth VALUES ('hours', :'content');
\set content `cat "$TRUTH/first_contact_resolution.json"`
INSERT INTO truth VALUES ('contacts', :'content');
\set content `cat "$TRUTH/tickets.json"`
INSERT INTO truth VALUES ('tickets', :'content');
CREATE TEMP TABLE ticket (ticket int, opened date, resolved date);
\set load '\\copy ticket from program ''cat "$TRUTH/tickets.csv"'' (format csv, header)'
:load

-- tickets: the backlog and its age on single days, and the flow by month and by week
SELECT count(*) AS tickets, count(resolved) AS resolved FROM ticket;
SELECT day, backlog(s, day) AS backlog, backlog(s, day) = wanted AS equal, backlog_age(s, day) IS NOT DISTINCT FROM age OR abs(backlog_age(s, day) / age - 1) < 1e-12 AS age
  FROM (SELECT ticket_agg(opened, resolved) AS s FROM ticket) x, truth,
       LATERAL (SELECT (row ->> 0)::date AS day, (row ->> 1)::bigint AS wanted, (row ->> 2)::float8 AS age FROM jsonb_array_elements(answer -> 'backlog (state at the end of the day), backlog_age') row) w
 WHERE name = 'tickets' ORDER BY 1;
SELECT bucket, count(*) AS rows, bool_and((period_start, opened, resolved, backlog, complete) IS NOT DISTINCT FROM ((row ->> 0)::date, (row ->> 1)::bigint, (row ->> 2)::bigint, (row ->> 3)::bigint, (row ->> 4)::boolean)) AS equal
  FROM truth, (VALUES ('month', '2026-01-01'::date, '2026-08-01'::date, 'ticket_flow month 2026-01-01..2026-08-01'), ('week', '2025-12-29', '2026-07-01', 'ticket_flow week 2025-12-29..')) b(bucket, from_day, to_day, title),
       LATERAL ticket_flow((SELECT ticket_agg(t.opened, t.resolved) FROM ticket t), bucket, from_day, to_day, (answer ->> 'as_of')::date) f
       FULL JOIN LATERAL jsonb_array_elements(answer -> title) row ON (row ->> 0)::date = period_start
 WHERE name = 'tickets' GROUP BY 1 ORDER BY 1;

-- sla_rate by the clock, at four moments
SELECT c ->> 'as_of' AS known_until, s, (s IS NULL AND c ->> 'due' = '0' OR (trials(s), successes(s)) = ((c ->> 'due')::bigint, (c ->> 'met')::bigint)) AS equal,
       rate IS NOT DISTINCT FROM (c ->> 'sla_rate')::float8 OR abs(rate / (c ->> 'sla_rate')::float8 - 1) < 1e-12 AS rate
  FROM truth, jsonb_array_elements(answer -> 'clock time') c,
       LATERAL (SELECT sla_agg(opened, responded, target_hours * interval '1 hour', (c ->> 'as_of')::timestamptz) AS s, sla_rate(opened, responded, target_hours * interval '1 hour', (c ->> 'as_of')::timestamptz) AS rate
                  FROM jsonb_to_recordset(c -> 'rows') AS r(opened timestamptz, responded timestamptz, target_hours float8)) x
 WHERE name = 'sla' ORDER BY 1;

-- and in business time
SELECT c ->> 'as_of' AS known_until, s, (trials(s), successes(s)) = ((c ->> 'due')::bigint, (c ->> 'met')::bigint) AS equal, rate = (c ->> 'sla_rate')::float8 AS rate
  FROM (SELECT answer -> 'with calendar warsaw of business_time.json' AS c FROM truth WHERE name = 'sla') t,
       (SELECT (answer -> 'calendars' -> 'warsaw' -> 'calendar')::businesshours AS hours FROM truth WHERE name = 'hours') h,
       LATERAL (SELECT sla_agg(opened, responded, target_hours * interval '1 hour', (c ->> 'as_of')::timestamptz, hours) AS s, sla_rate(opened, responded, target_hours * interval '1 hour', (c ->> 'as_of')::timestamptz, hours) AS rate
                  FROM jsonb_to_recordset(c -> 'rows') AS r(opened timestamptz, responded timestamptz, target_hours float8)) x;

-- first contact resolution, for tools that count every contact and for those that count the ones after the first
SELECT results, allowed, value, abs(value - wanted) < 1e-12 * wanted AS equal
  FROM truth, (VALUES ('rows (contacts, resolved)', 'results'), ('rows where the tool counts contacts after the first', 'results 0')) t(rows, results),
       LATERAL (SELECT (r ->> 'contacts_allowed')::bigint AS allowed, (r ->> 'value')::float8 AS wanted FROM jsonb_array_elements(answer -> results) r) w,
       LATERAL (SELECT first_contact_resolution((r ->> 0)::int, (r ->> 1)::boolean, allowed) AS value FROM jsonb_array_elements(answer -> rows) r) x
 WHERE name = 'contacts' ORDER BY 1, 2;
SELECT first_contact_resolution((r ->> 0)::int, (r ->> 1)::boolean) AS by_default FROM truth, jsonb_array_elements(answer -> 'rows (contacts, resolved)') r WHERE name = 'contacts';
