#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/duties/boxing.h"

/* The box of a package: what it looks like, whatever is in it. */
static struct cp_err err;
static struct cp_aead *aead;

static void
setup(void)
{
	ck_assert_int_eq(cp_crypto_init(&err), CP_OK);
	ck_assert_int_eq(cp_aead_new(&aead, &err), CP_OK);
}

static void
teardown(void)
{
	cp_aead_free(aead);
}

static void
fill(size_t len, struct cp_buf *out)
{
	struct cp_box box = { 0 };

	if (len > 0)
		memset(cp_buf_grow(&box.bytes, len), 'x', len);
	ck_assert_int_eq(cp_box_fill(aead, &box, out, &err), CP_OK);
	cp_box_clear(&box);
}

static int
is_a_size(size_t len)
{
	size_t size = CP_BOX_SIZE;

	while (size < len)
		size *= 2;
	return size == len;
}

/* Of LEN bytes that look random: about half of their bits. */
static void
looks_random(const uint8_t *p, size_t len)
{
	size_t ones = 0, equal = 0;

	for (size_t i = 0; i < len; i++) {
		for (unsigned b = p[i]; b != 0; b &= b - 1)
			ones++;
		equal += i > 0 && p[i] == p[i - 1];
	}
	ck_assert_uint_gt(ones, 4 * len - 2 * len / 10);
	ck_assert_uint_lt(ones, 4 * len + 2 * len / 10);
	ck_assert_uint_lt(equal, len / 64);
}

START_TEST(what_is_in_it_and_random_bytes)
{
	static const size_t lens[] = { 0, 1, 1056, 4095, 4096, 4097, 8192, 8193,
		70000 };
	struct cp_buf out;
	size_t len = lens[_i];

	cp_buf_init(&out);
	cp_buf_puts(&out, "what was there");
	fill(len, &out);
	ck_assert(is_a_size(out.len));
	ck_assert_uint_ge(out.len, len);
	for (size_t i = 0; i < len; i++)
		ck_assert_uint_eq(out.data[i], 'x');
	if (out.len - len >= 1000)
		looks_random(out.data + len, out.len - len);
	cp_buf_clear(&out);
}
END_TEST

START_TEST(never_the_same_twice)
{
	struct cp_buf a, b;
	size_t len;

	cp_buf_init(&a);
	cp_buf_init(&b);
	fill(0, &a);
	fill(0, &b);
	len = a.len < b.len ? a.len : b.len;
	ck_assert_mem_ne(a.data, b.data, len);
	ck_assert_mem_ne(a.data, a.data + 64, 64);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
}
END_TEST

/* A large one is no proof: one in four is, whatever is in it. */
START_TEST(sizes_are_by_the_dice)
{
	size_t empty[2] = { 0, 0 }, larger[2] = { 0, 0 };
	struct cp_buf out;

	cp_buf_init(&out);
	for (int i = 0; i < 4000; i++)
		for (int full = 0; full < 2; full++) {
			fill(full ? 3168 : 0, &out);
			empty[full] += out.len > CP_BOX_SIZE;
			larger[full] += out.len > 2 * CP_BOX_SIZE;
		}
	for (int full = 0; full < 2; full++) {
		ck_assert_uint_gt(empty[full], 850);
		ck_assert_uint_lt(empty[full], 1150);
		ck_assert_uint_gt(larger[full], 170);
		ck_assert_uint_lt(larger[full], 330);
	}
	cp_buf_clear(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("boxing");
	TCase *t = tcase_create("boxing");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, what_is_in_it_and_random_bytes, 0, 9);
	tcase_add_test(t, never_the_same_twice);
	tcase_add_test(t, sizes_are_by_the_dice);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
