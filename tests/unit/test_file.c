#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/secret.h"

static char dir[64], path[128];
static struct cp_err err;

static void
set_up(void)
{
	strcpy(dir, "/tmp/cpadmin-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	cp_err_clear(&err);
}

static void
tear_down(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
assert_holds(const char *text)
{
	struct cp_buf b;

	cp_buf_init(&b);
	ck_assert_int_eq(cp_file_read(path, 1000, &b, &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&b), text);
	cp_buf_clear(&b);
}

static int
names(void)
{
	DIR *d = opendir(dir);
	int n = -2; /* . and .. */

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	ck_assert_int_eq(closedir(d), 0);
	return n;
}

START_TEST(test_write_and_replace)
{
	struct cp_durable *d = NULL;
	struct stat st;

	ck_assert_int_eq(cp_file_write_new(path, 0640, "one", 3, &err),
	    CP_OK);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_int_eq(cp_file_write_new(path, 0640, "two", 3, &err),
	    CP_REFUSED);
	assert_holds("one");
	ck_assert_int_eq(names(), 1);
	ck_assert_int_eq(cp_durable_open(path, 0600, &d, &err), CP_OK);
	ck_assert_int_eq(cp_durable_write(d, "thr", 3, &err), CP_OK);
	assert_holds("one");
	ck_assert_int_eq(cp_durable_write(d, "ee", 2, &err), CP_OK);
	ck_assert_int_eq(cp_durable_commit(&d, &err), CP_OK);
	ck_assert_ptr_null(d);
	assert_holds("three");
	ck_assert_int_eq(cp_durable_open(path, 0600, &d, &err), CP_OK);
	ck_assert_int_eq(names(), 2);
	cp_durable_abort(&d);
	cp_durable_abort(&d);
	ck_assert_int_eq(names(), 1);
	assert_holds("three");
	ck_assert_int_eq(cp_file_unlink_durable(path, &err), CP_OK);
	ck_assert_int_eq(cp_file_unlink_durable(path, &err), CP_NOT_FOUND);
}
END_TEST

START_TEST(test_read_limits)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_buf_puts(&b, "old ");
	ck_assert_int_eq(cp_file_read(path, 5, &b, &err), CP_NOT_FOUND);
	ck_assert_int_eq(cp_file_write_new(path, 0600, "12345", 5, &err),
	    CP_OK);
	ck_assert_int_eq(cp_file_read(path, 4, &b, &err), CP_FAILED);
	ck_assert_str_eq(cp_buf_text(&b), "old ");
	ck_assert_int_eq(cp_file_read(path, 5, &b, &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&b), "old 12345");
	ck_assert_int_eq(cp_file_read(dir, 5, &b, &err), CP_FAILED);
	ck_assert_str_eq(cp_buf_text(&b), "old 12345");
	cp_buf_clear(&b);
}
END_TEST

START_TEST(test_full_disk_leaves_the_old)
{
	static char big[70000];
	struct rlimit was, now;
	enum cp_rc rc;

	ck_assert_int_eq(cp_file_write_new(path, 0600, "old", 3, &err),
	    CP_OK);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_IGN);
	now = was;
	now.rlim_cur = 50000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &now), 0);
	rc = cp_file_write_durable(path, 0600, big, sizeof(big), &err);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	ck_assert_int_eq(rc, CP_FAILED);
	ck_assert_int_eq(names(), 1);
	assert_holds("old");
}
END_TEST

START_TEST(test_secret)
{
	struct cp_secret *s = NULL;
	static const char *const bad[] = { "", "\n" };
	size_t i;

	ck_assert_int_eq(cp_file_read_secret(path, 10, &s, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_file_write_durable(path, 0600, "pass\n\n", 6,
	    &err), CP_OK);
	ck_assert_int_eq(cp_file_read_secret(path, 6, &s, &err), CP_OK);
	ck_assert_uint_eq(cp_secret_len(s), 6);
	cp_secret_free(s);
	s = NULL;
	ck_assert_int_eq(cp_file_read_secret(path, 5, &s, &err), CP_KEY);
	ck_assert_int_eq(cp_file_read_passphrase(path, &s, &err), CP_OK);
	ck_assert_uint_eq(cp_secret_len(s), 5);
	ck_assert_mem_eq(cp_secret_bytes(s), "pass\n", 5);
	cp_secret_free(s);
	s = NULL;
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(cp_file_read_passphrase(path, &s, &err), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.hint, "chmod 600"));
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_assert_int_eq(cp_file_read_secret(path, 10, &s, &err), CP_KEY);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(cp_file_write_durable(path, 0600, bad[i],
		    strlen(bad[i]), &err), CP_OK);
		ck_assert_int_eq(cp_file_read_passphrase(path, &s, &err),
		    CP_KEY);
	}
	ck_assert_int_eq(cp_file_read_secret(dir, 10, &s, &err), CP_KEY);
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(test_lock)
{
	int a = -1, b = -1;

	ck_assert_int_eq(cp_file_lock(path, &a, &err), CP_OK);
	ck_assert_int_eq(cp_file_lock(path, &b, &err), CP_BUSY);
	ck_assert_int_eq(b, -1);
	ck_assert_int_eq(cp_fd_close(&a, path, &err), CP_OK);
	ck_assert_int_eq(cp_file_lock(path, &b, &err), CP_OK);
	ck_assert_int_eq(cp_fd_close(&b, path, &err), CP_OK);
}
END_TEST

START_TEST(test_zeroise_in_place)
{
	struct stat before, after;
	char text[2001], want[2001];
	struct cp_buf b;
	int fd;

	memset(text, 'x', 2000);
	memcpy(want, text, 2000);
	memset(want + 100, 0, 1100);
	memcpy(want + 1300, "over", 4);
	ck_assert_int_eq(cp_file_write_new(path, 0600, text, 2000, &err),
	    CP_OK);
	fd = open(path, O_RDWR);
	ck_assert_int_eq(fstat(fd, &before), 0);
	ck_assert_int_eq(cp_file_zeroise(fd, 100, NULL, 1100, path, &err),
	    CP_OK);
	ck_assert_int_eq(cp_file_zeroise(fd, 1300, "over", 4, path, &err),
	    CP_OK);
	ck_assert_int_eq(cp_fd_close(&fd, path, &err), CP_OK);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	cp_buf_init(&b);
	ck_assert_int_eq(cp_file_read(path, 2000, &b, &err), CP_OK);
	ck_assert_uint_eq(b.len, 2000);
	ck_assert_mem_eq(b.data, want, 2000);
	cp_buf_clear(&b);
	fd = open(path, O_RDONLY);
	ck_assert_int_eq(cp_file_zeroise(fd, 0, NULL, 10, path, &err),
	    CP_FAILED);
	ck_assert_int_eq(cp_fd_pread(fd, text, 10, 1995, path, &err),
	    CP_CORRUPT);
	ck_assert_int_eq(cp_fd_close(&fd, path, &err), CP_OK);
}
END_TEST

START_TEST(test_dirs_and_names)
{
	char sub[192];

	snprintf(sub, sizeof(sub), "%s/sub", dir);
	ck_assert_int_eq(cp_dir_make(sub, 0700, &err), CP_OK);
	ck_assert_int_eq(cp_dir_make(sub, 0700, &err), CP_OK);
	ck_assert_int_eq(cp_dir_sync(sub, &err), CP_OK);
	ck_assert_int_eq(cp_file_write_new(path, 0600, "x", 1, &err), CP_OK);
	ck_assert_int_eq(cp_dir_make(path, 0700, &err), CP_REFUSED);
	ck_assert_int_eq(cp_dir_sync(path, &err), CP_NOT_FOUND);
	strcat(sub, "/deep");
	ck_assert_int_eq(cp_file_rename_new(path, sub, &err), CP_OK);
	ck_assert_int_eq(cp_file_write_new(path, 0600, "y", 1, &err), CP_OK);
	ck_assert_int_eq(cp_file_rename_new(path, sub, &err), CP_REFUSED);
	assert_holds("y");
	strcat(sub, "/no/such");
	ck_assert_int_eq(cp_file_write_new(sub, 0600, "x", 1, &err),
	    CP_FAILED);
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(cp_file_write_new("bare", 0600, "x", 1, &err),
	    CP_OK);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("file");
	TCase *t = tcase_create("file");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_write_and_replace);
	tcase_add_test(t, test_read_limits);
	tcase_add_test(t, test_full_disk_leaves_the_old);
	tcase_add_test(t, test_secret);
	tcase_add_test(t, test_lock);
	tcase_add_test(t, test_zeroise_in_place);
	tcase_add_test(t, test_dirs_and_names);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
