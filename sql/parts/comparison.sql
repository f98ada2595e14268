--
-- comparison: is a change real, and where does it come from
--

CREATE FUNCTION rate_difference(successes_a numeric, trials_a numeric, successes_b numeric, trials_b numeric, confidence float8 DEFAULT 95,
	OUT difference float8, OUT low float8, OUT high float8, OUT p_value float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_rate_difference' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate_difference(numeric, numeric, numeric, numeric, float8) IS 'rate of a less rate of b in percent points with its Newcombe interval (confidence in percent) and the two-sided p-value 0-1 of no difference; NULL for NULL or no trials on a side, the p-value also where all cases have one outcome';

CREATE FUNCTION rate_difference(a ratiosummary, b ratiosummary, confidence float8 DEFAULT 95,
	OUT difference float8, OUT low float8, OUT high float8, OUT p_value float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_ratio_difference' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate_difference(ratiosummary, ratiosummary, float8) IS 'rate(a) - rate(b) in percent points with its Newcombe interval (confidence in percent) and the two-sided p-value 0-1 of no difference; NULL for NULL or no trials on a side, the p-value also where all cases have one outcome';

--
-- Limits that hold however often one looks.
--

CREATE FUNCTION rate_sequence(successes numeric, trials numeric, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_rate_sequence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate_sequence(numeric, numeric, float8) IS 'limits of successes / trials in percent that hold at all looks at once at a cumulative count (confidence in percent); NULL for NULL or trials 0';

CREATE FUNCTION rate_sequence(s ratiosummary, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_ratio_sequence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rate_sequence(ratiosummary, float8) IS 'limits of the rate in percent that hold at all looks at once at a cumulative count (confidence in percent); NULL for NULL or no trials';

CREATE FUNCTION nps_sequence(promoters numeric, passives numeric, detractors numeric, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_nps_sequence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps_sequence(numeric, numeric, numeric, float8) IS 'limits of the net promoter score in points that hold at all looks at once at a cumulative count (confidence in percent); NULL for NULL or all counts zero';

CREATE FUNCTION nps_sequence(s surveysummary, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
		SELECT q.low, q.high FROM nps_sequence(promoters(s)::numeric, passives(s)::numeric, detractors(s)::numeric, confidence) AS q;
	END;
COMMENT ON FUNCTION nps_sequence(surveysummary, float8) IS 'limits of the net promoter score in points that hold at all looks at once at a cumulative count (confidence in percent); NULL for NULL or no answers';

--
-- Parts of a change.
--

--@type changesummary symbol=chs_change storage=extended comment=values and sizes of segments before and after; text form 1:base64

CREATE FUNCTION changesummary_accum(changesummary, segment text, before_value float8, before_size float8, after_value float8, after_size float8) RETURNS changesummary
	AS 'MODULE_PATHNAME', 'chs_change_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION changesummary_accum(changesummary, text, float8, float8, float8, float8) IS 'one more segment; NULL or zero sizes: absent on that side, on both: counts nothing';

CREATE FUNCTION combine(a changesummary, b changesummary) RETURNS changesummary
	AS 'MODULE_PATHNAME', 'chs_change_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(changesummary, changesummary) IS 'both summaries together, of different segments; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION changesummary_final(changesummary) RETURNS changesummary
	AS 'MODULE_PATHNAME', 'chs_change_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION changesummary_final(changesummary) IS 'end of an aggregate: the summary, NULL when there was no segment';

CREATE AGGREGATE rollup(changesummary) (
	SFUNC = combine, STYPE = changesummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = changesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(changesummary) IS 'all summaries together, of different segments; skips NULL, NULL when there was no segment';

CREATE AGGREGATE change_agg(segment text, before_value float8, before_size float8, after_value float8, after_size float8) (
	SFUNC = changesummary_accum, STYPE = changesummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = changesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE change_agg(text, float8, float8, float8, float8) IS 'values and sizes of segments, one row a segment, before and after (a NULL or zero size: absent on that side); a NULL segment is one, NULL for no segments';

CREATE FUNCTION change_parts(s changesummary, OUT segment text, OUT mix float8, OUT rate float8, OUT total float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_change_parts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION change_parts(changesummary) IS 'a row per segment: what its share (mix) and its own value (rate) add to the change of the whole, in the unit of the values; NULL where all are absent on a side, no rows for NULL';

--
-- The effect of a treatment within strata.
--

--@type effectsummary symbol=chs_effect storage=extended comment=treated and untreated customers with and without an outcome, per stratum; text form 1:base64

CREATE FUNCTION effectsummary_accum(effectsummary, treated boolean, outcome boolean, stratum text) RETURNS effectsummary
	AS 'MODULE_PATHNAME', 'chs_effect_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION effectsummary_accum(effectsummary, boolean, boolean, text) IS 'one more customer; NULL for NULL';

CREATE FUNCTION effectsummary_accum_inv(effectsummary, treated boolean, outcome boolean, stratum text) RETURNS effectsummary
	AS 'MODULE_PATHNAME', 'chs_effect_accum_inv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION effectsummary_accum_inv(effectsummary, boolean, boolean, text) IS 'one customer less, for moving windows; NULL for NULL';

CREATE FUNCTION combine(a effectsummary, b effectsummary) RETURNS effectsummary
	AS 'MODULE_PATHNAME', 'chs_effect_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(effectsummary, effectsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION effectsummary_combine_inv(a effectsummary, b effectsummary) RETURNS effectsummary
	AS 'MODULE_PATHNAME', 'chs_effect_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION effectsummary_combine_inv(effectsummary, effectsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION effectsummary_final(effectsummary) RETURNS effectsummary
	AS 'MODULE_PATHNAME', 'chs_effect_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION effectsummary_final(effectsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(effectsummary) (
	SFUNC = combine, STYPE = effectsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = effectsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = effectsummary_combine_inv, MSTYPE = effectsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = effectsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(effectsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE effect_agg(treated boolean, outcome boolean, stratum text) (
	SFUNC = effectsummary_accum, STYPE = effectsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = effectsummary_final, COMBINEFUNC = combine,
	MSFUNC = effectsummary_accum, MINVFUNC = effectsummary_accum_inv, MSTYPE = effectsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = effectsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE effect_agg(boolean, boolean, text) IS 'treated and untreated customers with and without the outcome, per stratum; skips NULL, NULL for no customers';

CREATE FUNCTION effect(s effectsummary, confidence float8 DEFAULT 95,
	OUT treated_rate float8, OUT untreated_rate float8, OUT difference float8, OUT low float8, OUT high float8, OUT p_value float8,
	OUT strata_without_overlap bigint, OUT rows_without_overlap bigint) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_effect' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION effect(effectsummary, float8) IS 'Mantel-Haenszel rates of treated and untreated customers in percent, their difference in points with Klingenberg''s interval (confidence in percent) and the p-value 0-1 of no effect, and counts of what could not be compared; rates NULL where no stratum has both, p-value NULL where all have one outcome, NULL for NULL';
