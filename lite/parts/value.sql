--
-- value: what customers buy, and whether they buy again
--

CREATE FUNCTION lite_purchase(rows purchaserow[], customer text, day date, amount numeric, call text) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN customer IS NULL OR day IS NULL OR amount IS NULL THEN rows
		WHEN isfinite(day) AND abs(amount) <= 92233720368.54775807 AND lite_room(cardinality(rows)) THEN coalesce(rows, '{}') || ARRAY[ROW(customer, day, lite_money(amount))::purchaserow]
		WHEN lite_refuse_row('row', customer, day, NULL, 'day', amount, 'amount', cardinality(rows), call) THEN NULL END;
COMMENT ON FUNCTION lite_purchase(purchaserow[], text, date, numeric, text) IS 'one more order, or refund with a negative amount; a NULL customer, day or amount counts nothing';

--@each customer: bigint, uuid, text
CREATE FUNCTION purchasesummary_accum(rows purchaserow[], customer @customer@, day date, amount numeric) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_purchase(rows, customer::text, day, amount, 'purchase_agg(customer, day, amount)');
COMMENT ON FUNCTION purchasesummary_accum(purchaserow[], @customer@, date, numeric) IS 'one more order, or refund with a negative amount; a NULL counts nothing';

CREATE FUNCTION purchasesummary_accum(rows purchaserow[], customer @customer@, at timestamp, amount numeric) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_purchase(rows, customer::text, at::date, amount, 'purchase_agg(customer, at, amount)');
COMMENT ON FUNCTION purchasesummary_accum(purchaserow[], @customer@, timestamp, numeric) IS 'one more order, or refund with a negative amount; a NULL counts nothing';

CREATE FUNCTION purchasesummary_accum(rows purchaserow[], customer @customer@, at timestamptz, amount numeric, zone text) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN at IS NOT NULL AND lite_zone(zone) THEN lite_purchase(rows, customer::text, (at AT TIME ZONE zone)::date, amount, 'purchase_agg(customer, at, amount, zone)') ELSE rows END;
COMMENT ON FUNCTION purchasesummary_accum(purchaserow[], @customer@, timestamptz, numeric, text) IS 'one more order, or refund with a negative amount; a NULL counts nothing';

CREATE FUNCTION purchasesummary_accum(rows purchaserow[], customer @customer@, at timestamptz, amount numeric) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_zone('timestamptz', 'purchase_agg(customer, ', ', amount') THEN rows END;
COMMENT ON FUNCTION purchasesummary_accum(purchaserow[], @customer@, timestamptz, numeric) IS 'always an error, also for NULL: a moment has a day only in a time zone';

CREATE FUNCTION purchasesummary_accum(rows purchaserow[], customer @customer@, at timestamp, amount numeric, zone text) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_zone('timestamp', 'purchase_agg(customer, ', ', amount') THEN rows END;
COMMENT ON FUNCTION purchasesummary_accum(purchaserow[], @customer@, timestamp, numeric, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION purchasesummary_accum(rows purchaserow[], customer @customer@, day date, amount numeric, zone text) RETURNS purchaserow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_zone('date', 'purchase_agg(customer, ', ', amount') THEN rows END;
COMMENT ON FUNCTION purchasesummary_accum(purchaserow[], @customer@, date, numeric, text) IS 'always an error, also for NULL: a date is already a day and takes no time zone';

CREATE AGGREGATE purchase_agg(customer @customer@, day date, amount numeric) (
	SFUNC = purchasesummary_accum, STYPE = purchaserow[],
	FINALFUNC = purchasesummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, date, numeric) IS 'orders and refunds (negative amounts) per customer and day, eight decimals; skips NULL, NULL for no rows';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamp, amount numeric) (
	SFUNC = purchasesummary_accum, STYPE = purchaserow[],
	FINALFUNC = purchasesummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamp, numeric) IS 'orders and refunds (negative amounts) per customer and day, eight decimals; skips NULL, NULL for no rows';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamptz, amount numeric, zone text) (
	SFUNC = purchasesummary_accum, STYPE = purchaserow[],
	FINALFUNC = purchasesummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamptz, numeric, text) IS 'orders and refunds (negative amounts) per customer and day, eight decimals; skips NULL, NULL for no rows';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamptz, amount numeric) (
	SFUNC = purchasesummary_accum, STYPE = purchaserow[],
	FINALFUNC = purchasesummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamptz, numeric) IS 'always an error, NULL for no rows: a moment has a day only in a time zone';

CREATE AGGREGATE purchase_agg(customer @customer@, at timestamp, amount numeric, zone text) (
	SFUNC = purchasesummary_accum, STYPE = purchaserow[],
	FINALFUNC = purchasesummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, timestamp, numeric, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

CREATE AGGREGATE purchase_agg(customer @customer@, day date, amount numeric, zone text) (
	SFUNC = purchasesummary_accum, STYPE = purchaserow[],
	FINALFUNC = purchasesummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg(@customer@, date, numeric, text) IS 'always an error, NULL for no rows: a date is already a day and takes no time zone';
--@end

--
-- Totals of a period: NULL is all days, and as_of infinity knows all of them.
--

CREATE FUNCTION lite_purchases(s purchasesummary, period daterange, as_of date, OUT customers bigint, OUT repeat_orders bigint, OUT repeat_days bigint, OUT orders bigint,
	OUT gross_revenue numeric, OUT refunds numeric, OUT revenue numeric, OUT average_order_value numeric, OUT purchases_per_customer float8) RETURNS record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH asked AS (
		SELECT CASE WHEN period IS NOT NULL THEN lite_known(period, NULL) END AS p, CASE WHEN as_of = 'infinity' THEN as_of ELSE lite_day(as_of, 'as_of') END AS last
	), of_customer AS (
		SELECT count(*) FILTER (WHERE r.amount >= 0) AS orders, count(DISTINCT r.day) FILTER (WHERE r.amount >= 0) AS days,
			coalesce(sum(r.amount) FILTER (WHERE r.amount >= 0), 0) AS gross, coalesce(-sum(r.amount) FILTER (WHERE r.amount < 0), 0) AS refunds
		FROM asked, unnest((s).rows) AS r
		WHERE r.day <= last AND (p IS NULL OR r.day >= lower(p) AND r.day < upper(p))
		GROUP BY r.customer
	)
	SELECT t.customers, t.repeat_orders, t.repeat_days, t.orders, lite_shown(t.gross), lite_shown(t.refunds), lite_shown(t.gross - t.refunds),
		lite_per(t.gross, t.orders), t.orders::float8 / nullif(t.customers, 0)::float8
	FROM asked, (SELECT count(*) FILTER (WHERE c.orders > 0) AS customers, count(*) FILTER (WHERE c.orders > 1) AS repeat_orders, count(*) FILTER (WHERE c.days > 1) AS repeat_days,
			coalesce(sum(c.orders), 0)::bigint AS orders, coalesce(sum(c.gross), 0) AS gross, coalesce(sum(c.refunds), 0) AS refunds
		FROM of_customer AS c) AS t
	WHERE (s).rows IS NOT NULL AND last IS NOT NULL AND (p IS NULL OR lower(p) <= last);
END;
COMMENT ON FUNCTION lite_purchases(purchasesummary, daterange, date) IS 'counts and money of a period (NULL: all days), refunds as a positive number; NULL for a NULL s or as_of, or a period after as_of';

--@each name type: customers bigint, orders bigint, gross_revenue numeric, refunds numeric, revenue numeric, average_order_value numeric, purchases_per_customer float8
CREATE FUNCTION @name@(s purchasesummary, period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS @type@
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (lite_purchases(s, period, as_of)).@name@;
COMMENT ON FUNCTION @name@(purchasesummary, daterange, date) IS '@name@ of a period, a count, a plain number per customer, or money in the currency of the rows; customers have an order, refunds are positive, revenue is less refunds; a NULL period is all days, NULL for a NULL s or as_of, a period after as_of or a zero denominator';
--@end

CREATE FUNCTION repeat_purchase_rate(s purchasesummary, by text DEFAULT 'orders', period daterange DEFAULT NULL, as_of date DEFAULT 'infinity') RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN by = 'orders' THEN lite_percent(p.repeat_orders, p.customers) WHEN by = 'days' THEN lite_percent(p.repeat_days, p.customers)
		WHEN by IS NULL THEN NULL
		WHEN lite_refuse('22023', 'unknown way to count repeat purchases', 'The value is "' || left(by, 100) || '".', 'Pass ''orders'' (two orders or more) or ''days'' (orders on two days or more). A period comes after it: repeat_purchase_rate(s, ''orders'', ''[2026-01-01,2026-04-01)'').') THEN NULL END
	FROM lite_purchases(s, period, as_of) AS p;
END;
COMMENT ON FUNCTION repeat_purchase_rate(purchasesummary, text, daterange, date) IS 'customers with two orders or more, or with orders on two days or more (by days), in % of the customers with an order; a NULL period is all days, NULL for a NULL s, by or as_of, a period after as_of or no customers';

--
-- From plain numbers.  A percentage takes part with the digits that it prints.
--

CREATE FUNCTION lite_within(value float8, low float8, high float8, what text, hint text) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN value IS NULL OR value BETWEEN low AND high THEN value::text::numeric
		WHEN lite_refuse('22003', '"' || what || '" must be between ' || low::text || ' and ' || high::text, 'The value is ' || value::text || '.', hint) THEN NULL END;
COMMENT ON FUNCTION lite_within(float8, float8, float8, text, text) IS 'a number within limits, as numeric; NULL for NULL';

CREATE FUNCTION lite_margin(margin float8, what text) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_within(margin, -1000, 100, what, 'A margin is in percent of the revenue: write 80, not 0.8; 100 gives revenue.');
COMMENT ON FUNCTION lite_margin(float8, text) IS 'a margin in percent, checked; NULL for NULL';

CREATE FUNCTION clv(arpa numeric, gross_margin float8, churn_rate float8, discount_rate float8 DEFAULT 0) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN lite_amount(arpa, 'arpa') IS NOT NULL AND discount + churn > 0 THEN lite_shown(arpa * margin * (100 + discount) / ((discount + churn) * 100)) END
	FROM (SELECT lite_margin(gross_margin, 'gross_margin') AS margin,
			lite_within(churn_rate, 0, 100, 'churn_rate', 'A churn rate is in percent of a period: write 3.1, not 0.031; churn_rate() and retention_timeline() give it so.') AS churn,
			lite_within(discount_rate, -100, 1000, 'discount_rate', 'A discount rate is in percent of a period: 0.8 a month is about 10 a year.') AS discount) AS x;
END;
COMMENT ON FUNCTION clv(numeric, float8, float8, float8) IS 'lifetime value arpa x margin x (1 + d) / (1 + d - r) at one churn rate, first payment now, money; margin, churn and discount in percent per period; NULL for NULL or when nobody leaves and nothing is discounted';

CREATE FUNCTION acquisition_limit(clv numeric, ratio float8 DEFAULT 3) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN clv IN ('NaN', 'Infinity', '-Infinity') THEN
			CASE WHEN lite_refuse('22003', '"clv" must be finite', 'The value is ' || clv::text || '.', 'Turn it into NULL, for instance with CASE WHEN abs(clv) < 1e300 THEN clv END.') THEN NULL::numeric END
		WHEN lite_amount(ratio, 'ratio') > 0 THEN lite_shown(clv / ratio::text::numeric) END;
COMMENT ON FUNCTION acquisition_limit(numeric, float8) IS 'what a new customer may cost at this ratio of lifetime value to cost, money; NULL for NULL or ratio 0';

CREATE FUNCTION payback_months(cac numeric, arpa numeric, margin float8) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_amount(cac, 'cac') IS NOT NULL AND lite_amount(arpa, 'arpa') IS NOT NULL AND arpa * lite_margin(margin, 'margin') > 0
		THEN (cac * 100 / (arpa * margin::text::numeric))::float8 END;
COMMENT ON FUNCTION payback_months(numeric, numeric, float8) IS 'months until a new customer has paid its cost back, margin in percent; NULL for NULL or when it never does';

--@each name amount: retention_cost spend, arpa mrr
CREATE FUNCTION @name@(@amount@ numeric, customers numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_amount(@amount@, '@amount@') IS NOT NULL THEN lite_shown(@amount@ / nullif(lite_checked_count(customers, 'customers')::bigint, 0)) END;
COMMENT ON FUNCTION @name@(numeric, numeric) IS '@amount@ per customer, money; NULL for NULL or no customers';
--@end
