-- The activity family written a second time, in plain SQL: slow, short, and
-- independent of the C code and of its types.  Tests load it with \i and
-- compare the two on random events.
--
--   1. the rows and who was seen on which day
--   2. buckets
--   3. the answers
--   4. days in time zones: instants around every change of a zone's clock
--   5. random events: functions of a seed alone
--
-- Every answer takes a part first: the rows of oracle.event that make one
-- summary.  A customer may be in several parts.
--
-- Nothing here reads a clock, random(), a locale or a setting.

drop schema if exists oracle cascade;
create schema oracle;

-- ---------------------------------------------------------------------------
-- 1. Rows and days
-- ---------------------------------------------------------------------------

create table oracle.event (part int, customer bigint, day date);

-- The set of active days: a day counts once, a row without customer or day not at all.
create table oracle.seen (part int, customer bigint, day date, primary key (part, customer, day));

create function oracle.build() returns void
language sql as $$
	delete from oracle.seen;
	insert into oracle.seen select distinct part, customer, day from oracle.event where customer is not null and day is not null;
	analyze oracle.seen;
$$;

-- What is known on a day, with the first active day of each customer.
create function oracle.known(p int, as_of date, out customer bigint, out day date, out first date) returns setof record
language sql stable as $$
	select customer, day, min(day) over (partition by customer) from oracle.seen where part = p and day <= as_of
$$;

create function oracle.percent(a numeric, b numeric) returns float8
language sql immutable as $$ select (100 * a / nullif(b, 0))::float8 $$;

-- ---------------------------------------------------------------------------
-- 2. Buckets: those that hold a day of [from_day, to_day), whole, and the one
--    before them
-- ---------------------------------------------------------------------------

-- n counts from 0, the one before is -1; either a bucket name or the
-- boundaries, before the first of which there is no bucket.
create function oracle.buckets(bucket text, bounds date[], from_day date, to_day date, out n int, out b date, out e date) returns setof record
language sql immutable as $$
	select (row_number() over (order by b) - 1)::int - (bounds is null or bounds[1] < x.first)::int, b, e
	from (select d::date as b, (d + step)::date as e, null::date as first
		  from (select case bucket when 'quarter' then interval '3 months' else ('1 ' || bucket)::interval end as step) s,
			  lateral (select case when bounds is null then from_day::timestamp end as first, case when bounds is null then (to_day - 1)::timestamp end as last) x,
			  lateral generate_series(date_trunc(bucket, first) - step, last, step) d
		  union all
		  select bounds[i], bounds[i + 1], f.first
		  from (select max(x) as first from unnest(bounds) x where x <= from_day) f, generate_series(1, cardinality(bounds) - 1) i
		  where bounds[i] < to_day and (bounds[i + 1] > from_day or bounds[i + 1] = f.first)) x
$$;

-- ---------------------------------------------------------------------------
-- 3. Answers
-- ---------------------------------------------------------------------------

-- The days of a period that are known on as_of; NULL when there is none.
create function oracle.cut(period daterange, as_of date) returns daterange
language sql immutable as $$ select nullif(case when as_of is null then period else period * daterange(null, as_of, '[]') end, 'empty') $$;

create function oracle.active_customers(p int, period daterange, as_of date default null) returns bigint
language sql stable as $$
	select count(distinct customer) filter (where day <@ k) from (select oracle.cut(period, as_of)) x(k) left join oracle.seen on part = p where k is not null group by k
$$;

-- On an average day, of those seen in the period at all.
create function oracle.stickiness(p int, period daterange, as_of date default null) returns float8
language sql stable as $$
	select oracle.percent(count(*)::numeric / (upper(k) - lower(k)), count(distinct customer)) from (select oracle.cut(period, as_of)) x(k) join oracle.seen on part = p and day <@ k group by k
$$;

create function oracle.repeat_rate(p int, period daterange, as_of date default null) returns float8
language sql stable as $$
	select oracle.percent(count(*) filter (where days >= 2), count(*))
	from (select count(*) as days from oracle.seen where part = p and day <@ oracle.cut(period, as_of) group by customer) c
$$;

create function oracle.adoption_rate(feature int, base int, period daterange, as_of date default null) returns float8
language sql stable as $$
	select oracle.percent(count(*) filter (where customer in (select customer from oracle.seen where part = feature and day <@ k)), count(*))
	from (select oracle.cut(period, as_of)) x(k), lateral (select distinct customer from oracle.seen where part = base and day <@ k) c
$$;

create function oracle.active_days(p int, period daterange, as_of date default null, out days bigint, out customers bigint) returns setof record
language sql stable as $$
	with had as (select customer, count(*) as n from oracle.seen where part = p and day <@ oracle.cut(period, as_of) group by customer)
	select i, (select count(*) from had where n = i) from generate_series(1, (upper(oracle.cut(period, as_of)) - lower(oracle.cut(period, as_of)))::bigint) i order by i
$$;

create function oracle.activity_timeline(p int, bucket text, bounds date[], from_day date, to_day date, as_of date,
	out period_start date, out active bigint, out new bigint, out retained bigint, out resurrected bigint, out lost bigint, out stickiness float8, out complete boolean) returns setof record
language sql stable as $$
	with k as (
		select * from oracle.buckets(bucket, bounds, from_day, to_day)
	), here as (
		select k.n, customer, first, count(*) as days from k join oracle.known(p, as_of) s on s.day >= k.b and s.day < k.e group by k.n, customer, first
	)
	select k.b, count(h.customer), count(*) filter (where h.first >= k.b), count(*) filter (where was.customer is not null),
		count(*) filter (where was.customer is null and h.first < k.b),
		-- what has not begun has lost nobody
		case when k.b <= as_of then (select count(*) from here l where l.n = k.n - 1 and l.customer not in (select customer from here x where x.n = k.n)) else 0 end,
		oracle.percent(sum(h.days) / (least(k.e - 1, as_of) - k.b + 1), count(h.customer)),
		k.e - 1 <= as_of
	from k left join here h using (n) left join here was on was.n = k.n - 1 and was.customer = h.customer
	where k.n >= 0
	group by k.n, k.b, k.e
	order by k.b
$$;

-- A day is ago days back: 0 .. w - 1 is in the window, w .. 2w - 1 in the one
-- before.  Days after as_of are no days of a window, and in one that has none
-- left nobody has lapsed.
create function oracle.activity_rolling(p int, w bigint, from_day date, to_day date, as_of date, step_days bigint,
	out day date, out active_on_day bigint, out active_in_window bigint, out new bigint, out resurrected bigint, out lapsed bigint,
	out retention_rate float8, out stickiness float8, out complete boolean) returns setof record
language sql stable as $$
	with d as (
		select day, (select count(*) from generate_series(0, w - 1) ago where day - ago::int <= as_of) as known
		from (select from_day + i::int as day from generate_series(0, (to_day - from_day - 1)::bigint, step_days) i) x
	), c as (
		select d.day, customer, bool_or(ago = 0) as today, count(*) filter (where ago < w) as days, bool_or(ago >= w) as was, (d.day - first)::bigint as age
		from d, oracle.known(p, as_of) s, lateral (select (d.day - s.day)::bigint as ago) x
		where ago between 0 and 2 * w - 1 and known > 0
		group by d.day, customer, first
	)
	select d.day, count(*) filter (where today), count(*) filter (where days > 0), count(*) filter (where days > 0 and age < w),
		count(*) filter (where days > 0 and age >= w and not was), count(*) filter (where was and days = 0),
		oracle.percent(count(*) filter (where was and days > 0), count(*) filter (where was)),
		oracle.percent(sum(days) / nullif(known, 0), count(*) filter (where days > 0)), d.day <= as_of
	from d left join c using (day)
	group by d.day, known
	order by d.day
$$;

create function oracle.activity_rolling(p int, windows bigint[], from_day date, to_day date, as_of date, step_days bigint,
	out day date, out window_days bigint, out active_on_day bigint, out active_in_window bigint, out new bigint, out resurrected bigint, out lapsed bigint,
	out retention_rate float8, out stickiness float8, out complete boolean) returns setof record
language sql stable as $$
	select r.day, w, r.active_on_day, r.active_in_window, r.new, r.resurrected, r.lapsed, r.retention_rate, r.stickiness, r.complete
	from unnest(windows) with ordinality x(w, ord), oracle.activity_rolling(p, w, from_day, to_day, as_of, step_days) r
	order by r.day, ord
$$;

-- Cohorts of part p by the bucket of the first day, their returns in part q,
-- up to the bucket that has begun by as_of.
create function oracle.cohort_retention(p int, q int, bucket text, bounds date[], from_day date, to_day date, as_of date, mode text,
	out cohort date, out size bigint, out period int, out retained bigint, out rate float8) returns setof record
language sql stable as $$
	with k as (
		select * from oracle.buckets(bucket, bounds, from_day, greatest(to_day, as_of + 1)) where n >= 0 and b <= as_of
	), member as (
		select distinct k.n, k.b, customer from k join oracle.buckets(bucket, bounds, from_day, to_day) shown using (b) join oracle.known(p, as_of) s on s.first >= k.b and s.first < k.e
	), cell as (
		select m.b as cohort, k.n - m.n as period, k.e - 1 <= as_of as complete, count(distinct m.customer) as size, count(distinct s.customer) as retained
		from member m join k on k.n >= m.n
			left join oracle.seen s on s.part = q and s.customer = m.customer and s.day <= as_of and s.day >= k.b and (s.day < k.e or mode = 'on_or_after')
		group by m.b, m.n, k.n, k.e
	)
	select cohort, size, period, case when complete then retained end, case when complete then oracle.percent(retained, size) end
	from cell order by cohort, period
$$;

-- The customers of part p with their first day there, and how many days later
-- they were seen in part q: all days up to as_of.
create function oracle.ages(p int, q int, as_of date, out customer bigint, out first date, out ages int[]) returns setof record
language sql stable as $$
	select customer, first, (select array_agg(s.day - f.first) from oracle.seen s where part = q and s.customer = f.customer and s.day <= as_of)
	from (select distinct customer, first from oracle.known(p, as_of)) f
$$;

-- The days or brackets that were asked for, each with its last day.
create function oracle.asked(days bigint[], mode text, out ord bigint, out n bigint, out last bigint) returns setof record
language sql immutable as $$
	select ord, n, case mode when 'between' then next - 1 else n end
	from (select ord, n, lead(n) over (order by ord) as next from unnest(days) with ordinality x(n, ord)) y
	where mode <> 'between' or next is not null
$$;

-- Seen on that day, on or after it, in days first_return to it, in the bracket?
create function oracle.came(ages int[], n bigint, last bigint, mode text, first_return int) returns boolean
language sql immutable as $$
	select coalesce(bool_or(case mode when 'on' then a = n when 'on_or_after' then a >= n when 'within' then a between first_return and n else a between n and last end), false) from unnest(ages) a
$$;

-- q is NULL for the activity of part p alone, where the first day is no return.
create function oracle.day_retention(p int, q int, days bigint[], from_day date, to_day date, as_of date, mode text,
	out day bigint, out eligible bigint, out retained bigint, out rate float8) returns setof record
language sql stable as $$
	with person as (select * from oracle.ages(p, coalesce(q, p), as_of) where first >= from_day and first < to_day)
	select n, count(customer), count(customer) filter (where came), oracle.percent(count(customer) filter (where came), count(customer))
	from oracle.asked(days, mode) left join person on last <= as_of - first, lateral (select oracle.came(ages, n, last, mode, (q is null)::int)) x(came)
	group by n, ord
	order by ord
$$;

-- The same for each bucket of first days that has a customer.
create function oracle.day_retention(p int, q int, days bigint[], from_day date, to_day date, as_of date, mode text, bucket text, bounds date[],
	out cohort date, out day bigint, out eligible bigint, out retained bigint, out rate float8) returns setof record
language sql stable as $$
	select b, r.day, r.eligible, r.retained, r.rate
	from (select distinct b, e from oracle.buckets(bucket, bounds, from_day, to_day) join oracle.known(p, as_of) on first >= b and first < e where n >= 0) k,
		oracle.day_retention(p, q, days, b, e, as_of, mode) with ordinality r(day, eligible, retained, rate, ord)
	order by b, ord
$$;

-- ---------------------------------------------------------------------------
-- 4. Days in time zones
-- ---------------------------------------------------------------------------

create function oracle.utc_offset(at timestamptz, zone text) returns interval
language sql immutable as $$ select (at at time zone zone) - (at at time zone 'UTC') $$;

-- The instants at which a zone's clock changes, to the microsecond: seen in
-- steps, then narrowed down.
create function oracle.clock_changes(zone text, first timestamptz, last timestamptz, step interval) returns setof timestamptz
language plpgsql immutable as $$
declare
	low timestamptz;
	high timestamptz;
	middle timestamptz;
begin
	for low, high in
		select before, at from (select at, lag(at) over (order by at) as before, oracle.utc_offset(at, zone) as o, lag(oracle.utc_offset(at, zone)) over (order by at) as o_before
			from generate_series(first, last, step) at) x where o <> o_before
	loop
		while high - low > interval '1 microsecond' loop
			middle := low + (high - low) / 2;
			if oracle.utc_offset(middle, zone) = oracle.utc_offset(low, zone) then
				low := middle;
			else
				high := middle;
			end if;
		end loop;
		return next high;
	end loop;
end $$;

-- ---------------------------------------------------------------------------
-- 5. Random events
-- ---------------------------------------------------------------------------

\ir random.sql

-- The days of a customer, some of them twice, one in a while without a day.
-- Styles:
--   ordinary   a mix of one-day visitors, daily and weekly users, spells with gaps, long absences
--   once       one day each
--   daily      almost every day for years
--   edges      only first and last days of weeks, months, quarters and years
--   crowded    everything within 40 days
--   decades    a few days in 40 years
--   chunks     days around multiples of 64 from 2000 on, and before
--   ancient    around the years 1 and 1 BC, and 4713 BC
--   future     the last centuries and the last days that there are
create function oracle.visits(seed text, style text, n int, first date, last date) returns setof date
language plpgsql immutable as $$
declare
	label text := style || n;
	k text;
	kind text := style;
	d date := first + floor(oracle.u(seed, label) ^ 2 * (last - first))::int;	-- most come early
	days int := oracle.pick(seed, label || 'days', 1, 2, 3, 5, 8, 13, 40);
	unit text;
begin
	if style = 'ordinary' then
		kind := oracle.pick(seed, label || 'kind', 'once'::text, 'once', 'once', 'few', 'few', 'spells', 'spells', 'daily', 'weekly', 'absent', 'edges');
	end if;
	if kind = 'once' then
		days := 1;
	elsif kind = 'daily' then
		days := case when style = 'daily' then 500 else oracle.pick(seed, label || 'length', 7, 30, 64, 65, 128, 300) end;
	end if;
	for i in 1 .. days loop
		k := label || '/' || i;
		return next d;
		if oracle.u(seed, k || 'twice') < 0.1 then
			return next d;
		end if;
		case kind
			when 'daily' then
				d := d + oracle.pick(seed, k, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2);
			when 'weekly' then
				d := d + 7;
			when 'spells' then
				d := d + case when i % 6 = 0 then oracle.pick(seed, k, 20, 31, 45, 62, 92) else oracle.pick(seed, k, 1, 1, 2, 3) end;
			when 'absent' then
				d := d + case when i % 4 = 0 then oracle.pick(seed, k, 180, 366, 500) else oracle.pick(seed, k, 1, 9, 30) end;
			when 'crowded' then
				d := first + floor(oracle.u(seed, k) * 40)::int;
			when 'chunks' then
				d := date '2000-01-01' + 64 * oracle.pick(seed, k, -3, -2, -1, 0, 1, 2, 3) + oracle.pick(seed, k || 'in', -1, 0, 1, 31, 32, 62, 63);
			when 'edges' then
				unit := oracle.pick(seed, k, 'week'::text, 'month', 'quarter', 'year');
				d := date_trunc(unit, (first + floor(oracle.u(seed, k || 'at') * (last - first))::int)::timestamp)::date - oracle.pick(seed, k || 'side', 0, 0, 1);
			else
				d := first + floor(oracle.u(seed, k) * (last - first))::int;
		end case;
	end loop;
	if oracle.u(seed, label || 'null') < 0.1 then
		return next null;
	end if;
end $$;
