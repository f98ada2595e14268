/*-------------------------------------------------------------------------
 *
 * memcheck.h
 *		What PostgreSQL's allocators tell valgrind, told to AddressSanitizer.
 *
 * The allocators take large blocks from malloc() and cut chunks off them, so
 * AddressSanitizer, which watches malloc() and free(), would see neither a
 * read behind a chunk nor one of a chunk that was freed.  Built with
 * USE_VALGRIND and this folder in front of the system's headers, they poison
 * what belongs to no chunk.
 *
 * A granule of 8 bytes can be poisoned from some byte to its end only.  That is
 * enough: chunks begin at multiples of 8, and what follows them is poisoned.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FUZZ_MEMCHECK_H
#define CHS_FUZZ_MEMCHECK_H

#include <sanitizer/asan_interface.h>

#define VALGRIND_MAKE_MEM_NOACCESS(addr, size)				ASAN_POISON_MEMORY_REGION(addr, size)
#define VALGRIND_MAKE_MEM_UNDEFINED(addr, size)				ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MAKE_MEM_DEFINED(addr, size)				ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MEMPOOL_ALLOC(context, addr, size)			ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MEMPOOL_CHANGE(context, optr, nptr, size)	ASAN_UNPOISON_MEMORY_REGION(nptr, size)

/* the allocators wipe and poison what is freed before they say so */
#define VALGRIND_MEMPOOL_FREE(context, addr)				((void) 0)
#define VALGRIND_CREATE_MEMPOOL(context, redzones, zeroed)	((void) 0)
#define VALGRIND_DESTROY_MEMPOOL(context)					((void) 0)
#define VALGRIND_CHECK_MEM_IS_DEFINED(addr, size)			((void) 0)

#endif							/* CHS_FUZZ_MEMCHECK_H */
