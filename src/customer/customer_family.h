/*-------------------------------------------------------------------------
 *
 * customer_family.h
 *		What a family that holds customers does its own way.
 *
 * Three things hold what is known of a customer: the content, which is a
 * struct of the family in memory; the encoded form behind the key in a sorted
 * value; rows, of which any number make a content.  A content, a row and a
 * slot of a table begin with the ChsKey of their customer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_FAMILY_H
#define CHS_CUSTOMER_FAMILY_H

#include "customer/customer_key.h"
#include "shared/expanded.h"

/* bytes of a row in memory, a multiple of 8, and at most */
#define CHS_MAX_ROW_SIZE	64

struct ChsCursor;
struct ChsCustomerState;
struct ChsCustomerTable;

typedef struct ChsCustomerFamily
{
	ChsExpandedType state;		/* of its states, which begin with ChsCustomerState */

	/*
	 * Encoded form: passing over it and decoding it into a content both return
	 * where it ends and refuse what leads out of it or out of the calendar.
	 * What comes from outside must be the encoding of the content that it
	 * gives, and "check" refuses contents that no rows give.
	 */
	Size		least;			/* bytes that it takes at least */
	const char *(*skip) (const char *from, const char *end);
	const char *(*decode) (void *content, const char *from, const char *end);
	void		(*check) (const void *content);
	const char *not_shortest;	/* the DETAIL for what encoding does not give */
	Size		(*space) (const void *content); /* bytes that encoding takes at most */
	char	   *(*encode) (const void *content, char *to);

	/* Contents. */
	Size		content_size;
	void		(*init_content) (void *content);

	/* Contents of one customer in several inputs become one. */
	void		(*join_begin) (void *content);
	void		(*join) (void *content, const void *part);
	void		(*join_end) (void *content);

	/*
	 * Rows.  "merge_row" lets a row that is there take up another one, if it
	 * can; rows_merge says that rows of a customer become fewer that way.
	 */
	Size		row_size;
	bool		rows_merge;
	bool		(*merge_row) (void *rows, int64 nrows, const void *row);
	void		(*of_rows) (void *content, const void *rows, uint32 nrows);
	uint32		(*max_rows) (const void *content);
	uint32		(*to_rows) (const void *content, void *rows);

	/*
	 * Rows in a log may be packed, or both are NULL: "pack_row" writes a row in
	 * row_space bytes at most and returns where they end ("customer" is set if
	 * the key is that of a bigint), unpack_rows reads some that follow each
	 * other and returns where they end.  Both may touch all of row_space.
	 */
	Size		row_space;
	char	   *(*pack_row) (char *to, const void *row, bool is_bigint, int64 customer);
	const char *(*unpack_rows) (const char *from, uint32 nrows, void *rows);

	/*
	 * States.  "add_inputs" gives a cursor what a state holds outside its
	 * runs; add_rows_of takes over the rows that another state holds there
	 * (NULL: they come sorted); of_slot reads a slot of the family's table, if
	 * it has one.
	 */
	void		(*add_row) (struct ChsCustomerState *state, const void *row);
	void		(*add_rows_of) (struct ChsCustomerState *state, const struct ChsCustomerState *other);
	void		(*add_inputs) (struct ChsCursor *cursor, struct ChsCustomerState *state);
	void		(*of_slot) (void *content, const struct ChsCustomerTable *table, const void *slot);
} ChsCustomerFamily;

#endif							/* CHS_CUSTOMER_FAMILY_H */
