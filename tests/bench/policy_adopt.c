#include "lifecycle/duties/adopting.h"
#include "tests/bench/audit_store.h"

/*
 * policy_adopt STORE POLICY: adopts it and prints how fast, and how long the
 * longest of its transactions of a thousand records kept other writers out.
 */

enum { PAGES = 100000 };

static double at[PAGES + 1];
static int pages;

static void
note_page(void *ctx, int64_t done, int64_t total)
{
	(void)ctx;
	(void)done;
	(void)total;
	if (pages < PAGES)
		at[++pages] = bench_clock();
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct cp_operator op = { .name = "root" };
	struct cp_settings settings;
	struct cp_now now = { .unix_time = 1795219200,
		.time = "2026-11-21T00:00:00Z" };
	struct cp_store *s = NULL;
	struct cp_audit *audit = NULL;
	struct cp_adoption a = { .op = &op, .now = &now,
		.progress = note_page };
	double start, took;

	if (argc != 3)
		return 2;
	now.today = cp_date_make(2026, 11, 21);
	bench_ok(cp_store_open(argv[1], CP_STORE_WRITE, &s, &bench_err));
	bench_ok(cp_settings_load(s, &settings, &bench_err));
	bench_ok(cp_audit_open(s, settings.store_id, op.name, &now, &audit,
	    &bench_err));
	a.store = s;
	a.audit = audit;
	a.settings = &settings;
	start = at[0] = bench_clock();
	bench_ok(cp_adopt(&a, argv[2], &bench_err));
	took = bench_clock() - start;
	if (pages < 1 || a.failed > 0)
		return 1;
	for (int i = 0; i < pages; i++)
		at[i] = at[i + 1] - at[i];
	qsort(at, (size_t)pages, sizeof(at[0]), ascending);
	(void)printf("{\"records\":%lld,\"redated\":%lld,\"rate\":%.0f,"
	    "\"longest_ms\":%.0f,\"median_ms\":%.0f}\n",
	    (long long)a.recomputed, (long long)a.redated,
	    (double)a.recomputed / took, at[pages - 1] * 1e3,
	    at[pages / 2] * 1e3);
	cp_audit_free(audit);
	cp_store_free(s);
	return 0;
}
