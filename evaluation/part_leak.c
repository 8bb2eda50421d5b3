#include "evaluation/part_leak.h"

#include "evaluation/evaluating.h"
#include "evaluation/print.h"

enum status evaluate_leak(struct evaluating *v, struct error *err)
{
	evaluating_say(v, "telling twins apart");
	return leak_measure(
	    v->d, v->options->seed, v->e->arena, &v->e->leak, err);
}

static void put_test(
    struct buffer *out, const char *what, const struct leak_test *t)
{
	if (t->deployments == 0) {
		buffer_printf(out, "%-44s %11s\n", what, "-");
		return;
	}
	buffer_printf(out, "%-44s %11zu %9.3f   %.3f (%.3f - %.3f)%s\n", what,
	    t->deployments, t->baseline, t->accuracy.value, t->accuracy.low,
	    t->accuracy.high, t->leaks ? "  LEAK" : "");
}

void leak_table(const struct evaluation *e, struct buffer *out)
{
	const struct leak *leak = &e->leak;

	buffer_printf(out,
	    "do features tell deployments apart that are configured alike? "
	    "%s\n\n%-44s %11s %9s   %s\n",
	    !leak->measured ? "not measured: no twins"
	    : leak->found   ? "YES"
			    : "no",
	    "", "deployments", "by chance", "named right");
	put_test(out, "which of two twins, nearest", &leak->nearest);
	put_test(out, "which of two twins, linear", &leak->linear);
	put_test(out, "which of those with equal transcripts", &leak->equal);
	put_test(
	    out, "which of a product and version (may differ)", &leak->among);
	if (leak->found && leak->feature_count > 0)
		buffer_add_text(out, "\nwhat tells twins apart\n");
	for (size_t i = 0; leak->found && i < leak->feature_count; i++)
		buffer_printf(out, "%9.4f %4zu  %s\n", leak->features[i].weight,
		    leak->features[i].transcripts, leak->features[i].name);
}

static void json_test(
    struct json_writer *w, const char *key, const struct leak_test *t)
{
	json_open_object(w, key);
	json_write_int(w, "deployments", (int64_t)t->deployments);
	json_write_double(w, "baseline", t->baseline);
	json_figure(w, "accuracy", &t->accuracy);
	json_write_bool(w, "leaks", t->leaks);
	json_close_object(w);
}

void leak_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct leak *leak = &e->leak;

	json_open_object(w, key);
	if (leak->measured)
		json_write_bool(w, "leak", leak->found);
	else
		json_write_null(w, "leak");
	json_write_int(w, "twin_pairs", (int64_t)leak->pairs);
	json_test(w, "twins_nearest", &leak->nearest);
	json_test(w, "twins_linear", &leak->linear);
	json_test(w, "equal_transcripts", &leak->equal);
	json_test(w, "product_and_version", &leak->among);
	json_open_array(w, "features");
	for (size_t i = 0; i < leak->feature_count; i++) {
		json_open_object(w, NULL);
		json_write_text(w, "name", leak->features[i].name);
		json_write_double(w, "weight", leak->features[i].weight);
		json_write_int(
		    w, "transcripts", (int64_t)leak->features[i].transcripts);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}
