#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/decide.h"

/* What an explanation is being written from. */
struct tale {
	const struct cp_policy *policy;
	const struct cp_facts *facts;
	const struct cp_decision *decision;
	struct cp_explanation *out;
	int failed;
};

/* Two dates in one sentence need two buffers; a compound literal lives as
 * long as the block that holds the call. */
#define DATE(d) cp_date_format((d), (char[CP_DATE_TEXT]){ 0 })

static const struct cp_date NO_DATE = { 0 };

void
cp_explanation_init(struct cp_explanation *e)
{
	memset(e, 0, sizeof(*e));
}

void
cp_explanation_clear(struct cp_explanation *e)
{
	free(e->steps);
	cp_explanation_init(e);
}

static enum cp_rc CP_MUST_CHECK CP_PRINTF(7, 0)
put_step(struct cp_explanation *e, size_t at, const struct cp_policy *policy,
    enum cp_step_kind kind, enum cp_rule rule, struct cp_date date,
    const char *fmt, va_list ap)
{
	struct cp_step *s;
	size_t cap;

	if (e->n_steps == e->cap) {
		cap = e->cap == 0 ? 16 : e->cap * 2;
		s = reallocarray(e->steps, cap, sizeof(*s));
		if (s == NULL)
			return CP_FAILED;
		e->steps = s;
		e->cap = cap;
	}
	s = &e->steps[at];
	memmove(s + 1, s, (e->n_steps - at) * sizeof(*s));
	e->n_steps++;
	s->kind = kind;
	s->rule = rule == CP_RULE_COUNT ? "" : cp_rule_name(rule);
	s->source = rule == CP_RULE_COUNT || policy == NULL ||
	    policy->source[rule] == NULL ? "" : policy->source[rule];
	s->date = date;
	(void)vsnprintf(s->text, sizeof(s->text), fmt, ap);
	return CP_OK;
}

enum cp_rc
cp_explanation_put(struct cp_explanation *e, size_t at,
    const struct cp_policy *policy, enum cp_step_kind kind, enum cp_rule rule,
    struct cp_date date, struct cp_err *err, const char *fmt, ...)
{
	va_list ap;
	enum cp_rc rc;

	va_start(ap, fmt);
	rc = put_step(e, at, policy, kind, rule, date, fmt, ap);
	va_end(ap);
	return rc == CP_OK ? CP_OK : cp_fail(err, rc, "out of memory");
}

size_t
cp_explanation_answer(const struct cp_explanation *e)
{
	size_t i;

	for (i = 0; i < e->n_steps; i++)
		if (e->steps[i].kind == CP_STEP_HOLD ||
		    e->steps[i].kind == CP_STEP_ANSWER)
			break;
	return i;
}

/* Adds a step; RULE may be CP_RULE_COUNT for none. */
static void CP_PRINTF(5, 6)
step(struct tale *t, enum cp_step_kind kind, enum cp_rule rule,
    struct cp_date date, const char *fmt, ...)
{
	va_list ap;

	if (t->failed)
		return;
	va_start(ap, fmt);
	t->failed = put_step(t->out, t->out->n_steps, t->policy, kind, rule,
	    date, fmt, ap) != CP_OK;
	va_end(ap);
}

/* ---- birth and age ------------------------------------------------------- */

static void
tell_birth(struct tale *t)
{
	struct cp_partial_date birth = t->facts->birth;
	struct cp_date counts = cp_partial_last(birth);
	struct cp_date limit = t->decision->age_limit_on;
	char text[CP_DATE_TEXT];
	int y, m, d, limit_d;

	(void)cp_partial_format(birth, text);
	if (cp_partial_exact(birth))
		step(t, CP_STEP_INPUT, CP_RULE_COUNT, counts, "Born on %s.",
		    text);
	else
		step(t, CP_STEP_INPUT, CP_RULE_COUNT, counts, "Born in %s; "
		    "the day is not known, so the last it can be counts: %s.",
		    text, DATE(counts));
	cp_date_split(counts, &y, &m, &d);
	cp_date_split(limit, &y, &m, &limit_d);
	if (limit_d != d)
		step(t, CP_STEP_RULE, CP_RULE_LEAP_BIRTHDAY, limit, "Born on "
		    "29 February: in a common year an age is attained on %s.",
		    t->policy->leap_birthday == CP_LEAP_MARCH_1 ? "1 March" :
		    "28 February");
	step(t, CP_STEP_RULE, CP_RULE_AGE_LIMIT, limit, "The age of %d is "
	    "attained on %s, at the start of the day; unless consent carries "
	    "it on, the record is archived then.", t->policy->age_limit,
	    DATE(limit));
	step(t, CP_STEP_RULE, CP_RULE_REMINDER_AGE,
	    cp_decide_reminder(t->policy, birth), "What happens then is to be "
	    "told on %s.", DATE(cp_decide_reminder(t->policy, birth)));
}

/* ---- consents ------------------------------------------------------------ */

struct told {
	const struct cp_consent_fact *fact;
	struct cp_date until;
	enum cp_rule rule;
};

/* By the day given, then by all else that could tell two apart, so that the
 * order in which the facts came does not show. */
static int
told_cmp(const void *va, const void *vb)
{
	const struct told *a = va, *b = vb;
	int c = cp_date_cmp(a->fact->given, b->fact->given);

	if (c == 0)
		c = cp_date_cmp(a->until, b->until);
	if (c == 0)
		c = strcmp(a->fact->id != NULL ? a->fact->id : "",
		    b->fact->id != NULL ? b->fact->id : "");
	if (c == 0)
		c = (a->fact->ground > b->fact->ground) -
		    (a->fact->ground < b->fact->ground);
	return c != 0 ? c : (a->fact->by > b->fact->by) -
	    (a->fact->by < b->fact->by);
}

static const char *
why_ended(enum cp_rule rule)
{
	switch (rule) {
	case CP_RULE_PARENT_LAPSE:
		return "a parent's consent lapses when the person comes of age";
	case CP_RULE_WITHDRAWAL:
		return "it was withdrawn";
	case CP_RULE_GROUND_END:
		return "its ground ended";
	default:
		return "no consent on this ground reaches further";
	}
}

static void
tell_consent(struct tale *t, const struct told *c)
{
	const struct cp_decision *d = t->decision;
	const char *id = c->fact->id != NULL ? c->fact->id : "(no number)";
	const char *bearing = "";

	if (cp_date_cmp(c->fact->given, c->until) >= 0)
		bearing = " So it was never in force.";
	else if (cp_date_cmp(c->until, d->age_limit_on) <= 0)
		bearing = " So it does not pass the age limit.";
	else if (cp_date_cmp(c->fact->given, d->age_due) > 0)
		bearing = " It came too late: by then no consent was in force.";
	else if (cp_date_set(d->extended_from) &&
	    cp_date_cmp(c->until, d->age_due) == 0) {
		bearing = " It carries the record.";
		(void)snprintf(t->out->carried_by, sizeof(t->out->carried_by),
		    "%.23s", id);
	}
	step(t, CP_STEP_RULE, c->rule, c->until, "Consent %.40s (%s, by %s), "
	    "given on %s, covers until %s: %s.%s", id,
	    cp_ground_word(c->fact->ground), cp_by_word(c->fact->by),
	    DATE(c->fact->given), DATE(c->until), why_ended(c->rule), bearing);
}

static enum cp_rc
tell_consents(struct tale *t, struct cp_err *err)
{
	const struct cp_facts *f = t->facts;
	struct told *told;
	enum cp_rc rc = CP_OK;
	size_t i;

	if (f->n_consents == 0) {
		step(t, CP_STEP_INPUT, CP_RULE_COUNT, NO_DATE,
		    "No consent to stay past the age limit is on record.");
		return CP_OK;
	}
	told = calloc(f->n_consents, sizeof(*told));
	if (told == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (i = 0; i < f->n_consents && rc == CP_OK; i++) {
		told[i].fact = &f->consents[i];
		rc = cp_decide_consent(t->policy, f->birth, told[i].fact,
		    &told[i].until, &told[i].rule, err);
	}
	if (rc == CP_OK) {
		qsort(told, f->n_consents, sizeof(*told), told_cmp);
		for (i = 0; i < f->n_consents; i++)
			tell_consent(t, &told[i]);
	}
	free(told);
	if (rc == CP_OK && cp_date_set(t->decision->extended_from))
		step(t, CP_STEP_RULE, CP_RULE_COUNT, t->decision->age_due,
		    "Consent carries the record from %s without a gap until "
		    "%s, the first day that none covers.",
		    DATE(t->decision->extended_from),
		    DATE(t->decision->age_due));
	return rc;
}

/* ---- death and leaving --------------------------------------------------- */

static void
tell_period(struct tale *t, enum cp_rule rule, const char *event,
    struct cp_date from, struct cp_period period)
{
	struct cp_date due = cp_period_after(from, period);
	char text[CP_PERIOD_TEXT];

	if (cp_period_is_zero(period))
		step(t, CP_STEP_RULE, rule, due, "%s on %s; the record is "
		    "archived on that day.", event, DATE(from));
	else
		step(t, CP_STEP_RULE, rule, due, "%s on %s; the period of %s "
		    "ends on %s, and the record is archived the day after, "
		    "%s.", event, DATE(from), cp_period_format(period, text),
		    DATE(cp_period_end(from, period)), DATE(due));
}

static void
tell_events(struct tale *t)
{
	const struct cp_policy *p = t->policy;
	const struct cp_facts *f = t->facts;

	if (cp_date_set(f->death_notified))
		tell_period(t, CP_RULE_DEATH_PERIOD, "The death was notified",
		    f->death_notified, p->death_period);
	if (f->left_intention == CP_INTENTION_NO_RETURN)
		tell_period(t, CP_RULE_LEFT_NO_RETURN_PERIOD, "Left England, "
		    "not meaning to return, as stated", f->left_on,
		    p->left_no_return_period);
	else if (f->left_intention == CP_INTENTION_RETURN)
		tell_period(t, CP_RULE_LEFT_RETURN_PERIOD, "Left England, "
		    "meaning to return, as stated", f->left_on,
		    p->left_return_period);
	else if (f->left_intention == CP_INTENTION_NONE_STATED)
		tell_period(t, CP_RULE_LEFT_NONE_STATED_PERIOD, "Left "
		    "England, nothing being known of a return, as stated",
		    f->left_on, p->left_none_stated_period);
}

/* ---- holds, the answer, and what would change it ------------------------- */

static int
hold_cmp(const void *va, const void *vb)
{
	const struct cp_hold_fact *a = va, *b = vb;

	return strcmp(a->id != NULL ? a->id : "", b->id != NULL ? b->id : "");
}

static enum cp_rc
tell_holds(struct tale *t, struct cp_err *err)
{
	int stops = t->decision->action == CP_ACTION_DESTROY;
	size_t n = t->facts->n_holds, i;
	struct cp_hold_fact *holds;

	if (n == 0 || t->decision->action == CP_ACTION_NONE)
		return CP_OK;
	holds = calloc(n, sizeof(*holds));
	if (holds == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	memcpy(holds, t->facts->holds, n * sizeof(*holds));
	qsort(holds, n, sizeof(*holds), hold_cmp);
	for (i = 0; i < n; i++)
		step(t, CP_STEP_HOLD, CP_RULE_COUNT, NO_DATE, stops ?
		    "Hold %.60s stops the destruction for as long as it "
		    "stands." : "Hold %.60s stops destruction only; it does "
		    "not keep the record from being archived.",
		    holds[i].id != NULL ? holds[i].id : "(no number)");
	free(holds);
	return CP_OK;
}

static void
tell_answer(struct tale *t, struct cp_date on)
{
	const struct cp_decision *d = t->decision;
	const char *verb = d->action == CP_ACTION_ARCHIVE ? "archived" :
	    "destroyed";
	const char *state = "";

	if (d->action == CP_ACTION_NONE) {
		step(t, CP_STEP_ANSWER, CP_RULE_COUNT, NO_DATE,
		    "The record is %s; nothing more follows.",
		    cp_state_word(t->facts->state));
		return;
	}
	if (cp_date_set(on))
		state = d->blocked ? ", but held" : d->due_now ?
		    ", and so now" : ", and not yet";
	step(t, CP_STEP_ANSWER, d->rule, d->due, "The record is to be %s on "
	    "%s by the rule %s%s.", verb, DATE(d->due), d->rule_name, state);
}

static void
would_change(struct tale *t, const char *text)
{
	step(t, CP_STEP_WOULD_CHANGE, CP_RULE_COUNT, NO_DATE, "%s", text);
}

static void
tell_changes_live(struct tale *t)
{
	const struct cp_facts *f = t->facts;
	const struct cp_decision *d = t->decision;

	if (!cp_partial_exact(f->birth))
		would_change(t, "An exact date of birth may bring the day "
		    "forward.");
	if (cp_date_cmp(d->due, d->age_due) == 0) {
		step(t, CP_STEP_WOULD_CHANGE, CP_RULE_COUNT, d->age_due,
		    "A consent on a ground, in force on %s and reaching past "
		    "it, would move the day back.", DATE(d->age_due));
		if (cp_date_set(d->extended_from))
			would_change(t, "A withdrawal, or the end of a "
			    "ground, may bring the day forward.");
	}
	if (f->left_intention != CP_INTENTION_NONE)
		would_change(t, "A return to England would end the effect of "
		    "having left.");
	if (!cp_date_set(f->death_notified))
		would_change(t, "The notification of a death may bring the "
		    "day forward.");
	if (f->left_intention == CP_INTENTION_NONE)
		would_change(t, "A statement of having left England may bring "
		    "the day forward.");
}

/* ---- the whole ----------------------------------------------------------- */

static void
tell_archive(struct tale *t)
{
	const struct cp_policy *p = t->policy;
	const struct cp_facts *f = t->facts;
	struct cp_date due = cp_period_after(f->archived_on,
	    p->archive_period);
	char text[CP_PERIOD_TEXT];

	step(t, CP_STEP_RULE, CP_RULE_ARCHIVE_PERIOD, due, "Archived on %s; "
	    "the period of %s from then ends on %s, and destruction falls due "
	    "the day after, %s.", DATE(f->archived_on),
	    cp_period_format(p->archive_period, text),
	    DATE(cp_period_end(f->archived_on, p->archive_period)), DATE(due));
	if (cp_date_set(f->destroy_due_fixed) &&
	    cp_date_cmp(f->destroy_due_fixed, due) != 0)
		step(t, CP_STEP_INPUT, CP_RULE_ALREADY_ARCHIVED,
		    f->destroy_due_fixed, "The day promised is %s; the policy "
		    "in force does not move it.", DATE(f->destroy_due_fixed));
}

static void
tell_changes_archived(struct tale *t)
{
	if (t->decision->blocked)
		would_change(t, "The release of every hold would let the "
		    "destruction go on.");
	else
		would_change(t, "A hold, or a pending request for access, "
		    "would stop the destruction.");
	would_change(t, "If it was archived too early, by a wrong date of "
	    "birth say, it can be restored.");
}

static enum cp_rc
tell(struct tale *t, struct cp_date on, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	switch (t->decision->action) {
	case CP_ACTION_ARCHIVE:
		tell_birth(t);
		rc = tell_consents(t, err);
		tell_events(t);
		break;
	case CP_ACTION_DESTROY:
		tell_archive(t);
		break;
	case CP_ACTION_NONE:
		break;
	}
	if (rc == CP_OK)
		rc = tell_holds(t, err);
	if (rc != CP_OK)
		return rc;
	tell_answer(t, on);
	if (t->decision->action == CP_ACTION_ARCHIVE)
		tell_changes_live(t);
	else if (t->decision->action == CP_ACTION_DESTROY)
		tell_changes_archived(t);
	return t->failed ? cp_fail(err, CP_FAILED, "out of memory") : CP_OK;
}

enum cp_rc
cp_decide_explain(const struct cp_policy *policy,
    const struct cp_facts *facts, struct cp_date on,
    struct cp_explanation *out, struct cp_err *err)
{
	struct cp_explanation made;
	struct tale t = { policy, facts, &made.decision, &made, 0 };
	enum cp_rc rc;

	cp_explanation_init(&made);
	rc = cp_decide(policy, facts, on, &made.decision, err);
	if (rc == CP_OK)
		rc = tell(&t, on, err);
	if (rc != CP_OK) {
		cp_explanation_clear(&made);
		return rc;
	}
	cp_explanation_clear(out);
	*out = made;
	return CP_OK;
}
