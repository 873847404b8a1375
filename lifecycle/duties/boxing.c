#include "lifecycle/duties/boxing.h"

#include <stdlib.h>
#include <string.h>

#include "archive/secret.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/store/stmt.h"

void
cp_box_clear(struct cp_box *b)
{
	cp_buf_clear(&b->bytes);
	free(b->parts);
	memset(b, 0, sizeof(*b));
}

/* ---- into a package ------------------------------------------------------ */

static enum cp_rc
take_part(void *ctx, int64_t n, const void *payload, size_t len,
    struct cp_err *err)
{
	struct cp_box *b = ctx;
	size_t cap = b->cap > 0 ? 2 * b->cap : 8;
	void *more;

	if (b->n == b->cap) {
		more = reallocarray(b->parts, cap, sizeof(*b->parts));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		b->parts = more;
		b->cap = cap;
	}
	b->parts[b->n++] = (struct cp_box_part){ n, b->bytes.len, len };
	cp_buf_put(&b->bytes, payload, len);
	return cp_buf_check(&b->bytes, err);
}

enum cp_rc
cp_box_read(struct cp_store *s, int64_t record, struct cp_box *b,
    struct cp_err *err)
{
	cp_buf_reset(&b->bytes);
	b->n = 0;
	return cp_compartment_payloads(s, record, take_part, b, err);
}

/* Payloads under new keys are never the same twice. */
enum cp_rc
cp_box_same(struct cp_store *s, int64_t record, const struct cp_box *b,
    int *same, struct cp_err *err)
{
	struct cp_box now = { 0 };
	enum cp_rc rc = cp_box_read(s, record, &now, err);

	*same = now.n == b->n && now.bytes.len == b->bytes.len &&
	    (b->n == 0 || memcmp(now.bytes.data, b->bytes.data,
	    b->bytes.len) == 0);
	for (size_t i = 0; *same && i < b->n; i++)
		*same = now.parts[i].compartment == b->parts[i].compartment;
	cp_box_clear(&now);
	return rc;
}

enum cp_rc
cp_box_sent(struct cp_store *s, int64_t record, const struct cp_box *b,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < b->n; i++) {
		struct cp_stmt *q = cp_stmt(s, SQL_BOXED_ADD);

		cp_bind_int(q, b->parts[i].compartment);
		cp_bind_int(q, (int64_t)b->parts[i].start);
		cp_bind_int(q, (int64_t)b->parts[i].length);
		rc = cp_exec(q, err);
	}
	return rc == CP_OK && b->n > 0 ? cp_compartment_sent(s, record, err) :
	    rc;
}

/* A stream cipher's output: 8 KiB out of the pool for keys would cost more
 * than sealing. */
static enum cp_rc
put_random(struct cp_aead *aead, struct cp_buf *out, size_t len,
    struct cp_err *err)
{
	static const uint8_t nonce[CP_AEAD_NONCE] = { 0 };
	uint8_t tag[CP_AEAD_TAG], *at = cp_buf_grow(out, len);
	struct cp_secret *key = NULL;
	enum cp_rc rc;

	if (at == NULL)
		return cp_buf_check(out, err);
	memset(at, 0, len);
	rc = cp_secret_new(&key, CP_AEAD_KEY, err);
	if (rc == CP_OK)
		rc = cp_random_secret(key, err);
	if (rc == CP_OK)
		rc = cp_aead_seal(aead, cp_secret_data(key), nonce, NULL, 0, at,
		    len, at, tag, err);
	cp_secret_free(key);
	return rc;
}

enum cp_rc
cp_box_fill(struct cp_aead *aead, const struct cp_box *b, struct cp_buf *out,
    struct cp_err *err)
{
	size_t size = CP_BOX_SIZE;
	uint8_t dice;
	enum cp_rc rc = cp_random(&dice, 1, err);

	if (rc != CP_OK)
		return rc;
	for (; (dice & 3) == 3; dice >>= 2)
		size *= 2;
	while (size < b->bytes.len)
		size *= 2;
	cp_buf_reset(out);
	cp_buf_put(out, b->bytes.data, b->bytes.len);
	return size > b->bytes.len ? put_random(aead, out,
	    size - b->bytes.len, err) : cp_buf_check(out, err);
}

/* ---- out of one ---------------------------------------------------------- */

static enum cp_rc
find_part(const struct cp_boxed *p, const void *box, size_t len,
    int64_t start, int64_t length, struct cp_boxed *out, struct cp_err *err)
{
	if (box == NULL || start < 0 || length < 0 ||
	    (uint64_t)start > len || (uint64_t)length > len - (uint64_t)start)
		return cp_fail(err, CP_CORRUPT, "compartment %lld is not in "
		    "the " CP_BOX_MEMBER " of its package", (long long)p->n);
	out->payload = (const uint8_t *)box + start;
	out->len = (size_t)length;
	return CP_OK;
}

/* The one after P->n, one at a time, so that FN may use any statement. */
static enum cp_rc
next_part(struct cp_store *s, int64_t record, const void *box, size_t len,
    struct cp_boxed *p, int *row, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BOXED_OF);
	const void *header;
	size_t header_len;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_int(q, p->n);
	rc = cp_step(q, row, err);
	if (rc != CP_OK || !*row)
		return rc;
	p->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, p->kind, sizeof(p->kind));
	cp_col_copy(q, 2, p->at, sizeof(p->at));
	header = cp_col_blob(q, 3, &header_len);
	cp_buf_reset(&p->header);
	cp_buf_put(&p->header, header, header_len);
	rc = cp_buf_check(&p->header, err);
	if (rc == CP_OK)
		rc = find_part(p, box, len, cp_col_int(q, 4), cp_col_int(q, 5),
		    p, err);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_box_each(struct cp_store *s, int64_t record, const void *box, size_t len,
    enum cp_rc (*fn)(void *ctx, const struct cp_boxed *b, struct cp_err *err),
    void *ctx, struct cp_err *err)
{
	struct cp_boxed p = { 0 };
	int row = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && row) {
		rc = next_part(s, record, box, len, &p, &row, err);
		if (rc == CP_OK && row)
			rc = fn(ctx, &p, err);
	}
	cp_buf_clear(&p.header);
	return rc;
}

static enum cp_rc
give_back(void *ctx, const struct cp_boxed *b, struct cp_err *err)
{
	return cp_compartment_back(ctx, b->n, b->payload, b->len, err);
}

enum cp_rc
cp_box_back(struct cp_store *s, int64_t record, const void *box, size_t len,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_box_each(s, record, box, len, give_back, s, err);

	if (rc == CP_NOT_FOUND)
		return err->code = CP_CORRUPT;
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_BOXED_FORGET);
	cp_bind_int(q, record);
	return cp_exec(q, err);
}

/* ---- checks -------------------------------------------------------------- */

enum cp_rc
cp_box_need(struct cp_store *s, int64_t record, size_t *len,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BOXED_UNTIL);
	int64_t until;
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_exec_int(q, 0, &until, err);
	if (rc == CP_OK)
		*len = until > 0 ? (size_t)until : 0;
	return rc;
}

enum cp_rc
cp_box_check(struct cp_store *s, struct cp_err *err)
{
	int64_t astray;
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_BOXED_ASTRAY), 0, &astray,
	    err);

	if (rc == CP_OK && astray)
		rc = cp_fail(err, CP_CORRUPT, "compartments are neither in the "
		    "database nor in the package of an archived record, or "
		    "in both");
	return rc;
}
