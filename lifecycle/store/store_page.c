#include "lifecycle/store/store_page.h"

#include <string.h>

enum {
	FILE_HEADER = 100, /* on page 1, before the b-tree's */
	INDEX_INNER = 2, TABLE_INNER = 5, INDEX_LEAF = 10, TABLE_LEAF = 13,
	FREE_HEADER = 4, CELL_MIN = 4,
	LOCK_BYTE = 0x40000000
};

/* A b-tree's page, taken apart. */
struct tree {
	const uint8_t *b;
	uint32_t start;  /* of its header */
	uint32_t cells;  /* how many */
	uint32_t ptrs;   /* where the pointers to them begin */
	uint32_t gap;    /* where the gap begins */
	uint32_t top;    /* and the cells do */
	uint32_t usable; /* where they end */
};

static uint32_t
be16(const uint8_t *b)
{
	return (uint32_t)b[0] << 8 | b[1];
}

static uint32_t
be32(const uint8_t *b)
{
	return be16(b) << 16 | be16(b + 2);
}

/* Of five-byte entries, each for one of the pages that follow; one that would
 * stand where the file is locked stands after it. */
static int
is_pointer_map(const struct store_page *p)
{
	uint32_t each = (p->size - p->reserved) / 5 + 1;
	uint32_t lock = LOCK_BYTE / p->size + 1;

	return p->number >= 2 && ((p->number - 2) % each == 0 ||
	    (p->number == lock + 1 && (lock - 2) % each == 0));
}

/*
 * A page of an overflow chain or of the list of free pages begins with the
 * number of another: one that begins with a number there can be is not
 * touched.  Below 128 GiB that is none of a b-tree.
 */
static int
is_chain(const struct store_page *p)
{
	return p->number > 1 && be32(p->bytes) <= p->count;
}

static int
parse(const struct store_page *p, struct tree *t)
{
	const uint8_t *h;
	uint32_t type;

	t->b = p->bytes;
	t->start = p->number == 1 ? FILE_HEADER : 0;
	t->usable = p->size - p->reserved;
	h = t->b + t->start;
	type = h[0];
	if (type != INDEX_INNER && type != TABLE_INNER && type != INDEX_LEAF &&
	    type != TABLE_LEAF)
		return 0;
	t->ptrs = t->start + (type < INDEX_LEAF ? 12 : 8);
	t->cells = be16(h + 3);
	t->top = be16(h + 5) == 0 ? 65536 : be16(h + 5);
	t->gap = t->ptrs + 2 * t->cells;
	if (t->gap > t->top || t->top > t->usable)
		return 0;
	for (uint32_t i = 0; i < t->cells; i++) {
		uint32_t at = be16(t->b + t->ptrs + 2 * i);

		if (at < t->top || at + CELL_MIN > t->usable)
			return 0;
	}
	return 1;
}

/* The free block at AT: where it ends, or 0 where it is not sound.  They stand
 * in order, and never side by side. */
static uint32_t
block_end(const struct tree *t, uint32_t at, uint32_t *next)
{
	uint32_t size;

	if (at < t->top || at + FREE_HEADER > t->usable)
		return 0;
	*next = be16(t->b + at);
	size = be16(t->b + at + 2);
	if (size < FREE_HEADER || at + size > t->usable ||
	    (*next != 0 && *next < at + size + FREE_HEADER))
		return 0;
	return at + size;
}

static int
sound_blocks(const struct tree *t)
{
	uint32_t at = be16(t->b + t->start + 1), next;

	for (; at != 0; at = next)
		if (block_end(t, at, &next) == 0)
			return 0;
	return 1;
}

static int
is_zero(const uint8_t *b, uint32_t from, uint32_t to)
{
	return from >= to || (b[from] == 0 &&
	    memcmp(b + from, b + from + 1, to - from - 1) == 0);
}

static int
is_clean(const struct tree *t)
{
	uint32_t at = be16(t->b + t->start + 1), end, next;

	if (!is_zero(t->b, t->gap, t->top))
		return 0;
	for (; at != 0; at = next) {
		end = block_end(t, at, &next);
		if (!is_zero(t->b, at + FREE_HEADER, end))
			return 0;
	}
	return 1;
}

int
store_page_clean(const struct store_page *p, uint8_t *copy)
{
	struct tree t;
	uint32_t at, end, next;

	if (is_pointer_map(p) || is_chain(p) || !parse(p, &t) ||
	    !sound_blocks(&t) || is_clean(&t))
		return 0;
	memcpy(copy, p->bytes, p->size);
	memset(copy + t.gap, 0, t.top - t.gap);
	for (at = be16(t.b + t.start + 1); at != 0; at = next) {
		end = block_end(&t, at, &next);
		memset(copy + at + FREE_HEADER, 0, end - at - FREE_HEADER);
	}
	return 1;
}
