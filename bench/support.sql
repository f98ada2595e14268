-- Support: what business time costs beside count(), over a day and over ten
-- years, and beside generate_series over the days in SQL.
-- tools/bench.pl explains the form of this file.

CREATE TABLE bench_calendar AS SELECT '{"timezone": "Europe/Warsaw",
  "week": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "wed": [["09:00", "17:00"]], "thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]},
  "holidays": ["2020-12-25", "2021-01-01", "2021-12-24", "2022-01-06", "2022-11-11", "2023-05-01", "2023-05-03", "2023-12-25", "2024-05-01", "2024-12-24", "2025-01-01", "2025-11-11", "2026-01-01", "2026-05-01", "2026-12-25"]}'::businesshours AS calendar;
CREATE TABLE bench_tickets AS
  SELECT opened, opened + interval '1 day' AS a_day_later, opened + interval '10 years' AS ten_years_later, opened + make_interval(mins => (hashint4(i + 3 * :seed) & 16383)) AS resolved
  FROM (SELECT i, timestamptz '2020-01-01 00:00+00' + make_interval(mins => (hashint4(i # (:seed - 1)) & 4194303) % 3150000) AS opened FROM generate_series(1, 1000000) AS i) AS x;
VACUUM (FREEZE, ANALYZE) bench_tickets;
-- for the plain SQL, which takes seconds for a small part of the tickets
CREATE TABLE bench_few AS SELECT * FROM bench_tickets LIMIT 50000;
CREATE TABLE bench_holiday AS SELECT (jsonb_array_elements_text(calendar::jsonb -> 'holidays'))::date AS day FROM bench_calendar;
VACUUM (FREEZE, ANALYZE) bench_few, bench_holiday;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @support_count
SELECT count(opened) FROM bench_tickets;

-- @support_business_seconds_day / support_count
SELECT sum(business_seconds(calendar, opened, a_day_later)) FROM bench_tickets, bench_calendar;

-- @support_business_seconds_ten_years / support_business_seconds_day <= 3
SELECT sum(business_seconds(calendar, opened, ten_years_later)) FROM bench_tickets, bench_calendar;

-- @support_business_add / support_count
SELECT max(business_add(calendar, opened, '16 hours')) FROM bench_tickets, bench_calendar;

-- @support_business_seconds / support_count
SELECT sum(business_seconds(calendar, opened, resolved)) FROM bench_tickets, bench_calendar;

-- @support_business_seconds_few
SELECT sum(business_seconds(calendar, opened, resolved)) FROM bench_few, bench_calendar;

-- @support_business_seconds_sql / support_business_seconds_few >= 20 same
-- the hours of each day between the two, cut at both ends
SELECT sum((SELECT coalesce(sum(greatest(extract(epoch FROM least(resolved, (day + time '17:00') AT TIME ZONE 'Europe/Warsaw') - greatest(opened, (day + time '09:00') AT TIME ZONE 'Europe/Warsaw')), 0)), 0)::float8
              FROM generate_series(date_trunc('day', opened AT TIME ZONE 'Europe/Warsaw'), resolved AT TIME ZONE 'Europe/Warsaw', interval '1 day') AS day
             WHERE extract(isodow FROM day) < 6 AND day::date NOT IN (SELECT day FROM bench_holiday)))
FROM bench_few;
