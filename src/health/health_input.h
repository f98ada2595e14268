/*-------------------------------------------------------------------------
 *
 * health_input.h
 *		What a row says of one signal.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_INPUT_H
#define CHS_HEALTH_INPUT_H

#include <math.h>

#include "utils/date.h"

#include "health/health_model.h"

typedef struct ChsHealthInput
{
	double		value;			/* where the rule wants a number */
	const char *text;			/* where the rule is "values", or NULL */
	int			length;
	DateADT		at;
	bool		is_null;
	bool		at_is_null;
	bool		is_bool;		/* only for showing it again */
} ChsHealthInput;

/*
 * The names f1, f2, ... are those of ROW(...): whoever wrote a subquery with names
 * does not know that they are lost.
 */
#define CHS_HEALTH_ROW_NAMES_HINT \
	"ROW(...) has no other names, and a distributed planner makes one of a simple subquery. " \
	"Call the function in FROM, behind the rows: FROM v, LATERAL health_score(v.model, v, as_of) AS score."

extern bool chs_health_is_row_name(const char *name, int length, int number);
pg_noreturn extern void chs_health_not_finite(const ChsHealthModel *model, const ChsHealthSignal *signal,
											  double value);
extern void chs_health_set_at(const ChsHealthModel *model, const ChsHealthSignal *signal, DateADT at,
							  ChsHealthInput *input);
extern char *chs_health_shown_input(const ChsHealthSignal *signal, const ChsHealthInput *input);

static inline void
chs_health_set_number(const ChsHealthModel *model, const ChsHealthSignal *signal,
					  double value, ChsHealthInput *input)
{
	if (unlikely(!isfinite(value)))
		chs_health_not_finite(model, signal, value);
	input->value = value;
	input->is_null = false;
}

#endif							/* CHS_HEALTH_INPUT_H */
