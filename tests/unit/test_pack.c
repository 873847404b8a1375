#include <archive.h>
#include <check.h>
#include <dlfcn.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "archive/crypto.h"
#include "archive/words.h"
#include "lifecycle/duties/pack.h"

static struct cp_err err;
static char dir[64];
static struct cp_secret *pass;

/* Before the library's own: what it is given may be damaged on the way. */
static int damage;

la_ssize_t
archive_write_data(struct archive *a, const void *data, size_t len)
{
	union { void *object; la_ssize_t (*call)(struct archive *,
	    const void *, size_t); } real;
	uint8_t *copy = malloc(len);
	la_ssize_t n;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, data, len);
	copy[len / 2] ^= (uint8_t)damage;
	real.object = dlsym(RTLD_NEXT, "archive_write_data");
	n = real.call(a, copy, len);
	free(copy);
	return n;
}

#define TIME ((int64_t)1795305600) /* 2026-11-22 00:00 UTC */
#define README "What this is, in a few words\n"

static const struct cp_pack_member three[] = {
	{ "letter.pdf", "%PDF-1.7\n\0\1\2\3 binary, and 20 or more", 36 },
	{ "data.json", "{}", 2 },
	{ "README.txt", README, sizeof(README) - 1 },
};

static void
set_up(void)
{
	strcpy(dir, "/tmp/cpadmin-pack-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(cp_crypto_init(&err), CP_OK);
	ck_assert_int_eq(cp_secret_from(&pass, "babab-dabab", 11, &err),
	    CP_OK);
}

static void
tear_down(void)
{
	char command[128];

	cp_secret_free(pass);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* What a shell command prints, in a folder that has p.zip; its status. */
static int
run(struct cp_buf *out, const char *script)
{
	char command[1024], block[4096];
	FILE *p;
	size_t n;

	snprintf(command, sizeof(command), "cd %s && { %s; } 2>&1", dir,
	    script);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	while ((n = fread(block, 1, sizeof(block), p)) > 0)
		cp_buf_put(out, block, n);
	return pclose(p);
}

static void
save(const struct cp_buf *b)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/p.zip", dir);
	f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(b->data, 1, b->len, f), b->len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
expect_run(const char *script, const void *data, size_t len)
{
	struct cp_buf out;
	int status;

	cp_buf_init(&out);
	status = run(&out, script);
	ck_assert_msg(status == 0, "%s: %s", script, cp_buf_text(&out));
	ck_assert_uint_eq(out.len, len);
	ck_assert(len == 0 || memcmp(out.data, data, len) == 0);
	cp_buf_clear(&out);
}

START_TEST(test_7zz_opens_it)
{
	struct cp_buf zip, out;

	cp_buf_init(&zip);
	cp_buf_init(&out);
	ck_assert_int_eq(cp_pack_zip(three, 3, pass, TIME, &zip, &err),
	    CP_OK);
	save(&zip);
	for (size_t i = 0; i < 3; i++) {
		char script[128];

		snprintf(script, sizeof(script), "7zz e -so -pbabab-dabab "
		    "p.zip %s 2>/dev/null", three[i].name);
		expect_run(script, three[i].data, three[i].len);
	}
	ck_assert_int_eq(run(&out, "TZ=UTC 7zz l -slt p.zip"), 0);
	ck_assert_int_eq(run(&out, "7zz l -slt p.zip | grep -c "
	    "'^Method = AES-256'"), 0);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out), "\n3\n"));
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "Modified = 2026-11-22 00:00:00"));
	ck_assert_int_ne(run(&out, "7zz t -pbabab-dabac p.zip"), 0);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out), "Wrong password"));
	ck_assert_int_ne(run(&out, "7zz t -p p.zip </dev/null"), 0);
	cp_buf_clear(&zip);
	cp_buf_clear(&out);
}
END_TEST

/* Nothing in clear but names, sizes and times: no contents, and no checksum by
 * which a guess at them could be proved. */
START_TEST(test_nothing_in_clear)
{
	struct cp_buf zip;
	uint8_t crc[4];

	cp_buf_init(&zip);
	ck_assert_int_eq(cp_pack_zip(three, 3, pass, TIME, &zip, &err),
	    CP_OK);
	for (size_t i = 0; i < 3; i++) {
		uLong c = crc32(0, three[i].data, (uInt)three[i].len);

		for (int k = 0; k < 4; k++)
			crc[k] = (uint8_t)(c >> 8 * k);
		ck_assert_ptr_null(memmem(zip.data, zip.len, crc, 4));
		if (three[i].len >= 4)
			ck_assert_ptr_null(memmem(zip.data, zip.len,
			    three[i].data, 4));
	}
	ck_assert_ptr_null(memmem(zip.data, zip.len, "babab", 5));
	/* AE-2 (not 1) of vendor AE, AES-256: in both headers of each */
	for (int i = 0, n = 0; ; n++) {
		uint8_t *at = memmem(zip.data + i, zip.len - (size_t)i,
		    "\1\x99\7\0\2\0AE\3", 9);

		if (at == NULL) {
			ck_assert_int_eq(n, 6);
			break;
		}
		i = (int)(at - zip.data) + 1;
	}
	ck_assert_ptr_null(memmem(zip.data, zip.len, "\1\x99\7\0\1", 5));
	/* of who knows 5.1 */
	ck_assert_mem_eq(zip.data, "PK\3\4\x33\0\x9\0\x63\0", 10);
	ck_assert_ptr_nonnull(memmem(zip.data, zip.len,
	    "PK\1\2\x14\3\x33\0\x9\0\x63\0", 12));
	cp_buf_clear(&zip);
}
END_TEST

START_TEST(test_any_size)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 19, 20, 21, 65535, 65536,
		1000003, 9000000 };
	size_t len = sizes[_i];
	uint8_t *data = malloc(len + 1);
	struct cp_pack_member one = { "data.json", data, len };
	struct cp_buf zip;
	char script[128];

	ck_assert_ptr_nonnull(data);
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i * i >> 7 ^ i);
	cp_buf_init(&zip);
	cp_buf_puts(&zip, "before");
	ck_assert_msg(cp_pack_zip(&one, 1, pass, TIME, &zip, &err) == CP_OK,
	    "%s", err.what);
	ck_assert_mem_eq(zip.data, "before", 6);
	zip.len -= 6;
	memmove(zip.data, zip.data + 6, zip.len);
	save(&zip);
	snprintf(script, sizeof(script), "7zz t -bso0 -pbabab-dabab p.zip");
	expect_run(script, "", 0);
	snprintf(script, sizeof(script), "7zz e -so -pbabab-dabab p.zip "
	    "2>/dev/null");
	expect_run(script, data, len);
	cp_buf_clear(&zip);
	free(data);
}
END_TEST

/* Its length is of names and contents alone; each has a salt of its own. */
START_TEST(test_same_length_other_bytes)
{
	struct cp_buf a, b;

	cp_buf_init(&a);
	cp_buf_init(&b);
	ck_assert_int_eq(cp_pack_zip(three, 3, pass, TIME, &a, &err), CP_OK);
	ck_assert_int_eq(cp_pack_zip(three, 3, pass, TIME + 86400, &b, &err),
	    CP_OK);
	ck_assert_uint_eq(a.len, b.len);
	ck_assert_mem_ne(a.data, b.data, a.len);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
}
END_TEST

START_TEST(test_refused)
{
	static const struct cp_pack_member bad[][2] = {
		{ { "", "x", 1 }, { "b", "x", 1 } },
		{ { "a/b", "x", 1 }, { "b", "x", 1 } },
		{ { "..", "x", 1 }, { "b", "x", 1 } },
		{ { "a\\b", "x", 1 }, { "b", "x", 1 } },
		{ { "\303\251", "x", 1 }, { "b", "x", 1 } },
		{ { "b", "x", 1 }, { "b", "y", 1 } },
		{ { "a", "x", 1 }, { "b", "", 0 } },
	};
	struct cp_secret *empty = NULL, *cut = NULL;
	struct cp_buf zip;

	cp_buf_init(&zip);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(cp_pack_zip(bad[i], 2, pass, TIME, &zip,
		    &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_pack_zip(three, 0, pass, TIME, &zip, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_secret_new(&empty, 0, &err), CP_OK);
	ck_assert_int_eq(cp_pack_zip(three, 3, empty, TIME, &zip, &err),
	    CP_BAD_INPUT);
	/* what libarchive would cut at the NUL */
	ck_assert_int_eq(cp_secret_from(&cut, "ba\0bab", 6, &err), CP_OK);
	ck_assert_int_eq(cp_pack_zip(three, 3, cut, TIME, &zip, &err),
	    CP_BAD_INPUT);
	zip.max = 100;
	ck_assert_int_eq(cp_pack_zip(three, 3, pass, TIME, &zip, &err),
	    CP_FAILED);
	ck_assert_uint_eq(zip.len, 0);
	cp_secret_free(empty);
	cp_secret_free(cut);
	cp_buf_clear(&zip);
}
END_TEST

START_TEST(test_read_back)
{
	struct cp_buf zip;

	cp_buf_init(&zip);
	damage = 1;
	ck_assert_int_eq(cp_pack_zip(three, 3, pass, TIME, &zip, &err),
	    CP_CORRUPT);
	damage = 0;
	ck_assert_ptr_nonnull(strstr(err.what, "letter.pdf"));
	ck_assert_uint_eq(zip.len, 0);
	cp_buf_clear(&zip);
}
END_TEST

START_TEST(test_passphrase)
{
	struct cp_secret *a = NULL, *b = NULL;
	unsigned ones[16] = { 0 };

	for (int round = 0; round < 400; round++) {
		const char *text;

		ck_assert_int_eq(cp_pack_passphrase(&a, &err), CP_OK);
		ck_assert_uint_eq(cp_secret_len(a), 7 * 6 - 1);
		ck_assert(b == NULL || !cp_secret_equal(a, b));
		text = (const char *)cp_secret_bytes(a);
		for (int w = 0; w < 7; w++) {
			uint16_t v;

			ck_assert_int_eq(cp_word_get(text + 6 * w, &v), 0);
			ck_assert(w == 6 || text[6 * w + 5] == '-');
			for (int k = 0; k < 16; k++)
				ones[k] += (unsigned)v >> k & 1;
		}
		cp_secret_free(b);
		b = a;
	}
	/* 2800 throws: seven standard deviations */
	for (int k = 0; k < 16; k++) {
		ck_assert_uint_gt(ones[k], 1400 - 186);
		ck_assert_uint_lt(ones[k], 1400 + 186);
	}
	cp_secret_free(b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pack");
	TCase *t = tcase_create("pack");
	SRunner *r = srunner_create(s);
	int failed;

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_7zz_opens_it);
	tcase_add_test(t, test_nothing_in_clear);
	tcase_add_loop_test(t, test_any_size, 0, 11);
	tcase_add_test(t, test_same_length_other_bytes);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_read_back);
	tcase_add_test(t, test_passphrase);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
