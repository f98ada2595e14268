-- ratiosummary: successes of trials, the state of every one-step rate.  Its other
-- builders are tested with their families; here is what the type itself answers.
-- from rows: 2 of 3, the unknown outcome is no case
SELECT ratio_agg(x), rate(x), rate_interval(ratio_agg(x)) = rate_interval(2, 3) AS interval FROM unnest('{t,f,NULL,t}'::boolean[]) AS x;
SELECT ratio_agg(x), rate(x) FROM unnest('{NULL}'::boolean[]) AS x;
SELECT ratio_agg(x), rate(x) FROM unnest('{}'::boolean[]) AS x;
SELECT ratio_agg(true), rate(true), rate(false);
-- moving windows are the groups of their frames
SELECT i, x, ratio_agg(x) OVER w, round((rate(x) OVER w)::numeric, 2) AS rate FROM unnest('{t,f,NULL,NULL,NULL,t,t}'::boolean[]) WITH ORDINALITY AS v(x, i) WINDOW w AS (ORDER BY i ROWS 1 PRECEDING);
SELECT count(*) AS rows, bool_and(moved IS NOT DISTINCT FROM again) AS equal FROM (
  SELECT ratio_agg(x) OVER (ORDER BY i ROWS BETWEEN 5 PRECEDING AND 2 FOLLOWING) AS moved, (SELECT ratio_agg(CASE WHEN j % 7 > 0 THEN hashint4(j) % 2 = 0 END) FROM generate_series(greatest(i - 5, 1), least(i + 2, 1000)) AS j) AS again
    FROM (SELECT i, CASE WHEN i % 7 > 0 THEN hashint4(i) % 2 = 0 END AS x FROM generate_series(1, 1000) AS i) v) w;
-- by hand
SELECT ratiosummary_accum('1:1/2', true), ratiosummary_accum_inv('1:1/2', true), ratiosummary_accum_inv('1:1/2', false);
SELECT ratiosummary_accum_inv('1:0/2', true);
SELECT ratiosummary_accum_inv('1:2/2', false);
SELECT ratiosummary_accum('1:0/9223372036854775807', true);
-- 3 of 4 is 75 %; 0 of 0 has no rate
SELECT s, successes(s), trials(s), rate(s) FROM unnest('{1:3/4,1:0/5,1:0/0}'::ratiosummary[]) AS s;
-- merged: (3 + 0) of (4 + 5), a third
SELECT combine('1:3/4', '1:0/5'::ratiosummary) AS both, combine(NULL, '1:3/4'::ratiosummary) AS one_side;
SELECT rollup(s), round(rate(rollup(s))::numeric, 10) AS rate FROM unnest('{1:3/4,1:0/5,NULL}'::ratiosummary[]) AS s;
SELECT rollup(s) IS NULL AS no_rows FROM unnest('{}'::ratiosummary[]) AS s;
-- Wilson, 95 %: 5 of 10 gives 23.659309 to 76.340691
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM rate_interval('1:5/10'::ratiosummary);
SELECT '1:3/4'::ratiosummary = '1:3/4' AS equal, '1:3/4'::ratiosummary = '1:3/5' AS other, count(DISTINCT s) FROM unnest('{1:3/4,1:3/4,1:3/5}'::ratiosummary[]) AS s;
-- damage
SELECT '1:5/4'::ratiosummary;
SELECT '2:1/4'::ratiosummary;
SELECT '1:-1/4'::ratiosummary;
SELECT '1:1'::ratiosummary;
