-- calibration: what the contracts that come up for renewal will bring
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 0;
SET datestyle = 'ISO';

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Three contracts by hand: 100 and 200 with probability 0.5, 1,000 with 0.9.  Sums and their probabilities:
-- 0, 100, 200, 300: 0.025 each; 1000, 1100, 1200, 1300: 0.225 each.  P(S <= 100) = 0.05, P(S <= 1200) = 0.775
CREATE TEMP TABLE three (p float8, mrr numeric);
INSERT INTO three VALUES (0.5, 100), (0.5, 200), (0.9, 1000);
SELECT c, f.* FROM (SELECT forecast_agg(p, mrr) AS s FROM three) AS x, unnest('{50,90,91,95,99}'::float8[]) AS c, renewal_forecast(s, c) AS f;
SELECT (renewal_forecast(p, mrr)).*, (renewal_forecast(p, mrr, 90)).low AS low_90 FROM three;
SELECT a, probability_at_least(s, a), round(probability_at_least(s, a, 0.3)::numeric, 12) AS overdispersed FROM (SELECT forecast_agg(p, mrr) AS s FROM three) AS x, unnest('{-5,0,0.01,300,300.01,1000,1300,1300.00000001}'::numeric[]) AS a;
-- contracts that surely renew or surely do not move the sum and nothing else
SELECT f.* FROM renewal_forecast((SELECT forecast_agg(p, mrr) FROM (TABLE three UNION ALL SELECT 1, 50 UNION ALL SELECT 0, 7000 UNION ALL SELECT 0.3, 0) AS v), 90) AS f;
SELECT (renewal_forecast(1, 50)).*, (renewal_forecast(0, 50)).low, (renewal_forecast(0.3, 0)).high;
-- one contract; amounts of eight decimals
SELECT (renewal_forecast(0.96, 12.00000001)).*, (renewal_forecast(0.98, 12.00000001)).low, (renewal_forecast(0.02, 12)).high;
-- 0.1 of 3 is 0.3, and a third of it
SELECT (renewal_forecast(0.1, 3)).expected, (renewal_forecast(1.0 / 3, 3)).expected, (renewal_forecast(0.9, 92233720368.54775807)).expected;

--
-- NULL, no rows
--
SELECT forecast_agg(p, mrr), renewal_forecast(p, mrr), renewal_forecast(p, mrr, 90), renewal_forecast(p, mrr, 90, 0.1) FROM three WHERE p > 1;
SELECT forecast_agg(NULL, mrr), renewal_forecast(p, NULL), renewal_forecast(p, mrr, NULL), renewal_forecast(p, mrr, 90, NULL) FROM three;
SELECT renewal_forecast(NULL::forecastsummary), probability_at_least(NULL, 5), renewal_forecast('1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA'::forecastsummary), probability_at_least('1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA', 5), rollup('1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA'::forecastsummary);
SELECT combine(NULL::forecastsummary, NULL), combine(s, NULL) = s AS a, combine(NULL, s) = s AS b, combine(s, '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA') = s AS c FROM (SELECT forecast_agg(p, mrr) AS s FROM three) AS x;

--
-- Bad input: the exact words
--
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'forecast_agg(90, 100)', 'forecast_agg(-0.1, 100)', $$forecast_agg('NaN', 100)$$, 'forecast_agg(0.9, -1)', $$forecast_agg(0.9, 'NaN')$$, 'renewal_forecast(0.9, 100, 0.95)', 'renewal_forecast(0.9, 100, 95, 1)', 'renewal_forecast(0.9, 100, 95, -0.1)',
  $$renewal_forecast(0.9, 100, 95, 'NaN')$$, 'renewal_forecast(forecast_agg(0.9, 100), 100)', 'renewal_forecast(forecast_agg(0.9, 100), 95, 1.5)', 'probability_at_least(forecast_agg(0.9, 100), 5, 1)', $$probability_at_least(forecast_agg(0.9, 100), 'Infinity')$$,
  'renewal_forecast(0.9, 100, c) FROM unnest(ARRAY[90, 95]) AS c', 'renewal_forecast(0.9, 100, 90, r) FROM unnest(ARRAY[0.1, 0.2]) AS r', 'forecast_overdispersion(s, -1) FROM (SELECT forecast_agg(0.9, 100) AS s) AS x',
  $$forecastsummary_accum_inv('1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA', 0.9, 100)$$]) AS q;
SELECT pg_temp.fails(format('SELECT %L::forecastsummary', '1:' || translate(encode(decode(changed, 'hex'), 'base64'), E'\n', ''))), q
  FROM (SELECT encode(forecastsummary_send(forecast_agg(0.5, 100)), 'hex') AS h) AS x,
       LATERAL (VALUES ('as it is', h), ('cut', left(h, -2)), ('longer', h || '00'), ('probability of 2', replace(h, '3fe0000000000000', '4000000000000000')), ('probability NaN, period 0', replace(h, '3fe0000000000000', '7fffffffffffffff')),
                       ('negative amount', replace(h, '00000002540be400', 'ffffffffffffffff')), ('confidence 0', replace(h, '4057c00000000000', '0000000000000000')), ('nothing counted', left(h, -16) || '0000000000000000')) AS v(q, changed);

--
-- The exact distribution in plain SQL: 2^12 outcomes
--
CREATE TEMP TABLE twelve AS SELECT i, 0.6 + i / 32.0::float8 AS p, (ARRAY[5000, 1100, 980, 750, 600, 520, 410, 300, 220.5, 150, 99.9, 49])[i]::numeric AS mrr FROM generate_series(1, 12) AS i;
CREATE TEMP TABLE outcome AS
  SELECT sum, sum(p) AS p FROM (SELECT m, sum(CASE WHEN m >> (i - 1) & 1 = 1 THEN mrr ELSE 0 END) AS sum, exp(sum(ln(CASE WHEN m >> (i - 1) & 1 = 1 THEN p ELSE 1 - p END))) AS p FROM generate_series(0, 4095) AS m, twelve GROUP BY m) AS x GROUP BY sum;
WITH cumulative AS MATERIALIZED (SELECT sum, p, sum(p) OVER (ORDER BY sum) AS c FROM outcome)
SELECT count(*), bool_and(f.low = (SELECT min(sum) FROM cumulative WHERE c >= (100 - confidence) / 200.0) AND f.high = (SELECT min(sum) FROM cumulative WHERE c >= (100 + confidence) / 200.0)) AS equal,
       bool_and(f.expected = (SELECT sum(p::numeric * mrr) FROM twelve)) AS expected
  FROM (SELECT forecast_agg(p, mrr) AS s FROM twelve) AS x, generate_series(1, 99) AS confidence, renewal_forecast(s, confidence) AS f;
-- sums beyond a bigint of hundred-millionths: of one at least 1 - 0.1 * 0.7, of the second 0.3; of three alike one at least 1 - 0.5 ^ 3, two 0.5
SELECT probability_at_least(forecast_agg(p, m), 50000000000), probability_at_least(forecast_agg(p, m), 60000000000) FROM (VALUES (0.9, 50000000000::numeric), (0.3, 60000000000)) AS v(p, m);
SELECT probability_at_least(forecast_agg(0.5, 31000000000), 31000000000), probability_at_least(forecast_agg(0.5, 31000000000), 62000000000) FROM generate_series(1, 3);
SELECT (renewal_forecast(0.5, m, 50)).* FROM (VALUES (60000000000.00000001), (60000000000)) AS v(m);
SELECT (renewal_forecast(0.5, 92233720368.54775807, 50)).high, probability_at_least(forecast_agg(0.5, 92233720368.54775807), 92233720368.54775807);
SELECT (renewal_forecast(0.5, 93000000)).high % 93000000 AS rest FROM generate_series(1, 1000);
SELECT count(*), max(abs(probability_at_least(s, o.sum) - (SELECT sum(p) FROM outcome AS a WHERE a.sum >= o.sum))) < 1e-12 AS equal FROM (SELECT forecast_agg(p, mrr) AS s FROM twelve) AS x, outcome AS o WHERE o.sum % 7 = 0;
-- with a shock that all share: the mean over its values, by Simpson's rule from -8 to 8, of what is exact under each
CREATE FUNCTION pg_temp.phi(x float8) RETURNS float8 LANGUAGE sql AS $$
  SELECT CASE WHEN x > 0 THEN 1 - t ELSE t END FROM (SELECT exp(-x * x / 2) / sqrt(2 * pi()) * k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))) AS t FROM (SELECT 1 / (1 + 0.2316419 * abs(x)) AS k) AS a) AS b $$;
CREATE TEMP TABLE six AS SELECT i, 0.2 * i - 0.3 AS z, pg_temp.phi(0.2 * i - 0.3) AS p, (ARRAY[410, 300, 220.5, 150, 99.9, 49])[i]::numeric AS mrr FROM generate_series(1, 6) AS i;
CREATE TEMP TABLE shocked AS
  SELECT rho, u, weight, i, mrr, pg_temp.phi((z - sqrt(rho) * u) / sqrt(1 - rho)) AS p
    FROM six, unnest('{0.05,0.3}'::float8[]) AS rho,
         (SELECT u / 10.0::float8 AS u, exp(-u * u / 200.0) * CASE WHEN u % 2 = 0 THEN 2 ELSE 4 END / 30 / sqrt(2 * pi()) AS weight FROM generate_series(-80, 80) AS u) AS w;
SELECT rho, a, abs(probability_at_least((SELECT forecast_agg(p, mrr) FROM six), a, rho) - (
    SELECT sum(weight * p) FROM (SELECT u, weight, m, exp(sum(ln(CASE WHEN m >> (i - 1) & 1 = 1 THEN p ELSE 1 - p END))) AS p, sum(CASE WHEN m >> (i - 1) & 1 = 1 THEN mrr ELSE 0 END) AS sum
      FROM shocked AS s, generate_series(0, 63) AS m WHERE s.rho = r.rho GROUP BY u, weight, m) AS x WHERE sum >= a)) < 1e-6 AS equal
  FROM unnest('{0.05,0.3}'::float8[]) AS r(rho), unnest('{300,700,1100}'::numeric[]) AS a;

--
-- Cells agree with the exact distribution: the same contracts with amounts that differ in the last decimals
--
CREATE TEMP TABLE contract AS SELECT i, 0.15 + (i * 7919 % 45) / 30.0::float8 AS z, pg_temp.phi(0.15 + (i * 7919 % 45) / 30.0) AS p, (10 * (1 + i * 104729 % 200))::numeric AS mrr FROM generate_series(1, 200) AS i;
CREATE TEMP TABLE compared AS
  SELECT rho, c, e AS exact, a AS approximate, total FROM unnest('{0,0.05}'::float8[]) AS rho, unnest('{50,80,95,99}'::float8[]) AS c,
    LATERAL (SELECT renewal_forecast(forecast_agg(p, mrr), c, rho) AS e, renewal_forecast(forecast_agg(p, mrr + i * i * 0.00000137), c, rho) AS a, sum(mrr) AS total FROM contract WHERE rho = 0 OR i <= 60) AS x;
SELECT rho, c, abs((exact).low - (approximate).low) < 0.0005 * total AS low, abs((exact).high - (approximate).high) < 0.0005 * total AS high FROM compared ORDER BY rho, c;
SELECT rho, count(*), max(abs(probability_at_least(e, x, rho) - probability_at_least(s, x, rho))) < 0.003 AS equal
  FROM unnest('{0,0.05}'::float8[]) AS rho, LATERAL (SELECT forecast_agg(p, mrr) AS e, forecast_agg(p, mrr + i * i * 0.00000137) AS s, sum(mrr) AS total FROM contract WHERE rho = 0 OR i <= 60) AS y, generate_series(50, 99, 16) AS share, LATERAL (SELECT round(total * share / 100, -1) + 5 AS x) AS z GROUP BY rho ORDER BY rho;
-- few large contracts leave gaps between the sums: all small ones together are less than 80,000, so it is the 0.9 of the large one
SELECT n, rho, abs(probability_at_least(s, 400000, rho) - 0.9) < 1e-12 AS equal
  FROM unnest('{60,200}'::int[]) AS n, unnest('{0,0.1}'::float8[]) AS rho, LATERAL (SELECT forecast_agg(0.9, CASE WHEN i = 1 THEN 500000 ELSE round((400 + sqrt(i) / 3)::numeric, 2) END) AS s FROM generate_series(1, n) AS i) AS x;
-- contracts that are nearly sure: the limit lies where the shock is 4, and the sum is narrow there; by integration 9134.8 and 94090.9
SELECT n, abs((f).low - low) < 0.0003 * n AS low FROM (SELECT n, low, renewal_forecast(p, 1, 99.9, 0.5) AS f FROM (VALUES (10000, 0.9995::float8, 9134.8), (100000, 0.9997, 94090.9)) AS v(n, p, low), generate_series(1, n) GROUP BY n, low) AS x;
-- at the ends, and at the amount of a contract, where a sum in cells may lie a little below or above: all 40, any of 40, and the one;
-- with a shock as of 40 equal amounts, which are listed; and two of three hundredths beside the 40
SELECT abs(probability_at_least(s, whole) - 0.999 ^ 40) < 1e-12 AS whole, abs(probability_at_least(t, 0.00000001) - (1 - 0.999 ^ 40)) < 1e-12 AS anything, probability_at_least(s, 0) AS zero, probability_at_least(s, whole + 1) AS more
  FROM (SELECT forecast_agg(0.999, a) AS s, forecast_agg(0.001, a) AS t, sum(a) AS whole FROM (SELECT (1000 + 100 * sqrt(i))::numeric(20,8) AS a FROM generate_series(1, 40) AS i) AS v) AS x;
SELECT abs(probability_at_least(s, whole, 0.1) - probability_at_least(e, 40, 0.1)) < 1e-9 AS whole, abs(probability_at_least(s, 500, 0.1) - probability_at_least(e, 1, 0.1)) < 1e-9 AS anything
  FROM (SELECT forecast_agg(0.9, a) AS s, forecast_agg(0.9, 1) AS e, sum(a) AS whole FROM (SELECT (1000 + 100 * sqrt(i))::numeric(20,8) AS a FROM generate_series(1, 40) AS i) AS v) AS x;
SELECT abs(probability_at_least(s, 0.02) - (1 - 0.999 ^ 41)) < 0.001 AS two_hundredths FROM (SELECT forecast_agg(0.001, a) AS s FROM (SELECT (1000 + 100 * sqrt(i))::numeric(20,8) AS a FROM generate_series(1, 40) AS i UNION ALL VALUES (0.01), (0.02)) AS v) AS x;
SELECT abs(probability_at_least(forecast_agg(CASE i WHEN 1 THEN 0.5 ELSE 0.001 END, CASE i WHEN 1 THEN 1000000 ELSE 1 + (sqrt(i) / 100)::numeric(9,8) END), 1000000) - 0.5) < 1e-6 AS own FROM generate_series(1, 60) AS i;
-- the same amounts, and each shifted by less than 0.0011, of which there are too many sums for a list
SELECT large, small, rho, abs(e.low - a.low) < 0.0003 * total AS low, abs(e.high - a.high) < 0.0003 * total AS high
  FROM (VALUES (15, 15), (3, 25), (100, 0), (1, 40)) AS v(large, small), unnest('{0,0.1}'::float8[]) AS rho,
       LATERAL (SELECT forecast_agg(0.8, m) AS exact, forecast_agg(0.8, m + (sqrt(i) / 10000)::numeric) AS shifted, sum(m) AS total FROM generate_series(1, large + small) AS i, LATERAL (SELECT CASE WHEN i <= large THEN 500000 ELSE 10000 END::numeric AS m) AS y) AS x,
       renewal_forecast(exact, 95, rho) AS e, renewal_forecast(shifted, 95, rho) AS a;
-- a hundred thousand different contracts, and the limits stay within the sum
SELECT f.low < f.expected AND f.expected < f.high AND f.high < total AS ordered, abs((f.high - f.low) / 2 / 1.96 / sd - 1) < 0.005 AS as_normal
  FROM (SELECT forecast_agg(p, mrr) AS s, sum(mrr) AS total, sqrt(sum(mrr::float8 ^ 2 * p * (1 - p))) AS sd FROM (SELECT 0.5 + hashint4(i) % 1000 / 2100.0::float8 AS p, 10 + (hashint4(i + 7) & 65535) / 100.0 AS mrr FROM generate_series(1, 100000) AS i) AS v) AS x, renewal_forecast(s) AS f;
-- of thousands of contracts nearly all are sure, and the small ones decide: 100 and 50 renew, or 100 and one of 50 and 20
SELECT abs(probability_at_least(s, whole - 20) - 0.632 ^ 2) < 0.00002 AS but_20, abs(probability_at_least(s, whole - 60) - 0.632 * (1 - 0.368 ^ 2)) < 0.00002 AS but_60
  FROM (SELECT forecast_agg(p, mrr) AS s, sum(mrr) AS whole FROM (SELECT 1 - 1e-9::float8 AS p, round((300 + sqrt(i))::numeric, 4) AS mrr FROM generate_series(1, 6000) AS i UNION ALL VALUES (0.632, 100), (0.632, 50), (0.632, 20)) AS v) AS x;
-- halves of very many contracts are as good as normal: one standard deviation above the mean it is 0.158655
SELECT abs(probability_at_least(s, round((total / 2 + sd)::numeric, 2)) - 0.158655) < 0.0001 AS one_deviation
  FROM (SELECT forecast_agg(0.5, mrr) AS s, sum(mrr) AS total, sqrt(sum(mrr ^ 2)) / 2 AS sd FROM (SELECT 10 + (hashint4(i + 7) & 65535) / 100.0 AS mrr FROM generate_series(1, 20000) AS i) AS v) AS x;
-- nor are nine tenths far from it: the same amounts, listed, and each shifted a little, 0.9 * 0.0000001 * 3000 * 3001 / 2 in sum
SELECT max(abs(probability_at_least(exact, 27005 + x) - probability_at_least(shifted, 27005 + x + 0.405))) < 0.0001 AS equal
  FROM (SELECT forecast_agg(0.9, 10) AS exact, forecast_agg(0.9, 10 + i * 0.0000001) AS shifted FROM generate_series(1, 3000) AS i) AS y, unnest('{-600,-300,-100,0,100,300,500}'::numeric[]) AS x;
-- all of them, and one price with a shock: by the binomial distribution in steps of 0.01 of the shock 0.40307, whatever lies between two sums
SELECT abs(probability_at_least(s, whole) / 0.999 ^ 4000 - 1) < 1e-9 AS whole FROM (SELECT forecast_agg(0.999, x) AS s, sum(x) AS whole FROM (SELECT round((150 + i * sqrt(i))::numeric, 2) AS x FROM generate_series(1, 4000) AS i) AS v) AS y;
SELECT round(probability_at_least(s, 99900, 0.3)::numeric, 5) AS sum, round(probability_at_least(s, 99850, 0.3)::numeric, 5) AS between FROM (SELECT forecast_agg(0.99, 100) AS s FROM generate_series(1, 1000)) AS x;
-- prices close together, a probability for each customer: sums of 1,500 lie in heaps, of which each counts or does not (by convolution, price by price)
SELECT abs(probability_at_least(s, 140905) - 0.5230) < 0.002 AS heaps FROM (SELECT forecast_agg(0.9 + 0.0799 * (i * 7919 % 1500) / 1500, (ARRAY[99.90, 99.95, 99.99])[1 + i % 3]) AS s FROM generate_series(1, 1500) AS i) AS x;
-- one of five hundred: that one at least renews, or two (by convolution), and no larger amount is likelier than a smaller one
SELECT abs(probability_at_least(s, 1001) - 0.95006) < 0.001 AS one, abs(probability_at_least(s, 2100) - 0.7942) < 0.001 AS two FROM (SELECT forecast_agg(0.002, 1000 + i * 7919 % 400) AS s FROM generate_series(1, 1500) AS i) AS x;
SELECT n, p, rho, bool_and(probability <= lag) AS falls, min(probability) >= 0 AS least, max(probability) <= 1 AS most
  FROM (SELECT n, p, rho, probability, lag(probability, 1, 1) OVER (PARTITION BY n, p, rho ORDER BY amount) AS lag
          FROM (VALUES (3000, 0.0005::float8, 0::float8), (1000, 0.98, 0.2), (2000, 1e-300, 0.1)) AS v(n, p, rho), LATERAL (SELECT forecast_agg(p, 1000 + i * 7919 % 3000) AS s, sum(1000 + i * 7919 % 3000) AS whole FROM generate_series(1, n) AS i) AS x,
               LATERAL (SELECT 1 AS amount UNION SELECT 1000 UNION SELECT 1001 UNION SELECT whole - 1001 UNION SELECT whole - 1000 UNION SELECT whole - 999 UNION SELECT whole UNION SELECT whole / 2) AS y, LATERAL (SELECT probability_at_least(s, amount, rho) AS probability) AS z) AS w GROUP BY n, p, rho ORDER BY n;
-- small amounts beside a large one, and amounts of all sizes half of which are nearly sure and half rare (0.626 in 20,000 simulations)
SELECT abs(probability_at_least(forecast_agg(CASE i WHEN 0 THEN 0.5 ELSE 0.995 END, CASE i WHEN 0 THEN 5000000 ELSE 100 + i * 7919 % 1009 / 100.0 END), 21020.41) - (0.5 + 0.5 * 0.995 ^ 200)) < 0.001 AS beside FROM generate_series(0, 200) AS i;
SELECT abs(probability_at_least(forecast_agg(p, mrr), sum(mrr) FILTER (WHERE p > 0.5), 0.05) - 0.626) < 0.005 AS half FROM (SELECT CASE WHEN i % 2 = 0 THEN 0.9985::float8 ELSE 0.0015 END AS p, round(exp(3 + (i * 7919 % 1000) / 250.0)::numeric, 2) AS mrr FROM generate_series(1, 1000) AS i) AS x;
-- and two prices, in cells: what lies between two multiples of 50 asks for the upper one
SELECT probability_at_least(s, 127450, 0.3) = probability_at_least(s, 127400.01, 0.3) AS equal, (renewal_forecast(s, 90, 0.3)).low % 50 AS rest FROM (SELECT forecast_agg(0.9, 100 + i % 2 * 50) AS s FROM generate_series(1, 1000) AS i) AS x;
-- half of the sums of the small ones are above their middle, and half of these have the large one
SELECT abs(probability_at_least(s, 30000000 + (whole - 30000000) / 2) - 0.25) < 0.003 AS quarter
  FROM (SELECT forecast_agg(0.5, x) AS s, sum(x) AS whole FROM (SELECT round((80 + 0.02 * i + sqrt(i) / 100)::numeric, 4) AS x FROM generate_series(1, 2000) AS i UNION ALL VALUES (30000000)) AS v) AS y;
-- contracts far larger than the others leave heaps, over which the shock must not jump (by a sum over the shock in steps of 0.01 of binomial distributions)
SELECT n, large, abs(probability_at_least(forecast_agg(p, m), amount, rho) - exact) < tolerance AS probability
  FROM (VALUES (3000, 1, 0.8, 3000, 0.5, 0.1, 2238, 0.83483, 1e-5), (1000, 1, 0.8, 3000, 0.8, 0.2, 672, 0.93118, 1e-5), (300, 29, 0.8, 30000, 0.5, 0.3, 6061, 0.82058, 1e-5), (10000, 1, 0.8, 100000, 0.5, 0.1, 7687, 0.79234, 1e-3)) AS v(n, small, q, large, large_p, rho, amount, exact, tolerance),
       LATERAL (SELECT q AS p, small AS m FROM generate_series(1, n) UNION ALL VALUES (large_p, large)) AS x GROUP BY n, large, amount, rho, exact, tolerance ORDER BY n;
SELECT (renewal_forecast(p, m, 95, 0.1)).low - 96380 AS low FROM (SELECT 0.9 AS p, 30 AS m FROM generate_series(1, 2000) UNION ALL SELECT 0.8, 50000 FROM generate_series(1, 3)) AS x;
SELECT abs((renewal_forecast(p, m, 95, 0.3)).low - 119950) < 16 AS low FROM (SELECT 0.8 AS p, 60 + 10 * (i % 3) AS m FROM generate_series(1, 950) AS i UNION ALL SELECT 0.8, 5000 FROM generate_series(1, 50)) AS x;
-- what rounding leaves open does not count where single sums are rare (238 amounts), and the whole is a limit where it is likely (by convolution)
SELECT abs(probability_at_least(forecast_agg(0.92, round(round(exp(8 + 0.7 * ln(g::float8 / (1001 - g)))::numeric, -2) / 12, 2)), 551870, 0.05) - 0.40003) < 0.001 AS smooth FROM generate_series(1, 1000) AS g;
SELECT (renewal_forecast(0.95, m, 90, 0.02)).high - sum(m) AS below FROM (SELECT 19 + g * 0.7 AS m FROM generate_series(1, 60) AS g UNION ALL SELECT 50000) AS x;
-- list prices: how many of each renew, whose sum is exact in cells of 25 (by a sum over the shock of convolutions of binomial distributions)
SELECT f.low, f.high, abs(probability_at_least(s, 45000, 0.1) - 0.9473937587727065) < 1e-11 AS most, abs(probability_at_least(s, 48000, 0.1) - 0.817501462457582) < 1e-11 AS many
  FROM (SELECT forecast_agg(p, price) AS s FROM (VALUES (400, 25, 0.9), (300, 50, 0.85), (300, 100, 0.95)) AS v(n, price, p), generate_series(1, n)) AS x, renewal_forecast(s, 95, 0.1) AS f;
-- twenty amounts in whole units: soon done
SELECT (renewal_forecast(0.7, v, 95, 0.1)).low FROM unnest(ARRAY[43963,25750,49330,35256,3026,1962,2601,3028,2473,2627,1252,2087,1369,2776,1114,4009,840,3891,2661,2877]) AS v;
-- four billion contracts of one kind, of whose sums there is no list to try: n = 2^32, sd = 10 * sqrt(n / 4) = 327680
WITH RECURSIVE doubled AS (SELECT 0 AS times, forecast_agg(0.5, 10) AS s UNION ALL SELECT times + 1, combine(s, s) FROM doubled WHERE times < 32)
SELECT f.expected, abs((f.high - f.expected) / (1.96 * 327680) - 1) < 0.005 AS high, abs((f.expected - f.low) / (1.96 * 327680) - 1) < 0.005 AS low
  FROM doubled, renewal_forecast(s) AS f WHERE times = 32;
-- with a shock, most of the width is the shock's: 5 and 95 % of the mean under it
SELECT abs(f.low / l.low - 1) < 0.005 AS low, abs(f.high / l.high - 1) < 0.005 AS high
  FROM (SELECT forecast_agg(0.8, mrr) AS s, sum(mrr) AS total FROM (SELECT 10 + (hashint4(i + 7) & 65535) / 100.0 AS mrr FROM generate_series(1, 20000) AS i) AS v) AS x, renewal_forecast(s, 90, 0.1) AS f,
       LATERAL (SELECT total * pg_temp.phi((0.8416212335729143 - sqrt(0.1) * 1.6448536269514722) / sqrt(0.9)) AS low, total * pg_temp.phi((0.8416212335729143 + sqrt(0.1) * 1.6448536269514722) / sqrt(0.9)) AS high) AS l;

--
-- Simulation: the interval of 95 % holds for 12 unequal contracts, where the normal one does not, and for 200 that share a
-- shock of 0.05
--
SELECT setseed(0.4711);
SELECT count(*) AS years, avg((renewed BETWEEN f.low AND f.high)::int) >= 0.95 AS covers, avg((renewed BETWEEN f.expected - 1.96 * sd AND f.expected + 1.96 * sd)::int) < 0.93 AS normal_does_not
  FROM (SELECT y, sum(mrr) FILTER (WHERE random() < p) AS renewed FROM (SELECT i, 0.8 + i % 3 / 16.0::float8 AS p, mrr FROM twelve) AS t, generate_series(1, 4000) AS y GROUP BY y) AS year,
       (SELECT forecast_agg(0.8 + i % 3 / 16.0::float8, mrr) AS s, sqrt(sum(mrr::float8 ^ 2 * (0.8 + i % 3 / 16.0) * (0.2 - i % 3 / 16.0))) AS sd FROM twelve) AS x, renewal_forecast(s) AS f;
-- (to the fourth digit, and quick)
CREATE FUNCTION pg_temp.about_phi(x float8) RETURNS float8 LANGUAGE sql AS $$ SELECT 1 / (1 + exp(-x * (1.5976 + 0.07056 * x * x))) $$;
SELECT count(*) AS years, round(avg((renewed BETWEEN f.low AND f.high)::int), 2) AS covers, avg((renewed BETWEEN g.low AND g.high)::int) < 0.7 AS independent_does_not
  FROM (SELECT y, sum(mrr) FILTER (WHERE random() < pg_temp.about_phi((z - sqrt(0.05) * u) / sqrt(0.95))) AS renewed
          FROM contract, (SELECT y, sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS u FROM generate_series(1, 1000) AS y) AS shock GROUP BY y) AS year,
       (SELECT forecast_agg(p, mrr) AS s FROM contract) AS x, renewal_forecast(s, 95, 0.05) AS f, renewal_forecast(s, 95) AS g;

--
-- Overdispersion from past periods: with one contract of 0.5 and one of 0.5 of 100 each, the variance of the sum is
-- 2 * 2500 + 2 * 10000 * (asin(rho) / 2 / pi), and misses of 50 * sqrt(2) each mean rho = 0
--
SELECT forecast_overdispersion(s, 100 + m) AS rho, sin(2 * pi() * (m * m - 5000) / 20000) AS by_hand
  FROM (SELECT forecast_agg(0.5, 100) AS s FROM generate_series(1, 2)) AS x, (VALUES (90), (95)) AS v(m), generate_series(1, 3) GROUP BY m;
SELECT forecast_overdispersion(s, 100 + m) FROM (SELECT forecast_agg(0.5, 100) AS s FROM generate_series(1, 2)) AS x, (VALUES (70), (-70)) AS v(m);
SELECT forecast_overdispersion(s, 100) AS exact, forecast_overdispersion(s, 100) FILTER (WHERE i = 1) AS one_period, forecast_overdispersion(s, 200) AS beyond FROM (SELECT forecast_agg(0.5, 100) AS s FROM generate_series(1, 2)) AS x, generate_series(1, 2) AS i;
SELECT forecast_overdispersion(s, 5000) AS no_shock_explains FROM (SELECT forecast_agg(0.5, 100) AS s FROM generate_series(1, 2)) AS x, generate_series(1, 2) AS i;
SELECT forecast_overdispersion(NULL, 5), forecast_overdispersion(s, NULL), forecast_overdispersion(NULL::forecastsummary) FROM (SELECT forecast_agg(0.5, 100) AS s) AS x;
-- 40 quarters of 200 contracts that shared a shock of 0.05: it is found again
SELECT round(forecast_overdispersion(s, renewed)::numeric, 2) BETWEEN 0.02 AND 0.09 AS found
  FROM (SELECT y, coalesce(sum(mrr) FILTER (WHERE hashfloat8(y * 1000 + i) & 1048575 < 1048576 * pg_temp.about_phi((z - sqrt(0.05) * u) / sqrt(0.95))), 0) AS renewed
          FROM contract, (SELECT y, sqrt(-2 * ln((1 + (hashint4(y) & 65535)) / 65537.0)) * cos(2 * pi() * (hashint4(-y) & 65535) / 65536.0) AS u FROM generate_series(1, 40) AS y) AS shock GROUP BY y) AS year,
       (SELECT forecast_agg(p, mrr) AS s FROM contract) AS x;
-- the order of periods and their parts do not matter
SELECT forecast_overdispersion(s, a ORDER BY a) = forecast_overdispersion(s, a ORDER BY a DESC) AS any_order FROM (SELECT forecast_agg(p, mrr) AS s FROM contract) AS x, unnest('{150000,180000,165000}'::numeric[]) AS a;

--
-- Parts, text and binary, windows, parallel plans
--
SELECT (SELECT rollup(s) FROM (SELECT forecast_agg(p, mrr) AS s FROM contract GROUP BY i % 7) AS p) = forecast_agg(p, mrr) AS parts, (SELECT rollup(s::text::forecastsummary) FROM (SELECT forecast_agg(p, mrr) AS s FROM contract GROUP BY i % 7) AS p) = forecast_agg(p, mrr) AS through_text FROM contract;
SELECT bool_and(w IS NOT DISTINCT FROM g) AS moving FROM (SELECT i, renewal_forecast(p, mrr, 90) OVER (ORDER BY i ROWS 3 PRECEDING) AS w FROM contract) AS a, LATERAL (SELECT renewal_forecast(p, mrr, 90) AS g FROM contract AS b WHERE b.i BETWEEN a.i - 3 AND a.i) AS c;
-- a cancel is answered
SET statement_timeout = 200;
DO $$ BEGIN PERFORM renewal_forecast(0.5 + i / 3e5, 10 + i * 1.37, 95, 0.5) FROM generate_series(1, 100000) AS i; RAISE 'not cancelled'; EXCEPTION WHEN query_canceled THEN RAISE NOTICE 'cancelled'; END $$;
RESET statement_timeout;
