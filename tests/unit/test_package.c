#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/package.h"

static struct cp_err err;
static char dir[64];

static const struct cp_member three[] = {
	{ "record.json", "{\"cpadmin\":\"record/1\"}\n", 23 },
	{ "history.json", "", 0 },
	{ "README.txt", "What this is\n", 13 },
};

static void
set_up(void)
{
	strcpy(dir, "/tmp/cpadmin-package-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
tear_down(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* What a shell command prints on its output, made in an empty folder. */
static void
run(struct cp_buf *out, const char *script)
{
	char command[1024];
	char block[4096];
	FILE *p;
	size_t n;

	snprintf(command, sizeof(command), "cd %s && rm -rf * && { %s; }",
	    dir, script);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	while ((n = fread(block, 1, sizeof(block), p)) > 0)
		cp_buf_put(out, block, n);
	ck_assert_int_eq(pclose(p), 0);
}

START_TEST(test_round_trip)
{
	struct cp_package *p = NULL;
	struct cp_buf a, b;
	const void *data;
	size_t len, i;

	cp_buf_init(&a);
	cp_buf_init(&b);
	ck_assert_int_eq(cp_package_build(three, 3, &a, &err), CP_OK);
	ck_assert_int_eq(cp_package_build(three, 3, &b, &err), CP_OK);
	ck_assert_uint_eq(a.len, b.len);
	ck_assert_mem_eq(a.data, b.data, a.len);
	ck_assert_uint_lt(a.len, 1000); /* no block padding */
	ck_assert_int_eq(cp_package_parse(a.data, a.len, &p, &err), CP_OK);
	ck_assert_uint_eq(cp_package_count(p), 3);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(cp_package_member(p, three[i].name, &data,
		    &len, &err), CP_OK);
		ck_assert_uint_eq(len, three[i].len);
		ck_assert_str_eq(data, three[i].data);
		ck_assert_str_eq(cp_package_at(p, i)->name, three[i].name);
	}
	ck_assert_ptr_null(cp_package_at(p, 3));
	ck_assert_int_eq(cp_package_member(p, "other", &data, &len, &err),
	    CP_NOT_FOUND);
	cp_package_free(p);
	cp_buf_clear(&a);
	cp_buf_clear(&b);
}
END_TEST

START_TEST(test_build_refuses)
{
	static const char *const names[] = { "", ".hidden", "a/b", "..",
	    "a b", "\xC3\xA9" };
	struct cp_member m[65];
	char many[65][8], longest[CP_PACKAGE_NAME + 2];
	struct cp_buf out;
	size_t i;

	cp_buf_init(&out);
	cp_buf_puts(&out, "kept");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		m[0] = three[0];
		m[0].name = names[i];
		ck_assert_msg(cp_package_build(m, 1, &out, &err) ==
		    CP_BAD_INPUT, "%s", names[i]);
	}
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	m[0].name = longest;
	ck_assert_int_eq(cp_package_build(m, 1, &out, &err), CP_BAD_INPUT);
	m[0] = m[1] = three[0];
	ck_assert_int_eq(cp_package_build(m, 2, &out, &err), CP_BAD_INPUT);
	for (i = 0; i < 65; i++) {
		snprintf(many[i], sizeof(many[i]), "m%zu", i);
		m[i] = three[0];
		m[i].name = many[i];
	}
	ck_assert_int_eq(cp_package_build(m, 65, &out, &err), CP_BAD_INPUT);
	m[0].len = CP_PACKAGE_BYTES;
	ck_assert_int_eq(cp_package_build(m, 2, &out, &err), CP_BAD_INPUT);
	ck_assert_str_eq(cp_buf_text(&out), "kept");
	out.max = 10;
	ck_assert_int_eq(cp_package_build(three, 3, &out, &err), CP_FAILED);
	ck_assert_uint_eq(out.len, 4);
	cp_buf_clear(&out);
}
END_TEST

static const struct {
	const char *script;
	enum cp_rc rc;
} made[] = {
	{ "echo x >a && tar --zstd -cf - a", CP_OK },
	{ "echo x >a && tar --format=pax --zstd -cf - a", CP_OK },
	{ "echo x >a && tar --format=gnu --zstd -cf - a", CP_CORRUPT },
	{ "mkdir d && echo x >d/a && tar --zstd -cf - d/a", CP_CORRUPT },
	{ "mkdir d && tar --zstd -cf - d", CP_CORRUPT },
	{ "mkdir d && tar --zstd --transform s,/,, -cf - d",
	    CP_CORRUPT },
	{ "ln -s a b && tar --zstd -cf - b", CP_CORRUPT },
	{ "echo x >a && ln a b && tar --zstd -cf - a b", CP_CORRUPT },
	{ "mkfifo a && tar --zstd -cf - a", CP_CORRUPT },
	{ "echo x >a && tar -cf t a && tar -rf t a && zstd -qc t",
	    CP_CORRUPT },
	{ "truncate -s 1M a && tar --format=pax -S --zstd -cf - a",
	    CP_CORRUPT },
	/* A bomb: 200 MB of zeros in some KB. */
	{ "head -c 200000000 /dev/zero >a && tar --zstd -cf - a",
	    CP_CORRUPT },
	{ "for i in $(seq 70); do echo >m$i; done; tar --zstd -cf - m*",
	    CP_CORRUPT },
	{ "echo x >a && tar --zstd -cf - a && echo garbage", CP_CORRUPT },
	{ "echo x >a && { tar -cf - a; echo hidden; } | zstd -qc",
	    CP_CORRUPT },
	{ "echo x >a && { tar -cf - a; tar -cf - a; } | zstd -qc",
	    CP_CORRUPT },
	{ "echo x >a && tar -czf - a", CP_CORRUPT },
	{ "echo a | cpio -o -H newc 2>/dev/null | zstd -qc || echo",
	    CP_CORRUPT },
	{ "true", CP_CORRUPT },
	{ "echo nonsense", CP_CORRUPT },
	{ "true | zstd -qc", CP_CORRUPT },
};

START_TEST(test_parse_what_others_made)
{
	struct cp_package *p = NULL;
	struct cp_buf in;

	cp_buf_init(&in);
	run(&in, made[_i].script);
	ck_assert_msg(cp_package_parse(in.data, in.len, &p, &err) ==
	    made[_i].rc, "%s: %d %s", made[_i].script, err.code, err.what);
	ck_assert_int_eq(p != NULL, made[_i].rc == CP_OK);
	cp_package_free(p);
	cp_buf_clear(&in);
}
END_TEST

START_TEST(test_cut_at_every_length)
{
	struct cp_package *p = NULL;
	struct cp_buf out;
	size_t n;

	cp_buf_init(&out);
	ck_assert_int_eq(cp_package_build(three, 3, &out, &err), CP_OK);
	for (n = 0; n < out.len; n++) {
		ck_assert_msg(cp_package_parse(out.data, n, &p, &err) ==
		    CP_CORRUPT, "cut to %zu of %zu", n, out.len);
		ck_assert_ptr_null(p);
	}
	cp_buf_clear(&out);
}
END_TEST

START_TEST(test_gnu_tar_reads_it)
{
	char file[128], command[256];
	struct cp_buf out;
	FILE *f;

	cp_buf_init(&out);
	ck_assert_int_eq(cp_package_build(three, 3, &out, &err), CP_OK);
	snprintf(file, sizeof(file), "%s/p", dir);
	f = fopen(file, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(out.data, 1, out.len, f), out.len);
	ck_assert_int_eq(fclose(f), 0);
	snprintf(command, sizeof(command), "cd %s && tar --zstd -xf p 2>err "
	    "&& test ! -s err && grep -q record/1 record.json && "
	    "test -f history.json && test $(stat -c %%a%%Y README.txt) = "
	    "6000", dir);
	ck_assert_int_eq(system(command), 0);
	cp_buf_clear(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("package");
	TCase *t = tcase_create("package");
	SRunner *r = srunner_create(s);
	int failed;

	/* Each row of MADE must fail for its own reason. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL ||
	    setenv("TAR_OPTIONS", "--format=ustar", 1) != 0)
		return 1;
	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_round_trip);
	tcase_add_test(t, test_build_refuses);
	tcase_add_loop_test(t, test_parse_what_others_made, 0,
	    (int)(sizeof(made) / sizeof(made[0])));
	tcase_add_test(t, test_cut_at_every_length);
	tcase_add_test(t, test_gnu_tar_reads_it);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
