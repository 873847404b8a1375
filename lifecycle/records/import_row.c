#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/records/number.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/operator.h"

enum { ID_TRIES = 100 };

void
import_row_clear(struct import_row *row)
{
	cp_document_free(row->doc);
	cp_prepared_clear(&row->prepared);
	cp_keys_clear(&row->numbers);
	row->doc = NULL;
}

/* ---- in a worker ---- */

static void
refuse(struct cp_reject *why, const char *path, const char *cause)
{
	(void)snprintf(why->path, sizeof(why->path), "%s", path);
	(void)snprintf(why->cause, sizeof(why->cause), "%s", cause);
}

static enum cp_rc
parse(const struct import_chunk *chunk, struct import_row *row,
    struct cp_err *err)
{
	const char *field[CP_CSV_COLUMNS];
	const char *text = cp_buf_text(&chunk->bytes) + row->at;

	if (row->bad != NULL) {
		refuse(&row->why, chunk->csv ? "" : "$", row->bad);
		return CP_BAD_INPUT;
	}
	if (!chunk->csv)
		return cp_document_parse(text, row->len, chunk->rules->today,
		    &row->doc, &row->why, err);
	for (int i = 0; i < CP_CSV_COLUMNS; i++) {
		field[i] = text;
		text += strlen(text) + 1;
	}
	return cp_document_from_csv(field, chunk->rules->today, &row->doc,
	    &row->why, err);
}

/* The search keys of its numbers, in their order. */
static enum cp_rc
key_numbers(const struct import_chunk *chunk, struct import_row *row,
    struct cp_keys *scratch, struct cp_err *err)
{
	struct cp_query q = { NULL, NULL, NULL };
	struct cp_keys *keys = &row->numbers;
	size_t n = row->doc->n_numbers;
	uint64_t *more;
	enum cp_rc rc = CP_OK;

	if (n > keys->cap) {
		more = realloc(keys->key, n * sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		keys->key = more;
		keys->cap = n;
	}
	for (keys->n = 0; rc == CP_OK && keys->n < n; keys->n++) {
		q.number = row->doc->numbers[keys->n].value;
		rc = cp_query_keys(&q, chunk->rules->salt, scratch, err);
		if (rc == CP_OK)
			keys->key[keys->n] = scratch->key[0];
	}
	return rc;
}

static enum cp_rc
prepare(const struct import_chunk *chunk, struct import_row *row,
    struct cp_keys *scratch, struct cp_err *err)
{
	char id[CP_ID_MAX];
	enum cp_rc rc = parse(chunk, row, err);

	if (rc != CP_OK)
		return rc;
	row->had_id = row->doc->id[0] != '\0';
	if (!row->had_id)
		rc = cp_id_new(id, err);
	if (rc == CP_OK && !row->had_id)
		rc = cp_document_set_id(row->doc, id, err);
	if (rc == CP_OK)
		rc = key_numbers(chunk, row, scratch, err);
	return rc == CP_OK ?
	    cp_prepare(chunk->rules, row->doc, &row->prepared, err) : rc;
}

void
import_prepare(struct import_chunk *chunk)
{
	struct cp_keys scratch = { 0 };
	struct import_row *row;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < chunk->n; i++) {
		row = &chunk->row[i];
		cp_document_free(row->doc);
		row->doc = NULL;
		rc = prepare(chunk, row, &scratch, &chunk->err);
		if (rc == CP_BAD_INPUT && row->doc == NULL)
			rc = CP_OK; /* the row's own fault */
	}
	chunk->rc = rc;
	cp_keys_clear(&scratch);
}

/* ---- in the writer: who it is ---- */

static enum cp_rc
by_id(struct cp_import *im, const char *id, struct cp_record *r, int *found,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(im->store, SQL_RECORD_BY_ID);
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, found, err);
	if (rc == CP_OK && *found) {
		rc = cp_record_read(q, r, err);
		cp_reset(q);
	}
	return rc;
}

/* The live record other than SELF that has NUMBER, whose key is KEY. */
static enum cp_rc
holder(struct cp_import *im, uint64_t key, const struct cp_number *number,
    const struct cp_partial_date *birth, int64_t self, struct cp_record *r,
    int *found, struct cp_err *err)
{
	int64_t n[2 * CP_NUMBER_CANDIDATES], one;
	size_t count = 0, place = 0;
	enum cp_rc rc = cp_number_candidates(im->store, key, n, &count, err);

	*found = 0;
	while (rc == CP_OK && count < 2 * CP_NUMBER_CANDIDATES &&
	    (one = import_keys_find(&im->keys, key, &place)) != 0)
		n[count++] = one;
	for (size_t i = 0; rc == CP_OK && !*found && i < count; i++)
		if (n[i] != self)
			rc = cp_number_is_held(im->store, n[i], number, birth,
			    r, found, err);
	return rc;
}

/* A row without an id is the record that has one of its numbers and was born
 * on the same day. */
static enum cp_rc
by_number(struct cp_import *im, const struct import_row *row,
    struct cp_record *r, int *found, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	*found = 0;
	for (size_t i = 0; rc == CP_OK && !*found && i < row->numbers.n; i++)
		rc = holder(im, row->numbers.key[i], &row->doc->numbers[i],
		    &row->doc->birth, 0, r, found, err);
	return rc;
}

/* ---- in the writer: what is done ---- */

/* WAS is the record that ROW changes, or NULL. */
static enum cp_rc
log_row(struct cp_import *im, const struct import_row *row,
    const char *action, const struct cp_record *was, struct cp_err *err)
{
	struct cp_entry e = { action, row->doc->id, NULL, NULL };
	struct cp_buf *b = &im->detail;
	enum cp_rc rc;

	cp_buf_reset(b);
	cp_json_open(b, '{');
	cp_json_put_member(b, "file", im->file);
	cp_json_put_key(b, "line");
	cp_json_put_int(b, (int64_t)row->line);
	if (im->how.reason != NULL)
		cp_json_put_member(b, "reason", im->how.reason);
	if (was != NULL && strcmp(was->authority, row->doc->authority) != 0) {
		cp_json_put_member(b, "from", was->authority);
		cp_json_put_member(b, "to", row->doc->authority);
	}
	if (row->entered > 0) {
		cp_json_put_key(b, "consents");
		cp_json_put_int(b, row->entered);
	}
	if (row->suppressed > 0) {
		cp_json_put_key(b, "suppressed");
		cp_json_put_int(b, row->suppressed);
	}
	cp_json_close(b, '}');
	rc = cp_buf_check(b, err);
	e.detail = cp_buf_text(b);
	return rc == CP_OK ? cp_audit_add(im->audit, &e, NULL, err) : rc;
}

static enum cp_rc
reject(struct cp_import *im, struct import_row *row, const char *key,
    const char *cause, struct cp_err *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s%s", im->csv ? "" : "$.", key);
	refuse(&row->why, path, cause);
	return import_reject(im, row->line, &row->why, err);
}

/* Another record has its NHS number: *TAKEN, and the row is rejected. */
static enum cp_rc
check_numbers(struct cp_import *im, struct import_row *row, int64_t self,
    int *taken, struct cp_err *err)
{
	struct cp_record other;
	char key[48];
	enum cp_rc rc = CP_OK;

	*taken = 0;
	for (size_t i = 0; rc == CP_OK && !*taken && i < row->numbers.n; i++) {
		if (row->doc->numbers[i].type != CP_NUMBER_NHS)
			continue;
		rc = holder(im, row->numbers.key[i], &row->doc->numbers[i],
		    NULL, self, &other, taken, err);
		(void)snprintf(key, sizeof(key), "numbers[%zu].value", i);
	}
	if (rc != CP_OK || !*taken)
		return rc;
	return reject(im, row, im->csv ? "nhs" : key,
	    "another record has this NHS number", err);
}

/* The ledger's entries for involvements of sensitive services. */
static enum cp_rc
enter_sensitive(struct cp_import *im, struct import_row *row, int64_t n,
    struct cp_err *err)
{
	return cp_sensitive_enter(im->store, im->rules, n, row->doc, "feed",
	    im->now, &row->entered, err);
}

static enum cp_rc
create(struct cp_import *im, struct import_row *row, struct cp_err *err)
{
	int64_t n = 0;
	int taken;
	enum cp_rc rc = check_numbers(im, row, 0, &taken, err);

	if (rc != CP_OK || taken)
		return rc;
	rc = cp_prepared_insert(im->store, im->rules, row->doc, &row->prepared,
	    im->now, &n, err);
	if (rc == CP_OK)
		rc = import_keys_add(&im->keys, &row->prepared.keys,
		    &row->numbers, n, err);
	if (rc == CP_OK)
		rc = enter_sensitive(im, row, n, err);
	if (rc == CP_OK)
		rc = log_row(im, row, "record.create", NULL, err);
	im->report.created += rc == CP_OK;
	return rc;
}

/* Makes ROW's text anew: it has another id, or more, than when prepared. */
static enum cp_rc
refresh_text(struct import_row *row, struct cp_err *err)
{
	cp_buf_reset(&row->prepared.text);
	cp_document_text(row->doc, &row->prepared.text);
	return cp_buf_check(&row->prepared.text, err);
}

/* CSV has no columns for death and leaving: what the record says of them
 * stays.  *REFUSED where they do not fit the row's birth date. */
static enum cp_rc
keep_what_csv_lacks(struct cp_import *im, struct import_row *row,
    const struct cp_document *old, int *refused, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	*refused = 0;
	if (cp_date_set(old->death_notified))
		rc = cp_document_set_death(row->doc, old->died_on,
		    old->death_notified, err);
	if (rc == CP_OK && old->left_intention != CP_INTENTION_NONE)
		rc = cp_document_set_left(row->doc, old->left_on,
		    old->left_intention, err);
	if (rc != CP_BAD_INPUT)
		return rc == CP_OK ? refresh_text(row, err) : rc;
	*refused = 1;
	cp_err_clear(err);
	return reject(im, row, "birth_date", "after the death or the leaving "
	    "that the record holds", err);
}

/* What the person withdrew does not come back; what the ledger marks stays
 * marked. */
static enum cp_rc
keep_withdrawn_out(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err)
{
	int changed = 0;
	enum cp_rc rc = cp_sensitive_filter(im->store, im->rules, r->n,
	    row->doc, &row->suppressed, &changed, err);

	im->report.suppressed += row->suppressed;
	return rc == CP_OK && changed ? refresh_text(row, err) : rc;
}

static int
same_text(const struct cp_import *im, const struct import_row *row)
{
	return im->text.len == row->prepared.text.len &&
	    memcmp(im->text.data, row->prepared.text.data, im->text.len) == 0;
}

static enum cp_rc
replace(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_err *err)
{
	int taken;
	enum cp_rc rc = check_numbers(im, row, r->n, &taken, err);

	if (rc != CP_OK || taken)
		return rc;
	/* Its keys may not be in the index yet. */
	if (im->keys.first != 0 && r->n >= im->keys.first)
		rc = import_keys_flush(&im->keys, im->store, err);
	if (rc == CP_OK)
		rc = cp_record_replace(im->store, im->rules, r, old, row->doc,
		    im->now, err);
	if (rc == CP_OK)
		rc = enter_sensitive(im, row, r->n, err);
	if (rc == CP_OK)
		rc = log_row(im, row, "record.update", r, err);
	im->report.updated += rc == CP_OK;
	return rc;
}

/* ROW is about the live record R and differs from it. */
static enum cp_rc
merge(struct cp_import *im, struct import_row *row, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_document *old = NULL;
	int refused = 0;
	enum cp_rc rc = cp_gate_document(im->store, r, CP_FOR_CHANGE, &old,
	    err);

	if (rc == CP_OK && im->csv)
		rc = keep_what_csv_lacks(im, row, old, &refused, err);
	if (rc == CP_OK && !refused)
		rc = keep_withdrawn_out(im, row, r, err);
	if (rc == CP_OK && !refused) {
		if (same_text(im, row))
			im->report.unchanged++;
		else
			rc = replace(im, row, r, old, err);
	}
	cp_document_free(old);
	return rc;
}

/* ROW is about the record R. */
static enum cp_rc
update(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (!cp_operator_reaches(cp_store_actor(im->store), r->authority))
		return reject(im, row, "id", "its record is with an authority "
		    "that the operator does not act for", err);
	if (r->state != CP_STATE_LIVE)
		return reject(im, row, "id", r->state == CP_STATE_ARCHIVED ?
		    "its record is archived" : r->state == CP_STATE_MERGED ?
		    "its number was merged into another" :
		    "its record was destroyed", err);
	if (strcmp(row->doc->id, r->id) != 0) {
		rc = cp_document_set_id(row->doc, r->id, err);
		if (rc == CP_OK)
			rc = refresh_text(row, err);
	}
	cp_buf_reset(&im->text);
	if (rc == CP_OK)
		rc = cp_gate_text(im->store, r, CP_FOR_CHANGE, &im->text, err);
	if (rc != CP_OK)
		return rc;
	if (!same_text(im, row))
		return merge(im, row, r, err);
	im->report.unchanged++;
	return CP_OK;
}

/* A number of its own for a row without one, should chance have given it one
 * that is taken. */
static enum cp_rc
settle_id(struct cp_import *im, struct import_row *row, struct cp_err *err)
{
	char id[CP_ID_MAX];
	struct cp_record r;
	int found;
	enum cp_rc rc = by_id(im, row->doc->id, &r, &found, err);

	for (int i = 0; rc == CP_OK && found && i < ID_TRIES; i++) {
		rc = cp_id_new(id, err);
		if (rc == CP_OK)
			rc = cp_document_set_id(row->doc, id, err);
		if (rc == CP_OK)
			rc = refresh_text(row, err);
		if (rc == CP_OK)
			rc = by_id(im, id, &r, &found, err);
	}
	if (rc == CP_OK && found)
		rc = cp_fail(err, CP_FAILED, "no free identifying number");
	return rc;
}

enum cp_rc
import_store(struct cp_import *im, struct import_row *row, struct cp_err *err)
{
	struct cp_record r;
	int found;
	enum cp_rc rc;

	row->entered = 0;
	row->suppressed = 0;
	if (row->doc == NULL)
		return import_reject(im, row->line, &row->why, err);
	if (!cp_operator_reaches(cp_store_actor(im->store),
	    row->doc->authority))
		return reject(im, row, "authority", "the operator does not "
		    "act for it", err);
	rc = row->had_id ? by_id(im, row->doc->id, &r, &found, err) :
	    by_number(im, row, &r, &found, err);
	if (rc != CP_OK)
		return rc;
	if (found)
		return update(im, row, &r, err);
	if (!row->had_id)
		rc = settle_id(im, row, err);
	return rc == CP_OK ? create(im, row, err) : rc;
}
