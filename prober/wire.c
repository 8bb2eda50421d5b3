#include "prober/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static int open_socket(struct wire *wire, int family,
    const struct sockaddr_storage *source, socklen_t source_len)
{
	int on = 1;

	wire->fd =
	    socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (wire->fd < 0)
		return errno;
	if (source->ss_family != family)
		return 0;
	/* The port is chosen by connect(): more than 28,000 at a time. */
	setsockopt(
	    wire->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(wire->fd, (const struct sockaddr *)source, source_len) != 0) {
		int error = errno;

		wire_close(wire);
		return error;
	}
	return 0;
}

int wire_open(struct wire *wire, const struct sockaddr *address, socklen_t len,
    const struct sockaddr_storage *source, socklen_t source_len, int *error)
{
	int failed = open_socket(wire, address->sa_family, source, source_len);

	*error = 0;
	if (failed)
		return failed;
	if (connect(wire->fd, address, len) != 0 && errno != EINPROGRESS)
		*error = errno;
	return 0;
}

int wire_source_error(const struct sockaddr_storage *source, socklen_t len)
{
	struct wire wire = { .fd = -1 };
	int error = open_socket(&wire, source->ss_family, source, len);

	if (error == 0)
		wire_close(&wire);
	return error;
}

int wire_error(const struct wire *wire)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

void wire_close(struct wire *wire)
{
	if (wire->tls) {
		tls_shutdown(wire->tls);
		tls_free(wire->tls);
		wire->tls = NULL;
	}
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

static long result_of(ssize_t n)
{
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? TLS_AGAIN : TLS_FAILED;
}

long wire_send(struct wire *wire, const void *bytes, size_t len)
{
	if (wire->tls)
		return tls_write(wire->tls, bytes, len);
	return result_of(send(wire->fd, bytes, len, MSG_NOSIGNAL));
}

long wire_receive(struct wire *wire, void *out, size_t size)
{
	if (wire->tls)
		return tls_read(wire->tls, out, size);
	return result_of(recv(wire->fd, out, size, 0));
}

void wire_no_delay(struct wire *wire)
{
	int on = 1;

	setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

const char *wire_source(const struct wire *wire, struct arena *arena)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a;
	socklen_t len = sizeof(a);
	char text[INET6_ADDRSTRLEN];
	const void *raw;

	if (getsockname(wire->fd, &a.any, &len) != 0)
		return NULL;
	raw = a.any.sa_family == AF_INET6 ? (const void *)&a.v6.sin6_addr
					  : (const void *)&a.v4.sin_addr;
	if (!inet_ntop(a.any.sa_family, raw, text, sizeof(text)))
		return NULL;
	return arena_strdup(arena, text);
}
