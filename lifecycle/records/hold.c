#include "lifecycle/records/hold.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

static const char *const SCOPES[] = { "record", "authority", "predicate",
	"all" };

const char *
cp_hold_scope_word(enum cp_hold_scope scope)
{
	return SCOPES[scope];
}

/* ---- placing ------------------------------------------------------------- */

static enum cp_rc
check_review(struct cp_date review, struct cp_date today, struct cp_err *err)
{
	if (cp_date_cmp(review, today) > 0)
		return CP_OK;
	return cp_fail(err, CP_BAD_INPUT, "a hold's review date is after "
	    "today");
}

enum cp_rc
cp_hold_check(const struct cp_hold *h, struct cp_date today,
    struct cp_err *err)
{
	struct cp_predicate p;

	if (h->reason[0] == '\0' || h->legal_basis[0] == '\0' ||
	    h->contact[0] == '\0')
		return cp_fail(err, CP_BAD_INPUT, "a hold needs a reason, a "
		    "legal basis and a contact");
	if (check_review(h->review, today, err) != CP_OK)
		return err->code;
	return h->scope == CP_HOLD_PREDICATE ?
	    cp_predicate_parse(h->predicate, &p, err) : CP_OK;
}

static enum cp_rc
check_record(struct cp_store *s, const struct cp_hold *h, struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_record_at(s, h->record, &r, err);

	if (rc != CP_OK || r.state == CP_STATE_LIVE ||
	    r.state == CP_STATE_ARCHIVED)
		return rc;
	return cp_fail(err, CP_REFUSED, "record %s is %s", r.id,
	    cp_state_word(r.state));
}

enum cp_rc
cp_hold_place(struct cp_store *s, struct cp_hold *h, const char *operator_name,
    struct cp_date today, struct cp_err *err)
{
	int on_record = h->scope == CP_HOLD_RECORD;
	struct cp_stmt *q;
	enum cp_rc rc = cp_hold_check(h, today, err);

	if (rc == CP_OK && on_record)
		rc = check_record(s, h, err);
	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_HOLD_NEXT), 1, &h->n, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(h->id, sizeof(h->id), "H-%04lld", (long long)h->n);
	h->placed = today;
	(void)snprintf(h->placed_by, sizeof(h->placed_by), "%s",
	    operator_name);
	q = cp_stmt(s, SQL_HOLD_ADD);
	cp_bind_text(q, h->id);
	cp_bind_text(q, cp_hold_scope_word(h->scope));
	if (on_record)
		cp_bind_int(q, h->record);
	else
		cp_bind_null(q);
	cp_bind_text(q, h->scope == CP_HOLD_AUTHORITY ? h->authority : NULL);
	cp_bind_text(q, h->reason);
	cp_bind_text(q, h->legal_basis);
	cp_bind_text(q, h->contact);
	cp_bind_date(q, today);
	cp_bind_text(q, operator_name);
	cp_bind_date(q, h->review);
	cp_bind_text(q, h->scope == CP_HOLD_PREDICATE ? h->predicate : NULL);
	if (h->sar != 0)
		cp_bind_int(q, h->sar);
	else
		cp_bind_null(q);
	return cp_exec(q, err);
}

/* ---- reading ------------------------------------------------------------- */

static enum cp_hold_scope
read_scope(const char *word)
{
	for (unsigned i = 0; i < CP_HOLD_ALL; i++)
		if (strcmp(word, SCOPES[i]) == 0)
			return (enum cp_hold_scope)i;
	return CP_HOLD_ALL;
}

static void
read_row(struct cp_stmt *q, struct cp_hold *h)
{
	memset(h, 0, sizeof(*h));
	h->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, h->id, sizeof(h->id));
	h->scope = read_scope(cp_col_text(q, 2));
	h->record = cp_col_int(q, 3);
	cp_col_copy(q, 4, h->authority, sizeof(h->authority));
	h->placed = cp_col_date(q, 5);
	cp_col_copy(q, 6, h->placed_by, sizeof(h->placed_by));
	h->review = cp_col_date(q, 7);
	h->released = cp_col_date(q, 8);
	cp_col_copy(q, 9, h->record_id, sizeof(h->record_id));
	cp_col_copy(q, 10, h->reason, sizeof(h->reason));
	cp_col_copy(q, 11, h->legal_basis, sizeof(h->legal_basis));
	cp_col_copy(q, 12, h->contact, sizeof(h->contact));
	cp_col_copy(q, 13, h->predicate, sizeof(h->predicate));
	cp_col_copy(q, 14, h->released_by, sizeof(h->released_by));
	cp_col_copy(q, 15, h->release_reason, sizeof(h->release_reason));
	h->settled = !cp_col_null(q, 16);
	h->sar = cp_col_int(q, 17);
	cp_col_copy(q, 18, h->sar_id, sizeof(h->sar_id));
}

enum cp_rc
cp_hold_get(struct cp_store *s, const char *id, struct cp_hold *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row) {
		cp_fail(err, CP_NOT_FOUND, "no such hold");
		cp_err_hint(err, "`cpadmin hold list' shows all of them");
		return CP_NOT_FOUND;
	}
	if (rc != CP_OK)
		return rc;
	read_row(q, out);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_hold_each(struct cp_store *s, cp_hold_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLDS_ALL);
	struct cp_hold h;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_row(q, &h);
		rc = fn(ctx, &h, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- changes ------------------------------------------------------------- */

static enum cp_rc
refuse_released(const struct cp_hold *h, struct cp_err *err)
{
	return cp_fail(err, CP_REFUSED, "hold %s is released already", h->id);
}

enum cp_rc
cp_hold_releasable(const struct cp_hold *h, const char *operator_name,
    struct cp_err *err)
{
	if (cp_date_set(h->released))
		return refuse_released(h, err);
	if (h->sar != 0) {
		cp_fail(err, CP_REFUSED, "hold %s is of request %s, and ends "
		    "with it", h->id, h->sar_id);
		cp_err_hint(err, "`cpadmin sar close %s' ends both, once it "
		    "is answered", h->sar_id);
		return CP_REFUSED;
	}
	if (strcmp(h->placed_by, operator_name) != 0)
		return CP_OK;
	cp_fail(err, CP_REFUSED, "hold %s was placed by %s, who cannot "
	    "release it alone", h->id, operator_name);
	cp_err_hint(err, "another operator releases it");
	return CP_REFUSED;
}

/* One hold in force has changed, or it was in force no more. */
static enum cp_rc
changed_one(struct cp_store *s, struct cp_stmt *q, const struct cp_hold *h,
    struct cp_err *err)
{
	enum cp_rc rc = cp_exec(q, err);

	return rc == CP_OK && cp_changes(s) != 1 ? refuse_released(h, err) :
	    rc;
}

enum cp_rc
cp_hold_release(struct cp_store *s, const struct cp_hold *h,
    const char *operator_name, const char *reason, struct cp_date today,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_hold_releasable(h, operator_name, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_HOLD_RELEASE);
	cp_bind_date(q, today);
	cp_bind_text(q, operator_name);
	cp_bind_text(q, reason);
	cp_bind_int(q, h->n);
	return changed_one(s, q, h, err);
}

enum cp_rc
cp_hold_review(struct cp_store *s, const struct cp_hold *h,
    struct cp_date review, struct cp_date today, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = check_review(review, today, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_HOLD_REVIEW);
	cp_bind_date(q, review);
	cp_bind_int(q, h->n);
	return changed_one(s, q, h, err);
}
