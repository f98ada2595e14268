/*-------------------------------------------------------------------------
 *
 * checksum.h
 *		The checksum of a flat value, which the value keeps itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CHECKSUM_H
#define CHS_CHECKSUM_H

extern uint64 chs_checksum_around(const void *value, Size at);
extern bool chs_has_checksum(const void *value, Size at);

#endif							/* CHS_CHECKSUM_H */
