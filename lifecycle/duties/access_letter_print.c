#include "lifecycle/duties/access_letter.h"

#include "lifecycle/duties/previewing.h"

/* An answer, or a letter about one, on paper. */

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
		rc = cp_preview_bind(&spec, &part, &whole, &n, err);
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
