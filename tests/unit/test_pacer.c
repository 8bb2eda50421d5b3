#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prober/blocklist.h"
#include "prober/pacer.h"

static const struct pacer_limits usual = {
	.rate = 20,
	.network_gap_ms = 5000,
	.provider_per_minute = 6,
	.seed = 1,
};

static void add(
    struct pacer *p, const char *address, const char *name, bool bound)
{
	struct sockaddr_storage a;
	socklen_t len;

	assert_true(address_parse(address, 25, &a, &len));
	pacer_add(p, (struct sockaddr *)&a, name, bound);
}

/* Runs the clock; each connection takes hold_ms. Starts go to when[host]. */
static int64_t run(struct pacer *p, int64_t hold_ms, enum outcome outcome,
    int64_t *when, size_t count)
{
	int64_t now = 1000000, *until = calloc(count, sizeof(*until));
	size_t started = 0, host;

	while (started < count) {
		int64_t wait;

		while (pacer_next(p, now, &host)) {
			when[host] = now;
			until[host] = now + hold_ms;
			started++;
		}
		wait = pacer_wait_ms(p, now);
		now += wait > 0 && wait < 10 ? wait : 10;
		for (size_t i = 0; i < count; i++) {
			if (until[i] && until[i] <= now) {
				until[i] = 0;
				pacer_finished(p, i, now, outcome);
			}
		}
		assert_true(now < 1000000 + 3600000);
	}
	free(until);
	return now - 1000000;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static void test_pacer__rate_over_all(void **state)
{
	struct pacer *p = pacer_new(&usual);
	int64_t when[100];
	char text[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "11.0.%d.1", i);
		add(p, text, NULL, true);
	}
	assert_int_equal(pacer_waiting(p), 100);
	assert_in_range(run(p, 50, OUTCOME_GREETED, when, 100), 4900, 5300);
	for (int i = 0; i < 100; i++) {
		int close = 0;

		for (int k = 0; k < 100; k++)
			close += when[k] >= when[i] && when[k] < when[i] + 1000;
		assert_true(close <= 21);
	}
	assert_int_equal(pacer_waiting(p), 0);
	pacer_free(p);
}

static void test_pacer__gap_in_a_network(void **state)
{
	struct pacer *p = pacer_new(&usual);
	int64_t when[4];

	(void)state;
	add(p, "11.1.1.1", NULL, true);
	add(p, "11.1.1.200", NULL, true);
	add(p, "2a00:1:2::1", NULL, true);
	add(p, "2a00:1:2:ffff::2", NULL, true);
	assert_int_equal(pacer_networks(p), 2);
	assert_int_equal(pacer_estimate_ms(p), 5000);
	run(p, 50, OUTCOME_GREETED, when, 4);
	assert_true(distance(when[0], when[1]) >= 5000);
	assert_true(distance(when[2], when[3]) >= 5000);
	assert_true(distance(when[0], when[2]) < 5000 ||
		    distance(when[0], when[3]) < 5000);
	pacer_free(p);
}

/* A connection that takes longer than the gap: still one at a time. */
static void test_pacer__one_at_a_time_in_a_network(void **state)
{
	struct pacer *p = pacer_new(&usual);
	int64_t when[3];

	(void)state;
	add(p, "11.1.1.1", NULL, true);
	add(p, "11.1.1.2", NULL, true);
	add(p, "11.1.1.3", NULL, true);
	run(p, 30000, OUTCOME_GREETED, when, 3);
	assert_true(distance(when[0], when[1]) >= 30000);
	assert_true(distance(when[1], when[2]) >= 30000);
	assert_true(distance(when[0], when[2]) >= 30000);
	pacer_free(p);
}

/* The registrable domain: mx1.a.co.uk and mx2.a.co.uk are one provider,
 * mx.b.co.uk is another. */
static void test_pacer__rate_of_a_provider(void **state)
{
	struct pacer *p = pacer_new(&usual);
	int64_t when[4];

	(void)state;
	add(p, "11.1.1.1", "mx1.a.co.uk", true);
	add(p, "11.1.2.1", "mx2.a.co.uk", true);
	add(p, "11.1.3.1", "deep.mx3.a.co.uk", true);
	add(p, "11.1.4.1", "mx.b.co.uk", true);
	assert_int_equal(pacer_estimate_ms(p), 20000);
	run(p, 50, OUTCOME_GREETED, when, 4);
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < i; k++)
			assert_true(distance(when[i], when[k]) >= 10000);
	}
	assert_true(when[3] < 1000000 + 5000);
	pacer_free(p);
}

/* Refusals double the pause of that provider, an answer ends it. */
static void test_pacer__backs_off(void **state)
{
	struct pacer *p = pacer_new(&usual);
	int64_t when[4];
	int64_t sorted[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		char text[32];

		snprintf(text, sizeof(text), "11.1.%d.1", i);
		add(p, text, "mx.example.com", true);
	}
	run(p, 50, OUTCOME_DEFERRED, when, 4);
	memcpy(sorted, when, sizeof(sorted));
	for (int i = 0; i < 4; i++) {
		for (int k = i + 1; k < 4; k++) {
			if (sorted[k] < sorted[i]) {
				int64_t t = sorted[i];

				sorted[i] = sorted[k];
				sorted[k] = t;
			}
		}
	}
	assert_true(sorted[1] - sorted[0] >= 60000);
	assert_true(sorted[2] - sorted[1] >= 120000);
	assert_true(sorted[3] - sorted[2] >= 240000);
	pacer_free(p);
}

static void test_pacer__private_hosts_do_not_wait(void **state)
{
	struct pacer *p = pacer_new(&usual);
	int64_t when[200];
	char text[32];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "127.0.0.%d", i + 1);
		add(p, text, "mx.example.com", false);
	}
	assert_int_equal(pacer_estimate_ms(p), 0);
	assert_in_range(run(p, 50, OUTCOME_GREETED, when, 200), 0, 20);
	pacer_free(p);
}

static void order_of(uint64_t seed, size_t order[50])
{
	struct pacer_limits limits = usual;
	struct pacer *p;
	char text[32];

	limits.seed = seed;
	p = pacer_new(&limits);
	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "127.0.%d.1", i);
		add(p, text, NULL, false);
	}
	for (int i = 0; i < 50; i++)
		assert_true(pacer_next(p, 0, &order[i]));
	pacer_free(p);
}

static void test_pacer__order_is_random_and_seeded(void **state)
{
	size_t a[50], b[50], c[50], sorted = 0;

	(void)state;
	order_of(1, a);
	order_of(1, b);
	order_of(2, c);
	assert_memory_equal(a, b, sizeof(a));
	assert_true(memcmp(a, c, sizeof(a)) != 0);
	for (size_t i = 0; i < 50; i++)
		sorted += a[i] == i;
	assert_true(sorted < 25);
}

static void test_pacer__comes_back_later(void **state)
{
	struct pacer *p = pacer_new(&usual);
	size_t host;

	(void)state;
	add(p, "11.1.1.1", NULL, true);
	assert_true(pacer_next(p, 0, &host));
	assert_int_equal(pacer_wait_ms(p, 10), -1);
	pacer_finished(p, host, 100, OUTCOME_GREETED);
	pacer_again(p, host, 60100);
	assert_int_equal(pacer_waiting(p), 1);
	assert_false(pacer_next(p, 60000, &host));
	assert_int_equal(pacer_wait_ms(p, 60000), 100);
	assert_true(pacer_next(p, 60100, &host));
	assert_int_equal(pacer_waiting(p), 0);
	pacer_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pacer__rate_over_all),
		cmocka_unit_test(test_pacer__gap_in_a_network),
		cmocka_unit_test(test_pacer__one_at_a_time_in_a_network),
		cmocka_unit_test(test_pacer__rate_of_a_provider),
		cmocka_unit_test(test_pacer__backs_off),
		cmocka_unit_test(test_pacer__private_hosts_do_not_wait),
		cmocka_unit_test(test_pacer__order_is_random_and_seeded),
		cmocka_unit_test(test_pacer__comes_back_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
