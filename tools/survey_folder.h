/*
 * What the commands that read a survey share: the run folder on the command
 * line, its survey.db, the catalogue.
 */
#ifndef MXPRINT_TOOLS_SURVEY_FOLDER_H
#define MXPRINT_TOOLS_SURVEY_FOLDER_H

#include "catalog/catalog.h"
#include "common/error.h"
#include "survey/store.h"

struct survey_folder {
	const char *folder;
	struct store *store;
	struct catalog *catalog;
};

/* A missing folder, or one without survey.db, gets a sentence saying what to
 * do. Close also after a failure. */
enum status survey_folder_open(const char *folder, enum store_mode mode,
    struct survey_folder *survey, struct error *err);
enum status survey_folder_close(
    struct survey_folder *survey, struct error *err);

#endif
