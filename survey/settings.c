#include "survey/settings.h"

#include <string.h>

#include "common/digest.h"
#include "common/json.h"

/* Of the probes in order: a plan file may change under the same name. */
static void plan_sha256(const struct plan *plan, char out[SHA256_HEX_SIZE])
{
	struct sha256 *sha = sha256_new();

	for (size_t i = 0; i < plan->probe_count; i++) {
		const struct probe *p = plan->probes[i];

		sha256_add(sha, p->id, strlen(p->id) + 1);
		sha256_add(sha, p->bytes, p->len);
		sha256_add(sha, p->split ? "\1" : "\0", 1);
	}
	sha256_finish(sha, out);
}

static void write_list(
    struct json_writer *w, const struct survey_options *options)
{
	const struct target_list *list = options->targets;

	json_write_text(w, "list", list->sha256);
	json_write_int(w, "lines", (int64_t)list->lines);
	json_write_int(w, "duplicates", (int64_t)list->duplicates);
	json_write_int(w, "rejected", (int64_t)list->rejected);
	json_write_bool(w, "ipv6", options->resolver.ipv6);
	json_write_bool(w, "blocklist",
	    options->resolver.blocklist &&
		blocklist_count(options->resolver.blocklist) > 0);
}

static void write_scan(
    struct json_writer *w, const struct survey_options *options)
{
	const struct scan_options *o = options->scan;
	char sha256[SHA256_HEX_SIZE];

	plan_sha256(o->plan, sha256);
	json_write_text(w, "plan", o->plan->name);
	json_write_text(w, "plan_sha256", sha256);
	json_write_int(w, "port", options->port);
	json_write_text(w, "ehlo", o->ehlo);
	json_write_bool(w, "allow_private", o->allow_private);
	json_write_bool(w, "may_test", o->may_test != NULL);
	json_write_bool(w, "no_help", o->no_help);
	json_write_bool(w, "no_tls", o->no_tls);
	json_write_int(w, "connect_timeout_ms", o->connect_timeout_ms);
	json_write_int(w, "greeting_timeout_ms", o->greeting_timeout_ms);
	json_write_int(w, "reply_timeout_ms", o->reply_timeout_ms);
	json_write_int(w, "host_timeout_ms", o->host_timeout_ms);
	json_write_int(w, "retry_deferred_ms", o->retry_deferred_ms);
	json_write_int(w, "reply_cap", (int64_t)o->reply_cap);
	json_write_int(w, "connection_cap", (int64_t)o->connection_cap);
}

void settings_write(struct buffer *out, const struct survey_options *options)
{
	const struct classifier *c = options->classifier;
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	write_list(&w, options);
	write_scan(&w, options);
	json_write_text(&w, "model", c->model ? model_name(c->model) : NULL);
	json_write_text(
	    &w, "rules", c->rules ? rule_engine_hash(c->rules) : NULL);
	json_close_object(&w);
}
