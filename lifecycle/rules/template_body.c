#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/template_impl.h"

/* The body of a template: blocks, sections, and what they say of the law. */

/* What begins a line. */
struct marker {
	enum cp_block_kind kind;
	size_t skip; /* bytes */
	const char *picture;
	int number;
};

static const struct marker plain = { CP_BLOCK_TEXT, 0, NULL, 0 };

/* ---- blocks ------------------------------------------------------------- */

static void
add_piece(struct tpl_body *b, int value, size_t at)
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
keep_words(struct tpl_body *b)
{
	size_t at;

	if (b->words.len == 0)
		return;
	at = b->r->t->texts.len;
	cp_template_words(b->r->t->rtl, cp_buf_text(&b->words), b->words.len,
	    &b->r->t->texts);
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
set_fixed(struct tpl_body *b, struct tpl_block *block)
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

void
tpl_end_block(struct tpl_body *b)
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
begin_block(struct tpl_body *b, const struct marker *m)
{
	struct cp_template *t = b->r->t;
	struct tpl_block *block;
	size_t cap;

	tpl_end_block(b);
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

/* ---- what a line says --------------------------------------------------- */

static void
use_value(struct tpl_body *b, const char *name, size_t len)
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

size_t
tpl_value_length(const char *s, size_t len)
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
add_text(struct tpl_body *b, const char *s, size_t len)
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
		n = tpl_value_length(s, len);
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

/* ---- lines -------------------------------------------------------------- */

static int
begins(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	return len >= n && memcmp(s, what, n) == 0;
}

static int
picture_marker(struct tpl_body *b, const char *s, size_t len, struct marker *m)
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
number_marker(struct tpl_body *b, const char *s, size_t len, struct marker *m)
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
find_marker(struct tpl_body *b, const char *s, size_t len, struct marker *m)
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
read_text(struct tpl_body *b, const char *s, size_t len)
{
	struct marker m;

	if (!find_marker(b, s, len, &m)) {
		tpl_end_block(b);
		return;
	}
	if (m.kind == CP_BLOCK_TEXT && b->open && !b->heading) {
		cp_buf_putc(&b->words, ' ');
		add_text(b, s, len);
		return;
	}
	tpl_end_block(b);
	if ((m.kind == CP_BLOCK_H1 || m.kind == CP_BLOCK_H2) &&
	    b->items_before < b->r->t->n)
		tpl_end_items(b);
	if (m.kind == CP_BLOCK_H1 && b->r->t->n > 0)
		tpl_problem(b->r, b->r->line, "there is one # heading, at the "
		    "beginning: others are ##");
	if (!begin_block(b, &m))
		return;
	b->heading = m.kind == CP_BLOCK_H1 || m.kind == CP_BLOCK_H2;
	b->written = m.number;
	for (s += m.skip, len -= m.skip; len > 0 && *s == ' '; s++)
		len--;
	add_text(b, s, len);
}

static void
read_line(struct tpl_body *b, const char *s, size_t len)
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
		tpl_end_block(b);
	else if (*s == '@')
		tpl_read_items(b, s, len);
	else if (begins(s, len, "{{#") || begins(s, len, "{{^") ||
	    begins(s, len, "{{/"))
		tpl_read_section(b, s, len);
	else
		read_text(b, s, len);
}

void
tpl_read_body(struct tpl_reader *r)
{
	struct tpl_body b = { .r = r };
	const char *line;
	size_t len;

	cp_buf_init(&b.words);
	while (tpl_next_line(r, &line, &len))
		read_line(&b, line, len);
	tpl_end_block(&b);
	while (b.depth > 0) {
		if (b.items_depth == b.depth)
			tpl_end_items(&b);
		tpl_problem(r, b.stack[--b.depth].line,
		    "the section opened here is not closed");
	}
	tpl_end_items(&b);
	if (r->t->n == 0)
		tpl_problem(r, r->line, "there is no text");
	else if (r->t->block[0].kind != CP_BLOCK_H1 ||
	    (r->t->block[0].on | r->t->block[0].off) != 0)
		tpl_problem(r, r->t->block[0].line, "a letter begins with its "
		    "heading: # text");
	cp_buf_clear(&b.words);
}
