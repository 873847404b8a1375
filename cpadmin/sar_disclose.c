/* CP_NEEDS_PAGES: answers are typeset. */
#include <stdio.h>
#include <string.h>

#include "archive/crypto.h"
#include "cpadmin/notice_sender.h"
#include "cpadmin/officer_unlock.h"
#include "cpadmin/places.h"
#include "cpadmin/sar_case.h"
#include "cpadmin/sar_output.h"
#include "lifecycle/duties/disclosing.h"

/* sar disclose: the answer goes out.  All of it is made in memory and within
 * one transaction, so that it is of what is held and decided at its commit. */

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "outcome", "Outcome" },
	{ "output", "Written to" },
	{ "form", "Form" },
	{ "bytes", "Bytes" },
	{ "sha256", "SHA-256" },
	{ "pages", "Pages" },
	{ "entries", "Entries" },
	{ "items", "Items" },
	{ "sent", "Sent so far" },
	{ "sealed_to", "Sealed to" },
	{ "passphrase", "Passphrase" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), PASSPHRASE = 64 };

struct disclosing {
	struct cp_sar_case x;
	struct cp_sar_output output;
	struct cp_sar_address address;
	const char *to;                 /* NULL: a ZIP */
	struct cp_age_recipient recipient;
	struct cp_secret *identity;     /* an officer's, where it is needed */
	struct cp_secret *passphrase;   /* of the ZIP */
	struct cp_wordings *wordings;
	struct cp_access_words *words;
	struct cp_senders *senders;
	struct cp_composing with;
	struct cp_collection coll;
	struct cp_disclosed answer;
	struct cp_buf file;
	struct cp_sar_sent sent;
	int partial;
	int times;                      /* sent, this one included */
};

/* ---- what is asked for --------------------------------------------------- */

static enum cp_rc
take(struct disclosing *d, const struct cp_call *call, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_output_take(call, cp_arg(call, 0), &d->output,
	    err);

	if (rc == CP_OK)
		rc = cp_sar_address_take(call, &d->address, err);
	if (rc == CP_OK)
		rc = cp_crypto_init(err);
	d->to = cp_option(call, "to");
	if (rc != CP_OK || d->to == NULL)
		return rc;
	rc = cp_age_recipient_parse(d->to, &d->recipient, err);
	if (rc == CP_BAD_INPUT) {
		cp_err_context(err, "--to");
		rc = err->code = CP_USAGE;
	}
	return rc;
}

/* ---- before the transaction ---------------------------------------------- */

static enum cp_rc
load_words(struct disclosing *d, struct cp_err *err)
{
	struct cp_sar_case *x = &d->x;
	char file[PATH_MAX], folder[PATH_MAX];
	const struct cp_language *language;
	int known = 1;
	enum cp_rc rc = cp_settings_policy_file(x->s.store, &x->s.settings,
	    file, sizeof(file), err);

	if (rc == CP_OK)
		rc = cp_place_wordings(file, folder, sizeof(folder), err);
	if (rc == CP_OK)
		rc = cp_wordings_load(folder, x->policy, NULL, NULL,
		    &d->wordings, err);
	if (rc != CP_OK)
		return rc;
	language = cp_wording_access_language(d->wordings,
	    x->sar.language[0] != '\0' ? x->sar.language : NULL, &known);
	if (!known)
		cp_say(x->call, "There are no words for an answer in %s: it "
		    "is in English.", x->sar.language);
	return cp_access_words_load(folder, language, &d->words, err);
}

static enum cp_rc
collect(struct disclosing *d, struct cp_err *err)
{
	struct cp_collecting with = { &d->x.c, &d->x.sar_rules, &d->x.sar,
		d->identity };

	cp_collection_clear(&d->coll);
	return cp_collect(&with, &d->coll, err);
}

/* Nobody is asked for a passphrase while others wait for the store, nor where
 * nothing has to be opened. */
static enum cp_rc
take_identity(struct disclosing *d, struct cp_err *err)
{
	struct cp_err first = { 0 };
	enum cp_rc rc = collect(d, &first);

	if (rc == CP_KEY)
		return cp_officer_identity(d->x.call, &d->x.s, &d->identity,
		    err);
	if (rc != CP_OK)
		*err = first;
	return rc;
}

static enum cp_rc
prepare(struct disclosing *d, struct cp_err *err)
{
	enum cp_rc rc = load_words(d, err);

	if (rc == CP_OK)
		rc = cp_senders_open(d->x.s.store, d->x.s.settings.rehearsal,
		    &d->senders, err);
	if (rc == CP_OK)
		rc = take_identity(d, err);
	if (rc == CP_OK && d->to == NULL)
		rc = cp_pack_passphrase(&d->passphrase, err);
	d->with = (struct cp_composing){ &d->x.rules, d->wordings,
		&d->x.s.now, cp_senders_of, d->senders };
	return rc;
}

/* ---- the transaction ----------------------------------------------------- */

static enum cp_rc
make_file(struct disclosing *d, struct cp_err *err)
{
	struct cp_disclosing with = { &d->with, d->words, &d->x.sar,
		&d->x.sar_rules, &d->coll, cp_disclose_partial(&d->coll),
		d->address.line, d->address.n };
	enum cp_rc rc;

	d->partial = with.partial;
	cp_disclose_reviewed_log(&d->coll);
	rc = cp_disclose(&with, &d->answer, err);

	if (rc == CP_OK && d->to != NULL)
		rc = cp_disclosed_age(&d->answer, &d->recipient, &d->file,
		    err);
	else if (rc == CP_OK)
		rc = cp_disclosed_zip(&d->answer, d->passphrase, &d->x.s.now,
		    &d->file, err);
	return rc;
}

static enum cp_rc
count_sent(void *ctx, const struct cp_sar_sent *sent, const char *list,
    struct cp_err *err)
{
	int *n = ctx;

	(void)sent;
	(void)list;
	(void)err;
	*n += 1;
	return CP_OK;
}

static enum cp_rc
enter(struct disclosing *d, struct cp_err *err)
{
	struct cp_sar *r = &d->x.sar;
	struct cp_sar_sent *sent = &d->sent;
	struct cp_collecting with = { &d->x.c, &d->x.sar_rules, r,
		d->identity };
	enum cp_rc rc;

	(void)snprintf(sent->form, sizeof(sent->form), "%s",
	    d->to != NULL ? "age" : "zip");
	cp_sha256(d->file.data, d->file.len, sent->sha256);
	sent->bytes = (int64_t)d->file.len;
	sent->items = (int64_t)d->answer.items;
	rc = cp_sar_sent_put(&d->x.c, r, sent,
	    cp_buf_text(&d->answer.list), err);
	if (rc == CP_OK)
		rc = cp_sar_answer(&d->x.c, r,
		    d->partial ? "partial" : "full", NULL, d->x.s.now.today,
		    err);
	if (rc == CP_OK)
		rc = cp_collect_looked(&with, &d->coll, "disclose", err);
	if (rc == CP_OK)
		rc = cp_sar_sent_each(d->x.s.store, r, count_sent, &d->times,
		    err);
	return rc;
}

/* Another answer than a pack is no answer that can be made again. */
static enum cp_rc
check_answered(const struct cp_sar *r, struct cp_err *err)
{
	if (r->stage != CP_SAR_ANSWERED || strcmp(r->outcome, "full") == 0 ||
	    strcmp(r->outcome, "partial") == 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s was answered without a "
	    "pack: %s", r->id, r->outcome);
	cp_err_hint(err, "`cpadmin sar close %s' ends it", r->id);
	return CP_REFUSED;
}

static enum cp_rc
in_transaction(struct disclosing *d, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(&d->x, err);

	if (rc != CP_OK)
		return rc;
	rc = check_answered(&d->x.sar, err);
	if (rc != CP_OK)
		return cp_txn_end(d->x.s.audit, rc, err);
	rc = cp_sar_ready(&d->x.c, &d->x.sar_rules, &d->x.sar, err);
	if (rc == CP_OK)
		rc = collect(d, err);
	if (rc == CP_OK)
		rc = make_file(d, err);
	if (rc == CP_OK)
		rc = cp_sar_output_write(&d->output, &d->file, err);
	if (rc == CP_OK)
		rc = enter(d, err);
	return cp_txn_end(d->x.s.audit, rc, err);
}

/* It is written and entered: where the name cannot be given, it stays under the
 * other, and its passphrase is shown all the same. */
static enum cp_rc
name_it(struct disclosing *d, struct cp_err *err)
{
	struct cp_err late = { 0 };
	enum cp_rc rc = cp_sar_output_name(&d->output, &late);

	if (rc == CP_OK)
		return CP_OK;
	if (d->output.written) {
		d->output.path = d->output.part;
		d->output.written = 0;
	}
	(void)cp_fail(err, CP_PARTIAL, "the pack is there, as %.400s: %.400s",
	    d->output.path, late.what);
	return CP_PARTIAL;
}

/* ---- what is shown ------------------------------------------------------- */

static enum cp_rc
show(struct disclosing *d, struct cp_err *err)
{
	char text[PASSPHRASE] = "", sha[65];
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(d->x.call, "sar-disclosed", columns,
	    COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_brief(o);
	for (int i = 0; i < CP_SHA256_LEN; i++)
		(void)snprintf(sha + 2 * i, 3, "%02x", d->sent.sha256[i]);
	if (d->passphrase != NULL &&
	    cp_secret_len(d->passphrase) < sizeof(text))
		memcpy(text, cp_secret_bytes(d->passphrase),
		    cp_secret_len(d->passphrase));
	cp_out_text(o, d->x.sar.id);
	cp_out_text(o, d->x.sar.outcome);
	cp_out_text(o, d->output.path);
	cp_out_text(o, d->sent.form);
	cp_out_int(o, d->sent.bytes);
	cp_out_text(o, sha);
	cp_out_int(o, d->answer.pages);
	cp_out_int(o, d->answer.entries);
	cp_out_int(o, d->sent.items);
	cp_out_int(o, d->times);
	cp_out_text(o, d->to);
	cp_out_text(o, text[0] != '\0' ? text : NULL);
	cp_wipe(text, sizeof(text));
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static void
say_next(const struct disclosing *d)
{
	const struct cp_call *call = d->x.call;
	const char *id = d->x.sar.id;

	if (d->passphrase != NULL) {
		cp_say(call, "The passphrase is not kept, nor shown again. "
		    "Give it by another way than the");
		cp_say(call, "file: by telephone, or in a letter of its own.  "
		    "If either is lost, make another:");
		cp_say(call, "  cpadmin sar disclose %s --output FILE", id);
	} else
		cp_say(call, "If it is lost, make another:  cpadmin sar "
		    "disclose %s --output FILE --to KEY", id);
	cp_say(call, "When they have it:  cpadmin sar close %s", id);
}

/* ---- the verb ------------------------------------------------------------ */

static enum cp_rc
run(struct disclosing *d, struct cp_err *err)
{
	enum cp_rc rc = prepare(d, err), shown;
	struct cp_err late = { 0 };

	if (rc == CP_OK)
		rc = in_transaction(d, err);
	if (rc != CP_OK)
		return rc;
	rc = name_it(d, err);
	shown = show(d, &late);
	if (shown != CP_OK) {
		*err = late;
		cp_err_context(err, "sent, and its passphrase was not shown");
		cp_err_hint(err, "remove %.200s and make another",
		    d->output.path);
		return shown;
	}
	say_next(d);
	return rc;
}

enum cp_rc
cp_sar_run_disclose(struct cp_call *call, struct cp_err *err)
{
	struct disclosing d = { .to = NULL };
	enum cp_rc rc;

	cp_sar_address_init(&d.address);
	cp_collection_init(&d.coll);
	cp_disclosed_init(&d.answer);
	cp_buf_init(&d.file);
	rc = take(&d, call, err);
	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OPENERS,
		    &d.x, err);
	if (rc == CP_OK) {
		rc = run(&d, err);
		cp_sar_output_drop(&d.output);
		cp_sar_case_close(&d.x);
	}
	cp_sar_address_clear(&d.address);
	cp_collection_clear(&d.coll);
	cp_disclosed_clear(&d.answer);
	cp_buf_clear(&d.file);
	cp_access_words_free(d.words);
	cp_senders_free(d.senders);
	cp_wordings_free(d.wordings);
	cp_secret_free(d.passphrase);
	cp_secret_free(d.identity);
	return rc;
}
