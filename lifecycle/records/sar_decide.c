#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/sar_priv.h"
#include "lifecycle/store/settings.h"

/* What is decided about items, by whom, and whether that is enough. */

/* ---- deciding ----------------------------------------------------------- */

static enum cp_rc
need_collected(const struct cp_sar *r, struct cp_err *err)
{
	enum cp_rc rc = sar_need_unanswered(r, err);

	if (rc != CP_OK || r->stage != CP_SAR_OPEN)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "request %s has nothing collected",
	    r->id);
	cp_err_hint(err, "`cpadmin sar collect %s'", r->id);
	return CP_REFUSED;
}

static enum cp_rc
check_ground(const struct cp_policy *p, enum cp_item_decision decision,
    const char *ground, struct cp_err *err)
{
	if (decision == CP_ITEM_UNDECIDED)
		return cp_fail(err, CP_BAD_INPUT, "an item is given or "
		    "withheld");
	if (ground == NULL && decision == CP_ITEM_GIVE)
		return CP_OK;
	if (ground == NULL || !cp_words_has(&p->access_withhold, ground)) {
		(void)cp_fail(err, CP_BAD_INPUT, "policy %s has no such "
		    "ground", p->name);
		cp_err_hint(err, "access.withhold_grounds are: %s",
		    p->value_text[CP_RULE_ACCESS_WITHHOLD]);
		return CP_BAD_INPUT;
	}
	return CP_OK;
}

static enum cp_rc
put_decision(const struct cp_change *c, const struct cp_operator *op,
    const struct cp_sar *r, const struct cp_sar_item *i,
    enum cp_item_decision decision, const char *ground, const char *note,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_ITEM_DECIDE);

	cp_bind_text(q, cp_item_decision_word(decision));
	cp_bind_text(q, ground);
	cp_bind_text(q, note);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, op->uid);
	cp_bind_int(q, r->n);
	cp_bind_int(q, i->subject);
	cp_bind_text(q, i->key);
	return cp_exec(q, err);
}

/* The place and the ground; why, is with the item, and expires with it. */
static enum cp_rc
log_decision(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_item *i, enum cp_item_decision decision,
    const char *ground, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "item");
	cp_json_put_int(&b, i->number);
	cp_json_put_key(&b, "subject");
	cp_json_put_int(&b, i->subject);
	/* The log is read by who is not told of shields. */
	if (strncmp(i->key, "shield/", strlen("shield/")) != 0)
		cp_json_put_member(&b, "key", i->key);
	if (ground != NULL)
		cp_json_put_member(&b, "ground", ground);
	cp_json_close(&b, '}');
	rc = sar_log(c, decision == CP_ITEM_GIVE ? "sar.give" :
	    "sar.withhold", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_decide(const struct cp_change *c, const struct cp_sar_rules *rules,
    const struct cp_operator *op, struct cp_sar *r, int number,
    enum cp_item_decision decision, const char *ground, const char *note,
    struct cp_err *err)
{
	struct cp_sar_item i;
	enum cp_rc rc = need_collected(r, err);

	if (rc == CP_OK)
		rc = check_ground(rules->policy, decision, ground, err);
	if (rc == CP_OK)
		rc = sar_check_text(note, "the reason", err);
	if (rc == CP_OK)
		rc = cp_sar_item_get(c->store, r, number, &i, err);
	if (rc == CP_OK)
		rc = put_decision(c, op, r, &i, decision, ground, note, err);
	if (rc == CP_OK && decision == CP_ITEM_WITHHOLD)
		rc = sar_event_done(c, r, "withheld", err);
	if (rc == CP_OK)
		rc = log_decision(c, r, &i, decision, ground, err);
	return rc == CP_OK ? sar_unapprove(c->store, r, err) : rc;
}

/* ---- counting ----------------------------------------------------------- */

static enum cp_rc
tally_one(void *ctx, const struct cp_sar_item *i, struct cp_err *err)
{
	struct cp_sar_tally *t = ctx;

	(void)err;
	t->items++;
	t->flagged += i->flags != 0;
	t->undecided += !cp_item_settled(i->flags, i->decision);
	t->withheld += i->decision == CP_ITEM_WITHHOLD;
	t->flagged_given += i->flags != 0 && i->decision == CP_ITEM_GIVE;
	return CP_OK;
}

enum cp_rc
cp_sar_tally(struct cp_store *s, const struct cp_sar *r,
    struct cp_sar_tally *out, struct cp_err *err)
{
	struct cp_sar_tally t = { 0 };
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SAFE_ANY);
	int64_t safe;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_exec_int(q, 0, &safe, err);
	if (rc == CP_OK)
		rc = cp_sar_items(s, r, tally_one, &t, err);
	if (rc != CP_OK)
		return rc;
	t.opened = safe != 0;
	*out = t;
	return CP_OK;
}

/* ---- approving ---------------------------------------------------------- */

enum cp_rc
sar_check_decided(const struct cp_sar *r, const struct cp_sar_tally *t,
    struct cp_err *err)
{
	if (t->undecided == 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "%zu item%s of request %s %s flagged "
	    "and not decided", t->undecided, t->undecided == 1 ? "" : "s",
	    r->id, t->undecided == 1 ? "is" : "are");
	cp_err_hint(err, "`cpadmin sar items %s' lists them; each is given "
	    "or withheld", r->id);
	return CP_REFUSED;
}

/* Nobody approves what they did themselves, under whatever name. */
static enum cp_rc
check_other(struct cp_store *s, const struct cp_operator *op,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_settings settings;
	struct cp_stmt *q;
	int64_t decided = 0;
	int own;
	enum cp_rc rc = cp_settings_load(s, &settings, err);

	if (rc != CP_OK)
		return rc;
	own = strcmp(r->collected_by, op->name) == 0 ||
	    (!settings.rehearsal && r->collected_uid == op->uid);
	q = cp_stmt(s, SQL_SAR_DECIDER);
	cp_bind_int(q, r->n);
	cp_bind_text(q, op->name);
	if (settings.rehearsal)
		cp_bind_null(q);
	else
		cp_bind_int(q, op->uid);
	rc = cp_exec_int(q, 0, &decided, err);
	if (rc != CP_OK || (!own && !decided))
		return rc;
	(void)cp_fail(err, CP_REFUSED, "operator %s collected or decided what "
	    "is to be approved", op->name);
	cp_err_hint(err, "another person approves it");
	return CP_REFUSED;
}

static enum cp_rc
put_approved(const struct cp_change *c, const struct cp_operator *op,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_stmt *q;
	uint8_t digest[32];
	enum cp_rc rc = sar_items_digest(c->store, r, digest, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_SAR_APPROVE);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, op->uid);
	cp_bind_blob(q, digest, sizeof(digest));
	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	return rc == CP_OK && cp_changes(c->store) != 1 ? cp_fail(err,
	    CP_REFUSED, "request %s was changed meanwhile", r->id) : rc;
}

static enum cp_rc
log_approved(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_tally *t, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "items");
	cp_json_put_int(&b, (int64_t)t->items);
	cp_json_put_key(&b, "withheld");
	cp_json_put_int(&b, (int64_t)t->withheld);
	cp_json_close(&b, '}');
	rc = sar_log(c, "sar.approve", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_approve(const struct cp_change *c, const struct cp_operator *op,
    struct cp_sar *r, struct cp_err *err)
{
	struct cp_sar_tally t;
	enum cp_rc rc = need_collected(r, err);

	if (rc == CP_OK && r->stage == CP_SAR_APPROVED)
		rc = cp_fail(err, CP_REFUSED, "request %s is approved already",
		    r->id);
	if (rc == CP_OK)
		rc = cp_sar_tally(c->store, r, &t, err);
	if (rc == CP_OK)
		rc = sar_check_decided(r, &t, err);
	if (rc == CP_OK)
		rc = check_other(c->store, op, r, err);
	if (rc == CP_OK)
		rc = put_approved(c, op, r, err);
	if (rc == CP_OK)
		rc = sar_event_done(c, r, "approved", err);
	if (rc == CP_OK)
		rc = log_approved(c, r, &t, err);
	return rc == CP_OK ? sar_at(c->store, r->n, r, err) : rc;
}
