#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/model/ops.h"

/*
 * model SEED OPS DIR CPADMIN: lives through years of an authority, in the
 * rehearsal store DIR that CPADMIN makes and in the model, at least OPS
 * operations.  The same seed is the same story, and a shorter one is the
 * beginning of a longer one.
 */

static const char *const KIND[KINDS] = { "create", "update", "unchanged",
	"reject", "died", "left", "returned", "moved", "correct", "give",
	"withdraw", "end", "hold", "release", "run", "dry run", "approve",
	"refuse", "exclude", "restore", "open", "find", "adopt", "confirm",
	"undo", "merge", "split",
	"offer", "mark", "accept", "decline", "take back" };

static void
one_op(struct world *w)
{
	uint32_t dice = roll(w, 100);

	if (dice < 4)
		op_import(w, 1 + (int)roll(w, 18));
	else if (dice < 10)
		op_feed(w, 1 + (int)roll(w, 11));
	else if (dice < 23)
		op_correct(w);
	else if (dice < 49)
		op_give(w);
	else if (dice < 51)
		op_move(w);
	else if (dice < 52)
		op_mark(w);
	else if (dice < 62)
		op_end(w);
	else if (dice < 65)
		op_confirm(w);
	else if (dice < 67)
		op_undo(w);
	else if (dice < 70)
		op_merge(w);
	else if (dice < 71)
		op_split(w);
	else if (dice < 75)
		op_hold(w);
	else if (dice < 81)
		op_release(w);
	else if (dice < 87)
		op_decide(w);
	else if (dice < 90)
		op_restore(w);
	else if (dice < 92)
		op_open(w);
	else
		op_find(w);
}

/* Some days of work, and perhaps a night. */
static void
few_days(struct world *w)
{
	long until = w->ops + 25 + roll(w, 20);

	while (w->ops < until && w->ops < w->most)
		one_op(w);
	if (chance(w, 15))
		op_run(w, 1);
	if (chance(w, 80))
		op_run(w, 0);
}

static void
one_month(struct world *w, int y, int m)
{
	day last = day_of(y, m, month_length(y, m));

	while (w->ops < w->most) {
		w->today += 1 + (day)roll(w, 9);
		if (w->today > last)
			break;
		drive_today(w->drive, w->today);
		few_days(w);
	}
	w->today = last;
	drive_today(w->drive, last);
	if (chance(w, 8))
		op_adopt(w);
	w->months++;
	look_all(w);
	look_into_packages(w, 2);
	if (m == 12)
		look_for_traces(w);
	if (m == 12 && y % 3 == 0)
		look_at_log(w);
}

static void
live_on(struct world *w)
{
	for (int y = 2008; w->ops < w->most; y++)
		for (int m = 1; m <= 12 && w->ops < w->most; m++)
			one_month(w, y, m);
	look_all(w);
	look_for_traces(w);
	look_at_log(w);
}

static void
say(const struct world *w)
{
	char on[DAY_TEXT];

	(void)printf("seed %llu: %ld operations to %s, %d people, %ld months "
	    "checked\n", (unsigned long long)w->seed, w->ops,
	    day_text(w->today, on), w->n, w->checks);
	for (int i = 0; i < KINDS; i++)
		(void)printf("  %-10s %7ld%s", KIND[i], w->count[i],
		    i % 4 == 3 || i == KINDS - 1 ? "\n" : "");
	(void)printf("  foretold refusals: ");
	for (int i = 0; i < KINDS; i++)
		if (w->refused[i] > 0)
			(void)printf("%s %ld, ", KIND[i], w->refused[i]);
	(void)printf("\n  archived %ld, destroyed %ld, involvements pruned "
	    "%ld; packages reopened %ld, logs verified %ld, scans for "
	    "traces %ld, searches that found %ld\n", w->left[ARCHIVED],
	    w->left[DESTROYED], w->pruned, w->reopened, w->logs,
	    w->scans, w->found);
	(void)printf("  each month: every record in one state, its dates, "
	    "document, consents, offers,\n  packages, headers and holds; "
	    "volumes, shelves, batches, tally, plan, forecast; nothing\n"
	    "  destroyed before its day or within five years; dates that a "
	    "decision gives again\n");
}

int
main(int argc, char **argv)
{
	struct world w = { 0 };

	if (argc != 5) {
		(void)fprintf(stderr, "usage: model SEED OPS DIR CPADMIN\n");
		return 2;
	}
	w.seed = w.dice = strtoull(argv[1], NULL, 10);
	w.most = strtol(argv[2], NULL, 10);
	(void)snprintf(w.dir, sizeof(w.dir), "%s", argv[3]);
	w.today = day_of(2007, 12, 31);
	w.drive = drive_new(argv[4], &w);
	look_open(&w);
	op_adopt(&w);
	live_on(&w);
	say(&w);
	look_close();
	drive_free(w.drive);
	free_world(&w);
	return 0;
}
