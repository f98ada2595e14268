-- value on real customers: those of CDNOW, a shop of music, who bought first in
-- the first quarter of 1997, and their purchases until June 1998; and against
-- answers that were computed elsewhere.
-- The data is no part of this project; where ../shared is absent the test ends
-- here, and expected/value_cdnow_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv SHARED :shared
\set found `test -e "$SHARED/truth/value/rfm_cdnow_1997-09-30.csv" && test -e "$SHARED/data/CDNOW_sample.txt" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
set extra_float_digits = 0;
set datestyle = 'ISO';
create schema value_cdnow;
set search_path = value_cdnow, public;
create table loaded (line text);
\copy loaded from program 'cat "$SHARED/data/CDNOW_sample.txt"'
create table purchase as
select part[2] as customer, part[3]::date as day, part[5]::numeric as amount from (select string_to_array(regexp_replace(trim(line), '\s+', ' ', 'g'), ' ') as part from loaded) x;
create table shop as select purchase_agg(customer, day, amount) as s from purchase;
create table person as select customer, purchase_agg(customer, day, amount) as s from purchase group by customer;

-- 6,919 orders over 244,091.94; two orders: 48.88 %, on two days: 48.32 %
select customers(s), orders(s), gross_revenue(s), refunds(s), revenue(s), round(average_order_value(s), 6) as average_order_value, round(purchases_per_customer(s)::numeric, 6) as per_customer,
	round(repeat_purchase_rate(s)::numeric, 2) as by_orders, round(repeat_purchase_rate(s, 'days')::numeric, 2) as by_days from shop;

-- what others found, who summarised the first 39 weeks: frequency of all, and times to 0.01 week
create table summary (id int, frequency bigint, recency numeric, t numeric);
\copy summary from program 'cat "$SHARED/data/cdnow_customers_summary.csv"' (format csv, header)
select count(*), count(*) filter (where r.frequency = x.frequency) as frequency, count(*) filter (where abs(r.recency - x.recency) <= 0.01) as recency, count(*) filter (where abs(r.age - x.t) <= 0.01) as age
from summary x join person on id = customer::int, rfm(s, '1997-09-30') r;

-- rfm at that day, computed exactly
create table exact (customer text, frequency bigint, recency_days int, age_days int, recency numeric, age numeric, monetary numeric, orders bigint, revenue numeric, first_day date, last_day date, days_since_last bigint, after_as_of bigint, repeat_gross numeric);
\copy exact from program 'cat "$SHARED/truth/value/rfm_cdnow_1997-09-30.csv"' (format csv, header)
select count(*), count(*) filter (where row(r.frequency, r.orders, r.first_day, r.last_day, r.days_since_last, r.after_as_of) = row(x.frequency, x.orders, x.first_day, x.last_day, x.days_since_last, x.after_as_of) and r.revenue = x.revenue
	and abs(r.recency - x.recency) <= 1e-12 * greatest(1, x.recency) and abs(r.age - x.age) <= 1e-12 * x.age and (r.monetary is null and x.monetary is null or abs(r.monetary - x.monetary) <= 1e-12 * x.monetary)) as same
from exact x join person using (customer), rfm(s, '1997-09-30') r;

create table page (line text);
\copy page from program 'tr -d "\n" < "$SHARED/truth/value/totals_cdnow.json"'
select count(*), bool_and(case name when 'customers' then customers(s, null, a) = value::numeric when 'orders' then orders(s, null, a) = value::numeric when 'gross_revenue' then gross_revenue(s, null, a) = value::numeric
	when 'refunds' then refunds(s, null, a) = value::numeric when 'revenue' then revenue(s, null, a) = value::numeric when 'average_order_value' then abs(average_order_value(s, null, a) - value::numeric) < 1e-12
	when 'purchases_per_customer' then abs(purchases_per_customer(s, null, a)::numeric - value::numeric) < 1e-12 when 'repeat_purchase_rate_orders' then abs(repeat_purchase_rate(s, 'orders', null, a)::numeric - value::numeric) < 1e-10
	when 'repeat_purchase_rate_days' then abs(repeat_purchase_rate(s, 'days', null, a)::numeric - value::numeric) < 1e-10 end) as same
from shop, page, jsonb_each_text(line::jsonb->'as_of 1997-09-30') v(name, value), unnest('{1997-09-30}'::date[]) a where name !~ '^(period|repeat_customers)';

create table timeline (period_start date, buyers bigint, new_buyers bigint, returning_buyers bigint, orders bigint, gross numeric, refunds numeric, revenue numeric, revenue_new numeric, revenue_returning numeric, average_order_value numeric, complete boolean);
\copy timeline from program 'cat "$SHARED/truth/value/timeline_cdnow_month_as_of_1998-06-30.csv"' (format csv, header)
select count(*), count(*) filter (where row(t.period_start, t.buyers, t.new_buyers, t.returning_buyers, t.orders, t.gross, t.refunds, t.revenue, t.revenue_new, t.revenue_returning, t.complete)
	= row(x.period_start, x.buyers, x.new_buyers, x.returning_buyers, x.orders, x.gross, x.refunds, x.revenue, x.revenue_new, x.revenue_returning, x.complete) and abs(t.average_order_value - x.average_order_value) < 1e-12) as same
from timeline x left join (select t.* from shop, purchase_timeline(s, 'month', '1997-01-01', '1998-07-01', '1998-06-30') t) t using (period_start);

create table cohorts (cohort date, period int, customers bigint, buyers bigint, orders bigint, revenue numeric, cumulative_revenue numeric, revenue_per_customer numeric, complete boolean);
\copy cohorts from program 'cat "$SHARED/truth/value/value_cohorts_cdnow_month_1997-01.csv"' (format csv, header)
select count(*), count(*) filter (where row(c.customers, c.buyers, c.orders, c.revenue, c.cumulative_revenue, c.complete) = row(x.customers, x.buyers, x.orders, x.revenue, x.cumulative_revenue, x.complete) and abs(c.revenue_per_customer - x.revenue_per_customer) < 1e-12) as same
from cohorts x left join (select c.* from shop, value_cohorts(s, 'month', '1997-01-01', '1997-02-01', '1998-06-30') c) c using (cohort, period);
-- the observed value of a customer of each cohort after 3, 6, 12 and 15 months
select cohort, customers, max(round(revenue_per_customer, 2)) filter (where period = 3) as "3", max(round(revenue_per_customer, 2)) filter (where period = 6) as "6", max(round(revenue_per_customer, 2)) filter (where period = 12) as "12", max(round(revenue_per_customer, 2)) filter (where period = 15) as "15"
from shop, value_cohorts(s, 'month', '1997-01-01', '1997-04-01', '1998-06-30') group by cohort, customers order by cohort;

-- refunds, orders of 0, orders after as_of, a customer with a refund only
create table small (line text);
\copy small from program 'tr -d "\n" < "$SHARED/truth/value/refunds_small.json"'
create table few as select line::jsonb as j from small;
create table sold as select (r->>0)::bigint as customer, (r->>1)::date as day, (r->>2)::numeric as amount from few, jsonb_array_elements(j->'rows') r;
create table stall as select purchase_agg(customer, day, amount) as s from sold;
select count(*), bool_and(row(r.frequency, r.orders, r.first_day, r.last_day, r.days_since_last, r.after_as_of, r.revenue) is not distinct from row((x->>1)::bigint, (x->>7)::bigint, (x->>9)::date, (x->>10)::date, (x->>11)::bigint, (x->>12)::bigint, (x->>8)::numeric)
	and coalesce(abs(r.recency::numeric - (x->>4)::numeric) < 1e-12, x->>4 is null) and coalesce(abs(r.age::numeric - (x->>5)::numeric) < 1e-12, x->>5 is null) and coalesce(abs(r.monetary - (x->>6)::numeric) < 1e-12, x->>6 is null and r.monetary is null)) as same
from few, jsonb_array_elements(j->'rfm') x, lateral (select purchase_agg(customer, day, amount) as s from sold where customer = (x->>0)::bigint) p, rfm(s, '2026-04-20') r;
select which, count(*), bool_and(case name when 'customers' then customers(s, p, a) = value::numeric when 'orders' then orders(s, p, a) = value::numeric when 'gross_revenue' then gross_revenue(s, p, a) = value::numeric
	when 'refunds' then refunds(s, p, a) = value::numeric when 'revenue' then revenue(s, p, a) = value::numeric when 'average_order_value' then abs(average_order_value(s, p, a) - value::numeric) < 1e-12
	when 'purchases_per_customer' then abs(purchases_per_customer(s, p, a)::numeric - value::numeric) < 1e-12 when 'repeat_purchase_rate_orders' then abs(repeat_purchase_rate(s, 'orders', p, a)::numeric - value::numeric) < 1e-10
	when 'repeat_purchase_rate_days' then abs(repeat_purchase_rate(s, 'days', p, a)::numeric - value::numeric) < 1e-10 end) as same
from few, stall, (values ('totals to as_of', null::daterange, date '2026-04-20'), ('totals in [2026-02-01,2026-03-01)', '[2026-02-01,2026-03-01)', '2026-04-20')) w(which, p, a), jsonb_each_text(j->which) v(name, value) where name !~ '^(period|repeat_customers)' group by which order by which;
select count(*), bool_and(array[t.period_start::text, t.buyers::text, t.new_buyers::text, t.returning_buyers::text, t.orders::text, trim_scale(t.gross)::text, trim_scale(t.refunds)::text, trim_scale(t.revenue)::text, trim_scale(t.revenue_new)::text, trim_scale(t.revenue_returning)::text, t.complete::text]
	= array[x->>0, x->>1, x->>2, x->>3, x->>4, x->>5, x->>6, x->>7, x->>8, x->>9, (x->>11)::boolean::text] and coalesce(abs(t.average_order_value - (x->>10)::numeric) < 1e-12, x->>10 is null and t.average_order_value is null)) as same
from few, jsonb_array_elements(j->'timeline month') x, stall, lateral (select * from purchase_timeline(s, 'month', '2026-01-01', '2026-06-01', '2026-04-20') t where t.period_start = (x->>0)::date) t;
select count(*), bool_and(row(c.customers, c.buyers, c.orders, c.revenue, c.cumulative_revenue, c.complete) is not distinct from row((x->>2)::bigint, (x->>3)::bigint, (x->>4)::bigint, (x->>5)::numeric, (x->>6)::numeric, (x->>8)::boolean)
	and coalesce(abs(c.revenue_per_customer - (x->>7)::numeric) < 1e-12, x->>7 is null and c.revenue_per_customer is null)) as same, (select count(*) from stall, value_cohorts(s, 'month', '2026-01-01', '2026-06-01', '2026-04-20')) as rows
from few, jsonb_array_elements(j->'value_cohorts month') x, stall, lateral (select * from value_cohorts(s, 'month', '2026-01-01', '2026-06-01', '2026-04-20') c where c.cohort = (x->>0)::date and c.period = (x->>1)::int) c;

set client_min_messages = warning;
drop schema value_cdnow cascade;
