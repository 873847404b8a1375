#include <string.h>

#include "lifecycle/rules/template_impl.h"

/* What stands around the blocks of a body: sections, and what is said of the
 * law. */

/* ---- items of the law --------------------------------------------------- */

void
tpl_end_items(struct tpl_body *b)
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
add_item(struct tpl_body *b, const char *name, size_t len)
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
void
tpl_read_items(struct tpl_body *b, const char *s, size_t len)
{
	size_t i = 6, n;

	tpl_end_block(b);
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
		tpl_end_items(b);
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

/* ---- sections ----------------------------------------------------------- */

static void
set_masks(struct tpl_body *b)
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
open_section(struct tpl_body *b, const char *s, const char *name, size_t len)
{
	struct tpl_section next = { 0, s[2] == '^', b->r->line, b->r->t->n,
		b->r->report->n };
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
close_section(struct tpl_body *b, const char *name, size_t len)
{
	int f = tpl_find_flag(name, len);
	struct tpl_section *top;

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
	else if (top->before == b->r->t->n &&
	    top->problems == b->r->report->n)
		tpl_problem(b->r, top->line, "a section with nothing in it");
	if (b->items_depth == b->depth)
		tpl_end_items(b);
	b->depth--;
	set_masks(b);
}

/* A line {{#...}}, {{^...}} or {{/...}}: the only thing on it. */
void
tpl_read_section(struct tpl_body *b, const char *s, size_t len)
{
	size_t n = tpl_value_length(s, len);

	tpl_end_block(b);
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
