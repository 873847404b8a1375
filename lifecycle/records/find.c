#include "lifecycle/records/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/records/golive.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/prepare.h"
#include "lifecycle/records/reach.h"

/* Less alike than this is not an answer. */
static const double THRESHOLD = 0.85;

enum { LIST_MAX = 50000 }; /* records of one part of a search */

/* Distinct record numbers, ascending once sorted. */
struct list {
	int64_t n[LIST_MAX];
	size_t len;
	int cut;
};

/* ---- candidates ---- */

static int
compare_n(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Adds the rows of Q, a single integer each, up to MAX in all. */
static enum cp_rc
take_rows(struct list *l, struct cp_stmt *q, size_t max, struct cp_err *err)
{
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (l->len == max) {
			l->cut = 1;
			break;
		}
		l->n[l->len++] = cp_col_int(q, 0);
	}
	cp_reset(q);
	return rc;
}

static void
make_distinct(struct list *l)
{
	size_t n = 0;

	qsort(l->n, l->len, sizeof(*l->n), compare_n);
	for (size_t i = 0; i < l->len; i++)
		if (n == 0 || l->n[n - 1] != l->n[i])
			l->n[n++] = l->n[i];
	l->len = n;
}

/* The records that have any of the keys of Q, which asks for one part. */
static enum cp_rc
by_keys(struct cp_store *s, const uint8_t *salt, const struct cp_query *query,
    size_t max, struct list *l, struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	struct cp_stmt *q;
	enum cp_rc rc = cp_query_keys(query, salt, &keys, err);

	for (size_t i = 0; rc == CP_OK && i < keys.n && !l->cut; i++) {
		q = cp_stmt(s, SQL_FIND_KEY_RECORDS);
		cp_bind_int(q, (int64_t)keys.key[i]);
		cp_bind_int(q, (int64_t)max + 1);
		rc = take_rows(l, q, max, err);
		make_distinct(l); /* a record may have several of them */
	}
	cp_keys_clear(&keys);
	return rc;
}

static enum cp_rc
born_between(struct cp_store *s, const char *from, const char *to, size_t max,
    struct list *l, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_FIND_BORN);

	cp_bind_text(q, from);
	cp_bind_text(q, to);
	cp_bind_int(q, (int64_t)max + 1);
	return take_rows(l, q, max, err);
}

/* Birth dates that can be BORN: more exact ones, and less exact ones. */
static enum cp_rc
by_birth(struct cp_store *s, struct cp_partial_date born, size_t max,
    struct list *l, struct cp_err *err)
{
	char text[CP_DATE_TEXT], last[CP_DATE_TEXT + 4];
	enum cp_rc rc;

	(void)snprintf(last, sizeof(last), "%s~",
	    cp_partial_format(born, text));
	rc = born_between(s, text, last, max, l, err);
	while (rc == CP_OK && born.month != 0) {
		if (born.day != 0)
			born.day = 0;
		else
			born.month = 0;
		(void)cp_partial_format(born, text);
		rc = born_between(s, text, text, max, l, err);
	}
	make_distinct(l);
	return rc;
}

/* Keeps of L what is also in OTHER. */
static void
keep_common(struct list *l, const struct list *other)
{
	size_t j = 0, n = 0;

	for (size_t i = 0; i < l->len; i++) {
		while (j < other->len && other->n[j] < l->n[i])
			j++;
		if (j < other->len && other->n[j] == l->n[i])
			l->n[n++] = l->n[i];
	}
	l->len = n;
}

/* Keeps of L what the operator reaches: what they do not is not to crowd out
 * what they do. */
static enum cp_rc
keep_reached(struct cp_store *s, struct list *l, struct cp_err *err)
{
	size_t n = 0;
	int yes = 1;
	enum cp_rc rc = CP_OK;

	if (!cp_reach_limited(s))
		return CP_OK;
	for (size_t i = 0; rc == CP_OK && i < l->len; i++) {
		rc = cp_reach_row(s, l->n[i], &yes, err);
		if (rc == CP_OK && yes)
			l->n[n++] = l->n[i];
	}
	l->len = n;
	return rc;
}

enum part { PART_NUMBER, PART_DAY, PART_POSTCODE, PART_NAME, PART_YEAR,
	PARTS };

static int
asked(const struct cp_find *what, enum part part)
{
	switch (part) {
	case PART_NUMBER: return what->query.number != NULL;
	case PART_POSTCODE: return what->query.postcode != NULL;
	case PART_NAME: return what->query.name != NULL;
	case PART_DAY: return what->born.day != 0;
	default: return what->born.year != 0 && what->born.day == 0;
	}
}

static enum cp_rc
by_part(struct cp_store *s, const uint8_t *salt, const struct cp_find *what,
    enum part part, size_t max, struct list *l, struct cp_err *err)
{
	struct cp_query q = { NULL, NULL, NULL };

	l->len = 0;
	l->cut = 0;
	if (part == PART_DAY || part == PART_YEAR)
		return by_birth(s, what->born, max, l, err);
	if (part == PART_NUMBER)
		q.number = what->query.number;
	else if (part == PART_POSTCODE)
		q.postcode = what->query.postcode;
	else
		q.name = what->query.name;
	return by_keys(s, salt, &q, max, l, err);
}

/* The most telling part first; too many are thinned by the other parts. */
static enum cp_rc
candidates(struct cp_store *s, const uint8_t *salt,
    const struct cp_find *what, struct list *l, struct list *other,
    struct cp_err *err)
{
	int parts = 0, first = 1;
	enum cp_rc rc = CP_OK;

	for (int p = 0; p < PARTS; p++)
		parts += asked(what, (enum part)p);
	if (parts == 0)
		return cp_fail(err, CP_BAD_INPUT, "nothing to look for");
	for (int p = 0; rc == CP_OK && p < PARTS; p++) {
		if (!asked(what, (enum part)p))
			continue;
		if (!first && l->len <= CP_FIND_CANDIDATES)
			break;
		/* With no other part to thin by, nor reach, more would be
		 * read in vain. */
		rc = by_part(s, salt, what, (enum part)p, parts == 1 &&
		    !cp_reach_limited(s) ? CP_FIND_CANDIDATES : LIST_MAX,
		    first ? l : other, err);
		if (rc == CP_OK && !first)
			keep_common(l, other);
		else if (rc == CP_OK)
			rc = keep_reached(s, l, err);
		l->cut |= !first && other->cut;
		first = 0;
	}
	if (l->len > CP_FIND_CANDIDATES) {
		l->len = CP_FIND_CANDIDATES;
		l->cut = 1;
	}
	return rc;
}

/* ---- comparing ---- */

/* Whether BIRTH can be what is asked for: equal as far as both are known. */
static int
born_fits(struct cp_partial_date asked_for, struct cp_partial_date birth)
{
	if (asked_for.year == 0)
		return 1;
	return asked_for.year == birth.year && (asked_for.month == 0 ||
	    birth.month == 0 || (asked_for.month == birth.month &&
	    (asked_for.day == 0 || birth.day == 0 ||
	    asked_for.day == birth.day)));
}

static enum cp_rc
add_found(struct cp_found_list *out, const struct cp_record *r,
    const struct cp_document *doc, double match, struct cp_err *err)
{
	struct cp_found *f = &out->one[out->n];
	struct cp_buf name;

	cp_buf_init(&name);
	cp_document_name(doc, &name);
	f->record = *r;
	f->match = match;
	(void)cp_partial_format(doc->birth, f->birth);
	f->name = strdup(cp_buf_text(&name));
	if (f->name == NULL || name.failed) {
		free(f->name);
		cp_buf_clear(&name);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	cp_buf_clear(&name);
	out->n++;
	return CP_OK;
}

static enum cp_rc
compare_one(struct cp_store *s, int64_t n, const struct cp_find *what,
    struct cp_found_list *out, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_record r;
	double match = 0.0;
	int open = 0;
	enum cp_rc rc = cp_record_at(s, n, &r, err);

	if (rc == CP_OK)
		rc = cp_golive_is_open(s, r.authority, &open, err);
	if (rc != CP_OK || !open)
		return rc;
	rc = cp_gate_document(s, &r, CP_FOR_FIND, &doc, err);
	if (rc == CP_OK && born_fits(what->born, doc->birth))
		match = cp_document_match(doc, &what->query);
	if (rc == CP_OK && match >= THRESHOLD)
		rc = add_found(out, &r, doc, match, err);
	cp_document_free(doc);
	return rc;
}

static int
better(const void *a, const void *b)
{
	const struct cp_found *x = a, *y = b;

	if (x->match != y->match)
		return x->match < y->match ? 1 : -1;
	return strcmp(x->record.id, y->record.id);
}

void
cp_found_clear(struct cp_found_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->one[i].name != NULL)
			explicit_bzero(list->one[i].name,
			    strlen(list->one[i].name));
		free(list->one[i].name);
	}
	free(list->one);
	memset(list, 0, sizeof(*list));
}

static void
shorten(struct cp_found_list *list, size_t limit)
{
	list->cut |= list->n > limit;
	while (list->n > limit)
		free(list->one[--list->n].name);
}

enum cp_rc
cp_find_run(struct cp_store *s, const uint8_t salt[CP_SALT_LEN],
    const struct cp_find *what, struct cp_found_list *out, struct cp_err *err)
{
	struct cp_found_list found = { NULL, 0, 0 };
	struct list *l = malloc(sizeof(*l)), *other = malloc(sizeof(*other));
	enum cp_rc rc = CP_OK;

	found.one = calloc(CP_FIND_CANDIDATES, sizeof(*found.one));
	if (l == NULL || other == NULL || found.one == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = candidates(s, salt, what, l, other, err);
	for (size_t i = 0; rc == CP_OK && i < l->len; i++)
		rc = compare_one(s, l->n[i], what, &found, err);
	if (rc == CP_OK) {
		qsort(found.one, found.n, sizeof(*found.one), better);
		found.cut = l->cut;
		shorten(&found, what->limit);
		*out = found;
	} else {
		cp_found_clear(&found);
	}
	free(l);
	free(other);
	return rc;
}

/* ---- all ---- */

enum cp_rc
cp_record_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_record *r, struct cp_err *err),
    void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LIST_ALL);
	struct cp_record r;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = cp_record_read(q, &r, err);
		if (rc == CP_OK)
			rc = fn(ctx, &r, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
say_destroyed(struct cp_store *s, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_TOMBSTONE);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	if (!row)
		return cp_fail(err, CP_CORRUPT, "record %s is gone", r->id);
	(void)cp_fail(err, CP_REFUSED, "record %s was destroyed on %s "
	    "(archived on %s, package %s, batch %s); nothing more is known",
	    r->id, cp_col_text(q, 0),
	    cp_col_null(q, 1) ? "a day not kept" : cp_col_text(q, 1),
	    cp_col_null(q, 2) ? "none" : cp_col_text(q, 2),
	    cp_col_null(q, 3) ? "none" : cp_col_text(q, 3));
	if (!cp_col_null(q, 3))
		cp_err_hint(err, "`cpadmin destruction certificate %s' proves "
		    "it", cp_col_text(q, 3));
	cp_reset(q);
	return CP_REFUSED;
}

static enum cp_rc
say_merged(struct cp_store *s, const struct cp_record *r, struct cp_err *err)
{
	char into[CP_ID_MAX];
	enum cp_rc rc = cp_merged_into(s, r->n, into, err);

	if (rc != CP_OK)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "record %s was merged into %s", r->id,
	    into);
	cp_err_hint(err, "it is one person: ask for %s", into);
	return CP_REFUSED;
}

enum cp_rc
cp_record_need_live(struct cp_store *s, const struct cp_record *r,
    const char *archive_verb, struct cp_err *err)
{
	if (r->state == CP_STATE_LIVE)
		return CP_OK;
	if (r->state == CP_STATE_DESTROYED)
		return say_destroyed(s, r, err);
	if (r->state == CP_STATE_MERGED)
		return say_merged(s, r, err);
	(void)cp_fail(err, CP_REFUSED, "record %s is archived", r->id);
	cp_err_hint(err, "`cpadmin archive %s %s' for that", archive_verb,
	    r->id);
	return CP_REFUSED;
}
