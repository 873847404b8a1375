#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

enum { BLOCKS_MOST = 2000, TEXT_MOST = 1 << 20,
	LONG_BLOCKS_MOST = 200000, LONG_TEXT_MOST = 64 << 20 };
/* In times the size of the text. */
#define BULLET_INDENT 1.25
#define BULLET_INSET 0.95
#define NUMBER_INDENT 1.9
#define FIGURE 0.58 /* more, for each after the second of a number */
#define PICTURE_SIDE 3.4
#define PICTURE_COLUMN 4.8

static enum press_face
face_of(enum cp_block_kind kind)
{
	return kind == CP_BLOCK_H1 ? PRESS_H1 :
	    kind == CP_BLOCK_H2 ? PRESS_H2 : PRESS_BODY;
}

/* Space before and after, in times the size of the text. */
static void
space(struct press_set *s, double size)
{
	static const struct { double before, after; } of[] = {
		[CP_BLOCK_H1] = { 0.6, 0.55 }, [CP_BLOCK_H2] = { 1.15, 0.3 },
		[CP_BLOCK_TEXT] = { 0, 0.6 }, [CP_BLOCK_BULLET] = { 0, 0.3 },
		[CP_BLOCK_NUMBER] = { 0, 0.3 },
		[CP_BLOCK_PICTURE] = { 0, 0.8 },
		[CP_BLOCK_TICK] = { 0.2, 0.45 },
		[CP_BLOCK_WRITE] = { 0.5, 0.9 }
	};

	s->before = of[s->kind].before * size;
	s->after = of[s->kind].after * size;
}

/* How a letter's blocks stand. */
struct setting {
	int column;  /* there are pictures beside the text */
	int figures; /* of its greatest number, after the second */
};

/* What stands beside the text, and how far that is moved in for it. */
static enum cp_rc
set_beside(struct cp_press *p, struct press_set *s, const struct cp_block *b,
    const struct setting *how, struct cp_err *err)
{
	double size = press_size(p, PRESS_BODY);
	char number[16];

	if (how->column && s->kind != CP_BLOCK_H1 && s->kind != CP_BLOCK_H2)
		s->start = PICTURE_COLUMN * size;
	switch (s->kind) {
	case CP_BLOCK_BULLET:
		s->start += BULLET_INDENT * size;
		s->inset = BULLET_INSET * size;
		return press_label(p, PRESS_BODY, "\xE2\x80\xA2", &s->label,
		    err);
	case CP_BLOCK_NUMBER:
		s->inset = (NUMBER_INDENT + how->figures * FIGURE) * size;
		s->start += s->inset;
		(void)snprintf(number, sizeof(number), "%d.", b->number);
		return press_label(p, PRESS_BODY, number, &s->label, err);
	case CP_BLOCK_TICK:
		s->start += NUMBER_INDENT * size;
		break;
	case CP_BLOCK_PICTURE:
		if (b->picture != NULL)
			s->picture = press_picture_find(b->picture);
		if (b->picture != NULL && s->picture < 0)
			return cp_fail(err, CP_BAD_INPUT, "there is no "
			    "picture \"%.32s\"", b->picture);
		break;
	default:
		break;
	}
	return CP_OK;
}

static enum cp_rc
set_block(struct cp_press *p, const struct cp_block *b,
    const struct setting *how, struct press_set **out, struct cp_err *err)
{
	struct press_set *s = calloc(1, sizeof(*s));
	double size = press_size(p, PRESS_BODY);
	enum cp_rc rc;

	if (s == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	s->kind = b->kind;
	s->fixed = b->fixed;
	s->first = b->number == 1;
	s->picture = -1;
	space(s, size);
	rc = set_beside(p, s, b, how, err);
	if (rc == CP_OK)
		rc = press_text_set(p, face_of(s->kind), b->text,
		    p->measure - s->start, &s->text, err);
	if (rc != CP_OK) {
		press_set_free(s);
		return rc;
	}
	s->height = press_text_height(s->text, 0, s->text->n);
	if (s->picture >= 0 && s->height < PICTURE_SIDE * size) {
		s->drop = (PICTURE_SIDE * size - s->height) / 2;
		s->height = PICTURE_SIDE * size;
	}
	if (s->kind == CP_BLOCK_WRITE)
		s->height += 2 * size;
	*out = s;
	return CP_OK;
}

void
press_set_free(struct press_set *s)
{
	if (s == NULL)
		return;
	press_text_free(s->text);
	free(s);
}

static void
put_key(struct cp_buf *key, const struct cp_block *b,
    const struct setting *how)
{
	cp_buf_reset(key);
	cp_buf_putc(key, (char)('a' + b->kind));
	cp_buf_putc(key, (char)('0' + how->column));
	cp_buf_putc(key, (char)('0' + how->figures));
	press_put_int(key, b->number);
	cp_buf_putc(key, ' ');
	cp_buf_puts(key, b->picture != NULL ? b->picture : "");
	cp_buf_putc(key, ' ');
	cp_buf_puts(key, b->text);
}

/* One that is the same in each letter is set by the first that has it. */
static enum cp_rc
find_block(struct cp_press *p, const struct cp_block *b,
    const struct setting *how, struct press_set **out, struct cp_err *err)
{
	enum cp_rc rc;

	if (!b->fixed)
		return set_block(p, b, how, out, err);
	put_key(&p->key, b, how);
	rc = cp_buf_check(&p->key, err);
	if (rc != CP_OK)
		return rc;
	*out = g_hash_table_lookup(p->sets, p->key.data);
	if (*out != NULL)
		return CP_OK;
	rc = set_block(p, b, how, out, err);
	if (rc == CP_OK)
		g_hash_table_insert(p->sets,
		    g_strdup(cp_buf_text(&p->key)), *out);
	return rc;
}

/* ---- letters --------------------------------------------------------------- */

static int
more_figures(const struct cp_block *b, int figures)
{
	int n = b->kind == CP_BLOCK_NUMBER ? b->number : 0;

	for (int i = 0; i < figures + 2; i++)
		n /= 10;
	return n > 0;
}

static enum cp_rc
set_blocks(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, struct cp_err *err)
{
	struct setting how = { 0, 0 };
	enum cp_rc rc = CP_OK;

	x->sets = calloc(l->n_blocks + 1, sizeof(struct press_set *));
	if (x->sets == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < l->n_blocks; i++) {
		how.column |= l->blocks[i].picture != NULL;
		while (more_figures(&l->blocks[i], how.figures))
			how.figures++;
	}
	for (size_t i = 0; rc == CP_OK && i < l->n_blocks; i++) {
		rc = find_block(p, &l->blocks[i], &how, &x->sets[i],
		    err);
		x->n = i + (rc == CP_OK);
	}
	return rc;
}

static enum cp_rc
set_reference(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, struct cp_err *err)
{
	enum cp_rc rc;

	rc = press_text_set(p, PRESS_REFERENCE, l->reference,
	    p->top.reference_width, &x->reference, err);
	if (rc == CP_OK)
		rc = press_text_set(p, PRESS_FOOT, l->reference, 0, &x->foot,
		    err);
	if (rc != CP_OK)
		return rc;
	x->qr = QRcode_encodeString(l->reference, 0, QR_ECLEVEL_M,
	    QR_MODE_8, 1);
	return x->qr != NULL ? CP_OK : cp_fail(err, CP_BAD_INPUT,
	    "the reference does not go into a QR code");
}

static int
too_much(const struct cp_letter *l)
{
	size_t most = l->is_long ? LONG_BLOCKS_MOST : BLOCKS_MOST, sum = 0;

	for (size_t i = 0; i < l->n_blocks && i < most; i++)
		sum += strlen(l->blocks[i].text);
	return l->n_blocks > most || sum > (size_t)(l->is_long ?
	    LONG_TEXT_MOST : TEXT_MOST);
}

enum cp_rc
press_letter_set(struct cp_press *p, const struct cp_letter *l,
    struct press_letter *x, const char **why, struct cp_err *err)
{
	enum cp_rc rc;

	if (too_much(l)) {
		*why = "too-much";
		return cp_fail(err, CP_BAD_INPUT, "too much text for a "
		    "letter");
	}
	x->is_long = l->is_long;
	rc = press_window_set(p, l, x, why, err);
	if (rc == CP_OK)
		rc = set_reference(p, l, x, err);
	if (rc == CP_OK)
		rc = set_blocks(p, l, x, err);
	if (rc == CP_BAD_INPUT && *why == NULL)
		*why = "unprintable";
	return rc;
}

void
press_letter_clear(struct press_letter *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (!x->sets[i]->fixed)
			press_set_free(x->sets[i]);
	free(x->sets);
	free(x->places);
	for (int i = 0; i < x->n_to; i++)
		press_text_free(x->to[i]);
	press_text_free(x->reference);
	press_text_free(x->foot);
	QRcode_free(x->qr);
	memset(x, 0, sizeof(*x));
}
