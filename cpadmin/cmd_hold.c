#include <stdio.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

enum { TEXT_MAX = 1000 };

static const struct cp_column columns[] = {
	{ "hold", "HOLD" },
	{ "scope", "SCOPE" },
	{ "record", "RECORD" },
	{ "authority", "AUTHORITY" },
	{ "placed", "PLACED" },
	{ "placed_by", "BY" },
	{ "review", "REVIEW" },
	{ "status", "STATUS" },
	{ "released", NULL },
	{ "suspends", "SUSPENDS" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void
out_hold(struct cp_out *o, const struct cp_hold *h, int64_t suspends)
{
	cp_out_text(o, h->id);
	cp_out_text(o, cp_hold_scope_word(h->scope));
	cp_out_text(o, h->scope == CP_HOLD_RECORD ? h->record_id : NULL);
	cp_out_text(o, h->scope == CP_HOLD_AUTHORITY ? h->authority : NULL);
	cp_out_date(o, h->placed);
	cp_out_text(o, h->placed_by);
	cp_out_date(o, h->review);
	cp_out_text(o, cp_date_set(h->released) ? "released" : "active");
	cp_out_date(o, h->released);
	cp_out_int(o, suspends);
}

/* Opens the store for those who may hold, and begins a transaction. */
static enum cp_rc
begin(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, CP_ROLE_TEAM | CP_ROLE_DPO, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

/* Logs ACTION on H with REASON (may be NULL) and a count under KEY (may be
 * NULL). */
static enum cp_rc
log_hold(struct cp_session *s, const char *action, const struct cp_hold *h,
    const char *reason, const char *key, int64_t count, struct cp_err *err)
{
	struct cp_entry e = { action, NULL, NULL, NULL };
	char day[CP_DATE_TEXT];
	struct cp_buf detail;
	enum cp_rc rc;

	if (h->scope == CP_HOLD_RECORD)
		e.subject = h->record_id;
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "hold", h->id);
	cp_json_put_member(&detail, "scope", cp_hold_scope_word(h->scope));
	if (h->scope == CP_HOLD_AUTHORITY)
		cp_json_put_member(&detail, "authority", h->authority);
	cp_json_put_member(&detail, "review", cp_date_format(h->review, day));
	if (h->legal_basis != NULL && h->legal_basis[0] != '\0')
		cp_json_put_member(&detail, "legal_basis", h->legal_basis);
	if (reason != NULL)
		cp_json_put_member(&detail, "reason", reason);
	if (key != NULL) {
		cp_json_put_key(&detail, key);
		cp_json_put_int(&detail, count);
	}
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

/* ---- placing ----------------------------------------------------------------- */

static enum cp_rc
take_scope(const struct cp_call *call, struct cp_hold *h, struct cp_err *err)
{
	const char *record = cp_option(call, "record");
	const char *authority = cp_option(call, "authority");
	int all = cp_flag(call, "all");

	if ((record != NULL) + (authority != NULL) + all != 1)
		return cp_fail(err, CP_USAGE, "one of --record, --authority "
		    "and --all, and one only");
	h->scope = all ? CP_HOLD_ALL : record != NULL ? CP_HOLD_RECORD :
	    CP_HOLD_AUTHORITY;
	if (authority == NULL)
		return CP_OK;
	if (!cp_config_authority_ok(authority))
		return cp_fail(err, CP_USAGE, "--authority is not a letter "
		    "and 8 digits");
	(void)snprintf(h->authority, sizeof(h->authority), "%s", authority);
	return CP_OK;
}

static enum cp_rc
take_text(const struct cp_call *call, const char *name, const char **out,
    struct cp_err *err)
{
	enum cp_rc rc = cp_option_required(call, name, out, err);

	if (rc == CP_OK && strlen(*out) > TEXT_MAX)
		rc = cp_fail(err, CP_USAGE, "--%s is longer than %d bytes",
		    name, TEXT_MAX);
	return rc;
}

static enum cp_rc
take_hold(const struct cp_call *call, struct cp_hold *h, struct cp_err *err)
{
	enum cp_rc rc;

	memset(h, 0, sizeof(*h));
	rc = take_scope(call, h, err);
	if (rc == CP_OK)
		rc = cp_session_reason(call, &h->reason, err);
	if (rc == CP_OK)
		rc = take_text(call, "legal-basis", &h->legal_basis, err);
	if (rc == CP_OK)
		rc = take_text(call, "contact", &h->contact, err);
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

static enum cp_rc
show_one(const struct cp_call *call, const struct cp_hold *h,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "hold", columns, COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	out_hold(o, h, 0);
	return cp_out_end(&o, err);
}

static enum cp_rc
run_place(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_hold h;
	enum cp_rc rc = take_hold(call, &h, err);

	if (rc == CP_OK)
		rc = begin(call, &s, err);
	if (rc != CP_OK)
		return rc;
	if (h.scope == CP_HOLD_RECORD)
		rc = find_record(&s, cp_option(call, "record"), &h, err);
	if (rc == CP_OK)
		rc = cp_hold_place(s.store, &h, s.op.name, s.now.today, err);
	if (rc == CP_OK)
		rc = log_hold(&s, "hold.place", &h, h.reason, NULL, 0, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s.audit, err);
	if (rc == CP_OK)
		rc = show_one(call, &h, err);
	cp_session_close(&s);
	return rc;
}

/* ---- releasing --------------------------------------------------------------- */

static const struct cp_column freed_columns[] = {
	{ "id", "ID" },
};

static enum cp_rc
list_suspended(void *ctx, const char *id, struct cp_err *err)
{
	cp_out_text(ctx, id);
	return cp_out_row(ctx, err);
}

/* The hold is released and logged in one transaction; *SUSPENDED says of how
 * many records it had stopped the destruction. */
static enum cp_rc
release(struct cp_session *s, const char *id, const char *reason,
    struct cp_hold *h, int64_t *suspended, struct cp_err *err)
{
	enum cp_rc rc = cp_hold_get(s->store, id, h, err);

	if (rc == CP_OK)
		rc = cp_hold_suspends(s->store, h, NULL, NULL, suspended, err);
	if (rc == CP_OK)
		rc = cp_hold_release(s->store, h, s->op.name, reason,
		    s->now.today, err);
	if (rc == CP_OK)
		rc = log_hold(s, "hold.release", h, reason, "suspended",
		    *suspended, err);
	return rc == CP_OK ? cp_txn_commit(s->audit, err) : rc;
}

/* Puts what no hold stops any more back on the path. */
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

/* A release that was killed left records parked that nothing holds: to run it
 * again finishes it.  Where there are none it is refused, as WHY says. */
static enum cp_rc
finish_earlier(const struct cp_call *call, struct cp_session *s,
    struct cp_err *why)
{
	struct cp_err refusal = *why;
	int64_t freed = 0;
	enum cp_rc rc;

	cp_txn_rollback(s->audit);
	rc = settle(call, s, 0, &freed, why);
	if (rc != CP_OK || freed > 0)
		return rc;
	*why = refusal;
	return refusal.code;
}

static enum cp_rc
run_release(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_hold h;
	struct cp_out *o = NULL;
	const char *reason = NULL;
	int64_t suspended = 0, freed = 0;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = begin(call, &s, err);
	if (rc != CP_OK)
		return rc;
	memset(&h, 0, sizeof(h));
	rc = release(&s, cp_arg(call, 0), reason, &h, &suspended, err);
	if (rc == CP_REFUSED && cp_date_set(h.released))
		rc = finish_earlier(call, &s, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "hold-release", freed_columns, 1, &o,
		    err);
	if (rc == CP_OK)
		rc = cp_hold_suspends(s.store, &h, list_suspended, o,
		    &suspended, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	if (rc == CP_OK)
		rc = settle(call, &s, suspended, &freed, err);
	if (rc == CP_OK)
		cp_say(call, "hold %s is released; it suspended %lld records, "
		    "%lld are back on the path", h.id, (long long)suspended,
		    (long long)freed);
	cp_out_free(o);
	cp_session_close(&s);
	return rc;
}

/* ---- listing ----------------------------------------------------------------- */

struct list {
	struct cp_session *s;
	struct cp_out *out;
};

static enum cp_rc
list_one(void *ctx, const struct cp_hold *h, struct cp_err *err)
{
	struct list *x = ctx;
	int64_t suspends = 0;
	enum cp_rc rc = CP_OK;

	if (!cp_date_set(h->released))
		rc = cp_hold_suspends(x->s->store, h, NULL, NULL, &suspends,
		    err);
	if (rc != CP_OK)
		return rc;
	out_hold(x->out, h, suspends);
	return cp_out_row(x->out, err);
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct list x = { &s, NULL };
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "holds", columns, COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = cp_hold_each(s.store, list_one, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_session_close(&s);
	return rc;
}

/* ---- tables ------------------------------------------------------------------ */

static const struct cp_opt place_options[] = {
	{ "record", 0, CP_OPT_TEXT, "ID", "hold one record" },
	{ "authority", 0, CP_OPT_TEXT, "C",
	    "hold the records of an authority" },
	{ "all", 0, CP_OPT_FLAG, NULL, "hold everything" },
	{ "legal-basis", 0, CP_OPT_TEXT, "B",
	    "the order, notice or duty it rests on" },
	{ "contact", 0, CP_OPT_TEXT, "C", "who can say more about it" },
	{ "review", 0, CP_OPT_TEXT, "D", "when to look at it again" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "place", "--record ID|--authority C|--all --reason T "
	    "--legal-basis B --contact C --review D",
	    "stop the destruction of records", place_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 0, 0, run_place },
	{ "release", "HOLD --reason T [--columns NAME,...]",
	    "end a hold that another operator placed", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 1, 1,
	    run_release },
	{ "list", "[--columns NAME,...]", "the holds, and what they suspend",
	    NULL, CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_list },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_hold = {
	"hold", "what stops the destruction of records", verbs
};
