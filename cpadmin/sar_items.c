#include "cpadmin/sar_collected.h"

#include <string.h>

#include "lifecycle/store/json_put.h"

/* sar items: what stands in each place, and what will be given of it. */

static const struct cp_column columns[] = {
	{ "item", "ITEM" },
	{ "subject", NULL },
	{ "part", "PART" },
	{ "what", "WHAT" },
	{ "before", "BEFORE" },
	{ "after", "AFTER" },
	{ "flags", "FLAGS" },
	{ "decision", "DECISION" },
	{ "ground", "GROUND" },
	{ "note", NULL },
	{ "by", NULL },
	{ "state", "STATE" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Against what was reviewed. */
static const char *
state_of(const struct cp_item *i)
{
	return i->is_new ? "new" : i->changed ? "changed" : "";
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* "carers/0/phone": the key, for people, without what all begin with. */
static const char *
what(const struct cp_item *i)
{
	static const char record[] = "record/";
	const char *key = i->stored.key;

	return strncmp(key, record, sizeof(record) - 1) == 0 ?
	    key + sizeof(record) - 1 : key;
}

/* Whether somebody has to look at item I, or has decided about it. */
static int
matters(const struct cp_item *i)
{
	return i->stored.flags != 0 || i->changed ||
	    i->stored.decision != CP_ITEM_UNDECIDED;
}

/* What will be given of item AT, which says TEXT; null, nothing.  People do not
 * read it twice. */
static enum cp_rc
put_after(const struct cp_sar_collected *c, struct cp_out *o, size_t at,
    const struct cp_buf *text, struct cp_err *err)
{
	const struct cp_item *i = &c->coll.items[at];
	struct cp_buf json;
	enum cp_rc rc;

	if (!cp_item_given(&c->coll, at)) {
		cp_out_json(o, "null", cp_item_settled(i->stored.flags,
		    i->stored.decision) ? "nothing" : "?");
		return CP_OK;
	}
	cp_buf_init(&json);
	cp_json_put_string(&json, cp_buf_text(text));
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		cp_out_json(o, cp_buf_text(&json), "the same");
	cp_buf_clear(&json);
	return rc;
}

static enum cp_rc
put_item(struct cp_sar_collected *c, struct cp_out *o, size_t at,
    struct cp_err *err)
{
	const struct cp_item *i = &c->coll.items[at];
	const unsigned told = cp_sar_flags_told(&c->x, i->stored.flags);
	char flags[128];
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_sar_item_text(i, &text);
	rc = cp_buf_check(&text, err);
	if (rc != CP_OK) {
		cp_buf_clear(&text);
		return rc;
	}
	cp_item_flags_text(told, flags, sizeof(flags));
	if (i->stored.number > 0)
		cp_out_int(o, i->stored.number);
	else
		cp_out_text(o, NULL);
	cp_out_int(o, i->stored.subject);
	cp_out_text(o, cp_part_word(i->part));
	cp_out_text(o, what(i));
	cp_out_text(o, cp_buf_text(&text));
	rc = put_after(c, o, at, &text, err);
	cp_out_text(o, or_null(flags));
	cp_out_text(o, or_null(cp_item_decision_word(i->stored.decision)));
	cp_out_text(o, or_null(i->stored.ground));
	/* The note may say why. */
	cp_out_text(o, told == i->stored.flags ? or_null(i->stored.note) :
	    NULL);
	cp_out_text(o, or_null(i->stored.decided_by));
	cp_out_text(o, or_null(state_of(i)));
	cp_buf_clear(&text);
	return rc == CP_OK ? cp_out_row(o, err) : rc;
}

/* That the items were looked at is entered before one is shown. */
static enum cp_rc
look(struct cp_sar_collected *c, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(&c->x, err);

	if (rc != CP_OK)
		return rc;
	if (c->x.sar.stage == CP_SAR_OPEN) {
		rc = cp_fail(err, CP_REFUSED, "request %s has nothing "
		    "collected", c->x.sar.id);
		cp_err_hint(err, "`cpadmin sar collect %s'", c->x.sar.id);
	}
	if (rc == CP_OK)
		rc = cp_sar_may_see(&c->x, err);
	if (rc == CP_OK)
		rc = cp_sar_collected_read(c, err);
	if (rc == CP_OK)
		rc = cp_collect_looked(&c->with, &c->coll, "items", err);
	return cp_txn_end(c->x.s.audit, rc, err);
}

static enum cp_rc
show(struct cp_sar_collected *c, struct cp_err *err)
{
	int all = cp_flag(c->x.call, "all");
	struct cp_out *o = NULL;
	size_t left = 0;
	enum cp_rc rc = cp_out_table(c->x.call, "sar-items", columns, COLUMNS,
	    &o, err);

	for (size_t i = 0; rc == CP_OK && i < c->coll.n; i++) {
		if (all || matters(&c->coll.items[i]))
			rc = put_item(c, o, i, err);
		else
			left++;
	}
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK && left > 0)
		cp_say(c->x.call, "%zu more are given as they are: --all "
		    "shows them.", left);
	if (rc == CP_OK && cp_collection_stale(&c->coll))
		cp_say(c->x.call, "What is held is not what was collected: "
		    "cpadmin sar collect %s", c->x.sar.id);
	return rc;
}

enum cp_rc
cp_sar_run_items(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_collected c;
	enum cp_rc rc = cp_sar_collected_open(call, CP_SAR_REVIEWERS, &c,
	    err);

	if (rc != CP_OK)
		return rc;
	rc = cp_sar_may_see(&c.x, err);
	if (rc == CP_OK)
		rc = cp_sar_collected_unlock(&c, err);
	if (rc == CP_OK)
		rc = look(&c, err);
	if (rc == CP_OK)
		rc = show(&c, err);
	cp_sar_collected_close(&c);
	return rc;
}
