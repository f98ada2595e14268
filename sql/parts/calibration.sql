--
-- calibration: weights, probabilities and their validation from customers who left
--

CREATE TYPE logistic_model AS (
	coefficients float8[], standard_errors float8[], covariance float8[],
	log_likelihood float8, null_log_likelihood float8, aic float8,
	rows bigint, skipped_rows bigint, events bigint, iterations bigint, status text
);
COMMENT ON TYPE logistic_model IS 'logistic regression that logistic_fit returned: coefficients with the intercept first, NULL for an aliased feature; status converged, aliased, separated or not converged';

CREATE FUNCTION logistic_fit_accum(samplesummary, outcome boolean, features float8[]) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_logistic_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION logistic_fit_accum(samplesummary, boolean, float8[]) IS 'one more row; a NULL outcome or features counts nothing';

CREATE FUNCTION logistic_fit_accum(samplesummary, outcome boolean, features float8[], l2 float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_logistic_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION logistic_fit_accum(samplesummary, boolean, float8[], float8) IS 'one more row; a NULL outcome, features or l2 counts nothing';

CREATE FUNCTION logistic_fit_accum(samplesummary, outcome boolean, features float8[], l2 float8, weight float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_logistic_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION logistic_fit_accum(samplesummary, boolean, float8[], float8, float8) IS 'one more row; a NULL outcome, features, l2 or weight counts nothing';

CREATE FUNCTION logistic_fit_accum(samplesummary, outcome boolean, features float8[], penalty text) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_logistic_accum_firth' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION logistic_fit_accum(samplesummary, boolean, float8[], text) IS 'one more row of a fit with Firth''s penalty; a NULL outcome, features or penalty counts nothing';

CREATE FUNCTION logistic_fit_accum(samplesummary, outcome boolean, features float8[], penalty text, weight float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_logistic_accum_firth_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION logistic_fit_accum(samplesummary, boolean, float8[], text, float8) IS 'refuses, NULL or not: Firth''s penalty does not go with weights';

CREATE FUNCTION logistic_fit_final(samplesummary) RETURNS logistic_model
	AS 'MODULE_PATHNAME', 'chs_logistic_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION logistic_fit_final(samplesummary) IS 'end of an aggregate: the fitted model, NULL for no rows';

CREATE AGGREGATE logistic_fit(outcome boolean, features float8[]) (
	SFUNC = logistic_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = logistic_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE logistic_fit(boolean, float8[]) IS 'logistic regression of the probability of a true outcome by maximum likelihood; skips a NULL outcome or features, counts rows with a NULL feature, NULL for no rows';

CREATE AGGREGATE logistic_fit(outcome boolean, features float8[], l2 float8) (
	SFUNC = logistic_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = logistic_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE logistic_fit(boolean, float8[], float8) IS 'the same with the penalty l2/2 times the squared coefficients of the features; skips a NULL outcome, features or l2, NULL for no rows';

CREATE AGGREGATE logistic_fit(outcome boolean, features float8[], l2 float8, weight float8) (
	SFUNC = logistic_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = logistic_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE logistic_fit(boolean, float8[], float8, float8) IS 'the same with rows that count as often as their weight says; skips a NULL outcome, features, l2 or weight, NULL for no rows';

CREATE AGGREGATE logistic_fit(outcome boolean, features float8[], penalty text) (
	SFUNC = logistic_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = logistic_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE logistic_fit(boolean, float8[], text) IS 'the same with Firth''s penalty (penalty is ''firth''), which has a maximum also where features separate the outcomes; skips a NULL outcome, features or penalty, NULL for no rows';

CREATE AGGREGATE logistic_fit(outcome boolean, features float8[], penalty text, weight float8) (
	SFUNC = logistic_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = logistic_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE logistic_fit(boolean, float8[], text, float8) IS 'refuses, NULL or not: Firth''s penalty does not go with weights';

CREATE FUNCTION logistic_probability(model logistic_model, features float8[]) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_logistic_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION logistic_probability(logistic_model, float8[]) IS 'probability 0-1 of a true outcome; NULL for NULL, a NULL feature or a model without coefficients';

CREATE FUNCTION logistic_summary(model logistic_model,
	OUT term text, OUT coefficient float8, OUT std_error float8, OUT z float8, OUT p_value float8,
	OUT odds_ratio float8, OUT low float8, OUT high float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_logistic_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION logistic_summary(logistic_model) IS 'a row per coefficient, the intercept first: z, two-sided probability p_value, odds ratio with its 95 % limits low and high; NULL for an aliased feature, no rows for NULL';

CREATE FUNCTION logistic_summary(model logistic_model, names text[],
	OUT term text, OUT coefficient float8, OUT std_error float8, OUT z float8, OUT p_value float8,
	OUT odds_ratio float8, OUT low float8, OUT high float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_logistic_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION logistic_summary(logistic_model, text[]) IS 'the same with the names of the features: two-sided probability p_value, odds ratio with its 95 % limits; no rows for NULL';

--
-- Labels and validation
--

CREATE FUNCTION churned_within(ended date, as_of date, horizon_days bigint, known date) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_churned_within' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION churned_within(date, date, bigint, date) IS 'whether a customer of the day as_of left within horizon_days days (ended NULL: still a customer); NULL when already gone on as_of, while as_of + horizon_days is after known, or for NULL in another argument';

--
-- Validation: does a score tell those who churn from those who are kept?
--

--@type validationsummary symbol=chs_validation storage=extended comment=per distinct score, how many churned and how many were kept; text form 1:base64

CREATE FUNCTION validationsummary_accum(validationsummary, score float8, churned boolean) RETURNS validationsummary
	AS 'MODULE_PATHNAME', 'chs_validation_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION validationsummary_accum(validationsummary, float8, boolean) IS 'one more customer; NULL for NULL';

CREATE FUNCTION validationsummary_accum_inv(validationsummary, score float8, churned boolean) RETURNS validationsummary
	AS 'MODULE_PATHNAME', 'chs_validation_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION validationsummary_accum_inv(validationsummary, float8, boolean) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION combine(a validationsummary, b validationsummary) RETURNS validationsummary
	AS 'MODULE_PATHNAME', 'chs_validation_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(validationsummary, validationsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION validationsummary_combine_inv(a validationsummary, b validationsummary) RETURNS validationsummary
	AS 'MODULE_PATHNAME', 'chs_validation_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION validationsummary_combine_inv(validationsummary, validationsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION validationsummary_final(validationsummary) RETURNS validationsummary
	AS 'MODULE_PATHNAME', 'chs_validation_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION validationsummary_final(validationsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(validationsummary) (
	SFUNC = combine, STYPE = validationsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = validationsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = validationsummary_combine_inv, MSTYPE = validationsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = validationsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(validationsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE validation_agg(score float8, churned boolean) (
	SFUNC = validationsummary_accum, STYPE = validationsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = validationsummary_final, COMBINEFUNC = combine,
	MSFUNC = validationsummary_accum, MINVFUNC = validationsummary_accum_inv, MSTYPE = validationsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = validationsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE validation_agg(float8, boolean) IS 'scores of customers with what became of them (a high score means healthy); skips NULL, NULL for no customers';

CREATE FUNCTION auc(s validationsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_validation_auc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION auc(validationsummary) IS 'probability, 0-1, that a customer who churned has a lower score than one who was kept, ties half; NULL for NULL or without customers of both kinds';

CREATE FUNCTION auc_interval(s validationsummary, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_validation_auc_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION auc_interval(validationsummary, float8) IS 'DeLong interval of the AUC, 0-1, confidence in percent; NULL for NULL or without two customers of each kind';

CREATE FUNCTION ks(s validationsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_validation_ks' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ks(validationsummary) IS 'Kolmogorov-Smirnov distance, 0-1, between the scores of those who churned and those who were kept; NULL for NULL or without customers of both kinds';

CREATE FUNCTION average_precision(s validationsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_validation_average_precision' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION average_precision(validationsummary) IS 'mean precision, 0-1, over the customers who churned, from the lowest score up; NULL for NULL or without a churned customer';

CREATE FUNCTION lift(s validationsummary, top_percent float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_validation_lift' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift(validationsummary, float8) IS 'churn among the top_percent percent of customers with the lowest scores / churn of all, a ratio; NULL for NULL, 0 percent or without a churned customer';

CREATE FUNCTION gains(s validationsummary, bins bigint,
	OUT bin bigint, OUT customers_percent float8, OUT captured float8, OUT captured_percent float8, OUT lift float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_validation_gains' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION gains(validationsummary, bigint) IS 'a row per bin, from the lowest scores up, cumulative: share of customers in percent, churned among them (a count, ties at the cut shared), share of all churned in percent, lift (a ratio); no rows for NULL, NULL without a churned customer';

CREATE FUNCTION calibration_table(s validationsummary, bins bigint,
	OUT bin bigint, OUT low float8, OUT high float8, OUT customers bigint, OUT churned bigint, OUT churn_percent float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_validation_calibration_table' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION calibration_table(validationsummary, bigint) IS 'at most bins rows of about equal counts of customers, a score in one row only: its lowest and highest score, customers and churned (counts), churn in percent; no rows for NULL';

CREATE FUNCTION confusion(s validationsummary, threshold float8,
	OUT caught bigint, OUT false_alarms bigint, OUT missed bigint, OUT passed bigint) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_validation_confusion' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION confusion(validationsummary, float8) IS 'counts of customers: churned and kept below the threshold (caught, false_alarms), churned and kept from it on (missed, passed); NULL for NULL';

CREATE FUNCTION validation_scores(s validationsummary, OUT score float8, OUT churned bigint, OUT kept bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_validation_scores_table' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION validation_scores(validationsummary) IS 'what the summary holds: a row per score, from the lowest, with counts of churned and kept customers; no rows for NULL';

CREATE FUNCTION calibration_table(model healthmodel, s validationsummary, bins bigint,
	OUT bin bigint, OUT low float8, OUT high float8, OUT customers bigint, OUT churned bigint, OUT churn_percent float8, OUT predicted_percent float8) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	WITH observed AS MATERIALIZED (SELECT * FROM calibration_table(s, bins))
	SELECT o.bin, o.low, o.high, o.customers, o.churned, o.churn_percent, 100::float8 * p.churned / o.customers::float8
	  FROM observed AS o
	  JOIN (SELECT pg_catalog.width_bucket(v.score, edges.lows) AS bin,
				   pg_catalog.sum((v.churned::float8 + v.kept::float8) * churn_probability(calibration_table.model, v.score)) AS churned
			  FROM (SELECT pg_catalog.array_agg(observed.low ORDER BY observed.bin) AS lows FROM observed) AS edges, validation_scores(s) AS v
			 GROUP BY 1) AS p USING (bin)
	 ORDER BY o.bin;
END;
COMMENT ON FUNCTION calibration_table(healthmodel, validationsummary, bigint) IS 'the same rows with the mean churn probability that a fitted model predicts for the scores of the row, in percent; predicted_percent NULL for a model that was not fitted, no rows for NULL';

CREATE AGGREGATE health_auc(score float8, churned boolean) (
	SFUNC = validationsummary_accum, STYPE = validationsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = auc, COMBINEFUNC = combine,
	MSFUNC = validationsummary_accum, MINVFUNC = validationsummary_accum_inv, MSTYPE = validationsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = auc,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_auc(float8, boolean) IS 'probability, 0-1, that a customer who churned has a lower score than one who was kept, ties half; skips NULL, NULL without customers of both kinds';

--
-- The same of probabilities, where a high value means the outcome.
--

CREATE FUNCTION roc_auc(s validationsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_validation_roc_auc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION roc_auc(validationsummary) IS 'probability, 0-1, that a case with the outcome has a higher value than one without, ties half: 1 - auc(s); NULL for NULL or without cases of both kinds';

CREATE AGGREGATE roc_auc(probability float8, outcome boolean) (
	SFUNC = validationsummary_accum, STYPE = validationsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = roc_auc, COMBINEFUNC = combine,
	MSFUNC = validationsummary_accum, MINVFUNC = validationsummary_accum_inv, MSTYPE = validationsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = roc_auc,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE roc_auc(float8, boolean) IS 'probability, 0-1, that a case with the outcome has a higher value than one without, ties half; skips NULL, NULL without cases of both kinds';

CREATE FUNCTION brier_score(s validationsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_validation_brier_score' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION brier_score(validationsummary) IS 'mean squared distance, 0-1, of the probability, 0-1, from the outcome (1 or 0); NULL for NULL or no cases';

CREATE AGGREGATE brier_score(probability float8, outcome boolean) (
	SFUNC = validationsummary_accum, STYPE = validationsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = brier_score, COMBINEFUNC = combine,
	MSFUNC = validationsummary_accum, MINVFUNC = validationsummary_accum_inv, MSTYPE = validationsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = brier_score,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE brier_score(float8, boolean) IS 'mean squared distance, 0-1, of the probability, 0-1, from the outcome (1 or 0); skips NULL, NULL for no cases';

--
-- Two scores of the same customers.
--

CREATE TYPE auc_difference_result AS (difference float8, low float8, high float8, p_value float8);
COMMENT ON TYPE auc_difference_result IS 'AUC of one score less that of another over the same customers, with its interval of 95 % and the p-value of a paired test';

CREATE FUNCTION auc_difference_accum(samplesummary, score_a float8, score_b float8, churned boolean) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_auc_difference_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION auc_difference_accum(samplesummary, float8, float8, boolean) IS 'one more customer; a NULL score or churned counts nothing';

CREATE FUNCTION auc_difference_final(samplesummary) RETURNS auc_difference_result
	AS 'MODULE_PATHNAME', 'chs_auc_difference_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION auc_difference_final(samplesummary) IS 'end of an aggregate: the difference of two AUCs, 0-1; NULL without customers of both kinds';

CREATE AGGREGATE auc_difference(score_a float8, score_b float8, churned boolean) (
	SFUNC = auc_difference_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = auc_difference_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE auc_difference(float8, float8, boolean) IS 'AUC of score_a less AUC of score_b, each 0-1, with DeLong''s interval of 95 % and the p-value of the paired test (NULL for a score with itself); skips NULL, NULL without customers of both kinds';

--
-- Early warning: was the score low before they left?
--

--@type warningsummary symbol=chs_warning storage=external comment=per customer (a hash of the key), its scores by day and the day it left; text form 1:base64

--@each customer: bigint, uuid, text
CREATE FUNCTION warningsummary_accum(warningsummary, customer @customer@, day date, score float8, churned_on date) RETURNS warningsummary
	AS 'MODULE_PATHNAME', 'chs_warning_accum_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION warningsummary_accum(warningsummary, @customer@, date, float8, date) IS 'one more snapshot (churned_on NULL: has not left); a NULL customer, day or score counts nothing';
--@end

CREATE FUNCTION combine(a warningsummary, b warningsummary) RETURNS warningsummary
	AS 'MODULE_PATHNAME', 'chs_warning_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(warningsummary, warningsummary) IS 'both summaries together; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION warningsummary_final(warningsummary) RETURNS warningsummary
	AS 'MODULE_PATHNAME', 'chs_warning_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION warningsummary_final(warningsummary) IS 'end of an aggregate: the summary; NULL for NULL';

CREATE AGGREGATE rollup(warningsummary) (
	SFUNC = combine, STYPE = warningsummary, SSPACE = 8192,
	FINALFUNC = warningsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(warningsummary) IS 'all summaries together; skips NULL, NULL when there was none';

--@each customer: bigint, uuid, text
CREATE AGGREGATE warning_agg(customer @customer@, day date, score float8, churned_on date) (
	SFUNC = warningsummary_accum, STYPE = warningsummary, SSPACE = 8192,
	FINALFUNC = warningsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE warning_agg(@customer@, date, float8, date) IS 'scores of customers by day, with the day each left (churned_on NULL: has not); of two scores of one day the lower counts; skips a NULL customer, day or score, NULL for no rows';
--@end

CREATE FUNCTION warning_table(s warningsummary, thresholds float8[], horizon_days bigint, as_of date,
	OUT threshold float8, OUT churned bigint, OUT caught bigint, OUT missed bigint, OUT caught_percent float8,
	OUT alarms bigint, OUT false_alarms bigint, OUT customer_months bigint, OUT false_per_100_customer_months float8,
	OUT median_days_of_warning float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_warning_table' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION warning_table(warningsummary, float8[], bigint, date) IS 'a row per threshold, as known on as_of: counts of customers who left, those below it within horizon_days before, months with an alarm, false ones, all months; rates in percent (NULL for a zero denominator), median days of warning (NULL if none was caught); no rows for NULL';

--
-- Forecast: what will the contracts that come up for renewal bring?
--

--@type forecastsummary symbol=chs_forecast storage=extended comment=how many contracts have which probability of renewal and which MRR; text form 1:base64

CREATE TYPE forecast_interval AS (expected numeric, low numeric, high numeric);
COMMENT ON TYPE forecast_interval IS 'what contracts are expected to bring, and between which amounts the sum lies with a confidence';

CREATE FUNCTION forecastsummary_accum(forecastsummary, renewal_probability float8, mrr numeric) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum(forecastsummary, float8, numeric) IS 'one more contract; NULL for NULL';

CREATE FUNCTION forecastsummary_accum_inv(forecastsummary, renewal_probability float8, mrr numeric) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum_inv(forecastsummary, float8, numeric) IS 'one contract less, for moving windows; NULL for NULL';

CREATE FUNCTION forecastsummary_accum(forecastsummary, renewal_probability float8, mrr numeric, confidence float8) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum(forecastsummary, float8, numeric, float8) IS 'one more contract; NULL for NULL';

CREATE FUNCTION forecastsummary_accum_inv(forecastsummary, renewal_probability float8, mrr numeric, confidence float8) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum_inv(forecastsummary, float8, numeric, float8) IS 'one contract less, for moving windows; NULL for NULL';

CREATE FUNCTION forecastsummary_accum(forecastsummary, renewal_probability float8, mrr numeric, confidence float8, overdispersion float8) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum(forecastsummary, float8, numeric, float8, float8) IS 'one more contract; NULL for NULL';

CREATE FUNCTION forecastsummary_accum_inv(forecastsummary, renewal_probability float8, mrr numeric, confidence float8, overdispersion float8) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum_inv(forecastsummary, float8, numeric, float8, float8) IS 'one contract less, for moving windows; NULL for NULL';

CREATE FUNCTION forecastsummary_accum_period(forecastsummary, s forecastsummary, actual numeric) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_accum_period' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_accum_period(forecastsummary, forecastsummary, numeric) IS 'one more past period: its forecast and what was renewed; NULL for NULL';

CREATE FUNCTION combine(a forecastsummary, b forecastsummary) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(forecastsummary, forecastsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION forecastsummary_combine_inv(a forecastsummary, b forecastsummary) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_combine_inv(forecastsummary, forecastsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION forecastsummary_final(forecastsummary) RETURNS forecastsummary
	AS 'MODULE_PATHNAME', 'chs_forecast_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecastsummary_final(forecastsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(forecastsummary) (
	SFUNC = combine, STYPE = forecastsummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = forecastsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = forecastsummary_combine_inv, MSTYPE = forecastsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	MFINALFUNC = forecastsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(forecastsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE forecast_agg(renewal_probability float8, mrr numeric) (
	SFUNC = forecastsummary_accum, STYPE = forecastsummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = forecastsummary_final, COMBINEFUNC = combine,
	MSFUNC = forecastsummary_accum, MINVFUNC = forecastsummary_accum_inv, MSTYPE = forecastsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	MFINALFUNC = forecastsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE forecast_agg(float8, numeric) IS 'contracts by their probability of renewal, 0-1, and MRR; skips NULL, NULL for no contracts';

CREATE FUNCTION renewal_forecast(s forecastsummary) RETURNS forecast_interval
	AS 'MODULE_PATHNAME', 'chs_renewal_forecast' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION renewal_forecast(forecastsummary) IS 'money: what the contracts are expected to bring, and the interval of the sum, by its exact distribution or, of many different amounts, to a few ten-thousandths, confidence 95 %; NULL for NULL';

CREATE FUNCTION renewal_forecast(s forecastsummary, confidence float8) RETURNS forecast_interval
	AS 'MODULE_PATHNAME', 'chs_renewal_forecast' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION renewal_forecast(forecastsummary, float8) IS 'money: what the contracts are expected to bring, and the interval of the sum, by its exact distribution or, of many different amounts, to a few ten-thousandths, confidence in percent; NULL for NULL';

CREATE FUNCTION renewal_forecast(s forecastsummary, confidence float8, overdispersion float8) RETURNS forecast_interval
	AS 'MODULE_PATHNAME', 'chs_renewal_forecast' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION renewal_forecast(forecastsummary, float8, float8) IS 'money: what the contracts are expected to bring, and the interval of the sum, by its exact distribution or, of many different amounts, to a few ten-thousandths, confidence in percent, contracts sharing a shock of variance overdispersion, 0-1; NULL for NULL';

CREATE AGGREGATE renewal_forecast(renewal_probability float8, mrr numeric) (
	SFUNC = forecastsummary_accum, STYPE = forecastsummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = renewal_forecast, COMBINEFUNC = combine,
	MSFUNC = forecastsummary_accum, MINVFUNC = forecastsummary_accum_inv, MSTYPE = forecastsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	MFINALFUNC = renewal_forecast,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_forecast(float8, numeric) IS 'money: what the contracts are expected to bring, and the interval of the sum, by its exact distribution or, of many different amounts, to a few ten-thousandths, confidence 95 %; skips NULL, NULL for no contracts';

CREATE AGGREGATE renewal_forecast(renewal_probability float8, mrr numeric, confidence float8) (
	SFUNC = forecastsummary_accum, STYPE = forecastsummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = renewal_forecast, COMBINEFUNC = combine,
	MSFUNC = forecastsummary_accum, MINVFUNC = forecastsummary_accum_inv, MSTYPE = forecastsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	MFINALFUNC = renewal_forecast,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_forecast(float8, numeric, float8) IS 'money: what the contracts are expected to bring, and the interval of the sum, by its exact distribution or, of many different amounts, to a few ten-thousandths, confidence in percent; skips NULL, NULL for no contracts';

CREATE AGGREGATE renewal_forecast(renewal_probability float8, mrr numeric, confidence float8, overdispersion float8) (
	SFUNC = forecastsummary_accum, STYPE = forecastsummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = renewal_forecast, COMBINEFUNC = combine,
	MSFUNC = forecastsummary_accum, MINVFUNC = forecastsummary_accum_inv, MSTYPE = forecastsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	MFINALFUNC = renewal_forecast,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_forecast(float8, numeric, float8, float8) IS 'money: what the contracts are expected to bring, and the interval of the sum, by its exact distribution or, of many different amounts, to a few ten-thousandths, confidence in percent, contracts sharing a shock of variance overdispersion, 0-1; skips NULL, NULL for no contracts';

CREATE FUNCTION probability_at_least(s forecastsummary, amount numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_probability_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION probability_at_least(forecastsummary, numeric) IS 'probability, 0-1, that the contracts bring at least this amount; NULL for NULL';

CREATE FUNCTION probability_at_least(s forecastsummary, amount numeric, overdispersion float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_probability_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION probability_at_least(forecastsummary, numeric, float8) IS 'probability, 0-1, that the contracts bring at least this amount, sharing a shock of variance overdispersion, 0-1; NULL for NULL';

CREATE FUNCTION forecast_overdispersion(s forecastsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_forecast_overdispersion' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION forecast_overdispersion(forecastsummary) IS 'end of the aggregate forecast_overdispersion: variance of the shock that contracts share, 0-1; NULL for NULL, fewer than two past periods, or misses that no shock explains';

CREATE AGGREGATE forecast_overdispersion(s forecastsummary, actual numeric) (
	SFUNC = forecastsummary_accum_period, STYPE = forecastsummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = forecast_overdispersion, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE forecast_overdispersion(forecastsummary, numeric) IS 'variance, 0-1, of the shock that contracts share, from past periods: the forecast of each and the MRR that was renewed; 0 if independent contracts would have missed as much; skips NULL, NULL for fewer than two periods, or misses that no shock explains';
