#include <stdarg.h>
#include <stdio.h>

#include "lifecycle/rules/clock_impl.h"

static const struct cp_date NO_DATE = { 0 };

/* A derivation on its way out. */
struct tale {
	const struct cp_clock_run *r;
	const struct cp_clock *c;
	cp_clock_step_fn *fn;
	void *ctx;
	struct cp_err *err;
	enum cp_rc rc;
};

#define DATE(date) cp_date_format(date, (char[CP_DATE_TEXT]){ 0 })

static void step(struct tale *t, enum cp_rule rule, struct cp_date date,
    const char *fmt, ...) CP_PRINTF(4, 5);

/* RULE may be CP_RULE_COUNT for none. */
static void
step(struct tale *t, enum cp_rule rule, struct cp_date date, const char *fmt,
    ...)
{
	char text[256];
	va_list ap;

	if (t->rc != CP_OK)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->rc = t->fn(t->ctx, rule == CP_RULE_COUNT ? "" : cp_rule_name(rule),
	    date, text, t->err);
}

/* ---- what happened ------------------------------------------------------- */

static enum cp_rule
rule_of(enum cp_clock_kind kind)
{
	switch (cp_clock_what(kind)) {
	case CP_CLOCK_FEE:
		return CP_RULE_ACCESS_FEE;
	case CP_CLOCK_CLARIFICATION:
		return CP_RULE_ACCESS_CLARIFICATION;
	default:
		return kind == CP_CLOCK_EXTENDED ? CP_RULE_ACCESS_EXTENSION :
		    CP_RULE_COUNT;
	}
}

static const char *
said(enum cp_clock_kind kind)
{
	static const char *const texts[CP_CLOCK_KINDS] = {
		[CP_CLOCK_RECEIVED] = "The request was received",
		[CP_CLOCK_IDENTITY_DOUBTED] = "Proof of identity was asked for",
		[CP_CLOCK_IDENTITY_VERIFIED] = "Identity was verified",
		[CP_CLOCK_FEE_ASKED] = "A fee was asked for",
		[CP_CLOCK_FEE_PAID] = "The fee was paid",
		[CP_CLOCK_FEE_WAIVED] = "The fee was waived",
		[CP_CLOCK_CLARIFY_ASKED] = "Clarification was asked for",
		[CP_CLOCK_CLARIFY_ANSWERED] = "Clarification was given",
		[CP_CLOCK_EXTENDED] = "An extension was told"
	};

	return texts[kind];
}

static void
tell_event(struct tale *t, const struct cp_clock_seen *s)
{
	const struct cp_clock_event *e = &s->event;
	const struct cp_policy *p = t->r->policy;
	const char *so = "";

	if (s->effect == CP_CLOCK_NO_SUCH) {
		so = "; this policy has none, and it changes nothing";
	} else if (s->effect == CP_CLOCK_NOTHING) {
		so = cp_clock_asks(e->kind) || e->kind == CP_CLOCK_EXTENDED ?
		    ", as it was before" : "; nothing waited for it";
	} else if (cp_clock_asks(e->kind)) {
		so = cp_clock_what(e->kind) == CP_CLOCK_CLARIFICATION &&
		    p->access_clarification == CP_CLARIFY_PAUSES ?
		    ", and the time stands still until it is given" :
		    ", and the time does not start without it";
	}
	if (s->effect == CP_CLOCK_TOO_LATE)
		step(t, rule_of(e->kind), e->date, "%s when the time was over, "
		    "on %s: it changes nothing", said(e->kind),
		    DATE(s->stood));
	else if (s->effect == CP_CLOCK_COUNTS &&
	    e->kind == CP_CLOCK_EXTENDED && cp_date_set(s->stood))
		step(t, rule_of(e->kind), e->date, "%s in time: the answer was "
		    "due on %s", said(e->kind), DATE(s->stood));
	else
		step(t, rule_of(e->kind), e->date, "%s%s", said(e->kind), so);
}

/* ---- what comes of it ---------------------------------------------------- */

static void
tell_limit(struct tale *t)
{
	const struct cp_policy *p = t->r->policy;
	int extended = cp_date_set(t->c->extended);
	enum cp_rule rule = extended ? CP_RULE_ACCESS_EXTENSION :
	    CP_RULE_ACCESS_LIMIT;
	struct cp_period period = extended ? p->access_extension :
	    p->access_limit;
	struct cp_date end = cp_clock_limit(p, extended, t->c->starts);
	char text[CP_PERIOD_TEXT];
	int y, m, from, to;

	(void)cp_period_format(period, text);
	if (p->access_counting == CP_COUNT_BEGINNING_WITH) {
		step(t, rule, end, "%s%s beginning with the start: this is "
		    "the last day", extended ? "Instead of the limit, " : "",
		    text);
		return;
	}
	cp_date_split(t->c->starts, &y, &m, &from);
	cp_date_split(end, &y, &m, &to);
	step(t, rule, end, "%s%s from the start: %s", extended ?
	    "Instead of the limit, " : "", text, period.days != 0 ?
	    "this is the last day" : from == to ? "the corresponding date" :
	    "the month has no corresponding date, so its last day");
}

static void
tell_pauses(struct tale *t)
{
	struct cp_date from = NO_DATE;
	int days;

	for (size_t i = 0; i < t->r->n_rounds; i++) {
		const struct cp_clock_round *round = &t->r->round[i];

		if (round->what != CP_CLOCK_CLARIFICATION ||
		    t->r->policy->access_clarification != CP_CLARIFY_PAUSES)
			continue;
		days = cp_clock_paused(t->r, round, t->c->starts, &from);
		if (days > 0)
			step(t, CP_RULE_ACCESS_CLARIFICATION, NO_DATE,
			    "Paused from %s to %s, both counted: %d day%s",
			    DATE(from), DATE(round->given), days,
			    days == 1 ? "" : "s");
		else if (cp_date_set(round->given))
			step(t, CP_RULE_ACCESS_CLARIFICATION, NO_DATE,
			    "Clarified by %s, before the start: nothing is "
			    "paused", DATE(round->given));
	}
	if (t->c->paused > 0 && cp_date_set(t->c->unrolled))
		step(t, CP_RULE_ACCESS_CLARIFICATION, t->c->unrolled,
		    "Later by the %d day%s paused", t->c->paused,
		    t->c->paused == 1 ? "" : "s");
}

/* Whether the holidays around DATE are proclaimed, as the last one is. */
static int
is_proclaimed(const struct cp_holidays *h, struct cp_date date)
{
	int proclaimed = 1;

	for (int i = 0; i < 366; i++, date = cp_date_add_days(date, -1))
		if (cp_holiday_on(h, date, &proclaimed) != NULL)
			break;
	return proclaimed;
}

static void
tell_roll(struct tale *t)
{
	static const char *const ends[] = { "a Saturday", "a Sunday" };
	const struct cp_holidays *h = t->r->holidays;
	struct cp_date d = t->c->unrolled;
	const char *name;
	int weekday;

	if (t->r->policy->access_roll != CP_ROLL_WORKING_DAY)
		return;
	for (; cp_date_cmp(d, t->c->due) < 0; d = cp_date_add_days(d, 1)) {
		weekday = cp_date_weekday(d);
		name = cp_holiday_on(h, d, NULL);
		if (name != NULL)
			step(t, CP_RULE_ACCESS_ROLL, d, "Not a working day: "
			    "%s", name);
		else
			step(t, CP_RULE_ACCESS_ROLL, d, "Not a working day: "
			    "%s", weekday >= 5 ? ends[weekday - 5] :
			    "the time stands still on it");
	}
	step(t, CP_RULE_ACCESS_ROLL, t->c->due, "A working day, by the bank "
	    "holidays of version %s%s", cp_holidays_version(h),
	    is_proclaimed(h, t->c->due) ? "" :
	    ", which of this year are by rule, not yet proclaimed");
}

enum cp_rc
cp_clock_tell(const struct cp_clock_run *r, const struct cp_clock *c,
    cp_clock_step_fn *fn, void *ctx, struct cp_err *err)
{
	struct tale t = { r, c, fn, ctx, err, CP_OK };

	for (size_t i = 0; i < r->n; i++)
		tell_event(&t, &r->seen[i]);
	if (!cp_date_set(c->starts)) {
		step(&t, CP_RULE_COUNT, NO_DATE, "It waits for %s since %s: "
		    "the time has not started", c->waits_for ==
		    CP_WAITS_FEE ? "the fee" :
		    cp_clock_wait_word(c->waits_for), DATE(c->waits_since));
		return t.rc;
	}
	step(&t, CP_RULE_COUNT, c->starts, "The time starts, everything "
	    "needed for it being there");
	tell_limit(&t);
	tell_pauses(&t);
	if (c->waits_for != CP_WAITS_NOT) {
		step(&t, CP_RULE_ACCESS_CLARIFICATION, NO_DATE, "It waits for "
		    "clarification since %s: no day is due",
		    DATE(c->waits_since));
		return t.rc;
	}
	tell_roll(&t);
	if (cp_date_set(c->extended))
		step(&t, CP_RULE_ACCESS_LIMIT, c->first_due, "Without the "
		    "extension it would have been due");
	step(&t, CP_RULE_COUNT, c->due, "The answer is due on this day at the "
	    "latest");
	return t.rc;
}
