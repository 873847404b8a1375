#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/certificate.h"
#include "lifecycle/duties/certifying.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/stmt.h"

/* A certificate with its proof against the log's present head. */

struct proof {
	int64_t issue, seq;
	struct cp_buf body, line, path, note, detail;
	uint8_t salt[CP_SALT_SIZE];
};

/* A row of issue, body and seq, if Q gives one. */
static enum cp_rc
take_row(struct cp_stmt *q, struct proof *p, int *found, struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc == CP_OK && *found) {
		p->issue = cp_col_int(q, 0);
		cp_buf_puts(&p->body, cp_col_text(q, 1));
		p->seq = cp_col_int(q, 2);
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
load_body(struct cp_store *s, const struct cp_batch *b, int64_t issue,
    struct proof *p, struct cp_err *err)
{
	struct cp_stmt *q;
	int found = 0, row;
	enum cp_rc rc = CP_OK;

	if (issue != 1) {
		q = cp_stmt(s, issue == 0 ? SQL_CERTIFICATE_LAST :
		    SQL_CERTIFICATE_GET);
		cp_bind_int(q, b->n);
		if (issue != 0)
			cp_bind_int(q, issue);
		rc = take_row(q, p, &found, err);
		if (rc != CP_OK || found)
			return rc;
	}
	if (b->certificate_seq == 0)
		return cp_fail(err, CP_REFUSED, "batch %s has no certificate: "
		    "it is %s", b->id, b->status);
	if (issue > 1)
		return cp_fail(err, CP_NOT_FOUND, "batch %s has no certificate "
		    "%lld", b->id, (long long)issue);
	q = cp_stmt(s, SQL_BATCH_BODY);
	cp_bind_int(q, b->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row)
		cp_buf_puts(&p->body, cp_col_text(q, 0));
	cp_reset(q);
	p->issue = 1;
	p->seq = b->certificate_seq;
	return rc == CP_OK ? cp_buf_check(&p->body, err) : rc;
}

enum cp_rc
cp_certificate_text(struct cp_store *s, const struct cp_batch *b,
    int64_t issue, int64_t *number, struct cp_buf *out, struct cp_err *err)
{
	struct proof p = { 0 };
	enum cp_rc rc;

	cp_buf_init(&p.body);
	rc = load_body(s, b, issue, &p, err);
	if (rc == CP_OK) {
		cp_buf_put(out, p.body.data, p.body.len);
		rc = cp_buf_check(out, err);
	}
	if (rc == CP_OK)
		*number = p.issue;
	cp_buf_clear(&p.body);
	return rc;
}

static enum cp_rc
load_proof(struct cp_store *s, const struct cp_batch *b, int64_t issue,
    struct proof *p, struct cp_err *err)
{
	struct cp_stmt *q;
	const void *salt;
	size_t len;
	int row;
	enum cp_rc rc = load_body(s, b, issue, p, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_AUDIT_ONE);
	cp_bind_int(q, p->seq);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc != CP_OK ? rc : cp_fail(err, CP_CORRUPT, "the log "
		    "has no entry for the certificate of %s", b->id);
	salt = cp_col_blob(q, 7, &len);
	if (len == sizeof(p->salt))
		memcpy(p->salt, salt, len);
	cp_buf_puts(&p->detail, cp_col_text(q, 8));
	cp_reset(q);
	return cp_log_prove(s, p->seq, &p->line, &p->path,
	    &p->note, err);
}

static enum cp_rc
write_proved(struct cp_store *s, struct cp_audit *audit,
    const struct proof *p, struct cp_buf *out, struct cp_err *err)
{
	struct cp_cert_entry e = { .seq = p->seq,
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
cp_certificate_issue(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, int64_t issue, struct cp_buf *out,
    struct cp_err *err)
{
	struct proof *p = calloc(1, sizeof(*p));
	enum cp_rc rc;

	if (p == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = load_proof(s, b, issue, p, err);
	if (rc == CP_OK)
		rc = write_proved(s, audit, p, out, err);
	cp_buf_clear(&p->body);
	cp_buf_clear(&p->line);
	cp_buf_clear(&p->path);
	cp_buf_clear(&p->note);
	cp_buf_clear(&p->detail);
	free(p);
	return rc;
}

enum cp_rc
cp_certificate_of(struct cp_store *s, struct cp_audit *audit,
    const struct cp_batch *b, struct cp_buf *out, struct cp_err *err)
{
	return cp_certificate_issue(s, audit, b, 0, out, err);
}
