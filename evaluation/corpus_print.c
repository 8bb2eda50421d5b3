/* A corpus as a table for people and as JSON for programs. */
#include "common/json.h"
#include "evaluation/corpus.h"

static void put_row(struct buffer *out, const struct corpus_row *row)
{
	buffer_printf(out, "%-26s %11zu %9zu %8zu %6zu %7zu %5zu %6zu\n",
	    row->product ? row->product : "all", row->deployments,
	    row->distinct, row->versions, row->suites, row->configurations,
	    row->plans, row->fronts);
}

void corpus_table(const struct corpus *corpus, struct buffer *out)
{
	buffer_printf(out, "%-26s %11s %9s %8s %6s %7s %5s %6s\n", "product",
	    "deployments", "distinct", "versions", "suites", "configs", "plans",
	    "fronts");
	for (size_t i = 0; i < corpus->row_count; i++)
		put_row(out, &corpus->rows[i]);
	put_row(out, &corpus->all);
	buffer_printf(out,
	    "\n%zu transcripts, %zu products, %zu deployments behind a front, "
	    "%zu that are not\nSMTP; %.2f MB of files; ",
	    corpus->all.transcripts, corpus->row_count, corpus->all.two_layer,
	    corpus->not_smtp, (double)corpus->bytes / 1e6);
	if (corpus->complaints == 0)
		buffer_add_text(out, "no complaint\n");
	else
		buffer_printf(out, "%zu complaint%s\n", corpus->complaints,
		    corpus->complaints == 1 ? "" : "s");
}

static void put_counts(struct json_writer *w, const struct corpus_row *row)
{
	json_write_int(w, "deployments", (int64_t)row->deployments);
	json_write_int(w, "distinct", (int64_t)row->distinct);
	json_write_int(w, "versions", (int64_t)row->versions);
	json_write_int(w, "suites", (int64_t)row->suites);
	json_write_int(w, "configurations", (int64_t)row->configurations);
	json_write_int(w, "plans", (int64_t)row->plans);
	json_write_int(w, "fronts", (int64_t)row->fronts);
	json_write_int(w, "two_layer", (int64_t)row->two_layer);
	json_write_int(w, "transcripts", (int64_t)row->transcripts);
}

void corpus_json(const struct corpus *corpus, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	put_counts(&w, &corpus->all);
	json_write_int(&w, "products", (int64_t)corpus->row_count);
	json_write_int(&w, "not_smtp", (int64_t)corpus->not_smtp);
	json_write_int(&w, "bytes", (int64_t)corpus->bytes);
	json_write_int(&w, "complaints", (int64_t)corpus->complaints);
	json_open_array(&w, "by_product");
	for (size_t i = 0; i < corpus->row_count; i++) {
		json_open_object(&w, NULL);
		json_write_text(&w, "product", corpus->rows[i].product);
		put_counts(&w, &corpus->rows[i]);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	buffer_add_char(out, '\n');
}
