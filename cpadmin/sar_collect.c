#include "cpadmin/sar_collected.h"

#include "cpadmin/sar_collect_archived.h"
#include "lifecycle/store/json_put.h"

/* sar collect: what is held is put together, item by item. */

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "status", "Status" },
	{ "subjects", "About" },
	{ "items", "Items" },
	{ "flagged", "Flagged" },
	{ "undecided", "To be decided" },
	{ "withheld", "Withheld" },
	{ "new", "New" },
	{ "changed", "Changed" },
	{ "gone", "Gone" },
	{ "next", "Next" },
	{ "command", "By" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Against what was collected before. */
struct news {
	int64_t new, changed, gone;
};

static struct news
count_news(const struct cp_collection *c)
{
	struct news n = { 0, 0, (int64_t)c->gone };

	for (size_t i = 0; i < c->n; i++) {
		n.new += c->items[i].is_new;
		n.changed += c->items[i].changed;
	}
	return n;
}

static enum cp_rc
collect(struct cp_sar_collected *c, struct news *news, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(&c->x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_sar_collected_read(c, err);
	*news = count_news(&c->coll);
	if (rc == CP_OK)
		rc = cp_collect_store(&c->with, &c->x.s.op, &c->coll,
		    &c->x.sar, err);
	return cp_txn_end(c->x.s.audit, rc, err);
}

/* Whom it is about: "R1 (live), R2 (archived)". */
static enum cp_rc
put_subjects(struct cp_out *o, const struct cp_collection *c,
    struct cp_err *err)
{
	struct cp_buf json, people;
	enum cp_rc rc;

	cp_buf_init(&json);
	cp_buf_init(&people);
	cp_json_open(&json, '[');
	for (size_t i = 0; i < c->n_subjects; i++) {
		const struct cp_sar_subject *who = &c->subject[i].who;

		cp_json_open(&json, '{');
		cp_json_put_key(&json, "subject");
		cp_json_put_int(&json, who->idx);
		cp_json_put_member(&json, "id", who->record != 0 ?
		    who->record_id : NULL);
		cp_json_put_member(&json, "found", who->found);
		cp_json_close(&json, '}');
		cp_buf_printf(&people, "%s%s (%s)", i > 0 ? ", " : "",
		    who->record != 0 ? who->record_id : "nobody", who->found);
	}
	cp_json_close(&json, ']');
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&people, err);
	if (rc == CP_OK)
		cp_out_json(o, cp_buf_text(&json), cp_buf_text(&people));
	cp_buf_clear(&json);
	cp_buf_clear(&people);
	return rc;
}

static enum cp_rc
show(struct cp_sar_collected *c, const struct news *news, struct cp_err *err)
{
	struct cp_sar_tally t = { 0 };
	struct cp_sar_next next;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_sar_tally(c->x.s.store, &c->x.sar, &t, err);

	if (rc == CP_OK)
		rc = cp_sar_case_next(&c->x, &next, err);
	if (rc == CP_OK)
		rc = cp_out_object(c->x.call, "sar-collected", columns,
		    COLUMNS, &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, c->x.sar.id);
	cp_out_text(o, cp_sar_stage_word(c->x.sar.stage));
	rc = put_subjects(o, &c->coll, err);
	if (rc == CP_OK) {
		cp_out_int(o, (int64_t)t.items);
		cp_out_int(o, (int64_t)t.flagged);
		cp_out_int(o, (int64_t)t.undecided);
		cp_out_int(o, (int64_t)t.withheld);
		cp_out_int(o, news->new);
		cp_out_int(o, news->changed);
		cp_out_int(o, news->gone);
		cp_out_text(o, next.what[0] != '\0' ? next.what : NULL);
		cp_out_text(o, next.command[0] != '\0' ? next.command : NULL);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	return rc;
}

enum cp_rc
cp_sar_run_collect(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_collected c;
	struct news news = { 0, 0, 0 };
	enum cp_rc rc = cp_sar_collect_archived(call, err);

	if (rc == CP_OK)
		rc = cp_sar_collected_open(call, CP_SAR_OPENERS, &c, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_sar_collected_unlock(&c, err);
	if (rc == CP_OK)
		rc = collect(&c, &news, err);
	if (rc == CP_OK)
		rc = show(&c, &news, err);
	cp_sar_collected_close(&c);
	return rc;
}
