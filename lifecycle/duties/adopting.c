#include "lifecycle/duties/adopting.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

enum { PAGE = 1000 };

static enum cp_rc
next_page(struct cp_store *s, int64_t after, int64_t policy_n, int64_t *rows,
    int *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_REFRESH_NEXT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, after);
	cp_bind_int(q, policy_n);
	*count = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		rows[(*count)++] = cp_col_int(q, 0);
	return rc;
}

/* One page, one transaction. */
static enum cp_rc
recompute_page(struct cp_adoption *a, const struct cp_rules *rules,
    const int64_t *rows, int count, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(a->audit, err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < count; i++)
		rc = cp_record_refresh(a->store, rules, rows[i], err);
	rc = cp_txn_end(a->audit, rc, err);
	if (rc == CP_OK)
		a->recomputed += count;
	if (rc == CP_OK && a->progress != NULL)
		a->progress(a->progress_ctx, a->recomputed, 0);
	return rc;
}

static enum cp_rc
recompute(struct cp_adoption *a, const struct cp_rules *rules,
    struct cp_err *err)
{
	int64_t rows[PAGE], after = 0;
	int count = PAGE;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && count > 0) {
		rc = next_page(a->store, after, rules->policy_n, rows, &count,
		    err);
		if (rc == CP_OK && count > 0) {
			after = rows[count - 1];
			rc = recompute_page(a, rules, rows, count, err);
		}
	}
	return rc;
}

static enum cp_rc
mark_done(struct cp_adoption *a, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(a->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_settings_policy_done(a->store, err);
	if (rc != CP_OK) {
		cp_txn_rollback(a->audit);
		return rc;
	}
	rc = cp_txn_commit(a->audit, err);
	if (rc == CP_OK)
		a->settings->policy_done = a->settings->policy_n;
	return rc;
}

enum cp_rc
cp_adopt_finish(struct cp_adoption *a, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_rules rules = { .policy_n = a->settings->policy_n,
		.today = a->now->today };
	enum cp_rc rc;

	if (a->settings->policy_done == a->settings->policy_n)
		return CP_OK;
	rc = cp_settings_policy(a->store, a->settings, &policy, err);
	if (rc == CP_OK) {
		rules.policy = policy;
		memcpy(rules.salt, a->settings->salt, sizeof(rules.salt));
		rc = recompute(a, &rules, err);
	}
	if (rc == CP_OK)
		rc = mark_done(a, err);
	cp_policy_free(policy);
	return rc;
}

static enum cp_rc
log_adoption(struct cp_adoption *a, int64_t n, struct cp_err *err)
{
	struct cp_entry e = { .action = "policy.adopt" };
	struct cp_stmt *q = cp_stmt(a->store, SQL_POLICY_GET);
	struct cp_buf detail;
	int row;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	cp_json_open(&detail, '{');
	if (rc == CP_OK && row) {
		cp_json_put_member(&detail, "name", cp_col_text(q, 0));
		cp_json_put_member(&detail, "version", cp_col_text(q, 1));
		cp_json_put_member(&detail, "sha256", cp_col_text(q, 2));
	}
	cp_json_close(&detail, '}');
	cp_reset(q);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(a->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
put_in_force(struct cp_adoption *a, const char *path, struct cp_err *err)
{
	int64_t n = 0;
	enum cp_rc rc = cp_txn_begin(a->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_settings_keep_policy(a->store, path, a->op->name, a->now, &n,
	    err);
	if (rc == CP_OK && n == a->settings->policy_n) {
		cp_txn_rollback(a->audit); /* in force already */
		return CP_OK;
	}
	if (rc == CP_OK)
		rc = cp_settings_put_policy(a->store, n, err);
	if (rc == CP_OK)
		rc = log_adoption(a, n, err);
	if (rc != CP_OK) {
		cp_txn_rollback(a->audit);
		return rc;
	}
	rc = cp_txn_commit(a->audit, err);
	if (rc == CP_OK)
		a->settings->policy_n = n;
	return rc;
}

enum cp_rc
cp_adopt(struct cp_adoption *a, const char *path, struct cp_err *err)
{
	char lock[4096];
	int fd = -1;
	enum cp_rc rc = cp_store_path(a->store, lock, sizeof(lock), err,
	    "run.lock");

	if (rc == CP_OK)
		rc = cp_file_lock(lock, &fd, err);
	if (rc != CP_OK) {
		cp_err_hint(err, "a retention run is at work; try again");
		return rc;
	}
	rc = put_in_force(a, path, err);
	if (rc == CP_OK)
		rc = cp_adopt_finish(a, err);
	(void)close(fd); /* unlocks; nothing was written */
	return rc;
}
