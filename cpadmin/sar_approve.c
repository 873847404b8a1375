#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_collected.h"
#include "lifecycle/store/json_put.h"

/* sar approve: a second person agrees to what is given; places, not what stands
 * there, which `sar items' shows. */

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "status", "Status" },
	{ "items", "Items" },
	{ "given", "Given" },
	{ "flagged_given", "Of these flagged" },
	{ "withheld", "Withheld" },
	{ "withheld_items", "These are not given" },
	{ "next", "Next" },
	{ "command", "By" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), LINES_MAX = 200 };

struct sending {
	struct cp_buf json;
	char line[LINES_MAX][192];
	size_t n;
};

static enum cp_rc
add(void *ctx, const struct cp_sar_item *i, struct cp_err *err)
{
	struct sending *s = ctx;

	(void)err;
	if (i->decision != CP_ITEM_WITHHOLD)
		return CP_OK;
	cp_json_open(&s->json, '{');
	cp_json_put_key(&s->json, "item");
	cp_json_put_int(&s->json, i->number);
	cp_json_put_key(&s->json, "subject");
	cp_json_put_int(&s->json, i->subject);
	cp_json_put_member(&s->json, "what", i->key);
	cp_json_put_member(&s->json, "ground", i->ground);
	cp_json_put_member(&s->json, "by", i->decided_by);
	cp_json_close(&s->json, '}');
	if (s->n < LINES_MAX)
		(void)snprintf(s->line[s->n++], sizeof(s->line[0]),
		    "%d %s: %s (%s)", i->number, i->key, i->ground,
		    i->decided_by);
	return CP_OK;
}

static void
put_withheld(struct cp_out *o, const struct sending *s)
{
	const char *line[LINES_MAX];

	for (size_t i = 0; i < s->n; i++)
		line[i] = s->line[i];
	cp_out_lines(o, cp_buf_text(&s->json), line, s->n);
}

static enum cp_rc
show(struct cp_sar_case *x, struct sending *s, struct cp_err *err)
{
	struct cp_sar_tally t = { 0 };
	struct cp_sar_next next;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_sar_tally(x->s.store, &x->sar, &t, err);

	if (rc == CP_OK)
		rc = cp_sar_case_next(x, &next, err);
	if (rc == CP_OK)
		rc = cp_out_object(x->call, "sar-approved", columns, COLUMNS,
		    &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_brief(o);
	cp_out_text(o, x->sar.id);
	cp_out_text(o, cp_sar_stage_word(x->sar.stage));
	cp_out_int(o, (int64_t)t.items);
	cp_out_int(o, (int64_t)(t.items - t.withheld));
	cp_out_int(o, (int64_t)t.flagged_given);
	cp_out_int(o, (int64_t)t.withheld);
	put_withheld(o, s);
	cp_out_text(o, next.what[0] != '\0' ? next.what : NULL);
	cp_out_text(o, next.command[0] != '\0' ? next.command : NULL);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
approve(struct cp_sar_case *x, struct sending *s, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_begin(x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_sar_may_see(x, err);
	if (rc == CP_OK)
		rc = cp_sar_approve(&x->c, &x->s.op, &x->sar, err);
	if (rc == CP_OK)
		rc = cp_sar_items(x->s.store, &x->sar, add, s, err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_sar_run_approve(struct cp_call *call, struct cp_err *err)
{
	struct sending s = { .n = 0 };
	struct cp_sar_case x;
	enum cp_rc rc = cp_sar_case_open(call, CP_STORE_WRITE,
	    CP_SAR_APPROVERS, &x, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&s.json);
	cp_json_open(&s.json, '[');
	rc = approve(&x, &s, err);
	cp_json_close(&s.json, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(&s.json, err);
	if (rc == CP_OK)
		rc = show(&x, &s, err);
	cp_buf_clear(&s.json);
	cp_sar_case_close(&x);
	return rc;
}
