--
-- ratio: the summary of every rate of the form successes / trials
--

--@type ratiosummary symbol=chs_ratio storage=plain comment=successes and trials of a rate; text form 1:successes/trials

CREATE FUNCTION ratiosummary_accum(ratiosummary, outcome boolean) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_accum(ratiosummary, boolean) IS 'one more case, a success where outcome is true; NULL for NULL';

CREATE FUNCTION ratiosummary_accum_inv(ratiosummary, outcome boolean) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_accum_inv(ratiosummary, boolean) IS 'one case less, for moving windows; NULL for NULL';

CREATE FUNCTION combine(a ratiosummary, b ratiosummary) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(ratiosummary, ratiosummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION ratiosummary_combine_inv(a ratiosummary, b ratiosummary) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_combine_inv(ratiosummary, ratiosummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION ratiosummary_final(ratiosummary) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_final(ratiosummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(ratiosummary) (
	SFUNC = combine, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = ratiosummary_combine_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = ratiosummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(ratiosummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE ratio_agg(outcome boolean) (
	SFUNC = ratiosummary_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_accum, MINVFUNC = ratiosummary_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = ratiosummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratio_agg(boolean) IS 'cases, and those of them that are true, as a summary; skips NULL, NULL for no cases';

CREATE FUNCTION successes(s ratiosummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_ratio_successes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION successes(ratiosummary) IS 'cases that went well, a count; NULL for NULL';

CREATE FUNCTION trials(s ratiosummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_ratio_trials' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION trials(ratiosummary) IS 'all cases, a count; NULL for NULL';

CREATE FUNCTION rate(s ratiosummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_ratio_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate(ratiosummary) IS 'successes / trials in percent; NULL for NULL or no trials';

CREATE FUNCTION rate_interval(s ratiosummary, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_ratio_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate_interval(ratiosummary, float8) IS 'Wilson interval of the rate in percent, confidence in percent; NULL for NULL or no trials';

CREATE AGGREGATE rate(outcome boolean) (
	SFUNC = ratiosummary_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_accum, MINVFUNC = ratiosummary_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rate(boolean) IS 'cases that are true of all cases, in percent; skips NULL, NULL for no cases';
