--
-- survey: NPS, CSAT, customer effort
--

CREATE TYPE surveysummary AS (counts bigint[]);
COMMENT ON TYPE surveysummary IS 'how many people gave each answer 0..10, eleven counts';

CREATE FUNCTION combine(a surveysummary, b surveysummary) RETURNS surveysummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN a IS NULL THEN b WHEN b IS NULL THEN a
		ELSE ROW(ARRAY(SELECT x + y FROM unnest((a).counts, (b).counts) WITH ORDINALITY AS u(x, y, i) ORDER BY i))::surveysummary END;
COMMENT ON FUNCTION combine(surveysummary, surveysummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION responses(s surveysummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (s).counts[1] + (s).counts[2] + (s).counts[3] + (s).counts[4] + (s).counts[5] + (s).counts[6] + (s).counts[7] + (s).counts[8] + (s).counts[9] + (s).counts[10] + (s).counts[11];
COMMENT ON FUNCTION responses(surveysummary) IS 'answers given, a count; NULL for NULL';

CREATE FUNCTION promoters(s surveysummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (s).counts[10] + (s).counts[11];
COMMENT ON FUNCTION promoters(surveysummary) IS 'answers 9 and 10, a count; NULL for NULL';

CREATE FUNCTION passives(s surveysummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (s).counts[8] + (s).counts[9];
COMMENT ON FUNCTION passives(surveysummary) IS 'answers 7 and 8, a count; NULL for NULL';

CREATE FUNCTION detractors(s surveysummary) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (s).counts[1] + (s).counts[2] + (s).counts[3] + (s).counts[4] + (s).counts[5] + (s).counts[6] + (s).counts[7];
COMMENT ON FUNCTION detractors(surveysummary) IS 'answers 0 to 6, a count; NULL for NULL';

CREATE FUNCTION nps(s surveysummary) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN lite_percent(promoters(s) - detractors(s), responses(s));
COMMENT ON FUNCTION nps(surveysummary) IS 'net promoter score: % promoters less % detractors, -100..100; NULL for NULL or no answers';

-- All answers of a scale from 1 on, or an error.
CREATE FUNCTION lite_on_scale(outside bigint, scale bigint, metric text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN outside IS NULL THEN true
		ELSE lite_refuse('22003', metric || ' needs answers from 1 to ' || scale::text, 'One of the answers is ' || outside::text || '.',
			CASE metric WHEN 'csat' THEN 'On another scale say where satisfaction starts: csat(answer, 9). To leave answers out: FILTER (WHERE answer BETWEEN 1 AND 5).'
				ELSE 'Leave other answers out with FILTER (WHERE answer BETWEEN 1 AND ' || scale::text || ').' END) END;
COMMENT ON FUNCTION lite_on_scale(bigint, bigint, text) IS 'true, or an error that names an answer which is not on the scale';

CREATE FUNCTION csat(s surveysummary) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN lite_on_scale(min(i - 1) FILTER (WHERE n > 0 AND (i < 2 OR i > 6)), 5, 'csat') THEN lite_percent(sum(n) FILTER (WHERE i IN (5, 6)), sum(n)) END
	FROM unnest((s).counts) WITH ORDINALITY AS c(n, i);
END;
COMMENT ON FUNCTION csat(surveysummary) IS 'customer satisfaction: % of answers 4 and 5 on the scale 1-5 (other answers are refused); NULL for NULL or no answers';

CREATE FUNCTION lite_satisfied_from(satisfied_from bigint) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN satisfied_from IS NULL OR satisfied_from BETWEEN 0 AND 10 THEN satisfied_from
		WHEN lite_refuse('22003', '"satisfied_from" must be between 0 and 10', 'The value is ' || satisfied_from::text || '.',
			'Pass the lowest answer that counts as satisfied, for instance csat(answer, 9).') THEN NULL END;
COMMENT ON FUNCTION lite_satisfied_from(bigint) IS 'the lowest answer of the satisfied, checked; NULL for NULL';

CREATE FUNCTION csat(s surveysummary, satisfied_from bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(coalesce(sum(n) FILTER (WHERE i > lite_satisfied_from(satisfied_from)), 0), sum(n)) FROM unnest((s).counts) WITH ORDINALITY AS c(n, i);
END;
COMMENT ON FUNCTION csat(surveysummary, bigint) IS 'customer satisfaction on any scale: % of answers at or above satisfied_from; NULL for NULL or no answers';

CREATE FUNCTION ces(s surveysummary) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT sum((i - 1) * n)::float8 / nullif(sum(n), 0)::float8 FROM unnest((s).counts) WITH ORDINALITY AS c(n, i);
END;
COMMENT ON FUNCTION ces(surveysummary) IS 'customer effort score: mean answer, on the scale of the survey; NULL for NULL or no answers';

CREATE FUNCTION lite_ces_scale(scale bigint) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN scale IS NULL OR scale IN (5, 7) THEN scale
		WHEN lite_refuse('22023', 'scale of customer effort must be 5 or 7', 'The scale is ' || scale::text || '.',
			'Pass 7 for answers from 1 to 7, or 5 for answers from 1 to 5.') THEN NULL END;
COMMENT ON FUNCTION lite_ces_scale(bigint) IS 'a scale of customer effort, checked; NULL for NULL';

CREATE FUNCTION ces_agree(s surveysummary, scale bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN lite_on_scale(min(i - 1) FILTER (WHERE n > 0 AND (i < 2 OR i > lite_ces_scale(scale) + 1)), scale, 'ces_agree')
		THEN lite_percent(sum(n) FILTER (WHERE i > CASE scale WHEN 7 THEN 5 ELSE 4 END), sum(n)) END
	FROM unnest((s).counts) WITH ORDINALITY AS c(n, i);
END;
COMMENT ON FUNCTION ces_agree(surveysummary, bigint) IS '% who agree that it was easy: 5-7 on scale 7, 4-5 on scale 5; NULL for NULL or no answers';

CREATE FUNCTION ces_index(s surveysummary, scale bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN lite_on_scale(min(i - 1) FILTER (WHERE n > 0 AND (i < 2 OR i > lite_ces_scale(scale) + 1)), scale, 'ces_index')
		THEN lite_percent(sum(CASE WHEN i > CASE scale WHEN 7 THEN 6 ELSE 4 END THEN n WHEN i < CASE scale WHEN 7 THEN 5 ELSE 4 END THEN -n ELSE 0 END), sum(n)) END
	FROM unnest((s).counts) WITH ORDINALITY AS c(n, i);
END;
COMMENT ON FUNCTION ces_index(surveysummary, bigint) IS '% easy less % hard, -100..100: 6-7 less 1-3 on scale 7, 4-5 less 1-2 on scale 5; NULL for NULL or no answers';

CREATE FUNCTION survey_distribution(s surveysummary, OUT answer integer, OUT responses bigint, OUT share float8) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 11
BEGIN ATOMIC
	SELECT i::integer - 1, n, lite_percent(n, sum(n) OVER ())
	FROM unnest((s).counts) WITH ORDINALITY AS c(n, i) ORDER BY i;
END;
COMMENT ON FUNCTION survey_distribution(surveysummary) IS 'a row per answer 0..10: responses is a count, share in percent; no rows for NULL or no answers';

CREATE FUNCTION nps(promoters numeric, passives numeric, detractors numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN lite_percent(lite_checked_count(promoters, 'promoters') - lite_checked_count(detractors, 'detractors'),
		promoters + lite_checked_count(passives, 'passives') + detractors);
COMMENT ON FUNCTION nps(numeric, numeric, numeric) IS 'net promoter score from three counts, -100..100; NULL for NULL or all counts zero';

--
-- Aggregates over answers.  The state is the array of the answers, because
-- array_append() writes in place and a function in SQL does not.
--

CREATE FUNCTION lite_refuse_answer(answer numeric, satisfied_from bigint) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF answer BETWEEN 0 AND 10 AND answer = trunc(answer) THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = '"satisfied_from" must be between 0 and 10', DETAIL = format('The value is %s.', satisfied_from),
			HINT = 'Pass the lowest answer that counts as satisfied, for instance csat(answer, 9).';
	END IF;
	RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = 'answer must be a whole number from 0 to 10', DETAIL = format('The answer is %s.', left(answer::text, 30)),
		HINT = CASE WHEN answer BETWEEN 0 AND 10 THEN 'Cut it with floor(answer), because rounding up makes promoters. Leave others out with FILTER (WHERE answer BETWEEN 0 AND 10).'
			ELSE 'Leave it out with FILTER (WHERE answer BETWEEN 0 AND 10).' END;
END;
$$;
COMMENT ON FUNCTION lite_refuse_answer(numeric, bigint) IS 'always an error: what is wrong with an answer or the lowest satisfied one';

CREATE FUNCTION lite_answer(answer numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN answer IS NULL OR answer BETWEEN 0 AND 10 AND answer = trunc(answer) THEN answer WHEN lite_refuse_answer(answer, NULL) THEN NULL END;
COMMENT ON FUNCTION lite_answer(numeric) IS 'an answer, checked; NULL for NULL';

--@each answer: integer, bigint, numeric, float8
CREATE FUNCTION survey_agg_final(answers @answer@[]) RETURNS surveysummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN count(lite_answer(a::numeric)) > 0 THEN ROW(ARRAY[count(*) FILTER (WHERE a = 0), count(*) FILTER (WHERE a = 1), count(*) FILTER (WHERE a = 2), count(*) FILTER (WHERE a = 3),
			count(*) FILTER (WHERE a = 4), count(*) FILTER (WHERE a = 5), count(*) FILTER (WHERE a = 6), count(*) FILTER (WHERE a = 7),
			count(*) FILTER (WHERE a = 8), count(*) FILTER (WHERE a = 9), count(*) FILTER (WHERE a = 10)])::surveysummary END
	FROM unnest(answers) AS a;
END;
COMMENT ON FUNCTION survey_agg_final(@answer@[]) IS 'end of an aggregate: answers counted; NULL for none';

CREATE FUNCTION nps_final(answers @answer@[]) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_percent(count(*) FILTER (WHERE a >= 9) - count(*) FILTER (WHERE a <= 6), count(lite_answer(a::numeric))) FROM unnest(answers) AS a;
END;
COMMENT ON FUNCTION nps_final(@answer@[]) IS 'end of an aggregate: nps of answers; NULL for none';

CREATE FUNCTION csat_final(answers @answer@[]) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN lite_on_scale(min(lite_answer(a::numeric)) FILTER (WHERE a < 1 OR a > 5 OR a::numeric <> trunc(a::numeric))::bigint, 5, 'csat')
		THEN lite_percent(count(*) FILTER (WHERE a >= 4), count(a)) END
	FROM unnest(answers) AS a;
END;
COMMENT ON FUNCTION csat_final(@answer@[]) IS 'end of an aggregate: csat of answers; NULL for none';

CREATE FUNCTION ces_final(answers @answer@[]) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT sum(lite_answer(a::numeric))::float8 / nullif(count(a), 0) FROM unnest(answers) AS a;
END;
COMMENT ON FUNCTION ces_final(@answer@[]) IS 'end of an aggregate: ces of answers; NULL for none';

CREATE AGGREGATE survey_agg(answer @answer@) (
	SFUNC = array_append, STYPE = @answer@[], INITCOND = '{}',
	FINALFUNC = survey_agg_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE survey_agg(@answer@) IS 'summary of answers 0..10; skips NULL, NULL for no answers';

CREATE AGGREGATE nps(answer @answer@) (
	SFUNC = array_append, STYPE = @answer@[], INITCOND = '{}',
	FINALFUNC = nps_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(@answer@) IS 'net promoter score of answers 0..10: % of 9-10 less % of 0-6, -100..100; skips NULL, NULL for no answers';

CREATE AGGREGATE csat(answer @answer@) (
	SFUNC = array_append, STYPE = @answer@[], INITCOND = '{}',
	FINALFUNC = csat_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(@answer@) IS 'customer satisfaction: % of answers 4 and 5 on the scale 1-5 (other answers are refused); skips NULL, NULL for no answers';

CREATE AGGREGATE ces(answer @answer@) (
	SFUNC = array_append, STYPE = @answer@[], INITCOND = '{}',
	FINALFUNC = ces_final, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ces(@answer@) IS 'customer effort score: mean of answers 0..10; skips NULL, NULL for no answers';

CREATE FUNCTION ratiosummary_csat_accum(ratio ratiosummary, answer @answer@, satisfied_from bigint) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN answer BETWEEN 0 AND 10 AND answer::numeric = trunc(answer::numeric) AND satisfied_from BETWEEN 0 AND 10 THEN lite_count(ratio, true, answer >= satisfied_from)
		WHEN lite_refuse_answer(answer::numeric, satisfied_from) THEN ratio END;
COMMENT ON FUNCTION ratiosummary_csat_accum(ratiosummary, @answer@, bigint) IS 'one more answer (0..10), satisfied or not; NULL for NULL';

CREATE AGGREGATE csat(answer @answer@, satisfied_from bigint) (
	SFUNC = ratiosummary_csat_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(@answer@, bigint) IS 'customer satisfaction on any scale: % of answers (0..10) at or above satisfied_from; skips NULL, NULL for no answers';
--@end

CREATE FUNCTION surveysummary_rollup(summaries surveysummary[]) RETURNS surveysummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT ROW(array_agg(n ORDER BY i))::surveysummary
	FROM (SELECT i, sum(n)::bigint AS n FROM unnest(summaries) AS s, unnest(s.counts) WITH ORDINALITY AS c(n, i) GROUP BY i) AS x
	HAVING count(*) > 0;
END;
COMMENT ON FUNCTION surveysummary_rollup(surveysummary[]) IS 'end of rollup: all summaries together; NULL when there was none';

CREATE AGGREGATE rollup(surveysummary) (
	SFUNC = array_append, STYPE = surveysummary[], INITCOND = '{}',
	FINALFUNC = surveysummary_rollup, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(surveysummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE FUNCTION survey_summary(counts bigint[]) RETURNS surveysummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN array_ndims(counts) > 1 OR cardinality(counts) <> 11 OR count(n) < 11 THEN
			CASE WHEN lite_refuse('2202E', '"counts" must be 11 numbers, one for each answer from 0 to 10',
				CASE WHEN array_ndims(counts) > 1 THEN 'The array has ' || array_ndims(counts)::text || ' dimensions.'
					WHEN count(n) < count(*) THEN 'One of the counts is NULL.' ELSE 'There are ' || cardinality(counts)::text || '.' END,
				'Pass 0 where there were no answers: coalesce(answers_10, 0); on a scale from 1 to 5 the counts of 0 and of 6 to 10 are 0.') THEN NULL::surveysummary END
		WHEN min(n) < 0 THEN
			CASE WHEN lite_refuse('22003', '"counts" must not be negative', 'The value is ' || min(n)::text || '.',
				'Pass counts of answers, for instance greatest(answers_10, 0) where a correction went below zero.') THEN NULL::surveysummary END
		WHEN sum(n) > 0 THEN ROW(counts)::surveysummary END
	FROM unnest(counts) AS n;
END;
COMMENT ON FUNCTION survey_summary(bigint[]) IS 'summary from eleven counts, of the answers 0 to 10 in this order; NULL for NULL or all counts zero';
