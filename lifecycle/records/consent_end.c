#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent_priv.h"
#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/records/notice_life.h"

/* The entry in force after number *N, in C; *N becomes its number, or 0. */
static enum cp_rc
next_open(struct cp_store *s, int64_t record, int64_t *n,
    struct cp_consent *c, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_OPEN_NEXT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_int(q, *n);
	rc = cp_step(q, &row, err);
	*n = 0;
	if (rc != CP_OK || !row)
		return rc;
	memset(c, 0, sizeof(*c));
	*n = c->n = cp_col_int(q, 0);
	if (!cp_consent_ground(cp_col_text(q, 1), c))
		rc = cp_fail(err, CP_CORRUPT, "consent C-%04lld cannot be "
		    "read", (long long)c->n);
	c->given = cp_col_date(q, 2);
	c->until = cp_col_date(q, 3);
	cp_reset(q);
	return rc;
}

/* ---- ending ------------------------------------------------------------- */

static int
is_meant(const struct cp_consent_ending *e, const struct cp_consent *c)
{
	if (e->n != 0 && e->n != c->n)
		return 0;
	if (e->ground != NULL)
		return strcmp(e->ground, c->ground_word) == 0;
	return e->n != 0 || c->kind != CP_CONSENT_HARM;
}

/* What has lapsed by then ends too, so that a birth date put right later does
 * not bring it back, but is not one of those that the ending is about. */
static int
has_lapsed(const struct cp_consent_ending *e, const struct cp_consent *c)
{
	return e->n == 0 && c->kind == CP_CONSENT_STAY &&
	    cp_date_set(c->until) && cp_date_cmp(c->until, e->date) <= 0;
}

static enum cp_rc
check_one(const struct cp_consent_ending *e, const struct cp_consent *c,
    struct cp_err *err)
{
	if (e->why == CP_ENDED_BY_WITHDRAWAL && c->kind == CP_CONSENT_HARM) {
		(void)cp_fail(err, CP_REFUSED, "C-%04lld does not rest on "
		    "consent, so that nobody can withdraw it",
		    (long long)c->n);
		cp_err_hint(err, "when the ground is gone: `cpadmin consent "
		    "end'");
		return CP_REFUSED;
	}
	if (cp_date_cmp(e->date, c->given) >= 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "consent C-%04lld was given after that "
	    "date", (long long)c->n);
	cp_err_hint(err, "--ground or --consent says which is meant");
	return CP_REFUSED;
}

static enum cp_rc
end_one(struct cp_store *s, const struct cp_consent_ending *e, int64_t n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_END);

	cp_bind_date(q, e->date);
	cp_bind_text(q, e->why == CP_ENDED_BY_GROUND ? "ended" : "withdrawn");
	cp_bind_text(q, e->who);
	cp_bind_text(q, e->evidence);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static enum cp_rc
end_all(struct cp_store *s, const struct cp_record *r,
    struct cp_consent_ending *e, struct cp_err *err)
{
	struct cp_consent c;
	int64_t n = 0;
	enum cp_rc rc;

	e->ended = e->sensitive = 0;
	e->first = 0;
	while ((rc = next_open(s, r->n, &n, &c, err)) == CP_OK && n != 0) {
		if (!is_meant(e, &c))
			continue;
		rc = check_one(e, &c, err);
		if (rc == CP_OK)
			rc = end_one(s, e, n, err);
		if (rc != CP_OK)
			return rc;
		e->sensitive += c.kind != CP_CONSENT_STAY;
		if (!has_lapsed(e, &c) && e->ended++ == 0)
			e->first = c.n;
	}
	if (rc == CP_OK && e->ended == 0)
		rc = cp_fail(err, CP_REFUSED, "record %s has no such consent "
		    "in force", r->id);
	return rc;
}

enum cp_rc
cp_consent_end(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_now *now,
    struct cp_consent_ending *e, struct cp_err *err)
{
	struct cp_change c = { s, NULL, rules, now };
	enum cp_rc rc = consent_need_live(s, r, err);

	e->removed = 0;
	if (rc != CP_OK)
		return rc;
	if (cp_date_cmp(e->date, rules->today) > 0)
		return cp_fail(err, CP_REFUSED, "that date is in the future");
	rc = cp_sensitive_adopt(s, rules, r, now, err);
	if (rc == CP_OK)
		rc = end_all(s, r, e, err);
	if (rc == CP_OK && e->sensitive > 0)
		rc = cp_sensitive_remove(s, rules, r, now, &e->removed, err);
	if (rc == CP_OK)
		rc = cp_record_refresh(s, rules, r->n, err);
	return rc == CP_OK && e->why == CP_ENDED_BY_WITHDRAWAL ?
	    cp_notice_withdrawn(&c, r->n, e->first, err) : rc;
}

/* ---- confirming --------------------------------------------------------- */

static enum cp_rc
confirm_one(struct cp_store *s, int64_t n, struct cp_date date,
    const char *evidence, const char *who, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONFIRMATION_ADD);
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_bind_date(q, date);
	cp_bind_text(q, evidence);
	cp_bind_text(q, who);
	cp_bind_text(q, now->time);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) == 0)
		rc = cp_fail(err, CP_REFUSED, "consent C-%04lld was confirmed "
		    "on that day already", (long long)n);
	return rc;
}

/* In force on DATE, by the dates that the store has computed. */
static int
covers(const struct cp_consent *c, struct cp_date date)
{
	return cp_date_cmp(c->given, date) <= 0 &&
	    (!cp_date_set(c->until) || cp_date_cmp(date, c->until) < 0);
}

enum cp_rc
cp_consent_confirm(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const enum cp_ground *ground,
    struct cp_date date, const char *evidence, const char *who,
    const struct cp_now *now, int *count, struct cp_err *err)
{
	struct cp_consent c;
	int64_t n = 0;
	enum cp_rc rc = consent_need_live(s, r, err);

	if (rc != CP_OK)
		return rc;
	if (cp_date_cmp(date, rules->today) > 0)
		return cp_fail(err, CP_REFUSED, "that date is in the future");
	*count = 0;
	while ((rc = next_open(s, r->n, &n, &c, err)) == CP_OK && n != 0) {
		if (c.kind != CP_CONSENT_STAY || !covers(&c, date) ||
		    (ground != NULL && *ground != c.ground))
			continue;
		rc = confirm_one(s, n, date, evidence, who, now, err);
		if (rc != CP_OK)
			return rc;
		++*count;
	}
	if (rc == CP_OK && *count == 0)
		rc = cp_fail(err, CP_REFUSED, "record %s had no such consent "
		    "in force on that day", r->id);
	return rc == CP_OK ? cp_record_refresh(s, rules, r->n, err) : rc;
}
