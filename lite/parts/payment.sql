--
-- payment: invoices that are paid on time or late
--

CREATE FUNCTION days_late(due date, paid date, as_of date) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN due IS NULL OR as_of IS NULL THEN NULL
		WHEN isfinite(due) AND isfinite(paid) IS NOT FALSE AND isfinite(as_of) THEN greatest(least(paid, as_of) - due, 0)
		WHEN lite_refuse_due(due, paid, as_of) THEN NULL END;
COMMENT ON FUNCTION days_late(date, date, date) IS 'days from due to paid, or to as_of where nothing was paid by then, 0 when on time or not due yet; paid NULL: not paid; NULL for a NULL due or as_of';

CREATE FUNCTION ratiosummary_on_time_accum(ratio ratiosummary, due date, paid date, as_of date) RETURNS ratiosummary
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN due IS NULL OR as_of IS NULL THEN ratio
		WHEN isfinite(due) AND isfinite(paid) IS NOT FALSE AND isfinite(as_of) THEN lite_count(ratio, due < as_of, coalesce(paid <= due, false))
		WHEN lite_refuse_due(due, paid, as_of) THEN NULL END;
COMMENT ON FUNCTION ratiosummary_on_time_accum(ratiosummary, date, date, date) IS 'one more invoice, if it was due before as_of; paid NULL: not paid; a NULL due or as_of counts nothing';

CREATE AGGREGATE on_time_agg(due date, paid date, as_of date) (
	SFUNC = ratiosummary_on_time_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE on_time_agg(date, date, date) IS 'invoices paid by their due day, of those due before as_of, as a summary; paid NULL: not paid; skips a NULL due or as_of, NULL when none was due';

CREATE AGGREGATE on_time_rate(due date, paid date, as_of date) (
	SFUNC = ratiosummary_on_time_accum, STYPE = ratiosummary, INITCOND = '(0,0)',
	FINALFUNC = rate, COMBINEFUNC = combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE on_time_rate(date, date, date) IS 'invoices paid by their due day, in percent of those due before as_of; paid NULL: not paid; skips a NULL due or as_of, NULL when none was due';

--@each name balance: dso receivables, best_possible_dso current_receivables
CREATE FUNCTION @name@(@balance@ numeric, credit_sales numeric, days bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_amount(@balance@, '@balance@') IS NOT NULL AND lite_amount(credit_sales, 'credit_sales') IS NOT NULL
			AND lite_within(days, 1, 3652500, 'days', 'Pass the days in which the credit sales were made: 90 for a quarter, 365 for a year.') IS NOT NULL
		THEN (@balance@ * days / nullif(credit_sales, 0))::float8 END;
COMMENT ON FUNCTION @name@(numeric, numeric, bigint) IS '@balance@ in days of credit sales; NULL for NULL or no sales';
--@end

CREATE FUNCTION collection_effectiveness(opening numeric, sales numeric, closing numeric, closing_current numeric) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN lite_amount(opening, 'opening') IS NULL OR lite_amount(sales, 'sales') IS NULL OR lite_amount(closing, 'closing') IS NULL OR lite_amount(closing_current, 'closing_current') IS NULL THEN NULL
		WHEN closing_current > closing THEN lite_refuse('22023', '"closing_current" must not be greater than "closing"', 'closing_current is ' || closing_current::text || ', closing is ' || closing::text || '.',
			'Pass as closing_current the part of closing that is not due yet.')::integer
		WHEN closing > opening + sales THEN lite_refuse('22023', '"closing" must not be greater than "opening" and "sales" together', 'closing is ' || closing::text || ', opening + sales is ' || (opening + sales)::text || '.',
			'Pass all credit sales of the period, and the receivables at its start.')::integer
		ELSE ((opening + sales - closing) * 100 / nullif(opening + sales - closing_current, 0))::float8 END;
COMMENT ON FUNCTION collection_effectiveness(numeric, numeric, numeric, numeric) IS 'what was collected, in percent of what could have been; NULL for NULL or nothing to collect';
