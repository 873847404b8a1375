#include <check.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/volume_copy.h"
#include "archive/volume_salvage.h"
#include "lifecycle/rules/rate.h"

/* Volumes in two folders, A and B; two packages of one block each, so that
 * VOLUME.json fills bytes 0-1023, P-1 1024-2047, P-2 2048-3071. */
enum { DATA_1 = 1536, DATA_2 = 2560, LIST = 3072 };

static char dir[64], a[80], b[80];
static struct cp_err err;
static struct cp_volume_sum sum;
static const char *const ids[] = { "P-1", "P-2" };
static const char *const payloads[] = { "the first one's", "the second's" };

static void
make(const char *folder, const char *id, const char *first,
    const char *second, struct cp_volume_sum *out)
{
	struct cp_volume_writer *w = NULL;

	ck_assert_int_eq(cp_volume_open(folder, id, "c0ffee", "2026-11-21", 2,
	    &w, &err), CP_OK);
	ck_assert_int_eq(cp_volume_add(w, ids[0], first, strlen(first), &err),
	    CP_OK);
	ck_assert_int_eq(cp_volume_add(w, ids[1], second, strlen(second),
	    &err), CP_OK);
	ck_assert_int_eq(cp_volume_close(&w, out, &err), CP_OK);
}

static void
set_up(void)
{
	strcpy(dir, "/tmp/cpadmin-mend-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(a, sizeof(a), "%s/a", dir);
	snprintf(b, sizeof(b), "%s/b", dir);
	ck_assert_int_eq(mkdir(a, 0700), 0);
	ck_assert_int_eq(mkdir(b, 0700), 0);
	make(a, "V-1", payloads[0], payloads[1], &sum);
}

static void
tear_down(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static int
open_volume(const char *folder, const char *id)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.tar", folder, id);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static void
flip(int fd, size_t bit)
{
	uint8_t byte;

	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
	byte ^= (uint8_t)(1U << bit % 8);
	ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
}

static void
spoil(const char *folder, const char *id, size_t at)
{
	int fd = open_volume(folder, id);

	flip(fd, at * 8);
	ck_assert_int_eq(close(fd), 0);
}

static void
second_copy(void)
{
	ck_assert_int_eq(cp_volume_copy(a, b, "V-1", &sum, 0, &err), CP_OK);
}

static int
is_there(const char *folder, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* Either the payload as it was sealed, or nothing and CP_CORRUPT. */
static int
read_or_refuse(const char *folder, size_t i)
{
	struct cp_buf out;
	enum cp_rc rc;
	int ok;

	cp_buf_init(&out);
	rc = cp_volume_read(folder, "V-1", ids[i], &out, &err);
	ok = rc == CP_OK ? strcmp(cp_buf_text(&out), payloads[i]) == 0 :
	    (rc == CP_CORRUPT || rc == CP_NOT_FOUND) && out.len == 0;
	cp_buf_clear(&out);
	return ok;
}

/* ---- tamper ------------------------------------------------------------ */

START_TEST(every_bit_is_found)
{
	struct stat st;
	int fd = open_volume(a, "V-1");

	ck_assert_int_eq(fstat(fd, &st), 0);
	for (size_t bit = 0; bit < (size_t)st.st_size * 8; bit++) {
		flip(fd, bit);
		ck_assert_msg(cp_volume_check(a, "V-1", &sum, NULL, NULL,
		    NULL, &err) == CP_CORRUPT, "bit %zu", bit);
		ck_assert_msg(read_or_refuse(a, bit & 1), "bit %zu", bit);
		flip(fd, bit);
	}
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(cp_volume_check(a, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_OK);
}
END_TEST

START_TEST(every_truncation_is_found)
{
	struct stat st;
	int fd = open_volume(a, "V-1");

	ck_assert_int_eq(fstat(fd, &st), 0);
	for (off_t n = st.st_size - 1; n >= 0; n--) {
		ck_assert_int_eq(ftruncate(fd, n), 0);
		ck_assert_msg(cp_volume_check(a, "V-1", &sum, NULL, NULL,
		    NULL, &err) == CP_CORRUPT, "%lld bytes", (long long)n);
		if (n % 64 == 0)
			ck_assert_msg(read_or_refuse(a, (n / 64) & 1),
			    "%lld bytes", (long long)n);
	}
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

static void
swap_blocks(int fd, off_t x, off_t y, size_t n)
{
	uint8_t p[1024], q[1024];

	ck_assert_int_eq(pread(fd, p, n, x), (ssize_t)n);
	ck_assert_int_eq(pread(fd, q, n, y), (ssize_t)n);
	ck_assert_int_eq(pwrite(fd, p, n, y), (ssize_t)n);
	ck_assert_int_eq(pwrite(fd, q, n, x), (ssize_t)n);
}

START_TEST(swaps_are_found)
{
	struct cp_volume_sum other;
	struct cp_buf out;
	char from[160], to[160];
	int fd = open_volume(a, "V-1");

	/* Only the bytes, and with their headers. */
	swap_blocks(fd, DATA_1, DATA_2, 512);
	ck_assert_int_eq(cp_volume_check(a, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_CORRUPT);
	ck_assert(read_or_refuse(a, 0) && read_or_refuse(a, 1));
	swap_blocks(fd, DATA_1, DATA_2, 512);
	swap_blocks(fd, DATA_1 - 512, DATA_2 - 512, 1024);
	ck_assert_int_eq(cp_volume_check(a, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_CORRUPT);
	ck_assert(read_or_refuse(a, 0) && read_or_refuse(a, 1));
	ck_assert_int_eq(close(fd), 0);
	/* Written anew, with a MANIFEST of its own: the catalogue's sum. */
	make(b, "V-1", payloads[1], payloads[0], &other);
	ck_assert_int_eq(cp_volume_check(b, "V-1", NULL, NULL, NULL, NULL,
	    &err), CP_OK);
	ck_assert_int_eq(cp_volume_check(b, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_CORRUPT);
	/* Another volume under this name. */
	make(b, "V-2", payloads[0], payloads[1], &other);
	snprintf(from, sizeof(from), "%s/V-2.tar", b);
	snprintf(to, sizeof(to), "%s/V-1.tar", b);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(cp_volume_check(b, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_CORRUPT);
	cp_buf_init(&out);
	ck_assert_int_eq(cp_volume_read(b, "V-1", "P-1", &out, &err),
	    CP_CORRUPT);
	ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
}
END_TEST

/* Where MANIFEST and all agree with the swap, the cipher does not: not a byte
 * of the other's plaintext comes out. */
START_TEST(a_swapped_payload_does_not_open)
{
	struct cp_age_sealer *s = NULL;
	struct cp_age_recipient to;
	struct cp_secret *secret = NULL, *key[2] = { NULL, NULL };
	struct cp_buf header, payload[2], plain;

	ck_assert_int_eq(cp_crypto_init(&err), CP_OK);
	ck_assert_int_eq(cp_age_identity_new(&secret, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(secret, &to, &err), CP_OK);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	cp_buf_init(&header);
	cp_buf_init(&plain);
	for (size_t i = 0; i < 2; i++) {
		cp_buf_init(&payload[i]);
		ck_assert_int_eq(cp_age_seal(s, &to, 1, payloads[i],
		    strlen(payloads[i]), &header, &payload[i], &key[i], &err),
		    CP_OK);
	}
	for (size_t i = 0; i < 4; i++) {
		const struct cp_buf *p = &payload[i & 1];

		cp_buf_reset(&plain);
		ck_assert_int_eq(cp_age_payload_open(key[i >> 1], p->data,
		    p->len, &plain, &err), (i & 1) == i >> 1 ? CP_OK :
		    CP_CORRUPT);
		ck_assert_str_eq(cp_buf_text(&plain), (i & 1) == i >> 1 ?
		    payloads[i & 1] : "");
	}
	for (size_t i = 0; i < 2; i++) {
		cp_secret_free(key[i]);
		cp_buf_clear(&payload[i]);
	}
	cp_buf_clear(&header);
	cp_buf_clear(&plain);
	cp_secret_free(secret);
	cp_age_sealer_free(s);
}
END_TEST

/* ---- copies ------------------------------------------------------------ */

START_TEST(copy)
{
	struct cp_volume_sum wrong = sum;

	second_copy();
	ck_assert_int_eq(cp_volume_check(b, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_OK);
	ck_assert_int_eq(cp_volume_copy(a, b, "V-1", &sum, 0, &err),
	    CP_REFUSED);
	spoil(b, "V-1", DATA_1);
	ck_assert_int_eq(cp_volume_copy(a, b, "V-1", &sum, 1, &err), CP_OK);
	ck_assert_int_eq(cp_volume_check_paced(b, "V-1", &sum, NULL, NULL,
	    &err), CP_OK);
	wrong.sha256[31] ^= 1;
	ck_assert_int_eq(cp_volume_copy(a, b, "V-1", &wrong, 1, &err),
	    CP_CORRUPT);
	spoil(a, "V-1", DATA_1);
	ck_assert_int_eq(cp_volume_copy(a, b, "V-1", &sum, 1, &err),
	    CP_CORRUPT);
	ck_assert_int_eq(cp_volume_check(b, "V-1", &sum, NULL, NULL, NULL,
	    &err), CP_OK);
	ck_assert(!is_there(b, ".V-1.part"));
	ck_assert_int_eq(cp_volume_copy(a, b, "V-9", &sum, 1, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_volume_copy(a, "/nowhere", "V-1", &sum, 1, &err),
	    CP_NOT_FOUND);
}
END_TEST

static void
count_bytes(void *ctx, size_t n)
{
	*(size_t *)ctx += n;
}

START_TEST(paced)
{
	size_t n = 0;

	ck_assert_int_eq(cp_volume_check_paced(a, "V-1", &sum, count_bytes,
	    &n, &err), CP_OK);
	ck_assert_uint_eq(n, sum.size);
	spoil(a, "V-1", DATA_2);
	ck_assert_int_eq(cp_volume_check_paced(a, "V-1", &sum, count_bytes,
	    &n, &err), CP_CORRUPT);
}
END_TEST

/* Bytes, a second, milliseconds passed, to wait. */
static const struct {
	int64_t bytes, rate, passed, wait;
} waits[] = {
	{ 0, 1000, 0, 0 },
	{ 1000, 0, 0, 0 },
	{ 1000, -5, 0, 0 },
	{ 1000, 1000, 0, 1000 },
	{ 1000, 1000, 400, 600 },
	{ 1000, 1000, 1000, 0 },
	{ 1000, 1000, 99999, 0 },
	{ 1, 1000000, 0, 1 }, /* rounded up: never faster than allowed */
	{ 1500, 1000, 0, 1500 },
	{ 1000, 1000, -7, 1000 }, /* a clock that went back */
	{ 20000000, 20000000, 999, 1 },
	{ INT64_MAX, 1, 0, 3600000 },
	{ INT64_MAX, INT64_MAX, 0, 1000 },
	{ 1000000000000, 20000000, 0, 3600000 },
	{ 1000000000000, 20000000, 49999999, 1 },
};

START_TEST(rate)
{
	ck_assert_int_eq(cp_rate_wait(waits[_i].bytes, waits[_i].rate,
	    waits[_i].passed), waits[_i].wait);
}
END_TEST

/* Whoever waits as told reads no faster, whatever the pieces. */
START_TEST(rate_holds)
{
	int64_t passed = 0, bytes = 0;

	for (int i = 1; i < 2000; i++) {
		bytes += i * 37 % 65536;
		passed += cp_rate_wait(bytes, 123457, passed);
		ck_assert_int_le(bytes, (passed * 123457 + 999) / 1000);
		ck_assert_int_le(passed, bytes * 1000 / 123457 + 1);
	}
}
END_TEST

/* ---- salvage ----------------------------------------------------------- */

static char lost_ids[64];

static void
on_lost(void *ctx, const char *id)
{
	(void)ctx;
	strcat(lost_ids, id);
	strcat(lost_ids, " ");
}

/* From V-1 in both folders, and V-9 in B, into V-2; what is lost is WANT. */
static enum cp_rc
salvage(const char *want)
{
	const struct cp_salvage_source sources[] = { { a, "V-1" },
		{ b, "V-1" }, { b, "V-9" } };
	struct cp_salvage x = { sources, 3, ids, 2, on_lost, NULL, 0 };
	struct cp_volume_sum made;
	struct cp_buf out;
	enum cp_rc rc;

	lost_ids[0] = '\0';
	rc = cp_volume_salvage(&x, a, "V-2", "c0ffee", "2026-11-21", &made,
	    &err);
	ck_assert_msg(strcmp(lost_ids, want) == 0, "lost %s (%s)", lost_ids,
	    err.what);
	if (rc != CP_OK)
		return rc;
	ck_assert_int_eq(cp_volume_check(a, "V-2", &made, NULL, NULL, NULL,
	    &err), CP_OK);
	cp_buf_init(&out);
	for (size_t i = 0; i < 2; i++) {
		if (strstr(want, ids[i]) != NULL)
			continue;
		cp_buf_reset(&out);
		ck_assert_int_eq(cp_volume_read(a, "V-2", ids[i], &out, &err),
		    CP_OK);
		ck_assert_str_eq(cp_buf_text(&out), payloads[i]);
	}
	cp_buf_clear(&out);
	ck_assert_int_eq(cp_volume_unlink(a, "V-2", &err), CP_OK);
	return CP_OK;
}

static void
blank(const char *folder, off_t from, size_t n)
{
	int fd = open_volume(folder, "V-1");
	uint8_t zeros[8192] = { 0 };

	ck_assert_int_eq(pwrite(fd, zeros, n, from), (ssize_t)n);
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(salvage_from_two)
{
	second_copy();
	spoil(a, "V-1", DATA_1);
	spoil(b, "V-1", DATA_2);
	ck_assert_int_eq(salvage(""), CP_OK);
	spoil(b, "V-1", DATA_1 + 3);
	ck_assert_int_eq(salvage("P-1 "), CP_OK);
	spoil(a, "V-1", DATA_2);
	ck_assert_int_eq(salvage("P-1 P-2 "), CP_NOT_FOUND);
	ck_assert(!is_there(a, "V-2.tar"));
}
END_TEST

/* Tar headers, MANIFEST's own and its lines: what one file lost the other
 * has. */
START_TEST(salvage_without_headers)
{
	second_copy();
	blank(a, DATA_1 - 512, 512);
	spoil(b, "V-1", DATA_1);
	/* The header is gone here and the bytes there: B's MANIFEST tells. */
	ck_assert_int_eq(salvage(""), CP_OK);
	blank(b, LIST, 512);
	ck_assert_int_eq(salvage("P-1 "), CP_OK);
	blank(a, 0, 1024);
	ck_assert_int_eq(salvage("P-1 "), CP_OK);
}
END_TEST

START_TEST(salvage_by_lines)
{
	second_copy();
	/* Both lists damaged, each in the line of another package. */
	spoil(a, "V-1", LIST + 512 + 30 + 100);
	spoil(b, "V-1", LIST + 512 + 30 + 190);
	ck_assert_int_eq(salvage(""), CP_OK);
	/* No list anywhere: two that agree are believed, one is not. */
	blank(a, LIST, 1024);
	blank(b, LIST, 1024);
	ck_assert_int_eq(salvage(""), CP_OK);
	spoil(b, "V-1", DATA_2);
	ck_assert_int_eq(salvage("P-2 "), CP_OK);
	ck_assert_int_eq(cp_volume_unlink(b, "V-1", &err), CP_OK);
	ck_assert_int_eq(salvage("P-1 P-2 "), CP_NOT_FOUND);
}
END_TEST

START_TEST(salvage_from_an_orphan)
{
	struct cp_volume_sum other;
	int fd = open_volume(a, "V-1");

	ck_assert_int_eq(ftruncate(fd, DATA_2 - 512), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(salvage("P-1 P-2 "), CP_NOT_FOUND);
	make(b, "V-9", "something else", payloads[1], &other);
	ck_assert_int_eq(cp_volume_unlink(a, "V-1", &err), CP_OK);
	/* It is whole in itself; that its P-1 is another nobody can tell but
	 * the cipher. */
	spoil(b, "V-9", DATA_1);
	ck_assert_int_eq(salvage("P-1 "), CP_OK);
}
END_TEST

START_TEST(salvage_never_takes_a_swap)
{
	int fd;

	second_copy();
	fd = open_volume(b, "V-1");
	swap_blocks(fd, DATA_1, DATA_2, 512);
	ck_assert_int_eq(close(fd), 0);
	spoil(a, "V-1", DATA_1);
	ck_assert_int_eq(salvage("P-1 "), CP_OK);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("volume_mend");
	TCase *t = tcase_create("volume_mend");
	SRunner *r = srunner_create(s);
	int failed;

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, every_bit_is_found);
	tcase_add_test(t, every_truncation_is_found);
	tcase_add_test(t, swaps_are_found);
	tcase_add_test(t, a_swapped_payload_does_not_open);
	tcase_add_test(t, copy);
	tcase_add_test(t, paced);
	tcase_add_loop_test(t, rate, 0, (int)(sizeof(waits) /
	    sizeof(waits[0])));
	tcase_add_test(t, rate_holds);
	tcase_add_test(t, salvage_from_two);
	tcase_add_test(t, salvage_without_headers);
	tcase_add_test(t, salvage_by_lines);
	tcase_add_test(t, salvage_from_an_orphan);
	tcase_add_test(t, salvage_never_takes_a_swap);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
