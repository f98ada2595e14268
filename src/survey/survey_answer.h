/*-------------------------------------------------------------------------
 *
 * survey_answer.h
 *		An answer, 0 to 10, from a column of any numeric type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SURVEY_ANSWER_H
#define CHS_SURVEY_ANSWER_H

#include "fmgr.h"

#include "shared/compat.h"
#include "survey/survey.h"

pg_noreturn extern void chs_refuse_answer_int8(int64 answer);
extern int	chs_answer_from_odd_float8(float8 answer);
extern int	chs_answer_from_odd_numeric(struct varlena *answer);
pg_noreturn extern void chs_refuse_satisfied_from(int64 from);

static inline int
chs_answer_from_int8(int64 answer)
{
	if (unlikely((uint64) answer > CHS_MAX_ANSWER))
		chs_refuse_answer_int8(answer);
	return (int) answer;
}

static inline int
chs_answer_from_float8(float8 answer)
{
	/* this way round for NaN */
	if (likely(answer >= 0 && answer <= CHS_MAX_ANSWER && answer == (int) answer))
		return (int) answer;
	return chs_answer_from_odd_float8(answer);
}

/*
 * A numeric from 0 to 9999 without a fraction is, on disk, a two-byte header
 * (short form, positive, weight 0, any display scale) and at most one base
 * 10000 digit.  Whatever looks otherwise takes the long way.
 */
static inline int
chs_answer_from_numeric(struct varlena *answer)
{
	const char *data = VARDATA_ANY(answer);
	Size		len = VARSIZE_ANY_EXHDR(answer);
	uint16		header;
	int16		digit = 0;

	memcpy(&header, data, sizeof(header));
	if (likely((header & 0xE07F) == 0x8000 && len <= 2 * sizeof(uint16)))
	{
		if (len == 2 * sizeof(uint16))
			memcpy(&digit, data + sizeof(header), sizeof(digit));
		if (likely(digit <= CHS_MAX_ANSWER))
			return digit;
	}
	return chs_answer_from_odd_numeric(answer);
}

/* The lowest answer that counts as satisfied. */
static inline int
chs_get_satisfied_from(int64 from)
{
	if (unlikely((uint64) from > CHS_MAX_ANSWER))
		chs_refuse_satisfied_from(from);
	return (int) from;
}

#endif							/* CHS_SURVEY_ANSWER_H */
