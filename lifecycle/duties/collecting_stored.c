#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"

/* What was decided, for what stands there now. */

/* Items by subject and key: where in the collection. */
struct place {
	const struct cp_sar_item *item;
	size_t at;
};

struct comparing {
	struct cp_collection *coll;
	struct place *place;
};

static int
compare(const struct cp_sar_item *a, const struct cp_sar_item *b)
{
	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	return strcmp(a->key, b->key);
}

static int
compare_places(const void *a, const void *b)
{
	return compare(((const struct place *)a)->item,
	    ((const struct place *)b)->item);
}

static enum cp_rc
take(void *ctx, const struct cp_sar_item *stored, struct cp_err *err)
{
	struct comparing *x = ctx;
	struct place wanted = { stored, 0 }, *found;
	struct cp_sar_item now;
	struct cp_item *item;

	(void)err;
	found = bsearch(&wanted, x->place, x->coll->n, sizeof(*x->place),
	    compare_places);
	if (found == NULL) {
		x->coll->gone++;
		return CP_OK;
	}
	item = &x->coll->items[found->at];
	now = item->stored;
	item->is_new = 0;
	item->changed = stored->flags != now.flags || memcmp(stored->digest,
	    now.digest, sizeof(now.digest)) != 0;
	if (item->changed) {
		/* Decided about something else: it is to be decided anew. */
		item->stored.number = stored->number;
		return CP_OK;
	}
	item->stored = *stored;
	return CP_OK;
}

enum cp_rc
collecting_compare(struct cp_store *s, const struct cp_sar *sar,
    struct cp_collection *coll, struct cp_err *err)
{
	struct comparing x = { coll, NULL };
	enum cp_rc rc;

	x.place = calloc(coll->n + 1, sizeof(*x.place));
	if (x.place == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < coll->n; i++) {
		x.place[i] = (struct place){ &coll->items[i].stored, i };
		coll->items[i].is_new = 1;
	}
	qsort(x.place, coll->n, sizeof(*x.place), compare_places);
	coll->gone = 0;
	rc = cp_sar_items(s, sar, take, &x, err);
	free(x.place);
	return rc;
}
