#include "model/file.h"

#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/lines.h"
#include "model/sections.h"

#define MAGIC	     "MXPMODEL"
#define HEADER_BYTES 24 /* magic, version, sections, size */
#define ENTRY_BYTES  32 /* name, offset, length, CRC, 0 */
#define NAME_BYTES   8
#define HASH_BYTES   32

/* ------------------------------------------------------------- memory */

struct model *model_new(const char *const *classes, size_t class_count,
    struct vocabulary *vocabulary)
{
	struct arena *arena = arena_new();
	struct model *model = arena_alloc(arena, sizeof(*model));

	model->arena = arena;
	model->class_count = class_count;
	model->classes =
	    arena_array(arena, class_count + 1, sizeof(*model->classes));
	for (size_t c = 0; c < class_count; c++)
		model->classes[c] = arena_strdup(arena, classes[c]);
	model->versions =
	    arena_array(arena, class_count + 1, sizeof(*model->versions));
	model->vocabulary = vocabulary;
	model->feature_count = vocabulary ? vocabulary_count(vocabulary) : 0;
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	vocabulary_free(model->vocabulary);
	arena_free(model->arena);
}

const char *model_name(const struct model *model)
{
	return model->name;
}

const char *model_card(const struct model *model)
{
	return model->card;
}

size_t model_class_count(const struct model *model)
{
	return model->class_count;
}

const char *model_class(const struct model *model, size_t i)
{
	return model->classes[i];
}

/* ------------------------------------------------------------- writing */

static void pack_hash(const char *hex, struct buffer *out)
{
	for (int i = 0; i < HASH_BYTES; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], 0 };

		buffer_add_char(out, (char)strtoul(digits, NULL, 16));
	}
}

/* "NAME 3f2a91c0": the card's name and the start of the file's hash. */
static void set_name(struct model *model, const char *hex)
{
	struct arena *scratch = arena_new();
	struct json *card;
	const char *name = "model";

	if (json_parse(scratch, model->card, strlen(model->card), &card,
		NULL) == STATUS_OK)
		name = json_get_text(card, "name", name);
	model->name = arena_printf(model->arena, "%.64s %.8s", name, hex);
	arena_free(scratch);
}

static void pack_entry(struct buffer *out, const char *name, uint64_t offset,
    const void *bytes, size_t len)
{
	char padded[NAME_BYTES + 1] = { 0 };

	memcpy(padded, name, strnlen(name, NAME_BYTES));
	buffer_add(out, padded, NAME_BYTES);
	pack_u64(out, offset);
	pack_u64(out, len);
	pack_u32(out, crc32_of(bytes, len));
	pack_u32(out, 0);
}

void model_pack(struct model *model, struct buffer *out)
{
	size_t first = HEADER_BYTES + model_section_count * ENTRY_BYTES;
	size_t *start = xcalloc(model_section_count + 1, sizeof(*start));
	char hex[SHA256_HEX_SIZE];
	struct buffer data;

	buffer_init(&data, MODEL_FILE_MAX);
	for (size_t s = 0; s < model_section_count; s++) {
		start[s] = data.len;
		model_sections[s].write(model, &data);
	}
	start[model_section_count] = data.len;
	buffer_add(out, MAGIC, strlen(MAGIC));
	pack_u32(out, MODEL_FILE_VERSION);
	pack_u32(out, (uint32_t)model_section_count);
	pack_u64(out, first + data.len + HASH_BYTES);
	for (size_t s = 0; s < model_section_count; s++)
		pack_entry(out, model_sections[s].name, first + start[s],
		    buffer_text(&data) + start[s], start[s + 1] - start[s]);
	buffer_add(out, buffer_text(&data), data.len);
	out->overflow |= data.overflow;
	buffer_clear(&data);
	free(start);
	sha256_of(buffer_text(out), out->len, hex);
	pack_hash(hex, out);
	set_name(model, hex);
}

enum status model_save(
    const struct model *model, const char *path, struct error *err)
{
	/* The name is set from the same bytes it already has. */
	struct model copy = *model;
	struct buffer out;
	enum status status;

	buffer_init(&out, MODEL_FILE_MAX);
	model_pack(&copy, &out);
	if (out.overflow)
		status = error_set(err, STATUS_SOFTWARE,
		    "the model is larger than %u MiB and was not written",
		    MODEL_FILE_MAX >> 20);
	else
		status = file_replace(path, out.data, out.len, err);
	buffer_clear(&out);
	return status;
}

/* ------------------------------------------------------------- reading */

static enum status damaged(
    const char *name, const char *what, struct error *err)
{
	return error_set(err, STATUS_DATA,
	    "%s: %s; copy or train the model again", name, what);
}

static enum status check_header(
    const unsigned char *bytes, size_t len, const char *name, struct error *err)
{
	struct unpacking u = { .at = bytes, .left = len };
	uint32_t version, sections;

	if (len < HEADER_BYTES || memcmp(bytes, MAGIC, strlen(MAGIC)) != 0)
		return error_set(err, STATUS_DATA,
		    "%s is not a model of mxprint; `mxprint train` makes one",
		    name);
	u.at += NAME_BYTES;
	u.left -= NAME_BYTES;
	version = unpack_u32(&u);
	sections = unpack_u32(&u);
	if (version != MODEL_FILE_VERSION)
		return error_set(err, STATUS_DATA,
		    "%s has model format %u, this program reads %d; train it "
		    "again or use the mxprint that made it",
		    name, version, MODEL_FILE_VERSION);
	if (unpack_u64(&u) != len)
		return damaged(name, "cut short or grown", err);
	if (sections != model_section_count ||
	    len < HEADER_BYTES + sections * ENTRY_BYTES + HASH_BYTES)
		return damaged(name, "its list of sections is damaged", err);
	return STATUS_OK;
}

static enum status check_hash(const unsigned char *bytes, size_t len,
    const char *name, char hex[SHA256_HEX_SIZE], struct error *err)
{
	struct buffer hash;
	bool same;

	sha256_of(bytes, len - HASH_BYTES, hex);
	buffer_init(&hash, HASH_BYTES);
	pack_hash(hex, &hash);
	same = memcmp(hash.data, bytes + len - HASH_BYTES, HASH_BYTES) == 0;
	buffer_clear(&hash);
	return same ? STATUS_OK
		    : damaged(name, "its SHA-256 does not fit", err);
}

/* Sections stand one after the other, in order, and fill the file. */
static enum status read_section(struct model *model, size_t s,
    const unsigned char *bytes, size_t len, size_t *expected, const char *name,
    struct error *err)
{
	struct unpacking entry = { .at = bytes + HEADER_BYTES +
					 s * ENTRY_BYTES + NAME_BYTES,
		.left = ENTRY_BYTES - NAME_BYTES };
	char padded[NAME_BYTES + 1] = { 0 };
	uint64_t offset = unpack_u64(&entry);
	uint64_t length = unpack_u64(&entry);
	uint32_t crc = unpack_u32(&entry);
	struct unpacking u;

	memcpy(padded, model_sections[s].name,
	    strnlen(model_sections[s].name, NAME_BYTES));
	if (memcmp(entry.at - ENTRY_BYTES + 4, padded, NAME_BYTES) != 0 ||
	    offset != *expected || length > len - HASH_BYTES - offset)
		return damaged(name, "its list of sections is damaged", err);
	u = (struct unpacking){ .at = bytes + offset, .left = (size_t)length };
	if (crc32_of(u.at, u.left) != crc)
		return damaged(name, "a section's checksum does not fit", err);
	model_sections[s].read(model, &u);
	if (u.bad || u.left != 0)
		return error_set(err, STATUS_DATA,
		    "%s: the section '%s' makes no sense; copy or train the "
		    "model again",
		    name, model_sections[s].name);
	*expected += (size_t)length;
	return STATUS_OK;
}

/* The features of another mxprint have other names or meanings. */
static enum status check_card(
    const struct model *model, const char *name, struct error *err)
{
	struct arena *scratch = arena_new();
	enum status status = STATUS_OK;
	struct json *card;
	int64_t features = -1;

	if (json_parse(scratch, model->card, model->card_len, &card, NULL) ==
	    STATUS_OK)
		features = json_get_int(card, "features", -1);
	arena_free(scratch);
	if (features != FEATURES_VERSION)
		status = error_set(err, STATUS_DATA,
		    "%s was trained on features of version %lld, this program "
		    "has version %d; train it again (`mxprint train`)",
		    name, (long long)features, FEATURES_VERSION);
	return status;
}

enum status model_load_bytes(const void *bytes, size_t len, const char *name,
    struct model **model, struct error *err)
{
	size_t expected = HEADER_BYTES + model_section_count * ENTRY_BYTES;
	char hex[SHA256_HEX_SIZE];
	enum status status = check_header(bytes, len, name, err);
	struct model *m;

	*model = NULL;
	if (status == STATUS_OK)
		status = check_hash(bytes, len, name, hex, err);
	if (status != STATUS_OK)
		return status;
	m = model_new(NULL, 0, NULL);
	for (size_t s = 0; status == STATUS_OK && s < model_section_count;
	     s++) {
		status = read_section(m, s, bytes, len, &expected, name, err);
		if (status == STATUS_OK && s == 0)
			status = check_card(m, name, err);
	}
	if (status == STATUS_OK && expected + HASH_BYTES != len)
		status = damaged(name, "bytes between its sections", err);
	if (status != STATUS_OK) {
		model_free(m);
		return status;
	}
	set_name(m, hex);
	*model = m;
	return STATUS_OK;
}

enum status model_load(
    const char *path, struct model **model, struct error *err)
{
	struct buffer bytes;
	enum status status;

	*model = NULL;
	buffer_init(&bytes, MODEL_FILE_MAX);
	status = file_read(path, MODEL_FILE_MAX, &bytes, err);
	if (status == STATUS_OK)
		status = model_load_bytes(
		    buffer_text(&bytes), bytes.len, path, model, err);
	buffer_clear(&bytes);
	return status;
}
