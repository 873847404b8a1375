#include <string.h>

#include "lifecycle/records/notice_life.h"
#include "lifecycle/records/notice_priv.h"

/* What a run would do to the ledger, for a dry one. */

enum { PAGE = 500 }; /* the statement's own limit */

struct foreseeing {
	const struct cp_change *c;
	struct cp_notice_set f;
	int64_t n[PAGE], last;
	char look[CP_DATE_TEXT];
	int count;
};

enum cp_rc
cp_notice_owed_count(struct cp_store *s, const char *id, int64_t *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_OWED_COUNT);

	cp_bind_text(q, id);
	return cp_exec_int(q, 0, out, err);
}

static enum cp_rc
read_page(struct foreseeing *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->c->store, SQL_NOTICE_FORESEE);
	char after[CP_DATE_TEXT];
	int row;
	enum cp_rc rc;

	memcpy(after, x->look, sizeof(after));
	cp_bind_date(q, x->c->now->today);
	cp_bind_text(q, after);
	cp_bind_int(q, x->last);
	x->count = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		x->n[x->count++] = x->last = cp_col_int(q, 0);
		cp_col_copy(q, 1, x->look, sizeof(x->look));
	}
	return rc;
}

static enum cp_rc
foresee_one(struct foreseeing *x, int64_t record,
    struct cp_notice_count *count, struct cp_err *err)
{
	struct cp_notice_plan p = { 0 };
	enum cp_rc rc = cp_notice_facts_of(x->c, record, &x->f, err);

	if (rc != CP_OK || x->f.synthetic || !x->f.live)
		return rc;
	rc = cp_notice_plan(x->c->rules->policy, &x->f.facts,
	    x->c->now->today, &p, err);
	if (rc == CP_BAD_INPUT) { /* cannot be evaluated: nothing is owed */
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < p.n_owed; i++)
		count->owed += p.owed[i].kind != CP_NOTICE_SHIELD;
	count->dropped += (int64_t)p.n_drop;
	return CP_OK;
}

enum cp_rc
cp_notice_foresee(const struct cp_change *c, struct cp_notice_count *count,
    struct cp_err *err)
{
	struct foreseeing x = { .c = c };
	enum cp_rc rc;

	memset(count, 0, sizeof(*count));
	do {
		rc = read_page(&x, err);
		for (int i = 0; rc == CP_OK && i < x.count; i++)
			rc = foresee_one(&x, x.n[i], count, err);
		count->looked += x.count;
	} while (rc == CP_OK && x.count == PAGE);
	cp_notice_set_clear(&x.f);
	return rc;
}
