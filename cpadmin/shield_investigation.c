#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/investigation.h"

/* What becomes of overrides: each is looked into, and closed by somebody
 * else. */

static const struct cp_column columns[] = {
	{ "investigation", "INVESTIGATION" },
	{ "id", "RECORD" },
	{ "status", "STATUS" },
	{ "opened", "OPENED" },
	{ "opened_by", "BY" },
	{ "open_alike", "OPEN ALIKE" },
	{ "closed", "CLOSED" },
	{ "closed_by", "CLOSED BY" },
	{ "seq", NULL },
	{ "reason", "REASON" },
	{ "finding", "FINDING" },
};
enum { ROW = 9, WHOLE = sizeof(columns) / sizeof(columns[0]) };

static void
put_or_null(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

static void
put_row(struct cp_out *o, const struct cp_investigation *i)
{
	cp_out_text(o, i->id);
	cp_out_text(o, i->record_id);
	cp_out_text(o, i->is_open ? "open" : "closed");
	cp_out_text(o, i->opened);
	cp_out_text(o, i->opened_by);
	cp_out_int(o, i->alike);
	put_or_null(o, i->closed);
	put_or_null(o, i->closed_by);
	cp_out_int(o, i->seq);
}

static enum cp_rc
list_one(void *ctx, const struct cp_investigation *i, struct cp_err *err)
{
	struct cp_out *o = ctx;

	put_row(o, i);
	return cp_out_row(o, err);
}

static enum cp_rc
run_list(const struct cp_call *call, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_session s;
	enum cp_rc rc;

	if (cp_arg_count(call) != 1)
		return cp_fail(err, CP_USAGE, "the list takes no number");
	rc = shield_open(call, CP_STORE_READ, SHIELD_READERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "investigations", columns, ROW, &o, err);
	if (rc == CP_OK)
		rc = cp_investigation_each(s.store, list_one, o, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	cp_session_close(&s);
	return rc;
}

/* ---- one ------------------------------------------------------------------- */

/* What is sealed is left out where no officer opens it. */
static enum cp_rc
read_texts(const struct cp_call *call, struct cp_session *s,
    const struct cp_investigation *i, struct cp_buf *reason,
    struct cp_buf *finding, struct cp_err *err)
{
	struct cp_secret *identity = NULL;
	enum cp_rc rc = cp_officer_identity(call, s, &identity, err);

	if (rc == CP_OK)
		rc = cp_investigation_texts(s->store, i, identity, reason,
		    finding, err);
	cp_secret_free(identity);
	if ((rc != CP_KEY && rc != CP_REFUSED) ||
	    cp_option(call, "passphrase-file") != NULL)
		return rc;
	cp_say(call, "The reason and the finding are sealed: an officer reads "
	    "them (%s).", err->what);
	cp_err_clear(err);
	return CP_OK;
}

/* With REASON and FINDING, unless NULL. */
static enum cp_rc
show(const struct cp_call *call, const struct cp_investigation *i,
    const char *reason, const char *finding, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "investigation", columns,
	    reason != NULL ? WHOLE : ROW, &o, err);

	if (rc != CP_OK)
		return rc;
	put_row(o, i);
	if (reason != NULL) {
		put_or_null(o, reason);
		put_or_null(o, finding);
	}
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* Looking at it is logged before it is shown. */
static enum cp_rc
log_look(struct cp_session *s, const struct cp_investigation *i,
    struct cp_err *err)
{
	struct cp_change c = { s->store, s->audit, NULL, &s->now };
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_investigation_looked(&c, i, err);
	return cp_txn_end(s->audit, rc, err);
}

static enum cp_rc
run_show(const struct cp_call *call, struct cp_err *err)
{
	struct cp_investigation i;
	struct cp_buf reason, finding;
	struct cp_session s;
	enum cp_rc rc = shield_open(call, CP_STORE_WRITE, SHIELD_READERS, &s,
	    err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&reason);
	cp_buf_init(&finding);
	rc = cp_investigation_get(s.store, cp_arg(call, 1), &i, err);
	if (rc == CP_OK)
		rc = read_texts(call, &s, &i, &reason, &finding, err);
	if (rc == CP_OK)
		rc = log_look(&s, &i, err);
	if (rc == CP_OK)
		rc = show(call, &i, cp_buf_text(&reason),
		    cp_buf_text(&finding), err);
	cp_buf_clear(&reason);
	cp_buf_clear(&finding);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
run_close(const struct cp_call *call, struct cp_err *err)
{
	const char *finding = NULL;
	struct cp_investigation i;
	struct cp_session s;
	struct cp_change c;
	enum cp_rc rc = cp_option_required(call, "finding", &finding, err);

	if (rc == CP_OK && (finding[0] == '\0' ||
	    strlen(finding) > CP_FINDING_MAX))
		rc = cp_fail(err, CP_USAGE, "--finding is 1 to %d bytes",
		    CP_FINDING_MAX);
	if (rc == CP_OK)
		rc = shield_open(call, CP_STORE_WRITE, CP_ROLE_DPO, &s, err);
	if (rc != CP_OK)
		return rc;
	c = (struct cp_change){ s.store, s.audit, NULL, &s.now };
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = cp_investigation_close(&c, &s.op, cp_arg(call, 1),
		    finding, &i, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show(call, &i, NULL, NULL, err);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
shield_run_investigation(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (strcmp(what, "show") != 0 && strcmp(what, "close") != 0)
		return cp_fail(err, CP_USAGE, "it is list, show or close");
	if (cp_option(call, "columns") != NULL)
		return cp_fail(err, CP_USAGE, "--columns is for the list");
	if (cp_arg_count(call) != 2)
		return cp_fail(err, CP_USAGE, "give one investigation");
	return strcmp(what, "show") == 0 ? run_show(call, err) :
	    run_close(call, err);
}
