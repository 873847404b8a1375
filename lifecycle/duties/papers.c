#include "lifecycle/duties/papers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/papers_checks.h"
#include "lifecycle/store/stmt.h"

/* ---- what was destroyed ---------------------------------------------------- */

/* Takes up a destroyed item, and whether its header is there still. */
static enum cp_rc
take_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	struct papers *x = ctx;
	struct cp_parcel *p = &x->parcels[x->n];
	struct cp_cert_item *c = &x->items[x->n];
	struct cp_err why = { 0 };
	enum cp_rc rc;

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
	rc = cp_parcel_header(x->with->store, p, &x->text, &why);
	if (rc != CP_OK && rc != CP_KEY) {
		*err = why;
		return rc;
	}
	c->outcome = rc == CP_KEY ? "destroyed" : "failed";
	x->openable += rc == CP_OK;
	if (x->early_before[0] == '\0' ||
	    strcmp(c->due, x->early_before) < 0)
		memcpy(x->early_before, c->due, sizeof(x->early_before));
	x->n++;
	return CP_OK;
}

static enum cp_rc
take_items(struct papers *x, struct cp_err *err)
{
	size_t most = (size_t)CP_BATCH_ITEMS;

	x->parcels = calloc(most, sizeof(*x->parcels));
	x->items = calloc(most, sizeof(*x->items));
	x->dates = calloc(most, sizeof(*x->dates));
	if (x->parcels == NULL || x->items == NULL || x->dates == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	return cp_batch_items(x->with->store, x->batch, take_item, x, err);
}

static enum cp_rc
take_approvals(struct papers *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store, SQL_BATCH_APPROVALS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->batch->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		size_t i = x->approvals;

		if (i == PAPERS_APPROVALS)
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

static enum cp_rc
take_trials(struct papers *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store, SQL_CERTIFICATE_TRIALS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->batch->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row &&
	    x->n_trials < PAPERS_TRIALS) {
		struct papers_trial *t = &x->trial_text[x->n_trials];
		struct cp_cert_trial *c = &x->trials[x->n_trials++];

		cp_col_copy(q, 0, t->at, sizeof(t->at));
		cp_col_copy(q, 1, t->by, sizeof(t->by));
		cp_col_copy(q, 2, t->custody, sizeof(t->custody));
		cp_col_copy(q, 3, t->headers, sizeof(t->headers));
		*c = (struct cp_cert_trial){ t->at, t->by, t->custody,
			t->headers, cp_col_int(q, 4), cp_col_int(q, 5) };
	}
	cp_reset(q);
	return rc;
}

/* ---- the whole ------------------------------------------------------------- */

enum cp_rc
papers_gather(struct papers *x, struct cp_err *err)
{
	enum cp_rc rc;

	cp_buf_init(&x->text);
	if (x->key_gone[0] == '\0')
		memcpy(x->key_gone, x->batch->finished, sizeof(x->key_gone));
	if (x->clean[0] == '\0')
		memcpy(x->clean, x->key_gone, sizeof(x->clean));
	/* so that what is gone is gone from the log file as well */
	rc = cp_store_checkpoint(x->with->store, err);
	if (rc == CP_OK)
		rc = take_items(x, err);
	if (rc != CP_OK || x->n == 0)
		return rc;
	rc = take_approvals(x, err);
	if (rc == CP_OK)
		rc = take_trials(x, err);
	if (rc == CP_OK)
		rc = papers_keys(x, err);
	return rc == CP_OK ? papers_checks(x, err) : rc;
}

void
papers_clear(struct papers *x)
{
	cp_buf_clear(&x->text);
	free(x->parcels);
	free(x->items);
	free(x->dates);
	free(x->shelves);
}

enum cp_rc
papers_body(struct papers *x, int64_t issue, const char *replaces,
    struct cp_buf *body, struct cp_err *err)
{
	const struct cp_batch *b = x->batch;
	const char *now = x->with->now->time;
	int early = cp_batch_early(b);
	struct cp_certificate c = { .batch = b->id,
		.authority = x->with->settings->authority,
		.policy = b->policy, .policy_version = b->policy_version,
		.rule = cp_rule_name(early ? CP_RULE_EARLY_APPROVALS :
		    CP_RULE_ARCHIVE_PERIOD),
		.kind = b->kind, .legal_basis = early ? b->legal_basis : NULL,
		.early_before = early ? x->early_before : NULL,
		.early_shelves = early ? x->shelves_until : NULL,
		.issue = issue, .replaces = replaces,
		.trials = x->trials, .trial_count = x->n_trials,
		.items = x->items, .count = x->n,
		.proposed = { b->proposed_by, b->proposed_at },
		.approved = x->approved, .approvals = x->approvals,
		.executed_by = b->executed_by, .started = b->started,
		.finished = b->finished,
		.algorithm = "age v1: X25519, HKDF-SHA-256, "
		    "ChaCha20-Poly1305", .key_bits = 128,
		.zeroised = x->zeroised, .zeroised_count = x->n_zeroised,
		.checks = x->checks, .check_count = x->n_checks,
		.key_gone = x->openable == 0 ? x->key_gone : NULL,
		.last_copy_gone = x->n_copies > 0 ? NULL :
		    x->last_gone[0] != '\0' ? x->last_gone : now,
		.copies = x->copy_list, .copy_count = x->n_copies,
		.outcome = x->outcome, .tool = "cpadmin " CP_VERSION,
		.issued = now };

	return cp_certificate_body(&c, body, err);
}
