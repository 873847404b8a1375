#include <stdio.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "lifecycle/duties/adopting.h"
#include "lifecycle/duties/diffing.h"
#include "lifecycle/store/stmt.h"

enum { POLICY_MAX = 1 << 20 };

/* The row of a policy whose file has the bytes of TEXT; 0: none was kept. */
static enum cp_rc
row_of(struct cp_store *s, const struct cp_buf *text, int64_t *n,
    struct cp_err *err)
{
	uint8_t hash[CP_SHA256_LEN];
	char hex[2 * CP_SHA256_LEN + 1];
	struct cp_stmt *q;
	enum cp_rc rc = cp_crypto_init(err);

	if (rc != CP_OK)
		return rc;
	cp_sha256(text->data, text->len, hash);
	for (int i = 0; i < CP_SHA256_LEN; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	q = cp_stmt(s, SQL_POLICY_BY_HASH);
	cp_bind_text(q, hex);
	return cp_exec_int(q, 0, n, err);
}

/* As cp_settings_keep_policy: one content for a name and version. */
static enum cp_rc
check_version(struct cp_store *s, const struct cp_policy *p,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_POLICY_BY_VERSION);
	int64_t n;
	enum cp_rc rc;

	cp_bind_text(q, p->name);
	cp_bind_text(q, p->version);
	rc = cp_exec_int(q, 0, &n, err);
	if (rc != CP_OK || n == 0)
		return rc;
	cp_fail(err, CP_REFUSED, "another %s version %s was adopted before",
	    p->name, p->version);
	cp_err_hint(err, "give the changed policy a new version");
	return CP_REFUSED;
}

static enum cp_rc
look(struct cp_adoption *a, const struct cp_policy *p, struct cp_err *err)
{
	struct cp_diff d = { .store = a->store, .settings = a->settings,
		.policy = p, .today = a->now->today, .progress = a->progress,
		.progress_ctx = a->progress_ctx };
	enum cp_rc rc = cp_diff(&d, err);

	if (rc != CP_OK)
		return rc;
	a->sum = d.sum;
	a->redated = d.sum.redated;
	a->recomputed = a->total = d.sum.live + d.sum.archived;
	return CP_OK;
}

enum cp_rc
cp_adopt_dry(struct cp_adoption *a, const char *path, struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_policy *p = NULL;
	struct cp_buf text;
	int64_t n = 0;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_policy_report_init(&report);
	rc = cp_file_read(path, POLICY_MAX, &text, err);
	if (rc == CP_OK)
		rc = cp_policy_load_text(path, cp_buf_text(&text), text.len,
		    &p, &report, err);
	if (rc == CP_OK)
		rc = row_of(a->store, &text, &n, err);
	if (rc == CP_OK && n == 0)
		rc = check_version(a->store, p, err);
	a->changed = n != a->settings->policy_n;
	if (rc == CP_OK && (a->changed ||
	    a->settings->policy_done != a->settings->policy_n))
		rc = look(a, p, err);
	cp_policy_free(p);
	cp_policy_report_clear(&report);
	cp_buf_clear(&text);
	return rc;
}
