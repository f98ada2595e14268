\set ECHO none
-- subscription against the oracle: the same answers from the C code and from
-- test/oracle/subscription.sql, on ten customers computed by hand and on
-- random histories.
--
-- CHS_SEED=n in the environment tries other data; CHS_ORACLE_ROWS=n another
-- number of customers per part.  When an answer differs, the first ones are
-- printed with both answers; the question's number names a row of "question",
-- and oracle.subs holds its rows under the question's part.
\set QUIET on
set client_min_messages = warning;
set jit = off;
set datestyle = iso;		-- of the dates inside the texts below
set intervalstyle = postgres;
\getenv abs_srcdir PG_ABS_SRCDIR
\set f :abs_srcdir '/oracle/subscription.sql'
\i :f
create extension if not exists chs;
reset client_min_messages;

\set seed 20260101
\set rows 24
\getenv seed CHS_SEED
\getenv rows CHS_ORACLE_ROWS
select :seed as seed, :rows as customers_per_part;

create temp table result (ord int generated always as identity, check_name text, compared bigint, mismatches bigint);
create temp table mismatch (ord int generated always as identity, check_name text, question int, at text, chs text, oracle text);

-- Money and counts are equal or they are not; rates are float8 of one division.
create function pg_temp.same(column_name text, a text, b text) returns boolean language sql immutable as $$
	select case when a is null or b is null then a is null and b is null
		when column_name ~ '(rate|retention|churn|growth|ratio|_12m)$' then abs(a::numeric - b::numeric) <= 1e-12 * greatest(1, abs(b::numeric))
		when column_name = 'arpa' then abs(a::numeric - b::numeric) <= 5e-7 + 1e-12 * abs(b::numeric)
		when b ~ '^-?[0-9.]+$' and a ~ '^-?[0-9.]+$' then a::numeric = b::numeric
		else a = b end $$;

--
-- 1. The oracle itself, on ten customers computed by hand
--
-- MRR at the end of   Dec  Jan  Feb  Mar  Apr   what happens (2026)
--  1 steady           100  100  100  100  100   an add-on of 10 from 2 to 27 March: up and down inside one month
--  2 expands           50   50   80   80   80   10 Feb: 50 -> 80, rows that touch
--  3 contracts        260  260  200  200  200   15 Feb: the smaller of two subscriptions ends, which is no churn
--  4 churns            40   40    -    -    -   19 Feb is the last day
--  5 renews, churns    70   70   70   70    -   rows touch at the end of January; 31 Mar is the last day: churn of April
--  6 new, pauses        -    -   90   90   90   new 5 Feb; pauses 10 to 19 April
--  7 trial, paid, free  -    -   25    -    -   free trial from 20 Jan, pays from 3 Feb, free again from 15 March
--  8 back after 28 days 30   -   45   45   45   gone 15 Jan, back 12 Feb
--  9 back after 160 days -   -    -  120  120   gone 1 Oct 2025, back 10 March
-- 10 seen inside a month -   -    -    -   15   5 to 24 March, back on 6 April after 12 days
--    total            550  520  610  705  650
--    customers          6    5    7    7    7
--
-- boundary           Jan: churned 30 (8).  Feb: new 90 + 25, expansion 30, contraction 60, churned 40 (4), reactivation 45 (8).
--                    Mar: churned 25 (7), reactivation 120 (9).  Apr: churned 70 (5), reactivation 15 (10 paid before, in March).
-- event              Jan and Feb the same.  Mar: also new 15 and churned 15 (10), expansion 10 and contraction 10 (1).
--                    Apr: also churned 90 and reactivation 90 (6).  The rates are those of the ends, as above.
-- of those there at  Jan: 5 of 6, 520 of 550.  Feb: 4 of 5; at most their opening 100+50+200+0+70 = 420 of 520, closing 450.
-- the opening        Mar: 6 of 7, 585 of 610.  Apr: 6 of 7, 635 of 705.
-- a year before the  Jan: 4 and 9 paid 40 + 120 on 31 Jan 2025, and pay 40 + 0.  Feb: the same two pay nothing.
-- close              Mar: 4, 8, 9 paid 40 + 30 + 120 on 31 Mar 2025, and pay 0 + 45 + 120, at most what they paid: 150.  Apr: the same.
insert into oracle.subs values
	(0, 1, '2025-06-01', null, 100), (0, 1, '2026-03-02', '2026-03-28', 10),
	(0, 2, '2025-09-01', '2026-02-10', 50), (0, 2, '2026-02-10', null, 80),
	(0, 3, '2025-07-01', null, 200), (0, 3, '2025-10-01', '2026-02-15', 60),
	(0, 4, '2025-01-01', '2026-02-20', 40),
	(0, 5, '2025-12-01', '2026-02-01', 70), (0, 5, '2026-02-01', '2026-04-01', 70),
	(0, 6, '2026-02-05', '2026-04-10', 90), (0, 6, '2026-04-20', null, 90),
	(0, 7, '2026-01-20', '2026-02-03', 0), (0, 7, '2026-02-03', '2026-03-15', 25), (0, 7, '2026-03-15', null, 0),
	(0, 8, '2025-03-01', '2026-01-15', 30), (0, 8, '2026-02-12', null, 45),
	(0, 9, '2025-01-10', '2025-10-01', 120), (0, 9, '2026-03-10', null, 120),
	(0, 10, '2026-03-05', '2026-03-25', 15), (0, 10, '2026-04-06', null, 15);

-- period_start, opening, new, expansion, contraction, churned, reactivation, closing;
-- customers: opening, new, churned, reactivated, closing; kept customers, GRR's and NRR's MRR, reactivation between the ends
create temp table by_hand (definition text, days int, period_start date, o numeric, n numeric, x numeric, d numeric, c numeric, r numeric, z numeric,
	o_c int, n_c int, c_c int, r_c int, z_c int, kept int, grr numeric, nrr numeric, r_ends numeric);
insert into by_hand values
	('boundary', null, '2026-01-01', 550, 0, 0, 0, 30, 0, 520, 6, 0, 1, 0, 5, 5, 520, 520, 0),
	('boundary', null, '2026-02-01', 520, 115, 30, 60, 40, 45, 610, 5, 2, 1, 1, 7, 4, 420, 450, 45),
	('boundary', null, '2026-03-01', 610, 0, 0, 0, 25, 120, 705, 7, 0, 1, 1, 7, 6, 585, 585, 120),
	('boundary', null, '2026-04-01', 705, 0, 0, 0, 70, 15, 650, 7, 0, 1, 1, 7, 6, 635, 635, 15),
	('event', null, '2026-01-01', 550, 0, 0, 0, 30, 0, 520, 6, 0, 1, 0, 5, 5, 520, 520, 0),
	('event', null, '2026-02-01', 520, 115, 30, 60, 40, 45, 610, 5, 2, 1, 1, 7, 4, 420, 450, 45),
	('event', null, '2026-03-01', 610, 15, 10, 10, 40, 120, 705, 7, 1, 2, 1, 7, 6, 585, 585, 120),
	('event', null, '2026-04-01', 705, 0, 0, 0, 160, 105, 650, 7, 0, 2, 2, 7, 6, 635, 635, 15),
	-- after 90 days one is new: 9 (160 days), not 8 (28), 10 (12), 6 (10)
	('boundary', 90, '2026-03-01', 610, 120, 0, 0, 25, 0, 705, 7, 1, 1, 0, 7, 6, 585, 585, 0),
	('event', 90, '2026-03-01', 610, 135, 10, 10, 40, 0, 705, 7, 2, 2, 0, 7, 6, 585, 585, 0),
	-- a gap of 28 days does not exceed 28, one of 12 exceeds 11 and not 12
	('boundary', 28, '2026-02-01', 520, 115, 30, 60, 40, 45, 610, 5, 2, 1, 1, 7, 4, 420, 450, 45),
	('boundary', 27, '2026-02-01', 520, 160, 30, 60, 40, 0, 610, 5, 3, 1, 0, 7, 4, 420, 450, 0),
	('boundary', 12, '2026-04-01', 705, 0, 0, 0, 70, 15, 650, 7, 0, 1, 1, 7, 6, 635, 635, 15),
	('event', 11, '2026-04-01', 705, 15, 0, 0, 160, 90, 650, 7, 1, 2, 1, 7, 6, 635, 635, 0),
	('event', 0, '2026-04-01', 705, 105, 0, 0, 160, 0, 650, 7, 2, 2, 0, 7, 6, 635, 635, 0);
do $$ begin perform oracle.build_steps(); end $$;

with d as (
	select h.*, m, jsonb_build_object('period_start', h.period_start, 'opening_mrr', o, 'new_mrr', n, 'expansion_mrr', x, 'contraction_mrr', h.d, 'churned_mrr', c,
			'reactivation_mrr', r, 'closing_mrr', z, 'opening_customers', o_c, 'new_customers', n_c, 'churned_customers', c_c,
			'reactivated_customers', r_c, 'closing_customers', z_c, 'retention_rate', 100.0 * kept / o_c, 'churn_rate', 100.0 * (o_c - kept) / o_c,
			'gross_revenue_retention', 100 * grr / o, 'net_revenue_retention', 100 * nrr / o, 'gross_mrr_churn', 100 * (o - grr) / o,
			'net_mrr_churn', 100 * (o - nrr) / o, 'existing_growth', 100 * (nrr + r_ends - o) / o, 'quick_ratio', (n + x + r) / (h.d + c),
			'arpa', z / z_c, 'grr_12m', 100.0 * kept_12m / paid, 'nrr_12m', 100.0 * now_12m / paid, 'complete', h.period_start < '2026-04-01') as j
	from by_hand h join (values (date '2026-01-01', 160, 40, 40), ('2026-02-01', 160, 0, 0), ('2026-03-01', 190, 150, 165), ('2026-04-01', 190, 150, 165)) y(period_start, paid, kept_12m, now_12m) using (period_start),
		oracle.mrr_movements(0, 'month', null, '2026-01-15', '2026-04-02', '2026-04-29', definition, days) m
	where m.period_start = h.period_start
), e as (
	select definition || ' ' || coalesce(days, -1) || ' ' || period_start as at, key, to_jsonb(m)->>key as oracle, j->>key as hand
	from d, lateral (select jsonb_object_keys(j || to_jsonb(m)) as key) k
), w as (insert into mismatch (check_name, at, chs, oracle) select 'oracle by hand: ' || key, at, 'by hand ' || hand, oracle from e where not pg_temp.same(key, hand, oracle))
insert into result (check_name, compared, mismatches)
select 'oracle by hand', count(*), count(*) filter (where not pg_temp.same(key, hand, oracle)) + abs(25 * 15 - count(*)) from e;

-- What two tools disagree about, and cohorts by first payment.  Quarters: 4
-- first paid 40 on 1 Jan 2025, 9 120 on 10 Jan and 8 30 on 1 March; 4 and 8 are
-- left at the end of 2025 (70), 8 at the end of the first quarter of 2026, with
-- 9 again (45 + 120 = 165), and still in June.
with said(what, said, expected) as (values
	('reconcile', (select string_agg(concat_ws(' ', period_start, movement, trim_scale(boundary), trim_scale(event), trim_scale(difference)), ', ' order by period_start, movement collate "C")
		from oracle.mrr_reconcile(0, 'month', null, '2026-02-01', '2026-05-01', null) where difference <> 0),
		'2026-03-01 churned 25 40 15, 2026-03-01 contraction 0 10 10, 2026-03-01 expansion 0 10 10, 2026-03-01 new 0 15 15, '
		'2026-04-01 churned 70 160 90, 2026-04-01 reactivation 15 105 90'),
	-- on 10 February 6, 7 and the upgrade of 2 are there, 8 is not back, 4 has not left, 3 has both; March has not begun
	('as_of', (select string_agg(concat_ws(' ', period_start, trim_scale(opening_mrr), trim_scale(new_mrr), trim_scale(reactivation_mrr), trim_scale(expansion_mrr), trim_scale(contraction_mrr), trim_scale(churned_mrr),
			trim_scale(closing_mrr), opening_customers, closing_customers, round(net_revenue_retention::numeric, 4), round(arpa, 4), round(grr_12m::numeric, 4), complete), ', ' order by period_start)
		from unnest('{boundary,event}'::text[]) d, oracle.mrr_movements(0, 'month', null, '2026-02-01', '2026-04-01', '2026-02-10', d, null)),
		'2026-02-01 520 115 0 30 0 0 665 5 7 105.7692 95.0000 25.0000 f, 2026-02-01 520 115 0 30 0 0 665 5 7 105.7692 95.0000 25.0000 f, '
		'2026-03-01 665 0 0 0 0 0 665 7 7 f, 2026-03-01 665 0 0 0 0 0 665 7 7 f'),
	('cohort', (select string_agg(concat_ws(' ', period, customers, trim_scale(initial_mrr), retained, trim_scale(mrr)), ', ' order by period)
		from oracle.revenue_cohorts(0, 'quarter', null, '2025-01-01', '2025-04-01', '2026-03-31') where cohort = '2025-01-01'),
		'0 3 190 3 190, 1 3 190 3 190, 2 3 190 3 190, 3 3 190 2 70, 4 3 190 2 165'),
	('cohort rates', (select string_agg(concat_ws(' ', period, round(rate::numeric, 4), round(mrr_rate::numeric, 4)), ', ' order by period)
		from oracle.revenue_cohorts(0, 'quarter', null, '2025-01-01', '2026-04-01', '2026-03-31') where cohort = '2025-01-01' and period in (0, 3, 4)),
		'0 100.0000 100.0000, 3 66.6667 36.8421, 4 66.6667 86.8421'),
	-- 10 first pays on 5 March, 6 and 7 in February: 15, 90, 25
	('cohort unknown yet', (select string_agg(concat_ws(' ', cohort, period, customers, trim_scale(initial_mrr), retained, rate, trim_scale(mrr), mrr_rate), ', ' order by cohort, period)
		from oracle.revenue_cohorts(0, 'quarter', null, '2025-10-01', '2026-04-01', '2026-03-30')),
		'2025-10-01 0 1 70 1 100 70 100, 2025-10-01 1 1 70, 2026-01-01 0 3 130'),
	-- on 10 April: 1, 2, 3, 8, 9, 10 pay 100+80+200+45+120+15; 6 is away
	('days', (select string_agg(concat_ws(' ', trim_scale(oracle.mrr(0, d, null)), trim_scale(oracle.arr(0, d, null)), oracle.customers(0, d, null), round(oracle.arpa(0, d, null), 2)), ', ' order by d)
		from unnest('{2024-12-31,2026-02-02,2026-02-03,2026-04-10,2030-01-01}'::date[]) d),
		'0 0 0, 520 6240 5 104.00, 545 6540 6 90.83, 560 6720 6 93.33, 650 7800 7 92.86'),
	('days to date', (select string_agg(concat_ws(' ', d, trim_scale(oracle.mrr(0, d, '2026-02-03')), oracle.customers(0, d, '2026-02-03')), ', ' order by d) from unnest('{2026-02-03,2026-02-04}'::date[]) d),
		'2026-02-03 545 6, 2026-02-04'),
	-- 1, 2, 3, 5, 6, 7, 8 of 28 Feb; 5 and 7 are gone, 6 is away on 15 April
	('rates', oracle.rates(0, '[2026-03-01,2026-04-16)', null)::text, (100 * 4 / 7.0::float8, 100 * 3 / 7.0::float8, 100 * 425 / 610.0::float8, 100 * 425 / 610.0::float8)::text),
	('rates to date', oracle.rates(0, '[2026-03-01,2026-12-31)', '2026-04-15')::text, (100 * 4 / 7.0::float8, 100 * 3 / 7.0::float8, 100 * 425 / 610.0::float8, 100 * 425 / 610.0::float8)::text),
	('no rates yet', oracle.rates(0, '[2026-03-01,2026-12-31)', '2026-02-28')::text, '(,,,)'),
	('money', (select string_agg(oracle.money(x)::numeric(20, 8)::text, ' ') from unnest('{0.000000005,0.000000015,0.000000025,0.0000000050001,1,2.345678985,2.345678995}'::numeric[]) x),
		'0.00000000 0.00000002 0.00000002 0.00000001 1.00000000 2.34567898 2.34567900'),
	('per month', (select string_agg(round(oracle.mrr(1200, i), 4)::text, ' ') from unnest('{1 year,3 months,1 month,7 days,365 days}'::interval[]) i),
		'100.0000 400.0000 1200.0000 5217.8571 100.0685')
), w as (insert into mismatch (check_name, at, chs, oracle) select 'oracle by hand', what, 'by hand ' || expected, said from said where said is distinct from expected)
insert into result (check_name, compared, mismatches)
select 'oracle by hand, other', count(*), count(*) filter (where said is distinct from expected) from said;

--
-- 2. Random histories
--
create temp table part (part int primary key, style text, first date, last date);
insert into part values (0, 'by hand', '2025-01-01', '2026-06-30'),
	(1, 'ordinary', '2023-01-01', '2025-12-31'), (2, 'ordinary', '2023-01-01', '2025-12-31'), (3, 'ordinary', '2023-01-01', '2025-12-31'),
	(4, 'busy', '2023-01-01', '2025-12-31'), (5, 'decades', '1985-01-01', '2030-12-31'), (6, 'micro', '2023-01-01', '2025-12-31'),
	(7, 'crowded', '2023-01-01', '2023-03-31'), (8, 'logos', '2023-01-01', '2025-12-31'), (9, 'huge', '2023-01-01', '2025-12-31'),
	(10, 'nobody', '2023-01-01', '2025-12-31');
insert into oracle.subs
select part, part * 100000 + n, h.*
from part, lateral (select generate_series(1, case style when 'busy' then 2 else :rows end) as n) c,
	lateral oracle.history(:'seed' || '/' || part, style, n) h
where part > 0;
insert into oracle.subs values (1, null, '2023-05-01', null, 77),		-- nobody's
	(9, 999999, '2024-05-05', '2024-08-08', 92233720368.54775807);		-- the largest amount
analyze oracle.subs;
do $$ begin perform oracle.build_steps(); end $$;

-- the steps are the definition: on the days of change, the day before, and any days
with d as (select s.customer, s.day - k as day from oracle.step s, generate_series(0, 1) k where md5(s.customer::text || s.day) < '4'
		   union select customer, date '1990-01-01' + floor(oracle.u(:'seed', customer || '/' || k) * 14000)::int
		   from (select distinct customer from oracle.step) c, generate_series(1, 5) k),
e as (select customer || ' ' || day as at, oracle.state(customer, day) as a, oracle.mrr_by_definition(customer, day) as b from d),
w as (insert into mismatch (check_name, at, chs, oracle) select 'steps are the definition', at, a, b from e where a <> b)
insert into result (check_name, compared, mismatches) select 'steps are the definition', count(*), count(*) filter (where a <> b) from e;

-- every part by every bucket and definition; from_day, to_day and as_of inside the range at random
create temp table question (q int generated always as identity primary key, part int, bucket text, bounds date[],
	from_day date, to_day date, as_of date, definition text, reactivation_days int);
insert into question (part, bucket, bounds, from_day, to_day, as_of, definition, reactivation_days)
select part, nullif(bucket, 'bounds'), case bucket when 'bounds' then oracle.bounds(k, first, last + 100) end, from_day, least(to_day, last), as_of, definition,
	oracle.pick(k, 'window', null, null, 0, 1, 28, 30, 90, 91, 365, 4000)
from part, unnest('{day,week,month,quarter,year,bounds}'::text[]) bucket, unnest('{boundary,event}'::text[]) definition,
	lateral (select :'seed' || '/' || part || '/' || bucket || '/' || definition as k) n,
	lateral (select first + floor(oracle.u(k, 'from') * least(last - first - 60, 900))::int as from_day) f,
	lateral (select from_day + 1 + floor(oracle.u(k, 'to') * case bucket when 'day' then 60 when 'week' then 300 else 1300 end)::int as to_day) t,
	-- known are the days before all buckets, to one of them, to the last one, or after it
	lateral (select case oracle.pick(k, 'known', 'before'::text, 'within', 'within', 'within', 'all', 'all', 'after', 'after', 'after', 'after')
		when 'before' then from_day - 1 - floor(oracle.u(k, 'as_of') * 200)::int
		when 'within' then from_day + floor(oracle.u(k, 'as_of') * (least(to_day, last) - from_day))::int
		when 'all' then least(to_day, last) - 1
		else to_day + floor(oracle.u(k, 'as_of') * 300)::int end as as_of) a;
-- a single day, a range long before and one long after everything, 40 years
insert into question (part, bucket, bounds, from_day, to_day, as_of, definition, reactivation_days) values
	(1, 'month', null, '2024-01-31', '2024-02-01', '2024-01-31', 'boundary', null), (1, 'month', null, '2024-01-31', '2024-02-02', '2024-01-30', 'event', 30),
	(1, 'quarter', null, '1969-11-15', '1970-02-15', '1969-12-31', 'boundary', 90), (1, 'month', null, '2050-01-01', '2050-03-01', '2049-12-31', 'event', 90),
	(5, 'year', null, '1985-01-01', '2031-01-01', '2020-12-31', 'boundary', 365), (5, 'year', null, '1985-01-01', '2031-01-01', '2020-12-30', 'event', 365),
	(3, 'week', null, '2023-03-01', '2024-03-01', '2025-06-30', 'boundary', null), (3, 'week', null, '2023-03-01', '2024-03-01', '2023-12-31', 'event', null),
	(2, null, '{2023-01-01,2023-01-02,2023-06-01,2025-12-31}', '2023-01-01', '2025-12-31', '2023-05-31', 'event', null),
	(2, null, '{2023-01-01,2023-01-02,2023-06-01,2025-12-31}', '2023-01-02', '2023-01-03', '2023-05-30', 'boundary', 28);

-- every answer as a row: which function, which question, which line of it
create temp table answer (who text, fn text, q int, at text, j jsonb);
do $$
declare
	r question;
begin
	for r in select * from question order by q loop
		insert into answer select 'oracle', 'mrr_movements', r.q, period_start::text, to_jsonb(m) - 'ord' || jsonb_build_object('line', ord)
		from oracle.mrr_movements(r.part, r.bucket, r.bounds, r.from_day, r.to_day, r.as_of, r.definition, r.reactivation_days) with ordinality
			m(period_start, opening_mrr, new_mrr, expansion_mrr, contraction_mrr, churned_mrr, reactivation_mrr, closing_mrr, opening_customers,
			new_customers, churned_customers, reactivated_customers, closing_customers, retention_rate, churn_rate, gross_revenue_retention,
			net_revenue_retention, gross_mrr_churn, net_mrr_churn, existing_growth, quick_ratio, arpa, grr_12m, nrr_12m, complete, ord);
		if r.definition = 'event' and (r.bucket is distinct from 'day' or r.part = 7) then
			insert into answer select 'oracle', 'mrr_reconcile', r.q, period_start || ' ' || movement, to_jsonb(m) - 'ord' || jsonb_build_object('line', ord)
			from oracle.mrr_reconcile(r.part, r.bucket, r.bounds, r.from_day, r.to_day, r.as_of) with ordinality
				m(period_start, movement, boundary, event, difference, ord);
		end if;
		if r.definition = 'boundary' then
			insert into answer select 'oracle', 'revenue_cohorts', r.q, cohort || ' ' || period, to_jsonb(m) - 'ord' || jsonb_build_object('line', ord)
			from oracle.revenue_cohorts(r.part, r.bucket, r.bounds, r.from_day, r.to_day, r.as_of) with ordinality
				m(cohort, period, customers, initial_mrr, retained, rate, mrr, mrr_rate, ord);
		end if;
	end loop;
end $$;

-- That the data are worth the comparison: each kind of thing happens often.
with m as (select q.*, a.j from answer a join question q using (q) where a.fn = 'mrr_movements'),
happens as (
	select k as thing, count(*) filter (where (j->>k)::numeric > 0) as n, 100 as least
	from m, unnest('{new_mrr,expansion_mrr,contraction_mrr,churned_mrr,reactivation_mrr}'::text[]) k group by k
	union all select 'no opening', count(*) filter (where j->>'retention_rate' is null), 20 from m
	union all select 'not complete', count(*) filter (where not (j->>'complete')::boolean), 100 from m
	union all select 'running bucket', count(*) filter (where not (j->>'complete')::boolean and j->>'arpa' is not null), 20 from m
	union all select 'bucket after as_of', count(*) filter (where not (j->>'complete')::boolean and j->>'arpa' is null and (j->>'closing_customers')::int > 0), 100 from m
	union all select 'trailing year', count(*) filter (where (j->>'nrr_12m')::numeric > 100), 50 from m
	union all select 'cohort followed beyond to_day', count(*) filter (where (j->>'mrr')::numeric > 0
		and (j->>'cohort')::date + 7 * (j->>'period')::int > q.to_day), 50 from answer a join question q using (q) where fn = 'revenue_cohorts' and q.bucket = 'week'
	union all select 'several new of one customer', count(*) filter (where definition = 'event' and reactivation_days is not null
		and (j->>'new_customers')::int > (j->>'closing_customers')::int - (j->>'opening_customers')::int + 3), 5 from m
	union all select 'definitions differ', count(*) filter (where (j->>'difference')::numeric <> 0), 50 from answer where fn = 'mrr_reconcile'
	union all select 'cohort cells', count(*) filter (where (j->>'period')::int > 0 and j->>'mrr' is not null), 500 from answer where fn = 'revenue_cohorts'
	union all select 'gap of one day', count(*) filter (where before = 0 and day - stopped = 1), 20 from oracle.step
	union all select 'amounts rounded away', count(*) filter (where mrr > 0 and oracle.money(mrr) = 0), 5 from oracle.subs
	union all select 'halves', count(*) filter (where mrr * 1e8 - floor(mrr * 1e8) = 0.5), 10 from oracle.subs
	union all select 'same-day changes', count(*), 100 from (select from oracle.subs group by customer, started having count(*) > 1) s
	union all select 'never started', count(*) filter (where started = ended), 50 from oracle.subs
	union all select 'thousands of rows', max(n), 2000 from (select count(*) as n from oracle.subs group by customer) s
)
select thing, n >= least as often from happens order by thing collate "C";

--
-- 3. The C code
--
create temp table summary (part int primary key, s subscriptionsummary);
do $$
declare
	r record;
begin
	for r in select part from part order by part loop
		begin
			insert into summary select r.part, subscription_agg(customer, started, ended, mrr) from oracle.subs where part = r.part;
		exception when others then
			insert into mismatch (check_name, at, chs, oracle) values ('no error', 'part ' || r.part, sqlstate || ' ' || sqlerrm, 'a summary');
		end;
	end loop;
	for r in select * from question join summary using (part) order by q loop
		begin
			-- a missing argument, a NULL and the default are the same
			if r.bounds is not null then
				insert into answer select 'chs', 'mrr_movements', r.q, m.period_start::text, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
				from mrr_movements(r.s, r.bounds, r.from_day, r.to_day, r.as_of, r.definition, r.reactivation_days) m;
			elsif r.definition = 'boundary' and r.reactivation_days is null then
				insert into answer select 'chs', 'mrr_movements', r.q, m.period_start::text, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
				from mrr_movements(r.s, r.bucket, r.from_day, r.to_day, r.as_of) m;
			else
				insert into answer select 'chs', 'mrr_movements', r.q, m.period_start::text, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
				from mrr_movements(r.s, r.bucket, r.from_day, r.to_day, r.as_of, r.definition, r.reactivation_days) m;
			end if;
			if r.definition = 'event' and (r.bucket is distinct from 'day' or r.part = 7) then
				if r.bounds is not null then
					insert into answer select 'chs', 'mrr_reconcile', r.q, period_start || ' ' || movement, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
					from mrr_reconcile(r.s, r.bounds, r.from_day, r.to_day, r.as_of) m;
				else
					insert into answer select 'chs', 'mrr_reconcile', r.q, period_start || ' ' || movement, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
					from mrr_reconcile(r.s, r.bucket, r.from_day, r.to_day, r.as_of) m;
				end if;
			end if;
			if r.definition = 'boundary' then
				if r.bounds is not null then
					insert into answer select 'chs', 'revenue_cohorts', r.q, cohort || ' ' || period, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
					from revenue_cohorts(r.s, r.bounds, r.from_day, r.to_day, r.as_of) m;
				else
					insert into answer select 'chs', 'revenue_cohorts', r.q, cohort || ' ' || period, to_jsonb(m) || jsonb_build_object('line', row_number() over ())
					from revenue_cohorts(r.s, r.bucket, r.from_day, r.to_day, r.as_of) m;
				end if;
			end if;
		exception when others then
			insert into mismatch (check_name, question, chs, oracle) values ('no error', r.q, sqlstate || ' ' || sqlerrm, 'rows');
		end;
	end loop;
	insert into result (check_name, compared, mismatches)
	select 'no error', (select count(*) from question), count(*) from mismatch where check_name = 'no error';
end $$;
create index on answer (fn, q, at);
analyze answer;

-- column by column
create temp table compared as
select coalesce(c.fn, o.fn) as fn, coalesce(c.q, o.q) as q, coalesce(c.at, o.at) as at, key, c.j->>key as chs, o.j->>key as oracle,
	c.j is not null and o.j is not null and c.j ? key and o.j ? key and pg_temp.same(key, c.j->>key, o.j->>key) as ok
from (select * from answer where who = 'chs') c full join (select * from answer where who = 'oracle') o on c.fn = o.fn and c.q = o.q and c.at = o.at,
	lateral (select jsonb_object_keys(coalesce(c.j, '{}') || coalesce(o.j, '{}')) as key) k;
insert into mismatch (check_name, question, at, chs, oracle) select fn || ' ' || key, q, at, chs, oracle from compared where not ok;
insert into result (check_name, compared, mismatches)
select fn || ' ' || key, count(*), count(*) filter (where not ok) from compared group by fn, key
order by fn collate "C", array_position('{line,period_start,cohort,period}', key), key collate "C";

-- the identities, on what the C code says, by numeric equality
with m as (select q, at, x.*, lead(x.opening_mrr) over w as next_mrr, lead(x.opening_customers) over w as next_customers
		   from answer, jsonb_to_record(j) x(period_start date, opening_mrr numeric, new_mrr numeric, expansion_mrr numeric, contraction_mrr numeric, churned_mrr numeric,
			reactivation_mrr numeric, closing_mrr numeric, opening_customers bigint, new_customers bigint, churned_customers bigint,
			reactivated_customers bigint, closing_customers bigint, retention_rate float8, churn_rate float8)
		   where who = 'chs' and fn = 'mrr_movements' window w as (partition by q order by period_start)),
e as (select q, at, m::text as m, i.*
	  from m, lateral (values
		('identity: closing = opening + movements', closing_mrr = opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr),
		('identity: closing(n) = opening(n+1)', closing_mrr = next_mrr),
		('identity: customers', closing_customers = opening_customers + new_customers + reactivated_customers - churned_customers),
		('identity: customers(n) = customers(n+1)', closing_customers = next_customers),
		('identity: churn = 100 - retention', abs(churn_rate + retention_rate - 100) < 1e-9)) i(name, ok)),
w as (insert into mismatch (check_name, question, at, chs) select name, q, at, m from e where not ok)
insert into result (check_name, compared, mismatches) select name, count(ok), count(*) filter (where not ok) from e group by name order by name collate "C";

-- the state of a day, and the rates of a period
create temp table moment as
select part, first + floor(oracle.u(:'seed', part || '/day' || k) * (last - first + 60))::int - 30 as d,
	floor(oracle.u(:'seed', part || '/len' || k) * oracle.pick(:'seed', part || '/by' || k, 1, 30, 365, 400)::numeric)::int as len,
	oracle.pick(:'seed', part || '/known' || k, -1, 0, 0, 1, 20, 100, 1000) as known
from part, generate_series(1, 40) k;
with x as materialized (select part, d, key, c->>key as chs, o->>key as oracle
	from (select m.part, m.d, jsonb_build_object('mrr()', mrr(s, d), 'arr()', arr(s, d), 'customers()', customers(s, d), 'arpa', arpa(s, d),
			'retention_rate', retention_rate(s, p), 'churn_rate', churn_rate(s, p), 'net_revenue_retention', net_revenue_retention(s, p),
			'gross_revenue_retention', gross_revenue_retention(s, p), 'mrr() to date', mrr(s, d, d + known), 'arr() to date', arr(s, d, d + known),
			'customers() to date', customers(s, d, d + known), 'arpa to date', round(arpa(s, d, d + known), 6), 'to date retention_rate', retention_rate(s, p, d + known),
			'to date churn_rate', churn_rate(s, p, d + known), 'to date net_revenue_retention', net_revenue_retention(s, p, d + known),
			'to date gross_revenue_retention', gross_revenue_retention(s, p, d + known)) as c,
			jsonb_build_object('mrr()', oracle.mrr(part, d, null), 'arr()', oracle.arr(part, d, null), 'customers()', oracle.customers(part, d, null), 'arpa', oracle.arpa(part, d, null),
			'mrr() to date', oracle.mrr(part, d, d + known), 'arr() to date', oracle.arr(part, d, d + known), 'customers() to date', oracle.customers(part, d, d + known),
			'arpa to date', round(oracle.arpa(part, d, d + known), 6)) || to_jsonb(r) || (select jsonb_object_agg('to date ' || k, v) from jsonb_each(to_jsonb(t)) e(k, v)) as o
		  from moment m join summary using (part), lateral (select daterange(d, d + len + 1) as p) p, lateral (select * from oracle.rates(part, p, null)) r,
			lateral (select * from oracle.rates(part, p, d + known)) t offset 0) y,
		lateral (select jsonb_object_keys(c || o) as key) k),
w as (insert into mismatch (check_name, at, chs, oracle) select 'accessor ' || key, concat_ws(' ', 'part', part, d), chs, oracle from x where not pg_temp.same(key, chs, oracle))
insert into result (check_name, compared, mismatches)
select 'accessor ' || key, count(*), count(*) filter (where not pg_temp.same(key, chs, oracle)) from x group by key order by key collate "C";

-- an amount per month
with x as (select a, i, mrr(a, i) as c, oracle.mrr(a, i) as o
	from unnest('{0,1200,99.99,0.01,123456789.123456}'::numeric[]) a, unnest('{1 year,2 years,1 month,3 months,6 months,1 year 6 months,7 days,14 days,1 day,365 days,1 month 15 days}'::interval[]) i),
w as (insert into mismatch (check_name, at, chs, oracle) select 'mrr(amount, billing)', concat_ws(' ', a, i), c, o from x where abs(c - o) > 1e-6 or c is null)
insert into result (check_name, compared, mismatches) select 'mrr(amount, billing)', count(*), count(*) filter (where abs(c - o) > 1e-6 or c is null) from x;

-- words for an interval: what PostgreSQL prints of it, those of billing tables, any case
with x as (select a, t, i, mrr(a, t) as c, oracle.mrr(a, i) as o
	from unnest('{0,1200,99.99,0.01,123456789.123456}'::numeric[]) a,
		lateral (select i::text as t, i from unnest('{1 year,2 years 5 months,1 month,14 days,1 year 6 months 3 days,100 years 11 months 99 days}'::interval[]) i
			union all values ('day', interval '1 day'), ('daily', '1 day'), ('3 Days', '3 days'), ('WEEK', '7 days'), ('weekly', '7 days'), ('2 weeks', '14 days'),
				('Month', '1 month'), ('monthly', '1 month'), ('3 months', '3 months'), ('quarter', '3 months'), ('Quarterly', '3 months'), ('2 quarters', '6 months'),
				('semiannual', '6 months'), ('year', '1 year'), ('yearly', '1 year'), ('ANNUAL', '1 year'), (' 1  year 6 mons ', '18 months'), ('year 2 weeks 1 day', '1 year 15 days')) w),
w as (insert into mismatch (check_name, at, chs, oracle) select 'mrr(amount, words)', concat_ws(' ', a, t), c, o from x where abs(c - o) > 1e-6 or c is null)
insert into result (check_name, compared, mismatches) select 'mrr(amount, words)', count(*), count(*) filter (where abs(c - o) > 1e-6 or c is null) from x;

-- without an amount each row counts one; keys of another kind, another order, parts rolled up: the same answers
create temp table other as
select part, 'uuid keys' as name, subscription_agg(md5(customer::text)::uuid, started, ended, mrr) as s from oracle.subs group by part union all
select part, 'text keys', subscription_agg(customer::text, started, ended, mrr) from oracle.subs group by part union all
select part, 'another order', subscription_agg(customer, started, ended, mrr order by md5(ctid::text)) from oracle.subs group by part union all
select part, 'rolled up', rollup(s) from (select part, subscription_agg(customer, started, ended, mrr) as s from oracle.subs group by part, customer % 7) x group by part union all
select part, 'rows of one customer apart', rollup(s) from (select part, subscription_agg(customer, started, ended, mrr) as s from oracle.subs group by part, hashtext(ctid::text) % 3) x group by part union all
select part, 'without amounts', subscription_agg(customer, started, ended) from oracle.subs where part = 8 and mrr is not null group by part;
create temp table variant as
select q.q, v.name, (select jsonb_agg(to_jsonb(m) order by m.period_start) from mrr_movements(v.s, q.bucket, q.from_day, q.to_day, q.as_of, q.definition, q.reactivation_days) m) as said,
	(select jsonb_agg(a.j - 'line' order by at::date) from answer a where a.who = 'chs' and a.fn = 'mrr_movements' and a.q = q.q) as wanted
from question q join other v using (part)
where q.bucket in ('week', 'quarter');
with w as (insert into mismatch (check_name, question, chs, oracle) select name, q, said, wanted from variant where said is distinct from wanted)
insert into result (check_name, compared, mismatches) select name, count(*), count(*) filter (where said is distinct from wanted) from variant group by name order by name collate "C";

-- drill-through: the same function per customer adds up to every movement of the total
create temp table one as
select customer, part, subscription_agg(customer, started, ended, mrr) as s from oracle.subs where part in (0, 1, 5, 6, 7) and customer is not null group by customer, part;
create temp table drilled as
select q.q, m.period_start::text as at, v.key, sum(v.n) as n
from question q join one using (part), lateral mrr_movements(one.s, q.bucket, q.from_day, q.to_day, q.as_of, q.definition, q.reactivation_days) m,
	lateral (values ('opening_mrr', opening_mrr), ('new_mrr', new_mrr), ('expansion_mrr', expansion_mrr), ('contraction_mrr', contraction_mrr),
		('churned_mrr', churned_mrr), ('reactivation_mrr', reactivation_mrr), ('closing_mrr', closing_mrr), ('opening_customers', opening_customers),
		('new_customers', new_customers), ('churned_customers', churned_customers), ('reactivated_customers', reactivated_customers),
		('closing_customers', closing_customers)) v(key, n)
where q.bucket in ('month', 'year')
group by 1, 2, 3;
analyze drilled;
with e as (select d.q, d.at, d.key, d.n, (a.j->>d.key)::numeric as total from drilled d left join answer a on a.who = 'chs' and a.fn = 'mrr_movements' and a.q = d.q and a.at = d.at),
w as (insert into mismatch (check_name, question, at, chs, oracle) select 'drill-through ' || key, q, at, n, total from e where n is distinct from total)
insert into result (check_name, compared, mismatches) select 'drill-through adds up', count(*), count(*) filter (where n is distinct from total) from e;

select check_name, compared > 0 as compared, mismatches from result order by ord;
select check_name, question, at, left(chs, 200) as chs, left(oracle, 200) as oracle
from (select *, row_number() over (partition by check_name order by ord) as n from mismatch) m where n <= 3 order by ord limit 40;
