#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/sar_life.h"
#include "lifecycle/records/sar_priv.h"
#include "lifecycle/records/shield.h"

/* What is found out about those whom a request is about. */

enum cp_rc
sar_unapprove(struct cp_store *s, struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc;

	if (r->stage != CP_SAR_APPROVED)
		return CP_OK;
	q = cp_stmt(s, SQL_SAR_UNAPPROVE);
	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	r->stage = CP_SAR_COLLECTED;
	r->approved_by[0] = '\0';
	r->approved_uid = 0;
	return CP_OK;
}

/* It is to be collected again. */
static enum cp_rc
reopen(struct cp_store *s, struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_REOPEN);
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	r->stage = CP_SAR_OPEN;
	r->approved_by[0] = '\0';
	r->approved_uid = 0;
	memset(r->digest, 0, sizeof(r->digest));
	return CP_OK;
}

/* Subject IDX of R, and whether another one of R is record OTHER. */
static enum cp_rc
find(struct cp_store *s, const struct cp_sar *r, int idx, int64_t other,
    struct cp_sar_subject *out, int *taken, struct cp_err *err)
{
	struct cp_sar_subject *all = calloc(CP_SAR_SUBJECTS, sizeof(*all));
	size_t n = 0;
	int found = 0, is_taken = 0;
	enum cp_rc rc = all == NULL ?
	    cp_fail(err, CP_FAILED, "out of memory") :
	    cp_sar_subjects(s, r, all, &n, err);

	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		if (all[i].idx == idx) {
			*out = all[i];
			found = 1;
		} else if (other != 0 && all[i].record == other) {
			is_taken = 1;
		}
	}
	free(all);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "request %s is not about a "
		    "person number %d", r->id, idx);
	if (rc == CP_OK && taken != NULL)
		*taken = is_taken;
	return rc;
}

/* An entry about subject IDX: KEY and WORD say what. */
static enum cp_rc
log_subject(const struct cp_change *c, const char *action,
    const struct cp_sar *r, int idx, const char *key, const char *word,
    struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "subject");
	cp_json_put_int(&b, idx);
	cp_json_put_member(&b, key, word);
	cp_json_close(&b, '}');
	rc = sar_log(c, action, r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
put_event(const struct cp_change *c, const struct cp_sar *r, const char *kind,
    int idx, const char *text, struct cp_date on, struct cp_err *err)
{
	struct cp_sar_event e = { .date = on };

	(void)snprintf(e.kind, sizeof(e.kind), "%s", kind);
	(void)snprintf(e.reference, sizeof(e.reference), "%d", idx);
	(void)snprintf(e.text, sizeof(e.text), "%s", text != NULL ? text : "");
	return sar_event_put(c, r, &e, err);
}

/* ---- the child's own view ----------------------------------------------- */

static enum cp_rc
put_view(struct cp_store *s, const struct cp_sar *r, int idx,
    enum cp_own_view view, struct cp_date on, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SET_VIEW);

	cp_bind_text(q, view == CP_VIEW_NONE ? NULL : cp_own_view_word(view));
	if (view == CP_VIEW_NONE)
		cp_bind_null(q);
	else
		cp_bind_date(q, on);
	cp_bind_int(q, r->n);
	cp_bind_int(q, idx);
	return cp_exec(q, err);
}

enum cp_rc
cp_sar_set_view(const struct cp_change *c, struct cp_sar *r, int idx,
    enum cp_own_view view, struct cp_date on, const char *text,
    struct cp_err *err)
{
	struct cp_sar_subject who;
	enum cp_rc rc = sar_need_unanswered(r, err);

	if (rc == CP_OK && (!cp_date_set(on) ||
	    cp_date_cmp(on, c->now->today) > 0))
		rc = cp_fail(err, CP_BAD_INPUT, "a child is not asked in the "
		    "future");
	if (rc == CP_OK)
		rc = sar_check_text(text, "the text", err);
	if (rc == CP_OK)
		rc = find(c->store, r, idx, 0, &who, NULL, err);
	if (rc == CP_OK)
		rc = put_view(c->store, r, idx, view, on, err);
	if (rc == CP_OK)
		rc = put_event(c, r, "own-view", idx, text, on, err);
	if (rc == CP_OK)
		rc = log_subject(c, "sar.view", r, idx, "view",
		    cp_own_view_word(view), err);
	return rc == CP_OK ? sar_unapprove(c->store, r, err) : rc;
}

/* ---- for whom it is safe ------------------------------------------------ */

static enum cp_rc
put_safe(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_operator *op, int idx, int safe, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_SET_SAFE);

	cp_bind_int(q, safe != 0);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, op->uid);
	cp_bind_int(q, r->n);
	cp_bind_int(q, idx);
	return cp_exec(q, err);
}

/* Who reads the log of requests does not learn that a shield stands. */
static enum cp_rc
log_safe(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_subject *who, int safe, struct cp_err *err)
{
	const char *word = safe ? "yes" : "no";
	struct cp_entry e = { "shield.safe", NULL, NULL, NULL };
	struct cp_shield shield = { 0 };
	struct cp_buf b;
	enum cp_rc rc = CP_OK;

	if (who->record != 0)
		rc = cp_shield_of(c->store, who->record, &shield, err);
	if (rc != CP_OK || shield.n == 0)
		return rc != CP_OK ? rc : log_subject(c, "sar.safe", r,
		    who->idx, "safe", word, err);
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "sar", r->id);
	cp_json_put_member(&b, "safe", word);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.subject = shield.id;
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_set_safe(const struct cp_change *c, struct cp_sar *r,
    const struct cp_operator *op, int idx, int safe, const char *reason,
    struct cp_err *err)
{
	struct cp_sar_subject who;
	enum cp_rc rc = cp_operator_may(op, CP_ROLE_SHIELD, err);

	if (rc == CP_OK)
		rc = sar_need_unanswered(r, err);
	if (rc == CP_OK && (reason == NULL || reason[0] == '\0'))
		rc = cp_fail(err, CP_BAD_INPUT, "that it is safe has a "
		    "reason");
	if (rc == CP_OK)
		rc = sar_check_text(reason, "the reason", err);
	if (rc == CP_OK)
		rc = find(c->store, r, idx, 0, &who, NULL, err);
	if (rc == CP_OK)
		rc = put_safe(c, r, op, idx, safe, err);
	if (rc == CP_OK)
		rc = put_event(c, r, "safe", idx, reason, c->now->today, err);
	if (rc == CP_OK)
		rc = log_safe(c, r, &who, safe, err);
	return rc == CP_OK ? reopen(c->store, r, err) : rc;
}

enum cp_rc
cp_sar_unsafe(struct cp_store *s, int64_t record, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_UNSAFE);

	cp_bind_int(q, record);
	return cp_exec(q, err);
}

enum cp_rc
cp_sar_looked(struct cp_store *s, const struct cp_sar *r, int *looked,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_LOOKED);
	int64_t any = 0;
	enum cp_rc rc;

	cp_bind_text(q, r->id);
	rc = cp_exec_int(q, 0, &any, err);
	if (rc == CP_OK)
		*looked = any != 0;
	return rc;
}

/* ---- who it is ---------------------------------------------------------- */

static enum cp_rc
check_found(const struct cp_sar *r, const struct cp_record *record,
    const char *found, int taken, struct cp_err *err)
{
	static const char *const words[] = { "live", "archived", "opening",
		"destroyed", "none" };

	if (taken)
		return cp_fail(err, CP_REFUSED, "request %s is about record %s "
		    "already", r->id, record->id);
	if (record != NULL && record->state == CP_STATE_MERGED)
		return cp_fail(err, CP_REFUSED, "record %s was merged into "
		    "another", record->id);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], found) == 0 &&
		    (record == NULL) == (strcmp(found, "none") == 0))
			return CP_OK;
	return cp_fail(err, CP_BAD_INPUT, "a person is not found as that");
}

static enum cp_rc
put_found(struct cp_store *s, const struct cp_sar *r, int idx,
    const struct cp_record *record, const char *found, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SET_FOUND);

	if (record != NULL)
		cp_bind_int(q, record->n);
	else
		cp_bind_null(q);
	cp_bind_text(q, found);
	cp_bind_int(q, r->n);
	cp_bind_int(q, idx);
	return cp_exec(q, err);
}

/* It was WAS before, and is RECORD. */
static enum cp_rc
change_holds(const struct cp_change *c, const struct cp_sar *r, int64_t was,
    const struct cp_record *record, struct cp_err *err)
{
	struct cp_policy *p = NULL;
	enum cp_rc rc = CP_OK;

	if (was != 0 && (record == NULL || record->n != was))
		rc = sar_release(c, r, was, err);
	if (rc == CP_OK && record != NULL)
		rc = sar_policy(c->store, r->policy_n, &p, err);
	if (rc == CP_OK && record != NULL)
		rc = sar_hold(c, r, p->notice_law, record,
		    cp_audit_actor(c->audit), err);
	cp_policy_free(p);
	return rc;
}

enum cp_rc
cp_sar_set_found(const struct cp_change *c, struct cp_sar *r, int idx,
    const struct cp_record *record, const char *found, struct cp_err *err)
{
	const struct cp_record *it = record != NULL && record->n != 0 ?
	    record : NULL;
	struct cp_sar_subject was;
	int taken = 0, same;
	enum cp_rc rc = sar_need_unanswered(r, err);

	if (rc == CP_OK)
		rc = find(c->store, r, idx, it != NULL ? it->n : 0, &was,
		    &taken, err);
	if (rc == CP_OK)
		rc = check_found(r, it, found, taken, err);
	if (rc != CP_OK)
		return rc;
	same = was.record == (it != NULL ? it->n : 0);
	if (same && strcmp(was.found, found) == 0)
		return CP_OK;
	rc = put_found(c->store, r, idx, it, found, err);
	if (rc == CP_OK && !same)
		rc = change_holds(c, r, was.record, it, err);
	if (rc == CP_OK && !same)
		rc = reopen(c->store, r, err);
	return rc == CP_OK ? log_subject(c, "sar.subject", r, idx, "found",
	    found, err) : rc;
}
