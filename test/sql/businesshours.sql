-- support: calendars of business hours, business time, deadlines
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';

--
-- The type
--

-- one spelling: keys, days, slots and holidays in order, the zone as the list has it
SELECT '{"holidays": ["2026-12-25", {"hours": [["09:00", "13:00"]], "day": "2026-12-24"}, {"day": "2026-01-01", "hours": []}],
  "week": {"sun": [], "fri": [["13:00", "17:00"], ["09:00", "12:00"], ["12:00", "13:00"]], "mon": [["00:00", "24:00"]], "tue": null},
  "versions": [{"week": {}, "from": "2027-01-01"}, {"from": "2027-2-1", "week": {"sat": [["22:00", "24:00"]]}}], "timezone": "europe/WARSAW"}'::businesshours;
-- the least
SELECT '{"timezone": "UTC", "week": {}}'::businesshours;
SELECT '{"timezone": "UTC", "week": {}, "holidays": [], "versions": null}'::businesshours;

CREATE TEMP TABLE calendar (name text PRIMARY KEY, source text, c businesshours);
INSERT INTO calendar (name, source) VALUES
  ('office', '{"timezone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "wed": [["09:00", "17:00"]], "thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]},
     "holidays": ["2026-12-25", {"day": "2026-12-24", "hours": [["09:00", "13:00"]]}], "versions": [{"from": "2027-01-01", "week": {"mon": [["08:00", "12:00"], ["12:30", "16:00"]], "sat": [["10:00", "14:00"]]}}]}'),
  ('night', '{"timezone": "America/New_York", "week": {"sat": [["22:00", "24:00"]], "sun": [["00:00", "04:00"]]}}'),
  ('always', '{"timezone": "Europe/Warsaw", "week": {"mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]], "wed": [["00:00", "24:00"]], "thu": [["00:00", "24:00"]], "fri": [["00:00", "24:00"]], "sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}}'),
  ('once', '{"timezone": "Asia/Kolkata", "week": {}, "holidays": [{"day": "2026-06-01", "hours": [["10:00", "11:00"]]}]}'),
  ('never', '{"timezone": "UTC", "week": {}}');
-- text and jsonb of columns; json too
UPDATE calendar SET c = source::businesshours;
SELECT count(*) AS calendars, count(*) FILTER (WHERE c = source::jsonb::businesshours AND c = source::json::businesshours AND c = c::text::businesshours AND c = c::jsonb::businesshours AND c = c::json::businesshours) AS same FROM calendar;
SELECT c::jsonb -> 'week' -> 'sun' AS jsonb, c::json ->> 'timezone' AS json FROM calendar WHERE name = 'night';
-- an assignment casts from json and jsonb
CREATE TEMP TABLE wire_businesshours (s businesshours);
INSERT INTO wire_businesshours SELECT source::jsonb FROM calendar;
INSERT INTO wire_businesshours SELECT source::json FROM calendar;
-- equality, order and hash are by content
SELECT count(*) AS rows, count(DISTINCT s) AS values, count(DISTINCT businesshours_hash(s)) AS hashes FROM wire_businesshours;
SET enable_sort = off;
SELECT count(*) FROM (SELECT s FROM wire_businesshours GROUP BY s) AS x;
RESET enable_sort;
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a.c < b.c)::int + (a.c = b.c)::int + (a.c > b.c)::int <> 1 OR (a.c <= b.c) <> (b.c >= a.c) OR (a.c = b.c) <> (a.name = b.name)) AS wrong FROM calendar a, calendar b;
-- touching slots stay two: another calendar in other words, the same time
SELECT a = b AS equal, business_time(a, '2026-01-05 00:00+00', '2026-01-06 00:00+00') AS a, business_time(b, '2026-01-05 00:00+00', '2026-01-06 00:00+00') AS b
  FROM (SELECT '{"timezone": "UTC", "week": {"mon": [["09:00", "12:00"], ["12:00", "17:00"]]}}'::businesshours AS a, '{"timezone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}'::businesshours AS b) AS x;
-- binary form: a version byte and the text
SELECT name, businesshours_send(c) = '\x01'::bytea || convert_to(c::text, 'UTF8') AS form FROM calendar ORDER BY name;
CREATE TEMP TABLE sent AS SELECT c FROM calendar;
SELECT pg_temp.copy_binary('sent', 'wire_businesshours');
SELECT count(*) AS rows, count(*) FILTER (WHERE s IN (SELECT c FROM calendar)) AS same FROM wire_businesshours;
SELECT typstorage FROM pg_type WHERE typname = 'businesshours';

--
-- Business time by hand
--

-- a working day in summer: 9:00 in Warsaw is 7:00 UTC
SELECT business_time(c, '2026-07-01 06:00+00', '2026-07-02 00:00+00') AS a_day, business_time(c, '2026-07-01 07:30+00', '2026-07-01 08:15:30.5+00') AS part, business_time(c, '2026-07-01 15:00+00', '2026-07-02 07:00+00') AS night,
       business_time(c, '2026-07-03 14:00+00', '2026-07-06 08:00+00') AS weekend, business_time(c, '2026-07-01 07:30+00', '2026-07-01 07:30+00') AS nothing, business_seconds(c, '2026-07-01 07:30+00', '2026-07-01 08:15:30.5+00') AS seconds
  FROM calendar WHERE name = 'office';
-- part of a day on 24 December, a holiday on the 25th, another week from 2027 on: Saturday 2 January has 4 hours, Monday 7:30
SELECT day::date, business_time(c, day, day + interval '1 day') AS hours FROM calendar, generate_series(timestamptz '2026-12-22 23:00+00', '2027-01-04 23:00+00', '1 day') AS day WHERE name = 'office' ORDER BY day;
-- the night from Saturday to Sunday has 6 hours, 5 when the clock leaves one out and 7 when it shows one twice
SELECT business_time(c, '2026-06-06 12:00+00', '2026-06-07 12:00+00') AS plain, business_time(c, '2026-03-07 12:00+00', '2026-03-08 12:00+00') AS spring, business_time(c, '2026-10-31 12:00+00', '2026-11-01 12:00+00') AS autumn FROM calendar WHERE name = 'night';
-- always open: elapsed time, over a change too
SELECT business_time(c, '2026-03-28 23:00+00', '2026-03-29 22:00+00') AS spring, business_time(c, '1850-01-01', '2400-01-01') AS all, business_seconds(c, '1850-01-01', '2400-01-01') = extract(epoch FROM timestamptz '2400-01-01' - timestamptz '1850-01-01') AS elapsed FROM calendar WHERE name = 'always';
SELECT business_time(c, '1850-01-01', '2400-01-01') AS once, business_seconds(c, '2026-06-01 05:00+00', '2026-06-02') AS seconds FROM calendar WHERE name = 'once';
SELECT business_time(c, '1850-01-01', '2400-01-01') AS never FROM calendar WHERE name = 'never';
-- periods: without the pause from 10:00 to 12:30; no period; NULL
SELECT business_time(c, tstzmultirange(tstzrange('2026-07-01 00:00+00', '2026-07-02 00:00+00')) - tstzmultirange(tstzrange('2026-07-01 08:00+00', '2026-07-01 10:30+00'))) AS without_pause,
       business_seconds(c, '{[2026-07-01 00:00+00,2026-07-01 08:00+00],(2026-07-02 08:00+00,2026-07-02 09:00+00)}'::tstzmultirange) AS seconds, business_time(c, '{}'::tstzmultirange) AS none FROM calendar WHERE name = 'office';
SELECT business_time(c, (SELECT range_agg(tstzrange(a, b)) FROM (VALUES (timestamptz '2026-07-01 06:00+00', timestamptz '2026-07-01 08:00+00'), ('2026-07-01 07:30+00', '2026-07-01 09:00+00')) AS v(a, b))) AS aggregated FROM calendar WHERE name = 'office';
SELECT business_time(NULL, '2026-01-01', '2026-01-02') AS a, business_time(c, NULL::timestamptz, '2026-01-02') AS b, business_seconds(c, '2026-01-01', NULL::timestamptz) AS c, business_time(c, NULL::tstzmultirange) AS d, business_seconds(c, NULL::tstzmultirange) AS e, business_add(c, NULL::timestamptz, '1 h') AS f, business_add(c, '2026-01-01', NULL) AS g FROM calendar WHERE name = 'office';

--
-- Deadlines by hand
--

-- the end of a slot, not the next opening; 0 gives from, an hour on Friday evening ends on Monday
SELECT business_add(c, '2026-07-01 07:00+00', '8 hours') AS end_of_day, business_add(c, '2026-07-01 03:00+00', '0') AS zero, business_add(c, '2026-07-01 03:00+00', '0.000001 s') AS least, business_add(c, '2026-07-03 14:30+00', '1 hour') AS over_the_weekend,
       business_add(c, '2026-12-23 16:00+00', '5 hours') AS christmas, business_add(c, '2026-12-24 11:00+00', '16 h 1 min') AS after_christmas, business_add(c, '2026-12-31 16:00+00', '4 h') AS new_year FROM calendar WHERE name = 'office';
-- in the hour that the clock shows twice: an hour after 1:30 summer time it is 1:30 again
SELECT business_add(c, '2026-11-01 05:30+00', '1 hour') AS autumn, business_add(c, '2026-03-08 06:30+00', '1 hour') AS spring, business_add(c, '2026-11-01 02:00+00', '7 hours') AS whole_night, business_add(c, '2026-11-01 02:00+00', '7 h 1 s') AS next_night FROM calendar WHERE name = 'night';
SELECT business_add(c, '1850-01-01', '1 hour') AS once FROM calendar WHERE name = 'once';
-- far away: the last day that has any
SELECT business_add(c, '1850-01-01', business_time(c, '1850-01-01', '2400-01-01')) AS last FROM calendar WHERE name = 'office';

--
-- The definition in plain SQL on random calendars: every quarter of an hour for
-- two years with four changes of the clock, every minute for eight weeks with
-- one.  An instant is open when the clock then shows a time inside a slot.
-- CHS_UNIT=1 counts every minute of the two years, which takes a minute.
--
\set unit 15
\getenv unit CHS_UNIT
\set seed 0.3127
SELECT setseed(:seed);
CREATE FUNCTION pg_temp.clock(minutes int) RETURNS text LANGUAGE sql AS $$ SELECT lpad((minutes / 60)::text, 2, '0') || ':' || lpad((minutes % 60)::text, 2, '0') $$;
CREATE FUNCTION pg_temp.minutes(clock text) RETURNS int LANGUAGE sql AS $$ SELECT split_part(clock, ':', 1)::int * 60 + split_part(clock, ':', 2)::int $$;
-- slots between some times that are multiples of a unit of minutes
CREATE FUNCTION pg_temp.random_slots(unit int, most int) RETURNS jsonb LANGUAGE sql AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_array(pg_temp.clock(a), pg_temp.clock(b)) ORDER BY random()) FILTER (WHERE b IS NOT NULL AND (n % 2 = 1 OR random() < 0.1)), '[]')
    FROM (SELECT p AS a, lead(p) OVER (ORDER BY p) AS b, row_number() OVER (ORDER BY p) AS n
            FROM (SELECT DISTINCT (random() * 1440 / unit)::int * unit AS p FROM generate_series(1, 2 * (random() * most)::int)) AS x) AS y $$;
CREATE FUNCTION pg_temp.random_week(unit int) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_object_agg(day, pg_temp.random_slots(unit, 4)) FROM unnest('{mon,tue,wed,thu,fri,sat,sun}'::text[]) AS day WHERE random() < 0.9 $$;
CREATE FUNCTION pg_temp.random_calendar(zone text, unit int, first date, last date) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('timezone', zone, 'week', pg_temp.random_week(unit),
    'holidays', (SELECT jsonb_agg(CASE WHEN random() < 0.5 THEN to_jsonb(day) ELSE jsonb_build_object('day', day, 'hours', pg_temp.random_slots(unit, 2)) END ORDER BY random())
                   FROM (SELECT DISTINCT first + (random() * (last - first))::int AS day FROM generate_series(1, (last - first) / 12)) AS x),
    'versions', (SELECT jsonb_agg(jsonb_build_object('from', day, 'week', pg_temp.random_week(unit)) ORDER BY day)
                   FROM (SELECT DISTINCT first + (random() * (last - first))::int AS day FROM generate_series(1, (random() * 4)::int)) AS x)) $$;
CREATE TEMP TABLE random_one AS
  SELECT *, json::businesshours AS c
    FROM (SELECT row_number() OVER () AS id, zone, unit, first, last, pg_temp.random_calendar(zone, unit, first, last) AS json
            FROM unnest('{Europe/Warsaw,America/New_York,Asia/Kolkata}'::text[]) AS zone,
                 (VALUES (:unit, date '2025-01-01', date '2027-01-01'), (1, '2026-02-20', '2026-04-05')) AS v(unit, first, last)) AS x;
-- open units of local time
CREATE TEMP TABLE open_unit AS
  SELECT id, day + make_interval(mins => i * unit) AS local
    FROM random_one, generate_series(first - 2, last + 2, interval '1 day') AS day,
         LATERAL (SELECT coalesce((SELECT coalesce(h -> 'hours', '[]') FROM jsonb_array_elements(json -> 'holidays') AS h WHERE coalesce(h ->> 'day', h #>> '{}')::date = day),
                                  coalesce((SELECT v -> 'week' FROM jsonb_array_elements(nullif(json -> 'versions', 'null')) AS v WHERE (v ->> 'from')::date <= day ORDER BY (v ->> 'from')::date DESC LIMIT 1), json -> 'week')
                                    -> (ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM day)], '[]') AS hours) AS h,
         jsonb_array_elements(hours) AS slot, generate_series(pg_temp.minutes(slot ->> 0) / unit, pg_temp.minutes(slot ->> 1) / unit - 1) AS i;
-- units in order of time, whether each is open, and how many are open before it
CREATE TEMP TABLE unit AS
  SELECT id, at, n, is_open, sum(is_open::int) OVER (PARTITION BY id ORDER BY at) - is_open::int AS before
    FROM (SELECT r.id, at, row_number() OVER (PARTITION BY r.id ORDER BY at) AS n, o.id IS NOT NULL AS is_open
            FROM random_one r CROSS JOIN LATERAL generate_series(first::timestamptz, last::timestamptz, make_interval(mins => unit)) AS at LEFT JOIN open_unit o ON o.id = r.id AND o.local = at AT TIME ZONE zone) AS x;
CREATE INDEX ON unit (id, n);
ANALYZE unit;
SELECT count(*) > 350000 AS many, count(*) FILTER (WHERE is_open) > 50000 AS open, count(*) FILTER (WHERE NOT is_open) > 50000 AS closed FROM unit;
CREATE TEMP TABLE pair AS
  SELECT r.id, c, a.at AS f, b.at AS t, (b.before - a.before) * unit * 60 AS seconds, p.is_open AS open_just_before
    FROM (SELECT id, (random() * (most - 1))::int + 1 AS n, (random() ^ 3 * most)::int AS length, most
            FROM (SELECT id, max(n) AS most FROM unit GROUP BY id) AS x, generate_series(1, 1000)) AS x
    JOIN random_one r USING (id) JOIN unit a ON a.id = x.id AND a.n = x.n JOIN unit b ON b.id = x.id AND b.n = least(x.n + length, most) LEFT JOIN unit p ON p.id = x.id AND p.n = b.n - 1;
SELECT count(*) > 5500 AS many, count(*) FILTER (WHERE business_seconds(c, f, t) <> seconds) AS wrong_seconds, count(*) FILTER (WHERE business_time(c, f, t) <> make_interval(secs => seconds)) AS wrong_time,
       count(*) FILTER (WHERE seconds > 0) > 3000 AS positive FROM pair;
-- a deadline is the end of that much time, and no earlier moment has it
SELECT count(*) FILTER (WHERE t > f AND open_just_before) > 1000 AS many, count(*) FILTER (WHERE t > f AND open_just_before AND business_add(c, f, make_interval(secs => seconds)) <> t) AS not_back FROM pair;
SELECT count(*) FILTER (WHERE seconds > 0) > 3000 AS many, count(*) FILTER (WHERE business_add(c, f, make_interval(secs => seconds)) > t) AS late, count(*) FILTER (WHERE seconds = 0 AND business_add(c, f, '0') <> f) AS not_from,
       count(*) FILTER (WHERE seconds > 0 AND business_time(c, f, business_add(c, f, make_interval(secs => seconds)) - interval '1 microsecond') <> make_interval(secs => seconds) - interval '1 microsecond') AS early FROM pair;
-- at any microsecond: additive, and a deadline has its time
CREATE TEMP TABLE triple AS
  SELECT c, v[1] AS a, v[2] AS b, v[3] AS d
    FROM (SELECT c, ARRAY(SELECT x FROM unnest(ARRAY[f + random() * (t - f), t + random() * interval '40 days', f - random() * interval '2000 days']) AS x ORDER BY x) AS v FROM pair WHERE random() < 0.2) AS x;
SELECT count(*) > 800 AS many, count(*) FILTER (WHERE business_time(c, a, b) + business_time(c, b, d) <> business_time(c, a, d)) AS not_additive,
       count(*) FILTER (WHERE business_time(c, tstzmultirange(tstzrange(a, b), tstzrange(b, d))) <> business_time(c, a, d)) AS other_ranges,
       count(*) FILTER (WHERE business_time(c, a, business_add(c, a, business_time(c, a, b))) <> business_time(c, a, b)) AS not_its_time FROM triple;
-- more calendars than a call site keeps, in turn: with another holiday each, long ago
SELECT count(*) > 1000 AS many, count(DISTINCT c) AS calendars, count(*) FILTER (WHERE business_seconds(c, f, t) <> seconds) AS wrong
  FROM (SELECT (c::jsonb || jsonb_build_object('holidays', coalesce(c::jsonb -> 'holidays', '[]') || to_jsonb(date '1990-01-01' + n)))::businesshours AS c, f, t, seconds
          FROM (SELECT *, row_number() OVER (ORDER BY f, t, id)::int % 23 AS n FROM pair) AS x WHERE seconds % 7 = 0 ORDER BY f, t OFFSET 0) AS x;
-- years that lie far apart, in turn
SELECT count(*) AS rows, count(*) FILTER (WHERE business_time(c, f, t) <> business_time(c, f, m) + business_time(c, m, t)) AS wrong
  FROM (SELECT c, timestamptz '1850-01-01' + ((i * 7919) % 90000) * interval '1 day' AS f, timestamptz '2100-01-01' + ((i * 104729) % 109000) * interval '1 day' AS t, timestamptz '2026-03-29 01:30+00' AS m FROM random_one, generate_series(1, 60) AS i) AS x
 CROSS JOIN LATERAL (SELECT least(f, t) AS a, greatest(f, t) AS b) AS y WHERE f < m AND m < t;
-- settings change nothing
CREATE TEMP TABLE serial_answer AS SELECT sum(business_seconds(c, f, t)) AS seconds, sum(extract(epoch FROM business_add(c, f, '100 hours'))) AS deadlines FROM pair;
SET timezone = 'Pacific/Auckland';
SET datestyle = 'German, DMY';
SET intervalstyle = 'iso_8601';
SELECT (SELECT sum(business_seconds(c, f, t)) FROM pair) = seconds AS seconds, (SELECT sum(extract(epoch FROM business_add(c, f, '100 hours'))) FROM pair) = deadlines AS deadlines FROM serial_answer;
SELECT pg_temp.fails($$SELECT business_add('{"timezone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}', '2026-01-01 00:00+00', '-1 hour')$$);
RESET timezone;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';

--
-- What is no moment refuses, also NULL
--
SELECT q, pg_temp.fails('SELECT ' || replace(q, 'C,', $$'{"timezone": "UTC", "week": {}}'::businesshours,$$)) FROM unnest(ARRAY[
  $$business_time(C, '2026-01-01'::timestamp, '2026-01-02'::timestamp)$$, $$business_seconds(C, '2026-01-01'::date, now())$$, $$business_time(C, now(), '2026-01-01'::timestamp)$$, $$business_seconds(C, now(), NULL::date)$$,
  $$business_add(C, '2026-01-01'::timestamp, '1 hour')$$, $$business_add(C, NULL::date, '1 hour')$$]) AS q;
-- all mixes, and the hints work
SELECT f, a, b, pg_temp.fails(format($$SELECT %s('{"timezone": "UTC", "week": {}}', '2026-01-01'::%s, '2026-01-02'::%s)$$, f, a, b)) ~ '^22023 . "(from|to)_time" must be a timestamp with time zone' AS refused
  FROM unnest('{business_time,business_seconds}'::text[]) AS f, unnest('{timestamptz,timestamp,date}'::text[]) AS a, unnest('{timestamptz,timestamp,date}'::text[]) AS b ORDER BY 4, 1, 2, 3;
SELECT business_time(c, '2026-07-01 12:00'::timestamp AT TIME ZONE 'Europe/Warsaw', '2026-07-03'::date::timestamp AT TIME ZONE 'Europe/Warsaw') AS hinted FROM calendar WHERE name = 'office';
-- natural calls: text, varchar and jsonb of a column with a cast, a quoted calendar
SELECT business_seconds(source::businesshours, '2026-07-01 07:30+00', '2026-07-01 07:31+00') AS text, business_seconds(source::varchar::businesshours, '2026-07-01 07:30+00', '2026-07-01 07:31+00') AS varchar, business_seconds(source::jsonb::businesshours, '2026-07-01 07:30+00', '2026-07-01 07:31+00') AS jsonb,
       business_seconds('{"timezone": "UTC", "week": {"wed": [["07:30", "08:00"]]}}', '2026-07-01 07:30+00', '2026-07-01 07:31+00') AS quoted FROM calendar WHERE name = 'office';

--
-- Errors of calls
--
SELECT name, q, pg_temp.fails(format('SELECT %s FROM calendar WHERE name = %L', q, name)) FROM (VALUES
  ('office', $$business_time(c, '2026-01-02', '2026-01-01 12:00:00.5+00')$$),
  ('office', $$business_time(c, 'infinity', '2026-01-01')$$),
  ('office', $$business_seconds(c, '2026-01-01', '-infinity')$$),
  ('office', $$business_time(c, '1849-12-31 23:59+00', '2026-01-01')$$),
  ('office', $$business_seconds(c, '2026-01-01', '9999-12-31')$$),
  ('office', $$business_time(c, '{[2026-01-01,)}'::tstzmultirange)$$),
  ('office', $$business_time(c, '{(,2026-01-01)}'::tstzmultirange)$$),
  ('office', $$business_seconds(c, '{[2026-01-01,infinity]}'::tstzmultirange)$$),
  ('office', $$business_seconds(c, '{[1700-01-01,2026-01-01]}'::tstzmultirange)$$),
  ('office', $$business_add(c, 'infinity', '1 hour')$$),
  ('office', $$business_add(c, '2500-01-01', '1 hour')$$),
  ('office', $$business_add(c, '2026-01-01', '-00:00:01')$$),
  ('office', $$business_add(c, '2026-01-01', '1 day')$$),
  ('office', $$business_add(c, '2026-01-01', '2 months 3 hours')$$),
  ('office', $$business_add(c, '2026-01-01', '1 day -24 hours')$$),
  ('office', $$business_add(c, '2399-12-31 12:00+00', '100 hours')$$),
  ('office', $$business_add(c, '2026-01-01', '2562047788 hours')$$),
  ('once', $$business_add(c, '2026-06-01 05:00+00', '1 hour')$$),
  ('never', $$business_add(c, '2026-06-01 05:00+00', '1 hour')$$),
  ('never', $$business_add(c, '2026-06-01 05:00+00', '0')$$)) AS v(name, q);

--
-- A key that is written twice counts as in jsonb: the last one holds
--
SELECT '{"timezone": "UTC", "week": {"mon": [["09:00", "12:00"]], "mon": [["13:00", "17:00"]]}}'::businesshours;

--
-- Errors of calendars
--
SELECT j, pg_temp.fails(format('SELECT %L::businesshours', regexp_replace(regexp_replace(j, '\mZ\M', '"timezone": "UTC"', 'g'), '\mW\M', '"week": {}', 'g'))) FROM unnest(ARRAY[
  '', '[]', '7', '{}', '{Z}', '{W}', 'not json',
  '{"timezone": "Europe/Warsow", W}', '{"timezone": "EST", W}', '{"timezone": 1, W}', '{"timezone": "", W}',
  '{Z, W, "weeks": {}}', '{Z, W, "holydays": []}', '{Z, W, "note": "office"}',
  '{Z, "week": []}', '{Z, "week": {"monday": []}}', '{Z, "week": {"Mon": []}}', '{Z, "week": {"mon": "09:00-17:00"}}', '{Z, "week": {"mon": ["09:00", "17:00"]}}', '{Z, "week": {"mon": [["09:00"]]}}', '{Z, "week": {"mon": [["09:00", "12:00", "17:00"]]}}', '{Z, "week": {"mon": [{"from": "09:00"}]}}',
  '{Z, "week": {"mon": [["09:00", "24:30"]]}}', '{Z, "week": {"mon": [["24:00", "24:00"]]}}', '{Z, "week": {"mon": [["9:00", "17:00"]]}}', '{Z, "week": {"mon": [["09:00", "17:60"]]}}', '{Z, "week": {"mon": [["09:00:00", "17:00"]]}}', '{Z, "week": {"mon": [[9, 17]]}}', '{Z, "week": {"mon": [["-1:00", "17:00"]]}}', '{Z, "week": {"mon": [["09:00", "25:00"]]}}',
  '{Z, "week": {"mon": [["17:00", "09:00"]]}}', '{Z, "week": {"mon": [["09:00", "09:00"]]}}', '{Z, "week": {"sat": [["13:00", "17:00"], ["09:00", "13:01"]]}}', '{Z, "week": {"sat": [["09:00", "17:00"], ["09:00", "17:00"]]}}',
  '{Z, W, "holidays": {}}', '{Z, W, "holidays": ["2026-02-30"]}', '{Z, W, "holidays": ["25.12.2026"]}', '{Z, W, "holidays": ["26-12-25"]}', '{Z, W, "holidays": ["tomorrow"]}', '{Z, W, "holidays": [20261225]}', '{Z, W, "holidays": [["2026-12-25"]]}', '{Z, W, "holidays": ["2026-12-25", "2026-12-26", "2026-12-25"]}', '{Z, W, "holidays": ["2026-12-25", {"day": "2026-12-25", "hours": []}]}',
  '{Z, W, "holidays": [{"day": "2026-12-25"}]}', '{Z, W, "holidays": [{"hours": []}]}', '{Z, W, "holidays": [{"day": "2026-13-01", "hours": []}]}', '{Z, W, "holidays": [{"day": "2026-12-24", "hours": [["09:00", "24:01"]]}]}', '{Z, W, "holidays": [{"day": "2026-12-24", "hours": [], "name": "Christmas Eve"}]}', '{Z, W, "holidays": [{"day": "2026-12-24", "hours": [["09:00", "12:00"], ["11:59", "13:00"]]}]}', '{Z, W, "holidays": [null]}',
  '{Z, W, "versions": [{"from": "2027-01-01", W}, {"from": "2026-01-01", W}]}', '{Z, W, "versions": [{"from": "2027-01-01", W}, {"from": "2027-01-01", W}]}', '{Z, W, "versions": [{W}]}', '{Z, W, "versions": [{"from": "2027-01-01"}]}', '{Z, W, "versions": [{"from": "soon", W}]}', '{Z, W, "versions": [{"from": "027-01-01", W}]}', '{Z, W, "versions": ["2027-01-01"]}', '{Z, W, "versions": [{"from": "2027-01-01", "week": {"mon": [["12:00", "11:00"]]}}]}', '{Z, W, "versions": [{"from": "2027-01-01", W, "holidays": []}]}']) AS j;
SELECT pg_temp.fails($$SELECT ('{"timezone": "UTC", "week": {}' || repeat(' ', 1048577) || '}')::businesshours$$);
SELECT pg_temp.fails($$SELECT jsonb_build_object('timezone', 'UTC', 'week', '{}'::jsonb, 'holidays', (SELECT jsonb_agg('2000-01-01'::date + i) FROM generate_series(1, 80000) AS i))::businesshours$$);
SELECT pg_temp.fails($$SELECT jsonb_build_object('timezone', 'UTC', 'week', '{}'::jsonb, 'versions', ('[' || repeat('null,', 2500000) || 'null]')::jsonb)::businesshours$$);
-- as many holidays as fit
SELECT octet_length(c::text) > 1000000 AS large, business_time(c, '2000-01-01', '2200-01-01') AS hours, business_time(c::text::businesshours, '2205-04-01', '2205-05-01') AS later
  FROM (SELECT jsonb_build_object('timezone', 'UTC', 'week', '{"mon": [["09:00", "17:00"]]}'::jsonb, 'holidays', (SELECT jsonb_agg('2000-01-01'::date + i) FROM generate_series(0, 74000) AS i))::businesshours AS c OFFSET 0) AS x;
-- damaged binary forms
SELECT current_setting('data_directory') || '/chs_businesshours_test.bin' AS file \gset
SELECT name, pg_temp.receive('businesshours', businesshours_send(c), :'file') = c::text AS same FROM calendar ORDER BY name;
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'businesshours', payload, :'file')) FROM (
  SELECT 'empty' AS n, ''::bytea AS payload
  UNION ALL SELECT 'version only', '\x01'
  UNION ALL SELECT 'version 2', set_byte(w, 0, 2) FROM businesshours_send('{"timezone": "UTC", "week": {}}') AS w
  UNION ALL SELECT 'cut short', substr(w, 1, 20) FROM businesshours_send('{"timezone": "UTC", "week": {}}') AS w
  UNION ALL SELECT 'too long', w || '\x00' FROM businesshours_send('{"timezone": "UTC", "week": {}}') AS w
  UNION ALL SELECT 'no UTF-8', w || '\xff' FROM businesshours_send('{"timezone": "UTC", "week": {}}') AS w
  UNION ALL SELECT 'another zone', '\x01'::bytea || '{"timezone": "UTX", "week": {}}'::bytea
  UNION ALL SELECT 'another hour', '\x01'::bytea || '{"timezone": "UTC", "week": {"mon": [["09:00", "07:00"]]}}'::bytea) AS x;
-- other spellings come in by the binary form, too
SELECT pg_temp.receive('businesshours', '\x01'::bytea || '{"week":{"fri":[["10:00","12:00"],["08:00","09:00"]]},"timezone":"utc"}'::bytea, :'file');
