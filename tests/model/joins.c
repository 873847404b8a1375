#include <stdlib.h>
#include <string.h>

#include "tests/model/world.h"

/* Two records are one person, or one record two; and what undoes it. */

/* ---- merging ------------------------------------------------------------- */

static int
leads_to(const struct world *w, int n, int person)
{
	return n == person || (w->person[n].state == MERGED &&
	    w->person[n].into == person);
}

int
barred(const struct world *w, int a, int b)
{
	for (int i = 0; i < w->n_pairs; i++) {
		const struct pair *p = &w->pair[i];

		if ((leads_to(w, p->a, a) && leads_to(w, p->b, b)) ||
		    (leads_to(w, p->a, b) && leads_to(w, p->b, a)))
			return 1;
	}
	return 0;
}

static int
is_called(const struct person *p, int word, int given)
{
	if (p->word != word)
		return 0;
	for (int i = 0; i < p->n_former; i++)
		if (p->former[i] == given)
			return 1;
	return p->given == given;
}

int
called_as_other(const struct world *w, int person, int given)
{
	const struct person *p = &w->person[person], *q;

	for (int i = 0; i < 2 * w->n_pairs; i++) {
		int other = i % 2 ? w->pair[i / 2].a : w->pair[i / 2].b;

		while (w->person[other].state == MERGED)
			other = w->person[other].into;
		q = &w->person[other];
		if (other != person && q->state == LIVE &&
		    barred(w, person, other) && is_called(q, p->word, given) &&
		    !is_called(p, p->word, given))
			return 1;
	}
	return 0;
}

/* Whether WIDE says less than FINE, or the same, and nothing against it. */
static int
less_exact(struct born wide, struct born fine)
{
	return wide.y == fine.y && (wide.m == 0 || (wide.m == fine.m &&
	    (wide.d == 0 || wide.d == fine.d)));
}

int
agree(const struct person *a, const struct person *b)
{
	if (a->nhs[0] != '\0' && b->nhs[0] != '\0')
		return 0; /* no two live records have the same */
	if (!less_exact(a->born, b->born) && !less_exact(b->born, a->born))
		return 0;
	if (a->left != AT_HOME && b->left != AT_HOME && (a->left != b->left ||
	    a->left_on != b->left_on))
		return 0;
	return a->notified == 0 || b->notified == 0 ||
	    (a->died == b->died && a->notified == b->notified);
}

static void
add_former(struct person *p, int given)
{
	if (given == p->given)
		return;
	for (int i = 0; i < p->n_former; i++)
		if (p->former[i] == given)
			return;
	p->former[p->n_former++] = given;
}

static int
has_involvement(const struct person *p, const struct involvement *v)
{
	for (int i = 0; i < p->n_involved; i++) {
		const struct involvement *x = &p->involved[i];

		if (x->service == v->service && x->start == v->start &&
		    x->end == v->end && x->basis == v->basis &&
		    x->evidence == v->evidence && x->provider == v->provider)
			return 1;
	}
	return 0;
}

void
join(struct person *into, const struct person *from)
{
	add_former(into, from->given);
	for (int i = 0; i < from->n_former; i++)
		add_former(into, from->former[i]);
	for (int i = 0; i < from->n_involved; i++)
		if (!has_involvement(into, &from->involved[i]))
			into->involved[into->n_involved++] =
			    from->involved[i];
	if (into->nhs[0] == '\0')
		memcpy(into->nhs, from->nhs, sizeof(into->nhs));
	if (into->gender == 2)
		into->gender = from->gender;
	if (into->carers < from->carers)
		into->carers = from->carers;
	into->address |= from->address;
	if (less_exact(into->born, from->born))
		into->born = from->born;
	if (into->left == AT_HOME) {
		into->left = from->left;
		into->left_on = from->left_on;
	}
	if (into->notified == 0) {
		into->died = from->died;
		into->notified = from->notified;
	}
}

static int
by_number(const void *a, const void *b)
{
	const struct consent *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void
move_holds(struct world *w, struct kept *k, int from, int into)
{
	for (int i = 0; i < w->n_holds; i++) {
		struct hold *h = &w->hold[i];

		if (h->scope != ON_RECORD || h->released ||
		    h->person != from)
			continue;
		h->person = into;
		if (k->n_holds < 32)
			k->holds[k->n_holds++] = i;
	}
}

static void
pass_numbers(struct world *w, struct kept *k, int from, int into)
{
	for (int i = 0; i < w->n; i++) {
		if (w->person[i].state != MERGED || w->person[i].into != from)
			continue;
		w->person[i].into = into;
		if (k->n_numbers < 32)
			k->numbers[k->n_numbers++] = i;
	}
}

void
merge(struct world *w, int from, int into)
{
	struct person *p = &w->person[into], *gone = &w->person[from];
	struct person was = *p, other_was = *gone;
	struct kept *k;

	join(p, gone);
	memcpy(p->consent + p->n_consents, gone->consent,
	    (size_t)gone->n_consents * sizeof(*gone->consent));
	p->n_consents += gone->n_consents;
	qsort(p->consent, (size_t)p->n_consents, sizeof(*p->consent),
	    by_number);
	(void)drop_baseless(p);
	gone->state = MERGED;
	gone->into = into;
	gone->n_consents = 0;
	gone->offer = 0;
	derive(&w->rules, p);
	k = keep(w, into, &was);
	k->other = from;
	k->other_was = other_was;
	k->joined = 1;
	move_holds(w, k, from, into);
	pass_numbers(w, k, from, into);
	k->left = digest(w, into);
	k->other_left = digest(w, from);
}

/* ---- splitting ----------------------------------------------------------- */

static void
take_name(struct person *p, struct person *q, const struct parting *x)
{
	if (x->former < 0) {
		q->given = x->other;
		return;
	}
	q->given = p->former[x->former];
	p->n_former--;
	memmove(p->former + x->former, p->former + x->former + 1,
	    (size_t)(p->n_former - x->former) * sizeof(*p->former));
}

static void
take_rest(struct person *p, struct person *q, const struct parting *x)
{
	if (x->involvement >= 0) {
		q->involved[q->n_involved++] = p->involved[x->involvement];
		p->n_involved--;
		memmove(p->involved + x->involvement, p->involved +
		    x->involvement + 1, (size_t)(p->n_involved -
		    x->involvement) * sizeof(*p->involved));
	}
	if (x->consent >= 0) {
		q->consent[q->n_consents++] = p->consent[x->consent];
		p->n_consents--;
		memmove(p->consent + x->consent, p->consent + x->consent + 1,
		    (size_t)(p->n_consents - x->consent) *
		    sizeof(*p->consent));
	}
}

/* Each of two people is held for itself. */
static void
copy_holds(struct world *w, int from, int to)
{
	int n = w->n_holds;

	for (int i = 0; i < n; i++) {
		struct hold h = w->hold[i];

		if (h.scope != ON_RECORD || h.released || h.person != from)
			continue;
		h.person = to;
		(void)snprintf(h.id, sizeof(h.id), "H-%04d", w->n_holds + 1);
		w->hold = grow(w->hold, sizeof(*w->hold), w->n_holds);
		w->hold[w->n_holds++] = h;
	}
}

int
part(struct world *w, int from, const struct parting *x,
    const char id[ID_TEXT])
{
	struct person *p = &w->person[from], was = *p;
	struct person q = { .state = LIVE, .word = p->word,
		.authority = p->authority, .gender = p->gender,
		.born = p->born };
	int n = w->n, holds = w->n_holds;
	struct kept *k;

	memcpy(q.id, id, ID_TEXT);
	take_name(p, &q, x);
	take_rest(p, &q, x);
	derive(&w->rules, p);
	derive(&w->rules, &q);
	(void)add_person(w, &q);
	copy_holds(w, from, n);
	w->pair = grow(w->pair, sizeof(*w->pair), w->n_pairs);
	w->pair[w->n_pairs++] = (struct pair){ from, n };
	k = keep(w, from, &was);
	k->other = n;
	k->first_hold = holds;
	k->n_holds = w->n_holds - holds;
	k->other_left = digest(w, n);
	return n;
}

/* ---- undoing ------------------------------------------------------------- */

int
last_kept(const struct world *w, int person)
{
	int at = w->n_kept - 1;

	while (at >= 0 && w->kept[at].person != person &&
	    w->kept[at].other != person)
		at--;
	return at;
}

int
as_left(const struct world *w, const struct kept *k)
{
	return digest(w, k->person) == k->left && (k->other < 0 ||
	    digest(w, k->other) == k->other_left);
}

/* All that the directory knew, as it was. */
static void
put_back(struct world *w, int n, const struct person *was)
{
	struct person *p = &w->person[n], now = *p;

	*p = *was;
	memcpy(p->id, now.id, sizeof(p->id));
	p->story = now.story;
	p->withdrawn = now.withdrawn;
	derive(&w->rules, p);
}

static void
unmerge(struct world *w, const struct kept *k)
{
	for (int i = 0; i < k->n_holds; i++)
		w->hold[k->holds[i]].person = k->other;
	for (int i = 0; i < k->n_numbers; i++)
		w->person[k->numbers[i]].into = k->other;
	put_back(w, k->other, &k->other_was);
}

static void
unsplit(struct world *w, const struct kept *k)
{
	struct person *p = &w->person[k->other];

	for (int i = 0; i < k->n_holds; i++)
		w->hold[k->first_hold + i].released = 1;
	p->state = MERGED;
	p->into = k->person;
	p->n_consents = p->offer = 0;
	for (int i = 0; i < w->n_pairs; i++)
		if (w->pair[i].a == k->person && w->pair[i].b == k->other)
			w->pair[i] = w->pair[--w->n_pairs];
}

void
undo(struct world *w, int at)
{
	struct kept k = w->kept[at];

	if (k.other >= 0 && k.joined)
		unmerge(w, &k);
	else if (k.other >= 0)
		unsplit(w, &k);
	put_back(w, k.person, &k.was);
	w->n_kept--;
	memmove(w->kept + at, w->kept + at + 1,
	    (size_t)(w->n_kept - at) * sizeof(*w->kept));
}
