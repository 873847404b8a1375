#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/file.h"
#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/json.h"

/*
 * A part on the disk: one line of JSON that says which letters it has, then
 * its pages, as they came from the press, or its letters one after another.
 */
#define FORMAT "print-part/1"
enum { HOUSEHOLD = 12, /* children in one letter */
	PART_BYTES = 512 * 1024 * 1024 };

/* ---- life ------------------------------------------------------------------ */

enum cp_rc
print_part_new(struct print_part **out, struct cp_err *err)
{
	struct print_part *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&p->data);
	*out = p;
	return CP_OK;
}

void
print_part_free(struct print_part *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->ready; i++)
		print_child_clear(&p->child[i]);
	for (size_t k = 0; k < p->cap; k++) {
		if (p->letter[k].joined != NULL)
			cp_composed_clear(p->letter[k].joined);
		free(p->letter[k].joined);
	}
	free(p->child);
	free(p->letter);
	cp_buf_clear(&p->data);
	free(p);
}

enum cp_rc
print_part_add(struct print_part *p, const struct print_item *at,
    struct cp_err *err)
{
	size_t cap = p->cap == 0 ? 64 : 2 * p->cap;
	struct print_child *child;
	struct print_letter *letter;

	if (p->n == p->cap) {
		child = realloc(p->child, cap * sizeof(*child));
		if (child != NULL)
			p->child = child;
		letter = realloc(p->letter, cap * sizeof(*letter));
		if (letter != NULL)
			p->letter = letter;
		if (child == NULL || letter == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		memset(letter + p->cap, 0, (cap - p->cap) * sizeof(*letter));
		p->cap = cap;
	}
	if (p->n == p->ready)
		print_child_init(&p->child[p->ready++]);
	p->child[p->n].gone = p->child[p->n].alone = 0;
	p->child[p->n++].at = *at;
	return CP_OK;
}

/* ---- letters --------------------------------------------------------------- */

/* The letter of this household that child I can be told in, or none. */
static int
same_letter(const struct print_part *p, size_t i, size_t *letter)
{
	const struct print_child *c = &p->child[i];

	for (size_t k = p->n_letters; k-- > 0;) {
		const struct print_letter *l = &p->letter[k];
		const struct print_child *lead = &p->child[l->lead];

		if (strcmp(lead->at.sort, c->at.sort) != 0)
			return 0;
		if (l->n < HOUSEHOLD && !lead->alone && !c->alone &&
		    lead->n.kind == c->n.kind &&
		    cp_composed_same_household(&lead->c, lead->doc, &c->c,
		    c->doc)) {
			*letter = k;
			return 1;
		}
	}
	return 0;
}

static enum cp_rc
join(struct print_part *p, size_t k, struct cp_err *err)
{
	struct print_letter *l = &p->letter[k];
	const struct cp_composed *one[HOUSEHOLD];
	size_t n = 0;

	if (l->n < 2)
		return CP_OK;
	for (size_t i = l->lead; i < p->n && n < l->n; i++)
		if (!p->child[i].gone && p->child[i].letter == k)
			one[n++] = &p->child[i].c;
	if (l->joined == NULL) {
		l->joined = malloc(sizeof(*l->joined));
		if (l->joined == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		cp_composed_init(l->joined);
	}
	return cp_composed_join(one, n, l->joined, err);
}

const struct cp_composed *
print_letter_of(const struct print_part *p, size_t k)
{
	const struct print_letter *l = &p->letter[k];

	return l->n > 1 ? l->joined : &p->child[l->lead].c;
}

enum cp_rc
print_part_compose(struct print_work *w, struct print_part *p,
    struct cp_err *err)
{
	int one = w->p->change.rules->policy->household == CP_HOUSEHOLD_ONE;
	enum cp_rc rc = CP_OK;
	size_t k;

	p->n_letters = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct print_child *c = &p->child[i];

		if (c->gone)
			continue;
		if (!one || !same_letter(p, i, &k)) {
			k = p->n_letters++;
			p->letter[k].n = 0;
			p->letter[k].pages = 0;
			p->letter[k].lead = i;
		}
		p->letter[k].n++;
		c->letter = k;
	}
	for (k = 0; rc == CP_OK && k < p->n_letters; k++)
		rc = join(p, k, err);
	return rc;
}

int
print_part_empty(const struct print_part *p)
{
	for (size_t k = 0; k < p->n_letters; k++)
		if (p->letter[k].pages > 0)
			return 0;
	return 1;
}

/* ---- on the disk ----------------------------------------------------------- */

static enum cp_rc
part_path(const struct print_work *w, const char *file, int64_t number,
    char out[PRINT_PATH], struct cp_err *err)
{
	int n = snprintf(out, PRINT_PATH, "%s/%s/%s.%04lld", w->run.folder,
	    PRINT_PARTS, file, (long long)number);

	return n > 0 && n < PRINT_PATH ? CP_OK : cp_fail(err, CP_FAILED,
	    "the folder's path is too long");
}

static void
put_letter(const struct print_part *p, size_t k, struct cp_buf *out)
{
	const struct print_letter *l = &p->letter[k];
	const struct { const char *key; int64_t v; } all[] = {
		{ "first", l->first }, { "pages", l->pages },
		{ "at", (int64_t)l->at }, { "len", (int64_t)l->len },
	};

	cp_json_open(out, '{');
	cp_json_put_key(out, "notices");
	cp_json_open(out, '[');
	for (size_t i = l->lead; i < p->n; i++)
		if (!p->child[i].gone && p->child[i].letter == k)
			cp_json_put_int(out, p->child[i].n.n);
	cp_json_close(out, ']');
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		cp_json_put_key(out, all[i].key);
		cp_json_put_int(out, all[i].v);
	}
	cp_json_close(out, '}');
}

static void
put_sum(const struct print_part *p, struct cp_buf *out)
{
	uint8_t sum[CP_SHA256_LEN];

	cp_sha256(p->data.data, p->data.len, sum);
	cp_json_put_key(out, "sha256");
	cp_buf_putc(out, '"');
	cp_hex_put(out, sum, sizeof(sum));
	cp_buf_putc(out, '"');
}

enum cp_rc
print_part_write(const struct print_work *w, const struct print_part *p,
    struct cp_err *err)
{
	struct cp_durable *d = NULL;
	char path[PRINT_PATH];
	struct cp_buf head;
	enum cp_rc rc = part_path(w, p->file, p->number, path, err);

	if (rc == CP_OK && print_part_empty(p)) {
		rc = cp_file_unlink_durable(path, err);
		return rc == CP_NOT_FOUND ? CP_OK : rc;
	}
	cp_buf_init(&head);
	cp_json_open(&head, '{');
	cp_json_put_member(&head, "cpadmin", FORMAT);
	cp_json_put_member(&head, "authority",
	    p->child[p->letter[0].lead].r.authority);
	put_sum(p, &head);
	cp_json_put_key(&head, "letters");
	cp_json_open(&head, '[');
	for (size_t k = 0; k < p->n_letters; k++)
		if (p->letter[k].pages > 0)
			put_letter(p, k, &head);
	cp_json_close(&head, ']');
	cp_json_close(&head, '}');
	cp_buf_putc(&head, '\n');
	if (rc == CP_OK)
		rc = cp_buf_check(&head, err);
	if (rc == CP_OK)
		rc = cp_durable_open(path, 0600, &d, err);
	if (rc == CP_OK)
		rc = cp_durable_write(d, head.data, head.len, err);
	if (rc == CP_OK)
		rc = cp_durable_write(d, p->data.data, p->data.len, err);
	if (rc == CP_OK)
		rc = cp_durable_commit(&d, err);
	cp_durable_abort(&d);
	cp_buf_clear(&head);
	return rc;
}

void
print_kept_clear(struct print_kept *k)
{
	free(k->notice);
	free(k->of);
	cp_buf_clear(&k->file);
	memset(k, 0, sizeof(*k));
}

static enum cp_rc
keep_room(struct print_kept *k, struct cp_err *err)
{
	size_t cap = k->cap == 0 ? 512 : 2 * k->cap;
	int64_t *notice;
	struct print_letter *of;

	if (k->n_notices < k->cap)
		return CP_OK;
	notice = realloc(k->notice, cap * sizeof(*notice));
	if (notice != NULL)
		k->notice = notice;
	of = realloc(k->of, cap * sizeof(*of));
	if (of != NULL)
		k->of = of;
	if (notice == NULL || of == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	k->cap = cap;
	return CP_OK;
}

static enum cp_rc
read_letter(const struct cp_json *v, size_t number, struct print_kept *k,
    struct cp_err *err)
{
	const struct cp_json *notices = cp_json_get(v, "notices");
	struct print_letter l = { .lead = number };
	size_t room = k->file.len - k->data;
	int64_t first, pages, at, len, n;
	enum cp_rc rc = CP_OK;

	if (!cp_json_int(cp_json_get(v, "first"), &first) ||
	    !cp_json_int(cp_json_get(v, "pages"), &pages) ||
	    !cp_json_int(cp_json_get(v, "at"), &at) ||
	    !cp_json_int(cp_json_get(v, "len"), &len) || first < 1 ||
	    pages < 1 || at < 0 || len < 0 || first > INT32_MAX ||
	    pages > INT32_MAX || (uint64_t)at > room ||
	    (uint64_t)len > room - (uint64_t)at)
		return cp_fail(err, CP_CORRUPT, "a part of the print run is "
		    "damaged");
	l.first = (int)first;
	l.pages = (int)pages;
	l.at = (size_t)at;
	l.len = (size_t)len;
	l.n = cp_json_size(notices);
	for (size_t i = 0; rc == CP_OK && i < l.n; i++) {
		if (!cp_json_int(cp_json_at(notices, i), &n))
			return cp_fail(err, CP_CORRUPT, "a part of the print "
			    "run is damaged");
		rc = keep_room(k, err);
		if (rc != CP_OK)
			break;
		k->notice[k->n_notices] = n;
		k->of[k->n_notices++] = l;
	}
	return rc;
}

/* Whether the data is what HEAD was written for. */
static int
is_whole(const struct print_kept *k, const struct cp_json *head)
{
	const char *text = cp_json_text(cp_json_get(head, "sha256"));
	uint8_t sum[CP_SHA256_LEN];
	struct cp_buf hex;
	int same;

	cp_buf_init(&hex);
	cp_sha256(k->file.data + k->data, k->file.len - k->data, sum);
	cp_hex_put(&hex, sum, sizeof(sum));
	same = text != NULL && strcmp(text, cp_buf_text(&hex)) == 0;
	cp_buf_clear(&hex);
	return same;
}

enum cp_rc
print_part_read(const struct print_work *w, const char *file, int64_t number,
    struct print_kept *out, struct cp_err *err)
{
	const struct cp_json *letters;
	struct cp_json *head = NULL;
	const char *text, *end;
	char path[PRINT_PATH];
	enum cp_rc rc = part_path(w, file, number, path, err);

	print_kept_clear(out);
	if (rc == CP_OK)
		rc = cp_file_read(path, PART_BYTES, &out->file, err);
	if (rc == CP_NOT_FOUND) {
		(void)cp_fail(err, CP_CORRUPT, "a part of print run %s is gone",
		    w->run.id);
		cp_err_hint(err, "its letters cannot be bound any more: "
		    "`cpadmin notice runs --abandon %s', then print again",
		    w->run.id);
		rc = CP_CORRUPT;
	}
	if (rc != CP_OK)
		return rc;
	text = cp_buf_text(&out->file);
	end = memchr(text, '\n', out->file.len);
	if (end == NULL)
		return cp_fail(err, CP_CORRUPT, "a part of the print run is "
		    "damaged");
	out->data = (size_t)(end - text) + 1;
	rc = cp_json_parse(text, out->data, &head, err);
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	if (rc == CP_OK && !is_whole(out, head))
		rc = cp_fail(err, CP_CORRUPT, "a part of the print run is "
		    "damaged");
	letters = rc == CP_OK ? cp_json_get(head, "letters") : NULL;
	out->n_letters = cp_json_size(letters);
	if (rc == CP_OK && cp_json_text(cp_json_get(head, "authority")) !=
	    NULL)
		(void)snprintf(out->authority, sizeof(out->authority), "%s",
		    cp_json_text(cp_json_get(head, "authority")));
	for (size_t i = 0; rc == CP_OK && i < out->n_letters; i++)
		rc = read_letter(cp_json_at(letters, i), i, out, err);
	cp_json_free(head);
	return rc;
}
