#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lifecycle/rules/predicate_internal.h"
#include "lifecycle/rules/text.h"

enum token { T_END, T_WORD, T_QUOTED, T_OP, T_OPEN, T_CLOSE, T_COMMA };

enum { CODE_MAX = 16, SERVICE_MAX = 256 };

struct parser {
	const char *text;
	size_t at;        /* after the token */
	enum token token; /* the one looked at */
	size_t from, len; /* where it is; of a quoted one, what is inside */
	enum predicate_op op;
	unsigned depth;
	struct cp_predicate *out;
	struct cp_err *err;
};

/* ---- errors -------------------------------------------------------------- */

/* From 1, in characters. */
static unsigned
column(const char *text, size_t at)
{
	unsigned n = 1;

	for (size_t i = 0; i < at; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

static enum cp_rc
refuse(struct parser *s, size_t at, const char *what, const char *allowed)
{
	cp_fail(s->err, CP_BAD_INPUT, "column %u of the predicate: %s",
	    column(s->text, at), what);
	if (allowed != NULL)
		cp_err_hint(s->err, "allowed there: %s", allowed);
	return CP_BAD_INPUT;
}

static enum cp_rc
refuse_field(struct parser *s)
{
	char list[160];
	size_t n = 0;

	for (unsigned i = 0; i < CP_FIELD_COUNT; i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s, ",
		    predicate_fields[i].name);
	(void)snprintf(list + n, sizeof(list) - n, "not, (");
	return refuse(s, s->from, "that is not a field", list);
}

static const char *
operators_of(const struct predicate_field *f)
{
	return f->kind == KIND_DATE ? "= != < <= > >= in, not in" :
	    "= != in, not in";
}

static enum cp_rc
refuse_value(struct parser *s, const struct predicate_field *f)
{
	char list[480], what[80];
	const char *word;
	size_t n = 0;

	(void)snprintf(what, sizeof(what), "that is not a value of %s",
	    f->name);
	list[0] = '\0';
	for (unsigned i = 0; f->kind == KIND_WORD &&
	    (word = f->word(i)) != NULL; i++)
		if (*word != '\0')
			n += (size_t)snprintf(list + n, sizeof(list) - n,
			    "%s%s", n > 0 ? ", " : "", word);
	if (f->kind == KIND_CODE)
		n += (size_t)snprintf(list, sizeof(list), "an authority's "
		    "code, 1 to 16 of A-Z and 0-9");
	else if (f->kind == KIND_TEXT)
		n += (size_t)snprintf(list, sizeof(list), "a word, or text "
		    "in quotes");
	else if (f->kind == KIND_DATE)
		n += (size_t)snprintf(list, sizeof(list), "YYYY-MM-DD, "
		    "YYYY-MM or YYYY");
	if (f->flags & MAY_BE_NONE)
		(void)snprintf(list + n, sizeof(list) - n, ", none");
	return refuse(s, s->from, what, list);
}

/* ---- tokens -------------------------------------------------------------- */

static int
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

static enum cp_rc
next_quoted(struct parser *s)
{
	const char *end = strchr(s->text + s->at + 1, s->text[s->at]);
	const char *why;

	if (end == NULL)
		return refuse(s, s->at, "the quotes never end", NULL);
	s->token = T_QUOTED;
	s->from = s->at + 1;
	s->len = (size_t)(end - s->text) - s->from;
	why = cp_text_refuse(s->text + s->from, s->len);
	if (why != NULL)
		return refuse(s, s->from, why, NULL);
	s->at = s->from + s->len + 1;
	return CP_OK;
}

static enum cp_rc
next_operator(struct parser *s)
{
	char c = s->text[s->at];
	int equal = s->text[s->at + 1] == '=';

	s->token = T_OP;
	s->op = c == '=' ? OP_EQ : c == '!' ? OP_NE :
	    c == '<' ? (equal ? OP_LE : OP_LT) : (equal ? OP_GE : OP_GT);
	if (c == '!' && !equal)
		return refuse(s, s->at, "a lone !", "!=");
	s->at += c == '=' ? 1 : 1 + (size_t)equal;
	return CP_OK;
}

static enum cp_rc
next(struct parser *s)
{
	char c;

	while (s->text[s->at] == ' ' || s->text[s->at] == '\t')
		s->at++;
	c = s->text[s->at];
	s->from = s->at;
	s->len = 0;
	if (c == '\0') {
		s->token = T_END;
		return CP_OK;
	}
	if (c == '\'' || c == '"')
		return next_quoted(s);
	if (strchr("=!<>", c) != NULL)
		return next_operator(s);
	if (strchr("(),", c) != NULL) {
		s->token = c == '(' ? T_OPEN : c == ')' ? T_CLOSE : T_COMMA;
		s->at++;
		return CP_OK;
	}
	while (is_word(s->text[s->from + s->len]))
		s->len++;
	if (s->len == 0)
		return refuse(s, s->at, "a character that has no place there",
		    "words, numbers, quotes, ( ) , = != < <= > >=");
	s->token = T_WORD;
	s->at += s->len;
	return CP_OK;
}

/* Whether the token is this word, in whatever case. */
static int
is(const struct parser *s, const char *word)
{
	return s->token == T_WORD && strlen(word) == s->len &&
	    strncasecmp(s->text + s->from, word, s->len) == 0;
}

/* ---- values -------------------------------------------------------------- */

static enum cp_rc
keep_text(struct parser *s, struct cp_predicate_value *v)
{
	struct cp_predicate *p = s->out;

	if (p->n_texts + s->len >= sizeof(p->texts))
		return refuse(s, s->from, "too much text", NULL);
	v->word = p->n_texts;
	memcpy(p->texts + p->n_texts, s->text + s->from, s->len);
	p->n_texts = (uint16_t)(p->n_texts + s->len + 1);
	return CP_OK;
}

/* One of a closed set: 0 where it is none of them. */
static int
find_word(const struct parser *s, const struct predicate_field *f,
    struct cp_predicate_value *v)
{
	const char *word;

	for (unsigned i = 0; (word = f->word(i)) != NULL; i++)
		if (*word != '\0' && is(s, word)) {
			v->word = (uint16_t)i;
			return 1;
		}
	return 0;
}

static int
is_code(const struct parser *s)
{
	for (size_t i = 0; i < s->len; i++) {
		char c = s->text[s->from + i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			return 0;
	}
	return s->token == T_WORD && s->len <= CODE_MAX;
}

/* A day, a month or a year: its first and last day. */
static int
read_date(const struct parser *s, struct cp_predicate_value *v)
{
	char text[CP_DATE_TEXT];
	struct cp_partial_date d;
	struct cp_err ignored;

	if (s->token != T_WORD || s->len >= sizeof(text))
		return 0;
	memcpy(text, s->text + s->from, s->len);
	text[s->len] = '\0';
	if (cp_partial_parse(text, &d, &ignored) != CP_OK)
		return 0;
	v->from = cp_partial_first(d);
	v->to = cp_partial_last(d);
	return cp_date_set(v->from) && cp_date_set(v->to);
}

static int
is_service(const struct parser *s)
{
	return (s->token == T_WORD || s->token == T_QUOTED) && s->len > 0 &&
	    s->len <= SERVICE_MAX;
}

static enum cp_rc
value(struct parser *s, const struct predicate_field *f, enum predicate_op op)
{
	struct cp_predicate *p = s->out;
	struct cp_predicate_value *v = &p->values[p->n_values];
	int good;
	enum cp_rc rc = CP_OK;

	if (p->n_values == CP_PREDICATE_VALUES)
		return refuse(s, s->from, "too many values", NULL);
	if ((f->flags & MAY_BE_NONE) && is(s, "none")) {
		if (op >= OP_LT && op <= OP_GE)
			return refuse(s, s->from, "none is neither before nor "
			    "after a date", "YYYY-MM-DD, YYYY-MM or YYYY");
		v->is_none = 1;
		good = 1;
	} else if (f->kind == KIND_WORD) {
		good = find_word(s, f, v);
	} else if (f->kind == KIND_DATE) {
		good = read_date(s, v);
	} else {
		good = f->kind == KIND_CODE ? is_code(s) : is_service(s);
		if (good)
			rc = keep_text(s, v);
	}
	if (!good)
		return refuse_value(s, f);
	p->n_values++;
	return rc == CP_OK ? next(s) : rc;
}

static enum cp_rc
list(struct parser *s, const struct predicate_field *f,
    struct cp_predicate_node *node)
{
	enum cp_rc rc = CP_OK;

	if (s->token != T_OPEN)
		return refuse(s, s->from, "the list is missing", "(");
	do {
		rc = next(s);
		if (rc == CP_OK)
			rc = value(s, f, node->op);
		node->n++;
	} while (rc == CP_OK && s->token == T_COMMA);
	if (rc == CP_OK && s->token != T_CLOSE)
		return refuse(s, s->from, "the list goes on strangely",
		    "a comma, )");
	return rc == CP_OK ? next(s) : rc;
}

/* ---- the grammar --------------------------------------------------------- */

static enum cp_rc
put(struct parser *s, const struct cp_predicate_node *node)
{
	if (s->out->n_nodes == CP_PREDICATE_NODES)
		return refuse(s, s->from, "too many comparisons", NULL);
	s->out->nodes[s->out->n_nodes++] = *node;
	return CP_OK;
}

static enum cp_rc
operator_of(struct parser *s, const struct predicate_field *f,
    enum predicate_op *op)
{
	size_t from = s->from;
	enum cp_rc rc = CP_OK;
	int opposite = is(s, "not");

	if (opposite)
		rc = next(s);
	if (rc != CP_OK)
		return rc;
	if (is(s, "in"))
		*op = opposite ? OP_NOT_IN : OP_IN;
	else if (opposite)
		return refuse(s, s->from, "only in may follow not there",
		    "in");
	else if (s->token == T_OP)
		*op = s->op;
	else
		return refuse(s, from, "an operator is missing",
		    operators_of(f));
	if (*op >= OP_LT && *op <= OP_GE && f->kind != KIND_DATE)
		return refuse(s, from, "only dates have an order",
		    operators_of(f));
	return next(s);
}

static enum cp_rc
comparison(struct parser *s)
{
	struct cp_predicate_node node = { 0 };
	const struct predicate_field *f = NULL;
	enum predicate_op op = OP_EQ;
	enum cp_rc rc;

	for (unsigned i = 0; i < CP_FIELD_COUNT && f == NULL; i++)
		if (is(s, predicate_fields[i].name)) {
			f = &predicate_fields[i];
			node.field = (uint8_t)i;
		}
	if (f == NULL)
		return refuse_field(s);
	rc = next(s);
	if (rc == CP_OK)
		rc = operator_of(s, f, &op);
	if (rc != CP_OK)
		return rc;
	node.op = (uint8_t)op;
	node.first = s->out->n_values;
	if (op == OP_IN || op == OP_NOT_IN) {
		rc = list(s, f, &node);
	} else {
		node.n = 1;
		rc = value(s, f, op);
	}
	s->out->fields |= (uint32_t)1 << node.field;
	return rc == CP_OK ? put(s, &node) : rc;
}

static enum cp_rc alternatives(struct parser *s);

static enum cp_rc
parenthesised(struct parser *s)
{
	enum cp_rc rc;

	if (++s->depth > CP_PREDICATE_DEPTH)
		return refuse(s, s->from, "parentheses too deep", NULL);
	rc = next(s);
	if (rc == CP_OK)
		rc = alternatives(s);
	if (rc == CP_OK && s->token != T_CLOSE)
		return refuse(s, s->from, "a parenthesis is not closed",
		    "and, or, )");
	s->depth--;
	return rc == CP_OK ? next(s) : rc;
}

/* Any number of `not' before it: two of them are none. */
static enum cp_rc
negation(struct parser *s)
{
	static const struct cp_predicate_node node = { .op = OP_NOT };
	struct cp_predicate_node *last;
	int odd = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && is(s, "not")) {
		odd = !odd;
		rc = next(s);
	}
	if (rc == CP_OK)
		rc = s->token == T_OPEN ? parenthesised(s) : comparison(s);
	if (rc != CP_OK || !odd)
		return rc;
	last = &s->out->nodes[s->out->n_nodes - 1];
	if (last->op != OP_NOT)
		return put(s, &node);
	memset(last, 0, sizeof(*last));
	s->out->n_nodes--;
	return CP_OK;
}

/* Operands of OP, from the left. */
static enum cp_rc
joined(struct parser *s, enum predicate_op op,
    enum cp_rc (*operand)(struct parser *))
{
	struct cp_predicate_node node = { .op = (uint8_t)op };
	enum cp_rc rc = operand(s);

	while (rc == CP_OK && is(s, predicate_op_text(op))) {
		rc = next(s);
		if (rc == CP_OK)
			rc = operand(s);
		if (rc == CP_OK)
			rc = put(s, &node);
	}
	return rc;
}

static enum cp_rc
conjunction(struct parser *s)
{
	return joined(s, OP_AND, negation);
}

static enum cp_rc
alternatives(struct parser *s)
{
	return joined(s, OP_OR, conjunction);
}

enum cp_rc
cp_predicate_parse(const char *text, struct cp_predicate *out,
    struct cp_err *err)
{
	struct parser s = { .text = text, .out = out, .err = err };
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	if (strlen(text) > CP_PREDICATE_MAX)
		return cp_fail(err, CP_BAD_INPUT, "the predicate is longer "
		    "than %d bytes", CP_PREDICATE_MAX);
	rc = next(&s);
	if (rc == CP_OK)
		rc = alternatives(&s);
	if (rc == CP_OK && s.token != T_END)
		rc = refuse(&s, s.from, "nothing more was expected",
		    "and, or");
	return rc;
}
