/* CP_NEEDS_PAGES: letters are typeset. */
#include "cpadmin/sar_letter_make.h"

#include <stdio.h>
#include <string.h>

#include "cpadmin/places.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/mail_check.h"

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "letter", "Letter" },
	{ "about", "About" },
	{ "output", "Written to" },
	{ "language", "Language" },
	{ "version", "Version" },
	{ "pages", "Pages" },
	{ "status", "Status" },
	{ "outcome", "Outcome" },
	{ "next", "Next" },
	{ "command", "By" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* ---- before the transaction ------------------------------------------------ */

static enum cp_rc
load_words(struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_sar_case *x = &l->x;
	char file[PATH_MAX], folder[PATH_MAX];
	enum cp_rc rc = cp_settings_policy_file(x->s.store, &x->s.settings,
	    file, sizeof(file), err);

	if (rc == CP_OK)
		rc = cp_place_wordings(file, folder, sizeof(folder), err);
	if (rc == CP_OK)
		rc = cp_wordings_load(folder, x->policy, NULL, NULL,
		    &l->wordings, err);
	return rc == CP_OK ? cp_senders_open(x->s.store,
	    x->s.settings.rehearsal, &l->senders, err) : rc;
}

/* ---- the letter ------------------------------------------------------------ */

static int
is_text(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".txt") == 0;
}

static enum cp_rc
put_text(struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_buf date;
	enum cp_rc rc;

	cp_buf_init(&date);
	cp_wording_date(l->composed.wording->language, l->x.s.now.today,
	    &date);
	rc = cp_buf_check(&date, err);
	if (rc == CP_OK)
		rc = cp_composed_text(&l->composed, l->composed.reference,
		    cp_buf_text(&date), 72, &l->file, err);
	cp_buf_clear(&date);
	return rc;
}

static enum cp_rc
put_pages(struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_blocks blocks;
	enum cp_rc rc;

	cp_blocks_init(&blocks);
	rc = cp_composed_blocks(&l->composed, &blocks, err);
	if (rc == CP_OK)
		rc = cp_access_print(&l->composed, &blocks, NULL,
		    &l->x.s.now, &l->file, &l->pages, err);
	cp_blocks_clear(&blocks);
	return rc;
}

/* What was typed names no place of the record that can be seen. */
static enum cp_rc
check_about(const struct cp_sar_letter *l, const char *id, const char *ours,
    struct cp_err *err)
{
	struct cp_mail_text said = { .to = CP_MAIL_NOWHERE, .ours = ours,
		.text = l->reason };
	struct cp_document *doc = NULL;
	struct cp_record r;
	enum cp_rc rc = cp_record_get(l->x.s.store, id, &r, err);

	if (rc != CP_OK || r.state != CP_STATE_LIVE)
		return rc;
	rc = cp_gate_document(l->x.s.store, &r, CP_FOR_DECIDE, &doc, err);
	said.doc = doc;
	if (rc == CP_OK)
		rc = cp_mail_check_text(&said, err);
	cp_document_free(doc);
	if (rc == CP_REFUSED)
		cp_err_hint(err, "it is printed in the letter: say it "
		    "without a place");
	return rc;
}

static enum cp_rc
check_typed(const struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	struct cp_buf ours;
	size_t n = 0;
	enum cp_rc rc;

	if (l->reason[0] == '\0')
		return CP_OK;
	cp_buf_init(&ours);
	cp_composed_ours(&l->composed, &ours);
	rc = cp_buf_check(&ours, err);
	if (rc == CP_OK)
		rc = cp_sar_subjects(l->x.s.store, &l->x.sar, subject, &n,
		    err);
	for (size_t i = 0; i < n && rc == CP_OK; i++)
		if (subject[i].record != 0)
			rc = check_about(l, subject[i].record_id,
			    cp_buf_text(&ours), err);
	cp_buf_clear(&ours);
	return rc;
}

static enum cp_rc
make(struct cp_sar_letter *l, struct cp_err *err)
{
	const struct cp_composing with = { &l->x.rules, l->wordings,
		&l->x.s.now, cp_senders_of, l->senders };
	enum cp_rc rc;

	l->facts.sar = &l->x.sar;
	l->facts.policy = l->x.sar_rules.policy;
	l->facts.to = l->address.line;
	l->facts.n_to = l->address.n;
	rc = cp_access_letter(&with, &l->facts, &l->composed, err);
	if (rc == CP_OK)
		rc = check_typed(l, err);
	if (rc != CP_OK)
		return rc;
	return is_text(l->output.path) ? put_text(l, err) : put_pages(l, err);
}

/* ---- the transaction ------------------------------------------------------- */

/* That it was written, in which words, and what it answers. */
static enum cp_rc
enter(struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_sar_event e = { .date = l->x.s.now.today,
		.kind = "letter" };
	enum cp_rc rc;

	(void)snprintf(e.reference, sizeof(e.reference), "%s%s%s",
	    cp_access_letter_name(l->facts.kind),
	    l->facts.kind == CP_ACCESS_ASK ? " " : "",
	    l->facts.kind == CP_ACCESS_ASK ?
	    cp_access_ask_word(l->facts.ask) : "");
	if (l->facts.kind == CP_ACCESS_REFUSAL)
		memcpy(e.text, l->reason, sizeof(e.text));
	rc = cp_sar_enter(&l->x.c, &l->x.sar_rules, &l->x.sar, &e, err);
	if (rc == CP_OK)
		rc = cp_wording_keep(l->x.s.store, l->composed.wording,
		    &l->x.s.now, err);
	if (rc == CP_OK && l->outcome != NULL)
		rc = cp_sar_answer(&l->x.c, &l->x.sar, l->outcome,
		    l->facts.ground, l->x.s.now.today, err);
	return rc;
}

static enum cp_rc
in_transaction(struct cp_sar_letter *l, cp_sar_letter_check_fn *check,
    struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(&l->x, err);

	if (rc != CP_OK)
		return rc;
	rc = check(l, err);
	if (rc == CP_OK)
		rc = make(l, err);
	if (rc == CP_OK)
		rc = cp_sar_output_write(&l->output, &l->file, err);
	if (rc == CP_OK)
		rc = enter(l, err);
	rc = cp_txn_end(l->x.s.audit, rc, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_sar_output_name(&l->output, err);
	if (rc != CP_OK) {
		cp_err_context(err, "entered as written, and not there");
		cp_err_hint(err, "run it again, to another name");
	}
	return rc;
}

/* ---- the verb -------------------------------------------------------------- */

static enum cp_rc
show(struct cp_sar_letter *l, struct cp_err *err)
{
	const struct cp_sar *r = &l->x.sar;
	struct cp_sar_next next;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_sar_case_next(&l->x, &next, err);

	if (rc == CP_OK)
		rc = cp_out_object(l->x.call, "sar-letter", columns, COLUMNS,
		    &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_brief(o);
	cp_out_text(o, r->id);
	cp_out_text(o, l->composed.wording->name);
	cp_out_text(o, l->facts.kind == CP_ACCESS_ASK ?
	    cp_access_ask_word(l->facts.ask) : l->facts.ground);
	cp_out_text(o, l->output.path);
	cp_out_text(o, l->composed.wording->language->code);
	cp_out_text(o, l->composed.wording->version);
	if (l->pages > 0)
		cp_out_int(o, l->pages);
	else
		cp_out_text(o, NULL);
	cp_out_text(o, cp_sar_stage_word(r->stage));
	cp_out_text(o, r->outcome[0] != '\0' ? r->outcome : NULL);
	cp_out_text(o, next.what[0] != '\0' ? next.what : NULL);
	cp_out_text(o, next.command[0] != '\0' ? next.command : NULL);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static void
say(const struct cp_sar_letter *l)
{
	const struct cp_call *call = l->x.call;

	if (!l->composed.language_known)
		cp_say(call, "There are no words for it in %s: it is in "
		    "English.", l->x.sar.language);
	if (l->address.n == 0)
		cp_say(call, "It has no address: --address FILE has its "
		    "lines.");
}

static enum cp_rc
run(struct cp_sar_letter *l, cp_sar_letter_check_fn *check,
    struct cp_err *err)
{
	enum cp_rc rc = load_words(l, err);

	if (rc == CP_OK)
		rc = in_transaction(l, check, err);
	if (rc == CP_OK)
		rc = show(l, err);
	if (rc == CP_OK)
		say(l);
	return rc;
}

enum cp_rc
cp_sar_letter_run(struct cp_call *call, cp_sar_letter_check_fn *check,
    struct cp_err *err)
{
	struct cp_sar_letter l = { .pages = 0 };
	enum cp_rc rc;

	cp_sar_address_init(&l.address);
	cp_composed_init(&l.composed);
	cp_buf_init(&l.file);
	rc = cp_sar_output_take(call, cp_arg(call, 0), &l.output, err);
	if (rc == CP_OK)
		rc = cp_sar_address_take(call, &l.address, err);
	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &l.x, err);
	if (rc == CP_OK) {
		rc = run(&l, check, err);
		cp_sar_output_drop(&l.output);
		cp_sar_case_close(&l.x);
	}
	cp_sar_address_clear(&l.address);
	cp_composed_clear(&l.composed);
	cp_buf_clear(&l.file);
	cp_senders_free(l.senders);
	cp_wordings_free(l.wordings);
	explicit_bzero(l.reason, sizeof(l.reason));
	return rc;
}
