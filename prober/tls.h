/*
 * The handshake after STARTTLS and what it reveals (the only file of prober/
 * that knows OpenSSL). Evidence, not protection: nothing is verified, old
 * protocols and weak keys are accepted.
 *
 * Non-blocking: after TLS_AGAIN come back when the socket is ready.
 */
#ifndef MXPRINT_PROBER_TLS_H
#define MXPRINT_PROBER_TLS_H

#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "transcript/transcript.h"

#define TLS_AGAIN  (-1L)
#define TLS_FAILED (-2L) /* reset, or a broken record */

struct tls_context; /* shared by all connections */
struct tls;

enum status tls_context_new(struct tls_context **context, struct error *err);
void tls_context_free(struct tls_context *context);

/* sni NULL, or an address: no name is sent. The socket stays the caller's. */
struct tls *tls_new(struct tls_context *context, int fd, const char *sni);
void tls_free(struct tls *tls);

/* 0: done, TLS_AGAIN, TLS_FAILED (also when the peer closed). */
long tls_handshake(struct tls *tls);
/* Bytes, 0 when the peer closed, TLS_AGAIN, TLS_FAILED. */
long tls_read(struct tls *tls, void *out, size_t size);
long tls_write(struct tls *tls, const void *bytes, size_t len);
/* Says goodbye, without waiting for an answer. */
void tls_shutdown(struct tls *tls);

/*
 * What is known now, in arena; error is set when the handshake failed. Call
 * it at the end: session tickets come after the handshake.
 */
struct tls_info *tls_describe(const struct tls *tls, struct arena *arena);

#endif
