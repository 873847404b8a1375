#include "lifecycle/rules/decide.h"

_Static_assert(CP_GROUND_COUNT == CP_GROUND_LEARNING_DIFFICULTY + 1,
    "a limit for every ground");

static const enum cp_rule GROUND_RULE[CP_GROUND_COUNT] = {
	CP_RULE_CONNEXIONS_LIMIT, CP_RULE_CARE_LEAVER_LIMIT,
	CP_RULE_LEARNING_DIFFICULTY_LIMIT
};

/* What a birth date means under a policy. */
struct life {
	struct cp_date first;     /* the first day of birth possible */
	struct cp_date birth;     /* the day that counts */
	struct cp_date age_limit; /* when the age limit is attained */
};

/* The end of what a consent covers, and the rule that ends it. */
struct cover {
	struct cp_date until;
	enum cp_rule rule;
};

static enum cp_rc
out_of_range(struct cp_err *err)
{
	return cp_fail(err, CP_BAD_INPUT,
	    "a date would fall outside the years 1800 to 9999");
}

static enum cp_rc
read_life(const struct cp_policy *p, struct cp_partial_date birth,
    struct life *out, struct cp_err *err)
{
	out->first = cp_partial_first(birth);
	out->birth = cp_partial_last(birth);
	if (!cp_date_set(out->birth))
		return cp_fail(err, CP_BAD_INPUT, "no birth date is known");
	out->age_limit = cp_date_attained(out->birth, p->age_limit,
	    p->leap_birthday);
	return cp_date_set(out->age_limit) ? CP_OK : out_of_range(err);
}

static enum cp_rc
check_consent(const struct life *life, const struct cp_consent_fact *c,
    struct cp_err *err)
{
	if ((unsigned)c->ground >= CP_GROUND_COUNT ||
	    (unsigned)c->by > CP_BY_REPRESENTATIVE ||
	    (unsigned)c->ended_by > CP_ENDED_BY_GROUND)
		return cp_fail(err, CP_BAD_INPUT, "a consent has an unknown "
		    "ground, giver or kind of end");
	if (!cp_date_set(c->given))
		return cp_fail(err, CP_BAD_INPUT,
		    "a consent has no date on which it was given");
	if (cp_date_cmp(c->given, life->first) < 0)
		return cp_fail(err, CP_BAD_INPUT,
		    "a consent was given before the birth");
	if (cp_date_set(c->ended) && cp_date_cmp(c->ended, c->given) < 0)
		return cp_fail(err, CP_BAD_INPUT,
		    "a consent ended before it was given");
	return CP_OK;
}

static void
end_earlier(struct cover *cover, struct cp_date until, enum cp_rule rule)
{
	if (cp_date_cmp(until, cover->until) < 0) {
		cover->until = until;
		cover->rule = rule;
	}
}

/* Where the record may stay on for a time after consent ended (past the age
 * limit only: before it, an ended consent is as none). */
static struct cp_date
end_with_grace(const struct cp_policy *p, const struct life *life,
    const struct cp_consent_fact *c)
{
	if (cp_date_cmp(c->ended, life->age_limit) <= 0)
		return c->ended;
	return cp_period_after(c->ended,
	    c->ended_by == CP_ENDED_BY_WITHDRAWAL ? p->withdrawal :
	    p->ground_end);
}

static enum cp_rc
read_cover(const struct cp_policy *p, const struct life *life,
    const struct cp_consent_fact *c, struct cover *out, struct cp_err *err)
{
	struct cp_date lapse, ended;
	enum cp_rc rc = check_consent(life, c, err);

	if (rc != CP_OK)
		return rc;
	out->until = cp_date_attained(life->birth, p->ground_limit[c->ground],
	    p->leap_birthday);
	out->rule = GROUND_RULE[c->ground];
	if (!cp_date_set(out->until))
		return out_of_range(err);
	if (c->by == CP_BY_PARENT) {
		lapse = cp_date_attained(life->birth, p->parent_lapse_age,
		    p->leap_birthday);
		if (!cp_date_set(lapse))
			return out_of_range(err);
		end_earlier(out, lapse, CP_RULE_PARENT_LAPSE);
	}
	if (cp_date_set(c->ended)) {
		ended = end_with_grace(p, life, c);
		if (!cp_date_set(ended))
			return out_of_range(err);
		end_earlier(out, ended, c->ended_by == CP_ENDED_BY_WITHDRAWAL ?
		    CP_RULE_WITHDRAWAL : CP_RULE_GROUND_END);
	}
	return CP_OK;
}

/* Moves *DAY to the furthest day that a consent in force on it covers to;
 * *MOVED says whether one did. */
static enum cp_rc
extend(const struct cp_policy *p, const struct cp_facts *f,
    const struct life *life, struct cp_date *day, int *moved,
    struct cp_err *err)
{
	struct cp_date start = *day;
	struct cover cover = { { 0 }, CP_RULE_AGE_LIMIT };
	enum cp_rc rc;
	size_t i;

	for (i = 0; i < f->n_consents; i++) {
		rc = read_cover(p, life, &f->consents[i], &cover, err);
		if (rc != CP_OK)
			return rc;
		if (cp_date_cmp(f->consents[i].given, start) <= 0 &&
		    cp_date_cmp(cover.until, *day) > 0)
			*day = cover.until;
	}
	*moved = cp_date_cmp(start, *day) != 0;
	return CP_OK;
}

/* The rule by which the cover ended on DAY; the age limit if none did. */
static enum cp_rc
ending_rule(const struct cp_policy *p, const struct cp_facts *f,
    const struct life *life, struct cp_date day, enum cp_rule *out,
    struct cp_err *err)
{
	struct cover cover = { { 0 }, CP_RULE_AGE_LIMIT };
	enum cp_rule rule = CP_RULE_AGE_LIMIT;
	enum cp_rc rc;
	size_t i;

	for (i = 0; i < f->n_consents; i++) {
		rc = read_cover(p, life, &f->consents[i], &cover, err);
		if (rc != CP_OK)
			return rc;
		if (cp_date_cmp(cover.until, day) == 0 &&
		    cp_date_cmp(f->consents[i].given, day) < 0 &&
		    (rule == CP_RULE_AGE_LIMIT || cover.rule < rule))
			rule = cover.rule;
	}
	*out = rule;
	return CP_OK;
}

static void
due_by(struct cp_decision *d, struct cp_date due, enum cp_rule rule)
{
	if (cp_date_set(d->due) && cp_date_cmp(due, d->due) >= 0)
		return;
	d->due = due;
	d->rule = rule;
}

static enum cp_rc
decide_age(const struct cp_policy *p, const struct cp_facts *f,
    const struct life *life, struct cp_decision *d, struct cp_err *err)
{
	enum cp_rule rule = CP_RULE_AGE_LIMIT;
	int moved = f->n_consents > 0;
	enum cp_rc rc = CP_OK;

	d->age_limit_on = d->age_due = life->age_limit;
	while (rc == CP_OK && moved)
		rc = extend(p, f, life, &d->age_due, &moved, err);
	if (rc == CP_OK && f->n_consents > 0)
		rc = ending_rule(p, f, life, d->age_due, &rule, err);
	if (rc != CP_OK)
		return rc;
	if (cp_date_cmp(d->age_due, life->age_limit) > 0)
		d->extended_from = life->age_limit;
	due_by(d, d->age_due, rule);
	return CP_OK;
}

static enum cp_rc
decide_death(const struct cp_policy *p, const struct cp_facts *f,
    const struct life *life, struct cp_decision *d, struct cp_err *err)
{
	struct cp_date due;

	if (!cp_date_set(f->death_notified))
		return CP_OK;
	if (cp_date_cmp(f->death_notified, life->first) < 0)
		return cp_fail(err, CP_BAD_INPUT,
		    "the death was notified before the birth");
	due = cp_period_after(f->death_notified, p->death_period);
	if (!cp_date_set(due))
		return out_of_range(err);
	due_by(d, due, CP_RULE_DEATH_PERIOD);
	return CP_OK;
}

static enum cp_rc
decide_left(const struct cp_policy *p, const struct cp_facts *f,
    const struct life *life, struct cp_decision *d, struct cp_err *err)
{
	struct cp_period period = { 0, 0, 0 };
	enum cp_rule rule = CP_RULE_COUNT;
	struct cp_date due;

	if (!cp_date_set(f->left_on) &&
	    f->left_intention == CP_INTENTION_NONE)
		return CP_OK;
	if (f->left_intention == CP_INTENTION_NO_RETURN) {
		period = p->left_no_return_period;
		rule = CP_RULE_LEFT_NO_RETURN_PERIOD;
	} else if (f->left_intention == CP_INTENTION_RETURN) {
		period = p->left_return_period;
		rule = CP_RULE_LEFT_RETURN_PERIOD;
	} else if (f->left_intention == CP_INTENTION_NONE_STATED) {
		period = p->left_none_stated_period;
		rule = CP_RULE_LEFT_NONE_STATED_PERIOD;
	}
	if (rule == CP_RULE_COUNT || !cp_date_set(f->left_on))
		return cp_fail(err, CP_BAD_INPUT, "the statement of leaving "
		    "England lacks its date or its intention");
	if (cp_date_cmp(f->left_on, life->first) < 0)
		return cp_fail(err, CP_BAD_INPUT,
		    "England was left before the birth");
	due = cp_period_after(f->left_on, period);
	if (!cp_date_set(due))
		return out_of_range(err);
	due_by(d, due, rule);
	return CP_OK;
}

static enum cp_rc
decide_live(const struct cp_policy *p, const struct cp_facts *f,
    struct cp_decision *d, struct cp_err *err)
{
	struct life life;
	enum cp_rc rc = read_life(p, f->birth, &life, err);

	d->action = CP_ACTION_ARCHIVE;
	if (rc == CP_OK)
		rc = decide_age(p, f, &life, d, err);
	if (rc == CP_OK)
		rc = decide_death(p, f, &life, d, err);
	if (rc == CP_OK)
		rc = decide_left(p, f, &life, d, err);
	return rc;
}

static enum cp_rc
decide_archived(const struct cp_policy *p, const struct cp_facts *f,
    struct cp_decision *d, struct cp_err *err)
{
	if (!cp_date_set(f->archived_on))
		return cp_fail(err, CP_BAD_INPUT,
		    "archived, but the day of archiving is not known");
	if (cp_date_set(f->destroy_due_fixed) &&
	    cp_date_cmp(f->destroy_due_fixed, f->archived_on) < 0)
		return cp_fail(err, CP_BAD_INPUT,
		    "to be destroyed before it was archived");
	d->action = CP_ACTION_DESTROY;
	d->rule = CP_RULE_ARCHIVE_PERIOD;
	d->due = cp_date_set(f->destroy_due_fixed) ? f->destroy_due_fixed :
	    cp_period_after(f->archived_on, p->archive_period);
	d->blocked = f->n_holds > 0;
	return cp_date_set(d->due) ? CP_OK : out_of_range(err);
}

enum cp_rc
cp_decide(const struct cp_policy *policy, const struct cp_facts *facts,
    struct cp_date on, struct cp_decision *out, struct cp_err *err)
{
	struct cp_decision d = { .rule_name = "" };
	enum cp_rc rc;

	switch (facts->state) {
	case CP_STATE_LIVE:
		rc = decide_live(policy, facts, &d, err);
		break;
	case CP_STATE_ARCHIVED:
		rc = decide_archived(policy, facts, &d, err);
		break;
	case CP_STATE_DESTROYED:
	case CP_STATE_MERGED:
		rc = CP_OK;
		break;
	default:
		rc = cp_fail(err, CP_BAD_INPUT, "the record's state is not "
		    "known");
	}
	if (rc != CP_OK)
		return rc;
	if (d.action != CP_ACTION_NONE) {
		d.due_now = cp_date_set(on) && cp_date_cmp(d.due, on) <= 0;
		d.rule_name = cp_rule_name(d.rule);
	}
	*out = d;
	return CP_OK;
}

enum cp_rc
cp_decide_consent(const struct cp_policy *policy, struct cp_partial_date birth,
    const struct cp_consent_fact *consent, struct cp_date *until,
    enum cp_rule *rule, struct cp_err *err)
{
	struct cover cover;
	struct life life;
	enum cp_rc rc = read_life(policy, birth, &life, err);

	if (rc == CP_OK)
		rc = read_cover(policy, &life, consent, &cover, err);
	if (rc != CP_OK)
		return rc;
	*until = cover.until;
	if (rule != NULL)
		*rule = cover.rule;
	return CP_OK;
}

struct cp_date
cp_decide_prune(const struct cp_policy *policy, struct cp_date end,
    int sensitive)
{
	return cp_period_after(end, sensitive ?
	    policy->sensitive_involvement_period :
	    policy->involvement_period);
}

struct cp_date
cp_decide_reminder(const struct cp_policy *policy,
    struct cp_partial_date birth)
{
	return cp_period_end(cp_partial_last(birth), policy->reminder_age);
}
