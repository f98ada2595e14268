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
