/*
 * survey.db: its statements, opening and closing it. store_write.c fills it,
 * store_read.c reads it.
 *
 * Write-ahead log while it is open for writing, so that readers never wait;
 * a rollback journal once closed, so that the file alone is the whole survey
 * and can be copied or read from a read-only folder.
 */
#include "survey/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/strmap.h"
#include "survey/store_db.h"
#include "survey/store_schema.h"
#include "transcript/format.h"

#define BUSY_MS 10000

/* --------------------------------------------------------- statements */

static const char *const sql[] = {
	[SQL_SET_META] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
	[SQL_GET_META] = "SELECT value FROM meta WHERE key=?",
	[SQL_HAS_DOMAIN] = "SELECT 1 FROM domains WHERE domain=?",
	[SQL_HAS_HOST] = "SELECT 1 FROM hosts WHERE host=? AND port=?",
	[SQL_HAS_PREDICTION] =
	    "SELECT 1 FROM predictions WHERE host=? AND port=?",
	[SQL_ADD_DOMAIN] = "INSERT OR REPLACE INTO domains(domain, input,"
			   " outcome, ttl, time, columns, position)"
			   " VALUES(?1,?2,?3,?4,?5,?6, coalesce(?7, (SELECT"
			   " position FROM domains WHERE domain=?1)))",
	[SQL_DROP_MX] = "DELETE FROM mx WHERE domain=?",
	[SQL_ADD_MX] = "INSERT OR REPLACE INTO mx(domain, name, preference,"
		       " outcome, canonical) VALUES(?,?,?,?,?)",
	[SQL_DROP_ADDRESSES] = "DELETE FROM addresses WHERE name=?",
	[SQL_ADD_ADDRESS] = "INSERT OR REPLACE INTO addresses VALUES(?,?,?)",
	[SQL_ADD_CHOICE] = "INSERT OR REPLACE INTO chosen(domain, host, port,"
			   " mx, preference) VALUES(?,?,?,?,?)",
	[SQL_ADD_HOST] = "INSERT OR REPLACE INTO hosts(host, port, name,"
			 " outcome, detail, plan, start, transcript)"
			 " VALUES(?,?,?,?,?,?,?,?)",
	[SQL_ADD_PREDICTION] =
	    "INSERT OR REPLACE INTO predictions(host, port, product,"
	    " confidence, version, family, operator, front, source, flags,"
	    " record) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
	[SQL_ADD_LABEL] = "INSERT OR REPLACE INTO labels(host, port, product,"
			  " version, annotator, date, comment)"
			  " VALUES(?,?,?,?,?,?,?)",
	[SQL_EACH_HOST] = "SELECT h.id, coalesce(w.domains, 0),"
			  " coalesce(w.weight, 0.0) FROM hosts h"
			  " LEFT JOIN temp.weight w ON w.id = h.id"
			  " ORDER BY 3 DESC, h.host, h.port",
	[SQL_ONE_HOST] =
	    "SELECT h.host, h.port, h.name, h.outcome, h.plan, l.product,"
	    " p.product, p.record FROM hosts h"
	    " LEFT JOIN predictions p ON p.host=h.host AND p.port=h.port"
	    " LEFT JOIN labels l ON l.host=h.host AND l.port=h.port"
	    " WHERE h.id=?",
	[SQL_EACH_DOMAIN] = "SELECT domain, input, columns, outcome"
			    " FROM domains ORDER BY position",
	[SQL_FIRST_MX] = "SELECT name FROM mx WHERE domain=?"
			 " ORDER BY preference, name LIMIT 1",
	[SQL_DOMAIN_HOSTS] =
	    "SELECT h.host, h.port, h.name, h.outcome, h.plan, l.product,"
	    " p.product, p.record, c.mx, c.preference FROM chosen c"
	    " CROSS JOIN hosts h ON h.host=c.host AND h.port=c.port"
	    " LEFT JOIN predictions p ON p.host=h.host AND p.port=h.port"
	    " LEFT JOIN labels l ON l.host=h.host AND l.port=h.port"
	    " WHERE c.domain=? ORDER BY c.preference, c.mx, c.host",
	[SQL_TRANSCRIPT] =
	    "SELECT transcript FROM hosts WHERE host=? AND port=?",
};

_Static_assert(sizeof(sql) / sizeof(sql[0]) == SQL_COUNT, "SQL for each");

enum status store_failed(struct store *store, int code, struct error *err)
{
	int system;

	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(err, STATUS_DATA,
		    "%s is damaged or no survey.db; rebuild it from the run's "
		    "segments with `mxprint survey --rebuild RUN`",
		    store->path);
	case SQLITE_FULL:
		return error_set(err, STATUS_IO,
		    "cannot write %s: the disk is full; make room and run the "
		    "same command again",
		    store->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, STATUS_TEMPFAIL,
		    "%s is being written by another program; try again later",
		    store->path);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return error_set(err, STATUS_CANTCREATE,
		    "cannot write %s: %s; check the folder's permissions",
		    store->path, sqlite3_errmsg(store->db));
	case SQLITE_IOERR:
		system = sqlite3_system_errno(store->db);
		return error_set(err, STATUS_IO,
		    "cannot read or write %s (%s); make room or check the "
		    "disk, then run the same command again",
		    store->path,
		    system ? strerror(system) : sqlite3_errmsg(store->db));
	default: /* a table or column is missing, or a bug */
		return error_set(err, STATUS_DATA,
		    "%s cannot be used (%s); rebuild it with `mxprint survey "
		    "--rebuild RUN`",
		    store->path, sqlite3_errmsg(store->db));
	}
}

enum status store_prepare(struct store *store, enum store_statement which,
    sqlite3_stmt **statement, struct error *err)
{
	sqlite3_stmt **st = &store->statements[which];
	int code = SQLITE_OK;

	if (*st)
		sqlite3_reset(*st);
	else
		code = sqlite3_prepare_v3(store->db, sql[which], -1,
		    SQLITE_PREPARE_PERSISTENT, st, NULL);
	*statement = *st;
	return code == SQLITE_OK ? STATUS_OK : store_failed(store, code, err);
}

static void bind_values(sqlite3_stmt *st, const char *types, va_list values)
{
	for (int i = 1; *types; i++, types++) {
		const void *bytes;

		switch (*types) {
		case 't':
			sqlite3_bind_text(
			    st, i, va_arg(values, const char *), -1, NULL);
			break;
		case 'i':
			sqlite3_bind_int64(st, i, va_arg(values, int64_t));
			break;
		case 'd':
			sqlite3_bind_double(st, i, va_arg(values, double));
			break;
		case 'b':
			bytes = va_arg(values, const void *);
			sqlite3_bind_blob64(
			    st, i, bytes, va_arg(values, size_t), NULL);
			break;
		default: /* 'n' */
			sqlite3_bind_null(st, i);
		}
	}
}

enum status store_bind(struct store *store, enum store_statement which,
    sqlite3_stmt **statement, struct error *err, const char *types, ...)
{
	enum status status = store_prepare(store, which, statement, err);
	va_list values;

	if (status != STATUS_OK)
		return status;
	va_start(values, types);
	bind_values(*statement, types, values);
	va_end(values);
	return STATUS_OK;
}

/* Binds and runs a statement that gives no rows. */
enum status store_execute(struct store *store, enum store_statement which,
    struct error *err, const char *types, ...)
{
	sqlite3_stmt *st;
	enum status status = store_prepare(store, which, &st, err);
	va_list values;
	int code;

	if (status != STATUS_OK)
		return status;
	va_start(values, types);
	bind_values(st, types, values);
	va_end(values);
	code = sqlite3_step(st);
	if (code == SQLITE_DONE)
		code = sqlite3_reset(st);
	return code == SQLITE_OK ? STATUS_OK : store_failed(store, code, err);
}

/* ------------------------------------------------------- open and close */

/*
 * Turning the journal into a write-ahead log and back is the one moment at
 * which SQLite does not wait for others, so opening and closing take turns: a
 * lock on the folder that holds the file. A file system without such locks
 * only loses the waiting.
 */
static int take_turn(const char *path, int operation)
{
	struct buffer folder;
	const char *slash = strrchr(path, '/');
	int fd;

	buffer_init(&folder, 1 << 16);
	if (slash)
		buffer_add(&folder, path, (size_t)(slash - path) + 1);
	else
		buffer_add(&folder, ".", 1);
	fd = open(buffer_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buffer_clear(&folder);
	if (fd >= 0)
		while (flock(fd, operation) != 0 && errno == EINTR)
			;
	return fd;
}

static void end_turn(int fd)
{
	if (fd >= 0)
		close(fd);
}

static enum status run_text(
    struct store *store, const char *text, struct error *err)
{
	int code = sqlite3_exec(store->db, text, NULL, NULL, NULL);

	return code == SQLITE_OK ? STATUS_OK : store_failed(store, code, err);
}

static enum status number_of(
    struct store *store, const char *text, int64_t *number, struct error *err)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(store->db, text, -1, &st, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return code == SQLITE_ROW ? STATUS_OK : store_failed(store, code, err);
}

/* The file may come from strangers: nothing in its schema may run. */
static void distrust(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 2 * FORMAT_LINE_MAX);
	sqlite3_busy_timeout(db, BUSY_MS);
}

static enum status create_schema(struct store *store, struct error *err)
{
	char text[80];
	enum status status = run_text(store, "BEGIN IMMEDIATE", err);

	if (status == STATUS_OK)
		status = run_text(store, store_schema, err);
	snprintf(text, sizeof(text),
	    "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
	    STORE_APPLICATION, STORE_VERSION);
	return status == STATUS_OK ? run_text(store, text, err) : status;
}

/* Ours, of this version; a new file gets the schema. */
static enum status check_schema(struct store *store, struct error *err)
{
	int64_t application = 0, version = 0, tables = 0;
	enum status status = number_of(
	    store, "SELECT count(*) FROM sqlite_schema", &tables, err);

	if (status == STATUS_OK && tables == 0 && store->mode != STORE_READ)
		return create_schema(store, err);
	if (status == STATUS_OK)
		status = number_of(
		    store, "PRAGMA application_id", &application, err);
	if (status == STATUS_OK)
		status = number_of(store, "PRAGMA user_version", &version, err);
	if (status != STATUS_OK)
		return status;
	if (application != STORE_APPLICATION)
		return error_set(err, STATUS_DATA,
		    "%s is no survey.db of mxprint; give the run folder, or "
		    "move it away and rebuild it with `mxprint survey "
		    "--rebuild RUN`",
		    store->path);
	if (version != STORE_VERSION)
		return error_set(err, STATUS_DATA,
		    "%s has schema %lld, this mxprint uses %d; rebuild it with "
		    "`mxprint survey --rebuild RUN`",
		    store->path, (long long)version, STORE_VERSION);
	return STATUS_OK;
}

static void remove_old(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	struct buffer name;

	buffer_init(&name, 1 << 16);
	for (size_t i = 0; i < 4; i++) {
		buffer_reset(&name);
		buffer_printf(&name, "%s%s", path, endings[i]);
		unlink(buffer_text(&name));
	}
	buffer_clear(&name);
}

static enum status open_file(struct store *store, struct error *err)
{
	int flags = store->mode == STORE_READ
			? SQLITE_OPEN_READONLY
			: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	enum status status;
	int code;

	if (store->mode == STORE_CREATE)
		remove_old(store->path);
	if (store->mode == STORE_READ && access(store->path, R_OK) != 0)
		return error_set_errno(err, STATUS_NOINPUT, errno,
		    "cannot read %s; a run folder has one once its survey has "
		    "started (or after `mxprint survey --rebuild RUN`)",
		    store->path);
	code = sqlite3_open_v2(
	    store->path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return store_failed(store, code, err);
	distrust(store->db);
	status = check_schema(store, err);
	if (status == STATUS_OK)
		status = run_text(store, "PRAGMA cache_size=-65536", err);
	if (status == STATUS_OK && store->mode != STORE_READ)
		status = run_text(store,
		    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", err);
	return status;
}

static void store_free(struct store *store)
{
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	strmap_free(store->names);
	buffer_clear(&store->text);
	buffer_clear(&store->blob);
	free(store->path);
	free(store);
}

enum status store_open(const char *path, enum store_mode mode,
    struct store **store, struct error *err)
{
	struct store *s = xcalloc(1, sizeof(*s));
	enum status status;
	int turn;

	*store = NULL;
	s->path = xstrdup(path);
	s->mode = mode;
	s->names = strmap_new();
	buffer_init(&s->text, 2 * FORMAT_LINE_MAX);
	buffer_init(&s->blob, 2 * FORMAT_LINE_MAX);
	turn = take_turn(path, mode == STORE_READ ? LOCK_SH : LOCK_EX);
	status = open_file(s, err);
	if (status != STATUS_OK)
		store_free(s);
	else
		*store = s;
	end_turn(turn);
	return status;
}

enum status store_close(struct store *store, struct error *err)
{
	enum status status = STATUS_OK;
	int turn = -1;

	if (!store)
		return STATUS_OK;
	if (store->open)
		status = store_commit(store, err);
	for (int i = 0; i < SQL_COUNT; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	/* A reader beside us keeps the log; the next writer drops it then. */
	if (store->mode != STORE_READ) {
		turn = take_turn(store->path, LOCK_EX);
		sqlite3_busy_timeout(store->db, 0);
		sqlite3_exec(
		    store->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	}
	store_free(store);
	end_turn(turn);
	return status;
}

enum status store_begin(struct store *store, struct error *err)
{
	enum status status = run_text(store, "BEGIN IMMEDIATE", err);

	store->open = status == STATUS_OK;
	return status;
}

enum status store_commit(struct store *store, struct error *err)
{
	enum status status = run_text(store, "COMMIT", err);

	if (status != STATUS_OK)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->open = false;
	return status;
}
