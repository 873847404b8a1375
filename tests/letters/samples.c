#include <stdlib.h>
#include <string.h>

#include "tests/letters/letters.h"

/*
 * Letters whose words never change, of every kind of block, in every language
 * and format: as `letters sheets' writes them.
 */
enum { LONG = 6, MOST = 40 };

struct sample {
	char *code, *face, *direction, *page, *text;
	char *more; /* the text, many times */
	struct cp_block block[MOST];
	size_t n;
};

static void
put(struct sample *s, enum cp_block_kind kind, const char *text, int number)
{
	struct cp_block *b = &s->block[s->n++];

	memset(b, 0, sizeof(*b));
	b->kind = kind;
	b->text = text;
	b->number = number;
	b->fixed = s->n % 3 != 0;
	b->picture = kind == CP_BLOCK_PICTURE ?
	    cp_press_pictures[s->n % 4] : NULL;
}

static void
put_blocks(struct sample *s)
{
	s->n = 0;
	put(s, CP_BLOCK_H1, s->text, 0);
	put(s, CP_BLOCK_TEXT, s->text, 0);
	put(s, CP_BLOCK_H2, s->text, 0);
	for (int i = 0; i < 3; i++)
		put(s, CP_BLOCK_BULLET, s->text, 0);
	put(s, CP_BLOCK_TEXT, s->more, 0);
	put(s, CP_BLOCK_H2, s->text, 0);
	for (int i = 1; i <= 3; i++)
		put(s, CP_BLOCK_NUMBER, s->text, i);
	put(s, CP_BLOCK_PICTURE, s->text, 0);
	for (int i = 0; i < 2; i++)
		put(s, CP_BLOCK_TICK, s->text, 0);
	put(s, CP_BLOCK_WRITE, s->text, 0);
	put(s, CP_BLOCK_TEXT, s->more, 0);
	put(s, CP_BLOCK_TEXT, s->text, 0);
}

/* Tabs part the fields; 0 for what is no sample. */
static int
parse(char *line, struct sample *s)
{
	char **field[] = { &s->code, &s->face, &s->direction, &s->page,
		&s->text };

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#')
		return 0;
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		*field[i] = strsep(&line, "\t");
		if (*field[i] == NULL)
			return 0;
	}
	s->more = calloc(LONG, strlen(s->text) + 2);
	for (int i = 0; s->more != NULL && i < LONG; i++) {
		strcat(s->more, i > 0 ? " " : "");
		strcat(s->more, s->text);
	}
	return s->more != NULL;
}

static const char *const lines[] = { "Town Hall", "Sample Street" };
static const struct cp_letterhead head = { .name = "Sample Council",
	.lines = lines, .n_lines = 2, .phone = "0151 496 0000" };
static const char made[] = "2026-11-21T10:00:00Z";

static void
set_format(struct sample *s, int format, struct cp_buf *pdf, FILE *text,
    long page, int *pages)
{
	static const char *const to[] = { "Testa Mockingbury",
		"1 Sample Row", "Mockham", "ZZ99 1AA" };
	struct cp_press_spec spec = { .title = "Sample", .language = s->code,
		.rtl = strcmp(s->direction, "rtl") == 0, .face = s->face,
		.large = format == CP_FORMAT_LARGE,
		.easy = format == CP_FORMAT_EASY, .head = &head,
		.page_words = s->page, .reference_words = "Our reference",
		.qr_words = "QR", .date = "21 November 2026", .made = made };
	struct cp_letter letter = { .reference = "N-0000012-K", .to = to,
		.n_to = 4, .blocks = s->block, .n_blocks = s->n };
	struct cp_press *press = NULL;
	struct cp_err err = { 0 };
	const char *why;

	letters_must(cp_press_open(&spec, &press, &err), &err);
	letters_must(cp_press_add(press, &letter, pages, &why, &err), &err);
	letters_must(cp_press_finish(press, pdf, &err), &err);
	cp_press_free(press);
	fprintf(text, "LETTER\t%s\t%s\t%ld\t%d\n",
	    cp_format_word((enum cp_format)format), letter.reference, page,
	    *pages);
	for (size_t i = 0; i < letter.n_to; i++)
		fprintf(text, "TO\t%s\n", to[i]);
	for (size_t i = 0; i < s->n; i++)
		letters_put_block(text, &s->block[i]);
}

static void
set_sample(struct sample *s, const char *dir)
{
	static const int format[] = { CP_FORMAT_STANDARD, CP_FORMAT_LARGE,
		CP_FORMAT_EASY };
	struct cp_bind_spec spec = { .title = "Sample", .language = s->code,
		.rtl = strcmp(s->direction, "rtl") == 0, .figure = "QR",
		.made = made };
	FILE *out = letters_create(dir, s->code, "pdf");
	FILE *text = letters_create(dir, s->code, "txt");
	struct cp_bind *bind = NULL;
	struct cp_err err = { 0 };
	int64_t first = 1;
	struct cp_buf pdf;
	int pages;

	cp_buf_init(&pdf);
	fprintf(text, "TITLE\tSample\nFIGURE\tQR\nDIRECTION\t%s\n",
	    spec.rtl ? "R2L" : "L2R");
	letters_must(cp_bind_open(&spec, letters_write, out, &bind, &err),
	    &err);
	for (int i = 0; i < 3; i++) {
		set_format(s, format[i], &pdf, text, (long)first, &pages);
		letters_must(cp_bind_add(bind, pdf.data, pdf.len, NULL, 0,
		    &first, &pages, &err), &err);
		first += pages;
		cp_buf_reset(&pdf);
	}
	letters_must(cp_bind_finish(bind, &err), &err);
	cp_bind_free(bind);
	cp_buf_clear(&pdf);
	letters_close_file(out);
	letters_close_file(text);
}

void
letters_samples(const char *file, const char *dir)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t cap = 0;

	if (in == NULL) {
		perror(file);
		exit(1);
	}
	while (getline(&line, &cap, in) > 0) {
		struct sample s = { .n = 0 };

		if (parse(line, &s)) {
			put_blocks(&s);
			set_sample(&s, dir);
		}
		free(s.more);
	}
	free(line);
	(void)fclose(in);
}
