--
-- health: a value on the scale from 0 to 100.  The score of a model is the
-- expression that health_sql() writes where chs is.
--

CREATE FUNCTION scale_score(value float8, worst float8, best float8) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN NOT (abs(value) < 'Infinity' AND abs(worst) < 'Infinity' AND abs(best) < 'Infinity') THEN
			lite_refuse('22003', '"' || CASE WHEN NOT abs(value) < 'Infinity' THEN 'value' WHEN NOT abs(worst) < 'Infinity' THEN 'worst' ELSE 'best' END || '" must be finite',
				'The value is ' || CASE WHEN NOT abs(value) < 'Infinity' THEN value WHEN NOT abs(worst) < 'Infinity' THEN worst ELSE best END::text || '.',
				'Turn it into NULL, for instance with CASE WHEN abs(value) < 1e300 THEN value END.')::integer
		WHEN worst = best THEN lite_refuse('22023', 'worst and best must differ', 'Both are ' || worst::text || '.', 'Give the values that score 0 and 100, for instance scale_score(logins, 0, 20).')::integer
		ELSE least(greatest(0, (value - worst) * 100 / (best - worst)), 100) END;
COMMENT ON FUNCTION scale_score(float8, float8, float8) IS 'a value as a score 0-100, linear from worst to best and cut there; NULL for NULL';
