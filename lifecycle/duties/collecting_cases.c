#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/records/shield_list.h"
#include "lifecycle/store/stmt.h"

/* Cases of shielding with letters and overrides, holds, and requests. */

/* ---- shielding, for whom it is safe -------------------------------------- */

static enum cp_rc
put_case(void *ctx, const struct cp_shield_row *row, struct cp_err *err)
{
	const struct cp_shield *s = &row->shield;
	struct collecting *x = ctx;
	char hidden[160];

	(void)err;
	cp_hide_text(s->hidden, hidden, sizeof(hidden));
	collecting_entry(x, CP_PART_SHIELD, 0, "shield/%s", s->id);
	collecting_text(x, "request", s->id);
	collecting_word(x, "status", s->status);
	collecting_word(x, "by", s->asked_by);
	collecting_word(x, "hides", hidden);
	collecting_day(x, "requested", s->requested);
	collecting_day(x, "decided", s->decided);
	collecting_date(x, "review", s->review);
	collecting_day(x, "ended", s->ended);
	return CP_OK;
}

static const char *
text(const struct cp_json *v, const char *key)
{
	const char *t = cp_json_text(cp_json_get(v, key));

	return t != NULL ? t : "";
}

/* What was said when something was asked for, decided, opened or found. */
static void
put_said(struct collecting *x, const struct cp_json *v)
{
	collecting_one(x, CP_FLAGGED_SOURCE, "reason", text(v, "reason"));
	collecting_one(x, CP_FLAGGED_SOURCE, "ground", text(v, "criterion"));
	collecting_one(x, CP_FLAGGED_SOURCE, "evidence", text(v, "evidence"));
	collecting_one(x, CP_FLAGGED_SOURCE, "detail", text(v, "finding"));
}

/* What was opened to answer this request is looked into as anything is; but it
 * is not of what was held when they asked, and each collecting adds to it. */
static enum cp_rc
is_own(struct collecting *x, const char *investigation, int *yes,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t n = 0;
	enum cp_rc rc = CP_OK;

	if (investigation[0] != '\0') {
		q = cp_stmt(x->with->change->store,
		    SQL_COLLECT_OWN_OVERRIDE);
		cp_bind_text(q, investigation);
		cp_bind_text(q, x->with->sar->id);
		rc = cp_exec_int(q, 0, &n, err);
	}
	*yes = n != 0;
	return rc;
}

/* A step of a case, what was found about an override, a letter, or about a row
 * of a feed. */
static enum cp_rc
put_sealed(void *ctx, int64_t n, const char *at, const char *sealed,
    size_t len, struct cp_err *err)
{
	struct collecting *x = ctx;
	struct cp_json *v = NULL;
	int own = 0;
	enum cp_rc rc = cp_json_parse(sealed, len, &v, err);

	if (rc != CP_OK) {
		cp_err_context(err, "a sealed case of %s", x->who->record.id);
		return err->code = CP_CORRUPT;
	}
	rc = is_own(x, text(v, "investigation"), &own, err);
	if (rc != CP_OK || own) {
		cp_json_free(v);
		return rc;
	}
	collecting_entry(x, CP_PART_SHIELD, 0, "shield/sealed/%lld",
	    (long long)n);
	collecting_text(x, "request", text(v, "case"));
	collecting_text(x, "request", text(v, "investigation"));
	collecting_text(x, "request", text(v, "mail"));
	collecting_text(x, "request", text(v, "quarantine"));
	collecting_day(x, "from", at);
	collecting_word(x, "what", text(v, "what"));
	collecting_word(x, "what", text(v, "done"));
	collecting_word(x, "by", text(v, "asked_by"));
	collecting_word(x, "hides", text(v, "hidden"));
	collecting_day(x, "review", text(v, "review"));
	collecting_text(x, "outcome", text(v, "complaint"));
	collecting_text(x, "detail", text(v, "text"));
	put_said(x, v);
	cp_json_free(v);
	return CP_OK;
}

/* Rows of Q with a reference, a word and a day when it began, a word for how it
 * stands, and one when it ended. */
static enum cp_rc
put_rows(struct collecting *x, enum sql_id id, int kind, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store, id);
	int row, own;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = is_own(x, cp_col_text(q, 0), &own, err);
		if (rc != CP_OK)
			return rc;
		if (own)
			continue;
		collecting_entry(x, CP_PART_SHIELD, 0, "shield/%s",
		    cp_col_text(q, 0));
		collecting_text(x, "request", cp_col_text(q, 0));
		if (kind)
			collecting_word(x, "kind", cp_col_text(q, 1));
		collecting_day(x, "from", cp_col_text(q, 1 + kind));
		collecting_word(x, "status", cp_col_text(q, 2 + kind));
		collecting_day(x, "ended", cp_col_text(q, 3 + kind));
	}
	return rc;
}

static enum cp_rc
put_quarantine(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_QUARANTINE);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		collecting_entry(x, CP_PART_SHIELD, 0, "shield/%s",
		    cp_col_text(q, 0));
		collecting_text(x, "request", cp_col_text(q, 0));
		collecting_word(x, "status", cp_col_text(q, 1));
		collecting_day(x, "from", cp_col_text(q, 2));
		collecting_day(x, "ended", cp_col_text(q, 3));
	}
	return rc;
}

enum cp_rc
collecting_shield(struct collecting *x, struct cp_err *err)
{
	struct cp_store *s = x->with->change->store;
	int64_t n = x->who->record.n;
	enum cp_rc rc;

	if (!x->who->who.safe)
		return CP_OK;
	rc = cp_shield_cases(s, n, put_case, x, err);
	if (rc == CP_OK && x->with->identity != NULL)
		rc = x->who->record.state == CP_STATE_LIVE ?
		    cp_compartment_each(s, n, CP_COMPARTMENT_CASE,
		    x->with->identity, put_sealed, x, err) :
		    cp_collect_boxed(x, x->who, put_sealed, x, err);
	if (rc == CP_OK)
		rc = put_rows(x, SQL_COLLECT_MAIL, 1, err);
	if (rc == CP_OK)
		rc = put_rows(x, SQL_COLLECT_INVESTIGATIONS, 0, err);
	if (rc == CP_OK)
		rc = put_quarantine(x, err);
	return rc == CP_OK ? collecting_end(x, err) : rc;
}

/* ---- holds --------------------------------------------------------------- */

enum cp_rc
collecting_holds(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	/* Who holds what, and why, may tell where. */
	if (x->who->placeless)
		return CP_OK;
	q = cp_stmt(x->with->change->store, SQL_COLLECT_HOLDS);
	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		collecting_entry(x, CP_PART_HOLDS, CP_FLAGGED_HOLD | x->place,
		    "holds/%s", cp_col_text(q, 0));
		collecting_text(x, "request", cp_col_text(q, 0));
		collecting_text(x, "reason", cp_col_text(q, 1));
		collecting_text(x, "legal-basis", cp_col_text(q, 2));
		collecting_day(x, "placed", cp_col_text(q, 4));
		collecting_day(x, "review", cp_col_text(q, 5));
		collecting_day(x, "ended", cp_col_text(q, 6));
		collecting_text(x, "outcome", cp_col_text(q, 7));
		collecting_one(x, CP_FLAGGED_HOLD | CP_FLAGGED_SOURCE,
		    "contact", cp_col_text(q, 3));
	}
	return rc == CP_OK ? collecting_end(x, err) : rc;
}

/* ---- requests ------------------------------------------------------------ */

enum cp_rc
collecting_requests(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_REQUESTS);
	unsigned flags;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	cp_bind_int(q, x->with->sar->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		flags = cp_col_int(q, 7) != 0 ? 0 : CP_FLAGGED_REQUESTER;
		/* Somebody else who asks lives with the child, it may be. */
		if (flags != 0 && x->who->placeless)
			continue;
		collecting_entry(x, CP_PART_REQUESTS, flags, "requests/%s",
		    cp_col_text(q, 0));
		collecting_text(x, "request", cp_col_text(q, 0));
		collecting_day(x, "received", cp_col_text(q, 1));
		collecting_word(x, "relation", cp_col_text(q, 2));
		collecting_word(x, "status", cp_col_text(q, 3));
		collecting_word(x, "outcome", cp_col_text(q, 4));
		collecting_day(x, "answered", cp_col_text(q, 5));
		collecting_one(x, flags, "requester", cp_col_text(q, 6));
	}
	return rc == CP_OK ? collecting_end(x, err) : rc;
}
