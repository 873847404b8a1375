#include <stdlib.h>
#include <string.h>

#include "tests/model/look_impl.h"

/* What the plan and the forecast say is to come. */

enum { AHEAD = 45, MONTHS = 24 };

struct lines {
	char (*line)[120];
	int n;
};

static void
add_line(void *ctx, const char *line)
{
	struct lines *l = ctx;

	l->line = grow(l->line, sizeof(*l->line), l->n);
	(void)snprintf(l->line[l->n++], sizeof(*l->line), "%s", line);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
foretell_plan(struct world *w, day until, struct lines *l)
{
	char line[120], on[DAY_TEXT];

	for (int i = 0; i < w->n; i++) {
		const struct person *p = &w->person[i];
		day due = p->state == LIVE ? p->due : p->promised;

		if (p->state != LIVE && p->state != ARCHIVED)
			continue;
		if (p->state == LIVE && p->cannot)
			(void)snprintf(line, sizeof(line), "%s undecidable",
			    p->id);
		else if (due <= until)
			(void)snprintf(line, sizeof(line), "%s %s %s %s%s",
			    p->id, p->state == LIVE ? "archive" : "destroy",
			    day_text(due, on), why_word(p->why),
			    p->state == ARCHIVED && (p->waits_in != 0 ||
			    holds_on(w, i) > 0) ? " blocked" : "");
		else
			continue;
		add_line(l, line);
	}
}

void
look_plan(struct world *w)
{
	struct lines want = { 0 }, have = { 0 };
	day until = w->today + AHEAD;

	foretell_plan(w, until, &want);
	drive_plan(w->drive, until, add_line, &have);
	qsort(want.line, (size_t)want.n, sizeof(*want.line), by_text);
	qsort(have.line, (size_t)have.n, sizeof(*have.line), by_text);
	for (int i = 0; i < want.n || i < have.n; i++) {
		const char *a = i < want.n ? want.line[i] : "nothing";
		const char *b = i < have.n ? have.line[i] : "nothing";

		if (strcmp(a, b) != 0)
			wrong(w, -1, "the plan\n  expected: %s\n  the store: "
			    "%s", a, b);
	}
	free(want.line);
	free(have.line);
}

/* ---- months -------------------------------------------------------------- */

/* Which month from now on is ON in; what is overdue is in the first. */
static int
months_on(const struct world *w, day on)
{
	int a = month_of(w->today), b = month_of(on);

	if (b < a)
		return 0;
	return 12 * (b / 100 - a / 100) + b % 100 - a % 100;
}

static void
count_month(const struct world *w, long months[MONTHS], day on)
{
	int m = months_on(w, on);

	if (m < MONTHS)
		months[m]++;
}

void
look_forecast(struct world *w)
{
	long archive[MONTHS] = { 0 }, destroy[MONTHS] = { 0 };
	long have[2][MONTHS] = { { 0 } };

	for (int i = 0; i < w->n; i++) {
		const struct person *p = &w->person[i];
		day on = p->due < w->today ? w->today : p->due;

		if (p->state == ARCHIVED) {
			count_month(w, destroy, p->promised);
		} else if (p->state == LIVE && !p->cannot) {
			count_month(w, archive, p->due);
			count_month(w, destroy, span_after(on,
			    w->rules.archive));
		}
	}
	drive_forecast(w->drive, MONTHS, have[0], have[1]);
	for (int m = 0; m < MONTHS; m++)
		if (archive[m] != have[0][m] || destroy[m] != have[1][m])
			wrong(w, -1, "the forecast of month %d: expected %ld "
			    "archived, %ld destroyed; the store: %ld, %ld",
			    m + 1, archive[m], destroy[m], have[0][m],
			    have[1][m]);
}
