-- limits: as many buckets as are allowed, and one more
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS chs;
RESET client_min_messages;
SET datestyle = 'ISO, YMD';

\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set ECHO none
\i :helpers
\set ECHO all
CREATE TEMP TABLE one AS
  SELECT (SELECT subscription_agg(1, '2025-01-01', NULL, 10)) AS subs, (SELECT activity_agg(1, '2025-01-01'::date)) AS acts;

-- a timeline has 100,000 buckets: from 2025-01-01 to before 2025-01-01 + 100000
SELECT f, more, pg_temp.answer(format($$SELECT count(*) FROM one, %s(%s, 'day', '2025-01-01', '2025-01-01'::date + %s, '2025-06-30')$$, f, s, 100000 + more)) AS rows
  FROM (VALUES ('mrr_movements', 'subs'), ('mrr_reconcile', 'subs'), ('activity_timeline', 'acts')) AS v(f, s), generate_series(0, 1) AS more;
SELECT pg_temp.fails($$SELECT * FROM one, mrr_movements(subs, 'day', '2025-01-01', '2025-01-01'::date + 100001, '2025-06-30')$$);
-- the timeline of a flow: 1,000,000 (days)
SELECT more, pg_temp.answer(format($$SELECT count(*) FROM retention_timeline((SELECT flow_agg('2025-01-01'::date, NULL, 'day')), '2025-01-01', '2025-01-01'::date + %s, '2025-06-30')$$, 1000000 + more)) AS rows
  FROM generate_series(0, 1) AS more;
-- extended outward to whole buckets: 100,000 weeks begin on a Monday, and a day more is a week more
SELECT pg_temp.answer($$SELECT count(*) FROM one, mrr_movements(subs, 'week', '2025-01-06', '2025-01-06'::date + 700000, '2025-06-30')$$) AS weeks,
       pg_temp.answer($$SELECT count(*) FROM one, mrr_movements(subs, 'week', '2025-01-06', '2025-01-06'::date + 700001, '2025-06-30')$$) AS one_more;
-- a cohort is followed through 4,000 buckets, its own counted: to as_of, 2025-01-01 + 3999
SELECT f, more, pg_temp.answer(format($$SELECT count(*) FROM one, %s(%s, 'day', '2025-01-01', '2025-01-02', '2025-01-01'::date + %s)$$, f, s, 3999 + more)) AS rows
  FROM (VALUES ('revenue_cohorts', 'subs'), ('cohort_retention', 'acts')) AS v(f, s), generate_series(0, 1) AS more;
-- boundaries: 10,000 days make 9,999 buckets
SELECT f, n, pg_temp.answer(format($$SELECT count(*) FROM one, %s(%s, array(SELECT '2025-01-01'::date + i FROM generate_series(1, %s) i), '2025-01-02', '2025-01-03', '2025-06-30')$$, f, s, n)) AS rows
  FROM (VALUES ('mrr_movements', 'subs'), ('activity_timeline', 'acts')) AS v(f, s), generate_series(10000, 10001) AS n;
