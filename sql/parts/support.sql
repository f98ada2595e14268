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
COMMENT ON FUNCTION business_seconds(businesshours, timestamptz, timestamptz) IS 'business time between two moments, in seconds; NULL for NULL';

CREATE FUNCTION business_seconds(calendar businesshours, periods tstzmultirange) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_seconds_of_ranges' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, tstzmultirange) IS 'business time within periods, in seconds; NULL for NULL, 0 for no period';

CREATE FUNCTION business_add(calendar businesshours, from_time timestamptz, business_time interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'chs_business_add_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION business_add(businesshours, timestamptz, interval) IS 'the deadline: the earliest moment with that much business time, hours and not days, after from_time; NULL for NULL';

-- Calls with a timestamp or a date would otherwise find the forms above, by way
-- of the session's TimeZone.

--@each from to refusal: timestamp timestamp from_timestamp, timestamp timestamptz from_timestamp, timestamp date from_timestamp, date timestamp from_date, date timestamptz from_date, date date from_date, timestamptz timestamp to_timestamp, timestamptz date to_date
CREATE FUNCTION business_time(calendar businesshours, from_time @from@, to_time @to@) RETURNS interval
	AS 'MODULE_PATHNAME', 'chs_business_@refusal@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_time(businesshours, @from@, @to@) IS 'always an error, also for NULL: business time runs between two values of type timestamptz';

CREATE FUNCTION business_seconds(calendar businesshours, from_time @from@, to_time @to@) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_business_@refusal@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_seconds(businesshours, @from@, @to@) IS 'always an error, also for NULL: seconds of business time run between two values of type timestamptz';
--@end

--@each from: timestamp, date
CREATE FUNCTION business_add(calendar businesshours, from_time @from@, business_time interval) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'chs_business_from_@from@' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION business_add(businesshours, @from@, interval) IS 'always an error, also for NULL: a deadline needs a timestamptz';
--@end

--
-- Tickets: opened, resolved, open.
--

--@type ticketsummary symbol=chs_tickets storage=extended comment=per day: tickets opened and resolved, and the sum of the opening days of the resolved; text form 1:base64

CREATE FUNCTION ticketsummary_accum(ticketsummary, opened date, resolved date) RETURNS ticketsummary
	AS 'MODULE_PATHNAME', 'chs_tickets_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ticketsummary_accum(ticketsummary, date, date) IS 'one more ticket (resolved NULL: open); a NULL opened counts nothing';

CREATE FUNCTION ticketsummary_accum_inv(ticketsummary, opened date, resolved date) RETURNS ticketsummary
	AS 'MODULE_PATHNAME', 'chs_tickets_accum_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ticketsummary_accum_inv(ticketsummary, date, date) IS 'one ticket less, for moving windows; a NULL opened takes nothing away';

CREATE FUNCTION combine(a ticketsummary, b ticketsummary) RETURNS ticketsummary
	AS 'MODULE_PATHNAME', 'chs_tickets_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(ticketsummary, ticketsummary) IS 'both summaries together, of disjoint rows; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION ticketsummary_combine_inv(a ticketsummary, b ticketsummary) RETURNS ticketsummary
	AS 'MODULE_PATHNAME', 'chs_tickets_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ticketsummary_combine_inv(ticketsummary, ticketsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION ticketsummary_final(ticketsummary) RETURNS ticketsummary
	AS 'MODULE_PATHNAME', 'chs_tickets_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ticketsummary_final(ticketsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE ticket_agg(opened date, resolved date) (
	SFUNC = ticketsummary_accum, STYPE = ticketsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = ticketsummary_final, COMBINEFUNC = combine,
	MSFUNC = ticketsummary_accum, MINVFUNC = ticketsummary_accum_inv, MSTYPE = ticketsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = ticketsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ticket_agg(date, date) IS 'tickets opened and resolved per day (resolved NULL: open); skips a NULL opened, NULL for no tickets';

CREATE AGGREGATE rollup(ticketsummary) (
	SFUNC = combine, STYPE = ticketsummary, SSPACE = 8192, INITCOND = '1:AQAAAAA=',
	FINALFUNC = ticketsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = ticketsummary_combine_inv, MSTYPE = ticketsummary, MSSPACE = 8192, MINITCOND = '1:AQAAAAA=',
	MFINALFUNC = ticketsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(ticketsummary) IS 'all summaries together, of disjoint rows; skips NULL, NULL when nothing was counted';

CREATE FUNCTION backlog(s ticketsummary, day date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_tickets_backlog' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION backlog(ticketsummary, date) IS 'tickets that are open at the end of a day, a count; NULL for NULL';

CREATE FUNCTION backlog(s ticketsummary, day date, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_tickets_backlog' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION backlog(ticketsummary, date, date) IS 'tickets that are open at the end of a day, a count; NULL for NULL or a day after as_of';

CREATE FUNCTION backlog_age(s ticketsummary, day date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_tickets_backlog_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION backlog_age(ticketsummary, date) IS 'mean days since the tickets were opened that are open at the end of a day; NULL for NULL or no open ticket';

CREATE FUNCTION backlog_age(s ticketsummary, day date, as_of date) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_tickets_backlog_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION backlog_age(ticketsummary, date, date) IS 'mean days since the tickets were opened that are open at the end of a day; NULL for NULL, no open ticket or a day after as_of';

CREATE FUNCTION ticket_flow(s ticketsummary, bucket text, from_day date, to_day date, as_of date,
	OUT period_start date, OUT opened bigint, OUT resolved bigint, OUT backlog bigint, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_ticket_flow_by_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION ticket_flow(ticketsummary, text, date, date, date) IS 'a row per day, week, month, quarter or year from from_day to before to_day: counts of tickets opened, resolved, and open at its end, without the days after as_of, complete when as_of has reached its last day; no rows for NULL';

CREATE FUNCTION ticket_flow(s ticketsummary, boundaries date[], from_day date, to_day date, as_of date,
	OUT period_start date, OUT opened bigint, OUT resolved bigint, OUT backlog bigint, OUT complete boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_ticket_flow_by_bounds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION ticket_flow(ticketsummary, date[], date, date, date) IS 'a row per bucket between sorted boundaries from from_day to before to_day: counts of tickets opened, resolved, and open at its end, without the days after as_of, complete when as_of has reached its last day; no rows for NULL';

--
-- Service levels: tickets answered by their deadline.
--

CREATE FUNCTION ratiosummary_sla_accum(ratiosummary, opened timestamptz, responded timestamptz, target interval, known_until timestamptz) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_sla_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_sla_accum(ratiosummary, timestamptz, timestamptz, interval, timestamptz) IS 'one more ticket, if its deadline (target by the clock, a day 24 hours) is not after known_until; responded NULL: not answered; a NULL opened, target or known_until counts nothing';

CREATE FUNCTION ratiosummary_sla_accum_inv(ratiosummary, opened timestamptz, responded timestamptz, target interval, known_until timestamptz) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_sla_accum_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_sla_accum_inv(ratiosummary, timestamptz, timestamptz, interval, timestamptz) IS 'one ticket less, for moving windows; a NULL opened, target or known_until takes nothing away';

CREATE AGGREGATE sla_agg(opened timestamptz, responded timestamptz, target interval, known_until timestamptz) (
	SFUNC = ratiosummary_sla_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_sla_accum, MINVFUNC = ratiosummary_sla_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = ratiosummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_agg(timestamptz, timestamptz, interval, timestamptz) IS 'tickets answered by their deadline (opened + target, by the clock, a day 24 hours), of those whose deadline is not after known_until, as a summary; responded NULL: not answered; skips a NULL opened, target or known_until, NULL when none was due';

CREATE AGGREGATE sla_rate(opened timestamptz, responded timestamptz, target interval, known_until timestamptz) (
	SFUNC = ratiosummary_sla_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_sla_accum, MINVFUNC = ratiosummary_sla_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_rate(timestamptz, timestamptz, interval, timestamptz) IS 'tickets answered by their deadline (opened + target, by the clock, a day 24 hours), in percent of those whose deadline is not after known_until; responded NULL: not answered; skips a NULL opened, target or known_until, NULL when none was due';

-- A call with a timestamp or a date would otherwise find the forms above, by way
-- of the session's TimeZone.  These refuse what comes from one table, and each
-- argument alone; other mixes fit two of them equally well, and PostgreSQL
-- refuses them as not unique.

CREATE FUNCTION ratiosummary_sla_refuse(ratiosummary, opened "any", responded "any", target interval, known_until "any") RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_sla_refuse' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_sla_refuse(ratiosummary, "any", "any", interval, "any") IS 'always an error, also for NULL: a timestamp without time zone or the midnight of a date depends on the zone of the session';

--@each opened responded known: timestamp timestamp timestamp, date date date, timestamp timestamp timestamptz, date date timestamptz, timestamp timestamptz timestamptz, date timestamptz timestamptz, timestamptz timestamp timestamptz, timestamptz date timestamptz, timestamptz timestamptz timestamp, timestamptz timestamptz date
CREATE AGGREGATE sla_agg(opened @opened@, responded @responded@, target interval, known_until @known@) (
	SFUNC = ratiosummary_sla_refuse, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_agg(@opened@, @responded@, interval, @known@) IS 'always an error, NULL for no rows: a timestamp without time zone or the midnight of a date depends on the zone of the session';

CREATE AGGREGATE sla_rate(opened @opened@, responded @responded@, target interval, known_until @known@) (
	SFUNC = ratiosummary_sla_refuse, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_rate(@opened@, @responded@, interval, @known@) IS 'always an error and never a percentage, NULL for no rows: a timestamp without time zone or the midnight of a date depends on the zone of the session';
--@end

--
-- Service levels in business time.
--

CREATE FUNCTION ratiosummary_sla_accum(ratiosummary, opened timestamptz, responded timestamptz, target interval, known_until timestamptz, calendar businesshours) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_sla_accum_calendar' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_sla_accum(ratiosummary, timestamptz, timestamptz, interval, timestamptz, businesshours) IS 'one more ticket, if its deadline (target in business time) is not after known_until; responded NULL: not answered; a NULL opened, target, known_until or calendar counts nothing';

CREATE FUNCTION ratiosummary_sla_accum_inv(ratiosummary, opened timestamptz, responded timestamptz, target interval, known_until timestamptz, calendar businesshours) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_sla_accum_inv_calendar' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_sla_accum_inv(ratiosummary, timestamptz, timestamptz, interval, timestamptz, businesshours) IS 'one ticket less, for moving windows; a NULL opened, target, known_until or calendar takes nothing away';

CREATE AGGREGATE sla_agg(opened timestamptz, responded timestamptz, target interval, known_until timestamptz, calendar businesshours) (
	SFUNC = ratiosummary_sla_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_sla_accum, MINVFUNC = ratiosummary_sla_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = ratiosummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_agg(timestamptz, timestamptz, interval, timestamptz, businesshours) IS 'tickets answered by their deadline (opened + target, in business time), of those whose deadline is not after known_until, as a summary; responded NULL: not answered; skips a NULL opened, target, known_until or calendar, NULL when none was due';

CREATE AGGREGATE sla_rate(opened timestamptz, responded timestamptz, target interval, known_until timestamptz, calendar businesshours) (
	SFUNC = ratiosummary_sla_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_sla_accum, MINVFUNC = ratiosummary_sla_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_rate(timestamptz, timestamptz, interval, timestamptz, businesshours) IS 'tickets answered by their deadline (opened + target, in business time), in percent of those whose deadline is not after known_until; responded NULL: not answered; skips a NULL opened, target, known_until or calendar, NULL when none was due';

-- The forms that refuse, as above.

CREATE FUNCTION ratiosummary_sla_refuse(ratiosummary, opened "any", responded "any", target interval, known_until "any", calendar businesshours) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_sla_refuse' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_sla_refuse(ratiosummary, "any", "any", interval, "any", businesshours) IS 'always an error, also for NULL: a timestamp without time zone or the midnight of a date depends on the zone of the session';

--@each opened responded known: timestamp timestamp timestamp, date date date, timestamp timestamp timestamptz, date date timestamptz, timestamp timestamptz timestamptz, date timestamptz timestamptz, timestamptz timestamp timestamptz, timestamptz date timestamptz, timestamptz timestamptz timestamp, timestamptz timestamptz date
CREATE AGGREGATE sla_agg(opened @opened@, responded @responded@, target interval, known_until @known@, calendar businesshours) (
	SFUNC = ratiosummary_sla_refuse, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_agg(@opened@, @responded@, interval, @known@, businesshours) IS 'always an error, NULL for no rows: a timestamp without time zone or the midnight of a date depends on the zone of the session';

CREATE AGGREGATE sla_rate(opened @opened@, responded @responded@, target interval, known_until @known@, calendar businesshours) (
	SFUNC = ratiosummary_sla_refuse, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_rate(@opened@, @responded@, interval, @known@, businesshours) IS 'always an error and never a percentage, NULL for no rows: a timestamp without time zone or the midnight of a date depends on the zone of the session';
--@end

--
-- First contact resolution.
--

--@each contacts c: integer int4, bigint int8, numeric numeric, float8 float8
CREATE FUNCTION ratiosummary_contacts_accum(ratiosummary, contacts @contacts@, resolved boolean) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_contacts_accum_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_contacts_accum(ratiosummary, @contacts@, boolean) IS 'one more ticket, if it is resolved; NULL for NULL';

CREATE FUNCTION ratiosummary_contacts_accum_inv(ratiosummary, contacts @contacts@, resolved boolean) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_contacts_accum_inv_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_contacts_accum_inv(ratiosummary, @contacts@, boolean) IS 'one ticket less, for moving windows; NULL for NULL';

CREATE FUNCTION ratiosummary_contacts_accum(ratiosummary, contacts @contacts@, resolved boolean, contacts_allowed bigint) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_contacts_accum_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_contacts_accum(ratiosummary, @contacts@, boolean, bigint) IS 'one more ticket, if it is resolved; NULL for NULL';

CREATE FUNCTION ratiosummary_contacts_accum_inv(ratiosummary, contacts @contacts@, resolved boolean, contacts_allowed bigint) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_contacts_accum_inv_@c@' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_contacts_accum_inv(ratiosummary, @contacts@, boolean, bigint) IS 'one ticket less, for moving windows; NULL for NULL';
--@end

--@each contacts: integer, bigint, numeric, float8
CREATE AGGREGATE first_contact_resolution(contacts @contacts@, resolved boolean) (
	SFUNC = ratiosummary_contacts_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_contacts_accum, MINVFUNC = ratiosummary_contacts_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE first_contact_resolution(@contacts@, boolean) IS 'tickets resolved with one contact, in percent of the resolved ones; skips NULL, NULL when none was resolved';

CREATE AGGREGATE first_contact_resolution(contacts @contacts@, resolved boolean, contacts_allowed bigint) (
	SFUNC = ratiosummary_contacts_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_contacts_accum, MINVFUNC = ratiosummary_contacts_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE first_contact_resolution(@contacts@, boolean, bigint) IS 'tickets resolved with at most contacts_allowed contacts, in percent of the resolved ones; skips NULL, NULL when none was resolved';
--@end
