/*-------------------------------------------------------------------------
 *
 * summary.c
 *		What all summary types share.
 *
 * A summary type is the state of its own aggregates.  In memory and on disk
 * it is a flat varlena whose first bytes after the length word say the
 * version, so that a later release can read what an earlier one stored.
 *
 * In place.  Inside an aggregate or a window the executor owns the state and
 * the transition may write into it and return the same pointer, which makes
 * the executor skip its copy.  Called from SQL, the argument may lie in a
 * shared buffer and is copied first.
 *
 * Wire.  Binary is a version byte and then the fields one by one in network
 * order; nothing of a struct's layout leaves the server.  Every length is
 * looked at before it is read, so that a truncated value is our own error
 * (class 22) and not a protocol violation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/base64.h"
#include "common/int.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/summary.h"

/* groups of base64 between two checks for interrupts */
#define BASE64_PIECE	262144


/*
 * Sum of two counts of summaries that are merged.
 */
int64
chs_summary_add(int64 a, int64 b, const char *type)
{
	int64		sum;

	if (pg_add_s64_overflow(a, b, &sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("count in %s is out of range for type bigint", type),
				 errdetail("The counts " INT64_FORMAT " and " INT64_FORMAT " were to be added.", a, b),
				 errhint("Look for a summary that was merged into itself again and again: the stored one is replaced with DO UPDATE SET s = excluded.s.")));
	return sum;
}

void
chs_summary_damaged_text(const char *type, const char *text, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: %s", type, chs_shown_text(text, strlen(text))),
			 errdetail("%s", detail),
			 errhint("Pass a text that %s gave with ::text, unchanged.", type)));
}

void
chs_summary_damaged_binary(const char *type, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of type %s", type),
			 errdetail("%s", detail),
			 errhint("Pass bytes that COPY BINARY or %s_send gave, unchanged.", type)));
}

/*
 * Bytes that come from a page are what chs wrote, unless the page was damaged.
 */
void
chs_summary_damaged_stored(const char *type, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("stored value of type %s is damaged", type),
			 errdetail("%s", detail),
			 errhint("Check the storage it comes from, and build the summary again from its rows.")));
}

void
chs_summary_foreign_version(const char *type, int64 version)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown version of type %s", type),
			 errdetail("The value says version " INT64_FORMAT "; this release of chs reads version %d.",
					   version, CHS_SUMMARY_VERSION),
			 errhint("If a newer release of chs wrote it, install that release here and run ALTER EXTENSION chs UPDATE.")));
}

/*
 * Moving windows take away only what they added, so a user has called the
 * inverse.
 */
void
chs_summary_refuse_missing(const char *things, const char *call, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot take away %s that the summary does not hold", things),
			 errdetail("%s", detail),
			 errhint("This function serves moving windows; write %s instead of calling it.", call)));
}

/*
 * Binary form.
 */
void
chs_wire_begin(StringInfo buf)
{
	pq_begintypsend(buf);
	pq_sendbyte(buf, CHS_SUMMARY_VERSION);
}

void
chs_wire_version(StringInfo buf, const char *type)
{
	int			version;

	chs_wire_need(buf, 1, type);
	version = pq_getmsgbyte(buf);
	if (version != CHS_SUMMARY_VERSION)
		chs_summary_foreign_version(type, version);
}

/*
 * Refuses a value with fewer bytes left to read.
 */
void
chs_wire_need(StringInfo buf, int64 bytes, const char *type)
{
	int64		left = buf->len - buf->cursor;

	if (left < bytes)
		chs_summary_damaged_binary(type,
								   psprintf("Bytes missing at its end: " INT64_FORMAT ".",
											bytes - left));
}

void
chs_wire_end(StringInfo buf, const char *type)
{
	int			left = buf->len - buf->cursor;

	if (left != 0)
		chs_summary_damaged_binary(type, psprintf("Bytes too many at its end: %d.", left));
}

/*
 * 128 bits, the upper half first.
 */
void
chs_wire_send_int128(StringInfo buf, int128 value)
{
	pq_sendint64(buf, (uint64) (value >> 64));
	pq_sendint64(buf, (uint64) value);
}

int128
chs_wire_get_int128(StringInfo buf)
{
	uint64		upper = pq_getmsgint64(buf);

	return (int128) (((uint128) upper << 64) | (uint64) pq_getmsgint64(buf));
}

/*
 * Text leaves the server as UTF-8, since binary and base64 forms are read by
 * databases of other encodings, and by clients of any.  SQL_ASCII says nothing
 * about what the bytes mean, so they go and come as they are.
 */
int
chs_wire_encoding(void)
{
	return GetDatabaseEncoding() == PG_SQL_ASCII ? PG_SQL_ASCII : PG_UTF8;
}

bool
chs_wire_keeps_text(void)
{
	return GetDatabaseEncoding() == chs_wire_encoding();
}

/* ASCII is the same in every encoding of a database. */
static bool
is_ascii(const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (IS_HIGHBIT_SET(text[i]))
			return false;
	}
	return true;
}

/* A text to be sent, itself or a copy; "length" becomes what it is then. */
const char *
chs_wire_text(const char *text, int *length)
{
	char	   *sent;

	if (chs_wire_keeps_text() || is_ascii(text, *length))
		return text;
	sent = pg_server_to_any(text, *length, PG_UTF8);
	*length = strlen(sent);
	return sent;
}

/* A text that came, and is one of chs_wire_encoding(). */
char *
chs_wire_text_to_server(const char *text, int length)
{
	char	   *copy = pnstrdup(text, length);

	return chs_wire_keeps_text() || is_ascii(text, length) ? copy : pg_any_to_server(copy, length, PG_UTF8);
}

/* The same with its length in front of it; "damage" says that it is no text. */
void
chs_wire_send_text(StringInfo buf, const char *text, int length)
{
	const char *sent = chs_wire_text(text, &length);

	pq_sendint32(buf, length);
	pq_sendbytes(buf, sent, length);
}

char *
chs_wire_get_text(StringInfo buf, const char *type, const char *damage)
{
	int64		length;
	const char *text;

	chs_wire_need(buf, sizeof(int32), type);
	length = (uint32) pq_getmsgint(buf, sizeof(int32));
	chs_wire_need(buf, length, type);
	text = pq_getmsgbytes(buf, (int) length);
	if (!pg_verify_mbstr(chs_wire_encoding(), text, (int) length, true))
		chs_summary_damaged_binary(type, damage);
	return chs_wire_text_to_server(text, (int) length);
}

/*
 * Readable text form: version, colon, then what the type says.
 */
void
chs_text_begin(ChsTextCursor *cursor, const char *type, const char *text)
{
	int64		version;

	cursor->type = type;
	cursor->text = cursor->at = text;
	version = chs_text_count(cursor);
	chs_text_expect(cursor, ':');
	if (version != CHS_SUMMARY_VERSION)
		chs_summary_foreign_version(type, version);
}

bool
chs_text_accept(ChsTextCursor *cursor, char c)
{
	if (*cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

void
chs_text_expect(ChsTextCursor *cursor, char c)
{
	if (!chs_text_accept(cursor, c))
		chs_summary_damaged_text(cursor->type, cursor->text,
								 psprintf("\"%c\" is missing at character %d.",
										  c, (int) (cursor->at - cursor->text) + 1));
}

/*
 * A count: digits only, without leading zeros, so that every value has one
 * text.
 */
int64
chs_text_count(ChsTextCursor *cursor)
{
	const char *start = cursor->at;
	int64		value = 0;

	while (*cursor->at >= '0' && *cursor->at <= '9')
	{
		if (pg_mul_s64_overflow(value, 10, &value) ||
			pg_add_s64_overflow(value, *cursor->at - '0', &value))
			chs_summary_damaged_text(cursor->type, cursor->text,
									 psprintf("The number at character %d is out of range for type bigint.",
											  (int) (start - cursor->text) + 1));
		cursor->at++;
	}
	if (cursor->at == start || (*start == '0' && cursor->at > start + 1))
		chs_summary_damaged_text(cursor->type, cursor->text,
								 psprintf("A count (a whole number, not negative) is missing at character %d.",
										  (int) (start - cursor->text) + 1));
	return value;
}

void
chs_text_end(ChsTextCursor *cursor)
{
	if (*cursor->at != '\0')
		chs_summary_damaged_text(cursor->type, cursor->text,
								 psprintf("There is more after character %d.",
										  (int) (cursor->at - cursor->text)));
}

/*
 * The other text form: version, colon, base64 of the binary form.
 */
char *
chs_text_from_wire(bytea *wire)
{
	int			len = VARSIZE_ANY_EXHDR(wire);
	/* pg_b64_enc_len() overflows an int from 512 MB on */
	int			space = (int) (((int64) len + 2) / 3 * 4);
	char	   *text;
	char	   *at;

	Assert((Size) len <= CHS_MAX_VALUE_SIZE);
	text = palloc(space + 16);
	at = text + sprintf(text, "%d:", CHS_SUMMARY_VERSION);
	for (int done = 0; done < len; done += BASE64_PIECE * 3)
	{
		int			piece = Min(len - done, BASE64_PIECE * 3);
		int			written = pg_b64_encode((const chs_b64_byte *) VARDATA_ANY(wire) + done, piece,
											at, space);

		CHECK_FOR_INTERRUPTS();
		Assert(written >= 0);
		at += written;
		space -= written;
	}
	*at = '\0';
	return text;
}

void
chs_text_to_wire(const char *type, const char *text, StringInfo buf)
{
	ChsTextCursor cursor;
	int			len;
	int			padding;
	int			space;

	chs_text_begin(&cursor, type, text);
	len = strlen(cursor.at);
	padding = strcspn(cursor.at, "=");
	if (padding + (int) strspn(cursor.at + padding, "=") != len)
		chs_summary_damaged_text(type, text, "What follows the version is not base64.");
	/* pg_b64_dec_len() overflows an int from 683 MB on */
	space = (int) ((int64) len * 3 / 4);
	initStringInfo(buf);
	enlargeStringInfo(buf, space);
	for (int done = 0; done < len; done += BASE64_PIECE * 4)
	{
		int			piece = Min(len - done, BASE64_PIECE * 4);
		int			written = pg_b64_decode(cursor.at + done, piece,
											(chs_b64_byte *) buf->data + buf->len, space - buf->len);

		CHECK_FOR_INTERRUPTS();
		if (written < 0)
			chs_summary_damaged_text(type, text, "What follows the version is not base64.");
		buf->len += written;
	}
	buf->data[buf->len] = '\0';
}
