--
-- activity: the days on which customers are active
--

CREATE FUNCTION lite_active(rows activityrow[], customer text, day date, call text) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN customer IS NULL OR day IS NULL THEN rows
		WHEN isfinite(day) AND lite_room(cardinality(rows)) THEN coalesce(rows, '{}') || ARRAY[ROW(customer, day)::activityrow]
		WHEN lite_refuse_row('row', customer, day, NULL, 'day', NULL, NULL, cardinality(rows), call) THEN NULL END;
COMMENT ON FUNCTION lite_active(activityrow[], text, date, text) IS 'one more active day of a customer; a NULL customer or day counts nothing';

--@each customer: bigint, uuid, text
CREATE FUNCTION activitysummary_accum(rows activityrow[], customer @customer@, day date) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_active(rows, customer::text, day, 'activity_agg(customer, day)');
COMMENT ON FUNCTION activitysummary_accum(activityrow[], @customer@, date) IS 'one more active day of a customer; a NULL customer or day counts nothing';

CREATE FUNCTION activitysummary_accum(rows activityrow[], customer @customer@, at timestamp) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_active(rows, customer::text, at::date, 'activity_agg(customer, at)');
COMMENT ON FUNCTION activitysummary_accum(activityrow[], @customer@, timestamp) IS 'one more active day of a customer, the calendar day of at; a NULL customer or at counts nothing';

CREATE FUNCTION activitysummary_accum(rows activityrow[], customer @customer@, at timestamptz, zone text) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN at IS NOT NULL AND lite_zone(zone) THEN lite_active(rows, customer::text, (at AT TIME ZONE zone)::date, 'activity_agg(customer, at, zone)') ELSE rows END;
COMMENT ON FUNCTION activitysummary_accum(activityrow[], @customer@, timestamptz, text) IS 'one more active day of a customer, the day of at in a time zone (the name of a place, or UTC); a NULL customer, at or zone counts nothing';

CREATE FUNCTION activitysummary_accum(rows activityrow[], customer @customer@, at timestamptz) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_zone('timestamptz', 'activity_agg(customer, ', '') THEN rows END;
COMMENT ON FUNCTION activitysummary_accum(activityrow[], @customer@, timestamptz) IS 'always an error, also for NULL: a moment has a day only in a time zone';

CREATE FUNCTION activitysummary_accum(rows activityrow[], customer @customer@, at timestamp, zone text) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_zone('timestamp', 'activity_agg(customer, ', '') THEN rows END;
COMMENT ON FUNCTION activitysummary_accum(activityrow[], @customer@, timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION activitysummary_accum(rows activityrow[], customer @customer@, day date, zone text) RETURNS activityrow[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_zone('date', 'activity_agg(customer, ', '') THEN rows END;
COMMENT ON FUNCTION activitysummary_accum(activityrow[], @customer@, date, text) IS 'always an error, also for NULL: a date is already a day and takes no time zone';

CREATE AGGREGATE activity_agg(customer @customer@, day date) (
	SFUNC = activitysummary_accum, STYPE = activityrow[],
	FINALFUNC = activitysummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, date) IS 'active days per customer; skips a NULL customer or day, NULL for no rows';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamp) (
	SFUNC = activitysummary_accum, STYPE = activityrow[],
	FINALFUNC = activitysummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamp) IS 'active days per customer, the calendar days of at; skips a NULL customer or at, NULL for no rows';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamptz, zone text) (
	SFUNC = activitysummary_accum, STYPE = activityrow[],
	FINALFUNC = activitysummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamptz, text) IS 'active days per customer, the days of at in a time zone (the name of a place, or UTC); skips a NULL customer, at or zone, NULL for no rows';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamptz) (
	SFUNC = activitysummary_accum, STYPE = activityrow[],
	FINALFUNC = activitysummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamptz) IS 'always an error, NULL for no rows: a moment has a day only in a time zone';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamp, zone text) (
	SFUNC = activitysummary_accum, STYPE = activityrow[],
	FINALFUNC = activitysummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamp, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

CREATE AGGREGATE activity_agg(customer @customer@, day date, zone text) (
	SFUNC = activitysummary_accum, STYPE = activityrow[],
	FINALFUNC = activitysummary_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, date, text) IS 'always an error, NULL for no rows: a date is already a day and takes no time zone';
--@end

--
-- One period.
--

CREATE FUNCTION lite_active_days(s activitysummary, period daterange, OUT customer text, OUT days bigint) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.customer, count(DISTINCT r.day) FROM unnest((s).rows) AS r
	WHERE r.day >= lower(period) AND r.day < upper(period) GROUP BY r.customer;
END;
COMMENT ON FUNCTION lite_active_days(activitysummary, daterange) IS 'a row per active customer of a period: on how many days; no rows for NULL';

CREATE FUNCTION active_customers(s activitysummary, period daterange, as_of date) RETURNS bigint
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN p IS NOT NULL THEN (SELECT count(*) FROM lite_active_days(s, p) AS a) END FROM (SELECT lite_known(period, as_of) AS p) AS x;
END;
COMMENT ON FUNCTION active_customers(activitysummary, daterange, date) IS 'customers with an active day in the period up to as_of; NULL for NULL or a period after as_of';

CREATE FUNCTION active_customers(s activitysummary, period daterange) RETURNS bigint
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN active_customers(s, period, lite_last(period));
COMMENT ON FUNCTION active_customers(activitysummary, daterange) IS 'customers with an active day in the period; NULL for NULL';

CREATE FUNCTION stickiness(s activitysummary, period daterange, as_of date) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(sum(a.days), (upper(p) - lower(p))::numeric * count(*)) FROM (SELECT lite_known(period, as_of) AS p) AS x, lite_active_days(s, p) AS a GROUP BY p;
END;
COMMENT ON FUNCTION stickiness(activitysummary, daterange, date) IS 'average daily active customers, over the days of the period up to as_of, in % of those active on them; NULL for NULL, no active customer or a period after as_of';

CREATE FUNCTION stickiness(s activitysummary, period daterange) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN stickiness(s, period, lite_last(period));
COMMENT ON FUNCTION stickiness(activitysummary, daterange) IS 'average daily active customers in % of those active in the period (DAU/MAU for a month); NULL for NULL or no active customer';

CREATE FUNCTION repeat_rate(s activitysummary, period daterange, as_of date) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(count(*) FILTER (WHERE a.days > 1), count(*)) FROM lite_active_days(s, lite_known(period, as_of)) AS a;
END;
COMMENT ON FUNCTION repeat_rate(activitysummary, daterange, date) IS '% of the active customers of the period up to as_of who are active on two of its days or more; NULL for NULL, no active customer or a period after as_of';

CREATE FUNCTION repeat_rate(s activitysummary, period daterange) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN repeat_rate(s, period, lite_last(period));
COMMENT ON FUNCTION repeat_rate(activitysummary, daterange) IS '% of the active customers of the period who are active on two of its days or more; NULL for NULL or no active customer';

CREATE FUNCTION active_days(s activitysummary, period daterange, as_of date, OUT days bigint, OUT customers bigint) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 30
BEGIN ATOMIC
	SELECT x.n::bigint, sum(x.there)::bigint
	FROM (SELECT a.days AS n, 1 AS there FROM lite_active_days(s, lite_known(period, as_of)) AS a
		UNION ALL SELECT generate_series(1, upper(p) - lower(p)), 0 FROM (SELECT lite_known(period, as_of) AS p) AS k) AS x
	GROUP BY x.n ORDER BY x.n;
END;
COMMENT ON FUNCTION active_days(activitysummary, daterange, date) IS 'a row per number of days from 1 to all of the period up to as_of: customers active on exactly that many; no rows for NULL or a period after as_of';

CREATE FUNCTION active_days(s activitysummary, period daterange, OUT days bigint, OUT customers bigint) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 30
BEGIN ATOMIC
	SELECT a.days, a.customers FROM active_days(s, period, lite_last(period)) AS a;
END;
COMMENT ON FUNCTION active_days(activitysummary, daterange) IS 'a row per number of days from 1 to all of the period: customers active on exactly that many; no rows for NULL';

CREATE FUNCTION adoption_rate(feature activitysummary, base activitysummary, period daterange, as_of date) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(count(*) FILTER (WHERE kinds = 2), count(*))
	FROM (SELECT customer, bool_or(in_base) AS in_base, count(*) AS kinds
		FROM (SELECT b.customer, true AS in_base FROM lite_active_days(base, lite_known(period, as_of)) AS b
			UNION ALL SELECT f.customer, false FROM lite_active_days(feature, lite_known(period, as_of)) AS f) AS x
		GROUP BY customer) AS y
	WHERE in_base;
END;
COMMENT ON FUNCTION adoption_rate(activitysummary, activitysummary, daterange, date) IS '% of the active customers of base in the period up to as_of who are active in feature, too; NULL for NULL, no active customer in base or a period after as_of';

CREATE FUNCTION adoption_rate(feature activitysummary, base activitysummary, period daterange) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN adoption_rate(feature, base, period, lite_last(period));
COMMENT ON FUNCTION adoption_rate(activitysummary, activitysummary, daterange) IS '% of the active customers of base in the period who are active in feature, too; NULL for NULL or no active customer in base';

--
-- From counts and amounts.
--

CREATE FUNCTION adoption_rate(adopters numeric, eligible numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN lite_checked_count(adopters, 'adopters') IS NULL OR lite_checked_count(eligible, 'eligible') = 0 THEN NULL
		WHEN adopters > eligible THEN lite_refuse('22023', 'there are more adopters than eligible customers', 'The counts are ' || trunc(adopters)::text || ' of ' || trunc(eligible)::text || '.',
			'Pass the part first and the whole second: adoption_rate(adopters, eligible); count as adopters only those who are eligible.')::integer
		ELSE lite_percent(adopters, eligible) END;
COMMENT ON FUNCTION adoption_rate(numeric, numeric) IS 'adopters / eligible in percent, from two counts; NULL for NULL or eligible 0';

--@each type: numeric, float8
CREATE FUNCTION usage_rate(used @type@, entitled @type@) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_amount(used, 'used') IS NULL OR lite_amount(entitled, 'entitled') = 0 THEN NULL
		ELSE 100.0::float8 * used::float8 / entitled::float8 END;
COMMENT ON FUNCTION usage_rate(@type@, @type@) IS 'used / entitled in percent, from two amounts of one unit, above 100 when more is used; NULL for NULL or entitled 0';
--@end

--
-- Every bucket.
--

-- before is the first day of the bucket before the first one, or the first
-- boundary where there is none.
CREATE FUNCTION lite_activity_timeline(s activitysummary, bounds date[], before date, as_of date,
	OUT period_start date, OUT active bigint, OUT new bigint, OUT retained bigint, OUT resurrected bigint, OUT lost bigint, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 24
BEGIN ATOMIC
	WITH seen AS (
		SELECT r.customer, CASE WHEN r.day < before THEN -1 ELSE width_bucket(r.day, bounds) END AS b, count(DISTINCT r.day) AS days
		FROM unnest((s).rows) AS r
		WHERE r.day <= as_of
		GROUP BY 1, 2
	), placed AS (
		SELECT b, days, b = min(b) OVER (PARTITION BY customer) AS is_first, coalesce(lag(b) OVER (PARTITION BY customer ORDER BY b) = b - 1 AND b > 0, false) AS is_retained
		FROM seen
	), counted AS (
		SELECT b, sum(there) AS active, sum(days) AS days, sum(fresh) AS fresh, sum(kept) AS kept
		FROM (SELECT b, 1 AS there, days, (is_first AND b > 0)::integer AS fresh, is_retained::integer AS kept FROM placed
			UNION ALL SELECT generate_series(0, cardinality(bounds) - 1), 0, 0, 0, 0) AS x
		GROUP BY b
	), followed AS (
		SELECT b, active, days, fresh, kept, lag(active) OVER (ORDER BY b) AS active_before, least(bounds[b + 1], as_of + 1) - bounds[b] AS known_days
		FROM counted WHERE b >= 0
	)
	SELECT bounds[b], active::bigint, fresh::bigint, kept::bigint, (active - fresh - kept)::bigint,
		CASE WHEN known_days > 0 THEN (active_before - kept)::bigint ELSE 0 END,
		CASE WHEN known_days > 0 THEN lite_percent(days, known_days * active) END,
		bounds[b + 1] - 1 <= as_of
	FROM followed
	WHERE b BETWEEN 1 AND cardinality(bounds) - 1
	ORDER BY b;
END;
COMMENT ON FUNCTION lite_activity_timeline(activitysummary, date[], date, date) IS 'activity_timeline in a list of buckets; no rows for NULL';

CREATE FUNCTION activity_timeline(s activitysummary, bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT active bigint, OUT new bigint, OUT retained bigint, OUT resurrected bigint, OUT lost bigint, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 24
BEGIN ATOMIC
	SELECT t.* FROM lite_activity_timeline(s, lite_bounds(bucket, from_day, to_day), lite_start(bucket, lite_start(bucket, from_day) - 1), lite_day(as_of, 'as_of')) AS t;
END;
COMMENT ON FUNCTION activity_timeline(activitysummary, text, date, date, date) IS 'a row per day, week, month, quarter or year from from_day to before to_day, in customers: active = new + retained + resurrected, lost were active in the bucket before; stickiness in percent over the days up to as_of, NULL without an active customer; complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION activity_timeline(s activitysummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT active bigint, OUT new bigint, OUT retained bigint, OUT resurrected bigint, OUT lost bigint, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 24
BEGIN ATOMIC
	SELECT t.* FROM (SELECT lite_bounds(boundaries, from_day, to_day) AS b) AS x,
		lite_activity_timeline(s, b, boundaries[greatest(width_bucket(from_day, boundaries) - 1, 1)], lite_day(as_of, 'as_of')) AS t;
END;
COMMENT ON FUNCTION activity_timeline(activitysummary, date[], date, date, date) IS 'a row per bucket between sorted boundaries from from_day to before to_day, in customers: active = new + retained + resurrected, lost were active in the bucket before; stickiness in percent over the days up to as_of, NULL without an active customer; complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION lite_mode(mode text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN mode IS NULL OR mode IN ('on', 'on_or_after') THEN mode
		WHEN lite_refuse('22023', 'unknown mode', 'The value is "' || left(mode, 100) || '".', 'Pass ''on'' (active in that very bucket) or ''on_or_after'' (in that bucket or later).') THEN NULL END;
COMMENT ON FUNCTION lite_mode(text) IS 'a mode of cohort_retention, checked; NULL for NULL';

-- entry gives the cohorts, activity the cells; both may be the same.  Customers
-- are joined by a window, because a planner that knows no sizes may join large
-- tables by loops.
CREATE FUNCTION lite_cohorts(entry activitysummary, activity activitysummary, bounds date[], cohorts integer, as_of date, mode text,
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 300
BEGIN ATOMIC
	WITH seen AS (
		SELECT r.customer, width_bucket(min(r.day), bounds) AS c, NULL::integer AS b
		FROM unnest((entry).rows) AS r GROUP BY r.customer HAVING min(r.day) <= as_of
		UNION ALL
		SELECT x.customer, NULL, x.b
		FROM (SELECT r.customer, width_bucket(r.day, bounds) AS b FROM unnest((activity).rows) AS r WHERE r.day <= as_of AND mode = 'on' GROUP BY 1, 2) AS x
		UNION ALL
		SELECT r.customer, NULL, least(width_bucket(max(r.day), bounds), cardinality(bounds) - 1)
		FROM unnest((activity).rows) AS r WHERE r.day <= as_of AND mode = 'on_or_after' GROUP BY r.customer
	), joined AS (
		SELECT max(c) OVER (PARTITION BY customer) AS c, b FROM seen
	), member AS (
		SELECT c, b FROM joined WHERE c BETWEEN 1 AND cohorts
	), cell AS (
		SELECT c, b, sum(entered) AS entered, sum(active) AS active
		FROM (SELECT c, b, 0 AS entered, 1 AS active FROM member WHERE b BETWEEN c AND cardinality(bounds) - 1
			UNION ALL SELECT c, c, 1, 0 FROM member WHERE b IS NULL
			UNION ALL SELECT c, generate_series(c, cardinality(bounds) - 1), 0, 0 FROM (SELECT DISTINCT c FROM member) AS x) AS y
		GROUP BY c, b
	), followed AS (
		SELECT c, b, sum(entered) OVER (PARTITION BY c) AS size, bounds[b + 1] - 1 <= as_of AS complete,
			CASE WHEN mode = 'on' THEN active ELSE sum(active) OVER (PARTITION BY c ORDER BY b DESC) END AS active
		FROM cell
	)
	SELECT bounds[c], size::bigint, b - c, CASE WHEN complete THEN active::bigint END, CASE WHEN complete THEN lite_percent(active, size) END
	FROM followed
	ORDER BY c, b;
END;
COMMENT ON FUNCTION lite_cohorts(activitysummary, activitysummary, date[], integer, date, text) IS 'cohort_retention in a list of buckets, the first ones of which begin cohorts; no rows for NULL';

--@each buckets type: bucket text, boundaries date[]
CREATE FUNCTION cohort_retention(s activitysummary, @buckets@ @type@, from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 300
BEGIN ATOMIC
	SELECT c.* FROM lite_cohort_bounds(@buckets@, from_day, to_day, as_of) AS x, lite_cohorts(s, s, x.bounds, x.cohorts, as_of, lite_mode(mode)) AS c;
END;
COMMENT ON FUNCTION cohort_retention(activitysummary, @type@, date, date, date, text) IS 'customers by the bucket of their first active day, and how many are active (mode on_or_after: or later) in it (period 0) and in each one after it up to that of as_of: counts, rate in percent; NULL while the bucket runs; no rows for NULL';
--@end

-- As in chs, so that a call with one summary and literals finds its function.
CREATE DOMAIN activityentry AS activitysummary;
COMMENT ON DOMAIN activityentry IS 'an activitysummary of first days, as of sign-ups';

--@each buckets type: bucket text, boundaries date[]
CREATE FUNCTION cohort_retention(entry activityentry, activity activitysummary, @buckets@ @type@, from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 300
BEGIN ATOMIC
	SELECT c.* FROM lite_cohort_bounds(@buckets@, from_day, to_day, as_of) AS x, lite_cohorts(entry, activity, x.bounds, x.cohorts, as_of, lite_mode(mode)) AS c;
END;
COMMENT ON FUNCTION cohort_retention(activityentry, activitysummary, @type@, date, date, date, text) IS 'customers of entry by the bucket of their first day there, and how many have activity (mode on_or_after: or later) in it (period 0) and in each one after it up to that of as_of: counts, rate in percent; NULL while the bucket runs; no rows for NULL';
--@end
