#include <stdio.h>
#include <string.h>

#include "lifecycle/records/hold.h"
#include "lifecycle/records/sar_priv.h"

/* A pending request stops the destruction of what it is about (domain: 6): by
 * holds that end with it. */

enum { REVIEW_MONTHS = 3 };

/* When somebody asks what became of it: after it was due. */
static struct cp_date
review_of(const struct cp_sar *r, struct cp_date today)
{
	struct cp_date d = cp_date_set(r->due) ? r->due :
	    cp_date_add_months(r->received, REVIEW_MONTHS);

	return cp_date_cmp(d, today) > 0 ? d :
	    cp_date_add_months(today, REVIEW_MONTHS);
}

static void
put_hold(struct cp_buf *b, const char *id)
{
	cp_json_open(b, '{');
	cp_json_put_member(b, "hold", id);
	cp_json_put_member(b, "scope", "record");
}

static enum cp_rc
log_hold(const struct cp_change *c, const char *action,
    const char *record_id, struct cp_buf *detail, struct cp_err *err)
{
	struct cp_entry e = { action, record_id, NULL, NULL };
	enum cp_rc rc;

	cp_json_close(detail, '}');
	rc = cp_buf_check(detail, err);
	e.detail = cp_buf_text(detail);
	return rc == CP_OK ? cp_audit_add(c->audit, &e, NULL, err) : rc;
}

static enum cp_rc
is_held(struct cp_store *s, const struct cp_sar *r, int64_t record,
    int *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_HOLDS_ON);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_int(q, record);
	rc = cp_exec_int(q, 0, &n, err);
	if (rc == CP_OK)
		*out = n > 0;
	return rc;
}

static enum cp_rc
place(const struct cp_change *c, const struct cp_sar *r,
    enum cp_notice_law law, const struct cp_record *record,
    const char *operator_name, struct cp_buf *detail, struct cp_err *err)
{
	struct cp_hold h = { .scope = CP_HOLD_RECORD, .record = record->n,
		.sar = r->n, .review = review_of(r, c->now->today) };
	char day[CP_DATE_TEXT];
	enum cp_rc rc;

	(void)snprintf(h.reason, sizeof(h.reason), "request for access %s",
	    r->id);
	(void)snprintf(h.legal_basis, sizeof(h.legal_basis), "%s",
	    law == CP_LAW_DPA_1998 ? "Data Protection Act 1998 s.7" :
	    "UK GDPR art. 15");
	(void)snprintf(h.contact, sizeof(h.contact), "%s", operator_name);
	rc = cp_hold_place(c->store, &h, operator_name, c->now->today, err);
	put_hold(detail, h.id);
	cp_json_put_member(detail, "review", cp_date_format(h.review, day));
	cp_json_put_member(detail, "legal_basis", h.legal_basis);
	cp_json_put_member(detail, "contact", h.contact);
	cp_json_put_member(detail, "reason", h.reason);
	return rc == CP_OK ? log_hold(c, "hold.place", record->id, detail,
	    err) : rc;
}

enum cp_rc
sar_hold(const struct cp_change *c, const struct cp_sar *r,
    enum cp_notice_law law, const struct cp_record *record,
    const char *operator_name, struct cp_err *err)
{
	struct cp_buf detail;
	int held = 0;
	enum cp_rc rc;

	if (record->state != CP_STATE_LIVE &&
	    record->state != CP_STATE_ARCHIVED)
		return CP_OK;
	rc = is_held(c->store, r, record->n, &held, err);
	if (rc != CP_OK || held)
		return rc;
	cp_buf_init(&detail);
	rc = place(c, r, law, record, operator_name, &detail, err);
	cp_buf_clear(&detail);
	return rc;
}

/* ---- its end ------------------------------------------------------------ */

/* The next hold of R that is in force, on RECORD (0: any) and after LAST. */
static enum cp_rc
next_hold(struct cp_store *s, const struct cp_sar *r, int64_t record,
    int64_t *last, char id[CP_HOLD_ID], char record_id[CP_ID_MAX], int *any,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_HOLD_NEXT);
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_int(q, *last);
	cp_bind_int(q, record);
	rc = cp_step(q, any, err);
	if (rc != CP_OK || !*any)
		return rc;
	*last = cp_col_int(q, 0);
	cp_col_copy(q, 1, id, CP_HOLD_ID);
	cp_col_copy(q, 2, record_id, CP_ID_MAX);
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
end_hold(const struct cp_change *c, const struct cp_sar *r, int64_t n,
    const char *id, const char *record_id, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_HOLD_RELEASE);
	struct cp_buf detail;
	char reason[64];
	enum cp_rc rc;

	(void)snprintf(reason, sizeof(reason), "request %s ended", r->id);
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_text(q, reason);
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	cp_buf_init(&detail);
	put_hold(&detail, id);
	cp_json_put_member(&detail, "reason", reason);
	if (rc == CP_OK)
		rc = log_hold(c, "hold.release", record_id, &detail, err);
	cp_buf_clear(&detail);
	return rc;
}

enum cp_rc
sar_release(const struct cp_change *c, const struct cp_sar *r, int64_t record,
    struct cp_err *err)
{
	char id[CP_HOLD_ID], record_id[CP_ID_MAX];
	int64_t n = 0;
	int any = 1;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK) {
		rc = next_hold(c->store, r, record, &n, id, record_id, &any,
		    err);
		if (rc != CP_OK || !any)
			break;
		rc = end_hold(c, r, n, id, record_id, err);
	}
	return rc;
}
