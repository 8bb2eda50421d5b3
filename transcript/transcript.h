/*
 * What was said: one host's connections in one survey, byte-exact.
 * The narrow waist of the program: written by the prober, read by everything
 * else. docs/mxprint-transcript.5 is its text form, transcript/format does it.
 *
 * Memory: everything reachable lives in transcript.arena; transcript_free()
 *         frees it all. Byte strings are counted, and NUL-terminated besides.
 * Units:  delays in ms since the bytes of `sent` were handed to the kernel;
 *         -1 when nothing came.
 */
#ifndef MXPRINT_TRANSCRIPT_TRANSCRIPT_H
#define MXPRINT_TRANSCRIPT_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/label.h"
#include "common/arena.h"

/*
 * Probe ids the rest of the program knows by name; every other id counts as
 * a negative probe (something sent to see how it is refused). The plan table
 * in prober/plan.c is the list of all.
 */
#define PROBE_GREETING	   "greeting"
#define PROBE_EHLO	   "ehlo"
#define PROBE_HELO	   "helo"
#define PROBE_NOOP	   "noop"
#define PROBE_HELP	   "help"
#define PROBE_STARTTLS	   "starttls"
#define PROBE_TLS_EHLO	   "tls-ehlo"
#define PROBE_QUIT	   "quit"
#define PROBE_MAIL_NOARG   "mail-noarg"
#define PROBE_NUL	   "nul"
#define PROBE_UNKNOWN_VERB "unknown-verb"

struct bytes {
	const char *data;
	size_t len;
};

enum exchange_end {	     /* why we stopped listening for this probe */
	EXCHANGE_REPLY,	     /* a complete reply */
	EXCHANGE_TIMEOUT,    /* the reply's time was over */
	EXCHANGE_CLOSED,     /* the peer closed (FIN) first */
	EXCHANGE_RESET,	     /* RST or another socket error */
	EXCHANGE_CAP,	     /* more bytes than we keep */
	EXCHANGE_TLS_FAILED, /* the handshake after STARTTLS failed */
	EXCHANGE_STOPPED,    /* we were told to stop */
	EXCHANGE_END_COUNT
};

struct exchange {
	const char *probe; /* id */
	struct bytes sent; /* exact; empty for the greeting */
	struct bytes
	    received;	  /* all that came before the next probe was sent */
	int64_t first_ms; /* to the first byte received, or -1 */
	int64_t last_ms;  /* to the end of the exchange */
	enum exchange_end end;
	bool secure; /* inside TLS; sent and received are then plain text */
};

struct certificate { /* as presented, nothing verified; UTF-8, or NULL */
	const char *subject; /* common name */
	const char *issuer;  /* common name */
	const char *issuer_organization;
	const char *const *names; /* subjectAltName DNS entries, at most 32 */
	size_t name_count;
	const char *key;	/* "RSA-2048", "EC-P-256", "ED25519" */
	const char *signature;	/* "RSA-SHA256" */
	const char *not_before; /* RFC 3339 */
	const char *not_after;
	const char *sha256; /* of the DER form, hex */
};

struct tls_info {
	const char *version; /* "TLSv1.3" */
	const char *cipher;  /* IANA name */
	const char *group;   /* "X25519", or NULL */
	const char *alpn;    /* or NULL */
	const char *error;   /* of a failed handshake, else NULL */
	int64_t handshake_ms;
	bool session_ticket;
	struct certificate *chain; /* leaf first, at most 8 */
	size_t chain_count;
};

enum connection_end {
	END_QUIT_CLOSED, /* QUIT answered, then the peer closed */
	END_QUIT_OPEN,	 /* QUIT answered, the peer left it to us to close */
	END_QUIT_SILENT, /* no answer to QUIT */
	END_CLOSED,	 /* the peer closed before QUIT */
	END_RESET,	 /* the peer reset */
	END_TIMEOUT,	 /* a reply, or the host's whole time, took too long */
	END_CAP,	 /* too many bytes */
	END_DROPPED,	 /* we had to drop it (354, 220 to a bad STARTTLS) */
	END_TLS_FAILED,
	END_STOPPED,	/* we were told to stop */
	END_NOT_OPENED, /* connect failed */
	END_COUNT
};

struct connection {
	const char *source;  /* our address */
	int64_t start_ms;    /* since transcript.start_utc_ms */
	int64_t connect_ms;  /* SYN to established, -1 if not */
	int64_t duration_ms; /* established to closed */
	enum connection_end end;
	struct exchange *exchanges;
	size_t exchange_count;
	struct tls_info *tls; /* NULL: no handshake was tried */
};

enum outcome {		     /* of a host */
	OUTCOME_GREETED,     /* 2xx greeting */
	OUTCOME_DEFERRED,    /* 421 or another 4xx greeting */
	OUTCOME_REJECTED,    /* 5xx greeting */
	OUTCOME_NOT_SMTP,    /* spoke, but not SMTP */
	OUTCOME_SILENT,	     /* connected, no complete greeting in time */
	OUTCOME_CLOSED,	     /* closed before a greeting */
	OUTCOME_RESET,	     /* reset before a greeting */
	OUTCOME_REFUSED,     /* connection refused */
	OUTCOME_UNREACHABLE, /* network, host or protocol unreachable */
	OUTCOME_CONNECT_TIMEOUT,
	OUTCOME_BLOCKLISTED, /* never contacted: on a blocklist */
	OUTCOME_SPECIAL,     /* never contacted: special-purpose address */
	OUTCOME_INTERRUPTED, /* we stopped, twice */
	OUTCOME_COUNT
};

struct transcript {
	struct arena *arena; /* owns everything below */
	const char *host;    /* address as text, no brackets */
	int port;
	const char *name; /* MX name asked for, lower case, or NULL */
	const char *plan; /* "standard", "polite", ... */
	const char *ehlo; /* the name we gave */
	int64_t start_utc_ms;
	enum outcome outcome;
	const char *detail; /* a word on the outcome ("ENETUNREACH"), or NULL */
	struct connection *connections;
	size_t connection_count;

	/* Training data and reviewed hosts only. */
	const char *deployment; /* group id, or NULL */
	struct label label;	/* label.product NULL: none */
	const char *provenance; /* JSON object as text, or NULL */
};

void transcript_free(struct transcript *t); /* NULL is fine */

const char *outcome_name(enum outcome outcome); /* "connect-timeout" */
enum outcome outcome_parse(const char *name);	/* OUTCOME_COUNT if unknown */
/* One sentence for people: "connected, but no greeting in time". */
const char *outcome_sentence(enum outcome outcome);
/* It said something that can be looked at: greeted, deferred, rejected. */
bool outcome_spoke(enum outcome outcome);

const char *exchange_end_name(enum exchange_end end);
enum exchange_end exchange_end_parse(const char *name);
const char *connection_end_name(enum connection_end end);
enum connection_end connection_end_parse(const char *name);

/* Something was sent, or the greeting awaited; else it tells nothing. */
bool exchange_took_place(const struct exchange *x);
/* First exchange of that probe that took place, over all connections; NULL. */
const struct exchange *transcript_find(
    const struct transcript *t, const char *probe);

#endif
