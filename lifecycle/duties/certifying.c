#include "lifecycle/duties/certifying.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/certificate.h"
#include "lifecycle/duties/certifying_last.h"
#include "lifecycle/duties/papers.h"
#include "lifecycle/store/stmt.h"

/* ---- into the store -------------------------------------------------------- */

static enum cp_rc
put_remain(struct cp_store *s, const struct cp_batch *b, int remain,
    const char *outcome, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CERTIFICATE_REMAIN);

	cp_bind_int(q, b->n);
	cp_bind_int(q, remain);
	cp_bind_text(q, outcome);
	return cp_exec(q, err);
}

static enum cp_rc
put_row(struct papers *x, int64_t issue, const char *body, int64_t seq,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store, issue == 1 ?
	    SQL_BATCH_CERTIFIED : SQL_CERTIFICATE_ADD);

	if (issue == 1) {
		cp_bind_text(q, body);
		cp_bind_int(q, seq);
		cp_bind_int(q, x->batch->n);
		return cp_exec(q, err);
	}
	cp_bind_int(q, x->batch->n);
	cp_bind_int(q, issue);
	cp_bind_text(q, x->with->now->time);
	cp_bind_text(q, body);
	cp_bind_int(q, seq);
	return cp_exec(q, err);
}

/* One transaction.  Until its file is written something remains to be done,
 * whatever the certificate says. */
static enum cp_rc
put_certified(struct papers *x, int64_t issue, const struct cp_buf *body,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "destruction.certificate",
		.outcome = strcmp(x->outcome, "destroyed") == 0 ? NULL :
		    x->outcome };
	struct cp_audit *audit = x->with->audit;
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
	if (rc == CP_OK)
		rc = put_row(x, issue, cp_buf_text(body), seq, err);
	if (rc == CP_OK)
		rc = put_remain(x->with->store, x->batch, 1, x->outcome, err);
	return cp_txn_end(audit, rc, err);
}

/* ---- onto the disk --------------------------------------------------------- */

static enum cp_rc
file_path(const struct cp_certifier *c, const struct cp_batch *b,
    int64_t issue, char *path, size_t cap, struct cp_err *err)
{
	return issue == 1 ? cp_store_path(c->store, path, cap, err,
	    "outbox/certificate-%s.json", b->id) :
	    cp_store_path(c->store, path, cap, err,
	    "outbox/certificate-%s-%lld.json", b->id, (long long)issue);
}

static enum cp_rc
write_file(const struct cp_certifier *c, const struct cp_batch *b,
    int64_t issue, struct cp_err *err)
{
	struct cp_batch done;
	struct cp_buf file;
	char path[4200];
	enum cp_rc rc = cp_batch_get(c->store, b->id, &done, err);

	cp_buf_init(&file);
	if (rc == CP_OK)
		rc = cp_certificate_issue(c->store, c->audit, &done, issue,
		    &file, err);
	if (rc == CP_OK)
		rc = file_path(c, b, issue, path, sizeof(path), err);
	if (rc == CP_OK)
		rc = cp_file_write_durable(path, 0600, file.data, file.len,
		    err);
	cp_buf_clear(&file);
	return rc;
}

/* A kill may have come between the row and the file. */
static enum cp_rc
need_file(const struct cp_certifier *c, const struct cp_batch *b,
    int64_t issue, struct cp_err *err)
{
	char path[4200];
	enum cp_rc rc = file_path(c, b, issue, path, sizeof(path), err);

	if (rc != CP_OK || access(path, F_OK) == 0)
		return rc;
	return write_file(c, b, issue, err);
}

/* ---- issuing --------------------------------------------------------------- */

/* Nothing remains: the batch is not looked at again. */
static enum cp_rc
settle(const struct cp_certifier *c, const struct cp_batch *b,
    struct cp_err *err)
{
	enum cp_rc rc = cp_store_begin(c->store, err);

	if (rc != CP_OK)
		return rc;
	rc = put_remain(c->store, b, 0, NULL, err);
	if (rc == CP_OK)
		return cp_store_commit(c->store, err);
	cp_store_rollback(c->store);
	return rc;
}

static int
final(const char *outcome, int gone)
{
	return gone && strcmp(outcome, "destroyed") == 0;
}

/* The certificate after LAST of what X has gathered, onto the disk. */
static enum cp_rc
issue_next(struct papers *x, const struct certified *last, struct cp_err *err)
{
	struct cp_buf body;
	enum cp_rc rc;

	cp_buf_init(&body);
	rc = papers_body(x, last->issue + 1, last->issue > 0 ? last->sum :
	    NULL, &body, err);
	if (rc == CP_OK)
		rc = put_certified(x, last->issue + 1, &body, err);
	if (rc == CP_OK)
		rc = write_file(x->with, x->batch, last->issue + 1, err);
	if (rc == CP_OK && final(x->outcome, x->n_copies == 0))
		rc = settle(x->with, x->batch, err);
	cp_buf_clear(&body);
	return rc;
}

static const char *
detail_of(const struct cp_batch *b, char out[64])
{
	(void)snprintf(out, 64, "{\"batch\":\"%s\"}", b->id);
	return out;
}

/* The batch is done: its certificate is in the outbox, or NOTHING says why it
 * has none. */
static enum cp_rc
close_batch(const struct cp_certifier *c, const struct cp_batch *b,
    const char *nothing, struct cp_err *err)
{
	struct cp_entry e = { .action = "destruction.nothing" };
	char detail[64];
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(c->audit, err);

	if (rc != CP_OK)
		return rc;
	e.detail = detail_of(b, detail);
	q = cp_stmt(c->store, SQL_BATCH_STATUS);
	cp_bind_text(q, "done");
	cp_bind_null(q);
	cp_bind_text(q, nothing);
	cp_bind_int(q, b->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && nothing != NULL)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	return cp_txn_end(c->audit, rc, err);
}

static struct cp_certifier
certifier_of(const struct cp_run *run)
{
	struct cp_certifier c = { run->store, run->audit, run->settings,
		run->now, run->ring };

	return c;
}

/* What is not destroyed is the run's trouble, told once. */
static void
tell(struct cp_run *run, const struct cp_batch *b, const char *outcome)
{
	struct cp_err why = { 0 };

	if (strcmp(outcome, "destroyed") == 0)
		return;
	(void)cp_fail(&why, CP_CORRUPT, "the certificate says %s: cpadmin "
	    "destruction certificate %s", outcome, b->id);
	cp_run_trouble(run, b->id, &why);
}

/* A kill may have come between any two of these. */
static enum cp_rc
certify(struct papers *x, struct cp_err *err)
{
	struct certified last;
	enum cp_rc rc = papers_gather(x, err);

	if (rc == CP_OK && x->n == 0)
		return close_batch(x->with, x->batch, "no item was left to be "
		    "destroyed", err);
	if (rc == CP_OK)
		rc = certified_last(x->with->store, x->batch, &last, err);
	if (rc == CP_OK)
		rc = last.issue == 0 ? issue_next(x, &last, err) :
		    need_file(x->with, x->batch, last.issue, err);
	if (rc == CP_OK && last.issue > 0)
		x->outcome = "destroyed"; /* it was told */
	return rc == CP_OK ? close_batch(x->with, x->batch, NULL, err) : rc;
}

enum cp_rc
cp_certify(struct cp_run *run, const struct cp_batch *b, struct cp_err *err)
{
	struct cp_certifier c = certifier_of(run);
	struct papers *x = calloc(1, sizeof(*x));
	enum cp_rc rc;

	if (x == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->with = &c;
	x->batch = b;
	rc = certify(x, err);
	if (rc != CP_OK)
		cp_err_context(err, "certificate of %s", b->id);
	else if (x->n > 0)
		tell(run, b, x->outcome);
	papers_clear(x);
	free(x);
	return rc;
}

/* ---- again ----------------------------------------------------------------- */

/* A header that came back after its package was destroyed goes once more. */
static enum cp_rc
erase_again(const struct cp_certifier *c, const struct cp_batch *b,
    struct cp_err *err)
{
	static const enum sql_id steps[] = { SQL_CERTIFICATE_BLANK,
		SQL_CERTIFICATE_ERASE };
	struct cp_entry e = { .action = "destruction.again" };
	char detail[64];
	struct cp_stmt *q;
	enum cp_rc rc = cp_txn_begin(c->audit, err);

	if (rc != CP_OK)
		return rc;
	e.detail = detail_of(b, detail);
	for (int i = 0; rc == CP_OK && i < 2; i++) {
		q = cp_stmt(c->store, steps[i]);
		cp_bind_int(q, b->n);
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	return cp_txn_end(c->audit, rc, err);
}

/* Gathers, and issues if ANYWAY or the outcome or what remains has changed
 * for the better. */
static enum cp_rc
look_again(const struct cp_certifier *c, const struct cp_batch *b,
    const struct certified *last, int anyway, char outcome[12], int64_t *issue,
    struct cp_err *err)
{
	struct papers *x = calloc(1, sizeof(*x));
	enum cp_rc rc;

	if (x == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->with = c;
	x->batch = b;
	(void)snprintf(x->key_gone, sizeof(x->key_gone), "%s",
	    last->key_gone[0] != '\0' ? last->key_gone : c->now->time);
	rc = certified_clean(c, b, last, x->clean, err);
	if (rc == CP_OK)
		rc = papers_gather(x, err);
	if (rc == CP_OK && x->n == 0)
		rc = cp_fail(err, CP_CORRUPT, "it has no destroyed item");
	if (rc == CP_OK && (anyway || final(x->outcome, x->n_copies == 0) ||
	    strcmp(x->outcome, last->outcome) != 0)) {
		rc = issue_next(x, last, err);
		*issue = last->issue + 1;
	}
	if (rc == CP_OK)
		(void)snprintf(outcome, 12, "%s", x->outcome);
	papers_clear(x);
	free(x);
	return rc;
}

enum cp_rc
cp_certify_next(const struct cp_certifier *c, const struct cp_batch *b,
    char outcome[12], int64_t *issue, struct cp_err *err)
{
	struct certified last;
	enum cp_rc rc = certified_last(c->store, b, &last, err);

	if (rc == CP_OK && last.issue == 0)
		return cp_fail(err, CP_REFUSED, "batch %s has no certificate: "
		    "it is %s", b->id, b->status);
	if (rc == CP_OK)
		rc = need_file(c, b, last.issue, err);
	if (rc == CP_OK)
		rc = look_again(c, b, &last, 1, outcome, issue, err);
	if (rc != CP_OK)
		cp_err_context(err, "certificate of %s", b->id);
	return rc;
}

/* Most nights nothing has gone since the last one, and it need not be read:
 * *GONE is 0.  Its file may be owed all the same. */
static enum cp_rc
quiet(const struct cp_certifier *c, const struct cp_batch *b, int *gone,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t issue;
	enum cp_rc rc = CP_OK;

	*gone = 1;
	if (strcmp(b->outcome, "destroyed") == 0)
		rc = papers_copies_gone(c->store, b, b->finished, gone, err);
	if (rc != CP_OK || *gone)
		return rc;
	q = cp_stmt(c->store, SQL_CERTIFICATE_ISSUE);
	cp_bind_int(q, b->n);
	rc = cp_exec_int(q, 1, &issue, err);
	return rc == CP_OK ? need_file(c, b, issue, err) : rc;
}

static enum cp_rc
certify_again(struct cp_run *run, const struct cp_certifier *c,
    const struct cp_batch *b, struct cp_err *err)
{
	char outcome[12] = "destroyed";
	int64_t issue = 0;
	struct certified last;
	char clean[24];
	int gone = 1;
	enum cp_rc rc = quiet(c, b, &gone, err);

	if (rc != CP_OK || !gone)
		return rc;
	rc = certified_last(c->store, b, &last, err);
	if (rc == CP_OK && last.issue > 0)
		rc = need_file(c, b, last.issue, err);
	if (rc != CP_OK || last.issue == 0)
		return rc;
	if (final(last.outcome, last.gone))
		return settle(c, b, err);
	if (strcmp(last.outcome, "failed") == 0)
		rc = erase_again(c, b, err);
	else if (strcmp(last.outcome, "destroyed") == 0) {
		rc = certified_clean(c, b, &last, clean, err);
		if (rc == CP_OK)
			rc = papers_copies_gone(c->store, b, clean[0] != '\0' ?
			    clean : b->finished, &gone, err);
	}
	if (rc == CP_OK && gone)
		rc = look_again(c, b, &last, 0, outcome, &issue, err);
	if (rc == CP_OK && issue > 0)
		tell(run, b, outcome);
	return rc;
}

enum cp_rc
cp_certify_again(struct cp_run *run, struct cp_err *err)
{
	struct cp_certifier c = certifier_of(run);
	struct cp_batch b = { 0 };
	int found = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && found) {
		rc = cp_batch_remaining(run->store, b.n, &found, &b, err);
		if (rc != CP_OK || !found || strcmp(b.status, "done") != 0)
			continue;
		rc = certify_again(run, &c, &b, err);
		if (rc == CP_BUSY) { /* put off, as the first one would be */
			cp_run_trouble(run, b.id, err);
			cp_err_clear(err);
			rc = CP_OK;
		} else if (rc != CP_OK) {
			cp_err_context(err, "certificate of %s", b.id);
		}
	}
	return rc;
}
