#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/sar_priv.h"

/* Whether a request may be answered with a pack, and what was sent. */

static enum cp_rc
check_waits(const struct cp_sar *r, struct cp_err *err)
{
	int fee = strcmp(r->waits_for, "fee") == 0;

	if (!fee && strcmp(r->waits_for, "identity") != 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s waits for %s", r->id,
	    fee ? "its fee" : "the requester's identity");
	cp_err_hint(err, fee ? "`cpadmin sar fee %s paid' or `waived' says "
	    "that it came" : "`cpadmin sar identity %s verified' says that "
	    "it was shown", r->id);
	return CP_REFUSED;
}

static enum cp_rc
check_evidence(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	const char *wanting;
	unsigned had = 0;
	enum cp_rc rc = cp_sar_evidence(s, r, &had, err);

	if (rc != CP_OK)
		return rc;
	wanting = cp_evidence_wanting(r->relation, had);
	if (wanting[0] == '\0')
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "the %s of request %s has not shown "
	    "their %s", cp_relation_word(r->relation), r->id, wanting);
	cp_err_hint(err, "`cpadmin sar evidence %s %s' enters what they "
	    "showed", r->id, wanting);
	return CP_REFUSED;
}

/* ---- those whom it is about --------------------------------------------- */

static enum cp_rc
birth_of(struct cp_store *s, const struct cp_sar *r, int idx,
    struct cp_date *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SUBJECT_BIRTH);
	struct cp_partial_date born;
	struct cp_err ignored;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_int(q, idx);
	rc = cp_step(q, &row, err);
	out->days = 0;
	if (rc != CP_OK || !row)
		return rc;
	if (cp_partial_parse(cp_col_text(q, 0), &born, &ignored) == CP_OK)
		*out = cp_partial_last(born);
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
check_view(const struct cp_change *c, const struct cp_sar_rules *rules,
    const struct cp_sar *r, const struct cp_sar_subject *who,
    struct cp_err *err)
{
	struct cp_date birth;
	enum cp_rc rc = birth_of(c->store, r, who->idx, &birth, err);

	if (rc != CP_OK || who->own_view != CP_VIEW_NONE ||
	    !cp_own_view_wanted(rules->policy, r->relation, birth,
	    c->now->today))
		return rc;
	(void)cp_fail(err, CP_REFUSED, "the own view of child %d of request "
	    "%s is not entered", who->idx, r->id);
	cp_err_hint(err, "`cpadmin sar view %s' enters it, or why the child "
	    "was not asked", r->id);
	return CP_REFUSED;
}

static enum cp_rc
check_views(const struct cp_change *c, const struct cp_sar_rules *rules,
    const struct cp_sar *r, const struct cp_sar_subject *all, size_t n,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < n; i++)
		if (all[i].record != 0)
			rc = check_view(c, rules, r, &all[i], err);
	return rc;
}

static enum cp_rc
check_collected(const struct cp_sar *r, struct cp_err *err)
{
	if (r->stage != CP_SAR_OPEN)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s has nothing collected",
	    r->id);
	cp_err_hint(err, "`cpadmin sar collect %s'", r->id);
	return CP_REFUSED;
}

static enum cp_rc
check_found(const struct cp_sar *r, const struct cp_sar_subject *all,
    size_t n, struct cp_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].found, "opening") == 0) {
			(void)cp_fail(err, CP_REFUSED, "record %s is archived "
			    "and not opened", all[i].record_id);
			cp_err_hint(err, "the custodians open it with "
			    "`cpadmin sar collect %s --share FILE...'", r->id);
			return CP_REFUSED;
		}
		if (all[i].record != 0 || strcmp(all[i].found, "none") == 0)
			continue;
		(void)cp_fail(err, CP_REFUSED, "person %d of request %s is "
		    "not looked for", all[i].idx, r->id);
		cp_err_hint(err, "`cpadmin sar find %s' looks, and `cpadmin "
		    "sar subject %s ID' or `none' says who it is", r->id,
		    r->id);
		return CP_REFUSED;
	}
	return CP_OK;
}

static enum cp_rc
check_people(const struct cp_change *c, const struct cp_sar_rules *rules,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_sar_subject *all = calloc(CP_SAR_SUBJECTS, sizeof(*all));
	size_t n = 0;
	enum cp_rc rc = all == NULL ?
	    cp_fail(err, CP_FAILED, "out of memory") :
	    cp_sar_subjects(c->store, r, all, &n, err);

	if (rc == CP_OK)
		rc = check_views(c, rules, r, all, n, err);
	if (rc == CP_OK)
		rc = check_collected(r, err);
	if (rc == CP_OK)
		rc = check_found(r, all, n, err);
	free(all);
	return rc;
}

/* ---- what was decided --------------------------------------------------- */

/* What was approved is what is there. */
static enum cp_rc
check_digest(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	uint8_t is[sizeof(r->digest)];
	enum cp_rc rc = sar_items_digest(s, r, is, err);

	if (rc != CP_OK || memcmp(is, r->digest, sizeof(is)) == 0)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "request %s is not as it was approved",
	    r->id);
	cp_err_hint(err, "`cpadmin sar collect %s' and have it approved "
	    "again", r->id);
	return CP_REFUSED;
}

static enum cp_rc
check_items(struct cp_store *s, const struct cp_sar_rules *rules,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_sar_tally t;
	struct cp_answer_facts f;
	enum cp_rc rc = cp_sar_tally(s, r, &t, err);

	if (rc != CP_OK)
		return rc;
	rc = sar_check_decided(r, &t, err);
	if (rc != CP_OK)
		return rc;
	f = (struct cp_answer_facts){ t.withheld, t.flagged_given, t.opened };
	if (r->stage == CP_SAR_APPROVED || r->approved_by[0] != '\0')
		return check_digest(s, r, err);
	if (!cp_answer_needs_approval(rules->policy, &f))
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s is not approved", r->id);
	cp_err_hint(err, "a second person looks at it: `cpadmin sar approve "
	    "%s'", r->id);
	return CP_REFUSED;
}

enum cp_rc
cp_sar_ready(const struct cp_change *c, const struct cp_sar_rules *rules,
    const struct cp_sar *r, struct cp_err *err)
{
	enum cp_rc rc = sar_need_unclosed(r, err);

	if (rc == CP_OK)
		rc = check_waits(r, err);
	if (rc == CP_OK)
		rc = check_evidence(c->store, r, err);
	if (rc == CP_OK)
		rc = check_people(c, rules, r, err);
	return rc == CP_OK ? check_items(c->store, rules, r, err) : rc;
}

/* ---- what was sent ------------------------------------------------------ */

static enum cp_rc
put_sent(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_sent *sent, const char *list, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SAR_SENT_ADD);

	cp_bind_int(q, r->n);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_text(q, sent->form);
	cp_bind_blob(q, sent->sha256, sizeof(sent->sha256));
	cp_bind_int(q, sent->bytes);
	cp_bind_int(q, sent->items);
	cp_bind_text(q, list);
	return cp_exec(q, err);
}

static enum cp_rc
note_sent(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_sent *sent, struct cp_err *err)
{
	struct cp_sar_event e = { .date = c->now->today };
	struct cp_buf b;
	enum cp_rc rc;

	(void)snprintf(e.kind, sizeof(e.kind), "sent");
	(void)snprintf(e.reference, sizeof(e.reference), "%s", sent->form);
	rc = sar_event_put(c, r, &e, err);
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "form", sent->form);
	cp_json_put_key(&b, "bytes");
	cp_json_put_int(&b, sent->bytes);
	cp_json_put_key(&b, "items");
	cp_json_put_int(&b, sent->items);
	cp_json_close(&b, '}');
	if (rc == CP_OK)
		rc = sar_log(c, "sar.send", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_sent_put(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_sent *sent, const char *list, struct cp_err *err)
{
	enum cp_rc rc = sar_need_unclosed(r, err);

	if (rc == CP_OK)
		rc = put_sent(c, r, sent, list, err);
	return rc == CP_OK ? note_sent(c, r, sent, err) : rc;
}

enum cp_rc
cp_sar_sent_each(struct cp_store *s, const struct cp_sar *r,
    enum cp_rc (*fn)(void *ctx, const struct cp_sar_sent *sent,
    const char *list, struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SENT_OF);
	struct cp_sar_sent sent;
	const void *hash;
	size_t len;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		memset(&sent, 0, sizeof(sent));
		cp_col_copy(q, 0, sent.form, sizeof(sent.form));
		hash = cp_col_blob(q, 1, &len);
		if (len == sizeof(sent.sha256))
			memcpy(sent.sha256, hash, len);
		sent.bytes = cp_col_int(q, 2);
		sent.items = cp_col_int(q, 3);
		cp_col_copy(q, 4, sent.at, sizeof(sent.at));
		cp_col_copy(q, 5, sent.by, sizeof(sent.by));
		rc = fn(ctx, &sent, cp_col_null(q, 6) ? NULL :
		    cp_col_text(q, 6), err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}
