--
-- subscription: recurring revenue and the movements of customers
--

--@type subscriptionsummary symbol=chs_subscription storage=external comment=per customer (a hash of the key), MRR as a step function of days; text form 1:base64

--@each customer: bigint, uuid, text
CREATE FUNCTION subscriptionsummary_accum(subscriptionsummary, customer @customer@, started date, ended date) RETURNS subscriptionsummary
	AS 'MODULE_PATHNAME', 'chs_subscription_accum_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION subscriptionsummary_accum(subscriptionsummary, @customer@, date, date) IS 'one more row that counts 1 (ended NULL: open); a NULL customer or started counts nothing';

CREATE FUNCTION subscriptionsummary_accum(subscriptionsummary, customer @customer@, started date, ended date, mrr numeric) RETURNS subscriptionsummary
	AS 'MODULE_PATHNAME', 'chs_subscription_accum_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION subscriptionsummary_accum(subscriptionsummary, @customer@, date, date, numeric) IS 'one more row of so much a month (ended NULL: open); a NULL customer, started or mrr counts nothing';
--@end

CREATE FUNCTION combine(a subscriptionsummary, b subscriptionsummary) RETURNS subscriptionsummary
	AS 'MODULE_PATHNAME', 'chs_subscription_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(subscriptionsummary, subscriptionsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION subscriptionsummary_final(subscriptionsummary) RETURNS subscriptionsummary
	AS 'MODULE_PATHNAME', 'chs_subscription_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION subscriptionsummary_final(subscriptionsummary) IS 'end of an aggregate: the summary; NULL for NULL';

CREATE AGGREGATE rollup(subscriptionsummary) (
	SFUNC = combine, STYPE = subscriptionsummary, SSPACE = 8192,
	FINALFUNC = subscriptionsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(subscriptionsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when there was none';

--@each customer: bigint, uuid, text
CREATE AGGREGATE subscription_agg(customer @customer@, started date, ended date) (
	SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary, SSPACE = 8192,
	FINALFUNC = subscriptionsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE subscription_agg(@customer@, date, date) IS 'customers by day, each row counting 1 (ended: first day without service, NULL: open); skips a NULL customer or started, NULL for no rows';

CREATE AGGREGATE subscription_agg(customer @customer@, started date, ended date, mrr numeric) (
	SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary, SSPACE = 8192,
	FINALFUNC = subscriptionsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE subscription_agg(@customer@, date, date, numeric) IS 'MRR per customer and day, in one currency, eight decimals (ended: first day without service, NULL: open); skips a NULL customer, started or mrr, NULL for no rows';
--@end

--
-- The state of a day.
--

CREATE FUNCTION mrr(s subscriptionsummary, day date) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_subscription_mrr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION mrr(subscriptionsummary, date) IS 'MRR on a day, in the currency of the rows; NULL for NULL';

CREATE FUNCTION mrr(s subscriptionsummary, day date, as_of date) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_subscription_mrr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION mrr(subscriptionsummary, date, date) IS 'MRR on a day, in the currency of the rows; NULL for NULL or a day after as_of';

CREATE FUNCTION arr(s subscriptionsummary, day date) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_subscription_arr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION arr(subscriptionsummary, date) IS '12 x MRR on a day, in the currency of the rows; NULL for NULL';

CREATE FUNCTION arr(s subscriptionsummary, day date, as_of date) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_subscription_arr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION arr(subscriptionsummary, date, date) IS '12 x MRR on a day, in the currency of the rows; NULL for NULL or a day after as_of';

CREATE FUNCTION customers(s subscriptionsummary, day date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_subscription_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customers(subscriptionsummary, date) IS 'customers whose MRR is above zero on a day, a count; NULL for NULL';

CREATE FUNCTION customers(s subscriptionsummary, day date, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_subscription_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customers(subscriptionsummary, date, date) IS 'customers whose MRR is above zero on a day, a count; NULL for NULL or a day after as_of';

CREATE FUNCTION arpa(s subscriptionsummary, day date) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_subscription_arpa' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION arpa(subscriptionsummary, date) IS 'MRR per customer on a day, in the currency of the rows; NULL for NULL or no customers';

CREATE FUNCTION arpa(s subscriptionsummary, day date, as_of date) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_subscription_arpa' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION arpa(subscriptionsummary, date, date) IS 'MRR per customer on a day, in the currency of the rows; NULL for NULL or no customers or a day after as_of';

--
-- Both ends of a period.
--

CREATE FUNCTION retention_rate(s subscriptionsummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retention_rate(subscriptionsummary, daterange) IS '% of the customers at the opening of the period who pay at its closing; NULL for NULL or no customers at the opening';

CREATE FUNCTION retention_rate(s subscriptionsummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retention_rate(subscriptionsummary, daterange, date) IS '% of the customers at the opening of the period who pay at its closing, the period cut at as_of; NULL for NULL, no customers at the opening or a period after as_of';

CREATE FUNCTION churn_rate(s subscriptionsummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_churn_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION churn_rate(subscriptionsummary, daterange) IS '% of the customers at the opening of the period who do not pay at its closing; NULL for NULL or no customers at the opening';

CREATE FUNCTION churn_rate(s subscriptionsummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_churn_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION churn_rate(subscriptionsummary, daterange, date) IS '% of the customers at the opening of the period who do not pay at its closing, the period cut at as_of; NULL for NULL, no customers at the opening or a period after as_of';

CREATE FUNCTION net_revenue_retention(s subscriptionsummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_net_revenue_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION net_revenue_retention(subscriptionsummary, daterange) IS 'MRR at the closing of the period of the customers of its opening, in % of their opening MRR; NULL for NULL or no customers at the opening';

CREATE FUNCTION net_revenue_retention(s subscriptionsummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_net_revenue_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION net_revenue_retention(subscriptionsummary, daterange, date) IS 'MRR at the closing of the period of the customers of its opening, in % of their opening MRR, the period cut at as_of; NULL for NULL, no customers at the opening or a period after as_of';

CREATE FUNCTION gross_revenue_retention(s subscriptionsummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_gross_revenue_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gross_revenue_retention(subscriptionsummary, daterange) IS 'MRR at the closing of the period of the customers of its opening, each at most its opening MRR, in % of their opening MRR, at most 100; NULL for NULL or no customers at the opening';

CREATE FUNCTION gross_revenue_retention(s subscriptionsummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_subscription_gross_revenue_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gross_revenue_retention(subscriptionsummary, daterange, date) IS 'MRR at the closing of the period of the customers of its opening, each at most its opening MRR, in % of their opening MRR, at most 100, the period cut at as_of; NULL for NULL, no customers at the opening or a period after as_of';

--
-- Every bucket.
--

CREATE FUNCTION mrr_movements(s subscriptionsummary, bucket text, from_day date, to_day date, as_of date, definition text DEFAULT 'boundary', reactivation_days bigint DEFAULT NULL,
	OUT period_start date, OUT opening_mrr numeric, OUT new_mrr numeric, OUT expansion_mrr numeric, OUT contraction_mrr numeric,
	OUT churned_mrr numeric, OUT reactivation_mrr numeric, OUT closing_mrr numeric, OUT opening_customers bigint,
	OUT new_customers bigint, OUT churned_customers bigint, OUT reactivated_customers bigint, OUT closing_customers bigint,
	OUT retention_rate float8, OUT churn_rate float8, OUT gross_revenue_retention float8, OUT net_revenue_retention float8,
	OUT gross_mrr_churn float8, OUT net_mrr_churn float8, OUT existing_growth float8, OUT quick_ratio float8,
	OUT arpa numeric, OUT grr_12m float8, OUT nrr_12m float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_mrr_movements_by_name' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION mrr_movements(subscriptionsummary, text, date, date, date, text, bigint) IS 'a row per day, week, month, quarter or year from from_day to before to_day: MRR in the currency of the rows, counts, rates in percent (quick_ratio a plain ratio), NULL where the denominator is zero or the bucket lies after as_of; complete when as_of has reached its last day; a NULL argument but reactivation_days: no rows';

CREATE FUNCTION mrr_movements(s subscriptionsummary, boundaries date[], from_day date, to_day date, as_of date, definition text DEFAULT 'boundary', reactivation_days bigint DEFAULT NULL,
	OUT period_start date, OUT opening_mrr numeric, OUT new_mrr numeric, OUT expansion_mrr numeric, OUT contraction_mrr numeric,
	OUT churned_mrr numeric, OUT reactivation_mrr numeric, OUT closing_mrr numeric, OUT opening_customers bigint,
	OUT new_customers bigint, OUT churned_customers bigint, OUT reactivated_customers bigint, OUT closing_customers bigint,
	OUT retention_rate float8, OUT churn_rate float8, OUT gross_revenue_retention float8, OUT net_revenue_retention float8,
	OUT gross_mrr_churn float8, OUT net_mrr_churn float8, OUT existing_growth float8, OUT quick_ratio float8,
	OUT arpa numeric, OUT grr_12m float8, OUT nrr_12m float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_mrr_movements_by_bounds' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION mrr_movements(subscriptionsummary, date[], date, date, date, text, bigint) IS 'a row per bucket between sorted boundaries from from_day to before to_day: MRR in the currency of the rows, counts, rates in percent (quick_ratio a plain ratio), NULL where the denominator is zero or the bucket lies after as_of; complete when as_of has reached its last day; a NULL argument but reactivation_days: no rows';

CREATE FUNCTION mrr_reconcile(s subscriptionsummary, bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT movement text, OUT boundary numeric, OUT event numeric, OUT difference numeric) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_mrr_reconcile_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 120;
COMMENT ON FUNCTION mrr_reconcile(subscriptionsummary, text, date, date, date) IS 'a row per day, week, month, quarter or year and movement: its MRR by both definitions and event less boundary, in the currency of the rows; no rows for NULL';

CREATE FUNCTION mrr_reconcile(s subscriptionsummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT movement text, OUT boundary numeric, OUT event numeric, OUT difference numeric) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_mrr_reconcile_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 120;
COMMENT ON FUNCTION mrr_reconcile(subscriptionsummary, date[], date, date, date) IS 'a row per bucket between sorted boundaries and movement: its MRR by both definitions and event less boundary, in the currency of the rows; no rows for NULL';

CREATE FUNCTION revenue_cohorts(s subscriptionsummary, bucket text, from_day date, to_day date, as_of date,
	OUT cohort date, OUT period integer, OUT customers bigint, OUT initial_mrr numeric, OUT retained bigint, OUT rate float8, OUT mrr numeric, OUT mrr_rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_revenue_cohorts_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION revenue_cohorts(subscriptionsummary, text, date, date, date) IS 'customers by the day, week, month, quarter or year of their first paid day, at the close of it (period 0) and of each one after it up to as_of: counts, MRR in the currency of the rows, shares of all its customers and of their initial_mrr in percent; NULL while a bucket runs; no rows for NULL';

CREATE FUNCTION revenue_cohorts(s subscriptionsummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT cohort date, OUT period integer, OUT customers bigint, OUT initial_mrr numeric, OUT retained bigint, OUT rate float8, OUT mrr numeric, OUT mrr_rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_revenue_cohorts_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION revenue_cohorts(subscriptionsummary, date[], date, date, date) IS 'customers by the bucket between sorted boundaries of their first paid day, at the close of it (period 0) and of each one after it up to as_of: counts, MRR in the currency of the rows, shares of all its customers and of their initial_mrr in percent; NULL while a bucket runs; no rows for NULL';

--
-- From an amount.
--

CREATE FUNCTION mrr(amount numeric, billing interval) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_mrr_of_billing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION mrr(numeric, interval) IS 'an amount for a billing interval, per month of 365.25 / 12 days, in its currency; NULL for NULL';

CREATE FUNCTION mrr(amount numeric, billing text) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_mrr_of_billing_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION mrr(numeric, text) IS 'an amount for a billing term (monthly, annual, 3 months, 1 year 6 mons), per month of 365.25 / 12 days, in its currency; NULL for NULL';

--
-- A look into a summary.
--

CREATE FUNCTION subscription_rows(s subscriptionsummary,
	OUT key uuid, OUT day date, OUT mrr numeric) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_subscription_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION subscription_rows(subscriptionsummary) IS 'a row per customer and day on which its MRR changes: the hash of its key and the MRR from that day on, in the currency of the rows; no rows for NULL';

CREATE FUNCTION subscription_lives(s subscriptionsummary, as_of date, churn text DEFAULT 'last',
	OUT key uuid, OUT started date, OUT duration bigint, OUT ended boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_subscription_lives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION subscription_lives(subscriptionsummary, date, text) IS 'a row per customer by as_of: the hash of its key, its first paid day, days until it ended (''last'': for good, ''first'': for the first time) or until as_of, whether it ended; no rows for NULL';
