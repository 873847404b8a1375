#include "lifecycle/duties/certifying.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/file.h"
#include "lifecycle/duties/certificate.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/stmt.h"

enum { APPROVALS = 16, MOST_SHELVES = 24, LINE = 200 };

/* All that a certificate borrows. */
struct papers {
	struct cp_run *run;
	const struct cp_batch *batch;
	struct cp_parcel *parcels;        /* of destroyed items */
	struct cp_cert_item *items;
	char (*dates)[2][CP_DATE_TEXT];
	size_t n;
	char names[APPROVALS][CP_OPERATOR_NAME], at[APPROVALS][24];
	struct cp_cert_act approved[APPROVALS];
	size_t approvals;
	int64_t opened;                   /* trial openings that succeeded */
	int64_t files;                    /* volumes that still hold bytes */
	int shelves[MOST_SHELVES];
	size_t n_shelves;
	char zeroised[MOST_SHELVES + 1][LINE];
	const char *zeroised_list[MOST_SHELVES + 1];
	size_t n_zeroised;
	char copies[MOST_SHELVES][LINE];
	const char *copy_list[MOST_SHELVES];
	size_t n_copies;
	char results[3][LINE];
	struct cp_cert_check checks[3];
	struct cp_buf text;
};

/* ---- what was destroyed ---------------------------------------------------- */

static void
note_shelf(struct papers *x, int month)
{
	for (size_t i = 0; i < x->n_shelves; i++)
		if (x->shelves[i] == month)
			return;
	if (x->n_shelves < MOST_SHELVES)
		x->shelves[x->n_shelves++] = month;
}

/* Takes up a destroyed item, and tries to open it. */
static enum cp_rc
take_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	struct papers *x = ctx;
	struct cp_parcel *p = &x->parcels[x->n];
	struct cp_cert_item *c = &x->items[x->n];
	struct cp_err ignored;

	(void)err;
	if (strcmp(i->status, "destroyed") != 0)
		return CP_OK;
	*p = i->parcel;
	cp_date_format(p->archived, x->dates[x->n][0]);
	cp_date_format(p->destroy_due, x->dates[x->n][1]);
	c->package = p->id;
	c->record = p->record_id;
	c->archived = x->dates[x->n][0];
	c->due = x->dates[x->n][1];
	cp_buf_reset(&x->text);
	c->outcome = "destroyed";
	if (cp_parcel_header(x->run->store, p, &x->text, &ignored) != CP_KEY) {
		c->outcome = "residue";
		x->opened++;
	}
	note_shelf(x, p->shelf);
	x->n++;
	return CP_OK;
}

static enum cp_rc
take_approvals(struct papers *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->run->store, SQL_BATCH_APPROVALS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->batch->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		size_t i = x->approvals;

		if (i == APPROVALS)
			break;
		cp_col_copy(q, 0, x->names[i], sizeof(x->names[i]));
		cp_col_copy(q, 1, x->at[i], sizeof(x->at[i]));
		x->approved[i].by = x->names[i];
		x->approved[i].at = x->at[i];
		x->approvals++;
	}
	cp_reset(q);
	return rc;
}

/* ---- keys ------------------------------------------------------------------ */

static enum cp_rc
take_shelf(struct papers *x, int month, struct cp_err *err)
{
	struct cp_shelf_info info;
	enum cp_rc rc = cp_shelf_get(x->run->ring, month, &info, err);

	if (rc != CP_OK)
		return rc;
	if (info.state == CP_SHELF_ZEROISED) {
		char *line = x->zeroised[x->n_zeroised];

		(void)snprintf(line, LINE, "key of shelf %d in keys/shelves.key"
		    ", overwritten in place, flushed and read back (%s)",
		    month, info.date);
		x->zeroised_list[x->n_zeroised++] = line;
	} else {
		char *line = x->copies[x->n_copies];

		(void)snprintf(line, LINE, "wrapped headers in copies of the "
		    "database made earlier: they open only with the key of "
		    "shelf %d, which is zeroised when that shelf is empty and "
		    "its month over", month);
		x->copy_list[x->n_copies++] = line;
	}
	return CP_OK;
}

static enum cp_rc
take_keys(struct papers *x, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	(void)snprintf(x->zeroised[0], LINE, "%zu header rows, each the only "
	    "place of a wrapped 128-bit file key in the store", x->n);
	x->zeroised_list[0] = x->zeroised[0];
	x->n_zeroised = 1;
	for (size_t i = 0; rc == CP_OK && i < x->n_shelves; i++)
		rc = take_shelf(x, x->shelves[i], err);
	return rc;
}

/* ---- checks ---------------------------------------------------------------- */

static void
put_check(struct papers *x, int i, const char *what, int passed)
{
	x->checks[i].what = what;
	x->checks[i].result = x->results[i];
	x->checks[i].passed = passed;
}

static enum cp_rc
take_checks(struct papers *x, struct cp_err *err)
{
	struct cp_volume_row v;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->n; i++) {
		if (i > 0 && x->parcels[i].volume == x->parcels[i - 1].volume)
			continue;
		rc = cp_volume_row_get(x->run->store, x->parcels[i].volume_id,
		    &v, err);
		x->files += rc == CP_OK && !v.gone;
	}
	(void)snprintf(x->results[0], LINE, "failed, as it must: %lld of %zu",
	    (long long)((int64_t)x->n - x->opened), x->n);
	put_check(x, 0, "opening each package through the catalogue",
	    x->opened == 0);
	(void)snprintf(x->results[1], LINE, "0 rows, log emptied and cut");
	put_check(x, 1, "header rows left in the database and its "
	    "write-ahead log", 1);
	(void)snprintf(x->results[2], LINE, "%lld still hold ciphertext "
	    "without a key, beside packages that live", (long long)x->files);
	put_check(x, 2, "volume files", 1);
	return rc;
}

/* ---- the certificate ------------------------------------------------------- */

static enum cp_rc
make_body(struct papers *x, struct cp_buf *body, struct cp_err *err)
{
	const struct cp_batch *b = x->batch;
	struct cp_certificate c = { .batch = b->id,
		.authority = x->run->settings->authority, .policy = b->policy,
		.policy_version = b->policy_version,
		.rule = cp_rule_name(CP_RULE_ARCHIVE_PERIOD),
		.items = x->items, .count = x->n,
		.proposed = { b->proposed_by, b->proposed_at },
		.approved = x->approved, .approvals = x->approvals,
		.executed_by = b->executed_by, .started = b->started,
		.finished = b->finished,
		.algorithm = "age v1: X25519, HKDF-SHA-256, "
		    "ChaCha20-Poly1305", .key_bits = 128,
		.zeroised = x->zeroised_list,
		.zeroised_count = x->n_zeroised, .checks = x->checks,
		.check_count = 3, .key_gone = b->finished,
		.last_copy_gone = x->n_copies == 0 ? x->run->now->time : NULL,
		.copies = x->copy_list, .copy_count = x->n_copies,
		.outcome = x->opened == 0 ? "destroyed" : "residue",
		.tool = "cpadmin " CP_VERSION, .issued = x->run->now->time };

	return cp_certificate_body(&c, body, err);
}

static enum cp_rc
put_certified(struct papers *x, const struct cp_buf *body,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "destruction.certificate" };
	struct cp_audit *audit = x->run->audit;
	struct cp_stmt *q;
	int64_t seq;
	enum cp_rc rc;

	cp_buf_reset(&x->text);
	rc = cp_certificate_detail(x->batch->id, cp_buf_text(body), &x->text,
	    err);
	if (rc == CP_OK)
		rc = cp_txn_begin(audit, err);
	if (rc != CP_OK)
		return rc;
	e.detail = cp_buf_text(&x->text);
	rc = cp_audit_add(audit, &e, &seq, err);
	q = cp_stmt(x->run->store, SQL_BATCH_CERTIFIED);
	cp_bind_text(q, cp_buf_text(body));
	cp_bind_int(q, seq);
	cp_bind_int(q, x->batch->n);
	if (rc == CP_OK)
		rc = cp_exec(q, err);
	return cp_txn_end(audit, rc, err);
}

/* The batch is done: its certificate is in the outbox, or NOTHING says why it
 * has none. */
static enum cp_rc
close_batch(struct papers *x, const char *nothing, struct cp_err *err)
{
	struct cp_entry e = { .action = "destruction.nothing" };
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(x->run->audit, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(x->run->store, SQL_BATCH_STATUS);
	cp_bind_text(q, "done");
	cp_bind_null(q);
	cp_bind_text(q, nothing);
	cp_bind_int(q, x->batch->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && nothing != NULL)
		rc = cp_audit_add(x->run->audit, &e, NULL, err);
	return cp_txn_end(x->run->audit, rc, err);
}

static enum cp_rc
gather(struct papers *x, struct cp_err *err)
{
	size_t most = (size_t)CP_BATCH_ITEMS;

	x->parcels = calloc(most, sizeof(*x->parcels));
	x->items = calloc(most, sizeof(*x->items));
	x->dates = calloc(most, sizeof(*x->dates));
	if (x->parcels == NULL || x->items == NULL || x->dates == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	return cp_batch_items(x->run->store, x->batch, take_item, x, err);
}

static enum cp_rc
write_file(struct papers *x, struct cp_err *err)
{
	struct cp_batch done;
	struct cp_buf file;
	char path[4200];
	enum cp_rc rc = cp_batch_get(x->run->store, x->batch->id, &done, err);

	cp_buf_init(&file);
	if (rc == CP_OK)
		rc = cp_certificate_of(x->run->store, x->run->audit, &done,
		    &file, err);
	if (rc == CP_OK)
		rc = cp_store_path(x->run->store, path, sizeof(path), err,
		    "outbox/certificate-%s.json", x->batch->id);
	if (rc == CP_OK)
		rc = cp_file_write_durable(path, 0600, file.data, file.len,
		    err);
	cp_buf_clear(&file);
	return rc;
}

/* Collects the facts, and puts the certificate's body and its log entry into
 * the store. */
static enum cp_rc
put_body(struct papers *x, struct cp_err *err)
{
	struct cp_buf body;
	enum cp_rc rc;

	/* so that "gone" is true of the log file as well */
	rc = cp_store_checkpoint(x->run->store, err);
	if (rc == CP_OK)
		rc = take_approvals(x, err);
	if (rc == CP_OK)
		rc = take_keys(x, err);
	if (rc == CP_OK)
		rc = take_checks(x, err);
	cp_buf_init(&body);
	if (rc == CP_OK)
		rc = make_body(x, &body, err);
	if (rc == CP_OK)
		rc = put_certified(x, &body, err);
	cp_buf_clear(&body);
	return rc;
}

/* A kill may have come between the body and the file. */
static enum cp_rc
certify(struct papers *x, struct cp_err *err)
{
	enum cp_rc rc = gather(x, err);

	if (rc == CP_OK && x->n == 0)
		return close_batch(x, "every item was split off", err);
	if (rc == CP_OK && x->batch->certificate_seq == 0)
		rc = put_body(x, err);
	if (rc == CP_OK)
		rc = write_file(x, err);
	return rc == CP_OK ? close_batch(x, NULL, err) : rc;
}

enum cp_rc
cp_certify(struct cp_run *run, const struct cp_batch *b, struct cp_err *err)
{
	struct papers *x = calloc(1, sizeof(*x));
	enum cp_rc rc;

	if (x == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->run = run;
	x->batch = b;
	cp_buf_init(&x->text);
	rc = certify(x, err);
	if (rc != CP_OK)
		cp_err_context(err, "certificate of %s", b->id);
	cp_buf_clear(&x->text);
	free(x->parcels);
	free(x->items);
	free(x->dates);
	free(x);
	return rc;
}

/* ---- writing it again ------------------------------------------------------ */

struct proof {
	struct cp_buf body, line, path, note, detail;
	uint8_t salt[CP_SALT_SIZE];
};

static enum cp_rc
load_proof(struct cp_store *s, const struct cp_batch *b, struct proof *p,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BATCH_BODY);
	const void *salt;
	size_t len;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, b->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row)
		cp_buf_puts(&p->body, cp_col_text(q, 0));
	cp_reset(q);
	if (rc != CP_OK || p->body.len == 0)
		return rc != CP_OK ? rc : cp_fail(err, CP_REFUSED, "batch %s "
		    "has no certificate: it is %s", b->id, b->status);
	q = cp_stmt(s, SQL_AUDIT_ONE);
	cp_bind_int(q, b->certificate_seq);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc != CP_OK ? rc : cp_fail(err, CP_CORRUPT, "the log "
		    "has no entry for the certificate of %s", b->id);
	salt = cp_col_blob(q, 7, &len);
	if (len == sizeof(p->salt))
		memcpy(p->salt, salt, len);
	cp_buf_puts(&p->detail, cp_col_text(q, 8));
	cp_reset(q);
	return cp_log_prove(s, b->certificate_seq, &p->line, &p->path,
	    &p->note, err);
}

static enum cp_rc
write_proved(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, const struct proof *p, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_cert_entry e = { .seq = b->certificate_seq,
		.leaf = cp_buf_text(&p->line), .salt = p->salt,
		.detail = cp_buf_text(&p->detail), .proof = p->path.data,
		.proof_count = p->path.len / 32,
		.checkpoint = cp_buf_text(&p->note) };
	char vkey[CP_NOTE_VKEY_MAX];
	struct cp_note_key key;
	uint8_t sig[64];
	enum cp_rc rc = cp_audit_sign(audit, p->body.data, p->body.len, sig,
	    err);

	if (rc == CP_OK)
		rc = cp_log_key(s, &key, err);
	if (rc != CP_OK)
		return rc;
	cp_note_key_format(&key, vkey);
	return cp_certificate_write(cp_buf_text(&p->body), vkey, sig, &e, out,
	    err);
}

enum cp_rc
cp_certificate_of(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, struct cp_buf *out, struct cp_err *err)
{
	struct proof *p = calloc(1, sizeof(*p));
	enum cp_rc rc;

	if (p == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = load_proof(s, b, p, err);
	if (rc == CP_OK)
		rc = write_proved(s, audit, b, p, out, err);
	cp_buf_clear(&p->body);
	cp_buf_clear(&p->line);
	cp_buf_clear(&p->path);
	cp_buf_clear(&p->note);
	cp_buf_clear(&p->detail);
	free(p);
	return rc;
}
