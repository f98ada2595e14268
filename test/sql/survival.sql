-- survival: how long customers stay, and what makes them leave sooner
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all
SET extra_float_digits = 0;
CREATE FUNCTION pg_temp.u(i bigint, seed bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT ((hashint8extended(hashint8extended(i, seed), seed) >> 13) & 1099511627775) / 1099511627776.0::float8 $$;

--
-- The curve of Kaplan and Meier
--

-- five customers: 1 of 5 ends on day 2, one is last seen on day 3, 1 of 3 ends on day 4, 2 of 2 on day 6;
-- by hand S = 4/5, 4/5 2/3 = 8/15, 0; Greenwood on day 2: 4/5 sqrt(1/(5 4)), on day 4: 8/15 sqrt(1/20 + 1/(3 2))
CREATE TEMP TABLE five (duration int, ended boolean);
INSERT INTO five VALUES (2, true), (3, false), (4, true), (6, true), (6, true);
SELECT t, at_risk, ended, censored, survival, std_err, low, high FROM survival_curve((SELECT survival_agg(duration, ended) FROM five));
SELECT 4 / 5.0 * sqrt(1 / 20.0) AS day_2, 8 / 15.0 * sqrt(1 / 20.0 + 1 / 6.0) AS day_4;
SELECT t, low, high FROM survival_curve((SELECT survival_agg(duration, ended) FROM five), 80);
SELECT t, survival(s, t) FROM (SELECT survival_agg(duration, ended) AS s FROM five) x, generate_series(0, 7) t;
-- beyond the last day there is no answer unless none is left
SELECT survival(survival_agg(duration, false), 6) AS last_day, survival(survival_agg(duration, false), 7) AS beyond FROM five;
SELECT median_survival(s), median_interval(s), restricted_mean(s, 6), 2 + 2 * 4 / 5.0 + 2 * 8 / 15.0 AS by_hand, restricted_mean(s, 7) AS beyond, restricted_mean(s, 0) AS zero FROM (SELECT survival_agg(duration, ended) AS s FROM five) x;
-- exactly half is half, however it was multiplied
SELECT n, median_survival((SELECT survival_agg(i, true) FROM generate_series(1, n) i)) FROM generate_series(2, 40, 2) n WHERE median_survival((SELECT survival_agg(i, true) FROM generate_series(1, n) i)) <> n / 2;
-- more than half stays: no median
SELECT median_survival(s), median_interval(s) FROM (SELECT survival_agg(5, i = 1) AS s FROM generate_series(1, 5) i) x;
-- known from an age of 3 on: at risk on days 4 to 6 only
SELECT t, at_risk, ended, censored, survival FROM survival_curve((SELECT survival_agg(entry, duration, ended) FROM (VALUES (0, 2, true), (0, 5, true), (3, 6, false), (3, 4, true)) v(entry, duration, ended)));
-- everybody ends on the first day; a life of 0 days
SELECT * FROM survival_curve((SELECT survival_agg(0, i < 3) FROM generate_series(1, 4) i));
-- one customer, who ends or stays
SELECT * FROM survival_curve((SELECT survival_agg(7, true)));
SELECT * FROM survival_curve((SELECT survival_agg(7, false)));
-- none; NULL
SELECT survival_agg(duration, ended) IS NULL AS none FROM five WHERE false;
SELECT survival_agg(NULL, true) IS NULL AND survival_agg(5, NULL::boolean) IS NULL AND survival_agg(NULL, 5, true) IS NULL AND survival_agg(5, true, NULL) IS NULL AND survival_agg(5, NULL::bigint) IS NULL AS skipped FROM five;
SELECT count(*) FROM survival_curve(NULL);
SELECT count(*), survival('1:AQA=', 5), median_survival('1:AQA='), restricted_mean('1:AQA=', 0) FROM survival_curve('1:AQA=');
-- natural calls: differences of days, bigint, a reason in place of the end
SELECT survival(survival_agg(date '2026-03-01' - date '2026-01-01', true), 58), survival(survival_agg(59::bigint, 1::bigint), 59), survival(survival_agg(59, 2), 58), survival(survival_agg(0, 59, 2), 58);
-- the longest life
SELECT * FROM survival_curve((SELECT survival_agg(0, 9223372036854775807, true)));

-- MRR that stays: 100 of 150 leaves on day 4
SELECT t, at_risk, ended, censored, survival FROM survival_curve((SELECT survival_agg(duration, ended, mrr) FROM (VALUES (4, true, 100), (6, false, 50)) v(duration, ended, mrr)));
-- one large customer is not a hundred small ones: the error of the jackknife, by hand. Weights 3 and 1, the 3 ends:
-- dS/dw = -1/4 + 3/16 = -1/16 for the 3 and 3/16 for the 1, so sqrt(9/256 + 9/256)
SELECT std_err, sqrt(18) / 16 AS by_hand FROM survival_curve((SELECT survival_agg(duration, ended, weight) FROM (VALUES (4, true, 3), (6, false, 1)) v(duration, ended, weight))) WHERE t = 4;
-- a large customer leaves nothing behind: gone before the first end, it counts nothing. Weights of 1 and ends at 10 and 30, so by
-- Greenwood S = 4/5, 8/15 and S sqrt(1/20), S sqrt(1/20 + 1/6)
CREATE TEMP TABLE after_large AS SELECT * FROM (VALUES (0, 10, true, 1), (0, 20, false, 1), (0, 30, true, 1), (0, 40, false, 1), (0, 50, false, 1)) v(entry, duration, ended, weight);
SELECT t, round(std_err::numeric, 12) AS std_err, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, abs(std_err / by_hand - 1) < 1e-14 AS same
  FROM survival_curve((SELECT survival_agg(duration, ended, weight) FROM (SELECT * FROM after_large UNION ALL VALUES (0, 1, false, 1000000000)) v))
  JOIN (VALUES (10, sqrt(1 / 20.0::float8) * 4 / 5), (30, sqrt(13 / 60.0::float8) * 8 / 15), (50, sqrt(13 / 60.0::float8) * 8 / 15)) h(day, by_hand) ON t = day;
-- behind the ends lie areas of 20 4/5 + 20 8/15 = 80/3 and of 20 8/15 = 32/3; the same with entries of 0
SELECT abs(restricted_mean_error(s, 50) / sqrt((80 / 3.0::float8) ^ 2 / 20 + (32 / 3.0::float8) ^ 2 / 6) - 1) < 1e-14 AS mean, restricted_mean_error(e, 50) = restricted_mean_error(s, 50) AS same
  FROM (SELECT survival_agg(duration, ended, weight) AS s, survival_agg(entry, duration, ended, weight) AS e FROM (SELECT * FROM after_large UNION ALL VALUES (0, 1, false, 1000000000)) v) x;
-- it ends itself, or two of them came late: the squares of w U in fractions by python
SELECT c.day, abs(s.std_err / c.exact - 1) < 1e-8 AS same
  FROM (VALUES (1, 30, 3.1739681611509594e-09), (2, 30, 0.2442924869999978)) c(large, day, exact),
       LATERAL survival_curve((SELECT survival_agg(entry, duration, ended, weight) FROM (SELECT * FROM after_large UNION ALL
         SELECT entry, duration, ended, weight FROM (VALUES (1, 0, 5, true, 1000000000), (2, 0, 2, true, 1), (2, 2, 5, true, 1000000000), (2, 2, 15, false, 1000000000), (2, 4, 60, false, 1)) l(which, entry, duration, ended, weight) WHERE which = large) v)) s WHERE s.t = c.day;
-- more squares than fit into 128 bits
SELECT count(*), count(std_err) FROM survival_curve((SELECT survival_agg(i, i % 2 = 1, 92233720368) FROM generate_series(1, 9) i));
-- with weights of 1 it is Greenwood's
SELECT count(*), max(abs(a.std_err - b.std_err)) < 1e-15 AS same_error, bool_and(a.survival = b.survival) AS same
  FROM (SELECT survival_agg(d, i % 3 > 0) AS s, survival_agg(d, i % 3 > 0, 1) AS w FROM (SELECT i, 1 + trunc(30 * pg_temp.u(i, 2))::int AS d FROM generate_series(1, 300) i) x) y,
       survival_curve(s) a JOIN LATERAL survival_curve(w) b USING (t) WHERE a.survival > 0;
-- nobody has a weight: shares of nothing are unknown; beside 10, a weight of 0 takes nothing away
SELECT survival(s, 3), survival(s, 5), median_survival(s), restricted_mean(s, 5), restricted_mean_error(s, 5), c.*, i.cumulative_incidence
  FROM (SELECT survival_agg(0::bigint, 5::bigint, 1::bigint, 0::numeric) AS s) x, survival_curve(s) c, cumulative_incidence(s) i;
SELECT survival(s, 3), survival(s, 5), survival(s, 8), restricted_mean(s, 8) FROM (SELECT survival_agg(duration, ended, weight) AS s FROM (VALUES (3, true, 0), (5, true, 10), (8, true, 0)) v(duration, ended, weight)) x;
-- three squares of the largest amount do not fit
SELECT pg_temp.fails('SELECT survival_agg(5, true, 92233720368) FROM generate_series(1, 2)'), pg_temp.fails('SELECT survival_agg(5, true, 92233720368) FROM generate_series(1, 3)');
-- a weight of 0 counts nothing; fractions of a cent; the same for any order of rows
SELECT t, at_risk, ended, censored, survival FROM survival_curve((SELECT survival_agg(t, true, w) FROM (VALUES (1, 0), (2, 0.00000001), (2, 2.5), (3, 1e10)) v(t, w)));
SELECT survival_agg(i % 50, i % 3 = 0, i / 7.0 ORDER BY i) = survival_agg(i % 50, i % 3 = 0, i / 7.0 ORDER BY hashint4(i)) AS same FROM generate_series(1, 1000) i;

-- merged, moving, through text
SELECT rollup(s) = (SELECT survival_agg(duration, ended) FROM five) AS same FROM (SELECT survival_agg(duration, ended) AS s FROM five GROUP BY ended) x;
SELECT bool_and(a = b) AS same FROM (
  SELECT survival_agg(i % 5, i % 3, i % 2) OVER w AS a, (SELECT survival_agg(j % 5, j % 3, j % 2) FROM generate_series(1, 60) j WHERE j BETWEEN i - 7 AND i AND j % 5 < j % 3) AS b
    FROM generate_series(1, 60) i WHERE i % 5 < i % 3 WINDOW w AS (ORDER BY i RANGE 7 PRECEDING)) x;
SELECT s::text AS text, s::text::survivalsummary = s AS same FROM (SELECT survival_agg(duration, ended) AS s FROM five) x;
-- errors
SELECT pg_temp.fails('SELECT survival_agg(-1, true)');
SELECT pg_temp.fails('SELECT survival_agg(5, 5, true)');
SELECT pg_temp.fails('SELECT survival_agg(-1, 5, true)');
SELECT pg_temp.fails('SELECT survival_agg(5, -2)');
SELECT pg_temp.fails('SELECT survival_agg(5, true, -1)');
SELECT pg_temp.fails('SELECT survival_agg(5, true, ''NaN'')');
SELECT pg_temp.fails('SELECT survival_agg(5, true, 1e11)');
SELECT pg_temp.fails('SELECT combine(survival_agg(5, true, 1), survival_agg(5, true))');
SELECT pg_temp.fails('SELECT survival(survival_agg(5, true), -1)');
SELECT pg_temp.fails('SELECT survival_curve(survival_agg(5, true), 0.95)');
SELECT pg_temp.fails('SELECT survivalsummary_accum_inv(survival_agg(5, true), 5, false)');
SELECT pg_temp.fails('SELECT survivalsummary_combine_inv(survival_agg(5, true), survival_agg(6, true))');
CREATE TEMP TABLE wire_survivalsummary (s survivalsummary);
SELECT current_setting('data_directory') || '/chs_survival.bin' AS file \gset
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(''survivalsummary'', %L, %L)', payload, :'file'))
  FROM (SELECT survivalsummary_send(survival_agg(2, 7, true)) AS b, survivalsummary_send(survival_agg(2, 7, true, 3)) AS w) y, LATERAL (VALUES
    (1, b), (2, b || '\x00'), (3, substr(b, 1, 20)), (4, overlay(b placing '\x03' from 2)), (5, overlay(b placing int8send(-1) from 7)), (6, overlay(b placing int8send(7) from 15)), (7, overlay(b placing int8send(-2) from 15)),
    (8, overlay(b placing int8send(-1) from 23)), (9, overlay(b placing int8send(-1) from 31)), (10, overlay(b placing int8send(0) from 31)), (11, overlay(w placing int8send(-1) from 39)), (12, overlay(w placing int8send(0) from 47)), (13, '\x0101' || int4send(0)), (14, '\x0201')) v(n, payload) ORDER BY n;

-- Against the definition: random lives with entries; at risk entry < t <= duration
CREATE TEMP TABLE life AS
  SELECT i, CASE WHEN i % 2 = 0 THEN trunc(40 * pg_temp.u(i, 1))::int ELSE 0 END AS entry, 1 + trunc(90 * pg_temp.u(i, 2))::int AS more, trunc(4 * pg_temp.u(i, 3))::int AS cause, 1 + trunc(9 * pg_temp.u(i, 4))::int AS weight FROM generate_series(1, 400) i;
CREATE TEMP TABLE lives AS SELECT i, entry, entry + more AS duration, cause, weight, i % 3 AS plan FROM life;
CREATE TEMP TABLE times AS
  SELECT t, count(*)::float8 AS n, count(*) FILTER (WHERE duration = t AND cause > 0)::float8 AS d, sum(weight)::float8 AS wn, coalesce(sum(weight) FILTER (WHERE duration = t AND cause > 0), 0)::float8 AS wd
    FROM (SELECT DISTINCT duration AS t FROM lives) x JOIN lives ON entry < t AND t <= duration GROUP BY t;
SELECT count(*), bool_and(c.at_risk = n AND c.ended = d) AS counts, bool_and(abs(c.survival - s) < 1e-12) AS survival, bool_and(abs(c.std_err - s * sqrt(v)) < 1e-12) AS std_err,
       bool_and(abs(c.low - s ^ exp(1.959963984540054 * sqrt(v) / -ln(s))) < 1e-12 AND abs(c.high - s ^ exp(-1.959963984540054 * sqrt(v) / -ln(s))) < 1e-12) AS limits
  FROM (SELECT t, n, d, exp(sum(ln(1 - d / n)) OVER w) AS s, sum(d / (n * (n - d))) OVER w AS v FROM times WHERE n > d WINDOW w AS (ORDER BY t)) h JOIN survival_curve((SELECT survival_agg(entry, duration, cause > 0) FROM lives)) c USING (t) WHERE s < 1;
-- with weights: the jackknife by its definition, each customer's weight by 1e-6 more
CREATE FUNCTION pg_temp.weighted(more int, by float8, until_t int) RETURNS float8 LANGUAGE sql AS $$
  SELECT coalesce(exp(sum(ln(1 - d / n))), 1) FROM (
    SELECT sum(w) AS n, sum(w) FILTER (WHERE duration = t AND cause > 0) AS d
      FROM (SELECT t FROM times WHERE t <= until_t AND d > 0) x JOIN (SELECT *, weight + CASE WHEN i = more THEN by ELSE 0 END AS w FROM lives) y ON entry < t AND t <= duration GROUP BY t) z $$;
SELECT t, abs(c.std_err / sqrt((SELECT sum((weight * (pg_temp.weighted(i, 1e-4, t::int) - pg_temp.weighted(i, -1e-4, t::int)) / 2e-4) ^ 2) FROM lives WHERE i <= 400)) - 1) < 1e-6 AS std_err
  FROM survival_curve((SELECT survival_agg(entry, duration, cause > 0, weight) FROM lives)) c WHERE t IN (7, 30);
-- restricted mean and its error: area under the steps; Greenwood's sum with the area behind each event
WITH step AS (
  SELECT t, n, d, exp(sum(ln(1 - d / n)) OVER (ORDER BY t)) AS s, lead(t, 1, 50) OVER (ORDER BY t) AS next FROM times WHERE t <= 50
), area AS (
  SELECT t, n, d, sum(s * (next - t)) OVER (ORDER BY t DESC) AS behind, (SELECT min(t) FROM step) + sum(s * (next - t)) OVER () AS mean FROM step
)
SELECT abs(restricted_mean(s, 50) - min(mean)) < 1e-11 AS mean, abs(restricted_mean_error(s, 50) - sqrt(sum(behind ^ 2 * d / (n * (n - d))))) < 1e-11 AS error FROM area, (SELECT survival_agg(entry, duration, cause > 0) AS s FROM lives) x GROUP BY s;

-- nearly all end on one day: limits of log(-log S), by 50 digits
SELECT abs(low / 2.64259352073664074e-12 - 1) < 1e-13 AS low, abs(high / 6.84030360275117391e-10 - 1) < 1e-13 AS high
  FROM survival_curve((SELECT survival_agg(t, ended, w) FROM (VALUES (1, true, 1e10), (2, true, 0.5), (3, false, 0.5)) v(t, ended, w))) WHERE t = 2;

--
-- The logrank test
--

-- two groups of two, by hand: day 1: 1 of 4 ends, a expects 1/2; day 2: 1 of 3, a expects 1/3; day 3: 1 of 2 (both b), 0
-- a: observed 2, expected 5/6; variance 1/4 + 2/9 = 17/36; chi-square (7/6)^2 36/17 = 49/17
SELECT group_number, observed, expected, chi2, df, round(p_value::numeric, 12) AS p_value FROM logrank((SELECT survival_agg(d, true) FROM unnest('{1,2}'::int[]) d), (SELECT survival_agg(d, true) FROM unnest('{3,4}'::int[]) d));
SELECT 49 / 17.0 AS chi2;
-- three groups; a fourth that never comes under risk is left out
SELECT l.* FROM (SELECT array_agg(s ORDER BY plan) AS s FROM (SELECT plan, survival_agg(entry, duration, cause > 0) AS s FROM lives GROUP BY plan) x) y, logrank(s) l;
SELECT l.group_number, l.observed, l.expected, l.df FROM (SELECT array_agg(s ORDER BY plan) || survival_agg(0, false) AS s FROM (SELECT plan, survival_agg(entry, duration, cause > 0) AS s FROM lives GROUP BY plan) x) y, logrank(s) l;
-- groups of young and of old customers that are never under risk together: a degree of freedom less for each block, in any order
CREATE TEMP TABLE blocks AS SELECT g, survival_agg(e, e + 1 + i * (5 + 2 * g) % 61, i * g % 3 > 0) AS s FROM (SELECT g, CASE WHEN g < 3 THEN 0 ELSE 200 END AS e FROM generate_series(1, 4) g) x, generate_series(1, 20) i GROUP BY g;
SELECT orders.name, df, abs(l.chi2 - young.chi2 - old.chi2) < 1e-12 AS sum_of_both, abs(p_value - exp(-l.chi2 / 2)) < 1e-15 AS p
  FROM (SELECT 'up', array_agg(s ORDER BY g) FROM blocks UNION ALL SELECT 'down', array_agg(s ORDER BY g DESC) FROM blocks UNION ALL SELECT 'mixed', array_agg(s ORDER BY g % 2, g) FROM blocks) orders(name, groups),
       LATERAL (SELECT * FROM logrank(groups) WHERE group_number = 1) l, LATERAL (SELECT o.chi2 FROM logrank((SELECT array_agg(s) FROM blocks WHERE g < 3)) o WHERE group_number = 1) young(chi2),
       LATERAL (SELECT o.chi2 FROM logrank((SELECT array_agg(s) FROM blocks WHERE g > 2)) o WHERE group_number = 1) old(chi2);
-- weights do not count
SELECT bool_and(a.chi2 = b.chi2) AS same FROM (SELECT array_agg(s ORDER BY plan) AS s, array_agg(w ORDER BY plan) AS w FROM (SELECT plan, survival_agg(entry, duration, cause > 0) AS s, survival_agg(entry, duration, cause > 0, weight) AS w FROM lives GROUP BY plan) x) y, logrank(s) a, logrank(w) b;
-- a group a million times larger than the others, in any order: the exact fraction is 1000001, and of three groups 516132.710802369556...
SELECT bool_and(abs(l.chi2 / exact - 1) < 1e-14) AS same
  FROM (SELECT survival_agg(2, true) AS a FROM generate_series(1, 1000000)) x, (SELECT survival_agg(3, true) AS b FROM generate_series(1, 2)) y,
       (SELECT survival_agg(t, true) AS c FROM unnest('{1,4,4,4}'::int[]) t) z,
       LATERAL (VALUES (ARRAY[a, b], 1000001), (ARRAY[b, a], 1000001), (ARRAY[a, b, c], 516132.710802369556), (ARRAY[b, a, c], 516132.710802369556), (ARRAY[c, b, a], 516132.710802369556)) v(groups, exact), logrank(groups) l;
-- nothing to compare
SELECT l.* FROM (SELECT survival_agg(1, false) AS s) x, logrank(s, s) l;
SELECT count(*) FROM logrank(NULL, '1:AQA=');
SELECT pg_temp.fails('SELECT logrank(ARRAY[survival_agg(1, true)])');
SELECT pg_temp.fails('SELECT logrank(ARRAY[survival_agg(1, true), NULL])');
SELECT pg_temp.fails('SELECT logrank(ARRAY[]::survivalsummary[])');
-- observed and expected against the definition
SELECT count(*), bool_and(l.observed = o AND abs(l.expected - e) < 1e-10) AS same
  FROM (SELECT array_agg(s ORDER BY plan) AS s FROM (SELECT plan, survival_agg(entry, duration, cause > 0) AS s FROM lives GROUP BY plan) x) y, logrank(s) l,
       LATERAL (SELECT sum(own_d) AS o, sum(d * own_n / n) AS e FROM times, LATERAL (SELECT count(*) AS own_n, count(*) FILTER (WHERE duration = t AND cause > 0) AS own_d FROM lives WHERE plan = group_number - 1 AND entry < t AND t <= duration) z) h;

--
-- Churn by reason
--

-- by hand: 4 at risk, day 1 one for reason 1; day 2 one of 3 for reason 2: F1 = 1/4, F2 = 3/4 1/3 = 1/4; day 3: one of 2 for 1: F1 = 1/4 + 1/2 1/2
SELECT t, cause, at_risk, ended, cumulative_incidence, std_err FROM cumulative_incidence((SELECT survival_agg(t, cause) FROM (VALUES (1, 1), (2, 2), (3, 1), (4, 0)) v(t, cause)));
-- the reasons and those who stay add up to 1
SELECT count(*), max(abs(f + survival(s, t) - 1)) < 1e-12 AS adds_up FROM (SELECT s, t, sum(cumulative_incidence) AS f FROM (SELECT survival_agg(entry, duration, cause) AS s FROM lives) x, cumulative_incidence(s) GROUP BY s, t) y;
-- of one reason it is one less the survival
SELECT max(abs(cumulative_incidence + survival(s, t) - 1)) < 1e-12 AS same FROM (SELECT survival_agg(entry, duration, (cause > 0)::int) AS s FROM lives) x, cumulative_incidence(s);
-- all but one end for one reason, 1000 a day; a thousand times as many, of whom 1024 stay; one a day, one of them for another reason.  By 50 digits
SELECT abs(i.std_err / 1.00049955283274018e-6 - 1) < 1e-12 AS million, abs(j.std_err / 3.12499996239630283e-8 - 1) < 1e-12 AS billion
  FROM (SELECT survival_agg(1 + i % 1000, (i < 999999)::int::bigint) AS s FROM generate_series(0::bigint, 999999) i) x, cumulative_incidence(s) i,
       LATERAL (WITH RECURSIVE twice AS (SELECT s, 0 AS n UNION ALL SELECT combine(s, s), n + 1 FROM twice WHERE n < 10) SELECT s AS large FROM twice WHERE n = 10) y, cumulative_incidence(large) j
 WHERE i.t = 1000 AND j.t = 1000;
SELECT max(abs(std_err / exact - 1)) < 1e-11 AS a_day
  FROM (SELECT survival_agg(i, CASE i WHEN 100000 THEN 2 WHEN 200000 THEN 0 ELSE 1 END) AS s FROM generate_series(1::bigint, 200000) i) x, cumulative_incidence(s)
  JOIN (VALUES (1, 8.13161125892068646e-6), (2, 5.00001249982812579e-6)) v(cause, exact) USING (cause) WHERE t = 200000;
-- all end for it: no doubt is left
SELECT t, cause, cumulative_incidence, std_err FROM cumulative_incidence((SELECT survival_agg(t, 1) FROM unnest('{2,6,6,2,4,3}'::int[]) t)) WHERE t = 6;
-- with weights there is no error of that kind
SELECT * FROM cumulative_incidence((SELECT survival_agg(0, t, cause, w) FROM (VALUES (1, 1, 2.5), (2, 2, 7.5)) v(t, cause, w)));
SELECT count(*) FROM cumulative_incidence((SELECT survival_agg(5, false) FROM five));
SELECT pg_temp.fails('SELECT cumulative_incidence((SELECT survival_agg(5, i) FROM generate_series(1, 1001) i))');

--
-- Lifetimes of subscriptions
--
CREATE TEMP TABLE subs (customer text, started date, ended date, mrr numeric);
INSERT INTO subs VALUES ('ended', '2025-01-01', '2025-03-01', 10), ('open', '2025-02-10', NULL, 10), ('came back', '2025-01-10', '2025-02-10', 5), ('came back', '2025-04-01', NULL, 5),
  ('starts after', '2026-02-01', NULL, 9), ('ends after', '2025-06-01', '2026-03-01', 9), ('free first', '2025-01-01', '2025-02-01', 0), ('free first', '2025-02-01', '2025-05-01', 7),
  ('touch', '2025-01-01', '2025-02-01', 7), ('touch', '2025-02-01', '2025-03-01', 8), ('on as_of', '2025-12-31', NULL, 1), ('ends on as_of', '2025-12-01', '2025-12-31', 1),
  ('came back and left', '2025-01-01', '2025-02-01', 1), ('came back and left', '2025-06-01', '2025-08-01', 1), ('only free', '2025-01-01', NULL, 0);
SELECT customer, l.started, l.duration, l.ended, f.duration AS first_duration, f.ended AS first_ended
  FROM (SELECT customer, subscription_agg(customer, started, ended, mrr) AS s FROM subs GROUP BY customer) x LEFT JOIN LATERAL subscription_lives(s, '2025-12-31') l ON true LEFT JOIN LATERAL subscription_lives(s, '2025-12-31', 'first') f ON true ORDER BY customer;
SELECT lifetimes(s, '2025-12-31') = (SELECT survival_agg(duration, ended) FROM subscription_lives(s, '2025-12-31')) AS same,
       lifetimes(s, '2025-12-31', 'first') = (SELECT survival_agg(duration, ended) FROM subscription_lives(s, '2025-12-31', 'first')) AS same_first, median_survival(lifetimes(s, '2025-12-31')) AS median,
       lifetimes(s, '2024-12-31') IS NULL AS nobody FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subs) x;
SELECT pg_temp.fails('SELECT lifetimes(subscription_agg(customer, started, ended, mrr), ''2025-12-31'', ''second'') FROM subs');
SELECT pg_temp.fails('SELECT lifetimes(subscription_agg(customer, started, ended, mrr), ''infinity'') FROM subs');

--
-- Proportional hazards
--

-- by hand: of two customers with x = 1 and two with x = 0 those with 1 end on days 1 and 3, one with 0 on day 2, and one stays.
-- With h = exp(b) the likelihood is h/(2h + 2) 1/(h + 2) h/(h + 1), its maximum 1/h + 1/h = 2/(h + 1) + 1/(h + 2): h^2 - h - 4 = 0 and h = (1 + sqrt 17)/2
CREATE TEMP TABLE four (t int, ended boolean, x float8);
INSERT INTO four VALUES (1, true, 1), (2, true, 0), (3, true, 1), (4, false, 0);
SELECT exp((m).coefficients[1]) AS hazard_ratio, (1 + sqrt(17)) / 2 AS by_hand, (m).log_likelihood, ln(h / (2 * h + 2) / (h + 2) * h / (h + 1)) AS log_by_hand, (m).events, (m).status, (m).concordance
  FROM (SELECT cox_fit(t, ended, ARRAY[x]) AS m FROM four) y, LATERAL (SELECT exp((m).coefficients[1]) AS h) z;
-- ties by Efron: three of five end on one day; maximum of h^2/((2h + 3)(2h + 3 - (2h + 1)/3)(2h + 3 - 2(2h + 1)/3)), found on a grid
SELECT abs((m).coefficients[1] - (SELECT b FROM generate_series(-2, 4, 0.0001) b ORDER BY 2 * b - ln(2 * exp(b) + 3) - ln(2 * exp(b) + 3 - (2 * exp(b) + 1) / 3) - ln(2 * exp(b) + 3 - 2 * (2 * exp(b) + 1) / 3) DESC LIMIT 1)) < 1e-4 AS efron
  FROM (SELECT cox_fit(CASE WHEN i <= 3 THEN 5 ELSE 9 END, i <= 3, ARRAY[CASE WHEN i IN (1, 2) THEN 1 ELSE 0 END]) AS m FROM generate_series(1, 5) i WHERE i <> 6) y;
SELECT term, coefficient, std_error, z, p_value, hazard_ratio, low, high FROM cox_summary((SELECT cox_fit(t, ended, ARRAY[x]) FROM four), '{called}');
SELECT term, round(chi2::numeric, 12) AS chi2, df, p_value FROM cox_check((SELECT cox_fit(t, ended, ARRAY[x]) FROM four));
SELECT cox_hazard_ratio(m, '{1}') AS one, cox_hazard_ratio(m, '{0}') AS zero, cox_hazard_ratio(m, '{2}') / cox_hazard_ratio(m, '{1}') AS per_unit, cox_hazard_ratio(m, '{NULL}') AS unknown FROM (SELECT cox_fit(t, ended, ARRAY[x]) AS m FROM four) y;
-- a constant and a doubled feature are left out and named by NULL; rows with a NULL feature are left out and counted
SELECT (m).coefficients[1] IS NULL AS constant, exp((m).coefficients[2]) AS x, (m).coefficients[3] IS NULL AS doubled, (m).status, (m).covariance[1][2] IS NULL AS no_covariance FROM (SELECT cox_fit(t, ended, ARRAY[7, x, 2 * x + 1]) AS m FROM (TABLE four UNION ALL VALUES (5, true, NULL::float8)) v(t, ended, x)) y;
SELECT term, chi2 IS NULL AS no_test, df FROM cox_check((SELECT cox_fit(t, ended, ARRAY[7, x]) FROM four));
-- no row is left: NULL, and the rows are counted all the same
SELECT cox_fit(t, ended, ARRAY[x, NULL]) IS NULL AS no_model FROM four;
-- no maximum: only those with 1 end, first of all; nobody ends; nothing differs; one row
SELECT (m).status, (m).coefficients, (m).log_likelihood FROM (SELECT cox_fit(i, i <= 5, ARRAY[(i <= 5)::int]) AS m FROM generate_series(1, 10) i) y;
SELECT (m).status, (m).coefficients, (m).events, (m).null_log_likelihood FROM (SELECT cox_fit(i, false, ARRAY[i]) AS m FROM generate_series(1, 10) i) y;
SELECT (m).status, (m).coefficients, (m).events FROM (SELECT cox_fit(i, true, ARRAY[3]) AS m FROM generate_series(1, 10) i) y;
SELECT (m).status, (m).coefficients, (m).events FROM (SELECT cox_fit(1, true, ARRAY[3.5, 1]) AS m) y;
SELECT (m).status, (m).coefficients FROM (SELECT cox_fit(i, true, '{}'::float8[]) AS m FROM generate_series(1, 10) i) y;
-- numbers of any size
SELECT p, (m).status, abs((m).coefficients[1] * p / (n).coefficients[1] - 1) < 1e-9 AS scaled
  FROM unnest('{1e-300,1e-9,1e9,1e300}'::float8[]) p, (SELECT cox_fit(duration, cause > 0, ARRAY[weight, plan]) AS n FROM lives) x, LATERAL (SELECT cox_fit(duration, cause > 0, ARRAY[weight * p, plan]) AS m FROM lives) y;
SELECT (m).status, abs((m).coefficients[1] / (n).coefficients[1] - 1) < 1e-5 AS shifted FROM (SELECT cox_fit(duration, cause > 0, ARRAY[weight]) AS n, cox_fit(duration, cause > 0, ARRAY[1e9 + weight]) AS m FROM lives) x;
-- NULL, no rows
SELECT cox_fit(t, ended, ARRAY[x]) IS NULL AS none FROM four WHERE false;
SELECT cox_fit(NULL, true, '{1}') IS NULL AND cox_fit(1, NULL, '{1}') IS NULL AND cox_fit(1, true, NULL) IS NULL AND cox_fit(NULL, 1, true, '{1}') IS NULL AS skipped FROM four;
SELECT count(*) FROM cox_summary(NULL);
SELECT count(*) FROM cox_check(NULL);
SELECT cox_hazard_ratio(NULL, '{1}') IS NULL AS nothing;
SET client_min_messages = warning;
-- flags that few have: the first step would be as long as there are customers, so flat is the likelihood there; who ends first of all has the largest hazard there is,
-- nine of ten on the first day have a finite one (coxph of R's survival 3.5: 7.896123, standard error 1.087870)
SELECT n, (SELECT (cox_fit(g, true, ARRAY[(g = 1)::int])).status FROM generate_series(1, n) AS g) AS first, (SELECT (cox_fit(g, true, ARRAY[(g = 1)::int, hashint4(g) & 7])).status FROM generate_series(1, n) AS g) AS beside,
  (SELECT (cox_fit(CASE WHEN g % 97 = 5 THEN g - 1 ELSE 0 END, g, true, ARRAY[(g % 97 = 5)::int])).status FROM generate_series(1, n) AS g) AS entering FROM unnest('{30,100,1000}'::int[]) AS n;
SELECT (m).status, round((m).coefficients[1]::numeric, 6) AS coefficient, round((m).standard_errors[1]::numeric, 6) AS error FROM (SELECT cox_fit(CASE WHEN g <= 10 THEN 1 ELSE g END, true, ARRAY[(g < 10)::int]) AS m FROM generate_series(1, 1000) AS g) AS q;
RESET client_min_messages;
-- errors
SELECT pg_temp.fails('SELECT cox_fit(-1, true, ''{1}'')');
SELECT pg_temp.fails('SELECT cox_fit(3, 3, true, ''{1}'')');
SELECT pg_temp.fails('SELECT cox_fit(-3, 3, true, ''{1}'')');
SELECT pg_temp.fails('SELECT cox_fit(3, true, ''{1,Infinity}'')');
SELECT pg_temp.fails('SELECT cox_fit(3, true, ''{{1,2},{3,4}}'')');
SELECT pg_temp.fails('SELECT cox_fit(t, ended, CASE WHEN t = 1 THEN ARRAY[x] ELSE ARRAY[x, 1] END) FROM four');
SELECT pg_temp.fails('SELECT cox_hazard_ratio(cox_fit(t, ended, ARRAY[x]), ''{1,2}'') FROM four');
SELECT regexp_replace(pg_temp.fails('SELECT cox_hazard_ratio(cox_fit(t, ended, ARRAY[x]), ARRAY[sign((cox_fit(t, ended, ARRAY[x])).coefficients[1]) * 1e5]) FROM four'), '94061\.36\d+', '94061.36...') AS fails;
SELECT pg_temp.fails('SELECT cox_summary(cox_fit(t, ended, ARRAY[x]), ''{a,b}'') FROM four');
SELECT pg_temp.fails('SELECT cox_check(ROW(ARRAY[1,2], ''{1}'', NULL, 1, 1, 1, 1, ''converged'', 1, ''{1}'', 1)::cox_model)');
-- any order of rows and any number of workers: the same to the last bit
SELECT bool_and(m = n) AS same FROM (SELECT cox_fit(entry, duration, cause > 0, ARRAY[weight, plan, pg_temp.u(i, 9)] ORDER BY i) AS m, cox_fit(entry, duration, cause > 0, ARRAY[weight, plan, pg_temp.u(i, 9)] ORDER BY hashint4(i)) AS n FROM lives) x;
-- at the maximum the score is zero, with entries and ties: sum over ends of x less the mean of x (Efron)
CREATE FUNCTION pg_temp.score(b1 float8, b2 float8) RETURNS float8[] LANGUAGE sql AS $$
  WITH row AS (SELECT l.*, weight::float8 AS x1, plan::float8 AS x2, exp(b1 * weight + b2 * plan) AS r FROM lives l),
  risk AS (SELECT t, sum(r) AS s0, sum(r * x1) AS s1, sum(r * x2) AS s2, coalesce(sum(r) FILTER (WHERE duration = t AND cause > 0), 0) AS d0, coalesce(sum(r * x1) FILTER (WHERE duration = t AND cause > 0), 0) AS d1,
                  coalesce(sum(r * x2) FILTER (WHERE duration = t AND cause > 0), 0) AS d2, count(*) FILTER (WHERE duration = t AND cause > 0) AS d, coalesce(sum(x1) FILTER (WHERE duration = t AND cause > 0), 0) AS x1, coalesce(sum(x2) FILTER (WHERE duration = t AND cause > 0), 0) AS x2
             FROM (SELECT DISTINCT duration AS t FROM lives) x JOIN row ON entry < t AND t <= duration GROUP BY t)
  SELECT ARRAY[sum(x1 - m1), sum(x2 - m2)] FROM risk, LATERAL (SELECT coalesce(sum((s1 - l::float8 / d * d1) / (s0 - l::float8 / d * d0)), 0) AS m1, coalesce(sum((s2 - l::float8 / d * d2) / (s0 - l::float8 / d * d0)), 0) AS m2 FROM generate_series(0, d - 1) l) f $$;
SELECT abs(u[1]) < 1e-9 AND abs(u[2]) < 1e-9 AS at_maximum, (m).status FROM (SELECT cox_fit(entry, duration, cause > 0, ARRAY[weight, plan]) AS m FROM lives) x, LATERAL (SELECT pg_temp.score((m).coefficients[1], (m).coefficients[2]) AS u) y;
-- the errors are those of the curvature: the score changes by information times step
SELECT abs((m).standard_errors[1] / sqrt(v / (a * v - b * b)) - 1) < 1e-5 AS std_error
  FROM (SELECT cox_fit(entry, duration, cause > 0, ARRAY[weight, plan]) AS m FROM lives) x, LATERAL (SELECT (m).coefficients[1] AS b1, (m).coefficients[2] AS b2) c,
       LATERAL (SELECT (pg_temp.score(b1 - 1e-5, b2))[1] / 2e-5 - (pg_temp.score(b1 + 1e-5, b2))[1] / 2e-5 AS a, (pg_temp.score(b1, b2 - 1e-5))[1] / 2e-5 - (pg_temp.score(b1, b2 + 1e-5))[1] / 2e-5 AS b,
                       (pg_temp.score(b1, b2 - 1e-5))[2] / 2e-5 - (pg_temp.score(b1, b2 + 1e-5))[2] / 2e-5 AS v) i;
-- concordance by counting pairs
SELECT abs((m).concordance - by_hand) < 1e-12 AS concordance FROM (SELECT cox_fit(entry, duration, cause > 0, ARRAY[weight, plan]) AS m FROM lives) x,
  LATERAL (SELECT avg(CASE WHEN a.h > b.h THEN 1 WHEN a.h = b.h THEN 0.5 ELSE 0 END) AS by_hand
             FROM (SELECT *, cox_hazard_ratio(m, ARRAY[weight, plan]) AS h FROM lives) a JOIN (SELECT *, cox_hazard_ratio(m, ARRAY[weight, plan]) AS h FROM lives) b
               ON a.cause > 0 AND a.i <> b.i AND b.entry < a.duration AND (b.duration > a.duration OR b.duration = a.duration AND b.cause = 0)) y;
-- every fit ends: 2,000 inputs, hostile ones among them
-- a feature that varies only among those who were last seen before anybody ended: it is constant for all who tell something
SET client_min_messages = warning;
SELECT (m).status, (m).coefficients[2] IS NULL AS left_out, count(*) FROM generate_series(1, 300) k, LATERAL (
  SELECT cox_fit(CASE WHEN i <= 20 THEN 5 ELSE 10 + i END, i > 20 AND i % 3 > 0, ARRAY[(17 * i + k * i * i) % 53 / 7.0, CASE WHEN i <= 20 THEN i % 2 ELSE 0 END]::float8[]) AS m FROM generate_series(1, 40) i) f GROUP BY 1, 2 ORDER BY 1, 2;
-- one that is constant among those who were ever under risk together, young ones and old ones
SELECT (m).status, count(*) FROM generate_series(1, 300) k, LATERAL (
  SELECT cox_fit(e, e + 1 + i, i % 3 > 0, ARRAY[(17 * i + k * i * i) % 53 / 7.0, e]::float8[]) AS m FROM generate_series(1, 40) i, LATERAL (SELECT CASE WHEN i <= 20 THEN 0 ELSE 200 END) y(e)) f GROUP BY 1;
RESET client_min_messages;
-- a cohort's first day where risk begins with the cohort: all who are under risk at the same time share it, so the likelihood does not see it (R's coxph has NA, too)
SELECT (m).status, (m).coefficients, (m).standard_errors FROM (SELECT cox_fit(e, d, c, ARRAY[x]) AS m FROM (VALUES (0, 4, true, 1), (17, 27, true, 1), (16, 23, true, 1), (12, 16, true, 0), (0, 1, true, 1), (6, 8, false, 0)) v(e, d, c, x)) y;
SET client_min_messages = warning;
SELECT (m).status, count(*) FROM generate_series(1, 500) k, LATERAL (
  SELECT cox_fit(e, e + 1 + i * 37 % 100, (i + k) % 4 > 0, ARRAY[(k * cohort % 17) / 7.0]::float8[]) AS m FROM generate_series(1, 4 + k % 50) i, LATERAL (SELECT i * k % 5, i * k % 5 * 100) y(cohort, e)) f GROUP BY 1;
-- beside another feature it is left out, wherever it stands, and the other's coefficient is that of a fit without it
SELECT (a).status, (b).status, (a).coefficients[2] IS NULL AND (b).coefficients[1] IS NULL AS left_out, bool_and(abs((a).coefficients[1] - (o).coefficients[1]) < 1e-12 AND abs((b).coefficients[2] - (o).coefficients[1]) < 1e-12 AND abs((a).standard_errors[1] - (o).standard_errors[1]) < 1e-12) AS same, count(*)
  FROM generate_series(1, 50) k, LATERAL (
    SELECT cox_fit(e, d, c, ARRAY[x, e]) AS a, cox_fit(e, d, c, ARRAY[e, x]) AS b, cox_fit(e, d, c, ARRAY[x]) AS o
      FROM generate_series(1, 200) i, LATERAL (SELECT i % 5 * 100, i % 5 * 100 + 1 + (i * 37 + k * i * i) % 100, (i + k) % 4 > 0, i * i * 7 % 11) y(e, d, c, x)) f GROUP BY 1, 2, 3;
RESET client_min_messages;
-- a feature 10,000 times as large for one customer who stays: beside the others this one has no risk, and the coefficient is that of a fit without, found in 50 digits
CREATE TEMP TABLE whale (d int, ended boolean, x float8, y float8);
INSERT INTO whale VALUES (5, true, 1, 0), (15, true, 3, 1), (25, true, 2, 0), (35, true, 1, 1), (45, true, 4, 1), (55, true, 2, 0), (65, true, 5, 0), (75, true, 3, 1), (85, true, 6, 0), (95, true, 5, 1);
SELECT w, (m).status, abs((m).coefficients[1] - -0.6486255621207155) < 1e-14 AS x, abs((m).standard_errors[1] / 0.29536030219398957 - 1) < 1e-14 AS error
  FROM unnest('{2e4,1e6,1e9}'::float8[]) w, LATERAL (SELECT cox_fit(d, ended, ARRAY[x]) AS m FROM (TABLE whale UNION ALL VALUES (200, false, w, 1)) v(d, ended, x, y)) f;
-- before and behind another feature
SELECT w, (a).status, (b).status, abs((a).coefficients[1] / (n).coefficients[1] - 1) < 1e-11 AND abs((a).coefficients[2] / (n).coefficients[2] - 1) < 1e-11 AS before, abs((b).coefficients[2] / (n).coefficients[1] - 1) < 1e-11 AND abs((b).coefficients[1] / (n).coefficients[2] - 1) < 1e-11 AS behind
  FROM unnest('{2e4,1e6,1e9}'::float8[]) w, LATERAL (SELECT cox_fit(d, ended, ARRAY[x, y]) AS a, cox_fit(d, ended, ARRAY[y, x]) AS b, cox_fit(d, ended, ARRAY[x, y]) FILTER (WHERE x < 100) AS n FROM (TABLE whale UNION ALL VALUES (200, false, w, 1)) v(d, ended, x, y)) f;
-- one who is the first to leave, and one who is under risk when nobody ends: as without, in 50 digits
CREATE TEMP TABLE nine (d int, x float8);
INSERT INTO nine VALUES (10, 9), (20, 6), (30, 8), (40, 3), (50, 7), (60, 2), (70, 4), (80, 1), (90, 5);
SELECT w, (m).status, abs((m).coefficients[1] / 0.2833917241988011 - 1) < 1e-14 AS first, (n).status, abs((n).coefficients[1] / 0.2833917241988011 - 1) < 1e-14 AS late, abs((n).standard_errors[1] / 0.18657847761488314 - 1) < 1e-14 AS error
  FROM unnest('{2e3,1e6,1e9}'::float8[]) w, LATERAL (SELECT cox_fit(d, true, ARRAY[x]) AS m FROM (TABLE nine UNION ALL VALUES (1, w)) v(d, x)) f, LATERAL (SELECT cox_fit(e, d, c, ARRAY[x]) AS n FROM (SELECT 0, d, true, x FROM nine UNION ALL VALUES (92, 99, false, w)) v(e, d, c, x)) g;
-- features whose largest values are a million times the others: at the maximum the score, in units of its standard deviation, is zero
SELECT (m).status, count(*), bool_and(abs(score * (m).standard_errors[1]) < 1e-9) AS at_maximum FROM generate_series(15, 45) s, LATERAL (
  SELECT array_agg(d) AS ds, array_agg(ended) AS ends, array_agg(x) AS xs, cox_fit(d, ended, ARRAY[x]) AS m
    FROM generate_series(1, 400) i, LATERAL (SELECT pg_temp.u(i, s + 1000) ^ -3) a(x), LATERAL (SELECT 1 + trunc(-1e6 * ln(1 - pg_temp.u(i, s)) * exp(least(x, 6)))::bigint, pg_temp.u(i, s + 5000) < 0.7) b(d, ended)) y,
  LATERAL (SELECT sum(a.x - mean) AS score FROM unnest(ds, ends, xs) a(d, ended, x), LATERAL (SELECT sum(r * x) / sum(r) AS mean FROM (SELECT b.x, exp(greatest((m).coefficients[1] * (b.x - a.x), -700)) AS r FROM unnest(ds, xs) b(d, x) WHERE b.d >= a.d) b) c WHERE a.ended) z GROUP BY 1;
-- no maximum: on day 1 the one who ends has 0, the other at risk has 2, whatever the first feature is of the third, who is not at risk
SELECT (m).status, (m).coefficients FROM (SELECT cox_fit(e, d, c, ARRAY[x, y]) AS m FROM (VALUES (0, 1, true, 1, 0), (1, 2, false, 2, 0), (0, 1, false, 1, 2)) v(e, d, c, x, y)) f;
-- no one with z = 1 ends, but x has a maximum of its own
SELECT (m).status, (m).coefficients FROM (SELECT cox_fit(d, ended, ARRAY[x, z]) AS m FROM (SELECT d, ended, x, 0 FROM whale UNION ALL VALUES (50, false, 3, 1), (80, false, 1, 1)) v(d, ended, x, z)) f;
-- among small whole numbers: it has no maximum if and only if, along some direction, each who ends has the largest value of those at risk, and some others a smaller one.
-- Of two features that is a direction that makes two of them equal, or the difference of two
SET client_min_messages = warning;
CREATE TEMP TABLE small AS SELECT k, i, CASE WHEN k % 2 = 0 THEN 0 ELSE trunc(pg_temp.u(i, k) * d)::int END AS e, d, pg_temp.u(i, k + 5000) < 0.5 AS c, trunc(pg_temp.u(i, k + 6000) * 3)::int AS x, trunc(pg_temp.u(i, k + 7000) * (2 + k % 5))::int AS y
  FROM generate_series(1, 600) k, generate_series(1, 4 + k % 9) i, LATERAL (SELECT 1 + trunc(pg_temp.u(i, k + 8000) * 10)::int) t(d);
CREATE TEMP TABLE gap AS SELECT DISTINCT a.k, a.x - b.x AS dx, a.y - b.y AS dy FROM small a JOIN small b ON a.k = b.k AND a.c AND b.e < a.d AND b.d >= a.d AND (a.x, a.y) <> (b.x, b.y);
SELECT status = expected AS as_expected, status, count(*) FROM (SELECT k, (cox_fit(e, d, c, ARRAY[x, y])).status FROM small GROUP BY k) f
  LEFT JOIN LATERAL (SELECT CASE WHEN count(*) = 0 THEN 'not identified'
    WHEN EXISTS (SELECT FROM gap g, LATERAL (VALUES (g.dx, g.dy), (-g.dy, g.dx), (g.dy, -g.dx)) v(vx, vy), LATERAL (SELECT min(vx * h.dx + vy * h.dy) AS least, max(vx * h.dx + vy * h.dy) AS most FROM gap h WHERE h.k = f.k) r WHERE g.k = f.k AND least >= 0 AND most > 0) THEN 'separated'
    WHEN bool_or(gap.dx * first.dy <> gap.dy * first.dx) THEN 'converged' ELSE 'aliased' END AS expected
    FROM gap, LATERAL (SELECT dx, dy FROM gap g WHERE g.k = f.k LIMIT 1) first WHERE gap.k = f.k) e ON true GROUP BY 1, 2 ORDER BY 1, 2;
RESET client_min_messages;
-- a coefficient that is exactly zero ranks nobody: the x of those who end are 0 + 1 + 4 + 5 + 0, as are the means of those at risk, 2 + 2.5 + 3 + 2.5 + 0
SELECT abs((m).coefficients[1]) < 1e-15 AS zero, (m).concordance FROM (SELECT cox_fit(t, true, ARRAY[x]) AS m FROM (VALUES (1, 0), (2, 1), (3, 4), (4, 5), (5, 0)) v(t, x)) f;
-- two times: at the first g is what it is at all, at the last one customer is left, so nothing tells of hazards that change
SELECT bool_and(chi2 IS NULL AND p_value IS NULL) AS unknown, count(*) FROM generate_series(1, 12) k, LATERAL (SELECT cox_fit(d, e, ARRAY[x]) AS m FROM
  (VALUES (5, true, k * 1.7::float8), (5, true, 3.1), (5, false, k * 0.37), (5, false, 9.9 - k), (10, true, 4.3 * k)) v(d, e, x)) f, cox_check(m) c;
-- the error of a coefficient whose square is no double
SELECT bool_and(abs((m).standard_errors[1] * p / 0.3340136465935582 - 1) < 1e-12) AS scaled FROM unnest('{1,1e163,1e-160}'::float8[]) p, LATERAL (SELECT cox_fit(d, e, ARRAY[x * p]) AS m FROM (VALUES (5, true, 1.0::float8), (6, true, -1), (7, false, 3), (5, true, 4), (8, true, 2), (9, false, 0)) v(d, e, x)) f;
DO $$
DECLARE m cox_model;
BEGIN
  SET LOCAL client_min_messages = warning;
  FOR k IN 1 .. 2000 LOOP
    m := (SELECT cox_fit(e, e + 1 + trunc(pg_temp.u(i, k) * (1 + k % 40))::int, pg_temp.u(i, k + 1) < (k % 11) / 10.0,
                         ARRAY[trunc(pg_temp.u(i, k + 2) * (1 + k % 5)), CASE k % 7 WHEN 0 THEN 1e300 WHEN 1 THEN 1e-310 WHEN 2 THEN 0 ELSE 1 END * pg_temp.u(i, k + 3), CASE k % 6 WHEN 0 THEN i WHEN 1 THEN e ELSE i % 2 END])
            FROM (SELECT i, trunc(pg_temp.u(i, k + 4) * 5)::int AS e FROM generate_series(1, 1 + k % 60) i) x);
    IF NOT coalesce((m).status IN ('converged', 'aliased', 'separated', 'not identified'), false) OR ((m).status IN ('converged', 'aliased')) IS DISTINCT FROM ((m).log_likelihood IS NOT NULL) THEN
      RAISE WARNING 'fit %: %', k, m;
    END IF;
  END LOOP;
END $$;
