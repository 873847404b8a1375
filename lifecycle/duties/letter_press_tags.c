#include "lifecycle/duties/letter_press_pdf.h"

enum { DEPTH = sizeof(((struct press_pdf *)0)->group) /
	sizeof(((struct press_pdf *)0)->group[0]) };

static int
above(const struct press_pdf *f)
{
	return f->n_groups > 0 ? f->group[f->n_groups - 1].object : 0;
}

/* The beginning of OBJECT, an element below the group that is open. */
static void
put_element(struct press_pdf *f, int object, const char *type)
{
	(void)press_pdf_object(f, object);
	cp_buf_puts(&f->out, "<</S/");
	cp_buf_puts(&f->out, type);
	cp_buf_puts(&f->out, "/P ");
	press_put_int(&f->out, above(f));
	cp_buf_puts(&f->out, " 0 R");
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

	put_element(f, g->object, g->type);
	cp_buf_puts(&f->out, "/K[");
	press_pdf_references(f, f->kids.v + g->kids, f->kids.n - g->kids);
	cp_buf_puts(&f->out, "]>>");
	press_pdf_object_end(f);
	f->kids.n = g->kids;
	press_ints_put(f, &f->kids, g->object);
}

void
press_pdf_leaf(struct press_pdf *f, const char *type)
{
	int object = press_pdf_new(f);

	put_element(f, object, type);
	cp_buf_puts(&f->out, "/Pg ");
	press_put_int(&f->out, f->page_object);
	cp_buf_puts(&f->out, " 0 R/K ");
	press_put_int(&f->out, (int)f->marks.n);
	cp_buf_puts(&f->out, ">>");
	press_pdf_object_end(f);
	press_ints_put(f, &f->kids, object);
	cp_buf_putc(&f->page, '/');
	cp_buf_puts(&f->page, type);
	cp_buf_puts(&f->page, "<</MCID ");
	press_put_int(&f->page, (int)f->marks.n);
	cp_buf_puts(&f->page, ">>BDC\n");
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
