#include <cairo-pdf.h>
#include <cairo.h>
#include <check.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"
#include "lifecycle/duties/letter_press.h"

/* ---- parts, as a press makes them with cairo ------------------------------- */

static struct cp_err err;

static cairo_status_t
take(void *ctx, const unsigned char *data, unsigned len)
{
	cp_buf_put(ctx, data, len);
	return CAIRO_STATUS_SUCCESS;
}

static void
block(cairo_t *cr, const char *tag, double y)
{
	cairo_tag_begin(cr, tag, NULL);
	cairo_rectangle(cr, 70, y, 400, 9);
	cairo_fill(cr);
	cairo_tag_end(cr, tag);
}

static void
list(cairo_t *cr, cairo_surface_t *form)
{
	cairo_tag_begin(cr, "L", NULL);
	cairo_tag_begin(cr, "LI", NULL);
	block(cr, "Lbl", 200);
	cairo_tag_begin(cr, "LBody", NULL);
	cairo_set_source_surface(cr, form, 90, 200);
	cairo_paint(cr);
	cairo_tag_end(cr, "LBody");
	cairo_tag_end(cr, "LI");
	cairo_tag_end(cr, "L");
	cairo_set_source_rgb(cr, 0, 0, 0);
}

/* Two pages; a paragraph goes on from one to the other. */
static void
letter(cairo_t *cr, cairo_surface_t *form, int pictures)
{
	cairo_tag_begin(cr, "Sect", NULL);
	block(cr, "H1", 100);
	for (int i = 0; i < pictures; i++)
		block(cr, "Figure", 130);
	list(cr, form);
	cairo_tag_begin(cr, "P", NULL);
	cairo_rectangle(cr, 70, 700, 400, 9);
	cairo_fill(cr);
	cairo_show_page(cr);
	cairo_rectangle(cr, 70, 80, 400, 9);
	cairo_fill(cr);
	cairo_tag_end(cr, "P");
	block(cr, "P", 120);
	cairo_tag_end(cr, "Sect");
	/* outside the reading order, as a page's number is */
	cairo_rectangle(cr, 70, 800, 40, 9);
	cairo_fill(cr);
	cairo_show_page(cr);
}

static void
make_part(struct cp_buf *out, int letters, int pictures, int document)
{
	/* cairo 1.16 loses the memory of one without bounds */
	const cairo_rectangle_t bounds = { 0, 0, 200, 9 };
	cairo_surface_t *s, *form[2];
	cairo_t *cr;

	cp_buf_reset(out);
	s = cairo_pdf_surface_create_for_stream(take, out, 595, 842);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
	    "2026-11-21T10:00:00Z");
	for (int i = 0; i < 2; i++) {
		form[i] = cairo_recording_surface_create(
		    CAIRO_CONTENT_COLOR_ALPHA, &bounds);
		cr = cairo_create(form[i]);
		cairo_rectangle(cr, 0, 0, 200 - i, 9);
		cairo_fill(cr);
		cairo_destroy(cr);
	}
	cr = cairo_create(s);
	if (document)
		cairo_tag_begin(cr, "Document", NULL);
	for (int i = 0; i < letters; i++)
		letter(cr, form[i % 2], pictures);
	if (document)
		cairo_tag_end(cr, "Document");
	ck_assert_int_eq(cairo_status(cr), CAIRO_STATUS_SUCCESS);
	cairo_destroy(cr);
	cairo_surface_destroy(form[0]);
	cairo_surface_destroy(form[1]);
	cairo_surface_finish(s);
	cairo_surface_destroy(s);
	ck_assert_int_eq(cp_buf_check(out, &err), CP_OK);
}

/* A part of a press. */
static void
press_part(struct cp_buf *out, int letters)
{
	static const struct cp_letterhead head = { .name = "Sample Council" };
	static const char *const to[] = { "Testa Mockingbury",
		"1 Sample Row", "ZZ99 1AA" };
	static const struct cp_block blocks[] = {
		{ CP_BLOCK_H1, "What we hold", NULL, 1, 0 },
		{ CP_BLOCK_TEXT, "Dear Zo\xC3\xAB,", NULL, 0, 0 },
		{ CP_BLOCK_BULLET, "a name", NULL, 1, 0 },
		{ CP_BLOCK_TICK, "I agree", NULL, 1, 0 } };
	const struct cp_press_spec s = { .title = "A letter",
		.language = "en", .face = "sans", .head = &head,
		.page_words = "Page {{page}} of {{pages}}",
		.reference_words = "Our reference", .qr_words = "QR",
		.date = "21 November 2026", .made = "2026-11-21T10:00:00Z" };
	const struct cp_letter l = { "N-0000012-K", to, 3, blocks, 4, 0 };
	struct cp_press *press = NULL;
	const char *why = NULL;
	int pages = 0;

	cp_buf_reset(out);
	ck_assert_int_eq(cp_press_open(&s, &press, &err), CP_OK);
	for (int i = 0; i < letters; i++)
		ck_assert_int_eq(cp_press_add(press, &l, &pages, &why, &err),
		    CP_OK);
	ck_assert_int_eq(cp_press_finish(press, out, &err), CP_OK);
	ck_assert_int_eq(pages, 1);
	cp_press_free(press);
}

/* ---- the whole ------------------------------------------------------------- */

static struct cp_buf part, whole, again;
static size_t full_at; /* the writer fails beyond; 0: never */

static enum cp_rc
put(void *ctx, const void *data, size_t len, struct cp_err *e)
{
	struct cp_buf *b = ctx;

	if (full_at != 0 && b->len + len > full_at)
		return cp_fail(e, CP_FAILED, "no space");
	cp_buf_put(b, data, len);
	return cp_buf_check(b, e);
}

static const struct cp_bind_spec spec = { .title = "T\xC3\xADtle (1) \\ & <",
	.language = "ur", .rtl = 1, .author = "Wirral Council",
	.figure = "QR code", .made = "2026-11-21T10:00:00Z" };

static struct cp_bind *
start(struct cp_buf *out)
{
	struct cp_bind *b = NULL;

	cp_buf_reset(out);
	ck_assert_int_eq(cp_bind_open(&spec, put, out, &b, &err), CP_OK);
	return b;
}

static void
add_part(struct cp_bind *b, int64_t first, int pages)
{
	int64_t at = 0;
	int n = 0;
	enum cp_rc rc = cp_bind_add(b, part.data, part.len, NULL, 0, &at, &n,
	    &err);

	ck_assert_msg(rc == CP_OK, "%s", err.what);
	ck_assert_int_eq(at, first);
	ck_assert_int_eq(n, pages);
}

static enum cp_rc
try_part(struct cp_bind *b, const void *pdf, size_t len)
{
	int64_t at = -1;
	int n = -1;
	enum cp_rc rc = cp_bind_add(b, pdf, len, NULL, 0, &at, &n, &err);

	ck_assert_int_eq(rc == CP_OK, at > 0 && n > 0);
	return rc;
}

static void
finish(struct cp_bind *b)
{
	enum cp_rc rc = cp_bind_finish(b, &err);

	ck_assert_msg(rc == CP_OK, "%s", err.what);
	cp_bind_free(b);
}

static void
setup(void)
{
	cp_buf_init(&part);
	cp_buf_init(&whole);
	cp_buf_init(&again);
	full_at = 0;
}

static void
teardown(void)
{
	cp_buf_clear(&part);
	cp_buf_clear(&whole);
	cp_buf_clear(&again);
}

/* ---- what another reader finds --------------------------------------------- */

static qpdf_data q;
static int n_pages, n_tops, n_figures, n_marked;

static void
open_whole(const struct cp_buf *pdf)
{
	q = qpdf_init();
	qpdf_silence_errors(q);
	ck_assert_int_eq(qpdf_read_memory(q, "whole", (const char *)pdf->data,
	    pdf->len, NULL) & QPDF_ERRORS, 0);
	n_pages = qpdf_get_num_pages(q);
	while (qpdf_more_warnings(q))
		ck_abort_msg("%s", qpdf_get_error_full_text(q,
		    qpdf_next_warning(q)));
}

static int
is_key(qpdf_oh o, const char *key, const char *text)
{
	qpdf_oh v = qpdf_oh_get_key(q, o, key);

	return strcmp(qpdf_oh_unparse_resolved(q, v), text) == 0;
}

/* The row of number KEY, by the limits of the nodes on the way. */
static qpdf_oh
find_row(qpdf_oh node, int key)
{
	qpdf_oh kids = qpdf_oh_get_key(q, node, "/Kids"), nums, limits, v;

	for (int i = 0; qpdf_oh_is_array(q, kids) &&
	    i < qpdf_oh_get_array_n_items(q, kids); i++) {
		v = qpdf_oh_get_array_item(q, kids, i);
		limits = qpdf_oh_get_key(q, v, "/Limits");
		if (qpdf_oh_get_int_value_as_int(q,
		    qpdf_oh_get_array_item(q, limits, 0)) <= key &&
		    qpdf_oh_get_int_value_as_int(q,
		    qpdf_oh_get_array_item(q, limits, 1)) >= key)
			return find_row(v, key);
	}
	nums = qpdf_oh_get_key(q, node, "/Nums");
	for (int i = 0; qpdf_oh_is_array(q, nums) &&
	    i < qpdf_oh_get_array_n_items(q, nums); i += 2)
		if (qpdf_oh_get_int_value_as_int(q,
		    qpdf_oh_get_array_item(q, nums, i)) == key)
			return qpdf_oh_get_array_item(q, nums, i + 1);
	ck_abort_msg("no row %d", key);
	return 0;
}

static int
item(qpdf_oh array, int i)
{
	return qpdf_oh_get_int_value_as_int(q, qpdf_oh_get_array_item(q,
	    array, i));
}

/* Limits are the first and the last below; returns the last. */
static int
check_limits(qpdf_oh node, int last, int top)
{
	qpdf_oh kids = qpdf_oh_get_key(q, node, "/Kids");
	qpdf_oh nums = qpdf_oh_get_key(q, node, "/Nums");
	qpdf_oh limits = qpdf_oh_get_key(q, node, "/Limits");

	if (!top)
		ck_assert_int_eq(item(limits, 0), last + 1);
	for (int i = 0; qpdf_oh_is_array(q, kids) &&
	    i < qpdf_oh_get_array_n_items(q, kids); i++)
		last = check_limits(qpdf_oh_get_array_item(q, kids, i), last,
		    0);
	for (int i = 0; qpdf_oh_is_array(q, nums) &&
	    i < qpdf_oh_get_array_n_items(q, nums); i += 2)
		ck_assert_int_eq(item(nums, i), ++last);
	if (!top)
		ck_assert_int_eq(item(limits, 1), last);
	return last;
}

static void walk(qpdf_oh element, qpdf_oh above);

/* Content of PAGE is where its row says. */
static void
check_mark(qpdf_oh element, qpdf_oh page, int mcid)
{
	qpdf_oh rows = qpdf_oh_get_key(q, qpdf_oh_get_key(q, qpdf_get_root(q),
	    "/StructTreeRoot"), "/ParentTree");
	int key = qpdf_oh_get_int_value_as_int(q, qpdf_oh_get_key(q, page,
	    "/StructParents"));
	qpdf_oh at = qpdf_oh_get_array_item(q, find_row(rows, key), mcid);

	ck_assert_int_eq(qpdf_oh_get_object_id(q, at),
	    qpdf_oh_get_object_id(q, element));
	n_marked++;
}

static void
check_kid(qpdf_oh element, qpdf_oh kid)
{
	if (qpdf_oh_is_integer(q, kid))
		check_mark(element, qpdf_oh_get_key(q, element, "/Pg"),
		    qpdf_oh_get_int_value_as_int(q, kid));
	else if (is_key(kid, "/Type", "/MCR"))
		check_mark(element, qpdf_oh_get_key(q, kid, "/Pg"),
		    qpdf_oh_get_int_value_as_int(q, qpdf_oh_get_key(q, kid,
		    "/MCID")));
	else
		walk(kid, element);
}

static void
walk(qpdf_oh element, qpdf_oh above)
{
	qpdf_oh kids = qpdf_oh_get_key(q, element, "/K");

	ck_assert_int_eq(qpdf_oh_get_object_id(q, qpdf_oh_get_key(q, element,
	    "/P")), qpdf_oh_get_object_id(q, above));
	if (is_key(element, "/S", "/Figure")) {
		ck_assert_int_eq(qpdf_oh_has_key(q, element, "/Alt"), 1);
		n_figures++;
	}
	if (!qpdf_oh_is_array(q, kids)) {
		check_kid(element, kids);
		return;
	}
	for (int i = 0; i < qpdf_oh_get_array_n_items(q, kids); i++)
		check_kid(element, qpdf_oh_get_array_item(q, kids, i));
}

/* Every page is below its parents, which count right. */
static int
count_pages(qpdf_oh node, qpdf_oh above, int depth)
{
	qpdf_oh kids = qpdf_oh_get_key(q, node, "/Kids");
	int n = 0;

	ck_assert_int_le(depth, 5);
	if (above != 0)
		ck_assert_int_eq(qpdf_oh_get_object_id(q, qpdf_oh_get_key(q,
		    node, "/Parent")), qpdf_oh_get_object_id(q, above));
	if (!qpdf_oh_is_array(q, kids))
		return 1;
	ck_assert_int_le(qpdf_oh_get_array_n_items(q, kids), BIND_FAN);
	for (int i = 0; i < qpdf_oh_get_array_n_items(q, kids); i++)
		n += count_pages(qpdf_oh_get_array_item(q, kids, i), node,
		    depth + 1);
	ck_assert_int_eq(n, qpdf_oh_get_int_value_as_int(q,
	    qpdf_oh_get_key(q, node, "/Count")));
	return n;
}

static void
check_whole(const struct cp_buf *pdf)
{
	qpdf_oh root, tree, document, info;

	open_whole(pdf);
	root = qpdf_get_root(q);
	tree = qpdf_oh_get_key(q, root, "/StructTreeRoot");
	document = qpdf_oh_get_key(q, tree, "/K");
	n_tops = qpdf_oh_get_array_n_items(q, qpdf_oh_get_key(q, document,
	    "/K"));
	n_figures = n_marked = 0;
	ck_assert(is_key(document, "/S", "/Document"));
	walk(document, tree);
	ck_assert_int_eq(check_limits(qpdf_oh_get_key(q, tree, "/ParentTree"),
	    -1, 1) + 1, n_pages);
	/* before qpdf mends the tree of pages, as it does when it is asked */
	ck_assert_int_eq(count_pages(qpdf_oh_get_key(q, root, "/Pages"), 0,
	    0), n_pages);
	ck_assert(is_key(root, "/Lang", "(ur)"));
	ck_assert(is_key(qpdf_oh_get_key(q, root, "/ViewerPreferences"),
	    "/Direction", "/R2L"));
	ck_assert(is_key(qpdf_oh_get_key(q, root, "/MarkInfo"), "/Marked",
	    "true"));
	info = qpdf_oh_get_key(q, qpdf_get_trailer(q), "/Info");
	ck_assert_str_eq(qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, info,
	    "/Title")), spec.title);
	ck_assert(is_key(info, "/CreationDate", "(D:20261121100000Z)"));
	qpdf_cleanup(&q);
}

START_TEST(parts_become_one)
{
	struct cp_bind *b = start(&whole);

	make_part(&part, 3, 1, 0);
	add_part(b, 1, 6);
	make_part(&part, 70, 2, 1);
	add_part(b, 7, 140);
	make_part(&part, 1, 0, 0);
	add_part(b, 147, 2);
	finish(b);
	check_whole(&whole);
	ck_assert_int_eq(n_pages, 148);
	ck_assert_int_eq(n_tops, 74);
	ck_assert_int_eq(n_figures, 143);
	ck_assert_int_eq(n_marked, 74 * 6 + 143);
}
END_TEST

static int
resources(size_t page)
{
	return qpdf_oh_get_object_id(q, qpdf_oh_get_key(q, qpdf_get_page_n(q,
	    page), "/Resources"));
}

/* Objects that read the same are there once in a part. */
START_TEST(what_reads_the_same)
{
	struct cp_bind *b = start(&whole);

	make_part(&part, 3, 1, 0);
	add_part(b, 1, 6);
	add_part(b, 7, 6);
	finish(b);
	open_whole(&whole);
	ck_assert_int_eq(resources(0), resources(4));
	ck_assert_int_eq(resources(1), resources(5));
	ck_assert_int_ne(resources(0), resources(1));
	ck_assert_int_ne(resources(0), resources(2)); /* another form */
	ck_assert_int_ne(resources(0), resources(6)); /* another part */
	qpdf_cleanup(&q);
}
END_TEST

/* More than a node of the tree of pages has kids. */
START_TEST(many_parts)
{
	struct cp_bind *b = start(&whole);

	make_part(&part, 1, 1, 0);
	for (int i = 0; i < 2 * BIND_FAN + 3; i++)
		add_part(b, 1 + 2 * i, 2);
	finish(b);
	check_whole(&whole);
	ck_assert_int_eq(n_tops, 2 * BIND_FAN + 3);
}
END_TEST

START_TEST(same_bytes)
{
	struct cp_buf *out[] = { &whole, &again };

	for (int i = 0; i < 2; i++) {
		struct cp_bind *b = start(out[i]);

		make_part(&part, 5, 1, 1);
		add_part(b, 1, 10);
		make_part(&part, 2, 1, 1);
		add_part(b, 11, 4);
		finish(b);
	}
	ck_assert_uint_eq(whole.len, again.len);
	ck_assert_int_eq(memcmp(whole.data, again.data, whole.len), 0);
}
END_TEST

/* ---- what pictures show ---------------------------------------------------- */

static enum cp_rc
add_alt(struct cp_bind *b, const char *const *alt, size_t n)
{
	int64_t first;
	int pages;

	return cp_bind_add(b, part.data, part.len, alt, n, &first, &pages,
	    &err);
}

static int
occurs(const struct cp_buf *b, const char *text)
{
	return memmem(b->data, b->len, text, strlen(text)) != NULL;
}

START_TEST(pictures_are_described)
{
	const char *const alt[] = { "one (1)", NULL,
		"\xD9\x82\xF0\x9F\x90\xA5\xE2\x81\xA9", "four" };
	const char *const broken[] = { "\xD9", "\xC1\x81", "a\n",
		"\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF",
		"\xC2\x85", "\x80" };
	struct cp_bind *b = start(&whole);

	make_part(&part, 3, 1, 0);
	ck_assert_int_eq(add_alt(b, alt, 4), CP_CORRUPT);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		ck_assert_int_eq(add_alt(b, &broken[i], 1), CP_BAD_INPUT);
	ck_assert_int_eq(add_alt(b, alt, 3), CP_OK);
	finish(b);
	check_whole(&whole);
	ck_assert(occurs(&whole, "/Alt(one \\(1\\))"));
	ck_assert(occurs(&whole, "/Alt(QR code)"));
	ck_assert(occurs(&whole, "/Alt<FEFF0642D83DDC252069>"));
	ck_assert(!occurs(&whole, "four"));
}
END_TEST

START_TEST(a_picture_nobody_describes)
{
	struct cp_bind_spec bare = spec;
	const char *const alt[] = { "one", NULL };
	struct cp_bind *b;

	bare.figure = NULL;
	make_part(&part, 2, 1, 0);
	ck_assert_int_eq(cp_bind_open(&bare, put, &whole, &b, &err), CP_OK);
	ck_assert_int_eq(add_alt(b, NULL, 0), CP_BAD_INPUT);
	ck_assert_int_eq(add_alt(b, alt, 2), CP_BAD_INPUT);
	make_part(&part, 1, 1, 0);
	ck_assert_int_eq(add_alt(b, alt, 1), CP_OK);
	finish(b);
}
END_TEST

/* ---- what is refused ------------------------------------------------------- */

START_TEST(wrong_use)
{
	struct cp_bind_spec s = spec;
	struct cp_bind *b = NULL;

	s.title = "";
	ck_assert_int_eq(cp_bind_open(&s, put, &whole, &b, &err),
	    CP_BAD_INPUT);
	s.title = "a\xFF";
	ck_assert_int_eq(cp_bind_open(&s, put, &whole, &b, &err),
	    CP_BAD_INPUT);
	s = spec;
	s.language = "en)";
	ck_assert_int_eq(cp_bind_open(&s, put, &whole, &b, &err),
	    CP_BAD_INPUT);
	s = spec;
	s.made = "2026-11-21";
	ck_assert_int_eq(cp_bind_open(&s, put, &whole, &b, &err),
	    CP_BAD_INPUT);
	ck_assert_ptr_null(b);
	b = start(&whole);
	ck_assert_int_eq(cp_bind_finish(b, &err), CP_USAGE);
	make_part(&part, 1, 1, 0);
	add_part(b, 1, 2);
	ck_assert_int_eq(cp_bind_finish(b, &err), CP_OK);
	ck_assert_int_eq(try_part(b, part.data, part.len), CP_USAGE);
	ck_assert_int_eq(cp_bind_finish(b, &err), CP_USAGE);
	cp_bind_free(b);
	cp_bind_free(NULL);
}
END_TEST

START_TEST(a_full_disk)
{
	size_t len;

	make_part(&part, 1, 1, 0);
	for (full_at = 1; full_at != 0;) {
		struct cp_bind *b = start(&whole);
		enum cp_rc rc = try_part(b, part.data, part.len);

		len = whole.len;
		if (rc == CP_OK)
			rc = cp_bind_finish(b, &err);
		if (rc != CP_OK)
			ck_assert_str_eq(err.what, "no space");
		else
			len = 0;
		ck_assert_int_eq(cp_bind_finish(b, &err), CP_USAGE);
		cp_bind_free(b);
		full_at = rc == CP_OK ? 0 : full_at + 300;
	}
	ck_assert_uint_eq(len, 0);
}
END_TEST

/* A page's content is said to be what all pages are listed in. */
static void
serves_twice(struct cp_bind *b)
{
	uint8_t *at = memmem(part.data, part.len, "/Contents ", 10), was[2];

	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(at[12], ' ');
	memcpy(was, at + 10, 2);
	memcpy(at + 10, "01", 2);
	ck_assert_int_eq(try_part(b, part.data, part.len), CP_CORRUPT);
	memcpy(at + 10, was, 2);
}

/* Each of these texts is in the part, and another of its length is a lie. */
START_TEST(damage_is_found)
{
	static const char *const lies[][2] = {
		{ "%PDF-1.", "%PDX-1." }, { "xref\n0", "xrex\n0" },
		{ "startxref", "startxrex" }, { "%%EOF", "%%EOX" },
		{ "trailer", "trailed" }, { "/Root", "/Loot" },
		{ "/Size", "/Siz3" }, { "0000000000 65535 f", "x000000000 655"
		    "35 f" },
		{ "00000 n", "00001 n" }, { "00000 n", "00000 m" },
		{ "/Count 4", "/Count 5" }, { "/Kids [ ", "/Kidx [ " },
		{ "/Type /Page ", "/Type /Pagf " },
		{ "/Parent 1 0 R", "/Parent 2 0 R" },
		{ "/StructParents 1", "/StructParents 0" },
		{ "/StructParents 1", "/StructParents 9" },
		{ "/StructParents 0", "/StructPirents 0" },
		{ "/Contents", "/Kontents" }, { "/Resources ", "/Annots[]  " },
		{ "/Nums [", "/Numz [" }, { "   0 ", "   1 " },
		{ "/StructTreeRoot ", "/StructTreeRoof " },
		{ "/ParentTree", "/ParentTreg" }, { "/MarkInfo", "/OpenActn" },
		{ "/S /Sect", "/X /Sect" }, { "/S /H1", "/S (H)" },
		{ "/K 0", "/K 1" }, { "/K 0", "    " }, { "/K 2", "/K 9" }, { "/K 0", "/K x" },
		{ "/MCID 0", "/MCID 1" }, { "/MCID 0", "/MCIX 0" },
		{ "/Pg 2 0 R", "/Pg 1 0 R" }, { "/Pg 2 0 R", "/Px 2 0 R" },
		{ "/P 3 0 R", "/P 4 0 R" }, { "/K [ 4 ", "/K [ 5 " },
		{ "\n3 0 obj", "\n4 0 obj" }, { "/CA 1", "44  1" },
		{ "/Length ", "/Lengtx " }, { "endstream", "endstreem" },
		{ "endobj", "endobx" }, { " 0 obj", " 1 obj" },
		{ "/XObject <<", "/XObject [<" },
		{ "/Resources ", "/Resources(" },
		{ "/Type /Catalog", "/Type /Cat<>og" },
		{ "/Filter /FlateDecode", "/Filter tlateDecodes" },
	};
	struct cp_bind *b = start(&whole);

	make_part(&part, 2, 1, 0);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		size_t len = strlen(lies[i][0]);
		uint8_t *at = memmem(part.data, part.len, lies[i][0], len);

		ck_assert_msg(at != NULL, "no %s", lies[i][0]);
		ck_assert_uint_eq(strlen(lies[i][1]), len);
		memcpy(at, lies[i][1], len);
		ck_assert_msg(try_part(b, part.data, part.len) == CP_CORRUPT,
		    "%s taken for %s", lies[i][1], lies[i][0]);
		memcpy(at, lies[i][0], len);
	}
	serves_twice(b);
	for (size_t len = 0; len < part.len - 6; len++)
		ck_assert_int_eq(try_part(b, part.data, len), CP_CORRUPT);
	/* and nothing of all that is left behind */
	add_part(b, 1, 4);
	finish(b);
	b = start(&again);
	add_part(b, 1, 4);
	finish(b);
	ck_assert_uint_eq(whole.len, again.len);
	ck_assert_int_eq(memcmp(whole.data, again.data, whole.len), 0);
}
END_TEST

START_TEST(parts_of_a_press)
{
	struct cp_bind *b = start(&whole);

	press_part(&part, 3);
	add_part(b, 1, 3);
	add_part(b, 4, 3);
	finish(b);
	check_whole(&whole);
	ck_assert_int_eq(n_tops, 6);
	ck_assert_int_eq(n_figures, 6);
}
END_TEST

/* Whatever a byte becomes: it is refused, or what comes of it can be read.
 * EVERY: of the bytes; PAGES of the part. */
static void
damage_bytes(size_t every, int pages)
{
	static const uint8_t to[] = { 0x01, 0x10, 0x80, 0xFF };
	size_t bound = 0, refused = 0;

	for (size_t i = 0; i < 4 * part.len; i += every) {
		uint8_t *data = malloc(part.len); /* so that its end is seen */
		struct cp_bind *b = start(&whole);
		enum cp_rc rc;

		ck_assert_ptr_nonnull(data);
		memcpy(data, part.data, part.len);
		data[i / 4] ^= to[i % 4];
		rc = try_part(b, data, part.len);
		ck_assert(rc == CP_OK || rc == CP_CORRUPT);
		refused += rc == CP_CORRUPT;
		if (rc == CP_OK && bound++ % 64 == 0) {
			ck_assert_int_eq(cp_bind_finish(b, &err), CP_OK);
			open_whole(&whole);
			ck_assert_int_eq(n_pages, pages);
			qpdf_cleanup(&q);
		}
		cp_bind_free(b);
		free(data);
	}
	ck_assert_uint_gt(refused, 4 * part.len / every / 8);
	ck_assert_uint_gt(bound, 0);
}

START_TEST(any_byte_damaged)
{
	make_part(&part, 1, 1, 0);
	damage_bytes(1, 2);
	press_part(&part, 1);
	damage_bytes(13, 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("letter_bind");
	TCase *t = tcase_create("binding");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, parts_become_one);
	tcase_add_test(t, what_reads_the_same);
	tcase_add_test(t, many_parts);
	tcase_add_test(t, same_bytes);
	tcase_add_test(t, pictures_are_described);
	tcase_add_test(t, a_picture_nobody_describes);
	tcase_add_test(t, wrong_use);
	tcase_add_test(t, a_full_disk);
	tcase_add_test(t, damage_is_found);
	tcase_add_test(t, parts_of_a_press);
	tcase_add_test(t, any_byte_damaged);
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
