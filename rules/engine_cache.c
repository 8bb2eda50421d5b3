#include "rules/engine_cache.h"

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

static bool cache_path(enum rule_stage stage, char path[PATH_BYTES])
{
	size_t len;

	if (!cache_folder(path))
		return false;
	len = strlen(path);
	snprintf(path + len, PATH_BYTES - len, "/rules-%s.hs",
	    rule_stage_name(stage));
	return true;
}

/* Makes path's folder and the one above it. */
static void make_folders(const char *path)
{
	char folder[PATH_BYTES];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	*slash = '\0';
	slash = strrchr(folder, '/');
	if (slash != NULL && slash != folder) {
		*slash = '\0';
		mkdir(folder, 0700);
		*slash = '/';
	}
	mkdir(folder, 0700);
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

/* Ours, and nobody else's to write: its bytes are trusted by vectorscan. */
static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && (st.st_mode & 022) == 0 &&
	       st.st_size > (off_t)HEADER && (size_t)st.st_size <= BYTES_MAX;
}

static hs_database_t *unpack(
    const struct buffer *file, const struct engine_cache_key *key)
{
	const char *bytes = buffer_text(file);
	hs_database_t *database = NULL;
	char checksum[SHA256_HEX_SIZE];

	if (file->len <= HEADER || memcmp(bytes, key->hex, HEX) != 0)
		return NULL;
	sha256_of(bytes + HEADER, file->len - HEADER, checksum);
	if (memcmp(bytes + HEX, checksum, HEX) != 0)
		return NULL;
	if (hs_deserialize_database(
		bytes + HEADER, file->len - HEADER, &database) != HS_SUCCESS)
		return NULL;
	return database;
}

hs_database_t *engine_cache_take(
    enum rule_stage stage, const struct engine_cache_key *key)
{
	hs_database_t *database = NULL;
	char path[PATH_BYTES];
	struct buffer file;

	if (!cache_path(stage, path) || !is_ours(path))
		return NULL;
	buffer_init(&file, BYTES_MAX);
	if (file_read(path, BYTES_MAX, &file, NULL) == STATUS_OK)
		database = unpack(&file, key);
	buffer_clear(&file);
	return database;
}

void engine_cache_put(enum rule_stage stage, const struct engine_cache_key *key,
    const hs_database_t *database)
{
	char checksum[SHA256_HEX_SIZE];
	char path[PATH_BYTES];
	struct buffer file;
	char *bytes = NULL;
	size_t len = 0;

	if (!cache_path(stage, path) ||
	    hs_serialize_database(database, &bytes, &len) != HS_SUCCESS)
		return;
	sha256_of(bytes, len, checksum);
	buffer_init(&file, BYTES_MAX);
	buffer_add(&file, key->hex, HEX);
	buffer_add(&file, checksum, HEX);
	buffer_add(&file, bytes, len);
	make_folders(path);
	if (!file.overflow)
		if (file_replace(path, buffer_text(&file), file.len, NULL) ==
		    STATUS_OK)
			chmod(path, 0600);
	buffer_clear(&file);
	free(bytes);
}
