#include <string.h>

#include "cpadmin/hold_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"

/* Releasing a hold: what it had suspended is listed and put back. */

static const struct cp_column columns[] = {
	{ "id", "ID" },
	{ "why", "WHY" },
};

static enum cp_rc
put_one(void *ctx, const char *id, const char *authority, enum cp_truth why,
    struct cp_err *err)
{
	(void)authority;
	cp_out_text(ctx, id);
	cp_out_text(ctx, why == CP_TRUE ? "true" : "unknown");
	return cp_out_row(ctx, err);
}

static enum cp_rc
count(const struct cp_call *call, struct cp_session *s,
    const struct cp_hold *h, int64_t *out, struct cp_err *err)
{
	struct cp_progress p;
	struct cp_hold_watch w = { .progress = cp_progress_at,
		.progress_ctx = &p };
	struct cp_hold_count n = { 0, 0 };
	enum cp_rc rc;

	cp_progress_init(&p, call, "held records looked at", 0);
	rc = cp_hold_suspends(s->store, h, &w, &n, err);
	*out = n.certain + n.unknown;
	cp_progress_end(&p, 0);
	return rc;
}

/* The hold is released and logged in one transaction.  What it suspended is
 * counted before, so that nobody waits for that. */
static enum cp_rc
release(struct cp_session *s, const char *id, const char *reason,
    int64_t suspended, struct cp_hold *h, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_hold_get(s->store, id, h, err);
	if (rc == CP_OK)
		rc = cp_hold_release(s->store, h, s->op.name, reason,
		    s->now.today, err);
	if (rc == CP_OK)
		rc = cp_hold_log(s, "hold.release", h, reason, "suspended",
		    suspended, err);
	if (rc == CP_OK)
		return cp_txn_commit(s->audit, err);
	cp_txn_rollback(s->audit);
	return rc;
}

static enum cp_rc
list(const struct cp_call *call, struct cp_session *s,
    const struct cp_hold *h, int64_t *suspended, struct cp_err *err)
{
	struct cp_hold_watch w = { .record = put_one };
	struct cp_hold_count n = { 0, 0 };
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_table(call, "hold-release", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	w.ctx = o;
	if (rc == CP_OK)
		rc = cp_hold_suspends(s->store, h, &w, &n, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	*suspended = n.certain + n.unknown;
	return rc;
}

static enum cp_rc
settle(const struct cp_call *call, struct cp_session *s, int64_t total,
    int64_t *freed, struct cp_err *err)
{
	struct cp_progress p;
	enum cp_rc rc;

	cp_progress_init(&p, call, "records put back", total);
	rc = cp_hold_settle(s->store, s->audit, s->now.today, freed,
	    cp_progress_at, &p, err);
	cp_progress_end(&p, *freed);
	return rc;
}

/* A release that was killed before it had put back all: to run it again
 * finishes it. */
static int
unfinished(const struct cp_hold *h)
{
	return cp_date_set(h->released) && !h->settled;
}

/* Reads the hold as it is between transactions of others: also a log that was
 * torn by a death is mended by that, before anything is refused. */
static enum cp_rc
find(struct cp_session *s, const char *id, struct cp_hold *h,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_hold_get(s->store, id, h, err);
	if (rc == CP_OK)
		rc = cp_hold_reachable(s, h, err);
	if (rc == CP_OK && !unfinished(h))
		rc = cp_hold_releasable(h, s->op.name, err);
	cp_txn_rollback(s->audit);
	return rc;
}

static enum cp_rc
run(const struct cp_call *call, struct cp_session *s, const char *reason,
    struct cp_err *err)
{
	const char *id = cp_arg(call, 0);
	int64_t suspended = 0, freed = 0;
	struct cp_hold h;
	enum cp_rc rc = find(s, id, &h, err);

	if (rc == CP_OK && !unfinished(&h)) {
		rc = count(call, s, &h, &suspended, err);
		if (rc == CP_OK)
			rc = release(s, id, reason, suspended, &h, err);
	}
	if (rc == CP_OK)
		rc = list(call, s, &h, &suspended, err);
	if (rc == CP_OK)
		rc = settle(call, s, suspended, &freed, err);
	if (rc == CP_OK)
		cp_say(call, "hold %s is released; it suspended %lld records, "
		    "%lld are back on the path", h.id, (long long)suspended,
		    (long long)freed);
	return rc;
}

enum cp_rc
cp_hold_run_release(struct cp_call *call, struct cp_err *err)
{
	const char *reason = NULL;
	struct cp_session s;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = cp_hold_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = run(call, &s, reason, err);
	cp_session_close(&s);
	return rc;
}
