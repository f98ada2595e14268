--
-- ratio: the summary of every rate of the form successes / trials
--

CREATE TYPE ratiosummary AS (successes bigint, trials bigint);
COMMENT ON TYPE ratiosummary IS 'successes and trials of a rate';

CREATE FUNCTION lite_count(ratio ratiosummary, trial boolean, success boolean) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN trial THEN ROW((ratio).successes + success::integer, (ratio).trials + 1)::ratiosummary ELSE ratio END;
COMMENT ON FUNCTION lite_count(ratiosummary, boolean, boolean) IS 'one more case, if it is one; a NULL trial counts nothing';

CREATE FUNCTION combine(a ratiosummary, b ratiosummary) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN a IS NULL THEN b WHEN b IS NULL THEN a
		ELSE ROW((a).successes + (b).successes, (a).trials + (b).trials)::ratiosummary END;
COMMENT ON FUNCTION combine(ratiosummary, ratiosummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION ratiosummary_final(ratio ratiosummary) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN (ratio).trials > 0 THEN ratio END;
COMMENT ON FUNCTION ratiosummary_final(ratiosummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(ratiosummary) (
	SFUNC = combine, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(ratiosummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE FUNCTION successes(s ratiosummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN (s).successes;
COMMENT ON FUNCTION successes(ratiosummary) IS 'cases that went well, a count; NULL for NULL';

CREATE FUNCTION trials(s ratiosummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN (s).trials;
COMMENT ON FUNCTION trials(ratiosummary) IS 'all cases, a count; NULL for NULL';

CREATE FUNCTION rate(s ratiosummary) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN lite_percent((s).successes, (s).trials);
COMMENT ON FUNCTION rate(ratiosummary) IS 'successes / trials in percent; NULL for NULL or no trials';

-- The state is the array of the outcomes: array_append() is the one transition
-- that PostgreSQL brings which writes in place.

CREATE FUNCTION ratio_agg_final(outcomes boolean[]) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN count(o) > 0 THEN ROW(count(*) FILTER (WHERE o), count(o))::ratiosummary END FROM unnest(outcomes) AS o;
END;
COMMENT ON FUNCTION ratio_agg_final(boolean[]) IS 'end of an aggregate: outcomes counted, NULL for none';

CREATE FUNCTION rate_final(outcomes boolean[]) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(count(*) FILTER (WHERE o), count(o)) FROM unnest(outcomes) AS o;
END;
COMMENT ON FUNCTION rate_final(boolean[]) IS 'end of an aggregate: outcomes that are true, in percent, NULL for none';

CREATE AGGREGATE ratio_agg(outcome boolean) (
	SFUNC = array_append, STYPE = boolean[], INITCOND = '{}',
	FINALFUNC = ratio_agg_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratio_agg(boolean) IS 'cases, and those of them that are true, as a summary; skips NULL, NULL for no cases';

CREATE AGGREGATE rate(outcome boolean) (
	SFUNC = array_append, STYPE = boolean[], INITCOND = '{}',
	FINALFUNC = rate_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rate(boolean) IS 'cases that are true of all cases, in percent; skips NULL, NULL for no cases';
