#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/decide.h"
#include "lifecycle/rules/predicate.h"

/*
 * Predicates against a second evaluator, which knows two values only: it is
 * asked about every way (or many ways) in which the unknown facts may turn out
 * to be.  CP_SEED starts the random numbers elsewhere.
 */
static struct cp_err err;
static uint64_t seed;

static int
under(int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int)((seed >> 11) % (uint64_t)n);
}

static void
start(unsigned i)
{
	const char *text = getenv("CP_SEED");

	seed = UINT64_C(88172645463325252) + i * UINT64_C(7919);
	if (text != NULL)
		seed += strtoull(text, NULL, 10) * UINT64_C(2654435761);
}

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	ck_assert_msg(cp_date_parse(text, &d, &err) == CP_OK, "%s", text);
	return d;
}

static struct cp_predicate *
parse(const char *text)
{
	static struct cp_predicate p;

	ck_assert_msg(cp_predicate_parse(text, &p, &err) == CP_OK, "%s: %s",
	    text, err.what);
	return &p;
}

/* An archived record, as the store knows it. */
static struct cp_predicate_facts
archived(void)
{
	struct cp_predicate_facts f;

	cp_predicate_facts_unknown(&f);
	f.states = CP_IS_ARCHIVED;
	f.authority = "E08000015";
	f.archived = cp_span_on(day("2019-03-04"));
	f.destroy_due = cp_span_on(day("2025-03-05"));
	f.entered = cp_span_on(day("2012-10-01"));
	f.rules = (uint32_t)1 << CP_RULE_AGE_LIMIT;
	return f;
}

static void
is(const char *text, const struct cp_predicate_facts *f, enum cp_truth want)
{
	enum cp_truth got = cp_predicate_eval(parse(text), f);

	ck_assert_msg(got == want, "%s: %d, not %d", text, got, want);
}

/* ---- what is said in the manual ------------------------------------------ */

START_TEST(what_is_sealed_is_unknown)
{
	struct cp_predicate_facts f = archived();

	is("state = archived", &f, CP_TRUE);
	is("state != archived", &f, CP_FALSE);
	is("state in (live, extended)", &f, CP_FALSE);
	is("authority = E08000015", &f, CP_TRUE);
	is("authority in (E10000016, E08000015)", &f, CP_TRUE);
	is("authority not in (E10000016)", &f, CP_TRUE);
	is("rule = retention.age_limit", &f, CP_TRUE);
	is("rule = retention.death_period", &f, CP_FALSE);
	is("born < 2000", &f, CP_UNKNOWN);
	is("died = none", &f, CP_UNKNOWN);
	is("left != none", &f, CP_UNKNOWN);
	is("ground = care-leaver", &f, CP_UNKNOWN);
	is("service = education", &f, CP_UNKNOWN);
	is("born < 2000 and authority = E08000015", &f, CP_UNKNOWN);
	is("born < 2000 and authority = E10000016", &f, CP_FALSE);
	is("born < 2000 or authority = E08000015", &f, CP_TRUE);
	is("not born < 2000", &f, CP_UNKNOWN);
}
END_TEST

START_TEST(months_and_years_are_whole)
{
	struct cp_predicate_facts f = archived();

	is("archived = 2019", &f, CP_TRUE);
	is("archived = 2019-03", &f, CP_TRUE);
	is("archived = 2019-03-04", &f, CP_TRUE);
	is("archived = 2019-04", &f, CP_FALSE);
	is("archived < 2019", &f, CP_FALSE);
	is("archived <= 2019", &f, CP_TRUE);
	is("archived > 2019", &f, CP_FALSE);
	is("archived >= 2019", &f, CP_TRUE);
	is("archived > 2019-02", &f, CP_TRUE);
	is("archived < 2019-03-05", &f, CP_TRUE);
	is("archived != 2019", &f, CP_FALSE);
	is("archived in (2018, 2019-03)", &f, CP_TRUE);
	is("archived not in (2018, 2020)", &f, CP_TRUE);
	is("destroy_due < 2025-04 and entered >= 2012-10-01", &f, CP_TRUE);
}
END_TEST

START_TEST(a_partial_date_that_straddles_is_unknown)
{
	struct cp_predicate_facts f = archived();
	struct cp_partial_date d;

	ck_assert_int_eq(cp_partial_parse("2006-05", &d, &err), CP_OK);
	f.born = cp_span_partial(d);
	is("born < 2006-05", &f, CP_FALSE);
	is("born < 2006-05-02", &f, CP_UNKNOWN);
	is("born < 2006-06", &f, CP_TRUE);
	is("born <= 2006-05-30", &f, CP_UNKNOWN);
	is("born <= 2006-05-31", &f, CP_TRUE);
	is("born = 2006-05", &f, CP_TRUE);
	is("born = 2006", &f, CP_TRUE);
	is("born = 2006-05-31", &f, CP_UNKNOWN);
	is("born = 2006-06-01", &f, CP_FALSE);
	is("born > 2006-05-30", &f, CP_UNKNOWN);
	is("born >= 2006-05-01", &f, CP_TRUE);
}
END_TEST

START_TEST(none_is_neither_before_nor_after)
{
	struct cp_predicate_facts f = archived();
	static const struct cp_date none = { 0 };

	f.died = cp_span_on(none);
	is("died = none", &f, CP_TRUE);
	is("died != none", &f, CP_FALSE);
	is("died < 2030", &f, CP_FALSE);
	is("died >= 1900", &f, CP_FALSE);
	is("died = 2019", &f, CP_FALSE);
	is("not died < 2030", &f, CP_TRUE);
	is("died in (none, 2001)", &f, CP_TRUE);
	f.died = cp_span_on(day("2018-01-01"));
	is("died = none", &f, CP_FALSE);
	is("died in (none, 2018)", &f, CP_TRUE);
}
END_TEST

START_TEST(several_grounds_and_services)
{
	static const char *const services[] = { "education",
		"primary health care" };
	struct cp_predicate_facts f = archived();

	f.grounds = f.grounds_maybe = 1U << CP_GROUND_CARE_LEAVER;
	f.services = services;
	f.n_services = 2;
	f.services_more = 0;
	is("ground = care-leaver", &f, CP_TRUE);
	is("ground != care-leaver", &f, CP_FALSE);
	is("ground = connexions", &f, CP_FALSE);
	is("ground = none", &f, CP_FALSE);
	is("service = education", &f, CP_TRUE);
	is("service = 'Primary Health Care'", &f, CP_TRUE);
	is("service in (police, education)", &f, CP_TRUE);
	is("service != police", &f, CP_TRUE);
	is("service = none", &f, CP_FALSE);
	f.services_more = 1;
	is("service = education", &f, CP_TRUE);
	is("service = police", &f, CP_UNKNOWN);
	f.n_services = 0;
	is("service = none", &f, CP_UNKNOWN);
	f.services_more = 0;
	is("service = none", &f, CP_TRUE);
	f.grounds = f.grounds_maybe = 0;
	is("ground = none", &f, CP_TRUE);
}
END_TEST

/* min, max and complement, for all pairs: the unknown is `born < 2000'. */
START_TEST(truth_tables)
{
	static const char *const word[] = { "state = live", "born < 2000",
		"state = archived" };
	struct cp_predicate_facts f = archived();
	char text[200];

	for (int a = 0; a < 3; a++) {
		(void)snprintf(text, sizeof(text), "not %s", word[a]);
		is(text, &f, (enum cp_truth)(2 - a));
		for (int b = 0; b < 3; b++) {
			(void)snprintf(text, sizeof(text), "%s and %s",
			    word[a], word[b]);
			is(text, &f, (enum cp_truth)(a < b ? a : b));
			(void)snprintf(text, sizeof(text), "%s or %s",
			    word[a], word[b]);
			is(text, &f, (enum cp_truth)(a > b ? a : b));
		}
	}
}
END_TEST

START_TEST(how_it_was_understood)
{
	static const char *const pairs[][2] = {
		{ "born<2000 AND state=Archived or ground = none",
		    "(born < 2000 and state = archived) or ground = none" },
		{ "((died = 2001-02))", "died = 2001-02" },
		{ "not not left != none", "left != none" },
		{ "not (not (left != none))", "left != none" },
		{ "not\tborn in(2000,2001-02 , 2002-03-04)",
		    "not (born in (2000, 2001-02, 2002-03-04))" },
		{ "service = \"it's\" or service=police",
		    "service = \"it's\" or service = 'police'" },
		{ "state = live and (state = live and state = live)",
		    "state = live and (state = live and state = live)" },
		{ "(state = live and state = live) and state = live",
		    "state = live and state = live and state = live" },
		{ "rule not in (retention.withdrawal)",
		    "rule not in (retention.withdrawal)" },
		{ "born = 2004-02-01 or born = 2004-12-31",
		    "born = 2004-02-01 or born = 2004-12-31" },
	};
	struct cp_buf out;

	cp_buf_init(&out);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		cp_buf_reset(&out);
		cp_predicate_print(parse(pairs[i][0]), &out);
		ck_assert_str_eq(cp_buf_text(&out), pairs[i][1]);
	}
	cp_buf_clear(&out);
}
END_TEST

/* ---- what is refused ----------------------------------------------------- */

static void
refused(const char *text, unsigned column, const char *hint)
{
	struct cp_predicate p;
	char want[40];

	err.hint[0] = '\0';
	ck_assert_msg(cp_predicate_parse(text, &p, &err) == CP_BAD_INPUT,
	    "%s is accepted", text);
	(void)snprintf(want, sizeof(want), "column %u of", column);
	ck_assert_msg(strstr(err.what, want) != NULL, "%s: %s", text,
	    err.what);
	ck_assert_msg(hint == NULL || strstr(err.hint, hint) != NULL,
	    "%s: %s", text, err.hint);
}

START_TEST(errors_say_where_and_what_else)
{
	refused("", 1, "authority, born");
	refused("bron < 2000", 1, "state, authority, born, archived, "
	    "destroy_due, died, left, entered, ground, service, rule");
	refused("born", 5, "= != < <= > >= in");
	refused("born < ", 8, "YYYY-MM-DD");
	refused("born < live", 8, "YYYY-MM-DD, YYYY-MM or YYYY");
	refused("born < 2001-02-29", 8, "YYYY");
	refused("born < 2001-13", 8, "YYYY");
	refused("born = none", 8, "YYYY");
	refused("died < none", 8, "YYYY");
	refused("state < live", 7, "= != in, not in");
	refused("state = dead", 9, "live, extended, archived");
	refused("ground = death", 10, "connexions, care-leaver, "
	    "learning-difficulty, none");
	refused("rule = retention.leap_birthday", 8, "retention.age_limit, "
	    "retention.connexions_limit");
	refused("authority = wirral", 13, "A-Z and 0-9");
	refused("state = live and", 17, NULL);
	refused("state = live state = live", 14, "and, or");
	refused("(state = live", 14, ")");
	refused("state = live)", 13, "and, or");
	refused("state in live", 10, "(");
	refused("state in ()", 11, "live");
	refused("state in (live", 15, "comma");
	refused("state not live", 11, "in");
	refused("service = 'mental health", 11, NULL);
	refused("service = ''", 12, "a word");
	refused("service = 'a\tb'", 12, NULL);
	refused("service = 'a\xff'", 12, NULL);
	refused("service = 'Zoë' and x", 21, "state");
	refused("state = live; drop", 13, NULL);
	refused("state ! live", 7, "!=");
	refused("état = live", 1, NULL);
}
END_TEST

START_TEST(limits)
{
	static char text[4000];
	struct cp_predicate p;
	struct cp_predicate_facts f = archived();
	size_t n = 0;

	for (int i = 0; i < CP_PREDICATE_DEPTH; i++)
		text[n++] = '(';
	n += (size_t)sprintf(text + n, "state=live");
	for (int i = 0; i < CP_PREDICATE_DEPTH; i++)
		text[n++] = ')';
	text[n] = '\0';
	is(text, &f, CP_FALSE);
	memmove(text + 1, text, n + 1);
	text[0] = '(';
	text[n + 1] = ')';
	text[n + 2] = '\0';
	refused(text, CP_PREDICATE_DEPTH + 1, NULL);
	/* As deep a stack as there can be. */
	n = 0;
	for (int i = 0; i < CP_PREDICATE_DEPTH; i++)
		n += (size_t)sprintf(text + n, "left=2000 or(");
	n += (size_t)sprintf(text + n, "left=2000 or left=2000 and died=2000");
	for (int i = 0; i < CP_PREDICATE_DEPTH; i++)
		text[n++] = ')';
	text[n] = '\0';
	is(text, &f, CP_UNKNOWN);
	n = 0;
	for (int i = 0; i < 16; i++)
		n += (size_t)sprintf(text + n, "left=2000 or born=2000 and(");
	n += (size_t)sprintf(text + n, "left=2000 or left=2000 and born=2000");
	for (int i = 0; i < 16; i++)
		text[n++] = ')';
	text[n] = '\0';
	is(text, &f, CP_UNKNOWN);
	/* Beside each other they are not deep. */
	n = (size_t)sprintf(text, "left=2000");
	while (n < CP_PREDICATE_MAX - 14)
		n += (size_t)sprintf(text + n, " or(left=2000)");
	is(text, &f, CP_UNKNOWN);
	n = (size_t)sprintf(text, "service in (a");
	while (n < CP_PREDICATE_MAX - 3)
		n += (size_t)sprintf(text + n, ",a");
	(void)sprintf(text + n, ")");
	is(text, &f, CP_UNKNOWN);
	n = (size_t)sprintf(text, "born=2000");
	while (n < CP_PREDICATE_MAX - 13)
		n += (size_t)sprintf(text + n, " or born=2000");
	is(text, &f, CP_UNKNOWN);
	memset(text, 'x', sizeof(text) - 1);
	text[CP_PREDICATE_MAX] = '\0';
	refused(text, 1, NULL);
	text[CP_PREDICATE_MAX] = 'x';
	text[CP_PREDICATE_MAX + 1] = '\0';
	ck_assert_int_eq(cp_predicate_parse(text, &p, &err), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "1000 bytes"));
}
END_TEST

/* ---- random predicates and a second evaluator ---------------------------- */

/* A world in which all is known, in a small span of time. */
enum { DAY0 = 70000, DAYS = 800, NO_DAY = -1, NONE = -100000 };
enum { SPANS = 6 };

struct world {
	int state, rule, authority;
	int date[SPANS];  /* days from DAY0, or NO_DAY */
	unsigned grounds; /* bits */
	unsigned services;
};

static const char *const date_names[SPANS] = { "born", "archived",
	"destroy_due", "died", "left", "entered" };
static const char *const state_names[] = { "live", "extended", "archived" };
static const char *const rule_names[] = { "retention.age_limit",
	"retention.withdrawal", "retention.death_period" };
static const enum cp_rule rule_of[] = { CP_RULE_AGE_LIMIT,
	CP_RULE_WITHDRAWAL, CP_RULE_DEATH_PERIOD };
static const char *const authority_names[] = { "E08000015", "E10000016", "A" };
static const char *const ground_names[] = { "connexions", "care-leaver",
	"learning-difficulty" };
static const char *const service_names[] = { "education", "health", "police" };

/* A tree of its own, with its own text. */
struct tree {
	int op; /* 0 comparison, 1 not, 2 and, 3 or */
	struct tree *a, *b;
	int what;          /* 0-5 a date, 6 state, 7 rule, 8 authority,
			    * 9 ground, 10 service */
	int cmp;           /* = != < <= > >= in not-in */
	int n;
	int from[4], to[4]; /* days, or a word in from; NONE */
};
static struct tree trees[100];
static int n_trees;
static char source[4000];
static size_t length;

static void
say(const char *text)
{
	for (; *text != '\0' && length < sizeof(source) - 1; text++)
		source[length++] = under(6) == 0 && *text >= 'a' &&
		    *text <= 'z' ? (char)(*text - 32) : *text;
	source[length] = '\0';
}

static void
say_exactly(const char *text)
{
	length += (size_t)snprintf(source + length, sizeof(source) - length,
	    "%s", text);
}

static void
gap(int needed)
{
	say_exactly(needed || under(2) ? under(9) == 0 ? " \t" : " " : "");
}

static void
say_date(struct tree *t, int i)
{
	struct cp_date d = { DAY0 + under(DAYS) }, a, b;
	char text[CP_DATE_TEXT];
	int y, m, dd, kind = under(3);

	cp_date_split(d, &y, &m, &dd);
	a = kind == 0 ? d : cp_date_make(y, kind == 1 ? m : 1, 1);
	b = kind == 0 ? d : cp_date_add_days(kind == 1 ?
	    cp_date_add_months(a, 1) : cp_date_add_years(a, 1), -1);
	t->from[i] = a.days - DAY0;
	t->to[i] = b.days - DAY0;
	cp_date_format(d, text);
	text[kind == 0 ? 10 : kind == 1 ? 7 : 4] = '\0';
	say_exactly(text);
}

static void
say_value(struct tree *t, int i)
{
	int may_be_none = t->what >= 9 || (t->what >= 1 && t->what <= 4);

	t->from[i] = under(3);
	t->to[i] = 0;
	if (may_be_none && (t->cmp < 2 || t->cmp > 5) && under(4) == 0) {
		t->from[i] = NONE;
		say("none");
	} else if (t->what < SPANS) {
		say_date(t, i);
	} else if (t->what == 6) {
		say(state_names[t->from[i]]);
	} else if (t->what == 7) {
		say(rule_names[t->from[i]]);
	} else if (t->what == 8) {
		say_exactly(authority_names[t->from[i]]);
	} else if (t->what == 9) {
		say(ground_names[t->from[i]]);
	} else {
		say_exactly(under(2) ? "" : "'");
		if (source[length - 1] == '\'') {
			say(service_names[t->from[i]]);
			say_exactly("'");
		} else {
			say(service_names[t->from[i]]);
		}
	}
}

static void
say_comparison(struct tree *t)
{
	static const char *const names[] = { "state", "rule", "authority",
		"ground", "service" };
	static const char *const cmps[] = { "=", "!=", "<", "<=", ">", ">=",
		"in", "not in" };

	t->op = 0;
	t->what = under(11);
	t->cmp = under(8);
	if (t->what >= SPANS && t->cmp >= 2 && t->cmp <= 5)
		t->cmp = under(2);
	t->n = t->cmp >= 6 ? 1 + under(3) : 1;
	say(t->what < SPANS ? date_names[t->what] : names[t->what - SPANS]);
	gap(t->cmp >= 6);
	say(cmps[t->cmp]);
	gap(0);
	if (t->cmp >= 6)
		say_exactly("(");
	for (int i = 0; i < t->n; i++) {
		if (i > 0)
			say_exactly(under(2) ? "," : ", ");
		say_value(t, i);
	}
	if (t->cmp >= 6)
		say_exactly(")");
}

/* LEVEL: 0 whole, 1 within or, 2 within and or not. */
static struct tree *
grow(int level, int size)
{
	struct tree *t = &trees[n_trees++];
	int op = size > 1 ? under(4) : 0, parens;

	if (op == 0) {
		say_comparison(t);
		return t;
	}
	parens = (op == 2 && level == 2) || (op == 3 && level >= 1) ||
	    under(5) == 0;
	if (parens)
		say_exactly("(");
	t->op = op;
	if (op == 1) {
		say("not");
		say_exactly(" ");
		t->a = grow(2, size - 1);
	} else {
		t->a = grow(op == 2 ? 2 : 1, size / 2);
		say_exactly(" ");
		say(op == 2 ? "and" : "or");
		say_exactly(" ");
		t->b = grow(op == 2 ? 2 : 1, size - size / 2);
	}
	if (parens)
		say_exactly(")");
	return t;
}

static struct tree *
grow_all(void)
{
	do {
		n_trees = 0;
		length = 0;
		(void)grow(0, 1 + under(9));
	} while (length > CP_PREDICATE_MAX);
	return trees;
}

static int
test_word(const struct tree *t, const struct world *w, int v)
{
	unsigned has = t->what == 9 ? w->grounds : w->services;

	if (t->what == 6)
		return w->state == v;
	if (t->what == 7)
		return w->rule == v;
	if (t->what == 8)
		return w->authority == v;
	return v < 0 ? has == 0 : (int)(has >> v & 1);
}

static int
test_one(const struct tree *t, const struct world *w, int i)
{
	int v = t->from[i], d;

	if (t->what >= SPANS)
		return test_word(t, w, v);
	d = w->date[t->what];
	if (v == NONE)
		return d == NO_DAY;
	if (d == NO_DAY)
		return 0;
	switch (t->cmp) {
	case 2:
		return d < t->from[i];
	case 3:
		return d <= t->to[i];
	case 4:
		return d > t->to[i];
	case 5:
		return d >= t->from[i];
	default:
		return d >= t->from[i] && d <= t->to[i];
	}
}

static int
holds(const struct tree *t, const struct world *w)
{
	int any = 0;

	switch (t->op) {
	case 1:
		return !holds(t->a, w);
	case 2:
		return holds(t->a, w) && holds(t->b, w);
	case 3:
		return holds(t->a, w) || holds(t->b, w);
	}
	for (int i = 0; i < t->n; i++)
		any |= test_one(t, w, i);
	return any != (t->cmp == 1 || t->cmp == 7);
}

static void
some_world(struct world *w)
{
	w->state = under(3);
	w->rule = under(3);
	w->authority = under(3);
	for (int i = 0; i < SPANS; i++)
		w->date[i] = i >= 1 && i <= 4 && under(3) == 0 ? NO_DAY :
		    under(DAYS);
	w->grounds = (unsigned)under(8);
	w->services = (unsigned)under(8);
}

static struct cp_span *
span_of(struct cp_predicate_facts *f, int i)
{
	struct cp_span *const spans[SPANS] = { &f->born, &f->archived,
		&f->destroy_due, &f->died, &f->left, &f->entered };

	return spans[i];
}

static const char *service_list[3];

/* All of it known. */
static void
tell_all(const struct world *w, struct cp_predicate_facts *f)
{
	struct cp_date d;

	cp_predicate_facts_unknown(f);
	f->states = 1U << w->state;
	f->rules = (uint32_t)1 << rule_of[w->rule];
	f->authority = authority_names[w->authority];
	for (int i = 0; i < SPANS; i++) {
		d.days = w->date[i] == NO_DAY ? 0 : DAY0 + w->date[i];
		*span_of(f, i) = cp_span_on(d);
	}
	f->grounds = f->grounds_maybe = w->grounds;
	f->services_more = 0;
	f->services = service_list;
	for (int i = 0; i < 3; i++)
		if (w->services >> i & 1)
			service_list[f->n_services++] = service_names[i];
}

/* Hides some of F, and makes one fact of each kind vaguer than that. */
static void
hide(struct cp_predicate_facts *f)
{
	struct cp_span *s;

	if (under(2))
		f->states |= (unsigned)under(8);
	if (under(2))
		f->rules |= under(2) ? UINT32_MAX :
		    (uint32_t)1 << rule_of[under(3)];
	if (under(2))
		f->authority = NULL;
	for (int i = 0; i < SPANS; i++) {
		s = span_of(f, i);
		switch (under(3)) {
		case 0:
			*s = cp_span_unknown();
			break;
		case 1:
			if (cp_date_set(s->first)) {
				s->first.days -= under(40);
				s->last.days += under(40);
			}
			s->maybe_none |= under(2);
		}
	}
	if (under(2))
		f->grounds &= (unsigned)under(8);
	f->grounds_maybe |= (unsigned)under(8);
	if (under(2)) {
		f->services_more = 1;
		if (f->n_services > 0)
			f->n_services -= (size_t)under(2);
	}
}

/* Another world that F allows, all else being as in W. */
static void
another(const struct cp_predicate_facts *f, const struct world *w,
    struct world *out)
{
	struct world x;

	*out = *w;
	some_world(&x);
	if (f->states >> x.state & 1)
		out->state = x.state;
	if (f->rules >> rule_of[x.rule] & 1)
		out->rule = x.rule;
	if (f->authority == NULL)
		out->authority = x.authority;
	for (int i = 0; i < SPANS; i++) {
		struct cp_span s = *span_of((struct cp_predicate_facts *)f, i);
		int room = s.last.days - s.first.days + 1, d;

		if (s.maybe_none && under(2)) {
			out->date[i] = NO_DAY;
		} else if (cp_date_set(s.first)) {
			d = room > DAYS ? x.date[i] : s.first.days - DAY0 +
			    under(room);
			if (d != NO_DAY || s.maybe_none)
				out->date[i] = d;
		}
	}
	out->grounds = f->grounds | (x.grounds & f->grounds_maybe);
	if (f->services_more)
		for (size_t i = 0; i < f->n_services; i++)
			for (int k = 0; k < 3; k++)
				if (f->services[i] == service_names[k])
					x.services |= 1U << k;
	if (f->services_more)
		out->services = x.services;
}

START_TEST(exact_facts_give_the_exact_answer)
{
	struct cp_predicate_facts f;
	struct world w;
	struct tree *t;

	start((unsigned)_i);
	for (int i = 0; i < 4000; i++) {
		t = grow_all();
		(void)parse(source);
		for (int k = 0; k < 5; k++) {
			some_world(&w);
			tell_all(&w, &f);
			is(source, &f, holds(t, &w) ? CP_TRUE : CP_FALSE);
		}
	}
}
END_TEST

/* What is certain is so in every world that the facts allow; and a hold that
 * acts when all is known acts whatever is hidden. */
START_TEST(the_unknown_never_releases)
{
	struct cp_predicate_facts f;
	struct world w, x;
	struct tree *t;
	enum cp_truth known, hidden;
	int unknown = 0, certain = 0;

	start((unsigned)_i + 50);
	for (int i = 0; i < 20000; i++) {
		t = grow_all();
		some_world(&w);
		tell_all(&w, &f);
		known = cp_predicate_eval(parse(source), &f);
		hide(&f);
		hidden = cp_predicate_eval(parse(source), &f);
		if (known == CP_TRUE && hidden == CP_FALSE)
			ck_abort_msg("hiding releases: %s", source);
		if (hidden != CP_UNKNOWN && hidden != known)
			ck_abort_msg("hiding decides: %s", source);
		unknown += hidden == CP_UNKNOWN;
		certain += hidden != CP_UNKNOWN;
		for (int k = 0; hidden != CP_UNKNOWN && k < 20; k++) {
			another(&f, &w, &x);
			if (holds(t, &x) != (hidden == CP_TRUE))
				ck_abort_msg("%s is not certain", source);
		}
	}
	ck_assert_int_gt(unknown, 4000);
	ck_assert_int_gt(certain, 4000);
}
END_TEST

/* Of one comparison, unknown is said only where both can be. */
START_TEST(a_comparison_is_not_vaguer_than_it_must)
{
	struct cp_predicate_facts f;
	struct world w, x;
	enum cp_truth got;
	int seen, k;

	start((unsigned)_i + 100);
	for (int i = 0; i < 6000; i++) {
		n_trees = 0;
		length = 0;
		(void)grow(0, 1);
		/* Worlds end where DAYS do; a list is a disjunction. */
		if (trees->n > 1 || (trees->what < SPANS &&
		    trees->from[0] != NONE && (trees->from[0] <= 0 ||
		    trees->to[0] >= DAYS - 1)))
			continue;
		some_world(&w);
		tell_all(&w, &f);
		hide(&f);
		got = cp_predicate_eval(parse(source), &f);
		if (got != CP_UNKNOWN)
			continue;
		for (k = seen = 0; seen != 3 && k < 20000; k++) {
			another(&f, &w, &x);
			seen |= 1 << holds(trees, &x);
		}
		/* A service that is named so is one of all there are. */
		if (seen != 3 && trees->what != 10)
			ck_abort_msg("%s is certain", source);
	}
}
END_TEST

START_TEST(printed_and_parsed_again_it_is_the_same)
{
	struct cp_predicate first;
	struct cp_buf one, two;

	start((unsigned)_i + 200);
	cp_buf_init(&one);
	cp_buf_init(&two);
	for (int i = 0; i < 10000; i++) {
		(void)grow_all();
		first = *parse(source);
		cp_buf_reset(&one);
		cp_buf_reset(&two);
		cp_predicate_print(&first, &one);
		if (one.len > CP_PREDICATE_MAX)
			continue;
		cp_predicate_print(parse(cp_buf_text(&one)), &two);
		ck_assert_str_eq(cp_buf_text(&one), cp_buf_text(&two));
		ck_assert_msg(memcmp(&first, parse(cp_buf_text(&one)),
		    sizeof(first)) == 0, "%s", source);
	}
	cp_buf_clear(&one);
	cp_buf_clear(&two);
}
END_TEST

/* ---- nonsense ------------------------------------------------------------ */

static void
try(const char *text, struct cp_buf *out)
{
	struct cp_predicate_facts f;
	struct cp_predicate p;
	enum cp_truth t;

	if (cp_predicate_parse(text, &p, &err) != CP_OK) {
		ck_assert_int_eq(err.code, CP_BAD_INPUT);
		ck_assert_ptr_nonnull(strstr(err.what, "predicate"));
		return;
	}
	cp_predicate_facts_unknown(&f);
	t = cp_predicate_eval(&p, &f);
	ck_assert(t == CP_FALSE || t == CP_UNKNOWN || t == CP_TRUE);
	cp_buf_reset(out);
	cp_predicate_print(&p, out);
	ck_assert_int_eq(out->failed, 0);
}

START_TEST(nonsense_is_refused_and_no_more)
{
	static const char *const words[] = { "state", "born", "service", "and",
		"or", "not", "in", "none", "(", ")", ",", "=", "!=", "<", ">",
		"<=", ">=", "live", "2001", "2001-02", "2001-02-03", "'a b'",
		"ground", "rule", "((((((((((", "))))))))))", "not not not",
		"'", "\"", "é", "!" };
	char text[2000];
	struct cp_buf out;
	size_t n;
	int i, k;

	start((unsigned)_i + 300);
	cp_buf_init(&out);
	for (i = 0; i < 10000; i++) {
		n = (size_t)under(200);
		for (size_t j = 0; j < n; j++)
			text[j] = (char)(1 + under(255));
		text[n] = '\0';
		try(text, &out);
		for (k = under(40), n = 0; k > 0; k--)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s ", words[under(31)]);
		text[n] = '\0';
		try(text, &out);
		/* One byte of a good one is changed, added or taken out. */
		(void)grow_all();
		memcpy(text, source, length + 1);
		n = (size_t)under((int)length);
		k = under(3);
		if (k == 0)
			text[n] = (char)(1 + under(255));
		else
			memmove(text + n + (k == 1), text + n + (k == 2),
			    length - n);
		text[length + (k == 1)] = '\0';
		try(text, &out);
	}
	cp_buf_clear(&out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("predicate");
	TCase *tc = tcase_create("predicates");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, what_is_sealed_is_unknown);
	tcase_add_test(tc, months_and_years_are_whole);
	tcase_add_test(tc, a_partial_date_that_straddles_is_unknown);
	tcase_add_test(tc, none_is_neither_before_nor_after);
	tcase_add_test(tc, several_grounds_and_services);
	tcase_add_test(tc, truth_tables);
	tcase_add_test(tc, how_it_was_understood);
	tcase_add_test(tc, errors_say_where_and_what_else);
	tcase_add_test(tc, limits);
	tcase_add_loop_test(tc, exact_facts_give_the_exact_answer, 0, 2);
	tcase_add_loop_test(tc, the_unknown_never_releases, 0, 2);
	tcase_add_loop_test(tc, a_comparison_is_not_vaguer_than_it_must, 0, 1);
	tcase_add_loop_test(tc, printed_and_parsed_again_it_is_the_same, 0, 2);
	tcase_add_loop_test(tc, nonsense_is_refused_and_no_more, 0, 2);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
