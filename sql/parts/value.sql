--
-- value: what customers buy, whether they buy again, and what they are worth
--

--@type purchasesummary symbol=chs_purchase storage=external comment=per customer (a hash of the key) and day, the orders, their gross and the refunds; text form 1:base64

--@each customer: bigint, uuid, text
CREATE FUNCTION purchasesummary_accum(purchasesummary, customer @customer@, day date, amount numeric) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_accum_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_accum(purchasesummary, @customer@, date, numeric) IS 'one more order of a customer, or a refund if amount is negative; a NULL customer, day or amount counts nothing';

CREATE FUNCTION purchasesummary_accum(purchasesummary, customer @customer@, at timestamp, amount numeric) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_accum_timestamp_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_accum(purchasesummary, @customer@, timestamp, numeric) IS 'one more order of a customer, or a refund if amount is negative, on the calendar day of at; a NULL customer, at or amount counts nothing';

CREATE FUNCTION purchasesummary_accum(purchasesummary, customer @customer@, at timestamptz, amount numeric, zone text) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_accum_zone_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_accum(purchasesummary, @customer@, timestamptz, numeric, text) IS 'one more order of a customer, or a refund if amount is negative, on the day of at in a time zone (the name of a place, or UTC); a NULL customer, at, amount or zone counts nothing';

CREATE FUNCTION purchasesummary_accum(purchasesummary, customer @customer@, at timestamptz, amount numeric) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_accum_moment_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_accum(purchasesummary, @customer@, timestamptz, numeric) IS 'always an error, also for NULL: a moment has a day only in a time zone';

CREATE FUNCTION purchasesummary_accum(purchasesummary, customer @customer@, at timestamp, amount numeric, zone text) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_accum_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_accum(purchasesummary, @customer@, timestamp, numeric, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION purchasesummary_accum(purchasesummary, customer @customer@, day date, amount numeric, zone text) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_accum_day_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_accum(purchasesummary, @customer@, date, numeric, text) IS 'always an error, also for NULL: a date is already a day and takes no time zone';
--@end

CREATE FUNCTION combine(a purchasesummary, b purchasesummary) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(purchasesummary, purchasesummary) IS 'both summaries together, of disjoint orders; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION purchasesummary_final(purchasesummary) RETURNS purchasesummary
	AS 'MODULE_PATHNAME', 'chs_purchase_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchasesummary_final(purchasesummary) IS 'end of an aggregate: the summary; NULL for NULL';

CREATE AGGREGATE rollup(purchasesummary) (
	SFUNC = combine, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(purchasesummary) IS 'all summaries together, of disjoint orders; skips NULL, NULL when there was none';

--@each customer: bigint, uuid, text
CREATE AGGREGATE purchase_agg(customer @customer@, day date, amount numeric) (
	SFUNC = purchasesummary_accum, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, date, numeric) IS 'orders per customer and day, in one currency, eight decimals; a negative amount is a refund; skips a NULL customer, day or amount, NULL for no rows';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamp, amount numeric) (
	SFUNC = purchasesummary_accum, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamp, numeric) IS 'orders per customer and day, the calendar day of at, in one currency, eight decimals; a negative amount is a refund; skips a NULL customer, at or amount, NULL for no rows';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamptz, amount numeric, zone text) (
	SFUNC = purchasesummary_accum, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamptz, numeric, text) IS 'orders per customer and day, the day of at in a time zone (the name of a place, or UTC), in one currency, eight decimals; a negative amount is a refund; skips a NULL customer, at, amount or zone, NULL for no rows';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamptz, amount numeric) (
	SFUNC = purchasesummary_accum, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamptz, numeric) IS 'always an error, NULL for no rows: a moment has a day only in a time zone';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamp, amount numeric, zone text) (
	SFUNC = purchasesummary_accum, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamp, numeric, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

CREATE AGGREGATE purchase_agg(customer @customer@, day date, amount numeric, zone text) (
	SFUNC = purchasesummary_accum, STYPE = purchasesummary, SSPACE = 8192,
	FINALFUNC = purchasesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, date, numeric, text) IS 'always an error, NULL for no rows: a date is already a day and takes no time zone';
--@end

--
-- Totals of a period: NULL is all days, and as_of infinity knows all of them.
--

CREATE FUNCTION customers(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_purchase_customers' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION customers(purchasesummary, daterange, date) IS 'customers with an order in days of the period (NULL: all days), cut at as_of, a count; NULL for a NULL summary or as_of, or a period after as_of';

CREATE FUNCTION orders(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_purchase_orders' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orders(purchasesummary, daterange, date) IS 'orders in days of the period (NULL: all days), cut at as_of, a count without refunds; NULL for a NULL summary or as_of, or a period after as_of';

CREATE FUNCTION gross_revenue(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_purchase_gross_revenue' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION gross_revenue(purchasesummary, daterange, date) IS 'sum of the orders in days of the period (NULL: all days), cut at as_of, in the currency of the rows; NULL for a NULL summary or as_of, or a period after as_of';

CREATE FUNCTION refunds(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_purchase_refunds' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION refunds(purchasesummary, daterange, date) IS 'sum of the refunds in days of the period (NULL: all days), cut at as_of, a positive number in the currency of the rows; NULL for a NULL summary or as_of, or a period after as_of';

CREATE FUNCTION revenue(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_purchase_revenue' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION revenue(purchasesummary, daterange, date) IS 'gross revenue less refunds in days of the period (NULL: all days), cut at as_of, in the currency of the rows; NULL for a NULL summary or as_of, or a period after as_of';

CREATE FUNCTION average_order_value(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_purchase_average_order_value' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION average_order_value(purchasesummary, daterange, date) IS 'gross revenue per order in days of the period (NULL: all days), cut at as_of, in the currency of the rows; NULL for a NULL summary or as_of, or a period after as_of, or no orders';

CREATE FUNCTION purchases_per_customer(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_purchase_purchases_per_customer' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchases_per_customer(purchasesummary, daterange, date) IS 'orders per customer in days of the period (NULL: all days), cut at as_of, a quotient of counts; NULL for a NULL summary or as_of, or a period after as_of, or no orders';

CREATE FUNCTION repeat_purchase_rate(s purchasesummary, by text DEFAULT 'orders', period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_purchase_repeat_purchase_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION repeat_purchase_rate(purchasesummary, text, daterange, date) IS '% of the customers with two orders or more (by days: orders on two days or more) in days of the period (NULL: all days), cut at as_of; NULL for a NULL summary, by or as_of, a period after as_of, or no customers';

--
-- Every bucket.
--

CREATE FUNCTION purchase_timeline(s purchasesummary, bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT buyers bigint, OUT new_buyers bigint, OUT returning_buyers bigint, OUT orders bigint,
	OUT gross numeric, OUT refunds numeric, OUT revenue numeric, OUT revenue_new numeric, OUT revenue_returning numeric,
	OUT average_order_value numeric, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_purchase_timeline_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION purchase_timeline(purchasesummary, text, date, date, date) IS 'a row per day, week, month, quarter or year from from_day to before to_day: counts of customers and orders, money in the currency of the rows; buyers = new + returning, revenue = gross - refunds = new + returning; average_order_value NULL without orders; complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION purchase_timeline(s purchasesummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT buyers bigint, OUT new_buyers bigint, OUT returning_buyers bigint, OUT orders bigint,
	OUT gross numeric, OUT refunds numeric, OUT revenue numeric, OUT revenue_new numeric, OUT revenue_returning numeric,
	OUT average_order_value numeric, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_purchase_timeline_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION purchase_timeline(purchasesummary, date[], date, date, date) IS 'a row per bucket between sorted boundaries from from_day to before to_day: counts of customers and orders, money in the currency of the rows; buyers = new + returning, revenue = gross - refunds = new + returning; average_order_value NULL without orders; complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION value_cohorts(s purchasesummary, bucket text, from_day date, to_day date, as_of date,
	OUT cohort date, OUT period integer, OUT customers bigint, OUT buyers bigint, OUT orders bigint,
	OUT revenue numeric, OUT cumulative_revenue numeric, OUT revenue_per_customer numeric, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_value_cohorts_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION value_cohorts(purchasesummary, text, date, date, date) IS 'customers by the day, week, month, quarter or year of their first order, and what they bought in it (period 0) and in each one after it up to that of as_of: counts, money in the currency of the rows, cumulative and per customer of the cohort; NULL while the bucket runs; no rows for NULL';

CREATE FUNCTION value_cohorts(s purchasesummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT cohort date, OUT period integer, OUT customers bigint, OUT buyers bigint, OUT orders bigint,
	OUT revenue numeric, OUT cumulative_revenue numeric, OUT revenue_per_customer numeric, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_value_cohorts_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION value_cohorts(purchasesummary, date[], date, date, date) IS 'customers by the bucket between sorted boundaries of their first order, and what they bought in it (period 0) and in each one after it up to that of as_of: counts, money in the currency of the rows, cumulative and per customer of the cohort; NULL while the bucket runs; no rows for NULL';

--
-- One customer, and every day.
--

CREATE FUNCTION rfm(s purchasesummary, as_of date, unit_days bigint DEFAULT 7,
	OUT frequency bigint, OUT recency float8, OUT age float8, OUT monetary numeric, OUT orders bigint, OUT revenue numeric,
	OUT first_day date, OUT last_day date, OUT days_since_last bigint, OUT after_as_of bigint)
	AS 'MODULE_PATHNAME', 'chs_purchase_rfm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rfm(purchasesummary, date, bigint) IS 'of one customer by as_of: days with an order after the first, time from the first to the last and from the first to as_of in units of unit_days days, gross per repeat day (NULL without one) and revenue in the currency of the rows, orders, their first and last day, days since, orders after as_of; NULLs without an order by as_of, NULL for NULL';

CREATE FUNCTION purchase_days(s purchasesummary, OUT key uuid, OUT day date, OUT orders bigint, OUT gross numeric, OUT refunds numeric) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_purchase_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION purchase_days(purchasesummary) IS 'a look into the value: a row per customer, whose key is shown as its hash, and day: orders, a count, gross and refunds in the currency of the rows; no rows for NULL';

--
-- From plain numbers.
--

CREATE FUNCTION clv(arpa numeric, gross_margin float8, churn_rate float8, discount_rate float8 DEFAULT 0) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_clv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv(numeric, float8, float8, float8) IS 'customer lifetime value at one churn rate, money: arpa x margin x (1 + d) / (d + churn), margin, churn and discount d in percent per period; NULL for NULL or d + churn not above 0';

CREATE FUNCTION acquisition_limit(clv numeric, ratio float8 DEFAULT 3) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_acquisition_limit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION acquisition_limit(numeric, float8) IS 'what a new customer may cost, money: clv / ratio; NULL for NULL or ratio 0';

CREATE FUNCTION payback_months(cac numeric, arpa numeric, margin float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_payback_months' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION payback_months(numeric, numeric, float8) IS 'months until the margin (in percent) of a monthly arpa has paid the cost of acquisition back; NULL for NULL or no margin';

CREATE FUNCTION retention_cost(spend numeric, customers numeric) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_retention_cost' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retention_cost(numeric, numeric) IS 'what was spent to keep customers, per customer, money; NULL for NULL or customers 0';

CREATE FUNCTION arpa(mrr numeric, customers numeric) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_arpa' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION arpa(numeric, numeric) IS 'average revenue per account: mrr / customers, money; NULL for NULL or customers 0';

--
-- Beside the other customers.
--

CREATE FUNCTION rfm_score(value float8, bins bigint DEFAULT 5) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_rfm_score' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION rfm_score(float8, bigint) IS 'window: score from 1 to bins, of bins of equal count over the whole partition, the greatest values the highest, equal values the same; NULL for NULL';

CREATE FUNCTION value_quartile(value float8) RETURNS text
	AS 'MODULE_PATHNAME', 'chs_value_quartile' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION value_quartile(float8) IS 'window: top for the top 25 %, bottom for the bottom 25 %, else middle; NULL for NULL or fewer than 4 values';
