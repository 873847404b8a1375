#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/records/shield_near.h"
#include "lifecycle/records/shield_rules.h"

/* What a feed brings for shielded people. */

enum cp_rc
import_is_shielded(struct cp_import *im, const struct cp_record *r, int *yes,
    struct cp_err *err)
{
	struct cp_shield sh = { 0 };
	enum cp_rc rc = CP_OK;

	*yes = 0;
	if (im->shields)
		rc = cp_shield_of(im->store, r->n, &sh, err);
	*yes = sh.n != 0;
	return rc;
}

/* The keys of DOC are in the table; the filter is told of them. */
static enum cp_rc
learn(struct cp_import *im, const struct cp_document *doc, struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	enum cp_rc rc = CP_OK;

	im->shields = 1;
	if (im->filtered) {
		rc = cp_match_person(im->matcher, doc, &keys, err);
		if (rc == CP_OK)
			cp_matcher_learn(im->matcher, &keys);
	}
	cp_keys_clear(&keys);
	return rc;
}

/* What may be shown of ROW is left in it. */
static enum cp_rc
was_parted(struct import_row *row, struct cp_err *err)
{
	if (row->numbers.n > row->doc->n_numbers)
		row->numbers.n = row->doc->n_numbers;
	return import_refresh(row, err);
}

/* The case's entry, not the record's: that something came which does not show
 * would tell that there is a shield. */
static enum cp_rc
log_hidden(struct cp_import *im, const char *id, struct cp_err *err)
{
	char text[CP_SHIELD_ID] = "";

	(void)snprintf(text, sizeof(text), "%s", id);
	cp_buf_put(&im->cases, text, sizeof(text));
	return cp_buf_check(&im->cases, err);
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, CP_SHIELD_ID);
}

enum cp_rc
import_log_cases(struct cp_import *im, struct cp_err *err)
{
	struct cp_entry e = { "shield.update", NULL, NULL, NULL };
	struct cp_buf *b = &im->cases;
	enum cp_rc rc = CP_OK;

	if (b->len > 0)
		qsort(b->data, b->len / CP_SHIELD_ID, CP_SHIELD_ID,
		    compare_ids);
	for (size_t at = 0; rc == CP_OK && at < b->len; at += CP_SHIELD_ID) {
		e.subject = (const char *)b->data + at;
		rc = cp_audit_add(im->audit, &e, NULL, err);
	}
	cp_buf_reset(b);
	return rc;
}

enum cp_rc
import_behind(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, const struct cp_shield *sh,
    const struct cp_document *old, struct cp_err *err)
{
	struct cp_parted p = { 0, 0 };
	int taken = 0, same = 0;
	enum cp_rc rc = import_check_numbers(im, row, r->n, &taken, err);

	if (rc != CP_OK || taken)
		return rc;
	rc = learn(im, row->doc, err);
	if (rc == CP_OK)
		rc = cp_gate_part(im->store, r->n, row->doc, 1, im->now, &p,
		    err);
	if (rc == CP_OK)
		rc = was_parted(row, err);
	if (rc == CP_OK && p.sealed)
		rc = log_hidden(im, sh->id, err);
	same = rc == CP_OK && import_same(im, row);
	if (rc == CP_OK && !same)
		rc = import_replace(im, row, r, old, err);
	im->report.updated += rc == CP_OK && (p.sealed || !same);
	im->report.unchanged += rc == CP_OK && !p.sealed && same;
	return rc;
}

/* ---- intake ---- */

static struct cp_change
change_of(const struct cp_import *im)
{
	return (struct cp_change){ im->store, im->audit, im->rules, im->now };
}

static unsigned
hidden_set(const struct cp_import *im)
{
	unsigned set = im->how.intake->hidden;

	return set != 0 ? cp_shield_close(set) :
	    cp_shield_usual(im->rules->policy);
}

static void
add_near(struct cp_import *im, const struct import_row *row, const char *id,
    int same_person)
{
	struct cp_import_report *p = &im->report;
	struct cp_import_near *near;

	p->near++;
	if (p->n_near == CP_IMPORT_FIRST)
		return;
	near = &p->first_near[p->n_near++];
	(void)snprintf(near->file, sizeof(near->file), "%s", im->file);
	near->line = row->line;
	(void)snprintf(near->id, sizeof(near->id), "%s", id);
	near->same_person = same_person;
}

enum cp_rc
import_near(struct cp_import *im, const struct import_row *row, int64_t n,
    struct cp_err *err)
{
	struct cp_change c = change_of(im);
	struct cp_shield_near near;
	enum cp_rc rc = cp_shield_near_of(&c, im->matcher, n, row->doc, &near,
	    err);

	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < near.n_duplicates; i++)
		add_near(im, row, near.duplicate[i], 1);
	for (size_t i = 0; i < near.n_household; i++)
		add_near(im, row, near.household[i], 0);
	return CP_OK;
}

enum cp_rc
import_shield(struct cp_import *im, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_change c = change_of(im);
	struct cp_shield sh;
	enum cp_rc rc = cp_shield_of(im->store, r->n, &sh, err);

	if (rc != CP_OK || sh.n != 0)
		return rc;
	if (im->keys.first != 0)
		rc = import_keys_flush(&im->keys, im->store, err);
	if (rc == CP_OK)
		rc = cp_shield_request(&c, r, im->how.intake, &sh, err);
	if (rc == CP_OK)
		im->shields = 1;
	return rc;
}

/* The parted document's row, with its keys in the index at once. */
static enum cp_rc
insert(struct cp_import *im, struct import_row *row, struct cp_record *r,
    struct cp_err *err)
{
	static const struct cp_keys none = { 0 };
	int64_t n = 0;
	enum cp_rc rc = cp_prepare(im->rules, row->doc, &row->prepared, err);

	if (rc == CP_OK)
		rc = cp_prepared_insert(im->store, im->rules, row->doc,
		    &row->prepared, im->now, &n, err);
	if (rc == CP_OK)
		rc = cp_keys_change(im->store, &none, &row->prepared.keys, n,
		    err);
	if (rc == CP_OK)
		rc = cp_sensitive_enter(im->store, im->rules, n, row->doc,
		    "feed", im->now, &row->entered, err);
	if (rc == CP_OK)
		rc = import_log(im, row, "record.create", NULL, err);
	return rc == CP_OK ? cp_record_at(im->store, n, r, err) : rc;
}

/* WHOLE is ROW's document, of which only what may be shown is ever stored: it
 * is parted first, and sealed once there is a case to seal it for. */
static enum cp_rc
insert_behind(struct cp_import *im, struct import_row *row,
    struct cp_document *whole, struct cp_err *err)
{
	struct cp_change c = change_of(im);
	struct cp_parted p;
	struct cp_shield sh;
	struct cp_record r;
	struct cp_buf hidden;
	enum cp_rc rc;

	cp_buf_init(&hidden);
	rc = cp_document_hide(row->doc, hidden_set(im), &hidden, err);
	cp_buf_clear(&hidden);
	if (rc == CP_OK)
		rc = was_parted(row, err);
	if (rc == CP_OK)
		rc = insert(im, row, &r, err);
	if (rc == CP_OK)
		rc = cp_shield_request(&c, &r, im->how.intake, &sh, err);
	if (rc == CP_OK)
		rc = learn(im, whole, err);
	return rc == CP_OK ? cp_gate_part(im->store, r.n, whole, 1, im->now,
	    &p, err) : rc;
}

enum cp_rc
import_create_behind(struct cp_import *im, struct import_row *row,
    struct cp_err *err)
{
	const struct cp_buf *text = &row->prepared.text;
	struct cp_document *whole = NULL;
	struct cp_reject why;
	int taken = 0;
	enum cp_rc rc = import_check_numbers(im, row, 0, &taken, err);

	if (rc != CP_OK || taken)
		return rc;
	rc = cp_document_parse(cp_buf_text(text), text->len, im->rules->today,
	    &whole, &why, err);
	if (rc == CP_OK)
		rc = insert_behind(im, row, whole, err);
	im->report.created += rc == CP_OK;
	cp_document_free(whole);
	return rc;
}
