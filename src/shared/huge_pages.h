/*-------------------------------------------------------------------------
 *
 * huge_pages.h
 *		Memory of a context in huge pages, for states that grow large.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HUGE_PAGES_H
#define CHS_HUGE_PAGES_H

#define CHS_HUGE_PAGE		((Size) 2 * 1024 * 1024)

extern void *chs_huge_pages_alloc(MemoryContext context, Size size);

#endif							/* CHS_HUGE_PAGES_H */
