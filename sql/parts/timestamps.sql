--
-- timestamps: the calendar day of a moment in a time zone
--

CREATE FUNCTION local_day(at timestamptz, zone text) RETURNS date
	AS 'MODULE_PATHNAME', 'chs_local_day' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION local_day(timestamptz, text) IS 'the calendar day of a moment in a time zone, the name of a place such as Europe/Warsaw or UTC, never the session''s; NULL for NULL';

-- A call with a timestamp or a date would otherwise find the form above, by way
-- of the session's TimeZone.
CREATE FUNCTION local_day(at timestamp, zone text) RETURNS date
	AS 'MODULE_PATHNAME', 'chs_local_day_of_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION local_day(timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION local_day(at date, zone text) RETURNS date
	AS 'MODULE_PATHNAME', 'chs_local_day_of_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION local_day(date, text) IS 'always an error, also for NULL: a date is already a day and takes no time zone';
