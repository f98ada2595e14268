--
-- subscription: recurring revenue and the movements of customers
--

CREATE FUNCTION lite_subscription(rows subscriptionrow[], customer text, started date, ended date, mrr numeric) RETURNS subscriptionrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN customer IS NULL OR started IS NULL OR mrr IS NULL THEN rows
		WHEN isfinite(started) AND (ended IS NULL OR isfinite(ended) AND ended >= started) AND mrr BETWEEN 0 AND 92233720368.54775807 AND lite_room(cardinality(rows)) THEN
			-- half of a hundred-millionth is rounded to none
			CASE WHEN ended IS NOT DISTINCT FROM started OR mrr <= 0.000000005 THEN coalesce(rows, '{}')
				ELSE coalesce(rows, '{}') || ARRAY[ROW(customer, started, ended, lite_money(mrr))::subscriptionrow] END
		WHEN lite_refuse_row('subscription', customer, started, ended, 'started', mrr, 'mrr', cardinality(rows), 'subscription_agg(customer, started, ended, mrr)') THEN NULL END;
COMMENT ON FUNCTION lite_subscription(subscriptionrow[], text, date, date, numeric) IS 'one more row of so much a month (ended NULL: open); a NULL customer, started or mrr counts nothing';

--@each customer: bigint, uuid, text
CREATE FUNCTION subscriptionsummary_accum(rows subscriptionrow[], customer @customer@, started date, ended date) RETURNS subscriptionrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_subscription(rows, customer::text, started, ended, 1);
COMMENT ON FUNCTION subscriptionsummary_accum(subscriptionrow[], @customer@, date, date) IS 'one more row that counts 1 (ended NULL: open); a NULL customer or started counts nothing';

CREATE FUNCTION subscriptionsummary_accum(rows subscriptionrow[], customer @customer@, started date, ended date, mrr numeric) RETURNS subscriptionrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_subscription(rows, customer::text, started, ended, mrr);
COMMENT ON FUNCTION subscriptionsummary_accum(subscriptionrow[], @customer@, date, date, numeric) IS 'one more row of so much a month (ended NULL: open); a NULL customer, started or mrr counts nothing';

CREATE AGGREGATE subscription_agg(customer @customer@, started date, ended date) (
	SFUNC = subscriptionsummary_accum, STYPE = subscriptionrow[],
	FINALFUNC = subscriptionsummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE subscription_agg(@customer@, date, date) IS 'customers by day, each row counting 1 (ended: first day without service, NULL: open); skips a NULL customer or started, NULL for no rows';

CREATE AGGREGATE subscription_agg(customer @customer@, started date, ended date, mrr numeric) (
	SFUNC = subscriptionsummary_accum, STYPE = subscriptionrow[],
	FINALFUNC = subscriptionsummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE subscription_agg(@customer@, date, date, numeric) IS 'MRR per customer and day, in one currency, eight decimals (ended: first day without service, NULL: open); skips a NULL customer, started or mrr, NULL for no rows';
--@end

--
-- The state of a day.
--

CREATE FUNCTION lite_state(s subscriptionsummary, day date, as_of date, OUT mrr numeric, OUT arr numeric, OUT customers bigint, OUT arpa numeric) RETURNS record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_shown(x.mrr), lite_shown(12 * x.mrr), x.customers, lite_per(x.mrr, x.customers)
	FROM (SELECT coalesce(sum(c.mrr), 0) AS mrr, count(c.mrr) AS customers
		FROM (SELECT sum(r.mrr) AS mrr FROM unnest((s).rows) AS r WHERE r.started <= day AND (r.ended IS NULL OR r.ended > day) GROUP BY r.customer) AS c
		HAVING lite_day(day, 'day') <= lite_day(as_of, 'as_of')) AS x;
END;
COMMENT ON FUNCTION lite_state(subscriptionsummary, date, date) IS 'money in the currency of the rows, and customers, on a day; NULL for NULL or a day after as_of';

--@each name type: mrr numeric, arr numeric, customers bigint, arpa numeric
CREATE FUNCTION @name@(s subscriptionsummary, day date, as_of date) RETURNS @type@
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN (lite_state(s, day, as_of)).@name@;
COMMENT ON FUNCTION @name@(subscriptionsummary, date, date) IS '@name@ on a day: MRR, 12 x MRR, customers whose MRR is above zero, or MRR per customer, money in the currency of the rows; NULL for NULL, a day after as_of or arpa of no customers';

CREATE FUNCTION @name@(s subscriptionsummary, day date) RETURNS @type@
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN @name@(s, day, day);
COMMENT ON FUNCTION @name@(subscriptionsummary, date) IS '@name@ on a day, as with as_of on this day; NULL for NULL or arpa of no customers';
--@end

--
-- Both ends of a period: those who were there at its opening.
--

CREATE FUNCTION lite_ends(s subscriptionsummary, period daterange, OUT customers bigint, OUT kept bigint, OUT lost bigint, OUT opening numeric, OUT kept_mrr numeric, OUT closing numeric) RETURNS record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT count(*), count(*) FILTER (WHERE c > 0), count(*) FILTER (WHERE c = 0), sum(o), sum(least(o, c)), sum(c)
	FROM (SELECT sum(r.mrr) FILTER (WHERE r.started < lower(period) AND (r.ended IS NULL OR r.ended >= lower(period))) AS o,
			coalesce(sum(r.mrr) FILTER (WHERE r.started < upper(period) AND (r.ended IS NULL OR r.ended >= upper(period))), 0) AS c
		FROM unnest((s).rows) AS r GROUP BY r.customer) AS x
	WHERE o > 0;
END;
COMMENT ON FUNCTION lite_ends(subscriptionsummary, daterange) IS 'customers there at the opening of the known days of a period, and their MRR at both ends; NULL for NULL';

--@each name part whole percent: retention_rate kept customers lite_percent, churn_rate lost customers lite_percent, net_revenue_retention closing opening lite_money_percent, gross_revenue_retention kept_mrr opening lite_money_percent
CREATE FUNCTION @name@(s subscriptionsummary, period daterange, as_of date) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT @percent@(x.@part@, x.@whole@) FROM lite_ends(s, lite_known(period, as_of)) AS x;
END;
COMMENT ON FUNCTION @name@(subscriptionsummary, daterange, date) IS '@part@ of @whole@ in percent, of the customers who pay at the opening of the period, read at its closing, the period cut at as_of; NULL for NULL, no customers at the opening or a period after as_of';

CREATE FUNCTION @name@(s subscriptionsummary, period daterange) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN @name@(s, period, lite_last(period));
COMMENT ON FUNCTION @name@(subscriptionsummary, daterange) IS '@part@ of @whole@ in percent, of the customers who pay at the opening of the period, read at its closing; NULL for NULL or no customers at the opening';
--@end

--
-- Every bucket.
--

CREATE FUNCTION lite_definition(definition text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN definition IS NULL OR definition IN ('boundary', 'event') THEN definition
		WHEN lite_refuse('22023', 'unknown definition of movements', 'The value is "' || left(definition, 100) || '".',
			'Pass ''boundary'' (compares both ends of a bucket) or ''event'' (counts every change).') THEN NULL END;
COMMENT ON FUNCTION lite_definition(text) IS 'a definition of movements, checked; NULL for NULL';

CREATE FUNCTION lite_gap(reactivation_days bigint) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN reactivation_days IS NULL OR reactivation_days >= 0 THEN reactivation_days
		WHEN lite_refuse('22003', '"reactivation_days" must not be negative', 'The value is ' || reactivation_days::text || '.',
			'Pass the longest gap in days after which a customer counts as coming back, for instance 90, or NULL for any gap.') THEN NULL END;
COMMENT ON FUNCTION lite_gap(bigint) IS 'reactivation_days, checked; NULL for NULL';

-- What each customer pays, as steps: a day, the MRR before and from it on, the
-- day of the next step, and whether it begins a spell of paying as a new
-- customer.  bucket is 0 before the first one.
CREATE FUNCTION lite_steps(s subscriptionsummary, bounds date[], as_of date, reactivation_days bigint,
	OUT customer text, OUT bucket integer, OUT day date, OUT next date, OUT first boolean, OUT comes_new boolean, OUT before numeric, OUT mrr numeric) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH known AS (
		SELECT r.customer, r.started, r.ended, r.mrr, least(bounds[cardinality(bounds)] - 1, as_of) AS last FROM unnest((s).rows) AS r
	), change AS (
		SELECT c.customer, c.day, sum(c.mrr) AS change
		FROM (SELECT k.customer, k.started AS day, k.mrr FROM known AS k WHERE k.started <= k.last
			UNION ALL SELECT k.customer, k.ended, -k.mrr FROM known AS k WHERE k.ended <= k.last) AS c
		GROUP BY c.customer, c.day
		HAVING sum(c.mrr) <> 0
	)
	SELECT c.customer, width_bucket(c.day, bounds), c.day, lead(c.day) OVER w,
		row_number() OVER w = 1, row_number() OVER w = 1 OR coalesce(c.day - lag(c.day) OVER w > reactivation_days, false),
		sum(c.change) OVER w - c.change, sum(c.change) OVER w
	FROM change AS c
	WINDOW w AS (PARTITION BY c.customer ORDER BY c.day);
END;
COMMENT ON FUNCTION lite_steps(subscriptionsummary, date[], date, bigint) IS 'the days on which the MRR of each customer changes, up to as_of and the last bucket; no rows for NULL';

CREATE FUNCTION lite_movements(s subscriptionsummary, bounds date[], as_of date, definition text, reactivation_days bigint,
	OUT period_start date, OUT opening_mrr numeric, OUT new_mrr numeric, OUT expansion_mrr numeric, OUT contraction_mrr numeric,
	OUT churned_mrr numeric, OUT reactivation_mrr numeric, OUT closing_mrr numeric, OUT opening_customers bigint,
	OUT new_customers bigint, OUT churned_customers bigint, OUT reactivated_customers bigint, OUT closing_customers bigint,
	OUT retention_rate float8, OUT churn_rate float8, OUT gross_revenue_retention float8, OUT net_revenue_retention float8,
	OUT gross_mrr_churn float8, OUT net_mrr_churn float8, OUT existing_growth float8, OUT quick_ratio float8,
	OUT arpa numeric, OUT grr_12m float8, OUT nrr_12m float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
	WITH step AS MATERIALIZED (
		SELECT x.* FROM lite_steps(s, bounds, as_of, reactivation_days) AS x
	), moved AS (
		-- by both ends of a bucket: a customer who had not paid by its opening is new, whatever happened since
		SELECT 'boundary' AS definition, x.bucket,
			bool_or(x.first) OR coalesce((array_agg(x.comes_new ORDER BY x.day DESC) FILTER (WHERE x.before = 0))[1], false) AS comes_new,
			(array_agg(x.before ORDER BY x.day))[1] AS before, (array_agg(x.mrr ORDER BY x.day DESC))[1] AS after
		FROM step AS x WHERE x.bucket > 0 GROUP BY x.customer, x.bucket
		UNION ALL
		SELECT 'event', x.bucket, x.comes_new, x.before, x.mrr FROM step AS x WHERE x.bucket > 0 AND lite_movements.definition = 'event'
	), movement AS (
		SELECT m.definition, m.bucket,
			coalesce(sum(after) FILTER (WHERE before = 0 AND comes_new), 0) AS new,
			coalesce(sum(after) FILTER (WHERE before = 0 AND NOT comes_new), 0) AS reactivation,
			coalesce(sum(after - before) FILTER (WHERE before > 0 AND after > before), 0) AS expansion,
			coalesce(sum(before - after) FILTER (WHERE after > 0 AND after < before), 0) AS contraction,
			coalesce(sum(before) FILTER (WHERE after = 0), 0) AS churned,
			count(*) FILTER (WHERE before = 0 AND after > 0 AND comes_new) AS new_n,
			count(*) FILTER (WHERE before = 0 AND after > 0 AND NOT comes_new) AS reactivated_n,
			count(*) FILTER (WHERE before > 0 AND after = 0) AS churned_n
		FROM moved AS m GROUP BY m.definition, m.bucket
	), known AS (
		-- the last known day of each bucket that has begun, and the day a year before
		SELECT array_agg(last ORDER BY last) AS lasts, array_agg((last + 1 - make_interval(years => 1))::date - 1 ORDER BY last) AS years_before
		FROM (SELECT least(bounds[i + 1] - 1, as_of) AS last FROM generate_series(1, cardinality(bounds) - 1) AS i WHERE bounds[i] <= as_of) AS x
	), paid AS (
		-- both are joined by GROUP BY, because a planner that knows no sizes may join large tables by loops
		SELECT x.customer, generate_series(width_bucket(x.day - 1, lasts) + 1, width_bucket(coalesce(x.next, 'infinity') - 1, lasts)) AS bucket, 0 AS a_year_before, x.mrr AS now
		FROM step AS x, known WHERE x.mrr > 0
		UNION ALL
		SELECT x.customer, generate_series(width_bucket(x.day - 1, years_before) + 1, width_bucket(coalesce(x.next, 'infinity') - 1, years_before)), x.mrr, 0
		FROM step AS x, known WHERE x.mrr > 0
	), a_year AS (
		SELECT y.bucket, sum(y.a_year_before) AS a_year_before, sum(least(y.a_year_before, y.now)) AS kept, sum(y.now) AS now
		FROM (SELECT p.bucket, max(p.a_year_before) AS a_year_before, max(p.now) AS now FROM paid AS p GROUP BY p.customer, p.bucket) AS y
		WHERE y.a_year_before > 0 GROUP BY y.bucket
	), start AS (
		SELECT coalesce(sum(x.mrr - x.before), 0) AS mrr, coalesce(sum((x.mrr > 0)::integer - (x.before > 0)::integer), 0) AS customers FROM step AS x WHERE x.bucket = 0
	), closed AS (
		SELECT i, coalesce(m.new, 0) AS new, coalesce(m.reactivation, 0) AS reactivation, coalesce(m.expansion, 0) AS expansion,
			coalesce(m.contraction, 0) AS contraction, coalesce(m.churned, 0) AS churned,
			coalesce(m.new_n, 0) AS new_n, coalesce(m.reactivated_n, 0) AS reactivated_n, coalesce(m.churned_n, 0) AS churned_n,
			coalesce(m.new + m.reactivation + m.expansion - m.contraction - m.churned, 0) AS net,
			coalesce(m.new_n + m.reactivated_n - m.churned_n, 0) AS net_n,
			start.mrr + sum(coalesce(m.new + m.reactivation + m.expansion - m.contraction - m.churned, 0)) OVER (ORDER BY i) AS closing,
			start.customers + sum(coalesce(m.new_n + m.reactivated_n - m.churned_n, 0)) OVER (ORDER BY i) AS closing_n,
			coalesce(e.expansion, 0) AS e_expansion, coalesce(e.reactivation, 0) AS e_reactivation,
			coalesce(e.contraction + e.churned, 0) AS e_lost, coalesce(e.churned_n, 0) AS e_churned_n,
			t.a_year_before, t.kept, t.now, bounds[i] <= as_of AS begun
		FROM generate_series(1, cardinality(bounds) - 1) AS i
		CROSS JOIN start
		LEFT JOIN movement AS m ON m.bucket = i AND m.definition = lite_movements.definition
		LEFT JOIN movement AS e ON e.bucket = i AND e.definition = 'boundary'
		LEFT JOIN a_year AS t ON t.bucket = i
	)
	SELECT bounds[i], lite_shown(closing - net), lite_shown(new), lite_shown(expansion), lite_shown(contraction), lite_shown(churned), lite_shown(reactivation), lite_shown(closing),
		(closing_n - net_n)::bigint, new_n, churned_n, reactivated_n, closing_n::bigint,
		CASE WHEN begun THEN lite_percent(closing_n - net_n - e_churned_n, closing_n - net_n) END,
		CASE WHEN begun THEN lite_percent(e_churned_n, closing_n - net_n) END,
		CASE WHEN begun THEN lite_money_percent(closing - net - e_lost, closing - net) END,
		CASE WHEN begun THEN lite_money_percent(closing - net + e_expansion - e_lost, closing - net) END,
		CASE WHEN begun THEN lite_money_percent(e_lost, closing - net) END,
		CASE WHEN begun THEN lite_money_percent(e_lost - e_expansion, closing - net) END,
		CASE WHEN begun THEN lite_money_percent(e_expansion + e_reactivation - e_lost, closing - net) END,
		CASE WHEN begun AND contraction + churned > 0
			THEN ((new + expansion + reactivation) * 100000000)::float8 / ((contraction + churned) * 100000000)::float8 END,
		CASE WHEN begun THEN lite_per(closing, closing_n::bigint) END,
		CASE WHEN begun THEN lite_money_percent(kept, a_year_before) END,
		CASE WHEN begun THEN lite_money_percent(now, a_year_before) END,
		bounds[i + 1] - 1 <= as_of
	FROM closed
	WHERE (s).rows IS NOT NULL AND as_of IS NOT NULL AND lite_movements.definition IS NOT NULL
	ORDER BY i;
END;
COMMENT ON FUNCTION lite_movements(subscriptionsummary, date[], date, text, bigint) IS 'mrr_movements in a list of buckets; a NULL argument but reactivation_days: no rows';

--@each buckets type: bucket text, boundaries date[]
CREATE FUNCTION mrr_movements(s subscriptionsummary, @buckets@ @type@, from_day date, to_day date, as_of date, definition text DEFAULT 'boundary', reactivation_days bigint DEFAULT NULL,
	OUT period_start date, OUT opening_mrr numeric, OUT new_mrr numeric, OUT expansion_mrr numeric, OUT contraction_mrr numeric,
	OUT churned_mrr numeric, OUT reactivation_mrr numeric, OUT closing_mrr numeric, OUT opening_customers bigint,
	OUT new_customers bigint, OUT churned_customers bigint, OUT reactivated_customers bigint, OUT closing_customers bigint,
	OUT retention_rate float8, OUT churn_rate float8, OUT gross_revenue_retention float8, OUT net_revenue_retention float8,
	OUT gross_mrr_churn float8, OUT net_mrr_churn float8, OUT existing_growth float8, OUT quick_ratio float8,
	OUT arpa numeric, OUT grr_12m float8, OUT nrr_12m float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
	-- OFFSET 0: each argument is computed once, also where the call is replaced by its query
	SELECT m.*
	FROM (SELECT lite_bounds(@buckets@, from_day, to_day) AS bounds, lite_day(as_of, 'as_of') AS last, lite_definition(definition) AS movements, lite_gap(reactivation_days) AS gap OFFSET 0) AS x,
		LATERAL lite_movements(s, x.bounds, x.last, x.movements, x.gap) AS m;
END;
COMMENT ON FUNCTION mrr_movements(subscriptionsummary, @type@, date, date, date, text, bigint) IS 'a row per bucket from from_day to before to_day: MRR in the currency of the rows, counts, rates in percent (quick_ratio a plain ratio), NULL where the denominator is zero or the bucket lies after as_of; complete when as_of has reached its last day; a NULL argument but reactivation_days: no rows';
--@end

--
-- From an amount.
--

CREATE FUNCTION lite_per_month(amount numeric, months bigint, days bigint) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	-- 365.25 / 12 = 487 / 16 days a month
	RETURN CASE WHEN amount IN ('NaN', 'Infinity', '-Infinity') THEN
			CASE WHEN lite_refuse('22003', '"amount" must be finite', 'The value is ' || amount::text || '.',
				'Turn it into NULL, for instance with CASE WHEN abs(amount) < 1e300 THEN amount END.') THEN NULL::numeric END
		WHEN days > 0 THEN lite_shown(amount * 487 / (months * 487 + days * 16))
		ELSE lite_shown(amount / months) END;
COMMENT ON FUNCTION lite_per_month(numeric, bigint, bigint) IS 'an amount for so many months and days, per month of 365.25 / 12 days, in its currency; NULL for NULL';

CREATE FUNCTION mrr(amount numeric, billing interval) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN extract(month FROM billing) >= 0 AND extract(year FROM billing) >= 0 AND extract(day FROM billing) >= 0 AND billing > '0'
			AND billing - make_interval(months => (extract(year FROM billing) * 12 + extract(month FROM billing))::integer, days => extract(day FROM billing)::integer) = '0'
			THEN lite_per_month(amount, (extract(year FROM billing) * 12 + extract(month FROM billing))::bigint, extract(day FROM billing)::bigint)
		WHEN lite_refuse('22023', 'billing must be an interval of whole days, weeks, months or years above zero',
			'It has ' || (extract(year FROM billing) * 12 + extract(month FROM billing))::text || ' months, ' || extract(day FROM billing)::text || ' days and '
				|| trunc(extract(hour FROM billing) * 3600000000 + extract(minute FROM billing) * 60000000 + extract(microseconds FROM billing))::text || ' microseconds.',
			'Pass how often it is billed: interval ''1 year'', ''3 months'', ''1 month'', ''2 weeks''.') THEN NULL END;
COMMENT ON FUNCTION mrr(numeric, interval) IS 'an amount for a billing interval, per month of 365.25 / 12 days, in its currency; NULL for NULL';

CREATE FUNCTION mrr(amount numeric, billing text) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN months + days > 0 AND months < 2147483647 AND days < 2147483647 THEN lite_per_month(amount, months::bigint, days::bigint)
		WHEN lite_refuse('22023', 'unknown billing term', 'The value is "' || left(billing, 100) || left(months::text, 0) || '".',
			'Pass daily, weekly, monthly, quarterly, semiannual, yearly or annual, or one or more of day, week, month, quarter and year, with numbers before them: ''year'', ''3 months'', ''1 year 6 mons''. Translate other words with CASE.') THEN NULL END
	FROM (SELECT coalesce(sum(n * CASE left(unit, 3) WHEN 'mon' THEN 1 WHEN 'qua' THEN 3 WHEN 'sem' THEN 6 WHEN 'yea' THEN 12 WHEN 'ann' THEN 12 ELSE 0 END), 0) AS months,
			coalesce(sum(n * CASE left(unit, 3) WHEN 'day' THEN 1 WHEN 'dai' THEN 1 WHEN 'wee' THEN 7 ELSE 0 END), 0) AS days
		FROM (SELECT btrim(lower(billing COLLATE "C"), E' \t\n\r') AS term) AS t,
			LATERAL (SELECT coalesce(nullif(m[1], ''), '1')::numeric AS n, m[2] AS unit FROM regexp_matches(t.term, '([0-9]*)[ \t\n\r]*([a-z]+)', 'g') AS m) AS u
		WHERE t.term ~ '^(daily|weekly|monthly|quarterly|semiannual|yearly|annual|(([0-9]+[ \t\n\r]*)?(day|week|mon|month|quarter|year)s?([ \t\n\r]+|$))+)$') AS x;
END;
COMMENT ON FUNCTION mrr(numeric, text) IS 'an amount for a billing term (monthly, annual, 3 months, 1 year 6 mons), per month of 365.25 / 12 days, in its currency; NULL for NULL';
