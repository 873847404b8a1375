#include "lifecycle/records/scan.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

struct cp_scan {
	struct cp_stmt *records, *consents;
	int more_consents; /* the second stands on a row, of record CONSENT_OF */
	int64_t consent_of;
	struct cp_consent_fact *list; /* of the record read last */
	size_t cap;
};

/* As cp_col_date, without asking twice whether there is one.  Returns 0 for
 * what is no date. */
static int
read_date(struct cp_stmt *q, int col, struct cp_date *out)
{
	const char *text = cp_col_text(q, col);
	struct cp_err ignored;

	out->days = 0;
	return text[0] == '\0' || cp_date_parse(text, out, &ignored) == CP_OK;
}

static enum cp_action
read_action(const char *text)
{
	return text[0] == 'a' ? CP_ACTION_ARCHIVE : text[0] == 'd' ?
	    CP_ACTION_DESTROY : CP_ACTION_NONE;
}

/* ---- consents -------------------------------------------------------------- */

static enum cp_rc
next_consent(struct cp_scan *x, struct cp_err *err)
{
	enum cp_rc rc = cp_step(x->consents, &x->more_consents, err);

	if (rc == CP_OK && x->more_consents)
		x->consent_of = cp_col_int(x->consents, 0);
	return rc;
}

static enum cp_rc
grow(struct cp_scan *x, struct cp_err *err)
{
	size_t cap = x->cap == 0 ? 8 : 2 * x->cap;
	void *list = reallocarray(x->list, cap, sizeof(*x->list));

	if (list == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->list = list;
	x->cap = cap;
	return CP_OK;
}

/* Entries about sensitive services keep no record: *COUNTS is 0. */
static enum cp_rc
read_consent(struct cp_scan *x, struct cp_consent_fact *c, int *counts,
    struct cp_err *err)
{
	struct cp_stmt *q = x->consents;
	const char *ground = cp_col_text(q, 2);

	memset(c, 0, sizeof(*c));
	c->id = "";
	*counts = strcmp(ground, "sensitive-service") != 0 &&
	    strcmp(ground, "significant-harm") != 0;
	if (!*counts)
		return CP_OK;
	if (!cp_ground_parse(ground, &c->ground) ||
	    !cp_by_parse(cp_col_text(q, 3), &c->by) ||
	    !read_date(q, 4, &c->given) || !read_date(q, 5, &c->ended))
		return cp_fail(err, CP_CORRUPT, "consent C-%04lld cannot be "
		    "read", (long long)cp_col_int(q, 1));
	c->ended_by = strcmp(cp_col_text(q, 6), "ended") == 0 ?
	    CP_ENDED_BY_GROUND : CP_ENDED_BY_WITHDRAWAL;
	return CP_OK;
}

/* Those of record N, if it is live; none read so far comes after it. */
static enum cp_rc
read_consents(struct cp_scan *x, int64_t n, struct cp_facts *facts,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int counts;

	while (rc == CP_OK && x->more_consents && x->consent_of <= n) {
		if (facts->n_consents == x->cap)
			rc = grow(x, err);
		if (rc == CP_OK && x->consent_of == n &&
		    facts->state == CP_STATE_LIVE) {
			rc = read_consent(x, &x->list[facts->n_consents],
			    &counts, err);
			facts->n_consents += rc == CP_OK && counts;
		}
		if (rc == CP_OK)
			rc = next_consent(x, err);
	}
	facts->consents = x->list;
	return rc;
}

/* ---- records --------------------------------------------------------------- */

static int
read_facts(struct cp_stmt *q, struct cp_facts *f)
{
	const char *birth = cp_col_text(q, 10);
	const char *intention = cp_col_text(q, 13);
	struct cp_err ignored;

	if (!cp_state_parse(cp_col_text(q, 2), &f->state))
		return 0;
	if (f->state == CP_STATE_ARCHIVED)
		return read_date(q, 14, &f->archived_on) &&
		    read_date(q, 15, &f->destroy_due_fixed);
	return (birth[0] == '\0' ||
	    cp_partial_parse(birth, &f->birth, &ignored) == CP_OK) &&
	    read_date(q, 11, &f->death_notified) &&
	    read_date(q, 12, &f->left_on) && (intention[0] == '\0' ||
	    cp_intention_parse(intention, &f->left_intention));
}

static enum cp_rc
read_record(struct cp_stmt *q, struct cp_scanned *r, struct cp_err *err)
{
	memset(r, 0, sizeof(*r));
	r->n = cp_col_int(q, 0);
	r->id = cp_col_text(q, 1);
	r->parked = (enum cp_parked)cp_col_int(q, 3);
	r->policy = cp_col_int(q, 4);
	r->next_action = read_action(cp_col_text(q, 5));
	r->rule = cp_col_text(q, 7);
	if (!read_facts(q, &r->facts) || !read_date(q, 6, &r->next_due) ||
	    !read_date(q, 8, &r->extended_from) ||
	    !read_date(q, 9, &r->prune_due))
		return cp_fail(err, CP_CORRUPT, "the facts of row %lld cannot "
		    "be read", (long long)r->n);
	return CP_OK;
}

enum cp_rc
cp_scan_open(struct cp_store *s, int64_t after, struct cp_scan **out,
    struct cp_err *err)
{
	struct cp_scan *x = calloc(1, sizeof(*x));
	enum cp_rc rc;

	if (x == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->records = cp_stmt(s, SQL_SCAN_RECORDS);
	cp_bind_int(x->records, after);
	x->consents = cp_stmt(s, SQL_SCAN_CONSENTS);
	cp_bind_int(x->consents, after);
	rc = next_consent(x, err);
	if (rc == CP_OK)
		*out = x;
	else
		cp_scan_close(&x);
	return rc;
}

enum cp_rc
cp_scan_next(struct cp_scan *x, int *found, struct cp_scanned *out,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(x->records, found, err);

	if (rc != CP_OK || !*found)
		return rc;
	rc = read_record(x->records, out, err);
	return rc == CP_OK ? read_consents(x, out->n, &out->facts, err) : rc;
}

void
cp_scan_close(struct cp_scan **scan)
{
	struct cp_scan *x = *scan;

	if (x == NULL)
		return;
	cp_reset(x->records);
	cp_reset(x->consents);
	free(x->list);
	free(x);
	*scan = NULL;
}
