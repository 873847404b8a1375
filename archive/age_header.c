#include <stdlib.h>
#include <string.h>

#include "archive/age_impl.h"
#include "archive/base64.h"

/* Reading headers [age v1, Header], strictly: whatever its grammar does not
 * allow is refused before any key is tried. */

enum {
	COLUMNS = 64,
	SALT = 16,
	WRAPPED = CP_AGE_FILE_KEY + CP_AEAD_TAG,
	ARGS_SEEN = 4 /* one more than any known stanza has */
};

/* A run of bytes inside the header. */
struct span {
	const char *at;
	size_t len;
};

/* What matters of a stanza of a known type. */
struct stanza {
	enum cp_age_kind kind;
	uint8_t salt[32]; /* the share of X25519, the salt of scrypt */
	unsigned log_n;
	uint8_t body[WRAPPED];
};

struct header {
	struct stanza *known;
	size_t known_count;
	size_t count;    /* of all stanzas */
	size_t mac_from; /* the MAC covers this many bytes */
	uint8_t mac[CP_AGE_MAC];
};

/* What is left to read. */
struct cursor {
	const char *start;
	const char *at;
	const char *end;
};

static enum cp_rc
bad(struct cp_err *err, const char *why)
{
	return cp_fail(err, CP_CORRUPT, "header: %s", why);
}

static enum cp_rc
next_line(struct cursor *c, struct span *line, struct cp_err *err)
{
	const char *lf = NULL;

	if (c->at < c->end)
		lf = memchr(c->at, '\n', (size_t)(c->end - c->at));
	if (lf == NULL)
		return bad(err, "ends early");
	line->at = c->at;
	line->len = (size_t)(lf - c->at);
	c->at = lf + 1;
	return CP_OK;
}

static int
is(const struct span *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->at, text, s->len) == 0;
}

/* The arguments of "-> ARG ARG ..."; only ARGS_SEEN of them are kept. */
static enum cp_rc
split_args(const struct span *line, struct span args[ARGS_SEEN], size_t *count,
    struct cp_err *err)
{
	size_t i, from = 3, n = 0;

	if (line->len < 3 || memcmp(line->at, "-> ", 3) != 0)
		return bad(err, "a stanza does not begin with an arrow");
	for (i = 3; i <= line->len; i++) {
		if (i < line->len && line->at[i] != ' ') {
			if (line->at[i] < 33 || line->at[i] > 126)
				return bad(err, "a stanza has a forbidden "
				    "character");
			continue;
		}
		if (i == from)
			return bad(err, "a stanza has an empty argument");
		if (n < ARGS_SEEN)
			args[n] = (struct span){ line->at + from, i - from };
		n++;
		from = i + 1;
	}
	*count = n;
	return CP_OK;
}

/* The body: lines of 64 columns and a shorter last one.  The first bytes go to
 * OUT, the length of all of it to *LEN. */
static enum cp_rc
read_body(struct cursor *c, uint8_t out[WRAPPED], size_t *len,
    struct cp_err *err)
{
	uint8_t bytes[COLUMNS];
	struct cp_err ignored;
	struct span line = { NULL, 0 };
	size_t n = 0, total = 0, keep;
	enum cp_rc rc;

	do {
		rc = next_line(c, &line, err);
		if (rc != CP_OK)
			return rc;
		if (line.len > COLUMNS)
			return bad(err, "a line is longer than 64 columns");
		if (cp_base64_raw_get(line.at, line.len, bytes, sizeof(bytes),
		    &n, &ignored) != CP_OK)
			return bad(err, "a stanza's body is not canonical "
			    "base64");
		keep = total < WRAPPED ? WRAPPED - total : 0;
		memcpy(out + (total < WRAPPED ? total : 0), bytes,
		    n < keep ? n : keep);
		total += n;
	} while (line.len == COLUMNS);
	*len = total;
	return CP_OK;
}

static int
decode_exactly(const struct span *s, uint8_t *out, size_t want)
{
	struct cp_err ignored;
	size_t got = 0;

	return cp_base64_raw_get(s->at, s->len, out, want, &got, &ignored) ==
	    CP_OK && got == want;
}

/* A decimal number without sign or leading zero; 0 if it is none. */
static unsigned
work_factor(const struct span *s)
{
	unsigned v = 0;
	size_t i;

	if (s->len == 0 || s->at[0] == '0')
		return 0;
	for (i = 0; i < s->len; i++) {
		if (s->at[i] < '0' || s->at[i] > '9')
			return 0;
		v = v > 999 ? v : v * 10 + (unsigned)(s->at[i] - '0');
	}
	return v;
}

/* Fills KNOWN from the arguments of a stanza of a known type. */
static enum cp_rc
known_args(struct stanza *known, const struct span *args, size_t count,
    struct cp_err *err)
{
	if (known->kind == CP_AGE_X25519) {
		if (count != 2 || !decode_exactly(&args[1], known->salt, 32))
			return bad(err, "a wrong X25519 stanza");
		return CP_OK;
	}
	if (count != 3 || !decode_exactly(&args[1], known->salt, SALT))
		return bad(err, "a wrong scrypt stanza");
	known->log_n = work_factor(&args[2]);
	if (known->log_n == 0)
		return bad(err, "a wrong scrypt work factor");
	return CP_OK;
}

static enum cp_rc
add_known(struct header *h, const struct stanza *known, struct cp_err *err)
{
	struct stanza *more;

	/* Grows at 0, 1, 2, 4, ...: at powers of two. */
	if ((h->known_count & (h->known_count - 1)) == 0) {
		more = realloc(h->known, (h->known_count == 0 ? 1 :
		    2 * h->known_count) * sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		h->known = more;
	}
	h->known[h->known_count++] = *known;
	return CP_OK;
}

static enum cp_rc
read_stanza(struct cursor *c, struct header *h, struct cp_err *err)
{
	struct span line = { NULL, 0 }, args[ARGS_SEEN];
	struct stanza known = { .kind = CP_AGE_X25519 };
	size_t count = 0, body_len = 0;
	int scrypt, x25519;
	enum cp_rc rc;

	rc = next_line(c, &line, err);
	if (rc == CP_OK)
		rc = split_args(&line, args, &count, err);
	if (rc == CP_OK)
		rc = read_body(c, known.body, &body_len, err);
	if (rc != CP_OK)
		return rc;
	h->count++;
	x25519 = is(&args[0], "X25519");
	scrypt = is(&args[0], "scrypt");
	if (!x25519 && !scrypt)
		return CP_OK;
	known.kind = scrypt ? CP_AGE_SCRYPT : CP_AGE_X25519;
	rc = known_args(&known, args, count, err);
	if (rc == CP_OK && body_len != WRAPPED)
		rc = bad(err, "a wrapped key of a wrong length");
	return rc == CP_OK ? add_known(h, &known, err) : rc;
}

static enum cp_rc
read_mac(struct cursor *c, struct header *h, struct cp_err *err)
{
	struct span line = { NULL, 0 }, mac;
	enum cp_rc rc;

	h->mac_from = (size_t)(c->at - c->start) + 3;
	rc = next_line(c, &line, err);
	if (rc != CP_OK)
		return rc;
	mac.at = line.at + 4;
	mac.len = line.len >= 4 ? line.len - 4 : 0;
	if (line.len < 4 || line.at[3] != ' ' ||
	    !decode_exactly(&mac, h->mac, CP_AGE_MAC))
		return bad(err, "a wrong MAC line");
	return CP_OK;
}

static enum cp_rc
check_mix(const struct header *h, struct cp_err *err)
{
	size_t i;

	if (h->count == 0)
		return bad(err, "has no recipient");
	for (i = 0; i < h->known_count; i++)
		if (h->known[i].kind == CP_AGE_SCRYPT && h->count > 1)
			return bad(err, "a passphrase beside other "
			    "recipients");
	return CP_OK;
}

static enum cp_rc
read_header(struct cursor *c, struct header *h, struct cp_err *err)
{
	static const char product[] = "age-encryption.org/";
	struct span line = { NULL, 0 };
	enum cp_rc rc;

	rc = next_line(c, &line, err);
	if (rc != CP_OK)
		return bad(err, "not an age file");
	if (!is(&line, "age-encryption.org/v1"))
		return bad(err, line.len >= strlen(product) &&
		    memcmp(line.at, product, strlen(product)) == 0 ?
		    "not version 1 of the age format" : "not an age file");
	while (rc == CP_OK && !(c->end - c->at >= 3 &&
	    memcmp(c->at, "---", 3) == 0))
		rc = read_stanza(c, h, err);
	if (rc == CP_OK)
		rc = read_mac(c, h, err);
	return rc == CP_OK ? check_mix(h, err) : rc;
}

size_t
cp_age_header_end(const uint8_t *data, size_t len, size_t *from)
{
	const uint8_t *lf;

	while (*from < len &&
	    (lf = memchr(data + *from, '\n', len - *from)) != NULL) {
		if (lf - (data + *from) >= 3 &&
		    memcmp(data + *from, "---", 3) == 0)
			return (size_t)(lf - data) + 1;
		*from = (size_t)(lf - data) + 1;
	}
	return 0;
}

/* ---- trying identities ----------------------------------------------------- */

/* CP_OK with the file key in S->keys, CP_KEY if the stanza is another's. */
static enum cp_rc
unwrap(struct cp_age_sealer *s, const struct stanza *z, struct cp_err *err)
{
	static const uint8_t nonce[CP_AEAD_NONCE];
	enum cp_rc rc;

	rc = cp_aead_open(s->aead, s->keys->wrap, nonce, NULL, 0, z->body,
	    CP_AGE_FILE_KEY, z->body + CP_AGE_FILE_KEY, s->keys->file_key,
	    err);
	return rc == CP_CORRUPT ? CP_KEY : rc;
}

static enum cp_rc
try_x25519(struct cp_age_sealer *s, const struct header *h,
    const struct cp_age_identity *id, struct cp_err *err)
{
	const uint8_t *scalar = cp_secret_bytes(id->secret);
	uint8_t point[32];
	enum cp_rc rc = CP_OK;
	size_t i;

	if (cp_secret_len(id->secret) != 32)
		return cp_fail(err, CP_BAD_INPUT, "an identity has 32 bytes");
	if (id->point != NULL)
		memcpy(point, id->point, sizeof(point));
	else
		rc = cp_x25519_base(scalar, point, err);
	if (rc != CP_OK)
		return rc;
	for (i = 0, rc = CP_KEY; rc == CP_KEY && i < h->known_count; i++) {
		if (h->known[i].kind != CP_AGE_X25519)
			continue;
		rc = cp_x25519(scalar, h->known[i].salt, s->keys->shared, err);
		if (rc == CP_CORRUPT)
			return bad(err, "an X25519 share of low order");
		if (rc == CP_OK)
			rc = cp_age_x25519_wrap_key(s, h->known[i].salt, point,
			    err);
		if (rc == CP_OK)
			rc = unwrap(s, &h->known[i], err);
	}
	return rc;
}

static enum cp_rc
try_scrypt(struct cp_age_sealer *s, const struct header *h,
    const struct cp_age_identity *id, struct cp_err *err)
{
	const struct stanza *z = h->known;
	unsigned most = id->work_max != 0 ? id->work_max : CP_AGE_WORK_MAX;
	struct cp_secret *asked = NULL;
	enum cp_rc rc = CP_OK;

	if (h->known_count != 1 || z->kind != CP_AGE_SCRYPT)
		return CP_KEY;
	if (z->log_n > most)
		return cp_fail(err, CP_CORRUPT, "header: an scrypt work factor "
		    "of %u, over %u", z->log_n, most);
	if (id->secret == NULL && id->ask == NULL)
		return CP_KEY;
	if (id->secret == NULL)
		rc = id->ask(id->ask_arg, &asked, err);
	if (rc != CP_OK)
		return rc;
	if (cp_secret_len(asked != NULL ? asked : id->secret) == 0)
		rc = CP_KEY;
	if (rc == CP_OK)
		rc = cp_age_scrypt_wrap_key(s, asked != NULL ? asked :
		    id->secret, z->salt, z->log_n, err);
	if (rc == CP_OK)
		rc = unwrap(s, z, err);
	cp_secret_free(asked);
	return rc;
}

static enum cp_rc
no_match(const struct header *h, const struct cp_age_identity *ids, size_t n,
    struct cp_err *err)
{
	int sealed_by_phrase = h->known_count == 1 &&
	    h->known[0].kind == CP_AGE_SCRYPT, have_phrase = 0;
	size_t i;

	for (i = 0; i < n; i++)
		have_phrase |= ids[i].kind == CP_AGE_SCRYPT;
	if (sealed_by_phrase && have_phrase)
		return cp_fail(err, CP_KEY, "the passphrase is wrong");
	if (sealed_by_phrase)
		return cp_fail(err, CP_KEY, "needs a passphrase");
	return cp_fail(err, CP_KEY, "none of the identities opens it");
}

static enum cp_rc
find_file_key(struct cp_age_sealer *s, const struct header *h,
    const struct cp_age_identity *ids, size_t n, struct cp_err *err)
{
	enum cp_rc rc = CP_KEY;
	size_t i;

	cp_err_clear(err);
	for (i = 0; rc == CP_KEY && i < n; i++) {
		cp_err_clear(err);
		rc = ids[i].kind == CP_AGE_SCRYPT ?
		    try_scrypt(s, h, &ids[i], err) :
		    try_x25519(s, h, &ids[i], err);
		if (rc == CP_KEY && err->code == CP_KEY)
			return rc; /* the one who was asked had no answer */
	}
	return rc == CP_KEY ? no_match(h, ids, n, err) : rc;
}

static enum cp_rc
check_mac(struct cp_age_sealer *s, const struct header *h, const void *data,
    struct cp_err *err)
{
	uint8_t mac[CP_AGE_MAC];
	enum cp_rc rc;

	rc = cp_age_header_mac(s->keys->file_key, data, h->mac_from, mac, err);
	if (rc == CP_OK && !cp_ct_equal(mac, h->mac, sizeof(mac)))
		rc = bad(err, "its MAC does not fit: it was changed");
	return rc;
}

enum cp_rc
cp_age_header_read(struct cp_age_sealer *s, const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n, size_t *header_len,
    struct cp_err *err)
{
	struct header h = { 0 };
	const char *text = len > 0 ? data : "";
	struct cursor c = { text, text, text + len };
	enum cp_rc rc = read_header(&c, &h, err);

	if (rc == CP_OK && header_len == NULL && c.at != c.end)
		rc = bad(err, "something follows it");
	if (rc == CP_OK)
		rc = find_file_key(s, &h, identities, n, err);
	if (rc == CP_OK)
		rc = check_mac(s, &h, data, err);
	if (rc == CP_OK && header_len != NULL)
		*header_len = (size_t)(c.at - c.start);
	free(h.known);
	return rc;
}

enum cp_rc
cp_age_header_open(const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n,
    struct cp_secret **file_key, size_t *header_len, struct cp_err *err)
{
	struct cp_age_sealer *s = NULL;
	size_t end = 0;
	enum cp_rc rc = cp_age_sealer_new(&s, err);

	if (rc == CP_OK)
		rc = cp_age_header_read(s, data, len, identities, n,
		    header_len != NULL ? &end : NULL, err);
	if (rc == CP_OK)
		rc = cp_secret_from(file_key, s->keys->file_key,
		    CP_AGE_FILE_KEY, err);
	if (rc == CP_OK && header_len != NULL)
		*header_len = end;
	cp_age_sealer_free(s);
	return rc;
}

/* The keys of the payload are not in use while a header is made: there the file
 * key waits for the one that comes out of the header. */
enum cp_rc
cp_age_header_again(struct cp_age_sealer *s, const void *data, size_t len,
    struct cp_err *err)
{
	struct header h = { 0 };
	struct cursor c = { data, data, (const char *)data + len };
	enum cp_rc rc = read_header(&c, &h, err);

	memcpy(s->keys->payload, s->keys->file_key, CP_AGE_FILE_KEY);
	if (rc == CP_OK && (c.at != c.end || h.known_count != 1))
		rc = bad(err, "is not the one that was made");
	if (rc == CP_OK)
		rc = unwrap(s, h.known, err);
	if (rc == CP_KEY || (rc == CP_OK && !cp_ct_equal(s->keys->payload,
	    s->keys->file_key, CP_AGE_FILE_KEY)))
		rc = bad(err, "does not hold its file key");
	if (rc == CP_OK)
		rc = check_mac(s, &h, data, err);
	free(h.known);
	return rc;
}
