/*
 * A person's answers, checked and stored: which hosts are meant, whether the
 * product exists; then RUN/labels.jsonl (review/answers.h), then survey.db.
 * Everything is checked before anything is stored.
 */
#ifndef MXPRINT_REVIEW_LABELLING_H
#define MXPRINT_REVIEW_LABELLING_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "common/error.h"
#include "survey/store.h"

#define LABELLING_MAX 256 /* answers at once */

struct labelling {
	const char *folder;  /* of the run */
	struct store *store; /* open for update */
	const struct catalog *catalog;
	const char *const *answers; /* "HOST=PRODUCT", see review/pick.h; the
				       product "unknown": looked at */
	size_t count;
	const char *version; /* or NULL */
	const char *annotator;
	const char *comment; /* or NULL */
	bool alike;	     /* also for all hosts that answered just alike */
	/* For each host, after everything is on disk. */
	void (*stored)(
	    void *user, const char *host, int port, const char *product);
	void *user;
};

enum status labelling_store(const struct labelling *how, struct error *err);

#endif
