/* An evaluation as a table for people and as JSON for programs. */
#include <math.h>

#include "common/json.h"
#include "model/evaluate.h"

static const char *const states[BANNER_STATES] = { "as_is", "hidden",
	"forged" };

/* ------------------------------------------------------------- table */

static void put_figure(
    struct buffer *out, const char *what, const struct figure *f)
{
	if (isnan(f->value))
		buffer_printf(out, "%-38s     -\n", what);
	else
		buffer_printf(out, "%-38s %5.3f  (%.3f - %.3f)\n", what,
		    f->value, f->low, f->high);
}

static void put_share(struct buffer *out, double value)
{
	if (isnan(value))
		buffer_printf(out, " %9s", "-");
	else
		buffer_printf(out, " %9.3f", value);
}

static void put_classes(const struct evaluation *e, struct buffer *out)
{
	buffer_printf(out, "\n%-28s %11s %9s %9s\n", "product", "deployments",
	    "recall", "precision");
	for (size_t c = 0; c < e->class_count; c++) {
		const struct class_figures *f = &e->classes[c];

		buffer_printf(out, "%-28s %11.1f", f->product, f->deployments);
		put_share(out, f->recall);
		put_share(out, f->precision);
		buffer_add_text(out, "\n");
	}
}

static void put_unmeasured(const struct evaluation *e, struct buffer *out)
{
	if (e->unmeasured_count == 0)
		return;
	buffer_add_text(out, "\nnot measured, all deployments look the same:");
	for (size_t i = 0; i < e->unmeasured_count; i++)
		buffer_printf(out, "%s %s", i > 0 ? "," : "", e->unmeasured[i]);
	buffer_add_text(out, "\n");
}

static void put_rungs(const struct evaluation *e, struct buffer *out)
{
	buffer_printf(out, "\n%-20s %9s %9s %9s   (accuracy micro / macro)\n",
	    "evidence", "greeting", "hidden", "forged");
	for (size_t r = 0; r < e->rung_count; r++) {
		const struct rung *rung = &e->rungs[r];

		buffer_printf(out, "%-20s", rung->name);
		for (int b = 0; b < BANNER_STATES; b++)
			put_share(out, rung->micro[b].value);
		buffer_printf(out, "\n%-20s", "");
		for (int b = 0; b < BANNER_STATES; b++)
			put_share(out, rung->macro[b].value);
		buffer_add_text(out, "\n");
	}
}

static void put_pairs(struct buffer *out, const char *title,
    const struct confusion *list, size_t count)
{
	if (count > 0)
		buffer_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < count; i++)
		buffer_printf(out, "%6.1f  %s -> %s\n", list[i].deployments,
		    list[i].truth, list[i].answer);
}

void evaluation_table(const struct evaluation *e, struct buffer *out)
{
	buffer_printf(out,
	    "%zu transcripts, %zu deployments, %zu products; plan %s; %zu "
	    "items judged\n\n",
	    e->transcripts, e->groups, e->class_count, e->plan, e->judged);
	put_figure(out, "accuracy, deployments equal (micro)", &e->micro);
	put_figure(out, "accuracy, products equal (macro)", &e->macro);
	put_figure(out, "answered at precision 0.98", &e->coverage);
	put_figure(out, "calibration error", &e->ece);
	put_figure(out, "  without the largest product", &e->ece_rest);
	if (e->versions_given > 0)
		buffer_printf(out, "%-38s %5.3f  (%.0f told)\n",
		    "version ranges right",
		    e->versions_right / e->versions_given, e->versions_given);
	put_classes(e, out);
	put_unmeasured(e, out);
	put_pairs(out, "confusions", e->confusions, e->confusion_count);
	put_rungs(e, out);
	buffer_printf(out,
	    "\nunknown products: %zu items of products left out\n",
	    e->strangers);
	put_figure(out, "known from unknown (AUROC)", &e->auroc);
	put_figure(
	    out, "unknown accepted, 95 % of known kept", &e->false_accept);
	buffer_printf(out, "%-38s", "called novel: unknown, known");
	put_share(out, e->stranger_flagged);
	put_share(out, e->known_flagged);
	buffer_add_text(out, "\n");
	put_pairs(out, "unknown products taken for known ones", e->accepted,
	    e->accepted_count);
}

/* ------------------------------------------------------------- JSON */

static void json_figure(
    struct json_writer *w, const char *key, const struct figure *f)
{
	if (isnan(f->value)) {
		json_write_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_write_double(w, "value", f->value);
	json_write_double(w, "low", f->low);
	json_write_double(w, "high", f->high);
	json_close_object(w);
}

static void json_pairs(struct json_writer *w, const char *key,
    const struct confusion *list, size_t count)
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

static void json_classes(struct json_writer *w, const struct evaluation *e)
{
	json_open_array(w, "classes");
	for (size_t c = 0; c < e->class_count; c++) {
		json_open_object(w, NULL);
		json_write_text(w, "product", e->classes[c].product);
		json_write_double(w, "deployments", e->classes[c].deployments);
		json_write_double(w, "recall", e->classes[c].recall);
		json_write_double(w, "precision", e->classes[c].precision);
		json_close_object(w);
	}
	json_close_array(w);
}

static void json_rungs(struct json_writer *w, const struct evaluation *e)
{
	json_open_array(w, "ladder");
	for (size_t r = 0; r < e->rung_count; r++) {
		json_open_object(w, NULL);
		json_write_text(w, "evidence", e->rungs[r].name);
		for (int b = 0; b < BANNER_STATES; b++) {
			json_open_object(w, states[b]);
			json_figure(w, "micro", &e->rungs[r].micro[b]);
			json_figure(w, "macro", &e->rungs[r].macro[b]);
			json_close_object(w);
		}
		json_close_object(w);
	}
	json_close_array(w);
}

static void json_unknown(struct json_writer *w, const struct evaluation *e)
{
	json_open_object(w, "unknown");
	json_write_int(w, "items", (int64_t)e->strangers);
	json_figure(w, "auroc", &e->auroc);
	json_figure(w, "false_accept", &e->false_accept);
	json_write_double(w, "called_novel", e->stranger_flagged);
	json_write_double(w, "known_called_novel", e->known_flagged);
	json_pairs(w, "accepted", e->accepted, e->accepted_count);
	json_close_object(w);
}

void evaluation_json(const struct evaluation *e, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "plan", e->plan);
	json_write_int(&w, "transcripts", (int64_t)e->transcripts);
	json_write_int(&w, "groups", (int64_t)e->groups);
	json_write_int(&w, "judged", (int64_t)e->judged);
	json_write_int(&w, "seen_in_training", (int64_t)e->seen);
	json_figure(&w, "micro", &e->micro);
	json_figure(&w, "macro", &e->macro);
	json_figure(&w, "coverage_at_precision_98", &e->coverage);
	json_figure(&w, "calibration_error", &e->ece);
	json_figure(&w, "calibration_error_without_largest", &e->ece_rest);
	json_write_double(&w, "versions_given", e->versions_given);
	json_write_double(&w, "versions_right", e->versions_right);
	json_classes(&w, e);
	json_open_array(&w, "unmeasured");
	for (size_t i = 0; i < e->unmeasured_count; i++)
		json_write_text(&w, NULL, e->unmeasured[i]);
	json_close_array(&w);
	json_pairs(&w, "confusions", e->confusions, e->confusion_count);
	json_rungs(&w, e);
	json_unknown(&w, e);
	json_close_object(&w);
	buffer_add_char(out, '\n');
}
