-- Random rows for test/t/050_lite.pl, the same for one :seed.  Days lie close
-- together, so that edges of buckets, touching rows and equal days are common.

-- a number from 0 to before 1
create function data.u(variadic keys text[]) returns float8 language sql immutable as
	$$ select ('x0' || substr(md5(array_to_string(keys, '/')), 1, 7))::bit(32)::int / 268435456.0 $$;
-- one of n days from the first one on
create function data.day(first date, n int, variadic keys text[]) returns date language sql immutable as
	$$ select first + floor(data.u(variadic keys) * n)::int $$;

create table data.subs as
with c as (
	select part, part * 1000 + n as customer, k, first, days
	from (values (1, 60, date '2024-01-01', 900), (2, 12, '2024-02-20', 40), (3, 30, '2023-12-01', 1200)) p(part, customers, first, days),
		generate_series(1, customers) n, lateral generate_series(1, 1 + floor(data.u(:'seed', 'rows', part::text, n::text) * 6)::int) k
), d as (
	select part, customer, k, data.day(first, days, :'seed', 'started', customer::text, k::text) as started, data.u(:'seed', 'how', customer::text, k::text) as how, days
	from c
), e as (
	select part, customer, k, started, how,
		case when how < 0.3 then null when how < 0.35 then started
			else started + 1 + floor(data.u(:'seed', 'length', customer::text, k::text) * least(days / 3, 200))::int end as ended
	from d
)
select part, customer::bigint, started, ended,
	case part when 3 then round(data.u(:'seed', 'mrr', customer::text, k::text)::numeric * 100, 11) + case when how > 0.9 then 0.000000005 else 0 end
		else (array[0, 10, 10, 20, 20.50, 33.333333333, 99.99])[1 + floor(data.u(:'seed', 'mrr', customer::text, k::text) * 7)::int] end as mrr
from e
union all
-- a row that begins where another ends, with another or the same price
select part, customer, ended, case when how < 0.6 then null else ended + 20 end, case when how < 0.8 then 10 else 20 end
from e where ended is not null and how > 0.5
union all
select * from (values (1, null::bigint, date '2024-05-01', null::date, 77.0), (1, 1001, null, null, 77), (1, 1001, '2024-05-01', null, null), (1, 1002, '2024-05-01', '2024-05-01', 5)) x;

create table data.flows as
select data.day('2024-01-01', 700, :'seed', 'flow', i::text) as started,
	case when data.u(:'seed', 'open', i::text) < 0.4 then null
		else data.day('2024-01-01', 700, :'seed', 'flow', i::text) + floor(power(data.u(:'seed', 'stay', i::text), 3) * 400)::int end as ended
from generate_series(1, 400) i
union all select null, '2024-05-01' union all select '2024-05-01', '2024-05-01';

create table data.events as
select case when i % 50 = 0 then null else 1 + floor(power(data.u(:'seed', 'who', i::text), 2) * 60)::bigint end as customer,
	case when i % 49 = 0 then null else data.day('2024-03-01', 500, :'seed', 'when', (i / 2)::text) end as day,
	timestamp '2024-03-01' + data.u(:'seed', 'at', i::text) * interval '400 days' as at,
	(timestamp '2024-03-01' + data.u(:'seed', 'at', i::text) * interval '400 days') at time zone 'UTC' as moment,
	-- Debian 13 and later have Japan in a package of its own
	(array['Europe/Warsaw', 'America/New_York', 'Asia/Tokyo', 'UTC', coalesce((select name from pg_timezone_names where name = 'Japan'), 'GMT'), 'Pacific/Chatham'])[1 + i % 6] as zone
from generate_series(1, 1500) i;

create table data.sign_ups as
select n as customer, data.day('2024-02-01', 300, :'seed', 'sign up', n::text) as day from generate_series(1, 80) n where n % 7 <> 0
union all select n, data.day('2024-02-01', 300, :'seed', 'again', n::text) from generate_series(1, 80, 9) n;

create table data.orders as
select case when i % 60 = 0 then null else 1 + floor(power(data.u(:'seed', 'buyer', i::text), 2) * 200)::bigint end as customer,
	data.day('2024-03-01', 500, :'seed', 'order', i::text) as day,
	case when i % 70 = 0 then null when i % 31 = 0 then 0 when i % 29 = 0 then -0.000000001 when i % 5 = 0 then -round(data.u(:'seed', 'refund', i::text)::numeric * 40, 2)
		else round(data.u(:'seed', 'amount', i::text)::numeric * 90, 2 + i % 11) end as amount
from generate_series(1, 600) i;

create table data.answers as
select i, 1 + i % 9 as part, case when i % 17 = 0 then null else floor(data.u(:'seed', 'answer', i::text) * 11)::int end as answer,
	case when i % 19 = 0 then null else 1 + floor(data.u(:'seed', 'stars', i::text) * 5)::int end as stars,
	case when i % 23 = 0 then null else 1 + floor(data.u(:'seed', 'effort', i::text) * 7)::int end as effort
from generate_series(1, 500) i;

create table data.cases as
select i, case when i % 11 = 0 then null else data.day('2025-01-01', 90, :'seed', 'due', i::text) end as due,
	case when i % 3 = 0 then null else data.day('2024-12-20', 120, :'seed', 'paid', i::text) end as paid,
	case when i % 13 = 0 then null else data.u(:'seed', 'outcome', i::text) < 0.7 end as outcome,
	timestamptz '2025-01-01 00:00+00' + data.u(:'seed', 'opened', i::text) * interval '30 days' as opened,
	case when i % 6 = 0 then null else timestamptz '2025-01-01 00:00+00' + data.u(:'seed', 'opened', i::text) * interval '30 days' + data.u(:'seed', 'reply', i::text) * interval '9 hours' end as responded,
	case when i % 14 = 0 then null when i % 2 = 0 then interval '4 hours' when i % 5 = 0 then interval '1 day' else interval '90 minutes' end as target,
	1 + floor(power(data.u(:'seed', 'contacts', i::text), 2) * 4)::int as contacts
from generate_series(1, 300) i;

-- what is asked: a bucket, days to show, a last known day
create table data.questions as
select i as q, (array['day', 'week', 'month', 'quarter', 'year'])[1 + i % 5] as bucket, from_day,
	from_day + 1 + floor(data.u(:'seed', 'shown', i::text) * case i % 5 when 0 then 25 else 500 end)::int as to_day,
	from_day - 40 + floor(data.u(:'seed', 'as of', i::text) * case i % 5 when 0 then 90 else 800 end)::int as as_of,
	case when i % 3 = 0 then floor(data.u(:'seed', 'gap', i::text) * 120)::bigint end as gap,
	(array['boundary', 'event'])[1 + i / 5 % 2] as definition, (array['on', 'on_or_after'])[1 + i / 5 % 2] as mode
from (select i, data.day('2024-01-01', 500, :'seed', 'from', i::text) as from_day from generate_series(1, 40) i) x;

-- the same between boundaries, of uneven length
create table data.fiscal as
select q, boundaries, boundaries[1] + floor(data.u(:'seed', 'in', q::text) * 60)::int as from_day,
	boundaries[cardinality(boundaries)] - floor(data.u(:'seed', 'to', q::text) * 60)::int as to_day, boundaries[1] - 60 + floor(data.u(:'seed', 'known', q::text) * 700)::int as as_of, mode, definition
from (select q, mode, definition, (select array_agg(distinct data.day('2024-01-01', 500, :'seed', 'bound', q::text, k::text) order by data.day('2024-01-01', 500, :'seed', 'bound', q::text, k::text))
		|| date '2025-06-01' + q from generate_series(1, 12) k) as boundaries from data.questions where q <= 20) x;
