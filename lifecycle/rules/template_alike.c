#include <stdarg.h>
#include <stdio.h>

#include "lifecycle/rules/template_impl.h"

/* Whether a translation is built as its original. */

static const char *
kind_word(const struct tpl_block *b)
{
	static const char *const words[] = { "a heading (#)",
		"a heading (##)", "a paragraph", "an item (-)",
		"a numbered item", "a picture", "a box to tick",
		"a line to write on" };

	return words[b->kind];
}

static int CP_PRINTF(3, 4)
differs(struct cp_template_problem *why, unsigned line, const char *fmt, ...)
{
	va_list ap;

	why->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(why->what, sizeof(why->what), fmt, ap);
	va_end(ap);
	return 0;
}

/* The first value that one uses and the other does not. */
static const char *
odd_value(unsigned values)
{
	enum cp_value v = 0;

	while ((values & 1U << v) == 0)
		v++;
	return cp_value_name(v);
}

static int
block_alike(const struct tpl_block *b, const struct tpl_block *o,
    struct cp_template_problem *why)
{
	unsigned odd = b->values ^ o->values;

	if (b->kind != o->kind)
		return differs(why, b->line, "this is %s; the English has %s "
		    "(line %u)", kind_word(b), kind_word(o), o->line);
	if (b->picture != o->picture)
		return differs(why, b->line, "the picture is %s; in the English "
		    "%s (line %u)", b->picture, o->picture, o->line);
	if (b->on != o->on || b->off != o->off)
		return differs(why, b->line, "other sections are around this "
		    "than in the English (line %u)", o->line);
	if (b->items != o->items)
		return differs(why, b->line, "@items says another thing of this "
		    "than in the English (line %u)", o->line);
	if (odd != 0)
		return differs(why, b->line, "{{%s}} is %s here; not so in the "
		    "English (line %u)", odd_value(odd),
		    (b->values & odd & -odd) != 0 ? "used" : "not used",
		    o->line);
	return 1;
}

int
cp_template_alike(const struct cp_template *t,
    const struct cp_template *original, struct cp_template_problem *why)
{
	size_t n = t->n < original->n ? t->n : original->n;

	for (size_t i = 0; i < n; i++)
		if (!block_alike(&t->block[i], &original->block[i], why))
			return 0;
	if (t->n < original->n)
		return differs(why, t->block[n - 1].line, "after this the "
		    "English goes on with %s (line %u)",
		    kind_word(&original->block[n]), original->block[n].line);
	if (t->n > original->n)
		return differs(why, t->block[n].line, "the English has no such "
		    "%s: it ends before", "paragraph");
	return 1;
}
