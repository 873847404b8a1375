#include "lifecycle/records/sar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/records/sar_priv.h"
#include "lifecycle/rules/text.h"

/* Requests: their rows. */

enum { PAGE = 32 }; /* of the statements */

static const char *const stages[] = { "open", "collected", "approved",
	"answered", "closed" };

const char *
cp_sar_stage_word(enum cp_sar_stage v)
{
	return stages[v];
}

static int
read_stage(const char *word, enum cp_sar_stage *out)
{
	for (int i = 0; i <= CP_SAR_CLOSED; i++)
		if (strcmp(word, stages[i]) == 0) {
			*out = (enum cp_sar_stage)i;
			return 1;
		}
	return 0;
}

/* ---- rows --------------------------------------------------------------- */

static void
read_people(struct cp_stmt *q, struct cp_sar *out)
{
	cp_col_copy(q, 16, out->opened_by, sizeof(out->opened_by));
	cp_col_copy(q, 17, out->collected_by, sizeof(out->collected_by));
	cp_col_copy(q, 18, out->approved_by, sizeof(out->approved_by));
	cp_col_copy(q, 19, out->answered_by, sizeof(out->answered_by));
	cp_col_copy(q, 20, out->closed_by, sizeof(out->closed_by));
	out->opened_uid = cp_col_int(q, 21);
	out->collected_uid = cp_col_int(q, 22);
	out->approved_uid = cp_col_int(q, 23);
}

enum cp_rc
sar_read(struct cp_stmt *q, struct cp_sar *out, struct cp_err *err)
{
	const void *digest;
	size_t len = 0;

	memset(out, 0, sizeof(*out));
	out->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, out->id, sizeof(out->id));
	if (!read_stage(cp_col_text(q, 2), &out->stage) ||
	    !cp_relation_parse(cp_col_text(q, 5), &out->relation))
		return cp_fail(err, CP_CORRUPT, "request %s cannot be read",
		    out->id);
	cp_col_copy(q, 3, out->outcome, sizeof(out->outcome));
	cp_col_copy(q, 4, out->authority, sizeof(out->authority));
	cp_col_copy(q, 6, out->requester, sizeof(out->requester));
	cp_col_copy(q, 7, out->language, sizeof(out->language));
	cp_col_copy(q, 8, out->format, sizeof(out->format));
	out->asks = (unsigned)cp_col_int(q, 9);
	out->received = cp_col_date(q, 10);
	out->policy_n = cp_col_int(q, 11);
	out->starts = cp_col_date(q, 12);
	out->due = cp_col_date(q, 13);
	cp_col_copy(q, 14, out->waits_for, sizeof(out->waits_for));
	out->extended = cp_col_date(q, 15);
	read_people(q, out);
	out->answered = cp_col_date(q, 24);
	cp_col_copy(q, 25, out->ground, sizeof(out->ground));
	cp_col_copy(q, 26, out->closed, sizeof(out->closed));
	out->expires = cp_col_date(q, 27);
	out->expired = cp_col_date(q, 28);
	digest = cp_col_blob(q, 29, &len);
	if (len == sizeof(out->digest))
		memcpy(out->digest, digest, len);
	return CP_OK;
}

static enum cp_rc
no_such(struct cp_err *err)
{
	(void)cp_fail(err, CP_NOT_FOUND, "no such request");
	cp_err_hint(err, "`cpadmin sar list --all' shows all of them");
	return CP_NOT_FOUND;
}

static enum cp_rc
read_one(struct cp_stmt *q, struct cp_sar *out, struct cp_err *err)
{
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && !row)
		return no_such(err);
	if (rc == CP_OK)
		rc = sar_read(q, out, err);
	cp_reset(q);
	return rc;
}

enum cp_rc
sar_at(struct cp_store *s, int64_t n, struct cp_sar *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_AT);

	cp_bind_int(q, n);
	return read_one(q, out, err);
}

/* ---- reach -------------------------------------------------------------- */

/* Whether who acts reaches R: all that it is about, or its authority where no
 * record is known. */
static enum cp_rc
reaches(struct cp_store *s, const struct cp_sar *r, int *out,
    struct cp_err *err)
{
	const struct cp_operator *op = cp_store_actor(s);
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SUBJECTS_OF);
	int row, yes = 1, any = 0;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (cp_col_null(q, 1))
			continue;
		any = 1;
		yes = yes && cp_operator_reaches(op, cp_col_text(q, 10));
	}
	if (rc == CP_OK)
		*out = any ? yes : cp_operator_reaches(op, r->authority);
	return rc;
}

enum cp_rc
cp_sar_get(struct cp_store *s, const char *id, struct cp_sar *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_GET);
	struct cp_sar r;
	int yes = 0;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = read_one(q, &r, err);
	if (rc == CP_OK)
		rc = reaches(s, &r, &yes, err);
	if (rc == CP_OK && !yes) {
		(void)cp_fail(err, CP_DENIED, "request %s is about records of "
		    "authorities that operator %s does not act for", r.id,
		    cp_store_actor(s)->name);
		cp_err_hint(err, "an operator who acts for every authority "
		    "can; `cpadmin operator list' says who does");
		rc = CP_DENIED;
	}
	if (rc == CP_OK)
		*out = r;
	return rc;
}

/* ---- lists -------------------------------------------------------------- */

/* Calls FN for the page that Q gives, when Q is done: FN may change them. */
static enum cp_rc
page(struct cp_store *s, struct cp_stmt *q, cp_sar_fn *fn, void *ctx,
    struct cp_sar *all, size_t *n, struct cp_err *err)
{
	int row, yes = 0;
	enum cp_rc rc;

	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < PAGE &&
	    (rc = sar_read(q, &all[*n], err)) == CP_OK)
		(*n)++;
	cp_reset(q);
	for (size_t i = 0; rc == CP_OK && i < *n; i++) {
		rc = reaches(s, &all[i], &yes, err);
		if (rc == CP_OK && yes)
			rc = fn(ctx, &all[i], err);
	}
	return rc;
}

static enum cp_rc
each_of(struct cp_store *s, enum sql_id id, cp_sar_fn *fn, void *ctx,
    struct cp_sar *all, struct cp_err *err)
{
	char due[CP_DATE_TEXT] = "";
	struct cp_stmt *q;
	int64_t n = 0;
	size_t got = PAGE;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && got == PAGE) {
		q = cp_stmt(s, id);
		cp_bind_text(q, due);
		cp_bind_int(q, n);
		rc = page(s, q, fn, ctx, all, &got, err);
		if (got == 0)
			break;
		n = all[got - 1].n;
		if (id == SQL_SAR_OPEN_PAGE)
			(void)cp_date_format(all[got - 1].due, due);
	}
	return rc;
}

enum cp_rc
cp_sar_each(struct cp_store *s, int all, cp_sar_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct cp_sar *rows = calloc(PAGE, sizeof(*rows));
	enum cp_rc rc;

	if (rows == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = each_of(s, SQL_SAR_WAITING_PAGE, fn, ctx, rows, err);
	if (rc == CP_OK)
		rc = each_of(s, SQL_SAR_OPEN_PAGE, fn, ctx, rows, err);
	if (rc == CP_OK && all)
		rc = each_of(s, SQL_SAR_CLOSED_PAGE, fn, ctx, rows, err);
	free(rows);
	return rc;
}

/* ---- subjects ----------------------------------------------------------- */

static int
is_there(const struct cp_sar_subject *all, size_t n, int64_t record)
{
	for (size_t i = 0; i < n; i++)
		if (record != 0 && all[i].record == record)
			return 1;
	return 0;
}

static enum cp_rc
read_subject(struct cp_stmt *q, struct cp_sar_subject *out,
    struct cp_err *err)
{
	memset(out, 0, sizeof(*out));
	out->idx = (int)cp_col_int(q, 0);
	out->record = cp_col_int(q, 1);
	cp_col_copy(q, 2, out->record_id, sizeof(out->record_id));
	cp_col_copy(q, 3, out->sought, sizeof(out->sought));
	cp_col_copy(q, 4, out->found, sizeof(out->found));
	if (!cp_col_null(q, 5) &&
	    !cp_own_view_parse(cp_col_text(q, 5), &out->own_view))
		return cp_fail(err, CP_CORRUPT, "a subject of a request "
		    "cannot be read");
	out->own_view_on = cp_col_date(q, 6);
	out->safe = cp_col_int(q, 7) != 0;
	cp_col_copy(q, 8, out->safe_by, sizeof(out->safe_by));
	out->safe_uid = cp_col_int(q, 9);
	return CP_OK;
}

enum cp_rc
cp_sar_subjects(struct cp_store *s, const struct cp_sar *r,
    struct cp_sar_subject out[CP_SAR_SUBJECTS], size_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SUBJECTS_OF);
	size_t got = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row &&
	    got < CP_SAR_SUBJECTS) {
		if (is_there(out, got, cp_col_int(q, 1)))
			continue;
		rc = read_subject(q, &out[got], err);
		if (rc != CP_OK)
			break;
		got++;
	}
	cp_reset(q);
	if (rc == CP_OK)
		*n = got;
	return rc;
}

/* ---- what the rest shares ----------------------------------------------- */

enum cp_rc
sar_need_unclosed(const struct cp_sar *r, struct cp_err *err)
{
	if (r->stage != CP_SAR_CLOSED)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s is closed", r->id);
	cp_err_hint(err, "what they ask now is a new request: `cpadmin sar "
	    "open'");
	return CP_REFUSED;
}

enum cp_rc
sar_need_unanswered(const struct cp_sar *r, struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	enum cp_rc rc = sar_need_unclosed(r, err);

	if (rc != CP_OK || r->stage != CP_SAR_ANSWERED)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "request %s was answered on %s", r->id,
	    cp_date_format(r->answered, day));
	cp_err_hint(err, "`cpadmin sar close %s' ends it", r->id);
	return CP_REFUSED;
}

enum cp_rc
sar_check_text(const char *text, const char *what, struct cp_err *err)
{
	const char *why;

	if (text == NULL)
		return CP_OK;
	if (strlen(text) >= CP_SAR_TEXT)
		return cp_fail(err, CP_BAD_INPUT, "%s has over %d bytes", what,
		    CP_SAR_TEXT - 1);
	why = cp_text_refuse(text, strlen(text));
	return why == NULL ? CP_OK : cp_fail(err, CP_BAD_INPUT,
	    "%s cannot be kept: %s", what, why);
}

enum cp_rc
sar_log(const struct cp_change *c, const char *action, const struct cp_sar *r,
    const struct cp_buf *detail, struct cp_err *err)
{
	struct cp_entry e = { action, r->id, NULL, NULL };
	enum cp_rc rc = CP_OK;

	if (detail != NULL) {
		rc = cp_buf_check(detail, err);
		e.detail = cp_buf_text(detail);
	}
	return rc == CP_OK ? cp_audit_add(c->audit, &e, NULL, err) : rc;
}
