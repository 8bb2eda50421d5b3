#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "survey/store.h"

static char folder[] = "/tmp/mxprint-store-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/survey.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder); /* nothing but survey.db may be left */
}

static void add_route(struct store *store, const char *domain,
    enum route_outcome outcome, const char *mx)
{
	struct mx_address address = { "10.0.0.1", ADDRESS_OK };
	struct mx_host hosts[2] = {
		{ .name = mx, .addresses = &address, .address_count = 1 },
		{ .name = "backup.example",
		    .preference = 10,
		    .outcome = MX_NXDOMAIN },
	};
	struct route route = { .domain = domain,
		.input = "As Written",
		.outcome = outcome,
		.ttl = 300,
		.utc_ms = 1795560603000,
		.columns = "{\"country\":\"AT\"}",
		.hosts = hosts,
		.host_count = mx ? 2 : 0 };
	struct error err;

	assert_int_equal(store_add_route(store, &route, &err), STATUS_OK);
}

static void add_host(
    struct store *store, const char *address, enum outcome outcome)
{
	struct exchange greeting = { .probe = PROBE_GREETING,
		.received = { "220 a\0b\r\n", 9 },
		.sent = { "", 0 } };
	struct connection connection = { .source = "10.0.0.99",
		.exchanges = &greeting,
		.exchange_count = 1 };
	struct transcript t = { .host = address,
		.port = 25,
		.name = "mx.example",
		.plan = "standard",
		.ehlo = "probe.example",
		.start_utc_ms = 1795560603000,
		.outcome = outcome,
		.connections = &connection,
		.connection_count = 1 };
	struct error err;

	assert_int_equal(store_add_host(store, &t, &err), STATUS_OK);
}

static void add_prediction(struct store *store, const char *address,
    const char *product, double confidence)
{
	const char *flags[] = { "novel", "short-dialogue" };
	const char *reasons[] = { "it's Robert'); DROP TABLE hosts;--" };
	struct prediction p = { .host = address,
		.port = 25,
		.outcome = OUTCOME_GREETED,
		.plan = "standard",
		.product = product,
		.confidence = confidence,
		.flags = flags,
		.flag_count = 2,
		.reasons = reasons,
		.reason_count = 1,
		.source = SOURCE_SVM };
	struct error err;

	assert_int_equal(store_add_prediction(store, &p, &err), STATUS_OK);
}

static void add_choice(
    struct store *store, const char *domain, const char *address)
{
	struct error err;

	assert_int_equal(
	    store_add_choice(store, domain, address, 25, "mx.example", 0, &err),
	    STATUS_OK);
}

/* Three domains: a alone on .1; b on .1 and .2, both greet; c on a dead .3. */
static void fill(struct store *store)
{
	struct label label = {
		.product = "exim", .source = LABEL_PERSON, .annotator = "me"
	};
	struct error err;

	add_route(store, "a.example", ROUTE_OK, "mx.example");
	add_route(store, "b.example", ROUTE_OK, "mx.example");
	add_route(store, "c.example", ROUTE_OK, "c.example");
	add_route(store, "null.example", ROUTE_NULL_MX, NULL);
	add_host(store, "10.0.0.1", OUTCOME_GREETED);
	add_host(store, "10.0.0.2", OUTCOME_GREETED);
	add_host(store, "10.0.0.3", OUTCOME_REFUSED);
	add_prediction(store, "10.0.0.1", "postfix", 0.97);
	add_prediction(store, "10.0.0.2", PRODUCT_UNKNOWN, 0.4);
	add_prediction(store, "10.0.0.3", NULL, 0);
	add_choice(store, "a.example", "10.0.0.1");
	add_choice(store, "b.example", "10.0.0.1");
	add_choice(store, "b.example", "10.0.0.2");
	add_choice(store, "c.example", "10.0.0.3");
	assert_int_equal(
	    store_add_label(store, "10.0.0.2", 25, &label, &err), STATUS_OK);
}

static struct store *filled(void)
{
	struct store *store;
	struct error err;

	assert_int_equal(
	    store_open(path, STORE_CREATE, &store, &err), STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	fill(store);
	assert_int_equal(store_commit(store, &err), STATUS_OK);
	return store;
}

/* ------------------------------------------------------------------ walks */

struct seen {
	char text[1024];
};

static enum status see_host(
    void *user, const struct survey_host *h, struct error *err)
{
	struct seen *seen = user;
	size_t at = strlen(seen->text);

	(void)err;
	snprintf(seen->text + at, sizeof(seen->text) - at,
	    "%s %s %s %s %zu %.2f\n", h->host, outcome_name(h->outcome),
	    h->prediction ? h->prediction->product : "-",
	    h->label ? h->label : "-", h->domains, h->weight);
	return STATUS_OK;
}

static enum status see_domain(
    void *user, const struct survey_domain *d, struct error *err)
{
	struct seen *seen = user;
	size_t at = strlen(seen->text);

	(void)err;
	assert_string_equal(d->input, "As Written");
	assert_string_equal(d->columns, "{\"country\":\"AT\"}");
	at += (size_t)snprintf(seen->text + at, sizeof(seen->text) - at,
	    "%s %s %s", d->domain, route_outcome_name(d->outcome),
	    d->first_mx ? d->first_mx : "-");
	for (size_t i = 0; i < d->host_count; i++)
		at += (size_t)snprintf(seen->text + at, sizeof(seen->text) - at,
		    " %s/%s", d->hosts[i].host.host, d->hosts[i].mx);
	snprintf(seen->text + at, sizeof(seen->text) - at, "\n");
	return STATUS_OK;
}

static void test_store__walks_hosts_by_weight(void **state)
{
	struct store *store = filled();
	struct seen seen = { "" };
	struct error err;

	(void)state;
	/* b.example is split evenly over its two hosts that greeted. */
	assert_int_equal(
	    store_each_host(store, see_host, &seen, &err), STATUS_OK);
	assert_string_equal(seen.text, "10.0.0.1 greeted postfix - 2 1.50\n"
				       "10.0.0.2 greeted unknown exim 1 0.50\n"
				       "10.0.0.3 refused - - 1 0.00\n");
	store_close(store, &err);
}

static void test_store__walks_domains_in_list_order(void **state)
{
	struct strmap *order = strmap_new();
	struct seen seen = { "" };
	struct store *store;
	struct error err;

	(void)state;
	*strmap_put_text(order, "null.example", &(bool){ 0 }) = 0;
	*strmap_put_text(order, "c.example", &(bool){ 0 }) = 1;
	*strmap_put_text(order, "b.example", &(bool){ 0 }) = 2;
	*strmap_put_text(order, "a.example", &(bool){ 0 }) = 3;
	assert_int_equal(
	    store_open(path, STORE_CREATE, &store, &err), STATUS_OK);
	store_set_order(store, order);
	fill(store);
	assert_int_equal(
	    store_each_domain(store, see_domain, &seen, &err), STATUS_OK);
	assert_string_equal(seen.text,
	    "null.example null-mx -\n"
	    "c.example ok c.example 10.0.0.3/mx.example\n"
	    "b.example ok mx.example 10.0.0.1/mx.example "
	    "10.0.0.2/mx.example\n"
	    "a.example ok mx.example 10.0.0.1/mx.example\n");
	store_close(store, &err);
	strmap_free(order);
}

static void test_store__adding_again_replaces(void **state)
{
	struct store *store = filled();
	struct seen once = { "" }, twice = { "" };
	struct store_counts counts;
	struct error err;

	(void)state;
	store_each_host(store, see_host, &once, &err);
	store_each_domain(store, see_domain, &once, &err);
	fill(store);
	store_each_host(store, see_host, &twice, &err);
	store_each_domain(store, see_domain, &twice, &err);
	assert_string_equal(once.text, twice.text);
	add_route(store, "c.example", ROUTE_NXDOMAIN, NULL);
	assert_int_equal(store_count(store, &counts, &err), STATUS_OK);
	assert_int_equal(counts.domains, 4);
	assert_int_equal(counts.by_route[ROUTE_NXDOMAIN], 1);
	store_close(store, &err);
}

static void test_store__counts_losses(void **state)
{
	struct store *store = filled();
	struct store_counts c;
	struct error err;

	(void)state;
	assert_int_equal(store_count(store, &c, &err), STATUS_OK);
	assert_int_equal(c.domains, 4);
	assert_int_equal(c.by_route[ROUTE_OK], 3);
	assert_int_equal(c.by_route[ROUTE_NULL_MX], 1);
	assert_int_equal(c.hosts, 3);
	assert_int_equal(c.by_outcome[OUTCOME_GREETED], 2);
	assert_int_equal(c.by_outcome[OUTCOME_REFUSED], 1);
	assert_int_equal(c.greeted_domains, 2);
	assert_int_equal(c.short_dialogues, 2);
	assert_int_equal(c.labelled_hosts, 2); /* one by a person */
	assert_int_equal(c.labelled_domains, 2);
	store_close(store, &err);
}

static void test_store__keeps_transcripts_byte_for_byte(void **state)
{
	struct store *store = filled();
	struct transcript *t;
	struct error err;

	(void)state;
	assert_int_equal(
	    store_transcript(store, "10.0.0.2", 25, &t, &err), STATUS_OK);
	assert_string_equal(t->name, "mx.example");
	assert_int_equal(t->connections[0].exchanges[0].received.len, 9);
	assert_memory_equal(
	    t->connections[0].exchanges[0].received.data, "220 a\0b\r\n", 9);
	transcript_free(t);
	assert_int_equal(store_transcript(store, "10.0.0.2", 2525, &t, &err),
	    STATUS_NOINPUT);
	assert_null(t);
	store_close(store, &err);
}

static void test_store__keeps_meta_and_knows_rows(void **state)
{
	struct store *store = filled();
	struct arena *arena = arena_new();
	struct error err;

	(void)state;
	assert_int_equal(
	    store_set_meta(store, "plan", "polite", &err), STATUS_OK);
	assert_int_equal(
	    store_set_meta(store, "plan", "standard", &err), STATUS_OK);
	assert_string_equal(store_meta(store, arena, "plan"), "standard");
	assert_null(store_meta(store, arena, "nothing"));
	assert_true(store_has_domain(store, "a.example"));
	assert_false(store_has_domain(store, "d.example"));
	assert_true(store_has_host(store, "10.0.0.1", 25));
	assert_false(store_has_host(store, "10.0.0.1", 26));
	assert_true(store_has_prediction(store, "10.0.0.1", 25));
	assert_false(store_has_prediction(store, "10.0.0.9", 25));
	arena_free(arena);
	store_close(store, &err);
}

/* ---------------------------------------------------------- bad luck */

static void test_store__readers_run_beside_the_writer(void **state)
{
	struct store *writer = filled(), *reader;
	struct store_counts counts;
	struct error err;

	(void)state;
	assert_int_equal(
	    store_open(path, STORE_READ, &reader, &err), STATUS_OK);
	assert_int_equal(store_begin(writer, &err), STATUS_OK);
	add_host(writer, "10.0.0.9", OUTCOME_SILENT);
	assert_int_equal(store_count(reader, &counts, &err), STATUS_OK);
	assert_int_equal(counts.hosts, 3);
	assert_int_equal(store_commit(writer, &err), STATUS_OK);
	assert_int_equal(store_count(reader, &counts, &err), STATUS_OK);
	assert_int_equal(counts.hosts, 4);
	store_close(reader, &err);
	assert_int_equal(store_close(writer, &err), STATUS_OK);
}

/* Opens and walks; gives the first status that is not OK. */
static enum status use(struct error *err)
{
	struct store *store;
	struct store_counts counts;
	struct seen seen = { "" };
	enum status status = store_open(path, STORE_READ, &store, err);

	if (status != STATUS_OK)
		return status;
	status = store_count(store, &counts, err);
	if (status == STATUS_OK)
		status = store_each_domain(store, see_domain, &seen, err);
	if (status == STATUS_OK)
		status = store_each_host(store, see_host, &seen, err);
	store_close(store, NULL);
	return status;
}

static void overwrite(off_t at, const char *text)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(
	    pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	close(fd);
}

static void test_store__a_damaged_file_says_how_to_mend_it(void **state)
{
	struct error err = { 0 };
	struct stat st;

	(void)state;
	store_close(filled(), NULL);
	assert_int_equal(use(&err), STATUS_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size / 2), 0);
	assert_int_equal(use(&err), STATUS_DATA);
	assert_non_null(strstr(err.text, "--rebuild"));
	store_close(filled(), NULL);
	overwrite(0, "not a database at all");
	assert_int_equal(use(&err), STATUS_DATA);
	assert_non_null(strstr(err.text, "--rebuild"));
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(use(&err), STATUS_DATA);
	assert_non_null(strstr(err.text, "--rebuild"));
	store_close(filled(), NULL);
	overwrite(68, "XXXX"); /* application_id */
	assert_int_equal(use(&err), STATUS_DATA);
	assert_non_null(strstr(err.text, "no survey.db"));
	unlink(path);
	assert_int_equal(use(&err), STATUS_NOINPUT);
	assert_non_null(strstr(err.text, "survey"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store__walks_hosts_by_weight),
		cmocka_unit_test(test_store__walks_domains_in_list_order),
		cmocka_unit_test(test_store__adding_again_replaces),
		cmocka_unit_test(test_store__counts_losses),
		cmocka_unit_test(test_store__keeps_transcripts_byte_for_byte),
		cmocka_unit_test(test_store__keeps_meta_and_knows_rows),
		cmocka_unit_test(test_store__readers_run_beside_the_writer),
		cmocka_unit_test(
		    test_store__a_damaged_file_says_how_to_mend_it),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
