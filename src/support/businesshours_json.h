/*-------------------------------------------------------------------------
 *
 * businesshours_json.h
 *		Reading and writing the JSON of a calendar.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_BUSINESSHOURS_JSON_H
#define CHS_BUSINESSHOURS_JSON_H

#include "support/businesshours.h"

/* A calendar while it is being read; slots have places in "slots". */
typedef struct ChsBusinessBuilder
{
	const char *zone;			/* as the list of time zones spells it */
	uint32		nweeks;
	ChsBusinessWeek *weeks;
	uint32		nholidays;
	ChsBusinessHoliday *holidays;
	uint32		nslots;
	uint32		maxslots;
	ChsBusinessSlot *slots;
} ChsBusinessBuilder;

extern void chs_businesshours_read(ChsBusinessBuilder *builder, const Jsonb *json);
extern void chs_businesshours_write(const ChsBusinessBuilder *builder, StringInfo json);

#endif							/* CHS_BUSINESSHOURS_JSON_H */
