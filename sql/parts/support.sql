--
-- support: business hours, tickets, service levels
--

--@type businesshours symbol=chs_businesshours storage=main comment=calendar of business hours: JSON with time zone, week, holidays and versions

CREATE FUNCTION businesshours(jsonb) RETURNS businesshours
	AS 'MODULE_PATHNAME', 'chs_businesshours_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION businesshours(jsonb) IS 'a checked calendar of business hours from jsonb; NULL for NULL';

CREATE FUNCTION jsonb(businesshours) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'chs_businesshours_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(businesshours) IS 'a calendar of business hours as jsonb; NULL for NULL';

CREATE CAST (jsonb AS businesshours) WITH FUNCTION businesshours(jsonb) AS ASSIGNMENT;
COMMENT ON CAST (jsonb AS businesshours) IS 'a checked calendar of business hours; NULL for NULL';
CREATE CAST (businesshours AS jsonb) WITH FUNCTION jsonb(businesshours);
COMMENT ON CAST (businesshours AS jsonb) IS 'the calendar in its only spelling; NULL for NULL';
CREATE CAST (json AS businesshours) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (json AS businesshours) IS 'a checked calendar of business hours; NULL for NULL';
CREATE CAST (businesshours AS json) WITH INOUT;
COMMENT ON CAST (businesshours AS json) IS 'the calendar in its only spelling; NULL for NULL';

--
-- Business time between moments, and deadlines
--

CREATE FUNCTION business_time(calendar businesshours, from_time timestamptz, to_time timestamptz) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, timestamptz, timestamptz) IS 'business time between two moments, in hours, minutes and seconds, never days; NULL for NULL';

CREATE FUNCTION business_time(calendar businesshours, periods tstzmultirange) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_time_of_ranges' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, tstzmultirange) IS 'business time within periods, in hours, minutes and seconds, never days; NULL for NULL, 0 for no period';

CREATE FUNCTION business_seconds(calendar businesshours, from_time timestamptz, to_time timestamptz) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_seconds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, timestamptz, timestamptz) IS 'business time between two moments, unit seconds; NULL for NULL';

CREATE FUNCTION business_seconds(calendar businesshours, periods tstzmultirange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_seconds_of_ranges' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, tstzmultirange) IS 'business time within periods, unit seconds; NULL for NULL, 0 for no period';

CREATE FUNCTION business_add(calendar businesshours, from_time timestamptz, business_time interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'chs_business_add_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_add(businesshours, timestamptz, interval) IS 'the deadline: the earliest moment with that much business time, hours and not days, after from_time; NULL for NULL';

-- Calls with a timestamp or a date would otherwise find the forms above, by way
-- of the session's TimeZone.

CREATE FUNCTION business_time(calendar businesshours, from_time timestamp, to_time timestamp) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, timestamp, timestamp) IS 'always an error, also for NULL: business time needs moments, and from_time is a timestamp without time zone';

CREATE FUNCTION business_time(calendar businesshours, from_time timestamp, to_time timestamptz) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, timestamp, timestamptz) IS 'always an error, also for NULL: business time needs moments, and from_time is a timestamp without time zone';

CREATE FUNCTION business_time(calendar businesshours, from_time timestamp, to_time date) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, timestamp, date) IS 'always an error, also for NULL: business time needs moments, and from_time is a timestamp without time zone';

CREATE FUNCTION business_time(calendar businesshours, from_time date, to_time timestamp) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, date, timestamp) IS 'always an error, also for NULL: business time needs moments, and from_time is a date';

CREATE FUNCTION business_time(calendar businesshours, from_time date, to_time timestamptz) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, date, timestamptz) IS 'always an error, also for NULL: business time needs moments, and from_time is a date';

CREATE FUNCTION business_time(calendar businesshours, from_time date, to_time date) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, date, date) IS 'always an error, also for NULL: business time needs moments, and from_time is a date';

CREATE FUNCTION business_time(calendar businesshours, from_time timestamptz, to_time timestamp) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_to_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, timestamptz, timestamp) IS 'always an error, also for NULL: business time needs moments, and to_time is a timestamp without time zone';

CREATE FUNCTION business_time(calendar businesshours, from_time timestamptz, to_time date) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_to_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, timestamptz, date) IS 'always an error, also for NULL: business time needs moments, and to_time is a date';

CREATE FUNCTION business_seconds(calendar businesshours, from_time timestamp, to_time timestamp) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, timestamp, timestamp) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and from_time is a timestamp without time zone';

CREATE FUNCTION business_seconds(calendar businesshours, from_time timestamp, to_time timestamptz) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, timestamp, timestamptz) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and from_time is a timestamp without time zone';

CREATE FUNCTION business_seconds(calendar businesshours, from_time timestamp, to_time date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, timestamp, date) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and from_time is a timestamp without time zone';

CREATE FUNCTION business_seconds(calendar businesshours, from_time date, to_time timestamp) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, date, timestamp) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and from_time is a date';

CREATE FUNCTION business_seconds(calendar businesshours, from_time date, to_time timestamptz) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, date, timestamptz) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and from_time is a date';

CREATE FUNCTION business_seconds(calendar businesshours, from_time date, to_time date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, date, date) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and from_time is a date';

CREATE FUNCTION business_seconds(calendar businesshours, from_time timestamptz, to_time timestamp) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_to_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, timestamptz, timestamp) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and to_time is a timestamp without time zone';

CREATE FUNCTION business_seconds(calendar businesshours, from_time timestamptz, to_time date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_to_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, timestamptz, date) IS 'always an error, also for NULL: business time, of unit seconds, needs moments, and to_time is a date';

CREATE FUNCTION business_add(calendar businesshours, from_time timestamp, business_time interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'chs_business_from_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_add(businesshours, timestamp, interval) IS 'always an error, also for NULL: a deadline needs a moment, and from_time is a timestamp without time zone';

CREATE FUNCTION business_add(calendar businesshours, from_time date, business_time interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'chs_business_from_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_add(businesshours, date, interval) IS 'always an error, also for NULL: a deadline needs a moment, and from_time is a date';
