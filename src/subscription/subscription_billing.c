/*-------------------------------------------------------------------------
 *
 * subscription_billing.c
 *		mrr(amount, billing): what an amount for a billing term is a month.
 *
 * A term is an interval of months and days, or a text: the words of billing
 * tables (monthly, annual), or units with or without a number in a row, among
 * them what PostgreSQL prints of an interval.  A month is 365.25 / 12 days.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "shared/compat.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/number.h"

PG_FUNCTION_INFO_V1(chs_mrr_of_billing);
PG_FUNCTION_INFO_V1(chs_mrr_of_billing_text);

typedef struct BillingTerm
{
	int64		months;
	int64		days;
} BillingTerm;

typedef struct BillingWord
{
	const char *word;
	BillingTerm term;
} BillingWord;

/* a number may stand before these, and an "s" at their end */
static const BillingWord billing_units[] = {
	{"day", {0, 1}},
	{"week", {0, 7}},
	{"mon", {1, 0}},
	{"month", {1, 0}},
	{"quarter", {3, 0}},
	{"year", {12, 0}}
};

/* these stand alone */
static const BillingWord billing_words[] = {
	{"daily", {0, 1}},
	{"weekly", {0, 7}},
	{"monthly", {1, 0}},
	{"quarterly", {3, 0}},
	{"semiannual", {6, 0}},
	{"yearly", {12, 0}},
	{"annual", {12, 0}}
};

/*
 * The amount for a term of some months and days above zero, per month.
 */
static Datum
amount_per_month(Datum amount, BillingTerm term)
{
	Datum		dividend = amount;
	int64		divisor = term.months;

	if (numeric_is_nan(DatumGetNumeric(amount)) || numeric_is_inf(DatumGetNumeric(amount)))
		chs_refuse_not_finite(amount, "amount");
	if (term.days > 0)
	{
		/* 365.25 / 12 = 487 / 16 days a month, exactly */
		dividend = DirectFunctionCall2(numeric_mul, amount, chs_int64_to_numeric(487));
		divisor = term.months * 487 + term.days * 16;
	}
	return chs_money_quotient(dividend, chs_int64_to_numeric(divisor));
}

/*
 * mrr(amount, billing interval)
 */
pg_noreturn static void
refuse_billing(Interval *billing)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("billing must be an interval of whole days, weeks, months or years above zero"),
			 errdetail("It has %d months, %d days and " INT64_FORMAT " microseconds.",
					   billing->month, billing->day, billing->time),
			 errhint("Pass how often it is billed: interval '1 year', '3 months', '1 month', '2 weeks'.")));
}

Datum
chs_mrr_of_billing(PG_FUNCTION_ARGS)
{
	Interval   *billing = PG_GETARG_INTERVAL_P(1);
	BillingTerm term = {billing->month, billing->day};

	if (billing->time != 0 || term.months < 0 || term.days < 0 || term.months + term.days == 0 ||
		term.months == PG_INT32_MAX || term.days == PG_INT32_MAX)
		refuse_billing(billing);
	PG_RETURN_DATUM(amount_per_month(PG_GETARG_DATUM(0), term));
}

/*
 * mrr(amount, billing text)
 */
static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return pg_ascii_tolower((unsigned char) c) >= 'a' && pg_ascii_tolower((unsigned char) c) <= 'z';
}

/* A word in any case, without a locale. */
static bool
same_word(const char *word, const char *text, int len)
{
	if ((int) strlen(word) != len)
		return false;
	for (int i = 0; i < len; i++)
	{
		if (pg_ascii_tolower((unsigned char) text[i]) != word[i])
			return false;
	}
	return true;
}

static const BillingTerm *
find_word(const BillingWord *words, int nwords, const char *text, int len)
{
	for (int i = 0; i < nwords; i++)
	{
		if (same_word(words[i].word, text, len))
			return &words[i].term;
	}
	return NULL;
}

static const BillingTerm *
find_unit(const char *text, int len)
{
	const BillingTerm *unit = find_word(billing_units, lengthof(billing_units), text, len);

	if (unit == NULL && len > 0 && pg_ascii_tolower((unsigned char) text[len - 1]) == 's')
		unit = find_word(billing_units, lengthof(billing_units), text, len - 1);
	return unit;
}

/*
 * Adds "[N] unit" to the term; returns where the text goes on, or NULL.
 */
static const char *
read_unit(const char *at, const char *end, BillingTerm *term)
{
	const BillingTerm *unit;
	const char *word;
	int64		number = 1;

	if (is_digit(*at))
	{
		for (number = 0; at < end && is_digit(*at); at++)
			number = Min(number * 10 + (*at - '0'), PG_INT32_MAX);
		while (at < end && is_blank(*at))
			at++;
	}
	for (word = at; at < end && is_letter(*at);)
		at++;
	unit = find_unit(word, at - word);
	if (unit == NULL || (at < end && !is_blank(*at)))
		return NULL;
	term->months += number * unit->months;
	term->days += number * unit->days;
	if (term->months >= PG_INT32_MAX || term->days >= PG_INT32_MAX)
		return NULL;
	while (at < end && is_blank(*at))
		at++;
	return at;
}

/* False when it is none of the known terms. */
static bool
read_billing_text(const char *at, const char *end, BillingTerm *term)
{
	const BillingTerm *word;

	while (at < end && is_blank(*at))
		at++;
	while (at < end && is_blank(end[-1]))
		end--;
	word = find_word(billing_words, lengthof(billing_words), at, end - at);
	if (word != NULL)
	{
		*term = *word;
		return true;
	}
	for (int i = 0; at != NULL && at < end; i++)
	{
		chs_check_interrupts(i);
		at = read_unit(at, end, term);
	}
	return at != NULL && term->months + term->days > 0;
}

Datum
chs_mrr_of_billing_text(PG_FUNCTION_ARGS)
{
	text	   *billing = PG_GETARG_TEXT_PP(1);
	const char *start = VARDATA_ANY(billing);
	int			len = VARSIZE_ANY_EXHDR(billing);
	BillingTerm term = {0, 0};

	if (!read_billing_text(start, start + len, &term))
		chs_refuse_word("billing term", start, len,
						"Pass daily, weekly, monthly, quarterly, semiannual, yearly or annual, or one or more of day, week, month, "
						"quarter and year, with numbers before them: 'year', '3 months', '1 year 6 mons'. Translate other words with CASE.");
	PG_RETURN_DATUM(amount_per_month(PG_GETARG_DATUM(0), term));
}
