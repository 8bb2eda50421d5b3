/*
 * Who works on a shard. flock on `lock` keeps two processes of one machine
 * (or of one file server) apart; the lease tells another machine, whose locks
 * may not reach us, that somebody was here a moment ago.
 * Age is judged by the file server's clock: the lease's mtime against that of
 * a file just touched.
 */
#ifndef MXPRINT_SURVEY_LEASE_H
#define MXPRINT_SURVEY_LEASE_H

#include "common/error.h"

#define LEASE_RENEW_MS 20000
#define LEASE_TTL_S    120

struct lease;

/* Makes the shard's folder, locks it, writes the lease. STATUS_TEMPFAIL with
 * a sentence when another holds it. */
enum status lease_take(const char *run_folder, const char *stage,
    const char *shard_folder, struct lease **lease, struct error *err);
unsigned lease_attempt(const struct lease *lease); /* from 1 */
/* Rewrites it when it is due. */
enum status lease_renew(struct lease *lease, struct error *err);
void lease_release(struct lease *lease); /* NULL is fine */

#endif
