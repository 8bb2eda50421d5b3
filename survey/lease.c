#include "survey/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/lines.h"

#define LEASE_MAX 4096

struct lease {
	struct arena *arena;
	const char *path, *temporary, *lock_path;
	char node[256];
	char boot[64];
	unsigned attempt;
	int lock;
	int64_t renewed_ms;
};

static void identify(struct lease *lease)
{
	struct buffer boot;

	if (gethostname(lease->node, sizeof(lease->node) - 1) != 0)
		snprintf(lease->node, sizeof(lease->node), "unknown");
	buffer_init(&boot, LEASE_MAX + 65536);
	file_read("/proc/sys/kernel/random/boot_id", LEASE_MAX, &boot, NULL);
	snprintf(lease->boot, sizeof(lease->boot), "%.*s",
	    (int)strcspn(buffer_text(&boot), "\n"), buffer_text(&boot));
	buffer_clear(&boot);
}

static enum status write_lease(
    struct lease *lease, bool released, struct error *err)
{
	char now[CLOCK_TEXT_SIZE];
	struct json_writer w;
	struct buffer out;
	FILE *f;
	bool ok;

	buffer_init(&out, LEASE_MAX);
	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_write_int(&w, "attempt", lease->attempt);
	json_write_text(&w, "node", lease->node);
	json_write_text(&w, "boot", lease->boot);
	json_write_int(&w, "pid", getpid());
	json_write_text(&w, "time", clock_format(clock_utc_ms(), now));
	json_write_bool(&w, "released", released);
	json_close_object(&w);
	buffer_add_char(&out, '\n');
	/* No fsync: after a crash of the machine nobody holds it. */
	f = fopen(lease->temporary, "we");
	ok = f && fwrite(buffer_text(&out), 1, out.len, f) == out.len;
	if (f && fclose(f) != 0)
		ok = false;
	buffer_clear(&out);
	if (ok && rename(lease->temporary, lease->path) == 0) {
		lease->renewed_ms = clock_now_ms();
		return STATUS_OK;
	}
	return error_set_errno(err, STATUS_IO, errno,
	    "cannot write %s (everything up to here is saved; make room and "
	    "run the same command again)",
	    lease->path);
}

/* Seconds since the lease was written, by the clock that dates both files. */
static int64_t age_s(const struct lease *lease)
{
	struct stat then, now;

	futimens(lease->lock, NULL);
	if (stat(lease->path, &then) != 0 || fstat(lease->lock, &now) != 0)
		return LEASE_TTL_S;
	return now.st_mtime - then.st_mtime;
}

struct holder {
	char node[128];
	long pid;
	bool known, fresh_elsewhere;
};

static void read_lease(struct lease *lease, struct holder *holder)
{
	struct buffer text;
	struct json *json;

	buffer_init(&text, LEASE_MAX + 65536);
	memset(holder, 0, sizeof(*holder));
	if (file_read(lease->path, LEASE_MAX, &text, NULL) == STATUS_OK &&
	    json_parse(lease->arena, buffer_text(&text), text.len, &json,
		NULL) == STATUS_OK) {
		int64_t attempt = json_get_int(json, "attempt", 0);

		lease->attempt =
		    attempt > 0 && attempt < 1000000 ? (unsigned)attempt : 0;
		snprintf(holder->node, sizeof(holder->node), "%s",
		    json_get_text(json, "node", "?"));
		holder->pid = (long)json_get_int(json, "pid", 0);
		holder->known = true;
		holder->fresh_elsewhere =
		    !json_get_bool(json, "released", false) &&
		    strcmp(holder->node, lease->node) != 0 &&
		    age_s(lease) < LEASE_TTL_S;
	}
	buffer_clear(&text);
}

static enum status held(
    const struct holder *holder, const char *run_folder, struct error *err)
{
	if (!holder->known)
		return error_set(err, STATUS_TEMPFAIL,
		    "another mxprint works on %s; let it finish or stop it, "
		    "then run the same command again",
		    run_folder);
	return error_set(err, STATUS_TEMPFAIL,
	    "another mxprint (process %ld on %s) works on %s; let it finish or "
	    "stop it, then run the same command again",
	    holder->pid, holder->node, run_folder);
}

static enum status make_folders(const char *run_folder, const char *stage,
    const char *shard_folder, struct arena *arena, struct error *err)
{
	const char *folder = arena_printf(arena, "%s/%s", run_folder, stage);

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return error_set_errno(
		    err, STATUS_CANTCREATE, errno, "cannot create %s", folder);
	if (mkdir(shard_folder, 0777) != 0 && errno != EEXIST)
		return error_set_errno(err, STATUS_CANTCREATE, errno,
		    "cannot create %s", shard_folder);
	return STATUS_OK;
}

static enum status lock(
    struct lease *lease, const char *run_folder, struct error *err)
{
	struct holder holder;
	int code;

	lease->lock =
	    open(lease->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lease->lock < 0)
		return error_set_errno(err, STATUS_CANTCREATE, errno,
		    "cannot create %s", lease->lock_path);
	code = flock(lease->lock, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
	read_lease(lease, &holder);
	if (code == EWOULDBLOCK || (code == 0 && holder.fresh_elsewhere))
		return held(&holder, run_folder, err);
	if (code != 0)
		return error_set_errno(err, STATUS_IO, code,
		    "cannot lock %s (a file system without flock?)",
		    lease->lock_path);
	lease->attempt++;
	return write_lease(lease, false, err);
}

static void lease_free(struct lease *lease)
{
	if (lease->lock >= 0)
		close(lease->lock);
	arena_free(lease->arena);
}

enum status lease_take(const char *run_folder, const char *stage,
    const char *shard_folder, struct lease **lease, struct error *err)
{
	struct arena *arena = arena_new();
	struct lease *l = arena_alloc(arena, sizeof(*l));
	enum status status;

	*lease = NULL;
	l->arena = arena;
	l->lock = -1;
	l->path = arena_printf(arena, "%s/lease", shard_folder);
	l->temporary = arena_printf(arena, "%s/.lease.tmp", shard_folder);
	l->lock_path = arena_printf(arena, "%s/lock", shard_folder);
	identify(l);
	status = make_folders(run_folder, stage, shard_folder, arena, err);
	if (status == STATUS_OK)
		status = lock(l, run_folder, err);
	if (status != STATUS_OK)
		lease_free(l);
	else
		*lease = l;
	return status;
}

unsigned lease_attempt(const struct lease *lease)
{
	return lease->attempt;
}

enum status lease_renew(struct lease *lease, struct error *err)
{
	if (clock_now_ms() - lease->renewed_ms < LEASE_RENEW_MS)
		return STATUS_OK;
	return write_lease(lease, false, err);
}

void lease_release(struct lease *lease)
{
	if (!lease)
		return;
	write_lease(lease, true, NULL);
	lease_free(lease);
}
