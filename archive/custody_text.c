#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/bech32.h"
#include "archive/crypto.h"
#include "archive/custody_impl.h"
#include "archive/secret.h"

enum { SHARE_HEAD_MAX = 512, SHARE_SUM = 8 };

int
cp_custody_id_valid(const char *id)
{
	return strspn(id, "0123456789abcdef") == CP_CUSTODY_ID &&
	    id[CP_CUSTODY_ID] == '\0';
}

static void
hex(const uint8_t *in, size_t n, char *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", in[i]);
}

void
cp_custody_id_of(const char *recipient, char out[CP_CUSTODY_ID + 1])
{
	uint8_t sum[CP_SHA256_LEN];

	cp_sha256(recipient, strlen(recipient), sum);
	hex(sum, CP_CUSTODY_ID / 2, out);
}

int
cp_custody_numbers_valid(int threshold, int shares)
{
	return (threshold == 1 && shares == 1) || (threshold >= 2 &&
	    threshold <= shares && shares <= CP_CUSTODY_SHARES);
}

/* Whether what was read can be: the id names the recipient. */
static int
public_valid(const struct cp_custody_public *pub)
{
	char id[CP_CUSTODY_ID + 1];

	cp_custody_id_of(pub->recipient, id);
	return strcmp(id, pub->id) == 0 &&
	    cp_custody_numbers_valid(pub->threshold, pub->shares);
}

/* Of a key of one share, as they were once made, nothing may be recorded. */
int
cp_custody_dealt_known(const struct cp_custody_public *pub)
{
	static const uint8_t none[CP_SHA256_LEN];

	return pub->shares != 1 ||
	    memcmp(pub->dealt[0], none, sizeof(none)) != 0;
}

enum cp_rc
cp_custody_public_text(const struct cp_custody_public *pub,
    struct cp_buf *out, struct cp_err *err)
{
	uint8_t sum[CP_SHA256_LEN];
	enum cp_rc rc;
	int i;

	cp_buf_printf(out, "cpadmin custody/1\nid %s\nrecipient %s\n"
	    "shares %d\nthreshold %d\ndate %s\n", pub->id, pub->recipient,
	    pub->shares, pub->threshold, pub->date);
	for (i = 0; i < pub->shares && cp_custody_dealt_known(pub); i++) {
		cp_buf_printf(out, "dealt %d ", i + 1);
		cp_hex_put(out, pub->dealt[i], sizeof(pub->dealt[i]));
		cp_buf_putc(out, '\n');
	}
	rc = cp_buf_check(out, err);
	if (rc != CP_OK)
		return rc;
	cp_sha256(out->data, out->len, sum);
	cp_buf_puts(out, "sha256 ");
	cp_hex_put(out, sum, sizeof(sum));
	cp_buf_putc(out, '\n');
	return cp_buf_check(out, err);
}

/* The dealt lines at the beginning of TEXT, as many as there are. */
static void
read_dealt(const char *text, struct cp_custody_public *pub)
{
	char digits[2 * CP_SHA256_LEN + 1];
	struct cp_err ignored;
	int i, number, n = 0;
	size_t got;

	for (i = 0; i < pub->shares; i++) {
		if (sscanf(text, "dealt %2d %64[0-9a-f]\n%n", &number, digits,
		    &n) != 2 || cp_hex_get(digits, strlen(digits),
		    pub->dealt[i], sizeof(pub->dealt[i]), &got, &ignored) !=
		    CP_OK)
			return;
		text += n;
	}
}

/* Lenient reading: the fields must then give the same text again. */
enum cp_rc
cp_custody_public_parse(const struct cp_buf *text,
    struct cp_custody_public *out, struct cp_err *err)
{
	struct cp_custody_public pub = { .shares = 0 };
	struct cp_buf again;
	enum cp_rc rc = CP_OK;
	int n, at = 0;

	cp_buf_init(&again);
	n = sscanf(cp_buf_text(text), "cpadmin custody/1\nid %16[0-9a-f]\n"
	    "recipient %62[a-z0-9]\nshares %2d\nthreshold %2d\n"
	    "date %10[0-9-]\n%n", pub.id, pub.recipient, &pub.shares,
	    &pub.threshold, pub.date, &at);
	if (n == 5 && public_valid(&pub)) {
		read_dealt(cp_buf_text(text) + at, &pub);
		rc = cp_custody_public_text(&pub, &again, err);
	}
	if (rc == CP_OK && (again.len == 0 || again.len != text->len ||
	    memcmp(again.data, text->data, text->len) != 0))
		rc = cp_fail(err, CP_CORRUPT, "not, byte for byte, a public "
		    "custody file");
	if (rc == CP_OK)
		*out = pub;
	cp_buf_clear(&again);
	return rc;
}

/* The lines of a share before its secret one; their length. */
static size_t
share_head(const struct cp_custody_share *s, char out[SHARE_HEAD_MAX])
{
	char text[SHARE_HEAD_MAX], sum_hex[2 * SHARE_SUM + 1];
	uint8_t sum[CP_SHA256_LEN];
	int n;

	n = snprintf(text, sizeof(text), "# cpadmin custody share/1\n"
	    "# key: %s\n# share: %d\n# threshold: %d\n# total: %d\n"
	    "# recipient: %s\n", s->of.id, s->index, s->of.threshold,
	    s->of.shares, s->of.recipient);
	cp_sha256_two(text, (size_t)n, cp_secret_bytes(s->line),
	    cp_secret_len(s->line), sum);
	hex(sum, SHARE_SUM, sum_hex);
	n = snprintf(out, SHARE_HEAD_MAX, "%s# checksum: %s\n", text,
	    sum_hex);
	return (size_t)n;
}

enum cp_rc
cp_custody_share_text(const struct cp_custody_share *share,
    struct cp_secret **out, struct cp_err *err)
{
	size_t n, len = cp_secret_len(share->line);
	char head[SHARE_HEAD_MAX];
	struct cp_secret *text;
	enum cp_rc rc;

	n = share_head(share, head);
	rc = cp_secret_new(&text, n + len + 1, err);
	if (rc != CP_OK)
		return rc;
	memcpy(cp_secret_data(text), head, n);
	memcpy(cp_secret_data(text) + n, cp_secret_bytes(share->line), len);
	cp_secret_data(text)[n + len] = '\n';
	*out = text;
	return CP_OK;
}

/* Splits TEXT before its last line; 0 when it has not that shape. */
static int
split(const struct cp_secret *text, char head[SHARE_HEAD_MAX], size_t *at)
{
	const uint8_t *t = cp_secret_bytes(text);
	size_t n = cp_secret_len(text);

	if (n < 2 || t[n - 1] != '\n')
		return 0;
	for (n--; n > 0 && t[n - 1] != '\n'; n--)
		;
	if (n == 0 || n >= SHARE_HEAD_MAX)
		return 0;
	memcpy(head, t, n);
	head[n] = '\0';
	*at = n;
	return 1;
}

/* Lenient reading, as of the public file. */
enum cp_rc
cp_custody_share_parse(const struct cp_secret *text,
    struct cp_custody_share *out, struct cp_err *err)
{
	struct cp_custody_share s = { .index = 0 };
	struct cp_secret *again = NULL;
	char head[SHARE_HEAD_MAX];
	size_t at = 0;
	enum cp_rc rc;

	if (!split(text, head, &at) ||
	    sscanf(head, "# cpadmin custody share/1\n# key: %16[0-9a-f]\n"
	    "# share: %2d\n# threshold: %2d\n# total: %2d\n"
	    "# recipient: %62[a-z0-9]\n", s.of.id, &s.index,
	    &s.of.threshold, &s.of.shares, s.of.recipient) != 5)
		return cp_fail(err, CP_CORRUPT, "holds no custody share");
	rc = cp_secret_from(&s.line, cp_secret_bytes(text) + at,
	    cp_secret_len(text) - at - 1, err);
	if (rc == CP_OK)
		rc = cp_custody_share_text(&s, &again, err);
	if (rc == CP_OK && (!cp_secret_equal(text, again) ||
	    !public_valid(&s.of) || s.index < 1 || s.index > s.of.shares))
		rc = cp_fail(err, CP_CORRUPT, "holds a custody share that "
		    "was changed");
	cp_secret_free(again);
	if (rc == CP_OK)
		*out = s;
	else
		cp_secret_free(s.line);
	return rc;
}

/* What stands before the value of a share in its line. */
static const char *
line_prefix(const struct cp_custody_public *of)
{
	return of->threshold == 1 ? "AGE-SECRET-KEY-" : "CPADMIN-SHARE-";
}

enum cp_rc
cp_custody_share_of(const struct cp_custody_public *pub, int index,
    const struct cp_secret *value, struct cp_custody_share *out,
    struct cp_err *err)
{
	const char *prefix = line_prefix(pub);
	size_t len = cp_bech32_len(prefix, CUSTODY_VALUE);
	struct cp_secret *line = NULL;
	enum cp_rc rc;

	if (cp_secret_len(value) != CUSTODY_VALUE)
		return cp_fail(err, CP_BAD_INPUT, "a share has %d bytes",
		    CUSTODY_VALUE);
	rc = cp_secret_new(&line, len, err);
	if (rc == CP_OK)
		rc = cp_bech32_encode(prefix, cp_secret_bytes(value),
		    CUSTODY_VALUE, (char *)cp_secret_data(line), len, err);
	if (rc != CP_OK) {
		cp_secret_free(line);
		return rc;
	}
	out->of = *pub;
	out->index = index;
	out->line = line;
	return CP_OK;
}

enum cp_rc
cp_custody_share_value(const struct cp_custody_share *share,
    struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *value = NULL;
	enum cp_rc rc;

	rc = cp_secret_new(&value, CUSTODY_VALUE, err);
	if (rc == CP_OK)
		rc = cp_bech32_decode(line_prefix(&share->of),
		    (const char *)cp_secret_bytes(share->line),
		    cp_secret_len(share->line), cp_secret_data(value),
		    CUSTODY_VALUE, err);
	if (rc == CP_BAD_INPUT)
		rc = cp_fail(err, CP_CORRUPT, "the share's last line is not "
		    "that of a share");
	if (rc == CP_OK)
		*out = value;
	else
		cp_secret_free(value);
	return rc;
}

enum cp_rc
cp_custody_share_hash(const struct cp_custody_share *share, uint8_t out[32],
    struct cp_err *err)
{
	struct cp_secret *text = NULL;
	enum cp_rc rc;

	rc = cp_custody_share_text(share, &text, err);
	if (rc == CP_OK)
		cp_sha256(cp_secret_bytes(text), cp_secret_len(text), out);
	cp_secret_free(text);
	return rc;
}
