#include <stdlib.h>
#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/rules.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/mail.h"
#include "lifecycle/records/mail_words.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/shield_list.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/json.h"

/* Writing to a family about its case: such a letter is always held. */

static const struct cp_column columns[] = {
	{ "mail", "Letter" },
	{ "id", "Record" },
	{ "kind", "Kind" },
	{ "status", "Status" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct writing {
	const struct cp_call *call;
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_change c;
	struct cp_secret *identity;
	struct cp_record r;
	struct cp_shield shield;
	struct cp_document *doc;
	struct cp_buf reason, complaint, head, text;
};

static void
copy_text(const struct cp_json *step, const char *key, struct cp_buf *out)
{
	const char *text = cp_json_text(cp_json_get(step, key));

	cp_buf_reset(out);
	if (text != NULL)
		cp_buf_puts(out, text);
}

/* Keeps why the case ended, and how to complain. */
static enum cp_rc
take_step(void *ctx, const struct cp_json *step, struct cp_err *err)
{
	struct writing *w = ctx;
	const char *id = cp_json_text(cp_json_get(step, "case"));
	const char *what = cp_json_text(cp_json_get(step, "what"));

	if (id == NULL || what == NULL || strcmp(id, w->shield.id) != 0 ||
	    (strcmp(what, "refuse") != 0 && strcmp(what, "lift") != 0))
		return CP_OK;
	copy_text(step, "reason", &w->reason);
	copy_text(step, "complaint", &w->complaint);
	return cp_buf_check(&w->reason, err) != CP_OK ? err->code :
	    cp_buf_check(&w->complaint, err);
}

static enum cp_rc
take_reasons(struct writing *w, struct cp_err *err)
{
	const char *because = cp_option(w->call, "because");
	enum cp_rc rc = cp_shield_steps(w->s.store, w->r.n, w->identity,
	    take_step, w, err);

	if (rc == CP_OK && because != NULL) {
		cp_buf_reset(&w->reason);
		cp_buf_puts(&w->reason, because);
		rc = cp_buf_check(&w->reason, err);
	}
	return rc;
}

/* How many current addresses a letter could go to. */
static int
count_current(const struct cp_document *doc)
{
	int n = 0;

	for (size_t i = 0; i < doc->n_addresses; i++)
		n += doc->addresses[i].type == CP_ADDRESS_CURRENT &&
		    (doc->addresses[i].n_lines > 0 ||
		    doc->addresses[i].postcode != NULL);
	return n;
}

/* The one current address; where there are more an officer says which is
 * safe. */
static enum cp_rc
take_to(const struct writing *w, size_t *to, struct cp_err *err)
{
	const char *text = cp_option(w->call, "to");
	char *end = NULL;
	int n = count_current(w->doc);
	unsigned long i;

	*to = cp_mail_to(w->doc);
	if (*to == CP_MAIL_NOWHERE) {
		cp_fail(err, CP_REFUSED, "record %s has no current address to "
		    "write to", w->r.id);
		cp_err_hint(err, "`cpadmin record correct %s' puts it behind "
		    "the shield", w->r.id);
		return CP_REFUSED;
	}
	if (text == NULL && n > 1) {
		cp_fail(err, CP_REFUSED, "record %s has %d current addresses",
		    w->r.id, n);
		cp_err_hint(err, "say which is safe with --to N, addresses[N] "
		    "of the record document");
		return CP_REFUSED;
	}
	if (text == NULL)
		return CP_OK;
	i = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' ||
	    i >= w->doc->n_addresses ||
	    w->doc->addresses[i].type != CP_ADDRESS_CURRENT)
		return cp_fail(err, CP_USAGE, "--to is no current address");
	*to = i;
	return CP_OK;
}

/* The outcome that is owed, if one is, goes with letter M. */
static enum cp_rc
serve(struct writing *w, const struct cp_mail_case *m,
    const struct cp_mail *mail, struct cp_err *err)
{
	struct cp_notice_issue i = { .language = "en", .format = "plain-text",
		.route = "officer", .version = w->policy->notice_wording,
		.mail = mail->n };
	struct cp_notice owed;
	int64_t n = 0;
	enum cp_rc rc = CP_OK;

	if (strcmp(m->kind, "outcome") == 0)
		rc = cp_notice_outcome(w->s.store, w->r.n, &n, err);
	if (rc != CP_OK || n == 0)
		return rc;
	i.to = cp_mail_to_child(m) ? CP_TO_CHILD : CP_TO_CARER;
	rc = cp_notice_at(w->s.store, n, &owed, err);
	return rc == CP_OK ? cp_notice_issued(&w->c, &owed, &i, err) : rc;
}

static enum cp_rc
compose(struct writing *w, struct cp_mail *out, struct cp_err *err)
{
	struct cp_mail_case m = { .kind = cp_option(w->call, "kind"),
		.shield = &w->shield, .today = w->s.now.today };
	struct cp_mail_letter l = { .record = &w->r, .kind = m.kind,
		.always = 1 };
	enum cp_rc rc = take_to(w, &m.to, err);

	if (rc == CP_OK)
		rc = take_reasons(w, err);
	if (rc != CP_OK)
		return rc;
	m.doc = w->doc;
	m.reason = cp_buf_text(&w->reason);
	m.complaint = cp_buf_text(&w->complaint);
	m.leap = w->policy->leap_birthday;
	rc = cp_mail_words(&m, &w->text, err);
	if (rc != CP_OK)
		return rc;
	cp_mail_head(w->doc->authority, &w->head);
	rc = cp_buf_check(&w->head, err);
	l.said.doc = w->doc;
	l.said.to = m.to;
	l.said.ours = cp_buf_text(&w->head);
	l.said.text = cp_buf_text(&w->text);
	if (rc == CP_OK)
		rc = cp_mail_put(&w->c, &l, out, err);
	return rc == CP_OK ? serve(w, &m, out, err) : rc;
}

static enum cp_rc
write_it(struct writing *w, struct cp_mail *out, struct cp_err *err)
{
	struct cp_store *s = w->s.store;
	enum cp_rc rc = cp_txn_begin(w->s.audit, err);

	if (rc == CP_OK)
		rc = cp_record_get(s, cp_arg(w->call, 0), &w->r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(s, &w->r, "open", err);
	if (rc == CP_OK)
		rc = cp_gate_open(s, w->r.authority, err);
	if (rc == CP_OK)
		rc = cp_shield_last(s, w->r.n, &w->shield, err);
	if (rc == CP_NOT_FOUND)
		cp_err_context(err, "record %s", w->r.id);
	if (rc == CP_OK)
		rc = cp_mail_document(s, &w->r, w->identity, &w->doc, err);
	if (rc == CP_OK)
		rc = compose(w, out, err);
	return cp_txn_end(w->s.audit, rc, err);
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_mail *m, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "mail", columns, COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, m->id);
	cp_out_text(o, m->record_id);
	cp_out_text(o, m->kind);
	cp_out_text(o, m->status);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK)
		cp_say(call, "An officer releases it:  cpadmin shield mail "
		    "release %s --output FILE", m->id);
	return rc;
}

static enum cp_rc
run(struct writing *w, struct cp_mail *out, struct cp_err *err)
{
	enum cp_rc rc = cp_session_rules(&w->s, &w->policy, &w->rules, err);

	if (rc == CP_OK)
		rc = cp_officer_identity(w->call, &w->s, &w->identity, err);
	w->c = (struct cp_change){ w->s.store, w->s.audit, &w->rules,
		&w->s.now };
	if (rc == CP_OK)
		rc = write_it(w, out, err);
	cp_document_free(w->doc);
	cp_secret_free(w->identity);
	cp_policy_free(w->policy);
	cp_buf_clear(&w->reason);
	cp_buf_clear(&w->complaint);
	cp_buf_clear(&w->head);
	cp_buf_clear(&w->text);
	return rc;
}

enum cp_rc
shield_run_letter(struct cp_call *call, struct cp_err *err)
{
	struct writing w = { .call = call };
	const char *kind = NULL;
	struct cp_mail m;
	enum cp_rc rc = cp_option_required(call, "kind", &kind, err);

	if (rc == CP_OK)
		rc = shield_open(call, CP_STORE_WRITE, CP_ROLE_SHIELD, &w.s,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = run(&w, &m, err);
	if (rc == CP_OK)
		rc = show(call, &m, err);
	cp_session_close(&w.s);
	return rc;
}
