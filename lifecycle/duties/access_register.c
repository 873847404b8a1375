#include "lifecycle/duties/access_register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

enum { PAGE = 64 };

/* A page of what was received. */
struct received {
	int64_t n;
	char id[CP_SAR_ID], policy[72];
	struct cp_date on;
};

struct counting {
	struct cp_store *store;
	const struct cp_access_period *p;
	struct cp_access_counts *all; /* by name */
	size_t n, cap;
	struct received page[PAGE];
};

const char *
cp_access_status_word(enum cp_access_status v)
{
	static const char *const words[CP_REGISTER_STATUSES] = { "waiting",
		"open", "full", "partial", "none", "refused", "withdrawn",
		"total" };

	return (unsigned)v < CP_REGISTER_STATUSES ? words[v] : "unknown";
}

enum cp_access_status
cp_access_status(const struct cp_sar *r)
{
	int v = CP_REGISTER_FULL;

	if (r->outcome[0] == '\0')
		return r->waits_for[0] != '\0' ? CP_REGISTER_WAITING :
		    CP_REGISTER_OPEN;
	while (v < CP_REGISTER_WITHDRAWN && strcmp(r->outcome,
	    cp_access_status_word((enum cp_access_status)v)) != 0)
		v++;
	return (enum cp_access_status)v;
}

enum cp_timeliness
cp_access_timeliness(const struct cp_sar *r, struct cp_date today)
{
	struct cp_date end = cp_date_set(r->answered) ? r->answered : today;

	if (cp_date_set(r->due) && cp_date_cmp(end, r->due) > 0)
		return CP_REGISTER_LATE;
	return cp_date_set(r->extended) ? CP_REGISTER_EXTENDED :
	    CP_REGISTER_IN_TIME;
}

/* ---- counting ------------------------------------------------------------ */

/* The counts of policy NAME; NULL if there is no memory. */
static struct cp_access_counts *
counts_of(struct counting *x, const char *name)
{
	struct cp_access_counts *more;
	size_t i = 0;

	while (i < x->n && strcmp(x->all[i].policy, name) < 0)
		i++;
	if (i < x->n && strcmp(x->all[i].policy, name) == 0)
		return &x->all[i];
	if (x->n == x->cap) {
		more = reallocarray(x->all, x->cap + 8, sizeof(*more));
		if (more == NULL)
			return NULL;
		x->all = more;
		x->cap += 8;
	}
	memmove(&x->all[i + 1], &x->all[i], (x->n - i) * sizeof(*x->all));
	memset(&x->all[i], 0, sizeof(*x->all));
	(void)snprintf(x->all[i].policy, sizeof(x->all[i].policy), "%s",
	    name);
	x->n++;
	return &x->all[i];
}

static enum cp_rc
count(struct counting *x, const struct received *r, struct cp_err *err)
{
	struct cp_access_counts *c;
	struct cp_err denied = { 0 };
	struct cp_sar sar;
	enum cp_rc rc;

	if (x->p->policy != NULL && strcmp(x->p->policy, r->policy) != 0)
		return CP_OK;
	rc = cp_sar_get(x->store, r->id, &sar, &denied);
	if (rc == CP_DENIED)
		return CP_OK;
	if (rc != CP_OK) {
		*err = denied;
		return rc;
	}
	c = counts_of(x, r->policy);
	if (c == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	c->count[cp_access_status(&sar)][cp_access_timeliness(&sar,
	    x->p->today)]++;
	return CP_OK;
}

static enum cp_rc
read_page(struct counting *x, const struct received *after, size_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_ACCESS_RECEIVED);
	char day[CP_DATE_TEXT];
	int row;
	enum cp_rc rc;

	cp_bind_text(q, cp_date_format(after->on, day));
	cp_bind_int(q, after->n);
	cp_bind_date(q, x->p->until);
	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < PAGE) {
		struct received *r = &x->page[(*n)++];

		r->n = cp_col_int(q, 0);
		cp_col_copy(q, 1, r->id, sizeof(r->id));
		r->on = cp_col_date(q, 2);
		cp_col_copy(q, 3, r->policy, sizeof(r->policy));
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
count_all(struct counting *x, struct cp_err *err)
{
	/* Numbers begin at 1. */
	struct received last = { .n = 0, .on = x->p->from };
	size_t got = PAGE;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && got == PAGE) {
		rc = read_page(x, &last, &got, err);
		for (size_t i = 0; rc == CP_OK && i < got; i++)
			rc = count(x, &x->page[i], err);
		if (got > 0)
			last = x->page[got - 1];
	}
	return rc;
}

/* ---- the result ---------------------------------------------------------- */

static void
sum(struct cp_access_counts *c)
{
	for (int v = 0; v < CP_REGISTER_TOTAL; v++) {
		for (int t = 0; t < CP_REGISTER_SUM; t++) {
			c->count[v][CP_REGISTER_SUM] += c->count[v][t];
			c->count[CP_REGISTER_TOTAL][t] += c->count[v][t];
		}
		c->count[CP_REGISTER_TOTAL][CP_REGISTER_SUM] +=
		    c->count[v][CP_REGISTER_SUM];
	}
}

static enum cp_rc
is_known(struct cp_store *s, const char *policy, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_ACCESS_POLICY_KNOWN);
	int64_t known;
	enum cp_rc rc;

	cp_bind_text(q, policy);
	rc = cp_exec_int(q, 0, &known, err);
	if (rc != CP_OK || known)
		return rc;
	(void)cp_fail(err, CP_NOT_FOUND, "no such policy was ever adopted "
	    "here");
	cp_err_hint(err, "without --policy all of them are shown");
	return CP_NOT_FOUND;
}

enum cp_rc
cp_access_register(struct cp_store *s, const struct cp_access_period *p,
    cp_access_counts_fn *fn, void *ctx, struct cp_err *err)
{
	struct counting x = { .store = s, .p = p };
	enum cp_rc rc = CP_OK;

	if (p->policy != NULL)
		rc = is_known(s, p->policy, err);
	if (rc == CP_OK)
		rc = count_all(&x, err);
	for (size_t i = 0; rc == CP_OK && i < x.n; i++) {
		sum(&x.all[i]);
		if (!p->exact)
			cp_suppress(&x.all[i].count[0][0],
			    CP_REGISTER_STATUSES, CP_REGISTER_TIMES,
			    &x.all[i].hidden[0][0]);
		rc = fn(ctx, &x.all[i], err);
	}
	free(x.all);
	return rc;
}
