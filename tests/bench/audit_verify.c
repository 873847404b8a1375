/*
 * Verifying the log against a bare loop over the same rows that hashes each
 * of them: `audit_verify RATIO-IS seconds seconds'.  Target: 0.5 or more.
 */
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/stmt.h"
#include "tests/bench/audit_store.h"

enum { ENTRIES = 300000, ROUNDS = 3 };

/* Each row's columns, joined, are hashed, and its salt and detail. */
static double
bare(struct cp_store *s)
{
	double start = bench_clock();
	struct cp_stmt *q;
	struct cp_buf row;
	uint8_t hash[32];
	int more;

	cp_buf_init(&row);
	bench_ok(cp_store_begin_read(s, &bench_err));
	q = cp_stmt(s, SQL_AUDIT_ALL);
	for (;;) {
		size_t n;
		const void *blob;

		bench_ok(cp_step(q, &more, &bench_err));
		if (!more)
			break;
		cp_buf_reset(&row);
		for (int i = 1; i < 6; i++)
			cp_buf_puts(&row, cp_col_text(q, i));
		blob = cp_col_blob(q, 6, &n);
		cp_buf_put(&row, blob, n);
		cp_sha256(row.data, row.len, hash);
		cp_buf_reset(&row);
		blob = cp_col_blob(q, 7, &n);
		cp_buf_put(&row, blob, n);
		cp_buf_puts(&row, cp_col_text(q, 8));
		cp_sha256(row.data, row.len, hash);
	}
	cp_store_rollback(s);
	cp_buf_clear(&row);
	return bench_clock() - start;
}

int
main(void)
{
	double loop = 1e9, verify = 1e9;
	struct cp_log_report report;
	struct bench_store b;

	bench_store_make(&b);
	bench_fill(&b, 0, ENTRIES, 1000);
	for (int i = 0; i < ROUNDS; i++) {
		double start, t = bare(b.store);

		loop = t < loop ? t : loop;
		start = bench_clock();
		bench_ok(cp_log_verify(b.store, &report, NULL, NULL,
		    &bench_err));
		t = bench_clock() - start;
		verify = t < verify ? t : verify;
	}
	if (report.size != ENTRIES)
		return 1;
	printf("audit_verify ratio %.2f (bare loop %.3f s, verify %.3f s, "
	    "%d entries)\n", loop / verify, loop, verify, ENTRIES);
	bench_store_drop(&b);
	return 0;
}
