#include "prober/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "common/digest.h"

#define CHAIN_MAX 8
#define NAMES_MAX 32
#define TEXT_MAX  256 /* bytes of one name kept */

struct tls_context {
	SSL_CTX *ctx;
};

struct tls {
	SSL *ssl;
	bool done;
	bool ticket;
	char error[160]; /* "" while nothing failed */
};

/* Called for each session the server lets us keep, ticket or id. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls *tls = SSL_get_app_data(ssl);

	if (SSL_SESSION_has_ticket(session))
		tls->ticket = true;
	return 0; /* we keep none */
}

enum status tls_context_new(struct tls_context **context, struct error *err)
{
	struct tls_context *c = xcalloc(1, sizeof(*c));

	*context = NULL;
	c->ctx = SSL_CTX_new(TLS_client_method());
	if (!c->ctx) {
		free(c);
		return error_set(
		    err, STATUS_SOFTWARE, "OpenSSL cannot be started");
	}
	SSL_CTX_set_security_level(c->ctx, 0);
	SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
	SSL_CTX_set_cipher_list(c->ctx, "ALL:@SECLEVEL=0");
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_options(
	    c->ctx, SSL_OP_LEGACY_SERVER_CONNECT |
			SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
			SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(c->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				     SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(
	    c->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c->ctx, on_session);
	*context = c;
	return STATUS_OK;
}

void tls_context_free(struct tls_context *context)
{
	if (!context)
		return;
	SSL_CTX_free(context->ctx);
	free(context);
}

static bool is_address(const char *name)
{
	struct in6_addr a;

	return inet_pton(AF_INET, name, &a) == 1 ||
	       inet_pton(AF_INET6, name, &a) == 1;
}

struct tls *tls_new(struct tls_context *context, int fd, const char *sni)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));

	tls->ssl = SSL_new(context->ctx);
	if (!tls->ssl || SSL_set_fd(tls->ssl, fd) != 1) {
		snprintf(tls->error, sizeof(tls->error), "out of memory");
		return tls;
	}
	SSL_set_app_data(tls->ssl, tls);
	if (sni && !is_address(sni))
		SSL_set_tlsext_host_name(tls->ssl, sni);
	SSL_set_connect_state(tls->ssl);
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	free(tls);
}

/* What went wrong, in OpenSSL's or the system's words. */
static void note_error(struct tls *tls, int reason, int errno_value)
{
	unsigned long code = ERR_peek_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	if (!text && reason == SSL_ERROR_ZERO_RETURN)
		text = "closed by the peer";
	if (!text && reason == SSL_ERROR_SYSCALL)
		text =
		    errno_value ? strerror(errno_value) : "closed by the peer";
	if (!tls->error[0])
		snprintf(tls->error, sizeof(tls->error), "%s",
		    text ? text : "handshake failed");
}

/* The common end of every OpenSSL call that did not succeed. */
static long failed(struct tls *tls, int result, int errno_value)
{
	int reason = SSL_get_error(tls->ssl, result);

	if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
		return TLS_AGAIN;
	if (!tls->done)
		note_error(tls, reason, errno_value);
	ERR_clear_error();
	if (tls->done && reason == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (tls->done && reason == SSL_ERROR_SYSCALL && errno_value == 0)
		return 0; /* closed without a close_notify: common */
	return TLS_FAILED;
}

long tls_handshake(struct tls *tls)
{
	int result;

	if (tls->error[0])
		return TLS_FAILED;
	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(tls->ssl);
	if (result != 1)
		return failed(tls, result, errno);
	tls->done = true;
	return 0;
}

long tls_read(struct tls *tls, void *out, size_t size)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_read(tls->ssl, out, size > INT_MAX ? INT_MAX : (int)size);
	return result > 0 ? result : failed(tls, result, errno);
}

long tls_write(struct tls *tls, const void *bytes, size_t len)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_write(tls->ssl, bytes, len > INT_MAX ? INT_MAX : (int)len);
	return result > 0 ? result : failed(tls, result, errno);
}

void tls_shutdown(struct tls *tls)
{
	if (tls->done)
		SSL_shutdown(tls->ssl);
	ERR_clear_error();
}

/* ------------------------------------------------------- what it reveals */

/* UTF-8 without NUL and controls, or NULL when there is nothing. */
static const char *clean(struct arena *arena, const unsigned char *text, int n)
{
	char *out;

	if (!text || n <= 0)
		return NULL;
	if (n > TEXT_MAX)
		n = TEXT_MAX;
	out = arena_copy(arena, text, (size_t)n);
	for (int i = 0; i < n; i++) {
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			out[i] = '?';
	}
	return out;
}

static const char *entry_text(
    struct arena *arena, const X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	unsigned char *utf8 = NULL;
	const char *text;
	int n;

	if (at < 0)
		return NULL;
	n = ASN1_STRING_to_UTF8(
	    &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	text = clean(arena, utf8, n);
	OPENSSL_free(utf8);
	return text;
}

static const char *time_text(struct arena *arena, const ASN1_TIME *time)
{
	struct tm tm;

	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return NULL;
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}

/* "RSA-2048", "EC-P-256", "ED25519". */
static const char *key_text(struct arena *arena, EVP_PKEY *key)
{
	char group[64];
	size_t len;
	const char *nist = NULL;

	if (!key)
		return NULL;
	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "DSA") ||
	    EVP_PKEY_is_a(key, "DH") || EVP_PKEY_is_a(key, "RSA-PSS"))
		return arena_printf(arena, "%s-%d",
		    EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
	if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1) {
		nist = EC_curve_nid2nist(OBJ_txt2nid(group));
		return arena_printf(arena, "EC-%s", nist ? nist : group);
	}
	return arena_strdup(arena, EVP_PKEY_get0_type_name(key));
}

static const char *signature_text(struct arena *arena, const X509 *x)
{
	int nid = X509_get_signature_nid(x);
	int digest = NID_undef, key = NID_undef;

	if (OBJ_find_sigid_algs(nid, &digest, &key) && digest != NID_undef &&
	    key != NID_undef) {
		const char *name = key == NID_rsaEncryption ? "RSA"
				   : key == NID_X9_62_id_ecPublicKey
				       ? "ECDSA"
				       : OBJ_nid2sn(key);

		return arena_printf(arena, "%s-%s", name, OBJ_nid2sn(digest));
	}
	return nid == NID_undef ? NULL : arena_strdup(arena, OBJ_nid2sn(nid));
}

static void fill_names(struct arena *arena, X509 *x, struct certificate *out)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	const char **list = arena_array(arena, NAMES_MAX, sizeof(*list));
	int count = names ? sk_GENERAL_NAME_num(names) : 0;

	for (int i = 0; i < count && out->name_count < NAMES_MAX; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const char *text;

		if (name->type != GEN_DNS)
			continue;
		text = clean(arena, ASN1_STRING_get0_data(name->d.dNSName),
		    ASN1_STRING_length(name->d.dNSName));
		if (text)
			list[out->name_count++] = text;
	}
	out->names = list;
	GENERAL_NAMES_free(names);
}

static void fill_certificate(
    struct arena *arena, X509 *x, struct certificate *out)
{
	unsigned char *der = NULL;
	char hex[SHA256_HEX_SIZE];
	int n = i2d_X509(x, &der);

	out->subject =
	    entry_text(arena, X509_get_subject_name(x), NID_commonName);
	out->issuer =
	    entry_text(arena, X509_get_issuer_name(x), NID_commonName);
	out->issuer_organization =
	    entry_text(arena, X509_get_issuer_name(x), NID_organizationName);
	fill_names(arena, x, out);
	out->key = key_text(arena, X509_get0_pubkey(x));
	out->signature = signature_text(arena, x);
	out->not_before = time_text(arena, X509_get0_notBefore(x));
	out->not_after = time_text(arena, X509_get0_notAfter(x));
	if (n > 0) {
		sha256_of(der, (size_t)n, hex);
		out->sha256 = arena_strdup(arena, hex);
	}
	OPENSSL_free(der);
}

static const char *group_text(struct arena *arena, SSL *ssl)
{
	EVP_PKEY *key = NULL;
	const char *text;

	if (SSL_get_peer_tmp_key(ssl, &key) != 1)
		return NULL;
	text = key_text(arena, key);
	if (text && strncmp(text, "EC-", 3) == 0)
		text += 3;
	EVP_PKEY_free(key);
	return text;
}

static void fill_chain(struct arena *arena, SSL *ssl, struct tls_info *info)
{
	const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	int count = chain ? sk_X509_num(chain) : 0;

	if (count > CHAIN_MAX)
		count = CHAIN_MAX;
	info->chain = arena_array(arena, (size_t)count, sizeof(*info->chain));
	for (int i = 0; i < count; i++)
		fill_certificate(arena, sk_X509_value(chain, i),
		    &info->chain[info->chain_count++]);
}

struct tls_info *tls_describe(const struct tls *tls, struct arena *arena)
{
	struct tls_info *info = arena_alloc(arena, sizeof(*info));
	const SSL_CIPHER *cipher;
	const char *name;

	info->handshake_ms = -1;
	if (tls->error[0] || !tls->done)
		info->error = arena_strdup(
		    arena, tls->error[0] ? tls->error : "timed out");
	if (!tls->ssl)
		return info;
	fill_chain(arena, tls->ssl, info);
	if (tls->done) {
		cipher = SSL_get_current_cipher(tls->ssl);
		name = cipher ? SSL_CIPHER_standard_name(cipher) : NULL;
		info->version = arena_strdup(arena, SSL_get_version(tls->ssl));
		info->cipher = name ? arena_strdup(arena, name) : NULL;
		info->group = group_text(arena, tls->ssl);
		info->session_ticket = tls->ticket;
	}
	ERR_clear_error();
	return info;
}
