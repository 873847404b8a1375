#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/certifying.h"
#include "lifecycle/duties/destruction.h"
#include "lifecycle/store/json_put.h"

/* ---- list and show --------------------------------------------------------- */

static const struct cp_column batch_columns[] = {
	{ "batch", "BATCH" },
	{ "proposed", "PROPOSED" },
	{ "proposed_by", "BY" },
	{ "count", "COUNT" },
	{ "status", "STATUS" },
	{ "approved_by", "APPROVED BY" },
	{ "not_before", "NOT BEFORE" },
	{ "outcome", "OUTCOME" },
	{ "reason", "REASON" },
};
enum { BATCH_COLUMNS = sizeof(batch_columns) / sizeof(batch_columns[0]) };

struct listing {
	struct cp_store *store;
	struct cp_out *out;
	const char *status;
};

/* Names with commas as a JSON array. */
static void
put_names(struct cp_buf *json, const char *names)
{
	const char *end;

	cp_json_open(json, '[');
	for (; *names != '\0'; names = end + strspn(end, ", ")) {
		end = names + strcspn(names, ",");
		cp_json_put_bytes(json, names, (size_t)(end - names));
	}
	cp_json_close(json, ']');
}

static enum cp_rc
put_batch(struct listing *x, const struct cp_batch *b, struct cp_err *err)
{
	struct cp_buf names, json;
	int n;
	enum cp_rc rc;

	cp_buf_init(&names);
	cp_buf_init(&json);
	rc = cp_batch_approvers(x->store, b, &names, &n, err);
	put_names(&json, cp_buf_text(&names));
	cp_out_text(x->out, b->id);
	cp_out_date(x->out, b->proposed);
	cp_out_text(x->out, b->proposed_by);
	cp_out_int(x->out, b->count);
	cp_out_text(x->out, b->status);
	cp_out_json(x->out, cp_buf_text(&json), cp_buf_text(&names));
	cp_out_date(x->out, b->not_before);
	cp_out_text(x->out, b->outcome[0] != '\0' ? b->outcome : NULL);
	cp_out_text(x->out, b->reason[0] != '\0' ? b->reason : NULL);
	cp_buf_clear(&names);
	cp_buf_clear(&json);
	return rc;
}

static enum cp_rc
list_batch(void *ctx, const struct cp_batch *b, struct cp_err *err)
{
	struct listing *x = ctx;
	enum cp_rc rc;

	if (x->status != NULL && strcmp(x->status, b->status) != 0)
		return CP_OK;
	rc = put_batch(x, b, err);
	return rc == CP_OK ? cp_out_row(x->out, err) : rc;
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct listing x = { .status = cp_option(call, "status") };
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.store = s.store;
	rc = cp_out_table(call, "destruction-batches", batch_columns,
	    BATCH_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = cp_batch_each(s.store, list_batch, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_session_close(&s);
	return rc;
}

static const struct cp_column item_columns[] = {
	{ "package", "PACKAGE" },
	{ "id", "RECORD" },
	{ "authority", "AUTHORITY" },
	{ "archived", "ARCHIVED" },
	{ "rule", "RULE" },
	{ "destroy_due", "DUE" },
	{ "status", "STATUS" },
	{ "reason", "REASON" },
};
enum { ITEM_COLUMNS = sizeof(item_columns) / sizeof(item_columns[0]) };

struct items {
	struct cp_out *out;
	const struct cp_operator *op;
};

static enum cp_rc
show_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	struct items *x = ctx;
	struct cp_out *o = x->out;

	if (!cp_operator_reaches(x->op, i->parcel.authority))
		return CP_OK;
	cp_out_text(o, i->parcel.id);
	cp_out_text(o, i->parcel.record_id);
	cp_out_text(o, i->parcel.authority);
	cp_out_date(o, i->parcel.archived);
	cp_out_text(o, i->parcel.rule);
	cp_out_date(o, i->parcel.destroy_due);
	cp_out_text(o, i->status);
	cp_out_text(o, i->reason[0] != '\0' ? i->reason : NULL);
	return cp_out_row(o, err);
}

static enum cp_rc
run_show(struct cp_call *call, struct cp_err *err)
{
	struct items x = { NULL, NULL };
	struct cp_session s;
	struct cp_batch b;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.op = &s.op;
	rc = cp_batch_get(s.store, cp_arg(call, 0), &b, err);
	if (rc == CP_OK)
		cp_say(call, "batch %s, %s, proposed by %s, not before the "
		    "date in `destruction list'", b.id, b.status,
		    b.proposed_by);
	if (rc == CP_OK)
		rc = cp_out_table(call, "destruction-items", item_columns,
		    ITEM_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = cp_batch_items(s.store, &b, show_item, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_session_close(&s);
	return rc;
}

/* ---- deciding -------------------------------------------------------------- */

/* What a decision changes, in one transaction with its log entry. */
typedef enum cp_rc decision_fn(const struct cp_call *call,
    struct cp_session *s, struct cp_batch *b, int64_t seq,
    struct cp_err *err);

static enum cp_rc
log_decision(struct cp_session *s, const char *action,
    const struct cp_batch *b, const char *item, const char *reason,
    int64_t *seq, struct cp_err *err)
{
	struct cp_entry e = { .action = action };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "batch", b->id);
	if (item != NULL)
		cp_json_put_member(&detail, "item", item);
	if (reason != NULL)
		cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_audit_add(s->audit, &e, seq, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
show_batch(const struct cp_call *call, struct cp_session *s, const char *id,
    struct cp_err *err)
{
	struct listing x = { .store = s->store };
	struct cp_batch b;
	enum cp_rc rc = cp_batch_get(s->store, id, &b, err);

	if (rc == CP_OK)
		rc = cp_out_object(call, "destruction-batch", batch_columns,
		    BATCH_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = put_batch(&x, &b, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	return rc;
}

static enum cp_rc
need_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	const struct cp_operator *op = ctx;

	if (strcmp(i->status, "pending") != 0 ||
	    cp_operator_reaches(op, i->parcel.authority))
		return CP_OK;
	(void)cp_fail(err, CP_DENIED, "operator %s does not act for all of "
	    "this batch", op->name);
	cp_err_hint(err, "`destruction exclude' takes out what is theirs; "
	    "who acts for all of it decides about the batch");
	return CP_DENIED;
}

/* Whether the operator reaches what is decided about: ITEM, or, NULL, all that
 * waits in B. */
static enum cp_rc
check_reach(struct cp_session *s, const struct cp_batch *b, const char *item,
    struct cp_err *err)
{
	struct cp_parcel p;
	enum cp_rc rc;

	if (s->op.n_authorities == 0)
		return CP_OK;
	if (item == NULL)
		return cp_batch_items(s->store, b, need_item, &s->op, err);
	rc = cp_parcel_get(s->store, item, &p, err);
	return rc == CP_OK ? cp_operator_reach(&s->op, p.record_id,
	    p.authority, err) : rc;
}

static enum cp_rc
decide_one(const struct cp_call *call, struct cp_session *s, const char *id,
    const char *action, const char *reason, decision_fn *fn,
    struct cp_err *err)
{
	const char *item = strcmp(action, "destruction.exclude") == 0 ?
	    cp_arg(call, 1) : NULL;
	struct cp_batch b;
	int64_t seq;
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_batch_get(s->store, id, &b, err);
	if (rc == CP_OK)
		rc = check_reach(s, &b, item, err);
	if (rc == CP_OK)
		rc = log_decision(s, action, &b, item, reason, &seq, err);
	if (rc == CP_OK)
		rc = fn(call, s, &b, seq, err);
	return cp_txn_end(s->audit, rc, err);
}

/* Opens the store for somebody who may decide. */
static enum cp_rc
open_decider(const struct cp_call *call, struct cp_session *s,
    struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, CP_ROLE_APPROVER, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

static enum cp_rc
approve(const struct cp_call *call, struct cp_session *s, struct cp_batch *b,
    int64_t seq, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	int left;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	if (rc == CP_OK)
		rc = cp_batch_approve(s->store, b,
		    policy->destruction_approvals, &s->op, seq, &s->now,
		    &left, err);
	if (rc == CP_OK && left > 0)
		cp_say(call, "batch %s: %d more must approve", b->id, left);
	cp_policy_free(policy);
	return rc;
}

static enum cp_rc
run_approve(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = open_decider(call, &s, err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < cp_arg_count(call); i++)
		rc = decide_one(call, &s, cp_arg(call, i),
		    "destruction.approve", cp_option(call, "reason"), approve,
		    err);
	if (rc == CP_OK && cp_arg_count(call) == 1)
		rc = show_batch(call, &s, cp_arg(call, 0), err);
	else if (rc == CP_OK)
		cp_say(call, "%d batches approved", cp_arg_count(call));
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
refuse(const struct cp_call *call, struct cp_session *s, struct cp_batch *b,
    int64_t seq, struct cp_err *err)
{
	(void)seq;
	return cp_batch_refuse(s->store, b, cp_option(call, "reason"), err);
}

static enum cp_rc
exclude(const struct cp_call *call, struct cp_session *s, struct cp_batch *b,
    int64_t seq, struct cp_err *err)
{
	(void)seq;
	return cp_batch_exclude(s->store, b, cp_arg(call, 1),
	    cp_option(call, "reason"), err);
}

static enum cp_rc
with_reason(const struct cp_call *call, const char *action, decision_fn *fn,
    struct cp_err *err)
{
	const char *reason;
	struct cp_session s;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = open_decider(call, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = decide_one(call, &s, cp_arg(call, 0), action, reason, fn, err);
	if (rc == CP_OK)
		rc = show_batch(call, &s, cp_arg(call, 0), err);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
run_refuse(struct cp_call *call, struct cp_err *err)
{
	return with_reason(call, "destruction.refuse", refuse, err);
}

static enum cp_rc
run_exclude(struct cp_call *call, struct cp_err *err)
{
	return with_reason(call, "destruction.exclude", exclude, err);
}

/* ---- certificate ----------------------------------------------------------- */

static enum cp_rc
put_certificate(const struct cp_call *call, const struct cp_buf *text,
    struct cp_err *err)
{
	const char *path = cp_option(call, "output");

	if (path != NULL)
		return cp_file_write_new(path, 0600, text->data, text->len,
		    err);
	if (fwrite(text->data, 1, text->len, stdout) != text->len ||
	    fflush(stdout) != 0)
		return cp_fail_errno(err, CP_FAILED, "standard output");
	return CP_OK;
}

static enum cp_rc
run_certificate(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_batch b;
	struct cp_buf text;
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, &s, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&text);
	rc = cp_batch_get(s.store, cp_arg(call, 0), &b, err);
	if (rc == CP_OK)
		rc = cp_certificate_of(s.store, s.audit, &b, &text, err);
	if (rc == CP_OK)
		rc = put_certificate(call, &text, err);
	cp_buf_clear(&text);
	cp_session_close(&s);
	return rc;
}

/* ---- the command ----------------------------------------------------------- */

static const struct cp_opt list_options[] = {
	{ "status", 0, CP_OPT_TEXT, "STATUS",
	    "proposed, approved, refused, executed or done" },
	{ 0 },
};
static const struct cp_opt certificate_options[] = {
	{ "output", 'o', CP_OPT_TEXT, "FILE",
	    "write to FILE (mode 0600), which must not exist" },
	{ 0 },
};

static const struct cp_verb verbs[] = {
	{ "list", "[--status STATUS]", "all batches", list_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_list },
	{ "show", "BATCH", "the items of a batch, without personal details",
	    NULL, CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 1, run_show },
	{ "approve", "BATCH... [--reason TEXT] [--yes]",
	    "agree to the destruction", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_YES, 1, -1,
	    run_approve },
	{ "refuse", "BATCH --reason TEXT", "nothing of the batch is destroyed",
	    NULL, CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, run_refuse },
	{ "exclude", "BATCH ID --reason TEXT",
	    "take one package or record out of the batch", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 2, 2, run_exclude },
	{ "certificate", "BATCH [-o FILE]",
	    "the signed certificate of a destruction",
	    certificate_options, CP_TAKES_USUAL, 1, 1, run_certificate },
	{ 0 },
};

extern const struct cp_command cp_command_destruction;
const struct cp_command cp_command_destruction = {
	"destruction",
	"review, approve and prove the destruction of archived records",
	verbs,
};
