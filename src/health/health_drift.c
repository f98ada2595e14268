/*-------------------------------------------------------------------------
 *
 * health_drift.c
 *		Questions to profilesummaries: the state of the signals, and how they
 *		moved since the model was made.
 *
 * The population stability index of two distributions over ten bins of scores
 * is sum (a - b) ln(a / b), with a and b the shares of a bin.  A bin that is
 * empty on both sides is left out.  Of one that is empty on one side the count
 * is taken as a half, over the unchanged total, so that the logarithm exists.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "health/health_profile.h"
#include "shared/report.h"

/* what counts as moved */
#define SOME_DRIFT	0.1
#define MUCH_DRIFT	0.25

PG_FUNCTION_INFO_V1(chs_health_profile_table);
PG_FUNCTION_INFO_V1(chs_health_drift);

/*
 * The sum of squared distances from the mean, in squared units of a score.
 * With the mean rounded down to a whole number of the fixed point first, all
 * that would cancel is subtracted exactly.
 */
static double
squared_distances(const ChsSignalProfile *signal)
{
	int128		sum = chs_counters_sum(signal->sum);
	int128		whole = sum / signal->known;
	int128		rest = sum % signal->known;
	int128		exact = chs_counters_sum(signal->squares) - whole * sum - whole * rest;
	double		distances = (double) exact - (double) rest * ((double) rest / (double) signal->known);

	return Max(distances, 0) / CHS_PROFILE_ONE / CHS_PROFILE_ONE;
}

/*
 * What is wrong with a signal, or NULL.
 */
static char *
signal_warning(const ChsSignalProfile *signal, int64 rows)
{
	const char *texts[3];
	int			n = 0;
	StringInfoData list;

	if (signal->known > 1 && squared_distances(signal) == 0)
		texts[n++] = "constant";
	if (signal->known < rows - signal->known)
		texts[n++] = "mostly missing";
	if (signal->switches == 0 && signal->worst + signal->best > signal->known / 2)
		texts[n++] = "mostly clamped";
	if (n == 0)
		return NULL;
	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", texts[i]);
	return list.data;
}

static void
put_signal(ChsReport *report, const char *name, const ChsSignalProfile *signal, int64 rows)
{
	chs_report_start_row(report);
	chs_report_text(report, name);
	chs_report_int64(report, rows);
	chs_report_percent(report, signal->known, rows);
	chs_report_percent(report, signal->stale, rows);
	chs_report_percent(report, signal->worst, signal->known);
	chs_report_percent(report, signal->best, signal->known);
	if (signal->known > 0)
		chs_report_float8(report, (double) chs_counters_sum(signal->sum) / CHS_PROFILE_ONE / (double) signal->known);
	else
		chs_report_null(report);
	if (signal->known > 1)
		chs_report_float8(report, sqrt(squared_distances(signal) / (double) (signal->known - 1)));
	else
		chs_report_null(report);
	chs_report_text(report, signal_warning(signal, rows));
	chs_report_end_row(report);
}

/*
 * health_profile_table(s): a row per signal, in the order of the model.
 */
Datum
chs_health_profile_table(PG_FUNCTION_ARGS)
{
	const ChsProfile *profile = chs_profile_arg(fcinfo, 0);
	const char *name = chs_profile_names(profile);
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < profile->nsignals; i++)
	{
		put_signal(&report, name, &profile->signals[i], profile->rows);
		name += strlen(name) + 1;
	}
	return (Datum) 0;
}

static double
stability_index(const ChsSignalProfile *before, const ChsSignalProfile *after)
{
	double		index = 0;

	for (int i = 0; i < CHS_PROFILE_BINS; i++)
	{
		double		a = Max((double) after->bins[i], 0.5) / (double) after->known;
		double		b = Max((double) before->bins[i], 0.5) / (double) before->known;

		if (before->bins[i] > 0 || after->bins[i] > 0)
			index += (a - b) * log(a / b);
	}
	return index;
}

/* a signal by its name, or NULL */
static const ChsSignalProfile *
find_signal(const ChsProfile *profile, const char *wanted)
{
	const char *name = chs_profile_names(profile);

	for (int i = 0; i < profile->nsignals; i++)
	{
		if (strcmp(name, wanted) == 0)
			return &profile->signals[i];
		name += strlen(name) + 1;
	}
	return NULL;
}

static void
put_drift(ChsReport *report, const char *name, const ChsSignalProfile *before, const ChsSignalProfile *after)
{
	bool		is_known = before && after && before->known > 0 && after->known > 0;
	double		index = is_known ? stability_index(before, after) : 0;

	chs_report_start_row(report);
	chs_report_text(report, name);
	chs_report_float8_if(report, is_known, index);
	chs_report_text(report, index >= MUCH_DRIFT ? "much" : index >= SOME_DRIFT ? "some" : NULL);
	chs_report_end_row(report);
}

/*
 * health_drift(before, after): a row per signal of the first, then of those
 * that only the second has.
 */
Datum
chs_health_drift(PG_FUNCTION_ARGS)
{
	const ChsProfile *before = chs_profile_arg(fcinfo, 0);
	const ChsProfile *after = chs_profile_arg(fcinfo, 1);
	const char *name = chs_profile_names(before);
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < before->nsignals; i++)
	{
		put_drift(&report, name, &before->signals[i], find_signal(after, name));
		name += strlen(name) + 1;
	}
	name = chs_profile_names(after);
	for (int i = 0; i < after->nsignals; i++)
	{
		if (find_signal(before, name) == NULL)
			put_drift(&report, name, NULL, &after->signals[i]);
		name += strlen(name) + 1;
	}
	return (Datum) 0;
}
