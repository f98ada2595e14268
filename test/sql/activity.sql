-- activity: who is active, who comes back, cohorts, retention on day N
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 1;
SET datestyle = 'ISO';

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Nine customers, by hand
--
--  days of 2026, as known on 20 April            Jan  Feb  Mar  Apr  May
--  1 regular    30 Dec and every 5th of a month   x    x    x    x    -   first in December
--  2 once       31 Jan                            x    -    -    -    -   new, then lost
--  3 edges      1 Feb, 31 Mar                     -    x    x    -    -   first and last day of a month
--  4 pauses     10 and 11 Jan, 10 Mar             x    -    x    -    -   new, lost, resurrected, lost
--  5 returns    3 Nov, 14 Feb                     -    x    -    -    -   resurrected, lost
--  6 twice      19 and 21 Apr                     -    -    -    x    -   the 21st is not known
--  7 too late   25 Apr                            -    -    -    -    -   not known at all
--  8 December   31 Dec, in two rows               -    -    -    -    -   lost in January
--  9 to the end 1 Jan, 28 Feb, 1 Mar, 20 Apr      x    x    x    x    -   new, retained
--    active                                       4    4    4    3    0
--    days of them                                 5    4    4    3    0   of 31, 28, 31 and 20 known days
CREATE TEMP TABLE nine (customer bigint, day date);
INSERT INTO nine VALUES (1, '2025-12-30'), (1, '2026-01-05'), (1, '2026-02-05'), (1, '2026-03-05'), (1, '2026-04-05'),
  (2, '2026-01-31'), (3, '2026-02-01'), (3, '2026-03-31'), (4, '2026-01-10'), (4, '2026-01-11'), (4, '2026-03-10'), (5, '2025-11-03'), (5, '2026-02-14'),
  (6, '2026-04-19'), (6, '2026-04-21'), (7, '2026-04-25'), (8, '2025-12-31'), (8, '2025-12-31'), (9, '2026-01-01'), (9, '2026-02-28'), (9, '2026-03-01'), (9, '2026-04-20');
CREATE TEMP TABLE known AS SELECT activity_agg(customer, day) AS s FROM nine;

-- January: 2, 4, 9 are new, 1 was there in December, 8 is lost.  February: 3 new, 1 and 9 retained, 5 back since November, 2 and 4 lost.
-- March: 1, 3, 9 retained, 4 back, 5 lost.  April, not over: 6 new, 1 and 9 retained, 3 and 4 lost so far.  May has not begun: 0 of all, no rate.
-- Stickiness: 5 of 4 x 31 days, 4 of 4 x 28, 4 of 4 x 31, 3 of 3 x 20.
SELECT * FROM activity_timeline((SELECT s FROM known), 'month', '2026-01-05', '2026-05-02', '2026-04-20');
-- as of 27 February the 28th is not known: 9 is lost so far
SELECT * FROM activity_timeline((SELECT s FROM known), 'month', '2026-02-01', '2026-03-01', '2026-02-27');
-- what is shown does not change what is known: February alone
SELECT * FROM activity_timeline((SELECT s FROM known), 'month', '2026-02-28', '2026-03-01', '2026-02-28');
-- quarters and years: 2025 had 1, 5, 8; of them 1 and 5 came back in 2026
SELECT * FROM activity_timeline((SELECT s FROM known), 'quarter', '2025-12-31', '2026-04-01', '2026-04-20');
SELECT * FROM activity_timeline((SELECT s FROM known), 'year', '2025-06-01', '2026-04-01', '2026-12-31');
-- weeks begin on Monday: 10 and 11 January, when 4 came, are Saturday and Sunday, 12 is a Monday; 1 was there in the week before, as 8 and 9
SELECT * FROM activity_timeline((SELECT s FROM known), 'week', '2026-01-11', '2026-01-13', '2026-01-17');
SELECT * FROM activity_timeline((SELECT s FROM known), 'day', '2026-01-10', '2026-01-13', '2026-01-11');
-- before the first boundary there is no bucket: nobody is lost there, and 1 is back
SELECT * FROM activity_timeline((SELECT s FROM known), '{2026-01-01,2026-02-01,2026-03-01}'::date[], '2026-01-05', '2026-02-02', '2026-04-20');
-- between given ones there is: fiscal months of 4, 4 and 5 weeks
SELECT * FROM activity_timeline((SELECT s FROM known), '{2025-11-30,2025-12-28,2026-01-25,2026-02-22,2026-03-29}'::date[], '2026-01-01', '2026-03-28', '2026-03-28');
SELECT * FROM activity_timeline((SELECT s FROM known), '{2025-11-30,2025-12-28,2026-01-25,2026-02-22,2026-03-29}'::date[], '2026-01-25', '2026-02-01', '2026-02-20');

-- a window of 7 days.  To 5 January: 1 twice, 8 and 9 once, all new: 4 of 3 x 7 days.  To the 12th none of them, only 4, twice.  To the 19th nobody.
SELECT * FROM activity_rolling((SELECT s FROM known), 7, '2026-01-05', '2026-01-27', '2026-04-20', 7);
-- from 9 February: 1, 4 today, 5 and 9 (twice), of them 1 and 4 also from 10 January to 8 February, where 2 and 3 were, too: 50 %; 5 of 4 x 30 days
SELECT * FROM activity_rolling((SELECT s FROM known), 30, '2026-03-10', '2026-03-11', '2026-04-20', 1);
-- to 26 April: 9 on the 20th, the last day known and the only one of that window: 100 %; 6 was there on the 19th
SELECT * FROM activity_rolling((SELECT s FROM known), 7, '2026-04-19', '2026-04-27', '2026-04-20', 7);
-- several windows in one pass, in the order of the array: those of one day and one window each; a window of which no day is known is empty, and nobody has lapsed in it
SELECT * FROM activity_rolling((SELECT s FROM known), ARRAY[7, 30], '2026-03-10', '2026-05-21', '2026-04-20', 24);
SELECT count(*), bool_and(to_jsonb(m) - 'window_days' = to_jsonb(o)) AS each_alone FROM known, (VALUES (1), (3), (1000)) v(step), (VALUES ('2026-04-20'::date), ('2026-02-10'), ('2025-01-01')) a(as_of),
       activity_rolling(s, '{90,1,7,7,365}'::int[], '2025-10-20', '2026-05-10', as_of, step) m, activity_rolling(s, window_days, day, day + 1, as_of) o;
SELECT string_agg(window_days::text, ' ' ORDER BY n) AS windows FROM known, activity_rolling(s, windows => '{30,7,7}', from_day => '2026-01-05', to_day => '2026-01-06', as_of => '2026-04-20') WITH ORDINALITY x(day, window_days, a, b, c, d, e, f, g, h, n);
SELECT count(*) AS none FROM known, activity_rolling(s, '{}'::bigint[], '2026-01-05', '2026-01-06', '2026-04-20');
-- a window of a day is a timeline of days; steps of a day are the default
SELECT count(*), bool_and(active_on_day = active AND active_in_window = active AND r.new = t.new AND r.resurrected = t.resurrected AND lapsed = lost AND r.complete = t.complete AND r.stickiness IS NOT DISTINCT FROM t.stickiness AND r.stickiness IS NOT DISTINCT FROM CASE WHEN active > 0 THEN 100 END)
  FROM known, activity_rolling(s, 1, '2025-12-20', '2026-05-10', '2026-04-20') r JOIN LATERAL activity_timeline(s, 'day', '2025-12-20', '2026-05-10', '2026-04-20') t ON day = period_start;
-- from_day is the first row, to_day is none, whatever the step
SELECT step, count(*), min(day), max(day) FROM known, (VALUES (1::bigint), (3), (120), (121), (1000), (9223372036854775807)) v(step), activity_rolling(s, 28, '2026-01-01', '2026-05-01', '2026-04-20', step) GROUP BY step ORDER BY step;

-- cohorts: January's are 2, 4, 9; in February 9 is seen, in March 4 and 9; April is not over.  February's is 3; 6 came in April
SELECT * FROM cohort_retention((SELECT s FROM known), 'month', '2026-01-01', '2026-05-01', '2026-04-20');
-- on or after: 4 was not seen in February, but later
SELECT * FROM cohort_retention((SELECT s FROM known), 'month', '2026-01-01', '2026-05-01', '2026-04-20', 'on_or_after');
-- what is shown does not change how far a cohort is followed: also after the last one shown, but not after as_of, for 3 came back on 31 March
SELECT c.period, c.retained AS to_march, d.retained AS as_of_march_30 FROM known, cohort_retention(s, 'month', '2026-02-01', '2026-03-01', '2026-03-31', 'on_or_after') c, cohort_retention(s, 'day', '2026-02-01', '2026-02-03', '2026-03-30', 'on_or_after') d WHERE d.period = 1;
-- day 58 of 3 is 31 March; the week of 9 February runs on the 10th
SELECT as_of, count(*) AS cells, max(period) AS last, (array_agg(retained ORDER BY period DESC))[1] AS on_it FROM known, unnest('{2026-03-31,2026-03-30}'::date[]) as_of, cohort_retention(s, 'day', '2026-02-01', '2026-02-02', as_of) GROUP BY as_of ORDER BY as_of;
SELECT * FROM cohort_retention((SELECT s FROM known), 'week', '2026-02-01', '2026-02-02', '2026-02-10');
-- cohorts of three days, each followed for seven: all three are there on day 7 (1, 2 and 3 signed up on 5, 6 and 7 January)
SELECT sum(size) AS size, sum(retained) AS retained FROM (SELECT activity_agg(u, d) AS s FROM (VALUES (1, date '2026-01-05'), (2, '2026-01-06'), (3, '2026-01-07'), (3, '2026-01-14')) v(u, d)) x, cohort_retention(s, 'day', '2026-01-05', '2026-01-13', '2026-01-31') WHERE period = 7;
-- before the first cohort, on its first day, at the end of its bucket
SELECT as_of, c.* FROM known, unnest('{2025-12-31,2026-01-01,2026-01-30,2026-01-31,2026-02-01}'::date[]) as_of, cohort_retention(s, 'month', '2026-01-01', '2026-02-01', as_of) c ORDER BY 1, period;
-- with boundaries cohorts end with the last one, however late as_of is
SELECT as_of, c.* FROM known, unnest('{2025-12-31,2026-03-31,2026-06-30}'::date[]) as_of, cohort_retention(s, '{2026-01-01,2026-02-01,2026-04-01}'::date[], '2026-01-01', '2026-01-02', as_of, 'on_or_after') c ORDER BY 1, period;
SELECT * FROM cohort_retention((SELECT s FROM known), '{2025-11-01,2026-01-01,2026-03-01,2026-05-01}'::date[], '2025-11-01', '2026-05-01', '2026-04-30');
-- sign-ups: 9 and 1 on their first day, 2 and 3 in the month before, 4 a week later, 11 never came, 12 signs up after as_of; 5 to 8 did not sign up.
-- Of January's 3, 4, 9 and 11, January saw 4 (before its sign-up) and 9, February 3 and 9, March 3, 4 and 9
CREATE TEMP TABLE entry AS SELECT activity_agg(customer::bigint, day::date) AS e
  FROM (VALUES (1, '2025-12-30'), (9, '2026-01-01'), (9, '2026-02-02'), (2, '2025-12-31'), (3, '2026-01-01'), (4, '2026-01-17'), (11, '2026-01-20'), (12, '2026-04-21')) v(customer, day);
SELECT * FROM cohort_retention((SELECT e FROM entry), (SELECT s FROM known), 'month', '2025-12-01', '2026-04-01', '2026-04-20');
SELECT * FROM cohort_retention((SELECT e FROM entry), (SELECT s FROM known), 'month', '2025-12-01', '2026-02-01', '2026-04-20', 'on_or_after');
SELECT * FROM cohort_retention((SELECT e FROM entry), (SELECT s FROM known), '{2026-01-01,2026-04-01,2026-07-01}'::date[], '2026-01-01', '2026-07-01', '2026-06-30', 'on');
-- a summary against itself is the summary alone
SELECT bool_and(a = b) AND count(*) > 5 FROM known, cohort_retention(s, s, 'month', '2025-11-01', '2026-05-01', '2026-04-20', 'on_or_after') WITH ORDINALITY a
  JOIN LATERAL cohort_retention(s, 'month', '2025-11-01', '2026-05-01', '2026-04-20', 'on_or_after') WITH ORDINALITY b USING (ordinality);

-- first days of January and February: 9 (1 Jan), 4 (10 Jan), 2 (31 Jan), 3 (1 Feb).  Day 58 is 28 February for 9, 31 March for 3.
-- Day 79 is 20 April for 2 and 21 April for 3, which is not known.  Day 109 is 20 April for 9; nobody has day 110.
SELECT * FROM day_retention((SELECT s FROM known), '{0,1,58,79,109,110,1}', '2026-01-01', '2026-03-01', '2026-04-20');
-- on or after day 1: 3, 4, 9.  Of those with 79 days only 9.
SELECT * FROM day_retention((SELECT s FROM known), '{0,1,58,79,110}', '2026-01-01', '2026-03-01', '2026-04-20', 'on_or_after');
-- within: day 0 is no return; 4 came on its day 1, 9 and 3 by day 58
SELECT * FROM day_retention((SELECT s FROM known), '{0,1,58,79,110}', '2026-01-01', '2026-03-01', '2026-04-20', 'within');
SELECT count(*) AS none FROM known, day_retention(s, '{}', '2026-01-01', '2026-03-01', '2026-04-20');
-- brackets: days 1 to 57: 4 on day 1; 58 to 78: 9 and 3 on 58, 4 on 59; 79 to 108: known of 9 alone; 109 to 109: 9 on it; to 110 it is not known of anybody
SELECT * FROM day_retention((SELECT s FROM known), '{1,58,79,109,110,111}', '2026-01-01', '2026-03-01', '2026-04-20', 'between');
-- day 0 is in a bracket like any other
SELECT * FROM day_retention((SELECT s FROM known), '{0,1,2}', '2026-01-01', '2026-03-01', '2026-04-20', 'between');
-- a bracket of one day is mode on; brackets of all days up to N, less day 0, are within N
SELECT count(*), bool_and(b.eligible = o.eligible AND b.retained = o.retained) AS is_on FROM known, generate_series(0, 120) n, day_retention(s, ARRAY[n, n + 1], '2026-01-01', '2026-03-01', '2026-04-20', 'between') b, day_retention(s, ARRAY[n], '2026-01-01', '2026-03-01', '2026-04-20') o;
SELECT count(*), bool_and(b.eligible = w.eligible AND b.retained = w.retained) AS is_within FROM known, generate_series(1, 120) n, day_retention(s, ARRAY[1, n + 1], '2026-01-01', '2026-03-01', '2026-04-20', 'between') b, day_retention(s, ARRAY[n], '2026-01-01', '2026-03-01', '2026-04-20', 'within') w;
-- by month, and whole months: January has 9, 4, 2; February 3, of whom day 79 is not known
SELECT * FROM day_retention((SELECT s FROM known), '{79,1}', '2026-01-20', '2026-02-10', '2026-04-20', 'on', 'month');
-- 2 and 3 first came from 15 January to 14 February; only 3 came again, on its day 58
SELECT * FROM day_retention((SELECT s FROM known), '{0,58}', '2026-01-20', '2026-02-10', '2026-04-20', 'within', '{2025-12-01,2026-01-15,2026-02-15}'::date[]);
-- the days of sign-ups (1 on 30 December, 2 on the 31st, 9 and 3 on 1 January, 4 on the 17th, 11 on the 20th; 12 is not known yet): in January
-- on day 0: 9.  Within 31 days also 3 (1 February), within 58 also 4 (10 March, its day 52): use on the day of the sign-up counts
SELECT * FROM day_retention((SELECT e FROM entry), (SELECT s FROM known), '{0,31,58,91}', '2026-01-01', '2026-02-01', '2026-04-20', 'within');
-- 4 used it a week before the sign-up, which is no return
SELECT * FROM day_retention((SELECT e FROM entry), (SELECT s FROM known), '{0,31,52,58}', '2026-01-01', '2026-02-01', '2026-04-20');
SELECT * FROM day_retention((SELECT e FROM entry), (SELECT s FROM known), '{0,53,60,109}', '2026-01-01', '2026-02-01', '2026-04-20', 'on_or_after');
-- days 0 to 30: 9; days 31 to 57: 3 and 4; days 58 to 90: 9 (58) and 3 (89); day 90 of 11 is 20 April
SELECT * FROM day_retention((SELECT e FROM entry), (SELECT s FROM known), '{0,31,58,91}', '2026-01-01', '2026-02-01', '2026-04-20', 'between');
SELECT * FROM day_retention((SELECT e FROM entry), (SELECT s FROM known), '{0,60}', '2025-12-31', '2026-01-02', '2026-04-20', 'on_or_after', 'month');
SELECT * FROM day_retention((SELECT e FROM entry), (SELECT s FROM known), '{0,60}', '2025-12-31', '2026-01-02', '2026-04-20', 'on_or_after', '{2025-12-30,2026-01-01,2026-07-01}'::date[]);
-- of three sign-ups one comes on that day, one on day 4, one on day 14: 2 of 3 within 7 days
SELECT * FROM day_retention((SELECT activity_agg(u, date '2026-01-05') FROM generate_series(1, 3) u), (SELECT activity_agg(u, d) FROM (VALUES (1, date '2026-01-05'), (2, '2026-01-09'), (3, '2026-01-19')) v(u, d)), '{7}', '2026-01-01', '2026-02-01', '2026-01-31', 'within');
-- a summary against itself: the same, but for within, where day 0 is a return
SELECT mode, count(*), bool_and(a.eligible = b.eligible) AS eligible, bool_and(a.retained = b.retained) AS retained, bool_and(a.eligible = a.retained) AS everybody FROM known, unnest('{on,on_or_after,between,within}'::text[]) mode,
       day_retention(s, s, '{0,1,31,58,79,110}', '2025-11-01', '2026-05-01', '2026-04-20', mode) WITH ORDINALITY a JOIN LATERAL day_retention(s, '{0,1,31,58,79,110}', '2025-11-01', '2026-05-01', '2026-04-20', mode) WITH ORDINALITY b USING (ordinality) GROUP BY mode ORDER BY mode;
-- forms of the call: arrays of int, smallint and bigint, a stored activityentry, arguments by name
SELECT (SELECT sum(retained) FROM day_retention(s, ARRAY[1, 58], '2026-01-01', '2026-03-01', '2026-04-20')) AS int, (SELECT sum(retained) FROM day_retention(s, '{1,58}'::smallint[], '2026-01-01', '2026-03-01', '2026-04-20')) AS smallint,
       (SELECT sum(retained) FROM day_retention(s, ARRAY[1, 58]::bigint[], date '2026-01-01', date '2026-03-01', date '2026-04-20', 'on'::varchar)) AS bigint, (SELECT sum(retained) FROM day_retention(s, array_agg(n), '2026-01-01', '2026-03-01', '2026-04-20', 'on')) AS agg,
       (SELECT sum(retained) FROM day_retention(e::activityentry, s, '{0,31}', '2026-01-01', '2026-02-01', '2026-04-20', mode => 'within')) AS entry, (SELECT sum(retained) FROM day_retention(e, s, days => '{0,31}', from_day => '2026-01-01', to_day => '2026-02-01', as_of => '2026-04-20', mode => 'within', bucket => 'month')) AS named
  FROM known, entry, unnest(ARRAY[1, 58]) n GROUP BY s, e;
-- a day number that no calendar holds; nobody's first days
SELECT * FROM day_retention((SELECT s FROM known), '{1,2147483647}', '2026-01-01', '2026-03-01', '5874897-12-31', 'between');
SELECT * FROM day_retention((SELECT s FROM known), '{2147483647}', '2026-01-01', '2026-03-01', '5874897-12-31', 'within');
SELECT * FROM day_retention((SELECT s FROM known), '{1,30}', '2027-01-01', '2027-02-01', '2028-01-01');

-- January: 1 once, 2 once, 4 twice, 9 once: 5 days of 4 x 31; one of four came twice; of the four 4 used the feature in January, 2 in February
SELECT active_customers(s, p), stickiness(s, p), repeat_rate(s, p), adoption_rate(f, s, p), 100 * 5 / 31.0::float8 / 4 AS stickiness_by_hand
  FROM known, daterange('2026-01-01', '2026-02-01') p, (SELECT activity_agg(customer::bigint, day::date) AS f FROM (VALUES (4, '2026-01-15'), (2, '2026-02-02'), (77, '2026-01-03')) v(customer, day)) x;
-- to date, on 11 January: 1 and 9 once, 4 twice are 4 days of 3 x 11; one of three came twice; 4 used the feature on the 15th
SELECT as_of, active_customers(s, p, as_of), stickiness(s, p, as_of), repeat_rate(s, p, as_of), adoption_rate(f, s, p, as_of), 100 * 4 / 11.0::float8 / 3 AS by_hand_on_the_11th
  FROM known, daterange('2026-01-01', '2026-02-01') p, (SELECT activity_agg(customer::bigint, day::date) AS f FROM (VALUES (4, '2026-01-15'), (2, '2026-02-02'), (77, '2026-01-03')) v(customer, day)) x,
       unnest('{2025-12-31,2026-01-01,2026-01-04,2026-01-11,2026-01-15,2026-01-30,2026-01-31,2026-02-01,5874897-12-31}'::date[]) as_of ORDER BY as_of;
-- 3 of 10 known days
SELECT stickiness(activity_agg(1, d), '[2024-12-01,2025-01-01)', '2024-12-10') FROM unnest('{2024-12-01,2024-12-05,2024-12-09}'::date[]) d;
-- how many came on 1, 2, ... days: of 1, 8 and 9 from 29 December to 4 January each on one day; 4 on two days of 8 to 12 January, of which the 12th is not known
SELECT * FROM active_days((SELECT s FROM known), '[2025-12-29,2026-01-05)');
SELECT * FROM active_days((SELECT s FROM known), '[2026-01-08,2026-01-13)', '2026-01-11');
SELECT count(*) AS none FROM known, active_days(s, '[2026-01-08,2026-01-13)', '2026-01-07');
-- customers, their days and those who came twice are those of the other functions
SELECT count(*), bool_and(coalesce(n, 0) = active_customers(s, p, as_of)) AS customers, bool_and(100.0 * days / known / n = stickiness(s, p, as_of)) AS stickiness, bool_and(100.0 * twice / n = repeat_rate(s, p, as_of)) AS repeat_rate
  FROM known, generate_series(0, 20) i, unnest('{2026-01-20,2026-04-20}'::date[]) as_of, LATERAL (SELECT daterange(date '2025-12-01' + 2 * i, date '2025-12-01' + 2 * i + i * i + 1)) x(p),
       LATERAL (SELECT sum(customers) AS n, sum(days * customers)::float8 AS days, sum(customers) FILTER (WHERE days > 1)::float8 AS twice, max(days) AS known FROM active_days(s, p, as_of)) y WHERE n > 0;
-- a look into the value: the days of 4, of whom the key is a hash; all of them
SELECT r.* FROM known, activity_rows(s) r WHERE key = (SELECT min(key::text)::uuid FROM activity_rows((SELECT activity_agg(4, '2026-01-01'::date))));
SELECT count(*), count(DISTINCT key) AS customers, bool_and(day = wanted) AS days_as_sorted FROM known, activity_rows(s) WITH ORDINALITY r(key, day, n) JOIN (SELECT row_number() OVER (ORDER BY key, day) AS n, day AS wanted FROM known, activity_rows(s)) w USING (n);
SELECT * FROM activity_rows((SELECT activity_agg('00000000-0000-0000-0000-000000000001'::uuid, d) FROM unnest('{4714-11-24 BC,5874897-12-31}'::date[]) d));
-- a period without as_of: all of April counts; ends as a range says
SELECT active_customers(s, '[2026-04-01,2026-05-01)'), active_customers(s, '[2026-04-01,2026-04-19]') AS to_the_19th, active_customers(s, '(2026-04-19,2026-04-21]') AS two_days, repeat_rate(s, '[2026-04-01,2026-05-01)'), adoption_rate(s, s, '[2026-04-01,2026-05-01)') FROM known;
SELECT active_customers(s, '[2025-12-31,2025-12-31]') AS one_day, stickiness(s, '[2025-12-31,2025-12-31]'), repeat_rate(s, '[2025-12-31,2025-12-31]') FROM known;
-- the whole of time
SELECT active_customers(s, daterange('4714-11-24 BC', '5874897-12-31')) FROM known;
-- nobody: 0 customers, no rates
SELECT active_customers(s, p), stickiness(s, p), repeat_rate(s, p), adoption_rate(s, s, p) FROM known, daterange('2027-01-01', '2027-02-01') p;

-- counts and amounts
SELECT adoption_rate(30, 120) AS quarter, adoption_rate(0, 5) AS none, adoption_rate(5, 5) AS all, adoption_rate(0, 0) AS nobody, adoption_rate(sum(1), 3::bigint) AS of_sums, adoption_rate(NULL, 5) AS unknown,
       usage_rate(45, 60) AS used, usage_rate(90, 60) AS more, usage_rate(2.5, 10) AS part, usage_rate(sum(2.5), 10::numeric) AS sums, usage_rate('5', '10') AS quoted, usage_rate(0, 10) AS unused, usage_rate(5, 0) AS nothing_sold, usage_rate(5, NULL) AS unknown FROM generate_series(1, 2);

--
-- NULL, empty, one
--
SELECT activity_agg(customer, day) FROM nine WHERE false;
SELECT activity_agg(c, d) AS days, activity_agg(c, d::timestamp) AS timestamps, activity_agg(c, d::timestamptz, z) AS zones, activity_agg(c::text, d::timestamptz, z) AS text
  FROM (VALUES (NULL::bigint, date '2026-01-01', 'UTC'), (1, NULL, 'UTC'), (NULL, '2026-01-01', NULL)) v(c, d, z);
SELECT activity_agg(1::bigint, '2026-01-01 12:00+00'::timestamptz, NULL::text) AS no_zone;
-- a row that counts nothing is as if it were not there, and is not looked at
SELECT activity_agg(c, d) = (SELECT s FROM known) AS same, activity_agg(c, d::timestamptz, z) = (SELECT activity_agg(customer, day::timestamptz, 'UTC') FROM nine) AS zones
  FROM (SELECT customer, day, 'UTC' FROM nine UNION ALL VALUES (NULL::bigint, date 'infinity', 'UTC'), (NULL, '2026-01-01', 'no zone'), (5, NULL, 'no zone'), (6, 'infinity', NULL)) v(c, d, z) WHERE z = 'UTC' AND c IS NOT NULL OR c IS NULL AND d < 'infinity' OR d IS NULL;
SELECT rollup(s) FROM known WHERE false;
SELECT rollup(NULL::activitysummary) FROM known;
SELECT combine(NULL, s) = s AS left_null, combine(s, NULL) = s AS right_null, combine(NULL::activitysummary, NULL) IS NULL AS both_null, combine(s, s) = s AS itself FROM known;
SELECT active_customers(NULL, p), active_customers(s, NULL), stickiness(s, NULL), repeat_rate(NULL, p), adoption_rate(s, NULL, p), adoption_rate(NULL::activitysummary, s, p) FROM known, daterange('2026-01-01', '2026-02-01') p;
SELECT (SELECT count(*) FROM activity_timeline(s, NULL::text, '2026-01-01', '2026-05-01', '2026-04-20')) AS bucket, (SELECT count(*) FROM activity_timeline(s, 'month', '2026-01-01', '2026-05-01', NULL)) AS as_of,
       (SELECT count(*) FROM activity_timeline(NULL, 'month', '2026-01-01', '2026-05-01', '2026-04-20')) AS summary, (SELECT count(*) FROM activity_rolling(s, NULL::bigint, '2026-01-01', '2026-05-01', '2026-04-20')) AS window, (SELECT count(*) FROM activity_rolling(s, NULL::bigint[], '2026-01-01', '2026-05-01', '2026-04-20')) AS windows,
       (SELECT count(*) FROM activity_rolling(s, 7, '2026-01-01', '2026-05-01', '2026-04-20', NULL)) AS step, (SELECT count(*) FROM cohort_retention(s, 'month', NULL, '2026-05-01', '2026-04-20')) AS from_day,
       (SELECT count(*) FROM cohort_retention(s, 'month', '2026-01-01', '2026-05-01', '2026-04-20', NULL)) AS mode, (SELECT count(*) FROM cohort_retention(s, NULL::activitysummary, 'month', '2026-01-01', '2026-05-01', '2026-04-20')) AS activity,
       (SELECT count(*) FROM day_retention(s, NULL, '2026-01-01', '2026-05-01', '2026-04-20')) AS days,
       (SELECT count(*) FROM day_retention(s, '{1}', '2026-01-01', '2026-05-01', '2026-04-20', 'on', NULL::text)) AS of_bucket, (SELECT count(*) FROM day_retention(NULL::activityentry, s, '{1}', '2026-01-01', '2026-05-01', '2026-04-20')) AS entry,
       (SELECT count(*) FROM active_days(NULL, '[2026-01-01,2026-02-01)')) AS active_days, (SELECT count(*) FROM active_days(s, '[2026-01-01,2026-02-01)', NULL)) AS active_days_as_of, (SELECT count(*) FROM activity_rows(NULL)) AS rows FROM known;
SELECT active_customers(s, p, NULL), stickiness(s, p, NULL), repeat_rate(s, p, NULL), adoption_rate(s, s, p, NULL), active_customers(NULL, p, '2026-01-01'), adoption_rate(NULL, s, p, '2026-01-01') FROM known, daterange('2026-01-01', '2026-02-01') p;
-- one row
SELECT active_customers(s, '[2026-01-01,2026-01-31]') AS active, stickiness(s, '[2026-01-01,2026-01-10]') AS tenth, repeat_rate(s, '[2026-01-01,2026-01-31]') AS repeat, t.*
  FROM (SELECT activity_agg('a'::text, '2026-01-07'::date) AS s) x, activity_timeline(s, 'month', '2026-01-01', '2026-02-01', '2026-01-31') t;
-- nothing known yet: rows without anybody, no cohorts, nobody eligible
SELECT t.*, (SELECT count(*) FROM cohort_retention(s, 'month', '2026-01-01', '2026-05-01', '2024-01-01')) AS cohorts, r.*
  FROM known, activity_timeline(s, 'quarter', '2026-01-01', '2026-02-01', '2024-01-01') t, activity_rolling(s, 7, '2026-01-05', '2026-01-06', '2024-01-01') r;
SELECT * FROM day_retention((SELECT s FROM known), '{0}', '2026-01-01', '2026-03-01', '2024-01-01');
SELECT (SELECT count(*) FROM day_retention(s, '{0}', '2026-01-01', '2026-03-01', '2024-01-01', 'on', 'month')) AS by_month, (SELECT count(*) FROM day_retention(s, s, '{0}', '2026-01-01', '2026-03-01', '2024-01-01', 'on', 'month')) AS from_entry, (SELECT count(*) FROM cohort_retention(s, s, 'month', '2026-01-01', '2026-05-01', '2025-12-31')) AS cohorts FROM known;

--
-- Customers
--
-- int, varchar, uuid and text keys count alike
SELECT (SELECT activity_agg(customer::int, day) FROM nine) = s AS int, (SELECT activity_agg(customer::smallint, day) FROM nine) = s AS smallint,
       active_customers((SELECT activity_agg(customer::varchar, day) FROM nine), p) AS varchar, active_customers((SELECT activity_agg(md5(customer::text)::uuid, day) FROM nine), p) AS uuid,
       (SELECT activity_agg(customer::varchar, day) FROM nine) = (SELECT activity_agg(customer::text, day) FROM nine) AS varchar_is_text FROM known, daterange('2025-01-01', '2027-01-01') p;
-- text keys are bytes: case, blanks, nothing at all, a megabyte
SELECT active_customers(activity_agg(c, '2026-01-01'::date), '[2026-01-01,2026-01-01]') AS customers, count(DISTINCT c COLLATE "C") AS wanted
  FROM unnest(ARRAY['a', 'A', ' a', 'a ', '', repeat('x', 15), repeat('x', 16), repeat('x', 17), repeat('x', 1000000), repeat('x', 999999) || 'y', 'a', '', repeat('x', 1000000)]) c;
SELECT length(activitysummary_send(activity_agg(repeat('x', 1000000), '2026-01-01'::date))) < 100 AS keys_are_hashes;
SELECT active_customers(activity_agg(c, '2026-01-01'::date), '[2026-01-01,2026-01-01]') FROM unnest('{0,1,-1,9223372036854775807,-9223372036854775808,4294967296,1}'::bigint[]) c;

--
-- Days
--
-- a timestamp is its calendar day, whatever the hour; before 2000 and before 1 AD, too
SELECT at, activity_agg(1::bigint, at) = activity_agg(1::bigint, at::date) AS its_day
  FROM unnest('{2026-01-01 00:00,2026-01-01 23:59:59.999999,1999-12-31 23:59:59.999999,2000-01-01 00:00,1970-01-01 00:00:00.000001,0001-01-01 00:00 BC,0001-12-31 23:59:59.999999 BC,4714-11-24 00:00 BC,4714-11-24 23:59:59.999999 BC,294276-12-31 23:59:59.999999}'::timestamp[]) at GROUP BY at ORDER BY at;
-- all days that there are
SELECT active_customers(s, '[4714-11-24 BC,4714-11-24 BC]') AS first, active_customers(s, '[5874897-12-30,5874897-12-31)') AS before_last, repeat_rate(s, daterange('4714-11-24 BC', '5874897-12-31')) AS both
  FROM (SELECT activity_agg(1::bigint, d) AS s FROM unnest('{4714-11-24 BC,5874897-12-31,5874897-12-30,2000-01-01,1999-12-31}'::date[]) d) x;
SELECT * FROM activity_timeline((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,5874897-12-31}'::date[]) d), 'year', '4714-11-24 BC', '4713-01-02 BC', '5874897-12-31');
SELECT * FROM activity_timeline((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,5874897-12-31}'::date[]) d), '{4714-11-24 BC,2000-01-01,5874897-12-31}'::date[], '4714-11-24 BC', '5874897-12-31', '5874897-12-30');
SELECT * FROM activity_rolling((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,5874897-12-30}'::date[]) d), 1000000, '4714-11-24 BC', '4714-11-26 BC', '5874897-12-31');
SELECT * FROM activity_rolling((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,5874897-12-30}'::date[]) d), 1000000, '5874897-12-29', '5874897-12-31', '5874897-12-31');
SELECT * FROM activity_rolling((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,5874897-12-30}'::date[]) d), 7, '5874897-12-29', '5874897-12-31', '5874897-12-31', 9223372036854775807);
SELECT * FROM day_retention((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,4714-11-25 BC}'::date[]) d), '{0,1,2147483493,2147483647}', '4714-11-24 BC', '4713-01-01 BC', '5874897-12-31', 'within');
SELECT count(*), max(active) FROM activity_timeline((SELECT activity_agg(1::bigint, d) FROM unnest('{4714-11-24 BC,2000-01-01}'::date[]) d), 'year', '0001-01-01 BC', '99999-12-31', '2026-04-20');

-- the same instant is another day in another place: the last day of the year in Berlin has begun the new one in Auckland;
-- Samoa had no 30 December 2011; names of zones know no case
SELECT zone, string_agg((SELECT to_char(d, 'MM-DD') FROM generate_series(timestamp '2011-12-28', '2012-01-02', '1 day') d WHERE active_customers(s, daterange(d::date, d::date + 1)) = 1), ' ' ORDER BY at) AS days
  FROM (SELECT zone, at, activity_agg('a'::text, at, zone) AS s
          FROM unnest('{UTC,Europe/Berlin,Pacific/Auckland,America/New_York,Pacific/Apia,pacific/APIA}'::text[]) zone, unnest('{2011-12-30 09:59:59.999999+00,2011-12-30 10:00+00,2011-12-31 10:59+00,2011-12-31 23:30+00}'::timestamptz[]) at GROUP BY zone, at) x
 GROUP BY zone ORDER BY zone COLLATE "C";
-- clocks that go forward at midnight: in Sao Paulo 4 November 2018 began at one o'clock
SELECT at AT TIME ZONE 'UTC' AS utc, active_customers(activity_agg(1::bigint, at, 'America/Sao_Paulo'), '[2018-11-03,2018-11-03]') AS on_3rd, active_customers(activity_agg(1::bigint, at, 'America/Sao_Paulo'), '[2018-11-04,2018-11-04]') AS on_4th
  FROM unnest('{2018-11-04 02:59:59.999999+00,2018-11-04 03:00+00}'::timestamptz[]) at GROUP BY at ORDER BY at;
-- the first and the last moments that there are; what would be a day before the first one is no date
SELECT utc, zone, left(pg_temp.fails(format('SELECT activity_agg(1, %L::timestamp AT TIME ZONE ''UTC'', %L)::text::activitysummary', utc, zone)), 8) AS fails FROM unnest('{4714-11-24 00:00 BC,4714-11-24 12:00 BC,294276-12-31 23:59:59.999999}'::timestamp[]) utc, unnest('{UTC,America/New_York,Pacific/Kiritimati}'::text[]) zone;
SELECT active_customers(activity_agg(1::bigint, '294276-12-31 23:59:59.999999+00'::timestamptz, 'Pacific/Kiritimati'), '[294277-01-01,294277-01-01]') AS next_day, active_customers(activity_agg(1::bigint, '4714-11-24 00:00+00 BC'::timestamptz, 'Asia/Tokyo'), '[4714-11-24 BC,4714-11-24 BC]') AS first_day;
-- twelve forms, one answer
SELECT bool_and(x = s) AS bigint FROM known, LATERAL (SELECT unnest(ARRAY[activity_agg(customer, day), activity_agg(customer, day + time '13:00'), activity_agg(customer, (day + time '13:00') AT TIME ZONE 'Asia/Tokyo', 'Asia/Tokyo')]) AS x FROM nine) y;
SELECT count(DISTINCT x) AS uuid FROM (SELECT unnest(ARRAY[activity_agg(c, day), activity_agg(c, day + time '13:00'), activity_agg(c, (day + time '13:00') AT TIME ZONE 'Asia/Tokyo', 'Asia/Tokyo')]) AS x FROM (SELECT md5(customer::text)::uuid AS c, day FROM nine) z) y;
SELECT count(DISTINCT x) AS text FROM (SELECT unnest(ARRAY[activity_agg(c, day), activity_agg(c, day + time '13:00'), activity_agg(c, (day + time '13:00') AT TIME ZONE 'Asia/Tokyo', 'Asia/Tokyo')]) AS x FROM (SELECT customer::text AS c, day FROM nine) z) y;

--
-- Random visits: 900 customers, 8,000 rows, skewed: most come once, one comes daily
--
SELECT setseed(0.4711);
CREATE TABLE chs_activity_rows (id int, part int, customer bigint, day date);
INSERT INTO chs_activity_rows
SELECT id, customer % 12, customer, CASE WHEN id <= 700 THEN date '2024-01-01' + id ELSE date '2023-06-01' + floor(random() ^ 2 * 900)::int END
  FROM (SELECT id, CASE WHEN id <= 700 THEN 0 ELSE floor(900 * random() ^ 3)::int END AS customer FROM generate_series(1, 8000) id OFFSET 0) x;
ANALYZE chs_activity_rows;
CREATE TEMP TABLE whole AS SELECT activity_agg(customer, day) AS s FROM chs_activity_rows;
-- the definitions in SQL: active customers, average days, two days and more, of a period of each length
SELECT count(*), bool_and(active_customers(s, p) = n) AS active, bool_and(abs(stickiness(s, p) - 100.0 * days / (upper(p) - lower(p)) / n) < 1e-9) AS stickiness, bool_and(abs(repeat_rate(s, p) - 100.0 * repeats / n) < 1e-9) AS repeats
  FROM whole, generate_series(1, 60) i, LATERAL (SELECT daterange('2023-06-01'::date + 13 * i, '2023-06-01'::date + 13 * i + 1 + i * i)) x(p),
       LATERAL (SELECT count(*) AS n, sum(d) AS days, count(*) FILTER (WHERE d > 1) AS repeats FROM (SELECT count(DISTINCT day) AS d FROM chs_activity_rows WHERE day <@ p GROUP BY customer) y) z;
-- the identities; each row of a timeline is the question to its period
SELECT bucket, count(*) > 2 AS rows, bool_and(active = new + retained + resurrected) AS sums, bool_and(lost = before - retained) AS lost, bool_and(active = active_customers(s, daterange(period_start, next))) AS periods, sum(new) = max(n) AS everybody_is_new_once, sum(resurrected) > 0 AS resurrected
  FROM (SELECT s, bucket, m.*, lead(period_start, 1, '2026-01-01'::date) OVER w AS next, lag(active) OVER w AS before, (SELECT count(DISTINCT customer) FROM chs_activity_rows) AS n
          FROM whole, unnest(ARRAY['day', 'week', 'month', 'quarter', 'year']) bucket, activity_timeline(s, bucket, '2023-06-01', '2026-01-01', '2025-12-31') m WINDOW w AS (PARTITION BY bucket ORDER BY period_start)) x
 GROUP BY bucket ORDER BY bucket;
-- the sizes of cohorts are the new customers; those retained on are active, cohort by cohort
SELECT bool_and(size = new) AS sizes FROM whole, activity_timeline(s, 'month', '2023-06-01', '2026-01-01', '2025-12-31') JOIN LATERAL cohort_retention(s, 'month', '2023-06-01', '2026-01-01', '2025-12-31') ON cohort = period_start AND period = 0;
SELECT count(*), bool_and(active = returned) AS active FROM whole, activity_timeline(s, 'month', '2023-06-01', '2026-01-01', '2025-12-31') t,
       LATERAL (SELECT sum(retained) AS returned FROM cohort_retention(s, 'month', '2023-06-01', '2026-01-01', '2025-12-31') WHERE cohort + make_interval(months => period) = period_start) c;
-- day N of cohorts of a day is day_retention of that day
SELECT count(*) > 1000 AS cells, bool_and(c.size = d.eligible AND c.retained = d.retained AND c.rate = d.rate) AS same
  FROM whole, cohort_retention(s, 'day', '2023-06-01', '2023-08-01', '2023-08-15') c, LATERAL day_retention(s, ARRAY[c.period], c.cohort, c.cohort + 1, '2023-08-15') d WHERE c.retained IS NOT NULL;
-- by cohort, the days are those of each cohort alone; together they are those of all
SELECT mode, count(*) > 100 AS rows, bool_and(d.eligible = alone.eligible AND d.retained = alone.retained AND d.rate IS NOT DISTINCT FROM alone.rate) AS same
  FROM whole, unnest('{on,on_or_after,within,between}'::text[]) mode, day_retention(s, '{1,7,30,90,365}', '2023-06-01', '2025-12-01', '2025-06-30', mode, 'month') d,
       LATERAL day_retention(s, '{1,7,30,90,365}', d.cohort, (d.cohort + interval '1 month')::date, '2025-06-30', mode) alone WHERE alone.day = d.day GROUP BY mode ORDER BY mode;
SELECT mode, bool_and(d.eligible = c.eligible AND d.retained = c.retained) AS adds_up FROM whole, unnest('{on,on_or_after,within,between}'::text[]) mode, day_retention(s, '{1,7,30,90,365}', '2023-06-01', '2025-12-01', '2025-06-30', mode) d
  JOIN LATERAL (SELECT day, sum(eligible) AS eligible, sum(retained) AS retained FROM day_retention(s, '{1,7,30,90,365}', '2023-06-01', '2025-12-01', '2025-06-30', mode, 'quarter') GROUP BY day) c USING (day) GROUP BY mode ORDER BY mode;
-- what was known then is what is seen now as of then: the backtest
SELECT as_of, bool_and(a = b) AS timeline FROM unnest('{2023-12-31,2024-06-15,2025-01-01}'::date[]) as_of, whole,
       LATERAL (SELECT activity_agg(customer, day) AS then FROM chs_activity_rows WHERE day <= as_of) x, activity_timeline(s, 'month', '2023-06-01', '2026-01-01', as_of) WITH ORDINALITY a
  JOIN LATERAL activity_timeline(x.then, 'month', '2023-06-01', '2026-01-01', as_of) WITH ORDINALITY b USING (ordinality) GROUP BY as_of ORDER BY as_of;
SELECT bool_and(a = b) AS rolling FROM whole, LATERAL (SELECT activity_agg(customer, day) AS then FROM chs_activity_rows WHERE day <= '2024-06-15') x, activity_rolling(s, 90, '2023-06-01', '2025-01-01', '2024-06-15', 5) WITH ORDINALITY a
  JOIN LATERAL activity_rolling(x.then, 90, '2023-06-01', '2025-01-01', '2024-06-15', 5) WITH ORDINALITY b USING (ordinality);
SELECT as_of, bool_and(active_customers(s, p, as_of) = active_customers(x.then, p)) AS active, bool_and(repeat_rate(s, p, as_of) = repeat_rate(x.then, p)) AS repeat, bool_and(adoption_rate(part.s, whole.s, p, as_of) IS NOT DISTINCT FROM adoption_rate(part.s, x.then, p)) AS adoption,
       bool_and((SELECT string_agg(c::text, ' ') FROM cohort_retention(s, 'month', '2023-06-01', '2024-06-01', as_of) c) = (SELECT string_agg(c::text, ' ') FROM cohort_retention(x.then, 'month', '2023-06-01', '2024-06-01', as_of) c)) AS cohorts
  FROM unnest('{2023-12-31,2024-06-15,2025-01-01}'::date[]) as_of, (SELECT s FROM whole) whole, LATERAL (SELECT activity_agg(customer, day) AS then FROM chs_activity_rows WHERE day <= as_of) x, daterange('2023-06-01', '2024-01-01') p, (SELECT activity_agg(customer, day) AS s FROM chs_activity_rows WHERE id % 3 = 0) part GROUP BY as_of ORDER BY as_of;
-- drill-through: the same function per customer adds up to the total
SELECT count(*), bool_and(t.active = x.active AND t.new = x.new AND t.retained = x.retained AND t.resurrected = x.resurrected AND t.lost = x.lost) AS adds_up
  FROM whole, activity_timeline(s, 'month', '2023-06-01', '2026-01-01', '2025-06-30') t JOIN LATERAL (SELECT period_start, sum(active) AS active, sum(new) AS new, sum(retained) AS retained, sum(resurrected) AS resurrected, sum(lost) AS lost
    FROM (SELECT customer, activity_agg(customer, day) AS one FROM chs_activity_rows GROUP BY customer) c, activity_timeline(one, 'month', '2023-06-01', '2026-01-01', '2025-06-30') GROUP BY period_start) x USING (period_start);

--
-- The same bytes however it is built
--
SELECT s = (SELECT activity_agg(customer, day ORDER BY day, id DESC) FROM chs_activity_rows) AS any_order, s = (SELECT activity_agg(customer, day) FROM (SELECT DISTINCT customer, day FROM chs_activity_rows) x) AS days_once,
       s = (SELECT activity_agg(customer, day) FROM (TABLE chs_activity_rows UNION ALL TABLE chs_activity_rows) x) AS rows_twice, s = s::text::activitysummary AS text, octet_length(s::text) <= 1.4 * octet_length(activitysummary_send(s)) AS short_text FROM whole;
CREATE TEMP TABLE parts AS SELECT part, activity_agg(customer, day) AS s FROM chs_activity_rows GROUP BY part;
SELECT (SELECT rollup(s) FROM parts) = s AS by_customer, (SELECT rollup(s ORDER BY part DESC) FROM parts) = s AS backwards, (SELECT rollup(s::text::activitysummary) FROM parts) = s AS through_text,
       (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_rows GROUP BY id % 7) x) = s AS by_row, (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_rows GROUP BY day) x) = s AS by_day,
       (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_rows GROUP BY id) x) = s AS row_by_row,
       (SELECT rollup(p) FROM (SELECT rollup(p) AS p FROM (SELECT id, activity_agg(customer, day) AS p FROM chs_activity_rows GROUP BY id) y GROUP BY id % 3) x) = s AS twice FROM whole;
-- many customers, beyond the small form: the same, in one go and from parts of any size
CREATE TABLE chs_activity_many AS SELECT i AS id, (hashint8(i % 20000))::bigint AS customer, date '2025-01-01' + i % 299 AS day FROM generate_series(1, 60000) i;
ANALYZE chs_activity_many;
CREATE TEMP TABLE many AS SELECT activity_agg(customer, day) AS s FROM chs_activity_many;
SELECT active_customers(s, '[2025-01-01,2025-12-31]') AS customers, (SELECT count(DISTINCT customer) FROM chs_activity_many) AS in_sql,
       (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_many GROUP BY id % 100) x) = s AS hundred, (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_many GROUP BY id % 5000) x) = s AS five_thousand,
       (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_many GROUP BY customer) x) = s AS per_customer, (SELECT activity_agg(customer, day ORDER BY customer, day) FROM chs_activity_many) = s AS sorted_rows, s = s::text::activitysummary AS text FROM many;
-- answers on a state that nobody stored, asked more than once, are those on the stored one
SELECT active_customers(m, p) = active_customers(s, p) AS active, stickiness(m, p) = stickiness(s, p) AS stickiness, repeat_rate(m, p) = repeat_rate(s, p) AS repeat, adoption_rate(m, s, p) = 100 AS adoption, m = s AS equal, m::text = s::text AS text
  FROM many, daterange('2025-03-01', '2025-06-01') p, (SELECT activity_agg(customer, day) AS m FROM chs_activity_many OFFSET 0) x;
SELECT bool_and(a = b) FROM many, activity_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') WITH ORDINALITY a JOIN LATERAL (
  SELECT b.* FROM (SELECT rollup(p) AS r FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_many GROUP BY id % 40) x OFFSET 0) y, activity_timeline(r, 'month', '2025-01-01', '2026-01-01', '2025-12-31') WITH ORDINALITY b) b USING (ordinality);
-- adding to and merging big and small by calling the functions themselves
SELECT combine(many.s, whole.s) = combine(whole.s, many.s) AS commutes, combine(combine(many.s, whole.s), known.s) = combine(many.s, combine(whole.s, known.s)) AS associates,
       active_customers(combine(many.s, whole.s), '[2025-06-01,2025-06-01]') = (SELECT count(DISTINCT customer) FROM (SELECT customer, day FROM chs_activity_many UNION ALL SELECT customer, day FROM chs_activity_rows) u WHERE day = '2025-06-01') AS adds,
       activitysummary_accum(many.s, 7::bigint, '2025-01-01'::date) = combine(many.s, activitysummary_accum(NULL, 7::bigint, '2025-01-01'::date)) AS one_row, activitysummary_accum(known.s, 9::bigint, '2026-04-20'::date) = known.s AS known_day,
       activitysummary_accum(known.s, NULL::bigint, '2026-04-20'::date) = known.s AS no_customer, activitysummary_accum(NULL, NULL::bigint, '2026-04-20'::date) IS NULL AS nothing FROM known, whole, many;
-- by a loop, outside of any aggregate: each value is one of its own
CREATE FUNCTION pg_temp.looped(n int) RETURNS activitysummary LANGUAGE plpgsql AS $$
DECLARE s activitysummary; before activitysummary; middle activitysummary; i int;
BEGIN
  FOR i IN 1 .. n LOOP
    before := s;
    IF i % 3 = 0 THEN s := combine(s, activity_agg((i % 70)::bigint, date '2026-01-01' + i)); ELSE s := activitysummary_accum(s, (i % 70)::bigint, date '2026-01-01' + i); END IF;
    IF before = s THEN RAISE 'row % changed the value before it', i; END IF;
    IF i = n / 2 THEN middle := s; END IF;
  END LOOP;
  RETURN combine(combine(middle, s), middle);
END $$;
SELECT pg_temp.looped(400) = activity_agg((i % 70)::bigint, date '2026-01-01' + i) AS loop FROM generate_series(1, 400) i;
-- a customer of a thousand years of days, in order and not; the days in two halves
SELECT stickiness(s, daterange(date '1500-01-01', date '1500-01-01' + 365250)) AS every_day, s = shuffled AS any_order, combine(odd, even) = s AS halves, s::text::activitysummary = s AS text, octet_length(s::text) < 100000 AS small
  FROM (SELECT activity_agg(1, d) AS s, activity_agg(1, d) FILTER (WHERE i % 2 = 1) AS odd, activity_agg(1, d) FILTER (WHERE i % 2 = 0) AS even, activity_agg(1, d ORDER BY hashint4(i)) AS shuffled
          FROM generate_series(0, 365249) i, LATERAL (SELECT date '1500-01-01' + i AS d) x) y;
-- a running summary: the state lives on while it is read; and frames that begin anew
SELECT bool_and(m = total) AS running FROM (SELECT active_customers(activity_agg(customer, day) OVER (ORDER BY id), '[2000-01-01,2030-01-01]') AS m, sum(first) OVER (ORDER BY id) AS total
  FROM (SELECT *, (row_number() OVER (PARTITION BY customer ORDER BY id) = 1)::int AS first FROM chs_activity_rows) y WHERE id <= 3000) x;
SELECT bool_and(c = n) AS moving FROM (SELECT active_customers(activity_agg(id::bigint, day) OVER w, '[2000-01-01,2030-01-01]') AS c, count(*) OVER w AS n FROM chs_activity_rows WHERE id <= 300 WINDOW w AS (ORDER BY id ROWS 9 PRECEDING)) x;
-- DISTINCT, GROUP BY, joins, indexes
SELECT (SELECT count(*) FROM parts a JOIN parts b USING (s)) = count(*) AS joins, count(*) = (SELECT count(*) FROM (SELECT s FROM parts UNION SELECT s FROM parts) u) AS union, count(DISTINCT s) = 12 AS distinct FROM parts;
CREATE INDEX ON nine USING hash (activitysummary_accum(NULL, customer, day));
CREATE INDEX ON nine USING btree (activitysummary_accum(NULL, customer, day));

-- a table that no cache holds: 32,768 customers, 300,000 days of seven years in an order without order, in order of time, of customers, backwards, in parts by row and by year
CREATE TABLE chs_activity_big AS SELECT i AS id, (hashint8(i) & 32767)::bigint AS customer, date '2018-01-01' + ((hashint8extended(i, 7) & 1073741823) % 2400)::int AS day FROM generate_series(1, 300000) i;
ANALYZE chs_activity_big;
CREATE TEMP TABLE big AS SELECT activity_agg(customer, day) AS s FROM chs_activity_big;
SELECT s = (SELECT activity_agg(customer, day) FROM (SELECT customer, day FROM chs_activity_big ORDER BY day, id OFFSET 0) x) AS by_time, s = (SELECT activity_agg(customer, day) FROM (SELECT customer, day FROM chs_activity_big ORDER BY customer, day DESC OFFSET 0) x) AS by_customer,
       s = (SELECT activity_agg(customer, day) FROM (SELECT customer, day FROM chs_activity_big ORDER BY day DESC, id OFFSET 0) x) AS backwards,
       s = (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_big GROUP BY id % 50) x) AS by_row, s = (SELECT rollup(p) FROM (SELECT activity_agg(customer, day) AS p FROM chs_activity_big GROUP BY date_trunc('year', day)) x) AS by_year,
       s = (SELECT activity_agg(customer, day) FROM (TABLE chs_activity_big UNION ALL TABLE chs_activity_big) x) AS twice, s = s::text::activitysummary AS text FROM big;
SELECT active_customers(s, p) = n AS active, abs(stickiness(s, p) - 100.0 * days / 2400 / n) < 1e-9 AS stickiness, abs(repeat_rate(s, p) - 100.0 * repeats / n) < 1e-9 AS repeats
  FROM big, daterange('2018-01-01', date '2018-01-01' + 2400) p, (SELECT count(*) AS n, sum(d) AS days, count(*) FILTER (WHERE d > 1) AS repeats FROM (SELECT count(DISTINCT day) AS d FROM chs_activity_big GROUP BY customer) y) z;
SELECT count(*), bool_and(t.active = x.active AND t.new = x.new AND t.lost = x.lost) AS quarters
  FROM big, activity_timeline(s, 'quarter', '2018-01-01', '2024-07-29', '2024-12-31') t JOIN (
    SELECT q, count(*) AS active, count(*) FILTER (WHERE q = first) AS new, lag(count(*)) OVER (ORDER BY q) - count(*) FILTER (WHERE before = q - interval '3 months') AS lost
      FROM (SELECT customer, q, min(q) OVER (PARTITION BY customer) AS first, lag(q) OVER (PARTITION BY customer ORDER BY q) AS before FROM (SELECT DISTINCT customer, date_trunc('quarter', day::timestamp) AS q FROM chs_activity_big) y) z GROUP BY q) x ON x.q = period_start
 WHERE period_start > '2018-01-01';
-- asked while it grows: after every 50,000 rows
SELECT bool_and(active_customers(w, '[2018-01-01,2020-06-30]') = wanted) AS growing, count(DISTINCT w) FROM (SELECT id, activity_agg(customer, day) OVER (ORDER BY (id - 1) / 50000) AS w FROM chs_activity_big) x
  JOIN LATERAL (SELECT count(DISTINCT customer) AS wanted FROM chs_activity_big b WHERE b.id <= x.id AND day BETWEEN '2018-01-01' AND '2020-06-30') y ON true WHERE id % 50000 = 0;

--
-- Thousands of small groups, and groups of every size around the one where the small form is left
--
CREATE TABLE chs_activity_groups AS SELECT n AS size, i AS customer, d AS day FROM generate_series(1, 140) n, generate_series(1, n) i, LATERAL (SELECT date '2026-01-01' + (i * 7 + d) % 100 AS d FROM generate_series(1, 1 + i % 3) d) x;
INSERT INTO chs_activity_groups SELECT 1000 + n, n, date '2026-01-01' + n % 100 + d FROM generate_series(1, 6000) n, generate_series(0, 1) d;
ANALYZE chs_activity_groups;
-- (EXECUTE may use workers, SELECT INTO may not)
CREATE FUNCTION pg_temp.groups() RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE $q$SELECT concat_ws(' ', count(*), sum(n), min(n), max(n), round(sum(stickiness)::numeric, 6), md5(string_agg(md5(activitysummary_send(s)), '' ORDER BY size)))
    FROM (SELECT size, s, active_customers(s, '[2026-01-01,2026-12-31]') AS n, stickiness(s, '[2026-01-01,2026-12-31]') FROM (SELECT size, activity_agg(customer, day) AS s FROM chs_activity_groups GROUP BY size) x) y$q$ INTO result;
  RETURN result;
END $$;
SET max_parallel_workers_per_gather = 0;
SELECT split_part(pg_temp.groups(), ' ', 1) AS groups, split_part(pg_temp.groups(), ' ', 2) AS customers, (SELECT count(DISTINCT (size, customer)) FROM chs_activity_groups) AS in_sql, pg_temp.groups() AS said \gset
SELECT :'groups' AS groups, :'customers' AS customers, :'in_sql' AS in_sql;
-- each group: as many customers as it has, as many days as in SQL
SELECT count(*) AS wrong FROM (SELECT size, activity_agg(customer::bigint, day) AS s, count(DISTINCT customer) AS n, count(DISTINCT (customer, day)) AS days FROM chs_activity_groups GROUP BY size) x
 WHERE active_customers(s, '[2026-01-01,2026-12-31]') <> n OR abs(stickiness(s, '[2026-01-01,2026-12-31]') - 100.0 * days / 365 / n) > 1e-9 OR active_customers(s::text::activitysummary, '[2026-01-01,2026-12-31]') <> n;
SET enable_sort = off;
SELECT pg_temp.plan_has('SELECT size, activity_agg(customer, day) FROM chs_activity_groups GROUP BY size', 'HashAggregate') AS hashed, pg_temp.groups() = :'said' AS same;
SET work_mem = '64kB';
SELECT pg_temp.groups() = :'said' AS spilled;
RESET work_mem;
RESET enable_sort;
SET enable_hashagg = off;
SELECT pg_temp.plan_has('SELECT size, activity_agg(customer, day) FROM chs_activity_groups GROUP BY size', 'GroupAggregate') AS sorted, pg_temp.groups() = :'said' AS same;
RESET enable_hashagg;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has('SELECT size, activity_agg(customer, day) FROM chs_activity_groups GROUP BY size', 'Partial (Hash|Group)Aggregate') AS partial, pg_temp.groups() = :'said' AS same;
SET enable_hashagg = off;
SELECT pg_temp.plan_has('SELECT size, activity_agg(customer, day) FROM chs_activity_groups GROUP BY size', 'Partial GroupAggregate') AS partial_sorted, pg_temp.groups() = :'said' AS same;
RESET enable_hashagg;
-- the whole, by workers
SET max_parallel_workers_per_gather = 0;
SELECT activity_agg(customer, day) AS rows, (SELECT activity_agg(customer, day) FROM chs_activity_many) AS many FROM chs_activity_rows \gset serial_
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has($$SELECT activity_agg(customer, day) FROM chs_activity_many$$, 'Partial Aggregate') AS partial;
SELECT activity_agg(customer, day) = :'serial_rows' AS rows FROM chs_activity_rows;
SELECT activity_agg(customer, day) = :'serial_many' AS many FROM chs_activity_many;
SELECT rollup(s) = :'serial_many' AS grouped FROM (SELECT activity_agg(customer, day) AS s FROM chs_activity_many GROUP BY id % 5) x;
SELECT activity_agg(customer, day) FROM chs_activity_many WHERE id < 0;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- Bad input
--
SELECT pg_temp.fails($$SELECT activity_agg(1, 'infinity'::date)$$), pg_temp.fails($$SELECT activity_agg('x'::text, '-infinity'::date)$$);
SELECT pg_temp.fails($$SELECT activity_agg(1, 'infinity'::timestamp)$$), pg_temp.fails($$SELECT activity_agg(1, '-infinity'::timestamptz, 'UTC')$$), pg_temp.fails($$SELECT activity_agg(1, 'infinity'::timestamptz, 'UTC')$$);
-- a timestamp with a zone: for each kind of key
SELECT pg_temp.fails(format($$SELECT activity_agg(%s, '2026-01-01 12:00'::timestamp, 'Europe/Berlin')$$, key)) FROM unnest(ARRAY['1', '1::bigint', '''00000000-0000-0000-0000-000000000001''::uuid', '''a''::text']) key;
-- (a date would become a midnight of the session's zone first)
SELECT pg_temp.fails(format($$SELECT activity_agg(%s, '2026-01-01'::date, 'Europe/Berlin')$$, key)) FROM unnest(ARRAY['1', '1::bigint', '''00000000-0000-0000-0000-000000000001''::uuid', '''a''::text']) key;
-- a moment without one, for each kind of key; a quoted day, which could be any of these
SELECT pg_temp.fails(format($$SELECT activity_agg(%s, '2026-01-01 12:00+00'::timestamptz)$$, key)) FROM unnest(ARRAY['1', '1::bigint', $$'00000000-0000-0000-0000-000000000001'::uuid$$, $$'a'::text$$]) key;
SELECT pg_temp.fails($$SELECT activity_agg(1, '2026-01-05')$$) ~ '^22023 .*A quoted day needs its type' AS quoted, pg_temp.fails($$SELECT activity_agg('a', '2026-01-05')$$) ~ '^22023 .*A quoted day needs its type' AS both,
       active_customers(activity_agg(1, date '2026-01-05'), '[2026-01-05,2026-01-06)') AS with_type;
-- names of zones: of none, abbreviations, POSIX specifications, offsets, paths
-- (which names are near depends on the machine's list)
SELECT left(replace(z, E'\n', '\n'), 20) AS zone, left(regexp_replace(replace(replace(pg_temp.fails(format($$SELECT activity_agg(1, '2026-01-01 12:00+00'::timestamptz, %L)$$, z)), repeat('x', 40), 'x'), E'\n', '\n'), 'Perhaps you meant .*[.] All', 'All'), 400) AS fails
  FROM unnest(ARRAY['Europe/Berlinn', 'Mars/Phobos', '', ' ', 'CEST', 'PDT', 'UTC+3', '+02', '<+02>-2', 'EST5EDT4', 'GMT+5', '02:00', 'Europe', 'Europe/', '/etc/localtime', '../UTC', 'Europe/Berlin ', E'Europe/Berlin\n', 'localtime', 'posixrules', 'right/UTC', 'right/Europe/Berlin', repeat('x', 300)]) z;
-- of the names of files those of places, in any case, and UTC
SELECT z, pg_temp.fails(format($$SELECT activity_agg(1, '2026-01-01 12:00+00'::timestamptz, %L)$$, z)) FROM unnest(ARRAY['UTC', 'utc', 'GMT', 'Etc/GMT+5', 'europe/BERLIN', 'EST5EDT']) z;
-- a bad row among good ones
SELECT pg_temp.fails($$SELECT activity_agg(i, '2026-01-01 12:00+00'::timestamptz, CASE i WHEN 3000 THEN 'Europe/Berlinn' ELSE 'Europe/Berlin' END) FROM generate_series(1, 5000) i$$) ~ '^22023 . time zone must be .*"Europe/Berlinn".* Perhaps you meant "Europe/Berlin"' AS near_name;
SELECT pg_temp.fails($$SELECT activity_agg(i, CASE i WHEN 3000 THEN date 'infinity' ELSE '2026-01-01' END) FROM generate_series(1, 5000) i$$);
-- kinds of keys do not mix
SELECT pg_temp.fails($$SELECT combine(activity_agg(1, '2026-01-01'::date), activity_agg('1'::text, '2026-01-01'::date))$$);
SELECT pg_temp.fails($$SELECT rollup(s) FROM (SELECT activity_agg(i, '2026-01-01'::date) AS s FROM generate_series(1, 5000) i UNION ALL SELECT activity_agg(md5('1')::uuid, '2026-01-01'::date)) x$$);
SELECT pg_temp.fails($$SELECT activitysummary_accum(s, 'a'::text, '2026-01-01'::date) FROM known$$);
SELECT pg_temp.fails($$SELECT adoption_rate(activity_agg('1'::text, '2026-01-01'::date), activity_agg(1, '2026-01-01'::date), '[2026-01-01,2026-02-01)')$$);
SELECT pg_temp.fails($$SELECT * FROM known, cohort_retention((SELECT activity_agg(md5('1')::uuid, '2026-01-01'::date)), s, 'month', '2026-01-01', '2026-05-01', '2026-04-20')$$);
-- buckets and modes
SELECT f, b, pg_temp.fails(format($$SELECT * FROM known, %s(s, %L, '2026-01-01', '2026-05-01', '2026-04-20')$$, f, b)) FROM unnest(ARRAY['activity_timeline', 'cohort_retention']) f, unnest(ARRAY['months', 'MONTH', '', '{2026-01-01,2026-02-01}']) b;
SELECT pg_temp.fails($$SELECT * FROM known, cohort_retention(s, s, 'fortnight', '2026-01-01', '2026-05-01', '2026-04-20')$$);
SELECT m, pg_temp.fails(format($$SELECT * FROM known, cohort_retention(s, 'month', '2026-01-01', '2026-05-01', '2026-04-20', %L)$$, m)) FROM unnest(ARRAY['On', 'within', 'after', '']) m;
SELECT pg_temp.fails($$SELECT * FROM known, cohort_retention(s, s, 'month', '2026-01-01', '2026-05-01', '2026-04-20', 'within')$$);
SELECT m, pg_temp.fails(format($$SELECT * FROM known, day_retention(s, '{1}', '2026-01-01', '2026-05-01', '2026-04-20', %L)$$, m)) FROM unnest(ARRAY['On', 'in', '']) m;
-- days
SELECT n, f, t, a, pg_temp.fails(format($$SELECT * FROM known, %s, %L, %L, %L)$$, n, f, t, a))
  FROM (VALUES ('activity_timeline(s, ''day''', '2026-05-01', '2026-01-01', '2026-04-20'), ('activity_rolling(s, 7', '2026-05-01', '2026-05-01', '2026-04-20'), ('cohort_retention(s, ''day''', '-infinity', '2026-05-01', '2026-04-20'),
               ('activity_rolling(s, 7', '-infinity', '2026-05-01', '2026-04-20'), ('day_retention(s, ''{1}''', '2026-05-01', 'infinity', '2026-04-20'), ('day_retention(s, ''{1}''', '2026-05-01', '2026-04-30', '2026-04-20'),
               ('activity_timeline(s, ''month''', '2026-05-01', '2026-05-02', 'infinity'), ('activity_rolling(s, 7', '2026-05-01', '2026-05-02', '-infinity'), ('cohort_retention(s, s, ''month''', '2026-05-01', '2026-05-02', 'infinity'),
               ('day_retention(s, ''{1}''', '2026-05-01', '2026-05-02', 'infinity'), ('activity_timeline(s, ''day''', '4713-01-01 BC', '5874897-12-31', '2026-04-20'), ('cohort_retention(s, ''day''', '2000-01-01', '2026-01-01', '2026-04-20'),
               ('activity_rolling(s, 7', '2000-01-01', '4738-01-01', '2026-04-20'), ('activity_rolling(s, 7', '4713-01-01 BC', '5874897-12-31', '2026-04-20')) v(n, f, t, a);
SELECT b, pg_temp.fails(format($$SELECT * FROM known, activity_timeline(s, %L::date[], '2026-01-01', '2026-05-01', '2026-04-20')$$, b))
  FROM unnest(ARRAY['{}', '{2026-01-01}', '{2026-01-01,2026-01-01}', '{2026-05-01,2026-01-01}', '{2026-01-01,NULL}', '{2026-01-01,infinity}', '{{2026-01-01,2026-05-01}}', '{2026-01-02,2026-05-01}', '{2026-01-01,2026-04-30}']) b;
SELECT pg_temp.fails($$SELECT * FROM known, cohort_retention(s, s, '{2026-05-01,2026-01-01}'::date[], '2026-01-01', '2026-05-01', '2026-04-20')$$);
-- periods
SELECT f, p, pg_temp.fails(format($$SELECT %s(s, %L) FROM known$$, f, p)) FROM unnest(ARRAY['active_customers', 'stickiness', 'repeat_rate']) f, unnest(ARRAY['empty', '(,)', '[2026-01-01,)', '(,2026-01-01)', '[2026-01-01,infinity)']) p;
SELECT pg_temp.fails($$SELECT adoption_rate(s, s, 'empty') FROM known$$), pg_temp.fails($$SELECT active_days(s, 'empty') FROM known$$);
SELECT f, a, pg_temp.fails(format($$SELECT %s(s, '[2026-01-01,2026-02-01)', %L) FROM known$$, f, a)) FROM unnest(ARRAY['active_customers', 'stickiness', 'repeat_rate', 'active_days']) f, unnest(ARRAY['infinity', '-infinity']) a;
SELECT pg_temp.fails($$SELECT count(*) FROM known, active_days(s, daterange('2026-01-01', '4764-01-01'))$$), pg_temp.fails($$SELECT count(*) FROM known, active_days(s, daterange('2026-01-01', '4764-01-01'), '2026-04-20')$$) AS to_as_of;
-- windows, steps, day numbers
SELECT w, s, pg_temp.fails(format($$SELECT * FROM known, activity_rolling(s, %s, '2026-01-01', '2026-05-01', '2026-04-20', %s)$$, w, s))
  FROM (VALUES (0::bigint, 1::bigint), (-1, 1), (1000001, 1), (9223372036854775807, 1), (-9223372036854775808, 1), (7, 0), (7, -1), (7, -9223372036854775808)) v(w, s);
SELECT w, pg_temp.fails(format($$SELECT * FROM known, activity_rolling(s, %L::bigint[], '2026-01-01', '2026-05-01', '2026-04-20')$$, w)) FROM unnest(ARRAY['{7,0}', '{1000001}', '{7,NULL}', '{{7,28}}']) w;
SELECT pg_temp.fails($$SELECT * FROM known, activity_rolling(s, array_fill(7, ARRAY[101]), '2026-01-01', '2026-05-01', '2026-04-20')$$), pg_temp.fails($$SELECT * FROM known, activity_rolling(s, ARRAY[1, 7, 28], '2026-01-01', '3026-01-01', '2026-04-20')$$);
-- a quoted window may be one or several
SELECT pg_temp.fails($$SELECT * FROM known, activity_rolling(s, '7', '2026-01-01', '2026-05-01', '2026-04-20')$$);
SELECT d, pg_temp.fails(format($$SELECT * FROM known, day_retention(s, %L, '2026-01-01', '2026-05-01', '2026-04-20')$$, d)) FROM unnest(ARRAY['{-1}', '{1,NULL}', '{1,-2147483648}', '{{1,2},{3,4}}', '{2147483648}', '{9223372036854775807}']) d;
SELECT d, pg_temp.fails(format($$SELECT * FROM known, day_retention(s, %L, '2026-01-01', '2026-05-01', '2026-04-20', 'between')$$, d)) FROM unnest(ARRAY['{}', '{1}', '{1,1}', '{8,1}', '{1,8,7}']) d;
SELECT pg_temp.fails($$SELECT * FROM known, day_retention(s, '{1}', '2026-01-01', '2026-05-01', '2026-04-20', 'on', 'fortnight')$$), pg_temp.fails($$SELECT * FROM known, day_retention(s, s, '{1}', '2026-01-01', '2026-05-01', '2026-04-20', 'on', '{2026-02-01,2026-06-01}'::date[])$$);
SELECT pg_temp.fails($$SELECT * FROM known, day_retention(s, '{1}', '2010-01-01', '2026-01-01', '2026-04-20', 'on', 'day')$$), pg_temp.fails($$SELECT * FROM known, day_retention(s, array_fill(1, ARRAY[500]), '2020-01-01', '2026-01-01', '2026-04-20', 'on', 'day')$$);
SELECT pg_temp.fails($$SELECT * FROM known, day_retention((SELECT activity_agg('1'::text, '2026-01-01'::date)), s, '{1}', '2026-01-01', '2026-05-01', '2026-04-20')$$);
SELECT count(*), sum(eligible) FROM known, day_retention(s, array_fill(1, ARRAY[10000]), '2026-01-01', '2026-02-01', '2026-04-20');
SELECT pg_temp.fails($$SELECT * FROM known, day_retention(s, array_fill(1, ARRAY[10001]), '2026-01-01', '2026-02-01', '2026-04-20')$$);
-- counts and amounts
SELECT a, b, pg_temp.fails(format('SELECT adoption_rate(%L::numeric, %L::numeric)', a, b)) FROM (VALUES ('6', '5'), ('1', '0'), ('-1', '5'), ('1', '-5'), ('1.5', '5'), ('NaN', '5'), ('1', 'Infinity'), ('1', '1e30')) v(a, b);
SELECT t, a, b, pg_temp.fails(format('SELECT usage_rate(%L::%s, %L::%2$s)', a, t, b)) FROM (VALUES ('-0.5', '5'), ('1', '-5'), ('NaN', '5'), ('1', 'Infinity'), ('1', 'NaN'), ('1e300', '1e-300')) v(a, b), unnest('{numeric,float8}'::text[]) t;
-- every numeric type alone and mixed: 2.5 of 10
SELECT usage_rate(2.5::float8, 10), usage_rate(2.5::real, 10::bigint), usage_rate(2.5::numeric, 10::float8), usage_rate(2.5, 10::smallint), usage_rate(5::float8, 0), usage_rate(NULL::float8, 1), usage_rate(9e307::float8, 3e307);

--
-- Text and binary form: damage
--
SELECT t, pg_temp.fails(format('SELECT %L::activitysummary', t)) FROM unnest(ARRAY['', '1', '1:', '1:AX', '1:AXQ=', '1:AXQAAAAAAAAAAA', '1:AXQAAAAAAAAAAA=x', '1:AXQAAAAAAAAAAAA=', '1:!!!!', '2:AXQAAAAAAAAAAA==', '1:AnQAAAAAAAAAAA==', '1:AXoAAAAAAAAAAA==', '1:AXQAAAAAAAAAAQ==', '1:AXT//////////w==']) AS t;
-- of nobody: what nobody aggregates, but valid
SELECT active_customers(s, p), stickiness(s, p), repeat_rate(s, p), adoption_rate(s, s, p), combine(s, s) = s AS itself, t.active, t.lost, (SELECT count(*) FROM cohort_retention(s, 'month', '2026-01-01', '2026-03-01', '2026-03-01')) AS cohorts, d.*
  FROM (SELECT '1:AWkAAAAAAAAAAA=='::activitysummary AS s, daterange('2026-01-01', '2026-02-01') AS p) x, activity_timeline(s, 'month', '2026-01-01', '2026-02-01', '2026-03-01') t, day_retention(s, '{1}', '2026-01-01', '2026-02-01', '2026-03-01') d;
SELECT combine('1:AWkAAAAAAAAAAA==', s) = s AS nobody_more FROM known;
SELECT current_setting('data_directory') || '/chs_activity_test.bin' AS file \gset
CREATE TEMP TABLE wire (s activitysummary);
SELECT bool_and(pg_temp.receive(activitysummary_send(s), :'file') = s::text) AS round_trip FROM (SELECT s FROM parts UNION ALL SELECT s FROM whole UNION ALL SELECT s FROM many UNION ALL SELECT s FROM known) x;
-- the key of a text is MurmurHash3_x64_128 with seed 0: of "hello" cbd8a7b341bd9b02 5b1e906a48ae1d19; of nothing zeros, which become 1.
-- Behind version, kind, one customer and the key: one byte of a list, then folded day 31 of 2020
SELECT encode(activitysummary_send(activity_agg('hello'::text, '2020-02-01'::date)), 'hex') AS hello, substr(encode(activitysummary_send(activity_agg(''::text, '2020-02-01'::date)), 'hex'), 21, 32) AS nothing;
-- version, kind, customers; a key and days each
CREATE FUNCTION pg_temp.customer(h1 bigint, h2 bigint, days text) RETURNS bytea LANGUAGE sql AS $$ SELECT int8send(h1) || int8send(h2) || decode(days, 'hex') $$;
CREATE FUNCTION pg_temp.days(customers bigint, VARIADIC c bytea[]) RETURNS bytea LANGUAGE sql AS $$ SELECT '\x0169'::bytea || int8send(customers) || (SELECT string_agg(x, '') FROM unnest(c) x) $$;
-- 1 February 2020; the same and ten days later; ten days of 64 as bits: 1 to 10 February are bits 40 to 49 of the chunk of 23 December 2019
SELECT active_customers(s, '[2020-02-01,2020-02-01]') AS feb_1, active_customers(s, '[2020-02-11,2020-02-11]') AS feb_11, repeat_rate(s, '[2020-02-01,2020-02-11]') AS repeat, stickiness(s, '[2020-02-01,2020-02-10]')
  FROM (SELECT pg_temp.receive(pg_temp.days(3, pg_temp.customer(1, 2, '023e'), pg_temp.customer(2, 0, '13000000000000ff0300'), pg_temp.customer(-1, -1, '043e09')), :'file')::activitysummary AS s) x;
SELECT activity_agg(i, d) = activity_agg(i, d) AND pg_temp.receive(activitysummary_send(activity_agg(i, d)), :'file')::activitysummary = activity_agg(i, d) AS same, length(activitysummary_send(activity_agg(i, d))) - 27 AS bytes_of_days, count(*) AS days
  FROM unnest('{9,10,64,65,128}'::int[]) n, generate_series(1, n) k, LATERAL (SELECT 1::bigint AS i, date '2019-12-23' + k - 1 AS d) x GROUP BY n ORDER BY n;
SELECT what, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L)', payload, :'file')) FROM (VALUES
  ('nothing', ''::bytea), ('nothing after its kind', '\x0169'), ('of no kind', '\x01780000000000000000'), ('too many customers', pg_temp.days(2, pg_temp.customer(1, 2, '023e'))), ('too few', pg_temp.days(1, pg_temp.customer(1, 2, '023e'), pg_temp.customer(1, 3, '023e'))),
  ('fewer than none', pg_temp.days(-1, pg_temp.customer(1, 2, '023e'))), ('more than bytes', pg_temp.days(9223372036854775807, pg_temp.customer(1, 2, '023e'))),
  ('a key of zeros', pg_temp.days(1, pg_temp.customer(0, 0, '023e'))), ('keys fall', pg_temp.days(2, pg_temp.customer(1, 3, '023e'), pg_temp.customer(1, 2, '023e'))), ('keys are equal', pg_temp.days(2, pg_temp.customer(1, 3, '023e'), pg_temp.customer(1, 3, '023e'))), ('keys rise without a sign', pg_temp.days(2, pg_temp.customer(-1, 3, '023e'), pg_temp.customer(1, 3, '023e'))),
  ('no days', pg_temp.days(1, pg_temp.customer(1, 2, '0000'))), ('more days than bytes', pg_temp.days(1, pg_temp.customer(1, 2, '063e09'))), ('a number without end', pg_temp.days(1, pg_temp.customer(1, 2, '0280'))), ('a number of eleven bytes', pg_temp.days(1, pg_temp.customer(1, 2, '16ffffffffffffffffffff01'))),
  ('a longer number than needed', pg_temp.days(1, pg_temp.customer(1, 2, '04be00'))), ('a longer length than needed', pg_temp.days(1, pg_temp.customer(1, 2, '82003e'))), ('a day beyond the calendar', pg_temp.days(1, pg_temp.customer(1, 2, '0afeffffff0f'))), ('a day before it', pg_temp.days(1, pg_temp.customer(1, 2, '0affffffff0f'))), ('a first day that wraps around', pg_temp.days(1, pg_temp.customer(1, 2, '14feffffffffffffffff01'))),
  ('a later day beyond it', pg_temp.days(1, pg_temp.customer(1, 2, '0c3effffffff0f'))), ('days that wrap around', pg_temp.days(1, pg_temp.customer(1, 2, '163effffffffffffffffff01'))), ('days that fall', pg_temp.days(1, pg_temp.customer(1, 2, '163efdffffffffffffffff01'))),
  ('no bits', pg_temp.days(1, pg_temp.customer(1, 2, '13000000000000000000'))), ('nine days as bits', pg_temp.days(1, pg_temp.customer(1, 2, '13000000000000ff0100'))), ('ten days as a list', pg_temp.days(1, pg_temp.customer(1, 2, '143e000000000000000000'))), ('bits cut short', pg_temp.days(1, pg_temp.customer(1, 2, '11000000000000ff03'))),
  ('bits of the chunk before', pg_temp.days(1, pg_temp.customer(1, 2, '3700000000000000ff03feffffffffffffffff01000000000000ff03'))), ('bits of the same chunk again', pg_temp.days(1, pg_temp.customer(1, 2, '3700000000000000ff03ffffffffffffffffff01000000000000ff03'))),
  ('bits beyond the calendar', pg_temp.days(1, pg_temp.customer(1, 2, '1bfeffffff0f000000000000ff03'))), ('bytes behind it', pg_temp.days(1, pg_temp.customer(1, 2, '023e00'))), ('of another version', '\x02690000000000000000'), ('of version 0', '\x00690000000000000000')) v(what, payload);
-- every length short of it, and every byte of a value wrong in turn: an error or another valid value in its only form, never a crash
CREATE TEMP TABLE intact AS SELECT n, activitysummary_send(activity_agg(customer, d)) AS w
  FROM (SELECT 1 AS n, customer, day AS d FROM nine WHERE customer IN (1, 4, 9) UNION ALL SELECT 2, i % 2, date '1999-12-01' + i FROM generate_series(1, 90) i UNION ALL SELECT 3, 1, date '4713-01-01 BC' + 1000000 * i FROM generate_series(0, 1000) i) x GROUP BY n;
SELECT n, count(*) FILTER (WHERE outcome = 'no error') AS accepted, count(*) FILTER (WHERE outcome !~ '^22') AS other FROM (
  SELECT n, pg_temp.fails(format('SELECT %L::activitysummary', '1:' || encode(substr(w, 1, i), 'base64'))) AS outcome FROM intact, generate_series(0, length(w) - 1) i WHERE n < 3) y GROUP BY n ORDER BY n;
CREATE FUNCTION pg_temp.try(w bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s activitysummary; b bytea;
BEGIN
  s := '1:' || translate(encode(w, 'base64'), E'\n', '');
  IF activitysummary_send(s) <> w OR s <> combine(s, s) THEN RETURN 'another form'; END IF;
  PERFORM activity_timeline(s, 'year', '1990-01-01', '2030-01-01', '2026-01-01'), cohort_retention(s, 'month', '2019-01-01', '2020-05-01', '2026-01-01', mode => 'on_or_after'), day_retention(s, '{0,1,7}', '1990-01-01', '2030-01-01', '2026-01-01', 'within');
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
SELECT n, count(*) > 100 AS many, count(*) FILTER (WHERE outcome = 'accepted') > 0 AS accepted, count(*) FILTER (WHERE outcome ~ '^22') > 0 AS refused, count(*) FILTER (WHERE outcome !~ '^(accepted|22)') AS other FROM (
  SELECT n, pg_temp.try(set_byte(w, i, (get_byte(w, i) + d) & 255)) AS outcome FROM intact, generate_series(0, least(length(w), 150) - 1) i, unnest(ARRAY[1, 2, 127, 128, 200, 255]) d) y GROUP BY n ORDER BY n;
SELECT n, count(*) > 100 AS many, count(*) FILTER (WHERE outcome ~ '^22') > 0 AS refused, count(*) FILTER (WHERE outcome !~ '^(accepted|22)') AS other FROM (
  SELECT n, pg_temp.try(set_bit(w, i, 1 - get_bit(w, i))) AS outcome FROM intact, generate_series(0, least(length(w), 120) * 8 - 1) i) y GROUP BY n ORDER BY n;
DO $$ BEGIN
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', current_setting('data_directory') || '/chs_activity_test.bin'));
END $$;
-- the functions that types and aggregates are made of, called directly
SELECT pg_temp.fails('SELECT activitysummary_in(''x'')') AS input, activitysummary_send(NULL) IS NULL AS send, activitysummary_accum('1:AWkAAAAAAAAAAA==', NULL::bigint, NULL::date) AS nobody;
SELECT activitysummary_accum(activitysummary_accum(NULL, 'a'::text, '2026-01-01'::date), 'b'::text, '2026-01-02'::date) = activity_agg(c, d) AS by_hand FROM (VALUES ('b'::text, date '2026-01-02'), ('a', '2026-01-01')) v(c, d);
DROP TABLE chs_activity_rows, chs_activity_many, chs_activity_big, chs_activity_groups;
