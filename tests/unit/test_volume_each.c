#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/volume.h"
#include "archive/volume_each.h"

static char dir[64];
static struct cp_err err;
static char seen[256];

static void
set_up(void)
{
	static const char *const payloads[] = { "first", "", "third" };
	struct cp_volume_writer *w = NULL;
	struct cp_volume_sum sum;
	char id[8];

	strcpy(dir, "/tmp/cpadmin-each-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	cp_err_clear(&err);
	seen[0] = '\0';
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c0ffee", "2026-11-21", 3,
	    &w, &err), CP_OK);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(id, sizeof(id), "P-%d", i);
		ck_assert_int_eq(cp_volume_add(w, id, payloads[i],
		    strlen(payloads[i]), &err), CP_OK);
	}
	ck_assert_int_eq(cp_volume_close(&w, &sum, &err), CP_OK);
}

static void
tear_down(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static enum cp_rc
note(void *ctx, const char *id, const void *payload, size_t len,
    struct cp_err *e)
{
	size_t at = strlen(seen);

	(void)snprintf(seen + at, sizeof(seen) - at, "%s=%.*s;", id, (int)len,
	    len > 0 ? (const char *)payload : "");
	return ctx != NULL && strcmp(id, ctx) == 0 ?
	    cp_fail(e, CP_REFUSED, "enough") : CP_OK;
}

START_TEST(test_all_in_order)
{
	ck_assert_int_eq(cp_volume_each(dir, "V-1", note, NULL, &err), CP_OK);
	ck_assert_str_eq(seen, "P-0=first;P-1=;P-2=third;");
}
END_TEST

START_TEST(test_stops_where_told)
{
	char last[] = "P-1";

	ck_assert_int_eq(cp_volume_each(dir, "V-1", note, last, &err),
	    CP_REFUSED);
	ck_assert_str_eq(seen, "P-0=first;P-1=;");
}
END_TEST

START_TEST(test_refuses)
{
	char from[96], to[96];

	ck_assert_int_eq(cp_volume_each(dir, "V-2", note, NULL, &err),
	    CP_NOT_FOUND);
	(void)snprintf(from, sizeof(from), "%s/V-1.tar", dir);
	(void)snprintf(to, sizeof(to), "%s/V-2.tar", dir);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(cp_volume_each(dir, "V-2", note, NULL, &err),
	    CP_CORRUPT);
	ck_assert_str_eq(seen, "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("volume_each");
	TCase *t = tcase_create("volume_each");
	SRunner *r = srunner_create(s);
	int failed;

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_all_in_order);
	tcase_add_test(t, test_stops_where_told);
	tcase_add_test(t, test_refuses);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
