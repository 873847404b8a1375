#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_priv.h"
#include "lifecycle/store/json.h"

/* The ledger in a package: history/1, "consents" (cpadmin-archive(5)). */

enum { MARK_TEXT = 17 };

/* ---- out ---------------------------------------------------------------- */

static void
put_if(struct cp_buf *out, const char *key, const char *text)
{
	if (text[0] != '\0')
		cp_json_put_member(out, key, text);
}

static enum cp_rc
save_confirmations(struct cp_store *s, int64_t n, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONFIRMATIONS_OF);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_json_put_key(out, "confirmations");
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_json_open(out, '{');
		cp_json_put_member(out, "date", cp_col_text(q, 0));
		cp_json_put_member(out, "evidence", cp_col_text(q, 1));
		cp_json_put_member(out, "taken_by", cp_col_text(q, 2));
		cp_json_put_member(out, "entered", cp_col_text(q, 3));
		cp_json_close(out, '}');
	}
	cp_json_close(out, ']');
	return rc;
}

static enum cp_rc
save_marks(struct cp_store *s, int64_t n, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_SERVICES_OF);
	char text[MARK_TEXT];
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_json_put_key(out, "marks");
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		(void)snprintf(text, sizeof(text), "%016llx",
		    (unsigned long long)cp_col_int(q, 0));
		cp_json_put_string(out, text);
	}
	cp_json_close(out, ']');
	return rc;
}

static void
save_head(const struct cp_consent *c, struct cp_buf *out)
{
	char day[CP_DATE_TEXT];

	cp_json_put_key(out, "n");
	cp_json_put_int(out, c->n);
	cp_json_put_member(out, "ground", c->ground_word);
	cp_json_put_member(out, "by", c->by_word);
	cp_json_put_member(out, "given", cp_date_format(c->given, day));
	cp_json_put_member(out, "statement", c->statement);
	cp_json_put_member(out, "evidence", c->evidence);
	cp_json_put_member(out, "taken_by", c->taken_by);
	cp_json_put_member(out, "entered", c->entered);
	put_if(out, "method", c->method);
	put_if(out, "best_interests", c->best_interests);
	put_if(out, "late_reason", c->late_reason);
	if (c->renews != 0) {
		cp_json_put_key(out, "renews");
		cp_json_put_int(out, c->renews);
	}
	cp_json_put_member(out, "ended", cp_date_set(c->ended) ?
	    cp_date_format(c->ended, day) : NULL);
	cp_json_put_member(out, "end_kind", !cp_date_set(c->ended) ? NULL :
	    c->ended_by == CP_ENDED_BY_GROUND ? "ended" : "withdrawn");
	cp_json_put_member(out, "ended_by", cp_date_set(c->ended) ?
	    c->ended_who : NULL);
	put_if(out, "end_evidence", c->end_evidence);
}

enum cp_rc
cp_consent_save(struct cp_store *s, int64_t record, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_RANGE_OF);
	struct cp_consent c;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = consent_read(q, &c, err);
		if (rc != CP_OK)
			break;
		cp_json_open(out, '{');
		save_head(&c, out);
		rc = save_confirmations(s, c.n, out, err);
		if (rc == CP_OK)
			rc = save_marks(s, c.n, out, err);
		cp_json_close(out, '}');
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	cp_json_close(out, ']');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

/* ---- and back ----------------------------------------------------------- */

static enum cp_rc
no_key(const char *key, struct cp_err *err)
{
	return cp_fail(err, CP_CORRUPT, "a consent in the package has no %s",
	    key);
}

/* Packages of the first version have no numbers: a new one then. */
static enum cp_rc
take_number(struct cp_store *s, const struct cp_json *c, int64_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q;

	if (cp_json_get(c, "n") == NULL)
		return consent_number(s, n, err);
	if (!cp_json_int(cp_json_get(c, "n"), n) || *n <= 0)
		return no_key("number", err);
	q = cp_stmt(s, SQL_CONSENT_NUMBER_SEEN);
	cp_bind_int(q, *n);
	return cp_exec(q, err);
}

static enum cp_rc
load_row(struct cp_store *s, int64_t record, int64_t n,
    const struct cp_json *c, struct cp_err *err)
{
	static const char *const keys[] = { "ground", "by", "given",
		"statement", "evidence", "taken_by", "entered", "ended",
		"end_kind", "ended_by", "method", "best_interests" };
	enum { NEEDED = 7, KEYS = sizeof(keys) / sizeof(keys[0]) };
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_RESTORE);
	struct cp_consent known;
	const char *v;
	int64_t renews;

	v = cp_json_text(cp_json_get(c, "ground"));
	if (v == NULL || !cp_consent_ground(v, &known))
		return no_key("ground that is known", err);
	cp_bind_int(q, n);
	cp_bind_int(q, record);
	for (size_t k = 0; k < KEYS; k++) {
		v = cp_json_text(cp_json_get(c, keys[k]));
		if (v == NULL && k < NEEDED) {
			cp_reset(q);
			return no_key(keys[k], err);
		}
		cp_bind_text(q, v);
	}
	if (cp_json_int(cp_json_get(c, "renews"), &renews))
		cp_bind_int(q, renews);
	else
		cp_bind_null(q);
	cp_bind_text(q, cp_json_text(cp_json_get(c, "late_reason")));
	cp_bind_text(q, cp_json_text(cp_json_get(c, "end_evidence")));
	return cp_exec(q, err);
}

static enum cp_rc
load_confirmations(struct cp_store *s, int64_t n, const struct cp_json *list,
    struct cp_err *err)
{
	static const char *const keys[] = { "date", "evidence", "taken_by",
		"entered" };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		struct cp_stmt *q = cp_stmt(s, SQL_CONFIRMATION_ADD);

		cp_bind_int(q, n);
		for (size_t k = 0; k < 4; k++) {
			const char *v = cp_json_text(cp_json_get(
			    cp_json_at(list, i), keys[k]));

			if (v == NULL) {
				cp_reset(q);
				return no_key("whole confirmation", err);
			}
			cp_bind_text(q, v);
		}
		rc = cp_exec(q, err);
	}
	return rc;
}

static enum cp_rc
load_marks(struct cp_store *s, int64_t n, const struct cp_json *list,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		const char *v = cp_json_text(cp_json_at(list, i));
		struct cp_stmt *q;

		if (v == NULL || strlen(v) != MARK_TEXT - 1 ||
		    strspn(v, "0123456789abcdef") != MARK_TEXT - 1)
			return no_key("mark that can be read", err);
		q = cp_stmt(s, SQL_CONSENT_SERVICE_ADD);
		cp_bind_int(q, n);
		cp_bind_int(q, (int64_t)strtoull(v, NULL, 16));
		rc = cp_exec(q, err);
	}
	return rc;
}

enum cp_rc
cp_consent_load(struct cp_store *s, int64_t record, const struct cp_json *list,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		const struct cp_json *c = cp_json_at(list, i);
		int64_t n = 0;

		rc = take_number(s, c, &n, err);
		if (rc == CP_OK)
			rc = load_row(s, record, n, c, err);
		if (rc == CP_OK)
			rc = load_confirmations(s, n,
			    cp_json_get(c, "confirmations"), err);
		if (rc == CP_OK)
			rc = load_marks(s, n, cp_json_get(c, "marks"), err);
	}
	return rc;
}
