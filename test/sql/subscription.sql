-- subscription: recurring revenue and the movements of customers
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
-- Ten customers, by hand
--
-- MRR at the end of       Dec  Jan  Feb  Mar  Apr   what happens
--  1 steady               100  100  100  100  100   an add-on of 10 from 2 to 27 April comes and goes inside one month
--  2 expands               50   50   80   80   80   10 Feb: 50 -> 80, two rows that touch
--  3 contracts            260  260  200  200  200   15 Feb: the smaller of two subscriptions ends, which is no churn
--  4 churns                40   40    -    -    -   19 Feb is the last day
--  5 ends on a first day   70   70   70    -    -   28 Feb is the last day, ended = 1 March: lost in March, not February
--  6 new, renews            -   90   90   90   90   starts 15 Jan; rows that touch at the end of January do not churn
--  7 trial, paid, free      -    -   25    -    -   free from 20 Jan, pays from 3 Feb, free again from 15 March
--  8 back after 28 days    30    -   45   45   45   gone 15 Jan, back 12 Feb
--  9 back after 160 days    -    -    -  120  120   gone 1 Oct 2025, back 10 March
-- 10 seen inside a month    -    -    -    -   15   5 to 24 March, back on 6 April after 12 days
--    total                550  610  610  635  650
--    customers              6    6    7    6    7
CREATE TEMP TABLE ten (customer bigint, started date, ended date, mrr numeric);
INSERT INTO ten VALUES
  (1, '2025-06-01', NULL, 100), (1, '2026-04-02', '2026-04-28', 10),
  (2, '2025-09-01', '2026-02-10', 50), (2, '2026-02-10', NULL, 80),
  (3, '2025-07-01', NULL, 200), (3, '2025-10-01', '2026-02-15', 60),
  (4, '2025-01-01', '2026-02-20', 40),
  (5, '2025-12-01', '2026-03-01', 70),
  (6, '2026-01-15', '2026-02-01', 90), (6, '2026-02-01', NULL, 90),
  (7, '2026-01-20', '2026-02-03', 0), (7, '2026-02-03', '2026-03-15', 25), (7, '2026-03-15', NULL, 0),
  (8, '2025-03-01', '2026-01-15', 30), (8, '2026-02-12', NULL, 45),
  (9, '2025-01-10', '2025-10-01', 120), (9, '2026-03-10', NULL, 120),
  (10, '2026-03-05', '2026-03-25', 15), (10, '2026-04-06', NULL, 15);
CREATE TEMP TABLE known AS SELECT subscription_agg(customer, started, ended, mrr) AS s FROM ten;

-- boundary: Jan new 90 (6), churned 30 (8).
--           Feb new 25 (7), expansion 30 (2), contraction 60 (3), churned 40 (4), reactivation 45 (8).
--           Mar churned 70 (5) + 25 (7), reactivation 120 (9); customer 10 is there at neither end.
--           Apr reactivation 15 (10 paid before, in March); the add-on of 1 is gone again.
SELECT to_char(period_start, 'Mon') AS m, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS expansion, contraction_mrr AS contraction,
       churned_mrr AS churned, reactivation_mrr AS reactivation, closing_mrr AS closing, opening_customers AS o, new_customers AS n,
       churned_customers AS c, reactivated_customers AS r, closing_customers AS z
  FROM known, mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-30');
-- of those at the opening: Jan 5 of 6, 520 of 550; Feb 5 of 6, at most their opening 100+50+200+0+70+90 = 510 of 610, closing 540;
--           Mar 5 of 7, 515 of 610; Apr 6 of 6, 635 of 635.
-- a year before the close: Jan 4 and 9 paid 40 + 120 and pay 40 + 0; Feb they pay nothing; Mar and Apr 4, 8, 9 paid 190 and pay 0 + 45 + 120, at most what they paid 150.
-- gross_mrr_churn Jan 30/550, Feb 100/610, Mar 95/610; net less expansion: Feb 70/610;
-- existing_growth Jan -30/550, Feb (30+45-100)/610, Mar (120-95)/610, Apr 15/635; quick_ratio 90/30, 100/100, 120/95, none.
SELECT to_char(period_start, 'Mon') AS m, round(retention_rate::numeric, 4) AS retention, round(churn_rate::numeric, 4) AS churn,
       round(gross_revenue_retention::numeric, 4) AS grr, round(net_revenue_retention::numeric, 4) AS nrr, round(gross_mrr_churn::numeric, 4) AS gross,
       round(net_mrr_churn::numeric, 4) AS net, round(existing_growth::numeric, 4) AS growth, round(quick_ratio::numeric, 4) AS quick, arpa, round(grr_12m::numeric, 4) AS grr_12m, round(nrr_12m::numeric, 4) AS nrr_12m, complete
  FROM known, mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-30');
SELECT round(100 * 520/550.0, 4) AS grr_jan, round(100 * 510/610.0, 4) AS grr_feb, round(100 * 540/610.0, 4) AS nrr_feb, round(100 * 25/610.0, 4) AS growth_mar, 610/6.0 AS arpa_jan;

-- event:    Mar also new 15 and churned 15 (10); Apr also expansion 10 and contraction 10 (1).  The rates of those at the opening are as before.
SELECT to_char(period_start, 'Mon') AS m, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS expansion, contraction_mrr AS contraction,
       churned_mrr AS churned, reactivation_mrr AS reactivation, closing_mrr AS closing, opening_customers AS o, new_customers AS n,
       churned_customers AS c, reactivated_customers AS r, closing_customers AS z,
       round(gross_revenue_retention::numeric, 4) AS grr, round(gross_mrr_churn::numeric, 4) AS gross, round(net_mrr_churn::numeric, 4) AS net, round(existing_growth::numeric, 4) AS growth, round(quick_ratio::numeric, 4) AS quick
  FROM known, mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-30', 'event');
-- new again after more than 90 days: 9 (160 days) is, 8 (28) and 10 (12) are not; after 28 days 8 is not, after 27 it is
SELECT to_char(period_start, 'Mon') AS m, reactivation_days AS days, new_mrr AS new, reactivation_mrr AS reactivation, new_customers AS n, reactivated_customers AS r
  FROM known, (VALUES (90::bigint), (28), (27), (0), (NULL)) d(reactivation_days),
       mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-30', 'boundary', reactivation_days) ORDER BY period_start, 2;
SELECT period_start, movement, boundary, event, difference FROM known, mrr_reconcile(s, 'month', '2026-03-01', '2026-05-01', '2026-04-30');

-- as_of 20 April: the add-on of 1 (until 27 April) is there, so April to date closes at 660; May has not begun and has the state of 20 April.
SELECT definition, to_char(period_start, 'Mon') AS m, opening_mrr AS opening, new_mrr AS new, expansion_mrr AS expansion, contraction_mrr AS contraction, churned_mrr AS churned, reactivation_mrr AS reactivation,
       closing_mrr AS closing, opening_customers AS o, new_customers AS n, churned_customers AS c, reactivated_customers AS r, closing_customers AS z
  FROM known, unnest(ARRAY['boundary', 'event']) definition, mrr_movements(s, 'month', '2026-04-01', '2026-06-01', '2026-04-20', definition) ORDER BY 1, period_start;
SELECT to_char(period_start, 'Mon') AS m, retention_rate, churn_rate, gross_revenue_retention AS grr, round(net_revenue_retention::numeric, 4) AS nrr, gross_mrr_churn AS gross, round(net_mrr_churn::numeric, 4) AS net,
       round(existing_growth::numeric, 4) AS growth, quick_ratio AS quick, round(arpa, 4) AS arpa, round(grr_12m::numeric, 4) AS grr_12m, round(nrr_12m::numeric, 4) AS nrr_12m, complete
  FROM known, mrr_movements(s, 'month', '2026-04-01', '2026-06-01', '2026-04-20');
SELECT period_start, movement, boundary, event, difference FROM known, mrr_reconcile(s, 'month', '2026-04-01', '2026-06-01', '2026-04-20') WHERE boundary <> 0 OR event <> 0;
-- all that is shown lies after as_of: nothing moves; and long before anything began
SELECT period_start, opening_mrr, closing_mrr, new_mrr, closing_customers, retention_rate, arpa, nrr_12m, complete FROM known, mrr_movements(s, 'month', '2026-02-01', '2026-04-01', '2025-12-31', 'event');
SELECT period_start, opening_mrr, closing_mrr, new_mrr, closing_customers, retention_rate, arpa, nrr_12m, complete FROM known, mrr_movements(s, 'year', '2026-02-01', '2027-04-01', '2020-12-31');
-- the day a year before the close: before 29 February 2024 it is 28 February 2023, when customer 1 paid 400 already, and 2 still 100: 300 of 500;
-- before 31 December and 31 January they paid 200 + 100: 400 + 100 and 400 + 0 of 300, at most 300 and 200
SELECT period_start, grr_12m, nrr_12m FROM (SELECT subscription_agg(c, d, e, m) AS s FROM (VALUES (1, date '2022-01-01', date '2023-02-28', 200), (1, '2023-02-28', '2024-02-29', 400), (1, '2024-02-29', NULL, 300), (2, '2022-01-01', '2024-01-15', 100)) v(c, d, e, m)) x,
       mrr_movements(s, 'month', '2023-12-01', '2024-04-01', '2024-03-15');
-- NULL before a year of history, and from the day on which the first customer has been there a year
SELECT period_start, grr_12m, nrr_12m FROM (SELECT subscription_agg(1, '2025-01-10', NULL, 50) AS s) x, mrr_movements(s, 'day', '2026-01-08', '2026-01-12', '2026-01-31');

-- cohorts: 6 came in January (90), 7 in February (25, gone by the end of March), 10 in March (15, gone by its end, back in April: the rates are of the first 15)
SELECT cohort, period, customers, initial_mrr, retained, rate, mrr, mrr_rate FROM known, revenue_cohorts(s, 'month', '2026-01-01', '2026-05-01', '2026-04-30');
-- a cohort is followed to as_of, whatever to_day is; the bucket that runs is NULL
SELECT cohort, period, customers, initial_mrr, retained, rate, mrr, mrr_rate FROM known, revenue_cohorts(s, 'month', '2026-01-15', '2026-01-16', '2026-04-20');
-- customers who first paid after as_of are not there: 10 came on 5 March, with 15 to date; a cohort after as_of has no rows
SELECT cohort, period, customers, initial_mrr, retained FROM known, revenue_cohorts(s, 'month', '2026-02-01', '2027-01-01', '2026-03-05');
SELECT cohort, period, customers, initial_mrr, retained FROM known, revenue_cohorts(s, 'month', '2026-02-01', '2027-01-01', '2026-03-04');
SELECT count(*) FROM known, revenue_cohorts(s, 'month', '2026-03-01', '2027-01-01', '2026-02-28');
SELECT cohort, period, customers, initial_mrr, retained, rate, mrr, mrr_rate FROM known, revenue_cohorts(s, 'quarter', '2025-01-01', '2026-05-01', '2026-04-29');

-- a customer of 500 upgrades to 1,379 and leaves in the same month: the movements say 879 up and 1,379 lost, 275.8 % of the opening as vendors divide them; at the ends 500 of 500 are lost
SELECT definition, expansion_mrr, churned_mrr, round(100 * (contraction_mrr + churned_mrr) / opening_mrr, 4) AS of_movements, gross_mrr_churn, net_mrr_churn, existing_growth, gross_revenue_retention
  FROM (SELECT subscription_agg(1, s, e, m) AS s FROM (VALUES (date '2026-01-01', date '2026-03-10', 500), ('2026-03-10', '2026-03-20', 1379)) v(s, e, m)) x,
       unnest(ARRAY['boundary', 'event']) definition, mrr_movements(s, 'month', '2026-03-01', '2026-04-01', '2026-03-31', definition) ORDER BY definition;
-- a new customer's upgrade is no growth of the existing ones
SELECT definition, new_mrr, expansion_mrr, existing_growth, net_mrr_churn, net_revenue_retention FROM (SELECT subscription_agg(c, s, e, m) AS s FROM (VALUES (1, date '2025-01-01', NULL::date, 100), (2, '2026-01-05', '2026-01-20', 10), (2, '2026-01-20', NULL, 1000)) v(c, s, e, m)) x,
       unnest(ARRAY['boundary', 'event']) definition, mrr_movements(s, 'month', '2026-01-01', '2026-02-01', '2026-01-31', definition) ORDER BY definition;
-- what starts on 25 and ends on 20 February has not happened by the 10th
SELECT as_of, opening_mrr, new_mrr, churned_mrr, closing_mrr, complete FROM (SELECT subscription_agg(c, s, e, m) AS s FROM (VALUES (1, date '2025-01-01', date '2026-02-20', 100), (2, '2026-02-25', NULL, 70)) v(c, s, e, m)) x,
       unnest('{2026-02-10,2026-02-19,2026-02-20,2026-02-25,2026-02-28}'::date[]) as_of, mrr_movements(s, 'month', '2026-02-01', '2026-03-01', as_of) ORDER BY as_of;
-- a cohort whose only customer left inside its first month and came back: 50 of its first 50
SELECT period, customers, initial_mrr, retained, rate, mrr, mrr_rate FROM revenue_cohorts((SELECT subscription_agg(1, s, e, 50) FROM (VALUES (date '2026-01-05', date '2026-01-20'), ('2026-02-10', NULL)) v(s, e)), 'month', '2026-01-01', '2026-04-01', '2026-03-31');

-- the state of a day: 28 February is customer 5's last day
SELECT day, mrr(s, day), arr(s, day), customers(s, day), arpa(s, day)
  FROM known, (VALUES (date '2024-12-31'), ('2025-01-01'), ('2026-02-28'), ('2026-03-01'), ('2026-04-30'), ('2099-01-01')) d(day);
-- a year: of the customers of 30 April 2025 (4, 8, 9: 40 + 30 + 120 = 190) two pay a year later, 0 + 45 + 120; at most what they paid: 150
SELECT retention_rate(s, p), churn_rate(s, p), round(net_revenue_retention(s, p)::numeric, 6) AS nrr, round(gross_revenue_retention(s, p)::numeric, 6) AS grr,
       round(100 * 165 / 190.0, 6) AS nrr_by_hand, round(100 * 150 / 190.0, 6) AS grr_by_hand FROM known, daterange('2025-05-01', '2026-05-01') p;
SELECT retention_rate(s, p), churn_rate(s, p), net_revenue_retention(s, p), gross_revenue_retention(s, p) FROM known, daterange('2024-01-01', '2025-01-01') p;
-- with as_of: a day after it has no answer, a period is cut there, and one after it has no answer
SELECT day, mrr(s, day, '2026-02-28'), arr(s, day, '2026-02-28'), customers(s, day, '2026-02-28'), arpa(s, day, '2026-02-28') FROM known, unnest('{2026-02-27,2026-02-28,2026-03-01}'::date[]) day;
SELECT p, retention_rate(s, p, '2026-02-28'), churn_rate(s, p, '2026-02-28'), net_revenue_retention(s, p, '2026-02-28'), gross_revenue_retention(s, p, '2026-02-28'),
       retention_rate(s, p, '2026-02-28') = retention_rate(s, '[2025-05-01,2026-02-28]') AS as_cut FROM known, unnest('{"[2025-05-01,2026-05-01)","[2025-05-01,2026-03-01)","[2025-05-01,2025-06-01)","[2026-03-01,2026-05-01)"}'::daterange[]) p;
SELECT mrr(s, '2026-02-28', NULL), arr(s, NULL, '2026-02-28'), customers(s, NULL, NULL), retention_rate(s, '[2026-01-01,2026-02-01)', NULL), gross_revenue_retention(NULL::subscriptionsummary, '[2026-01-01,2026-02-01)', '2026-02-28') FROM known;

-- a bucket of each kind says the same as the days at its ends; ranges are extended to whole buckets
SELECT bucket, count(*), min(period_start), max(period_start), bool_and(opening_mrr = mrr(s, least(period_start - 1, '2026-04-20'))) AS openings,
       bool_and(closing_mrr = mrr(s, least(next - 1, '2026-04-20'))) AS closings, bool_and(closing_customers = customers(s, least(next - 1, '2026-04-20'))) AS customers
  FROM (SELECT bucket, s, m.*, lead(period_start) OVER (PARTITION BY bucket ORDER BY period_start) AS next
          FROM known, unnest(ARRAY['day', 'week', 'month', 'quarter', 'year']) bucket, mrr_movements(s, bucket, '2025-02-10', '2026-06-10', '2026-04-20') m) x
 GROUP BY bucket ORDER BY bucket;
-- fiscal months
SELECT period_start, opening_mrr, closing_mrr, complete FROM known, mrr_movements(s, '{2025-12-28,2026-01-25,2026-02-22,2026-03-29}'::date[], '2026-01-01', '2026-03-01', '2026-02-21');
SELECT count(*), sum(difference) FROM known, mrr_reconcile(s, '{2025-12-28,2026-01-25,2026-02-22,2026-03-29}'::date[], '2025-12-28', '2026-03-29', '2026-02-21');
SELECT * FROM revenue_cohorts((SELECT s FROM known), '{2026-01-01,2026-02-01,2026-03-01}'::date[], '2026-01-01', '2026-03-01', '2026-02-28');

-- as words: those of billing tables in any case, and what PostgreSQL prints of an interval; untyped words, text, varchar and interval columns
SELECT mrr(1200, 'year') AS year, mrr(1200, 'Annual') AS annual, mrr(50, 'monthly') AS monthly, mrr(300, '3 months') AS months, mrr(300, 'quarterly') AS quarterly, mrr(199, '1 year') AS price, mrr(600, 'SemiAnnual') AS half,
       mrr(1800, '1 year 6 mons') AS printed, mrr(487, '16days') AS days, mrr(1200, interval '1 year') AS interval, mrr(1200::bigint, 'yearly'::varchar) AS varchar, mrr(NULL::numeric, 'year') AS no_amount, mrr(1, NULL) AS no_term;
SELECT billing, mrr(120, billing) AS text, mrr(120, billing::interval) AS interval FROM unnest(ARRAY['1 day', '2 weeks', '1 mon', '3 months', '1 year 2 mons 3 days']) billing;
SELECT word, mrr(1461, word) FROM unnest(ARRAY['daily', 'day', 'days', 'weekly', 'week', 'monthly', 'month', 'mons', 'quarterly', 'quarter', 'semiannual', 'yearly', 'annual', 'year', E' \tyear\n', 'year 1 day', '2 quarters']) word;
-- an amount of any billing: a year, a quarter, two weeks of 30.4375 days a month, a year and a half, mixed
SELECT mrr(1200, '1 year') AS year, mrr(100, '3 months') AS quarter, mrr(14, '2 weeks') AS weeks, mrr(487, '16 days') AS days, mrr(18, '1 year 6 mons') AS long,
       mrr(974, '1 month 16 days') = 974 / (1 + 16 / 30.4375) AS mixed, mrr(NULL::numeric, '1 year') AS none, mrr(-5.5, '1 month') AS credit;

--
-- NULL, empty, one
--
SELECT subscription_agg(customer, started, ended, mrr) FROM ten WHERE false;
SELECT subscription_agg(c, s, e, m) FROM (VALUES (NULL::bigint, date '2026-01-01', NULL::date, 1::numeric), (1, NULL, NULL, 1), (1, '2026-01-01', NULL, NULL)) v(c, s, e, m);
SELECT rollup(s) FROM known WHERE false;
SELECT combine(NULL, s) = s AS left_null, combine(s, NULL) = s AS right_null, combine(NULL::subscriptionsummary, NULL) IS NULL AS both_null FROM known;
SELECT mrr(NULL::subscriptionsummary, '2026-01-01'), mrr(s, NULL::date), retention_rate(s, NULL::daterange), mrr(1, NULL::interval) FROM known;
SELECT count(*) FROM known, mrr_movements(s, NULL::text, '2026-01-01', '2026-05-01', '2026-04-20');
SELECT count(*) FROM known, mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-20', NULL);
-- rows that make no customer: free, or over on the day they began
SELECT s, mrr(s, '2026-01-01'), customers(s, '2026-01-01'), arpa(s, '2026-01-01'), m.*
  FROM (SELECT subscription_agg(c, d, e, m) AS s FROM (VALUES ('a', date '2026-01-01', NULL::date, 0::numeric), ('b', '2026-01-01', '2026-01-01', 9)) v(c, d, e, m)) x,
       mrr_movements(s, 'month', '2026-01-01', '2026-02-01', '2026-01-31') m;
-- without mrr each row counts 1
SELECT closing_mrr, closing_customers FROM (SELECT subscription_agg(customer, started, ended) AS s FROM ten) x, mrr_movements(s, 'year', '2025-01-01', '2027-01-01', '2026-12-31');
-- int, varchar and uuid customers
SELECT (SELECT subscription_agg(customer::int, started, ended, mrr::int) FROM ten) = s AS int, customers((SELECT subscription_agg(customer::varchar, started, ended, mrr) FROM ten), '2026-04-30') AS varchar,
       customers((SELECT subscription_agg(md5(customer::text)::uuid, started, ended, mrr) FROM ten), '2026-04-30') AS uuid FROM known;
-- text keys are bytes: case, blanks and long ones are different customers
SELECT customers(subscription_agg(c, '2026-01-01', NULL), '2026-01-01') FROM unnest(ARRAY['a', 'A', ' a', 'a ', '', repeat('x', 15), repeat('x', 16), repeat('x', 17), repeat('x', 100000), 'a']) c;
-- the key of a text is MurmurHash3_x64_128 with seed 0: of "hello" cbd8a7b341bd9b02 5b1e906a48ae1d19; of nothing zeros, which become 1.
-- Behind version, kind, one customer and the key: 1 step in hundredths, folded day 31 of 2020, 100 hundredths
SELECT encode(subscriptionsummary_send(subscription_agg('hello'::text, '2020-02-01', NULL)), 'hex') AS hello,
       substr(encode(subscriptionsummary_send(subscription_agg(''::text, '2020-02-01', NULL)), 'hex'), 21, 32) AS nothing;

--
-- Money: eight decimals, half to even, exact
--
SELECT m, mrr(subscription_agg(1, '2026-01-01', NULL, m), '2026-01-01')
  FROM unnest('{0.000000005,0.000000015,0.000000025,0.0000000050000000001,0.00000000499999,0.0000000049999999999999,0.999999995,9999.999999995,12.345678905,12.345678895,12.345678915,0.00000001,0.0001,0.00010001,49.9,10000,100000000,33.333333333333333333,92233720368.54775807,92233720368.5477580749,1e-20,1e-200,0.00,1.10}'::numeric[]) m GROUP BY m ORDER BY m;
-- against SQL's own arithmetic: rounded up or down by round(), halves apart
SELECT count(*) FROM (SELECT m, mrr(subscription_agg(1, '2026-01-01', NULL, m), '2026-01-01') AS kept
  FROM (SELECT (hashint8extended(i, 1) & 65535) * 10::numeric ^ (i % 17 - 11) + (hashint8extended(i, 2) & 1048575) * 10::numeric ^ (i % 13 - 14) AS m FROM generate_series(1, 3000) i) x GROUP BY m) y
 WHERE abs(kept - m) > 0.000000005 OR (abs(kept - m) < 0.000000005 AND kept <> round(m, 8));
-- five thousand customers of the largest amount are no rounding away from their sum
SELECT mrr(s, '2026-01-01'), arr(s, '2026-01-01'), arpa(s, '2026-01-01') FROM (SELECT subscription_agg(i, '2026-01-01', NULL, 92233720368.54775807) AS s FROM generate_series(1, 5000) i) x;
-- annual plans: a twelfth of a price is rounded, and twelve times the sum of 50,000 of them is right to the cent; of yearly amounts it is exact
SELECT n, price, round(arr(subscription_agg(i, '2026-01-01', NULL, mrr(price, 'year')), '2026-06-30'), 2) - n * price AS off, mrr(subscription_agg(i, '2026-01-01', NULL, price), '2026-06-30') - n * price AS off_yearly
  FROM unnest(ARRAY[5000, 50000]) n, unnest(ARRAY[199, 99.99, 1199.9]) price, generate_series(1, n) i GROUP BY n, price ORDER BY n, price;

--
-- Random histories: 700 customers, 4,000 rows; overlaps, touching rows, gaps
-- of a day, changes of one day, free rows, one customer of 900 rows
--
\set seed 0.4711
SELECT setseed(:seed);
CREATE TABLE chs_subscription_rows (id int, part int, customer bigint, started date, ended date, mrr numeric);
INSERT INTO chs_subscription_rows
SELECT id, customer % 12, customer, started,
       CASE WHEN random() < 0.2 THEN NULL ELSE started + (ARRAY[0, 1, 1, 2, 15, 28, 30, 31, 60, 90, 181, 365])[1 + floor(random() * 12)::int] END,
       (ARRAY[0, 0, 9.99, 10, 10, 49.5, 100, 1234.56789101, 0.000000015, 250000])[1 + floor(random() * 10)::int]
  FROM (SELECT id, CASE WHEN id <= 900 THEN 0 ELSE floor(random() * 700)::int END AS customer,
               date '2024-01-01' + (floor(random() * 30)::int * (ARRAY[1, 7, 30])[1 + floor(random() * 3)::int]) AS started FROM generate_series(1, 4000) id OFFSET 0) x;
ANALYZE chs_subscription_rows;
CREATE TEMP TABLE whole AS SELECT subscription_agg(customer, started, ended, mrr) AS s FROM chs_subscription_rows;

-- the definition of a day's MRR and customers, and of what each movement is
WITH day_mrr AS (SELECT d::date AS day, customer, sum(round(mrr, 8)) AS mrr
                   FROM generate_series(timestamp '2024-01-15', '2026-12-15', '30 days') d JOIN chs_subscription_rows ON started <= d AND (ended IS NULL OR ended > d) GROUP BY 1, 2)
SELECT count(*) AS days, bool_and(total = mrr(s, day)) AS mrr, bool_and(payers = customers(s, day)) AS customers
  FROM whole, (SELECT day, sum(mrr) AS total, count(*) FILTER (WHERE mrr > 0) AS payers FROM day_mrr GROUP BY day) x;
-- the identities, for both definitions; and each opening is the closing before it
SELECT definition, bucket, reactivation_days AS days, count(*) AS rows,
       bool_and(closing_mrr = opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr) AS money,
       bool_and(closing_customers = opening_customers + new_customers + reactivated_customers - churned_customers) AS customers,
       bool_and(next_mrr = closing_mrr AND next_customers = closing_customers) AS chained, bool_and(closing_mrr = mrr(s, next_start - 1)) AS states,
       bool_and(retention_rate + churn_rate BETWEEN 99.999999999 AND 100.000000001) AS rates, bool_and(gross_revenue_retention <= 100) AS grr, sum(reactivation_mrr) > 0 AS reactivated
  FROM (SELECT s, definition, bucket, reactivation_days, m.*, lead(period_start) OVER w AS next_start, lead(opening_mrr) OVER w AS next_mrr, lead(opening_customers) OVER w AS next_customers
          FROM whole, unnest(ARRAY['boundary', 'event']) definition, unnest(ARRAY['week', 'month', 'quarter']) bucket, (VALUES (NULL::bigint), (90)) r(reactivation_days),
               mrr_movements(s, bucket, '2024-01-01', '2026-07-01', '2026-06-30', definition, reactivation_days) m
        WINDOW w AS (PARTITION BY definition, bucket, reactivation_days ORDER BY period_start)) x
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- a bucket of one day has one change at most: both definitions agree
SELECT count(*), bool_and(difference = 0) FROM whole, mrr_reconcile(s, 'day', '2024-01-01', '2026-07-01', '2026-06-30');
-- rates of a period are those of the one bucket with its ends
SELECT bool_and(m.retention_rate = retention_rate(s, p) AND m.churn_rate = churn_rate(s, p) AND m.net_revenue_retention = net_revenue_retention(s, p)
                AND m.gross_revenue_retention = gross_revenue_retention(s, p)) AS same
  FROM whole, unnest(ARRAY[daterange('2024-02-01', '2024-03-01'), '[2024-03-15,2025-03-14]', '[2025-01-01,2025-01-01]']) p,
       mrr_movements(s, ARRAY[lower(p), upper(p)], lower(p), upper(p), '2026-06-30') m;
-- cohorts: the sizes are the new customers of the event definition, the MRR of a bucket is its closing without those from before
SELECT bool_and(c.customers = m.new_customers) AS sizes
  FROM whole, mrr_movements(s, 'month', '2024-01-01', '2026-07-01', '2026-06-30', 'event') m JOIN LATERAL revenue_cohorts(s, 'month', '2024-01-01', '2026-07-01', '2026-06-30') c ON cohort = period_start AND period = 0;
SELECT count(*), bool_and(total = closing_mrr AND retained = closing_customers) AS closings
  FROM whole, mrr_movements(s, 'quarter', '2024-01-01', '2026-07-01', '2026-06-30') m,
       LATERAL (SELECT sum(mrr) AS total, sum(retained) AS retained FROM revenue_cohorts(s, 'quarter', '2024-01-01', '2026-07-01', '2026-06-30') WHERE cohort + make_interval(months => 3 * period) = period_start) c;

-- under either definition the rates read both ends: the same ones, of what the opening lost at most 100 %
SELECT bucket, count(*), bool_and((a.retention_rate, a.churn_rate, a.gross_revenue_retention, a.net_revenue_retention, a.gross_mrr_churn, a.net_mrr_churn, a.existing_growth, a.arpa, a.grr_12m, a.nrr_12m)
       IS NOT DISTINCT FROM (b.retention_rate, b.churn_rate, b.gross_revenue_retention, b.net_revenue_retention, b.gross_mrr_churn, b.net_mrr_churn, b.existing_growth, b.arpa, b.grr_12m, b.nrr_12m)) AS same,
       bool_and(b.gross_mrr_churn BETWEEN 0 AND 100 AND abs(b.gross_mrr_churn + b.gross_revenue_retention - 100) < 1e-9 AND abs(b.net_mrr_churn + b.net_revenue_retention - 100) < 1e-9) AS of_the_opening,
       bool_or(a.quick_ratio <> b.quick_ratio) AS movements_differ
  FROM whole, unnest(ARRAY['week', 'month', 'quarter']) bucket, mrr_movements(s, bucket, '2024-01-01', '2026-07-01', '2026-06-30') a JOIN LATERAL mrr_movements(s, bucket, '2024-01-01', '2026-07-01', '2026-06-30', 'event') b USING (period_start)
 GROUP BY bucket ORDER BY bucket;
-- the last twelve months of a month are NRR and GRR of the year that ends with it
SELECT count(*), bool_and(nrr_12m IS NOT DISTINCT FROM net_revenue_retention(s, year) AND grr_12m IS NOT DISTINCT FROM gross_revenue_retention(s, year)) AS same, count(nrr_12m) AS known
  FROM whole, mrr_movements(s, 'month', '2024-06-01', '2026-07-01', '2026-06-30') m, daterange((m.period_start + interval '1 month - 1 year')::date, (m.period_start + interval '1 month')::date) AS year;
-- days after as_of do not exist: the same answers without the rows that start later and the ends that come later
CREATE TEMP TABLE cut AS SELECT as_of, (SELECT subscription_agg(customer, started, CASE WHEN ended <= as_of THEN ended END, mrr) FROM chs_subscription_rows WHERE started <= as_of) AS s
  FROM unnest('{2023-12-31,2024-01-01,2024-02-29,2024-07-17,2025-02-28,2025-06-30,2026-03-15}'::date[]) as_of;
SELECT definition, bucket, count(*), bool_and(a = b) AS same, sum((a).new_mrr + (a).churned_mrr) FILTER (WHERE (a).period_start > as_of) AS moved_after, count((a).arpa) FILTER (WHERE (a).period_start > as_of) AS quotients_after,
       bool_and((a).closing_mrr = mrr(whole.s, as_of) AND (a).opening_mrr = mrr(whole.s, as_of)) FILTER (WHERE (a).period_start > as_of) AS state_after
  FROM whole, cut, unnest(ARRAY['boundary', 'event']) definition, unnest(ARRAY['week', 'month', 'year']) bucket,
       LATERAL (SELECT a, b FROM mrr_movements(whole.s, bucket, '2024-01-10', '2026-05-01', as_of, definition, 60) a JOIN mrr_movements(cut.s, bucket, '2024-01-10', '2026-05-01', as_of, definition, 60) b USING (period_start)) x
 GROUP BY 1, 2 ORDER BY 1, 2;
SELECT bool_and((SELECT array_agg(r) FROM mrr_reconcile(whole.s, 'month', '2024-01-10', '2026-05-01', as_of) r) = (SELECT array_agg(r) FROM mrr_reconcile(cut.s, 'month', '2024-01-10', '2026-05-01', as_of) r)) AS reconcile,
       bool_and((SELECT array_agg(r) FROM revenue_cohorts(whole.s, 'week', '2024-01-10', '2024-05-01', as_of) r) IS NOT DISTINCT FROM (SELECT array_agg(r) FROM revenue_cohorts(cut.s, 'week', '2024-01-10', '2024-05-01', as_of) r)) AS cohorts,
       bool_and((net_revenue_retention(whole.s, p, as_of), gross_revenue_retention(whole.s, p, as_of), retention_rate(whole.s, p, as_of), churn_rate(whole.s, p, as_of))
                IS NOT DISTINCT FROM (net_revenue_retention(cut.s, known), gross_revenue_retention(cut.s, known), retention_rate(cut.s, known), churn_rate(cut.s, known))) AS period,
       count(net_revenue_retention(whole.s, p, as_of)) AS known FROM whole, cut, daterange('2024-02-01', '2025-03-01') p, LATERAL (SELECT nullif(p * daterange(NULL, as_of, '[]'), 'empty') AS known) k;
-- cohorts: what each paid on its first paid day, and a cohort is followed to as_of
SELECT count(*) AS cohorts, bool_and(customers = n AND initial_mrr = first_mrr) AS as_in_sql, bool_and(abs(mrr_rate - 100 * (mrr / initial_mrr)::float8) < 1e-9) AS of_the_first, count(DISTINCT mrr_rate) > 5 AS varied
  FROM whole, revenue_cohorts(s, 'month', '2024-01-01', '2025-01-01', '2026-06-30') JOIN
       (SELECT date_trunc('month', day)::date AS cohort, count(*) AS n, sum(mrr) AS first_mrr FROM (
          SELECT customer, day, (SELECT sum(round(mrr, 8)) FROM chs_subscription_rows r WHERE r.customer = f.customer AND started <= day AND (ended IS NULL OR ended > day)) AS mrr
            FROM (SELECT customer, min(started) AS day FROM chs_subscription_rows WHERE mrr > 0 AND (ended IS NULL OR ended > started) GROUP BY customer) f) x GROUP BY 1) y USING (cohort) WHERE period = 12;
SELECT to_day, count(*), max(period) AS last FROM whole, (VALUES (date '2024-01-02'), ('2024-02-01'), ('2027-01-01')) v(to_day), revenue_cohorts(s, 'month', '2024-01-01', to_day, '2026-06-15') WHERE cohort = '2024-01-01' GROUP BY to_day ORDER BY to_day;
-- a look into the value: its rows are its steps, from which a value of the same answers is built
SELECT count(*) AS rows, count(DISTINCT key) AS customers, bool_and(mrr >= 0) AS mrr FROM whole, subscription_rows(s);
SELECT count(*) AS days, bool_and(mrr(b.s, day) = mrr(a.s, day) AND customers(b.s, day) = customers(a.s, day)) AS same
  FROM whole a, (SELECT subscription_agg(key, day, next, mrr) AS s FROM (SELECT r.*, lead(day) OVER (PARTITION BY key ORDER BY day) AS next FROM whole, subscription_rows(s) r) x) b, unnest('{2024-01-01,2024-05-05,2025-01-31,2026-06-30}'::date[]) day;
SELECT key, day, mrr FROM subscription_rows((SELECT subscription_agg(c, d, e, m) FROM (VALUES ('hello', date '2020-02-01', date '2020-03-01', 100), ('hello', '2020-02-11', NULL, 5.5), ('nobody', '2020-01-01', NULL, 0)) v(c, d, e, m)));
SELECT count(*) FROM subscription_rows(NULL);

-- drill-through: the same function per customer adds up to the total
SELECT definition, count(*) AS rows, bool_and(a.opening_mrr = b.o AND a.new_mrr = b.n AND a.expansion_mrr = b.x AND a.contraction_mrr = b.d AND a.churned_mrr = b.c AND a.reactivation_mrr = b.r
       AND a.closing_mrr = b.z AND a.opening_customers = b.oc AND a.new_customers = b.nc AND a.churned_customers = b.cc AND a.reactivated_customers = b.rc AND a.closing_customers = b.zc) AS adds_up
  FROM whole, unnest(ARRAY['boundary', 'event']) definition, mrr_movements(s, 'month', '2024-01-01', '2026-07-01', '2026-06-30', definition, 90) a
  JOIN LATERAL (SELECT period_start, sum(opening_mrr) AS o, sum(new_mrr) AS n, sum(expansion_mrr) AS x, sum(contraction_mrr) AS d, sum(churned_mrr) AS c, sum(reactivation_mrr) AS r, sum(closing_mrr) AS z,
                       sum(opening_customers) AS oc, sum(new_customers) AS nc, sum(churned_customers) AS cc, sum(reactivated_customers) AS rc, sum(closing_customers) AS zc
                  FROM (SELECT customer, subscription_agg(customer, started, ended, mrr) AS s FROM chs_subscription_rows GROUP BY customer) c,
                       mrr_movements(s, 'month', '2024-01-01', '2026-07-01', '2026-06-30', definition, 90) GROUP BY period_start) b USING (period_start)
 GROUP BY definition ORDER BY definition;
-- who churned in May 2025, one by one
SELECT count(*) AS listed, count(*) = (SELECT churned_customers FROM whole, mrr_movements(s, 'month', '2025-05-01', '2025-06-01', '2026-06-30')) AS all_of_them
  FROM (SELECT customer, subscription_agg(customer, started, ended, mrr) AS s FROM chs_subscription_rows GROUP BY customer) c,
       mrr_movements(s, 'month', '2025-05-01', '2025-06-01', '2026-06-30') WHERE churned_mrr > 0;

-- customers of one row: the retention, churn and counts of the flow of customers
CREATE TEMP TABLE single AS SELECT DISTINCT ON (customer) customer, started, ended FROM chs_subscription_rows ORDER BY customer, id;
SELECT count(*) AS months, bool_and(m.retention_rate IS NOT DISTINCT FROM t.retention_rate) AS retention, bool_and(m.churn_rate IS NOT DISTINCT FROM t.churn_rate) AS churn,
       bool_and(m.opening_customers = at_start AND m.new_customers = new_kept AND m.churned_customers = lost AND m.closing_customers = at_end) AS counts, bool_and(e.new_customers = t.new) AS event_new
  FROM (SELECT subscription_agg(customer, started, ended) AS s, flow_agg(started, ended, 'month') AS f FROM single) x,
       mrr_movements(s, 'month', '2024-01-01', '2026-07-01', '2026-06-30') m JOIN LATERAL retention_timeline(f, '2024-01-01', '2026-07-01', '2026-06-30') t USING (period_start)
       JOIN LATERAL mrr_movements(s, 'month', '2024-01-01', '2026-07-01', '2026-06-30', 'event') e USING (period_start);
SELECT retention_rate(subscription_agg(customer, started, ended), p) = retention_rate(started, ended, p) AS retention, churn_rate(subscription_agg(customer, started, ended), p) = churn_rate(started, ended, p) AS churn
  FROM single, (VALUES (daterange('2024-03-01', '2024-06-01'))) v(p) GROUP BY p;

--
-- The same bytes however it is built
--
SELECT s = (SELECT subscription_agg(customer, started, ended, mrr ORDER BY ended, id DESC) FROM chs_subscription_rows) AS any_order,
       s = (SELECT subscription_agg(customer, d, e, mrr) FROM chs_subscription_rows, LATERAL (VALUES (started, least(started + 5, ended)), (least(started + 5, ended), ended)) v(d, e) WHERE d < e OR e IS NULL) AS cut_rows,
       s = (SELECT subscription_agg(customer, started, ended, mrr) FROM (SELECT * FROM chs_subscription_rows UNION ALL SELECT 0, 0, 999999, '2024-01-01', NULL, 0) x) AS free_customer,
       s = s::text::subscriptionsummary AS text, octet_length(s::text) <= 1.4 * octet_length(subscriptionsummary_send(s)) AS short_text FROM whole;
-- split by customer, by row (a customer in many parts), and into one part per row, in any order
CREATE TEMP TABLE parts AS SELECT part, subscription_agg(customer, started, ended, mrr) AS s FROM chs_subscription_rows GROUP BY part;
SELECT (SELECT rollup(s) FROM parts) = s AS by_customer, (SELECT rollup(s ORDER BY part DESC) FROM parts) = s AS backwards, (SELECT rollup(s::text::subscriptionsummary) FROM parts) = s AS through_text,
       (SELECT rollup(p) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_rows GROUP BY id % 7) x) = s AS by_row,
       (SELECT rollup(p) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_rows GROUP BY id) x) = s AS row_by_row,
       (SELECT rollup(p) FROM (SELECT rollup(p) AS p FROM (SELECT id, subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_rows GROUP BY id) y GROUP BY id % 3) x) = s AS twice FROM whole;
-- many customers, beyond the small form: the same, in one go, from 100 parts and from 5,000 parts
CREATE TABLE chs_subscription_many AS SELECT i AS id, (hashint8(i % 20000))::bigint AS customer, date '2025-01-01' + i % 300 AS started, CASE WHEN i % 3 = 0 THEN date '2025-01-01' + i % 300 + 40 END AS ended, (i % 90)::numeric + 0.5 AS mrr FROM generate_series(1, 50000) i;
ANALYZE chs_subscription_many;
CREATE TEMP TABLE many AS SELECT subscription_agg(customer, started, ended, mrr) AS s FROM chs_subscription_many;
SELECT customers(s, '2026-01-01') AS customers, (SELECT count(DISTINCT customer) FROM chs_subscription_many WHERE ended IS NULL) AS in_sql, mrr(s, '2026-01-01') = (SELECT sum(mrr) FROM chs_subscription_many WHERE ended IS NULL) AS mrr,
       (SELECT rollup(p) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_many GROUP BY id % 100) x) = s AS hundred,
       (SELECT rollup(p) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_many GROUP BY id % 5000) x) = s AS five_thousand,
       (SELECT rollup(p) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_many GROUP BY customer) x) = s AS per_customer,
       (SELECT subscription_agg(customer, started, ended, mrr ORDER BY customer, mrr) FROM chs_subscription_many) = s AS sorted_rows,
       s = s::text::subscriptionsummary AS text FROM many;
-- answers on a state that was not stored, asked more than once, are those on the stored one
SELECT mrr(m, '2025-06-01') = mrr(s, '2025-06-01') AS mrr, customers(m, '2025-06-01') = customers(s, '2025-06-01') AS customers, arpa(m, '2025-06-01') = arpa(s, '2025-06-01') AS arpa, m = s AS equal, m::text = s::text AS text
  FROM many, (SELECT subscription_agg(customer, started, ended, mrr) AS m FROM chs_subscription_many OFFSET 0) x;
SELECT count(*), bool_and(a = b) FROM many, mrr_movements(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') a JOIN LATERAL (
  SELECT b FROM (SELECT rollup(p) AS r FROM (SELECT subscription_agg(customer, started, ended, mrr) AS p FROM chs_subscription_many GROUP BY id % 40) x) y, mrr_movements(r, 'month', '2025-01-01', '2026-01-01', '2025-12-31') b) c ON a.period_start = (b).period_start;
-- adding to and merging big and small by calling the functions themselves
SELECT combine(many.s, whole.s) = combine(whole.s, many.s) AS commutes, combine(combine(many.s, whole.s), known.s) = combine(many.s, combine(whole.s, known.s)) AS associates,
       mrr(combine(many.s, whole.s), '2025-06-01') = mrr(many.s, '2025-06-01') + mrr(whole.s, '2025-06-01') AS adds,
       subscriptionsummary_accum(many.s, 7::bigint, '2025-01-01', NULL, 5) = combine(many.s, subscriptionsummary_accum(NULL, 7::bigint, '2025-01-01', NULL, 5)) AS one_row,
       subscriptionsummary_accum(known.s, 7::bigint, '2025-01-01', NULL) = combine(known.s, (SELECT subscription_agg(7::bigint, '2025-01-01', NULL))) AS one_more FROM known, whole, many;
-- a running summary: the state lives on while it is read; and frames that begin anew
SELECT bool_and(m = total) AS running FROM (SELECT mrr(subscription_agg(id::bigint, started, NULL, mrr) OVER (ORDER BY id), '2027-01-01') AS m, sum(round(mrr, 8)) OVER (ORDER BY id) AS total FROM chs_subscription_rows WHERE id <= 3000) x;
SELECT bool_and(c = n) AS moving FROM (SELECT customers(subscription_agg(id::bigint, started, NULL) OVER (ORDER BY id ROWS 9 PRECEDING), '2027-01-01') AS c, count(*) OVER (ORDER BY id ROWS 9 PRECEDING) AS n FROM chs_subscription_rows WHERE id <= 300) x;
-- DISTINCT, GROUP BY, joins, indexes
SELECT (SELECT count(*) FROM parts a JOIN parts b USING (s)) = count(*) AS joins, count(*) = (SELECT count(*) FROM (SELECT s FROM parts UNION SELECT s FROM parts) u) AS union, count(DISTINCT s) = 12 AS distinct FROM parts;
CREATE INDEX ON ten USING hash (subscriptionsummary_accum(NULL, customer, started, ended, mrr));
CREATE INDEX ON ten USING btree (subscriptionsummary_accum(NULL, customer, started, ended, mrr));

-- parallel
SET max_parallel_workers_per_gather = 0;
SELECT subscription_agg(customer, started, ended, mrr) AS rows, (SELECT subscription_agg(customer, started, ended) FROM chs_subscription_many) AS many FROM chs_subscription_rows \gset serial_
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has($$SELECT subscription_agg(customer, started, ended, mrr) FROM chs_subscription_many$$, 'Partial Aggregate') AS partial,
       pg_temp.plan_has($$SELECT part, subscription_agg(customer, started, ended) FROM chs_subscription_rows GROUP BY part$$, 'Partial (Hash|Group)Aggregate') AS grouped;
SELECT subscription_agg(customer, started, ended, mrr) = :'serial_rows' AS rows FROM chs_subscription_rows;
SELECT subscription_agg(customer, started, ended) = :'serial_many' AS many FROM chs_subscription_many;
SELECT rollup(s) = :'serial_many' AS grouped FROM (SELECT subscription_agg(customer, started, ended) AS s FROM chs_subscription_many GROUP BY id % 5) x;
SELECT subscription_agg(customer, started, ended, mrr) FROM chs_subscription_many WHERE id < 0;
SELECT subscription_agg(customer::text, started, ended, mrr / 3) = (SELECT subscription_agg(customer::text, started, ended, mrr / 3 ORDER BY id) FROM chs_subscription_many) AS long_rows FROM chs_subscription_many;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- Values that no final function has seen: an aggregate of the transition
-- function alone stores them as they grew, the rows of a few customers as they
-- came.  What reads a summary reads them, too.
--
CREATE AGGREGATE chs_grown_agg (bigint, date, date, numeric) (SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary);
CREATE AGGREGATE chs_grown_agg (uuid, date, date, numeric) (SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary);
CREATE AGGREGATE chs_grown_agg (text, date, date, numeric) (SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary);
-- bytea of the same alignment, by which a value can be seen and made byte by byte
CREATE TYPE chs_raw;
SET client_min_messages = warning;
CREATE FUNCTION chs_raw_in(cstring) RETURNS chs_raw LANGUAGE internal STRICT IMMUTABLE AS 'byteain';
CREATE FUNCTION chs_raw_out(chs_raw) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'byteaout';
RESET client_min_messages;
CREATE TYPE chs_raw (INPUT = chs_raw_in, OUTPUT = chs_raw_out, ALIGNMENT = double, STORAGE = extended);
CREATE CAST (subscriptionsummary AS chs_raw) WITHOUT FUNCTION;
CREATE CAST (chs_raw AS subscriptionsummary) WITHOUT FUNCTION;
CREATE FUNCTION pg_temp.bytes(s subscriptionsummary) RETURNS bytea LANGUAGE sql AS $$ SELECT s::chs_raw::text::bytea $$;
CREATE TEMP TABLE grown (what text, s subscriptionsummary, sorted subscriptionsummary);
INSERT INTO grown SELECT 'few', chs_grown_agg(customer, started, ended, mrr), subscription_agg(customer, started, ended, mrr) FROM chs_subscription_many WHERE id <= 1500;
INSERT INTO grown SELECT 'uuid', chs_grown_agg(md5(customer::text)::uuid, started, ended, mrr), subscription_agg(md5(customer::text)::uuid, started, ended, mrr) FROM chs_subscription_many WHERE id <= 1500;
INSERT INTO grown SELECT 'text', chs_grown_agg(customer::text, started, ended, mrr / 3), subscription_agg(customer::text, started, ended, mrr / 3) FROM chs_subscription_many WHERE id <= 1500;
INSERT INTO grown SELECT 'one customer', chs_grown_agg(7::bigint, started, ended, mrr), subscription_agg(7::bigint, started, ended, mrr) FROM chs_subscription_many WHERE id <= 1500;
INSERT INTO grown SELECT 'many', chs_grown_agg(customer, started, ended, mrr), subscription_agg(customer, started, ended, mrr) FROM chs_subscription_many;
CREATE TEMP TABLE odd (what text, started date, ended date, mrr numeric);
INSERT INTO odd VALUES ('early', '1840-07-26', NULL, 1), ('late', '2199-06-07', '2289-02-21', 42949672.95), ('three decimals', '2025-01-01', NULL, 0.001), ('all days', '4714-11-24 BC', '5874897-12-31', 92233720368.54775807);
INSERT INTO grown SELECT o.what, chs_grown_agg(x.customer, x.started, x.ended, x.mrr), subscription_agg(x.customer, x.started, x.ended, x.mrr)
  FROM odd o, LATERAL (SELECT customer, started, ended, mrr FROM chs_subscription_many WHERE id <= 500 UNION ALL SELECT -1, o.started, o.ended, o.mrr) x GROUP BY o.what;
-- the form of a few customers is w (rows as they came), of many it is s (sorted)
SELECT what, chr(get_byte(pg_temp.bytes(s), 1)) AS form, s::text = sorted::text AS equal FROM grown ORDER BY what COLLATE "C";
SELECT bool_and(subscriptionsummary_send(s) = subscriptionsummary_send(sorted)) AS binary,
       bool_and(customers(s, '2025-06-01') = customers(sorted, '2025-06-01')) AS customers, bool_and((SELECT rollup(p) FROM unnest(ARRAY[s, NULL]) p) = sorted) AS rollup FROM grown;
SELECT bool_and(combine(s, sorted) = combine(sorted, sorted)) AS with_sorted, bool_and(combine(sorted, s) = combine(sorted, sorted)) AS and_back, bool_and(combine(s, s) = combine(sorted, sorted)) AS twice,
       rollup(s) = rollup(sorted) AS all, rollup(CASE WHEN what > 'm' THEN s ELSE sorted END) = rollup(sorted) AS some, count(*) FROM grown WHERE what NOT IN ('uuid', 'text', 'all days');
SELECT bool_and(subscriptionsummary_accum(s, 7::bigint, '2025-01-01', NULL, 5) = subscriptionsummary_accum(sorted, 7::bigint, '2025-01-01', NULL, 5)) AS one_more FROM grown WHERE what IN ('few', 'many');
SELECT pg_temp.fails('SELECT combine(a.s, b.s) FROM grown a, grown b WHERE a.what = ''few'' AND b.what = ''uuid''') AS mixed;
-- damaged on disk: a head of 12 bytes (version, form, kind, one unused, number of rows), then rows of 32 (key, first day, end, amount)
CREATE TEMP TABLE damaged AS SELECT damage, overlay(pg_temp.bytes(s) PLACING hole FROM at + 1) AS bytes FROM grown, (VALUES ('count', 4, '\xffffffffffffffff'::bytea), ('no rows', 4, '\x0000000000000000'),
  ('another kind', 2, 'u'), ('no kind', 2, 'x'), ('no form', 1, 'q'), ('sorted', 1, 's'), ('no amount', 12 + 24, '\x0000000000000000'), ('ends as it begins', 12 + 16, '\x0000000000000000')) AS v(damage, at, hole) WHERE what = 'few';
INSERT INTO damaged SELECT 'cut at ' || n, substr(pg_temp.bytes(s), 1, n) FROM grown, unnest(ARRAY[4, 12, 100]) n WHERE what = 'few';
SELECT pg_temp.fails(format('SELECT mrr(%L::chs_raw::subscriptionsummary, ''2025-06-01'')', bytes)) AS outcome, string_agg(damage, ', ' ORDER BY damage COLLATE "C") AS damage FROM damaged GROUP BY 1 ORDER BY 1;
-- wrong payloads, behind the keys of all rows or some: wrong numbers or an error
CREATE FUNCTION pg_temp.with_payload(b bytea, payload bytea, step int) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
  FOR at IN 0 .. (length(b) - 12) / 32 - 1 BY step LOOP
    b := overlay(b PLACING payload FROM 13 + at * 32 + 16);
  END LOOP;
  RETURN b;
END $$;
SELECT count(*), count(*) FILTER (WHERE outcome !~ '^(no error|22)') AS other FROM (
  SELECT pg_temp.fails(format(q, pg_temp.with_payload(pg_temp.bytes(s), payload, step))) AS outcome
    FROM grown, unnest(ARRAY['\xff', '\x80', '\xffffffff', '\x00000080', '\x0000008000000080', '\xffffff7fffffff7f', '\x0000000000000080']::bytea[]) payload, unnest(ARRAY[1, 7]) step,
         (VALUES ('SELECT count(*) FROM mrr_movements(%L::chs_raw::subscriptionsummary, ''month'', ''2025-01-01'', ''2026-07-01'', ''2026-01-01'')'), ('SELECT combine(s, s)::text::subscriptionsummary FROM (SELECT %L::chs_raw::subscriptionsummary AS s OFFSET 0) x')) w(q)
   WHERE what IN ('few', 'text', 'one customer')) x;
DROP TABLE grown;
DROP CAST (subscriptionsummary AS chs_raw);
DROP CAST (chs_raw AS subscriptionsummary);
SET client_min_messages = warning;
DROP TYPE chs_raw CASCADE;
RESET client_min_messages;
DROP AGGREGATE chs_grown_agg (bigint, date, date, numeric), chs_grown_agg (uuid, date, date, numeric), chs_grown_agg (text, date, date, numeric);

--
-- Bad input
--
SELECT pg_temp.fails($$SELECT subscription_agg(1, '2026-03-01', '2026-02-28', 5)$$);
SELECT pg_temp.fails($$SELECT subscription_agg(1, '2026-03-01', '2026-02-28')$$);
SELECT v, pg_temp.fails(format($$SELECT subscription_agg(1, '2026-03-01', NULL, %L)$$, v)) FROM unnest(ARRAY['-0.01', 'NaN', 'Infinity', '-Infinity', '92233720368.54775808', '92233720368.547758075', '-92233720368.54775808', '1e30', '1e1000']) v;
SELECT pg_temp.fails($$SELECT subscription_agg('x'::text, 'infinity', NULL, 5)$$), pg_temp.fails($$SELECT subscription_agg('x'::text, '-infinity', NULL)$$), pg_temp.fails($$SELECT subscription_agg(1, '2026-03-01', 'infinity', 5)$$);
-- two rows of one customer that are too much together; one after the other they do
SELECT pg_temp.fails($$SELECT mrr(subscription_agg(1, d, e, 92233720368.54775807), '2026-01-01') FROM (VALUES (date '2025-01-01', NULL::date), ('2026-02-03', '2026-04-01')) v(d, e)$$);
SELECT mrr(subscription_agg(1, d, e, 92233720368.54775807), '2026-01-01') FROM (VALUES (date '2025-01-01', date '2026-02-03'), ('2026-02-03', '2026-04-01')) v(d, e);
SELECT pg_temp.fails($$SELECT combine(subscription_agg(1, '2026-01-01', NULL), subscription_agg('1'::text, '2026-01-01', NULL))$$);
SELECT pg_temp.fails($$SELECT rollup(s) FROM (SELECT subscription_agg(i, '2026-01-01', NULL) AS s FROM generate_series(1, 5000) i UNION ALL SELECT subscription_agg(md5('1')::uuid, '2026-01-01', NULL)) x$$);
SELECT pg_temp.fails($$SELECT subscriptionsummary_accum(s, 'a'::text, '2026-01-01', NULL) FROM known$$);
SELECT b, pg_temp.fails(format($$SELECT * FROM known, mrr_movements(s, %L, '2026-01-01', '2026-05-01', '2026-04-20')$$, b)) FROM unnest(ARRAY['months', 'MONTH', 'decade', '', '{2026-01-01,2026-02-01}']) b;
SELECT left(d, 20) AS d, pg_temp.fails(format($$SELECT * FROM known, mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-20', %L)$$, d)) FROM unnest(ARRAY['events', 'Boundary', '', repeat('ż', 200)]) d;
SELECT pg_temp.fails($$SELECT * FROM known, mrr_movements(s, 'month', '2026-01-01', '2026-05-01', '2026-04-20', 'event', -1)$$);
SELECT f, t, a, pg_temp.fails(format($$SELECT * FROM known, %s(s, 'day', %L, %L, %L)$$, n, f, t, a))
  FROM (VALUES ('mrr_movements', '2026-05-01', '2026-01-01', '2026-04-20'), ('mrr_reconcile', '2026-05-01', '2026-05-01', '2026-04-20'), ('revenue_cohorts', '-infinity', '2026-05-01', '2026-04-20'),
               ('mrr_movements', '2026-05-01', 'infinity', '2026-04-20'), ('mrr_movements', '2026-05-01', '2026-05-02', 'infinity'),
               ('mrr_movements', '4713-01-01 BC', '5874897-12-31', '2026-04-20'), ('revenue_cohorts', '2000-01-01', '2000-02-01', '2026-04-20')) v(n, f, t, a);
SELECT b, pg_temp.fails(format($$SELECT * FROM known, mrr_movements(s, %L::date[], '2026-01-01', '2026-05-01', '2026-04-20')$$, b))
  FROM unnest(ARRAY['{}', '{2026-01-01}', '{2026-01-01,2026-01-01}', '{2026-05-01,2026-01-01}', '{2026-01-01,NULL}', '{2026-01-01,infinity}', '{{2026-01-01,2026-05-01}}', '{2026-01-02,2026-05-01}', '{2026-01-01,2026-04-30}']) b;
SELECT d, pg_temp.fails(format($$SELECT mrr(s, %L) FROM known$$, d)), pg_temp.fails(format($$SELECT arpa(s, '2026-01-01', %L) FROM known$$, d)), pg_temp.fails(format($$SELECT churn_rate(s, '[2026-01-01,2026-02-01)', %L) FROM known$$, d)) FROM unnest(ARRAY['infinity', '-infinity']) d;
SELECT p, pg_temp.fails(format($$SELECT net_revenue_retention(s, %L) FROM known$$, p)) FROM unnest(ARRAY['empty', '(,)', '[2026-01-01,)', '(,2026-01-01)', '[2026-01-01,infinity)']) p;
SELECT b, pg_temp.fails(format($$SELECT mrr(10::numeric, %L::interval)$$, b)) FROM unnest(ARRAY['0', '-1 month', '1 month -1 day', '12 hours', '1 day 1 second']) b;
SELECT a, pg_temp.fails(format($$SELECT mrr(%L::numeric, '1 month')$$, a)), pg_temp.fails(format($$SELECT mrr(%L::numeric, interval '1 month')$$, a)) = pg_temp.fails(format($$SELECT mrr(%L::numeric, '1 month')$$, a)) AS same FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity']) a;
SELECT pg_temp.fails($$SELECT mrr(10, 'fortnight')$$);
SELECT left(b, 30) AS b, split_part(pg_temp.fails(format($$SELECT mrr(10, %L)$$, b)), ' | ', 3) AS detail FROM unnest(ARRAY['', ' ', 'biweekly', 'ann ual', 'annuals', '2 monthly', 'monthly yearly', '3', '3 3 months', 'months 3', '-1 month', '1.5 years', '0 days', 'P1Y', '1 year, 2 months', '1 year 02:00:00', '2147483647 days', '99999999999999999999 years', repeat('month ', 100), 'żółw']) b;
-- the whole range of days, and a hundred thousand buckets
SELECT count(*), max(closing_mrr) FROM (SELECT subscription_agg(1, '4713-01-01 BC', '5874897-12-31', 3) AS s) x, mrr_movements(s, 'year', '0001-01-01 BC', '99999-12-31', '2026-04-20');
SELECT mrr(s, '4714-11-24 BC'), mrr(s, '5874897-12-31') FROM (SELECT subscription_agg(1, '4714-11-24 BC', '5874897-12-31', 3) AS s) x;

-- a state packs its rows, of which these do and do not fit: by customers, days, ends and amounts of every length.  It is
-- put together of the values of single customers, which are too small to be states
CREATE TABLE chs_subscription_packed AS
  SELECT customer, day AS started, day + length AS ended, mrr
    FROM (SELECT DISTINCT sign * (2::numeric ^ bits - less) AS customer FROM generate_series(0, 63) bits, (VALUES (1), (-1)) s(sign), (VALUES (0), (1)) l(less)) c,
         unnest('{4714-11-24 BC,1930-04-14,1930-04-15,2024-02-29,2109-09-18,2109-09-19,5874897-12-30}'::date[]) day,
         unnest('{1,256,65534,65535,65536,NULL}'::int[]) length, unnest('{0.01,0.00000001,327.68,360287970.18963967,360287970.18963968}'::numeric[]) mrr
   WHERE customer < 2::numeric ^ 63 AND (day < '9999-12-31' OR length = 1 OR length IS NULL);
SELECT subscriptionsummary_send(subscription_agg(customer::bigint, started, ended, mrr)) = (SELECT '\x0169' || int8send(count(*)) || string_agg(substr(one, 11), ''::bytea ORDER BY substr(one, 11)) FROM (SELECT subscriptionsummary_send(subscription_agg(customer::bigint, started, ended, mrr)) AS one FROM chs_subscription_packed GROUP BY customer) x) AS bigint,
       subscriptionsummary_send(subscription_agg(customer::text, started, ended, mrr)) = (SELECT '\x0174' || int8send(count(*)) || string_agg(substr(one, 11), ''::bytea ORDER BY substr(one, 11)) FROM (SELECT subscriptionsummary_send(subscription_agg(customer::text, started, ended, mrr)) AS one FROM chs_subscription_packed GROUP BY customer) x) AS text,
       count(DISTINCT customer) AS customers, count(*) AS rows
  FROM chs_subscription_packed;

--
-- Text and binary form: damage
--
SELECT t, pg_temp.fails(format('SELECT %L::subscriptionsummary', t)) FROM unnest(ARRAY['', '1', '1:', '1:AX', '1:AXQ=', '1:AXQAAAAAAAAAAA', '1:AXQAAAAAAAAAAA=x', '1:AXQAAAAAAAAAAAA=', '1:!!!!', '2:AXQAAAAAAAAAAA==', '1:AnQAAAAAAAAAAA==', '1:AXoAAAAAAAAAAA==', '1:AXQAAAAAAAAAAQ==', '1:AXT//////////w==']) AS t;
SELECT current_setting('data_directory') || '/chs_subscription_test.bin' AS file \gset
CREATE TEMP TABLE wire (s subscriptionsummary);
SELECT bool_and(pg_temp.receive(subscriptionsummary_send(s), :'file') = s::text) AS round_trip FROM (SELECT s FROM parts UNION ALL SELECT s FROM whole UNION ALL SELECT s FROM many UNION ALL SELECT s FROM known) x;
-- version, kind, customers; a key and a history each
CREATE FUNCTION pg_temp.customer(h1 bigint, h2 bigint, history text) RETURNS bytea LANGUAGE sql AS $$ SELECT int8send(h1) || int8send(h2) || decode(history, 'hex') $$;
CREATE FUNCTION pg_temp.subs(customers bigint, VARIADIC c bytea[]) RETURNS bytea LANGUAGE sql AS $$ SELECT '\x0169'::bytea || int8send(customers) || (SELECT string_agg(x, '') FROM unnest(c) x) $$;
SELECT mrr(s, '2020-01-31'), mrr(s, '2020-02-01'), customers(s, '2020-02-11') FROM (SELECT pg_temp.receive(pg_temp.subs(2, pg_temp.customer(1, 2, '033e64'), pg_temp.customer(-1, -1, '053e640ac701')), :'file')::subscriptionsummary AS s) x;
SELECT what, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L)', payload, :'file')) FROM (VALUES
  ('nothing after its kind', '\x0169'::bytea), ('too many customers', pg_temp.subs(2, pg_temp.customer(1, 2, '033e64'))), ('too few', pg_temp.subs(1, pg_temp.customer(1, 2, '033e64'), pg_temp.customer(1, 3, '033e64'))),
  ('keys fall', pg_temp.subs(2, pg_temp.customer(1, 3, '033e64'), pg_temp.customer(1, 2, '033e64'))), ('keys are equal', pg_temp.subs(2, pg_temp.customer(1, 3, '033e64'), pg_temp.customer(1, 3, '033e64'))),
  ('no steps', pg_temp.subs(1, pg_temp.customer(1, 2, '013e64'))), ('more steps than bytes', pg_temp.subs(1, pg_temp.customer(1, 2, '053e64'))), ('a number without end', pg_temp.subs(1, pg_temp.customer(1, 2, '033e80'))),
  ('a number of eleven bytes', pg_temp.subs(1, pg_temp.customer(1, 2, '03ffffffffffffffffffff0164'))), ('a longer number than needed', pg_temp.subs(1, pg_temp.customer(1, 2, '033ee400'))),
  ('first amount is zero', pg_temp.subs(1, pg_temp.customer(1, 2, '033e00'))), ('a step that changes nothing', pg_temp.subs(1, pg_temp.customer(1, 2, '053e640a00'))), ('negative', pg_temp.subs(1, pg_temp.customer(1, 2, '053e640ac901'))),
  ('the same day twice', pg_temp.subs(1, pg_temp.customer(1, 2, '053e640002'))), ('a day beyond the calendar', pg_temp.subs(1, pg_temp.customer(1, 2, '03feffffff0f64'))), ('a day before it', pg_temp.subs(1, pg_temp.customer(1, 2, '03ffffffff0f64'))),
  ('a first day that wraps around', pg_temp.subs(1, pg_temp.customer(1, 2, '03feffffffffffffffff0164'))), ('days that wrap around', pg_temp.subs(1, pg_temp.customer(1, 2, '053e64ffffffffffffffffff0102'))),
  ('hundredths in the smaller unit', pg_temp.subs(1, pg_temp.customer(1, 2, '023ec0843d'))), ('more than a bigint', pg_temp.subs(1, pg_temp.customer(1, 2, '033effffffffffffffff7f'))), ('of another version', '\x026900000000000000'::bytea)) v(what, payload);
-- every byte of a value wrong in turn: an error or another valid value, never a crash
SELECT count(*), count(*) FILTER (WHERE outcome !~ '^(no error|22)') AS other FROM (
  SELECT pg_temp.fails(format('SELECT count(*) FROM mrr_movements(%L::subscriptionsummary, ''month'', ''2025-01-01'', ''2026-07-01'', ''2026-01-01'')', '1:' || encode(set_byte(w, i, (get_byte(w, i) + d) & 255), 'base64'))) AS outcome
    FROM (SELECT subscriptionsummary_send(subscription_agg(customer, started, ended, mrr)) AS w FROM ten WHERE customer IN (3, 8)) x, generate_series(0, length(w) - 1) i, unnest(ARRAY[1, 127, 128, 200]) d) y;
DO $$ BEGIN
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', current_setting('data_directory') || '/chs_subscription_test.bin'));
END $$;
DROP TABLE chs_subscription_rows, chs_subscription_many, chs_subscription_packed;
