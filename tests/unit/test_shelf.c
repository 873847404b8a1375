#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/shelf.h"

static char dir[64], path[128];
static struct cp_secret *host;
static struct cp_shelf_ring *ring;
static struct cp_err err;
static const char header[] = "age-encryption.org/v1 header";

static void
set_up(void)
{
	char key[128];

	strcpy(dir, "/tmp/cpadmin-shelf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/shelves.key", dir);
	snprintf(key, sizeof(key), "%s/host.key", dir);
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	ck_assert_int_eq(cp_hostkey_create(key, &err), CP_OK);
	ck_assert_int_eq(cp_hostkey_load(dir, &host, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_create(path, host, &err), CP_OK);
	ring = NULL;
}

static void
tear_down(void)
{
	char command[128];

	cp_shelf_close(&ring);
	cp_secret_free(host);
	host = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static enum cp_rc
open_ring(enum cp_shelf_mode mode)
{
	cp_shelf_close(&ring);
	return cp_shelf_open(path, host, mode, &ring, &err);
}

static void
ensure(int month)
{
	ck_assert_int_eq(cp_shelf_ensure(ring, month, "2026-11-21", &err),
	    CP_OK);
}

static void
wrap(int month, struct cp_buf *out)
{
	ck_assert_int_eq(cp_shelf_wrap(ring, month, "CP-1", header,
	    sizeof(header), out, &err), CP_OK);
}

static enum cp_rc
unwrap(int month, const char *id, const struct cp_buf *in)
{
	struct cp_buf out;
	enum cp_rc rc;

	cp_buf_init(&out);
	rc = cp_shelf_unwrap(ring, month, id, in->data, in->len, &out, &err);
	if (rc == CP_OK)
		ck_assert_str_eq(cp_buf_text(&out), header);
	else
		ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
	return rc;
}

START_TEST(test_host_key)
{
	struct cp_secret *other = NULL, *back = NULL;
	struct cp_buf w;
	char key[128];
	size_t i;

	cp_buf_init(&w);
	ck_assert_int_eq(cp_hostkey_wrap(host, "label", "secret", 6, &w,
	    &err), CP_OK);
	ck_assert_uint_eq(w.len, 6 + CP_HOSTKEY_OVERHEAD);
	ck_assert_int_eq(cp_hostkey_unwrap(host, "label", w.data, w.len,
	    &back, &err), CP_OK);
	ck_assert_mem_eq(cp_secret_bytes(back), "secret", 6);
	cp_secret_free(back);
	back = NULL;
	ck_assert_int_eq(cp_hostkey_unwrap(host, "Label", w.data, w.len,
	    &back, &err), CP_KEY);
	ck_assert_int_eq(cp_hostkey_unwrap(host, "label", w.data, 27, &back,
	    &err), CP_KEY);
	for (i = 0; i < w.len; i++) {
		w.data[i] ^= 1;
		ck_assert_int_eq(cp_hostkey_unwrap(host, "label", w.data,
		    w.len, &back, &err), CP_KEY);
		w.data[i] ^= 1;
	}
	cp_buf_clear(&w);
	snprintf(key, sizeof(key), "%s/host.key", dir);
	ck_assert_int_eq(cp_hostkey_create(key, &err), CP_REFUSED);
	ck_assert_int_eq(chmod(key, 0644), 0);
	ck_assert_int_eq(cp_hostkey_load(dir, &other, &err), CP_KEY);
	ck_assert_int_eq(truncate(key, 31), 0);
	ck_assert_int_eq(chmod(key, 0600), 0);
	ck_assert_int_eq(cp_hostkey_load(dir, &other, &err), CP_KEY);
	/* A credential comes first, and a missing one leads on. */
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	ck_assert_int_eq(cp_hostkey_load(dir, &other, &err), CP_KEY);
	snprintf(key, sizeof(key), "%s/cpadmin-host-key", dir);
	ck_assert_int_eq(cp_hostkey_create(key, &err), CP_OK);
	ck_assert_int_eq(cp_hostkey_load(dir, &other, &err), CP_OK);
	cp_secret_free(other);
	ck_assert_int_eq(cp_hostkey_load("/nowhere", &other, &err), CP_OK);
	cp_secret_free(other);
	other = NULL;
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	ck_assert_int_eq(cp_hostkey_load("/nowhere", &other, &err), CP_KEY);
	ck_assert_ptr_null(other);
}
END_TEST

START_TEST(test_wrap_and_destroy)
{
	struct cp_shelf_info info;
	struct cp_buf a, b;
	int i;

	cp_buf_init(&a);
	cp_buf_init(&b);
	ck_assert_int_eq(cp_shelf_create(path, host, &err), CP_REFUSED);
	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	for (i = 1; i <= 12; i++)
		ensure(203200 + i);
	ensure(203211);
	wrap(203211, &a);
	wrap(203212, &b);
	ck_assert_uint_eq(a.len, sizeof(header) + 28);
	for (i = 1; i <= 12; i++) {
		struct cp_buf more; /* more shelves than keys kept ready */

		cp_buf_init(&more);
		wrap(203200 + i, &more);
		ck_assert_int_eq(unwrap(203200 + i, "CP-1", &more), CP_OK);
		cp_buf_clear(&more);
	}
	ck_assert_int_eq(unwrap(203211, "CP-1", &a), CP_OK);
	ck_assert_int_eq(unwrap(203212, "CP-1", &a), CP_CORRUPT);
	ck_assert_int_eq(unwrap(203211, "CP-2", &a), CP_CORRUPT);
	a.data[20] ^= 1;
	ck_assert_int_eq(unwrap(203211, "CP-1", &a), CP_CORRUPT);
	a.data[20] ^= 1;
	ck_assert_int_eq(unwrap(203301, "CP-1", &a), CP_NOT_FOUND);
	ck_assert_int_eq(cp_shelf_destroy(ring, 203211, "2032-12-01", &err),
	    CP_OK);
	ck_assert_int_eq(unwrap(203211, "CP-1", &a), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.what, "shelf destroyed"));
	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	ck_assert_int_eq(unwrap(203211, "CP-1", &a), CP_KEY);
	ck_assert_int_eq(unwrap(203212, "CP-1", &b), CP_OK);
	ck_assert_int_eq(cp_shelf_ensure(ring, 203211, "2032-12-02", &err),
	    CP_REFUSED);
	ck_assert_int_eq(cp_shelf_destroy(ring, 203211, "2032-12-09", &err),
	    CP_OK);
	ck_assert_int_eq(cp_shelf_get(ring, 203211, &info, &err), CP_OK);
	ck_assert_int_eq(info.state, CP_SHELF_ZEROISED);
	ck_assert_str_eq(info.date, "2032-12-01");
	ck_assert_int_eq(cp_shelf_destroy(ring, 209901, "2032-12-09", &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_shelf_ensure(ring, 203213, "2026-11-21", &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_shelf_ensure(ring, 203212, "21.11.2026", &err),
	    CP_BAD_INPUT);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
}
END_TEST

/* The wrapped key must be nowhere in the file, which keeps its place. */
START_TEST(test_key_is_gone_from_the_file)
{
	struct stat before, after;
	struct cp_buf was, is;
	size_t i;

	cp_buf_init(&was);
	cp_buf_init(&is);
	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	ensure(203211);
	ensure(203212);
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_int_eq(cp_file_read(path, 10000, &was, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_destroy(ring, 203211, "2032-12-01", &err),
	    CP_OK);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_eq(cp_file_read(path, 10000, &is, &err), CP_OK);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_uint_eq(is.len, 3 * 128);
	for (i = 128 + 32; i < 128 + 92; i++)
		ck_assert_uint_eq(is.data[i], 0);
	ck_assert_mem_eq(is.data, was.data, 128);
	ck_assert_mem_eq(is.data + 256, was.data + 256, 128);
	ck_assert_ptr_null(memmem(is.data, is.len, was.data + 160, 8));
	cp_buf_clear(&was);
	cp_buf_clear(&is);
}
END_TEST

START_TEST(test_each_flip_is_found)
{
	struct cp_buf all;
	char slot[32];
	size_t i;
	int fd;

	cp_buf_init(&all);
	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	ensure(203211);
	ensure(203212);
	ck_assert_int_eq(cp_shelf_destroy(ring, 203211, "2032-12-01", &err),
	    CP_OK);
	cp_shelf_close(&ring);
	ck_assert_int_eq(cp_file_read(path, 10000, &all, &err), CP_OK);
	fd = open(path, O_WRONLY);
	for (i = 0; i < all.len; i++) {
		uint8_t bad = (uint8_t)(all.data[i] ^ (1U << i % 8));

		ck_assert_int_eq(pwrite(fd, &bad, 1, (off_t)i), 1);
		ck_assert_msg(open_ring(CP_SHELF_WRITE) == CP_CORRUPT,
		    "byte %zu", i);
		snprintf(slot, sizeof(slot), "slot %zu", i / 128);
		if (i >= 128)
			ck_assert_ptr_nonnull(strstr(err.what, slot));
		ck_assert_int_eq(pwrite(fd, &all.data[i], 1, (off_t)i), 1);
	}
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(open_ring(CP_SHELF_READ), CP_OK);
	cp_buf_clear(&all);
}
END_TEST

/* Killed inside an append at any byte, or before its data reached the disk:
 * the shelf was never used, so the ring opens without it. */
START_TEST(test_killed_while_appending)
{
	struct cp_shelf_info info;
	struct cp_buf all;
	struct stat st;
	size_t n;

	cp_buf_init(&all);
	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	ensure(203211);
	ensure(203212);
	ck_assert_int_eq(cp_file_read(path, 10000, &all, &err), CP_OK);
	for (n = 256; n <= 384; n++) {
		cp_shelf_close(&ring);
		ck_assert_int_eq(truncate(path, (off_t)n), 0);
		if (n == 384) {
			/* the length came to the disk, the bytes did not */
			ck_assert_int_eq(truncate(path, 256), 0);
			ck_assert_int_eq(truncate(path, 384), 0);
		}
		ck_assert_int_eq(open_ring(CP_SHELF_READ), CP_OK);
		ck_assert_int_eq(cp_shelf_get(ring, 203211, &info, &err),
		    CP_OK);
		ck_assert_int_eq(cp_shelf_get(ring, 203212, &info, &err),
		    CP_NOT_FOUND);
		ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_eq(st.st_size, 256);
		ensure(203212);
		ck_assert_int_eq(open_ring(CP_SHELF_READ), CP_OK);
		ck_assert_int_eq(cp_shelf_get(ring, 203212, &info, &err),
		    CP_OK);
	}
	cp_shelf_close(&ring);
	ck_assert_int_eq(truncate(path, 100), 0);
	ck_assert_int_eq(open_ring(CP_SHELF_READ), CP_CORRUPT);
	cp_buf_clear(&all);
}
END_TEST

START_TEST(test_who_may_open)
{
	struct cp_shelf_ring *second = NULL;
	struct cp_secret *other = NULL;

	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	ensure(203211);
	ck_assert_int_eq(cp_shelf_open(path, host, CP_SHELF_WRITE, &second,
	    &err), CP_BUSY);
	ck_assert_int_eq(cp_shelf_open(path, host, CP_SHELF_READ, &second,
	    &err), CP_OK);
	ck_assert_int_eq(cp_shelf_ensure(second, 203212, "2026-11-21", &err),
	    CP_REFUSED);
	ck_assert_int_eq(cp_shelf_destroy(second, 203211, "2026-11-21",
	    &err), CP_REFUSED);
	cp_shelf_close(&second);
	ck_assert_int_eq(cp_secret_new(&other, 32, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_open(path, other, CP_SHELF_READ, &second,
	    &err), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.what, "another host key"));
	cp_secret_free(other);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(cp_shelf_open(path, host, CP_SHELF_WRITE, &second,
	    &err), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.hint, "escrow"));
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

static enum cp_rc
on_shelf(void *ctx, const struct cp_shelf_info *info, struct cp_err *e)
{
	int *sum = ctx;

	(void)e;
	*sum = *sum * 2 + info->month % 100;
	return CP_OK;
}

START_TEST(test_each)
{
	int sum = 0, i;

	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	for (i = 0; i < 200; i++)
		ensure((2000 + i / 12) * 100 + i % 12 + 1);
	ck_assert_int_eq(open_ring(CP_SHELF_READ), CP_OK);
	cp_shelf_close(&ring);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(cp_shelf_create(path, host, &err), CP_OK);
	ck_assert_int_eq(open_ring(CP_SHELF_WRITE), CP_OK);
	ensure(203203);
	ensure(203201);
	ck_assert_int_eq(cp_shelf_each(ring, on_shelf, &sum, &err), CP_OK);
	ck_assert_int_eq(sum, 7);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("shelf");
	TCase *t = tcase_create("shelf");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_host_key);
	tcase_add_test(t, test_wrap_and_destroy);
	tcase_add_test(t, test_key_is_gone_from_the_file);
	tcase_add_test(t, test_each_flip_is_found);
	tcase_add_test(t, test_killed_while_appending);
	tcase_add_test(t, test_who_may_open);
	tcase_add_test(t, test_each);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
