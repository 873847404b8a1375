#include "archive/note.h"

#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"

enum {
	NOTE_ED25519 = 0x01,  /* signature type of C2SP signed-note */
	NOTE_SIG_LEN = 4 + 64,
	NOTE_SIGS_MAX = 100
};
static const char DASH[] = "\xE2\x80\x94 ";

/* One character of UTF-8 at S, N bytes at most: its length, 0 if invalid. */
static size_t
utf8_next(const uint8_t *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xC0 ? 0 : s[0] < 0xE0 ? 2 :
	    s[0] < 0xF0 ? 3 : s[0] < 0xF8 ? 4 : 0;
	size_t i;

	if (len == 0 || len > n)
		return 0;
	*cp = len == 1 ? s[0] : s[0] & (0x7Fu >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3Fu);
	}
	if (*cp < least[len] || *cp > 0x10FFFF ||
	    (*cp >= 0xD800 && *cp <= 0xDFFF))
		return 0;
	return len;
}

static int
is_space(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0D) || cp == 0x20 || cp == 0x85 ||
	    cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
	    cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F ||
	    cp == 0x3000;
}

static int
name_ok(const char *name, size_t len)
{
	uint32_t cp = 0;
	size_t i, n;

	if (len == 0 || len >= CP_NOTE_NAME_MAX)
		return 0;
	for (i = 0; i < len; i += n) {
		n = utf8_next((const uint8_t *)name + i, len - i, &cp);
		if (n == 0 || is_space(cp) || cp == '+' || cp < 0x20)
			return 0;
	}
	return 1;
}

static int
text_ok(const uint8_t *text, size_t len)
{
	uint32_t cp = 0;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_next(text + i, len - i, &cp);
		if (n == 0 || (cp < 0x20 && cp != '\n'))
			return 0;
	}
	return 1;
}

static enum cp_rc
key_init(struct cp_note_key *k, const char *name, size_t len,
    const uint8_t pub[32], struct cp_err *err)
{
	uint8_t in[CP_NOTE_NAME_MAX + 2 + 32], sum[32];

	if (!name_ok(name, len))
		return cp_fail(err, CP_BAD_INPUT, "not a key's name: it must "
		    "be 1 to %d bytes of UTF-8 without spaces and '+'",
		    CP_NOTE_NAME_MAX - 1);
	memcpy(in, name, len);
	in[len] = '\n';
	in[len + 1] = NOTE_ED25519;
	memcpy(in + len + 2, pub, 32);
	cp_sha256(in, len + 2 + 32, sum);
	memset(k, 0, sizeof(*k));
	memcpy(k->name, name, len);
	memcpy(k->hash, sum, sizeof(k->hash));
	memcpy(k->pub, pub, sizeof(k->pub));
	return CP_OK;
}

enum cp_rc
cp_note_key_init(struct cp_note_key *k, const char *name,
    const uint8_t pub[32], struct cp_err *err)
{
	return key_init(k, name, strlen(name), pub, err);
}

void
cp_note_key_format(const struct cp_note_key *k, char out[CP_NOTE_VKEY_MAX])
{
	uint8_t typed[33];
	struct cp_buf text;

	cp_buf_init(&text);
	typed[0] = NOTE_ED25519;
	memcpy(typed + 1, k->pub, sizeof(k->pub));
	cp_buf_puts(&text, k->name);
	cp_buf_putc(&text, '+');
	cp_hex_put(&text, k->hash, sizeof(k->hash));
	cp_buf_putc(&text, '+');
	cp_base64_put(&text, typed, sizeof(typed));
	(void)snprintf(out, CP_NOTE_VKEY_MAX, "%s",
	    text.failed ? "" : cp_buf_text(&text));
	cp_buf_clear(&text);
}

enum cp_rc
cp_note_key_parse(const char *text, struct cp_note_key *k, struct cp_err *err)
{
	size_t len = strnlen(text, CP_NOTE_VKEY_MAX + 1);
	char again[CP_NOTE_VKEY_MAX];
	const char *plus, *base;
	struct cp_note_key key;
	uint8_t typed[33];
	size_t n = 0;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	plus = memchr(text, '+', len);
	if (plus == NULL || len - (size_t)(plus - text) < 10 ||
	    plus[9] != '+')
		return cp_fail(err, CP_BAD_INPUT, "not a verifier key: it "
		    "reads NAME+HASH+KEY");
	base = plus + 10;
	if (cp_base64_get(base, len - (size_t)(base - text), typed,
	    sizeof(typed), &n, err) != CP_OK || n != sizeof(typed) ||
	    typed[0] != NOTE_ED25519)
		return cp_fail(err, CP_BAD_INPUT, "not a verifier key of "
		    "Ed25519");
	if (key_init(&key, text, (size_t)(plus - text), typed + 1, err) !=
	    CP_OK)
		return CP_BAD_INPUT;
	cp_note_key_format(&key, again);
	if (strlen(again) != len || memcmp(again, text, len) != 0)
		return cp_fail(err, CP_BAD_INPUT, "the verifier key's hash is "
		    "not that of its key");
	*k = key;
	return CP_OK;
}

enum cp_rc
cp_note_sign(const char *body, const char *name, const uint8_t seed[32],
    const uint8_t pub[32], struct cp_buf *out, struct cp_err *err)
{
	size_t len = strlen(body);
	uint8_t sig[NOTE_SIG_LEN];
	struct cp_note_key key;
	enum cp_rc rc;

	if (len == 0 || len > CP_NOTE_MAX / 2 || body[len - 1] != '\n' ||
	    !text_ok((const uint8_t *)body, len))
		return cp_fail(err, CP_BAD_INPUT, "not the text of a note");
	rc = cp_note_key_init(&key, name, pub, err);
	if (rc == CP_OK)
		rc = cp_ed25519_sign(seed, pub, body, len, sig + 4, err);
	if (rc != CP_OK)
		return rc;
	memcpy(sig, key.hash, sizeof(key.hash));
	cp_buf_put(out, body, len);
	cp_buf_printf(out, "\n%s%s ", DASH, name);
	cp_base64_put(out, sig, sizeof(sig));
	cp_buf_putc(out, '\n');
	return cp_buf_check(out, err);
}

/* The end of a note's text: the offset past its last newline before the
 * signatures, 0 if there is none. */
static size_t
body_end(const char *text, size_t len)
{
	size_t i;

	for (i = len; i >= 2; i--)
		if (text[i - 1] == '\n' && text[i - 2] == '\n')
			return i - 1;
	return 0;
}

/* One signature line without its newline.  *FITS: it names KEY; SIG is then
 * its signature. */
static enum cp_rc
read_line(const char *line, size_t len, const struct cp_note_key *key,
    int *fits, uint8_t sig[64], struct cp_err *err)
{
	size_t dash = sizeof(DASH) - 1, name, n = 0;
	uint8_t raw[1024];
	const char *space;

	if (len <= dash || memcmp(line, DASH, dash) != 0)
		goto bad;
	line += dash;
	len -= dash;
	space = memchr(line, ' ', len);
	if (space == NULL)
		goto bad;
	name = (size_t)(space - line);
	if (!name_ok(line, name) || cp_base64_get(space + 1,
	    len - name - 1, raw, sizeof(raw), &n, err) != CP_OK || n < 5)
		goto bad;
	*fits = strlen(key->name) == name &&
	    memcmp(key->name, line, name) == 0 &&
	    memcmp(raw, key->hash, sizeof(key->hash)) == 0;
	if (*fits && n != NOTE_SIG_LEN)
		goto bad;
	if (*fits)
		memcpy(sig, raw + 4, 64);
	return CP_OK;
bad:
	return cp_fail(err, CP_BAD_INPUT, "the note has a malformed signature "
	    "line");
}

/* All signature lines; exactly one must be KEY's. */
static enum cp_rc
find_signature(const char *lines, size_t len, const struct cp_note_key *key,
    uint8_t sig[64], struct cp_err *err)
{
	int fits, found = 0, count = 0;
	enum cp_rc rc;

	while (len > 0) {
		const char *end = memchr(lines, '\n', len);

		if (end == NULL || ++count > NOTE_SIGS_MAX)
			return cp_fail(err, CP_BAD_INPUT, "the note's "
			    "signatures end badly");
		rc = read_line(lines, (size_t)(end - lines), key, &fits, sig,
		    err);
		if (rc != CP_OK)
			return rc;
		found += fits;
		len -= (size_t)(end + 1 - lines);
		lines = end + 1;
	}
	if (found > 1)
		return cp_fail(err, CP_BAD_INPUT, "the note is signed twice "
		    "by one key");
	if (found == 0)
		return cp_fail(err, CP_KEY, "the note is not signed by the "
		    "key of %s", key->name);
	return CP_OK;
}

enum cp_rc
cp_note_verify(const void *data, size_t len, const struct cp_note_key *key,
    struct cp_buf *body, struct cp_err *err)
{
	const char *text = data;
	uint8_t sig[64];
	size_t end;
	enum cp_rc rc;

	if (len > CP_NOTE_MAX || !text_ok(data, len))
		return cp_fail(err, CP_BAD_INPUT, "not a signed note");
	end = body_end(text, len);
	if (end == 0 || end + 1 >= len)
		return cp_fail(err, CP_BAD_INPUT, "not a signed note");
	rc = find_signature(text + end + 1, len - end - 1, key, sig, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_ed25519_verify(key->pub, text, end, sig, err);
	if (rc != CP_OK)
		return cp_fail(err, CP_CORRUPT, "the note's signature does "
		    "not fit its text");
	if (body != NULL) {
		cp_buf_put(body, text, end);
		return cp_buf_check(body, err);
	}
	return CP_OK;
}
