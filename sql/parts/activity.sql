--
-- activity: the days on which customers are active
--

--@type activitysummary symbol=chs_activity storage=external comment=per customer (a hash of the key), the set of active days; text form 1:base64

--@each customer: bigint, uuid, text
CREATE FUNCTION activitysummary_accum(activitysummary, customer @customer@, day date) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, @customer@, date) IS 'one more active day of a customer; a NULL customer or day counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer @customer@, at timestamp) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_timestamp_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, @customer@, timestamp) IS 'one more active day of a customer, the calendar day of at; a NULL customer or at counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer @customer@, at timestamptz, zone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_zone_@customer@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, @customer@, timestamptz, text) IS 'one more active day of a customer, the day of at in a time zone (the name of a place, or UTC); a NULL customer, at or zone counts nothing';

CREATE FUNCTION activitysummary_accum(activitysummary, customer @customer@, at timestamptz) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_moment_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, @customer@, timestamptz) IS 'always an error, also for NULL: a moment has a day only in a time zone';

CREATE FUNCTION activitysummary_accum(activitysummary, customer @customer@, at timestamp, zone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, @customer@, timestamp, text) IS 'always an error, also for NULL: a timestamp without time zone has no day in another zone';

CREATE FUNCTION activitysummary_accum(activitysummary, customer @customer@, day date, zone text) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_accum_day_refused' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_accum(activitysummary, @customer@, date, text) IS 'always an error, also for NULL: a date is already a day and takes no time zone';
--@end

CREATE FUNCTION combine(a activitysummary, b activitysummary) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(activitysummary, activitysummary) IS 'both summaries together: a day in either is active; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION activitysummary_final(activitysummary) RETURNS activitysummary
	AS 'MODULE_PATHNAME', 'chs_activity_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION activitysummary_final(activitysummary) IS 'end of an aggregate: the summary; NULL for NULL';

CREATE AGGREGATE rollup(activitysummary) (
	SFUNC = combine, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(activitysummary) IS 'all summaries together: a day in any is active; skips NULL, NULL when there was none';

--@each customer: bigint, uuid, text
CREATE AGGREGATE activity_agg(customer @customer@, day date) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, date) IS 'active days per customer; skips a NULL customer or day, NULL for no rows';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamp) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamp) IS 'active days per customer, the calendar days of at; skips a NULL customer or at, NULL for no rows';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamptz, zone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamptz, text) IS 'active days per customer, the days of at in a time zone (the name of a place, or UTC); skips a NULL customer, at or zone, NULL for no rows';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamptz) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamptz) IS 'always an error, NULL for no rows: a moment has a day only in a time zone';

CREATE AGGREGATE activity_agg(customer @customer@, at timestamp, zone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, timestamp, text) IS 'always an error, NULL for no rows: a timestamp without time zone has no day in another zone';

CREATE AGGREGATE activity_agg(customer @customer@, day date, zone text) (
	SFUNC = activitysummary_accum, STYPE = activitysummary, SSPACE = 8192,
	FINALFUNC = activitysummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE activity_agg(@customer@, date, text) IS 'always an error, NULL for no rows: a date is already a day and takes no time zone';
--@end

--
-- Accessors
--

--
-- One period.
--

CREATE FUNCTION active_customers(s activitysummary, period daterange) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_activity_active_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION active_customers(activitysummary, daterange) IS 'customers with an active day in the period; NULL for NULL';

CREATE FUNCTION active_customers(s activitysummary, period daterange, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_activity_active_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION active_customers(activitysummary, daterange, date) IS 'customers with an active day in the period up to as_of; NULL for NULL or a period after as_of';

CREATE FUNCTION stickiness(s activitysummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_activity_stickiness' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION stickiness(activitysummary, daterange) IS 'average daily active customers in % of those active in the period (DAU/MAU for a month); NULL for NULL or no active customer';

CREATE FUNCTION stickiness(s activitysummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_activity_stickiness' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION stickiness(activitysummary, daterange, date) IS 'average daily active customers, over the days of the period up to as_of, in % of those active on them; NULL for NULL, no active customer or a period after as_of';

CREATE FUNCTION repeat_rate(s activitysummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_activity_repeat_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION repeat_rate(activitysummary, daterange) IS '% of the active customers of the period who are active on two of its days or more; NULL for NULL or no active customer';

CREATE FUNCTION repeat_rate(s activitysummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_activity_repeat_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION repeat_rate(activitysummary, daterange, date) IS '% of the active customers of the period up to as_of who are active on two of its days or more; NULL for NULL, no active customer or a period after as_of';

CREATE FUNCTION adoption_rate(feature activitysummary, base activitysummary, period daterange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_activity_adoption_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adoption_rate(activitysummary, activitysummary, daterange) IS '% of the active customers of base in the period who are active in feature, too; NULL for NULL or no active customer in base';

CREATE FUNCTION adoption_rate(feature activitysummary, base activitysummary, period daterange, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_activity_adoption_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adoption_rate(activitysummary, activitysummary, daterange, date) IS '% of the active customers of base in the period up to as_of who are active in feature, too; NULL for NULL, no active customer in base or a period after as_of';

CREATE FUNCTION active_days(s activitysummary, period daterange,
	OUT days bigint, OUT customers bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_active_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 30;
COMMENT ON FUNCTION active_days(activitysummary, daterange) IS 'a row per number of days from 1 to all of the period: customers active on exactly that many; no rows for NULL';

CREATE FUNCTION active_days(s activitysummary, period daterange, as_of date,
	OUT days bigint, OUT customers bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_active_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 30;
COMMENT ON FUNCTION active_days(activitysummary, daterange, date) IS 'a row per number of days from 1 to all of the period up to as_of: customers active on exactly that many; no rows for NULL or a period after as_of';

--
-- From counts and amounts.
--

CREATE FUNCTION adoption_rate(adopters numeric, eligible numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_adoption_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adoption_rate(numeric, numeric) IS 'adopters / eligible in percent, from two counts; NULL for NULL or eligible 0';

CREATE FUNCTION usage_rate(used numeric, entitled numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_usage_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION usage_rate(numeric, numeric) IS 'used / entitled in percent, from two amounts of one unit, above 100 when more is used; NULL for NULL or entitled 0';

CREATE FUNCTION usage_rate(used float8, entitled float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_usage_rate_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION usage_rate(float8, float8) IS 'used / entitled in percent, from two amounts of one unit, above 100 when more is used; NULL for NULL or entitled 0';

--
-- Every bucket.
--

CREATE FUNCTION activity_timeline(s activitysummary, bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT active bigint, OUT new bigint, OUT retained bigint, OUT resurrected bigint, OUT lost bigint, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_timeline_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION activity_timeline(activitysummary, text, date, date, date) IS 'a row per day, week, month, quarter or year from from_day to before to_day, in customers: active = new + retained + resurrected, lost were active in the bucket before; stickiness in percent over the days up to as_of, NULL without an active customer; complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION activity_timeline(s activitysummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT active bigint, OUT new bigint, OUT retained bigint, OUT resurrected bigint, OUT lost bigint, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_timeline_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION activity_timeline(activitysummary, date[], date, date, date) IS 'a row per bucket between sorted boundaries from from_day to before to_day, in customers: active = new + retained + resurrected, lost were active in the bucket before; stickiness in percent over the days up to as_of, NULL without an active customer; complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION activity_rolling(s activitysummary, window_days bigint, from_day date, to_day date, as_of date, step_days bigint DEFAULT 1,
	OUT day date, OUT active_on_day bigint, OUT active_in_window bigint, OUT new bigint, OUT resurrected bigint, OUT lapsed bigint,
	OUT retention_rate float8, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_rolling' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 365;
COMMENT ON FUNCTION activity_rolling(activitysummary, bigint, date, date, date, bigint) IS 'a row per step_days days of the window_days days that end with it, up to as_of: counts of customers, rates in percent, NULL where the denominator is 0; complete when as_of has reached the day; no rows for NULL';

CREATE FUNCTION activity_rolling(s activitysummary, windows bigint[], from_day date, to_day date, as_of date, step_days bigint DEFAULT 1,
	OUT day date, OUT window_days bigint, OUT active_on_day bigint, OUT active_in_window bigint, OUT new bigint, OUT resurrected bigint, OUT lapsed bigint,
	OUT retention_rate float8, OUT stickiness float8, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_rolling_windows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION activity_rolling(activitysummary, bigint[], date, date, date, bigint) IS 'a row per step_days days and window, of the window_days days that end with the day, up to as_of: counts of customers, rates in percent, NULL where the denominator is 0; complete when as_of has reached the day; no rows for NULL';

CREATE FUNCTION cohort_retention(s activitysummary, bucket text, from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cohort_retention_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION cohort_retention(activitysummary, text, date, date, date, text) IS 'customers by the day, week, month, quarter or year of their first active day, and how many are active (mode on_or_after: or later) in it (period 0) and in each one after it up to that of as_of: counts, rate in percent; NULL while the bucket runs; no rows for NULL';

CREATE FUNCTION cohort_retention(s activitysummary, boundaries date[], from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cohort_retention_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION cohort_retention(activitysummary, date[], date, date, date, text) IS 'customers by the bucket between sorted boundaries of their first active day, and how many are active (mode on_or_after: or later) in it (period 0) and in each one after it up to that of as_of: counts, rate in percent; NULL while the bucket runs; no rows for NULL';

-- The same values under another name: a call with one summary and literals
-- for all else, cohort_retention(s, 'month', '2026-01-01', '2027-01-01',
-- '2026-12-31', 'on_or_after'), matches functions of one summary exactly and
-- those of two only by way of the domain.  With one type for both, the server
-- could not choose.
CREATE DOMAIN activityentry AS activitysummary;
COMMENT ON DOMAIN activityentry IS 'an activitysummary of first days, as of sign-ups';

CREATE FUNCTION cohort_retention(entry activityentry, activity activitysummary, bucket text, from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_entry_retention_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION cohort_retention(activityentry, activitysummary, text, date, date, date, text) IS 'customers of entry by the day, week, month, quarter or year of their first day there, and how many have activity (mode on_or_after: or later) in it (period 0) and in each one after it up to that of as_of: counts, rate in percent; NULL while the bucket runs; no rows for NULL';

CREATE FUNCTION cohort_retention(entry activityentry, activity activitysummary, boundaries date[], from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT cohort date, OUT size bigint, OUT period integer, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_entry_retention_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION cohort_retention(activityentry, activitysummary, date[], date, date, date, text) IS 'customers of entry by the bucket between sorted boundaries of their first day there, and how many have activity (mode on_or_after: or later) in it (period 0) and in each one after it up to that of as_of: counts, rate in percent; NULL while the bucket runs; no rows for NULL';

CREATE FUNCTION day_retention(s activitysummary, days bigint[], from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT day integer, OUT eligible bigint, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_day_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION day_retention(activitysummary, bigint[], date, date, date, text) IS 'a row per element of days, counted from the first active day of each customer who has it from from_day to before to_day: eligible (known by as_of) and retained customers (mode on, on_or_after, within or between), rate in percent, NULL where no customer is eligible; no rows for NULL';

CREATE FUNCTION day_retention(s activitysummary, days bigint[], from_day date, to_day date, as_of date, mode text, bucket text,
	OUT cohort date, OUT day integer, OUT eligible bigint, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cohort_days_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION day_retention(activitysummary, bigint[], date, date, date, text, text) IS 'rows per day, week, month, quarter or year of the first active day of its customers, one for each element of days counted from that day: eligible (known by as_of) and retained customers (mode on, on_or_after, within or between), rate in percent, NULL where no customer is eligible; no rows for NULL';

CREATE FUNCTION day_retention(s activitysummary, days bigint[], from_day date, to_day date, as_of date, mode text, boundaries date[],
	OUT cohort date, OUT day integer, OUT eligible bigint, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_cohort_days_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION day_retention(activitysummary, bigint[], date, date, date, text, date[]) IS 'rows per bucket between sorted boundaries of the first active day of its customers, one for each element of days counted from that day: eligible (known by as_of) and retained customers (mode on, on_or_after, within or between), rate in percent, NULL where no customer is eligible; no rows for NULL';

CREATE FUNCTION day_retention(entry activityentry, activity activitysummary, days bigint[], from_day date, to_day date, as_of date, mode text DEFAULT 'on',
	OUT day integer, OUT eligible bigint, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_entry_day_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION day_retention(activityentry, activitysummary, bigint[], date, date, date, text) IS 'a row per element of days, counted from the first day in entry of each customer who has it from from_day to before to_day: eligible (known by as_of) and retained customers (mode on, on_or_after, within or between), rate in percent, NULL where no customer is eligible; no rows for NULL';

CREATE FUNCTION day_retention(entry activityentry, activity activitysummary, days bigint[], from_day date, to_day date, as_of date, mode text, bucket text,
	OUT cohort date, OUT day integer, OUT eligible bigint, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_entry_cohort_days_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION day_retention(activityentry, activitysummary, bigint[], date, date, date, text, text) IS 'rows per day, week, month, quarter or year of the first day in entry of its customers, one for each element of days counted from that day: eligible (known by as_of) and retained customers (mode on, on_or_after, within or between), rate in percent, NULL where no customer is eligible; no rows for NULL';

CREATE FUNCTION day_retention(entry activityentry, activity activitysummary, days bigint[], from_day date, to_day date, as_of date, mode text, boundaries date[],
	OUT cohort date, OUT day integer, OUT eligible bigint, OUT retained bigint, OUT rate float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_entry_cohort_days_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION day_retention(activityentry, activitysummary, bigint[], date, date, date, text, date[]) IS 'rows per bucket between sorted boundaries of the first day in entry of its customers, one for each element of days counted from that day: eligible (known by as_of) and retained customers (mode on, on_or_after, within or between), rate in percent, NULL where no customer is eligible; no rows for NULL';

CREATE FUNCTION activity_rows(s activitysummary, OUT key uuid, OUT day date) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_activity_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION activity_rows(activitysummary) IS 'a look into the value: a row per active day of each customer, whose key is shown as its hash; no rows for NULL';
