#include <stdio.h>

#include "lifecycle/duties/run.h"
#include "lifecycle/records/catalogue.h"
#include "lifecycle/store/stmt.h"

enum { SHELVES = 64 };

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

enum cp_rc
cp_run_shelves(struct cp_run *run, struct cp_err *err)
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
