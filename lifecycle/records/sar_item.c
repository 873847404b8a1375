#include "lifecycle/records/sar_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/base64.h"
#include "lifecycle/records/match.h"
#include "lifecycle/records/sar_priv.h"

/* Items: what was collected, and what stands in its place. */

enum { PAGE = 256, MAX = 1000000, DIGEST = 32 }; /* of the statements */

/* ---- reading ------------------------------------------------------------ */

static enum cp_item_decision
read_decision(const char *word)
{
	return strcmp(word, "give") == 0 ? CP_ITEM_GIVE :
	    strcmp(word, "withhold") == 0 ? CP_ITEM_WITHHOLD :
	    CP_ITEM_UNDECIDED;
}

static void
read_item(struct cp_stmt *q, struct cp_sar_item *i)
{
	const void *digest;
	size_t len = 0;

	memset(i, 0, sizeof(*i));
	i->number = (int)cp_col_int(q, 0);
	i->subject = (int)cp_col_int(q, 1);
	cp_col_copy(q, 2, i->key, sizeof(i->key));
	i->flags = (unsigned)cp_col_int(q, 3);
	digest = cp_col_blob(q, 4, &len);
	if (len == sizeof(i->digest))
		memcpy(i->digest, digest, len);
	i->decision = read_decision(cp_col_text(q, 5));
	cp_col_copy(q, 6, i->ground, sizeof(i->ground));
	cp_col_copy(q, 7, i->note, sizeof(i->note));
	cp_col_copy(q, 8, i->decided_by, sizeof(i->decided_by));
	i->decided_uid = cp_col_int(q, 9);
}

/* Calls FN for the page behind *LAST, when it was read: FN may decide. */
static enum cp_rc
page(struct cp_store *s, const struct cp_sar *r, struct cp_sar_item *all,
    int *last, size_t *n, cp_sar_item_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_ITEMS_OF);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_int(q, *last);
	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < PAGE)
		read_item(q, &all[(*n)++]);
	cp_reset(q);
	for (size_t i = 0; rc == CP_OK && i < *n; i++) {
		*last = all[i].number;
		rc = fn(ctx, &all[i], err);
	}
	return rc;
}

enum cp_rc
cp_sar_items(struct cp_store *s, const struct cp_sar *r, cp_sar_item_fn *fn,
    void *ctx, struct cp_err *err)
{
	struct cp_sar_item *all = calloc(PAGE, sizeof(*all));
	size_t n = PAGE;
	int last = 0;
	enum cp_rc rc = CP_OK;

	if (all == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	while (rc == CP_OK && n == PAGE)
		rc = page(s, r, all, &last, &n, fn, ctx, err);
	free(all);
	return rc;
}

enum cp_rc
cp_sar_item_get(struct cp_store *s, const struct cp_sar *r, int number,
    struct cp_sar_item *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_ITEM_AT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_int(q, number);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row) {
		(void)cp_fail(err, CP_NOT_FOUND, "request %s has no item %d",
		    r->id, number);
		cp_err_hint(err, "`cpadmin sar items %s' lists them", r->id);
		rc = CP_NOT_FOUND;
	}
	if (rc != CP_OK)
		return rc;
	read_item(q, out);
	cp_reset(q);
	return CP_OK;
}

/* ---- the digest of all -------------------------------------------------- */

/* What of I is approved: whatever it depends on but its note. */
static enum cp_rc
put_digested(void *ctx, const struct cp_sar_item *i, struct cp_err *err)
{
	struct cp_buf *b = ctx;

	cp_buf_printf(b, "%d %d %s %u %s %s ", i->number, i->subject, i->key,
	    i->flags, cp_item_decision_word(i->decision), i->ground);
	cp_hex_put(b, i->digest, sizeof(i->digest));
	cp_buf_putc(b, '\n');
	return cp_buf_check(b, err);
}

enum cp_rc
sar_items_digest(struct cp_store *s, const struct cp_sar *r, uint8_t out[32],
    struct cp_err *err)
{
	struct cp_matcher *m = NULL;
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_buf_printf(&b, "%s\n", r->id);
	rc = cp_sar_items(s, r, put_digested, &b, err);
	if (rc == CP_OK)
		rc = cp_matcher_open(s, &m, err);
	if (rc == CP_OK)
		rc = cp_match_digest(m, "sar-items", b.data, b.len, out, err);
	cp_matcher_free(m);
	cp_buf_clear(&b);
	return rc;
}

/* ---- collected anew ----------------------------------------------------- */

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static enum cp_rc
put_item(struct cp_store *s, const struct cp_sar *r, struct cp_sar_item *i,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_ITEM_PUT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_int(q, i->number);
	cp_bind_int(q, i->subject);
	cp_bind_text(q, i->key);
	cp_bind_int(q, i->flags);
	cp_bind_blob(q, i->digest, sizeof(i->digest));
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_FAILED, "an item was not kept");
	if (rc != CP_OK)
		return rc;
	i->decision = read_decision(cp_col_text(q, 0));
	cp_col_copy(q, 1, i->ground, sizeof(i->ground));
	cp_col_copy(q, 2, i->note, sizeof(i->note));
	cp_col_copy(q, 3, i->decided_by, sizeof(i->decided_by));
	i->decided_uid = cp_col_int(q, 4);
	rc = cp_step(q, &row, err); /* to its end, or it is not done */
	return rc;
}

static enum cp_rc
put_collected(const struct cp_change *c, const struct cp_operator *op,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q;
	uint8_t digest[DIGEST];
	enum cp_rc rc = sar_items_digest(c->store, r, digest, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_SAR_COLLECTED);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, op->uid);
	cp_bind_blob(q, digest, sizeof(digest));
	cp_bind_int(q, r->n);
	return cp_exec(q, err);
}

enum cp_rc
cp_sar_items_put(const struct cp_change *c, const struct cp_operator *op,
    struct cp_sar *r, struct cp_sar_item *items, size_t n,
    struct cp_err *err)
{
	enum cp_rc rc = sar_need_unanswered(r, err);

	if (rc == CP_OK && n >= MAX)
		rc = cp_fail(err, CP_REFUSED, "request %s has over %d items",
		    r->id, MAX - 1);
	if (rc == CP_OK)
		rc = exec_on(c->store, SQL_SAR_ITEMS_LIFT, r->n, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		items[i].number = (int)(i + 1);
		rc = put_item(c->store, r, &items[i], err);
	}
	if (rc == CP_OK)
		rc = exec_on(c->store, SQL_SAR_ITEMS_GONE, r->n, err);
	if (rc == CP_OK)
		rc = put_collected(c, op, r, err);
	if (rc == CP_OK)
		rc = sar_event_done(c, r, "collected", err);
	return rc == CP_OK ? sar_at(c->store, r->n, r, err) : rc;
}
