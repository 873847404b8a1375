#include <stdio.h>

#include "lifecycle/duties/escrow.h"
#include "lifecycle/duties/shelving_impl.h"
#include "lifecycle/records/catalogue.h"
#include "lifecycle/store/stmt.h"

enum { SHELVES = 64 };

/* ---- which --------------------------------------------------------------- */

enum cp_rc
cp_shelf_over(struct cp_run *run, int *month, int *found, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(run->store, SQL_SHELVES_OVER);
	int64_t next;
	enum cp_rc rc;

	cp_bind_int(q, *month);
	cp_bind_int(q, cp_shelf_month(run->now->today));
	rc = cp_exec_int(q, 0, &next, err);
	if (rc != CP_OK)
		return rc;
	*found = next != 0;
	*month = (int)next;
	return CP_OK;
}

enum cp_rc
cp_shelf_count(struct cp_run *run, int month, int64_t *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(run->store, SQL_SHELF_PACKAGES);

	cp_bind_int(q, month);
	return cp_exec_int(q, 0, out, err);
}

static enum cp_rc
empty_shelves(struct cp_run *run, int *months, int *n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(run->store, SQL_SHELVES_EMPTY);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, cp_shelf_month(run->now->today));
	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < SHELVES)
		months[(*n)++] = (int)cp_col_int(q, 0);
	cp_reset(q);
	return rc;
}

/* ---- what a crash left --------------------------------------------------- */

struct unknown {
	struct cp_run *run;
	int months[SHELVES], n;
};

/* A key was made and the transaction that needed it did not commit: unless
 * another one did later, nothing would ever end it. */
static enum cp_rc
look_for_unknown(void *ctx, const struct cp_shelf_info *info,
    struct cp_err *err)
{
	struct unknown *x = ctx;
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	if (info->state != CP_SHELF_LIVE || x->n == SHELVES ||
	    info->month >= cp_shelf_month(x->run->now->today))
		return CP_OK;
	q = cp_stmt(x->run->store, SQL_SHELF_GET);
	cp_bind_int(q, info->month);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		x->months[x->n++] = info->month;
	cp_reset(q);
	return rc;
}

static enum cp_rc
enter_unknown(struct cp_run *run, struct cp_err *err)
{
	struct unknown x = { .run = run };
	enum cp_rc rc = cp_shelf_each(run->ring, look_for_unknown, &x, err);

	if (rc != CP_OK || x.n == 0)
		return rc;
	rc = cp_txn_begin(run->audit, err);
	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < x.n; i++)
		rc = cp_shelf_row_add(run->store, x.months[i],
		    run->now->today, err);
	return cp_txn_end(run->audit, rc, err);
}

/* ---- their end ----------------------------------------------------------- */

static enum cp_rc
log_shelf(struct cp_run *run, int month, struct cp_err *err)
{
	struct cp_entry e = { .action = "shelf.destroy" };
	struct cp_stmt *q;
	char detail[64];
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"shelf\":%d}", month);
	e.detail = detail;
	q = cp_stmt(run->store, SQL_SHELF_DESTROYED);
	cp_bind_date(q, run->now->today);
	cp_bind_int(q, month);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

static enum cp_rc
destroy_empty(struct cp_run *run, struct cp_err *err)
{
	int months[SHELVES], n = SHELVES;
	char day[CP_DATE_TEXT];
	enum cp_rc rc = CP_OK;

	cp_date_format(run->now->today, day);
	while (rc == CP_OK && n == SHELVES) {
		rc = empty_shelves(run, months, &n, err);
		for (int i = 0; rc == CP_OK && i < n; i++) {
			rc = cp_shelf_destroy(run->ring, months[i], day, err);
			if (rc == CP_OK)
				rc = log_shelf(run, months[i], err);
			if (rc == CP_OK)
				run->shelves_destroyed++;
		}
	}
	return rc;
}

/* What is held goes to later shelves; what waits for people stays, and is
 * counted: it keeps its shelf's key alive. */
static enum cp_rc
clear_held(struct cp_run *run, struct cp_err *err)
{
	int64_t before, after;
	int month = 0, found = 1;
	enum cp_rc rc = CP_OK;

	run->shelves_waiting = run->shelf_packages = 0;
	while (rc == CP_OK) {
		rc = cp_shelf_over(run, &month, &found, err);
		if (rc != CP_OK || !found)
			break;
		rc = cp_shelf_count(run, month, &before, err);
		if (rc == CP_OK && before > 0)
			rc = cp_shelf_clear(run, month, err);
		after = 0;
		if (rc == CP_OK && before > 0)
			rc = cp_shelf_count(run, month, &after, err);
		run->shelves_waiting += after > 0;
		run->shelf_packages += after;
	}
	return rc;
}

/* ---- a key that came back ------------------------------------------------ */

static enum cp_rc
look_for_risen(void *ctx, const struct cp_shelf_info *info,
    struct cp_err *err)
{
	struct unknown *x = ctx;
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	if (info->state != CP_SHELF_LIVE || x->n == SHELVES)
		return CP_OK;
	q = cp_stmt(x->run->store, SQL_SHELF_GET);
	cp_bind_int(q, info->month);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row && !cp_col_null(q, 1))
		x->months[x->n++] = info->month;
	cp_reset(q);
	return rc;
}

static enum cp_rc
destroy_again(struct cp_run *run, int month, struct cp_err *err)
{
	struct cp_entry e = { .action = "shelf.destroy" };
	char day[CP_DATE_TEXT], detail[64], name[16];
	struct cp_err why = { 0 };
	enum cp_rc rc = cp_shelf_destroy(run->ring, month,
	    cp_date_format(run->now->today, day), err);

	if (rc != CP_OK)
		return rc;
	rc = cp_txn_begin(run->audit, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"shelf\":%d,"
	    "\"again\":true}", month);
	e.detail = detail;
	rc = cp_txn_end(run->audit, cp_audit_add(run->audit, &e, NULL, err),
	    err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(name, sizeof(name), "%d", month);
	(void)cp_fail(&why, CP_CORRUPT, "the key of this shelf, which was "
	    "destroyed before, was in the keyring again: an older keyring was "
	    "put back; it is destroyed now");
	cp_run_trouble(run, name, &why);
	return CP_OK;
}

/* Where the ring is one from before, keys are in it that are to be gone. */
static enum cp_rc
end_risen(struct cp_run *run, struct cp_err *err)
{
	struct unknown x = { .run = run };
	enum cp_rc rc = cp_shelf_each(run->ring, look_for_risen, &x, err);

	for (int i = 0; rc == CP_OK && i < x.n; i++)
		rc = destroy_again(run, x.months[i], err);
	return rc;
}

/* A key that was destroyed does not come back when the clock does: packages of
 * that month could never be archived again. */
enum cp_rc
cp_run_shelves(struct cp_run *run, struct cp_err *err)
{
	enum cp_rc rc = end_risen(run, err);

	if (rc != CP_OK || run->clock_doubted)
		return rc;
	rc = enter_unknown(run, err);
	if (rc == CP_OK)
		rc = clear_held(run, err);
	return rc == CP_OK ? destroy_empty(run, err) : rc;
}

enum cp_rc
cp_run_escrow(struct cp_run *run, struct cp_err *err)
{
	int renewed;

	return cp_escrow_renew(run->store, run->audit, run->ring, run->now,
	    &renewed, err);
}
