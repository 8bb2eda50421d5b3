#include "tools/scan_options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "prober/script.h"

#define HOUR_MS	     3600000
#define PRIVATE_EHLO "mxprint.test" /* where nobody minds who asks */

void scan_settings_init(struct scan_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	scan_options_defaults(&settings->options);
	settings->port = 25;
}

void scan_settings_clear(struct scan_settings *settings)
{
	plan_free(settings->plan_file);
	blocklist_free(settings->blocklist);
	blocklist_free(settings->may_test);
}

/* --------------------------------------------------- one option, by its kind
 */

struct number { /* options that are a bounded whole number */
	const char *name;
	size_t offset;
	int64_t min, max;
	bool duration;
};

#define AT(field) offsetof(struct scan_settings, field)

static const struct number numbers[] = {
	{ "port", AT(port), 1, 65535, false },
	{ "concurrency", AT(options.concurrency), 1, 1000000, false },
	{ "provider-rate", AT(options.provider_per_minute), 1, 60000, false },
	{ "network-gap", AT(options.network_gap_ms), 0, HOUR_MS, true },
	{ "connect-timeout", AT(options.connect_timeout_ms), 100, 300000,
	    true },
	{ "greeting-timeout", AT(options.greeting_timeout_ms), 100, 300000,
	    true },
	{ "reply-timeout", AT(options.reply_timeout_ms), 100, 300000, true },
	{ "host-timeout", AT(options.host_timeout_ms), 100, 24 * HOUR_MS,
	    true },
	{ "retry-deferred", AT(options.retry_deferred_ms), 0, 24 * HOUR_MS,
	    true },
};

static const struct {
	const char *name;
	size_t offset;
} switches[] = {
	{ "allow-private", AT(options.allow_private) },
	{ "no-help", AT(options.no_help) },
	{ "no-tls", AT(options.no_tls) },
};

static enum option_taken take_number(struct scan_settings *settings,
    const struct option_reader *reader, const struct option_spec *spec)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];
		int64_t value;

		if (strcmp(n->name, spec->name) != 0)
			continue;
		if (n->duration
			? !option_duration(reader, spec, n->min, n->max, &value)
			: !option_int(reader, spec, n->min, n->max, &value))
			return OPTION_BAD;
		*(int *)(void *)((char *)settings + n->offset) = (int)value;
		return OPTION_TAKEN;
	}
	return OPTION_OTHER;
}

static enum option_taken take_switch(
    struct scan_settings *settings, const struct option_spec *spec)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (strcmp(switches[i].name, spec->name) != 0)
			continue;
		*(bool *)((char *)settings + switches[i].offset) = true;
		return OPTION_TAKEN;
	}
	return OPTION_OTHER;
}

static enum status take_plan(struct scan_settings *settings, const char *name)
{
	settings->options.plan = plan_find(name);
	if (settings->options.plan)
		return STATUS_OK;
	if (!strpbrk(name, "/."))
		return error_set(&settings->err, STATUS_USAGE,
		    "no plan called '%.60s'; known are %s (a file needs a / "
		    "or . in its name)",
		    name, plan_names());
	plan_free(settings->plan_file);
	settings->options.plan = plan_find("lab"); /* until it is read */
	return plan_read(name, &settings->plan_file, &settings->err);
}

static enum status take_list(
    struct scan_settings *settings, struct blocklist **list, const char *path)
{
	if (!*list)
		*list = blocklist_new();
	return blocklist_load(*list, path, &settings->err);
}

static enum option_taken take_file(struct scan_settings *settings,
    const struct option_reader *reader, const struct option_spec *spec)
{
	enum status status;

	if (strcmp(spec->name, "plan") == 0)
		status = take_plan(settings, reader->value);
	else if (strcmp(spec->name, "blocklist") == 0)
		status =
		    take_list(settings, &settings->blocklist, reader->value);
	else if (strcmp(spec->name, "may-test") == 0)
		status =
		    take_list(settings, &settings->may_test, reader->value);
	else
		return OPTION_OTHER;
	if (status == STATUS_OK)
		return OPTION_TAKEN;
	command_fail(reader->command, &settings->err);
	return OPTION_BAD;
}

static enum option_taken take_text(struct scan_settings *settings,
    const struct option_reader *reader, const struct option_spec *spec)
{
	double rate;
	int64_t seed;

	if (strcmp(spec->name, "ehlo") == 0) {
		settings->options.ehlo = reader->value;
	} else if (strcmp(spec->name, "source") == 0) {
		settings->options.source = reader->value;
	} else if (strcmp(spec->name, "rate") == 0) {
		if (!option_double(reader, spec, 0.01, 100000, &rate))
			return OPTION_BAD;
		settings->options.rate = rate;
	} else if (strcmp(spec->name, "seed") == 0) {
		if (!option_int(reader, spec, 0, INT64_MAX, &seed))
			return OPTION_BAD;
		settings->options.seed = (uint64_t)seed;
	} else {
		return OPTION_OTHER;
	}
	return OPTION_TAKEN;
}

enum option_taken scan_settings_take(struct scan_settings *settings,
    const struct option_reader *reader, const struct option_spec *spec)
{
	enum option_taken taken = take_number(settings, reader, spec);

	if (taken == OPTION_OTHER)
		taken = take_switch(settings, spec);
	if (taken == OPTION_OTHER)
		taken = take_file(settings, reader, spec);
	if (taken == OPTION_OTHER)
		taken = take_text(settings, reader, spec);
	return taken;
}

/* ------------------------------------------------------------------- checks */

static enum status check_target(const struct scan_options *o,
    const struct scan_target *target, bool *is_public, struct error *err)
{
	struct sockaddr_storage a;
	socklen_t len;
	enum address_class class;

	if (!address_parse(target->address, target->port, &a, &len))
		return error_set(err, STATUS_DATA, "'%.60s' is not an address",
		    target->address);
	class = address_classify((struct sockaddr *)&a);
	*is_public |= class == ADDRESS_PUBLIC;
	if (o->plan->private_only && class != ADDRESS_LOOPBACK &&
	    class != ADDRESS_PRIVATE)
		return error_set(err, STATUS_USAGE,
		    "plan %.200s is for loopback and private addresses only, "
		    "and %s is neither; use --plan standard",
		    o->plan->name, target->address);
	if (o->plan->tier == PLAN_DEEP &&
	    !blocklist_has_address(
		o->may_test, (struct sockaddr *)&a, &(const char *){ NULL }))
		return error_set(err, STATUS_USAGE,
		    "the deep plan is for what you own or may test, and %s is "
		    "not in the files of --may-test",
		    target->address);
	return STATUS_OK;
}

enum status scan_settings_check(struct scan_settings *settings,
    const struct resolver_options *resolver, const struct scan_target *targets,
    size_t count, struct error *err)
{
	struct scan_options *o = &settings->options;
	bool is_public = false;
	char address[46];
	enum status status = STATUS_OK;
	const char *wrong;

	if (settings->plan_file)
		o->plan = settings->plan_file;
	o->blocklist = settings->blocklist;
	o->may_test = settings->may_test;
	if (o->plan->tier == PLAN_DEEP && !o->may_test)
		return error_set(err, STATUS_USAGE, "%s",
		    "the deep plan needs --may-test FILE, the networks you "
		    "own or may test");
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = check_target(o, &targets[i], &is_public, err);
	if (status != STATUS_OK)
		return status;
	if (is_public && !o->ehlo)
		return error_set(err, STATUS_USAGE,
		    "public addresses are only asked by someone who says who "
		    "asks: --ehlo NAME, a name that resolves to this machine "
		    "and whose PTR points back");
	if (is_public && o->retry_deferred_ms > 0 &&
	    o->retry_deferred_ms < HOUR_MS)
		return error_set(err, STATUS_USAGE,
		    "--retry-deferred must be at least 1h for public "
		    "addresses");
	if (!o->ehlo)
		o->ehlo = PRIVATE_EHLO;
	wrong = scan_options_check(o);
	if (wrong)
		return error_set(err, STATUS_USAGE, "%s", wrong);
	return is_public ? resolver_check_name(
			       resolver, o->ehlo, o->source, address, err)
			 : STATUS_OK;
}

/* ------------------------------------------------------------------ dry run */

void scan_settings_show(const struct scan_settings *settings,
    const struct scan_target *targets, size_t count)
{
	const struct scan_options *o = &settings->options;
	struct script *script =
	    script_new(o->plan, o->ehlo, o->no_help, o->no_tls);
	char quoted[128];

	printf("plan %s: at most ", o->plan->name);
	if (o->plan->errors_per_host < 0)
		printf("any number of");
	else
		printf("%d", o->plan->errors_per_host);
	printf(" provoked errors and %d connection%s a host\n",
	    o->plan->connections_max, o->plan->connections_max > 1 ? "s" : "");
	printf(
	    "sent, in this order, each after the reply to the one before:\n");
	printf("  %-20s EHLO %s\\r\\n (HELO if that is refused)\n", "ehlo",
	    o->ehlo);
	for (size_t i = 0; i < o->plan->probe_count; i++) {
		const struct line *line = &script->lines[i];

		if (!line->left_out)
			printf("  %-20s %s\n", line->probe->id,
			    log_quote(quoted, sizeof(quoted), line->bytes.data,
				line->bytes.len));
	}
	if (script->tls)
		printf("  %-20s STARTTLS\\r\\n, then EHLO again (if EHLO "
		       "offered it)\n",
		    "starttls");
	printf("  %-20s QUIT\\r\\n (always)\n", "quit");
	printf("to %zu hosts:\n", count);
	for (size_t i = 0; i < count; i++)
		printf("  %s port %d%s%s\n", targets[i].address,
		    targets[i].port, targets[i].name ? " " : "",
		    targets[i].name ? targets[i].name : "");
	printf("at this pace it takes at least %lld s\n",
	    (long long)scan_estimate_s(o, targets, count));
	script_free(script);
}
