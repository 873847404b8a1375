#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/consent_behind.h"
#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/gate_priv.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/record_put.h"
#include "lifecycle/records/shield_priv.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* A shield comes over a record, or goes. */

struct work {
	const struct cp_change *c;
	const struct cp_record *r;
	struct cp_matcher *m;
	struct cp_document *old, *doc; /* the open document before and after */
	struct cp_buf taken;           /* what DOC lost */
};

static enum cp_rc
begin(struct work *w, const struct cp_change *c, const struct cp_record *r,
    struct cp_err *err)
{
	enum cp_rc rc;

	memset(w, 0, sizeof(*w));
	w->c = c;
	w->r = r;
	cp_buf_init(&w->taken);
	rc = cp_matcher_open(c->store, &w->m, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, r, CP_FOR_CHANGE, &w->old,
		    err);
	return rc == CP_OK ? cp_gate_document(c->store, r, CP_FOR_CHANGE,
	    &w->doc, err) : rc;
}

static void
end(struct work *w)
{
	cp_matcher_free(w->m);
	cp_document_free(w->old);
	cp_document_free(w->doc);
	cp_buf_clear(&w->taken);
}

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

/* ---- what stands beside a document -------------------------------------- */

/* The ledger's entries that HIDDEN hides leave it; as text and tree. */
static enum cp_rc
hide_ledger(struct work *w, unsigned hidden, struct cp_buf *text,
    struct cp_json **tree, struct cp_err *err)
{
	enum cp_rc rc;

	if ((hidden & GATE_INVOLVEMENTS) == 0)
		return CP_OK;
	rc = cp_consent_behind(w->c->store, w->c->rules->salt, w->m, w->r->n,
	    w->doc, text, err);
	return rc == CP_OK && text->len > 0 ? cp_json_parse(cp_buf_text(text),
	    text->len, tree, err) : rc;
}

/* The log's entry of the offer has its reason too, and keeps it. */
static enum cp_rc
silence_move(struct work *w, const struct gate_words *words,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->c->store, SQL_GATE_MOVE_REASON);
	int64_t n = 0;
	int row, yes = 0;
	enum cp_rc rc;

	cp_bind_int(q, w->r->n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	n = cp_col_int(q, 0);
	rc = gate_words_say(words, cp_col_text(q, 1), &yes, err);
	cp_reset(q);
	return rc == CP_OK && yes ? exec_on(w->c->store, SQL_GATE_MOVE_SILENCE,
	    n, err) : rc;
}

static enum cp_rc
hide_log(struct work *w, unsigned hidden, const struct cp_json *ledger,
    struct cp_buf *kept, struct cp_err *err)
{
	struct gate_words words = { 0 };
	enum cp_rc rc = gate_words_load(&words, hidden, cp_buf_text(&w->taken),
	    w->taken.len, err);

	words.ledger = ledger;
	if (rc == CP_OK)
		rc = gate_log_hide(w->c->store, w->r->id, &words, w->doc,
		    kept, err);
	if (rc == CP_OK)
		rc = silence_move(w, &words, err);
	if (rc == CP_OK)
		rc = gate_hold_silence(w->c->store, w->r->n, &words, err);
	gate_words_clear(&words);
	return rc;
}

/* Details of the log, and the ledger of sensitive services, lose what HIDDEN
 * hides: behind the shield, as one compartment. */
static enum cp_rc
hide_beside(struct work *w, unsigned hidden, struct cp_err *err)
{
	struct cp_json *tree = NULL;
	struct cp_buf kept, ledger;
	enum cp_rc rc;

	cp_buf_init(&kept);
	cp_buf_init(&ledger);
	cp_json_open(&kept, '[');
	rc = hide_ledger(w, hidden, &ledger, &tree, err);
	if (rc == CP_OK)
		rc = hide_log(w, hidden, tree, &kept, err);
	if (rc == CP_OK && ledger.len > 0) {
		cp_json_open(&kept, '{');
		cp_json_put_key(&kept, "ledger");
		cp_json_put_raw(&kept, cp_buf_text(&ledger), ledger.len);
		cp_json_close(&kept, '}');
	}
	cp_json_close(&kept, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(&kept, err);
	if (rc == CP_OK && kept.len > 2)
		rc = cp_compartment_add(w->c->store, w->r->n,
		    CP_COMPARTMENT_LOG, cp_buf_text(&kept), kept.len,
		    w->c->now, NULL, err);
	cp_json_free(tree);
	cp_buf_clear(&kept);
	cp_buf_clear(&ledger);
	return rc;
}

/* An entry of the ledger as it was; under a new number where the record is a
 * copy, and the other has it again. */
static enum cp_rc
show_entry(const struct work *w, const struct cp_json *entry,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->c->store, SQL_GATE_CONSENT_THERE);
	const struct cp_json *v;
	struct cp_json *list = NULL;
	int64_t n = 0, there = 0;
	const char *key;
	void *iter = NULL;
	struct cp_buf text;
	enum cp_rc rc;

	if (!cp_json_int(cp_json_get(entry, "n"), &n))
		n = 0;
	cp_bind_int(q, n);
	rc = cp_exec_int(q, 0, &there, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&text);
	cp_buf_puts(&text, "[{");
	while ((v = cp_json_next(entry, &iter, &key)) != NULL) {
		if (there && strcmp(key, "n") == 0)
			continue;
		cp_json_put_key(&text, key);
		cp_json_dump(v, &text);
	}
	cp_buf_puts(&text, "}]");
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&text), text.len, &list, err);
	if (rc == CP_OK)
		rc = cp_consent_load(w->c->store, w->r->n, list, err);
	cp_json_free(list);
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
show_one(void *ctx, int64_t n, const char *at, const char *text, size_t len,
    struct cp_err *err)
{
	const struct work *w = ctx;
	const struct cp_json *ledger;
	struct cp_json *list = NULL;
	enum cp_rc rc = cp_json_parse(text, len, &list, err);

	(void)n;
	(void)at;
	if (rc != CP_OK)
		return err->code = CP_CORRUPT;
	rc = gate_log_show(w->c->store, w->r->id, list, err);
	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		ledger = cp_json_get(cp_json_at(list, i), "ledger");
		for (size_t k = 0; rc == CP_OK && k < cp_json_size(ledger);
		    k++)
			rc = show_entry(w, cp_json_at(ledger, k), err);
	}
	cp_json_free(list);
	return rc;
}

/* Log and ledger are what they were; the compartments go. */
static enum cp_rc
show_beside(struct work *w, const struct cp_secret *identity,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (identity != NULL)
		rc = cp_compartment_each(w->c->store, w->r->n,
		    CP_COMPARTMENT_LOG, identity, show_one, w, err);
	return rc == CP_OK ? exec_on(w->c->store, SQL_GATE_LOG_DROP, w->r->n,
	    err) : rc;
}

/* ---- coming ------------------------------------------------------------- */

static enum cp_rc
seal_taken(struct work *w, struct cp_err *err)
{
	int sealed;
	enum cp_rc rc;

	if (w->taken.len == 0)
		return CP_OK;
	rc = gate_forget_digest(w->c->store, w->r->n, err);
	return rc == CP_OK ? gate_seal(w->c->store, w->m, w->r->n, &w->taken,
	    0, w->c->now, &sealed, err) : rc;
}

/* Puts the document as it is now, and forgets what it was; where the parts
 * PARTS have the address, that it changed on the day CHANGED. */
static enum cp_rc
put(struct work *w, unsigned parts, struct cp_date changed,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = cp_record_rewrite(w->c->store, w->c->rules, w->r->n,
	    w->old, w->doc, w->c->now, err);

	if (rc == CP_OK)
		rc = cp_undo_forget_record(w->c->store, w->r->n, err);
	if (rc != CP_OK || (parts & CP_HIDE_ADDRESS) == 0)
		return rc;
	q = cp_stmt(w->c->store, SQL_GATE_ADDRESS_CHANGED);
	cp_bind_date(q, changed);
	cp_bind_int(q, w->r->n);
	return cp_exec(q, err);
}

enum cp_rc
cp_gate_shield(const struct cp_change *c, const struct cp_record *r,
    unsigned hidden, struct cp_err *err)
{
	static const struct cp_date never = { 0 };
	struct work w;
	enum cp_rc rc = begin(&w, c, r, err);

	if (rc == CP_OK)
		rc = gate_put_keys(c->store, w.m, r->n, w.doc, err);
	if (rc == CP_OK)
		rc = cp_document_hide(w.doc, hidden, &w.taken, err);
	if (rc == CP_OK)
		rc = seal_taken(&w, err);
	if (rc == CP_OK)
		rc = hide_beside(&w, hidden, err);
	if (rc == CP_OK)
		rc = put(&w, hidden, never, err);
	if (rc == CP_OK)
		rc = cp_notice_shielded(c->store, r->n, err);
	end(&w);
	return rc;
}

/* ---- going -------------------------------------------------------------- */

enum cp_rc
cp_gate_reveal(struct cp_store *s, const struct cp_record *r,
    const struct cp_secret *identity, struct cp_document **out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_SEALED_OF);
	int64_t there = 0;
	enum cp_rc rc;

	if (identity != NULL)
		return cp_shield_whole(s, r, identity, out, err);
	cp_bind_int(q, r->n);
	rc = cp_exec_int(q, 0, &there, err);
	if (rc == CP_OK && there > 0)
		rc = cp_fail(err, CP_KEY, "what is hidden opens only with a "
		    "shielding officer's identity");
	return rc == CP_OK ? cp_gate_document(s, r, CP_FOR_DECIDE, out, err) :
	    rc;
}

/* What stays hidden, as one compartment. */
static enum cp_rc
hide_still(struct work *w, unsigned still, struct cp_err *err)
{
	struct cp_store *s = w->c->store;
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	if ((still & GATE_INVOLVEMENTS) != 0)
		(void)cp_document_prune(w->doc, w->c->rules->policy,
		    w->c->now->today, NULL);
	rc = cp_document_hide(w->doc, still, &w->taken, err);
	if (rc == CP_OK && w->taken.len > 0)
		return cp_compartment_replace(s, w->r->n,
		    CP_COMPARTMENT_HIDDEN, cp_buf_text(&w->taken),
		    w->taken.len, w->c->now, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_GATE_HIDDEN_DROP);
	cp_bind_int(q, w->r->n);
	cp_bind_int(q, 0);
	return cp_exec(q, err);
}

/* What of the whole document is over by the ledger is not shown again. */
static enum cp_rc
leave_out_over(struct work *w, struct cp_err *err)
{
	int64_t over = 0;
	int changed = 0;

	return cp_sensitive_filter(w->c->store, w->c->rules, w->r->n, w->doc,
	    &over, &changed, err);
}

static enum cp_rc
open_all(struct work *w, const struct cp_secret *identity,
    struct cp_err *err)
{
	struct cp_document *whole = NULL;
	enum cp_rc rc = cp_gate_reveal(w->c->store, w->r, identity, &whole,
	    err);

	if (rc == CP_OK) {
		cp_document_free(w->doc);
		w->doc = whole;
	}
	return rc;
}

enum cp_rc
cp_gate_unshield(const struct cp_change *c, const struct cp_record *r,
    unsigned revealed, unsigned still, const struct cp_secret *identity,
    struct cp_err *err)
{
	int entered = 0;
	struct work w;
	enum cp_rc rc = begin(&w, c, r, err);

	if (rc == CP_OK)
		rc = open_all(&w, identity, err);
	if (rc == CP_OK)
		rc = show_beside(&w, identity, err);
	if (rc == CP_OK)
		rc = leave_out_over(&w, err);
	if (rc == CP_OK)
		rc = hide_still(&w, still, err);
	if (rc == CP_OK && still != 0)
		rc = hide_beside(&w, still, err);
	else if (rc == CP_OK)
		rc = cp_match_drop(c->store, r->n, err);
	if (rc == CP_OK && still == 0)
		rc = gate_forget_digest(c->store, r->n, err);
	if (rc == CP_OK)
		rc = put(&w, revealed, c->now->today, err);
	if (rc == CP_OK)
		rc = cp_sensitive_enter(c->store, c->rules, r->n, w.doc,
		    "feed", c->now, &entered, err);
	end(&w);
	return rc;
}
