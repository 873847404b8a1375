#include <stdio.h>
#include <string.h>

#include "archive/file.h"
#include "cpadmin/officer_unlock.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/mail.h"

/* Letters that are held, until an officer lets them go. */

static const struct cp_column columns[] = {
	{ "mail", "LETTER" },
	{ "id", "RECORD" },
	{ "kind", "KIND" },
	{ "status", "STATUS" },
	{ "made", "MADE" },
	{ "made_by", "BY" },
	{ "settled", "SETTLED" },
	{ "settled_by", "SETTLED BY" },
	{ "output", "OUTPUT" },
};
enum { COLUMNS = 8, RELEASED = 9 };

static void
put_mail(struct cp_out *o, const struct cp_mail *m)
{
	int settled = m->settled[0] != '\0';

	cp_out_text(o, m->id);
	cp_out_text(o, m->record_id);
	cp_out_text(o, m->kind);
	cp_out_text(o, m->status);
	cp_out_text(o, m->made);
	cp_out_text(o, m->made_by);
	cp_out_text(o, settled ? m->settled : NULL);
	cp_out_text(o, settled ? m->settled_by : NULL);
}

static enum cp_rc
list_one(void *ctx, const struct cp_mail *m, struct cp_err *err)
{
	struct cp_out *o = ctx;

	put_mail(o, m);
	return cp_out_row(o, err);
}

static enum cp_rc
run_list(const struct cp_call *call, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_session s;
	enum cp_rc rc;

	if (cp_arg_count(call) != 1 || cp_option(call, "output") != NULL)
		return cp_fail(err, CP_USAGE, "the list takes neither letter "
		    "nor --output");
	rc = shield_open(call, CP_STORE_READ, SHIELD_READERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "mail", columns, COLUMNS, &o, err);
	if (rc == CP_OK)
		rc = cp_mail_each(s.store, cp_flag(call, "all"), list_one, o,
		    err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	cp_session_close(&s);
	return rc;
}

/* ---- release --------------------------------------------------------------- */

static enum cp_rc
show(const struct cp_call *call, const struct cp_mail *m, const char *output,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "mail", columns, output != NULL ?
	    RELEASED : COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	put_mail(o, m);
	if (output != NULL)
		cp_out_text(o, output);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* To OUTPUT, a new file that only its owner reads, or to stdout. */
static enum cp_rc
give(const struct cp_call *call, const struct cp_mail *m,
    const struct cp_buf *text, const char *output, struct cp_err *err)
{
	enum cp_rc rc;

	if (output != NULL) {
		rc = cp_file_write_new(output, 0600, text->data, text->len,
		    err);
		if (rc == CP_OK)
			return show(call, m, output, err);
		cp_err_hint(err, "it is released: release it again, to where "
		    "it can be written");
		return rc;
	}
	if (fwrite(text->data, 1, text->len, stdout) != text->len ||
	    fflush(stdout) != 0)
		return cp_fail_errno(err, CP_FAILED, "cannot write the "
		    "letter");
	return CP_OK;
}

static enum cp_rc
run_release(const struct cp_call *call, struct cp_err *err)
{
	const char *output = cp_option(call, "output");
	struct cp_secret *identity = NULL;
	struct cp_session s;
	struct cp_change c;
	struct cp_buf text;
	struct cp_mail m;
	enum cp_rc rc;

	if (cp_wants_json(call) && output == NULL)
		return cp_fail(err, CP_USAGE, "--json needs --output FILE: "
		    "the letter is plain text");
	rc = shield_open(call, CP_STORE_WRITE, CP_ROLE_SHIELD, &s, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&text);
	c = (struct cp_change){ s.store, s.audit, NULL, &s.now };
	rc = cp_officer_identity(call, &s, &identity, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = cp_txn_end(s.audit, cp_mail_release(&c, cp_arg(call, 1),
		    identity, &m, &text, err), err);
	cp_secret_free(identity);
	if (rc == CP_OK)
		rc = give(call, &m, &text, output, err);
	cp_buf_clear(&text);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
run_withdraw(const struct cp_call *call, struct cp_err *err)
{
	const char *reason = NULL;
	struct cp_session s;
	struct cp_change c;
	struct cp_mail m;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = shield_open(call, CP_STORE_WRITE, CP_ROLE_SHIELD, &s,
		    err);
	if (rc != CP_OK)
		return rc;
	c = (struct cp_change){ s.store, s.audit, NULL, &s.now };
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = cp_mail_withdraw(&c, cp_arg(call, 1), reason, &m, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show(call, &m, NULL, err);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
shield_run_mail(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);
	int release = strcmp(what, "release") == 0;

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (!release && strcmp(what, "withdraw") != 0)
		return cp_fail(err, CP_USAGE, "it is list, release or "
		    "withdraw");
	if (cp_option(call, "columns") != NULL || cp_flag(call, "all"))
		return cp_fail(err, CP_USAGE, "--columns and --all are for "
		    "the list");
	if (!release && cp_option(call, "output") != NULL)
		return cp_fail(err, CP_USAGE, "--output is for release");
	if (cp_arg_count(call) != 2)
		return cp_fail(err, CP_USAGE, "give one letter");
	return release ? run_release(call, err) : run_withdraw(call, err);
}
