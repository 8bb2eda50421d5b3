/*
 * A survey: domains -> run folder and survey.db, by stages that can stop and
 * go on at any moment.
 *
 *   recall    what earlier attempts stored (survey/recall)
 *   resolve   domains that have no route yet
 *   probe     round after round (survey/rounds): hosts of the best
 *             preference, then of the next for domains where none greeted
 *   score     each transcript as it is stored
 *
 * Each finished domain or host is on disk (survey/shard) before it is
 * counted; survey.db follows once a second.
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
	const struct target_list *targets;
	struct resolver_options resolver;
	const struct scan_options *scan; /* read again after each check */
	int port;			 /* of every host */
	const struct classifier *classifier;
	/* Before anything is sent to these hosts: may it be? */
	enum status (*check)(void *user, const struct scan_target *targets,
	    size_t count, struct error *err);
	/* These may be NULL. */
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

/*
 * For --dry-run: resolves, stores nothing, contacts no mail host. show gets
 * the hosts of the first round; *stats what became of the domains.
 */
enum status survey_dry_run(const struct survey_options *options,
    void (*show)(void *user, const struct scan_target *targets, size_t count),
    struct resolver_stats *stats, struct error *err);

/*
 * Scores the stored transcripts of a run again. The new predictions are
 * appended to the score segments (the last one of a host counts) and replace
 * those in survey.db. *count: hosts.
 */
enum status survey_rescore(const char *folder,
    const struct classifier *classifier, size_t *count, struct error *err);

/* survey.db again from the segments and labels.jsonl. */
enum status survey_rebuild(const char *folder, struct error *err);

#endif
