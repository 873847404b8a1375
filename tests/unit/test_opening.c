#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/opening.h"
#include "lifecycle/duties/restoring.h"

static struct cp_err err;

#define RECORD(id) \
	"{\"cpadmin\":\"record/1\",\"id\":\"" id "\",\"authority\":" \
	"\"E08000015\",\"names\":[{\"type\":\"current\",\"given\":\"Bo\"," \
	"\"family\":\"Quince\"}],\"gender\":\"male\",\"birth_date\":" \
	"\"2008-01-11\",\"numbers\":[],\"addresses\":[],\"carers\":[]," \
	"\"involvements\":[],\"left_england\":null,\"death\":null," \
	"\"letters\":{\"language\":\"en\",\"format\":\"standard\"}}\n"
#define HISTORY(id) \
	"{\"cpadmin\":\"history/1\",\"id\":\"" id "\",\"events\":[]," \
	"\"consents\":[]}\n"

static const struct cp_parcel parcel = { .id = "PK-1", .record_id = "CP-1",
	.status = "archived" };

/* Parses a package of the two members; NULL leaves one out. */
static enum cp_rc
parse(const char *record, const char *history, struct cp_opened *out)
{
	struct cp_member members[2];
	struct cp_buf plain;
	size_t n = 0;
	enum cp_rc rc;

	cp_buf_init(&plain);
	if (record != NULL)
		members[n++] = (struct cp_member){ "record.json", record,
			strlen(record) };
	if (history != NULL)
		members[n++] = (struct cp_member){ "history.json", history,
			strlen(history) };
	ck_assert_int_eq(cp_package_build(members, n, &plain, &err), CP_OK);
	rc = cp_opened_parse(&parcel, plain.data, plain.len, out, &err);
	cp_buf_clear(&plain);
	return rc;
}

START_TEST(test_the_right_record)
{
	struct cp_opened x;

	ck_assert_int_eq(parse(RECORD("CP-1"), HISTORY("CP-1"), &x), CP_OK);
	ck_assert_str_eq(x.doc->id, "CP-1");
	ck_assert_uint_eq(x.record_len, sizeof(RECORD("CP-1")) - 2);
	ck_assert_int_eq(x.record[x.record_len - 1], '}');
	ck_assert_int_eq(x.history[x.history_len - 1], '}');
	cp_opened_clear(&x);
}
END_TEST

static void
corrupt(const char *record, const char *history, const char *what)
{
	struct cp_opened x = { 0 };

	ck_assert_int_eq(parse(record, history, &x), CP_CORRUPT);
	ck_assert_int_eq(err.code, CP_CORRUPT);
	ck_assert_msg(strstr(err.what, what) != NULL, "%s", err.what);
	ck_assert_msg(strstr(err.what, "PK-1") != NULL, "%s", err.what);
	ck_assert_ptr_null(x.package);
}

START_TEST(test_anything_else)
{
	corrupt(RECORD("CP-2"), HISTORY("CP-1"), "record.json: it is another");
	corrupt(RECORD("CP-1"), HISTORY("CP-2"), "history.json: it is that of");
	corrupt(NULL, HISTORY("CP-1"), "record.json");
	corrupt(RECORD("CP-1"), NULL, "history.json");
	corrupt("{}", HISTORY("CP-1"), "record.json");
	corrupt(RECORD("CP-1"), "{\"id\":7}", "history.json");
	corrupt(RECORD("CP-1"), "nonsense", "history.json");
	corrupt(RECORD("CP-1"), "", "history.json");
}
END_TEST

START_TEST(test_not_a_package)
{
	struct cp_opened x = { 0 };

	ck_assert_int_eq(cp_opened_parse(&parcel, "tar?", 4, &x, &err),
	    CP_CORRUPT);
	ck_assert_ptr_null(x.package);
}
END_TEST

START_TEST(test_what_may_be_opened)
{
	struct cp_parcel_facts f = { .batch = "D-1" };
	struct cp_parcel p = parcel;

	ck_assert_int_eq(cp_parcel_openable(&p, &f, &err), CP_OK);
	ck_assert_int_eq(cp_date_parse("2032-03-05", &f.ended, &err), CP_OK);
	ck_assert_int_eq(cp_date_parse("2032-01-02", &p.destroy_due, &err),
	    CP_OK);
	strcpy(p.status, "restored");
	ck_assert_int_eq(cp_parcel_openable(&p, &f, &err), CP_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.what, "restored on 2032-03-05"));
	strcpy(p.status, "destroyed");
	ck_assert_int_eq(cp_parcel_openable(&p, &f, &err), CP_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.what, "destroyed on 2032-03-05"));
	ck_assert_ptr_nonnull(strstr(err.what, "2032-01-02, batch D-1"));
	ck_assert_ptr_nonnull(strstr(err.hint, "certificate D-1"));
}
END_TEST

START_TEST(test_what_may_be_restored)
{
	struct cp_parcel_facts f = { .batch = "D-1", .batch_status =
	    "approved", .waiting = 1 };
	struct cp_parcel p = parcel;

	ck_assert_int_eq(cp_restore_allowed(&p, &f, &err), CP_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.hint, "exclude D-1 PK-1"));
	f.waiting = 0; /* excluded from it */
	ck_assert_int_eq(cp_restore_allowed(&p, &f, &err), CP_OK);
	f.waiting = 1;
	strcpy(f.batch_status, "proposed");
	ck_assert_int_eq(cp_restore_allowed(&p, &f, &err), CP_OK);
	strcpy(p.status, "restored");
	ck_assert_int_eq(cp_restore_allowed(&p, &f, &err), CP_REFUSED);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("opening");
	TCase *t = tcase_create("opening");
	SRunner *r = srunner_create(s);
	int failed;

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	suite_add_tcase(s, t);
	tcase_add_test(t, test_the_right_record);
	tcase_add_test(t, test_anything_else);
	tcase_add_test(t, test_not_a_package);
	tcase_add_test(t, test_what_may_be_opened);
	tcase_add_test(t, test_what_may_be_restored);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
