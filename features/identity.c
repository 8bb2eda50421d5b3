/*
 * Where a name stands is known for few texts only: after the code of the
 * greeting, after the code of the answer to EHLO. What stands there is a name
 * if it has a dot, or if the word after it shows that it is one.
 */
#include "features/identity.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "features/token.h"

#define NAME_MAX_LEN 255

/* Words that open a greeting or an answer without being a name. */
static const char *const no_names[] = { "esmtp", "smtp", "lmtp", "welcome",
	"hello", "hi", "ok", "ready", "service", "the", "this", "aol", "please",
	"microsoft", "exchange", "postfix", "exim", "sendmail", "opensmtpd",
	"courier", "haraka", "qmail", "qpsmtpd", "mailenable", "mdaemon",
	"zimbra", "james", "apache", "lotus", "domino", "python", "nodemailer",
	"dovecot", "maddy", "stalwart", "chasquid", "greetings", "go", "no",
	"error", "connection", "too", "access", "your", "you", "we", "sorry",
	"temporary", "try", "unable", "command", "requested", "syntax", "bad",
	"aiosmtpd", "hmailserver", "communigate", "kerio", "axigen", "mercury",
	"ironport", "barracuda", "proofpoint", "mimecast", "google", "gsmtp",
	"outlook", "yahoo", "amazonses", "cisco", "sophos", "fortimail",
	"trend", "symantec", "mailpit", "mailhog", "inetsim", "spampd",
	"amavis", "amavisd", "clamsmtp", "postscreen", "msmtpd", "davmail",
	"sauce", "dumbster", "pike", "mailutils", "cyrus", "postal",
	"simplesmtp", "eventmachine", "tcllib", "debian", "ubuntu", "nodejs",
	"node", "java", "perl", "ruby", "golang", "windows", "linux", "pleased",
	"nice", "need", "closing", "goodbye", "bye", "queued" };

/* Names that are words too: masked only where a name stands. */
static const char *const common_words[] = { "mail", "smtp", "mx", "server",
	"host", "relay", "gateway", "localhost", "mailer", "mailhost", "email",
	"node", "example", "invalid", "test", "local", "localdomain", "inbound",
	"filter", "post", "mailserver", "domain", "address", "user", "data",
	"help", "command", "commands", "argument", "parameter", "recipient",
	"sender", "message", "queue", "transaction", "system", "network",
	"protocol", "internet", "unknown", "not", "from", "quit", "noop",
	"helo", "ehlo", "rcpt", "rset", "vrfy", "expn", "starttls", "auth",
	"size", "with", "mailbox", "valid", "first", "start", "send" };

/* After a name without a dot. */
static const char *const after_name[] = { "esmtp", "smtp", "lmtp", "-", "--",
	"hello", "hi", "ok", "ok.", "at", "says", "greets", "pleased" };

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

static void add(struct identity *identity, struct arena *arena,
    const char *name, size_t len, enum identity_kind kind)
{
	struct identity_name *out;

	while (len && name[len - 1] == '.')
		len--;
	if (!len || len > NAME_MAX_LEN ||
	    identity->count == IDENTITY_NAMES_MAX ||
	    identity_match(identity, name, len, true) != IDENTITY_NONE)
		return;
	out = &identity->names[identity->count++];
	out->text = arena_copy(arena, name, len);
	out->len = len;
	out->kind = kind;
	out->weak = !memchr(name, '.', len) &&
		    (len <= 3 || TOKEN_IS_LISTED(common_words, name, len) ||
			TOKEN_IS_LISTED(no_names, name, len));
}

static void add_label(struct identity *identity, struct arena *arena,
    const char *label, size_t len, enum identity_kind kind)
{
	if (len >= 4 && !TOKEN_IS_LISTED(common_words, label, len) &&
	    !TOKEN_IS_LISTED(no_names, label, len))
		add(identity, arena, label, len, kind);
}

/* The name, its first label, and the label before the last. */
static void add_dotted(struct identity *identity, struct arena *arena,
    const char *name, size_t len, enum identity_kind kind)
{
	const char *dot, *last, *start;

	if (len > 2 && name[0] == '*' && name[1] == '.') {
		name += 2;
		len -= 2;
	}
	while (len && name[len - 1] == '.')
		len--;
	add(identity, arena, name, len, kind);
	dot = memchr(name, '.', len);
	last = memrchr(name, '.', len);
	if (!dot || isdigit((unsigned char)last[1]))
		return; /* one label, or an address */
	add_label(identity, arena, name, (size_t)(dot - name), kind);
	for (start = last; start > name && start[-1] != '.'; start--)
		;
	add_label(identity, arena, start, (size_t)(last - start), kind);
}

struct word {
	const char *text;
	size_t len;
};

static struct word next_word(const char **p, const char *end)
{
	struct word w = { 0 };

	while (*p < end && (**p == ' ' || **p == '\t'))
		++*p;
	w.text = *p;
	while (*p < end && !isspace((unsigned char)**p) && **p)
		++*p;
	w.len = (size_t)(*p - w.text);
	return w;
}

/* The word that opens the reply's text, if it may be a name; len 0 if not. */
static struct word opening_name(const struct bytes *reply, struct word *after)
{
	const char *p = reply->data, *end = p + reply->len;
	const char *eol;
	struct word w = { 0 };

	*after = w;
	if (reply->len < 5 || !isdigit((unsigned char)p[0]))
		return w;
	eol = memchr(p, '\n', reply->len < 512 ? reply->len : 512);
	if (eol)
		end = eol;
	p += 4;
	if (p > end)
		return w;
	w = next_word(&p, end);
	*after = next_word(&p, end);
	while (w.len && strchr(",;:!", w.text[w.len - 1]))
		w.len--;
	for (size_t i = 0; i < w.len; i++) {
		if (!is_name_byte(w.text[i]))
			w.len = 0;
	}
	if (w.len && TOKEN_IS_LISTED(no_names, w.text, w.len))
		w.len = 0;
	return w;
}

static bool has_letter(struct word w)
{
	for (size_t i = 0; i < w.len; i++) {
		if (isalpha((unsigned char)w.text[i]))
			return true;
	}
	return false;
}

static void add_opening(struct identity *identity, struct arena *arena,
    const struct exchange *e, const struct exchange *other)
{
	struct word after, after_other, w, o;

	if (!e)
		return;
	w = opening_name(&e->received, &after);
	if (!w.len || !has_letter(w))
		return;
	if (memchr(w.text, '.', w.len)) {
		add_dotted(identity, arena, w.text, w.len, IDENTITY_SERVER);
		return;
	}
	if (TOKEN_IS_LISTED(after_name, after.text, after.len) ||
	    (!after.len && e->sent.len)) {
		add(identity, arena, w.text, w.len, IDENTITY_SERVER);
		return;
	}
	if (!other)
		return;
	o = opening_name(&other->received, &after_other);
	if (o.len == w.len && strncasecmp(o.text, w.text, w.len) == 0)
		add(identity, arena, w.text, w.len, IDENTITY_SERVER);
}

static void add_certificate(
    struct identity *identity, struct arena *arena, const struct tls_info *tls)
{
	const struct certificate *leaf;

	if (!tls || !tls->chain_count)
		return;
	leaf = &tls->chain[0];
	if (leaf->subject && strchr(leaf->subject, '.'))
		add_dotted(identity, arena, leaf->subject,
		    strlen(leaf->subject), IDENTITY_SERVER);
	else if (leaf->subject)
		add_label(identity, arena, leaf->subject, strlen(leaf->subject),
		    IDENTITY_SERVER);
	for (size_t i = 0; i < leaf->name_count && i < 16; i++)
		add_dotted(identity, arena, leaf->names[i],
		    strlen(leaf->names[i]), IDENTITY_SERVER);
}

void identity_collect(
    struct identity *identity, struct arena *arena, const struct transcript *t)
{
	const struct exchange *greeting = transcript_find(t, PROBE_GREETING);
	const struct exchange *ehlo = transcript_find(t, PROBE_EHLO);

	identity->count = 0;
	if (t->ehlo)
		add(identity, arena, t->ehlo, strlen(t->ehlo), IDENTITY_OURS);
	if (t->name)
		add_dotted(
		    identity, arena, t->name, strlen(t->name), IDENTITY_SERVER);
	add_opening(identity, arena, greeting, ehlo);
	add_opening(identity, arena, ehlo, greeting);
	add_opening(identity, arena, transcript_find(t, PROBE_HELO), greeting);
	for (size_t i = 0; i < t->connection_count && i < 4; i++)
		add_certificate(identity, arena, t->connections[i].tls);
}

enum identity_kind identity_match(const struct identity *identity,
    const char *token, size_t len, bool at_start)
{
	for (size_t i = 0; i < identity->count; i++) {
		const struct identity_name *n = &identity->names[i];

		if (n->len != len)
			continue;
		if (n->weak ? at_start && memcmp(n->text, token, len) == 0
			    : strncasecmp(n->text, token, len) == 0)
			return n->kind;
	}
	return IDENTITY_NONE;
}
