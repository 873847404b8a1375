#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/escrow.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/wiping.h"

/* The escrow copy of a keyring, and files whose bytes are overwritten when
 * they are replaced. */

static char dir[64], path[128], other[128];
static struct cp_secret *host, *identity;
static struct cp_shelf_ring *ring;
static struct cp_custody_public custody;
static struct cp_err err;
static struct cp_buf sealed;

static void
ensure(int month)
{
	ck_assert_int_eq(cp_shelf_ensure(ring, month, "2026-11-21", &err),
	    CP_OK);
}

static void
seal(int64_t generation)
{
	cp_buf_reset(&sealed);
	ck_assert_int_eq(cp_escrow_seal(ring, generation, "2026-11-22",
	    &custody, &sealed, &err), CP_OK);
}

static void
set_up(void)
{
	struct cp_age_recipient to;
	char key[128];

	strcpy(dir, "/tmp/cpadmin-escrow-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/shelves.key", dir);
	snprintf(other, sizeof(other), "%s/again.key", dir);
	snprintf(key, sizeof(key), "%s/host.key", dir);
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	ck_assert_int_eq(cp_hostkey_create(key, &err), CP_OK);
	ck_assert_int_eq(cp_hostkey_load(dir, &host, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_create(path, host, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_open(path, host, CP_SHELF_WRITE, &ring,
	    &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_new(&identity, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(identity, &to, &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_recipient_format(&to, custody.recipient,
	    &err), CP_OK);
	strcpy(custody.id, "0123456789abcdef");
	cp_buf_init(&sealed);
}

static void
tear_down(void)
{
	char command[128];

	cp_shelf_close(&ring);
	cp_secret_free(host);
	cp_secret_free(identity);
	cp_buf_clear(&sealed);
	host = identity = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static enum cp_rc
open_copy(struct cp_escrow **out)
{
	return cp_escrow_open(sealed.data, sealed.len, identity, out, &err);
}

START_TEST(test_what_it_holds)
{
	const struct cp_escrow_head *h;
	struct cp_escrow *e = NULL;

	seal(1); /* of an empty ring */
	ck_assert_int_eq(open_copy(&e), CP_OK);
	ck_assert_uint_eq(cp_escrow_head(e)->shelves, 0);
	cp_escrow_free(e);
	ensure(203211);
	ensure(203212);
	ensure(203301);
	ck_assert_int_eq(cp_shelf_destroy(ring, 203212, "2033-01-01", &err),
	    CP_OK);
	seal(7);
	ck_assert_int_eq(open_copy(&e), CP_OK);
	h = cp_escrow_head(e);
	ck_assert_int_eq(h->generation, 7);
	ck_assert_str_eq(h->made, "2026-11-22");
	ck_assert_str_eq(h->custody, custody.id);
	ck_assert_uint_eq(strlen(h->ring), 32);
	ck_assert_uint_eq(h->shelves, 2);
	ck_assert(cp_escrow_has(e, 203211) && cp_escrow_has(e, 203301));
	ck_assert(!cp_escrow_has(e, 203212));
	cp_escrow_free(e);
}
END_TEST

/* The ring made again opens what was wrapped, but not what is to stay gone. */
START_TEST(test_a_ring_made_again)
{
	struct cp_shelf_info gone[2] = {
		{ 203212, CP_SHELF_ZEROISED, "2033-01-02" },
		{ 203001, CP_SHELF_ZEROISED, "2030-02-01" } };
	struct cp_secret *new_host = NULL;
	struct cp_buf a, b, plain;
	struct cp_escrow *e = NULL;
	char text[128];
	struct stat st;

	cp_buf_init(&a);
	cp_buf_init(&b);
	cp_buf_init(&plain);
	ensure(203211);
	ensure(203212);
	ck_assert_int_eq(cp_shelf_wrap(ring, 203211, "P", "one", 4, &a, &err),
	    CP_OK);
	ck_assert_int_eq(cp_shelf_wrap(ring, 203212, "P", "two", 4, &b, &err),
	    CP_OK);
	seal(1);
	ck_assert_int_eq(open_copy(&e), CP_OK);
	snprintf(text, sizeof(text), "%s/new", dir);
	ck_assert_int_eq(mkdir(text, 0700), 0);
	snprintf(text, sizeof(text), "%s/new/host.key", dir);
	ck_assert_int_eq(cp_hostkey_create(text, &err), CP_OK);
	snprintf(text, sizeof(text), "%s/new", dir);
	ck_assert_int_eq(cp_hostkey_load(text, &new_host, &err), CP_OK);
	ck_assert_int_eq(cp_escrow_rebuild(e, gone, 2, other, new_host, &err),
	    CP_OK);
	cp_shelf_close(&ring);
	ck_assert_int_eq(cp_shelf_open(other, host, CP_SHELF_READ, &ring,
	    &err), CP_KEY);
	ck_assert_int_eq(cp_shelf_open(other, new_host, CP_SHELF_WRITE, &ring,
	    &err), CP_OK);
	ck_assert_int_eq(stat(other, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(cp_shelf_unwrap(ring, 203211, "P", a.data, a.len,
	    &plain, &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&plain), "one");
	ck_assert_int_eq(cp_shelf_unwrap(ring, 203212, "P", b.data, b.len,
	    &plain, &err), CP_KEY);
	ck_assert_int_eq(cp_shelf_ensure(ring, 203001, "2033-01-03", &err),
	    CP_REFUSED);
	cp_shelf_close(&ring);
	cp_secret_free(new_host);
	cp_escrow_free(e);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
	cp_buf_clear(&plain);
}
END_TEST

START_TEST(test_each_bit_of_a_copy)
{
	struct cp_escrow *e = NULL;
	size_t i, len;

	ensure(203211);
	seal(1);
	/* The header costs an X25519 each: every bit of it, and of the rest. */
	for (i = 0; i < 8 * sealed.len; i++) {
		sealed.data[i / 8] ^= (uint8_t)(1U << i % 8);
		ck_assert_msg(open_copy(&e) == CP_CORRUPT ||
		    err.code == CP_KEY, "bit %zu", i);
		ck_assert_ptr_null(e);
		sealed.data[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	len = sealed.len;
	for (sealed.len = 0; sealed.len < len; sealed.len++)
		ck_assert_int_ne(open_copy(&e), CP_OK);
	ck_assert_int_eq(open_copy(&e), CP_OK);
	cp_escrow_free(e);
}
END_TEST

/* What k custodians could seal themselves is still checked. */
static enum cp_rc
open_text(const char *text)
{
	struct cp_age_sealer *s = NULL;
	struct cp_age_recipient to;
	struct cp_escrow *e = NULL;
	enum cp_rc rc;

	cp_buf_reset(&sealed);
	ck_assert_int_eq(cp_age_recipient_parse(custody.recipient, &to, &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, &to, 1, text, strlen(text), &sealed,
	    &sealed, NULL, &err), CP_OK);
	cp_age_sealer_free(s);
	rc = open_copy(&e);
	cp_escrow_free(e);
	return rc;
}

START_TEST(test_texts)
{
	static const char *const bad[] = {
		"", "cpadmin escrow/1\n", "cpadmin escrow/2\nring ",
		"cpadmin escrow/1\nring 00112233445566778899aabbccddeeff\n"
		"generation 0\nmade 2026-11-22\ncustody a\nsum ",
		"cpadmin escrow/1\nring 00112233445566778899aabbccddeeff\n"
		"generation 1\nmade 2026-11-2\ncustody a\nsum ",
		"cpadmin escrow/1\nring 00112233445566778899aabbccddeeff\n"
		"generation 1\nmade 2026-11-22\ncustody a\nshelf 203213 "
		"2026-11-22 00\nsum ",
		"cpadmin escrow/1\nring 00112233445566778899aabbccddeeff\n"
		"generation 1\nmade 2026-11-22\ncustody a\nsum "
		"0000000000000000000000000000000000000000000000000000000000000"
		"000\n" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(open_text(bad[i]) == CP_CORRUPT, "%zu", i);
}
END_TEST

/* ---- files that hold what is to be forgotten ----------------------------- */

static void
put_file(const char *name, const char *text)
{
	ck_assert_int_eq(cp_file_write_durable(name, 0600, text, strlen(text),
	    &err), CP_OK);
}

static void
expect_file(const char *name, const char *text)
{
	struct cp_buf b;

	cp_buf_init(&b);
	ck_assert_int_eq(cp_file_read(name, 1000, &b, &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&b), text);
	cp_buf_clear(&b);
}

/* The bytes that an open descriptor still reaches. */
static void
expect_zeros(int fd, size_t len)
{
	char bytes[100];
	struct stat st;
	size_t i;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq((size_t)st.st_size, len);
	ck_assert_uint_eq(st.st_nlink, 0);
	ck_assert_int_eq(pread(fd, bytes, len, 0), (ssize_t)len);
	for (i = 0; i < len; i++)
		ck_assert_int_eq(bytes[i], 0);
}

START_TEST(test_the_old_bytes_go)
{
	char fresh[128], old[128];
	int fd;

	snprintf(fresh, sizeof(fresh), "%s/.x.new", dir);
	snprintf(old, sizeof(old), "%s/.x.old", dir);
	snprintf(other, sizeof(other), "%s/x", dir);
	ck_assert_int_eq(cp_wiping_finish(other, &err), CP_OK);
	ck_assert_int_eq(cp_wiping_write(other, 0600, "first", 5, &err),
	    CP_OK);
	expect_file(other, "first");
	fd = open(other, O_RDONLY);
	ck_assert_int_eq(cp_wiping_write(other, 0600, "second", 6, &err),
	    CP_OK);
	expect_file(other, "second");
	expect_zeros(fd, 5);
	close(fd);
	ck_assert(access(fresh, F_OK) != 0 && access(old, F_OK) != 0);
	ck_assert_int_eq(cp_wiping_write("/no/such/folder/x", 0600, "x", 1,
	    &err), CP_FAILED);
}
END_TEST

/* As a kill leaves it: before the second name, with it, after the rename. */
START_TEST(test_what_a_crash_left)
{
	char fresh[128], old[128];
	int fd;

	snprintf(fresh, sizeof(fresh), "%s/.x.new", dir);
	snprintf(old, sizeof(old), "%s/.x.old", dir);
	snprintf(other, sizeof(other), "%s/x", dir);
	put_file(other, "stands");
	put_file(fresh, "never");
	fd = open(fresh, O_RDONLY);
	ck_assert_int_eq(link(other, old), 0);
	ck_assert_int_eq(cp_wiping_finish(other, &err), CP_OK);
	expect_zeros(fd, 5);
	close(fd);
	expect_file(other, "stands");
	put_file(old, "before");
	fd = open(old, O_RDONLY);
	ck_assert_int_eq(cp_wiping_write(other, 0600, "after", 5, &err),
	    CP_OK);
	expect_zeros(fd, 6);
	close(fd);
	expect_file(other, "after");
	ck_assert(access(fresh, F_OK) != 0 && access(old, F_OK) != 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("escrow");
	TCase *t = tcase_create("escrow");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_what_it_holds);
	tcase_add_test(t, test_a_ring_made_again);
	tcase_add_test(t, test_each_bit_of_a_copy);
	tcase_add_test(t, test_texts);
	tcase_add_test(t, test_the_old_bytes_go);
	tcase_add_test(t, test_what_a_crash_left);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
