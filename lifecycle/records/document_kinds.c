#include "lifecycle/records/document_kinds.h"

#include <string.h>

#include "lifecycle/records/document_hide.h"

static int
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
fill_text(const char **into, const char *from, int all)
{
	if (from != NULL && (all || *into == NULL))
		*into = from;
}

/* ---- entries that are hidden whole or not at all ------------------------- */

static int
bares_nothing(const void *entry, unsigned set)
{
	(void)entry;
	(void)set;
	return 0;
}

static void
bare_nothing(void *entry, unsigned set)
{
	(void)entry;
	(void)set;
}

static int
same_never(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return 0;
}

static void
fill_nothing(void *into, const void *from, int all)
{
	(void)into;
	(void)from;
	(void)all;
}

static unsigned
one_group(const void *entry)
{
	(void)entry;
	return 0;
}

static unsigned
part_name(const void *entry)
{
	const struct cp_name *name = entry;

	return name->type == CP_NAME_FORMER ? CP_HIDE_FORMER_NAMES : 0;
}

static int
same_name(const void *a, const void *b)
{
	const struct cp_name *x = a, *y = b;

	return x->type == y->type && (x->type == CP_NAME_CURRENT ||
	    (same_text(x->given, y->given) &&
	    same_text(x->family, y->family)));
}

static unsigned
part_number(const void *entry)
{
	(void)entry;
	return CP_HIDE_NUMBERS;
}

static unsigned
group_number(const void *entry)
{
	return (unsigned)((const struct cp_number *)entry)->type;
}

static unsigned
part_address(const void *entry)
{
	(void)entry;
	return CP_HIDE_ADDRESS;
}

/* ---- carers -------------------------------------------------------------- */

static unsigned
part_carer(const void *entry)
{
	(void)entry;
	return CP_HIDE_CARERS;
}

static int
bares_carer(const void *entry, unsigned set)
{
	return (set & CP_HIDE_CONTACT) != 0 &&
	    ((const struct cp_carer *)entry)->phone != NULL;
}

static void
bare_carer(void *entry, unsigned set)
{
	if ((set & CP_HIDE_CONTACT) != 0)
		((struct cp_carer *)entry)->phone = NULL;
}

static int
same_carer(const void *a, const void *b)
{
	return strcmp(((const struct cp_carer *)a)->name,
	    ((const struct cp_carer *)b)->name) == 0;
}

static void
fill_carer(void *into, const void *from, int all)
{
	fill_text(&((struct cp_carer *)into)->phone,
	    ((const struct cp_carer *)from)->phone, all);
}

/* ---- involvements -------------------------------------------------------- */

static unsigned
group_involvement(const void *entry)
{
	const struct cp_involvement *v = entry;

	return strcmp(v->service, "education") == 0 ? CP_HIDE_SCHOOL :
	    strcmp(v->service, "primary-health-care") == 0 ?
	    CP_HIDE_PRACTICE : 0;
}

static unsigned
part_involvement(const void *entry)
{
	return CP_HIDE_INVOLVEMENTS | group_involvement(entry);
}

static int
bares_involvement(const void *entry, unsigned set)
{
	const struct cp_involvement *v = entry;

	return (set & CP_HIDE_PRACTITIONER) != 0 &&
	    (v->practitioner != NULL || v->phone != NULL);
}

static void
bare_involvement(void *entry, unsigned set)
{
	struct cp_involvement *v = entry;

	if ((set & CP_HIDE_PRACTITIONER) != 0)
		v->practitioner = v->phone = NULL;
}

static int
same_involvement(const void *a, const void *b)
{
	const struct cp_involvement *x = a, *y = b;

	return same_text(x->service, y->service) &&
	    same_text(x->provider, y->provider) &&
	    x->start.days == y->start.days;
}

/* Who and their telephone belong together. */
static void
fill_involvement(void *into, const void *from, int all)
{
	struct cp_involvement *x = into;
	const struct cp_involvement *y = from;

	if (!all && (x->practitioner != NULL || x->phone != NULL))
		return;
	fill_text(&x->practitioner, y->practitioner, all);
	fill_text(&x->phone, y->phone, all);
}

/* ---- lists --------------------------------------------------------------- */

static const struct document_kind kinds[DOCUMENT_LISTS] = {
	{ "names", sizeof(struct cp_name), part_name, part_name,
	    bares_nothing, bare_nothing, same_name, fill_nothing },
	{ "numbers", sizeof(struct cp_number), part_number, group_number,
	    bares_nothing, bare_nothing, same_never, fill_nothing },
	{ "addresses", sizeof(struct cp_address), part_address, one_group,
	    bares_nothing, bare_nothing, same_never, fill_nothing },
	{ "carers", sizeof(struct cp_carer), part_carer, one_group,
	    bares_carer, bare_carer, same_carer, fill_carer },
	{ "involvements", sizeof(struct cp_involvement), part_involvement,
	    group_involvement, bares_involvement, bare_involvement,
	    same_involvement, fill_involvement },
};

void
document_lists(struct cp_document *doc,
    struct document_list out[DOCUMENT_LISTS])
{
	const struct document_list lists[DOCUMENT_LISTS] = {
		{ &kinds[0], doc->names, &doc->n_names },
		{ &kinds[1], doc->numbers, &doc->n_numbers },
		{ &kinds[2], doc->addresses, &doc->n_addresses },
		{ &kinds[3], doc->carers, &doc->n_carers },
		{ &kinds[4], doc->involvements,
		    &doc->n_involvements },
	};

	memcpy(out, lists, sizeof(lists));
}

void *
document_entry(const struct document_list *list, size_t i)
{
	return (char *)list->entries + i * list->kind->size;
}

void
document_put_list(struct cp_document *doc, int i, void *entries, size_t n)
{
	struct document_list lists[DOCUMENT_LISTS];

	document_lists(doc, lists);
	*lists[i].n = n;
	switch (i) {
	case 0:
		doc->names = entries;
		break;
	case 1:
		doc->numbers = entries;
		break;
	case 2:
		doc->addresses = entries;
		break;
	case 3:
		doc->carers = entries;
		break;
	default:
		doc->involvements = entries;
	}
}

void
document_find_current(struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_names; i++)
		if (doc->names[i].type == CP_NAME_CURRENT)
			doc->current = &doc->names[i];
}
