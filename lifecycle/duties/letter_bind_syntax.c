#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"

enum { DEPTH_MOST = 32 };

/* ---- tokens ---------------------------------------------------------------- */

/* White space, delimiters [7.2.2], and what begins a number. */
enum { SPACE = 1, DELIMITER = 2, NUMBER = 4, HEX = 8, DIGIT = 16 };
#define DIGITS NUMBER | HEX | DIGIT
static const uint8_t class_of[256] = {
	['\0'] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\f'] = SPACE,
	['\r'] = SPACE, [' '] = SPACE,
	['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER,
	['>'] = DELIMITER, ['['] = DELIMITER, [']'] = DELIMITER,
	['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER,
	['%'] = DELIMITER,
	['+'] = NUMBER, ['-'] = NUMBER, ['.'] = NUMBER,
	['0'] = DIGITS, ['1'] = DIGITS, ['2'] = DIGITS, ['3'] = DIGITS,
	['4'] = DIGITS, ['5'] = DIGITS, ['6'] = DIGITS, ['7'] = DIGITS,
	['8'] = DIGITS, ['9'] = DIGITS,
	['a'] = HEX, ['b'] = HEX, ['c'] = HEX, ['d'] = HEX, ['e'] = HEX,
	['f'] = HEX, ['A'] = HEX, ['B'] = HEX, ['C'] = HEX, ['D'] = HEX,
	['E'] = HEX, ['F'] = HEX,
};

static int
is(uint8_t c, int class)
{
	return (class_of[c] & class) != 0;
}

int
bind_is_regular(uint8_t c)
{
	return !is(c, SPACE | DELIMITER);
}

void
bind_space(struct bind_cursor *c)
{
	for (; c->p < c->end; c->p++) {
		if (*c->p == '%')
			while (c->p + 1 < c->end && *c->p != '\n')
				c->p++;
		else if (!is(*c->p, SPACE))
			return;
	}
}

static void
skip_regular(struct bind_cursor *c)
{
	while (c->p < c->end && bind_is_regular(*c->p))
		c->p++;
}

/* A string in brackets, which may nest; 0 where it does not end. */
static int
skip_string(struct bind_cursor *c)
{
	int depth = 0;

	for (; c->p < c->end; c->p++) {
		if (*c->p == '\\')
			c->p++;
		else if (*c->p == '(')
			depth++;
		else if (*c->p == ')' && --depth == 0) {
			c->p++;
			return 1;
		}
	}
	c->p = c->end;
	return 0;
}

static int
skip_hex(struct bind_cursor *c)
{
	for (c->p++; c->p < c->end; c->p++) {
		if (*c->p == '>') {
			c->p++;
			return 1;
		}
		if (!is(*c->p, SPACE | HEX))
			return 0;
	}
	return 0;
}

int64_t
bind_digits(const uint8_t **p, const uint8_t *end)
{
	int64_t n = 0;
	int count = 0;

	for (; *p < end && is(**p, DIGIT); (*p)++) {
		if (++count > 15)
			return -1;
		n = 10 * n + (**p - '0');
	}
	return count > 0 ? n : -1;
}

/* Whether "0 R" follows an integer, in which case C is behind it. */
static int
is_reference(struct bind_cursor *c)
{
	struct bind_cursor at = *c;

	bind_space(&at);
	if (at.end - at.p < 3 || *at.p++ != '0')
		return 0;
	if (!is(*at.p, SPACE))
		return 0;
	bind_space(&at);
	if (at.p >= at.end || *at.p++ != 'R' ||
	    (at.p < at.end && bind_is_regular(*at.p)))
		return 0;
	*c = at;
	return 1;
}

static enum bind_kind
number(struct bind_cursor *c, int64_t *n)
{
	const uint8_t *p = c->p, *from = c->p;
	int sign = *p == '-' ? -1 : 1;
	int dots = 0;

	if (*p == '-' || *p == '+')
		p++;
	skip_regular(c);
	*n = bind_digits(&p, c->end);
	if (p == c->p && *n >= 0) {
		*n *= sign;
		return sign > 0 && *from != '+' && is_reference(c) ?
		    BIND_REF : BIND_INT;
	}
	for (p = from + (sign < 0 || *from == '+'); p < c->p; p++) {
		if (*p == '.')
			dots++;
		else if (!is(*p, DIGIT))
			return BIND_BAD;
	}
	return dots == 1 ? BIND_REAL : BIND_BAD;
}

static enum bind_kind
bracket(struct bind_cursor *c)
{
	uint8_t first = *c->p;
	int twice = c->end - c->p >= 2 && c->p[1] == first;

	if (first == '[' || first == ']') {
		c->p++;
		return first == '[' ? BIND_ARRAY : BIND_ARRAY_END;
	}
	if (twice && (first == '<' || first == '>')) {
		c->p += 2;
		return first == '<' ? BIND_DICT : BIND_DICT_END;
	}
	if (first == '<')
		return skip_hex(c) ? BIND_STRING : BIND_BAD;
	if (first == '(')
		return skip_string(c) ? BIND_STRING : BIND_BAD;
	return BIND_BAD;
}

void
bind_token(struct bind_cursor *c, struct bind_value *out)
{
	bind_space(c);
	out->at = c->p;
	out->n = 0;
	if (c->p >= c->end) {
		out->kind = BIND_END;
	} else if (*c->p == '/') {
		c->p++;
		skip_regular(c);
		out->kind = BIND_NAME;
	} else if (is(*c->p, NUMBER)) {
		out->kind = number(c, &out->n);
	} else if (bind_is_regular(*c->p)) {
		skip_regular(c);
		out->kind = BIND_WORD;
	} else {
		out->kind = bracket(c);
	}
	out->end = c->p;
}

/* ---- values ---------------------------------------------------------------- */

static int
is_constant(const struct bind_value *t)
{
	return bind_is(t, "true") || bind_is(t, "false") ||
	    bind_is(t, "null");
}

/* Arrays and dictionaries that are open, and whether a key comes next. */
struct nest {
	struct { enum bind_kind kind; int key; } open[DEPTH_MOST];
	int depth;
};

/* Whether T may stand here; then the nest is as it is behind T. */
static int
fits(struct nest *n, const struct bind_value *t)
{
	int inside = n->depth > 0;
	int top = inside ? n->depth - 1 : 0;

	if (t->kind == BIND_BAD || t->kind == BIND_END ||
	    (t->kind == BIND_WORD && !is_constant(t)))
		return 0;
	if (t->kind == BIND_ARRAY_END || t->kind == BIND_DICT_END) {
		n->depth--;
		return inside && (t->kind == BIND_ARRAY_END ?
		    n->open[top].kind == BIND_ARRAY :
		    n->open[top].kind == BIND_DICT && n->open[top].key);
	}
	if (inside && n->open[top].kind == BIND_DICT) {
		if (n->open[top].key && t->kind != BIND_NAME)
			return 0;
		n->open[top].key = !n->open[top].key;
	}
	if (t->kind == BIND_ARRAY || t->kind == BIND_DICT) {
		if (n->depth == DEPTH_MOST)
			return 0;
		n->open[n->depth].kind = t->kind;
		n->open[n->depth++].key = 1;
	}
	return 1;
}

void
bind_value(struct bind_cursor *c, struct bind_value *out)
{
	struct bind_value t;
	struct nest n;

	n.depth = 0;
	bind_token(c, out);
	if (out->kind == BIND_END)
		return;
	for (t = *out; fits(&n, &t); bind_token(c, &t)) {
		out->end = c->p;
		if (n.depth == 0)
			return;
	}
	out->kind = BIND_BAD;
}

struct bind_cursor
bind_into(const struct bind_value *v)
{
	struct bind_cursor c = { v->at, v->end };

	if (v->kind == BIND_ARRAY) {
		c.p += 1;
		c.end -= 1;
	} else if (v->kind == BIND_DICT) {
		c.p += 2;
		c.end -= 2;
	}
	return c;
}

int
bind_next(struct bind_cursor *c, struct bind_value *out)
{
	bind_value(c, out);
	if (out->kind == BIND_BAD)
		c->p = c->end;
	return out->kind != BIND_BAD && out->kind != BIND_END;
}

int
bind_pair(struct bind_cursor *c, struct bind_value *key,
    struct bind_value *out)
{
	return bind_next(c, key) && key->kind == BIND_NAME &&
	    bind_next(c, out);
}

int
bind_is(const struct bind_value *v, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(v->end - v->at) == len &&
	    memcmp(v->at, text, len) == 0;
}

int
bind_get(const struct bind_value *dict, const char *key,
    struct bind_value *out)
{
	struct bind_cursor c = bind_into(dict);
	struct bind_value k;

	while (dict->kind == BIND_DICT && bind_pair(&c, &k, out))
		if (bind_is(&k, key))
			return 1;
	return 0;
}
