--
-- shared: refusals, days, buckets, percentages and money.  Names that begin
-- with lite_ are of chs_lite alone; all others are those of chs.
--
-- A function in SQL that another one calls is planned anew at every call,
-- unless the planner can put its expression in place of the call.  It does so
-- with one that is not STRICT and whose arguments are cheap, so helpers handle
-- NULL themselves.  And each call of a transition sets its expression up anew,
-- so those of many rows are short, and what is wrong is told by functions in
-- PL/pgSQL.  The planner computes calls of immutable functions with constant
-- arguments beforehand, so every refusal has the value refused among its own; and
-- where a subquery finds out that it is wrong, a column of it, too, because from
-- PostgreSQL 18 on the planner knows the arguments of a function in SQL.
--

CREATE FUNCTION lite_refuse(code text, problem text, detail text, hint text) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = code, MESSAGE = problem, DETAIL = coalesce(detail, ''), HINT = hint;
END;
$$;
COMMENT ON FUNCTION lite_refuse(text, text, text, text) IS 'always an error, with this SQLSTATE and these texts, also for a NULL detail';

CREATE FUNCTION lite_text(day date) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN NOT isfinite(day) THEN CASE WHEN day > '2000-01-01' THEN 'infinity' ELSE '-infinity' END
		ELSE lpad(extract(year FROM day)::text, 4, '0') || '-' || lpad(extract(month FROM day)::text, 2, '0') || '-' || lpad(extract(day FROM day)::text, 2, '0') END;
COMMENT ON FUNCTION lite_text(date) IS 'a day as ISO 8601 writes it, without regard to DateStyle; NULL for NULL';

CREATE FUNCTION lite_day(day date, what text) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN isfinite(day) IS NOT FALSE THEN day
		WHEN lite_refuse('22008', '"' || what || '" must be a finite date', 'The value is ' || lite_text(day) || '.', 'Pass a real day, for instance ''2026-01-01''.') THEN NULL END;
COMMENT ON FUNCTION lite_day(date, text) IS 'the day, checked; NULL for NULL';

CREATE FUNCTION lite_before(from_day date, to_day date) RETURNS boolean
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_day(from_day, 'from_day') < lite_day(to_day, 'to_day') THEN true
		ELSE lite_refuse('22023', '"to_day" must be after "from_day"', 'The days are ' || lite_text(from_day) || ' and ' || lite_text(to_day) || '.',
			'The second day is exclusive: from ''2026-01-01'' to ''2027-01-01'' is a year.') END;
COMMENT ON FUNCTION lite_before(date, date) IS 'true, or an error when the days are not in order; NULL for NULL';

--
-- Rows that are collected.  Each copies those before it, because a function in
-- SQL cannot write in place, so a group takes 20,000 of them at most.
--

-- Is there room for one more?  The 1001st row first takes and gives back 32 MB:
-- the C library then keeps freed memory of this size for the copies that follow,
-- in place of asking the system for pages at each of them.  Measured with 12,000
-- rows: 1.2 seconds of processor time in place of 44.
CREATE FUNCTION lite_prepare(collected integer) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 AS $$
BEGIN
	RETURN pg_catalog.length(pg_catalog.repeat(' ', 32000000)) OPERATOR(pg_catalog.>) collected;
END;
$$;
COMMENT ON FUNCTION lite_prepare(integer) IS 'true, with memory at hand for many copies of a large array; NULL for NULL';

CREATE FUNCTION lite_room(collected integer) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN collected = 1000 THEN lite_prepare(collected) ELSE coalesce(collected, 0) < 20000 END;
COMMENT ON FUNCTION lite_room(integer) IS 'whether a group of so many rows takes one more; a NULL group takes one';

CREATE FUNCTION lite_refuse_row(thing text, customer text, started date, ended date, day_name text, amount numeric, amount_name text, collected integer, call text) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	of_customer text := coalesce(' of customer ' || CASE WHEN customer ~ '^-?[0-9]+$' THEN customer ELSE '"' || left(customer, 100) || '"' END, '');
	wrong date := CASE WHEN isfinite(started) THEN ended ELSE started END;
	wrong_name text := CASE WHEN isfinite(started) THEN 'ended' ELSE day_name END;
	value text := format('The value%s is %s', of_customer, left(amount::text, 30));
BEGIN
	IF NOT isfinite(wrong) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('"%s" must be a finite date', wrong_name), DETAIL = format('The value%s is %s.', of_customer, wrong),
			HINT = format('Where it means unknown or open, make it NULL: nullif(%s, ''%s''). All such rows: SELECT ... WHERE NOT isfinite(%s).', wrong_name, wrong, wrong_name);
	ELSIF ended < started THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = '"ended" is before "started"',
			DETAIL = format('The %s%s started on %s and ended on %s.', thing, of_customer, to_char(started::timestamp, 'YYYY-MM-DD'), to_char(ended::timestamp, 'YYYY-MM-DD')),
			HINT = 'Correct the row, or leave it out with FILTER (WHERE ended IS NULL OR ended >= started). All such rows: SELECT ... WHERE ended < started.';
	ELSIF amount IN ('NaN', 'Infinity', '-Infinity') THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = format('"%s" must be finite', amount_name), DETAIL = value || '.',
			HINT = format('Leave such rows out with FILTER (WHERE abs(%s) < 1e10). All of them: SELECT ... WHERE %s IN (''NaN'', ''Infinity'', ''-Infinity'').', amount_name, amount_name);
	ELSIF abs(amount) > 92233720368.54775807 THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = format('"%s" is out of range', amount_name),
			DETAIL = value || '; amounts are kept with eight decimals up to 92233720368.54775807.',
			HINT = format('Correct the row, or keep all amounts in thousands: %s / 1000.0. All such rows: SELECT ... WHERE abs(%s) > 92233720368.54775807.', amount_name, amount_name);
	ELSIF thing = 'subscription' AND amount < 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = format('"%s" must not be negative', amount_name), DETAIL = value || '.',
			HINT = format('Take a discount off the MRR of its own row, or leave such rows out with FILTER (WHERE %s >= 0). All such rows: SELECT ... WHERE %s < 0.', amount_name, amount_name);
	END IF;
	RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'too many rows for one group', DETAIL = format('It has collected %s rows, as many as an aggregate of chs_lite may.', collected),
		HINT = format('Aggregate per customer and merge, which chs answers alike: SELECT rollup(s) FROM (SELECT %s AS s FROM ... GROUP BY customer) AS x.', call);
END;
$$;
COMMENT ON FUNCTION lite_refuse_row(text, text, date, date, text, numeric, text, integer, text) IS 'always an error: what is wrong with a row, or that there are too many';

CREATE FUNCTION lite_refuse_due(due date, paid date, as_of date) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	wrong date := CASE WHEN NOT isfinite(due) THEN due WHEN NOT isfinite(paid) THEN paid ELSE as_of END;
	what text := CASE WHEN NOT isfinite(due) THEN 'due' WHEN NOT isfinite(paid) THEN 'paid' ELSE 'as_of' END;
BEGIN
	RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('"%s" must be a finite date', what), DETAIL = format('The value is %s.', wrong),
		HINT = CASE what WHEN 'as_of' THEN 'Pass a real day, for instance ''2026-01-01''.'
			ELSE format('Where it means unknown or open, make it NULL: nullif(%s, ''%s''). All such rows: SELECT ... WHERE NOT isfinite(%s).', what, wrong, what) END;
END;
$$;
COMMENT ON FUNCTION lite_refuse_due(date, date, date) IS 'always an error: which day of a contract or an invoice is not finite';

--
-- Counts and amounts as arguments.
--

CREATE FUNCTION lite_checked_count(n numeric, what text) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN n IS NULL OR n >= 0 AND n <= 9223372036854775807 AND n = trunc(n) THEN n
		WHEN n = 'NaN' OR abs(n) = 'Infinity' THEN lite_refuse('22003', '"' || what || '" must be finite', 'The value is ' || n::text || '.',
			'Turn it into NULL, for instance with CASE WHEN abs(' || what || ') < 1e300 THEN ' || what || ' END.')::integer
		WHEN n < 0 THEN lite_refuse('22003', '"' || what || '" must not be negative', 'The value is ' || n::text || '.',
			'Pass a count, for instance greatest(' || what || ', 0) where a correction went below zero.')::integer
		WHEN n > 9223372036854775807 THEN lite_refuse('22003', '"' || what || '" is out of range for type bigint', 'The value is ' || left(n::text, 30) || '.',
			'Pass a count of at most 9223372036854775807.')::integer
		ELSE lite_refuse('22023', '"' || what || '" must be a whole number', 'The value is ' || left(n::text, 30) || '.',
			'Pass a count, not a share: count(*). Where a count got a fraction on its way: round(' || what || ').')::integer END;
COMMENT ON FUNCTION lite_checked_count(numeric, text) IS 'a count, checked; NULL for NULL';

--@each type: numeric, float8
CREATE FUNCTION lite_amount(amount @type@, what text) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN amount IS NULL OR amount >= 0 AND amount < 'Infinity' THEN amount::float8
		WHEN amount < 0 AND amount > '-Infinity' THEN lite_refuse('22003', '"' || what || '" must not be negative', 'The value is ' || amount::text || '.', 'Leave such rows out: WHERE ' || what || ' >= 0.')::integer
		ELSE lite_refuse('22003', '"' || what || '" must be finite', 'The value is ' || amount::text || '.',
			'Turn it into NULL, for instance with CASE WHEN abs(' || what || ') < 1e300 THEN ' || what || ' END.')::integer END;
COMMENT ON FUNCTION lite_amount(@type@, text) IS 'an amount of zero or more, checked; NULL for NULL';
--@end

--
-- Money: eight decimals, rounded half to even; shown with two at least.
--

-- round() takes a half away from zero; where the digit before it is even, it
-- has gone too far.
CREATE FUNCTION lite_money(amount numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN round(amount, 8) - CASE mod(amount * 100000000, 2) WHEN 0.5 THEN 0.00000001 WHEN -0.5 THEN -0.00000001 ELSE 0 END;
COMMENT ON FUNCTION lite_money(numeric) IS 'an amount to eight decimals, half to even; NULL for NULL';

CREATE FUNCTION lite_shown(amount numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN round(amount, greatest(2, min_scale(amount)));
COMMENT ON FUNCTION lite_shown(numeric) IS 'an amount with as many decimals as it takes, and at least two; NULL for NULL';

CREATE FUNCTION lite_per(amount numeric, customers bigint) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_shown(round(amount, 8) / nullif(customers, 0));
COMMENT ON FUNCTION lite_per(numeric, bigint) IS 'an amount of money per customer or order; NULL for NULL or 0 of them';

CREATE FUNCTION lite_percent(part numeric, whole numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN whole <> 0 THEN 100.0::float8 * part::float8 / whole::float8 END;
COMMENT ON FUNCTION lite_percent(numeric, numeric) IS 'part of whole in percent; NULL for NULL or whole 0';

-- The same of hundred-millionths, because chs divides whole numbers of them.
CREATE FUNCTION lite_money_percent(part numeric, whole numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_percent(part * 100000000, whole * 100000000);
COMMENT ON FUNCTION lite_money_percent(numeric, numeric) IS 'part of whole in percent, of amounts with eight decimals; NULL for NULL or whole 0';

--
-- Periods and buckets.  A list of buckets is an array of their first days and
-- the day after the last one.  width_bucket() finds the bucket of a day in it:
-- 0 before the first, one more than there are behind the last.
--

CREATE FUNCTION lite_refuse_period(period daterange) RETURNS boolean
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN lite_refuse('22023', CASE WHEN isempty(period) THEN 'period is empty' ELSE 'period must have a first and a last day' END,
		'The period is ' || CASE WHEN isempty(period) THEN 'empty' ELSE 'from ' || lite_text(coalesce(lower(period), '-infinity')) || ' to ' || lite_text(coalesce(upper(period), 'infinity')) END || '.',
		'Pass both days, the second one exclusive: daterange(''2026-01-01'', ''2026-04-01'') is the first quarter.');
COMMENT ON FUNCTION lite_refuse_period(daterange) IS 'always an error: what is wrong with a period; NULL for NULL';

CREATE FUNCTION lite_period(period daterange) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN isfinite(lower(period)) AND isfinite(upper(period)) THEN true ELSE lite_refuse_period(period) END;
COMMENT ON FUNCTION lite_period(daterange) IS 'true, or an error where a period has no first or last day; NULL for NULL';

CREATE FUNCTION lite_known(period daterange, as_of date) RETURNS daterange
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN isfinite(lower(period)) AND isfinite(upper(period)) THEN
			CASE WHEN as_of IS NULL THEN period
				WHEN lower(period) <= lite_day(as_of, 'as_of') THEN daterange(lower(period), least(upper(period), as_of + 1)) END
		WHEN lite_refuse_period(period) THEN NULL END;
COMMENT ON FUNCTION lite_known(daterange, date) IS 'the known days of a period; NULL as_of: all of them; NULL for NULL or a period after as_of';

-- As as_of it leaves a period whole; where there is none lite_known() refuses the period.
CREATE FUNCTION lite_last(period daterange) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN coalesce(upper(period) - 1, 'infinity');
COMMENT ON FUNCTION lite_last(daterange) IS 'the last day of a period, infinity when it has none; infinity for NULL';

CREATE FUNCTION lite_start(bucket text, day date) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN bucket IS NULL OR bucket IN ('day', 'week', 'month', 'quarter', 'year') THEN date_trunc(bucket, day::timestamp)::date
		WHEN lite_refuse('22023', 'unknown bucket', 'The value is "' || left(bucket, 100) || '".',
			'Pass ''day'', ''week'', ''month'', ''quarter'' or ''year''. Boundaries need their type: ''{2026-01-01,2026-02-01,2026-03-01}''::date[]; so does a period, where one can be passed: ''[2026-01-01,2026-04-01)''::daterange.') THEN NULL END;
COMMENT ON FUNCTION lite_start(text, date) IS 'first day of the day, week, month, quarter or year of a day; NULL for NULL';

CREATE FUNCTION lite_step(bucket text) RETURNS interval
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE bucket WHEN 'day' THEN make_interval(days => 1) WHEN 'week' THEN make_interval(days => 7)
		WHEN 'month' THEN make_interval(months => 1) WHEN 'quarter' THEN make_interval(months => 3) ELSE make_interval(years => 1) END;
COMMENT ON FUNCTION lite_step(text) IS 'length of a day, week, month, quarter or year; NULL for NULL';

CREATE FUNCTION lite_bounds(bucket text, from_day date, to_day date) RETURNS date[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(b::date ORDER BY b)
	FROM generate_series(lite_start(bucket, from_day)::timestamp, lite_start(bucket, to_day - 1) + lite_step(bucket), lite_step(bucket)) AS b
	WHERE lite_before(from_day, to_day);
END;
COMMENT ON FUNCTION lite_bounds(text, date, date) IS 'the buckets from that of from_day to that of the day before to_day; NULL for NULL';

CREATE FUNCTION lite_checked(boundaries date[]) RETURNS date[]
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	hint CONSTANT text := 'Pass the first day of every bucket and the day after the last, sorted: ARRAY[''2026-01-01'', ''2026-02-01'', ''2026-03-01'']::date[].';
	previous date;
	day date;
BEGIN
	IF array_ndims(boundaries) > 1 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'boundaries must be a plain array', DETAIL = format('It has %s dimensions.', array_ndims(boundaries)), HINT = hint;
	ELSIF array_position(boundaries, NULL) IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'boundaries must not be NULL', DETAIL = 'One of them is.', HINT = hint;
	ELSIF cardinality(boundaries) NOT BETWEEN 2 AND 10000 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'boundaries must be from 2 to 10000 days', DETAIL = format('There are %s.', cardinality(boundaries)), HINT = hint;
	END IF;
	FOREACH day IN ARRAY boundaries LOOP
		IF NOT isfinite(day) THEN
			RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = '"boundary" must be a finite date', DETAIL = format('The value is %s.', day),
				HINT = 'Pass a real day, for instance ''2026-01-01''.';
		ELSIF day <= previous THEN
			RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'boundaries must rise',
				DETAIL = format('The boundary %s follows %s.', to_char(day::timestamp, 'YYYY-MM-DD'), to_char(previous::timestamp, 'YYYY-MM-DD')), HINT = hint;
		END IF;
		previous := day;
	END LOOP;
	RETURN boundaries;
END;
$$;
COMMENT ON FUNCTION lite_checked(date[]) IS 'the boundaries, checked; NULL for NULL';

CREATE FUNCTION lite_bounds(boundaries date[], from_day date, to_day date, problem text DEFAULT 'the days reach outside the boundaries') RETURNS date[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN from_day >= b[1] AND to_day <= b[cardinality(b)] THEN b[width_bucket(from_day, b):width_bucket(to_day - 1, b) + 1]
		WHEN lite_refuse('22023', problem,
			'The days are ' || lite_text(from_day) || ' and ' || lite_text(to_day) || '; the boundaries go from ' || lite_text(b[1]) || ' to ' || lite_text(b[cardinality(b)]) || '.',
			'Ask for days between the first and the last boundary, or pass more boundaries.') THEN NULL END
	FROM (SELECT lite_checked(boundaries) AS b) AS x
	WHERE lite_before(from_day, to_day);
END;
COMMENT ON FUNCTION lite_bounds(date[], date, date, text) IS 'the buckets between boundaries from that of from_day to that of the day before to_day; NULL for NULL';

-- Cohorts are shown from from_day to before to_day, and followed to as_of.
CREATE FUNCTION lite_cohort_bounds(bucket text, from_day date, to_day date, as_of date, OUT bounds date[], OUT cohorts integer) RETURNS record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT b, least(cardinality(b), cardinality(lite_bounds(bucket, from_day, to_day))) - 1
	FROM (SELECT CASE WHEN lite_before(from_day, to_day) AND lite_day(as_of, 'as_of') >= lite_start(bucket, from_day)
		THEN lite_bounds(bucket, lite_start(bucket, from_day), as_of + 1) END AS b) AS x;
END;
COMMENT ON FUNCTION lite_cohort_bounds(text, date, date, date) IS 'the buckets from that of from_day to that of as_of, and how many of them begin a cohort; no buckets when as_of is before them; NULL for NULL';

CREATE FUNCTION lite_cohort_bounds(boundaries date[], from_day date, to_day date, as_of date, OUT bounds date[], OUT cohorts integer) RETURNS record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT b, least(cardinality(b), cardinality(shown)) - 1
	FROM (SELECT shown, CASE WHEN lite_day(as_of, 'as_of') >= shown[1]
			THEN lite_bounds(boundaries, shown[1], least(as_of + 1, boundaries[cardinality(boundaries)])) END AS b
		FROM (SELECT lite_bounds(boundaries, from_day, to_day) AS shown) AS y) AS x;
END;
COMMENT ON FUNCTION lite_cohort_bounds(date[], date, date, date) IS 'the buckets from that of from_day to that of as_of or the last boundary, and how many of them begin a cohort; no buckets when as_of is before them; NULL for NULL';
