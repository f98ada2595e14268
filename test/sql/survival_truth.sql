-- survival against answers computed elsewhere, exactly or with 20 digits.
-- They are no part of this project; where ../shared/truth is absent the test ends
-- here, and expected/survival_truth_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TRUTH :shared/truth/survival
\setenv DATA :shared/data
\set found `test -e "$TRUTH/logrank.json" && test -e "$DATA/rossi.csv" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
SET extra_float_digits = 0;
CREATE TEMP TABLE lives ("row" int, entry int, duration int, ended int, weight int, mrr numeric, cause int, "group" text);
\set load '\\copy lives from program ''cat "$TRUTH/waltons_built.csv"'' (format csv, header)'
:load
-- how far the largest difference is below a power of ten; a NULL on one side only is one of 1
CREATE FUNCTION pg_temp.off(a float8, b text) RETURNS float8 LANGUAGE sql AS
  $$ SELECT CASE WHEN a IS NULL AND coalesce(b, '') IN ('', 'NA', 'NaN') THEN 0 ELSE coalesce(abs(a - nullif(b, '')::float8), 1) END $$;

-- Kaplan-Meier: R's survfit, then with entries and with weights
CREATE TEMP TABLE curve (strata text, t int, at_risk int, ended int, censored int, survival text, std_err text, low text, high text);
\set load '\\copy curve from program ''cat "$TRUTH/km_waltons_all_log-log.csv"'' (format csv, header)'
:load
SELECT count(*), bool_and(c.at_risk = x.at_risk AND c.ended = x.ended AND c.censored = x.censored) AS counts, max(pg_temp.off(c.survival, x.survival)) < 1e-12 AS survival,
       max(pg_temp.off(c.std_err, x.std_err)) < 1e-12 AS std_err, max(pg_temp.off(c.low, x.low)) < 1e-12 AS low, max(pg_temp.off(c.high, x.high)) < 1e-12 AS high
  FROM survival_curve((SELECT survival_agg(duration, ended = 1) FROM lives)) c FULL JOIN curve x USING (t);
TRUNCATE curve;
\set load '\\copy curve (t, at_risk, ended, censored, survival, std_err, low, high) from program ''cat "$TRUTH/km_entry_waltons.csv"'' (format csv, header)'
:load
SELECT count(*), bool_and(c.at_risk = x.at_risk AND c.ended = x.ended AND c.censored = x.censored) AS counts, max(pg_temp.off(c.survival, x.survival)) < 1e-12 AS survival,
       max(pg_temp.off(c.std_err, x.std_err)) < 1e-12 AS std_err, max(pg_temp.off(c.low, x.low)) < 1e-12 AS low, max(pg_temp.off(c.high, x.high)) < 1e-12 AS high
  FROM survival_curve((SELECT survival_agg(entry, duration, ended = 1) FROM lives)) c FULL JOIN curve x USING (t);
TRUNCATE curve;
ALTER TABLE curve ADD robust text, ADD robust_low text, ADD robust_high text;
\set load '\\copy curve (t, at_risk, ended, censored, survival, std_err, low, high, robust, robust_low, robust_high) from program ''cat "$TRUTH/km_weight_waltons.csv"'' (format csv, header)'
:load
SELECT count(*), bool_and(c.at_risk = x.at_risk AND c.ended = x.ended AND c.censored = x.censored) AS weights, max(pg_temp.off(c.survival, x.survival)) < 1e-12 AS survival,
       max(pg_temp.off(c.std_err, x.robust)) < 1e-12 AS std_err, max(pg_temp.off(c.low, x.robust_low)) < 1e-12 AS low, max(pg_temp.off(c.high, x.robust_high)) < 1e-12 AS high
  FROM survival_curve((SELECT survival_agg(duration, ended = 1, weight) FROM lives)) c FULL JOIN curve x USING (t);

-- medians, survival, restricted means
CREATE TEMP TABLE loaded (file text, line text);
\set load '\\copy loaded from program ''cd "$TRUTH" && for f in *.json; do tr -d "\\t\\n" < $f | sed "s/^/$f\\t/"; echo; done'''
:load
CREATE TEMP TABLE truth AS SELECT file, line::jsonb AS j FROM loaded;
SELECT median_survival(s) = (k->>'median_survival')::int AS median, median_survival(e) = (l->>'median_survival')::int AS median_with_entry,
       (SELECT max(pg_temp.off(survival(s, split_part(key, ' ', 2)::bigint), value)) < 1e-12 FROM jsonb_each_text(k) WHERE key ~ '^survival') AS survival,
       (SELECT max(pg_temp.off(restricted_mean(s, split_part(key, ' ', 2)::bigint), value)) < 1e-12 FROM jsonb_each_text(k) WHERE key ~ '^restricted') AS restricted_mean,
       (SELECT max(pg_temp.off(restricted_mean(e, split_part(key, ' ', 2)::bigint), value)) < 1e-12 FROM jsonb_each_text(l) WHERE key ~ '^restricted') AS with_entry
  FROM (SELECT survival_agg(duration, ended = 1) AS s, survival_agg(entry, duration, ended = 1) AS e FROM lives) x, (SELECT j->'waltons without entry' AS k, j->'waltons with entry' AS l FROM truth WHERE file = 'scalars.json') y;

-- logrank: two groups of waltons (chi-square 122.2491), three of a telephone company
SELECT chi2, p_value, bool_and(pg_temp.off(expected, g->>'expected') < 1e-12 * expected AND observed = (g->>'observed')::int) AS groups, abs(chi2 / (k->>'chi2')::float8 - 1) < 1e-12 AS same_chi2, abs(p_value / (k->>'p_value')::float8 - 1) < 1e-10 AS same_p
  FROM (SELECT j->'waltons by group' AS k FROM truth WHERE file = 'logrank.json') x,
       logrank((SELECT survival_agg(duration, ended = 1) FROM lives WHERE "group" = 'control'), (SELECT survival_agg(duration, ended = 1) FROM lives WHERE "group" <> 'control')) l, LATERAL (SELECT k->'groups'->(group_number::int - 1) AS g) y
 GROUP BY k, chi2, p_value;
CREATE TEMP TABLE telco (tenure int, internet text, churn text);
\set load '\\copy telco from program ''cut -d, -f6,9,21 "$DATA/Telco-Customer-Churn.csv" | tr -d "\\r"'' (format csv, header)'
:load
SELECT count(*), bool_and(pg_temp.off(expected, g->>'expected') < 1e-12 * expected AND observed = (g->>'observed')::int) AS groups, max(abs(chi2 / (k->>'chi2')::float8 - 1)) < 1e-12 AS same_chi2, max(abs(p_value / (k->>'p_value')::float8 - 1)) < 1e-10 AS same_p, max(df) AS df
  FROM (SELECT j->'telco by InternetService' AS k FROM truth WHERE file = 'logrank.json') x, (SELECT array_agg(s ORDER BY internet) AS s FROM (SELECT internet, survival_agg(tenure, churn = 'Yes') AS s FROM telco GROUP BY internet) z) w,
       logrank(s) l, LATERAL (SELECT k->'groups'->(group_number::int - 1) AS g) y;

-- churn by reason, with the errors of R's cmprsk
CREATE TEMP TABLE incidence (t int, cause int, at_risk int, ended int, f text);
\set load '\\copy incidence from program ''cat "$TRUTH/cumulative_incidence_waltons.csv"'' (format csv, header)'
:load
CREATE TEMP TABLE incidence_error (t int, cause int, jackknife text, aalen text);
\set load '\\copy incidence_error from program ''cat "$TRUTH/cumulative_incidence_waltons_se_R.csv"'' (format csv, header)'
:load
SELECT count(*), bool_and(c.at_risk = x.at_risk AND c.ended = x.ended) AS counts, max(pg_temp.off(cumulative_incidence, f)) < 1e-12 AS incidence, max(pg_temp.off(std_err, aalen)) < 1e-12 AS std_err
  FROM cumulative_incidence((SELECT survival_agg(duration, cause) FROM lives)) c FULL JOIN incidence x USING (t, cause) FULL JOIN incidence_error USING (t, cause);

-- lifetimes of subscriptions
WITH given AS (
  SELECT name, (j->>'as_of')::date AS as_of, (SELECT subscription_agg(name, (r->>0)::date, (r->>1)::date, (r->>2)::numeric) FROM jsonb_array_elements(rows) r) AS s, j->'lifetimes (duration, ended)'->name AS last, j->'option ''first'''->name AS first
    FROM truth, jsonb_each(j->'rows') AS e(name, rows) WHERE file = 'lifetimes.json'
)
SELECT count(*), bool_and(lifetimes(s, as_of) IS NOT DISTINCT FROM (SELECT survival_agg(d, e) FROM (SELECT (last->>0)::bigint, (last->>1)::boolean WHERE jsonb_typeof(last) = 'array') v(d, e))) AS last,
       bool_and(lifetimes(s, as_of, 'first') IS NOT DISTINCT FROM (SELECT survival_agg(d, e) FROM (SELECT (first->>0)::bigint, (first->>1)::boolean WHERE jsonb_typeof(first) = 'array') v(d, e))) AS first FROM given;

-- Cox on rossi, ties by Efron
CREATE TEMP TABLE rossi (week int, arrest int, fin int, age int, race int, wexp int, mar int, paro int, prio int);
\set load '\\copy rossi from program ''cat "$DATA/rossi.csv"'' (format csv, header)'
:load
CREATE TEMP TABLE fitted AS SELECT j, m FROM truth, (SELECT cox_fit(week, arrest = 1, ARRAY[fin, age, race, wexp, mar, paro, prio]) AS m FROM rossi) x WHERE file = 'cox_rossi.json';
SELECT round((m).log_likelihood::numeric, 9) AS log_likelihood, abs((m).log_likelihood / (j->>'log_likelihood')::float8 - 1) < 1e-12 AS same, abs((m).null_log_likelihood / (j->>'null_log_likelihood')::float8 - 1) < 1e-12 AS same_null, (m).status, (m).events FROM fitted;
SELECT max(abs(coefficient / (j->'coefficients'->>(n::int - 1))::float8 - 1)) < 1e-10 AS coefficients, max(abs(std_error / (j->'standard_errors'->>(n::int - 1))::float8 - 1)) < 1e-10 AS standard_errors,
       (SELECT max(abs((m).covariance[a][b] / (j->'covariance'->(a - 1)->>(b - 1))::float8 - 1)) < 1e-10 FROM fitted, generate_series(1, 7) a, generate_series(1, 7) b) AS covariance
  FROM fitted, LATERAL (SELECT *, row_number() OVER () AS n FROM cox_summary(m)) c;
SELECT count(*), max(abs(chi2 / (k->term->>0)::float8 - 1)) < 1e-9 AS chi2, max(abs(p_value / (k->term->>1)::float8 - 1)) < 1e-9 AS p_value
  FROM fitted, LATERAL (SELECT j->'proportional hazards [chi2, p]; events of one time share g'->'km'->'score test (R survival >= 3.0)' AS k) x, cox_check(m, '{fin,age,race,wexp,mar,paro,prio}');
