#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/quarantine.h"
#include "lifecycle/store/json.h"

/* What was sealed of a row. */

void
cp_quarantine_row_clear(struct cp_quarantine_row *row)
{
	cp_document_free(row->doc);
	memset(row, 0, sizeof(*row));
}

static void
add_who(struct cp_quarantine_row *row, int64_t n)
{
	for (size_t i = 0; i < row->n_who; i++)
		if (row->who[i] == n)
			return;
	if (row->n_who < CP_QUARANTINE_WHO && n != row->self)
		row->who[row->n_who++] = n;
}

static enum cp_rc
read_who(const struct cp_json *v, struct cp_quarantine_row *out,
    struct cp_err *err)
{
	const struct cp_json *list = cp_json_get(v, "who");
	int64_t n;
	enum cp_rc rc = cp_json_need_int(v, "self", &out->self, err);

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		if (!cp_json_int(cp_json_at(list, i), &n))
			rc = cp_fail(err, CP_BAD_INPUT, "not a list of "
			    "records");
		else
			add_who(out, n);
	}
	out->csv = cp_json_true(cp_json_get(v, "csv"));
	return rc;
}

static enum cp_rc
read_row(const struct cp_buf *text, struct cp_quarantine_row *out,
    struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_json *v = NULL;
	struct cp_reject why;
	struct cp_buf doc;
	enum cp_rc rc = cp_json_parse(cp_buf_text(text), text->len, &v, err);

	cp_buf_init(&doc);
	if (rc == CP_OK && cp_json_get(v, "row") == NULL)
		rc = cp_fail(err, CP_BAD_INPUT, "there is no row");
	if (rc == CP_OK) {
		cp_json_dump(cp_json_get(v, "row"), &doc);
		rc = cp_buf_check(&doc, err);
	}
	if (rc == CP_OK)
		rc = read_who(v, out, err);
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&doc), doc.len, any,
		    &out->doc, &why, err);
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	cp_buf_clear(&doc);
	cp_json_free(v);
	return rc;
}

/* Whom it might be about by now. */
static enum cp_rc
match(struct cp_store *s, struct cp_quarantine_row *row, struct cp_err *err)
{
	struct cp_matcher *m = NULL;
	struct cp_keys keys = { 0 };
	int64_t who[CP_MATCHES];
	size_t n = 0;
	enum cp_rc rc = cp_matcher_open(s, &m, err);

	if (rc == CP_OK)
		rc = cp_match_row(m, row->doc, &keys, err);
	if (rc == CP_OK)
		rc = cp_match_find(m, s, &keys, row->self, who, &n, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		add_who(row, who[i]);
	cp_keys_clear(&keys);
	cp_matcher_free(m);
	return rc;
}

enum cp_rc
cp_quarantine_open(struct cp_store *s, const struct cp_quarantine *q,
    const struct cp_secret *identity, struct cp_quarantine_row *out,
    struct cp_err *err)
{
	struct cp_quarantine_row row = { 0 };
	struct cp_buf text;
	enum cp_rc rc;

	if (q->compartment == 0)
		return cp_fail(err, CP_REFUSED, "%s is settled: it was %s",
		    q->id, q->status);
	cp_buf_init(&text);
	rc = cp_compartment_open(s, q->compartment, identity, &text, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = read_row(&text, &row, err);
	if (rc == CP_OK)
		rc = match(s, &row, err);
	cp_buf_clear(&text);
	if (rc != CP_OK) {
		cp_quarantine_row_clear(&row);
		return rc;
	}
	*out = row;
	return CP_OK;
}
