#include "tests/model/world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- stories ------------------------------------------------------------- */

void
tell(struct world *w, int person, const char *fmt, ...)
{
	char what[300], on[DAY_TEXT];
	struct line *l;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)snprintf(w->last, sizeof(w->last), "%ld  %s  %s", w->ops,
	    day_text(w->today, on), what);
	if (person < 0)
		return;
	l = malloc(sizeof(*l) + strlen(w->last) + 1);
	if (l == NULL)
		abort();
	memcpy(l->text, w->last, strlen(w->last) + 1);
	l->before = w->person[person].story;
	w->person[person].story = l;
}

static void
say_story(const struct line *l)
{
	if (l == NULL)
		return;
	say_story(l->before);
	(void)fprintf(stderr, "    %s\n", l->text);
}

_Noreturn void
wrong(const struct world *w, int person, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "WRONG at operation %ld of seed %llu: ", w->ops,
	    (unsigned long long)w->seed);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "\n  the last operation: %s\n", w->last);
	if (person >= 0) {
		(void)fprintf(stderr, "  the story of record %d, %s:\n",
		    person + 1, w->person[person].id);
		say_story(w->person[person].story);
	}
	(void)fprintf(stderr, "  again, leaving the store: KEEP=1 "
	    "MODEL_SEED=%llu MODEL_OPS=%ld bash tests/behaviour/model.sh\n",
	    (unsigned long long)w->seed, w->ops);
	exit(1);
}

void
free_world(struct world *w)
{
	for (int i = 0; i < w->n; i++) {
		struct line *l = w->person[i].story, *before;

		for (; l != NULL; l = before) {
			before = l->before;
			free(l);
		}
	}
	for (int i = 0; i < w->n_batches; i++) {
		free(w->batch[i].person);
		free(w->batch[i].item);
	}
	free(w->person);
	free(w->batch);
	free(w->hold);
	free(w->shelf);
	free(w->kept);
	free(w->pair);
}

/* ---- people -------------------------------------------------------------- */

void *
grow(void *list, size_t size, int n)
{
	if (n & (n - 1))
		return list; /* room to the next power of two */
	list = realloc(list, size * (n == 0 ? 1 : 2 * (size_t)n));
	if (list == NULL)
		abort();
	return list;
}

int
add_person(struct world *w, const struct person *p)
{
	w->person = grow(w->person, sizeof(*w->person), w->n);
	w->person[w->n] = *p;
	return w->n++;
}

int
find_person(const struct world *w, const char *id)
{
	for (int i = w->n - 1; i >= 0; i--)
		if (strcmp(w->person[i].id, id) == 0)
			return i;
	return -1;
}

/* ---- holds --------------------------------------------------------------- */

/* Of an archived record. */
static int
may_be_true(const struct hold *h, const struct person *p)
{
	switch (h->said) {
	case SAID_AUTHORITY:
	case SAID_BORN:
		return p->authority == h->authority;
	case SAID_ARCHIVED:
		return p->archived_on < h->day;
	case SAID_DIED:
		return p->archived_on >= h->day;
	case SAID_DUE:
		return p->promised >= h->day;
	case SAID_RULE:
		return p->archived_by == BY_DEATH;
	default:
		return 0;
	}
}

static int
stops(const struct hold *h, const struct person *p, int person)
{
	switch (h->scope) {
	case ON_RECORD:
		return h->person == person;
	case ON_AUTHORITY:
		return h->authority == p->authority;
	case ON_PREDICATE:
		return may_be_true(h, p);
	default:
		return 1;
	}
}

int
holds_on(const struct world *w, int person)
{
	int n = 0;

	for (int i = 0; i < w->n_holds; i++)
		n += !w->hold[i].released &&
		    stops(&w->hold[i], &w->person[person], person);
	return n;
}

day
first_review(const struct world *w, int person)
{
	day first = 0;

	for (int i = 0; i < w->n_holds; i++) {
		const struct hold *h = &w->hold[i];

		if (!h->released && stops(h, &w->person[person], person) &&
		    (first == 0 || h->review < first))
			first = h->review;
	}
	return first;
}

long
held_by(const struct world *w, int hold)
{
	long n = 0;

	for (int i = 0; i < w->n; i++)
		n += w->person[i].held && stops(&w->hold[hold],
		    &w->person[i], i);
	return n;
}

void
settle_holds(struct world *w)
{
	for (int i = 0; i < w->n; i++)
		if (w->person[i].held && holds_on(w, i) == 0)
			w->person[i].held = 0;
}

/* ---- the archive --------------------------------------------------------- */

void
leave_batch(struct world *w, int person, enum item_state how)
{
	struct person *p = &w->person[person];
	struct batch *b;

	if (p->waits_in == 0)
		return;
	b = &w->batch[p->waits_in - 1];
	for (int i = 0; i < b->n; i++)
		if (b->person[i] == person && b->item[i] == PENDING)
			b->item[i] = how;
	p->waits_in = 0;
	p->held = 0;
}

int
month_of(day n)
{
	int y, m, d;

	day_split(n, &y, &m, &d);
	return 100 * y + m;
}

void
to_shelf(struct world *w, struct person *p, int month)
{
	p->shelf = month;
	for (int i = 0; i < w->n_shelves; i++) {
		if (w->shelf[i].month == p->shelf) {
			w->shelf[i].packages++;
			return;
		}
	}
	w->shelf = grow(w->shelf, sizeof(*w->shelf), w->n_shelves);
	w->shelf[w->n_shelves++] = (struct shelf){ p->shelf, 1, 0 };
}

void
leave_shelf(struct world *w, const struct person *p)
{
	for (int i = 0; i < w->n_shelves; i++)
		if (w->shelf[i].month == p->shelf)
			w->shelf[i].packages--;
}

void
restore_person(struct world *w, int person)
{
	struct person *p = &w->person[person];

	leave_batch(w, person, EXCLUDED);
	leave_shelf(w, p);
	p->state = LIVE;
	p->archived_on = p->promised = 0;
	p->held = 0;
	derive(&w->rules, p);
}

/* What was promised at archiving stays, unless the policy says otherwise. */
static int
promise_anew(struct world *w, const struct rules *r, int person)
{
	struct person *p = &w->person[person];
	day due = span_after(p->archived_on, r->archive);

	if (r->already == KEEP || r->already == UNSAID || due == p->promised ||
	    (due < p->promised && (r->already == LENGTHEN ||
	    p->waits_in != 0)))
		return 0;
	leave_batch(w, person, EXCLUDED);
	leave_shelf(w, p);
	p->promised = due;
	to_shelf(w, p, month_of(due < w->today ? w->today : due));
	if (due > w->today)
		p->held = 0;
	tell(w, person, "promised another day");
	return 1;
}

long
adopt_rules(struct world *w, const struct rules *r)
{
	long n = 0;

	w->rules = *r;
	for (int i = 0; i < w->n; i++) {
		if (w->person[i].state == LIVE)
			derive(r, &w->person[i]);
		else if (w->person[i].state == ARCHIVED)
			n += promise_anew(w, r, i);
	}
	return n;
}

/* ---- sensitive services -------------------------------------------------- */

static int
stands_for(const struct consent *c, const struct involvement *i)
{
	return i->basis != NOT_SENSITIVE && c->evidence == i->evidence &&
	    c->ground == (i->basis == BY_CONSENT ? SENSITIVE : HARM);
}

static const struct consent *
basis_of(const struct person *p, const struct involvement *i)
{
	for (int c = 0; c < p->n_consents; c++)
		if (stands_for(&p->consent[c], i))
			return &p->consent[c];
	return NULL;
}

void
enter_bases(struct world *w, struct person *p)
{
	for (int i = 0; i < p->n_involved; i++) {
		const struct involvement *v = &p->involved[i];

		if (v->basis == NOT_SENSITIVE || basis_of(p, v) != NULL)
			continue;
		p->consent[p->n_consents++] = (struct consent){
			.ground = v->basis == BY_CONSENT ? SENSITIVE : HARM,
			.by = UNSTATED, .evidence = v->evidence,
			.number = ++w->consents,
			.given = v->start <= w->today ? v->start :
			w->today };
	}
}

int
drop_baseless(struct person *p)
{
	int kept = 0, gone;

	for (int i = 0; i < p->n_involved; i++) {
		const struct consent *c = basis_of(p, &p->involved[i]);

		if (c == NULL || c->how == RUNNING)
			p->involved[kept++] = p->involved[i];
		else
			p->withdrawn = p->involved[i];
	}
	gone = p->n_involved - kept;
	p->n_involved = kept;
	return gone;
}

void
forget_bases(struct person *p)
{
	int kept = 0;

	for (int c = 0; c < p->n_consents; c++) {
		int stands = p->consent[c].ground < STAYING ||
		    p->consent[c].how != RUNNING;

		for (int i = 0; i < p->n_involved; i++)
			stands |= stands_for(&p->consent[c], &p->involved[i]);
		if (stands)
			p->consent[kept++] = p->consent[c];
	}
	p->n_consents = kept;
}

/* ---- undoing ------------------------------------------------------------- */

static uint64_t
add_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001B3);
	return h;
}

/* Of all that another change would have left different: the document, the
 * ledger, the holds on this record. */
uint64_t
digest(const struct world *w, int person)
{
	const struct person *p = &w->person[person];
	uint64_t h = UINT64_C(0xCBF29CE484222325);
	struct text t = { 0 };

	person_text(p, p->word, &t);
	put(&t, " %d %d %d", p->state, p->into, p->offer);
	for (int i = 0; i < p->n_consents; i++) {
		const struct consent *c = &p->consent[i];

		put(&t, " %d,%d,%d,%d,%d,%d,%d,%d", c->number, c->ground,
		    c->by, c->given, c->ended, c->how, c->evidence,
		    c->n_confirmed);
	}
	for (int i = 0; i < w->n_holds; i++)
		if (w->hold[i].scope == ON_RECORD && !w->hold[i].released &&
		    w->hold[i].person == person)
			put(&t, " %d", i);
	h = add_bytes(h, t.s, t.n);
	drop(&t);
	return h;
}

struct kept *
keep(struct world *w, int person, const struct person *was)
{
	struct kept *k;

	w->kept = grow(w->kept, sizeof(*w->kept), w->n_kept);
	k = &w->kept[w->n_kept++];
	*k = (struct kept){ .person = person, .other = -1, .was = *was,
		.left = digest(w, person) };
	return k;
}
