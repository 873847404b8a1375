#include "lifecycle/records/notice.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/records/notice_priv.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/store/operator.h"

/* Reading the ledger. */

enum { BASE = 36, PAGE = 64 }; /* PAGE: the statements' own limit */

/* ---- references -------------------------------------------------------- */

void
cp_notice_ref(int64_t n, char out[CP_NOTICE_REF])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int p = BASE, s;
	size_t len;

	(void)snprintf(out, CP_NOTICE_REF, "N-%07lld-",
	    (long long)(n % 100000000000));
	for (const char *c = out + 2; *c != '-'; c++) {
		s = (p + *c - '0') % BASE;
		p = (s == 0 ? BASE : s) * 2 % (BASE + 1);
	}
	len = strlen(out);
	out[len] = digits[(BASE + 1 - p) % BASE];
	out[len + 1] = '\0';
}

int64_t
cp_notice_ref_parse(const char *text)
{
	char ref[CP_NOTICE_REF];
	char *end;
	long long n;

	if (strlen(text) >= sizeof(ref) || toupper((unsigned char)text[0]) !=
	    'N' || text[1] != '-' || !isdigit((unsigned char)text[2]))
		return 0;
	n = strtoll(text + 2, &end, 10);
	if (n <= 0 || end - text < 9 || end[0] != '-')
		return 0;
	cp_notice_ref(n, ref);
	for (size_t i = 0; ref[i] != '\0' || text[i] != '\0'; i++)
		if (toupper((unsigned char)text[i]) != ref[i])
			return 0;
	return n;
}

int
cp_notice_returned_word(const char *word)
{
	static const char *const words[] = { "gone-away", "not-known",
		"refused", "address", "other" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return 1;
	return 0;
}

/* ---- rows -------------------------------------------------------------- */

static void
read_issue(struct cp_stmt *q, struct cp_notice *out)
{
	cp_col_copy(q, 13, out->addressee, sizeof(out->addressee));
	cp_col_copy(q, 14, out->language, sizeof(out->language));
	cp_col_copy(q, 15, out->format, sizeof(out->format));
	cp_col_copy(q, 16, out->route, sizeof(out->route));
	cp_col_copy(q, 17, out->version, sizeof(out->version));
	out->run = cp_col_int(q, 18);
	out->mail = cp_col_int(q, 19);
	cp_col_copy(q, 20, out->issued, sizeof(out->issued));
	cp_col_copy(q, 21, out->issued_by, sizeof(out->issued_by));
	out->served = cp_col_date(q, 22);
	cp_col_copy(q, 23, out->served_by, sizeof(out->served_by));
	out->returned = cp_col_date(q, 24);
	cp_col_copy(q, 25, out->returned_by, sizeof(out->returned_by));
}

enum cp_rc
cp_notice_read(struct cp_stmt *q, struct cp_notice *out, struct cp_err *err)
{
	memset(out, 0, sizeof(*out));
	out->n = cp_col_int(q, 0);
	cp_notice_ref(out->n, out->ref);
	out->record = cp_col_int(q, 1);
	cp_col_copy(q, 2, out->record_id, sizeof(out->record_id));
	cp_col_copy(q, 3, out->authority, sizeof(out->authority));
	cp_col_copy(q, 5, out->cause, sizeof(out->cause));
	out->safe = cp_col_int(q, 6) != 0;
	out->covers = cp_col_int(q, 7);
	if (!cp_notice_kind_parse(cp_col_text(q, 4), &out->kind) ||
	    !cp_notice_status_parse(cp_col_text(q, 8), &out->status))
		return cp_fail(err, CP_CORRUPT, "notice %s cannot be read",
		    out->ref);
	out->since = cp_col_date(q, 9);
	out->due = cp_col_date(q, 10);
	cp_col_copy(q, 11, out->problem, sizeof(out->problem));
	cp_col_copy(q, 12, out->why, sizeof(out->why));
	read_issue(q, out);
	return CP_OK;
}

static int
is_told(struct cp_store *s)
{
	const struct cp_operator *op = cp_store_actor(s);

	return op == NULL || cp_gate_tells(op);
}

enum cp_rc
cp_notice_at(struct cp_store *s, int64_t n, struct cp_notice *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_AT);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_NOT_FOUND, "no notice has number %lld",
		    (long long)n);
	if (rc == CP_OK)
		rc = cp_notice_read(q, out, err);
	cp_reset(q);
	return rc;
}

static enum cp_rc
not_there(struct cp_err *err)
{
	(void)cp_fail(err, CP_NOT_FOUND, "no notice has that reference");
	cp_err_hint(err, "it stands on the letter, like N-0000012-9; `cpadmin "
	    "notice show ID' lists those of a record");
	return CP_NOT_FOUND;
}

enum cp_rc
cp_notice_get(struct cp_store *s, const char *ref, struct cp_notice *out,
    struct cp_err *err)
{
	int64_t n = cp_notice_ref_parse(ref);
	struct cp_notice found;
	enum cp_rc rc;

	if (n == 0)
		return not_there(err);
	rc = cp_notice_at(s, n, &found, err);
	if (rc == CP_NOT_FOUND)
		return not_there(err);
	if (rc == CP_OK && found.safe && !is_told(s))
		return not_there(err);
	if (rc == CP_OK)
		rc = cp_operator_reach(cp_store_actor(s), found.record_id,
		    found.authority, err);
	if (rc == CP_OK)
		*out = found;
	return rc;
}

/* ---- lists ------------------------------------------------------------- */

static int
is_later(const struct cp_notice *n, struct cp_date until)
{
	return cp_date_set(until) && cp_date_cmp(n->due, until) > 0;
}

/* Calls FN for what Q gives, at most a page of it and due by UNTIL, when Q is
 * done: FN may change the ledger.  *N says how many there were, LAST is the
 * last of them. */
static enum cp_rc
page(struct cp_store *s, struct cp_stmt *q, struct cp_date until,
    cp_notice_fn *fn, void *ctx, size_t *n, struct cp_notice *last,
    struct cp_err *err)
{
	struct cp_notice *all = calloc(PAGE, sizeof(*all));
	int row = 0;
	enum cp_rc rc;

	*n = 0;
	if (all == NULL) {
		cp_reset(q);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < PAGE &&
	    (rc = cp_notice_read(q, &all[*n], err)) == CP_OK &&
	    !is_later(&all[*n], until))
		(*n)++;
	cp_reset(q);
	for (size_t i = 0; rc == CP_OK && i < *n; i++)
		if (cp_operator_reaches(cp_store_actor(s), all[i].authority))
			rc = fn(ctx, &all[i], err);
	if (*n > 0)
		*last = all[*n - 1];
	free(all);
	return rc;
}

enum cp_rc
cp_notice_owed_each(struct cp_store *s, const struct cp_notice_query *query,
    cp_notice_fn *fn, void *ctx, struct cp_err *err)
{
	/* The rest of a page's last day comes before the days after it. */
	enum sql_id id = query->record != 0 ? SQL_NOTICE_OWED_HERE :
	    SQL_NOTICE_OWED;
	struct cp_notice last = { 0 };
	struct cp_stmt *q;
	char due[CP_DATE_TEXT];
	size_t n;
	enum cp_rc rc;

	for (;;) {
		q = cp_stmt(s, id);
		cp_bind_int(q, is_told(s));
		cp_bind_text(q, cp_date_format(last.due, due));
		cp_bind_int(q, last.n);
		cp_bind_text(q, query->kind);
		if (query->record != 0)
			cp_bind_int(q, query->record);
		rc = page(s, q, query->until, fn, ctx, &n, &last, err);
		if (rc != CP_OK || (n < PAGE && id != SQL_NOTICE_OWED_DAY))
			return rc;
		if (id != SQL_NOTICE_OWED_HERE)
			id = n < PAGE ? SQL_NOTICE_OWED : SQL_NOTICE_OWED_DAY;
	}
}

enum cp_rc
cp_notice_each(struct cp_store *s, int64_t record, cp_notice_fn *fn,
    void *ctx, struct cp_err *err)
{
	static const struct cp_date none = { 0 };
	struct cp_notice last = { 0 };
	struct cp_stmt *q;
	size_t n = PAGE;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && n == PAGE) {
		q = cp_stmt(s, SQL_NOTICE_OF);
		cp_bind_int(q, record);
		cp_bind_int(q, is_told(s));
		cp_bind_int(q, last.n);
		rc = page(s, q, none, fn, ctx, &n, &last, err);
	}
	return rc;
}
