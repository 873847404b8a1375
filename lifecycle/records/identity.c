#include "lifecycle/records/identity.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent.h"
#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/identity_people.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/records/shield.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/stmt.h"

/* ---- their documents ------------------------------------------------------- */

/* Appends TEMPLATE, where @NN stands for the year NN years before TODAY. */
static void
put_years(struct cp_buf *b, const char *template, struct cp_date today)
{
	int year, month, day;

	cp_date_split(today, &year, &month, &day);
	for (const char *p = template; *p != '\0'; p++) {
		if (*p != '@') {
			cp_buf_putc(b, *p);
			continue;
		}
		cp_buf_printf(b, "%04d", year - (p[1] - '0') * 10 -
		    (p[2] - '0'));
		p += 2;
	}
}

static enum cp_rc
make_document(const struct cp_invented *p, const char *authority,
    struct cp_date today, struct cp_document **out, struct cp_err *err)
{
	struct cp_reject why;
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_buf_printf(&b, "{\"cpadmin\":\"record/1\",\"id\":\"%s\","
	    "\"authority\":\"%s\",\"gender\":\"%s\",\"numbers\":[{\"type\":"
	    "\"nhs\",\"value\":\"%s\"}],\"names\":", p->id, authority,
	    p->gender, p->nhs);
	put_years(&b, p->names, today);
	cp_buf_puts(&b, ",\"birth_date\":\"");
	put_years(&b, p->birth, today);
	cp_buf_putc(&b, '"');
	put_years(&b, p->more, today);
	cp_buf_putc(&b, '}');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&b), b.len, today, out,
		    &why, err);
	cp_buf_clear(&b);
	return rc;
}

/* ---- which are there ------------------------------------------------------- */

/* *STATE is the record's, "" where it is absent; CP_REFUSED where it is
 * somebody's. */
static enum cp_rc
look_up(struct cp_store *s, const char *id, int64_t *n, char state[12],
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_IDENTITY_GET);
	int row, ours = 1;
	enum cp_rc rc;

	*n = 0;
	state[0] = '\0';
	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row) {
		*n = cp_col_int(q, 0);
		cp_col_copy(q, 1, state, 12);
		ours = cp_col_int(q, 2) != 0;
	}
	cp_reset(q);
	if (rc != CP_OK || ours)
		return rc;
	cp_fail(err, CP_REFUSED, "record %s came from elsewhere", id);
	cp_err_hint(err, "a number is kept for one person for ever");
	return CP_REFUSED;
}

static enum cp_rc
describe(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_invented *p, const char *authority,
    struct cp_identity *out, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_buf name;
	int64_t n = 0;
	enum cp_rc rc = look_up(s, p->id, &n, out->state, err);

	if (rc == CP_REFUSED)
		cp_err_clear(err);
	if (rc == CP_REFUSED || n == 0)
		(void)snprintf(out->state, sizeof(out->state), "%s", rc ==
		    CP_REFUSED ? "taken" : "absent");
	else if (rc == CP_OK && strcmp(out->state, "destroyed") == 0)
		(void)snprintf(out->state, sizeof(out->state), "removed");
	if (rc == CP_OK || rc == CP_REFUSED)
		rc = make_document(p, authority, rules->today, &doc, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&name);
	cp_document_name(doc, &name);
	(void)snprintf(out->name, sizeof(out->name), "%s", cp_buf_text(&name));
	(void)cp_partial_format(doc->birth, out->birth);
	(void)snprintf(out->nhs, sizeof(out->nhs), "%s", p->nhs);
	out->id = p->id;
	out->tries = p->tries;
	rc = cp_buf_check(&name, err);
	cp_buf_clear(&name);
	cp_document_free(doc);
	return rc;
}

enum cp_rc
cp_identity_each(struct cp_store *s, const struct cp_rules *rules,
    const char *authority, enum cp_rc (*fn)(void *ctx,
    const struct cp_identity *i, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_identity one;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < cp_invented_count; i++) {
		memset(&one, 0, sizeof(one));
		rc = describe(s, rules, &cp_invented[i], authority, &one,
		    err);
		if (rc == CP_OK)
			rc = fn(ctx, &one, err);
	}
	return rc;
}

/* ---- making ---------------------------------------------------------------- */

static enum cp_rc
log_it(const struct cp_change *c, const char *action, const char *id,
    struct cp_err *err)
{
	struct cp_entry e = { action, id, NULL, NULL };

	return cp_audit_add(c->audit, &e, NULL, err);
}

static enum cp_rc
run_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

/* The row of DOC: new, or that of one that was removed. */
static enum cp_rc
put_record(const struct cp_change *c, struct cp_document *doc,
    int64_t *n, struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc;

	if (*n == 0) {
		rc = cp_record_insert(c->store, c->rules, doc, c->now, n, err);
		return rc == CP_OK ? run_on(c->store, SQL_IDENTITY_MARK, *n,
		    err) : rc;
	}
	rc = run_on(c->store, SQL_IDENTITY_AGAIN, *n, err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, *n, &r, err);
	return rc == CP_OK ? cp_record_revive(c->store, c->rules, &r, doc,
	    c->now, err) : rc;
}

/* By a consent given the week before the age limit. */
static enum cp_rc
let_stay(const struct cp_change *c, const struct cp_record *r,
    const struct cp_document *doc, struct cp_err *err)
{
	const struct cp_policy *p = c->rules->policy;
	struct cp_consent consent = { .given = cp_date_add_days(
		cp_date_attained(cp_partial_last(doc->birth), p->age_limit,
		p->leap_birthday), -7),
		.statement = "stay-2026-1", .evidence = "TEST-EVIDENCE",
		.by = CP_BY_SELF, .by_word = "self", .method = "in-person",
		.late_reason = "a synthetic identity",
		.taken_by = cp_audit_actor(c->audit) };

	if (!cp_consent_ground("care-leaver", &consent))
		return cp_fail(err, CP_FAILED, "no such ground");
	return cp_consent_give(c->store, c->rules, r, &consent, c->now, err);
}

static enum cp_rc
hide(const struct cp_change *c, const struct cp_record *r, struct cp_err *err)
{
	struct cp_shield_request q = { .asked_by = "practitioner",
		.reason = "a synthetic identity" };
	struct cp_shield shield;

	return cp_shield_request(c, r, &q, &shield, err);
}

static enum cp_rc
make_one(const struct cp_change *c, const struct cp_invented *p,
    const char *authority, int64_t n, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_record r;
	int entered = 0;
	enum cp_rc rc = make_document(p, authority, c->rules->today, &doc,
	    err);

	if (rc == CP_OK)
		rc = put_record(c, doc, &n, err);
	if (rc == CP_OK && cp_document_has_sensitive(doc))
		rc = cp_sensitive_enter(c->store, c->rules, n, doc, "feed",
		    c->now, &entered, err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, n, &r, err);
	if (rc == CP_OK)
		rc = log_it(c, "identity.add", p->id, err);
	if (rc == CP_OK && p->stays)
		rc = let_stay(c, &r, doc, err);
	if (rc == CP_OK && p->shielded)
		rc = hide(c, &r, err);
	cp_document_free(doc);
	return rc;
}

/* Whether there is anybody to seal to. */
static enum cp_rc
have_officer(struct cp_store *s, int *out, struct cp_err *err)
{
	struct cp_age_recipient to[CP_OFFICERS_MAX];
	int64_t generation;
	size_t n;
	enum cp_rc rc = cp_officer_recipients(s, to, &n, &generation, err);

	*out = rc == CP_OK;
	if (rc != CP_REFUSED)
		return rc;
	cp_err_clear(err);
	return CP_OK;
}

static enum cp_rc
add_one(const struct cp_change *c, const struct cp_invented *p,
    const char *authority, struct cp_identity_done *out, struct cp_err *err)
{
	char state[12];
	int64_t n = 0;
	int officer = 1;
	enum cp_rc rc = look_up(c->store, p->id, &n, state, err);

	if (rc == CP_OK && p->shielded)
		rc = have_officer(c->store, &officer, err);
	if (rc != CP_OK)
		return rc;
	if (n != 0 && strcmp(state, "destroyed") != 0) {
		out->left++;
		return CP_OK;
	}
	if (!officer) {
		out->no_shield++;
		return CP_OK;
	}
	out->done++;
	return make_one(c, p, authority, n, err);
}

/* ---- all of them, or one --------------------------------------------------- */

static enum cp_rc
no_such(const char *id, struct cp_err *err)
{
	cp_fail(err, CP_NOT_FOUND, "%.32s is no built-in identity", id);
	cp_err_hint(err, "`cpadmin shield identity list' shows them");
	return CP_NOT_FOUND;
}

enum cp_rc
cp_identity_add(const struct cp_change *c, const char *authority,
    const char *only, struct cp_identity_done *out, struct cp_err *err)
{
	struct cp_identity_done done = { 0 };
	int met = 0;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < cp_invented_count; i++) {
		if (only != NULL && strcmp(only, cp_invented[i].id) != 0)
			continue;
		met = 1;
		rc = add_one(c, &cp_invented[i], authority, &done, err);
	}
	if (rc == CP_OK && !met)
		return no_such(only, err);
	if (rc == CP_OK)
		*out = done;
	return rc;
}

/* ---- removing -------------------------------------------------------------- */

/* All that is about row N, whose document is gone already. */
static enum cp_rc
forget(const struct cp_change *c, int64_t n, const char *id,
    struct cp_err *err)
{
	enum cp_rc rc = cp_record_bury(c->store, n, c->now, err);

	if (rc == CP_OK)
		rc = cp_shield_forget(c, n, err);
	if (rc == CP_OK)
		rc = run_on(c->store, SQL_BOXED_MAIL_FORGET, n, err);
	if (rc == CP_OK)
		rc = run_on(c->store, SQL_BOXED_FEED_FORGET, n, err);
	if (rc == CP_OK)
		rc = run_on(c->store, SQL_BOXED_FEED_PART, n, err);
	if (rc == CP_OK)
		rc = cp_audit_erase(c->audit, id, err);
	return rc == CP_OK ? log_it(c, "identity.remove", id, err) : rc;
}

static enum cp_rc
is_held(struct cp_store *s, int64_t n, int *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_IDENTITY_HOLDS);
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, out, err);
	cp_reset(q);
	return rc;
}

static enum cp_rc
remove_one(const struct cp_change *c, const struct cp_invented *p,
    struct cp_identity_done *out, struct cp_err *err)
{
	struct cp_record r;
	char state[12];
	int64_t n = 0;
	int held = 0;
	enum cp_rc rc = look_up(c->store, p->id, &n, state, err);

	if (rc == CP_REFUSED) {
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc != CP_OK || n == 0 || strcmp(state, "destroyed") == 0)
		return rc;
	rc = is_held(c->store, n, &held, err);
	if (rc == CP_OK && (held || strcmp(state, "live") != 0)) {
		out->left++;
		return CP_OK;
	}
	if (rc == CP_OK)
		rc = cp_record_at(c->store, n, &r, err);
	if (rc == CP_OK)
		rc = cp_record_strip(c->store, &r, c->rules->today,
		    c->rules->policy_n, c->now, err);
	out->done++;
	return rc == CP_OK ? forget(c, n, p->id, err) : rc;
}

enum cp_rc
cp_identity_remove(const struct cp_change *c, const char *only,
    struct cp_identity_done *out, struct cp_err *err)
{
	struct cp_identity_done done = { 0 };
	int met = 0;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < cp_invented_count; i++) {
		if (only != NULL && strcmp(only, cp_invented[i].id) != 0)
			continue;
		met = 1;
		rc = remove_one(c, &cp_invented[i], &done, err);
	}
	if (rc == CP_OK && !met)
		return no_such(only, err);
	if (rc == CP_OK)
		*out = done;
	return rc;
}
