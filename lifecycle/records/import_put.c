#include <string.h>

#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/records/number.h"
#include "lifecycle/store/json_put.h"

/* What the writer finds and stores. */

enum cp_rc
import_by_id(struct cp_import *im, const char *id, struct cp_record *r,
    int *found, struct cp_err *err)
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

enum cp_rc
import_holder(struct cp_import *im, uint64_t key,
    const struct cp_number *number, const struct cp_partial_date *birth,
    int64_t self, struct cp_record *r, int *found, struct cp_err *err)
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

enum cp_rc
import_refuse(struct cp_import *im, struct import_row *row, const char *key,
    const char *cause, struct cp_err *err)
{
	struct cp_reject *why = &row->why;

	(void)snprintf(why->path, sizeof(why->path), "%s%s", im->csv ? "" :
	    "$.", key);
	(void)snprintf(why->cause, sizeof(why->cause), "%s", cause);
	return import_reject(im, row->line, why, err);
}

enum cp_rc
import_check_numbers(struct cp_import *im, struct import_row *row,
    int64_t self, int *taken, struct cp_err *err)
{
	struct cp_record other;
	char key[48];
	int secret = 0;
	enum cp_rc rc = CP_OK;

	*taken = 0;
	for (size_t i = 0; rc == CP_OK && !*taken && i < row->numbers.n; i++) {
		if (row->doc->numbers[i].type != CP_NUMBER_NHS)
			continue;
		rc = import_holder(im, row->numbers.key[i],
		    &row->doc->numbers[i], NULL, self, &other, taken, err);
		(void)snprintf(key, sizeof(key), "numbers[%zu].value", i);
	}
	if (rc != CP_OK || !*taken)
		return rc;
	rc = import_is_shielded(im, &other, &secret, err);
	if (rc == CP_OK && secret)
		return import_aside(im, row, self, other.n, err);
	return rc == CP_OK ? import_refuse(im, row, im->csv ? "nhs" : key,
	    "another record has this NHS number", err) : rc;
}

enum cp_rc
import_refresh(struct import_row *row, struct cp_err *err)
{
	cp_buf_reset(&row->prepared.text);
	cp_document_text(row->doc, &row->prepared.text);
	return cp_buf_check(&row->prepared.text, err);
}

int
import_same(const struct cp_import *im, const struct import_row *row)
{
	return im->text.len == row->prepared.text.len &&
	    memcmp(im->text.data, row->prepared.text.data, im->text.len) == 0;
}

enum cp_rc
import_log(struct cp_import *im, const struct import_row *row,
    const char *action, const struct cp_record *was, struct cp_err *err)
{
	struct cp_entry e = { action, row->doc->id, NULL, NULL };
	struct cp_buf *b = &im->detail;
	enum cp_rc rc;

	cp_buf_reset(b);
	cp_json_open(b, '{');
	/* The name of a file of an intake tells what it is. */
	cp_json_put_member(b, "file", im->how.intake != NULL ? "stdin" :
	    im->file);
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

/* The ledger's entries for involvements of sensitive services. */
static enum cp_rc
enter_sensitive(struct cp_import *im, struct import_row *row, int64_t n,
    struct cp_err *err)
{
	return cp_sensitive_enter(im->store, im->rules, n, row->doc, "feed",
	    im->now, &row->entered, err);
}

enum cp_rc
import_create(struct cp_import *im, struct import_row *row,
    struct cp_err *err)
{
	int64_t n = 0;
	int taken;
	enum cp_rc rc = import_check_numbers(im, row, 0, &taken, err);

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
		rc = import_log(im, row, "record.create", NULL, err);
	im->report.created += rc == CP_OK;
	return rc;
}

enum cp_rc
import_replace(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	/* Its keys may not be in the index yet. */
	if (im->keys.first != 0 && r->n >= im->keys.first)
		rc = import_keys_flush(&im->keys, im->store, err);
	if (rc == CP_OK)
		rc = cp_record_replace(im->store, im->rules, r, old, row->doc,
		    im->now, err);
	if (rc == CP_OK)
		rc = enter_sensitive(im, row, r->n, err);
	if (rc == CP_OK)
		rc = import_log(im, row, "record.update", r, err);
	return rc;
}
