--
-- ratio: the summary of every rate of the form successes / trials
--

CREATE TYPE ratiosummary;

CREATE FUNCTION ratiosummary_in(cstring) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_in(cstring) IS 'input function of ratiosummary; NULL for NULL';

CREATE FUNCTION ratiosummary_out(ratiosummary) RETURNS cstring
	AS 'MODULE_PATHNAME', 'chs_ratio_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_out(ratiosummary) IS 'output function of ratiosummary; NULL for NULL';

CREATE FUNCTION ratiosummary_recv(internal) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_ratio_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_recv(internal) IS 'binary input function of ratiosummary; NULL for NULL';

CREATE FUNCTION ratiosummary_send(ratiosummary) RETURNS bytea
	AS 'MODULE_PATHNAME', 'chs_ratio_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_send(ratiosummary) IS 'binary output function of ratiosummary: a version byte, then the fields; NULL for NULL';

CREATE TYPE ratiosummary (
	INPUT = ratiosummary_in, OUTPUT = ratiosummary_out,
	RECEIVE = ratiosummary_recv, SEND = ratiosummary_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = plain
);
COMMENT ON TYPE ratiosummary IS 'successes and trials of a rate; text form 1:successes/trials';

CREATE FUNCTION ratiosummary_eq(ratiosummary, ratiosummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_eq(ratiosummary, ratiosummary) IS 'implementation of =; NULL for NULL';

CREATE FUNCTION ratiosummary_ne(ratiosummary, ratiosummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_ne(ratiosummary, ratiosummary) IS 'implementation of <>; NULL for NULL';

CREATE FUNCTION ratiosummary_lt(ratiosummary, ratiosummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_lt(ratiosummary, ratiosummary) IS 'implementation of <; NULL for NULL';

CREATE FUNCTION ratiosummary_le(ratiosummary, ratiosummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_le(ratiosummary, ratiosummary) IS 'implementation of <=; NULL for NULL';

CREATE FUNCTION ratiosummary_ge(ratiosummary, ratiosummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_ge(ratiosummary, ratiosummary) IS 'implementation of >=; NULL for NULL';

CREATE FUNCTION ratiosummary_gt(ratiosummary, ratiosummary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'chs_bytes_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_gt(ratiosummary, ratiosummary) IS 'implementation of >; NULL for NULL';

CREATE FUNCTION ratiosummary_cmp(ratiosummary, ratiosummary) RETURNS integer
	AS 'MODULE_PATHNAME', 'chs_bytes_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_cmp(ratiosummary, ratiosummary) IS 'less than, equal to or greater than zero, by bytes; NULL for NULL';

CREATE FUNCTION ratiosummary_hash(ratiosummary) RETURNS integer
	AS 'MODULE_PATHNAME', 'chs_bytes_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_hash(ratiosummary) IS 'hash; NULL for NULL';

CREATE FUNCTION ratiosummary_hash_extended(ratiosummary, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_bytes_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_hash_extended(ratiosummary, bigint) IS 'hash with a seed; NULL for NULL';

CREATE OPERATOR = (
	FUNCTION = ratiosummary_eq, LEFTARG = ratiosummary, RIGHTARG = ratiosummary,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR = (ratiosummary, ratiosummary) IS 'is equal to (by bytes); NULL for NULL';

CREATE OPERATOR <> (
	FUNCTION = ratiosummary_ne, LEFTARG = ratiosummary, RIGHTARG = ratiosummary,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (ratiosummary, ratiosummary) IS 'is not equal to (by bytes); NULL for NULL';

CREATE OPERATOR < (
	FUNCTION = ratiosummary_lt, LEFTARG = ratiosummary, RIGHTARG = ratiosummary,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (ratiosummary, ratiosummary) IS 'comes before (by bytes); NULL for NULL';

CREATE OPERATOR <= (
	FUNCTION = ratiosummary_le, LEFTARG = ratiosummary, RIGHTARG = ratiosummary,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (ratiosummary, ratiosummary) IS 'comes before or is equal to (by bytes); NULL for NULL';

CREATE OPERATOR >= (
	FUNCTION = ratiosummary_ge, LEFTARG = ratiosummary, RIGHTARG = ratiosummary,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (ratiosummary, ratiosummary) IS 'comes after or is equal to (by bytes); NULL for NULL';

CREATE OPERATOR > (
	FUNCTION = ratiosummary_gt, LEFTARG = ratiosummary, RIGHTARG = ratiosummary,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (ratiosummary, ratiosummary) IS 'comes after (by bytes); NULL for NULL';

CREATE OPERATOR CLASS ratiosummary_btree_ops DEFAULT FOR TYPE ratiosummary USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 ratiosummary_cmp(ratiosummary, ratiosummary);
COMMENT ON OPERATOR CLASS ratiosummary_btree_ops USING btree IS 'order of ratiosummary by bytes, without meaning';
COMMENT ON OPERATOR FAMILY ratiosummary_btree_ops USING btree IS 'order of ratiosummary by bytes, without meaning';

CREATE OPERATOR CLASS ratiosummary_hash_ops DEFAULT FOR TYPE ratiosummary USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 ratiosummary_hash(ratiosummary),
	FUNCTION 2 ratiosummary_hash_extended(ratiosummary, bigint);
COMMENT ON OPERATOR CLASS ratiosummary_hash_ops USING hash IS 'hash of ratiosummary';
COMMENT ON OPERATOR FAMILY ratiosummary_hash_ops USING hash IS 'hash of ratiosummary';

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
