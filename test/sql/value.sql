-- value: the purchase ledger.  Values by hand, NULLs, errors, forms of the
-- summary and its binary form.  value_oracle has the definitions in plain SQL,
-- value_cdnow real customers; equivalence compares plans.
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
-- Five customers, by hand
--
--                  January            February                      March
--  1 Ada           100 and 20 on 5    10 on 10, 10 back on 12
--  2 Bob           10 on 20                                         100 on 2
--  3 Cem                              0 and 40 on 1
--  4 Dan                              5 back on 20, never an order
--  5 Eve                              3 back on 25, no order yet    30 and all of it back on 1
CREATE TEMP TABLE five (customer bigint, day date, amount numeric);
INSERT INTO five VALUES
  (1, '2026-01-05', 100), (1, '2026-01-05', 20), (1, '2026-02-10', 10), (1, '2026-02-12', -10),
  (2, '2026-01-20', 10), (2, '2026-03-02', 100),
  (3, '2026-02-01', 0), (3, '2026-02-01', 40),
  (4, '2026-02-20', -5),
  (5, '2026-02-25', -3), (5, '2026-03-01', 30), (5, '2026-03-01', -30);
CREATE TEMP TABLE shop AS SELECT purchase_agg(customer, day, amount) AS s FROM five;

-- 4 customers, 3 + 2 + 2 + 1 orders; gross 130 + 110 + 40 + 30, refunds 10 + 5 + 3 + 30
SELECT customers(s), orders(s), gross_revenue(s), refunds(s), revenue(s), average_order_value(s), purchases_per_customer(s) FROM shop;
-- two orders: 1, 2, 3; on two days: 1, 2
SELECT repeat_purchase_rate(s), repeat_purchase_rate(s, 'orders') AS orders, repeat_purchase_rate(s, 'days') AS days FROM shop;
-- February: 1 and 3 buy, once and twice on one day; 10 + 40, 10 + 5 + 3 back
SELECT customers(s, p), orders(s, p), gross_revenue(s, p), refunds(s, p), revenue(s, p), average_order_value(s, p), purchases_per_customer(s, p),
       repeat_purchase_rate(s, 'orders', p) AS by_orders, repeat_purchase_rate(s, 'days', p) AS by_days FROM shop, daterange('2026-02-01', '2026-03-01') p;
-- by 10 February, in the period and at all; a period after as_of is not known, one without orders has no quotients
SELECT p, customers(s, p, a), orders(s, p, a), gross_revenue(s, p, a), refunds(s, p, a), revenue(s, p, a), average_order_value(s, p, a) AS aov, purchases_per_customer(s, p, a) AS per,
       repeat_purchase_rate(s, 'orders', p, a) AS by_orders, repeat_purchase_rate(s, 'days', p, a) AS by_days
  FROM shop, unnest(ARRAY['[2026-02-01,2026-03-01)', NULL, '[2026-02-11,2026-03-01)', '[2025-01-01,2025-02-01)']::daterange[]) p, unnest('{2026-02-10}'::date[]) a;
-- arguments by name; infinity knows all days
SELECT revenue(s, as_of => '2026-01-31') AS january, revenue(s, NULL, 'infinity') = revenue(s) AS all, customers(s, as_of => '2025-12-31') AS before,
       repeat_purchase_rate(s, as_of => '2026-02-10') AS rate, repeat_purchase_rate(s, period => '[2026-01-01,2026-02-01)') AS january_rate FROM shop;

-- January: 1 and 2 are new, 120 + 10.  February: 3 is new with 40; 1 returns with 10 - 10, and 5 + 3 are given back
-- to 4 and 5, who are no buyers: -8.  March: 5 is new with 30 - 30, 2 returns with 100.
SELECT * FROM purchase_timeline((SELECT s FROM shop), 'month', '2026-01-01', '2026-04-01', '2026-03-31');
-- 1 March has 2's order not yet; April has not begun
SELECT * FROM purchase_timeline((SELECT s FROM shop), 'month', '2026-03-01', '2026-05-01', '2026-03-01');
-- in quarters all four are new in the first one; in boundaries that begin in March, history before them counts: 2 returns
SELECT buyers, new_buyers, returning_buyers, revenue_new, revenue_returning FROM purchase_timeline((SELECT s FROM shop), 'quarter', '2026-03-15', '2026-03-16', '2026-12-31');
SELECT buyers, new_buyers, returning_buyers, revenue_new, revenue_returning FROM purchase_timeline((SELECT s FROM shop), '{2026-03-01,2026-04-01}'::date[], '2026-03-01', '2026-04-01', '2026-12-31');
-- ranges are extended to whole buckets, and every kind of bucket adds up to the whole
SELECT bucket, count(*), min(period_start), sum(orders) AS orders, sum(gross) AS gross, sum(refunds) AS refunds, sum(new_buyers) AS new, bool_and(revenue = gross - refunds AND revenue = revenue_new + revenue_returning AND buyers = new_buyers + returning_buyers) AS adds_up
  FROM shop, unnest(ARRAY['day', 'week', 'month', 'quarter', 'year']) bucket, purchase_timeline(s, bucket, '2026-01-02', '2026-03-30', '2026-04-20') t GROUP BY bucket ORDER BY bucket;

-- cohorts: 1 and 2 in January (130; then 10 - 10; then 100), 3 in February (40), 5 in March (30 - 30, not the 3 of February)
SELECT * FROM value_cohorts((SELECT s FROM shop), 'month', '2026-01-01', '2026-04-01', '2026-03-31');
-- a running bucket is not known yet; each cohort is followed to as_of, whatever to_day is; a cohort after as_of has no row
SELECT * FROM value_cohorts((SELECT s FROM shop), 'month', '2026-01-15', '2026-01-16', '2026-02-27');
SELECT cohort, period, customers, buyers FROM value_cohorts((SELECT s FROM shop), 'month', '2026-02-01', '2026-06-01', '2026-02-28');
SELECT count(*) FROM value_cohorts((SELECT s FROM shop), 'month', '2026-02-01', '2026-06-01', '2026-01-31');
-- a refund in the bucket of the first order, before it, belongs to the cohort: in quarters the 3 of customer 5, too
SELECT * FROM value_cohorts((SELECT s FROM shop), 'quarter', '2026-01-01', '2026-04-01', '2026-03-31');
SELECT * FROM value_cohorts((SELECT s FROM shop), '{2026-01-01,2026-02-15,2026-03-02}'::date[], '2026-01-01', '2026-03-02', '2026-12-31');

-- rfm of each: 1 came again after 36 days and 85 days ago first; 10 / 1 a repeat day; 120 in all
SELECT customer, (r).* FROM (SELECT customer, rfm(purchase_agg(customer, day, amount), '2026-03-31', 1) AS r FROM five GROUP BY customer) x ORDER BY customer;
-- in weeks; by 10 February: 2 has one order, and one after it; 3 has none before 1 February
SELECT customer, a, r.* FROM (SELECT customer, purchase_agg(customer, day, amount) AS s FROM five WHERE customer <= 3 GROUP BY customer) x, unnest('{2026-02-10,2026-01-31}'::date[]) a, rfm(s, a) r ORDER BY a DESC, customer;
-- the order of amounts matters: 100 then 10 has a repeat day of 10, 10 then 100 one of 100; totals are the same
SELECT first, rfm(s, '2026-06-30') FROM (SELECT c AS first, purchase_agg(1, d, a) AS s FROM (VALUES (100, date '2026-01-05', 100), (100, '2026-02-05', 10), (10, '2026-01-05', 10), (10, '2026-02-05', 100)) v(c, d, a) GROUP BY c) x ORDER BY first DESC;
-- a quotient is not rounded to cents: 10 over 3 repeat days
SELECT (rfm(purchase_agg('x'::text, d, a), '2026-12-31', 30)).* FROM (VALUES (date '2026-01-05', 7), ('2026-01-06', 1), ('2026-02-05', 4), ('2026-03-05', 5)) v(d, a);
-- unit_days as an int, a bigint; NULL
SELECT (rfm(s, '2026-03-31', 7::int)).recency, (rfm(s, '2026-03-31', 7::bigint)).age, rfm(s, NULL), rfm(NULL::purchasesummary, '2026-03-31'), rfm(s, '2026-03-31', NULL) FROM (SELECT purchase_agg(customer, day, amount) AS s FROM five WHERE customer = 1) x;

-- a look into the value: the key is the hash
SELECT count(DISTINCT key), sum(orders), sum(gross), sum(refunds) FROM purchase_days((SELECT s FROM shop));
SELECT day, orders, gross, refunds FROM purchase_days((SELECT purchase_agg(customer, day, amount) FROM five WHERE customer = 5));
SELECT day, orders, gross, refunds FROM purchase_days((SELECT purchase_agg(customer, day, amount) FROM five WHERE customer = 3));
SELECT d.key = r.key AS same_key FROM purchase_days((SELECT purchase_agg(7, date '2026-01-05', 1))) d, activity_rows((SELECT activity_agg(7, date '2026-01-05'))) r;

-- two shops: the same day of a customer in both is one purchase day, its orders are two
WITH part AS (SELECT shop, purchase_agg(1, date '2026-01-05', a) AS s FROM (VALUES ('web', 10), ('web', -2), ('street', 5)) v(shop, a) GROUP BY shop),
     whole AS (SELECT rollup(s) AS s FROM part)
SELECT d.day, d.orders, d.gross, d.refunds, repeat_purchase_rate(s) AS by_orders, repeat_purchase_rate(s, 'days') AS by_days, (rfm(s, '2026-12-31')).frequency FROM whole, purchase_days(s) d;
-- a summary answers at every earlier as_of what a summary of the rows up to then does
SELECT count(*), bool_and(ROW(customers(s, NULL, a), orders(s, NULL, a), revenue(s, NULL, a), repeat_purchase_rate(s, 'days', NULL, a)) IS NOT DISTINCT FROM ROW(customers(e), orders(e), revenue(e), repeat_purchase_rate(e, 'days'))) AS same
  FROM shop, LATERAL (SELECT a, (SELECT purchase_agg(customer, day, amount) FROM five WHERE day <= a) AS e FROM (SELECT DISTINCT day AS a FROM five) d) x;

--
-- NULL, empty, one
--
SELECT purchase_agg(customer, day, amount) FROM five WHERE false;
SELECT purchase_agg(c, d, a) FROM (VALUES (NULL::bigint, date '2026-01-01', 1::numeric), (1, NULL, 1), (1, '2026-01-01', NULL)) v(c, d, a);
SELECT rollup(s) FROM shop WHERE false;
SELECT combine(NULL, s) = s AS left_null, combine(s, NULL) = s AS right_null, combine(NULL::purchasesummary, NULL) IS NULL AS both_null FROM shop;
SELECT customers(NULL::purchasesummary), orders(NULL::purchasesummary, '[2026-01-01,2026-02-01)'), revenue(s, NULL, NULL), average_order_value(s, '[2026-01-01,2026-02-01)', NULL), repeat_purchase_rate(s, NULL) FROM shop;
SELECT count(*) FROM shop, purchase_timeline(s, NULL::text, '2026-01-01', '2026-05-01', '2026-04-20');
SELECT count(*) FROM shop, value_cohorts(s, 'month', '2026-01-01', '2026-05-01', NULL);
SELECT count(*) FROM purchase_days(NULL);
-- only a refund: no customer, and no quotient
SELECT customers(s), orders(s), gross_revenue(s), refunds(s), revenue(s), average_order_value(s), purchases_per_customer(s), repeat_purchase_rate(s), (SELECT count(*) FROM value_cohorts(s, 'month', '2026-01-01', '2026-05-01', '2026-04-20')) AS cohorts
  FROM (SELECT purchase_agg('x'::text, '2026-01-05'::date, -7.5) AS s) x;
-- a value without customers
SELECT customers(s), orders(s), revenue(s), repeat_purchase_rate(s), rfm(s, '2026-01-01'), (SELECT sum(buyers) FROM purchase_timeline(s, 'month', '2026-01-01', '2026-03-01', '2026-04-20')) AS buyers FROM (SELECT '1:AWkAAAAAAAAAAA=='::purchasesummary AS s) x;

--
-- Customers and days of every type
--
SELECT (SELECT purchase_agg(customer::int, day, amount::int) FROM five) = s AS int, revenue((SELECT purchase_agg(customer::varchar, day, amount) FROM five)) AS varchar, revenue((SELECT purchase_agg(md5(customer::text)::uuid, day, amount) FROM five)) AS uuid,
       (SELECT purchase_agg(customer, day + interval '23 hours', amount) FROM five) = s AS timestamp, (SELECT purchase_agg(customer, date_trunc('day', day::timestamp), amount) FROM five) = s AS date_trunc FROM shop;
-- text keys are bytes
SELECT customers(purchase_agg(c, date '2026-01-01', 1)) FROM unnest(ARRAY['a', 'A', ' a', 'a ', '', repeat('x', 15), repeat('x', 16), repeat('x', 17), repeat('x', 100000), 'a']) c;
-- half past midnight in Warsaw is the evening before in UTC and New York; spring's hour that is not there
SELECT zone, (SELECT day FROM purchase_days(purchase_agg(1, timestamptz '2026-03-28 23:30+00', 5, zone))) AS day, (SELECT day FROM purchase_days(purchase_agg('x'::text, timestamptz '2026-03-29 01:00+00', 5, zone))) AS dst,
       (SELECT day FROM purchase_days(purchase_agg(md5('x')::uuid, timestamptz '2026-01-01 00:00+00', 5, zone))) AS new_year
  FROM unnest(ARRAY['Europe/Warsaw', 'UTC', 'America/New_York', 'Asia/Kolkata']) zone GROUP BY zone ORDER BY zone;
SET timezone = 'Asia/Tokyo';
SELECT day FROM purchase_days((SELECT purchase_agg(1, timestamptz '2026-03-28 23:30+00', 5, 'UTC')));
RESET timezone;
SELECT purchase_agg(1, timestamptz '2026-03-28 23:30+00', 5, NULL::text), purchase_agg(1, NULL::timestamptz, 5, 'UTC'), purchase_agg(1, timestamptz '2026-03-28 23:30+00', NULL, 'UTC');

--
-- Money: eight decimals, half to even, exact; what rounds to 0 is an order
--
SELECT m, orders(s), gross_revenue(s), refunds(s) FROM (SELECT m, purchase_agg(1, date '2026-01-01', m) AS s FROM unnest('{0.000000005,0.000000015,-0.000000015,-0.000000005,0.01,-0.01,33.333333333333333333,92233720368.54775807,-92233720368.54775807,1e-20,0.00}'::numeric[]) m GROUP BY m) x ORDER BY m;
-- sums of many customers in 128 bits
SELECT gross_revenue(s), refunds(s), revenue(s), average_order_value(s) FROM (SELECT purchase_agg(i, date '2026-01-01' + i % 3, CASE WHEN i % 2 = 0 THEN 92233720368.54775807 ELSE -92233720368.54775807 END) AS s FROM generate_series(1, 5000) i) x;
SELECT gross, average_order_value FROM purchase_timeline((SELECT purchase_agg(i, date '2026-01-01', 92233720368.54775807) FROM generate_series(1, 5000) i), 'year', '2026-01-01', '2027-01-01', '2026-12-31');

--
-- Forms: a value as it grows from rows to a state gives what its sorted form does
--
CREATE TABLE chs_value_many AS
  SELECT id, (hashint4(id) & 1023)::bigint AS customer, date '2024-01-01' + (hashint4(id + 7) & 511) AS day, (hashint4(id + 13) & 1023) * 0.25 - 20 AS amount FROM generate_series(1, 30000) id;
CREATE AGGREGATE chs_grown_agg (bigint, date, numeric) (SFUNC = purchasesummary_accum, STYPE = purchasesummary);
CREATE AGGREGATE chs_grown_agg (uuid, date, numeric) (SFUNC = purchasesummary_accum, STYPE = purchasesummary);
CREATE AGGREGATE chs_grown_agg (text, date, numeric) (SFUNC = purchasesummary_accum, STYPE = purchasesummary);
CREATE TEMP TABLE grown (what text, s purchasesummary, sorted purchasesummary);
INSERT INTO grown SELECT 'few', chs_grown_agg(customer, day, amount), purchase_agg(customer, day, amount) FROM chs_value_many WHERE id <= 1500;
INSERT INTO grown SELECT 'uuid', chs_grown_agg(md5(customer::text)::uuid, day, amount), purchase_agg(md5(customer::text)::uuid, day, amount) FROM chs_value_many WHERE id <= 1500;
INSERT INTO grown SELECT 'text', chs_grown_agg(customer::text, day, amount / 3), purchase_agg(customer::text, day, amount / 3) FROM chs_value_many WHERE id <= 1500;
INSERT INTO grown SELECT 'one customer', chs_grown_agg(7::bigint, day, amount), purchase_agg(7::bigint, day, amount) FROM chs_value_many WHERE id <= 1500;
INSERT INTO grown SELECT 'one of many rows', chs_grown_agg(7::bigint, day, amount), purchase_agg(7::bigint, day, amount) FROM chs_value_many;
INSERT INTO grown SELECT 'many', chs_grown_agg(customer, day, amount), purchase_agg(customer, day, amount) FROM chs_value_many;
INSERT INTO grown SELECT 'all days', chs_grown_agg(1::bigint, day, 92233720368.54775807), purchase_agg(1::bigint, day, 92233720368.54775807) FROM unnest('{4714-11-24 BC,2026-01-01,5874897-12-31}'::date[]) day;
SELECT what, s::text = sorted::text AS equal, s = sorted AS same, customers(s) = customers(sorted) AS customers, revenue(s) = revenue(sorted) AS revenue, (SELECT rollup(p) FROM unnest(ARRAY[s, NULL]) p) = sorted AS rollup FROM grown ORDER BY what COLLATE "C";
SELECT bool_and(purchasesummary_send(s) = purchasesummary_send(sorted)) AS binary, bool_and(combine(s, sorted) = combine(sorted, s)) AS both_ways, bool_and(orders(combine(s, sorted)) = 2 * orders(s)) AS twice, count(*) FROM grown WHERE what <> 'all days';
SELECT bool_and(purchasesummary_accum(s, 7::bigint, '2025-01-01'::date, 5) = purchasesummary_accum(sorted, 7::bigint, '2025-01-01'::date, 5)) AS one_more FROM grown WHERE what IN ('few', 'many');
-- rollups of parts by every attribute are the whole: by customer, day, row
SELECT by, rollup(p) = (SELECT sorted FROM grown WHERE what = 'many') AS whole, count(*) AS parts
  FROM (SELECT 'customer' AS by, purchase_agg(customer, day, amount) AS p FROM chs_value_many GROUP BY customer
        UNION ALL SELECT 'day', purchase_agg(customer, day, amount) FROM chs_value_many GROUP BY day
        UNION ALL SELECT 'row', purchase_agg(customer, day, amount) FROM chs_value_many GROUP BY id / 3
        UNION ALL SELECT 'sixteenth', purchase_agg(customer, day, amount) FROM chs_value_many GROUP BY id % 16) x GROUP BY by ORDER BY by COLLATE "C";
-- a state packs its rows, of which these do and do not fit: by customers, days and amounts of every length.  It is put
-- together of the values of single customers, which are too small to be states
CREATE TABLE chs_value_packed AS
  SELECT customer, day, amount
    FROM (SELECT DISTINCT sign * (2::numeric ^ bits - less) AS customer FROM generate_series(0, 63) bits, (VALUES (1), (-1)) s(sign), (VALUES (0), (1)) l(less)) c,
         unnest('{4714-11-24 BC,1930-04-14,1930-04-15,2024-02-29,2109-09-18,2109-09-19,5874897-12-31}'::date[]) day,
         unnest('{0,0.01,-0.01,0.00000001,-0.00000001,1.27,1.28,-327.67,327.68,83886.07,83886.08,123.45678901,-360287970.18963967,360287970.18963968,90000000000}'::numeric[]) amount
   WHERE customer < 2::numeric ^ 63;
SELECT purchasesummary_send(purchase_agg(customer::bigint, day, amount)) = (SELECT '\x0169' || int8send(count(*)) || string_agg(substr(one, 11), ''::bytea ORDER BY substr(one, 11)) FROM (SELECT purchasesummary_send(purchase_agg(customer::bigint, day, amount)) AS one FROM chs_value_packed GROUP BY customer) x) AS bigint,
       purchasesummary_send(purchase_agg(customer::text, day, amount)) = (SELECT '\x0174' || int8send(count(*)) || string_agg(substr(one, 11), ''::bytea ORDER BY substr(one, 11)) FROM (SELECT purchasesummary_send(purchase_agg(customer::text, day, amount)) AS one FROM chs_value_packed GROUP BY customer) x) AS text,
       count(DISTINCT customer) AS customers, count(*) AS rows
  FROM chs_value_packed;
-- a placeholder with more rows than a partition has in a state: some become a run.  Its halves have none
SELECT purchase_agg(CASE WHEN i % 8 = 0 THEN i ELSE 0 END, date '2024-01-01' + i % 1000, i % 7 - 1) = (SELECT rollup(s) FROM (SELECT purchase_agg(CASE WHEN i % 8 = 0 THEN i ELSE 0 END, date '2024-01-01' + i % 1000, i % 7 - 1) AS s FROM generate_series(1, 400000) i GROUP BY i % 2) x) AS same FROM generate_series(1, 400000) i;
-- totals of a state, which adds up days in any order, and where they have to be told apart
SELECT period, customers(s, period) = c AS customers, orders(s, period) = o AS orders, revenue(s, period) = r AS revenue,
       repeat_purchase_rate(s, 'orders', period) = two * 100.0::float8 / c AS by_orders, repeat_purchase_rate(s, 'days', period) = two_days * 100.0::float8 / c AS by_days, o, two, two_days
  FROM unnest('{NULL,"[2024-06-01,2024-06-15)","[2025-05-26,2026-01-01)"}'::daterange[]) period,
       LATERAL (SELECT count(*) FILTER (WHERE o > 0) AS c, sum(o) AS o, sum(r) AS r, count(*) FILTER (WHERE o > 1) AS two, count(*) FILTER (WHERE d > 1) AS two_days
                  FROM (SELECT count(*) FILTER (WHERE amount >= 0) AS o, sum(amount) AS r, count(DISTINCT day) FILTER (WHERE amount >= 0) AS d FROM chs_value_many WHERE coalesce(day <@ period, true) GROUP BY customer) x) y,
       LATERAL (SELECT purchase_agg(customer, day, amount) AS s FROM chs_value_many) z;
-- the days of one customer, put together again and again, are those of the calendar
SELECT count(*), sum(orders), sum(gross), sum(refunds), (SELECT (count(DISTINCT day), count(*) FILTER (WHERE amount >= 0), sum(amount) FILTER (WHERE amount >= 0), -sum(amount) FILTER (WHERE amount < 0))::text FROM chs_value_many) AS in_sql
  FROM purchase_days((SELECT sorted FROM grown WHERE what = 'one of many rows'));
-- a long run of rows of one customer, on many days and few
SELECT days, count(*), sum(orders) AS orders, sum(gross) AS gross FROM unnest('{3,1000,70000}'::int[]) days, LATERAL (SELECT purchase_agg(1, date '2000-01-01' + (i * 7919::bigint % days)::int, 1) AS s FROM generate_series(1, 100000) i) x, purchase_days(s) GROUP BY days ORDER BY days;

--
-- Bad input
--
SELECT v, pg_temp.fails(format($$SELECT purchase_agg(1, date '2026-03-01', %L)$$, v)) FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', '92233720368.54775808', '-92233720368.54775808', '1e30']) v;
SELECT pg_temp.fails($$SELECT purchase_agg('x'::text, date 'infinity', 5)$$), pg_temp.fails($$SELECT purchase_agg(md5('x')::uuid, timestamp '-infinity', 5)$$), pg_temp.fails($$SELECT purchase_agg(1, timestamptz 'infinity', 5, 'UTC')$$);
SELECT pg_temp.fails($$SELECT purchase_agg(1, timestamp '2026-03-01 10:00', 5, 'Europe/Warsaw')$$);
SELECT pg_temp.fails(format($$SELECT purchase_agg(%s, '2026-01-01 12:00+00'::timestamptz, 5)$$, key)) FROM unnest(ARRAY['1', $$'00000000-0000-0000-0000-000000000001'::uuid$$, $$'a'::text$$]) key;
SELECT pg_temp.fails($$SELECT purchase_agg(1, '2026-01-05', 5)$$) ~ '^22023 .*A quoted day needs its type' AS quoted, orders(purchase_agg(1, date '2026-01-05', 5)) AS with_type;
SELECT pg_temp.fails($$SELECT purchase_agg(1, date '2026-03-01', 5, 'Europe/Warsaw')$$);
SELECT z, pg_temp.fails(format($$SELECT purchase_agg(1, timestamptz '2026-03-01 10:00+00', 5, %L)$$, z)) FROM unnest(ARRAY['CET', 'Europe/Warszawa', 'Etc/GMT+5', '']) z;
-- a customer's day that is too much together; two days are not
SELECT pg_temp.fails($$SELECT revenue(purchase_agg(1, date '2026-01-01', a)) FROM unnest('{92233720368.54775807,0.00000001}'::numeric[]) a$$);
SELECT pg_temp.fails($$SELECT revenue(purchase_agg(1, date '2026-01-01', -a)) FROM unnest('{92233720368.54775807,0.00000001}'::numeric[]) a$$);
SELECT revenue(purchase_agg(1, d, 92233720368.54775807)), revenue(purchase_agg(1, d, -92233720368.54775807)) FROM unnest('{2026-01-01,2026-01-02}'::date[]) d;
SELECT days, pg_temp.fails(format($$SELECT repeat_purchase_rate(purchase_agg(CASE WHEN i < 3 THEN 0 ELSE i END, date '2026-01-01' + i %% %s, CASE WHEN i < 3 THEN 90000000000 ELSE 1 END)) FROM generate_series(1, 5001) i$$, days)) FROM unnest('{1,2}'::int[]) days;
SELECT pg_temp.fails($$SELECT combine(purchase_agg(1, date '2026-01-01', 1), purchase_agg('1'::text, date '2026-01-01', 1))$$);
SELECT pg_temp.fails($$SELECT rollup(s) FROM (SELECT purchase_agg(i, date '2026-01-01', 1) AS s FROM generate_series(1, 5000) i UNION ALL SELECT purchase_agg(md5('1')::uuid, date '2026-01-01', 1)) x$$);
SELECT pg_temp.fails($$SELECT rfm(s, '2026-03-31') FROM shop$$);
SELECT pg_temp.fails($$SELECT rfm(s, 'infinity') FROM shop$$), pg_temp.fails($$SELECT rfm(s, '-infinity') FROM shop$$);
SELECT u, pg_temp.fails(format($$SELECT rfm(s, '2026-03-31', %s) FROM shop$$, u)) FROM unnest(ARRAY[0, -7, 1000001, 9223372036854775807]) u;
SELECT left(b, 12) AS by, pg_temp.fails(format($$SELECT repeat_purchase_rate(s, %L) FROM shop$$, b)) FROM unnest(ARRAY['day', 'Orders', '', repeat('ż', 200)]) b;
SELECT p, pg_temp.fails(format($$SELECT revenue(s, %L) FROM shop$$, p)) FROM unnest(ARRAY['empty', '(,)', '[2026-01-01,)', '(,2026-01-01)', '[2026-01-01,infinity)']) p;
SELECT pg_temp.fails($$SELECT customers(s, NULL, '-infinity') FROM shop$$);
SELECT b, pg_temp.fails(format($$SELECT * FROM shop, purchase_timeline(s, %L, '2026-01-01', '2026-05-01', '2026-04-20')$$, b)) FROM unnest(ARRAY['months', 'MONTH', '']) b;
SELECT n, f, t, a, pg_temp.fails(format($$SELECT * FROM shop, %s(s, 'day', %L, %L, %L)$$, n, f, t, a))
  FROM (VALUES ('purchase_timeline', '2026-05-01', '2026-01-01', '2026-04-20'), ('value_cohorts', '-infinity', '2026-05-01', '2026-04-20'), ('purchase_timeline', '2026-05-01', '2026-05-02', 'infinity'),
               ('purchase_timeline', '4713-01-01 BC', '5874897-12-31', '2026-04-20'), ('value_cohorts', '2000-01-01', '2000-02-01', '2026-04-20')) v(n, f, t, a);
SELECT b, pg_temp.fails(format($$SELECT * FROM shop, value_cohorts(s, %L::date[], '2026-01-01', '2026-05-01', '2026-04-20')$$, b))
  FROM unnest(ARRAY['{2026-01-01}', '{2026-05-01,2026-01-01}', '{2026-01-01,NULL}', '{2026-01-02,2026-05-01}']) b;

--
-- Text and binary form: damage
--
SELECT t, pg_temp.fails(format('SELECT %L::purchasesummary', t)) FROM unnest(ARRAY['', '1:', '1:AX', '2:AXQAAAAAAAAAAA==', '1:AnQAAAAAAAAAAA==', '1:AXoAAAAAAAAAAA==', '1:AXQAAAAAAAAAAQ==']) AS t;
SELECT current_setting('data_directory') || '/chs_value_test.bin' AS file \gset
CREATE TEMP TABLE wire (s purchasesummary);
SELECT bool_and(pg_temp.receive(purchasesummary_send(s), :'file') = s::text) AS round_trip FROM (SELECT sorted AS s FROM grown UNION ALL SELECT s FROM shop) x;
-- version, kind, customers; a key and a ledger each: days * 8 + flags (1 hundredths, 2 counts, 4 refunds), then
-- folded day since 2020, gross, orders, refunds: on 2020-02-01 one order over 1.00 is 09 3e 64
CREATE FUNCTION pg_temp.customer(h1 bigint, h2 bigint, ledger text) RETURNS bytea LANGUAGE sql AS $$ SELECT int8send(h1) || int8send(h2) || decode(ledger, 'hex') $$;
CREATE FUNCTION pg_temp.shop(customers bigint, VARIADIC c bytea[]) RETURNS bytea LANGUAGE sql AS $$ SELECT '\x0169'::bytea || int8send(customers) || (SELECT string_agg(x, '') FROM unnest(c) x) $$;
SELECT encode(purchasesummary_send(purchase_agg('hello'::text, date '2020-02-01', 1)), 'hex') AS one;
SELECT substr(encode(purchasesummary_send(purchase_agg('hello'::text, date '2020-02-01', a)), 'hex'), 53) AS two_and_a_refund FROM unnest('{1,2,-0.5}'::numeric[]) a;
SELECT day, orders, gross, refunds FROM purchase_days(pg_temp.receive(pg_temp.shop(2, pg_temp.customer(1, 2, '093e64'), pg_temp.customer(-1, -1, '173e6402000a000032')), :'file')::purchasesummary);
SELECT what, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L)', payload, :'file')) FROM (VALUES
  ('nothing after its kind', '\x0169'::bytea), ('too many customers', pg_temp.shop(2, pg_temp.customer(1, 2, '093e64'))), ('too few', pg_temp.shop(1, pg_temp.customer(1, 2, '093e64'), pg_temp.customer(1, 3, '093e64'))),
  ('keys fall', pg_temp.shop(2, pg_temp.customer(1, 3, '093e64'), pg_temp.customer(1, 2, '093e64'))), ('no days', pg_temp.shop(1, pg_temp.customer(1, 2, '013e64'))),
  ('more days than bytes', pg_temp.shop(1, pg_temp.customer(1, 2, '113e64'))), ('a number without end', pg_temp.shop(1, pg_temp.customer(1, 2, '093e80'))), ('a longer number than needed', pg_temp.shop(1, pg_temp.customer(1, 2, '093ee400'))),
  ('the same day twice', pg_temp.shop(1, pg_temp.customer(1, 2, '113e640064'))), ('a day beyond the calendar', pg_temp.shop(1, pg_temp.customer(1, 2, '09feffffff0f64'))),
  ('a day before it', pg_temp.shop(1, pg_temp.customer(1, 2, '09ffffffff0f64'))), ('a first day that wraps around', pg_temp.shop(1, pg_temp.customer(1, 2, '09feffffffffffffffff0164'))),
  ('days that wrap around', pg_temp.shop(1, pg_temp.customer(1, 2, '113e64ffffffffffffffffff0164'))), ('hundredths in the smaller unit', pg_temp.shop(1, pg_temp.customer(1, 2, '083ec0843d'))),
  ('counts that are all one', pg_temp.shop(1, pg_temp.customer(1, 2, '0b3e6401'))), ('refunds that are all zero', pg_temp.shop(1, pg_temp.customer(1, 2, '0d3e6400'))),
  ('a gross without orders', pg_temp.shop(1, pg_temp.customer(1, 2, '0f3e640032'))), ('neither order nor refund', pg_temp.shop(1, pg_temp.customer(1, 2, '0b3e0000'))),
  ('more orders than are counted', pg_temp.shop(1, pg_temp.customer(1, 2, '0b3e648080808010'))), ('more than a bigint', pg_temp.shop(1, pg_temp.customer(1, 2, '083effffffffffffffffff01'))),
  ('of another version', '\x026900000000000000'::bytea)) v(what, payload);
-- more orders on a day than are counted, by merging
SELECT pg_temp.fails(format('SELECT combine(s, s) FROM (SELECT pg_temp.receive(%L, %L)::purchasesummary AS s OFFSET 0) x', pg_temp.shop(1, pg_temp.customer(1, 2, '0b3e648080808008')), :'file'));
-- every byte of a value wrong in turn: an error or another valid value, never a crash
SELECT count(*), count(*) FILTER (WHERE outcome !~ '^(no error|22|54)') AS other FROM (
  SELECT pg_temp.fails(format('SELECT count(*) FROM purchase_timeline(%L::purchasesummary, ''month'', ''2025-01-01'', ''2026-07-01'', ''2026-05-01'')', '1:' || encode(set_byte(w, i, (get_byte(w, i) + d) & 255), 'base64'))) AS outcome
    FROM (SELECT purchasesummary_send(purchase_agg(customer, day, amount)) AS w FROM five WHERE customer IN (1, 2)) x, generate_series(0, length(w) - 1) i, unnest(ARRAY[1, 127, 128, 200]) d) y;
DO $$ BEGIN
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', current_setting('data_directory') || '/chs_value_test.bin'));
END $$;
DROP AGGREGATE chs_grown_agg (bigint, date, numeric), chs_grown_agg (uuid, date, numeric), chs_grown_agg (text, date, numeric);
DROP TABLE chs_value_many;
