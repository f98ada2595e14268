--
-- support: answers in time, solved at the first contact
--

CREATE FUNCTION lite_refuse_ticket(opened timestamptz, responded timestamptz, target interval, known_until timestamptz) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	wrong timestamptz := CASE WHEN NOT isfinite(opened) THEN opened WHEN NOT isfinite(responded) THEN responded ELSE known_until END;
	what text := CASE WHEN NOT isfinite(opened) THEN 'opened' WHEN NOT isfinite(responded) THEN 'responded' ELSE 'known_until' END;
BEGIN
	IF NOT isfinite(wrong) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('"%s" must be a finite timestamp', what), DETAIL = format('The value is %s.', wrong),
			HINT = CASE what WHEN 'known_until' THEN 'Pass a real moment, for instance ''2026-01-01 00:00+00''.'
				ELSE format('Where it means unknown or open, make it NULL: nullif(%s, ''%s''). All such rows: SELECT ... WHERE NOT isfinite(%s).', what, wrong, what) END;
	ELSIF responded < opened THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = '"responded" is before "opened"',
			DETAIL = format('In UTC, the ticket was opened at %s and responded to at %s.', opened AT TIME ZONE 'UTC', responded AT TIME ZONE 'UTC'),
			HINT = 'Correct the row, or leave it out with FILTER (WHERE responded IS NULL OR responded >= opened). All such rows: SELECT ... WHERE responded < opened.';
	ELSIF extract(month FROM target) <> 0 OR extract(year FROM target) <> 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = '"target" must not have months or years', DETAIL = format('The value is %s.', target),
			HINT = 'A month has no fixed length: write days or hours, for instance ''30 days''.';
	END IF;
	RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = '"target" must not be negative', DETAIL = format('The value is %s.', target),
		HINT = 'Pass the time within which a ticket must be answered, for instance ''4 hours''.';
END;
$$;
COMMENT ON FUNCTION lite_refuse_ticket(timestamptz, timestamptz, interval, timestamptz) IS 'always an error: what is wrong with a ticket';

CREATE FUNCTION lite_refuse_moment(opened text, responded text, known_until text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT lite_refuse('22023', '"' || what || '" must be a timestamp with time zone',
		CASE type WHEN 'date' THEN 'It is a date, whose midnight depends on the session''s time zone.' ELSE 'It is a timestamp without time zone, which the session''s time zone would shift.' END,
		CASE type WHEN 'date' THEN 'Name the zone of its midnight: ' || what || '::timestamp AT TIME ZONE ''Europe/Warsaw''.'
			ELSE 'Name the zone that it was written in: ' || what || ' AT TIME ZONE ''Europe/Warsaw''.' END)
	FROM (VALUES (1, 'opened', opened), (2, 'responded', responded), (3, 'known_until', known_until)) AS v(n, what, type)
	WHERE type <> 'timestamptz' ORDER BY n LIMIT 1;
END;
COMMENT ON FUNCTION lite_refuse_moment(text, text, text) IS 'always an error: which of three arguments is no moment';

CREATE FUNCTION lite_refuse_contacts(contacts numeric, contacts_allowed bigint) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF contacts < 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = '"contacts" must not be negative', DETAIL = format('The value is %s.', left(contacts::text, 30)),
			HINT = 'Correct the row, or leave it out with FILTER (WHERE contacts >= 0).';
	ELSIF contacts IN ('NaN', 'Infinity') THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = '"contacts" must be finite', DETAIL = format('The value is %s.', contacts),
			HINT = 'Turn it into NULL, for instance with CASE WHEN abs(contacts) < 1e300 THEN contacts END.';
	ELSIF contacts <> trunc(contacts) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = '"contacts" must be a whole number', DETAIL = format('The value is %s.', left(contacts::text, 30)),
			HINT = 'Pass a count, not a share: count(*). Where a count got a fraction on its way: round(contacts).';
	ELSIF contacts_allowed < 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = '"contacts_allowed" must not be negative', DETAIL = format('The value is %s.', contacts_allowed),
			HINT = 'Pass how many contacts a resolution at first contact may take: 1, or 0 where the tool counts those after the first.';
	END IF;
	RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = '"contacts" must not be 0 where the first contact counts', DETAIL = 'The value is 0.',
		HINT = 'If the tool counts the contacts after the first, allow none of them: first_contact_resolution(contacts, resolved, 0). If it counts every contact, leave tickets without one out with FILTER (WHERE contacts > 0).';
END;
$$;
COMMENT ON FUNCTION lite_refuse_contacts(numeric, bigint) IS 'always an error: what is wrong with a number of contacts';

CREATE FUNCTION ratiosummary_sla_accum(ratio ratiosummary, opened timestamptz, responded timestamptz, target interval, known_until timestamptz) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN opened IS NULL OR target IS NULL OR known_until IS NULL THEN ratio
		WHEN isfinite(opened) AND isfinite(known_until) AND (responded IS NULL OR isfinite(responded) AND responded >= opened)
			AND extract(month FROM target) = 0 AND extract(year FROM target) = 0 AND target >= '0' THEN
			lite_count(ratio, extract(epoch FROM known_until) - extract(epoch FROM opened) >= extract(epoch FROM target),
				coalesce(extract(epoch FROM responded) - extract(epoch FROM opened) <= extract(epoch FROM target), false))
		WHEN lite_refuse_ticket(opened, responded, target, known_until) THEN NULL END;
COMMENT ON FUNCTION ratiosummary_sla_accum(ratiosummary, timestamptz, timestamptz, interval, timestamptz) IS 'one more ticket, if its deadline (target by the clock, a day 24 hours) is not after known_until; responded NULL: not answered; a NULL opened, target or known_until counts nothing';

CREATE AGGREGATE sla_agg(opened timestamptz, responded timestamptz, target interval, known_until timestamptz) (
	SFUNC = ratiosummary_sla_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_agg(timestamptz, timestamptz, interval, timestamptz) IS 'tickets answered by their deadline (opened + target, by the clock, a day 24 hours), of those whose deadline is not after known_until, as a summary; responded NULL: not answered; skips a NULL opened, target or known_until, NULL when none was due';

CREATE AGGREGATE sla_rate(opened timestamptz, responded timestamptz, target interval, known_until timestamptz) (
	SFUNC = ratiosummary_sla_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_rate(timestamptz, timestamptz, interval, timestamptz) IS 'tickets answered by their deadline (opened + target, by the clock, a day 24 hours), in percent of those whose deadline is not after known_until; responded NULL: not answered; skips a NULL opened, target or known_until, NULL when none was due';

-- A call with a timestamp or a date would otherwise find the forms above, by way
-- of the session's TimeZone.
--@each opened responded known: timestamp timestamp timestamp, date date date, timestamp timestamp timestamptz, date date timestamptz, timestamp timestamptz timestamptz, date timestamptz timestamptz, timestamptz timestamp timestamptz, timestamptz date timestamptz, timestamptz timestamptz timestamp, timestamptz timestamptz date
CREATE FUNCTION ratiosummary_sla_refuse(ratio ratiosummary, opened @opened@, responded @responded@, target interval, known_until @known@) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN lite_refuse_moment('@opened@', '@responded@', '@known@') THEN ratio END;
COMMENT ON FUNCTION ratiosummary_sla_refuse(ratiosummary, @opened@, @responded@, interval, @known@) IS 'always an error, also for NULL: a timestamp without time zone or the midnight of a date depends on the zone of the session';

CREATE AGGREGATE sla_agg(opened @opened@, responded @responded@, target interval, known_until @known@) (
	SFUNC = ratiosummary_sla_refuse, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_agg(@opened@, @responded@, interval, @known@) IS 'always an error, NULL for no rows: a timestamp without time zone or the midnight of a date depends on the zone of the session';

CREATE AGGREGATE sla_rate(opened @opened@, responded @responded@, target interval, known_until @known@) (
	SFUNC = ratiosummary_sla_refuse, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sla_rate(@opened@, @responded@, interval, @known@) IS 'always an error and never a percentage, NULL for no rows: a timestamp without time zone or the midnight of a date depends on the zone of the session';
--@end

--@each contacts: integer, bigint, numeric, float8
CREATE FUNCTION ratiosummary_contacts_accum(ratio ratiosummary, contacts @contacts@, resolved boolean) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN contacts > 0 AND contacts < 9223372036854775807 AND contacts::numeric = trunc(contacts::numeric) THEN lite_count(ratio, resolved, contacts = 1)
		WHEN lite_refuse_contacts(contacts::numeric, NULL) THEN ratio END;
COMMENT ON FUNCTION ratiosummary_contacts_accum(ratiosummary, @contacts@, boolean) IS 'one more ticket, if it is resolved; NULL for NULL';

CREATE FUNCTION ratiosummary_contacts_accum(ratio ratiosummary, contacts @contacts@, resolved boolean, contacts_allowed bigint) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN contacts >= 0 AND contacts < 9223372036854775807 AND contacts::numeric = trunc(contacts::numeric) AND contacts_allowed >= 0 THEN lite_count(ratio, resolved, contacts <= contacts_allowed)
		WHEN lite_refuse_contacts(contacts::numeric, contacts_allowed) THEN ratio END;
COMMENT ON FUNCTION ratiosummary_contacts_accum(ratiosummary, @contacts@, boolean, bigint) IS 'one more ticket, if it is resolved; NULL for NULL';

CREATE AGGREGATE first_contact_resolution(contacts @contacts@, resolved boolean) (
	SFUNC = ratiosummary_contacts_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE first_contact_resolution(@contacts@, boolean) IS 'tickets resolved with one contact, in percent of the resolved ones; skips NULL, NULL when none was resolved';

CREATE AGGREGATE first_contact_resolution(contacts @contacts@, resolved boolean, contacts_allowed bigint) (
	SFUNC = ratiosummary_contacts_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE first_contact_resolution(@contacts@, boolean, bigint) IS 'tickets resolved with at most contacts_allowed contacts, in percent of the resolved ones; skips NULL, NULL when none was resolved';
--@end
