/* The defaults and limits of a scan. */
#include <ctype.h>
#include <string.h>

#include "common/random.h"
#include "prober/scan.h"

void scan_options_defaults(struct scan_options *options)
{
	*options = (struct scan_options){
		.plan = plan_find("standard"),
		.concurrency = 1000,
		.rate = 20,
		.network_gap_ms = 5000,
		.provider_per_minute = 6,
		.connect_timeout_ms = 15000,
		.greeting_timeout_ms = 60000,
		.reply_timeout_ms = 60000,
		.host_timeout_ms = 180000,
		.reply_cap = 64 * 1024,
		.connection_cap = 512 * 1024,
		.seed = random_seed(),
	};
}

static bool is_label_end(char c)
{
	return c == '.' || c == '\0';
}

/* A host name with a dot in it, or an address literal "[...]". */
static bool is_qualified(const char *name)
{
	size_t len = strlen(name);
	bool dot = false;

	if (len > 2 && name[0] == '[' && name[len - 1] == ']')
		return strspn(name + 1, "0123456789abcdefABCDEFIPv.:") ==
		       len - 2;
	if (len < 3 || len > 253)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.') {
			if (i == 0 || is_label_end(name[i - 1]))
				return false;
			dot |= name[i + 1] != '\0';
		} else if (!isalnum((unsigned char)name[i]) && name[i] != '-') {
			return false;
		}
	}
	return dot;
}

const char *scan_options_check(const struct scan_options *options)
{
	if (!options->plan)
		return "no plan; say --plan polite, standard, deep or lab";
	if (!options->ehlo || !options->ehlo[0])
		return "no EHLO name; say --ehlo NAME, a host name of yours";
	if (!is_qualified(options->ehlo))
		return "the EHLO name must be fully qualified, such as "
		       "probe.your-domain.example";
	if (options->plan->tier == PLAN_DEEP && !options->may_test)
		return "the deep plan needs --may-test FILE, the networks you "
		       "own or may test";
	if (options->concurrency < 1)
		return "--concurrency must be at least 1";
	if (options->rate <= 0)
		return "--rate must be more than 0";
	if (options->connect_timeout_ms < 1 ||
	    options->greeting_timeout_ms < 1 || options->reply_timeout_ms < 1 ||
	    options->host_timeout_ms < 1)
		return "times must be more than 0";
	if (options->reply_cap < 512 || options->connection_cap < 512)
		return "a reply needs room for at least 512 bytes";
	if (options->retry_deferred_ms != 0 && !options->allow_private &&
	    options->retry_deferred_ms < 3600000)
		return "a second try must be at least one hour later";
	return NULL;
}
