#include "archive/escrow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/secret.h"
#include "archive/shelf_impl.h"

/*
 *	cpadmin escrow/1
 *	ring 0123...            32 hex digits
 *	generation 7
 *	made 2026-11-21
 *	custody 0123456789abcdef
 *	shelf 203211 2026-11-01 <64 hex digits>
 *	sum <64 hex digits: SHA-256 of all lines before>
 */
enum {
	HEAD_MAX = 256,
	SHELF_LINE = 6 + 7 + 11 + 64 + 1,
	SUM_LINE = 4 + 64 + 1,
	SHELVES_MAX = 600
};

/* ---- writing ------------------------------------------------------------- */

struct writing {
	struct cp_shelf_ring *ring;
	struct cp_secret *text;
	size_t at, shelves;
};

static void CP_PRINTF(2, 3)
put(struct writing *w, const char *fmt, ...)
{
	size_t room = cp_secret_len(w->text) - w->at;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf((char *)cp_secret_data(w->text) + w->at, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		w->at += (size_t)n < room ? (size_t)n : room;
}

static void
put_hex(struct writing *w, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *out = cp_secret_data(w->text) + w->at;

	for (size_t i = 0; i < n; i++) {
		*out++ = (uint8_t)digits[bytes[i] >> 4];
		*out++ = (uint8_t)digits[bytes[i] & 15];
	}
	w->at += 2 * n;
}

static enum cp_rc
count_live(void *ctx, const struct cp_shelf_info *info, struct cp_err *err)
{
	struct writing *w = ctx;

	(void)err;
	w->shelves += info->state == CP_SHELF_LIVE;
	return CP_OK;
}

static enum cp_rc
put_shelf(void *ctx, const struct cp_shelf_info *info, struct cp_err *err)
{
	struct writing *w = ctx;
	const uint8_t *key;
	enum cp_rc rc;

	if (info->state != CP_SHELF_LIVE)
		return CP_OK;
	rc = cp_shelf_key_of(w->ring, info->month, &key, err);
	if (rc != CP_OK)
		return rc;
	put(w, "shelf %06d %s ", info->month, info->date);
	put_hex(w, key, RING_KEY);
	put(w, "\n");
	return CP_OK;
}

static void
put_sum(struct writing *w)
{
	uint8_t sum[CP_SHA256_LEN];

	cp_sha256(cp_secret_bytes(w->text), w->at, sum);
	put(w, "sum ");
	put_hex(w, sum, sizeof(sum));
	put(w, "\n");
}

static enum cp_rc
write_text(struct writing *w, int64_t generation, const char *date,
    const char *custody, struct cp_err *err)
{
	enum cp_rc rc = cp_shelf_each(w->ring, count_live, w, err);

	if (rc == CP_OK && w->shelves > SHELVES_MAX)
		rc = cp_fail(err, CP_FAILED, "%zu live shelves: an escrow "
		    "copy takes %d", w->shelves, SHELVES_MAX);
	if (rc == CP_OK)
		rc = cp_secret_new(&w->text, HEAD_MAX + SUM_LINE + 1 +
		    w->shelves * SHELF_LINE, err);
	if (rc != CP_OK)
		return rc;
	put(w, "cpadmin escrow/1\nring ");
	put_hex(w, w->ring->id, RING_ID);
	put(w, "\ngeneration %lld\nmade %s\ncustody %s\n",
	    (long long)generation, date, custody);
	rc = cp_shelf_each(w->ring, put_shelf, w, err);
	put_sum(w);
	cp_secret_shorten(w->text, w->at);
	return rc;
}

enum cp_rc
cp_escrow_seal(struct cp_shelf_ring *ring, int64_t generation,
    const char *date, const struct cp_custody_public *custody,
    struct cp_buf *out, struct cp_err *err)
{
	struct writing w = { .ring = ring };
	struct cp_age_sealer *sealer = NULL;
	struct cp_age_recipient to;
	enum cp_rc rc = cp_age_recipient_parse(custody->recipient, &to, err);

	if (rc == CP_OK)
		rc = write_text(&w, generation, date, custody->id, err);
	if (rc == CP_OK)
		rc = cp_age_sealer_new(&sealer, err);
	if (rc == CP_OK)
		rc = cp_age_seal(sealer, &to, 1, cp_secret_bytes(w.text),
		    w.at, out, out, NULL, err);
	cp_age_sealer_free(sealer);
	cp_secret_free(w.text);
	return rc;
}

/* ---- reading ------------------------------------------------------------- */

struct cp_escrow {
	struct cp_escrow_head head;
	uint8_t id[RING_ID];
	struct cp_shelf_info shelf[SHELVES_MAX];
	struct cp_secret *keys; /* RING_KEY bytes for each */
};

struct reading {
	const char *at;
	size_t left;
	struct cp_escrow *e;
};

static int
take(struct reading *r, const char *text)
{
	size_t n = strlen(text);

	if (r->left < n || memcmp(r->at, text, n) != 0)
		return 0;
	r->at += n;
	r->left -= n;
	return 1;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
take_hex(struct reading *r, uint8_t *out, size_t n)
{
	if (r->left < 2 * n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		int hi = digit(r->at[2 * i]), lo = digit(r->at[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return 0;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	r->at += 2 * n;
	r->left -= 2 * n;
	return 1;
}

/* A word of at most CAP - 1 characters, up to END, which is taken too. */
static int
take_word(struct reading *r, char *out, size_t cap, char end)
{
	size_t n = 0;

	while (n < r->left && n < cap && r->at[n] != end)
		n++;
	if (n == 0 || n == cap || n == r->left)
		return 0;
	memcpy(out, r->at, n);
	out[n] = '\0';
	r->at += n + 1;
	r->left -= n + 1;
	return 1;
}

static int
take_number(struct reading *r, int64_t *out, char end)
{
	char word[16], *rest;

	if (!take_word(r, word, sizeof(word), end))
		return 0;
	*out = strtoll(word, &rest, 10);
	return *rest == '\0' && *out > 0;
}

static int
take_head(struct reading *r)
{
	struct cp_escrow_head *h = &r->e->head;

	if (!take(r, "cpadmin escrow/1\nring ") ||
	    !take_hex(r, r->e->id, RING_ID))
		return 0;
	for (size_t i = 0; i < RING_ID; i++)
		(void)snprintf(h->ring + 2 * i, 3, "%02x", r->e->id[i]);
	return take(r, "\ngeneration ") &&
	    take_number(r, &h->generation, '\n') &&
	    take(r, "made ") &&
	    take_word(r, h->made, sizeof(h->made), '\n') &&
	    cp_shelf_date_valid(h->made) && take(r, "custody ") &&
	    take_word(r, h->custody, sizeof(h->custody), '\n');
}

static int
take_shelf(struct reading *r)
{
	struct cp_escrow *e = r->e;
	struct cp_shelf_info *s = &e->shelf[e->head.shelves];
	int64_t month;

	if (e->head.shelves == SHELVES_MAX || !take_number(r, &month, ' ') ||
	    month > 999912 || !cp_shelf_month_valid((int)month) ||
	    !take_word(r, s->date, sizeof(s->date), ' ') ||
	    !cp_shelf_date_valid(s->date) ||
	    cp_escrow_has(e, (int)month) ||
	    !take_hex(r, cp_secret_data(e->keys) + e->head.shelves *
	    RING_KEY, RING_KEY))
		return 0;
	s->month = (int)month;
	s->state = CP_SHELF_LIVE;
	e->head.shelves++;
	return take(r, "\n");
}

static int
take_sum(struct reading *r, const struct cp_secret *text)
{
	size_t before = cp_secret_len(text) - r->left - strlen("sum ");
	uint8_t want[CP_SHA256_LEN], have[CP_SHA256_LEN];

	cp_sha256(cp_secret_bytes(text), before, want);
	return take_hex(r, have, sizeof(have)) && take(r, "\n") &&
	    r->left == 0 && memcmp(have, want, sizeof(want)) == 0;
}

static enum cp_rc
parse(const struct cp_secret *text, struct cp_escrow *e, struct cp_err *err)
{
	struct reading r = { (const char *)cp_secret_bytes(text),
		cp_secret_len(text), e };
	int ok = take_head(&r);

	while (ok && take(&r, "shelf "))
		ok = take_shelf(&r);
	if (!ok || !take(&r, "sum ") || !take_sum(&r, text))
		return cp_fail(err, CP_CORRUPT, "not an escrow copy, or "
		    "damaged");
	return CP_OK;
}

/* As for a share, the format gives the plain text in memory that is not
 * locked: it is wiped at once. */
static enum cp_rc
unseal(const void *data, size_t len, const struct cp_secret *identity,
    struct cp_secret **text, struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519,
		.secret = identity };
	struct cp_buf plain;
	enum cp_rc rc;

	cp_buf_init(&plain);
	rc = cp_age_open(data, len, &who, 1, &plain, err);
	if (rc == CP_OK)
		rc = cp_secret_from(text, plain.data, plain.len, err);
	cp_buf_clear(&plain);
	return rc;
}

enum cp_rc
cp_escrow_open(const void *data, size_t len, const struct cp_secret *identity,
    struct cp_escrow **out, struct cp_err *err)
{
	struct cp_escrow *e = calloc(1, sizeof(*e));
	struct cp_secret *text = NULL;
	enum cp_rc rc;

	if (e == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = unseal(data, len, identity, &text, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&e->keys, SHELVES_MAX * RING_KEY, err);
	if (rc == CP_OK)
		rc = parse(text, e, err);
	if (rc == CP_OK) {
		*out = e;
		e = NULL;
	}
	cp_secret_free(text);
	cp_escrow_free(e);
	return rc;
}

void
cp_escrow_free(struct cp_escrow *e)
{
	if (e == NULL)
		return;
	cp_secret_free(e->keys);
	free(e);
}

const struct cp_escrow_head *
cp_escrow_head(const struct cp_escrow *e)
{
	return &e->head;
}

int
cp_escrow_has(const struct cp_escrow *e, int month)
{
	for (size_t i = 0; i < e->head.shelves; i++)
		if (e->shelf[i].month == month)
			return 1;
	return 0;
}

/* ---- the keyring made again ---------------------------------------------- */

enum cp_rc
cp_escrow_rebuild(const struct cp_escrow *e, const struct cp_shelf_info *gone,
    size_t n, const char *path, const struct cp_secret *hostkey,
    struct cp_err *err)
{
	struct cp_shelf_builder b;
	enum cp_rc rc = cp_shelf_build(&b, e->id, hostkey, err);
	size_t i, j;

	for (i = 0; rc == CP_OK && i < n; i++)
		rc = cp_shelf_build_gone(&b, gone[i].month, gone[i].date, err);
	for (i = 0; rc == CP_OK && i < e->head.shelves; i++) {
		for (j = 0; j < n; j++)
			if (gone[j].month == e->shelf[i].month)
				break;
		if (j == n)
			rc = cp_shelf_build_live(&b, e->shelf[i].month,
			    e->shelf[i].date, cp_secret_bytes(e->keys) +
			    i * RING_KEY, err);
	}
	if (rc == CP_OK)
		rc = cp_shelf_build_write(&b, path, err);
	cp_buf_clear(&b.bytes);
	return rc;
}
