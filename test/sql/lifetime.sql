-- lifetime: purchases and contracts to come
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

-- numbers that depend on a row and n alone, from 0 to 1
CREATE FUNCTION pg_temp.u(id bigint, n int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(id * 64 + n, 7) & 1099511627775) / 1099511627776.0::float8 $$;
-- models by hand
CREATE FUNCTION pg_temp.bgnbd(variant text, r float8, alpha float8, a float8, b float8) RETURNS bgnbd_model LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(variant, 7, r, alpha, a, b, NULL, NULL, NULL, NULL, NULL, NULL)::bgnbd_model $$;
CREATE FUNCTION pg_temp.gamma_gamma(p float8, q float8, v float8) RETURNS gamma_gamma_model LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(p, q, v, NULL, NULL, NULL, NULL, NULL)::gamma_gamma_model $$;
CREATE FUNCTION pg_temp.sbg(alpha float8, beta float8) RETURNS sbg_model LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(alpha, beta, NULL, NULL, NULL, NULL, NULL)::sbg_model $$;

--
-- BG/NBD: predictions at points where the textbook formula loses its digits, computed in 40 digits
-- with rigorous bounds: alive, alive after the horizon, purchases, purchases of a new customer
--
CREATE TEMP TABLE hard (variant text, name text, r float8, alpha float8, a float8, b float8, frequency float8, recency float8, age float8, horizon float8, alive float8, after float8, purchases float8, new float8);
INSERT INTO hard VALUES
  ('bg', 'a=1', 0.25, 4.5, 1.0, 2.5, 3, 20.0, 39.0, 39.0, 0.4105461654372777467904691, 0.2872077839526468489202352, 0.9449975186792681241808426, 1.109151194260901242056131),
  ('bg', 'a near 1', 0.25, 4.5, 0.999999999999, 2.5, 3, 20.0, 39.0, 1.0, 0.4105461654375197394485389, 0.4058878566949534561172428, 0.03044490946219011313422520, 0.05349984651368436814455104),
  ('bg', 'a+b=1', 0.5, 6.0, 0.25, 0.75, 1, 12.0, 30.0, 52.0, 0.5147186257614297071898677, 0.4308660604998760973653562, 0.9590354858338187585488771, 2.672731823957082791390577),
  ('bg', 'large frequency', 0.3, 4.0, 0.8, 2.5, 2000, 77.9, 78.0, 52.0, 0.9954311609814422999633324, 0.6723268790872488217261241, 1027.713468439574527580109, 1.865887125778005393944971),
  ('bg', 'tiny alpha', 0.2, 1e-05, 0.8, 2.5, 4, 20.0, 26.0, 26.0, 0.6955004856511559417832854, 0.4878275976927708661911206, 2.334410003644170055156651, 82.49382613700271847010275),
  ('bg', 'one-time', 0.2426, 4.4135, 0.7929, 2.4258, 0, 0.0, 38.86, 520.0, 1.000000000000000000000000, 0.7625616602907277940958576, 1.462440924019660284550624, 4.968829022060338363155010),
  ('bg', 'large a b', 1.5, 10.0, 3000.0, 20000.0, 5, 30.0, 40.0, 100.0, 0.6098988076667055056324390, 0.1352570618872713434259556, 3.640362047938935087797343, 5.475615287824946370309597),
  ('bg', 'tiny a', 0.25, 4.5, 0.005, 2.5, 2, 10.0, 39.0, 1000000.0, 0.9833606028388323452109797, 0.9390354539114207888041323, 48706.24861354880827065410, 52747.25740777019111643022),
  ('bg', 'just bought', 2.0, 3.0, 1.7, 0.9, 12, 25.0, 25.0, 100.0, 0.8750000000000000030612767, 0.07012577270862251691011854, 11.23020089255727262165776, 2.138610344443371902640394),
  ('bg', 'near horizon', 0.25, 4.5, 0.8, 2.5, 1, 5.0, 30.0, 1e-06, 0.3839891870032252705700239, 0.3839891844148249823955786, 1.391265161861105046671255e-8, 5.555555368499825743257421e-8),
  ('mbg', 'a=1', 0.25, 4.5, 1.0, 2.5, 3, 20.0, 39.0, 39.0, 0.4598274476672098035594478, 0.3352007094294741267346581, 1.087615147446547235539195, 0.8760995469985659503210292),
  ('mbg', 'a near 1', 0.25, 4.5, 0.999999999999, 2.5, 3, 20.0, 39.0, 1.0, 0.4598274476674581842307578, 0.4552987824574132295733669, 0.03413325097262274421906178, 0.03852637246046093499066743),
  ('mbg', 'a+b=1', 0.5, 6.0, 0.25, 0.75, 1, 12.0, 30.0, 52.0, 0.7122197591896748613847892, 0.6262360429021749936744685, 1.383996254574581310191533, 2.383268762027743808052246),
  ('mbg', 'large frequency', 0.3, 4.0, 0.8, 2.5, 2000, 77.9, 78.0, 52.0, 0.9954334321300590753051628, 0.6724324912867151393055330, 1027.803152251798460908429, 1.575912873544445079955644),
  ('mbg', 'tiny alpha', 0.2, 1e-05, 0.8, 2.5, 4, 20.0, 26.0, 26.0, 0.7296832866372337978886566, 0.5304734187968310531077791, 2.505880030267564699280634, 81.57522013935773071931201),
  ('mbg', 'one-time', 0.2426, 4.4135, 0.7929, 2.4258, 0, 0.0, 38.86, 520.0, 0.6374687752987807361985170, 0.5061120263978960160012764, 1.036147134010655612967004, 4.477817371173048625357217),
  ('mbg', 'large a b', 1.5, 10.0, 3000.0, 20000.0, 5, 30.0, 40.0, 100.0, 0.6099107010379472821258507, 0.1352676025027591783505573, 3.640530653662986185059648, 4.761541233636263018738222),
  ('mbg', 'tiny a', 0.25, 4.5, 0.005, 2.5, 2, 10.0, 39.0, 1000000.0, 0.9870102150544814597110706, 0.9435676395410304657633293, 48941.28975043973641455780, 52747.22004319518035497984),
  ('mbg', 'just bought', 2.0, 3.0, 1.7, 0.9, 12, 25.0, 25.0, 100.0, 0.8835616438356164412207856, 0.07767768639407676763363014, 11.91465904601816582746575, 1.144810130278916040984868),
  ('mbg', 'near horizon', 0.25, 4.5, 0.8, 2.5, 1, 5.0, 30.0, 1e-06, 0.4660080421132957059770908, 0.4660080395647146954678979, 1.688434926882510053041988e-8, 4.208754100000875935466367e-8);
SELECT variant, name, abs(bgnbd_alive(m, frequency, recency, age) / alive - 1) < 1e-13 AS alive, abs(bgnbd_alive(m, frequency, recency, age, horizon) / after - 1) < 1e-13 AS after,
       abs(bgnbd_purchases(m, horizon, frequency, recency, age) / purchases - 1) < 1e-13 AS purchases, abs(bgnbd_purchases_new(m, horizon) / new - 1) < 1e-13 AS new
  FROM (SELECT *, pg_temp.bgnbd(variant, r, alpha, a, b) AS m FROM hard) AS h;

-- the definitions in SQL, on random models and customers.  Alive: Fader, Hardie and Lee (2008), and its MBG form.
-- Means over p by the trapezoidal rule in y = log(p / (1 - p)), of the weights and of the function alike.
CREATE FUNCTION pg_temp.alive(variant text, r float8, alpha float8, a float8, b float8, x float8, t_x float8, t float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN variant = 'bg' THEN CASE WHEN x = 0 THEN 1 ELSE 1 / (1 + a / (b + x - 1) * power((alpha + t) / (alpha + t_x), r + x)) END
              ELSE 1 / (1 + a / (b + x) * power((alpha + t) / (alpha + t_x), r + x)) END $$;
CREATE FUNCTION pg_temp.expected(r float8, alpha float8, a float8, b float8, t float8, OUT purchases float8, OUT alive float8) LANGUAGE sql IMMUTABLE AS $$
  SELECT sum(w * (1 - power(alpha / (alpha + p * t), r)) / p) / sum(w), sum(w * power(alpha / (alpha + p * t), r)) / sum(w)
    FROM (SELECT p, power(p, a) * power(1 - p, b) AS w FROM (SELECT 1 / (1 + exp(-y / 10.0::float8)) AS p FROM generate_series(-300, 300) AS y) AS x) AS x $$;
SELECT count(*), bool_and(abs(bgnbd_alive(m, x, t_x, t) / k.alive - 1) < 1e-12) AS alive, bool_and(abs(bgnbd_purchases(m, h, x, t_x, t) / (k.alive * e.purchases) - 1) < 1e-9) AS purchases,
       bool_and(abs(bgnbd_alive(m, x, t_x, t, h) / (k.alive * e.alive) - 1) < 1e-9) AS after, bool_and(abs(bgnbd_purchases_new(m, h) / (CASE variant WHEN 'bg' THEN 1 ELSE b / (a + b) END * new.purchases) - 1) < 1e-9) AS new
  FROM (SELECT CASE WHEN pg_temp.u(i, 1) < 0.5 THEN 'bg' ELSE 'mbg' END AS variant, 0.1 + 3 * pg_temp.u(i, 2) AS r, 1 + 9 * pg_temp.u(i, 3) AS alpha, 1 + 2 * pg_temp.u(i, 4) AS a, 1 + 4 * pg_temp.u(i, 5) AS b,
               trunc(9 * pg_temp.u(i, 6)) AS x, 5 + 40 * pg_temp.u(i, 7) AS t, 1 + 60 * pg_temp.u(i, 8) AS h, pg_temp.u(i, 9) AS share FROM generate_series(1, 200) AS i) AS p,
       LATERAL (SELECT pg_temp.bgnbd(variant, r, alpha, a, b) AS m, CASE WHEN x = 0 THEN 0 ELSE t * share END AS t_x) AS q,
       LATERAL (SELECT pg_temp.alive(variant, r, alpha, a, b, x, t_x, t) AS alive) AS k,
       LATERAL pg_temp.expected(r + x, alpha + t, a, b + x + CASE variant WHEN 'bg' THEN 0 ELSE 1 END, h) AS e,
       LATERAL pg_temp.expected(r, alpha, a, b + CASE variant WHEN 'bg' THEN 0 ELSE 1 END, h) AS new;
-- b tiny beside 1: alive by hand, 1 / (1 + 0.5 / b 20 / 10) = 1 / (1 + 1 / b) and 1 / (1 + 0.5 / b); purchases by 50 digits
SELECT v.variant, v.b, abs(bgnbd_alive(m, x, t_x, 10) / v.alive - 1) < 1e-13 AS alive, abs(bgnbd_purchases(m, 10, x, t_x, 10) / v.purchases - 1) < 1e-13 AS purchases, abs(bgnbd_purchases_new(m, 10) / v.new - 1) < 1e-13 AS new
  FROM (VALUES ('mbg', 1e-10, 0, 0, 9.9999999990000004e-11, 4.3520987564375126e-11, 1.5707963265028243e-10), ('mbg', 1e-17, 0, 0, 1e-17, 4.3520987568355163e-18, 1.5707963267948967e-17),
               ('bg', 1e-10, 1, 10, 1.9999999996000001e-10, 1.6389629600759962e-10, 0.50000000007853982), ('bg', 1e-17, 1, 10, 2e-17, 1.6389629603839882e-17, 0.5))
         AS v(variant, b, x, t_x, alive, purchases, new), LATERAL pg_temp.bgnbd(v.variant, 1, 10, 0.5, v.b) AS m;
-- there the expectation is proportional to b: with an error of a tenth of b alone, the interval is that of b
SELECT abs(ln(high / low) / (2 * 1.959963984540054 * 0.1) - 1) < 1e-8 AS interval
  FROM (SELECT ROW('mbg', 7, 1, 10, 0.5, 1e-10, NULL, '{{0,0,0,0},{0,0,0,0},{0,0,0,0},{0,0,0,1e-22}}', NULL, NULL, NULL, 'converged')::bgnbd_model AS m) AS k, bgnbd_purchases_interval(m, 10, 0, 0, 10);
-- alive after a long time, where only those of the least p are left: alpha'^r' E(1 / (alpha' + p t)^r') by 90 digits
SELECT abs(bgnbd_alive(m, 3, 0, 0, 1e3) / 3.2216581108530194e-13 - 1) < 1e-13 AS long, abs(bgnbd_alive(m, 3, 0, 0, 1e6) / 1.0393975593285297e-27 - 1) < 1e-13 AS longer FROM pg_temp.bgnbd('bg', 2, 1, 5, 1) AS m;
-- nothing happens in no time
SELECT bgnbd_alive(m, 2, 10, 20, 0) = bgnbd_alive(m, 2, 10, 20) AS alive, bgnbd_purchases(m, 0, 2, 10, 20) AS purchases, bgnbd_purchases_new(m, 0) AS new FROM pg_temp.bgnbd('bg', 0.25, 4.5, 0.8, 2.5) AS m;
-- a customer at its first purchase is a new one; of MBG/NBD it may be gone: b / (a + b)
SELECT variant, bgnbd_purchases(m, 10, 0, 0, 0) = bgnbd_purchases_new(m, 10) AS same, round(bgnbd_alive(m, 0, 0, 0)::numeric, 12) AS alive
  FROM (SELECT variant, pg_temp.bgnbd(variant, 0.25, 4.5, 1, 3) AS m FROM (VALUES ('bg'), ('mbg')) AS v(variant)) AS x;

--
-- BG/NBD: fits
--
-- customers who do as the model says: rates exponential, chances to leave Beta(1, 2); days since the first purchase
CREATE TEMP TABLE repeated AS
  SELECT DISTINCT id, floor(t)::int AS day
    FROM (SELECT id, i, 1 + ln(pg_temp.u(id, 2)) / ln(sqrt(pg_temp.u(id, 3))) AS last, sum(-ln(1 - pg_temp.u(id * 100 + i, 4)) / (-0.02 * ln(1 - pg_temp.u(id, 5)))) OVER (PARTITION BY id ORDER BY i) AS t
            FROM generate_series(1::bigint, 600) AS id, generate_series(1, 60) AS i) AS p WHERE i <= last AND t >= 1 AND t < 1000;
CREATE TEMP TABLE buyer AS
  SELECT id, count(day) AS frequency, coalesce(max(day), 0) / 7.0::float8 AS recency, age / 7.0::float8 AS age
    FROM (SELECT id, 140 + trunc(140 * pg_temp.u(id, 1)) AS age FROM generate_series(1::bigint, 600) AS id) AS c LEFT JOIN repeated USING (id) WHERE day IS NULL OR day <= age GROUP BY id, age;
INSERT INTO buyer SELECT id, 0, 0, (140 + trunc(140 * pg_temp.u(id, 1))) / 7.0::float8 FROM generate_series(1::bigint, 600) AS id WHERE id NOT IN (SELECT id FROM buyer);
-- the log-likelihood in SQL
CREATE FUNCTION pg_temp.log_likelihood(variant text, r float8, alpha float8, a float8, b float8) RETURNS float8 LANGUAGE sql AS $$
  SELECT sum((SELECT coalesce(sum(ln(r + j)), 0) FROM generate_series(0, x - 1) AS j) + (SELECT coalesce(sum(ln(b + j) - ln(a + b + j)), 0) FROM generate_series(0, n - 1) AS j) + r * ln(alpha)
             + ln(power(alpha + age, -(r + x)) + CASE WHEN n > 0 THEN a / (b + n - 1) * power(alpha + recency, -(r + x)) ELSE 0 END))
    FROM (SELECT frequency::int AS x, frequency::int + CASE variant WHEN 'bg' THEN 0 ELSE 1 END AS n, recency, age FROM buyer) AS c $$;
-- the maximum: the likelihood is what the model says, a step in each parameter lowers it, and its second differences are the inverse of the covariance
SELECT variant, (m).status, (m).customers, abs(pg_temp.log_likelihood(variant, (m).r, (m).alpha, (m).a, (m).b) / (m).log_likelihood - 1) < 1e-12 AS log_likelihood,
       (SELECT bool_and(pg_temp.log_likelihood(variant, (m).r * (1 + d * (k = 1)::int), (m).alpha * (1 + d * (k = 2)::int), (m).a * (1 + d * (k = 3)::int), (m).b * (1 + d * (k = 4)::int)) < (m).log_likelihood)
          FROM generate_series(1, 4) AS k, unnest('{-0.001,0.001}'::float8[]) AS d) AS maximum,
       (SELECT bool_and(abs((m).standard_errors[i] / sqrt((m).covariance[i][i]) - 1) < 1e-14) FROM generate_series(1, 4) AS i) AS errors,
       (SELECT bool_and(abs(product - (i = k)::int) < 0.001)
          FROM (SELECT i, k, sum((m).covariance[i][j] * -h) AS product
                  FROM generate_series(1, 4) AS i, generate_series(1, 4) AS j, generate_series(1, 4) AS k,
                       LATERAL (SELECT sum(s * t * pg_temp.log_likelihood(variant, p[1] * (1 + 0.001 * (s * (j = 1)::int + t * (k = 1)::int)), p[2] * (1 + 0.001 * (s * (j = 2)::int + t * (k = 2)::int)),
                                                                           p[3] * (1 + 0.001 * (s * (j = 3)::int + t * (k = 3)::int)), p[4] * (1 + 0.001 * (s * (j = 4)::int + t * (k = 4)::int)))) / (4 * 0.001 * 0.001 * p[j] * p[k]) AS h
                                  FROM (SELECT ARRAY[(m).r, (m).alpha, (m).a, (m).b] AS p) AS p, unnest('{-1,1}'::int[]) AS s, unnest('{-1,1}'::int[]) AS t GROUP BY p) AS second
                 WHERE i >= k GROUP BY i, k) AS x) AS covariance
  FROM (VALUES ('bg'), ('mbg')) AS v(variant), LATERAL (SELECT bgnbd_fit(frequency, recency, age, 7, variant) AS m FROM buyer) AS f;
-- the same to the last bit in any order, and with customers of one kind beside each other or not
SELECT count(DISTINCT m) FROM (SELECT bgnbd_fit(frequency, recency, age ORDER BY id) FROM buyer UNION ALL SELECT bgnbd_fit(frequency, recency, age ORDER BY md5(id::text)) FROM buyer UNION ALL SELECT bgnbd_fit(frequency, recency, age ORDER BY recency DESC) FROM buyer) AS x(m);
-- the forms with default arguments; days instead of weeks: alpha is seven times as large, the likelihood loses log 7 for each purchase
SELECT bgnbd_fit(frequency, recency, age) = bgnbd_fit(frequency, recency, age, 7) AS weeks, bgnbd_fit(frequency, recency, age, 7) = bgnbd_fit(frequency, recency, age, 7, 'bg') AS bg,
       bgnbd_fit(frequency, recency, age) <> bgnbd_fit(frequency, recency, age, 7, 'mbg') AS mbg FROM buyer;
SELECT (d).unit_days, abs((d).r / (w).r - 1) < 1e-10 AS r, abs((d).alpha / (w).alpha / 7 - 1) < 1e-10 AS alpha, abs(((d).log_likelihood + sum * ln(7.0::float8)) / (w).log_likelihood - 1) < 1e-12 AS log_likelihood
  FROM (SELECT bgnbd_fit(frequency, recency * 7, age * 7, 1) AS d, bgnbd_fit(frequency, recency, age) AS w, sum(frequency) FROM buyer) AS x;
-- twice the rows: half the covariance
SELECT abs((b).r / (a).r - 1) < 1e-10 AS r, (b).customers, abs((a).covariance[4][4] / (b).covariance[4][4] - 2) < 1e-8 AS covariance
  FROM (SELECT bgnbd_fit(frequency, recency, age) AS a FROM buyer) AS a, (SELECT bgnbd_fit(frequency, recency, age) AS b FROM buyer, generate_series(1, 2)) AS b;
-- parts merged are the whole, also as text
SELECT bool_and(w = whole) FROM (SELECT bgnbd_fit(frequency, recency, age) AS whole FROM buyer) AS a,
  LATERAL (SELECT bgnbd_fit_final(rollup(s)) AS w FROM (SELECT bgnbd_fit_accum(NULL, frequency, recency, age) AS s FROM buyer) AS x UNION ALL
           SELECT bgnbd_fit_final(rollup(s::text::samplesummary)) FROM (SELECT bgnbd_fit_accum(NULL, frequency, recency, age) AS s FROM buyer) AS x) AS b;

-- likelihoods without a maximum: nobody buys again; all alike, so that the likelihood rises for ever while r and alpha grow and a falls; one customer; no time
SELECT name, variant, (m).customers, (m).status, num_nulls((m).r, (m).alpha, (m).a, (m).b, (m).standard_errors, (m).covariance, (m).log_likelihood) AS nulls FROM (VALUES ('none again', ARRAY[0, 0, 10]::float8[], 20), ('alike', ARRAY[5, 9, 10], 20), ('one', ARRAY[2, 5, 10], 1), ('no time', ARRAY[0, 0, 0], 3), ('no time, purchases', ARRAY[3, 0, 0], 3)) AS v(name, c, n),
  unnest('{bg,mbg}'::text[]) AS variant, LATERAL (SELECT bgnbd_fit(x, t_x, t, 7, variant_) AS m FROM (SELECT c[1] AS x, c[2] AS t_x, c[3] AS t, variant AS variant_ FROM generate_series(1, n)) AS r) AS f ORDER BY name, variant;
SELECT (bgnbd_fit(5, 9 + i * 0.01, 10)).status FROM generate_series(0, 4) AS i, generate_series(1, 20);
-- nearly all leave at once: b is tiny beside 1, and still a digit counts; by 50 digits
SELECT (m).status, abs((m).log_likelihood / -264.053855721819972 - 1) < 1e-14 AS log_likelihood, abs((m).r / 37.41402683207047 - 1) < 1e-10 AS r, abs((m).alpha / 243.40095796648527 - 1) < 1e-10 AS alpha,
       abs((m).a / 0.57371111675330846 - 1) < 1e-12 AS a, abs((m).b / 6.8908855803077863e-5 - 1) < 1e-12 AS b, abs((m).standard_errors[4] / 3.57144781011709e-5 - 1) < 1e-10 AS error
  FROM (SELECT bgnbd_fit(x, t_x, 50, 7, 'mbg') AS m FROM (VALUES (0, 0, 100000), (1, 3, 1), (2, 10, 1), (1, 20, 1), (5, 45, 1), (3, 12, 1), (9, 49, 1), (1, 1, 1), (4, 30, 1), (2, 7, 1), (12, 48, 1), (3, 33, 1), (1, 9, 1))
               AS v(x, t_x, n), generate_series(1, n)) AS q;
-- what is predicted from such a model is NULL
SELECT bgnbd_alive(m, 1, 2, 3), bgnbd_alive(m, 1, 2, 3, 4), bgnbd_purchases(m, 9, 1, 2, 3), bgnbd_purchases_new(m, 9), bgnbd_purchases_interval(m, 9, 1, 2, 3), clv(m, pg_temp.gamma_gamma(6, 4, 15), 1, 2, 3, 10, 12) FROM (SELECT bgnbd_fit(0, 0, 1) AS m) AS x;
SELECT bgnbd_purchases(ROW('bg', 7, 1, 1, 1, 1, NULL, NULL, NULL, NULL, NULL, status)::bgnbd_model, 9, 1, 2, 3) IS NULL AS "null" FROM unnest('{converged,not converged,heterogeneity not identified,anything}'::text[]) AS status;

--
-- Intervals of the expectation: the delta method on the log scale
--
-- the gradient by differences, in SQL
SELECT variant, x, abs(i.low / (p * exp(-z * sqrt(v))) - 1) < 1e-6 AS low, abs(i.high / (p * exp(z * sqrt(v))) - 1) < 1e-6 AS high
  FROM (VALUES ('bg'), ('mbg')) AS variants(variant), LATERAL (SELECT bgnbd_fit(frequency, recency, age, 7, variant) AS m FROM buyer) AS f,
       (VALUES (0, 0, 30), (2, 21.5, 30), (25, 29.9, 30), (1, 0.3, 30)) AS c(x, t_x, t), (VALUES (1.959963984540054::float8)) AS q(z),
       LATERAL (SELECT bgnbd_purchases(m, 13, x, t_x, t) AS p) AS p,
       LATERAL (SELECT array_agg((ln(bgnbd_purchases(pg_temp.bgnbd(variant, (m).r + (k = 1)::int * e[k], (m).alpha + (k = 2)::int * e[k], (m).a + (k = 3)::int * e[k], (m).b + (k = 4)::int * e[k]), 13, x, t_x, t))
                                 - ln(bgnbd_purchases(pg_temp.bgnbd(variant, (m).r - (k = 1)::int * e[k], (m).alpha - (k = 2)::int * e[k], (m).a - (k = 3)::int * e[k], (m).b - (k = 4)::int * e[k]), 13, x, t_x, t))) / (2 * e[k]) ORDER BY k) AS g
                  FROM (SELECT ARRAY[(m).r, (m).alpha, (m).a, (m).b] AS o) AS o, LATERAL (SELECT array_agg(y * 1e-4 ORDER BY n) AS e FROM unnest(o) WITH ORDINALITY AS y(y, n)) AS e, generate_series(1, 4) AS k) AS g,
       LATERAL (SELECT sum(g[j] * g[k] * (m).covariance[j][k]) AS v FROM generate_series(1, 4) AS j, generate_series(1, 4) AS k) AS v,
       LATERAL bgnbd_purchases_interval(m, 13, x, t_x, t) AS i;
SELECT (b).low < (a).low AND (a).high < (b).high AS wider, bgnbd_purchases_interval(m, 0, 2, 10, 20) AS "no time", bgnbd_purchases_interval(pg_temp.bgnbd('bg', 1, 1, 1, 1), 9, 2, 10, 20) AS "no covariance"
  FROM (SELECT bgnbd_fit(frequency, recency, age) AS m FROM buyer) AS f, LATERAL (SELECT bgnbd_purchases_interval(m, 9, 2, 10, 20) AS a, bgnbd_purchases_interval(m, 9, 2, 10, 20, 99) AS b) AS i;

--
-- Tracking
--
CREATE TEMP TABLE purchase AS
  SELECT id AS customer, date '2025-01-01' + trunc(80 * pg_temp.u(id, 6))::int + day AS day, 10 + trunc(50 * pg_temp.u(id * 1000 + day, 7))::numeric AS amount
    FROM (TABLE repeated UNION ALL SELECT id, 0 FROM generate_series(1::bigint, 600) AS id) AS x;
INSERT INTO purchase VALUES (1, '2025-02-02', -5), (901, '2025-02-02', -5), (902, '2026-01-01', 5);
CREATE TEMP TABLE shop AS SELECT purchase_agg(customer, day, amount) AS s FROM purchase;
-- over a summary: what GROUP BY customer gives; refunds are no purchases, later ones do not exist
SELECT variant, u, bgnbd_fit(s, '2025-09-30', u, variant) = (SELECT bgnbd_fit(n - 1, (last - first) / u::float8, (date '2025-09-30' - first) / u::float8, u, variant)
    FROM (SELECT count(DISTINCT day) AS n, min(day) AS first, max(day) AS last FROM purchase WHERE amount >= 0 AND day <= '2025-09-30' GROUP BY customer) AS c) AS same
  FROM shop, unnest('{bg,mbg}'::text[]) AS variant, unnest('{1,7}'::bigint[]) AS u;
SELECT bgnbd_fit(s, '2025-09-30') = bgnbd_fit(s, '2025-09-30', 7, 'bg') AS defaults, bgnbd_fit(s, '2024-12-31') IS NULL AS before, bgnbd_fit(NULL::purchasesummary, '2025-09-30') IS NULL AS none, (bgnbd_fit(s, '2025-09-30')).customers FROM shop;
SELECT pg_temp.fails($$SELECT bgnbd_fit(s, '2025-09-30', 0) FROM shop$$), pg_temp.fails($$SELECT bgnbd_fit(s, '2025-09-30', 7, 'nbd') FROM shop$$);
CREATE TEMP TABLE fitted AS SELECT bgnbd_fit(s, '2025-06-30') AS m, bgnbd_fit(s, '2025-06-30', 7, 'mbg') AS mbg FROM shop;
-- against the definition in SQL: sums over customers of what is expected at an age
SELECT modified, count(*), bool_and(t.actual IS NOT DISTINCT FROM o.actual) AS actual, bool_and(abs(t.expected / o.expected - 1) < 1e-10) AS expected, bool_and(t.complete = (next <= '2025-09-16')) AS complete
  FROM fitted, shop, (VALUES (false), (true)) AS v(modified), LATERAL (SELECT CASE WHEN modified THEN mbg ELSE m END AS model) AS k,
       bgnbd_tracking(model, s, 'month', '2025-02-01', '2025-12-01', '2025-09-15') AS t, LATERAL (SELECT (period_start + interval '1 month')::date AS next) AS n,
       LATERAL (SELECT CASE WHEN period_start <= '2025-09-15' THEN sum(repeats) END AS actual,
                       sum(bgnbd_purchases_new(model, greatest(next - 1 - first, 0) / 7.0) - bgnbd_purchases_new(model, greatest(period_start - 1 - first, 0) / 7.0)) AS expected
                  FROM (SELECT first, count(DISTINCT day) FILTER (WHERE day > first AND day >= period_start AND day < next) AS repeats
                          FROM (SELECT customer, day, min(day) OVER (PARTITION BY customer) AS first FROM purchase WHERE amount >= 0 AND day <= '2025-09-15') AS p GROUP BY customer, first) AS c) AS o GROUP BY modified ORDER BY modified;
-- sums so far; by boundaries; a running bucket shows its purchases to date, one after as_of NULL
SELECT bool_and(cumulative_actual IS NOT DISTINCT FROM CASE WHEN actual IS NOT NULL THEN a END) AS actual, bool_and(abs(cumulative_expected / e - 1) < 1e-12) AS expected
  FROM (SELECT t.*, sum(actual) OVER (ORDER BY period_start) AS a, sum(expected) OVER (ORDER BY period_start) AS e FROM fitted, shop, bgnbd_tracking(m, s, 'week', '2025-03-01', '2025-12-01', '2025-09-15') AS t) AS x;
SELECT (SELECT array_agg(t ORDER BY period_start) FROM bgnbd_tracking(m, s, 'quarter', '2025-01-01', '2026-01-01', '2025-08-15') AS t) = (SELECT array_agg(t ORDER BY period_start) FROM bgnbd_tracking(m, s, '{2025-01-01,2025-04-01,2025-07-01,2025-10-01,2026-01-01}'::date[], '2025-01-01', '2026-01-01', '2025-08-15') AS t) AS same FROM fitted, shop;
SELECT period_start, actual, round(expected::numeric, 6) AS expected, cumulative_actual, complete FROM fitted, shop, bgnbd_tracking(m, s, '{2025-01-01,2025-04-01,2025-07-01,2025-10-01,2026-01-01}'::date[], '2025-01-01', '2026-01-01', '2025-08-15');
-- by hand, from arrays: 10 newcomers on 1 January and 5 on the 8th; buckets end 7, 14 and 21 days after the first, 0, 7 and 14 after the second
SELECT period_start, actual, abs(expected - e) < 1e-12 AS expected, cumulative_actual, abs(cumulative_expected - sum(e) OVER (ORDER BY period_start)) < 1e-12 AS cumulative_expected, complete
  FROM (SELECT t.*, 10 * (bgnbd_purchases_new(m, n + 1) - bgnbd_purchases_new(m, n)) + CASE WHEN n > 0 THEN 5 * (bgnbd_purchases_new(m, n) - bgnbd_purchases_new(m, n - 1)) ELSE 0 END AS e
          FROM pg_temp.bgnbd('mbg', 0.5, 3, 0.7, 2) AS m,
               bgnbd_tracking(m, '{2026-01-01,2026-01-08,2026-01-09}', '{10,5,0}', '{0,3,2}', '{2026-01-02,2026-01-09,2026-01-16,2026-01-23}'::date[], '2026-01-02', '2026-01-23', '2026-01-15') AS t,
               LATERAL (SELECT (t.period_start - '2026-01-02') / 7 AS n) AS n) AS x;
-- no customers, a model that did not converge, NULL
SELECT t.* FROM fitted, bgnbd_tracking(m, '{}', '{}', '{}', 'month', '2026-01-01', '2026-02-01', '2026-01-15') AS t;
SELECT t.* FROM shop, bgnbd_tracking((SELECT bgnbd_fit(0, 0, 1)), s, 'year', '2025-01-01', '2026-01-01', '2025-06-30') AS t;
SELECT count(*) FROM shop, fitted, bgnbd_tracking(NULL, s, 'year', '2025-01-01', '2026-01-01', '2025-06-30') AS a, bgnbd_tracking(m, NULL::purchasesummary, 'year', '2025-01-01', '2026-01-01', '2025-06-30') AS b;

--
-- Gamma-Gamma
--
CREATE TEMP TABLE spender AS SELECT 1 + trunc(6 * pg_temp.u(i, 1) ^ 2) AS frequency, round((20 * exp(1.2 * (pg_temp.u(i, 2) + pg_temp.u(i, 3) + pg_temp.u(i, 4) - 1.5)))::numeric, 2) AS monetary FROM generate_series(1::bigint, 500) AS i;
SELECT (m).status, (m).customers, (m).q > 1 AS finite, abs((m).correlation - corr) < 1e-12 AS correlation, abs(gamma_gamma_value(m, 0, NULL) / ((m).p * (m).v / ((m).q - 1)) - 1) < 1e-13 AS population
  FROM (SELECT gamma_gamma_fit(frequency, monetary) AS m, corr(frequency, monetary) FROM spender) AS x;
-- at the maximum the derivative by v, sum of (q s - p x v) / (v + s), is zero
SELECT abs(sum(((m).q * s - (m).p * frequency * (m).v) / ((m).v + s))) < 1e-9 * count(*) AS score
  FROM (SELECT gamma_gamma_fit(frequency, monetary) AS m FROM spender) AS f, (SELECT frequency, frequency * monetary AS s FROM spender) AS c;
-- another currency: p and q stay, v is a hundred times as large
SELECT abs((c).p / (m).p - 1) < 1e-9 AS p, abs((c).q / (m).q - 1) < 1e-9 AS q, abs((c).v / (m).v / 100 - 1) < 1e-9 AS v, abs(((c).log_likelihood + 500 * ln(100::float8)) / (m).log_likelihood - 1) < 1e-12 AS log_likelihood
  FROM (SELECT gamma_gamma_fit(frequency, monetary) AS m, gamma_gamma_fit(frequency, monetary * 100) AS c FROM spender) AS x;
-- any order, and rows that count nothing
SELECT count(DISTINCT m) FROM (SELECT gamma_gamma_fit(frequency, monetary ORDER BY monetary) FROM spender UNION ALL SELECT gamma_gamma_fit(frequency, monetary ORDER BY monetary DESC) FROM spender
                               UNION ALL SELECT gamma_gamma_fit(frequency, monetary) FROM (TABLE spender UNION ALL VALUES (0, 7), (0, NULL), (3, NULL), (NULL, 5)) AS x(frequency, monetary)) AS x(m);
-- p (v + x z) / (p x + q - 1) by hand: 6.25 (15.44 + 20) / 6.25 = 35.44; at q <= 1 a new customer has no finite mean
SELECT q, x, z, gamma_gamma_value(pg_temp.gamma_gamma(6.25, q, 15.44), x, z)
  FROM (VALUES (1, 0, 50), (1, 1, 20), (1, 3, 35), (0.8, 0, NULL), (0.8, 1, 20), (0.8, 3, 35), (2, 0, NULL), (2, 0, -7), (2, 1, NULL), (2, 1, 20)) AS v(q, x, z);
SELECT gamma_gamma_value(pg_temp.gamma_gamma(0.2, 0.7, 15.44), 1, 20) AS "p x + q below 1", gamma_gamma_value(pg_temp.gamma_gamma(0.2, 0.7, 15.44), 2, 20) AS above;
-- amounts that differ too much for a mean: known customers have a value, new ones have not
SELECT (m).status, (m).q < 1 AS q, gamma_gamma_value(m, 0, 0) AS new, gamma_gamma_value(m, 9, 10) > 0 AS known FROM (SELECT gamma_gamma_fit(1, exp(18 * pg_temp.u(i, 1) - 9)) AS m FROM generate_series(1, 200) AS i) AS x;
-- no maximum: all spend the same, one customer
SELECT gamma_gamma_fit(1 + i % 3, 5) AS same FROM generate_series(1, 50) AS i;
SELECT m AS one, gamma_gamma_value(m, 1, 5) AS value FROM (SELECT gamma_gamma_fit(3, 5) AS m) AS x;

--
-- Customer lifetime value: purchases of each month x mean purchase, discounted at its end
--
SELECT count(*), bool_and(abs(clv(m, g, x, t_x, t, z, n, d, margin) / (margin / 100.0 * gamma_gamma_value(g, x, z) * o.sum) - 1) < 1e-11) AS definition,
       bool_and(abs(clv(m, g, x, t_x, t, z, n) / (gamma_gamma_value(g, x, z) * bgnbd_purchases(m, n * 365.25 / 12 / 7, x, t_x, t)) - 1) < 1e-11) AS undiscounted
  FROM (SELECT pg_temp.bgnbd(variant, 0.25, 4.5, 0.8, 2.5) AS m, pg_temp.gamma_gamma(6.25, 3.74, 15.44) AS g FROM unnest('{bg,mbg}'::text[]) AS variant) AS k,
       (VALUES (0, 0, 30, NULL, 12, 1, 100), (2, 20, 38.5, 22.35, 12, 0.8, 45.5), (7, 30, 38.5, 73.74, 36, 2, 30), (1, 38.5, 38.5, 5, 1, 0, 1)) AS c(x, t_x, t, z, n, d, margin),
       LATERAL (SELECT sum((bgnbd_purchases(m, i * 365.25 / 12 / 7, x, t_x, t) - bgnbd_purchases(m, (i - 1) * 365.25 / 12 / 7, x, t_x, t)) / power(1 + d / 100.0::float8, i)) FROM generate_series(1, n) AS i) AS o;
-- whatever the unit: a month is 365.25 / 12 days
SELECT abs(clv(ROW('bg', 7, 0.25, 4.5, 0.8, 2.5, NULL, NULL, NULL, NULL, NULL, NULL), g, 2, 20, 30, 22, 12, 1) / clv(ROW('bg', 1, 0.25, 31.5, 0.8, 2.5, NULL, NULL, NULL, NULL, NULL, NULL), g, 2, 140, 210, 22, 12, 1) - 1) < 1e-12 AS same FROM pg_temp.gamma_gamma(6.25, 3.74, 15.44) AS g;
SELECT clv(m, g, 0, 0, 30, NULL, 12) > 0 AS new, clv(m, g, 1, 5, 30, NULL, 12) AS a, clv(m, g, NULL, 5, 30, 1, 12) AS b, clv(m, NULL, 1, 5, 30, 1, 12) AS c, clv(NULL::bgnbd_model, g, 1, 5, 30, 1, 12) AS d, clv(m, pg_temp.gamma_gamma(6, 1, 15), 0, 0, 30, 1, 12) AS e, clv(m, g, 1, 5, 30, 1, 12, 1, 0) AS f
  FROM pg_temp.bgnbd('bg', 0.25, 4.5, 0.8, 2.5) AS m, pg_temp.gamma_gamma(6.25, 3.74, 15.44) AS g;

--
-- Shifted-beta-geometric
--
-- published: of 1000 customers 869, 743, 653, 593, 551, 517, 491 are left after each year; alpha 0.668, beta 3.806 (Fader and Hardie 2007)
CREATE TEMP TABLE contract (periods int, churned boolean, customers int);
INSERT INTO contract VALUES (1, true, 131), (2, true, 126), (3, true, 90), (4, true, 60), (5, true, 42), (6, true, 34), (7, true, 26), (7, false, 491);
SELECT round((m).alpha::numeric, 3) AS alpha, round((m).beta::numeric, 3) AS beta, (m).customers, (m).status FROM (SELECT sbg_fit(periods, churned, customers) AS m FROM contract) AS x;
-- rows and counts are the same
SELECT (a).alpha = (b).alpha AS alpha, (a).log_likelihood = (b).log_likelihood AS log_likelihood, (a).covariance = (b).covariance AS covariance FROM (SELECT sbg_fit(periods, churned, customers) AS a FROM contract) AS a, (SELECT sbg_fit(periods, churned) AS b FROM contract, LATERAL generate_series(1, customers)) AS b;
-- independent values for 1000, 800, 690, 620, 575, 540 (60 digits)
CREATE TEMP TABLE five AS SELECT sbg_fit(p, c, n) AS m FROM (VALUES (1, true, 200), (2, true, 110), (3, true, 70), (4, true, 45), (5, true, 35), (5, false, 540)) AS v(p, c, n);
SELECT abs((m).alpha / 0.376439228363212454860606863105 - 1) < 1e-12 AS alpha, abs((m).beta / 1.48320224656767305173492271503 - 1) < 1e-12 AS beta, abs((m).log_likelihood / -1340.81718262820625796421076736 - 1) < 1e-13 AS log_likelihood,
       abs((m).standard_errors[1] / 0.048285983546742609415919310284 - 1) < 1e-11 AS error_alpha, abs((m).standard_errors[2] / 0.258139026673716452037220577425 - 1) < 1e-11 AS error_beta, abs((m).covariance[1][2] / 0.0114588844598994399695356490969 - 1) < 1e-11 AS covariance FROM five;
SELECT k, d, abs(sbg_residual_lifetime(m, k, d) / v - 1) < 1e-12 AS lifetime
  FROM five, (VALUES (0, 0, NULL), (0, 1, 25.45918630173394486147::float8), (0, 10, 5.44354497218374967692), (0, 50, 2.000854455683938768765), (1, 0, NULL), (1, 1, 31.22997837314622681621), (1, 10, 6.407638440263627930852), (4, 1, 41.15282988196262142592),
                         (4, 50, 2.571703043285236044142), (20, 1, 60.59983073078359875661), (20, 10, 9.598192359376451044286), (20, 50, 2.860722725037956642768)) AS v(k, d, v);
-- survival is the product of retentions, and the lifetime to come a discounted sum of survivals
SELECT count(*), bool_and(abs(sbg_survival(m, t) / product - 1) < 1e-12) AS survival
  FROM (SELECT alpha, beta, t, m, exp(sum(ln(sbg_retention(m, t))) OVER (PARTITION BY alpha, beta ORDER BY t)) AS product
          FROM (SELECT alpha, beta, pg_temp.sbg(alpha, beta) AS m FROM (VALUES (0.01, 0.02), (0.5, 2), (3, 50), (40, 900)) AS v(alpha, beta)) AS p, generate_series(1, 100) AS t) AS x;
SELECT count(*), bool_and(abs(sbg_residual_lifetime(m, k, d) / sum - 1) < 1e-11) AS lifetime
  FROM (VALUES (0.01, 0.02), (0.5, 2), (3, 50), (40, 900)) AS v(alpha, beta), LATERAL pg_temp.sbg(alpha, beta) AS m, unnest('{0,3}'::int[]) AS k, unnest('{10,50}'::float8[]) AS d,
       LATERAL (SELECT sum(sbg_survival(m, k + j + 1) / sbg_survival(m, k) / power(1 + d / 100, j)) FROM generate_series(0, 400) AS j) AS s;
-- alpha 2, beta 1: survival(t) = 2 / ((t + 1) (t + 2)), so 2e-18 after a billion renewals
SELECT sbg_survival(m, 0) AS start, sbg_retention(m, 1) AS first, sbg_residual_lifetime(m, 0, 0) AS lifetime, sbg_residual_lifetime(m, 4, 0) AS later, abs(sbg_survival(m, 1000000000) / (2 / (1000000001.0 * 1000000002.0)) - 1) < 1e-13 AS far FROM pg_temp.sbg(2, 1) AS m;
-- no maximum: churn rises from renewal to renewal; one renewal; all stay; all leave at the first; nothing is known
SELECT name, sbg_fit(p, c, n) FROM (VALUES ('rises', 1, true, 100), ('rises', 2, true, 150), ('rises', 3, true, 200), ('rises', 4, true, 250), ('rises', 4, false, 300), ('one renewal', 1, true, 20), ('one renewal', 1, false, 80), ('all stay', 3, false, 9), ('all leave', 1, true, 9), ('nothing known', 0, false, 9)) AS v(name, p, c, n) GROUP BY name ORDER BY name;
SELECT sbg_retention(m, 1), sbg_survival(m, 1), sbg_residual_lifetime(m, 1, 10) FROM (SELECT sbg_fit(1, true) AS m) AS x;

--
-- nearly all leave at the first renewal, nearly all stay: beta and alpha are tiny, by 35 digits
SELECT (a).status, abs((a).alpha / 0.12756008509931925 - 1) < 1e-13 AS alpha, abs((a).beta / 2.6787615602122635e-6 - 1) < 1e-12 AS beta,
       (b).status, abs((b).alpha / 2.5101045128071515e-8 - 1) < 1e-12 AS alpha, abs((b).beta / 0.083531097448964641 - 1) < 1e-12 AS beta
  FROM (SELECT sbg_fit(p, c, n) AS a FROM (VALUES (1, true, 1000000), (2, true, 3), (3, true, 2), (6, false, 16)) AS v(p, c, n)) AS a,
       (SELECT sbg_fit(p, c, n) AS b FROM (VALUES (1, true, 30), (2, true, 3), (3, true, 2), (5, false, 100000000)) AS v(p, c, n)) AS b;
-- NULL and no rows
--
SELECT bgnbd_fit(1, 1, 1), bgnbd_fit(1, 1, 1, 7), bgnbd_fit(1, 1, 1, 7, 'bg'), gamma_gamma_fit(1, 1), sbg_fit(1, true), sbg_fit(1, true, 1) WHERE false;
SELECT bgnbd_fit(NULL, 1, 1), bgnbd_fit(1, NULL, 1), bgnbd_fit(1, 1, NULL), bgnbd_fit(1, 1, 1, NULL), bgnbd_fit(1, 1, 1, 7, NULL), gamma_gamma_fit(NULL, 1), gamma_gamma_fit(1, NULL), gamma_gamma_fit(0, 7), sbg_fit(NULL, true), sbg_fit(1, NULL), sbg_fit(1, true, NULL), sbg_fit(1, true, 0);
SELECT (bgnbd_fit(frequency, recency, age)).customers FROM (SELECT frequency, recency, age FROM buyer UNION ALL VALUES (NULL, 1, 1), (1, NULL, 1), (1, 1, NULL)) AS x;
SELECT bgnbd_alive(NULL, 1, 1, 1), bgnbd_purchases(m, NULL, 1, 1, 1), bgnbd_purchases_new(m, NULL), bgnbd_purchases_interval(m, 1, 1, 1, 1, NULL), gamma_gamma_value(NULL, 1, 1), sbg_retention(NULL, 1), sbg_survival(NULL, 1), sbg_residual_lifetime(NULL, 1, 1) FROM pg_temp.bgnbd('bg', 1, 1, 1, 1) AS m;

--
-- Natural calls resolve
--
SELECT (bgnbd_fit(f::int, r::numeric, a::real)).customers, (bgnbd_fit(f::bigint, r, a::int, 7::bigint)).customers, (bgnbd_fit(f::numeric, r::int, a, 7, 'mbg'::varchar)).customers, (gamma_gamma_fit(f::int + 1, r::numeric + 1)).customers, (sbg_fit(f::int + 1, true, a::int)).customers
  FROM (VALUES (0, 0, 5), (2, 3, 5)) AS v(f, r, a);
SELECT round(bgnbd_alive(m, 2, 3, 5)::numeric, 6) AS alive, round(bgnbd_purchases(m, '39', '2', 3.5, 5::numeric)::numeric, 6) AS purchases, round(clv(m, g, 2, 3.5, 5, 20.50, 12, 1, 80), 2) AS clv, round(gamma_gamma_value(g, 2::bigint, 20.5), 2) AS value
  FROM pg_temp.bgnbd('bg', 0.25, 4.5, 0.8, 2.5) AS m, pg_temp.gamma_gamma(6.25, 3.74, 15.44) AS g;

-- Hills beside a ridge that is higher, by an independent likelihood: MBG -31.384 and -28.770, Gamma-Gamma -36.344 and -35.392, BG 55.523 and 55.578.
-- The last is a maximum of -35.874 beside a ridge of -36.131, at p = 0.14937, q = 1.2203, v = 1354.74
SELECT (bgnbd_fit(f, r, t, 7, 'mbg')).status FROM (VALUES (0, 0, 52), (0, 0, 30), (0, 0, 30), (4, 1, 20), (0, 0, 52), (30, 2.5, 10), (10, 29, 30), (10, 1, 52), (10, 2.5, 10), (0, 0, 20),
  (30, 10.0, 20), (0, 0, 52), (0, 0, 30), (2, 9, 10), (1, 1, 52), (0, 0, 52), (10, 2.5, 10), (0, 0, 30), (4, 30, 30), (0, 0, 10)) AS v(f, r, t);
SELECT (gamma_gamma_fit(f, z)).status FROM (VALUES (1, 2.46), (1, 3.11), (10, 77.16), (10, 122.04), (10, 111.32), (2, 9.1), (3, 7.87), (2, 7.1)) AS v(f, z);
SELECT (bgnbd_fit(f, r, t)).status FROM (VALUES (1, 1, 20), (0, 0, 20), (0, 0, 52), (0, 0, 10), (0, 0, 30), (30, 1, 30), (0, 0, 10), (0, 0, 52)) AS v(f, r, t);
SELECT (m).status, round((m).p::numeric, 5) AS p, round((m).q::numeric, 4) AS q, round((m).v::numeric, 2) AS v, round((m).log_likelihood::numeric, 3) AS log_likelihood FROM (SELECT gamma_gamma_fit(f, z) AS m FROM (VALUES (1, 1000), (2, 2), (2, 1), (100, 100), (100, 1000), (1, 11)) AS v(f, z)) AS x;

--
-- Bad input: the exact words
--
SELECT q, pg_temp.fails('SELECT ' || q || $$ FROM pg_temp.bgnbd('bg', 0.25, 4.5, 0.8, 2.5) AS m, pg_temp.gamma_gamma(6.25, 3.74, 15.44) AS g, pg_temp.sbg(1, 2) AS s$$) FROM unnest(ARRAY[
  'bgnbd_fit(1, 6, 5)', 'bgnbd_fit(0, 1, 5)', 'bgnbd_fit(-1, 0, 5)', 'bgnbd_fit(1.5, 1, 5)', 'bgnbd_fit(1e300, 1, 5)', 'bgnbd_fit(1, -1, 5)', 'bgnbd_fit(0, 0, -5)',
  $$bgnbd_fit('NaN', 1, 5)$$, $$bgnbd_fit(1, 'NaN', 5)$$, $$bgnbd_fit(1, 1, 'Infinity')$$, 'bgnbd_fit(1, 1, 5, 0)', $$bgnbd_fit(1, 1, 5, 7, 'BG')$$, $$bgnbd_fit(1, 1, 5, 7, 'pareto')$$,
  'bgnbd_alive(m, 1, 6, 5)', 'bgnbd_alive(m, 0, 1, 5)', 'bgnbd_alive(m, 1, 1, 5, -1)', $$bgnbd_alive(m, 1, 1, 5, 'Infinity')$$, 'bgnbd_purchases(m, -1, 1, 1, 5)', $$bgnbd_purchases(m, 'NaN', 1, 1, 5)$$, 'bgnbd_purchases(m, 1, 0.5, 1, 5)',
  'bgnbd_purchases_new(m, -1)', 'bgnbd_purchases_interval(m, 1, 1, 1, 5, 0.95)', $$bgnbd_purchases_new(pg_temp.bgnbd('x', 1, 1, 1, 1), 1)$$, $$bgnbd_purchases_new(pg_temp.bgnbd('bg', 0, 1, 1, 1), 1)$$, $$bgnbd_purchases_new(pg_temp.bgnbd('bg', 1, 1, 1, 'Infinity'), 1)$$,
  $$bgnbd_purchases_new(ROW('bg', 0, 1, 1, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL), 1)$$, $$bgnbd_purchases_interval(ROW('bg', 7, 1, 1, 1, 1, NULL, '{1,2}', NULL, NULL, NULL, NULL), 1, 1, 1, 5)$$,
  $$bgnbd_tracking(m, '{2026-01-01}', '{1,2}', '{0}', 'month', '2026-01-01', '2026-02-01', '2026-01-31')$$, $$bgnbd_tracking(m, '{2026-01-01}', '{1}', '{-1}', 'month', '2026-01-01', '2026-02-01', '2026-01-31')$$,
  $$bgnbd_tracking(m, '{2026-01-01,NULL}', '{1,1}', '{0,0}', 'month', '2026-01-01', '2026-02-01', '2026-01-31')$$, $$bgnbd_tracking(m, '{infinity}', '{1}', '{0}', 'month', '2026-01-01', '2026-02-01', '2026-01-31')$$,
  $$bgnbd_tracking(m, '{2026-01-01}', '{1}', '{0}', 'months', '2026-01-01', '2026-02-01', '2026-01-31')$$, $$bgnbd_tracking(m, '{2026-01-01}', '{1}', '{0}', 'month', '2026-02-01', '2026-02-01', '2026-01-31')$$,
  'gamma_gamma_fit(1, 0)', 'gamma_gamma_fit(1, -5)', $$gamma_gamma_fit(1, 'NaN')$$, 'gamma_gamma_fit(1.5, 5)', 'gamma_gamma_fit(-1, 5)', 'gamma_gamma_value(g, 1, 0)', 'gamma_gamma_value(g, 1, 1.7e308)', 'clv(m, g, 1, 1, 5, 1.7e308, 12)', 'gamma_gamma_value(g, -1, 5)', 'gamma_gamma_value(pg_temp.gamma_gamma(1, 2, -3), 1, 5)',
  'clv(m, g, 1, 1, 5, 10, 0)', 'clv(m, g, 1, 1, 5, 10, 1201)', 'clv(m, g, 1, 1, 5, 10, 12, -1)', 'clv(m, g, 1, 1, 5, 10, 12, 1, 101)', 'clv(m, g, 1, 6, 5, 10, 12)', 'clv(m, g, 1, 1, 5, -10, 12)',
  'sbg_fit(0, true)', 'sbg_fit(-1, false)', 'sbg_fit(1, true, -1)', 'sbg_fit(1000000001, false)', 'sbg_retention(s, 0)', 'sbg_survival(s, -1)', 'sbg_residual_lifetime(s, -1, 10)', 'sbg_residual_lifetime(s, 1, -1)', $$sbg_residual_lifetime(s, 1, 'NaN')$$, 'sbg_retention(pg_temp.sbg(1, 0), 1)',
  'bgnbd_fit_final(gamma_gamma_fit_accum(NULL, 1, 5))', 'bgnbd_fit_final(combine(bgnbd_fit_accum(NULL, 1, 1, 5), bgnbd_fit_accum(NULL, 1, 1, 5, 30)))']) AS q;
