#include "lifecycle/records/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

void
cp_fact_set_init(struct cp_fact_set *f)
{
	memset(f, 0, sizeof(*f));
}

void
cp_fact_set_clear(struct cp_fact_set *f)
{
	free(f->consents);
	free(f->consent_ids);
	free(f->holds);
	free(f->hold_ids);
	free(f->reading);
	cp_fact_set_init(f);
}

/* Room for one more consent. */
static int
grow_consents(struct cp_fact_set *f)
{
	size_t cap = f->consents_cap != 0 ? 2 * f->consents_cap : 8;
	void *a, *b;

	if (f->facts.n_consents < f->consents_cap)
		return 1;
	a = realloc(f->consents, cap * sizeof(*f->consents));
	if (a != NULL)
		f->consents = a;
	b = realloc(f->consent_ids, cap * sizeof(*f->consent_ids));
	if (b != NULL)
		f->consent_ids = b;
	if (a == NULL || b == NULL)
		return 0;
	f->consents_cap = cap;
	return 1;
}

static int
grow_holds(struct cp_fact_set *f)
{
	size_t cap = f->holds_cap != 0 ? 2 * f->holds_cap : 4;
	void *a, *b;

	if (f->facts.n_holds < f->holds_cap)
		return 1;
	a = realloc(f->holds, cap * sizeof(*f->holds));
	if (a != NULL)
		f->holds = a;
	b = realloc(f->hold_ids, cap * sizeof(*f->hold_ids));
	if (b != NULL)
		f->hold_ids = b;
	if (a == NULL || b == NULL)
		return 0;
	f->holds_cap = cap;
	return 1;
}

static enum cp_rc
load_row(struct cp_store *s, int64_t n, struct cp_fact_set *f,
    char authority[CP_AUTHORITY_MAX], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_FACTS);
	struct cp_facts *x = &f->facts;
	int row, good;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_NOT_FOUND, "no record in row %lld",
		    (long long)n);
	if (rc != CP_OK)
		return rc;
	good = cp_state_parse(cp_col_text(q, 0), &x->state);
	if (!cp_col_null(q, 1) && cp_partial_parse(cp_col_text(q, 1),
	    &x->birth, err) != CP_OK)
		good = 0;
	x->death_notified = cp_col_date(q, 2);
	x->left_on = cp_col_date(q, 3);
	if (!cp_col_null(q, 4) && !cp_intention_parse(cp_col_text(q, 4),
	    &x->left_intention))
		good = 0;
	cp_col_copy(q, 5, authority, CP_AUTHORITY_MAX);
	x->archived_on = cp_col_date(q, 6);
	x->destroy_due_fixed = cp_col_date(q, 7);
	cp_reset(q);
	return good ? CP_OK : cp_fail(err, CP_CORRUPT, "the facts of row %lld "
	    "cannot be read", (long long)n);
}

static enum cp_rc
load_consents(struct cp_store *s, int64_t n, struct cp_fact_set *f,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_OF);
	struct cp_consent_fact *c;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (!grow_consents(f)) {
			rc = cp_fail(err, CP_FAILED, "out of memory");
			break;
		}
		c = &f->consents[f->facts.n_consents];
		memset(c, 0, sizeof(*c));
		(void)snprintf(f->consent_ids[f->facts.n_consents],
		    sizeof(*f->consent_ids), "C-%04lld",
		    (long long)cp_col_int(q, 0));
		if (!cp_ground_parse(cp_col_text(q, 1), &c->ground) ||
		    !cp_by_parse(cp_col_text(q, 2), &c->by)) {
			rc = cp_fail(err, CP_CORRUPT, "a consent of row %lld "
			    "cannot be read", (long long)n);
			break;
		}
		c->given = cp_col_date(q, 3);
		c->ended = cp_col_date(q, 4);
		c->ended_by = strcmp(cp_col_text(q, 5), "ended") == 0 ?
		    CP_ENDED_BY_GROUND : CP_ENDED_BY_WITHDRAWAL;
		f->facts.n_consents++;
	}
	cp_reset(q);
	for (size_t i = 0; i < f->facts.n_consents; i++)
		f->consents[i].id = f->consent_ids[i];
	f->facts.consents = f->consents;
	return rc;
}

/* Whether a hold over TEXT acts on record N: *YES. */
static enum cp_rc
acts(struct cp_store *s, int64_t n, const char *text, struct cp_fact_set *f,
    struct cp_hold_facts *known, int *yes, struct cp_err *err)
{
	enum cp_truth answer = CP_TRUE;
	enum cp_rc rc;

	*yes = 0;
	if (f->facts.state != CP_STATE_LIVE &&
	    f->facts.state != CP_STATE_ARCHIVED)
		return CP_OK;
	if (f->reading == NULL)
		f->reading = calloc(1, sizeof(*f->reading));
	if (f->reading == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_hold_read(f->reading, text);
	rc = cp_hold_judge(s, n, f->today, f->reading, known, &answer, err);
	*yes = answer != CP_FALSE;
	return rc;
}

static enum cp_rc
load_holds(struct cp_store *s, int64_t n, const char *authority,
    struct cp_fact_set *f, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLDS_ON);
	struct cp_hold_facts known;
	int row, yes;
	enum cp_rc rc;

	cp_hold_facts_init(&known);
	cp_bind_int(q, n);
	cp_bind_text(q, authority);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		yes = 1;
		if (!cp_col_null(q, 1))
			rc = acts(s, n, cp_col_text(q, 1), f, &known, &yes,
			    err);
		if (rc == CP_OK && !yes)
			continue;
		if (rc == CP_OK && !grow_holds(f))
			rc = cp_fail(err, CP_FAILED, "out of memory");
		if (rc != CP_OK)
			break;
		cp_col_copy(q, 0, f->hold_ids[f->facts.n_holds],
		    sizeof(*f->hold_ids));
		f->facts.n_holds++;
	}
	cp_reset(q);
	cp_hold_facts_clear(&known);
	for (size_t i = 0; i < f->facts.n_holds; i++)
		f->holds[i].id = f->hold_ids[i];
	f->facts.holds = f->holds;
	return rc;
}

enum cp_rc
cp_facts_load(struct cp_store *s, int64_t n, struct cp_fact_set *f,
    struct cp_err *err)
{
	char authority[CP_AUTHORITY_MAX];
	enum cp_rc rc;

	memset(&f->facts, 0, sizeof(f->facts));
	rc = load_row(s, n, f, authority, err);
	if (rc == CP_OK && f->facts.state == CP_STATE_LIVE)
		rc = load_consents(s, n, f, err);
	if (rc == CP_OK)
		rc = load_holds(s, n, authority, f, err);
	return rc;
}
