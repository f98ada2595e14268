/*-------------------------------------------------------------------------
 *
 * check.h
 *		Checks of arguments: one function and one wording per rule.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CHECK_H
#define CHS_CHECK_H

#include "fmgr.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "shared/compat.h"

/*
 * The name of a row, for errors about one row of many: the text " of customer
 * 42" behind "The value", made from the arguments of the call only when it is
 * needed.
 */
typedef struct ChsRowName
{
	char	   *(*text) (FunctionCallInfo fcinfo);	/* NULL: nothing */
	FunctionCallInfo fcinfo;
} ChsRowName;

#define CHS_NO_ROW_NAME		((ChsRowName) {NULL, NULL})

static inline const char *
chs_row_text(ChsRowName row)
{
	return row.text ? row.text(row.fcinfo) : "";
}

/* Candidates for "perhaps you meant", nearest first */
typedef struct ChsNearest
{
	const char *wanted;
	int			count;
	const char *names[3];
	int			distances[3];
} ChsNearest;

extern void chs_nearest_start(ChsNearest *nearest, const char *wanted);
extern void chs_nearest_add(ChsNearest *nearest, const char *name);
extern char *chs_nearest_list(const ChsNearest *nearest);

/* bytes of a value that a message shows */
#define CHS_SHOWN_BYTES		60

extern int	chs_clip(const char *text, int length, int limit);
extern char *chs_shown(const char *text, int length);
extern char *chs_shown_text(const char *text, int length);
extern char *chs_shown_numeric(Datum numeric);

extern void chs_check_finite(double value, const char *what);
extern void chs_check_range(double value, double low, double high,
							const char *what, const char *hint);
extern int64 chs_check_whole_range(int64 value, int64 low, int64 high,
								   const char *what, const char *hint);
extern int64 chs_check_count(Numeric value, const char *what);
extern void chs_check_successes(int64 successes, int64 trials, const char *example);
extern float8 chs_check_count_float8(float8 value, const char *what);
extern float8 chs_check_amount(Numeric value, const char *what);
extern Datum chs_amount_arg(FunctionCallInfo fcinfo, int argno, const char *what);
extern float8 chs_check_amount_float8(float8 value, const char *what);
extern float8 chs_check_confidence(float8 confidence);
extern void chs_check_list(ArrayType *array, const char *what, const char *hint);
pg_noreturn extern void chs_refuse_not_finite(Datum numeric, const char *what);
pg_noreturn extern void chs_refuse_amount_of_row(Datum numeric, const char *what, ChsRowName row);
pg_noreturn extern void chs_refuse_negative(const char *what, const char *shown, const char *hint);
pg_noreturn extern void chs_refuse_word(const char *what, const char *word, int length, const char *hint);
pg_noreturn extern void chs_refuse_day_of_row(DateADT day, const char *what, ChsRowName row);
pg_noreturn extern void chs_refuse_end_of_row(const char *thing, DateADT started, DateADT ended, ChsRowName row);
pg_noreturn extern void chs_refuse_day(DateADT day, const char *what);
pg_noreturn extern void chs_refuse_timestamp_of_row(Timestamp at, const char *what, ChsRowName row);
pg_noreturn extern void chs_refuse_timestamp(Timestamp at, const char *what);

/*
 * A day must be a real one.  Inline, because transitions call it for every row.
 */
static inline void
chs_check_day_of_row(DateADT day, const char *what, ChsRowName row)
{
	if (unlikely(DATE_NOT_FINITE(day)))
		chs_refuse_day_of_row(day, what, row);
}

/* The same for a timestamp, with or without a time zone. */
static inline void
chs_check_timestamp_of_row(Timestamp at, const char *what, ChsRowName row)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		chs_refuse_timestamp_of_row(at, what, row);
}

/*
 * The same for a parameter, where NULL is no way out.
 */
static inline void
chs_check_day(DateADT day, const char *what)
{
	if (unlikely(DATE_NOT_FINITE(day)))
		chs_refuse_day(day, what);
}

static inline void
chs_check_timestamp(Timestamp at, const char *what)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		chs_refuse_timestamp(at, what);
}

#endif							/* CHS_CHECK_H */
