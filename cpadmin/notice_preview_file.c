/* CP_NEEDS_PAGES: letters are typeset. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "archive/file.h"
#include "cpadmin/notice_preview.h"
#include "lifecycle/store/json_put.h"

/* A preview as PDF, as text, or as a picture of each page. */

enum { PIXELS = 1240 }; /* 150 to an inch */

int
cp_preview_ending(const char *path)
{
	size_t n = strlen(path);
	const char *end = n > 4 && path[n - 5] != '/' ? path + n - 4 : "";

	return strcmp(end, ".pdf") == 0 ? 'p' : strcmp(end, ".txt") == 0 ?
	    't' : strcmp(end, ".png") == 0 ? 'g' : 0;
}

static enum cp_rc
keep(const char *path, const void *data, size_t len,
    struct cp_preview_files *out, struct cp_err *err)
{
	enum cp_rc rc = cp_file_write_durable(path, 0644, data, len, err);

	if (rc == CP_OK)
		cp_json_put_string(&out->json, path);
	return rc;
}

/* ---- text -------------------------------------------------------------------- */

static enum cp_rc
write_text(const struct cp_composed *c, const char *date, const char *path,
    int width, struct cp_preview_files *out, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_composed_text(c, c->reference, date, width, &text, err);
	if (rc == CP_OK)
		rc = keep(path, text.data, text.len, out, err);
	cp_buf_clear(&text);
	return rc;
}

/* ---- PDF --------------------------------------------------------------------- */

static enum cp_rc
write_pdf(struct cp_press *press, const struct cp_press_spec *spec,
    const struct cp_letter *letter, const char *path,
    struct cp_preview_files *out, struct cp_err *err)
{
	struct cp_buf part, whole;
	const char *why = NULL;
	enum cp_rc rc;

	cp_buf_init(&part);
	cp_buf_init(&whole);
	rc = cp_press_add(press, letter, &out->pages, &why, err);
	if (rc == CP_OK)
		rc = cp_press_finish(press, &part, err);
	if (rc == CP_OK)
		rc = cp_preview_bind(spec, &part, &whole, &out->pages, err);
	if (rc == CP_OK)
		rc = keep(path, whole.data, whole.len, out, err);
	cp_buf_clear(&part);
	cp_buf_clear(&whole);
	return rc;
}

/* ---- pictures ---------------------------------------------------------------- */

/* The first is kept until it is known whether it is the only one. */
struct pictures {
	const char *path;
	struct cp_buf first;
	struct cp_preview_files *out;
};

static enum cp_rc
write_page(const struct pictures *x, int page, const void *png, size_t len,
    struct cp_err *err)
{
	int stem = (int)(strlen(x->path) - strlen(".png"));
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%.*s-%d.png", stem, x->path,
	    page);

	if (n < 0 || (size_t)n >= sizeof(path))
		return cp_fail(err, CP_USAGE, "--output is too long");
	return keep(path, png, len, x->out, err);
}

static enum cp_rc
take_page(void *ctx, int page, const void *png, size_t len,
    struct cp_err *err)
{
	struct pictures *x = ctx;
	enum cp_rc rc = CP_OK;

	(void)page;
	if (++x->out->pages == 1) {
		cp_buf_put(&x->first, png, len);
		return cp_buf_check(&x->first, err);
	}
	if (x->out->pages == 2)
		rc = write_page(x, 1, x->first.data, x->first.len, err);
	return rc == CP_OK ? write_page(x, x->out->pages, png, len, err) : rc;
}

static enum cp_rc
write_pictures(struct cp_press *press, const struct cp_letter *letter,
    const char *path, int width, struct cp_preview_files *out,
    struct cp_err *err)
{
	struct pictures x = { .path = path, .out = out };
	enum cp_rc rc;

	cp_buf_init(&x.first);
	rc = cp_press_png(press, letter, width > 0 ? width : PIXELS,
	    take_page, &x, err);
	if (rc == CP_OK && out->pages == 1)
		rc = keep(path, x.first.data, x.first.len, out, err);
	cp_buf_clear(&x.first);
	return rc;
}

/* ---- any of them ------------------------------------------------------------- */

static enum cp_rc
write_pages(const struct cp_composed *c, const char *date,
    const struct cp_now *now, const char *path, int width,
    struct cp_preview_files *out, struct cp_err *err)
{
	struct cp_press *press = NULL;
	struct cp_press_spec spec;
	struct cp_letter letter;
	struct cp_blocks blocks;
	enum cp_rc rc;

	cp_blocks_init(&blocks);
	cp_preview_spec(c, date, now, &spec);
	rc = cp_composed_blocks(c, &blocks, err);
	cp_preview_letter(c, &blocks, &letter);
	if (rc == CP_OK)
		rc = cp_press_open(&spec, &press, err);
	if (rc == CP_OK)
		rc = cp_preview_ending(path) == 'p' ?
		    write_pdf(press, &spec, &letter, path, out, err) :
		    write_pictures(press, &letter, path, width, out, err);
	cp_press_free(press);
	cp_blocks_clear(&blocks);
	return rc;
}

enum cp_rc
cp_preview_write(const struct cp_composed *c, const char *date,
    const struct cp_now *now, const char *path, int width,
    struct cp_preview_files *out, struct cp_err *err)
{
	enum cp_rc rc;

	cp_json_open(&out->json, '[');
	rc = cp_preview_ending(path) == 't' ?
	    write_text(c, date, path, width, out, err) :
	    write_pages(c, date, now, path, width, out, err);
	cp_json_close(&out->json, ']');
	return rc == CP_OK ? cp_buf_check(&out->json, err) : rc;
}
