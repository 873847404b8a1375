#include "lifecycle/rules/predicate.h"

#include <string.h>
#include <strings.h>

#include "lifecycle/rules/decide.h"
#include "lifecycle/rules/predicate_internal.h"

_Static_assert(CP_RULE_COUNT <= 64, "a bit for every rule");

/* ---- facts --------------------------------------------------------------- */

struct cp_span
cp_span_unknown(void)
{
	struct cp_span s = { { 1 }, { CP_DATE_LAST }, 1 };

	return s;
}

struct cp_span
cp_span_on(struct cp_date d)
{
	struct cp_span s = { d, d, !cp_date_set(d) };

	return s;
}

struct cp_span
cp_span_partial(struct cp_partial_date d)
{
	struct cp_span s = { cp_partial_first(d), cp_partial_last(d), 0 };

	return cp_date_set(s.first) ? s : cp_span_unknown();
}

void
cp_predicate_facts_unknown(struct cp_predicate_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->states = CP_IS_LIVE | CP_IS_EXTENDED | CP_IS_ARCHIVED;
	f->born = f->archived = f->destroy_due = cp_span_unknown();
	f->died = f->left = f->entered = cp_span_unknown();
	f->grounds_maybe = (1U << CP_GROUND_COUNT) - 1;
	f->services_more = 1;
	f->rules = UINT64_MAX;
}

/* ---- comparisons --------------------------------------------------------- */

static enum cp_truth
truth(int can, int cannot)
{
	return can && !cannot ? CP_TRUE : cannot && !can ? CP_FALSE :
	    CP_UNKNOWN;
}

static enum cp_truth
compare_date(const struct cp_span *s, enum predicate_op op,
    const struct cp_predicate_value *v)
{
	int days = cp_date_set(s->first);
	int first = s->first.days, last = s->last.days;
	int from = v->from.days, to = v->to.days;

	if (v->is_none)
		return truth(s->maybe_none, days);
	switch (op) {
	case OP_LT:
		return truth(days && first < from,
		    s->maybe_none || last >= from);
	case OP_LE:
		return truth(days && first <= to, s->maybe_none || last > to);
	case OP_GT:
		return truth(days && last > to, s->maybe_none || first <= to);
	case OP_GE:
		return truth(days && last >= from,
		    s->maybe_none || first < from);
	default:
		return truth(days && first <= to && last >= from,
		    s->maybe_none || first < from || last > to);
	}
}

/* Of words of which exactly one applies. */
static enum cp_truth
one_of(uint64_t possible, unsigned word)
{
	uint64_t bit = (uint64_t)1 << word;

	return truth((possible & bit) != 0, (possible & ~bit) != 0);
}

static enum cp_truth
has_ground(const struct cp_predicate_facts *f,
    const struct cp_predicate_value *v)
{
	if (v->is_none)
		return f->grounds != 0 ? CP_FALSE :
		    f->grounds_maybe == 0 ? CP_TRUE : CP_UNKNOWN;
	return f->grounds >> v->word & 1 ? CP_TRUE :
	    f->grounds_maybe >> v->word & 1 ? CP_UNKNOWN : CP_FALSE;
}

static enum cp_truth
has_service(const struct cp_predicate_facts *f,
    const struct cp_predicate_value *v, const char *wanted)
{
	if (v->is_none)
		return f->n_services > 0 ? CP_FALSE :
		    f->services_more ? CP_UNKNOWN : CP_TRUE;
	for (size_t i = 0; i < f->n_services; i++)
		if (strcasecmp(f->services[i], wanted) == 0)
			return CP_TRUE;
	return f->services_more ? CP_UNKNOWN : CP_FALSE;
}

static const struct cp_span *
date_of(const struct cp_predicate_facts *f, enum cp_predicate_field field)
{
	switch (field) {
	case CP_FIELD_BORN:
		return &f->born;
	case CP_FIELD_ARCHIVED:
		return &f->archived;
	case CP_FIELD_DESTROY_DUE:
		return &f->destroy_due;
	case CP_FIELD_DIED:
		return &f->died;
	case CP_FIELD_LEFT:
		return &f->left;
	default:
		return &f->entered;
	}
}

static enum cp_truth
compare_one(const struct cp_predicate *p, const struct cp_predicate_facts *f,
    const struct cp_predicate_node *node, const struct cp_predicate_value *v)
{
	switch ((enum cp_predicate_field)node->field) {
	case CP_FIELD_STATE:
		return one_of(f->states, v->word);
	case CP_FIELD_RULE:
		return one_of(f->rules, v->word);
	case CP_FIELD_AUTHORITY:
		return f->authority == NULL ? CP_UNKNOWN :
		    strcmp(f->authority, p->texts + v->word) == 0 ? CP_TRUE :
		    CP_FALSE;
	case CP_FIELD_GROUND:
		return has_ground(f, v);
	case CP_FIELD_SERVICE:
		return has_service(f, v, p->texts + v->word);
	default:
		return compare_date(date_of(f, node->field), node->op, v);
	}
}

static enum cp_truth
negate(enum cp_truth t)
{
	return (enum cp_truth)(CP_TRUE - t);
}

/* != and not in are the opposite of = and in, whatever is compared. */
static enum cp_truth
compare(const struct cp_predicate *p, const struct cp_predicate_facts *f,
    const struct cp_predicate_node *node)
{
	enum cp_truth any = CP_FALSE, one;

	for (unsigned i = 0; i < node->n; i++) {
		one = compare_one(p, f, node, &p->values[node->first + i]);
		any = one > any ? one : any;
	}
	return node->op == OP_NE || node->op == OP_NOT_IN ? negate(any) : any;
}

enum cp_truth
cp_predicate_eval(const struct cp_predicate *p,
    const struct cp_predicate_facts *f)
{
	enum cp_truth stack[CP_PREDICATE_STACK];
	unsigned top = 0;

	for (unsigned i = 0; i < p->n_nodes; i++) {
		const struct cp_predicate_node *node = &p->nodes[i];

		if (node->op == OP_NOT) {
			stack[top - 1] = negate(stack[top - 1]);
		} else if (node->op == OP_AND || node->op == OP_OR) {
			top--;
			if ((stack[top] < stack[top - 1]) ==
			    (node->op == OP_AND))
				stack[top - 1] = stack[top];
		} else {
			stack[top++] = compare(p, f, node);
		}
	}
	return top == 1 ? stack[0] : CP_UNKNOWN;
}

int
cp_predicate_names(const struct cp_predicate *p,
    enum cp_predicate_field field)
{
	return (p->fields >> field & 1) != 0;
}
