#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/store/operator.h"

enum { ID_TRIES = 100 };

void
import_row_clear(struct import_row *row)
{
	cp_document_free(row->doc);
	cp_prepared_clear(&row->prepared);
	cp_keys_clear(&row->numbers);
	cp_keys_clear(&row->match);
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

enum cp_rc
import_key_numbers(const struct cp_rules *rules, struct import_row *row,
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
		rc = cp_query_keys(&q, rules->salt, scratch, err);
		if (rc == CP_OK)
			keys->key[keys->n] = scratch->key[0];
	}
	return rc;
}

enum cp_rc
import_prepare_row(const struct cp_rules *rules, struct import_row *row,
    struct cp_keys *scratch, struct cp_err *err)
{
	char id[CP_ID_MAX];
	enum cp_rc rc = CP_OK;

	row->had_id = row->doc->id[0] != '\0';
	row->matched = row->marked = row->settled = 0;
	if (!row->had_id)
		rc = cp_id_new(id, err);
	if (rc == CP_OK && !row->had_id)
		rc = cp_document_set_id(row->doc, id, err);
	if (rc == CP_OK)
		rc = import_key_numbers(rules, row, scratch, err);
	return rc == CP_OK ?
	    cp_prepare(rules, row->doc, &row->prepared, err) : rc;
}

static enum cp_rc
prepare(const struct import_chunk *chunk, struct import_row *row,
    struct cp_keys *scratch, struct cp_err *err)
{
	enum cp_rc rc = parse(chunk, row, err);

	if (rc == CP_OK)
		rc = import_prepare_row(chunk->rules, row, scratch, err);
	if (rc == CP_OK && chunk->matcher != NULL)
		rc = import_mark(chunk->matcher, row, err);
	if (rc == CP_OK && chunk->matcher != NULL && chunk->match) {
		rc = cp_match_row(chunk->matcher, row->doc, &row->match, err);
		row->matched = rc == CP_OK;
	}
	return rc;
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

/* ---- in the writer ---- */

/* A row without an id is the record that has one of its numbers and was born
 * on the same day. */
static enum cp_rc
by_number(struct cp_import *im, const struct import_row *row,
    struct cp_record *r, int *found, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	*found = 0;
	for (size_t i = 0; rc == CP_OK && !*found && i < row->numbers.n; i++)
		rc = import_holder(im, row->numbers.key[i],
		    &row->doc->numbers[i], &row->doc->birth, 0, r, found,
		    err);
	return rc;
}

enum cp_rc
import_find(struct cp_import *im, const struct import_row *row,
    struct cp_record *r, int *found, struct cp_err *err)
{
	return row->had_id ? import_by_id(im, row->doc->id, r, found, err) :
	    by_number(im, row, r, found, err);
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
		return rc == CP_OK ? import_refresh(row, err) : rc;
	*refused = 1;
	cp_err_clear(err);
	return import_refuse(im, row, "birth_date", "after the death or the "
	    "leaving that the record holds", err);
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
	return rc == CP_OK && changed ? import_refresh(row, err) : rc;
}

/* ROW makes another document of R's, OLD, which no shield hides. */
static enum cp_rc
change(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_err *err)
{
	enum import_way way = IMPORT_ON;
	struct cp_record to;
	int taken;
	enum cp_rc rc = CP_OK;

	if (!row->settled && !import_same_person(row->doc, old))
		rc = import_doubt(im, row, r->n, &way, &to, err);
	if (rc != CP_OK || way == IMPORT_ASIDE)
		return rc;
	if (way == IMPORT_TO && to.n != r->n)
		return import_update(im, row, &to, err);
	rc = import_check_numbers(im, row, r->n, &taken, err);
	if (rc != CP_OK || taken)
		return rc;
	rc = import_replace(im, row, r, old, err);
	im->report.updated += rc == CP_OK;
	return rc;
}

/* ROW is about the live record R and differs from it. */
static enum cp_rc
merge(struct cp_import *im, struct import_row *row, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_document *old = NULL;
	struct cp_shield sh = { 0 };
	int refused = 0;
	enum cp_rc rc = cp_gate_document(im->store, r, CP_FOR_CHANGE, &old,
	    err);

	if (rc == CP_OK && im->csv)
		rc = keep_what_csv_lacks(im, row, old, &refused, err);
	if (rc == CP_OK && !refused)
		rc = keep_withdrawn_out(im, row, r, err);
	if (rc == CP_OK && !refused && im->shields)
		rc = cp_shield_of(im->store, r->n, &sh, err);
	if (rc == CP_OK && !refused) {
		if (import_same(im, row))
			im->report.unchanged++;
		else if (sh.n != 0)
			rc = import_behind(im, row, r, &sh, old, err);
		else
			rc = change(im, row, r, old, err);
	}
	cp_document_free(old);
	return rc;
}

/* A person's record that left the live ones takes no feed.  To set it aside
 * where it is shielded would tell that it is, whatever the row says. */
static enum cp_rc
not_live(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err)
{
	return import_refuse(im, row, "id",
	    r->state == CP_STATE_ARCHIVED ? "its record is archived" :
	    r->state == CP_STATE_MERGED ?
	    "its number was merged into another" :
	    "its record was destroyed", err);
}

enum cp_rc
import_update(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	/* Who settled it has seen to that. */
	if (!row->settled &&
	    !cp_operator_reaches(cp_store_actor(im->store), r->authority))
		return import_refuse(im, row, "id", "its record is with an "
		    "authority that the operator does not act for", err);
	if (r->state != CP_STATE_LIVE)
		return not_live(im, row, r, err);
	if (im->how.intake != NULL)
		rc = import_shield(im, r, err);
	if (rc == CP_OK && strcmp(row->doc->id, r->id) != 0) {
		rc = cp_document_set_id(row->doc, r->id, err);
		if (rc == CP_OK)
			rc = import_refresh(row, err);
	}
	cp_buf_reset(&im->text);
	if (rc == CP_OK)
		rc = cp_gate_text(im->store, r, CP_FOR_CHANGE, &im->text, err);
	if (rc != CP_OK)
		return rc;
	if (!import_same(im, row))
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
	enum cp_rc rc = import_by_id(im, row->doc->id, &r, &found, err);

	for (int i = 0; rc == CP_OK && found && i < ID_TRIES; i++) {
		rc = cp_id_new(id, err);
		if (rc == CP_OK)
			rc = cp_document_set_id(row->doc, id, err);
		if (rc == CP_OK)
			rc = import_refresh(row, err);
		if (rc == CP_OK)
			rc = import_by_id(im, id, &r, &found, err);
	}
	if (rc == CP_OK && found)
		rc = cp_fail(err, CP_FAILED, "no free identifying number");
	return rc;
}

enum cp_rc
import_new_one(struct cp_import *im, struct import_row *row,
    struct cp_err *err)
{
	enum import_way way;
	struct cp_record to;
	enum cp_rc rc = import_doubt(im, row, 0, &way, &to, err);

	if (rc != CP_OK || way == IMPORT_ASIDE)
		return rc;
	if (way == IMPORT_TO)
		return import_update(im, row, &to, err);
	if (!row->had_id)
		rc = settle_id(im, row, err);
	if (rc != CP_OK)
		return rc;
	return im->how.intake != NULL ? import_create_behind(im, row, err) :
	    import_create(im, row, err);
}

enum cp_rc
import_store(struct cp_import *im, struct import_row *row, struct cp_err *err)
{
	struct cp_record r;
	int found, open = 1;
	enum cp_rc rc = CP_OK;

	row->entered = 0;
	row->suppressed = 0;
	if (row->doc == NULL)
		return import_reject(im, row->line, &row->why, err);
	if (!cp_operator_reaches(cp_store_actor(im->store),
	    row->doc->authority))
		return import_refuse(im, row, "authority", "the operator does "
		    "not act for it", err);
	if (im->how.intake == NULL)
		rc = import_gate(im, row, &open, err);
	if (rc != CP_OK || !open)
		return rc;
	rc = import_find(im, row, &r, &found, err);
	if (rc == CP_OK && im->how.intake != NULL)
		rc = import_near(im, row, found ? r.n : 0, err);
	if (rc != CP_OK)
		return rc;
	return found ? import_update(im, row, &r, err) :
	    import_new_one(im, row, err);
}
