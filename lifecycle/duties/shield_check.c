#include "lifecycle/duties/shield_check.h"

#include <string.h>

#include "lifecycle/records/gate_check.h"
#include "lifecycle/records/officer_log.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

struct checking {
	struct cp_store *store;
	struct cp_settings settings;
	int64_t generation;
	size_t officers;
	enum cp_rc (*fn)(void *ctx, const char *id, const char *what,
	    struct cp_err *err);
	void *ctx;
};

/* The shield that is looked at, and its record. */
struct looked {
	unsigned hidden;
	char requested[32];
	struct cp_record record;
};

static enum cp_rc
fault(struct checking *x, const struct looked *l, const char *what,
    struct cp_err *err)
{
	return x->fn(x->ctx, l->record.id, what, err);
}

/* ---- one record ------------------------------------------------------------ */

static enum cp_rc
check_document(struct checking *x, const struct looked *l, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	enum cp_rc rc = cp_gate_document(x->store, &l->record, CP_FOR_DECIDE,
	    &doc, err);

	if (rc == CP_OK && cp_document_shows(doc, l->hidden))
		rc = fault(x, l, "its document shows what is hidden", err);
	cp_document_free(doc);
	return rc;
}

static enum cp_rc
check_undo(struct checking *x, const struct looked *l, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_CHECK_UNDO);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, l->record.n);
	cp_bind_text(q, l->requested);
	rc = cp_exec_int(q, 0, &n, err);
	return rc == CP_OK && n > 0 ? fault(x, l, "a change from before the "
	    "shield can be undone", err) : rc;
}

/* A print run that is not done has a postcode for each of its letters. */
static enum cp_rc
check_places(struct checking *x, const struct looked *l, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_CHECK_PLACES);
	int64_t n;
	enum cp_rc rc;

	if ((l->hidden & CP_HIDE_ADDRESS) == 0)
		return CP_OK;
	cp_bind_int(q, l->record.n);
	rc = cp_exec_int(q, 0, &n, err);
	return rc == CP_OK && n > 0 ? fault(x, l, "its ledger of notices "
	    "knows where a letter went", err) : rc;
}

static enum cp_rc
check_match(struct checking *x, const struct looked *l, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_CHECK_MATCH_KEYS);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, l->record.n);
	rc = cp_exec_int(q, 0, &n, err);
	return rc == CP_OK && n == 0 ? fault(x, l, "no key knows the person "
	    "again when a feed brings them", err) : rc;
}

static enum cp_rc
check_log(struct checking *x, const struct looked *l, struct cp_err *err)
{
	int64_t n = 0;
	enum cp_rc rc = cp_gate_log_names(x->store, l->record.id, l->hidden,
	    &n, err);

	return rc == CP_OK && n > 0 ? fault(x, l, "details of the log name "
	    "what is hidden", err) : rc;
}

/* An age header has a line for each whom it is sealed to. */
static size_t
recipients(const char *header, size_t len)
{
	static const char line[] = "-> X25519 ";
	const char *at = header, *end = header + len;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(end - at), line,
	    sizeof(line) - 1)) != NULL) {
		at += sizeof(line) - 1;
		n++;
	}
	return n;
}

static enum cp_rc
check_compartments(struct checking *x, const struct looked *l,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_CHECK_COMPARTMENTS);
	int live = l->record.state == CP_STATE_LIVE, row = 1;
	int old = 0, others = 0, away = 0;
	enum cp_rc rc = CP_OK;

	cp_bind_int(q, l->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		size_t len;
		const char *header = cp_col_blob(q, 1, &len);

		old |= cp_col_int(q, 0) != x->generation;
		others |= cp_col_int(q, 0) == x->generation &&
		    recipients(header, len) != x->officers;
		away |= (cp_col_int(q, 2) != 0) != live;
	}
	if (rc == CP_OK && old)
		rc = fault(x, l, "a compartment waits to be rewrapped", err);
	if (rc == CP_OK && others)
		rc = fault(x, l, "a compartment is not sealed to the officers "
		    "there are", err);
	if (rc == CP_OK && away)
		rc = fault(x, l, live ? "the content of a compartment is "
		    "missing" : "the content of a compartment is not in the "
		    "archive", err);
	return rc;
}

static enum cp_rc
check_one(struct checking *x, const struct looked *l, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (l->record.state == CP_STATE_LIVE)
		rc = check_document(x, l, err);
	if (rc == CP_OK)
		rc = check_undo(x, l, err);
	if (rc == CP_OK)
		rc = check_places(x, l, err);
	if (rc == CP_OK && l->record.state == CP_STATE_LIVE)
		rc = check_match(x, l, err);
	if (rc == CP_OK)
		rc = check_log(x, l, err);
	return rc == CP_OK ? check_compartments(x, l, err) : rc;
}

/* ---- all of them ----------------------------------------------------------- */

static enum cp_rc
next(struct checking *x, struct looked *l, int *any, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_CHECK_SHIELD_NEXT);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, l->record.n);
	rc = cp_step(q, any, err);
	if (rc != CP_OK || !*any)
		return rc;
	l->hidden = (unsigned)cp_col_int(q, 1);
	cp_col_copy(q, 2, l->requested, sizeof(l->requested));
	n = cp_col_int(q, 3);
	cp_reset(q);
	return cp_record_at(x->store, n, &l->record, err);
}

/* Whether record N's keys are as many as its document has. */
static enum cp_rc
count_keys(struct checking *x, int64_t n, int64_t have, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_keys keys = { 0 };
	struct looked l;
	enum cp_rc rc;

	memset(&l, 0, sizeof(l));
	rc = cp_record_at(x->store, n, &l.record, err);
	if (rc != CP_OK || l.record.state != CP_STATE_LIVE)
		return rc;
	rc = cp_gate_document(x->store, &l.record, CP_FOR_DECIDE, &doc, err);
	if (rc == CP_OK)
		rc = cp_document_keys(doc, x->settings.salt, &keys, err);
	if (rc == CP_OK && keys.n != (size_t)have)
		rc = fault(x, &l, "it is found by more, or by less, than its "
		    "document has", err);
	cp_keys_clear(&keys);
	cp_document_free(doc);
	return rc;
}

static enum cp_rc
check_keys(struct checking *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_CHECK_SEARCH_KEYS);
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = count_keys(x, cp_col_int(q, 0), cp_col_int(q, 1), err);
		if (rc != CP_OK) {
			cp_reset(q);
			break;
		}
	}
	return rc;
}

static enum cp_rc
check_officer(void *ctx, const struct cp_officer *o, struct cp_err *err)
{
	struct checking *x = ctx;
	int yes = 0;
	enum cp_rc rc = cp_officer_logged(x->store, o, &yes, err);

	return rc == CP_OK && !yes ? x->fn(x->ctx, o->name, "the log does not "
	    "know that public key as an officer's with that status", err) : rc;
}

static enum cp_rc
check_all(struct checking *x, int deep, int64_t *shielded, struct cp_err *err)
{
	struct cp_age_recipient officers[CP_OFFICERS_MAX];
	struct looked l;
	int any = 1;
	enum cp_rc rc;

	memset(&l, 0, sizeof(l));
	rc = cp_settings_load(x->store, &x->settings, err);
	if (rc == CP_OK)
		rc = cp_officer_each(x->store, check_officer, x, err);
	if (rc == CP_OK)
		rc = next(x, &l, &any, err);
	if (rc == CP_OK && any)
		rc = cp_officer_recipients(x->store, officers, &x->officers,
		    &x->generation, err);
	while (rc == CP_OK && any) {
		rc = check_one(x, &l, err);
		++*shielded;
		if (rc == CP_OK)
			rc = next(x, &l, &any, err);
	}
	return rc == CP_OK && deep ? check_keys(x, err) : rc;
}

enum cp_rc
cp_shield_check(struct cp_store *s, int deep,
    enum cp_rc (*fn)(void *ctx, const char *id, const char *what,
	struct cp_err *err), void *ctx, int64_t *shielded, struct cp_err *err)
{
	const struct cp_operator *actor = cp_store_actor(s);
	struct checking x = { .store = s, .fn = fn, .ctx = ctx };
	enum cp_rc rc = cp_store_begin_read(s, err);

	if (rc != CP_OK)
		return rc;
	*shielded = 0;
	cp_store_act_for(s, NULL);
	rc = check_all(&x, deep, shielded, err);
	cp_store_act_for(s, actor);
	cp_store_rollback(s);
	return rc;
}
