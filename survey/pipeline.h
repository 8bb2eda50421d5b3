/*
 * A survey: domains -> run folder and survey.db, by stages that can stop and
 * go on at any moment (resolve -> probe -> score). Each finished domain or
 * host is on disk (survey/run) before it is counted; survey.db follows.
 */
#ifndef MXPRINT_SURVEY_PIPELINE_H
#define MXPRINT_SURVEY_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "model/decide.h"
#include "prober/resolver.h"
#include "prober/scan.h"
#include "prober/target.h"

struct survey_options {
	const char *folder; /* the run folder */
	struct target_list *targets;
	struct resolver_options resolver;
	struct scan_options scan;
	int port; /* of every host */
	struct classifier *classifier;
	/* May all be NULL. */
	void (*resolve_progress)(void *user, const struct resolver_stats *s);
	void (*probe_progress)(void *user, const struct scan_stats *s);
	void (*note)(void *user, const char *sentence);
	void *user;
};

/*
 * Runs or goes on with the survey in options->folder. STATUS_TEMPFAIL: was
 * stopped, everything is saved. STATUS_USAGE: the folder holds a run with
 * other settings; the sentence names the first difference.
 */
enum status survey_run(const struct survey_options *options, struct error *err);

/* What survey_run would do, as lines of text: for --dry-run. Resolves, probes
 * nothing. */
enum status survey_describe(const struct survey_options *options,
    void (*line)(void *user, const char *text), void *user, struct error *err);

/* Scores the stored transcripts of a run again; rewrites its score segments
 * and survey.db. */
enum status survey_rescore(
    const char *folder, struct classifier *classifier, struct error *err);

/* survey.db again from the segments. */
enum status survey_rebuild(const char *folder, struct error *err);

#endif
