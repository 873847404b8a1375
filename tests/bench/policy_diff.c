#include <stdlib.h>

#include "lifecycle/duties/diffing.h"
#include "lifecycle/store/stmt.h"
#include "tests/bench/audit_store.h"

/*
 * policy_diff STORE POLICY: the rate of a comparison of every record with
 * POLICY beside that of a bare SELECT of the same columns of the same rows,
 * stepped and read, turn by turn in one process.  Prints JSON.
 */

enum { TURNS = 5 };

/* All that a scan reads, read and thrown away. */
static int64_t
select_all(struct cp_store *s)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SCAN_RECORDS);
	volatile const char *seen;
	int64_t rows = 0;
	int row;

	bench_ok(cp_store_begin_read(s, &bench_err));
	cp_bind_int(q, 0);
	while (cp_step(q, &row, &bench_err) == CP_OK && row) {
		for (int i = 0; i < 16; i++)
			if (i == 0 || i == 3 || i == 4)
				rows += cp_col_int(q, i) < 0;
			else
				seen = cp_col_text(q, i);
		rows++;
	}
	(void)seen;
	cp_store_rollback(s);
	return rows;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v)
{
	qsort(v, TURNS, sizeof(*v), ascending);
	return v[TURNS / 2];
}

int
main(int argc, char **argv)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	struct cp_store *s = NULL;
	struct cp_settings settings;
	double ours[TURNS], bare[TURNS], start;
	struct cp_diff d = { 0 };
	int64_t rows = 0;

	if (argc != 3)
		return 2;
	cp_policy_report_init(&report);
	bench_ok(cp_policy_load_file(argv[2], &policy, &report, &bench_err));
	bench_ok(cp_store_open(argv[1], CP_STORE_READ, &s, &bench_err));
	bench_ok(cp_settings_load(s, &settings, &bench_err));
	for (int i = 0; i < TURNS; i++) {
		start = bench_clock();
		rows = select_all(s);
		bare[i] = bench_clock() - start;
		d = (struct cp_diff){ .store = s, .settings = &settings,
			.policy = policy,
			.today = cp_date_make(2026, 11, 21) };
		start = bench_clock();
		bench_ok(cp_diff(&d, &bench_err));
		ours[i] = bench_clock() - start;
		if (d.sum.live + d.sum.archived != rows)
			return 1;
	}
	(void)printf("{\"rows\":%lld,\"moved\":%lld,\"rate\":%.0f,"
	    "\"bare\":%.0f,\"ratio\":%.3f}\n", (long long)rows,
	    (long long)cp_moved(&d.sum), (double)rows / median(ours),
	    (double)rows / median(bare), median(bare) / median(ours));
	cp_store_free(s);
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	return 0;
}
