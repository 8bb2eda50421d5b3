/*
 * What keeping a host costs a survey: CPU for each record of shard_append and
 * of the store, over a folder in /tmp that is removed afterwards.
 *   bench_survey [RECORDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/log.h"
#include "survey/shard.h"
#include "survey/store.h"
#include "tests/unit/synthetic.h"

static char folder[] = "/tmp/mxprint-bench-XXXXXX";

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(const char *what, double from, size_t count)
{
	double us = (cpu_now() - from) / (double)count * 1e6;

	printf("  %-28s %7.1f us CPU, %7.0f a second\n", what, us, 1e6 / us);
}

static void must(enum status status, const struct error *err)
{
	if (status == STATUS_OK)
		return;
	fprintf(stderr, "bench_survey: %s\n", err->text);
	exit(status);
}

static const char *no_line(const void *user, size_t i)
{
	(void)user;
	(void)i;
	return NULL;
}

/* Distinct hosts with the replies of made-up servers. */
static struct transcript *host_of(size_t i)
{
	struct transcript *t = synthetic_transcript(i % SYNTHETIC_PRODUCTS, i);

	t->host = arena_printf(
	    t->arena, "10.%zu.%zu.%zu", i >> 16 & 255, i >> 8 & 255, i & 255);
	return t;
}

static void bench_shard(struct run *run, char **lines, size_t count)
{
	struct shard *shard;
	struct error err;
	double from;

	must(shard_open(run, RUN_PROBE, 0, 1, &shard, &err), &err);
	from = cpu_now();
	for (size_t i = 0; i < count; i++)
		must(shard_append(shard, lines[i], strlen(lines[i]), &err),
		    &err);
	tell("shard_append", from, count);
	from = cpu_now();
	for (size_t i = 0; i < count; i++) {
		char host[32];

		snprintf(host, sizeof(host), "10.0.%zu.%zu", i >> 8, i & 255);
		must(shard_tried(shard, host, &err), &err);
	}
	tell("shard_tried", from, count);
	must(shard_close(shard, true, &err), &err);
}

static void bench_store(struct transcript **hosts, char **lines, size_t count)
{
	struct prediction p = { .plan = "standard",
		.product = "postfix",
		.confidence = 0.97,
		.family = "postfix" };
	char path[128], domain[64];
	struct store *store;
	struct error err;
	double from;

	snprintf(path, sizeof(path), "%s/survey.db", folder);
	must(store_open(path, STORE_CREATE, &store, &err), &err);
	from = cpu_now();
	for (size_t i = 0; i < count; i++) {
		if (i % 1000 == 0)
			must(store_begin(store, &err), &err);
		must(store_add_host_line(
			 store, hosts[i], lines[i], strlen(lines[i]), &err),
		    &err);
		if (i % 1000 == 999)
			must(store_commit(store, &err), &err);
	}
	tell("store_add_host_line", from, count);
	from = cpu_now();
	for (size_t i = 0; i < count; i++) {
		if (i % 1000 == 0)
			must(store_begin(store, &err), &err);
		p.host = hosts[i]->host;
		p.port = hosts[i]->port;
		must(store_add_prediction(store, &p, &err), &err);
		if (i % 1000 == 999)
			must(store_commit(store, &err), &err);
	}
	tell("store_add_prediction", from, count);
	from = cpu_now();
	for (size_t i = 0; i < count; i++) {
		struct mx_address address = { hosts[i]->host, ADDRESS_OK };
		struct mx_host mx = { .name = domain,
			.addresses = &address,
			.address_count = 1 };
		struct route route = { .domain = domain,
			.input = domain,
			.hosts = &mx,
			.host_count = 1 };

		snprintf(domain, sizeof(domain), "d%zu.example", i);
		if (i % 1000 == 0)
			must(store_begin(store, &err), &err);
		must(store_add_route(store, &route, &err), &err);
		must(store_add_choice(store, domain, hosts[i]->host,
			 hosts[i]->port, domain, 0, &err),
		    &err);
		if (i % 1000 == 999)
			must(store_commit(store, &err), &err);
	}
	tell("store_add_route and _choice", from, count);
	must(store_close(store, &err), &err);
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct transcript **hosts;
	struct run *run;
	struct error err;
	size_t bytes = 0;
	char **lines, rm[80];

	count -= count % 1000;
	hosts = xcalloc(count, sizeof(*hosts));
	lines = xcalloc(count, sizeof(*lines));
	for (size_t i = 0; i < count; i++) {
		struct buffer out;

		buffer_init(&out, FORMAT_LINE_MAX);
		hosts[i] = host_of(i);
		transcript_write(&out, hosts[i]);
		lines[i] = out.data;
		bytes += out.len;
	}
	if (!mkdtemp(folder))
		return STATUS_CANTCREATE;
	printf("%zu hosts, %.1f KB each\n", count,
	    (double)bytes / (double)count / 1000);
	must(run_open(folder, "{}", no_line, NULL, &run, &err), &err);
	bench_shard(run, lines, count);
	bench_store(hosts, lines, count);
	run_close(run);
	snprintf(rm, sizeof(rm), "rm -rf %s", folder);
	return system(rm) == 0 ? STATUS_OK : STATUS_IO;
}
