-- activity on real customers: those of CDNOW, a shop of music, who bought first
-- in the first quarter of 1997, and their purchases until June 1998.
-- The data is no part of this project; where ../shared/data is absent the test ends
-- here, and expected/cdnow_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv CDNOW :shared/data/CDNOW_sample.txt
\set found `test -e "$CDNOW" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
set extra_float_digits = 0;
set datestyle = 'ISO';
create schema cdnow;
set search_path = cdnow, public;
create table loaded (line text);
\set load '\\copy loaded from program ''cat "$CDNOW"'''
:load
-- id in the whole file, id in the sample, day, CDs, dollars
create table purchase as
select part[2]::int as customer, part[3]::date as day from (select string_to_array(regexp_replace(trim(line), '\s+', ' ', 'g'), ' ') as part from loaded) x;
select count(*) as purchases, count(distinct customer) as customers, count(distinct (customer, day)) as active_days, min(day), max(day) from purchase;
create table shop as select activity_agg(customer, day) as s from purchase;

-- each customer-day once: the sum of active customers over all days
select sum(active) as active_days, sum(new) as customers, count(*) as days from shop, activity_timeline(s, 'day', '1997-01-01', '1998-07-01', '1998-06-30');
-- who came back on another day: 1,139 of 2,357
select active_customers(s, p) as customers, round(repeat_rate(s, p)::numeric, 2) as repeat_rate, (select count(*) from (select from purchase group by customer having count(distinct day) > 1) x) as in_sql, round(stickiness(s, p)::numeric, 4) as stickiness
from shop, daterange('1997-01-01', '1998-07-01') p;
-- quarters: all are new in the first one
select t.* from shop, activity_timeline(s, 'quarter', '1997-01-01', '1998-07-01', '1998-06-30') t;
-- months of the whole file against the definition in SQL
select count(*), bool_and(t.active = x.active and t.new = x.new and t.retained = x.retained and t.lost = x.lost) as same
from shop, activity_timeline(s, 'month', '1997-01-01', '1998-07-01', '1998-06-30') t, lateral (
	select count(*) filter (where here) as active, count(*) filter (where here and not before) as new, count(*) filter (where here and was) as retained, count(*) filter (where was and not here) as lost
	from (select customer, bool_or(day >= period_start and day < period_start + interval '1 month') as here, bool_or(day >= period_start - interval '1 month' and day < period_start) as was, bool_or(day < period_start) as before
		  from purchase group by customer) c) x;
-- cohorts by month: sizes, and who bought again after one, six and twelve months
select cohort, size, max(retained) filter (where period = 1) as "1", max(retained) filter (where period = 6) as "6", max(retained) filter (where period = 12) as "12"
from shop, cohort_retention(s, 'month', '1997-01-01', '1998-07-01', '1998-06-30') group by cohort, size order by cohort;
select count(*), bool_and(c.retained = coalesce(x.retained, 0)) as same
from shop, cohort_retention(s, 'month', '1997-01-01', '1998-07-01', '1998-06-30') c left join (
	select date_trunc('month', first)::date as cohort, date_trunc('month', day)::date as month, count(distinct customer) as retained
	from purchase join (select customer, min(day) as first from purchase group by customer) f using (customer) group by 1, 2) x
on x.cohort = c.cohort and x.month = c.cohort + make_interval(months => c.period);
-- a second purchase within 30, 60, 90, 180 days
select d.*, (select count(*) from (select customer from (select customer, day, min(day) over (partition by customer) as first from purchase) x where day > first and day - first <= d.day group by customer) y) as in_sql
from shop, day_retention(s, '{30,60,90,180}', '1997-01-01', '1997-04-01', '1998-06-30', 'within') d;
-- lapsed after 90 days
select day, active_in_window, resurrected, lapsed, round(retention_rate::numeric, 2) as retention_rate, complete from shop, activity_rolling(s, 90, '1997-06-30', '1998-07-01', '1998-06-30', 91);

set client_min_messages = warning;
drop schema cdnow cascade;
