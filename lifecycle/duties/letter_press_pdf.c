#include "lifecycle/duties/letter_press_pdf.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_ink.h"

/* Of zlib: more of it saves a hundredth, and costs a fifth of the time. */
enum { LEVEL = 1 };

/* ---- objects --------------------------------------------------------------- */

void
press_ints_put(struct press_pdf *f, struct press_ints *list, int v)
{
	size_t cap = list->cap != 0 ? 2 * list->cap : 256;
	int *more;

	if (list->n == list->cap) {
		more = reallocarray(list->v, cap, sizeof(*more));
		if (more == NULL) {
			f->failed = 1;
			return;
		}
		list->v = more;
		list->cap = cap;
	}
	list->v[list->n++] = v;
}

int
press_pdf_new(struct press_pdf *f)
{
	int cap = f->cap != 0 ? 2 * f->cap : 4096;
	int *at;

	if (f->n == f->cap) {
		at = reallocarray(f->at, (size_t)cap, sizeof(*at));
		if (at == NULL) {
			f->failed = 1;
			return 0;
		}
		f->at = at;
		f->cap = cap;
	}
	f->at[f->n] = 0;
	return f->n++;
}

struct cp_buf *
press_pdf_object(struct press_pdf *f, int number)
{
	if (number < f->n)
		f->at[number] = (int)f->out.len;
	press_put_int(&f->out, number);
	cp_buf_puts(&f->out, " 0 obj\n");
	return &f->out;
}

void
press_pdf_object_end(struct press_pdf *f)
{
	cp_buf_puts(&f->out, "\nendobj\n");
}

void
press_pdf_references(struct press_pdf *f, const int *number, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		press_put_int(&f->out, number[i]);
		cp_buf_puts(&f->out, " 0 R ");
	}
}

/* Packs LEN bytes; the machine that does it is kept, for it is costly to
 * make. */
static void
pack(struct press_pdf *f, const void *data, size_t len)
{
	uint8_t *to;
	size_t most;

	cp_buf_reset(&f->packed);
	most = deflateBound(&f->z, len);
	to = cp_buf_grow(&f->packed, most);
	if (to == NULL || deflateReset(&f->z) != Z_OK) {
		f->failed = 1;
		return;
	}
	f->z.next_in = data;
	f->z.avail_in = (uInt)len;
	f->z.next_out = to;
	f->z.avail_out = (uInt)most;
	if (deflate(&f->z, Z_FINISH) != Z_STREAM_END)
		f->failed = 1;
	f->packed.len = most - f->z.avail_out;
}

void
press_pdf_stream(struct press_pdf *f, int number, const char *more,
    const void *data, size_t len)
{
	pack(f, data, len);
	(void)press_pdf_object(f, number);
	cp_buf_printf(&f->out, "<</Length %zu/Filter/FlateDecode%s>>stream\n",
	    f->packed.len, more);
	cp_buf_put(&f->out, f->packed.data, f->packed.len);
	cp_buf_puts(&f->out, "\nendstream");
	press_pdf_object_end(f);
}

/* ---- pages and forms ------------------------------------------------------- */

struct cp_buf *
press_pdf_content(struct press_pdf *f)
{
	return f->in_form ? &f->form : &f->page;
}

void
press_pdf_page(struct press_pdf *f)
{
	f->page_object = press_pdf_new(f);
	press_ints_put(f, &f->pages, f->page_object);
	cp_buf_reset(&f->page);
	f->marks.n = 0;
}

/* The page, and which element each of its marks is of. */
void
press_pdf_page_end(struct press_pdf *f)
{
	int content = press_pdf_new(f), row = press_pdf_new(f);

	press_pdf_stream(f, content, "", f->page.data, f->page.len);
	(void)press_pdf_object(f, f->page_object);
	cp_buf_printf(&f->out, "<</Type/Page/Parent %d 0 R"
	    "/MediaBox[0 0 595.28 841.89]/Contents %d 0 R/Resources %d 0 R"
	    "/StructParents %zu>>", f->pages_object, content, f->resources,
	    f->rows.n);
	press_pdf_object_end(f);
	(void)press_pdf_object(f, row);
	cp_buf_puts(&f->out, "[");
	press_pdf_references(f, f->marks.v, f->marks.n);
	cp_buf_puts(&f->out, "]");
	press_pdf_object_end(f);
	press_ints_put(f, &f->rows, row);
}

void
press_pdf_form(struct press_pdf *f)
{
	cp_buf_reset(&f->form);
	f->in_form = 1;
}

int
press_pdf_form_end(struct press_pdf *f, const double box[4])
{
	int object = press_pdf_new(f);
	char more[200];
	struct cp_buf b;

	f->in_form = 0;
	cp_buf_init(&b);
	for (int i = 0; i < 4; i++)
		press_put_number(&b, box[i]);
	(void)snprintf(more, sizeof(more), "/Type/XObject/Subtype/Form"
	    "/BBox[%.90s]/Resources<</Font %d 0 R>>", cp_buf_text(&b),
	    f->fonts_object);
	cp_buf_clear(&b);
	press_pdf_stream(f, object, more, f->form.data, f->form.len);
	press_ints_put(f, &f->forms, object);
	return (int)f->forms.n - 1;
}

/* ---- the file -------------------------------------------------------------- */

struct press_pdf *
press_pdf_begin(void)
{
	struct press_pdf *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	cp_buf_init(&f->out);
	cp_buf_init(&f->page);
	cp_buf_init(&f->form);
	cp_buf_init(&f->packed);
	f->by_font = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
	if (deflateInit(&f->z, LEVEL) != Z_OK) {
		press_pdf_free(f);
		return NULL;
	}
	(void)press_pdf_new(f); /* 0 is none */
	f->root = press_pdf_new(f);
	f->pages_object = press_pdf_new(f);
	f->resources = press_pdf_new(f);
	f->fonts_object = press_pdf_new(f);
	cp_buf_puts(&f->out, "%PDF-1.7\n%\xC3\xA4\xC3\xB6\n");
	press_pdf_group(f, "Document");
	return f;
}

static void
put_resources(struct press_pdf *f)
{
	press_fonts_write(f, f->fonts_object);
	(void)press_pdf_object(f, f->resources);
	cp_buf_printf(&f->out, "<</Font %d 0 R/XObject<<", f->fonts_object);
	for (size_t i = 0; i < f->forms.n; i++)
		cp_buf_printf(&f->out, "/X%zu %d 0 R", i, f->forms.v[i]);
	cp_buf_puts(&f->out, ">>>>");
	press_pdf_object_end(f);
	(void)press_pdf_object(f, f->pages_object);
	cp_buf_printf(&f->out, "<</Type/Pages/Count %zu/Kids[", f->pages.n);
	press_pdf_references(f, f->pages.v, f->pages.n);
	cp_buf_puts(&f->out, "]>>");
	press_pdf_object_end(f);
}

/* The Document ends, and the tree that it is of. */
static void
put_structure(struct press_pdf *f)
{
	int numbers = press_pdf_new(f), tree = press_pdf_new(f);

	(void)press_pdf_object(f, numbers);
	cp_buf_puts(&f->out, "<</Nums[");
	for (size_t i = 0; i < f->rows.n; i++)
		cp_buf_printf(&f->out, "%zu %d 0 R ", i, f->rows.v[i]);
	cp_buf_puts(&f->out, "]>>");
	press_pdf_object_end(f);
	f->group[0].object = tree;
	press_pdf_group_end(f);
	(void)press_pdf_object(f, tree);
	cp_buf_printf(&f->out, "<</Type/StructTreeRoot/K %d 0 R"
	    "/ParentTree %d 0 R>>", f->kids.n > 0 ? f->kids.v[0] : 0,
	    numbers);
	press_pdf_object_end(f);
	(void)press_pdf_object(f, f->root);
	cp_buf_printf(&f->out, "<</Type/Catalog/Pages %d 0 R"
	    "/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>>>",
	    f->pages_object, tree);
	press_pdf_object_end(f);
}

/* TEXT as UTF-16, in hexadecimal. */
static void
put_title(struct cp_buf *b, const char *text)
{
	glong n = 0;
	gunichar2 *wide = g_utf8_to_utf16(text, -1, NULL, &n, NULL);

	cp_buf_puts(b, "/Title<FEFF");
	for (glong i = 0; wide != NULL && i < n; i++)
		cp_buf_printf(b, "%04X", (unsigned)wide[i]);
	cp_buf_puts(b, ">");
	g_free(wide);
}

/* Of an object, in ten digits [7.5.4]. */
static void
put_place(struct cp_buf *b, int at)
{
	char text[] = "0000000000 00000 n \n";

	for (int i = 9; i >= 0; i--, at /= 10)
		text[i] = (char)('0' + at % 10);
	cp_buf_put(b, text, sizeof(text) - 1);
}

/* MADE is YYYY-MM-DDThh:mm:ssZ. */
static void
put_trailer(struct press_pdf *f, const char *title, const char *made)
{
	int info = press_pdf_new(f);
	size_t at;

	(void)press_pdf_object(f, info);
	cp_buf_puts(&f->out, "<<");
	put_title(&f->out, title);
	cp_buf_printf(&f->out, "/Creator(cpadmin " CP_VERSION ")"
	    "/CreationDate(D:%.4s%.2s%.2s%.2s%.2s%.2sZ)>>", made, made + 5,
	    made + 8, made + 11, made + 14, made + 17);
	press_pdf_object_end(f);
	at = f->out.len;
	cp_buf_printf(&f->out, "xref\n0 %d\n0000000000 65535 f \n", f->n);
	for (int i = 1; i < f->n; i++)
		put_place(&f->out, f->at[i]);
	cp_buf_printf(&f->out, "trailer\n<</Size %d/Root %d 0 R"
	    "/Info %d 0 R>>\nstartxref\n%zu\n%%%%EOF\n", f->n, f->root, info,
	    at);
}

enum cp_rc
press_pdf_end(struct press_pdf *f, const char *title, const char *made,
    struct cp_buf *out, struct cp_err *err)
{
	if (f->n_groups != 2) /* the tree and its Document */
		return cp_fail(err, CP_FAILED, "an element of a letter is "
		    "left open");
	put_structure(f);
	put_resources(f);
	put_trailer(f, title, made);
	if (f->failed || f->page.failed || f->form.failed ||
	    f->packed.failed || f->out.failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_put(out, f->out.data, f->out.len);
	return cp_buf_check(out, err);
}
