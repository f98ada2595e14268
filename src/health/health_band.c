/*-------------------------------------------------------------------------
 *
 * health_band.c
 *		Bands of scores, those of the model or the default ones.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "health/health_band.h"
#include "shared/check.h"

/* The bands of a model that names none. */
static const struct
{
	double		from;
	const char *name;
	const char *color;
}			default_bands[] = {
	{0, "unhealthy", "red"},
	{40, "at risk", "yellow"},
	{70, "healthy", "green"}
};

int
chs_health_nbands(const ChsHealthModel *model)
{
	return model->nbands > 0 ? model->nbands : (int) lengthof(default_bands);
}

double
chs_health_band_from(const ChsHealthModel *model, int band)
{
	return model->nbands > 0 ? CHS_HEALTH_BANDS(model)[band].from :
		default_bands[band].from;
}

text *
chs_health_band_name(const ChsHealthModel *model, int band)
{
	return model->nbands > 0 ?
		chs_health_text(model, CHS_HEALTH_BANDS(model)[band].name) :
		cstring_to_text(default_bands[band].name);
}

/* NULL where the model gives the band no colour. */
text *
chs_health_band_color(const ChsHealthModel *model, int band)
{
	return model->nbands > 0 ?
		chs_health_text(model, CHS_HEALTH_BANDS(model)[band].color) :
		cstring_to_text(default_bands[band].color);
}

/*
 * A score given by SQL.  One that misses 0 or 100 by rounding, as an average
 * of scores may, is taken for them.
 */
double
chs_health_check_score(double score)
{
	if (score > 100 && score <= 100 + CHS_HEALTH_TOLERANCE)
		return 100;
	if (score < 0 && score >= -CHS_HEALTH_TOLERANCE)
		return 0;
	chs_check_range(score, 0, 100, "score",
					"Bring it to 0-100 with scale_score(value, worst, best).");
	return score;
}

int
chs_health_band_of(const ChsHealthModel *model, double score)
{
	int			band = chs_health_nbands(model) - 1;

	while (band > 0 &&
		   score < chs_health_band_from(model, band) - CHS_HEALTH_TOLERANCE)
		band--;
	return band;
}
