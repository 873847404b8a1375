#include "cpadmin/sar_collect_archived.h"

#include <string.h>

#include "cpadmin/archive_sitting.h"
#include "cpadmin/out.h"
#include "cpadmin/sar_case.h"
#include "lifecycle/duties/keeping.h"

/* sar collect: the custodians' sitting about who is archived. */

static const char PURPOSE[] = "subject-access";

struct sitting {
	struct cp_sitting x;
	struct cp_sar sar;
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	size_t n_subjects;
	const struct cp_sar_subject *who; /* that is at hand */
	int archived, kept;
};

/* In the transaction that logs it: unless something came between. */
static enum cp_rc
keep(void *ctx, struct cp_err *err)
{
	struct sitting *w = ctx;
	struct cp_sitting *x = &w->x;
	struct cp_change c = { x->s.store, x->s.audit, &x->rules, &x->s.now };
	struct cp_parcel now;
	enum cp_rc rc = cp_parcel_at(x->s.store, x->parcel.n, &now, err);

	if (rc == CP_OK)
		rc = cp_sar_get(x->s.store, w->sar.id, &w->sar, err);
	if (rc == CP_OK && strcmp(now.status, "archived") != 0) {
		rc = cp_fail(err, CP_REFUSED, "package %s was %s meanwhile",
		    now.id, now.status);
		cp_err_hint(err, "collect again");
	}
	return rc == CP_OK ? cp_keeping_put(&c, &w->sar, w->who->idx,
	    x->parcel.n, x->plain.data, x->plain.len, err) : rc;
}

static enum cp_rc
sit(struct sitting *w, struct cp_err *err)
{
	struct cp_sitting *x = &w->x;
	enum cp_rc rc = cp_sitting_may_open(x, err);

	if (rc != CP_OK)
		return cp_sitting_failed(x, "refused", rc, err);
	rc = cp_sitting_open(x, err);
	if (rc != CP_OK)
		return cp_sitting_failed(x, "failed", rc, err);
	rc = cp_sitting_log(x, "done", err);
	w->kept += rc == CP_OK;
	return rc == CP_REFUSED ? cp_sitting_failed(x, "refused", rc, err) :
	    rc;
}

/* What is kept and cannot be read counts as nothing. */
static enum cp_rc
is_kept(struct sitting *w, int *yes, struct cp_err *err)
{
	struct cp_buf plain;
	int64_t package = 0;
	int found = 0;
	enum cp_rc rc;

	cp_buf_init(&plain);
	rc = cp_keeping_get(w->x.s.store, &w->sar, w->who->idx, &package,
	    &plain, &found, err);
	cp_buf_clear(&plain);
	*yes = rc == CP_OK && found && package == w->x.parcel.n;
	if (rc != CP_KEY && rc != CP_CORRUPT)
		return rc;
	cp_err_clear(err);
	return CP_OK;
}

/* Of one that is archived: what is kept of its package stays. */
static enum cp_rc
take(struct sitting *w, struct cp_err *err)
{
	struct cp_record r;
	int kept = 0;
	enum cp_rc rc;

	if (w->who->record == 0)
		return CP_OK;
	rc = cp_record_at(w->x.s.store, w->who->record, &r, err);
	if (rc != CP_OK || r.state != CP_STATE_ARCHIVED)
		return rc;
	w->archived++;
	rc = cp_sitting_take(&w->x, r.id, err);
	if (rc == CP_OK)
		rc = is_kept(w, &kept, err);
	if (rc != CP_OK || kept)
		return rc;
	return sit(w, err);
}

/* Nobody is asked for a share in vain. */
static enum cp_rc
check(struct sitting *w, struct cp_err *err)
{
	const struct cp_opening *o = &w->x.opening;

	if (w->sar.stage >= CP_SAR_ANSWERED)
		return cp_fail(err, CP_REFUSED, "request %s is %s", w->sar.id,
		    cp_sar_stage_word(w->sar.stage));
	if (o->n == 0 || strcmp(o->purpose, PURPOSE) == 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "opening %s is for another purpose, "
	    "%s", o->id, o->purpose);
	cp_err_hint(err, "cpadmin archive request PKG --purpose %s --reason "
	    "%s", PURPOSE, w->sar.id);
	return CP_REFUSED;
}

static enum cp_rc
say(const struct sitting *w, struct cp_err *err)
{
	if (w->archived == 0) {
		(void)cp_fail(err, CP_REFUSED, "nobody that request %s is "
		    "about is archived", w->sar.id);
		cp_err_hint(err, "collect without the custodians");
		return CP_REFUSED;
	}
	if (w->kept > 0)
		cp_say(w->x.call, "Kept for %s until it is closed: %d "
		    "package%s.", w->sar.id, w->kept, w->kept == 1 ? "" : "s");
	return CP_OK;
}

enum cp_rc
cp_sar_collect_archived(const struct cp_call *call, struct cp_err *err)
{
	struct sitting w = { .x = { .call = call, .action = "archive.open",
		.purpose = PURPOSE, .reason = cp_arg(call, 0),
		.to = "request" } };
	enum cp_rc rc;

	if (cp_option_at(call, "share", 0) == NULL &&
	    cp_option(call, "opening") == NULL)
		return CP_OK;
	w.x.also = keep;
	w.x.also_ctx = &w;
	rc = cp_sitting_begin(&w.x, err);
	if (rc == CP_OK)
		rc = cp_operator_may(&w.x.s.op, CP_SAR_OPENERS, err);
	if (rc == CP_OK)
		rc = cp_sar_get(w.x.s.store, cp_arg(call, 0), &w.sar, err);
	if (rc == CP_OK)
		rc = check(&w, err);
	if (rc == CP_OK)
		rc = cp_sar_subjects(w.x.s.store, &w.sar, w.subject,
		    &w.n_subjects, err);
	for (size_t i = 0; rc == CP_OK && i < w.n_subjects; i++) {
		w.who = &w.subject[i];
		rc = take(&w, err);
	}
	if (rc == CP_OK)
		rc = say(&w, err);
	cp_sitting_end(&w.x);
	return rc;
}
