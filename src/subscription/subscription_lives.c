/*-------------------------------------------------------------------------
 *
 * subscription_lives.c
 *		How long customers have been customers: a row per customer, for a
 *		survival curve.
 *
 * A life begins on the first paid day.  By the definition 'last' it ends
 * where the last paid day is over, so a customer who came back lives on; by
 * 'first' it ends with the first churn.  Days after as_of do not exist: a
 * customer who is there on it is censored at as_of - first day, the last age
 * at which an end would have been seen.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/uuid.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/report.h"
#include "subscription/subscription.h"

PG_FUNCTION_INFO_V1(chs_subscription_lives);

/* definition of churn: 'last' or 'first' */
static bool
wants_first(text *churn)
{
	const char *name = VARDATA_ANY(churn);
	int			len = VARSIZE_ANY_EXHDR(churn);

	if (len == 4 && memcmp(name, "last", 4) == 0)
		return false;
	if (len == 5 && memcmp(name, "first", 5) == 0)
		return true;
	chs_refuse_word("definition of churn", name, len,
					"Pass 'last' (a customer who comes back lives on) or 'first' (a life ends with the first churn).");
}

/*
 * The day on which a customer ended by as_of; false if it has not.
 */
static bool
find_end(const ChsHistory *history, DateADT as_of, bool first, DateADT *end)
{
	bool		ended = false;

	for (int i = 0; i < history->nsteps && history->steps[i].day <= as_of; i++)
	{
		ended = history->steps[i].mrr == 0;
		*end = history->steps[i].day;
		if (ended && first)
			break;
	}
	return ended;
}

/*
 * subscription_lives(s, as_of, churn): a row per customer who was one by as_of.
 */
Datum
chs_subscription_lives(PG_FUNCTION_ARGS)
{
	DateADT		as_of = PG_GETARG_DATEADT(1);
	bool		first = wants_first(PG_GETARG_TEXT_PP(2));
	ChsReport	report;
	ChsCursor	cursor;
	const ChsHistory *history;

	chs_check_day(as_of, "as_of");
	chs_report_begin(&report, fcinfo);
	chs_subs_open(&cursor, PG_GETARG_DATUM(0));
	while ((history = chs_subs_next(&cursor)) != NULL)
	{
		pg_uuid_t	key = chs_key_uuid(history->key);
		DateADT		end;
		bool		ended;

		if (history->nsteps == 0 || history->steps[0].day > as_of)
			continue;
		ended = find_end(history, as_of, first, &end);
		chs_report_start_row(&report);
		chs_report_datum(&report, UUIDPGetDatum(&key));
		chs_report_day(&report, history->steps[0].day);
		chs_report_int64(&report, (int64) (ended ? end : as_of) - history->steps[0].day);
		chs_report_bool(&report, ended);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}
