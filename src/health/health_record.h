/*-------------------------------------------------------------------------
 *
 * health_record.h
 *		Reading the signals of a customer from a row, by column name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_RECORD_H
#define CHS_HEALTH_RECORD_H

#include "access/htup.h"

#include "health/health_cache.h"
#include "health/health_input.h"

extern void chs_health_read_record(ChsHealthSite *site, ChsHealthKept *kept, HeapTupleHeader row,
								   ChsHealthInput *inputs);

#endif							/* CHS_HEALTH_RECORD_H */
