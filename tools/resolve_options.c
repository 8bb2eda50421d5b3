#include "tools/resolve_options.h"

#include <stdio.h>
#include <string.h>

#include "common/arena.h"

void resolve_options_init(struct resolve_options *o)
{
	memset(o, 0, sizeof(*o));
	resolver_options_defaults(&o->resolver);
	o->resolver.servers = o->servers;
	o->blocklist = blocklist_new();
	o->resolver.blocklist = o->blocklist;
}

void resolve_options_clear(struct resolve_options *o)
{
	blocklist_free(o->blocklist);
	memset(o, 0, sizeof(*o));
}

static enum status add_server(
    struct resolve_options *o, const char *text, struct error *err)
{
	struct arena *arena = arena_new();
	const char *name, *address;
	int port = 53;
	enum status status =
	    target_host(arena, text, &name, &address, &port, err);

	if (status == STATUS_OK && !address)
		status = error_set(err, STATUS_USAGE,
		    "--resolver %s: must be an address, as in 192.0.2.53 or "
		    "[2001:db8::53]:5353",
		    name);
	else if (o->resolver.server_count == RESOLVE_SERVERS_MAX)
		status = error_set(err, STATUS_USAGE, "at most %d --resolver",
		    RESOLVE_SERVERS_MAX);
	else if (status == STATUS_OK)
		o->servers[o->resolver.server_count++] = text;
	arena_free(arena);
	return status;
}

static enum status take_number(const struct option_reader *reader,
    const struct option_spec *spec, int64_t max, int *out)
{
	int64_t value;

	if (!option_int(reader, spec, 1, max, &value))
		return STATUS_USAGE;
	*out = (int)value;
	return STATUS_OK;
}

static enum status take_timeout(const struct option_reader *reader,
    const struct option_spec *spec, int *out)
{
	int64_t ms;

	if (!option_duration(reader, spec, 50, 60000, &ms))
		return STATUS_USAGE;
	*out = (int)ms;
	return STATUS_OK;
}

bool resolve_options_take(struct resolve_options *o,
    const struct option_reader *reader, const struct option_spec *spec,
    enum status *status)
{
	struct resolver_options *r = &o->resolver;
	const char *name = spec->name;
	struct error err = { 0 };

	if (strncmp(name, "dns-", 4) == 0)
		name += 4;
	if (strcmp(name, "resolver") == 0)
		*status = add_server(o, reader->value, &err);
	else if (strcmp(name, "ipv6") == 0)
		r->ipv6 = true;
	else if (strcmp(name, "allow-private") == 0)
		r->allow_private = true;
	else if (strcmp(name, "blocklist") == 0)
		*status = blocklist_load(o->blocklist, reader->value, &err);
	else if (strcmp(name, "timeout") == 0)
		*status = take_timeout(reader, spec, &r->timeout_ms);
	else if (strcmp(name, "tries") == 0)
		*status = take_number(reader, spec, 10, &r->tries);
	else if (strcmp(name, "window") == 0)
		*status = take_number(reader, spec, 5000, &r->window);
	else
		return false;
	if (*status != STATUS_OK && err.text[0])
		command_fail(reader->command, &err);
	return true;
}
