#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/wording_impl.h"

/* What only the whole shows: every letter that a wording can become says what
 * it must, and a translation is built as the English. */

#define FLAG(f) (1U << CP_FLAG_##f)

static int
bits(unsigned v)
{
	int n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

/* Whether a letter by RULE can have FLAGS: one reason, one outcome, the law;
 * about a request, which may be older than the policy in force, either. */
static int
possible(unsigned flags, const struct wording_rule *rule,
    const struct cp_policy *policy)
{
	static const unsigned one_of[] = { FLAG(FIRST) | FLAG(COMPREHENSION) |
		FLAG(VERSION), FLAG(GRANTED) | FLAG(REFUSED) | FLAG(LIFTED),
		FLAG(SELF) | FLAG(PARENT) | FLAG(REPRESENTATIVE),
		FLAG(IDENTITY) | FLAG(FEE) | FLAG(CLARIFY) | FLAG(EXTENDED) |
		FLAG(ARCHIVED), FLAG(IDENTITY_NOT_SHOWN) | FLAG(NOT_ENTITLED) |
		FLAG(NOT_IN_INTEREST) | FLAG(MANIFESTLY_UNFOUNDED) |
		FLAG(EXCESSIVE) | FLAG(FEE_NOT_PAID) | FLAG(REPEATED) };
	unsigned allowed = rule->flags;
	unsigned law = policy->notice_law == CP_LAW_UK_GDPR ? FLAG(UK_GDPR) :
	    0;

	for (size_t i = 0; i < sizeof(one_of) / sizeof(one_of[0]); i++)
		if ((allowed & one_of[i]) != 0 && bits(flags & one_of[i]) != 1)
			return 0;
	/* Several children are told of to a carer. */
	if ((flags & FLAG(TO_CHILD)) != 0 && (flags & FLAG(SEVERAL)) != 0)
		return 0;
	return rule->access || (flags & FLAG(UK_GDPR)) == (law & allowed);
}

static void
flag_words(unsigned flags, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned f = 0; f < CP_FLAGS && n < cap; f++)
		if ((flags & 1U << f) != 0)
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
			    n == 0 ? " with " : ", ",
			    cp_flag_name((enum cp_flag)f));
}

/* The items that the policy asks for, as a list that ends with NULL. */
static void
asked_items(const struct cp_policy *policy, const char **out, size_t cap)
{
	size_t n = 0;

	for (; n < policy->notice_content.n && n + 1 < cap; n++)
		out[n] = policy->notice_content.word[n];
	out[n] = NULL;
}

/* A value that only some letters have: V of USED where FLAGS lack what it comes
 * with; or -1. */
static int
value_without(const struct wording_rule *rule, unsigned used, unsigned flags)
{
	static const struct { enum cp_value value; unsigned flag; } with[] = {
		{ CP_VALUE_REASON, FLAG(REASONED) },
		{ CP_VALUE_DUE, FLAG(EXTENDED) }, { CP_VALUE_FEE, FLAG(FEE) } };

	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		if (rule->access && (used & 1U << with[i].value) != 0 &&
		    (flags & with[i].flag) == 0)
			return (int)with[i].value;
	return -1;
}

/* *BAD: it is told what a letter with FLAGS would not say, or cannot. */
static enum cp_rc
check_letter(struct wording_loader *x, const char *code,
    const struct wording_entry *e, enum wording_name name, unsigned flags,
    int *bad, struct cp_err *err)
{
	const struct wording_rule *rule = &wording_rules[name];
	const char *items[33], *lacks = NULL;
	struct cp_template_kind kind;
	char with[128];
	unsigned used, missing;
	int without;

	wording_kind(name, 0, &kind);
	used = cp_template_uses(e->text, flags);
	/* Who is spoken to by the first name is named. */
	if ((used & 1U << CP_VALUE_FIRST_NAME) != 0)
		used |= 1U << CP_VALUE_NAME;
	missing = kind.must & ~used;
	if (rule->whole) {
		asked_items(x->policy, items, 33);
		lacks = cp_template_lacks(e->text, items, flags);
	}
	without = value_without(rule, used, flags);
	*bad = missing != 0 || lacks != NULL || without >= 0;
	if (!*bad)
		return CP_OK;
	flag_words(flags, with, sizeof(with));
	if (lacks != NULL)
		return wording_problem(x, code, rule->name, 0, err, "a letter%s "
		    "does not say %s: @items, notices.content", with, lacks);
	if (without >= 0)
		return wording_problem(x, code, rule->name, 0, err, "a letter%s "
		    "has no {{%s}}", with,
		    cp_value_name((enum cp_value)without));
	for (unsigned v = 0; v < CP_VALUES; v++)
		if ((missing & 1U << v) != 0)
			return wording_problem(x, code, rule->name, 0, err,
			    "a letter%s is without {{%s}}", with,
			    cp_value_name((enum cp_value)v));
	return CP_OK;
}

static enum cp_rc
check_letters(struct wording_loader *x, const char *code,
    const struct wording_entry *e, enum wording_name name, struct cp_err *err)
{
	unsigned allowed = wording_rules[name].flags, flags = allowed;
	enum cp_rc rc = CP_OK;
	int bad = 0;

	/* All subsets, down to none. */
	for (;; flags = (flags - 1) & allowed) {
		if (possible(flags, &wording_rules[name], x->policy))
			rc = check_letter(x, code, e, name, flags, &bad, err);
		if (rc != CP_OK || bad || flags == 0)
			return rc;
	}
}

/* One that lags is not compared: what it translates is not here any more. */
static enum cp_rc
check_translation(struct wording_loader *x, const char *code,
    const struct wording_entry *e, enum wording_name name, struct cp_err *err)
{
	const struct wording_entry *english = &x->w->language[0].entry[name];
	const char *of = cp_template_head(e->text, "translates");
	const char *rule = wording_rules[name].name;
	struct cp_template_problem why;

	if (e == english)
		return of == NULL ? CP_OK : wording_problem(x, code, rule,
		    cp_template_head_line(e->text, "translates"), err,
		    "the English is no translation");
	if (of == NULL)
		return wording_problem(x, code, rule, 1, err, "the head has no "
		    "translates: now it would be %s", english->of);
	if (english->text == NULL || strcmp(of, english->of) != 0 ||
	    cp_template_alike(e->text, english->text, &why))
		return CP_OK;
	return wording_problem(x, code, rule, why.line, err, "%s", why.what);
}

enum cp_rc
wording_check(struct wording_loader *x, const struct wording_language *l,
    enum wording_name name, struct cp_err *err)
{
	const struct wording_entry *e = &l->entry[name];
	enum cp_rc rc = check_letters(x, l->code, e, name, err);

	return rc == CP_OK ? check_translation(x, l->code, e, name, err) : rc;
}
