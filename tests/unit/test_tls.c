/* Both ends of a handshake in one process, over a socket pair. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "prober/tls.h"

struct pair {
	int fd[2];
	SSL_CTX *server_ctx;
	SSL *server;
	char sni[64];
	struct tls_context *context;
	struct tls *tls;
	struct arena *arena;
};

static void add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static X509 *new_certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)"mx.example.org", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	    (const unsigned char *)"Ex\033ample", -1, -1, 0);
	X509_set_issuer_name(x, name);
	ASN1_TIME_set_string(X509_getm_notBefore(x), "20260101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "20270203040506Z");
	X509_set_version(x, 2);
	X509_set_pubkey(x, key);
	add_extension(x, NID_subject_alt_name,
	    "DNS:mx.example.org,DNS:*.example.net,IP:192.0.2.1");
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static int on_name(SSL *ssl, int *alert, void *user)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	snprintf(user, 64, "%s", name ? name : "");
	return SSL_TLSEXT_ERR_OK;
}

static void start(struct pair *p, EVP_PKEY *key, int version, const char *sni)
{
	X509 *x = new_certificate(key);

	memset(p, 0, sizeof(*p));
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fd), 0);
	p->server_ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_security_level(p->server_ctx, 0);
	SSL_CTX_set_min_proto_version(p->server_ctx, version);
	SSL_CTX_set_max_proto_version(p->server_ctx, version);
	SSL_CTX_use_certificate(p->server_ctx, x);
	SSL_CTX_use_PrivateKey(p->server_ctx, key);
	SSL_CTX_set_tlsext_servername_callback(p->server_ctx, on_name);
	SSL_CTX_set_tlsext_servername_arg(p->server_ctx, p->sni);
	X509_free(x);
	EVP_PKEY_free(key);
	p->server = SSL_new(p->server_ctx);
	SSL_set_fd(p->server, p->fd[1]);
	SSL_set_accept_state(p->server);
	assert_int_equal(tls_context_new(&p->context, NULL), STATUS_OK);
	p->tls = tls_new(p->context, p->fd[0], sni);
	p->arena = arena_new();
}

static long shake(struct pair *p)
{
	long result = TLS_AGAIN;
	int done = 0;

	for (int i = 0; i < 50 && (result == TLS_AGAIN || done != 1); i++) {
		if (result == TLS_AGAIN)
			result = tls_handshake(p->tls);
		if (done != 1)
			done = SSL_do_handshake(p->server);
		if (result == TLS_FAILED)
			break;
	}
	return result;
}

static void stop(struct pair *p)
{
	tls_free(p->tls);
	tls_context_free(p->context);
	SSL_free(p->server);
	SSL_CTX_free(p->server_ctx);
	close(p->fd[0]);
	if (p->fd[1] >= 0)
		close(p->fd[1]);
	arena_free(p->arena);
}

static void test_tls__tells_what_was_negotiated(void **state)
{
	struct tls_info *info;
	struct certificate *c;
	struct pair p;
	char got[16];

	(void)state;
	start(&p, EVP_RSA_gen(2048), TLS1_3_VERSION, "mx.example.org");
	assert_int_equal(shake(&p), 0);
	assert_string_equal(p.sni, "mx.example.org");
	assert_int_equal(tls_write(p.tls, "EHLO\r\n", 6), 6);
	assert_int_equal(SSL_read(p.server, got, sizeof(got)), 6);
	assert_int_equal(SSL_write(p.server, "250 ok", 6), 6);
	assert_int_equal(tls_read(p.tls, got, sizeof(got)), 6);
	assert_int_equal(tls_read(p.tls, got, sizeof(got)), TLS_AGAIN);
	info = tls_describe(p.tls, p.arena);
	assert_null(info->error);
	assert_string_equal(info->version, "TLSv1.3");
	assert_string_equal(info->cipher, "TLS_AES_256_GCM_SHA384");
	assert_string_equal(info->group, "X25519");
	assert_true(info->session_ticket);
	assert_int_equal(info->chain_count, 1);
	c = &info->chain[0];
	assert_string_equal(c->subject, "mx.example.org");
	assert_string_equal(c->issuer, "mx.example.org");
	assert_string_equal(c->issuer_organization, "Ex?ample");
	assert_int_equal(c->name_count, 2);
	assert_string_equal(c->names[1], "*.example.net");
	assert_string_equal(c->key, "RSA-2048");
	assert_string_equal(c->signature, "RSA-SHA256");
	assert_string_equal(c->not_before, "2026-01-01T00:00:00Z");
	assert_string_equal(c->not_after, "2027-02-03T04:05:06Z");
	assert_int_equal(strlen(c->sha256), 64);
	stop(&p);
}

/* Old protocol, weak key: evidence as well. No name for an address. */
static void test_tls__accepts_old_and_weak(void **state)
{
	struct tls_info *info;
	struct pair p;

	(void)state;
	start(&p, EVP_RSA_gen(1024), TLS1_VERSION, "192.0.2.1");
	assert_int_equal(shake(&p), 0);
	assert_string_equal(p.sni, "");
	info = tls_describe(p.tls, p.arena);
	assert_string_equal(info->version, "TLSv1");
	assert_string_equal(info->chain[0].key, "RSA-1024");
	stop(&p);
}

static void test_tls__names_elliptic_curves(void **state)
{
	struct tls_info *info;
	struct pair p;

	(void)state;
	start(&p, EVP_EC_gen("P-256"), TLS1_2_VERSION, NULL);
	assert_int_equal(shake(&p), 0);
	info = tls_describe(p.tls, p.arena);
	assert_string_equal(info->version, "TLSv1.2");
	assert_string_equal(info->group, "X25519");
	assert_string_equal(info->chain[0].key, "EC-P-256");
	assert_string_equal(info->chain[0].signature, "ECDSA-SHA256");
	stop(&p);
}

static void test_tls__says_why_it_failed(void **state)
{
	static const char reply[] = "554 no TLS here, sorry\r\n";
	struct tls_info *info;
	struct pair p;

	(void)state;
	start(&p, EVP_EC_gen("P-256"), TLS1_2_VERSION, NULL);
	assert_int_equal(tls_handshake(p.tls), TLS_AGAIN);
	assert_int_equal(
	    write(p.fd[1], reply, sizeof(reply) - 1), sizeof(reply) - 1);
	assert_int_equal(tls_handshake(p.tls), TLS_FAILED);
	info = tls_describe(p.tls, p.arena);
	assert_string_equal(info->error, "wrong version number");
	assert_null(info->version);
	stop(&p);

	start(&p, EVP_EC_gen("P-256"), TLS1_2_VERSION, NULL);
	assert_int_equal(tls_handshake(p.tls), TLS_AGAIN);
	close(p.fd[1]);
	p.fd[1] = -1;
	assert_int_equal(tls_handshake(p.tls), TLS_FAILED);
	info = tls_describe(p.tls, p.arena);
	assert_non_null(info->error);
	stop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls__tells_what_was_negotiated),
		cmocka_unit_test(test_tls__accepts_old_and_weak),
		cmocka_unit_test(test_tls__names_elliptic_curves),
		cmocka_unit_test(test_tls__says_why_it_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
