#include "lifecycle/records/number.h"

#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/records/keys.h"
#include "lifecycle/store/stmt.h"

enum cp_rc
cp_number_candidates(struct cp_store *s, uint64_t key, int64_t *rows,
    size_t *count, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_IMPORT_KEY_RECORDS);
	int row;
	enum cp_rc rc;

	*count = 0;
	cp_bind_int(q, (int64_t)key);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		if (*count < CP_NUMBER_CANDIDATES)
			rows[(*count)++] = cp_col_int(q, 0);
	return rc;
}

enum cp_rc
cp_number_is_held(struct cp_store *s, int64_t n,
    const struct cp_number *number, const struct cp_partial_date *birth,
    struct cp_record *r, int *yes, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	enum cp_rc rc = cp_record_at(s, n, r, err);

	*yes = 0;
	if (rc == CP_OK)
		rc = cp_gate_document(s, r, CP_FOR_DECIDE, &doc, err);
	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < doc->n_numbers; i++)
		if (doc->numbers[i].type == number->type &&
		    strcmp(doc->numbers[i].value, number->value) == 0)
			*yes = 1;
	if (birth != NULL && (birth->year != doc->birth.year ||
	    birth->month != doc->birth.month || birth->day != doc->birth.day))
		*yes = 0;
	cp_document_free(doc);
	return CP_OK;
}

/* Whether somebody else than N has NUMBER. */
static enum cp_rc
is_shared(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    const struct cp_number *number, int *yes, struct cp_err *err)
{
	struct cp_query q = { .number = number->value };
	int64_t rows[CP_NUMBER_CANDIDATES];
	struct cp_keys keys = { 0 };
	struct cp_record other;
	size_t count = 0;
	enum cp_rc rc = cp_query_keys(&q, rules->salt, &keys, err);

	*yes = 0;
	if (rc == CP_OK)
		rc = cp_number_candidates(s, keys.key[0], rows, &count, err);
	for (size_t i = 0; rc == CP_OK && !*yes && i < count; i++)
		if (rows[i] != n)
			rc = cp_number_is_held(s, rows[i], number, NULL,
			    &other, yes, err);
	cp_keys_clear(&keys);
	return rc;
}

static enum cp_rc
check_document(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    const struct cp_document *doc, struct cp_err *err)
{
	int shared = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && !shared && i < doc->n_numbers; i++)
		if (doc->numbers[i].type == CP_NUMBER_NHS)
			rc = is_shared(s, rules, n, &doc->numbers[i], &shared,
			    err);
	if (rc != CP_OK || !shared)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "another live record has the NHS "
	    "number of record %s", doc->id);
	cp_err_hint(err, "`cpadmin record find --number' finds it: one of the "
	    "two is wrong, or they are one person and to be merged");
	return CP_REFUSED;
}

enum cp_rc
cp_numbers_alone(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_record r;
	enum cp_rc rc = cp_record_at(s, n, &r, err);

	if (rc != CP_OK || r.state != CP_STATE_LIVE)
		return rc;
	rc = cp_gate_document(s, &r, CP_FOR_DECIDE, &doc, err);
	if (rc == CP_OK)
		rc = check_document(s, rules, n, doc, err);
	cp_document_free(doc);
	return rc;
}
