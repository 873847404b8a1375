#include "lifecycle/duties/adopting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/duties/reshelving.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/prepare.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

enum { PAGE = 1000 };

/* What is to be written of one record. */
struct change {
	int64_t n;
	char id[CP_ID_MAX];
	enum cp_state state;
	int in_batch;
	int redate;                /* an archived one's package */
	int refresh;               /* a live one's dates, or its consents' */
	int prune;
	int notices;
	struct cp_decision decision;
	enum cp_parked parked;
	struct cp_date prune_due;
};

struct recomputing {
	struct cp_adoption *a;
	struct cp_rules rules;
	struct cp_mover mover;
	struct cp_reshelver reshelver;
	struct change *page; /* PAGE of them */
	int count;           /* used, of */
	int64_t last;        /* row that was looked at last */
};

/* ---- reading ----------------------------------------------------------------- */

/* The first row after AFTER that another policy dated; *FOUND = 0: none. */
static enum cp_rc
next_undone(struct recomputing *x, int64_t after, int64_t *n, int *found,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->a->store, SQL_ADOPT_NEXT);
	enum cp_rc rc;

	cp_bind_int(q, after);
	cp_bind_int(q, x->rules.policy_n);
	rc = cp_exec_int(q, 0, n, err);
	*found = *n > 0;
	return rc;
}

static void
note_change(struct recomputing *x, const struct cp_scanned *r,
    const struct cp_outlook *o)
{
	struct change *c = &x->page[x->count++];
	int live = r->facts.state == CP_STATE_LIVE;

	c->n = r->n;
	(void)snprintf(c->id, sizeof(c->id), "%s", r->id);
	c->state = r->facts.state;
	c->in_batch = r->parked == CP_PARKED_BATCH;
	c->redate = !live && o->whole && o->parked != CP_PARKED_UNDECIDABLE;
	c->refresh = live ? o->whole || r->facts.n_consents > 0 ||
	    o->parked != r->parked || cp_date_cmp(o->decision.extended_from,
	    r->extended_from) != 0 || strcmp(o->decision.rule_name, r->rule) !=
	    0 : o->whole || o->parked != r->parked;
	c->prune = cp_date_cmp(o->prune_due, r->prune_due) != 0;
	c->notices = o->notices;
	c->decision = o->decision;
	c->parked = o->parked;
	c->prune_due = o->prune_due;
}

/* At most PAGE rows from FROM on, done ones among them. */
static enum cp_rc
read_page(struct recomputing *x, int64_t from, struct cp_err *err)
{
	struct cp_scan *scan = NULL;
	struct cp_scanned r;
	struct cp_outlook o;
	int found = 1;
	enum cp_rc rc = cp_scan_open(x->a->store, from - 1, &scan, err);

	x->count = 0;
	for (int i = 0; rc == CP_OK && i < PAGE; i++) {
		rc = cp_scan_next(scan, &found, &r, err);
		if (rc != CP_OK || !found)
			break;
		x->last = r.n;
		if (r.policy == x->rules.policy_n)
			continue;
		rc = cp_mover_look(&x->mover, &r, &o, err);
		if (rc == CP_OK)
			note_change(x, &r, &o);
	}
	cp_scan_close(&scan);
	return rc;
}

/* ---- writing ----------------------------------------------------------------- */

static enum cp_rc
put_dates(struct recomputing *x, const struct change *c, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->a->store, SQL_RECORD_DATES);

	cp_record_bind_action(q, &c->decision);
	cp_bind_int(q, c->parked);
	cp_bind_int(q, x->rules.policy_n);
	cp_bind_int(q, c->n);
	return cp_exec(q, err);
}

static enum cp_rc
put_policy(struct recomputing *x, const struct change *c, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->a->store, c->notices ?
	    SQL_NOTICE_POLICY : SQL_RECORD_POLICY);

	cp_bind_int(q, x->rules.policy_n);
	cp_bind_int(q, c->n);
	return cp_exec(q, err);
}

static enum cp_rc
put_prune(struct recomputing *x, const struct change *c, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->a->store, SQL_RECORD_PRUNE);

	cp_bind_date(q, c->prune_due);
	cp_bind_int(q, c->n);
	return cp_exec(q, err);
}

/* A package whose header cannot be had keeps its day: *REDATED is 0. */
static enum cp_rc
redate(struct recomputing *x, const struct change *c, int *redated,
    struct cp_err *err)
{
	struct cp_adoption *a = x->a;
	enum cp_rc rc = cp_reshelve(&x->reshelver, c->id, c->decision.due,
	    c->in_batch, err);

	*redated = rc == CP_OK;
	if (rc == CP_OK)
		return CP_OK;
	if (!x->reshelver.untouched || (rc != CP_KEY && rc != CP_CORRUPT &&
	    rc != CP_NOT_FOUND && rc != CP_REFUSED))
		return rc;
	a->failed++;
	if (a->trouble != NULL)
		a->trouble(a->trouble_ctx, c->id, err);
	return CP_OK;
}

static enum cp_rc
put_archived(struct recomputing *x, const struct change *c, int64_t *redated,
    struct cp_err *err)
{
	int done = 1;
	enum cp_rc rc = c->redate ? redate(x, c, &done, err) : CP_OK;

	if (rc != CP_OK)
		return rc;
	*redated += c->redate && done;
	return c->refresh && done ? put_dates(x, c, err) :
	    put_policy(x, c, err);
}

static enum cp_rc
put_live(struct recomputing *x, const struct change *c, struct cp_err *err)
{
	enum cp_rc rc = c->refresh ? cp_record_refresh(x->a->store, &x->rules,
	    c->n, err) : put_policy(x, c, err);

	if (rc == CP_OK && c->notices && c->refresh)
		rc = cp_notice_look_soon(x->a->store, c->n, err);
	return rc == CP_OK && c->prune ? put_prune(x, c, err) : rc;
}

/* One page, one transaction. */
static enum cp_rc
recompute_page(struct recomputing *x, int64_t from, struct cp_err *err)
{
	struct cp_adoption *a = x->a;
	struct cp_move_sum before = x->mover.sum;
	int64_t redated = 0, failed = a->failed;
	enum cp_rc rc = cp_txn_begin(a->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = read_page(x, from, err);
	for (int i = 0; rc == CP_OK && i < x->count; i++)
		rc = x->page[i].state == CP_STATE_ARCHIVED ?
		    put_archived(x, &x->page[i], &redated, err) :
		    put_live(x, &x->page[i], err);
	rc = cp_txn_end(a->audit, rc, err);
	if (rc != CP_OK) {
		x->mover.sum = before;
		a->failed = failed;
		return rc;
	}
	a->recomputed += x->count;
	a->redated += redated;
	if (a->progress != NULL)
		a->progress(a->progress_ctx, a->recomputed, a->total);
	return CP_OK;
}

static enum cp_rc
recompute_all(struct recomputing *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->a->store, SQL_ADOPT_LEFT);
	int64_t from = 0;
	int found = 1;
	enum cp_rc rc;

	cp_bind_int(q, x->rules.policy_n);
	rc = cp_exec_int(q, 0, &x->a->total, err);
	while (rc == CP_OK && found) {
		rc = next_undone(x, x->last, &from, &found, err);
		if (rc == CP_OK && found)
			rc = recompute_page(x, from, err);
	}
	return rc;
}

/* A header that changed shelves is not to stay in the write-ahead log under
 * the key of the old one; a key that was made is to be in the escrow copy. */
static enum cp_rc
settle_shelves(struct recomputing *x, struct cp_err *err)
{
	struct cp_adoption *a = x->a;
	int renewed;

	if (cp_store_checkpoint(a->store, err) == CP_FAILED)
		return CP_FAILED;
	return x->reshelver.ring == NULL ? CP_OK : cp_escrow_renew(a->store,
	    a->audit, x->reshelver.ring, a->now, &renewed, err);
}

static enum cp_rc
recompute(struct cp_adoption *a, const struct cp_policy *policy,
    struct cp_err *err)
{
	struct recomputing x = { .a = a };
	enum cp_rc rc;

	x.rules.policy = policy;
	x.rules.policy_n = a->settings->policy_n;
	x.rules.today = a->now->today;
	memcpy(x.rules.salt, a->settings->salt, sizeof(x.rules.salt));
	x.mover = (struct cp_mover){ .store = a->store,
		.settings = a->settings, .policy = policy,
		.today = a->now->today };
	x.reshelver = (struct cp_reshelver){ .store = a->store,
		.audit = a->audit, .policy = policy,
		.today = a->now->today, .ring = a->ring };
	x.page = calloc(PAGE, sizeof(*x.page));
	rc = x.page != NULL ? recompute_all(&x, err) :
	    cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK && a->redated > 0)
		rc = settle_shelves(&x, err);
	a->sum = x.mover.sum;
	cp_mover_clear(&x.mover);
	cp_reshelver_clear(&x.reshelver);
	free(x.page);
	return rc;
}

static enum cp_rc
mark_done(struct cp_adoption *a, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(a->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_settings_policy_done(a->store, err);
	if (rc != CP_OK) {
		cp_txn_rollback(a->audit);
		return rc;
	}
	rc = cp_txn_commit(a->audit, err);
	if (rc == CP_OK)
		a->settings->policy_done = a->settings->policy_n;
	return rc;
}

enum cp_rc
cp_adopt_finish(struct cp_adoption *a, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	enum cp_rc rc;

	if (a->settings->policy_done == a->settings->policy_n)
		return CP_OK;
	rc = cp_settings_policy(a->store, a->settings, &policy, err);
	if (rc == CP_OK)
		rc = recompute(a, policy, err);
	if (rc == CP_OK)
		rc = cp_hold_redated(a->store, a->audit, a->now->today, err);
	if (rc == CP_OK)
		rc = mark_done(a, err);
	cp_policy_free(policy);
	return rc;
}

static enum cp_rc
log_adoption(struct cp_adoption *a, int64_t n, struct cp_err *err)
{
	struct cp_entry e = { .action = "policy.adopt" };
	struct cp_stmt *q = cp_stmt(a->store, SQL_POLICY_GET);
	struct cp_buf detail;
	int row;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	cp_json_open(&detail, '{');
	if (rc == CP_OK && row) {
		cp_json_put_member(&detail, "name", cp_col_text(q, 0));
		cp_json_put_member(&detail, "version", cp_col_text(q, 1));
		cp_json_put_member(&detail, "sha256", cp_col_text(q, 2));
	}
	cp_json_close(&detail, '}');
	cp_reset(q);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(a->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
put_in_force(struct cp_adoption *a, const char *path, struct cp_err *err)
{
	int64_t n = 0;
	enum cp_rc rc = cp_txn_begin(a->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_settings_keep_policy(a->store, path, a->op->name, a->now, &n,
	    err);
	if (rc == CP_OK && n == a->settings->policy_n) {
		cp_txn_rollback(a->audit); /* in force already */
		return CP_OK;
	}
	if (rc == CP_OK)
		rc = cp_settings_put_policy(a->store, n, err);
	if (rc == CP_OK)
		rc = cp_settings_note_adoption(a->store, n, a->now, err);
	if (rc == CP_OK)
		rc = log_adoption(a, n, err);
	if (rc != CP_OK) {
		cp_txn_rollback(a->audit);
		return rc;
	}
	rc = cp_txn_commit(a->audit, err);
	if (rc == CP_OK) {
		a->settings->policy_n = n;
		a->changed = 1;
	}
	return rc;
}

enum cp_rc
cp_adopt(struct cp_adoption *a, const char *path, struct cp_err *err)
{
	char lock[4096];
	int fd = -1;
	enum cp_rc rc = cp_store_path(a->store, lock, sizeof(lock), err,
	    "run.lock");

	if (rc == CP_OK)
		rc = cp_file_lock(lock, &fd, err);
	if (rc != CP_OK) {
		cp_err_hint(err, "a retention run is at work; try again");
		return rc;
	}
	/* Another adoption may have ended since the caller looked. */
	rc = cp_settings_load(a->store, a->settings, err);
	if (rc == CP_OK)
		rc = put_in_force(a, path, err);
	if (rc == CP_OK)
		rc = cp_adopt_finish(a, err);
	(void)close(fd); /* unlocks; nothing was written */
	return rc;
}
