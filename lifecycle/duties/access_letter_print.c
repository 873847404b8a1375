#include "lifecycle/duties/access_letter.h"

#include "lifecycle/duties/letter_bind.h"
#include "lifecycle/duties/previewing.h"

/* An answer, or a letter about one, on paper. */

static enum cp_rc
put_bytes(void *ctx, const void *data, size_t len, struct cp_err *err)
{
	cp_buf_put(ctx, data, len);
	return cp_buf_check(ctx, err);
}

/* With its language, title and tags. */
static enum cp_rc
bind(const struct cp_press_spec *spec, const struct cp_buf *part,
    struct cp_buf *out, int *pages, struct cp_err *err)
{
	const struct cp_bind_spec as = { .title = spec->title,
		.language = spec->language, .rtl = spec->rtl,
		.author = spec->head->name, .figure = spec->qr_words,
		.made = spec->made };
	struct cp_bind *b = NULL;
	int64_t first;
	enum cp_rc rc = cp_bind_open(&as, put_bytes, out, &b, err);

	if (rc == CP_OK)
		rc = cp_bind_add(b, part->data, part->len, NULL, 0, &first,
		    pages, err);
	if (rc == CP_OK)
		rc = cp_bind_finish(b, err);
	cp_bind_free(b);
	return rc;
}

static enum cp_rc
set(const struct cp_press_spec *spec, const struct cp_letter *letter,
    struct cp_buf *part, int *pages, struct cp_err *err)
{
	struct cp_press *press = NULL;
	const char *why = NULL;
	enum cp_rc rc = cp_press_open(spec, &press, err);

	if (rc == CP_OK)
		rc = cp_press_add(press, letter, pages, &why, err);
	if (rc == CP_OK)
		rc = cp_press_finish(press, part, err);
	cp_press_free(press);
	return rc;
}

enum cp_rc
cp_access_print(const struct cp_composed *c, const struct cp_blocks *blocks,
    const char *title, const struct cp_now *now, struct cp_buf *out,
    int *pages, struct cp_err *err)
{
	struct cp_press_spec spec;
	struct cp_letter letter;
	struct cp_buf date, part, whole;
	int n = 0;
	enum cp_rc rc;

	cp_buf_init(&date);
	cp_buf_init(&part);
	cp_buf_init(&whole);
	cp_wording_date(c->wording->language, now->today, &date);
	rc = cp_buf_check(&date, err);
	cp_preview_spec(c, cp_buf_text(&date), now, &spec);
	cp_preview_letter(c, blocks, &letter);
	letter.is_long = 1;
	if (title != NULL)
		spec.title = title;
	if (rc == CP_OK)
		rc = set(&spec, &letter, &part, &n, err);
	if (rc == CP_OK)
		rc = bind(&spec, &part, &whole, &n, err);
	if (rc == CP_OK) {
		cp_buf_put(out, whole.data, whole.len);
		rc = cp_buf_check(out, err);
	}
	if (rc == CP_OK)
		*pages = n;
	cp_buf_clear(&date);
	cp_buf_clear(&part);
	cp_buf_clear(&whole);
	return rc;
}
