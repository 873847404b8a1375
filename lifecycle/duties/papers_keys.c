#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/papers_checks.h"
#include "lifecycle/store/stmt.h"

enum { SHELF_TEXT = 8, MORE_TEXT = 32 };

/* ---- lines ----------------------------------------------------------------- */

static void CP_PRINTF(2, 3)
add_copy(struct papers *x, const char *fmt, ...)
{
	char *line;
	va_list ap;

	if (x->n_copies == PAPERS_COPIES) { /* the last line says so */
		(void)snprintf(x->copies[PAPERS_COPIES - 1], PAPERS_LINE,
		    "more copies than are listed here");
		return;
	}
	line = x->copies[x->n_copies];
	va_start(ap, fmt);
	(void)vsnprintf(line, PAPERS_LINE, fmt, ap);
	va_end(ap);
	x->copy_list[x->n_copies++] = line;
}

static void CP_PRINTF(2, 3)
add_zeroised(struct papers *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(x->lines[x->n_zeroised], PAPERS_LINE, fmt, ap);
	va_end(ap);
	x->zeroised[x->n_zeroised] = x->lines[x->n_zeroised];
	x->n_zeroised++;
}

/* "shelf 202601", "shelves 202601, 202602 and 3 more" of those whose sign is
 * SIGN; the number of them. */
static size_t
name_shelves(const struct papers *x, int sign, char out[PAPERS_LINE - 300])
{
	size_t cap = PAPERS_LINE - 300, at = 0, n = 0, named = 0;

	for (size_t i = 0; i < x->n_shelves; i++)
		n += (x->shelves[i] < 0) == (sign < 0);
	at += (size_t)snprintf(out, cap, "shel%s", n == 1 ? "f" : "ves");
	for (size_t i = 0; i < x->n_shelves; i++) {
		if ((x->shelves[i] < 0) != (sign < 0) ||
		    at + SHELF_TEXT + MORE_TEXT > cap)
			continue;
		at += (size_t)snprintf(out + at, cap - at, "%s %d",
		    named++ > 0 ? "," : "", abs(x->shelves[i]));
	}
	if (named < n)
		(void)snprintf(out + at, cap - at, " and %zu more", n - named);
	return n;
}

static void
later(char latest[24], const char *than)
{
	if (strcmp(than, latest) > 0)
		(void)snprintf(latest, 24, "%s", than);
}

/* ---- shelves --------------------------------------------------------------- */

/* Whether the key of MONTH is zeroised, as the ring's own bytes say. */
static enum cp_rc
zeroised(struct papers *x, int month, int *yes, struct cp_err *err)
{
	struct cp_shelf_info info;
	struct cp_err why = { 0 };
	enum cp_rc rc = cp_shelf_get(x->with->ring, month, &info, &why);

	*yes = rc == CP_NOT_FOUND ||
	    (rc == CP_OK && info.state == CP_SHELF_ZEROISED);
	if (rc != CP_OK && rc != CP_NOT_FOUND) {
		*err = why;
		return rc;
	}
	return CP_OK;
}

/* The first day after a shelf's month. */
static struct cp_date
shelf_over(int month)
{
	return cp_date_add_months(cp_date_make(month / 100, month % 100, 1),
	    1);
}

/* Takes up a shelf: negative in the list while its key lives. */
static enum cp_rc
take_shelf(struct papers *x, int month, const char *destroyed,
    struct cp_err *err)
{
	char until[CP_DATE_TEXT];
	int gone;
	enum cp_rc rc = zeroised(x, month, &gone, err);

	if (rc != CP_OK)
		return rc;
	x->unsound += !gone && destroyed[0] != '\0';
	x->living += !gone;
	if (gone)
		later(x->last_gone, destroyed);
	cp_date_format(shelf_over(month), until);
	if (strcmp(until, x->shelves_until) > 0)
		memcpy(x->shelves_until, until, sizeof(until));
	x->shelves[x->n_shelves++] = gone ? month : -month;
	return CP_OK;
}

static enum cp_rc
take_shelves(struct papers *x, struct cp_err *err)
{
	struct cp_stmt *q;
	char destroyed[24];
	size_t cap = 0;
	int *more, row;
	enum cp_rc rc;

	q = cp_stmt(x->with->store, SQL_CERTIFICATE_SHELVES);
	cp_bind_int(q, x->batch->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (x->n_shelves == cap) {
			cap = 2 * cap + 16;
			more = reallocarray(x->shelves, cap, sizeof(*more));
			if (more == NULL)
				rc = cp_fail(err, CP_FAILED, "out of memory");
			else
				x->shelves = more;
		}
		cp_col_copy(q, 1, destroyed, sizeof(destroyed));
		if (rc == CP_OK)
			rc = take_shelf(x, (int)cp_col_int(q, 0), destroyed,
			    err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- copies ---------------------------------------------------------------- */

/* The escrow copies that hold the key of MONTH; while that lives, the one in
 * keys/ goes without saying. */
static enum cp_rc
take_escrow(struct papers *x, int month, int lives, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store, SQL_CERTIFICATE_ESCROW);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, month);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (!cp_col_null(q, 2))
			later(x->last_gone, cp_col_text(q, 2));
		else if (cp_col_int(q, 0) == 0 && lives)
			continue;
		else if (cp_col_int(q, 0) == 0)
			add_copy(x, "the key of shelf %d in the escrow copy of "
			    "the keyring, keys/shelves.escrow", month);
		else
			add_copy(x, "the key of shelf %d in escrow copy "
			    "E-%04lld of the keyring, kept at %.200s", month,
			    (long long)cp_col_int(q, 0), cp_col_text(q, 1));
	}
	cp_reset(q);
	return rc;
}

/* What the file of the database may still hold between its rows. */
static enum cp_rc
take_slack(struct papers *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->store,
	    SQL_CERTIFICATE_SANITISED);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, x->clean);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row && !cp_col_null(q, 0))
		later(x->last_gone, cp_col_text(q, 0));
	else if (rc == CP_OK)
		add_copy(x, "what store.db may hold between its rows, until "
		    "the store is sanitised");
	cp_reset(q);
	return rc;
}

static void
tell_keys(struct papers *x)
{
	char shelves[PAPERS_LINE - 300];
	size_t living;

	if (x->openable < (int64_t)x->n)
		add_zeroised(x, "%zu header rows, each the only place of a "
		    "wrapped 128-bit file key in the store",
		    x->n - (size_t)x->openable);
	if (name_shelves(x, 1, shelves) > 0)
		add_zeroised(x, "key of %s in keys/shelves.key, overwritten in "
		    "place, flushed and read back", shelves);
	if (x->openable > 0)
		add_copy(x, "%lld header rows in the database itself",
		    (long long)x->openable);
	living = name_shelves(x, -1, shelves);
	if (living > 0)
		add_copy(x, "wrapped headers in copies of the database made "
		    "earlier: they open only with the key of %s, which is "
		    "zeroised here and in keys/shelves.escrow when that shelf "
		    "is empty and its month over, %snot before %s", shelves, living > 1 ?
		    "the last of them " : "", x->shelves_until);
}

enum cp_rc
papers_keys(struct papers *x, struct cp_err *err)
{
	enum cp_rc rc = take_shelves(x, err);

	if (rc != CP_OK)
		return rc;
	tell_keys(x);
	for (size_t i = 0; rc == CP_OK && i < x->n_shelves; i++)
		rc = take_escrow(x, abs(x->shelves[i]), x->shelves[i] < 0,
		    err);
	return rc == CP_OK ? take_slack(x, err) : rc;
}

enum cp_rc
papers_copies_gone(struct cp_store *s, const struct cp_batch *b,
    const char *clean, int *gone, struct cp_err *err)
{
	static const enum sql_id alive[] = { SQL_CERTIFICATE_SHELVES_LIVE,
		SQL_CERTIFICATE_ESCROW_LIVE };
	struct cp_stmt *q;
	int64_t there;
	int row;
	enum cp_rc rc;

	q = cp_stmt(s, SQL_CERTIFICATE_SANITISED);
	cp_bind_text(q, clean);
	rc = cp_step(q, &row, err);
	there = rc == CP_OK && (!row || cp_col_null(q, 0));
	cp_reset(q);
	for (int i = 0; rc == CP_OK && there == 0 && i < 2; i++) {
		q = cp_stmt(s, alive[i]);
		cp_bind_int(q, b->n);
		rc = cp_exec_int(q, 0, &there, err);
	}
	*gone = there == 0;
	return rc;
}
