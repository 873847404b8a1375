#include <stdlib.h>

#include "lifecycle/duties/shelving_impl.h"

/* What a dry run would take off each shelf, so that it can tell which shelves
 * would come to their end. */
struct cp_run_foreseen {
	int month;
	int64_t erased, held;
	struct cp_run_foreseen *next;
};

static struct cp_run_foreseen *
foreseen(struct cp_run *run, int month)
{
	struct cp_run_foreseen *f = run->foreseen;

	while (f != NULL && f->month != month)
		f = f->next;
	return f;
}

enum cp_rc
cp_run_foresee(struct cp_run *run, int month, int held, struct cp_err *err)
{
	struct cp_run_foreseen *f = foreseen(run, month);

	if (f == NULL) {
		f = calloc(1, sizeof(*f));
		if (f == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		f->month = month;
		f->next = run->foreseen;
		run->foreseen = f;
	}
	if (held)
		f->held++;
	else
		f->erased++;
	return CP_OK;
}

void
cp_run_foreseen_free(struct cp_run *run)
{
	struct cp_run_foreseen *f = run->foreseen, *next;

	for (; f != NULL; f = next) {
		next = f->next;
		free(f);
	}
	run->foreseen = NULL;
}

/* How many held packages would leave shelf MONTH. */
static enum cp_rc
count_movable(struct cp_run *run, int month, struct cp_shelf_page *page,
    int64_t *out, struct cp_err *err)
{
	struct cp_fact_set facts;
	int64_t after = 0;
	enum cp_rc rc = CP_OK;

	cp_fact_set_init(&facts);
	*out = 0;
	do {
		rc = cp_shelf_held(run, month, after, page, err);
		for (int i = 0; rc == CP_OK && i < page->n; i++) {
			rc = cp_facts_load(run->store, page->record[i],
			    &facts, err);
			*out += rc == CP_OK && facts.facts.n_holds > 0;
			after = page->package[i];
		}
	} while (rc == CP_OK && page->n == SHELF_PAGE);
	cp_fact_set_clear(&facts);
	return rc;
}

static enum cp_rc
foresee_shelf(struct cp_run *run, int month, struct cp_shelf_page *page,
    struct cp_err *err)
{
	const struct cp_run_foreseen *f = foreseen(run, month);
	int64_t left, movable;
	enum cp_rc rc = cp_shelf_count(run, month, &left, err);

	if (rc == CP_OK)
		rc = count_movable(run, month, page, &movable, err);
	if (rc != CP_OK)
		return rc;
	/* What is found held when it was to be destroyed is parked then, and
	 * moved only if that run looks at the shelves once more. */
	if (f != NULL && run->destroyed > 0)
		movable += f->held;
	left -= movable + (f != NULL ? f->erased : 0);
	run->moved += movable;
	run->shelves_destroyed += left == 0;
	run->shelves_waiting += left > 0;
	run->shelf_packages += left;
	return CP_OK;
}

enum cp_rc
cp_run_foresee_shelves(struct cp_run *run, struct cp_err *err)
{
	struct cp_shelf_page *page = malloc(sizeof(*page));
	int month = 0, found = 1;
	enum cp_rc rc = CP_OK;

	if (page == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	while (rc == CP_OK && !run->clock_doubted) {
		rc = cp_shelf_over(run, &month, &found, err);
		if (rc != CP_OK || !found)
			break;
		rc = foresee_shelf(run, month, page, err);
	}
	free(page);
	return rc;
}
