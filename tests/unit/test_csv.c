#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/records/csv.h"

static struct cp_err err;

/* Every row of LEN bytes as "line[a|b]" or "line!cause". */
static void
render(const char *data, size_t len, struct cp_buf *out)
{
	/* fmemopen will not open nothing. */
	FILE *in = len > 0 ? fmemopen((void *)(uintptr_t)data, len, "r") :
	    fopen("/dev/null", "r");
	const struct cp_csv_row *row = NULL;
	struct cp_csv *csv = NULL;

	ck_assert_ptr_nonnull(in);
	ck_assert_int_eq(cp_csv_new(in, &csv, &err), CP_OK);
	for (;;) {
		ck_assert_int_eq(cp_csv_next(csv, &row, &err), CP_OK);
		if (row == NULL)
			break;
		cp_buf_printf(out, "%zu", row->line);
		if (row->bad != NULL) {
			ck_assert_uint_eq(row->n, 0);
			cp_buf_printf(out, "!%s", row->bad);
		} else {
			cp_buf_putc(out, '[');
			for (size_t i = 0; i < row->n; i++) {
				ck_assert_uint_eq(strlen(row->field[i]),
				    row->len[i]);
				cp_buf_printf(out, "%s%s", i > 0 ? "|" : "",
				    row->field[i]);
			}
			cp_buf_putc(out, ']');
		}
		cp_buf_putc(out, ';');
	}
	cp_csv_free(csv);
	ck_assert_int_eq(fclose(in), 0);
}

static const char *const cases[][2] = {
	{ "", "" },
	{ "\n", "" },
	{ "a,b\n1,2\n", "1[a|b];2[1|2];" },
	{ "a,b\r\n1,2\r\n", "1[a|b];2[1|2];" },
	{ "a,b\n1,2", "1[a|b];2[1|2];" },
	{ "a,b\r\n1,2\r", "1[a|b];2!carriage return without line feed;" },
	{ "\xEF\xBB\xBF" "a,b\n1,2\n", "1[a|b];2[1|2];" },
	{ "\xEF\xBB\xBF\"a\",b\n", "1[a|b];" },
	{ "\xEF\xBB", "1[\xEF\xBB];" },
	{ "a,b\n\n\r\n1,2\n", "1[a|b];4[1|2];" },
	{ "\n\na\n", "3[a];" },
	{ "a,b\n,\n", "1[a|b];2[|];" },
	{ "a\n\"\"\n", "1[a];2[];" },
	{ "a,b\n\"x,y\",\"q\"\"q\"\n", "1[a|b];2[x,y|q\"q];" },
	{ "a,b\n\"x\ny\",z\n1,2\n", "1[a|b];2[x\ny|z];4[1|2];" },
	{ "a,b\n\"x\r\ny\",z\r\n1,2\n", "1[a|b];2[x\r\ny|z];4[1|2];" },
	{ "a,b\n x , y \n", "1[a|b];2[ x | y ];" },
	{ "a,b\n1\n2,3\n", "1[a|b];2!too few fields;3[2|3];" },
	{ "a,b\n1,2,3\n2,3\n", "1[a|b];2!too many fields;3[2|3];" },
	{ "a,b\nx\"y,2\n2,3\n",
	    "1[a|b];2!quote inside an unquoted field;3[2|3];" },
	{ "a,b\n\"x\"y,2\n2,3\n",
	    "1[a|b];2!text after a closing quote;3[2|3];" },
	{ "a,b\n\"x\" ,2\n2,3\n",
	    "1[a|b];2!text after a closing quote;3[2|3];" },
	{ "a,b\nx\ry,2\n2,3\n",
	    "1[a|b];2!carriage return without line feed;3[2|3];" },
	{ "a,b\n\"x\"\ry,2\n2,3\n",
	    "1[a|b];2!carriage return without line feed;3[2|3];" },
	{ "a,b\n\"x,2\n2,3\n4,5", "1[a|b];2!quote not closed;3[2|3];4[4|5];" },
	{ "a,b\n\"x\n2,3\n\"", "1[a|b];2!too few fields;3[2|3];"
	    "4!quote not closed;" },
	{ "a,b\n1,\"", "1[a|b];2!quote not closed;" },
	{ "a,b\n1,\"2\"", "1[a|b];2[1|2];" },
	{ "a,b\n1,", "1[a|b];2[1|];" },
	{ "a\"b\n1,2\n", "1!quote inside an unquoted field;2[1|2];" },
};

START_TEST(rows)
{
	struct cp_buf b;

	cp_buf_init(&b);
	render(cases[_i][0], strlen(cases[_i][0]), &b);
	ck_assert_str_eq(cp_buf_text(&b), cases[_i][1]);
	cp_buf_clear(&b);
}
END_TEST

START_TEST(nul_bytes)
{
	static const char data[] = "a,b\nx\0y,2\n\"x\0\",2\n3,4\n";
	struct cp_buf b;

	cp_buf_init(&b);
	render(data, sizeof(data) - 1, &b);
	ck_assert_str_eq(cp_buf_text(&b),
	    "1[a|b];2!NUL character;3!NUL character;4[3|4];");
	cp_buf_clear(&b);
}
END_TEST

/* Rows of all lengths around the sizes of the reader's buffer come out as they
 * went in. */
START_TEST(buffers_are_crossed)
{
	struct cp_buf in;
	struct cp_buf want;
	struct cp_buf got;

	cp_buf_init(&in);
	cp_buf_init(&want);
	cp_buf_init(&got);
	for (size_t i = 1; i <= 3000; i++) {
		cp_buf_printf(&in, "%zu,\"", i);
		cp_buf_printf(&want, "%zu[%zu|", i, i);
		for (size_t j = 0; j < i % 211; j++) {
			cp_buf_puts(&in, j % 7 ? "x" : "\"\"");
			cp_buf_puts(&want, j % 7 ? "x" : "\"");
		}
		cp_buf_puts(&in, i % 2 ? "\"\r\n" : "\"\n");
		cp_buf_puts(&want, "];");
	}
	render(cp_buf_text(&in), in.len, &got);
	ck_assert_str_eq(cp_buf_text(&got), cp_buf_text(&want));
	cp_buf_clear(&in);
	cp_buf_clear(&want);
	cp_buf_clear(&got);
}
END_TEST

/* A row with a field of N bytes, quoted or not, then a good one. */
static void
long_row(size_t n, const char *quote, const char *want)
{
	struct cp_buf in;
	struct cp_buf got;
	uint8_t *at;

	cp_buf_init(&in);
	cp_buf_init(&got);
	cp_buf_printf(&in, "a,b\n%s", quote);
	at = cp_buf_grow(&in, n);
	ck_assert_ptr_nonnull(at);
	memset(at, 'x', n);
	cp_buf_printf(&in, "%s,2\n3,4\n", quote);
	render(cp_buf_text(&in), in.len, &got);
	if (want != NULL)
		ck_assert_str_eq(cp_buf_text(&got), want);
	else
		ck_assert_uint_gt(got.len, n);
	cp_buf_clear(&in);
	cp_buf_clear(&got);
}

START_TEST(long_rows)
{
	static const char refused[] = "1[a|b];2!over 1 MiB long;3[3|4];";

	long_row(CP_CSV_ROW_MAX - 100, "", NULL);
	long_row(CP_CSV_ROW_MAX - 100, "\"", NULL);
	long_row(CP_CSV_ROW_MAX + 1, "", refused);
	long_row(CP_CSV_ROW_MAX + 1, "\"", refused);
	long_row(9 * CP_CSV_ROW_MAX, "", refused);
	long_row(9 * CP_CSV_ROW_MAX, "\"", refused);
}
END_TEST

START_TEST(too_many_fields)
{
	char data[1000];
	struct cp_buf b;

	cp_buf_init(&b);
	memset(data, ',', sizeof(data));
	data[CP_CSV_FIELDS_MAX - 1] = '\n';
	data[sizeof(data) - 1] = '\n';
	render(data, sizeof(data), &b);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&b),
	    "2!too many fields;"));
	cp_buf_reset(&b);
	data[CP_CSV_FIELDS_MAX - 1] = ',';
	render(data, sizeof(data), &b);
	ck_assert_str_eq(cp_buf_text(&b), "1!too many fields;");
	cp_buf_clear(&b);
}
END_TEST

START_TEST(a_failing_file_is_an_error)
{
	const struct cp_csv_row *row = NULL;
	FILE *in = fopen("/", "r");
	struct cp_csv *csv = NULL;

	ck_assert_ptr_nonnull(in);
	ck_assert_int_eq(cp_csv_new(in, &csv, &err), CP_OK);
	ck_assert_int_eq(cp_csv_next(csv, &row, &err), CP_FAILED);
	cp_csv_free(csv);
	ck_assert_int_eq(fclose(in), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("csv");
	TCase *t = tcase_create("csv");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, rows, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(t, nul_bytes);
	tcase_add_test(t, buffers_are_crossed);
	tcase_add_test(t, long_rows);
	tcase_add_test(t, too_many_fields);
	tcase_add_test(t, a_failing_file_is_an_error);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
