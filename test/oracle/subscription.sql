-- The subscription family written a second time, in plain SQL with exact
-- numeric arithmetic: slow, short, and independent of the C code and of its
-- types.  Tests load it with \i and compare the two on random histories.
--
--   1. the rows, the definition of a day's MRR, the daily state as steps
--   2. buckets
--   3. movements: what each customer did in each bucket, by both definitions
--   4. mrr_movements, mrr_reconcile, revenue_cohorts, the state of a day, rates
--   5. random histories: functions of a seed alone
--
-- Every function takes a part first: the rows of oracle.subs that make one
-- summary.  A customer belongs to one part.
--
-- Days after as_of do not exist: on such a day the state is that on as_of, and
-- no change counts that comes later.  least() leaves an as_of of NULL out.
--
-- Nothing here reads a clock, random(), a locale or a setting.

drop schema if exists oracle cascade;
create schema oracle;

-- ---------------------------------------------------------------------------
-- 1. Rows and days
-- ---------------------------------------------------------------------------

create table oracle.subs (part int, customer bigint, started date, ended date, mrr numeric);

-- Money has eight decimals, halves go to the even neighbour.
create function oracle.money(x numeric) returns numeric
language sql immutable as $$
	select case when x * 100000000 - floor(x * 100000000) = 0.5
				then 2 * round(x * 100000000 / 2)		-- the even one of the two neighbours
				else round(x * 100000000) end * 0.00000001
$$;

-- The definition, read straight off the rows: what counts on day d started on
-- or before it and has not ended by it.
create function oracle.mrr_by_definition(c bigint, d date) returns numeric
language sql stable as $$
	select coalesce(sum(oracle.money(mrr)), 0) from oracle.subs where customer = c and started <= d and (ended is null or ended > d)
$$;

-- The same as steps: the days on which a customer's MRR changes, with the MRR
-- of the day before and of that day, and the last day before on which the
-- customer stopped paying (the first day without MRR; NULL if it never did).
create table oracle.step (part int, customer bigint, day date, before numeric, after numeric, stopped date,
	primary key (customer, day));

create function oracle.build_steps() returns void
language sql as $$
	delete from oracle.step;
	with valid as (
		select part, customer, started, ended, oracle.money(mrr) as mrr from oracle.subs
		where customer is not null and started is not null and mrr is not null
	), change as (
		select part, customer, day, sum(amount) as amount
		from (select part, customer, started as day, mrr as amount from valid
			  union all select part, customer, ended, -mrr from valid where ended is not null) c
		group by part, customer, day
		having sum(amount) <> 0
	), state as (
		select part, customer, day, amount, sum(amount) over (partition by customer order by day) as after from change
	)
	insert into oracle.step
	select part, customer, day, after - amount, after,
		max(case when after = 0 then day end) over (partition by customer order by day rows between unbounded preceding and 1 preceding)
	from state;
	analyze oracle.step;
$$;

-- A customer's MRR on day d.
create function oracle.state(c bigint, d date) returns numeric
language sql stable as $$
	select coalesce((select after from oracle.step where customer = c and day <= d order by day desc limit 1), 0)
$$;

-- ---------------------------------------------------------------------------
-- 2. Buckets: those that hold a day of [from_day, to_day), whole
-- ---------------------------------------------------------------------------

-- n counts from 0; either a bucket name or the boundaries.
create function oracle.buckets(bucket text, bounds date[], from_day date, to_day date, out n int, out b date, out e date) returns setof record
language sql immutable as $$
	select (row_number() over (order by b) - 1)::int, b, e
	from (select d::date as b, (d + step)::date as e
		  from (select case bucket when 'quarter' then interval '3 months' else ('1 ' || bucket)::interval end as step) s,
			  lateral generate_series(date_trunc(bucket, from_day::timestamp), (to_day - 1)::timestamp, step) d
		  where bounds is null
		  union all
		  select bounds[i], bounds[i + 1] from generate_series(1, cardinality(bounds) - 1) i
		  where bounds[i] < to_day and bounds[i + 1] > from_day) x
$$;

-- ---------------------------------------------------------------------------
-- 3. Movements
-- ---------------------------------------------------------------------------

-- Every customer in every bucket with something to see: the MRR on the day
-- before the bucket and on its last day.
create function oracle.ends(p int, bucket text, bounds date[], from_day date, to_day date, as_of date,
	out n int, out b date, out e date, out customer bigint, out opening numeric, out closing numeric) returns setof record
language sql stable as $$
	select * from (
		select k.n, k.b, k.e, c.customer, oracle.state(c.customer, least(k.b - 1, as_of)) as opening, oracle.state(c.customer, least(k.e - 1, as_of)) as closing
		from oracle.buckets(bucket, bounds, from_day, to_day) k,
			(select distinct customer from oracle.step where part = p) c) x
	where opening > 0 or closing > 0
$$;

-- The name of a change from x to y.  A customer who starts to pay is new if that
-- never happened before, or when the pause was longer than reactivation_days.
create function oracle.movement(x numeric, y numeric, paid_before boolean, pause int, reactivation_days int) returns text
language sql immutable as $$
	select case when x = 0 and y > 0 and (not paid_before or coalesce(pause > reactivation_days, false)) then 'new'
				when x = 0 and y > 0 then 'reactivation'
				when x > 0 and y = 0 then 'churned'
				when y > x then 'expansion'
				when y < x then 'contraction' end
$$;

create function oracle.movements(p int, bucket text, bounds date[], from_day date, to_day date, as_of date, definition text, reactivation_days int,
	out b date, out customer bigint, out movement text, out amount numeric) returns setof record
language sql stable as $$
	-- one movement per customer and bucket, from the opening to the closing
	select m.b, m.customer, oracle.movement(opening, closing, paid_before, pause, reactivation_days), abs(closing - opening)
	from (select e.*,
			exists (select from oracle.step s where s.customer = e.customer and s.day < e.b and s.after > 0) as paid_before,
			-- before the spell that runs at the closing
			(select s.day - s.stopped from oracle.step s where s.customer = e.customer and s.before = 0 and s.day <= least(e.e - 1, as_of) order by s.day desc limit 1) as pause
		  from oracle.ends(p, bucket, bounds, from_day, to_day, as_of) e
		  where opening <> closing) m
	where definition = 'boundary'
	union all
	-- one movement per day on which the MRR changes
	select k.b, s.customer, oracle.movement(before, after, stopped is not null, day - stopped, reactivation_days), abs(after - before)
	from oracle.step s join oracle.buckets(bucket, bounds, from_day, to_day) k on s.day >= k.b and s.day <= least(k.e - 1, as_of)
	where definition = 'event' and s.part = p
$$;

-- ---------------------------------------------------------------------------
-- 4. Answers
-- ---------------------------------------------------------------------------

create function oracle.percent(a numeric, b numeric) returns float8
language sql immutable as $$ select (100 * a / nullif(b, 0))::float8 $$;

-- The last twelve months: the customers who paid on the last day before the
-- year that ends with the close of a bucket, then and at the close.
create function oracle.trailing(p int, bucket text, bounds date[], from_day date, to_day date, as_of date,
	out b date, out paid_then numeric, out kept numeric, out paid_now numeric) returns setof record
language sql stable as $$
	select k.b, sum(s_then), sum(least(s_then, s_now)), sum(s_now) filter (where s_then > 0)
	from oracle.buckets(bucket, bounds, from_day, to_day) k,
		(select distinct customer from oracle.step where part = p) c,
		lateral (select least(k.e - 1, as_of) as last_day) l,
		lateral (select oracle.state(customer, (last_day + 1 - interval '1 year')::date - 1) as s_then, oracle.state(customer, last_day) as s_now) x
	group by k.b
$$;

-- Rates are of those who were there at the opening, at both ends, under either
-- definition; the quick ratio is of the movements.  Of a bucket after as_of
-- there is no rate.
create function oracle.mrr_movements(p int, bucket text, bounds date[], from_day date, to_day date, as_of date, definition text, reactivation_days int,
	out period_start date, out opening_mrr numeric, out new_mrr numeric, out expansion_mrr numeric, out contraction_mrr numeric,
	out churned_mrr numeric, out reactivation_mrr numeric, out closing_mrr numeric, out opening_customers bigint,
	out new_customers bigint, out churned_customers bigint, out reactivated_customers bigint, out closing_customers bigint,
	out retention_rate float8, out churn_rate float8, out gross_revenue_retention float8, out net_revenue_retention float8,
	out gross_mrr_churn float8, out net_mrr_churn float8, out existing_growth float8, out quick_ratio float8, out arpa numeric,
	out grr_12m float8, out nrr_12m float8, out complete boolean) returns setof record
language sql stable as $$
	with side as (
		select k.b, k.e, coalesce(sum(opening), 0) as o, coalesce(sum(closing), 0) as c,
			count(*) filter (where opening > 0) as o_customers, count(*) filter (where closing > 0) as c_customers,
			count(*) filter (where opening > 0 and closing > 0) as kept,
			coalesce(sum(least(opening, closing)), 0) as kept_at_most_opening,
			coalesce(sum(closing) filter (where opening > 0), 0) as kept_closing
		from oracle.buckets(bucket, bounds, from_day, to_day) k left join oracle.ends(p, bucket, bounds, from_day, to_day, as_of) x using (b, e)
		group by k.b, k.e
	), moved as (
		select k.b,
			coalesce(sum(amount) filter (where movement = 'new'), 0) as new,
			coalesce(sum(amount) filter (where movement = 'expansion'), 0) as expansion,
			coalesce(sum(amount) filter (where movement = 'contraction'), 0) as contraction,
			coalesce(sum(amount) filter (where movement = 'churned'), 0) as churned,
			coalesce(sum(amount) filter (where movement = 'reactivation'), 0) as reactivation,
			count(*) filter (where movement = 'new') as n_new,
			count(*) filter (where movement = 'churned') as n_churned,
			count(*) filter (where movement = 'reactivation') as n_reactivated
		from oracle.buckets(bucket, bounds, from_day, to_day) k
			left join oracle.movements(p, bucket, bounds, from_day, to_day, as_of, definition, reactivation_days) m using (b)
		group by k.b
	), returned as (
		select b, sum(amount) as reactivation_of_ends
		from oracle.movements(p, bucket, bounds, from_day, to_day, as_of, 'boundary', reactivation_days) where movement = 'reactivation' group by b
	), line as (
		select *, b <= coalesce(as_of, b) as known from side join moved using (b) left join returned using (b)
			left join oracle.trailing(p, bucket, bounds, from_day, to_day, as_of) t(b, paid_then, kept_of_then, paid_now) using (b)
	)
	select b, o, new, expansion, contraction, churned, reactivation, c, o_customers, n_new, n_churned, n_reactivated, c_customers,
		case when known then oracle.percent(kept, o_customers) end, case when known then oracle.percent(o_customers - kept, o_customers) end,
		case when known then oracle.percent(kept_at_most_opening, o) end, case when known then oracle.percent(kept_closing, o) end,
		case when known then oracle.percent(o - kept_at_most_opening, o) end, case when known then oracle.percent(o - kept_closing, o) end,
		case when known then oracle.percent(kept_closing + coalesce(reactivation_of_ends, 0) - o, o) end,
		case when known then ((new + expansion + reactivation) / nullif(contraction + churned, 0))::float8 end,
		case when known then c / nullif(c_customers, 0) end,
		case when known then oracle.percent(kept_of_then, paid_then) end, case when known then oracle.percent(coalesce(paid_now, 0), paid_then) end,
		e - 1 <= as_of
	from line
	order by b
$$;

create function oracle.mrr_reconcile(p int, bucket text, bounds date[], from_day date, to_day date, as_of date,
	out period_start date, out movement text, out boundary numeric, out event numeric, out difference numeric) returns setof record
language sql stable as $$
	select b, m.name, x.boundary, x.event, x.event - x.boundary
	from oracle.mrr_movements(p, bucket, bounds, from_day, to_day, as_of, 'boundary', null) l
		join oracle.mrr_movements(p, bucket, bounds, from_day, to_day, as_of, 'event', null) r using (period_start),
		lateral (values (1, 'new', l.new_mrr, r.new_mrr), (2, 'expansion', l.expansion_mrr, r.expansion_mrr),
			(3, 'contraction', l.contraction_mrr, r.contraction_mrr), (4, 'churned', l.churned_mrr, r.churned_mrr),
			(5, 'reactivation', l.reactivation_mrr, r.reactivation_mrr)) m(ord, name, boundary, event),
		lateral (select period_start as b, m.boundary, m.event) x
	order by b, ord
$$;

-- Cohorts by the bucket of the first day with MRR; only those with customers.
-- from_day and to_day choose the cohorts; each is followed through the buckets
-- that begin by as_of, and its cells are known when they end by it.
create function oracle.revenue_cohorts(p int, bucket text, bounds date[], from_day date, to_day date, as_of date,
	out cohort date, out period int, out customers bigint, out initial_mrr numeric, out retained bigint, out rate float8, out mrr numeric, out mrr_rate float8) returns setof record
language sql stable as $$
	with k as (
		select * from oracle.buckets(bucket, bounds, from_day, greatest(to_day, as_of + 1)) where b <= as_of
	), member as (
		select k.n, k.b, f.customer, oracle.state(f.customer, f.day) as initial
		from oracle.buckets(bucket, bounds, from_day, to_day) k join (select customer, min(day) as day from oracle.step where part = p group by customer) f
			on f.day >= k.b and f.day < k.e and f.day <= as_of
	)
	select m.b, k.n - m.n, count(*), sum(initial),
		case when k.e - 1 <= as_of then count(*) filter (where s > 0) end,
		case when k.e - 1 <= as_of then oracle.percent(count(*) filter (where s > 0), count(*)) end,
		case when k.e - 1 <= as_of then sum(s) end,
		case when k.e - 1 <= as_of then oracle.percent(sum(s), sum(initial)) end
	from member m join k on k.n >= m.n, lateral (select oracle.state(m.customer, k.e - 1)) x(s)
	group by m.b, m.n, k.n, k.e
	order by m.b, k.n
$$;

-- The state of a day; none after as_of.
create function oracle.mrr(p int, d date, as_of date) returns numeric
language sql stable as $$
	select coalesce(sum(oracle.state(customer, d)), 0) from (select distinct customer from oracle.step where part = p) c having d <= coalesce(as_of, d)
$$;
create function oracle.arr(p int, d date, as_of date) returns numeric language sql stable as $$ select 12 * oracle.mrr(p, d, as_of) $$;
create function oracle.customers(p int, d date, as_of date) returns bigint
language sql stable as $$
	select count(*) filter (where oracle.state(customer, d) > 0) from (select distinct customer from oracle.step where part = p) c having d <= coalesce(as_of, d)
$$;
create function oracle.arpa(p int, d date, as_of date) returns numeric
language sql stable as $$ select oracle.mrr(p, d, as_of) / nullif(oracle.customers(p, d, as_of), 0) $$;

-- The rates of a period, as far as it is known: one bucket with these two ends.
create function oracle.rates(p int, period daterange, as_of date, out retention_rate float8, out churn_rate float8,
	out net_revenue_retention float8, out gross_revenue_retention float8) returns record
language sql stable as $$
	select retention_rate, churn_rate, net_revenue_retention, gross_revenue_retention
	from (select lower(period) as b, least(upper(period), as_of + 1) as e) k left join lateral
		oracle.mrr_movements(p, null, array[b, e], b, e, null, 'boundary', null) on b < e
$$;

-- An amount for a billing interval, per month: a year is 12 months and 365.25 days.
create function oracle.mrr(amount numeric, billing interval) returns numeric
language sql immutable as $$
	select amount / (extract(year from billing) * 12 + extract(month from billing) + extract(day from billing) / (365.25 / 12))
$$;

-- ---------------------------------------------------------------------------
-- 5. Random histories
-- ---------------------------------------------------------------------------

\ir random.sql

-- A customer's rows, one after the other: the next one touches, overlaps,
-- starts the same day, or leaves a gap of a day or more.  Styles:
--   ordinary   a few rows within three years
--   busy       thousands of rows
--   decades    40 years
--   micro      more than eight decimals, many of them exact halves of the eighth
--   crowded    everything within 40 days
--   logos      every amount is 1
--   huge       one customer's MRR, and so all the more the total, near the largest that is kept
--   nobody     no row that ever makes a customer
create function oracle.history(seed text, style text, n int, out started date, out ended date, out mrr numeric) returns setof record
language plpgsql immutable as $$
declare
	label text := style || n;
	k text;
	rows int := case style when 'busy' then 2500 when 'crowded' then oracle.pick(seed, label || 'rows', 3, 6, 12) else oracle.pick(seed, label || 'rows', 1, 1, 2, 2, 3, 4, 7) end;
	d date := date '2023-01-01' + floor(oracle.u(seed, label) * case style when 'crowded' then 20 when 'busy' then 30 else 700 end)::int;
	len int;
begin
	if style = 'decades' then
		d := date '1985-03-01' + floor(oracle.u(seed, label) * 12000)::int;
	end if;
	for i in 1 .. rows loop
		k := label || '/' || i;
		len := case style when 'crowded' then oracle.pick(seed, k || 'len', 0, 1, 2, 3, 5, 9, 14)
						  when 'busy' then oracle.pick(seed, k || 'len', 0, 1, 2, 3, 30, 60)
						  when 'decades' then oracle.pick(seed, k || 'len', 30, 365, 1096, 3000, 6000)
						  else oracle.pick(seed, k || 'len', 0, 1, 7, 28, 30, 31, 60, 90, 92, 181, 365) end;
		started := d;
		ended := d + len;
		if i = rows and oracle.u(seed, k || 'open') < 0.4 then
			ended := null;
		end if;
		mrr := case style
			when 'micro' then oracle.pick(seed, k || 'mrr', 0.000000005, 0.000000015, 0.000000025, 0.0000000050001, 33.333333333333, 0.123456785, 0.123456775, 100.0000000049999, 12.345678, 0.0000000049)
			when 'logos' then 1
			when 'huge' then oracle.pick(seed, k || 'mrr', 13176245766.93539401, 13176245766.93539401, 13176245766.935394, 10000000000.0, 0.00000001)
			else oracle.pick(seed, k || 'mrr', 0.0, 0.0, 10.0, 10.0, 19.99, 49.9, 99.0, 100.0, 250.0, 1234.567891, 3999999.99) end;
		if style = 'nobody' then
			if oracle.u(seed, k || 'zero') < 0.5 then
				mrr := 0;
			else
				ended := started;
			end if;
		end if;
		return next;
		d := d + case oracle.pick(seed, k || 'gap', 'touch'::text, 'touch', 'touch', 'day', 'day', 'overlap', 'overlap', 'same', 'gap', 'gap')
				 when 'touch' then len
				 when 'day' then len + 1
				 when 'overlap' then len / 2
				 when 'same' then 0
				 else len + case style when 'decades' then oracle.pick(seed, k || 'pause', 100, 1000, 4000)
									   when 'crowded' then oracle.pick(seed, k || 'pause', 2, 3)
									   when 'busy' then 2
									   else oracle.pick(seed, k || 'pause', 2, 10, 28, 29, 30, 31, 32, 89, 90, 91, 92, 200, 365, 366) end end;
		if style = 'busy' and d > date '2025-12-01' then
			d := date '2023-01-01' + i % 17;
		end if;
	end loop;
	-- rows that count nothing
	if oracle.u(seed, label || 'null') < 0.2 then
		started := null; ended := date '2024-01-01'; mrr := 5;
		return next;
		started := date '2023-06-01'; ended := null; mrr := null;
		return next;
	end if;
end $$;
