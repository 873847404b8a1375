#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/suppress.h"

enum { MAX = CP_SUPPRESS_SIDE * CP_SUPPRESS_SIDE };

/* Fills in the sums of a table whose other cells are there. */
static void
sum(int64_t *t, size_t rows, size_t cols)
{
	size_t i, j;

	for (i = 0; i + 1 < rows; i++) {
		t[i * cols + cols - 1] = 0;
		for (j = 0; j + 1 < cols; j++)
			t[i * cols + cols - 1] += t[i * cols + j];
	}
	for (j = 0; j < cols; j++) {
		t[(rows - 1) * cols + j] = 0;
		for (i = 0; i + 1 < rows; i++)
			t[(rows - 1) * cols + j] += t[i * cols + j];
	}
}

/* ---- what who reads it can tell ------------------------------------------ */

/* Somebody who tries every table of 2 x 2 counts up to TOP, and sees which of
 * them show what is shown of T. */
struct reader {
	const int64_t *t;
	const unsigned char *hidden;
	int could[9][CP_SUPPRESS_BELOW];
};

static void
try_one(struct reader *r, int64_t a, int64_t b, int64_t c, int64_t d)
{
	int64_t t[9] = { a, b, 0, c, d, 0, 0, 0, 0 };

	sum(t, 3, 3);
	for (int i = 0; i < 9; i++)
		if (!r->hidden[i] && t[i] != r->t[i])
			return;
	for (int i = 0; i < 9; i++)
		if (t[i] < CP_SUPPRESS_BELOW)
			r->could[i][t[i]] = 1;
}

static void
read_it(struct reader *r, int64_t top)
{
	memset(r->could, 0, sizeof(r->could));
	for (int64_t a = 0; a <= top; a++)
		for (int64_t b = 0; b <= top; b++)
			for (int64_t c = 0; c <= top; c++)
				for (int64_t d = 0; d <= top; d++)
					try_one(r, a, b, c, d);
}

START_TEST(no_small_count_can_be_told)
{
	unsigned char hidden[9];
	struct reader r = { .hidden = hidden };
	int64_t t[9], top;

	srand(7);
	for (int n = 0; n < 1500; n++) {
		top = 0;
		for (int i = 0; i < 5; i++) {
			if (i == 2)
				continue;
			t[i] = rand() % (n % 3 == 0 ? 5 : n % 3 == 1 ? 9 :
			    14);
			top = t[i] > top ? t[i] : top;
		}
		sum(t, 3, 3);
		cp_suppress(t, 3, 3, hidden);
		r.t = t;
		read_it(&r, top + 5);
		for (int i = 0; i < 9; i++) {
			if (t[i] >= CP_SUPPRESS_BELOW)
				continue;
			ck_assert(hidden[i]);
			for (int v = 0; v < CP_SUPPRESS_BELOW; v++)
				ck_assert_msg(r.could[i][v], "table %d: cell "
				    "%d is not %d", n, i, v);
		}
	}
}
END_TEST

/* ---- not more than it takes ---------------------------------------------- */

static void
expect(int64_t *t, size_t rows, size_t cols, const char *want)
{
	unsigned char hidden[MAX];
	char got[MAX + 1] = "";

	sum(t, rows, cols);
	cp_suppress(t, rows, cols, hidden);
	for (size_t i = 0; i < rows * cols; i++)
		got[i] = hidden[i] ? '*' : '.';
	got[rows * cols] = '\0';
	ck_assert_str_eq(got, want);
}

START_TEST(what_is_large_is_shown)
{
	int64_t large[] = { 10, 20, 0, 5, 5, 0, 0, 0, 0 };
	int64_t one[] = { 3, 20, 0, 15, 25, 0, 0, 0, 0 };
	int64_t zeros[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	/* Its line and column would tell it: so three more, at the corners of
	 * a square. */
	int64_t wide[] = { 3, 30, 40, 0, 50, 60, 70, 0, 80, 9, 90, 0, 0, 0, 0,
		0 };

	expect(large, 3, 3, ".........");
	expect(one, 3, 3, "**.**....");
	expect(zeros, 3, 3, "*********");
	expect(wide, 4, 4, "**..**..........");
}
END_TEST

/* Two small ones in a line of which the sum is known are three between them:
 * neither can be four. */
START_TEST(two_small_ones_do_not_hide_each_other)
{
	unsigned char hidden[8];
	int64_t t[8] = { 1, 2, 30, 0, 0, 0, 0, 0 };

	sum(t, 2, 4);
	cp_suppress(t, 2, 4, hidden);
	ck_assert(hidden[0] && hidden[1]);
	ck_assert(hidden[2] || hidden[3]);
}
END_TEST

/* As large as a register is, and larger; it ends, and soon. */
START_TEST(large_tables)
{
	unsigned char hidden[MAX];
	int64_t t[MAX];

	srand(3);
	for (int n = 0; n < 20; n++) {
		size_t rows = n < 10 ? 8 : CP_SUPPRESS_SIDE;
		size_t cols = n < 10 ? 4 : CP_SUPPRESS_SIDE;

		for (size_t i = 0; i < rows * cols; i++)
			t[i] = rand() % (n % 2 == 0 ? 6 : 60);
		sum(t, rows, cols);
		cp_suppress(t, rows, cols, hidden);
		for (size_t i = 0; i < rows * cols; i++)
			ck_assert(hidden[i] || t[i] >= CP_SUPPRESS_BELOW);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("suppress");
	TCase *tc = tcase_create("suppress");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_small_count_can_be_told);
	tcase_add_test(tc, what_is_large_is_shown);
	tcase_add_test(tc, two_small_ones_do_not_hide_each_other);
	tcase_add_test(tc, large_tables);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
