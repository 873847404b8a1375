#include "lifecycle/duties/register.h"

#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/duties/certifying.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

struct registering {
	struct cp_store *store;
	struct cp_date since, until;
	cp_register_fn *fn;
	void *ctx;
	struct cp_buf names, body;
};

static enum cp_rc
count_items(struct registering *x, struct cp_register_row *r,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_REGISTER_COUNTS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->batch->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row) {
		r->destroyed = cp_col_int(q, 0);
		r->excluded = cp_col_int(q, 1);
		r->split = cp_col_int(q, 2);
		r->pending = cp_col_int(q, 3);
	}
	cp_reset(q);
	return rc;
}

static void
take_text(const struct cp_json *doc, const char *key, char out[24])
{
	const char *text = cp_json_text(cp_json_get(doc, key));

	(void)snprintf(out, 24, "%s", text != NULL ? text : "");
}

static enum cp_rc
take_certificate(struct registering *x, struct cp_register_row *r,
    struct cp_err *err)
{
	struct cp_json *doc = NULL;
	struct cp_buf hex;
	uint8_t sum[32];
	enum cp_rc rc;

	if (r->batch->certificate_seq == 0)
		return CP_OK;
	cp_buf_reset(&x->body);
	rc = cp_certificate_text(x->store, r->batch, 0, &r->issue, &x->body,
	    err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&x->body), x->body.len, &doc,
		    err);
	if (rc != CP_OK)
		return rc;
	take_text(doc, "key_gone", r->key_gone);
	take_text(doc, "last_copy_gone", r->last_copy_gone);
	cp_json_free(doc);
	cp_sha256(x->body.data, x->body.len, sum);
	cp_buf_init(&hex);
	cp_hex_put(&hex, sum, sizeof(sum));
	(void)snprintf(r->certificate, sizeof(r->certificate), "%s",
	    cp_buf_text(&hex));
	cp_buf_clear(&hex);
	return CP_OK;
}

static enum cp_rc
take_batch(void *ctx, const struct cp_batch *b, struct cp_err *err)
{
	struct registering *x = ctx;
	struct cp_register_row r = { .batch = b };
	int count;
	enum cp_rc rc;

	if ((cp_date_set(x->since) && cp_date_cmp(b->proposed, x->since) < 0) ||
	    (cp_date_set(x->until) && cp_date_cmp(b->proposed, x->until) > 0))
		return CP_OK;
	r.rule = cp_rule_name(cp_batch_early(b) ? CP_RULE_EARLY_APPROVALS :
	    CP_RULE_ARCHIVE_PERIOD);
	cp_buf_reset(&x->names);
	rc = cp_batch_approvers(x->store, b, &x->names, &count, err);
	r.approved_by = cp_buf_text(&x->names);
	if (rc == CP_OK)
		rc = count_items(x, &r, err);
	if (rc == CP_OK)
		rc = take_certificate(x, &r, err);
	return rc == CP_OK ? x->fn(x->ctx, &r, err) : rc;
}

enum cp_rc
cp_register_each(struct cp_store *s, struct cp_date since,
    struct cp_date until, cp_register_fn *fn, void *ctx, struct cp_err *err)
{
	struct registering x = { .store = s, .since = since, .until = until,
		.fn = fn, .ctx = ctx };
	enum cp_rc rc;

	cp_buf_init(&x.names);
	cp_buf_init(&x.body);
	rc = cp_batch_each(s, take_batch, &x, err);
	cp_buf_clear(&x.names);
	cp_buf_clear(&x.body);
	return rc;
}
