#include <stdlib.h>
#include <string.h>

#include "cpadmin/notice_sender.h"
#include "cpadmin/notice_verbs.h"
#include "cpadmin/officer_unlock.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/notice_life.h"

/* `notice issue --safe': an officer writes to somebody who is shielded.  The
 * letter is composed of all that is known, and always held. */

static const struct cp_column columns[] = {
	{ "notice", "Notice" },
	{ "id", "Record" },
	{ "notice_kind", "Kind" },
	{ "letter", "Sent as" },
	{ "mail", "Letter" },
	{ "status", "Status" },
	{ "dry_run", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), WIDTH = 72 };

struct sending {
	struct cp_notices x;
	struct cp_secret *identity;
	struct cp_wordings *wordings;
	struct cp_senders *senders;
	struct cp_composing_facts facts;
	struct cp_composed letter;
	struct cp_record r;
	struct cp_document *doc;
	struct cp_buf text, ours;
	struct cp_notice owed, safe;
	struct cp_mail mail;
};

/* ---- which --------------------------------------------------------------- */

static enum cp_rc
refuse_kind(const struct sending *s, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "notice %s says what became of a case",
	    s->owed.ref);
	cp_err_hint(err, "cpadmin shield letter %s --kind outcome",
	    s->owed.record_id);
	return CP_REFUSED;
}

/* One that everybody may send is not for an officer. */
static enum cp_rc
need_reason(struct sending *s, struct cp_err *err)
{
	unsigned why = CP_MAIL_FREE;
	struct cp_shield shield;
	enum cp_rc rc = cp_mail_allowed(s->x.s.store, &s->x.rules, &s->r,
	    &why, err);

	if (rc == CP_OK)
		rc = cp_shield_of(s->x.s.store, s->r.n, &shield, err);
	if (rc != CP_OK || (shield.n != 0 &&
	    (shield.hidden & CP_HIDE_ADDRESS)))
		return rc;
	why &= (unsigned)CP_MAIL_MOVED;
	(void)cp_fail(err, CP_REFUSED, shield.n != 0 ? "the address of record "
	    "%s is not hidden" : "record %s is not shielded", s->r.id);
	cp_err_hint(err, why == CP_MAIL_FREE ? "cpadmin notice issue %s -o DIR"
	    : "its letters go when its address is settled: cpadmin notice "
	    "owed %s", why == CP_MAIL_FREE ? s->owed.ref : s->r.id);
	return CP_REFUSED;
}

static enum cp_rc
find_it(struct sending *s, const char *ref, struct cp_err *err)
{
	struct cp_store *store = s->x.s.store;
	enum cp_rc rc = cp_notice_get(store, ref, &s->owed, err);

	if (rc == CP_OK && s->owed.kind == CP_NOTICE_SHIELD)
		return refuse_kind(s, err);
	if (rc == CP_OK)
		rc = cp_record_get(store, s->owed.record_id, &s->r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(store, &s->r, "open", err);
	if (rc == CP_OK)
		rc = cp_gate_open(store, s->r.authority, err);
	return rc == CP_OK ? need_reason(s, err) : rc;
}

/* ---- where to ------------------------------------------------------------ */

static int
can_get(const struct cp_address *a)
{
	return a->type == CP_ADDRESS_CURRENT && (a->n_lines > 0 ||
	    a->postcode != NULL);
}

/* Where there are several current addresses, an officer says which is safe:
 * the others then are none to write to. */
static enum cp_rc
choose_address(struct sending *s, struct cp_err *err)
{
	const char *text = cp_option(s->x.call, "to");
	struct cp_document *doc = s->doc;
	char *end = NULL;
	unsigned long to = text != NULL ? strtoul(text, &end, 10) : 0;
	size_t n = 0;

	for (size_t i = 0; i < doc->n_addresses; i++)
		n += can_get(&doc->addresses[i]) != 0;
	if (text == NULL && n < 2)
		return CP_OK;
	if (text == NULL) {
		(void)cp_fail(err, CP_REFUSED, "record %s has %zu current "
		    "addresses", s->r.id, n);
		cp_err_hint(err, "say which is safe with --to N, addresses[N] "
		    "of the record document");
		return CP_REFUSED;
	}
	if (*text < '0' || *text > '9' || *end != '\0' ||
	    to >= doc->n_addresses || !can_get(&doc->addresses[to]))
		return cp_fail(err, CP_USAGE, "--to is no current address");
	for (size_t i = 0; i < doc->n_addresses; i++)
		if (i != to && doc->addresses[i].type == CP_ADDRESS_CURRENT)
			doc->addresses[i].type = CP_ADDRESS_LAST_KNOWN;
	return CP_OK;
}

/* ---- the letter ---------------------------------------------------------- */

static enum cp_rc
compose(struct sending *s, struct cp_err *err)
{
	struct cp_composing with = { &s->x.rules, s->wordings, &s->x.s.now,
		cp_senders_of, s->senders };
	const char *why = NULL;
	struct cp_buf date;
	enum cp_rc rc = cp_composing_facts_load(s->x.s.store, &s->x.rules,
	    &s->r, &s->facts, err);

	if (rc == CP_OK)
		rc = cp_compose(&with, &s->safe, &s->facts.facts, &s->r,
		    s->doc, &s->letter, &why, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&date);
	cp_wording_date(s->letter.wording->language, s->x.s.now.today, &date);
	rc = cp_buf_check(&date, err);
	if (rc == CP_OK)
		rc = cp_composed_text(&s->letter, s->letter.reference,
		    cp_buf_text(&date), WIDTH, &s->text, err);
	cp_composed_ours(&s->letter, &s->ours);
	if (rc == CP_OK)
		rc = cp_buf_check(&s->ours, err);
	cp_buf_clear(&date);
	return rc;
}

/* Where it goes to is behind the shield: the ledger keeps nothing of it. */
static enum cp_rc
put_issued(struct sending *s, struct cp_err *err)
{
	const struct cp_wording *w = s->letter.wording;
	struct cp_notice_issue i = { .to = s->letter.to,
		.language = w->language->code,
		.format = cp_format_word(s->letter.format),
		.route = "officer", .version = s->x.policy->notice_wording,
		.wording = w->sha256, .mail = s->mail.n };
	enum cp_rc rc = cp_wording_keep(s->x.s.store, w, &s->x.s.now, err);

	return rc == CP_OK ? cp_notice_issued(&s->x.c, &s->safe, &i, err) : rc;
}

static enum cp_rc
send_it(struct sending *s, struct cp_err *err)
{
	struct cp_mail_letter l = { .record = &s->r, .kind = "notice",
		.always = 1 };
	enum cp_rc rc = cp_mail_document(s->x.s.store, &s->r, s->identity,
	    &s->doc, err);

	if (rc == CP_OK)
		rc = choose_address(s, err);
	if (rc == CP_OK)
		rc = cp_notice_cover(&s->x.c, &s->owed, &s->safe, err);
	if (rc == CP_OK)
		rc = compose(s, err);
	if (rc != CP_OK)
		return rc;
	l.said = (struct cp_mail_text){ s->doc, s->letter.address,
		cp_buf_text(&s->ours), cp_buf_text(&s->text) };
	rc = cp_mail_put(&s->x.c, &l, &s->mail, err);
	if (rc == CP_OK)
		rc = put_issued(s, err);
	return rc == CP_OK ? cp_notice_at(s->x.s.store, s->safe.n, &s->safe,
	    err) : rc;
}

/* A dry one does it all, and takes it back. */
static enum cp_rc
in_transaction(struct sending *s, const char *ref, struct cp_err *err)
{
	int dry = cp_flag(s->x.call, "dry-run");
	enum cp_rc rc = cp_txn_begin(s->x.s.audit, err);

	if (rc != CP_OK)
		return rc;
	rc = find_it(s, ref, err);
	if (rc == CP_OK)
		rc = send_it(s, err);
	if (rc == CP_OK && dry) {
		cp_txn_rollback(s->x.s.audit);
		return CP_OK;
	}
	return cp_txn_end(s->x.s.audit, rc, err);
}

static enum cp_rc
show(struct sending *s, struct cp_err *err)
{
	const struct cp_call *call = s->x.call;
	int dry = cp_flag(call, "dry-run");
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "notice-safe", columns, COLUMNS,
	    &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, s->owed.ref);
	cp_out_text(o, s->owed.record_id);
	cp_out_text(o, cp_notice_kind_word(s->owed.kind));
	cp_out_text(o, dry ? NULL : s->safe.ref);
	cp_out_text(o, dry ? NULL : s->mail.id);
	cp_out_text(o, dry ? NULL : cp_notice_status_word(s->safe.status));
	cp_out_bool(o, dry);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK && !dry) {
		cp_say(call, "An officer releases it:  cpadmin shield mail "
		    "release %s --output FILE", s->mail.id);
		cp_say(call, "and enters when it was given:  cpadmin notice "
		    "served %s --date D", s->safe.ref);
	}
	return rc;
}

/* ---- the verb ------------------------------------------------------------ */

static enum cp_rc
take(struct cp_call *call, struct cp_err *err)
{
	static const char *const not[] = { "all", "output", "each", "until",
		"kind", "workers", "resume" };

	if (cp_arg_count(call) != 1 ||
	    cp_notice_ref_parse(cp_arg(call, 0)) == 0) {
		(void)cp_fail(err, CP_USAGE, "--safe sends one notice, by its "
		    "reference");
		cp_err_hint(err, "cpadmin notice issue N-0000012-9 --safe; "
		    "`cpadmin notice owed ID' has the references");
		return CP_USAGE;
	}
	for (size_t i = 0; i < sizeof(not) / sizeof(not[0]); i++)
		if (cp_option(call, not[i]) != NULL || cp_flag(call, not[i]))
			return cp_fail(err, CP_USAGE, "--%s does not go with "
			    "--safe", not[i]);
	return CP_OK;
}

static enum cp_rc
run(struct sending *s, const char *ref, struct cp_err *err)
{
	enum cp_rc rc = cp_officer_identity(s->x.call, &s->x.s, &s->identity,
	    err);

	if (rc == CP_OK)
		rc = cp_notices_wordings(&s->x, &s->wordings, err);
	if (rc == CP_OK)
		rc = cp_senders_open(s->x.s.store, s->x.s.settings.rehearsal,
		    &s->senders, err);
	if (rc == CP_OK)
		rc = in_transaction(s, ref, err);
	return rc == CP_OK ? show(s, err) : rc;
}

enum cp_rc
cp_notice_run_safe(struct cp_call *call, struct cp_err *err)
{
	struct sending s = { .identity = NULL };
	enum cp_rc rc = take(call, err);

	if (rc == CP_OK)
		rc = cp_notices_open(call, CP_STORE_WRITE, CP_ROLE_SHIELD,
		    &s.x, err);
	if (rc != CP_OK)
		return rc;
	cp_composing_facts_init(&s.facts);
	cp_composed_init(&s.letter);
	cp_buf_init(&s.text);
	cp_buf_init(&s.ours);
	rc = run(&s, cp_arg(call, 0), err);
	cp_document_free(s.doc);
	cp_composed_clear(&s.letter);
	cp_composing_facts_clear(&s.facts);
	cp_buf_clear(&s.text);
	cp_buf_clear(&s.ours);
	cp_senders_free(s.senders);
	cp_wordings_free(s.wordings);
	cp_secret_free(s.identity);
	cp_notices_close(&s.x);
	return rc;
}
