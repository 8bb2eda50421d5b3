/* The comparison as a table for people and as JSON for programs. */
#include <math.h>
#include <stdio.h>

#include "evaluation/evaluate.h"
#include "evaluation/print.h"

static const char *const keys[BASELINE_FIGURES] = {
	[BASELINE_MICRO] = "micro",
	[BASELINE_MACRO] = "macro",
	[BASELINE_COVERAGE] = "coverage_at_precision_98",
	[BASELINE_ECE] = "calibration_error",
};

static const char *const words[BASELINE_FIGURES] = {
	[BASELINE_MICRO] = "deployments",
	[BASELINE_MACRO] = "products",
	[BASELINE_COVERAGE] = "at-0.98",
	[BASELINE_ECE] = "calibration",
};

static void put_interval(struct buffer *out, const struct figure *f, bool sign)
{
	char text[40];

	if (isnan(f->value)) {
		buffer_printf(out, "  %22s", "-");
		return;
	}
	if (sign)
		snprintf(text, sizeof(text), "%+.3f (%+.3f %+.3f)", f->value,
		    f->low, f->high);
	else
		snprintf(text, sizeof(text), "%.3f (%.3f - %.3f)", f->value,
		    f->low, f->high);
	buffer_printf(out, "  %22s", text);
}

static void put_rows(const struct baselines_figures *b, struct buffer *out)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct baseline_row *row = &b->rows[i];

		buffer_printf(out, "%-34s", row->text);
		put_interval(out, &row->figures[BASELINE_MICRO], false);
		put_interval(out, &row->figures[BASELINE_MACRO], false);
		buffer_printf(out, "    %.3f    %.3f\n",
		    row->figures[BASELINE_COVERAGE].value,
		    row->figures[BASELINE_ECE].value);
	}
}

static void put_differences(
    const struct baselines_figures *b, struct buffer *out)
{
	for (size_t i = 1; i < b->count; i++) {
		const struct baseline_row *row = &b->rows[i];

		buffer_printf(out, "%-34s", row->text);
		put_interval(out, &row->against[BASELINE_MICRO], true);
		put_interval(out, &row->against[BASELINE_MACRO], true);
		if (row->wins)
			buffer_add_text(out, "  WINS:");
		for (int f = 0; f < BASELINE_FIGURES; f++)
			if (row->better[f])
				buffer_printf(out, " %s", words[f]);
		buffer_add_text(out, "\n");
	}
}

void baselines_table(const struct evaluation *e, struct buffer *out)
{
	const struct baselines_figures *b = &e->baselines;

	buffer_printf(out,
	    "plan %s, greeting masked, %zu items\n\n%-34s  %22s  %22s  %8s "
	    "%8s\n",
	    e->plan, b->judged, "method", "deployments equal", "products equal",
	    "at 0.98", "cal.err");
	put_rows(b, out);
	buffer_printf(out, "\n%-34s  %22s  %22s\n", "minus the model",
	    "deployments equal", "products equal");
	put_differences(b, out);
}

static void json_row(
    struct json_writer *w, const struct baseline_row *row, bool model)
{
	json_open_object(w, NULL);
	json_write_text(w, "name", row->name);
	json_write_text(w, "text", row->text);
	for (int f = 0; f < BASELINE_FIGURES; f++)
		json_figure(w, keys[f], &row->figures[f]);
	if (!model) {
		json_open_object(w, "against_model");
		for (int f = 0; f < BASELINE_FIGURES; f++)
			json_figure(w, keys[f], &row->against[f]);
		json_close_object(w);
		json_open_object(w, "better_than_model");
		for (int f = 0; f < BASELINE_FIGURES; f++)
			json_write_bool(w, keys[f], row->better[f]);
		json_close_object(w);
		json_write_bool(w, "wins", row->wins);
	}
	json_close_object(w);
}

void baselines_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct baselines_figures *b = &e->baselines;

	json_open_object(w, key);
	json_write_text(w, "plan", e->plan);
	json_write_text(w, "greeting", "masked");
	json_write_int(w, "items", (int64_t)b->judged);
	json_open_array(w, "methods");
	for (size_t i = 0; i < b->count; i++)
		json_row(w, &b->rows[i], i == 0);
	json_close_array(w);
	json_close_object(w);
}
