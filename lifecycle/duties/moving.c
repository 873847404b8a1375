#include "lifecycle/duties/moving.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/rules/adopted.h"

int64_t
cp_moved(const struct cp_move_sum *sum)
{
	return sum->earlier + sum->later + sum->other;
}

void
cp_mover_clear(struct cp_mover *m)
{
	cp_policy_free(m->old);
	m->old = NULL;
	m->old_n = 0;
}

/* ---- ended involvements ---------------------------------------------------- */

static int
same_period(struct cp_period a, struct cp_period b)
{
	return a.years == b.years && a.months == b.months && a.days == b.days;
}

/* Whether by A and B the same notices are owed on the same days. */
static int
same_notices(const struct cp_policy *a, const struct cp_policy *b)
{
	for (int i = 0; i < CP_RULE_COUNT; i++) {
		const char *x = a->value_text[i], *y = b->value_text[i];

		if (i > CP_RULE_REMINDER_AGE && i < CP_RULE_NOTICE_WORDING)
			continue;
		if (x == NULL || y == NULL ? x != y : strcmp(x, y) != 0)
			return 0;
	}
	return 1;
}

/* The policy by which a row was computed; NULL where it cannot be had. */
static const struct cp_policy *
old_policy(struct cp_mover *m, int64_t n)
{
	struct cp_settings settings = *m->settings;
	struct cp_err ignored;

	if (m->old_n == n)
		return m->old;
	cp_mover_clear(m);
	m->old_n = n;
	settings.policy_n = n;
	if (cp_settings_policy(m->store, &settings, &m->old, &ignored) !=
	    CP_OK)
		m->old = NULL;
	m->old_notices = m->old == NULL || !same_notices(m->old, m->policy);
	return m->old;
}

/* The first day on which an involvement leaves, and by which rule. */
static struct cp_date
first_prune(const struct cp_document *doc, const struct cp_policy *policy,
    enum cp_rule *rule)
{
	struct cp_date first = { 0 }, due;

	*rule = CP_RULE_INVOLVEMENT_PERIOD;
	for (size_t i = 0; i < doc->n_involvements; i++) {
		int sensitive = doc->involvements[i].sensitive !=
		    CP_SENSITIVE_NO;

		due = cp_decide_prune(policy, doc->involvements[i].end,
		    sensitive);
		if (!cp_date_set(due) || (cp_date_set(first) &&
		    cp_date_cmp(due, first) >= 0))
			continue;
		first = due;
		*rule = sensitive ? CP_RULE_SENSITIVE_INVOLVEMENT_PERIOD :
		    CP_RULE_INVOLVEMENT_PERIOD;
	}
	return first;
}

/* The rule would say whether it is a sensitive service that is involved; it is
 * only counted. */
static void
put_prune(const struct cp_scanned *r, struct cp_date due, enum cp_rule rule,
    struct cp_move *m)
{
	m->id = r->id;
	m->state = r->facts.state;
	m->action_now = "prune";
	m->due_now = r->prune_due;
	m->rule_now = m->rule_then = "";
	m->action_then = cp_date_set(due) ? "prune" : "none";
	m->due_then = due;
	m->rule = cp_date_set(due) ? rule : CP_RULE_COUNT;
}

static enum cp_rc
look_prune(struct cp_mover *m, const struct cp_scanned *r,
    struct cp_outlook *out, struct cp_err *err)
{
	const struct cp_policy *p = m->policy, *old;
	struct cp_record record = { .n = r->n, .state = r->facts.state };
	enum cp_rule rule;
	struct cp_document *doc = NULL;
	enum cp_rc rc;

	out->prune_due = r->prune_due;
	if (!cp_date_set(r->prune_due))
		return CP_OK;
	old = old_policy(m, r->policy);
	if (old != NULL && same_period(old->involvement_period,
	    p->involvement_period) &&
	    same_period(old->sensitive_involvement_period,
	    p->sensitive_involvement_period))
		return CP_OK;
	(void)snprintf(record.id, sizeof(record.id), "%s", r->id);
	rc = cp_gate_document(m->store, &record, CP_FOR_DECIDE, &doc, err);
	if (rc != CP_OK)
		return rc == CP_CORRUPT ? CP_OK : rc;
	out->prune_due = first_prune(doc, p, &rule);
	cp_document_free(doc);
	if (cp_date_cmp(out->prune_due, r->prune_due) != 0)
		put_prune(r, out->prune_due, rule,
		    &out->moves[out->n_moves++]);
	return CP_OK;
}

/* ---- the record as a whole --------------------------------------------------- */

static enum cp_rc
look_whole(struct cp_mover *m, const struct cp_scanned *r,
    struct cp_outlook *out, struct cp_err *err)
{
	struct cp_decision *d = &out->decision;
	struct cp_move *move = &out->moves[0];
	enum cp_rc rc = cp_decide_adopted(m->policy, &r->facts,
	    r->parked == CP_PARKED_BATCH, m->today, d, err);

	if (rc == CP_BAD_INPUT) {
		memset(d, 0, sizeof(*d));
		d->rule_name = "";
		out->parked = CP_PARKED_UNDECIDABLE;
	} else if (rc != CP_OK) {
		return rc;
	}
	if (d->action == r->next_action &&
	    cp_date_cmp(d->due, r->next_due) == 0)
		return CP_OK;
	out->whole = out->n_moves = 1;
	move->id = r->id;
	move->state = r->facts.state;
	move->action_now = cp_action_word(r->next_action);
	move->due_now = r->next_due;
	move->rule_now = r->rule;
	move->action_then = cp_action_word(d->action);
	move->due_then = d->due;
	move->rule_then = d->rule_name;
	move->rule = d->action == CP_ACTION_NONE ? CP_RULE_COUNT : d->rule;
	return CP_OK;
}

/* An archived record stays where it is unless it is given another day: taken
 * out of its batch, and off the hold that stops nothing yet. */
static void
park_archived(const struct cp_mover *m, const struct cp_scanned *r,
    struct cp_outlook *out)
{
	int later = cp_date_cmp(out->decision.due, m->today) > 0;

	if (out->parked != CP_PARKED_NOT)
		return;
	if (r->parked == CP_PARKED_BATCH && !out->whole)
		out->parked = CP_PARKED_BATCH;
	else if (r->parked == CP_PARKED_HELD && !(out->whole && later))
		out->parked = CP_PARKED_HELD;
}

static void
count_move(struct cp_mover *m, const struct cp_move *move)
{
	struct cp_move_sum *sum = &m->sum;
	int due = cp_date_set(move->due_now) &&
	    cp_date_cmp(move->due_now, m->today) <= 0;

	if (!cp_date_set(move->due_now) || !cp_date_set(move->due_then))
		sum->other++;
	else if (cp_date_cmp(move->due_then, move->due_now) < 0)
		sum->earlier++;
	else
		sum->later++;
	sum->at_once += !due && cp_date_set(move->due_then) &&
	    cp_date_cmp(move->due_then, m->today) <= 0;
	sum->by_rule[move->rule]++;
}

enum cp_rc
cp_mover_look(struct cp_mover *m, const struct cp_scanned *r,
    struct cp_outlook *out, struct cp_err *err)
{
	enum cp_rc rc;

	out->n_moves = out->whole = out->notices = 0;
	out->parked = CP_PARKED_NOT;
	rc = look_whole(m, r, out, err);
	if (rc == CP_OK)
		rc = look_prune(m, r, out, err);
	if (rc != CP_OK)
		return rc;
	if (r->facts.state == CP_STATE_ARCHIVED) {
		m->sum.archived++;
		m->sum.redated += out->whole &&
		    out->parked != CP_PARKED_UNDECIDABLE;
		park_archived(m, r, out);
	} else {
		m->sum.live++;
		(void)old_policy(m, r->policy);
		out->notices = m->old_notices;
	}
	for (int i = 0; i < out->n_moves; i++)
		count_move(m, &out->moves[i]);
	return CP_OK;
}
