#include "lifecycle/duties/plan.h"

#include <string.h>

enum { PAGE = 500 };

static struct cp_date
not_before(struct cp_date d, struct cp_date today)
{
	return cp_date_cmp(d, today) < 0 ? today : d;
}

/* Whole records are archived before involvements are pruned: what leaves by
 * the same run leaves whole. */
static int
leaves_first(const struct cp_record *r, struct cp_date today)
{
	return r->next_action == CP_ACTION_ARCHIVE &&
	    r->parked == CP_PARKED_NOT && cp_date_set(r->next_due) &&
	    cp_date_cmp(not_before(r->next_due, today),
	    not_before(r->prune_due, today)) <= 0;
}

enum cp_rc
cp_plan_prune(struct cp_store *s, const struct cp_rules *rules,
    struct cp_date until, cp_plan_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_plan_row row = { .prune = 1, .blocked_by = "[]" };
	int64_t rows[PAGE];
	struct cp_record r;
	struct cp_due due;
	int count = PAGE;
	enum cp_rc rc = CP_OK;

	cp_due_init(&due, CP_ACTION_NONE, until);
	while (rc == CP_OK && count > 0) {
		rc = cp_due_next(s, &due, rows, PAGE, &count, err);
		for (int i = 0; rc == CP_OK && i < count; i++) {
			rc = cp_record_at(s, rows[i], &r, err);
			if (rc != CP_OK || leaves_first(&r, rules->today))
				continue;
			memcpy(row.id, r.id, sizeof(row.id));
			row.due = r.prune_due;
			rc = fn(ctx, &row, err);
		}
	}
	return rc;
}
