--
-- survey: NPS, CSAT, customer effort
--

--@type surveysummary symbol=chs_survey storage=plain comment=how many people gave each answer 0..10; text form 1:responses{answer:count,...}

--@each answer c: integer int4, bigint int8, numeric numeric, float8 float8
CREATE FUNCTION surveysummary_accum(surveysummary, @answer@) RETURNS surveysummary
	AS 'MODULE_PATHNAME', 'chs_survey_accum_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION surveysummary_accum(surveysummary, @answer@) IS 'one more answer (0..10); NULL for NULL';

CREATE FUNCTION surveysummary_accum_inv(surveysummary, @answer@) RETURNS surveysummary
	AS 'MODULE_PATHNAME', 'chs_survey_accum_inv_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION surveysummary_accum_inv(surveysummary, @answer@) IS 'one answer (0..10) less, for moving windows; NULL for NULL';
--@end

CREATE FUNCTION combine(a surveysummary, b surveysummary) RETURNS surveysummary
	AS 'MODULE_PATHNAME', 'chs_survey_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(surveysummary, surveysummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION surveysummary_combine_inv(a surveysummary, b surveysummary) RETURNS surveysummary
	AS 'MODULE_PATHNAME', 'chs_survey_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION surveysummary_combine_inv(surveysummary, surveysummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION surveysummary_final(surveysummary) RETURNS surveysummary
	AS 'MODULE_PATHNAME', 'chs_survey_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION surveysummary_final(surveysummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(surveysummary) (
	SFUNC = combine, STYPE = surveysummary, SSPACE = 104, INITCOND = '1:0{}',
	FINALFUNC = surveysummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = surveysummary_combine_inv, MSTYPE = surveysummary, MSSPACE = 104, MINITCOND = '1:0{}',
	MFINALFUNC = surveysummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(surveysummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

--
-- Accessors of a summary.
--

CREATE FUNCTION responses(s surveysummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_survey_responses' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION responses(surveysummary) IS 'answers given, a count; NULL for NULL';

CREATE FUNCTION promoters(s surveysummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_survey_promoters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION promoters(surveysummary) IS 'answers 9 and 10, a count; NULL for NULL';

CREATE FUNCTION passives(s surveysummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_survey_passives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION passives(surveysummary) IS 'answers 7 and 8, a count; NULL for NULL';

CREATE FUNCTION detractors(s surveysummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_survey_detractors' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION detractors(surveysummary) IS 'answers 0 to 6, a count; NULL for NULL';

CREATE FUNCTION nps(s surveysummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_nps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps(surveysummary) IS 'net promoter score: % promoters less % detractors, -100..100; NULL for NULL or no answers';

CREATE FUNCTION csat(s surveysummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_csat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION csat(surveysummary) IS 'customer satisfaction: % of answers 4 and 5 on the scale 1-5 (other answers are refused); NULL for NULL or no answers';

CREATE FUNCTION csat(s surveysummary, satisfied_from bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_csat_from' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION csat(surveysummary, bigint) IS 'customer satisfaction on any scale: % of answers at or above satisfied_from; NULL for NULL or no answers';

CREATE FUNCTION ces(s surveysummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_ces' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ces(surveysummary) IS 'customer effort score: mean answer, on the scale of the survey; NULL for NULL or no answers';

CREATE FUNCTION ces_agree(s surveysummary, scale bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_ces_agree' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ces_agree(surveysummary, bigint) IS '% who agree that it was easy: 5-7 on scale 7, 4-5 on scale 5; NULL for NULL or no answers';

CREATE FUNCTION ces_index(s surveysummary, scale bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_ces_index' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ces_index(surveysummary, bigint) IS '% easy less % hard, -100..100: 6-7 less 1-3 on scale 7, 4-5 less 1-2 on scale 5; NULL for NULL or no answers';

CREATE FUNCTION survey_distribution(s surveysummary, OUT answer integer, OUT responses bigint, OUT share float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_survey_distribution' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 11;
COMMENT ON FUNCTION survey_distribution(surveysummary) IS 'a row per answer 0..10: responses is a count, share in percent; no rows for NULL or no answers';

CREATE FUNCTION nps_margin(s surveysummary, confidence float8 DEFAULT 95) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_survey_nps_margin' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps_margin(surveysummary, float8) IS 'half-width of the plain interval of the net promoter score, in points, confidence in percent; NULL for NULL or no answers';

CREATE FUNCTION nps_interval(s surveysummary, confidence float8 DEFAULT 95, OUT low float8, OUT high float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_survey_nps_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps_interval(surveysummary, float8) IS 'adjusted Wald interval of the net promoter score, in points, confidence in percent; NULL for NULL or no answers';

CREATE FUNCTION nps_difference(a surveysummary, b surveysummary, confidence float8 DEFAULT 95, OUT difference float8, OUT low float8, OUT high float8, OUT p_value float8) RETURNS record
	AS 'MODULE_PATHNAME', 'chs_survey_nps_difference' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps_difference(surveysummary, surveysummary, float8) IS 'nps(a) - nps(b) in points with its adjusted Wald interval (confidence in percent) and the two-sided p-value 0-1 of no difference; NULL for NULL or no answers on a side';

CREATE FUNCTION nps(promoters numeric, passives numeric, detractors numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_nps_of_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps(numeric, numeric, numeric) IS 'net promoter score from three counts, -100..100; NULL for NULL or all counts zero';

CREATE FUNCTION survey_summary(counts bigint[]) RETURNS surveysummary
	AS 'MODULE_PATHNAME', 'chs_survey_of_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION survey_summary(bigint[]) IS 'summary from eleven counts, of the answers 0 to 10 in this order; NULL for NULL or all counts zero';

--
-- Aggregates over answers; all of one column share one transition.
--

--@each answer: integer, bigint, numeric, float8
CREATE AGGREGATE survey_agg(answer @answer@) (
	SFUNC = surveysummary_accum, STYPE = surveysummary, SSPACE = 104, INITCOND = '1:0{}',
	FINALFUNC = surveysummary_final, COMBINEFUNC = combine,
	MSFUNC = surveysummary_accum, MINVFUNC = surveysummary_accum_inv, MSTYPE = surveysummary, MSSPACE = 104, MINITCOND = '1:0{}',
	MFINALFUNC = surveysummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survey_agg(@answer@) IS 'summary of answers 0..10; skips NULL, NULL for no answers';

CREATE AGGREGATE nps(answer @answer@) (
	SFUNC = surveysummary_accum, STYPE = surveysummary, SSPACE = 104, INITCOND = '1:0{}',
	FINALFUNC = nps, COMBINEFUNC = combine,
	MSFUNC = surveysummary_accum, MINVFUNC = surveysummary_accum_inv, MSTYPE = surveysummary, MSSPACE = 104, MINITCOND = '1:0{}',
	MFINALFUNC = nps,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(@answer@) IS 'net promoter score of answers 0..10: % of 9-10 less % of 0-6, -100..100; skips NULL, NULL for no answers';

CREATE AGGREGATE csat(answer @answer@) (
	SFUNC = surveysummary_accum, STYPE = surveysummary, SSPACE = 104, INITCOND = '1:0{}',
	FINALFUNC = csat, COMBINEFUNC = combine,
	MSFUNC = surveysummary_accum, MINVFUNC = surveysummary_accum_inv, MSTYPE = surveysummary, MSSPACE = 104, MINITCOND = '1:0{}',
	MFINALFUNC = csat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(@answer@) IS 'customer satisfaction: % of answers 4 and 5 on the scale 1-5 (other answers are refused); skips NULL, NULL for no answers';

CREATE AGGREGATE ces(answer @answer@) (
	SFUNC = surveysummary_accum, STYPE = surveysummary, SSPACE = 104, INITCOND = '1:0{}',
	FINALFUNC = ces, COMBINEFUNC = combine,
	MSFUNC = surveysummary_accum, MINVFUNC = surveysummary_accum_inv, MSTYPE = surveysummary, MSSPACE = 104, MINITCOND = '1:0{}',
	MFINALFUNC = ces,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ces(@answer@) IS 'customer effort score: mean of answers 0..10; skips NULL, NULL for no answers';
--@end

--
-- Satisfaction on any scale in one step; the state is the summary of a rate.
--

--@each answer c: integer int4, bigint int8, numeric numeric, float8 float8
CREATE FUNCTION ratiosummary_csat_accum(ratiosummary, answer @answer@, satisfied_from bigint) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_csat_accum_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_csat_accum(ratiosummary, @answer@, bigint) IS 'one more answer (0..10), satisfied or not; NULL for NULL';

CREATE FUNCTION ratiosummary_csat_accum_inv(ratiosummary, answer @answer@, satisfied_from bigint) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_csat_accum_inv_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_csat_accum_inv(ratiosummary, @answer@, bigint) IS 'one answer (0..10) less, for moving windows; NULL for NULL';
--@end

--@each answer: integer, bigint, numeric, float8
CREATE AGGREGATE csat(answer @answer@, satisfied_from bigint) (
	SFUNC = ratiosummary_csat_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_csat_accum, MINVFUNC = ratiosummary_csat_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(@answer@, bigint) IS 'customer satisfaction on any scale: % of answers (0..10) at or above satisfied_from; skips NULL, NULL for no answers';
--@end
