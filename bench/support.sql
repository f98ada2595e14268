-- Support: what business time costs beside count(), over a day and over ten
-- years, and beside generate_series over the days in SQL; what one-step rates and
-- the flow of tickets cost beside count() and beside plain SQL.
-- tools/bench.pl explains the form of this file.
-- duck: bench_ticket_days

CREATE TABLE bench_calendar AS SELECT '{"timezone": "Europe/Warsaw",
  "week": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "wed": [["09:00", "17:00"]], "thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]},
  "holidays": ["2020-12-25", "2021-01-01", "2021-12-24", "2022-01-06", "2022-11-11", "2023-05-01", "2023-05-03", "2023-12-25", "2024-05-01", "2024-12-24", "2025-01-01", "2025-11-11", "2026-01-01", "2026-05-01", "2026-12-25"]}'::businesshours AS calendar;
CREATE TABLE bench_tickets AS
  SELECT opened, opened + interval '1 day' AS a_day_later, opened + interval '10 years' AS ten_years_later, opened + make_interval(mins => (hashint4(i + 3 * :seed) & 16383)) AS resolved
  FROM (SELECT i, timestamptz '2020-01-01 00:00+00' + make_interval(mins => (hashint4(i # (:seed - 1)) & 4194303) % 3150000) AS opened FROM generate_series(1, 1000000) AS i) AS x;
VACUUM (FREEZE, ANALYZE) bench_tickets;
-- for the plain SQL, a quarter of the tickets
CREATE TABLE bench_few AS SELECT * FROM bench_tickets LIMIT 250000;
CREATE TABLE bench_holiday AS SELECT (jsonb_array_elements_text(calendar::jsonb -> 'holidays'))::date AS day FROM bench_calendar;
VACUUM (FREEZE, ANALYZE) bench_few, bench_holiday;
-- most tickets are answered within nine hours
CREATE TABLE bench_replies AS
  SELECT i AS id, o AS opened, CASE WHEN hashint4(i + 3 * :seed) & 31 < 29 THEN o + (hashint4(i + 5 * :seed) & 32767) * interval '1 second' END AS responded,
         1 + (hashint4(i + 7 * :seed) & 3) AS contacts, hashint4(i + 9 * :seed) & 7 < 6 AS solved
  FROM (SELECT i, timestamptz '2025-01-01 00:00+00' + (hashint4(i # (:seed - 1)) & 16777215) * interval '2 seconds' AS o FROM generate_series(1, 2000000) AS i) AS x;
CREATE TABLE bench_ticket_days AS
  SELECT local_day(opened, 'UTC') AS opened, CASE WHEN solved THEN local_day(opened, 'UTC') + (hashint4(id) & 31) END AS resolved FROM bench_replies;
VACUUM (FREEZE, ANALYZE) bench_replies, bench_ticket_days;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- @support_count
SELECT count(opened) FROM bench_tickets;

-- @support_business_seconds_day / support_count
SELECT sum(business_seconds((SELECT calendar FROM bench_calendar), opened, a_day_later)) FROM bench_tickets;

-- @support_business_seconds_ten_years / support_business_seconds_day <= 3
SELECT sum(business_seconds((SELECT calendar FROM bench_calendar), opened, ten_years_later)) FROM bench_tickets;

-- @support_business_add / support_count
SELECT max(business_add((SELECT calendar FROM bench_calendar), opened, '16 hours')) FROM bench_tickets;

-- @support_business_seconds / support_count
SELECT sum(business_seconds((SELECT calendar FROM bench_calendar), opened, resolved)) FROM bench_tickets;

-- @support_business_seconds_few
SELECT sum(business_seconds((SELECT calendar FROM bench_calendar), opened, resolved)) FROM bench_few;

-- @support_business_seconds_sql / support_business_seconds_few >= 20 same
-- the hours of each day between the two, cut at both ends
SELECT sum((SELECT coalesce(sum(greatest(extract(epoch FROM least(resolved, (day + time '17:00') AT TIME ZONE 'Europe/Warsaw') - greatest(opened, (day + time '09:00') AT TIME ZONE 'Europe/Warsaw')), 0)), 0)::float8
              FROM generate_series(date_trunc('day', opened AT TIME ZONE 'Europe/Warsaw'), resolved AT TIME ZONE 'Europe/Warsaw', interval '1 day') AS day
             WHERE extract(isodow FROM day) < 6 AND day::date NOT IN (SELECT day FROM bench_holiday)))
FROM bench_few;

-- open seconds before each day, added up once
-- @support_business_seconds_best_sql / support_business_seconds_few same
WITH days AS (
  SELECT d::date AS day, (d + time '09:00') AT TIME ZONE 'Europe/Warsaw' AS opens, open, coalesce(sum(open) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM generate_series(timestamp '2019-12-31', '2026-12-31', interval '1 day') AS d, LATERAL (SELECT CASE WHEN extract(isodow FROM d) < 6 AND d::date NOT IN (SELECT day FROM bench_holiday) THEN 28800 ELSE 0 END AS open) AS o)
SELECT sum(b.before - a.before + greatest(0, least(b.open, extract(epoch FROM resolved - b.opens))) - greatest(0, least(a.open, extract(epoch FROM opened - a.opens))))::float8
  FROM bench_few JOIN days AS a ON a.day = (opened AT TIME ZONE 'Europe/Warsaw')::date JOIN days AS b ON b.day = (resolved AT TIME ZONE 'Europe/Warsaw')::date;

-- @support_reply_count
SELECT count(responded) FROM bench_replies;

-- @support_sla_rate / support_reply_count <= 1.15
SELECT sla_rate(opened, responded, '4 hours', '2026-01-15 00:00+00') FROM bench_replies;

-- @support_sla_rate_calendar / support_reply_count <= 5
SELECT sla_rate(opened, responded, '4 hours', '2026-01-15 00:00+00', (SELECT calendar FROM bench_calendar)) FROM bench_replies;

-- @support_sla_rate_sql / support_sla_rate
SELECT 100.0::float8 * count(*) FILTER (WHERE opened + interval '4 hours' <= '2026-01-15 00:00+00' AND responded <= opened + interval '4 hours')
  / count(*) FILTER (WHERE opened + interval '4 hours' <= '2026-01-15 00:00+00') FROM bench_replies;

-- @support_contacts_count
SELECT count(solved) FROM bench_replies;

-- @support_first_contact_resolution / support_contacts_count <= 1.15
SELECT first_contact_resolution(contacts, solved) FROM bench_replies;

-- @support_days_count
SELECT count(resolved) FROM bench_ticket_days;

-- @support_ticket_flow / support_days_count <= 1.4
SELECT f.* FROM ticket_flow((SELECT ticket_agg(opened, resolved) FROM bench_ticket_days), 'month', '2025-01-01', '2026-03-01', '2026-02-28') AS f;

-- @support_ticket_flow_sql / support_ticket_flow >= 5 same
SELECT m::date, count(*) FILTER (WHERE opened >= m AND opened < n), count(*) FILTER (WHERE resolved >= m AND resolved < n), count(*) FILTER (WHERE opened < n AND (resolved IS NULL OR resolved >= n)), true
FROM generate_series(timestamp '2025-01-01', '2026-02-01', '1 month') AS m, LATERAL (SELECT m::date AS first, (m + interval '1 month') AS n) AS x, bench_ticket_days
GROUP BY 1 ORDER BY 1;

-- @support_ticket_flow_best_sql / support_ticket_flow same
WITH o AS (SELECT date_trunc('month', opened::timestamp)::date AS month, count(*) AS opened FROM bench_ticket_days GROUP BY 1),
r AS (SELECT date_trunc('month', resolved::timestamp)::date AS month, count(*) AS resolved FROM bench_ticket_days WHERE resolved IS NOT NULL GROUP BY 1)
SELECT month, coalesce(opened, 0), coalesce(resolved, 0), sum(coalesce(opened, 0) - coalesce(resolved, 0)) OVER (ORDER BY month), true FROM o FULL JOIN r USING (month) WHERE month BETWEEN '2025-01-01' AND '2026-02-01' ORDER BY month;

-- @support_ticket_flow_duck / support_ticket_flow same
WITH o AS (SELECT date_trunc('month', opened)::date AS month, count(*) AS opened FROM bench_ticket_days GROUP BY 1),
r AS (SELECT date_trunc('month', resolved)::date AS month, count(*) AS resolved FROM bench_ticket_days WHERE resolved IS NOT NULL GROUP BY 1)
SELECT month, coalesce(opened, 0), coalesce(resolved, 0), sum(coalesce(opened, 0) - coalesce(resolved, 0)) OVER (ORDER BY month), true FROM o FULL JOIN r USING (month) WHERE month BETWEEN '2025-01-01' AND '2026-02-01' ORDER BY month
