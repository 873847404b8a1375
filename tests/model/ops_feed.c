#include <string.h>

#include "tests/model/ops.h"

/* Files: records by the dozen, and events. */

enum { ROWS = 64, USUAL_INVOLVEMENTS = 5 };

struct rows {
	FILE *f;
	struct text text;
	int touched[ROWS], n;
	long want[4];
};

static FILE *
open_file(struct world *w, char path[600], const char *name)
{
	FILE *f;

	(void)snprintf(path, 600, "%s.%s", w->dir, name);
	f = fopen(path, "w");
	if (f == NULL)
		wrong(w, -1, "%s cannot be written", path);
	return f;
}

static void
touch(struct rows *x, int person)
{
	if (person >= 0)
		x->touched[x->n++] = person;
}

/* ---- rows of an import --------------------------------------------------- */

static void
write_row(struct rows *x, const struct person *p, int n)
{
	person_text(p, n, &x->text);
	(void)fprintf(x->f, "%s\n", x->text.s);
}

static void
row_new(struct world *w, struct rows *x)
{
	int n, twin = somebody(w, LIVE);
	struct person p;

	some_child(w, &p);
	p.word = w->n;
	/* Now and then somebody is there twice. */
	if (twin >= 0 && w->person[twin].state == LIVE && chance(w, 15)) {
		p.word = w->person[twin].word;
		p.born = w->person[twin].born;
	}
	if (chance(w, 70))
		(void)snprintf(p.id, sizeof(p.id), "M%07d", w->n + 1);
	if (chance(w, 60))
		nhs_number(w->n, p.nhs);
	enter_bases(w, &p);
	derive(&w->rules, &p);
	n = add_person(w, &p);
	count_op(w, K_CREATE, 0);
	write_row(x, &p, p.word);
	tell(w, n, "made by an import: %.200s", x->text.s);
	x->want[0]++;
	touch(x, n);
}

/* The row may be about PERSON, with something changed or nothing. */
static void
change(struct world *w, int person, struct person *q)
{
	int i = q->n_involved > 0 ? (int)roll(w, (uint32_t)q->n_involved) : 0;

	switch (roll(w, 7)) {
	case 0:
		q->given = (int)roll(w, GIVEN_NAMES);
		if (called_as_other(w, person, q->given))
			q->given = w->person[person].given;
		break;
	case 1:
		q->carers = (int)roll(w, 3);
		break;
	case 2:
	case 3:
		if (q->n_involved < USUAL_INVOLVEMENTS &&
		    q->n_consents < CONSENTS / 2)
			some_involvement(w, q);
		break;
	case 4:
		if (q->n_involved > 0)
			q->involved[i].end = q->involved[i].start +
			    (day)roll(w, 1000);
		break;
	case 5:
		q->born = some_birth(w);
		break;
	default:
		q->gender = (int)roll(w, 3);
	}
}

/* Without its number in the directory a row is who it has the NHS number and
 * the birth date of, as long as that record is live. */
static int
known_without_id(const struct person *old, const struct person *q)
{
	return old->nhs[0] != '\0' && old->state == LIVE &&
	    memcmp(&old->born, &q->born, sizeof(q->born)) == 0;
}

static void
row_again(struct world *w, struct rows *x, int same)
{
	int n = somebody(w, LIVE), known, back, strip;
	struct person q, told;
	struct text was = { 0 };

	if (n < 0 || w->person[n].id[0] == '\0')
		return;
	q = w->person[n];
	if (!same)
		change(w, n, &q);
	back = q.withdrawn.evidence != 0 && q.n_involved < USUAL_INVOLVEMENTS &&
	    chance(w, 50);
	strip = !same && q.n_involved == w->person[n].n_involved &&
	    chance(w, 20);
	known = known_without_id(&w->person[n], &q) && chance(w, 30);
	if (known)
		q.id[0] = '\0';
	/* What was withdrawn is not brought back by any feed, and what the
	 * ledger knows to be sensitive stays so where the feed does not. */
	if (back)
		q.involved[q.n_involved++] = q.withdrawn;
	told = q;
	for (int i = 0; strip && i < told.n_involved; i++)
		told.involved[i].basis = NOT_SENSITIVE;
	write_row(x, &told, q.word);
	q.n_involved -= back;
	memcpy(q.id, w->person[n].id, sizeof(q.id));
	if (q.state != LIVE || !acceptable(&q, w->today)) {
		count_op(w, K_REJECT, 1);
		tell(w, n, "an import that is rejected: %.200s", x->text.s);
		x->want[3]++;
		touch(x, n);
		return;
	}
	person_text(&w->person[n], q.word, &was);
	person_text(&q, q.word, &x->text);
	same = strcmp(was.s, x->text.s) == 0;
	drop(&was);
	count_op(w, same ? K_UNCHANGED : K_UPDATE, 0);
	tell(w, n, "imported again%s: %.200s", same ? " as it was" : "",
	    x->text.s);
	x->want[same ? 2 : 1]++;
	enter_bases(w, &q);
	derive(&w->rules, &q);
	q.story = w->person[n].story;
	w->person[n] = q;
	touch(x, n);
}

static void
row_bad(struct world *w, struct rows *x)
{
	struct person p;
	int other = somebody(w, LIVE);

	some_child(w, &p);
	(void)snprintf(p.id, sizeof(p.id), "BAD%ld", w->ops);
	switch (roll(w, 5)) {
	case 0:
		p.born.y += 40;
		break;
	case 1:
		p.n_involved = 0;
		some_involvement(w, &p);
		p.involved[0].end = p.involved[0].start - 1;
		break;
	case 2:
		p.born = (struct born){ 2011, 2, 29 };
		break;
	case 3:
		nhs_number(w->n, p.nhs);
		p.nhs[9] = p.nhs[9] == '9' ? '0' : (char)(p.nhs[9] + 1);
		break;
	default: /* a number that is somebody else's */
		if (other >= 0 && w->person[other].state == LIVE &&
		    w->person[other].nhs[0] != '\0')
			memcpy(p.nhs, w->person[other].nhs, sizeof(p.nhs));
		else
			p.born.y += 40;
	}
	count_op(w, K_REJECT, 1);
	write_row(x, &p, 26 * 26 * 26 * 26);
	tell(w, -1, "a bad row of an import: %.200s", x->text.s);
	x->want[3]++;
}

/* Records without a number were given one. */
static void
learn_ids(struct world *w, const struct rows *x)
{
	for (int i = 0; i < x->n; i++) {
		struct person *p = &w->person[x->touched[i]];

		if (p->id[0] == '\0')
			look_id(x->touched[i] + 1, p->id);
		if (p->id[0] == '\0')
			wrong(w, x->touched[i], "it was not made");
	}
}

void
op_import(struct world *w, int rows)
{
	struct rows x = { 0 };
	char path[600];
	long have[4];
	enum cp_rc rc;

	x.f = open_file(w, path, "rows.ndjson");
	for (int i = 0; i < rows && i < ROWS; i++) {
		uint32_t dice = roll(w, 100);

		if (dice < 55)
			row_new(w, &x);
		else if (dice < 93)
			row_again(w, &x, dice < 63);
		else
			row_bad(w, &x);
	}
	if (fclose(x.f) != 0)
		wrong(w, -1, "%s cannot be written", path);
	rc = drive_import(w->drive, path, have);
	expect(w, -1, rc, CP_OK);
	if (memcmp(have, x.want, sizeof(have)) != 0)
		wrong(w, -1, "%s: expected %ld created, %ld updated, %ld "
		    "unchanged, %ld rejected; the store: %ld, %ld, %ld, %ld",
		    path, x.want[0], x.want[1], x.want[2], x.want[3], have[0],
		    have[1], have[2], have[3]);
	learn_ids(w, &x);
	for (int i = 0; i < x.n; i++)
		look_person(w, x.touched[i]);
	drop(&x.text);
}

/* ---- events -------------------------------------------------------------- */

struct event {
	enum kind kind;
	day date, notified;
	enum leaving intention;
	int to;
};

static void
some_event(struct world *w, const struct person *p, struct event *e)
{
	static const enum kind kinds[] = { K_DIED, K_LEFT, K_LEFT, K_RETURNED,
		K_RETURNED, K_MOVED, K_MOVED };

	e->kind = kinds[roll(w, 7)];
	/* Who is away comes back sooner or later. */
	if (p->left != AT_HOME && chance(w, 50))
		e->kind = K_RETURNED;
	e->date = some_day_before(w, w->today, 200);
	if (chance(w, 3))
		e->date = w->today + 1;
	if (chance(w, 3))
		e->date = first_day(p->born) - 1 - (day)roll(w, 30);
	e->notified = e->date + (day)roll(w, 60) - (chance(w, 5) ? 40 : 0);
	if (e->notified > w->today && chance(w, 90))
		e->notified = w->today;
	e->intention = (enum leaving)(TO_RETURN + (int)roll(w, 3));
	e->to = (int)roll(w, AUTHORITIES);
}

/* Whether the event is taken, by the rules of the man page. */
static int
taken(const struct world *w, const struct person *p, const struct event *e)
{
	if (p->state != LIVE || e->date > w->today ||
	    e->date < first_day(p->born))
		return 0;
	/* What happened before a death may become known after it. */
	if ((e->kind == K_LEFT || e->kind == K_RETURNED) && p->notified != 0 &&
	    e->date > p->died)
		return 0;
	switch (e->kind) {
	case K_DIED:
		return p->notified == 0 && e->notified >= e->date &&
		    e->notified <= w->today;
	case K_LEFT:
		return p->left == AT_HOME;
	case K_RETURNED:
		return p->left != AT_HOME && e->date >= p->left_on;
	default:
		return p->authority != e->to && p->offer == 0;
	}
}

static void
happen(struct person *p, const struct event *e)
{
	switch (e->kind) {
	case K_DIED:
		p->died = e->date;
		p->notified = e->notified;
		break;
	case K_LEFT:
		p->left = e->intention;
		p->left_on = e->date;
		break;
	case K_RETURNED:
		p->left = AT_HOME;
		p->left_on = 0;
		break;
	default:
		p->authority = e->to;
	}
}

static void
write_event(struct rows *x, const char *id, const struct event *e)
{
	static const char *const intentions[] = { "", "return", "no-return",
		"none-stated" };
	static const char *const words[] = { "died", "left-england",
		"returned", "moved" };
	char a[DAY_TEXT], b[DAY_TEXT];

	x->text.n = 0;
	put(&x->text, "{\"id\":\"%s\",\"event\":\"%s\",\"date\":\"%s\"", id,
	    words[e->kind - K_DIED], day_text(e->date, a));
	if (e->kind == K_DIED)
		put(&x->text, ",\"notified\":\"%s\"",
		    day_text(e->notified, b));
	if (e->kind == K_LEFT)
		put(&x->text, ",\"intention\":\"%s\"",
		    intentions[e->intention]);
	if (e->kind == K_MOVED)
		put(&x->text, ",\"to\":\"%s\"", authority_code(e->to));
	put(&x->text, "}");
	(void)fprintf(x->f, "%s\n", x->text.s);
}

static void
feed_line(struct world *w, struct rows *x)
{
	int n = somebody(w, LIVE), ok;
	struct person *p, was;
	struct event e;

	if (n < 0)
		return;
	p = &w->person[n];
	was = *p;
	some_event(w, p, &e);
	ok = taken(w, p, &e);
	write_event(x, p->id, &e);
	count_op(w, e.kind, !ok);
	tell(w, n, "event%s: %s", ok ? "" : " that is refused", x->text.s);
	x->want[!ok]++;
	touch(x, n);
	if (!ok)
		return;
	happen(p, &e);
	w->offers += e.kind == K_MOVED; /* made and accepted at once */
	derive(&w->rules, p);
	(void)keep(w, n, &was);
}

void
op_feed(struct world *w, int lines)
{
	struct rows x = { 0 };
	char path[600];
	long have[2];
	enum cp_rc rc;

	x.f = open_file(w, path, "events.ndjson");
	for (int i = 0; i < lines && i < ROWS; i++)
		feed_line(w, &x);
	if (fclose(x.f) != 0)
		wrong(w, -1, "%s cannot be written", path);
	rc = drive_feed(w->drive, path, have);
	expect(w, -1, rc, CP_OK);
	if (have[0] != x.want[0] || have[1] != x.want[1])
		wrong(w, -1, "%s: expected %ld entered, %ld rejected; the "
		    "store: %ld, %ld", path, x.want[0], x.want[1], have[0],
		    have[1]);
	for (int i = 0; i < x.n; i++)
		look_person(w, x.touched[i]);
	drop(&x.text);
}
