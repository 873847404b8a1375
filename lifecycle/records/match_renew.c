#include "lifecycle/records/match_renew.h"

#include "archive/secret.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/match_priv.h"
#include "lifecycle/records/sar_life.h"
#include "lifecycle/records/tie.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

struct renewing {
	const struct cp_change *c;
	const struct cp_secret *identity;
	struct cp_matcher *matcher;
	struct cp_keys keys;
	struct cp_match_renewed *out;
};

enum cp_rc
cp_match_shielded(struct cp_store *s, int64_t *n, struct cp_err *err)
{
	return cp_exec_int(cp_stmt(s, SQL_MATCH_SHIELDED_COUNT), 0, n, err);
}

/* ID is shielded: its keys, of the whole document. */
static enum cp_rc
renew_one(struct renewing *w, const char *id, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_record r;
	enum cp_rc rc = cp_record_get(w->c->store, id, &r, err);

	if (rc != CP_OK)
		return rc;
	if (r.state != CP_STATE_LIVE) {
		w->out->left++;
		return CP_OK;
	}
	rc = cp_gate_reveal(w->c->store, &r, w->identity, &doc, err);
	if (rc == CP_KEY)
		cp_err_hint(err, "first an officer who opens it runs `cpadmin "
		    "shield officer rewrap'");
	if (rc == CP_OK)
		rc = cp_match_person(w->matcher, doc, &w->keys, err);
	if (rc == CP_OK)
		rc = cp_match_put(w->c->store, r.n, &w->keys, err);
	cp_document_free(doc);
	w->out->done += rc == CP_OK;
	return rc;
}

static enum cp_rc
renew_all(struct renewing *w, void (*progress)(void *ctx, int64_t done,
    int64_t total), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q;
	char id[CP_ID_MAX];
	int64_t total = 0;
	int row = 0;
	enum cp_rc rc = cp_match_shielded(w->c->store, &total, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->c->store, SQL_MATCH_SHIELDED);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_col_copy(q, 0, id, sizeof(id));
		rc = renew_one(w, id, err);
		if (rc != CP_OK)
			break;
		if (progress != NULL)
			progress(ctx, w->out->done + w->out->left, total);
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
log_it(const struct cp_change *c, const struct cp_match_renewed *done,
    const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "shield.rekey", NULL, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "reason", reason);
	cp_json_put_key(&b, "done");
	cp_json_put_int(&b, done->done);
	cp_json_put_key(&b, "left");
	cp_json_put_int(&b, done->left);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_match_renew(const struct cp_change *c, const struct cp_secret *identity,
    const char *reason, void (*progress)(void *ctx, int64_t done,
    int64_t total), void *ctx, struct cp_match_renewed *out,
    struct cp_err *err)
{
	struct cp_match_renewed done = { 0, 0 };
	struct renewing w = { .c = c, .identity = identity, .out = &done };
	const struct cp_operator *actor = cp_store_actor(c->store);
	struct cp_secret *key = NULL;
	enum cp_rc rc = match_key_stage(c->store, &key, err);

	/* Of all authorities; nothing is shown. */
	cp_store_act_for(c->store, NULL);

	if (rc == CP_OK)
		rc = match_matcher_of(key, &w.matcher, err);
	if (rc == CP_OK)
		rc = cp_exec(cp_stmt(c->store, SQL_MATCH_CLEAR), err);
	if (rc == CP_OK)
		rc = cp_tie_drop_all(c->store, err);
	if (rc == CP_OK)
		rc = renew_all(&w, progress, ctx, err);
	if (rc == CP_OK)
		rc = cp_sar_remark(c->store, w.matcher, err);
	cp_store_act_for(c->store, actor);
	if (rc == CP_OK)
		rc = log_it(c, &done, reason, err);
	if (rc == CP_OK)
		*out = done;
	cp_keys_clear(&w.keys);
	cp_matcher_free(w.matcher);
	return rc;
}

enum cp_rc
cp_match_renew_end(struct cp_store *s, struct cp_err *err)
{
	struct cp_matcher *m = NULL;
	enum cp_rc rc = cp_matcher_open(s, &m, err);

	cp_matcher_free(m);
	return rc;
}
