/*-------------------------------------------------------------------------
 *
 * fuzz_inputs.c
 *		libFuzzer's harness for everything that makes a value of chs of bytes.
 *
 * One program holds all targets, CHS_TARGET names the one to run:
 *
 *	TYPE.in			the bytes are a text for the type's input function
 *	TYPE.recv		they are a binary form for its receive function
 *	TYPE.stored		they are what stands behind the length word of a stored
 *					value, as a damaged page would have it
 *
 * The types come from targets.h, a list of the catalogue made by
 * tools/fuzz-inputs.sh.  A function may refuse bytes by an error about data
 * (SQLSTATE class 22) or a limit (54); anything else stops the program.  A value
 * that was taken must come out, and what came out must give the same value again.
 *
 * The functions run without a server: memory contexts, encoding, time zones and
 * the stack's limit are set up here, and there is no catalogue, for no input
 * needs one.  With CHS_STORED=FOLDER each value that is taken is written there,
 * as seed of a TYPE.stored.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <setjmp.h>
#include <unistd.h>

#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/elog.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "shared/compat.h"

#define CHS_TARGET(type, in, out, recv, send, cmp) \
	extern Datum in(PG_FUNCTION_ARGS); \
	extern Datum out(PG_FUNCTION_ARGS); \
	extern Datum recv(PG_FUNCTION_ARGS); \
	extern Datum send(PG_FUNCTION_ARGS); \
	extern Datum cmp(PG_FUNCTION_ARGS);
#include "targets.h"
#undef CHS_TARGET

typedef enum FuzzForm
{
	FUZZ_IN,
	FUZZ_RECV,
	FUZZ_STORED
} FuzzForm;

typedef struct FuzzType
{
	const char *name;
	PGFunction	in;
	PGFunction	out;
	PGFunction	recv;
	PGFunction	send;
	PGFunction	cmp;
} FuzzType;

#define CHS_TARGET(type, in, out, recv, send, cmp)	{#type, in, out, recv, send, cmp},
static const FuzzType fuzz_types[] = {
#include "targets.h"
};
#undef CHS_TARGET

static const char *const fuzz_forms[] = {"in", "recv", "stored"};

static const FuzzType *fuzz_type;
static FuzzForm fuzz_form;
static const char *fuzz_stored_folder;
static MemoryContext fuzz_context;

/* main.o, which has it, is left out: libFuzzer brings a main() of its own */
const char *progname = "fuzz_inputs";

extern int	LLVMFuzzerInitialize(int *argc, char ***argv);
extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

pg_noreturn static void
fuzz_stop(const char *why, const char *more)
{
	fprintf(stderr, "%s.%s: %s%s\n", fuzz_type->name, fuzz_forms[fuzz_form], why, more);
	abort();
}

/* A call with one or two arguments, in a fresh FmgrInfo as the executor has it. */
static Datum
fuzz_call(PGFunction function, Datum first, Datum second)
{
	LOCAL_FCINFO(fcinfo, 3);
	FmgrInfo	flinfo = {.fn_addr = function, .fn_nargs = 3, .fn_strict = true, .fn_mcxt = CurrentMemoryContext};
	Datum		result;

	/* the second and third argument of input are the type's element and modifier */
	InitFunctionCallInfoData(*fcinfo, &flinfo, 3, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = first;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = second;
	fcinfo->args[1].isnull = false;
	fcinfo->args[2].value = Int32GetDatum(-1);
	fcinfo->args[2].isnull = false;
	result = function(fcinfo);
	if (fcinfo->isnull)
		fuzz_stop("a function answers NULL", "");
	return result;
}

static Datum
fuzz_from_text(const char *text, size_t size)
{
	return fuzz_call(fuzz_type->in, CStringGetDatum(pnstrdup(text, size)), 0);
}

/* The buffer is as long as the bytes and the zero behind them, so that one read more is seen. */
static Datum
fuzz_from_binary(const char *bytes, size_t size)
{
	StringInfoData buf;
	Datum		value;

	buf.data = palloc(size + 1);
	memcpy(buf.data, bytes, size);
	buf.data[size] = '\0';
	buf.len = size;
	buf.maxlen = size + 1;
	buf.cursor = 0;
	value = fuzz_call(fuzz_type->recv, PointerGetDatum(&buf), 0);
	if (buf.cursor != buf.len)
		fuzz_stop("bytes are left over", "");
	return value;
}

static Datum
fuzz_from_page(const char *bytes, size_t size)
{
	struct varlena *value = palloc(VARHDRSZ + size);

	SET_VARSIZE(value, VARHDRSZ + size);
	memcpy(VARDATA(value), bytes, size);
	return PointerGetDatum(value);
}

static void
fuzz_write_stored(Datum value)
{
	struct varlena *flat = pg_detoast_datum((struct varlena *) DatumGetPointer(value));
	int			size = VARSIZE(flat) - VARHDRSZ;
	char	   *path = psprintf("%s/%08x", fuzz_stored_folder, hash_bytes((unsigned char *) VARDATA(flat), size));
	FILE	   *file = fopen(path, "wb");

	if (file == NULL || fwrite(VARDATA(flat), 1, size, file) != (size_t) size || fclose(file) != 0)
		fuzz_stop("cannot write ", path);
}

static void
fuzz_same(Datum value, Datum other, bytea *wire, const char *through)
{
	bytea	   *again = DatumGetByteaPP(fuzz_call(fuzz_type->send, other, 0));

	if (DatumGetInt32(fuzz_call(fuzz_type->cmp, value, other)) != 0)
		fuzz_stop("another value after its way through ", through);
	if (VARSIZE_ANY(wire) != VARSIZE_ANY(again) || memcmp(wire, again, VARSIZE_ANY(wire)) != 0)
		fuzz_stop("other bytes after its way through ", through);
}

/*
 * What was taken can be read, and is the same after its way through text and
 * bytes.  A damaged value that can be read need not be one that inputs take.
 */
static void
fuzz_check_value(Datum value)
{
	char	   *text = DatumGetCString(fuzz_call(fuzz_type->out, value, 0));
	bytea	   *wire = DatumGetByteaPP(fuzz_call(fuzz_type->send, value, 0));

	if (DatumGetInt32(fuzz_call(fuzz_type->cmp, value, value)) != 0)
		fuzz_stop("a value that is not equal to itself", "");
	if (fuzz_form == FUZZ_STORED)
		return;
	fuzz_same(value, fuzz_from_text(text, strlen(text)), wire, "text");
	fuzz_same(value, fuzz_from_binary(VARDATA_ANY(wire), VARSIZE_ANY_EXHDR(wire)), wire, "the binary form");
}

static void
fuzz_try(const char *bytes, size_t size)
{
	Datum		value;

	switch (fuzz_form)
	{
		case FUZZ_IN:
			value = fuzz_from_text(bytes, size);
			break;
		case FUZZ_RECV:
			value = fuzz_from_binary(bytes, size);
			break;
		case FUZZ_STORED:
			value = fuzz_from_page(bytes, size);
			break;
	}
	fuzz_check_value(value);
	if (fuzz_stored_folder)
		fuzz_write_stored(value);
}

static void
fuzz_check_error(void)
{
	ErrorData  *error;
	int			class;

	MemoryContextSwitchTo(fuzz_context);
	error = CopyErrorData();
	FlushErrorState();
	class = ERRCODE_TO_CATEGORY(error->sqlerrcode);
	if (class != ERRCODE_DATA_EXCEPTION && class != ERRCODE_PROGRAM_LIMIT_EXCEEDED)
		fuzz_stop("an error that is not about data: ", psprintf("%s %s", unpack_sql_state(error->sqlerrcode), error->message));
	if (strlen(error->message) > 2000)
		fuzz_stop("a long message", "");
}

/* What a backend sets up before its first query, as far as inputs need it. */
int
LLVMFuzzerInitialize(int *argc pg_attribute_unused(), char ***argv pg_attribute_unused())
{
	const char *target = getenv("CHS_TARGET");

	for (size_t i = 0; target && i < lengthof(fuzz_types) * lengthof(fuzz_forms); i++)
	{
		const FuzzType *type = &fuzz_types[i / lengthof(fuzz_forms)];
		size_t		length = strlen(type->name);

		if (strncmp(target, type->name, length) == 0 && target[length] == '.' &&
			strcmp(target + length + 1, fuzz_forms[i % lengthof(fuzz_forms)]) == 0)
		{
			fuzz_type = type;
			fuzz_form = i % lengthof(fuzz_forms);
		}
	}
	if (fuzz_type == NULL)
	{
		fprintf(stderr, "CHS_TARGET names no target, as TYPE.in, TYPE.recv or TYPE.stored\n");
		exit(1);
	}
	fuzz_stored_folder = getenv("CHS_STORED");

	(void) set_stack_base();
	MemoryContextInit();
	InitializeGUCOptions();		/* the stack's limit and the time zone, too */
	log_min_messages = client_min_messages = FATAL;
	SetDatabaseEncoding(PG_UTF8);
	fuzz_context = AllocSetContextCreate(TopMemoryContext, "one input", ALLOCSET_DEFAULT_SIZES);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sigjmp_buf	here;

	/* a text arrives as valid UTF-8 and ends with its first zero */
	if (fuzz_form == FUZZ_IN)
	{
		size = strnlen((const char *) data, size);
		if (!pg_verify_mbstr(PG_UTF8, (const char *) data, size, true))
			return 0;
	}
	MemoryContextSwitchTo(fuzz_context);
	if (sigsetjmp(here, 0) == 0)
	{
		PG_exception_stack = &here;
		fuzz_try((const char *) data, size);
	}
	else
		fuzz_check_error();
	PG_exception_stack = NULL;
	error_context_stack = NULL;
	MemoryContextReset(fuzz_context);
	return 0;
}
