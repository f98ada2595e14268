--
-- retention: retention, churn, growth and renewal
--

--
-- From counts.
--

CREATE FUNCTION retention_rate(at_end numeric, new numeric, at_start numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retention_rate(numeric, numeric, numeric) IS '(at_end - new) / at_start in percent, from three counts; NULL for NULL or at_start 0';

CREATE FUNCTION churn_rate(lost numeric, at_start numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_churn_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION churn_rate(numeric, numeric) IS 'lost / at_start in percent, from two counts; NULL for NULL or at_start 0';

CREATE FUNCTION growth_rate(current numeric, previous numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_growth_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_rate(numeric, numeric) IS '(current - previous) / previous in percent, from counts or amounts; NULL for NULL or previous 0';

CREATE FUNCTION growth_rate(current float8, previous float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_growth_rate_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_rate(float8, float8) IS '(current - previous) / previous in percent, from counts or amounts; NULL for NULL or previous 0';

CREATE FUNCTION rate_interval(successes numeric, trials numeric, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_rate_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate_interval(numeric, numeric, float8) IS 'Wilson interval of successes / trials in percent, confidence in percent; NULL for NULL or trials 0';

--
-- The flow of customers.
--

--@type flowsummary symbol=chs_flow storage=extended comment=customers at start, new, kept, lost, at end, of one period or of every bucket; text form 1:base64

CREATE FUNCTION flowsummary_accum(flowsummary, started date, ended date, period daterange) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_period' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, daterange) IS 'one more customer (ended NULL: open); a NULL started or period counts nothing';

CREATE FUNCTION flowsummary_accum_inv(flowsummary, started date, ended date, period daterange) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_inv_period' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum_inv(flowsummary, date, date, daterange) IS 'one customer less, for moving windows; a NULL started or period takes nothing away';

CREATE FUNCTION flowsummary_accum(flowsummary, started date, ended date, period daterange, as_of date) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_period' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, daterange, date) IS 'one more customer (ended NULL: open); a NULL started, period or as_of counts nothing';

CREATE FUNCTION flowsummary_accum_inv(flowsummary, started date, ended date, period daterange, as_of date) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_inv_period' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum_inv(flowsummary, date, date, daterange, date) IS 'one customer less, for moving windows; a NULL started, period or as_of takes nothing away';

CREATE FUNCTION flowsummary_accum(flowsummary, started date, ended date, bucket text) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_bucket' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, text) IS 'one more customer (ended NULL: open); a NULL started or bucket counts nothing';

CREATE FUNCTION flowsummary_accum_inv(flowsummary, started date, ended date, bucket text) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_inv_bucket' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum_inv(flowsummary, date, date, text) IS 'one customer less, for moving windows; a NULL started or bucket takes nothing away';

CREATE FUNCTION flowsummary_accum(flowsummary, started date, ended date, boundaries date[]) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_bounds' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, date[]) IS 'one more customer (ended NULL: open); a NULL started or boundaries counts nothing';

CREATE FUNCTION flowsummary_accum_inv(flowsummary, started date, ended date, boundaries date[]) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_accum_inv_bounds' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_accum_inv(flowsummary, date, date, date[]) IS 'one customer less, for moving windows; a NULL started or boundaries takes nothing away';

CREATE FUNCTION combine(a flowsummary, b flowsummary) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(flowsummary, flowsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION flowsummary_combine_inv(a flowsummary, b flowsummary) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_combine_inv(flowsummary, flowsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION flowsummary_final(flowsummary) RETURNS flowsummary
	AS 'MODULE_PATHNAME', 'chs_flow_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION flowsummary_final(flowsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted or no day of the period is known';

CREATE AGGREGATE rollup(flowsummary) (
	SFUNC = combine, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = flowsummary_combine_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = flowsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(flowsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

--
-- Accessors of a flow of one period.
--

CREATE FUNCTION customers_at_start(s flowsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_customers_at_start' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customers_at_start(flowsummary) IS 'customers there on the day before the period, a count; NULL for NULL or no known day of the period';

CREATE FUNCTION customers_at_start(s flowsummary, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_customers_at_start' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customers_at_start(flowsummary, date) IS 'customers there on the day before the period, a count, the period cut after as_of; NULL for NULL or no known day of the period';

CREATE FUNCTION new_customers(s flowsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_new_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION new_customers(flowsummary) IS 'customers who started in the period, a count; NULL for NULL or no known day of the period';

CREATE FUNCTION new_customers(s flowsummary, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_new_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION new_customers(flowsummary, date) IS 'customers who started in the period, a count, the period cut after as_of; NULL for NULL or no known day of the period';

CREATE FUNCTION new_kept_customers(s flowsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_new_kept_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION new_kept_customers(flowsummary) IS 'customers who started in the period and are there on its last day, a count; NULL for NULL or no known day of the period';

CREATE FUNCTION new_kept_customers(s flowsummary, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_new_kept_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION new_kept_customers(flowsummary, date) IS 'customers who started in the period and are there on its last day, a count, the period cut after as_of; NULL for NULL or no known day of the period';

CREATE FUNCTION lost_customers(s flowsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_lost_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lost_customers(flowsummary) IS 'customers there at the start who ended in the period, a count; NULL for NULL or no known day of the period';

CREATE FUNCTION lost_customers(s flowsummary, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_lost_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lost_customers(flowsummary, date) IS 'customers there at the start who ended in the period, a count, the period cut after as_of; NULL for NULL or no known day of the period';

CREATE FUNCTION customers_at_end(s flowsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_customers_at_end' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customers_at_end(flowsummary) IS 'customers there on the last day of the period, a count; NULL for NULL or no known day of the period';

CREATE FUNCTION customers_at_end(s flowsummary, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_flow_customers_at_end' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customers_at_end(flowsummary, date) IS 'customers there on the last day of the period, a count, the period cut after as_of; NULL for NULL or no known day of the period';

CREATE FUNCTION retention_rate(s flowsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_flow_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retention_rate(flowsummary) IS '% of the customers at the start who are there at the end; NULL for NULL, no known day of the period or no customer at the start';

CREATE FUNCTION retention_rate(s flowsummary, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_flow_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retention_rate(flowsummary, date) IS '% of the customers at the start who are there at the end, the period cut after as_of; NULL for NULL, no known day of the period or no customer at the start';

CREATE FUNCTION churn_rate(s flowsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_flow_churn_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION churn_rate(flowsummary) IS '% of the customers at the start who were lost; NULL for NULL, no known day of the period or no customer at the start';

CREATE FUNCTION churn_rate(s flowsummary, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_flow_churn_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION churn_rate(flowsummary, date) IS '% of the customers at the start who were lost, the period cut after as_of; NULL for NULL, no known day of the period or no customer at the start';

--
-- Accessors of a flow of every bucket.
--

CREATE FUNCTION retention_timeline(s flowsummary, from_day date, to_day date, as_of date,
	OUT period_start date, OUT at_start bigint, OUT new bigint, OUT new_kept bigint, OUT lost bigint, OUT at_end bigint,
	OUT retention_rate float8, OUT churn_rate float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_flow_timeline' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION retention_timeline(flowsummary, date, date, date) IS 'a row per bucket from from_day to before to_day: counts of customers without the days after as_of, rates in percent (NULL when no customer was there at its start or it lies after as_of), complete when as_of has reached its last day; no rows for NULL';

--
-- Aggregates over rows, one per customer.
--

CREATE AGGREGATE flow_agg(started date, ended date, period daterange) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = flowsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, daterange) IS 'flow of customers in one period (ended: first day without service, NULL: open); skips a NULL started, NULL for no customers';

CREATE AGGREGATE flow_agg(started date, ended date, period daterange, as_of date) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = flowsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, daterange, date) IS 'flow of customers in one period cut after as_of (ended: first day without service, NULL: open); skips a NULL started or as_of, NULL for no customers or no known day of the period';

CREATE AGGREGATE flow_agg(started date, ended date, bucket text) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = flowsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, text) IS 'flow of customers in every day, week, month, quarter or year (ended: first day without service, NULL: open); skips a NULL started, NULL for no customers';

CREATE AGGREGATE flow_agg(started date, ended date, boundaries date[]) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = flowsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, date[]) IS 'flow of customers between sorted boundaries, for fiscal calendars (ended: first day without service, NULL: open); skips a NULL started, NULL for no customers';

CREATE AGGREGATE retention_rate(started date, ended date, period daterange) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = retention_rate, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = retention_rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(date, date, daterange) IS '% of the customers at the start of the period who are there at its end; skips a NULL started, NULL when no customer was there at the start';

CREATE AGGREGATE retention_rate(started date, ended date, period daterange, as_of date) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = retention_rate, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = retention_rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(date, date, daterange, date) IS '% of the customers at the start of the period who are there at its end, the period cut after as_of; skips a NULL started or as_of, NULL when no customer was there at the start or no day of the period is known';

CREATE AGGREGATE churn_rate(started date, ended date, period daterange) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = churn_rate, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = churn_rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(date, date, daterange) IS '% of the customers at the start of the period who were lost in it; skips a NULL started, NULL when no customer was there at the start';

CREATE AGGREGATE churn_rate(started date, ended date, period daterange, as_of date) (
	SFUNC = flowsummary_accum, STYPE = flowsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = churn_rate, COMBINEFUNC = combine,
	MSFUNC = flowsummary_accum, MINVFUNC = flowsummary_accum_inv, MSTYPE = flowsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = churn_rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(date, date, daterange, date) IS '% of the customers at the start of the period who were lost in it, the period cut after as_of; skips a NULL started or as_of, NULL when no customer was there at the start or no day of the period is known';

--
-- Renewal of contracts.
--

CREATE FUNCTION ratiosummary_renewal_accum(ratiosummary, due date, renewed boolean, as_of date) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_renewal_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_renewal_accum(ratiosummary, date, boolean, date) IS 'one more contract, when due by as_of; NULL for NULL';

CREATE FUNCTION ratiosummary_renewal_accum_inv(ratiosummary, due date, renewed boolean, as_of date) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_renewal_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_renewal_accum_inv(ratiosummary, date, boolean, date) IS 'one contract less, for moving windows; NULL for NULL';

CREATE AGGREGATE renewal_agg(due date, renewed boolean, as_of date) (
	SFUNC = ratiosummary_renewal_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_renewal_accum, MINVFUNC = ratiosummary_renewal_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = ratiosummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_agg(date, boolean, date) IS 'contracts renewed of those due by as_of, as a summary; skips NULL, NULL when none was due';

CREATE AGGREGATE renewal_rate(due date, renewed boolean, as_of date) (
	SFUNC = ratiosummary_renewal_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_renewal_accum, MINVFUNC = ratiosummary_renewal_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_rate(date, boolean, date) IS 'contracts renewed of those due by as_of, in percent; skips NULL, NULL when none was due';
