/*-------------------------------------------------------------------------
 *
 * interrupts.h
 *		Checks for interrupts in loops over many small things, and over bytes.
 *
 * A check costs about as much as a short step of a loop.  These loops
 * therefore check every 65,536 steps or every 4 MB, which take milliseconds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_INTERRUPTS_H
#define CHS_INTERRUPTS_H

#include "miscadmin.h"

#define CHS_INTERRUPT_STEPS	0x10000 /* a power of two */
#define CHS_INTERRUPT_BYTES	((Size) 4 * 1024 * 1024)

/* For step i of a loop; the first check is not at step 0. */
static inline void
chs_check_interrupts(uint64 i)
{
	if (unlikely((i & (CHS_INTERRUPT_STEPS - 1)) == CHS_INTERRUPT_STEPS - 1))
		CHECK_FOR_INTERRUPTS();
}

/* memset() to 0 of any size */
static inline void
chs_zero_bytes(void *to, Size size)
{
	for (Size done = 0; done < size; done += CHS_INTERRUPT_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		memset((char *) to + done, 0, Min(size - done, CHS_INTERRUPT_BYTES));
	}
}

/* memcpy() of any size */
static inline void
chs_copy_bytes(void *to, const void *from, Size size)
{
	for (Size done = 0; done < size; done += CHS_INTERRUPT_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy((char *) to + done, (const char *) from + done, Min(size - done, CHS_INTERRUPT_BYTES));
	}
}

/* memcmp() of any size */
static inline int
chs_compare_bytes(const void *a, const void *b, Size size)
{
	int			result = 0;

	for (Size done = 0; result == 0 && done < size; done += CHS_INTERRUPT_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		result = memcmp((const char *) a + done, (const char *) b + done, Min(size - done, CHS_INTERRUPT_BYTES));
	}
	return result;
}

#endif							/* CHS_INTERRUPTS_H */
