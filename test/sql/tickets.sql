-- support: tickets, service levels, first contact resolution
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 1;
SET datestyle = 'ISO';
SET timezone = 'America/New_York';

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Tickets, by hand
--
CREATE TEMP TABLE ticket (n integer, opened date, resolved date, what text);
INSERT INTO ticket VALUES
  (1, '2026-01-05', '2026-01-20', 'opened and resolved in January'), (2, '2026-01-10', '2026-02-01', 'resolved on the first day of February'),
  (3, '2026-01-31', NULL, 'open since the last day of January'), (4, '2026-02-02', '2026-02-02', 'opened and resolved on one day'),
  (5, '2026-02-03', '2026-03-15', 'resolved in March'), (6, '2026-02-20', NULL, 'open'), (7, NULL, '2026-02-20', 'never opened: skipped'), (8, '2026-03-02', '2026-03-03', 'in March');
-- 31 January: 2 and 3 are open, since 21 and 0 days: 10.5; 1 February: 3 alone, for a day; 20 February: 3, 5, 6, since 20, 17, 0 days: 37 / 3
SELECT d, backlog(s, d), backlog_age(s, d) FROM (SELECT ticket_agg(opened, resolved) AS s FROM ticket) x, unnest('{2026-01-04,2026-01-05,2026-01-19,2026-01-20,2026-01-31,2026-02-01,2026-02-02,2026-02-20,2026-03-15,9999-12-31}'::date[]) d;
-- as_of cuts: what is after it does not exist
SELECT d, backlog(s, d, '2026-01-31'), backlog_age(s, d, '2026-01-31') FROM (SELECT ticket_agg(opened, resolved) AS s FROM ticket) x, unnest('{2026-01-30,2026-01-31,2026-02-01}'::date[]) d;
-- opened in January 1, 2, 3, in February 4, 5, 6; resolved 1, then 2 and 4; on 10 February 6 is not there, in March nothing happens yet
SELECT * FROM ticket_flow((SELECT ticket_agg(opened, resolved) FROM ticket), 'month', '2026-01-15', '2026-04-01', '2026-03-31');
SELECT * FROM ticket_flow((SELECT ticket_agg(opened, resolved) FROM ticket), 'month', '2025-12-31', '2026-04-01', '2026-02-10');
SELECT * FROM ticket_flow((SELECT ticket_agg(opened, resolved) FROM ticket), '{2026-02-01,2026-02-03,2026-02-21,2026-03-01}'::date[], '2026-02-01', '2026-03-01', '2026-02-20');
SELECT * FROM ticket_flow((SELECT ticket_agg(opened, resolved) FROM ticket), '{2026-02-01,2026-02-03,2026-02-21,2026-03-01}'::date[], '2026-02-03', '2026-02-04', '2026-02-28');
-- a reopened ticket is two rows: in the backlog again from the day it was reopened
SELECT d, backlog(s, d), backlog_age(s, d) FROM (SELECT ticket_agg(o, r) AS s FROM (VALUES (date '2026-01-01', date '2026-01-03'), ('2026-01-05', NULL)) v(o, r)) x, unnest('{2026-01-02,2026-01-03,2026-01-04,2026-01-05,2026-01-07}'::date[]) d;
-- the ends of the calendar
SELECT d, backlog(s, d), backlog_age(s, d) FROM (SELECT ticket_agg(o, r) AS s FROM (VALUES ('4714-11-24 BC'::date, '5874897-12-31'::date), ('5874897-12-31', NULL)) v(o, r)) x, unnest('{4714-11-24 BC,5874897-12-30,5874897-12-31}'::date[]) d;
SELECT * FROM ticket_flow((SELECT ticket_agg('4714-11-24 BC'::date, '5874897-12-31')), 'year', '5874896-01-01', '5874897-12-31', '5874897-12-31');

-- NULL, no rows, empty
SELECT ticket_agg(opened, resolved) FROM ticket WHERE n < 0;
SELECT ticket_agg(opened, resolved) FROM ticket WHERE n = 7;
SELECT backlog(s, '2026-01-01'), backlog_age(s, '2026-01-01') FROM unnest(ARRAY[NULL, '1:AQAAAAA=']::ticketsummary[]) s;
SELECT backlog(s, NULL), backlog_age(s, NULL), backlog(s, '2026-01-01', NULL), backlog_age(s, '2026-01-01', NULL) FROM (SELECT ticket_agg(opened, resolved) AS s FROM ticket) x;
SELECT f.* FROM ticket_flow(NULL, 'month', '2026-01-01', '2026-02-01', '2026-02-01') f UNION ALL SELECT f.* FROM ticket_flow('1:AQAAAAA=', 'month', '2026-01-01', '2026-02-01', '2026-02-01') f;
SELECT rollup(s) FROM unnest(ARRAY[NULL, '1:AQAAAAA=']::ticketsummary[]) s;
SELECT combine(NULL::ticketsummary, NULL), combine(NULL, '1:AQAAAAA='::ticketsummary), combine('1:AQAAAAA='::ticketsummary, NULL), combine('1:AQAAAAA='::ticketsummary, '1:AQAAAAA=');
SELECT combine(s, NULL) = s AS a, combine(NULL, s) = s AS b, combine(s, '1:AQAAAAA=') = s AS c, combine('1:AQAAAAA=', s) = s AS d FROM (SELECT ticket_agg(opened, resolved) s FROM ticket) x;
-- one row
SELECT ticket_agg(opened, resolved) AS s, backlog(ticket_agg(opened, resolved), '2026-02-02'), backlog(ticket_agg(opened, resolved), '2026-02-03') FROM ticket WHERE n = 6;

-- bad input
SELECT ticket_agg('2026-02-01', '2026-01-31'::date);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$ticket_agg('infinity', NULL)$$, $$ticket_agg('2026-01-01', 'infinity')$$, $$ticket_agg('-infinity', '2026-01-01')$$,
  $$ticket_agg('2026-01-01'::timestamptz, NULL)$$, $$ticket_agg('2026-01-01'::date, '2026-01-01'::timestamp)$$,
  $$backlog('1:AQAAAAA='::ticketsummary, 'infinity')$$, $$backlog('1:AQAAAAA='::ticketsummary, '2026-01-01', '-infinity')$$, $$backlog_age('1:AQAAAAA='::ticketsummary, '-infinity')$$,
  $$ticket_flow('1:AQAAAAA=', 'months', '2026-01-01', '2026-02-01', '2026-02-01')$$, $$ticket_flow('1:AQAAAAA=', 'month', '2026-02-01', '2026-02-01', '2026-02-01')$$,
  $$ticket_flow('1:AQAAAAA=', 'month', '2026-01-01', '2026-02-01', 'infinity')$$, $$ticket_flow('1:AQAAAAA=', 'day', '0001-01-01', '2026-02-01', '2026-02-01')$$,
  $$ticket_flow('1:AQAAAAA=', '{2026-01-01,2026-02-01}'::date[], '2025-12-31', '2026-02-01', '2026-02-01')$$, $$ticket_flow('1:AQAAAAA=', '{2026-02-01,2026-01-01}'::date[], '2026-01-01', '2026-02-01', '2026-02-01')$$,
  $$ticketsummary_accum_inv('1:AQAAAAA=', '2026-01-01', NULL)$$, $$ticketsummary_accum_inv(ticketsummary_accum(NULL, '2026-01-01', '2026-01-05'), '2026-01-01', NULL)$$,
  $$ticketsummary_accum_inv(ticketsummary_accum(NULL, '2026-01-01', '2026-01-05'), '2026-01-01', '2026-01-04')$$,
  $$ticketsummary_combine_inv(ticket_agg('2026-01-01'::date, NULL), ticket_agg('2026-01-02'::date, NULL))$$]) AS q;
-- the hint works
SELECT backlog(ticket_agg(o, r) FILTER (WHERE r IS NULL OR r >= o), '2026-02-01') FROM (VALUES (date '2026-01-02', date '2026-01-01'), ('2026-01-02', NULL)) v(o, r);

--
-- The definition in plain SQL on random data
--
\set seed 0.2611
SELECT setseed(:seed);
CREATE TABLE chs_ticket_rows AS
  SELECT i AS id, (random() * 30)::int AS part, (random() * 5)::int AS segment,
         CASE WHEN random() < 0.01 THEN NULL ELSE '2023-06-15'::date + (random() * 800)::int END AS opened, NULL::date AS resolved
  FROM generate_series(1, 12000) AS i;
UPDATE chs_ticket_rows SET resolved = CASE WHEN random() < 0.9 THEN opened + floor(random() * random() * 60)::int END;
INSERT INTO chs_ticket_rows SELECT 12000 + i, 31, 6, '2024-01-01', '9999-12-31' FROM generate_series(1, 10) i;
CREATE INDEX ON chs_ticket_rows (id);
ANALYZE chs_ticket_rows;
CREATE FUNCTION pg_temp.bounds_of(kind text, from_day date, to_day date) RETURNS date[] LANGUAGE sql AS $$
  SELECT array_agg(b::date ORDER BY b) FROM generate_series(from_day::timestamp, to_day, CASE kind WHEN 'quarter' THEN '3 months' ELSE '1 ' || kind END::interval) b $$;
-- days after as_of do not exist: what is opened later is not there, what is resolved later is open
CREATE FUNCTION pg_temp.definition(bounds date[], as_of date) RETURNS TABLE (period_start date, opened bigint, resolved bigint, backlog bigint, complete boolean) LANGUAGE sql AS $$
  SELECT b.from_day, count(*) FILTER (WHERE t.opened >= b.from_day AND t.opened < b.to_day), count(*) FILTER (WHERE t.resolved >= b.from_day AND t.resolved < b.to_day),
         count(*) FILTER (WHERE t.opened < b.to_day AND (t.resolved IS NULL OR t.resolved >= b.to_day)), b.to_day - 1 <= as_of
    FROM (SELECT bounds[i] AS from_day, bounds[i + 1] AS to_day FROM generate_series(1, cardinality(bounds) - 1) i) b
    LEFT JOIN (SELECT r.opened, CASE WHEN r.resolved <= as_of THEN r.resolved END AS resolved FROM chs_ticket_rows r WHERE r.opened <= as_of) t ON true
   GROUP BY b.from_day, b.to_day $$;
SELECT k, count(*) AS buckets, bool_and(t IS NOT DISTINCT FROM o) AS equal, count(DISTINCT t.complete) = 2 AND sum(t.opened) > 0 AND sum(t.resolved) > 0 AND count(DISTINCT t.backlog) > 4 AS lively
  FROM (VALUES ('day', '2024-01-01'::date, '2024-03-01'::date), ('week', '2023-07-03', '2025-10-06'), ('month', '2023-01-01', '2026-02-01'),
               ('quarter', '2023-01-01', '2026-01-01'), ('year', '2023-01-01', '2026-01-01')) AS c(k, f, u),
  LATERAL (SELECT ticket_agg(opened, resolved) AS s FROM chs_ticket_rows) x,
  unnest('{2020-01-01,2023-12-31,2024-01-01,2024-01-15,2024-01-31,2024-02-01,2024-02-29,2024-06-30,2024-07-01,2024-12-31,2025-01-01,9999-12-30,9999-12-31}'::date[]) AS as_of,
  LATERAL ticket_flow(s, k, f, u, as_of) t
  FULL JOIN LATERAL pg_temp.definition(pg_temp.bounds_of(k, f, u), as_of) o ON o.period_start = t.period_start GROUP BY k ORDER BY 2;
-- a 4-4-5 calendar
CREATE TEMP TABLE calendar AS SELECT array_agg('2024-01-29'::date + 7 * w ORDER BY w) AS bounds FROM unnest('{0,4,8,13,17,21,26,30,34,39,43,47,52}'::int[]) w;
SELECT count(*) AS buckets, bool_and(t IS NOT DISTINCT FROM o) AS equal
  FROM calendar, LATERAL (SELECT ticket_agg(opened, resolved) AS s FROM chs_ticket_rows) x, unnest('{2020-01-01,2024-01-28,2024-01-29,2024-03-10,2025-01-26,9999-12-31}'::date[]) AS as_of,
  LATERAL ticket_flow(s, bounds, '2024-01-29', '2025-01-27', as_of) t JOIN LATERAL pg_temp.definition(bounds, as_of) o ON o.period_start = t.period_start;
-- the state on single days
SELECT count(*) AS days, bool_and(backlog(s, d) = n) AS backlog, bool_and(abs(backlog_age(s, d) - age) < 1e-12 * greatest(age, 1) OR backlog_age(s, d) IS NULL AND n = 0) AS age, count(backlog_age(s, d)) AS ages,
       bool_and(CASE WHEN d <= '2025-01-01' THEN backlog(s, d, '2025-01-01') = n ELSE backlog(s, d, '2025-01-01') IS NULL AND backlog_age(s, d, '2025-01-01') IS NULL END) AS as_of
  FROM (SELECT ticket_agg(opened, resolved) AS s FROM chs_ticket_rows) x, generate_series('2023-06-01'::timestamp, '2026-01-01', '7 days') g, LATERAL (SELECT g::date AS d) y,
  LATERAL (SELECT count(*) AS n, avg(d - opened)::float8 AS age FROM chs_ticket_rows WHERE opened <= d AND (resolved IS NULL OR resolved > d)) o;

--
-- Row order, FILTER, DISTINCT, parts, text and binary, windows, parallel plans
--
SELECT (SELECT ticket_agg(opened, resolved) FROM chs_ticket_rows) = (SELECT ticket_agg(opened, resolved ORDER BY resolved NULLS FIRST, id) FROM chs_ticket_rows) AS any_order,
       (SELECT ticket_agg(opened, resolved) FILTER (WHERE segment = 1) FROM chs_ticket_rows) = (SELECT ticket_agg(opened, resolved) FROM chs_ticket_rows WHERE segment = 1) AS filter,
       (SELECT ticket_agg(DISTINCT opened, resolved) FROM chs_ticket_rows) = (SELECT ticket_agg(opened, resolved) FROM (SELECT DISTINCT opened, resolved FROM chs_ticket_rows) d) AS distinct;
CREATE TEMP TABLE parts AS SELECT part, ticket_agg(opened, resolved) AS s FROM chs_ticket_rows GROUP BY part;
SELECT (SELECT rollup(s) FROM parts) = ticket_agg(opened, resolved) AS whole, (SELECT rollup(s::text::ticketsummary) FROM parts) = ticket_agg(opened, resolved) AS through_text FROM chs_ticket_rows;
SELECT bool_and(combine(a.s, b.s) = combine(b.s, a.s) AND combine(combine(a.s, b.s), c.s) = combine(a.s, combine(b.s, c.s))) AS commutes,
       bool_and(ticketsummary_combine_inv(combine(a.s, b.s), b.s) = a.s) AS inverse FROM parts a, parts b, parts c WHERE a.part < 5 AND b.part < 5 AND c.part < 5;
SELECT bool_and(s = t) AS equal, count(DISTINCT s) = count(*) AS distinct_hash, bool_and(octet_length(s::text) <= 1.4 * octet_length(ticketsummary_send(s))) AS short_text
  FROM (SELECT s, s::text::ticketsummary AS t FROM parts) x;
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS moving, bool_or(moved IS NULL) AS with_empty, bool_and(rolled IS NOT DISTINCT FROM moved) AS rollup FROM (
  SELECT ticket_agg(opened, resolved) OVER w AS moved, rollup(one) OVER w AS rolled, x.*
    FROM (SELECT r.*, (SELECT ticket_agg(v.o, v.r) FROM (VALUES (r.opened, r.resolved)) v(o, r)) AS one,
                 (SELECT ticket_agg(q.opened, q.resolved) FROM chs_ticket_rows q WHERE q.id BETWEEN r.id - 5 AND r.id - 1) AS again
            FROM (SELECT * FROM chs_ticket_rows WHERE id <= 150) r) x
  WINDOW w AS (ORDER BY id ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING)) y;
SET max_parallel_workers_per_gather = 0;
SELECT ticket_agg(opened, resolved) AS s FROM chs_ticket_rows \gset serial_
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has($$SELECT ticket_agg(opened, resolved) FROM chs_ticket_rows$$, 'Partial Aggregate') AS partial;
SELECT ticket_agg(opened, resolved) = :'serial_s' AS parallel FROM chs_ticket_rows;
SELECT ticket_agg(opened, resolved) FROM chs_ticket_rows WHERE id < 0;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
-- text and binary form: damage
SELECT t, pg_temp.fails(format('SELECT %L::ticketsummary', t)) FROM unnest(ARRAY['', '1', '1:', '1:AQAAAA==', '1:AQAAAAA=x', '1:AQAAAAAA', '1:!!!!', '2:AQAAAAA=', '1:AgAAAAA=', '1:AQAAAAE=']) AS t;
SELECT current_setting('data_directory') || '/chs_tickets_test.bin' AS file \gset
CREATE TEMP TABLE wire_ticketsummary (s ticketsummary);
SELECT bool_and(pg_temp.receive('ticketsummary', ticketsummary_send(s), :'file') = s::text) AS round_trip FROM parts;
-- version, number of days, then of each: day, opened, resolved, sum of opening days (upper half, lower half)
CREATE FUNCTION pg_temp.tickets(days bigint[]) RETURNS bytea LANGUAGE sql AS $$
  SELECT '\x01'::bytea || int4send(cardinality(days) / 5) || coalesce((SELECT string_agg(int8send(d), '' ORDER BY i) FROM unnest(days) WITH ORDINALITY AS x(d, i)), '') $$;
-- 2025-01-01 is day 9132; 1999-12-30 is day -2
SELECT pg_temp.receive('ticketsummary', pg_temp.tickets('{-2,1,0,0,0,9132,2,0,0,0,9135,0,1,0,9132,9140,0,1,-1,-2}'), :'file')::ticketsummary = ticket_agg(o, r) AS by_hand
  FROM (VALUES ('2025-01-01'::date, NULL::date), ('2025-01-01', '2025-01-04'), ('1999-12-30', '2025-01-09')) AS x(o, r);
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'ticketsummary', payload, :'file')) FROM (VALUES
  ('empty', ''::bytea), ('version 2', '\x0200000000'), ('cut', '\x010000'), ('one day said', '\x0100000001'), ('days fall', pg_temp.tickets('{2,1,0,0,0,1,1,0,0,0}')), ('a day twice', pg_temp.tickets('{2,1,0,0,0,2,1,0,0,0}')),
  ('day outside the calendar', pg_temp.tickets('{2145031949,1,0,0,0}')), ('before it', pg_temp.tickets('{-2451546,1,0,0,0}')), ('nothing', pg_temp.tickets('{1,0,0,0,0}')), ('negative', pg_temp.tickets('{1,-1,0,0,0}')),
  ('more resolved than open', pg_temp.tickets('{1,1,0,0,0,5,0,2,0,2}')), ('opened before the first day', pg_temp.tickets('{1,2,0,0,0,5,0,1,0,0}')), ('opened after it was resolved', pg_temp.tickets('{1,1,0,0,0,5,1,1,0,6}')),
  ('a sum of none', pg_temp.tickets('{1,1,0,0,0,5,1,0,0,5}')), ('no such sum', pg_temp.tickets('{1,2,0,0,0,4,2,0,0,0,9,0,3,0,20}')), ('too many', pg_temp.tickets('{1,9223372036854775807,0,0,0,2,1,0,0,0}'))) AS x(n, payload);

--
-- Service levels, by hand
--
CREATE TEMP TABLE reply (n integer, opened timestamptz, responded timestamptz, target interval, what text);
INSERT INTO reply VALUES
  (1, '2026-03-02 08:00+00', '2026-03-02 09:00+00', '4 hours', 'in time'), (2, '2026-03-02 08:00+00', '2026-03-02 12:00+00', '4 hours', 'at the deadline: in time'),
  (3, '2026-03-02 08:00+00', '2026-03-02 12:00:00.000001+00', '4 hours', 'a microsecond late'), (4, '2026-03-02 08:00+00', NULL, '4 hours', 'due, no answer'),
  (5, '2026-03-02 14:00+00', '2026-03-02 14:05+00', '4 hours', 'answered, not due before 18:00'), (6, '2026-03-02 14:00+00', NULL, '4 hours', 'not due'),
  (7, '2026-03-02 08:00+00', '2026-03-02 08:30+00', NULL, 'no target: skipped'), (8, NULL, '2026-03-02 08:30+00', '4 hours', 'skipped'),
  (9, '2026-03-01 08:00+00', '2026-03-02 08:00+00', '1 day', 'a day is 24 hours'), (10, '2026-03-02 16:00+00', '2026-03-02 16:00+00', '0', 'at once'), (11, '2026-03-02 16:00+00', '2026-03-02 16:01+00', '0', 'not at once'),
  (12, '2026-02-28 10:00+00', '2026-03-02 06:00+00', '2 days -4 hours', '44 hours'), (13, '2026-03-05 08:00+00', '2026-03-05 08:01+00', '0', 'opened later');
-- one by one: NULL is not due or skipped
SELECT n, sla_rate(opened, responded, target, '2026-03-02 17:00+00'), what FROM reply GROUP BY n, what ORDER BY n;
-- 1, 2, 9, 10, 12 of 1, 2, 3, 4, 9, 10, 11, 12: 62.5 %; an hour later 5 is due and met, 6 is not: 60 %; at 12:00 it has come for 1 to 4, 9 and 12
SELECT k AS known_until, sla_agg(opened, responded, target, k), sla_rate(opened, responded, target, k) FROM reply, unnest('{2026-03-02 17:00+00,2026-03-02 18:00+00,2026-03-02 12:00+00,2026-03-02 11:59:59.999999+00,2026-02-01 00:00+00}'::timestamptz[]) k GROUP BY k ORDER BY k;
SELECT sla_rate(opened, responded, target, '2026-03-02 17:00+00'), sla_agg(opened, responded, target, '2026-03-02 17:00+00') FROM reply WHERE n < 0;
SELECT sla_rate(opened, responded, target, NULL), sla_agg(opened, responded, NULL, '2026-03-02 17:00+00') FROM reply;
-- a deadline beyond the last timestamp is never due
SELECT sla_agg('294276-12-31 00:00+00', NULL, '2000000000 days', '294276-12-31 23:59:59+00'), sla_agg('4714-11-24 00:00+00 BC', '294276-12-31 23:59:59+00', '1 second', '294276-12-31 23:59:59+00');
-- summer time: 24 hours, not the same hour of the next day (8 March has 23 hours in New York)
SELECT sla_rate('2026-03-07 12:00-05', '2026-03-08 12:30-04', '1 day', '2026-03-31 00:00+00'), sla_rate('2026-03-07 12:00-05', '2026-03-08 13:00-04', '1 day', '2026-03-31 00:00+00'), sla_rate('2026-03-07 12:00-05', '2026-03-08 13:00:01-04', '1 day', '2026-03-31 00:00+00');
-- the errors
SELECT sla_rate('2026-03-02 08:00+00', '2026-03-02 07:59:59.5+00', '4 hours', '2026-03-02 17:00+00');
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$sla_rate('infinity', NULL, '4 hours', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00', 'infinity', '4 hours', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00', NULL, '4 hours', 'infinity')$$,
  $$sla_rate('2026-03-02 08:00+00', NULL, '1 month', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00', NULL, '1 year 2 days -3 hours', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00', NULL, '-4 hours', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00', NULL, '1 day -25 hours', '2026-03-02 17:00+00')$$,
  $$ratiosummary_sla_accum_inv('1:0/0', '2026-03-02 08:00+00', NULL, '4 hours', '2026-03-02 17:00+00')$$, $$ratiosummary_sla_accum_inv('1:1/1', '2026-03-02 08:00+00', NULL, '4 hours', '2026-03-02 17:00+00')$$]) AS q;
-- the session's zone and the style of intervals change no message
SET intervalstyle = 'iso_8601';
SELECT pg_temp.fails($$SELECT sla_rate('2026-03-02 08:00+00', NULL, '1 year 2 days -3 hours', '2026-03-02 17:00+00')$$);
RESET intervalstyle;
-- the hint works
SELECT sla_rate(o, r, '4 hours', '2026-03-02 17:00+00') FILTER (WHERE r IS NULL OR r >= o) FROM (VALUES ('2026-03-02 08:00+00'::timestamptz, '2026-03-02 07:00+00'::timestamptz), ('2026-03-02 08:00+00', '2026-03-02 09:00+00')) v(o, r);
-- a skipped row is not judged
SELECT sla_rate('2026-03-02 08:00+00', '2026-03-02 07:00+00', NULL, '2026-03-02 17:00+00') AS no_target;
-- what is no moment refuses, with the right cast; no mix of types finds the form that answers
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$sla_rate('2026-03-02 08:00'::timestamp, NULL, '4 hours', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00'::timestamptz, '2026-03-02 08:00'::timestamp, '4 hours', '2026-03-02 17:00+00')$$,
  $$sla_rate('2026-03-02'::date, '2026-03-03'::date, '4 hours', '2026-03-02 17:00+00')$$, $$sla_rate('2026-03-02 08:00+00'::timestamptz, NULL, '4 hours', '2026-03-31'::date)$$, $$sla_agg(NULL::timestamp, NULL::timestamp, NULL, NULL)$$]) AS q;
SELECT aggregate, o, r, k, left(pg_temp.fails(format('SELECT %s(NULL::%s, NULL::%s, %L, NULL::%s)', aggregate, o, r, '4 hours', k)), 100) AS fails
  FROM unnest('{sla_rate,sla_agg}'::text[]) aggregate, unnest('{timestamptz,timestamp,date}'::text[]) o, unnest('{timestamptz,timestamp,date}'::text[]) r, unnest('{timestamptz,timestamp,date}'::text[]) k
  WHERE aggregate = 'sla_rate' OR pg_temp.fails(format('SELECT %s(NULL::%s, NULL::%s, %L, NULL::%s)', aggregate, o, r, '4 hours', k)) !~ '^(22023|42725)' ORDER BY 1, o DESC, r DESC, k DESC;
SELECT sla_rate('2026-03-02 08:00'::timestamp AT TIME ZONE 'Europe/Warsaw', NULL, '4 hours', '2026-03-31'::date::timestamp AT TIME ZONE 'Europe/Warsaw') AS the_hints_work;

-- the definition in plain SQL on random rows, half of them within a few hours of known_until; windows too
SELECT setseed(:seed);
CREATE TEMP TABLE replies AS
  SELECT i AS id, opened, CASE WHEN random() < 0.8 THEN opened + random() * random() * interval '30 hours' END AS responded, target
    FROM (SELECT i, timestamptz '2026-03-31 12:00+00' - CASE WHEN random() < 0.5 THEN random() * interval '12 hours' ELSE random() * interval '90 days' END AS opened,
                 (ARRAY['1 hour', '4 hours', '1 day', '90 minutes', NULL])[1 + trunc(4.2 * random())::int]::interval AS target FROM generate_series(1, 20000) i) x;
SELECT count(*) AS moments, bool_and(s::text = format('1:%s/%s', met, due)) AS equal, bool_and(r = 100.0::float8 * met / due) AS rate, min(due) AS least, max(due) AS most
  FROM unnest('{2026-01-02 00:00+00,2026-02-15 10:00+00,2026-03-31 00:00+00,2026-03-31 12:00+00,2026-04-02 12:00+00}'::timestamptz[]) k,
  LATERAL (SELECT sla_agg(opened, responded, target, k) AS s, sla_rate(opened, responded, target, k) AS r FROM replies) x,
  LATERAL (SELECT count(*) AS due, count(*) FILTER (WHERE responded <= deadline) AS met FROM (SELECT responded, opened + make_interval(secs => extract(epoch FROM target)) AS deadline FROM replies) d WHERE deadline <= k) o;
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS moving, bool_or(moved IS NULL) AS with_empty FROM (
  SELECT sla_rate(opened, responded, target, '2026-03-31 12:00+00') OVER (ORDER BY id ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING) AS moved,
         (SELECT sla_rate(q.opened, q.responded, q.target, '2026-03-31 12:00+00') FROM replies q WHERE q.id BETWEEN r.id - 4 AND r.id - 1) AS again
    FROM (SELECT * FROM replies WHERE id <= 150) r) x;

--
-- Service levels in business time
--
CREATE TEMP TABLE office AS SELECT '{"timezone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "wed": [["09:00", "17:00"]], "thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]}}'::businesshours AS c;
-- Friday 6 March at 16:00 in Warsaw (15:00 UTC) and two hours: Monday at 10:00 (09:00 UTC); on Friday at 15:00 two hours end with the
-- day, at 17:00, so an answer at 17:00:01 is late although no business time has passed; opened on Saturday, an hour ends on Monday at 10:00
CREATE TEMP TABLE visit (n integer, opened timestamptz, responded timestamptz, target interval, what text);
INSERT INTO visit VALUES
  (1, '2026-03-06 15:00+00', '2026-03-09 09:00+00', '2 hours', 'at the deadline, over a weekend'), (2, '2026-03-06 15:00+00', '2026-03-09 09:00:00.000001+00', '2 hours', 'a microsecond late'),
  (3, '2026-03-06 14:00+00', '2026-03-06 16:00+00', '2 hours', 'with the end of the slot'), (4, '2026-03-06 14:00+00', '2026-03-06 16:00:01+00', '2 hours', 'behind it, in no business time'),
  (5, '2026-03-07 10:00+00', '2026-03-07 11:00+00', '1 hour', 'answered on Saturday, due on Monday'), (6, '2026-03-07 10:00+00', NULL, '1 hour', 'due, no answer'),
  (7, '2026-03-09 14:00+00', '2026-03-09 14:05+00', '4 hours', 'answered, not due'), (8, '2026-03-07 10:00+00', '2026-03-07 10:00+00', '0', 'at once'),
  (9, '2026-03-09 08:00+00', NULL, NULL, 'no target: skipped'), (10, '2026-03-12 08:00+00', '2026-03-12 08:00+00', '1 hour', 'opened later');
SELECT n, sla_rate(opened, responded, target, '2026-03-09 17:00+00', c), what FROM visit, office GROUP BY n, what ORDER BY n;
SELECT sla_agg(opened, responded, target, '2026-03-09 17:00+00', c), sla_rate(opened, responded, target, '2026-03-09 17:00+00', c), sla_rate(opened, responded, target, '2026-03-09 17:00+00', NULL), sla_agg(opened, responded, target, '2026-03-01 00:00+00', c) FROM visit, office;
-- a calendar per row: open in Warsaw, closed in New York
SELECT sla_agg('2026-03-09 08:00+00', '2026-03-09 09:30+00', '1 hour', '2026-03-09 17:00+00', c) FROM (SELECT c FROM office UNION ALL SELECT '{"timezone": "America/New_York", "week": {"mon": [["09:00", "17:00"]]}}') x;
SELECT q, pg_temp.fails('SELECT ' || q || ' FROM office') FROM unnest(ARRAY[
  $$sla_rate('2026-03-06 15:00+00', NULL, '1 day', '2026-03-09 17:00+00', c)$$, $$sla_rate('2026-03-06 15:00+00', NULL, '-1 hour', '2026-03-09 17:00+00', c)$$, $$sla_rate('2026-03-06 15:00+00', '2026-03-06 14:00+00', '1 hour', '2026-03-09 17:00+00', c)$$,
  $$sla_rate('1500-03-06 15:00+00', NULL, '1 hour', '2026-03-09 17:00+00', c)$$, $$sla_rate('infinity', NULL, '1 hour', '2026-03-09 17:00+00', c)$$, $$sla_rate('2026-03-06 15:00+00', NULL, '1 hour', '2026-03-09 17:00+00', '{"timezone": "UTC", "week": {}}'::businesshours)$$,
  $$sla_rate('2026-03-06 15:00'::timestamp, NULL, '1 hour', '2026-03-09 17:00+00', c)$$, $$sla_agg('2026-03-06 15:00+00'::timestamptz, NULL, '1 hour', '2026-03-09'::date, c)$$,
  $$ratiosummary_sla_accum_inv('1:0/0', '2026-03-06 15:00+00', NULL, '1 hour', '2026-03-09 17:00+00', c)$$]) AS q;
SELECT count(*) AS mixes, count(*) FILTER (WHERE pg_temp.fails(format('SELECT %s(NULL::%s, NULL::%s, %L, NULL::%s, c) FROM office', aggregate, o, r, '4 hours', k)) ~ '^(22023|42725)') AS refused
  FROM unnest('{sla_rate,sla_agg}'::text[]) aggregate, unnest('{timestamptz,timestamp,date}'::text[]) o, unnest('{timestamptz,timestamp,date}'::text[]) r, unnest('{timestamptz,timestamp,date}'::text[]) k;
-- the definition by business_add on random rows, and a window
SELECT count(*) AS moments, bool_and(s::text = format('1:%s/%s', met, due)) AS equal, bool_and(r = 100.0::float8 * met / due) AS rate, min(due) AS least, max(due) AS most
  FROM office, unnest('{2026-01-02 12:00+00,2026-02-15 10:00+00,2026-03-31 00:00+00,2026-03-31 12:00+00,2026-04-02 12:00+00}'::timestamptz[]) k,
  LATERAL (SELECT sla_agg(opened, responded, hours, k, c) AS s, sla_rate(opened, responded, hours, k, c) AS r FROM replies, LATERAL (SELECT make_interval(secs => extract(epoch FROM target)) AS hours) h) x,
  LATERAL (SELECT count(*) AS due, count(*) FILTER (WHERE responded <= deadline) AS met FROM (SELECT responded, business_add(c, opened, make_interval(secs => extract(epoch FROM target))) AS deadline FROM replies) d WHERE deadline <= k) o;
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS moving FROM (
  SELECT sla_rate(opened, responded, '3 hours', '2026-03-31 12:00+00', c) OVER (ORDER BY id ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING) AS moved,
         (SELECT sla_rate(q.opened, q.responded, '3 hours', '2026-03-31 12:00+00', c) FROM replies q WHERE q.id BETWEEN r.id - 4 AND r.id - 1) AS again
    FROM (SELECT * FROM replies WHERE id <= 150) r, office) x;

-- A rate of a running period is not 100 % by construction: of tickets that are answered in time with a probability of
-- 60 %, as a table shows them at known_until, without the answers of the future.  Months, and the hours of the last day.
\echo seed :seed
SELECT setseed(:seed);
CREATE TEMP TABLE simulated AS
  SELECT opened, CASE WHEN responded <= '2026-03-20 16:40+00' THEN responded END AS responded
    FROM (SELECT opened, opened + CASE WHEN random() < 0.6 THEN random() * interval '30 minutes' ELSE (0.5 + 5 * random()) * interval '1 hour 1 second' END AS responded
            FROM (SELECT CASE WHEN i % 3 = 0 THEN timestamptz '2026-03-20 00:00+00' + random() * interval '16 hours 40 minutes'
                              ELSE timestamptz '2025-11-01 00:00+00' + random() * (timestamptz '2026-03-20 16:40+00' - timestamptz '2025-11-01 00:00+00') END AS opened FROM generate_series(1, 60000) i) x) y;
SELECT b, count(*) AS buckets, bool_and(low < 60 AND high > 60) AS all_within, (array_agg(low < 60 AND high > 60 ORDER BY bucket DESC))[1] AS last_within, min(trials(s)) > 100 AS enough,
       bool_and(high - low < 45) AS narrow,
       -- what counts answers alone is wrong in the last hour
       (array_agg(naive_low > 60 ORDER BY bucket DESC))[1] AS naive_is_wrong
  FROM (SELECT b, date_trunc(b, opened, 'UTC') AS bucket, sla_agg(opened, responded, '30 minutes', '2026-03-20 16:40+00') AS s,
               ratio_agg(responded <= opened + interval '30 minutes') FILTER (WHERE responded IS NOT NULL) AS naive
          FROM simulated, unnest('{month,hour}'::text[]) b WHERE b = 'month' OR opened >= '2026-03-20 00:00+00' GROUP BY 1, 2) x,
       LATERAL rate_interval(s, 99.99) i, LATERAL (SELECT low AS naive_low FROM rate_interval(naive, 99.99)) n
 GROUP BY b ORDER BY b;

--
-- First contact resolution
--
-- resolved are 4 of 5, two of them with one contact: 50 %; with at most two contacts 75 %; unknown outcomes and contacts are skipped
SELECT first_contact_resolution(contacts, resolved) AS first, first_contact_resolution(contacts, resolved, 2) AS second, first_contact_resolution(contacts, resolved, 0) AS none, first_contact_resolution(contacts, resolved, 9223372036854775807) AS all
  FROM (VALUES (1, true), (1, true), (2, true), (5, true), (1, false), (1, NULL), (NULL, true)) v(contacts, resolved);
-- a tool that counts the contacts after the first
SELECT first_contact_resolution(contacts, resolved, 0) FROM (VALUES (0, true), (0, true), (1, true), (0, false)) v(contacts, resolved);
SELECT first_contact_resolution(contacts, resolved), first_contact_resolution(contacts, resolved, 0) FROM (VALUES (1, false)) v(contacts, resolved);
SELECT first_contact_resolution(contacts, resolved), first_contact_resolution(contacts, resolved, NULL) FROM (VALUES (NULL::int, true)) v(contacts, resolved);
SELECT first_contact_resolution(contacts, resolved) FROM (VALUES (1, true)) v(contacts, resolved) WHERE false;
-- any whole number
SELECT first_contact_resolution(1, true), first_contact_resolution('1', true), first_contact_resolution(1::smallint, true), first_contact_resolution(1::bigint, true), first_contact_resolution(1.0, true), first_contact_resolution(1::real, true), first_contact_resolution(2::float8, true, 1), first_contact_resolution(2::numeric, true, 2::smallint);
SELECT first_contact_resolution(9223372036854775807, true, 9223372036854775807), first_contact_resolution(9007199254740993::float8, true, 9007199254740992), first_contact_resolution(9.2e18::float8, true, 1);
-- the errors
SELECT first_contact_resolution(0, true);
SELECT first_contact_resolution(-1, true);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'first_contact_resolution(0::bigint, false)', 'first_contact_resolution(0.0, true)', 'first_contact_resolution(0::float8, true)', 'first_contact_resolution(-1, false, 0)', 'first_contact_resolution(-9223372036854775808, true)', 'first_contact_resolution(-0.5, true)', 'first_contact_resolution(-1.5::float8, true, 0)',
  'first_contact_resolution(1.5, true)', 'first_contact_resolution(1.5::float8, true)', $$first_contact_resolution('NaN'::numeric, true)$$, $$first_contact_resolution('NaN'::float8, true)$$, $$first_contact_resolution('Infinity'::float8, true)$$, $$first_contact_resolution('-Infinity'::float8, true)$$, 'first_contact_resolution(1e30, true)', 'first_contact_resolution(1e30::float8, true)',
  'first_contact_resolution(1, true, -1)', $$ratiosummary_contacts_accum_inv('1:0/0', 1, true)$$, $$ratiosummary_contacts_accum_inv('1:1/1', 2, true)$$]) AS q;
-- the ways out of the hints
SELECT first_contact_resolution(contacts, resolved, 0) AS after_the_first, first_contact_resolution(contacts, resolved) FILTER (WHERE contacts > 0) AS without FROM (VALUES (0, true), (1, true), (2, true)) v(contacts, resolved);
-- the definition, for every type, and windows
SELECT setseed(:seed);
CREATE TEMP TABLE contact AS SELECT i AS id, CASE WHEN random() < 0.95 THEN 1 + trunc(5 * random() * random())::int END AS contacts, CASE WHEN random() < 0.95 THEN random() < 0.8 END AS resolved FROM generate_series(1, 5000) i;
SELECT a AS allowed, bool_and(v = o) AS equal, count(*) FROM unnest('{0,1,2,3}'::bigint[]) a,
  LATERAL (SELECT ARRAY[first_contact_resolution(contacts, resolved, a), first_contact_resolution(contacts::bigint, resolved, a), first_contact_resolution(contacts::numeric, resolved, a), first_contact_resolution(contacts::float8, resolved, a)]
                  || CASE WHEN a = 1 THEN ARRAY[first_contact_resolution(contacts, resolved), first_contact_resolution(contacts::bigint, resolved), first_contact_resolution(contacts::numeric, resolved), first_contact_resolution(contacts::float8, resolved)] END AS all,
                  100.0::float8 * count(*) FILTER (WHERE resolved AND contacts <= a) / count(*) FILTER (WHERE resolved AND contacts IS NOT NULL) AS o FROM contact) x, unnest(x.all) v GROUP BY 1 ORDER BY 1;
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS moving, bool_or(moved IS NULL) AS with_empty FROM (
  SELECT first_contact_resolution(contacts, resolved) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS moved,
         (SELECT first_contact_resolution(q.contacts, q.resolved) FROM contact q WHERE q.id BETWEEN r.id - 3 AND r.id - 1) AS again
    FROM (SELECT * FROM contact WHERE id <= 200) r) x;

DROP TABLE chs_ticket_rows;
