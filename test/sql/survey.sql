-- survey: NPS, CSAT, customer effort
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET extra_float_digits = 1;

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all

--
-- Values computed by hand
--

-- 60 promoters, 25 passives, 15 detractors: 60 % - 15 % = 45
CREATE TEMP TABLE hundred AS
  SELECT CASE WHEN i <= 60 THEN 9 + i % 2 WHEN i <= 85 THEN 7 + i % 2 ELSE i % 7 END AS answer
  FROM generate_series(1, 100) AS i;
SELECT nps(answer), count(*) FROM hundred;
SELECT nps(60, 25, 15);
-- margin = 1.959963984540054 * 100 * sqrt((0.60 + 0.15 - 0.45^2) / 100) = 14.5024091251
SELECT round(nps_margin(survey_agg(answer))::numeric, 10) AS margin_95,
       round(nps_margin(survey_agg(answer), 90)::numeric, 10) AS margin_90 FROM hundred;
SELECT responses(s), promoters(s), passives(s), detractors(s), nps(s) FROM (SELECT survey_agg(answer) s FROM hundred) x;
-- adjusted Wald: n = 103, p = 60.75/103, d = 15.75/103, centre = 45/103 = 0.4368932,
-- margin = 1.959964 * sqrt((76.5/103 - 0.4368932^2)/103) = 0.1434621
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM nps_interval('1:100{0:15,7:25,9:60}');
SELECT (1.959963984540054 * sqrt((76.5/103 - (45.0/103)^2)/103))::numeric(12,8) AS margin_by_hand;
-- three detractors: n = 6, centre = -1/2, margin = z * sqrt((4.5/6 - 1/4)/6) = 0.5657929; the low end stops at -100
SELECT low, round(high::numeric, 5) AS high FROM nps_interval('1:3{3:3}');

-- csat of 1,2,3,4,5: two of five = 40 %; three of five from 3 up; mean 3
SELECT csat(a), ces(a), csat(survey_agg(a), 3) AS from_3 FROM generate_series(1, 5) AS a;
-- in one step, on any scale; of {5,6,7,7,2,NULL} three of five are 6 or 7
SELECT csat(a, 6), csat(a::smallint, 6::smallint), csat(a::bigint, 6::bigint), csat(a::numeric, 6), csat(a::real, 6), csat(a::float8, 6), csat(a, 0) AS everybody, csat(a, 10) AS nobody
  FROM unnest('{5,6,7,7,2,NULL}'::int[]) AS a;
-- effort on scale 7, answers 1..7: agree 5,6,7 = 3/7; index (6,7) - (1,2,3) = -1/7
SELECT ces(a), ces_agree(survey_agg(a), 7), ces_index(survey_agg(a), 7) FROM generate_series(1, 7) AS a;
-- effort on scale 5, answers 1..5: agree 4,5 = 40; index (4,5) - (1,2) = 0
SELECT ces_agree(survey_agg(a), 5), ces_index(survey_agg(a), 5) FROM generate_series(1, 5) AS a;
SELECT * FROM survey_distribution('1:8{0:1,7:2,10:5}');

-- from counts of the answers 0 to 10, in any array of whole numbers
SELECT survey_summary('{15,0,0,0,0,0,0,25,0,60,0}'), survey_summary(ARRAY[15,0,0,0,0,0,0,25,0,60,0]), survey_summary('[0:10]={15,0,0,0,0,0,0,25,0,60,0}'),
       nps(survey_summary('{15,0,0,0,0,0,0,25,0,60,0}')), survey_summary('{0,0,0,0,0,0,0,0,0,0,9223372036854775807}');
SELECT survey_summary(array_agg(n ORDER BY a)) = (SELECT survey_agg(answer) FROM hundred) AS as_from_rows
  FROM (SELECT a, count(answer) AS n FROM generate_series(0, 10) a LEFT JOIN hundred ON answer = a GROUP BY a) x;

-- two surveys: nps 45 and 20; the p-value from the adjusted shares
SELECT difference, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, round(p_value::numeric, 9) AS p_value
  FROM nps_difference('1:100{0:15,7:25,9:60}', '1:100{0:30,7:20,9:50}');
WITH s(n, p, d) AS (VALUES (103.0::float8, 60.75::float8, 15.75::float8), (103, 50.75, 30.75)),
     t AS (SELECT p/n - d/n AS score, ((p+d)/n - (p/n-d/n)^2)/n AS variance FROM s),
     u AS (SELECT max(score) - min(score) AS d, sqrt(sum(variance)) AS e FROM t)
SELECT round((100*(d - 1.959963984540054*e))::numeric, 6) AS low, round((100*(d + 1.959963984540054*e))::numeric, 6) AS high FROM u;
-- no difference: p-value 1; nobody against everybody of one: no certainty from two answers
SELECT difference, p_value FROM nps_difference('1:4{0:2,9:2}', '1:4{1:2,10:2}');
-- beyond 100 points: all detractors against all promoters, -200 points.  Adjusted by hand: n = 103, p = 0.75 and
-- d = 100.75 of it (and the reverse): difference -200/103, variance of each side (101.5/103 - (100/103)^2)/103
SELECT difference, round(low::numeric, 8) AS low, round(high::numeric, 8) AS high FROM nps_difference('1:100{0:100}', '1:100{10:100}');
SELECT round((100 * (-200.0/103 - z * e))::numeric, 8) AS low, round((100 * (-200.0/103 + z * e))::numeric, 8) AS high
  FROM (VALUES (1.959963984540054::float8, sqrt(2 * (101.5/103 - (100.0/103)^2) / 103)::float8)) AS v(z, e);
-- and never beyond 200: from two answers the interval ends there
SELECT difference, low, round(high::numeric, 6) AS high FROM nps_difference('1:2{0:2}', '1:2{10:2}', 99.9);
SELECT difference, round(low::numeric, 6) AS low, high FROM nps_difference('1:2{10:2}', '1:2{0:2}', 99.9);
-- far in the tail; expected values in 40 digits
SELECT t.p, abs(d.p_value / t.p - 1) < 1e-12 AS equal FROM (VALUES ('1:400{0:100,9:300}'::surveysummary, '1:400{0:200,9:200}'::surveysummary, 4.730364017438495482608e-14::float8),
  ('1:1000{0:100,9:900}', '1:1000{0:500,9:500}', 5.577760443634718516588e-104)) AS t(a, b, p), LATERAL nps_difference(a, b) d;
-- scores next to each other: 100 (-999999 1000000 + 999998 1000001) / (1000001 1000000) = -200 / 1000001000000; after three answers more the middle of the interval is -500 / (1000004 1000003)
SELECT abs(difference / (-200 / 1000001000000::float8) - 1) < 1e-14 AS difference, abs((low + high) / 2 / (-500 / (1000004 * 1000003::float8)) - 1) < 1e-6 AS middle
  FROM nps_difference(survey_summary(ARRAY[1000000,0,0,0,0,0,0,0,0,1,0]), survey_summary(ARRAY[999999,0,0,0,0,0,0,0,0,1,0]));
-- the largest counts
SELECT difference FROM nps_difference('1:9223372036854775807{10:9223372036854775807}', '1:9223372036854775807{0:9223372036854775807}');
SELECT difference, p_value > 0.05 AS undecided FROM nps_difference('1:1{9:1}', '1:1{0:1}');

-- the same from every numeric type, smallint and real included
SELECT nps(a::smallint), nps(a::integer), nps(a::bigint), nps(a::numeric), nps(a::real), nps(a::float8)
  FROM unnest('{0,6,7,8,9,10,10,NULL}'::integer[]) AS a;
SELECT csat(a::smallint), csat(a::bigint), csat(a::numeric), csat(a::float8),
       ces(a::smallint), ces(a::bigint), ces(a::numeric), ces(a::float8) FROM generate_series(1, 5) AS a;
SELECT count(DISTINCT s) AS one FROM (
  SELECT survey_agg(a) FROM generate_series(0, 10) a UNION ALL SELECT survey_agg(a::bigint) FROM generate_series(0, 10) a UNION ALL
  SELECT survey_agg(a::numeric) FROM generate_series(0, 10) a UNION ALL SELECT survey_agg(a::float8) FROM generate_series(0, 10) a UNION ALL
  SELECT survey_agg(a::smallint) FROM generate_series(0, 10) a) AS x(s);
-- numerics as other writers spell them
SELECT survey_agg(a) FROM unnest('{0,0.0,-0,10,10.000,9.00,1e1,1.0000000000000000000000000000000000000000000000000000000000000000000000000000000000}'::numeric[]) AS a;
SELECT survey_agg(a) FROM unnest('{-0,10,9}'::float8[]) AS a;

--
-- NULL, no rows, one row
--
SELECT nps(a), csat(a), csat(a, 6), ces(a), survey_agg(a) FROM unnest('{}'::integer[]) AS a;
SELECT nps(a), csat(a), csat(a, 6), ces(a), survey_agg(a) FROM unnest('{NULL,NULL}'::numeric[]) AS a;
SELECT nps(a), csat(a), csat(a, 6), ces(a), survey_agg(a) FROM unnest('{5}'::bigint[]) AS a;
SELECT csat(a, NULL) FROM unnest('{5}'::bigint[]) AS a;
SELECT survey_summary(NULL), survey_summary('{0,0,0,0,0,0,0,0,0,0,0}');
SELECT nps(a) FILTER (WHERE a > 10), survey_agg(a) FILTER (WHERE a > 10) FROM generate_series(0, 10) AS a;
SELECT rollup(s) FROM unnest('{}'::surveysummary[]) AS s;
SELECT rollup(s) FROM unnest('{NULL}'::surveysummary[]) AS s;
SELECT rollup(s) FROM unnest(ARRAY[NULL, '1:2{0:1,9:1}', NULL, '1:1{9:1}', '1:0{}']::surveysummary[]) AS s;
SELECT combine(NULL::surveysummary, NULL), combine('1:1{9:1}', NULL::surveysummary), combine(NULL, '1:1{9:1}'::surveysummary),
       combine('1:1{9:1}'::surveysummary, '1:0{}'), combine('1:2{0:1,9:1}'::surveysummary, '1:1{9:1}');
SELECT responses(s), promoters(s), passives(s), detractors(s), nps(s), csat(s), csat(s, 9), ces(s), ces_agree(s, 7), ces_index(s, 5),
       nps_margin(s), nps_interval(s), nps_difference(s, s) FROM (VALUES ('1:0{}'::surveysummary), (NULL)) AS x(s);
SELECT * FROM survey_distribution('1:0{}') UNION ALL SELECT * FROM survey_distribution(NULL);
SELECT nps(0, 0, 0), nps(NULL, 1, 1), nps(1, 0, 0), nps(0, 1, 0), nps(0, 0, 1);

-- sums of bigint are numeric and arrive as they are
SELECT nps(sum(p), sum(n), sum(d)) FROM (VALUES (30::bigint, 20::bigint, 10::bigint), (30, 5, 5)) AS x(p, n, d);

--
-- Extremes
--
SELECT nps('1:9223372036854775807{9:9223372036854775807}'::surveysummary), ces('1:9223372036854775807{10:9223372036854775807}'::surveysummary);
SELECT nps(9223372036854775807, 0, 0);
-- nearly everybody gave one answer: p = 1 - 1e-9, d = 1e-9, margin = z * 100 * sqrt(4pd / n)
SELECT abs(nps_margin('1:1000000000{0:1,9:999999999}') / (1.959963984540054 * 2e-7 * sqrt(1 - 1e-9::float8)) - 1) < 1e-14 AS margin;
SELECT nps_margin(s), low, high, difference, p_value FROM (VALUES ('1:9223372036854775807{9:9223372036854775807}'::surveysummary)) AS x(s), nps_interval(s), LATERAL (SELECT difference, p_value FROM nps_difference(s, s)) AS d;

--
-- Bad input: the exact words
--
SELECT nps(11);
SELECT nps(4.5);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'nps(11)', 'nps(11::smallint)', 'nps(11::bigint)', 'nps(11::numeric)', 'nps(11::float8)',
  'csat(-1)', 'ces(-1::bigint)', 'survey_agg(-1::numeric)', 'nps((-1)::float8)',
  'nps(9223372036854775807)', 'nps(4294967296)', 'nps(1e20::numeric)', 'nps(1e300::float8)', 'nps(10000::numeric)', 'nps(9999::numeric)',
  'nps(4.5::numeric)', 'nps(4.5::float8)', 'nps(9.0000000000000000000000001)', 'nps(0.00001)', 'nps(1e-300::float8)', 'nps(10.5)', 'nps(-0.5)', 'nps(-0.5::float8)',
  $$nps('NaN'::numeric)$$, $$nps('NaN'::float8)$$, $$nps('Infinity'::numeric)$$, $$nps('-Infinity'::float8)$$, $$nps('nine'::text)$$]) AS q;
-- the hint works, also for NaN
SELECT nps(answer) FILTER (WHERE answer BETWEEN 0 AND 10) FROM unnest('{9,11,-1,NaN}'::float8[]) AS answer;
SELECT csat(6);
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  'csat(a) FROM generate_series(0, 5) a', 'ces_agree(survey_agg(a), 7) FROM generate_series(1, 8) a', 'ces_index(survey_agg(a), 5) FROM generate_series(1, 6) a',
  $$ces_agree('1:1{1:1}', 10)$$, $$ces_index('1:1{1:1}', 0)$$, $$ces_index('1:1{1:1}', 4294967301)$$,
  $$csat('1:1{1:1}'::surveysummary, 11)$$, $$csat('1:1{1:1}'::surveysummary, -1)$$, $$csat('1:1{1:1}'::surveysummary, 4294967296)$$,
  'csat(9, 11)', 'csat(9, -1)', 'csat(9::numeric, 4294967296)', 'csat(11, 9)', 'csat(8.5, 9)', 'csat(8.5::float8, 9)', $$csat('NaN'::float8, 9)$$,
  $$nps_margin('1:1{1:1}', 0.95)$$, $$nps_margin('1:1{1:1}', 100)$$, $$nps_interval('1:1{1:1}', -5)$$, $$nps_difference('1:1{1:1}', '1:1{1:1}', 'NaN')$$,
  'nps(1.5, 0, 0)', 'nps(-1, 0, 0)', 'nps(0, 9223372036854775808, 0)', $$nps(0, 0, 'NaN')$$, $$nps('Infinity', 0, 0)$$, 'nps(9223372036854775807, 1, 0)']) AS q;
SELECT q, pg_temp.fails(format('SELECT survey_summary(%s)', q)) FROM unnest(ARRAY[$$'{}'$$, $$'{1}'$$, $$'{1,2,3,4,5,6,7,8,9,10,11,12}'$$, $$'{1,0,0,0,0,0,0,0,0,0,NULL}'$$,
  $$'{1,0,0,0,0,0,0,0,0,0,-2}'$$, $$'{{1,0,0,0,0,0,0,0,0,0,0}}'$$, $$'{9223372036854775807,1,0,0,0,0,0,0,0,0,0}'$$, $$ARRAY[1.5,0,0,0,0,0,0,0,0,0,0]$$]) AS q;

--
-- Text form: round trip, and damage
--
SELECT s, s::text::surveysummary = s AS same FROM (SELECT survey_agg(a) s FROM generate_series(0, 10) a, generate_series(1, 3 + a)) x;
SELECT t, pg_temp.fails(format('SELECT %L::surveysummary', t)) FROM unnest(ARRAY[
  '', '1', '1:', '1:1', '1:1{', '1:1{9', '1:1{9:', '1:1{9:1', '1:1{9:1}x', '1:1{9:1,}', '1:1{9:-1}', '1:2{9:1}', '1:1{9:2}', '1:-1{}', '1:0{9:0}',
  '1:2{9:1,9:1}', '1:2{9:1,8:1}', '1:1{11:1}', '1:1 {9:1}', '1:01{9:1}', '2:1{9:1}', '0:1{9:1}', 'nonsense', '99999999999999999999:0{}',
  '1:9223372036854775808{9:1}', '1:9223372036854775807{8:9223372036854775807,9:9223372036854775807}']) AS t;

--
-- Binary form: through COPY BINARY from a file the server writes
--
SELECT encode(surveysummary_send('1:100{0:15,7:25,9:60}'), 'hex') AS wire;
CREATE TEMP TABLE wire (s surveysummary);
SELECT current_setting('data_directory') || '/chs_survey_test.bin' AS file \gset
SELECT pg_temp.receive(surveysummary_send('1:100{0:15,7:25,9:60}'), :'file');
SELECT n, pg_temp.fails(format('SELECT pg_temp.receive(%L, %L)', payload, :'file')) FROM (
  SELECT 'empty' AS n, ''::bytea AS payload
  UNION ALL SELECT 'version only', '\x01'
  UNION ALL SELECT 'version 2', set_byte(w, 0, 2) FROM surveysummary_send('1:1{9:1}') w
  UNION ALL SELECT 'cut short', substr(w, 1, 96) FROM surveysummary_send('1:1{9:1}') w
  UNION ALL SELECT 'too long', w || '\x00' FROM surveysummary_send('1:1{9:1}') w
  UNION ALL SELECT 'negative total', set_byte(w, 1, 255) FROM surveysummary_send('1:1{9:1}') w
  UNION ALL SELECT 'negative count', set_byte(w, 9, 128) FROM surveysummary_send('1:1{9:1}') w
  UNION ALL SELECT 'sum above total', set_byte(w, 16, 1) FROM surveysummary_send('1:1{9:1}') w
  UNION ALL SELECT 'sum below total', set_byte(w, 8, 2) FROM surveysummary_send('1:1{9:1}') w) x;
-- one flipped bit anywhere is noticed
SELECT count(*) AS flips, count(*) FILTER (WHERE e LIKE '22%') AS refused FROM (
  SELECT pg_temp.fails(format('SELECT pg_temp.receive(%L, %L)', set_bit(w, i, 1 - get_bit(w, i)), :'file')) AS e
  FROM surveysummary_send('1:100{0:15,7:25,9:60}') w, generate_series(0, 97 * 8 - 1) AS i) x;

--
-- Direct calls of what aggregates use
--
SELECT surveysummary_accum('1:0{}', 9), surveysummary_accum('1:1{9:1}', 9::bigint), surveysummary_accum('1:1{9:1}', 0::numeric), surveysummary_accum('1:1{9:1}', 10::float8);
SELECT surveysummary_accum(NULL, 9), surveysummary_accum('1:0{}', NULL::integer), surveysummary_final('1:0{}'), surveysummary_final('1:1{9:1}');
SELECT surveysummary_accum_inv('1:1{9:1}', 9), surveysummary_accum_inv('1:1{9:1}', 9.0), surveysummary_accum_inv('1:1{9:1}', 9::float8), surveysummary_accum_inv('1:1{9:1}', 9::bigint);
SELECT surveysummary_combine_inv('1:3{8:1,9:2}', '1:1{9:1}'), surveysummary_combine_inv('1:1{9:1}', NULL), surveysummary_combine_inv(NULL, '1:1{9:1}');
SELECT q, pg_temp.fails('SELECT ' || q) FROM unnest(ARRAY[
  $$surveysummary_accum_inv('1:1{9:1}', 8)$$, $$surveysummary_combine_inv('1:1{9:1}', '1:2{9:2}')$$, $$surveysummary_accum('1:0{}', 12)$$,
  $$surveysummary_accum('1:9223372036854775807{9:9223372036854775807}', 1)$$,
  $$combine('1:9223372036854775807{9:9223372036854775807}'::surveysummary, '1:1{0:1}')$$,
  $$ratiosummary_csat_accum_inv('1:0/1', 9, 9)$$, $$ratiosummary_csat_accum_inv('1:1/1', 8, 9)$$, $$ratiosummary_csat_accum('1:0/9223372036854775807', 9, 9)$$]) AS q;
SELECT ratiosummary_csat_accum('1:0/0', 9, 9), ratiosummary_csat_accum('1:0/1', 8::bigint, 9), ratiosummary_csat_accum('1:0/1', 10::numeric, 9), ratiosummary_csat_accum('1:0/1', 9::float8, 9),
       ratiosummary_csat_accum_inv('1:1/2', 9, 9), ratiosummary_csat_accum_inv('1:1/2', 8::bigint, 9), ratiosummary_csat_accum_inv('1:1/2', 8::numeric, 9), ratiosummary_csat_accum_inv('1:1/2', 8::float8, 9);
-- a stored value is not written into
CREATE TEMP TABLE kept AS SELECT '1:1{9:1}'::surveysummary AS s;
SELECT surveysummary_accum(s, 1), combine(s, s), surveysummary_accum_inv(s, 9) FROM kept;
SELECT s FROM kept;

--
-- Comparison
--
SELECT a = b AS eq, a <> b AS ne, a < b OR a > b AS ordered, a <= b AND a >= b AS both, a IS NOT DISTINCT FROM b AS same
  FROM (VALUES ('1:1{9:1}'::surveysummary, '1:1{9:1}'::surveysummary), ('1:1{9:1}', '1:1{8:1}')) AS x(a, b);
CREATE TEMP TABLE several AS SELECT survey_agg(a % 11) AS s FROM generate_series(1, 3000) a GROUP BY a / 3;
SELECT count(DISTINCT s) = count(DISTINCT s::text) AS distinct_sorts FROM several;
SELECT (SELECT count(*) FROM (SELECT s FROM several GROUP BY s) x) = (SELECT count(*) FROM (SELECT s::text FROM several GROUP BY 1) x) AS group_hashes;
SELECT count(*) = (SELECT sum(c * c) FROM (SELECT count(*) c FROM several GROUP BY s::text) x) AS joins FROM several a JOIN several b USING (s);
SELECT s::text FROM several UNION SELECT 'x' EXCEPT SELECT s::text FROM several;
CREATE INDEX ON several USING btree (s);
CREATE INDEX ON several USING hash (s);

--
-- The definition in plain SQL on random data
--
\set seed 0.3019
SELECT setseed(:seed);
CREATE TEMP TABLE random_answers AS
  SELECT i AS id, (random() * 20)::int AS part, (random() * 40)::int AS segment, random() < 0.5 AS flag,
         CASE WHEN random() < 0.1 THEN NULL ELSE least(10, (random() * 11)::int) END AS answer
  FROM generate_series(1, 40000) AS i;
CREATE TEMP VIEW oracle AS
  SELECT segment, count(answer) AS n, 100.0::float8 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0) AS nps,
         sum(answer)::float8 / count(answer) AS ces, 100.0::float8 * count(*) FILTER (WHERE answer >= 8) / nullif(count(answer), 0) AS csat8
  FROM random_answers GROUP BY GROUPING SETS ((segment), ());
SELECT count(*) AS groups, bool_and(o.n = responses(m.s) AND o.nps = m.nps AND o.ces = m.ces AND o.csat8 = m.csat8 AND o.csat8 = m.step8) AS equal
  FROM oracle o JOIN (SELECT segment, survey_agg(answer) s, nps(answer), ces(answer), csat(survey_agg(answer), 8) AS csat8, csat(answer, 8) AS step8
                                FROM random_answers GROUP BY GROUPING SETS ((segment), ())) m ON o.segment IS NOT DISTINCT FROM m.segment;
-- FILTER and DISTINCT
SELECT nps(answer) FILTER (WHERE flag) = (SELECT nps(answer) FROM random_answers WHERE flag) AS filter,
       survey_agg(DISTINCT answer) AS distinct FROM random_answers;
-- row order does not matter
SELECT (SELECT survey_agg(answer) FROM random_answers) = (SELECT survey_agg(answer ORDER BY answer DESC) FROM random_answers) AS any_order;

-- parts, cast through text, rolled up = the whole; twice on one state
CREATE TEMP TABLE parts AS SELECT part, survey_agg(answer) AS s FROM random_answers GROUP BY part;
SELECT (SELECT rollup(s) FROM parts) = survey_agg(answer) AS whole, (SELECT rollup(s::text::surveysummary) FROM parts) = survey_agg(answer) AS through_text,
       (SELECT nps(rollup(s)) FROM parts) = nps(answer) AS score FROM random_answers;
SELECT file_written, same FROM (SELECT count(*) AS file_written FROM parts) x,
  LATERAL (SELECT bool_and(pg_temp.receive(surveysummary_send(s), :'file') = s::text) AS same FROM parts) y;
-- associative and commutative
SELECT bool_and(combine(a.s, b.s) = combine(b.s, a.s) AND combine(combine(a.s, b.s), c.s) = combine(a.s, combine(b.s, c.s))) AS lawful
  FROM parts a, parts b, parts c WHERE a.part < 6 AND b.part < 6 AND c.part < 6;

-- growing and moving windows = the definition; an empty frame is NULL
SELECT count(*) AS rows, bool_and(grown IS NOT DISTINCT FROM grown_sql) AS growing, bool_and(moved IS NOT DISTINCT FROM moved_sql) AS moving,
       bool_and(moved_sum IS NOT DISTINCT FROM moved) AS rollup_moves, bool_and(satisfied IS NOT DISTINCT FROM satisfied_sql) AS csat_moves, bool_or(moved IS NULL) AS with_empty, bool_and(n = c) AS counts FROM (
  SELECT nps(answer) OVER g AS grown, 100.0::float8 * (count(*) FILTER (WHERE answer >= 9) OVER g - count(*) FILTER (WHERE answer <= 6) OVER g) / nullif(count(answer) OVER g, 0) AS grown_sql,
         nps(answer) OVER m AS moved, 100.0::float8 * (count(*) FILTER (WHERE answer >= 9) OVER m - count(*) FILTER (WHERE answer <= 6) OVER m) / nullif(count(answer) OVER m, 0) AS moved_sql,
         nps(rollup(CASE WHEN answer IS NOT NULL THEN surveysummary_accum('1:0{}', answer) END) OVER m) AS moved_sum,
         csat(answer::numeric, 8) OVER m AS satisfied, 100.0::float8 * count(*) FILTER (WHERE answer >= 8) OVER m / nullif(count(answer) OVER m, 0) AS satisfied_sql,
         coalesce(responses(survey_agg(answer::numeric) OVER m), 0) AS n, count(answer) OVER m AS c
  FROM random_answers WHERE id <= 5000
  WINDOW g AS (ORDER BY id), m AS (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING)) x;
-- every moving aggregate, every type
SELECT bool_and(a = csat AND b = csat AND f = csat AND g = csat AND h = csat AND j = csat AND c = ces AND d = ces AND e = ces) AS equal FROM (
  SELECT csat(i::bigint % 5 + 1) OVER m AS a, csat((i % 5 + 1)::float8) OVER m AS b, csat(i % 5 + 1) OVER m AS csat,
         csat(i % 5 + 1, 4) OVER m AS f, csat(i::bigint % 5 + 1, 4) OVER m AS g, csat((i % 5 + 1)::numeric, 4) OVER m AS h, csat((i % 5 + 1)::float8, 4) OVER m AS j,
         ces(i::bigint % 5 + 1) OVER m AS c, ces((i % 5 + 1)::float8) OVER m AS d, ces((i % 5 + 1)::numeric) OVER m AS e, ces(i % 5 + 1) OVER m AS ces
  FROM generate_series(1, 1000) i WINDOW m AS (ORDER BY i ROWS 6 PRECEDING)) x;

-- parallel = serial; no rows and workers without rows
SET max_parallel_workers_per_gather = 0;
CREATE TABLE chs_survey_rows AS SELECT * FROM random_answers;
ANALYZE chs_survey_rows;
SELECT nps(answer), survey_agg(answer) AS s, csat(answer, 8) AS csat FROM chs_survey_rows \gset serial_
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has('SELECT nps(answer) FROM chs_survey_rows', 'Partial Aggregate') AS partial,
       pg_temp.plan_has('SELECT segment, nps(answer) FROM chs_survey_rows GROUP BY segment', 'Partial HashAggregate') AS partial_grouped;
SELECT nps(answer) = :serial_nps AS nps, csat(answer, 8) = :serial_csat AS csat, survey_agg(answer) = :'serial_s' AS s, nps(answer::numeric) = :serial_nps AS from_numeric,
       nps(answer::float8) = :serial_nps AS from_float8, nps(answer::bigint) = :serial_nps AS from_bigint FROM chs_survey_rows;
SELECT nps(answer), survey_agg(answer) FROM chs_survey_rows WHERE id < 0;
SELECT nps(answer) IS NOT NULL AS one, survey_agg(answer) FROM chs_survey_rows WHERE id = 2 AND answer IS NOT NULL;
SELECT count(*) FROM (SELECT segment, nps(answer), survey_agg(answer) AS s FROM chs_survey_rows GROUP BY segment) p
  JOIN (SELECT segment, survey_agg(answer) AS s FROM random_answers GROUP BY segment) q USING (segment, s);
-- four metrics of a column are one transition: the plan has no way to show it, the state's work has
SELECT nps(answer), round(ces(answer)::numeric, 6) AS ces, csat(survey_agg(answer), 9) > 0 AS csat, responses(survey_agg(answer)) FROM chs_survey_rows;
DROP TABLE chs_survey_rows;

-- no setting changes a result
SET extra_float_digits = -15;
SELECT pg_temp.fails('SELECT nps(10.123456789012345::float8)');
RESET extra_float_digits;
CREATE FUNCTION pg_temp.remove(file text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat > /dev/null; rm -f "%s"', file));
END $$;
SELECT pg_temp.remove(:'file');
