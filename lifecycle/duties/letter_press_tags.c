#include "lifecycle/duties/letter_press_pdf.h"

enum { DEPTH = sizeof(((struct press_pdf *)0)->group) /
	sizeof(((struct press_pdf *)0)->group[0]) };

static int
above(const struct press_pdf *f)
{
	return f->n_groups > 0 ? f->group[f->n_groups - 1].object : 0;
}

/* The kids of groups that are open lie one behind the other. */
void
press_pdf_group(struct press_pdf *f, const char *type)
{
	struct press_group *g;

	if (f->n_groups == 0) { /* the tree itself, numbered at the end */
		f->group[f->n_groups++] = (struct press_group){ NULL, 0, 0 };
	}
	if (f->n_groups == DEPTH) {
		f->failed = 1;
		return;
	}
	g = &f->group[f->n_groups++];
	g->type = type;
	g->object = press_pdf_new(f);
	g->kids = f->kids.n;
}

void
press_pdf_group_end(struct press_pdf *f)
{
	const struct press_group *g = &f->group[--f->n_groups];

	(void)press_pdf_object(f, g->object);
	cp_buf_printf(&f->out, "<</S/%s/P %d 0 R/K[", g->type, above(f));
	for (size_t i = g->kids; i < f->kids.n; i++)
		cp_buf_printf(&f->out, "%d 0 R ", f->kids.v[i]);
	cp_buf_puts(&f->out, "]>>");
	press_pdf_object_end(f);
	f->kids.n = g->kids;
	press_ints_put(f, &f->kids, g->object);
}

void
press_pdf_leaf(struct press_pdf *f, const char *type)
{
	int object = press_pdf_new(f);

	(void)press_pdf_object(f, object);
	cp_buf_printf(&f->out, "<</S/%s/P %d 0 R/Pg %d 0 R/K %zu>>", type,
	    above(f), f->page_object, f->marks.n);
	press_pdf_object_end(f);
	press_ints_put(f, &f->kids, object);
	cp_buf_printf(&f->page, "/%s<</MCID %zu>>BDC\n", type, f->marks.n);
	press_ints_put(f, &f->marks, object);
}

void
press_pdf_artifact(struct press_pdf *f)
{
	cp_buf_puts(&f->page, "/Artifact BMC\n");
}

void
press_pdf_mark_end(struct press_pdf *f)
{
	cp_buf_puts(&f->page, "EMC\n");
}
