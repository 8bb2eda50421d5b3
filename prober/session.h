/*
 * One TCP connection carrying a dialog: bytes, time-outs, limits.
 *
 * One raw libevent event a connection, edge-triggered. Turns what happens on
 * the socket into events of the dialog and carries out its actions; writes
 * every exchange into the record. Strict lock-step: nothing is sent while a
 * reply is outstanding.
 *
 * Memory: the caller owns dialog, record and network and keeps them alive.
 *         A session is never freed inside its own callback: done() is told,
 *         and the caller frees it from its loop.
 */
#ifndef MXPRINT_PROBER_SESSION_H
#define MXPRINT_PROBER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "prober/dialog.h"
#include "prober/network.h"
#include "prober/record.h"

struct session;

struct session_target {
	const struct sockaddr *address;
	socklen_t address_len;
	const char *name; /* for SNI, or NULL */
	int64_t host_ms;  /* left of the host's whole time */
};

/*
 * Opens a connection; done() is called exactly once, later (never from
 * here). 0, or the errno of socket() (EMFILE ...): nothing happened then.
 */
int session_open(struct network *network, struct dialog *dialog,
    struct record *record, const struct session_target *target, void *user,
    struct session **session);
void session_stop(struct session *session); /* QUIT when possible */
void session_kill(struct session *session); /* now */
void session_free(struct session *session);

/* After done(): */
int64_t session_duration_ms(const struct session *session);
const char *session_detail(const struct session *session); /* errno's name */

#endif
