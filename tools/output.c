#include "tools/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/arena.h"

/* In the same folder; keeps the end of the name, for .gz. */
static char *beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char temporary[PATH_MAX];

	snprintf(temporary, sizeof(temporary), "%.*s.tmp-%ld-%s",
	    (int)(name - path), path, (long)getpid(), name);
	return xstrdup(temporary);
}

enum status output_open(
    const char *path, struct output *output, struct error *err)
{
	struct stat info;
	enum status status;
	bool in_place = strcmp(path, "-") == 0 ||
			(stat(path, &info) == 0 && !S_ISREG(info.st_mode));

	memset(output, 0, sizeof(*output));
	output->path = path;
	if (!in_place)
		output->temporary = beside(path);
	status = lines_create(
	    in_place ? path : output->temporary, &output->lines, err);
	if (status != STATUS_OK)
		free(output->temporary);
	return status;
}

enum status output_close(
    struct output *output, enum status status, struct error *err)
{
	enum status closed = lines_close(output->lines,
	    output->temporary != NULL, status == STATUS_OK ? err : NULL);

	if (status == STATUS_OK)
		status = closed;
	if (!output->temporary)
		return status;
	if (status == STATUS_OK && rename(output->temporary, output->path) != 0)
		status = error_set_errno(err, STATUS_CANTCREATE, errno,
		    "cannot create %s", output->path);
	if (status != STATUS_OK)
		unlink(output->temporary);
	free(output->temporary);
	return status;
}
