--
-- sample: rows that a fit has seen, the state of every fit
--

--@type samplesummary symbol=chs_sample storage=external comment=rows of float8 columns that a fit has seen, with its parameters; text form 1:base64

CREATE FUNCTION combine(a samplesummary, b samplesummary) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_sample_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(samplesummary, samplesummary) IS 'rows of both, of one fit and disjoint; a NULL side counts nothing, NULL for two NULLs';

CREATE AGGREGATE rollup(samplesummary) (
	SFUNC = combine, STYPE = samplesummary, SSPACE = 8192,
	COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(samplesummary) IS 'rows of all, of one fit and disjoint; skips NULL, NULL when there is none';
