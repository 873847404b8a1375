#include "cpadmin/hold_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/take.h"
#include "lifecycle/store/json_put.h"

/* ---- what the verbs share ------------------------------------------------ */

enum cp_rc
cp_hold_open(const struct cp_call *call, enum cp_store_mode mode,
    struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, mode, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, CP_ROLE_TEAM | CP_ROLE_DPO, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

enum cp_rc
cp_hold_reachable(const struct cp_session *s, const struct cp_hold *h,
    struct cp_err *err)
{
	struct cp_record r;

	if (s->op.n_authorities == 0)
		return CP_OK;
	if (h->scope == CP_HOLD_RECORD)
		return cp_record_get(s->store, h->record_id, &r, err);
	if (h->scope == CP_HOLD_AUTHORITY &&
	    cp_operator_reaches(&s->op, h->authority))
		return CP_OK;
	cp_fail(err, CP_DENIED, "the hold is about records of authorities "
	    "that operator %s does not act for", s->op.name);
	cp_err_hint(err, "an operator who acts for every authority can; "
	    "`cpadmin operator list' says who does");
	return CP_DENIED;
}

enum cp_rc
cp_hold_log(struct cp_session *s, const char *action, const struct cp_hold *h,
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
	if (h->scope == CP_HOLD_PREDICATE)
		cp_json_put_member(&detail, "where", h->predicate);
	cp_json_put_member(&detail, "review", cp_date_format(h->review, day));
	cp_json_put_member(&detail, "legal_basis", h->legal_basis);
	cp_json_put_member(&detail, "contact", h->contact);
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

void
cp_hold_put(struct cp_out *o, const struct cp_hold *h, const char *status)
{
	cp_out_text(o, h->id[0] != '\0' ? h->id : NULL);
	cp_out_text(o, cp_hold_scope_word(h->scope));
	cp_out_text(o, h->scope == CP_HOLD_RECORD ? h->record_id : NULL);
	cp_out_text(o, h->scope == CP_HOLD_AUTHORITY ? h->authority : NULL);
	cp_out_text(o, h->scope == CP_HOLD_PREDICATE ? h->predicate : NULL);
	cp_out_date(o, h->placed);
	cp_out_text(o, h->placed_by[0] != '\0' ? h->placed_by : NULL);
	cp_out_date(o, h->review);
	cp_out_text(o, status != NULL ? status :
	    cp_date_set(h->released) ? "released" : "active");
	cp_out_date(o, h->released);
	cp_out_text(o, h->sar != 0 ? h->sar_id : NULL);
}

/* ---- tables -------------------------------------------------------------- */

static const struct cp_opt place_options[] = {
	{ "record", 0, CP_OPT_TEXT, "ID", "hold one record" },
	{ "authority", 0, CP_OPT_TEXT, "C",
	    "hold the records of an authority" },
	{ "where", 0, CP_OPT_TEXT, "EXPR",
	    "hold what a predicate covers, or may: cpadmin-predicate(7)" },
	{ "all", 0, CP_OPT_FLAG, NULL, "hold everything" },
	{ "legal-basis", 0, CP_OPT_TEXT, "B",
	    "the order, notice or duty it rests on" },
	{ "contact", 0, CP_OPT_TEXT, "C", "who can say more about it" },
	{ "review", 0, CP_OPT_TEXT, "D", "when to look at it again" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt review_options[] = {
	{ "review", 0, CP_OPT_TEXT, "D", "when to look at it next" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "place", "--record ID|--authority C|--where EXPR|--all --reason T "
	    "--legal-basis B --contact C --review D [--dry-run]",
	    "stop the destruction of records", place_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_DRY_RUN, 0, 0,
	    cp_hold_run_place },
	{ "review", "HOLD --review D --reason T",
	    "keep a hold, and say when to look at it next", review_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, cp_hold_run_review },
	{ "release", "HOLD --reason T [--columns NAME,...]",
	    "end a hold that another operator placed", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 1, 1,
	    cp_hold_run_release },
	{ "list", "[--columns NAME,...]", "the holds, and what they suspend",
	    NULL, CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_hold_run_list },
	{ "show", "HOLD [--columns NAME,...]",
	    "all about one hold, and the records that it suspends", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 1, cp_hold_run_show },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_hold = {
	"hold", "what stops the destruction of records", verbs
};
