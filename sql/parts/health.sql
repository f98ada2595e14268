/* ---------------- health ---------------- */

--@type healthmodel symbol=chs_healthmodel storage=main comment=health model: JSON that says which signals make a score 0-100, and how

CREATE FUNCTION healthmodel(jsonb) RETURNS healthmodel
	AS 'MODULE_PATHNAME', 'chs_healthmodel_from_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel(jsonb) IS
	'a checked health model from jsonb; NULL for NULL';

CREATE FUNCTION jsonb(healthmodel) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'chs_healthmodel_to_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(healthmodel) IS
	'a health model as jsonb; NULL for NULL';

CREATE CAST (jsonb AS healthmodel) WITH FUNCTION healthmodel(jsonb) AS ASSIGNMENT;
COMMENT ON CAST (jsonb AS healthmodel) IS 'a checked health model; NULL for NULL';
CREATE CAST (healthmodel AS jsonb) WITH FUNCTION jsonb(healthmodel);
COMMENT ON CAST (healthmodel AS jsonb) IS 'the model as its owner wrote it; NULL for NULL';
CREATE CAST (json AS healthmodel) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (json AS healthmodel) IS 'a checked health model; NULL for NULL';
CREATE CAST (healthmodel AS json) WITH INOUT;
COMMENT ON CAST (healthmodel AS json) IS 'the model as its owner wrote it; NULL for NULL';

/* one score per customer */

CREATE FUNCTION health_score_support(internal)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'chs_health_score_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_score_support(internal) IS
	'for the planner: a call of health_score by name as one by position; cannot be called by hand, NULL for NULL';

CREATE FUNCTION health_score(model healthmodel, signals record, as_of date DEFAULT NULL)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	SUPPORT health_score_support;
COMMENT ON FUNCTION health_score(healthmodel, record, date) IS
	'health score 0-100, columns matched by name; NULL for a NULL row, no signals, or too little coverage';

CREATE FUNCTION health_score(model healthmodel, signals jsonb, as_of date DEFAULT NULL)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, jsonb, date) IS
	'health score 0-100, values matched by key; NULL for NULL, no signals, or too little coverage';

CREATE FUNCTION health_score(model healthmodel, value float8)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, float8) IS
	'health score 0-100 of a model with one signal; NULL for NULL';

CREATE FUNCTION health_score(model healthmodel, value numeric)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, numeric) IS
	'health score 0-100 of a model with one signal; NULL for NULL';

CREATE FUNCTION health_score(model healthmodel, value float8, VARIADIC more_values "any")
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, float8, "any") IS
	'health score 0-100, values by position in model order; NULL for no values, or too little coverage';

CREATE FUNCTION health_score(model healthmodel, value numeric, VARIADIC more_values "any")
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, numeric, "any") IS
	'health score 0-100, values by position in model order; NULL for no values, or too little coverage';

CREATE FUNCTION health_score(model healthmodel, signals float8[])
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_array'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, float8[]) IS
	'health score 0-100, values by position in one array; NULL for NULL, no values, or too little coverage';

CREATE FUNCTION health_score(scores float8[], weights float8[])
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_weights'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_score(float8[], float8[]) IS
	'weighted mean 0-100 of scores 0-100 without a model, NULL scores left out; NULL for no scores';

CREATE FUNCTION scale_score(value float8, worst float8, best float8)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_scale_score'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scale_score(float8, float8, float8) IS
	'a value as a score 0-100, 0 at worst and 100 at best; NULL for NULL';

CREATE FUNCTION health_coverage(model healthmodel, signals record, as_of date DEFAULT NULL)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_coverage_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_coverage(healthmodel, record, date) IS
	'percentage of the weight that is present; NULL for a NULL row';

CREATE FUNCTION health_coverage(model healthmodel, signals jsonb, as_of date DEFAULT NULL)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_coverage_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_coverage(healthmodel, jsonb, date) IS
	'percentage of the weight that is present; NULL for NULL';

CREATE FUNCTION health_band(model healthmodel, score float8)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_band'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_band(healthmodel, float8) IS
	'name of the band that a score 0-100 lies in; NULL for NULL';

CREATE FUNCTION health_color(model healthmodel, score float8)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_color'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_color(healthmodel, float8) IS
	'colour of the band that a score 0-100 lies in; NULL for NULL or a band without colour';

/* why a score is what it is */

CREATE FUNCTION health_explain(model healthmodel, signals record, as_of date DEFAULT NULL,
		OUT signal text, OUT label text, OUT signal_group text, OUT value text,
		OUT score float8, OUT weight float8, OUT contribution float8,
		OUT points_lost float8, OUT status text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_explain_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION health_explain(healthmodel, record, date) IS
	'rows whose contributions, in points, add up to the score 0-100; no rows for a NULL row';

CREATE FUNCTION health_explain(model healthmodel, signals jsonb, as_of date DEFAULT NULL,
		OUT signal text, OUT label text, OUT signal_group text, OUT value text,
		OUT score float8, OUT weight float8, OUT contribution float8,
		OUT points_lost float8, OUT status text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_explain_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION health_explain(healthmodel, jsonb, date) IS
	'rows whose contributions, in points, add up to the score 0-100; no rows for NULL';

CREATE FUNCTION health_drivers(model healthmodel, signals record, as_of date DEFAULT NULL, n bigint DEFAULT 3)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_drivers_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_drivers(healthmodel, record, date, bigint) IS
	'the n signals that cost most points, in words; NULL without a score or when nothing is lost';

CREATE FUNCTION health_drivers(model healthmodel, signals jsonb, as_of date DEFAULT NULL, n bigint DEFAULT 3)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_drivers_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_drivers(healthmodel, jsonb, date, bigint) IS
	'the n signals that cost most points, in words; NULL without a score or when nothing is lost';

CREATE FUNCTION health_groups(model healthmodel, signals record, as_of date DEFAULT NULL,
		OUT signal_group text, OUT score float8, OUT weight float8, OUT coverage float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_groups_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION health_groups(healthmodel, record, date) IS
	'score 0-100, weight and coverage in percent of each group of signals; no rows for a NULL row';

CREATE FUNCTION health_groups(model healthmodel, signals jsonb, as_of date DEFAULT NULL,
		OUT signal_group text, OUT score float8, OUT weight float8, OUT coverage float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_groups_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION health_groups(healthmodel, jsonb, date) IS
	'score 0-100, weight and coverage in percent of each group of signals; no rows for NULL';

CREATE FUNCTION health_change(
		model_before healthmodel, signals_before record, as_of_before date,
		model_after healthmodel, signals_after record, as_of_after date,
		OUT signal text, OUT cause text, OUT points float8, OUT label text,
		OUT value_before text, OUT value_after text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_change_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION health_change(healthmodel, record, date, healthmodel, record, date) IS
	'rows of points that add up to the change of the score; points NULL from or to a NULL score';

CREATE FUNCTION health_change(
		model_before healthmodel, signals_before jsonb, as_of_before date,
		model_after healthmodel, signals_after jsonb, as_of_after date,
		OUT signal text, OUT cause text, OUT points float8, OUT label text,
		OUT value_before text, OUT value_after text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_change_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION health_change(healthmodel, jsonb, date, healthmodel, jsonb, date) IS
	'rows of points that add up to the change of the score; points NULL from or to a NULL score';

CREATE FUNCTION health_change(model healthmodel, before record, after record,
		OUT signal text, OUT cause text, OUT points float8, OUT label text,
		OUT value_before text, OUT value_after text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_change_of_records'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION health_change(healthmodel, record, record) IS
	'the same under one model without dates: points that add up to the change of the score; points NULL from or to a NULL score';

CREATE FUNCTION health_change(model healthmodel, before jsonb, after jsonb,
		OUT signal text, OUT cause text, OUT points float8, OUT label text,
		OUT value_before text, OUT value_after text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_change_of_jsonbs'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION health_change(healthmodel, jsonb, jsonb) IS
	'the same under one model without dates: points that add up to the change of the score; points NULL from or to a NULL score';

CREATE FUNCTION health_change_text(
		model_before healthmodel, signals_before record, as_of_before date,
		model_after healthmodel, signals_after record, as_of_after date, n bigint DEFAULT 3)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_change_text_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_change_text(healthmodel, record, date, healthmodel, record, date, bigint) IS
	'the n changes that moved the score by most points, in words; NULL without both scores or when nothing moved';

CREATE FUNCTION health_change_text(
		model_before healthmodel, signals_before jsonb, as_of_before date,
		model_after healthmodel, signals_after jsonb, as_of_after date, n bigint DEFAULT 3)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_change_text_jsonb'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_change_text(healthmodel, jsonb, date, healthmodel, jsonb, date, bigint) IS
	'the n changes that moved the score by most points, in words; NULL without both scores or when nothing moved';

CREATE FUNCTION health_change_text(model healthmodel, before record, after record, n bigint DEFAULT 3)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_change_text_of_records'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_change_text(healthmodel, record, record, bigint) IS
	'the n changes that moved the score by most points, in words; NULL without both scores or when nothing moved';

CREATE FUNCTION health_change_text(model healthmodel, before jsonb, after jsonb, n bigint DEFAULT 3)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_change_text_of_jsonbs'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_change_text(healthmodel, jsonb, jsonb, bigint) IS
	'the n changes that moved the score by most points, in words; NULL without both scores or when nothing moved';

CREATE FUNCTION health_sql(model healthmodel, dialect text DEFAULT 'postgres', as_of text DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_sql'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_sql(healthmodel, text, text) IS
	'the model as one SQL expression, a score 0-100 over columns named as the signals; NULL for NULL';

CREATE FUNCTION health_review(model healthmodel,
		OUT signal text, OUT label text, OUT signal_group text, OUT weight_percent float8,
		OUT rule text, OUT when_missing text, OUT warning text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_review'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION health_review(healthmodel) IS
	'a model in words, one row per signal, weights in percent; no rows for NULL';

/* scores compared with other rows */

CREATE FUNCTION health_quartile(score float8)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_quartile'
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION health_quartile(float8) IS
	'window: healthy for the top 25 %, unhealthy for the bottom 25 %, else at risk; NULL for NULL or fewer than 4 scores';

CREATE FUNCTION health_alert(model healthmodel, score float8, day date)
	RETURNS text
	AS 'MODULE_PATHNAME', 'chs_health_alert'
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION health_alert(healthmodel, float8, date) IS
	'window over days: what happened to a score 0-100 on this row, in words; NULL for nothing or a NULL day';

/* weights from the customers who left */

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals record) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_record' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, record) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals record, as_of date, horizon_days bigint) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_record' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, record, date, bigint) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals record, as_of date, horizon_days bigint, prior text) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_record' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, record, date, bigint, text) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals record, as_of date, horizon_days bigint, prior text, strength float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_record' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, record, date, bigint, text, float8) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals float8[]) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, float8[]) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals float8[], horizon_days bigint) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, float8[], bigint) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals float8[], horizon_days bigint, prior text) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, float8[], bigint, text) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_accum(samplesummary, model healthmodel, churned boolean, signals float8[], horizon_days bigint, prior text, strength float8) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_fit_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_accum(samplesummary, healthmodel, boolean, float8[], bigint, text, float8) IS 'one more customer; a NULL model, churned or signals counts nothing';

CREATE FUNCTION health_fit_final(samplesummary) RETURNS healthmodel
	AS 'MODULE_PATHNAME', 'chs_health_fit_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_fit_final(samplesummary) IS 'end of an aggregate: the model with fitted weights and "fit", NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals record) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, record) IS 'weights of a health model learnt from the customers who churned, signals matched by name; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals record, as_of date, horizon_days bigint) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, record, date, bigint) IS 'weights of a health model learnt from the customers who churned, signals matched by name; churned within horizon_days; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals record, as_of date, horizon_days bigint, prior text) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, record, date, bigint, text) IS 'weights of a health model learnt from the customers who churned, signals matched by name; prior ''expert'' or ''none''; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals record, as_of date, horizon_days bigint, prior text, strength float8) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, record, date, bigint, text, float8) IS 'weights of a health model learnt from the customers who churned, signals matched by name; prior ''expert'' or ''none'', its strength given; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals float8[]) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, float8[]) IS 'weights of a health model learnt from the customers who churned, values in model order; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals float8[], horizon_days bigint) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, float8[], bigint) IS 'weights of a health model learnt from the customers who churned, values in model order; churned within horizon_days; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals float8[], horizon_days bigint, prior text) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, float8[], bigint, text) IS 'weights of a health model learnt from the customers who churned, values in model order; prior ''expert'' or ''none''; skips a NULL model, churned or signals, NULL for no rows';

CREATE AGGREGATE health_fit(model healthmodel, churned boolean, signals float8[], horizon_days bigint, prior text, strength float8) (
	SFUNC = health_fit_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_fit_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_fit(healthmodel, boolean, float8[], bigint, text, float8) IS 'weights of a health model learnt from the customers who churned, values in model order; prior ''expert'' or ''none'', its strength given; skips a NULL model, churned or signals, NULL for no rows';

CREATE FUNCTION churn_probability(model healthmodel, score float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_churn_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION churn_probability(healthmodel, float8) IS 'probability 0-1 that a customer with this score leaves within the horizon of the fit; NULL for NULL or a model that was not fitted';

/* curves from a population */

CREATE FUNCTION health_normalize_accum(samplesummary, model healthmodel, signals record) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_normalize_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_normalize_accum(samplesummary, healthmodel, record) IS 'one more customer; a NULL model or signals counts nothing';

CREATE FUNCTION health_normalize_accum(samplesummary, model healthmodel, signals record, as_of date) RETURNS samplesummary
	AS 'MODULE_PATHNAME', 'chs_health_normalize_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_normalize_accum(samplesummary, healthmodel, record, date) IS 'one more customer; a NULL model or signals counts nothing';

CREATE FUNCTION health_normalize_final(samplesummary) RETURNS healthmodel
	AS 'MODULE_PATHNAME', 'chs_health_normalize_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION health_normalize_final(samplesummary) IS 'end of an aggregate: the model with curves, NULL for no rows';

CREATE AGGREGATE health_normalize(model healthmodel, signals record) (
	SFUNC = health_normalize_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_normalize_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_normalize(healthmodel, record) IS 'the model with a curve per signal through the deciles of the population, so that its score is the percent of customers who are worse; skips a NULL model or signals, NULL for no rows';

CREATE AGGREGATE health_normalize(model healthmodel, signals record, as_of date) (
	SFUNC = health_normalize_accum, STYPE = samplesummary, SSPACE = 8192,
	FINALFUNC = health_normalize_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_normalize(healthmodel, record, date) IS 'the model with a curve per signal through the deciles of the population, so that its score is the percent of customers who are worse; skips a NULL model or signals, NULL for no rows';

--
-- The data gate: what the signals of a population look like, and how they moved.
--

--@type profilesummary symbol=chs_profile storage=extended comment=per signal of a health model, how much is known, stale and clamped, and how its scores are distributed; text form 1:base64

CREATE FUNCTION profilesummary_accum(profilesummary, model healthmodel, signals record) RETURNS profilesummary
	AS 'MODULE_PATHNAME', 'chs_profile_accum_record' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION profilesummary_accum(profilesummary, healthmodel, record) IS 'one more row of signals; a NULL model or row counts nothing';

CREATE FUNCTION profilesummary_accum(profilesummary, model healthmodel, signals record, as_of date) RETURNS profilesummary
	AS 'MODULE_PATHNAME', 'chs_profile_accum_record' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION profilesummary_accum(profilesummary, healthmodel, record, date) IS 'one more row of signals; as_of NULL where nothing becomes stale, a NULL model or row counts nothing';

CREATE FUNCTION profilesummary_accum(profilesummary, model healthmodel, signals jsonb) RETURNS profilesummary
	AS 'MODULE_PATHNAME', 'chs_profile_accum_jsonb' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION profilesummary_accum(profilesummary, healthmodel, jsonb) IS 'one more row of signals; a NULL model or row counts nothing';

CREATE FUNCTION profilesummary_accum(profilesummary, model healthmodel, signals jsonb, as_of date) RETURNS profilesummary
	AS 'MODULE_PATHNAME', 'chs_profile_accum_jsonb' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION profilesummary_accum(profilesummary, healthmodel, jsonb, date) IS 'one more row of signals; as_of NULL where nothing becomes stale, a NULL model or row counts nothing';

CREATE FUNCTION combine(a profilesummary, b profilesummary) RETURNS profilesummary
	AS 'MODULE_PATHNAME', 'chs_profile_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(profilesummary, profilesummary) IS 'both summaries together, of disjoint rows and one model; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION profilesummary_final(profilesummary) RETURNS profilesummary
	AS 'MODULE_PATHNAME', 'chs_profile_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION profilesummary_final(profilesummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(profilesummary) (
	SFUNC = combine, STYPE = profilesummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = profilesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(profilesummary) IS 'all summaries together, of disjoint rows and one model; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE health_profile(model healthmodel, signals record) (
	SFUNC = profilesummary_accum, STYPE = profilesummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = profilesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_profile(healthmodel, record) IS 'what the signals of a population look like; skips a NULL model or row, NULL for no rows';

CREATE AGGREGATE health_profile(model healthmodel, signals record, as_of date) (
	SFUNC = profilesummary_accum, STYPE = profilesummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = profilesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_profile(healthmodel, record, date) IS 'what the signals of a population look like on a day, which tells the stale ones (NULL where the model has none); skips a NULL model or row, NULL for no rows';

CREATE AGGREGATE health_profile(model healthmodel, signals jsonb) (
	SFUNC = profilesummary_accum, STYPE = profilesummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = profilesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_profile(healthmodel, jsonb) IS 'what the signals of a population look like; skips a NULL model or row, NULL for no rows';

CREATE AGGREGATE health_profile(model healthmodel, signals jsonb, as_of date) (
	SFUNC = profilesummary_accum, STYPE = profilesummary, SSPACE = 8192, INITCOND = '1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA',
	FINALFUNC = profilesummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE health_profile(healthmodel, jsonb, date) IS 'what the signals of a population look like on a day, which tells the stale ones (NULL where the model has none); skips a NULL model or row, NULL for no rows';

CREATE FUNCTION health_profile_table(s profilesummary, OUT signal text, OUT rows bigint, OUT known_percent float8, OUT stale_percent float8,
	OUT at_worst_percent float8, OUT at_best_percent float8, OUT mean_score float8, OUT sd float8, OUT warning text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_profile_table' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION health_profile_table(profilesummary) IS 'a row per signal: rows (a count), percent of them known and stale, percent of the known at score 0 and 100, mean and standard deviation of the scores 0-100 (NULL without values), and what is wrong (constant, mostly missing, mostly clamped; NULL: nothing); no rows for NULL';

CREATE FUNCTION health_drift(before profilesummary, after profilesummary, OUT signal text, OUT psi float8, OUT moved text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_health_drift' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION health_drift(profilesummary, profilesummary) IS 'a row per signal: population stability index over ten bins of scores, a share from 0 up (NULL where a side has no values), and whether it moved: some from 0.1, much from 0.25, NULL below; no rows for NULL';
