--
-- retention: retention, churn, growth and renewal
--

CREATE FUNCTION retention_rate(at_end numeric, new numeric, at_start numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN lite_checked_count(at_end, 'at_end') IS NULL OR lite_checked_count(new, 'new') IS NULL OR lite_checked_count(at_start, 'at_start') = 0 THEN NULL
		WHEN new > at_end THEN lite_refuse('22023', 'there are more new customers than customers at the end', 'New are ' || trunc(new)::text || ', at the end ' || trunc(at_end)::text || '.',
			'Count as new those who came in the period and are still there at its end.')::integer
		WHEN at_end - new > at_start THEN lite_refuse('22023', 'more customers were kept than there were at the start',
			'At the end are ' || trunc(at_end)::text || ', of them new ' || trunc(new)::text || ', at the start ' || trunc(at_start)::text || '.',
			'Count as new every customer who is there at the end and was not at the start, returning ones too.')::integer
		ELSE lite_percent(at_end - new, at_start) END;
COMMENT ON FUNCTION retention_rate(numeric, numeric, numeric) IS '(at_end - new) / at_start in percent, from three counts; NULL for NULL or at_start 0';

CREATE FUNCTION churn_rate(lost numeric, at_start numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN lite_checked_count(lost, 'lost') IS NULL OR lite_checked_count(at_start, 'at_start') = 0 THEN NULL
		WHEN lost > at_start THEN lite_refuse('22023', 'more customers were lost than there were at the start', 'Lost are ' || trunc(lost)::text || ', at the start ' || trunc(at_start)::text || '.',
			'Count as lost only those who were there at the start.')::integer
		ELSE lite_percent(lost, at_start) END;
COMMENT ON FUNCTION churn_rate(numeric, numeric) IS 'lost / at_start in percent, from two counts; NULL for NULL or at_start 0';

--@each type: numeric, float8
CREATE FUNCTION growth_rate(current @type@, previous @type@) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_amount(current, 'current') IS NULL OR lite_amount(previous, 'previous') = 0 THEN NULL
		ELSE 100.0::float8 * (current - previous)::float8 / previous::float8 END;
COMMENT ON FUNCTION growth_rate(@type@, @type@) IS '(current - previous) / previous in percent, from counts or amounts; NULL for NULL or previous 0';
--@end

--
-- The flow of customers: its rows, and what they are asked about.
--

CREATE TYPE flowrow AS (started date, ended date);
COMMENT ON TYPE flowrow IS 'a customer: its first day, and its first day without service or NULL';

CREATE TYPE flowsummary AS (bucket text, boundaries date[], one_period boolean, as_of date, rows flowrow[]);
COMMENT ON TYPE flowsummary IS 'customers who come and go, as rows, and the buckets or the period to count them in';

CREATE FUNCTION lite_flow_text(flow flowsummary) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN (flow).bucket IS NOT NULL THEN 'buckets by ' || (flow).bucket
		WHEN (flow).one_period THEN 'the period [' || lite_text((flow).boundaries[1]) || ',' || lite_text((flow).boundaries[2]) || ')' || coalesce(' as of ' || lite_text((flow).as_of), '')
		ELSE cardinality((flow).boundaries)::text || ' boundaries from ' || lite_text((flow).boundaries[1]) || ' to ' || lite_text((flow).boundaries[cardinality((flow).boundaries)]) END;
COMMENT ON FUNCTION lite_flow_text(flowsummary) IS 'the buckets or the period of a flow in words; NULL for NULL';

CREATE FUNCTION lite_refuse_flows(a text, b text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
	RETURN lite_refuse('22023', 'cannot merge flows of different periods', 'One is of ' || a || ', the other of ' || b || '.', 'Use one period, as_of or bucket for all rows, or GROUP BY it.');
COMMENT ON FUNCTION lite_refuse_flows(text, text) IS 'always an error: two flows of different buckets or periods, in words';

-- LIMIT keeps the planner from putting this expression into those of transitions.
CREATE FUNCTION lite_refuse_flow(flow flowsummary, started date, ended date, bucket text, boundaries date[], one_period boolean, as_of date) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
BEGIN ATOMIC
	SELECT CASE WHEN isfinite(started) AND (ended IS NULL OR isfinite(ended) AND ended >= started) AND (flow).rows IS NOT NULL AND ((flow).bucket, (flow).boundaries, (flow).as_of) IS DISTINCT FROM (lite_refuse_flow.bucket, lite_refuse_flow.boundaries, lite_refuse_flow.as_of)
		THEN lite_refuse_flows(lite_flow_text(flow), lite_flow_text(ROW(lite_refuse_flow.bucket, lite_refuse_flow.boundaries, lite_refuse_flow.one_period, lite_refuse_flow.as_of, NULL)::flowsummary))
		ELSE lite_refuse_row('customer', NULL, started, ended, 'started', NULL, NULL, cardinality((flow).rows), 'flow_agg(started, ended, ...)') END
	LIMIT 1;
END;
COMMENT ON FUNCTION lite_refuse_flow(flowsummary, date, date, text, date[], boolean, date) IS 'always an error: why a customer is not added to a flow';

CREATE FUNCTION flowsummary_accum(flow flowsummary, started date, ended date, bucket text) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN started IS NULL OR bucket IS NULL THEN flow
		WHEN isfinite(started) AND (ended IS NULL OR isfinite(ended) AND ended >= started) AND CASE WHEN (flow).rows IS NULL THEN lite_start(bucket, started) IS NOT NULL ELSE (flow).bucket = bucket AND lite_room(cardinality((flow).rows)) END THEN
			CASE WHEN ended IS NOT DISTINCT FROM started THEN flow ELSE ROW(bucket, NULL, false, NULL, coalesce((flow).rows, '{}') || ARRAY[ROW(started, ended)::flowrow])::flowsummary END
		WHEN lite_refuse_flow(flow, started, ended, bucket, NULL, false, NULL) THEN flow END;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, text) IS 'one more customer (ended NULL: open); a NULL started or bucket counts nothing';

CREATE FUNCTION flowsummary_accum(flow flowsummary, started date, ended date, boundaries date[]) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN started IS NULL OR boundaries IS NULL THEN flow
		WHEN isfinite(started) AND (ended IS NULL OR isfinite(ended) AND ended >= started) AND CASE WHEN (flow).rows IS NULL THEN lite_checked(boundaries) IS NOT NULL ELSE (flow).boundaries = boundaries AND NOT (flow).one_period AND lite_room(cardinality((flow).rows)) END THEN
			CASE WHEN ended IS NOT DISTINCT FROM started THEN flow ELSE ROW(NULL, boundaries, false, NULL, coalesce((flow).rows, '{}') || ARRAY[ROW(started, ended)::flowrow])::flowsummary END
		WHEN lite_refuse_flow(flow, started, ended, NULL, boundaries, false, NULL) THEN flow END;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, date[]) IS 'one more customer (ended NULL: open); a NULL started or boundaries counts nothing';

CREATE FUNCTION flowsummary_accum(flow flowsummary, started date, ended date, period daterange) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN started IS NULL OR period IS NULL THEN flow
		WHEN isfinite(started) AND (ended IS NULL OR isfinite(ended) AND ended >= started)
			AND CASE WHEN (flow).rows IS NULL THEN lite_period(period) ELSE (flow).boundaries[1] = lower(period) AND (flow).boundaries[2] = upper(period) AND lite_room(cardinality((flow).rows)) END THEN
			CASE WHEN ended IS NOT DISTINCT FROM started THEN flow
				ELSE ROW(NULL, ARRAY[lower(period), upper(period)], true, NULL, coalesce((flow).rows, '{}') || ARRAY[ROW(started, ended)::flowrow])::flowsummary END
		WHEN lite_refuse_flow(flow, started, ended, NULL, ARRAY[lower(period), upper(period)], true, NULL) THEN flow END;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, daterange) IS 'one more customer (ended NULL: open); a NULL started or period counts nothing';

CREATE FUNCTION flowsummary_accum(flow flowsummary, started date, ended date, period daterange, as_of date) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN started IS NULL OR period IS NULL OR as_of IS NULL THEN flow
		WHEN isfinite(started) AND (ended IS NULL OR isfinite(ended) AND ended >= started)
			AND CASE WHEN (flow).rows IS NULL THEN lite_period(period) AND lite_day(as_of, 'as_of') IS NOT NULL
				ELSE (flow).boundaries[1] = lower(period) AND (flow).boundaries[2] = upper(period) AND (flow).as_of = as_of AND lite_room(cardinality((flow).rows)) END THEN
			CASE WHEN ended IS NOT DISTINCT FROM started THEN flow
				ELSE ROW(NULL, ARRAY[lower(period), upper(period)], true, as_of, coalesce((flow).rows, '{}') || ARRAY[ROW(started, ended)::flowrow])::flowsummary END
		WHEN lite_refuse_flow(flow, started, ended, NULL, ARRAY[lower(period), upper(period)], true, as_of) THEN flow END;
COMMENT ON FUNCTION flowsummary_accum(flowsummary, date, date, daterange, date) IS 'one more customer (ended NULL: open); a NULL started, period or as_of counts nothing';

CREATE FUNCTION combine(a flowsummary, b flowsummary) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN (a).rows IS NULL THEN b WHEN (b).rows IS NULL THEN a
		WHEN ((a).bucket, (a).boundaries, (a).one_period, (a).as_of) IS NOT DISTINCT FROM ((b).bucket, (b).boundaries, (b).one_period, (b).as_of)
			THEN ROW((a).bucket, (a).boundaries, (a).one_period, (a).as_of, (a).rows || (b).rows)::flowsummary
		WHEN lite_refuse_flows(lite_flow_text(a), lite_flow_text(b)) THEN NULL END;
COMMENT ON FUNCTION combine(flowsummary, flowsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION flowsummary_final(flow flowsummary) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN (flow).rows IS NOT NULL AND NOT ((flow).one_period AND coalesce((flow).as_of, 'infinity') < (flow).boundaries[1]) THEN flow END;
COMMENT ON FUNCTION flowsummary_final(flowsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted or no day of the period is known';

CREATE FUNCTION flowsummary_rollup(flows flowsummary[]) RETURNS flowsummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN count(DISTINCT (f.bucket, f.boundaries, f.one_period, f.as_of)) > 1 AND lite_refuse_flows(min(lite_flow_text(f)), max(lite_flow_text(f))) THEN NULL
		ELSE ROW(min(f.bucket), min(f.boundaries), bool_or(f.one_period), min(f.as_of), array_agg(ROW(r.started, r.ended)::flowrow))::flowsummary END
	FROM unnest(flows) AS f, unnest(f.rows) AS r
	HAVING count(*) > 0;
END;
COMMENT ON FUNCTION flowsummary_rollup(flowsummary[]) IS 'end of rollup: all summaries together; NULL when there was none';

CREATE AGGREGATE rollup(flowsummary) (
	SFUNC = array_append, STYPE = flowsummary[], INITCOND = '{}',
	FINALFUNC = flowsummary_rollup, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(flowsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

-- Days after as_of do not exist: cut is the last one that does.
CREATE FUNCTION lite_flow_counts(s flowsummary, as_of date, OUT at_start bigint, OUT new bigint, OUT new_kept bigint, OUT kept bigint, OUT lost bigint, OUT at_end bigint) RETURNS record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH asked AS (
		SELECT (s).boundaries[1] AS first, least((s).boundaries[2] - 1, (s).as_of, lite_day(as_of, 'as_of')) AS cut
		WHERE CASE WHEN cardinality((s).boundaries) = 2 THEN true
			ELSE lite_refuse('22023', 'this flow holds many periods', 'It holds buckets by ' || coalesce((s).bucket, 'boundaries') || '.',
				'Use retention_timeline(s, from_day, to_day, as_of), or flow_agg(started, ended, daterange(''2026-01-01'', ''2026-04-01'')).') END
	), counted AS (
		SELECT count(*) FILTER (WHERE r.started < first AND (r.ended IS NULL OR r.ended >= first)) AS at_start,
			count(*) FILTER (WHERE r.started BETWEEN first AND cut) AS new,
			count(*) FILTER (WHERE r.started BETWEEN first AND cut AND (r.ended IS NULL OR r.ended > cut)) AS new_kept,
			count(*) FILTER (WHERE r.started < first AND r.ended BETWEEN first AND cut) AS lost
		FROM asked, unnest((s).rows) AS r
		WHERE cut >= first
		HAVING count(*) > 0
	)
	SELECT c.at_start, c.new, c.new_kept, c.at_start - c.lost, c.lost, c.at_start - c.lost + c.new_kept FROM counted AS c;
END;
COMMENT ON FUNCTION lite_flow_counts(flowsummary, date) IS 'counts of customers of a flow of one period, cut after as_of (NULL: not cut); NULL for no known day of the period';

--@each name column: customers_at_start at_start, new_customers new, new_kept_customers new_kept, lost_customers lost, customers_at_end at_end
CREATE FUNCTION @name@(s flowsummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN (lite_flow_counts(s, NULL)).@column@;
COMMENT ON FUNCTION @name@(flowsummary) IS 'customers: the count @column@ of the period; NULL for NULL or no known day of the period';

CREATE FUNCTION @name@(s flowsummary, as_of date) RETURNS bigint
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN (lite_flow_counts(s, as_of)).@column@;
COMMENT ON FUNCTION @name@(flowsummary, date) IS 'customers: the count @column@ of the period cut after as_of; NULL for NULL or no known day of the period';
--@end

--@each name column: retention_rate kept, churn_rate lost
CREATE FUNCTION @name@(s flowsummary) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(c.@column@, c.at_start) FROM lite_flow_counts(s, NULL) AS c;
END;
COMMENT ON FUNCTION @name@(flowsummary) IS '% of the customers at the start who were @column@; NULL for NULL, no known day of the period or no customer at the start';

CREATE FUNCTION @name@(s flowsummary, as_of date) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(c.@column@, c.at_start) FROM lite_flow_counts(s, as_of) AS c;
END;
COMMENT ON FUNCTION @name@(flowsummary, date) IS '% of the customers at the start who were @column@, the period cut after as_of; NULL for NULL, no known day of the period or no customer at the start';
--@end

CREATE FUNCTION retention_timeline(s flowsummary, from_day date, to_day date, as_of date,
	OUT period_start date, OUT at_start bigint, OUT new bigint, OUT new_kept bigint, OUT lost bigint, OUT at_end bigint,
	OUT retention_rate float8, OUT churn_rate float8, OUT complete boolean) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 24
BEGIN ATOMIC
	WITH asked AS (
		SELECT least(lite_day(as_of, 'as_of'), (s).as_of) AS cut,
			CASE WHEN (s).bucket IS NOT NULL THEN lite_bounds((s).bucket, from_day, to_day)
				ELSE lite_bounds((s).boundaries, from_day, to_day, 'the days reach outside the buckets of the flow') END AS bounds
	), known AS (
		SELECT width_bucket(r.started, bounds) AS came, CASE WHEN r.ended <= cut THEN width_bucket(r.ended, bounds) END AS went
		FROM asked, unnest((s).rows) AS r
		WHERE r.started <= cut
	), counted AS (
		SELECT b, sum(starts) AS starts, sum(ends) AS ends, sum(passed) AS passed
		FROM (SELECT came AS b, 1 AS starts, 0 AS ends, 0 AS passed FROM known
			UNION ALL SELECT went, 0, 1, (came = went)::integer FROM known WHERE went IS NOT NULL
			UNION ALL SELECT generate_series(0, cardinality(bounds) - 1), 0, 0, 0 FROM asked) AS x
		GROUP BY b
	), summed AS (
		SELECT b, sum(starts - ends) OVER (ORDER BY b) - (starts - ends) AS there, starts, starts - passed AS kept, ends - passed AS gone
		FROM counted
	)
	SELECT bounds[b],
		CASE WHEN NOT (s).one_period OR cut >= bounds[b] - 1 THEN there::bigint END, starts::bigint, kept::bigint, gone::bigint,
		CASE WHEN NOT (s).one_period OR cut >= bounds[b] - 1 THEN (there - gone + kept)::bigint END,
		CASE WHEN bounds[b] <= cut THEN lite_percent(there - gone, there) END,
		CASE WHEN bounds[b] <= cut THEN lite_percent(gone, there) END,
		bounds[b + 1] - 1 <= cut
	FROM summed, asked
	WHERE b BETWEEN 1 AND cardinality(bounds) - 1
	ORDER BY b;
END;
COMMENT ON FUNCTION retention_timeline(flowsummary, date, date, date) IS 'a row per bucket from from_day to before to_day: counts of customers without the days after as_of, rates in percent (NULL when no customer was there at its start or it lies after as_of), complete when as_of has reached its last day; no rows for NULL';

--
-- Aggregates over rows, one per customer.
--

CREATE AGGREGATE flow_agg(started date, ended date, period daterange) (
	SFUNC = flowsummary_accum, STYPE = flowsummary,
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, daterange) IS 'flow of customers in one period (ended: first day without service, NULL: open); skips a NULL started, NULL for no customers';

CREATE AGGREGATE flow_agg(started date, ended date, period daterange, as_of date) (
	SFUNC = flowsummary_accum, STYPE = flowsummary,
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, daterange, date) IS 'flow of customers in one period cut after as_of (ended: first day without service, NULL: open); skips a NULL started or as_of, NULL for no customers or no known day of the period';

CREATE AGGREGATE flow_agg(started date, ended date, bucket text) (
	SFUNC = flowsummary_accum, STYPE = flowsummary,
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, text) IS 'flow of customers in every day, week, month, quarter or year (ended: first day without service, NULL: open); skips a NULL started, NULL for no customers';

CREATE AGGREGATE flow_agg(started date, ended date, boundaries date[]) (
	SFUNC = flowsummary_accum, STYPE = flowsummary,
	FINALFUNC = flowsummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(date, date, date[]) IS 'flow of customers between sorted boundaries, for fiscal calendars (ended: first day without service, NULL: open); skips a NULL started, NULL for no customers';

--@each name: retention_rate, churn_rate
CREATE AGGREGATE @name@(started date, ended date, period daterange) (
	SFUNC = flowsummary_accum, STYPE = flowsummary,
	FINALFUNC = @name@, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @name@(date, date, daterange) IS '@name@ of one period, in % of the customers at its start; skips a NULL started, NULL when no customer was there at the start';

CREATE AGGREGATE @name@(started date, ended date, period daterange, as_of date) (
	SFUNC = flowsummary_accum, STYPE = flowsummary,
	FINALFUNC = @name@, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @name@(date, date, daterange, date) IS '@name@ of one period cut after as_of, in % of the customers at its start; skips a NULL started or as_of, NULL when no customer was there at the start or no day of the period is known';
--@end

CREATE FUNCTION ratiosummary_renewal_accum(ratio ratiosummary, due date, renewed boolean, as_of date) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN isfinite(due) AND isfinite(as_of) THEN lite_count(ratio, due <= as_of, renewed)
		WHEN lite_refuse_due(due, NULL, as_of) THEN ratio END;
COMMENT ON FUNCTION ratiosummary_renewal_accum(ratiosummary, date, boolean, date) IS 'one more contract, when due by as_of; NULL for NULL';

CREATE AGGREGATE renewal_agg(due date, renewed boolean, as_of date) (
	SFUNC = ratiosummary_renewal_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_agg(date, boolean, date) IS 'contracts renewed of those due by as_of, as a summary; skips NULL, NULL when none was due';

CREATE AGGREGATE renewal_rate(due date, renewed boolean, as_of date) (
	SFUNC = ratiosummary_renewal_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewal_rate(date, boolean, date) IS 'contracts renewed of those due by as_of, in percent; skips NULL, NULL when none was due';
