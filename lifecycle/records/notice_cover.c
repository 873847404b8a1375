#include <string.h>

#include "lifecycle/records/notice_priv.h"

/* Notices that an officer sent in the place of others, which read as owed as
 * long as there is a shield. */

/* N, in whose place SAFE was served, stands as served; another that was to go
 * in its place does not. */
static enum cp_rc
unveil(const struct cp_change *c, int64_t n, int64_t safe,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_UNVEIL);
	struct cp_notice notice;
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_bind_int(q, safe);
	cp_bind_text(q, cp_audit_actor(c->audit));
	rc = cp_exec(q, err);
	if (rc == CP_OK) {
		q = cp_stmt(c->store, SQL_NOTICE_COVER_LAPSES);
		cp_bind_text(q, "superseded");
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	if (rc == CP_OK)
		rc = cp_notice_at(c->store, n, &notice, err);
	return rc == CP_OK ? cp_notice_log(c, "notice.served", &notice, NULL,
	    0, err) : rc;
}

/* What was served while there was a shield is no secret any more. */
static enum cp_rc
unveil_all(const struct cp_change *c, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n, safe;
	int row;
	enum cp_rc rc;

	for (;;) {
		q = cp_stmt(c->store, SQL_NOTICE_UNCOVERED);
		cp_bind_int(q, record);
		rc = cp_step(q, &row, err);
		if (rc != CP_OK || !row)
			return rc;
		n = cp_col_int(q, 0);
		safe = cp_col_int(q, 1);
		cp_reset(q);
		rc = unveil(c, n, safe, err);
		if (rc != CP_OK)
			return rc;
	}
}

/* One more goes in the place of N, the K-th. */
static enum cp_rc
owe_again(const struct cp_change *c, int64_t n, int64_t k,
    struct cp_err *err)
{
	struct cp_date today = c->now->today;
	struct cp_stmt *q = cp_stmt(c->store, SQL_DUTY_NUMBER);
	int64_t safe = 0;
	enum cp_rc rc;

	cp_bind_text(q, "notice-safe");
	rc = cp_exec_int(q, 0, &safe, err);
	if (rc == CP_OK && safe == 0)
		rc = cp_fail(err, CP_CORRUPT, "the store has no counter of "
		    "notices");
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_COVER_MORE);
	cp_bind_int(q, n);
	cp_bind_int(q, safe);
	cp_bind_int(q, k);
	cp_bind_date(q, today);
	cp_bind_date(q, cp_period_end(today, c->rules->policy->notice_first));
	return cp_exec(q, err);
}

/*
 * A whole notice that was served behind a shield is owed behind it again when
 * it is another whom to tell, or the wording is another: what others see is
 * the same one, still owed.
 */
static enum cp_rc
renew(const struct cp_change *c, int64_t record,
    const struct cp_notice_set *f, struct cp_err *err)
{
	const struct cp_policy *p = c->rules->policy;
	const char *to = cp_addressee_word(cp_notice_addressee(p, &f->facts,
	    c->now->today));
	struct cp_stmt *q;
	int64_t n, k;
	int row;
	enum cp_rc rc;

	for (;;) {
		q = cp_stmt(c->store, SQL_NOTICE_COVER_STALE);
		cp_bind_int(q, record);
		cp_bind_text(q, to);
		cp_bind_text(q, p->notice_wording);
		rc = cp_step(q, &row, err);
		if (rc != CP_OK || !row)
			return rc;
		n = cp_col_int(q, 0);
		k = cp_col_int(q, 1);
		cp_reset(q);
		rc = owe_again(c, n, k + 1, err);
		if (rc != CP_OK)
			return rc;
	}
}

enum cp_rc
cp_notice_covers(const struct cp_change *c, int64_t record,
    struct cp_notice_set *f, struct cp_err *err)
{
	enum cp_rc rc = unveil_all(c, record, err);

	if (rc == CP_OK && !cp_date_set(f->facts.death_notified) &&
	    !cp_date_set(f->facts.left_on) &&
	    c->rules->policy->notice_wording != NULL)
		rc = renew(c, record, f, err);
	return rc == CP_OK ? cp_notice_facts_past(c->store, record, f, err) :
	    rc;
}
