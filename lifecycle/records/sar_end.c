#include <stdio.h>
#include <string.h>

#include "lifecycle/records/sar_priv.h"

/* How a request ends. */

static int
is_outcome(const char *word)
{
	static const char *const words[] = { "full", "partial", "none",
		"refused", "withdrawn" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return 1;
	return 0;
}

static enum cp_rc
check_answer(const struct cp_change *c, const struct cp_sar *r,
    const char *outcome, const char *ground, struct cp_date on,
    struct cp_err *err)
{
	int refused = strcmp(outcome, "refused") == 0;

	if (!is_outcome(outcome) || refused != (ground != NULL))
		return cp_fail(err, CP_BAD_INPUT, "a request does not come to "
		    "that");
	if (!cp_date_set(on) || cp_date_cmp(on, c->now->today) > 0 ||
	    cp_date_cmp(on, r->received) < 0)
		return cp_fail(err, CP_BAD_INPUT, "a request is answered after "
		    "it was received, and not in the future");
	if (r->stage != CP_SAR_ANSWERED ||
	    strcmp(r->outcome, outcome) == 0)
		return sar_need_unclosed(r, err);
	return sar_need_unanswered(r, err);
}

static enum cp_rc
put_answer(const struct cp_change *c, const struct cp_sar *r,
    const char *outcome, const char *ground, struct cp_date on,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_ANSWER);

	cp_bind_text(q, outcome);
	cp_bind_date(q, on);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_text(q, ground);
	cp_bind_int(q, r->n);
	return cp_exec(q, err);
}

static enum cp_rc
log_answer(const struct cp_change *c, const struct cp_sar *r,
    const char *outcome, const char *ground, struct cp_date on,
    struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "outcome", outcome);
	if (ground != NULL)
		cp_json_put_member(&b, "ground", ground);
	cp_json_put_member(&b, "on", cp_date_format(on, day));
	if (r->stage == CP_SAR_ANSWERED) {
		cp_json_put_key(&b, "again");
		cp_json_put_bool(&b, 1);
	}
	cp_json_close(&b, '}');
	rc = sar_log(c, "sar.answer", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_answer(const struct cp_change *c, struct cp_sar *r,
    const char *outcome, const char *ground, struct cp_date on,
    struct cp_err *err)
{
	enum cp_rc rc = check_answer(c, r, outcome, ground, on, err);

	/* Given again, it was answered when it was first. */
	if (rc == CP_OK && r->stage != CP_SAR_ANSWERED)
		rc = put_answer(c, r, outcome, ground, on, err);
	if (rc == CP_OK)
		rc = log_answer(c, r, outcome, ground, on, err);
	return rc == CP_OK ? sar_at(c->store, r->n, r, err) : rc;
}

/* ---- closing ------------------------------------------------------------ */

/* What of its events settles what else was asked for. */
struct settled {
	int rectification, objection;
};

static enum cp_rc
note_settled(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	struct settled *x = ctx;

	(void)err;
	if (strcmp(e->kind, "rectified") == 0 ||
	    strcmp(e->kind, "not-rectified") == 0)
		x->rectification = 1;
	if (strcmp(e->kind, "objection-upheld") == 0 ||
	    strcmp(e->kind, "objection-refused") == 0)
		x->objection = 1;
	return CP_OK;
}

static enum cp_rc
check_settled(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	struct settled x = { 0, 0 };
	enum cp_rc rc = cp_sar_events(s, r, note_settled, &x, err);

	if (rc != CP_OK || strcmp(r->outcome, "withdrawn") == 0)
		return rc;
	if ((r->asks & CP_ASKS_RECTIFICATION) != 0 && !x.rectification) {
		(void)cp_fail(err, CP_REFUSED, "request %s asks that something "
		    "is put right, and nothing is entered about that", r->id);
		cp_err_hint(err, "`cpadmin sar rectify %s' says what became "
		    "of it", r->id);
		return CP_REFUSED;
	}
	if ((r->asks & CP_ASKS_OBJECTION) != 0 && !x.objection) {
		(void)cp_fail(err, CP_REFUSED, "request %s objects, and "
		    "nothing is entered about that", r->id);
		cp_err_hint(err, "`cpadmin sar objection %s' says what became "
		    "of it", r->id);
		return CP_REFUSED;
	}
	return CP_OK;
}

static enum cp_rc
check_close(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	enum cp_rc rc = sar_need_unclosed(r, err);

	if (rc != CP_OK)
		return rc;
	if (r->stage == CP_SAR_ANSWERED)
		return check_settled(s, r, err);
	(void)cp_fail(err, CP_REFUSED, "request %s is not answered", r->id);
	cp_err_hint(err, "it ends with `cpadmin sar disclose', `none', "
	    "`refuse' or `withdraw' %s first", r->id);
	return CP_REFUSED;
}

static enum cp_rc
drop_kept(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_KEPT_DROP);

	cp_bind_int(q, r->n);
	return cp_exec(q, err);
}

static enum cp_rc
put_closed(const struct cp_change *c, const struct cp_sar_rules *rules,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_CLOSE);

	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_date(q, cp_period_after(c->now->today,
	    rules->policy->access_keep));
	cp_bind_int(q, r->n);
	return cp_exec(q, err);
}

enum cp_rc
cp_sar_close(const struct cp_change *c, const struct cp_sar_rules *rules,
    struct cp_sar *r, struct cp_err *err)
{
	enum cp_rc rc = check_close(c->store, r, err);

	if (rc == CP_OK)
		rc = sar_release(c, r, 0, err);
	if (rc == CP_OK)
		rc = drop_kept(c->store, r, err);
	if (rc == CP_OK)
		rc = sar_event_done(c, r, "closed", err);
	if (rc == CP_OK)
		rc = put_closed(c, rules, r, err);
	if (rc == CP_OK)
		rc = sar_log(c, "sar.close", r, NULL, err);
	return rc == CP_OK ? sar_at(c->store, r->n, r, err) : rc;
}
