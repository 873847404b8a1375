#include <stdio.h>
#include <string.h>

#include "cpadmin/hold_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/take.h"
#include "lifecycle/store/config.h"

/* Placing a hold, and keeping it. */

static const struct cp_column columns[] = {
	CP_HOLD_COLUMNS,
	{ "understood", "UNDERSTOOD AS" },
	{ "suspends", "SUSPENDS" },
	{ "held", "HELD ALREADY" },
	{ "due", "DUE NOW" },
	{ "in_batches", "IN BATCHES" },
	{ "because_true", "CERTAIN" },
	{ "because_unknown", "NOT KNOWN" },
	{ "never", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* On one line, for all who will show it. */
static void
take_where(const char *where, char out[CP_HOLD_TEXT])
{
	size_t i;

	for (i = 0; where[i] != '\0'; i++)
		out[i] = strchr("\t\n\r", where[i]) != NULL ? ' ' : where[i];
	out[i] = '\0';
}

static enum cp_rc
take_scope(const struct cp_call *call, struct cp_hold *h, struct cp_err *err)
{
	const char *record = cp_option(call, "record");
	const char *authority = cp_option(call, "authority");
	const char *where = cp_option(call, "where");
	int all = cp_flag(call, "all");

	if ((record != NULL) + (authority != NULL) + (where != NULL) + all !=
	    1)
		return cp_fail(err, CP_USAGE, "one of --record, --authority, "
		    "--where and --all, and one only");
	h->scope = all ? CP_HOLD_ALL : record != NULL ? CP_HOLD_RECORD :
	    where != NULL ? CP_HOLD_PREDICATE : CP_HOLD_AUTHORITY;
	if (authority != NULL && !cp_config_authority_ok(authority))
		return cp_fail(err, CP_USAGE, "--authority is not a letter "
		    "and 8 digits");
	if (where != NULL && strlen(where) >= sizeof(h->predicate))
		return cp_fail(err, CP_BAD_INPUT, "the predicate is longer "
		    "than %d bytes", CP_PREDICATE_MAX);
	if (authority != NULL)
		(void)snprintf(h->authority, sizeof(h->authority), "%s",
		    authority);
	if (where != NULL)
		take_where(where, h->predicate);
	return CP_OK;
}

static enum cp_rc
take_text(const char *name, const char *text, char out[CP_HOLD_TEXT],
    struct cp_err *err)
{
	size_t n = strlen(text);

	if (n >= CP_HOLD_TEXT)
		return cp_fail(err, CP_USAGE, "--%s is longer than %d bytes",
		    name, CP_HOLD_TEXT - 1);
	memcpy(out, text, n + 1);
	return CP_OK;
}

static enum cp_rc
take_option(const struct cp_call *call, const char *name,
    char out[CP_HOLD_TEXT], struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_option_required(call, name, &text, err);

	return rc == CP_OK ? take_text(name, text, out, err) : rc;
}

static enum cp_rc
take_hold(const struct cp_call *call, struct cp_hold *h, struct cp_err *err)
{
	const char *reason = NULL;
	enum cp_rc rc;

	memset(h, 0, sizeof(*h));
	rc = take_scope(call, h, err);
	if (rc == CP_OK)
		rc = cp_session_reason(call, &reason, err);
	if (rc == CP_OK)
		rc = take_text("reason", reason, h->reason, err);
	if (rc == CP_OK)
		rc = take_option(call, "legal-basis", h->legal_basis, err);
	if (rc == CP_OK)
		rc = take_option(call, "contact", h->contact, err);
	if (rc == CP_OK)
		rc = cp_take_date(call, "review", &h->review, err);
	return rc;
}

static enum cp_rc
find_record(struct cp_session *s, const char *id, struct cp_hold *h,
    struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_record_get(s->store, id, &r, err);

	if (rc != CP_OK)
		return rc;
	h->record = r.n;
	memcpy(h->record_id, r.id, sizeof(h->record_id));
	return CP_OK;
}

/* What the hold stops today; after it was placed, or before. */
static enum cp_rc
effect(const struct cp_call *call, struct cp_session *s,
    const struct cp_hold *h, struct cp_hold_effect *out, struct cp_err *err)
{
	struct cp_progress p;
	struct cp_hold_watch w = { .progress = cp_progress_at,
		.progress_ctx = &p };
	enum cp_rc rc;

	cp_progress_init(&p, call, "due records looked at", 0);
	rc = cp_hold_effect(s->store, h, s->now.today, &w, out, err);
	cp_progress_end(&p, 0);
	return rc;
}

static int64_t
both(struct cp_hold_count c)
{
	return c.certain + c.unknown;
}

static enum cp_rc
put_understood(struct cp_out *o, const struct cp_hold *h, struct cp_err *err)
{
	struct cp_predicate p;
	struct cp_buf text;
	enum cp_rc rc = CP_OK;

	if (h->scope != CP_HOLD_PREDICATE) {
		cp_out_text(o, NULL);
		return CP_OK;
	}
	cp_buf_init(&text);
	rc = cp_predicate_parse(h->predicate, &p, err);
	if (rc == CP_OK)
		cp_predicate_print(&p, &text);
	if (rc == CP_OK)
		rc = cp_buf_check(&text, err);
	cp_out_text(o, cp_buf_text(&text));
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_hold *h,
    const struct cp_hold_effect *e, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "hold", columns, COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_hold_put(o, h, cp_flag(call, "dry-run") ? "not placed" : NULL);
	rc = put_understood(o, h, err);
	cp_out_int(o, both(e->held) + both(e->due) + both(e->in_batches));
	cp_out_int(o, both(e->held));
	cp_out_int(o, both(e->due));
	cp_out_int(o, both(e->in_batches));
	cp_out_int(o, e->held.certain + e->due.certain +
	    e->in_batches.certain);
	cp_out_int(o, e->held.unknown + e->due.unknown +
	    e->in_batches.unknown);
	cp_out_bool(o, e->never);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK && e->never)
		cp_say(call, "this hold can never act: no archived record is "
		    "like that, and only archived records are destroyed");
	return rc;
}

static enum cp_rc
place(struct cp_session *s, struct cp_hold *h, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_hold_place(s->store, h, s->op.name, s->now.today, err);
	if (rc == CP_OK)
		rc = cp_hold_log(s, "hold.place", h, h->reason, NULL, 0, err);
	if (rc == CP_OK)
		return cp_txn_commit(s->audit, err);
	cp_txn_rollback(s->audit);
	return rc;
}

enum cp_rc
cp_hold_run_place(struct cp_call *call, struct cp_err *err)
{
	int dry = cp_flag(call, "dry-run");
	struct cp_hold_effect e;
	struct cp_session s;
	struct cp_hold h;
	enum cp_rc rc = take_hold(call, &h, err);

	if (rc == CP_OK)
		rc = cp_hold_open(call, dry ? CP_STORE_READ : CP_STORE_WRITE,
		    &s, err);
	if (rc != CP_OK)
		return rc;
	if (h.scope == CP_HOLD_RECORD)
		rc = find_record(&s, cp_option(call, "record"), &h, err);
	else
		rc = cp_hold_reachable(&s, &h, err);
	if (rc == CP_OK)
		rc = dry ? cp_hold_check(&h, s.now.today, err) :
		    place(&s, &h, err);
	if (rc == CP_OK)
		rc = effect(call, &s, &h, &e, err);
	if (rc == CP_OK)
		rc = show(call, &h, &e, err);
	cp_session_close(&s);
	return rc;
}

/* ---- review -------------------------------------------------------------- */

static const struct cp_column review_columns[] = { CP_HOLD_COLUMNS };

static enum cp_rc
review(struct cp_session *s, const char *id, struct cp_date day,
    const char *reason, struct cp_hold *h, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_hold_get(s->store, id, h, err);
	if (rc == CP_OK)
		rc = cp_hold_reachable(s, h, err);
	if (rc == CP_OK)
		rc = cp_hold_review(s->store, h, day, s->now.today, err);
	h->review = day;
	if (rc == CP_OK)
		rc = cp_hold_log(s, "hold.review", h, reason, NULL, 0, err);
	if (rc == CP_OK)
		return cp_txn_commit(s->audit, err);
	cp_txn_rollback(s->audit);
	return rc;
}

enum cp_rc
cp_hold_run_review(struct cp_call *call, struct cp_err *err)
{
	const char *reason = NULL;
	struct cp_session s;
	struct cp_out *o = NULL;
	struct cp_date day;
	struct cp_hold h;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = cp_take_date(call, "review", &day, err);
	if (rc == CP_OK)
		rc = cp_hold_open(call, CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = review(&s, cp_arg(call, 0), day, reason, &h, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "hold", review_columns,
		    sizeof(review_columns) / sizeof(review_columns[0]), &o,
		    err);
	if (rc == CP_OK) {
		cp_hold_put(o, &h, NULL);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	cp_session_close(&s);
	return rc;
}
