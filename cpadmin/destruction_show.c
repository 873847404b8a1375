#include <stdio.h>
#include <string.h>

#include "cpadmin/destruction_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/take.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* ---- batches --------------------------------------------------------------- */

static const struct cp_column batch_columns[] = {
	{ "batch", "BATCH" },
	{ "kind", "KIND" },
	{ "proposed", "PROPOSED" },
	{ "proposed_by", "BY" },
	{ "count", "COUNT" },
	{ "status", "STATUS" },
	{ "approved_by", "APPROVED BY" },
	{ "not_before", "NOT BEFORE" },
	{ "outcome", "OUTCOME" },
	{ "copies_remain", "COPIES REMAIN" },
	{ "legal_basis", "LEGAL BASIS" },
	{ "reason", "REASON" },
};
enum { BATCH_COLUMNS = sizeof(batch_columns) / sizeof(batch_columns[0]) };

struct listing {
	struct cp_store *store;
	struct cp_out *out;
	const char *status;
};

void
cp_destruction_names(struct cp_buf *json, const char *names)
{
	const char *end;

	cp_json_open(json, '[');
	for (; *names != '\0'; names = end + strspn(end, ", ")) {
		end = names + strcspn(names, ",");
		cp_json_put_bytes(json, names, (size_t)(end - names));
	}
	cp_json_close(json, ']');
}

static void
put_some(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

static enum cp_rc
put_batch(struct listing *x, const struct cp_batch *b, struct cp_err *err)
{
	struct cp_buf names, json;
	int n;
	enum cp_rc rc;

	cp_buf_init(&names);
	cp_buf_init(&json);
	rc = cp_batch_approvers(x->store, b, &names, &n, err);
	cp_destruction_names(&json, cp_buf_text(&names));
	cp_out_text(x->out, b->id);
	cp_out_text(x->out, b->kind);
	cp_out_date(x->out, b->proposed);
	cp_out_text(x->out, b->proposed_by);
	cp_out_int(x->out, b->count);
	cp_out_text(x->out, b->status);
	cp_out_json(x->out, cp_buf_text(&json), cp_buf_text(&names));
	cp_out_date(x->out, b->not_before);
	put_some(x->out, b->outcome);
	if (b->certificate_seq == 0)
		cp_out_text(x->out, NULL);
	else
		cp_out_bool(x->out, b->copies_remain);
	put_some(x->out, b->legal_basis);
	put_some(x->out, b->reason);
	cp_buf_clear(&names);
	cp_buf_clear(&json);
	return rc;
}

static enum cp_rc
list_batch(void *ctx, const struct cp_batch *b, struct cp_err *err)
{
	struct listing *x = ctx;
	enum cp_rc rc;

	if (x->status != NULL && strcmp(x->status, b->status) != 0)
		return CP_OK;
	rc = put_batch(x, b, err);
	return rc == CP_OK ? cp_out_row(x->out, err) : rc;
}

enum cp_rc
cp_destruction_list(struct cp_call *call, struct cp_err *err)
{
	struct listing x = { .status = cp_option(call, "status") };
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.store = s.store;
	rc = cp_out_table(call, "destruction-batches", batch_columns,
	    BATCH_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = cp_batch_each(s.store, list_batch, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
cp_destruction_put(const struct cp_call *call, struct cp_session *s,
    const char *id, struct cp_err *err)
{
	struct listing x = { .store = s->store };
	struct cp_batch b;
	enum cp_rc rc = cp_batch_get(s->store, id, &b, err);

	if (rc == CP_OK)
		rc = cp_out_object(call, "destruction-batch", batch_columns,
		    BATCH_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = put_batch(&x, &b, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	return rc;
}

/* ---- the items of one ------------------------------------------------------ */

static const struct cp_column item_columns[] = {
	{ "package", "PACKAGE" },
	{ "id", "RECORD" },
	{ "authority", "AUTHORITY" },
	{ "archived", "ARCHIVED" },
	{ "rule", "RULE" },
	{ "destroy_due", "DUE" },
	{ "archive_days", "IN ARCHIVE" },
	{ "policy", "POLICY" },
	{ "policy_version", NULL },
	{ "shelf", "SHELF" },
	{ "holds", "HOLDS" },
	{ "earlier_batches", "EARLIER" },
	{ "status", "STATUS" },
	{ "reason", "REASON" },
};
enum { ITEM_COLUMNS = sizeof(item_columns) / sizeof(item_columns[0]) };

struct items {
	struct cp_store *store;
	const struct cp_batch *batch;
	struct cp_out *out;
	const struct cp_operator *op;
	struct cp_date today;
	struct cp_fact_set facts;
	struct cp_buf json;
};

/* People read years and days. */
static void
put_age(struct cp_out *o, struct cp_date from, struct cp_date to)
{
	char json[24], people[40];
	int years = 0;

	while (cp_date_cmp(cp_date_add_years(from, years + 1), to) <= 0)
		years++;
	(void)snprintf(json, sizeof(json), "%d", to.days - from.days);
	(void)snprintf(people, sizeof(people), "%d y %d d", years,
	    to.days - cp_date_add_years(from, years).days);
	cp_out_json(o, json, people);
}

/* The holds that act now on what still waits. */
static enum cp_rc
put_holds(struct items *x, const struct cp_batch_item *i, struct cp_err *err)
{
	const struct cp_facts *f = &x->facts.facts;
	enum cp_rc rc = CP_OK;

	cp_buf_reset(&x->json);
	cp_json_open(&x->json, '[');
	if (strcmp(i->status, "pending") == 0) {
		rc = cp_facts_load(x->store, i->parcel.record, &x->facts, err);
		for (size_t n = 0; rc == CP_OK && n < f->n_holds; n++)
			cp_json_put_string(&x->json, f->holds[n].id);
	}
	cp_json_close(&x->json, ']');
	cp_out_ids(x->out, cp_buf_text(&x->json));
	return rc;
}

static enum cp_rc
put_earlier(struct items *x, const struct cp_parcel *p, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_BATCHES_EARLIER);
	int row;
	enum cp_rc rc;

	cp_buf_reset(&x->json);
	cp_json_open(&x->json, '[');
	cp_bind_int(q, p->n);
	cp_bind_int(q, x->batch->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		cp_json_put_string(&x->json, cp_col_text(q, 0));
	cp_json_close(&x->json, ']');
	cp_out_ids(x->out, cp_buf_text(&x->json));
	return rc;
}

static enum cp_rc
put_policy(struct items *x, const struct cp_parcel *p, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_PACKAGE_POLICY);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, p->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_CORRUPT, "package %s names no policy",
		    p->id);
	if (rc == CP_OK) {
		cp_out_text(x->out, cp_col_text(q, 0));
		cp_out_text(x->out, cp_col_text(q, 1));
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
show_item(void *ctx, const struct cp_batch_item *i, struct cp_err *err)
{
	const struct cp_parcel *p = &i->parcel;
	struct items *x = ctx;
	struct cp_out *o = x->out;
	enum cp_rc rc;

	if (!cp_operator_reaches(x->op, p->authority))
		return CP_OK;
	cp_out_text(o, p->id);
	cp_out_text(o, p->record_id);
	cp_out_text(o, p->authority);
	cp_out_date(o, p->archived);
	cp_out_text(o, p->rule);
	cp_out_date(o, p->destroy_due);
	put_age(o, p->archived, x->today);
	rc = put_policy(x, p, err);
	cp_out_int(o, p->shelf);
	if (rc == CP_OK)
		rc = put_holds(x, i, err);
	if (rc == CP_OK)
		rc = put_earlier(x, p, err);
	cp_out_text(o, i->status);
	put_some(o, i->reason);
	return rc == CP_OK ? cp_out_row(o, err) : rc;
}

/* What an approver wants to know before the list. */
static enum cp_rc
tell(struct cp_call *call, struct cp_session *s, const struct cp_batch *b,
    struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	char day[CP_DATE_TEXT];
	struct cp_buf names;
	struct cp_rules rules;
	int have = 0;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	cp_buf_init(&names);
	if (rc == CP_OK)
		rc = cp_batch_approvers(s->store, b, &names, &have, err);
	if (rc == CP_OK)
		cp_say(call, "batch %s, %s%s%s, %s, proposed by %s; approved "
		    "by %d of %d%s%s; not before %s", b->id, b->kind,
		    b->legal_basis[0] != '\0' ? " on " : "", b->legal_basis,
		    b->status, b->proposed_by, have,
		    cp_batch_approvals(b, policy), have > 0 ? ": " : "",
		    cp_buf_text(&names), cp_date_format(b->not_before, day));
	cp_buf_clear(&names);
	cp_policy_free(policy);
	return rc;
}

enum cp_rc
cp_destruction_show(struct cp_call *call, struct cp_err *err)
{
	struct items x = { .out = NULL };
	struct cp_session s;
	struct cp_batch b;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.store = s.store;
	x.op = &s.op;
	x.today = s.now.today;
	x.batch = &b;
	cp_fact_set_init(&x.facts);
	x.facts.today = s.now.today;
	cp_buf_init(&x.json);
	rc = cp_batch_get(s.store, cp_arg(call, 0), &b, err);
	if (rc == CP_OK)
		rc = tell(call, &s, &b, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "destruction-items", item_columns,
		    ITEM_COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = cp_batch_items(s.store, &b, show_item, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_buf_clear(&x.json);
	cp_fact_set_clear(&x.facts);
	cp_session_close(&s);
	return rc;
}
