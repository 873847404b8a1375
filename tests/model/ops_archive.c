#include <string.h>
#include <unistd.h>

#include "tests/model/ops.h"

/* Holds, nights, batches, packages and policies. */

/* ---- holds --------------------------------------------------------------- */

static void
enter_hold(struct world *w, const struct hold *h)
{
	w->hold = grow(w->hold, sizeof(*w->hold), w->n_holds);
	w->hold[w->n_holds++] = *h;
}

/* The authority or the predicate that H is about. */
static void
hold_text(const struct hold *h, char out[100])
{
	static const char *const words[SAIDS] = { "authority = ",
		"born < 2000 and authority = ", "archived < ",
		"not died = none and archived >= ", "destroy_due >= ",
		"rule = retention.death_period", "state = live" };
	const char *a = authority_code(h->authority);
	char on[DAY_TEXT];

	(void)day_text(h->day, on);
	if (h->scope != ON_PREDICATE)
		(void)snprintf(out, 100, "%s", a);
	else
		(void)snprintf(out, 100, "%s%s", words[h->said],
		    h->said <= SAID_BORN ? a : h->said <= SAID_DUE ? on : "");
}

void
op_hold(struct world *w)
{
	int n = somebody(w, chance(w, 70) ? ARCHIVED : LIVE);
	uint32_t dice = roll(w, 1000);
	struct hold h = { .scope = dice < 965 ? ON_RECORD : dice < 975 ?
		ON_AUTHORITY : dice < 997 ? ON_PREDICATE : ON_ALL,
		.person = n, .by = some_operator(w),
		.authority = (int)roll(w, AUTHORITIES),
		.said = (enum said)roll(w, SAIDS) };
	char about[100];
	day review = w->today + (chance(w, 4) ? 0 : 1 + (day)roll(w, 200));
	enum cp_rc want = CP_OK;

	if (n < 0)
		return;
	h.day = w->today - (day)roll(w, 3000);
	hold_text(&h, about);
	h.review = review;
	if (review <= w->today)
		want = CP_BAD_INPUT;
	else if (h.scope == ON_RECORD && w->person[n].state >= DESTROYED)
		want = CP_REFUSED;
	count_op(w, K_HOLD, want != CP_OK);
	tell(w, h.scope == ON_RECORD ? n : -1, "hold of scope %d (%s) by %d%s",
	    h.scope, about, h.by, want != CP_OK ? ", refused" : "");
	expect(w, n, drive_hold(w->drive, h.by, want != CP_OK, h.scope,
	    w->person[n].id, about, review, h.id),
	    want);
	if (want == CP_OK)
		enter_hold(w, &h);
	look_person(w, n);
}

/* The wide ones first: they stop everything else. */
static int
some_hold(struct world *w)
{
	int at = -1;

	for (int i = 0; i < w->n_holds && chance(w, 50); i++)
		if (!w->hold[i].released && w->hold[i].scope != ON_RECORD)
			return i;
	for (int i = 0; i < 30 && w->n_holds > 0; i++) {
		uint32_t n = (uint32_t)w->n_holds;

		at = (int)(n - 1 - roll(w, n < 80 ? n : 80));
		if (!w->hold[at].released)
			break;
	}
	return at;
}

void
op_release(struct world *w)
{
	int at = some_hold(w), who = some_operator(w);
	enum cp_rc want;
	struct hold *h;

	if (at < 0)
		return;
	h = &w->hold[at];
	want = h->released || h->by == who ? CP_REFUSED : CP_OK;
	count_op(w, K_RELEASE, want != CP_OK);
	tell(w, h->scope == ON_RECORD ? h->person : -1, "release of %s by %d"
	    "%s", h->id, who, want != CP_OK ? ", refused" : "");
	expect(w, -1, drive_release(w->drive, who, h->id), want);
	if (want != CP_OK)
		return;
	h->released = 1;
	settle_holds(w);
	if (h->scope == ON_RECORD)
		look_person(w, h->person);
}

/* ---- batches ------------------------------------------------------------- */

/* With luck one that is open. */
static int
some_batch(struct world *w)
{
	int at = -1;

	for (int i = 0; i < 30 && w->n_batches > 0; i++) {
		uint32_t n = (uint32_t)w->n_batches;

		at = (int)(n - 1 - roll(w, n < 40 ? n : 40));
		if (w->batch[at].state <= APPROVED)
			break;
	}
	return at;
}

static void
approve(struct world *w, struct batch *b, int who)
{
	enum cp_rc want = b->state != PROPOSED || who == NIGHT ||
	    b->approved_by[who] ? CP_REFUSED : CP_OK;
	int have = 0;

	count_op(w, K_APPROVE, want != CP_OK);
	tell(w, -1, "batch %s approved by %d%s", b->id, who, want != CP_OK ?
	    ", refused" : "");
	expect(w, b->person[0], drive_approve(w->drive, who, b->id), want);
	if (want != CP_OK)
		return;
	b->approved_by[who] = 1;
	b->decided = ++w->moment;
	for (int i = 0; i < OPERATORS; i++)
		have += b->approved_by[i];
	if (have >= w->rules.approvals)
		b->state = APPROVED;
}

static void
refuse(struct world *w, struct batch *b, int who)
{
	enum cp_rc want = b->state > APPROVED ? CP_REFUSED : CP_OK;

	count_op(w, K_REFUSE, want != CP_OK);
	tell(w, -1, "batch %s refused by %d%s", b->id, who, want != CP_OK ?
	    ", which is refused" : "");
	expect(w, -1, drive_refuse(w->drive, who, b->id), want);
	if (want != CP_OK)
		return;
	for (int i = 0; i < b->n; i++)
		if (b->item[i] == PENDING)
			leave_batch(w, b->person[i], EXCLUDED);
	b->state = REFUSED;
	look_person(w, b->person[0]);
}

static void
exclude(struct world *w, struct batch *b, int who)
{
	int i = (int)roll(w, (uint32_t)b->n), n = b->person[i];
	enum cp_rc want = b->state > APPROVED ? CP_REFUSED :
	    b->item[i] != PENDING ? CP_NOT_FOUND : CP_OK;

	count_op(w, K_EXCLUDE, want != CP_OK);
	tell(w, n, "excluded from batch %s by %d%s", b->id, who, want !=
	    CP_OK ? ", refused" : "");
	expect(w, n, drive_exclude(w->drive, who, b->id, w->person[n].id),
	    want);
	if (want == CP_OK)
		leave_batch(w, n, EXCLUDED);
	look_person(w, n);
}

void
op_decide(struct world *w)
{
	int at = some_batch(w), who = chance(w, 5) ? NIGHT : some_operator(w);
	uint32_t dice = roll(w, 100);
	struct batch *b;

	if (at < 0)
		return;
	b = &w->batch[at];
	if (dice < 65)
		approve(w, b, who);
	else if (dice < 75)
		refuse(w, b, who);
	else
		exclude(w, b, who);
}

/* ---- packages ------------------------------------------------------------ */

void
op_restore(struct world *w)
{
	int n = somebody(w, ARCHIVED), who = some_operator(w);
	int set = chance(w, 60);
	char text[DAY_TEXT];
	struct person q, *p;
	enum cp_rc want = CP_OK;

	if (n < 0 || w->person[n].packages == 0)
		return;
	p = &w->person[n];
	q = *p;
	if (set)
		q.born = some_birth(w);
	born_text(q.born, text);
	if (p->state != ARCHIVED || (p->waits_in != 0 &&
	    w->batch[p->waits_in - 1].state == APPROVED))
		want = CP_REFUSED;
	else if (set && !acceptable(&q, w->today))
		want = CP_BAD_INPUT;
	count_op(w, K_RESTORE, want != CP_OK);
	tell(w, n, "restored%s%s%s", set ? ", born " : "", set ? text : "",
	    want != CP_OK ? ", refused" : "");
	expect(w, n, drive_restore(w->drive, who, p->id,
	    set ? "birth_date" : NULL, text), want);
	if (want == CP_OK) {
		p->born = q.born;
		restore_person(w, n);
	}
	look_person(w, n);
}

void
op_open(struct world *w)
{
	int n = somebody(w, ARCHIVED), early = chance(w, 50);
	struct text record = { 0 }, history = { 0 };
	const struct person *p;
	enum cp_rc want;

	if (n < 0 || w->person[n].packages == 0)
		return;
	p = &w->person[n];
	/* For an audit in the first year only; for a court at any time. */
	want = p->state == ARCHIVED && (!early || w->today <
	    span_after(p->archived_on, w->rules.first_year)) ? CP_OK :
	    CP_REFUSED;
	count_op(w, K_OPEN, want != CP_OK);
	tell(w, n, "opened for %s%s", early ? "an audit" : "a court",
	    want != CP_OK ? ", refused" : "");
	expect(w, n, drive_open(w->drive, p->id, early ? "audit" :
	    "court-order", &record, &history), want);
	drop(&record);
	drop(&history);
}

/* ---- policies ------------------------------------------------------------ */

void
op_adopt(struct world *w)
{
	struct rules r = w->rules;
	struct text t = { 0 };
	long want, redated;
	char path[600];
	FILE *f;

	some_rules(w, &r);
	rules_text(&r, &t);
	(void)snprintf(path, sizeof(path), "%s.policy.cfg", w->dir);
	f = fopen(path, "w");
	if (f == NULL || fputs(t.s, f) == EOF || fclose(f) != 0)
		wrong(w, -1, "%s cannot be written", path);
	count_op(w, K_ADOPT, 0);
	tell(w, -1, "policy %d adopted (%s)", r.number, path);
	expect(w, -1, drive_adopt(w->drive, path, &redated), CP_OK);
	want = adopt_rules(w, &r);
	if (want != redated)
		wrong(w, -1, "expected %ld promised another day, the library: "
		    "%ld", want, redated);
	drop(&t);
}

/* ---- nights -------------------------------------------------------------- */

static void
put_night(const struct night *x, struct text *t)
{
	t->n = 0;
	put(t, "archived %ld, pruned %ld, destroyed %ld, held %ld, awaiting "
	    "%ld, lapsed %ld, cannot be evaluated %ld, withheld %ld, volumes "
	    "%ld, proposed %ld, shelves %ld gone and %ld kept, moved %ld",
	    x->archived, x->pruned,
	    x->destroyed, x->held, x->awaiting, x->lapsed, x->cannot,
	    x->withheld, x->volumes, x->proposed, x->shelves,
	    x->waiting, x->moved);
}

static void
compare_nights(struct world *w, const struct night *want,
    const struct night *have, long failed)
{
	struct text a = { 0 }, b = { 0 };

	put_night(want, &a);
	put_night(have, &b);
	if (strcmp(a.s, b.s) != 0 || failed != 0)
		wrong(w, -1, "the report, %ld failed\n  expected: %s\n  the "
		    "store: %s", failed, a.s, b.s);
	drop(&a);
	drop(&b);
}

void
op_run(struct world *w, int dry)
{
	struct night want = { .on = w->today, .dry = dry }, have;
	char on[DAY_TEXT];
	long failed;
	enum cp_rc rc;

	want.accept_clock = chance(w, 60);
	want.accept_share = chance(w, 60);
	if (chance(w, 5))
		want.on -= 1 + (day)roll(w, 40);
	have = want;
	count_op(w, dry ? K_DRY_RUN : K_RUN, 0);
	tell(w, -1, "%srun on %s%s%s", dry ? "dry " : "", day_text(want.on,
	    on), want.accept_clock ? ", clock accepted" : "",
	    want.accept_share ? ", share accepted" : "");
	rc = drive_run(w->drive, &have, 1, &failed);
	pass_night(w, &want);
	w->refused[dry ? K_DRY_RUN : K_RUN] += want.refused;
	expect(w, -1, rc, want.refused || want.withheld > 0 ? CP_REFUSED :
	    CP_OK);
	if (want.refused)
		return;
	compare_nights(w, &want, &have, failed);
	if (!dry)
		look_batches(w, want.first_batch);
}
