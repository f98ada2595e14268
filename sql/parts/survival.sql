--
-- survival: how long customers stay, and what makes them leave sooner
--

--@type survivalsummary symbol=chs_survival storage=extended comment=customers, or their weights, per duration, entry and cause; text form 1:base64

CREATE FUNCTION survivalsummary_accum(survivalsummary, duration bigint, ended boolean) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, boolean) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, duration bigint, ended boolean) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, boolean) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION survivalsummary_accum(survivalsummary, entry bigint, duration bigint, ended boolean) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_entry' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, bigint, boolean) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, entry bigint, duration bigint, ended boolean) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv_entry' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, bigint, boolean) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION survivalsummary_accum(survivalsummary, duration bigint, ended boolean, weight numeric) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, boolean, numeric) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, duration bigint, ended boolean, weight numeric) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, boolean, numeric) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION survivalsummary_accum(survivalsummary, entry bigint, duration bigint, ended boolean, weight numeric) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_entry_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, bigint, boolean, numeric) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, entry bigint, duration bigint, ended boolean, weight numeric) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv_entry_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, bigint, boolean, numeric) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION survivalsummary_accum(survivalsummary, duration bigint, cause bigint) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_cause' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, bigint) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, duration bigint, cause bigint) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv_cause' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, bigint) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION survivalsummary_accum(survivalsummary, entry bigint, duration bigint, cause bigint) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_entry_cause' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, bigint, bigint) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, entry bigint, duration bigint, cause bigint) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv_entry_cause' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, bigint, bigint) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION survivalsummary_accum(survivalsummary, entry bigint, duration bigint, cause bigint, weight numeric) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_entry_cause_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum(survivalsummary, bigint, bigint, bigint, numeric) IS 'one more customer; NULL for NULL';

CREATE FUNCTION survivalsummary_accum_inv(survivalsummary, entry bigint, duration bigint, cause bigint, weight numeric) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_accum_inv_entry_cause_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_accum_inv(survivalsummary, bigint, bigint, bigint, numeric) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION combine(a survivalsummary, b survivalsummary) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(survivalsummary, survivalsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION survivalsummary_combine_inv(a survivalsummary, b survivalsummary) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_combine_inv(survivalsummary, survivalsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION survivalsummary_final(survivalsummary) RETURNS survivalsummary
	AS 'MODULE_PATHNAME', 'chs_survival_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survivalsummary_final(survivalsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(survivalsummary) (
	SFUNC = combine, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = survivalsummary_combine_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(survivalsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE survival_agg(duration bigint, ended boolean) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, boolean) IS 'customers by days of duration, ended or still there; skips NULL, NULL for no customers';

CREATE AGGREGATE survival_agg(entry bigint, duration bigint, ended boolean) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, bigint, boolean) IS 'customers by days of duration, ended or still there, under observation from the age entry on; skips NULL, NULL for no customers';

CREATE AGGREGATE survival_agg(duration bigint, ended boolean, weight numeric) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, boolean, numeric) IS 'customers by days of duration, ended or still there, each with a weight such as MRR; skips NULL, NULL for no customers';

CREATE AGGREGATE survival_agg(entry bigint, duration bigint, ended boolean, weight numeric) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, bigint, boolean, numeric) IS 'customers by days of duration, ended or still there, under observation from the age entry on, each with a weight such as MRR; skips NULL, NULL for no customers';

CREATE AGGREGATE survival_agg(duration bigint, cause bigint) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, bigint) IS 'customers by days of duration and cause of the end (0: still there); skips NULL, NULL for no customers';

CREATE AGGREGATE survival_agg(entry bigint, duration bigint, cause bigint) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, bigint, bigint) IS 'customers by days of duration and cause of the end (0: still there), under observation from the age entry on; skips NULL, NULL for no customers';

CREATE AGGREGATE survival_agg(entry bigint, duration bigint, cause bigint, weight numeric) (
	SFUNC = survivalsummary_accum, STYPE = survivalsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = survivalsummary_final, COMBINEFUNC = combine,
	MSFUNC = survivalsummary_accum, MINVFUNC = survivalsummary_accum_inv, MSTYPE = survivalsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = survivalsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(bigint, bigint, bigint, numeric) IS 'customers by days of duration and cause of the end (0: still there), under observation from the age entry on, each with a weight such as MRR; skips NULL, NULL for no customers';

--
-- Accessors of a summary.
--

CREATE FUNCTION survival_curve(s survivalsummary, confidence float8 DEFAULT 95,
	OUT t bigint, OUT at_risk numeric, OUT ended numeric, OUT censored numeric, OUT survival float8, OUT std_err float8, OUT low float8, OUT high float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_survival_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION survival_curve(survivalsummary, float8) IS 'a row per day t on which customers ended or were last seen: counts or weights, the share 0-1 that is left by Kaplan-Meier, its standard error, log-log limits (confidence in percent; NULL at survival 0 and 1); no rows for NULL';

CREATE FUNCTION survival(s survivalsummary, t bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survival_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survival(survivalsummary, bigint) IS 'share 0-1 of customers (or of their weight) that stays longer than t days; NULL for NULL and beyond the last day unless none is left';

CREATE FUNCTION median_survival(s survivalsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_survival_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION median_survival(survivalsummary) IS 'days after which half of the customers (or of their weight) or less is left; NULL for NULL or where more than half stays';

CREATE FUNCTION median_interval(s survivalsummary, confidence float8 DEFAULT 95, OUT low bigint, OUT high bigint) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_survival_median_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION median_interval(survivalsummary, float8) IS 'limits in days of the median, from the log-log limits of the curve (confidence in percent); NULL for NULL or where a limit does not come down to half';

CREATE FUNCTION restricted_mean(s survivalsummary, t bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survival_restricted_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION restricted_mean(survivalsummary, bigint) IS 'days that a customer stays on average within the first t days; NULL for NULL or beyond the last day';

CREATE FUNCTION restricted_mean_error(s survivalsummary, t bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survival_restricted_mean_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION restricted_mean_error(survivalsummary, bigint) IS 'standard error in days of restricted_mean; NULL for NULL or beyond the last day';

CREATE FUNCTION logrank(a survivalsummary, b survivalsummary,
	OUT group_number bigint, OUT observed bigint, OUT expected float8, OUT chi2 float8, OUT df bigint, OUT p_value float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_logrank_pair' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION logrank(survivalsummary, survivalsummary) IS 'a row per group: counts of ends observed and expected if both groups stayed equally long, with chi-square and the p-value 0-1 of the logrank test (NULL where nothing can be compared); no rows for NULL';

CREATE FUNCTION logrank(groups survivalsummary[],
	OUT group_number bigint, OUT observed bigint, OUT expected float8, OUT chi2 float8, OUT df bigint, OUT p_value float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_logrank_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION logrank(survivalsummary[]) IS 'a row per group: counts of ends observed and expected if all groups stayed equally long, with chi-square and the p-value 0-1 of the logrank test (NULL where nothing can be compared); no rows for NULL';

CREATE FUNCTION cumulative_incidence(s survivalsummary,
	OUT t bigint, OUT cause bigint, OUT at_risk numeric, OUT ended numeric, OUT cumulative_incidence float8, OUT std_err float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cumulative_incidence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION cumulative_incidence(survivalsummary) IS 'a row per day t and cause: counts or weights, the share 0-1 that has ended for that cause (Aalen-Johansen), its standard error (Aalen; NULL with weights); no rows for NULL';

-- From one family to another in SQL.
CREATE FUNCTION lifetimes(s subscriptionsummary, as_of date, churn text DEFAULT 'last') RETURNS survivalsummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
		SELECT survival_agg(l.duration, l.ended) FROM subscription_lives(s, as_of, churn) AS l;
	END;
COMMENT ON FUNCTION lifetimes(subscriptionsummary, date, text) IS 'lifetimes of customers in days, from the first paid day to the end of the last one (''last'') or to the first churn (''first''), cut after as_of; NULL for NULL or no customers';


--
-- Proportional hazards.
--

CREATE TYPE cox_model AS (
	coefficients float8[], standard_errors float8[], covariance float8[],
	log_likelihood float8, null_log_likelihood float8, events bigint, iterations bigint, status text,
	concordance float8, check_chi2 float8[], check_global float8
);
COMMENT ON TYPE cox_model IS 'proportional hazards that cox_fit returned: coefficients are logarithms of hazard ratios, NULL for an aliased feature; status converged, aliased, separated, not identified or not converged';

CREATE FUNCTION cox_fit_accum(samplesummary, duration bigint, ended boolean, features float8[]) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_cox_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION cox_fit_accum(samplesummary, bigint, boolean, float8[]) IS 'one more customer; a NULL duration, ended or features counts nothing';

CREATE FUNCTION cox_fit_accum(samplesummary, entry bigint, duration bigint, ended boolean, features float8[]) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_cox_accum_entry' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION cox_fit_accum(samplesummary, bigint, bigint, boolean, float8[]) IS 'one more customer under observation from the age entry on; a NULL entry, duration, ended or features counts nothing';

CREATE FUNCTION cox_fit_final(samplesummary) RETURNS cox_model
	AS 'MODULE_PATHNAME', 'chs_cox_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION cox_fit_final(samplesummary) IS 'end of an aggregate: the fitted model, NULL for no rows';

CREATE AGGREGATE cox_fit(duration bigint, ended boolean, features float8[]) (
	SFUNC = cox_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = cox_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE cox_fit(bigint, boolean, float8[]) IS 'what makes customers leave sooner: proportional hazards of their features (Efron), durations in days; skips NULL, counts rows with a NULL feature, NULL for no rows';

CREATE AGGREGATE cox_fit(entry bigint, duration bigint, ended boolean, features float8[]) (
	SFUNC = cox_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = cox_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE cox_fit(bigint, bigint, boolean, float8[]) IS 'the same of customers who are under observation from the age entry on, in days; skips NULL, counts rows with a NULL feature, NULL for no rows';

CREATE FUNCTION cox_hazard_ratio(model cox_model, features float8[]) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_cox_hazard_ratio' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION cox_hazard_ratio(cox_model, float8[]) IS 'hazard of a customer in units of that of one whose features are all 0; NULL for NULL, a NULL feature or a model without coefficients';

CREATE FUNCTION cox_summary(model cox_model,
	OUT term text, OUT coefficient float8, OUT std_error float8, OUT z float8, OUT p_value float8,
	OUT hazard_ratio float8, OUT low float8, OUT high float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cox_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION cox_summary(cox_model) IS 'a row per feature: coefficient, z, two-sided p_value 0-1, hazard ratio with its 95 % limits; NULL for an aliased feature, no rows for NULL';

CREATE FUNCTION cox_summary(model cox_model, names text[],
	OUT term text, OUT coefficient float8, OUT std_error float8, OUT z float8, OUT p_value float8,
	OUT hazard_ratio float8, OUT low float8, OUT high float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cox_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION cox_summary(cox_model, text[]) IS 'a row per feature with its name: coefficient, z, two-sided p_value 0-1, hazard ratio with its 95 % limits; NULL for an aliased feature, no rows for NULL';

CREATE FUNCTION cox_check(model cox_model, OUT term text, OUT chi2 float8, OUT df bigint, OUT p_value float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cox_check' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION cox_check(cox_model) IS 'are hazards proportional: a row per feature and GLOBAL, chi-square and p-value 0-1 of the score test against Kaplan-Meier time; NULL for an aliased feature, no rows for NULL';

CREATE FUNCTION cox_check(model cox_model, names text[], OUT term text, OUT chi2 float8, OUT df bigint, OUT p_value float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cox_check' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION cox_check(cox_model, text[]) IS 'are hazards proportional: a row per feature with its name and GLOBAL, chi-square and p-value 0-1 of the score test against Kaplan-Meier time; NULL for an aliased feature, no rows for NULL';
