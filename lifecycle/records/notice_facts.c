#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/notice_priv.h"
#include "lifecycle/rules/london.h"

/* What bears on what a record is owed: its row, and the ledger. */

void
cp_notice_set_clear(struct cp_notice_set *f)
{
	free(f->past);
	free(f->n);
	memset(f, 0, sizeof(*f));
}

struct cp_date
cp_notice_day(const char *time)
{
	static const struct cp_date none = { 0 };
	char day[CP_DATE_TEXT];
	struct cp_err ignored = { 0 };
	struct cp_date d;

	if (strlen(time) < CP_DATE_TEXT + 2)
		return none;
	memcpy(day, time, CP_DATE_TEXT - 1);
	day[CP_DATE_TEXT - 1] = '\0';
	if (cp_date_parse(day, &d, &ignored) != CP_OK)
		return none;
	/* Summer time is an hour ahead: only the last one is of another day. */
	if (memcmp(time + CP_DATE_TEXT, "23", 2) != 0)
		return d;
	return cp_london_date(cp_utc_unix(d, 23 * 3600));
}

enum cp_rc
cp_notice_version_since(const struct cp_change *c, struct cp_date *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_VERSION_SINCE);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, c->rules->policy_n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_BUSY, "another policy is in force by "
		    "now");
	if (rc == CP_OK)
		*out = cp_notice_day(cp_col_text(q, 0));
	cp_reset(q);
	return rc;
}

/* ---- the row ----------------------------------------------------------- */

/* What the row has of the decision about a live record.  Where neither death
 * nor leaving decides, it leaves by age. */
static void
read_decision(struct cp_stmt *q, const struct cp_policy *p,
    struct cp_notice_set *f)
{
	struct cp_decision *d = &f->decision;

	memset(d, 0, sizeof(*d));
	d->action = CP_ACTION_ARCHIVE;
	d->due = d->age_due = cp_col_date(q, 6);
	d->rule = strcmp(cp_col_text(q, 7),
	    cp_rule_name(CP_RULE_WITHDRAWAL)) == 0 ? CP_RULE_WITHDRAWAL :
	    CP_RULE_AGE_LIMIT;
	d->rule_name = cp_rule_name(d->rule);
	d->extended_from = cp_col_date(q, 8);
	d->age_limit_on = cp_date_attained(cp_partial_last(f->facts.birth),
	    p->age_limit, p->leap_birthday);
	f->facts.decision = cp_col_int(q, 9) == CP_PARKED_UNDECIDABLE ||
	    !cp_date_set(d->due) || !cp_date_set(d->age_limit_on) ? NULL : d;
}

enum cp_rc
cp_notice_facts_read(struct cp_stmt *q, const struct cp_policy *p,
    struct cp_date version_since, struct cp_notice_set *f, struct cp_err *err)
{
	struct cp_notice_facts *x = &f->facts;
	enum cp_rc rc = CP_OK;

	memset(x, 0, sizeof(*x));
	if (!cp_col_null(q, 1))
		rc = cp_partial_parse(cp_col_text(q, 1), &x->birth, err);
	if (rc != CP_OK)
		return cp_fail(err, CP_CORRUPT, "the birth date in row %lld "
		    "cannot be read", (long long)cp_col_int(q, 0));
	x->recorded = cp_notice_day(cp_col_text(q, 2));
	x->death_notified = cp_col_date(q, 3);
	x->left_on = cp_col_date(q, 4);
	x->address_changed = cp_col_date(q, 5);
	x->version_since = version_since;
	read_decision(q, p, f);
	f->synthetic = cp_col_int(q, 10) != 0;
	f->live = cp_col_int(q, 11) != 0;
	return CP_OK;
}

/* ---- the ledger -------------------------------------------------------- */

static int
grow(struct cp_notice_set *f)
{
	size_t cap = f->cap != 0 ? 2 * f->cap : 16;
	void *a, *b;

	if (f->facts.n_past < f->cap)
		return 1;
	a = reallocarray(f->past, cap, sizeof(*f->past));
	if (a != NULL)
		f->past = a;
	b = reallocarray(f->n, cap, sizeof(*f->n));
	if (b != NULL)
		f->n = b;
	if (a == NULL || b == NULL)
		return 0;
	f->cap = cap;
	return 1;
}

static enum cp_rc
read_past(struct cp_stmt *q, struct cp_notice_past *r, struct cp_err *err)
{
	const char *why = cp_col_text(q, 8);

	memset(r, 0, sizeof(*r));
	if (!cp_notice_kind_parse(cp_col_text(q, 1), &r->kind) ||
	    !cp_notice_status_parse(cp_col_text(q, 3), &r->status))
		return cp_fail(err, CP_CORRUPT, "notice %lld cannot be read",
		    (long long)cp_col_int(q, 0));
	cp_col_copy(q, 2, r->cause, sizeof(r->cause));
	r->to = strcmp(cp_col_text(q, 4), "child") == 0 ? CP_TO_CHILD :
	    CP_TO_CARER;
	cp_col_copy(q, 5, r->version, sizeof(r->version));
	r->issued = cp_notice_day(cp_col_text(q, 6));
	r->returned = cp_col_date(q, 7);
	r->lapsed = r->status == CP_NOTICE_SUPPRESSED &&
	    strcmp(why, "operator") != 0 && strcmp(why, "merged") != 0;
	return CP_OK;
}

enum cp_rc
cp_notice_facts_past(struct cp_store *s, int64_t record,
    struct cp_notice_set *f, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_PAST);
	struct cp_notice_facts *x = &f->facts;
	struct cp_notice_past *r;
	int row;
	enum cp_rc rc;

	x->n_past = 0;
	f->covers = 0;
	cp_bind_int(q, record);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (!grow(f)) {
			rc = cp_fail(err, CP_FAILED, "out of memory");
			break;
		}
		r = &f->past[x->n_past];
		rc = read_past(q, r, err);
		if (rc != CP_OK)
			break;
		/* One in the place of another: it is the other that counts. */
		if (cp_col_int(q, 9) != 0 && r->kind != CP_NOTICE_SHIELD)
			f->covers = 1;
		else
			f->n[x->n_past++] = cp_col_int(q, 0);
	}
	cp_reset(q);
	x->past = f->past;
	return rc;
}

enum cp_rc
cp_notice_facts_to(struct cp_store *s, int64_t record,
    struct cp_notice_set *f, struct cp_err *err)
{
	struct cp_notice_to to;
	enum cp_rc rc = cp_notice_to_get(s, record, &to, err);

	if (rc == CP_OK) {
		f->facts.set = to.set;
		f->facts.set_since = to.since;
	}
	return rc;
}

enum cp_rc
cp_notice_facts_of(const struct cp_change *c, int64_t record,
    struct cp_notice_set *f, struct cp_err *err)
{
	struct cp_date since;
	struct cp_stmt *q;
	int row;
	enum cp_rc rc = cp_notice_version_since(c, &since, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_FACTS);
	cp_bind_int(q, record);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_NOT_FOUND, "no record in row %lld",
		    (long long)record);
	if (rc == CP_OK)
		rc = cp_notice_facts_read(q, c->rules->policy, since, f, err);
	cp_reset(q);
	if (rc == CP_OK)
		rc = cp_notice_facts_past(c->store, record, f, err);
	return rc == CP_OK ? cp_notice_facts_to(c->store, record, f, err) :
	    rc;
}
