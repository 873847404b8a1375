#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/consent_behind.h"
#include "lifecycle/records/gate_priv.h"
#include "lifecycle/store/stmt.h"

/* What comes for a shielded record. */

enum cp_rc
gate_salt(struct cp_store *s, uint8_t salt[CP_SALT_LEN], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_SALT);
	const void *bytes;
	size_t len = 0;
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	bytes = row ? cp_col_blob(q, 0, &len) : NULL;
	if (bytes == NULL || len != CP_SALT_LEN)
		rc = cp_fail(err, CP_CORRUPT, "the store has no salt");
	else
		memcpy(salt, bytes, len);
	cp_reset(q);
	return rc;
}

enum cp_rc
gate_put_keys(struct cp_store *s, const struct cp_matcher *m, int64_t n,
    const struct cp_document *doc, struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	enum cp_rc rc = cp_match_person(m, doc, &keys, err);

	if (rc == CP_OK)
		rc = cp_match_put(s, n, &keys, err);
	cp_keys_clear(&keys);
	return rc;
}

/* ---- what came last ----------------------------------------------------- */

/*
 * A shield's digest is a list, what came last first: of each text the nonce
 * with which its compartment's payload begins, and its keyed hash.  So feeds
 * that take turns have no more than one compartment each.
 */
enum { NONCE = 16, DIGEST = 32, ENTRY = NONCE + DIGEST, ENTRIES = 8 };

struct came {
	uint8_t entry[ENTRIES + 1][ENTRY];
	size_t n;
};

static enum cp_rc
load_came(struct cp_store *s, int64_t record, struct came *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_DIGEST);
	const void *list;
	size_t len = 0;
	int row;
	enum cp_rc rc;

	out->n = 0;
	cp_bind_int(q, record);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	list = cp_col_null(q, 0) ? NULL : cp_col_blob(q, 0, &len);
	if (list != NULL && len % ENTRY == 0 && len <= ENTRIES * ENTRY) {
		memcpy(out->entry, list, len);
		out->n = len / ENTRY;
	}
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
put_came(struct cp_store *s, int64_t record, const struct came *c,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_PUT_DIGEST);

	if (c->n > 0)
		cp_bind_blob(q, c->entry, c->n * ENTRY);
	else
		cp_bind_null(q);
	cp_bind_int(q, record);
	return cp_exec(q, err);
}

enum cp_rc
gate_forget_digest(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct came none = { .n = 0 };

	return put_came(s, record, &none, err);
}

/* Which of C has DIGEST; C->n: none. */
static size_t
place_of(const struct came *c, const uint8_t digest[DIGEST])
{
	size_t i = 0;

	while (i < c->n && memcmp(c->entry[i] + NONCE, digest, DIGEST) != 0)
		i++;
	return i;
}

/* Entry AT of C, if it is there, goes, with its compartment where DROP. */
static enum cp_rc
take_entry(struct cp_store *s, int64_t record, struct came *c, size_t at,
    int drop, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	if (at >= c->n)
		return CP_OK;
	if (drop) {
		q = cp_stmt(s, SQL_GATE_DROP_AGAIN);
		cp_bind_int(q, record);
		cp_bind_blob(q, c->entry[at], NONCE);
		rc = cp_exec(q, err);
	}
	c->n--;
	memmove(c->entry[at], c->entry[at + 1], (c->n - at) * ENTRY);
	return rc;
}

/* Compartment N with DIGEST is what came last. */
static enum cp_rc
put_first(struct cp_store *s, int64_t n, struct came *c,
    const uint8_t digest[DIGEST], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_NONCE);
	const void *nonce;
	size_t len = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	nonce = row ? cp_col_blob(q, 0, &len) : NULL;
	if (nonce == NULL || len != NONCE)
		rc = cp_fail(err, CP_CORRUPT, "a compartment has no payload");
	else {
		if (c->n == ENTRIES)
			c->n--;
		memmove(c->entry[1], c->entry[0], c->n * ENTRY);
		memcpy(c->entry[0], nonce, NONCE);
		memcpy(c->entry[0] + NONCE, digest, DIGEST);
		c->n++;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
gate_seal(struct cp_store *s, const struct cp_matcher *m, int64_t record,
    const struct cp_buf *taken, int feed, const struct cp_now *now,
    int *sealed, struct cp_err *err)
{
	uint8_t digest[DIGEST];
	struct came c;
	int64_t n = 0;
	size_t at;
	enum cp_rc rc = cp_match_digest(m, "digest", taken->data, taken->len,
	    digest, err);

	*sealed = 0;
	if (rc == CP_OK)
		rc = load_came(s, record, &c, err);
	if (rc != CP_OK)
		return rc;
	at = place_of(&c, digest);
	if (at == 0 && c.n > 0)
		return CP_OK;
	*sealed = 1;
	rc = take_entry(s, record, &c, at, feed, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(s, record, CP_COMPARTMENT_HIDDEN,
		    cp_buf_text(taken), taken->len, now, &n, err);
	if (rc == CP_OK)
		rc = put_first(s, n, &c, digest, err);
	return rc == CP_OK ? put_came(s, record, &c, err) : rc;
}

/* ---- a document that comes ---------------------------------------------- */

static enum cp_rc
part(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_shield *shield, struct cp_document *doc, int feed,
    const struct cp_now *now, int *sealed, struct cp_err *err)
{
	uint8_t salt[CP_SALT_LEN];
	struct cp_buf taken;
	enum cp_rc rc = gate_put_keys(s, m, shield->record, doc, err);

	cp_buf_init(&taken);
	if (rc == CP_OK && (shield->hidden & GATE_INVOLVEMENTS) != 0 &&
	    doc->n_involvements > 0) {
		rc = gate_salt(s, salt, err);
		if (rc == CP_OK)
			rc = cp_consent_sift(s, salt, m, shield->record, doc,
			    err);
	}
	if (rc == CP_OK)
		rc = cp_document_hide(doc, shield->hidden, &taken, err);
	if (rc == CP_OK && taken.len > 0)
		rc = gate_seal(s, m, shield->record, &taken, feed, now, sealed,
		    err);
	cp_buf_clear(&taken);
	return rc;
}

enum cp_rc
cp_gate_part(struct cp_store *s, int64_t n, struct cp_document *doc, int feed,
    const struct cp_now *now, struct cp_parted *out, struct cp_err *err)
{
	struct cp_matcher *m = NULL;
	struct cp_shield shield;
	struct cp_parted p = { 0, 0 };
	enum cp_rc rc = cp_shield_of(s, n, &shield, err);

	if (rc == CP_OK && shield.n != 0) {
		p.shielded = 1;
		rc = cp_matcher_open(s, &m, err);
		if (rc == CP_OK)
			rc = part(s, m, &shield, doc, feed, now, &p.sealed,
			    err);
		cp_matcher_free(m);
	}
	if (rc == CP_OK)
		*out = p;
	return rc;
}

enum cp_rc
cp_gate_write(struct cp_store *s, int64_t n, struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_parted p;

	return cp_gate_part(s, n, doc, 0, now, &p, err);
}
