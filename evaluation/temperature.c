/* The log-loss is convex in the scale: halve where its slope changes sign. */
#include "evaluation/temperature.h"

#include <math.h>

#define HALVINGS 30

/* Mean margin under softmax, minus that of the truth: the slope of the loss. */
static double slope_of(
    const struct temperature_item *item, size_t classes, double scale)
{
	double top = item->margins[0], sum = 0, mean = 0;

	for (size_t c = 1; c < classes; c++)
		top = fmax(top, item->margins[c]);
	for (size_t c = 0; c < classes; c++) {
		double p = exp(scale * (item->margins[c] - top));

		sum += p;
		mean += p * item->margins[c];
	}
	return mean / sum - item->margins[item->truth];
}

double temperature_fit(
    const struct temperature_item *items, size_t count, size_t classes)
{
	double low = log(TEMPERATURE_MIN), high = log(TEMPERATURE_MAX);

	if (count == 0)
		return 1;
	for (int step = 0; step < HALVINGS; step++) {
		double middle = (low + high) / 2;
		double scale = exp(middle), slope = 0;

		for (size_t i = 0; i < count; i++)
			slope += items[i].weight *
				 slope_of(&items[i], classes, scale);
		if (slope > 0)
			high = middle;
		else
			low = middle;
	}
	return exp((low + high) / 2);
}

double temperature_confidence(
    double scale, const double *margins, size_t classes, size_t class_index)
{
	double sum = 0;

	for (size_t c = 0; c < classes; c++)
		sum += exp(scale * (margins[c] - margins[class_index]));
	return 1 / sum;
}
