#include "lifecycle/records/golive.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/json_put.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

static const char *const WORDS[] = { "closed", "signed", "open" };

const char *
cp_golive_word(enum cp_golive_status status)
{
	return WORDS[status];
}

/* ---- reading --------------------------------------------------------------- */

enum cp_rc
cp_golive_is_open(struct cp_store *s, const char *authority, int *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_OPEN);
	int64_t open = 0;
	enum cp_rc rc;

	cp_bind_text(q, authority);
	rc = cp_exec_int(q, 0, &open, err);
	if (rc == CP_OK)
		*out = open != 0;
	return rc;
}

enum cp_rc
cp_golive_check(struct cp_store *s, const char *authority, struct cp_err *err)
{
	int open;
	enum cp_rc rc = cp_golive_is_open(s, authority, &open, err);

	if (rc != CP_OK || open)
		return rc;
	cp_fail(err, CP_REFUSED, "%.16s has not gone live: its shielding pass "
	    "is not signed off", authority);
	cp_err_hint(err, "a shielding officer signs it off (`cpadmin shield "
	    "gate sign %.16s'), another person opens it", authority);
	return CP_REFUSED;
}

enum cp_rc
cp_golive_any_closed(struct cp_store *s, int *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATES_CLOSED);
	int row, any = 0;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row && !any)
		any = cp_operator_reaches(cp_store_actor(s),
		    cp_col_text(q, 0));
	cp_reset(q);
	if (rc == CP_OK)
		*out = any;
	return rc;
}

static enum cp_golive_status
read_status(const char *word)
{
	return strcmp(word, "open") == 0 ? CP_GOLIVE_OPEN :
	    strcmp(word, "signed") == 0 ? CP_GOLIVE_SIGNED : CP_GOLIVE_CLOSED;
}

static void
read_row(struct cp_stmt *q, struct cp_golive *g)
{
	memset(g, 0, sizeof(*g));
	cp_col_copy(q, 0, g->authority, sizeof(g->authority));
	g->status = read_status(cp_col_text(q, 1));
	cp_col_copy(q, 2, g->since, sizeof(g->since));
	cp_col_copy(q, 3, g->signed_at, sizeof(g->signed_at));
	cp_col_copy(q, 4, g->signed_by, sizeof(g->signed_by));
	g->signed_uid = cp_col_int(q, 5);
	cp_col_copy(q, 6, g->opened, sizeof(g->opened));
	cp_col_copy(q, 7, g->opened_by, sizeof(g->opened_by));
	cp_col_copy(q, 8, g->closed, sizeof(g->closed));
	cp_col_copy(q, 9, g->closed_by, sizeof(g->closed_by));
	g->shielded = cp_col_int(q, 10);
	g->waiting = cp_col_int(q, 11);
}

enum cp_rc
cp_golive_get(struct cp_store *s, const char *authority, struct cp_golive *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, authority);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_CORRUPT, "the store says nothing of "
		    "itself");
	if (rc != CP_OK)
		return rc;
	read_row(q, out);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_golive_each(struct cp_store *s, enum cp_rc (*fn)(void *ctx,
    const struct cp_golive *g, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATES_ALL);
	struct cp_golive g;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_row(q, &g);
		rc = fn(ctx, &g, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- changes --------------------------------------------------------------- */

enum cp_rc
cp_golive_tried(struct cp_store *s, const char *authority,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_TRIED);

	cp_bind_text(q, authority);
	cp_bind_text(q, now->time);
	return cp_exec(q, err);
}

/* As a record document may name one. */
static int
authority_ok(const char *code)
{
	size_t n = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n > 0 && n < CP_AUTHORITY_MAX && code[n] == '\0';
}

static enum cp_rc
check_act(struct cp_store *s, const struct cp_golive_act *act,
    struct cp_golive *g, struct cp_err *err)
{
	if (!authority_ok(act->authority))
		return cp_fail(err, CP_BAD_INPUT, "that is not an "
		    "authority's code");
	if (!cp_operator_reaches(act->by, act->authority)) {
		cp_fail(err, CP_DENIED, "you do not act for %.16s",
		    act->authority);
		cp_err_hint(err, "somebody who acts for it does that");
		return CP_DENIED;
	}
	return cp_golive_get(s, act->authority, g, err);
}

/* Runs the statement ID for ACT, logs it as ACTION and reads the row again.
 * The subject cannot be a record's number, which has no small letters. */
static enum cp_rc
put(struct cp_store *s, struct cp_audit *a, const struct cp_golive_act *act,
    enum sql_id id, const char *action, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err)
{
	char subject[CP_AUTHORITY_MAX + 8];
	struct cp_entry e = { action, subject, NULL, NULL };
	struct cp_stmt *q = cp_stmt(s, id);
	struct cp_buf detail;
	enum cp_rc rc;

	cp_bind_text(q, act->authority);
	cp_bind_text(q, now->time);
	cp_bind_text(q, act->by->name);
	if (id != SQL_GATE_CLOSE)
		cp_bind_int(q, act->by->uid);
	rc = cp_exec(q, err);
	(void)snprintf(subject, sizeof(subject), "gate-%.16s",
	    act->authority);
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "reason", act->reason);
	if (act->evidence != NULL)
		cp_json_put_member(&detail, "evidence", act->evidence);
	cp_json_close(&detail, '}');
	if (rc == CP_OK)
		rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(a, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc == CP_OK ? cp_golive_get(s, act->authority, out, err) : rc;
}

enum cp_rc
cp_golive_sign(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err)
{
	struct cp_golive g;
	enum cp_rc rc = check_act(s, act, &g, err);

	if (rc != CP_OK)
		return rc;
	if (g.status == CP_GOLIVE_OPEN)
		return cp_fail(err, CP_REFUSED, "%s is open already",
		    g.authority);
	if (g.status == CP_GOLIVE_SIGNED) {
		cp_fail(err, CP_REFUSED, "%s is signed off already, by %s",
		    g.authority, g.signed_by);
		cp_err_hint(err, "another person opens it with `cpadmin "
		    "shield gate open %s'", g.authority);
		return CP_REFUSED;
	}
	return put(s, a, act, SQL_GATE_SIGN, "shield.gate.sign", now, out,
	    err);
}

static enum cp_rc
refuse_signer(const struct cp_golive *g, struct cp_err *err)
{
	cp_fail(err, CP_REFUSED, "%s was signed off by %s: another person "
	    "opens it", g->authority, g->signed_by);
	cp_err_hint(err, "the other one is of role shield or dpo and acts for "
	    "that authority");
	return CP_REFUSED;
}

enum cp_rc
cp_golive_open(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err)
{
	struct cp_settings settings;
	struct cp_golive g;
	enum cp_rc rc = check_act(s, act, &g, err);

	if (rc == CP_OK)
		rc = cp_settings_load(s, &settings, err);
	if (rc != CP_OK)
		return rc;
	if (g.status == CP_GOLIVE_OPEN)
		return cp_fail(err, CP_REFUSED, "%s is open already",
		    g.authority);
	if (g.status == CP_GOLIVE_CLOSED) {
		cp_fail(err, CP_REFUSED, "the shielding pass of %s is not "
		    "signed off", g.authority);
		cp_err_hint(err, "`cpadmin shield gate sign %s' does that",
		    g.authority);
		return CP_REFUSED;
	}
	if (strcmp(g.signed_by, act->by->name) == 0 ||
	    (!settings.rehearsal && g.signed_uid == act->by->uid))
		return refuse_signer(&g, err);
	return put(s, a, act, SQL_GATE_PUT_OPEN, "shield.gate.open", now, out,
	    err);
}

enum cp_rc
cp_golive_close(struct cp_store *s, struct cp_audit *a,
    const struct cp_golive_act *act, const struct cp_now *now,
    struct cp_golive *out, struct cp_err *err)
{
	struct cp_golive g;
	enum cp_rc rc = check_act(s, act, &g, err);

	if (rc != CP_OK)
		return rc;
	if (g.status == CP_GOLIVE_CLOSED)
		return cp_fail(err, CP_REFUSED, "%s is closed already",
		    g.authority);
	return put(s, a, act, SQL_GATE_CLOSE, "shield.gate.close", now, out,
	    err);
}
