#include <stdlib.h>
#include <string.h>

#include "tests/letters/letters.h"

/*
 * Of each language one PDF: letters as usual, then a notice or a letter with
 * boxes to tick in large print and in easy words; of ALL of them every kind.
 * Beside it what is to be read in it: a line for each letter, address line and
 * block.
 */
static const struct { enum cp_format format; enum cp_notice_kind kind;
	enum cp_band band; int all; } sheet[] = {
	{ CP_FORMAT_STANDARD, CP_NOTICE_FIRST, CP_BAND_PARENT, 0 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_COMPREHENSION, CP_BAND_12, 0 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_VERSION, CP_BAND_16, 1 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_EIGHTEEN, CP_BAND_16, 0 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_ARCHIVED, CP_BAND_16, 1 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_EXTENDED, CP_BAND_16, 1 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_WITHDRAWAL, CP_BAND_16, 1 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_AUTHORITY, CP_BAND_PARENT, 1 },
	{ CP_FORMAT_STANDARD, CP_NOTICE_SHIELD, CP_BAND_PARENT, 0 },
	{ CP_FORMAT_LARGE, CP_NOTICE_FIRST, CP_BAND_12, 1 },
	{ CP_FORMAT_LARGE, CP_NOTICE_EIGHTEEN, CP_BAND_16, 0 },
	{ CP_FORMAT_EASY, CP_NOTICE_FIRST, CP_BAND_PARENT, 0 },
	{ CP_FORMAT_EASY, CP_NOTICE_EIGHTEEN, CP_BAND_16, 1 },
};
enum { SHEETS = sizeof(sheet) / sizeof(sheet[0]) };

struct going {
	const struct letters *l;
	const struct cp_language *language;
	struct cp_bind *bind;
	struct cp_composed c;
	FILE *text;
	char date[80];
	long page;
	int all;
};

static void
set_date(struct going *g)
{
	struct cp_buf date;

	cp_buf_init(&date);
	cp_wording_date(g->language, g->l->now.today, &date);
	(void)snprintf(g->date, sizeof(g->date), "%s", cp_buf_text(&date));
	cp_buf_clear(&date);
}

static void
open_bind(struct going *g, FILE *out)
{
	struct cp_err err = { 0 };
	struct cp_bind_spec spec = {
		.title = cp_template_head(g->c.wording->text, "title"),
		.language = g->language->code, .rtl = g->language->rtl,
		.author = g->c.sender.head.name, .figure = g->language->qr,
		.made = g->l->now.time };

	letters_must(cp_bind_open(&spec, letters_write, out, &g->bind, &err),
	    &err);
	fprintf(g->text, "TITLE\t%s\nFIGURE\t%s\nDIRECTION\t%s\n", spec.title,
	    spec.figure, spec.rtl ? "R2L" : "L2R");
}

static void
set_one(struct going *g, struct cp_press *press,
    const struct letters_name *name, int *pages)
{
	struct cp_err err = { 0 };
	struct cp_blocks blocks;
	struct cp_letter letter;
	const char *why = NULL;

	cp_blocks_init(&blocks);
	letters_must(cp_composed_blocks(&g->c, &blocks, &err), &err);
	cp_preview_letter(&g->c, &blocks, &letter);
	letter.to = name->line;
	letters_must(cp_press_add(press, &letter, pages, &why, &err), &err);
	cp_blocks_clear(&blocks);
}

/* Letters I to END of the sheet, which are of one format, are a part. */
static void
set_part(struct going *g, size_t i, size_t end, FILE *out)
{
	struct cp_press *press = NULL;
	struct cp_press_spec spec;
	struct letters_name name;
	struct cp_err err = { 0 };
	struct cp_buf pdf;
	int64_t first;
	int pages;

	cp_buf_init(&pdf);
	for (; i < end; i++) {
		struct cp_preview p = { "E08000015", g->language->code,
			sheet[i].format, sheet[i].kind, sheet[i].band };

		if (sheet[i].all && !g->all)
			continue;
		letters_compose(g->l, &p, &g->c, &name, (long)i);
		if (g->bind == NULL)
			open_bind(g, out);
		if (press == NULL) {
			cp_preview_spec(&g->c, g->date, &g->l->now, &spec);
			letters_must(cp_press_open(&spec, &press, &err), &err);
		}
		set_one(g, press, &name, &pages);
		fprintf(g->text, "LETTER\t%s\t%s\t%ld\t%d\n",
		    cp_format_word(p.format), name.reference, g->page, pages);
		letters_blocks(g->l, &p, g->text, (long)i);
		g->page += pages;
	}
	letters_must(cp_press_finish(press, &pdf, &err), &err);
	letters_must(cp_bind_add(g->bind, pdf.data, pdf.len, NULL, 0, &first,
	    &pages, &err), &err);
	cp_press_free(press);
	cp_buf_clear(&pdf);
}

void
letters_sheets(const struct letters *l, const char *dir, int all)
{
	for (size_t i = 0; i < cp_wording_languages(l->wordings); i++) {
		struct going g = { .l = l, .page = 1, .all = all,
			.language = cp_wording_language_at(l->wordings, i) };
		FILE *out = letters_create(dir, g.language->code, "pdf");
		struct cp_err err = { 0 };

		g.text = letters_create(dir, g.language->code, "txt");
		cp_composed_init(&g.c);
		set_date(&g);
		for (size_t from = 0, to = 0; from < SHEETS; from = to) {
			while (to < SHEETS &&
			    sheet[to].format == sheet[from].format)
				to++;
			set_part(&g, from, to, out);
		}
		letters_must(cp_bind_finish(g.bind, &err), &err);
		cp_bind_free(g.bind);
		cp_composed_clear(&g.c);
		letters_close_file(out);
		letters_close_file(g.text);
	}
}
