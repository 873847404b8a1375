#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/composing_impl.h"

/* While blocks are gathered their text is a place in the buffer, which moves;
 * all become pointers at the end. */

void
cp_blocks_init(struct cp_blocks *b)
{
	memset(b, 0, sizeof(*b));
	cp_buf_init(&b->texts);
}

void
cp_blocks_clear(struct cp_blocks *b)
{
	free(b->block);
	free(b->at);
	cp_buf_clear(&b->texts);
	cp_blocks_init(b);
}

static enum cp_rc
make_room(struct cp_blocks *b, struct cp_err *err)
{
	size_t cap = b->cap == 0 ? 64 : 2 * b->cap;
	struct cp_block *block;
	size_t *at;

	if (b->n < b->cap)
		return CP_OK;
	block = realloc(b->block, cap * sizeof(*block));
	if (block != NULL)
		b->block = block;
	at = realloc(b->at, cap * sizeof(*at));
	if (at != NULL)
		b->at = at;
	if (block == NULL || at == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	b->cap = cap;
	return CP_OK;
}

enum cp_rc
blocks_add(struct cp_blocks *b, const struct cp_block *from,
    struct cp_err *err)
{
	enum cp_rc rc = make_room(b, err);

	if (rc != CP_OK)
		return rc;
	b->at[b->n] = b->texts.len;
	b->block[b->n++] = *from;
	cp_buf_put(&b->texts, from->text, strlen(from->text) + 1);
	return cp_buf_check(&b->texts, err);
}

void
blocks_end(struct cp_blocks *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->block[i].text = cp_buf_text(&b->texts) + b->at[i];
}

static enum cp_rc
take_block(void *ctx, const struct cp_block *from, struct cp_err *err)
{
	return blocks_add(ctx, from, err);
}

enum cp_rc
cp_composed_blocks(const struct cp_composed *c, struct cp_blocks *out,
    struct cp_err *err)
{
	enum cp_rc rc;

	out->n = 0;
	cp_buf_reset(&out->texts);
	rc = cp_template_render(c->wording->text, &c->said, take_block, out,
	    err);
	if (rc != CP_OK)
		cp_err_context(err, "%s/%s.txt", c->wording->language->code,
		    c->wording->name);
	blocks_end(out);
	return rc;
}
