/*-------------------------------------------------------------------------
 *
 * chs.c
 *		Module magic and the guard for the server's version.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "shared/compat.h"

PG_MODULE_MAGIC;
