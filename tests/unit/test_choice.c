#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "survey/choice.h"

/* "MX/PREFERENCE=ADDRESS,ADDRESS": '!' before a name or address: unusable. */
static struct route *route_of(const char *const *hosts)
{
	struct arena *arena = arena_new();
	struct route *route = arena_alloc(arena, sizeof(*route));

	route->arena = arena;
	route->domain = "a.example";
	route->hosts = arena_array(arena, 32, sizeof(*route->hosts));
	for (; *hosts; hosts++) {
		struct mx_host *h = &route->hosts[route->host_count++];
		char *text = arena_strdup(arena, *hosts), *address;

		h->outcome = *text == '!' ? MX_BLOCKLISTED : MX_OK;
		text += *text == '!';
		h->name = strsep(&text, "/");
		h->preference = (int)strtol(strsep(&text, "="), NULL, 10);
		h->addresses = arena_array(arena, 16, sizeof(*h->addresses));
		while ((address = strsep(&text, ",")) != NULL) {
			struct mx_address *a =
			    &h->addresses[h->address_count++];

			a->outcome =
			    *address == '!' ? ADDRESS_SPECIAL : ADDRESS_OK;
			a->text = address + (*address == '!');
		}
	}
	return route;
}

/* "mx@address mx@address" of one round. */
static const char *round_text(const struct route *route, unsigned round)
{
	struct choice out[CHOICE_HOSTS_MAX];
	size_t count = choice_round(route, round, out);
	char *text = arena_strdup(route->arena, "");

	for (size_t i = 0; i < count; i++)
		text = arena_printf(route->arena, "%s%s%s@%s", text,
		    i ? " " : "", out[i].mx, out[i].address);
	return text;
}

static void expect_rounds(
    const char *const *hosts, const char *const *rounds, unsigned count)
{
	struct route *route = route_of(hosts);

	for (unsigned r = 0; r < count; r++)
		assert_string_equal(round_text(route, r), rounds[r]);
	route_free(route);
}

static void test_choice__takes_all_names_of_the_best(void **state)
{
	(void)state;
	expect_rounds(
	    (const char *[]){ "a/5=1,2", "b/5=3", "c/10=4", "d/30=5", NULL },
	    (const char *[]){ "a@1 b@3 a@2", "c@4", "d@5", "" }, 4);
}

static void test_choice__cuts_second_addresses_first(void **state)
{
	(void)state;
	expect_rounds((const char *[]){ "a/5=1,2,3", "b/5=4", "c/5=5", NULL },
	    (const char *[]){ "a@1 b@4 c@5 a@2", "" }, 2);
}

static void test_choice__skips_unusable_and_repeated(void **state)
{
	(void)state;
	expect_rounds((const char *[]){ "!a/1=1", "b/2=!2,!3", "c/3=4,!5",
			  "d/4=4", "e/5=4,6", NULL },
	    (const char *[]){ "c@4", "e@6", "" }, 3);
}

static void test_choice__offers_nothing_for_other_outcomes(void **state)
{
	struct choice out[CHOICE_HOSTS_MAX];
	struct route *route = route_of((const char *[]){ "a/5=1", NULL });

	(void)state;
	for (int o = 0; o < ROUTE_OUTCOME_COUNT; o++) {
		route->outcome = (enum route_outcome)o;
		assert_int_equal(choice_round(route, 0, out),
		    o == ROUTE_OK || o == ROUTE_IMPLICIT);
	}
	route_free(route);
}

static void test_choice__ends_after_the_last_round(void **state)
{
	const char *hosts[21] = { NULL };
	struct choice out[CHOICE_HOSTS_MAX];
	struct route *route;

	(void)state;
	route = route_of(hosts);
	assert_int_equal(choice_round(route, 0, out), 0);
	for (int i = 0; i < 20; i++)
		hosts[i] =
		    arena_printf(route->arena, "m%02d/%d=10.0.0.%d", i, i, i);
	expect_rounds(hosts, (const char *[]){ "m00@10.0.0.0" }, 1);
	route_free(route);
	for (int i = 0; i < 20; i++)
		hosts[i] = "m/1=1";
	route = route_of(hosts);
	assert_int_equal(choice_round(route, 0, out), 1);
	assert_int_equal(choice_round(route, CHOICE_ROUNDS_MAX, out), 0);
	route_free(route);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice__takes_all_names_of_the_best),
		cmocka_unit_test(test_choice__cuts_second_addresses_first),
		cmocka_unit_test(test_choice__skips_unusable_and_repeated),
		cmocka_unit_test(
		    test_choice__offers_nothing_for_other_outcomes),
		cmocka_unit_test(test_choice__ends_after_the_last_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
