/*-------------------------------------------------------------------------
 *
 * huge_pages.c
 *		Memory of a context in huge pages, for states that grow large.
 *
 * Most of what it costs to keep many rows is the first write to each page and,
 * where pages are small, looking up their addresses.  One page of 2 MB takes the
 * place of 512 that each cost a fault.
 *
 * The kernel is asked, not told: where it has none, or the platform knows none,
 * the memory has small pages and only costs more time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifndef WIN32
#include <sys/mman.h>
#endif

#include "utils/memutils.h"

#include "shared/huge_pages.h"

/*
 * Memory that begins where a huge page does and should be a multiple of it.  It
 * lives as long as the context: the address is not one for pfree().  Addresses
 * of another huge page go into the alignment; no memory does.
 */
void *
chs_huge_pages_alloc(MemoryContext context, Size size)
{
	void	   *memory = (void *) TYPEALIGN(CHS_HUGE_PAGE, MemoryContextAllocHuge(context, size + CHS_HUGE_PAGE));

#ifdef MADV_HUGEPAGE
	(void) madvise(memory, size, MADV_HUGEPAGE);
#endif
	return memory;
}
