--
-- payment: invoices that are paid on time, late or not at all
--

CREATE FUNCTION days_late(due date, paid date, as_of date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_days_late' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION days_late(date, date, date) IS 'days from due to paid, or to as_of where nothing was paid by then; 0 when on time or not due yet; NULL for a NULL due or as_of';

--
-- The summary.
--

--@type paymentsummary symbol=chs_payment storage=extended comment=invoices and their amount per number of days early or late, paid and open, as of one day; text form 1:base64

CREATE FUNCTION paymentsummary_accum(paymentsummary, due date, paid date, amount numeric, as_of date) RETURNS paymentsummary
	AS 'MODULE_PATHNAME', 'chs_payment_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION paymentsummary_accum(paymentsummary, date, date, numeric, date) IS 'one more invoice (paid NULL: open), or credit note where amount is negative; a NULL due, amount or as_of counts nothing';

CREATE FUNCTION paymentsummary_accum_inv(paymentsummary, due date, paid date, amount numeric, as_of date) RETURNS paymentsummary
	AS 'MODULE_PATHNAME', 'chs_payment_accum_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION paymentsummary_accum_inv(paymentsummary, date, date, numeric, date) IS 'one invoice or credit note less, for moving windows; a NULL due, amount or as_of takes nothing away';

CREATE FUNCTION combine(a paymentsummary, b paymentsummary) RETURNS paymentsummary
	AS 'MODULE_PATHNAME', 'chs_payment_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION combine(paymentsummary, paymentsummary) IS 'both summaries together, of disjoint rows and one as_of; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION paymentsummary_combine_inv(a paymentsummary, b paymentsummary) RETURNS paymentsummary
	AS 'MODULE_PATHNAME', 'chs_payment_combine_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION paymentsummary_combine_inv(paymentsummary, paymentsummary) IS 'inverse of combine, for moving windows; a NULL b takes nothing away';

CREATE FUNCTION paymentsummary_final(paymentsummary) RETURNS paymentsummary
	AS 'MODULE_PATHNAME', 'chs_payment_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION paymentsummary_final(paymentsummary) IS 'end of an aggregate: the summary, NULL when nothing was counted';

CREATE AGGREGATE rollup(paymentsummary) (
	SFUNC = combine, STYPE = paymentsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = paymentsummary_final, COMBINEFUNC = combine,
	MSFUNC = combine, MINVFUNC = paymentsummary_combine_inv, MSTYPE = paymentsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = paymentsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(paymentsummary) IS 'all summaries together, of disjoint rows and one as_of; skips NULL, NULL when nothing was counted';

CREATE AGGREGATE payment_agg(due date, paid date, amount numeric, as_of date) (
	SFUNC = paymentsummary_accum, STYPE = paymentsummary, SSPACE = 8192, INITCOND = '1:AQA=',
	FINALFUNC = paymentsummary_final, COMBINEFUNC = combine,
	MSFUNC = paymentsummary_accum, MINVFUNC = paymentsummary_accum_inv, MSTYPE = paymentsummary, MSSPACE = 8192, MINITCOND = '1:AQA=',
	MFINALFUNC = paymentsummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE payment_agg(date, date, numeric, date) IS 'invoices as of a day (paid NULL: open; a negative amount is a credit note), as a summary; skips a NULL due, amount or as_of, NULL for no invoices';

--
-- Questions about a summary.
--

CREATE FUNCTION on_time_rate(s paymentsummary, by text DEFAULT 'invoices') RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_payment_on_time_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION on_time_rate(paymentsummary, text) IS 'paid by the due day, in percent of what was due before as_of, by invoices or by amount; NULL for NULL or nothing due';

CREATE FUNCTION average_days_late(s paymentsummary) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_payment_average_days_late' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION average_days_late(paymentsummary) IS 'mean days late of the late invoices, overdue ones to as_of; NULL for NULL or no late invoice';

CREATE FUNCTION average_payment_delay(s paymentsummary, by text DEFAULT 'invoices') RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_payment_average_delay' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION average_payment_delay(paymentsummary, text) IS 'mean days from due to paid, negative when early, of paid invoices and overdue ones, weighted by invoices or by amount; NULL for NULL or none of them';

CREATE FUNCTION overdue_amount(s paymentsummary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_payment_overdue_amount' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION overdue_amount(paymentsummary) IS 'open amount that was due before as_of, money; NULL for NULL';

CREATE FUNCTION overdue_count(s paymentsummary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'chs_payment_overdue_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION overdue_count(paymentsummary) IS 'open invoices that were due before as_of, a count; NULL for NULL';

CREATE FUNCTION open_amount(s paymentsummary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'chs_payment_open_amount' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION open_amount(paymentsummary) IS 'amount that is not paid by as_of, due or not, money; NULL for NULL';

CREATE FUNCTION ageing(s paymentsummary, bounds bigint[] DEFAULT '{30,60,90}',
	OUT bucket text, OUT invoices bigint, OUT amount numeric, OUT share float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'chs_payment_ageing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION ageing(paymentsummary, bigint[]) IS 'a row per bucket of days overdue, current first: count and amount of the open invoices, share of the open amount in percent (NULL when nothing is open); no rows for NULL';

--
-- The on-time rate in one step.
--

CREATE FUNCTION ratiosummary_on_time_accum(ratiosummary, due date, paid date, as_of date) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_on_time_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_on_time_accum(ratiosummary, date, date, date) IS 'one more invoice, when due before as_of (paid NULL: open); a NULL due or as_of counts nothing, NULL for a NULL state';

CREATE FUNCTION ratiosummary_on_time_accum_inv(ratiosummary, due date, paid date, as_of date) RETURNS ratiosummary
	AS 'MODULE_PATHNAME', 'chs_on_time_accum_inv' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratiosummary_on_time_accum_inv(ratiosummary, date, date, date) IS 'one invoice less, for moving windows; a NULL due or as_of takes nothing away, NULL for a NULL state';

CREATE AGGREGATE on_time_agg(due date, paid date, as_of date) (
	SFUNC = ratiosummary_on_time_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = ratiosummary_final, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_on_time_accum, MINVFUNC = ratiosummary_on_time_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = ratiosummary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE on_time_agg(date, date, date) IS 'invoices paid by their due day (paid NULL: open) of those due before as_of, as a summary; skips a NULL due or as_of, NULL when none was due';

CREATE AGGREGATE on_time_rate(due date, paid date, as_of date) (
	SFUNC = ratiosummary_on_time_accum, STYPE = ratiosummary, SSPACE = 24, INITCOND = '1:0/0',
	FINALFUNC = rate, COMBINEFUNC = combine,
	MSFUNC = ratiosummary_on_time_accum, MINVFUNC = ratiosummary_on_time_accum_inv, MSTYPE = ratiosummary, MSSPACE = 24, MINITCOND = '1:0/0',
	MFINALFUNC = rate,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE on_time_rate(date, date, date) IS 'invoices paid by their due day (paid NULL: open) of those due before as_of, in percent; skips a NULL due or as_of, NULL when none was due';

--
-- From balances.
--

CREATE FUNCTION dso(receivables numeric, credit_sales numeric, days bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_dso' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dso(numeric, numeric, bigint) IS 'days sales outstanding: receivables / credit_sales x days of the period; NULL for NULL or credit_sales 0';

CREATE FUNCTION best_possible_dso(current_receivables numeric, credit_sales numeric, days bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_best_possible_dso' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION best_possible_dso(numeric, numeric, bigint) IS 'days sales outstanding if only what is not due yet were open: current_receivables / credit_sales x days of the period; NULL for NULL or credit_sales 0';

CREATE FUNCTION dso_countback(receivables numeric, sales numeric[], days bigint[]) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_dso_countback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dso_countback(numeric, numeric[], bigint[]) IS 'days of the latest months whose sales make up the receivables, the latest month first, of the last one a part; NULL for NULL or receivables beyond all sales given';

CREATE FUNCTION collection_effectiveness(opening numeric, sales numeric, closing numeric, closing_current numeric) RETURNS float8
	AS 'MODULE_PATHNAME', 'chs_collection_effectiveness' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION collection_effectiveness(numeric, numeric, numeric, numeric) IS 'what was collected of what was due, in percent: (opening + sales - closing) / (opening + sales - closing_current); NULL for NULL or nothing due';
