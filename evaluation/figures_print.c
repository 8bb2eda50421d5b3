/* The figures of evaluation/figures as a table and as JSON. */
#include <stdio.h>

#include "evaluation/figures.h"
#include "evaluation/print.h"

static const char *const tellings[TELLING_COUNT] = {
	[TELLING_RIGHT] = "right",
	[TELLING_WRONG] = "wrong",
	[TELLING_UNKNOWN] = "unknown",
};

/* ------------------------------------------------------------- table */

void print_plan(struct buffer *out, const struct plan_figures *f)
{
	print_figure(out, "accuracy, deployments equal (micro)", &f->micro);
	print_figure(out, "accuracy, products equal (macro)", &f->macro);
	print_figure(out, "named at precision 0.95", &f->coverage_95);
	print_figure(out, "named at precision 0.98", &f->coverage_98);
	print_figure(out, "named at precision 0.99", &f->coverage_99);
	print_figure(out, "area under the risk curve", &f->risk_area);
	print_figure(out, "log-loss", &f->log_loss);
	print_figure(out, "Brier score", &f->brier);
	print_figure(out, "calibration error", &f->ece);
	print_figure(out, "  without the largest product", &f->ece_rest);
	print_told(out, "greeting as it is", &f->told);
	print_told(out, "greeting forged", &f->told_forged);
	if (f->versions_told > 0)
		buffer_printf(
		    out, "version ranges told: %zu\n", f->versions_told);
	print_figure(out, "  of these right", &f->versions_right);
}

void print_told(
    struct buffer *out, const char *what, const struct told_figures *f)
{
	if (f->items == 0)
		return;
	buffer_printf(out, "%s, told by mxprint without rules\n", what);
	for (int t = 0; t < TELLING_COUNT; t++) {
		char line[16];

		snprintf(line, sizeof(line), "  %s", tellings[t]);
		print_figure(out, line, &f->shares[t]);
	}
}

static void print_classes(struct buffer *out, const struct detail_figures *f)
{
	buffer_printf(out, "\n%-28s %11s %9s %9s\n", "product", "deployments",
	    "recall", "precision");
	for (size_t c = 0; c < f->class_count; c++) {
		const struct class_figures *one = &f->classes[c];

		buffer_printf(
		    out, "%-28s %11.1f", one->product, one->deployments);
		print_share(out, one->recall.value);
		print_share(out, one->precision.value);
		buffer_add_text(out, "\n");
	}
}

void print_pairs(struct buffer *out, const char *title, const struct pair *list,
    size_t count)
{
	if (count > 0)
		buffer_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < count; i++)
		buffer_printf(out, "%6.1f  %s -> %s\n", list[i].deployments,
		    list[i].truth, list[i].answer);
}

void print_detail(struct buffer *out, const struct detail_figures *f)
{
	print_figure(
	    out, "  of each product's own confidence", &f->ece_classes);
	buffer_printf(
	    out, "\n%-12s %11s %9s\n", "confidence", "deployments", "right");
	for (size_t b = 0; b < f->bin_count; b++)
		buffer_printf(out, "%-12.3f %11.1f %9.3f\n",
		    f->bins[b].confidence, f->bins[b].deployments,
		    f->bins[b].right);
	print_classes(out, f);
	print_pairs(out, "worst confusions", f->pairs, f->pair_count);
}

/* ------------------------------------------------------------- JSON */

void json_accuracy(
    struct json_writer *w, const char *key, const struct accuracy *a)
{
	json_open_object(w, key);
	json_write_int(w, "items", (int64_t)a->items);
	json_figure(w, "micro", &a->micro);
	json_figure(w, "macro", &a->macro);
	json_close_object(w);
}

void json_plan(struct json_writer *w, const struct plan_figures *f)
{
	json_write_int(w, "items", (int64_t)f->items);
	json_figure(w, "micro", &f->micro);
	json_figure(w, "macro", &f->macro);
	json_figure(w, "coverage_at_precision_95", &f->coverage_95);
	json_figure(w, "coverage_at_precision_98", &f->coverage_98);
	json_figure(w, "coverage_at_precision_99", &f->coverage_99);
	json_figure(w, "risk_curve_area", &f->risk_area);
	json_figure(w, "log_loss", &f->log_loss);
	json_figure(w, "brier", &f->brier);
	json_figure(w, "calibration_error", &f->ece);
	json_figure(w, "calibration_error_without_largest", &f->ece_rest);
	json_told(w, "told", &f->told);
	json_told(w, "told_forged", &f->told_forged);
	json_write_int(w, "versions_told", (int64_t)f->versions_told);
	json_figure(w, "versions_right", &f->versions_right);
}

void json_told(
    struct json_writer *w, const char *key, const struct told_figures *f)
{
	json_open_object(w, key);
	json_write_int(w, "items", (int64_t)f->items);
	for (int t = 0; t < TELLING_COUNT; t++)
		json_figure(w, tellings[t], &f->shares[t]);
	json_close_object(w);
}

void json_pairs(struct json_writer *w, const char *key, const struct pair *list,
    size_t count)
{
	json_open_array(w, key);
	for (size_t i = 0; i < count; i++) {
		json_open_object(w, NULL);
		json_write_text(w, "truth", list[i].truth);
		json_write_text(w, "answer", list[i].answer);
		json_write_double(w, "deployments", list[i].deployments);
		json_close_object(w);
	}
	json_close_array(w);
}

void json_detail(struct json_writer *w, const struct detail_figures *f)
{
	json_figure(w, "calibration_error_classwise", &f->ece_classes);
	json_open_array(w, "reliability");
	for (size_t b = 0; b < f->bin_count; b++) {
		json_open_object(w, NULL);
		json_write_double(w, "confidence", f->bins[b].confidence);
		json_write_double(w, "right", f->bins[b].right);
		json_write_double(w, "deployments", f->bins[b].deployments);
		json_close_object(w);
	}
	json_close_array(w);
	json_open_array(w, "classes");
	for (size_t c = 0; c < f->class_count; c++) {
		json_open_object(w, NULL);
		json_write_text(w, "product", f->classes[c].product);
		json_write_double(w, "deployments", f->classes[c].deployments);
		json_figure(w, "recall", &f->classes[c].recall);
		json_figure(w, "precision", &f->classes[c].precision);
		json_close_object(w);
	}
	json_close_array(w);
	json_pairs(w, "confusions", f->pairs, f->pair_count);
}
