#include "lifecycle/records/compartment.h"

#include <string.h>

#include "lifecycle/records/officer.h"
#include "lifecycle/store/stmt.h"

enum { PAD = 1024 };

static const char *const kinds[] = { "hidden", "case", "log", "quarantine" };

/* ---- sealing ------------------------------------------------------------- */

/* Line feeds after JSON are still JSON. */
static enum cp_rc
pad(const char *text, size_t len, struct cp_buf *out, struct cp_err *err)
{
	size_t whole = len == 0 ? PAD : (len + PAD - 1) / PAD * PAD;
	uint8_t *at = cp_buf_grow(out, whole);

	if (at == NULL)
		return cp_buf_check(out, err);
	memcpy(at, text, len);
	memset(at + len, '\n', whole - len);
	return CP_OK;
}

static enum cp_rc
seal(struct cp_store *s, const char *text, size_t len, struct cp_buf *header,
    struct cp_buf *payload, int64_t *generation, struct cp_err *err)
{
	struct cp_age_recipient to[CP_OFFICERS_MAX];
	struct cp_age_sealer *sealer = NULL;
	struct cp_buf padded;
	size_t n = 0;
	enum cp_rc rc = cp_officer_recipients(s, to, &n, generation, err);

	cp_buf_init(&padded);
	if (rc == CP_OK)
		rc = pad(text, len, &padded, err);
	if (rc == CP_OK)
		rc = cp_age_sealer_new(&sealer, err);
	if (rc == CP_OK) {
		rc = cp_age_seal(sealer, to, n, padded.data, padded.len,
		    header, payload, NULL, err);
		if (rc == CP_BAD_INPUT)
			rc = cp_officer_blame(s, err);
	}
	cp_age_sealer_free(sealer);
	cp_buf_clear(&padded);
	return rc;
}

enum cp_rc
cp_compartment_add(struct cp_store *s, int64_t record,
    enum cp_compartment_kind kind, const char *text, size_t len,
    const struct cp_now *now, int64_t *n, struct cp_err *err)
{
	struct cp_buf header, payload;
	struct cp_stmt *q;
	int64_t generation = 0;
	enum cp_rc rc;

	cp_buf_init(&header);
	cp_buf_init(&payload);
	rc = seal(s, text, len, &header, &payload, &generation, err);
	if (rc == CP_OK) {
		q = cp_stmt(s, SQL_COMPARTMENT_ADD);
		if (record != 0)
			cp_bind_int(q, record);
		else
			cp_bind_null(q);
		cp_bind_text(q, kinds[kind]);
		cp_bind_text(q, now->time);
		cp_bind_int(q, generation);
		cp_bind_blob(q, header.data, header.len);
		cp_bind_blob(q, payload.data, payload.len);
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK && n != NULL)
		*n = cp_last_insert(s);
	cp_buf_clear(&header);
	cp_buf_clear(&payload);
	return rc;
}

enum cp_rc
cp_compartment_replace(struct cp_store *s, int64_t record,
    enum cp_compartment_kind kind, const char *text, size_t len,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COMPARTMENT_DROP_KIND);
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_text(q, kinds[kind]);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_compartment_add(s, record, kind, text, len,
	    now, NULL, err) : rc;
}

/* ---- opening ------------------------------------------------------------- */

static void
unpad(struct cp_buf *out, size_t from)
{
	size_t len = out->len;

	while (len > from && out->data[len - 1] == '\n')
		len--;
	out->len = len;
	out->data[len] = '\0';
}

static enum cp_rc
open_one(int64_t n, const struct cp_buf *header, const void *payload,
    size_t len, const struct cp_secret *identity, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519,
		.secret = identity };
	struct cp_secret *key = NULL;
	size_t old = out->len;
	enum cp_rc rc;

	rc = cp_age_header_open(header->data, header->len, &who, 1, &key, NULL,
	    err);
	if (rc == CP_KEY) {
		(void)cp_fail(err, CP_KEY, "compartment %lld is not sealed to "
		    "this officer", (long long)n);
		cp_err_hint(err, "an officer who could open it when it was "
		    "sealed runs `cpadmin shield officer rewrap'");
	} else if (rc != CP_OK) {
		cp_err_context(err, "compartment %lld", (long long)n);
	} else {
		rc = cp_age_payload_open(key, payload, len, out, err);
		if (rc == CP_OK)
			unpad(out, old);
		else
			cp_err_context(err, "compartment %lld", (long long)n);
	}
	cp_secret_free(key);
	return rc;
}

static enum cp_rc
in_archive(int64_t n, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "compartment %lld is in the archive "
	    "with its record", (long long)n);
	cp_err_hint(err, "`cpadmin archive open' and `archive restore' give it "
	    "back");
	return CP_REFUSED;
}

/* The header of N, and its payload where that may be NULL: *THERE. */
static enum cp_rc
get(struct cp_store *s, int64_t n, struct cp_buf *header,
    struct cp_buf *payload, int *there, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COMPARTMENT_GET);
	const void *blob;
	size_t len;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_NOT_FOUND, "there is no compartment %lld",
		    (long long)n);
	if (rc != CP_OK)
		return rc;
	blob = cp_col_blob(q, 0, &len);
	cp_buf_put(header, blob, len);
	*there = !cp_col_null(q, 1);
	blob = cp_col_blob(q, 1, &len);
	cp_buf_put(payload, blob, len);
	cp_reset(q);
	rc = cp_buf_check(header, err);
	return rc == CP_OK ? cp_buf_check(payload, err) : rc;
}

enum cp_rc
cp_compartment_open(struct cp_store *s, int64_t n,
    const struct cp_secret *identity, struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf header, payload;
	int there = 0;
	enum cp_rc rc;

	cp_buf_init(&header);
	cp_buf_init(&payload);
	rc = get(s, n, &header, &payload, &there, err);
	if (rc == CP_OK && !there)
		rc = in_archive(n, err);
	if (rc == CP_OK)
		rc = open_one(n, &header, payload.data, payload.len, identity,
		    out, err);
	cp_buf_clear(&header);
	cp_buf_clear(&payload);
	return rc;
}

enum cp_rc
cp_compartment_open_payload(struct cp_store *s, int64_t n,
    const void *payload, size_t len, const struct cp_secret *identity,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf header, stored;
	int there = 0;
	enum cp_rc rc;

	cp_buf_init(&header);
	cp_buf_init(&stored);
	rc = get(s, n, &header, &stored, &there, err);
	if (rc == CP_OK)
		rc = open_one(n, &header, payload, len, identity, out, err);
	cp_buf_clear(&header);
	cp_buf_clear(&stored);
	return rc;
}

/* One of a record's, as it is in the database. */
struct row {
	int64_t n;
	char at[32];
	int there; /* its payload */
	struct cp_buf header, payload;
};

/* One at a time, so that whoever is called for it may use any statement. */
static enum cp_rc
next(struct cp_store *s, int64_t record, enum cp_compartment_kind kind,
    struct row *r, int *row, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COMPARTMENT_NEXT);
	const void *blob;
	size_t len;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_int(q, r->n);
	cp_bind_text(q, kinds[kind]);
	rc = cp_step(q, row, err);
	if (rc != CP_OK || !*row)
		return rc;
	cp_buf_reset(&r->header);
	cp_buf_reset(&r->payload);
	r->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, r->at, sizeof(r->at));
	blob = cp_col_blob(q, 2, &len);
	cp_buf_put(&r->header, blob, len);
	r->there = !cp_col_null(q, 3);
	blob = cp_col_blob(q, 3, &len);
	cp_buf_put(&r->payload, blob, len);
	cp_reset(q);
	rc = cp_buf_check(&r->header, err);
	return rc == CP_OK ? cp_buf_check(&r->payload, err) : rc;
}

enum cp_rc
cp_compartment_each(struct cp_store *s, int64_t record,
    enum cp_compartment_kind kind, const struct cp_secret *identity,
    enum cp_rc (*fn)(void *ctx, int64_t n, const char *at, const char *text,
	size_t len, struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct row r = { .n = 0 };
	struct cp_buf text;
	int row = 0;
	enum cp_rc rc;

	cp_buf_init(&text);
	while ((rc = next(s, record, kind, &r, &row, err)) == CP_OK && row) {
		if (!r.there && kind == CP_COMPARTMENT_CASE)
			continue;
		if (!r.there) {
			rc = in_archive(r.n, err);
			break;
		}
		rc = open_one(r.n, &r.header, r.payload.data, r.payload.len,
		    identity, &text, err);
		if (rc == CP_OK)
			rc = fn(ctx, r.n, r.at, cp_buf_text(&text), text.len,
			    err);
		cp_buf_clear(&text);
		if (rc != CP_OK)
			break;
	}
	cp_buf_clear(&r.header);
	cp_buf_clear(&r.payload);
	return rc;
}

/* ---- with their record --------------------------------------------------- */

static enum cp_rc
two(struct cp_store *s, enum sql_id id, int64_t a, int64_t b,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, a);
	cp_bind_int(q, b);
	return cp_exec(q, err);
}

static enum cp_rc
one(struct cp_store *s, enum sql_id id, int64_t a, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, a);
	return cp_exec(q, err);
}

enum cp_rc
cp_compartment_move(struct cp_store *s, int64_t record, int64_t into,
    struct cp_err *err)
{
	return two(s, SQL_COMPARTMENT_MOVE, record, into, err);
}

enum cp_rc
cp_compartment_copy(struct cp_store *s, int64_t record, int64_t into,
    struct cp_err *err)
{
	return two(s, SQL_COMPARTMENT_COPY, record, into, err);
}

enum cp_rc
cp_compartment_drop(struct cp_store *s, int64_t record, struct cp_err *err)
{
	enum cp_rc rc = one(s, SQL_COMPARTMENT_UNMAIL, record, err);

	if (rc == CP_OK)
		rc = one(s, SQL_COMPARTMENT_UNFEED, record, err);
	return rc == CP_OK ? one(s, SQL_COMPARTMENT_DROP, record, err) : rc;
}

enum cp_rc
cp_compartment_drop_one(struct cp_store *s, int64_t n, struct cp_err *err)
{
	enum cp_rc rc = one(s, SQL_COMPARTMENT_UNMAIL_ONE, n, err);

	if (rc == CP_OK)
		rc = one(s, SQL_COMPARTMENT_UNFEED_ONE, n, err);
	return rc == CP_OK ? one(s, SQL_COMPARTMENT_DROP_ONE, n, err) : rc;
}

/* ---- while the record is archived ---------------------------------------- */

enum cp_rc
cp_compartment_payloads(struct cp_store *s, int64_t record,
    enum cp_rc (*fn)(void *ctx, int64_t n, const void *payload, size_t len,
	struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q;
	struct cp_buf payload;
	const void *blob;
	size_t len;
	int64_t n = 0;
	int row = 1;
	enum cp_rc rc = CP_OK;

	cp_buf_init(&payload);
	while (rc == CP_OK && row) {
		q = cp_stmt(s, SQL_COMPARTMENT_NEXT_PAYLOAD);
		cp_bind_int(q, record);
		cp_bind_int(q, n);
		rc = cp_step(q, &row, err);
		if (rc != CP_OK || !row)
			break;
		n = cp_col_int(q, 0);
		blob = cp_col_blob(q, 1, &len);
		cp_buf_reset(&payload);
		cp_buf_put(&payload, blob, len);
		cp_reset(q);
		rc = cp_buf_check(&payload, err);
		if (rc == CP_OK)
			rc = fn(ctx, n, payload.data, payload.len, err);
	}
	cp_buf_clear(&payload);
	return rc;
}

enum cp_rc
cp_compartment_sent(struct cp_store *s, int64_t record, struct cp_err *err)
{
	return one(s, SQL_COMPARTMENT_SENT, record, err);
}

enum cp_rc
cp_compartment_back(struct cp_store *s, int64_t n, const void *payload,
    size_t len, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_COMPARTMENT_BACK);
	enum cp_rc rc;

	cp_bind_blob(q, payload, len);
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_NOT_FOUND, "no compartment %lld waits "
		    "for what is in it", (long long)n);
	return rc;
}
