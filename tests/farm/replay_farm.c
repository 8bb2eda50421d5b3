/*
 * A farm of SMTP hosts on loopback addresses that replay stored transcripts of
 * real servers: for the demo and the tests, never for figures about speed.
 *
 *   replay_farm [-p PORT] [-b BASE] [-t SECONDS] [-d MAX_DELAY_MS] [-m MAP]
 *               TRANSCRIPTS...
 *
 * Host i listens on BASE + i (BASE 127.20.0.1). A command gets the reply that
 * the stored server gave to the same bytes; our EHLO name and address are put
 * in where the stored ones were echoed. A command that was never sent to the
 * stored server gets its reply to an unknown verb. Stored delays are kept up
 * to MAX_DELAY_MS, stored silences and closes are replayed.
 * Prints "ready N" once every host listens; MAP gets one line a host:
 * address, deployment, product, version, front, what its greeting is (stock,
 * hidden, forged ...). Ends by itself after SECONDS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/json.h"
#include "transcript/reader.h"

#define SITES_MAX      2000
#define LINE_MAX_BYTES 65536

enum key_kind { KEY_RSA, KEY_EC, KEY_KINDS };

struct farm {
	struct event_base *base;
	SSL_CTX *tls[KEY_KINDS];
	int port;
	int max_delay_ms;
};

struct site {
	struct farm *farm;
	struct transcript *transcript;
	char address[INET_ADDRSTRLEN];
};

struct client {
	struct site *site;
	struct bufferevent *bev;
	struct event *delay;
	const struct exchange *pending; /* waits for its delay */
	size_t connection;		/* of the transcript, playing */
	size_t next;			/* exchange expected next */
	bool secure;
	bool closing;
	char ehlo[256];
	char peer[INET_ADDRSTRLEN];
};

static void client_free(struct client *c)
{
	if (c->bev)
		bufferevent_free(c->bev);
	if (c->delay)
		event_free(c->delay);
	free(c);
}

/* Puts text in place of every old in the stored reply. */
static void substitute(struct buffer *out, const struct bytes *in,
    const char *old, const char *text)
{
	size_t old_len = old ? strlen(old) : 0;
	size_t i = 0;

	while (i < in->len) {
		if (old_len && in->len - i >= old_len &&
		    strncasecmp(in->data + i, old, old_len) == 0) {
			buffer_add_text(out, text);
			i += old_len;
		} else {
			buffer_add_char(out, in->data[i++]);
		}
	}
}

static void start_tls(struct client *c);

static const struct connection *playing(const struct client *c)
{
	return &c->site->transcript->connections[c->connection];
}

static bool is_last(const struct client *c, const struct exchange *x)
{
	const struct connection *conn = playing(c);

	return conn->exchange_count &&
	       x == &conn->exchanges[conn->exchange_count - 1];
}

static bool closes_after(const struct client *c, const struct exchange *x)
{
	const struct connection *conn = playing(c);

	if (x->end == EXCHANGE_CLOSED || x->end == EXCHANGE_RESET)
		return true;
	return is_last(c, x) &&
	       (conn->end == END_QUIT_CLOSED || conn->end == END_CLOSED);
}

static void answer(struct client *c, const struct exchange *x)
{
	const struct transcript *t = c->site->transcript;
	const struct connection *conn = playing(c);
	struct buffer named, out;
	struct bytes step;

	buffer_init(&named, 1 << 20);
	buffer_init(&out, 1 << 20);
	substitute(&named, &x->received, c->ehlo[0] ? t->ehlo : NULL, c->ehlo);
	step.data = buffer_text(&named);
	step.len = named.len;
	substitute(&out, &step, conn->source, c->peer);
	bufferevent_write(c->bev, buffer_text(&out), out.len);
	buffer_clear(&named);
	buffer_clear(&out);
	if (closes_after(c, x)) {
		c->closing = true;
		bufferevent_disable(c->bev, EV_READ);
		/* the write callback frees once everything is out */
		if (evbuffer_get_length(bufferevent_get_output(c->bev)) == 0)
			client_free(c);
		return;
	}
	if (strcmp(x->probe, PROBE_STARTTLS) == 0 && x->received.len > 3 &&
	    memcmp(x->received.data, "220", 3) == 0 && conn->tls)
		start_tls(c);
}

static void on_delay(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	const struct exchange *x = c->pending;

	(void)fd;
	(void)what;
	c->pending = NULL;
	if (x)
		answer(c, x);
}

static void answer_later(struct client *c, const struct exchange *x)
{
	int64_t ms = x->first_ms;
	struct timeval tv;

	if (ms < 0 && x->end == EXCHANGE_TIMEOUT)
		return; /* the stored server was silent here */
	if (ms > c->site->farm->max_delay_ms)
		ms = c->site->farm->max_delay_ms;
	if (ms < 0)
		ms = 0;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	c->pending = x;
	event_add(c->delay, &tv);
}

static bool is_hello(const char *line, size_t len)
{
	return len > 5 && (strncasecmp(line, "EHLO ", 5) == 0 ||
			      strncasecmp(line, "HELO ", 5) == 0);
}

/* Same bytes, our EHLO name apart. */
static bool sent_equal(const struct client *c, const struct exchange *x,
    const char *line, size_t len)
{
	const struct bytes *s = &x->sent;
	const char *ehlo = c->site->transcript->ehlo;

	if (x->secure != c->secure || s->len == 0)
		return false;
	if (s->len == len && memcmp(s->data, line, len) == 0)
		return true;
	return is_hello(line, len) && is_hello(s->data, s->len) &&
	       memcmp(s->data, line, 5) == 0 && ehlo &&
	       memmem(s->data, s->len, ehlo, strlen(ehlo)) != NULL;
}

static const struct exchange *find(
    struct client *c, const char *line, size_t len)
{
	const struct transcript *t = c->site->transcript;
	const struct connection *conn = playing(c);
	const struct exchange *x;

	for (size_t i = c->next; i < conn->exchange_count; i++) {
		if (sent_equal(c, &conn->exchanges[i], line, len)) {
			c->next = i + 1;
			return &conn->exchanges[i];
		}
	}
	for (size_t n = 0; n < t->connection_count; n++) {
		for (size_t i = 0; i < t->connections[n].exchange_count; i++) {
			x = &t->connections[n].exchanges[i];
			if (sent_equal(c, x, line, len))
				return x;
		}
	}
	return transcript_find(t, PROBE_UNKNOWN_VERB);
}

static void note_ehlo(struct client *c, const char *line, size_t len)
{
	if (is_hello(line, len) && len - 5 < sizeof(c->ehlo)) {
		memcpy(c->ehlo, line + 5, len - 5);
		c->ehlo[strcspn(c->ehlo, "\r\n")] = '\0';
	}
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	const struct exchange *x;
	struct evbuffer_ptr end;
	size_t len;
	char *line;

	if (c->pending || c->closing)
		return;
	end = evbuffer_search(in, "\n", 1, NULL);
	if (end.pos < 0) {
		if (evbuffer_get_length(in) > LINE_MAX_BYTES)
			client_free(c);
		return;
	}
	len = (size_t)end.pos + 1;
	line = malloc(len + 1);
	if (!line)
		exit(70);
	evbuffer_remove(in, line, len);
	line[len] = '\0';
	note_ehlo(c, line, len);
	x = find(c, line, len);
	free(line);
	if (x)
		answer_later(c, x);
	else
		bufferevent_write(bev, "502 not stored\r\n", 16);
}

static void on_write(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	if (c->closing && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		client_free(c);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		client_free(arg);
}

static void start_tls(struct client *c)
{
	const struct tls_info *tls = playing(c)->tls;
	enum key_kind kind = KEY_RSA;
	SSL *ssl;

	if (tls->chain_count && tls->chain[0].key &&
	    strncmp(tls->chain[0].key, "EC", 2) == 0)
		kind = KEY_EC;
	ssl = SSL_new(c->site->farm->tls[kind]);
	if (tls->version && strcmp(tls->version, "TLSv1.2") == 0)
		SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
	c->secure = true;
	c->bev = bufferevent_openssl_filter_new(c->site->farm->base, c->bev,
	    ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_openssl_set_allow_dirty_shutdown(c->bev, 1);
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *sa, int salen, void *arg)
{
	struct site *site = arg;
	struct client *c = calloc(1, sizeof(*c));
	static const struct timeval idle = { 120, 0 };
	const struct exchange *greeting;

	(void)listener;
	(void)salen;
	if (!c)
		exit(70);
	c->site = site;
	inet_ntop(AF_INET, &((struct sockaddr_in *)sa)->sin_addr, c->peer,
	    sizeof(c->peer));
	c->bev =
	    bufferevent_socket_new(site->farm->base, fd, BEV_OPT_CLOSE_ON_FREE);
	c->delay = evtimer_new(site->farm->base, on_delay, c);
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	bufferevent_set_timeouts(c->bev, &idle, NULL);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	greeting =
	    playing(c)->exchange_count ? &playing(c)->exchanges[0] : NULL;
	if (!greeting) {
		client_free(c);
		return;
	}
	c->next = 1;
	answer_later(c, greeting);
}

static SSL_CTX *make_tls(enum key_kind kind)
{
	EVP_PKEY *key =
	    kind == KEY_RSA ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400 * 30);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"mail.example.test", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	if (!X509_sign(cert, key, EVP_sha256()) ||
	    SSL_CTX_use_certificate(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1) {
		fputs("replay_farm: cannot make a certificate\n", stderr);
		exit(70);
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	return ctx;
}

static void listen_on(struct site *site, in_addr_t address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_addr.s_addr = htonl(address);
	sin.sin_port = htons((uint16_t)site->farm->port);
	inet_ntop(AF_INET, &sin.sin_addr, site->address, sizeof(site->address));
	if (!evconnlistener_new_bind(site->farm->base, on_accept, site,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 128,
		(struct sockaddr *)&sin, sizeof(sin))) {
		fprintf(stderr, "replay_farm: cannot listen on %s:%d: %s\n",
		    site->address, site->farm->port, strerror(errno));
		exit(69);
	}
}

/* What the laboratory knows of the greeting: stock, hidden, forged ... */
static const char *greeting_kind(
    const struct transcript *t, struct arena *arena)
{
	struct json *value;

	if (!t->provenance ||
	    json_parse(arena, t->provenance, strlen(t->provenance), &value,
		NULL) != STATUS_OK)
		return "-";
	return json_get_text(value, "banner", "-");
}

static void write_map(FILE *map, const struct site *site)
{
	const struct transcript *t = site->transcript;
	struct arena *arena = arena_new();

	fprintf(map, "%s\t%s\t%s\t%s\t%s\t%s\n", site->address,
	    t->deployment ? t->deployment : "-",
	    t->label.product ? t->label.product : "-",
	    t->label.version ? t->label.version : "-",
	    t->label.front ? t->label.front : "-", greeting_kind(t, arena));
	arena_free(arena);
}

static size_t open_sites(struct farm *farm, char *const *paths, size_t count,
    in_addr_t base, FILE *map)
{
	struct transcript_reader *reader =
	    transcript_reader_new((const char *const *)paths, count);
	struct error err;
	struct transcript *t;
	size_t n = 0;

	while (transcript_reader_next(reader, &t, &err) == STATUS_OK && t) {
		struct site *site;

		if (n == SITES_MAX || t->connection_count == 0 ||
		    t->connections[0].exchange_count == 0) {
			transcript_free(t);
			continue;
		}
		site = calloc(1, sizeof(*site));
		if (!site)
			exit(70);
		site->farm = farm;
		site->transcript = t;
		/* .0 and .255 are left out: some tools dislike them */
		listen_on(site, base + (in_addr_t)(n / 200 * 256 + n % 200));
		if (map)
			write_map(map, site);
		n++;
	}
	transcript_reader_free(reader);
	return n;
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(arg);
}

int main(int argc, char **argv)
{
	struct farm farm = { .port = 2525, .max_delay_ms = 1000 };
	in_addr_t base = ntohl(inet_addr("127.20.0.1"));
	struct timeval life = { 600, 0 };
	FILE *map = NULL;
	size_t n;
	int c;

	while ((c = getopt(argc, argv, "p:b:t:d:m:")) != -1) {
		if (c == 'p')
			farm.port = (int)strtol(optarg, NULL, 10);
		else if (c == 'b')
			base = ntohl(inet_addr(optarg));
		else if (c == 't')
			life.tv_sec = strtol(optarg, NULL, 10);
		else if (c == 'd')
			farm.max_delay_ms = (int)strtol(optarg, NULL, 10);
		else if (c == 'm')
			map = fopen(optarg, "w");
		else
			return 64;
	}
	if (optind >= argc || base >> 24 != 127) {
		fputs("usage: replay_farm [-p PORT] [-b 127.x.y.z] "
		      "[-t SECONDS] [-d MAX_DELAY_MS] [-m MAP] "
		      "TRANSCRIPTS...\n",
		    stderr);
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	farm.base = event_base_new();
	farm.tls[KEY_RSA] = make_tls(KEY_RSA);
	farm.tls[KEY_EC] = make_tls(KEY_EC);
	n = open_sites(
	    &farm, argv + optind, (size_t)(argc - optind), base, map);
	if (map)
		fclose(map);
	printf("ready %zu\n", n);
	fflush(stdout);
	event_add(evtimer_new(farm.base, on_stop, farm.base), &life);
	event_add(evsignal_new(farm.base, SIGTERM, on_stop, farm.base), NULL);
	event_add(evsignal_new(farm.base, SIGINT, on_stop, farm.base), NULL);
	event_base_dispatch(farm.base);
	return 0;
}
