#ifndef CP_STORE_STORE_PAGE_H
#define CP_STORE_STORE_PAGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a page of SQLite's file format holds beside its rows: secure_delete
 * overwrites a row where it lay, but a page into which rows were moved anew
 * keeps, between the pointers to its cells and the cells, what stood there
 * before (file format, "B-tree Pages").  Private to store_wipe.c.
 */
struct store_page {
	const uint8_t *bytes;
	uint32_t size;     /* of the page: 512 to 65536 */
	uint32_t reserved; /* bytes at its end that are no b-tree's */
	uint32_t number;   /* from 1 */
	uint32_t count;    /* pages of the database, or more */
};

/* Copies P to COPY, which has room for it, with the gap and the bodies of free
 * blocks zero.  0, and COPY is not touched: they are zero, or P is no b-tree's
 * page (or cannot be told from one that is not), or not a sound one. */
int store_page_clean(const struct store_page *p, uint8_t *copy);

#endif
