--
-- lifetime: purchases and contracts to come, from models of those that were
--

--
-- BG/NBD and MBG/NBD: the model.
--

CREATE TYPE bgnbd_model AS (
	variant text, unit_days bigint, r float8, alpha float8, a float8, b float8,
	standard_errors float8[], covariance float8[], log_likelihood float8,
	customers bigint, iterations bigint, status text
);
COMMENT ON TYPE bgnbd_model IS 'a BG/NBD (variant bg) or MBG/NBD (mbg) model in units of unit_days days; errors and covariance in the order r, alpha, a, b; no parameters unless status is converged';

CREATE FUNCTION bgnbd_fit_accum(samplesummary, frequency float8, recency float8, age float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_bgnbd_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_fit_accum(samplesummary, float8, float8, float8) IS 'one more customer, in weeks; a NULL among the arguments counts nothing';

CREATE FUNCTION bgnbd_fit_accum(samplesummary, frequency float8, recency float8, age float8, unit_days bigint) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_bgnbd_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_fit_accum(samplesummary, float8, float8, float8, bigint) IS 'one more customer, in units of unit_days days; a NULL among the arguments counts nothing';

CREATE FUNCTION bgnbd_fit_accum(samplesummary, frequency float8, recency float8, age float8, unit_days bigint, variant text) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_bgnbd_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_fit_accum(samplesummary, float8, float8, float8, bigint, text) IS 'one more customer, in units of unit_days days, for bg or mbg; a NULL among the arguments counts nothing';

CREATE FUNCTION bgnbd_fit_final(samplesummary) RETURNS bgnbd_model
	AS 'MODULE_PATHNAME', 'chs_bgnbd_fit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_fit_final(samplesummary) IS 'end of bgnbd_fit: the model of greatest likelihood; NULL for NULL or no customers';

CREATE AGGREGATE bgnbd_fit(frequency float8, recency float8, age float8) (
	SFUNC = bgnbd_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = bgnbd_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bgnbd_fit(float8, float8, float8) IS 'BG/NBD model of customers by repeat purchases, their time span and age in weeks; skips rows with NULL, NULL for no customers';

CREATE AGGREGATE bgnbd_fit(frequency float8, recency float8, age float8, unit_days bigint) (
	SFUNC = bgnbd_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = bgnbd_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bgnbd_fit(float8, float8, float8, bigint) IS 'BG/NBD model of customers by repeat purchases, their time span and age in units of unit_days days; skips rows with NULL, NULL for no customers';

CREATE AGGREGATE bgnbd_fit(frequency float8, recency float8, age float8, unit_days bigint, variant text) (
	SFUNC = bgnbd_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = bgnbd_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bgnbd_fit(float8, float8, float8, bigint, text) IS 'BG/NBD (variant bg) or MBG/NBD (mbg) model of customers by repeat purchases, their time span and age in units of unit_days days; skips rows with NULL, NULL for no customers';

CREATE FUNCTION bgnbd_fit(s purchasesummary, as_of date, unit_days bigint DEFAULT 7, variant text DEFAULT 'bg') RETURNS bgnbd_model
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT bgnbd_fit(frequency, recency, age, bgnbd_fit.unit_days, bgnbd_fit.variant)
	  FROM (SELECT (pg_catalog.count(*) - 1)::float8 AS frequency,
				   (pg_catalog.max(day) - pg_catalog.min(day))::float8 / greatest(bgnbd_fit.unit_days, 1::bigint)::float8 AS recency,
				   (bgnbd_fit.as_of - pg_catalog.min(day))::float8 / greatest(bgnbd_fit.unit_days, 1::bigint)::float8 AS age
			  FROM purchase_days(s) WHERE orders > 0 AND day <= bgnbd_fit.as_of GROUP BY key) AS customers;
END;
COMMENT ON FUNCTION bgnbd_fit(purchasesummary, date, bigint, text) IS 'BG/NBD (variant bg) or MBG/NBD (mbg) model of the customers and their days with orders by as_of, in units of unit_days days; NULL for NULL or no order by as_of';

--
-- What it says of one customer.
--

CREATE FUNCTION bgnbd_alive(model bgnbd_model, frequency float8, recency float8, age float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_bgnbd_alive' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_alive(bgnbd_model, float8, float8, float8) IS 'probability that a customer is still one, 0-1; NULL for NULL or a model that did not converge';

CREATE FUNCTION bgnbd_alive(model bgnbd_model, frequency float8, recency float8, age float8, after float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_bgnbd_alive' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_alive(bgnbd_model, float8, float8, float8, float8) IS 'probability that a customer will still be one after a further time in units of the model, 0-1; NULL for NULL or a model that did not converge';

CREATE FUNCTION bgnbd_purchases(model bgnbd_model, horizon float8, frequency float8, recency float8, age float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_bgnbd_purchases' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_purchases(bgnbd_model, float8, float8, float8, float8) IS 'expected count of purchases of a customer within a horizon in units of the model; NULL for NULL or a model that did not converge';

CREATE FUNCTION bgnbd_purchases_interval(model bgnbd_model, horizon float8, frequency float8, recency float8, age float8, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_bgnbd_purchases_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_purchases_interval(bgnbd_model, float8, float8, float8, float8, float8) IS 'interval of the expected count of purchases, as sure as the fit is of its parameters, confidence in percent; NULL for NULL or a model that did not converge or has no covariance';

CREATE FUNCTION bgnbd_purchases_new(model bgnbd_model, horizon float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_bgnbd_purchases_new' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bgnbd_purchases_new(bgnbd_model, float8) IS 'expected count of repeat purchases of a new customer within a horizon in units of the model; NULL for NULL or a model that did not converge';

--
-- What it expected of all, and what came.
--

CREATE FUNCTION bgnbd_tracking(model bgnbd_model, days date[], newcomers bigint[], repeats bigint[], bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT actual bigint, OUT expected float8, OUT cumulative_actual bigint, OUT cumulative_expected float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_bgnbd_tracking_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION bgnbd_tracking(bgnbd_model, date[], bigint[], bigint[], text, date, date, date) IS 'a row per bucket from from_day to before to_day: counts of repeat purchases, from those of customers who bought first or again on each day, and what the model expected; actual NULL after as_of, expected NULL for a model that did not converge; no rows for NULL';

CREATE FUNCTION bgnbd_tracking(model bgnbd_model, days date[], newcomers bigint[], repeats bigint[], boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT actual bigint, OUT expected float8, OUT cumulative_actual bigint, OUT cumulative_expected float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_bgnbd_tracking_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION bgnbd_tracking(bgnbd_model, date[], bigint[], bigint[], date[], date, date, date) IS 'a row per bucket between sorted boundaries: counts of repeat purchases, from those of customers who bought first or again on each day, and what the model expected; actual NULL after as_of, expected NULL for a model that did not converge; no rows for NULL';

CREATE FUNCTION bgnbd_tracking(model bgnbd_model, s purchasesummary, bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT actual bigint, OUT expected float8, OUT cumulative_actual bigint, OUT cumulative_expected float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT t.*
	  FROM (SELECT coalesce(pg_catalog.array_agg(day), '{}') AS days, coalesce(pg_catalog.array_agg(newcomers), '{}') AS newcomers, coalesce(pg_catalog.array_agg(repeats), '{}') AS repeats
			  FROM (SELECT day, pg_catalog.count(*) FILTER (WHERE day = first) AS newcomers, pg_catalog.count(*) FILTER (WHERE day > first) AS repeats
					  FROM (SELECT day, pg_catalog.min(day) OVER (PARTITION BY key) AS first FROM purchase_days(s)
							 WHERE orders > 0 AND day <= bgnbd_tracking.as_of) AS purchases
					 GROUP BY day) AS daily) AS d,
		   bgnbd_tracking(bgnbd_tracking.model, d.days, d.newcomers, d.repeats, bgnbd_tracking.bucket, bgnbd_tracking.from_day, bgnbd_tracking.to_day, bgnbd_tracking.as_of) AS t;
END;
COMMENT ON FUNCTION bgnbd_tracking(bgnbd_model, purchasesummary, text, date, date, date) IS 'a row per bucket from from_day to before to_day: counts of repeat purchases, and what the model expected; actual NULL after as_of, expected NULL for a model that did not converge; no rows for NULL';

CREATE FUNCTION bgnbd_tracking(model bgnbd_model, s purchasesummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT actual bigint, OUT expected float8, OUT cumulative_actual bigint, OUT cumulative_expected float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT t.*
	  FROM (SELECT coalesce(pg_catalog.array_agg(day), '{}') AS days, coalesce(pg_catalog.array_agg(newcomers), '{}') AS newcomers, coalesce(pg_catalog.array_agg(repeats), '{}') AS repeats
			  FROM (SELECT day, pg_catalog.count(*) FILTER (WHERE day = first) AS newcomers, pg_catalog.count(*) FILTER (WHERE day > first) AS repeats
					  FROM (SELECT day, pg_catalog.min(day) OVER (PARTITION BY key) AS first FROM purchase_days(s)
							 WHERE orders > 0 AND day <= bgnbd_tracking.as_of) AS purchases
					 GROUP BY day) AS daily) AS d,
		   bgnbd_tracking(bgnbd_tracking.model, d.days, d.newcomers, d.repeats, bgnbd_tracking.boundaries, bgnbd_tracking.from_day, bgnbd_tracking.to_day, bgnbd_tracking.as_of) AS t;
END;
COMMENT ON FUNCTION bgnbd_tracking(bgnbd_model, purchasesummary, date[], date, date, date) IS 'a row per bucket between sorted boundaries: counts of repeat purchases, and what the model expected; actual NULL after as_of, expected NULL for a model that did not converge; no rows for NULL';

--
-- Gamma-Gamma: what a purchase is worth.
--

CREATE TYPE gamma_gamma_model AS (
	p float8, q float8, v float8, covariance float8[], correlation float8, log_likelihood float8,
	customers bigint, status text
);
COMMENT ON TYPE gamma_gamma_model IS 'a Gamma-Gamma model; covariance in the order p, q, v; correlation of frequency and monetary; no parameters unless status is converged or mean not finite';

CREATE FUNCTION gamma_gamma_fit_accum(samplesummary, frequency float8, monetary float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_gamma_gamma_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION gamma_gamma_fit_accum(samplesummary, float8, float8) IS 'one more customer with repeat purchases; a NULL among the arguments, or frequency 0, counts nothing';

CREATE FUNCTION gamma_gamma_fit_final(samplesummary) RETURNS gamma_gamma_model
	AS 'MODULE_PATHNAME', 'chs_gamma_gamma_fit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gamma_gamma_fit_final(samplesummary) IS 'end of gamma_gamma_fit: the model of greatest likelihood; NULL for NULL or no customers';

CREATE AGGREGATE gamma_gamma_fit(frequency float8, monetary float8) (
	SFUNC = gamma_gamma_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = gamma_gamma_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(float8, float8) IS 'Gamma-Gamma model of what a purchase is worth, from repeat purchases and their mean in any currency; skips rows with NULL or frequency 0, NULL for no customers';

CREATE FUNCTION gamma_gamma_value(model gamma_gamma_model, frequency float8, monetary float8) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_gamma_gamma_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION gamma_gamma_value(gamma_gamma_model, float8, float8) IS 'expected mean purchase of a customer, money in the currency of the fit; at frequency 0 that of the population, for any monetary; NULL for NULL, where the mean is not finite or the model did not converge';

CREATE FUNCTION clv(model bgnbd_model, spending gamma_gamma_model, frequency float8, recency float8, age float8, monetary float8, months bigint, monthly_discount float8 DEFAULT 0, margin float8 DEFAULT 100) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_lifetime_clv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv(bgnbd_model, gamma_gamma_model, float8, float8, float8, float8, bigint, float8, float8) IS 'value of the purchases of the coming months, money, discount and margin in percent; NULL for NULL (of monetary where frequency is above 0), where the mean is not finite or a model did not converge';

--
-- Shifted-beta-geometric: contracts that are renewed or not.
--

CREATE TYPE sbg_model AS (
	alpha float8, beta float8, standard_errors float8[], covariance float8[], log_likelihood float8,
	customers bigint, status text
);
COMMENT ON TYPE sbg_model IS 'a shifted-beta-geometric model; errors and covariance in the order alpha, beta; no parameters unless status is converged';

CREATE FUNCTION sbg_fit_accum(samplesummary, periods bigint, churned boolean) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_sbg_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION sbg_fit_accum(samplesummary, bigint, boolean) IS 'one more customer; a NULL among the arguments counts nothing';

CREATE FUNCTION sbg_fit_accum(samplesummary, periods bigint, churned boolean, customers bigint) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_sbg_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION sbg_fit_accum(samplesummary, bigint, boolean, bigint) IS 'a number of customers more; a NULL among the arguments counts nothing';

CREATE FUNCTION sbg_fit_final(samplesummary) RETURNS sbg_model
	AS 'MODULE_PATHNAME', 'chs_sbg_fit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION sbg_fit_final(samplesummary) IS 'end of sbg_fit: the model of greatest likelihood; NULL for NULL or no customers';

CREATE AGGREGATE sbg_fit(periods bigint, churned boolean) (
	SFUNC = sbg_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = sbg_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(bigint, boolean) IS 'shifted-beta-geometric model of contracts, by the renewal at which a customer left, or the renewals made so far; skips rows with NULL, NULL for no customers';

CREATE AGGREGATE sbg_fit(periods bigint, churned boolean, customers bigint) (
	SFUNC = sbg_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = sbg_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(bigint, boolean, bigint) IS 'the same from counts of customers; skips rows with NULL, NULL for no customers';

CREATE FUNCTION sbg_retention(model sbg_model, period bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_sbg_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION sbg_retention(sbg_model, bigint) IS 'probability that a customer who is there makes renewal number period, 0-1; NULL for NULL or a model that did not converge';

CREATE FUNCTION sbg_survival(model sbg_model, period bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_sbg_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION sbg_survival(sbg_model, bigint) IS 'probability that a new customer makes every renewal up to number period, 0-1; NULL for NULL or a model that did not converge';

CREATE FUNCTION sbg_residual_lifetime(model sbg_model, renewals bigint, discount float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_sbg_residual_lifetime' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION sbg_residual_lifetime(sbg_model, bigint, float8) IS 'expected count of renewals to come for a customer who has made that many, the coming one undiscounted, discount in percent per period; NULL for NULL, infinite ones or a model that did not converge';
