-- payment: invoices that are paid on time, late or not at all
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
-- By hand, as of 31 March 2026
--
CREATE TEMP TABLE invoices (n text, due date, paid date, amount numeric, what text);
INSERT INTO invoices VALUES
  ('A', '2026-03-01', '2026-03-01', 100, 'paid on the due day: on time'), ('B', '2026-03-01', '2026-02-20', 200, '9 days early'),
  ('C', '2026-03-01', '2026-03-11', 300, '10 days late'), ('D', '2026-03-01', NULL, 400, 'overdue for 30 days'),
  ('E', '2026-02-28', NULL, 50, 'overdue for 31 days'), ('F', '2026-03-31', NULL, 70, 'due today: not late yet'),
  ('G', '2026-04-30', NULL, 80, 'not due yet'), ('H', '2026-04-15', '2026-03-20', 90, 'paid 26 days early, not due yet'),
  ('I', '2026-03-10', '2026-04-02', 60, 'paid after as_of: overdue for 21 days'), ('J', '2026-03-31', '2026-03-31', 10, 'due and paid today: not due before as_of'),
  ('K', '2026-01-01', NULL, -30, 'credit note, open, 89 days'), ('L', '2025-12-01', NULL, 500, 'overdue for 120 days'),
  ('M', '2026-03-05', '2026-03-04', 0, 'an amount of 0 is an invoice'), ('N', '2026-01-30', '2026-01-25', -40, 'credit note, paid 5 days early'),
  ('O', NULL, '2026-01-25', 1000, 'no due day: skipped'), ('P', '2026-01-30', NULL, NULL, 'no amount: skipped');
SELECT n, days_late(due, paid, '2026-03-31'), what FROM invoices ORDER BY n;
-- due before as_of are A B C D E I L M, of them on time A B M: 3 of 8; by amount (100 + 200 + 0 - 40) / (1610 - 30 - 40); late C D E I L: 212 / 5;
-- delay: 176 days of ten invoices, by amount 71200 / 1640; overdue 400 + 50 + 60 + 500 - 30; open 150 more
SELECT on_time_rate(s), on_time_rate(s, 'invoices') AS by_invoices, on_time_rate(s, 'amount') AS by_amount, average_days_late(s), average_payment_delay(s), average_payment_delay(s, 'amount') AS by_amount,
       overdue_amount(s), overdue_count(s), open_amount(s) FROM (SELECT payment_agg(due, paid, amount, '2026-03-31') AS s FROM invoices) AS x;
SELECT * FROM ageing((SELECT payment_agg(due, paid, amount, '2026-03-31') FROM invoices));
SELECT * FROM ageing((SELECT payment_agg(due, paid, amount, '2026-03-31') FROM invoices), '{1,20,21,119}');
SELECT * FROM ageing((SELECT payment_agg(due, paid, amount, '2026-03-31') FROM invoices), ARRAY[365]);
-- the one-step form counts rows, credit notes and rows without an amount too: K and P are late and N is on time
SELECT on_time_rate(due, paid, '2026-03-31'), on_time_agg(due, paid, '2026-03-31') AS s, on_time_rate(due, paid, '2026-03-31') FILTER (WHERE amount >= 0) AS of_invoices,
       rate_interval(on_time_agg(due, paid, '2026-03-31')) = rate_interval(4, 11) AS interval FROM invoices;
-- each day moves one invoice: D is due on 1 March, so it is late from the 2nd on; C is paid on the 11th
SELECT d AS as_of, on_time_agg(due, paid, d) AS on_time, days_late(max(due) FILTER (WHERE n = 'D'), NULL, d) AS of_d, days_late(max(due) FILTER (WHERE n = 'C'), max(paid) FILTER (WHERE n = 'C'), d) AS of_c,
       overdue_count(payment_agg(due, paid, amount, d)) AS overdue, open_amount(payment_agg(due, paid, amount, d)) AS open
  FROM invoices, unnest('{2026-02-28,2026-03-01,2026-03-02,2026-03-10,2026-03-11,2026-03-12,2026-04-02}'::date[]) AS d WHERE n IN ('A', 'B', 'C', 'D') GROUP BY d ORDER BY d;

--
-- NULL, no rows, one row, nothing due, nothing open
--
SELECT days_late(NULL, '2026-01-01', '2026-01-01'), days_late('2026-01-01', NULL, NULL), days_late('2026-01-01', NULL, '2026-01-03') AS two, days_late('2026-01-05', '2026-01-01', '2026-01-03') AS early;
SELECT payment_agg(due, paid, amount, '2026-03-31') AS s, on_time_rate(due, paid, '2026-03-31') AS r, on_time_agg(due, paid, '2026-03-31') AS a FROM invoices WHERE n = 'Z';
SELECT payment_agg(due, paid, amount, '2026-03-31') AS s, payment_agg('2026-01-01', paid, 1, NULL) AS as_of FROM invoices WHERE n IN ('O', 'P');
SELECT on_time_rate(due, paid, NULL), on_time_agg(due, paid, NULL), on_time_rate(NULL, paid, '2026-03-31') FROM invoices;
SELECT s, on_time_rate(s), on_time_rate(s, 'amount'), average_days_late(s), average_payment_delay(s), average_payment_delay(s, 'amount'), overdue_amount(s), overdue_count(s), open_amount(s) FROM (VALUES (NULL::paymentsummary), ('1:AQA=')) AS x(s);
SELECT * FROM ageing(NULL) UNION ALL SELECT * FROM ageing((SELECT payment_agg(due, NULL, 5, '2026-03-31') FROM invoices WHERE n = 'A'), NULL) UNION ALL SELECT * FROM ageing('1:AQA=');
SELECT on_time_rate(s, NULL) FROM (SELECT payment_agg(due, paid, amount, '2026-03-31') AS s FROM invoices) AS x;
-- one invoice each
SELECT n, on_time_rate(s), average_days_late(s), average_payment_delay(s), average_payment_delay(s, 'amount') AS by_amount, overdue_amount(s), overdue_count(s), open_amount(s) FROM (SELECT n, payment_agg(due, paid, amount, '2026-03-31') AS s FROM invoices GROUP BY n) AS x ORDER BY n;
SELECT n, a.* FROM (SELECT n, payment_agg(due, paid, amount, '2026-03-31') AS s FROM invoices GROUP BY n) AS x, ageing(s, '{30}') AS a WHERE n IN ('A', 'D', 'K');
-- credit notes that outweigh the invoices: shares and means of an amount below zero would mean nothing
SELECT on_time_rate(s), on_time_rate(s, 'amount'), average_payment_delay(s), average_payment_delay(s, 'amount'), overdue_amount(s), overdue_count(s), open_amount(s)
  FROM (SELECT payment_agg(due, NULL, amount, '2026-03-31') AS s FROM (VALUES ('2026-01-01'::date, 10), ('2026-01-01', -10.5)) AS v(due, amount)) AS x;
SELECT * FROM ageing((SELECT payment_agg(due, NULL, amount, '2026-03-31') FROM (VALUES ('2026-01-01'::date, 10), ('2026-01-01', -10.5)) AS v(due, amount)), '{100}');
-- amounts of every numeric type, eight decimals half to even, the largest; 0.1 three times is 0.3
SELECT open_amount(payment_agg(d, NULL, 5, d)) AS int, open_amount(payment_agg(d, NULL, 5::bigint, d)) AS bigint, open_amount(payment_agg(d, NULL, 5.25::numeric(10, 3), d)) AS numeric,
       open_amount(payment_agg(d, NULL, 0.000000005, d)) AS even, open_amount(payment_agg(d, NULL, 0.000000015, d)) AS up, overdue_count(payment_agg(d, NULL, -0.000000001, d + 1)) AS nothing FROM unnest('{2026-01-01}'::date[]) AS d GROUP BY d;
SELECT open_amount(payment_agg('2026-01-01', NULL, 92233720368.54775807, '2026-01-01')) AS most, open_amount(payment_agg('2026-01-01', NULL, -92233720368.54775807, '2026-01-01')) AS least, open_amount(payment_agg('2026-01-01', NULL, 0.1, '2026-01-01')) AS sum FROM generate_series(1, 3);
-- the ends of the calendar
SELECT days_late('4714-11-24 BC', NULL, '5874897-12-31') AS longest, days_late('5874897-12-31', '4714-11-24 BC', '5874897-12-31') AS earliest, average_payment_delay(payment_agg('5874897-12-31', '4714-11-24 BC', 1, '5874897-12-31')) AS delay,
       average_days_late(payment_agg('4714-11-24 BC', NULL, 1, '5874897-12-31')) AS late, average_payment_delay(payment_agg('4714-11-24 BC', NULL, 92233720368, '5874897-12-31'), 'amount') AS by_amount;
SELECT bucket, invoices FROM ageing((SELECT payment_agg('4714-11-24 BC', NULL, 1, '5874897-12-31')), ARRAY[30, 4294967296]);

--
-- Bad input: the exact words
--
SELECT payment_agg('2026-01-01', '2026-01-02', 'NaN', '2026-03-31');
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$payment_agg('2026-01-01', NULL, 'Infinity', '2026-03-31')$$, $$payment_agg('2026-01-01', NULL, '-Infinity', '2026-03-31')$$, $$payment_agg('2026-01-01', NULL, 92233720368.547758075, '2026-03-31')$$, $$payment_agg('2026-01-01', NULL, -1e30, '2026-03-31')$$,
  $$payment_agg('infinity', NULL, 1, '2026-03-31')$$, $$payment_agg('2026-01-01', '-infinity', 1, '2026-03-31')$$, $$payment_agg('2026-01-01', 'infinity', 1, '2026-03-31')$$, $$payment_agg('2026-01-01', NULL, 1, 'infinity')$$,
  $$days_late('infinity', NULL, '2026-03-31')$$, $$days_late('2026-01-01', 'infinity', '2026-03-31')$$, $$days_late('2026-01-01', NULL, '-infinity')$$,
  $$on_time_rate('-infinity', NULL, '2026-03-31')$$, $$on_time_rate('2026-01-01', 'infinity', '2026-03-31')$$, $$on_time_agg('2026-01-01', NULL, 'infinity')$$,
  $$payment_agg('2026-01-01', NULL, 1, '2026-03-30'::date + i) FROM generate_series(1, 2) AS i$$,
  $$combine(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), payment_agg('2026-01-01', NULL, 1, '2026-04-30'))$$,
  $$rollup(s) FROM (SELECT payment_agg('2026-01-01', NULL, 1, '2026-03-31') UNION ALL SELECT payment_agg('2026-01-01', NULL, 1, '2026-04-30')) AS x(s)$$,
  $$on_time_rate(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), 'amounts')$$, $$average_payment_delay(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), 'Invoices')$$, $$on_time_rate('1:AQA='::paymentsummary, '')$$,
  $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{}')$$, $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{30,30}')$$, $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{60,30}')$$, $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{0,30}')$$,
  $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{-5}')$$, $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{30,NULL}')$$, $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{{30,60},{90,120}}')$$, $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), array(SELECT generate_series(1, 1001)))$$,
  $$ageing(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), '{4294967297}')$$]) AS q;
-- the hints work
SELECT open_amount(payment_agg('2026-01-01', NULL, a, '2026-03-31') FILTER (WHERE abs(a) < 1e10)) FROM unnest('{NaN,5,-Infinity}'::numeric[]) AS a;
SELECT count(*) FROM ageing((SELECT payment_agg('2026-01-01', NULL, 1, '2026-03-31')), array(SELECT generate_series(1, 1000)));

--
-- From balances
--
-- 120,000 of 400,000 sold in 90 days: 27 days; of them 80,000 not due yet: 18; so 9 days delinquent
SELECT dso(120000, 400000, 90), best_possible_dso(80000, 400000, 90), dso(120000, 400000, 90) - best_possible_dso(80000, 400000, 90) AS average_days_delinquent, dso(120000, 0, 90) AS no_sales, dso(0, 400000, 90) AS nothing_open;
-- 150,000 - 60,000 (31 days) - 50,000 (30 days) = 40,000 of 70,000 in 31 days: 31 + 30 + 31 x 4/7
SELECT dso_countback(150000, '{60000,50000,70000}', '{31,30,31}'), dso_countback(60000, '{60000,50000}', '{31,30}') AS whole, dso_countback(45000, '{60000,50000}', '{31,30}') AS part,
       dso_countback(0, '{60000}', '{31}') AS none, dso_countback(200000, '{60000,50000,70000}', '{31,30,31}') AS beyond, dso_countback(180000, '{60000,50000,70000}', '{31,30,31}') AS all;
-- months without sales count in full until the receivables are used up; cents add up exactly
SELECT dso_countback(100, '{0,50,0,50}', '{31,30,31,30}') AS gaps, dso_countback(50, '{0,50,0}', '{31,30,31}') AS used_up, dso_countback(0.3, ARRAY[0.1, 0.1, 0.1], ARRAY[31, 30, 31]) AS exact, dso_countback(5, '{}', '{}') AS no_months, dso_countback(0, '{}', '{}') AS nothing;
SELECT collection_effectiveness(100000, 300000, 120000, 80000), collection_effectiveness(100, 0, 100, 0) AS nothing_collected, collection_effectiveness(100, 50, 20, 20) AS all_collected, collection_effectiveness(0, 50, 50, 50) AS nothing_due, collection_effectiveness(0, 0, 0, 0) AS nothing;
-- nothing is lost where balances are large and their difference is small
SELECT round(collection_effectiveness(1e20, 3, 1e20 + 1, 1e20)::numeric, 10) AS two_of_three, dso(1e300, 1e300, 365) AS large, dso(0.1, 0.3, 30) AS ten;
SELECT dso(NULL, 1, 1), best_possible_dso(1, NULL, 1), dso_countback(1, NULL, '{31}'), dso_countback(1, '{1}', NULL), collection_effectiveness(1, 2, NULL, 1);
-- natural calls: literals, int, bigint, numeric, sums, differences of days
SELECT dso('120000', '400000', '90') AS literals, dso(120000::bigint, 400000::numeric, 90::smallint) AS mixed, dso(sum(r), sum(s), date '2026-04-01' - date '2026-01-01') AS sums, dso_countback(sum(r), array_agg(s ORDER BY m DESC), array_agg((m + interval '1 month')::date - m ORDER BY m DESC)) AS months
  FROM (VALUES (0::bigint, 70000::bigint, '2026-01-01'::date), (0, 50000, '2026-02-01'), (150000, 60000, '2026-03-01')) AS v(r, s, m);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'dso(-1, 100, 30)', 'dso(1, -100, 30)', 'dso(1, 100, 0)', 'dso(1, 100, -30)', 'dso(1, 100, 3652501)', $$dso('NaN', 100, 30)$$, $$dso(1, 'Infinity', 30)$$, 'dso(1e400, 1, 30)', 'dso(1e300, 1e-300, 30)', 'best_possible_dso(-1, 100, 30)', 'best_possible_dso(1e300, 1e-300, 30)',
  $$dso_countback(10, '{5,NULL}', '{31,30}')$$, $$dso_countback(10, '{5,5}', '{31,NULL}')$$, $$dso_countback(10, '{5,5}', '{31}')$$, $$dso_countback(10, '{{5,5}}', '{31,30}')$$, $$dso_countback(10, '{5,-5}', '{31,30}')$$, $$dso_countback(10, '{5,NaN}', '{31,30}')$$, $$dso_countback(10, '{5,5}', '{31,0}')$$, $$dso_countback(3, '{5,-5}', '{31,30}')$$, $$dso_countback(3, '{5,NaN}', '{31,30}')$$, $$dso_countback(5, '{5,5}', '{31,0}')$$, $$dso_countback(0, '{5,5}', '{31,3652501}')$$, $$dso_countback(-10, '{5,5}', '{31,30}')$$,
  'collection_effectiveness(100, 50, 20, 30)', 'collection_effectiveness(100, 50, 160, 30)', 'collection_effectiveness(-100, 50, 20, 30)', $$collection_effectiveness(100, 50, 20, 'NaN')$$]) AS q;

--
-- The definition in plain SQL on random data
--
\set seed 0.2026
\echo seed :seed
SELECT setseed(:seed);
CREATE TABLE chs_payment_rows AS
  SELECT i AS id, (random() * 30)::int AS part, (random() * 5)::int AS segment, '2025-01-01'::date + floor(random() * 400)::int AS due, NULL::date AS paid,
         CASE WHEN random() < 0.05 THEN -1 ELSE 1 END * round((random() * 5000)::numeric, 2) AS amount FROM generate_series(1, 12000) AS i;
UPDATE chs_payment_rows SET paid = CASE WHEN random() < 0.85 THEN due - 25 + floor(random() * random() * 200)::int END, due = CASE WHEN random() < 0.99 THEN due END, amount = CASE WHEN random() < 0.99 THEN amount END;
CREATE INDEX ON chs_payment_rows (id);
ANALYZE chs_payment_rows;
CREATE FUNCTION pg_temp.definition(known date) RETURNS TABLE (on_time float8, on_time_amount float8, late float8, delay float8, delay_amount float8, overdue numeric, overdue_n bigint, open numeric, due_n bigint, on_time_n bigint, late_n bigint) LANGUAGE sql AS $$
  SELECT 100.0::float8 * count(*) FILTER (WHERE i AND d AND p AND paid <= due) / nullif(count(*) FILTER (WHERE i AND d), 0),
         CASE WHEN sum(amount) FILTER (WHERE d) > 0 THEN 100.0::float8 * (sum(amount) FILTER (WHERE d AND p AND paid <= due))::float8 / (sum(amount) FILTER (WHERE d))::float8 END,
         (avg(days) FILTER (WHERE i AND d AND days > 0))::float8, (avg(days) FILTER (WHERE i AND (p OR d)))::float8,
         CASE WHEN sum(amount) FILTER (WHERE p OR d) > 0 THEN (sum(days * amount) FILTER (WHERE p OR d))::float8 / (sum(amount) FILTER (WHERE p OR d))::float8 END,
         coalesce(sum(amount) FILTER (WHERE NOT p AND d), 0), count(*) FILTER (WHERE i AND NOT p AND d), coalesce(sum(amount) FILTER (WHERE NOT p), 0),
         count(*) FILTER (WHERE i AND d), count(*) FILTER (WHERE i AND d AND p AND paid <= due), count(*) FILTER (WHERE i AND days_late(due, paid, known) > 0)
    FROM (SELECT due, paid, amount, amount >= 0 AS i, due < known AS d, coalesce(paid <= known, false) AS p, least(paid, known) - due AS days FROM chs_payment_rows WHERE due IS NOT NULL AND amount IS NOT NULL) AS r $$;
-- before all rows, among them, on a day after which all is due, and long after; on time + late = due
SELECT count(*) AS days, bool_and(on_time_rate(s) IS NOT DISTINCT FROM o.on_time) AS on_time, bool_and(coalesce(abs(on_time_rate(s, 'amount') / o.on_time_amount - 1) < 1e-13, o.on_time_amount IS NULL AND on_time_rate(s, 'amount') IS NULL)) AS on_time_amount,
       bool_and(coalesce(abs(average_days_late(s) / o.late - 1) < 1e-14, o.late IS NULL)) AS late, bool_and(abs(average_payment_delay(s) - o.delay) < 1e-12) AS delay, bool_and(abs(average_payment_delay(s, 'amount') / o.delay_amount - 1) < 1e-13) AS delay_amount,
       bool_and(overdue_amount(s) = o.overdue) AS overdue_amount, bool_and(overdue_count(s) = o.overdue_n) AS overdue_count, bool_and(open_amount(s) = o.open) AS open_amount,
       bool_and(on_time_n + late_n = due_n) AS on_time_and_late, bool_and(g.invoices >= overdue_count(s) AND g.amount = open_amount(s) AND (g.share IS NULL OR abs(g.share - 100) < 1e-9)) AS ageing_adds_up,
       count(o.on_time) > 10 AND count(o.late) > 10 AND min(o.overdue) < max(o.overdue) AS lively
  FROM unnest('{2024-11-01,2024-12-20,2024-12-31,2025-01-01,2025-01-02,2025-02-28,2025-03-01,2025-06-15,2025-09-30,2025-12-31,2026-01-31,2026-02-04,2026-02-05,2026-06-30,2030-01-01,9999-12-31}'::date[]) AS as_of,
  LATERAL (SELECT payment_agg(due, paid, amount, as_of) AS s FROM chs_payment_rows) AS x, LATERAL pg_temp.definition(as_of) AS o, LATERAL (SELECT sum(invoices) AS invoices, sum(amount) AS amount, sum(share) AS share FROM ageing(s)) AS g;
-- the ageing against the definition
SELECT count(*) AS rows, bool_and(a.invoices = o.invoices AND a.amount = o.amount AND coalesce(abs(a.share - o.share) < 1e-11, o.share IS NULL AND a.share IS NULL)) AS equal
  FROM unnest('{2024-12-20,2025-01-31,2025-06-15,2025-12-31,2026-03-31}'::date[]) AS as_of, LATERAL (SELECT payment_agg(due, paid, amount, as_of) AS s FROM chs_payment_rows) AS x,
  LATERAL (SELECT row_number() OVER () AS n, * FROM ageing(s, '{7,14,45,120}')) AS a
  JOIN LATERAL (SELECT n, count(amount) FILTER (WHERE amount >= 0) AS invoices, coalesce(sum(amount), 0) AS amount, 100 * coalesce(sum(amount), 0) / nullif(sum(sum(amount)) OVER (), 0) AS share
                  FROM (VALUES (1, -100000, 0), (2, 1, 7), (3, 8, 14), (4, 15, 45), (5, 46, 120), (6, 121, 100000)) AS b(n, low, high)
                  LEFT JOIN chs_payment_rows r ON as_of - due BETWEEN low AND high AND coalesce(paid > as_of, true) GROUP BY n) AS o USING (n);
-- the one-step form is the summary's rate where there are no credit notes
SELECT bool_and(on_time_rate(s) = r AND successes(a) = o.on_time_n AND trials(a) = o.due_n AND trials(a) - successes(a) = o.late_n) AS same
  FROM unnest('{2025-01-15,2025-06-30,2026-01-31}'::date[]) AS as_of,
  LATERAL (SELECT payment_agg(due, paid, amount, as_of) AS s, on_time_rate(due, paid, as_of) FILTER (WHERE amount >= 0) AS r, on_time_agg(due, paid, as_of) FILTER (WHERE amount >= 0) AS a FROM chs_payment_rows) AS x, LATERAL pg_temp.definition(as_of) AS o;

--
-- A running month is not 100 % by construction: customers pay 60 % on time, up to 30 days early, the others 1 to 60 days
-- late or never; each month's 99.99 % interval holds 60, that of the running month too
--
\echo seed :seed
SELECT setseed(:seed);
CREATE TEMP TABLE simulated AS SELECT due, due - 30 AS issued, CASE WHEN random() < 0.6 THEN due - floor(random() * 30)::int WHEN random() < 0.9 THEN due + 1 + floor(random() * 60)::int END AS paid, round((random() * 1000)::numeric, 2) AS amount
  FROM (SELECT '2025-04-01'::date + floor(random() * 395)::int AS due FROM generate_series(1, 12000)) AS x;
SELECT month, trials(a) > 400 AS enough, low < 60 AND high > 60 AS holds_60, abs(rate(a) - on_time_rate(s)) < 1e-12 AS same
  FROM (SELECT date_trunc('month', due)::date AS month, on_time_agg(due, paid, '2026-03-20') AS a, payment_agg(due, paid, amount, '2026-03-20') AS s FROM simulated WHERE issued <= '2026-03-20' AND due < '2026-04-01' GROUP BY 1) AS x, rate_interval(a, 99.99) AS i ORDER BY month;
-- the share of paid invoices that were paid on time, which reports show instead: the running month's is far above 60
SELECT low > 75 AS biased FROM (SELECT ratio_agg(paid <= due) AS a FROM simulated WHERE paid <= '2026-03-20' AND due >= '2026-03-01' AND due < '2026-04-01' AND issued <= '2026-03-20') AS x, rate_interval(a, 99.99);

--
-- Row order, FILTER, DISTINCT, parts, text and binary, windows, parallel plans
--
SELECT (SELECT payment_agg(due, paid, amount, '2025-09-30') FROM chs_payment_rows) = (SELECT payment_agg(due, paid, amount, '2025-09-30' ORDER BY amount, id) FROM chs_payment_rows) AS any_order,
       (SELECT payment_agg(due, paid, amount, '2025-09-30') FILTER (WHERE segment = 1) FROM chs_payment_rows) = (SELECT payment_agg(due, paid, amount, '2025-09-30') FROM chs_payment_rows WHERE segment = 1) AS filter,
       (SELECT payment_agg(DISTINCT due, paid, amount, '2025-09-30') FROM chs_payment_rows) = (SELECT payment_agg(due, paid, amount, '2025-09-30') FROM (SELECT DISTINCT due, paid, amount FROM chs_payment_rows) AS d) AS distinct;
CREATE TEMP TABLE parts AS SELECT part, payment_agg(due, paid, amount, '2025-09-30') AS s, on_time_agg(due, paid, '2025-09-30') AS r FROM chs_payment_rows GROUP BY part;
SELECT (SELECT rollup(s) FROM parts) = payment_agg(due, paid, amount, '2025-09-30') AS whole, (SELECT rollup(s::text::paymentsummary) FROM parts) = payment_agg(due, paid, amount, '2025-09-30') AS through_text,
       (SELECT rate(rollup(r)) FROM parts) = on_time_rate(due, paid, '2025-09-30') AS rate FROM chs_payment_rows;
SELECT bool_and(combine(a.s, b.s) = combine(b.s, a.s) AND combine(combine(a.s, b.s), c.s) = combine(a.s, combine(b.s, c.s))) AS merging FROM parts a, parts b, parts c WHERE a.part < 5 AND b.part < 5 AND c.part < 5;
SELECT combine(s, NULL) = s AS a, combine(NULL, s) = s AS b, combine(s, '1:AQA=') = s AS c, combine('1:AQA=', s) = s AS d, combine(NULL::paymentsummary, NULL) AS e, combine(NULL, '1:AQA='::paymentsummary) AS f FROM parts WHERE part = 1;
SELECT bool_and(s = t) AS equal, count(DISTINCT s) = count(*) AS distinct_hash, bool_and(octet_length(s::text) <= 1.4 * octet_length(paymentsummary_send(s))) AS short_text FROM (SELECT s, s::text::paymentsummary AS t FROM parts) AS x;
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS moving, bool_or(moved IS NULL) AS with_empty, bool_and(rolled IS NOT DISTINCT FROM moved) AS rollup, bool_and(rate IS NOT DISTINCT FROM rate_again) AS rate FROM (
  SELECT payment_agg(due, paid, amount, '2025-09-30') OVER w AS moved, rollup(one) OVER w AS rolled, on_time_rate(due, paid, '2025-09-30') OVER w AS rate, x.*
  FROM (SELECT r.*, (SELECT payment_agg(v.a, v.b, v.c, '2025-09-30') FROM (VALUES (r.due, r.paid, r.amount)) AS v(a, b, c)) AS one, a.* FROM (SELECT * FROM chs_payment_rows WHERE id <= 150) AS r,
        LATERAL (SELECT payment_agg(q.due, q.paid, q.amount, '2025-09-30') AS again, on_time_rate(q.due, q.paid, '2025-09-30') AS rate_again FROM chs_payment_rows q WHERE q.id BETWEEN r.id - 5 AND r.id - 1) AS a) AS x
  WINDOW w AS (ORDER BY id ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING)) AS y;
-- a frame that leaves an as_of behind starts anew with the next one
SELECT n, open_amount(payment_agg('2026-01-01', NULL, n, as_of) OVER (ORDER BY n ROWS CURRENT ROW)) AS one FROM (VALUES (1, '2026-03-31'::date), (2, '2026-04-30'), (3, NULL), (4, '2026-05-31')) AS v(n, as_of);
SET max_parallel_workers_per_gather = 0;
SELECT payment_agg(due, paid, amount, '2025-09-30') AS payments, on_time_agg(due, paid, '2025-09-30') AS on_time FROM chs_payment_rows \gset serial_
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has($$SELECT payment_agg(due, paid, amount, '2025-09-30') FROM chs_payment_rows$$, 'Partial Aggregate') AS partial, pg_temp.plan_has($$SELECT on_time_rate(due, paid, '2025-09-30') FROM chs_payment_rows$$, 'Partial Aggregate') AS rate;
SELECT payment_agg(due, paid, amount, '2025-09-30') = :'serial_payments' AS payments, on_time_agg(due, paid, '2025-09-30') = :'serial_on_time' AS on_time, on_time_rate(due, paid, '2025-09-30') = rate(:'serial_on_time'::ratiosummary) AS rate FROM chs_payment_rows;
SELECT payment_agg(due, paid, amount, '2025-09-30'), on_time_rate(due, paid, '2025-09-30') FROM chs_payment_rows WHERE id < 0;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- Text and binary form: damage
--
SELECT t, pg_temp.fails(format('SELECT %L::paymentsummary', t)) FROM unnest(ARRAY['', '1', '1:', '1:AQ', '1:AQA', '1:AQA=x', '1:AQAA', '1:!!!!', '2:AQA=', '1:AgA=', '1:AQE=', '1:AQI=']) AS t;
SELECT current_setting('data_directory') || '/chs_payment_test.bin' AS file \gset
CREATE TEMP TABLE wire_paymentsummary (s paymentsummary);
SELECT bool_and(pg_temp.receive('paymentsummary', paymentsummary_send(s), :'file') = s::text) AS round_trip FROM parts;
-- version, 1, as_of, entries: 3 x days + status (0 open, 1 paid, 2 prepaid), invoices, credit notes, upper and lower half of the amount
CREATE FUNCTION pg_temp.payments(as_of int, entries bigint[], form int DEFAULT 1) RETURNS bytea LANGUAGE sql AS $$
  SELECT '\x01'::bytea || substr(int4send(form), 4) || int4send(as_of) || int4send(cardinality(entries) / 5) || coalesce((SELECT string_agg(int8send(e), '' ORDER BY i) FROM unnest(entries) WITH ORDINALITY AS x(e, i)), '') $$;
-- 2025-01-01 is day 9132: due on 30 December and open (2 days), due on 31 December and paid on 29 (-2 days), due on 3 January and paid on 31 December (-3), credit note for the first
SELECT pg_temp.receive('paymentsummary', pg_temp.payments(9132, '{-7,1,0,0,300000000,-5,1,0,0,200000000,6,1,1,0,95000000}'), :'file')::paymentsummary = payment_agg(due, paid, amount, '2025-01-01') AS by_hand
  FROM (VALUES ('2024-12-30'::date, NULL::date, 1.00), ('2024-12-30', NULL, -0.05), ('2024-12-31', '2024-12-29', 2), ('2025-01-03', '2024-12-31', 3)) AS v(due, paid, amount);
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'paymentsummary', payload, :'file')) FROM (VALUES
  ('empty', ''::bytea), ('version 2', '\x0200'), ('no form', '\x01'), ('no entries', pg_temp.payments(9132, '{}')), ('another form', pg_temp.payments(9132, '{6,1,0,0,1}', 2)), ('infinite as_of', pg_temp.payments(2147483647, '{6,1,0,0,1}')),
  ('keys fall', pg_temp.payments(9132, '{6,1,0,0,1,3,1,0,0,1}')), ('key twice', pg_temp.payments(9132, '{6,1,0,0,1,6,1,0,0,1}')), ('negative count', pg_temp.payments(9132, '{6,-1,0,0,1}')), ('negative credits', pg_temp.payments(9132, '{6,1,-1,0,1}')), ('empty entry', pg_temp.payments(9132, '{6,0,0,0,0}')),
  ('amount without invoice', pg_temp.payments(9132, '{6,0,0,0,1}')), ('negative invoice', pg_temp.payments(9132, '{6,1,0,-1,-1}')), ('positive credit note', pg_temp.payments(9132, '{6,0,1,0,1}')), ('credit note of 0', pg_temp.payments(9132, '{6,0,1,0,0}')), ('too large', pg_temp.payments(9132, '{6,1,0,1,0}')),
  ('prepaid and late', pg_temp.payments(9132, '{5,1,0,0,1}')), ('due before all dates', pg_temp.payments(9132, '{9223372036854775806,1,0,0,1}')), ('due after all dates', pg_temp.payments(9132, '{-9223372036854775806,1,0,0,1}')), ('lowest key', pg_temp.payments(9132, '{-9223372036854775808,1,0,0,1}')),
  ('overflow', pg_temp.payments(9132, '{6,9223372036854775807,0,0,1,9,1,0,0,1}')), ('cut short', substr(pg_temp.payments(9132, '{6,1,0,0,1}'), 1, 40)), ('too long', pg_temp.payments(9132, '{6,1,0,0,1}') || '\x00'), ('many entries said', substr(pg_temp.payments(9132, '{6,1,0,0,1}'), 1, 6) || int4send(8000000)), ('negative entries said', substr(pg_temp.payments(9132, '{6,1,0,0,1}'), 1, 6) || int4send(-1))) AS x(n, payload);
-- flipped bits: an error of class 22, or a value that is as sound as any
SELECT count(*) AS flips, count(*) FILTER (WHERE e NOT LIKE '22%' AND e <> 'no error') AS wrong, count(*) FILTER (WHERE e LIKE '22%') > 300 AS mostly_refused FROM (
  SELECT pg_temp.fails(format('SELECT pg_temp.receive(%L, %L, %L)', 'paymentsummary', set_bit(w, i, 1 - get_bit(w, i)), :'file')) AS e
  FROM (SELECT pg_temp.payments(9132, '{-7,1,0,0,300000000,-5,1,0,0,200000000,6,1,1,0,95000000}')) AS x(w), generate_series(0, length(w) * 8 - 1) AS i) AS x;

--
-- Direct calls of what aggregates use
--
SELECT open_amount(paymentsummary_accum(paymentsummary_accum(NULL, '2026-01-01', NULL, 5, '2026-03-31'), '2026-01-01', NULL, 6, '2026-03-31')) AS eleven, paymentsummary_accum(NULL, NULL, NULL, 1, '2026-03-31') AS nothing, paymentsummary_accum('1:AQA=', '2026-01-01', NULL, NULL, '2026-03-31') AS empty,
       paymentsummary_accum(NULL, '2026-01-01', NULL, 5, '2026-03-31') = payment_agg(d, NULL, 5, '2026-03-31') AS same FROM unnest('{2026-01-01}'::date[]) AS d;
SELECT paymentsummary_accum_inv(s, '2026-01-01', NULL, 5, '2026-03-31') AS empty, paymentsummary_final('1:AQA='), paymentsummary_combine_inv(NULL, s) AS a, paymentsummary_combine_inv(s, s) AS b, paymentsummary_combine_inv(s, NULL) = s AS c, paymentsummary_combine_inv(s, '1:AQA=') = s AS d FROM (SELECT payment_agg('2026-01-01', NULL, 5, '2026-03-31')) AS x(s);
SELECT ratiosummary_on_time_accum('1:0/0', '2026-01-01', '2026-01-01', '2026-01-02') AS on_time, ratiosummary_on_time_accum('1:0/0', '2026-01-01', '2026-01-01', '2026-01-01') AS not_due, ratiosummary_on_time_accum('1:0/0', '2026-01-01', NULL, '2026-01-02') AS open, ratiosummary_on_time_accum('1:0/0', NULL, NULL, '2026-01-02') AS none,
       ratiosummary_on_time_accum(NULL, '2026-01-01', NULL, '2026-01-02') AS no_state, ratiosummary_on_time_accum_inv('1:1/2', '2026-01-01', '2026-01-01', '2026-01-02') AS back, ratiosummary_on_time_accum_inv('1:1/2', '2026-01-01', NULL, '2026-01-01') AS not_due;
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$paymentsummary_accum_inv('1:AQA=', '2026-01-01', NULL, 5, '2026-03-31')$$, $$paymentsummary_accum_inv(payment_agg('2026-01-01', NULL, 5, '2026-03-31'), '2026-01-02', NULL, 5, '2026-03-31')$$, $$paymentsummary_accum_inv(payment_agg('2026-01-01', NULL, 5, '2026-03-31'), '2026-01-01', NULL, -5, '2026-03-31')$$,
  $$paymentsummary_accum_inv(payment_agg('2026-01-01', NULL, 5, '2026-03-31'), '2026-01-01', NULL, 6, '2026-03-31')$$, $$paymentsummary_accum_inv(payment_agg('2026-01-01', '2026-01-03', 5, '2026-03-31'), '2026-01-01', '2026-01-04', 5, '2026-03-31')$$, $$paymentsummary_accum(payment_agg('2026-01-01', NULL, 5, '2026-03-31'), '2026-01-01', NULL, 5, '2026-03-30')$$,
  $$paymentsummary_combine_inv('1:AQA=', payment_agg('2026-01-01', NULL, 5, '2026-03-31'))$$, $$paymentsummary_combine_inv(payment_agg('2026-01-01', NULL, 5, '2026-03-31'), payment_agg('2026-01-01', NULL, 5, '2026-04-30'))$$, $$paymentsummary_combine_inv(payment_agg('2026-01-01', NULL, 5, '2026-03-31'), payment_agg('2026-01-01', NULL, 6, '2026-03-31'))$$,
  $$paymentsummary_combine_inv(payment_agg('2026-01-01', NULL, i, '2026-03-31'), payment_agg('2026-01-01', NULL, 6, '2026-03-31') FILTER (WHERE i = 1)) FROM generate_series(1, 2) AS i$$,
  $$ratiosummary_on_time_accum_inv('1:1/1', '2026-01-01', NULL, '2026-01-02')$$, $$ratiosummary_on_time_accum('1:0/9223372036854775807', '2026-01-01', NULL, '2026-01-02')$$]) AS q;
SELECT n, pg_temp.fails(format(q, pg_temp.receive('paymentsummary', payload, :'file'))) FROM (VALUES
  ('one more', $$SELECT paymentsummary_accum(%L, '2024-12-30', NULL, 1, '2025-01-01')$$, pg_temp.payments(9132, '{6,9223372036854775807,0,0,1}')), ('twice', 'SELECT combine(%1$L::paymentsummary, %1$L)', pg_temp.payments(9132, '{6,9223372036854775807,0,0,1}')),
  -- 2^40 invoices of 2^61 hundred-millionths
  ('days', $$SELECT average_payment_delay(%L, 'amount')$$, pg_temp.payments(9132, '{6,1099511627776,0,137438953472,0}'))) AS x(n, q, payload);
-- a stored value, toasted too, is not written into
CREATE TEMP TABLE kept AS SELECT payment_agg(d, d + 40, 3, '2050-01-01') AS s, payment_agg(d, d + 40, 3, '2050-01-01') AS t FROM (SELECT '2020-01-01'::date + (i * 7919 % 100003) AS d FROM generate_series(1, 5000) AS i) AS x;
SELECT pg_column_size(s) > 10000 AS big FROM kept;
SELECT combine(s, s) = s AS changed, paymentsummary_accum(s, '2025-01-01', NULL, 1, '2050-01-01') = s AS changed FROM kept;
SELECT s = t AS same FROM kept;

-- no setting changes a result
SET datestyle = 'German, DMY';
SET timezone = 'Asia/Kolkata';
SELECT pg_temp.fails($$SELECT combine(payment_agg('2026-01-01', NULL, 1, '2026-03-31'), payment_agg('2026-01-01', NULL, 1, '2026-04-30'))$$);
SELECT payment_agg(due, paid, amount, '2025-09-30') = :'serial_payments' AS same FROM chs_payment_rows;
RESET datestyle;
RESET timezone;
CREATE FUNCTION pg_temp.remove(file text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', file));
END $$;
SELECT pg_temp.remove(:'file');
DROP TABLE chs_payment_rows;
