#include "tests/unit/sar_store.h"

#include <dirent.h>

#include "lifecycle/duties/keeping.h"
#include "lifecycle/records/catalogue.h"

/* What a request keeps of an archived person's package. */

static const char text[] = "the package of one child";

static struct cp_record kid;
static struct cp_sar one;
static struct cp_parcel parcel;
static char key_path[120];

/* The kid is archived, in a package of a volume that need not be there. */
static void
put_away(void)
{
	static const struct cp_volume_sum sum = { .size = 1 };
	int64_t volume = 0;

	parcel = (struct cp_parcel){ .id = "PK-ONE", .record = kid.n,
		.archived = now.today, .destroy_due = day("2032-01-11"),
		.shelf = 203201, .rule = "age" };
	DOES(cp_volume_row_add(store, "V-2026-01-10-A", "K", now.today, &sum,
	    1, 0, &volume, &err));
	parcel.volume = volume;
	DOES(cp_record_strip(store, &kid, parcel.destroy_due, rules.policy_n,
	    &now, &err));
	DOES(cp_parcel_add(store, &parcel, rules.policy_n, "header", 6,
	    &err));
}

static void
setup(void)
{
	setup_with("policies/uk-2026.cfg", 1);
	kid = add_record("CP-A", "E08000015", "2007-03-09");
	put_away();
	one = open_about(&kid, "2026-01-05");
	(void)snprintf(key_path, sizeof(key_path), "%s/keys/access/%s.key",
	    dir, one.id);
}

static void
keep(int idx, const char *what)
{
	DOES(cp_keeping_put(&c, &one, idx, parcel.n, what, strlen(what),
	    &err));
}

/* What is kept for IDX, or NULL. */
static const char *
kept(int idx)
{
	static char got[200];
	struct cp_buf plain;
	int64_t package = 99;
	int found = -1;

	cp_buf_init(&plain);
	OK(cp_keeping_get(store, &one, idx, &package, &plain, &found, &err));
	ck_assert_int_eq(package, found ? parcel.n : 0);
	(void)snprintf(got, sizeof(got), "%s", cp_buf_text(&plain));
	cp_buf_clear(&plain);
	return found ? got : NULL;
}

static enum cp_rc
get(int idx)
{
	struct cp_buf plain;
	int64_t package = 99;
	int found = -1;
	enum cp_rc rc;

	cp_buf_init(&plain);
	cp_buf_puts(&plain, "before");
	rc = cp_keeping_get(store, &one, idx, &package, &plain, &found, &err);
	if (rc != CP_OK) {
		ck_assert_int_eq(found, -1);
		ck_assert_int_eq(package, 99);
		ck_assert_uint_eq(plain.len, 6);
	}
	cp_buf_clear(&plain);
	return rc;
}

/* Changes the database by another program. */
static void
sql(const char *what)
{
	char command[300];

	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db \"%s\"",
	    dir, what);
	ck_assert_int_eq(system(command), 0);
}

static void
close_one(void)
{
	DOES(cp_sar_answer(&c, &one, "withdrawn", NULL, now.today, &err));
	DOES(cp_sar_close(&c, &by, &one, &err));
}

static int
in_folder(void)
{
	char path[100];
	struct dirent *e;
	DIR *d;
	int n = 0;

	(void)snprintf(path, sizeof(path), "%s/keys/access", dir);
	d = opendir(path);
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return n;
}

/* ---- tests --------------------------------------------------------------- */

START_TEST(keeps_and_gives_back)
{
	struct stat st;

	ck_assert_ptr_null(kept(1));
	ck_assert_int_eq(stat(key_path, &st), -1);
	keep(1, text);
	ck_assert_str_eq(kept(1), text);
	ck_assert_ptr_null(kept(2));
	ck_assert_int_eq(stat(key_path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	keep(1, "another");
	keep(2, "of a sister");
	ck_assert_str_eq(kept(1), "another");
	ck_assert_str_eq(kept(2), "of a sister");
	keep(1, "");
	ck_assert_str_eq(kept(1), "");
}
END_TEST

START_TEST(nothing_can_be_read_in_the_database)
{
	char command[200];

	keep(1, text);
	(void)snprintf(command, sizeof(command), "grep -q 'of one child' "
	    "%s/store.db*", dir);
	ck_assert_int_ne(system(command), 0);
	(void)snprintf(command, sizeof(command), "grep -q 'SAR-0001' "
	    "%s/store.db*", dir);
	ck_assert_int_eq(system(command), 0); /* it does look there */
}
END_TEST

START_TEST(one_does_not_stand_for_another)
{
	keep(1, text);
	keep(2, "of a sister");
	sql("UPDATE sar_kept SET sealed = (SELECT sealed FROM sar_kept WHERE "
	    "subject = 2) WHERE subject = 1");
	ck_assert_int_eq(get(1), CP_CORRUPT);
	ck_assert_int_eq(get(2), CP_OK);
	sql("UPDATE sar_kept SET sealed = x'00' WHERE subject = 2");
	ck_assert_int_eq(get(2), CP_CORRUPT);
	keep(1, text);
	sql("INSERT INTO package(id, record, volume, archived, rule, "
	    "destroy_due, shelf, policy, status) SELECT 'PK-TWO', record, "
	    "volume, archived, rule, destroy_due, shelf, policy, 'restored' "
	    "FROM package");
	sql("UPDATE sar_kept SET package = 2 WHERE subject = 1");
	ck_assert_int_eq(get(1), CP_CORRUPT);
}
END_TEST

START_TEST(goes_with_the_request)
{
	char copy[130], command[300];
	uint8_t bytes[200];
	size_t n;
	FILE *f;

	keep(1, text);
	/* Another name of the same file: what is zeroised is that. */
	(void)snprintf(copy, sizeof(copy), "%s/linked", dir);
	ck_assert_int_eq(link(key_path, copy), 0);
	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db \""
	    "VACUUM INTO '%s/backup.db'\"", dir, dir);
	ck_assert_int_eq(system(command), 0);
	OK(cp_keeping_sweep(store, &err)); /* it is not over */
	ck_assert_str_eq(kept(1), text);
	close_one();
	ck_assert_ptr_null(kept(1));
	ck_assert_int_eq(in_folder(), 1);
	OK(cp_keeping_sweep(store, &err));
	ck_assert_int_eq(in_folder(), 0);
	f = fopen(copy, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	ck_assert_uint_eq(n, 60);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(bytes[i], 0);
	/* A backup of before has the row, and cannot be opened. */
	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db \""
	    "ATTACH '%s/backup.db' AS b; INSERT INTO sar_kept SELECT * FROM "
	    "b.sar_kept\"", dir, dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(get(1), CP_KEY);
	ck_assert_int_eq(rename(copy, key_path), 0);
	ck_assert_int_eq(get(1), CP_KEY);
	OK(cp_keeping_sweep(store, &err));
	ck_assert_int_eq(in_folder(), 0);
}
END_TEST

START_TEST(nothing_is_kept_after_it)
{
	close_one();
	REFUSES(CP_REFUSED, cp_keeping_put(&c, &one, 1, parcel.n, text,
	    sizeof(text), &err));
}
END_TEST

/* What a kill left while a key was written goes too; what is not ours does
 * not. */
START_TEST(leftovers_go)
{
	static const char *const names[] = { ".SAR-0001.key.part-abcdef",
		".SAR-0002.key.part-abcdef", "SAR-0077.key", "notes" };
	char path[160];
	FILE *f;

	keep(1, text);
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/keys/access/%s", dir,
		    names[i]);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		ck_assert_int_eq(fclose(f), 0);
	}
	OK(cp_keeping_sweep(store, &err));
	/* The request's key, the temporary beside it, the notes. */
	ck_assert_int_eq(in_folder(), 3);
	ck_assert_str_eq(kept(1), text);
	close_one();
	OK(cp_keeping_sweep(store, &err));
	ck_assert_int_eq(in_folder(), 1);
}
END_TEST

START_TEST(another_host_cannot_open_it)
{
	char path[100];

	keep(1, text);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	ck_assert_int_eq(remove(path), 0);
	OK(cp_hostkey_create(path, &err));
	ck_assert_int_eq(get(1), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.hint, "collect again"));
	keep(2, "put here"); /* under a key of its own, which opens that only */
	ck_assert_str_eq(kept(2), "put here");
	ck_assert_int_eq(get(1), CP_CORRUPT);
}
END_TEST

START_TEST(a_package_that_ends_is_not_kept)
{
	keep(1, text);
	DOES(cp_parcel_end(store, &parcel, "restored", now.today, &err));
	ck_assert_ptr_null(kept(1));
}
END_TEST

START_TEST(without_a_folder_there_is_nothing_to_sweep)
{
	OK(cp_keeping_sweep(store, &err));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeping");
	TCase *t = tcase_create("keeping");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, keeps_and_gives_back);
	tcase_add_test(t, nothing_can_be_read_in_the_database);
	tcase_add_test(t, one_does_not_stand_for_another);
	tcase_add_test(t, goes_with_the_request);
	tcase_add_test(t, nothing_is_kept_after_it);
	tcase_add_test(t, leftovers_go);
	tcase_add_test(t, another_host_cannot_open_it);
	tcase_add_test(t, a_package_that_ends_is_not_kept);
	tcase_add_test(t, without_a_folder_there_is_nothing_to_sweep);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
