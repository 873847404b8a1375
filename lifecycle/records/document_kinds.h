#ifndef CP_RECORDS_DOCUMENT_KINDS_H
#define CP_RECORDS_DOCUMENT_KINDS_H

#include "lifecycle/records/document_priv.h"

/*
 * Private to document_hide.c and document_unhide.c: what a shield has to know
 * of the entries of a document's lists.  A set is of enum cp_hide.
 */
struct document_kind {
	const char *key; /* of the list */
	size_t size;     /* of an entry */
	/* The parts any of which hides the entry whole. */
	unsigned (*part)(const void *entry);
	/* Entries of one group are replaced together. */
	unsigned (*group)(const void *entry);
	/* Whether it shows details that SET hides, and taking them out. */
	int (*bares)(const void *entry, unsigned set);
	void (*bare)(void *entry, unsigned set);
	/* Whether two are one, but for such details; and FROM's, where it has
	 * them, put into INTO: all of them, or those that INTO lacks. */
	int (*same)(const void *a, const void *b);
	void (*fill)(void *into, const void *from, int all);
};

enum { DOCUMENT_LISTS = 5 };

struct document_list {
	const struct document_kind *kind;
	void *entries; /* of the document */
	size_t *n;
};

/* The lists of DOC, borrowed. */
void document_lists(struct cp_document *doc,
    struct document_list out[DOCUMENT_LISTS]);
void *document_entry(const struct document_list *list, size_t i);
/* Makes the N ENTRIES list I of DOC, whose memory they are in. */
void document_put_list(struct cp_document *doc, int i, void *entries,
    size_t n);
/* Names were moved: sets DOC->current. */
void document_find_current(struct cp_document *doc);

#endif
