-- payment against answers that were computed elsewhere, of 300 invoices as of two days.
-- They are no part of this project; where ../shared/truth is absent the test ends
-- here, and expected/payment_truth_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv INVOICES :shared/truth/payment/invoices.csv
\setenv ANSWERS :shared/truth/payment/payment.json
\setenv SCALARS :shared/truth/payment/scalars.json
\set found `test -e "$INVOICES" && test -e "$ANSWERS" && test -e "$SCALARS" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
set datestyle = 'ISO';
create schema payment_truth;
set search_path = payment_truth, public;
create table invoice (invoice int primary key, issued date, due date, paid date, amount numeric);
\set load '\\copy invoice from program ''cat "$INVOICES"'' (format csv, header)'
:load
\set answers `cat "$ANSWERS"`
\set scalars `cat "$SCALARS"`
create table truth as select (r ->> 'as_of')::date as as_of, r from jsonb_array_elements(:'answers'::jsonb -> 'results') as r;
create table told as select as_of, r, payment_agg(due, paid, amount, as_of) as s, on_time_rate(due, paid, as_of) as one_step, count(*) as issued from truth, invoice where issued <= as_of group by as_of, r;

create function differs(answer float8, truth text) returns boolean language sql as $$ select coalesce(abs(answer - truth::float8) > 1e-12 * abs(truth::float8), answer is not null or truth is not null) $$;
select as_of, issued, what, answer, truth from told, lateral (values
	('on_time_rate', on_time_rate(s), r ->> 'on_time_rate'), ('one step', one_step, r ->> 'on_time_rate'), ('on_time_rate(s, amount)', on_time_rate(s, 'amount'), r ->> 'on_time_rate(s,''amount'')'),
	('average_days_late', average_days_late(s), r ->> 'average_days_late'), ('average_payment_delay', average_payment_delay(s), r ->> 'average_payment_delay'),
	('average_payment_delay(s, amount)', average_payment_delay(s, 'amount'), r ->> 'average_payment_delay(s,''amount'')'), ('issued', issued, r ->> 'invoices issued by as_of')) as v(what, answer, truth)
where differs(answer, truth);
select as_of, overdue_amount(s) = (r ->> 'overdue_amount')::numeric as overdue_amount, overdue_count(s) = (r ->> 'overdue_count')::bigint as overdue_count, open_amount(s) = (r ->> 'open_amount')::numeric as open_amount,
	(select sum(invoices) from ageing(s)) = (r ->> 'open invoices')::bigint as open_invoices from told order by as_of;
-- both ageings, row by row
select as_of, key, count(*) as buckets, bool_and(a.bucket = t ->> 0 and a.invoices = (t ->> 1)::bigint and a.amount = (t ->> 2)::numeric and not differs(a.share, t ->> 3)) as same
from told, (values ('ageing', '{30,60,90}'::bigint[]), ('ageing {7,14,45,120}', '{7,14,45,120}')) as b(key, bounds), lateral rows from (ageing(s, bounds), jsonb_array_elements(r -> key)) with ordinality as a(bucket, invoices, amount, share, t, n)
group by as_of, key order by as_of, key;
-- days late of the first forty invoices, NULL if not issued yet
select as_of, count(*), count(n), bool_and(case when issued <= as_of then days_late(due, paid, as_of) end is not distinct from n::bigint) as same
from truth, jsonb_array_elements_text(r -> 'days_late of invoices 1..40 (NULL: not issued by as_of)') with ordinality as d(n, i) join invoice on invoice = i group by as_of order by as_of;
-- balances
create function args(j jsonb) returns numeric[] language sql as $$ select array_agg(a::numeric order by i) from jsonb_array_elements_text(j) with ordinality as x(a, i) $$;
select name, count(*), bool_and(not differs(case left(name, 4) when 'dso(' then dso(a[1], a[2], a[3]::bigint) when 'best' then best_possible_dso(a[1], a[2], a[3]::bigint) else collection_effectiveness(a[1], a[2], a[3], a[4]) end, c ->> 'value')) as same
from jsonb_each(:'scalars'::jsonb) as x(name, cases), jsonb_array_elements(case when name ~ '^(dso\(|best|coll)' then cases else '[]' end) as c, args(c -> 'args') as a group by name order by name;
select count(*), bool_and(not differs(dso_countback((c ->> 'receivables')::numeric, args(c -> 'sales'), args(c -> 'days')::bigint[]), c ->> 'dso_countback')) as same
from jsonb_array_elements(:'scalars'::jsonb -> 'dso_countback (latest month first)') as c;

set client_min_messages = warning;
drop schema payment_truth cascade;
