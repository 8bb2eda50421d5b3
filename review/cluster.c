#include "review/cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"

static const uint8_t hash_key[16] = "mxprint review";

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void form_lines(struct arena *arena, const char *normal_form, struct form *form)
{
	uint64_t lines[CLUSTER_LINES];
	size_t count = 0, distinct = 0;

	while (*normal_form && count < CLUSTER_LINES) {
		size_t len = strcspn(normal_form, "\n");

		lines[count++] = siphash(hash_key, normal_form, len);
		normal_form += len + (normal_form[len] == '\n');
	}
	qsort(lines, count, sizeof(lines[0]), ascending);
	form->lines = arena_array(arena, count + 1, sizeof(lines[0]));
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || lines[i] != lines[i - 1])
			form->lines[distinct++] = lines[i];
	}
	form->line_count = distinct;
}

double form_nearness(const struct form *a, const struct form *b)
{
	size_t i = 0, j = 0, common = 0;

	if (a->line_count == 0 || b->line_count == 0)
		return a->line_count == b->line_count;
	while (i < a->line_count && j < b->line_count) {
		uint64_t x = a->lines[i], y = b->lines[j];

		common += x == y;
		i += x <= y;
		j += y <= x;
	}
	return (double)common /
	       sqrt((double)a->line_count * (double)b->line_count);
}

static void join(struct form *forms, size_t at)
{
	forms[at].leader = at;
	for (size_t i = 0; i < at; i++) {
		if (forms[i].leader == i &&
		    form_nearness(&forms[i], &forms[at]) >= CLUSTER_NEAR) {
			forms[at].leader = i;
			return;
		}
	}
}

static double density(const struct form *forms, size_t count, size_t at)
{
	double near = 0, hosts = 0;

	for (size_t i = 0; i < count; i++) {
		double n = (double)forms[i].hosts;

		near += n * form_nearness(&forms[at], &forms[i]);
		hosts += n;
	}
	return hosts > 0 ? near / hosts : 0;
}

void cluster_forms(struct form *forms, size_t count)
{
	size_t near = count < CLUSTER_FORMS ? count : CLUSTER_FORMS;

	for (size_t i = 0; i < near; i++)
		join(forms, i);
	for (size_t i = 0; i < near; i++) {
		if (forms[i].leader == i)
			forms[i].density = density(forms, near, i);
	}
	for (size_t i = near; i < count; i++) {
		forms[i].leader = i;
		forms[i].density = 1.0 / (double)count;
	}
}
