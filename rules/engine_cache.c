#include "rules/engine_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/lines.h"

#define HEX	   (SHA256_HEX_SIZE - 1)
#define HEADER	   (2 * (size_t)HEX) /* key, then checksum of the rest */
#define BYTES_MAX  ((size_t)64 << 20)
#define PATH_BYTES 4096
#define NAME_BYTES 64
#define CHUNK	   65536

/* false: no cache is wanted, or there is no place for one. */
static bool cache_folder(char path[PATH_BYTES])
{
	const char *own = getenv("MXPRINT_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int n;

	if (own != NULL)
		n = snprintf(path, PATH_BYTES, "%s", own);
	else if (xdg != NULL && xdg[0] == '/')
		n = snprintf(path, PATH_BYTES, "%s/mxprint", xdg);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, PATH_BYTES, "%s/.cache/mxprint", home);
	else
		return false;
	return n > 0 && n < PATH_BYTES - 64;
}

static void file_name(enum rule_stage stage, char name[NAME_BYTES])
{
	snprintf(name, NAME_BYTES, "rules-%s.hs", rule_stage_name(stage));
}

/* Makes the folder and the one above it. */
static void make_folders(char *folder)
{
	char *slash = strrchr(folder, '/');

	if (slash != NULL && slash != folder) {
		*slash = '\0';
		mkdir(folder, 0700);
		*slash = '/';
	}
	mkdir(folder, 0700);
}

/* Ours, and nobody else's to write. */
static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && (st->st_mode & 022) == 0;
}

/* -1: there is none, or others could put files there. */
static int open_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !is_ours(&st))) {
		close(fd);
		return -1;
	}
	return fd;
}

struct engine_cache_key engine_cache_key(const struct engine_expressions *x)
{
	struct engine_cache_key key = { "" };
	struct sha256 *sha = sha256_new();
	hs_platform_info_t platform = { 0 };

	hs_populate_platform(&platform);
	sha256_add(sha, &platform.tune, sizeof(platform.tune));
	sha256_add(sha, &platform.cpu_features, sizeof(platform.cpu_features));
	sha256_add(sha, hs_version(), strlen(hs_version()) + 1);
	for (unsigned i = 0; i < x->count; i++) {
		sha256_add(sha, x->texts[i], strlen(x->texts[i]) + 1);
		sha256_add(sha, &x->flags[i], sizeof(x->flags[i]));
		sha256_add(sha, &x->ids[i], sizeof(x->ids[i]));
	}
	sha256_finish(sha, key.hex);
	return key;
}

hs_database_t *engine_cache_read(
    const char *bytes, size_t len, const struct engine_cache_key *key)
{
	hs_database_t *database = NULL;
	char checksum[SHA256_HEX_SIZE];

	if (len <= HEADER || memcmp(bytes, key->hex, HEX) != 0)
		return NULL;
	sha256_of(bytes + HEADER, len - HEADER, checksum);
	if (memcmp(bytes + HEX, checksum, HEX) != 0)
		return NULL;
	if (hs_deserialize_database(bytes + HEADER, len - HEADER, &database) !=
	    HS_SUCCESS)
		return NULL;
	return database;
}

/* What is open is what was looked at: no name is followed twice. */
static bool read_file(int folder, enum rule_stage stage, struct buffer *file)
{
	char name[NAME_BYTES];
	char chunk[CHUNK];
	struct stat st;
	ssize_t n = -1;
	int fd;

	file_name(stage, name);
	fd = openat(
	    folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && is_ours(&st) &&
	    st.st_size > (off_t)HEADER && st.st_size <= (off_t)BYTES_MAX)
		while (
		    (n = read(fd, chunk, sizeof(chunk))) > 0 && !file->overflow)
			buffer_add(file, chunk, (size_t)n);
	close(fd);
	return n == 0 && !file->overflow;
}

hs_database_t *engine_cache_take(
    enum rule_stage stage, const struct engine_cache_key *key)
{
	hs_database_t *database = NULL;
	char path[PATH_BYTES];
	struct buffer file;
	int folder;

	if (!cache_folder(path) || (folder = open_folder(path)) < 0)
		return NULL;
	buffer_init(&file, BYTES_MAX);
	if (read_file(folder, stage, &file))
		database = engine_cache_read(buffer_text(&file), file.len, key);
	buffer_clear(&file);
	close(folder);
	return database;
}

static void write_file(
    const char *folder, enum rule_stage stage, const struct buffer *file)
{
	char path[PATH_BYTES + NAME_BYTES];
	char name[NAME_BYTES];
	mode_t mask =
	    umask(0077); /* nobody else may ever open it for writing */

	file_name(stage, name);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)file_replace(path, buffer_text(file), file->len, NULL);
	umask(mask);
}

void engine_cache_put(enum rule_stage stage, const struct engine_cache_key *key,
    const hs_database_t *database)
{
	char checksum[SHA256_HEX_SIZE];
	char path[PATH_BYTES];
	struct buffer file;
	char *bytes = NULL;
	size_t len = 0;
	int folder;

	if (!cache_folder(path))
		return;
	make_folders(path);
	folder = open_folder(path);
	if (folder < 0)
		return;
	close(folder);
	if (hs_serialize_database(database, &bytes, &len) != HS_SUCCESS)
		return;
	sha256_of(bytes, len, checksum);
	buffer_init(&file, BYTES_MAX);
	buffer_add(&file, key->hex, HEX);
	buffer_add(&file, checksum, HEX);
	buffer_add(&file, bytes, len);
	if (!file.overflow)
		write_file(path, stage, &file);
	buffer_clear(&file);
	free(bytes);
}
