#include <stdlib.h>
#include <string.h>

#include "tests/model/world.h"

/* What a night does, in the order in which the design has it. */

enum { VOLUME = 1000, BATCH = 400 };

static int
due_to_leave(const struct person *p, day on)
{
	return p->state == LIVE && !p->cannot && p->due <= on;
}

/* ---- guards -------------------------------------------------------------- */

static int
guards_refuse(struct world *w, const struct night *x)
{
	long live = 0, leave = 0, most;

	if (w->last_run != 0 && x->on < w->last_run && !x->accept_clock)
		return 1;
	for (int i = 0; i < w->n; i++) {
		live += w->person[i].state == LIVE;
		leave += due_to_leave(&w->person[i], x->on);
	}
	most = live * w->rules.share / 100;
	if (most < w->rules.floor)
		most = w->rules.floor;
	return leave > most && !x->accept_share;
}

/* Whether the clock is doubted in this run. */
static int
doubts(struct world *w, const struct night *x)
{
	int doubted = w->doubt != 0 || (w->last_run != 0 &&
	    (x->on - w->last_run) * 24 > w->rules.ahead_hours);

	if (x->accept_clock)
		w->doubt = 0;
	else if (doubted && w->doubt == 0)
		w->doubt = ++w->moment;
	return doubted && !x->accept_clock;
}

/* ---- archiving ----------------------------------------------------------- */

static void
archive(struct world *w, struct night *x, int i)
{
	struct person *p = &w->person[i];

	p->state = ARCHIVED;
	p->archived_on = x->on;
	p->archived_by = p->why;
	p->promised = span_after(x->on, w->rules.archive);
	p->why = BY_ARCHIVE_PERIOD;
	p->prune_due = p->extended_from = 0;
	p->offer = 0;
	p->packages++;
	to_shelf(w, p, month_of(p->promised));
	x->archived++;
	x->lapsed += ends_extension(p->archived_by);
	if (!x->dry)
		tell(w, i, "archived (%s)", why_word(p->archived_by));
}

static void
prune(struct world *w, struct night *x, int n)
{
	struct person *p = &w->person[n];
	int kept = 0;

	for (int i = 0; i < p->n_involved; i++) {
		day on = forgotten_on(&w->rules, &p->involved[i]);

		if (on != 0 && on <= x->on)
			x->pruned++;
		else
			p->involved[kept++] = p->involved[i];
	}
	if (kept == p->n_involved)
		return;
	p->n_involved = kept;
	forget_bases(p);
	derive(&w->rules, p);
	if (!x->dry)
		tell(w, n, "pruned to %d involvements", kept);
}

/* ---- destruction --------------------------------------------------------- */

static void
destroy(struct world *w, struct night *x, int n)
{
	struct person *p = &w->person[n];

	leave_shelf(w, p);
	p->state = DESTROYED;
	p->destroyed_on = x->on;
	p->waits_in = p->held = 0;
	x->destroyed++;
	if (!x->dry)
		tell(w, n, "destroyed");
}

/* Item by item asked again: it must still be due, and nothing hold it. */
static void
execute(struct world *w, struct night *x, struct batch *b)
{
	b->state = EXECUTED;
	for (int i = 0; i < b->n; i++) {
		struct person *p = &w->person[b->person[i]];

		if (b->item[i] != PENDING)
			continue;
		if (p->promised <= x->on && holds_on(w, b->person[i]) == 0) {
			b->item[i] = ERASED;
			destroy(w, x, b->person[i]);
			continue;
		}
		b->item[i] = SPLIT;
		p->waits_in = 0;
		p->held = p->promised <= x->on;
	}
}

/* By the rules of this night. */
static int
enough_approve(const struct world *w, const struct batch *b)
{
	int have = 0;

	for (int i = 0; i < OPERATORS; i++)
		have += b->approved_by[i];
	return have >= w->rules.approvals;
}

static void
destroy_approved(struct world *w, struct night *x, int doubted)
{
	for (int i = 0; i < w->n_batches; i++) {
		struct batch *b = &w->batch[i];

		if (b->state != APPROVED || b->not_before > x->on)
			continue;
		if (!enough_approve(w, b))
			b->state = PROPOSED;
		else if (doubted && b->decided <= w->doubt)
			x->withheld++;
		else
			execute(w, x, b);
	}
}

static int
month_after(int month)
{
	return month % 100 == 12 ? month + 89 : month + 1;
}

/* What the first of its holds asks to be looked at again. */
static void
move_held(struct world *w, struct night *x, int n)
{
	struct person *p = &w->person[n];
	int next = month_after(month_of(x->on)), month;
	day review = first_review(w, n);

	if (review == 0)
		return;
	month = month_of(review) < next ? next : month_of(review);
	for (int i = 0; i < w->n_shelves; i++)
		if (w->shelf[i].month == month && w->shelf[i].gone) {
			month = month_after(month);
			i = -1;
		}
	leave_shelf(w, p);
	to_shelf(w, p, month);
	x->moved++;
	if (!x->dry)
		tell(w, n, "held, and moved to the shelf of %d", month);
}

/* A shelf whose month is over and that holds nothing loses its key; what is
 * held does not keep it. */
static void
clear_shelves(struct world *w, struct night *x)
{
	int now = month_of(x->on), over = 0;

	for (int i = 0; i < w->n_shelves; i++)
		over |= !w->shelf[i].gone && w->shelf[i].packages > 0 &&
		    w->shelf[i].month < now;
	for (int i = 0; over && i < w->n; i++)
		if (w->person[i].state == ARCHIVED && w->person[i].held &&
		    w->person[i].shelf < now)
			move_held(w, x, i);
	x->waiting = 0;
	for (int i = 0; i < w->n_shelves; i++) {
		struct shelf *s = &w->shelf[i];

		if (s->gone || s->month >= now)
			continue;
		s->gone = s->packages == 0;
		x->shelves += s->gone;
		x->waiting += !s->gone;
	}
}

static const struct world *sorting;

static int
by_promise(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	day p = sorting->person[x].promised, q = sorting->person[y].promised;

	return p != q ? (p > q) - (p < q) : (x > y) - (x < y);
}

static void
add_batch(struct world *w, struct night *x, const int *list, int n)
{
	struct batch b = { .state = PROPOSED, .n = n };

	b.not_before = span_after(x->on, w->rules.wait);
	b.person = calloc((size_t)n, sizeof(*b.person));
	b.item = calloc((size_t)n, sizeof(*b.item));
	if (b.person == NULL || b.item == NULL)
		abort();
	w->batch = grow(w->batch, sizeof(*w->batch), w->n_batches);
	w->batch[w->n_batches++] = b;
	for (int i = 0; i < n; i++) {
		b.person[i] = list[i];
		w->person[list[i]].waits_in = w->n_batches;
		if (!x->dry)
			tell(w, list[i], "proposed for destruction");
	}
	x->proposed++;
}

static void
propose(struct world *w, struct night *x)
{
	int *list = calloc((size_t)w->n + 1, sizeof(*list)), n = 0;

	if (list == NULL)
		abort();
	for (int i = 0; i < w->n; i++) {
		struct person *p = &w->person[i];

		if (p->state != ARCHIVED || p->promised > x->on ||
		    p->waits_in != 0 || p->held)
			continue;
		p->held = holds_on(w, i) > 0;
		if (!p->held)
			list[n++] = i;
		else if (!x->dry)
			tell(w, i, "held");
	}
	sorting = w;
	qsort(list, (size_t)n, sizeof(*list), by_promise);
	x->first_batch = w->n_batches;
	for (int i = 0; i < n; i += BATCH)
		add_batch(w, x, list + i, n - i < BATCH ? n - i : BATCH);
	free(list);
}

/* ---- the whole ----------------------------------------------------------- */

static void
count(const struct world *w, struct night *x)
{
	for (int i = 0; i < w->n; i++) {
		x->held += w->person[i].held;
		x->cannot += w->person[i].state == LIVE && w->person[i].cannot;
	}
	for (int i = 0; i < w->n_batches; i++)
		for (int j = 0; w->batch[i].state <= APPROVED &&
		    j < w->batch[i].n; j++)
			x->awaiting += w->batch[i].item[j] == PENDING;
	x->volumes = (x->archived + VOLUME - 1) / VOLUME;
}

static void
do_night(struct world *w, struct night *x)
{
	int doubted;

	x->refused = guards_refuse(w, x);
	if (x->refused)
		return;
	doubted = doubts(w, x);
	if (!doubted)
		clear_shelves(w, x);
	for (int i = 0; i < w->n; i++)
		if (due_to_leave(&w->person[i], x->on))
			archive(w, x, i);
	for (int i = 0; i < w->n; i++)
		if (w->person[i].state == LIVE)
			prune(w, x, i);
	destroy_approved(w, x, doubted);
	if (x->destroyed > 0 && !doubted)
		clear_shelves(w, x);
	propose(w, x);
	count(w, x);
	w->last_run = x->on;
	w->n_kept = 0; /* what was done before can be undone no more */
	w->left[ARCHIVED] += x->archived;
	w->left[DESTROYED] += x->destroyed;
	w->pruned += x->pruned;
}

static void *
copy(const void *list, size_t size, int n)
{
	void *out = malloc(size * (size_t)(n + 1));

	if (out == NULL)
		abort();
	if (n > 0)
		memcpy(out, list, size * (size_t)n);
	return out;
}

/* What grow() has made room for. */
static int
room(int n)
{
	while (n & (n - 1))
		n++;
	return n;
}

/* In a copy of the world, which is thrown away. */
static void
do_dry(const struct world *w, struct night *x)
{
	struct world c = *w;

	c.person = copy(w->person, sizeof(*w->person), w->n);
	c.shelf = copy(w->shelf, sizeof(*w->shelf), room(w->n_shelves));
	c.batch = copy(w->batch, sizeof(*w->batch), room(w->n_batches));
	for (int i = 0; i < w->n_batches; i++) {
		c.batch[i].person = copy(w->batch[i].person, sizeof(int),
		    w->batch[i].n);
		c.batch[i].item = copy(w->batch[i].item,
		    sizeof(*w->batch[i].item), w->batch[i].n);
	}
	do_night(&c, x);
	for (int i = 0; i < c.n_batches; i++) {
		free(c.batch[i].person);
		free(c.batch[i].item);
	}
	free(c.batch);
	free(c.shelf);
	free(c.person);
}

void
pass_night(struct world *w, struct night *x)
{
	if (x->dry)
		do_dry(w, x);
	else
		do_night(w, x);
}
