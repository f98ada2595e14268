--
-- activity: the days on which customers are active
--

CREATE TYPE activitysummary;

CREATE FUNCTION activitysummary_in(cstring) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_in(cstring) IS 'input function of activitysummary; NULL for NULL';

CREATE FUNCTION activitysummary_out(activitysummary) RETURNS cstring
	AS 'MODULE_PATHNAME', 'chs_activity_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_out(activitysummary) IS 'output function of activitysummary; NULL for NULL';

CREATE FUNCTION activitysummary_recv(internal) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_recv(internal) IS 'binary input function of activitysummary; NULL for NULL';

CREATE FUNCTION activitysummary_send(activitysummary) RETURNS bytea
	AS 'MODULE_PATHNAME', 'chs_activity_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_send(activitysummary) IS 'binary output function of activitysummary: a version byte, then the fields; NULL for NULL';

CREATE TYPE activitysummary (
	INPUT = activitysummary_in, OUTPUT = activitysummary_out,
	RECEIVE = activitysummary_recv, SEND = activitysummary_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE activitysummary IS 'per customer (a hash of the key), the set of active days; text form 1:base64';

CREATE FUNCTION activitysummary_eq(activitysummary, activitysummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_eq(activitysummary, activitysummary) IS 'implementation of =; NULL for NULL';

CREATE FUNCTION activitysummary_ne(activitysummary, activitysummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_ne(activitysummary, activitysummary) IS 'implementation of <>; NULL for NULL';

CREATE FUNCTION activitysummary_lt(activitysummary, activitysummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_lt(activitysummary, activitysummary) IS 'implementation of <; NULL for NULL';

CREATE FUNCTION activitysummary_le(activitysummary, activitysummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_le(activitysummary, activitysummary) IS 'implementation of <=; NULL for NULL';

CREATE FUNCTION activitysummary_ge(activitysummary, activitysummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_ge(activitysummary, activitysummary) IS 'implementation of >=; NULL for NULL';

CREATE FUNCTION activitysummary_gt(activitysummary, activitysummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_gt(activitysummary, activitysummary) IS 'implementation of >; NULL for NULL';

CREATE FUNCTION activitysummary_cmp(activitysummary, activitysummary) RETURNS integer
	AS 'MODULE_PATHNAME', 'chs_bytes_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_cmp(activitysummary, activitysummary) IS 'less than, equal to or greater than zero, by bytes; NULL for NULL';

CREATE FUNCTION activitysummary_hash(activitysummary) RETURNS integer
	AS 'MODULE_PATHNAME', 'chs_bytes_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_hash(activitysummary) IS 'hash; NULL for NULL';

CREATE FUNCTION activitysummary_hash_extended(activitysummary, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_bytes_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_hash_extended(activitysummary, bigint) IS 'hash with a seed; NULL for NULL';

CREATE OPERATOR = (
	FUNCTION = activitysummary_eq, LEFTARG = activitysummary, RIGHTARG = activitysummary,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR = (activitysummary, activitysummary) IS 'is equal to (by bytes); NULL for NULL';

CREATE OPERATOR <> (
	FUNCTION = activitysummary_ne, LEFTARG = activitysummary, RIGHTARG = activitysummary,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (activitysummary, activitysummary) IS 'is not equal to (by bytes); NULL for NULL';

CREATE OPERATOR < (
	FUNCTION = activitysummary_lt, LEFTARG = activitysummary, RIGHTARG = activitysummary,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (activitysummary, activitysummary) IS 'comes before (by bytes); NULL for NULL';

CREATE OPERATOR <= (
	FUNCTION = activitysummary_le, LEFTARG = activitysummary, RIGHTARG = activitysummary,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (activitysummary, activitysummary) IS 'comes before or is equal to (by bytes); NULL for NULL';

CREATE OPERATOR >= (
	FUNCTION = activitysummary_ge, LEFTARG = activitysummary, RIGHTARG = activitysummary,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (activitysummary, activitysummary) IS 'comes after or is equal to (by bytes); NULL for NULL';

CREATE OPERATOR > (
	FUNCTION = activitysummary_gt, LEFTARG = activitysummary, RIGHTARG = activitysummary,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (activitysummary, activitysummary) IS 'comes after (by bytes); NULL for NULL';

CREATE OPERATOR CLASS activitysummary_btree_ops DEFAULT FOR TYPE activitysummary USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 activitysummary_cmp(activitysummary, activitysummary);
COMMENT ON OPERATOR CLASS activitysummary_btree_ops USING btree IS 'order of activitysummary by bytes, without meaning';
COMMENT ON OPERATOR FAMILY activitysummary_btree_ops USING btree IS 'order of activitysummary by bytes, without meaning';

CREATE OPERATOR CLASS activitysummary_hash_ops DEFAULT FOR TYPE activitysummary USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 activitysummary_hash(activitysummary),
	FUNCTION 2 activitysummary_hash_extended(activitysummary, bigint);
COMMENT ON OPERATOR CLASS activitysummary_hash_ops USING hash IS 'hash of activitysummary';
COMMENT ON OPERATOR FAMILY activitysummary_hash_ops USING hash IS 'hash of activitysummary';

CREATE FUNCTION activitysummary_accum(activitysummary, customer bigint, day date) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, bigint, date) IS 'one more active day of a customer; a NULL customer or day counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer uuid, day date) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, uuid, date) IS 'one more active day of a customer; a NULL customer or day counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer text, day date) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, text, date) IS 'one more active day of a customer; a NULL customer or day counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer bigint, at timestamp) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_bigint_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, bigint, timestamp) IS 'one more active day of a customer, the calendar day of at; a NULL customer or at counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer uuid, at timestamp) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_uuid_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, uuid, timestamp) IS 'one more active day of a customer, the calendar day of at; a NULL customer or at counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer text, at timestamp) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_text_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, text, timestamp) IS 'one more active day of a customer, the calendar day of at; a NULL customer or at counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer bigint, at timestamptz, timezone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_bigint_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, bigint, timestamptz, text) IS 'one more active day of a customer, the day of at in a time zone (a name of pg_timezone_names); a NULL customer, at or timezone counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer uuid, at timestamptz, timezone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_uuid_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, uuid, timestamptz, text) IS 'one more active day of a customer, the day of at in a time zone (a name of pg_timezone_names); a NULL customer, at or timezone counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer text, at timestamptz, timezone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_text_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, text, timestamptz, text) IS 'one more active day of a customer, the day of at in a time zone (a name of pg_timezone_names); a NULL customer, at or timezone counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer bigint, at timestamp, timezone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, bigint, timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION activitysummary_accum(activitysummary, customer uuid, at timestamp, timezone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, uuid, timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION activitysummary_accum(activitysummary, customer text, at timestamp, timezone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, text, timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION combine(a activitysummary, b activitysummary) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(activitysummary, activitysummary) IS 'both summaries together: a day in either is active; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION activitysummary_final(activitysummary) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_final(activitysummary) IS 'end of an aggregate: the summary; NULL for NULL';

CREATE AGGREGATE rollup(activitysummary) (
	SFUNC = combine, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(activitysummary) IS 'all summaries together: a day in any is active; skips NULL, NULL when there was none';

CREATE AGGREGATE activity_agg(customer bigint, day date) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(bigint, date) IS 'active days per customer; skips a NULL customer or day, NULL for no rows';

CREATE AGGREGATE activity_agg(customer uuid, day date) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(uuid, date) IS 'active days per customer; skips a NULL customer or day, NULL for no rows';

CREATE AGGREGATE activity_agg(customer text, day date) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(text, date) IS 'active days per customer; skips a NULL customer or day, NULL for no rows';

CREATE AGGREGATE activity_agg(customer bigint, at timestamp) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(bigint, timestamp) IS 'active days per customer, the calendar days of at; skips a NULL customer or at, NULL for no rows';

CREATE AGGREGATE activity_agg(customer uuid, at timestamp) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(uuid, timestamp) IS 'active days per customer, the calendar days of at; skips a NULL customer or at, NULL for no rows';

CREATE AGGREGATE activity_agg(customer text, at timestamp) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(text, timestamp) IS 'active days per customer, the calendar days of at; skips a NULL customer or at, NULL for no rows';

CREATE AGGREGATE activity_agg(customer bigint, at timestamptz, timezone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(bigint, timestamptz, text) IS 'active days per customer, the days of at in a time zone (a name of pg_timezone_names); skips a NULL customer, at or timezone, NULL for no rows';

CREATE AGGREGATE activity_agg(customer uuid, at timestamptz, timezone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(uuid, timestamptz, text) IS 'active days per customer, the days of at in a time zone (a name of pg_timezone_names); skips a NULL customer, at or timezone, NULL for no rows';

CREATE AGGREGATE activity_agg(customer text, at timestamptz, timezone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(text, timestamptz, text) IS 'active days per customer, the days of at in a time zone (a name of pg_timezone_names); skips a NULL customer, at or timezone, NULL for no rows';

CREATE AGGREGATE activity_agg(customer bigint, at timestamp, timezone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(bigint, timestamp, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

CREATE AGGREGATE activity_agg(customer uuid, at timestamp, timezone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(uuid, timestamp, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

CREATE AGGREGATE activity_agg(customer text, at timestamp, timezone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 256,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(text, timestamp, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

--
-- Accessors
--
