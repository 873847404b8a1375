#include <string.h>

#include "tests/model/ops.h"

/* One of two, two of one, and taking that and other changes back. */

/* Another live record of the same name; -1. */
static int
twin_of(const struct world *w, int n)
{
	for (int i = w->n - 1; i >= 0 && i > w->n - 3000; i--)
		if (i != n && w->person[i].word == w->person[n].word &&
		    w->person[i].state == LIVE)
			return i;
	return -1;
}

/* -1: a merge that the model has no room for. */
static int
foretell_merge(const struct world *w, int from, int into)
{
	const struct person *p = &w->person[from], *q = &w->person[into];
	struct person both = *q;

	if (p->state != LIVE || q->state != LIVE || from == into ||
	    barred(w, from, into))
		return CP_REFUSED;
	if (p->word != q->word)
		return -1;
	if (p->n_involved + q->n_involved > INVOLVEMENTS ||
	    p->n_consents + q->n_consents > CONSENTS ||
	    p->n_former + q->n_former + 1 > FORMER)
		return -1;
	join(&both, p);
	if (!acceptable(&both, w->today))
		return CP_BAD_INPUT;
	return agree(q, p) ? CP_OK : CP_REFUSED;
}

void
op_merge(struct world *w)
{
	int from = somebody(w, LIVE), into = -1, who = on_duty(w), want;

	for (int i = 0; i < 15 && into < 0 && from >= 0; i++) {
		from = somebody(w, LIVE);
		into = twin_of(w, from);
	}
	if (into < 0)
		return;
	if (chance(w, 3))
		into = from;
	want = foretell_merge(w, from, into);
	if (want < 0)
		return;
	count_op(w, K_MERGE, want != CP_OK);
	tell(w, from, "merged into record %d%s", into + 1, want != CP_OK ?
	    ", refused" : "");
	tell(w, into, "record %d merged into it%s", from + 1, want != CP_OK ?
	    ", refused" : "");
	expect(w, into, drive_merge(w->drive, who, want != CP_OK ||
	    chance(w, 5), w->person[from].id, w->person[into].id),
	    (enum cp_rc)want);
	if (want == CP_OK)
		merge(w, from, into);
	look_person(w, from);
	look_person(w, into);
}

/* ---- splitting ----------------------------------------------------------- */

static int
some_staying(struct world *w, const struct person *p)
{
	int i;

	if (p->n_consents == 0 || chance(w, 50))
		return -1;
	i = (int)roll(w, (uint32_t)p->n_consents);
	return p->consent[i].ground < STAYING ? i : -1;
}

static int
some_plain_involvement(struct world *w, const struct person *p)
{
	int i;

	if (p->n_involved == 0)
		return -1;
	i = (int)roll(w, (uint32_t)p->n_involved);
	return p->involved[i].basis == NOT_SENSITIVE ? i : -1;
}

struct split {
	char take[2][40], set[2][40];
	const char *takes[2], *sets[2];
	size_t n_take, n_sets;
};

/* The same in the words of the command. */
static void
write_split(const struct person *p, const struct parting *x, struct split *s)
{
	char word[TOKEN_TEXT];

	if (x->former >= 0) {
		(void)snprintf(s->take[s->n_take], 40, "names[%d]",
		    x->former + 1);
		s->takes[s->n_take] = s->take[s->n_take];
		s->n_take++;
	} else {
		(void)snprintf(s->set[0], 40, "given=%s",
		    given_name(x->other));
		(void)snprintf(s->set[1], 40, "family=%s", token(p->word,
		    word));
		s->sets[0] = s->set[0];
		s->sets[1] = s->set[1];
		s->n_sets = 2;
	}
	if (x->involvement >= 0) {
		(void)snprintf(s->take[s->n_take], 40, "involvements[%d]",
		    x->involvement);
		s->takes[s->n_take] = s->take[s->n_take];
		s->n_take++;
	}
}

void
op_split(struct world *w)
{
	int n = somebody(w, LIVE), who = on_duty(w), fresh;
	struct split s = { .n_take = 0 };
	struct parting x;
	struct person *p;
	char id[ID_TEXT];
	enum cp_rc want;

	if (n < 0 || w->person[n].n_involved == INVOLVEMENTS)
		return;
	p = &w->person[n];
	x = (struct parting){ p->n_former > 0 && chance(w, 80) ?
		(int)roll(w, (uint32_t)p->n_former) : -1,
		(int)roll(w, GIVEN_NAMES), some_plain_involvement(w, p),
		some_staying(w, p) };
	want = p->state == LIVE ? CP_OK : CP_REFUSED;
	write_split(p, &x, &s);
	count_op(w, K_SPLIT, want != CP_OK);
	tell(w, n, "split%s", want != CP_OK ? ", refused" : "");
	expect(w, n, drive_split(w->drive, who, want != CP_OK || chance(w, 5),
	    p->id, s.takes, s.n_take, s.sets, s.n_sets, x.consent >= 0 ?
	    p->consent[x.consent].number : 0, id), want);
	if (want != CP_OK)
		return;
	fresh = part(w, n, &x, id);
	tell(w, fresh, "made by a split of record %d", n + 1);
	look_person(w, n);
	look_person(w, fresh);
}

/* ---- undoing ------------------------------------------------------------- */

void
op_undo(struct world *w)
{
	int who = on_duty(w), n = somebody(w, LIVE), at;
	enum cp_rc want;

	if (w->n_kept > 0 && chance(w, 85))
		n = w->kept[w->n_kept - 1 - (int)roll(w, w->n_kept < 20 ?
		    (uint32_t)w->n_kept : 20)].person;
	if (n < 0)
		return;
	at = last_kept(w, n);
	want = at < 0 || !as_left(w, &w->kept[at]) ? CP_REFUSED : CP_OK;
	count_op(w, K_UNDO, want != CP_OK);
	tell(w, n, "undone%s%s", at < 0 ? "" : w->kept[at].other < 0 ?
	    " (a change)" : w->kept[at].joined ? " (a merge)" : " (a split)",
	    want != CP_OK ? ", refused" : "");
	expect(w, n, drive_undo(w->drive, who, want != CP_OK || chance(w, 5),
	    w->person[n].id), want);
	if (want == CP_OK)
		undo(w, at);
	look_person(w, n);
}
