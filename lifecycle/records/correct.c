#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/document_join.h"
#include "lifecycle/records/events.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/number.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/operator.h"

enum { FIELD_MAX = 128, PATH_MAX_LEN = 200 };

/* ---- what differs ---- */

static void
put_value(struct cp_buf *b, const struct cp_json *v)
{
	if (v == NULL)
		cp_json_put_null(b);
	else if (cp_json_kind(v) == CP_JSON_STRING)
		cp_json_put_string(b, cp_json_text(v));
	else {
		struct cp_buf text;

		cp_buf_init(&text);
		cp_json_dump(v, &text);
		cp_json_put_raw(b, cp_buf_text(&text), text.len);
		b->failed |= text.failed;
		cp_buf_clear(&text);
	}
}

static int
same(const struct cp_json *a, const struct cp_json *b)
{
	struct cp_buf x, y;
	int equal;

	if (a == NULL || b == NULL)
		return a == b;
	cp_buf_init(&x);
	cp_buf_init(&y);
	put_value(&x, a);
	put_value(&y, b);
	equal = !x.failed && x.len == y.len &&
	    memcmp(x.data, y.data, x.len) == 0;
	cp_buf_clear(&x);
	cp_buf_clear(&y);
	return equal;
}

static void
put_change(struct cp_buf *out, const char *path, const struct cp_json *was,
    const struct cp_json *is)
{
	cp_json_open(out, '{');
	cp_json_put_member(out, "field", path);
	if (strncmp(path, "involvements", 12) != 0) {
		cp_json_put_key(out, "was");
		put_value(out, was);
		cp_json_put_key(out, "is");
		put_value(out, is);
	}
	cp_json_close(out, '}');
}

/* Puts an entry for each value at or under PATH that differs.  Documents are
 * at most four levels deep. */
static void
put_changes(struct cp_buf *out, const char *path, const struct cp_json *was,
    const struct cp_json *is)
{
	const struct cp_json *child;
	char below[PATH_MAX_LEN];
	const char *key;
	void *iter = NULL;
	size_t n;

	if (same(was, is))
		return;
	if (cp_json_kind(was) == CP_JSON_OBJECT &&
	    cp_json_kind(is) == CP_JSON_OBJECT) {
		while ((child = cp_json_next(was, &iter, &key)) != NULL) {
			(void)snprintf(below, sizeof(below), "%.100s%s%.60s",
			    path, path[0] != '\0' ? "." : "", key);
			put_changes(out, below, child, cp_json_get(is, key));
		}
		iter = NULL;
		while ((child = cp_json_next(is, &iter, &key)) != NULL) {
			if (cp_json_get(was, key) != NULL)
				continue;
			(void)snprintf(below, sizeof(below), "%.100s%s%.60s",
			    path, path[0] != '\0' ? "." : "", key);
			put_changes(out, below, NULL, child);
		}
		return;
	}
	if (cp_json_kind(was) != CP_JSON_ARRAY ||
	    cp_json_kind(is) != CP_JSON_ARRAY) {
		put_change(out, path, was, is);
		return;
	}
	n = cp_json_size(was) > cp_json_size(is) ? cp_json_size(was) :
	    cp_json_size(is);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(below, sizeof(below), "%.150s[%zu]", path, i);
		put_changes(out, below, cp_json_at(was, i),
		    cp_json_at(is, i));
	}
}

static enum cp_rc
log_correction(const struct cp_change *c, const struct cp_document *old,
    const struct cp_document *doc, const char *reason, int64_t *seq,
    struct cp_err *err)
{
	struct cp_entry e = { "record.correct", doc->id, NULL, NULL };
	struct cp_json *was = NULL, *is = NULL;
	struct cp_buf b;
	enum cp_rc rc = cp_document_tree(old, &was, err);

	cp_buf_init(&b);
	if (rc == CP_OK)
		rc = cp_document_tree(doc, &is, err);
	if (rc == CP_OK) {
		cp_json_open(&b, '{');
		cp_json_put_key(&b, "changes");
		cp_json_open(&b, '[');
		put_changes(&b, "", was, is);
		cp_json_close(&b, ']');
		cp_json_put_member(&b, "reason", reason);
		cp_json_close(&b, '}');
		rc = cp_buf_check(&b, err);
	}
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, seq, err);
	cp_json_free(was);
	cp_json_free(is);
	cp_buf_clear(&b);
	return rc;
}

/* ---- setting ---- */

/* Applies one FIELD=VALUE; *DIFFERS whether it changed anything. */
static enum cp_rc
set_one(const struct cp_change *c, struct cp_document **doc, const char *set,
    int *differs, struct cp_reject *why, struct cp_err *err)
{
	const char *eq = strchr(set, '=');
	char field[FIELD_MAX];
	struct cp_buf before, after;
	enum cp_rc rc;

	if (eq == NULL || eq == set || eq - set >= FIELD_MAX)
		return cp_fail(err, CP_USAGE, "not FIELD=VALUE");
	(void)snprintf(field, sizeof(field), "%.*s", (int)(eq - set), set);
	cp_buf_init(&before);
	cp_buf_init(&after);
	cp_document_text(*doc, &before);
	rc = cp_document_set(doc, field, eq + 1, c->now->today, why, err);
	if (rc == CP_OK) {
		cp_document_text(*doc, &after);
		*differs = before.len != after.len ||
		    memcmp(before.data, after.data, before.len) != 0;
		rc = cp_buf_check(&after, err);
	}
	if (rc == CP_OK)
		rc = cp_buf_check(&before, err);
	cp_buf_clear(&before);
	cp_buf_clear(&after);
	return rc;
}

/* In rounds: what is not valid yet may be so once another is set. */
static enum cp_rc
set_all(const struct cp_change *c, struct cp_document **doc,
    const char *const *sets, size_t n, int *changed, int *done,
    struct cp_reject *why, struct cp_err *err)
{
	size_t left = n, before = n + 1;
	struct cp_reject one_why;
	struct cp_err one;
	enum cp_rc rc;

	while (left > 0 && left < before) {
		before = left;
		for (size_t i = 0; i < n; i++) {
			if (done[i])
				continue;
			memset(&one_why, 0, sizeof(one_why));
			cp_err_clear(&one);
			rc = set_one(c, doc, sets[i], &changed[i], &one_why,
			    &one);
			if (rc == CP_OK) {
				done[i] = 1;
				left--;
				continue;
			}
			*err = one;
			*why = one_why;
			if (rc != CP_BAD_INPUT)
				return rc;
		}
	}
	if (left > 0)
		return CP_BAD_INPUT;
	cp_err_clear(err);
	return CP_OK;
}

/* ---- entering ---- */

static enum cp_rc
need_live(const struct cp_change *c, const struct cp_record *r,
    struct cp_err *err)
{
	enum cp_rc rc = cp_record_need_live(c->store, r, "restore", err);

	if (rc == CP_REFUSED && r->state == CP_STATE_ARCHIVED)
		cp_err_hint(err, "`cpadmin archive restore %s --set "
		    "FIELD=VALUE --reason TEXT' corrects it on its way back",
		    r->id);
	return rc;
}

/* Nobody hands a record to those who have not agreed to it. */
static enum cp_rc
check_authority(const struct cp_change *c, const struct cp_document *old,
    const struct cp_document *doc, struct cp_err *err)
{
	if (strcmp(old->authority, doc->authority) == 0 ||
	    cp_operator_reaches(cp_store_actor(c->store), doc->authority))
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "that authority has to agree to it");
	cp_err_hint(err, "`cpadmin record event %s moved --to %s --date D' "
	    "offers it the record", doc->id, doc->authority);
	return CP_REFUSED;
}

static enum cp_rc
same_document(const struct cp_document *a, const struct cp_document *b,
    int *same, struct cp_err *err)
{
	struct cp_buf x, y;
	enum cp_rc rc;

	cp_buf_init(&x);
	cp_buf_init(&y);
	cp_document_text(a, &x);
	cp_document_text(b, &y);
	*same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	rc = cp_buf_check(&x, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&y, err);
	cp_buf_clear(&x);
	cp_buf_clear(&y);
	return rc;
}

/* DOC is what may be seen of it from here on.  *ANY: something is not what it
 * was, openly or behind a shield. */
static enum cp_rc
part(const struct cp_change *c, const struct cp_record *r,
    const struct cp_document *old, struct cp_document *doc, int *any,
    struct cp_err *err)
{
	struct cp_parted p;
	int same = 0;
	enum cp_rc rc = cp_gate_part(c->store, r->n, doc, 0, c->now, &p,
	    err);

	if (rc == CP_OK && p.shielded && !p.sealed)
		rc = same_document(old, doc, &same, err);
	*any = !same;
	return rc;
}

static enum cp_rc
enter(const struct cp_change *c, const struct cp_record *r,
    const struct cp_document *old, struct cp_document *doc,
    const char *reason, int *any, struct cp_err *err)
{
	struct cp_undo u = { "record.correct", 0, r, old, NULL, NULL };
	struct cp_buf ledger;
	enum cp_rc rc = check_authority(c, old, doc, err);

	cp_buf_init(&ledger);
	if (rc == CP_OK)
		rc = cp_undo_ledger(c->store, r->n, &ledger, err);
	u.extra = cp_buf_text(&ledger);
	if (rc == CP_OK)
		rc = part(c, r, old, doc, any, err);
	if (rc != CP_OK || !*any) {
		cp_buf_clear(&ledger);
		return rc;
	}
	rc = cp_sensitive_correct(c->store, c->rules, r, old, doc, c->now,
	    err);
	if (rc == CP_OK)
		rc = cp_record_replace(c->store, c->rules, r, old, doc,
		    c->now, err);
	if (rc == CP_OK)
		rc = cp_numbers_alone(c->store, c->rules, r->n, err);
	if (rc == CP_OK)
		rc = log_correction(c, old, doc, reason, &u.seq, err);
	if (rc == CP_OK)
		rc = cp_undo_keep(c, &u, err);
	cp_buf_clear(&ledger);
	return rc;
}

enum cp_rc
cp_record_correct(const struct cp_change *c, const char *id,
    const char *const *sets, size_t n, const char *reason, int *changed,
    struct cp_reject *why, struct cp_err *err)
{
	struct cp_document *old = NULL, *doc = NULL;
	int *done = calloc(n + 1, sizeof(*done)), any = 0;
	struct cp_record r;
	enum cp_rc rc = done == NULL ?
	    cp_fail(err, CP_FAILED, "out of memory") :
	    cp_record_get(c->store, id, &r, err);

	memset(changed, 0, n * sizeof(*changed));
	if (rc == CP_OK)
		rc = need_live(c, &r, err);
	if (rc == CP_OK)
		rc = cp_gate_open(c->store, r.authority, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &r, CP_FOR_CHANGE, &old, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, &r, CP_FOR_CHANGE, &doc, err);
	if (rc == CP_OK)
		rc = set_all(c, &doc, sets, n, changed, done, why, err);
	for (size_t i = 0; i < n; i++)
		any |= changed[i];
	if (rc == CP_OK && any)
		rc = enter(c, &r, old, doc, reason, &any, err);
	if (rc == CP_OK && !any)
		memset(changed, 0, n * sizeof(*changed));
	cp_document_free(old);
	cp_document_free(doc);
	free(done);
	return rc;
}
