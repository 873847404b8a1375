#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/records/import_impl.h"

/*
 * A row that has the number of one record and the name of another would link
 * the two; where these are never to be linked, it is set aside.
 */

enum { PARTNERS_MAX = 32 };
/* How alike two spellings of one name are, at the least. */
static const double alike = 0.9;

static enum cp_rc
partners_of(struct cp_store *s, int64_t n, int64_t out[PARTNERS_MAX],
    size_t *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_LINK_PARTNERS);
	int row;
	enum cp_rc rc;

	*count = 0;
	cp_bind_int(q, n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (*count < PARTNERS_MAX)
			out[(*count)++] = cp_col_int(q, 0);
	return rc;
}

/* The document of record N or of the one that its number leads to; NULL where
 * that is not live. */
static enum cp_rc
document_of(struct cp_store *s, int64_t n, struct cp_document **out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_LED_TO);
	struct cp_record r;
	int64_t to;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_exec_int(q, n, &to, err);
	if (rc == CP_OK)
		rc = cp_record_at(s, to, &r, err);
	if (rc != CP_OK || r.state != CP_STATE_LIVE)
		return rc;
	return cp_gate_document(s, &r, CP_FOR_DECIDE, out, err);
}

static int
has_name(const struct cp_document *doc, const struct cp_name *name)
{
	struct cp_query q = { NULL, NULL, NULL };
	struct cp_buf text;
	double match;

	cp_buf_init(&text);
	cp_buf_printf(&text, "%s%s%s", name->given != NULL ? name->given : "",
	    name->given != NULL && name->family != NULL ? " " : "",
	    name->family != NULL ? name->family : "");
	q.name = cp_buf_text(&text);
	match = cp_document_match(doc, &q);
	cp_buf_clear(&text);
	return match >= alike;
}

static int
has_number(const struct cp_document *doc, const struct cp_number *number)
{
	for (size_t i = 0; i < doc->n_numbers; i++)
		if (doc->numbers[i].type == number->type &&
		    strcmp(doc->numbers[i].value, number->value) == 0)
			return 1;
	return 0;
}

/* Whether ROW says something that is OTHER's and not MINE. */
static int
says_of_other(const struct cp_document *row, const struct cp_document *mine,
    const struct cp_document *other)
{
	for (size_t i = 0; i < row->n_names; i++)
		if (has_name(other, &row->names[i]) &&
		    !has_name(mine, &row->names[i]))
			return 1;
	for (size_t i = 0; i < row->n_numbers; i++)
		if (has_number(other, &row->numbers[i]) &&
		    !has_number(mine, &row->numbers[i]))
			return 1;
	return 0;
}

/* Names that MINE does not know, and that PARTNER's keys do: they may be
 * hidden. */
static enum cp_rc
is_known_by_keys(struct cp_import *im, struct import_row *row,
    const struct cp_document *mine, int64_t partner, int *yes,
    struct cp_err *err)
{
	int64_t who[CP_MATCHES];
	size_t n = 0;
	int strange = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < row->doc->n_names; i++)
		strange |= !has_name(mine, &row->doc->names[i]);
	if (strange)
		rc = import_match(im, row, 0, who, &n, err);
	for (size_t i = 0; i < n; i++)
		*yes |= who[i] == partner;
	return rc;
}

/* *WHO: with whom ROW would link the record N that it is about. */
static enum cp_rc
links_of(struct cp_import *im, struct import_row *row, int64_t n,
    int64_t *who, struct cp_err *err)
{
	struct cp_document *mine = NULL, *other;
	int64_t partner[PARTNERS_MAX];
	size_t count;
	int yes;
	enum cp_rc rc = partners_of(im->store, n, partner, &count, err);

	if (rc == CP_OK && count > 0)
		rc = document_of(im->store, n, &mine, err);
	for (size_t i = 0; rc == CP_OK && mine != NULL && *who == 0 &&
	    i < count; i++) {
		other = NULL;
		rc = document_of(im->store, partner[i], &other, err);
		yes = rc == CP_OK && other != NULL &&
		    says_of_other(row->doc, mine, other);
		if (rc == CP_OK && !yes)
			rc = is_known_by_keys(im, row, mine, partner[i], &yes,
			    err);
		if (yes)
			*who = partner[i];
		cp_document_free(other);
	}
	cp_document_free(mine);
	return rc;
}

enum cp_rc
import_links(struct cp_import *im, struct import_row *row, int64_t self,
    int64_t *who, struct cp_err *err)
{
	struct cp_record r;
	int found;
	enum cp_rc rc = CP_OK;

	*who = 0;
	if (self != 0)
		rc = links_of(im, row, self, who, err);
	for (size_t i = 0; rc == CP_OK && *who == 0 && i < row->numbers.n;
	    i++) {
		rc = import_holder(im, row->numbers.key[i],
		    &row->doc->numbers[i], NULL, self, &r, &found, err);
		if (rc == CP_OK && found)
			rc = links_of(im, row, r.n, who, err);
	}
	return rc;
}
