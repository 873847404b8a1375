#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/explaining_impl.h"

#define DATE(d) cp_date_format((d), (char[CP_DATE_TEXT]){ 0 })

/* One package, as it was or is. */
struct parcel {
	char id[40], rule[48], status[12], volume[40], custody[40];
	char policy[80], version[32], sha256[72];
	struct cp_date archived, due, ended, gone, shelf_gone;
	int shelf;
};

static void
read_parcel(struct cp_stmt *q, struct parcel *p)
{
	memset(p, 0, sizeof(*p));
	cp_col_copy(q, 0, p->id, sizeof(p->id));
	p->archived = cp_col_date(q, 1);
	cp_col_copy(q, 2, p->rule, sizeof(p->rule));
	p->due = cp_col_date(q, 3);
	p->shelf = (int)cp_col_int(q, 4);
	cp_col_copy(q, 5, p->status, sizeof(p->status));
	p->ended = cp_col_date(q, 6);
	cp_col_copy(q, 7, p->volume, sizeof(p->volume));
	cp_col_copy(q, 8, p->custody, sizeof(p->custody));
	p->gone = cp_col_date(q, 9);
	cp_col_copy(q, 10, p->policy, sizeof(p->policy));
	cp_col_copy(q, 11, p->version, sizeof(p->version));
	cp_col_copy(q, 12, p->sha256, sizeof(p->sha256));
	p->shelf_gone = cp_col_date(q, 13);
}

static enum cp_rule
rule_of(const char *name)
{
	for (int r = 0; r < CP_RULE_COUNT; r++)
		if (strcmp(name, cp_rule_name((enum cp_rule)r)) == 0)
			return (enum cp_rule)r;
	return CP_RULE_COUNT;
}

/* ---- packages -------------------------------------------------------------- */

static enum cp_rc
tell_sealed(struct account *x, const struct parcel *p, struct cp_err *err)
{
	char log[40];
	enum cp_rc rc = account_logged(x, "record.archive", log, sizeof(log),
	    NULL, NULL, err);

	if (rc == CP_OK)
		rc = account_step(x, CP_STEP_RULE, rule_of(p->rule),
		    p->archived, err, "On %s it was archived by the rule %s of "
		    "policy %.60s version %.30s%s.", DATE(p->archived), p->rule,
		    p->policy, p->version, log);
	if (rc == CP_OK)
		rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, p->archived,
		    err, "It was sealed as package %s in volume %s, for custody "
		    "%s; its header %s on the shelf of %04d-%02d.", p->id,
		    p->volume, p->custody, strcmp(p->status, "archived") == 0 ?
		    "is" : "was", p->shelf / 100, p->shelf % 100);
	return rc;
}

static void
join(const struct cp_words *list, char *buf, size_t cap)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < list->n && at < cap; i++)
		at += (size_t)snprintf(buf + at, cap - at, "%s%s",
		    i > 0 ? ", " : "", list->word[i]);
}

static enum cp_rc
tell_opening(struct account *x, const struct parcel *p, struct cp_err *err)
{
	const struct cp_policy *policy = x->rules->policy;
	struct cp_date later = cp_period_after(p->archived,
	    policy->open_first_year_period);
	int first = cp_date_set(later) &&
	    cp_date_cmp(x->rules->today, later) < 0;
	char words[200];
	enum cp_rc rc = CP_OK;

	if (first) {
		join(&policy->open_first_year_purposes, words, sizeof(words));
		rc = account_step(x, CP_STEP_RULE,
		    CP_RULE_OPEN_FIRST_YEAR_PURPOSES,
		    cp_date_add_days(later, -1), err, "Until %s its custodians "
		    "may open it for: %s.", DATE(cp_date_add_days(later, -1)),
		    words);
	}
	join(&policy->open_later_purposes, words, sizeof(words));
	if (rc == CP_OK)
		rc = account_step(x, CP_STEP_RULE, CP_RULE_OPEN_LATER_PURPOSES,
		    later, err, "%s %s and until it is destroyed %s may open "
		    "it only for: %s.", first ? "From" : "Since", DATE(later),
		    first ? "they" : "its custodians", words);
	return rc;
}

static enum cp_rc
tell_parcel(struct account *x, const struct parcel *p, struct cp_err *err)
{
	struct cp_account *a = x->out;
	char log[40], who[40];
	enum cp_rc rc = tell_sealed(x, p, err);

	memcpy(a->package, p->id, sizeof(a->package));
	memcpy(a->volume, p->volume, sizeof(a->volume));
	memcpy(a->custody, p->custody, sizeof(a->custody));
	(void)snprintf(a->shelf, sizeof(a->shelf), "%04d-%02d",
	    p->shelf / 100 % 10000, p->shelf % 100);
	if (rc != CP_OK)
		return rc;
	if (strcmp(p->status, "archived") == 0)
		return tell_opening(x, p, err);
	if (strcmp(p->status, "restored") == 0) {
		rc = account_logged(x, "record.restore", log, sizeof(log),
		    NULL, who, err);
		return rc != CP_OK ? rc : account_step(x, CP_STEP_INPUT,
		    CP_RULE_COUNT, p->ended, err, "On %s it was restored from "
		    "there%s%s%s.", DATE(p->ended), who[0] != '\0' ? " by " :
		    "", who, log);
	}
	rc = account_logged(x, "record.destroy", log, sizeof(log), NULL, NULL,
	    err);
	if (rc == CP_OK)
		rc = account_step(x, CP_STEP_RULE, CP_RULE_ARCHIVE_PERIOD,
		    p->ended, err, "Destruction fell due on %s; on %s its "
		    "header was erased, without which the package opens to "
		    "nobody%s.", DATE(p->due), DATE(p->ended), log);
	if (rc == CP_OK && cp_date_set(p->shelf_gone))
		rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT,
		    p->shelf_gone, err, "On %s the key of its shelf was erased, "
		    "and with it every copy of the header in a backup of the "
		    "store.", DATE(p->shelf_gone));
	if (rc == CP_OK && cp_date_set(p->gone))
		rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT, p->gone,
		    err, "On %s its volume was removed.", DATE(p->gone));
	return rc;
}

static enum cp_rc
tell_parcels(struct account *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_PACKAGES);
	struct parcel p;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->out->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_parcel(q, &p);
		rc = tell_parcel(x, &p, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
tell_redated(struct account *x, struct cp_err *err)
{
	char log[40], when[24];
	enum cp_rc rc = account_logged(x, "record.redate", log, sizeof(log),
	    when, NULL, err);

	if (rc != CP_OK || log[0] == '\0')
		return rc;
	when[10] = '\0';
	return account_step(x, CP_STEP_INPUT, CP_RULE_ALREADY_ARCHIVED,
	    (struct cp_date){ 0 }, err, "The day of its destruction was moved "
	    "on %s, when a policy was adopted that says so%s.", when, log);
}

/* ---- batches --------------------------------------------------------------- */

struct batch {
	int64_t n, decided_seq, certificate_seq;
	char id[32], status[12], proposed_by[40], executed_by[40];
	char finished[24], outcome[12], item[12], reason[160];
	struct cp_date proposed, not_before;
};

static void
read_batch(struct cp_stmt *q, struct batch *b)
{
	memset(b, 0, sizeof(*b));
	b->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, b->id, sizeof(b->id));
	cp_col_copy(q, 2, b->status, sizeof(b->status));
	b->proposed = cp_col_date(q, 3);
	cp_col_copy(q, 4, b->proposed_by, sizeof(b->proposed_by));
	b->not_before = cp_col_date(q, 5);
	cp_col_copy(q, 6, b->executed_by, sizeof(b->executed_by));
	cp_col_copy(q, 7, b->finished, sizeof(b->finished));
	cp_col_copy(q, 8, b->outcome, sizeof(b->outcome));
	b->decided_seq = cp_col_int(q, 9);
	b->certificate_seq = cp_col_int(q, 10);
	cp_col_copy(q, 11, b->item, sizeof(b->item));
	cp_col_copy(q, 12, b->reason, sizeof(b->reason));
}

static enum cp_rc
tell_approvals(struct account *x, const struct batch *b, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_BATCH_APPROVALS);
	char list[240], log[40] = "";
	size_t at = 0;
	int row;
	enum cp_rc rc;

	list[0] = '\0';
	cp_bind_int(q, b->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at,
			    "%s%.32s on %.10s", at > 0 ? ", " : "",
			    cp_col_text(q, 0), cp_col_text(q, 1));
	if (rc != CP_OK)
		return rc;
	if (b->decided_seq > 0)
		(void)snprintf(log, sizeof(log), " (log entry %lld)",
		    (long long)b->decided_seq);
	return at == 0 ? CP_OK : account_step(x, CP_STEP_INPUT, CP_RULE_COUNT,
	    (struct cp_date){ 0 }, err, "Batch %s was approved by %s%s.", b->id,
	    list, log);
}

static enum cp_rc
tell_done(struct account *x, const struct batch *b, struct cp_err *err)
{
	enum cp_rc rc = account_step(x, CP_STEP_INPUT, CP_RULE_COUNT,
	    (struct cp_date){ 0 }, err, "It was executed by %s, ending %s, with "
	    "the outcome: %s.", b->executed_by, b->finished, b->outcome);

	if (rc != CP_OK || b->certificate_seq == 0)
		return rc;
	(void)snprintf(x->out->certificate, sizeof(x->out->certificate),
	    "certificate-%s.json", b->id);
	return account_step(x, CP_STEP_INPUT, CP_RULE_COUNT,
	    (struct cp_date){ 0 }, err, "Its certificate is outbox/%s in the "
	    "store (log entry %lld); `cpadmin verify' checks it.",
	    x->out->certificate, (long long)b->certificate_seq);
}

static int
waits(const struct batch *b)
{
	return strcmp(b->item, "pending") == 0 &&
	    strcmp(b->status, "refused") != 0;
}

static enum cp_rc
tell_batch(struct account *x, const struct batch *b, struct cp_err *err)
{
	int open = waits(b);
	int done = strcmp(b->item, "destroyed") == 0;
	enum cp_rc rc;

	rc = account_step(x, open ? CP_STEP_HOLD : CP_STEP_INPUT,
	    CP_RULE_DESTRUCTION_APPROVALS, b->proposed, err, "On %s it was "
	    "proposed for destruction in batch %s by %s, not to be executed "
	    "before %s%s.", DATE(b->proposed), b->id, b->proposed_by,
	    DATE(b->not_before), open ? "; there it waits" : "");
	if (rc == CP_OK && (open || done)) {
		memcpy(x->out->batch, b->id, sizeof(b->id));
		rc = tell_approvals(x, b, err);
	}
	if (rc == CP_OK && done)
		return tell_done(x, b, err);
	if (rc != CP_OK || open)
		return rc;
	return account_step(x, CP_STEP_INPUT, CP_RULE_COUNT,
	    (struct cp_date){ 0 }, err, "It was not destroyed with it (%s)%s%s.",
	    strcmp(b->status, "refused") == 0 ? "the batch was refused" :
	    b->item, b->reason[0] != '\0' ? ": " : "", b->reason);
}

static enum cp_rc
tell_batches(struct account *x, int open, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->store, SQL_EXPLAIN_BATCHES);
	struct batch b;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->out->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_batch(q, &b);
		rc = waits(&b) == open ? tell_batch(x, &b, err) : CP_OK;
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
account_archive(struct account *x, struct cp_err *err)
{
	enum cp_rc rc = tell_parcels(x, err);

	if (rc == CP_OK)
		rc = tell_redated(x, err);
	return rc == CP_OK ? tell_batches(x, 0, err) : rc;
}

enum cp_rc
account_waiting(struct account *x, struct cp_err *err)
{
	return tell_batches(x, 1, err);
}
