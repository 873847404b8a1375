#include <string.h>

#include "lifecycle/records/document_join.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/store/json.h"

/* A row that an officer said is somebody's, though it names them otherwise. */

static const char *const keys[] = { "cpadmin", "id", "authority", "names",
	"gender", "birth_date", "numbers", "addresses", "carers",
	"involvements", "left_england", "death", "letters" };
enum { KEYS = sizeof(keys) / sizeof(keys[0]), WHO_THEY_ARE = 6 };

static int
has_type(const struct cp_json *list, const char *type)
{
	const char *one;

	for (size_t i = 0; i < cp_json_size(list); i++) {
		one = cp_json_text(cp_json_get(cp_json_at(list, i), "type"));
		if (one != NULL && type != NULL && strcmp(one, type) == 0)
			return 1;
	}
	return 0;
}

/* All of MINE, and those of ROW's of which MINE has none. */
static void
put_numbers(const struct cp_json *mine, const struct cp_json *row,
    int with_row, struct cp_buf *out)
{
	const struct cp_json *v;

	cp_json_open(out, '[');
	for (size_t i = 0; i < cp_json_size(mine); i++) {
		if (i > 0)
			cp_buf_putc(out, ',');
		cp_json_dump(cp_json_at(mine, i), out);
	}
	for (size_t i = 0; with_row && i < cp_json_size(row); i++) {
		v = cp_json_at(row, i);
		if (has_type(mine, cp_json_text(cp_json_get(v, "type"))))
			continue;
		if (out->len > 0 && out->data[out->len - 1] == '}')
			cp_buf_putc(out, ',');
		cp_json_dump(v, out);
	}
	cp_json_close(out, ']');
}

static int
is_null(const struct cp_json *v)
{
	return v == NULL || cp_json_kind(v) == CP_JSON_NULL;
}

/* What MINE says of who it is, what ROW says of all else. */
static void
put_both(const struct cp_json *mine, const struct cp_json *row,
    int with_numbers, struct cp_buf *out)
{
	const struct cp_json *v;

	cp_json_open(out, '{');
	for (size_t i = 0; i < KEYS; i++) {
		v = cp_json_get(i < WHO_THEY_ARE ? mine : row, keys[i]);
		if (is_null(v))
			v = cp_json_get(mine, keys[i]);
		cp_json_put_key(out, keys[i]);
		if (i == WHO_THEY_ARE)
			put_numbers(cp_json_get(mine, keys[i]),
			    cp_json_get(row, keys[i]), with_numbers, out);
		else
			cp_json_dump(v, out);
	}
	cp_json_close(out, '}');
}

static enum cp_rc
join(struct cp_import *im, const struct cp_document *mine,
    const struct cp_document *row, int with_numbers, struct cp_document **out,
    struct cp_err *err)
{
	struct cp_json *a = NULL, *b = NULL;
	struct cp_reject why;
	struct cp_buf text;
	enum cp_rc rc = cp_document_tree(mine, &a, err);

	cp_buf_init(&text);
	if (rc == CP_OK)
		rc = cp_document_tree(row, &b, err);
	if (rc == CP_OK) {
		put_both(a, b, with_numbers, &text);
		rc = cp_buf_check(&text, err);
	}
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&text), text.len,
		    im->rules->today, out, &why, err);
	cp_buf_clear(&text);
	cp_json_free(a);
	cp_json_free(b);
	return rc;
}

enum cp_rc
import_as(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err)
{
	struct cp_document *mine = NULL, *both = NULL;
	struct cp_keys scratch = { 0 };
	struct cp_shield sh;
	enum cp_rc rc = cp_shield_of(im->store, r->n, &sh, err);

	if (rc == CP_OK)
		rc = cp_gate_document(im->store, r, CP_FOR_CHANGE, &mine, err);
	/* Numbers that are hidden are not to be hidden by other ones. */
	if (rc == CP_OK)
		rc = join(im, mine, row->doc, sh.n == 0 ||
		    (sh.hidden & CP_HIDE_NUMBERS) == 0, &both, err);
	if (rc == CP_OK) {
		cp_document_free(row->doc);
		row->doc = both;
		rc = import_key_numbers(im->rules, row, &scratch, err);
	}
	if (rc == CP_OK)
		rc = import_refresh(row, err);
	cp_keys_clear(&scratch);
	cp_document_free(mine);
	return rc;
}
