/*
 * Feature name <-> index; grows in training, frozen in a model.
 *
 * A vector is made so: known features of the groups in mask, value 1 (times
 * the inverse-document-frequency-like scale stored per feature); each group
 * scaled to unit length, then to its group weight, then the whole to unit
 * length. So a missing group leaves the others comparable.
 */
#ifndef MXPRINT_FEATURES_VOCABULARY_H
#define MXPRINT_FEATURES_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/error.h"
#include "features/extract.h"
#include "features/vector.h"

struct vocabulary;

struct vocabulary *vocabulary_new(void);
void vocabulary_free(struct vocabulary *v);
size_t vocabulary_count(const struct vocabulary *v);
const char *vocabulary_name(const struct vocabulary *v, feature_id id);
enum feature_group vocabulary_group(const struct vocabulary *v, feature_id id);
double vocabulary_scale(const struct vocabulary *v, feature_id id);

/*
 * Training: count a transcript's features under its group id (deployment),
 * then freeze: features seen in fewer than min_groups deployments are
 * dropped, the rest gets indices in order of name (so that the order of the
 * files cannot change a model).
 */
void vocabulary_observe(struct vocabulary *v, const struct feature_list *list,
    const char *deployment);
void vocabulary_freeze(struct vocabulary *v, size_t min_groups);

/* The same from counts made elsewhere; frozen, and nothing is dropped. */
struct vocabulary_count {
	const char *name; /* no two alike */
	enum feature_group group;
	uint32_t deployments; /* that showed it */
};
struct vocabulary *vocabulary_of(
    const struct vocabulary_count *counts, size_t count, size_t deployments);

void vocabulary_set_weight(
    struct vocabulary *v, enum feature_group group, double weight);
double vocabulary_weight(const struct vocabulary *v, enum feature_group group);

void vocabulary_vector(const struct vocabulary *v,
    const struct feature_list *list, unsigned mask, struct arena *arena,
    struct vector *out);

/* The section of a model file; read checks every bound. */
void vocabulary_write(const struct vocabulary *v, struct buffer *out);
enum status vocabulary_read(
    const void *bytes, size_t len, struct vocabulary **v, struct error *err);

#endif
