\set ECHO none
-- activity against the oracle: the same answers from the C code and from
-- test/oracle/activity.sql, on nine customers computed by hand and on random
-- events.
--
-- CHS_SEED=n in the environment tries other data; CHS_ORACLE_ROWS=n another
-- number of customers per part.  When an answer differs, the first ones are
-- printed with both answers and the call that gave them; oracle.event holds
-- the rows of each part.
\set QUIET on
set client_min_messages = warning;
set jit = off;
set datestyle = iso;		-- of the dates inside the texts below
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set f :testdir '/helpers.sql'
\i :f
\set f :testdir '/oracle/activity.sql'
\i :f
create extension if not exists chs;
reset client_min_messages;

\set seed 20260102
\set rows 24
\getenv seed CHS_SEED
\getenv rows CHS_ORACLE_ROWS
select :seed as seed, :rows as customers_per_part;

create temp table result (ord int generated always as identity, check_name text, compared bigint, mismatches bigint);
create temp table mismatch (ord int generated always as identity, check_name text, call text, at text, chs text, oracle text);

-- Counts and days are equal or they are not; rates are float8 of one division.
create function pg_temp.same(column_name text, a text, b text) returns boolean language sql immutable as $$
	select case when a is null or b is null then a is null and b is null
		when column_name ~ '^(.*rate|stickiness)$' then abs(a::numeric - b::numeric) <= 1e-12 * abs(b::numeric)
		else a = b end $$;

-- the rows of a query, numbered; an error as one row
create function pg_temp.rows_of(query text, out line bigint, out j jsonb) returns setof record language plpgsql as $$
begin
	return query execute format('select row_number() over (), to_jsonb(x) from (%s) x', query);
exception when others then
	return query select 0::bigint, jsonb_build_object('error', sqlstate || ' ' || sqlerrm);
end $$;

--
-- 1. The oracle itself, on nine customers computed by hand
--
--  days of 2026, as known on 20 April   Jan  Feb  Mar  Apr
--  1 regular    30 Dec, 5 Jan, 5 Feb ..  x    x    x    x   first in December
--  2 once       31 Jan                   x                  new, lost in February
--  3 edges      1 Feb, 31 Mar                 x    x        new, retained, lost in April
--  4 pauses     10 and 11 Jan, 10 Mar    x         x        new, lost, resurrected, lost
--  5 returns    3 Nov, 14 Feb                 x             resurrected, lost in March
--  6 twice      19 and 21 Apr                           x   new; the 21st is not known
--  7 too late   25 Apr                                      not known at all
--  8 December   31 Dec, in two rows                         lost in January
--  9 9th        1 Jan, 28 Feb, 1 Mar, 20 Apr x    x    x    x   new, retained
insert into oracle.event values
	(0, 1, '2025-12-30'), (0, 1, '2026-01-05'), (0, 1, '2026-02-05'), (0, 1, '2026-03-05'), (0, 1, '2026-04-05'),
	(0, 2, '2026-01-31'), (0, 3, '2026-02-01'), (0, 3, '2026-03-31'), (0, 4, '2026-01-10'), (0, 4, '2026-01-11'), (0, 4, '2026-03-10'),
	(0, 5, '2025-11-03'), (0, 5, '2026-02-14'), (0, 6, '2026-04-19'), (0, 6, '2026-04-21'), (0, 7, '2026-04-25'),
	(0, 8, '2025-12-31'), (0, 8, '2025-12-31'), (0, 9, '2026-01-01'), (0, 9, '2026-02-28'), (0, 9, '2026-03-01'), (0, 9, '2026-04-20'),
	(0, null, '2026-04-20'), (0, 10, null),
	-- sign-ups: 1 and 9 on their first day, 2 and 3 a month before, 4 a week after, 11 never came, 12 later than known; 5 to 8 did not sign up
	(100, 1, '2025-12-30'), (100, 9, '2026-01-01'), (100, 9, '2026-02-02'), (100, 2, '2025-12-31'), (100, 3, '2026-01-01'), (100, 4, '2026-01-17'), (100, 11, '2026-01-20'), (100, 12, '2026-04-21'),
	-- a feature
	(200, 4, '2026-01-15'), (200, 2, '2026-02-02'), (200, 77, '2026-01-03');
do $$ begin perform oracle.build(); end $$;
with said(what, said, expected) as (values
	('timeline', (select string_agg(concat_ws(' ', period_start, active, new, retained, resurrected, lost, coalesce(round(stickiness::numeric, 4), -1), complete::int), ', ') from oracle.activity_timeline(0, 'month', null, '2026-01-05', '2026-05-02', '2026-04-20')),
		-- 5 days of 4 x 31, 4 of 4 x 28, 4 of 4 x 31, 3 of 3 x 20 so far; May has not begun, and lost nobody
		'2026-01-01 4 3 1 0 1 4.0323 1, 2026-02-01 4 1 2 1 2 3.5714 1, 2026-03-01 4 0 3 1 1 3.2258 1, 2026-04-01 3 1 2 0 2 5.0000 0, 2026-05-01 0 0 0 0 0 -1 0'),
	-- nobody was there before the first boundary, so 1 comes back; 28 February is not known
	('timeline, boundaries', (select string_agg(concat_ws(' ', period_start, active, new, retained, resurrected, lost, complete::int), ', ')
		from oracle.activity_timeline(0, null, '{2026-01-01,2026-02-01,2026-03-01}', '2026-01-05', '2026-02-02', '2026-02-27')), '2026-01-01 4 3 0 1 0 1, 2026-02-01 3 1 1 1 3 0'),
	('timeline, a bucket before', (select string_agg(concat_ws(' ', period_start, active, new, retained, resurrected, lost, complete::int), ', ')
		from oracle.activity_timeline(0, null, '{2025-12-01,2026-01-01,2026-02-01,2026-03-01}', '2026-01-05', '2026-01-06', '2026-02-27')), '2026-01-01 4 3 1 0 1 1'),
	-- to 5 January: 1 twice, 8 and 9 once, all new: 4 of 3 x 7 days.  To the 12th none of them, only 4, twice.
	('rolling', (select string_agg(concat_ws(' ', day, active_on_day, active_in_window, new, resurrected, lapsed, coalesce(round(retention_rate::numeric, 4), -1), coalesce(round(stickiness::numeric, 4), -1), complete::int), ', ')
		from oracle.activity_rolling(0, 7, '2026-01-05', '2026-01-27', '2026-04-20', 7)),
		'2026-01-05 1 3 3 0 0 -1 19.0476 1, 2026-01-12 0 1 1 0 3 0.0000 28.5714 1, 2026-01-19 0 0 0 0 1 0.0000 -1 1, 2026-01-26 0 0 0 0 0 -1 -1 1'),
	-- to 19 April 6, the first time; nobody from the 6th to the 12th.  To the 26th 9 on the 20th, the one day of that window that is known
	('rolling, later', (select string_agg(concat_ws(' ', day, active_on_day, active_in_window, new, resurrected, lapsed, coalesce(round(retention_rate::numeric, 4), -1), coalesce(round(stickiness::numeric, 4), -1), complete::int), ', ')
		from oracle.activity_rolling(0, 7, '2026-04-19', '2026-04-27', '2026-04-20', 7)), '2026-04-19 1 1 1 0 0 -1 14.2857 1, 2026-04-26 0 1 0 1 1 0.0000 100.0000 0'),
	-- to 22 April two days are not known: 6 on the 19th, 9 on the 20th are 2 of 2 x 5 days; 9 to 15 April has nobody.
	-- To 27 April no day is left, and nobody has lapsed in it
	('rolling, not known', (select string_agg(concat_ws(' ', day, window_days, active_on_day, active_in_window, new, resurrected, lapsed, coalesce(round(retention_rate::numeric, 4), -1), coalesce(round(stickiness::numeric, 4), -1), complete::int), ', ')
		from oracle.activity_rolling(0, '{7,2}'::bigint[], '2026-04-22', '2026-04-28', '2026-04-20', 5)),
		'2026-04-22 7 0 2 1 1 0 -1 20.0000 0, 2026-04-22 2 0 0 0 0 0 -1 -1 0, 2026-04-27 7 0 0 0 0 0 -1 -1 0, 2026-04-27 2 0 0 0 0 0 -1 -1 0'),
	-- from 9 February: 1 on 5 March, 4 today, 5 on 14 February, 9 on 28 February and 1 March; from 10 January to 8 February: 1, 2, 3, 4
	('rolling, retained', (select string_agg(concat_ws(' ', day, active_on_day, active_in_window, new, resurrected, lapsed, round(retention_rate::numeric, 4), round(stickiness::numeric, 4)), ', ')
		from oracle.activity_rolling(0, 30, '2026-03-10', '2026-03-11', '2026-04-20', 1)), '2026-03-10 1 4 0 2 2 50.0000 4.1667'),
	('cohorts', (select string_agg(concat_ws(' ', cohort, size, period, coalesce(retained, -1), round(rate::numeric, 4)), ', ') from oracle.cohort_retention(0, 0, 'month', null, '2026-01-01', '2026-05-01', '2026-04-20', 'on')),
		'2026-01-01 3 0 3 100.0000, 2026-01-01 3 1 1 33.3333, 2026-01-01 3 2 2 66.6667, 2026-01-01 3 3 -1, 2026-02-01 1 0 1 100.0000, 2026-02-01 1 1 1 100.0000, 2026-02-01 1 2 -1, 2026-04-01 1 0 -1'),
	('cohorts, on or after', (select string_agg(concat_ws(' ', cohort, size, period, coalesce(retained, -1)), ', ') from oracle.cohort_retention(0, 0, 'month', null, '2026-01-01', '2026-03-01', '2026-04-20', 'on_or_after')),
		-- followed to April, which runs, although only January and February are shown
		'2026-01-01 3 0 3, 2026-01-01 3 1 2, 2026-01-01 3 2 2, 2026-01-01 3 3 -1, 2026-02-01 1 0 1, 2026-02-01 1 1 1, 2026-02-01 1 2 -1'),
	-- 4 came on 10 January and the day after; nobody was new on the 11th; with boundaries nothing follows the last one
	('cohorts of days', (select string_agg(concat_ws(' ', cohort, size, period, coalesce(retained, -1)), ', ') from oracle.cohort_retention(0, 0, 'day', null, '2026-01-10', '2026-01-12', '2026-01-11', 'on')), '2026-01-10 1 0 1, 2026-01-10 1 1 1'),
	('cohorts to the last boundary', (select string_agg(concat_ws(' ', cohort, size, period, coalesce(retained, -1)), ', ')
		from oracle.cohort_retention(0, 0, null, '{2026-01-01,2026-02-01,2026-03-01}', '2026-01-01', '2026-02-01', '2026-04-20', 'on_or_after')), '2026-01-01 3 0 3, 2026-01-01 3 1 2'),
	-- January's sign-ups: 9, 3, 4, 11.  4 was seen in January, before it signed up; 3 from February on
	('cohorts of sign-ups', (select string_agg(concat_ws(' ', cohort, size, period, coalesce(retained, -1), rate), ', ') from oracle.cohort_retention(100, 0, 'month', null, '2026-01-01', '2026-04-01', '2026-04-20', 'on')),
		'2026-01-01 4 0 2 50, 2026-01-01 4 1 2 50, 2026-01-01 4 2 3 75, 2026-01-01 4 3 -1'),
	('cohorts of sign-ups, on or after', (select string_agg(concat_ws(' ', cohort, size, period, coalesce(retained, -1), rate), ', ') from oracle.cohort_retention(100, 0, 'quarter', null, '2025-12-01', '2026-04-01', '2026-04-20', 'on_or_after')),
		'2025-10-01 2 0 2 100, 2025-10-01 2 1 2 100, 2025-10-01 2 2 -1, 2026-01-01 4 0 3 75, 2026-01-01 4 1 -1'),
	-- first days in January and February: 9 (1 Jan), 4 (10 Jan), 2 (31 Jan), 3 (1 Feb).  58 days on: 28 Feb for 9, 31 Mar for 3.
	-- 79 days on: 20 Apr for 2, 21 Apr for 3.  109 days on: 20 Apr for 9, and nobody has 110.
	('days', (select string_agg(concat_ws(' ', day, eligible, retained, round(rate::numeric, 4)), ', ') from oracle.day_retention(0, null, '{0,1,58,79,109,110,1}', '2026-01-01', '2026-03-01', '2026-04-20', 'on')),
		'0 4 4 100.0000, 1 4 1 25.0000, 58 4 2 50.0000, 79 3 0 0.0000, 109 1 1 100.0000, 110 0 0, 1 4 1 25.0000'),
	('days, or after', (select string_agg(concat_ws(' ', day, eligible, retained), ', ') from oracle.day_retention(0, null, '{0,1,58,79,110}', '2026-01-01', '2026-03-01', '2026-04-20', 'on_or_after')), '0 4 4, 1 4 3, 58 4 3, 79 3 1, 110 0 0'),
	('days, within', (select string_agg(concat_ws(' ', day, eligible, retained), ', ') from oracle.day_retention(0, null, '{0,1,58,79,110}', '2026-01-01', '2026-03-01', '2026-04-20', 'within')), '0 4 0, 1 4 1, 58 4 3, 79 3 2, 110 0 0'),
	-- days 1 to 57: 4 on day 1; 58 to 78: 9 and 3 on 58, 4 on 59; 79 to 108 is known of 9 alone; day 109 is the 20th of April for 9
	('days, brackets', (select string_agg(concat_ws(' ', day, eligible, retained), ', ') from oracle.day_retention(0, null, '{1,58,79,109,110}', '2026-01-01', '2026-03-01', '2026-04-20', 'between')), '1 4 1, 58 4 3, 79 1 0, 109 1 1'),
	-- January has 9, 4, 2; February 3, of whom day 79 is not known
	('days, by month', (select string_agg(concat_ws(' ', cohort, day, eligible, retained, coalesce(round(rate::numeric, 4), -1)), ', ') from oracle.day_retention(0, null, '{79,1}', '2026-01-20', '2026-02-10', '2026-04-20', 'on', 'month', null)),
		'2026-01-01 79 3 0 0.0000, 2026-01-01 1 3 1 33.3333, 2026-02-01 79 0 0 -1, 2026-02-01 1 1 0 0.0000'),
	-- January's sign-ups: 9 and 3 on the 1st, 4 on the 17th, 11 on the 20th.  Day 0: 9.  By day 31 also 3 (1 February), by day 58 also 4 (10 March, its day 52)
	('days from sign-ups', (select string_agg(concat_ws(' ', day, eligible, retained), ', ') from oracle.day_retention(100, 0, '{0,31,58,91}', '2026-01-01', '2026-02-01', '2026-04-20', 'within')), '0 4 1, 31 4 2, 58 4 3, 91 3 3'),
	('days from sign-ups, on', (select string_agg(concat_ws(' ', day, eligible, retained), ', ') from oracle.day_retention(100, 0, '{0,31,58,109,110}', '2026-01-01', '2026-02-01', '2026-04-20', 'on')), '0 4 1, 31 4 1, 58 4 1, 109 2 1, 110 0 0'),
	-- December's: 1 on the 30th, 2 on the 31st, who came on its day 31 only; of January's, 9 and 3 came after day 60, 4 had only day 52
	('days from sign-ups, by month', (select string_agg(concat_ws(' ', cohort, day, eligible, retained), ', ') from oracle.day_retention(100, 0, '{0,60}', '2025-12-01', '2026-01-02', '2026-04-20', 'on_or_after', 'month', null)),
		'2025-12-01 0 2 2, 2025-12-01 60 2 1, 2026-01-01 0 4 3, 2026-01-01 60 4 2'),
	('period', (select concat_ws(' ', oracle.active_customers(0, p), round(oracle.stickiness(0, p)::numeric, 4), oracle.repeat_rate(0, p), oracle.adoption_rate(200, 0, p)) from daterange('2026-01-01', '2026-02-01') p), '4 4.0323 25 25'),
	('period, whole', (select concat_ws(' ', oracle.active_customers(0, p), oracle.repeat_rate(0, p), oracle.adoption_rate(200, 0, p)) from daterange('2026-04-01', '2026-05-01') p), '4 25 0'),
	-- up to 11 January: 1 and 9 once, 4 twice are 4 days of 3 x 11; on 31 December nothing of January is known
	('period, to date', (select concat_ws(' ', oracle.active_customers(0, p, '2026-01-11'), round(oracle.stickiness(0, p, '2026-01-11')::numeric, 4), round(oracle.repeat_rate(0, p, '2026-01-11')::numeric, 4), oracle.adoption_rate(200, 0, p, '2026-01-11'),
		oracle.adoption_rate(200, 0, p, '2026-01-15') > 33) from daterange('2026-01-01', '2026-02-01') p), '3 12.1212 33.3333 0 t'),
	('period, not begun', (select concat_ws(' ', coalesce(oracle.active_customers(0, p, '2025-12-31'), -1), coalesce(oracle.stickiness(0, p, '2025-12-31'), oracle.repeat_rate(0, p, '2025-12-31'), oracle.adoption_rate(200, 0, p, '2025-12-31'), -1),
		(select count(*) from oracle.active_days(0, p, '2025-12-31'))) from daterange('2026-01-01', '2026-02-01') p), '-1 -1 0'),
	('days of a period', (select string_agg(concat_ws(' ', days, customers), ', ') from oracle.active_days(0, '[2026-01-08,2026-01-13)', '2026-01-11')), '1 0, 2 1, 3 0, 4 0'),
	('period, nobody', (select concat_ws(' ', oracle.active_customers(0, p), coalesce(oracle.stickiness(0, p), oracle.repeat_rate(0, p), oracle.adoption_rate(200, 0, p), -1)) from daterange('2026-05-01', '2026-06-01') p), '0 -1')
), w as (insert into mismatch (check_name, at, chs, oracle) select 'oracle by hand', what, 'by hand ' || expected, said from said where said is distinct from expected)
insert into result (check_name, compared, mismatches) select 'oracle by hand', count(*), count(*) filter (where said is distinct from expected) from said;

--
-- 2. Random events
--
create temp table part (part int primary key, style text, first date, last date, customers int);
insert into part values (0, 'by hand', '2025-11-01', '2026-05-10', 0),
	(1, 'ordinary', '2023-01-01', '2025-12-31', :rows), (2, 'ordinary', '2023-01-01', '2025-12-31', :rows), (3, 'ordinary', '2024-02-01', '2024-12-31', 4 * :rows),
	(4, 'once', '2024-01-01', '2024-12-31', 3 * :rows), (5, 'daily', '2023-01-01', '2024-06-30', 3), (6, 'edges', '2023-01-01', '2025-12-31', :rows),
	(7, 'crowded', '2024-02-10', '2024-03-31', :rows), (8, 'decades', '1985-01-01', '2030-12-31', :rows), (9, 'chunks', '1999-06-01', '2000-10-01', :rows),
	(10, 'ancient', '0003-03-01 BC', '0002-12-31', :rows), (11, 'ancient', '4700-01-01 BC', '4697-12-31 BC', :rows), (12, 'future', '294000-01-01', '294003-12-31', :rows),
	(13, 'last days', '5874894-01-01', '5874897-06-30', :rows);
insert into oracle.event
select part, n, d from part, lateral (select generate_series(1, customers) as n) c, lateral oracle.visits(:'seed' || '/' || part, style, n, first, last) d;
-- sign-ups of every part: on the first day, days before or after it, never; some who never came
insert into oracle.event
select part + 100, customer, d + oracle.pick(:'seed', part || 'entry' || customer, 0, 0, 0, -1, -9, -40, 1, 5, 30)
from (select part, customer, min(day) as d from oracle.event where part between 1 and 12 group by part, customer) e
where oracle.u(:'seed', part || 'signed' || customer) < 0.8
union all
select part + 100, 10000 + n, first + floor(oracle.u(:'seed', part || 'never' || n) * (last - first))::int from part, generate_series(1, 10) n where part between 1 and 12;
-- users of a feature: some of the days, some days of their own, some strangers
insert into oracle.event
select part + 200, customer, d
from (select part, customer, day + oracle.pick(:'seed', part || 'used' || customer || day, 0, 0, 3) as d, oracle.u(:'seed', part || 'user' || customer) as u,
		oracle.u(:'seed', part || 'use' || customer || day) as v from oracle.event where part between 1 and 12) e
where u < 0.6 and v < 0.2
union all
select part + 200, 20000 + n, first + n from part, generate_series(1, 5) n where part between 1 and 12;
insert into oracle.event values (1, null, '2023-05-01'), (13, 1, '5874897-12-31'), (11, 1, '4714-11-24 BC');
analyze oracle.event;
do $$ begin perform oracle.build(); end $$;

-- Questions: the same one to both.  ARGS of part p stand for (select s from
-- summary where part = p) on one side, for p on the other.
create temp table question (q int generated always as identity, name text, fn text, parts int[], chs text, oracle text);
create temp table moment as
select part, first, last, kind, i, from_day, t as to_day, as_of, oracle.bounds(:'seed' || part, first, last) as bounds
from part, unnest('{day,week,month,quarter,year,boundaries}'::text[]) with ordinality as b(kind, ord), generate_series(1, 2) i,
	lateral (select part || kind || i as k) l,
	-- the last days that there are have no time of the day: only boundaries there
	lateral (select first - 9 + floor(oracle.u(:'seed', k || 'from') ^ 2 * (last - first))::int as f,
		oracle.pick(:'seed', k || 'len', 7, 31, 31, 61, 92) * case kind when 'day' then 1 when 'week' then 4 when 'month' then 12 when 'boundaries' then 8 else 40 end as len) x,
	-- boundaries end a day or more after the last
	lateral (select case when kind = 'boundaries' then greatest(f, first) else f end as from_day, f + case when kind = 'boundaries' then least(len, last - f) else len end as t) y,
	lateral (select oracle.pick(:'seed', k || 'as_of', t - 1, t - 1, t - 1, t, t - 2, f + 2 * (t - f) / 3, f + 1, first - 1, least(t + 50, last)) as as_of) z
where (part <> 13 or kind = 'boundaries') and from_day < t;
insert into moment select part, '2025-11-01', '2026-05-10', 'month', 3, '2026-01-05', '2026-05-02', '2026-04-20', null from part where part = 0;

insert into question (name, fn, parts, chs, oracle)
select 'activity_timeline ' || kind, 'activity_timeline', array[part],
	format('%s, %L, %L, %L', by, from_day, to_day, as_of), format('%s, %L, %L, %L', oracle_by, from_day, to_day, as_of)
from moment, lateral (select case kind when 'boundaries' then quote_literal(bounds) || '::date[]' else quote_literal(kind) end as by,
	case kind when 'boundaries' then 'null, ' || quote_literal(bounds) else quote_literal(kind) || ', null' end as oracle_by) x
union all
-- cohorts are followed to as_of, which may lie long after what is shown
select 'cohort_retention ' || kind || ' ' || mode || case when entry then ' of entries' else '' end, 'cohort_retention', case when entry then array[part + 100, part] else array[part] end,
	format('%s, %L, %L, %L', by, from_day, to_day, known) || case when mode = 'on' and i = 1 then '' else ', ' || quote_literal(mode) end, format('%s, %L, %L, %L, %L', oracle_by, from_day, to_day, known, mode)
from moment, unnest('{on,on_or_after}'::text[]) mode, unnest('{f,t}'::boolean[]) entry,
	lateral (select case when i = 2 then least(last, to_day + oracle.pick(:'seed', part || kind || mode, 10, 100, 400)) else as_of end as known) a,
	lateral (select case kind when 'boundaries' then quote_literal(bounds) || '::date[]' else quote_literal(kind) end as by,
		case kind when 'boundaries' then 'null, ' || quote_literal(bounds) else quote_literal(kind) || ', null' end as oracle_by) x
where part < 13 or not entry;

-- windows of any length, at steps of a day and more; one or several
insert into question (name, fn, parts, chs, oracle)
select name, 'activity_rolling', array[part], format('%s, %L, %L, %L', w, f, t, as_of) || case when step = 1 and i = 1 then '' else ', ' || step end, format('%s, %L, %L, %L, %s', w, f, t, as_of, step)
from part, generate_series(1, 8) i, unnest('{activity_rolling,activity_rolling of windows}'::text[]) name, lateral (select part || name || i as k) l,
	lateral (select oracle.pick(:'seed', k || 'list', '1,7,30'::text, '7', '64,2,2', '90,28,365', '30,1000') as list, oracle.pick(:'seed', k || 'w', 1, 2, 7, 7, 28, 30, 63, 64, 65, 90, 365, 1000) as one,
		oracle.pick(:'seed', k || 'step', 1, 1, 2, 7, 30, 64, 1000) as step, first - 3 + floor(oracle.u(:'seed', k || 'from') * (last - first))::int as f) x,
	lateral (select case when name ~ 'of' then format('array[%s]', list) else one::text end as w) v,
	lateral (select f + least(oracle.pick(:'seed', k || 'len', 1, 2, 8, 40, 100) * oracle.pick(:'seed', k || 'many', 1, step), case when part = 13 then last - f end) as t) y,
	lateral (select oracle.pick(:'seed', k || 'as_of', t - 1, t - 1, t, t - 2, f + (t - f) / 2, f + 1, f, f - 5, f - one, first - 1) as as_of) z
where f < t;

-- days and brackets, from the first day or the sign-up, together or by cohort
insert into question (name, fn, parts, chs, oracle)
select 'day_retention ' || mode || case when entry then ' from sign-ups' else '' end || case when by = 'together' then '' else ' by ' || by end, 'day_retention', case when entry then array[part + 100, part] else array[part] end,
	format('%L, %L, %L, %L', days, f, t, as_of) || case when mode = 'on' and i = 1 and by = 'together' then '' else ', ' || quote_literal(mode) || coalesce(', ' || bucket, '') end,
	format('%L, %L, %L, %L, %L', days, f, t, as_of, mode) || coalesce(', ' || oracle_bucket, '')
from part, unnest('{on,on_or_after,within,between}'::text[]) mode, unnest('{f,t}'::boolean[]) entry, unnest('{together,calendar,boundaries}'::text[]) by, generate_series(1, 2) i,
	lateral (select part || mode || entry || by || i as k) l,
	lateral (select array(select floor(400 * oracle.u(:'seed', k || 'day' || j) ^ 3)::bigint from generate_series(1, 12) j) || '{30,1,0,7,1,100000,2147483647}' as random,
		first - 3 + floor(oracle.u(:'seed', k || 'from') ^ 2 * (last - first))::int as from_day, oracle.pick(:'seed', k || 'len', 1, 30, 92, 400) as len) x,
	lateral (select case mode when 'between' then array(select distinct d from unnest(random) d order by d) else random end as days,
		case by when 'boundaries' then greatest(from_day, first) else from_day end as f) r,
	lateral (select f + least(len, last - f) as t, oracle.pick(:'seed', k || 'bucket', 'day'::text, 'week', 'month', 'quarter', 'year') as name, oracle.bounds(:'seed' || part, first, last) as bounds) y,
	lateral (select case by when 'calendar' then quote_literal(name) when 'boundaries' then quote_literal(bounds) || '::date[]' end as bucket,
		case by when 'calendar' then quote_literal(name) || ', null' when 'boundaries' then 'null, ' || quote_literal(bounds) end as oracle_bucket) b,
	lateral (select oracle.pick(:'seed', k || 'as_of', t - 1, t, t - 10, f + (t - f) / 2, f, f - 1, last, last, last - 30) as as_of) z
where f < t and (part < 13 or not entry and by <> 'calendar');

-- periods, whole and cut before, in and after them
insert into question (name, fn, parts, chs, oracle)
select fn || case when as_of is null then '' else ' as of' end, fn, case fn when 'adoption_rate' then array[part + 200, part] else array[part] end, args, args
from part, unnest('{active_customers,stickiness,repeat_rate,adoption_rate,active_days}'::text[]) fn, generate_series(1, 16) i, lateral (select part || 'period' || i as k) l,
	lateral (select first - 3 + floor(oracle.u(:'seed', k || 'from') * (last - first))::int as f, oracle.pick(:'seed', k || 'len', 1, 1, 2, 7, 31, 63, 64, 65, 366, 2000) as len) x,
	lateral (select f + case part when 13 then least(len, last - f + 184) else len end as t) y,
	-- (the last day that there is has none after it)
	lateral (select case when i > 6 then (array[f - 1, f, t - 2, t - 1, least(t, '5874897-12-30'), f + (t - f) / 2, f + (t - f) / 3, f - 40, t - 3, f + 1])[i - 6] end as as_of) z,
	lateral (select quote_literal(daterange(f, t)) || coalesce(', ' || quote_literal(as_of), '') as args) a
where part < 13 or fn <> 'adoption_rate';
update question set
	oracle = format('select * from oracle.%s(%s, %s)', fn, case when cardinality(parts) = 2 then array_to_string(parts, ', ') when fn = 'cohort_retention' then parts[1] || ', ' || parts[1] when fn = 'day_retention' then parts[1] || ', null' else parts[1]::text end, oracle),
	chs = format('select * from %s(%s, %s)', fn, (select string_agg(format('(select s from summary where part = %s)', p), ', ' order by ord) from unnest(parts) with ordinality x(p, ord)), chs);

create temp table answer (who text, q int, line bigint, j jsonb);
insert into answer select 'oracle', q, line, j from question, pg_temp.rows_of(oracle);

-- That the data are worth the comparison: each kind of thing happens often.
with a as (select name, fn, j, parts from answer join question using (q) where who = 'oracle'),
happens as (
	select 'timeline ' || k as thing, count(*) filter (where (j->>k)::int > 0) as n, 100 as least from a, unnest('{active,new,retained,resurrected,lost}'::text[]) k where fn = 'activity_timeline' group by k
	union all select 'rolling ' || k, count(*) filter (where (j->>k)::int > 0), 100 from a, unnest('{active_on_day,active_in_window,new,resurrected,lapsed}'::text[]) k where fn = 'activity_rolling' group by k
	union all select fn || ' not complete', count(*) filter (where not (j->>'complete')::boolean), 100 from a where fn in ('activity_timeline', 'activity_rolling') group by fn
	union all select 'rolling, rates', count(*) filter (where (j->>'retention_rate')::float8 between 1 and 99), 100 from a where fn = 'activity_rolling'
	union all select name || ' cells', count(*) filter (where (j->>'period')::int > 0 and (j->>'rate')::float8 between 1 and 99), 10 from a where fn = 'cohort_retention' and name ~ '(month|day|bound)' group by name
	union all select 'cohorts not complete', count(*) filter (where j->>'rate' is null), 100 from a where fn = 'cohort_retention'
	union all select 'first bucket not full', count(*) filter (where (j->>'period')::int = 0 and (j->>'rate')::float8 < 100), 20 from a where name ~ 'of entries'
	union all select name || ' rates', count(*) filter (where (j->>'rate')::float8 between 1 and 99), 10 from a where fn = 'day_retention' group by name
	union all select 'days, nobody eligible', count(*) filter (where j->>'rate' is null), 50 from a where fn = 'day_retention'
	union all select fn, count(*) filter (where (j->>fn)::float8 between 1 and 99), 20 from a where fn in ('active_customers', 'stickiness', 'repeat_rate', 'adoption_rate') group by fn
	union all select 'days of a period', count(*) filter (where (j->>'days')::int > 1 and (j->>'customers')::int > 0), 100 from a where fn = 'active_days'
	union all select fn || ' as of, not begun', count(*) filter (where j->>fn is null), 5 from a where name ~ 'as of' and fn <> 'active_days' group by fn
	union all select 'no rate of nobody', count(*) filter (where j->>fn is null), 5 from a where fn in ('stickiness', 'repeat_rate', 'adoption_rate')
	union all select 'the same day twice', count(*), 100 from (select from oracle.event group by part, customer, day having count(*) > 1) s
	union all select 'one-day visitors', count(*), 50 from (select from oracle.seen where part < 100 group by part, customer having count(*) = 1) s
	union all select 'hundreds of days', max(n), 300 from (select count(*) as n from oracle.seen group by part, customer) s
	union all select 'days without a customer, customers without a day', count(*), 5 from oracle.event where customer is null or day is null
)
select thing, n >= least as often from happens where n < least or thing !~ 'cells' order by thing collate "C";

--
-- 3. The C code
--
create temp table summary (part int primary key, s activitysummary);
insert into summary select part, activity_agg(customer, day) from oracle.event group by part;
insert into answer select 'chs', q, line, j from question, pg_temp.rows_of(chs);
create index on answer (q, line);
analyze answer;

-- line by line, column by column
create temp table compared as
select name, coalesce(c.q, o.q) as q, coalesce(c.line, o.line) as line, key, c.j->>key as chs, o.j->>key as oracle,
	c.j is not null and o.j is not null and c.j ? key and o.j ? key and pg_temp.same(key, c.j->>key, o.j->>key) as ok
from (select * from answer where who = 'chs') c full join (select * from answer where who = 'oracle') o on c.q = o.q and c.line = o.line
	join question q on q.q = coalesce(c.q, o.q),
	lateral (select jsonb_object_keys(coalesce(c.j, '{}') || coalesce(o.j, '{}')) as key) k;
insert into mismatch (check_name, call, at, chs, oracle) select c.name, q.chs, 'row ' || line || ', ' || key, c.chs, c.oracle from compared c join question q using (q) where not ok;
insert into result (check_name, compared, mismatches)
select name, count(*), count(*) filter (where not ok) from compared group by name order by name collate "C";

-- the identities, on what the C code says
with t as (select chs as call, line, x.*, lag(x.active) over w as active_before, x.active as now, x.period_start > substring(chs from '''(\S+( BC)?)''\)$')::date as not_begun
		   from answer join question using (q), jsonb_to_record(j) x(period_start date, active bigint, new bigint, retained bigint, resurrected bigint, lost bigint, complete boolean)
		   where who = 'chs' and fn = 'activity_timeline' window w as (partition by q order by line)),
r as (select chs as call, line, x.* from answer join question using (q), jsonb_to_record(j) x(active_in_window bigint, active_on_day bigint, new bigint, resurrected bigint, lapsed bigint, retention_rate float8, stickiness float8)
	  where who = 'chs' and fn = 'activity_rolling'),
c as (select chs as call, line, x.*, name ~ 'or_after' as after, lag(x.retained) over w as retained_before, lag(x.period) over w as period_before
	  from answer join question using (q), jsonb_to_record(j) x(cohort date, size bigint, period int, retained bigint, rate float8)
	  where who = 'chs' and fn = 'cohort_retention' and cardinality(parts) = 1 window w as (partition by q, x.cohort order by line)),
e as (select call, line, i.* from t, lateral (values ('identity: active = new + retained + resurrected', active = new + retained + resurrected),
		('identity: lost(n) = active(n-1) - retained(n), 0 in a bucket that has not begun', lost = case when not_begun then 0 else active_before - retained end)) i(name, ok)
	  union all select call, line, i.* from r, lateral (values ('identity: window = new + resurrected + retained', active_in_window - new - resurrected between 0 and active_in_window),
		('identity: on the day <= in the window', active_on_day <= active_in_window),
		('identity: retention of a window = retained of retained and lapsed', abs((active_in_window - new - resurrected) * 100.0 - retention_rate * (active_in_window - new - resurrected + lapsed)) < 1e-6)) i(name, ok)
	  union all select call, line, i.* from c, lateral (values ('identity: everybody in the first bucket', period > 0 or coalesce(retained, size) = size),
		('identity: buckets follow each other', period = coalesce(period_before + 1, 0)), ('identity: on or after never rises', not after or retained <= retained_before)) i(name, ok)),
w as (insert into mismatch (check_name, call, at) select name, call, line from e where not ok)
insert into result (check_name, compared, mismatches) select name, count(ok), count(*) filter (where not ok) from e group by name order by name collate "C";

-- a row of a timeline is the question to its period, whole or as of the same day
with t as (select chs as call, line, x.*, lead(x.period_start) over (partition by q order by line) as next, (select s from summary where part = parts[1]) as s, as_of
		   from answer join question using (q), jsonb_to_record(j) x(period_start date, active bigint, stickiness float8, complete boolean), lateral (select substring(chs from '''(\S+( BC)?)''\)$')::date as as_of) y
		   where who = 'chs' and fn = 'activity_timeline' and q % 3 = 0),
e as (select call, line, concat_ws(' ', active, stickiness) as a, concat_ws(' ', active_customers(s, daterange(period_start, next)), stickiness(s, daterange(period_start, next))) as b from t where complete and next is not null
	  union all select call, line, concat_ws(' ', nullif(active, 0), stickiness), concat_ws(' ', nullif(active_customers(s, daterange(period_start, next), as_of), 0), stickiness(s, daterange(period_start, next), as_of)) from t where next is not null),
w as (insert into mismatch (check_name, call, at, chs, oracle) select 'a bucket is the question to its period', call, line, a, b from e where a is distinct from b)
insert into result (check_name, compared, mismatches) select 'a bucket is the question to its period', count(*), count(*) filter (where a is distinct from b) from e;

-- the first bucket knows what was before from_day: each row alone is the same row
with t as (select chs as call, j, (j->>'period_start')::date as d, split_part(name, ' ', 2) as bucket, (select s from summary where part = parts[1]) as s, substring(chs from '''(\S+( BC)?)''\)$')::date as as_of
		   from answer join question using (q) where who = 'chs' and fn = 'activity_timeline' and name !~ 'boundaries' and q % 2 = 0),
e as (select call, j, to_jsonb(alone) as a from t, activity_timeline(s, bucket, d, d + 1, as_of) alone),
w as (insert into mismatch (check_name, call, at, chs, oracle) select 'each bucket alone', call, j->>'period_start', a, j from e where a is distinct from j)
insert into result (check_name, compared, mismatches) select 'each bucket alone', count(*), count(*) filter (where a is distinct from j) from e;

-- a look into the values: each customer's days, under the key that the customer has in a summary alone
with seen as (select part, (select min(key::text) from activity_rows(activity_agg(customer, day)) r) as key, array_agg(day order by day) as days from oracle.seen group by part, customer),
e as (select part, key, w.days::text as wanted, r.days::text as rows from seen w
	full join (select part, r.key::text, array_agg(r.day order by n) as days from summary, activity_rows(s) with ordinality r(key, day, n) group by part, r.key) r using (part, key)),
w as (insert into mismatch (check_name, call, at, chs, oracle) select 'rows of a summary', part, key, rows, wanted from e where rows is distinct from wanted)
insert into result (check_name, compared, mismatches) select 'rows of a summary', count(*), count(*) filter (where rows is distinct from wanted) from e;

-- Keys of another kind, another order, parts of any kind rolled up: the same
-- answers, and of the same kind the same bytes.
create temp table whole as table summary;
create temp table other as
select part, 'uuid keys' as name, activity_agg(md5(customer::text)::uuid, day) as s from oracle.event group by part union all
select part, 'text keys', activity_agg(customer::text, day) from oracle.event group by part union all
select part, 'from timestamps', activity_agg(customer, day + time '23:59:59.999999') from oracle.event where part not in (13, 113, 213) group by part union all
select part, 'another order', activity_agg(customer, day order by md5(ctid::text || :'seed')) from oracle.event group by part union all
select part, 'in order', activity_agg(customer, day order by day desc, customer) from oracle.event group by part union all
select part, 'days once', activity_agg(customer, day) from oracle.seen group by part union all
select part, 'rolled up by customer', rollup(s) from (select part, activity_agg(customer, day) as s from oracle.event group by part, customer) x group by part union all
select part, 'rolled up by day', rollup(s) from (select part, activity_agg(customer, day) as s from oracle.event group by part, day) x group by part union all
select part, 'rolled up row by row', rollup(s) from (select part, activity_agg(customer, day) as s from oracle.event group by part, ctid) x group by part union all
select part, 'rolled up at random', rollup(s order by r desc) from (select part, r, activity_agg(customer, day) as s from oracle.event, lateral (select floor(7 * oracle.u(:'seed', ctid::text)) as r) y group by part, r) x group by part union all
select part, 'rolled up twice', rollup(s) from (select part, rollup(s) as s from (select part, r, activity_agg(customer, day) as s from oracle.event, lateral (select floor(40 * oracle.u(:'seed', ctid::text)) as r) y group by part, r) x group by part, r % 5) z group by part union all
select part, 'overlapping parts', rollup(s) from (select part, activity_agg(customer, day) as s from oracle.event, generate_series(0, 1) i group by part, (coalesce(customer, 0) + i) % 3) x group by part;
with e as (select o.name, 'part ' || part as at, o.s = w.s as ok from other o join whole w using (part) where o.name !~ 'keys'),
w as (insert into mismatch (check_name, at, chs, oracle) select name, at, 'other bytes', 'the same' from e where not ok)
insert into result (check_name, compared, mismatches) select name, count(*), count(*) filter (where not ok) from e group by name order by name collate "C";
-- (a third of the questions)
create function pg_temp.ask_again(variant text) returns void language sql as $$
	with again as (select q.q, q.chs, (select jsonb_agg(r.j order by r.line) from pg_temp.rows_of(q.chs) r) as said,
			(select jsonb_agg(a.j order by a.line) from answer a where a.who = 'chs' and a.q = q.q) as wanted
		from question q where q % 3 = 1),
	w as (insert into mismatch (check_name, call, chs, oracle) select variant, chs, said, wanted from again where said is distinct from wanted)
	insert into result (check_name, compared, mismatches) select variant, count(*), count(*) filter (where said is distinct from wanted) from again
$$;
update summary s set s = o.s from other o where o.part = s.part and o.name = 'uuid keys';
do $$ begin perform pg_temp.ask_again('uuid keys'); end $$;
update summary s set s = o.s from other o where o.part = s.part and o.name = 'text keys';
do $$ begin perform pg_temp.ask_again('text keys'); end $$;

-- through text and through the binary form: the same bytes
create temp table copied (part int, name text, s activitysummary);
create temp table all_of_them as select part, 'bigint keys' as name, s from whole union all select part, name, s from other where name ~ 'keys';
do $$ begin perform pg_temp.copy_binary('all_of_them', 'copied'); end $$;
with e as (select 'round trip ' || k as name, a.name || ' part ' || part as at, ok
	from all_of_them a full join copied c using (part, name), lateral (values ('binary', a.s = c.s and activitysummary_send(a.s) = activitysummary_send(c.s)), ('text', a.s::text::activitysummary = a.s and a.s::text = c.s::text),
		('text is short', octet_length(a.s::text) <= 1.4 * octet_length(activitysummary_send(a.s)) + 4)) x(k, ok)),
w as (insert into mismatch (check_name, at) select name, at from e where ok is not true)
insert into result (check_name, compared, mismatches) select name, count(*), count(*) filter (where ok is not true) from e group by name order by name collate "C";

--
-- 4. Days in time zones: the calendar day of the instant there
--
create temp table zone as select name, row_number() over () as z from unnest('{Europe/Berlin,America/New_York,Asia/Kolkata,Australia/Lord_Howe,America/St_Johns,Pacific/Apia,Africa/Casablanca,Asia/Tehran,UTC,
	Pacific/Kiritimati,Europe/Dublin,Africa/Monrovia,America/Nuuk,Antarctica/Troll,Asia/Gaza,Pacific/Chatham,Europe/Moscow,Asia/Manila,America/Caracas,Asia/Pyongyang,America/Sao_Paulo,Asia/Beirut,America/Santiago,Pacific/Pago_Pago,Asia/Kathmandu}'::text[]) name;
create temp table clock_change as select name as zone, at from zone, oracle.clock_changes(name, '1880-01-01 UTC', '2100-01-01 UTC', '3 days') at
	union all select name, at from zone, unnest('{2397,2434,2495,2837,9994}'::int[]) y, oracle.clock_changes(name, make_timestamptz(y, 1, 1, 0, 0, 0, 'UTC'), make_timestamptz(y + 5, 1, 1, 0, 0, 0, 'UTC'), '3 days') at;
create temp table instant (id bigint generated always as identity, zone text, at timestamptz);
-- around each change, and around each midnight there near it
insert into instant (zone, at)
select zone, c.at + d from clock_change c, unnest('{0,-1 us,1 us,-1 s,1 s,-30 min,30 min,-1 hour,1 hour,-2 hours,-25 hours,25 hours}'::interval[]) d
union all
select zone, (((c.at at time zone zone)::date + i)::timestamp at time zone zone) + d from clock_change c, generate_series(-1, 2) i, unnest('{0,-1 us,1 us}'::interval[]) d
union all
-- midnights and other moments of any time, in an order that jumps
select name, m + d from zone, generate_series(1, 150) i,
	lateral (select ('epoch'::timestamptz + (oracle.u(:'seed', 'instant' || z || '/' || i) * 570 - 120) * interval '365.25 days') as m) x, unnest('{0,1 us,12 hours}'::interval[]) d
union all
-- midnights of all times, of most of which no zone's table knows more than a rule
select name, date_trunc('day', m at time zone name) at time zone name + d from zone, generate_series(1, 80) i,
	lateral (select 'epoch'::timestamptz + (oracle.u(:'seed', 'far' || z || '/' || i) * 24000 - 4000) * interval '365.25 days' as m) x, unnest('{-1 us,0,30 min}'::interval[]) d
union all
select name, m at time zone 'UTC' from zone, unnest('{4714-11-25 16:00:00 BC,4714-11-26 23:59:59.999999 BC,4001-02-29 12:00 BC,0001-12-31 23:59:59 BC,0001-01-01 00:00,1582-10-15 00:00,1880-06-01 00:00,1900-01-01 00:00,1969-12-31 23:59:59.999999,1970-01-01 00:00,
	2000-01-01 00:00,1999-12-31 23:59:59.999999,2037-12-31 23:59:59,2038-01-19 03:14:07,2038-01-19 03:14:08,2106-02-07 06:28:16,2400-02-29 23:59:59,2500-07-01 00:00,2500-12-31 23:59:59.999999,9999-12-31 23:30,99999-06-30 12:00,294276-12-31 08:00,294276-12-30 23:59:59.999999}'::timestamp[]) m;
-- The day of each: those of the summary of instants are those of the server's arithmetic.
with e as (select zone, count(*) as n, activity_agg(id, at, zone) = activity_agg(id, (at at time zone zone)::date) as ok from instant group by zone),
-- which one, where one is wrong
one as (select zone, at, activity_agg(id, at, zone) = activity_agg(id, (at at time zone zone)::date) as ok from instant join e using (zone) where not e.ok group by id, zone, at),
w as (insert into mismatch (check_name, call, at, oracle) select 'day in a zone', zone, at at time zone 'UTC', (at at time zone zone)::date from one where ok is not true)
insert into result (check_name, compared, mismatches) select 'day in a zone', sum(n), count(*) filter (where ok is not true) from e;
-- all zones in one summary: each row in another than the one before; other names of the same zone; other kinds of key
with e as (select name, n, ok from (
	select count(*) as n, activity_agg(id, at, zone order by at, id) = activity_agg(id, (at at time zone zone)::date) as jumping,
		activity_agg(id, at, zone order by md5(id::text)) = activity_agg(id, (at at time zone zone)::date) as shuffled, activity_agg(id, at, upper(zone)) = activity_agg(id, (at at time zone zone)::date) as upper_case,
		activity_agg(id::text, at, zone) = activity_agg(id::text, (at at time zone zone)::date) as text_keys,
		activity_agg(md5(id::text)::uuid, at, zone) = activity_agg(md5(id::text)::uuid, (at at time zone zone)::date) as uuid_keys from instant) x,
	lateral (values ('zones in turn, by time', jumping), ('zones in turn, at random', shuffled), ('names of zones in capitals', upper_case), ('zones, text keys', text_keys), ('zones, uuid keys', uuid_keys)) v(name, ok)),
w as (insert into mismatch (check_name) select name from e where ok is not true)
insert into result (check_name, compared, mismatches) select name, n, (ok is not true)::int from e;
-- no setting of the session comes in
set timezone = 'Asia/Tokyo';
create temp table in_tokyo as select zone, activity_agg(id, at, zone) as s from instant group by zone;
set timezone = 'America/Los_Angeles';
with e as (select zone, t.s = (select activity_agg(id, at, zone) from instant i where i.zone = t.zone) as ok from in_tokyo t),
w as (insert into mismatch (check_name, call) select 'another TimeZone', zone from e where ok is not true)
insert into result (check_name, compared, mismatches) select 'another TimeZone', count(*), count(*) filter (where ok is not true) from e;
reset timezone;
-- every place that the server knows, at a few moments (in other words than cities
-- the server may see abbreviations, which AT TIME ZONE prefers to names)
create temp table everywhere as select row_number() over () as id, name as zone, at
	from (select name from pg_timezone_names where name ~ '/' and name !~ '^(posix|right|SystemV|Etc)/' order by name collate "C") n, unnest('{1850-01-01 00:00,1911-07-01 03:00,1942-06-15 12:00,1975-01-15 22:30,1999-12-31 23:59,2011-12-30 10:00,2024-07-01 00:00,2300-01-01 06:00}'::timestamp[]) m, lateral (select m at time zone 'UTC' as at) x order by name collate "C", at;
with e as (select zone, count(*) as n, activity_agg(id, at, zone) = activity_agg(id, (at at time zone zone)::date) as ok from everywhere group by zone),
w as (insert into mismatch (check_name, call) select 'every zone', zone from e where ok is not true)
insert into result (check_name, compared, mismatches) select 'every zone', sum(n), count(*) filter (where ok is not true) from e;

select check_name, compared > 0 as compared, mismatches from result order by ord;
select check_name, call, at, left(chs, 200) as chs, left(oracle, 200) as oracle
from (select *, row_number() over (partition by check_name order by ord) as n from mismatch) m where n <= 3 order by ord limit 40;
select sum(compared) > 20000 as many, sum(mismatches) as mismatches from result;
