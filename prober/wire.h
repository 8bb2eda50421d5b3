/*
 * Bytes in and out of one non-blocking socket, plain or inside TLS.
 *
 * Returns: bytes, 0 when the peer closed, TLS_AGAIN, TLS_FAILED.
 */
#ifndef MXPRINT_PROBER_WIRE_H
#define MXPRINT_PROBER_WIRE_H

#include <stddef.h>
#include <sys/socket.h>

#include "common/arena.h"
#include "prober/tls.h"

struct wire {
	int fd;
	struct tls *tls; /* NULL: plain */
};

/*
 * Starts to connect; a source of another family than the address is not used.
 * 0, with *error set when connect() itself failed (that is an answer too), or
 * the errno of socket() or bind(): there is no socket then.
 */
int wire_open(struct wire *wire, const struct sockaddr *address, socklen_t len,
    const struct sockaddr_storage *source, socklen_t source_len, int *error);
/* 0, or why no connection can come from that address of ours (errno). */
int wire_source_error(const struct sockaddr_storage *source, socklen_t len);
/* Errno of a connection that failed or was reset, 0 when it stands. */
int wire_error(const struct wire *wire);
void wire_close(struct wire *wire);

long wire_send(struct wire *wire, const void *bytes, size_t len);
long wire_receive(struct wire *wire, void *out, size_t size);
/* Every send becomes a packet of its own. */
void wire_no_delay(struct wire *wire);
/* Our own address as text in arena, or NULL. */
const char *wire_source(const struct wire *wire, struct arena *arena);

#endif
