#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/golive.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/store/json_put.h"

/* Rows that might be about somebody else than they seem to be. */

enum { ID_TRIES = 100 };

/* ---- what the store has ---- */

static enum cp_rc
open_matcher(struct cp_import *im, struct cp_err *err)
{
	if (im->matcher != NULL || (!im->shields && !im->quarantines &&
	    !im->links && im->how.intake == NULL && im->settling == NULL))
		return CP_OK;
	return cp_matcher_open(im->store, &im->matcher, err);
}

enum cp_rc
import_look(struct cp_import *im, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(im->store, SQL_INTAKE_DOUBTS);
	int64_t head;
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK || !row)
		return rc;
	head = cp_col_null(q, 3) ? -1 : cp_col_int(q, 3);
	if (im->looked && head == im->head) {
		cp_reset(q);
		return CP_OK;
	}
	im->shields = cp_col_int(q, 0) != 0;
	im->quarantines = cp_col_int(q, 1) != 0;
	im->links = cp_col_int(q, 2) != 0;
	im->head = head;
	im->looked = 1;
	memset(im->gate, 0, sizeof(im->gate));
	cp_reset(q);
	rc = open_matcher(im, err);
	if (rc == CP_OK && im->matcher != NULL)
		rc = im->filtered ?
		    cp_matcher_fill(im->matcher, im->store, err) :
		    cp_matcher_check(im->matcher, im->store, err);
	return rc;
}

enum cp_rc
import_looked(struct cp_import *im, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(im->store, SQL_INTAKE_DOUBTS);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && row) {
		im->head = cp_col_null(q, 3) ? -1 : cp_col_int(q, 3);
		cp_reset(q);
	}
	return rc;
}

/* ---- the go-live gate ---- */

/* The one place in which AUTHORITY may be kept. */
static struct import_gate *
place_of(struct cp_import *im, const char *authority)
{
	unsigned h = 5381;

	for (const char *c = authority; *c != '\0'; c++)
		h = h * 33 + (unsigned char)*c;
	return &im->gate[h % IMPORT_GATES];
}

static enum cp_rc
ask_gate(struct cp_import *im, const char *authority, struct import_gate *g,
    struct cp_err *err)
{
	enum cp_rc rc = cp_gate_open(im->store, authority, err);

	g->open = rc == CP_OK;
	if (rc == CP_REFUSED) {
		cp_err_clear(err);
		rc = cp_golive_tried(im->store, authority, im->now, err);
	}
	(void)snprintf(g->authority, sizeof(g->authority), "%s",
	    rc == CP_OK ? authority : "");
	return rc;
}

enum cp_rc
import_gate(struct cp_import *im, struct import_row *row, int *open,
    struct cp_err *err)
{
	const char *authority = row->doc->authority;
	struct import_gate *g = place_of(im, authority);
	enum cp_rc rc = CP_OK;

	if (strcmp(g->authority, authority) != 0)
		rc = ask_gate(im, authority, g, err);
	*open = g->open;
	return rc != CP_OK || *open ? rc : import_refuse(im, row, "authority",
	    "its shielding pass is not signed off", err);
}

/* ---- who a row says it is about ---- */

static int
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
import_same_person(const struct cp_document *a, const struct cp_document *b)
{
	if (a->n_names != b->n_names || a->n_numbers != b->n_numbers ||
	    a->birth.year != b->birth.year ||
	    a->birth.month != b->birth.month || a->birth.day != b->birth.day)
		return 0;
	for (size_t i = 0; i < a->n_names; i++)
		if (!same_text(a->names[i].given, b->names[i].given) ||
		    !same_text(a->names[i].family, b->names[i].family))
			return 0;
	for (size_t i = 0; i < a->n_numbers; i++)
		if (a->numbers[i].type != b->numbers[i].type ||
		    strcmp(a->numbers[i].value, b->numbers[i].value) != 0)
			return 0;
	return 1;
}

enum cp_rc
import_mark(const struct cp_matcher *m, struct import_row *row,
    struct cp_err *err)
{
	const struct cp_document *doc = row->doc;
	char birth[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	/* By a name and a birth date alone they are another's somewhere else:
	 * neither may take the other's place. */
	cp_buf_init(&b);
	cp_json_open(&b, '[');
	cp_json_put_string(&b, row->had_id ? doc->id : NULL);
	if (!row->had_id && doc->n_numbers == 0)
		cp_json_put_string(&b, doc->authority);
	cp_json_put_string(&b, cp_partial_format(doc->birth, birth));
	for (size_t i = 0; i < doc->n_names; i++) {
		cp_json_open(&b, '[');
		cp_json_put_string(&b, doc->names[i].given);
		cp_json_put_string(&b, doc->names[i].family);
		cp_json_close(&b, ']');
	}
	for (size_t i = 0; i < doc->n_numbers; i++)
		cp_json_put_string(&b, doc->numbers[i].value);
	cp_json_close(&b, ']');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_match_digest(m, "mark", b.data, b.len, row->mark, err);
	row->marked = rc == CP_OK;
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
import_match(struct cp_import *im, struct import_row *row, int64_t self,
    int64_t out[CP_MATCHES], size_t *n, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	*n = 0;
	if (!im->shields)
		return CP_OK;
	if (!row->matched)
		rc = cp_match_row(im->matcher, row->doc, &row->match, err);
	if (rc != CP_OK)
		return rc;
	row->matched = 1;
	if (!im->filtered && ++im->doubted > IMPORT_FILTER_FROM) {
		rc = cp_matcher_fill(im->matcher, im->store, err);
		im->filtered = rc == CP_OK;
	}
	return rc == CP_OK ? cp_match_find(im->matcher, im->store, &row->match,
	    self, out, n, err) : rc;
}

/* ---- setting aside ---- */

/* Its document as it came: without the id that it was given here. */
static void
put_document(const struct import_row *row, struct cp_buf *out)
{
	static const char before[] = "{\"cpadmin\":\"record/1\"";
	const char *text = cp_buf_text(&row->prepared.text);
	const char *rest = strstr(text, ",\"authority\":");

	if (row->had_id || rest == NULL) {
		cp_json_put_raw(out, text, row->prepared.text.len);
		return;
	}
	cp_json_put_raw(out, before, sizeof(before) - 1);
	cp_buf_puts(out, rest);
}

static enum cp_rc
digest_row(struct cp_import *im, const struct import_row *row,
    uint8_t digest[IMPORT_MARK], struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	put_document(row, &b);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_match_digest(im->matcher, "row", b.data, b.len,
		    digest, err);
	cp_buf_clear(&b);
	return rc;
}

/* The row, and whom it might be about, to compartment *N. */
static enum cp_rc
seal_row(struct cp_import *im, const struct import_row *row, int64_t self,
    const int64_t *who, size_t n_who, int64_t *n, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "row");
	put_document(row, &b);
	cp_json_put_key(&b, "csv");
	cp_json_put_bool(&b, im->csv);
	cp_json_put_key(&b, "self");
	cp_json_put_int(&b, self);
	cp_json_put_key(&b, "who");
	cp_json_open(&b, '[');
	for (size_t i = 0; i < n_who; i++)
		cp_json_put_int(&b, who[i]);
	cp_json_close(&b, ']');
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(im->store, 0,
		    CP_COMPARTMENT_QUARANTINE, cp_buf_text(&b), b.len,
		    im->now, n, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
log_aside(struct cp_import *im, const char *action, const char *id,
    struct cp_err *err)
{
	struct cp_entry e = { action, id, NULL, NULL };

	return cp_audit_add(im->audit, &e, NULL, err);
}

static enum cp_rc
new_id(struct cp_import *im, char id[CP_QUARANTINE_ID], struct cp_err *err)
{
	char number[CP_ID_MAX];
	struct cp_stmt *q;
	int found = 1;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && found && i < ID_TRIES; i++) {
		rc = cp_id_new(number, err);
		if (rc != CP_OK)
			break;
		(void)snprintf(id, CP_QUARANTINE_ID, "Q-%.11s", number + 3);
		q = cp_stmt(im->store, SQL_QUARANTINE_BY_ID);
		cp_bind_text(q, id);
		rc = cp_step(q, &found, err);
		cp_reset(q);
	}
	return rc == CP_OK && found ? cp_fail(err, CP_FAILED,
	    "no free number") : rc;
}

static enum cp_rc
add(struct cp_import *im, const struct import_row *row,
    const uint8_t digest[IMPORT_MARK], int64_t compartment,
    struct cp_err *err)
{
	char id[CP_QUARANTINE_ID];
	struct cp_stmt *q;
	enum cp_rc rc = new_id(im, id, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(im->store, SQL_QUARANTINE_ADD);
	cp_bind_text(q, id);
	cp_bind_text(q, row->doc->authority);
	cp_bind_text(q, im->file);
	cp_bind_int(q, (int64_t)row->line);
	cp_bind_text(q, im->now->time);
	cp_bind_blob(q, row->mark, IMPORT_MARK);
	cp_bind_blob(q, digest, IMPORT_MARK);
	cp_bind_int(q, compartment);
	rc = cp_exec(q, err);
	im->quarantines = 1;
	return rc == CP_OK ? log_aside(im, "quarantine.add", id, err) : rc;
}

static enum cp_rc
renew(struct cp_import *im, const struct import_row *row,
    const struct cp_quarantine *known, const uint8_t digest[IMPORT_MARK],
    int64_t compartment, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(im->store, SQL_QUARANTINE_RENEW);
	enum cp_rc rc;

	cp_bind_int(q, known->n);
	cp_bind_text(q, row->doc->authority);
	cp_bind_text(q, im->file);
	cp_bind_int(q, (int64_t)row->line);
	cp_bind_text(q, im->now->time);
	cp_bind_blob(q, digest, IMPORT_MARK);
	cp_bind_int(q, compartment);
	rc = cp_exec(q, err);
	if (rc == CP_OK && known->compartment != 0)
		rc = cp_compartment_drop_one(im->store, known->compartment,
		    err);
	return rc == CP_OK ? log_aside(im, "quarantine.renew", known->id,
	    err) : rc;
}

/* KNOWN->n is 0 where such a row was never set aside. */
static enum cp_rc
set_aside(struct cp_import *im, struct import_row *row, int64_t self,
    const int64_t *who, size_t n_who, const struct cp_quarantine *known,
    struct cp_err *err)
{
	uint8_t digest[IMPORT_MARK];
	int64_t compartment = 0;
	enum cp_rc rc = digest_row(im, row, digest, err);

	if (rc == CP_OK)
		rc = seal_row(im, row, self, who, n_who, &compartment, err);
	if (rc == CP_REFUSED) { /* nobody could open it */
		cp_err_clear(err);
		return import_refuse(im, row, "names", "a shielding officer "
		    "has to look at it, and there is none", err);
	}
	if (rc == CP_OK)
		rc = known->n != 0 ?
		    renew(im, row, known, digest, compartment, err) :
		    add(im, row, digest, compartment, err);
	im->report.quarantined += rc == CP_OK;
	return rc;
}

/* ---- what was set aside before ---- */

/* It waits already. */
static enum cp_rc
again(struct cp_import *im, struct import_row *row, int64_t self,
    const struct cp_quarantine *known, const uint8_t was[IMPORT_MARK],
    struct cp_err *err)
{
	uint8_t digest[IMPORT_MARK];
	int64_t who[CP_MATCHES];
	struct cp_stmt *q;
	size_t n = 0;
	enum cp_rc rc = digest_row(im, row, digest, err);

	if (rc == CP_OK && memcmp(digest, was, sizeof(digest)) != 0) {
		rc = import_match(im, row, self, who, &n, err);
		return rc == CP_OK ? set_aside(im, row, self, who, n, known,
		    err) : rc;
	}
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(im->store, SQL_QUARANTINE_AGAIN);
	cp_bind_int(q, known->n);
	cp_bind_text(q, im->now->time);
	rc = cp_exec(q, err);
	im->report.quarantined += rc == CP_OK;
	return rc;
}

/* It belongs to record KNOWN->record, or to the one that this was merged
 * into. */
static enum cp_rc
belongs(struct cp_import *im, struct import_row *row, int64_t self,
    const struct cp_quarantine *known, enum import_way *way,
    struct cp_record *to, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(im->store, SQL_RECORD_LED_TO);
	int64_t n;
	enum cp_rc rc;

	cp_bind_int(q, known->record);
	rc = cp_exec_int(q, known->record, &n, err);
	if (rc == CP_OK)
		rc = cp_record_at(im->store, n, to, err);
	if (rc != CP_OK)
		return rc;
	if (to->state != CP_STATE_LIVE) {
		*way = IMPORT_ASIDE;
		return set_aside(im, row, self, &n, 1, known, err);
	}
	row->settled = 1;
	*way = IMPORT_TO;
	rc = strcmp(known->status, "merged") == 0 ?
	    import_as(im, row, to, err) : CP_OK;
	if (rc != CP_BAD_INPUT)
		return rc;
	cp_err_clear(err); /* the two together are no document */
	*way = IMPORT_ASIDE;
	return set_aside(im, row, self, &n, 1, known, err);
}

/* *KNOWN: the entry of ROW's mark, if any. */
static enum cp_rc
look_up(struct cp_import *im, struct import_row *row,
    struct cp_quarantine *known, uint8_t digest[IMPORT_MARK],
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	memset(known, 0, sizeof(*known));
	if (!row->marked)
		rc = import_mark(im->matcher, row, err);
	return rc == CP_OK && im->quarantines ?
	    quarantine_known(im->store, row->mark, known, digest, err) : rc;
}

/* ---- the way of a row ---- */

static enum cp_rc
suspect(struct cp_import *im, struct import_row *row, int64_t self,
    const struct cp_quarantine *known, enum import_way *way,
    struct cp_err *err)
{
	int64_t who[CP_MATCHES];
	size_t n = 0;
	enum cp_rc rc = import_match(im, row, self, who, &n, err);

	if (rc == CP_OK && n == 0 && im->links) {
		rc = import_links(im, row, self, &who[0], err);
		n = rc == CP_OK && who[0] != 0;
	}
	if (rc != CP_OK || n == 0)
		return rc;
	*way = IMPORT_ASIDE;
	return set_aside(im, row, self, who, n, known, err);
}

enum cp_rc
import_doubt(struct cp_import *im, struct import_row *row, int64_t self,
    enum import_way *way, struct cp_record *to, struct cp_err *err)
{
	uint8_t digest[IMPORT_MARK];
	struct cp_quarantine known;
	enum cp_rc rc;

	*way = IMPORT_ON;
	if (im->settling != NULL || im->matcher == NULL)
		return CP_OK;
	rc = look_up(im, row, &known, digest, err);
	if (rc != CP_OK)
		return rc;
	if (known.record != 0)
		return belongs(im, row, self, &known, way, to, err);
	if (im->how.intake != NULL)
		return CP_OK;
	if (known.n == 0)
		return suspect(im, row, self, &known, way, err);
	*way = IMPORT_ASIDE;
	if (strcmp(known.status, "waiting") == 0)
		return again(im, row, self, &known, digest, err);
	im->report.quarantined++;
	return CP_OK;
}

enum cp_rc
import_aside(struct cp_import *im, struct import_row *row, int64_t self,
    int64_t who, struct cp_err *err)
{
	uint8_t digest[IMPORT_MARK];
	struct cp_quarantine known;
	enum cp_rc rc;

	if (im->settling != NULL)
		return cp_fail(err, CP_REFUSED, "the row has a number that "
		    "is another record's");
	rc = look_up(im, row, &known, digest, err);
	if (rc != CP_OK)
		return rc;
	if (known.n != 0 && strcmp(known.status, "waiting") == 0)
		return again(im, row, self, &known, digest, err);
	if (known.n != 0 && strcmp(known.status, "rejected") == 0) {
		im->report.quarantined++;
		return CP_OK;
	}
	return set_aside(im, row, self, &who, 1, &known, err);
}
