--
-- timestamps: the calendar day of a moment in a time zone
--

CREATE FUNCTION lite_zone(zone text) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1 AS $$
DECLARE
	name text := pg_catalog.lower(zone);
BEGIN
	IF name OPERATOR(pg_catalog.~) '^[a-z_]+/[a-z0-9_/+-]+$' AND name OPERATOR(pg_catalog.!~) '^(etc/gmt[-+][1-9]|posix/|right/|systemv/)'
		OR name OPERATOR(pg_catalog.=) ANY (ARRAY['utc', 'gmt', 'gmt+0', 'gmt-0', 'gmt0', 'uct', 'zulu', 'universal', 'greenwich', 'cuba', 'egypt', 'eire', 'gb', 'gb-eire',
			'hongkong', 'iceland', 'iran', 'israel', 'jamaica', 'japan', 'kwajalein', 'libya', 'navajo', 'nz', 'nz-chat', 'poland', 'portugal', 'prc', 'roc', 'rok',
			'singapore', 'turkey', 'w-su'])
	THEN
		RETURN true;
	END IF;
	RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'time zone must be the name of a place, or UTC',
		DETAIL = pg_catalog.format('The value is "%s". Abbreviations, such as EST, and offsets, such as UTC+3, are not accepted.', pg_catalog.left(zone, 100)),
		HINT = 'Name a city, such as America/New_York. All places: SELECT name FROM pg_timezone_names WHERE name ~ ''/'' AND name !~ ''^(Etc|posix)/'' ORDER BY name.';
END;
$$;
COMMENT ON FUNCTION lite_zone(text) IS 'true, or an error where it is not the name of a place or UTC; NULL for NULL';

CREATE FUNCTION local_day(at timestamptz, zone text) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN at IS NOT NULL AND lite_zone(zone) THEN (at AT TIME ZONE zone)::date END;
COMMENT ON FUNCTION local_day(timestamptz, text) IS 'the calendar day of a moment in a time zone, the name of a place such as Europe/Warsaw or UTC, never the session''s; NULL for NULL';

-- A call with a timestamp or a date would otherwise find the form above, by way
-- of the session's TimeZone.
CREATE FUNCTION local_day(at timestamp, zone text) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse('22023', 'cannot apply a time zone to a timestamp without time zone', 'Argument "at" has type timestamp and comes with a time zone.' || coalesce(left(zone, 0), ''),
		'For the calendar day that is written there: at::date. If it was written in UTC: local_day(at AT TIME ZONE ''UTC'', zone).') THEN NULL::date END;
COMMENT ON FUNCTION local_day(timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION local_day(at date, zone text) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse('22023', 'cannot apply a time zone to a date', 'Argument "at" has type date and comes with a time zone.' || coalesce(left(zone, 0), ''),
		'A date is a day already: write the column alone, without local_day.') THEN NULL::date END;
COMMENT ON FUNCTION local_day(date, text) IS 'always an error, also for NULL: a date is already a day and takes no time zone';

CREATE FUNCTION lite_refuse_zone(type text, call text, rest text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE type
		WHEN 'timestamptz' THEN lite_refuse('22023', 'cannot take the day of a timestamp with time zone without a named zone', 'Argument "at" is a moment, which lies on different days in different places.',
			'Name the zone whose midnight ends the day: ' || call || 'at' || rest || ', ''Europe/Warsaw''). A quoted day needs its type: date ''2026-01-05''.')
		WHEN 'timestamp' THEN lite_refuse('22023', 'cannot apply a time zone to a timestamp without time zone', 'Argument "at" has type timestamp and comes with a time zone.',
			'For the calendar day that is written there: ' || call || 'at' || rest || '). If it was written in UTC: ' || call || 'at AT TIME ZONE ''UTC''' || rest || ', zone).')
		ELSE lite_refuse('22023', 'cannot apply a time zone to a date', 'Argument "day" has type date and comes with a time zone.', 'Leave the time zone out: ' || call || 'day' || rest || ').') END;
COMMENT ON FUNCTION lite_refuse_zone(text, text, text) IS 'always an error: a day from a type that has none, or needs no zone';
