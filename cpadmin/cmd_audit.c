#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/note.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/records/officer_log.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/json_put.h"

/* The log tells who looked at whom, and which records have a shield: not for
 * everybody. */
static const unsigned readers = CP_ROLE_AUDITOR | CP_ROLE_DPO | CP_ROLE_ADMIN;

/* ---- show -------------------------------------------------------------------- */

static const struct cp_column show_columns[] = {
	{ "seq", "SEQ" },
	{ "time", "TIME" },
	{ "actor", "ACTOR" },
	{ "action", "ACTION" },
	{ "subject", "SUBJECT" },
	{ "outcome", "OUTCOME" },
	{ "detail", "DETAIL" },
};
enum { SHOW_COLUMNS = sizeof(show_columns) / sizeof(show_columns[0]) };

struct show {
	struct cp_out *out;
	int details;
	struct cp_store *store;
};

static enum cp_rc
show_row(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct show *x = ctx;
	int reached = 1;
	enum cp_rc rc = CP_OK;

	if (row->subject != NULL)
		rc = cp_reach_id(x->store, row->subject, &reached, err);
	if (rc != CP_OK || !reached)
		return rc;
	cp_out_int(x->out, row->seq);
	cp_out_text(x->out, row->time);
	cp_out_text(x->out, row->actor);
	cp_out_text(x->out, row->action);
	cp_out_text(x->out, row->subject);
	cp_out_text(x->out, row->outcome);
	/* As text: what was put in the log need not be JSON any more. */
	if (x->details)
		cp_out_text(x->out, row->detail);
	return cp_out_row(x->out, err);
}

static enum cp_rc
take_filter(const struct cp_call *call, struct cp_log_filter *f,
    struct cp_err *err)
{
	memset(f, 0, sizeof(*f));
	f->subject = cp_option(call, "subject");
	f->actor = cp_option(call, "actor");
	if (cp_option(call, "since") == NULL)
		return CP_OK;
	return cp_take_date(call, "since", &f->since, err);
}

static enum cp_rc
log_look(struct cp_session *s, const struct cp_log_filter *f,
    const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "audit.show", f->subject, NULL, NULL };
	char day[CP_DATE_TEXT];
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "reason", reason);
	if (f->actor != NULL)
		cp_json_put_member(&detail, "actor", f->actor);
	if (cp_date_set(f->since))
		cp_json_put_member(&detail, "since",
		    cp_date_format(f->since, day));
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s->audit, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
show(const struct cp_call *call, struct cp_session *s,
    const struct cp_log_filter *f, int details, struct cp_err *err)
{
	struct show x = { NULL, details, s->store };
	enum cp_rc rc = cp_out_table(call, "audit", show_columns,
	    details ? SHOW_COLUMNS : SHOW_COLUMNS - 1, &x.out, err);

	if (rc == CP_OK)
		rc = cp_log_each(s->store, f, show_row, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	return rc;
}

static enum cp_rc
check_subject(struct cp_session *s, const char *subject, struct cp_err *err)
{
	int reached = 1;
	enum cp_rc rc = subject == NULL ? CP_OK :
	    cp_reach_id(s->store, subject, &reached, err);

	return rc == CP_OK && !reached ?
	    cp_operator_reach(&s->op, subject, "", err) : rc;
}

/* Without details nothing is written: it works without the signing key. */
static enum cp_rc
run_show(struct cp_call *call, struct cp_err *err)
{
	int details = cp_flag(call, "details");
	const char *reason = NULL;
	struct cp_log_filter f;
	struct cp_session s;
	enum cp_rc rc = take_filter(call, &f, err);

	if (rc == CP_OK && details)
		rc = cp_session_reason(call, &reason, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, details ? CP_STORE_WRITE :
		    CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, readers, err);
	if (rc == CP_OK)
		rc = check_subject(&s, f.subject, err);
	if (rc == CP_OK && details)
		rc = log_look(&s, &f, reason, err);
	if (rc == CP_OK)
		rc = show(call, &s, &f, details, err);
	cp_session_close(&s);
	return rc;
}

/* ---- verify ------------------------------------------------------------------ */

static const struct cp_column verify_columns[] = {
	{ "size", "ENTRIES" },
	{ "erased", "DETAILS ERASED" },
	{ "checkpoints", "CHECKPOINTS" },
	{ "root", "ROOT" },
	{ "valid", "VALID" },
	{ "bad_seq", "FROM ENTRY" },
	{ "bad_until", "UNTIL ENTRY" },
	{ "why", "WHY" },
};

static void
out_place(struct cp_out *o, int64_t seq)
{
	if (seq >= 0)
		cp_out_int(o, seq);
	else
		cp_out_text(o, NULL);
}

static enum cp_rc
show_report(const struct cp_call *call, const struct cp_log_report *r,
    struct cp_err *err)
{
	int valid = r->why[0] == '\0';
	struct cp_out *o = NULL;
	struct cp_buf root;
	enum cp_rc rc = cp_out_object(call, "audit-verify", verify_columns,
	    sizeof(verify_columns) / sizeof(verify_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&root);
	cp_hex_put(&root, r->root, sizeof(r->root));
	rc = cp_buf_check(&root, err);
	cp_out_int(o, r->size);
	cp_out_int(o, r->erased);
	cp_out_int(o, r->checkpoints);
	cp_out_text(o, cp_buf_text(&root));
	cp_out_bool(o, valid);
	out_place(o, valid ? -1 : r->bad_seq);
	out_place(o, valid ? -1 : r->bad_until);
	cp_out_text(o, valid ? NULL : r->why);
	cp_buf_clear(&root);
	if (rc == CP_OK)
		return cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
is_logged(void *ctx, const struct cp_officer *o, struct cp_err *err)
{
	return cp_officer_need_logged(ctx, o, err);
}

/* A log that is whole, of which the shielding officers are not, is not what
 * the store goes by. */
static enum cp_rc
verify_officers(struct cp_session *s, struct cp_log_report *report,
    struct cp_err *err)
{
	enum cp_rc rc = cp_officer_each(s->store, is_logged, s->store, err);

	if (rc == CP_CORRUPT) {
		report->bad_seq = report->bad_until = -1;
		(void)snprintf(report->why, sizeof(report->why), "%.199s",
		    err->what);
	}
	return rc;
}

static enum cp_rc
run_verify(struct cp_call *call, struct cp_err *err)
{
	struct cp_log_report report;
	struct cp_progress p;
	struct cp_session s;
	struct cp_err ignored = { 0 };
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	cp_progress_init(&p, call, "entries", 0);
	rc = cp_log_verify(s.store, &report, cp_progress_at, &p, err);
	cp_progress_end(&p, report.size);
	if (rc == CP_OK)
		rc = verify_officers(&s, &report, err);
	if (rc == CP_OK)
		rc = show_report(call, &report, err);
	else if (rc == CP_CORRUPT && report.why[0] != '\0')
		(void)show_report(call, &report, &ignored);
	cp_session_close(&s);
	return rc;
}

/* ---- checkpoint -------------------------------------------------------------- */

static const struct cp_column checkpoint_columns[] = {
	{ "note", NULL },
	{ "size", NULL },
	{ "root", NULL },
};

/* People get the note itself, to be kept elsewhere as it is. */
static enum cp_rc
show_checkpoint(const struct cp_call *call, const struct cp_buf *note,
    const struct cp_checkpoint *c, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_buf root;
	enum cp_rc rc;

	if (!cp_wants_json(call)) {
		if (fwrite(note->data, 1, note->len, stdout) != note->len ||
		    fflush(stdout) != 0)
			return cp_fail_errno(err, CP_FAILED, "standard output");
		return CP_OK;
	}
	rc = cp_out_object(call, "checkpoint", checkpoint_columns,
	    sizeof(checkpoint_columns) / sizeof(checkpoint_columns[0]), &o,
	    err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&root);
	cp_hex_put(&root, c->root, sizeof(c->root));
	cp_out_text(o, cp_buf_text(note));
	cp_out_int(o, (int64_t)c->size);
	cp_out_text(o, cp_buf_text(&root));
	cp_buf_clear(&root);
	return cp_out_end(&o, err);
}

static enum cp_rc
checkpoint(struct cp_session *s, struct cp_buf *note,
    struct cp_checkpoint *head, struct cp_err *err)
{
	const char *end;
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_audit_checkpoint(s->audit, note, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s->audit, err);
	if (rc != CP_OK)
		return rc;
	end = strstr(cp_buf_text(note), "\n\n");
	return cp_checkpoint_parse(cp_buf_text(note), end == NULL ? 0 :
	    (size_t)(end + 1 - cp_buf_text(note)), head, err);
}

static enum cp_rc
run_checkpoint(struct cp_call *call, struct cp_err *err)
{
	struct cp_checkpoint head;
	struct cp_session s;
	struct cp_buf note;
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, &s, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&note);
	rc = cp_operator_may(&s.op, readers | CP_ROLE_SCHEDULER, err);
	if (rc == CP_OK)
		rc = checkpoint(&s, &note, &head, err);
	if (rc == CP_OK)
		rc = show_checkpoint(call, &note, &head, err);
	cp_buf_clear(&note);
	cp_session_close(&s);
	return rc;
}

/* ---- export ------------------------------------------------------------------ */

static const struct cp_column export_columns[] = {
	{ "entries", "ENTRIES" },
	{ "dir", "FOLDER" },
};

static enum cp_rc
run_export(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_out *o = NULL;
	int64_t entries = 0;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, readers, err);
	if (rc == CP_OK)
		rc = cp_log_export(s.store, cp_arg(call, 0), &entries, err);
	cp_session_close(&s);
	if (rc == CP_OK)
		rc = cp_out_object(call, "audit-export", export_columns,
		    sizeof(export_columns) / sizeof(export_columns[0]), &o,
		    err);
	if (rc != CP_OK)
		return rc;
	cp_out_int(o, entries);
	cp_out_text(o, cp_arg(call, 0));
	return cp_out_end(&o, err);
}

/* ---- tables ------------------------------------------------------------------ */

static const struct cp_opt show_options[] = {
	{ "subject", 0, CP_OPT_TEXT, "ID", "only what is about this record" },
	{ "actor", 0, CP_OPT_TEXT, "A", "only what this operator did" },
	{ "since", 0, CP_OPT_TEXT, "D", "only from this day on" },
	{ "details", 0, CP_OPT_FLAG, NULL,
	    "queries, reasons and results too; needs --reason" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "show", "[--subject ID] [--actor A] [--since D] "
	    "[--details --reason T] [--columns NAME,...]",
	    "entries of the log", show_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 0, 0,
	    run_show },
	{ "verify", "", "check that nothing in the log was changed", NULL,
	    CP_TAKES_USUAL, 0, 0, run_verify },
	{ "checkpoint", "", "sign the log's head, to be kept elsewhere", NULL,
	    CP_TAKES_USUAL, 0, 0, run_checkpoint },
	{ "export", "DIR", "write the log for witnesses and verifiers", NULL,
	    CP_TAKES_USUAL, 1, 1, run_export },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_audit = {
	"audit", "the log: read it, check it, have it witnessed", verbs
};
