-- ratiosummary: hits of a total, the state of every one-step rate.  Its builders are
-- tested with their families; here is what the type itself answers.
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
