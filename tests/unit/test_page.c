#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_page_impl.h"

static struct cp_page_doc *doc;
static struct cp_buf pdf;
static struct cp_err err;

static void
open_doc(void)
{
	const struct cp_page_spec spec = { .title = "A page",
		.language = "en-GB", .running = "Running",
		.reference = "R-1", .made = "2026-11-21T10:00:00Z" };

	cp_page_free(doc);
	doc = NULL;
	ck_assert_int_eq(cp_page_open(&spec, &doc, &err), CP_OK);
}

static void
setup(void)
{
	cp_buf_init(&pdf);
	open_doc();
}

static void
teardown(void)
{
	cp_buf_clear(&pdf);
	cp_page_free(doc);
	doc = NULL;
}

static char *
repeat(const char *text, size_t times)
{
	size_t len = strlen(text);
	char *out = malloc(len * times + 1);

	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < times; i++)
		memcpy(out + i * len, text, len);
	out[len * times] = '\0';
	return out;
}

/* Ink of a cell within its width, in points with some for an overhang. */
static void
check_cell(const struct page_cell *c)
{
	PangoRectangle ink;

	pango_layout_get_extents(c->layout, &ink, NULL);
	ck_assert_double_ge((double)ink.x / PANGO_SCALE, -1);
	ck_assert_double_le((double)(ink.x + ink.width) / PANGO_SCALE,
	    c->width + 1);
	ck_assert_double_le(c->x + c->width, PAGE_MEASURE + 0.01);
}

static double
place_height(const struct page_place *p)
{
	const struct page_block *b = &doc->blocks[p->block];

	return b->kind == PAGE_TEXT ? page_lines_height(
	    &b->cell[b->cells - 1], p->from, p->to) : b->height;
}

/* Nothing is cut, nothing lies over another, every line is there once. */
static void
check_places(void)
{
	const struct page_place *last = NULL;
	int *seen = calloc(doc->n_blocks, sizeof(*seen));

	for (size_t i = 0; i < doc->n_blocks; i++)
		for (int j = 0; j < doc->blocks[i].cells; j++)
			check_cell(&doc->blocks[i].cell[j]);
	for (size_t i = 0; i < doc->n_places; i++) {
		const struct page_place *p = &doc->places[i];

		ck_assert_double_ge(p->y, PAGE_TOP);
		ck_assert_double_le(p->y + place_height(p),
		    PAGE_BOTTOM + 0.01);
		if (last != NULL && last->page == p->page)
			ck_assert_double_ge(p->y + 0.01,
			    last->y + place_height(last));
		else
			ck_assert_int_eq(p->page,
			    last == NULL ? 1 : last->page + 1);
		if (!p->again) {
			ck_assert_int_eq(p->from, seen[p->block]);
			seen[p->block] = p->to;
		}
		last = p;
	}
	for (size_t i = 0; i < doc->n_blocks; i++) {
		const struct page_block *b = &doc->blocks[i];

		ck_assert_int_eq(seen[i], b->kind != PAGE_TEXT ? 1 :
		    pango_layout_get_line_count(
		    b->cell[b->cells - 1].layout));
	}
	ck_assert_int_eq(doc->pages, last->page);
	free(seen);
}

static void
finish(void)
{
	enum cp_rc rc = cp_page_finish(doc, &pdf, &err);

	ck_assert_msg(rc == CP_OK, "%s", err.what);
	ck_assert_int_eq(memcmp(pdf.data, "%PDF-", 5), 0);
	check_places();
}

static void
refused(const char *why)
{
	ck_assert_int_eq(cp_page_finish(doc, &pdf, &err), CP_BAD_INPUT);
	ck_assert_msg(strstr(err.what, why) != NULL, "%s", err.what);
	ck_assert_uint_eq(pdf.len, 0);
}

/* The lines of a place, and of its block. */
static void
count_lines(const struct page_place *p, int *here, int *all)
{
	const struct page_block *b = &doc->blocks[p->block];

	*here = p->to - p->from;
	*all = b->kind != PAGE_TEXT ? 1 : pango_layout_get_line_count(
	    b->cell[b->cells - 1].layout);
}

START_TEST(paragraphs_break)
{
	int here, all, broken = 0;

	cp_page_heading(doc, 1, "Heading");
	for (size_t i = 0; i < 300; i++) {
		char *text = repeat("lorem ipsum dolor sit ", 1 + i * 7 % 60);

		cp_page_text(doc, CP_PAGE_BODY, text);
		free(text);
	}
	finish();
	for (size_t i = 0; i < doc->n_places; i++) {
		count_lines(&doc->places[i], &here, &all);
		ck_assert(here == all || here >= 2);
		broken += here < all;
	}
	ck_assert_int_gt(broken, 20);
}
END_TEST

/* One paragraph of many pages. */
START_TEST(long_paragraph)
{
	char *text = repeat("lorem ipsum dolor sit ", 4000);

	cp_page_text(doc, CP_PAGE_BODY, text);
	finish();
	ck_assert_int_gt(doc->pages, 12);
	free(text);
}
END_TEST

/* A heading, and what is kept, is never the last thing on a page. */
START_TEST(kept_together)
{
	for (int i = 0; i < 70; i++)
		cp_page_text(doc, CP_PAGE_BODY, "A short line of text.");
	for (int at = 0; at < 40; at++) {
		cp_page_heading(doc, 2, "Kept with its text");
		cp_page_keep(doc, 1);
		for (int i = 0; i < at % 7; i++)
			cp_page_text(doc, CP_PAGE_BODY, "Kept.");
		cp_page_text(doc, CP_PAGE_BODY, "The last kept.");
		cp_page_keep(doc, 0);
		cp_page_text(doc, CP_PAGE_BODY, "Free.");
	}
	finish();
	for (size_t i = 0; i + 1 < doc->n_places; i++)
		if (doc->blocks[doc->places[i].block].flags & BLOCK_KEEP)
			ck_assert_int_eq(doc->places[i].page,
			    doc->places[i + 1].page);
	ck_assert_int_gt(doc->pages, 4);
}
END_TEST

START_TEST(tables_break)
{
	static const struct cp_page_column cols[] = {
		{ "Name", 2, 1 }, { "Value", 3, 0 } };
	static const char *const cells[] = { "a", "b" };
	int again = 0;

	cp_page_table(doc, cols, 2);
	for (int i = 0; i < 400; i++)
		cp_page_row(doc, 0, cells);
	finish();
	ck_assert_int_gt(doc->pages, 5);
	for (size_t i = 0; i < doc->n_places; i++) {
		const struct page_place *p = &doc->places[i];

		if (!p->again)
			continue;
		again++;
		ck_assert_uint_eq(p->block, 0);
		ck_assert_double_eq_tol(p->y, PAGE_TOP, 0.01);
	}
	ck_assert_int_eq(again, doc->pages - 1);
}
END_TEST

START_TEST(no_heading_no_repeat)
{
	static const struct cp_page_column cols[] = {
		{ NULL, 2, 1 }, { NULL, 3, 0 } };
	static const char *const cells[] = { "a", "b" };

	cp_page_table(doc, cols, 2);
	for (int i = 0; i < 100; i++)
		cp_page_row(doc, 0, cells);
	finish();
	for (size_t i = 0; i < doc->n_places; i++)
		ck_assert(!doc->places[i].again);
	ck_assert_int_gt(doc->pages, 1);
}
END_TEST

START_TEST(same_bytes)
{
	struct cp_buf first;

	cp_page_text(doc, CP_PAGE_BODY, "Twice the same, ੧ too");
	finish();
	first = pdf;
	cp_buf_init(&pdf);
	open_doc();
	cp_page_text(doc, CP_PAGE_BODY, "Twice the same, ੧ too");
	finish();
	ck_assert_uint_eq(first.len, pdf.len);
	ck_assert_int_eq(memcmp(first.data, pdf.data, pdf.len), 0);
	cp_buf_clear(&first);
}
END_TEST

START_TEST(many_scripts)
{
	cp_page_text(doc, CP_PAGE_BODY, "Zoë O’Brien, Łucja, Șerban, Ioana, "
	    "محمد علی, ਗੁਰਪ੍ਰੀਤ, বাংলা, ગુજરાતી, தமிழ், Ağaoğlu, Ελένη, Олена");
	finish();
	ck_assert_int_eq(pango_layout_get_unknown_glyphs_count(
	    doc->blocks[0].cell[0].layout), 0);
}
END_TEST

START_TEST(missing_glyph)
{
	static const char *const items[] = { "fine", "a \xF0\x9F\x98\x80" };

	cp_page_list(doc, items, 2, 0);
	refused("U+1F600");
}
END_TEST

static void
becomes(const char *text, const char *want)
{
	char *got = ink_clean(text);

	ck_assert_str_eq(got, want);
	free(got);
}

static int
count_glyphs(PangoLayout *layout)
{
	PangoLayoutIter *it = pango_layout_get_iter(layout);
	int n = 0;

	do {
		PangoLayoutRun *run = pango_layout_iter_get_run_readonly(it);

		n += run != NULL ? run->glyphs->num_glyphs : 0;
	} while (pango_layout_iter_next_run(it));
	pango_layout_iter_free(it);
	return n;
}

/* A fingerprint that wraps gets no hyphen. */
START_TEST(no_hyphens)
{
	char *hex = repeat("0a1b", 100);

	cp_page_text(doc, CP_PAGE_MONO, hex);
	cp_page_text(doc, CP_PAGE_BODY, hex);
	finish();
	for (int i = 0; i < 2; i++) {
		PangoLayout *l = doc->blocks[i].cell[0].layout;

		ck_assert_int_gt(pango_layout_get_line_count(l), 2);
		ck_assert_int_eq(count_glyphs(l), 400);
	}
	free(hex);
}
END_TEST

START_TEST(hostile_texts)
{
	char *wide = repeat("W", 300), *marks = repeat("e\xCC\x81", 300);

	becomes("<b>bold</b> &amp; {{name}}", "<b>bold</b> &amp; {{name}}");
	becomes("a\xE2\x80\xAEtxt.exe", "a<U+202E>txt.exe");
	becomes("\xE2\x81\xA6x\xE2\x81\xA9", "<U+2066>x<U+2069>");
	becomes("a\x01\n\tb\x7F", "a<U+0001><U+000A><U+0009>b<U+007F>");
	becomes("\xC0\xAF\xED\xA0\x80\xFF", "<C0><AF><ED><A0><80><FF>");
	becomes("cut \xE0\xA6", "cut <E0><A6>");
	becomes("\xEF\xBB\xBFx\xF3\xA0\x81\x81", "<U+FEFF>x<U+E0041>");
	cp_page_text(doc, CP_PAGE_BODY, wide);
	cp_page_text(doc, CP_PAGE_DISPLAY, wide);
	cp_page_text(doc, CP_PAGE_BODY, marks);
	cp_page_text(doc, CP_PAGE_BODY, "<b>not bold</b>");
	cp_page_text(doc, CP_PAGE_BODY, "a\xE2\x80\xAEtxt.exe");
	cp_page_text(doc, CP_PAGE_MONO, "");
	finish();
	ck_assert_str_eq(pango_layout_get_text(doc->blocks[3].cell[0].layout),
	    "<b>not bold</b>");
	free(wide);
	free(marks);
}
END_TEST

START_TEST(narrow_columns)
{
	static const struct cp_page_column cols[] = { { "A", 1, 1 },
		{ "B", 1, 0 }, { "C", 1, 0 }, { "D", 1, 0 }, { "E", 1, 0 },
		{ "F", 1, 0 }, { "G", 1, 0 }, { "H", 1, 0 } };
	char *wide = repeat("W", 300);
	const char *cells[] = { wide, wide, "a", "b", "c", "d", "e", wide };

	cp_page_table(doc, cols, 8);
	for (int i = 0; i < 9; i++)
		cp_page_row(doc, CP_PAGE_ROW_MONO, cells);
	finish();
	ck_assert_int_gt(doc->pages, 2);
	free(wide);
}
END_TEST

START_TEST(too_tall)
{
	static const struct cp_page_column cols[] = { { "A", 1, 1 } };
	char *text = repeat("lorem ipsum ", 2000);
	const char *cells[] = { text };

	cp_page_table(doc, cols, 1);
	cp_page_row(doc, 0, cells);
	refused("taller than a page");
	open_doc();
	cp_page_keep(doc, 1);
	for (int i = 0; i < 60; i++)
		cp_page_text(doc, CP_PAGE_BODY, "kept");
	cp_page_keep(doc, 0);
	refused("taller than a page");
	free(text);
}
END_TEST

START_TEST(wrong_use)
{
	struct cp_page_spec spec = { .title = "T", .language = "en",
		.made = "2026-11-21 10:00" };
	static const char *const cells[] = { "x" };
	struct cp_page_qr qr = { .data = "", .len = 0, .side = 30,
		.alt = "none" };
	struct cp_page_doc *other = NULL;

	ck_assert_int_eq(cp_page_open(&spec, &other, &err), CP_BAD_INPUT);
	ck_assert_ptr_null(other);
	refused("without text");
	cp_page_row(doc, 0, cells);
	refused("a row without a table");
	open_doc();
	cp_page_qr(doc, &qr);
	refused("do not go into a QR code");
	cp_page_text(doc, CP_PAGE_BODY, "the first failure is kept");
	refused("do not go into a QR code");
	cp_page_free(NULL);
}
END_TEST

START_TEST(once_only)
{
	cp_page_text(doc, CP_PAGE_BODY, "x");
	finish();
	cp_buf_reset(&pdf);
	refused("finished once");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("page");
	TCase *t = tcase_create("pages");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, paragraphs_break);
	tcase_add_test(t, long_paragraph);
	tcase_add_test(t, kept_together);
	tcase_add_test(t, tables_break);
	tcase_add_test(t, no_heading_no_repeat);
	tcase_add_test(t, same_bytes);
	tcase_add_test(t, many_scripts);
	tcase_add_test(t, missing_glyph);
	tcase_add_test(t, no_hyphens);
	tcase_add_test(t, hostile_texts);
	tcase_add_test(t, narrow_columns);
	tcase_add_test(t, too_tall);
	tcase_add_test(t, wrong_use);
	tcase_add_test(t, once_only);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
