#include <qpdf/qpdf-c.h>
#include <string.h>

#include "lifecycle/duties/letter_page_impl.h"

enum { DEPTH_MOST = 16 };

/* Walks the structure in its order, which is that of the blocks. */
struct walk {
	const struct cp_page_doc *doc;
	qpdf_data q;
	size_t figure; /* the next block to look at for a picture */
	size_t row;    /* and for a row of a table */
	int cell;      /* cells seen of the row */
};

static const struct page_block *
next_of(const struct walk *w, size_t *at, enum page_kind kind)
{
	while (*at < w->doc->n_blocks && w->doc->blocks[*at].kind != kind)
		(*at)++;
	return *at < w->doc->n_blocks ? &w->doc->blocks[(*at)++] : NULL;
}

static void
describe(struct walk *w, qpdf_oh element, const char *name)
{
	const struct page_block *b;

	if (strcmp(name, "/Figure") == 0) {
		b = next_of(w, &w->figure, PAGE_QR);
		if (b != NULL)
			qpdf_oh_replace_key(w->q, element, "/Alt",
			    qpdf_oh_new_unicode_string(w->q, b->alt));
	} else if (strcmp(name, "/TR") == 0) {
		w->cell = 0;
		(void)next_of(w, &w->row, PAGE_ROW);
	} else if (strcmp(name, "/TH") == 0 && w->row > 0) {
		b = &w->doc->blocks[w->row - 1];
		qpdf_oh_replace_key(w->q, element, "/A", qpdf_oh_parse(w->q,
		    b->flags & BLOCK_HEAD ?
		    "<< /O /Table /Scope /Column >>" :
		    "<< /O /Table /Scope /Row >>"));
	}
}

static void
walk(struct walk *w, qpdf_oh element, int depth)
{
	qpdf_oh type, kids;
	int n;

	if (depth > DEPTH_MOST || !qpdf_oh_is_dictionary(w->q, element))
		return;
	type = qpdf_oh_get_key(w->q, element, "/S");
	if (qpdf_oh_is_name(w->q, type))
		describe(w, element, qpdf_oh_get_name(w->q, type));
	kids = qpdf_oh_get_key(w->q, element, "/K");
	if (!qpdf_oh_is_array(w->q, kids)) {
		walk(w, kids, depth + 1);
		return;
	}
	n = qpdf_oh_get_array_n_items(w->q, kids);
	for (int i = 0; i < n; i++)
		walk(w, qpdf_oh_get_array_item(w->q, kids, i), depth + 1);
}

static void
add_all(struct walk *w)
{
	qpdf_oh root = qpdf_get_root(w->q);

	qpdf_oh_replace_key(w->q, root, "/Lang",
	    qpdf_oh_new_unicode_string(w->q, w->doc->language));
	qpdf_oh_replace_key(w->q, root, "/ViewerPreferences",
	    qpdf_oh_parse(w->q, "<< /DisplayDocTitle true >>"));
	walk(w, qpdf_oh_get_key(w->q, root, "/StructTreeRoot"), 0);
}

static int
write_pdf(qpdf_data q)
{
	if (qpdf_init_write_memory(q) & QPDF_ERRORS)
		return 0;
	qpdf_set_deterministic_ID(q, QPDF_TRUE);
	qpdf_set_object_stream_mode(q, qpdf_o_generate);
	return !(qpdf_write(q) & QPDF_ERRORS);
}

enum cp_rc
page_add_tags(const struct cp_page_doc *doc, const struct cp_buf *pdf,
    struct cp_buf *out, struct cp_err *err)
{
	struct walk w = { .doc = doc, .q = qpdf_init() };
	int good;

	if (w.q == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	qpdf_silence_errors(w.q);
	qpdf_set_suppress_warnings(w.q, QPDF_TRUE);
	good = !(qpdf_read_memory(w.q, "page", (const char *)pdf->data,
	    pdf->len, NULL) & QPDF_ERRORS);
	if (good) {
		add_all(&w);
		good = !qpdf_has_error(w.q) && write_pdf(w.q);
	}
	if (good)
		cp_buf_put(out, qpdf_get_buffer(w.q),
		    qpdf_get_buffer_length(w.q));
	qpdf_cleanup(&w.q);
	return good ? cp_buf_check(out, err) : cp_fail(err, CP_FAILED,
	    "qpdf cannot finish the page");
}
