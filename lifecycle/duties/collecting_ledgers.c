#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/store/stmt.h"

/* Consents and letters: of a live record as they would go into a package, of
 * an archived one as they are in it. */

static const char *
text(const struct cp_json *v, const char *key)
{
	const char *t = cp_json_text(cp_json_get(v, key));

	return t != NULL ? t : "";
}

static int64_t
number(const struct cp_json *v)
{
	int64_t n = 0;

	return cp_json_int(cp_json_get(v, "n"), &n) ? n : 0;
}

typedef enum cp_rc save_fn(struct cp_store *s, int64_t record,
    struct cp_buf *out, struct cp_err *err);
typedef void put_fn(struct collecting *x, const struct cp_json *v);

/* PUT of what SAVE gives of row N. */
static enum cp_rc
put_row(struct collecting *x, int64_t n, save_fn *save, put_fn *put,
    struct cp_err *err)
{
	struct cp_json *v = NULL;
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	rc = save(x->with->change->store, n, &b, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&b), b.len, &v, err);
	if (rc == CP_OK)
		put(x, v);
	cp_json_free(v);
	cp_buf_clear(&b);
	return rc;
}

/* PUT of the ledger of who is collected: KEY of the history out of a package,
 * or what is in the store; and of what stayed with those merged into it. */
static enum cp_rc
put_ledger(struct collecting *x, const char *key, save_fn *save, put_fn *put,
    struct cp_err *err)
{
	const struct cp_record *r = &x->who->record;
	struct cp_stmt *q;
	int64_t n = 0;
	enum cp_rc rc = CP_OK;

	if (r->state == CP_STATE_LIVE)
		rc = put_row(x, r->n, save, put, err);
	else
		put(x, cp_json_get(x->history, key));
	for (;;) {
		q = cp_stmt(x->with->change->store, SQL_COLLECT_MERGED_NEXT);
		cp_bind_int(q, r->n);
		cp_bind_int(q, n);
		if (rc == CP_OK)
			rc = cp_exec_int(q, 0, &n, err);
		if (rc != CP_OK || n == 0)
			break;
		rc = put_row(x, n, save, put, err);
	}
	return rc;
}

/* ---- consents ------------------------------------------------------------ */

/* References, reasons and the name of a statement are what somebody typed, and
 * may tell a place. */
static void
put_typed(struct collecting *x, const struct cp_json *v, unsigned flags)
{
	if (!x->placed)
		return;
	if (x->place != 0)
		collecting_one(x, flags | x->place, "statement", text(v,
		    "statement"));
	flags |= CP_FLAGGED_SOURCE | x->place;
	collecting_one(x, flags, "evidence", text(v, "evidence"));
	collecting_one(x, flags, "reference", text(v, "best_interests"));
	collecting_one(x, flags, "reason", text(v, "late_reason"));
	collecting_one(x, flags, "detail", text(v, "end_evidence"));
}

static void
put_confirmed(struct collecting *x, const struct cp_json *list,
    const char *ref, unsigned flags)
{
	for (size_t i = 0; i < cp_json_size(list); i++) {
		const struct cp_json *v = cp_json_at(list, i);

		collecting_entry(x, CP_PART_CONSENTS, flags,
		    "consents/%s/%s", ref, text(v, "date"));
		collecting_text(x, "request", ref);
		collecting_day(x, "confirmed", text(v, "date"));
		put_typed(x, v, flags);
	}
}

/* Whether it tells of an involvement. */
static int
is_sensitive(const struct cp_json *v)
{
	struct cp_consent c;

	return !cp_consent_ground(text(v, "ground"), &c) ||
	    c.kind != CP_CONSENT_STAY;
}

static void
put_consent(struct collecting *x, const struct cp_json *v)
{
	char ref[32];
	unsigned flags = 0;

	if (is_sensitive(v)) {
		if (!x->placed)
			return;
		if (x->with->sar->relation != CP_SELF)
			flags |= CP_FLAGGED_SENSITIVE;
	}
	(void)snprintf(ref, sizeof(ref), "C-%04lld", (long long)number(v));
	collecting_entry(x, CP_PART_CONSENTS, flags, "consents/%s", ref);
	if (is_sensitive(v))
		collecting_beside(x);
	collecting_text(x, "request", ref);
	collecting_word(x, "ground", text(v, "ground"));
	collecting_word(x, "by", text(v, "by"));
	collecting_day(x, "from", text(v, "given"));
	collecting_word(x, "method", text(v, "method"));
	if (x->placed && x->place == 0)
		collecting_text(x, "statement", text(v, "statement"));
	collecting_day(x, "ended", text(v, "ended"));
	collecting_word(x, "status", text(v, "end_kind"));
	put_typed(x, v, flags);
	put_confirmed(x, cp_json_get(v, "confirmations"), ref, flags);
}

static void
put_consents(struct collecting *x, const struct cp_json *list)
{
	for (size_t i = 0; i < cp_json_size(list); i++)
		put_consent(x, cp_json_at(list, i));
}

enum cp_rc
collecting_consents(struct collecting *x, struct cp_err *err)
{
	enum cp_rc rc = put_ledger(x, "consents", cp_consent_save,
	    put_consents, err);

	return rc == CP_OK ? collecting_end(x, err) : rc;
}

/* ---- letters ------------------------------------------------------------- */

/* Whether it went: what is owed, or never was sent, is work of ours and not a
 * letter. */
static int
was_sent(const char *status)
{
	return strcmp(status, "issued") == 0 || strcmp(status, "served") == 0
	    || strcmp(status, "returned") == 0;
}

/* Whether that it went tells that there was an address, or whose it is. */
static int
tells_address(const struct cp_json *v)
{
	return strcmp(text(v, "route"), "hand") != 0;
}
static int
tells_authority(const struct cp_json *v)
{
	return strcmp(text(v, "kind"), "authority") == 0;
}

static void
put_notice(struct collecting *x, const struct cp_json *v)
{
	char ref[CP_NOTICE_REF];

	if (!was_sent(text(v, "status")) ||
	    (x->who->placeless && tells_address(v)) ||
	    (!x->placed && tells_authority(v)))
		return;
	cp_notice_ref(number(v), ref);
	collecting_entry(x, CP_PART_NOTICES, 0, "notices/%s", ref);
	if (tells_address(v) || tells_authority(v))
		collecting_beside(x);
	collecting_text(x, "request", ref);
	collecting_word(x, "kind", text(v, "kind"));
	collecting_word(x, "status", text(v, "status"));
	collecting_word(x, "to", text(v, "addressee"));
	collecting_word(x, "language", text(v, "language"));
	collecting_word(x, "format", text(v, "format"));
	collecting_word(x, "method", text(v, "route"));
	collecting_day(x, "issued", text(v, "issued"));
	collecting_day(x, "served", text(v, "served"));
	collecting_day(x, "returned", text(v, "returned"));
}

/* Those of an officer; their keys say so (sar_decide.c). */
static enum cp_rc
put_safe(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_SAFE_NOTICES);
	char ref[CP_NOTICE_REF];
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (!was_sent(cp_col_text(q, 2)))
			continue;
		cp_notice_ref(cp_col_int(q, 0), ref);
		collecting_entry(x, CP_PART_NOTICES, 0, "shield/%s", ref);
		collecting_text(x, "request", ref);
		collecting_word(x, "kind", cp_col_text(q, 1));
		collecting_word(x, "status", cp_col_text(q, 2));
		collecting_word(x, "to", cp_col_text(q, 3));
		collecting_word(x, "language", cp_col_text(q, 4));
		collecting_word(x, "format", cp_col_text(q, 5));
		collecting_word(x, "method", cp_col_text(q, 6));
		collecting_day(x, "issued", cp_col_text(q, 7));
		collecting_day(x, "served", cp_col_text(q, 8));
		collecting_day(x, "returned", cp_col_text(q, 9));
	}
	return rc;
}

static void
put_addressee(struct collecting *x, const struct cp_json *to)
{
	if (cp_json_kind(to) != CP_JSON_OBJECT)
		return;
	collecting_entry(x, CP_PART_NOTICES, 0, "notices/to/%s",
	    text(to, "set_at"));
	collecting_word(x, "to", text(to, "who"));
	collecting_word(x, "ground", text(to, "ground"));
	collecting_day(x, "from", text(to, "since"));
}

static void
put_notices(struct collecting *x, const struct cp_json *v)
{
	const struct cp_json *list = cp_json_get(v, "notices");

	put_addressee(x, cp_json_get(v, "to"));
	for (size_t i = 0; i < cp_json_size(list); i++)
		put_notice(x, cp_json_at(list, i));
}

enum cp_rc
collecting_notices(struct collecting *x, struct cp_err *err)
{
	enum cp_rc rc = put_ledger(x, "notices", cp_notice_save, put_notices,
	    err);

	if (rc == CP_OK && x->who->who.safe)
		rc = put_safe(x, err);
	return rc == CP_OK ? collecting_end(x, err) : rc;
}
