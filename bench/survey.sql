-- Survey: what nps() costs beside count() and beside the same in plain SQL.
--
-- tools/bench.pl explains the form of this file.
-- duck: bench_answers
-- duck: bench_segments

-- ten million answers, by day and by segment, and a million one after the other
CREATE TABLE bench_answers AS SELECT date '2025-01-01' + i / 27398 AS day, (hashint4(i + 7 * :seed) & 65535) % 11 AS answer FROM generate_series(1, 10000000) AS i;
CREATE TABLE bench_segments AS SELECT (hashint4(i # (:seed - 1)) & 1023) % 1000 AS segment, (hashint4(i + 7 * :seed) & 65535) % 11 AS answer FROM generate_series(1, 10000000) AS i;
CREATE TABLE bench_recent AS SELECT i AS id, (hashint4(i + 7 * :seed) & 65535) % 11 AS answer FROM generate_series(1, 1000000) AS i;
ALTER TABLE bench_recent ADD PRIMARY KEY (id);
CREATE TABLE bench_daily AS SELECT day, survey_agg(answer) AS s FROM bench_answers GROUP BY day;
VACUUM (FREEZE, ANALYZE) bench_answers;
VACUUM (FREEZE, ANALYZE) bench_segments;
VACUUM (FREEZE, ANALYZE) bench_recent;
VACUUM (FREEZE, ANALYZE) bench_daily;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SET jit = off;

-- @survey_count
SELECT count(answer) FROM bench_answers;

-- @survey_nps / survey_count <= 1.10
SELECT nps(answer) FROM bench_answers;

-- @survey_nps_sql / survey_nps >= 1.35
SELECT 100.0 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0) FROM bench_answers;

-- as it is written without FILTER
-- @survey_nps_usual_sql / survey_nps
SELECT sum(CASE WHEN answer >= 9 THEN 1 WHEN answer <= 6 THEN -1 ELSE 0 END) * 100.0 / count(answer) FROM bench_answers;

-- @survey_nps_duck / survey_nps same
SELECT 100.0 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0) FROM bench_answers

-- @survey_four_metrics / survey_nps <= 1.15
SELECT nps(answer), ces(answer), csat(survey_agg(answer), 9), responses(survey_agg(answer)) FROM bench_answers;

-- @survey_count_grouped
SELECT count(n) FROM (SELECT segment, count(answer) AS n FROM bench_segments GROUP BY segment OFFSET 0) AS x;

-- @survey_nps_grouped / survey_count_grouped
SELECT count(n) FROM (SELECT segment, nps(answer) AS n FROM bench_segments GROUP BY segment OFFSET 0) AS x;

-- @survey_nps_grouped_sql / survey_nps_grouped >= 1.1
SELECT count(n) FROM (SELECT segment, 100.0 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0) AS n
  FROM bench_segments GROUP BY segment OFFSET 0) AS x;

-- @survey_nps_grouped_duck / survey_nps_grouped same
SELECT count(n) FROM (SELECT segment, 100.0 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0) AS n FROM bench_segments GROUP BY segment) AS x

-- @survey_count_moving
SELECT count(n) FROM (SELECT count(answer) OVER (ORDER BY id ROWS 29 PRECEDING) AS n FROM bench_recent) AS x;

-- @survey_nps_moving / survey_count_moving <= 1.15
SELECT count(n) FROM (SELECT nps(answer) OVER (ORDER BY id ROWS 29 PRECEDING) AS n FROM bench_recent) AS x;

-- @survey_nps_moving_sql / survey_nps_moving >= 1.8
SELECT count(n) FROM (SELECT 100.0 * (count(*) FILTER (WHERE answer >= 9) OVER w - count(*) FILTER (WHERE answer <= 6) OVER w) / nullif(count(answer) OVER w, 0) AS n
  FROM bench_recent WINDOW w AS (ORDER BY id ROWS 29 PRECEDING)) AS x;

-- a year's NPS from 365 stored summaries, and from its ten million answers
-- @survey_nps_of_daily
SELECT nps(rollup(s)) FROM bench_daily WHERE day BETWEEN '2025-01-01' AND '2025-12-31';

-- @survey_nps_of_answers / survey_nps_of_daily >= 500 same
SELECT nps(answer) FROM bench_answers WHERE day BETWEEN '2025-01-01' AND '2025-12-31';

-- @survey_nps_of_answers_duck / survey_nps_of_answers same / survey_nps_of_daily >= 20 same
SELECT 100.0 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0) FROM bench_answers WHERE day BETWEEN '2025-01-01' AND '2025-12-31'

-- @survey_nps_numeric / survey_count
SELECT nps(answer::numeric) FROM bench_answers;

-- @survey_count_parallel
SET max_parallel_workers_per_gather = 2; SELECT count(answer) FROM bench_answers;

-- @survey_nps_parallel / survey_count_parallel <= 1.2
SET max_parallel_workers_per_gather = 2; SELECT nps(answer) FROM bench_answers;
