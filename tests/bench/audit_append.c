/*
 * Appending to the log against a bare insert of the same columns, both in
 * transactions of 1000.  Target of the ratio: 0.5 or more.
 */
#include "lifecycle/store/stmt.h"
#include "tests/bench/audit_store.h"

enum { ENTRIES = 100000, BATCH = 1000 };

static double
bare(struct bench_store *b)
{
	static const uint8_t zero[32];
	char id[24], detail[200];
	struct cp_entry e;
	double start = bench_clock();

	for (int64_t i = 0; i < ENTRIES; i++) {
		struct cp_stmt *q;

		if (i % BATCH == 0)
			bench_ok(cp_store_begin(b->store, &bench_err));
		bench_entry(i, id, detail, &e);
		q = cp_stmt(b->store, SQL_AUDIT_ADD);
		cp_bind_int(q, i);
		cp_bind_text(q, b->now.time);
		cp_bind_text(q, "night");
		cp_bind_text(q, e.action);
		cp_bind_text(q, e.subject);
		cp_bind_text(q, "done");
		cp_bind_blob(q, zero, 32);
		cp_bind_blob(q, zero, 16);
		cp_bind_text(q, detail);
		bench_ok(cp_exec(q, &bench_err));
		if ((i + 1) % BATCH == 0)
			bench_ok(cp_store_commit(b->store, &bench_err));
	}
	return bench_clock() - start;
}

int
main(void)
{
	double insert = 1e9, append = 1e9;

	for (int i = 0; i < 3; i++) {
		struct bench_store b;
		double start, t;

		bench_store_make(&b);
		t = bare(&b);
		insert = t < insert ? t : insert;
		bench_store_drop(&b);
		bench_store_make(&b);
		start = bench_clock();
		bench_fill(&b, 0, ENTRIES, BATCH);
		t = bench_clock() - start;
		append = t < append ? t : append;
		bench_store_drop(&b);
	}
	printf("audit_append ratio %.2f (bare insert %.3f s, append %.3f s, "
	    "%d entries)\n", insert / append, insert, append, ENTRIES);
	return 0;
}
