#include "tools/survey_folder.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "tools/options.h"

static enum status check_folder(
    const char *folder, const char *database, struct error *err)
{
	struct stat info;
	char quoted[200];

	log_quote(quoted, sizeof(quoted), folder, strlen(folder));
	if (stat(folder, &info) != 0)
		return error_set(err, STATUS_NOINPUT,
		    "no run folder '%s'; `mxprint survey LIST` makes one",
		    quoted);
	if (!S_ISDIR(info.st_mode))
		return error_set(err, STATUS_NOINPUT,
		    "'%s' is a file, not a run folder; give the folder that "
		    "`mxprint survey` made (LIST.run)",
		    quoted);
	if (access(database, R_OK) != 0)
		return error_set(err, STATUS_NOINPUT,
		    "no survey.db in '%s'; the same `mxprint survey` command "
		    "again makes it",
		    quoted);
	return STATUS_OK;
}

enum status survey_folder_open(const char *folder, enum store_mode mode,
    struct survey_folder *survey, struct error *err)
{
	char path[PATH_MAX];
	enum status status;

	memset(survey, 0, sizeof(*survey));
	survey->folder = folder;
	snprintf(path, sizeof(path), "%s/survey.db", folder);
	status = check_folder(folder, path, err);
	if (status != STATUS_OK)
		return status;
	status = store_open(path, mode, &survey->store, err);
	if (status != STATUS_OK)
		return status;
	snprintf(path, sizeof(path), "%s/catalog/products.tsv", data_folder());
	return catalog_load(path, &survey->catalog, err);
}

enum status survey_folder_close(struct survey_folder *survey, struct error *err)
{
	enum status status = STATUS_OK;

	if (survey->store)
		status = store_close(survey->store, err);
	if (survey->catalog)
		catalog_free(survey->catalog);
	return status;
}
