/* ---------------- health ---------------- */

CREATE TYPE healthmodel;

CREATE FUNCTION healthmodel_in(cstring) RETURNS healthmodel
	AS 'MODULE_PATHNAME', 'chs_healthmodel_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_in(cstring) IS
	'input: JSON text to a checked health model; NULL for NULL';

CREATE FUNCTION healthmodel_out(healthmodel) RETURNS cstring
	AS 'MODULE_PATHNAME', 'chs_healthmodel_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_out(healthmodel) IS
	'output: a health model as JSON text; NULL for NULL';

CREATE FUNCTION healthmodel_recv(internal) RETURNS healthmodel
	AS 'MODULE_PATHNAME', 'chs_healthmodel_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_recv(internal) IS
	'binary input: a version byte and JSON text; NULL for NULL';

CREATE FUNCTION healthmodel_send(healthmodel) RETURNS bytea
	AS 'MODULE_PATHNAME', 'chs_healthmodel_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_send(healthmodel) IS
	'binary output: a version byte and JSON text; NULL for NULL';

CREATE TYPE healthmodel (
	INPUT = healthmodel_in,
	OUTPUT = healthmodel_out,
	RECEIVE = healthmodel_recv,
	SEND = healthmodel_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE healthmodel IS
	'health model: JSON that says which signals make a score 0-100, and how';

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

CREATE FUNCTION healthmodel_eq(healthmodel, healthmodel) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_eq(healthmodel, healthmodel) IS
	'whether two health models are the same; NULL for NULL';
CREATE FUNCTION healthmodel_ne(healthmodel, healthmodel) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_ne(healthmodel, healthmodel) IS
	'whether two health models differ; NULL for NULL';
CREATE FUNCTION healthmodel_lt(healthmodel, healthmodel) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_lt(healthmodel, healthmodel) IS
	'order of bytes, without a meaning; NULL for NULL';
CREATE FUNCTION healthmodel_le(healthmodel, healthmodel) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_le(healthmodel, healthmodel) IS
	'order of bytes, without a meaning; NULL for NULL';
CREATE FUNCTION healthmodel_gt(healthmodel, healthmodel) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_gt(healthmodel, healthmodel) IS
	'order of bytes, without a meaning; NULL for NULL';
CREATE FUNCTION healthmodel_ge(healthmodel, healthmodel) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_ge(healthmodel, healthmodel) IS
	'order of bytes, without a meaning; NULL for NULL';
CREATE FUNCTION healthmodel_cmp(healthmodel, healthmodel) RETURNS integer
	AS 'MODULE_PATHNAME', 'chs_bytes_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_cmp(healthmodel, healthmodel) IS
	'order of bytes as -1, 0 or 1, for indexes; NULL for NULL';
CREATE FUNCTION healthmodel_hash(healthmodel) RETURNS integer
	AS 'MODULE_PATHNAME', 'chs_bytes_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_hash(healthmodel) IS
	'hash of the bytes; NULL for NULL';
CREATE FUNCTION healthmodel_hash_extended(healthmodel, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_bytes_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION healthmodel_hash_extended(healthmodel, bigint) IS
	'hash of the bytes with a seed; NULL for NULL';

CREATE OPERATOR = (
	LEFTARG = healthmodel, RIGHTARG = healthmodel, FUNCTION = healthmodel_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);
CREATE OPERATOR <> (
	LEFTARG = healthmodel, RIGHTARG = healthmodel, FUNCTION = healthmodel_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
	LEFTARG = healthmodel, RIGHTARG = healthmodel, FUNCTION = healthmodel_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	LEFTARG = healthmodel, RIGHTARG = healthmodel, FUNCTION = healthmodel_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
	LEFTARG = healthmodel, RIGHTARG = healthmodel, FUNCTION = healthmodel_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
	LEFTARG = healthmodel, RIGHTARG = healthmodel, FUNCTION = healthmodel_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (healthmodel, healthmodel) IS 'whether two health models are the same; NULL for NULL';
COMMENT ON OPERATOR <> (healthmodel, healthmodel) IS 'whether two health models differ; NULL for NULL';
COMMENT ON OPERATOR < (healthmodel, healthmodel) IS 'order of bytes, without a meaning; NULL for NULL';
COMMENT ON OPERATOR <= (healthmodel, healthmodel) IS 'order of bytes, without a meaning; NULL for NULL';
COMMENT ON OPERATOR > (healthmodel, healthmodel) IS 'order of bytes, without a meaning; NULL for NULL';
COMMENT ON OPERATOR >= (healthmodel, healthmodel) IS 'order of bytes, without a meaning; NULL for NULL';

CREATE OPERATOR CLASS healthmodel_ops DEFAULT FOR TYPE healthmodel USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 healthmodel_cmp(healthmodel, healthmodel);
COMMENT ON OPERATOR CLASS healthmodel_ops USING btree IS 'health models by their bytes';
CREATE OPERATOR CLASS healthmodel_ops DEFAULT FOR TYPE healthmodel USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 healthmodel_hash(healthmodel),
	FUNCTION 2 healthmodel_hash_extended(healthmodel, bigint);
COMMENT ON OPERATOR CLASS healthmodel_ops USING hash IS 'health models by their bytes';
COMMENT ON OPERATOR FAMILY healthmodel_ops USING btree IS 'health models by their bytes';
COMMENT ON OPERATOR FAMILY healthmodel_ops USING hash IS 'health models by their bytes';

/* one score per customer */

CREATE FUNCTION health_score(model healthmodel, signals record, as_of date DEFAULT NULL)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_record'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
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

CREATE FUNCTION health_score(model healthmodel, value float8, VARIADIC more_values "any")
	RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_health_score_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION health_score(healthmodel, float8, "any") IS
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
