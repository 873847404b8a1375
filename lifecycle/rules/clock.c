#include "lifecycle/rules/clock.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/clock_impl.h"

static const struct cp_date NO_DATE = { 0 };

static const char *const KINDS[] = { "received", "identity-doubted",
	"identity-verified", "fee-asked", "fee-paid", "fee-waived",
	"clarify-asked", "clarify-answered", "extended" };
static const char *const WAITS[] = { "", "identity", "fee", "clarification" };

_Static_assert(sizeof(KINDS) / sizeof(KINDS[0]) == CP_CLOCK_KINDS,
    "a kind of event has no word");

const char *
cp_clock_word(enum cp_clock_kind kind)
{
	return (unsigned)kind < CP_CLOCK_KINDS ? KINDS[kind] : "unknown";
}

int
cp_clock_parse(const char *word, enum cp_clock_kind *out)
{
	for (int i = 0; i < CP_CLOCK_KINDS; i++) {
		if (strcmp(KINDS[i], word) == 0) {
			*out = (enum cp_clock_kind)i;
			return 1;
		}
	}
	return 0;
}

const char *
cp_clock_wait_word(enum cp_clock_wait w)
{
	return (unsigned)w < sizeof(WAITS) / sizeof(WAITS[0]) ? WAITS[w] :
	    "unknown";
}

enum cp_clock_what
cp_clock_what(enum cp_clock_kind kind)
{
	switch (kind) {
	case CP_CLOCK_IDENTITY_DOUBTED:
	case CP_CLOCK_IDENTITY_VERIFIED:
		return CP_CLOCK_IDENTITY;
	case CP_CLOCK_FEE_ASKED:
	case CP_CLOCK_FEE_PAID:
	case CP_CLOCK_FEE_WAIVED:
		return CP_CLOCK_FEE;
	case CP_CLOCK_CLARIFY_ASKED:
	case CP_CLOCK_CLARIFY_ANSWERED:
		return CP_CLOCK_CLARIFICATION;
	default:
		return CP_CLOCK_OTHER;
	}
}

int
cp_clock_asks(enum cp_clock_kind kind)
{
	return kind == CP_CLOCK_IDENTITY_DOUBTED ||
	    kind == CP_CLOCK_FEE_ASKED || kind == CP_CLOCK_CLARIFY_ASKED;
}

/* ---- what stands --------------------------------------------------------- */

struct cp_date
cp_clock_limit(const struct cp_policy *policy, int extended,
    struct cp_date starts)
{
	struct cp_date end = cp_period_end(starts, extended ?
	    policy->access_extension : policy->access_limit);

	return policy->access_counting == CP_COUNT_BEGINNING_WITH ?
	    cp_date_add_days(end, -1) : end;
}

static int
is_pause(const struct cp_clock_run *r, const struct cp_clock_round *round)
{
	return round->what == CP_CLOCK_CLARIFICATION &&
	    r->policy->access_clarification == CP_CLARIFY_PAUSES;
}

int
cp_clock_paused(const struct cp_clock_run *r,
    const struct cp_clock_round *round, struct cp_date starts,
    struct cp_date *from)
{
	struct cp_date first = round->asked;

	if (!is_pause(r, round) || !cp_date_set(round->given))
		return 0;
	if (cp_date_cmp(first, starts) < 0)
		first = starts;
	if (from != NULL)
		*from = first;
	return cp_date_cmp(first, round->given) > 0 ? 0 :
	    round->given.days - first.days + 1;
}

int
cp_clock_pauses(const struct cp_clock_run *r, struct cp_date day)
{
	for (size_t i = 0; i < r->n_rounds; i++)
		if (is_pause(r, &r->round[i]) &&
		    cp_date_cmp(r->round[i].asked, day) <= 0 &&
		    cp_date_cmp(day, r->round[i].given) <= 0)
			return 1;
	return 0;
}

static enum cp_rc
roll(const struct cp_clock_run *r, struct cp_date day, struct cp_date *out,
    struct cp_err *err)
{
	struct cp_date to = day;
	char text[CP_DATE_TEXT];

	while (cp_date_set(to)) {
		to = r->holidays == NULL ? NO_DATE :
		    cp_working_day_from(r->holidays, to);
		if (!cp_date_set(to) || !cp_clock_pauses(r, to))
			break;
		to = cp_date_add_days(to, 1);
	}
	if (!cp_date_set(to)) {
		(void)cp_fail(err, CP_REFUSED, "what is due on %s cannot be "
		    "told: no bank holidays of that time are known",
		    cp_date_format(day, text));
		cp_err_hint(err, "they are in holidays/england-wales.csv "
		    "beside the policies");
		return CP_REFUSED;
	}
	*out = to;
	return CP_OK;
}

/* The start, and what it waits for, by R's rounds. */
static void
start(const struct cp_clock_run *r, struct cp_clock *c)
{
	static const enum cp_clock_wait waits[] = { CP_WAITS_IDENTITY,
		CP_WAITS_FEE, CP_WAITS_CLARIFICATION };
	const struct cp_clock_round *t = r->round;
	int begins = 1;

	c->starts = c->received;
	for (const struct cp_clock_round *end = t + r->n_rounds; t < end;
	    t++) {
		if (!cp_date_set(t->given)) {
			if (c->waits_for == CP_WAITS_NOT ||
			    waits[t->what] < c->waits_for) {
				c->waits_for = waits[t->what];
				c->waits_since = t->asked;
			}
			begins &= is_pause(r, t);
		} else if (!is_pause(r, t) &&
		    cp_date_cmp(t->given, c->starts) > 0) {
			c->starts = t->given;
		}
	}
	if (!begins)
		c->starts = NO_DATE;
}

/* How R stands now; all but first_due. */
static enum cp_rc
stand(const struct cp_clock_run *r, struct cp_clock *c, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	memset(c, 0, sizeof(*c));
	c->received = r->seen[0].event.date;
	c->extended = r->extended;
	start(r, c);
	for (size_t i = 0; i < r->n_rounds && cp_date_set(c->starts); i++)
		c->paused += cp_clock_paused(r, &r->round[i], c->starts, NULL);
	if (c->waits_for != CP_WAITS_NOT)
		return CP_OK;
	c->unrolled = cp_date_add_days(cp_clock_limit(r->policy,
	    cp_date_set(r->extended), c->starts), c->paused);
	if (!cp_date_set(c->unrolled))
		return cp_fail(err, CP_BAD_INPUT,
		    "the limit ends on no date that there is");
	c->due = c->unrolled;
	if (r->policy->access_roll == CP_ROLL_WORKING_DAY)
		rc = roll(r, c->unrolled, &c->due, err);
	return rc;
}

/* ---- events -------------------------------------------------------------- */

static struct cp_clock_round *
asked_now(const struct cp_clock_run *r, enum cp_clock_what what)
{
	for (size_t i = 0; i < r->n_rounds; i++)
		if (r->round[i].what == what &&
		    !cp_date_set(r->round[i].given))
			return &r->round[i];
	return NULL;
}

static enum cp_clock_effect
extend(struct cp_clock_run *r, struct cp_date date, int late)
{
	if (!r->policy->access_extends)
		return CP_CLOCK_NO_SUCH;
	if (cp_date_set(r->extended))
		return CP_CLOCK_NOTHING;
	if (late)
		return CP_CLOCK_TOO_LATE;
	r->extended = date;
	return CP_CLOCK_COUNTS;
}

/* S happens; LATE: on a day on which the time was over. */
static enum cp_clock_effect
apply(struct cp_clock_run *r, const struct cp_clock_event *e, int late)
{
	enum cp_clock_what what = cp_clock_what(e->kind);
	struct cp_clock_round *open;

	if (e->kind == CP_CLOCK_EXTENDED)
		return extend(r, e->date, late);
	if (what == CP_CLOCK_OTHER)
		return CP_CLOCK_COUNTS;
	open = asked_now(r, what);
	if (!cp_clock_asks(e->kind)) {
		if (open == NULL)
			return CP_CLOCK_NOTHING;
		open->given = e->date;
		return CP_CLOCK_COUNTS;
	}
	if (open != NULL)
		return CP_CLOCK_NOTHING;
	if (late)
		return CP_CLOCK_TOO_LATE;
	r->round[r->n_rounds].what = what;
	r->round[r->n_rounds].asked = e->date;
	r->round[r->n_rounds++].given = NO_DATE;
	return CP_CLOCK_COUNTS;
}

/* All events, day by day, each day's against what stood before it; without
 * extension unless EXTENDS. */
static enum cp_rc
replay(struct cp_clock_run *r, int extends, struct cp_clock *c,
    struct cp_err *err)
{
	enum cp_rc rc;
	size_t i, next;

	r->n_rounds = 0;
	r->extended = NO_DATE;
	memset(c, 0, sizeof(*c));
	for (i = 0, rc = CP_OK; i < r->n && rc == CP_OK; i = next) {
		struct cp_date day = r->seen[i].event.date;
		int late = cp_date_set(c->due) && cp_date_cmp(day, c->due) > 0;

		for (next = i; next < r->n && cp_date_cmp(
		    r->seen[next].event.date, day) == 0; next++) {
			struct cp_clock_seen *s = &r->seen[next];

			if (!extends && s->event.kind == CP_CLOCK_EXTENDED)
				continue;
			s->stood = c->due;
			s->effect = apply(r, &s->event, late);
		}
		rc = stand(r, c, err);
		/* What comes on a day that cannot be late is not in need of
		 * the day on which it would be. */
		if (rc == CP_REFUSED && next < r->n && cp_date_cmp(
		    r->seen[next].event.date, c->unrolled) <= 0) {
			c->due = NO_DATE;
			rc = CP_OK;
		}
	}
	return rc;
}

/* ---- what is given ------------------------------------------------------- */

/* Of one day first that it was received, then what is asked for and then, of
 * the same, what is given: as the kinds are numbered. */
_Static_assert(CP_CLOCK_RECEIVED < CP_CLOCK_IDENTITY_DOUBTED &&
    CP_CLOCK_IDENTITY_DOUBTED < CP_CLOCK_IDENTITY_VERIFIED &&
    CP_CLOCK_FEE_ASKED < CP_CLOCK_FEE_PAID &&
    CP_CLOCK_FEE_ASKED < CP_CLOCK_FEE_WAIVED &&
    CP_CLOCK_CLARIFY_ASKED < CP_CLOCK_CLARIFY_ANSWERED, "kinds in order");

static int
by_date(const void *va, const void *vb)
{
	const struct cp_clock_event *a = &((const struct cp_clock_seen *)va)
	    ->event, *b = &((const struct cp_clock_seen *)vb)->event;
	int c = cp_date_cmp(a->date, b->date);

	return c != 0 ? c : (a->kind > b->kind) - (a->kind < b->kind);
}

/* Whether what event I of R gives was asked for by then. */
static int
was_asked(const struct cp_clock_run *r, size_t i)
{
	enum cp_clock_what what = cp_clock_what(r->seen[i].event.kind);

	for (size_t k = 0; k < i; k++)
		if (cp_clock_asks(r->seen[k].event.kind) &&
		    cp_clock_what(r->seen[k].event.kind) == what)
			return 1;
	return 0;
}

static enum cp_rc
check(const struct cp_clock_run *r, struct cp_err *err)
{
	if (r->n == 0 || r->seen[0].event.kind != CP_CLOCK_RECEIVED)
		return cp_fail(err, CP_BAD_INPUT, "the first event must be "
		    "that the request was received");
	for (size_t i = 0; i < r->n; i++) {
		const struct cp_clock_event *e = &r->seen[i].event;
		int gives = e->kind == CP_CLOCK_FEE_PAID ||
		    e->kind == CP_CLOCK_FEE_WAIVED ||
		    e->kind == CP_CLOCK_CLARIFY_ANSWERED;

		if (!cp_date_set(e->date) || (unsigned)e->kind >=
		    CP_CLOCK_KINDS)
			return cp_fail(err, CP_BAD_INPUT,
			    "event %zu is none, or has no date", i + 1);
		if (i > 0 && e->kind == CP_CLOCK_RECEIVED)
			return cp_fail(err, CP_BAD_INPUT,
			    "a request is received once");
		if (gives && !was_asked(r, i))
			return cp_fail(err, CP_BAD_INPUT, "%s: it was not "
			    "asked for by then", cp_clock_word(e->kind));
	}
	return CP_OK;
}

static enum cp_rc
run(struct cp_clock_run *r, cp_clock_step_fn *fn, void *ctx,
    struct cp_clock *out, struct cp_err *err)
{
	struct cp_date first = NO_DATE;
	struct cp_clock c;
	enum cp_rc rc = check(r, err);

	if (rc == CP_OK)
		rc = replay(r, 1, &c, err);
	if (rc == CP_OK && cp_date_set(c.extended) && cp_date_set(c.due)) {
		rc = replay(r, 0, &c, err);
		first = c.due;
		if (rc == CP_OK)
			rc = replay(r, 1, &c, err);
	}
	if (rc != CP_OK)
		return rc;
	c.first_due = cp_date_set(first) ? first : c.due;
	if (fn != NULL)
		rc = cp_clock_tell(r, &c, fn, ctx, err);
	if (rc == CP_OK)
		*out = c;
	return rc;
}

enum cp_rc
cp_clock_run(const struct cp_policy *policy,
    const struct cp_holidays *holidays, const struct cp_clock_event *events,
    size_t n, cp_clock_step_fn *fn, void *ctx, struct cp_clock *out,
    struct cp_err *err)
{
	struct cp_clock_run r = { .policy = policy, .holidays = holidays,
		.n = n };
	enum cp_rc rc;

	r.seen = calloc(n + 1, sizeof(*r.seen));
	r.round = calloc(n + 1, sizeof(*r.round));
	if (r.seen == NULL || r.round == NULL) {
		rc = cp_fail(err, CP_FAILED, "out of memory");
	} else {
		for (size_t i = 0; i < n; i++)
			r.seen[i].event = events[i];
		qsort(r.seen, n, sizeof(*r.seen), by_date);
		rc = run(&r, fn, ctx, out, err);
	}
	free(r.seen);
	free(r.round);
	return rc;
}

/* ---- alarms -------------------------------------------------------------- */

enum cp_clock_alarm
cp_clock_alarm(struct cp_date due, struct cp_date today, int *days_left)
{
	int left = due.days - today.days;

	if (!cp_date_set(due) || !cp_date_set(today)) {
		*days_left = 0;
		return CP_ALARM_NOT;
	}
	*days_left = left;
	if (left < 0)
		return CP_ALARM_LATE;
	if (left == 0)
		return CP_ALARM_DUE;
	return left <= 3 ? CP_ALARM_THREE_DAYS : left <= 7 ?
	    CP_ALARM_ONE_WEEK : left <= 14 ? CP_ALARM_TWO_WEEKS :
	    CP_ALARM_NOT;
}
