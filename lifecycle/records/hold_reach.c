#include "lifecycle/records/hold_reach.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/hold_facts.h"
#include "lifecycle/store/stmt.h"

enum { PAGE = 500 }; /* of the statements */

/* What one hold is asked for each record. */
struct lens {
	int64_t n;
	enum cp_hold_scope scope;
	int64_t record;
	char authority[CP_AUTHORITY_MAX];
	struct cp_hold_reading *reading; /* of a predicate; owned */
	struct cp_hold_count count;
};

struct cp_tallies {
	struct lens *lenses;
	size_t n;
};

struct walk {
	struct cp_store *store;
	struct lens *lenses;
	size_t n;
	const struct cp_hold_watch *watch; /* or NULL */
	int64_t done, total;
};

static enum cp_rc
lens_init(struct lens *l, const struct cp_hold *h, struct cp_err *err)
{
	memset(l, 0, sizeof(*l));
	l->n = h->n;
	l->scope = h->scope;
	l->record = h->record;
	memcpy(l->authority, h->authority, sizeof(l->authority));
	if (h->scope != CP_HOLD_PREDICATE)
		return CP_OK;
	l->reading = calloc(1, sizeof(*l->reading));
	if (l->reading == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_hold_read(l->reading, h->predicate);
	return CP_OK;
}

static enum cp_rc
look(struct walk *w, const struct lens *l, int64_t n, const char *authority,
    struct cp_hold_facts *f, enum cp_truth *why, struct cp_err *err)
{
	static const struct cp_date no_day = { 0 };
	int covered;

	if (l->scope == CP_HOLD_PREDICATE)
		return cp_hold_judge(w->store, n, no_day, l->reading, f, why,
		    err);
	covered = l->scope == CP_HOLD_RECORD ? l->record == n :
	    l->scope == CP_HOLD_AUTHORITY ?
	    strcmp(l->authority, authority) == 0 : 1;
	*why = covered ? CP_TRUE : CP_FALSE;
	return CP_OK;
}

/* Of one record that is due for destruction. */
static enum cp_rc
visit(struct walk *w, int64_t n, const char *id, const char *authority,
    struct cp_err *err)
{
	struct cp_hold_facts f;
	enum cp_truth why = CP_FALSE;
	enum cp_rc rc = CP_OK;

	cp_hold_facts_init(&f);
	for (size_t i = 0; rc == CP_OK && i < w->n; i++) {
		struct lens *l = &w->lenses[i];

		rc = look(w, l, n, authority, &f, &why, err);
		l->count.certain += rc == CP_OK && why == CP_TRUE;
		l->count.unknown += rc == CP_OK && why == CP_UNKNOWN;
		if (rc == CP_OK && why != CP_FALSE && w->watch != NULL &&
		    w->watch->record != NULL)
			rc = w->watch->record(w->watch->ctx, id, authority,
			    why, err);
	}
	cp_hold_facts_clear(&f);
	w->done++;
	return rc;
}

static void
tell_progress(const struct walk *w)
{
	if (w->watch != NULL && w->watch->progress != NULL)
		w->watch->progress(w->watch->progress_ctx, w->done, w->total);
}

static enum cp_rc
walk_parked(struct walk *w, enum cp_parked parked, struct cp_err *err)
{
	int64_t after = 0;
	int row, rows = PAGE;
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && rows == PAGE) {
		q = cp_stmt(w->store, SQL_PARKED_NEXT);
		cp_bind_int(q, parked);
		cp_bind_int(q, after);
		rows = 0;
		while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
			after = cp_col_int(q, 0);
			rows++;
			rc = visit(w, after, cp_col_text(q, 1),
			    cp_col_text(q, 2), err);
			if (rc != CP_OK)
				break;
		}
		cp_reset(q);
		tell_progress(w);
	}
	return rc;
}

/* What the next run would propose. */
static enum cp_rc
walk_due(struct walk *w, struct cp_date today, struct cp_err *err)
{
	char due[CP_DATE_TEXT] = "";
	int64_t after = 0;
	int row, rows = PAGE;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && rows == PAGE) {
		struct cp_stmt *q = cp_stmt(w->store, SQL_HOLD_DUE_NEXT);
		char from[CP_DATE_TEXT];

		memcpy(from, due, sizeof(from));
		cp_bind_date(q, today);
		cp_bind_text(q, from);
		cp_bind_int(q, after);
		rows = 0;
		while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
			after = cp_col_int(q, 0);
			cp_col_copy(q, 3, due, sizeof(due));
			rows++;
			rc = visit(w, after, cp_col_text(q, 1),
			    cp_col_text(q, 2), err);
			if (rc != CP_OK)
				break;
		}
		cp_reset(q);
		tell_progress(w);
	}
	return rc;
}

static enum cp_rc
tally_of(struct cp_store *s, const char *name, int64_t *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TALLY);

	cp_bind_text(q, name);
	return cp_exec_int(q, 0, out, err);
}

/* ---- what is suspended --------------------------------------------------- */

static enum cp_rc
suspends_record(struct walk *w, int64_t n, struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_record_at(w->store, n, &r, err);

	return rc == CP_OK && r.parked == CP_PARKED_HELD ?
	    visit(w, n, r.id, r.authority, err) : rc;
}

enum cp_rc
cp_hold_suspends(struct cp_store *s, const struct cp_hold *h,
    const struct cp_hold_watch *watch, struct cp_hold_count *count,
    struct cp_err *err)
{
	struct lens l;
	struct walk w = { .store = s, .lenses = &l, .n = 1, .watch = watch };
	enum cp_rc rc = lens_init(&l, h, err);

	if (rc == CP_OK)
		rc = tally_of(s, "parked-1", &w.total, err);
	if (rc == CP_OK && h->scope == CP_HOLD_RECORD)
		rc = suspends_record(&w, h->record, err);
	else if (rc == CP_OK && h->scope == CP_HOLD_ALL &&
	    (watch == NULL || watch->record == NULL))
		l.count.certain = w.total;
	else if (rc == CP_OK)
		rc = walk_parked(&w, CP_PARKED_HELD, err);
	if (rc == CP_OK)
		*count = l.count;
	free(l.reading);
	return rc;
}

/* ---- all of them at once ------------------------------------------------- */

static enum cp_rc
add_lens(void *ctx, const struct cp_hold *h, struct cp_err *err)
{
	struct cp_tallies *t = ctx;
	struct lens *more;
	enum cp_rc rc;

	if (cp_date_set(h->released))
		return CP_OK;
	more = reallocarray(t->lenses, t->n + 1, sizeof(*more));
	if (more == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	t->lenses = more;
	rc = lens_init(&t->lenses[t->n], h, err);
	t->n += rc == CP_OK;
	return rc;
}

/* Holds that ask for a walk come first; *N is how many. */
static void
those_that_walk(struct cp_tallies *t, size_t *n)
{
	struct lens swap;

	*n = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (t->lenses[i].scope != CP_HOLD_AUTHORITY &&
		    t->lenses[i].scope != CP_HOLD_PREDICATE)
			continue;
		swap = t->lenses[*n];
		t->lenses[(*n)++] = t->lenses[i];
		t->lenses[i] = swap;
	}
}

static enum cp_rc
tally_the_rest(struct walk *w, struct cp_tallies *t, struct cp_err *err)
{
	size_t walked = w->n;
	enum cp_rc rc = CP_OK;

	for (size_t i = walked; rc == CP_OK && i < t->n; i++) {
		struct lens *l = &t->lenses[i];

		w->lenses = l;
		w->n = 1;
		if (l->scope == CP_HOLD_ALL)
			l->count.certain = w->total;
		else
			rc = suspends_record(w, l->record, err);
	}
	return rc;
}

enum cp_rc
cp_tallies_take(struct cp_store *s, const struct cp_hold_watch *watch,
    struct cp_tallies **out, struct cp_err *err)
{
	struct cp_tallies *t = calloc(1, sizeof(*t));
	struct walk w = { .store = s, .watch = watch };
	enum cp_rc rc;

	if (t == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_hold_each(s, add_lens, t, err);
	if (rc == CP_OK)
		rc = tally_of(s, "parked-1", &w.total, err);
	those_that_walk(t, &w.n);
	w.lenses = t->lenses;
	if (rc == CP_OK && w.n > 0)
		rc = walk_parked(&w, CP_PARKED_HELD, err);
	if (rc == CP_OK)
		rc = tally_the_rest(&w, t, err);
	if (rc == CP_OK)
		*out = t;
	else
		cp_tallies_free(t);
	return rc;
}

struct cp_hold_count
cp_tallies_of(const struct cp_tallies *t, int64_t n)
{
	static const struct cp_hold_count none = { 0, 0 };

	for (size_t i = 0; i < t->n; i++)
		if (t->lenses[i].n == n)
			return t->lenses[i].count;
	return none;
}

void
cp_tallies_free(struct cp_tallies *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->lenses[i].reading);
	free(t->lenses);
	free(t);
}

/* ---- what a hold does today ---------------------------------------------- */

/* Whether it can act on no archived record, whatever else is so. */
static int
acts_never(const struct lens *l)
{
	struct cp_predicate_facts f;

	if (l->reading == NULL || l->reading->unreadable)
		return 0;
	cp_predicate_facts_unknown(&f);
	f.states = CP_IS_ARCHIVED;
	f.archived.maybe_none = f.destroy_due.maybe_none = 0;
	return cp_predicate_eval(&l->reading->predicate, &f) == CP_FALSE;
}

static struct cp_hold_count
take(struct lens *l)
{
	struct cp_hold_count taken = l->count;

	l->count.certain = l->count.unknown = 0;
	return taken;
}

static enum cp_rc
effect_on_record(struct walk *w, int64_t n, struct cp_date today,
    struct cp_hold_effect *out, struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_record_at(w->store, n, &r, err);

	if (rc != CP_OK || r.next_action != CP_ACTION_DESTROY)
		return rc;
	if (r.parked == CP_PARKED_HELD)
		out->held.certain = 1;
	else if (r.parked == CP_PARKED_BATCH)
		out->in_batches.certain = 1;
	else if (r.parked == CP_PARKED_NOT &&
	    cp_date_cmp(r.next_due, today) <= 0)
		out->due.certain = 1;
	return CP_OK;
}

static enum cp_rc
effect_by_walk(struct walk *w, struct cp_date today,
    struct cp_hold_effect *out, struct cp_err *err)
{
	int64_t batches = 0;
	enum cp_rc rc = tally_of(w->store, "parked-1", &w->total, err);

	if (rc == CP_OK)
		rc = tally_of(w->store, "parked-2", &batches, err);
	w->total += batches;
	if (rc == CP_OK)
		rc = walk_parked(w, CP_PARKED_HELD, err);
	out->held = take(w->lenses);
	if (rc == CP_OK)
		rc = walk_parked(w, CP_PARKED_BATCH, err);
	out->in_batches = take(w->lenses);
	if (rc == CP_OK)
		rc = walk_due(w, today, err);
	out->due = take(w->lenses);
	return rc;
}

enum cp_rc
cp_hold_effect(struct cp_store *s, const struct cp_hold *h,
    struct cp_date today, const struct cp_hold_watch *watch,
    struct cp_hold_effect *out, struct cp_err *err)
{
	struct cp_hold_effect e = { .never = 0 };
	struct lens l;
	struct walk w = { .store = s, .lenses = &l, .n = 1, .watch = watch };
	enum cp_rc rc = lens_init(&l, h, err);

	if (rc == CP_OK && h->scope == CP_HOLD_RECORD)
		rc = effect_on_record(&w, h->record, today, &e, err);
	else if (rc == CP_OK)
		rc = effect_by_walk(&w, today, &e, err);
	if (rc == CP_OK) {
		e.never = acts_never(&l);
		*out = e;
	}
	free(l.reading);
	return rc;
}
