#include <string.h>

#include "tests/model/ops.h"

void
count_op(struct world *w, enum kind kind, int refused)
{
	w->ops++;
	w->count[kind]++;
	w->refused[kind] += refused;
}

void
expect(struct world *w, int person, enum cp_rc got, enum cp_rc want)
{
	if (got != want)
		wrong(w, person, "expected exit %d, the library: %d %s", want,
		    got, got != CP_OK ? drive_why(w->drive) : "");
}

int
acceptable(const struct person *p, day on)
{
	day first = first_day(p->born);

	return first <= on && (p->left == AT_HOME || p->left_on >= first) &&
	    (p->notified == 0 || (p->died >= first &&
	    p->notified >= p->died));
}

int
some_operator(struct world *w)
{
	return 1 + (int)roll(w, OPERATORS - 1);
}

/* One works for a while, so that changes come together. */
int
on_duty(struct world *w)
{
	if (w->on_duty == 0 || chance(w, 8))
		w->on_duty = some_operator(w);
	return w->on_duty;
}

/* Changes that are taken may share a transaction with others. */
static int
alone(struct world *w, enum cp_rc want)
{
	return want != CP_OK || chance(w, 4);
}

/* ---- corrections --------------------------------------------------------- */

static int
correct_birth(struct world *w, struct person *q, char set[80])
{
	char text[DAY_TEXT];

	q->born = some_birth(w);
	if (chance(w, 60)) { /* a slip, not another childhood */
		day near = last_day(w->person[q - w->person].born);

		near += (day)roll(w, 800) - 400;
		day_split(near, &q->born.y, &q->born.m, &q->born.d);
	}
	born_text(q->born, text);
	(void)snprintf(set, 80, "birth_date=%s", text);
	return 1;
}

/* Q is changed as SET says; 0 where there is nothing to set. */
static int
some_correction(struct world *w, struct person *q, char set[80])
{
	char text[DAY_TEXT];
	int i;

	switch (roll(w, 6)) {
	case 0:
		q->given = (int)roll(w, GIVEN_NAMES);
		(void)snprintf(set, 80, "given=%s", given_name(q->given));
		return 1;
	case 1:
		if (q->notified == 0)
			return 0;
		q->notified += (day)roll(w, 100) - 50;
		(void)snprintf(set, 80, "death.notified=%s",
		    day_text(q->notified, text));
		return 1;
	case 2:
		if (q->left == AT_HOME)
			return 0;
		q->left_on += (day)roll(w, 400) - 200;
		(void)snprintf(set, 80, "left_england.date=%s",
		    day_text(q->left_on, text));
		return 1;
	case 3:
		if (q->n_involved == 0)
			return 0;
		i = (int)roll(w, (uint32_t)q->n_involved);
		q->involved[i].end = chance(w, 30) ? 0 :
		    q->involved[i].start + (day)roll(w, 500) - 20;
		(void)snprintf(set, 80, "involvements[%d].end=%s", i,
		    day_text(q->involved[i].end, text));
		return 1;
	default:
		return -1;
	}
}

static int
ends_in_order(const struct person *p)
{
	for (int i = 0; i < p->n_involved; i++)
		if (p->involved[i].end != 0 &&
		    p->involved[i].end < p->involved[i].start)
			return 0;
	return 1;
}

/* A correction that changes nothing is none. */
static int
corrected(const struct person *was, const struct person *is)
{
	struct text a = { 0 }, b = { 0 };
	int differ;

	person_text(was, was->word, &a);
	person_text(is, is->word, &b);
	differ = strcmp(a.s, b.s) != 0;
	drop(&a);
	drop(&b);
	return differ;
}

void
op_correct(struct world *w)
{
	int n = somebody(w, LIVE), some, who = on_duty(w);
	struct person q, *p;
	char set[80];
	const char *sets[1] = { set };
	enum cp_rc want = CP_OK;

	if (n < 0)
		return;
	p = &w->person[n];
	q = *p;
	some = some_correction(w, &q, set);
	if (some == 0)
		return;
	if (some < 0) {
		struct person kept = *p;

		(void)correct_birth(w, p, set);
		q = *p;
		*p = kept;
	}
	if (p->state != LIVE)
		want = CP_REFUSED;
	else if (!acceptable(&q, w->today) || !ends_in_order(&q))
		want = CP_BAD_INPUT;
	count_op(w, K_CORRECT, want != CP_OK);
	tell(w, n, "corrected%s: %s", want != CP_OK ? ", refused" : "", set);
	expect(w, n, drive_correct(w->drive, who, alone(w, want), p->id, sets,
	    1), want);
	if (want == CP_OK) {
		struct person was = *p;

		derive(&w->rules, &q);
		q.story = p->story;
		*p = q;
		if (corrected(&was, p))
			(void)keep(w, n, &was);
	}
	look_person(w, n);
}

/* ---- consent ------------------------------------------------------------- */

static enum cp_rc
foretell_consent(const struct world *w, const struct person *p,
    const struct consent *c, int late, int best)
{
	enum why why;

	if (p->state != LIVE || c->given > w->today ||
	    c->given < first_day(p->born) || (!late && entered_late(&w->rules,
	    p->born, c->given, w->today)) || (!best &&
	    c->by == REPRESENTATIVE))
		return CP_REFUSED;
	return c->given >= consent_until(&w->rules, p->born, c, &why) ?
	    CP_REFUSED : CP_OK;
}

/* Now and then the first or last day on which something is so. */
static day
at_an_edge(struct world *w, const struct person *p, day on)
{
	day edge[] = { w->today - 28, last_day(p->born), p->extended_from,
		p->due, birthday(last_day(p->born), w->rules.age_limit,
		w->rules.feb28), birthday(last_day(p->born), w->rules.lapse,
		w->rules.feb28) };
	day at = edge[roll(w, 6)];

	if (at == 0 || !chance(w, 15))
		return on;
	at += (day)roll(w, 3) - 1;
	return at > w->today ? on : at;
}

void
op_give(struct world *w)
{
	int n = somebody(w, LIVE), who = on_duty(w);
	struct consent c = { .ground = (enum ground)roll(w, STAYING),
		.by = (enum giver)roll(w, GIVERS) };
	int late = chance(w, 80), best = chance(w, 90);
	char evidence[40], word[TOKEN_TEXT], on[DAY_TEXT];
	struct person *p;
	enum cp_rc want;

	if (n < 0 || w->person[n].n_consents > CONSENTS / 3)
		return;
	p = &w->person[n];
	c.given = chance(w, 60) ? w->today : some_day_before(w, w->today, 700);
	if (chance(w, 3))
		c.given = w->today + 1 + (day)roll(w, 20);
	c.given = at_an_edge(w, p, c.given);
	want = foretell_consent(w, p, &c, late, best);
	count_op(w, K_GIVE, want != CP_OK);
	tell(w, n, "consent, ground %d, by %d, on %s%s", c.ground, c.by,
	    day_text(c.given, on), want != CP_OK ? ", refused" : "");
	(void)snprintf(evidence, sizeof(evidence), "EV/%s",
	    token(p->word, word));
	expect(w, n, drive_give(w->drive, who, alone(w, want), p->id, &c,
	    evidence, late, best), want);
	if (want == CP_OK) {
		c.number = ++w->consents;
		p->consent[p->n_consents++] = c;
		derive(&w->rules, p);
	}
	look_person(w, n);
}

static enum cp_rc
foretell_mark(const struct world *w, const struct person *p, int i,
    const struct consent *c, int late, int best)
{
	if (p->state != LIVE || c->given > w->today ||
	    c->given < first_day(p->born) || (!late && entered_late(&w->rules,
	    p->born, c->given, w->today)) || (!best &&
	    c->by == REPRESENTATIVE && c->ground != HARM))
		return CP_REFUSED;
	if (i >= p->n_involved)
		return CP_NOT_FOUND;
	return c->ground == SENSITIVE && c->by == PARENT && c->given >=
	    birthday(last_day(p->born), w->rules.lapse, w->rules.feb28) ?
	    CP_REFUSED : CP_OK;
}

/* An involvement turns out to be of a sensitive service. */
void
op_mark(struct world *w)
{
	int n = somebody(w, LIVE), who = on_duty(w), i;
	struct consent c = { .ground = chance(w, 70) ? SENSITIVE : HARM };
	int late = chance(w, 80), best = chance(w, 90);
	char evidence[40], word[TOKEN_TEXT];
	struct person *p;
	enum cp_rc want;

	for (int t = 0; t < 10 && n >= 0 && w->person[n].n_involved == 0; t++)
		n = somebody(w, LIVE);
	if (n < 0 || w->person[n].n_consents > CONSENTS / 3)
		return;
	p = &w->person[n];
	i = (int)roll(w, (uint32_t)p->n_involved + 1);
	if (i < p->n_involved && p->involved[i].basis != NOT_SENSITIVE)
		return;
	c.by = c.ground == HARM ? UNSTATED : (enum giver)roll(w, GIVERS);
	c.given = at_an_edge(w, p, w->today - (day)roll(w, 40));
	c.evidence = ++w->evidence;
	want = foretell_mark(w, p, i, &c, late, best);
	count_op(w, K_MARK, want != CP_OK);
	tell(w, n, "involvement %d is sensitive, ground %d%s", i, c.ground,
	    want != CP_OK ? ", refused" : "");
	(void)snprintf(evidence, sizeof(evidence), "%s/%d", token(p->word,
	    word), c.evidence);
	expect(w, n, drive_mark(w->drive, who, alone(w, want), p->id,
	    (size_t)i, &c, evidence, late, best), want);
	if (want == CP_OK) {
		c.number = ++w->consents;
		p->consent[p->n_consents++] = c;
		p->involved[i].basis = c.ground == HARM ? BY_HARM :
		    BY_CONSENT;
		p->involved[i].evidence = c.evidence;
		derive(&w->rules, p);
	}
	look_person(w, n);
}

/* All that rests on consent, or one ground. */
static int
meant(const struct consent *c, enum ground ground)
{
	return c->how == RUNNING && (ground == GROUNDS ? c->ground != HARM :
	    c->ground == ground);
}

/* It ends too, but an ending is not about it. */
static int
lapsed(const struct consent *c, day on)
{
	return c->ground < STAYING && c->until != 0 && c->until <= on;
}

/* Nobody can withdraw what does not rest on consent. */
static enum cp_rc
foretell_end(const struct world *w, const struct person *p,
    enum ground ground, enum ending how, day on, int *ended)
{
	*ended = 0;
	if (p->state != LIVE || on > w->today)
		return CP_REFUSED;
	for (int i = 0; i < p->n_consents; i++) {
		if (!meant(&p->consent[i], ground))
			continue;
		if (p->consent[i].given > on || (how == WITHDRAWN &&
		    p->consent[i].ground == HARM))
			return CP_REFUSED;
		*ended += !lapsed(&p->consent[i], on);
	}
	return *ended > 0 ? CP_OK : CP_REFUSED;
}

/* With luck somebody who has given one. */
static int
somebody_with_consent(struct world *w)
{
	int n = -1;

	for (int i = 0; i < 20; i++) {
		n = somebody(w, LIVE);
		if (n >= 0 && w->person[n].n_consents > 0)
			break;
	}
	return n;
}

void
op_end(struct world *w)
{
	int n = somebody_with_consent(w), who = on_duty(w);
	int have[2] = { 0, 0 }, ended, removed;
	enum ending how = chance(w, 60) ? WITHDRAWN : GROUND_ENDED;
	enum ground ground = (enum ground)roll(w, GROUNDS + 1);
	day on = chance(w, 60) ? w->today : some_day_before(w, w->today, 60);
	char text[DAY_TEXT];
	struct person *p;
	enum cp_rc want;

	if (n < 0)
		return;
	p = &w->person[n];
	if (chance(w, 3))
		on = w->today + 1;
	on = at_an_edge(w, p, on);
	if (p->n_consents > 0 && chance(w, 60))
		ground = p->consent[p->n_consents - 1].ground;
	want = foretell_end(w, p, ground, how, on, &ended);
	count_op(w, how == WITHDRAWN ? K_WITHDRAW : K_END, want != CP_OK);
	tell(w, n, "consent %s, ground %d, on %s%s", how == WITHDRAWN ?
	    "withdrawn" : "ended", ground, day_text(on, text),
	    want != CP_OK ? ", refused" : "");
	expect(w, n, drive_end(w->drive, who, alone(w, want), p->id, ground,
	    how, on, have), want);
	for (int i = 0; want == CP_OK && i < p->n_consents; i++) {
		if (!meant(&p->consent[i], ground))
			continue;
		p->consent[i].how = how;
		p->consent[i].ended = on;
	}
	removed = want == CP_OK ? drop_baseless(p) : 0;
	if (want == CP_OK && (have[0] != ended || have[1] != removed))
		wrong(w, n, "expected %d consents to end and %d involvements "
		    "to go, the library: %d and %d", ended, removed, have[0],
		    have[1]);
	if (want == CP_OK)
		derive(&w->rules, p);
	look_person(w, n);
}

/* Who may be asked on the day ON, and how often: -1 if that was done. */
static int
to_confirm(const struct person *p, enum ground ground, day on)
{
	int n = 0;

	for (int i = 0; i < p->n_consents; i++) {
		const struct consent *c = &p->consent[i];

		if (c->ground >= STAYING || c->how != RUNNING ||
		    c->given > on || (c->until != 0 && on >= c->until) ||
		    (ground != GROUNDS && c->ground != ground))
			continue;
		for (int k = 0; k < c->n_confirmed; k++)
			if (c->confirmed[k] == on)
				return -1;
		if (c->n_confirmed == CONFIRMATIONS)
			return -2;
		n++;
	}
	return n;
}

static void
confirm_all(struct person *p, enum ground ground, day on)
{
	for (int i = 0; i < p->n_consents; i++) {
		struct consent *c = &p->consent[i];

		if (c->ground < STAYING && c->how == RUNNING &&
		    c->given <= on && (c->until == 0 || on < c->until) &&
		    (ground == GROUNDS || c->ground == ground))
			c->confirmed[c->n_confirmed++] = on;
	}
}

void
op_confirm(struct world *w)
{
	int n = somebody_with_consent(w), who = on_duty(w), count, have = 0;
	enum ground ground = chance(w, 60) ? GROUNDS :
	    (enum ground)roll(w, STAYING);
	day on = chance(w, 70) ? w->today : some_day_before(w, w->today, 90);
	char text[DAY_TEXT];
	struct person *p;
	enum cp_rc want;

	if (n < 0)
		return;
	p = &w->person[n];
	count = to_confirm(p, ground, on);
	if (count == -2)
		return;
	want = p->state != LIVE || count <= 0 ? CP_REFUSED : CP_OK;
	count_op(w, K_CONFIRM, want != CP_OK);
	tell(w, n, "consent confirmed, ground %d, on %s%s", ground,
	    day_text(on, text), want != CP_OK ? ", refused" : "");
	expect(w, n, drive_confirm(w->drive, who, alone(w, want), p->id,
	    ground, on, &have), want);
	if (want == CP_OK && have != count)
		wrong(w, n, "expected %d confirmed, the library: %d", count,
		    have);
	if (want == CP_OK) {
		confirm_all(p, ground, on);
		derive(&w->rules, p);
	}
	look_person(w, n);
}

/* ---- looking ------------------------------------------------------------- */

/* A live person is found, by number or by name and birth date, anybody else is
 * not. */
void
op_find(struct world *w)
{
	static const struct born unasked = { 0, 0, 0 };
	int n = somebody(w, chance(w, 60) ? LIVE : ARCHIVED), found;
	const struct person *p;
	char word[TOKEN_TEXT], name[40];

	if (n < 0)
		return;
	p = &w->person[n];
	count_op(w, K_FIND, 0);
	tell(w, -1, "looking for record %d", n + 1);
	(void)snprintf(name, sizeof(name), "%s %s", given_name(p->given),
	    token(p->word, word));
	if (p->nhs[0] != '\0' && chance(w, 50))
		found = drive_finds(w->drive, p->nhs, NULL, unasked, p->id);
	else
		found = drive_finds(w->drive, NULL, name, p->born, p->id);
	if (found >= 0 && found != (p->state == LIVE))
		wrong(w, n, "a search %s it", found ? "finds" :
		    "does not find");
	w->found += found > 0;
}
