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

enum cp_rc
gate_put_digest(struct cp_store *s, int64_t n, const uint8_t *digest,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_PUT_DIGEST);

	if (digest != NULL)
		cp_bind_blob(q, digest, 32);
	else
		cp_bind_null(q);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

/* *SAME: it is what came last behind the shield N. */
static enum cp_rc
came_last(struct cp_store *s, int64_t n, const uint8_t digest[32], int *same,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_DIGEST);
	const void *was;
	size_t len = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	was = row && !cp_col_null(q, 0) ? cp_col_blob(q, 0, &len) : NULL;
	*same = was != NULL && len == 32 && memcmp(was, digest, 32) == 0;
	if (row)
		cp_reset(q);
	return CP_OK;
}

/* TAKEN goes behind the shield of row N, if it is not there already. */
static enum cp_rc
seal(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_shield *shield, const struct cp_buf *taken,
    const struct cp_now *now, int *sealed, struct cp_err *err)
{
	uint8_t digest[32];
	int same = 0;
	enum cp_rc rc = cp_match_digest(m, "digest", taken->data, taken->len,
	    digest, err);

	if (rc == CP_OK)
		rc = came_last(s, shield->n, digest, &same, err);
	if (rc != CP_OK || same)
		return rc;
	*sealed = 1;
	rc = cp_compartment_add(s, shield->record, CP_COMPARTMENT_HIDDEN,
	    cp_buf_text(taken), taken->len, now, NULL, err);
	return rc == CP_OK ? gate_put_digest(s, shield->record, digest, err) :
	    rc;
}

static enum cp_rc
part(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_shield *shield, struct cp_document *doc,
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
		rc = seal(s, m, shield, &taken, now, sealed, err);
	cp_buf_clear(&taken);
	return rc;
}

enum cp_rc
cp_gate_part(struct cp_store *s, int64_t n, struct cp_document *doc,
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
			rc = part(s, m, &shield, doc, now, &p.sealed, err);
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

	return cp_gate_part(s, n, doc, now, &p, err);
}
