#include <string.h>

#include "lifecycle/rules/decide.h"
#include "lifecycle/rules/predicate_internal.h"

/* ---- words --------------------------------------------------------------- */

static const char *
state_word(unsigned i)
{
	static const char *const words[] = { "live", "extended", "archived" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

static const char *
ground_word(unsigned i)
{
	return i < CP_GROUND_COUNT ? cp_ground_word((enum cp_ground)i) : NULL;
}

/* Those by which a record is archived; "" for the others. */
static const char *
rule_word(unsigned i)
{
	if (i > CP_RULE_LEFT_NONE_STATED_PERIOD)
		return NULL;
	return i == CP_RULE_LEAP_BIRTHDAY ? "" : cp_rule_name((enum cp_rule)i);
}

const struct predicate_field predicate_fields[CP_FIELD_COUNT] = {
	[CP_FIELD_STATE] = { "state", KIND_WORD, 0, state_word },
	[CP_FIELD_AUTHORITY] = { "authority", KIND_CODE, 0, NULL },
	[CP_FIELD_BORN] = { "born", KIND_DATE, 0, NULL },
	[CP_FIELD_ARCHIVED] = { "archived", KIND_DATE, MAY_BE_NONE, NULL },
	[CP_FIELD_DESTROY_DUE] = { "destroy_due", KIND_DATE, MAY_BE_NONE,
	    NULL },
	[CP_FIELD_DIED] = { "died", KIND_DATE, MAY_BE_NONE, NULL },
	[CP_FIELD_LEFT] = { "left", KIND_DATE, MAY_BE_NONE, NULL },
	[CP_FIELD_ENTERED] = { "entered", KIND_DATE, 0, NULL },
	[CP_FIELD_GROUND] = { "ground", KIND_WORD, MAY_BE_NONE, ground_word },
	[CP_FIELD_SERVICE] = { "service", KIND_TEXT, MAY_BE_NONE, NULL },
	[CP_FIELD_RULE] = { "rule", KIND_WORD, 0, rule_word },
};

const char *
predicate_op_text(enum predicate_op op)
{
	static const char *const texts[] = { "=", "!=", "<", "<=", ">", ">=",
		"in", "not in", "not", "and", "or" };

	return texts[op];
}

const char *
predicate_date_text(const struct cp_predicate_value *v, char out[CP_DATE_TEXT])
{
	int y, m, d, y2, m2, d2;
	struct cp_partial_date p;

	cp_date_split(v->from, &y, &m, &d);
	cp_date_split(v->to, &y2, &m2, &d2);
	p.year = (int16_t)y;
	p.month = (int8_t)(m == m2 ? m : 0);
	p.day = (int8_t)(m == m2 && d == d2 ? d : 0);
	return cp_partial_format(p, out);
}

/* ---- printing ------------------------------------------------------------ */

static void
print_text(const char *text, struct cp_buf *out)
{
	char quote = strchr(text, '\'') != NULL ? '"' : '\'';

	cp_buf_putc(out, quote);
	cp_buf_puts(out, text);
	cp_buf_putc(out, quote);
}

static void
print_value(const struct cp_predicate *p, const struct predicate_field *field,
    const struct cp_predicate_value *v, struct cp_buf *out)
{
	char day[CP_DATE_TEXT];

	if (v->is_none)
		cp_buf_puts(out, "none");
	else if (field->kind == KIND_WORD)
		cp_buf_puts(out, field->word(v->word));
	else if (field->kind == KIND_CODE)
		cp_buf_puts(out, p->texts + v->word);
	else if (field->kind == KIND_TEXT)
		print_text(p->texts + v->word, out);
	else
		cp_buf_puts(out, predicate_date_text(v, day));
}

static void
print_comparison(const struct cp_predicate *p,
    const struct cp_predicate_node *node, struct cp_buf *out)
{
	const struct predicate_field *field = &predicate_fields[node->field];
	int list = node->op == OP_IN || node->op == OP_NOT_IN;

	cp_buf_printf(out, "%s %s %s", field->name,
	    predicate_op_text(node->op), list ? "(" : "");
	for (unsigned i = 0; i < node->n; i++) {
		if (i > 0)
			cp_buf_puts(out, ", ");
		print_value(p, field, &p->values[node->first + i], out);
	}
	if (list)
		cp_buf_putc(out, ')');
}

/* How many nodes the operand has whose last is AT. */
static unsigned
length(const struct cp_predicate *p, unsigned at)
{
	unsigned from = at, wanted = 1;

	for (;; from--) {
		if (p->nodes[from].op == OP_AND || p->nodes[from].op == OP_OR)
			wanted++;
		else if (p->nodes[from].op != OP_NOT)
			wanted--;
		if (wanted == 0)
			return at - from + 1;
	}
}

/*
 * The operand whose last node is AT.  Left operands are printed first and
 * without recursion: DEPTH is that of the parentheses in the source, which the
 * parser bounds.
 */
static void
print_operand(const struct cp_predicate *p, unsigned at, struct cp_buf *out)
{
	unsigned chain[CP_PREDICATE_NODES], n = 0, first = at;
	const struct cp_predicate_node *node = &p->nodes[at];
	unsigned left, child;

	if (node->op < OP_NOT) {
		print_comparison(p, node, out);
		return;
	}
	if (node->op == OP_NOT) {
		cp_buf_puts(out, "not (");
		print_operand(p, at - 1, out);
		cp_buf_putc(out, ')');
		return;
	}
	while (p->nodes[first].op == node->op) {
		chain[n++] = first;
		left = first - 1 - length(p, first - 1);
		first = left;
	}
	for (unsigned i = 0; i <= n; i++) {
		child = i == 0 ? first : chain[n - i] - 1;
		if (i > 0)
			cp_buf_printf(out, " %s ",
			    predicate_op_text(node->op));
		if (p->nodes[child].op == OP_AND ||
		    p->nodes[child].op == OP_OR) {
			cp_buf_putc(out, '(');
			print_operand(p, child, out);
			cp_buf_putc(out, ')');
		} else {
			print_operand(p, child, out);
		}
	}
}

void
cp_predicate_print(const struct cp_predicate *p, struct cp_buf *out)
{
	if (p->n_nodes > 0)
		print_operand(p, p->n_nodes - 1U, out);
}
