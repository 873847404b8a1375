#include "lifecycle/rules/access.h"

#include <stdio.h>
#include <string.h>

/* The index of WORD among N of WORDS, or -1. */
static int
find(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (words[i][0] != '\0' && strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* The words of the bits of SET, with commas. */
static void
set_text(const char *const *words, int n, unsigned set, char *buf, size_t cap)
{
	size_t len = 0;

	if (cap > 0)
		buf[0] = '\0';
	for (int i = 0; i < n && len < cap; i++)
		if ((set & 1U << i) != 0)
			len += (size_t)snprintf(buf + len, cap - len, "%s%s",
			    len > 0 ? "," : "", words[i]);
}

static unsigned
bit(int i)
{
	return i < 0 ? 0 : 1U << i;
}

/* ---- words --------------------------------------------------------------- */

#define COUNT(words) ((int)(sizeof(words) / sizeof((words)[0])))

static const char *const RELATIONS[] = { "self", "parent", "representative" };
static const char *const ASKS[] = { "access", "rectification", "objection" };
static const char *const EVIDENCE[] = { "identity", "responsibility",
	"authority", "court-order" };
static const char *const VIEWS[] = { "", "agrees", "objects", "unable",
	"not-asked" };
static const char *const FLAGS[] = { "carer", "practitioner", "source",
	"requester", "place", "sensitive", "hold", "objection" };

_Static_assert(COUNT(EVIDENCE) == CP_EVIDENCES, "evidence without a word");

const char *
cp_relation_word(enum cp_relation v)
{
	return (unsigned)v < COUNT(RELATIONS) ? RELATIONS[v] : "unknown";
}

int
cp_relation_parse(const char *word, enum cp_relation *out)
{
	int i = find(RELATIONS, COUNT(RELATIONS), word);

	if (i >= 0)
		*out = (enum cp_relation)i;
	return i >= 0;
}

void
cp_asks_text(unsigned asks, char *buf, size_t cap)
{
	set_text(ASKS, COUNT(ASKS), asks, buf, cap);
}

unsigned
cp_asks_parse(const char *word)
{
	return bit(find(ASKS, COUNT(ASKS), word));
}

const char *
cp_evidence_word(enum cp_evidence v)
{
	return (unsigned)v < COUNT(EVIDENCE) ? EVIDENCE[v] : "unknown";
}

int
cp_evidence_parse(const char *word, enum cp_evidence *out)
{
	int i = find(EVIDENCE, COUNT(EVIDENCE), word);

	if (i >= 0)
		*out = (enum cp_evidence)i;
	return i >= 0;
}

const char *
cp_own_view_word(enum cp_own_view v)
{
	return (unsigned)v < COUNT(VIEWS) ? VIEWS[v] : "unknown";
}

int
cp_own_view_parse(const char *word, enum cp_own_view *out)
{
	int i = find(VIEWS, COUNT(VIEWS), word);

	if (i >= 0)
		*out = (enum cp_own_view)i;
	return i >= 0;
}

void
cp_item_flags_text(unsigned flags, char *buf, size_t cap)
{
	set_text(FLAGS, COUNT(FLAGS), flags, buf, cap);
}

unsigned
cp_item_flag_parse(const char *word)
{
	return bit(find(FLAGS, COUNT(FLAGS), word));
}

const char *
cp_item_decision_word(enum cp_item_decision v)
{
	return v == CP_ITEM_GIVE ? "give" :
	    v == CP_ITEM_WITHHOLD ? "withhold" : "";
}

/* ---- predicates ---------------------------------------------------------- */

const char *
cp_evidence_wanting(enum cp_relation relation, unsigned had)
{
	enum cp_evidence v = relation == CP_PARENT ?
	    CP_EVIDENCE_RESPONSIBILITY : CP_EVIDENCE_AUTHORITY;

	if (relation == CP_SELF ||
	    (had & (1U << v | 1U << CP_EVIDENCE_COURT_ORDER)) != 0)
		return "";
	return cp_evidence_word(v);
}

int
cp_own_view_wanted(const struct cp_policy *policy, enum cp_relation relation,
    struct cp_date birth, struct cp_date today)
{
	struct cp_date old = cp_date_attained(birth, policy->own_view_age,
	    policy->leap_birthday);

	/* Of whom no birth date is known nobody can say that they are not. */
	return relation != CP_SELF && (!cp_date_set(birth) ||
	    cp_date_cmp(old, today) <= 0);
}

int
cp_item_settled(unsigned flags, enum cp_item_decision decision)
{
	return flags == 0 || decision != CP_ITEM_UNDECIDED;
}

int
cp_answer_needs_approval(const struct cp_policy *policy,
    const struct cp_answer_facts *f)
{
	return policy->access_approvals > 0 &&
	    (f->withheld > 0 || f->flagged_given > 0 || f->opened);
}
