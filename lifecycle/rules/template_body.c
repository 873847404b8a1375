#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/template_impl.h"

/* The body of a template: blocks, sections, and what they say of the law. */

struct section {
	unsigned flag; /* bit; 0: it was refused */
	int negated;
	unsigned line;
	size_t before;  /* blocks before it */
};

struct body {
	struct tpl_reader *r;
	struct section stack[TPL_DEPTH_MAX];
	size_t depth, beyond; /* sections that are open, and too deep */
	unsigned on, off;
	/* of @items */
	unsigned items, items_line;
	size_t items_depth, items_before;
	/* of the block that is open */
	int open;
	struct cp_buf words; /* of the piece that is not kept yet */
	size_t length;
	int heading, loose;
	int written; /* number of the item before; 0: none */
};

/* What begins a line. */
struct marker {
	enum cp_block_kind kind;
	size_t skip; /* bytes */
	const char *picture;
	int number;
};

static const struct marker plain = { CP_BLOCK_TEXT, 0, NULL, 0 };

/* ---- blocks ----------------------------------------------------------------- */

static void
add_piece(struct body *b, int value, size_t at)
{
	struct cp_template *t = b->r->t;
	struct tpl_piece *p;
	size_t cap;

	if (t->n_pieces == t->cap_pieces) {
		cap = t->cap_pieces == 0 ? 64 : 2 * t->cap_pieces;
		p = reallocarray(t->piece, cap, sizeof(*p));
		if (p == NULL) {
			b->r->no_memory = 1;
			return;
		}
		t->piece = p;
		t->cap_pieces = cap;
	}
	t->piece[t->n_pieces++] = (struct tpl_piece){ value, at };
	t->block[t->n - 1].n_pieces++;
}

static void
keep_words(struct body *b)
{
	size_t at;

	if (b->words.len == 0)
		return;
	at = b->r->t->texts.len;
	if (b->r->t->rtl)
		tpl_isolate(cp_buf_text(&b->words), b->words.len,
		    &b->r->t->texts);
	else
		cp_buf_put(&b->r->t->texts, b->words.data, b->words.len);
	cp_buf_put(&b->r->t->texts, "", 1);
	if (b->words.failed)
		b->r->no_memory = 1;
	cp_buf_reset(&b->words);
	add_piece(b, -1, at);
}

static int
of_letter(unsigned flags)
{
	for (unsigned f = 0; f < CP_FLAGS; f++)
		if ((flags & 1U << f) != 0 && cp_flag_of_letter(f))
			return 1;
	return 0;
}

/* A numbered item is not fixed where what stands before it in its list depends
 * on the letter: so does its number. */
static void
set_fixed(struct body *b, struct tpl_block *block)
{
	int loose = of_letter(block->on | block->off);

	block->fixed = block->kind != CP_BLOCK_NUMBER || !b->loose;
	for (unsigned v = 0; v < CP_VALUES; v++)
		if ((block->values & 1U << v) != 0 && cp_value_of_letter(v))
			block->fixed = 0;
	if (loose)
		b->loose = 1;
	else if (block->kind != CP_BLOCK_NUMBER)
		b->loose = 0;
}

static void
end_block(struct body *b)
{
	struct tpl_block *block;

	if (!b->open)
		return;
	keep_words(b);
	b->open = 0;
	b->heading = 0;
	block = &b->r->t->block[b->r->t->n - 1];
	if (block->n_pieces == 0)
		tpl_problem(b->r, block->line, "there is no text");
	else if (b->length > TPL_TEXT_MAX)
		tpl_problem(b->r, block->line, "a text of more than %d bytes: "
		    "make paragraphs", TPL_TEXT_MAX);
	set_fixed(b, block);
}

/* 0: it was not added. */
static int
begin_block(struct body *b, const struct marker *m)
{
	struct cp_template *t = b->r->t;
	struct tpl_block *block;
	size_t cap;

	end_block(b);
	if (t->n == TPL_BLOCKS_MAX)
		tpl_problem(b->r, b->r->line, "more than %d paragraphs",
		    TPL_BLOCKS_MAX);
	if (t->n >= TPL_BLOCKS_MAX)
		return 0;
	if (t->n == t->cap) {
		cap = t->cap == 0 ? 32 : 2 * t->cap;
		block = reallocarray(t->block, cap, sizeof(*block));
		if (block == NULL) {
			b->r->no_memory = 1;
			return 0;
		}
		t->block = block;
		t->cap = cap;
	}
	t->block[t->n++] = (struct tpl_block){ .kind = m->kind,
		.line = b->r->line, .on = b->on, .off = b->off,
		.items = b->items, .picture = m->picture,
		.piece = t->n_pieces };
	b->open = 1;
	b->length = 0;
	return 1;
}

/* ---- what a line says ---------------------------------------------------------- */

static void
use_value(struct body *b, const char *name, size_t len)
{
	struct tpl_reader *r = b->r;
	int v = tpl_find_value(name, len);

	if (v < 0) {
		tpl_problem(r, r->line, "there is no value {{%.*s}}",
		    len > 60 ? 60 : (int)len, name);
		return;
	}
	if ((r->kind->values & 1U << v) == 0) {
		tpl_problem(r, r->line, "{{%s}} is not for this letter",
		    cp_value_name((enum cp_value)v));
		return;
	}
	if ((r->used & 1U << v) == 0)
		r->used_line[v] = r->line;
	r->used |= 1U << v;
	r->t->block[r->t->n - 1].values |= 1U << v;
	keep_words(b);
	add_piece(b, v, 0);
}

static size_t
to_brace(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != '{' && s[n] != '}')
		n++;
	return n;
}

/* Bytes of the value at S, braces and all; 0 where there is none. */
static size_t
value_length(const char *s, size_t len)
{
	size_t n;

	if (len < 5 || memcmp(s, "{{", 2) != 0)
		return 0;
	n = 2 + to_brace(s + 2, len - 2);
	return n > 2 && n + 2 <= len && memcmp(s + n, "}}", 2) == 0 ? n + 2 :
	    0;
}

/* One problem of braces a line is enough. */
static void
add_text(struct body *b, const char *s, size_t len)
{
	size_t n;

	b->length += len;
	while (len > 0) {
		n = to_brace(s, len);
		cp_buf_put(&b->words, s, n);
		s += n;
		len -= n;
		if (len == 0)
			return;
		n = value_length(s, len);
		if (n == 0) {
			tpl_problem(b->r, b->r->line, "braces are only for "
			    "{{values}}");
			return;
		}
		if (strchr("#^/", s[2]) != NULL) {
			tpl_problem(b->r, b->r->line, "%.*s stands alone on its "
			    "line", n > 60 ? 60 : (int)n, s);
			return;
		}
		use_value(b, s + 2, n - 4);
		s += n;
		len -= n;
	}
}

/* ---- items of the law ------------------------------------------------------------ */

static void
end_items(struct body *b)
{
	const struct cp_template *t = b->r->t;
	size_t i;

	if (b->items == 0)
		return;
	for (i = b->items_before; i < t->n; i++)
		if (t->block[i].kind != CP_BLOCK_H1 &&
		    t->block[i].kind != CP_BLOCK_H2)
			break;
	if (i == t->n)
		tpl_problem(b->r, b->items_line, "@items: no text follows that "
		    "could say it");
	b->items = 0;
}

static void
add_item(struct body *b, const char *name, size_t len)
{
	const char *const *items = b->r->kind->items;
	unsigned i;

	for (i = 0; items[i] != NULL; i++)
		if (strlen(items[i]) == len &&
		    memcmp(items[i], name, len) == 0)
			break;
	if (items[i] == NULL)
		tpl_problem(b->r, b->r->line, "@items: the law knows no %.*s",
		    len > 60 ? 60 : (int)len, name);
	else if ((b->items & 1U << i) != 0)
		tpl_problem(b->r, b->r->line, "@items: %s is there twice",
		    items[i]);
	else
		b->items |= 1U << i;
}

/* Two @items in a row add up. */
static void
read_items(struct body *b, const char *s, size_t len)
{
	size_t i = 6, n;

	end_block(b);
	if (len < 8 || memcmp(s, "@items ", 7) != 0) {
		tpl_problem(b->r, b->r->line, "only @items, with what is said, "
		    "begins with @");
		return;
	}
	if (b->r->kind->items == NULL) {
		tpl_problem(b->r, b->r->line, "@items is for whole notices "
		    "only");
		return;
	}
	if (b->items_before < b->r->t->n || b->items_depth != b->depth)
		end_items(b);
	b->items_line = b->r->line;
	b->items_before = b->r->t->n;
	b->items_depth = b->depth;
	while (i < len) {
		for (i++, n = i; n < len && s[n] != ' ';)
			n++;
		if (n > i)
			add_item(b, s + i, n - i);
		i = n;
	}
}

/* ---- sections -------------------------------------------------------------------- */

static void
set_masks(struct body *b)
{
	b->on = 0;
	b->off = 0;
	for (size_t i = 0; i < b->depth; i++)
		if (b->stack[i].negated)
			b->off |= b->stack[i].flag;
		else
			b->on |= b->stack[i].flag;
}

static void
open_section(struct body *b, const char *s, const char *name, size_t len)
{
	struct section next = { 0, s[2] == '^', b->r->line, b->r->t->n };
	int f = tpl_find_flag(name, len);
	int shown = len > 60 ? 60 : (int)len;

	if (f < 0)
		tpl_problem(b->r, b->r->line, "there is no flag %.*s", shown,
		    name);
	else if ((b->r->kind->flags & 1U << f) == 0)
		tpl_problem(b->r, b->r->line, "the flag %.*s is not for this "
		    "letter", shown, name);
	else if (((b->on | b->off) & 1U << f) != 0)
		tpl_problem(b->r, b->r->line, "%.*s within a section of the "
		    "same flag", shown, name);
	else
		next.flag = 1U << f;
	if (b->depth == TPL_DEPTH_MAX) {
		if (b->beyond++ == 0)
			tpl_problem(b->r, b->r->line, "more than %d sections "
			    "within each other", TPL_DEPTH_MAX);
		return;
	}
	b->stack[b->depth++] = next;
	set_masks(b);
}

static void
close_section(struct body *b, const char *name, size_t len)
{
	int f = tpl_find_flag(name, len);
	struct section *top;

	if (b->beyond > 0) {
		b->beyond--;
		return;
	}
	if (b->depth == 0) {
		tpl_problem(b->r, b->r->line, "{{/%.*s}}: no section is open",
		    len > 60 ? 60 : (int)len, name);
		return;
	}
	top = &b->stack[b->depth - 1];
	/* One whose flag was refused has been told already. */
	if (top->flag != 0 && (f < 0 || top->flag != 1U << f))
		tpl_problem(b->r, b->r->line, "{{/%.*s}} closes the section of "
		    "another flag, opened in line %u", len > 60 ? 60 : (int)len,
		    name, top->line);
	else if (top->before == b->r->t->n)
		tpl_problem(b->r, top->line, "a section with nothing in it");
	if (b->items_depth == b->depth)
		end_items(b);
	b->depth--;
	set_masks(b);
}

/* A line {{#...}}, {{^...}} or {{/...}}: the only thing on it. */
static void
read_section(struct body *b, const char *s, size_t len)
{
	size_t n = value_length(s, len);

	end_block(b);
	if (n != len || n < 6) {
		tpl_problem(b->r, b->r->line, "a section stands alone on its "
		    "line, as {{#flag}}");
		return;
	}
	if (s[2] == '/')
		close_section(b, s + 3, n - 5);
	else
		open_section(b, s, s + 3, n - 5);
}

/* ---- lines ----------------------------------------------------------------------- */

static int
begins(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	return len >= n && memcmp(s, what, n) == 0;
}

static int
picture_marker(struct body *b, const char *s, size_t len, struct marker *m)
{
	size_t n;

	if (!b->r->kind->pictures) {
		tpl_problem(b->r, b->r->line, "pictures are for easy read "
		    "only");
		return 0;
	}
	for (n = 1; n < len && s[n] != ' ';)
		n++;
	for (size_t i = 0; cp_picture_names[i] != NULL; i++)
		if (strlen(cp_picture_names[i]) == n - 1 &&
		    memcmp(cp_picture_names[i], s + 1, n - 1) == 0) {
			*m = (struct marker){ CP_BLOCK_PICTURE, n,
				cp_picture_names[i], 0 };
			return 1;
		}
	tpl_problem(b->r, b->r->line, "there is no picture %.*s",
	    n > 60 ? 60 : (int)n - 1, s + 1);
	return 0;
}

/* "1. text": digits, a dot and a space. */
static int
number_marker(struct body *b, const char *s, size_t len, struct marker *m)
{
	size_t n = 0;
	int number = 0;

	while (n < len && n < 3 && s[n] >= '0' && s[n] <= '9')
		number = 10 * number + (s[n++] - '0');
	if (n == 0 || n + 1 >= len || s[n] != '.' || s[n + 1] != ' ')
		return 0;
	*m = (struct marker){ CP_BLOCK_NUMBER, n + 1, NULL, number };
	if (number != 1 && (b->written == 0 ||
	    (number != b->written && number != b->written + 1)))
		tpl_problem(b->r, b->r->line, "%d. would begin an item of a "
		    "list, but is not the next number", number);
	return 1;
}

/* What begins the line S; 0: nothing that can be read. */
static int
find_marker(struct body *b, const char *s, size_t len, struct marker *m)
{
	static const struct { const char *text; struct marker m; } marks[] = {
		{ "# ", { CP_BLOCK_H1, 1, NULL, 0 } },
		{ "## ", { CP_BLOCK_H2, 2, NULL, 0 } },
		{ "- ", { CP_BLOCK_BULLET, 1, NULL, 0 } },
		{ "[ ] ", { CP_BLOCK_TICK, 3, NULL, 0 } },
		{ "___ ", { CP_BLOCK_WRITE, 3, NULL, 0 } },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (begins(s, len, marks[i].text)) {
			*m = marks[i].m;
			return 1;
		}
	if (s[0] == '!')
		return picture_marker(b, s, len, m);
	*m = plain;
	if (strchr("#-[_]", s[0]) == NULL) {
		(void)number_marker(b, s, len, m);
		return 1;
	}
	tpl_problem(b->r, b->r->line, "a line cannot begin with %c so: "
	    "\"# text\", \"## text\", \"- text\", \"[ ] text\" and \"___ text\" "
	    "can", s[0]);
	return 0;
}

static void
read_text(struct body *b, const char *s, size_t len)
{
	struct marker m;

	if (!find_marker(b, s, len, &m)) {
		end_block(b);
		return;
	}
	if (m.kind == CP_BLOCK_TEXT && b->open && !b->heading) {
		cp_buf_putc(&b->words, ' ');
		add_text(b, s, len);
		return;
	}
	end_block(b);
	if ((m.kind == CP_BLOCK_H1 || m.kind == CP_BLOCK_H2) &&
	    b->items_before < b->r->t->n)
		end_items(b);
	if (!begin_block(b, &m))
		return;
	b->heading = m.kind == CP_BLOCK_H1 || m.kind == CP_BLOCK_H2;
	b->written = m.number;
	for (s += m.skip, len -= m.skip; len > 0 && *s == ' '; s++)
		len--;
	add_text(b, s, len);
}

static void
read_line(struct body *b, const char *s, size_t len)
{
	/* A line that goes on may be set in; what begins something may not. */
	if (len > 0 && *s == ' ') {
		if (!b->open || b->heading)
			tpl_problem(b->r, b->r->line, "a space at the "
			    "beginning of the line");
		for (; len > 0 && *s == ' '; s++)
			len--;
	}
	if (len == 0)
		end_block(b);
	else if (*s == '@')
		read_items(b, s, len);
	else if (begins(s, len, "{{#") || begins(s, len, "{{^") ||
	    begins(s, len, "{{/"))
		read_section(b, s, len);
	else
		read_text(b, s, len);
}

void
tpl_read_body(struct tpl_reader *r)
{
	struct body b = { .r = r };
	const char *line;
	size_t len;

	cp_buf_init(&b.words);
	while (tpl_next_line(r, &line, &len))
		read_line(&b, line, len);
	end_block(&b);
	while (b.depth > 0) {
		if (b.items_depth == b.depth)
			end_items(&b);
		tpl_problem(r, b.stack[--b.depth].line,
		    "the section opened here is not closed");
	}
	end_items(&b);
	if (r->t->n == 0)
		tpl_problem(r, r->line, "there is no text");
	else if (r->t->block[0].kind != CP_BLOCK_H1 ||
	    (r->t->block[0].on | r->t->block[0].off) != 0)
		tpl_problem(r, r->t->block[0].line, "a letter begins with its "
		    "heading: # text");
	cp_buf_clear(&b.words);
}
