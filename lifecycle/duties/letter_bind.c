#include "lifecycle/duties/letter_bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"

/* Bytes of a number in cross-references: its kind, its place, its generation. */
enum { WHERE_BYTES = 5, CHUNK = 1 << 16, PARTS_MOST = 1 << 20 };

/* ---- writing --------------------------------------------------------------- */

void
bind_put_n(struct cp_buf *out, uint64_t n)
{
	char text[20];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	cp_buf_put(out, text + at, sizeof(text) - at);
}

void
bind_put_ref(struct cp_buf *out, uint32_t number)
{
	cp_buf_putc(out, ' ');
	bind_put_n(out, number);
	cp_buf_put(out, " 0 R", 4);
}

static void
note(struct bind_section *s, uint32_t number, uint64_t where)
{
	struct bind_written *obj;
	size_t cap;

	if (s->n == s->cap) {
		cap = s->cap != 0 ? 2 * s->cap : 256;
		obj = reallocarray(s->obj, cap, sizeof(*obj));
		if (obj == NULL) {
			s->failed = 1;
			return;
		}
		s->obj = obj;
		s->cap = cap;
	}
	s->obj[s->n].number = number;
	s->obj[s->n++].where = where;
}

void
bind_begin(struct cp_bind *b, struct bind_section *s, uint32_t number)
{
	note(s, number, b->at + b->out.len);
	bind_put_n(&b->out, number);
	cp_buf_put(&b->out, " 0 obj\n", 7);
}

void
bind_end(struct cp_bind *b)
{
	cp_buf_put(&b->out, "\nendobj\n", 8);
}

void
bind_section_clear(struct bind_section *s)
{
	free(s->obj);
	memset(s, 0, sizeof(*s));
}

/* Pairs of the first and how many of each run of numbers. */
static void
put_index(struct cp_buf *out, const struct bind_section *s)
{
	size_t from = 0;

	cp_buf_puts(out, "/Index[");
	for (size_t i = 1; i <= s->n; i++) {
		if (i < s->n && s->obj[i].number == s->obj[i - 1].number + 1)
			continue;
		if (from > 0)
			cp_buf_putc(out, ' ');
		bind_put_n(out, s->obj[from].number);
		cp_buf_putc(out, ' ');
		bind_put_n(out, i - from);
		from = i;
	}
	cp_buf_putc(out, ']');
}

static void
put_entry(struct cp_buf *out, const struct bind_written *w)
{
	/* number 0 is free, as it is in every file [7.5.4] */
	uint8_t e[1 + WHERE_BYTES + 2] = { w->number != 0 };

	for (int i = 0; i < WHERE_BYTES; i++)
		e[1 + i] = (uint8_t)(w->where >> 8 * (WHERE_BYTES - 1 - i));
	if (w->number == 0)
		e[sizeof(e) - 2] = e[sizeof(e) - 1] = 0xFF;
	cp_buf_put(out, e, sizeof(e));
}

void
bind_put_section(struct cp_bind *b, struct bind_section *s, uint32_t number,
    const char *more)
{
	uint64_t at = b->at + b->out.len;

	bind_begin(b, s, number);
	cp_buf_puts(&b->out, "<</Type/XRef/Root 1 0 R/W[1 5 2]/Size ");
	bind_put_n(&b->out, (uint64_t)number + 1);
	put_index(&b->out, s);
	if (b->section != 0) {
		cp_buf_puts(&b->out, "/Prev ");
		bind_put_n(&b->out, b->section);
	}
	cp_buf_puts(&b->out, more);
	cp_buf_puts(&b->out, "/Length ");
	bind_put_n(&b->out, s->n * (1 + WHERE_BYTES + 2));
	cp_buf_puts(&b->out, ">>stream\n");
	for (size_t i = 0; i < s->n; i++)
		put_entry(&b->out, &s->obj[i]);
	cp_buf_puts(&b->out, "\nendstream");
	bind_end(b);
	b->section = at;
}

enum cp_rc
bind_flush(struct cp_bind *b, struct cp_err *err)
{
	enum cp_rc rc = cp_buf_check(&b->out, err);

	if (rc == CP_OK)
		rc = b->put(b->ctx, b->out.data, b->out.len, err);
	if (rc == CP_OK)
		b->at += b->out.len;
	cp_buf_reset(&b->out);
	return rc;
}

/* ---- opening --------------------------------------------------------------- */

static enum cp_rc
copy_text(const char *text, const char *what, struct cp_buf *out,
    struct cp_err *err)
{
	if (text == NULL)
		return CP_OK;
	if (!bind_is_text(text))
		return cp_fail(err, CP_BAD_INPUT, "%s of a document has a "
		    "character that it cannot have", what);
	cp_buf_puts(out, text);
	return cp_buf_check(out, err);
}

static int
is_language(const char *s)
{
	return s != NULL && s[0] != '\0' && s[strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-")] == '\0';
}

/* YYYY-MM-DDThh:mm:ssZ */
static int
is_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	size_t i;

	if (s == NULL || strlen(s) != sizeof(form) - 1)
		return 0;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' :
		    s[i] != form[i])
			return 0;
	return 1;
}

static enum cp_rc
copy_spec(struct cp_bind *b, const struct cp_bind_spec *spec,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (spec->title == NULL || spec->title[0] == '\0' ||
	    !is_language(spec->language) || !is_time(spec->made))
		return cp_fail(err, CP_BAD_INPUT, "a document needs a title, "
		    "a language and a time");
	rc = copy_text(spec->title, "the title", &b->title, err);
	if (rc == CP_OK)
		rc = copy_text(spec->language, "the language", &b->language,
		    err);
	if (rc == CP_OK)
		rc = copy_text(spec->author, "the author", &b->author, err);
	if (rc == CP_OK)
		rc = copy_text(spec->figure, "a picture", &b->figure, err);
	if (rc == CP_OK)
		rc = copy_text(spec->made, "the time", &b->made, err);
	b->rtl = spec->rtl;
	return rc;
}

enum cp_rc
cp_bind_open(const struct cp_bind_spec *spec, cp_bind_write *put, void *ctx,
    struct cp_bind **out, struct cp_err *err)
{
	struct cp_bind *b = calloc(1, sizeof(*b));
	enum cp_rc rc;

	if (b == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	b->put = put;
	b->ctx = ctx;
	b->next = BIND_FIRST;
	rc = copy_spec(b, spec, err);
	if (rc == CP_OK)
		rc = cp_sha256_new(&b->sha, err);
	if (rc != CP_OK) {
		cp_bind_free(b);
		return rc;
	}
	/* four bytes that tell mailers it is no text [7.5.2] */
	cp_buf_puts(&b->out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
	*out = b;
	return CP_OK;
}

void
cp_bind_free(struct cp_bind *b)
{
	if (b == NULL)
		return;
	cp_buf_clear(&b->title);
	cp_buf_clear(&b->language);
	cp_buf_clear(&b->author);
	cp_buf_clear(&b->figure);
	cp_buf_clear(&b->made);
	cp_buf_clear(&b->out);
	cp_sha256_free(b->sha);
	free(b->kept);
	free(b);
}

/* ---- parts ----------------------------------------------------------------- */

static enum cp_rc
room(struct cp_bind *b, struct cp_err *err)
{
	size_t cap = b->cap_kept != 0 ? 2 * b->cap_kept : 64;
	struct bind_kept *kept;

	if (b->over)
		return cp_fail(err, CP_USAGE, "the document is finished");
	if (b->n_kept < b->cap_kept)
		return CP_OK;
	kept = cap > PARTS_MOST ? NULL : reallocarray(b->kept, cap,
	    sizeof(*kept));
	if (kept == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	b->kept = kept;
	b->cap_kept = cap;
	return CP_OK;
}

/* Into b->out, or nothing of it. */
static enum cp_rc
add(struct cp_bind *b, struct bind_part *p, const char *const *alt,
    size_t n_alt, uint32_t *next, struct cp_err *err)
{
	uint64_t section = b->section;
	size_t len = b->out.len;
	enum cp_rc rc = bind_put_part(b, p, alt, n_alt, &b->kept[b->n_kept],
	    next, err);

	if (rc == CP_OK && *next > BIND_MOST)
		rc = cp_fail(err, CP_BAD_INPUT, "too many letters for one "
		    "file");
	if (rc != CP_OK) {
		b->section = section;
		b->out.len = len;
		b->out.failed = 0;
	}
	return rc;
}

enum cp_rc
cp_bind_add(struct cp_bind *b, const void *pdf, size_t len,
    const char *const *alt, size_t n_alt, int64_t *first, int *pages,
    struct cp_err *err)
{
	struct bind_part p = { .data = NULL };
	uint32_t next = b->next;
	enum cp_rc rc = room(b, err);

	if (rc == CP_OK)
		rc = bind_part_read(&p, pdf, len, err);
	if (rc == CP_OK)
		rc = bind_part_check(&p, err);
	if (rc == CP_OK)
		rc = add(b, &p, alt, n_alt, &next, err);
	if (rc == CP_OK) {
		rc = bind_flush(b, err);
		b->over = rc != CP_OK;
	}
	if (rc == CP_OK) {
		cp_sha256_update(b->sha, pdf, len);
		*first = b->n_pages + 1;
		*pages = (int)p.n_pages;
		b->n_pages += (int64_t)p.n_pages;
		b->next = next;
		b->n_kept++;
	}
	bind_part_clear(&p);
	return rc;
}

/* ---- the end --------------------------------------------------------------- */

static void
put_catalog(struct cp_bind *b, struct bind_section *s)
{
	bind_begin(b, s, BIND_CATALOG);
	cp_buf_printf(&b->out, "<</Type/Catalog/Pages %d 0 R"
	    "/StructTreeRoot %d 0 R/Metadata %d 0 R/MarkInfo<</Marked true>>"
	    "/Lang(%s)/ViewerPreferences<</DisplayDocTitle true/Direction/%s"
	    ">>>>", BIND_PAGES, BIND_STRUCTURE, BIND_METADATA,
	    cp_buf_text(&b->language), b->rtl ? "R2L" : "L2R");
	bind_end(b);
}

/* The node over the parts from FROM on that share a group. */
static size_t
in_group(const struct cp_bind *b, size_t from)
{
	size_t left = b->n_kept - from;

	return left < BIND_FAN ? left : BIND_FAN;
}

static void
put_pages(struct cp_bind *b, struct bind_section *s)
{
	bind_begin(b, s, BIND_PAGES);
	cp_buf_puts(&b->out, "<</Type/Pages/Count ");
	bind_put_n(&b->out, (uint64_t)b->n_pages);
	cp_buf_puts(&b->out, "/Kids[");
	for (size_t i = 0; i < b->n_kept; i += BIND_FAN)
		bind_put_ref(&b->out, b->kept[i].group);
	cp_buf_puts(&b->out, "]>>");
	bind_end(b);
}

static void
put_group(struct cp_bind *b, struct bind_section *s, size_t from)
{
	uint64_t count = 0;

	bind_begin(b, s, b->kept[from].group);
	cp_buf_puts(&b->out, "<</Type/Pages/Parent");
	bind_put_ref(&b->out, BIND_PAGES);
	cp_buf_puts(&b->out, "/Kids[");
	for (size_t i = from; i < from + in_group(b, from); i++) {
		bind_put_ref(&b->out, b->kept[i].pages);
		count += b->kept[i].n_pages;
	}
	cp_buf_puts(&b->out, "]/Count ");
	bind_put_n(&b->out, count);
	cp_buf_puts(&b->out, ">>");
	bind_end(b);
}

static void
put_numbers(struct cp_bind *b, struct bind_section *s)
{
	bind_begin(b, s, BIND_NUMBERS);
	cp_buf_puts(&b->out, "<</Kids[");
	for (size_t i = 0; i < b->n_kept; i++)
		if (b->kept[i].numbers != 0)
			bind_put_ref(&b->out, b->kept[i].numbers);
	cp_buf_puts(&b->out, "]>>");
	bind_end(b);
}

/* The one Document above the elements of all parts: as long as there are
 * letters, and so written by and by. */
static enum cp_rc
put_structure(struct cp_bind *b, struct bind_section *s, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	bind_begin(b, s, BIND_STRUCTURE);
	cp_buf_printf(&b->out, "<</Type/StructTreeRoot/K %d 0 R/ParentTree "
	    "%d 0 R/ParentTreeNextKey %lld>>", BIND_DOCUMENT, BIND_NUMBERS,
	    (long long)b->n_pages);
	bind_end(b);
	bind_begin(b, s, BIND_DOCUMENT);
	cp_buf_puts(&b->out, "<</S/Document/P");
	bind_put_ref(&b->out, BIND_STRUCTURE);
	cp_buf_puts(&b->out, "/K[");
	for (size_t i = 0; rc == CP_OK && i < b->n_kept; i++) {
		for (uint32_t j = 0; j < b->kept[i].n_top; j++)
			bind_put_ref(&b->out, b->kept[i].top + j);
		if (b->out.len > CHUNK)
			rc = bind_flush(b, err);
	}
	cp_buf_puts(&b->out, "]>>");
	bind_end(b);
	return rc;
}

/* The same parts, the same identity; it is no secret and no signature. */
static void
put_identity(struct cp_bind *b, struct cp_buf *more)
{
	uint8_t sha[CP_SHA256_LEN];

	cp_sha256_update(b->sha, b->title.data, b->title.len);
	cp_sha256_update(b->sha, b->made.data, b->made.len);
	cp_sha256_final(b->sha, sha);
	cp_buf_printf(more, "/Info %d 0 R/ID[", BIND_INFO);
	for (int twice = 0; twice < 2; twice++) {
		cp_buf_putc(more, '<');
		for (int i = 0; i < 16; i++)
			cp_buf_printf(more, "%02x", sha[i]);
		cp_buf_putc(more, '>');
	}
	cp_buf_putc(more, ']');
}

static enum cp_rc
put_rest(struct cp_bind *b, struct bind_section *s, struct cp_buf *more,
    struct cp_err *err)
{
	enum cp_rc rc;

	note(s, 0, 0);
	put_catalog(b, s);
	put_pages(b, s);
	rc = put_structure(b, s, err);
	if (rc != CP_OK)
		return rc;
	put_numbers(b, s);
	bind_put_info(b, s);
	bind_put_metadata(b, s);
	for (size_t i = 0; i < b->n_kept; i += BIND_FAN)
		put_group(b, s, i);
	put_identity(b, more);
	bind_put_section(b, s, b->next, cp_buf_text(more));
	cp_buf_printf(&b->out, "startxref\n%llu\n%%%%EOF\n",
	    (unsigned long long)b->section);
	rc = cp_buf_check(more, err);
	if (rc == CP_OK && s->failed)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	return rc == CP_OK ? bind_flush(b, err) : rc;
}

enum cp_rc
cp_bind_finish(struct cp_bind *b, struct cp_err *err)
{
	struct bind_section s = { NULL, 0, 0, 0 };
	struct cp_buf more;
	enum cp_rc rc;

	if (b->over || b->n_kept == 0)
		return cp_fail(err, CP_USAGE, b->over ? "the document is "
		    "finished" : "a document without pages");
	b->over = 1;
	cp_buf_init(&more);
	rc = put_rest(b, &s, &more, err);
	cp_buf_clear(&more);
	bind_section_clear(&s);
	return rc;
}
