/*
 * What store.c, store_write.c and store_read.c share: an open survey.db and its
 * statements. Internal to survey/store*.c.
 */
#ifndef MXPRINT_SURVEY_STORE_DB_H
#define MXPRINT_SURVEY_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/strmap.h"
#include "survey/store.h"

enum store_statement {
	SQL_SET_META,
	SQL_GET_META,
	SQL_HAS_DOMAIN,
	SQL_HAS_HOST,
	SQL_HAS_PREDICTION,
	SQL_ADD_DOMAIN,
	SQL_DROP_MX,
	SQL_ADD_MX,
	SQL_DROP_ADDRESSES,
	SQL_ADD_ADDRESS,
	SQL_ADD_CHOICE,
	SQL_ADD_HOST,
	SQL_ADD_PREDICTION,
	SQL_ADD_LABEL,
	SQL_EACH_HOST,
	SQL_ONE_HOST,
	SQL_EACH_DOMAIN,
	SQL_FIRST_MX,
	SQL_DOMAIN_HOSTS,
	SQL_TRANSCRIPT,
	SQL_COUNT
};

struct store {
	sqlite3 *db;
	char *path;
	enum store_mode mode;
	sqlite3_stmt *statements[SQL_COUNT]; /* prepared when first used */
	const struct strmap *order;
	struct strmap *names;	  /* MX names whose addresses are written */
	struct buffer text, blob; /* of the record being written */
	bool open;		  /* a batch */
};

/* The sentence for what SQLite answered; a damaged file says how to mend. */
enum status store_failed(struct store *store, int code, struct error *err);

/* The statement, reset; *statement NULL and a status when it cannot be. */
enum status store_prepare(struct store *store, enum store_statement which,
    sqlite3_stmt **statement, struct error *err);

/*
 * Binds in order by types: t text (NULL is null), i int64_t, d double,
 * n null, b blob (const void *, size_t). Text and blobs must live until the
 * step.
 */
enum status store_bind(struct store *store, enum store_statement which,
    sqlite3_stmt **statement, struct error *err, const char *types, ...);

/* Binds and runs a statement that gives no rows. */
enum status store_execute(struct store *store, enum store_statement which,
    struct error *err, const char *types, ...);

#endif
