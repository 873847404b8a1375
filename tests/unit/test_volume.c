#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/volume.h"

static char dir[64], path[128], part[128];
static struct cp_err err;
static const char *const ids[] = { "CP-1", "CP-2", "CP-3" };
static const char *const payloads[] = { "first", "", "the third payload" };

static void
set_up(void)
{
	strcpy(dir, "/tmp/cpadmin-volume-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/V-1.tar", dir);
	snprintf(part, sizeof(part), "%s/.V-1.part", dir);
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
make_volume(const char *id, struct cp_volume_sum *sum)
{
	struct cp_volume_writer *w = NULL;
	size_t i;

	ck_assert_int_eq(cp_volume_open(dir, id, "c0ffee", "2026-11-21", 3,
	    &w, &err), CP_OK);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(cp_volume_add(w, ids[i], payloads[i],
		    strlen(payloads[i]), &err), CP_OK);
	ck_assert_int_eq(cp_volume_close(&w, sum, &err), CP_OK);
	ck_assert_ptr_null(w);
}

static uint8_t *
slurp(size_t *len)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *b;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fstat(fileno(f), &st), 0);
	*len = (size_t)st.st_size;
	b = malloc(*len + 8192);
	ck_assert_uint_eq(fread(b, 1, *len, f), *len);
	ck_assert_int_eq(fclose(f), 0);
	return b;
}

static void
spill(const uint8_t *b, size_t len)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(b, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static enum cp_rc
check(const struct cp_volume_sum *expect)
{
	return cp_volume_check(dir, "V-1", expect, NULL, NULL, NULL, &err);
}

struct seen {
	unsigned n, faults;
	char ids[256];
	char fault[64];
};

static enum cp_rc
on_item(void *ctx, const struct cp_volume_item *item, struct cp_err *e)
{
	struct seen *s = ctx;

	(void)e;
	s->n++;
	strcat(s->ids, item->package_id);
	strcat(s->ids, " ");
	if (item->fault != NULL) {
		s->faults++;
		snprintf(s->fault, sizeof(s->fault), "%s %s",
		    item->package_id, item->fault);
	}
	return CP_OK;
}

START_TEST(test_round_trip)
{
	struct cp_volume_sum sum, found;
	struct seen seen = { 0, 0, "", "" };
	struct cp_buf out;
	struct stat st;
	size_t i;

	make_volume("V-1", &sum);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq((uint64_t)st.st_size, sum.size);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(sum.count, 3);
	ck_assert_int_ne(access(part, F_OK), 0);
	ck_assert_int_eq(cp_volume_check(dir, "V-1", &sum, on_item, &seen,
	    &found, &err), CP_OK);
	ck_assert_str_eq(seen.ids, "CP-1 CP-2 CP-3 ");
	ck_assert_uint_eq(seen.faults, 0);
	ck_assert_mem_eq(found.sha256, sum.sha256, 32);
	cp_buf_init(&out);
	for (i = 0; i < 3; i++) {
		cp_buf_reset(&out);
		cp_buf_puts(&out, "kept:");
		ck_assert_int_eq(cp_volume_read(dir, "V-1", ids[i], &out,
		    &err), CP_OK);
		ck_assert_str_eq(cp_buf_text(&out) + 5, payloads[i]);
	}
	cp_buf_reset(&out);
	ck_assert_int_eq(cp_volume_read(dir, "V-1", "CP-4", &out, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_volume_read(dir, "V-2", "CP-1", &out, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_volume_read(dir, "V-1", "../x", &out, &err),
	    CP_BAD_INPUT);
	ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
}
END_TEST

/* Every bit of every byte, with what the catalogue holds; without it, all but
 * tar headers and padding. */
START_TEST(test_each_flip_is_found)
{
	struct cp_volume_sum sum;
	size_t len, i, loose = 0;
	uint8_t *b;
	int fd;

	make_volume("V-1", &sum);
	b = slurp(&len);
	fd = open(path, O_WRONLY);
	for (i = 0; i < len; i++) {
		uint8_t bad = (uint8_t)(b[i] ^ (1U << i % 8));

		ck_assert_int_eq(pwrite(fd, &bad, 1, (off_t)i), 1);
		ck_assert_msg(check(&sum) == CP_CORRUPT, "byte %zu", i);
		if (check(NULL) == CP_OK)
			loose++;
		ck_assert_int_eq(pwrite(fd, &b[i], 1, (off_t)i), 1);
	}
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(check(&sum), CP_OK);
	/* Five headers and the padding of four members hold text nowhere. */
	ck_assert_uint_lt(loose, 9 * 512);
	free(b);
}
END_TEST

START_TEST(test_damage_is_named)
{
	struct seen seen = { 0, 0, "", "" };
	struct cp_volume_sum sum;
	struct cp_buf out;
	size_t len, at;
	uint8_t *b;

	make_volume("V-1", &sum);
	b = slurp(&len);
	for (at = 0; memcmp(b + at, payloads[2], 9) != 0; at++)
		ck_assert_uint_lt(at, len - 9);
	b[at] ^= 1;
	spill(b, len);
	ck_assert_int_eq(cp_volume_check(dir, "V-1", NULL, on_item, &seen,
	    NULL, &err), CP_CORRUPT);
	ck_assert_uint_eq(seen.n, 3);
	ck_assert_uint_eq(seen.faults, 1);
	ck_assert_str_eq(seen.fault, "CP-3 is damaged");
	ck_assert_ptr_nonnull(strstr(err.what, "CP-3"));
	cp_buf_init(&out);
	ck_assert_int_eq(cp_volume_read(dir, "V-1", "CP-3", &out, &err),
	    CP_CORRUPT);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(cp_volume_read(dir, "V-1", "CP-1", &out, &err),
	    CP_OK);
	cp_buf_clear(&out);
	free(b);
}
END_TEST

/* Cut at every length, and with anything behind the end. */
START_TEST(test_length)
{
	struct cp_volume_sum sum;
	size_t len, n;
	uint8_t *b;

	make_volume("V-1", &sum);
	b = slurp(&len);
	for (n = 0; n < len; n += 37) {
		ck_assert_int_eq(truncate(path, (off_t)n), 0);
		ck_assert_msg(check(NULL) == CP_CORRUPT, "cut to %zu", n);
		spill(b, len);
	}
	memset(b + len, 0, 8192);
	spill(b, len + 1);
	ck_assert_int_eq(check(NULL), CP_CORRUPT);
	spill(b, len + 512);
	ck_assert_int_eq(check(NULL), CP_CORRUPT);
	spill(b, len + 8192);
	ck_assert_int_eq(check(NULL), CP_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.what, "after its end"));
	free(b);
}
END_TEST

/* Members (1024 bytes each here, CP-2 512) taken out, doubled, exchanged. */
START_TEST(test_members)
{
	static const char *const want[] = { "CP-1 is missing",
	    "CP-1 is there twice", "is out of its place" };
	struct cp_volume_sum sum;
	struct seen seen;
	uint8_t *b, *m;
	size_t len, i;

	make_volume("V-1", &sum);
	for (i = 0; i < 3; i++) {
		b = slurp(&len);
		m = malloc(len + 8192);
		/* VOLUME.json fills 0-1023, CP-1 1024-2047, CP-2 2048-2559,
		 * CP-3 2560-3583. */
		memcpy(m, b, 1024);
		if (i == 0) {
			memcpy(m + 1024, b + 2048, len - 2048);
			len -= 1024;
		} else if (i == 1) {
			memcpy(m + 1024, b + 1024, 1024);
			memcpy(m + 2048, b + 1024, len - 1024);
			len += 1024;
		} else {
			memcpy(m + 1024, b + 2048, 512);
			memcpy(m + 1536, b + 1024, 1024);
			memcpy(m + 2560, b + 2560, len - 2560);
		}
		spill(m, len);
		memset(&seen, 0, sizeof(seen));
		ck_assert_int_eq(cp_volume_check(dir, "V-1", NULL, on_item,
		    &seen, NULL, &err), CP_CORRUPT);
		ck_assert_msg(strstr(seen.fault, want[i]) != NULL,
		    "%zu: %s / %s", i, seen.fault, err.what);
		spill(b, i == 0 ? len + 1024 : i == 1 ? len - 1024 : len);
		free(b);
		free(m);
	}
	ck_assert_int_eq(check(&sum), CP_OK);
}
END_TEST

START_TEST(test_wrong_volume_under_the_name)
{
	struct cp_volume_sum sum;
	char other[128];

	make_volume("V-2", &sum);
	snprintf(other, sizeof(other), "%s/V-2.tar", dir);
	ck_assert_int_eq(rename(other, path), 0);
	ck_assert_int_eq(check(NULL), CP_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.what, "V-2"));
}
END_TEST

START_TEST(test_writer_refuses)
{
	struct cp_volume_writer *w = NULL, *second = NULL;
	struct cp_volume_sum sum;
	unsigned n = 9;

	ck_assert_int_eq(cp_volume_open(dir, "../V", "c", "2026", 1, &w,
	    &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_volume_open(dir, "V", "c", "20\"26", 1, &w,
	    &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 2, &w,
	    &err), CP_OK);
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 2,
	    &second, &err), CP_BUSY);
	ck_assert_int_eq(cp_volume_sweep(dir, &n, &err), CP_OK);
	ck_assert_uint_eq(n, 0); /* its writer lives */
	ck_assert_int_eq(cp_volume_add(w, "A", "x", 1, &err), CP_OK);
	ck_assert_int_eq(cp_volume_add(w, "A", "y", 1, &err), CP_OK);
	ck_assert_int_eq(cp_volume_add(w, "B", "y", 1, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_volume_close(&w, &sum, &err), CP_BAD_INPUT);
	ck_assert_ptr_null(w);
	ck_assert_int_ne(access(part, F_OK), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 2, &w,
	    &err), CP_OK);
	ck_assert_int_eq(cp_volume_add(w, "A", "x", 1, &err), CP_OK);
	ck_assert_int_eq(cp_volume_close(&w, &sum, &err), CP_BAD_INPUT);
	make_volume("V-1", &sum);
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 2, &w,
	    &err), CP_REFUSED);
	cp_volume_abort(&w);
}
END_TEST

/* A volume that appears while another is written is never replaced. */
START_TEST(test_close_never_replaces)
{
	struct cp_volume_writer *w = NULL;
	struct cp_volume_sum sum;

	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 0, &w,
	    &err), CP_OK);
	spill((const uint8_t *)"mine", 4);
	ck_assert_int_eq(cp_volume_close(&w, &sum, &err), CP_REFUSED);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_ne(access(part, F_OK), 0);
}
END_TEST

START_TEST(test_sweep_and_list)
{
	struct cp_volume_sum sum;
	unsigned n = 0;
	FILE *f;

	make_volume("V-1", &sum);
	f = fopen(part, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(cp_volume_sweep(dir, &n, &err), CP_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_ne(access(part, F_OK), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(cp_volume_unlink(dir, "V-1", &err), CP_OK);
	ck_assert_int_eq(cp_volume_unlink(dir, "V-1", &err), CP_NOT_FOUND);
}
END_TEST

static enum cp_rc
on_volume(void *ctx, const char *id, uint64_t size, struct cp_err *e)
{
	char *list = ctx;

	(void)e;
	ck_assert_uint_gt(size, 0);
	strcat(list, id);
	strcat(list, " ");
	return CP_OK;
}

static int
keep_some(void *ctx, const char *id)
{
	return strstr(ctx, id) != NULL;
}

START_TEST(test_rewrite)
{
	char keep[] = "CP-3 CP-1", none[] = "", list[64] = "";
	struct seen seen = { 0, 0, "", "" };
	struct cp_volume_counts counts;
	struct cp_volume_sum old, sum;
	struct cp_buf out;

	make_volume("V-1", &old);
	ck_assert_int_eq(cp_volume_rewrite(dir, "V-1", "V-2", &old,
	    keep_some, none, &counts, &sum, &err), CP_REFUSED);
	ck_assert_int_eq(cp_volume_rewrite(dir, "V-1", "V-2", &old,
	    keep_some, keep, &counts, &sum, &err), CP_OK);
	ck_assert_uint_eq(counts.kept, 2);
	ck_assert_uint_eq(counts.dropped, 1);
	ck_assert_int_eq(cp_volume_check(dir, "V-2", &sum, on_item, &seen,
	    NULL, &err), CP_OK);
	ck_assert_str_eq(seen.ids, "CP-1 CP-3 ");
	cp_buf_init(&out);
	ck_assert_int_eq(cp_volume_read(dir, "V-2", "CP-3", &out, &err),
	    CP_OK);
	ck_assert_str_eq(cp_buf_text(&out), payloads[2]);
	cp_buf_clear(&out);
	ck_assert_int_eq(cp_volume_list(dir, on_volume, list, &err), CP_OK);
	ck_assert_str_eq(list, "V-1 V-2 ");
	old.sha256[0] ^= 1;
	ck_assert_int_eq(cp_volume_rewrite(dir, "V-1", "V-3", &old,
	    keep_some, keep, &counts, &sum, &err), CP_CORRUPT);
}
END_TEST

/* A disk that is full at any point: nothing is left, and it says so. */
START_TEST(test_full_disk)
{
	struct rlimit was, now;
	struct cp_volume_sum sum;
	unsigned limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_IGN);
	for (limit = 0; limit < 200000; limit += 20000) {
		static uint8_t big[100000];
		struct cp_volume_writer *w = NULL;
		enum cp_rc rc;

		now = was;
		now.rlim_cur = limit;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &now), 0);
		rc = cp_volume_open(dir, "V-1", "c", "2026-11-21", 2, &w,
		    &err);
		if (rc == CP_OK)
			rc = cp_volume_add(w, "A", big, sizeof(big), &err);
		if (rc == CP_OK)
			rc = cp_volume_add(w, "B", big, sizeof(big), &err);
		if (rc == CP_OK)
			rc = cp_volume_close(&w, &sum, &err);
		cp_volume_abort(&w);
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
		ck_assert_int_eq(rc, CP_FAILED);
		ck_assert_ptr_nonnull(strstr(err.what, strerror(EFBIG)));
		ck_assert_int_ne(access(part, F_OK), 0);
		ck_assert_int_ne(access(path, F_OK), 0);
	}
}
END_TEST

START_TEST(test_gnu_tar_and_sha256sum_read_it)
{
	struct cp_volume_sum sum;
	char command[512];

	make_volume("V-1", &sum);
	snprintf(command, sizeof(command), "cd %s && mkdir x && "
	    "tar -xf V-1.tar -C x 2>err && test ! -s err && cd x && "
	    "sha256sum --quiet --strict -c MANIFEST && "
	    "test \"$(cat CP-3.payload)\" = '%s' && "
	    "grep -q '\"volume\":\"V-1\",\"custody\":\"c0ffee\"' VOLUME.json",
	    dir, payloads[2]);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(test_thousand)
{
	struct cp_volume_writer *w = NULL;
	struct cp_volume_sum sum;
	uint8_t payload[1536];
	unsigned i;
	char id[32];

	memset(payload, 7, sizeof(payload));
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 1001,
	    &w, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_volume_open(dir, "V-1", "c", "2026-11-21", 1000,
	    &w, &err), CP_OK);
	for (i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "P-%u", i);
		ck_assert_int_eq(cp_volume_add(w, id, payload,
		    sizeof(payload), &err), CP_OK);
	}
	ck_assert_int_eq(cp_volume_close(&w, &sum, &err), CP_OK);
	ck_assert_int_eq(check(&sum), CP_OK);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("volume");
	TCase *t = tcase_create("volume");
	SRunner *r = srunner_create(s);
	int failed;

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_round_trip);
	tcase_add_test(t, test_each_flip_is_found);
	tcase_add_test(t, test_damage_is_named);
	tcase_add_test(t, test_length);
	tcase_add_test(t, test_members);
	tcase_add_test(t, test_wrong_volume_under_the_name);
	tcase_add_test(t, test_writer_refuses);
	tcase_add_test(t, test_close_never_replaces);
	tcase_add_test(t, test_sweep_and_list);
	tcase_add_test(t, test_rewrite);
	tcase_add_test(t, test_full_disk);
	tcase_add_test(t, test_gnu_tar_and_sha256sum_read_it);
	tcase_add_test(t, test_thousand);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
