#include <string.h>

#include "lifecycle/duties/composing.h"
#include "lifecycle/rules/text.h"

/* A letter as plain text. */

enum { BLANK_COLUMNS = 24 }; /* of a line to write on */

struct setting {
	struct cp_buf *out;
	size_t width; /* 0: not wrapped */
};

/* ---- lines ------------------------------------------------------------------ */

static void
indent(struct cp_buf *out, size_t n)
{
	while (n-- > 0)
		cp_buf_putc(out, ' ');
}

/* MARK, then TEXT, wrapped at blanks; what follows the first line stands below
 * TEXT.  A word that is wider than a line is a line of its own: nothing is
 * broken that is to be typed or read as one. */
static void
put(const struct setting *s, const char *mark, const char *text)
{
	size_t margin = cp_text_columns(mark, strlen(mark)), at = margin;
	size_t len, w;
	int first = 1;

	cp_buf_puts(s->out, mark);
	for (text += strspn(text, " "); *text != '\0';
	    text += strspn(text, " ")) {
		len = strcspn(text, " ");
		w = cp_text_columns(text, len);
		if (!first && s->width > 0 && at + 1 + w > s->width) {
			cp_buf_putc(s->out, '\n');
			indent(s->out, margin);
			at = margin;
		} else if (!first) {
			cp_buf_putc(s->out, ' ');
			at++;
		}
		cp_buf_put(s->out, text, len);
		at += w;
		text += len;
		first = 0;
	}
	cp_buf_putc(s->out, '\n');
}

/* A line as it is: of an address. */
static enum cp_rc
put_line(const struct setting *s, const char *what, const char *text,
    struct cp_err *err)
{
	const char *why;

	if (text == NULL)
		return CP_OK;
	why = cp_text_refuse(text, strlen(text));
	if (why != NULL)
		return cp_fail(err, CP_BAD_INPUT, "a line of %s: %s", what,
		    why);
	cp_buf_puts(s->out, text);
	cp_buf_putc(s->out, '\n');
	return CP_OK;
}

static enum cp_rc
put_lines(const struct setting *s, const char *what, const char *const *line,
    size_t n, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < n && rc == CP_OK; i++)
		rc = put_line(s, what, line[i], err);
	return rc;
}

/* ---- head ------------------------------------------------------------------- */

static enum cp_rc
put_sender(const struct setting *s, const struct cp_letterhead *h,
    struct cp_err *err)
{
	const char *const names[] = { h->name, h->office };
	const char *const reach[] = { h->phone, h->email, h->web };
	static const char who[] = "the sender";
	enum cp_rc rc = put_lines(s, who, names, 2, err);

	if (rc == CP_OK)
		rc = put_lines(s, who, h->lines, h->n_lines, err);
	if (rc == CP_OK)
		rc = put_lines(s, who, reach, 3, err);
	return rc;
}

static enum cp_rc
put_head(const struct setting *s, const struct cp_composed *c,
    const char *reference, const char *date, struct cp_err *err)
{
	const struct cp_language *l = c->wording->language;
	enum cp_rc rc = put_sender(s, &c->sender.head, err);

	cp_buf_putc(s->out, '\n');
	if (rc == CP_OK)
		rc = put_lines(s, "the address", c->lines, c->n_lines, err);
	cp_buf_printf(s->out, l->rtl ? "\n%s: \xE2\x81\xA6%s\xE2\x81\xA9\n" :
	    "\n%s: %s\n", l->reference, reference);
	cp_buf_printf(s->out, "%s\n", date);
	return rc;
}

/* ---- blocks ----------------------------------------------------------------- */

static int
is_heading(enum cp_block_kind kind)
{
	return kind == CP_BLOCK_H1 || kind == CP_BLOCK_H2;
}

static int
is_item(enum cp_block_kind kind)
{
	return kind == CP_BLOCK_BULLET || kind == CP_BLOCK_NUMBER ||
	    kind == CP_BLOCK_TICK;
}

/* Empty lines before B; BEFORE may be NULL. */
static int
gap(const struct cp_block *before, const struct cp_block *b)
{
	if (is_heading(b->kind))
		return before != NULL && is_heading(before->kind) ? 1 : 2;
	return before != NULL && is_item(before->kind) &&
	    before->kind == b->kind ? 0 : 1;
}

/* What belongs there, and a line to write on. */
static void
put_blank(const struct setting *s, const char *text, struct cp_buf *work)
{
	size_t len = strlen(text);

	cp_buf_reset(work);
	cp_buf_puts(work, text);
	cp_buf_puts(work, len > 0 && strchr(":?", text[len - 1]) != NULL ?
	    " " : ": ");
	for (int i = 0; i < BLANK_COLUMNS; i++)
		cp_buf_putc(work, '_');
	put(s, "", cp_buf_text(work));
}

static void
put_block(const struct setting *s, const struct cp_block *b,
    struct cp_buf *work)
{
	switch (b->kind) {
	case CP_BLOCK_BULLET:
		put(s, "- ", b->text);
		break;
	case CP_BLOCK_NUMBER:
		cp_buf_reset(work);
		cp_buf_printf(work, "%d. ", b->number);
		put(s, cp_buf_text(work), b->text);
		break;
	case CP_BLOCK_TICK:
		put(s, "[ ] ", b->text);
		break;
	case CP_BLOCK_WRITE:
		put_blank(s, b->text, work);
		break;
	case CP_BLOCK_H1:
	case CP_BLOCK_H2:
	case CP_BLOCK_TEXT:
	case CP_BLOCK_PICTURE:
		put(s, "", b->text);
		break;
	}
}

enum cp_rc
cp_composed_text_of(const struct cp_composed *c,
    const struct cp_blocks *blocks, const char *reference, const char *date,
    int width, struct cp_buf *out, struct cp_err *err)
{
	struct setting s = { out, width > 0 ? (size_t)width : 0 };
	const struct cp_block *b = blocks->block;
	struct cp_buf work;
	size_t began = out->len;
	enum cp_rc rc = put_head(&s, c, reference, date, err);

	cp_buf_init(&work);
	for (size_t i = 0; i < blocks->n && rc == CP_OK; i++) {
		for (int n = gap(i > 0 ? &b[i - 1] : NULL, &b[i]); n > 0; n--)
			cp_buf_putc(out, '\n');
		put_block(&s, &b[i], &work);
	}
	if (rc == CP_OK)
		rc = cp_buf_check(&work, err);
	if (rc == CP_OK)
		rc = cp_buf_check(out, err);
	if (rc != CP_OK && out->len > began) {
		out->len = began;
		out->data[began] = '\0';
	}
	cp_buf_clear(&work);
	return rc;
}

enum cp_rc
cp_composed_text(const struct cp_composed *c, const char *reference,
    const char *date, int width, struct cp_buf *out, struct cp_err *err)
{
	struct cp_blocks blocks;
	enum cp_rc rc;

	cp_blocks_init(&blocks);
	rc = cp_composed_blocks(c, &blocks, err);
	if (rc == CP_OK)
		rc = cp_composed_text_of(c, &blocks, reference, date, width,
		    out, err);
	cp_blocks_clear(&blocks);
	return rc;
}
