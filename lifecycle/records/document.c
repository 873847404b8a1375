#include "lifecycle/records/document.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_priv.h"

/* One chunk serves a usual document. */
enum { ARENA_CHUNK = 4096, ARENA_ALIGN = 16 };

struct cp_arena {
	struct cp_arena *next;
	size_t used;
	size_t cap;
	_Alignas(ARENA_ALIGN) uint8_t data[];
};

static struct cp_arena *
arena_chunk(struct cp_arena *next, size_t len)
{
	size_t cap = len > ARENA_CHUNK ? len : ARENA_CHUNK;
	struct cp_arena *a = malloc(sizeof(*a) + cap);

	if (a == NULL)
		return NULL;
	a->next = next;
	a->used = 0;
	a->cap = cap;
	return a;
}

void *
document_alloc(struct cp_document *doc, size_t len)
{
	struct cp_arena *a = doc->arena;
	void *at;

	len = (len + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (a == NULL || a->cap - a->used < len) {
		a = arena_chunk(doc->arena, len);
		if (a == NULL)
			return NULL;
		doc->arena = a;
	}
	at = a->data + a->used;
	a->used += len;
	memset(at, 0, len);
	return at;
}

void
document_adopt(struct cp_document *doc, struct cp_document *from)
{
	struct cp_arena *last = doc->arena;

	while (last != NULL && last->next != NULL)
		last = last->next;
	if (last != NULL)
		last->next = from->arena;
	else
		doc->arena = from->arena;
	memset(from, 0, sizeof(*from));
}

struct cp_document *
document_new(void)
{
	return calloc(1, sizeof(struct cp_document));
}

void
cp_document_free(struct cp_document *doc)
{
	struct cp_arena *next;

	if (doc == NULL)
		return;
	for (struct cp_arena *a = doc->arena; a != NULL; a = next) {
		next = a->next;
		explicit_bzero(a->data, a->used);
		free(a);
	}
	explicit_bzero(doc, sizeof(*doc));
	free(doc);
}

void
cp_document_name(const struct cp_document *doc, struct cp_buf *out)
{
	const struct cp_name *name = doc->current;

	if (name->given != NULL)
		cp_buf_puts(out, name->given);
	if (name->given != NULL && name->family != NULL)
		cp_buf_putc(out, ' ');
	if (name->family != NULL)
		cp_buf_puts(out, name->family);
}

void
cp_document_facts(const struct cp_document *doc, struct cp_facts *facts)
{
	facts->birth = doc->birth;
	facts->death_notified = doc->death_notified;
	facts->left_on = doc->left_on;
	facts->left_intention = doc->left_intention;
}

const char *
cp_gender_word(enum cp_gender v)
{
	return document_gender_words[v];
}

const char *
cp_number_type_word(enum cp_number_type v)
{
	return document_number_words[v];
}

const char *
cp_address_type_word(enum cp_address_type v)
{
	return document_address_words[v];
}
