-- timestamps: the calendar day of a moment in a time zone
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Values by hand
--

-- midnight of 1 April in Warsaw (summer, two hours ahead of UTC) is 22:00 of 31 March there
SELECT at AT TIME ZONE 'UTC' AS utc, local_day(at, 'UTC') AS utc_day, local_day(at, 'Europe/Warsaw') AS warsaw, local_day(at, 'America/New_York') AS new_york, local_day(at, 'Asia/Kolkata') AS kolkata
  FROM unnest('{2026-03-31 21:59:59.999999+00,2026-03-31 22:00+00,2026-04-01 03:59:59+00,2026-04-01 04:00+00,2026-03-31 18:30+00}'::timestamptz[]) AS at;
-- winter is one hour ahead; the switch of 29 March 2026 changes midnight, not the days
SELECT local_day('2026-03-28 22:59:59+00', 'Europe/Warsaw') AS before, local_day('2026-03-28 23:00+00', 'Europe/Warsaw') AS midnight, local_day('2026-03-29 21:59:59+00', 'Europe/Warsaw') AS evening, local_day('2026-03-29 22:00+00', 'Europe/Warsaw') AS next;
-- Samoa had no 30 December 2011
SELECT local_day('2011-12-30 09:59:59.999999+00', 'Pacific/Apia') AS last, local_day('2011-12-30 10:00+00', 'Pacific/Apia') AS first;
-- NULL, infinities, the ends of time
SELECT local_day(NULL::timestamptz, 'UTC') AS no_moment, local_day('2026-01-01 00:00+00', NULL) AS no_zone, local_day(NULL::timestamptz, 'EST') AS nothing,
       local_day('infinity', 'UTC') AS later, local_day('-infinity', 'Asia/Tokyo') AS before;
SELECT local_day('4714-11-24 00:00+00 BC', 'UTC') AS first, local_day('294276-12-31 23:59:59.999999+00', 'Asia/Tokyo') AS last;
SELECT pg_temp.fails($$SELECT local_day('4714-11-24 00:00+00 BC', 'America/New_York')$$);

-- a company's table: created_at is a timestamptz, contracts take days
SELECT mrr(s, '2026-03-31') AS on_31_march, mrr(s, '2026-04-01') AS on_1_april, mrr(s, '2026-06-30') AS at_the_end
  FROM (SELECT subscription_agg(customer, local_day(created_at, 'Europe/Warsaw'), local_day(canceled_at, 'Europe/Warsaw'), mrr) AS s
          FROM (VALUES (1, timestamptz '2026-03-31 22:30+00', timestamptz '2026-06-30 21:59+00', 100), (2, '2026-03-31 21:30+00', NULL, 40)) AS v(customer, created_at, canceled_at, mrr)) AS x;

--
-- The definition in plain SQL, and no setting
--
\set seed 0.2711
SELECT setseed(:seed);
CREATE TEMP TABLE moment AS
  SELECT timestamptz 'epoch' + (random() * 200 - 100) * interval '365.25 days' AS at FROM generate_series(1, 20000)
  UNION ALL SELECT date_trunc('day', timestamptz 'epoch' + (random() * 100 - 30) * interval '365.25 days') + n * interval '30 minutes' - (i % 3) * interval '1 microsecond'
    FROM generate_series(1, 1000) i, generate_series(0, 23) n
  UNION ALL SELECT timestamptz 'epoch' + (random() * 8000 - 4000) * interval '365.25 days' FROM generate_series(1, 2000);
CREATE TEMP TABLE zone AS SELECT unnest('{UTC,Europe/Warsaw,America/New_York,Asia/Kolkata,Australia/Lord_Howe,Pacific/Apia,Africa/Casablanca,America/St_Johns,Pacific/Kiritimati,Asia/Tehran,Europe/Dublin}'::text[]) AS name;
SELECT count(*) AS compared, count(*) FILTER (WHERE local_day(at, name) IS DISTINCT FROM (at AT TIME ZONE name)::date) AS wrong FROM moment, zone;
-- a zone per row, so that none stays
SELECT count(*) AS compared, count(*) FILTER (WHERE local_day(at, name) IS DISTINCT FROM (at AT TIME ZONE name)::date) AS wrong
  FROM (SELECT at, name FROM moment, zone ORDER BY md5(at::text || name) LIMIT 50000) AS x;
CREATE TEMP TABLE kept AS SELECT at, name, local_day(at, name) AS day FROM moment, zone WHERE random() < 0.02;
SET timezone = 'Pacific/Auckland';
SET datestyle = 'German, DMY';
SET timezone_abbreviations = 'India';
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE day <> local_day(at, name)) AS changed FROM kept;
RESET timezone;
RESET datestyle;
RESET timezone_abbreviations;

--
-- Zones: names of places, and UTC
--

-- every city that the server knows, and places of one word; in any case
SELECT count(*) > 300 AS many, count(*) FILTER (WHERE pg_temp.outcome(format('SELECT local_day(%L, %L)', '2026-07-01 04:30+00', name)) <> pg_temp.outcome(format('SELECT (%L::timestamptz AT TIME ZONE %L)::date', '2026-07-01 04:30+00', name))) AS wrong
  FROM pg_timezone_names WHERE name ~ '/' AND name !~ '^(Etc|posix|right|SystemV)/';
SELECT name, local_day('2026-07-01 22:30+00', name) FROM unnest('{UTC,utc,GMT,GMT0,GMT+0,GMT-0,Etc/UTC,Etc/GMT,Etc/GMT+0,Etc/GMT-0,europe/WARSAW}'::text[]) AS name;
-- older names, which newer systems keep in a package of their own (Debian: tzdata-legacy): right where the server knows them, else refused
SELECT name FROM (VALUES ('Japan', '2026-07-02'), ('japan', '2026-07-02'), ('GB', '2026-07-01'), ('NZ', '2026-07-02'), ('Singapore', '2026-07-02'), ('Poland', '2026-07-02'), ('UCT', '2026-07-01'), ('Universal', '2026-07-01'),
    ('Zulu', '2026-07-01'), ('Greenwich', '2026-07-01'), ('US/Eastern', '2026-07-01')) AS old(name, day)
  WHERE CASE WHEN EXISTS (SELECT FROM pg_timezone_names AS z WHERE lower(z.name) = lower(old.name))
    THEN pg_temp.outcome(format('SELECT local_day(%L, %L)', '2026-07-01 22:30+00', name)) IS DISTINCT FROM pg_temp.outcome(format('SELECT %L::date', day))
    ELSE pg_temp.fails(format('SELECT local_day(%L, %L)', '2026-07-01 22:30+00', name)) !~ '^22023 . time zone must be the name of a place, or UTC' END;
-- of the server's names these are refused: abbreviations, offsets, settings of the machine
SELECT count(*) > 20 AS many, string_agg(name, ' ') FILTER (WHERE pg_temp.fails(format('SELECT local_day(%L, %L)', '2026-07-01 04:30+00', name)) !~ '^22023 . time zone must be the name of a place, or UTC') AS accepted
  FROM pg_timezone_names WHERE name ~ '^(EST|MST|HST|CET|EET|MET|WET|EST5EDT|CST6CDT|MST7MDT|PST8PDT|Factory|localtime|posixrules)$|^Etc/GMT[+-][1-9]';
-- and all of these, known to the server or not; no hint guesses by spelling where there is no slash
SELECT z, regexp_replace(pg_temp.fails(format('SELECT local_day(%L, %L)', '2026-07-01 04:30+00', z)), 'All places.*', '') AS fails
  FROM unnest('{EST,est,MST,HST,CET,EET,MET,WET,EST5EDT,CST6CDT,MST7MDT,PST8PDT,PDT,BST,IST,JST,AEST,MDT,CEST,UTC+8,GMT+8,UTC+3,+02,<+02>-2,EST5EDT4,Etc/GMT+5,etc/gmt-14,Europe,Warsow,"",localtime,posixrules,Factory,right/UTC}'::text[]) AS z;
-- a city without its continent, in any case, with a space; all places where several continents have one; no part of a name
SELECT z, substring(pg_temp.fails(format('SELECT local_day(%L, %L)', '2026-07-01 04:30+00', z)) FROM '(?:Perhaps|Name a).*(?= All places)') AS fails
  FROM unnest('{Warsaw,warsaw,NEW YORK,new_york,Nicosia,Indiana,York,Warsaw2,"Warsaw "}'::text[]) AS z;
-- a name of a city that is misspelled
SELECT pg_temp.fails($$SELECT local_day('2026-07-01 04:30+00', 'Europe/Warsow')$$) ~ 'Perhaps you meant "Europe/Warsaw"' AS near,
       pg_temp.fails($$SELECT local_day('2026-07-01 04:30+00', 'America/NewYork')$$) ~ 'Perhaps you meant "America/New_York"' AS near;

--
-- What is no moment refuses, with the right cast
--
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[$$local_day('2026-01-01 12:00'::timestamp, 'Europe/Warsaw')$$, $$local_day('2026-01-01'::date, 'Europe/Warsaw')$$, $$local_day(NULL::date, 'UTC')$$, $$local_day('2026-01-01 12:00'::text, 'UTC')$$]) AS q;
-- the hints work
SELECT local_day('2026-01-01 23:30'::timestamp AT TIME ZONE 'UTC', 'Europe/Warsaw') AS written_in_utc, ('2026-01-01 23:30'::timestamp)::date AS written;
